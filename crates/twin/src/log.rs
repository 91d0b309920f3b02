//! The request log: what was asked, and what became of it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock::Millis;
use crate::fault::Strike;
use crate::operation::Answer;
use crate::wire::{Decoded, Undecoded};

/// One request.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Entry {
    /// Counts from 1.
    pub n: u64,
    /// When, on the twin's clock.
    pub time: Millis,
    /// The service's name.
    pub service: String,
    /// The operation's name, as far as it was understood.
    pub operation: String,
    /// The region it was signed for.
    pub region: String,
    /// Whether the operation can change the world.
    pub mutating: bool,
    /// The idempotency token that it carried.
    pub token: Option<String>,
    /// The resource that it made or names, as far as that can be told from the outside.
    pub resource: Option<String>,
    /// `ok`, or the code of the refusal.
    pub outcome: String,
    /// Whether it took effect; false for refusals and for faults before it.
    pub applied: bool,
    /// The fault that struck it.
    pub fault: Option<String>,
}

/// The last requests, at most [`LIMIT`].
#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: VecDeque<Entry>,
    next: u64,
}

/// A twin that serves for days must not grow without end; the largest simulations stay below this.
const LIMIT: usize = 100_000;

/// What the log wants to know of a request.
#[derive(Debug)]
pub(crate) struct Noted {
    service: String,
    operation: String,
    region: String,
    mutating: bool,
    token: Option<String>,
    resource: Option<String>,
}

impl Log {
    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.entries.iter().cloned().collect()
    }

    pub(crate) fn add(
        &mut self,
        time: Millis,
        noted: Noted,
        answer: &Answer,
        strike: Option<&Strike>,
    ) -> &Entry {
        let Noted {
            service,
            operation,
            region,
            mutating,
            token,
            resource,
        } = noted;
        if self.entries.len() >= LIMIT {
            self.entries.pop_front();
        }
        self.next += 1;
        let outcome = match answer {
            Ok(_) => "ok".to_owned(),
            Err(refusal) => refusal.code.clone(),
        };
        self.entries.push_back(Entry {
            n: self.next,
            time,
            service,
            operation,
            region,
            mutating,
            token,
            resource,
            outcome,
            applied: answer.is_ok(),
            fault: strike.map(Strike::describe),
        });
        &self.entries[self.entries.len() - 1]
    }
}

impl From<Vec<Entry>> for Log {
    fn from(entries: Vec<Entry>) -> Log {
        Log {
            next: entries.last().map_or(0, |entry| entry.n),
            entries: entries.into(),
        }
    }
}

impl Noted {
    pub(crate) fn of(decoded: &Decoded) -> Noted {
        let Decoded {
            service,
            operation,
            region,
            fields,
            ..
        } = decoded;
        Noted {
            service: service.name.to_owned(),
            operation: operation.name.to_owned(),
            region: region.clone(),
            mutating: operation.mutates,
            token: first(fields, |name| TOKENS.contains(&name)),
            resource: named(fields),
        }
    }

    pub(crate) fn unknown(failed: &Undecoded) -> Noted {
        Noted {
            service: failed.service.map_or("", |service| service.name).to_owned(),
            operation: failed.operation.clone(),
            region: failed.region.clone(),
            mutating: false,
            token: None,
            resource: None,
        }
    }

    /// What was made says more than what was named: `CreateSubnet` names the VPC and makes the subnet.
    pub(crate) fn made(&mut self, answer: &Value) {
        if self.mutating
            && let Value::Object(fields) = answer
            && let Some(made) = made(fields)
        {
            self.resource = Some(made);
        }
    }
}

/// How the services spell an idempotency token.
const TOKENS: &[&str] = &[
    "ClientRequestToken",
    "ClientToken",
    "clientToken",
    "IdempotencyToken",
    "clientRequestToken",
    "CallerReference",
    "CreationToken",
    "CreatorRequestId",
];

/// The first parameter that names a resource: an ARN, else an id, else a name.
fn named(fields: &Map<String, Value>) -> Option<String> {
    first(fields, |name| {
        name.ends_with("Arn") || name.ends_with("arn")
    })
    .or_else(|| {
        first(fields, |name| {
            name.ends_with("Id") || name.ends_with("_id}")
        })
    })
    .or_else(|| {
        first(fields, |name| {
            name.ends_with("Name") || name.ends_with("name") || name == "Bucket"
        })
    })
}

/// An ARN at the top or one structure down; else `vpc: { vpcId }` and the like; else an id at the top.
fn made(fields: &Map<String, Value>) -> Option<String> {
    let inner = fields.iter().filter_map(|(name, value)| {
        let value = match value {
            Value::Array(items) => items.first()?,
            value => value,
        };
        Some((name, value.as_object()?))
    });
    let arn = |name: &str| name.ends_with("Arn") || name.ends_with("arn");
    first(fields, arn)
        .or_else(|| inner.clone().find_map(|(_, fields)| first(fields, arn)))
        .or_else(|| {
            inner.clone().find_map(|(outer, fields)| {
                let id = format!("{outer}Id");
                first(fields, |name| name == id || name == "id")
            })
        })
        .or_else(|| first(fields, |name| name.ends_with("Id")))
}

fn first(fields: &Map<String, Value>, wanted: impl Fn(&str) -> bool) -> Option<String> {
    let mut texts = fields
        .iter()
        .filter_map(|(name, value)| Some((name, value.as_str()?)));
    texts
        .find(|(name, _)| wanted(name))
        .map(|(_, value)| value.to_owned())
}
