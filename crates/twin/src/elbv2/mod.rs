//! Elastic Load Balancing v2: load balancers, listeners, rules, target groups and the health of their targets.
//!
//! A balancer takes its time to become active, keeps an interface in every subnet, and lets go of interfaces and
//! certificates only a while after its end. A target group serves one balancer. Targets pass through the states that
//! health checks give them; what a check meets is decided by what listens at the target's address ([`backend`]).

mod action;
mod action_check;
mod address_type;
mod answer;
mod attribute_tables;
mod attributes;
mod backend;
mod balancer;
mod certificates;
mod condition;
pub(crate) mod constraint;
pub(crate) mod dns;
mod health;
mod health_check;
mod limits;
mod listener;
mod logging;
mod lookup;
mod mapping;
mod oidc;
mod placement;
mod policies;
mod rule;
mod tagging;
mod target_group;
mod targets;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::operation::{Operation, read, write};
use crate::world::World;
use crate::{ecs, elb};

pub(crate) use answer::ask;
pub(crate) use backend::{Reply, reply};
use balancer::LoadBalancer;
pub(crate) use balancer::{Kind, is_active, release_certificates};
pub(crate) use health::{look, look_everywhere, target_reason, target_state};
use listener::Listener;
pub(crate) use logging::may_write;
pub(crate) use lookup::{addresses, hosted_zone_of_balancer, hosted_zone_of_name};
pub(crate) use mapping::Mapping;
pub(crate) use placement::{Placement, Zone, choose, has_room, occupy, security_groups};
pub(crate) use policies::DEFAULT as DEFAULT_POLICY;
use rule::Rule;
pub(crate) use tagging::tagged;
pub(crate) use target_group::TargetGroup;
pub(crate) use target_group::target_group;
pub(crate) use targets::{deregister_target, register_target};

/// The state of ELBv2 in one region. Everything is kept by its ARN.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Elbv2 {
    /// Load balancers.
    pub balancers: BTreeMap<String, LoadBalancer>,
    /// Listeners of all balancers.
    pub listeners: BTreeMap<String, Listener>,
    /// Rules of all listeners, without the default ones: those are the listeners' default actions.
    pub rules: BTreeMap<String, Rule>,
    /// Target groups.
    pub target_groups: BTreeMap<String, TargetGroup>,
    /// Certificates that listeners used until lately, and which AWS still counts as in use.
    pub released: Vec<Released>,
    /// Counts planned health transitions, so that one that was overtaken is known as such.
    pub serial: u64,
}

/// A certificate that a balancer used until lately.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub struct Released {
    /// The certificate's ARN.
    pub certificate: String,
    /// The balancer's ARN.
    pub balancer: String,
    /// Until when AWS counts it as in use.
    pub until: Millis,
}

/// What happens in ELBv2 by itself.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[allow(missing_docs)]
pub enum Happening {
    /// A new balancer becomes active.
    BalancerActive { balancer: String },
    /// Enough health checks in a row said the same of a target.
    HealthDecided { group: String, serial: u64 },
    /// The deregistration delay of some target in the group is over.
    DrainingEnds { group: String },
    /// A deleted balancer or listener lets go of its certificates.
    CertificatesReleased,
}

pub(crate) const OPERATIONS: &[Operation] = &[
    write(
        "AddListenerCertificates",
        certificates::add_listener_certificates,
    ),
    write("AddTags", tagging::add_tags),
    write("CreateListener", listener::create_listener),
    write("CreateLoadBalancer", balancer::create_load_balancer),
    write("CreateRule", rule::create_rule),
    write("CreateTargetGroup", target_group::create_target_group),
    write("DeleteListener", listener::delete_listener),
    write("DeleteLoadBalancer", balancer::delete_load_balancer),
    write("DeleteRule", rule::delete_rule),
    write("DeleteTargetGroup", target_group::delete_target_group),
    write("DeregisterTargets", targets::deregister_targets),
    read("DescribeAccountLimits", limits::describe_account_limits),
    read(
        "DescribeCapacityReservation",
        balancer::describe_capacity_reservation,
    ),
    read(
        "DescribeListenerAttributes",
        attributes::describe_listener_attributes,
    ),
    read(
        "DescribeListenerCertificates",
        certificates::describe_listener_certificates,
    ),
    read("DescribeListeners", listener::describe_listeners),
    read(
        "DescribeLoadBalancerAttributes",
        attributes::describe_load_balancer_attributes,
    ),
    read("DescribeLoadBalancers", balancer::describe_load_balancers),
    read("DescribeRules", rule::describe_rules),
    read("DescribeSSLPolicies", policies::describe_ssl_policies),
    read("DescribeTags", tagging::describe_tags),
    read(
        "DescribeTargetGroupAttributes",
        attributes::describe_target_group_attributes,
    ),
    read("DescribeTargetGroups", target_group::describe_target_groups),
    read("DescribeTargetHealth", health::describe_target_health),
    write("ModifyListener", listener::modify_listener),
    write(
        "ModifyListenerAttributes",
        attributes::modify_listener_attributes,
    ),
    write(
        "ModifyLoadBalancerAttributes",
        attributes::modify_load_balancer_attributes,
    ),
    write("ModifyRule", rule::modify_rule),
    write("ModifyTargetGroup", target_group::modify_target_group),
    write(
        "ModifyTargetGroupAttributes",
        attributes::modify_target_group_attributes,
    ),
    write("RegisterTargets", targets::register_targets),
    write(
        "RemoveListenerCertificates",
        certificates::remove_listener_certificates,
    ),
    write("RemoveTags", tagging::remove_tags),
    write("SetIpAddressType", address_type::set_ip_address_type),
    write("SetRulePriorities", rule::set_rule_priorities),
    write("SetSecurityGroups", placement::set_security_groups),
    write("SetSubnets", placement::set_subnets),
];

pub(crate) fn happen(world: &mut World, region: &str, what: Happening) {
    let now = world.now;
    let here = &mut world.region(region).elbv2;
    match what {
        Happening::BalancerActive { balancer } => {
            if let Some(found) = here.balancers.get_mut(&balancer) {
                found.active = true;
            }
        }
        Happening::HealthDecided { group, serial } => {
            health::decide(world, region, &group, serial);
            ecs::target_changed(world, region, &group);
            crate::autoscaling::target_changed(world, region, &group);
        }
        Happening::DrainingEnds { group } => {
            if let Some(group) = here.target_groups.get_mut(&group) {
                group.forget_drained(now);
            }
        }
        Happening::CertificatesReleased => here.released.retain(|released| released.until > now),
    }
    look(world, region);
}

/// The subnets in which load balancers have IPv6 addresses.
pub(crate) fn subnets_with_v6(world: &World, region: &str) -> Vec<String> {
    let here = world.regions.get(region).map(|region| &region.elbv2);
    let balancers = here.into_iter().flat_map(|here| here.balancers.values());
    let with_v6 = balancers.filter(|balancer| balancer.address_type != address_type::IPV4);
    with_v6
        .flat_map(|balancer| balancer.zones.iter().map(|zone| zone.subnet.clone()))
        .collect()
}

/// The load balancers that use a certificate, also those deleted a moment ago.
pub(crate) fn uses_certificate(world: &World, region: &str, arn: &str) -> Vec<String> {
    let Some(here) = world.regions.get(region).map(|here| &here.elbv2) else {
        return Vec::new();
    };
    let listening = here
        .listeners
        .values()
        .filter(|listener| listener.uses(arn));
    let released = here
        .released
        .iter()
        .filter(|r| r.certificate == arn && r.until > world.now);
    let mut balancers: Vec<String> = listening
        .map(|listener| listener.balancer.clone())
        .chain(released.map(|released| released.balancer.clone()))
        .chain(elb::uses_certificate(world, region, arn))
        .collect();
    balancers.sort();
    balancers.dedup();
    balancers
}

impl Elbv2 {
    /// Notes on every target group which balancers send it traffic. Called after each change of listeners or rules.
    fn associate(&mut self) {
        let mut users: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (balancer, actions) in self.actions() {
            for arn in actions.iter().flat_map(action::Action::groups) {
                let users = users.entry(arn.to_owned()).or_default();
                if !users.iter().any(|known| known == balancer) {
                    users.push(balancer.to_owned());
                }
            }
        }
        for (arn, group) in &mut self.target_groups {
            group.load_balancers = users.remove(arn).unwrap_or_default();
        }
    }

    /// All actions, each list with the balancer that carries it out.
    fn actions(&self) -> impl Iterator<Item = (&str, &[action::Action])> {
        let listeners = self.listeners.values();
        let rules = self.rules.values().filter_map(|rule| {
            let listener = self.listeners.get(&rule.listener)?;
            Some((listener.balancer.as_str(), rule.actions.as_slice()))
        });
        listeners
            .map(|l| (l.balancer.as_str(), l.actions.as_slice()))
            .chain(rules)
    }
}
