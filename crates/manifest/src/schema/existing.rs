//! `[existing]`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::located::Located;

/// What somebody else owns and the app is built on. It is read and never changed.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExistingSection {
    /// The VPC, in place of one that is made. It goes together with `subnets`.
    #[schemars(example = &"vpc-0123456789abcdef0")]
    pub(crate) vpc: Option<Located<String>>,

    /// Subnets of the VPC. A load balancer that is made stands in the public ones, which must be in at least two
    /// zones; tasks run in the private ones, or in the public ones if there are no others.
    #[schemars(extend("examples" = [["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"]]))]
    pub(crate) subnets: Option<Located<Vec<Located<String>>>>,

    /// Security groups of the tasks, in place of one that is made for each service. They must let the load
    /// balancer in.
    #[schemars(extend("examples" = [["sg-0123456789abcdef0"]]))]
    pub(crate) security_groups: Option<Located<Vec<Located<String>>>>,

    /// The ECS cluster, by name or ARN.
    #[schemars(example = &"shared")]
    pub(crate) cluster: Option<Located<String>>,

    /// The load balancer, by name or ARN: an application load balancer in the VPC. Listeners are made on
    /// it unless `listener` names one.
    #[schemars(example = &"shared")]
    pub(crate) load_balancer: Option<Located<String>>,

    /// ARN of an HTTPS listener of the load balancer. Services get rules there; its own certificates must cover their
    /// hostnames, and what it answers by default stays as it is.
    #[schemars(
        example = &"arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shared/50dc6c495c0c9188/f2f7dc8efc522ab2"
    )]
    pub(crate) listener: Option<Located<String>>,

    /// ARN of a target group that the service of a raw `service_definition` is registered in, where that has no `port`
    /// of its own: `@@TARGET_GROUP_ARN@@` stands for it. What routes to it is its owner's to say.
    #[schemars(
        example = &"arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/api/73e2d6bc24d8a067"
    )]
    pub(crate) target_group: Option<Located<String>>,

    /// ARN of a certificate in ACM, in the same region, that covers every hostname, in place of one that is made.
    #[schemars(
        example = &"arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
    )]
    pub(crate) certificate: Option<Located<String>>,
}
