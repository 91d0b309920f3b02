//! Target groups of a group, by their older name and as traffic sources.

use serde_json::{Value, json};

use super::group::{self, Group};
use super::{refuse, shape};
use crate::elbv2;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::refusal::Refusal;

/// Takes `TrafficSources`: ARNs of target groups. Classic balancers and Lattice are not modelled.
pub(super) fn read(input: &mut Input) -> Result<Vec<String>, Refusal> {
    let mut arns = Vec::new();
    for mut source in input.objects("TrafficSources")? {
        arns.push(source.required("Identifier")?);
        source.accept("Type", &[json!("elbv2")])?;
        source.finish()?;
    }
    Ok(arns)
}

/// Target groups must be there and take instances.
pub(super) fn check(
    call: &mut Call<'_>,
    groups: Vec<String>,
    sources: Vec<String>,
) -> Result<Vec<String>, Refusal> {
    if !groups.is_empty() && !sources.is_empty() {
        return Err(refuse::validation(
            "You can specify either TargetGroupARNs or TrafficSources, but not both.",
        ));
    }
    let mut all = groups;
    all.extend(sources);
    for arn in &all {
        let found = elbv2::target_group(call.world, &call.region, arn);
        let found = found.ok_or_else(|| {
            refuse::validation(format!(
                "Provided Target Groups may not be valid. Please ensure they exist and try again: {arn}"
            ))
        })?;
        if found.target_type != "instance" {
            return Err(refuse::validation(format!(
                "Provided Target Groups must have target type instance: {arn}"
            )));
        }
    }
    all.dedup();
    Ok(all)
}

pub(super) fn attach_groups(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("AutoScalingGroupName")?;
    let arns = input.texts("TargetGroupARNs")?;
    input.finish()?;
    attach(call, &name, arns)
}

pub(super) fn attach_sources(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("AutoScalingGroupName")?;
    let arns = read(&mut input)?;
    input.accept("SkipZonalShiftValidation", &[json!(false)])?;
    input.finish()?;
    attach(call, &name, arns)
}

fn attach(call: &mut Call<'_>, name: &str, arns: Vec<String>) -> Answer {
    let arns = check(call, arns, Vec::new())?;
    let region = call.region.clone();
    let group = group::active(call, name)?;
    let new: Vec<String> = arns
        .into_iter()
        .filter(|arn| !group.target_groups.contains(arn))
        .collect();
    group.target_groups.extend(new.clone());
    let ids = in_service(group);
    for arn in new {
        let port = elbv2::target_group(call.world, &region, &arn).map_or(0, |it| it.port);
        for id in &ids {
            elbv2::register_target(call.world, &region, &arn, id, port);
        }
    }
    Ok(json!({}))
}

pub(super) fn detach_groups(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("AutoScalingGroupName")?;
    let arns = input.texts("TargetGroupARNs")?;
    input.finish()?;
    detach(call, &name, &arns)
}

pub(super) fn detach_sources(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("AutoScalingGroupName")?;
    let arns = read(&mut input)?;
    input.finish()?;
    detach(call, &name, &arns)
}

fn detach(call: &mut Call<'_>, name: &str, arns: &[String]) -> Answer {
    let region = call.region.clone();
    let group = group::active(call, name)?;
    if let Some(arn) = arns.iter().find(|arn| !group.target_groups.contains(arn)) {
        return Err(refuse::validation(format!(
            "Trying to remove Target Groups that are not part of the group: {arn}"
        )));
    }
    group.target_groups.retain(|arn| !arns.contains(arn));
    let ids = in_service(group);
    for arn in arns {
        let port = elbv2::target_group(call.world, &region, arn).map_or(0, |it| it.port);
        for id in &ids {
            elbv2::deregister_target(call.world, &region, arn, id, port);
        }
    }
    Ok(json!({}))
}

fn in_service(group: &Group) -> Vec<String> {
    let members = group.members.iter().filter(|it| it.is_in_service());
    members.map(|it| it.id.clone()).collect()
}

pub(super) fn describe_groups(call: &mut Call<'_>) -> Answer {
    let show = |arn: &String| json!({ "LoadBalancerTargetGroupARN": arn, "State": "InService" });
    describe(call, "LoadBalancerTargetGroups", show)
}

pub(super) fn describe_sources(call: &mut Call<'_>) -> Answer {
    call.input.accept("TrafficSourceType", &[json!("elbv2")])?;
    let show = |arn: &String| json!({ "TrafficSource": arn, "Identifier": arn, "Type": "elbv2", "State": "InService" });
    describe(call, "TrafficSources", show)
}

fn describe(call: &mut Call<'_>, list: &str, show: impl Fn(&String) -> Value) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("AutoScalingGroupName")?;
    let (limit, token) = shape::page_of(&mut input)?;
    input.finish()?;
    let shown = group::named(call, &name)?
        .target_groups
        .iter()
        .map(show)
        .collect();
    let (shown, next) = page(shown, limit, token)?;
    Ok(json!({ list: shown, "NextToken": next }))
}
