//! Cloudflare v4: tokens, zones, DNS records.
//!
//! Zones are on the Free plan, with its limits: no tags, comments of 100 characters, 200 records. Everything but the
//! edge is modelled (reference: ux.md part 3); proxied records merely stop to be what a resolver would see.

mod answers;
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

use crate::clock::Millis;
use crate::operation::{Operation, read, write};

pub(crate) use answers::{active_zones, answered};
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
    read(
        "GET /accounts/{account_id}/tokens/verify",
        token::verify_of_account,
    ),
    read("GET /zones", zone::list),
    write("POST /zones", zone::create),
    read("GET /zones/{zone_id}", zone::get),
    write("PATCH /zones/{zone_id}", zone::edit),
    write("DELETE /zones/{zone_id}", zone::delete),
    write(
        "PUT /zones/{zone_id}/activation_check",
        zone::check_activation,
    ),
    read("GET /zones/{zone_id}/dns_settings", settings::dns),
    write("PATCH /zones/{zone_id}/dns_settings", settings::set_dns),
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

impl Cloudflare {
    /// As it is when a world begins.
    pub(crate) fn at(now: Millis) -> Cloudflare {
        let mut new = Cloudflare::default();
        token::begin(&mut new.tokens, now);
        new
    }
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
