//! Batches of changes: all of them or none.

use std::collections::BTreeMap;

use serde_json::json;

use super::record_set::{Problems, RecordSet, Target};
use super::zone::HostedZone;
use super::{alias, change, delegation, name, rdata, refuse, zone};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;

/// Records of a batch, and characters of their values; an UPSERT counts twice [Route 53 guide: quotas].
const RECORDS: usize = 1000;
const CHARACTERS: usize = 32_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Create,
    Delete,
    Upsert,
}

/// `ChangeResourceRecordSets`
pub(super) fn change_resource_record_sets(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = zone::zone_id(&mut input)?;
    let mut batch = input
        .object("ChangeBatch")?
        .ok_or_else(|| input.missing("ChangeBatch"))?;
    let comment = batch.text("Comment")?.filter(|comment| !comment.is_empty());
    let (mut changes, mut problems) = (Vec::new(), Problems::new());
    for mut change in batch.objects("Changes")? {
        let word = change.required("Action")?;
        let action = match word.as_str() {
            "CREATE" => Action::Create,
            "DELETE" => Action::Delete,
            "UPSERT" => Action::Upsert,
            _ => {
                return Err(refuse::input(format!(
                    "Invalid XML ; cvc-enumeration-valid: Value '{word}' is not facet-valid with \
                     respect to enumeration '[CREATE, DELETE, UPSERT]'."
                )));
            }
        };
        let set = change.object("ResourceRecordSet")?;
        let set = set.ok_or_else(|| change.missing("ResourceRecordSet"))?;
        changes.push((action, RecordSet::read(set, &word, &mut problems)?));
        change.finish()?;
    }
    batch.finish()?;
    input.finish()?;
    if changes.is_empty() {
        return Err(refuse::input(
            "Invalid XML ; cvc-complex-type.2.4.b: The content of element 'Changes' is not \
             complete. One of '{Change}' is expected.",
        ));
    }
    let zone = zone::find(call.world, &id)?;
    zone::refuse_owned(call.world, &id)?;
    let record_sets = applied(call.world, zone, changes, problems)?;
    let (info, in_sync) = change::submit(call.world, comment);
    let now = call.now();
    let zone = zone::find_mut(call.world, &id)?;
    zone.record_sets = record_sets;
    zone.serve(now, in_sync);
    Ok(json!({ "ChangeInfo": info }))
}

type RecordSets = BTreeMap<String, RecordSet>;

/// The zone's record sets after the batch, or every reason why there is no such thing.
fn applied(
    world: &World,
    zone: &HostedZone,
    changes: Vec<(Action, RecordSet)>,
    mut problems: Problems,
) -> Result<RecordSets, Refusal> {
    problems.extend(too_much(&changes));
    problems.extend(impossible_pairs(&changes));
    let mut after = zone.record_sets.clone();
    for (action, set) in &changes {
        // A name that is none has been told of.
        if name::normal(&set.name).is_err() {
            continue;
        }
        if !name::lies_in(&set.name, &zone.name) {
            problems.push(format!(
                "RRSet with DNS name {} is not permitted in zone {}",
                set.name, zone.name
            ));
            continue;
        }
        let found = after.get(&set.key());
        if *action == Action::Delete {
            match found {
                None => problems.push(format!(
                    "Tried to delete resource record set {} but it was not found",
                    set.described()
                )),
                Some(found) if !found.says_the_same(set) => problems.push(format!(
                    "Tried to delete resource record set {} but the values provided do not match \
                     the current values",
                    set.described()
                )),
                Some(_) => drop(after.remove(&set.key())),
            }
            continue;
        }
        if *action == Action::Create && found.is_some() {
            problems.push(format!(
                "Tried to create resource record set {} but it already exists",
                set.described()
            ));
            continue;
        }
        problems.extend(match &set.target {
            Target::Values { values, .. } => rdata::problems(&set.kind, values)?,
            Target::Alias { .. } => alias::problems(world, zone, &after, set)?,
        });
        problems.extend(misplaced(zone, &after, set));
        after.insert(set.key(), set.clone());
    }
    problems.extend(delegation::missing(&zone.name, after.values()));
    if problems.is_empty() {
        Ok(after)
    } else {
        Err(refuse::batch(&problems))
    }
}

/// What DNS does not allow beside each other [RFC 1034 3.6.2].
fn misplaced(zone: &HostedZone, sets: &RecordSets, set: &RecordSet) -> Option<String> {
    let (name, kind) = (&set.name, &set.kind);
    let mut others = sets
        .values()
        .filter(|other| other.name == *name && other.kind != *kind);
    if kind == "CNAME" {
        if *name == zone.name {
            return Some(format!(
                "RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {}",
                zone.name
            ));
        }
        if let Target::Values { values, .. } = &set.target
            && values.len() > 1
        {
            return Some(format!(
                "RRSet of type CNAME with DNS name {name} may have only one resource record"
            ));
        }
        return others.next().map(|_| {
            format!(
                "RRSet of type CNAME with DNS name {name} is not permitted as it conflicts with \
                 other records with the same DNS name in zone {}",
                zone.name
            )
        });
    }
    // The two spaces are Route 53's own.
    others.find(|other| other.kind == "CNAME").map(|_| {
        format!(
            "RRSet of type {kind} with DNS name {name} is not permitted because a conflicting \
             RRSet of type  CNAME with the same DNS name already exists in zone {}",
            zone.name
        )
    })
}

/// One record set can be deleted and then created in a batch; any other two changes of it cannot be.
fn impossible_pairs(changes: &[(Action, RecordSet)]) -> Problems {
    let mut seen: BTreeMap<String, Vec<Action>> = BTreeMap::new();
    let mut problems = Problems::new();
    for (action, set) in changes {
        let actions = seen.entry(set.key()).or_default();
        actions.push(*action);
        let fine = matches!(actions.as_slice(), [_] | [Action::Delete, Action::Create]);
        if !fine {
            problems.push(format!(
                "The request contains an invalid set of changes for a resource record set '{} {}'",
                set.kind, set.name
            ));
        }
    }
    problems
}

fn too_much(changes: &[(Action, RecordSet)]) -> Problems {
    let (mut records, mut characters) = (0, 0);
    for (action, set) in changes {
        let times = if *action == Action::Upsert { 2 } else { 1 };
        if let Target::Values { values, .. } = &set.target {
            records += times * values.len();
            characters += times
                * values
                    .iter()
                    .map(|value| value.chars().count())
                    .sum::<usize>();
        } else {
            records += times;
        }
    }
    let mut problems = Problems::new();
    if records > RECORDS {
        problems.push(format!("Number of records limit of {RECORDS} exceeded."));
    }
    if characters > CHARACTERS {
        problems.push(format!(
            "Number of characters limit of {CHARACTERS} exceeded."
        ));
    }
    problems
}
