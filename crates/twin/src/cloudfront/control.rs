//! Origin access controls: how CloudFront shows a bucket that it is CloudFront.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::distribution::only_id;
use super::list::Asked;
use super::{check, refuse, shapes};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::wire::{HEADERS, ROOT, STATUS};
use crate::world::World;

/// [CloudFront guide: quotas on origin access controls]
const QUOTA: usize = 100;

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Control {
    id: String,
    pub(super) config: Value,
    etag: String,
}

/// `CreateOriginAccessControl`
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    std::mem::take(&mut call.input).finish()?;
    let config = read(call, None)?;
    if call.world.cloudfront.controls.len() >= QUOTA {
        let message =
            "The number of origin access controls in your account exceeds the maximum allowed.";
        return Err(Refusal::new("TooManyOriginAccessControls", message));
    }
    let id = format!("E{}", call.world.ids.upper(13));
    let control = Control {
        id: id.clone(),
        config,
        etag: format!("E{}", call.world.ids.upper(13)),
    };
    let mut answer = control.answer();
    answer[STATUS] = json!(201);
    answer[HEADERS]["location"] = json!(format!(
        "https://cloudfront.amazonaws.com/2020-05-31/origin-access-control/{id}"
    ));
    call.world.cloudfront.controls.insert(id, control);
    Ok(answer)
}

/// `GetOriginAccessControl`
pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let id = only_id(call)?;
    Ok(find(call.world, &id)?.answer())
}

/// `GetOriginAccessControlConfig`
pub(super) fn get_config(call: &mut Call<'_>) -> Answer {
    let id = only_id(call)?;
    let control = find(call.world, &id)?;
    let mut answer = control.config.clone();
    answer[ROOT] = json!("OriginAccessControlConfig");
    answer[HEADERS] = json!({ "etag": control.etag });
    Ok(answer)
}

/// `UpdateOriginAccessControl`
pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("Id")?;
    let version = input.text("IfMatch")?;
    input.finish()?;
    let config = read(call, Some(&id))?;
    refuse::check_version(version.as_deref(), &find(call.world, &id)?.etag)?;
    let etag = format!("E{}", call.world.ids.upper(13));
    let control = call.world.cloudfront.controls.get_mut(&id);
    let control = control.ok_or_else(absent)?;
    control.config = config;
    control.etag = etag;
    Ok(control.answer())
}

/// `DeleteOriginAccessControl` [emulators.md 4: "DeleteOAC in use"]
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("Id")?;
    let version = input.text("IfMatch")?;
    input.finish()?;
    call.body.clear();
    refuse::check_version(version.as_deref(), &find(call.world, &id)?.etag)?;
    let mut distributions = call.world.cloudfront.distributions.values();
    let used = distributions.any(|distribution| {
        let origins = check::items(&distribution.config["Origins"], "Origin");
        origins
            .iter()
            .any(|it| it["OriginAccessControlId"] == id.as_str())
    });
    if used {
        let message = "Cannot delete the origin access control because it's in use by one or more distributions.";
        return Err(Refusal::new("OriginAccessControlInUse", message).status(409));
    }
    call.world.cloudfront.controls.remove(&id);
    Ok(json!({ STATUS: 204 }))
}

/// `ListOriginAccessControls`
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    call.body.clear();
    let mut input = std::mem::take(&mut call.input);
    let asked = Asked::read(&mut input)?;
    input.finish()?;
    let rows = call.world.cloudfront.controls.iter().map(|(id, control)| {
        let mut row = control.config.clone();
        row["Id"] = json!(id);
        (id.clone(), row)
    });
    let (root, member) = ("OriginAccessControlList", "OriginAccessControlSummary");
    Ok(asked.page(root, member, rows.collect()))
}

fn read(call: &mut Call<'_>, own: Option<&str>) -> Result<Value, Refusal> {
    let body = std::mem::take(&mut call.body);
    let mut config = refuse::read(&body, "OriginAccessControlConfig", &shapes::CONTROL)?;
    let name = config["Name"].as_str().unwrap_or_default();
    let description = config["Description"].as_str().unwrap_or_default();
    // [CloudFront API: OriginAccessControlConfig]
    if !(1..=64).contains(&name.chars().count()) || description.chars().count() > 256 {
        return Err(refuse::argument(
            "The name of an origin access control has 1 to 64 characters, its description at most 256.",
        ));
    }
    let mut others = call.world.cloudfront.controls.values();
    if others.any(|it| Some(it.id.as_str()) != own && it.config["Name"] == name) {
        let message = "An origin access control with the same name already exists.";
        return Err(Refusal::new("OriginAccessControlAlreadyExists", message).status(409));
    }
    if config["Description"].is_null() {
        config["Description"] = json!("");
    }
    Ok(config)
}

fn find<'a>(world: &'a World, id: &str) -> Result<&'a Control, Refusal> {
    world.cloudfront.controls.get(id).ok_or_else(absent)
}

fn absent() -> Refusal {
    let message = "The specified origin access control does not exist.";
    Refusal::new("NoSuchOriginAccessControl", message).status(404)
}

impl Control {
    fn answer(&self) -> Value {
        json!({
            ROOT: "OriginAccessControl",
            HEADERS: { "etag": self.etag },
            "Id": self.id,
            "OriginAccessControlConfig": self.config,
        })
    }
}
