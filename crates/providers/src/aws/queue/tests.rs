use super::*;

fn queue() -> Queue {
    Queue {
        name: "shop-default-orders".into(),
        visibility_timeout_seconds: 300,
        retention_seconds: 345_600,
        dead_letter: Some(DeadLetter {
            queue: "arn:aws:sqs:eu-central-1:123456789012:shop-default-orders-dead"
                .to_string()
                .into(),
            after: 5,
        }),
        encrypted: true,
        tls_only: true,
        tags: Tags([("team".to_string(), "a".to_string())].into()),
    }
}

fn observed(spec: Queue) -> Observed<Queue> {
    let outputs = Outputs {
        url: "https://sqs.eu-central-1.amazonaws.com/123456789012/shop-default-orders".into(),
        arn: "arn:aws:sqs:eu-central-1:123456789012:shop-default-orders".into(),
        name: "shop-default-orders".into(),
    };
    Observed { spec, outputs }
}

#[test]
fn it_is_made_and_changed_by_one_request_each() {
    assert_eq!(queue().changes(None), [Change::Create]);
    let there = observed(queue());
    assert_eq!(queue().changes(Some(&there)), []);
    let alterations: [fn(&mut Queue); 5] = [
        |it| it.visibility_timeout_seconds = 30,
        |it| it.retention_seconds = 60,
        |it| it.dead_letter = None,
        |it| it.encrypted = false,
        |it| it.tls_only = false,
    ];
    for alter in alterations {
        let mut there = observed(queue());
        alter(&mut there.spec);
        assert_eq!(queue().changes(Some(&there)), [Change::Configure]);
    }
}

#[test]
fn tags_are_set_beside_the_rest() {
    let mut there = observed(queue());
    there.spec.tags = Tags([("old".to_string(), "x".to_string())].into());
    let untag = Change::Untag(vec!["old".into()]);
    assert_eq!(queue().changes(Some(&there)), [Change::Tag, untag]);
}

#[test]
fn another_name_is_another_queue() {
    let mut wanted = queue();
    wanted.name.push('x');
    let replaced = wanted.replaced_by(&observed(queue()));
    assert_eq!(replaced, Some(Replacement::because(["name"])));
}
