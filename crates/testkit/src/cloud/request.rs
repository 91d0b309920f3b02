//! The mutating requests, and what the cloud makes of each.

use std::time::Duration;

use ashore_engine::failure::{Class, Failure};

use super::object::{Fields, Object, Owner};
use super::{Inner, refuse};
use crate::shape::Shape;

/// One mutating request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Request {
    /// Makes an object; takes the place of these, which are deleted with it or not at all.
    Create {
        /// The kind.
        sort: &'static str,
        /// Whose it will be.
        owner: Owner,
        /// What it will be.
        fields: Fields,
        /// The same token never makes two.
        token: String,
        /// Names of somebody else's objects that it takes the place of.
        displaces: Vec<Fields>,
    },
    /// Uses `target` from now on.
    Attach {
        /// The object.
        id: String,
        /// Under which name it uses it.
        slot: String,
        /// What.
        target: String,
    },
    /// Does not use it any more.
    Detach {
        /// The object.
        id: String,
        /// Under which name it used it.
        slot: String,
    },
    /// Changes the size.
    Resize {
        /// The object.
        id: String,
        /// The new size.
        size: u32,
    },
    /// Sets a tag, or takes it away.
    Tag {
        /// The object.
        id: String,
        /// Which tag.
        key: String,
        /// Its value; none takes it away.
        value: Option<String>,
    },
    /// Takes an object away and puts these of somebody else's back, both or neither.
    Delete {
        /// The object.
        id: String,
        /// What is put back.
        restores: Vec<Fields>,
    },
}

impl Inner {
    /// Does what the request says, or refuses it. Answers with the object's id.
    pub(super) fn apply(
        &mut self,
        number: u32,
        request: &Request,
        now: Duration,
    ) -> Result<String, Failure> {
        self.objects.retain(|_, object| !object.is_gone(now));
        let ready = |object: &&Object| object.shape().proves && object.is_ready(&self.objects, now);
        let proved: Vec<String> = self
            .objects
            .values()
            .filter(ready)
            .map(|object| object.id.clone())
            .collect();
        for id in proved {
            self.objects
                .entry(id)
                .and_modify(|object| object.proved = true);
        }
        match request {
            Request::Create {
                sort,
                owner,
                fields,
                token,
                displaces,
            } => self.create(sort, owner, fields, token, displaces, now),
            Request::Attach { id, slot, target } => {
                let shape = self.ours(number, id)?.shape();
                self.usable(shape, target, now)?;
                self.write(number, id, now, |fields| {
                    fields.uses.insert(slot.clone(), target.clone());
                })
            }
            Request::Detach { id, slot } => self.write(number, id, now, |fields| {
                fields.uses.remove(slot);
            }),
            Request::Resize { id, size } => self.write(number, id, now, |fields| {
                fields.size = *size;
            }),
            Request::Tag { id, key, value } => self.write(number, id, now, |fields| {
                fields.tags.remove(key);
                fields
                    .tags
                    .extend(value.clone().map(|value| (key.clone(), value)));
            }),
            Request::Delete { id, restores } => self.delete(number, id, restores, now),
        }
    }

    fn create(
        &mut self,
        sort: &'static str,
        owner: &Owner,
        fields: &Fields,
        token: &str,
        displaces: &[Fields],
        now: Duration,
    ) -> Result<String, Failure> {
        let shape = Shape::of(sort).ok_or_else(|| refuse(Class::Invalid, "NoSuchSort", sort))?;
        if shape.proves
            && let Some(id) = self.tokens.get(token)
            && self.objects.contains_key(id)
        {
            return Ok(id.clone());
        }
        for target in fields.uses.values() {
            self.usable(shape, target, now)?;
        }
        let stands_in_the_way = |object: &Object| {
            object.owner.is_none() && displaces.contains(&object.fields) && object.sort == sort
        };
        for gone in displaces {
            let there = |object: &Object| object.fields == *gone && object.owner.is_none();
            if !self.objects.values().any(there) {
                return Err(refuse(Class::Gone, "NothingToDisplace", &gone.name));
            }
        }
        let taken = |object: &&Object| {
            object.sort == sort && object.fields.name == fields.name && !stands_in_the_way(object)
        };
        if shape.unique
            && let Some(object) = self.objects.values().find(taken)
        {
            return Err(refuse(Class::Exists, "AlreadyExists", &object.id));
        }
        let twin =
            |object: &&Object| object.owner.as_ref() == Some(owner) && object.going.is_none();
        if let Some(object) = self.objects.values().find(twin) {
            let breach = format!(
                "{} is there already as {} and is made again",
                object.title(),
                object.id
            );
            self.breaches.push(breach);
        }
        self.objects.retain(|_, object| !stands_in_the_way(object));
        let id = self.next_id(sort);
        let owner = (!shape.shared).then(|| owner.clone());
        let object = Object::new(&id, sort, owner, fields.clone(), now);
        self.objects.insert(id.clone(), object);
        self.tokens.insert(token.to_string(), id.clone());
        Ok(id)
    }

    fn delete(
        &mut self,
        number: u32,
        id: &str,
        restores: &[Fields],
        now: Duration,
    ) -> Result<String, Failure> {
        let object = self.ours(number, id)?;
        let (shape, sort) = (object.shape(), object.sort);
        if shape.drains && object.fields.size > 0 {
            return Err(refuse(Class::Dependency, "NotEmpty", id));
        }
        if shape.attaches && !object.fields.uses.is_empty() {
            return Err(refuse(Class::Dependency, "Attached", id));
        }
        let holders = self.holders(id, now);
        if !holders.is_empty() {
            return Err(refuse(Class::Dependency, "InUse", holders.join(", ")));
        }
        for fields in restores {
            let back = self.next_id(sort);
            let object = Object::new(&back, sort, None, fields.clone(), now).old();
            self.objects.insert(back, object);
        }
        if shape.gone_after == 0 {
            self.objects.remove(id);
        } else if let Some(object) = self.objects.get_mut(id) {
            object.going = Some(now + Duration::from_secs(shape.gone_after));
        }
        Ok(id.to_string())
    }

    fn write(
        &mut self,
        number: u32,
        id: &str,
        now: Duration,
        change: impl FnOnce(&mut Fields),
    ) -> Result<String, Failure> {
        self.ours(number, id)?;
        if let Some(object) = self.objects.get_mut(id) {
            object.write(now, change);
        }
        Ok(id.to_string())
    }

    /// The object that a request may change. Changing somebody else's is a breach.
    fn ours(&mut self, number: u32, id: &str) -> Result<&Object, Failure> {
        match self.objects.get(id) {
            Some(object) if object.going.is_none() => {
                if object.owner.is_none() {
                    let breach = format!("request {number} touches {}", object.title());
                    self.breaches.push(breach);
                }
                Ok(&self.objects[id])
            }
            _ => Err(refuse(Class::Gone, "NotFound", id)),
        }
    }

    /// Whether an object of that shape may use the target now.
    fn usable(&self, shape: &Shape, target: &str, now: Duration) -> Result<(), Failure> {
        let proof = |object: &Object| object.proof() == target && object.is_named(now);
        if self.objects.values().any(proof) {
            return Ok(());
        }
        // Where something answers does not hold it, and is there only once it is ready.
        let answers = target.strip_suffix(".toy");
        let wants_ready = shape.wants_ready || answers.is_some();
        match self.objects.get(answers.unwrap_or(target)) {
            None => Err(refuse(Class::Invalid, "NoSuchTarget", target)),
            Some(object) if object.going.is_some() => {
                Err(refuse(Class::Invalid, "TargetIsGoing", target))
            }
            Some(object) if !object.seen(now) => {
                Err(refuse(Class::Eventual, "TargetNotVisible", target))
            }
            Some(object) if wants_ready && !object.is_ready(&self.objects, now) => {
                Err(refuse(Class::Invalid, "TargetNotReady", target))
            }
            Some(_) => Ok(()),
        }
    }
}
