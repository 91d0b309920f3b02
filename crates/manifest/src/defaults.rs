//! What a manifest means where it is silent. The reason for each value stands with its key in
//! `schema.rs`, because that is what the reference and the editors show.

use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

use crate::model::{GibiBytes, RetentionDays, Seconds};

pub(crate) const VERSION: i64 = 1;
pub(crate) const BUILD_CONTEXT: &str = ".";
pub(crate) const IMAGE_TAG: &str = "latest";
pub(crate) const REPOSITORY_KEEP: u32 = 10;
pub(crate) const REPOSITORY_IMMUTABLE: bool = false;
pub(crate) const REPOSITORY_SCAN: bool = true;
pub(crate) const PROXIED: bool = false;
pub(crate) const TAKE_OVER: bool = false;
pub(crate) const PARAM_SECRET: bool = false;
pub(crate) const IPV6: bool = false;
pub(crate) const EXEC: bool = false;
pub(crate) const ESSENTIAL: bool = true;
pub(crate) const ROLLBACK: bool = true;
pub(crate) const MINIMUM_HEALTHY: u32 = 100;
pub(crate) const MAXIMUM: u32 = 200;
pub(crate) const PROTECT: bool = false;
pub(crate) const DROP_INVALID_HEADERS: bool = true;
pub(crate) const CROSS_ZONE: bool = false;
pub(crate) const STICKY: bool = false;
pub(crate) const LOGIN_SCOPE: &str = "openid";
pub(crate) const LOGIN_SESSION: Seconds = Seconds(604_800);
pub(crate) const ASSET_PATH: &str = "/*";
pub(crate) const CACHE: &str = "1h";
pub(crate) const CACHE_CONTROL: &str = "public, max-age=3600";
pub(crate) const QUERY_STRINGS: bool = false;
pub(crate) const PRUNE: bool = false;
pub(crate) const VERSIONING: bool = true;
pub(crate) const OLD_ASSETS_DAYS: u32 = 30;
pub(crate) const CORS_MAX_AGE: Seconds = Seconds(3600);
pub(crate) const QUEUE_VISIBILITY: Seconds = Seconds(30);
pub(crate) const QUEUE_RETENTION: Seconds = Seconds(4 * 86_400);
pub(crate) const COUNT: u32 = 1;
pub(crate) const SHARE_BASE: u32 = 0;
pub(crate) const SHARE_WEIGHT: u32 = 1;
pub(crate) const DAEMON: bool = false;
pub(crate) const MANAGED: bool = false;
pub(crate) const INSTANCES_MIN: u32 = 0;
pub(crate) const TARGET: u32 = 100;
pub(crate) const DISK: GibiBytes = GibiBytes(30);
pub(crate) const MANAGED_DISK: GibiBytes = GibiBytes(80);
pub(crate) const INSTANCE_MEMORY: u32 = 512;
pub(crate) const SCALE_OUT_COOLDOWN: Seconds = Seconds(60);
pub(crate) const SCALE_IN_COOLDOWN: Seconds = Seconds(300);
pub(crate) const ZONES: u32 = 2;
pub(crate) const CIDR: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 16);
pub(crate) const HEALTH_PATH: &str = "/";
pub(crate) const HEALTH_MATCHER: &str = "200-399";
pub(crate) const HEALTH_INTERVAL: Seconds = Seconds(10);
pub(crate) const HEALTH_TIMEOUT: Seconds = Seconds(5);
pub(crate) const HEALTH_GRACE: Seconds = Seconds(60);
pub(crate) const HEALTHY_THRESHOLD: u32 = 2;
pub(crate) const UNHEALTHY_THRESHOLD: u32 = 3;
pub(crate) const CONTAINER_INTERVAL: Seconds = Seconds(30);
pub(crate) const CONTAINER_TIMEOUT: Seconds = Seconds(5);
pub(crate) const CONTAINER_RETRIES: u32 = 3;
pub(crate) const STOP_TIMEOUT: Seconds = Seconds(30);
pub(crate) const LOG_RETENTION: RetentionDays = RetentionDays(30);
pub(crate) const DATABASE_VERSION: &str = "18";
pub(crate) const DATABASE_CLASS: &str = "db.t4g.micro";
pub(crate) const DATABASE_STORAGE: GibiBytes = GibiBytes(20);
pub(crate) const DATABASE_MULTI_AZ: bool = false;
pub(crate) const DATABASE_BACKUPS: Seconds = Seconds(7 * 86_400);
pub(crate) const DATABASE_USER: &str = "postgres";
pub(crate) const DATABASE_PROTECT: bool = true;
pub(crate) const DATABASE_INJECT: &str = "DATABASE_URL";
pub(crate) const VOLUME_BACKUP: bool = true;
pub(crate) const VOLUME_ARCHIVE_DAYS: u32 = 30;
pub(crate) const VOLUME_USER: u32 = 1000;
pub(crate) const VOLUME_PATH: &str = "/data";
pub(crate) const EPHEMERAL_STORAGE: GibiBytes = GibiBytes(20);
pub(crate) const CPU_UNITS: u32 = 256;

/// Time that a target which is leaving keeps its open connections. The API's own default of 300 s
/// makes every rollout five minutes longer; 30 s is what most requests need at most, and it is the
/// default `stop_timeout` too (ux.md 4.1).
pub(crate) const DEREGISTRATION_DELAY: Seconds = Seconds(30);
