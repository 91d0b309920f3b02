//! DB snapshots: those that callers take, the last one of a deleted instance, and the automated ones.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::instance;
use super::settings::Settings;
use super::work::{self, Then, task};
use super::{engine, events, lists, name, refuse, show};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// A DB snapshot.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(super) struct Snapshot {
    pub(super) name: String,
    pub(super) arn: String,
    instance: String,
    pub(super) resource_id: String,
    pub(super) automated: bool,
    pub(super) available: bool,
    created: Millis,
    instance_created: Option<Millis>,
    /// Of the instance when it was taken.
    pub(super) settings: Settings,
    pub(super) database: Option<String>,
    pub(super) user: String,
    pub(super) encrypted: bool,
    zone: Option<String>,
    vpc: String,
    pub(super) tags: Tags,
}

/// Manual snapshots per region [RDS quotas].
const SNAPSHOTS: usize = 100;

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("DBSnapshotIdentifier")?;
    let of = input.required("DBInstanceIdentifier")?;
    let mut tags = lists::tags(&mut input)?;
    input.finish()?;
    let name = name::identifier("DBSnapshotIdentifier", &given, 255)?;
    let found = instance::named(call, &of)?;
    let instance = found.name.clone();
    let mut all = found.snapshot_tags();
    all.0.extend(std::mem::take(&mut tags.0));
    let is_available = found.is_available();
    check_new(call, &name)?;
    if !is_available {
        return Err(refuse::state(format!(
            "Cannot create a snapshot because the database instance {instance} is not currently in the available state."
        )));
    }
    let region = call.region.clone();
    take(call.world, &region, &instance, &name, all);
    let after = call.world.timing.database_backup;
    let then = Then::BackedUp {
        snapshot: name.clone(),
    };
    work::begin(
        call.world,
        &region,
        &instance,
        vec![task("backing-up", after, then)],
    );
    answer(call, &name)
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let of = input
        .text("DBInstanceIdentifier")?
        .map(|given| name::given(&given));
    let wanted = input
        .text("DBSnapshotIdentifier")?
        .map(|given| name::given(&given));
    let kind = input.text("SnapshotType")?;
    let resource = input.text("DbiResourceId")?;
    // Nobody shares snapshots with the twin.
    input.boolean("IncludeShared")?;
    input.boolean("IncludePublic")?;
    let known = [
        "db-instance-id",
        "db-snapshot-id",
        "dbi-resource-id",
        "engine",
        "snapshot-type",
    ];
    let filters = lists::Filters::read(&mut input, &known)?;
    let window = lists::Window::read(&mut input)?;
    input.finish()?;
    if let Some(other) = kind.as_deref().filter(|it| !KINDS.contains(it)) {
        return Err(refuse::value(format!("Invalid snapshot type: {other}")));
    }
    let here = call.world.regions.get(&call.region).map(|here| &here.rds);
    let all = here.into_iter().flat_map(|here| here.snapshots.values());
    let rows = all.filter(|it| {
        of.as_ref().is_none_or(|name| *name == it.instance)
            && wanted.as_ref().is_none_or(|name| *name == it.name)
            && kind.as_ref().is_none_or(|kind| kind == it.kind())
            && resource.as_ref().is_none_or(|id| *id == it.resource_id)
            && filters.fit(|filter| match filter {
                "db-instance-id" => vec![it.instance.clone()],
                "db-snapshot-id" => vec![it.name.clone(), it.arn.clone()],
                "dbi-resource-id" => vec![it.resource_id.clone()],
                "snapshot-type" => vec![it.kind().to_owned()],
                _ => vec![engine::POSTGRES.to_owned()],
            })
    });
    let rows: Vec<Value> = rows.map(|it| it.view(call.world, &call.region)).collect();
    match wanted {
        Some(name) if rows.is_empty() => Err(refuse::no_snapshot(&name)),
        _ => window.answer("DBSnapshots", "DBSnapshot", rows),
    }
}

const KINDS: [&str; 5] = ["automated", "manual", "shared", "public", "awsbackup"];

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("DBSnapshotIdentifier")?;
    input.finish()?;
    let name = name::given(&given);
    let found = call.here().rds.snapshots.get(&name);
    let found = found.ok_or_else(|| refuse::no_snapshot(&name))?;
    let in_state = |message: String| Err(Refusal::new("InvalidDBSnapshotState", message));
    if found.automated {
        return in_state("Only manual snapshots may be deleted.".to_owned());
    }
    if !found.available {
        return in_state(format!(
            "Cannot delete the snapshot because it is not currently in the available state: {name}"
        ));
    }
    let mut answer = answer(call, &name)?;
    answer["DBSnapshot"]["Status"] = json!("deleted");
    call.here().rds.snapshots.remove(&name);
    Ok(answer)
}

/// Refuses a name that is taken, and one snapshot too many.
pub(super) fn check_new(call: &mut Call<'_>, name: &str) -> Result<(), Refusal> {
    let snapshots = &call.here().rds.snapshots;
    if snapshots.contains_key(name) {
        return Err(Refusal::new(
            "DBSnapshotAlreadyExists",
            format!(
                "Cannot create the snapshot because a snapshot with the identifier {name} already exists."
            ),
        ));
    }
    if snapshots.values().filter(|it| !it.automated).count() >= SNAPSHOTS {
        let message = format!("Cannot create more than {SNAPSHOTS} manual snapshots");
        return Err(Refusal::new("SnapshotQuotaExceeded", message));
    }
    Ok(())
}

/// Takes a snapshot, which is done when the instance's work says so.
pub(super) fn take(world: &mut World, region: &str, of: &str, name: &str, tags: Tags) {
    let now = world.now;
    let arn = format!("arn:aws:rds:{region}:{}:snapshot:{name}", world.account);
    let Some(instance) = instance::get(world, region, of) else {
        return;
    };
    let snapshot = Snapshot {
        name: name.to_owned(),
        arn,
        instance: instance.name.clone(),
        resource_id: instance.resource_id.clone(),
        automated: name.starts_with("rds:"),
        available: false,
        created: now,
        instance_created: instance.created,
        settings: instance.settings.clone(),
        database: instance.database.clone(),
        user: instance.user.clone(),
        encrypted: instance.encrypted,
        zone: instance.zone().map(str::to_owned),
        vpc: instance.vpc.clone(),
        tags,
    };
    let snapshots = &mut world.region(region).rds.snapshots;
    snapshots.insert(name.to_owned(), snapshot);
}

/// The first automated backup of an instance that is created in so many milliseconds:
/// `rds:db-2026-11-21-10-05`.
pub(super) fn name_of_first(world: &World, instance: &str, after: u64) -> String {
    let at = (world.now + Duration::from_millis(after)).iso8601();
    let minute = at.get(..16).unwrap_or_default().replace(['T', ':'], "-");
    format!("rds:{instance}-{minute}")
}

/// A snapshot is done.
pub(super) fn done(world: &mut World, region: &str, name: &str) {
    let snapshot = world.region(region).rds.snapshots.get_mut(name);
    if let Some(snapshot) = snapshot {
        snapshot.available = true;
        let kind = if snapshot.automated {
            "Automated"
        } else {
            "Manual"
        };
        let text = format!("{kind} snapshot created");
        events::tell(world, region, events::SNAPSHOT, name, "creation", &text);
    }
}

fn answer(call: &Call<'_>, name: &str) -> Answer {
    let here = call.world.regions.get(&call.region);
    let snapshot = here.and_then(|here| here.rds.snapshots.get(name));
    let snapshot = snapshot.ok_or_else(|| refuse::no_snapshot(name))?;
    Ok(json!({ "DBSnapshot": snapshot.view(call.world, &call.region) }))
}

impl Snapshot {
    fn kind(&self) -> &'static str {
        if self.automated {
            "automated"
        } else {
            "manual"
        }
    }

    fn view(&self, world: &World, region: &str) -> Value {
        let it = &self.settings;
        let major = it.version.split('.').next().unwrap_or_default();
        json!({
            "DBSnapshotIdentifier": self.name,
            "DBSnapshotArn": self.arn,
            "DBInstanceIdentifier": self.instance,
            "DbiResourceId": self.resource_id,
            "SnapshotType": self.kind(),
            "Status": if self.available { "available" } else { "creating" },
            "PercentProgress": if self.available { 100 } else { 0 },
            "SnapshotCreateTime": self.available.then(|| self.created.iso8601()),
            "OriginalSnapshotCreateTime": self.available.then(|| self.created.iso8601()),
            "InstanceCreateTime": self.instance_created.map(Millis::iso8601),
            "Engine": engine::POSTGRES,
            "EngineVersion": it.version,
            "AllocatedStorage": it.storage,
            "StorageType": it.storage_type,
            "Iops": it.iops,
            "StorageThroughput": it.throughput,
            "Encrypted": self.encrypted,
            "KmsKeyId": self.encrypted.then(|| show::key_arn(world, region)),
            "AvailabilityZone": self.zone,
            "VpcId": self.vpc,
            "Port": it.port,
            "MasterUsername": self.user,
            "LicenseModel": "postgresql-license",
            "OptionGroupName": format!("default:postgres-{major}"),
            "IAMDatabaseAuthenticationEnabled": it.iam_login,
            "ProcessorFeatures": lists::named("ProcessorFeature", []),
            "SnapshotTarget": "region",
            "DedicatedLogVolume": false,
            "MultiTenant": false,
            "TagList": lists::tag_list(&self.tags),
        })
    }
}
