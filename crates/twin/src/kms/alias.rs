//! Aliases: a customer's own, and `alias/aws/…` of the keys that AWS keeps for its services.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::key;
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::page;
use crate::refusal::Refusal;

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Alias {
    /// The key's id.
    pub(super) target: String,
    created: Millis,
    updated: Millis,
}

/// The services with a key of AWS's own, as far as anything here may name one [KMS guide: AWS managed keys].
const MANAGED: &[&str] = &[
    "acm",
    "backup",
    "dynamodb",
    "ebs",
    "ecr",
    "elasticfilesystem",
    "lambda",
    "rds",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
];

pub(super) fn managed() -> impl Iterator<Item = String> {
    MANAGED.iter().map(|name| format!("alias/aws/{name}"))
}

pub(super) fn is_managed(alias: &str) -> bool {
    managed().any(|name| name == alias)
}

/// `CreateAlias`
pub(super) fn create_alias(call: &mut Call<'_>) -> Answer {
    let (name, target) = named(call)?;
    // [KMS API: CreateAlias AliasName]
    let good = |c: char| c.is_ascii_alphanumeric() || "/_-".contains(c);
    let rest = name.strip_prefix("alias/").unwrap_or_default();
    if rest.is_empty() || !rest.chars().all(good) || name.len() > 256 {
        return Err(Refusal::new(
            "ValidationException",
            format!(
                "1 validation error detected: Value '{name}' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(alias/)[a-zA-Z0-9/_-]+$"
            ),
        ));
    }
    if rest.starts_with("aws/") {
        return Err(Refusal::new(
            "NotAuthorizedException",
            "Aliases that begin with alias/aws/ are reserved.",
        ));
    }
    let key = key::find(call, &target)?;
    key.must_not_wait()?;
    let id = key.id.clone();
    if call.here().kms.aliases.contains_key(&name) {
        let arn = call.arn("kms", &name);
        return Err(Refusal::new(
            "AlreadyExistsException",
            format!("An alias with the name {arn} already exists"),
        ));
    }
    let now = call.now();
    let alias = Alias {
        target: id,
        created: now,
        updated: now,
    };
    call.here().kms.aliases.insert(name, alias);
    Ok(Value::Null)
}

/// `UpdateAlias`
pub(super) fn update_alias(call: &mut Call<'_>) -> Answer {
    let (name, target) = named(call)?;
    let key = key::find(call, &target)?;
    key.must_not_wait()?;
    let (id, now) = (key.id.clone(), call.now());
    let arn = call.arn("kms", &name);
    let alias = call.here().kms.aliases.get_mut(&name);
    let alias = alias.ok_or_else(|| absent(&arn))?;
    alias.target = id;
    alias.updated = now;
    Ok(Value::Null)
}

/// `DeleteAlias`
pub(super) fn delete_alias(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("AliasName")?;
    input.finish()?;
    let arn = call.arn("kms", &name);
    let alias = call.here().kms.aliases.remove(&name);
    alias.ok_or_else(|| absent(&arn))?;
    Ok(Value::Null)
}

/// `ListAliases`
pub(super) fn list_aliases(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let of = input.text("KeyId")?;
    let limit = input.number("Limit")?.unwrap_or(50);
    let marker = input.text("Marker")?;
    input.finish()?;
    let of = match of {
        Some(named) => Some(key::resolve(call.world, &call.region, &named)?),
        None => None,
    };
    let prefix = call.arn("kms", "");
    let region = call.region.clone();
    let row = |name: &str, target: &str, times: Option<(Millis, Millis)>| {
        json!({
            "AliasName": name,
            "AliasArn": format!("{prefix}{name}"),
            "TargetKeyId": target,
            "CreationDate": times.map(|(created, _)| created.epoch_seconds()),
            "LastUpdatedDate": times.map(|(_, updated)| updated.epoch_seconds()),
        })
    };
    let own = call.here().kms.aliases.iter();
    let own = own.map(|(name, it)| row(name, &it.target, Some((it.created, it.updated))));
    let managed = managed().map(|name| row(&name, &key::managed_id(&region, &name), None));
    let mut rows: Vec<Value> = own.chain(managed).collect();
    if let Some(arn) = of {
        rows.retain(|row| arn.rsplit('/').next() == row["TargetKeyId"].as_str());
    }
    let (rows, next) = page::page(rows, Some(limit), marker)?;
    Ok(json!({ "Aliases": rows, "Truncated": next.is_some(), "NextMarker": next }))
}

fn named(call: &mut Call<'_>) -> Result<(String, String), Refusal> {
    let mut input = std::mem::take(&mut call.input);
    let named = (input.required("AliasName")?, input.required("TargetKeyId")?);
    input.finish()?;
    Ok(named)
}

fn absent(arn: &str) -> Refusal {
    Refusal::new("NotFoundException", format!("Alias {arn} is not found."))
}
