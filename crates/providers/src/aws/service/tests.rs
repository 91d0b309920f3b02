use super::*;

pub(super) fn service() -> Service {
    Service {
        name: "hello-default-web".into(),
        cluster: "hello-default".to_string().into(),
        task_definition: "arn:td:2".to_string().into(),
        capacity: Capacity::Fargate,
        desired_count: 2,
        scaled: false,
        subnets: inputs(&["subnet-a", "subnet-b"]),
        security_groups: inputs(&["sg-a"]),
        assign_public_ip: true,
        load_balancer: Some(Attachment {
            target_group: "arn:tg".to_string().into(),
            container: "web".into(),
            port: 80,
        }),
        more_load_balancers: Vec::new(),
        registry: None,
        connect: None,
        classic_balancer: None,
        grace_period_seconds: None,
        minimum_healthy_percent: 100,
        maximum_percent: 200,
        circuit_breaker: true,
        rollback: true,
        execute_command: false,
        tags: Tags([("team".to_string(), "a".to_string())].into()),
    }
}

fn inputs(values: &[&str]) -> Vec<Input<String>> {
    values.iter().map(|v| (*v).to_string().into()).collect()
}

fn observed(spec: Service) -> Observed<Service> {
    let outputs = Outputs {
        arn: "arn".into(),
        name: spec.name.clone(),
        cluster: "arn:aws:ecs:eu-central-1:1:cluster/hello-default".into(),
        given_up: false,
    };
    Observed { spec, outputs }
}

fn update(fields: &[Field]) -> Vec<Change> {
    vec![Change::Update {
        fields: fields.to_vec(),
        least: 100,
    }]
}

#[test]
fn an_update_sends_only_what_differs() {
    type Edit = fn(&mut Service);
    let rows: [(Edit, Vec<Change>); 14] = [
        (|_| {}, vec![]),
        (
            |s| s.task_definition = "arn:td:3".to_string().into(),
            update(&[Field::TaskDefinition]),
        ),
        (|s| s.desired_count = 5, update(&[Field::DesiredCount(5)])),
        (
            |s| s.subnets = inputs(&["subnet-a"]),
            update(&[Field::Network]),
        ),
        (
            |s| s.security_groups = inputs(&["sg-b"]),
            update(&[Field::Network]),
        ),
        (|s| s.assign_public_ip = false, update(&[Field::Network])),
        (|s| s.load_balancer = None, update(&[Field::LoadBalancer])),
        (
            |s| s.grace_period_seconds = Some(30),
            update(&[Field::GracePeriod]),
        ),
        (|s| s.maximum_percent = 150, update(&[Field::Deployment])),
        (|s| s.circuit_breaker = false, update(&[Field::Deployment])),
        (|s| s.rollback = false, update(&[Field::Deployment])),
        (
            |s| s.execute_command = true,
            update(&[Field::ExecuteCommand]),
        ),
        (
            |s| s.tags = Tags::default(),
            vec![Change::Untag(vec!["team".into()])],
        ),
        (
            |s| {
                s.task_definition = "arn:td:3".to_string().into();
                s.desired_count = 0;
            },
            update(&[Field::TaskDefinition, Field::DesiredCount(0)]),
        ),
    ];
    for (edit, changes) in rows {
        let mut wanted = service();
        edit(&mut wanted);
        assert_eq!(wanted.changes(Some(&observed(service()))), changes);
        assert_eq!(wanted.replaced_by(&observed(service())), None);
    }
    assert_eq!(service().changes(None), [Change::Create]);
}

/// Seed: S3-14.
#[test]
fn a_service_behind_a_classic_balancer_is_made_anew_for_another_one() {
    let behind = |name: &str| Service {
        load_balancer: None,
        classic_balancer: Some(ClassicAttachment {
            balancer: name.to_string().into(),
            container: "web".into(),
            port: 80,
        }),
        grace_period_seconds: Some(30),
        ..service()
    };
    let there = observed(behind("old"));
    assert_eq!(behind("old").changes(Some(&there)), []);
    assert_eq!(behind("old").replaced_by(&there), None);
    let why = Some(Replacement::because(["classic_balancer"]));
    assert_eq!(behind("other").replaced_by(&there), why);
    assert_eq!(service().replaced_by(&there), why);
    // It is behind a balancer: a grace period means something.
    let mut longer = behind("old");
    longer.grace_period_seconds = Some(60);
    assert_eq!(longer.changes(Some(&there)), update(&[Field::GracePeriod]));
}

#[test]
fn order_and_wording_make_no_difference() {
    let mut theirs = service();
    theirs.subnets.reverse();
    theirs.cluster = "arn:aws:ecs:eu-central-1:1:cluster/hello-default"
        .to_string()
        .into();
    theirs.grace_period_seconds = Some(0);
    let there = observed(theirs.clone());
    assert_eq!(service().changes(Some(&there)), []);
    assert_eq!(service().replaced_by(&there), None);
    assert_eq!(theirs.owned(&[&service()]), service());
}

#[test]
fn where_no_rollout_is_given_up_none_goes_back() {
    let without = |rollback| Service {
        circuit_breaker: false,
        rollback,
        ..service()
    };
    let there = observed(without(false));
    assert_eq!(without(true).changes(Some(&there)), []);
    assert_eq!(without(false).owned(&[&without(true)]), without(true));
}

#[test]
fn another_name_or_cluster_is_another_service() {
    let mut wanted = service();
    wanted.at_generation(2);
    wanted.cluster = "other".to_string().into();
    let replaced = wanted.replaced_by(&observed(service()));
    assert_eq!(replaced, Some(Replacement::because(["name", "cluster"])));
}

#[test]
fn what_ecs_gave_up_is_deployed_again_even_where_nothing_differs() {
    let mut there = observed(service());
    there.outputs.given_up = true;
    assert_eq!(service().changes(Some(&there)), update(&[Field::Again]));
    let mut wanted = service();
    wanted.task_definition = "arn:td:3".to_string().into();
    assert_eq!(
        wanted.changes(Some(&there)),
        update(&[Field::TaskDefinition])
    );
}

#[test]
fn a_target_group_that_somebody_else_put_beside_ours_is_taken_out() {
    let mut there = observed(service());
    there.spec.more_load_balancers.push(Attachment {
        target_group: "arn:theirs".to_string().into(),
        container: "web".into(),
        port: 80,
    });
    assert_eq!(
        service().changes(Some(&there)),
        update(&[Field::LoadBalancer])
    );
}

#[test]
fn the_plan_says_what_an_update_may_break() {
    let of = |fields: &[Field], least| {
        Service::request(&Change::Update {
            fields: fields.to_vec(),
            least,
        })
        .impact
    };
    assert_eq!(of(&[Field::TaskDefinition], 100), Impact::None);
    assert_eq!(of(&[Field::DesiredCount(1)], 50), Impact::None);
    assert!(matches!(of(&[Field::TaskDefinition], 50), Impact::Brief(_)));
    assert!(matches!(
        of(&[Field::DesiredCount(0)], 100),
        Impact::Outage(_)
    ));
}
