//! The loop: what it does when asked to stop, when it cannot write, and when nothing answers.

use std::time::Duration;

use ashore_engine::clock::Clock;
use ashore_engine::drive::{DriveError, Ended, Suspension};
use ashore_engine::event::Event;
use ashore_engine::failure::Class;
use ashore_engine::run::{Mode, Outcome};
use ashore_testkit::fault::{Fault, How, Meddling, Tamper};
use ashore_testkit::journal::Crash;
use ashore_testkit::manifest::Piece;
use ashore_testkit::shape;

use crate::bench::Bench;

fn fault(at: u32, times: u32, how: How) -> Fault {
    Fault { at, times, how }
}

fn net() -> Piece {
    Piece::new(shape::NETWORK, "net")
}

/// Leads to one network while these requests go wrong. Says how it ended and how long it took.
fn one(faults: &[Fault]) -> (Ended, Duration, Bench) {
    let mut bench = Bench::new();
    let mut run = bench.begin(&[net()]);
    bench.cloud.script(faults, &[], &[]);
    let began = bench.clock.now();
    let ended = bench.drive(&mut run).expect("the journal can be written");
    let took = bench.clock.now() - began;
    (ended, took, bench)
}

/// Seed: B40.
#[test]
fn throttling_backs_off_and_gets_through() {
    let (ended, took, bench) = one(&[fault(0, 8, How::Refused(Class::Throttled))]);
    assert_eq!(ended, Ended::Over(Outcome::Converged));
    assert!(took < Duration::from_secs(120), "{took:?}");
    assert_eq!(bench.cloud.log().len(), 10);
}

/// Seed: B1.
#[test]
fn a_request_that_is_never_applied_and_never_refused_is_given_up_in_the_end() {
    let (ended, took, bench) = one(&[fault(0, u32::MAX, How::Lost)]);
    assert_eq!(ended, Ended::Over(Outcome::RolledBack));
    assert!(took < Duration::from_secs(20 * 60), "{took:?}");
    assert!(bench.cloud.log().len() < 200);
}

#[test]
fn a_create_whose_answer_was_lost_is_found_and_not_made_again() {
    for how in [How::Applied, How::Silent] {
        let (ended, _, bench) = one(&[fault(0, 1, how)]);
        assert_eq!(ended, Ended::Over(Outcome::Converged));
        assert_eq!(bench.cloud.objects().len(), 1);
        assert_eq!(bench.cloud.log().len(), 2);
    }
}

#[test]
fn expired_credentials_pause_the_run_and_it_goes_on_later() {
    let mut bench = Bench::new();
    let mut run = bench.begin(&[net()]);
    bench
        .cloud
        .script(&[fault(1, 1, How::Refused(Class::Auth))], &[], &[]);
    let ended = bench.drive(&mut run).expect("the journal can be written");
    assert!(
        matches!(ended, Ended::Suspended(Suspension::Credentials(_))),
        "{ended:?}"
    );
    let ended = bench.drive(&mut run).expect("the journal can be written");
    assert_eq!(ended, Ended::Over(Outcome::Converged));
}

#[test]
fn what_cannot_be_looked_at_is_not_given_up() {
    let mut bench = Bench::new();
    let mut run = bench.begin(&[net()]);
    let denied = fault(0, 1, How::Refused(Class::Denied));
    bench
        .cloud
        .script(&[fault(0, 1, How::Applied)], &[denied], &[]);
    let ended = bench.drive(&mut run).expect("the journal can be written");
    assert!(
        matches!(ended, Ended::Suspended(Suspension::Blind(..))),
        "{ended:?}"
    );
    let ended = bench.drive(&mut run).expect("the journal can be written");
    assert_eq!(ended, Ended::Over(Outcome::Converged));
    assert_eq!(bench.cloud.objects().len(), 1);
}

/// Seed: B17.
#[test]
fn a_wish_to_stop_waits_for_requests_and_for_nothing_else() {
    let mut bench = Bench::new();
    // A service takes 40 s to become ready; nobody who wants to stop waits for that.
    let mut run = bench.begin(&[Piece::new(shape::SERVICE, "web")]);
    bench.stop.request();
    let ended = bench.drive(&mut run).expect("the journal can be written");
    assert_eq!(ended, Ended::Suspended(Suspension::Interrupted));
    assert!(bench.cloud.log().is_empty());
    let began = bench.clock.now();
    bench.stop = ashore_engine::drive::Stop::default();
    let (stop, clock) = (bench.stop.clone(), bench.clock.clone());
    let providers = ashore_testkit::kinds::providers(&bench.cloud);
    let mut journal = bench.journal();
    let mut report = |event: &Event| {
        if matches!(event, Event::Waiting { .. }) {
            stop.request();
        }
    };
    let mut world = ashore_engine::drive::World {
        providers: &providers,
        journal: &mut journal,
        clock: &clock,
        report: &mut report,
        stop: &bench.stop,
        wait: ashore_engine::kind::Wait::Healthy,
        on_failure: ashore_engine::run::Then::Undo,
    };
    let driven = clock.run(
        crate::bench::LONG,
        ashore_engine::drive::drive(&mut run, &mut world),
    );
    let ended = driven
        .expect("it ends")
        .expect("the journal can be written");
    assert_eq!(ended, Ended::Suspended(Suspension::Interrupted));
    assert!(clock.now() - began < Duration::from_secs(5));
}

#[test]
fn what_cannot_be_written_down_is_not_done() {
    let mut bench = Bench::new();
    let mut run = bench.begin(&[net()]);
    let mut journal = bench.journal();
    journal.crash = Some(Crash { at: 0, torn: 20 });
    let mut report = |_: &Event| {};
    let mut world = ashore_engine::drive::World {
        providers: &bench.providers,
        journal: &mut journal,
        clock: &bench.clock,
        report: &mut report,
        stop: &bench.stop,
        wait: ashore_engine::kind::Wait::Healthy,
        on_failure: ashore_engine::run::Then::Undo,
    };
    let driving = ashore_engine::drive::drive(&mut run, &mut world);
    let driven = bench
        .clock
        .run(crate::bench::LONG, driving)
        .expect("it ends");
    assert!(matches!(driven, Err(DriveError::Journal(_))));
    assert!(bench.cloud.log().is_empty());
    assert_eq!(*run.mode(), Mode::Converging);
}

#[test]
fn those_that_rest_take_nobodys_place() {
    // More steps than may be in flight, the first of them throttled for long.
    let names: Vec<&'static str> = (0..80)
        .map(|n| &*Box::leak(format!("n{n:02}").into_boxed_str()))
        .collect();
    let pieces: Vec<Piece> = names
        .iter()
        .map(|name| Piece::new(shape::NETWORK, name).size(0))
        .collect();
    let mut bench = Bench::new();
    let mut run = bench.begin(&pieces);
    bench
        .cloud
        .script(&[fault(0, 64, How::Refused(Class::Capacity))], &[], &[]);
    let ended = bench.drive(&mut run).expect("the journal can be written");
    assert_eq!(ended, Ended::Over(Outcome::Converged));
    let log = bench.cloud.log();
    assert_eq!(log.len(), 80 + 64);
    // The sixteen that were left start at once, and not after the 20 s that the others rest.
    assert!(log[79].at - log[0].at < Duration::from_secs(3));
    let at_first = log
        .iter()
        .filter(|received| received.at == log[0].at)
        .count();
    assert_eq!(at_first, 64);
}

#[test]
fn an_undo_says_that_it_is_one_and_what_stays_as_others_have_it() {
    let web = |size| Piece::new(shape::SERVICE, "web").size(size).tag(size);
    let task = |form| Piece::new(shape::SERVICE, "task").form(form).after(["web"]);
    let mut bench = Bench::new();
    bench.settle(&[web(1), task(0)]);
    let mut run = bench.begin(&[web(2), task(1)]);
    // Somebody else resizes what this run has resized, and then the run fails.
    let theirs = Tamper {
        at: 2,
        name: "web".into(),
        what: Meddling::Resizes(9),
    };
    let quota = fault(2, 1, How::Refused(Class::Quota));
    bench.cloud.script(&[quota], &[], &[theirs]);
    let ended = bench.drive(&mut run).expect("the journal can be written");
    assert_eq!(ended, Ended::Over(Outcome::RolledBack));
    let told = |event: &Event| match event {
        Event::Theirs { step, fields } => Some(format!("{step}: {fields:?} stay")),
        Event::Undone { step } => Some(format!("{step} undone")),
        _ => None,
    };
    let told: Vec<String> = bench.events.iter().filter_map(told).collect();
    assert_eq!(
        told,
        [
            "web/toy.service: [FieldPath(\"size\")] stay",
            "web/toy.service undone"
        ]
    );
}

#[test]
fn what_would_stay_goes_with_the_run_that_made_it() {
    let archive = Piece::new(shape::ARCHIVE, "old").uses(["net"]);
    let web = Piece::new(shape::SERVICE, "web").after(["old"]);
    let mut bench = Bench::new();
    let mut run = bench.begin(&[net(), archive, web]);
    // The network takes two requests and the archive one.
    let refused = fault(3, 1, How::Refused(Class::Denied));
    bench.cloud.script(&[refused], &[], &[]);
    let ended = bench.drive(&mut run).expect("the journal can be written");
    assert_eq!(ended, Ended::Over(Outcome::RolledBack));
    assert!(bench.cloud.objects().is_empty());
}

/// A record is gone at once, and remembered for a minute.
#[test]
fn what_a_record_led_to_goes_only_when_the_record_is_forgotten() {
    let net = || net();
    let web = || Piece::new(shape::RECORD, "web").uses(["net"]);
    let mut bench = Bench::new();
    bench.settle(&[net(), web()]);
    let mut run = bench.begin(&[]);
    let began = bench.clock.now();
    bench.events.clear();
    let ended = bench.drive(&mut run).expect("the journal can be written");
    assert_eq!(ended, Ended::Over(Outcome::Converged));
    let took = bench.clock.now() - began;
    let minute = Duration::from_secs(60);
    assert!(took >= minute && took < minute * 2, "{took:?}");
    let told = |event: &Event| match event {
        Event::Sending { step, .. } => Some(format!("{step} is sent")),
        Event::Waiting { step, why, .. } => Some(format!("{step} waits for {why}")),
        Event::Done { step, .. } => Some(format!("{step} is done")),
        _ => None,
    };
    let told: Vec<String> = bench.events.iter().filter_map(told).collect();
    assert_eq!(
        told,
        [
            "web/toy.record is sent",
            "web/toy.record waits for those who remember it",
            "web/toy.record is done",
            "net/toy.network is sent",
            "net/toy.network is done",
        ]
    );
}

#[test]
fn what_is_waited_for_on_the_way_back_is_said_to_go_back() {
    let web = || Piece::new(shape::SERVICE, "web");
    let net = || net().after(["web"]);
    let mut bench = Bench::new();
    let mut run = bench.begin(&[web(), net()]);
    let quota = fault(1, 1, How::Refused(Class::Quota));
    bench.cloud.script(&[quota], &[], &[]);
    let ended = bench.drive(&mut run).expect("the journal can be written");
    assert_eq!(ended, Ended::Over(Outcome::RolledBack));
    let turned = bench
        .events
        .iter()
        .position(|event| *event == Event::Undoing);
    let (forth, back) = bench.events.split_at(turned.expect("it turns back"));
    let waits = |events: &[Event], way: bool| {
        let waits = events.iter().filter_map(|event| match event {
            Event::Waiting { undo, .. } => Some(*undo == way),
            _ => None,
        });
        let waits: Vec<bool> = waits.collect();
        !waits.is_empty() && waits.iter().all(|as_said| *as_said)
    };
    assert!(waits(forth, false) && waits(back, true));
}
