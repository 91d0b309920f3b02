//! What cannot stand under one name together.

use super::content;
use super::record::Record;
use super::refuse;
use super::zone::Zone;
use crate::refusal::Refusal;

/// Records in a Free zone (ux.md 3.3).
const RECORDS_PER_ZONE: usize = 200;
/// Characters of all content under one name and type (ux.md 3.3).
const CONTENT_PER_NAME: usize = 8192;

/// Refuses `record` where the zone's other records do not leave it a place.
pub(super) fn check(zone: &Zone, record: &Record) -> Result<(), Refusal> {
    let others = || zone.records.values().filter(|other| other.id != record.id);
    let namesakes: Vec<&Record> = others().filter(|other| other.name == record.name).collect();
    let has = |kinds: &[&str]| {
        namesakes
            .iter()
            .any(|other| kinds.contains(&other.kind.as_str()))
    };
    let (addresses, aliases) = (["A", "AAAA"], ["CNAME"]);

    // A second CNAME is refused like this even when it is identical to the first: whoever lost the answer to a create
    // sees 81053, not 81058 (ux.md 3.4; cisagov/manage.get.gov #4946).
    if record.kind == "CNAME" && (has(&addresses) || has(&aliases)) {
        return Err(refuse::content(
            "81053",
            "An A, AAAA, or CNAME record with that host already exists.",
        ));
    }
    if addresses.contains(&record.kind.as_str()) && has(&aliases) {
        return Err(refuse::content(
            "81054",
            "A CNAME record with that host already exists.",
        ));
    }
    // TXT and MX may stand next to a CNAME, since Cloudflare flattens it; a delegation stands alone.
    let pointing = record.kind == "CNAME" || addresses.contains(&record.kind.as_str());
    if pointing && has(&["NS"]) && record.name != zone.name {
        return Err(refuse::content(
            "81056",
            "NS records with that host already exist.",
        ));
    }
    if record.kind == "NS" && (has(&addresses) || has(&aliases)) && record.name != zone.name {
        return Err(refuse::content(
            "81055",
            "An A, AAAA, or CNAME record with that host already exists.",
        ));
    }
    let same_kind = || namesakes.iter().filter(|other| other.kind == record.kind);
    if same_kind().any(|other| content::same(&record.kind, &other.content, &record.content)) {
        return Err(refuse::content(
            "81058",
            "An identical record already exists.",
        ));
    }
    let length: usize = same_kind().map(|other| other.content.len()).sum();
    if length + record.content.len() > CONTENT_PER_NAME {
        return Err(refuse::content(
            "83011",
            "Combined content length of records with this name and type exceeds the limit of 8192 \
             characters.",
        ));
    }
    if others().count() >= RECORDS_PER_ZONE {
        return Err(refuse::content("81045", "Record quota exceeded."));
    }
    Ok(())
}
