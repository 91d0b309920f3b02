//! Killed before every single entry, and taken up again in every way.

use std::cell::Cell;

use ashore_testkit::history::{Act, Breach, History, Wish};
use ashore_testkit::journal::Crash;
use ashore_testkit::manifest::Piece;
use proptest::prelude::*;

use crate::laws::runner;
use crate::worlds;

/// Every way in which a run that was killed can be met by the next command.
fn ways(wanted: &Wish, other: &[Piece]) -> [Act; 4] {
    [
        wanted.clone(),
        Wish::Undo,
        Wish::Up(other.to_vec()),
        Wish::Down,
    ]
    .map(Act::new)
}

#[test]
fn killed_before_every_entry_and_taken_up_in_every_way() {
    let (played, died) = (Cell::new(0_u32), Cell::new(0_u32));
    let held = runner(100).run(&worlds::two_and_another(), |(base, other)| {
        let tally = base
            .plays()
            .map_err(|Breach(what)| TestCaseError::fail(what))?;
        let last = base.acts.len() - 1;
        for at in 0..=tally.written[last] {
            for way in ways(&base.acts[last].wish, &other) {
                let mut history: History = base.clone();
                let torn = at * 37 % 300;
                history.acts[last].crash = Some(Crash { at, torn });
                history.acts.push(way);
                played.set(played.get() + 1);
                match history.plays() {
                    Ok(tally) => died.set(died.get() + tally.crashes),
                    Err(Breach(what)) => {
                        return Err(TestCaseError::fail(format!("{what}\n{history:?}")));
                    }
                }
            }
        }
        Ok(())
    });
    if let Err(error) = held {
        panic!("{error}");
    }
    // A crash that does not fire proves nothing.
    assert!(
        died.get() * 10 >= played.get() * 9,
        "{} of {} died",
        died.get(),
        played.get()
    );
    assert!(played.get() >= 10_000, "{} histories", played.get());
}

#[test]
fn killed_again_while_it_recovers() {
    let histories = (worlds::two_and_another(), 0..60usize, 0..40usize, 0..4usize);
    let held = runner(3000).run(&histories, |((base, other), at, again, way)| {
        let mut history = base.clone();
        let last = base.acts.len() - 1;
        history.acts[last].crash = Some(Crash { at, torn: again });
        let mut way = ways(&base.acts[last].wish, &other)[way].clone();
        way.crash = Some(Crash {
            at: again,
            torn: at,
        });
        let wish = way.wish.clone();
        history.acts.push(way);
        history.acts.push(Act::new(wish));
        match history.plays() {
            Ok(_) => Ok(()),
            Err(Breach(what)) => Err(TestCaseError::fail(format!("{what}\n{history:?}"))),
        }
    });
    if let Err(error) = held {
        panic!("{error}");
    }
}
