//! ModifyDBInstance: some changes are made at once, some wait for the maintenance window unless told otherwise.

use serde_json::json;

use super::engine;
use super::instance::{self, OPTIMIZING};
use super::password::{self, Wish};
use super::settings::{Given, Settings};
use super::work::{self, Then, task};
use super::{check, events, lists, network, parameter_group, pending, refuse};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// After a change of storage the next one has to wait [RDS user guide: working with storage].
const STORAGE_REST: u64 = 6 * 3_600_000;

pub(super) fn modify(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given_name = input.required("DBInstanceIdentifier")?;
    let mut given = Given::read(&mut input)?;
    given.port = input.number("DBPortNumber")?;
    let exports = read_exports(&mut input)?;
    let wish = Wish::read(&mut input)?;
    let at_once = input.boolean("ApplyImmediately")?.unwrap_or(false);
    let major = input.boolean("AllowMajorVersionUpgrade")?.unwrap_or(false);
    input.accept("CertificateRotationRestart", &[json!(true)])?;
    input.accept("PerformanceInsightsKMSKeyId", &[json!("alias/aws/rds")])?;
    input.accept("AutomationMode", &[json!("full")])?;
    input.accept("OptionGroupName", &[])?;
    let same_group = input.text("DBSubnetGroupName")?;
    input.finish()?;

    let now = call.now();
    let found = instance::named(call, &given_name)?;
    let (name, vpc, user, arn) = (
        found.name.clone(),
        found.vpc.clone(),
        found.user.clone(),
        found.arn.clone(),
    );
    let before = found.settings.clone();
    let base = found.deferred.clone().unwrap_or_else(|| before.clone());
    let managed = found.secret.is_some();
    let (subnet_group, storage_changed) = (found.subnet_group.clone(), found.storage_changed);
    let (is_available, optimizing) = (found.is_available(), found.status == OPTIMIZING);
    wish.check()?;
    if same_group.is_some_and(|group| group.to_lowercase() != subnet_group) {
        return Err(Refusal::not_implemented(
            "moving an instance to another DB subnet group",
        ));
    }
    if let Some(exports) = exports {
        given.logs = Some(exports.over(&base.logs));
    }
    let grouped = given.parameter_group.is_some();
    let mut wanted = given.over(&base)?;
    check_version(&base, &mut wanted, major, grouped)?;
    let version = engine::choose(Some(&wanted.version))?;
    check::parameters(call, &wanted, version)?;
    check::security_groups(call, &mut wanted, &vpc)?;
    check::monitoring_role(call, &wanted)?;
    if wanted.public && !before.public {
        let group = super::subnet_group::choose(call, Some(subnet_group))?;
        check::public(call, &wanted, &group)?;
    }
    check_password(&wish, managed, at_once)?;
    let rests = storage_changed.is_some_and(|at| now.0 < at.0 + STORAGE_REST);
    if pending::storage_differs(&base, &wanted) && (optimizing || rests) {
        return Err(refuse::combination(
            "You can't currently modify the storage of this DB instance because the previous storage change is being optimized.",
        ));
    }
    if !is_available {
        return Err(refuse::not_available());
    }

    let region = call.region.clone();
    let (target, waits) = match at_once {
        true => (wanted.clone(), false),
        false => pending::split(&before, &wanted),
    };
    let Some(found) = instance::get(call.world, &region, &name) else {
        return Err(refuse::no_instance(&name));
    };
    let planned = found.deferred.is_some();
    found.deferred = Some(wanted).filter(|_| waits);
    if waits && !planned {
        pending::plan(call.world, &region, &name);
    }
    let mut tasks = Vec::new();
    if pending::is_light(&before, &target) {
        if let Some(found) = instance::get(call.world, &region, &name) {
            found.settings = target;
        }
        network::follow(call.world, &region, &name);
    } else {
        tasks = work::change(call.world, &before, target);
        events::tell(
            call.world,
            &region,
            events::INSTANCE,
            &name,
            "configuration change",
            "Applying modification to DB instance",
        );
    }
    tasks.extend(renew(call, &wish, managed, (&name, &arn, &user)));
    if !tasks.is_empty() {
        if optimizing {
            let rest = call.world.timing.database_optimization;
            tasks.push(task(OPTIMIZING, rest, Then::Nothing));
        }
        work::begin(call.world, &region, &name, tasks);
    }
    instance::answer(call, &name)
}

struct Exports {
    more: Vec<String>,
    less: Vec<String>,
}

fn read_exports(input: &mut Input) -> Result<Option<Exports>, Refusal> {
    let Some(mut given) = input.object("CloudwatchLogsExportConfiguration")? else {
        return Ok(None);
    };
    let exports = Exports {
        more: lists::texts(&mut given, "EnableLogTypes", "member")?,
        less: lists::texts(&mut given, "DisableLogTypes", "member")?,
    };
    given.finish()?;
    Ok(Some(exports))
}

impl Exports {
    fn over(self, before: &[String]) -> Vec<String> {
        let kept = before.iter().filter(|it| !self.less.contains(it)).cloned();
        kept.chain(self.more).collect()
    }
}

/// Upgrades go up, majors only if told so, and with a parameter group of the new family: a default one changes by
/// itself, a custom one has to be named [RDS user guide: upgrading the PostgreSQL DB engine].
fn check_version(
    before: &Settings,
    wanted: &mut Settings,
    allowed: bool,
    grouped: bool,
) -> Result<(), Refusal> {
    if before.version == wanted.version {
        return Ok(());
    }
    let from = engine::choose(Some(&before.version))?;
    let to = engine::choose(Some(&wanted.version))?;
    if !from.upgrades().any(|it| it == to) {
        return Err(refuse::combination(format!(
            "Cannot upgrade postgres from {} to {}",
            before.version, wanted.version
        )));
    }
    if from.major == to.major {
        return Ok(());
    }
    if !allowed {
        return Err(refuse::combination(
            "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.",
        ));
    }
    if grouped {
        return Ok(());
    }
    if !parameter_group::is_default(&before.parameter_group) {
        return Err(refuse::combination(format!(
            "The current DB instance parameter group {} is custom. You must explicitly specify a new DB parameter group, either default or custom, for the engine version upgrade.",
            before.parameter_group
        )));
    }
    wanted.parameter_group = format!("default.{}", to.family());
    Ok(())
}

/// [terraform-aws-rds-aurora #370 quotes the last sentence]
fn check_password(wish: &Wish, managed: bool, at_once: bool) -> Result<(), Refusal> {
    if wish.rotate && (!managed || !at_once) {
        return Err(refuse::combination(
            "RotateMasterUserPassword needs a managed master user password and ApplyImmediately.",
        ));
    }
    if managed && wish.given.is_some() && wish.managed != Some(false) {
        return Err(refuse::combination(
            "You can't specify MasterUserPassword for an instance whose master user password is managed.",
        ));
    }
    if wish.managed == Some(false) && wish.given.is_none() {
        return Err(refuse::combination(
            "MasterUserPassword must be provided when ManageMasterUserPassword is set to false.",
        ));
    }
    Ok(())
}

/// Changes who keeps the password, or the password. It is never kept here.
fn renew(
    call: &mut Call<'_>,
    wish: &Wish,
    managed: bool,
    (name, arn, user): (&str, &str, &str),
) -> Vec<work::Task> {
    let region = call.region.clone();
    let resetting = task(
        "resetting-master-credentials",
        call.world.timing.database_restart,
        Then::Nothing,
    );
    match (wish.managed, managed) {
        (Some(true), false) => {
            let secret = password::manage(call.world, &region, arn, user);
            if let Some(found) = instance::get(call.world, &region, name) {
                found.secret = Some(secret);
            }
            password::active(call.world, &region, name);
        }
        (Some(false), true) => {
            let found = instance::get(call.world, &region, name);
            if let Some(secret) = found.and_then(|found| found.secret.take()) {
                password::take_away(call.world, &region, &secret);
            }
        }
        _ if wish.rotate => password::rotate(call.world, &region, name),
        _ if wish.given.is_none() => return Vec::new(),
        _ => {}
    }
    vec![resetting]
}
