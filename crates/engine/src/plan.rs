//! The plan: the steps that lead from what is observed to what is wanted.
//!
//! A plan leaves its run no choice: names, order, requests and replacements stand in it.

pub mod check;
mod decide;
mod interrupt;
mod order;
mod unwanted;
mod upstream;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::{Address, Instance, StackName};
use crate::document::{Difference, Document};
use crate::graph::GraphError;
use crate::input::Ref;
use crate::kind::{Impact, PlannedRequest};
use crate::state::{Ownership, Record};

pub use decide::plan;

/// What one run will do. The same graph, state and observations give the same plan, byte for byte.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// Whose plan it is.
    pub stack: StackName,
    /// [`crate::graph::Graph::digest`] of what is wanted.
    pub wanted: String,
    /// The serial of the state that it was made from; it fits no other.
    pub serial: u64,
    /// Everything to be done.
    pub steps: BTreeMap<Instance, Step>,
    /// Everything that stays as it is, as the state shall have it.
    pub kept: BTreeMap<Instance, Record>,
    /// What of it nobody wants, and why it stays all the same.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stays: BTreeMap<Instance, String>,
}

/// One resource's part of a plan.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Step {
    /// Its kind's name.
    pub kind: String,
    /// What happens to it.
    pub action: Action,
    /// Before or after the commit point.
    pub phase: Phase,
    /// Whose it will be.
    pub ownership: Ownership,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What it may break.
    pub impact: Impact,
    /// Where the observed spec differs from the wanted one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// What is wanted; references stand where an output is not known yet. For a delete, what is
    /// observed.
    pub spec: Document,
    /// What is known of it before the first request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outputs: Option<Document>,
    /// What `observe` saw before: an undo leads back to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pre_image: Option<Document>,
    /// What of somebody else's it takes the place of, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub displaces: Vec<String>,
    /// Whether it looks at what is there once its turn has come, before its first request: where
    /// its name was not known or not free when the plan was made. What its predecessor had
    /// displaced is back by then, and is displaced again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub looks: bool,
    /// Why it is done only if the user names the resource's object, if that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks: Option<String>,
    /// The requests, in order.
    pub requests: Vec<PlannedRequest>,
    /// What the first request waits for, beyond values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Need>,
    /// What a request waits for that uses this member of the spec.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Vec<Need>>,
    /// What its record will say that it needs.
    pub needs: BTreeSet<Instance>,
    /// Where its spec takes outputs of others, for its record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<(String, Ref)>,
}

/// What happens to a resource.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is made.
    Create,
    /// It is changed in place.
    Update,
    /// It is taken away.
    Delete,
}

/// On which side of the commit point a step stands.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Before it: can be undone.
    Converge,
    /// After it: only goes forward.
    Collect,
}

/// Why a step is in the plan.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "reason", content = "of")]
pub enum Reason {
    /// It is wanted and not there.
    New,
    /// We knew it, and it is not there any more.
    Vanished,
    /// A member of the spec differs from what is observed.
    Changed(String),
    /// A member differs that cannot be changed in place.
    Forced(String),
    /// What it uses is replaced.
    Upstream(Address),
    /// An earlier run did not see it through.
    Unsettled,
    /// It is not wanted any more.
    Unwanted,
    /// A newer life has taken its place.
    Retired,
}

/// Something that must have come about elsewhere first.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Need {
    /// In which step.
    pub step: Instance,
    /// What.
    pub until: Until,
    /// Why, if it is not simply a value that is passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// How far another step must be.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// This output is named.
    Output(String),
    /// All its requests are answered.
    Sent,
    /// It is ready, or gone.
    Done,
}

/// Why no plan can be made. All reasons are reported at once.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The graph itself is wrong: our own mistake.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// An object that is not ours bears the name that we would use.
    #[error("{address}: {who} is there already and does not belong to this stack")]
    Foreign {
        /// What we wanted to make.
        address: Address,
        /// What is there.
        who: String,
        /// What to do.
        advice: String,
    },
    /// Old and new cannot be there at once, and nobody has allowed an interruption.
    #[error("{address}: changing {} takes it away before it is made anew", .fields.join(", "))]
    Interrupts {
        /// Which resource.
        address: Address,
        /// Because of which members.
        fields: Vec<String>,
    },
    /// What is taken away before it is made anew is used by something that stays, and that could
    /// let go of it only afterwards.
    #[error("{address}: it is taken away before it is made anew, and {user} uses it")]
    Held {
        /// Which resource.
        address: Address,
        /// Who uses it.
        user: Address,
    },
    /// The state or the graph names a kind that this version does not have.
    #[error("{address}: this version does not know the kind `{kind}`")]
    UnknownKind {
        /// Which resource.
        address: Address,
        /// Its kind.
        kind: String,
    },
    /// A stored document cannot be read.
    #[error("{address}: {why}")]
    Malformed {
        /// Which resource.
        address: Address,
        /// What is wrong with it.
        why: String,
    },
}

impl PlanError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Foreign { .. } => "E0201",
            Self::Interrupts { .. } => "E0202",
            Self::UnknownKind { .. } => "E0203",
            Self::Malformed { .. } => "E0204",
            Self::Held { .. } => "E0205",
            Self::Graph(_) => "E0290",
        }
    }

    /// What a person can do next.
    pub fn advice(&self) -> String {
        match self {
            Self::Foreign { advice, .. } => advice.clone(),
            Self::Interrupts { .. } => "pass --allow-interruption to delete the old one first; \
                 it is made again from what it was if the run fails"
                .to_string(),
            Self::Held { user, .. } => {
                format!("take {user} off it first, in an `up` of its own")
            }
            Self::UnknownKind { .. } => {
                "use the version of ashore that wrote this state, or a newer one".to_string()
            }
            Self::Malformed { .. } => "restore the state file from a copy".to_string(),
            Self::Graph(_) => "this is a mistake in ashore: please report it".to_string(),
        }
    }
}

/// What the user allows and asks beyond the manifest.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// A resource may be deleted before its next life is made.
    pub allow_interruption: bool,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The gravest impact of any step.
    pub fn impact(&self) -> Impact {
        self.steps
            .values()
            .map(|step| step.impact.clone())
            .max()
            .unwrap_or_default()
    }

    /// The step that makes or changes the resource at that address, if one does.
    pub fn maker(&self, address: &Address) -> Option<(&Instance, &Step)> {
        let from = Instance::new(address.clone(), 0);
        let to = Instance::new(address.clone(), u32::MAX);
        self.steps
            .range(from..=to)
            .rev()
            .find(|(_, step)| step.action != Action::Delete)
    }
}

impl Step {
    /// Whether an output is named before the step begins.
    pub fn tells(&self, output: &str) -> bool {
        let outputs = self.outputs.as_ref();
        outputs.is_some_and(|outputs| outputs.get(output).is_some())
    }

    /// What the given request of this step waits for: the values that it uses, and with the first
    /// request the steps that come before this one.
    pub fn needs_of(&self, request: &PlannedRequest, first: bool) -> Vec<&Need> {
        let used = |field: &String| {
            request
                .uses
                .as_ref()
                .is_none_or(|uses| uses.contains(field))
        };
        let values = self
            .values
            .iter()
            .filter(|(field, _)| used(field))
            .flat_map(|(_, n)| n);
        let after = self.after.iter().filter(|_| first);
        values.chain(after).collect()
    }

    /// Everything that any of its requests waits for, and then its being ready.
    pub fn all_needs(&self) -> impl Iterator<Item = &Need> {
        self.values.values().flatten().chain(&self.after)
    }
}
