//! The requests that change a database, and what each may break.

use ashore_engine::kind::{Impact, Request};
use serde::{Deserialize, Serialize};

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateDBInstance`. Names are unique.
    Create,
    /// `AddTagsToResource`.
    Tag,
    /// `RemoveTagsFromResource`.
    Untag(Vec<String>),
    /// `ModifyDBInstance`, of the deletion protection alone: on or off.
    Protect(bool),
    /// `ModifyDBInstance`, of these at once and now.
    Modify(Vec<Field>),
    /// `DeleteDBInstance`. Cannot be taken back.
    Delete {
        /// The snapshot that is taken first.
        snapshot: Option<String>,
    },
}

/// What of a database is changed in place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The version: up, and never back.
    Version,
    /// The class.
    Class,
    /// Type, size, and how far it grows.
    Storage,
    /// Whether another stands by.
    MultiAz,
    /// Who keeps the master password.
    Password,
    /// The port.
    Port,
    /// The parameter group. With another major version it has to change in the same request.
    ParameterGroup,
    /// The security groups.
    SecurityGroups,
    /// Whether it has a public address.
    Public,
    /// How long backups are kept.
    Backups,
    /// When they are taken.
    BackupWindow,
    /// When AWS may change it.
    MaintenanceWindow,
    /// Whether AWS brings newer minors.
    MinorUpgrades,
    /// Whether snapshots have its tags.
    TaggedSnapshots,
    /// Whom its certificate comes from.
    CertificateAuthority,
}

impl Change {
    /// What the plan says of it.
    pub(super) fn request(&self) -> Request {
        let modify = Request::new("rds:ModifyDBInstance");
        match self {
            Self::Create => Request::new("rds:CreateDBInstance"),
            Self::Tag => Request::new("rds:AddTagsToResource").uses(&["removal", "tags"]),
            Self::Untag(_) => Request::new("rds:RemoveTagsFromResource").uses(&[]),
            Self::Protect(_) => modify.uses(&["deletion_protection"]),
            Self::Modify(fields) => {
                let impact = fields.iter().map(|field| field.impact()).max();
                modify.impact(impact.unwrap_or_default())
            }
            Self::Delete { snapshot } => {
                Request::new("rds:DeleteDBInstance").impact(match snapshot {
                    Some(snapshot) => Impact::Outage(format!(
                        "what uses the database fails; the snapshot {snapshot} has its data"
                    )),
                    None => Impact::DataLoss("the database and its backups go for good".into()),
                })
            }
        }
        .on("db:{name}")
    }
}

impl Field {
    /// [RDS user guide: settings for DB instances, "downtime notes"]
    fn impact(self) -> Impact {
        match self {
            Self::Version => Impact::Outage(
                "the database is away while its version changes, which cannot be undone".into(),
            ),
            Self::Class => Impact::Outage("the database is away while its class changes".into()),
            Self::Port => Impact::Brief("the database is restarted".into()),
            Self::CertificateAuthority => Impact::Brief("the database may be restarted".into()),
            Self::Backups => {
                Impact::Brief("the database may halt for seconds where backups begin or end".into())
            }
            Self::Password => {
                Impact::Brief("the master password changes; tasks need to be restarted".into())
            }
            Self::ParameterGroup => {
                Impact::Brief("its parameters take effect when it is next restarted".into())
            }
            Self::SecurityGroups | Self::Public => {
                Impact::Brief("other tasks than before may reach the database".into())
            }
            Self::Storage
            | Self::MultiAz
            | Self::BackupWindow
            | Self::MaintenanceWindow
            | Self::MinorUpgrades
            | Self::TaggedSnapshots => Impact::None,
        }
    }
}
