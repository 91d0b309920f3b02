//! DNS records over the wire: reads that are wanted together as one, and one function for each
//! mutating request.

use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::failure::{Class, Failure};
use serde_json::{Value, json};

use super::client::{Answer, Asked, Cloudflare};
use crate::cloudflare::dns_record::Record;

pub(crate) const GET: &str = "cloudflare:GET /zones/{zone_id}/dns_records/{dns_record_id}";
pub(crate) const LIST: &str = "cloudflare:GET /zones/{zone_id}/dns_records";
pub(crate) const CREATE: &str = "cloudflare:POST /zones/{zone_id}/dns_records";
pub(crate) const UPDATE: &str = "cloudflare:PATCH /zones/{zone_id}/dns_records/{dns_record_id}";
pub(crate) const DELETE: &str = "cloudflare:DELETE /zones/{zone_id}/dns_records/{dns_record_id}";
pub(crate) const BATCH: &str = "cloudflare:POST /zones/{zone_id}/dns_records/batch";

/// Records on one page: a whole free zone, and most others.
const PAGE: u32 = 1000;
/// Reads that may be wanted together.
const TOGETHER: usize = 1000;

/// The record of that id; none if it is not there. Several that are asked for at once cost one
/// listing of their zone.
pub(crate) async fn by_id(
    cloudflare: &Cloudflare,
    zone: &str,
    id: &str,
) -> Result<Option<Record>, Failure> {
    let batch = cloudflare.batch("records", TOGETHER, |cloudflare, keys| async move {
        let mut zones: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (zone, id) in keys.iter().filter_map(|key| key.split_once('/')) {
            zones.entry(zone).or_default().insert(id);
        }
        let mut found = BTreeMap::new();
        for (zone, ids) in zones {
            let listed = match ids.len() {
                1 => Vec::new(),
                _ => first_page(&cloudflare, zone).await?,
            };
            let listed = listed.into_iter().filter(|r| ids.contains(r.id.as_str()));
            let mut of_zone: BTreeMap<String, Record> =
                listed.map(|record| (record.id.clone(), record)).collect();
            // A listing may be a moment behind, or have more pages: what it lacks is asked for.
            for id in ids {
                if !of_zone.contains_key(id)
                    && let Some(record) = one(&cloudflare, zone, id).await?
                {
                    of_zone.insert(id.to_string(), record);
                }
            }
            let key = |(id, record)| (format!("{zone}/{id}"), record);
            found.extend(of_zone.into_iter().map(key));
        }
        Ok(found)
    });
    batch.get(&format!("{zone}/{id}")).await
}

/// Every record of that name.
pub(crate) async fn at(
    cloudflare: &Cloudflare,
    zone: &str,
    name: &str,
) -> Result<Vec<Record>, Failure> {
    let filters = [("name.exact", name)];
    let path = path(zone);
    let found = cloudflare.ask_all(LIST, &path, &filters, PAGE).await?;
    // Exact, whatever the filter makes of case and wildcards.
    let same = |record: &Record| record.name.eq_ignore_ascii_case(name);
    Ok(found.into_iter().filter(same).collect())
}

/// Every record of the zone whose comment begins like this.
pub(crate) async fn commented(
    cloudflare: &Cloudflare,
    zone: &str,
    prefix: &str,
) -> Result<Vec<Record>, Failure> {
    let filters = [("comment.startswith", prefix)];
    let path = path(zone);
    cloudflare.ask_all(LIST, &path, &filters, PAGE).await
}

/// The ids of all zones that the token sees.
pub(crate) async fn zones(cloudflare: &Cloudflare) -> Result<Vec<String>, Failure> {
    let zones: Vec<super::Zone> = cloudflare
        .ask_all("cloudflare:GET /zones", "/zones", &[], 50)
        .await?;
    Ok(zones.into_iter().map(|zone| zone.id).collect())
}

/// Creates a record. Answers with its id.
pub(crate) async fn create(
    cloudflare: &Cloudflare,
    zone: &str,
    body: Value,
) -> Result<String, Failure> {
    let answer: Answer<Value> = cloudflare
        .ask(Asked {
            operation: CREATE,
            path: path(zone),
            query: &[],
            body: Some(body),
        })
        .await?;
    id(CREATE, &answer.result)
}

/// Changes the members in `body`, and no other.
pub(crate) async fn update(
    cloudflare: &Cloudflare,
    zone: &str,
    id: &str,
    body: Value,
) -> Result<(), Failure> {
    let asked = Asked {
        operation: UPDATE,
        path: format!("{}/{id}", path(zone)),
        query: &[],
        body: Some(body),
    };
    cloudflare.ask::<Value>(asked).await.map(drop)
}

/// Deletes a record.
pub(crate) async fn delete(cloudflare: &Cloudflare, zone: &str, id: &str) -> Result<(), Failure> {
    let asked = Asked {
        operation: DELETE,
        path: format!("{}/{id}", path(zone)),
        query: &[],
        body: None,
    };
    cloudflare.ask::<Value>(asked).await.map(drop)
}

/// Deletes some records and creates others, all or none of it [Cloudflare docs: batch record
/// changes]. Answers with the ids of those created, in order.
pub(crate) async fn exchange(
    cloudflare: &Cloudflare,
    zone: &str,
    deletes: &[&str],
    posts: Vec<Value>,
) -> Result<Vec<String>, Failure> {
    let deletes: Vec<Value> = deletes.iter().map(|id| json!({ "id": id })).collect();
    let answer: Answer<Value> = cloudflare
        .ask(Asked {
            operation: BATCH,
            path: format!("{}/batch", path(zone)),
            query: &[],
            body: Some(json!({ "deletes": deletes, "posts": posts })),
        })
        .await?;
    let posted = answer.result.get("posts").and_then(Value::as_array);
    posted.into_iter().flatten().map(|r| id(BATCH, r)).collect()
}

async fn one(cloudflare: &Cloudflare, zone: &str, id: &str) -> Result<Option<Record>, Failure> {
    let asked = Asked {
        operation: GET,
        path: format!("{}/{id}", path(zone)),
        query: &[],
        body: None,
    };
    match cloudflare.ask::<Record>(asked).await {
        Ok(answer) => Ok(Some(answer.result)),
        Err(missing) if missing.class == Class::Gone => Ok(None),
        Err(failure) => Err(failure),
    }
}

async fn first_page(cloudflare: &Cloudflare, zone: &str) -> Result<Vec<Record>, Failure> {
    let path = path(zone);
    let page = cloudflare.ask_page(LIST, &path, &[], PAGE, 1).await;
    page.map(|(records, _)| records)
}

fn path(zone: &str) -> String {
    format!("/zones/{zone}/dns_records")
}

fn id(operation: &'static str, record: &Value) -> Result<String, Failure> {
    let id = record.get("id").and_then(Value::as_str);
    id.map(str::to_string).ok_or_else(|| {
        let message = "the answer names no id";
        Failure::new(Class::Unknown, operation, "Incomplete", message)
    })
}
