//! Whether a role's policies allow something: what services ask before they act as a role.
//!
//! The order is IAM's: a Deny anywhere wins, then an Allow is needed, and one of the permissions boundary too, if the
//! role has one. Resource policies, session policies and organisations' policies are not modelled. Calls to the twin
//! itself are never judged.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Role, aws_managed};
use crate::world::World;

/// What is asked: may the role do this to that?
#[derive(Debug)]
pub(crate) struct Request<'a> {
    /// `secretsmanager:GetSecretValue`
    pub(crate) action: &'a str,
    /// An ARN.
    pub(crate) resource: &'a str,
    /// What conditions can speak of, by condition key in lower case. A statement about any other key does not apply.
    pub(crate) context: BTreeMap<String, String>,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allowed,
    /// No statement allows it.
    NotAllowed,
    /// A statement denies it.
    Denied,
}

/// Judges a request by the policies on a role, inline and attached.
pub(crate) fn evaluate(world: &World, role: &Role, request: &Request<'_>) -> Verdict {
    let inline = role.inline.values().map(|text| judge(text, request));
    let attached = role.attached.iter().map(|arn| managed(world, arn, request));
    let own: Vec<Verdict> = inline.chain(attached).collect();
    let bound = match &role.boundary {
        Some(arn) => managed(world, arn, request),
        None => Verdict::Allowed,
    };
    if own.contains(&Verdict::Denied) || bound == Verdict::Denied {
        return Verdict::Denied;
    }
    match own.contains(&Verdict::Allowed) && bound == Verdict::Allowed {
        true => Verdict::Allowed,
        false => Verdict::NotAllowed,
    }
}

/// What those AWS managed policies allow on everything whose text the twin does not keep, as far as anything here asks
/// [AWS Managed Policy Reference].
const GRANTS: &[(&str, &[&str])] = &[
    (
        "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
        &["ssm:GetParameter", "ssm:GetParameters"],
    ),
    (
        "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role",
        &[
            "ecs:DeregisterContainerInstance",
            "ecs:DiscoverPollEndpoint",
            "ecs:Poll",
            "ecs:RegisterContainerInstance",
            "ecs:StartTelemetrySession",
            "ecs:Submit*",
            "ecs:UpdateContainerInstancesState",
        ],
    ),
    ("arn:aws:iam::aws:policy/AmazonSSMFullAccess", &["ssm:*"]),
    (
        "arn:aws:iam::aws:policy/SecretsManagerReadWrite",
        &["secretsmanager:*"],
    ),
];

fn managed(world: &World, arn: &str, request: &Request<'_>) -> Verdict {
    if let Some(policy) = world.iam.policies.get(arn) {
        let version = policy.versions.get(&policy.default_version);
        return version.map_or(Verdict::NotAllowed, |version| judge(&version.text, request));
    }
    if let Some(text) = aws_managed::find(arn).and_then(aws_managed::AwsManaged::document) {
        return judge(&text, request);
    }
    let grants = GRANTS.iter().find(|(policy, _)| *policy == arn);
    let allowed = grants.is_some_and(|(_, actions)| {
        let mut actions = actions.iter();
        actions.any(|action| fits(&action.to_lowercase(), &request.action.to_lowercase()))
    });
    match allowed {
        true => Verdict::Allowed,
        false => Verdict::NotAllowed,
    }
}

pub(crate) fn judge(text: &str, request: &Request<'_>) -> Verdict {
    let Ok(document) = serde_json::from_str::<Value>(text) else {
        return Verdict::NotAllowed;
    };
    let mut verdict = Verdict::NotAllowed;
    for statement in many(&document["Statement"]) {
        if !applies(statement, request) {
            continue;
        }
        match statement["Effect"].as_str() {
            Some("Deny") => return Verdict::Denied,
            Some("Allow") => verdict = Verdict::Allowed,
            _ => {}
        }
    }
    verdict
}

fn applies(statement: &Value, request: &Request<'_>) -> bool {
    // Actions are not distinguished by case, resources are [IAM User Guide: Action, Resource].
    let action = request.action.to_lowercase();
    let action = |pattern: &str| fits(&pattern.to_lowercase(), &action);
    let resource = |pattern: &str| fits(pattern, request.resource);
    named(statement, "Action", "NotAction", action)
        && named(statement, "Resource", "NotResource", resource)
        && conditions(&statement["Condition"], &request.context)
}

fn named(statement: &Value, these: &str, others: &str, fits: impl Fn(&str) -> bool) -> bool {
    let any = |value: &Value| many(value).iter().filter_map(|it| it.as_str()).any(&fits);
    match statement.get(these) {
        Some(value) => any(value),
        None => statement.get(others).is_some_and(|value| !any(value)),
    }
}

/// Every key of every operator must hold; of its values, any.
fn conditions(condition: &Value, context: &BTreeMap<String, String>) -> bool {
    let Some(operators) = condition.as_object() else {
        return true;
    };
    operators.iter().all(|(operator, keys)| {
        let Some(keys) = keys.as_object() else {
            return false;
        };
        keys.iter().all(|(key, wanted)| {
            let Some(found) = context.get(&key.to_lowercase()) else {
                return false;
            };
            let wanted = many(wanted);
            let mut wanted = wanted.iter().filter_map(|it| it.as_str());
            match operator.as_str() {
                "StringEquals" => wanted.any(|it| it == found),
                "StringNotEquals" => wanted.all(|it| it != found),
                "StringEqualsIgnoreCase" => wanted.any(|it| it.eq_ignore_ascii_case(found)),
                "StringLike" | "ArnLike" | "ArnEquals" => wanted.any(|it| fits(it, found)),
                "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => {
                    wanted.all(|it| !fits(it, found))
                }
                _ => false,
            }
        })
    })
}

/// Whether a text fits a pattern with `*` for any characters and `?` for one.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where the last star was, and how much of the text it stands for so far.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    t = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// IAM documents write one thing plainly and several as a list.
pub(super) fn many(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:1:secret:shop/db-AbCdEf";

    fn verdict(statements: Value) -> Verdict {
        let document = json!({ "Version": "2012-10-17", "Statement": statements });
        let request = Request {
            action: "secretsmanager:GetSecretValue",
            resource: SECRET,
            context: BTreeMap::from([(
                "aws:requestedregion".to_owned(),
                "eu-central-1".to_owned(),
            )]),
        };
        judge(&document.to_string(), &request)
    }

    #[test]
    fn statements() {
        use Verdict::{Allowed, Denied, NotAllowed};
        let allow = |action: &str, resource: &str| json!({ "Effect": "Allow", "Action": action, "Resource": resource });
        let when = |condition: Value| json!({ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition });
        let region = |operator: &str, value: &str| {
            when(json!({ operator: { "aws:RequestedRegion": value } }))
        };
        let rows = [
            (
                "exact",
                allow("secretsmanager:GetSecretValue", SECRET),
                Allowed,
            ),
            (
                "case of actions",
                allow("SecretsManager:getsecretvalue", SECRET),
                Allowed,
            ),
            (
                "case of resources",
                allow("*", &SECRET.to_uppercase()),
                NotAllowed,
            ),
            (
                "wildcards",
                allow(
                    "secretsmanager:Get*",
                    "arn:aws:secretsmanager:*:*:secret:shop/db-??????",
                ),
                Allowed,
            ),
            (
                "too few characters",
                allow("*", "arn:aws:secretsmanager:*:*:secret:shop/db-?????"),
                NotAllowed,
            ),
            (
                "another action",
                allow("secretsmanager:PutSecretValue", "*"),
                NotAllowed,
            ),
            (
                "another resource",
                allow("*", "arn:aws:secretsmanager:eu-central-1:1:secret:shop"),
                NotAllowed,
            ),
            (
                "lists",
                json!({ "Effect": "Allow", "Action": ["s3:*", "secretsmanager:*"], "Resource": ["x", "*"] }),
                Allowed,
            ),
            (
                "NotAction",
                json!({ "Effect": "Allow", "NotAction": "iam:*", "Resource": "*" }),
                Allowed,
            ),
            (
                "NotAction that names it",
                json!({ "Effect": "Allow", "NotAction": "secretsmanager:*", "Resource": "*" }),
                NotAllowed,
            ),
            (
                "NotResource",
                json!({ "Effect": "Allow", "Action": "*", "NotResource": SECRET }),
                NotAllowed,
            ),
            (
                "a Deny wins",
                json!([allow("*", "*"), { "Effect": "Deny", "Action": "*", "Resource": SECRET }]),
                Denied,
            ),
            (
                "a Deny of something else",
                json!([allow("*", "*"), { "Effect": "Deny", "Action": "s3:*", "Resource": "*" }]),
                Allowed,
            ),
            (
                "a condition that holds",
                region("StringEquals", "eu-central-1"),
                Allowed,
            ),
            (
                "a condition that does not",
                region("StringEquals", "us-east-1"),
                NotAllowed,
            ),
            ("StringLike", region("StringLike", "eu-*"), Allowed),
            (
                "StringNotEquals",
                region("StringNotEquals", "us-east-1"),
                Allowed,
            ),
            (
                "an unknown operator",
                region("NumericLessThan", "eu-central-1"),
                NotAllowed,
            ),
            (
                "an unknown key",
                when(json!({ "StringEquals": { "aws:PrincipalOrgID": "o-1" } })),
                NotAllowed,
            ),
            ("nothing", json!([]), NotAllowed),
        ];
        for (claim, statements, expected) in rows {
            assert_eq!(verdict(statements), expected, "{claim}");
        }
    }

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*c*e", "abcde", true),
            ("a*c*e", "abde", false),
            ("a?", "a", false),
            ("a*", "ba", false),
            ("**a", "bba", true),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }
}
