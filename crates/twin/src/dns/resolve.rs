//! Names resolved: along aliases and CNAMEs, over all zones.

use super::Found;
use super::authority::{self, Authority, Entry, Says, Zone};
use crate::elbv2;
use crate::world::World;

/// What a resolver answers.
#[derive(Debug, Default)]
pub(crate) struct Response {
    /// 0 no error, 2 server failure, 3 no such name [RFC 1035 4.1.1].
    pub(crate) status: u8,
    /// The records, CNAMEs on the way included.
    pub(crate) answers: Vec<Found>,
    /// The SOA record of the zone that says that there is nothing.
    pub(crate) authority: Option<Found>,
}

const SERVER_FAILURE: u8 = 2;
const NO_SUCH_NAME: u8 = 3;

/// Longer chains of CNAMEs and aliases are taken for circles.
const HOPS: usize = 12;

/// What a resolver answers for this name and type right now.
pub(crate) fn lookup(world: &World, name: &str, kind: &str) -> Response {
    let mut response = Response::default();
    follow(world, &normal(name), kind, HOPS, &mut response);
    response
}

/// The last name on the way from `name` along CNAMEs and aliases: `name` itself if it leads nowhere.
pub(crate) fn points_to(world: &World, name: &str) -> String {
    let mut name = normal(name);
    for _ in 0..HOPS {
        let Step::Entries(entries) = step(world, &name, "A") else {
            break;
        };
        let next = entries.iter().find_map(|entry| match &entry.says {
            Says::SameAs(target) if entry.kind == "A" => Some(target.clone()),
            Says::Data(target) if entry.kind == "CNAME" => Some(target.clone()),
            _ => None,
        });
        match next {
            Some(next) => name = normal(&next),
            None => break,
        }
    }
    name
}

fn normal(name: &str) -> String {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name.strip_prefix("dualstack.")
        .map_or(name.clone(), |bare| {
            if bare.ends_with(".elb.amazonaws.com") {
                bare.to_owned()
            } else {
                name.clone()
            }
        })
}

fn follow(world: &World, name: &str, kind: &str, hops: usize, response: &mut Response) {
    if hops == 0 {
        response.status = SERVER_FAILURE;
        return;
    }
    let entries = match step(world, name, kind) {
        Step::Entries(entries) => entries,
        Step::Nothing(soa) => {
            response.authority = soa;
            return;
        }
        Step::NoSuchName(soa) => {
            (response.status, response.authority) = (NO_SUCH_NAME, soa);
            return;
        }
        Step::Failure => {
            response.status = SERVER_FAILURE;
            return;
        }
    };
    let wanted = entries.iter().filter(|entry| entry.kind == kind);
    let mut any = false;
    for entry in wanted {
        any = true;
        match &entry.says {
            Says::Data(data) => response.answers.push(entry.found(name, data)),
            Says::SameAs(target) => {
                let mut same = Response::default();
                follow(world, &normal(target), kind, hops - 1, &mut same);
                // What the target says stands under this name; how it came to say so does not show.
                let records = same.answers.into_iter().filter(|found| found.kind == kind);
                response.answers.extend(records.map(|found| Found {
                    name: name.to_owned(),
                    ..found
                }));
            }
        }
    }
    if any {
        return;
    }
    let cname = entries.iter().find(|entry| entry.kind == "CNAME");
    if let Some((entry, Says::Data(target))) = cname.map(|entry| (entry, &entry.says)) {
        response.answers.push(entry.found(name, target));
        follow(world, &normal(target), kind, hops - 1, response);
    }
}

/// What one name says by itself.
enum Step {
    /// This; all types of the name.
    Entries(Vec<Entry>),
    /// The name is there, and says nothing of the type.
    Nothing(Option<Found>),
    NoSuchName(Option<Found>),
    Failure,
}

fn step(world: &World, name: &str, kind: &str) -> Step {
    if let Some(fixed) = world.elsewhere.of(name).filter(|_| kind != "NS") {
        let entry = |kind: &str, ttl, data: &str| Entry {
            name: name.to_owned(),
            kind: kind.to_owned(),
            ttl,
            says: Says::Data(data.to_owned()),
        };
        let entries: Vec<Entry> = fixed
            .iter()
            .map(|record| entry(&record.kind, record.ttl, &record.data))
            .collect();
        return or_nothing(entries, kind, None);
    }
    if let Some(addresses) = elbv2::addresses(world, name) {
        let entries = addresses.iter().map(|address| Entry {
            name: name.to_owned(),
            kind: "A".to_owned(),
            // [ELB user guide: DNS names]
            ttl: 60,
            says: Says::Data(address.to_string()),
        });
        return or_nothing(entries.collect(), kind, None);
    }
    match authority::of(world, name) {
        Authority::Zone(zone) => in_zone(&zone, name, kind),
        // A resolver that is asked for the servers themselves has them from the parent.
        Authority::Elsewhere(zone, cut) if cut == name && kind == "NS" => {
            in_zone(&zone, name, kind)
        }
        Authority::Elsewhere(..) => Step::Failure,
        Authority::Nobody => match world.elsewhere.delegations().get(name) {
            Some(servers) if kind == "NS" => {
                let entries = servers.iter().map(|server| Entry {
                    name: name.to_owned(),
                    kind: "NS".to_owned(),
                    ttl: 172_800,
                    says: Says::Data(format!("{server}.")),
                });
                Step::Entries(entries.collect())
            }
            _ if exists_elsewhere(world, name) => Step::Nothing(None),
            _ => Step::NoSuchName(None),
        },
    }
}

/// A name is there if something below it is [RFC 8020].
fn exists_elsewhere(world: &World, name: &str) -> bool {
    let mut records = world.elsewhere.records.iter();
    records.any(|record| authority::is_within(&record.name, name))
}

fn in_zone(zone: &Zone, name: &str, kind: &str) -> Step {
    let soa = zone.entries.iter().find_map(|entry| match &entry.says {
        Says::Data(data) if entry.kind == "SOA" => Some(entry.found(&entry.name, data)),
        _ => None,
    });
    let of = |name: &str| -> Vec<Entry> {
        let own = zone.entries.iter().filter(|entry| entry.name == name);
        own.cloned().collect()
    };
    let exists = |name: &str| {
        zone.entries
            .iter()
            .any(|entry| authority::is_within(&entry.name, name))
    };
    if exists(name) {
        return or_nothing(of(name), kind, soa);
    }
    // The wildcard of the nearest name that is there [RFC 4592].
    let mut encloser = name;
    while let Some((_, parent)) = encloser.split_once('.') {
        encloser = parent;
        if exists(encloser) {
            break;
        }
    }
    let wildcard = of(&format!("*.{encloser}"));
    if wildcard.is_empty() {
        Step::NoSuchName(soa)
    } else {
        or_nothing(wildcard, kind, soa)
    }
}

fn or_nothing(entries: Vec<Entry>, kind: &str, soa: Option<Found>) -> Step {
    let answers = |entry: &Entry| entry.kind == kind || entry.kind == "CNAME";
    if entries.iter().any(answers) {
        Step::Entries(entries)
    } else {
        Step::Nothing(soa)
    }
}
