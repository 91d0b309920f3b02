use super::*;

fn rule() -> ListenerRule {
    ListenerRule {
        listener: "arn:listener".to_string().into(),
        priority: 10,
        hosts: vec!["a.example.com".into(), "b.example.com".into()],
        paths: vec![],
        target_group: "arn:group".to_string().into(),
        login: None,
        tags: Tags::default(),
    }
}

fn observed(change: impl FnOnce(&mut Observed<ListenerRule>)) -> Observed<ListenerRule> {
    let mut observed = Observed {
        spec: rule(),
        outputs: Outputs {
            arn: "arn".into(),
            foreign: Vec::new(),
            client_secret: None,
        },
    };
    change(&mut observed);
    observed
}

#[test]
fn each_field_has_its_request() {
    assert_eq!(rule().changes(None), [Change::Create]);
    let rows = [
        (observed(|_| {}), vec![]),
        (observed(|o| o.spec.hosts.reverse()), vec![]),
        (observed(|o| drop(o.spec.hosts.pop())), vec![Change::Modify]),
        (
            observed(|o| o.spec.paths.push("/old".into())),
            vec![Change::Modify],
        ),
        (
            observed(|o| o.spec.target_group = "arn:old".to_string().into()),
            vec![Change::Modify],
        ),
        (
            observed(|o| o.outputs.foreign.push("a condition on source-ip".into())),
            vec![Change::Modify],
        ),
        (observed(|o| o.spec.priority = 11), vec![Change::Priority]),
        (
            observed(|o| o.spec.tags.0 = [("old".into(), "x".into())].into()),
            vec![Change::Untag(vec!["old".into()])],
        ),
    ];
    for (observed, changes) in rows {
        assert_eq!(rule().changes(Some(&observed)), changes);
        assert_eq!(rule().replaced_by(&observed), None);
    }
}

#[test]
fn another_listener_makes_a_new_one() {
    let other = observed(|o| o.spec.listener = "arn:other".to_string().into());
    let replacement = rule().replaced_by(&other).unwrap();
    assert_eq!(replacement.fields, ["listener"]);
}

#[test]
fn a_rule_for_everything_says_so_in_a_path() {
    let mut wanted = rule();
    wanted.hosts.clear();
    let there = observed(|o| {
        o.spec.hosts.clear();
        o.spec.paths = vec!["/*".into()];
    });
    assert_eq!(wanted.changes(Some(&there)), []);
}
