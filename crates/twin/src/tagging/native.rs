//! How the service that owns a resource tags it: the call of its own, and making it.

use serde_json::{Value, json};

use super::{invalid, service_of, type_of};
use crate::input::Input;
use crate::operation::Call;
use crate::refusal::Refusal;
use crate::service::services;
use crate::tags::Tags;
use crate::{cloudfront, s3};

/// The owning service's name, its operation and that operation's input.
pub(super) type Native = (&'static str, &'static str, Value);

/// How the owning service tags it; none where the service has no tags here.
pub(super) fn tagging(arn: &str, tags: &Tags) -> Option<Native> {
    let list = tags.to_list("Key", "Value");
    Some(match service_of(arn) {
        "acm" => (
            "acm",
            "AddTagsToCertificate",
            json!({ "CertificateArn": arn, "Tags": list }),
        ),
        "cloudfront" | "s3" => retagging(arn, json!(tags.0), json!([])),
        "application-autoscaling" => (
            "application-autoscaling",
            "TagResource",
            json!({ "ResourceARN": arn, "Tags": tags.0 }),
        ),
        "cloudwatch" => (
            "monitoring",
            "TagResource",
            json!({ "ResourceARN": arn, "Tags": list }),
        ),
        "ec2" => (
            "ec2",
            "CreateTags",
            json!({ "ResourceId": [last(arn)], "Tag": list }),
        ),
        "ecr" => (
            "ecr",
            "TagResource",
            json!({ "resourceArn": arn, "tags": list }),
        ),
        "ecs" => {
            let tags = tags.to_list("key", "value");
            (
                "ecs",
                "TagResource",
                json!({ "resourceArn": arn, "tags": tags }),
            )
        }
        "elasticloadbalancing" if is_classic(arn) => (
            "elb",
            "AddTags",
            json!({ "LoadBalancerNames": [last(arn)], "Tags": list }),
        ),
        "elasticfilesystem" => (
            "elasticfilesystem",
            "TagResource",
            json!({ "ResourceId": arn, "Tags": list }),
        ),
        "elasticloadbalancing" => (
            "elasticloadbalancing",
            "AddTags",
            json!({ "ResourceArns": [arn], "Tags": list }),
        ),
        "events" => (
            "events",
            "TagResource",
            json!({ "ResourceARN": arn, "Tags": list }),
        ),
        "scheduler" | "sns" => (
            owner(arn),
            "TagResource",
            json!({ "ResourceArn": arn, "Tags": list }),
        ),
        "sqs" => (
            "sqs",
            "TagQueue",
            json!({ "QueueUrl": queue(arn), "Tags": tags.0 }),
        ),
        "iam" => {
            let (operation, mut input) = iam_target(arn, "Tag")?;
            input["Tags"] = list;
            ("iam", operation, input)
        }
        "kms" => {
            let tags = tags.to_list("TagKey", "TagValue");
            ("kms", "TagResource", json!({ "KeyId": arn, "Tags": tags }))
        }
        "logs" => (
            "logs",
            "TagResource",
            json!({ "resourceArn": arn, "tags": tags.0 }),
        ),
        "rds" => (
            "rds",
            "AddTagsToResource",
            json!({ "ResourceName": arn, "Tags": list }),
        ),
        "secretsmanager" => (
            "secretsmanager",
            "TagResource",
            json!({ "SecretId": arn, "Tags": list }),
        ),
        "servicediscovery" => (
            "servicediscovery",
            "TagResource",
            json!({ "ResourceARN": arn, "Tags": list }),
        ),
        "ssm" => (
            "ssm",
            "AddTagsToResource",
            json!({ "ResourceType": "Parameter", "ResourceId": arn, "Tags": list }),
        ),
        "route53" => (
            "route53",
            "ChangeTagsForResource",
            json!({ "ResourceType": type_of(arn), "ResourceId": last(arn), "AddTags": list }),
        ),
        "wafv2" => (
            "wafv2",
            "TagResource",
            json!({ "ResourceARN": arn, "Tags": list }),
        ),
        _ => return None,
    })
}

/// How the owning service takes tags off it.
pub(super) fn untagging(arn: &str, keys: &[String]) -> Option<Native> {
    let list: Vec<Value> = keys.iter().map(|key| json!({ "Key": key })).collect();
    Some(match service_of(arn) {
        "acm" => (
            "acm",
            "RemoveTagsFromCertificate",
            json!({ "CertificateArn": arn, "Tags": list }),
        ),
        "cloudfront" | "s3" => retagging(arn, json!({}), json!(keys)),
        "application-autoscaling" | "cloudwatch" | "events" => (
            owner(arn),
            "UntagResource",
            json!({ "ResourceARN": arn, "TagKeys": keys }),
        ),
        "scheduler" | "sns" => (
            owner(arn),
            "UntagResource",
            json!({ "ResourceArn": arn, "TagKeys": keys }),
        ),
        "sqs" => (
            "sqs",
            "UntagQueue",
            json!({ "QueueUrl": queue(arn), "TagKeys": keys }),
        ),
        "ec2" => (
            "ec2",
            "DeleteTags",
            json!({ "ResourceId": [last(arn)], "Tag": list }),
        ),
        "ecr" => (
            "ecr",
            "UntagResource",
            json!({ "resourceArn": arn, "tagKeys": keys }),
        ),
        "ecs" => (
            "ecs",
            "UntagResource",
            json!({ "resourceArn": arn, "tagKeys": keys }),
        ),
        "elasticloadbalancing" if is_classic(arn) => (
            "elb",
            "RemoveTags",
            json!({ "LoadBalancerNames": [last(arn)], "Tags": list }),
        ),
        "elasticfilesystem" => (
            "elasticfilesystem",
            "UntagResource",
            json!({ "ResourceId": arn, "tagKeys": keys }),
        ),
        "elasticloadbalancing" => {
            let input = json!({ "ResourceArns": [arn], "TagKeys": keys });
            ("elasticloadbalancing", "RemoveTags", input)
        }
        "iam" => {
            let (operation, mut input) = iam_target(arn, "Untag")?;
            input["TagKeys"] = json!(keys);
            ("iam", operation, input)
        }
        "kms" => (
            "kms",
            "UntagResource",
            json!({ "KeyId": arn, "TagKeys": keys }),
        ),
        "logs" => (
            "logs",
            "UntagResource",
            json!({ "resourceArn": arn, "tagKeys": keys }),
        ),
        "rds" => (
            "rds",
            "RemoveTagsFromResource",
            json!({ "ResourceName": arn, "TagKeys": keys }),
        ),
        "secretsmanager" => (
            "secretsmanager",
            "UntagResource",
            json!({ "SecretId": arn, "TagKeys": keys }),
        ),
        "servicediscovery" => (
            "servicediscovery",
            "UntagResource",
            json!({ "ResourceARN": arn, "TagKeys": keys }),
        ),
        "ssm" => (
            "ssm",
            "RemoveTagsFromResource",
            json!({ "ResourceType": "Parameter", "ResourceId": arn, "TagKeys": keys }),
        ),
        "route53" => (
            "route53",
            "ChangeTagsForResource",
            json!({ "ResourceType": type_of(arn), "ResourceId": last(arn), "RemoveTagKeys": keys }),
        ),
        "wafv2" => (
            "wafv2",
            "UntagResource",
            json!({ "ResourceARN": arn, "TagKeys": keys }),
        ),
        _ => return None,
    })
}

/// What `retag` of these services takes.
fn retagging(arn: &str, add: Value, remove: Value) -> Native {
    let service = match service_of(arn) {
        "s3" => "s3",
        _ => "cloudfront",
    };
    (
        service,
        "",
        json!({ "arn": arn, "add": add, "remove": remove }),
    )
}

/// The service's name in signatures, which for CloudWatch is an older one.
fn owner(arn: &str) -> &'static str {
    match service_of(arn) {
        "application-autoscaling" => "application-autoscaling",
        "cloudwatch" => "monitoring",
        "scheduler" => "scheduler",
        "sns" => "sns",
        _ => "events",
    }
}

/// A queue's address, as far as SQS looks at it: the account and the name.
fn queue(arn: &str) -> String {
    let mut parts = arn.rsplit(':');
    let (name, account) = (parts.next(), parts.next());
    format!(
        "{}/{}",
        account.unwrap_or_default(),
        name.unwrap_or_default()
    )
}

/// Roles can be tagged here, though they are never listed [Resource Groups Tagging API: supported services].
fn iam_target(arn: &str, verb: &str) -> Option<(&'static str, Value)> {
    let kind = type_of(arn);
    Some(match (kind, verb) {
        ("role", "Tag") => ("TagRole", json!({ "RoleName": last(arn) })),
        ("role", _) => ("UntagRole", json!({ "RoleName": last(arn) })),
        ("policy", "Tag") => ("TagPolicy", json!({ "PolicyArn": arn })),
        ("policy", _) => ("UntagPolicy", json!({ "PolicyArn": arn })),
        ("instance-profile", "Tag") => (
            "TagInstanceProfile",
            json!({ "InstanceProfileName": last(arn) }),
        ),
        ("instance-profile", _) => (
            "UntagInstanceProfile",
            json!({ "InstanceProfileName": last(arn) }),
        ),
        _ => return None,
    })
}

pub(super) fn forward(
    call: &mut Call<'_>,
    (service, operation, input): Native,
) -> Result<(), Refusal> {
    // Those whose own operations take documents.
    match service {
        "cloudfront" => return cloudfront::retag(call.world, &input),
        "s3" => return s3::retag(call.world, &call.region, &input),
        _ => {}
    }
    let unsupported = || invalid(format!("{service} cannot tag this resource here."));
    let service = services()
        .iter()
        .find(|s| s.name == service)
        .ok_or_else(unsupported)?;
    let operation = service.operations.iter().find(|o| o.name == operation);
    let operation = operation.ok_or_else(unsupported)?;
    let Value::Object(fields) = input else {
        return Err(unsupported());
    };
    let mut native = Call {
        world: call.world,
        region: call.region.clone(),
        operation: operation.name,
        input: Input::new(service, fields),
        principal: call.principal.clone(),
        body: bytes::Bytes::new(),
    };
    (operation.run)(&mut native).map(drop)
}

/// The ARNs of classic load balancers name no sort of balancer.
fn is_classic(arn: &str) -> bool {
    type_of(arn) == "loadbalancer" && arn.matches('/').count() == 1
}

fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
