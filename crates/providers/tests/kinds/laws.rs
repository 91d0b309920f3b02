//! The laws of the pure half.

use std::collections::BTreeSet;

use ashore_engine::document::Document;
use ashore_engine::kind::{Kinds, PlannedRequest, PureKind, Replacement};
use ashore_providers::kinds;
use serde_json::Value;

use crate::example::Example;
use crate::{
    assets, capacity, data, discovery, ecs, elb, iam, images, network, observability, raw, records,
    scaling, schedules, secrets,
};

pub(crate) fn examples() -> Vec<Example> {
    [
        assets::examples(),
        network::examples(),
        observability::examples(),
        elb::examples(),
        capacity::examples(),
        data::examples(),
        discovery::examples(),
        ecs::examples(),
        iam::examples(),
        images::examples(),
        raw::examples(),
        records::examples(),
        scaling::examples(),
        schedules::examples(),
        secrets::examples(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn each(law: impl Fn(&Example, &dyn PureKind)) {
    let kinds: Kinds = kinds();
    for example in examples() {
        law(&example, kinds[example.kind].as_ref());
    }
}

fn members(document: &Document) -> BTreeSet<&str> {
    match &document.0 {
        Value::Object(members) => members.keys().map(String::as_str).collect(),
        other => panic!("{other} has no members"),
    }
}

/// What is planned where `there` is, as the engine asks for it: only what is ours of it, and
/// what was written is `written`.
fn planned(
    example: &Example,
    kind: &dyn PureKind,
    wanted: &Document,
    there: &Document,
    written: &Document,
) -> (Vec<PlannedRequest>, Option<Replacement>) {
    let owned = kind.owned(there.clone(), &[wanted, written]).unwrap();
    let observed = example.observed(&owned);
    let changes = kind.changes(wanted, Some(&observed)).unwrap();
    (changes, kind.replaced_by(wanted, &observed).unwrap())
}

/// Every request that the example leads to.
fn requests(example: &Example, kind: &dyn PureKind) -> Vec<PlannedRequest> {
    let observed = example.observed(&example.spec);
    let mut all = kind.changes(&example.spec, None).unwrap();
    for (_, altered) in &example.altered {
        all.extend(kind.changes(altered, Some(&observed)).unwrap());
    }
    all.extend(kind.removal(&observed).unwrap());
    all
}

#[test]
fn every_kind_has_an_example() {
    let have: Vec<&str> = examples().iter().map(|example| example.kind).collect();
    let unique: BTreeSet<&str> = have.iter().copied().collect();
    assert_eq!(unique.len(), have.len(), "{have:?}");
    assert_eq!(unique, kinds().keys().copied().collect());
}

#[test]
fn what_a_kind_tells_is_a_member_of_its_outputs() {
    each(|example, kind| {
        for (word, member) in kind.named().tells {
            let there = members(&example.outputs).contains(member);
            assert!(there, "{}: {word} is {member}", example.kind);
        }
    });
}

#[test]
fn a_spec_reads_back_as_it_was_written() {
    each(|example, kind| {
        let specs = example.altered.iter().map(|(_, altered)| altered);
        for spec in specs.chain([&example.spec]) {
            let first_life = kind.at_generation(spec, 1).unwrap();
            assert_eq!(first_life, *spec, "{}", example.kind);
            let owned = kind.owned(spec.clone(), &[spec]).unwrap();
            assert_eq!(owned, *spec, "{}: all of it is ours", example.kind);
        }
    });
}

#[test]
fn from_nothing_the_first_request_creates() {
    each(|example, kind| {
        let changes = kind.changes(&example.spec, None).unwrap();
        let first = &changes.first().expect("something to do").operation;
        let (_, verb) = first.split_once(':').expect("service and operation");
        let creates = [
            "Allocate",
            "Associate",
            "Change",
            "Create",
            "Import",
            "POST",
            "Put",
            "Register",
            "Request",
            "Subscribe",
        ];
        assert!(creates.iter().any(|word| verb.starts_with(word)), "{first}");
    });
}

#[test]
fn where_all_is_as_wanted_nothing_is_planned() {
    each(|example, kind| {
        let spec = &example.spec;
        let nothing = planned(example, kind, spec, spec, spec);
        assert_eq!(nothing, (Vec::new(), None), "{}", example.kind);
    });
}

#[test]
fn whatever_is_altered_is_seen_in_the_spec_and_in_the_cloud() {
    each(|example, kind| {
        for (field, altered) in &example.altered {
            let spec = &example.spec;
            for (wanted, there) in [(altered, spec), (spec, altered)] {
                let (changes, replacement) = planned(example, kind, wanted, there, spec);
                let seen = !changes.is_empty() || replacement.is_some();
                assert!(seen, "{}: {field} is not managed", example.kind);
            }
        }
    });
}

#[test]
fn every_member_is_altered_by_the_example_or_unmanaged_for_a_reason() {
    each(|example, _| {
        let altered = example.altered.iter().map(|(field, _)| *field);
        let unmanaged = example.unmanaged.iter().map(|(field, why)| {
            assert!(!why.is_empty());
            *field
        });
        let told: Vec<&str> = altered.chain(unmanaged).collect();
        let unique: BTreeSet<&str> = told.iter().copied().collect();
        assert_eq!(unique.len(), told.len(), "{}: {told:?}", example.kind);
        assert_eq!(unique, members(&example.spec), "{}", example.kind);
    });
}

#[test]
fn a_replacement_names_the_members_that_ask_for_it() {
    each(|example, kind| {
        for (field, altered) in &example.altered {
            let (_, replacement) = planned(example, kind, altered, &example.spec, altered);
            if let Some(replacement) = replacement {
                assert_eq!(replacement.fields, [*field], "{}", example.kind);
            }
        }
    });
}

#[test]
fn two_lives_at_once_have_two_names() {
    each(|example, kind| {
        // A record's name is the user's, and one owner at a time has it. A repository's is in every reference to its
        // images: it is made anew in its own place. What services are found by is asked for as it is; another life of it
        // is in another network or another namespace.
        let in_its_place = [
            ".record",
            ".repository",
            ".servicediscovery.namespace",
            ".servicediscovery.service",
        ];
        let named_by_us =
            is_aws(example) && !in_its_place.iter().any(|it| example.kind.ends_with(it));
        let Some(name) = example.spec.get("name").filter(|_| named_by_us) else {
            return;
        };
        let second = kind.at_generation(&example.spec, 2).unwrap();
        assert_ne!(second.get("name"), Some(name), "{}", example.kind);
        let first = kind.at_generation(&example.spec, 1).unwrap();
        assert_eq!(first, example.spec, "{}", example.kind);
    });
}

#[test]
fn only_what_is_shared_stays() {
    each(|example, kind| {
        let removal = kind.removal(&example.observed(&example.spec)).unwrap();
        assert_eq!(removal.is_empty(), kind.named().shared, "{}", example.kind);
    });
}

#[test]
fn a_request_waits_for_members_that_there_are() {
    each(|example, kind| {
        for request in requests(example, kind) {
            for field in request.uses.iter().flatten() {
                let there = members(&example.spec).contains(field.as_str());
                assert!(there, "{} uses {field}", request.operation);
            }
        }
    });
}

#[test]
fn every_request_to_aws_takes_the_permission_of_its_name() {
    each(|example, kind| {
        for request in requests(example, kind) {
            let permission = kind.permission(&request.change).unwrap();
            match permission {
                Some(permission) => assert_eq!(permission.action, request.operation),
                None => assert!(!is_aws(example), "{}", request.operation),
            }
        }
    });
}

fn is_aws(example: &Example) -> bool {
    example.kind.starts_with("aws.")
}
