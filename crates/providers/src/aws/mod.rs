//! Resource kinds of AWS.

#[cfg(feature = "live")]
pub mod live;
pub mod names;
pub mod patience;
pub mod tags;

pub mod cluster;
pub mod iam_role;
pub mod log_group;
pub mod service_linked_role;
pub mod task_definition;
pub mod vpc;

crate::list::kinds! {
    live::Aws;
    cluster::Cluster,
    iam_role::Role,
    log_group::LogGroup,
    service_linked_role::ServiceLinkedRole,
    task_definition::TaskDefinition,
    vpc::Vpc,
}
