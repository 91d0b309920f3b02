use super::*;

fn template() -> LaunchTemplate {
    LaunchTemplate {
        name: "hello".into(),
        image: "ami-1".into(),
        instance_type: "t3.small".into(),
        profile: "arn".to_string().into(),
        security_groups: vec!["sg-1".to_string().into()],
        public_address: false,
        key_pair: None,
        metadata_hops: 1,
        disk_gib: 30,
        cluster: "hello".to_string().into(),
        script: String::new(),
        tags: Tags::default(),
    }
}

#[test]
fn another_content_is_another_template_and_tags_are_not() {
    let there = Observed {
        spec: template(),
        outputs: Outputs {
            id: "lt-1".into(),
            name: "hello".into(),
        },
    };
    let mut newer = template();
    newer.image = "ami-2".into();
    assert_eq!(
        newer.replaced_by(&there),
        Some(Replacement::because(["image"]))
    );
    let mut tagged = template();
    tagged.tags = Tags::default().named("hello");
    assert_eq!(tagged.replaced_by(&there), None);
    assert_eq!(tagged.changes(Some(&there)), [Change::Tag]);
}
