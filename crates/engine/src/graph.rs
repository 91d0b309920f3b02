//! The graph: addresses, specs, and the references between them.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::document::Document;
use crate::input::{Input, Output, Ref, When, references};
use crate::kind::Kind;

/// What is wanted: resources and the order between them.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Graph {
    nodes: BTreeMap<Address, Node>,
}

/// One wanted resource.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Node {
    /// Its kind's name.
    pub kind: String,
    /// What we want of it; references stand where outputs of others go.
    pub spec: Document,
    /// Order without data.
    pub after: Vec<After>,
}

/// An order without data, and its reason, which `plan` and `graph` show.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct After {
    /// What comes first.
    pub address: Address,
    /// How far it must be.
    pub when: When,
    /// Why.
    pub why: String,
}

/// A resource in the graph, typed by its kind.
#[derive(Debug)]
pub struct Handle<K> {
    address: Address,
    kind: PhantomData<fn() -> K>,
}

impl<K> Clone for Handle<K> {
    fn clone(&self) -> Self {
        Self {
            address: self.address.clone(),
            kind: PhantomData,
        }
    }
}

impl<K> Handle<K> {
    /// Its address.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The same, of whatever kind: for those that only come after it.
    pub fn any(&self) -> Handle<()> {
        Handle {
            address: self.address.clone(),
            kind: PhantomData,
        }
    }

    /// An output, from when it is named on.
    pub fn get<T>(&self, output: Output<K, T>) -> Input<T> {
        output.of(&self.address, When::Named)
    }

    /// Its outputs, once it is ready.
    pub fn ready(&self) -> ReadyHandle<'_, K> {
        ReadyHandle { of: self }
    }
}

/// A resource in the graph whose outputs are wanted only once it is ready.
#[derive(Debug)]
pub struct ReadyHandle<'a, K> {
    of: &'a Handle<K>,
}

impl<K> ReadyHandle<'_, K> {
    /// An output, from when the resource is ready on.
    pub fn get<T>(&self, output: Output<K, T>) -> Input<T> {
        output.of(&self.of.address, When::Ready)
    }
}

/// Why a graph cannot be planned.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// A reference to nothing.
    #[error("`{from}` needs `{to}`, which is not in the stack")]
    Dangling {
        /// Who needs it.
        from: Address,
        /// What is missing.
        to: Address,
    },
    /// Resources that need each other in a circle.
    #[error("resources need each other in a circle: {}", .0.iter().map(Address::as_str).collect::<Vec<_>>().join(" -> "))]
    Cycle(Vec<Address>),
}

impl Graph {
    /// Adds a resource. The references in its spec are its dependencies.
    ///
    /// # Panics
    /// If the address is taken: our own mistake, addresses are made by code.
    pub fn add<K: Kind>(&mut self, address: impl Into<Address>, spec: &K) -> Handle<K> {
        let address = address.into();
        let node = Node {
            kind: K::NAME.to_string(),
            spec: Document::of(spec),
            after: Vec::new(),
        };
        self.insert(address.clone(), node);
        Handle {
            address,
            kind: PhantomData,
        }
    }

    /// Adds a resource that is already written down as documents.
    ///
    /// # Panics
    /// If the address is taken.
    pub fn insert(&mut self, address: impl Into<Address>, node: Node) {
        let address = address.into();
        let taken = self.nodes.insert(address.clone(), node);
        assert!(taken.is_none(), "`{address}` is added twice");
    }

    /// Puts a resource after another without passing it anything.
    ///
    /// # Panics
    /// If the first is not of this graph.
    pub fn after<K, L>(&mut self, later: &Handle<K>, earlier: &Handle<L>, when: When, why: &str) {
        let node = self
            .nodes
            .get_mut(&later.address)
            .expect("handles come from this graph");
        node.after.push(After {
            address: earlier.address.clone(),
            when,
            why: why.to_string(),
        });
    }

    /// All resources, by address.
    pub fn nodes(&self) -> impl Iterator<Item = (&Address, &Node)> {
        self.nodes.iter()
    }

    /// The resource at that address.
    pub fn node(&self, address: &Address) -> Option<&Node> {
        self.nodes.get(address)
    }

    /// A digest of everything wanted: two graphs with one digest ask for the same.
    pub fn digest(&self) -> String {
        Document::of(self).digest()
    }

    /// The addresses, each after all that it needs; equals in alphabetical order.
    ///
    /// # Errors
    /// If something is needed that is not there, or resources need each other in a circle.
    pub fn order(&self) -> Result<Vec<Address>, GraphError> {
        let mut waits: BTreeMap<&Address, BTreeSet<Address>> = BTreeMap::new();
        for (address, node) in &self.nodes {
            let needed = node.needs();
            if let Some(to) = needed.iter().find(|to| !self.nodes.contains_key(*to)) {
                return Err(GraphError::Dangling {
                    from: address.clone(),
                    to: to.clone(),
                });
            }
            waits.insert(address, needed);
        }
        let mut ordered = Vec::with_capacity(waits.len());
        while !waits.is_empty() {
            let free: Vec<Address> = waits
                .iter()
                .filter(|(_, needed)| needed.is_empty())
                .map(|(address, _)| (*address).clone())
                .collect();
            if free.is_empty() {
                return Err(GraphError::Cycle(circle(&waits)));
            }
            for address in &free {
                waits.remove(address);
            }
            for needed in waits.values_mut() {
                needed.retain(|address| !free.contains(address));
            }
            ordered.extend(free);
        }
        Ok(ordered)
    }
}

impl Node {
    /// The references in its spec, with the member they stand in.
    pub fn references(&self) -> Vec<(String, Ref)> {
        references(&self.spec)
    }

    /// Every address that it needs, by data or by order.
    pub fn needs(&self) -> BTreeSet<Address> {
        let by_data = self
            .references()
            .into_iter()
            .map(|(_, reference)| reference.address);
        by_data
            .chain(self.after.iter().map(|after| after.address.clone()))
            .collect()
    }
}

/// Walks along needs that never end until an address comes twice.
fn circle(waits: &BTreeMap<&Address, BTreeSet<Address>>) -> Vec<Address> {
    let mut path: Vec<Address> = Vec::new();
    let mut at = waits.keys().next().map(|address| (*address).clone());
    while let Some(address) = at {
        if let Some(start) = path.iter().position(|seen| *seen == address) {
            path.push(address);
            return path.split_off(start);
        }
        at = waits
            .get(&address)
            .and_then(|needed| needed.first().cloned());
        path.push(address);
    }
    path
}
