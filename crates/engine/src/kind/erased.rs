//! The one place where a kind's types are erased: the same verbs over documents.

use std::fmt::Debug;
use std::marker::PhantomData;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use serde::{Deserialize, Serialize};

use super::{
    Context, Found, Gone, Impact, Kind, Lingering, Live, Observed, Parting, Patience, Permission,
    Readiness, Replacement,
};
use crate::address::StackName;
use crate::document::{Document, Malformed};
use crate::failure::Failure;

/// [`Observed`], as documents.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ObservedDocument {
    /// Every managed field.
    pub spec: Document,
    /// What the cloud tells of it.
    pub outputs: Document,
}

/// A change, as the plan and the journal hold it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PlannedRequest {
    /// The kind's own change.
    pub change: Document,
    /// `service:Operation`.
    pub operation: String,
    /// The members of the spec that must be known; none means all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<Vec<String>>,
    /// What it may break.
    #[serde(default, skip_serializing_if = "harmless")]
    pub impact: Impact,
}

fn harmless(impact: &Impact) -> bool {
    *impact == Impact::None
}

/// What is constant about a kind.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    /// [`Kind::NAME`].
    pub name: &'static str,
    /// [`Kind::PATIENCE`].
    pub patience: Patience,
    /// [`Kind::LOOKS_BEFORE`].
    pub looks_before: bool,
    /// [`Kind::KEEPS`].
    pub keeps: usize,
    /// [`Kind::SHARED`].
    pub shared: bool,
    /// [`Kind::TELLS`].
    pub tells: &'static [(&'static str, &'static str)],
}

/// [`Kind`] over documents.
pub trait PureKind: Debug {
    /// Its constants.
    fn named(&self) -> Named;
    /// [`Kind::changes`].
    ///
    /// # Errors
    /// If a document does not have the kind's shape.
    fn changes(
        &self,
        spec: &Document,
        observed: Option<&ObservedDocument>,
    ) -> Result<Vec<PlannedRequest>, Malformed>;
    /// [`Kind::removal`].
    ///
    /// # Errors
    /// If a document does not have the kind's shape.
    fn removal(&self, observed: &ObservedDocument) -> Result<Vec<PlannedRequest>, Malformed>;
    /// [`Kind::unmaking`].
    ///
    /// # Errors
    /// If a document does not have the kind's shape.
    fn unmaking(&self, observed: &ObservedDocument) -> Result<Vec<PlannedRequest>, Malformed>;
    /// [`Kind::parting`].
    ///
    /// # Errors
    /// If a document does not have the kind's shape.
    fn parting(&self, observed: &ObservedDocument) -> Result<Parting, Malformed>;
    /// [`Kind::replaced_by`].
    ///
    /// # Errors
    /// If a document does not have the kind's shape.
    fn replaced_by(
        &self,
        spec: &Document,
        observed: &ObservedDocument,
    ) -> Result<Option<Replacement>, Malformed>;
    /// [`Kind::owned`].
    ///
    /// # Errors
    /// If a document does not have the kind's shape.
    fn owned(&self, observed: Document, by: &[&Document]) -> Result<Document, Malformed>;
    /// [`Kind::can_be_found`].
    ///
    /// # Errors
    /// If a document does not have the kind's shape.
    fn can_be_found(&self, spec: &Document) -> Result<bool, Malformed>;
    /// [`Kind::lingers`].
    ///
    /// # Errors
    /// If a document does not have the kind's shape.
    fn lingers(&self, spec: &Document) -> Result<Option<Lingering>, Malformed>;
    /// [`Kind::at_generation`].
    ///
    /// # Errors
    /// If a document does not have the kind's shape.
    fn at_generation(&self, spec: &Document, generation: u32) -> Result<Document, Malformed>;
    /// The permission that a planned request takes.
    ///
    /// # Errors
    /// If a document does not have the kind's shape.
    fn permission(&self, change: &Document) -> Result<Option<Permission>, Malformed>;
}

/// [`Live`] over documents.
pub trait LiveKind: PureKind {
    /// [`Live::find`].
    fn find<'a>(&'a self, spec: &'a Document, cx: &'a Context) -> Answer<'a, Found<Document>>;
    /// [`Live::observe`].
    fn observe<'a>(&'a self, outputs: &'a Document) -> Answer<'a, Option<ObservedDocument>>;
    /// [`Live::send`].
    fn send<'a>(
        &'a self,
        spec: &'a Document,
        cx: &'a Context,
        change: &'a Document,
        outputs: Option<&'a Document>,
    ) -> Answer<'a, Document>;
    /// [`Live::ready`].
    fn ready<'a>(
        &'a self,
        spec: &'a Document,
        cx: &'a Context,
        outputs: &'a Document,
    ) -> Answer<'a, Readiness<Document>>;
    /// [`Live::gone`].
    fn gone<'a>(&'a self, outputs: &'a Document) -> Answer<'a, Gone>;
    /// [`Live::list`].
    fn list<'a>(&'a self, stack: &'a StackName) -> Answer<'a, Vec<Document>>;
}

type Answer<'a, T> = LocalBoxFuture<'a, Result<T, Failure>>;

/// A kind's pure half alone.
#[derive(Debug)]
pub struct Pure<K>(PhantomData<K>);

impl<K> Default for Pure<K> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

/// A kind with the client that its effect half talks through.
pub struct Bound<K: Live> {
    client: K::Client,
}

impl<K: Live> Bound<K> {
    /// Binds the kind to a client.
    pub fn new(client: K::Client) -> Self {
        Self { client }
    }
}

impl<K: Live> Debug for Bound<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(K::NAME)
    }
}

fn typed<K: Kind>(observed: &ObservedDocument) -> Result<Observed<K>, Malformed> {
    Ok(Observed {
        spec: observed.spec.read()?,
        outputs: observed.outputs.read()?,
    })
}

fn planned<K: Kind>(changes: Vec<K::Change>) -> Vec<PlannedRequest> {
    let plan = |change: K::Change| {
        let request = K::request(&change);
        PlannedRequest {
            change: Document::of(&change),
            operation: request.operation.to_string(),
            uses: request
                .uses
                .map(|fields| fields.iter().map(ToString::to_string).collect()),
            impact: request.impact,
        }
    };
    changes.into_iter().map(plan).collect()
}

impl<K: Kind> PureKind for Pure<K> {
    fn named(&self) -> Named {
        Named {
            name: K::NAME,
            patience: K::PATIENCE,
            looks_before: K::LOOKS_BEFORE,
            keeps: K::KEEPS,
            shared: K::SHARED,
            tells: K::TELLS,
        }
    }

    fn changes(
        &self,
        spec: &Document,
        observed: Option<&ObservedDocument>,
    ) -> Result<Vec<PlannedRequest>, Malformed> {
        let observed = observed.map(typed::<K>).transpose()?;
        Ok(planned::<K>(spec.read::<K>()?.changes(observed.as_ref())))
    }

    fn removal(&self, observed: &ObservedDocument) -> Result<Vec<PlannedRequest>, Malformed> {
        Ok(planned::<K>(K::removal(&typed(observed)?)))
    }

    fn unmaking(&self, observed: &ObservedDocument) -> Result<Vec<PlannedRequest>, Malformed> {
        Ok(planned::<K>(K::unmaking(&typed(observed)?)))
    }

    fn parting(&self, observed: &ObservedDocument) -> Result<Parting, Malformed> {
        Ok(K::parting(&typed(observed)?))
    }

    fn replaced_by(
        &self,
        spec: &Document,
        observed: &ObservedDocument,
    ) -> Result<Option<Replacement>, Malformed> {
        Ok(spec.read::<K>()?.replaced_by(&typed(observed)?))
    }

    fn owned(&self, observed: Document, by: &[&Document]) -> Result<Document, Malformed> {
        let by: Vec<K> = by
            .iter()
            .map(|spec| spec.read())
            .collect::<Result<_, _>>()?;
        let by: Vec<&K> = by.iter().collect();
        Ok(Document::of(&observed.read::<K>()?.owned(&by)))
    }

    fn can_be_found(&self, spec: &Document) -> Result<bool, Malformed> {
        Ok(spec.read::<K>()?.can_be_found())
    }

    fn lingers(&self, spec: &Document) -> Result<Option<Lingering>, Malformed> {
        Ok(spec.read::<K>()?.lingers())
    }

    fn at_generation(&self, spec: &Document, generation: u32) -> Result<Document, Malformed> {
        let mut spec: K = spec.read()?;
        spec.at_generation(generation);
        Ok(Document::of(&spec))
    }

    fn permission(&self, change: &Document) -> Result<Option<Permission>, Malformed> {
        Ok(K::request(&change.read()?).permission)
    }
}

/// The pure verbs of a bound kind are those of its pure half.
impl<K: Live> PureKind for Bound<K> {
    fn named(&self) -> Named {
        Pure::<K>::default().named()
    }
    fn changes(
        &self,
        spec: &Document,
        observed: Option<&ObservedDocument>,
    ) -> Result<Vec<PlannedRequest>, Malformed> {
        Pure::<K>::default().changes(spec, observed)
    }
    fn removal(&self, observed: &ObservedDocument) -> Result<Vec<PlannedRequest>, Malformed> {
        Pure::<K>::default().removal(observed)
    }
    fn unmaking(&self, observed: &ObservedDocument) -> Result<Vec<PlannedRequest>, Malformed> {
        Pure::<K>::default().unmaking(observed)
    }
    fn parting(&self, observed: &ObservedDocument) -> Result<Parting, Malformed> {
        Pure::<K>::default().parting(observed)
    }
    fn replaced_by(
        &self,
        spec: &Document,
        observed: &ObservedDocument,
    ) -> Result<Option<Replacement>, Malformed> {
        Pure::<K>::default().replaced_by(spec, observed)
    }
    fn owned(&self, observed: Document, by: &[&Document]) -> Result<Document, Malformed> {
        Pure::<K>::default().owned(observed, by)
    }
    fn can_be_found(&self, spec: &Document) -> Result<bool, Malformed> {
        Pure::<K>::default().can_be_found(spec)
    }
    fn lingers(&self, spec: &Document) -> Result<Option<Lingering>, Malformed> {
        Pure::<K>::default().lingers(spec)
    }
    fn at_generation(&self, spec: &Document, generation: u32) -> Result<Document, Malformed> {
        Pure::<K>::default().at_generation(spec, generation)
    }
    fn permission(&self, change: &Document) -> Result<Option<Permission>, Malformed> {
        Pure::<K>::default().permission(change)
    }
}

/// Reads a document that we wrote ourselves; that it cannot be read is a failure of the step.
fn read<T: serde::de::DeserializeOwned>(document: &Document) -> Result<T, Failure> {
    document
        .read()
        .map_err(|error| Failure::internal("engine:read", &error))
}

impl<K: Live> LiveKind for Bound<K> {
    fn find<'a>(&'a self, spec: &'a Document, cx: &'a Context) -> Answer<'a, Found<Document>> {
        async move {
            let found = read::<K>(spec)?.find(&self.client, cx).await?;
            Ok(match found {
                Found::Ours(outputs) => Found::Ours(Document::of(&outputs)),
                Found::Shared(outputs) => Found::Shared(Document::of(&outputs)),
                Found::Displaces { outputs, what } => Found::Displaces {
                    outputs: Document::of(&outputs),
                    what,
                },
                Found::Foreign(foreign) => Found::Foreign(foreign),
                Found::Absent => Found::Absent,
            })
        }
        .boxed_local()
    }

    fn observe<'a>(&'a self, outputs: &'a Document) -> Answer<'a, Option<ObservedDocument>> {
        async move {
            let observed = K::observe(&self.client, &read(outputs)?).await?;
            Ok(observed.map(|observed| ObservedDocument {
                spec: Document::of(&observed.spec),
                outputs: Document::of(&observed.outputs),
            }))
        }
        .boxed_local()
    }

    fn send<'a>(
        &'a self,
        spec: &'a Document,
        cx: &'a Context,
        change: &'a Document,
        outputs: Option<&'a Document>,
    ) -> Answer<'a, Document> {
        async move {
            let outputs = outputs.map(read::<K::Outputs>).transpose()?;
            let sent = read::<K>(spec)?
                .send(&self.client, cx, &read(change)?, outputs.as_ref())
                .await?;
            Ok(Document::of(&sent))
        }
        .boxed_local()
    }

    fn ready<'a>(
        &'a self,
        spec: &'a Document,
        cx: &'a Context,
        outputs: &'a Document,
    ) -> Answer<'a, Readiness<Document>> {
        async move {
            let readiness = read::<K>(spec)?
                .ready(&self.client, cx, &read(outputs)?)
                .await?;
            Ok(match readiness {
                Readiness::Ready(outputs) => Readiness::Ready(Document::of(&outputs)),
                Readiness::Pending {
                    outputs,
                    why,
                    look_after,
                } => Readiness::Pending {
                    outputs: Document::of(&outputs),
                    why,
                    look_after,
                },
                Readiness::Failed(failure) => Readiness::Failed(failure),
            })
        }
        .boxed_local()
    }

    fn gone<'a>(&'a self, outputs: &'a Document) -> Answer<'a, Gone> {
        async move { K::gone(&self.client, &read(outputs)?).await }.boxed_local()
    }

    fn list<'a>(&'a self, stack: &'a StackName) -> Answer<'a, Vec<Document>> {
        async move {
            let all = K::list(&self.client, stack).await?;
            Ok(all.iter().map(Document::of).collect())
        }
        .boxed_local()
    }
}
