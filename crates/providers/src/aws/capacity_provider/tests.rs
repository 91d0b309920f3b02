use super::*;

fn provider(group: &str, target_percent: u32) -> CapacityProvider {
    CapacityProvider {
        name: "hello-instances".into(),
        over: Over::Group(Group {
            group: group.to_string().into(),
            target_percent,
            warmup_seconds: 60,
            protects: true,
            drains: true,
        }),
        tags: Tags::default(),
    }
}

#[test]
fn another_group_is_another_provider_and_settings_are_not() {
    let there = Observed {
        spec: provider("arn:a", 100),
        outputs: Outputs {
            name: "hello-instances".into(),
            arn: "arn".into(),
            cluster: None,
        },
    };
    assert_eq!(provider("arn:a", 100).changes(Some(&there)), []);
    let roomier = provider("arn:a", 80);
    assert_eq!(roomier.changes(Some(&there)), [Change::Update]);
    assert_eq!(roomier.replaced_by(&there), None);
    assert_eq!(
        provider("arn:b", 100).replaced_by(&there),
        Some(Replacement::because(["over"]))
    );
}
