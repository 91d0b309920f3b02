//! What is wanted, in pieces, and the graph that they make.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use ashore_engine::address::Address;
use ashore_engine::document::Document;
use ashore_engine::graph::{After, Graph, Node};
use ashore_engine::input::{Input, Output, When};

use crate::kinds::{Network, Thing};
use crate::shape::{self, Shape};

/// One wanted resource.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// Its kind's shape.
    pub shape: Shape,
    /// Its name.
    pub name: &'static str,
    /// The name of the physical object, if it is another.
    pub called: Option<&'static str>,
    /// What can be changed in place.
    pub size: u32,
    /// What cannot.
    pub form: u32,
    /// The value of our tag; none if there is none.
    pub tag: Option<u32>,
    /// The pieces that it uses.
    pub uses: Vec<&'static str>,
    /// The pieces that it uses by where they answer.
    pub calls: Vec<&'static str>,
    /// The pieces that it comes after.
    pub after: Vec<&'static str>,
}

impl Piece {
    /// A piece of that shape and name.
    pub fn new(shape: Shape, name: &'static str) -> Self {
        Self {
            shape,
            name,
            called: None,
            size: 1,
            form: 0,
            tag: None,
            uses: Vec::new(),
            calls: Vec::new(),
            after: Vec::new(),
        }
    }

    /// With this size.
    #[must_use]
    pub fn size(self, size: u32) -> Self {
        Self { size, ..self }
    }

    /// With a physical object of this name.
    #[must_use]
    pub fn called(self, called: &'static str) -> Self {
        let called = Some(called);
        Self { called, ..self }
    }

    /// With this form.
    #[must_use]
    pub fn form(self, form: u32) -> Self {
        Self { form, ..self }
    }

    /// With our tag of this value.
    #[must_use]
    pub fn tag(self, tag: u32) -> Self {
        let tag = Some(tag);
        Self { tag, ..self }
    }

    /// Using these.
    #[must_use]
    pub fn uses<const N: usize>(self, uses: [&'static str; N]) -> Self {
        let uses = uses.to_vec();
        Self { uses, ..self }
    }

    /// Using these by where they answer.
    #[must_use]
    pub fn calls<const N: usize>(self, calls: [&'static str; N]) -> Self {
        let calls = calls.to_vec();
        Self { calls, ..self }
    }

    /// After these.
    #[must_use]
    pub fn after<const N: usize>(self, after: [&'static str; N]) -> Self {
        let after = after.to_vec();
        Self { after, ..self }
    }

    /// Its address.
    pub fn address(&self) -> Address {
        Address::new(format!("{}/{}", self.name, self.shape.name))
    }
}

/// The graph of the pieces. Uses of pieces that are not there are left out; every certificate
/// brings the record that publishes its proof.
pub fn graph(pieces: &[Piece]) -> Graph {
    let mut graph = Graph::default();
    let there: BTreeMap<&str, &Piece> = pieces.iter().map(|piece| (piece.name, piece)).collect();
    for piece in there.values() {
        let mut uses = BTreeMap::new();
        for used in piece.uses.iter().filter_map(|name| there.get(name)) {
            let ready = piece.shape.wants_ready || piece.shape.displaces;
            let when = if ready { When::Ready } else { When::Named };
            uses.insert(used.name.to_string(), id().of(&used.address(), when));
        }
        for used in piece.calls.iter().filter_map(|name| there.get(name)) {
            let endpoint: Output<(), String> = Output::new("endpoint");
            let slot = format!("to-{}", used.name);
            uses.insert(slot, endpoint.of(&used.address(), When::Ready));
        }
        let after = piece.after.iter().filter_map(|name| there.get(name));
        let after = after.map(|earlier| After {
            address: earlier.address(),
            when: When::Ready,
            why: "the pieces say so".into(),
        });
        graph.insert(piece.address(), piece.node(uses, after.collect()));
        if piece.shape.proves {
            let proof: Output<(), String> = Output::new("proof");
            let value = proof.of(&piece.address(), When::Named);
            let record = Piece {
                shape: shape::RECORD,
                ..(*piece).clone()
            };
            let address = format!("{}/proof", piece.name);
            let uses = BTreeMap::from([("proof".to_string(), value)]);
            graph.insert(address.as_str(), record.node(uses, Vec::new()));
        }
    }
    graph
}

fn id() -> Output<(), String> {
    Output::new("id")
}

impl Piece {
    fn node(&self, uses: BTreeMap<String, Input<String>>, after: Vec<After>) -> Node {
        let spec: Thing<Network> = Thing {
            name: self.called.unwrap_or(self.name).to_string(),
            size: self.size,
            form: self.form,
            tags: self
                .tag
                .iter()
                .map(|tag| ("ours".to_string(), tag.to_string()))
                .collect(),
            uses,
            sort: PhantomData,
        };
        Node {
            kind: self.shape.name.to_string(),
            spec: Document::of(&spec),
            after,
        }
    }
}
