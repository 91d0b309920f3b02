use super::*;

fn service(definition: Value) -> RawService {
    RawService {
        name: "nginx".into(),
        cluster: "test".to_string().into(),
        definition,
        tags: Tags::default(),
    }
}

fn seed() -> Value {
    json!({
        "taskDefinition": "arn:td:1",
        "loadBalancers": [{"targetGroupArn": "arn:tg", "containerName": "nginx", "containerPort": 80}],
        "desiredCount": 1,
        "launchType": "EC2",
        "deploymentConfiguration": {"maximumPercent": 100, "minimumHealthyPercent": 0},
    })
}

/// As ECS has it, with what it adds.
fn there(definition: Value) -> Observed<RawService> {
    let mut spec = service(definition);
    spec.cluster = "arn:aws:ecs:eu-central-1:1:cluster/test".to_string().into();
    for (name, value) in [
        ("propagateTags", json!("NONE")),
        ("placementStrategy", json!([])),
        ("status", json!("ACTIVE")),
    ] {
        if spec.definition.get(name).is_none() {
            spec.definition[name] = value;
        }
    }
    Observed {
        spec,
        outputs: Outputs {
            arn: "arn:aws:ecs:eu-central-1:1:service/test/nginx".into(),
            name: "nginx".into(),
            cluster: "arn:aws:ecs:eu-central-1:1:cluster/test".into(),
            given_up: false,
        },
    }
}

/// The members of the update that leads from the seed to this, written last as that.
fn updated(wanted: &RawService, written: &RawService, there: Observed<RawService>) -> Vec<Change> {
    let owned = Observed {
        spec: there.spec.owned(&[wanted, written]),
        ..there
    };
    assert_eq!(wanted.replaced_by(&owned), None);
    wanted.changes(Some(&owned))
}

#[test]
fn an_update_sends_only_what_differs() {
    type Edit = fn(&mut Value);
    let rows: [(Edit, &[&str]); 6] = [
        (|_| {}, &[]),
        (
            |d| d["taskDefinition"] = json!("arn:td:2"),
            &["taskDefinition"],
        ),
        (|d| d["desiredCount"] = json!(2), &["desiredCount"]),
        (
            |d| d["deploymentConfiguration"]["maximumPercent"] = json!(200),
            &["deploymentConfiguration"],
        ),
        (|d| d["placementStrategy"] = json!([]), &[]),
        (
            |d| {
                d["taskDefinition"] = json!("arn:td:2");
                d["loadBalancers"] = json!([]);
            },
            &["loadBalancers", "taskDefinition"],
        ),
    ];
    for (edit, members) in rows {
        let mut definition = seed();
        edit(&mut definition);
        let changes = updated(&service(definition), &service(seed()), there(seed()));
        let said: Vec<&str> = changes
            .iter()
            .flat_map(|change| match change {
                Change::Update { members, least, .. } => {
                    assert_eq!(*least, 0);
                    members.iter().map(String::as_str).collect::<Vec<_>>()
                }
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(said, members);
    }
    assert_eq!(service(seed()).changes(None), [Change::Create]);
}

#[test]
fn what_is_not_given_any_more_goes_back_to_what_ecs_has_without_it() {
    let mut definition = seed();
    definition["enableExecuteCommand"] = json!(true);
    definition["propagateTags"] = json!("SERVICE");
    let written = service(definition.clone());
    let wanted = service(seed());
    let changes = updated(&wanted, &written, there(definition));
    let [Change::Update { members, .. }] = changes.as_slice() else {
        panic!("{changes:?}");
    };
    assert_eq!(members, &["enableExecuteCommand", "propagateTags"]);
    assert_eq!(wanted.said("enableExecuteCommand"), Some(json!(false)));
    assert_eq!(updated(&wanted, &written, there(seed())), []);
}

#[test]
fn what_cannot_be_updated_is_another_service() {
    let mut definition = seed();
    definition["launchType"] = json!("FARGATE");
    let mut wanted = service(definition);
    let there = there(seed());
    let owned = Observed {
        spec: there.spec.owned(&[&wanted, &wanted]),
        outputs: there.outputs,
    };
    assert_eq!(
        wanted.replaced_by(&owned),
        Some(Replacement::because(["definition"]))
    );
    wanted.at_generation(2);
    assert_eq!(wanted.name, "nginx-g2");
}

#[test]
fn a_target_group_that_somebody_else_put_beside_ours_is_taken_out() {
    let mut theirs = seed();
    let group =
        json!({"targetGroupArn": "arn:theirs", "containerName": "nginx", "containerPort": 80});
    if let Value::Array(groups) = &mut theirs["loadBalancers"] {
        groups.insert(0, group);
    }
    let wanted = service(seed());
    let changes = updated(&wanted, &wanted, there(theirs));
    let [Change::Update { members, .. }] = changes.as_slice() else {
        panic!("{changes:?}");
    };
    assert_eq!(members, &["loadBalancers"]);
}

#[test]
fn the_plan_says_what_stopping_before_starting_breaks() {
    let request = |members: &[&str], count, least| {
        RawService::request(&Change::Update {
            members: members.iter().map(|it| (*it).to_string()).collect(),
            count,
            least,
        })
        .impact
    };
    assert!(matches!(
        request(&["taskDefinition"], None, 0),
        Impact::Brief(_)
    ));
    assert!(matches!(request(&[], None, 50), Impact::Brief(_)));
    assert_eq!(request(&["taskDefinition"], None, 100), Impact::None);
    assert_eq!(request(&["desiredCount"], Some(2), 0), Impact::None);
    assert!(matches!(
        request(&["desiredCount"], Some(0), 100),
        Impact::Outage(_)
    ));
}

#[test]
fn what_ecs_gave_up_is_deployed_again_even_where_nothing_differs() {
    let mut given_up = there(seed());
    given_up.outputs.given_up = true;
    let wanted = service(seed());
    let changes = updated(&wanted, &wanted, given_up);
    assert!(matches!(changes.as_slice(), [Change::Update { members, .. }] if members.is_empty()));
}
