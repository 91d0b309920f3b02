//! What can go wrong with one request, in a closed set of classes.
//!
//! A kind classifies; `retry` decides; nothing else sleeps or counts attempts.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an error says about the request and about trying again (`failures.md` 1.0).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// It may have been applied: time-out, reset, 5xx, an answer that cannot be read.
    Unknown,
    /// It was certainly not applied: the connection was never made.
    Unsent,
    /// Refused for now, not applied: too many requests.
    Throttled,
    /// Will clear by itself: something just made is not visible everywhere yet.
    Eventual,
    /// Somebody still holds it.
    Dependency,
    /// A limit of the account. Will not clear by itself.
    Quota,
    /// No room in the cloud just now. May clear, or may be there elsewhere.
    Capacity,
    /// Our credentials do not count (any more).
    Auth,
    /// Our credentials count and do not suffice.
    Denied,
    /// The request is wrong, and will be the next time too.
    Invalid,
    /// The name is taken, by us or by somebody else.
    Exists,
    /// The object is not there.
    Gone,
}

/// One failed request, or a resource that says of itself that it failed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// What it means for us.
    pub class: Class,
    /// The request, `service:Operation`; for a wait, what was waited for.
    pub operation: String,
    /// The provider's own code, or ours for what we found out ourselves.
    pub code: String,
    /// The provider's own words. Never a request body.
    pub message: String,
    /// The provider's id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// How long the provider wants to be left alone, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<Duration>,
    /// Evidence taken at once, while it could be had: exit code, last log lines, who holds it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// What a person can do next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<String>,
}

impl Failure {
    /// A failure with nothing known but this.
    pub fn new(
        class: Class,
        operation: impl Into<String>,
        code: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            class,
            operation: operation.into(),
            code: code.into(),
            message: message.into(),
            request_id: None,
            retry_after: None,
            evidence: Vec::new(),
            advice: Vec::new(),
        }
    }

    /// A mistake of ours: a document or a value that should have been there was not.
    pub fn internal(operation: impl Into<String>, source: &dyn std::error::Error) -> Self {
        let mut message = source.to_string();
        let mut cause = source.source();
        while let Some(error) = cause {
            message = format!("{message}: {error}");
            cause = error.source();
        }
        Self::new(Class::Invalid, operation, "Internal", message)
    }

    /// With evidence.
    #[must_use]
    pub fn with_evidence(mut self, lines: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.evidence.extend(lines.into_iter().map(Into::into));
        self
    }

    /// With advice.
    #[must_use]
    pub fn with_advice(mut self, advice: impl Into<String>) -> Self {
        self.advice.push(advice.into());
        self
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}: {}", self.operation, self.code, self.message)
    }
}

impl std::error::Error for Failure {}
