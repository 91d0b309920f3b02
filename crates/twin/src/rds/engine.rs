//! The versions of PostgreSQL that RDS offers, and DescribeDBEngineVersions.

use serde_json::{Value, json};

use super::{lists, refuse};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

pub(super) const POSTGRES: &str = "postgres";

/// A version of the engine.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Version {
    pub(super) major: u32,
    pub(super) minor: u32,
}

/// Majors with their oldest and newest minor on offer (ux.md 4.1). The default minor of a major is taken to be its
/// newest, and the default major the newest (assumed; AWS moves both some months after a release).
const OFFERED: [(u32, u32, u32); 5] = [
    (14, 17, 22),
    (15, 12, 17),
    (16, 8, 13),
    (17, 4, 9),
    (18, 1, 3),
];

/// Every version, oldest first.
pub(super) fn versions() -> impl Iterator<Item = Version> {
    let minors = |(major, first, last): (u32, u32, u32)| {
        (first..=last).map(move |minor| Version { major, minor })
    };
    OFFERED.into_iter().flat_map(minors)
}

/// Every parameter group family.
pub(super) fn families() -> impl Iterator<Item = String> {
    OFFERED
        .into_iter()
        .map(|(major, ..)| format!("postgres{major}"))
}

/// The version that a caller means: a whole one, or a major for its default minor. Without one the default.
pub(super) fn choose(given: Option<&str>) -> Result<Version, Refusal> {
    let Some(given) = given else {
        return versions().last().ok_or_else(|| unknown("the default"));
    };
    let fits = |it: &Version| it.text() == given || it.major.to_string() == given;
    versions().filter(fits).last().ok_or_else(|| unknown(given))
}

fn unknown(given: &str) -> Refusal {
    refuse::combination(format!("Cannot find version {given} for {POSTGRES}"))
}

/// Only PostgreSQL is modelled.
pub(super) fn check(engine: &str) -> Result<(), Refusal> {
    match engine {
        POSTGRES => Ok(()),
        "mysql" | "mariadb" | "aurora-mysql" | "aurora-postgresql" => {
            Err(Refusal::not_implemented(format_args!("Engine={engine}")))
        }
        other
            if other.starts_with("oracle-")
                || other.starts_with("sqlserver-")
                || other.starts_with("db2-") =>
        {
            Err(Refusal::not_implemented(format_args!("Engine={other}")))
        }
        other => Err(refuse::value(format!("Invalid DB engine: {other}"))),
    }
}

impl Version {
    pub(super) fn text(self) -> String {
        format!("{}.{}", self.major, self.minor)
    }

    pub(super) fn family(self) -> String {
        format!("postgres{}", self.major)
    }

    /// Later minors, and every version on offer of later majors (assumed; AWS leaves out minors that are older than
    /// the one upgraded from).
    pub(super) fn upgrades(self) -> impl Iterator<Item = Version> {
        versions().filter(move |it| *it > self)
    }

    /// Logs that can be exported [RDS user guide: PostgreSQL database log files].
    pub(super) fn exportable_logs(self) -> &'static [&'static str] {
        &["iam-db-auth-error", "postgresql", "upgrade"]
    }

    fn is_default(self) -> bool {
        choose(Some(&self.major.to_string())) == Ok(self)
    }

    fn view(self) -> Value {
        let targets = self.upgrades().map(|it| {
            json!({
                "Engine": POSTGRES,
                "EngineVersion": it.text(),
                "Description": format!("PostgreSQL {}-R1", it.text()),
                "AutoUpgrade": it.major == self.major && it.is_default(),
                "IsMajorVersionUpgrade": it.major != self.major,
            })
        });
        json!({
            "Engine": POSTGRES,
            "MajorEngineVersion": self.major.to_string(),
            "EngineVersion": self.text(),
            "DBParameterGroupFamily": self.family(),
            "DBEngineDescription": "PostgreSQL",
            "DBEngineVersionDescription": format!("PostgreSQL {}-R1", self.text()),
            "ValidUpgradeTarget": lists::named("UpgradeTarget", targets),
            "ExportableLogTypes": self.exportable_logs(),
            "SupportsLogExportsToCloudwatchLogs": true,
            "SupportsReadReplica": true,
            "SupportedFeatureNames": ["Lambda", "s3Export", "s3Import"],
            "Status": "available",
            "SupportsParallelQuery": false,
            "SupportsGlobalDatabases": false,
            "SupportsBabelfish": false,
            "SupportsLimitlessDatabase": false,
            "SupportsCertificateRotationWithoutRestart": true,
            "SupportedCACertificateIdentifiers": super::check::AUTHORITIES,
            "SupportsLocalWriteForwarding": false,
            "SupportsIntegrations": true,
        })
    }
}

pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let engine = input.text("Engine")?;
    let version = input.text("EngineVersion")?;
    let family = input.text("DBParameterGroupFamily")?;
    let default_only = input.boolean("DefaultOnly")?.unwrap_or(false);
    // Every version that is modelled is available, and PostgreSQL has neither character sets nor time zones to list.
    for detail in [
        "IncludeAll",
        "ListSupportedCharacterSets",
        "ListSupportedTimezones",
    ] {
        input.boolean(detail)?;
    }
    let known = [
        "db-parameter-group-family",
        "engine",
        "engine-mode",
        "engine-version",
        "status",
    ];
    let filters = lists::Filters::read(&mut input, &known)?;
    let window = lists::Window::read(&mut input)?;
    input.finish()?;
    engine.as_deref().map_or(Ok(()), check)?;
    let rows = versions().filter(|it| {
        let major = it.major.to_string();
        let named = |given: &String| *given == it.text() || *given == major;
        version.as_ref().is_none_or(named)
            && family.as_ref().is_none_or(|family| *family == it.family())
            && filters.fit(|name| match name {
                "engine" => vec![POSTGRES.to_owned()],
                "engine-version" => vec![it.text(), major.clone()],
                "db-parameter-group-family" => vec![it.family()],
                "status" => vec!["available".to_owned()],
                _ => vec!["provisioned".to_owned()],
            })
    });
    let mut rows: Vec<Version> = rows.collect();
    if default_only {
        // Of an engine its one default; of a major or family that one's.
        let narrow = version.is_some() || family.is_some();
        rows.retain(|it| it.is_default());
        if !narrow && rows.len() > 1 {
            rows.drain(..rows.len() - 1);
        }
    }
    window.answer(
        "DBEngineVersions",
        "DBEngineVersion",
        rows.iter().map(|it| it.view()).collect(),
    )
}
