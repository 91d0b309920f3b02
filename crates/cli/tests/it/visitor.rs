//! A client on the internet that asks without pause while something else goes on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::rig::Rig;

/// What the visitor got, and between which two moments of the twin's clock, in milliseconds.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) after: u64,
    pub(crate) before: u64,
    /// The status; 0 where nobody answered.
    pub(crate) status: u64,
    said: String,
}

/// Asks `url` over and over, one answer after the other, from before `work` begins until after it
/// has ended.
pub(crate) fn visited<T>(rig: &Rig, url: &str, work: impl FnOnce() -> T) -> (T, Vec<Visit>) {
    let begun = AtomicBool::new(false);
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let visitor = scope.spawn(|| {
            let mut visits = Vec::new();
            let mut after = rig.now();
            loop {
                // Read first: the last visit is one after the end.
                let last = over.load(Ordering::SeqCst);
                let answer = rig.visit(url);
                let before = rig.now();
                visits.push(Visit {
                    after,
                    before,
                    status: answer["status"].as_u64().unwrap_or_default(),
                    said: answer.to_string(),
                });
                begun.store(true, Ordering::SeqCst);
                if last {
                    return visits;
                }
                after = before;
            }
        });
        while !begun.load(Ordering::SeqCst) && !visitor.is_finished() {
            thread::yield_now();
        }
        let done = work();
        over.store(true, Ordering::SeqCst);
        (done, visitor.join().expect("the visitor gets answers"))
    })
}

/// Fails the test at the first visit that was answered by anything but one of these.
#[track_caller]
pub(crate) fn all_answered(visits: &[Visit], statuses: &[u64]) {
    let odd = visits
        .iter()
        .position(|visit| !statuses.contains(&visit.status));
    if let Some(at) = odd {
        let (visit, all) = (&visits[at], visits.len());
        panic!("visit {at} of {all} got {}: {visit:?}", visit.said);
    }
}

/// How many visits lie wholly between these two moments.
pub(crate) fn between(visits: &[Visit], from: u64, to: u64) -> usize {
    let inside = |visit: &&Visit| visit.after >= from && visit.before <= to;
    visits.iter().filter(inside).count()
}
