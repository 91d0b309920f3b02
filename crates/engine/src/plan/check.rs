//! An independent look at a plan: whoever made it, it must hold these.

use std::collections::{BTreeMap, BTreeSet};

use super::{Action, Phase, Plan, Step, Until};
use crate::address::Instance;
use crate::kind::Kinds;
use crate::state::{Ownership, State};

/// What is wrong with a plan.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Flaw {
    /// It was made from another state.
    #[error("the plan was made from state {plan}, and the state is {state} now")]
    Stale {
        /// The plan's serial.
        plan: u64,
        /// The state's serial.
        state: u64,
    },
    /// A step waits for something that is not in the plan.
    #[error("{step} waits for {missing}, which is not in the plan")]
    Missing {
        /// Who waits.
        step: Instance,
        /// For what.
        missing: Instance,
    },
    /// Steps wait for each other in a circle.
    #[error("{0} waits for itself")]
    Circle(Instance),
    /// A step before the commit point waits for one after it.
    #[error("{step} stands before the commit point and waits for {later} behind it")]
    AcrossCommit {
        /// Who waits.
        step: Instance,
        /// For what.
        later: Instance,
    },
    /// A reference that nobody will have named when it is needed.
    #[error("{step} takes {what}, and waits for nobody who names it")]
    Unnamed {
        /// Who takes it.
        step: Instance,
        /// Which output.
        what: String,
    },
    /// A step deletes what is not ours.
    #[error("{0} is not ours to delete")]
    NotOurs(Instance),
    /// Something is deleted while a resource that stays uses it.
    #[error("{deleted} is deleted, and {user} uses it")]
    StillUsed {
        /// What is deleted.
        deleted: Instance,
        /// Who uses it.
        user: Instance,
    },
    /// A step changes or deletes, and has nothing to go by.
    #[error("{0} is to be changed, and nothing is known of it")]
    Unknown(Instance),
    /// A resource of the state is neither kept nor in a step.
    #[error("{0} is in the state, and the plan says nothing of it")]
    Forgotten(Instance),
    /// A kind that this version does not have.
    #[error("{0} is of a kind that is not known here")]
    UnknownKind(Instance),
}

/// Everything that is wrong with the plan. Empty is well.
pub fn check(plan: &Plan, state: &State, kinds: &Kinds) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    if plan.serial != state.serial {
        flaws.push(Flaw::Stale {
            plan: plan.serial,
            state: state.serial,
        });
    }
    for (instance, step) in &plan.steps {
        check_step(&mut flaws, plan, state, kinds, instance, step);
    }
    for (instance, record) in &state.resources {
        let said = plan.kept.contains_key(instance) || plan.steps.contains_key(instance);
        if !said && record.ownership == Ownership::Ours {
            flaws.push(Flaw::Forgotten(instance.clone()));
        }
    }
    let stays = plan
        .kept
        .iter()
        .map(|(instance, record)| (instance, &record.needs));
    let made = plan
        .steps
        .iter()
        .filter(|(_, step)| step.action != Action::Delete);
    for (user, needs) in stays.chain(made.map(|(instance, step)| (instance, &step.needs))) {
        for deleted in needs
            .iter()
            .filter(|need| deletes(plan, need) && !retired(plan, user))
        {
            flaws.push(Flaw::StillUsed {
                deleted: (*deleted).clone(),
                user: user.clone(),
            });
        }
    }
    flaws.extend(circles(plan));
    flaws
}

fn deletes(plan: &Plan, instance: &Instance) -> bool {
    plan.steps
        .get(instance)
        .is_some_and(|step| step.action == Action::Delete)
}

/// A life that a newer one has replaced stays for an undo only; what it once used may go.
fn retired(plan: &Plan, instance: &Instance) -> bool {
    let newer = |other: &Instance| {
        other.address == instance.address && other.generation > instance.generation
    };
    plan.kept.keys().any(newer) || plan.steps.keys().any(newer)
}

fn check_step(
    flaws: &mut Vec<Flaw>,
    plan: &Plan,
    state: &State,
    kinds: &Kinds,
    instance: &Instance,
    step: &Step,
) {
    if !kinds.contains_key(step.kind.as_str()) {
        flaws.push(Flaw::UnknownKind(instance.clone()));
    }
    for need in step.all_needs() {
        match plan.steps.get(&need.step) {
            None => flaws.push(Flaw::Missing {
                step: instance.clone(),
                missing: need.step.clone(),
            }),
            Some(other) if step.phase == Phase::Converge && other.phase == Phase::Collect => {
                flaws.push(Flaw::AcrossCommit {
                    step: instance.clone(),
                    later: need.step.clone(),
                });
            }
            Some(_) => {}
        }
    }
    for (field, reference) in crate::input::references(&step.spec) {
        let named = step.values.get(&field).is_some_and(|needs| {
            needs.iter().any(|need| {
                need.step.address == reference.address
                    && match &need.until {
                        Until::Output(output) => *output == reference.output,
                        Until::Done => true,
                        Until::Sent => false,
                    }
            })
        });
        if !named && step.action != Action::Delete {
            flaws.push(Flaw::Unnamed {
                step: instance.clone(),
                what: reference.to_string(),
            });
        }
    }
    if step.action == Action::Delete {
        let ours = |record: &crate::state::Record| record.ownership == Ownership::Ours;
        if !state.resources.get(instance).is_some_and(ours) {
            flaws.push(Flaw::NotOurs(instance.clone()));
        }
    }
    if step.action != Action::Create && step.outputs.is_none() {
        flaws.push(Flaw::Unknown(instance.clone()));
    }
}

/// Steps that can never start because they wait for each other.
fn circles(plan: &Plan) -> Vec<Flaw> {
    let mut waits: BTreeMap<&Instance, BTreeSet<&Instance>> = plan
        .steps
        .iter()
        .map(|(instance, step)| {
            let needs = step.all_needs().map(|need| &need.step);
            (
                instance,
                needs.filter(|need| plan.steps.contains_key(need)).collect(),
            )
        })
        .collect();
    loop {
        let free: Vec<&Instance> = waits
            .iter()
            .filter(|(_, needs)| needs.is_empty())
            .map(|(i, _)| *i)
            .collect();
        if free.is_empty() {
            return waits
                .keys()
                .map(|instance| Flaw::Circle((*instance).clone()))
                .collect();
        }
        for instance in &free {
            waits.remove(instance);
        }
        for needs in waits.values_mut() {
            needs.retain(|need| !free.contains(need));
        }
    }
}
