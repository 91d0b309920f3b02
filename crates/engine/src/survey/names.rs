//! The names that a plan may want to use, and that somebody else may bear already.

use std::collections::BTreeMap;

use crate::address::{Address, Instance};
use crate::document::Document;
use crate::graph::{Graph, Node};
use crate::input::{Ref, resolve};
use crate::kind::{LiveKind, ObservedDocument, Providers};
use crate::state::{Ownership, State};

/// Something to be looked for: in which life, its kind and its spec.
type Sought<'a> = (Instance, &'a str, &'a Document);
type Seen = BTreeMap<Instance, Option<ObservedDocument>>;

/// What the state does not have.
pub(super) fn first_lives<'a>(
    graph: &'a Graph,
    state: &'a State,
    providers: &'a Providers,
) -> impl Iterator<Item = Sought<'a>> {
    graph
        .nodes()
        .filter(|(address, _)| state.current(address).is_none())
        .filter_map(|(address, node)| sought(address, 1, node, providers))
}

/// The next lives of what the state has and the cloud has not, and of what cannot be changed to
/// what is wanted.
///
/// It is decided here as the plan decides it, value for value: what takes an output of something
/// that is made anew does not know it yet.
pub(super) fn next_lives<'a>(
    graph: &'a Graph,
    state: &'a State,
    providers: &'a Providers,
    seen: &'a Seen,
) -> Vec<Sought<'a>> {
    let mut lives = Vec::new();
    let mut known: BTreeMap<&Address, &Document> = BTreeMap::new();
    // A graph that is a circle has no order and no plan.
    let Ok(order) = graph.order() else {
        return lives;
    };
    for at in &order {
        let Some((current, record)) = state.current(at) else {
            continue;
        };
        let Some(node) = graph.node(&current.address) else {
            continue;
        };
        let stays = match (record.ownership, seen.get(current)) {
            _ if record.kind != node.kind => None,
            (Ownership::Shared, _) => Some(&record.outputs),
            (Ownership::Ours, Some(Some(seen))) => {
                let value = |reference: &Ref| {
                    let outputs = known.get(&reference.address)?;
                    outputs.get(&reference.output).cloned()
                };
                let spec = resolve(&node.spec, &value);
                let by = [&spec, &record.spec];
                let anew = providers
                    .get(&*node.kind)
                    .is_some_and(|kind| is_replaced(kind.as_ref(), by, current.generation, seen));
                (!anew).then_some(&seen.outputs)
            }
            (Ownership::Ours, Some(None)) => None,
            (Ownership::Ours, None) => continue, // it could not be read
        };
        match stays {
            Some(outputs) => {
                known.insert(&current.address, outputs);
            }
            None => {
                let next = current.generation + 1;
                lives.extend(sought(&current.address, next, node, providers));
            }
        }
    }
    lives
}

/// Whether a new life will be made. Whose predecessor goes first is looked for once more at its
/// turn: only then is the name free.
fn is_replaced(
    kind: &dyn LiveKind,
    [wanted, written]: [&Document; 2],
    generation: u32,
    seen: &ObservedDocument,
) -> bool {
    let replacement = || {
        let wanted = kind.at_generation(wanted, generation)?;
        let observed = ObservedDocument {
            spec: kind.owned(seen.spec.clone(), &[&wanted, written])?,
            outputs: seen.outputs.clone(),
        };
        kind.replaced_by(&wanted, &observed)
    };
    // What cannot be read is the plan's to tell.
    replacement().is_ok_and(|replacement| replacement.is_some())
}

/// What is to be looked for, if it could be there and it is known where.
fn sought<'a>(
    address: &Address,
    generation: u32,
    node: &'a Node,
    providers: &Providers,
) -> Option<Sought<'a>> {
    let kind = providers.get(&*node.kind)?;
    // A spec that cannot be read is the look's to tell.
    let known = kind.can_be_found(&node.spec).unwrap_or(true);
    let sought = || {
        (
            Instance::new(address.clone(), generation),
            &*node.kind,
            &node.spec,
        )
    };
    (kind.named().looks_before && known).then(sought)
}
