//! A cloud with its own notion of objects, names, marks and holders.
//!
//! It shares no code with the engine. It refuses what real clouds refuse, takes its time, forgets
//! nothing that it was told, and writes down every breach of the rules that it can see.

mod object;
mod request;
mod wire;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use ashore_engine::address::{Instance, Mark};
use ashore_engine::clock::Clock;
use ashore_engine::failure::{Class, Failure};

use crate::clock::ManualClock;
use crate::fault::{Fault, Meddling, Tamper};

pub use object::{Fields, Object, Owner};
pub use request::Request;
pub use wire::Received;

/// The cloud. Clones share it.
#[derive(Clone, Debug)]
pub struct Cloud {
    clock: ManualClock,
    inner: Rc<RefCell<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    seed: u64,
    /// Counts ids; they are never used twice.
    ids: u64,
    objects: BTreeMap<String, Object>,
    /// What the creates of a token have made.
    tokens: BTreeMap<String, String>,
    log: Vec<Received>,
    wire: BTreeMap<u32, wire::Pending>,
    requests: u32,
    reads: u32,
    faults: Vec<Fault>,
    read_faults: Vec<Fault>,
    tampers: Vec<Tamper>,
    announced: BTreeMap<Instance, u32>,
    arrived: BTreeMap<Instance, u32>,
    breaches: Vec<String>,
}

impl Cloud {
    /// An empty cloud. The seed decides how long each answer takes.
    pub fn new(clock: ManualClock, seed: u64) -> Self {
        let inner = Inner {
            seed,
            ..Inner::default()
        };
        Self {
            clock,
            inner: Rc::new(RefCell::new(inner)),
        }
    }

    /// Puts somebody else's object there.
    pub fn foreign(&self, sort: &'static str, name: &str, size: u32) {
        let mut inner = self.inner.borrow_mut();
        let fields = Fields {
            name: name.to_string(),
            size,
            ..Fields::default()
        };
        let id = inner.next_id(sort);
        // It has been there for long.
        let object = Object::new(&id, sort, None, fields, Duration::ZERO);
        inner.objects.insert(id, object.old());
    }

    /// What shall go wrong from now on, counted from now.
    pub fn script(&self, faults: &[Fault], read_faults: &[Fault], tampers: &[Tamper]) {
        let mut inner = self.inner.borrow_mut();
        inner.requests = 0;
        inner.reads = 0;
        inner.faults = faults.to_vec();
        inner.read_faults = read_faults.to_vec();
        inner.tampers = tampers.to_vec();
    }

    /// Somebody else does something to an object of that name, now.
    pub fn meddle(&self, name: &str, what: Meddling) {
        self.inner.borrow_mut().meddle(name, what, self.clock.now());
    }

    /// A journal entry that announces a request of this step is durable.
    pub fn announce(&self, step: &Instance) {
        let mut inner = self.inner.borrow_mut();
        *inner.announced.entry(step.clone()).or_default() += 1;
    }

    /// The process that talked to it is gone: what was under way arrives now or never.
    pub fn hang_up(&self) {
        let mut inner = self.inner.borrow_mut();
        let pending = std::mem::take(&mut inner.wire);
        for (number, pending) in pending {
            if inner.draw(u64::from(number), 2) == 1 {
                let _ = inner.apply(pending.number, &pending.request, self.clock.now());
            }
        }
        inner.announced.clear();
        inner.arrived.clear();
    }

    /// Every object that is there, also those on their way out.
    pub fn objects(&self) -> Vec<Object> {
        self.settle();
        self.inner.borrow().objects.values().cloned().collect()
    }

    /// Every mutating request that it received, in order.
    pub fn log(&self) -> Vec<Received> {
        self.inner.borrow().log.clone()
    }

    /// How many mutating requests it received since the last script.
    pub fn requests(&self) -> u32 {
        self.inner.borrow().requests
    }

    /// Every breach of the rules that it saw.
    pub fn breaches(&self) -> Vec<String> {
        self.inner.borrow().breaches.clone()
    }

    /// The objects as a person would compare them: without ids and moments, and without those
    /// that are on their way out.
    pub fn picture(&self) -> BTreeMap<String, String> {
        self.settle();
        let inner = self.inner.borrow();
        let call = |used: &String| {
            let id = used.strip_suffix(".toy").or(used.strip_prefix("proof-of-"));
            match inner.objects.get(id.unwrap_or(used)) {
                Some(object) if id.is_some() => format!("told by {}", object.title()),
                Some(object) => object.title(),
                None => used.clone(),
            }
        };
        inner
            .objects
            .values()
            .filter(|object| object.going.is_none())
            .map(|object| (object.title(), object.picture(call)))
            .collect()
    }

    /// Lets go what is due to go.
    fn settle(&self) {
        let now = self.clock.now();
        let mut inner = self.inner.borrow_mut();
        inner.objects.retain(|_, object| !object.is_gone(now));
    }

    /// One mutating request.
    pub(crate) async fn call(&self, mark: &Mark, request: Request) -> Result<String, Failure> {
        wire::call(self, mark, request).await
    }

    /// One read; it answers with whatever `look` makes of the objects that can be seen.
    pub(crate) async fn read<T>(&self, look: impl FnOnce(&Seen<'_>) -> T) -> Result<T, Failure> {
        wire::read(self, look).await
    }
}

/// The objects as reads see them: what is new is not there yet, what is going is not there
/// any more, and what was changed a moment ago still looks as before.
pub struct Seen<'a> {
    objects: &'a BTreeMap<String, Object>,
    now: Duration,
}

impl Seen<'_> {
    /// What is there under that id.
    pub fn get(&self, id: &str) -> Option<&Object> {
        self.all().find(|object| object.id == id)
    }

    /// Everything.
    pub fn all(&self) -> impl Iterator<Item = &Object> {
        self.objects.values().filter(|object| object.seen(self.now))
    }

    /// The fields of an object, as reads see them now.
    pub fn fields<'a>(&self, object: &'a Object) -> &'a Fields {
        object.fields_at(self.now)
    }

    /// Whether reads see what was written last.
    pub fn settled(&self, object: &Object) -> bool {
        *object.fields_at(self.now) == object.fields
    }

    /// Whether it is still there at all, also on its way out.
    pub fn lingers(&self, id: &str) -> bool {
        self.objects
            .get(id)
            .is_some_and(|object| !object.is_gone(self.now))
    }

    /// Whether it is usable.
    pub fn ready(&self, object: &Object) -> bool {
        object.is_ready(self.objects, self.now)
    }

    /// Whether its proof is named by now.
    pub fn named(&self, object: &Object) -> bool {
        object.is_named(self.now)
    }
}

impl Inner {
    fn next_id(&mut self, sort: &str) -> String {
        self.ids += 1;
        let noun = sort.rsplit('.').next().unwrap_or(sort);
        format!("{noun}-{}", self.ids)
    }

    /// A number below `sides` that is the same in every run of the test.
    fn draw(&self, number: u64, sides: u64) -> u64 {
        let mut bytes = self.seed.to_le_bytes().to_vec();
        bytes.extend(number.to_le_bytes());
        let digest = blake3::hash(&bytes);
        u64::from_le_bytes(digest.as_bytes()[..8].try_into().unwrap_or_default()) % sides
    }

    fn meddle(&mut self, name: &str, what: Meddling, now: Duration) {
        let ours = |object: &&mut Object| {
            object.fields.name == name && object.owner.is_some() && object.going.is_none()
        };
        let Some(object) = self.objects.values_mut().rfind(ours) else {
            return;
        };
        match what {
            Meddling::Resizes(size) => object.meddle(|fields| fields.size = size),
            Meddling::Tags => object.meddle(|fields| {
                fields.tags.insert("theirs".into(), "x".into());
            }),
            Meddling::Deletes => {
                let id = object.id.clone();
                if self.holders(&id, now).is_empty() {
                    self.objects.remove(&id);
                }
            }
        }
    }

    fn holders(&self, id: &str, now: Duration) -> Vec<String> {
        let holds = |object: &&Object| object.holds(id, now);
        self.objects
            .values()
            .filter(holds)
            .map(|object| object.id.clone())
            .collect()
    }
}

fn refuse(class: Class, code: &str, message: impl Into<String>) -> Failure {
    Failure::new(class, "toy", code, message)
}
