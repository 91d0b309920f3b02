//! CreateAutoScalingGroup, and what it shares with UpdateAutoScalingGroup.

use serde_json::{Value, json};

use super::group::{Chosen, Group};
use super::template::{self, Given};
use super::{SERVICE, look, refuse, shape, tagging, traffic};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::{ec2, iam};

/// What a request says of a group; what it leaves out stays.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) template: Option<Given>,
    pub(super) min: Option<u32>,
    pub(super) max: Option<u32>,
    pub(super) desired: Option<u32>,
    pub(super) subnets: Option<Vec<String>>,
    pub(super) zones: Vec<String>,
    cooldown: Option<u32>,
    health_type: Option<String>,
    grace: Option<u32>,
    protects_new: Option<bool>,
    rebalance: Option<bool>,
    policies: Vec<String>,
    lifetime: Option<u32>,
    warmup: Option<i64>,
    maintenance: Option<Option<(u32, u32)>>,
    role: Option<String>,
}

/// Subnets, and the zones that they are in.
type Place = (Vec<String>, Vec<String>);

/// Groups per region [EC2 Auto Scaling quotas].
const QUOTA: usize = 500;

/// `CreateAutoScalingGroup`. The first one in an account makes the service-linked role.
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("AutoScalingGroupName")?;
    let settings = Settings::read(&mut input)?;
    let groups = input.texts("TargetGroupARNs")?;
    let sources = traffic::read(&mut input)?;
    let tags = tagging::read(&mut input, Some(&name))?;
    input.accept("LoadBalancerNames", &[json!("")])?;
    input.accept("LifecycleHookSpecificationList", &[json!("")])?;
    input.accept("DeletionProtection", &[json!("none")])?;
    input.finish()?;
    check_name(&name)?;
    let min = settings.min.ok_or_else(|| missing("MinSize"))?;
    let max = settings.max.ok_or_else(|| missing("MaxSize"))?;
    let desired = settings.desired.unwrap_or(min);
    check_bounds(min, max, desired)?;
    if let Some(group) = call.here().autoscaling.groups.get(&name) {
        let what = if group.deleting {
            "A group pending delete"
        } else {
            "A group"
        };
        return Err(Refusal::new(
            "AlreadyExists",
            format!(
                "AutoScalingGroup by this name already exists - {what} with the name {name} already exists"
            ),
        ));
    }
    if call.here().autoscaling.groups.len() >= QUOTA {
        return Err(Refusal::new(
            "LimitExceeded",
            "You have reached the limit of Auto Scaling groups.",
        ));
    }
    let given = settings.template.clone().ok_or_else(|| {
        refuse::validation(
            "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.",
        )
    })?;
    let (subnets, zones) = settings.place(call)?.ok_or_else(|| {
        refuse::validation("At least one Availability Zone or VPC Subnet is required.")
    })?;
    let target_groups = traffic::check(call, groups, sources)?;
    let region = call.region.clone();
    let template = template::choose(call.world, &region, &given, &subnets[0])?;
    let role = settings.role(call)?;
    let now = call.now();
    let id = call.world.ids.uuid();
    let group = Group {
        arn: call.arn(
            "autoscaling",
            &format!("autoScalingGroup:{id}:autoScalingGroupName/{name}"),
        ),
        name: name.clone(),
        template,
        min,
        max,
        desired,
        subnets,
        zones,
        target_groups,
        // [Auto Scaling API: CreateAutoScalingGroup]
        cooldown: 300,
        health_type: "EC2".to_owned(),
        grace: 0,
        protects_new: false,
        rebalance: None,
        policies: vec!["Default".to_owned()],
        lifetime: None,
        warmup: None,
        maintenance: None,
        role,
        tags,
        members: Vec::new(),
        surge: 0,
        created: now,
        deleting: false,
        cause: format!(
            "At {} a user request created an AutoScalingGroup changing the desired capacity from 0 to {desired}.",
            now.iso8601()
        ),
        wake: None,
        hold: None,
        failures: 0,
    };
    let group = settings.over(group);
    call.here().autoscaling.groups.insert(name.clone(), group);
    look::wake(call.world, &region, &name, now);
    Ok(Value::Null)
}

fn missing(name: &str) -> Refusal {
    refuse::validation(format!(
        "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
    ))
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let fits = name.chars().all(|c| !c.is_control() && c != ':');
    match !name.is_empty() && name.chars().count() <= 255 && fits {
        true => Ok(()),
        false => Err(refuse::validation(format!(
            "1 validation error detected: Value '{name}' at 'autoScalingGroupName' failed to satisfy constraint: Member must have length between 1 and 255 and no colon"
        ))),
    }
}

/// The sentences are AWS's.
pub(super) fn check_bounds(min: u32, max: u32, desired: u32) -> Result<(), Refusal> {
    if max < min {
        return Err(refuse::validation(format!(
            "Max bound, {max}, must be greater than or equal to min bound, {min}"
        )));
    }
    if !(min..=max).contains(&desired) {
        return Err(refuse::validation(format!(
            "Desired capacity:{desired} must be between the specified min size:{min} and max size:{max}"
        )));
    }
    Ok(())
}

impl Settings {
    pub(super) fn read(input: &mut Input) -> Result<Settings, Refusal> {
        let template = template::read(input)?;
        let size = |input: &mut Input, name: &str| shape::number(input, name, 0..=10_000);
        let (min, max) = (size(input, "MinSize")?, size(input, "MaxSize")?);
        let desired = size(input, "DesiredCapacity")?;
        let subnets = input.text("VPCZoneIdentifier")?.map(|text| {
            let ids = text.split(',').map(str::trim).filter(|id| !id.is_empty());
            ids.map(str::to_owned).collect::<Vec<String>>()
        });
        let health_type = input.text("HealthCheckType")?;
        if let Some(other) = health_type
            .as_deref()
            .filter(|it| !matches!(*it, "EC2" | "ELB"))
        {
            return Err(match other {
                "EBS" | "VPC_LATTICE" => {
                    Refusal::not_implemented(format_args!("HealthCheckType={other}"))
                }
                _ => refuse::validation(format!("Invalid health check type: {other}")),
            });
        }
        let policies = input.texts("TerminationPolicies")?;
        if let Some(other) = policies.iter().find(|it| !POLICIES.contains(&it.as_str())) {
            return Err(refuse::validation(format!(
                "Invalid termination policy: {other}"
            )));
        }
        let maintenance = match input.object("InstanceMaintenancePolicy")? {
            Some(policy) => Some(read_maintenance(policy)?),
            None => None,
        };
        let settings = Settings {
            template,
            min,
            max,
            desired,
            subnets,
            zones: input.texts("AvailabilityZones")?,
            cooldown: shape::number(input, "DefaultCooldown", 0..=86_400)?,
            health_type,
            grace: shape::number(input, "HealthCheckGracePeriod", 0..=86_400)?,
            protects_new: input.boolean("NewInstancesProtectedFromScaleIn")?,
            rebalance: input.boolean("CapacityRebalance")?,
            policies,
            lifetime: input
                .number("MaxInstanceLifetime")?
                .map(lifetime)
                .transpose()?,
            warmup: input.number("DefaultInstanceWarmup")?,
            maintenance,
            role: input.text("ServiceLinkedRoleARN")?,
        };
        // Known, and modelled for what AWS takes without them.
        input.accept("Context", &[json!("")])?;
        input.accept("DesiredCapacityType", &[json!("units")])?;
        input.accept("PlacementGroup", &[json!("")])?;
        Ok(settings)
    }

    /// Subnets with their zones, where the request names some: by id, or the default ones of zones.
    pub(super) fn place(&self, call: &mut Call<'_>) -> Result<Option<Place>, Refusal> {
        let region = call.region.clone();
        let ids = self.subnets.clone().unwrap_or_default();
        let mut zones: Vec<String> = Vec::new();
        let mut vpc = None;
        for id in &ids {
            let subnet = ec2::subnet(call.world, &region, id).ok_or_else(|| {
                refuse::validation(format!("The subnet ID '{id}' does not exist"))
            })?;
            if *vpc.get_or_insert(subnet.vpc.clone()) != subnet.vpc {
                return Err(refuse::validation(
                    "The subnets must all be in the same VPC.",
                ));
            }
            zones.push(subnet.zone.clone());
        }
        if ids.is_empty() {
            if self.zones.is_empty() {
                return Ok(None);
            }
            let subnets = &call.here().ec2.subnets;
            let mut defaults = Vec::new();
            for zone in &self.zones {
                let found = subnets
                    .iter()
                    .find(|(_, it)| it.is_default && it.zone == *zone);
                let (id, _) = found.ok_or_else(|| {
                    refuse::validation(format!(
                        "No default subnet for availability zone: '{zone}'."
                    ))
                })?;
                defaults.push(id.clone());
            }
            return Ok(Some((defaults, self.zones.clone())));
        }
        zones.sort();
        zones.dedup();
        if !self.zones.is_empty() && self.zones.iter().any(|zone| !zones.contains(zone)) {
            return Err(refuse::validation(
                "The availability zones of the specified subnets and the Auto Scaling group do not match",
            ));
        }
        Ok(Some((ids, zones)))
    }

    /// The group with what the request says of it; places, bounds and template are the caller's.
    pub(super) fn over(&self, mut group: Group) -> Group {
        group.cooldown = self.cooldown.unwrap_or(group.cooldown);
        group.health_type = self.health_type.clone().unwrap_or(group.health_type);
        group.grace = self.grace.unwrap_or(group.grace);
        group.protects_new = self.protects_new.unwrap_or(group.protects_new);
        group.rebalance = self.rebalance.or(group.rebalance);
        if !self.policies.is_empty() {
            group.policies = self.policies.clone();
        }
        // 0 takes the lifetime away, -1 the warmup [Auto Scaling API: UpdateAutoScalingGroup].
        if let Some(seconds) = self.lifetime {
            group.lifetime = Some(seconds).filter(|seconds| *seconds > 0);
        }
        if let Some(seconds) = self.warmup {
            group.warmup = u32::try_from(seconds).ok();
        }
        if let Some(policy) = self.maintenance {
            group.maintenance = policy;
        }
        group
    }

    /// The service-linked role: the account's own, made where it is missing, or one with a suffix.
    fn role(&self, call: &mut Call<'_>) -> Result<String, Refusal> {
        let own = format!(
            "arn:aws:iam::{}:role/aws-service-role/{SERVICE}/AWSServiceRoleForAutoScaling",
            call.account()
        );
        match &self.role {
            Some(arn) if *arn != own => match iam::role(call.world, arn) {
                Some(role) if role.linked_to.as_deref() == Some(SERVICE) => Ok(arn.clone()),
                _ => Err(Refusal::new(
                    "ServiceLinkedRoleFailure",
                    format!("The service-linked role {arn} does not exist or cannot be used."),
                )),
            },
            _ => {
                if iam::role(call.world, &own).is_none() {
                    iam::create_service_linked_role(call.world, SERVICE, None, None)?;
                }
                Ok(own)
            }
        }
    }
}

const POLICIES: [&str; 7] = [
    "Default",
    "OldestInstance",
    "NewestInstance",
    "OldestLaunchTemplate",
    "OldestLaunchConfiguration",
    "ClosestToNextInstanceHour",
    "AllocationStrategy",
];

fn lifetime(seconds: i64) -> Result<u32, Refusal> {
    match u32::try_from(seconds) {
        Ok(whole) if whole == 0 || (86_400..=31_536_000).contains(&whole) => Ok(whole),
        _ => Err(refuse::validation(
            "MaxInstanceLifetime must be 0 or between 86400 and 31536000.",
        )),
    }
}

/// Both or, as -1, neither [Auto Scaling API: InstanceMaintenancePolicy].
fn read_maintenance(mut policy: Input) -> Result<Option<(u32, u32)>, Refusal> {
    let least = policy.number("MinHealthyPercentage")?;
    let most = policy.number("MaxHealthyPercentage")?;
    policy.finish()?;
    match (least, most) {
        (Some(-1), Some(-1)) => Ok(None),
        (Some(least), Some(most))
            if (0..=100).contains(&least) && (100..=200).contains(&most) && most - least <= 100 =>
        {
            Ok(Some((least as u32, most as u32)))
        }
        _ => Err(refuse::validation(
            "MinHealthyPercentage (0 to 100) and MaxHealthyPercentage (100 to 200) must both be given and differ by at most 100.",
        )),
    }
}

/// A template and place that were changed together must fit together.
pub(super) fn choose(
    call: &mut Call<'_>,
    given: Option<&Given>,
    subnet: &str,
) -> Result<Option<Chosen>, Refusal> {
    let region = call.region.clone();
    given
        .map(|given| template::choose(call.world, &region, given, subnet))
        .transpose()
}
