//! `aws.rds.parameter_group`: what a database does otherwise than PostgreSQL does by itself.

#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use ashore_engine::input::Output;
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::tags::Tags;
use crate::aws::{names, patience};

/// The longest name [RDS API: CreateDBParameterGroup].
pub const NAME_MAX: usize = 255;

/// Parameters of the databases that are in the group, for one major version of PostgreSQL.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DbParameterGroup {
    /// Its name, in lower case. Cannot be changed.
    pub name: String,
    /// `postgres18` and so on. Cannot be changed.
    pub family: String,
    /// For a person. Cannot be changed.
    pub description: String,
    /// Those that are not as RDS has them, of the sort that takes effect without a restart.
    pub parameters: BTreeMap<String, String>,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of a parameter group.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
}

impl DbParameterGroup {
    /// Its name.
    pub const NAME_: Output<Self, String> = Output::new("name");
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateDBParameterGroup`. Names are unique.
    Create,
    /// `ModifyDBParameterGroup`: these, at most 20.
    Set(Vec<String>),
    /// `ResetDBParameterGroup`: these become what RDS has, at most 20.
    Reset(Vec<String>),
    /// `AddTagsToResource`.
    Tag,
    /// `RemoveTagsFromResource`.
    Untag(Vec<String>),
    /// `DeleteDBParameterGroup`. Refused until its databases are gone.
    Delete,
}

/// Parameters in one request [RDS API: ModifyDBParameterGroup].
const AT_ONCE: usize = 20;

impl Kind for DbParameterGroup {
    const NAME: &'static str = "aws.rds.parameter_group";
    const PATIENCE: Patience = patience::DATABASE_GROUP;
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let nothing = BTreeMap::new();
        let there = observed.map_or(&nothing, |it| &it.spec.parameters);
        let set = self.parameters.iter();
        let set = set.filter(|(name, value)| there.get(*name) != Some(*value));
        let set: Vec<String> = set.map(|(name, _)| name.clone()).collect();
        let reset = there.keys().filter(|it| !self.parameters.contains_key(*it));
        let reset: Vec<String> = reset.cloned().collect();
        let create = observed.is_none().then_some(Change::Create);
        let mut changes: Vec<Change> = create.into_iter().collect();
        changes.extend(set.chunks(AT_ONCE).map(|it| Change::Set(it.to_vec())));
        changes.extend(reset.chunks(AT_ONCE).map(|it| Change::Reset(it.to_vec())));
        if let Some(observed) = observed {
            let there = &observed.spec.tags;
            changes.extend(self.tags.requests(there, Change::Tag, Change::Untag));
        }
        changes
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = &observed.spec;
        let fields = [
            ("name", self.name != there.name),
            ("family", self.family != there.family),
            ("description", self.description != there.description),
        ];
        let differ = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(differ.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        let brief = || Impact::Brief("databases of the group behave otherwise from now on".into());
        match change {
            Change::Create => Request::new("rds:CreateDBParameterGroup"),
            Change::Set(_) => Request::new("rds:ModifyDBParameterGroup").impact(brief()),
            Change::Reset(_) => Request::new("rds:ResetDBParameterGroup").impact(brief()),
            Change::Tag => Request::new("rds:AddTagsToResource"),
            Change::Untag(_) => Request::new("rds:RemoveTagsFromResource"),
            Change::Delete => Request::new("rds:DeleteDBParameterGroup"),
        }
        .on("pg:{name}")
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }
}
