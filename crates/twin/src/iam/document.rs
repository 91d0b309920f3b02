//! Policy documents: what IAM refuses in them, and how it writes them into an answer.
//!
//! The grammar is the IAM User Guide's "Grammar of the IAM JSON policy language"; moto, ministack
//! and others accept malformed trust policies (emulators.md 4, iam-refuse), so a client never
//! learns there that it sent one.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{refuse, service_principals};
use crate::refusal::Refusal;
use crate::world::World;

/// Which of the two kinds of document a text is to be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Grammar {
    /// What the bearer may do: inline and managed policies. Names resources, no principals.
    Permissions,
    /// Who may assume the role. Names principals, no resources.
    Trust,
}

/// Refuses a document as IAM does, with `MalformedPolicyDocument`.
pub(super) fn check(world: &World, text: &str, grammar: Grammar) -> Result<(), Refusal> {
    let document: Value = serde_json::from_str(text).map_err(|_| syntax(grammar))?;
    let document = document.as_object().ok_or_else(|| syntax(grammar))?;
    let known = ["Version", "Id", "Statement"];
    if let Some(unknown) = document.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(unknown_field(unknown, grammar));
    }
    check_version(document, grammar)?;

    let statements: Vec<&Value> = match document.get("Statement") {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(one @ Value::Object(_)) => vec![one],
        _ => return Err(missing_field("Statement", grammar)),
    };
    if statements.is_empty() {
        return Err(refuse::malformed_policy(
            "Policy must contain at least one statement.",
        ));
    }
    let mut sids = BTreeSet::new();
    for statement in statements {
        let statement = statement.as_object().ok_or_else(|| syntax(grammar))?;
        check_statement(world, statement, grammar)?;
        match statement.get("Sid") {
            None => {}
            // [IAM User Guide: Sid: letters and digits only]
            Some(Value::String(sid)) if !sid.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                return Err(refuse::malformed_policy(
                    "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
                ));
            }
            Some(Value::String(sid)) if sids.insert(sid.as_str()) || sid.is_empty() => {}
            Some(Value::String(_)) => {
                return Err(refuse::malformed_policy(
                    "Statement IDs (SID) in a single policy must be unique.",
                ));
            }
            Some(_) => return Err(syntax(grammar)),
        }
    }
    Ok(())
}

/// Length as IAM's quotas count it: white space outside of strings is free [IAM User Guide: quotas].
pub(super) fn counted_length(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// Percent-encodes a document as IAM does in every answer that holds one [IAM API: GetRolePolicy, RFC 3986].
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn check_version(document: &Map<String, Value>, grammar: Grammar) -> Result<(), Refusal> {
    match document.get("Version").map(Value::as_str) {
        Some(Some("2012-10-17")) => Ok(()),
        // Many old trust policies still say so, and IAM takes them.
        Some(Some("2008-10-17")) if grammar == Grammar::Trust => Ok(()),
        None | Some(Some("2008-10-17")) => Err(refuse::malformed_policy(
            "Policy document must be version 2012-10-17 or greater.",
        )),
        Some(_) => Err(syntax(grammar)),
    }
}

fn check_statement(
    world: &World,
    statement: &Map<String, Value>,
    grammar: Grammar,
) -> Result<(), Refusal> {
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
    if let Some(unknown) = statement.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return Err(unknown_field(unknown, grammar));
    }
    match statement.get("Effect").map(Value::as_str) {
        Some(Some("Allow" | "Deny")) => {}
        None => return Err(missing_field("Effect", grammar)),
        Some(other) => {
            return Err(refuse::malformed_policy(format!(
                "Invalid effect: {}",
                other.unwrap_or_default()
            )));
        }
    }
    check_actions(statement, grammar)?;
    if statement
        .get("Condition")
        .is_some_and(|condition| !is_condition(condition))
    {
        return Err(syntax(grammar));
    }
    match grammar {
        Grammar::Permissions => check_resources(statement),
        Grammar::Trust => check_principals(world, statement),
    }
}

fn check_actions(statement: &Map<String, Value>, grammar: Grammar) -> Result<(), Refusal> {
    let named: Vec<&Value> = ["Action", "NotAction"]
        .iter()
        .filter_map(|key| statement.get(*key))
        .collect();
    let [actions] = named[..] else {
        return Err(match (named.is_empty(), grammar) {
            (false, _) => syntax(grammar),
            (true, Grammar::Permissions) => {
                refuse::malformed_policy("Policy statement must contain actions.")
            }
            (true, Grammar::Trust) => missing_field("Action", grammar),
        });
    };
    let actions = one_or_many(actions).ok_or_else(|| syntax(grammar))?;
    if actions.is_empty() {
        return Err(refuse::malformed_policy(
            "Policy statement must contain actions.",
        ));
    }
    for action in actions {
        if action == "*" && grammar == Grammar::Permissions {
            continue;
        }
        let vendor = action.split_once(':').map(|(vendor, _)| vendor);
        if grammar == Grammar::Trust && vendor != Some("sts") {
            return Err(refuse::malformed_policy(
                "AssumeRole policy may only specify STS AssumeRole actions.",
            ));
        }
        let Some(vendor) = vendor else {
            return Err(refuse::malformed_policy(
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
            ));
        };
        if !vendor
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-')
            || vendor.is_empty()
        {
            return Err(refuse::malformed_policy(format!(
                "Vendor {vendor} is not valid"
            )));
        }
    }
    Ok(())
}

const PARTITIONS: [&str; 6] = [
    "aws",
    "aws-cn",
    "aws-us-gov",
    "aws-iso",
    "aws-iso-b",
    "aws-eusc",
];

fn check_resources(statement: &Map<String, Value>) -> Result<(), Refusal> {
    let grammar = Grammar::Permissions;
    if statement.contains_key("Principal") || statement.contains_key("NotPrincipal") {
        return Err(refuse::malformed_policy(
            "Policy document should not specify a principal.",
        ));
    }
    let named: Vec<&Value> = ["Resource", "NotResource"]
        .iter()
        .filter_map(|key| statement.get(*key))
        .collect();
    let [resources] = named[..] else {
        return Err(match named.is_empty() {
            true => refuse::malformed_policy("Policy statement must contain resources."),
            false => syntax(grammar),
        });
    };
    let resources = one_or_many(resources).ok_or_else(|| syntax(grammar))?;
    if resources.is_empty() {
        return Err(refuse::malformed_policy(
            "Policy statement must contain resources.",
        ));
    }
    for resource in resources {
        // A resource is `*` or an ARN; IAM looks at the first two parts and leaves wildcards alone.
        if resource != "*" && !resource.starts_with("arn:") {
            return Err(refuse::malformed_policy(format!(
                "Resource {resource} must be in ARN format or \"*\"."
            )));
        }
        let partition = resource.split(':').nth(1).unwrap_or_default();
        if resource != "*" && !partition.contains('*') && !PARTITIONS.contains(&partition) {
            return Err(refuse::malformed_policy(format!(
                "Partition \"{partition}\" is not valid for resource \"{resource}\"."
            )));
        }
        if resource != "*" && resource.split(':').count() < 6 && !resource.contains('*') {
            return Err(refuse::malformed_policy("The policy failed legacy parsing"));
        }
    }
    Ok(())
}

fn check_principals(world: &World, statement: &Map<String, Value>) -> Result<(), Refusal> {
    if statement.contains_key("Resource") || statement.contains_key("NotResource") {
        return Err(refuse::malformed_policy("Has prohibited field Resource"));
    }
    let Some(principal) = statement
        .get("Principal")
        .or_else(|| statement.get("NotPrincipal"))
    else {
        return Err(missing_field("Principal", Grammar::Trust));
    };
    let groups = match principal {
        Value::String(all) if all == "*" => return Ok(()),
        Value::Object(groups) if !groups.is_empty() => groups,
        _ => return Err(refuse::malformed_policy("Invalid principal in policy.")),
    };
    for (kind, members) in groups {
        let members = one_or_many(members).filter(|members| !members.is_empty());
        let members = members.ok_or_else(|| syntax(Grammar::Trust))?;
        for member in members {
            let valid = match kind.as_str() {
                "AWS" => is_aws_principal(world, member),
                "Service" => is_service(member) && service_principals::is_known(member),
                "Federated" => {
                    member.starts_with("arn:aws:iam::")
                        || (member.contains('.') && !member.contains(' '))
                }
                "CanonicalUser" => !member.is_empty(),
                _ => {
                    return Err(refuse::malformed_policy(format!(
                        "Unsupported principal type: {kind}"
                    )));
                }
            };
            if !valid {
                return Err(refuse::malformed_policy(format!(
                    "Invalid principal in policy: \"{}\":\"{member}\"",
                    kind.to_uppercase()
                )));
            }
        }
    }
    Ok(())
}

/// A principal of this account has to exist already; other accounts' are believed, as the twin
/// knows one account only [IAM User Guide: "Invalid principal in policy"].
fn is_aws_principal(world: &World, principal: &str) -> bool {
    if principal == "*" {
        return true;
    }
    if principal.len() == 12 && principal.bytes().all(|b| b.is_ascii_digit()) {
        return true;
    }
    let parts: Vec<&str> = principal.splitn(6, ':').collect();
    let ["arn", "aws", service, "", account, resource] = parts[..] else {
        return false;
    };
    let whole = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    let ours = world.iam.roles.values().any(|role| role.arn == principal);
    match (service, resource.split_once('/')) {
        (_, _) if !whole => false,
        ("iam", None) => resource == "root",
        ("iam", Some(("role", _))) => ours || account != world.account,
        ("iam", Some(("user", _))) | ("sts", Some(("assumed-role" | "federated-user", _))) => true,
        _ => false,
    }
}

/// `ecs-tasks.amazonaws.com`: at least one label before the domain, no scheme, no wildcard.
fn is_service(principal: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    ["amazonaws.com", "amazon.com", "aws.internal", "alexa.com"]
        .iter()
        .any(|domain| {
            principal
                .strip_suffix(domain)
                .and_then(|rest| rest.strip_suffix('.'))
                .is_some_and(|rest| rest.split('.').all(label))
        })
}

/// [IAM User Guide: condition operators]
fn is_operator(operator: &str) -> bool {
    const FAMILIES: [(&str, &[&str]); 4] = [
        (
            "String",
            &[
                "Equals",
                "NotEquals",
                "EqualsIgnoreCase",
                "NotEqualsIgnoreCase",
                "Like",
                "NotLike",
            ],
        ),
        ("Numeric", COMPARISONS),
        ("Date", COMPARISONS),
        ("Arn", &["Equals", "NotEquals", "Like", "NotLike"]),
    ];
    const COMPARISONS: &[&str] = &[
        "Equals",
        "NotEquals",
        "LessThan",
        "LessThanEquals",
        "GreaterThan",
        "GreaterThanEquals",
    ];
    let plain = operator
        .strip_prefix("ForAllValues:")
        .or_else(|| operator.strip_prefix("ForAnyValue:"))
        .unwrap_or(operator);
    if plain == "Null" {
        return true;
    }
    let plain = plain.strip_suffix("IfExists").unwrap_or(plain);
    matches!(
        plain,
        "Bool" | "BinaryEquals" | "IpAddress" | "NotIpAddress"
    ) || FAMILIES.iter().any(|(family, rest)| {
        plain
            .strip_prefix(family)
            .is_some_and(|it| rest.contains(&it))
    })
}

/// `{operator: {key: value or values}}`.
fn is_condition(condition: &Value) -> bool {
    let scalar = |v: &Value| v.is_string() || v.is_boolean() || v.is_number();
    condition.as_object().is_some_and(|operators| {
        operators.iter().all(|(operator, keys)| {
            is_operator(operator)
                && keys.as_object().is_some_and(|keys| {
                    keys.values().all(|values| match values {
                        Value::Array(values) => values.iter().all(scalar),
                        value => scalar(value),
                    })
                })
        })
    })
}

fn one_or_many(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(one) => Some(vec![one]),
        Value::Array(many) => many.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

fn syntax(grammar: Grammar) -> Refusal {
    refuse::malformed_policy(match grammar {
        Grammar::Permissions => "Syntax errors in policy.",
        Grammar::Trust => "This policy contains invalid Json",
    })
}

fn missing_field(field: &str, grammar: Grammar) -> Refusal {
    match grammar {
        Grammar::Permissions => syntax(grammar),
        Grammar::Trust => refuse::malformed_policy(format!("Missing required field {field}")),
    }
}

fn unknown_field(field: &str, grammar: Grammar) -> Refusal {
    match grammar {
        Grammar::Permissions => syntax(grammar),
        Grammar::Trust => refuse::malformed_policy(format!("Unknown field {field}")),
    }
}
