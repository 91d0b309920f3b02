//! Log groups.

use std::mem::take;

use serde_json::{Value, json};

use super::{Group, bounded, constraint, group, no_group};
use crate::kms;
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// Days that a retention policy may have [CloudWatch Logs API: PutRetentionPolicy].
const RETENTION: [i64; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

const CLASSES: [&str; 4] = ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY", "ESSENTIALS"];

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = take(&mut call.input);
    let name = input.required("logGroupName")?;
    let class = input
        .text("logGroupClass")?
        .unwrap_or_else(|| CLASSES[0].to_owned());
    let tags = input.text_map("tags")?;
    let key = input.text("kmsKeyId")?;
    input.accept("deletionProtectionEnabled", &[json!(false)])?;
    input.finish()?;
    check_name(&name)?;
    let key = key.map(|key| usable(call, &key)).transpose()?;
    if !CLASSES.contains(&class.as_str()) {
        return Err(constraint(
            &json!(class),
            "logGroupClass",
            "Member must satisfy enum value set",
        ));
    }
    let invalid = "InvalidParameterException";
    let tags = Tags::from_map(tags, invalid, invalid)?;
    let (arn, created) = (call.arn("logs", &format!("log-group:{name}")), call.now());
    let groups = &mut call.here().logs.groups;
    if groups.contains_key(&name) {
        return Err(Refusal::new(
            "ResourceAlreadyExistsException",
            "The specified log group already exists",
        ));
    }
    let streams = Default::default();
    groups.insert(
        name,
        Group {
            arn,
            class,
            created,
            retention: None,
            key,
            tags,
            streams,
            events: 0,
        },
    );
    Ok(Value::Null)
}

/// Makes a group, if there is none of that name, as the awslogs driver does with `awslogs-create-group`.
pub(crate) fn ensure(world: &mut World, region: &str, name: &str) {
    let arn = format!("arn:aws:logs:{region}:{}:log-group:{name}", world.account);
    let created = world.now;
    let groups = &mut world.region(region).logs.groups;
    groups.entry(name.to_owned()).or_insert_with(|| Group {
        arn,
        class: CLASSES[0].to_owned(),
        created,
        retention: None,
        key: None,
        tags: Tags::default(),
        streams: Default::default(),
        events: 0,
    });
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = take(&mut call.input);
    let name = input.required("logGroupName")?;
    input.finish()?;
    call.here()
        .logs
        .groups
        .remove(&name)
        .map(|_| Value::Null)
        .ok_or_else(no_group)
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = take(&mut call.input);
    let prefix = input.text("logGroupNamePrefix")?;
    let pattern = input.text("logGroupNamePattern")?;
    let class = input.text("logGroupClass")?;
    let limit = bounded(&mut input, "limit", 1, 50)?.unwrap_or(50);
    let token = input.text("nextToken")?;
    input.accept("includeLinkedAccounts", &[json!(false)])?;
    input.finish()?;
    if prefix.is_some() && pattern.is_some() {
        return Err(Refusal::new(
            "InvalidParameterException",
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
        ));
    }
    let groups = call.here().logs.groups.iter().filter(|(name, group)| {
        prefix
            .as_ref()
            .is_none_or(|prefix| name.starts_with(prefix))
            && pattern
                .as_ref()
                .is_none_or(|pattern| name.contains(pattern))
            && class.as_ref().is_none_or(|class| *class == group.class)
    });
    let groups = groups.map(|(name, group)| shown(name, group)).collect();
    let (groups, next) = page(groups, Some(limit), token).map_err(bad_token)?;
    Ok(json!({ "logGroups": groups, "nextToken": next }))
}

pub(super) fn put_retention(call: &mut Call<'_>) -> Answer {
    let mut input = take(&mut call.input);
    let name = input.required("logGroupName")?;
    let days = input.number("retentionInDays")?;
    let days = days.ok_or_else(|| input.missing("retentionInDays"))?;
    input.finish()?;
    // emulators.md 4, logs: moto and winterbaume accept 17 days, AWS does not.
    if !RETENTION.contains(&days) {
        let must = format!("Member must satisfy enum value set: {RETENTION:?}");
        return Err(constraint(&json!(days), "retentionInDays", &must));
    }
    group(call, &name)?.retention = Some(days);
    Ok(Value::Null)
}

pub(super) fn delete_retention(call: &mut Call<'_>) -> Answer {
    let mut input = take(&mut call.input);
    let name = input.required("logGroupName")?;
    input.finish()?;
    group(call, &name)?.retention = None;
    Ok(Value::Null)
}

/// A key is named by its ARN, and is one that is there and enabled [CloudWatch Logs API: AssociateKmsKey]. Whether its
/// policy lets the service use it is not looked at.
pub(super) fn associate_key(call: &mut Call<'_>) -> Answer {
    let mut input = take(&mut call.input);
    let name = input.required("logGroupName")?;
    let key = input.required("kmsKeyId")?;
    input.finish()?;
    let key = usable(call, &key)?;
    group(call, &name)?.key = Some(key);
    Ok(Value::Null)
}

pub(super) fn disassociate_key(call: &mut Call<'_>) -> Answer {
    let mut input = take(&mut call.input);
    let name = input.required("logGroupName")?;
    input.finish()?;
    group(call, &name)?.key = None;
    Ok(Value::Null)
}

fn usable(call: &mut Call<'_>, key: &str) -> Result<String, Refusal> {
    let refused = || {
        Refusal::new(
            "InvalidParameterException",
            "The specified KMS key does not exist or is not allowed to be used with LogGroup",
        )
    };
    if !key.starts_with("arn:") {
        return Err(refused());
    }
    let region = call.region.clone();
    kms::usable(call.world, &region, key).map_err(|_| refused())
}

pub(super) fn tag(call: &mut Call<'_>) -> Answer {
    let mut input = take(&mut call.input);
    let arn = input.required("resourceArn")?;
    if !input.has("tags") {
        return Err(input.missing("tags"));
    }
    let tags = input.text_map("tags")?;
    input.finish()?;
    let many = "TooManyTagsException";
    let tags = Tags::from_map(tags, "InvalidParameterException", many)?;
    let group = tagged_group(call, &arn)?;
    group.tags = group.tags.with(tags, many)?;
    Ok(Value::Null)
}

pub(super) fn untag(call: &mut Call<'_>) -> Answer {
    let mut input = take(&mut call.input);
    let arn = input.required("resourceArn")?;
    if !input.has("tagKeys") {
        return Err(input.missing("tagKeys"));
    }
    let keys = input.texts("tagKeys")?;
    input.finish()?;
    let group = tagged_group(call, &arn)?;
    group.tags.retain(|key, _| !keys.contains(key));
    Ok(Value::Null)
}

pub(super) fn list_tags(call: &mut Call<'_>) -> Answer {
    let mut input = take(&mut call.input);
    let arn = input.required("resourceArn")?;
    input.finish()?;
    Ok(json!({ "tags": tagged_group(call, &arn)?.tags.0 }))
}

pub(super) fn bad_token(_: Refusal) -> Refusal {
    Refusal::new(
        "InvalidParameterException",
        "The specified nextToken is invalid.",
    )
}

fn shown(name: &str, group: &Group) -> Value {
    json!({
        "logGroupName": name,
        "creationTime": group.created,
        "retentionInDays": group.retention,
        "kmsKeyId": group.key,
        "metricFilterCount": 0,
        "arn": format!("{}:*", group.arn),
        "logGroupArn": group.arn,
        "logGroupClass": group.class,
        // AWS updates this once in a while, not at once; new groups say 0.
        "storedBytes": 0,
        "deletionProtectionEnabled": false,
    })
}

/// The tagging operations want the ARN without `:*` [CloudWatch Logs API: LogGroup].
fn tagged_group<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Group, Refusal> {
    let name = arn.splitn(7, ':').nth(6).unwrap_or_default().to_owned();
    if name.ends_with(":*") {
        let must = "The resource ARN of a log group must not end in :*";
        return Err(Refusal::new("InvalidParameterException", must));
    }
    if !arn.starts_with("arn:") {
        let must = "The specified resource ARN is not valid.";
        return Err(Refusal::new("InvalidParameterException", must));
    }
    if call.arn("logs", &format!("log-group:{name}")) != arn {
        return Err(no_group());
    }
    group(call, &name)
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'/' | b'#');
    if !name.bytes().all(allowed) || name.is_empty() {
        let must =
            "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+".to_owned();
        return Err(constraint(&json!(name), "logGroupName", &must));
    }
    if name.len() > 512 {
        let must = "Member must have length less than or equal to 512";
        return Err(constraint(&json!(name), "logGroupName", must));
    }
    if name.to_ascii_lowercase().starts_with("aws/") {
        let message = "Log groups starting with AWS/ are reserved for AWS.";
        return Err(Refusal::new("InvalidParameterException", message));
    }
    Ok(())
}
