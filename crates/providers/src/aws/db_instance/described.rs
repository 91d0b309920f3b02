//! A database as RDS describes it.

use std::collections::BTreeMap;

use ashore_engine::failure::{Class, Failure};
use ashore_engine::input::Input;
use ashore_engine::kind::Observed;
use aws_sdk_rds::types::{DbInstance as SdkInstance, Filter};

use super::{DbInstance, Outputs, Storage};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, required};
use crate::aws::live::rds::tag_map;
use crate::aws::removal::Removal;
use crate::aws::tags::Tags;

pub(super) const DESCRIBE: &str = "rds:DescribeDBInstances";
/// Answers in a page [RDS API: DescribeDBInstances MaxRecords].
const PAGE: usize = 100;

/// A database that is there, in whatever state.
#[derive(Clone)]
pub(super) struct Described {
    pub(super) outputs: Outputs,
    pub(super) spec: DbInstance,
    pub(super) status: String,
    /// Does something wait to be done to it?
    pub(super) pending: bool,
    /// Can its secret be read?
    pub(super) secret_ready: bool,
    /// All its tags.
    pub(super) tags: BTreeMap<String, String>,
}

impl Described {
    pub(super) fn is_going(&self) -> bool {
        self.status == "deleting"
    }

    pub(super) fn observed(self) -> Observed<DbInstance> {
        Observed {
            spec: self.spec,
            outputs: self.outputs,
        }
    }
}

/// The database of that name. Those that are wanted together are asked for at once.
pub(super) async fn by_name(aws: &Aws, name: &str) -> Result<Option<Described>, Failure> {
    let batch = aws.batch("db-instance", PAGE, |aws, names| async move {
        let named = Filter::builder().name("db-instance-id");
        let named = named.set_values(Some(names)).build();
        described(&aws, Some(vec![named])).await
    });
    batch.get(name).await
}

/// Databases by their names.
pub(super) async fn described(
    aws: &Aws,
    filters: Option<Vec<Filter>>,
) -> Result<BTreeMap<String, Described>, Failure> {
    let describe = aws.rds.describe_db_instances().set_filters(filters);
    let mut instances = describe.into_paginator().items().send();
    let mut all = BTreeMap::new();
    while let Some(instance) = instances.next().await {
        match instance.map_err(|e| failure(DESCRIBE, e)) {
            Ok(instance) => {
                let described = described_as(instance)?;
                all.insert(described.outputs.name.clone(), described);
            }
            Err(error) if error.class == Class::Gone => break,
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

pub(super) fn described_as(it: SdkInstance) -> Result<Described, Failure> {
    let tags = tag_map(it.tag_list.clone());
    let pending = it.pending_modified_values.as_ref().is_some_and(|it| {
        it.db_instance_class.is_some()
            || it.allocated_storage.is_some()
            || it.storage_type.is_some()
            || it.multi_az.is_some()
            || it.engine_version.is_some()
            || it.port.is_some()
            || it.backup_retention_period.is_some()
            || it.ca_certificate_identifier.is_some()
            || it.master_user_password.is_some()
    });
    let secret = it.master_user_secret.as_ref();
    let secret_ready = secret.is_none_or(|it| it.secret_status.as_deref() == Some("active"));
    Ok(Described {
        outputs: outputs(&it)?,
        spec: spec(&it, &tags)?,
        status: it.db_instance_status.unwrap_or_default(),
        pending,
        secret_ready,
        tags,
    })
}

/// What RDS tells of it.
pub(super) fn outputs(it: &SdkInstance) -> Result<Outputs, Failure> {
    let endpoint = it.endpoint.as_ref().and_then(|it| it.address.clone());
    let port = it.endpoint.as_ref().and_then(|it| it.port).unwrap_or(0);
    let user = it.master_username.as_deref().unwrap_or_default();
    let database = it.db_name.as_deref().unwrap_or_default();
    let secret = it.master_user_secret.as_ref();
    let secret = secret.and_then(|it| it.secret_arn.clone());
    Ok(Outputs {
        name: required(DESCRIBE, it.db_instance_identifier.clone())?,
        arn: required(DESCRIBE, it.db_instance_arn.clone())?,
        resource_id: required(DESCRIBE, it.dbi_resource_id.clone())?,
        // RDS for PostgreSQL 15 and later refuses what is not TLS [RDS user guide: rds.force_ssl].
        url: endpoint
            .as_ref()
            .map(|host| format!("postgres://{user}@{host}:{port}/{database}?sslmode=require")),
        endpoint,
        // [ECS developer guide: "arn:…:secret:name:json-key:version-stage:version-id"]
        password_from: secret.as_ref().map(|arn| format!("{arn}:password::")),
        secret,
    })
}

fn spec(it: &SdkInstance, tags: &BTreeMap<String, String>) -> Result<DbInstance, Failure> {
    let number = |number: Option<i32>| number.and_then(|it| u32::try_from(it).ok());
    let groups = it.vpc_security_groups().iter();
    let groups = groups.filter_map(|it| it.vpc_security_group_id.clone());
    let endpoint = it.endpoint.as_ref();
    // Before there is an endpoint nobody tells the port; DbInstancePort is 0 outside clusters.
    let port = endpoint.and_then(|it| it.port).unwrap_or(5432);
    let group = it.db_subnet_group.as_ref();
    let parameters = it.db_parameter_groups().first();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    Ok(DbInstance {
        name: required(DESCRIBE, it.db_instance_identifier.clone())?,
        version: text(&it.engine_version),
        class: text(&it.db_instance_class),
        storage: Storage {
            kind: text(&it.storage_type),
            gib: number(it.allocated_storage).unwrap_or(0),
            max_gib: number(it.max_allocated_storage),
        },
        multi_az: it.multi_az.unwrap_or(false),
        database: text(&it.db_name),
        user: text(&it.master_username),
        managed_password: it.master_user_secret.is_some(),
        port: u16::try_from(port).unwrap_or(0),
        subnet_group: group
            .and_then(|it| it.db_subnet_group_name.clone())
            .unwrap_or_default()
            .into(),
        parameter_group: parameters
            .and_then(|it| it.db_parameter_group_name.clone())
            .unwrap_or_default()
            .into(),
        security_groups: groups.map(Input::Known).collect(),
        public: it.publicly_accessible.unwrap_or(false),
        encrypted: it.storage_encrypted.unwrap_or(false),
        backup_days: number(it.backup_retention_period).unwrap_or(0),
        backup_window: text(&it.preferred_backup_window),
        maintenance_window: text(&it.preferred_maintenance_window),
        minor_upgrades: it.auto_minor_version_upgrade.unwrap_or(false),
        tagged_snapshots: it.copy_tags_to_snapshot.unwrap_or(false),
        certificate_authority: text(&it.ca_certificate_identifier),
        deletion_protection: it.deletion_protection.unwrap_or(false),
        removal: Removal::of(tags),
        tags: Tags::observed(tags.clone()),
    })
}
