//! RestoreDBInstanceFromDBSnapshot: a new instance like the one that the snapshot was taken of.

use serde_json::json;

use super::create::{self, New};
use super::password::Wish;
use super::settings::Given;
use super::{engine, instance, lists, name, refuse, subnet_group};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

pub(super) fn restore(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given_name = input.required("DBInstanceIdentifier")?;
    let from = input.required("DBSnapshotIdentifier")?;
    let mut given = Given::read(&mut input)?;
    given.port = input.number("Port")?;
    let logs = lists::texts(&mut input, "EnableCloudwatchLogsExports", "member")?;
    let engine = input.text("Engine")?;
    let wish = Wish::read(&mut input)?;
    let group = input.text("DBSubnetGroupName")?;
    let zone = input.text("AvailabilityZone")?;
    input.accept("OptionGroupName", &[])?;
    let tags = lists::tags(&mut input)?;
    input.finish()?;

    let name = name::identifier("DBInstanceIdentifier", &given_name, 63)?;
    engine.as_deref().map_or(Ok(()), engine::check)?;
    let wanted = name::given(&from);
    let snapshot = call.here().rds.snapshots.get(&wanted).cloned();
    let snapshot = snapshot.ok_or_else(|| refuse::no_snapshot(&wanted))?;
    if !snapshot.available {
        return Err(Refusal::new(
            "InvalidDBSnapshotState",
            format!("The snapshot {wanted} is not in the available state."),
        ));
    }
    // The password is the one in the snapshot, or becomes a managed one.
    if wish.given.is_some() || wish.rotate {
        return Err(refuse::combination(
            "A master user password cannot be given when an instance is restored.",
        ));
    }
    let version = engine::choose(Some(&snapshot.settings.version))?;
    // Parameter and security groups are the default ones again, and so are protection and logs
    // [RDS API: RestoreDBInstanceFromDBSnapshot].
    let mut base = snapshot.settings.clone();
    base.parameter_group = format!("default.{}", version.family());
    base.security_groups.clear();
    base.deletion_protection = false;
    base.multi_az = false;
    base.public = false;
    base.ceiling = None;
    (base.monitoring, base.monitoring_role) = (0, None);
    (base.insights, base.insights_mode) = (None, "standard".to_owned());
    given.logs = Some(logs);
    let settings = given.over(&base)?;
    let new = New {
        name: name.clone(),
        database: snapshot.database,
        user: snapshot.user,
        settings,
        group: subnet_group::choose(call, group)?,
        zone,
        encrypted: snapshot.encrypted,
        managed: wish.managed == Some(true),
        tags,
    };
    create::make(call, new, version)?;
    let answer = instance::answer(call, &name)?;
    Ok(json!({ "DBInstance": answer["DBInstance"] }))
}
