//! The state: what we know we own.

pub mod folder;
pub mod format;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::address::{Address, Instance, StackName};
use crate::document::Document;
use crate::input::Ref;

/// Everything that a stack owns, and what its plans are pinned to.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct State {
    /// Whose state it is.
    pub stack: StackName,
    /// Counts every save.
    pub serial: u64,
    /// Where the stack lives: account, region, endpoint. A run against anything else is refused.
    pub pins: BTreeMap<String, String>,
    /// Inputs that were looked up once and stay: zones, digests, resolved placeholders.
    pub inputs: BTreeMap<String, Value>,
    /// Every resource, every life of it that is still there.
    pub resources: BTreeMap<Instance, Record>,
}

/// One resource as we know it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Record {
    /// Its kind's name.
    pub kind: String,
    /// What we wrote last, all inputs resolved.
    pub spec: Document,
    /// What the cloud told of it.
    pub outputs: Document,
    /// Whose it is.
    pub ownership: Ownership,
    /// What it uses or came after: it must be gone before these go.
    pub needs: BTreeSet<Instance>,
    /// Where in the spec a value came from another resource, by member.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<(String, Ref)>,
    /// Whether its last change went through to ready.
    pub settled: bool,
}

impl Record {
    /// Whether it takes outputs of that life of another resource, and so may hold it.
    pub fn takes(&self, other: &Instance) -> bool {
        let takes = |(_, reference): &(String, Ref)| reference.address == other.address;
        self.needs.contains(other) && self.references.iter().any(takes)
    }
}

/// Whose a resource is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ownership {
    /// Ours: we change and delete it.
    Ours,
    /// Nobody's and everybody's: we use it as it is.
    Shared,
}

impl State {
    /// The state of a stack that owns nothing.
    pub fn empty(stack: StackName) -> Self {
        Self {
            stack,
            serial: 0,
            pins: BTreeMap::new(),
            inputs: BTreeMap::new(),
            resources: BTreeMap::new(),
        }
    }

    /// The life of the resource that counts: the newest.
    pub fn current(&self, address: &Address) -> Option<(&Instance, &Record)> {
        let from = Instance::new(address.clone(), 0);
        let to = Instance::new(address.clone(), u32::MAX);
        self.resources.range(from..=to).next_back()
    }

    /// The lives of the resource that a newer one has replaced, oldest first.
    pub fn retired(&self, address: &Address) -> Vec<(&Instance, &Record)> {
        let from = Instance::new(address.clone(), 0);
        let to = Instance::new(address.clone(), u32::MAX);
        let mut all: Vec<_> = self.resources.range(from..=to).collect();
        all.pop();
        all
    }
}
