//! DeleteDistribution: of one that is disabled, and known to be so at the edge.

use serde_json::json;

use super::{distribution, refuse};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::wire::STATUS;

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("Id")?;
    let version = input.text("IfMatch")?;
    input.finish()?;
    call.body.clear();
    let found = distribution::find(call.world, &id)?;
    refuse::check_version(version.as_deref(), &found.etag)?;
    // [CloudFront API: DeleteDistribution; that one on its way is refused alike is reported in
    // terraform-provider-aws]
    if found.config["Enabled"] == true || !found.deployed {
        let message = "The distribution you are trying to delete has not been disabled.";
        return Err(Refusal::new("DistributionNotDisabled", message).status(409));
    }
    call.world.cloudfront.distributions.remove(&id);
    Ok(json!({ STATUS: 204 }))
}
