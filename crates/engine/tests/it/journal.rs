//! A damaged journal or state is never taken for a sound one.

use ashore_engine::journal::{read, replay};
use ashore_engine::state::format;
use ashore_testkit::manifest::Piece;
use ashore_testkit::shape;

use crate::bench::Bench;

fn bench() -> Bench {
    let mut bench = Bench::new();
    let pieces = [
        Piece::new(shape::NETWORK, "net"),
        Piece::new(shape::GATEWAY, "gate").uses(["net"]).tag(1),
    ];
    bench.settle(&pieces);
    bench
}

#[test]
fn every_truncation_leaves_the_entries_before_it() {
    let bench = bench();
    let bytes = bench.bytes.borrow();
    let all = read(&bytes).expect("nobody has damaged it").entries;
    for length in 0..bytes.len() {
        let reading = read(&bytes[..length]).expect("a torn end is no damage");
        let lines = bytes[..length]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count();
        assert_eq!(reading.entries, all[..lines], "cut at {length}");
        let whole = usize::try_from(reading.whole).expect("it is short");
        assert!(whole <= length && (whole == 0 || bytes[whole - 1] == b'\n'));
        replay(&reading.entries).expect("what was whole fits");
    }
}

#[test]
fn every_flipped_bit_of_a_journal_is_detected() {
    let bench = bench();
    let mut bytes = bench.bytes.borrow().clone();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            bytes[at] ^= 1 << bit;
            assert!(read(&bytes).is_err(), "bit {bit} of byte {at}");
            bytes[at] ^= 1 << bit;
        }
    }
}

#[test]
fn lines_that_are_dropped_swapped_or_doubled_are_detected() {
    let bench = bench();
    let bytes = bench.bytes.borrow();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    for at in 0..lines.len() - 1 {
        let mut dropped = lines.clone();
        dropped.remove(at);
        assert!(read(&dropped.concat()).is_err(), "line {at} is dropped");
        let mut swapped = lines.clone();
        swapped.swap(at, at + 1);
        assert!(read(&swapped.concat()).is_err(), "line {at} is swapped");
        let mut doubled = lines.clone();
        doubled.insert(at, lines[at]);
        assert!(read(&doubled.concat()).is_err(), "line {at} is doubled");
    }
}

#[test]
fn every_flipped_bit_of_a_state_is_detected_or_harmless() {
    let bench = bench();
    let text = format::write(&bench.state);
    let mut bytes = text.clone().into_bytes();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            bytes[at] ^= 1 << bit;
            let read = format::read(&String::from_utf8_lossy(&bytes));
            assert!(
                read.is_err() || read.is_ok_and(|state| state == bench.state),
                "{bit} of {at}"
            );
            bytes[at] ^= 1 << bit;
        }
    }
}

#[test]
fn every_truncation_of_a_state_is_detected() {
    let text = format::write(&bench().state);
    for length in 0..text.len() - 1 {
        assert!(format::read(&text[..length]).is_err(), "cut at {length}");
    }
}
