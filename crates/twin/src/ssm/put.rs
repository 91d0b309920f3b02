//! PutParameter.

use std::collections::BTreeMap;

use serde_json::json;

use super::parameter::{self, Parameter, Version};
use super::{name, refuse};
use crate::hidden::Hidden;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;

/// Bytes of a value in the two tiers [SSM quotas].
const STANDARD: usize = 4096;
const ADVANCED: usize = 8192;
/// Standard parameters per region [SSM quotas].
const PARAMETERS: usize = 10_000;

pub(super) fn put(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("Name")?;
    let value = input.required("Value")?;
    let description = input.text("Description")?.filter(|text| !text.is_empty());
    let kind = input.text("Type")?;
    let overwrite = input.boolean("Overwrite")?.unwrap_or(false);
    let asked_tier = input.text("Tier")?;
    let tags = Tags::from_list(input.objects("Tags")?, "Key", "Value")?;
    // The twin has no KMS, and does not judge values.
    if input.has("KeyId") && kind.as_deref().is_some_and(|kind| kind != "SecureString") {
        return Err(refuse::validation(
            "KeyId is only supported for parameters of type SecureString.",
        ));
    }
    input.accept("KeyId", &[json!("alias/aws/ssm")])?;
    input.accept("AllowedPattern", &[json!("")])?;
    input.accept("Policies", &[json!("[]"), json!("[{}]")])?;
    let data_type = input.text("DataType")?.unwrap_or_else(|| "text".to_owned());
    match data_type.as_str() {
        "text" => {}
        "aws:ec2:image" | "aws:ssm:integration" => {
            return Err(Refusal::not_implemented(format!(
                "DataType=\"{data_type}\""
            )));
        }
        other => {
            return Err(refuse::validation(format!(
                "The following data type is not supported: {other} (Data type names are all lowercase.)"
            )));
        }
    }
    input.finish()?;
    let name = own_name(call, name);
    name::check(&name)?;
    kind.as_deref().map_or(Ok(()), parameter::check_kind)?;
    check_description(description.as_deref())?;
    if overwrite && !tags.is_empty() {
        return Err(refuse::validation(
            "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
        ));
    }
    check_value(&value)?;

    let (now, by) = (call.now(), call.principal.clone());
    let arn = call.arn("ssm", &name::resource(&name));
    let parameters = &mut call.here().ssm.parameters;
    let known = parameters.get(&name);
    let tier = tier(asked_tier.as_deref(), value.len(), known)?;
    if known.is_some() && !overwrite {
        return Err(Refusal::new(
            "ParameterAlreadyExists",
            "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
        ));
    }
    let kind = match (known, kind) {
        (Some(known), Some(kind)) if known.kind != kind => {
            return Err(Refusal::new(
                "HierarchyTypeMismatchException",
                "Parameter Store does not support changing a parameter type in a hierarchy. You must create a new, unique parameter.",
            ));
        }
        (Some(known), _) => known.kind.clone(),
        (None, Some(kind)) => kind,
        (None, None) => {
            return Err(refuse::validation(
                "A parameter type is required when you create a parameter.",
            ));
        }
    };
    if kind == "StringList" && value.split(',').any(str::is_empty) {
        return Err(refuse::validation(
            "Parameter value, cannot have an empty item in a StringList.",
        ));
    }
    if known.is_none() && parameters.len() >= PARAMETERS {
        return Err(Refusal::new(
            "ParameterLimitExceeded",
            format!("You have exceeded the number of parameters: {PARAMETERS}."),
        ));
    }
    let parameter = parameters.entry(name.clone()).or_insert_with(|| Parameter {
        name,
        arn,
        kind,
        tier: tier.clone(),
        tags,
        versions: BTreeMap::new(),
    });
    // What is not said again stays [SSM API: PutParameter Description].
    let kept = parameter.versions.values().next_back();
    let description = description.or_else(|| kept.and_then(|it| it.description.clone()));
    let number = parameter.add(Version {
        value: Hidden(value),
        description,
        modified: now,
        by,
        tier: tier.clone(),
    });
    Ok(json!({ "Version": number, "Tier": tier }))
}

/// An ARN of this account and region may stand for the name [SSM API: PutParameter Name].
fn own_name(call: &Call<'_>, given: String) -> String {
    let prefix = call.arn("ssm", "parameter");
    match given.strip_prefix(&prefix) {
        Some(name) => name.to_owned(),
        None => given,
    }
}

fn check_description(description: Option<&str>) -> Result<(), Refusal> {
    if description.is_some_and(|text| text.chars().count() > 1024) {
        return Err(refuse::validation(
            "1 validation error detected: Value at 'description' failed to satisfy constraint: Member must have length less than or equal to 1024",
        ));
    }
    Ok(())
}

fn check_value(value: &str) -> Result<(), Refusal> {
    if value.is_empty() {
        return Err(refuse::validation(
            "1 validation error detected: Value at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ));
    }
    // [SSM API: PutParameter Value: "Parameters can't be referenced or nested in the values of other parameters."]
    if value.contains("{{") {
        return Err(refuse::validation(
            "Parameter value can't nest another parameter. Do not use \"{{}}\" in the value.",
        ));
    }
    Ok(())
}

/// Standard unless said otherwise; once advanced, always advanced [SSM guide: parameter tiers].
fn tier(asked: Option<&str>, size: usize, known: Option<&Parameter>) -> Result<String, Refusal> {
    let advanced = known.is_some_and(|known| known.tier == "Advanced");
    let tier = match asked {
        None if advanced => "Advanced",
        Some("Intelligent-Tiering") if advanced || size > STANDARD => "Advanced",
        None | Some("Standard" | "Intelligent-Tiering") => "Standard",
        Some("Advanced") => "Advanced",
        Some(other) => {
            return Err(refuse::validation(format!(
                "1 validation error detected: Value '{other}' at 'tier' failed to satisfy constraint: Member must satisfy enum value set: [Standard, Advanced, Intelligent-Tiering]"
            )));
        }
    };
    if advanced && tier == "Standard" {
        return Err(refuse::validation(
            "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier.",
        ));
    }
    let most = if tier == "Advanced" {
        ADVANCED
    } else {
        STANDARD
    };
    if size > most {
        let more = match tier {
            "Advanced" => "",
            _ => {
                " To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier."
            }
        };
        return Err(refuse::validation(format!(
            "{tier} tier parameters support a maximum parameter value of {most} characters.{more}"
        )));
    }
    Ok(tier.to_owned())
}
