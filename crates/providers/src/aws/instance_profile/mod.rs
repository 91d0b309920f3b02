//! `aws.iam.instance_profile`: what gives an EC2 instance its role.

#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::tags::Tags;
use crate::aws::{names, patience};

/// The longest name [IAM API: CreateInstanceProfile].
const NAME_MAX: usize = 128;

/// An instance profile, which holds one role [IAM quotas].
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct InstanceProfile {
    /// Its name, unique in the account. Cannot be changed.
    pub name: String,
    /// The name of the role. Another one is another profile: instances that run would otherwise
    /// change their role under their own feet.
    pub role: Input<String>,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of an instance profile.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The role that is in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

impl InstanceProfile {
    /// Its ARN, named at once.
    pub const ARN: Output<Self, String> = Output::new("arn");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateInstanceProfile`. It has no token; its name is taken once it is there.
    Create,
    /// `AddRoleToInstanceProfile`.
    Add,
    /// `RemoveRoleFromInstanceProfile`: this one.
    Remove(String),
    /// `TagInstanceProfile`.
    Tag,
    /// `UntagInstanceProfile`.
    Untag(Vec<String>),
    /// `DeleteInstanceProfile`. Refused while a role is in it.
    Delete,
}

impl Kind for InstanceProfile {
    const NAME: &'static str = "aws.iam.instance_profile";
    const PATIENCE: Patience = patience::IAM;
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec, outputs }) = observed else {
            return vec![Change::Create, Change::Add];
        };
        let mut changes = Vec::new();
        changes.extend(outputs.role.is_none().then_some(Change::Add));
        changes.extend(self.tags.requests(&spec.tags, Change::Tag, Change::Untag));
        changes
    }

    fn removal(observed: &Observed<Self>) -> Vec<Change> {
        let role = observed.outputs.role.clone().map(Change::Remove);
        role.into_iter().chain([Change::Delete]).collect()
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = observed.outputs.role.is_some();
        let fields = [
            ("name", self.name != observed.spec.name),
            ("role", there && self.role != observed.spec.role),
        ];
        let differ = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(differ.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        let request = |operation| Request::new(operation).on("instance-profile/{name}");
        match change {
            Change::Create => request("iam:CreateInstanceProfile").uses(&[]),
            Change::Add => request("iam:AddRoleToInstanceProfile").uses(&["role"]),
            Change::Remove(_) => request("iam:RemoveRoleFromInstanceProfile").impact(
                Impact::Outage("instances that have it lose their role".into()),
            ),
            Change::Tag => request("iam:TagInstanceProfile").uses(&[]),
            Change::Untag(_) => request("iam:UntagInstanceProfile").uses(&[]),
            Change::Delete => request("iam:DeleteInstanceProfile"),
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }
}
