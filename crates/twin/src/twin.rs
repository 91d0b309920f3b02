//! The twin: from request to reply.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use crate::clock::{Clock, Millis};
use crate::cloudflare;
use crate::control;
use crate::date;
use crate::dns;
use crate::fault::{Action, Fault, Faults, Side, Strike};
use crate::input::Input;
use crate::log::{Entry, Log, Noted};
use crate::operation::{Answer, Call};
use crate::page;
use crate::refusal::Refusal;
use crate::store::Store;
use crate::sts::{self, Caller};
use crate::throttle::Throttle;
use crate::wire::{self, Decoded, Key, Undecoded};
use crate::world::World;

/// A strict AWS and Cloudflare.
pub struct Twin {
    pub(crate) clock: Arc<dyn Clock>,
    inner: Mutex<Inner>,
}

/// What a client gets. [`Twin::respond`] carries it out; match on it to do so by other means.
#[derive(Debug)]
pub enum Reply {
    /// A response.
    Answer(Response<Bytes>),
    /// A response that is this long on its way. The request has taken effect.
    Late(Duration, Response<Bytes>),
    /// The request itself is this long on its way, and takes effect when it is given to [`Twin::resume`], also if its
    /// sender has given up meanwhile.
    Deferred(Duration, Request<Bytes>),
    /// Nothing, ever.
    Hang,
    /// A closed connection.
    Drop,
}

pub(crate) struct Inner {
    pub(crate) world: World,
    pub(crate) log: Log,
    pub(crate) faults: Faults,
    pub(crate) throttle: Throttle,
    /// By how many seconds the servers' wall clock is ahead of this machine's.
    pub(crate) skew: i64,
    store: Option<Store>,
}

impl Twin {
    /// An empty twin that forgets all when it ends.
    pub fn new(clock: Arc<dyn Clock>) -> Twin {
        let inner = Inner::new(World::new(clock.now()));
        Twin {
            clock,
            inner: Mutex::new(inner),
        }
    }

    /// A twin that keeps its world in a folder, and goes on from what it finds there. The folder is locked as long as
    /// the twin lives; `WouldBlock` means that another one has it.
    pub fn open(clock: Arc<dyn Clock>, folder: &Path) -> std::io::Result<Twin> {
        let (store, world, entries) = Store::open(folder)?;
        let mut inner = Inner::new(world.unwrap_or_else(|| World::new(clock.now())));
        inner.log = Log::from(entries);
        // Time never goes back: a scaled clock may have been ahead of the one that starts now.
        clock.advance(inner.world.now - clock.now());
        inner.store = Some(store);
        Ok(Twin {
            clock,
            inner: Mutex::new(inner),
        })
    }

    /// Answers one request. First, everything that is due happens.
    pub fn handle(&self, request: Request<Bytes>) -> Reply {
        self.answer(request, true)
    }

    /// Goes on with a request that a fault deferred.
    pub fn resume(&self, request: Request<Bytes>) -> Reply {
        self.answer(request, false)
    }

    /// Answers one request as a server does: waits where a fault says so. None: the connection is to be closed. A
    /// deferred request takes effect even if the caller stops waiting.
    #[expect(
        clippy::disallowed_methods,
        reason = "the network's delay, in the client's own time"
    )]
    pub async fn respond(self: &Arc<Twin>, request: Request<Bytes>) -> Option<Response<Bytes>> {
        let mut reply = self.handle(request);
        if let Reply::Deferred(delay, request) = reply {
            let twin = self.clone();
            let deferred = tokio::spawn(async move {
                tokio::time::sleep(delay).await;
                twin.resume(request)
            });
            reply = deferred.await.unwrap_or(Reply::Drop);
        }
        match reply {
            Reply::Answer(response) => Some(response),
            Reply::Late(delay, response) => {
                tokio::time::sleep(delay).await;
                Some(response)
            }
            Reply::Hang => std::future::pending().await,
            Reply::Drop | Reply::Deferred(..) => None,
        }
    }

    /// Looks at the world, or changes it behind AWS's back: a script, a timing, an object that somebody else deleted.
    pub fn world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        let mut inner = self.settled();
        let seen = look(&mut inner.world);
        drop(inner.save());
        seen
    }

    /// Lets time pass at once, and what is due in it happen.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
        drop(self.settled().save());
    }

    /// When the next thing happens by itself.
    pub fn next_happening(&self) -> Option<Millis> {
        self.lock().world.agenda.next()
    }

    /// Adds a fault.
    pub fn fault(&self, fault: Fault) {
        self.lock().faults.add(fault);
    }

    /// Every request so far, up to a limit of the last hundred thousand.
    pub fn log(&self) -> Vec<Entry> {
        self.lock().log.entries()
    }

    pub(crate) fn settled(&self) -> MutexGuard<'_, Inner> {
        let mut inner = self.lock();
        inner.world.settle(self.clock.now());
        inner
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: Request<Bytes>, faults: bool) -> Reply {
        if let Some(path) = request.uri().path().strip_prefix("/_twin/") {
            return Reply::Answer(control::answer(self, path, &request));
        }
        if request.uri().path() == "/dns-query" {
            return Reply::Answer(dns::answer(&self.settled().world, &request));
        }
        let mut inner = self.lock();
        let happened = inner.world.settle(self.clock.now()) > 0;
        let mut reply = match wire::decode(&request) {
            Ok(decoded) => inner.decoded(request, decoded, faults, happened),
            Err(failed) => inner.undecoded(failed),
        };
        if let Reply::Answer(response) | Reply::Late(_, response) = &mut reply {
            date::stamp(response, inner.skew);
        }
        reply
    }
}

impl Inner {
    fn new(world: World) -> Inner {
        Inner {
            world,
            log: Log::default(),
            faults: Faults::default(),
            throttle: Throttle::default(),
            skew: 0,
            store: None,
        }
    }

    /// Forgets everything.
    pub(crate) fn reset(&mut self) -> std::io::Result<()> {
        let store = self.store.take();
        *self = Inner {
            store,
            ..Inner::new(World::new(self.world.now))
        };
        match &mut self.store {
            Some(store) => store.clear().and_then(|()| store.save(&self.world)),
            None => Ok(()),
        }
    }

    pub(crate) fn save(&mut self) -> std::io::Result<()> {
        match &mut self.store {
            Some(store) => store.save(&self.world),
            None => Ok(()),
        }
    }

    fn decoded(
        &mut self,
        request: Request<Bytes>,
        decoded: Decoded,
        faults: bool,
        happened: bool,
    ) -> Reply {
        let (service, operation) = (decoded.service, decoded.operation);
        let mut noted = Noted::of(&decoded);
        let key = decoded.key.clone();
        let strike = match faults {
            true => self
                .faults
                .strike(service.name, operation.name, operation.mutates),
            false => Some(Strike::resumed()),
        };
        if let Some(Strike {
            side: Side::Before,
            action: Action::DelayMs(delay),
        }) = strike
            && faults
        {
            return Reply::Deferred(Duration::from_millis(delay), request);
        }
        let skewed = date::refused(&request, service, self.skew);
        let before = strike.as_ref().filter(|strike| strike.side == Side::Before);
        let mut body = Bytes::new();
        let answer = match before.map(|strike| &strike.action) {
            Some(Action::Refuse {
                status,
                code,
                message,
            }) => Err(Refusal::new(code, message).status(*status)),
            Some(Action::Hang | Action::Drop | Action::Garbage | Action::Page(_)) => {
                Err(Refusal::new(
                    "Unanswered",
                    "a fault struck before the request took effect",
                ))
            }
            Some(Action::DelayMs(_)) | None => {
                let throttled = self.throttle.refused(service, self.world.now);
                match skewed.or(throttled) {
                    Some(refusal) => Err(refusal),
                    None => run(&mut self.world, decoded, &mut body),
                }
            }
        };
        if let Ok(value) = &answer {
            noted.made(value);
        }
        let changed = operation.mutates && answer.is_ok();
        let saved = if changed || happened {
            self.save()
        } else {
            Ok(())
        };
        let answer = match saved {
            Ok(()) => answer,
            Err(error) => {
                Err(Refusal::new("InternalFailure", format!("not saved: {error}")).status(500))
            }
        };
        let id = self.note(noted, &answer, strike.as_ref());
        let response = wire::encode(Some(service), operation.name, answer, body, &id);
        let mut reply = match strike {
            Some(strike) => struck(strike, service, operation.name, response, &id),
            None => Reply::Answer(response),
        };
        if let Key::Token(token) = key
            && let Reply::Answer(response) | Reply::Late(_, response) = &mut reply
        {
            cloudflare::limit_headers(&self.world, &token, response);
        }
        reply
    }

    fn undecoded(&mut self, failed: Undecoded) -> Reply {
        let noted = Noted::unknown(&failed);
        let answer = Err(failed.refusal);
        let id = self.note(noted, &answer, None);
        Reply::Answer(wire::encode(
            failed.service,
            &failed.operation,
            answer,
            Bytes::new(),
            &id,
        ))
    }

    /// Writes the request down and names it.
    fn note(&mut self, noted: Noted, answer: &Answer, strike: Option<&Strike>) -> String {
        let entry = self.log.add(self.world.now, noted, answer, strike);
        if let Some(store) = &mut self.store {
            store.append(entry);
        }
        format!("00000000-0000-4000-8000-{:012x}", entry.n)
    }
}

/// Runs the operation. `body` becomes the body of the answer, if that has one.
fn run(world: &mut World, decoded: Decoded, body: &mut Bytes) -> Answer {
    let input = Input::new(decoded.service, decoded.fields);
    let open = input.open();
    let principal = match decoded.key {
        Key::Token(token) => token,
        Key::Nobody => "anonymous".to_owned(),
        Key::Access(key) => match sts::caller(world, &key) {
            Caller::Known(arn) => arn,
            Caller::Expired => return Err(wire::expired(decoded.service)),
        },
    };
    let operation = decoded.operation;
    let mut call = Call {
        world,
        region: decoded.region,
        operation: operation.name,
        input,
        principal,
        body: decoded.body,
    };
    let answer = (operation.run)(&mut call);
    *body = call.body;
    let answer = answer.map_err(|refusal| match refusal.code.as_str() {
        page::BAD_TOKEN => Refusal::new(decoded.service.bad_token, refusal.message),
        _ => refusal,
    })?;
    if let Some(path) = open.borrow().first() {
        let message = format!("{} left parameter {path} unfinished", operation.name);
        return Err(Refusal::new("InternalFailure", message).status(500));
    }
    Ok(answer)
}

/// What a fault makes of the response.
fn struck(
    strike: Strike,
    service: &'static crate::service::Service,
    operation: &str,
    response: Response<Bytes>,
    id: &str,
) -> Reply {
    match strike.action {
        Action::Hang => Reply::Hang,
        Action::Drop => Reply::Drop,
        Action::Garbage => Reply::Answer(Response::new(Bytes::from_static(b"<html><<garbage"))),
        Action::Page(status) => Reply::Answer(page(status)),
        Action::Refuse {
            status,
            code,
            message,
        } => {
            let answer = Err(Refusal::new(code, message).status(status));
            Reply::Answer(wire::encode(
                Some(service),
                operation,
                answer,
                Bytes::new(),
                id,
            ))
        }
        Action::DelayMs(delay) if strike.side == Side::After => {
            Reply::Late(Duration::from_millis(delay), response)
        }
        Action::DelayMs(_) => Reply::Answer(response),
    }
}

fn page(status: u16) -> Response<Bytes> {
    let text = format!(
        "<!DOCTYPE html>\n<html><head><title>{status}</title></head><body>error code: {status}</body></html>\n"
    );
    let mut response = Response::new(Bytes::from(text));
    *response.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::BAD_GATEWAY);
    let html = http::HeaderValue::from_static("text/html; charset=UTF-8");
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, html);
    response
}
