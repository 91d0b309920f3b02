//! DescribeAutoScalingGroups and DescribeAutoScalingInstances.

use serde_json::{Value, json};

use super::group::Group;
use super::{refuse, shape};
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::refusal::Refusal;

/// `DescribeAutoScalingGroups`: names that there are none of are left out.
pub(super) fn groups(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let names = input.texts("AutoScalingGroupNames")?;
    let instances = input.boolean("IncludeInstances")?.unwrap_or(true);
    input.boolean("IncludeManagedResources")?;
    let mut filters = Vec::new();
    for mut filter in input.objects("Filters")? {
        filters.push((filter.required("Name")?, filter.texts("Values")?));
        filter.finish()?;
    }
    let (limit, token) = shape::page_of(&mut input)?;
    input.finish()?;
    for (name, _) in &filters {
        let known = matches!(name.as_str(), "tag-key" | "tag-value") || name.starts_with("tag:");
        if !known {
            return Err(refuse::validation(format!(
                "Filter type {name} is not correct."
            )));
        }
    }
    let groups = call.here().autoscaling.groups.values();
    let wanted = |group: &&Group| {
        (names.is_empty() || names.contains(&group.name))
            && filters
                .iter()
                .all(|(name, values)| fits(group, name, values))
    };
    let shown = groups
        .filter(wanted)
        .map(|group| group.show(instances))
        .collect();
    let (shown, next) = page(shown, limit, token)?;
    Ok(json!({ "AutoScalingGroups": shown, "NextToken": next }))
}

fn fits(group: &Group, name: &str, values: &[String]) -> bool {
    let mut tags = group.tags.iter();
    match name.strip_prefix("tag:") {
        Some(key) => tags.any(|(known, tag)| known == key && values.contains(&tag.value)),
        None if name == "tag-key" => tags.any(|(key, _)| values.contains(key)),
        None => tags.any(|(_, tag)| values.contains(&tag.value)),
    }
}

/// `DescribeAutoScalingInstances`
pub(super) fn instances(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let ids = input.texts("InstanceIds")?;
    input.boolean("IncludeManagedResources")?;
    let (limit, token) = shape::page_of(&mut input)?;
    input.finish()?;
    if ids.len() > 50 {
        return Err(Refusal::new(
            "ValidationError",
            "At most 50 instances can be described at once.",
        ));
    }
    let groups = call.here().autoscaling.groups.values();
    let every = groups.flat_map(|group| group.members.iter().map(move |it| (group, it)));
    let shown = every
        .filter(|(_, it)| ids.is_empty() || ids.contains(&it.id))
        .map(|(group, it)| {
            let mut shown = it.show();
            shown["AutoScalingGroupName"] = json!(group.name);
            // Here, and only here, it is in capitals.
            shown["HealthStatus"] = json!(if it.healthy { "HEALTHY" } else { "UNHEALTHY" });
            shown
        })
        .collect::<Vec<Value>>();
    let (shown, next) = page(shown, limit, token)?;
    Ok(json!({ "AutoScalingInstances": shown, "NextToken": next }))
}
