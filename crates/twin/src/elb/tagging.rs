//! Tags of Classic Load Balancers.

use serde_json::json;

use super::balancer;
use crate::elbv2::constraint::invalid;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// Tags per balancer, fewer than elsewhere [ELB API: AddTags].
const QUOTA: usize = 10;

pub(super) fn add_tags(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = read_name(&mut input)?;
    let tags = read(&mut input)?;
    input.finish()?;
    if tags.is_empty() {
        return Err(invalid("At least one tag must be specified"));
    }
    let found = balancer::named(&mut call.here().elb, &name)?;
    found.tags = within(found.tags.with(tags, "TooManyTags")?)?;
    Ok(json!({}))
}

pub(super) fn remove_tags(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = read_name(&mut input)?;
    let mut keys = Vec::new();
    for mut tag in input.objects("Tags")? {
        keys.push(tag.required("Key")?);
        tag.finish()?;
    }
    input.finish()?;
    if keys.is_empty() {
        return Err(invalid("At least one tag key must be specified"));
    }
    let found = balancer::named(&mut call.here().elb, &name)?;
    found.tags.retain(|key, _| !keys.contains(key));
    Ok(json!({}))
}

/// Twenty balancers in one call at most [ELB API: DescribeTags].
pub(super) fn describe_tags(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let names = input.texts("LoadBalancerNames")?;
    if names.is_empty() || names.len() > 20 {
        return Err(invalid("1 to 20 load balancer names must be specified"));
    }
    input.finish()?;
    let mut rows = Vec::new();
    for name in &names {
        let found = balancer::named(&mut call.here().elb, name)?;
        let tags = found.tags.to_list("Key", "Value");
        rows.push(json!({ "LoadBalancerName": name, "Tags": tags }));
    }
    Ok(json!({ "TagDescriptions": rows }))
}

/// The tags of a create or tag request.
pub(super) fn read(input: &mut Input) -> Result<Tags, Refusal> {
    let tags = Tags::from_list(input.objects("Tags")?, "Key", "Value").map_err(|refusal| {
        match refusal.message.starts_with("Duplicate") {
            true => Refusal::new("DuplicateTagKeys", refusal.message),
            false => refusal,
        }
    });
    within(tags?)
}

fn within(tags: Tags) -> Result<Tags, Refusal> {
    if tags.len() <= QUOTA {
        return Ok(tags);
    }
    let message = format!("The maximum number of tags for a load balancer is {QUOTA}");
    Err(Refusal::new("TooManyTags", message))
}

/// One balancer only [ELB API: AddTags, RemoveTags].
fn read_name(input: &mut Input) -> Result<String, Refusal> {
    let mut names = input.texts("LoadBalancerNames")?;
    match names.pop() {
        Some(name) if names.is_empty() => Ok(name),
        Some(_) => Err(invalid("Only one load balancer name can be specified")),
        None => Err(input.missing("LoadBalancerNames")),
    }
}

/// Every balancer of the region with its tags.
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    let here = world.regions.get(region).map(|here| &here.elb);
    let all = here.into_iter().flat_map(|here| here.balancers.values());
    all.map(|it| (it.arn.clone(), &it.tags)).collect()
}
