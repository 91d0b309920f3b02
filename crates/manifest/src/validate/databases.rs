//! `[databases.NAME]`: PostgreSQL that AWS runs.

use super::Rules;
use super::databases_windows::{daily, meet, weekly};
use super::env::check_name;
use super::health::duration;
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::Located;
use crate::model::{Amount, Database, GibiBytes, Name, Refusal, Removal, Seconds};
use crate::schema::{
    BackupsSection, DatabaseRemoval, DatabaseSection, StorageSection, StorageType,
};
use crate::structure::dotted;

const DAY: u32 = 86_400;
/// What gp3 and gp2 have room for [RDS user guide: DB instance storage].
const STORAGE: (u32, u32) = (20, 65_536);

/// The database. None if something in it is wrong.
pub(super) fn database(
    cx: &mut Rules<'_>,
    key: Located<String>,
    section: DatabaseSection,
    app: Option<&str>,
) -> Option<Database> {
    let path: &[&str] = &["databases", key.as_str()];
    let at = |key| [path, &[key]].concat();
    let name = cx.parse(Code::BadName, path, Some(&key), Name::parse);
    let version = cx.parse_or(
        Code::DatabaseVersion,
        &at("version"),
        section.version.as_ref(),
        Located::new(defaults::DATABASE_VERSION.to_owned(), 0..0),
        parse_version,
    );
    let class = cx.parse_or(
        Code::DatabaseClass,
        &at("class"),
        section.class.as_ref(),
        Located::new(defaults::DATABASE_CLASS.to_owned(), 0..0),
        parse_class,
    );
    let storage = storage(cx, &at("storage"), &section.storage.unwrap_or_default());
    let backups = backups(
        cx,
        path,
        &section.backups.unwrap_or_default(),
        section.maintenance.as_ref(),
    );
    let database = cx.parse_or(
        Code::DatabaseName,
        &at("name"),
        section.name.as_ref(),
        Located::new(default_name(&key, app), key.span()),
        |text| parse_name(text, "name"),
    );
    let user = cx.parse_or(
        Code::DatabaseName,
        &at("user"),
        section.user.as_ref(),
        Located::new(defaults::DATABASE_USER.to_owned(), 0..0),
        |text| parse_name(text, "user"),
    );
    let inject = match &section.inject {
        Some(written) => check_name(cx, &at("inject"), written).then(|| written.get().clone()),
        None => (!cx.is_spoiled(&at("inject"))).then(|| defaults::DATABASE_INJECT.to_owned()),
    };
    let (storage_type, storage, storage_max) = storage?;
    let (backup_days, backup_window, maintenance_window) = backups?;
    if cx.is_spoiled_below(path) {
        return None;
    }
    Some(Database {
        name: name?,
        version: version?.into_inner(),
        class: class?.into_inner(),
        storage_type,
        storage,
        storage_max,
        multi_az: section
            .multi_az
            .map_or(defaults::DATABASE_MULTI_AZ, Located::into_inner),
        backup_days,
        backup_window,
        maintenance_window,
        database: database?.into_inner(),
        user: user?.into_inner(),
        protect: section
            .protect
            .map_or(defaults::DATABASE_PROTECT, Located::into_inner),
        removal: match section.removal.map(Located::into_inner) {
            Some(DatabaseRemoval::Snapshot) | None => Removal::Snapshot,
            Some(DatabaseRemoval::Retain) => Removal::Retain,
            Some(DatabaseRemoval::Delete) => Removal::Delete,
        },
        inject: inject?,
    })
}

/// Majors that RDS supports [RDS release calendar]; a minor may follow.
const VERSIONS: std::ops::RangeInclusive<u32> = 14..=18;

fn parse_version(text: &str) -> Result<String, Refusal> {
    let example = format!(
        "write a major version from {} to {}, for example \"{}\"",
        VERSIONS.start(),
        VERSIONS.end(),
        defaults::DATABASE_VERSION
    );
    let number = |text: &str| (text.len() <= 3).then(|| text.parse::<u32>().ok())?;
    let (major, minor) = match text.split_once('.') {
        None => (number(text), Some(0)),
        Some((major, minor)) => (number(major), number(minor)),
    };
    match (major, minor) {
        (Some(major), Some(_)) if VERSIONS.contains(&major) => Ok(text.to_owned()),
        (Some(_), Some(_)) => Err(Refusal::new("RDS does not offer this one").help(example)),
        _ => Err(Refusal::new("not a version of PostgreSQL").help(example)),
    }
}

/// Families that cannot be made any more, or that run other engines only, and what is like them today.
const RETIRED: [(&str, &str); 6] = [
    ("m3", "m7g"),
    ("m4", "m7g"),
    ("r3", "r7g"),
    ("r4", "r7g"),
    ("t1", "t4g"),
    ("t2", "t4g"),
];

/// `db.`, a family and a size. Which there are differs from region to region, and grows.
fn parse_class(text: &str) -> Result<String, Refusal> {
    let example = "write for example \"db.t4g.micro\" or \"db.m7g.large\"";
    let bare = text.strip_prefix("db.").unwrap_or(text);
    let named = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let Some((family, size)) = bare.split_once('.').filter(|(f, s)| named(f) && named(s)) else {
        return Err(Refusal::new("not a class of databases").help(example));
    };
    if let Some((_, today)) = RETIRED.iter().find(|(retired, _)| *retired == family) {
        return Err(
            Refusal::new("AWS has retired this class").help(format!("write \"db.{today}.{size}\""))
        );
    }
    match text.starts_with("db.") {
        true => Ok(text.to_owned()),
        false => {
            Err(Refusal::new("a class starts with `db.`").help(format!("write \"db.{bare}\"")))
        }
    }
}

/// Words that PostgreSQL or RDS has for itself [RDS API: CreateDBInstance MasterUsername, DBName].
const RESERVED: [&str; 27] = [
    "admin",
    "all",
    "analyze",
    "authorization",
    "check",
    "column",
    "constraint",
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
    "template0",
    "template1",
    "user",
    "using",
];

fn is_reserved(text: &str) -> bool {
    RESERVED.contains(&text.to_ascii_lowercase().as_str())
}

/// The section's name; with the app's before it where RDS would not have it alone, as `db`.
fn default_name(section: &str, app: Option<&str>) -> String {
    let name = match app {
        Some(app) if is_reserved(&section.replace('-', "_")) => format!("{app}_{section}"),
        _ => section.to_owned(),
    };
    name.replace('-', "_")
}

fn parse_name(text: &str, what: &str) -> Result<String, Refusal> {
    let why = if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        "does not start with a letter"
    } else if !text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        "only letters, digits and underscores"
    } else if text.len() > 63 {
        "longer than 63 characters"
    } else if is_reserved(text) {
        "PostgreSQL or RDS has this word for itself"
    } else {
        return Ok(text.to_owned());
    };
    let example = if what == "user" { "postgres" } else { "shop" };
    Err(Refusal::new(why).help(format!("write for example {example:?}")))
}

type Stored = (&'static str, GibiBytes, Option<GibiBytes>);

fn storage(cx: &mut Rules<'_>, path: &[&str], section: &StorageSection) -> Option<Stored> {
    let at = |key| [path, &[key]].concat();
    let size = cx.parse_or(
        Code::DatabaseStorage,
        &at("size"),
        section.size.as_ref(),
        Located::new(defaults::DATABASE_STORAGE, 0..0),
        gibibytes,
    );
    let max = match &section.max {
        Some(_) => cx
            .parse(
                Code::DatabaseStorage,
                &at("max"),
                section.max.as_ref(),
                gibibytes,
            )
            .map(Some),
        None => (!cx.is_spoiled(&at("max"))).then_some(None),
    };
    let kind = match section.kind.as_ref().map(Located::get) {
        Some(StorageType::Gp2) => "gp2",
        Some(StorageType::Gp3) | None => "gp3",
    };
    let (size, max) = (size?, max?);
    let Some(max) = max else {
        let max = (size.0 * 2).max(100).min(STORAGE.1);
        return Some((kind, *size, (max > size.0).then_some(GibiBytes(max))));
    };
    if *max == *size {
        return Some((kind, *size, None));
    }
    // [RDS user guide: storage autoscaling] the limit is 10 % above the size at the least.
    if u64::from(max.0) * 10 < u64::from(size.0) * 11 {
        let least = (u64::from(size.0) * 11).div_ceil(10);
        let message = format!("`{}` is too near to `size`", dotted(&at("max")));
        let wrong = Diagnostic::new(Code::DatabaseStorage, max.span(), message)
            .label(format!("must be {least}GiB or more, or as much as `size`"));
        cx.push(match &section.size {
            Some(size) => wrong.related(size.span(), "so much to begin with"),
            None => wrong.help(format!("`size` is {} by default", *size)),
        });
        return None;
    }
    Some((kind, *size, Some(*max)))
}

fn gibibytes(text: &str) -> Result<GibiBytes, Refusal> {
    let amount = Amount::parse(text)?;
    let (least, most) = STORAGE;
    let whole = amount.mebibytes.is_multiple_of(1024);
    let gib = amount.mebibytes / 1024;
    if !whole || !(least..=most).contains(&gib) {
        return Err(Refusal::new(format!(
            "must be whole GiB, from {least}GiB to {most}GiB"
        )));
    }
    Ok(GibiBytes(gib))
}

type BackedUp = (u32, Option<String>, Option<String>);

fn backups(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &BackupsSection,
    maintenance: Option<&Located<String>>,
) -> Option<BackedUp> {
    let retain = [path, &["backups", "retain"]].concat();
    let days = duration(
        cx,
        &retain,
        section.retain.as_ref(),
        (0, 35 * DAY), // [RDS API: CreateDBInstance BackupRetentionPeriod]
        defaults::DATABASE_BACKUPS,
    );
    let days = days.filter(|days| whole_days(cx, &retain, days));
    let at = [path, &["backups", "window"]].concat();
    let backup = section.window.as_ref();
    let backup_window = match backup {
        Some(_) => cx.parse(Code::DatabaseWindow, &at, backup, daily).map(Some),
        None => (!cx.is_spoiled(&at)).then_some(None),
    };
    let at = [path, &["maintenance"]].concat();
    let maintenance_window = match maintenance {
        Some(_) => cx
            .parse(Code::DatabaseWindow, &at, maintenance, weekly)
            .map(Some),
        None => (!cx.is_spoiled(&at)).then_some(None),
    };
    let (backup, maintenance) = (backup_window?, maintenance_window?);
    if let (Some(backup), Some(maintenance)) = (&backup, &maintenance)
        && meet(backup, maintenance)
    {
        let message = format!("`{}` meets the window of the backups", dotted(&at));
        cx.push(
            Diagnostic::new(Code::DatabaseWindow, maintenance.span(), message)
                .label("AWS refuses windows that overlap")
                .related(backup.span(), "the backups"),
        );
        return None;
    }
    Some((
        days?.0 / DAY,
        backup.map(Located::into_inner),
        maintenance.map(Located::into_inner),
    ))
}

fn whole_days(cx: &mut Rules<'_>, path: &[&str], written: &Located<Seconds>) -> bool {
    if written.0.is_multiple_of(DAY) {
        return true;
    }
    cx.push(
        Diagnostic::new(
            Code::DurationRange,
            written.span(),
            format!("`{}` must be whole days", dotted(path)),
        )
        .help("write for example \"7d\""),
    );
    false
}
