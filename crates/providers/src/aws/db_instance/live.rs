use std::time::Duration;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Gone, Kind, Live, Observed, Readiness};
use aws_sdk_rds::operation::modify_db_instance::builders::ModifyDBInstanceFluentBuilder;

use super::described::{by_name, described, outputs as outputs_of};
use super::{Change, DbInstance, Field, Outputs, version};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::live::{pace, rds};
use crate::aws::tags::{marked, of_stack};

const CREATE: &str = "rds:CreateDBInstance";
const MODIFY: &str = "rds:ModifyDBInstance";
const DELETE: &str = "rds:DeleteDBInstance";
/// It takes five minutes at the least to come, and as many to go.
const LOOK_AFTER: Duration = Duration::from_secs(10);
/// Extended support begins to cost by itself when a version's time is over, unless it was declined when the database was
/// made [RDS API: CreateDBInstance EngineLifecycleSupport].
const LIFECYCLE: &str = "open-source-rds-extended-support-disabled";

impl Live for DbInstance {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let there = by_name(aws, &self.name).await?;
        let Some(there) = there.filter(|it| !it.is_going()) else {
            return Ok(Found::Absent);
        };
        Ok(ours_or_foreign(
            there.outputs,
            &there.tags,
            &cx.mark,
            &format!("the database `{}`", self.name),
            "give the app or the environment another name",
        ))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let there = by_name(aws, &outputs.name).await?;
        // Another life of that name is somebody else's.
        let there = there.filter(|it| it.outputs.resource_id == outputs.resource_id);
        let there = there.filter(|it| !it.is_going() && marked(&it.tags));
        Ok(there.map(|it| it.observed()))
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        let there = |operation| required(operation, outputs);
        match change {
            Change::Create => return self.create(aws, cx).await,
            Change::Tag => {
                let tags = self.removal.tag(self.tags.marked(&cx.mark));
                rds::tag(aws, &there("rds:AddTagsToResource")?.arn, tags).await?;
            }
            Change::Untag(keys) => {
                rds::untag(aws, &there("rds:RemoveTagsFromResource")?.arn, keys).await?;
            }
            Change::Protect(on) => {
                let modify = aws.rds.modify_db_instance();
                let modify = modify.db_instance_identifier(&there(MODIFY)?.name);
                let sent = modify.deletion_protection(*on).apply_immediately(true);
                let sent = sent.send().await;
                sent.map_err(|e| not_visible_yet(failure(MODIFY, e)))?;
            }
            Change::Modify(fields) => return self.modify(aws, fields, there(MODIFY)?).await,
            Change::Delete { snapshot } => {
                let delete = aws.rds.delete_db_instance();
                let delete = delete.db_instance_identifier(&there(DELETE)?.name);
                let delete = delete.skip_final_snapshot(snapshot.is_none());
                let delete = delete.set_final_db_snapshot_identifier(snapshot.clone());
                let sent = delete.delete_automated_backups(true).send().await;
                sent.map_err(|e| failure(DELETE, e))?;
            }
        }
        there("rds:answer").cloned()
    }

    /// A first backup is taken while it can be used already.
    async fn ready(
        &self,
        aws: &Aws,
        cx: &Context,
        known: &Outputs,
    ) -> Result<Readiness<Outputs>, Failure> {
        let pending = |outputs: &Outputs, why: &str| Readiness::Pending {
            outputs: outputs.clone(),
            why: why.to_string(),
            look_after: pace::look_after(cx.waited, LOOK_AFTER),
        };
        let Some(there) = by_name(aws, &known.name).await? else {
            return Ok(pending(known, "not visible yet"));
        };
        let status = there.status.clone();
        if let Some(why) = failed(&status) {
            return Ok(Readiness::Failed(
                Failure::new(Class::Invalid, CREATE, status, why).with_advice(
                    "`aws rds describe-events --source-type db-instance` has AWS's own words",
                ),
            ));
        }
        let usable = ["available", "backing-up", "storage-optimization"];
        if !usable.contains(&status.as_str()) || there.outputs.endpoint.is_none() {
            return Ok(pending(&there.outputs, &status));
        }
        if !there.secret_ready {
            return Ok(pending(&there.outputs, "its password is being made"));
        }
        if there.pending && self.is_being_modified(there.clone().observed()) {
            return Ok(pending(&there.outputs, "a change is about to begin"));
        }
        Ok(Readiness::Ready(there.outputs))
    }

    async fn gone(aws: &Aws, outputs: &Outputs) -> Result<Gone, Failure> {
        let there = by_name(aws, &outputs.name).await?;
        let there = there.filter(|it| it.outputs.resource_id == outputs.resource_id);
        Ok(match there {
            Some(there) => Gone::Held {
                by: format!("AWS, which is still deleting it ({})", there.status),
                look_after: LOOK_AFTER,
            },
            None => Gone::Gone,
        })
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let all = described(aws, None).await?.into_values();
        let ours = all.filter(|it| !it.is_going() && of_stack(&it.tags, stack));
        Ok(ours.map(|it| it.outputs).collect())
    }
}

impl DbInstance {
    async fn create(&self, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
        let tags = self.removal.tag(self.tags.marked(&cx.mark));
        let create = aws.rds.create_db_instance();
        let create = create
            .engine("postgres")
            .engine_version(&self.version)
            .engine_lifecycle_support(LIFECYCLE)
            .db_instance_identifier(&self.name)
            .db_instance_class(&self.class)
            .storage_type(&self.storage.kind)
            .allocated_storage(int(self.storage.gib))
            .set_max_allocated_storage(self.storage.max_gib.map(int))
            .storage_encrypted(self.encrypted)
            .multi_az(self.multi_az)
            .db_name(&self.database)
            .master_username(&self.user)
            .manage_master_user_password(self.managed_password)
            .port(i32::from(self.port))
            .db_subnet_group_name(known(CREATE, &self.subnet_group)?)
            .db_parameter_group_name(known(CREATE, &self.parameter_group)?)
            .set_vpc_security_group_ids(Some(self.groups(CREATE)?))
            .publicly_accessible(self.public)
            .backup_retention_period(int(self.backup_days))
            .preferred_backup_window(&self.backup_window)
            .preferred_maintenance_window(&self.maintenance_window)
            .auto_minor_version_upgrade(self.minor_upgrades)
            .copy_tags_to_snapshot(self.tagged_snapshots)
            .ca_certificate_identifier(&self.certificate_authority)
            .deletion_protection(self.deletion_protection)
            .set_tags(Some(rds::sdk_tags(tags)));
        match create.send().await.map_err(|e| failure(CREATE, e)) {
            Ok(made) => outputs_of(&required(CREATE, made.db_instance)?),
            Err(mut refused) if refused.class == Class::Exists => {
                // A life before this one still has the name.
                if by_name(aws, &self.name)
                    .await?
                    .is_some_and(|it| it.is_going())
                {
                    refused.class = Class::Dependency;
                }
                Err(refused)
            }
            Err(refused) => Err(not_visible_yet(refused)),
        }
    }

    /// `ModifyDBInstance` with these members alone, now and not in the maintenance window.
    async fn modify(
        &self,
        aws: &Aws,
        fields: &[Field],
        outputs: &Outputs,
    ) -> Result<Outputs, Failure> {
        let there = match fields.contains(&Field::Version) {
            true => by_name(aws, &outputs.name).await?,
            false => None,
        };
        let major =
            there.is_some_and(|it| version::is_major_upgrade(&self.version, &it.spec.version));
        let modify = aws.rds.modify_db_instance();
        let modify = modify.db_instance_identifier(&outputs.name);
        let mut modify = modify.apply_immediately(true);
        for field in fields {
            modify = self.with(modify, *field, major)?;
        }
        let sent = modify.send().await;
        let sent = sent.map_err(|e| not_visible_yet(failure(MODIFY, e)))?;
        outputs_of(&required(MODIFY, sent.db_instance)?)
    }

    fn with(
        &self,
        modify: ModifyDBInstanceFluentBuilder,
        field: Field,
        major: bool,
    ) -> Result<ModifyDBInstanceFluentBuilder, Failure> {
        Ok(match field {
            Field::Version => modify
                .engine_version(&self.version)
                .allow_major_version_upgrade(major),
            Field::Class => modify.db_instance_class(&self.class),
            Field::Storage => modify
                .storage_type(&self.storage.kind)
                .allocated_storage(int(self.storage.gib))
                // The size itself switches growth off [RDS user guide: storage autoscaling].
                .max_allocated_storage(int(self.storage.max_gib.unwrap_or(self.storage.gib))),
            Field::MultiAz => modify.multi_az(self.multi_az),
            Field::Password => modify.manage_master_user_password(self.managed_password),
            Field::Port => modify.db_port_number(i32::from(self.port)),
            Field::ParameterGroup => {
                modify.db_parameter_group_name(known(MODIFY, &self.parameter_group)?)
            }
            Field::SecurityGroups => modify.set_vpc_security_group_ids(Some(self.groups(MODIFY)?)),
            Field::Public => modify.publicly_accessible(self.public),
            Field::Backups => modify.backup_retention_period(int(self.backup_days)),
            Field::BackupWindow => modify.preferred_backup_window(&self.backup_window),
            Field::MaintenanceWindow => {
                modify.preferred_maintenance_window(&self.maintenance_window)
            }
            Field::MinorUpgrades => modify.auto_minor_version_upgrade(self.minor_upgrades),
            Field::TaggedSnapshots => modify.copy_tags_to_snapshot(self.tagged_snapshots),
            Field::CertificateAuthority => {
                modify.ca_certificate_identifier(&self.certificate_authority)
            }
        })
    }

    fn groups(&self, operation: &'static str) -> Result<Vec<String>, Failure> {
        let groups = self.security_groups.iter();
        groups.map(|id| known(operation, id).cloned()).collect()
    }

    /// Is something of what is wanted still to be done?
    fn is_being_modified(&self, there: Observed<Self>) -> bool {
        let there = Observed {
            spec: there.spec.owned(&[self]),
            outputs: there.outputs,
        };
        let left = self.changes(Some(&there));
        left.iter()
            .any(|change| matches!(change, Change::Modify(_)))
    }
}

/// States that a database does not leave by itself [RDS user guide: viewing DB instance status].
fn failed(status: &str) -> Option<&'static str> {
    Some(match status {
        "failed" => "it failed, and AWS cannot bring it back",
        "insufficient-capacity" => "AWS has no capacity for its class there now",
        "incompatible-network" => "its subnets have no room, or its security groups do not fit",
        "incompatible-parameters" => "it does not start with the parameters that it was given",
        "incompatible-option-group" => "its option group does not fit",
        "incompatible-create" | "incompatible-restore" | "restore-error" => "AWS could not make it",
        "storage-full" => "its storage is full",
        "inaccessible-encryption-credentials" => "its encryption key cannot be used",
        "stopped" | "stopping" => "somebody has stopped it; start it, and run the command again",
        _ => return None,
    })
}

fn int(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
