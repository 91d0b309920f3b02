//! What Cloudflare's name servers answer.

use super::record::Record;
use super::zone::{NAME_SERVERS, Zone, ZoneStatus};
use crate::world::World;

/// Domain and name servers of the zones that answer.
pub(crate) fn active_zones(world: &World) -> impl Iterator<Item = (String, Vec<String>)> {
    let zones = world.cloudflare.zones.values();
    let zones = zones.filter(|zone| zone.status == ZoneStatus::Active);
    zones.map(|zone| {
        let servers = NAME_SERVERS.iter().map(|server| (*server).to_owned());
        (zone.name.clone(), servers.collect())
    })
}

/// Name, type, TTL, data; and whether the answer is what the name in `data` has, under this one.
type Answer = (String, &'static str, i64, String, bool);

/// The edge's addresses, which stand for the origin of a proxied record [Cloudflare: IP ranges].
const EDGE: [(&str, &str); 2] = [("A", "104.16.0.1"), ("AAAA", "2606:4700::6810:1")];
/// What automatic means [Cloudflare docs: TTL].
const AUTOMATIC: i64 = 300;

/// All that an active zone answers.
pub(crate) fn answered(world: &World, domain: &str) -> Vec<Answer> {
    let mut zones = world.cloudflare.zones.values();
    let zone = zones.find(|zone| zone.name == domain && zone.status == ZoneStatus::Active);
    let Some(zone) = zone else { return Vec::new() };
    let mut answers = vec![(
        zone.name.clone(),
        "SOA",
        1800,
        format!(
            "{}. dns.cloudflare.com. 1 10000 2400 604800 1800",
            NAME_SERVERS[0]
        ),
        false,
    )];
    let server = |server: &&str| (zone.name.clone(), "NS", 86_400, format!("{server}."), false);
    answers.extend(NAME_SERVERS.iter().map(server));
    let mut edges = Vec::new();
    for record in zone.records.values() {
        // A paused zone is DNS only.
        if record.proxied && !zone.paused {
            if !edges.contains(&&record.name) {
                edges.push(&record.name);
                let edge = |(kind, address): &(&'static str, &str)| {
                    (
                        record.name.clone(),
                        *kind,
                        AUTOMATIC,
                        (*address).to_owned(),
                        false,
                    )
                };
                answers.extend(EDGE.iter().map(edge));
            }
            continue;
        }
        plain(zone, record, &mut answers);
    }
    answers
}

fn plain(zone: &Zone, record: &Record, answers: &mut Vec<Answer>) {
    let ttl = if record.ttl == 1 {
        AUTOMATIC
    } else {
        record.ttl
    };
    let mut answer = |kind, data, same_as| {
        answers.push((record.name.clone(), kind, ttl, data, same_as));
    };
    let content = &record.content;
    match record.kind.as_str() {
        "A" => answer("A", content.clone(), false),
        "AAAA" => answer("AAAA", content.clone(), false),
        // The apex cannot have a CNAME: its target's addresses stand there instead (ux.md 3.6).
        "CNAME" if record.name == zone.name || zone.flatten_all_cnames => {
            answer("A", content.clone(), true);
            answer("AAAA", content.clone(), true);
        }
        "CNAME" => answer("CNAME", format!("{content}."), false),
        "NS" => answer("NS", format!("{content}."), false),
        "MX" => {
            let priority = record.priority.unwrap_or_default();
            answer("MX", format!("{priority} {content}."), false);
        }
        "CAA" => answer("CAA", content.clone(), false),
        "TXT" if content.starts_with('"') => answer("TXT", content.clone(), false),
        "TXT" => answer(
            "TXT",
            format!("\"{}\"", content.replace('"', "\\\"")),
            false,
        ),
        _ => {}
    }
}
