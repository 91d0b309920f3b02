//! `aws.rds.instance`: a PostgreSQL database that AWS runs.
//!
//! Its master password is made, kept and changed by RDS, in a secret that is RDS's own: we know where that is and
//! never what is in it. Minor versions come from AWS, in the maintenance window; storage grows by itself and never
//! shrinks. Neither is drift.

mod change;
#[cfg(feature = "live")]
mod described;
#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;
mod version;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Kind, Observed, Parting, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::removal::Removal;
use crate::aws::tags::Tags;
use crate::aws::{names, patience};

pub use change::{Change, Field};

/// The longest name [RDS API: CreateDBInstance DBInstanceIdentifier].
pub const NAME_MAX: usize = 63;

/// A PostgreSQL database, encrypted with the account's own key for RDS, with a master password that RDS keeps, and
/// not enrolled in the extended support that is paid for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DbInstance {
    /// Its name, in lower case, unique in account and region. Cannot be changed.
    pub name: String,
    /// A major version (`18`), in which AWS chooses the minor; or a minor (`18.1`) that it has at the least. Goes up
    /// only.
    pub version: String,
    /// `db.t4g.micro` and so on.
    pub class: String,
    /// What it stores its data on.
    pub storage: Storage,
    /// Does another one stand by in another zone?
    pub multi_az: bool,
    /// The database that it begins with. Cannot be changed.
    pub database: String,
    /// The master user. Cannot be changed.
    pub user: String,
    /// Does RDS keep the master password, in a secret of its own?
    pub managed_password: bool,
    /// The port that it listens on.
    pub port: u16,
    /// The name of the subnet group that it stands in.
    pub subnet_group: Input<String>,
    /// The name of its parameter group, which is for its major version.
    pub parameter_group: Input<String>,
    /// Ids of its security groups.
    pub security_groups: Vec<Input<String>>,
    /// Is it given a public address?
    pub public: bool,
    /// Is its storage encrypted? Cannot be changed.
    pub encrypted: bool,
    /// For so many days it can be restored to any second; 0 is never.
    pub backup_days: u32,
    /// When its daily backup is taken, in UTC: `hh24:mi-hh24:mi`.
    pub backup_window: String,
    /// When AWS may change it, in UTC: `ddd:hh24:mi-ddd:hh24:mi`.
    pub maintenance_window: String,
    /// Does AWS bring it to newer minor versions, in that window?
    pub minor_upgrades: bool,
    /// Do its snapshots have its tags?
    pub tagged_snapshots: bool,
    /// Whom its TLS certificate comes from.
    pub certificate_authority: String,
    /// Does AWS refuse to delete it?
    pub deletion_protection: bool,
    /// What becomes of its data once nobody wants it.
    pub removal: Removal,
    /// The user's tags.
    pub tags: Tags,
}

/// What a database stores its data on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Storage {
    /// `gp3`, `gp2`, `io1`, `io2`.
    pub kind: String,
    /// So much at the least. It never shrinks.
    pub gib: u32,
    /// So far it grows by itself; without it, it does not.
    pub max_gib: Option<u32>,
}

/// What AWS tells of a database.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// `db-…`: another one if somebody uses the name again.
    pub resource_id: String,
    /// The name that it is reached by, once it can be.
    pub endpoint: Option<String>,
    /// A URL without the password, once it can be reached: `postgres://user@host:port/name?sslmode=require`.
    pub url: Option<String>,
    /// The ARN of the secret with its master password.
    pub secret: Option<String>,
    /// What ECS takes the password from: that secret's member `password`.
    pub password_from: Option<String>,
}

impl DbInstance {
    /// Its name.
    pub const NAME_: Output<Self, String> = Output::new("name");
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
    /// The name that it is reached by.
    pub const ENDPOINT: Output<Self, String> = Output::new("endpoint");
    /// A URL without the password.
    pub const URL: Output<Self, String> = Output::new("url");
    /// The ARN of the secret with its master password.
    pub const SECRET: Output<Self, String> = Output::new("secret");
    /// What ECS takes the password from.
    pub const PASSWORD_FROM: Output<Self, String> = Output::new("password_from");
}

impl Kind for DbInstance {
    const NAME: &'static str = "aws.rds.instance";
    const PATIENCE: Patience = patience::DATABASE;
    const LOOKS_BEFORE: bool = true;
    const TELLS: &'static [(&'static str, &'static str)] =
        &[("endpoint", "endpoint"), ("password_secret", "secret")];
    type Outputs = Outputs;
    type Change = Change;

    /// What changes the instance itself comes last: until that is done, nothing else is accepted.
    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: there, .. }) = observed else {
            return vec![Change::Create];
        };
        let tags = self.tags.changes(&there.tags).unwrap_or_default();
        let tag = !tags.set.is_empty() || self.removal != there.removal;
        let mut changes: Vec<Change> = tag.then_some(Change::Tag).into_iter().collect();
        changes.extend((!tags.unset.is_empty()).then_some(Change::Untag(tags.unset)));
        if self.deletion_protection != there.deletion_protection {
            changes.push(Change::Protect(self.deletion_protection));
        }
        let fields = self.differing(there);
        changes.extend((!fields.is_empty()).then_some(Change::Modify(fields)));
        changes
    }

    /// The snapshot is named after this life of the instance: an earlier one with its name is another's.
    fn removal(observed: &Observed<Self>) -> Vec<Change> {
        let Observed { spec, outputs } = observed;
        // One that was never there has nothing to be kept, and refuses a snapshot.
        let kept = spec.removal != Removal::Delete && outputs.endpoint.is_some();
        let life: String = outputs.resource_id.trim_start_matches("db-").into();
        let life = life
            .chars()
            .take(LIFE)
            .collect::<String>()
            .to_ascii_lowercase();
        let snapshot = kept.then(|| format!("{}-final-{life}", outputs.name));
        unprotected(spec)
            .chain([Change::Delete { snapshot }])
            .collect()
    }

    fn unmaking(observed: &Observed<Self>) -> Vec<Change> {
        let delete = Change::Delete { snapshot: None };
        unprotected(&observed.spec).chain([delete]).collect()
    }

    fn parting(observed: &Observed<Self>) -> Parting {
        let spec = &observed.spec;
        match spec.removal {
            Removal::Retain => Parting::Stays("its `removal` is \"retain\"".into()),
            _ if spec.deletion_protection => {
                Parting::Asks("it is protected against deletion".into())
            }
            Removal::Delete => Parting::Asks("its data goes with it, and all its backups".into()),
            Removal::Snapshot => Parting::Goes,
        }
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = &observed.spec;
        let fields = [
            ("name", self.name != there.name),
            ("version", version::is_below(&self.version, &there.version)),
            ("database", self.database != there.database),
            ("user", self.user != there.user),
            ("subnet_group", self.subnet_group != there.subnet_group),
            ("encrypted", self.encrypted != there.encrypted),
        ];
        let differ = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(differ.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        change.request()
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        for spec in by {
            if version::fits(&spec.version, &self.version) {
                self.version.clone_from(&spec.version);
            }
            let grown = self.storage.gib > spec.storage.gib && spec.storage.max_gib.is_some();
            if grown && self.storage.kind == spec.storage.kind {
                self.storage.gib = spec.storage.gib;
            }
            if same(&self.security_groups, &spec.security_groups) {
                self.security_groups.clone_from(&spec.security_groups);
            }
        }
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }
}

/// So many characters of an instance's own id tell its lives apart.
const LIFE: usize = 10;

fn unprotected(there: &DbInstance) -> impl Iterator<Item = Change> + use<> {
    let protected = there.deletion_protection;
    protected.then_some(Change::Protect(false)).into_iter()
}

impl DbInstance {
    fn differing(&self, there: &Self) -> Vec<Field> {
        let (storage, had) = (&self.storage, &there.storage);
        let stored =
            storage.kind != had.kind || storage.gib > had.gib || storage.max_gib != had.max_gib;
        let groups = &self.security_groups;
        let fields = [
            (
                Field::Version,
                !version::fits(&self.version, &there.version),
            ),
            (Field::Class, self.class != there.class),
            (Field::Storage, stored),
            (Field::MultiAz, self.multi_az != there.multi_az),
            (
                Field::Password,
                self.managed_password != there.managed_password,
            ),
            (Field::Port, self.port != there.port),
            (
                Field::ParameterGroup,
                self.parameter_group != there.parameter_group,
            ),
            (Field::SecurityGroups, !same(groups, &there.security_groups)),
            (Field::Public, self.public != there.public),
            (Field::Backups, self.backup_days != there.backup_days),
            (
                Field::BackupWindow,
                self.backup_window != there.backup_window,
            ),
            (
                Field::MaintenanceWindow,
                self.maintenance_window != there.maintenance_window,
            ),
            (
                Field::MinorUpgrades,
                self.minor_upgrades != there.minor_upgrades,
            ),
            (
                Field::TaggedSnapshots,
                self.tagged_snapshots != there.tagged_snapshots,
            ),
            (
                Field::CertificateAuthority,
                self.certificate_authority != there.certificate_authority,
            ),
        ];
        let differing = fields.into_iter().filter(|(_, differs)| *differs);
        differing.map(|(field, _)| field).collect()
    }
}

/// Security groups have no order.
fn same(left: &[Input<String>], right: &[Input<String>]) -> bool {
    left.len() == right.len() && left.iter().all(|it| right.contains(it))
}
