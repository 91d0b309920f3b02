//! CreateDBInstance.

use std::collections::VecDeque;

use serde_json::json;

use super::engine::{self, Version};
use super::instance::{self, Instance};
use super::password::{self, Wish};
use super::settings::{Given, Settings};
use super::subnet_group::{self, SubnetGroup};
use super::work::{self, Then, task};
use super::{check, events, lists, name, network, refuse, snapshot};
use crate::iam;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// Instances per region [RDS quotas].
const INSTANCES: usize = 40;
pub(super) const SERVICE: &str = "rds.amazonaws.com";

/// An instance that passed every check and is still to be made.
pub(super) struct New {
    pub(super) name: String,
    pub(super) database: Option<String>,
    pub(super) user: String,
    pub(super) settings: Settings,
    pub(super) group: SubnetGroup,
    pub(super) zone: Option<String>,
    pub(super) encrypted: bool,
    pub(super) managed: bool,
    pub(super) tags: Tags,
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given_name = input.required("DBInstanceIdentifier")?;
    let mut given = Given::read(&mut input)?;
    given.port = input.number("Port")?;
    given.logs = Some(lists::texts(
        &mut input,
        "EnableCloudwatchLogsExports",
        "member",
    )?);
    let engine = input.required("Engine")?;
    let database = input.text("DBName")?.filter(|name| !name.is_empty());
    let user = input.text("MasterUsername")?;
    let wish = Wish::read(&mut input)?;
    let group = input.text("DBSubnetGroupName")?;
    let zone = input.text("AvailabilityZone")?;
    let encrypted = input.boolean("StorageEncrypted")?.unwrap_or(false);
    input.accept("KmsKeyId", &[json!("alias/aws/rds")])?;
    input.accept("PerformanceInsightsKMSKeyId", &[json!("alias/aws/rds")])?;
    input.accept("OptionGroupName", &[])?;
    let tags = lists::tags(&mut input)?;
    if given.class.is_none() {
        return Err(input.missing("DBInstanceClass"));
    }
    input.finish()?;

    let name = name::identifier("DBInstanceIdentifier", &given_name, 63)?;
    engine::check(&engine)?;
    let version = engine::choose(given.version.as_deref())?;
    let user = user.ok_or_else(|| must("MasterUsername"))?;
    check::user(&user)?;
    wish.check()?;
    if wish.given.is_none() && wish.managed != Some(true) {
        return Err(must("MasterUserPassword"));
    }
    database.as_deref().map_or(Ok(()), check::database)?;
    let settings = given.fresh(version)?;
    let group = subnet_group::choose(call, group)?;
    let new = New {
        name: name.clone(),
        database,
        user,
        settings,
        group,
        zone,
        encrypted,
        managed: wish.managed == Some(true),
        tags,
    };
    make(call, new, version)?;
    instance::answer(call, &name)
}

/// [moto quotes the sentence]
fn must(parameter: &str) -> Refusal {
    refuse::value(format!(
        "The parameter {parameter} must be provided and must not be blank."
    ))
}

/// Checks what the account has, and makes the instance: it is created, then backed up for the first time.
pub(super) fn make(call: &mut Call<'_>, mut new: New, version: Version) -> Result<(), Refusal> {
    if call.here().rds.instances.contains_key(&new.name) {
        return Err(Refusal::new(
            "DBInstanceAlreadyExists",
            "DB instance already exists",
        ));
    }
    if call.here().rds.instances.len() >= INSTANCES {
        let message = format!("You have reached the limit of {INSTANCES} DB instances.");
        return Err(Refusal::new("InstanceQuotaExceeded", message));
    }
    check::parameters(call, &new.settings, version)?;
    check::security_groups(call, &mut new.settings, &new.group.vpc)?;
    check::monitoring_role(call, &new.settings)?;
    check::public(call, &new.settings, &new.group)?;
    let multi_az = new.settings.multi_az;
    let places = network::choose(&new.group, new.zone.as_deref(), multi_az)?;
    let region = call.region.clone();
    let interfaces = network::occupy(call.world, &region, &places, &new.settings)?;

    // RDS makes its role when it first needs it [RDS user guide: service-linked roles].
    if !iam::has_service_linked_role(call.world, SERVICE) {
        iam::create_service_linked_role(call.world, SERVICE, None, None)?;
    }
    prepare(call.world, &region);
    let arn = call.arn("rds", &format!("db:{}", new.name));
    let secret = new
        .managed
        .then(|| password::manage(call.world, &region, &arn, &new.user));
    let name = new.name;
    let instance = Instance {
        resource_id: format!("db-{}", call.world.ids.upper(26)),
        arn,
        name: name.clone(),
        database: new.database,
        user: new.user,
        subnet_group: new.group.name.clone(),
        vpc: new.group.vpc.clone(),
        interfaces,
        deferred: None,
        parameters_pending: false,
        encrypted: new.encrypted,
        secret,
        status: String::new(),
        work: VecDeque::new(),
        serial: 0,
        created: None,
        backed_up: None,
        storage_changed: None,
        tags: new.tags,
        settings: new.settings,
    };
    let backed_up = instance.settings.retention > 0;
    let rds = &mut call.here().rds;
    rds.subnet_groups
        .entry(new.group.name.clone())
        .or_insert(new.group);
    rds.instances.insert(name.clone(), instance);
    let timing = call.world.timing.clone();
    let mut tasks = vec![task("creating", timing.database, Then::Created)];
    if backed_up {
        let snapshot = snapshot::name_of_first(call.world, &name, timing.database);
        let then = Then::BackedUp { snapshot };
        tasks.push(task("backing-up", timing.database_backup, then));
    }
    work::begin(call.world, &region, &name, tasks);
    events::tell(
        call.world,
        &region,
        events::INSTANCE,
        &name,
        "creation",
        "DB instance creation started",
    );
    Ok(())
}

/// What a region has from its first instance on.
fn prepare(world: &mut World, region: &str) {
    if world.region(region).rds.domain.is_none() {
        let domain = format!("c{}", world.ids.hex("", 11));
        let key = world.ids.uuid();
        let rds = &mut world.region(region).rds;
        (rds.domain, rds.key) = (Some(domain), Some(key));
    }
}
