//! Cloudflare v4: tokens, zones, DNS records.
//!
//! Zones are on the Free plan, with its limits: no tags, comments of 100 characters, 200 records. Everything but the
//! edge is modelled (reference: ux.md part 3); proxied records merely stop to be what a resolver would see.

mod change;
mod conflict;
mod content;
mod domain;
mod listing;
mod page;
mod rate;
mod record;
mod refuse;
mod settings;
mod token;
mod zone;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::operation::{Operation, read, write};
use crate::world::World;

pub(crate) use rate::limit_headers;

/// The state of Cloudflare.
#[derive(Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Cloudflare {
    /// By id.
    pub zones: BTreeMap<String, zone::Zone>,
    /// By their text.
    pub tokens: BTreeMap<String, token::Token>,
    /// What each token has used of its rate limit.
    pub meters: BTreeMap<String, rate::Meter>,
}

/// What the twin answers as Cloudflare. Paths without parameters stand first.
pub(crate) const OPERATIONS: &[Operation] = &[
    read("GET /user/tokens/verify", token::verify),
    read("GET /zones", zone::list),
    write("POST /zones", zone::create),
    read("GET /zones/{zone_id}", zone::get),
    write("DELETE /zones/{zone_id}", zone::delete),
    write(
        "PUT /zones/{zone_id}/activation_check",
        zone::check_activation,
    ),
    read("GET /zones/{zone_id}/dns_settings", settings::dns),
    read("GET /zones/{zone_id}/settings/ssl", settings::ssl),
    write("PATCH /zones/{zone_id}/settings/ssl", settings::set_ssl),
    read("GET /zones/{zone_id}/dns_records", listing::list),
    write("POST /zones/{zone_id}/dns_records", change::create),
    write("POST /zones/{zone_id}/dns_records/batch", change::batch),
    read(
        "GET /zones/{zone_id}/dns_records/{dns_record_id}",
        listing::get,
    ),
    write(
        "PUT /zones/{zone_id}/dns_records/{dns_record_id}",
        change::overwrite,
    ),
    write(
        "PATCH /zones/{zone_id}/dns_records/{dns_record_id}",
        change::patch,
    ),
    write(
        "DELETE /zones/{zone_id}/dns_records/{dns_record_id}",
        change::delete,
    ),
];

/// What a resolver gets for the CNAME of that name: the target of an unproxied record in an active zone. A proxied one
/// answers with Cloudflare's addresses instead, which is how a proxied validation record fails (ux.md 3.6).
pub(crate) fn resolves_cname(world: &World, name: &str) -> Option<String> {
    let name = domain::normal(name)?;
    let zones = world.cloudflare.zones.values();
    // A more specific zone hides what its parent says about the same name.
    let zone = zones
        .filter(|zone| zone.status == zone::ZoneStatus::Active)
        .filter(|zone| domain::in_zone(&name, &zone.name).as_deref() == Some(&name))
        .max_by_key(|zone| zone.name.len())?;
    let mut records = zone.records.values();
    let record = records.find(|r| r.kind == "CNAME" && r.name == name && !r.proxied)?;
    Some(record.content.clone())
}

impl Default for Cloudflare {
    fn default() -> Cloudflare {
        Cloudflare {
            zones: zone::initial().collect(),
            tokens: token::initial().collect(),
            meters: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Millis;

    /// What a resolver gets for `name` where the zone holds `_x.example.com CNAME _y.acm-validations.aws`.
    fn check(zone: &str, proxied: bool, name: &str, expected: Option<&str>) {
        let mut world = World::new(Millis(0));
        let held = world
            .cloudflare
            .zones
            .values_mut()
            .find(|held| held.name == zone);
        let held = held.expect("a zone of the new world");
        let mut record = record::Record::blank("1".repeat(32), "CNAME".into(), Millis(0));
        record.name = format!("_x.{zone}");
        record.content = "_y.acm-validations.aws".into();
        record.proxied = proxied;
        held.records.insert(record.id.clone(), record);
        assert_eq!(resolves_cname(&world, name).as_deref(), expected);
    }

    #[test]
    fn a_cname_resolves_without_the_dot_in_an_active_zone_unless_it_is_proxied() {
        let target = Some("_y.acm-validations.aws");
        check("example.com", false, "_x.example.com", target);
        check("example.com", false, "_X.Example.com.", target);
        check("example.com", false, "_z.example.com", None);
        check("example.com", false, "_x.elsewhere.net", None);
        check("example.com", true, "_x.example.com", None);
        check("example.org", false, "_x.example.org", None);
    }
}
