//! The survey: what the cloud has now, read once, before a plan is made.

mod names;

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;

use crate::address::{Address, Instance, Mark, RunId};
use crate::clock::Clock;
use crate::document::Document;
use crate::failure::{Class, Failure};
use crate::graph::Graph;
use crate::kind::{Context, Found, LiveKind, ObservedDocument, Providers, Wait};
use crate::retry::patiently;
use crate::state::{Ownership, State};

/// What was seen.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Survey {
    /// Of each resource that the state has, what is there; none if nothing is.
    pub observed: BTreeMap<Instance, Option<ObservedDocument>>,
    /// Of each wanted resource that is to be made, or made anew, and whose name is known and could
    /// be taken: what bears it.
    pub found: BTreeMap<Address, Found<Document>>,
}

/// One read that failed. Denied is never absent.
#[derive(Debug, thiserror::Error)]
#[error("{address} could not be read")]
pub struct SurveyError {
    /// What was to be read.
    pub address: Address,
    /// Why it was not.
    pub source: Failure,
}

/// Reads everything that the plan will stand on, all at once. Each read has a deadline and is
/// tried again as [`patiently`] does.
///
/// # Errors
/// Every read that failed for good.
pub async fn survey(
    clock: &dyn Clock,
    graph: &Graph,
    state: &State,
    providers: &Providers,
) -> Result<Survey, Vec<SurveyError>> {
    let mut survey = Survey::default();
    let mut errors = Vec::new();
    let reading = &Reading {
        clock,
        state,
        providers,
    };
    let look = |(instance, kind, spec)| reading.find(instance, kind, spec);
    let (observed, found) = futures_util::join!(
        join_all(owned(state).map(|(instance, kind, outputs)| async move {
            (instance, reading.observe(instance, kind, outputs).await)
        })),
        join_all(names::first_lives(graph, state, providers).map(look)),
    );
    for (instance, answer) in observed {
        match answer {
            Ok(seen) => {
                survey.observed.insert(instance.clone(), seen);
            }
            Err(source) => errors.push(SurveyError {
                address: instance.address.clone(),
                source,
            }),
        }
    }
    let next = names::next_lives(graph, state, providers, &survey.observed);
    let next = join_all(next.into_iter().map(look)).await;
    for (instance, answer) in found.into_iter().chain(next) {
        match answer {
            Ok((found, seen)) => {
                survey.found.insert(instance.address.clone(), found);
                if seen.is_some() {
                    survey.observed.insert(instance, seen);
                }
            }
            Err(source) => errors.push(SurveyError {
                address: instance.address,
                source,
            }),
        }
    }
    if errors.is_empty() {
        Ok(survey)
    } else {
        Err(errors)
    }
}

fn owned(state: &State) -> impl Iterator<Item = (&Instance, &str, &Document)> {
    state
        .resources
        .iter()
        .filter(|(_, record)| record.ownership == Ownership::Ours)
        .map(|(instance, record)| (instance, record.kind.as_str(), &record.outputs))
}

type Find = Result<(Found<Document>, Option<ObservedDocument>), Failure>;

/// What every read takes.
struct Reading<'a> {
    clock: &'a dyn Clock,
    state: &'a State,
    providers: &'a Providers,
}

impl<'a> Reading<'a> {
    async fn observe(
        &self,
        instance: &Instance,
        kind: &str,
        outputs: &Document,
    ) -> Result<Option<ObservedDocument>, Failure> {
        let provider = self.provider(kind)?;
        let patience = provider.named().patience;
        let read = || provider.observe(outputs);
        patiently(self.clock, &patience, &format!("read {instance}"), read).await
    }

    async fn find(&self, instance: Instance, kind: &str, spec: &Document) -> (Instance, Find) {
        let found = self.found(&instance, kind, spec).await;
        (instance, found)
    }

    async fn found(&self, instance: &Instance, kind: &str, spec: &Document) -> Find {
        let provider = self.provider(kind)?;
        let spec = provider
            .at_generation(spec, instance.generation)
            .map_err(|error| Failure::internal("engine:read", &error))?;
        // No token is made from this mark: a look only compares tags.
        let mark = Mark {
            stack: self.state.stack.clone(),
            instance: instance.clone(),
            run: RunId::new(""),
        };
        let cx = Context {
            mark,
            wait: Wait::None,
            waited: Duration::ZERO,
        };
        let patience = provider.named().patience;
        let look = || provider.find(&spec, &cx);
        let what = format!("look for {instance}");
        let found = patiently(self.clock, &patience, &what, look).await?;
        let seen = match &found {
            Found::Ours(outputs) => self.observe(instance, kind, outputs).await?,
            _ => None,
        };
        Ok((found, seen))
    }

    fn provider(&self, kind: &str) -> Result<&'a dyn LiveKind, Failure> {
        match self.providers.get(kind) {
            Some(provider) => Ok(provider.as_ref()),
            None => Err(unknown_kind(kind)),
        }
    }
}

fn unknown_kind(kind: &str) -> Failure {
    Failure::new(
        Class::Invalid,
        "engine:observe",
        "UnknownKind",
        format!("this version does not know the kind `{kind}`"),
    )
    .with_advice("use the version of ashore that wrote this state, or a newer one")
}
