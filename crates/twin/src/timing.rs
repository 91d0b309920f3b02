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
    /// The name of a deleted bucket cannot be used again for this long (assumed; "some time might pass" in the S3 guide,
    /// up to an hour in reports).
    pub bucket_release: u64,
    /// Certificate `PENDING_VALIDATION` to `ISSUED`, counted from when its record exists (assumed; "minutes" in the
    /// ACM guide).
    pub certificate_issue: u64,
    /// How long after the request ACM names the validation record (a few seconds: terraform-provider-aws polls for it).
    pub certificate_record: u64,
    /// Distribution `InProgress` to `Deployed`, after every change (assumed; "minutes" in the CloudFront guide, clients
    /// wait for up to 90).
    pub cloudfront_deploy: u64,
    /// Invalidation `InProgress` to `Completed` (assumed; "typically within seconds to a minute or two" in reports).
    pub cloudfront_invalidation: u64,
    /// From when a lifecycle policy first covers an image until that is gone (assumed; "within 24 hours" in the ECR
    /// guide).
    pub ecr_lifecycle: u64,
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
    /// How long a new web ACL cannot be associated yet (assumed; the WAF API says "a few seconds to a number of minutes",
    /// terraform-provider-aws #17527 waits for it).
    pub web_acl: u64,
    /// NAT gateway `pending` to `available` (assumed).
    pub nat_gateway: u64,
    /// NAT gateway `pending` to `failed` (assumed).
    pub nat_gateway_failure: u64,
    /// NAT gateway `deleting` to `deleted` (terraform-provider-aws #49299: about a minute).
    pub nat_gateway_delete: u64,
    /// NAT gateways that are deleted or failed are shown for this long [VPC guide: "usually about an hour"].
    pub nat_gateway_shown: u64,
    /// A regional NAT gateway follows its VPC's subnets after this long (assumed; "up to 60 minutes" in the VPC guide).
    pub nat_gateway_follow: u64,
    /// Interface endpoint `pending` to `available`, and `deleting` to gone (assumed).
    pub vpc_endpoint: u64,
    /// A secret that was deleted without a recovery window keeps its name for this long (assumed; the Secrets Manager
    /// API says "asynchronous", clients try again for up to two minutes).
    pub secret_purge: u64,
    /// A deleted queue goes on answering for this long (assumed; up to 60 s [SQS API: DeleteQueue]).
    pub queue_delete: u64,
    /// Schedule group `DELETING` until it is gone (assumed).
    pub schedule_group_delete: u64,
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
    /// Instance `pending` to `running`, `running` to its ECS agent being there, and `shutting-down` to `terminated`
    /// (assumed; tens of seconds each in reports of Auto Scaling activities).
    pub instance_start: u64,
    /// See `instance_start`.
    pub instance_boot: u64,
    /// See `instance_start`.
    pub instance_stop: u64,
    /// Until the status checks of a new instance have passed (assumed; "a few minutes" in the EC2 user guide).
    pub instance_checks: u64,
    /// The first pause of an Auto Scaling group whose launch failed; it doubles (assumed; activities show such steps).
    pub launch_pause: u64,
    /// A capacity provider's change or deletion in progress (assumed; Terraform polls for it).
    pub capacity_provider: u64,
    /// From tasks that wait for capacity to the group's new desired capacity, and from idle instances to their end:
    /// one, and fifteen, data points of a minute [ECS developer guide: cluster auto scaling].
    pub scale_out: u64,
    /// See `scale_out`.
    pub scale_in: u64,
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
            bucket_release: 0,
            certificate_release: 0,
            certificate_issue: 0,
            certificate_record: 0,
            cloudfront_deploy: 0,
            cloudfront_invalidation: 0,
            ecr_lifecycle: 0,
            task_pull: 0,
            task_start: 0,
            task_stop: 0,
            service_steady_check: 1,
            service_drain: 0,
            interface_release: 0,
            target_registration: 0,
            web_acl: 0,
            nat_gateway: 0,
            nat_gateway_failure: 0,
            nat_gateway_delete: 0,
            nat_gateway_shown: 0,
            nat_gateway_follow: 0,
            vpc_endpoint: 0,
            secret_purge: 0,
            queue_delete: 0,
            schedule_group_delete: 0,
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
            instance_start: 0,
            instance_boot: 0,
            instance_stop: 0,
            instance_checks: 0,
            launch_pause: 1000,
            capacity_provider: 0,
            scale_out: 0,
            scale_in: 1,
            iam_propagation: 0,
            stale_read: 0,
        }
    }
}

impl Default for Timing {
    fn default() -> Timing {
        Timing {
            balancer: 150_000,
            bucket_release: 2_000,
            certificate_release: 20_000,
            certificate_issue: 60_000,
            certificate_record: 3_000,
            cloudfront_deploy: 240_000,
            cloudfront_invalidation: 30_000,
            ecr_lifecycle: 3_600_000,
            task_pull: 20_000,
            task_start: 5_000,
            task_stop: 5_000,
            service_steady_check: 5_000,
            service_drain: 5_000,
            interface_release: 60_000,
            target_registration: 1_000,
            web_acl: 5_000,
            nat_gateway: 90_000,
            nat_gateway_failure: 15_000,
            nat_gateway_delete: 60_000,
            nat_gateway_shown: 3_600_000,
            nat_gateway_follow: 900_000,
            vpc_endpoint: 60_000,
            secret_purge: 2_000,
            queue_delete: 5_000,
            schedule_group_delete: 5_000,
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
            instance_start: 20_000,
            instance_boot: 40_000,
            instance_stop: 30_000,
            instance_checks: 120_000,
            launch_pause: 60_000,
            capacity_provider: 2_000,
            scale_out: 60_000,
            scale_in: 900_000,
            iam_propagation: 0,
            stale_read: 0,
        }
    }
}
