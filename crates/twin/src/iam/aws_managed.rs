//! The AWS managed policies that stacks on ECS use. Any other name is `NoSuchEntity`, as a
//! misspelt one is on AWS [emulators.md 4, iam-refuse].

use serde_json::{Value, json};

use super::attachment::{name_of, path_of};

/// A policy that AWS keeps.
pub(super) struct AwsManaged {
    /// `arn:aws:iam::aws:policy` + path + name.
    pub(super) arn: &'static str,
    /// The version that is in force.
    pub(super) version: &'static str,
    /// When AWS made it.
    pub(super) created: &'static str,
    /// The actions it allows on everything, where that is all of its text. The twin does not
    /// paraphrase the longer ones: asking for their text is refused.
    actions: Option<&'static [&'static str]>,
}

/// The policy of that ARN.
pub(super) fn find(arn: &str) -> Option<&'static AwsManaged> {
    POLICIES.iter().find(|policy| policy.arn == arn)
}

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static AwsManaged> {
    POLICIES.iter()
}

/// Policies under `/aws-service-role/` go on service-linked roles only [IAM API: AttachRolePolicy, PolicyNotAttachable].
pub(super) fn is_for_linked_roles(arn: &str) -> bool {
    arn.starts_with("arn:aws:iam::aws:policy/aws-service-role/")
}

impl AwsManaged {
    /// Its text, where the twin knows it.
    pub(super) fn document(&self) -> Option<String> {
        let actions = self.actions?;
        let statement = json!([{ "Effect": "Allow", "Action": actions, "Resource": "*" }]);
        Some(json!({ "Version": "2012-10-17", "Statement": statement }).to_string())
    }

    /// As `GetPolicy` and `ListPolicies` show it.
    pub(super) fn answer(&self, attachments: usize) -> Value {
        json!({
            "PolicyName": name_of(self.arn),
            // An id that is the policy's own in all accounts; AWS's is not published.
            "PolicyId": format!("ANPA{:0>17}", self.arn.len()),
            "Arn": self.arn,
            "Path": path_of(self.arn),
            "DefaultVersionId": self.version,
            "AttachmentCount": attachments,
            "PermissionsBoundaryUsageCount": 0,
            "IsAttachable": true,
            "CreateDate": self.created,
            "UpdateDate": self.created,
        })
    }
}

const fn row(
    arn: &'static str,
    version: &'static str,
    created: &'static str,
    actions: Option<&'static [&'static str]>,
) -> AwsManaged {
    AwsManaged {
        arn,
        version,
        created,
        actions,
    }
}

/// [AWS Managed Policy Reference, as of 2026-10]
const POLICIES: &[AwsManaged] = &[
    row(
        "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
        "v1",
        "2017-11-16T18:48:22Z",
        Some(&[
            "ecr:GetAuthorizationToken",
            "ecr:BatchCheckLayerAvailability",
            "ecr:GetDownloadUrlForLayer",
            "ecr:BatchGetImage",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
        ]),
    ),
    row(
        "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role",
        "v10",
        "2015-03-19T18:45:18Z",
        None,
    ),
    row(
        "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceEventsRole",
        "v3",
        "2017-05-30T16:51:35Z",
        None,
    ),
    row(
        "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceAutoscaleRole",
        "v2",
        "2016-05-12T23:25:44Z",
        None,
    ),
    row(
        "arn:aws:iam::aws:policy/service-role/AmazonECSInfrastructureRolePolicyForVolumes",
        "v5",
        "2024-01-10T22:56:41Z",
        None,
    ),
    row(
        "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers",
        "v6",
        "2025-07-17T16:37:07Z",
        None,
    ),
    row(
        "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForManagedInstances",
        "v12",
        "2025-09-26T18:04:07Z",
        None,
    ),
    row(
        "arn:aws:iam::aws:policy/AmazonECSInstanceRolePolicyForManagedInstances",
        "v4",
        "2025-09-26T23:49:07Z",
        None,
    ),
    row(
        "arn:aws:iam::aws:policy/AmazonECS_FullAccess",
        "v22",
        "2017-11-07T21:36:54Z",
        None,
    ),
    row(
        "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
        "v2",
        "2019-03-15T17:22:12Z",
        None,
    ),
    row(
        "arn:aws:iam::aws:policy/AmazonSSMReadOnlyAccess",
        "v1",
        "2015-05-29T17:44:19Z",
        Some(&["ssm:Describe*", "ssm:Get*", "ssm:List*"]),
    ),
    row(
        "arn:aws:iam::aws:policy/AmazonSSMFullAccess",
        "v4",
        "2015-05-29T17:39:47Z",
        None,
    ),
    row(
        "arn:aws:iam::aws:policy/SecretsManagerReadWrite",
        "v6",
        "2018-04-04T18:05:29Z",
        None,
    ),
    row(
        "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly",
        "v3",
        "2015-12-21T17:04:15Z",
        None,
    ),
    row(
        "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
        "v1",
        "2024-10-04T16:58:49Z",
        None,
    ),
    row(
        "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy",
        "v3",
        "2018-03-07T01:06:44Z",
        None,
    ),
    row(
        "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess",
        "v2",
        "2018-08-28T23:00:33Z",
        None,
    ),
    row(
        "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
        "v3",
        "2015-02-06T18:40:59Z",
        None,
    ),
    row(
        "arn:aws:iam::aws:policy/AdministratorAccess",
        "v1",
        "2015-02-06T18:39:46Z",
        Some(&["*"]),
    ),
    row(
        "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy",
        "v24",
        "2017-10-14T01:18:58Z",
        None,
    ),
    row(
        "arn:aws:iam::aws:policy/aws-service-role/AWSElasticLoadBalancingServiceRolePolicy",
        "v14",
        "2017-09-19T22:19:04Z",
        None,
    ),
    row(
        "arn:aws:iam::aws:policy/aws-service-role/AWSApplicationAutoscalingECSServicePolicy",
        "v3",
        "2017-10-25T23:53:08Z",
        None,
    ),
    row(
        "arn:aws:iam::aws:policy/aws-service-role/AutoScalingServiceRolePolicy",
        "v10",
        "2018-01-08T23:10:55Z",
        None,
    ),
    row(
        "arn:aws:iam::aws:policy/aws-service-role/AmazonRDSServiceRolePolicy",
        "v14",
        "2018-01-08T18:17:46Z",
        None,
    ),
];
