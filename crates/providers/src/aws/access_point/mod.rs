//! `aws.efs.access_point`: a directory of a file system, and who one is in it.

#[cfg(feature = "live")]
mod live;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;
use crate::aws::tags::Tags;

/// A way into one directory of a file system, in which everybody is the same user, whoever the container runs as. The
/// directory is made, and is that user's, when it is first mounted.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AccessPoint {
    /// Id of the file system. Cannot be changed.
    pub file_system: Input<String>,
    /// The directory. Cannot be changed.
    pub path: String,
    /// The user's number. Cannot be changed.
    pub uid: u32,
    /// The number of his group. Cannot be changed.
    pub gid: u32,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of an access point.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// `fsap-…`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
}

impl AccessPoint {
    /// Its id.
    pub const ID: Output<Self, String> = Output::new("id");
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateAccessPoint`, with a token, which the access point has for good.
    Create,
    /// `TagResource`.
    Tag,
    /// `UntagResource`.
    Untag(Vec<String>),
    /// `DeleteAccessPoint`. The directory stays, and what is in it.
    Delete,
}

impl Kind for AccessPoint {
    const NAME: &'static str = "aws.efs.access_point";
    const PATIENCE: Patience = patience::FILE_SYSTEM;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: there, .. }) = observed else {
            return vec![Change::Create];
        };
        let tags = self.tags.requests(&there.tags, Change::Tag, Change::Untag);
        tags.collect()
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = &observed.spec;
        let fields = [
            ("file_system", self.file_system != there.file_system),
            ("path", self.path != there.path),
            ("uid", self.uid != there.uid),
            ("gid", self.gid != there.gid),
        ];
        let differ = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(differ.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Create => {
                return Request::new("elasticfilesystem:CreateAccessPoint").on("file-system/*");
            }
            Change::Tag => Request::new("elasticfilesystem:TagResource"),
            Change::Untag(_) => Request::new("elasticfilesystem:UntagResource"),
            Change::Delete => Request::new("elasticfilesystem:DeleteAccessPoint").impact(
                Impact::Outage("tasks that mount by it lose the files".into()),
            ),
        }
        .on("access-point/*")
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }
}
