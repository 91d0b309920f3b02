//! Changes on their way to the name servers.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::refuse;
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;

/// A change that was accepted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Change {
    /// When it was accepted.
    pub submitted: Millis,
    /// When every name server has it.
    pub in_sync: Millis,
    /// What its sender said about it.
    pub comment: Option<String>,
}

/// Accepts a change. Gives its `ChangeInfo`, and when the name servers have it.
pub(super) fn submit(world: &mut World, comment: Option<String>) -> (Value, Millis) {
    let id = format!("C{}", world.ids.upper(20));
    let change = Change {
        submitted: world.now,
        in_sync: Millis(world.now.0.saturating_add(world.timing.route53_change)),
        comment,
    };
    let in_sync = change.in_sync;
    // An answer to a change always says PENDING, however fast it goes.
    let info = change.info(&id, "PENDING");
    world.route53.changes.insert(id, change);
    (info, in_sync)
}

/// `GetChange`
pub(super) fn get_change(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("Id")?;
    input.finish()?;
    let id = id.trim_start_matches("/change/");
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(refuse::input(format!("Invalid change ID: {id}")));
    }
    let change = call.world.route53.changes.get(id).ok_or_else(|| {
        let message = format!("Could not find resource with ID: {id}");
        Refusal::new("NoSuchChange", message).status(404)
    })?;
    let status = if call.world.now >= change.in_sync {
        "INSYNC"
    } else {
        "PENDING"
    };
    Ok(json!({ "ChangeInfo": change.info(id, status) }))
}

impl Change {
    fn info(&self, id: &str, status: &str) -> Value {
        json!({
            "Id": format!("/change/{id}"),
            "Status": status,
            "SubmittedAt": self.submitted.iso8601(),
            "Comment": self.comment,
        })
    }
}
