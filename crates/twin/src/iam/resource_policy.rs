//! What a policy on a resource allows a service of AWS to do with it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::evaluate::{Request, Verdict, judge, many};

/// Whether the policy lets the service do it. Statements about other principals do not count.
pub(crate) fn service_may(policy: &str, service: &str, request: &Request<'_>) -> bool {
    let Ok(mut document) = serde_json::from_str::<Value>(policy) else {
        return false;
    };
    let statements: Vec<Value> = many(&document["Statement"])
        .into_iter()
        .filter(|statement| names(&statement["Principal"], service))
        .cloned()
        .collect();
    document["Statement"] = Value::Array(statements);
    judge(&document.to_string(), request) == Verdict::Allowed
}

/// What conditions of such a policy can speak of: who asks, for whom. `owner` only for services that say it.
pub(crate) fn context(account: &str, source: &str, owner: bool) -> BTreeMap<String, String> {
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
    let any = |value: &Value, wanted: &str| many(value).into_iter().any(|it| it == wanted);
    match principal {
        Value::String(all) => all == "*",
        principal => any(&principal["Service"], service) || any(&principal["AWS"], "*"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
            let request = Request {
                action: "sqs:SendMessage",
                resource: queue,
                context: context("1", rule, false),
            };
            assert_eq!(
                service_may(&policy, "events.amazonaws.com", &request),
                expected,
                "{claim}"
            );
        }
    }
}
