//! Policies that stand on a resource and say who may use it: what services refuse in them, and what they allow a
//! service of AWS to do.
//!
//! The grammar is that of the IAM User Guide, with principals; what the owning service adds stands in [`Rules`].

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::iam;
use crate::world::World;

/// What the owning service asks of its policies.
pub(crate) struct Rules<'a> {
    /// How its actions begin: `ecr:`.
    pub(crate) actions: &'a str,
    /// How the ARNs of the resources may begin; none where statements may leave resources out.
    pub(crate) resources: Option<&'a [String]>,
}

/// What is wrong with a policy.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// It is no policy at all.
    Syntax(&'static str),
    /// It names an action that the service does not have.
    Action,
    /// It names a resource that is not the one that it stands on.
    Resource,
    /// It names somebody who is not there.
    Principal,
}

/// Checks a policy and gives its statements.
pub(crate) fn check(world: &World, text: &str, rules: &Rules<'_>) -> Result<Vec<Value>, Wrong> {
    let document: Value =
        serde_json::from_str(text).map_err(|_| Wrong::Syntax("Policies must be valid JSON"))?;
    let document = document.as_object();
    let document = document.ok_or(Wrong::Syntax("Policies must be JSON objects"))?;
    let unknown = |name: &&String| !["Version", "Id", "Statement"].contains(&name.as_str());
    if document.keys().any(|name| unknown(&name)) {
        return Err(Wrong::Syntax("Unknown field"));
    }
    match document.get("Version").map(Value::as_str) {
        None | Some(Some("2012-10-17" | "2008-10-17")) => {}
        Some(_) => {
            return Err(Wrong::Syntax(
                "The policy must contain a valid version string",
            ));
        }
    }
    let statements = many(document.get("Statement"));
    if statements.is_empty() {
        return Err(Wrong::Syntax("Missing required field Statement"));
    }
    for statement in &statements {
        let statement = statement.as_object();
        let statement = statement.ok_or(Wrong::Syntax("Statement must be an object"))?;
        check_statement(world, statement, rules)?;
    }
    Ok(statements.into_iter().cloned().collect())
}

/// Whether a statement lets everybody do something, on no condition.
pub(crate) fn is_public(statement: &Value) -> bool {
    let principal = &statement["Principal"];
    let everybody = principal == "*" || many(principal.get("AWS")).iter().any(|it| **it == "*");
    statement["Effect"] == "Allow" && everybody && statement["Condition"].is_null()
}

/// Whether the policy lets the service do it. Statements about other principals do not count.
pub(crate) fn service_may(policy: &str, service: &str, request: &iam::Request<'_>) -> bool {
    let Ok(document) = serde_json::from_str::<Value>(policy) else {
        return false;
    };
    let statements: Vec<Value> = many(document.get("Statement"))
        .into_iter()
        .filter(|statement| names(&statement["Principal"], service))
        .cloned()
        .collect();
    let about_it = json!({ "Statement": statements });
    iam::judge(&about_it.to_string(), request) == iam::Verdict::Allowed
}

/// What conditions of such a policy can speak of: who asks, for whom. `owner` only for services that say it.
pub(crate) fn source_context(account: &str, source: &str, owner: bool) -> BTreeMap<String, String> {
    let mut context = BTreeMap::from([
        ("aws:sourcearn".to_owned(), source.to_owned()),
        ("aws:sourceaccount".to_owned(), account.to_owned()),
    ]);
    if owner {
        context.insert("aws:sourceowner".to_owned(), account.to_owned());
    }
    context
}

fn names(principal: &Value, service: &str) -> bool {
    let any =
        |kind: &str, wanted: &str| many(principal.get(kind)).into_iter().any(|it| it == wanted);
    principal == "*" || any("Service", service) || any("AWS", "*")
}

const KNOWN: &[&str] = &[
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
];

fn check_statement(
    world: &World,
    statement: &Map<String, Value>,
    rules: &Rules<'_>,
) -> Result<(), Wrong> {
    if statement.keys().any(|name| !KNOWN.contains(&name.as_str())) {
        return Err(Wrong::Syntax("Unknown field"));
    }
    if !matches!(
        statement.get("Effect").and_then(Value::as_str),
        Some("Allow" | "Deny")
    ) {
        return Err(Wrong::Syntax("Missing required field Effect"));
    }
    if statement.get("Condition").is_some_and(|it| !it.is_object()) {
        return Err(Wrong::Syntax("Conditions must be an object"));
    }
    let actions = one_of(statement, "Action", "NotAction")?;
    let actions = actions.ok_or(Wrong::Syntax("Missing required field Action"))?;
    let fits = |action: &&Value| {
        action
            .as_str()
            .is_some_and(|action| action == "*" || action.to_lowercase().starts_with(rules.actions))
    };
    if !actions.iter().all(fits) {
        return Err(Wrong::Action);
    }
    let resources = one_of(statement, "Resource", "NotResource")?;
    match (resources, rules.resources) {
        (None, Some(_)) => return Err(Wrong::Syntax("Missing required field Resource")),
        (Some(resources), Some(wanted)) => {
            let own = |arn: &str| {
                wanted
                    .iter()
                    .any(|own| arn == own || arn.starts_with(&format!("{own}/")))
            };
            if !resources.iter().all(|it| it.as_str().is_some_and(own)) {
                return Err(Wrong::Resource);
            }
        }
        _ => {}
    }
    let principals = statement
        .get("Principal")
        .or_else(|| statement.get("NotPrincipal"));
    let principals = principals.ok_or(Wrong::Syntax("Missing required field Principal"))?;
    check_principals(world, principals)
}

fn check_principals(world: &World, principals: &Value) -> Result<(), Wrong> {
    let kinds = match principals {
        Value::String(one) if one == "*" => return Ok(()),
        Value::Object(kinds) => kinds,
        _ => return Err(Wrong::Principal),
    };
    for (kind, names) in kinds {
        for name in many(Some(names)) {
            let name = name.as_str().ok_or(Wrong::Principal)?;
            let good = match kind.as_str() {
                "AWS" => is_there(world, name),
                "Service" => iam::is_service_principal(name),
                "Federated" | "CanonicalUser" => !name.is_empty(),
                _ => false,
            };
            if !good {
                return Err(Wrong::Principal);
            }
        }
    }
    Ok(())
}

/// Everybody, an account, or a role; of this account it has to exist. Users are not modelled and taken as there.
fn is_there(world: &World, name: &str) -> bool {
    let number = |text: &str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    if name == "*" || number(name) {
        return true;
    }
    let parts: Vec<&str> = name.splitn(6, ':').collect();
    match parts[..] {
        ["arn", "aws", "iam" | "sts", "", account, resource] if number(account) => {
            let own_role = account == world.account && resource.starts_with("role/");
            !own_role || iam::role(world, name).is_some()
        }
        // The old identity of a distribution's origin access [CloudFront guide: origin access identity].
        ["arn", "aws", "iam", "", "cloudfront", _] => true,
        _ => false,
    }
}

/// The values of one of two members that exclude each other.
fn one_of<'a>(
    statement: &'a Map<String, Value>,
    these: &str,
    others: &str,
) -> Result<Option<Vec<&'a Value>>, Wrong> {
    match (statement.get(these), statement.get(others)) {
        (Some(_), Some(_)) => Err(Wrong::Syntax("Members that exclude each other")),
        (None, None) => Ok(None),
        (one, other) => Ok(Some(many(one.or(other)))),
    }
}

/// Policies write one thing plainly and several as a list.
fn many(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items.iter().collect(),
        Some(one) => vec![one],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may() {
        let queue = "arn:aws:sqs:eu-central-1:1:q";
        let rule = "arn:aws:events:eu-central-1:1:rule/r";
        let allow = |principal: Value, condition: Value| {
            let mut statement = json!({
                "Effect": "Allow", "Principal": principal, "Action": "sqs:SendMessage", "Resource": queue,
            });
            if !condition.is_null() {
                statement["Condition"] = condition;
            }
            json!({ "Statement": statement }).to_string()
        };
        let events = || json!({ "Service": "events.amazonaws.com" });
        let from = |arn: &str| json!({ "ArnEquals": { "aws:SourceArn": arn } });
        for (claim, policy, expected) in [
            ("named", allow(events(), Value::Null), true),
            (
                "among others",
                allow(
                    json!({ "Service": ["a.amazonaws.com", "events.amazonaws.com"] }),
                    Value::Null,
                ),
                true,
            ),
            ("everybody", allow(json!("*"), Value::Null), true),
            (
                "every account",
                allow(json!({ "AWS": "*" }), Value::Null),
                true,
            ),
            (
                "another",
                allow(json!({ "Service": "sns.amazonaws.com" }), Value::Null),
                false,
            ),
            (
                "an account",
                allow(json!({ "AWS": "1" }), Value::Null),
                false,
            ),
            ("from this rule", allow(events(), from(rule)), true),
            (
                "from another",
                allow(events(), from("arn:aws:events:eu-central-1:1:rule/s")),
                false,
            ),
            (
                "its owner, who is not said",
                allow(
                    json!({ "AWS": "*" }),
                    json!({ "StringEquals": { "AWS:SourceOwner": "1" } }),
                ),
                false,
            ),
            ("nothing", "{}".to_owned(), false),
        ] {
            let request = iam::Request {
                action: "sqs:SendMessage",
                resource: queue,
                context: source_context("1", rule, false),
            };
            assert_eq!(
                service_may(&policy, "events.amazonaws.com", &request),
                expected,
                "{claim}"
            );
        }
    }
}
