//! What becomes of what the state has and nobody wants.

use std::collections::{BTreeMap, BTreeSet};

use super::decide::{Deciding, malformed, worst};
use super::{Action, Phase, PlanError, Reason, Step};
use crate::address::Instance;
use crate::graph::Graph;
use crate::state::{Ownership, Record};

impl Deciding<'_> {
    /// Deletes what the state has and nobody wants: other addresses, and retired lives.
    pub(super) fn unwanted(
        &mut self,
        graph: &Graph,
        instance: &Instance,
        record: &Record,
    ) -> Result<(), PlanError> {
        if self.plan.kept.contains_key(instance) || self.plan.steps.contains_key(instance) {
            return Ok(());
        }
        let address = &instance.address;
        let kind = self.kind(address, &record.kind)?;
        let wanted = graph
            .node(address)
            .is_some_and(|node| node.kind == record.kind);
        let observed = self.survey.observed.get(instance).and_then(Option::as_ref);
        let stays = observed.is_some() || record.ownership == Ownership::Shared;
        if wanted && stays && self.younger(instance) <= kind.named().keeps {
            self.plan.kept.insert(instance.clone(), record.clone());
            return Ok(());
        }
        if record.ownership == Ownership::Shared {
            return Ok(()); // dropped from the state, left in the cloud
        }
        let requests = match observed {
            Some(observed) => kind
                .removal(observed)
                .map_err(|error| malformed(address, &error))?,
            None => Vec::new(), // one look more, and its record goes
        };
        let first = self.interrupted.contains(instance);
        let step = Step {
            kind: record.kind.clone(),
            action: Action::Delete,
            phase: if first {
                Phase::Converge
            } else {
                Phase::Collect
            },
            ownership: Ownership::Ours,
            reasons: vec![match (observed, graph.node(address)) {
                (None, _) => Reason::Vanished,
                (_, Some(_)) => Reason::Retired,
                (_, None) => Reason::Unwanted,
            }],
            impact: worst(&requests),
            differences: Vec::new(),
            spec: observed.map_or_else(|| record.spec.clone(), |seen| seen.spec.clone()),
            outputs: Some(
                observed.map_or_else(|| record.outputs.clone(), |seen| seen.outputs.clone()),
            ),
            pre_image: observed.map(|seen| seen.spec.clone()),
            displaces: Vec::new(),
            looks: false,
            requests,
            after: Vec::new(),
            values: BTreeMap::new(),
            needs: record.needs.clone(),
            references: record.references.clone(),
        };
        self.plan.steps.insert(instance.clone(), step);
        Ok(())
    }

    /// How many newer lives of the resource there will be.
    fn younger(&self, instance: &Instance) -> usize {
        let newer = |other: &&Instance| {
            other.address == instance.address && other.generation > instance.generation
        };
        let all: BTreeSet<&Instance> = self
            .state
            .resources
            .keys()
            .chain(self.plan.steps.keys())
            .filter(newer)
            .collect();
        all.len()
    }
}
