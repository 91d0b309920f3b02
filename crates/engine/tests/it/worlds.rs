//! Random worlds: manifests over a fixed set of names, mishaps, and histories made of them.

use ashore_engine::failure::Class;
use ashore_testkit::fault::{How, Meddling};
use ashore_testkit::history::{Act, History, Wish};
use ashore_testkit::journal::Crash;
use ashore_testkit::manifest::Piece;
use ashore_testkit::shape::{self, Shape};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// Every name has one shape. A piece uses only those that stand before it, so that the manifests
/// of one history never need each other in a circle.
pub(crate) const NAMES: [(&str, Shape); 15] = [
    ("role", shape::ROLE),
    ("net", shape::NETWORK),
    ("net2", shape::NETWORK),
    ("gate", shape::GATEWAY),
    ("cert", shape::CERTIFICATE),
    ("store", shape::BUCKET),
    ("port", shape::LISTENER),
    ("port2", shape::LISTENER),
    ("rule", shape::RULE),
    ("rule2", shape::RULE),
    ("task", shape::REVISION),
    ("web", shape::SERVICE),
    ("api", shape::SERVICE),
    ("dns", shape::RECORD),
    ("dns2", shape::RECORD),
];

/// A piece of the name at `index`; the bits of `uses` and the like say which of those before it.
fn piece() -> impl Strategy<Value = Piece> {
    let fields = (0..4u32, 0..3u32, option::of(0..2u32));
    let edges = (any::<u16>(), any::<u16>(), any::<u16>(), any::<u16>());
    (0..NAMES.len(), fields, edges).prop_map(|(index, (size, form, tag), edges)| {
        let (name, shape) = NAMES[index];
        let (uses, some, calls, after) = edges;
        let of = |bits: u16| {
            let chosen = move |at: &usize| bits >> at & 1 == 1;
            (0..index)
                .filter(chosen)
                .map(|at| NAMES[at].0)
                .collect::<Vec<_>>()
        };
        // A record whose name stays and whose form changes would be made anew under itself.
        let form = if shape.displaces { 0 } else { form / 2 };
        let mut piece = Piece::new(shape, name).size(size).form(form);
        piece.tag = tag;
        piece.uses = of(uses & some);
        piece.calls = of(calls & !some & !uses);
        piece.after = of(after & !some & uses);
        piece
    })
}

fn manifest(most: usize) -> impl Strategy<Value = Vec<Piece>> {
    vec(piece(), 0..most).prop_map(|mut pieces| {
        pieces.sort_by_key(|piece| NAMES.iter().position(|(name, _)| *name == piece.name));
        pieces.dedup_by_key(|piece| piece.name);
        pieces
    })
}

/// Like the manifest before, with some pieces changed, some gone and some new.
fn changed(most: usize) -> impl Strategy<Value = Vec<Vec<Piece>>> {
    let change = (manifest(3), vec(0..NAMES.len(), 0..3));
    (manifest(most), vec(change, 1..4)).prop_map(|(first, changes)| {
        let mut all = vec![first];
        for (added, removed) in changes {
            let mut next = all.last().cloned().unwrap_or_default();
            next.retain(|piece| {
                let out = removed.iter().any(|at| NAMES[*at].0 == piece.name);
                !out && !added.iter().any(|new| new.name == piece.name)
            });
            next.extend(added);
            next.sort_by_key(|piece| NAMES.iter().position(|(name, _)| *name == piece.name));
            all.push(next);
        }
        all
    })
}

pub(crate) fn transient() -> impl Strategy<Value = How> {
    prop_oneof![
        Just(How::Refused(Class::Throttled)),
        Just(How::Refused(Class::Eventual)),
        Just(How::Refused(Class::Dependency)),
        Just(How::Refused(Class::Unsent)),
        Just(How::Refused(Class::Capacity)),
        Just(How::Applied),
        Just(How::Lost),
        Just(How::Silent),
        Just(How::Swallowed),
    ]
}

fn any_fault() -> impl Strategy<Value = How> {
    prop_oneof![
        4 => transient(),
        1 => Just(How::Refused(Class::Quota)),
        1 => Just(How::Refused(Class::Denied)),
        1 => Just(How::Refused(Class::Invalid)),
        1 => Just(How::Refused(Class::Auth)),
        1 => Just(How::Refused(Class::Exists)),
        1 => Just(How::Refused(Class::Gone)),
    ]
}

fn meddling() -> impl Strategy<Value = Meddling> {
    prop_oneof![
        (10..12u32).prop_map(Meddling::Resizes),
        Just(Meddling::Tags),
    ]
}

type Mishaps = (
    Vec<(u32, u32, How)>,
    Vec<(u32, u32, How)>,
    Vec<(u32, usize, Meddling)>,
    bool,
);

fn mishaps() -> impl Strategy<Value = Mishaps> {
    let faults = vec((0..30u32, 1..4u32, any_fault()), 0..3);
    let reads = vec((0..60u32, 1..4u32, any_fault()), 0..2);
    let tampers = vec((0..20u32, 0..NAMES.len(), meddling()), 0..2);
    (faults, reads, tampers, prop::bool::weighted(0.2))
}

fn crash() -> impl Strategy<Value = Option<Crash>> {
    option::of((0..90usize, 0..400usize).prop_map(|(at, torn)| Crash { at, torn }))
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Same,
    Next,
    Down,
    Undo,
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        3 => Just(Kind::Same),
        3 => Just(Kind::Next),
        1 => Just(Kind::Down),
        1 => Just(Kind::Undo),
    ]
}

fn foreign() -> impl Strategy<Value = Vec<(Shape, &'static str)>> {
    let named = |name: &'static str, shape| {
        any::<bool>().prop_map(move |there| there.then_some((shape, name)))
    };
    (
        named("dns", shape::RECORD),
        named("role", shape::ROLE),
        named("cert", shape::RECORD),
        prop::bool::weighted(0.1).prop_map(|there| there.then_some((shape::BUCKET, "store"))),
    )
        .prop_map(|(a, b, c, d)| [a, b, c, d].into_iter().flatten().collect())
}

/// Histories in which anything may happen at any time.
pub(crate) fn wild() -> impl Strategy<Value = History> {
    let acts = vec((kind(), mishaps(), crash()), 1..5);
    (any::<u64>(), foreign(), changed(8), acts).prop_map(|(seed, foreign, manifests, drawn)| {
        let mut acts = Vec::new();
        let mut at = 0;
        for (index, (kind, (faults, reads, tampers, keep), crash)) in drawn.into_iter().enumerate()
        {
            if let (Kind::Next, true) = (kind, index > 0) {
                at = (at + 1).min(manifests.len() - 1);
            }
            let mut act = Act::new(match kind {
                Kind::Same | Kind::Next => Wish::Up(manifests[at].clone()),
                Kind::Down => Wish::Down,
                Kind::Undo => Wish::Undo,
            });
            let fault = |(at, times, how)| ashore_testkit::fault::Fault { at, times, how };
            act.faults = faults.into_iter().map(fault).collect();
            act.read_faults = reads.into_iter().map(fault).collect();
            act.tampers = tampers
                .into_iter()
                .map(|(at, name, what)| ashore_testkit::fault::Tamper {
                    at,
                    name: NAMES[name].0.to_string(),
                    what,
                })
                .collect();
            act.keep = keep;
            act.crash = crash;
            acts.push(act);
        }
        History {
            seed,
            foreign,
            acts,
        }
    })
}

/// Several manifests, one after the other, with nothing going wrong.
pub(crate) fn calm() -> impl Strategy<Value = History> {
    (any::<u64>(), foreign(), changed(10)).prop_map(|(seed, foreign, manifests)| History {
        seed,
        foreign,
        acts: manifests
            .into_iter()
            .map(|pieces| Act::new(Wish::Up(pieces)))
            .collect(),
    })
}

/// One or two manifests with one thing going wrong during the last of them, and then another one
/// that somebody may want next.
pub(crate) fn two_and_another() -> impl Strategy<Value = History> {
    let fault = option::of((0..20u32, 1..3u32, any_fault()));
    (
        any::<u64>(),
        foreign(),
        changed(6),
        fault,
        prop::bool::weighted(0.2),
    )
        .prop_map(|(seed, foreign, mut manifests, fault, keep)| {
            manifests.truncate(3);
            let other = manifests.pop().unwrap_or_default();
            let up = |pieces| Act::new(Wish::Up(pieces));
            let mut acts: Vec<Act> = manifests.into_iter().map(up).collect();
            if let Some(act) = acts.last_mut() {
                act.keep = keep;
                let scripted = |(at, times, how)| ashore_testkit::fault::Fault { at, times, how };
                act.faults = fault.into_iter().map(scripted).collect();
            }
            acts.push(up(other));
            History {
                seed,
                foreign,
                acts,
            }
        })
}
