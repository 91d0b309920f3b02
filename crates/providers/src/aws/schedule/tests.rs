use super::*;

fn schedule(expression: &str) -> Schedule {
    let known = |text: &str| Input::Known(text.to_string());
    Schedule {
        name: "report".into(),
        group: known("shop-prod-jobs"),
        expression: expression.into(),
        timezone: "UTC".into(),
        enabled: true,
        cluster: known("arn:cluster"),
        task_definition: known("arn:report:1"),
        subnets: vec![known("subnet-a")],
        security_groups: vec![known("sg-a")],
        assign_public_ip: true,
        role: known("arn:role"),
        retries: 3,
        retry_seconds: 3600,
        dead_letter: None,
    }
}

fn observed(spec: Schedule) -> Observed<Schedule> {
    let outputs = Outputs {
        name: "report".into(),
        group: "shop-prod-jobs".into(),
        arn: "arn".into(),
    };
    Observed { spec, outputs }
}

#[test]
fn any_difference_is_one_update() {
    let there = observed(schedule("rate(1 hour)"));
    assert_eq!(schedule("rate(1 hour)").changes(Some(&there)), []);
    let idle = Schedule {
        enabled: false,
        ..schedule("rate(1 hour)")
    };
    for wanted in [schedule("rate(2 hours)"), idle] {
        assert_eq!(wanted.changes(Some(&there)), [Change::Update]);
        assert_eq!(wanted.replaced_by(&there), None);
    }
}

#[test]
fn a_schedule_stays_in_its_group() {
    let moved = Schedule {
        group: "other".to_string().into(),
        ..schedule("rate(1 hour)")
    };
    let replaced = moved.replaced_by(&observed(schedule("rate(1 hour)")));
    assert_eq!(replaced, Some(Replacement::because(["group"])));
}
