//! `aws.ecs.raw_task_definition`: a revision that a user wrote in ECS's own JSON. It is sent as it
//! was written, and what ECS has is compared member by member with what was given.

#[cfg(feature = "live")]
mod live;

use ashore_engine::input::Output;
use ashore_engine::kind::{Kind, Observed, Replacement, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aws::definition;
use crate::aws::tags::Tags;

/// A revision of a task definition.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RawTaskDefinition {
    /// The name that all its revisions share.
    pub family: String,
    /// Members of `RegisterTaskDefinition`, but for family and tags. References stand where texts
    /// are wanted.
    pub definition: Value,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of a revision.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its ARN, which ends in `family:revision`.
    pub arn: String,
    /// The family.
    pub family: String,
    /// The number in the family.
    pub revision: u32,
    /// Whether services can be moved to it.
    pub active: bool,
}

impl RawTaskDefinition {
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
    /// The family.
    pub const FAMILY: Output<Self, String> = Output::new("family");
    /// The number in the family.
    pub const REVISION: Output<Self, u32> = Output::new("revision");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `RegisterTaskDefinition`. It has no token, and every one makes a revision: a lost one is
    /// found again by its tags.
    Register,
    /// `TagResource`.
    Tag,
    /// `UntagResource`.
    Untag(Vec<String>),
    /// `DeregisterTaskDefinition`: no longer to be used. It must come before deleting.
    Deregister,
    /// `DeleteTaskDefinitions`. What still runs by it goes on; it vanishes when nothing does.
    Delete,
}

impl Kind for RawTaskDefinition {
    const NAME: &'static str = "aws.ecs.raw_task_definition";
    const KEEPS: usize = 10;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: observed, .. }) = observed else {
            return vec![Change::Register];
        };
        self.tags
            .requests(&observed.tags, Change::Tag, Change::Untag)
            .collect()
    }

    fn removal(observed: &Observed<Self>) -> Vec<Change> {
        let deregister = observed.outputs.active.then_some(Change::Deregister);
        deregister.into_iter().chain([Change::Delete]).collect()
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = &observed.spec;
        let fields = [
            ("family", self.family != there.family),
            ("definition", self.definition != there.definition),
            ("active", !observed.outputs.active),
        ];
        let differ = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(differ.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Register => Request::new("ecs:RegisterTaskDefinition"),
            Change::Tag => Request::new("ecs:TagResource"),
            Change::Untag(_) => Request::new("ecs:UntagResource"),
            // Takes no resource [service authorization reference: ECS].
            Change::Deregister => return Request::new("ecs:DeregisterTaskDefinition").on("*"),
            Change::Delete => Request::new("ecs:DeleteTaskDefinitions"),
        }
        .on("task-definition/{family}:*")
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        let given: Vec<&Value> = by.iter().map(|spec| &spec.definition).collect();
        self.definition = definition::owned(&self.definition, &given);
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn spec(definition: Value) -> RawTaskDefinition {
        RawTaskDefinition {
            family: "nginx".into(),
            definition,
            tags: Tags::default(),
        }
    }

    fn observed(definition: Value) -> Observed<RawTaskDefinition> {
        Observed {
            spec: spec(definition),
            outputs: Outputs {
                arn: "arn:nginx:1".into(),
                family: "nginx".into(),
                revision: 1,
                active: true,
            },
        }
    }

    #[test]
    fn another_member_is_another_revision() {
        let wanted = spec(json!({"cpu": "256", "containerDefinitions": [{"name": "nginx"}]}));
        for (there, replaced) in [
            (
                json!({"cpu": "256", "revision": 1, "containerDefinitions": [{"name": "nginx", "cpu": 0}]}),
                false,
            ),
            (
                json!({"cpu": "512", "containerDefinitions": [{"name": "nginx"}]}),
                true,
            ),
            (
                json!({"cpu": "256", "containerDefinitions": [{"name": "apache"}]}),
                true,
            ),
        ] {
            let mut there = observed(there);
            there.spec = there.spec.owned(&[&wanted, &wanted]);
            assert_eq!(wanted.replaced_by(&there).is_some(), replaced);
            assert_eq!(wanted.changes(Some(&there)), []);
        }
    }
}
