use serde_json::json;

use super::*;

fn repository() -> Repository {
    Repository {
        name: "hello-web".into(),
        mutability: Mutability::of(false),
        scan_on_push: true,
        kms_key: None,
        lifecycle: Some(lifecycle::keep(10)),
        policy: None,
        removal: Removal::Retain,
        tags: Tags::default(),
    }
}

fn observed(spec: Repository, holds_images: bool) -> Observed<Repository> {
    let outputs = Outputs {
        name: spec.name.clone(),
        arn: "arn".into(),
        uri: "uri".into(),
        holds_images,
    };
    Observed { spec, outputs }
}

fn pull_by(who: &str) -> Option<Value> {
    Some(json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "AWS": who }, "Action": "ecr:BatchGetImage",
    }]}))
}

#[test]
fn policies_are_requests_of_their_own() {
    assert_eq!(
        repository().changes(None),
        [Change::Create, Change::Lifecycle]
    );
    let both = Repository {
        policy: pull_by("123456789012"),
        ..repository()
    };
    let all = [Change::Create, Change::Lifecycle, Change::Policy];
    assert_eq!(both.changes(None), all);
}

#[test]
fn every_difference_has_its_request() {
    let there = observed(repository(), true);
    assert_eq!(repository().changes(Some(&there)), []);
    type Alter = fn(&mut Repository);
    let rows: &[(Alter, Change)] = &[
        (|it| it.mutability.immutable = true, Change::Mutability),
        (
            |it| it.mutability.except = ["v*".into()].into(),
            Change::Mutability,
        ),
        (|it| it.scan_on_push = false, Change::Scanning),
        (
            |it| it.lifecycle = Some(lifecycle::keep(11)),
            Change::Lifecycle,
        ),
        (|it| it.lifecycle = None, Change::ExpireNone),
        (|it| it.policy = pull_by("123456789012"), Change::Policy),
        (|it| it.removal = Removal::Delete, Change::Tag),
        (|it| it.tags = Tags::default().named("x"), Change::Tag),
    ];
    for (alter, change) in rows {
        let mut wanted = repository();
        alter(&mut wanted);
        assert_eq!(
            wanted.changes(Some(&there)).as_slice(),
            std::slice::from_ref(change),
            "{wanted:?}"
        );
        assert_eq!(wanted.replaced_by(&there), None);
    }
    let mut there = there;
    there.spec.policy = pull_by("123456789012");
    assert_eq!(repository().changes(Some(&there)), [Change::NoPolicy]);
}

/// AWS writes an account as the ARN of its root.
#[test]
fn the_same_policy_in_other_words_is_no_difference() {
    let wanted = Repository {
        policy: pull_by("123456789012"),
        ..repository()
    };
    let there = Repository {
        policy: pull_by("arn:aws:iam::123456789012:root"),
        ..repository()
    };
    assert_eq!(there.clone().owned(&[&wanted]), wanted);
    assert_eq!(wanted.changes(Some(&observed(there, false))), []);
}

#[test]
fn what_holds_images_goes_only_if_it_was_said_so() {
    let rows = [
        (Removal::Retain, true, vec![]),
        (
            Removal::Retain,
            false,
            vec![Change::Delete { images: false }],
        ),
        (Removal::Delete, true, vec![Change::Delete { images: true }]),
        (
            Removal::Delete,
            false,
            vec![Change::Delete { images: false }],
        ),
    ];
    for (removal, images, changes) in rows {
        let spec = Repository {
            removal,
            ..repository()
        };
        assert_eq!(Repository::removal(&observed(spec, images)), changes);
    }
    let loses = Repository::request(&Change::Delete { images: true });
    assert!(matches!(loses.impact, Impact::DataLoss(_)));
}

#[test]
fn another_key_is_another_repository_of_the_same_name() {
    let wanted = Repository {
        kms_key: Some("arn:aws:kms:eu-central-1:1:key/a".into()),
        ..repository()
    };
    let replaced = wanted.replaced_by(&observed(repository(), false));
    assert_eq!(
        replaced,
        Some(Replacement::because(["kms_key"]).in_its_place())
    );
}

/// The rule that spares comes first, and the one for all is the last, as ECR wants it.
#[test]
fn the_images_in_use_are_out_of_the_reach_of_the_count() {
    let policy = lifecycle::keep(10);
    let rules = policy["rules"].as_array().expect("rules");
    assert_eq!(
        rules[0]["selection"]["tagPrefixList"],
        json!([lifecycle::LIVE])
    );
    assert_eq!(rules[1]["selection"]["tagStatus"], "any");
    assert_eq!(rules[1]["selection"]["countNumber"], 10);
}
