use super::*;

fn listener() -> Listener {
    Listener {
        load_balancer: "arn:lb".to_string().into(),
        port: 443,
        protocol: "HTTPS".into(),
        certificate: Some("arn:certificate".to_string().into()),
        tls_policy: Some("ELBSecurityPolicy-TLS13-1-2-2021-06".into()),
        default_action: Action::Respond {
            status: 404,
            content_type: "text/plain".into(),
            body: "nothing here".into(),
        },
        tags: Tags::default(),
    }
}

fn observed(change: impl FnOnce(&mut Listener)) -> Observed<Listener> {
    let mut spec = listener();
    change(&mut spec);
    let outputs = Outputs { arn: "arn".into() };
    Observed { spec, outputs }
}

#[test]
fn each_field_has_its_request() {
    assert_eq!(listener().changes(None), [Change::Create]);
    let rows = [
        (observed(|_| {}), vec![]),
        (observed(|o| o.port = 444), vec![Change::Move]),
        (
            observed(|o| o.protocol = "HTTP".into()),
            vec![Change::Modify],
        ),
        (observed(|o| o.certificate = None), vec![Change::Modify]),
        (
            observed(|o| o.tls_policy = Some("old".into())),
            vec![Change::Modify],
        ),
        (
            observed(|o| o.default_action = Action::Other { what: "x".into() }),
            vec![Change::Modify],
        ),
        (
            observed(|o| o.tags.0 = [("old".into(), "x".into())].into()),
            vec![Change::Untag(vec!["old".into()])],
        ),
    ];
    for (observed, changes) in rows {
        assert_eq!(listener().changes(Some(&observed)), changes);
        assert_eq!(listener().replaced_by(&observed), None);
    }
}

#[test]
fn a_policy_that_nobody_asks_for_is_left_alone() {
    let mut wanted = listener();
    wanted.tls_policy = None;
    let seen = observed(|o| o.tls_policy = Some("of AWS".into()));
    assert_eq!(wanted.changes(Some(&seen)), []);
    assert_eq!(seen.spec.owned(&[&wanted]).tls_policy, None);
}

#[test]
fn another_balancer_makes_a_new_one() {
    let other = observed(|o| o.load_balancer = "arn:other".to_string().into());
    let replacement = listener().replaced_by(&other).unwrap();
    assert_eq!(replacement.fields, ["load_balancer"]);
}

#[test]
fn a_target_group_in_an_action_is_found_as_a_reference() {
    let group = crate::aws::target_group::TargetGroup::ARN;
    let address = "services.web/target_group".into();
    let mut wanted = listener();
    wanted.default_action = Action::Forward {
        target_group: group.of(&address, ashore_engine::input::When::Named),
    };
    let document = ashore_engine::document::Document::of(&wanted);
    let found = ashore_engine::input::references(&document);
    assert_eq!(found[0].0, "default_action");
    assert_eq!(document.read::<Listener>().unwrap(), wanted);
}
