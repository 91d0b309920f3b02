//! Tags of load balancers, listeners, rules and target groups.

use serde_json::json;

use super::Elbv2;
use super::constraint::invalid;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

pub(super) fn add_tags(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arns = read_arns(&mut input)?;
    let tags = read(&mut input)?;
    input.finish()?;
    if tags.is_empty() {
        return Err(invalid("At least one tag must be specified"));
    }
    let here = &mut call.here().elbv2;
    let mut changed = Vec::new();
    for arn in &arns {
        changed.push(of(here, arn)?.with(tags.clone(), "TooManyTags")?);
    }
    for (arn, tags) in arns.iter().zip(changed) {
        *of(here, arn)? = tags;
    }
    Ok(json!({}))
}

pub(super) fn remove_tags(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arns = read_arns(&mut input)?;
    let keys = input.texts("TagKeys")?;
    input.finish()?;
    if keys.is_empty() {
        return Err(invalid("At least one tag key must be specified"));
    }
    let here = &mut call.here().elbv2;
    for arn in &arns {
        of(here, arn)?;
    }
    for arn in &arns {
        of(here, arn)?.retain(|key, _| !keys.contains(key));
    }
    Ok(json!({}))
}

pub(super) fn describe_tags(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arns = read_arns(&mut input)?;
    input.finish()?;
    let here = &mut call.here().elbv2;
    let mut descriptions = Vec::new();
    for arn in &arns {
        let tags = of(here, arn)?.to_list("Key", "Value");
        descriptions.push(json!({"ResourceArn": arn, "Tags": tags}));
    }
    Ok(json!({"TagDescriptions": descriptions}))
}

/// Everything of the region that has tags.
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    let Some(here) = world.regions.get(region).map(|here| &here.elbv2) else {
        return Vec::new();
    };
    let balancers = here.balancers.values().map(|it| (it.arn.clone(), &it.tags));
    let listeners = here.listeners.values().map(|it| (it.arn.clone(), &it.tags));
    let rules = here.rules.values().map(|it| (it.arn.clone(), &it.tags));
    let groups = here
        .target_groups
        .values()
        .map(|it| (it.arn.clone(), &it.tags));
    balancers
        .chain(listeners)
        .chain(rules)
        .chain(groups)
        .collect()
}

/// The tags of a create or tag request.
pub(super) fn read(input: &mut Input) -> Result<Tags, Refusal> {
    Tags::from_list(input.objects("Tags")?, "Key", "Value").map_err(|refusal| {
        // Of all services only this one has a code of its own for it [ELBv2 API: AddTags].
        if refusal.message.starts_with("Duplicate") {
            return Refusal::new("DuplicateTagKeys", refusal.message);
        }
        refusal
    })
}

/// Twenty resources in one call at most [ELBv2 API: DescribeTags].
fn read_arns(input: &mut Input) -> Result<Vec<String>, Refusal> {
    let arns = input.texts("ResourceArns")?;
    if arns.is_empty() {
        return Err(input.missing("ResourceArns"));
    }
    if arns.len() > 20 {
        return Err(invalid(
            "The maximum number of resource ARNs in one call is '20'",
        ));
    }
    Ok(arns)
}

fn of<'a>(here: &'a mut Elbv2, arn: &str) -> Result<&'a mut Tags, Refusal> {
    let kind = arn
        .split(':')
        .nth(5)
        .and_then(|resource| resource.split('/').next());
    let (found, code) = match kind.unwrap_or_default() {
        "loadbalancer" => (
            here.balancers.get_mut(arn).map(|it| &mut it.tags),
            "LoadBalancerNotFound",
        ),
        "listener" => (
            here.listeners.get_mut(arn).map(|it| &mut it.tags),
            "ListenerNotFound",
        ),
        "listener-rule" => (
            here.rules.get_mut(arn).map(|it| &mut it.tags),
            "RuleNotFound",
        ),
        "targetgroup" => (
            here.target_groups.get_mut(arn).map(|it| &mut it.tags),
            "TargetGroupNotFound",
        ),
        _ => return Err(invalid(format!("'{arn}' is not a valid resource ARN"))),
    };
    found.ok_or_else(|| Refusal::new(code, format!("'{arn}' not found")))
}
