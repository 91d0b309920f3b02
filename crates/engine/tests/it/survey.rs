//! Reads outside a run: patient where that helps, and never for long.

use std::cell::Cell;
use std::time::Duration;

use ashore_engine::clock::Clock;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::Patience;
use ashore_engine::retry::patiently;
use ashore_engine::survey::{Survey, SurveyError, survey};
use ashore_testkit::clock::{ManualClock, Stalled};
use ashore_testkit::fault::{Fault, How};
use ashore_testkit::manifest::{Piece, graph};
use ashore_testkit::shape;

use crate::bench::{Bench, LONG};

const NEVER: u32 = u32::MAX;

/// Reads a stack of a network and a bucket, with a record still to come, while reads go wrong.
/// Says what came of it and how long it took.
fn reads(
    at: u32,
    times: u32,
    how: How,
) -> (Result<Result<Survey, Vec<SurveyError>>, Stalled>, Duration) {
    let mut bench = Bench::new();
    let net = || Piece::new(shape::NETWORK, "net");
    let store = || Piece::new(shape::BUCKET, "store");
    bench.settle(&[net(), store()]);
    bench.cloud.script(&[], &[Fault { at, times, how }], &[]);
    let wanted = graph(&[net(), store(), Piece::new(shape::RECORD, "dns")]);
    let began = bench.clock.now();
    let read = survey(&bench.clock, &wanted, &bench.state, &bench.providers);
    let read = bench.clock.run(LONG, read);
    (read, bench.clock.now() - began)
}

#[test]
fn what_a_read_can_get_over_it_gets_over() {
    for how in [
        How::Refused(Class::Throttled),
        How::Refused(Class::Unsent),
        How::Refused(Class::Unknown),
        How::Refused(Class::Eventual),
        How::Lost,
        How::Silent,
    ] {
        for at in 0..3 {
            let (read, took) = reads(at, 1, how);
            let seen = read.expect("it ends").expect("the second attempt answers");
            let there = seen.observed.values().filter(|seen| seen.is_some());
            assert_eq!((there.count(), seen.found.len()), (2, 1), "{how:?}");
            assert!(took < Duration::from_secs(35), "{how:?}: {took:?}");
        }
    }
}

#[test]
fn what_never_answers_is_given_up_soon() {
    for how in [
        How::Refused(Class::Throttled),
        How::Refused(Class::Unsent),
        How::Refused(Class::Eventual),
        How::Lost,
        How::Silent,
    ] {
        let (read, took) = reads(0, NEVER, how);
        let errors = read.expect("it ends").expect_err("nothing can be read");
        assert_eq!(errors.len(), 3, "{how:?}: {errors:?}");
        assert!(took < Duration::from_secs(2 * 60), "{how:?}: {took:?}");
    }
}

#[test]
fn what_cannot_change_is_told_at_once() {
    for class in [Class::Denied, Class::Auth, Class::Invalid, Class::Quota] {
        let (read, took) = reads(0, NEVER, How::Refused(class));
        let errors = read.expect("it ends").expect_err("nothing can be read");
        assert!(errors.iter().all(|error| error.source.class == class));
        assert!(took < Duration::from_secs(1), "{class:?}: {took:?}");
    }
}

#[test]
fn no_read_sleeps_for_as_long_as_a_cloud_asks() {
    let clock = ManualClock::default();
    let sent = Cell::new(0);
    let read = patiently(&clock, &Patience::DEFAULT, "who we are", || {
        sent.set(sent.get() + 1);
        let mut failure = Failure::new(Class::Throttled, "toy", "Slow", "down");
        failure.retry_after = Some(Duration::MAX);
        std::future::ready(Err::<(), Failure>(failure))
    });
    let told = clock.run(LONG, read).expect("it ends");
    assert_eq!(told.expect_err("it is refused").code, "Slow");
    assert_eq!((sent.get(), clock.now()), (1, Duration::ZERO));
}
