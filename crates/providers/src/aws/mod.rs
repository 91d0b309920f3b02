//! Resource kinds of AWS.

#[cfg(feature = "live")]
pub mod live;
pub mod names;
pub mod patience;
pub mod tags;

pub mod cluster;
pub mod log_group;
pub mod service_linked_role;
pub mod vpc;

crate::list::kinds! {
    live::Aws;
    cluster::Cluster,
    log_group::LogGroup,
    service_linked_role::ServiceLinkedRole,
    vpc::Vpc,
}
