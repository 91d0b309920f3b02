//! Keys.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Happening, alias, policy};
use crate::agenda;
use crate::blobs::sha256;
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::page;
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

const DAY: Duration = Duration::from_secs(86_400);

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Key {
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) description: String,
    pub(super) created: Millis,
    /// When it is deleted, if it waits for that.
    pub(super) deletion: Option<Millis>,
    pub(super) policy: String,
    /// The days between two rotations, if it is rotated.
    pub(super) rotation: Option<i64>,
    pub(super) tags: Tags,
}

/// `CreateKey`
pub(super) fn create_key(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let description = input.text("Description")?.unwrap_or_default();
    let text = input.text("Policy")?;
    input.accept("KeyUsage", &[json!("ENCRYPT_DECRYPT")])?;
    input.accept("KeySpec", &[json!("SYMMETRIC_DEFAULT")])?;
    input.accept("CustomerMasterKeySpec", &[json!("SYMMETRIC_DEFAULT")])?;
    input.accept("Origin", &[json!("AWS_KMS")])?;
    input.accept("MultiRegion", &[json!(false)])?;
    input.boolean("BypassPolicyLockoutSafetyCheck")?;
    let tags = Tags::from_list(input.objects("Tags")?, "TagKey", "TagValue")?;
    input.finish()?;
    if let Some(text) = &text {
        policy::check(call.world, text)?;
    }
    check_description(&description)?;
    let id = call.world.ids.uuid();
    let key = Key {
        arn: call.arn("kms", &format!("key/{id}")),
        id: id.clone(),
        description,
        created: call.now(),
        deletion: None,
        policy: text.unwrap_or_else(|| policy::default(&call.account())),
        rotation: None,
        tags,
    };
    let view = key.view();
    call.here().kms.keys.insert(id, key);
    Ok(json!({ "KeyMetadata": view }))
}

/// `DescribeKey`
pub(super) fn describe_key(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let named = input.required("KeyId")?;
    input.accept("GrantTokens", &[json!([])])?;
    input.finish()?;
    let arn = resolve(call.world, &call.region, &named)?;
    let view = match own(call.world, &call.region, &arn) {
        Some(key) => key.view(),
        None => managed(&arn, &call.account()),
    };
    Ok(json!({ "KeyMetadata": view }))
}

/// `ListKeys`
pub(super) fn list_keys(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let limit = input.number("Limit")?.unwrap_or(100);
    let marker = input.text("Marker")?;
    input.finish()?;
    let keys = call.here().kms.keys.values();
    let rows = keys.map(|key| json!({ "KeyId": key.id, "KeyArn": key.arn }));
    let (rows, next) = page::page(rows.collect(), Some(limit), marker)?;
    Ok(json!({ "Keys": rows, "Truncated": next.is_some(), "NextMarker": next }))
}

/// `UpdateKeyDescription`
pub(super) fn update_key_description(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let named = input.required("KeyId")?;
    let description = input.required("Description")?;
    input.finish()?;
    check_description(&description)?;
    let key = find(call, &named)?;
    key.must_not_wait()?;
    key.description = description;
    Ok(Value::Null)
}

/// `ScheduleKeyDeletion`
pub(super) fn schedule_key_deletion(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let named = input.required("KeyId")?;
    let days = input.number("PendingWindowInDays")?.unwrap_or(30);
    input.finish()?;
    // [KMS API: ScheduleKeyDeletion PendingWindowInDays]
    if !(7..=30).contains(&days) {
        return Err(Refusal::new(
            "ValidationException",
            format!(
                "1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to satisfy constraint: Member must be between 7 and 30"
            ),
        ));
    }
    let at = call.now() + DAY * days.unsigned_abs() as u32;
    let key = find(call, &named)?;
    key.must_not_wait()?;
    key.deletion = Some(at);
    let (id, arn) = (key.id.clone(), key.arn.clone());
    let what = agenda::Happening::Kms(Happening::Delete { id });
    call.world.agenda.add(at, &call.region, what);
    Ok(json!({
        "KeyId": arn,
        "DeletionDate": at.epoch_seconds(),
        "KeyState": "PendingDeletion",
        "PendingWindowInDays": days,
    }))
}

/// `CancelKeyDeletion`. The key is then disabled in AWS; here it can be used at once, since nothing enables keys.
pub(super) fn cancel_key_deletion(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let named = input.required("KeyId")?;
    input.finish()?;
    let key = find(call, &named)?;
    if key.deletion.take().is_none() {
        return Err(Refusal::new(
            "KMSInvalidStateException",
            format!("{} is not pending deletion.", key.arn),
        ));
    }
    Ok(json!({ "KeyId": key.arn }))
}

/// The end of a key that still waits for it.
pub(super) fn delete(world: &mut World, region: &str, id: &str) {
    let now = world.now;
    let kms = &mut world.region(region).kms;
    let due = |key: &Key| key.deletion.is_some_and(|at| at <= now);
    if kms.keys.get(id).is_some_and(due) {
        kms.keys.remove(id);
        kms.aliases.retain(|_, alias| alias.target != id);
    }
}

/// The key's ARN; it is named by id, ARN or alias.
pub(super) fn resolve(world: &World, region: &str, named: &str) -> Result<String, Refusal> {
    let kms = world.regions.get(region).map(|region| &region.kms);
    let prefix = format!("arn:aws:kms:{region}:{}:", world.account);
    let resource = named.strip_prefix(&prefix);
    if named.starts_with("arn:") && resource.is_none() {
        return Err(invalid_arn(named));
    }
    let resource = resource.unwrap_or(named);
    if resource.starts_with("alias/") {
        let alias = kms.and_then(|kms| kms.aliases.get(resource));
        if let Some(alias) = alias {
            return Ok(format!("{prefix}key/{}", alias.target));
        }
        if alias::is_managed(resource) {
            return Ok(format!("{prefix}key/{}", managed_id(region, resource)));
        }
        return Err(Refusal::new(
            "NotFoundException",
            format!("Alias {prefix}{resource} is not found."),
        ));
    }
    let id = resource.strip_prefix("key/").unwrap_or(resource);
    let there = kms.is_some_and(|kms| kms.keys.contains_key(id))
        || alias::managed().any(|alias| managed_id(region, &alias) == id);
    let arn = format!("{prefix}key/{id}");
    if there {
        return Ok(arn);
    }
    let form = |id: &str| id.len() == 36 && id.bytes().filter(|b| *b == b'-').count() == 4;
    match form(id) {
        true => Err(Refusal::new(
            "NotFoundException",
            format!("Key '{arn}' does not exist"),
        )),
        false => Err(Refusal::new(
            "NotFoundException",
            format!("Invalid keyId '{named}'"),
        )),
    }
}

/// The customer's key of that ARN; none: it is AWS's own.
pub(super) fn own<'a>(world: &'a World, region: &str, arn: &str) -> Option<&'a Key> {
    let id = arn.rsplit('/').next()?;
    world.regions.get(region)?.kms.keys.get(id)
}

/// The customer's key that is named, to change it.
pub(super) fn find<'a>(call: &'a mut Call<'_>, named: &str) -> Result<&'a mut Key, Refusal> {
    // Changes take no aliases [KMS API: KeyId].
    if named.contains("alias/") {
        return Err(invalid_arn(named));
    }
    let arn = resolve(call.world, &call.region, named)?;
    let id = arn.rsplit('/').next().unwrap_or_default();
    let key = call.world.region(&call.region).kms.keys.get_mut(id);
    key.ok_or_else(|| {
        let message = "Access is denied because the key is managed by AWS.";
        Refusal::new("AccessDeniedException", message)
    })
}

/// The id of the key that AWS keeps for one of its services, the same as long as the region lives.
pub(super) fn managed_id(region: &str, alias: &str) -> String {
    let hash = sha256(format!("{region} {alias}").as_bytes());
    let part = |from: usize, to: usize| hash.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-4{}-8{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 15),
        part(15, 18),
        part(18, 30)
    )
}

impl Key {
    pub(super) fn must_not_wait(&self) -> Result<(), Refusal> {
        match self.deletion {
            Some(_) => Err(Refusal::new(
                "KMSInvalidStateException",
                format!("{} is pending deletion.", self.arn),
            )),
            None => Ok(()),
        }
    }

    pub(super) fn must_be_enabled(&self) -> Result<(), Refusal> {
        self.must_not_wait()
    }

    fn view(&self) -> Value {
        let state = match self.deletion {
            Some(_) => "PendingDeletion",
            None => "Enabled",
        };
        let mut view = metadata(&self.arn, &self.id, state, "CUSTOMER");
        view["AWSAccountId"] = json!(self.arn.split(':').nth(4));
        view["CreationDate"] = json!(self.created.epoch_seconds());
        view["Description"] = json!(self.description);
        view["DeletionDate"] = json!(self.deletion.map(Millis::epoch_seconds));
        view
    }
}

fn managed(arn: &str, account: &str) -> Value {
    let id = arn.rsplit('/').next().unwrap_or_default();
    let mut view = metadata(arn, id, "Enabled", "AWS");
    view["AWSAccountId"] = json!(account);
    view["CreationDate"] = json!(Millis::START.epoch_seconds());
    view["Description"] = json!("Default key that protects my data when no other key is defined");
    view
}

fn metadata(arn: &str, id: &str, state: &str, manager: &str) -> Value {
    json!({
        "Arn": arn,
        "KeyId": id,
        "KeyState": state,
        "Enabled": state == "Enabled",
        "KeyManager": manager,
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "Origin": "AWS_KMS",
        "MultiRegion": false,
    })
}

fn check_description(text: &str) -> Result<(), Refusal> {
    match text.chars().count() > 8192 {
        true => Err(Refusal::new(
            "ValidationException",
            "1 validation error detected: Value at 'description' failed to satisfy constraint: Member must have length less than or equal to 8192",
        )),
        false => Ok(()),
    }
}

fn invalid_arn(named: &str) -> Refusal {
    Refusal::new("InvalidArnException", format!("Invalid arn {named}"))
}
