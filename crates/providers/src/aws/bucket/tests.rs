use super::*;

fn bucket() -> Bucket {
    Bucket {
        name: "shop-default-static-a1b2c3".into(),
        versioning: true,
        cors: vec![CorsRule {
            origins: vec!["https://*.example.com".into()],
            methods: vec!["GET".into()],
            headers: vec!["*".into()],
            max_age_seconds: Some(3000),
        }],
        lifecycle: Lifecycle {
            old_versions_days: Some(30),
            unfinished_uploads_days: Some(7),
        },
        private: true,
        owner_enforced: true,
        encryption: "AES256".into(),
        removal: Removal::Retain,
        tags: Tags([("team".to_string(), "a".to_string())].into()),
    }
}

fn observed(spec: Bucket) -> Observed<Bucket> {
    let outputs = Outputs {
        name: spec.name.clone(),
        arn: format!("arn:aws:s3:::{}", spec.name),
        objects: format!("arn:aws:s3:::{}/*", spec.name),
        domain_name: format!("{}.s3.eu-central-1.amazonaws.com", spec.name),
    };
    Observed { spec, outputs }
}

#[test]
fn a_new_one_is_told_only_what_new_ones_are_not() {
    let all = [
        Change::Create,
        Change::Versioning,
        Change::Cors,
        Change::Lifecycle,
    ];
    assert_eq!(bucket().changes(None), all);
    let plain = Bucket {
        versioning: false,
        cors: Vec::new(),
        lifecycle: Lifecycle::default(),
        ..bucket()
    };
    assert_eq!(plain.changes(None), [Change::Create]);
}

/// How a bucket is made to differ, and the request that it takes.
type Row = (fn(&mut Bucket), Change);

#[test]
fn every_difference_has_its_request() {
    let rows: [Row; 8] = [
        (|it| it.versioning = false, Change::Versioning),
        (|it| it.cors.clear(), Change::Cors),
        (|it| it.lifecycle = Lifecycle::default(), Change::Lifecycle),
        (|it| it.private = false, Change::Block),
        (|it| it.owner_enforced = false, Change::Ownership),
        (|it| it.encryption = "aws:kms".into(), Change::Encryption),
        (|it| it.removal = Removal::Delete, Change::Tag(vec![])),
        (|it| it.tags = Tags::default(), Change::Tag(vec![])),
    ];
    for (alter, change) in rows {
        let mut there = observed(bucket());
        alter(&mut there.spec);
        assert_eq!(bucket().changes(Some(&there)), [change]);
    }
    assert_eq!(bucket().changes(Some(&observed(bucket()))), []);
}

#[test]
fn what_is_wanted_no_more_is_taken_away() {
    let bare = Bucket {
        cors: Vec::new(),
        lifecycle: Lifecycle::default(),
        tags: Tags::default(),
        ..bucket()
    };
    let changes = bare.changes(Some(&observed(bucket())));
    let untag = Change::Tag(vec!["team".into()]);
    assert_eq!(changes, [Change::NoCors, Change::NoLifecycle, untag]);
}

#[test]
fn it_stays_unless_somebody_has_said_that_it_may_go() {
    let mut there = observed(bucket());
    assert!(matches!(Bucket::parting(&there), Parting::Stays(_)));
    there.spec.removal = Removal::Delete;
    assert!(matches!(Bucket::parting(&there), Parting::Asks(_)));
    assert_eq!(Bucket::removal(&there), [Change::Empty, Change::Delete]);
}
