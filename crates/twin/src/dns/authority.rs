//! The zone that answers for a name, and what it says.

use super::Found;
use crate::cloudflare;
use crate::route53::{self, Target};
use crate::world::World;

/// A zone, whoever hosts it.
pub(super) struct Zone {
    pub(super) name: String,
    pub(super) servers: Vec<String>,
    pub(super) entries: Vec<Entry>,
}

/// Something that a zone says of a name.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) ttl: i64,
    pub(super) says: Says,
}

/// What it says.
#[derive(Clone)]
pub(super) enum Says {
    /// This.
    Data(String),
    /// What that name says, under this name: Route 53's aliases, Cloudflare's flattened CNAMEs.
    SameAs(String),
}

impl Entry {
    pub(super) fn found(&self, name: &str, data: &str) -> Found {
        Found {
            name: name.to_owned(),
            kind: self.kind.clone(),
            ttl: self.ttl,
            data: data.to_owned(),
        }
    }
}

/// What becomes of a question for a name.
pub(super) enum Authority {
    /// This zone answers.
    Zone(Zone),
    /// This name is delegated to servers that are not here.
    Elsewhere(Zone, String),
    /// Nobody has heard of it.
    Nobody,
}

/// Goes down from the registrar to the zone that answers for `name`.
pub(super) fn of(world: &World, name: &str) -> Authority {
    let candidates = hosted(world, name);
    let delegations = world.elsewhere.delegations();
    let mut names: Vec<&str> = candidates.iter().map(|zone| zone.name.as_str()).collect();
    names.sort_by_key(|name| name.len());
    names.dedup();
    // From the shortest name down. Where the registrar says something of a name, that overrules the parent.
    let mut current: Option<&Zone> = None;
    for zone_name in names {
        let mut namesakes = candidates.iter().filter(|zone| zone.name == zone_name);
        let servers = match (delegations.get(zone_name), current) {
            (Some(servers), _) => Some(servers.clone()),
            (None, Some(parent)) => match cut(parent, name) {
                Some((cut, servers)) if cut == zone_name => Some(servers),
                // No delegation to here: the parent goes on answering.
                _ => continue,
            },
            (None, None) => None,
        };
        let found = match servers {
            Some(servers) => {
                namesakes.find(|zone| zone.servers.iter().any(|s| servers.contains(s)))
            }
            None => namesakes.next(),
        };
        current = found.or(current);
    }
    let Some(position) =
        current.and_then(|found| candidates.iter().position(|zone| std::ptr::eq(zone, found)))
    else {
        return Authority::Nobody;
    };
    let mut candidates = candidates;
    let zone = candidates.swap_remove(position);
    match cut(&zone, name) {
        Some((cut, _)) => Authority::Elsewhere(zone, cut),
        None => Authority::Zone(zone),
    }
}

/// The highest name between the zone and `name` that the zone delegates, and to whom.
fn cut(zone: &Zone, name: &str) -> Option<(String, Vec<String>)> {
    let cuts = zone.entries.iter();
    let cuts = cuts.filter(|one| one.kind == "NS" && one.name != zone.name);
    let cut = cuts
        .filter(|one| is_within(name, &one.name))
        .map(|one| one.name.clone())
        .min_by_key(String::len)?;
    let servers = zone.entries.iter();
    let servers = servers.filter(|one| one.kind == "NS" && one.name == cut);
    let servers = servers.filter_map(|one| match &one.says {
        Says::Data(data) => Some(data.trim_end_matches('.').to_ascii_lowercase()),
        Says::SameAs(_) => None,
    });
    let servers = servers.collect();
    Some((cut, servers))
}

/// Whether a name is the zone's or lies below it.
pub(super) fn is_within(name: &str, zone: &str) -> bool {
    name == zone
        || name
            .strip_suffix(zone)
            .is_some_and(|rest| rest.ends_with('.'))
}

/// The zones that `name` lies in and that anybody can ask; of one name first the one that the registrar names unless
/// something else is said.
fn hosted(world: &World, name: &str) -> Vec<Zone> {
    let mut zones: Vec<Zone> = cloudflare::active_zones(world)
        .filter(|(zone, _)| is_within(name, zone))
        .map(|(name, servers)| Zone {
            entries: cloudflare_entries(world, &name),
            servers,
            name,
        })
        .collect();
    let mut public: Vec<&route53::HostedZone> = world.route53.zones.values().collect();
    public.retain(|zone| zone.vpcs.is_empty() && is_within(name, &zone.domain()));
    public.sort_by_key(|zone| zone.serial);
    zones.extend(
        public
            .into_iter()
            .filter_map(|zone| route53_zone(world, zone)),
    );
    zones
}

fn cloudflare_entries(world: &World, zone: &str) -> Vec<Entry> {
    let answered = cloudflare::answered(world, zone).into_iter();
    answered
        .map(|(name, kind, ttl, data, same_as)| Entry {
            name,
            kind: kind.to_owned(),
            ttl,
            says: if same_as {
                Says::SameAs(data)
            } else {
                Says::Data(data)
            },
        })
        .collect()
}

fn route53_zone(world: &World, zone: &route53::HostedZone) -> Option<Zone> {
    let mut entries = Vec::new();
    for set in zone.served(world.now)? {
        let name = route53::domain_of(set);
        let entry = |ttl, says| Entry {
            name: name.clone(),
            kind: set.kind.clone(),
            ttl,
            says,
        };
        match &set.target {
            Target::Values { ttl, values } => {
                let says = values
                    .iter()
                    .map(|value| Says::Data(spelled(&set.kind, value)));
                entries.extend(says.map(|says| entry(*ttl, says)));
            }
            // An alias has its target's TTL; a load balancer's is a minute [Route 53 guide: alias records].
            Target::Alias { dns_name, .. } => {
                let target = dns_name.trim_end_matches('.').to_owned();
                entries.push(entry(60, Says::SameAs(target)));
            }
        }
    }
    Some(Zone {
        name: zone.domain(),
        servers: zone.name_servers.clone(),
        entries,
    })
}

/// Names in records end with a dot on the wire, also where they were given without one.
fn spelled(kind: &str, value: &str) -> String {
    let dot = matches!(kind, "CNAME" | "NS" | "PTR" | "MX" | "SRV") && !value.ends_with('.');
    if dot {
        format!("{value}.")
    } else {
        value.to_owned()
    }
}
