//! `aws.elb.listener`: a port of a load balancer, and what happens to requests that no rule of
//! it takes.

#[cfg(feature = "live")]
mod action;
#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

#[cfg(feature = "live")]
pub(crate) use live::all;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::patience;
use crate::aws::tags::Tags;

/// A listener.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Listener {
    /// Its load balancer. Cannot be changed.
    pub load_balancer: Input<String>,
    /// Where clients connect to.
    pub port: u16,
    /// `HTTP` or `HTTPS`; on a network load balancer `TCP`, `UDP` or `TLS`.
    pub protocol: String,
    /// For HTTPS and TLS: an issued certificate.
    pub certificate: Option<Input<String>>,
    /// For HTTPS and TLS: the security policy. What AWS chooses is left alone where none is given.
    pub tls_policy: Option<String>,
    /// What happens to requests that no rule takes.
    pub default_action: Action,
    /// The user's tags.
    pub tags: Tags,
}

/// What happens to a request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The balancer answers by itself.
    Respond {
        /// 2xx, 4xx or 5xx.
        status: u16,
        /// `text/plain`, `text/html`, …
        content_type: String,
        /// At most 1024 characters.
        body: String,
    },
    /// The client is sent elsewhere; host, path and query stay.
    Redirect {
        /// `HTTPS`.
        protocol: String,
        /// `443`.
        port: String,
        /// `HTTP_301` or `HTTP_302`.
        status: String,
    },
    /// A target serves it.
    Forward {
        /// Whose targets.
        target_group: Input<String>,
    },
    /// What only somebody else can have put there: seen, and never written.
    Other {
        /// What it is, for a person.
        what: String,
    },
}

/// What AWS tells of a listener.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its ARN.
    pub arn: String,
}

impl Listener {
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateListener`. It has no token; its port is its natural key.
    Create,
    /// `ModifyListener`, at the port where it is.
    Modify,
    /// `ModifyListener`, to another port.
    Move,
    /// `AddTags`.
    Tag,
    /// `RemoveTags`.
    Untag(Vec<String>),
    /// `DeleteListener`. Its rules go with it.
    Delete,
}

impl Kind for Listener {
    const NAME: &'static str = "aws.elb.listener";
    const PATIENCE: Patience = patience::TARGETS;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: before, .. }) = observed else {
            return vec![Change::Create];
        };
        let mut changes = Vec::new();
        // Policy and certificate go with a request only where they are given: AWS keeps the ones
        // that are there otherwise.
        let tls = (self.tls_policy.is_some() && self.tls_policy != before.tls_policy)
            || (self.certificate.is_some() && self.certificate != before.certificate);
        if self.port != before.port {
            changes.push(Change::Move);
        } else if tls
            || self.protocol != before.protocol
            || self.default_action != before.default_action
        {
            changes.push(Change::Modify);
        }
        changes.extend(self.tags.requests(&before.tags, Change::Tag, Change::Untag));
        changes
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let moved = self.load_balancer != observed.spec.load_balancer;
        Replacement::because(moved.then_some("load_balancer")).or_none()
    }

    fn request(change: &Change) -> Request {
        const ON: &str = "listener/*";
        match change {
            Change::Create => {
                Request::new("elasticloadbalancing:CreateListener").on("loadbalancer/*")
            }
            Change::Modify => Request::new("elasticloadbalancing:ModifyListener").on(ON),
            Change::Move => Request::new("elasticloadbalancing:ModifyListener")
                .on(ON)
                .impact(Impact::Outage("clients of the old port are refused".into())),
            Change::Tag => Request::new("elasticloadbalancing:AddTags")
                .uses(&[])
                .on(ON),
            Change::Untag(_) => Request::new("elasticloadbalancing:RemoveTags")
                .uses(&[])
                .on(ON),
            Change::Delete => Request::new("elasticloadbalancing:DeleteListener")
                .on(ON)
                .impact(Impact::Outage("nothing answers at its port".into())),
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        if by.iter().all(|spec| spec.tls_policy.is_none()) {
            self.tls_policy = None;
        }
        self
    }
}
