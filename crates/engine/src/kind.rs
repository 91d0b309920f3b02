//! The shape of a resource kind: a pure half that decides and an effect half that acts.
//!
//! The struct that implements [`Kind`] *is* the spec. A kind never retries, sleeps, logs or
//! prints: it classifies its errors and lets the engine go on from there.

mod erased;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::address::{Mark, StackName};
use crate::failure::Failure;

pub use erased::{Bound, LiveKind, Named, ObservedDocument, PlannedRequest, Pure, PureKind};

/// The pure half of a kind.
pub trait Kind: Serialize + DeserializeOwned + Clone + PartialEq + Debug + 'static {
    /// The kind's name, `vendor.service.noun`.
    const NAME: &'static str;
    /// How long its waits may take.
    const PATIENCE: Patience = Patience::DEFAULT;
    /// Whether another object could already bear the name that a create would use: then the plan
    /// looks before it promises to create.
    const LOOKS_BEFORE: bool = false;
    /// How many retired generations stay (revisions that accumulate); all others are deleted
    /// after the commit point.
    const KEEPS: usize = 0;
    /// Whether it is nobody's and everybody's even when we have made it: never changed, never
    /// deleted by us.
    const SHARED: bool = false;

    /// What of its outputs people want to know once it is there: a word for each, and its member.
    const TELLS: &'static [(&'static str, &'static str)] = &[];

    /// What the cloud tells us of it. Members become known one by one.
    type Outputs: Serialize + DeserializeOwned + Clone + PartialEq + Debug + 'static;
    /// One mutating request, with what it needs beyond the spec.
    type Change: Serialize + DeserializeOwned + Clone + PartialEq + Debug + 'static;

    /// The requests, each exactly one, that lead from what is observed to this spec. In order.
    /// From nothing, they create it; where nothing differs, there are none.
    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Self::Change>;

    /// The requests that take it away, in order. None for what is never ours to take away.
    fn removal(observed: &Observed<Self>) -> Vec<Self::Change>;

    /// The requests that undo its making, in order: what the run itself has made holds nothing that
    /// anybody would miss. As it stands here: those that take it away.
    fn unmaking(observed: &Observed<Self>) -> Vec<Self::Change> {
        Self::removal(observed)
    }

    /// What becomes of it once nobody wants it. As it stands here: it goes.
    fn parting(_observed: &Observed<Self>) -> Parting {
        Parting::Goes
    }

    /// Why it cannot be changed in place, if it cannot.
    fn replaced_by(&self, _observed: &Observed<Self>) -> Option<Replacement> {
        None
    }

    /// What the plan says of a change, and what permission it takes.
    fn request(change: &Self::Change) -> Request;

    /// Of what is observed, only what we own: tags that others have put there, for example, are
    /// theirs. `by` holds the specs (wanted now, written last) that say what is ours.
    #[must_use]
    fn owned(self, _by: &[&Self]) -> Self {
        self
    }

    /// Whether it is known where to look for it: not as long as the name, or whatever else it is
    /// found by, is another resource's to tell.
    fn can_be_found(&self) -> bool {
        true
    }

    /// Who still comes by way of it once it is gone, and for how long: what it uses goes only then.
    /// As it stands here: nobody.
    fn lingers(&self) -> Option<Lingering> {
        None
    }

    /// Puts the generation into the physical names, where a name must be unique.
    fn at_generation(&mut self, _generation: u32) {}
}

/// The effect half of a kind. Every verb is safe to repeat.
pub trait Live: Kind {
    /// What it talks through.
    type Client: 'static;

    /// Looks for it by mark, name or natural key.
    fn find(
        &self,
        client: &Self::Client,
        cx: &Context,
    ) -> impl Future<Output = Result<Found<Self::Outputs>, Failure>>;

    /// Spec and outputs as the cloud has them now, every managed field; none if it is not there.
    fn observe(
        client: &Self::Client,
        outputs: &Self::Outputs,
    ) -> impl Future<Output = Result<Option<Observed<Self>>, Failure>>;

    /// Sends that one request, once. Answers with the outputs known from then on.
    fn send(
        &self,
        client: &Self::Client,
        cx: &Context,
        change: &Self::Change,
        outputs: Option<&Self::Outputs>,
    ) -> impl Future<Output = Result<Self::Outputs, Failure>>;

    /// Whether dependents can use it. As it stands here: as soon as its last request is answered.
    fn ready(
        &self,
        _client: &Self::Client,
        _cx: &Context,
        outputs: &Self::Outputs,
    ) -> impl Future<Output = Result<Readiness<Self::Outputs>, Failure>> {
        let outputs = outputs.clone();
        async { Ok(Readiness::Ready(outputs)) }
    }

    /// Whether it is gone, after its removal was accepted. As it stands here: it is.
    fn gone(
        _client: &Self::Client,
        _outputs: &Self::Outputs,
    ) -> impl Future<Output = Result<Gone, Failure>> {
        async { Ok(Gone::Gone) }
    }

    /// Everything of this kind that bears the stack's mark.
    fn list(
        client: &Self::Client,
        stack: &StackName,
    ) -> impl Future<Output = Result<Vec<Self::Outputs>, Failure>>;
}

/// What a verb is told beside the spec.
#[derive(Clone, Debug)]
pub struct Context {
    /// Whose it is.
    pub mark: Mark,
    /// How far a rollout is waited for.
    pub wait: Wait,
    /// For how long it has been waited for by now, since its last request was answered. Zero
    /// where nothing is waited for.
    pub waited: Duration,
}

/// How far a rollout is waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// Until the new version serves.
    #[default]
    Healthy,
    /// Until the old version has stopped too.
    Rollout,
    /// Not at all: accepted is enough.
    None,
}

/// Spec and outputs as the cloud has them now.
#[derive(Clone, PartialEq, Debug)]
pub struct Observed<K: Kind> {
    /// Every managed field; all inputs are known.
    pub spec: K,
    /// What the cloud tells of it.
    pub outputs: K::Outputs,
}

/// What a look by mark, name or natural key found.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found<O> {
    /// It bears our mark.
    Ours(O),
    /// Nobody's and everybody's: used as it is, never changed, never deleted by us.
    Shared(O),
    /// Somebody else's, and the name is taken.
    Foreign(Foreign),
    /// Somebody else's, and the spec says to take its place. The outputs carry what is needed to
    /// put it back; they stay in the state as long as the resource lives.
    Displaces {
        /// Outputs so far: what is displaced.
        outputs: O,
        /// What is displaced, in words, for the plan.
        what: Vec<String>,
    },
    /// Not there.
    Absent,
}

/// An object that is not ours.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Foreign {
    /// Its id and what tells that it is not ours, for a person.
    pub who: String,
    /// What a person can do about it.
    pub advice: String,
}

/// Whether dependents can use a resource.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Readiness<O> {
    /// They can.
    Ready(O),
    /// Not yet.
    Pending {
        /// What is known so far; a consumer may wait for just one of these.
        outputs: O,
        /// The cloud's own word for it.
        why: String,
        /// When to look again.
        look_after: Duration,
    },
    /// It never will.
    Failed(Failure),
}

/// Whether a removed resource is gone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gone {
    /// It is.
    Gone,
    /// Not yet.
    Held {
        /// By whom: ours, the cloud's own, somebody else's.
        by: String,
        /// When to look again.
        look_after: Duration,
    },
}

/// Who still comes by way of a resource that is gone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lingering {
    /// Who, for a person.
    pub who: String,
    /// For how long.
    pub time: Duration,
}

/// Why a resource is replaced, and whether both lives can be there at once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Replacement {
    /// The members of the spec that cannot be changed in place.
    pub fields: Vec<String>,
    /// Whether the new life can be made while the old one is there.
    pub coexists: bool,
}

impl Replacement {
    /// A replacement because of these members; the new life is made before the old one goes.
    pub fn because(fields: impl IntoIterator<Item = &'static str>) -> Self {
        Self {
            fields: fields.into_iter().map(str::to_string).collect(),
            coexists: true,
        }
    }

    /// The name, port or range is taken as long as the old life is there.
    #[must_use]
    pub fn in_its_place(mut self) -> Self {
        self.coexists = false;
        self
    }

    /// This, unless no member asks for it.
    pub fn or_none(self) -> Option<Self> {
        (!self.fields.is_empty()).then_some(self)
    }
}

/// What becomes of a resource once nobody wants it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Parting {
    /// It goes.
    Goes,
    /// It goes only if the user names it: for this reason.
    Asks(String),
    /// It stays where it is, known to the state, and what it uses stays with it: for this reason.
    Stays(String),
}

/// What the plan says of one request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// `service:Operation`, as the provider spells it.
    pub operation: &'static str,
    /// The members of the spec that it needs to be known; none means all of them.
    pub uses: Option<&'static [&'static str]>,
    /// What it may break.
    pub impact: Impact,
    /// The permission that it takes, where the provider has such a thing.
    pub permission: Option<Permission>,
}

impl Request {
    /// A request that needs the whole spec and breaks nothing.
    pub const fn new(operation: &'static str) -> Self {
        Self {
            operation,
            uses: None,
            impact: Impact::None,
            permission: None,
        }
    }

    /// It needs only these members of the spec to be known.
    #[must_use]
    pub const fn uses(mut self, fields: &'static [&'static str]) -> Self {
        self.uses = Some(fields);
        self
    }

    /// It may break this.
    #[must_use]
    pub fn impact(mut self, impact: Impact) -> Self {
        self.impact = impact;
        self
    }

    /// It takes this permission on resources of this pattern.
    #[must_use]
    pub const fn on(mut self, resource: &'static str) -> Self {
        self.permission = Some(Permission {
            action: self.operation,
            resource,
        });
        self
    }
}

/// A permission to be granted for a request.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Permission {
    /// The provider's name of the action.
    pub action: &'static str,
    /// On what: a pattern in which `{name}` stands for the physical name.
    pub resource: &'static str,
}

/// What a change may break while it is made. In order of gravity.
#[derive(
    Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case", tag = "level", content = "why")]
pub enum Impact {
    /// Nothing.
    #[default]
    None,
    /// Some requests may fail for seconds.
    Brief(String),
    /// The service is away for longer.
    Outage(String),
    /// Data is lost for good.
    DataLoss(String),
}

/// How long the waits of a kind may take, on a monotonic clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Patience {
    /// One attempt of one request.
    pub attempt: Duration,
    /// Between two looks that must both say "absent" before a request of unknown outcome is sent
    /// again.
    pub absence: Duration,
    /// For something just made to be visible to the one who uses it.
    pub eventual: Duration,
    /// For a holder to let go.
    pub dependency: Duration,
    /// From the last request to ready.
    pub ready: Duration,
    /// From the accepted removal to gone.
    pub gone: Duration,
}

impl Patience {
    /// For kinds that are there as soon as they are named (`failures.md` 1.1).
    pub const DEFAULT: Self = Self {
        attempt: Duration::from_secs(30),
        absence: Duration::from_secs(2),
        eventual: Duration::from_secs(5 * 60),
        dependency: Duration::from_secs(20 * 60),
        ready: Duration::from_secs(5 * 60),
        gone: Duration::from_secs(10 * 60),
    };
}

/// The pure halves of all kinds, by name.
pub type Kinds = BTreeMap<&'static str, Arc<dyn PureKind>>;

/// The effect halves of all kinds, by name.
pub type Providers = BTreeMap<&'static str, Arc<dyn LiveKind>>;
