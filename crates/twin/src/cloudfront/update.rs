//! UpdateDistribution: the whole of it is put anew.

use super::{check, defaults, distribution, refuse, shapes};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("Id")?;
    let version = input.text("IfMatch")?;
    input.finish()?;
    let body = std::mem::take(&mut call.body);
    let mut config = refuse::read(&body, "DistributionConfig", &shapes::DISTRIBUTION)?;
    let known = distribution::find(call.world, &id)?;
    refuse::check_version(version.as_deref(), &known.etag)?;
    if known.config["CallerReference"] != config["CallerReference"] {
        return Err(Refusal::new(
            "IllegalUpdate",
            "The update contains modifications that are not allowed: the caller reference cannot be changed.",
        ));
    }
    check::config(call.world, &config, Some(&id))?;
    defaults::fill(&mut config);
    distribution::find_mut(call.world, &id)?.config = config;
    distribution::deploy(call.world, &id);
    Ok(distribution::find(call.world, &id)?.answer())
}
