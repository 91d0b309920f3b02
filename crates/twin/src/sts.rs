//! AWS Security Token Service: who is asking, and as whom.

use std::collections::BTreeMap;
use std::mem::take;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::Millis;
use crate::iam;
use crate::operation::{Answer, Call, Operation, read, write};
use crate::refusal::Refusal;
use crate::world::World;

pub(crate) const OPERATIONS: &[Operation] = &[
    write("AssumeRole", assume_role),
    read("GetCallerIdentity", get_caller_identity),
];

/// The sessions that AssumeRole handed out, by access key id.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Sts {
    sessions: BTreeMap<String, Session>,
}

#[derive(Serialize, Deserialize, Debug)]
struct Session {
    arn: String,
    user_id: String,
    expires: Millis,
}

/// Whose key this is.
pub(crate) enum Caller {
    /// The ARN of the user or session.
    Known(String),
    /// A session whose time is over.
    Expired,
}

/// Whose key this is. Keys that are no session's all belong to the same user: the twin does not model which user has
/// which.
pub(crate) fn caller(world: &World, key: &str) -> Caller {
    match world.sts.sessions.get(key) {
        Some(session) if session.expires <= world.now => Caller::Expired,
        Some(session) => Caller::Known(session.arn.clone()),
        None => Caller::Known(format!("arn:aws:iam::{}:user/sandbox", world.account)),
    }
}

fn get_caller_identity(call: &mut Call<'_>) -> Answer {
    take(&mut call.input).finish()?;
    let session = session(call.world, &call.principal);
    let user_id = session.map_or("AIDASANDBOXSANDBOX222", |session| session.user_id.as_str());
    Ok(json!({ "Arn": call.principal, "UserId": user_id, "Account": call.account() }))
}

fn assume_role(call: &mut Call<'_>) -> Answer {
    let mut input = take(&mut call.input);
    let arn = input.required("RoleArn")?;
    let name = input.required("RoleSessionName")?;
    let seconds = input.number("DurationSeconds")?;
    input.finish()?;
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter);
    if !(2..=64).contains(&name.len()) || !name.chars().all(allowed) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint"
        )));
    }
    // [STS service model: arnType]
    if !arn.starts_with("arn:") || arn.len() < 20 {
        return Err(invalid(format!("{arn} is invalid")));
    }
    let denied = || {
        let (who, arn) = (&call.principal, &arn);
        let message =
            format!("User: {who} is not authorized to perform: sts:AssumeRole on resource: {arn}");
        Refusal::new("AccessDenied", message).status(403)
    };
    // A role that is not there is denied like one that does not trust the caller [STS API: AssumeRole].
    let role = iam::role(call.world, &arn)
        .filter(|role| role.arn == arn)
        .ok_or_else(denied)?;
    if !trusts(&role.trust, &call.principal, &call.account())? {
        return Err(denied());
    }
    // [STS API: AssumeRole, DurationSeconds; IAM user guide: role chaining]
    let chained = session(call.world, &call.principal).is_some();
    let longest = if chained { 3600 } else { role.max_session };
    let seconds = seconds.unwrap_or(3600);
    if !(900..=longest).contains(&seconds) {
        return Err(invalid(format!(
            "DurationSeconds must be 900 to {longest} for this role."
        )));
    }
    let (role_name, role_id) = (role.name.clone(), role.id.clone());
    let expires = call.now() + Duration::from_secs(seconds.unsigned_abs());
    let key = format!("ASIA{}", call.world.ids.upper(16));
    let secret = call.world.ids.upper(40);
    let token = call.world.ids.upper(120);
    let session = Session {
        arn: call.arn("sts", &format!("assumed-role/{role_name}/{name}")),
        user_id: format!("{role_id}:{name}"),
        expires,
    };
    let answer = json!({
        "AssumedRoleUser": { "AssumedRoleId": session.user_id, "Arn": session.arn },
        "Credentials": {
            "AccessKeyId": key,
            "SecretAccessKey": secret,
            "SessionToken": token,
            "Expiration": expires.iso8601(),
        },
    });
    call.world.sts.sessions.insert(key, session);
    Ok(answer)
}

fn session<'a>(world: &'a World, arn: &str) -> Option<&'a Session> {
    world
        .sts
        .sessions
        .values()
        .find(|session| session.arn == arn)
}

/// Whether a trust policy lets this caller in: by `*`, by its ARN, or by its account. Conditions are not modelled.
fn trusts(policy: &str, caller: &str, account: &str) -> Result<bool, Refusal> {
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    let accepted = [
        "*",
        caller,
        account,
        &format!("arn:aws:iam::{account}:root"),
    ];
    for statement in each(&policy["Statement"]) {
        let principal = match &statement["Principal"] {
            Value::Object(kinds) => kinds.get("AWS").unwrap_or(&Value::Null),
            plain => plain,
        };
        let names = |value: &Value, wanted: &[&str]| {
            each(value)
                .iter()
                .filter_map(Value::as_str)
                .any(|one| wanted.contains(&one))
        };
        let fits = names(&statement["Action"], &["sts:AssumeRole", "sts:*", "*"])
            && names(principal, &accepted);
        if fits && (statement["Effect"] != "Allow" || !statement["Condition"].is_null()) {
            return Err(Refusal::not_implemented(
                "trust policies with Deny or Condition",
            ));
        }
        if fits {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Policies write one thing or a list of them.
fn each(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        one => std::slice::from_ref(one),
    }
}

fn invalid(message: String) -> Refusal {
    Refusal::new("ValidationError", message)
}
