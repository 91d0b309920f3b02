//! The laws over random worlds. What they are stands in the testkit's `history::laws`.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use ashore_testkit::history::{Breach, History};

use crate::worlds;

fn hold(cases: u32, histories: impl Strategy<Value = History>) {
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 4000,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let held = runner.run(&histories, |history| match history.plays() {
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
