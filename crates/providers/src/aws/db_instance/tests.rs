use super::*;

pub(super) fn database() -> DbInstance {
    DbInstance {
        name: "hello-default-db".into(),
        version: "18".into(),
        class: "db.t4g.micro".into(),
        storage: Storage {
            kind: "gp3".into(),
            gib: 20,
            max_gib: Some(100),
        },
        multi_az: false,
        database: "db".into(),
        user: "postgres".into(),
        managed_password: true,
        port: 5432,
        subnet_group: "hello-default-db".to_string().into(),
        parameter_group: "hello-default-db".to_string().into(),
        security_groups: vec!["sg-1".to_string().into()],
        public: false,
        encrypted: true,
        backup_days: 7,
        backup_window: "01:00-01:30".into(),
        maintenance_window: "sun:02:00-sun:02:30".into(),
        minor_upgrades: true,
        tagged_snapshots: true,
        certificate_authority: "rds-ca-rsa2048-g1".into(),
        deletion_protection: true,
        removal: Removal::Snapshot,
        tags: Tags::default(),
    }
}

fn observed(spec: DbInstance) -> Observed<DbInstance> {
    let outputs = Outputs {
        name: spec.name.clone(),
        arn: "arn:aws:rds:eu-central-1:1:db:hello-default-db".into(),
        resource_id: "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ".into(),
        endpoint: Some("hello-default-db.c1.eu-central-1.rds.amazonaws.com".into()),
        url: None,
        secret: None,
        password_from: None,
    };
    Observed { spec, outputs }
}

/// What the plan would do about what is there.
fn planned(wanted: &DbInstance, there: DbInstance) -> Vec<Change> {
    let there = there.owned(&[wanted, &database()]);
    wanted.changes(Some(&observed(there)))
}

#[test]
fn what_aws_does_by_itself_is_no_drift() {
    let mut there = database();
    there.version = "18.3".into();
    there.storage.gib = 57;
    assert_eq!(planned(&database(), there), []);
}

#[test]
fn storage_never_shrinks() {
    let mut wanted = database();
    wanted.storage.gib = 10;
    assert_eq!(planned(&wanted, database()), []);
    wanted.storage.gib = 30;
    let grows = Change::Modify(vec![Field::Storage]);
    assert_eq!(planned(&wanted, database()), [grows]);
}

#[test]
fn a_version_goes_up_in_place_and_down_only_by_another_database() {
    let mut there = database();
    there.version = "17.9".into();
    let wanted = database();
    let up = Change::Modify(vec![Field::Version]);
    assert_eq!(planned(&wanted, there.clone()), [up]);
    assert_eq!(wanted.replaced_by(&observed(there)), None);
    let mut back = database();
    back.version = "17".into();
    let replaced = back.replaced_by(&observed(database()));
    assert_eq!(
        replaced.map(|it| it.fields),
        Some(vec!["version".to_string()])
    );
}

#[test]
fn protection_is_taken_away_in_a_request_of_its_own_before_the_deletion() {
    let snapshot = Some("hello-default-db-final-abcdefghij".to_string());
    let removal = DbInstance::removal(&observed(database()));
    assert_eq!(
        removal,
        [Change::Protect(false), Change::Delete { snapshot }]
    );
    let unmaking = DbInstance::unmaking(&observed(database()));
    let delete = Change::Delete { snapshot: None };
    assert_eq!(unmaking, [Change::Protect(false), delete]);
}

#[test]
fn one_that_never_came_up_refuses_a_snapshot_and_needs_none() {
    let mut there = observed(database());
    there.outputs.endpoint = None;
    there.spec.deletion_protection = false;
    let delete = Change::Delete { snapshot: None };
    assert_eq!(DbInstance::removal(&there), [delete]);
}

#[test]
fn data_goes_only_where_it_was_said() {
    let parting = |removal, deletion_protection| {
        let spec = DbInstance {
            removal,
            deletion_protection,
            ..database()
        };
        DbInstance::parting(&observed(spec))
    };
    assert_eq!(parting(Removal::Snapshot, false), Parting::Goes);
    for (removal, protected) in [
        (Removal::Snapshot, true),
        (Removal::Delete, true),
        (Removal::Delete, false),
    ] {
        assert!(matches!(parting(removal, protected), Parting::Asks(_)));
    }
    for protected in [true, false] {
        assert!(matches!(
            parting(Removal::Retain, protected),
            Parting::Stays(_)
        ));
    }
}
