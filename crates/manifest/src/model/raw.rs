//! A service as its own two definitions have it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Reference;

/// A task definition and a service definition, every variable replaced. Placeholders (`@@…@@`) are still in them.
#[derive(Clone, Debug, PartialEq)]
pub struct Raw {
    /// What all revisions are called; none for a name of ours.
    pub family: Option<String>,
    /// The task definition, without family and tags.
    pub task: Value,
    /// The tags of its revisions, besides those of the app.
    pub task_tags: BTreeMap<String, String>,
    /// What the service is called; none for a name of ours.
    pub name: Option<String>,
    /// The cluster by name or ARN, if it is not the app's.
    pub cluster: Option<String>,
    /// The service definition, without name, cluster and tags.
    pub service: Value,
    /// The tags of the service, besides those of the app.
    pub service_tags: BTreeMap<String, String>,
    /// Whose network its tasks stand in.
    pub network: Network,
    /// Which of `@@EXECUTION_ROLE_ARN@@`, `@@LOG_GROUP@@` and `@@TASK_ROLE_ARN@@` it has.
    pub execution_role: bool,
    /// See `execution_role`.
    pub log_group: bool,
    /// See `execution_role`.
    pub task_role: bool,
    /// Do its containers read something when they start, by a role that is not ours?
    pub reads_by_theirs: bool,
    /// What its containers read when they start, if the execution role is ours.
    pub reads: BTreeSet<Reference>,
}

impl Raw {
    /// Can commands be run in its containers?
    pub fn exec(&self) -> bool {
        self.service["enableExecuteCommand"] == true
    }
}

/// Whose network tasks stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// The app's: Ashore says which subnets and groups.
    Ours,
    /// The definition says which.
    Theirs,
    /// That of the instance which they run on.
    Host,
}
