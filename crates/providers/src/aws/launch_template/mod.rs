//! `aws.ec2.launch_template`: what an EC2 instance of a cluster is launched with.
//!
//! A template of ours never changes: another content is another template. A new version in place
//! would be used by whoever names `$Latest` before anything is committed; this way the old template
//! stays as it is until the group has moved to the new one, and is what an undo goes back to.

#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;
#[cfg_attr(
    not(feature = "live"),
    allow(dead_code, reason = "asked by the effect half")
)]
mod user_data;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::tags::Tags;
use crate::aws::{names, patience};

/// The longest name [EC2 API: CreateLaunchTemplate].
const NAME_MAX: usize = 128;

/// A launch template. Its instances answer for themselves to IMDSv2 only, their disk is an
/// encrypted gp3 volume, and the ECS agent on them joins a cluster.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LaunchTemplate {
    /// Its name, unique in the region. Cannot be changed.
    pub name: String,
    /// The machine image, `ami-…`.
    pub image: String,
    /// The instance type, where a group names no others.
    pub instance_type: String,
    /// The ARN of the instance profile.
    pub profile: Input<String>,
    /// What may flow to and from the instances.
    pub security_groups: Vec<Input<String>>,
    /// Whether they get a public address.
    pub public_address: bool,
    /// The name of the key pair by which somebody may log in.
    pub key_pair: Option<Input<String>>,
    /// So many hops an answer about the instance may travel. 1 reaches the instance itself and
    /// its agent, and no container with a network of its own.
    pub metadata_hops: u32,
    /// The disk, GiB.
    pub disk_gib: u32,
    /// The name of the cluster that the agent joins.
    pub cluster: Input<String>,
    /// Lines of shell that run at the first boot, as root, after the agent's settings.
    pub script: String,
    /// The user's tags. The volumes get those that were wanted when the template was made.
    pub tags: Tags,
}

/// What AWS tells of a launch template.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// `lt-…`.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl LaunchTemplate {
    /// Its id.
    pub const ID: Output<Self, String> = Output::new("id");
}

/// The only version of a template of ours.
pub const VERSION: &str = "1";

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateLaunchTemplate`, with a token.
    Create,
    /// `CreateTags`.
    Tag,
    /// `DeleteTags`.
    Untag(Vec<String>),
    /// `DeleteLaunchTemplate`, with its versions. What was launched from it goes on.
    Delete,
}

impl Kind for LaunchTemplate {
    const NAME: &'static str = "aws.ec2.launch_template";
    const PATIENCE: Patience = patience::EC2;
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec, .. }) = observed else {
            return vec![Change::Create];
        };
        let changes = self.tags.requests(&spec.tags, Change::Tag, Change::Untag);
        changes.collect()
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = &observed.spec;
        let fields = [
            ("name", self.name != there.name),
            ("image", self.image != there.image),
            ("instance_type", self.instance_type != there.instance_type),
            ("profile", self.profile != there.profile),
            (
                "security_groups",
                self.security_groups != there.security_groups,
            ),
            (
                "public_address",
                self.public_address != there.public_address,
            ),
            ("key_pair", self.key_pair != there.key_pair),
            ("metadata_hops", self.metadata_hops != there.metadata_hops),
            ("disk_gib", self.disk_gib != there.disk_gib),
            ("cluster", self.cluster != there.cluster),
            ("script", self.script != there.script),
        ];
        let differ = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(differ.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Create => Request::new("ec2:CreateLaunchTemplate"),
            Change::Tag => Request::new("ec2:CreateTags").uses(&[]),
            Change::Untag(_) => Request::new("ec2:DeleteTags").uses(&[]),
            Change::Delete => Request::new("ec2:DeleteLaunchTemplate"),
        }
        .on("launch-template/*")
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }
}
