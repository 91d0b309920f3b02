//! Resource kinds of AWS.

pub mod attributes;
#[cfg(feature = "live")]
pub mod live;
pub mod names;
pub mod patience;
pub mod tags;

pub mod certificate;
pub mod listener;
pub mod listener_rule;
pub mod load_balancer;
pub mod target_group;
pub mod cluster;
pub mod iam_role;
pub mod log_group;
pub mod service;
pub mod service_linked_role;
pub mod task_definition;
pub mod vpc;

crate::list::kinds! {
    live::Aws;
    cluster::Cluster,
    iam_role::Role,
    log_group::LogGroup,
    service::Service,
    service_linked_role::ServiceLinkedRole,
    task_definition::TaskDefinition,
    vpc::Vpc,
    certificate::Certificate,
    load_balancer::LoadBalancer,
    target_group::TargetGroup,
    listener::Listener,
    listener_rule::ListenerRule,
}
