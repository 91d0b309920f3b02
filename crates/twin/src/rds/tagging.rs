//! Tags of whatever RDS has, by its ARN.

use serde_json::{Value, json};

use super::{Rds, lists, refuse};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;

pub(super) fn add(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ResourceName")?;
    let tags = lists::tags(&mut input)?;
    input.finish()?;
    let found = of(&mut call.here().rds, &arn)?;
    *found = found.with(tags, "InvalidParameterValue")?;
    Ok(Value::Null)
}

pub(super) fn remove(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ResourceName")?;
    let keys = lists::texts(&mut input, "TagKeys", "member")?;
    input.finish()?;
    of(&mut call.here().rds, &arn)?.retain(|key, _| !keys.contains(key));
    Ok(Value::Null)
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ResourceName")?;
    lists::Filters::read(&mut input, &[])?;
    input.finish()?;
    let tags = match of(&mut call.here().rds, &arn) {
        Ok(tags) => tags.clone(),
        // The default parameter groups have no tags, and are there all the same.
        Err(_) if arn.contains(":pg:default.") => Tags::default(),
        Err(refusal) => return Err(refusal),
    };
    Ok(json!({ "TagList": lists::tag_list(&tags) }))
}

fn of<'a>(rds: &'a mut Rds, arn: &str) -> Result<&'a mut Tags, Refusal> {
    let mut parts = arn.splitn(7, ':').skip(5);
    let (kind, name) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let (found, missing) = match kind {
        "db" => {
            let found = rds
                .instances
                .get_mut(name)
                .map(|it| (&it.arn, &mut it.tags));
            (found, refuse::no_instance(name))
        }
        "pg" => {
            let found = rds.parameter_groups.get_mut(name);
            (
                found.map(|it| (&it.arn, &mut it.tags)),
                refuse::no_parameter_group(name),
            )
        }
        "snapshot" => {
            let found = rds
                .snapshots
                .get_mut(name)
                .map(|it| (&it.arn, &mut it.tags));
            (found, refuse::no_snapshot(name))
        }
        "subgrp" => {
            let found = rds
                .subnet_groups
                .get_mut(name)
                .map(|it| (&it.arn, &mut it.tags));
            (found, refuse::no_subnet_group(name))
        }
        _ => return Err(refuse::value(format!("Invalid resource name: {arn}"))),
    };
    match found {
        Some((known, tags)) if known == arn => Ok(tags),
        _ => Err(missing),
    }
}
