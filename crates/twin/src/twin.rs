//! The twin: from request to reply.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use crate::clock::Clock;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::wire::{self, Decoded};
use crate::world::World;

/// A strict AWS and Cloudflare.
pub struct Twin {
    clock: Arc<dyn Clock>,
    inner: Mutex<Inner>,
}

/// What a client gets.
#[derive(Debug)]
pub enum Reply {
    /// A response.
    Answer(Response<Bytes>),
    /// A response, but only after this much of the twin's time.
    Late(Duration, Response<Bytes>),
    /// Nothing, ever.
    Hang,
    /// A closed connection.
    Drop,
}

struct Inner {
    world: World,
    requests: u64,
}

impl Twin {
    /// An empty twin that forgets all when it ends.
    pub fn new(clock: Arc<dyn Clock>) -> Twin {
        let world = World::new(clock.now());
        Twin {
            clock,
            inner: Mutex::new(Inner { world, requests: 0 }),
        }
    }

    /// Answers one request. First, everything that is due happens.
    pub fn handle(&self, request: Request<Bytes>) -> Reply {
        let mut inner = self.lock();
        inner.world.settle(self.clock.now());
        inner.requests += 1;
        let id = format!("00000000-0000-4000-8000-{:012x}", inner.requests);
        let (service, operation, answer) = match wire::decode(&request) {
            Ok(decoded) => {
                let (service, operation) = (decoded.service, decoded.operation);
                let answer = run(&mut inner.world, decoded);
                (Some(service), operation.name.to_owned(), answer)
            }
            Err(failed) => (failed.service, failed.operation, Err(failed.refusal)),
        };
        Reply::Answer(wire::encode(service, &operation, &answer, &id))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn run(world: &mut World, decoded: Decoded) -> Answer {
    let input = Input::new(decoded.service, decoded.fields);
    let open = input.open();
    let principal = format!("arn:aws:iam::{}:user/{}", world.account, decoded.key);
    let operation = decoded.operation;
    let mut call = Call {
        world,
        region: decoded.region,
        operation: operation.name,
        input,
        principal,
    };
    let answer = (operation.run)(&mut call)?;
    if let Some(path) = open.borrow().first() {
        let message = format!("{} left parameter {path} unfinished", operation.name);
        return Err(Refusal::new("InternalFailure", message).status(500));
    }
    Ok(answer)
}
