//! Every mutating request of the shop's `up` and `down` is killed once: alternately before and after
//! it is applied, and followed in turn by each command that could come next. [`crate::kills`] has
//! every combination for the smallest stack.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::kills::{dies, doubled};
use crate::rig::{Rig, operation};
use crate::shop::{TOKEN, left, of_others, secret_value, shop_at};

/// As fast as hours of the cloud's time need it.
const SPEED: &str = "1200";

const UP: &[&str] = &["up"];
const UNDO: &[&str] = &["up", "--undo"];
const DOWN: &[&str] = &["down", "--yes"];
/// Another build, besides which another password is given.
const UPDATE: &[&str] = &["up", "--param", "tag=1.43.0"];
const PLAN_UPDATE: &[&str] = &["plan", "--param", "tag=1.43.0", "--detailed-exitcode"];
const PLAN: &[&str] = &["plan", "--detailed-exitcode"];

#[test]
fn every_mutating_request_of_the_shops_up_can_be_killed() {
    every(UP, 60, &[UP, UNDO, DOWN]);
}

#[test]
fn every_mutating_request_of_the_shops_down_can_be_killed() {
    every(DOWN, 50, &[UP, DOWN]);
}

#[test]
fn every_mutating_request_of_an_update_of_the_shop_can_be_killed() {
    // Three task definitions, three services, one secret: each with each, and on both sides.
    let requests = requests(UPDATE);
    assert_eq!(requests, 7);
    for nth in 1..=requests {
        for (place, after) in [UPDATE, UNDO, DOWN].into_iter().enumerate() {
            survives_update(nth, ["before", "after"][(nth + place) % 2], after);
        }
    }
}

fn survives_update(nth: usize, side: &str, after: &[&str]) {
    let mut rig = ready_for(UPDATE);
    let died = dies(&rig, UPDATE, nth, side);
    let about = format!("{UPDATE:?} {nth} {side} {}, {after:?}", operation(&died));
    let converges = |rig: &Rig, args: &[&str]| {
        let ran = rig.ashore(args);
        let said = format!("{args:?} of {about}\n{}\n{}", ran.stdout, ran.stderr);
        assert_eq!(ran.code, Some(0), "{said}");
    };
    converges(&rig, after);
    if after == UPDATE {
        converges(&rig, PLAN_UPDATE);
        assert!(secret_value(&rig, "shop-production/registry").contains("ghp-rotated"));
    }
    if after == UNDO {
        rig.export("GHCR_TOKEN", TOKEN);
        converges(&rig, PLAN);
        assert!(secret_value(&rig, "shop-production/registry").contains(TOKEN));
    }
    let doubled = doubled(&rig.world());
    assert!(doubled.is_empty(), "{about}: {doubled:?}");
    converges(&rig, DOWN);
    assert_eq!(left(&rig), Vec::<String>::new(), "{about}");
}

/// Two at a time: the machine that runs this has two cores.
fn every(killed: &[&str], at_least: usize, afters: &[&[&str]]) {
    let requests = requests(killed);
    assert!(requests >= at_least, "{killed:?} makes {requests} only");
    let next = AtomicUsize::new(1);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let nth = next.fetch_add(1, Ordering::SeqCst);
                    if nth > requests {
                        break;
                    }
                    // Three in a row and two in a row: each follows on both sides.
                    let side = ["before", "after"][(nth / afters.len()) % 2];
                    survives(killed, nth, side, afters[nth % afters.len()]);
                }
            });
        }
    });
}

fn ready_for(killed: &[&str]) -> Rig {
    let mut rig = shop_at(SPEED);
    if killed != UP {
        rig.ashore(UP).exits(0);
    }
    if killed == UPDATE {
        rig.export("GHCR_TOKEN", "ghp-rotated");
    }
    rig
}

/// How many there are where nothing goes wrong.
fn requests(killed: &[&str]) -> usize {
    let rig = ready_for(killed);
    let before = rig.log().len();
    rig.ashore(killed).exits(0);
    rig.changes(before).len()
}

fn survives(killed: &[&str], nth: usize, side: &str, after: &[&str]) {
    let mut rig = shop_at(SPEED);
    let before = of_others(&rig);
    if killed == DOWN {
        rig.ashore(UP).exits(0);
    }
    let died = dies(&rig, killed, nth, side);
    let about = format!("{killed:?} {nth} {side} {}, {after:?}", operation(&died));
    let converges = |rig: &Rig, args: &[&str]| {
        let ran = rig.ashore(args);
        let said = format!("{args:?} of {about}\n{}\n{}", ran.stdout, ran.stderr);
        assert_eq!(ran.code, Some(0), "{said}");
    };
    let as_before = |rig: &Rig| {
        assert_eq!(left(rig), Vec::<String>::new(), "{about}");
        assert_eq!(of_others(rig), before, "{about}");
    };
    if after != UP {
        rig.export("GHCR_TOKEN", ""); // what takes away needs no values
    }
    converges(&rig, after);
    if after == UP {
        converges(&rig, PLAN);
        let doubled = doubled(&rig.world());
        assert!(doubled.is_empty(), "{about}: {doubled:?}");
    } else {
        as_before(&rig);
    }
    converges(&rig, DOWN);
    as_before(&rig);
}
