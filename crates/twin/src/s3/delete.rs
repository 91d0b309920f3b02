//! Deleting objects: of the current version where there are none others, else under a marker; or one version for good.

use serde_json::{Value, json};

use super::bucket::Versioning;
use super::condition::Write;
use super::{document, enter, put, refuse, settings};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::wire::{HEADERS, ROOT, STATUS};

/// `DeleteObject`
pub(super) fn delete_object(call: &mut Call<'_>) -> Answer {
    let (mut input, name) = enter::enter(call)?;
    let key = input.required("Key")?;
    let id = input.text("versionId")?;
    let condition = Write::read(&mut input)?;
    input.accept("x-amz-bypass-governance-retention", &[json!(false)])?;
    input.raw("content-type");
    input.finish()?;
    condition.check(enter::find(call.world, &name)?, &key)?;
    let done = delete(call, &name, &key, id.as_deref())?;
    call.body.clear();
    Ok(json!({ STATUS: 204, HEADERS: {
        "x-amz-delete-marker": done.marker.then_some("true"), "x-amz-version-id": done.version,
    } }))
}

/// `DeleteObjects`
pub(super) fn delete_objects(call: &mut Call<'_>) -> Answer {
    let (mut input, name) = enter::enter(call)?;
    input.accept("x-amz-bypass-governance-retention", &[json!(false)])?;
    settings::drop_checksums(&mut input);
    input.finish()?;
    let body = std::mem::take(&mut call.body);
    let asked = document::read(&body, "Delete", &document::DELETE)?;
    let objects = asked["Object"].as_array().cloned().unwrap_or_default();
    // [S3 API: DeleteObjects]
    if objects.is_empty() || objects.len() > 1000 {
        return Err(refuse::malformed());
    }
    let quiet = asked["Quiet"] == true;
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for object in &objects {
        let key = object["Key"].as_str().unwrap_or_default();
        let id = object["VersionId"].as_str().filter(|id| !id.is_empty());
        match checked(call, &name, key, object["ETag"].as_str())
            .and_then(|()| delete(call, &name, key, id))
        {
            Ok(done) => deleted.push(json!({
                "Key": key,
                "VersionId": id,
                "DeleteMarker": done.marker.then_some(true),
                "DeleteMarkerVersionId": done.version.filter(|_| done.marker),
            })),
            Err(refusal) => errors.push(json!({
                "Key": key, "VersionId": id, "Code": refusal.code, "Message": refusal.message,
            })),
        }
    }
    let deleted = if quiet { Value::Null } else { json!(deleted) };
    Ok(json!({ ROOT: "DeleteResult", "Deleted": deleted, "Error": errors }))
}

fn checked(call: &Call<'_>, name: &str, key: &str, etag: Option<&str>) -> Result<(), Refusal> {
    let Some(etag) = etag else { return Ok(()) };
    let current = enter::find(call.world, name)?.current(key);
    let (_, content) = current.ok_or_else(|| refuse::no_key(key))?;
    match content.etag.trim_matches('"') == etag.trim_matches('"') {
        true => Ok(()),
        false => Err(refuse::precondition("If-Match")),
    }
}

struct Deleted {
    /// Whether a marker was made, or was what is gone.
    marker: bool,
    version: Option<String>,
}

fn delete(
    call: &mut Call<'_>,
    name: &str,
    key: &str,
    id: Option<&str>,
) -> Result<Deleted, Refusal> {
    let bucket = enter::find_mut(call.world, name)?;
    if id.is_none() && bucket.versioning != Versioning::Never {
        let version = put::store(call, name, key, None)?;
        return Ok(Deleted {
            marker: true,
            version,
        });
    }
    let Some(versions) = bucket.objects.get_mut(key) else {
        return Ok(Deleted {
            marker: false,
            version: id.map(str::to_owned),
        });
    };
    let wanted = id.unwrap_or("null");
    let gone = versions.iter().position(|version| version.id == wanted);
    let gone = gone.map(|at| versions.remove(at));
    if versions.is_empty() {
        bucket.objects.remove(key);
    }
    if let Some(gone) = &gone {
        gone.release(&mut call.world.blobs);
    }
    Ok(Deleted {
        marker: gone.is_some_and(|gone| gone.content.is_none()),
        version: id.map(str::to_owned),
    })
}
