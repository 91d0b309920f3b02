//! What becomes of what the state has and nobody wants.

use std::collections::{BTreeMap, BTreeSet};

use super::decide::{Deciding, malformed, worst};
use super::{Action, Phase, PlanError, Reason, Step};
use crate::address::Instance;
use crate::graph::Graph;
use crate::kind::{ObservedDocument, Parting};
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
            // What others have put into it is no part of what is ours to take away.
            Some(observed) => kind
                .owned(observed.spec.clone(), &[&record.spec])
                .and_then(|spec| {
                    let outputs = observed.outputs.clone();
                    kind.removal(&ObservedDocument { spec, outputs })
                })
                .map_err(|error| malformed(address, &error))?,
            None => Vec::new(), // one look more, and its record goes
        };
        let asks = match observed.map(|it| kind.parting(it)).transpose() {
            Ok(Some(Parting::Asks(why))) => Some(why),
            // It would have stayed, and is taken away all the same, to be made anew in its place.
            Ok(Some(Parting::Stays(why))) => Some(why),
            Ok(Some(Parting::Goes) | None) => None,
            Err(error) => return Err(malformed(address, &error)),
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
            asks,
            requests,
            after: Vec::new(),
            values: BTreeMap::new(),
            needs: record.needs.clone(),
            references: record.references.clone(),
        };
        self.plan.steps.insert(instance.clone(), step);
        Ok(())
    }

    /// Keeps what stays though nobody wants it, and all that it uses.
    pub(super) fn stay(&mut self, graph: &Graph) -> Result<(), PlanError> {
        let mut staying: Vec<(Instance, String)> = Vec::new();
        for (instance, record) in &self.state.resources {
            let planned = self.plan.kept.contains_key(instance)
                || self.plan.steps.contains_key(instance)
                || self.interrupted.contains(instance);
            let observed = self.survey.observed.get(instance).and_then(Option::as_ref);
            let (false, Some(observed)) = (planned, observed) else {
                continue;
            };
            let kind = self.kind(&instance.address, &record.kind)?;
            let parting = kind.parting(observed);
            let parting = parting.map_err(|error| malformed(&instance.address, &error))?;
            let wanted = graph.node(&instance.address);
            let retires = wanted.is_some_and(|node| node.kind == record.kind)
                && self.younger(instance) <= kind.named().keeps;
            if let (Parting::Stays(why), false) = (parting, retires) {
                staying.push((instance.clone(), why));
            }
        }
        while let Some((instance, why)) = staying.pop() {
            let Some(record) = self.state.resources.get(&instance) else {
                continue;
            };
            let planned =
                self.plan.kept.contains_key(&instance) || self.plan.steps.contains_key(&instance);
            if planned {
                continue;
            }
            let used = record.needs.iter();
            staying
                .extend(used.map(|used| (used.clone(), format!("{} uses it", instance.address))));
            self.plan.kept.insert(instance.clone(), record.clone());
            self.plan.stays.insert(instance, why);
        }
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
