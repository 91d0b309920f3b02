//! Changes of a zone's records, one by one or as a batch.

use serde_json::{Value, json};

use super::record::{Fields, Record};
use super::token::{Grant, authorise_zone};
use super::zone::{self, Zone};
use super::{conflict, refuse};
use crate::clock::Millis;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// Operations of a batch on the Free plan [Cloudflare docs: batch record changes].
const BATCH: usize = 200;

/// One change of one record.
enum Change {
    Delete { id: String },
    Patch { id: String, fields: Fields },
    Put { id: String, fields: Fields },
    Post { id: String, fields: Fields },
}

/// `POST /zones/{zone_id}/dns_records`
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    single(call, |call, input| {
        let fields = Fields::read(input)?;
        Ok(Change::Post {
            id: call.world.ids.hex("", 32),
            fields,
        })
    })
}

/// `PUT …/{dns_record_id}`: what is left out goes back to its default, comment and proxying too.
pub(super) fn overwrite(call: &mut Call<'_>) -> Answer {
    single(call, |_, input| {
        let id = record_id(input)?;
        Ok(Change::Put {
            id,
            fields: Fields::read(input)?,
        })
    })
}

/// `PATCH …/{dns_record_id}`: what is left out stays.
pub(super) fn patch(call: &mut Call<'_>) -> Answer {
    single(call, |_, input| {
        let id = record_id(input)?;
        Ok(Change::Patch {
            id,
            fields: Fields::read(input)?,
        })
    })
}

/// `DELETE …/{dns_record_id}`
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let answer = single(call, |_, input| {
        Ok(Change::Delete {
            id: record_id(input)?,
        })
    })?;
    Ok(json!({ "result": { "id": answer["result"]["id"] } }))
}

/// `POST …/batch`: deletes, then patches, puts and posts; all or none of them.
pub(super) fn batch(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let zone_id = input.required("{zone_id}")?;
    authorise_zone(call, Grant::EditDns, &zone_id)?;
    let mut groups: [(&str, Vec<Change>); 4] = [
        ("deletes", vec![]),
        ("patches", vec![]),
        ("puts", vec![]),
        ("posts", vec![]),
    ];
    for (name, changes) in &mut groups {
        for mut item in input.objects(name)? {
            let change = match *name {
                "deletes" => Change::Delete {
                    id: item_id(&mut item)?,
                },
                "patches" => Change::Patch {
                    id: item_id(&mut item)?,
                    fields: Fields::read(&mut item)?,
                },
                "puts" => Change::Put {
                    id: item_id(&mut item)?,
                    fields: Fields::read(&mut item)?,
                },
                _ => {
                    let fields = Fields::read(&mut item)?;
                    Change::Post {
                        id: call.world.ids.hex("", 32),
                        fields,
                    }
                }
            };
            item.finish()?;
            changes.push(change);
        }
    }
    input.finish()?;
    let count: usize = groups.iter().map(|(_, changes)| changes.len()).sum();
    if count == 0 || count > BATCH {
        return Err(refuse::parameter(format!(
            "A batch must have from 1 to {BATCH} operations, got {count}."
        )));
    }
    let now = call.now();
    let mut zone = zone::find(call.world, &zone_id)?.clone();
    let mut result = serde_json::Map::new();
    for (name, changes) in groups {
        let records: Result<Vec<Value>, Refusal> = changes
            .into_iter()
            .map(|change| apply(&mut zone, change, now))
            .collect();
        result.insert(name.to_owned(), Value::Array(records?));
    }
    call.world.cloudflare.zones.insert(zone_id, zone);
    Ok(json!({ "result": result }))
}

fn single(
    call: &mut Call<'_>,
    read: impl Fn(&mut Call<'_>, &mut Input) -> Result<Change, Refusal>,
) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let zone_id = input.required("{zone_id}")?;
    authorise_zone(call, Grant::EditDns, &zone_id)?;
    let change = read(call, &mut input)?;
    input.finish()?;
    let now = call.now();
    let record = apply(zone::find_mut(call.world, &zone_id)?, change, now)?;
    Ok(json!({ "result": record }))
}

/// Makes the change, or refuses it and leaves the zone as it was. Says what the record is now, or was.
fn apply(zone: &mut Zone, change: Change, now: Millis) -> Result<Value, Refusal> {
    let record = match change {
        Change::Delete { id } => {
            let record = zone
                .records
                .remove(&id)
                .ok_or_else(refuse::no_such_record)?;
            return Ok(record.answer());
        }
        Change::Post { id, fields } => {
            fields.onto(Record::blank(id, String::new(), now), zone, now)?
        }
        Change::Put { id, fields } => {
            let old = zone.records.get(&id).ok_or_else(refuse::no_such_record)?;
            // The type has to be given, and has to be what it was.
            fields.require_kind()?;
            let blank = Record::blank(id, old.kind.clone(), old.created);
            fields.onto(blank, zone, now)?
        }
        Change::Patch { id, fields } => {
            let old = zone.records.get(&id).ok_or_else(refuse::no_such_record)?;
            fields.onto(old.clone(), zone, now)?
        }
    };
    conflict::check(zone, &record)?;
    let answer = record.answer();
    zone.records.insert(record.id.clone(), record);
    Ok(answer)
}

/// The record's id in the path.
pub(super) fn record_id(input: &mut Input) -> Result<String, Refusal> {
    let id = input.required("{dns_record_id}")?;
    if !zone::is_identifier(&id) {
        return Err(refuse::no_route(&format!("/dns_records/{id}")));
    }
    Ok(id)
}

/// The record's id in an item of a batch.
fn item_id(item: &mut Input) -> Result<String, Refusal> {
    item.required("id")
}
