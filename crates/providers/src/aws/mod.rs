//! Resource kinds of AWS.

pub mod attributes;
mod definition;
#[cfg(feature = "live")]
pub mod live;
pub mod names;
pub mod patience;
pub mod quota;
pub mod removal;
pub mod sequence;
pub mod tags;

pub mod access_point;
pub mod auto_scaling_group;
pub mod bucket;
pub mod bucket_policy;
pub mod capacity_provider;
pub mod certificate;
pub mod classic_balancer;
pub mod cluster;
pub mod cluster_capacity;
pub mod db_instance;
pub mod db_parameter_group;
pub mod db_subnet_group;
pub mod distribution;
pub mod elastic_ip;
pub mod file_system;
pub mod files;
pub mod flow_log;
pub mod iam_role;
pub mod image;
pub mod instance_profile;
pub mod internet_gateway;
pub mod key_pair;
pub mod launch_template;
pub mod listener;
pub mod listener_rule;
pub mod load_balancer;
pub mod log_group;
pub mod mount_target;
pub mod nat_gateway;
pub mod origin_access_control;
pub mod private_zone;
pub mod queue;
pub mod raw_service;
pub mod raw_task_definition;
pub mod repository;
pub mod route53_record;
pub mod route_table;
pub mod scalable_target;
pub mod scaling_policy;
pub mod secret;
pub mod security_group;
pub mod service;
pub mod service_linked_role;
pub mod subnet;
pub mod target_group;
pub mod task_definition;
pub mod vpc;
pub mod vpc_endpoint;
pub mod web_acl_association;

crate::list::kinds! {
    live::Aws;
    access_point::AccessPoint,
    auto_scaling_group::AutoScalingGroup,
    bucket::Bucket,
    bucket_policy::BucketPolicy,
    capacity_provider::CapacityProvider,
    certificate::Certificate,
    classic_balancer::ClassicBalancer,
    cluster::Cluster,
    cluster_capacity::ClusterCapacity,
    db_instance::DbInstance,
    db_parameter_group::DbParameterGroup,
    db_subnet_group::DbSubnetGroup,
    distribution::Distribution,
    elastic_ip::ElasticIp,
    file_system::FileSystem,
    files::Files,
    flow_log::FlowLog,
    iam_role::Role,
    image::Image,
    instance_profile::InstanceProfile,
    internet_gateway::InternetGateway,
    key_pair::KeyPair,
    launch_template::LaunchTemplate,
    listener::Listener,
    listener_rule::ListenerRule,
    load_balancer::LoadBalancer,
    log_group::LogGroup,
    mount_target::MountTarget,
    nat_gateway::NatGateway,
    origin_access_control::OriginAccessControl,
    private_zone::PrivateZone,
    queue::Queue,
    raw_service::RawService,
    raw_task_definition::RawTaskDefinition,
    repository::Repository,
    route53_record::Route53Record,
    route_table::RouteTable,
    scalable_target::ScalableTarget,
    scaling_policy::ScalingPolicy,
    secret::Secret,
    security_group::SecurityGroup,
    service::Service,
    service_linked_role::ServiceLinkedRole,
    subnet::Subnet,
    target_group::TargetGroup,
    task_definition::TaskDefinition,
    vpc::Vpc,
    vpc_endpoint::VpcEndpoint,
    web_acl_association::WebAclAssociation,
}
