//! What each step waits for.
//!
//! Creates and updates wait for the values that they take and for what they come after; deletes
//! wait for the deletes of everything that needed the resource. The last values that a delete's
//! dependents held are in the state, so the order of deletes needs no graph.

use std::collections::BTreeMap;

use super::{Action, Need, Phase, Plan, Step, Until};
use crate::address::Instance;
use crate::graph::Graph;
use crate::input::When;
use crate::state::State;

/// Links the steps of a plan.
pub(super) fn link(plan: &mut Plan, graph: &Graph, state: &State) {
    let needs: Vec<(Instance, Needs)> = plan
        .steps
        .iter()
        .map(|(instance, step)| {
            let needs = match step.action {
                Action::Delete => before_deleting(plan, state, instance),
                Action::Create | Action::Update => before_making(plan, graph, instance),
            };
            (instance.clone(), needs)
        })
        .collect();
    for (instance, Needs { after, values }) in needs {
        let step = plan
            .steps
            .get_mut(&instance)
            .expect("linked steps are the plan's");
        step.after = after;
        step.values = values;
    }
}

#[derive(Default)]
struct Needs {
    after: Vec<Need>,
    values: BTreeMap<String, Vec<Need>>,
}

fn before_making(plan: &Plan, graph: &Graph, instance: &Instance) -> Needs {
    let mut needs = Needs::default();
    let Some(node) = graph.node(&instance.address) else {
        return needs;
    };
    for (field, reference) in node.references() {
        let Some(need) = passed(plan, &reference.address, |maker| match reference.when {
            When::Ready => Some(Until::Done),
            // What is named already stays as it is.
            When::Named if maker.tells(&reference.output) => None,
            When::Named => Some(Until::Output(reference.output.clone())),
        }) else {
            continue;
        };
        needs.values.entry(field).or_default().push(need);
    }
    for after in &node.after {
        let until = |_: &Step| match after.when {
            When::Ready => Some(Until::Done),
            When::Named => Some(Until::Sent),
        };
        if let Some(need) = passed(plan, &after.address, until) {
            needs.after.push(Need {
                why: Some(after.why.clone()),
                ..need
            });
        }
    }
    for (old, step) in &plan.steps {
        let predecessor = old.address == instance.address && old.generation < instance.generation;
        if predecessor && step.action == Action::Delete && step.phase == Phase::Converge {
            needs.after.push(Need {
                step: old.clone(),
                until: Until::Done,
                why: Some("the two cannot be there at once".into()),
            });
        }
    }
    needs
}

/// The need for the step that makes or changes the resource at `address`, if there is one.
fn passed(
    plan: &Plan,
    address: &crate::address::Address,
    until: impl Fn(&Step) -> Option<Until>,
) -> Option<Need> {
    let from = Instance::new(address.clone(), 0);
    let to = Instance::new(address.clone(), u32::MAX);
    let (instance, step) = plan
        .steps
        .range(from..=to)
        .rev()
        .find(|(_, step)| step.action != Action::Delete)?;
    let until = until(step)?;
    Some(Need {
        step: instance.clone(),
        until,
        why: None,
    })
}

fn before_deleting(plan: &Plan, state: &State, instance: &Instance) -> Needs {
    let phase = plan.steps[instance].phase;
    let after = plan
        .steps
        .iter()
        .filter(|(_, step)| step.action == Action::Delete && step.phase == phase)
        .filter(|(user, _)| {
            state
                .resources
                .get(user)
                .is_some_and(|record| record.needs.contains(instance))
        })
        .map(|(user, _)| Need {
            step: user.clone(),
            until: Until::Done,
            why: Some(format!("it uses {instance}")),
        })
        .collect();
    Needs {
        after,
        values: BTreeMap::new(),
    }
}
