//! How long things take, overridable per test.

use serde::{Deserialize, Serialize};

/// How long things take, in milliseconds. Defaults are what AWS is commonly seen to take; those marked "assumed" have
/// no published figure.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Timing {
    /// Load balancer `provisioning` to `active`. Two to three minutes (assumed from Terraform reports).
    pub balancer: u64,
    /// A deleted load balancer still holds its certificates for this long (assumed; terraform-provider-aws retries
    /// ResourceInUse of DeleteCertificate for minutes).
    pub certificate_release: u64,
    /// Certificate `PENDING_VALIDATION` to `ISSUED`, counted from when its record exists (assumed; "minutes" in the
    /// ACM guide).
    pub certificate_issue: u64,
    /// How long after the request ACM names the validation record (a few seconds: terraform-provider-aws polls for it).
    pub certificate_record: u64,
    /// Task `PENDING`, pulling its image (assumed).
    pub task_pull: u64,
    /// Task from pulled to `RUNNING` (assumed).
    pub task_start: u64,
    /// Task from stop to `STOPPED` once it is drained: containers that end on SIGTERM (assumed; the ceiling is
    /// stopTimeout, 30 s).
    pub task_stop: u64,
    /// Between two looks of the service scheduler (assumed).
    pub service_steady_check: u64,
    /// A deleted service drains for at least this long before it is `INACTIVE` (assumed).
    pub service_drain: u64,
    /// Network interfaces of balancers and tasks linger for this long after their owner's end (assumed; reports range
    /// from seconds to several minutes).
    pub interface_release: u64,
    /// Target `initial` to `healthy` at the least; else health check interval times threshold.
    pub target_registration: u64,
    /// NAT gateway `pending` to `available` (assumed).
    pub nat_gateway: u64,
    /// A secret that was deleted without a recovery window keeps its name for this long (assumed; the Secrets Manager
    /// API says "asynchronous", clients try again for up to two minutes).
    pub secret_purge: u64,
    /// Route 53 change `PENDING` to `INSYNC`; name servers answer as before until then [Route 53 API: GetChange; "within
    /// 60 seconds" in the guide].
    pub route53_change: u64,
    /// Database instance `creating` until it can be connected to (assumed; five to forty minutes are seen).
    pub database: u64,
    /// Database `backing-up`, and a snapshot until it is `available` (assumed).
    pub database_backup: u64,
    /// Database `deleting` until it is gone, after its last snapshot (assumed).
    pub database_delete: u64,
    /// A change of class, storage or standby of a database, and stopping or starting one (assumed).
    pub database_modify: u64,
    /// Database `storage-optimization` after a change of storage (hours; RDS user guide: working with storage).
    pub database_optimization: u64,
    /// Database `rebooting`, and smaller changes (assumed).
    pub database_restart: u64,
    /// A file system or access point `creating`, `updating` or `deleting` (assumed: seconds).
    pub file_system: u64,
    /// A mount target `creating` or `deleting` (assumed; EFS user guide: up to 90 seconds for its name).
    pub mount_target: u64,
    /// Cloud Map operations, and how long instances outlive the tasks that ECS registered (assumed).
    pub cloud_map: u64,
    /// Cloud Map operations on private DNS namespaces, which wait for Route 53 (assumed; under a minute is seen).
    pub cloud_map_namespace: u64,
    /// Cloudflare's rate window, and the block after it [Cloudflare docs: API limits]; 0 switches the limit off.
    pub cloudflare_window: u64,
    /// IPv6 block `associating` to `associated` (assumed; Terraform polls for it).
    pub cidr_association: u64,
    /// How long IAM changes take to be seen by other services. Off, since the delay is AWS's own best effort.
    pub iam_propagation: u64,
    /// How long reads may not show what was just created. Off by default.
    pub stale_read: u64,
}

impl Timing {
    /// Everything at once. What repeats by itself keeps a pace of its own.
    pub fn zero() -> Timing {
        Timing {
            balancer: 0,
            certificate_release: 0,
            certificate_issue: 0,
            certificate_record: 0,
            task_pull: 0,
            task_start: 0,
            task_stop: 0,
            service_steady_check: 1,
            service_drain: 0,
            interface_release: 0,
            target_registration: 0,
            nat_gateway: 0,
            secret_purge: 0,
            route53_change: 0,
            cloud_map: 0,
            cloud_map_namespace: 0,
            file_system: 0,
            mount_target: 0,
            database: 0,
            database_backup: 0,
            database_delete: 0,
            database_modify: 0,
            database_optimization: 0,
            database_restart: 0,
            cloudflare_window: 0,
            cidr_association: 0,
            iam_propagation: 0,
            stale_read: 0,
        }
    }
}

impl Default for Timing {
    fn default() -> Timing {
        Timing {
            balancer: 150_000,
            certificate_release: 20_000,
            certificate_issue: 60_000,
            certificate_record: 3_000,
            task_pull: 20_000,
            task_start: 5_000,
            task_stop: 5_000,
            service_steady_check: 5_000,
            service_drain: 5_000,
            interface_release: 60_000,
            target_registration: 1_000,
            nat_gateway: 90_000,
            secret_purge: 2_000,
            route53_change: 30_000,
            cloud_map: 2_000,
            cloud_map_namespace: 30_000,
            file_system: 5_000,
            mount_target: 60_000,
            database: 300_000,
            database_backup: 60_000,
            database_delete: 120_000,
            database_modify: 120_000,
            database_optimization: 3_600_000,
            database_restart: 30_000,
            cloudflare_window: 300_000,
            cidr_association: 2_000,
            iam_propagation: 0,
            stale_read: 0,
        }
    }
}
