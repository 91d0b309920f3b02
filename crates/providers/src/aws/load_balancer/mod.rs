//! `aws.elb.load_balancer`: the load balancer before the services, for HTTP or for whatever else runs
//! over TCP and UDP.

#[cfg(feature = "live")]
mod live;
#[cfg(test)]
mod tests;

#[cfg(feature = "live")]
pub(crate) use live::balancers;

use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::attributes::{self, Attributes, Defaults};
use crate::aws::tags::Tags;
use crate::aws::{names, patience};

/// A load balancer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// Its name, at most 32 characters, unique in account and region.
    pub name: String,
    /// What it understands of what it carries. Cannot be changed.
    #[serde(default, skip_serializing_if = "Layer::is_default")]
    pub layer: Layer,
    /// `internet-facing` or `internal`. Cannot be changed.
    pub scheme: String,
    /// Subnets in two zones at least.
    pub subnets: Vec<Input<String>>,
    /// Its security groups.
    pub security_groups: Vec<Input<String>>,
    /// Whether clients reach it by IPv6 too: then every one of its subnets needs an IPv6 range.
    #[serde(default, skip_serializing_if = "IpAddressType::is_default")]
    pub ip_address_type: IpAddressType,
    /// The attributes that are managed, as ELBv2 spells them.
    pub attributes: BTreeMap<String, String>,
    /// The user's tags.
    pub tags: Tags,
}

/// What a balancer understands of what it carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// Requests of HTTP.
    #[default]
    Application,
    /// Connections and datagrams.
    Network,
}

impl Layer {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// What a new balancer has.
    fn defaults(self) -> Defaults {
        match self {
            Self::Application => DEFAULTS,
            Self::Network => NETWORK_DEFAULTS,
        }
    }
}

/// By which addresses clients reach a balancer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IpAddressType {
    /// By IPv4 alone.
    #[default]
    Ipv4,
    /// By IPv4 and IPv6.
    Dualstack,
    /// By IPv6, and by private IPv4 from within. None that we ask for; somebody may have set it.
    #[serde(rename = "dualstack-without-public-ipv4")]
    DualstackWithoutPublicIpv4,
}

impl IpAddressType {
    #[cfg(feature = "live")]
    const ALL: [Self; 3] = [
        Self::Ipv4,
        Self::Dualstack,
        Self::DualstackWithoutPublicIpv4,
    ];

    /// As ELBv2 spells it [ELBv2 API: IpAddressType].
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ipv4 => "ipv4",
            Self::Dualstack => "dualstack",
            Self::DualstackWithoutPublicIpv4 => "dualstack-without-public-ipv4",
        }
    }

    /// The type of that name; of one that is not known here, the one that is least like ours.
    #[cfg(feature = "live")]
    fn of(name: &str) -> Self {
        let known = Self::ALL.into_iter().find(|it| it.name() == name);
        known.unwrap_or(Self::DualstackWithoutPublicIpv4)
    }

    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What AWS tells of a load balancer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its ARN.
    pub arn: String,
    /// Where clients find it. Known as soon as it is made.
    pub dns_name: String,
    /// The Route 53 zone of that name, for alias records.
    pub zone_id: String,
    /// Whether it was us who switched its deletion protection on. What somebody else has
    /// protected we do not delete.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protected: bool,
}

impl LoadBalancer {
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
    /// Its DNS name.
    pub const DNS_NAME: Output<Self, String> = Output::new("dns_name");
    /// The Route 53 zone of its DNS name.
    pub const ZONE_ID: Output<Self, String> = Output::new("zone_id");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateLoadBalancer`. It has no token, and answers with a balancer of the same name and
    /// settings whoever made it: hence the look before.
    Create,
    /// `ModifyLoadBalancerAttributes`: these, all at once.
    Attributes(BTreeMap<String, String>),
    /// `SetSubnets`: the whole list.
    Subnets,
    /// `SetSecurityGroups`: the whole list.
    SecurityGroups,
    /// `SetIpAddressType`.
    IpAddressType,
    /// `AddTags`.
    Tag,
    /// `RemoveTags`.
    Untag(Vec<String>),
    /// `ModifyLoadBalancerAttributes`: takes off the deletion protection that we have put on.
    Unprotect,
    /// `DeleteLoadBalancer`. Its listeners and rules go with it.
    Delete,
}

/// The attribute that keeps a balancer from being deleted.
const PROTECTION: &str = "deletion_protection.enabled";

/// What a new application load balancer has [ELBv2 API: LoadBalancerAttribute].
const DEFAULTS: Defaults = &[
    ("access_logs.s3.bucket", ""),
    ("access_logs.s3.enabled", "false"),
    ("access_logs.s3.prefix", ""),
    ("client_keep_alive.seconds", "3600"),
    ("connection_logs.s3.bucket", ""),
    ("connection_logs.s3.enabled", "false"),
    ("connection_logs.s3.prefix", ""),
    (PROTECTION, "false"),
    ("idle_timeout.timeout_seconds", "60"),
    ("routing.http.desync_mitigation_mode", "defensive"),
    ("routing.http.drop_invalid_header_fields.enabled", "false"),
    ("routing.http.preserve_host_header.enabled", "false"),
    (
        "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
        "false",
    ),
    ("routing.http.xff_client_port.enabled", "false"),
    ("routing.http.xff_header_processing.mode", "append"),
    ("routing.http2.enabled", "true"),
    ("waf.fail_open.enabled", "false"),
    ("zonal_shift.config.enabled", "false"),
];

/// What a new network load balancer has [ELBv2 API: LoadBalancerAttribute].
const NETWORK_DEFAULTS: Defaults = &[
    ("access_logs.s3.bucket", ""),
    ("access_logs.s3.enabled", "false"),
    ("access_logs.s3.prefix", ""),
    (PROTECTION, "false"),
    ("dns_record.client_routing_policy", "any_availability_zone"),
    ("load_balancing.cross_zone.enabled", "false"),
    ("zonal_shift.config.enabled", "false"),
];

impl Kind for LoadBalancer {
    const NAME: &'static str = "aws.elb.load_balancer";
    const PATIENCE: Patience = patience::LOAD_BALANCER;
    const LOOKS_BEFORE: bool = true;
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let before = observed.map(|observed| &observed.spec);
        let defaults = self.layer.defaults();
        let set = attributes::changes(&self.attributes, before.map(|b| &b.attributes), defaults);
        let set = (!set.is_empty()).then_some(Change::Attributes(set));
        let Some(before) = before else {
            return [Change::Create].into_iter().chain(set).collect();
        };
        let mut changes = Vec::new();
        if !same(&self.security_groups, &before.security_groups) {
            changes.push(Change::SecurityGroups);
        }
        if !same(&self.subnets, &before.subnets) {
            changes.push(Change::Subnets);
        }
        // After the subnets: each of those that it then has needs an IPv6 range.
        if self.ip_address_type != before.ip_address_type {
            changes.push(Change::IpAddressType);
        }
        changes.extend(set);
        changes.extend(self.tags.requests(&before.tags, Change::Tag, Change::Untag));
        changes
    }

    fn removal(observed: &Observed<Self>) -> Vec<Change> {
        let on = is_protected(&observed.spec.attributes);
        let unprotect = (on && observed.outputs.protected).then_some(Change::Unprotect);
        unprotect.into_iter().chain([Change::Delete]).collect()
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let before = &observed.spec;
        let fields = [
            ("name", self.name != before.name),
            ("layer", self.layer != before.layer),
            ("scheme", self.scheme != before.scheme),
        ];
        let fields = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(fields.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        const ON: &str = "loadbalancer/*/{name}/*";
        match change {
            Change::Create => Request::new("elasticloadbalancing:CreateLoadBalancer").on(ON),
            Change::Attributes(_) | Change::Unprotect => {
                Request::new("elasticloadbalancing:ModifyLoadBalancerAttributes")
                    .uses(&[])
                    .on(ON)
            }
            Change::Subnets => Request::new("elasticloadbalancing:SetSubnets")
                .uses(&["subnets"])
                .on(ON)
                .impact(Impact::Brief(
                    "connections through a zone that is taken away break".into(),
                )),
            Change::IpAddressType => Request::new("elasticloadbalancing:SetIpAddressType")
                .uses(&["ip_address_type"])
                .on(ON)
                .impact(Impact::Brief(
                    "clients that come by an address it has no more have to ask its name again"
                        .into(),
                )),
            Change::SecurityGroups => Request::new("elasticloadbalancing:SetSecurityGroups")
                .uses(&["security_groups"])
                .on(ON)
                .impact(Impact::Brief(
                    "what only the old security groups let through is refused".into(),
                )),
            Change::Tag => Request::new("elasticloadbalancing:AddTags")
                .uses(&[])
                .on(ON),
            Change::Untag(_) => Request::new("elasticloadbalancing:RemoveTags")
                .uses(&[])
                .on(ON),
            Change::Delete => Request::new("elasticloadbalancing:DeleteLoadBalancer")
                .on(ON)
                .impact(Impact::Outage(
                    "nothing answers at its name any more".into(),
                )),
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

/// Whether two lists name the same objects, in whatever order. What is not known yet is new.
fn same(wanted: &[Input<String>], observed: &[Input<String>]) -> bool {
    let set = |inputs: &[Input<String>]| -> Option<BTreeSet<String>> {
        inputs.iter().map(|input| input.known().cloned()).collect()
    };
    match (set(wanted), set(observed)) {
        (Some(wanted), Some(observed)) => wanted == observed,
        _ => false,
    }
}

/// Whether deletion protection is on.
fn is_protected(attributes: &Attributes) -> bool {
    attributes.get(PROTECTION).map(String::as_str) == Some("true")
}
