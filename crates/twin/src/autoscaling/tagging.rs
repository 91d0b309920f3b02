//! CreateOrUpdateTags, DeleteTags, DescribeTags: tags of groups, which instances get or do not.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::group::{self, Tag};
use super::{refuse, shape};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::refusal::Refusal;

/// Tags per group [EC2 Auto Scaling user guide: tags].
const LIMIT: usize = 50;

/// A tag as a request names it: whose, its key, and what it is to be.
type Given = (String, String, Tag);

/// Takes `Tags` of the group that is being created.
pub(super) fn read(input: &mut Input, of: Option<&str>) -> Result<BTreeMap<String, Tag>, Refusal> {
    let mut tags = BTreeMap::new();
    for (_, key, tag) in each(input, of)? {
        if tags.insert(key.clone(), tag).is_some() {
            return Err(refuse::validation(format!("Duplicate keys found: {key}")));
        }
    }
    within(tags.len())?;
    Ok(tags)
}

fn within(count: usize) -> Result<(), Refusal> {
    match count <= LIMIT {
        true => Ok(()),
        false => Err(Refusal::new(
            "LimitExceeded",
            format!("The maximum number of tags for a resource is {LIMIT}."),
        )),
    }
}

fn each(input: &mut Input, of: Option<&str>) -> Result<Vec<Given>, Refusal> {
    let mut given = Vec::new();
    for mut tag in input.objects("Tags")? {
        let id = tag.text("ResourceId")?;
        let kind = tag.text("ResourceType")?;
        let key = tag.required("Key")?;
        let value = tag.text("Value")?.unwrap_or_default();
        let propagate = tag.boolean("PropagateAtLaunch")?.unwrap_or(of.is_some());
        tag.finish()?;
        if kind.is_some_and(|kind| kind != "auto-scaling-group") {
            return Err(refuse::validation(
                "Invalid resource type. The only supported value is auto-scaling-group.",
            ));
        }
        let id = id
            .or_else(|| of.map(str::to_owned))
            .ok_or_else(|| refuse::validation("The resource ID of a tag must be specified."))?;
        if of.is_some_and(|of| of != id) {
            return Err(refuse::validation(
                "The resource ID of a tag must be the name of the Auto Scaling group.",
            ));
        }
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
            return Err(refuse::validation(
                "Tag keys must have 1 to 128 characters, values at most 256.",
            ));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(refuse::validation(
                "Tag keys starting with 'aws:' are reserved for internal use",
            ));
        }
        given.push((id, key, Tag { value, propagate }));
    }
    Ok(given)
}

/// `CreateOrUpdateTags`: instances that are there do not get them.
pub(super) fn create_or_update(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = each(&mut input, None)?;
    input.finish()?;
    for (name, ..) in &given {
        let mut tags = group::active(call, name)?.tags.clone();
        let mine = given.iter().filter(|(other, ..)| other == name);
        tags.extend(mine.map(|(_, key, tag)| (key.clone(), tag.clone())));
        within(tags.len())?;
    }
    for (name, key, tag) in given {
        group::active(call, &name)?.tags.insert(key, tag);
    }
    Ok(Value::Null)
}

/// `DeleteTags`: with a value, only a tag that has it.
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let valued: Vec<bool> = {
        let whole = input.whole();
        let tags = whole["Tags"].as_array().cloned().unwrap_or_default();
        tags.iter()
            .map(|tag| tag["Value"].as_str().is_some_and(|it| !it.is_empty()))
            .collect()
    };
    let given = each(&mut input, None)?;
    input.finish()?;
    for (name, ..) in &given {
        group::active(call, name)?;
    }
    for ((name, key, tag), valued) in given.into_iter().zip(valued) {
        let tags = &mut group::active(call, &name)?.tags;
        tags.retain(|known, has| *known != key || (valued && has.value != tag.value));
    }
    Ok(Value::Null)
}

/// `DescribeTags`
pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let mut filters = Vec::new();
    for mut filter in input.objects("Filters")? {
        filters.push((filter.required("Name")?, filter.texts("Values")?));
        filter.finish()?;
    }
    input.boolean("IncludeManagedResources")?;
    let (limit, token) = shape::page_of(&mut input)?;
    input.finish()?;
    let member = |name: &str| match name {
        "auto-scaling-group" => Some("ResourceId"),
        "key" => Some("Key"),
        "value" => Some("Value"),
        "propagate-at-launch" => Some("PropagateAtLaunch"),
        _ => None,
    };
    if let Some((name, _)) = filters.iter().find(|(name, _)| member(name).is_none()) {
        return Err(refuse::validation(format!(
            "Filter type {name} is not correct."
        )));
    }
    let groups = call.here().autoscaling.groups.values();
    let mut shown: Vec<Value> = Vec::new();
    for tags in groups.map(|group| group.show(false)["Tags"].take()) {
        shown.extend(tags.as_array().cloned().unwrap_or_default());
    }
    shown.retain(|tag| {
        filters.iter().all(|(name, values)| {
            let value = &tag[member(name).unwrap_or_default()];
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            values.contains(&text)
        })
    });
    let (shown, next) = page(shown, limit, token)?;
    Ok(json!({ "Tags": shown, "NextToken": next }))
}
