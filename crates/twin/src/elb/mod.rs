//! Classic Load Balancers: the older API of Elastic Load Balancing, with listeners and instances and no target groups.
//!
//! A balancer is known by its name, works at once, and keeps an interface in every subnet, which outlives it for a
//! while as those of the newer ones do. Instances come into service when enough health checks in a row have passed.

mod answer;
mod attributes;
mod balancer;
mod health_check;
mod instances;
mod listener;
mod placement;
mod policy;
mod tagging;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ecs;
use crate::operation::{Operation, read, write};
use crate::refusal::Refusal;
use crate::world::World;

pub(crate) use answer::answer;
use balancer::LoadBalancer;
pub(crate) use balancer::{addresses, find, hosted_zone, uses_certificate};
pub(crate) use instances::{FAILED_CHECKS, State, deregister, look, register, state};
pub(crate) use tagging::tagged;

/// The API's version, which tells it from its younger sister of the same name.
pub(crate) const VERSION: &str = "2012-06-01";

/// The state of Classic Load Balancers in one region.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Elb {
    /// Load balancers by their names.
    pub balancers: BTreeMap<String, LoadBalancer>,
    /// Counts planned changes of health, so that one that was overtaken is known as such.
    pub serial: u64,
}

/// What happens by itself.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[allow(missing_docs)]
pub enum Happening {
    /// Enough health checks in a row said the same of an instance.
    HealthDecided { balancer: String, serial: u64 },
}

pub(crate) const OPERATIONS: &[Operation] = &[
    write("AddTags", tagging::add_tags),
    write(
        "ApplySecurityGroupsToLoadBalancer",
        placement::apply_security_groups,
    ),
    write("AttachLoadBalancerToSubnets", placement::attach_to_subnets),
    write("ConfigureHealthCheck", health_check::configure_health_check),
    write(
        "CreateAppCookieStickinessPolicy",
        policy::create_app_cookie_stickiness_policy,
    ),
    write(
        "CreateLBCookieStickinessPolicy",
        policy::create_lb_cookie_stickiness_policy,
    ),
    write("CreateLoadBalancer", balancer::create_load_balancer),
    write(
        "CreateLoadBalancerListeners",
        listener::create_load_balancer_listeners,
    ),
    write(
        "CreateLoadBalancerPolicy",
        policy::create_load_balancer_policy,
    ),
    write("DeleteLoadBalancer", balancer::delete_load_balancer),
    write(
        "DeleteLoadBalancerListeners",
        listener::delete_load_balancer_listeners,
    ),
    write(
        "DeleteLoadBalancerPolicy",
        policy::delete_load_balancer_policy,
    ),
    write(
        "DeregisterInstancesFromLoadBalancer",
        instances::deregister_instances,
    ),
    read("DescribeAccountLimits", balancer::describe_account_limits),
    read(
        "DescribeInstanceHealth",
        instances::describe_instance_health,
    ),
    read(
        "DescribeLoadBalancerAttributes",
        attributes::describe_load_balancer_attributes,
    ),
    read(
        "DescribeLoadBalancerPolicies",
        policy::describe_load_balancer_policies,
    ),
    read("DescribeLoadBalancers", balancer::describe_load_balancers),
    read("DescribeTags", tagging::describe_tags),
    write(
        "DetachLoadBalancerFromSubnets",
        placement::detach_from_subnets,
    ),
    write(
        "ModifyLoadBalancerAttributes",
        attributes::modify_load_balancer_attributes,
    ),
    write(
        "RegisterInstancesWithLoadBalancer",
        instances::register_instances,
    ),
    write("RemoveTags", tagging::remove_tags),
    write(
        "SetLoadBalancerListenerSSLCertificate",
        listener::set_load_balancer_listener_ssl_certificate,
    ),
    write(
        "SetLoadBalancerPoliciesForBackendServer",
        policy::set_load_balancer_policies_for_backend_server,
    ),
    write(
        "SetLoadBalancerPoliciesOfListener",
        policy::set_load_balancer_policies_of_listener,
    ),
];

pub(crate) fn happen(world: &mut World, region: &str, what: Happening) {
    match what {
        Happening::HealthDecided { balancer, serial } => {
            instances::decide(world, region, &balancer, serial);
            ecs::instance_changed(world, region, &balancer);
        }
    }
    look(world, region);
}

/// An `InvalidConfigurationRequest`, which this API gives with a status of its own [ELB API, model].
fn misconfigured(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidConfigurationRequest", message).status(409)
}

/// A refusal of the younger API in the words of this one.
fn ours(refusal: Refusal) -> Refusal {
    match refusal.code.as_str() {
        "InvalidConfigurationRequest" => refusal.status(409),
        _ => refusal,
    }
}
