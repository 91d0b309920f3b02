use super::*;

fn policy(metric: Metric, target_thousandths: u64) -> ScalingPolicy {
    ScalingPolicy {
        name: "cpu".into(),
        resource: "service/shop/web".to_string().into(),
        metric,
        target_thousandths,
        scale_out_cooldown_seconds: 60,
        scale_in_cooldown_seconds: 300,
    }
}

#[test]
fn any_difference_puts_the_whole_policy_anew() {
    let observed = Observed {
        spec: policy(Metric::Cpu, 60_000),
        outputs: Outputs {
            name: "cpu".into(),
            resource: "service/shop/web".into(),
            arn: "arn".into(),
        },
    };
    for (wanted, changes) in [
        (policy(Metric::Cpu, 60_000), vec![]),
        (policy(Metric::Cpu, 70_000), vec![Change::Put]),
        (policy(Metric::Memory, 60_000), vec![Change::Put]),
    ] {
        assert_eq!(wanted.changes(Some(&observed)), changes, "{wanted:?}");
        assert_eq!(wanted.replaced_by(&observed), None);
    }
}
