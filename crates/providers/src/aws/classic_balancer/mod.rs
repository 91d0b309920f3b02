//! `aws.elb.classic_balancer`: the older sort of load balancer, before instances. It knows no target
//! groups: ECS registers the instances that tasks run on with it by its name.

mod attributes;
#[cfg(feature = "live")]
mod described;
#[cfg(feature = "live")]
mod live;
mod ports;
#[cfg(feature = "live")]
mod requests;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

#[cfg(feature = "live")]
pub(in crate::aws) use described::all;

pub use attributes::{AccessLogs, Draining, HealthCheck, Listener};

use crate::aws::tags::Tags;
use crate::aws::{names, patience};

/// A Classic Load Balancer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ClassicBalancer {
    /// Its name, at most 32 characters, unique among its like in account and region.
    pub name: String,
    /// `internet-facing` or `internal`. Cannot be changed.
    pub scheme: String,
    /// Its subnets, one in each zone.
    pub subnets: Vec<Input<String>>,
    /// Its security groups.
    pub security_groups: Vec<Input<String>>,
    /// The ports that clients connect to.
    pub listeners: Vec<Listener>,
    /// How an instance is told to be healthy.
    pub health: HealthCheck,
    /// Whether each zone's part of it sends to the instances of all zones.
    pub cross_zone: bool,
    /// After so many seconds of silence a connection is closed, 1 to 3600.
    pub idle_timeout_seconds: u32,
    /// For how long an instance that leaves finishes what it has begun; not at all without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draining: Option<Draining>,
    /// Where requests are logged; nowhere without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_logs: Option<AccessLogs>,
    /// The user's tags. With the marks there are ten at most [ELB API: AddTags].
    pub tags: Tags,
}

/// What AWS tells of a balancer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its name, by which services and requests know it.
    pub name: String,
    /// Where clients find it.
    pub dns_name: String,
    /// The Route 53 zone of that name; CreateLoadBalancer does not tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone_id: Option<String>,
}

impl ClassicBalancer {
    /// Its name, once it is there.
    pub const NAME_: Output<Self, String> = Output::new("name");
    /// Its DNS name.
    pub const DNS_NAME: Output<Self, String> = Output::new("dns_name");
    /// The Route 53 zone of its DNS name.
    pub const ZONE_ID: Output<Self, String> = Output::new("zone_id");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateLoadBalancer`, with its listeners. It has no token, and answers with one of the same
    /// name and settings whoever made it: hence the look before.
    Create,
    /// `ConfigureHealthCheck`.
    Health,
    /// `ModifyLoadBalancerAttributes`: all that are managed.
    Attributes,
    /// `CreateLoadBalancerListeners`: those on these ports.
    Listen(Vec<u16>),
    /// `DeleteLoadBalancerListeners`.
    Close(Vec<u16>),
    /// `SetLoadBalancerListenerSSLCertificate`.
    Certificate(u16),
    /// `CreateLoadBalancerPolicy`: one that refers to this security policy of AWS's.
    TlsPolicy(String),
    /// `SetLoadBalancerPoliciesOfListener`: the TLS of the listener on this port.
    Negotiate(u16),
    /// `AttachLoadBalancerToSubnets`: those that it does not stand in yet.
    Attach,
    /// `DetachLoadBalancerFromSubnets`.
    Detach(Vec<String>),
    /// `ApplySecurityGroupsToLoadBalancer`: the whole list.
    SecurityGroups,
    /// `AddTags`.
    Tag,
    /// `RemoveTags`.
    Untag(Vec<String>),
    /// `DeleteLoadBalancer`.
    Delete,
}

impl Kind for ClassicBalancer {
    const NAME: &'static str = "aws.elb.classic_balancer";
    const PATIENCE: Patience = patience::LOAD_BALANCER;
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(Observed { spec: before, .. }) = observed else {
            // What a new one has follows from its listeners, or is not what anybody wants.
            let set = (!self.same_attributes(None)).then_some(Change::Attributes);
            let ports: Vec<u16> = self.listeners.iter().map(|it| it.port).collect();
            return std::iter::once(Change::Create)
                .chain(self.negotiations(&ports))
                .chain([Change::Health])
                .chain(set)
                .collect();
        };
        let mut changes = Vec::new();
        if self.adds_subnets(before) {
            changes.push(Change::Attach);
        }
        if set(&self.security_groups) != set(&before.security_groups) {
            changes.push(Change::SecurityGroups);
        }
        // A port has one listener: what is on it goes before another one comes.
        let ports = self.ports(before);
        changes.extend((!ports.close.is_empty()).then_some(Change::Close(ports.close)));
        let negotiations = self.negotiations(&ports.negotiate);
        changes.extend((!ports.listen.is_empty()).then_some(Change::Listen(ports.listen)));
        changes.extend(ports.certificates.into_iter().map(Change::Certificate));
        changes.extend(negotiations);
        changes.extend((self.health != before.health).then_some(Change::Health));
        changes.extend((!self.same_attributes(Some(before))).then_some(Change::Attributes));
        let gone = self.leaves_subnets(before);
        changes.extend((!gone.is_empty()).then_some(Change::Detach(gone)));
        changes.extend(self.tags.requests(&before.tags, Change::Tag, Change::Untag));
        changes
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let before = &observed.spec;
        let fields = [
            ("name", self.name != before.name),
            ("scheme", self.scheme != before.scheme),
        ];
        let fields = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(fields.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        let request = match change {
            Change::Create => Request::new("elasticloadbalancing:CreateLoadBalancer"),
            Change::Health => {
                Request::new("elasticloadbalancing:ConfigureHealthCheck").uses(&["health"])
            }
            Change::Attributes => {
                Request::new("elasticloadbalancing:ModifyLoadBalancerAttributes").uses(&[])
            }
            Change::Listen(_) => Request::new("elasticloadbalancing:CreateLoadBalancerListeners")
                .uses(&["listeners"]),
            Change::Close(_) => Request::new("elasticloadbalancing:DeleteLoadBalancerListeners")
                .uses(&[])
                .impact(Impact::Outage("clients of the port are refused".into())),
            Change::Certificate(_) => {
                Request::new("elasticloadbalancing:SetLoadBalancerListenerSSLCertificate")
                    .uses(&["listeners"])
            }
            Change::TlsPolicy(_) => {
                Request::new("elasticloadbalancing:CreateLoadBalancerPolicy").uses(&[])
            }
            Change::Negotiate(_) => {
                Request::new("elasticloadbalancing:SetLoadBalancerPoliciesOfListener").uses(&[])
            }
            Change::Attach => {
                Request::new("elasticloadbalancing:AttachLoadBalancerToSubnets").uses(&["subnets"])
            }
            Change::Detach(_) => Request::new("elasticloadbalancing:DetachLoadBalancerFromSubnets")
                .uses(&[])
                .impact(Impact::Brief(
                    "connections through a zone that is taken away break".into(),
                )),
            Change::SecurityGroups => {
                Request::new("elasticloadbalancing:ApplySecurityGroupsToLoadBalancer")
                    .uses(&["security_groups"])
                    .impact(Impact::Brief(
                        "what only the old security groups let through is refused".into(),
                    ))
            }
            Change::Tag => Request::new("elasticloadbalancing:AddTags").uses(&[]),
            Change::Untag(_) => Request::new("elasticloadbalancing:RemoveTags").uses(&[]),
            Change::Delete => Request::new("elasticloadbalancing:DeleteLoadBalancer").impact(
                Impact::Outage("nothing answers at its name any more".into()),
            ),
        };
        request.on("loadbalancer/{name}")
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        for spec in by {
            // None of these lists has an order.
            if set(&self.subnets) == set(&spec.subnets) {
                self.subnets.clone_from(&spec.subnets);
            }
            if set(&self.security_groups) == set(&spec.security_groups) {
                self.security_groups.clone_from(&spec.security_groups);
            }
            // What TLS a listener takes is nobody's of whom nothing is said of it.
            for listener in &mut self.listeners {
                let said = spec.listener(listener.port);
                if said.is_some_and(|it| it.tls_policy.is_none()) {
                    listener.tls_policy = None;
                }
            }
            let sorted = |it: &Self| {
                let mut all = it.listeners.clone();
                all.sort_by_key(|listener| listener.port);
                all
            };
            if sorted(&self) == sorted(spec) {
                self.listeners.clone_from(&spec.listeners);
            }
        }
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, 32);
    }
}

impl ClassicBalancer {
    fn same_attributes(&self, before: Option<&Self>) -> bool {
        // [ELB API: LoadBalancerAttributes] what a new one has.
        let (cross_zone, idle, draining, logs) = match before {
            Some(before) => (
                before.cross_zone,
                before.idle_timeout_seconds,
                before.draining,
                before.access_logs.as_ref(),
            ),
            None => (false, 60, None, None),
        };
        (self.cross_zone, self.idle_timeout_seconds) == (cross_zone, idle)
            && (self.draining, self.access_logs.as_ref()) == (draining, logs)
    }

    /// Also where it is not known yet what the new ones are.
    fn adds_subnets(&self, before: &Self) -> bool {
        let there = set(&before.subnets).unwrap_or_default();
        let new = |subnet: &Input<String>| subnet.known().is_none_or(|id| !there.contains(id));
        self.subnets.iter().any(new)
    }

    fn leaves_subnets(&self, before: &Self) -> Vec<String> {
        let known = |subnet: &Input<String>| subnet.known().cloned();
        let wanted: BTreeSet<String> = self.subnets.iter().filter_map(known).collect();
        let there = before.subnets.iter().filter_map(known);
        there.filter(|id| !wanted.contains(id)).collect()
    }
}

/// The values of a list without their order; none as long as one of them is not known.
fn set(inputs: &[Input<String>]) -> Option<BTreeSet<String>> {
    inputs.iter().map(|input| input.known().cloned()).collect()
}
