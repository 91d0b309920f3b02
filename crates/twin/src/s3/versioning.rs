//! Whether a bucket keeps what is overwritten.

use serde_json::json;

use super::bucket::Versioning;
use super::{document, enter, settings};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::wire::ROOT;

/// `PutBucketVersioning`
pub(super) fn put_bucket_versioning(call: &mut Call<'_>) -> Answer {
    let (mut input, name) = enter::enter(call)?;
    settings::drop_checksums(&mut input);
    input.finish()?;
    let body = std::mem::take(&mut call.body);
    let value = document::read(&body, "VersioningConfiguration", &document::VERSIONING)?;
    if value["MfaDelete"] == "Enabled" {
        return Err(Refusal::not_implemented("s3 MfaDelete"));
    }
    let versioning = match value["Status"].as_str() {
        Some("Enabled") => Versioning::Enabled,
        Some(_) => Versioning::Suspended,
        None => {
            let message = "The Versioning element must be specified";
            return Err(Refusal::new(
                "IllegalVersioningConfigurationException",
                message,
            ));
        }
    };
    enter::find_mut(call.world, &name)?.versioning = versioning;
    Ok(json!({}))
}

/// `GetBucketVersioning`: a bucket that never had versions says nothing.
pub(super) fn get_bucket_versioning(call: &mut Call<'_>) -> Answer {
    let (input, name) = enter::enter(call)?;
    input.finish()?;
    let status = match enter::find(call.world, &name)?.versioning {
        Versioning::Never => None,
        Versioning::Enabled => Some("Enabled"),
        Versioning::Suspended => Some("Suspended"),
    };
    Ok(json!({ ROOT: "VersioningConfiguration", "Status": status }))
}
