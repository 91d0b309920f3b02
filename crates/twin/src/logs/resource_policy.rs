//! Resource policies: which services of AWS may write to the log groups.

use std::mem::take;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::bounded;
use crate::clock::Millis;
use crate::iam;
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::refusal::Refusal;
use crate::resource_policy;
use crate::world::World;

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct ResourcePolicy {
    document: String,
    updated: Millis,
}

/// Policies of one region [CloudWatch Logs API: PutResourcePolicy].
const LIMIT: usize = 10;

pub(super) fn put(call: &mut Call<'_>) -> Answer {
    let mut input = take(&mut call.input);
    let name = input.required("policyName")?;
    let document = input.required("policyDocument")?;
    input.accept("resourceArn", &[])?;
    input.accept("expectedRevisionId", &[])?;
    input.finish()?;
    if document.len() > 5120 {
        return Err(invalid(
            "The policy document must not exceed 5120 characters.",
        ));
    }
    let parsed = serde_json::from_str::<Value>(&document).unwrap_or_default();
    if !parsed["Statement"].is_array() && !parsed["Statement"].is_object() {
        return Err(invalid(
            "The specified resource policy document is invalid.",
        ));
    }
    let updated = call.now();
    let policies = &mut call.here().logs.policies;
    if !policies.contains_key(&name) && policies.len() >= LIMIT {
        return Err(Refusal::new(
            "LimitExceededException",
            "Resource limit exceeded.",
        ));
    }
    let policy = ResourcePolicy { document, updated };
    let answer = json!({ "resourcePolicy": policy.view(&name) });
    policies.insert(name, policy);
    Ok(answer)
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = take(&mut call.input);
    let limit = bounded(&mut input, "limit", 1, 50)?.unwrap_or(50);
    let token = input.text("nextToken")?;
    input.accept("policyScope", &[json!("ACCOUNT")])?;
    input.accept("resourceArn", &[])?;
    input.finish()?;
    let policies = call.here().logs.policies.iter();
    let rows = policies.map(|(name, it)| it.view(name)).collect();
    let (rows, next) = page(rows, Some(limit), token).map_err(super::group::bad_token)?;
    Ok(json!({ "resourcePolicies": rows, "nextToken": next }))
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = take(&mut call.input);
    let name = input.required("policyName")?;
    input.accept("resourceArn", &[])?;
    input.accept("expectedRevisionId", &[])?;
    input.finish()?;
    let gone = call.here().logs.policies.remove(&name);
    gone.map(|_| Value::Null).ok_or_else(|| {
        let message = format!("Policy with name [{name}] does not exist");
        Refusal::new("ResourceNotFoundException", message)
    })
}

/// Appends lines for a service, if a policy lets it. False: it did not.
pub(crate) fn append_as(
    world: &mut World,
    region: &str,
    group: &str,
    principal: &str,
    source: &str,
    line: String,
) -> bool {
    let arn = format!(
        "arn:aws:logs:{region}:{}:log-group:{group}:*",
        world.account
    );
    let may = |world: &World, action: &str| {
        let Some(region) = world.regions.get(region) else {
            return false;
        };
        let mut policies = region.logs.policies.values();
        policies.any(|policy| {
            let request = iam::Request {
                action,
                resource: &arn,
                context: resource_policy::source_context(&world.account, source, true),
            };
            resource_policy::service_may(&policy.document, principal, &request)
        })
    };
    if !may(world, "logs:PutLogEvents") || !may(world, "logs:CreateLogStream") {
        return false;
    }
    let stream = world.ids.uuid();
    super::append(world, region, group, &stream, vec![line])
}

impl ResourcePolicy {
    fn view(&self, name: &str) -> Value {
        json!({
            "policyName": name,
            "policyDocument": self.document,
            "lastUpdatedTime": self.updated,
        })
    }
}

fn invalid(message: &str) -> Refusal {
    Refusal::new("InvalidParameterException", message)
}
