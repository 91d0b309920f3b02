//! The folder of a stack: one writer, and a close that a crash cannot break.

use std::fs;

use ashore_engine::address::StackName;
use ashore_engine::journal::Journal;
use ashore_engine::open::{First, Wish, first};
use ashore_engine::run::{Entry, Outcome, Run};
use ashore_engine::state::State;
use ashore_engine::state::folder::{Folder, FolderError};
use ashore_testkit::manifest::Piece;
use ashore_testkit::shape;

use crate::bench::Bench;

fn stack() -> StackName {
    StackName {
        app: "toy".into(),
        environment: "test".into(),
    }
}

/// The entries of a run that has converged.
fn entries() -> Vec<Entry> {
    let mut bench = Bench::new();
    bench.settle(&[Piece::new(shape::NETWORK, "net")]);
    let bytes = bench.bytes.borrow();
    ashore_engine::journal::read(&bytes)
        .expect("nobody has damaged it")
        .entries
}

/// Seed: B13.
#[test]
fn the_lock_has_one_holder_and_goes_with_it() {
    let at = tempfile::tempdir().expect("a folder");
    let folder = Folder::new(at.path().join("toy"), stack());
    let lease = folder.lock("up").expect("nobody has it");
    match folder.lock("down") {
        Err(FolderError::Locked { holder }) => assert!(holder.starts_with("up, process ")),
        other => panic!("{other:?}"),
    }
    drop(lease);
    folder.lock("down").expect("nobody has it any more");
}

#[test]
fn looking_takes_no_lock_and_makes_nothing() {
    let at = tempfile::tempdir().expect("a folder");
    let folder = Folder::new(at.path().join("toy"), stack());
    let contents = folder.peek().expect("nothing is there");
    assert_eq!(contents.state, State::empty(stack()));
    assert!(contents.open.is_none() && !at.path().join("toy").exists());
}

#[test]
fn a_torn_line_is_cut_off_and_the_journal_goes_on() {
    let at = tempfile::tempdir().expect("a folder");
    let folder = Folder::new(at.path(), stack());
    let lease = folder.lock("up").expect("nobody has it");
    let entries = entries();
    let mut journal = lease.begin().expect("it begins");
    journal.append(&entries[..3]).expect("the disk takes it");
    drop(journal);
    let path = at.path().join("journal.jsonl");
    let mut bytes = fs::read(&path).expect("it is there");
    bytes.extend_from_slice(b"0123456789abcdef torn");
    fs::write(&path, &bytes).expect("it is ours");
    let mut journal = lease.reopen().expect("a torn end is no damage");
    journal.append(&entries[3..]).expect("the disk takes it");
    let open = lease.load().expect("it can be read").open;
    assert_eq!(open, replayed(&entries));
}

#[test]
fn closing_again_after_a_crash_changes_nothing() {
    let entries = entries();
    let run = replayed(&entries).expect("it begins with a run");
    let state = run.state(&State::empty(stack()));
    for saved in [false, true] {
        let at = tempfile::tempdir().expect("a folder");
        let lease = Folder::new(at.path(), stack())
            .lock("up")
            .expect("nobody has it");
        lease
            .begin()
            .expect("it begins")
            .append(&entries)
            .expect("the disk takes it");
        if saved {
            lease.save(&state).expect("the disk takes it"); // and here it crashes
        }
        let contents = lease.load().expect("it can be read");
        let wish = Wish::Up { wanted: "" };
        let told = first(contents.open.as_ref(), &contents.state, wish);
        let outcome = Outcome::Converged;
        assert_eq!(told, First::Close { outcome, saved });
        let last = if saved {
            contents.state
        } else {
            run.state(&contents.state)
        };
        lease.close(&last).expect("the disk takes it");
        let contents = lease.load().expect("it can be read");
        assert_eq!((contents.state, contents.open), (state.clone(), None));
    }
}

#[test]
fn the_state_of_another_stack_is_refused() {
    let at = tempfile::tempdir().expect("a folder");
    let lease = Folder::new(at.path(), stack())
        .lock("up")
        .expect("nobody has it");
    lease
        .save(&State::empty(stack()))
        .expect("the disk takes it");
    let other = StackName {
        app: "other".into(),
        environment: "test".into(),
    };
    let error = Folder::new(at.path(), other)
        .peek()
        .expect_err("it is another's");
    assert_eq!(error.code(), "E0505");
}

#[cfg(unix)]
#[test]
fn the_journal_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let at = tempfile::tempdir().expect("a folder");
    let lease = Folder::new(at.path(), stack())
        .lock("up")
        .expect("nobody has it");
    lease.begin().expect("it begins");
    let told = fs::metadata(at.path().join("journal.jsonl")).expect("it is there");
    assert_eq!(told.permissions().mode() & 0o777, 0o600);
}

fn replayed(entries: &[Entry]) -> Option<Run> {
    ashore_engine::journal::replay(entries).expect("the entries fit")
}
