//! GetParameter and GetParameters, and the same for other services.

use serde_json::{Value, json};

use super::{name, public, refuse};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;

pub(super) fn one(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("Name")?;
    let decrypt = input.boolean("WithDecryption")?.unwrap_or(false);
    input.finish()?;
    let found = view(call.world, &call.region, &given, decrypt)?;
    Ok(json!({ "Parameter": found }))
}

/// What is not there is listed, not refused [SSM API: GetParameters InvalidParameters].
pub(super) fn several(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let names = refuse::names(&mut input)?;
    let decrypt = input.boolean("WithDecryption")?.unwrap_or(false);
    input.finish()?;
    let (mut found, mut invalid) = (Vec::new(), Vec::new());
    for given in names {
        match view(call.world, &call.region, &given, decrypt) {
            Ok(parameter) => found.push(parameter),
            Err(refusal) if refusal.code.starts_with("Parameter") => invalid.push(given),
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(json!({ "Parameters": found, "InvalidParameters": invalid }))
}

/// The ARN of a parameter, there or not, that is given by its name or ARN, with or without a version.
pub(crate) fn arn(world: &World, region: &str, given: &str) -> String {
    let (name, _) = name::split(given);
    if name.starts_with("arn:") {
        return name.to_owned();
    }
    format!(
        "arn:aws:ssm:{region}:{}:{}",
        world.account,
        name::resource(name)
    )
}

/// The text of a parameter, decrypted, as another service gets it.
pub(crate) fn resolve(world: &World, region: &str, given: &str) -> Result<String, Refusal> {
    let found = view(world, region, given, true)?;
    Ok(found["Value"].as_str().unwrap_or_default().to_owned())
}

fn view(world: &World, region: &str, given: &str, decrypt: bool) -> Result<Value, Refusal> {
    let (name, selector) = name::split(given);
    if let Some(public) = public::find(region, name) {
        return public;
    }
    let here = world.regions.get(region);
    let parameter = here.and_then(|here| here.ssm.find(name));
    let parameter = parameter.ok_or_else(|| refuse::not_found(name))?;
    parameter.view(selector, decrypt)
}
