//! File systems: create, describe, protect, delete.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::backup::Backup;
use super::throughput::{self, Throughput};
use super::{Efs, Happening, State, lists, refuse};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;
use crate::{agenda, ec2};

/// A file system.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(super) struct FileSystem {
    pub(super) id: String,
    pub(super) arn: String,
    /// The request that made it: a second one with it is refused, and names this file system.
    token: String,
    pub(super) state: State,
    pub(super) created: Millis,
    pub(super) max_io: bool,
    encrypted: bool,
    pub(super) throughput: Throughput,
    /// The one zone that it is in, if it is in one only.
    pub(super) zone: Option<String>,
    pub(super) lifecycle: Vec<Value>,
    pub(super) backup: Option<Backup>,
    pub(super) policy: Option<String>,
    /// `ReplicationOverwriteProtection`
    protected: bool,
    /// The directories that access points made in it when they were first mounted.
    pub(super) directories: BTreeSet<String>,
    pub(super) tags: Tags,
}

/// File systems per region [EFS quotas].
const FILE_SYSTEMS: usize = 1_000;
/// What an empty one takes up.
const EMPTY: u64 = 6_144;

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let token = input.required("CreationToken")?;
    let mode = lists::one_of(&mut input, "PerformanceMode", &["generalPurpose", "maxIO"])?;
    let encrypted = input.boolean("Encrypted")?.unwrap_or(false);
    // The twin has no KMS: the AWS managed key is the only one.
    let key_given = input.has("KmsKeyId");
    input.accept("KmsKeyId", &[json!("alias/aws/elasticfilesystem")])?;
    let throughput = throughput::read(&mut input)?;
    let zone = input.text("AvailabilityZoneName")?;
    let backup = input.boolean("Backup")?;
    let mut tags = Tags::from_list(input.objects("Tags")?, "Key", "Value")?;
    input.finish()?;
    if !(1..=64).contains(&token.chars().count()) {
        return Err(refuse::bad("CreationToken must have 1 to 64 characters."));
    }
    if key_given && !encrypted {
        return Err(refuse::bad(
            "KmsKeyId can only be specified for an encrypted file system.",
        ));
    }
    let max_io = mode.as_deref() == Some("maxIO");
    let mut throughput = throughput.unwrap_or(Throughput::BURSTING);
    throughput.check()?;
    if max_io && (zone.is_some() || throughput.mode == "elastic") {
        return Err(refuse::bad(
            "PerformanceMode maxIO is not supported for One Zone file systems or elastic throughput.",
        ));
    }
    if let Some(zone) = &zone
        && !ec2::zone_names(&call.region).contains(zone)
    {
        let message =
            format!("One Zone file systems are not supported in the Availability Zone '{zone}'.");
        return Err(Refusal::new("UnsupportedAvailabilityZone", message));
    }
    let systems = &call.here().efs.file_systems;
    // The answer names the file system, whatever else is asked for [EFS API: FileSystemAlreadyExists].
    if let Some(known) = systems.values().find(|it| it.token == token) {
        let message = format!(
            "File system '{}' already exists with creation token '{token}'",
            known.id
        );
        return Err(Refusal::new("FileSystemAlreadyExists", message).status(409));
    }
    if systems.len() >= FILE_SYSTEMS {
        let message = format!("You have reached the limit of {FILE_SYSTEMS} file systems.");
        return Err(Refusal::new("FileSystemLimitExceeded", message).status(403));
    }
    // File systems in one zone are backed up unless told otherwise [EFS API: CreateFileSystem Backup].
    let backup = backup.unwrap_or(zone.is_some());
    if backup {
        tags.insert(
            "aws:elasticfilesystem:default-backup".to_owned(),
            "enabled".to_owned(),
        );
    }
    if encrypted && call.here().efs.key.is_none() {
        let key = call.world.ids.uuid();
        call.here().efs.key = Some(key);
    }
    let id = call.world.ids.hex("fs-", 17);
    let system = FileSystem {
        arn: call.arn("elasticfilesystem", &format!("file-system/{id}")),
        id: id.clone(),
        token,
        state: State::Creating,
        created: call.now(),
        max_io,
        encrypted,
        throughput,
        zone,
        lifecycle: Vec::new(),
        backup: backup.then_some(Backup::Enabled),
        policy: None,
        protected: true,
        directories: BTreeSet::new(),
        tags,
    };
    call.here().efs.file_systems.insert(id.clone(), system);
    later(call.world, &call.region, &id);
    answer(call, &id)
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.text("FileSystemId")?;
    let token = input.text("CreationToken")?;
    let window = lists::Window::marked(&mut input)?;
    input.finish()?;
    if given.is_some() && token.is_some() {
        return Err(refuse::bad(
            "FileSystemId and CreationToken are mutually exclusive.",
        ));
    }
    let here = call.world.regions.get(&call.region).map(|here| &here.efs);
    let all = here.into_iter().flat_map(|here| here.file_systems.values());
    let wanted = given.as_deref().map(lists::id);
    let rows = all.filter(|it| {
        wanted.is_none_or(|id| it.id == id) && token.as_ref().is_none_or(|token| *token == it.token)
    });
    let rows: Vec<Value> = rows.map(|it| it.view(call.world, &call.region)).collect();
    match wanted {
        Some(id) if rows.is_empty() => Err(refuse::no_file_system(id)),
        _ => window.answer("FileSystems", rows),
    }
}

pub(super) fn protect(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("FileSystemId")?;
    let words = ["ENABLED", "DISABLED"];
    let wish = lists::one_of(&mut input, "ReplicationOverwriteProtection", &words)?;
    input.finish()?;
    let system = available(&mut call.here().efs, &given)?;
    if let Some(wish) = wish {
        system.protected = wish == "ENABLED";
    }
    Ok(json!({ "ReplicationOverwriteProtection": system.protection() }))
}

/// Refused as long as there is a mount target, also one that is being deleted. Access points go along
/// [EFS API: DeleteFileSystem].
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("FileSystemId")?;
    input.finish()?;
    let efs = &mut call.here().efs;
    let id = find(efs, &given)?.id.clone();
    if efs.mount_targets.values().any(|it| it.file_system == id) {
        let message =
            format!("File system '{id}' has mount targets created in it, and cannot be deleted.");
        return Err(Refusal::new("FileSystemInUse", message).status(409));
    }
    if let Some(system) = efs.file_systems.get_mut(&id) {
        system.state = State::Deleting;
    }
    later(call.world, &call.region, &id);
    Ok(Value::Null)
}

/// Lets what a file system is doing be done after a while.
pub(super) fn later(world: &mut World, region: &str, id: &str) {
    let at = world.now + Duration::from_millis(world.timing.file_system);
    let what = Happening::FileSystem { id: id.to_owned() };
    world.agenda.add(at, region, agenda::Happening::Efs(what));
}

pub(super) fn settle(world: &mut World, region: &str, id: &str) {
    let efs = &mut world.region(region).efs;
    let Some(system) = efs.file_systems.get_mut(id) else {
        return;
    };
    if system.state == State::Deleting {
        efs.file_systems.remove(id);
        efs.access_points.retain(|_, it| it.file_system != id);
    } else {
        system.state = State::Available;
    }
}

/// The file system of that id or ARN.
pub(super) fn find<'a>(efs: &'a mut Efs, given: &str) -> Result<&'a mut FileSystem, Refusal> {
    let id = lists::id(given);
    let found = efs.file_systems.get_mut(id);
    found.ok_or_else(|| refuse::no_file_system(id))
}

/// The same, refused unless it is available.
pub(super) fn available<'a>(efs: &'a mut Efs, given: &str) -> Result<&'a mut FileSystem, Refusal> {
    let system = find(efs, given)?;
    match system.state {
        State::Available => Ok(system),
        state => Err(refuse::wrong_state(&system.id, state.word())),
    }
}

/// The whole file system as a mutating call answers it.
pub(super) fn answer(call: &Call<'_>, id: &str) -> Answer {
    let here = call.world.regions.get(&call.region);
    let system = here.and_then(|here| here.efs.file_systems.get(id));
    let system = system.ok_or_else(|| refuse::no_file_system(id))?;
    Ok(system.view(call.world, &call.region))
}

impl FileSystem {
    fn protection(&self) -> &'static str {
        if self.protected {
            "ENABLED"
        } else {
            "DISABLED"
        }
    }

    fn view(&self, world: &World, region: &str) -> Value {
        let here = world.regions.get(region).map(|here| &here.efs);
        let targets = here
            .into_iter()
            .flat_map(|here| here.mount_targets.values());
        let key = here
            .and_then(|here| here.key.as_deref())
            .unwrap_or_default();
        let key = format!("arn:aws:kms:{region}:{}:key/{key}", world.account);
        json!({
            "OwnerId": world.account,
            "CreationToken": self.token,
            "FileSystemId": self.id,
            "FileSystemArn": self.arn,
            "CreationTime": self.created.epoch_seconds(),
            "LifeCycleState": self.state.word(),
            "Name": self.tags.get("Name"),
            "NumberOfMountTargets": targets.filter(|it| it.file_system == self.id).count(),
            "SizeInBytes": {
                "Value": EMPTY,
                "ValueInIA": 0,
                "ValueInStandard": EMPTY,
                "ValueInArchive": 0,
            },
            "PerformanceMode": if self.max_io { "maxIO" } else { "generalPurpose" },
            "Encrypted": self.encrypted,
            "KmsKeyId": self.encrypted.then_some(key),
            "ThroughputMode": self.throughput.mode,
            "ProvisionedThroughputInMibps": self.throughput.provisioned,
            "AvailabilityZoneName": self.zone,
            "AvailabilityZoneId": self.zone.as_ref().and_then(|zone| ec2::zone_id(region, zone)),
            "Tags": self.tags.to_list("Key", "Value"),
            "FileSystemProtection": { "ReplicationOverwriteProtection": self.protection() },
        })
    }
}
