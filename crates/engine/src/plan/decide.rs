//! What happens to each resource.

use std::collections::{BTreeMap, BTreeSet};

use super::upstream::Upstream;
use super::{Action, Options, Phase, Plan, PlanError, Reason, Step, order};
use crate::address::{Address, Instance};
use crate::document::{Document, Malformed, differences};
use crate::graph::{Graph, Node};
use crate::input::resolve;
use crate::kind::{Found, Impact, Kinds, ObservedDocument, PureKind};
use crate::state::{Ownership, Record, State};
use crate::survey::Survey;

/// Decides what leads from what is observed to what is wanted. Pure.
///
/// # Errors
/// Everything that stands in the way, at once.
pub fn plan(
    graph: &Graph,
    state: &State,
    survey: &Survey,
    kinds: &Kinds,
    options: Options,
) -> Result<Plan, Vec<PlanError>> {
    let addresses = graph.order().map_err(|error| vec![error.into()])?;
    let mut deciding = Deciding {
        state,
        survey,
        kinds,
        options,
        upstream: BTreeMap::new(),
        interrupted: BTreeSet::new(),
        plan: Plan {
            stack: state.stack.clone(),
            wanted: graph.digest(),
            serial: state.serial,
            steps: BTreeMap::new(),
            kept: BTreeMap::new(),
            stays: BTreeMap::new(),
        },
        errors: Vec::new(),
    };
    for address in &addresses {
        let node = graph
            .node(address)
            .expect("the order is made of the graph's addresses");
        if let Err(error) = deciding.wanted(address, node) {
            deciding.errors.push(error);
        }
    }
    let errors = deciding.interrupt_users();
    deciding.errors.extend(errors);
    if let Err(error) = deciding.stay(graph) {
        deciding.errors.push(error);
    }
    for (instance, record) in &state.resources {
        if let Err(error) = deciding.unwanted(graph, instance, record) {
            deciding.errors.push(error);
        }
    }
    let Deciding {
        mut plan, errors, ..
    } = deciding;
    if !errors.is_empty() {
        return Err(errors);
    }
    order::link(&mut plan, graph, state);
    Ok(plan)
}

pub(super) struct Deciding<'a> {
    pub(super) state: &'a State,
    pub(super) survey: &'a Survey,
    kinds: &'a Kinds,
    options: Options,
    /// What those that come later may take from those that came before.
    pub(super) upstream: BTreeMap<Address, Upstream>,
    /// Old lives that go before their successors come.
    pub(super) interrupted: BTreeSet<Instance>,
    pub(super) plan: Plan,
    errors: Vec<PlanError>,
}

impl<'a> Deciding<'a> {
    fn wanted(&mut self, address: &Address, node: &Node) -> Result<(), PlanError> {
        let kind = self.kind(address, &node.kind)?;
        let spec = resolve(&node.spec, &|reference| self.value(reference));
        let current = self.state.current(address);
        let (instance, record) = match current {
            Some((instance, record)) if record.kind == node.kind => (instance, record.clone()),
            Some((instance, _)) => {
                let next = Instance::new(address.clone(), instance.generation + 1);
                return self.anew(&next, node, kind, spec, vec![Reason::Forced("kind".into())]);
            }
            None => {
                let first = Instance::new(address.clone(), 1);
                if let Some(Found::Ours(outputs)) = self.survey.found.get(address) {
                    let mut record = self.record(node, &spec, outputs, Ownership::Ours);
                    record.settled = false;
                    return self.existing(&first, &record, node, kind, spec);
                }
                return self.anew(&first, node, kind, spec, vec![Reason::New]);
            }
        };
        self.existing(instance, &record, node, kind, spec)
    }

    /// What is not there is made, unless somebody else's object bears its name.
    fn anew(
        &mut self,
        instance: &Instance,
        node: &Node,
        kind: &'a dyn PureKind,
        spec: Document,
        reasons: Vec<Reason>,
    ) -> Result<(), PlanError> {
        let looked = self.survey.found.get(&instance.address);
        match looked {
            Some(Found::Foreign(foreign)) => Err(PlanError::Foreign {
                address: instance.address.clone(),
                who: foreign.who.clone(),
                advice: foreign.advice.clone(),
            }),
            Some(Found::Shared(outputs)) => {
                let record = self.record(node, &spec, outputs, Ownership::Shared);
                self.keep(instance, record);
                Ok(())
            }
            Some(Found::Displaces { outputs, what }) => {
                self.create(instance, node, kind, spec, reasons)?;
                let step = self.plan.steps.get_mut(instance).expect("just created");
                step.outputs = Some(outputs.clone());
                step.displaces.clone_from(what);
                Ok(())
            }
            Some(Found::Ours(_) | Found::Absent) | None => {
                self.create(instance, node, kind, spec, reasons)?;
                // Where nobody could look yet, the step does; and a life that a lost run has made
                // is taken up there.
                let unseen = instance.generation > 1 && !matches!(looked, Some(Found::Absent));
                let step = self.plan.steps.get_mut(instance).expect("just created");
                step.looks = unseen && kind.named().looks_before;
                Ok(())
            }
        }
    }

    fn existing(
        &mut self,
        instance: &Instance,
        record: &Record,
        node: &Node,
        kind: &'a dyn PureKind,
        spec: Document,
    ) -> Result<(), PlanError> {
        let address = &instance.address;
        if record.ownership == Ownership::Shared && !record.settled {
            // We have made it and not waited for it: what it tells may not be told yet.
            let step = Step {
                action: Action::Update,
                ownership: Ownership::Shared,
                reasons: vec![Reason::Unsettled],
                outputs: Some(record.outputs.clone()),
                ..self.step(node, spec)
            };
            self.plan.steps.insert(instance.clone(), step);
            let known = Upstream::Known(instance.clone(), record.outputs.clone());
            self.upstream.insert(address.clone(), known);
            return Ok(());
        }
        if record.ownership == Ownership::Shared {
            self.keep(
                instance,
                self.record(node, &spec, &record.outputs, Ownership::Shared),
            );
            return Ok(());
        }
        let next = Instance::new(address.clone(), instance.generation + 1);
        let Some(seen) = self.survey.observed.get(instance).and_then(Option::as_ref) else {
            return self.anew(&next, node, kind, spec, vec![Reason::Vanished]);
        };
        let malformed = |error: Malformed| malformed(address, &error);
        let unnumbered = spec;
        let spec = kind
            .at_generation(&unnumbered, instance.generation)
            .map_err(malformed)?;
        let observed = ObservedDocument {
            spec: kind
                .owned(seen.spec.clone(), &[&spec, &record.spec])
                .map_err(malformed)?,
            outputs: seen.outputs.clone(),
        };
        if let Some(replacement) = kind.replaced_by(&spec, &observed).map_err(malformed)? {
            let uses_interrupted = self.takes_interrupted(record).is_some();
            let first = !replacement.coexists || uses_interrupted;
            if first {
                if !self.options.allow_interruption {
                    return Err(PlanError::Interrupts {
                        address: address.clone(),
                        fields: replacement.fields,
                    });
                }
                self.interrupted.insert(instance.clone());
            }
            let reasons = self.reasons(&replacement.fields, node, Reason::Forced);
            let differences = differences(&observed.spec, &spec);
            if first {
                // Its predecessor may stand at its name until then, or on top of somebody else's.
                self.create(&next, node, kind, unnumbered, reasons)?;
                let step = self.plan.steps.get_mut(&next).expect("just created");
                step.looks = kind.named().looks_before;
                step.impact = Impact::Outage("it is deleted before it is made anew".into());
            } else {
                self.anew(&next, node, kind, unnumbered, reasons)?;
            }
            if let Some(step) = self.plan.steps.get_mut(&next) {
                step.differences = differences;
            }
            return Ok(());
        }
        let requests = kind.changes(&spec, Some(&observed)).map_err(malformed)?;
        if requests.is_empty() && record.settled {
            let record = self.record(node, &spec, &observed.outputs, Ownership::Ours);
            self.keep(instance, record);
            return Ok(());
        }
        let mut differing = differences(&observed.spec, &spec);
        if differing.is_empty() && record.settled {
            // No spec has a word for what somebody else has put there; the outputs have.
            differing = differences(&observed.outputs, &record.outputs);
        }
        let changed: Vec<String> = top_level(&differing);
        let mut reasons = self.reasons(&changed, node, Reason::Changed);
        if reasons.is_empty() {
            reasons.push(Reason::Unsettled);
        }
        let step = Step {
            action: Action::Update,
            reasons,
            impact: worst(&requests),
            differences: differing,
            outputs: Some(observed.outputs.clone()),
            pre_image: Some(observed.spec),
            requests,
            ..self.step(node, spec)
        };
        self.plan.steps.insert(instance.clone(), step);
        self.upstream.insert(
            address.clone(),
            Upstream::Known(instance.clone(), observed.outputs),
        );
        Ok(())
    }

    fn create(
        &mut self,
        instance: &Instance,
        node: &Node,
        kind: &dyn PureKind,
        spec: Document,
        reasons: Vec<Reason>,
    ) -> Result<(), PlanError> {
        let malformed = |error: Malformed| malformed(&instance.address, &error);
        let spec = kind
            .at_generation(&spec, instance.generation)
            .map_err(malformed)?;
        let requests = kind.changes(&spec, None).map_err(malformed)?;
        let step = Step {
            action: Action::Create,
            ownership: if kind.named().shared {
                Ownership::Shared
            } else {
                Ownership::Ours
            },
            reasons,
            impact: worst(&requests),
            requests,
            ..self.step(node, spec)
        };
        self.plan.steps.insert(instance.clone(), step);
        self.upstream
            .insert(instance.address.clone(), Upstream::Made(instance.clone()));
        Ok(())
    }

    fn step(&self, node: &Node, spec: Document) -> Step {
        Step {
            kind: node.kind.clone(),
            action: Action::Create,
            phase: Phase::Converge,
            ownership: Ownership::Ours,
            reasons: Vec::new(),
            impact: Impact::None,
            differences: Vec::new(),
            spec,
            outputs: None,
            pre_image: None,
            displaces: Vec::new(),
            looks: false,
            asks: None,
            requests: Vec::new(),
            after: Vec::new(),
            values: BTreeMap::new(),
            needs: self.needs(node),
            references: node.references(),
        }
    }

    fn record(
        &self,
        node: &Node,
        spec: &Document,
        outputs: &Document,
        ownership: Ownership,
    ) -> Record {
        Record {
            kind: node.kind.clone(),
            spec: spec.clone(),
            outputs: outputs.clone(),
            ownership,
            needs: self.needs(node),
            references: node.references(),
            settled: true,
        }
    }

    pub(super) fn kind(
        &self,
        address: &Address,
        name: &str,
    ) -> Result<&'a dyn PureKind, PlanError> {
        self.kinds
            .get(name)
            .map(AsRef::as_ref)
            .ok_or_else(|| PlanError::UnknownKind {
                address: address.clone(),
                kind: name.to_string(),
            })
    }
}

pub(super) fn malformed(address: &Address, error: &Malformed) -> PlanError {
    let source = std::error::Error::source(error)
        .map(|e| format!(": {e}"))
        .unwrap_or_default();
    PlanError::Malformed {
        address: address.clone(),
        why: format!("{error}{source}"),
    }
}

pub(super) fn worst(requests: &[crate::kind::PlannedRequest]) -> Impact {
    requests
        .iter()
        .map(|request| request.impact.clone())
        .max()
        .unwrap_or_default()
}

fn top_level(differences: &[crate::document::Difference]) -> Vec<String> {
    let first = |path: &str| path.split('.').next().unwrap_or(path).to_string();
    let unique: BTreeSet<String> = differences.iter().map(|d| first(&d.at.0)).collect();
    unique.into_iter().collect()
}
