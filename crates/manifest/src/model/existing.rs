//! What somebody else owns and the app is built on.

use crate::located::Located;

/// Ids, names or ARNs, as they were written. What they are is read from the cloud.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Existing {
    /// Id of the VPC.
    pub vpc: Option<Located<String>>,
    /// Ids of subnets of the VPC; there if and only if the VPC is.
    pub subnets: Vec<Located<String>>,
    /// Ids of the tasks' security groups; empty where groups are made.
    pub security_groups: Vec<Located<String>>,
    /// Name or ARN of the cluster.
    pub cluster: Option<Located<String>>,
    /// Name or ARN of the application load balancer.
    pub load_balancer: Option<Located<String>>,
    /// ARN of a listener of the load balancer.
    pub listener: Option<Located<String>>,
    /// ARN of a target group.
    pub target_group: Option<Located<String>>,
    /// ARN of the certificate.
    pub certificate: Option<Located<String>>,
}
