//! The survey: what the cloud has now, read once, before a plan is made.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;

use crate::address::{Address, Instance, Mark, RunId};
use crate::document::Document;
use crate::failure::{Class, Failure};
use crate::graph::Graph;
use crate::kind::{Context, Found, ObservedDocument, Providers, Wait};
use crate::state::{Ownership, State};

/// What was seen.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Survey {
    /// Of each resource that the state has, what is there; none if nothing is.
    pub observed: BTreeMap<Instance, Option<ObservedDocument>>,
    /// Of each wanted resource that the state does not have and whose name could be taken, what
    /// bears it.
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

/// Reads everything that the plan will stand on, all at once.
///
/// # Errors
/// Every read that failed.
pub async fn survey(
    graph: &Graph,
    state: &State,
    providers: &Providers,
) -> Result<Survey, Vec<SurveyError>> {
    let mut survey = Survey::default();
    let mut errors = Vec::new();
    let (observed, found) = futures_util::join!(
        join_all(owned(state).map(|(instance, kind, outputs)| async move {
            (instance, observe(providers, kind, outputs).await)
        })),
        join_all(
            claimed(graph, state, providers).map(|(address, kind, spec)| async move {
                (address, find(providers, state, address, kind, spec).await)
            })
        ),
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
    for (address, answer) in found {
        match answer {
            Ok((found, seen)) => {
                if let Some(seen) = seen {
                    survey
                        .observed
                        .insert(Instance::new(address.clone(), 1), Some(seen));
                }
                survey.found.insert(address.clone(), found);
            }
            Err(source) => errors.push(SurveyError {
                address: address.clone(),
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

fn claimed<'a>(
    graph: &'a Graph,
    state: &'a State,
    providers: &'a Providers,
) -> impl Iterator<Item = (&'a Address, &'a str, &'a Document)> {
    graph
        .nodes()
        .filter(|(address, _)| state.current(address).is_none())
        .filter(|(_, node)| {
            providers
                .get(node.kind.as_str())
                .is_some_and(|kind| kind.named().looks_before)
        })
        .map(|(address, node)| (address, node.kind.as_str(), &node.spec))
}

async fn observe(
    providers: &Providers,
    kind: &str,
    outputs: &Document,
) -> Result<Option<ObservedDocument>, Failure> {
    match providers.get(kind) {
        Some(provider) => provider.observe(outputs).await,
        None => Err(unknown_kind(kind)),
    }
}

async fn find(
    providers: &Providers,
    state: &State,
    address: &Address,
    kind: &str,
    spec: &Document,
) -> Result<(Found<Document>, Option<ObservedDocument>), Failure> {
    let provider = providers.get(kind).ok_or_else(|| unknown_kind(kind))?;
    let instance = Instance::new(address.clone(), 1);
    // No token is made from this mark: a look only compares tags.
    let mark = Mark {
        stack: state.stack.clone(),
        instance,
        run: RunId::new(""),
    };
    let found = provider
        .find(
            spec,
            &Context {
                mark,
                wait: Wait::None,
                waited: Duration::ZERO,
            },
        )
        .await?;
    let seen = match &found {
        Found::Ours(outputs) => provider.observe(outputs).await?,
        _ => None,
    };
    Ok((found, seen))
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
