//! The toy kinds: one implementation over a shape, as many kinds as there are shapes.

mod live;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{
    Bound, Impact, Kind, Kinds, Lingering, Observed, Parting, Patience, Providers, Pure,
    Replacement, Request,
};
use serde::{Deserialize, Serialize};

use crate::cloud::{Cloud, Fields};
use crate::shape::{self, Parts, Shape};

/// Says which shape a kind has.
pub trait Sort: Clone + PartialEq + Debug + Default + 'static {
    /// Its shape.
    const SHAPE: Shape;
}

/// What we want of a toy resource.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Thing<S> {
    /// Its physical name.
    pub name: String,
    /// What can be changed in place, unless the shape says otherwise.
    pub size: u32,
    /// What cannot.
    pub form: u32,
    /// Our tags.
    pub tags: BTreeMap<String, String>,
    /// What it uses.
    pub uses: BTreeMap<String, Input<String>>,
    /// Which kind it is.
    #[serde(skip)]
    pub sort: PhantomData<fn() -> S>,
}

/// What the cloud tells of a toy resource.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Told {
    /// Its id.
    pub id: Option<String>,
    /// What has to be published for it to become ready. Named late.
    pub proof: Option<String>,
    /// Where it answers. Named only once it is ready.
    pub endpoint: Option<String>,
    /// What it took the place of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub displaced: Vec<Fields>,
}

/// One mutating request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is made.
    Create,
    /// It uses what stands in this slot.
    Attach(String),
    /// It uses nothing in this slot.
    Detach(String),
    /// It gets this size.
    Resize(u32),
    /// This tag gets this value.
    Tag(String, String),
    /// This tag goes.
    Untag(String),
    /// It is deleted.
    Delete,
}

impl<S: Sort> Thing<S> {
    /// The id that the cloud gives it.
    pub const ID: Output<Self, String> = Output::new("id");
    /// What has to be published for it.
    pub const PROOF: Output<Self, String> = Output::new("proof");
    /// Where it answers.
    pub const ENDPOINT: Output<Self, String> = Output::new("endpoint");
}

impl<S: Sort> Kind for Thing<S> {
    const NAME: &'static str = S::SHAPE.name;
    const PATIENCE: Patience = Patience {
        ready: Duration::from_secs(20 * 60),
        ..Patience::DEFAULT
    };
    const LOOKS_BEFORE: bool = S::SHAPE.looks_before();
    const KEEPS: usize = S::SHAPE.keeps;
    const SHARED: bool = S::SHAPE.shared;
    type Outputs = Told;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: now, .. }) = observed else {
            return self.making();
        };
        let mut changes = Vec::new();
        let slots = now
            .uses
            .keys()
            .filter(|slot| !self.uses.contains_key(*slot));
        changes.extend(slots.map(|slot| Change::Detach(slot.clone())));
        let differs = |(slot, used): &(&String, &Input<String>)| now.uses.get(*slot) != Some(used);
        let attached = self.uses.iter().filter(differs);
        changes.extend(attached.map(|(slot, _)| Change::Attach(slot.clone())));
        if self.size != now.size {
            changes.push(Change::Resize(self.size));
        }
        let gone = now.tags.keys().filter(|key| !self.tags.contains_key(*key));
        changes.extend(gone.map(|key| Change::Untag(key.clone())));
        let set = self
            .tags
            .iter()
            .filter(|(key, value)| now.tags.get(*key) != Some(value));
        changes.extend(set.map(|(key, value)| Change::Tag(key.clone(), value.clone())));
        changes
    }

    fn removal(observed: &Observed<Self>) -> Vec<Change> {
        let mut changes = Vec::new();
        if S::SHAPE.drains && observed.spec.size > 0 {
            changes.push(Change::Resize(0));
        }
        if S::SHAPE.attaches {
            changes.extend(observed.spec.uses.keys().cloned().map(Change::Detach));
        }
        changes.push(Change::Delete);
        changes
    }

    fn parting(_observed: &Observed<Self>) -> Parting {
        match S::SHAPE.parts {
            Parts::Goes => Parting::Goes,
            Parts::Asks => Parting::Asks("it holds data".into()),
            Parts::Stays => Parting::Stays("it is retained".into()),
        }
    }

    fn lingers(&self) -> Option<Lingering> {
        (S::SHAPE.lingers > 0).then(|| Lingering {
            who: "those who remember it".into(),
            time: Duration::from_secs(S::SHAPE.lingers),
        })
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let now = &observed.spec;
        let mut fields = Vec::new();
        if self.form != now.form {
            fields.push("form");
        }
        if S::SHAPE.fixed && self.size != now.size {
            fields.push("size");
        }
        if !S::SHAPE.rewires && self.uses != now.uses {
            fields.push("uses");
        }
        let moves = self.name != now.name;
        if moves {
            fields.push("name");
        }
        let replacement = Replacement::because(fields);
        if S::SHAPE.one_name && !moves {
            replacement.in_its_place().or_none()
        } else {
            replacement.or_none()
        }
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Create if S::SHAPE.attaches => {
                Request::new("toy:Create").uses(&["name", "size", "form", "tags"])
            }
            Change::Create => Request::new("toy:Create"),
            Change::Attach(_) => Request::new("toy:Attach").uses(&["uses"]),
            Change::Detach(_) => Request::new("toy:Detach").uses(&[]),
            Change::Resize(_) => Request::new("toy:Resize")
                .uses(&[])
                .impact(Impact::Brief("it is resized".into())),
            Change::Tag(..) => Request::new("toy:Tag").uses(&[]),
            Change::Untag(_) => Request::new("toy:Untag").uses(&[]),
            Change::Delete => Request::new("toy:Delete").uses(&[]),
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags
            .retain(|key, _| by.iter().any(|spec| spec.tags.contains_key(key)));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        if S::SHAPE.unique && !S::SHAPE.one_name && generation > 1 {
            self.name = format!("{}-g{generation}", self.name);
        }
    }
}

impl<S: Sort> Thing<S> {
    fn making(&self) -> Vec<Change> {
        let mut changes = vec![Change::Create];
        if S::SHAPE.attaches {
            changes.extend(self.uses.keys().cloned().map(Change::Attach));
        }
        if S::SHAPE.sized_apart && self.size > 0 {
            changes.push(Change::Resize(self.size));
        }
        changes
    }
}

macro_rules! sorts {
    ($($(#[$doc:meta])* $name:ident = $shape:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, PartialEq, Debug, Default)]
            pub struct $name;
            impl Sort for $name {
                const SHAPE: Shape = $shape;
            }
        )*

        /// The pure halves of all toy kinds.
        pub fn kinds() -> Kinds {
            let mut kinds = Kinds::new();
            $(kinds.insert(<$name as Sort>::SHAPE.name, Arc::new(Pure::<Thing<$name>>::default()));)*
            kinds
        }

        /// All toy kinds, bound to a cloud.
        pub fn providers(cloud: &Cloud) -> Providers {
            let mut all = Providers::new();
            $(all.insert(
                <$name as Sort>::SHAPE.name,
                Arc::new(Bound::<Thing<$name>>::new(cloud.clone())),
            );)*
            all
        }
    };
}

sorts! {
    /// [`shape::NETWORK`].
    Network = shape::NETWORK;
    /// [`shape::GATEWAY`].
    Gateway = shape::GATEWAY;
    /// [`shape::CERTIFICATE`].
    Certificate = shape::CERTIFICATE;
    /// [`shape::RECORD`].
    Record = shape::RECORD;
    /// [`shape::LISTENER`].
    Listener = shape::LISTENER;
    /// [`shape::RULE`].
    Rule = shape::RULE;
    /// [`shape::SERVICE`].
    Service = shape::SERVICE;
    /// [`shape::REVISION`].
    Revision = shape::REVISION;
    /// [`shape::ROLE`].
    Role = shape::ROLE;
    /// [`shape::BUCKET`].
    Bucket = shape::BUCKET;
    /// [`shape::DATABASE`].
    Database = shape::DATABASE;
    /// [`shape::ARCHIVE`].
    Archive = shape::ARCHIVE;
}
