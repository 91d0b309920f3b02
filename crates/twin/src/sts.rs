//! AWS Security Token Service: who is asking.

use serde_json::json;

use crate::operation::{Answer, Call, Operation, read};

pub(crate) const OPERATIONS: &[Operation] = &[read("GetCallerIdentity", get_caller_identity)];

/// Every key belongs to the same user: the twin does not model who has which credentials.
fn get_caller_identity(call: &mut Call<'_>) -> Answer {
    std::mem::take(&mut call.input).finish()?;
    Ok(json!({
        "Arn": call.principal,
        "UserId": "AIDASANDBOXSANDBOX222",
        "Account": call.account(),
    }))
}
