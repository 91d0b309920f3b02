//! What each resource takes from those before it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Reason;
use super::decide::Deciding;
use crate::address::{Address, Instance};
use crate::document::Document;
use crate::graph::Node;
use crate::input::Ref;
use crate::state::Record;

/// What those that come later may take from one that came before.
pub(super) enum Upstream {
    /// It is there, and these are its outputs.
    Known(Instance, Document),
    /// It is made anew: its outputs come with it.
    Made(Instance),
}

impl Upstream {
    fn instance(&self) -> &Instance {
        match self {
            Self::Known(instance, _) | Self::Made(instance) => instance,
        }
    }
}

impl Deciding<'_> {
    pub(super) fn keep(&mut self, instance: &Instance, record: Record) {
        let known = Upstream::Known(instance.clone(), record.outputs.clone());
        self.upstream.insert(instance.address.clone(), known);
        self.plan.kept.insert(instance.clone(), record);
    }

    pub(super) fn needs(&self, node: &Node) -> BTreeSet<Instance> {
        let instance = |address: &Address| self.upstream.get(address).map(Upstream::instance);
        node.needs().iter().filter_map(instance).cloned().collect()
    }

    /// A member differs because it was changed, or because what it takes is made anew.
    pub(super) fn reasons(
        &self,
        fields: &[String],
        node: &Node,
        own: fn(String) -> Reason,
    ) -> Vec<Reason> {
        let references = node.references();
        let reason = |field: &String| {
            let made = references.iter().find(|(at, reference)| {
                at == field
                    && matches!(
                        self.upstream.get(&reference.address),
                        Some(Upstream::Made(_))
                    )
            });
            match made {
                Some((_, reference)) => Reason::Upstream(reference.address.clone()),
                None => own(field.clone()),
            }
        };
        let unique: BTreeSet<Reason> = fields.iter().map(reason).collect();
        unique.into_iter().collect()
    }

    pub(super) fn value(&self, reference: &Ref) -> Option<Value> {
        match self.upstream.get(&reference.address)? {
            Upstream::Known(_, outputs) => outputs.get(&reference.output).cloned(),
            Upstream::Made(_) => None,
        }
    }
}
