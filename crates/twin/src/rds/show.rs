//! How an instance is shown.

use std::time::Duration;

use serde_json::{Value, json};

use super::instance::Instance;
use super::{engine, lists, pending};
use crate::clock::Millis;
use crate::world::World;

/// The hosted zones of the endpoints' names [AWS general reference: RDS endpoints], as far as they are known here.
const ZONES: &[(&str, &str)] = &[
    ("eu-central-1", "Z1RLNUO7B9Q6NB"),
    ("eu-west-1", "Z29XKXDKYMONMX"),
    ("eu-west-2", "Z1TTGA775OQIYO"),
    ("us-east-1", "Z2R2ITUGPM61AM"),
    ("us-east-2", "Z2XHWR1WZ565X2"),
    ("us-west-2", "Z1PVIF0B656C1W"),
];
const OTHER_ZONE: &str = "Z2HZ9CHZNM7GBU";

impl Instance {
    pub(super) fn view(&self, world: &World, region: &str) -> Value {
        let it = &self.settings;
        let here = world.regions.get(region).map(|here| &here.rds);
        let group = here.and_then(|here| here.subnet_groups.get(&self.subnet_group));
        let parameters = json!({
            "DBParameterGroupName": it.parameter_group,
            "ParameterApplyStatus": if self.parameters_pending { "pending-reboot" } else { "in-sync" },
        });
        let groups = it.security_groups.iter();
        let groups = groups.map(|id| json!({ "VpcSecurityGroupId": id, "Status": "active" }));
        let options = format!(
            "default:postgres-{}",
            it.version.split('.').next().unwrap_or_default()
        );
        let options = json!({ "OptionGroupName": options, "Status": "in-sync" });
        // Only backups make a point in time restorable, a few minutes back [RDS API: LatestRestorableTime].
        let restorable = self.backed_up.filter(|_| it.retention > 0);
        let restorable =
            restorable.map(|at| at.max(Millis(world.now.0.saturating_sub(FIVE_MINUTES))));
        let logs = (!it.logs.is_empty()).then_some(&it.logs);
        let monitored = format!(
            "arn:aws:logs:{region}:{}:log-group:RDSOSMetrics:log-stream:{}",
            world.account, self.resource_id
        );
        let mut view = json!({
            "DBInstanceIdentifier": self.name,
            "DBInstanceArn": self.arn,
            "DbiResourceId": self.resource_id,
            "DBInstanceClass": it.class,
            "DBInstanceStatus": self.status,
            "Engine": engine::POSTGRES,
            "EngineVersion": it.version,
            "EngineLifecycleSupport": it.lifecycle,
            "LicenseModel": "postgresql-license",
            "MasterUsername": self.user,
            "DBName": self.database,
            "InstanceCreateTime": self.created.map(Millis::iso8601),
            "LatestRestorableTime": restorable.map(Millis::iso8601),
            "AllocatedStorage": it.storage,
            "MaxAllocatedStorage": it.ceiling,
            "StorageType": it.storage_type,
            "Iops": it.iops,
            "StorageThroughput": it.throughput,
            "StorageEncrypted": self.encrypted,
            "KmsKeyId": self.encrypted.then(|| key_arn(world, region)),
            "DedicatedLogVolume": false,
        });
        let more = json!({
            "PreferredBackupWindow": it.backup_window,
            "BackupRetentionPeriod": it.retention,
            "BackupTarget": "region",
            "PreferredMaintenanceWindow": it.maintenance_window,
            "AutoMinorVersionUpgrade": it.auto_minor,
            "AvailabilityZone": self.zone(),
            "SecondaryAvailabilityZone": self.second_zone().filter(|_| it.multi_az),
            "MultiAZ": it.multi_az,
            "PubliclyAccessible": it.public,
            "NetworkType": "IPV4",
            "DbInstancePort": 0,
            "DBSecurityGroups": lists::named("DBSecurityGroup", []),
            "VpcSecurityGroups": lists::named("VpcSecurityGroupMembership", groups),
            "DBSubnetGroup": group.map(super::subnet_group::SubnetGroup::view),
            "DBParameterGroups": lists::named("DBParameterGroup", [parameters]),
            "OptionGroupMemberships": lists::named("OptionGroupMembership", [options]),
            "PendingModifiedValues": pending::view(self),
            "ReadReplicaDBInstanceIdentifiers": lists::named("ReadReplicaDBInstanceIdentifier", []),
            "DomainMemberships": lists::named("DomainMembership", []),
            "AssociatedRoles": lists::named("DBInstanceRole", []),
            "CACertificateIdentifier": it.authority,
            "CertificateDetails": { "CAIdentifier": it.authority, "ValidTill": valid_till(self, world) },
            "CopyTagsToSnapshot": it.copy_tags,
            "MonitoringInterval": it.monitoring,
            "MonitoringRoleArn": it.monitoring_role,
            "EnhancedMonitoringResourceArn": it.monitoring_role.as_ref().map(|_| monitored),
            "IAMDatabaseAuthenticationEnabled": it.iam_login,
            "DatabaseInsightsMode": it.insights_mode,
            "PerformanceInsightsEnabled": it.insights.is_some(),
            "PerformanceInsightsRetentionPeriod": it.insights,
            "PerformanceInsightsKMSKeyId": it.insights.map(|_| key_arn(world, region)),
            "EnabledCloudwatchLogsExports": logs,
            "DeletionProtection": it.deletion_protection,
            "CustomerOwnedIpEnabled": false,
            "ActivityStreamStatus": "stopped",
            "MultiTenant": false,
            "IsStorageConfigUpgradeAvailable": false,
            "TagList": lists::tag_list(&self.tags),
        });
        if let (Some(view), Value::Object(more)) = (view.as_object_mut(), more) {
            view.extend(more);
        }
        // The endpoint is known once there is something to connect to.
        if self.created.is_some() {
            let domain = here.map_or("", |here| here.domain());
            let zone = ZONES.iter().find(|(known, _)| *known == region);
            view["Endpoint"] = json!({
                "Address": format!("{}.{domain}.{region}.rds.amazonaws.com", self.name),
                "Port": it.port,
                "HostedZoneId": zone.map_or(OTHER_ZONE, |(_, id)| id),
            });
        }
        if let Some(secret) = &self.secret {
            view["MasterUserSecret"] = secret.view(world, region);
        }
        view
    }
}

const FIVE_MINUTES: u64 = 300_000;
const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// Server certificates last a year (assumed).
fn valid_till(instance: &Instance, world: &World) -> String {
    (instance.created.unwrap_or(world.now) + YEAR).iso8601()
}

/// The ARN of the AWS managed key `aws/rds`.
pub(super) fn key_arn(world: &World, region: &str) -> String {
    let here = world.regions.get(region);
    let id = here
        .and_then(|here| here.rds.key.as_deref())
        .unwrap_or_default();
    format!("arn:aws:kms:{region}:{}:key/{id}", world.account)
}
