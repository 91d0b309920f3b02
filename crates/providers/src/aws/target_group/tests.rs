use super::*;

fn group() -> TargetGroup {
    TargetGroup {
        name: "hello-default-web".into(),
        vpc: "vpc-1".to_string().into(),
        target_type: "ip".into(),
        port: 80,
        protocol: "HTTP".into(),
        health: HealthCheck {
            path: "/".into(),
            port: "traffic-port".into(),
            protocol: "HTTP".into(),
            matcher: "200-399".into(),
            interval_seconds: 10,
            timeout_seconds: 5,
            healthy_threshold: 2,
            unhealthy_threshold: 3,
        },
        attributes: [("deregistration_delay.timeout_seconds".into(), "30".into())].into(),
        tags: Tags::default(),
    }
}

fn observed(change: impl FnOnce(&mut TargetGroup)) -> Observed<TargetGroup> {
    let mut spec = group();
    change(&mut spec);
    let outputs = Outputs { arn: "arn".into() };
    Observed { spec, outputs }
}

#[test]
fn from_nothing_it_is_made_and_given_its_attributes() {
    let set = Change::Attributes(group().attributes);
    assert_eq!(group().changes(None), [Change::Create, set]);
}

#[test]
fn each_field_has_its_request() {
    let rows = [
        (observed(|_| {}), vec![]),
        (
            observed(|o| o.health.matcher = "200".into()),
            vec![Change::Health],
        ),
        (
            observed(|o| o.health.interval_seconds = 30),
            vec![Change::Health],
        ),
        (
            observed(|o| o.health.timeout_seconds = 2),
            vec![Change::Health],
        ),
        (
            observed(|o| o.health.healthy_threshold = 5),
            vec![Change::Health],
        ),
        (
            observed(|o| o.health.unhealthy_threshold = 2),
            vec![Change::Health],
        ),
        (
            observed(|o| o.attributes.clear()),
            vec![Change::Attributes(group().attributes)],
        ),
        (
            observed(|o| o.tags.0 = [("old".into(), "x".into())].into()),
            vec![Change::Untag(vec!["old".into()])],
        ),
    ];
    for (observed, changes) in rows {
        assert_eq!(group().changes(Some(&observed)), changes);
        assert_eq!(group().replaced_by(&observed), None);
    }
}

#[test]
fn what_makes_a_new_group() {
    for (field, observed) in [
        ("vpc", observed(|o| o.vpc = "vpc-2".to_string().into())),
        ("port", observed(|o| o.port = 81)),
        ("protocol", observed(|o| o.protocol = "HTTPS".into())),
        ("health.path", observed(|o| o.health.path = "/old".into())),
        ("health.port", observed(|o| o.health.port = "81".into())),
        (
            "health.protocol",
            observed(|o| o.health.protocol = "HTTPS".into()),
        ),
    ] {
        let replacement = group().replaced_by(&observed).unwrap();
        assert_eq!(replacement.fields, [field]);
        assert!(replacement.coexists);
    }
}

#[test]
fn a_later_life_bears_another_name() {
    let mut group = group();
    group.at_generation(2);
    assert_eq!(group.name, "hello-default-web-g2");
}
