//! Resource Groups Tagging: what bears which tag, over all services of a region.
//!
//! Reads ask every service for what it lists; writes are handed to the owning service's own tagging
//! operation, so that its limits and refusals hold.

mod native;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::input::Input;
use crate::operation::{Answer, Call, Operation, read, write};
use crate::page;
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;
use crate::{
    acm, appautoscaling, cloudfront, cloudmap, cloudwatch, ec2, ecr, ecs, efs, elb, elbv2, events,
    iam, kms, logs, rds, route53, s3, scheduler, secretsmanager, sns, sqs, ssm, wafv2,
};

pub(crate) const OPERATIONS: &[Operation] = &[
    read("GetResources", get_resources),
    read("GetTagKeys", get_tag_keys),
    read("GetTagValues", get_tag_values),
    write("TagResources", tag_resources),
    write("UntagResources", untag_resources),
];

/// Lists a service's resources of one region with their tags.
type Listing = for<'a> fn(&'a World, &str) -> Vec<(String, &'a Tags)>;

/// Every service whose resources bear tags.
const LISTINGS: &[Listing] = &[
    acm::tagged,
    appautoscaling::tagged,
    cloudfront::tagged,
    cloudmap::tagged,
    cloudwatch::tagged,
    ec2::tagged,
    ecr::tagged,
    ecs::tagged,
    efs::tagged,
    elb::tagged,
    elbv2::tagged,
    events::tagged,
    iam::tagged,
    kms::tagged,
    logs::tagged,
    rds::tagged,
    route53::tagged,
    s3::tagged,
    scheduler::tagged,
    secretsmanager::tagged,
    sns::tagged,
    sqs::tagged,
    ssm::tagged,
    wafv2::tagged,
];

/// Everything of a region that could bear tags, by ARN; also what bears none.
pub(crate) fn every_resource<'a>(world: &'a World, region: &str) -> BTreeMap<String, &'a Tags> {
    LISTINGS
        .iter()
        .flat_map(|listing| listing(world, region))
        .collect()
}

/// Rows of a page when the call does not say [Resource Groups Tagging API: GetResources].
const PAGE: i64 = 50;

fn get_resources(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arns = input.texts("ResourceARNList")?;
    let filters = read_filters(&mut input)?;
    let types = input.texts("ResourceTypeFilters")?;
    let limit = input.number("ResourcesPerPage")?;
    let token = read_token(&mut input)?;
    input.accept("IncludeComplianceDetails", &[json!(false)])?;
    input.accept("ExcludeCompliantResources", &[json!(false)])?;
    input.finish()?;
    let paged = limit.is_some() || token.is_some();
    if !arns.is_empty() && (paged || !filters.is_empty() || !types.is_empty()) {
        return Err(invalid(
            "ResourceARNList cannot be combined with TagFilters, ResourceTypeFilters or pagination.",
        ));
    }
    if arns.len() > 100 || types.len() > 100 {
        return Err(invalid(
            "A request names at most 100 ARNs and 100 resource types.",
        ));
    }
    if limit.is_some_and(|limit| !(1..=100).contains(&limit)) {
        return Err(invalid("ResourcesPerPage must be from 1 to 100."));
    }
    let wanted = |arn: &str, tags: &Tags| {
        (arns.is_empty() || arns.iter().any(|asked| asked == arn))
            && (types.is_empty() || types.iter().any(|kind| is_of_type(arn, kind)))
            && filters
                .iter()
                .all(|(key, values)| tags.matches(key, values))
    };
    let rows = every_resource(call.world, &call.region).into_iter();
    let rows = rows.filter(|(arn, tags)| !tags.is_empty() && wanted(arn, tags));
    let rows =
        rows.map(|(arn, tags)| json!({ "ResourceARN": arn, "Tags": tags.to_list("Key", "Value") }));
    answer_page(
        "ResourceTagMappingList",
        rows.collect(),
        limit.unwrap_or(PAGE),
        token,
    )
}

fn get_tag_keys(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let token = read_token(&mut input)?;
    input.finish()?;
    let all = every_resource(call.world, &call.region);
    let keys: BTreeSet<&String> = all.values().flat_map(|tags| tags.keys()).collect();
    answer_page(
        "TagKeys",
        keys.into_iter().map(|key| json!(key)).collect(),
        PAGE,
        token,
    )
}

fn get_tag_values(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let key = input.required("Key")?;
    let token = read_token(&mut input)?;
    input.finish()?;
    let all = every_resource(call.world, &call.region);
    let values: BTreeSet<&String> = all.values().filter_map(|tags| tags.get(&key)).collect();
    answer_page(
        "TagValues",
        values.into_iter().map(|value| json!(value)).collect(),
        PAGE,
        token,
    )
}

fn tag_resources(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arns = read_arns(&mut input)?;
    let tags = Tags::from_map(
        input.text_map("Tags")?,
        "InvalidParameterException",
        "InvalidParameterException",
    )?;
    input.finish()?;
    if tags.is_empty() {
        return Err(invalid("Tags must have at least one member."));
    }
    each(call, &arns, |arn| native::tagging(arn, &tags))
}

fn untag_resources(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arns = read_arns(&mut input)?;
    let keys = input.texts("TagKeys")?;
    input.finish()?;
    if keys.is_empty() || keys.len() > 50 {
        return Err(invalid("TagKeys must have 1 to 50 members."));
    }
    each(call, &arns, |arn| native::untagging(arn, &keys))
}

/// Runs the owning service's call for every ARN. What fails is reported by ARN, the others stand
/// [Resource Groups Tagging API: FailedResourcesMap].
fn each(
    call: &mut Call<'_>,
    arns: &[String],
    call_for: impl Fn(&str) -> Option<native::Native>,
) -> Answer {
    let mut failed = Map::new();
    for arn in arns {
        let done = match call_for(arn) {
            Some(found) => native::forward(call, found),
            None => Err(Refusal::new(
                "InvalidParameterException",
                format!("The resource type of {arn} is not supported."),
            )),
        };
        if let Err(refusal) = done {
            // The map knows two codes only: the caller's fault or not.
            let code = match refusal.status {
                500.. => "InternalServiceException",
                _ => "InvalidParameterException",
            };
            let message = format!("{}: {}", refusal.code, refusal.message);
            failed.insert(
                arn.clone(),
                json!({ "StatusCode": refusal.status, "ErrorCode": code, "ErrorMessage": message }),
            );
        }
    }
    Ok(json!({ "FailedResourcesMap": failed }))
}

fn read_filters(input: &mut Input) -> Result<Vec<(String, Vec<String>)>, Refusal> {
    let mut filters = Vec::new();
    for mut filter in input.objects("TagFilters")? {
        let key = filter.required("Key")?;
        let values = filter.texts("Values")?;
        filter.finish()?;
        if values.len() > 20 {
            return Err(invalid("A TagFilter has at most 20 values."));
        }
        filters.push((key, values));
    }
    if filters.len() > 50 {
        return Err(invalid("A request has at most 50 TagFilters."));
    }
    Ok(filters)
}

fn read_arns(input: &mut Input) -> Result<Vec<String>, Refusal> {
    let arns = input.texts("ResourceARNList")?;
    if arns.is_empty() || arns.len() > 20 {
        return Err(invalid("ResourceARNList must have 1 to 20 members."));
    }
    if let Some(other) = arns.iter().find(|arn| arn.split(':').count() < 6) {
        return Err(invalid(format!("{other} is not an ARN.")));
    }
    Ok(arns)
}

/// The empty token asks for the first page, and ends the last one.
fn read_token(input: &mut Input) -> Result<Option<String>, Refusal> {
    Ok(input
        .text("PaginationToken")?
        .filter(|token| !token.is_empty()))
}

fn answer_page(member: &str, rows: Vec<Value>, limit: i64, token: Option<String>) -> Answer {
    let (rows, token) = page::page(rows, Some(limit), token)
        .map_err(|_| invalid("The PaginationToken is not valid."))?;
    Ok(json!({ member: rows, "PaginationToken": token.unwrap_or_default() }))
}

/// `ec2`, or `ec2:vpc`: the words are those of the ARN.
fn is_of_type(arn: &str, wanted: &str) -> bool {
    match wanted.split_once(':') {
        None => service_of(arn) == wanted,
        Some((service, kind)) => service_of(arn) == service && type_of(arn) == kind,
    }
}

fn service_of(arn: &str) -> &str {
    arn.split(':').nth(2).unwrap_or_default()
}

/// `vpc` of `…:vpc/vpc-1`, `log-group` of `…:log-group:/ecs/web`.
fn type_of(arn: &str) -> &str {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    resource.split(['/', ':']).next().unwrap_or_default()
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidParameterException", message)
}
