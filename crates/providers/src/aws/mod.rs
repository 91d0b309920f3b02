//! Resource kinds of AWS.

pub mod attributes;
#[cfg(feature = "live")]
pub mod live;
pub mod names;
pub mod patience;
pub mod quota;
pub mod sequence;
pub mod tags;

pub mod alarm;
pub mod certificate;
pub mod cluster;
pub mod elastic_ip;
pub mod event_rule;
pub mod iam_role;
pub mod internet_gateway;
pub mod listener;
pub mod listener_rule;
pub mod load_balancer;
pub mod log_group;
pub mod nat_gateway;
pub mod route53_record;
pub mod route_table;
pub mod scalable_target;
pub mod scaling_policy;
pub mod schedule;
pub mod schedule_group;
pub mod scheduled_action;
pub mod secret;
pub mod security_group;
pub mod service;
pub mod service_linked_role;
pub mod subnet;
pub mod subscription;
pub mod target_group;
pub mod task_definition;
pub mod topic;
pub mod vpc;
pub mod vpc_endpoint;

crate::list::kinds! {
    live::Aws;
    alarm::Alarm,
    certificate::Certificate,
    cluster::Cluster,
    elastic_ip::ElasticIp,
    event_rule::EventRule,
    iam_role::Role,
    internet_gateway::InternetGateway,
    listener::Listener,
    listener_rule::ListenerRule,
    load_balancer::LoadBalancer,
    log_group::LogGroup,
    nat_gateway::NatGateway,
    route53_record::Route53Record,
    route_table::RouteTable,
    scalable_target::ScalableTarget,
    scaling_policy::ScalingPolicy,
    schedule::Schedule,
    schedule_group::ScheduleGroup,
    scheduled_action::ScheduledAction,
    secret::Secret,
    security_group::SecurityGroup,
    service::Service,
    service_linked_role::ServiceLinkedRole,
    subnet::Subnet,
    subscription::Subscription,
    target_group::TargetGroup,
    task_definition::TaskDefinition,
    topic::Topic,
    vpc::Vpc,
    vpc_endpoint::VpcEndpoint,
}
