//! The policy of a file system: who may mount it. It is kept and shown; whom it denies is not modelled.

use serde_json::{Value, json};

use super::{file_system, refuse};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// Characters [EFS service model: Policy].
const LONGEST: usize = 20_000;

pub(super) fn put(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("FileSystemId")?;
    let policy = input.required("Policy")?;
    // Callers of the twin are never locked out.
    input.boolean("BypassPolicyLockoutSafetyCheck")?;
    input.finish()?;
    check(&policy)?;
    let system = file_system::available(&mut call.here().efs, &given)?;
    system.policy = Some(policy);
    Ok(json!({ "FileSystemId": system.id, "Policy": system.policy }))
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("FileSystemId")?;
    input.finish()?;
    let system = file_system::find(&mut call.here().efs, &given)?;
    match &system.policy {
        Some(policy) => Ok(json!({ "FileSystemId": system.id, "Policy": policy })),
        None => Err(refuse::no_policy(format!(
            "The file system '{}' has no policy.",
            system.id
        ))),
    }
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("FileSystemId")?;
    input.finish()?;
    file_system::available(&mut call.here().efs, &given)?.policy = None;
    Ok(Value::Null)
}

/// Statements with effect, principal and actions of EFS.
fn check(policy: &str) -> Result<(), Refusal> {
    let invalid = |why: &str| {
        Err(Refusal::new(
            "InvalidPolicyException",
            format!("The policy is invalid: {why}"),
        ))
    };
    if policy.len() > LONGEST {
        return invalid("it is too long");
    }
    let Ok(Value::Object(document)) = serde_json::from_str(policy) else {
        return invalid("it is not a JSON object");
    };
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) if !statements.is_empty() => statements.clone(),
        Some(one @ Value::Object(_)) => vec![one.clone()],
        _ => return invalid("it has no statement"),
    };
    for statement in &statements {
        if !matches!(statement["Effect"].as_str(), Some("Allow" | "Deny")) {
            return invalid("a statement has no effect");
        }
        if statement["Principal"].is_null() {
            return invalid("a statement has no principal");
        }
        let actions = match &statement["Action"] {
            Value::Array(actions) => actions.clone(),
            one => vec![one.clone()],
        };
        let good = |action: &Value| {
            let action = action.as_str().unwrap_or_default();
            action == "*" || action.starts_with("elasticfilesystem:")
        };
        if statement["NotAction"].is_null() && !actions.iter().all(good) {
            return invalid("an action is none of EFS");
        }
    }
    Ok(())
}
