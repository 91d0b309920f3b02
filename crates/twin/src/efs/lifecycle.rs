//! Lifecycle policies: when files move to cheaper storage, and back.

use serde_json::{Map, Value, json};

use super::{file_system, lists, refuse};
use crate::operation::{Answer, Call};

const DAYS: &[&str] = &[
    "AFTER_1_DAY",
    "AFTER_7_DAYS",
    "AFTER_14_DAYS",
    "AFTER_30_DAYS",
    "AFTER_60_DAYS",
    "AFTER_90_DAYS",
    "AFTER_180_DAYS",
    "AFTER_270_DAYS",
    "AFTER_365_DAYS",
];
const ARCHIVE: &str = "TransitionToArchive";
const COLD: &str = "TransitionToIA";
const WARM: &str = "TransitionToPrimaryStorageClass";

/// One transition in each policy, each transition once [EFS API: PutLifecycleConfiguration].
pub(super) fn put(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("FileSystemId")?;
    if !input.has("LifecyclePolicies") {
        return Err(input.missing("LifecyclePolicies"));
    }
    let mut all: Map<String, Value> = Map::new();
    let mut policies = Vec::new();
    for mut policy in input.objects("LifecyclePolicies")? {
        let mut one = Map::new();
        for (name, words) in [(COLD, DAYS), (ARCHIVE, DAYS), (WARM, &["AFTER_1_ACCESS"])] {
            if let Some(word) = lists::one_of(&mut policy, name, words)? {
                one.insert(name.to_owned(), json!(word));
            }
        }
        policy.finish()?;
        let repeated = one.keys().any(|name| all.contains_key(name));
        if one.len() != 1 || repeated {
            return Err(refuse::bad(
                "Each LifecyclePolicy must have exactly one transition, and each transition can be there once.",
            ));
        }
        all.extend(one.clone());
        policies.push(Value::Object(one));
    }
    input.finish()?;
    let place = |name: &str| {
        let word = all.get(name).and_then(Value::as_str);
        word.and_then(|word| DAYS.iter().position(|known| *known == word))
    };
    if let (Some(cold), Some(archive)) = (place(COLD), place(ARCHIVE))
        && archive <= cold
    {
        return Err(refuse::bad(
            "TransitionToArchive must come later than TransitionToIA.",
        ));
    }
    let system = file_system::available(&mut call.here().efs, &given)?;
    // [EFS user guide: Archive needs elastic throughput]
    if all.contains_key(ARCHIVE) && (system.throughput.mode != "elastic" || system.zone.is_some()) {
        return Err(refuse::bad(
            "TransitionToArchive needs a regional file system with elastic throughput.",
        ));
    }
    system.lifecycle = policies;
    Ok(json!({ "LifecyclePolicies": system.lifecycle }))
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("FileSystemId")?;
    input.finish()?;
    let system = file_system::find(&mut call.here().efs, &given)?;
    Ok(json!({ "LifecyclePolicies": system.lifecycle }))
}
