//! Roles, and the changes of a role's own fields.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::document::{self, Grammar};
use super::listing::Window;
use super::{Iam, name, refuse, tags_or_none};
use crate::clock::Millis;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::servicequotas;
use crate::tags::Tags;
use crate::world::World;

/// A role.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Role {
    /// As given: names differ from one another by more than case.
    pub name: String,
    /// `/` unless given.
    pub path: String,
    /// `AROA…`; another one after the role was deleted and made again.
    pub id: String,
    /// `arn:aws:iam::ACCOUNT:role` + path + name.
    pub arn: String,
    /// When it was created: services cannot assume it for some seconds after.
    pub created: Millis,
    /// The trust policy, as it was sent.
    pub trust: String,
    /// Free text.
    pub description: Option<String>,
    /// Seconds, 3600 to 43200.
    pub max_session: i64,
    /// The ARN of the managed policy that bounds it.
    pub boundary: Option<String>,
    /// Its tags. Resource Groups Tagging does not list them.
    pub tags: Tags,
    /// Inline policies, by name.
    pub inline: BTreeMap<String, String>,
    /// ARNs of the managed policies on it.
    pub attached: BTreeSet<String>,
    /// The service whose service-linked role this is.
    pub linked_to: Option<String>,
}

/// Roles per account [IAM User Guide: quotas].
const ROLES_PER_ACCOUNT: &str = "L-FE177D64";
/// Characters of a trust policy, white space not counted [IAM User Guide: quotas].
const TRUST_POLICY_LENGTH: usize = 2048;

/// How many roles there may be.
pub(super) fn quota(world: &World) -> usize {
    servicequotas::limit(world, "us-east-1", ROLES_PER_ACCOUNT)
}

/// How many roles count: not the service-linked ones [IAM User Guide: quotas].
pub(super) fn counted(iam: &Iam) -> usize {
    let own = iam.roles.values().filter(|role| role.linked_to.is_none());
    own.count()
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let role_name = input.required("RoleName")?;
    let trust = input.required("AssumeRolePolicyDocument")?;
    let path = input.text("Path")?.unwrap_or_else(|| "/".into());
    let description = read_description(&mut input)?;
    let max_session = read_session(&mut input)?.unwrap_or(3600);
    let boundary = input.text("PermissionsBoundary")?;
    let tags = super::read_tags(&mut input)?;
    input.finish()?;

    name::check_name("roleName", &role_name, 64)?;
    name::check_path(&path)?;
    if path.starts_with("/aws-service-role/") {
        return Err(refuse::invalid_input(format!(
            "The path {path} is reserved for service-linked roles; use CreateServiceLinkedRole."
        )));
    }
    check_trust(call.world, &trust)?;
    if let Some(arn) = &boundary {
        super::name::check_policy_arn(arn)?;
        super::policy::must_exist(call.world, arn)?;
    }
    let iam = &call.world.iam;
    if iam.roles.contains_key(&role_name.to_lowercase()) {
        return Err(refuse::already_exists(format!(
            "Role with name {role_name} already exists."
        )));
    }
    let limit = quota(call.world);
    if counted(iam) >= limit {
        return Err(refuse::limit_exceeded(format!(
            "Cannot exceed quota for RolesPerAccount: {limit}"
        )));
    }
    let role = Role {
        id: format!("AROA{}", call.world.ids.upper(17)),
        arn: super::arn(&call.account(), &format!("role{path}{role_name}")),
        name: role_name,
        path,
        created: call.now(),
        trust,
        description,
        max_session,
        boundary,
        tags,
        inline: BTreeMap::new(),
        attached: BTreeSet::new(),
        linked_to: None,
    };
    let answer = json!({ "Role": role.created_answer() });
    call.world.iam.roles.insert(role.name.to_lowercase(), role);
    Ok(answer)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let role_name = input.required("RoleName")?;
    input.finish()?;
    Ok(json!({ "Role": find(call.world, &role_name)?.full_answer() }))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let prefix = input.text("PathPrefix")?.unwrap_or_else(|| "/".into());
    let window = Window::read(&mut input)?;
    input.finish()?;
    name::check_path_prefix(&prefix)?;
    let roles = call
        .world
        .iam
        .roles
        .values()
        .filter(|role| role.path.starts_with(&prefix));
    window.answer("Roles", roles.map(Role::listed_answer).collect())
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let role_name = input.required("RoleName")?;
    input.finish()?;
    let role = find_own(call.world, &role_name)?;
    // In this order, one at a time [IAM API: DeleteRole; emulators.md 4, iam-refuse].
    if call
        .world
        .iam
        .instance_profiles
        .values()
        .any(|p| p.role.as_ref() == Some(&role.name))
    {
        return Err(refuse::delete_conflict(
            "Cannot delete entity, must remove roles from instance profile first.",
        ));
    }
    if !role.attached.is_empty() {
        return Err(refuse::delete_conflict(
            "Cannot delete entity, must detach all policies first.",
        ));
    }
    if !role.inline.is_empty() {
        return Err(refuse::delete_conflict(
            "Cannot delete entity, must delete policies first.",
        ));
    }
    call.world.iam.roles.remove(&role_name.to_lowercase());
    Ok(Value::Null)
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let role_name = input.required("RoleName")?;
    let description = read_description(&mut input)?;
    let max_session = read_session(&mut input)?;
    input.finish()?;
    if max_session.is_some() {
        find_own(call.world, &role_name)?;
    }
    let role = find_any_mut(call.world, &role_name)?;
    if let Some(text) = description {
        role.description = Some(text);
    }
    if let Some(seconds) = max_session {
        role.max_session = seconds;
    }
    Ok(json!({}))
}

pub(super) fn update_description(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let role_name = input.required("RoleName")?;
    let description = read_description(&mut input)?;
    input.finish()?;
    let description = description
        .ok_or_else(|| refuse::validation("1 validation error detected: Value null at 'description' failed to satisfy constraint: Member must not be null"))?;
    let role = find_any_mut(call.world, &role_name)?;
    role.description = Some(description);
    Ok(json!({ "Role": role.listed_answer() }))
}

pub(super) fn update_trust(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let role_name = input.required("RoleName")?;
    let trust = input.required("PolicyDocument")?;
    input.finish()?;
    find_own(call.world, &role_name)?;
    check_trust(call.world, &trust)?;
    find_own_mut(call.world, &role_name)?.trust = trust;
    Ok(Value::Null)
}

pub(super) fn put_boundary(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let role_name = input.required("RoleName")?;
    let boundary = input.required("PermissionsBoundary")?;
    input.finish()?;
    super::name::check_policy_arn(&boundary)?;
    find_own(call.world, &role_name)?;
    super::policy::must_exist(call.world, &boundary)?;
    find_own_mut(call.world, &role_name)?.boundary = Some(boundary);
    Ok(Value::Null)
}

pub(super) fn delete_boundary(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let role_name = input.required("RoleName")?;
    input.finish()?;
    let role = find_own_mut(call.world, &role_name)?;
    if role.boundary.take().is_none() {
        return Err(refuse::no_such_entity(format!(
            "Role {} does not have a permissions boundary.",
            role.name
        )));
    }
    Ok(Value::Null)
}

/// The role of that name, or `NoSuchEntity`.
pub(super) fn find<'a>(world: &'a World, role_name: &str) -> Result<&'a Role, Refusal> {
    name::check_name("roleName", role_name, 64)?;
    world
        .iam
        .roles
        .get(&role_name.to_lowercase())
        .ok_or_else(|| no_such_role(role_name))
}

/// As `find`, for a change: a service-linked role answers `UnmodifiableEntity`.
pub(super) fn find_own<'a>(world: &'a World, role_name: &str) -> Result<&'a Role, Refusal> {
    let role = find(world, role_name)?;
    if role.linked_to.is_some() {
        return Err(refuse::unmodifiable(&role.name));
    }
    Ok(role)
}

/// As `find_own`, to change it.
pub(super) fn find_own_mut<'a>(
    world: &'a mut World,
    role_name: &str,
) -> Result<&'a mut Role, Refusal> {
    find_own(world, role_name)?;
    find_any_mut(world, role_name)
}

/// To change what may be changed of a service-linked role too: its description and its tags
/// [IAM User Guide: edit a service-linked role; TagRole knows no UnmodifiableEntity].
pub(super) fn find_any_mut<'a>(
    world: &'a mut World,
    role_name: &str,
) -> Result<&'a mut Role, Refusal> {
    find(world, role_name)?;
    world
        .iam
        .roles
        .get_mut(&role_name.to_lowercase())
        .ok_or_else(|| no_such_role(role_name))
}

/// Text of at most 1000 characters [IAM service model: roleDescriptionType].
pub(super) fn read_description(input: &mut Input) -> Result<Option<String>, Refusal> {
    let description = input.text("Description")?;
    if description
        .as_ref()
        .is_some_and(|text| text.chars().count() > 1000)
    {
        return Err(refuse::validation(
            "1 validation error detected: Value at 'description' failed to satisfy constraint: \
             Member must have length less than or equal to 1000",
        ));
    }
    Ok(description)
}

impl Role {
    /// The members that every answer with a role has.
    fn fields(&self) -> Value {
        json!({
            "Path": self.path,
            "RoleName": self.name,
            "RoleId": self.id,
            "Arn": self.arn,
            "CreateDate": self.created.iso8601(),
            "AssumeRolePolicyDocument": document::encoded(&self.trust),
            "Description": self.description,
        })
    }

    /// `CreateRole` leaves out the session length and the last use.
    pub(super) fn created_answer(&self) -> Value {
        let mut answer = self.fields();
        answer["PermissionsBoundary"] = self.boundary_answer();
        answer["Tags"] = tags_or_none(&self.tags);
        answer
    }

    /// `GetRole` has everything.
    fn full_answer(&self) -> Value {
        let mut answer = self.created_answer();
        answer["MaxSessionDuration"] = json!(self.max_session);
        answer["RoleLastUsed"] = json!({});
        answer
    }

    /// Listings leave out boundary, tags and last use [IAM API: ListRoles].
    pub(super) fn listed_answer(&self) -> Value {
        let mut answer = self.fields();
        answer["MaxSessionDuration"] = json!(self.max_session);
        answer
    }

    fn boundary_answer(&self) -> Value {
        match &self.boundary {
            // "Policy" is what IAM answers, whatever its model's enumeration says.
            Some(arn) => {
                json!({ "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn })
            }
            None => Value::Null,
        }
    }
}

fn check_trust(world: &World, trust: &str) -> Result<(), Refusal> {
    document::check(world, trust, Grammar::Trust)?;
    if document::counted_length(trust) > TRUST_POLICY_LENGTH {
        return Err(refuse::limit_exceeded(format!(
            "Cannot exceed quota for ACLSizePerRole: {TRUST_POLICY_LENGTH}"
        )));
    }
    Ok(())
}

fn read_session(input: &mut Input) -> Result<Option<i64>, Refusal> {
    let seconds = input.number("MaxSessionDuration")?;
    match seconds {
        Some(s) if !(3600..=43200).contains(&s) => {
            let rule = if s < 3600 {
                "greater than or equal to 3600"
            } else {
                "less than or equal to 43200"
            };
            Err(refuse::validation(format!(
                "1 validation error detected: Value '{s}' at 'maxSessionDuration' failed to \
                 satisfy constraint: Member must have value {rule}"
            )))
        }
        _ => Ok(seconds),
    }
}

fn no_such_role(role_name: &str) -> Refusal {
    refuse::no_such_entity(format!("The role with name {role_name} cannot be found."))
}
