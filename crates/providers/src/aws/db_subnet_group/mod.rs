//! `aws.rds.subnet_group`: the subnets that a database may stand in.

#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::tags::Tags;
use crate::aws::{names, patience};

/// The longest name [RDS API: CreateDBSubnetGroup].
const NAME_MAX: usize = 255;

/// Subnets in at least two zones, also for a database in one: AWS moves it into another when it must.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DbSubnetGroup {
    /// Its name, in lower case. Cannot be changed.
    pub name: String,
    /// For a person.
    pub description: String,
    /// All of one VPC, which is the group's for ever.
    pub subnets: Vec<Input<String>>,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of a subnet group.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
}

impl DbSubnetGroup {
    /// Its name.
    pub const NAME_: Output<Self, String> = Output::new("name");
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateDBSubnetGroup`. Names are unique.
    Create,
    /// `ModifyDBSubnetGroup`: subnets and description.
    Modify,
    /// `AddTagsToResource`.
    Tag,
    /// `RemoveTagsFromResource`.
    Untag(Vec<String>),
    /// `DeleteDBSubnetGroup`. Refused until its databases are gone.
    Delete,
}

impl Kind for DbSubnetGroup {
    const NAME: &'static str = "aws.rds.subnet_group";
    const PATIENCE: Patience = patience::DATABASE_GROUP;
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: there, .. }) = observed else {
            return vec![Change::Create];
        };
        let differs = !same(&self.subnets, &there.subnets) || self.description != there.description;
        let modify = differs.then_some(Change::Modify).into_iter();
        let tags = self.tags.requests(&there.tags, Change::Tag, Change::Untag);
        modify.chain(tags).collect()
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    /// A group stays in its VPC: where not one subnet is the same, the VPC is another.
    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = &observed.spec;
        let moves = !self.subnets.iter().any(|it| there.subnets.contains(it));
        let fields = [("name", self.name != there.name), ("subnets", moves)];
        let differ = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(differ.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Create => Request::new("rds:CreateDBSubnetGroup"),
            Change::Modify => Request::new("rds:ModifyDBSubnetGroup"),
            Change::Tag => Request::new("rds:AddTagsToResource"),
            Change::Untag(_) => Request::new("rds:RemoveTagsFromResource"),
            Change::Delete => Request::new("rds:DeleteDBSubnetGroup"),
        }
        .on("subgrp:{name}")
    }

    /// Subnets have no order.
    fn owned(mut self, by: &[&Self]) -> Self {
        for spec in by {
            if same(&self.subnets, &spec.subnets) {
                self.subnets.clone_from(&spec.subnets);
            }
        }
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }
}

fn same(left: &[Input<String>], right: &[Input<String>]) -> bool {
    let ids = |all: &[Input<String>]| {
        all.iter()
            .map(|it| it.known().cloned())
            .collect::<BTreeSet<_>>()
    };
    left.iter().all(|it| it.known().is_some()) && ids(left) == ids(right)
}
