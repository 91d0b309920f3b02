//! What of an instance can be changed: as requests spell it, and as it then is.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::engine::{self, Version};
use super::storage::{self, Wanted};
use super::{check, classes, lists, refuse, windows};
use crate::input::Input;
use crate::refusal::Refusal;

/// What of an instance can be changed.
#[derive(Clone, Serialize, Deserialize, Debug, PartialEq)]
pub(super) struct Settings {
    pub(super) class: String,
    /// In GiB.
    pub(super) storage: i64,
    pub(super) storage_type: String,
    pub(super) iops: Option<i64>,
    pub(super) throughput: Option<i64>,
    /// How far storage may grow by itself.
    pub(super) ceiling: Option<i64>,
    pub(super) multi_az: bool,
    pub(super) version: String,
    pub(super) port: i64,
    /// Days.
    pub(super) retention: i64,
    pub(super) backup_window: String,
    pub(super) maintenance_window: String,
    pub(super) auto_minor: bool,
    /// The certificate authority.
    pub(super) authority: String,
    pub(super) iam_login: bool,
    pub(super) security_groups: Vec<String>,
    pub(super) parameter_group: String,
    /// Seconds between two looks of Enhanced Monitoring; 0 is off.
    pub(super) monitoring: i64,
    pub(super) monitoring_role: Option<String>,
    /// Days that Performance Insights keeps; none is off.
    pub(super) insights: Option<i64>,
    pub(super) insights_mode: String,
    pub(super) logs: Vec<String>,
    pub(super) deletion_protection: bool,
    pub(super) copy_tags: bool,
    pub(super) public: bool,
    pub(super) lifecycle: String,
}

/// The same as a request gives it.
#[derive(Default)]
pub(super) struct Given {
    pub(super) class: Option<String>,
    pub(super) storage: Option<i64>,
    storage_type: Option<String>,
    iops: Option<i64>,
    throughput: Option<i64>,
    ceiling: Option<i64>,
    multi_az: Option<bool>,
    pub(super) version: Option<String>,
    pub(super) port: Option<i64>,
    retention: Option<i64>,
    backup_window: Option<String>,
    maintenance_window: Option<String>,
    auto_minor: Option<bool>,
    authority: Option<String>,
    iam_login: Option<bool>,
    security_groups: Vec<String>,
    pub(super) parameter_group: Option<String>,
    monitoring: Option<i64>,
    monitoring_role: Option<String>,
    insights: Option<bool>,
    insights_days: Option<i64>,
    insights_mode: Option<String>,
    pub(super) logs: Option<Vec<String>>,
    deletion_protection: Option<bool>,
    copy_tags: Option<bool>,
    public: Option<bool>,
    lifecycle: Option<String>,
}

impl Given {
    /// Reads what create, modify and restore have in common.
    pub(super) fn read(input: &mut Input) -> Result<Given, Refusal> {
        // Known, and modelled for what holds anyway.
        input.accept("LicenseModel", &[json!("postgresql-license")])?;
        input.accept("NetworkType", &[json!("IPV4")])?;
        input.accept("DedicatedLogVolume", &[json!(false)])?;
        input.accept("EnableCustomerOwnedIp", &[json!(false)])?;
        input.accept("BackupTarget", &[json!("region")])?;
        input.accept("MultiTenant", &[json!(false)])?;
        input.accept("MasterUserAuthenticationType", &[json!("password")])?;
        Ok(Given {
            class: input.text("DBInstanceClass")?,
            storage: input.number("AllocatedStorage")?,
            storage_type: input.text("StorageType")?,
            iops: input.number("Iops")?,
            throughput: input.number("StorageThroughput")?,
            ceiling: input.number("MaxAllocatedStorage")?,
            multi_az: input.boolean("MultiAZ")?,
            version: input.text("EngineVersion")?,
            retention: input.number("BackupRetentionPeriod")?,
            backup_window: input.text("PreferredBackupWindow")?,
            maintenance_window: input.text("PreferredMaintenanceWindow")?,
            auto_minor: input.boolean("AutoMinorVersionUpgrade")?,
            authority: input.text("CACertificateIdentifier")?,
            iam_login: input.boolean("EnableIAMDatabaseAuthentication")?,
            security_groups: lists::texts(input, "VpcSecurityGroupIds", "VpcSecurityGroupId")?,
            parameter_group: input.text("DBParameterGroupName")?,
            monitoring: input.number("MonitoringInterval")?,
            monitoring_role: input.text("MonitoringRoleArn")?,
            insights: input.boolean("EnablePerformanceInsights")?,
            insights_days: input.number("PerformanceInsightsRetentionPeriod")?,
            insights_mode: input.text("DatabaseInsightsMode")?,
            deletion_protection: input.boolean("DeletionProtection")?,
            copy_tags: input.boolean("CopyTagsToSnapshot")?,
            public: input.boolean("PubliclyAccessible")?,
            lifecycle: input.text("EngineLifecycleSupport")?,
            port: None,
            logs: None,
        })
    }

    /// A new instance that is like this where the request says so, and else as RDS chooses [RDS API:
    /// CreateDBInstance]. Security groups and parameter group are still to be found.
    pub(super) fn fresh(self, version: Version) -> Result<Settings, Refusal> {
        let class = self.class.clone().unwrap_or_default();
        classes::check(&class, version)?;
        let kind = self.storage_type.clone().unwrap_or_else(|| {
            let provisioned = self.iops.is_some() && self.throughput.is_none();
            if provisioned { "io1" } else { "gp3" }.to_owned()
        });
        let size = self.storage.ok_or_else(|| {
            refuse::combination("Invalid storage size for engine name postgres and storage type: it must be provided")
        })?;
        let stored = Wanted {
            kind,
            size,
            iops: self.iops,
            throughput: self.throughput,
        }
        .checked()?;
        let (backup, maintenance) =
            windows::choose(self.backup_window.clone(), self.maintenance_window.clone());
        let base = Settings {
            class,
            storage: stored.size,
            storage_type: stored.kind,
            iops: stored.iops,
            throughput: stored.throughput,
            ceiling: None,
            multi_az: false,
            version: version.text(),
            port: 5432,
            retention: 1,
            backup_window: backup,
            maintenance_window: maintenance,
            auto_minor: true,
            authority: check::AUTHORITIES[0].to_owned(),
            iam_login: false,
            security_groups: Vec::new(),
            parameter_group: format!("default.{}", version.family()),
            monitoring: 0,
            monitoring_role: None,
            insights: None,
            insights_mode: "standard".to_owned(),
            logs: Vec::new(),
            deletion_protection: false,
            copy_tags: false,
            public: false,
            lifecycle: check::LIFECYCLES[0].to_owned(),
        };
        self.rest(base, version)
    }

    /// The instance as it is to be after the request.
    pub(super) fn over(self, before: &Settings) -> Result<Settings, Refusal> {
        let mut after = before.clone();
        let had = engine::choose(Some(&before.version))?;
        // The major of a version that runs is no wish for a later minor (assumed).
        let version = match &self.version {
            Some(given) if *given != had.major.to_string() => engine::choose(Some(given))?,
            _ => had,
        };
        after.version = version.text();
        if let Some(class) = &self.class {
            classes::check(class, version)?;
            after.class.clone_from(class);
        }
        self.store(before, &mut after)?;
        self.rest(after, version)
    }

    /// Storage only grows, by a tenth at the least [RDS API: ModifyDBInstance AllocatedStorage].
    fn store(&self, before: &Settings, after: &mut Settings) -> Result<(), Refusal> {
        let said = [
            self.storage.is_some(),
            self.storage_type.is_some(),
            self.iops.is_some(),
            self.throughput.is_some(),
        ];
        if !said.contains(&true) {
            return Ok(());
        }
        let kind = self
            .storage_type
            .clone()
            .unwrap_or_else(|| before.storage_type.clone());
        let mut size = self.storage.unwrap_or(before.storage);
        if size < before.storage {
            return Err(refuse::combination(format!(
                "Invalid storage size for engine name postgres and storage type {kind}: {size}. Storage cannot be made smaller; it is {}.",
                before.storage
            )));
        }
        if size > before.storage {
            size = size.max((before.storage * 11 + 9) / 10);
        }
        // What the type had by itself is not carried over into one, or a size, that has other bounds.
        let same = kind == before.storage_type && (kind != "gp3" || before.storage >= 400);
        let kept = |given: Option<i64>, had: Option<i64>| given.or(had.filter(|_| same));
        let wanted = Wanted {
            iops: kept(self.iops, before.iops),
            throughput: kept(self.throughput, before.throughput),
            kind,
            size,
        };
        let stored = wanted.checked()?;
        (after.storage, after.storage_type) = (stored.size, stored.kind);
        (after.iops, after.throughput) = (stored.iops, stored.throughput);
        Ok(())
    }

    /// Everything but class, version and storage.
    fn rest(self, mut to: Settings, version: Version) -> Result<Settings, Refusal> {
        let backup = self
            .backup_window
            .unwrap_or_else(|| to.backup_window.clone());
        let maintenance = self
            .maintenance_window
            .unwrap_or_else(|| to.maintenance_window.clone());
        (to.backup_window, to.maintenance_window) = windows::check(&backup, &maintenance)?;
        if let Some(ceiling) = self.ceiling {
            // The size itself switches growth off [RDS user guide: storage autoscaling].
            to.ceiling = Some(ceiling).filter(|it| *it != to.storage && *it != 0);
        }
        if let Some(ceiling) = to.ceiling {
            storage::check_ceiling(to.storage, ceiling)?;
        }
        if let Some(days) = self.retention {
            to.retention = check::within("BackupRetentionPeriod", days, 0..=35)?;
        }
        if let Some(port) = self.port {
            to.port = check::within("Port", port, 1150..=65_535)?;
        }
        if let Some(authority) = self.authority {
            to.authority = check::authority(authority)?;
        }
        if let Some(lifecycle) = self.lifecycle {
            to.lifecycle = check::one_of("EngineLifecycleSupport", lifecycle, &check::LIFECYCLES)?;
        }
        if let Some(logs) = self.logs {
            to.logs = check::logs(logs, version)?;
        }
        if !self.security_groups.is_empty() {
            to.security_groups = self.security_groups;
        }
        if let Some(group) = self.parameter_group {
            to.parameter_group = group.to_lowercase();
        }
        (to.monitoring, to.monitoring_role) =
            check::monitoring(&to, self.monitoring, self.monitoring_role)?;
        to.insights = check::insights(to.insights, self.insights, self.insights_days)?;
        if let Some(mode) = self.insights_mode {
            to.insights_mode =
                check::one_of("DatabaseInsightsMode", mode, &["standard", "advanced"])?;
        }
        check::insights_mode(&to)?;
        to.multi_az = self.multi_az.unwrap_or(to.multi_az);
        to.auto_minor = self.auto_minor.unwrap_or(to.auto_minor);
        to.iam_login = self.iam_login.unwrap_or(to.iam_login);
        to.deletion_protection = self.deletion_protection.unwrap_or(to.deletion_protection);
        to.copy_tags = self.copy_tags.unwrap_or(to.copy_tags);
        to.public = self.public.unwrap_or(to.public);
        Ok(to)
    }
}
