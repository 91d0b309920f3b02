//! Target groups: create, describe, modify, delete.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::attributes::Attributes;
use super::constraint::{self, invalid, misconfigured};
use super::health_check::{self, HealthCheck};
use super::targets::Target;
use super::{Elbv2, balancer, limits, look, tagging};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;
use crate::{ec2, page};

/// A target group.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub struct TargetGroup {
    /// `arn:…:targetgroup/{name}/{id}`.
    pub arn: String,
    /// Its name, unique in the region.
    pub name: String,
    /// `HTTP`, `HTTPS`, `TCP` …
    pub protocol: String,
    /// `HTTP1`, `HTTP2` or `GRPC`, for HTTP and HTTPS.
    pub version: Option<String>,
    /// Where targets listen that were registered without a port.
    pub port: u16,
    /// The VPC of its targets.
    pub vpc: String,
    /// `ip`, `instance` or `alb`.
    pub target_type: String,
    /// How targets are checked.
    pub health_check: HealthCheck,
    /// The balancers whose actions name it: one at most.
    pub load_balancers: Vec<String>,
    /// What is registered, drained targets until their delay is over.
    pub targets: Vec<Target>,
    /// Attributes that differ from the default.
    pub attributes: Attributes,
    /// Its tags.
    pub tags: Tags,
}

/// The protocols of target groups, without Gateway Load Balancers' GENEVE and without QUIC.
const PROTOCOLS: [&str; 6] = ["HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP"];

pub(super) fn create_target_group(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("Name")?;
    let target_type = constraint::one_of(
        &mut input,
        "TargetType",
        &["instance", "ip", "lambda", "alb"],
    )?;
    let target_type = target_type.unwrap_or_else(|| "instance".to_owned());
    if target_type == "lambda" {
        return Err(Refusal::not_implemented("TargetType=lambda"));
    }
    let protocol = constraint::one_of(&mut input, "Protocol", &PROTOCOLS)?;
    // No enumeration in the model, and Terraform sends an empty one [terraform-provider-aws 5.100].
    let version = constraint::one_of(
        &mut input,
        "ProtocolVersion",
        &["", "HTTP1", "HTTP2", "GRPC"],
    )?
    .filter(|version| !version.is_empty());
    let port = constraint::number(&mut input, "Port", 1..=65_535)?;
    let vpc = input.text("VpcId")?;
    let check = health_check::read(&mut input)?;
    input.accept("IpAddressType", &[json!("ipv4")])?;
    let tags = tagging::read(&mut input)?;
    input.finish()?;
    constraint::name("Target group", &name)?;
    let protocol = protocol.ok_or_else(|| invalid("A protocol must be specified"))?;
    let port = port.and_then(|port| port.try_into().ok());
    let port = port.ok_or_else(|| invalid("A port must be specified"))?;
    let vpc = vpc.ok_or_else(|| invalid("A VPC ID must be specified"))?;
    if !ec2::vpc_exists(call.world, &call.region, &vpc) {
        return Err(invalid(format!("The VPC ID '{vpc}' is not found")));
    }
    let http = matches!(protocol.as_str(), "HTTP" | "HTTPS");
    if version.is_some() && !http {
        return Err(misconfigured(format!(
            "Protocol version is not supported for protocol '{protocol}'"
        )));
    }
    let version = http.then(|| version.unwrap_or_else(|| "HTTP1".to_owned()));
    if target_type == "alb" && protocol != "TCP" {
        return Err(misconfigured(format!(
            "Target type 'alb' is not supported for target groups with {protocol} protocol"
        )));
    }
    let health_check = check.over_defaults(&protocol, version.as_deref(), &target_type)?;
    let wanted = TargetGroup {
        arn: String::new(),
        name,
        protocol,
        version,
        port,
        vpc,
        target_type,
        health_check,
        load_balancers: Vec::new(),
        targets: Vec::new(),
        attributes: Attributes::new(),
        tags,
    };

    let here = &call.here().elbv2;
    if let Some(existing) = here
        .target_groups
        .values()
        .find(|group| group.name == wanted.name)
    {
        return existing.answer_again(&wanted);
    }
    let held = here.target_groups.len();
    let code = "TooManyTargetGroups";
    limits::room_here(call.world, &call.region, "target-groups", held, code)?;
    let id = call.world.ids.hex("", 16);
    let arn = call.arn(
        "elasticloadbalancing",
        &format!("targetgroup/{}/{id}", wanted.name),
    );
    let group = TargetGroup {
        arn: arn.clone(),
        ..wanted
    };
    let answer = group.value();
    call.here().elbv2.target_groups.insert(arn, group);
    Ok(json!({"TargetGroups": [answer]}))
}

pub(super) fn describe_target_groups(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let balancer = input.text("LoadBalancerArn")?;
    let arns = input.texts("TargetGroupArns")?;
    let names = input.texts("Names")?;
    let size = constraint::number(&mut input, "PageSize", 1..=400)?;
    let marker = input.text("Marker")?;
    input.finish()?;
    let ways = [balancer.is_some(), !arns.is_empty(), !names.is_empty()];
    if ways.iter().filter(|way| **way).count() > 1 {
        return Err(invalid(
            "Target group names, target group ARNs and a load balancer ARN cannot be specified at the same time",
        ));
    }
    let here = &mut call.here().elbv2;
    if let Some(arn) = &balancer {
        balancer::named(here, arn)?;
    }
    if let Some(arn) = arns.iter().find(|arn| !arn.contains(":targetgroup/")) {
        return Err(invalid(format!("'{arn}' is not a valid target group ARN")));
    }
    let known_name = |name: &String| here.target_groups.values().any(|group| group.name == *name);
    if !arns.iter().all(|arn| here.target_groups.contains_key(arn)) || !names.iter().all(known_name)
    {
        return Err(Refusal::new(
            "TargetGroupNotFound",
            "One or more target groups not found",
        ));
    }
    let wanted = |group: &&TargetGroup| match &balancer {
        Some(arn) => group.load_balancers.contains(arn),
        None if arns.is_empty() && names.is_empty() => true,
        None => arns.contains(&group.arn) || names.contains(&group.name),
    };
    let groups = here
        .target_groups
        .values()
        .filter(wanted)
        .map(TargetGroup::value)
        .collect();
    let (groups, next) = page::page(groups, size, marker)?;
    Ok(json!({"TargetGroups": groups, "NextMarker": next}))
}

pub(super) fn modify_target_group(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("TargetGroupArn")?;
    let check = health_check::read(&mut input)?;
    input.finish()?;
    let group = named(&mut call.here().elbv2, &arn)?;
    let held = group.health_check.clone();
    group.health_check = check.over(held, &group.protocol, &group.target_type)?;
    let answer = group.value();
    look(call.world, &call.region);
    Ok(json!({"TargetGroups": [answer]}))
}

/// Deletes a target group that no action names. A missing one is a success: TargetGroupNotFound is not among the
/// errors of the operation [ELBv2 API: DeleteTargetGroup].
pub(super) fn delete_target_group(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("TargetGroupArn")?;
    input.finish()?;
    let here = &mut call.here().elbv2;
    match named(here, &arn) {
        Err(refusal) if refusal.code == "TargetGroupNotFound" => return Ok(json!({})),
        Err(refusal) => return Err(refusal),
        Ok(group) if !group.load_balancers.is_empty() => {
            return Err(Refusal::new(
                "ResourceInUse",
                format!("Target group '{arn}' is currently in use by a listener or a rule"),
            ));
        }
        Ok(_) => drop(here.target_groups.remove(&arn)),
    }
    Ok(json!({}))
}

/// The target group with this ARN, for other services.
pub(crate) fn target_group<'a>(
    world: &'a World,
    region: &str,
    arn: &str,
) -> Option<&'a TargetGroup> {
    world.regions.get(region)?.elbv2.target_groups.get(arn)
}

/// The target group with this ARN.
pub(super) fn named<'a>(here: &'a mut Elbv2, arn: &str) -> Result<&'a mut TargetGroup, Refusal> {
    if !arn.contains(":targetgroup/") {
        return Err(invalid(format!("'{arn}' is not a valid target group ARN")));
    }
    here.target_groups
        .get_mut(arn)
        .ok_or_else(|| not_found(arn))
}

pub(super) fn not_found(arn: &str) -> Refusal {
    Refusal::new(
        "TargetGroupNotFound",
        format!("Target group '{arn}' not found"),
    )
}

impl TargetGroup {
    /// Whether application load balancers can use it.
    pub fn is_http(&self) -> bool {
        matches!(self.protocol.as_str(), "HTTP" | "HTTPS")
    }

    /// Whether datagrams are sent to its targets.
    pub fn is_udp(&self) -> bool {
        matches!(self.protocol.as_str(), "UDP" | "TCP_UDP")
    }

    /// Drops targets whose deregistration delay is over.
    pub(super) fn forget_drained(&mut self, now: Millis) {
        self.targets.retain(|target| !target.is_drained(now));
    }

    /// What the same name says a second time: the same group for the same settings, else a refusal.
    fn answer_again(&self, wanted: &TargetGroup) -> Answer {
        let same = (&self.protocol, &self.version, self.port)
            == (&wanted.protocol, &wanted.version, wanted.port)
            && (&self.vpc, &self.target_type) == (&wanted.vpc, &wanted.target_type)
            && self.health_check == wanted.health_check;
        if !same {
            return Err(Refusal::new(
                "DuplicateTargetGroupName",
                format!(
                    "A target group with the same name '{}' exists, but with different settings",
                    self.name
                ),
            ));
        }
        Ok(json!({"TargetGroups": [self.value()]}))
    }

    fn value(&self) -> Value {
        let mut value = json!({
            "TargetGroupArn": self.arn,
            "TargetGroupName": self.name,
            "Protocol": self.protocol,
            "ProtocolVersion": self.version,
            "Port": self.port,
            "VpcId": self.vpc,
            "LoadBalancerArns": self.load_balancers,
            "TargetType": self.target_type,
            "IpAddressType": "ipv4",
        });
        self.health_check.describe(&mut value);
        value
    }
}
