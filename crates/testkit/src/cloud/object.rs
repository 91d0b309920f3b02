//! What the cloud keeps of one object.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::shape::Shape;

/// One object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Object {
    /// Its id, never used twice.
    pub id: String,
    /// The name of its kind.
    pub sort: &'static str,
    /// Whose it is; none for somebody else's.
    pub owner: Option<Owner>,
    /// What can be written.
    pub fields: Fields,
    /// What was there before the last write, and when that was.
    before: Option<(Duration, Fields)>,
    born: Duration,
    /// Whether it was usable once: what was proved stays proved.
    pub(super) proved: bool,
    /// When it will be gone, once it was deleted.
    pub going: Option<Duration>,
}

/// What can be written of an object.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Fields {
    /// Its physical name.
    pub name: String,
    /// What can be changed in place.
    pub size: u32,
    /// What cannot.
    pub form: u32,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// What it uses: ids and proofs.
    pub uses: BTreeMap<String, String>,
}

/// Whose an object is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Owner {
    /// The stack.
    pub stack: String,
    /// The address in it.
    pub address: String,
    /// Which life.
    pub generation: u32,
}

impl Object {
    pub(super) fn new(
        id: &str,
        sort: &'static str,
        owner: Option<Owner>,
        fields: Fields,
        born: Duration,
    ) -> Self {
        Self {
            id: id.to_string(),
            sort,
            owner,
            fields,
            before: None,
            born,
            proved: false,
            going: None,
        }
    }

    pub(super) fn old(mut self) -> Self {
        self.born = Duration::ZERO;
        self
    }

    pub(super) fn shape(&self) -> &'static Shape {
        Shape::of(self.sort).expect("every object is of a sort of the table")
    }

    /// A write of ours: reads see it late.
    pub(super) fn write(&mut self, now: Duration, change: impl FnOnce(&mut Fields)) {
        self.before = Some((now, self.fields_at(now).clone()));
        change(&mut self.fields);
    }

    /// A write of somebody else's, long ago.
    pub(super) fn meddle(&mut self, change: impl Fn(&mut Fields)) {
        change(&mut self.fields);
        if let Some((_, before)) = &mut self.before {
            change(before);
        }
    }

    pub(super) fn fields_at(&self, now: Duration) -> &Fields {
        match &self.before {
            Some((at, before)) if now < *at + self.shape().seen_after() => before,
            _ => &self.fields,
        }
    }

    pub(super) fn is_gone(&self, now: Duration) -> bool {
        self.going.is_some_and(|at| at <= now)
    }

    pub(super) fn seen(&self, now: Duration) -> bool {
        let new = self.owner.is_some() && now < self.born + self.shape().seen_after();
        !new && self.going.is_none()
    }

    pub(super) fn proof(&self) -> String {
        format!("proof-of-{}", self.id)
    }

    pub(super) fn is_named(&self, now: Duration) -> bool {
        now >= self.born + Duration::from_secs(2)
    }

    pub(super) fn is_ready(&self, all: &BTreeMap<String, Self>, now: Duration) -> bool {
        let shape = self.shape();
        let published = || {
            let proof = self.proof();
            let publishes = |other: &Self| other.fields.uses.values().any(|value| *value == proof);
            all.values()
                .any(|other| other.going.is_none() && publishes(other))
        };
        let since = self.before.as_ref().map_or(self.born, |(at, _)| *at);
        let foreign = self.owner.is_none();
        foreign
            || now >= since + Duration::from_secs(shape.ready_after)
                && (!shape.proves || self.proved || published())
    }

    pub(super) fn holds(&self, id: &str, now: Duration) -> bool {
        self.shape().holds && !self.is_gone(now) && self.fields.uses.values().any(|used| used == id)
    }

    /// What a person would call it.
    pub fn title(&self) -> String {
        match &self.owner {
            Some(owner) => format!("{} {}#{}", self.sort, owner.address, owner.generation),
            None => format!("{} {} (foreign)", self.sort, self.fields.name),
        }
    }

    pub(super) fn picture(&self, call: impl Fn(&String) -> String) -> String {
        let uses: BTreeMap<_, _> = self
            .fields
            .uses
            .iter()
            .map(|(slot, id)| (slot, call(id)))
            .collect();
        let Fields {
            name,
            size,
            form,
            tags,
            ..
        } = &self.fields;
        format!("{name} size {size} form {form} tags {tags:?} uses {uses:?}")
    }
}
