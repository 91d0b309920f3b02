use super::*;

const FOREIGN: &str = "d2f8a5b0-1c8e-4a52-9d7b-0123456789ab";

fn given(source: &str) -> Content {
    Content::Given {
        source: source.into(),
    }
}

fn generated(length: u32) -> Content {
    Content::Generated { length }
}

fn version(id: &str) -> Content {
    Content::Version { id: id.into() }
}

fn ours(suffix: &str) -> String {
    format!("{}{suffix}", "a2".repeat(16))
}

fn secret(content: Content) -> Secret {
    Secret {
        name: "hello-default-registry".into(),
        description: "the registry's password".into(),
        content,
        recovery: Recovery::None,
        scheduled_for_deletion: false,
        tags: Tags([("team".to_string(), "a".to_string())].into()),
    }
}

fn observed(spec: Secret) -> Observed<Secret> {
    let outputs = Outputs {
        arn: "arn".into(),
        name: spec.name.clone(),
        version: Some(match &spec.content {
            Content::Given { .. } => ours("-given"),
            Content::Generated { length } => ours(&format!("-generated-{length}")),
            Content::Version { id } => id.clone(),
        }),
    };
    Observed { spec, outputs }
}

#[test]
fn every_content_meets_every_content() {
    let stage = |to: &str, from: String| Change::Stage {
        to: to.into(),
        from: Some(from),
    };
    let rows = [
        (given("env:A"), given("env:B"), None),
        (given("env:A"), generated(64), Some(Change::Put)),
        (given("env:A"), version(FOREIGN), Some(Change::Put)),
        (given("env:A"), version(&ours("-given")), Some(Change::Put)),
        (generated(64), generated(64), None),
        (generated(32), generated(64), Some(Change::Put)),
        (generated(64), given("env:A"), Some(Change::Put)),
        (generated(64), version(&ours("-given")), Some(Change::Put)),
        (generated(64), version(&ours("-generated-64")), None),
        (
            generated(32),
            version(&ours("-generated-64")),
            Some(Change::Put),
        ),
        (generated(64), version(FOREIGN), None),
        (version(FOREIGN), version(FOREIGN), None),
        (
            version(FOREIGN),
            given("env:A"),
            Some(stage(FOREIGN, ours("-given"))),
        ),
    ];
    for (wanted, there, change) in rows {
        let changes = secret(wanted.clone()).changes(Some(&observed(secret(there.clone()))));
        assert_eq!(changes, Vec::from_iter(change), "{wanted:?} for {there:?}");
    }
    assert_eq!(secret(given("env:A")).changes(None), [Change::Create]);
}

#[test]
fn every_other_difference_has_its_request() {
    type Edit = fn(&mut Secret);
    let rows: [(Edit, Vec<Change>); 5] = [
        (|_| {}, vec![]),
        (|s| s.description = "x".into(), vec![Change::Describe]),
        (|s| s.recovery = Recovery::Days(7), vec![Change::Tag]),
        (
            |s| s.tags = Tags([("cost".to_string(), "b".to_string())].into()),
            vec![Change::Tag, Change::Untag(vec!["team".into()])],
        ),
        (|s| s.scheduled_for_deletion = true, vec![Change::Schedule]),
    ];
    let there = observed(secret(given("env:A")));
    for (edit, changes) in rows {
        let mut wanted = secret(given("env:A"));
        edit(&mut wanted);
        assert_eq!(wanted.changes(Some(&there)), changes, "{wanted:?}");
        assert_eq!(wanted.replaced_by(&there), None);
    }
}

#[test]
fn one_that_is_scheduled_for_deletion_is_restored_first() {
    let mut there = secret(version(FOREIGN));
    there.scheduled_for_deletion = true;
    let wanted = secret(given("env:A"));
    assert_eq!(
        wanted.changes(Some(&observed(there.clone()))),
        [Change::Restore, Change::Put]
    );
    let back = there.changes(Some(&observed(wanted)));
    assert!(matches!(
        back.as_slice(),
        [Change::Stage { to, .. }, Change::Schedule] if to == FOREIGN
    ));
}

#[test]
fn what_nobody_else_has_can_be_had_back() {
    let delete = |recovery| vec![Change::Delete(recovery)];
    let mut there = observed(secret(given("env:A")));
    assert_eq!(Secret::removal(&there), delete(Recovery::None));
    there.outputs.version = Some(FOREIGN.into());
    assert_eq!(Secret::removal(&there), delete(Recovery::Days(7)));
    there.spec.scheduled_for_deletion = true;
    assert_eq!(Secret::removal(&there), []);
}

#[test]
fn what_needs_no_request_is_what_is_wanted() {
    let wanted = secret(given("env:A"));
    let there = secret(given("an earlier run"));
    assert_eq!(there.owned(&[&wanted]), wanted);
    let kept = secret(generated(64));
    assert_eq!(secret(version(FOREIGN)).owned(&[&kept]), kept);
}

#[test]
fn what_was_written_before_is_a_version_to_go_back_to() {
    let written = secret(generated(64));
    for wanted in [given("env:A"), generated(32)] {
        let there = secret(version(&ours("-generated-64")));
        let owned = there.clone().owned(&[&secret(wanted), &written]);
        assert_eq!(owned, there);
    }
}

#[test]
fn another_name_is_another_secret() {
    let mut wanted = secret(generated(64));
    wanted.at_generation(2);
    let replaced = wanted.replaced_by(&observed(secret(generated(64))));
    assert_eq!(replaced, Some(Replacement::because(["name"])));
}
