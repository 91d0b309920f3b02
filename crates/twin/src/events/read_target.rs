//! Reading one target of PutTargets.

use serde_json::{Map, Value, json};

use super::rule::{read_name, validation};
use super::target::{Target, What};
use crate::bounds;
use crate::ecs_target;
use crate::input::Input;
use crate::refusal::Refusal;

pub(super) fn read(mut input: Input, region: &str, account: &str) -> Result<Target, Refusal> {
    let id = read_name(&mut input, "Id")?;
    let arn = bounds::required(&mut input, "Arn", 1, 1600)?;
    let role = bounds::sized(&mut input, "RoleArn", 1, 1600)?;
    let what = read_what(&mut input, &id)?;
    let ecs = input.object("EcsParameters")?;
    let ecs = ecs.map(ecs_target::read).transpose()?;
    let dead_letter = match input.object("DeadLetterConfig")? {
        None => None,
        Some(mut config) => {
            let arn = config.text("Arn")?;
            config.finish()?;
            arn
        }
    };
    let retry = input.object("RetryPolicy")?;
    let retry = retry.map(read_retry).transpose()?;
    for unmodelled in [
        "KinesisParameters",
        "RunCommandParameters",
        "BatchParameters",
        "SqsParameters",
        "HttpParameters",
        "RedshiftDataParameters",
        "SageMakerPipelineParameters",
        "AppSyncParameters",
    ] {
        input.accept(unmodelled, &[])?;
    }
    input.finish()?;
    check_arn(&arn, &id, region, account)?;
    let service = arn.split(':').nth(2).unwrap_or_default();
    match (service, &role, &ecs) {
        ("ecs", None, _) => {
            return Err(validation(format!("RoleArn is required for target {id}.")));
        }
        ("ecs", _, None) => {
            return Err(validation(format!(
                "Parameter EcsParameters is required for target {id}."
            )));
        }
        ("ecs", Some(_), Some(_)) => {}
        (_, _, Some(_)) => {
            return Err(validation(format!(
                "Parameter EcsParameters is not supported for target {id}."
            )));
        }
        // Log groups, topics and queues let EventBridge by their own policies.
        _ => {}
    }
    Ok(Target {
        id,
        arn,
        role,
        input: what,
        ecs,
        dead_letter,
        retry,
    })
}

fn read_what(input: &mut Input, id: &str) -> Result<What, Refusal> {
    let constant = bounds::sized(input, "Input", 0, 8192)?;
    let path = bounds::sized(input, "InputPath", 0, 256)?;
    let transformer = input.object("InputTransformer")?;
    let transformer = match transformer {
        None => None,
        Some(mut it) => {
            let paths = it.text_map("InputPathsMap")?;
            let template = bounds::required(&mut it, "InputTemplate", 1, 8192)?;
            it.finish()?;
            let paths: Map<String, Value> = paths
                .into_iter()
                .map(|(key, path)| (key, json!(path)))
                .collect();
            Some((paths, template))
        }
    };
    match (constant, path, transformer) {
        (None, None, None) => Ok(What::Whole),
        (Some(text), None, None) => match serde_json::from_str::<Value>(&text) {
            Ok(_) => Ok(What::Constant(text)),
            Err(_) => Err(validation(format!("Invalid JSON input for target {id}."))),
        },
        (None, Some(path), None) if path.starts_with('$') => Ok(What::Path(path)),
        (None, Some(_), None) => Err(validation(format!("InputPath for target {id} is invalid."))),
        (None, None, Some((paths, template))) => {
            let wrong = paths
                .values()
                .any(|path| !path.as_str().is_some_and(|it| it.starts_with('$')));
            if wrong {
                return Err(validation(format!("InputPath for target {id} is invalid.")));
            }
            Ok(What::Template { paths, template })
        }
        _ => Err(validation(format!(
            "Only one of Input, InputPath, or InputTransformer must be provided for target {id}."
        ))),
    }
}

fn read_retry(mut input: Input) -> Result<Value, Refusal> {
    let retry = json!({
        "MaximumRetryAttempts": bounds::whole(&mut input, "MaximumRetryAttempts", 0, 185)?,
        "MaximumEventAgeInSeconds": bounds::whole(&mut input, "MaximumEventAgeInSeconds", 60, 86_400)?,
    });
    input.finish()?;
    Ok(retry)
}

/// Targets of these services, in the rule's own region and account.
fn check_arn(arn: &str, id: &str, region: &str, account: &str) -> Result<(), Refusal> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let invalid = || {
        validation(format!(
            "Parameter {arn} is not valid. Reason: Provided Arn is not in correct format."
        ))
    };
    let ["arn", "aws", service, place, owner, resource] = parts[..] else {
        return Err(invalid());
    };
    if resource.is_empty() {
        return Err(invalid());
    }
    let known = match service {
        "logs" => resource.starts_with("log-group:"),
        "ecs" => resource.starts_with("cluster/"),
        "sns" | "sqs" => true,
        _ => {
            return Err(Refusal::not_implemented(format_args!(
                "targets of the service {service}"
            )));
        }
    };
    if !known {
        return Err(invalid());
    }
    if place != region || owner != account {
        return Err(validation(format!(
            "Target {id} must be in the region and account of its rule: {arn}"
        )));
    }
    Ok(())
}
