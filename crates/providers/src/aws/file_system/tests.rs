use super::*;

fn observed(removal: Removal) -> Observed<FileSystem> {
    Observed {
        spec: FileSystem {
            encrypted: true,
            throughput: "elastic".into(),
            archive_days: Some(30),
            backup: true,
            removal,
            tags: Tags::default(),
        },
        outputs: Outputs {
            id: "fs-1".into(),
            arn: "arn:aws:elasticfilesystem:eu-central-1:1:file-system/fs-1".into(),
        },
    }
}

#[test]
fn files_stay_unless_it_was_said_that_they_go() {
    let parting = |removal| FileSystem::parting(&observed(removal));
    assert!(matches!(parting(Removal::Retain), Parting::Stays(_)));
    assert!(matches!(parting(Removal::Delete), Parting::Asks(_)));
}

#[test]
fn what_a_create_does_not_take_comes_after_it() {
    let spec = observed(Removal::Retain).spec;
    assert_eq!(spec.changes(None), [Change::Create, Change::Lifecycle]);
}
