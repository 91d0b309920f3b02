//! Customer managed policies.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::document::{self, Grammar};
use super::listing::Window;
use super::policy_version::Version;
use super::{attachment, aws_managed, name, refuse, role, tags_or_none};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// A customer managed policy.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Policy {
    /// As given.
    pub name: String,
    /// `/` unless given.
    pub path: String,
    /// `ANPA…`.
    pub id: String,
    /// `arn:aws:iam::ACCOUNT:policy` + path + name.
    pub arn: String,
    /// Cannot be changed after creation.
    pub description: Option<String>,
    /// When it was created.
    pub created: Millis,
    /// When its newest version was created.
    pub updated: Millis,
    /// At most five, by number.
    pub versions: BTreeMap<u32, Version>,
    /// The number of the version in force.
    pub default_version: u32,
    /// The number that the next version gets: numbers are not used twice.
    pub next_version: u32,
    /// Its tags.
    pub tags: Tags,
}

/// IAM's default quota [IAM User Guide: quotas].
const POLICIES_PER_ACCOUNT: usize = 1500;

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let policy_name = input.required("PolicyName")?;
    let text = input.required("PolicyDocument")?;
    let path = input.text("Path")?.unwrap_or_else(|| "/".into());
    let description = role::read_description(&mut input)?;
    let tags = super::read_tags(&mut input)?;
    input.finish()?;

    name::check_name("policyName", &policy_name, 128)?;
    name::check_path(&path)?;
    document::check(call.world, &text, Grammar::Permissions)?;
    super::policy_version::check_length(&text)?;
    let policies = &call.world.iam.policies;
    // The name is unique over all paths, and not distinguished by case [IAM User Guide: names].
    if policies
        .values()
        .any(|policy| policy.name.eq_ignore_ascii_case(&policy_name))
    {
        return Err(refuse::already_exists(format!(
            "A policy called {policy_name} already exists. Duplicate names are not allowed."
        )));
    }
    if policies.len() >= POLICIES_PER_ACCOUNT {
        return Err(refuse::limit_exceeded(format!(
            "Cannot exceed quota for PoliciesPerAccount: {POLICIES_PER_ACCOUNT}"
        )));
    }
    let now = call.now();
    let policy = Policy {
        id: format!("ANPA{}", call.world.ids.upper(17)),
        arn: super::arn(&call.account(), &format!("policy{path}{policy_name}")),
        name: policy_name,
        path,
        description,
        created: now,
        updated: now,
        versions: BTreeMap::from([(1, Version { text, created: now })]),
        default_version: 1,
        next_version: 2,
        tags,
    };
    // CreatePolicy leaves the description out of its answer, GetPolicy does not [IAM API: Policy].
    let mut answer = policy.answer(call.world);
    answer["Tags"] = tags_or_none(&policy.tags);
    call.world.iam.policies.insert(policy.arn.clone(), policy);
    Ok(json!({ "Policy": answer }))
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("PolicyArn")?;
    input.finish()?;
    name::check_policy_arn(&arn)?;
    if let Some(policy) = aws_managed::find(&arn) {
        return Ok(json!({ "Policy": policy.answer(attachment::count(call.world, &arn)) }));
    }
    let policy = find(call.world, &arn)?;
    let mut answer = policy.answer(call.world);
    answer["Description"] = json!(policy.description);
    answer["Tags"] = tags_or_none(&policy.tags);
    Ok(json!({ "Policy": answer }))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let scope = input.text("Scope")?.unwrap_or_else(|| "All".into());
    let only_attached = input.boolean("OnlyAttached")?.unwrap_or(false);
    let prefix = input.text("PathPrefix")?.unwrap_or_else(|| "/".into());
    input.accept("PolicyUsageFilter", &[json!("PermissionsPolicy")])?;
    let window = Window::read(&mut input)?;
    input.finish()?;
    name::check_path_prefix(&prefix)?;
    if !["All", "AWS", "Local"].contains(&scope.as_str()) {
        return Err(refuse::validation(format!(
            "1 validation error detected: Value '{scope}' at 'scope' failed to satisfy \
             constraint: Member must satisfy enum value set: [All, AWS, Local]"
        )));
    }
    let world = &*call.world;
    let wanted = |arn: &str| {
        attachment::path_of(arn).starts_with(&prefix)
            && (!only_attached || attachment::count(world, arn) > 0)
    };
    let mut rows: Vec<Value> = Vec::new();
    if scope != "AWS" {
        let ours = world
            .iam
            .policies
            .values()
            .filter(|policy| wanted(&policy.arn));
        rows.extend(ours.map(|policy| policy.answer(world)));
    }
    if scope != "Local" {
        let theirs = aws_managed::all().filter(|policy| wanted(policy.arn));
        rows.extend(theirs.map(|policy| policy.answer(attachment::count(world, policy.arn))));
    }
    window.answer("Policies", rows)
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("PolicyArn")?;
    input.finish()?;
    name::check_policy_arn(&arn)?;
    let policy = find_own(call.world, &arn)?;
    // [emulators.md 4: "DeletePolicy attached" and "DeletePolicy with >1 versions" are DeleteConflict]
    if attachment::count(call.world, &arn) > 0 || bounds_any(call.world, &arn) {
        return Err(refuse::delete_conflict(
            "Cannot delete a policy attached to entities.",
        ));
    }
    if policy.versions.len() > 1 {
        return Err(refuse::delete_conflict(
            "This policy has more than one version. Before you delete a policy, you must delete \
             the policy's versions. The default version is deleted with the policy.",
        ));
    }
    call.world.iam.policies.remove(&arn);
    Ok(Value::Null)
}

pub(super) fn tag(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("PolicyArn")?;
    let more = super::read_tags(&mut input)?;
    input.finish()?;
    let policy = find_own_mut(call.world, &arn)?;
    policy.tags = policy.tags.with(more, "LimitExceeded")?;
    Ok(Value::Null)
}

pub(super) fn untag(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("PolicyArn")?;
    let keys = input.texts("TagKeys")?;
    input.finish()?;
    find_own_mut(call.world, &arn)?
        .tags
        .retain(|key, _| !keys.contains(key));
    Ok(Value::Null)
}

pub(super) fn tags(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("PolicyArn")?;
    let window = Window::read(&mut input)?;
    input.finish()?;
    name::check_policy_arn(&arn)?;
    if aws_managed::find(&arn).is_some() {
        return window.answer("Tags", Vec::new());
    }
    window.answer("Tags", super::tag_rows(&find(call.world, &arn)?.tags))
}

/// The customer managed policy of that ARN.
pub(super) fn find<'a>(world: &'a World, arn: &str) -> Result<&'a Policy, Refusal> {
    world.iam.policies.get(arn).ok_or_else(|| not_found(arn))
}

/// As `find`, for a change: AWS's policies are nobody's to change.
pub(super) fn find_own<'a>(world: &'a World, arn: &str) -> Result<&'a Policy, Refusal> {
    name::check_policy_arn(arn)?;
    if arn.starts_with("arn:aws:iam::aws:") {
        return Err(Refusal::new(
            "AccessDenied",
            format!("Policy {arn} is managed by AWS and cannot be modified."),
        )
        .status(403));
    }
    find(world, arn)
}

/// As `find_own`, to change it.
pub(super) fn find_own_mut<'a>(world: &'a mut World, arn: &str) -> Result<&'a mut Policy, Refusal> {
    find_own(world, arn)?;
    world
        .iam
        .policies
        .get_mut(arn)
        .ok_or_else(|| not_found(arn))
}

/// Whether the ARN is a policy's, ours or AWS's, as the attaching calls ask it.
pub(super) fn must_exist(world: &World, arn: &str) -> Result<(), Refusal> {
    if aws_managed::find(arn).is_some() || world.iam.policies.contains_key(arn) {
        return Ok(());
    }
    Err(refuse::no_such_entity(format!(
        "Policy {arn} does not exist or is not attachable."
    )))
}

/// The same, as the reading calls ask it.
pub(super) fn must_be_found(world: &World, arn: &str) -> Result<(), Refusal> {
    must_exist(world, arn).map_err(|_| not_found(arn))
}

impl Policy {
    /// The members that every answer with a policy has.
    fn answer(&self, world: &World) -> Value {
        json!({
            "PolicyName": self.name,
            "PolicyId": self.id,
            "Arn": self.arn,
            "Path": self.path,
            "DefaultVersionId": format!("v{}", self.default_version),
            "AttachmentCount": attachment::count(world, &self.arn),
            "PermissionsBoundaryUsageCount": bounded_by(world, &self.arn),
            "IsAttachable": true,
            "CreateDate": self.created.iso8601(),
            "UpdateDate": self.updated.iso8601(),
        })
    }
}

fn bounds_any(world: &World, arn: &str) -> bool {
    bounded_by(world, arn) > 0
}

fn bounded_by(world: &World, arn: &str) -> usize {
    world
        .iam
        .roles
        .values()
        .filter(|role| role.boundary.as_deref() == Some(arn))
        .count()
}

fn not_found(arn: &str) -> Refusal {
    refuse::no_such_entity(format!("Policy {arn} was not found."))
}
