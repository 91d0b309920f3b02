//! How callers name what is scaled: namespace, resource id and dimension together.

use super::target::Target;
use crate::bounds;
use crate::input::Input;
use crate::operation::Call;
use crate::refusal::Refusal;

pub(super) const DIMENSION: &str = "ecs:service:DesiredCount";
const NAMESPACES: [&str; 15] = [
    "ecs",
    "elasticmapreduce",
    "ec2",
    "appstream",
    "dynamodb",
    "rds",
    "sagemaker",
    "custom-resource",
    "comprehend",
    "lambda",
    "cassandra",
    "kafka",
    "elasticache",
    "neptune",
    "workspaces",
];

/// Reads `ServiceNamespace`, of which the twin has ECS.
pub(super) fn read_namespace(input: &mut Input) -> Result<(), Refusal> {
    let namespace = bounds::one_of(input, "ServiceNamespace", &NAMESPACES)?;
    match namespace.ok_or_else(|| input.missing("ServiceNamespace"))? {
        ecs if ecs == "ecs" => Ok(()),
        other => Err(Refusal::not_implemented(format_args!(
            "ServiceNamespace={other}"
        ))),
    }
}

/// Reads all three, and gives the resource id.
pub(super) fn read(input: &mut Input) -> Result<String, Refusal> {
    read_namespace(input)?;
    let resource = bounds::required(input, "ResourceId", 1, 1600)?;
    let dimension = read_dimension(input)?;
    dimension.ok_or_else(|| input.missing("ScalableDimension"))?;
    if key(&resource).is_none() {
        return Err(unsupported());
    }
    Ok(resource)
}

/// Reads a `ScalableDimension` that may be there.
pub(super) fn read_dimension(input: &mut Input) -> Result<Option<String>, Refusal> {
    match input.text("ScalableDimension")? {
        Some(other) if other != DIMENSION && other.split(':').count() == 3 => Err(unsupported()),
        Some(other) if other != DIMENSION => {
            let must = "Member must satisfy enum value set: [ecs:service:DesiredCount, ...]";
            Err(bounds::refuse(input, &other, "ScalableDimension", must))
        }
        dimension => Ok(dimension),
    }
}

/// `cluster/service` of `service/cluster/service`.
pub(super) fn key(resource: &str) -> Option<&str> {
    let key = resource.strip_prefix("service/")?;
    let (cluster, service) = key.split_once('/')?;
    let fits = !cluster.is_empty() && !service.is_empty() && !service.contains('/');
    fits.then_some(key)
}

/// The registered target.
pub(super) fn target<'a>(
    call: &'a mut Call<'_>,
    resource: &str,
) -> Result<&'a mut Target, Refusal> {
    let found = call.here().appautoscaling.targets.get_mut(resource);
    found.ok_or_else(|| no_target(resource))
}

/// In these words in the reports (cloudposse/terraform-aws-ecs-cloudwatch-autoscaling#36).
pub(super) fn no_target(resource: &str) -> Refusal {
    Refusal::new(
        "ObjectNotFoundException",
        format!(
            "No scalable target registered for service namespace: ecs, resource ID: {resource}, scalable dimension: {DIMENSION}"
        ),
    )
}

pub(super) fn validation(message: impl Into<String>) -> Refusal {
    Refusal::new("ValidationException", message)
}

fn unsupported() -> Refusal {
    validation("Unsupported service namespace, resource type or scalable dimension")
}
