//! `[volumes.NAME]`, and what services mount.

use std::collections::{BTreeMap, BTreeSet};

use super::Rules;
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::did_you_mean::did_you_mean;
use crate::located::Located;
use crate::model::{Name, Refusal, Removal, Seconds, Volume};
use crate::schema::{Named, Throughput, VolumeRemoval, VolumeSection};
use crate::structure::dotted;

const DAY: u32 = 86_400;
/// [EFS API: LifecyclePolicy TransitionToIA]
const ARCHIVE: [u32; 9] = [1, 7, 14, 30, 60, 90, 180, 270, 365];

/// The volume. None if something in it is wrong.
pub(super) fn volume(
    cx: &mut Rules<'_>,
    key: Located<String>,
    section: VolumeSection,
) -> Option<Volume> {
    let path: &[&str] = &["volumes", key.as_str()];
    let at = |key| [path, &[key]].concat();
    let name = cx.parse(Code::BadName, path, Some(&key), Name::parse);
    let archive = cx.parse_or(
        Code::BadVolume,
        &at("archive_after"),
        section.archive_after.as_ref(),
        Located::new(Some(defaults::VOLUME_ARCHIVE_DAYS), 0..0),
        archive_after,
    );
    let directory = cx.parse_or(
        Code::BadVolume,
        &at("path"),
        section.path.as_ref(),
        Located::new(defaults::VOLUME_PATH.to_owned(), 0..0),
        absolute,
    );
    if cx.is_spoiled_below(path) {
        return None;
    }
    Some(Volume {
        name: name?,
        throughput: match section.throughput.as_ref().map(Located::get) {
            Some(Throughput::Bursting) => "bursting",
            Some(Throughput::Elastic) | None => "elastic",
        },
        archive_days: archive?.into_inner(),
        backup: section
            .backup
            .map_or(defaults::VOLUME_BACKUP, Located::into_inner),
        user: section
            .user
            .map_or(defaults::VOLUME_USER, Located::into_inner),
        path: directory?.into_inner(),
        removal: match section.removal.as_ref().map(Located::get) {
            Some(VolumeRemoval::Delete) => Removal::Delete,
            Some(VolumeRemoval::Retain) | None => Removal::Retain,
        },
    })
}

fn archive_after(text: &str) -> Result<Option<u32>, Refusal> {
    if text == "never" {
        return Ok(None);
    }
    let Seconds(seconds) = Seconds::parse(text)?;
    let days = seconds / DAY;
    if seconds.is_multiple_of(DAY) && ARCHIVE.contains(&days) {
        return Ok(Some(days));
    }
    let offered = ARCHIVE.map(|days| format!("{days}d")).join(", ");
    Err(Refusal::new("EFS does not offer this").help(format!("it offers {offered} and never")))
}

/// [EFS API: RootDirectory Path] at most 100 characters and four directories deep, none of them `..`.
fn absolute(text: &str) -> Result<String, Refusal> {
    let why = if !text.starts_with('/') {
        "does not start with a slash"
    } else if text == "/" {
        "the root belongs to the administrator"
    } else if text.len() > 100 || text.matches('/').count() > 4 || text.ends_with('/') {
        "at most 100 characters and four directories deep, with no slash at the end"
    } else if !text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "/-_.".contains(c))
        || text
            .split('/')
            .skip(1)
            .any(|part| part.is_empty() || part.starts_with('.'))
    {
        "directories of letters, digits, `-`, `_` and `.`"
    } else {
        return Ok(text.to_owned());
    };
    Err(Refusal::new(why).help("write for example \"/data\""))
}

/// What a service mounts: the volume by the path in its container. None if something is wrong.
pub(super) fn mounts(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: Option<Named<Located<String>>>,
    volumes: &BTreeSet<String>,
) -> Option<BTreeMap<String, Name>> {
    let mut good = !cx.is_spoiled(path) && !cx.is_spoiled_below(path);
    let mut mounts = BTreeMap::new();
    for (place, volume) in written.into_iter().flatten() {
        if !place.starts_with('/') || place.len() < 2 {
            let message = format!("`{}` cannot mount at {:?}", dotted(path), place.as_str());
            cx.push(
                Diagnostic::new(Code::BadVolume, place.span(), message)
                    .label("a path in the container starts with a slash")
                    .help("write for example { \"/var/uploads\" = \"uploads\" }"),
            );
            good = false;
        }
        match Name::parse(&volume)
            .ok()
            .filter(|_| volumes.contains(volume.as_str()))
        {
            Some(name) => {
                mounts.insert(place.into_inner(), name);
            }
            None => {
                let message = format!(
                    "`{}` names {:?}, which is not in `volumes`",
                    dotted(path),
                    volume.as_str()
                );
                let wrong = Diagnostic::new(Code::UnknownVolume, volume.span(), message);
                let names = volumes.iter().map(String::as_str);
                cx.push(match did_you_mean(&volume, names) {
                    Some(near) => wrong.label(format!("did you mean \"{near}\"?")),
                    None => wrong.help(format!("add a section [volumes.{}]", volume.as_str())),
                });
                good = false;
            }
        }
    }
    good.then_some(mounts)
}
