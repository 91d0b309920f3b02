//! Public parameters, which AWS keeps under `/aws/service/`. The twin has those of the ECS-optimised machine images; it
//! refuses the others as not modelled, since a name that it does not know may well be there on AWS.

use serde_json::{Value, json};

use super::parameter::scatter;
use super::refuse;
use crate::clock::Millis;
use crate::refusal::Refusal;

const PREFIX: &str = "/aws/service/";

/// The images: path, operating system, image name [ECS developer guide: retrieving ECS-optimized AMI metadata; release
/// 20261030].
const IMAGES: &[(&str, &str, &str)] = &[
    (
        "amazon-linux-2",
        "Amazon Linux 2",
        "amzn2-ami-ecs-hvm-2.0.20261030-x86_64-ebs",
    ),
    (
        "amazon-linux-2/arm64",
        "Amazon Linux 2",
        "amzn2-ami-ecs-hvm-2.0.20261030-arm64-ebs",
    ),
    (
        "amazon-linux-2/gpu",
        "Amazon Linux 2",
        "amzn2-ami-ecs-gpu-hvm-2.0.20261030-x86_64-ebs",
    ),
    (
        "amazon-linux-2023",
        "Amazon Linux 2023",
        "al2023-ami-ecs-hvm-2023.0.20261030-kernel-6.1-x86_64",
    ),
    (
        "amazon-linux-2023/arm64",
        "Amazon Linux 2023",
        "al2023-ami-ecs-hvm-2023.0.20261030-kernel-6.1-arm64",
    ),
    (
        "amazon-linux-2023/gpu",
        "Amazon Linux 2023",
        "al2023-ami-ecs-gpu-hvm-2023.0.20261030-kernel-6.1-x86_64-ebs",
    ),
];

/// The parameter of that name; none where the name is not a public one.
pub(super) fn find(region: &str, given: &str) -> Option<Result<Value, Refusal>> {
    let own = format!("arn:aws:ssm:{region}::parameter");
    let name = given.strip_prefix(&own).unwrap_or(given);
    let path = name.strip_prefix(PREFIX)?;
    let Some(path) = path.strip_prefix("ecs/optimized-ami/") else {
        return Some(Err(not_modelled(name)));
    };
    let image = IMAGES.iter().find_map(|image| {
        let rest = path.strip_prefix(image.0)?.strip_prefix("/recommended")?;
        (rest.is_empty() || rest.starts_with('/')).then_some((image, rest))
    });
    let Some((image, member)) = image else {
        return Some(Err(not_modelled(name)));
    };
    let document = document(region, image);
    let value = match member.strip_prefix('/') {
        None => document.to_string(),
        Some(member) => match &document[member] {
            Value::Null => return Some(Err(refuse::not_found(name))),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        },
    };
    Some(Ok(json!({
        "Name": name,
        "ARN": format!("{own}{name}"),
        "Type": "String",
        "Value": value,
        "Version": 1,
        "LastModifiedDate": Millis::START.epoch_seconds(),
        "DataType": "text",
    })))
}

/// Ids and names of the images in that region.
pub(crate) fn images(region: &str) -> Vec<(String, &'static str)> {
    let images = IMAGES.iter();
    images
        .map(|(path, _, name)| (image_id(region, path), *name))
        .collect()
}

/// Refuses to list what the twin has in part only.
pub(super) fn refuse_listing(path: &str) -> Result<(), Refusal> {
    let path = format!("{}/", path.trim_end_matches('/'));
    match path.starts_with(PREFIX) || path == "/aws/" {
        true => Err(not_modelled(&path)),
        false => Ok(()),
    }
}

/// An image's id is made up, and another one in every region.
fn document(region: &str, (path, os, name): &(&str, &str, &str)) -> Value {
    json!({
        "ecs_agent_version": "1.108.2",
        "ecs_runtime_version": "Docker version 25.0.18",
        "image_id": image_id(region, path),
        "image_name": name,
        "image_version": "20261030",
        "os": os,
        "schema_version": 1,
    })
}

fn image_id(region: &str, path: &str) -> String {
    format!("ami-0{:016x}", scatter(&format!("{region}/{path}")))
}

fn not_modelled(name: &str) -> Refusal {
    Refusal::not_implemented(format_args!("the public parameter {name}"))
}
