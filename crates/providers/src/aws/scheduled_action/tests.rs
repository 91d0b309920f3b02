use super::*;

fn action(expression: &str, min: Option<u32>) -> ScheduledAction {
    ScheduledAction {
        name: "shop-prod-web-schedule-1".into(),
        resource: "service/shop/web".to_string().into(),
        expression: expression.into(),
        timezone: "UTC".into(),
        min,
        max: None,
    }
}

#[test]
fn any_difference_puts_the_whole_action_anew() {
    let observed = Observed {
        spec: action("cron(0 8 * * ? *)", Some(4)),
        outputs: Outputs {
            name: "shop-prod-web-schedule-1".into(),
            resource: "service/shop/web".into(),
        },
    };
    for (wanted, changes) in [
        (action("cron(0 8 * * ? *)", Some(4)), vec![]),
        (action("cron(0 9 * * ? *)", Some(4)), vec![Change::Put]),
        (action("cron(0 8 * * ? *)", None), vec![Change::Put]),
    ] {
        assert_eq!(wanted.changes(Some(&observed)), changes, "{wanted:?}");
        assert_eq!(wanted.replaced_by(&observed), None);
    }
}
