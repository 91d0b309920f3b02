//! `aws.efs.file_system`: files that tasks share, and that outlive them.

#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use ashore_engine::input::Output;
use ashore_engine::kind::{Impact, Kind, Observed, Parting, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;
use crate::aws::removal::Removal;
use crate::aws::tags::Tags;

/// A file system in all zones of the region, encrypted with the account's own key for EFS.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FileSystem {
    /// Is what lies in it encrypted? Cannot be changed.
    pub encrypted: bool,
    /// `elastic`, or `bursting` with what is stored.
    pub throughput: String,
    /// After so many days without being read a file goes to cheaper storage, until it is read again: 1, 7, 14, 30, 60, 90,
    /// 180, 270 or 365.
    pub archive_days: Option<u32>,
    /// Does AWS Backup keep a copy of each day for 35 days?
    pub backup: bool,
    /// What becomes of its data once nobody wants it. There is no snapshot: its backups are that.
    pub removal: Removal,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of a file system.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// `fs-…`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
}

impl FileSystem {
    /// Its id.
    pub const ID: Output<Self, String> = Output::new("id");
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateFileSystem`, with a token, which the file system has for good.
    Create,
    /// `UpdateFileSystem`.
    Throughput,
    /// `PutLifecycleConfiguration`.
    Lifecycle,
    /// `PutBackupPolicy`.
    Backup,
    /// `TagResource`.
    Tag,
    /// `UntagResource`.
    Untag(Vec<String>),
    /// `DeleteFileSystem`. Refused as long as there is a mount target.
    Delete,
}

impl Kind for FileSystem {
    const NAME: &'static str = "aws.efs.file_system";
    const PATIENCE: Patience = patience::FILE_SYSTEM;
    const LOOKS_BEFORE: bool = true;
    const TELLS: &'static [(&'static str, &'static str)] = &[("file_system", "id")];
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: there, .. }) = observed else {
            let lifecycle = self.archive_days.map(|_| Change::Lifecycle);
            return [Change::Create].into_iter().chain(lifecycle).collect();
        };
        let tags = self.tags.changes(&there.tags).unwrap_or_default();
        let tag = !tags.set.is_empty() || self.removal != there.removal;
        let differ = [
            (Change::Throughput, self.throughput != there.throughput),
            (Change::Lifecycle, self.archive_days != there.archive_days),
            (Change::Backup, self.backup != there.backup),
            (Change::Tag, tag),
        ];
        let differ = differ.into_iter().filter(|(_, differs)| *differs);
        let untag = (!tags.unset.is_empty()).then_some(Change::Untag(tags.unset));
        differ.map(|(change, _)| change).chain(untag).collect()
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn parting(observed: &Observed<Self>) -> Parting {
        match observed.spec.removal {
            Removal::Delete => Parting::Asks("all files in it go with it".into()),
            Removal::Retain | Removal::Snapshot => {
                Parting::Stays("its `removal` is \"retain\"".into())
            }
        }
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let differs = self.encrypted != observed.spec.encrypted;
        Replacement::because(differs.then_some("encrypted")).or_none()
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Create => Request::new("elasticfilesystem:CreateFileSystem"),
            Change::Throughput => Request::new("elasticfilesystem:UpdateFileSystem"),
            Change::Lifecycle => Request::new("elasticfilesystem:PutLifecycleConfiguration"),
            Change::Backup => Request::new("elasticfilesystem:PutBackupPolicy"),
            Change::Tag => Request::new("elasticfilesystem:TagResource"),
            Change::Untag(_) => Request::new("elasticfilesystem:UntagResource"),
            Change::Delete => Request::new("elasticfilesystem:DeleteFileSystem")
                .impact(Impact::DataLoss("all files in it go with it".into())),
        }
        .on("file-system/*")
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }
}
