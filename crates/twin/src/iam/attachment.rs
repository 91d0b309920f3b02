//! Managed policies on roles, seen from either side.

use serde_json::{Value, json};

use super::listing::Window;
use super::{aws_managed, name, policy, refuse, role};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;

/// The default; up to 25 on request [IAM User Guide: quotas].
const POLICIES_PER_ROLE: usize = 10;

/// Attaches; again is the same as once.
pub(super) fn attach(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let role_name = input.required("RoleName")?;
    let arn = input.required("PolicyArn")?;
    input.finish()?;
    name::check_policy_arn(&arn)?;
    let attached = &role::find_own(call.world, &role_name)?.attached;
    // [emulators.md 4: "AttachRolePolicy missing AWS policy" is NoSuchEntity]
    policy::must_exist(call.world, &arn)?;
    if aws_managed::is_for_linked_roles(&arn) {
        return Err(Refusal::new(
            "PolicyNotAttachable",
            "Cannot attach a Service Role Policy to a Customer Role.",
        ));
    }
    if attached.len() >= POLICIES_PER_ROLE && !attached.contains(&arn) {
        return Err(refuse::limit_exceeded(format!(
            "Cannot exceed quota for PoliciesPerRole: {POLICIES_PER_ROLE}"
        )));
    }
    role::find_own_mut(call.world, &role_name)?
        .attached
        .insert(arn);
    Ok(Value::Null)
}

/// Detaches; again is `NoSuchEntity`.
pub(super) fn detach(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let role_name = input.required("RoleName")?;
    let arn = input.required("PolicyArn")?;
    input.finish()?;
    name::check_policy_arn(&arn)?;
    if !role::find_own_mut(call.world, &role_name)?
        .attached
        .remove(&arn)
    {
        return Err(refuse::no_such_entity(format!(
            "Policy {arn} was not found."
        )));
    }
    Ok(Value::Null)
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let role_name = input.required("RoleName")?;
    let prefix = input.text("PathPrefix")?.unwrap_or_else(|| "/".into());
    let window = Window::read(&mut input)?;
    input.finish()?;
    name::check_path_prefix(&prefix)?;
    let role = role::find(call.world, &role_name)?;
    let attached = role
        .attached
        .iter()
        .filter(|arn| path_of(arn).starts_with(&prefix));
    let rows = attached.map(|arn| json!({ "PolicyName": name_of(arn), "PolicyArn": arn }));
    window.answer("AttachedPolicies", rows.collect())
}

/// `ListEntitiesForPolicy`: the roles that bear it, or are bounded by it.
pub(super) fn entities(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("PolicyArn")?;
    let entity = input.text("EntityFilter")?;
    let prefix = input.text("PathPrefix")?.unwrap_or_else(|| "/".into());
    let usage = input.text("PolicyUsageFilter")?;
    let window = Window::read(&mut input)?;
    input.finish()?;
    name::check_policy_arn(&arn)?;
    policy::must_be_found(call.world, &arn)?;
    let roles = call.world.iam.roles.values().filter(|role| {
        let bears = role.attached.contains(&arn) && usage.as_deref() != Some("PermissionsBoundary");
        let bounded =
            role.boundary.as_ref() == Some(&arn) && usage.as_deref() != Some("PermissionsPolicy");
        role.path.starts_with(&prefix) && (bears || bounded)
    });
    let rows = match entity.as_deref() {
        None | Some("Role") => roles
            .map(|role| json!({ "RoleName": role.name, "RoleId": role.id }))
            .collect(),
        Some(_) => Vec::new(),
    };
    let mut answer = window.answer("PolicyRoles", rows)?;
    answer["PolicyGroups"] = json!([]);
    answer["PolicyUsers"] = json!([]);
    Ok(answer)
}

/// How many roles bear the policy of that ARN.
pub(super) fn count(world: &World, arn: &str) -> usize {
    world
        .iam
        .roles
        .values()
        .filter(|role| role.attached.contains(arn))
        .count()
}

/// `/service-role/` of `arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy`.
pub(super) fn path_of(arn: &str) -> &str {
    let path_and_name = arn.split_once(":policy").map_or("/", |(_, rest)| rest);
    path_and_name
        .rfind('/')
        .map_or("/", |slash| &path_and_name[..=slash])
}

/// The last part of a policy's ARN.
pub(super) fn name_of(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
