//! The laws over random worlds. What they are stands in the testkit's `history::laws`.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use ashore_testkit::history::{Breach, History};

use crate::worlds;

/// A failing case is printed as a test to be pasted; no file of seeds is kept beside it.
pub(crate) fn runner(cases: u32) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 4000,
        ..Config::default()
    };
    TestRunner::new(config)
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
    hold(2000, worlds::calm());
}

#[test]
fn wild_histories() {
    hold(2000, worlds::wild());
}
