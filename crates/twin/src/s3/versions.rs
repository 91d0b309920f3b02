//! ListObjectVersions.

use serde_json::{Value, json};

use super::listing::Asked;
use super::{bucket, enter, refuse};
use crate::operation::{Answer, Call};

/// `ListObjectVersions`: by key, of each key the latest first.
pub(super) fn list_object_versions(call: &mut Call<'_>) -> Answer {
    let (mut input, name) = enter::enter(call)?;
    let asked = Asked::read(&mut input)?;
    let some = |text: Option<String>| text.filter(|text| !text.is_empty());
    let key_marker = some(input.text("key-marker")?);
    let id_marker = some(input.text("version-id-marker")?);
    input.raw("content-type");
    input.finish()?;
    if let (Some(id), None) = (&id_marker, &key_marker) {
        let message = "A version-id marker cannot be specified without a key marker.";
        return Err(refuse::argument("version-id-marker", id, message));
    }
    let owner = json!({ "ID": bucket::owner(&call.account()) });
    let found = enter::find(call.world, &name)?;
    let (mut versions, mut markers, mut prefixes) = (Vec::new(), Vec::new(), Vec::new());
    let mut last: Option<(String, Option<String>)> = None;
    let mut more = false;
    'keys: for (key, history) in found.objects.iter().filter(|(key, _)| asked.takes(key)) {
        let group = asked.group(key);
        let place = group.as_deref().unwrap_or(key);
        let passed = key_marker.as_deref().is_some_and(|marker| {
            place < marker || (place == marker && (id_marker.is_none() || group.is_some()))
        });
        let seen = |last: &Option<(String, Option<String>)>| {
            last.as_ref().is_some_and(|(at, _)| at == place)
        };
        if passed || (group.is_some() && seen(&last)) {
            continue;
        }
        let mut skip = match (&key_marker, &id_marker) {
            (Some(marker), Some(id)) if marker == key => Some(id),
            _ => None,
        };
        for (back, version) in history.iter().rev().enumerate() {
            if let Some(id) = skip {
                if version.id == *id {
                    skip = None;
                }
                continue;
            }
            if versions.len() + markers.len() + prefixes.len() >= asked.limit {
                more = asked.limit > 0;
                break 'keys;
            }
            if let Some(prefix) = &group {
                prefixes.push(json!({ "Prefix": asked.spell(prefix) }));
                last = Some((place.to_owned(), None));
                continue 'keys;
            }
            let mut row = json!({
                "Key": asked.spell(key),
                "VersionId": version.id,
                "IsLatest": back == 0,
                "LastModified": version.modified.iso8601(),
                "Owner": owner,
            });
            match &version.content {
                Some(content) => {
                    row["ETag"] = json!(content.etag);
                    row["Size"] = json!(content.blob.size);
                    let class = content.about.class.as_deref();
                    row["StorageClass"] = json!(class.unwrap_or("STANDARD"));
                    versions.push(row);
                }
                None => markers.push(row),
            }
            last = Some((key.clone(), Some(version.id.clone())));
        }
    }
    let mut answer = asked.echo("ListVersionsResult", &name);
    let (next_key, next_id) = last.filter(|_| more).unzip();
    answer["KeyMarker"] = json!(asked.spell(&key_marker.unwrap_or_default()));
    answer["VersionIdMarker"] = json!(id_marker.unwrap_or_default());
    answer["NextKeyMarker"] = json!(next_key.map(|key| asked.spell(&key)));
    answer["NextVersionIdMarker"] = json!(next_id.flatten());
    answer["IsTruncated"] = json!(more);
    answer["Version"] = Value::from(versions);
    answer["DeleteMarker"] = Value::from(markers);
    answer["CommonPrefixes"] = Value::from(prefixes);
    Ok(answer)
}
