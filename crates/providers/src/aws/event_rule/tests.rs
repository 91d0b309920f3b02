use super::*;
use serde_json::json;

fn rule(topic: &str) -> EventRule {
    EventRule {
        name: "shop-events".into(),
        description: "tasks".into(),
        pattern: json!({ "source": ["aws.ecs"] }),
        topic: Some(topic.to_string().into()),
        tags: Tags::default(),
    }
}

fn observed(spec: EventRule, targets: &[&str]) -> Observed<EventRule> {
    let outputs = Outputs {
        name: "shop-events".into(),
        arn: "arn".into(),
        targets: targets.iter().map(|id| (*id).to_string()).collect(),
    };
    Observed { spec, outputs }
}

#[test]
fn a_rule_and_its_target_are_two_requests() {
    assert_eq!(rule("a").changes(None), [Change::Put, Change::Target]);
    let there = observed(rule("a"), &["topic"]);
    assert_eq!(rule("a").changes(Some(&there)), []);
    assert_eq!(rule("b").changes(Some(&there)), [Change::Target]);
    let removal = EventRule::removal(&there);
    assert_eq!(
        removal,
        [Change::Clear(vec!["topic".into()]), Change::Delete]
    );
}

#[test]
fn targets_of_somebody_else_go() {
    let none = EventRule {
        topic: None,
        ..rule("a")
    };
    let there = observed(none.clone(), &["topic", "theirs"]);
    let theirs = Change::Clear(vec!["theirs".into()]);
    assert_eq!(rule("a").changes(Some(&there)), [Change::Target, theirs]);
    let bare = observed(none, &[]);
    assert_eq!(rule("a").changes(Some(&bare)), [Change::Target]);
    assert_eq!(EventRule::removal(&bare), [Change::Delete]);
}
