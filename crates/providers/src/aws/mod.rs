//! Resource kinds of AWS.

pub mod attributes;
#[cfg(feature = "live")]
pub mod live;
pub mod names;
pub mod patience;
pub mod sequence;
pub mod tags;

pub mod certificate;
pub mod listener;
pub mod listener_rule;
pub mod load_balancer;
pub mod target_group;
pub mod cluster;
pub mod log_group;
pub mod service_linked_role;
pub mod internet_gateway;
pub mod subnet;
pub mod vpc;

crate::list::kinds! {
    live::Aws;
    cluster::Cluster,
    log_group::LogGroup,
    service_linked_role::ServiceLinkedRole,
    vpc::Vpc,
    subnet::Subnet,
    internet_gateway::InternetGateway,
    certificate::Certificate,
    load_balancer::LoadBalancer,
    target_group::TargetGroup,
    listener::Listener,
    listener_rule::ListenerRule,
}
