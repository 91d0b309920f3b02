//! What each command does first on each open run: the whole table.

use ashore_engine::open::{First, Next, Refusal, Wish, first};
use ashore_engine::run::{Entry, Outcome, Run, Then};
use ashore_testkit::manifest::Piece;
use ashore_testkit::shape;

use crate::bench::Bench;

/// A run over one network, after these entries.
fn run(bench: &mut Bench, entries: &[Entry]) -> Run {
    let mut run = bench.begin(&[Piece::new(shape::NETWORK, "net")]);
    for entry in entries {
        run.record(entry).expect("the entries fit");
    }
    run
}

fn stopping(then: Then) -> Entry {
    Entry::Stopping { then }
}

/// What comes first for: the same manifest, another one, undo, down.
fn check(claim: &str, entries: &[Entry], expected: [First; 4]) {
    let mut bench = Bench::new();
    let run = run(&mut bench, entries);
    let wanted = run.plan().wanted.clone();
    let wishes = [
        Wish::Up { wanted: &wanted },
        Wish::Up { wanted: "another" },
        Wish::Undo,
        Wish::Down,
    ];
    for (wish, expected) in wishes.into_iter().zip(expected) {
        let told = first(Some(&run), &bench.state, wish);
        assert_eq!(told, expected, "{claim}: {wish:?}");
    }
    assert_eq!(first(Some(&run), &bench.state, Wish::Know), First::Tell);
}

#[test]
fn every_command_on_every_open_run() {
    use First::{Resume, Turn};
    use Next::{Enough, PlanAnew};
    let replan = Turn(Then::Replan, PlanAnew);
    check(
        "on its way",
        &[],
        [
            Resume(Enough),
            replan.clone(),
            Turn(Then::Undo, Enough),
            replan,
        ],
    );
    for then in [Then::Keep, Then::Replan] {
        let anew = || Resume(PlanAnew);
        check(
            "stopped where it is",
            &[stopping(then)],
            [anew(), anew(), Turn(Then::Undo, Enough), anew()],
        );
    }
    let back = [stopping(Then::Undo), Entry::Undoing];
    for entries in [&back[..1], &back[..]] {
        let anew = || Resume(PlanAnew);
        check(
            "on its way back",
            entries,
            [anew(), anew(), Resume(Enough), anew()],
        );
    }
    let ended = [
        stopping(Then::Replan),
        Entry::Ended {
            outcome: Outcome::Replanned,
        },
    ];
    let close = || First::Close {
        outcome: Outcome::Replanned,
        saved: false,
    };
    check("over", &ended, [close(), close(), close(), close()]);
}

#[test]
fn past_the_commit_point_it_only_goes_forward() {
    let mut bench = Bench::new();
    bench.settle(&[Piece::new(shape::NETWORK, "net")]);
    let mut run = bench.begin(&[]);
    run.record(&Entry::Committed)
        .expect("nothing stands before the commit point");
    let wanted = run.plan().wanted.clone();
    let told = |wish| first(Some(&run), &bench.state, wish);
    assert_eq!(told(Wish::Undo), First::Refuse(Refusal::PastCommit));
    assert_eq!(
        told(Wish::Up { wanted: &wanted }),
        First::Resume(Next::Enough)
    );
    assert_eq!(
        told(Wish::Up { wanted: "another" }),
        First::Resume(Next::PlanAnew)
    );
    assert_eq!(told(Wish::Down), First::Resume(Next::PlanAnew));
}

#[test]
fn without_an_open_run_only_an_undo_is_refused() {
    let bench = Bench::new();
    let told = |wish| first(None, &bench.state, wish);
    assert_eq!(told(Wish::Undo), First::Refuse(Refusal::NothingToUndo));
    for wish in [Wish::Up { wanted: "x" }, Wish::Down, Wish::Know] {
        assert_eq!(told(wish), First::Nothing);
    }
}

#[test]
fn a_journal_of_another_state_is_refused() {
    let mut bench = Bench::new();
    let run = run(&mut bench, &[]);
    bench.state.serial = 7;
    let refusal = Refusal::OtherState {
        journal: 0,
        state: 7,
    };
    assert_eq!(
        first(Some(&run), &bench.state, Wish::Down),
        First::Refuse(refusal)
    );
}
