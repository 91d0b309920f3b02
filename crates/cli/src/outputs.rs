//! What people want to know of what is there: where a database is reached, what a bucket is called.

use std::collections::BTreeMap;

use ashore_engine::state::State;
use serde_json::Value;

/// Every such output, by the manifest object that it belongs to: `databases.db.endpoint`.
pub(crate) fn outputs(state: &State) -> BTreeMap<String, String> {
    let kinds = ashore_providers::kinds();
    let mut all = BTreeMap::new();
    for (instance, record) in &state.resources {
        let Some(kind) = kinds.get(record.kind.as_str()) else {
            continue;
        };
        for (word, member) in kind.named().tells {
            let value = match record.outputs.get(member) {
                None | Some(Value::Null) => continue,
                Some(Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
            };
            // The newest life comes last, and is the one that counts.
            all.insert(format!("{}.{word}", instance.address.object()), value);
        }
    }
    all
}
