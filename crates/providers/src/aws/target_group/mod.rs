//! `aws.elb.target_group`: where a load balancer sends requests to, and how it tells whether
//! they will be served. Its targets are addresses, the network interfaces of tasks, or instances
//! and ports on them.

#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::attributes::{self, Defaults};
use crate::aws::tags::Tags;
use crate::aws::{names, patience};

/// A target group.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TargetGroup {
    /// Its name, at most 32 characters, unique in account and region.
    pub name: String,
    /// The network of its targets. Cannot be changed.
    pub vpc: Input<String>,
    /// `ip` or `instance`. Cannot be changed.
    #[serde(default = "ip", skip_serializing_if = "is_ip")]
    pub target_type: String,
    /// The port for targets that name none. Cannot be changed.
    pub port: u16,
    /// `HTTP` or `HTTPS`; behind a network load balancer `TCP` or `UDP`. Cannot be changed.
    pub protocol: String,
    /// How a target is told to be healthy.
    pub health: HealthCheck,
    /// The attributes that are managed, as ELBv2 spells them.
    pub attributes: BTreeMap<String, String>,
    /// The user's tags.
    pub tags: Tags,
}

fn ip() -> String {
    "ip".to_string()
}

fn is_ip(target_type: &str) -> bool {
    target_type == "ip"
}

/// How a target is told to be healthy.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HealthCheck {
    /// What is asked for. AWS could change it in place; we make a new group instead: ECS rolls a
    /// service back by itself, but not the path, and the old version then never becomes healthy
    /// (copilot-cli #4838). Empty where a connection is all that is asked for.
    pub path: String,
    /// Where it is asked: `traffic-port` is the one that requests go to. As the path, no change in
    /// place.
    pub port: String,
    /// `HTTP` or `HTTPS`; behind a network load balancer also `TCP`. As the path, no change in place.
    pub protocol: String,
    /// The status codes that count as healthy: `200`, `200,302`, `200-399`. Empty where a
    /// connection is all that is asked for.
    pub matcher: String,
    /// Seconds between two checks, 5 to 300.
    pub interval_seconds: u32,
    /// Seconds after which a check has failed, less than the interval.
    pub timeout_seconds: u32,
    /// Good checks in a row that make a target healthy, 2 to 10.
    pub healthy_threshold: u32,
    /// Bad checks in a row that make a target unhealthy, 2 to 10.
    pub unhealthy_threshold: u32,
}

/// What AWS tells of a target group.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its ARN.
    pub arn: String,
}

impl TargetGroup {
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateTargetGroup`. It has no token, and answers with a group of the same name and
    /// settings whoever made it: hence the look before.
    Create,
    /// `ModifyTargetGroupAttributes`: these, all at once.
    Attributes(BTreeMap<String, String>),
    /// `ModifyTargetGroup`: the health check settings that can change in place.
    Health,
    /// `AddTags`.
    Tag,
    /// `RemoveTags`.
    Untag(Vec<String>),
    /// `DeleteTargetGroup`. Refused as long as a listener or a rule sends requests to it.
    Delete,
}

/// What a new target group of HTTP has [ELBv2 API: TargetGroupAttribute].
const DEFAULTS: Defaults = &[
    ("deregistration_delay.timeout_seconds", "300"),
    ("load_balancing.algorithm.anomaly_mitigation", "off"),
    ("load_balancing.algorithm.type", "round_robin"),
    (
        "load_balancing.cross_zone.enabled",
        "use_load_balancer_configuration",
    ),
    ("slow_start.duration_seconds", "0"),
    ("stickiness.app_cookie.cookie_name", ""),
    ("stickiness.app_cookie.duration_seconds", "86400"),
    ("stickiness.enabled", "false"),
    ("stickiness.lb_cookie.duration_seconds", "86400"),
    ("stickiness.type", "lb_cookie"),
];

/// What a new target group of TCP or UDP has [ELBv2 API: TargetGroupAttribute].
const NETWORK_DEFAULTS: Defaults = &[
    ("deregistration_delay.timeout_seconds", "300"),
    (
        "load_balancing.cross_zone.enabled",
        "use_load_balancer_configuration",
    ),
    ("proxy_protocol_v2.enabled", "false"),
    ("stickiness.enabled", "false"),
    ("stickiness.type", "source_ip"),
];

impl Kind for TargetGroup {
    const NAME: &'static str = "aws.elb.target_group";
    const PATIENCE: Patience = patience::TARGETS;
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let before = observed.map(|observed| &observed.spec);
        let defaults = match self.protocol.starts_with("HTTP") {
            true => DEFAULTS,
            false => NETWORK_DEFAULTS,
        };
        let set = attributes::changes(&self.attributes, before.map(|b| &b.attributes), defaults);
        let set = (!set.is_empty()).then_some(Change::Attributes(set));
        let Some(before) = before else {
            return [Change::Create].into_iter().chain(set).collect();
        };
        let mut changes = Vec::new();
        changes.extend((self.health != before.health).then_some(Change::Health));
        changes.extend(set);
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
            ("vpc", self.vpc != before.vpc),
            ("target_type", self.target_type != before.target_type),
            ("port", self.port != before.port),
            ("protocol", self.protocol != before.protocol),
            ("health.path", self.health.path != before.health.path),
            ("health.port", self.health.port != before.health.port),
            (
                "health.protocol",
                self.health.protocol != before.health.protocol,
            ),
        ];
        let fields = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(fields.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        const ON: &str = "targetgroup/{name}/*";
        match change {
            Change::Create => Request::new("elasticloadbalancing:CreateTargetGroup")
                .uses(&["vpc"])
                .on(ON),
            Change::Attributes(_) => {
                Request::new("elasticloadbalancing:ModifyTargetGroupAttributes")
                    .uses(&[])
                    .on(ON)
            }
            Change::Health => Request::new("elasticloadbalancing:ModifyTargetGroup")
                .uses(&[])
                .on(ON)
                .impact(Impact::Brief(
                    "running tasks are judged by the new settings at once".into(),
                )),
            Change::Tag => Request::new("elasticloadbalancing:AddTags")
                .uses(&[])
                .on(ON),
            Change::Untag(_) => Request::new("elasticloadbalancing:RemoveTags")
                .uses(&[])
                .on(ON),
            Change::Delete => Request::new("elasticloadbalancing:DeleteTargetGroup").on(ON),
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self.attributes =
            attributes::owned(self.attributes, by.iter().map(|spec| &spec.attributes));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, 32);
    }
}
