//! What values an instance's settings can have, by themselves and in this account.

use std::ops::RangeInclusive;

use super::engine::Version;
use super::parameter_group;
use super::refuse;
use super::settings::Settings;
use super::subnet_group::SubnetGroup;
use crate::operation::Call;
use crate::refusal::Refusal;
use crate::{ec2, iam};

/// Certificate authorities, the default one first [RDS user guide: certificate authorities].
pub(super) const AUTHORITIES: [&str; 3] =
    ["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"];

/// Extended Support is on by default, and costs (ux.md 4.1).
pub(super) const LIFECYCLES: [&str; 2] = [
    "open-source-rds-extended-support",
    "open-source-rds-extended-support-disabled",
];

pub(super) fn within(name: &str, value: i64, bounds: RangeInclusive<i64>) -> Result<i64, Refusal> {
    if bounds.contains(&value) {
        return Ok(value);
    }
    Err(refuse::value(format!(
        "Invalid value {value} for {name}. Must be between {} and {}",
        bounds.start(),
        bounds.end()
    )))
}

pub(super) fn one_of(name: &str, value: String, words: &[&str]) -> Result<String, Refusal> {
    if words.contains(&value.as_str()) {
        return Ok(value);
    }
    Err(refuse::value(format!(
        "Invalid value {value} for {name}. Valid values: {}",
        words.join(", ")
    )))
}

pub(super) fn authority(given: String) -> Result<String, Refusal> {
    if AUTHORITIES.contains(&given.as_str()) {
        return Ok(given);
    }
    let message = format!("Certificate {given} not found.");
    Err(Refusal::new("CertificateNotFound", message).status(404))
}

pub(super) fn logs(mut given: Vec<String>, version: Version) -> Result<Vec<String>, Refusal> {
    let known = version.exportable_logs();
    let others: Vec<&str> = given
        .iter()
        .map(String::as_str)
        .filter(|it| !known.contains(it))
        .collect();
    if !others.is_empty() {
        return Err(refuse::combination(format!(
            "You cannot use the log types '{}' with engine version postgres {}. For supported log types, see the documentation.",
            others.join(", "),
            version.text()
        )));
    }
    given.sort();
    given.dedup();
    Ok(given)
}

/// Interval and role go together [RDS API: CreateDBInstance MonitoringInterval, MonitoringRoleArn].
pub(super) fn monitoring(
    before: &Settings,
    interval: Option<i64>,
    role: Option<String>,
) -> Result<(i64, Option<String>), Refusal> {
    let seconds = interval.unwrap_or(before.monitoring);
    if ![0, 1, 5, 10, 15, 30, 60].contains(&seconds) {
        return Err(refuse::value(format!(
            "Invalid value {seconds} for MonitoringInterval. Valid values: 0, 1, 5, 10, 15, 30, 60"
        )));
    }
    let kept = before.monitoring_role.clone().filter(|_| seconds > 0);
    match (seconds, role.or(kept)) {
        (0, None) => Ok((0, None)),
        (0, Some(_)) => Err(refuse::combination(
            "You must specify a MonitoringInterval value other than 0 when you specify a MonitoringRoleARN value.",
        )),
        (_, None) => Err(refuse::combination(
            "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0.",
        )),
        (seconds, role) => Ok((seconds, role)),
    }
}

/// 7 days, months of 31, or two years [RDS API: PerformanceInsightsRetentionPeriod].
pub(super) fn insights(
    before: Option<i64>,
    on: Option<bool>,
    days: Option<i64>,
) -> Result<Option<i64>, Refusal> {
    let on = on.unwrap_or(before.is_some());
    let Some(days) = days else {
        return Ok(on.then(|| before.unwrap_or(7)));
    };
    if !on {
        return Err(refuse::combination(
            "To use Performance Insights parameters, enable Performance Insights.",
        ));
    }
    if days == 7 || days == 731 || (days % 31 == 0 && (31..=713).contains(&days)) {
        return Ok(Some(days));
    }
    Err(refuse::value(
        "Invalid Performance Insights retention period. Valid values are: [7, 31, 62, 93, 124, 155, 186, 217, 248, 279, 310, 341, 372, 403, 434, 465, 496, 527, 558, 589, 620, 651, 682, 713, 731]",
    ))
}

/// The advanced mode keeps fifteen months [CloudWatch guide: Database Insights].
pub(super) fn insights_mode(settings: &Settings) -> Result<(), Refusal> {
    if settings.insights_mode == "advanced" && settings.insights.is_none_or(|days| days < 465) {
        return Err(refuse::combination(
            "The advanced mode of Database Insights needs Performance Insights with a retention period of at least 465 days.",
        ));
    }
    Ok(())
}

/// Groups must be there and in the VPC of the instance. Without any it gets the VPC's default one.
pub(super) fn security_groups(
    call: &Call<'_>,
    settings: &mut Settings,
    vpc: &str,
) -> Result<(), Refusal> {
    settings.security_groups.dedup();
    for id in &settings.security_groups {
        let group = ec2::group(call.world, &call.region, id);
        let group = group.ok_or_else(|| {
            refuse::value(format!(
                "Invalid security group , groupId= {id}, groupName=."
            ))
        })?;
        if group.vpc != vpc {
            return Err(refuse::combination(format!(
                "The DB instance and EC2 security group are in different VPCs. The DB instance is in {vpc} and the EC2 security group is in {}",
                group.vpc
            )));
        }
    }
    if settings.security_groups.is_empty() {
        settings
            .security_groups
            .extend(ec2::default_group(call.world, &call.region, vpc));
    }
    Ok(())
}

/// The parameter group must be there and of the version's family.
pub(super) fn parameters(
    call: &mut Call<'_>,
    settings: &Settings,
    version: Version,
) -> Result<(), Refusal> {
    let group = parameter_group::find(call, &settings.parameter_group)?;
    if group.family != version.family() {
        return Err(refuse::combination(format!(
            "The Parameter Group {} with DBParameterGroupFamily {} can't be used for this instance. Please use a Parameter Group with DBParameterGroupFamily {}",
            group.name,
            group.family,
            version.family()
        )));
    }
    Ok(())
}

/// Enhanced Monitoring writes as a role that trusts it.
pub(super) fn monitoring_role(call: &Call<'_>, settings: &Settings) -> Result<(), Refusal> {
    let Some(arn) = &settings.monitoring_role else {
        return Ok(());
    };
    let role = iam::role(call.world, arn).filter(|role| role.arn == *arn);
    if role.is_some_and(|role| role.trust.contains("monitoring.rds.amazonaws.com")) {
        return Ok(());
    }
    Err(refuse::value(
        "IAM role ARN value is invalid or does not include the required permissions for: ENHANCED_MONITORING",
    ))
}

/// A public instance needs a name that resolves and a way out.
pub(super) fn public(
    call: &Call<'_>,
    settings: &Settings,
    group: &SubnetGroup,
) -> Result<(), Refusal> {
    if !settings.public {
        return Ok(());
    }
    let lacks = if !ec2::vpc_has_names(call.world, &call.region, &group.vpc) {
        "does not support DNS resolution, DNS hostnames, or both"
    } else if !ec2::vpc_has_gateway(call.world, &call.region, &group.vpc) {
        "has no internet gateway attached"
    } else {
        return Ok(());
    };
    Err(refuse::network(format!(
        "Cannot create a publicly accessible DBInstance.  The specified VPC {lacks}. Update the VPC and then try again"
    )))
}

/// Eight printable characters or more, but none that would break a URL [RDS API: MasterUserPassword].
pub(super) fn password(given: &str) -> Result<(), Refusal> {
    if given.len() < 8 {
        return Err(refuse::value(
            "The parameter MasterUserPassword is not a valid password because it is shorter than 8 characters.",
        ));
    }
    if given.len() > 128 {
        return Err(refuse::value(
            "The parameter MasterUserPassword is not a valid password because it is longer than 128 characters.",
        ));
    }
    let good = |byte: u8| byte.is_ascii_graphic() && !b"/@\"".contains(&byte);
    if !given.bytes().all(good) {
        return Err(refuse::value(
            "The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides '/', '@', '\"', ' ' may be used.",
        ));
    }
    Ok(())
}

/// One to 63 letters, digits and underscores, and no word of the engine's own [RDS API: MasterUsername].
pub(super) fn user(given: &str) -> Result<(), Refusal> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let first = given.starts_with(|it: char| it.is_ascii_alphabetic());
    if !first || given.len() > 63 || !given.bytes().all(good) {
        return Err(refuse::value(
            "The parameter MasterUsername is not a valid identifier. Identifiers must begin with a letter and can have only ASCII letters, digits and underscores.",
        ));
    }
    if RESERVED.contains(&given.to_lowercase().as_str()) {
        return Err(refuse::value(format!(
            "MasterUsername {given} cannot be used as it is a reserved word used by the engine"
        )));
    }
    Ok(())
}

/// The name of the first database: up to 63 letters, digits and underscores [RDS API: DBName].
pub(super) fn database(given: &str) -> Result<(), Refusal> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let first = given.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_');
    if !first || given.len() > 63 || !given.bytes().all(good) {
        return Err(refuse::value(
            "DBName must begin with a letter and contain only alphanumeric characters.",
        ));
    }
    if RESERVED.contains(&given.to_lowercase().as_str()) {
        return Err(refuse::value(format!(
            "DBName {given} cannot be used. It is a reserved word for this engine"
        )));
    }
    Ok(())
}

/// Words that users name things by, and that PostgreSQL or RDS has for itself [PostgreSQL documentation: key words].
const RESERVED: [&str; 24] = [
    "admin",
    "all",
    "analyze",
    "authorization",
    "check",
    "column",
    "create",
    "database",
    "db",
    "default",
    "end",
    "grant",
    "group",
    "order",
    "primary",
    "rdsadmin",
    "rdsrepladmin",
    "replication",
    "rolsuper",
    "select",
    "session_user",
    "table",
    "user",
    "using",
];
