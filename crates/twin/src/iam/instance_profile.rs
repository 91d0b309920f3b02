//! Instance profiles: the box in which a role is handed to an EC2 instance. Holds one role at most.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::listing::Window;
use super::role::{self, Role};
use super::{name, refuse, tags_or_none};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// An instance profile.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InstanceProfile {
    /// As given.
    pub name: String,
    /// `/` unless given.
    pub path: String,
    /// `AIPA…`.
    pub id: String,
    /// `arn:aws:iam::ACCOUNT:instance-profile` + path + name.
    pub arn: String,
    /// When it was created.
    pub created: Millis,
    /// The name of the role in it.
    pub role: Option<String>,
    /// Its tags.
    pub tags: Tags,
}

/// [IAM User Guide: quotas]
const PROFILES_PER_ACCOUNT: usize = 1000;

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let profile_name = input.required("InstanceProfileName")?;
    let path = input.text("Path")?.unwrap_or_else(|| "/".into());
    let tags = super::read_tags(&mut input)?;
    input.finish()?;
    name::check_name("instanceProfileName", &profile_name, 128)?;
    name::check_path(&path)?;
    let profiles = &call.world.iam.instance_profiles;
    if profiles.contains_key(&profile_name.to_lowercase()) {
        return Err(refuse::already_exists(format!(
            "Instance Profile {profile_name} already exists."
        )));
    }
    if profiles.len() >= PROFILES_PER_ACCOUNT {
        return Err(refuse::limit_exceeded(format!(
            "Cannot exceed quota for InstanceProfilesPerAccount: {PROFILES_PER_ACCOUNT}"
        )));
    }
    let profile = InstanceProfile {
        id: format!("AIPA{}", call.world.ids.upper(17)),
        arn: super::arn(
            &call.account(),
            &format!("instance-profile{path}{profile_name}"),
        ),
        name: profile_name,
        path,
        created: call.now(),
        role: None,
        tags,
    };
    let answer = profile.full_answer(call.world);
    call.world
        .iam
        .instance_profiles
        .insert(profile.name.to_lowercase(), profile);
    Ok(json!({ "InstanceProfile": answer }))
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let profile_name = input.required("InstanceProfileName")?;
    input.finish()?;
    let profile = find(call.world, &profile_name)?;
    Ok(json!({ "InstanceProfile": profile.full_answer(call.world) }))
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let profile_name = input.required("InstanceProfileName")?;
    input.finish()?;
    if find(call.world, &profile_name)?.role.is_some() {
        return Err(refuse::delete_conflict(
            "Cannot delete entity, must remove roles from instance profile first.",
        ));
    }
    call.world
        .iam
        .instance_profiles
        .remove(&profile_name.to_lowercase());
    Ok(Value::Null)
}

pub(super) fn add_role(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let profile_name = input.required("InstanceProfileName")?;
    let role_name = input.required("RoleName")?;
    input.finish()?;
    let held = find(call.world, &profile_name)?.role.is_some();
    let role_name = role::find_own(call.world, &role_name)?.name.clone();
    if held {
        return Err(refuse::limit_exceeded(
            "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
        ));
    }
    find_mut(call.world, &profile_name)?.role = Some(role_name);
    Ok(Value::Null)
}

pub(super) fn remove_role(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let profile_name = input.required("InstanceProfileName")?;
    let role_name = input.required("RoleName")?;
    input.finish()?;
    name::check_name("roleName", &role_name, 64)?;
    let profile = find_mut(call.world, &profile_name)?;
    if !profile
        .role
        .as_ref()
        .is_some_and(|held| held.eq_ignore_ascii_case(&role_name))
    {
        return Err(refuse::no_such_entity(format!(
            "The role with name {role_name} cannot be found."
        )));
    }
    profile.role = None;
    Ok(Value::Null)
}

pub(super) fn list_for_role(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let role_name = input.required("RoleName")?;
    let window = Window::read(&mut input)?;
    input.finish()?;
    let role = role::find(call.world, &role_name)?;
    let profiles = call.world.iam.instance_profiles.values();
    let holding = profiles.filter(|profile| profile.role.as_ref() == Some(&role.name));
    window.answer(
        "InstanceProfiles",
        holding.map(|p| p.listed_answer(call.world)).collect(),
    )
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let prefix = input.text("PathPrefix")?.unwrap_or_else(|| "/".into());
    let window = Window::read(&mut input)?;
    input.finish()?;
    name::check_path_prefix(&prefix)?;
    let profiles = call.world.iam.instance_profiles.values();
    let wanted = profiles.filter(|profile| profile.path.starts_with(&prefix));
    window.answer(
        "InstanceProfiles",
        wanted.map(|p| p.listed_answer(call.world)).collect(),
    )
}

pub(super) fn tag(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let profile_name = input.required("InstanceProfileName")?;
    let more = super::read_tags(&mut input)?;
    input.finish()?;
    let profile = find_mut(call.world, &profile_name)?;
    profile.tags = profile.tags.with(more, "LimitExceeded")?;
    Ok(Value::Null)
}

pub(super) fn untag(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let profile_name = input.required("InstanceProfileName")?;
    let keys = input.texts("TagKeys")?;
    input.finish()?;
    find_mut(call.world, &profile_name)?
        .tags
        .retain(|key, _| !keys.contains(key));
    Ok(Value::Null)
}

pub(super) fn tags(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let profile_name = input.required("InstanceProfileName")?;
    let window = Window::read(&mut input)?;
    input.finish()?;
    window.answer(
        "Tags",
        super::tag_rows(&find(call.world, &profile_name)?.tags),
    )
}

impl InstanceProfile {
    /// `GetInstanceProfile` has the tags, listings leave them out [IAM API: ListInstanceProfiles].
    fn full_answer(&self, world: &World) -> Value {
        let mut answer = self.listed_answer(world);
        answer["Tags"] = tags_or_none(&self.tags);
        answer
    }

    fn listed_answer(&self, world: &World) -> Value {
        let role = self
            .role
            .as_ref()
            .and_then(|name| world.iam.roles.get(&name.to_lowercase()));
        json!({
            "Path": self.path,
            "InstanceProfileName": self.name,
            "InstanceProfileId": self.id,
            "Arn": self.arn,
            "CreateDate": self.created.iso8601(),
            "Roles": role.iter().map(|role| Role::listed_answer(role)).collect::<Vec<_>>(),
        })
    }
}

fn find<'a>(world: &'a World, profile_name: &str) -> Result<&'a InstanceProfile, Refusal> {
    name::check_name("instanceProfileName", profile_name, 128)?;
    let profile = world
        .iam
        .instance_profiles
        .get(&profile_name.to_lowercase());
    profile.ok_or_else(|| no_such_profile(profile_name))
}

fn find_mut<'a>(
    world: &'a mut World,
    profile_name: &str,
) -> Result<&'a mut InstanceProfile, Refusal> {
    name::check_name("instanceProfileName", profile_name, 128)?;
    let profile = world
        .iam
        .instance_profiles
        .get_mut(&profile_name.to_lowercase());
    profile.ok_or_else(|| no_such_profile(profile_name))
}

fn no_such_profile(profile_name: &str) -> Refusal {
    refuse::no_such_entity(format!("Instance Profile {profile_name} cannot be found."))
}
