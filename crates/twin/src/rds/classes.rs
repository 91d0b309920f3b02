//! DB instance classes, and DescribeOrderableDBInstanceOptions.

use serde_json::{Value, json};

use super::engine::{self, Version};
use super::{lists, refuse, storage};
use crate::ec2;
use crate::operation::{Answer, Call};
use crate::page;
use crate::refusal::Refusal;

/// Families of classes and their sizes, as RDS for PostgreSQL offers them today [RDS user guide: DB instance classes].
/// Those of earlier generations that cannot be made any more, like `db.t2`, are absent.
const OFFERED: &[(&str, &[&str])] = &[
    (
        "t3",
        &["micro", "small", "medium", "large", "xlarge", "2xlarge"],
    ),
    (
        "t4g",
        &["micro", "small", "medium", "large", "xlarge", "2xlarge"],
    ),
    ("m5", SIZES_5),
    ("m6g", SIZES_G),
    ("m6i", SIZES_I),
    ("m7g", SIZES_G),
    ("m7i", SIZES_I),
    ("m8g", SIZES_8),
    ("r5", SIZES_5),
    ("r6g", SIZES_G),
    ("r6i", SIZES_I),
    ("r7g", SIZES_G),
    ("r7i", SIZES_I),
    ("r8g", SIZES_8),
];
const SIZES_5: &[&str] = &[
    "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge",
];
const SIZES_G: &[&str] = &[
    "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge",
];
const SIZES_I: &[&str] = &[
    "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge",
    "32xlarge",
];
const SIZES_8: &[&str] = &[
    "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge",
    "48xlarge",
];

/// Other families that RDS has, of other engines or of the past.
const OTHERS: &[&str] = &[
    "m1",
    "m2",
    "m3",
    "m4",
    "m5d",
    "m6gd",
    "m6id",
    "m6idn",
    "m6in",
    "m7gd",
    "r3",
    "r4",
    "r5b",
    "r5d",
    "r6gd",
    "r6id",
    "r6idn",
    "r6in",
    "r7gd",
    "serverless",
    "t1",
    "t2",
    "x1",
    "x1e",
    "x2g",
    "x2idn",
    "x2iedn",
    "z1d",
    "c6gd",
];

fn all() -> impl Iterator<Item = String> {
    let named = |(family, sizes): &'static (&str, &[&str])| {
        sizes.iter().map(move |size| format!("db.{family}.{size}"))
    };
    OFFERED.iter().flat_map(named)
}

/// Refuses a class that this version does not run on.
pub(super) fn check(class: &str, version: Version) -> Result<(), Refusal> {
    if all().any(|known| known == class) {
        return Ok(());
    }
    let family = class
        .strip_prefix("db.")
        .and_then(|rest| rest.split('.').next());
    if family.is_some_and(|family| OTHERS.contains(&family)) {
        return Err(refuse::combination(format!(
            "RDS does not support creating a DB instance with the following combination: DBInstanceClass={class}, Engine=postgres, EngineVersion={}, LicenseModel=postgresql-license. For supported combinations of instance class and database engine version, see the documentation.",
            version.text()
        )));
    }
    Err(refuse::value(format!("Invalid DB Instance class: {class}")))
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let engine = input.required("Engine")?;
    let version = input.text("EngineVersion")?;
    let class = input.text("DBInstanceClass")?;
    let license = input.text("LicenseModel")?;
    let vpc = input.boolean("Vpc")?;
    lists::Filters::read(&mut input, &[])?;
    // This operation alone has pages of up to a thousand [RDS API: DescribeOrderableDBInstanceOptions MaxRecords].
    let limit = input.number("MaxRecords")?.unwrap_or(100);
    let marker = input.text("Marker")?;
    input.finish()?;
    if !(20..=1000).contains(&limit) {
        return Err(refuse::value(format!(
            "Invalid value {limit} for MaxRecords. Must be between 20 and 1000"
        )));
    }
    engine::check(&engine)?;
    let zones = ec2::zone_names(&call.region);
    let licensed = license.is_none_or(|given| given == "postgresql-license");
    let mut rows = Vec::new();
    for it in engine::versions().filter(|_| licensed && vpc != Some(false)) {
        let major = it.major.to_string();
        if version
            .as_ref()
            .is_some_and(|given| *given != it.text() && *given != major)
        {
            continue;
        }
        for name in all().filter(|name| class.as_ref().is_none_or(|given| given == name)) {
            rows.extend(
                storage::TYPES
                    .iter()
                    .map(|storage| view(it, &name, storage, &zones)),
            );
        }
    }
    let (rows, next) = page::page(rows, Some(limit), marker)?;
    Ok(json!({
        "OrderableDBInstanceOptions": lists::named("OrderableDBInstanceOption", rows),
        "Marker": next,
    }))
}

fn view(version: Version, class: &str, storage: &storage::Type, zones: &[String]) -> Value {
    let zones = zones.iter().map(|name| json!({ "Name": name }));
    let mut view = json!({
        "Engine": engine::POSTGRES,
        "EngineVersion": version.text(),
        "DBInstanceClass": class,
        "LicenseModel": "postgresql-license",
        "AvailabilityZones": lists::named("AvailabilityZone", zones),
        "MultiAZCapable": true,
        "ReadReplicaCapable": true,
        "Vpc": true,
        "SupportsStorageEncryption": true,
        "SupportsEnhancedMonitoring": true,
        "SupportsIAMDatabaseAuthentication": true,
        "SupportsPerformanceInsights": true,
        "SupportsStorageAutoscaling": true,
        "SupportsKerberosAuthentication": true,
        "SupportsGlobalDatabases": false,
        "SupportsClusters": false,
        "SupportsDedicatedLogVolume": storage.has_iops(),
        "OutpostCapable": false,
        "SupportedNetworkTypes": ["DUAL", "IPV4"],
    });
    storage.show(&mut view);
    view
}
