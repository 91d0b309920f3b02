//! Examples of what holds data.

use ashore_providers::aws::access_point::{self, AccessPoint};
use ashore_providers::aws::db_instance::{self, DbInstance, Storage};
use ashore_providers::aws::db_parameter_group::{self, DbParameterGroup};
use ashore_providers::aws::db_subnet_group::{self, DbSubnetGroup};
use ashore_providers::aws::file_system::{self, FileSystem};
use ashore_providers::aws::mount_target::{self, MountTarget};
use ashore_providers::aws::removal::Removal;
use ashore_providers::aws::tags::Tags;

use crate::example::Example;

pub(crate) fn examples() -> Vec<Example> {
    vec![
        subnet_group(),
        parameter_group(),
        database(),
        file_system(),
        mount_target(),
        access_point(),
    ]
}

fn subnet_group() -> Example {
    let spec = DbSubnetGroup {
        name: "hello-default-db".into(),
        description: "Subnets of databases.db".into(),
        subnets: ["subnet-a", "subnet-b"]
            .map(|it| it.to_string().into())
            .into(),
        tags: Tags::default().named("hello"),
    };
    let outputs = db_subnet_group::Outputs {
        name: spec.name.clone(),
        arn: "arn:aws:rds:eu-central-1:1:subgrp:hello-default-db".into(),
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut DbSubnetGroup| it.name.push('x'))
        .altered("description", |it: &mut DbSubnetGroup| {
            it.description.clear();
        })
        .altered("subnets", |it: &mut DbSubnetGroup| {
            it.subnets.push("subnet-c".to_string().into());
        })
        .altered("tags", |it: &mut DbSubnetGroup| it.tags = Tags::default())
}

fn parameter_group() -> Example {
    let spec = DbParameterGroup {
        name: "hello-default-db".into(),
        family: "postgres18".into(),
        description: "Parameters of databases.db".into(),
        parameters: [("rds.force_ssl".to_string(), "1".to_string())].into(),
        tags: Tags::default().named("hello"),
    };
    let outputs = db_parameter_group::Outputs {
        name: spec.name.clone(),
        arn: "arn:aws:rds:eu-central-1:1:pg:hello-default-db".into(),
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut DbParameterGroup| it.name.push('x'))
        .altered("family", |it: &mut DbParameterGroup| {
            it.family = "postgres17".into();
        })
        .altered("description", |it: &mut DbParameterGroup| {
            it.description.clear();
        })
        .altered("parameters", |it: &mut DbParameterGroup| {
            it.parameters.clear();
        })
        .altered("tags", |it: &mut DbParameterGroup| {
            it.tags = Tags::default();
        })
}

fn database() -> Example {
    let spec = DbInstance {
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
        tags: Tags::default().named("hello"),
    };
    let outputs = db_instance::Outputs {
        name: spec.name.clone(),
        arn: "arn:aws:rds:eu-central-1:1:db:hello-default-db".into(),
        resource_id: "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ".into(),
        endpoint: Some("hello-default-db.c1.eu-central-1.rds.amazonaws.com".into()),
        url: None,
        secret: None,
        password_from: None,
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut DbInstance| it.name.push('x'))
        .altered("version", |it: &mut DbInstance| it.version = "17.9".into())
        .altered("class", |it: &mut DbInstance| {
            it.class = "db.m7g.large".into();
        })
        .altered("storage", |it: &mut DbInstance| {
            it.storage.kind = "gp2".into();
        })
        .altered("multi_az", |it: &mut DbInstance| it.multi_az = true)
        .altered("database", |it: &mut DbInstance| it.database.push('x'))
        .altered("user", |it: &mut DbInstance| it.user.push('x'))
        .altered("managed_password", |it: &mut DbInstance| {
            it.managed_password = false;
        })
        .altered("port", |it: &mut DbInstance| it.port = 5433)
        .altered("subnet_group", |it: &mut DbInstance| {
            it.subnet_group = "theirs".to_string().into();
        })
        .altered("parameter_group", |it: &mut DbInstance| {
            it.parameter_group = "theirs".to_string().into();
        })
        .altered("security_groups", |it: &mut DbInstance| {
            it.security_groups.clear();
        })
        .altered("public", |it: &mut DbInstance| it.public = true)
        .altered("encrypted", |it: &mut DbInstance| it.encrypted = false)
        .altered("backup_days", |it: &mut DbInstance| it.backup_days = 0)
        .altered("backup_window", |it: &mut DbInstance| {
            it.backup_window = "04:00-04:30".into();
        })
        .altered("maintenance_window", |it: &mut DbInstance| {
            it.maintenance_window = "mon:02:00-mon:02:30".into();
        })
        .altered("minor_upgrades", |it: &mut DbInstance| {
            it.minor_upgrades = false;
        })
        .altered("tagged_snapshots", |it: &mut DbInstance| {
            it.tagged_snapshots = false;
        })
        .altered("certificate_authority", |it: &mut DbInstance| {
            it.certificate_authority = "rds-ca-rsa4096-g1".into();
        })
        .altered("deletion_protection", |it: &mut DbInstance| {
            it.deletion_protection = false;
        })
        .altered("removal", |it: &mut DbInstance| {
            it.removal = Removal::Retain;
        })
        .altered("tags", |it: &mut DbInstance| it.tags = Tags::default())
}

fn file_system() -> Example {
    let spec = FileSystem {
        encrypted: true,
        throughput: "elastic".into(),
        archive_days: Some(30),
        backup: true,
        removal: Removal::Retain,
        tags: Tags::default().named("hello"),
    };
    let outputs = file_system::Outputs {
        id: "fs-0123456789abcdef0".into(),
        arn: "arn:aws:elasticfilesystem:eu-central-1:1:file-system/fs-0123456789abcdef0".into(),
    };
    Example::of(&spec, &outputs)
        .altered("encrypted", |it: &mut FileSystem| it.encrypted = false)
        .altered("throughput", |it: &mut FileSystem| {
            it.throughput = "bursting".into();
        })
        .altered("archive_days", |it: &mut FileSystem| it.archive_days = None)
        .altered("backup", |it: &mut FileSystem| it.backup = false)
        .altered("removal", |it: &mut FileSystem| {
            it.removal = Removal::Delete;
        })
        .altered("tags", |it: &mut FileSystem| it.tags = Tags::default())
}

fn mount_target() -> Example {
    let spec = MountTarget {
        file_system: "fs-0123456789abcdef0".to_string().into(),
        subnet: "subnet-a".to_string().into(),
        security_groups: vec!["sg-1".to_string().into()],
    };
    let outputs = mount_target::Outputs {
        id: "fsmt-0123456789abcdef0".into(),
        file_system: "fs-0123456789abcdef0".into(),
    };
    Example::of(&spec, &outputs)
        .altered("file_system", |it: &mut MountTarget| {
            it.file_system = "fs-1".to_string().into();
        })
        .altered("subnet", |it: &mut MountTarget| {
            it.subnet = "subnet-b".to_string().into();
        })
        .altered("security_groups", |it: &mut MountTarget| {
            it.security_groups.clear();
        })
}

fn access_point() -> Example {
    let spec = AccessPoint {
        file_system: "fs-0123456789abcdef0".to_string().into(),
        path: "/data".into(),
        uid: 1000,
        gid: 1000,
        tags: Tags::default().named("hello"),
    };
    let outputs = access_point::Outputs {
        id: "fsap-0123456789abcdef0".into(),
        arn: "arn:aws:elasticfilesystem:eu-central-1:1:access-point/fsap-0123456789abcdef0".into(),
    };
    Example::of(&spec, &outputs)
        .altered("file_system", |it: &mut AccessPoint| {
            it.file_system = "fs-1".to_string().into();
        })
        .altered("path", |it: &mut AccessPoint| it.path.push('x'))
        .altered("uid", |it: &mut AccessPoint| it.uid = 1)
        .altered("gid", |it: &mut AccessPoint| it.gid = 1)
        .altered("tags", |it: &mut AccessPoint| it.tags = Tags::default())
}
