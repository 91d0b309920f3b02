//! Service-linked roles: made for a service, changed by nobody, deleted only when the service no longer needs them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::role::{self, Role};
use super::{name, refuse};
use crate::autoscaling;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tagging;
use crate::tags::Tags;
use crate::world::World;

/// A deletion that was asked for, and how it ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Deletion {
    /// What still uses the role, by region; empty when the role is gone.
    pub in_use: BTreeMap<String, Vec<String>>,
}

/// A service that has such a role.
struct Linked {
    principal: &'static str,
    role_name: &'static str,
    policy: &'static str,
    takes_suffix: bool,
}

/// The exact names: other emulators guess `AWSServiceRoleForEcs` (emulators.md 4, iam).
const LINKED: &[Linked] = &[
    Linked {
        principal: "ecs.amazonaws.com",
        role_name: "AWSServiceRoleForECS",
        policy: "AmazonECSServiceRolePolicy",
        takes_suffix: false,
    },
    Linked {
        principal: "elasticloadbalancing.amazonaws.com",
        role_name: "AWSServiceRoleForElasticLoadBalancing",
        policy: "AWSElasticLoadBalancingServiceRolePolicy",
        takes_suffix: false,
    },
    Linked {
        principal: "ecs.application-autoscaling.amazonaws.com",
        role_name: "AWSServiceRoleForApplicationAutoScaling_ECSService",
        policy: "AWSApplicationAutoscalingECSServicePolicy",
        takes_suffix: false,
    },
    Linked {
        principal: "autoscaling.amazonaws.com",
        role_name: "AWSServiceRoleForAutoScaling",
        policy: "AutoScalingServiceRolePolicy",
        takes_suffix: true,
    },
    Linked {
        principal: "rds.amazonaws.com",
        role_name: "AWSServiceRoleForRDS",
        policy: "AmazonRDSServiceRolePolicy",
        takes_suffix: false,
    },
];

/// Makes the role of `service`, as `CreateServiceLinkedRole` does and as services do themselves on first use.
pub(crate) fn create(
    world: &mut World,
    service: &str,
    suffix: Option<&str>,
    description: Option<String>,
) -> Result<Role, Refusal> {
    let linked = LINKED
        .iter()
        .find(|linked| linked.principal == service)
        .ok_or_else(|| {
            refuse::invalid_input(format!("Service {service} has no service-linked role."))
        })?;
    let role_name = match suffix {
        None => linked.role_name.to_owned(),
        Some(suffix) if linked.takes_suffix => format!("{}_{suffix}", linked.role_name),
        Some(_) => {
            return Err(refuse::invalid_input(format!(
                "Custom suffix is not allowed for {service}"
            )));
        }
    };
    name::check_name("roleName", &role_name, 64)?;
    // [emulators.md 4: "duplicate SLR" is InvalidInput, not EntityAlreadyExists]
    if world.iam.roles.contains_key(&role_name.to_lowercase()) {
        return Err(refuse::invalid_input(format!(
            "Service role name {role_name} has been taken in this account, please try a different \
             suffix."
        )));
    }
    let path = format!("/aws-service-role/{service}/");
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Action": ["sts:AssumeRole"], "Principal": { "Service": [service] }, "Effect": "Allow",
    }]});
    let policy = format!("arn:aws:iam::aws:policy/aws-service-role/{}", linked.policy);
    let role = Role {
        id: format!("AROA{}", world.ids.upper(17)),
        arn: super::arn(&world.account, &format!("role{path}{role_name}")),
        name: role_name,
        path,
        created: world.now,
        trust: trust.to_string(),
        description,
        max_session: 3600,
        boundary: None,
        tags: Tags::default(),
        inline: BTreeMap::new(),
        attached: BTreeSet::from([policy]),
        linked_to: Some(service.to_owned()),
    };
    world
        .iam
        .roles
        .insert(role.name.to_lowercase(), role.clone());
    Ok(role)
}

pub(super) fn create_call(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let service = input.required("AWSServiceName")?;
    let description = role::read_description(&mut input)?;
    let suffix = input.text("CustomSuffix")?;
    input.finish()?;
    name::check_name("aWSServiceName", &service, 128)?;
    let role = create(call.world, &service, suffix.as_deref(), description)?;
    Ok(json!({ "Role": role.created_answer() }))
}

/// Hands back a task at once; whether the role goes is said by the task.
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let role_name = input.required("RoleName")?;
    input.finish()?;
    let role = role::find(call.world, &role_name)?;
    let Some(service) = role.linked_to.clone() else {
        return Err(refuse::invalid_input(format!(
            "The role {role_name} is not a service-linked role."
        )));
    };
    let role_name = role.name.clone();
    let in_use = users(call.world, &service);
    if in_use.is_empty() {
        call.world.iam.roles.remove(&role_name.to_lowercase());
    }
    let task = format!(
        "task/aws-service-role/{service}/{role_name}/{}",
        call.world.ids.uuid()
    );
    call.world
        .iam
        .deletions
        .insert(task.clone(), Deletion { in_use });
    Ok(json!({ "DeletionTaskId": task }))
}

pub(super) fn deletion_status(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let task = input.required("DeletionTaskId")?;
    input.finish()?;
    if !task.starts_with("task/aws-service-role/") {
        return Err(refuse::invalid_input(format!(
            "Invalid deletion task id: {task}"
        )));
    }
    let deletion = call.world.iam.deletions.get(&task).ok_or_else(|| {
        refuse::no_such_entity(format!("Deletion task id {task} cannot be found."))
    })?;
    if deletion.in_use.is_empty() {
        return Ok(json!({ "Status": "SUCCEEDED" }));
    }
    let usage = deletion.in_use.iter();
    let usage: Vec<Value> = usage
        .map(|(region, arns)| json!({ "Region": region, "Resources": arns }))
        .collect();
    Ok(json!({ "Status": "FAILED", "Reason": {
        "Reason": "Service could not delete the role: resources that use it still exist.",
        "RoleUsageList": usage,
    }}))
}

/// What the service still has, by region: its clusters, load balancers or databases.
fn users(world: &World, service: &str) -> BTreeMap<String, Vec<String>> {
    let (vendor, kind) = match service {
        "autoscaling.amazonaws.com" => return autoscaling::groups_by_region(world),
        "ecs.amazonaws.com" => ("ecs", ":cluster/"),
        "ecs.application-autoscaling.amazonaws.com" => {
            ("application-autoscaling", ":scalable-target/")
        }
        "elasticloadbalancing.amazonaws.com" => ("elasticloadbalancing", ":loadbalancer/"),
        "rds.amazonaws.com" => ("rds", ":db:"),
        _ => return BTreeMap::new(),
    };
    let mut users = BTreeMap::new();
    for region in world.regions.keys() {
        let all = tagging::every_resource(world, region).into_keys();
        let arns = all.filter(|arn| arn.split(':').nth(2) == Some(vendor) && arn.contains(kind));
        let arns: Vec<String> = arns.collect();
        if !arns.is_empty() {
            users.insert(region.clone(), arns);
        }
    }
    users
}
