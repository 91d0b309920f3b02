//! A zone's record sets, page by page.

use serde_json::{Value, json};

use super::record_set::{RecordSet, key};
use super::zone_listing::max_items;
use super::{name, refuse, zone};
use crate::operation::{Answer, Call};

/// `ListResourceRecordSets`: in order of the reversed name, then of the type.
pub(super) fn list_resource_record_sets(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = zone::zone_id(&mut input)?;
    let start = input.text("name")?;
    let kind = input.text("type")?;
    let limit = max_items(&mut input, 300)?;
    input.finish()?;
    let from = match (start, kind) {
        (None, None) => String::new(),
        (None, Some(_)) => {
            let message =
                "The request must contain StartRecordName if it contains StartRecordType.";
            return Err(refuse::input(message));
        }
        (Some(start), kind) => {
            let start = name::normal(&start).map_err(refuse::input)?;
            key(&start, kind.as_deref().unwrap_or_default())
        }
    };
    let zone = zone::find(call.world, &id)?;
    let mut sets = zone.record_sets.range(from..).map(|(_, set)| set);
    let page: Vec<Value> = sets.by_ref().take(limit).map(RecordSet::answer).collect();
    let next = sets.next();
    Ok(json!({
        "ResourceRecordSets": { "ResourceRecordSet": page },
        "IsTruncated": next.is_some(),
        "NextRecordName": next.map(|set| &set.name),
        "NextRecordType": next.map(|set| &set.kind),
        "MaxItems": limit.to_string(),
    }))
}
