//! AWS Identity and Access Management: roles, their policies, instance profiles, service-linked roles.
//!
//! Global: one state for all regions. There are no idempotency tokens here; names are unique
//! without regard to case, and a repeated create is `EntityAlreadyExists`. Users and groups are not
//! modelled, and no call to the twin is ever denied by a policy; what services do as a role is
//! (`evaluate`).

mod attachment;
mod aws_managed;
mod document;
mod evaluate;
mod inline;
mod instance_profile;
mod listing;
mod name;
mod policy;
mod policy_version;
mod refuse;
mod role;
mod role_tags;
pub(crate) mod service_linked;
mod service_principals;
mod summary;
mod trust;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::input::Input;
use crate::operation::{Answer, Call, Operation, read, write};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

pub(crate) use evaluate::{Request, Verdict, evaluate, fits, judge};
pub(crate) use instance_profile::InstanceProfile;
pub(crate) use policy::Policy;
pub(crate) use role::Role;
pub(crate) use service_linked::create as create_service_linked_role;
pub(crate) use service_principals::is_known as is_service_principal;
pub(crate) use trust::assumable_by;

/// Everything IAM holds for the account.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Iam {
    /// By lower-cased name, as names are not distinguished by case.
    pub roles: BTreeMap<String, Role>,
    /// Customer managed policies, by ARN.
    pub policies: BTreeMap<String, Policy>,
    /// By lower-cased name.
    pub instance_profiles: BTreeMap<String, InstanceProfile>,
    /// Deletions of service-linked roles that were asked for, by task id.
    pub deletions: BTreeMap<String, service_linked::Deletion>,
}

/// What the twin answers as `iam`.
pub(crate) const OPERATIONS: &[Operation] = &[
    write("CreateRole", role::create),
    read("GetRole", role::get),
    read("ListRoles", role::list),
    write("DeleteRole", role::delete),
    write("UpdateRole", role::update),
    write("UpdateRoleDescription", role::update_description),
    write("UpdateAssumeRolePolicy", role::update_trust),
    write("PutRolePermissionsBoundary", role::put_boundary),
    write("DeleteRolePermissionsBoundary", role::delete_boundary),
    write("TagRole", role_tags::tag),
    write("UntagRole", role_tags::untag),
    read("ListRoleTags", role_tags::list),
    write("PutRolePolicy", inline::put),
    read("GetRolePolicy", inline::get),
    write("DeleteRolePolicy", inline::delete),
    read("ListRolePolicies", inline::list),
    write("AttachRolePolicy", attachment::attach),
    write("DetachRolePolicy", attachment::detach),
    read("ListAttachedRolePolicies", attachment::list),
    read("ListEntitiesForPolicy", attachment::entities),
    write("CreatePolicy", policy::create),
    read("GetPolicy", policy::get),
    read("ListPolicies", policy::list),
    write("DeletePolicy", policy::delete),
    write("TagPolicy", policy::tag),
    write("UntagPolicy", policy::untag),
    read("ListPolicyTags", policy::tags),
    write("CreatePolicyVersion", policy_version::create),
    read("GetPolicyVersion", policy_version::get),
    read("ListPolicyVersions", policy_version::list),
    write("SetDefaultPolicyVersion", policy_version::set_default),
    write("DeletePolicyVersion", policy_version::delete),
    write("CreateServiceLinkedRole", service_linked::create_call),
    write("DeleteServiceLinkedRole", service_linked::delete),
    read(
        "GetServiceLinkedRoleDeletionStatus",
        service_linked::deletion_status,
    ),
    write("CreateInstanceProfile", instance_profile::create),
    read("GetInstanceProfile", instance_profile::get),
    write("DeleteInstanceProfile", instance_profile::delete),
    write("AddRoleToInstanceProfile", instance_profile::add_role),
    write(
        "RemoveRoleFromInstanceProfile",
        instance_profile::remove_role,
    ),
    read(
        "ListInstanceProfilesForRole",
        instance_profile::list_for_role,
    ),
    read("ListInstanceProfiles", instance_profile::list),
    write("TagInstanceProfile", instance_profile::tag),
    write("UntagInstanceProfile", instance_profile::untag),
    read("ListInstanceProfileTags", instance_profile::tags),
    read("GetAccountSummary", summary::get),
    read("ListAccountAliases", list_account_aliases),
];

/// The role of that ARN or name.
pub(crate) fn role<'a>(world: &'a World, arn_or_name: &str) -> Option<&'a Role> {
    if arn_or_name.starts_with("arn:") {
        return world
            .iam
            .roles
            .values()
            .find(|role| role.arn == arn_or_name);
    }
    world.iam.roles.get(&arn_or_name.to_lowercase())
}

/// Whether the account has the service-linked role of `service` (`ecs.amazonaws.com`).
pub(crate) fn has_service_linked_role(world: &World, service: &str) -> bool {
    world
        .iam
        .roles
        .values()
        .any(|role| role.linked_to.as_deref() == Some(service))
}

/// What Resource Groups Tagging lists of IAM: managed policies and instance profiles, as resources
/// of us-east-1. Never roles: "GetResources does not currently support IAM users and roles"
/// [Resource Groups Tagging API: supported services].
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    if region != "us-east-1" {
        return Vec::new();
    }
    let policies = world
        .iam
        .policies
        .values()
        .map(|policy| (policy.arn.clone(), &policy.tags));
    let profiles = world.iam.instance_profiles.values();
    policies
        .chain(profiles.map(|profile| (profile.arn.clone(), &profile.tags)))
        .collect()
}

fn list_account_aliases(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let window = listing::Window::read(&mut input)?;
    input.finish()?;
    window.answer("AccountAliases", Vec::new())
}

/// An ARN of IAM, which has no region.
fn arn(account: &str, resource: &str) -> String {
    format!("arn:aws:iam::{account}:{resource}")
}

/// `Tags` of an answer, left out when there are none.
fn tags_or_none(tags: &Tags) -> Value {
    if tags.is_empty() {
        Value::Null
    } else {
        tags.to_list("Key", "Value")
    }
}

/// Reads `Tags`. Keys that differ in case only are the same key to IAM.
fn read_tags(input: &mut Input) -> Result<Tags, Refusal> {
    let tags = Tags::from_list(input.objects("Tags")?, "Key", "Value")?;
    let distinct: BTreeSet<String> = tags.keys().map(|key| key.to_lowercase()).collect();
    if distinct.len() < tags.len() {
        return Err(refuse::invalid_input(
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ));
    }
    Ok(tags)
}

/// The rows of a `ListXTags` answer.
fn tag_rows(tags: &Tags) -> Vec<Value> {
    tags.iter()
        .map(|(key, value)| json!({ "Key": key, "Value": value }))
        .collect()
}
