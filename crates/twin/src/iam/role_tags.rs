//! Tags of a role.

use serde_json::Value;

use super::listing::Window;
use super::role;
use crate::operation::{Answer, Call};

pub(super) fn tag(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let role_name = input.required("RoleName")?;
    let more = super::read_tags(&mut input)?;
    input.finish()?;
    let role = role::find_any_mut(call.world, &role_name)?;
    role.tags = role.tags.with(more, "LimitExceeded")?;
    Ok(Value::Null)
}

pub(super) fn untag(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let role_name = input.required("RoleName")?;
    let keys = input.texts("TagKeys")?;
    input.finish()?;
    let role = role::find_any_mut(call.world, &role_name)?;
    role.tags.0.retain(|key, _| !keys.contains(key));
    Ok(Value::Null)
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let role_name = input.required("RoleName")?;
    let window = Window::read(&mut input)?;
    input.finish()?;
    window.answer(
        "Tags",
        super::tag_rows(&role::find(call.world, &role_name)?.tags),
    )
}
