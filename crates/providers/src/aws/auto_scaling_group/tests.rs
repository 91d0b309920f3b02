use super::*;

fn group(template: &str) -> AutoScalingGroup {
    AutoScalingGroup {
        name: "hello".into(),
        launch_template: template.to_string().into(),
        instance_types: Vec::new(),
        min: 1,
        max: 3,
        subnets: ["subnet-a", "subnet-b"]
            .map(|id| Input::Known(id.to_string()))
            .to_vec(),
        grace_seconds: 300,
        protects_new: true,
        tags: Tags::default(),
    }
}

fn observed(instances: u32, outdated: u32, refreshing: bool) -> Observed<AutoScalingGroup> {
    Observed {
        spec: group("lt-1"),
        outputs: Outputs {
            name: "hello".into(),
            arn: "arn".into(),
            instances,
            outdated,
            refreshing,
        },
    }
}

#[test]
fn another_template_replaces_the_instances_that_there_are() {
    let update = || Change::Update(vec![Field::Template]);
    for (there, changes) in [
        (observed(0, 0, false), vec![update()]),
        (observed(2, 0, false), vec![update(), Change::Refresh]),
        (
            observed(2, 1, true),
            vec![Change::Cancel, update(), Change::Refresh],
        ),
    ] {
        assert_eq!(group("lt-2").changes(Some(&there)), changes, "{there:?}");
    }
}

#[test]
fn a_refresh_that_never_began_is_begun_and_one_that_goes_on_is_left_alone() {
    let wanted = group("lt-1");
    assert_eq!(wanted.changes(Some(&observed(2, 0, false))), []);
    assert_eq!(
        wanted.changes(Some(&observed(2, 1, false))),
        [Change::Refresh]
    );
    assert_eq!(wanted.changes(Some(&observed(2, 1, true))), []);
}

#[test]
fn the_order_of_subnets_is_no_difference() {
    let mut wanted = group("lt-1");
    wanted.subnets.reverse();
    assert_eq!(wanted.changes(Some(&observed(1, 0, false))), []);
    wanted.subnets.pop();
    assert_eq!(
        wanted.changes(Some(&observed(1, 0, false))),
        [Change::Update(vec![Field::Subnets])]
    );
}
