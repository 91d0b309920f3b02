//! The way of a request: it leaves, arrives, is applied, is answered; each may go wrong.

use std::time::Duration;

use ashore_engine::address::{Instance, Mark};
use ashore_engine::clock::Clock;
use ashore_engine::failure::{Class, Failure};

use super::{Cloud, Request, Seen, refuse};
use crate::fault::How;

/// A mutating request that the cloud received.
#[derive(Clone, PartialEq, Debug)]
pub struct Received {
    /// When.
    pub at: Duration,
    /// For which step.
    pub step: Instance,
    /// Which.
    pub request: Request,
    /// What was done with it; none as long as nothing was.
    pub outcome: Option<Result<String, Class>>,
}

/// A request that has left and has not arrived.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub(super) number: u32,
    pub(super) request: Request,
}

pub(super) async fn call(cloud: &Cloud, mark: &Mark, request: Request) -> Result<String, Failure> {
    let (number, how, half) = leave(cloud, mark, &request);
    let step = &mark.instance;
    match how {
        Some(How::Refused(class)) => {
            cloud.inner.borrow_mut().wire.remove(&number);
            cloud.clock.sleep(half).await;
            return Err(refuse(class, "Scripted", format!("{step}: {class:?}")));
        }
        Some(How::Lost) => {
            cloud.inner.borrow_mut().wire.remove(&number);
            cloud.clock.sleep(half * 2).await;
            return Err(refuse(Class::Unknown, "Lost", step.to_string()));
        }
        Some(How::Swallowed) => {
            cloud.inner.borrow_mut().wire.remove(&number);
            return std::future::pending().await;
        }
        Some(How::Applied | How::Silent) | None => {}
    }
    cloud.clock.sleep(half).await;
    let answer = arrive(cloud, number, &request);
    cloud.clock.sleep(half).await;
    match how {
        Some(How::Silent) => std::future::pending().await,
        Some(How::Applied) if answer.is_ok() => {
            Err(refuse(Class::Unknown, "AnswerLost", step.to_string()))
        }
        _ => answer,
    }
}

/// Takes note of the request. Says its number, what will go wrong, and how long half its way is.
fn leave(cloud: &Cloud, mark: &Mark, request: &Request) -> (u32, Option<How>, Duration) {
    let now = cloud.clock.now();
    let mut inner = cloud.inner.borrow_mut();
    let nth = inner.requests;
    inner.requests += 1;
    let due = |tamper: &crate::fault::Tamper| tamper.at == nth;
    let tampers: Vec<_> = inner
        .tampers
        .iter()
        .filter(|tamper| due(tamper))
        .cloned()
        .collect();
    for tamper in tampers {
        inner.meddle(&tamper.name, tamper.what, now);
    }
    let step = mark.instance.clone();
    let announced = inner.announced.get(&step).copied().unwrap_or_default();
    let arrived = inner.arrived.entry(step.clone()).or_default();
    *arrived += 1;
    if *arrived > announced {
        let breach = format!("{step} sends before its entry is durable: {request:?}");
        inner.breaches.push(breach);
    }
    let number = u32::try_from(inner.log.len()).unwrap_or(u32::MAX);
    inner.log.push(Received {
        at: now,
        step,
        request: request.clone(),
        outcome: None,
    });
    let pending = Pending {
        number,
        request: request.clone(),
    };
    inner.wire.insert(number, pending);
    let how = inner
        .faults
        .iter()
        .find(|fault| fault.hits(nth))
        .map(|fault| fault.how);
    let half = Duration::from_millis(20 + inner.draw(u64::from(number), 700));
    (number, how, half)
}

fn arrive(cloud: &Cloud, number: u32, request: &Request) -> Result<String, Failure> {
    let now = cloud.clock.now();
    let mut inner = cloud.inner.borrow_mut();
    inner.wire.remove(&number);
    let answer = inner.apply(number, request, now);
    let outcome = match &answer {
        Ok(id) => Ok(id.clone()),
        Err(failure) => Err(failure.class),
    };
    if let Some(received) = inner.log.get_mut(number as usize) {
        received.outcome = Some(outcome);
    }
    answer
}

pub(super) async fn read<T>(
    cloud: &Cloud,
    look: impl FnOnce(&Seen<'_>) -> T,
) -> Result<T, Failure> {
    let (how, half) = {
        let mut inner = cloud.inner.borrow_mut();
        let nth = inner.reads;
        inner.reads += 1;
        let how = inner
            .read_faults
            .iter()
            .find(|fault| fault.hits(nth))
            .map(|fault| fault.how);
        let half = 5 + inner.draw(u64::from(nth) << 32, 150);
        (how, Duration::from_millis(half))
    };
    cloud.clock.sleep(half).await;
    match how {
        Some(How::Refused(class)) => return Err(refuse(class, "Scripted", "a read")),
        Some(How::Lost | How::Applied) => return Err(refuse(Class::Unknown, "Lost", "a read")),
        Some(How::Silent | How::Swallowed) => return std::future::pending().await,
        None => {}
    }
    let seen = {
        cloud.settle();
        let inner = cloud.inner.borrow();
        look(&Seen {
            objects: &inner.objects,
            now: cloud.clock.now(),
        })
    };
    cloud.clock.sleep(half).await;
    Ok(seen)
}
