//! Inline policies of a role.

use serde_json::{Value, json};

use super::document::{self, Grammar};
use super::listing::Window;
use super::{name, refuse, role};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// All inline policies of one role together, white space not counted [IAM User Guide: quotas].
const LENGTH_PER_ROLE: usize = 10_240;

/// Puts a policy in place, whether or not there was one of that name: the one IAM create that is
/// safe to repeat.
pub(super) fn put(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let role_name = input.required("RoleName")?;
    let policy_name = input.required("PolicyName")?;
    let text = input.required("PolicyDocument")?;
    input.finish()?;
    name::check_name("policyName", &policy_name, 128)?;
    role::find_own(call.world, &role_name)?;
    document::check(call.world, &text, Grammar::Permissions)?;
    let role = role::find_own_mut(call.world, &role_name)?;
    let others = role
        .inline
        .iter()
        .filter(|(other, _)| **other != policy_name);
    let length: usize = others.map(|(_, text)| document::counted_length(text)).sum();
    if length + document::counted_length(&text) > LENGTH_PER_ROLE {
        return Err(refuse::limit_exceeded(format!(
            "Maximum policy size of {LENGTH_PER_ROLE} bytes exceeded for role {}",
            role.name
        )));
    }
    role.inline.insert(policy_name, text);
    Ok(Value::Null)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let role_name = input.required("RoleName")?;
    let policy_name = input.required("PolicyName")?;
    input.finish()?;
    let role = role::find(call.world, &role_name)?;
    let text = role
        .inline
        .get(&policy_name)
        .ok_or_else(|| no_such_policy(&policy_name))?;
    Ok(json!({
        "RoleName": role.name,
        "PolicyName": policy_name,
        "PolicyDocument": document::encoded(text),
    }))
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let role_name = input.required("RoleName")?;
    let policy_name = input.required("PolicyName")?;
    input.finish()?;
    let role = role::find_own_mut(call.world, &role_name)?;
    role.inline
        .remove(&policy_name)
        .ok_or_else(|| no_such_policy(&policy_name))?;
    Ok(Value::Null)
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let role_name = input.required("RoleName")?;
    let window = Window::read(&mut input)?;
    input.finish()?;
    let role = role::find(call.world, &role_name)?;
    window.answer(
        "PolicyNames",
        role.inline.keys().map(|name| json!(name)).collect(),
    )
}

fn no_such_policy(policy_name: &str) -> Refusal {
    refuse::no_such_entity(format!(
        "The role policy with name {policy_name} cannot be found."
    ))
}
