//! One resource of a kind, and the same with one member altered, for each member.

use std::collections::BTreeSet;

use ashore_engine::document::{Document, differences};
use ashore_engine::kind::{Kind, ObservedDocument};

/// A resource as a spec wants it and as the cloud has it.
pub(crate) struct Example {
    pub(crate) kind: &'static str,
    pub(crate) spec: Document,
    pub(crate) outputs: Document,
    /// The spec with just that member altered.
    pub(crate) altered: Vec<(&'static str, Document)>,
    /// Members that only say how to go about it, and why that is so.
    pub(crate) unmanaged: Vec<(&'static str, &'static str)>,
}

impl Example {
    pub(crate) fn of<K: Kind>(spec: &K, outputs: &K::Outputs) -> Self {
        Self {
            kind: K::NAME,
            spec: Document::of(spec),
            outputs: Document::of(outputs),
            altered: Vec::new(),
            unmanaged: Vec::new(),
        }
    }

    /// With that member altered.
    pub(crate) fn altered<K: Kind>(
        mut self,
        field: &'static str,
        alter: impl FnOnce(&mut K),
    ) -> Self {
        let mut spec: K = self.spec.read().expect("the example's own kind");
        alter(&mut spec);
        let spec = Document::of(&spec);
        let differing: BTreeSet<String> = differences(&self.spec, &spec)
            .iter()
            .filter_map(|difference| difference.at.0.split('.').next().map(str::to_string))
            .collect();
        assert_eq!(
            differing,
            BTreeSet::from([field.to_string()]),
            "{}: alters just that member",
            self.kind
        );
        self.altered.push((field, spec));
        self
    }

    /// A member that makes no difference to what is there.
    pub(crate) fn unmanaged(mut self, field: &'static str, why: &'static str) -> Self {
        self.unmanaged.push((field, why));
        self
    }

    /// As the cloud has it, with another spec.
    pub(crate) fn observed(&self, spec: &Document) -> ObservedDocument {
        ObservedDocument {
            spec: spec.clone(),
            outputs: self.outputs.clone(),
        }
    }
}
