//! The laws over random worlds. What they are stands in the testkit's `history::laws`.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use ashore_testkit::history::{Breach, History};

use crate::{recovery, worlds};

const CALM: u32 = 2_000;
const WILD: u32 = 5_000;

/// What every test run plays, at least (`failures.md` T4).
const _: () = assert!(CALM + WILD + recovery::HISTORIES + recovery::TWICE >= 20_000);

/// The same histories in every run, so that nobody's change fails by somebody else's luck; the
/// ignored tests play new ones. A failing case is printed as a test to be pasted.
pub(crate) fn runner(cases: u32) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 4000,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

fn hold(cases: u32, histories: impl Strategy<Value = History>) {
    let held = runner(cases).run(&histories, |history| match history.plays() {
        Ok(_) => Ok(()),
        Err(Breach(what)) => Err(TestCaseError::fail(what)),
    });
    if let Err(error) = held {
        panic!("{error}");
    }
}

#[test]
fn calm_histories() {
    hold(CALM, worlds::calm());
}

#[test]
fn wild_histories() {
    hold(WILD, worlds::wild());
}

/// Plays new histories in every run: `cargo test -p ashore-engine --test it -- --ignored`.
#[test]
#[ignore = "a soak: new histories every time"]
fn histories_that_nobody_has_played() {
    let config = Config {
        cases: 20_000,
        failure_persistence: None,
        ..Config::default()
    };
    let played = TestRunner::new(config).run(&worlds::wild(), |history| match history.plays() {
        Ok(_) => Ok(()),
        Err(Breach(what)) => Err(TestCaseError::fail(what)),
    });
    if let Err(error) = played {
        panic!("{error}");
    }
}
