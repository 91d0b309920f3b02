//! `aws.efs.mount_target`: where a file system is reached in a zone.

#[cfg(feature = "live")]
mod live;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;

/// The one address of a file system in a zone. It has no tags: it is as much ours as its file system is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct MountTarget {
    /// Id of the file system. Cannot be changed.
    pub file_system: Input<String>,
    /// The subnet that it stands in, the only one in its zone. Cannot be changed.
    pub subnet: Input<String>,
    /// Ids of its security groups.
    pub security_groups: Vec<Input<String>>,
}

/// What AWS tells of a mount target.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// `fsmt-…`.
    pub id: String,
    /// Id of its file system.
    pub file_system: String,
}

impl MountTarget {
    /// Its id.
    pub const ID: Output<Self, String> = Output::new("id");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateMountTarget`. There is one in each zone.
    Create,
    /// `ModifyMountTargetSecurityGroups`.
    Groups,
    /// `DeleteMountTarget`. Its interface goes some time after.
    Delete,
}

impl Kind for MountTarget {
    const NAME: &'static str = "aws.efs.mount_target";
    const PATIENCE: Patience = patience::FILE_SYSTEM;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        match observed {
            None => vec![Change::Create],
            Some(Observed { spec: there, .. }) => {
                let same = same(&self.security_groups, &there.security_groups);
                (!same).then_some(Change::Groups).into_iter().collect()
            }
        }
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    /// Of the same file system there is one in each zone, and all are in one network: the old one goes first.
    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = &observed.spec;
        if self.file_system != there.file_system {
            return Replacement::because(["file_system"]).or_none();
        }
        let moved = (self.subnet != there.subnet).then_some("subnet");
        Replacement::because(moved).in_its_place().or_none()
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Create => Request::new("elasticfilesystem:CreateMountTarget"),
            Change::Groups => Request::new("elasticfilesystem:ModifyMountTargetSecurityGroups")
                .impact(Impact::Brief("other tasks than before may mount it".into())),
            Change::Delete => Request::new("elasticfilesystem:DeleteMountTarget").impact(
                Impact::Outage("tasks in its zone lose the file system".into()),
            ),
        }
        .on("file-system/*")
    }

    fn can_be_found(&self) -> bool {
        self.file_system.known().is_some() && self.subnet.known().is_some()
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        for spec in by {
            if same(&self.security_groups, &spec.security_groups) {
                self.security_groups.clone_from(&spec.security_groups);
            }
        }
        self
    }
}

/// Security groups have no order.
fn same(left: &[Input<String>], right: &[Input<String>]) -> bool {
    left.len() == right.len() && left.iter().all(|it| right.contains(it))
}
