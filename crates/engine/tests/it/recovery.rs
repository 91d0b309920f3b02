//! Killed before every single entry, and taken up again in every way.

use std::cell::Cell;

use ashore_testkit::history::{Act, Breach, History, Tally, Wish};
use ashore_testkit::journal::Crash;
use proptest::prelude::*;

use crate::laws::runner;
use crate::worlds;

/// How many histories are killed before every entry.
const BASES: u32 = 245;
/// How many that makes, at least.
pub(crate) const HISTORIES: u32 = 10_000;
/// How many are killed twice.
pub(crate) const TWICE: u32 = 3_000;

/// The history up to a crash during its last act but one, and that act's successor in every way in
/// which the next command can meet the run that was killed.
fn ways(base: &History, at: usize, torn: usize) -> [History; 4] {
    let mut killed = base.clone();
    let other = killed.acts.pop().map(|act| act.wish).unwrap_or(Wish::Down);
    let Some(last) = killed.acts.last_mut() else {
        return [(); 4].map(|()| base.clone());
    };
    last.crash = Some(Crash { at, torn });
    let same = last.wish.clone();
    [same, Wish::Undo, other, Wish::Down].map(|wish| {
        let mut history = killed.clone();
        history.acts.push(Act::new(wish));
        history
    })
}

fn play(history: &History) -> Result<Tally, TestCaseError> {
    let broken = |Breach(what)| TestCaseError::fail(format!("{what}\n{history:?}"));
    history.plays().map_err(broken)
}

#[test]
fn killed_before_every_entry_and_taken_up_in_every_way() {
    let (played, died) = (Cell::new(0_u32), Cell::new(0_u32));
    let held = runner(BASES).run(&worlds::two_and_another(), |base| {
        let written = play(&base)?.written;
        // The last act is what comes after the crash.
        let killed = base.acts.len().saturating_sub(2);
        for at in 0..=written[killed] {
            for history in ways(&base, at, at * 37 % 300) {
                played.set(played.get() + 1);
                died.set(died.get() + play(&history)?.crashes);
            }
        }
        Ok(())
    });
    if let Err(error) = held {
        panic!("{error}");
    }
    let (played, died) = (played.get(), died.get());
    // A crash that does not fire proves nothing.
    assert!(died * 10 >= played * 9, "{died} of {played} died");
    assert!(played >= HISTORIES, "{played} histories");
}

#[test]
fn killed_again_while_it_recovers() {
    let died = Cell::new(0_u32);
    let histories = (worlds::two_and_another(), 0..50usize, 0..25usize, 0..4usize);
    let held = runner(TWICE).run(&histories, |(base, at, again, way)| {
        let mut history = ways(&base, at, again)[way].clone();
        let Some(last) = history.acts.last_mut() else {
            return Ok(());
        };
        last.crash = Some(Crash {
            at: again,
            torn: at,
        });
        let wish = last.wish.clone();
        history.acts.push(Act::new(wish));
        died.set(died.get() + u32::from(play(&history)?.crashes == 2));
        Ok(())
    });
    if let Err(error) = held {
        panic!("{error}");
    }
    assert!(died.get() >= TWICE / 10, "{} died twice", died.get());
}
