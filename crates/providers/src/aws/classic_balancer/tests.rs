use super::*;

fn listener(port: u16, instance_port: u16) -> Listener {
    Listener {
        port,
        protocol: "HTTP".into(),
        instance_port,
        instance_protocol: "HTTP".into(),
        certificate: None,
        tls_policy: None,
    }
}

fn secure(port: u16, certificate: &str) -> Listener {
    Listener {
        protocol: "HTTPS".into(),
        certificate: Some(certificate.to_string().into()),
        tls_policy: Some("tls-1-2".into()),
        ..listener(port, 8080)
    }
}

fn balancer() -> ClassicBalancer {
    let ids = |ids: [&str; 2]| ids.map(|id| id.to_string().into()).to_vec();
    ClassicBalancer {
        name: "hello-default".into(),
        scheme: "internet-facing".into(),
        subnets: ids(["subnet-1", "subnet-2"]),
        security_groups: vec!["sg-1".to_string().into()],
        listeners: vec![listener(80, 8080), secure(443, "arn:a")],
        health: HealthCheck {
            target: "HTTP:8080/".into(),
            interval_seconds: 30,
            timeout_seconds: 5,
            healthy_threshold: 2,
            unhealthy_threshold: 3,
        },
        cross_zone: true,
        idle_timeout_seconds: 60,
        draining: None,
        access_logs: None,
        tags: Tags::default(),
    }
}

fn observed(change: impl FnOnce(&mut ClassicBalancer)) -> Observed<ClassicBalancer> {
    let mut spec = balancer();
    change(&mut spec);
    let outputs = Outputs {
        name: "hello-default".into(),
        dns_name: "dns".into(),
        zone_id: None,
    };
    Observed { spec, outputs }
}

#[test]
fn each_field_has_its_request() {
    let negotiation = || [Change::TlsPolicy("tls-1-2".into()), Change::Negotiate(443)];
    let mut new = vec![Change::Create];
    new.extend(negotiation());
    new.extend([Change::Health, Change::Attributes]);
    assert_eq!(balancer().changes(None), new);
    let rows: [(Observed<ClassicBalancer>, Vec<Change>); 13] = [
        (observed(|_| {}), vec![]),
        (observed(|o| o.subnets.reverse()), vec![]),
        (observed(|o| drop(o.subnets.pop())), vec![Change::Attach]),
        (
            observed(|o| o.subnets.push("subnet-3".to_string().into())),
            vec![Change::Detach(vec!["subnet-3".into()])],
        ),
        (
            observed(|o| o.security_groups.clear()),
            vec![Change::SecurityGroups],
        ),
        (
            observed(|o| drop(o.listeners.pop())),
            [vec![Change::Listen(vec![443])], negotiation().to_vec()].concat(),
        ),
        (
            observed(|o| o.listeners.push(listener(81, 8080))),
            vec![Change::Close(vec![81])],
        ),
        (
            observed(|o| o.listeners[0].instance_port = 8081),
            vec![Change::Close(vec![80]), Change::Listen(vec![80])],
        ),
        (
            observed(|o| o.listeners[1] = secure(443, "arn:b")),
            vec![Change::Certificate(443)],
        ),
        (
            observed(|o| o.listeners[1].tls_policy = Some("tls-1-0".into())),
            negotiation().to_vec(),
        ),
        (
            observed(|o| {
                let (bucket, prefix) = ("theirs".to_string(), String::new());
                o.access_logs = Some(AccessLogs { bucket, prefix });
            }),
            vec![Change::Attributes],
        ),
        (
            observed(|o| o.health.target = "TCP:8080".into()),
            vec![Change::Health],
        ),
        (
            observed(|o| o.draining = Some(Draining { seconds: 30 })),
            vec![Change::Attributes],
        ),
    ];
    for (observed, changes) in rows {
        assert_eq!(balancer().changes(Some(&observed)), changes);
        assert_eq!(balancer().replaced_by(&observed), None);
    }
}

#[test]
fn another_scheme_is_another_balancer() {
    let there = observed(|o| o.scheme = "internal".into());
    let replacement = balancer().replaced_by(&there).unwrap();
    assert_eq!(replacement.fields, ["scheme"]);
}

#[test]
fn lists_have_no_order() {
    let there = observed(|o| {
        o.subnets.reverse();
        o.listeners.reverse();
    });
    assert_eq!(there.spec.owned(&[&balancer()]), balancer());
}

#[test]
fn tls_of_which_nothing_is_said_is_left_alone() {
    let mut wanted = balancer();
    wanted.listeners[1].tls_policy = None;
    assert_eq!(balancer().owned(&[&wanted]), wanted);
    assert_eq!(
        wanted.changes(None),
        [Change::Create, Change::Health, Change::Attributes]
    );
}
