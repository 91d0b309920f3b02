use super::*;

fn alarm(threshold: u32) -> Alarm {
    Alarm {
        name: "shop-web-cpu".into(),
        description: "CPU of web".into(),
        watch: Watch::Cpu {
            service: "arn:service".to_string().into(),
        },
        threshold,
        minutes: 5,
        topic: "arn:topic".to_string().into(),
        tags: Tags([("team".to_string(), "a".to_string())].into()),
    }
}

#[test]
fn any_difference_but_tags_puts_the_whole_alarm_anew() {
    let observed = Observed {
        spec: alarm(90),
        outputs: Outputs {
            name: "shop-web-cpu".into(),
            arn: "arn".into(),
        },
    };
    let bare = Alarm {
        tags: Tags::default(),
        ..alarm(90)
    };
    for (wanted, changes) in [
        (alarm(90), vec![]),
        (alarm(80), vec![Change::Put]),
        (bare, vec![Change::Untag(vec!["team".into()])]),
    ] {
        assert_eq!(wanted.changes(Some(&observed)), changes, "{wanted:?}");
        assert_eq!(wanted.replaced_by(&observed), None);
    }
}
