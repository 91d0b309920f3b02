//! CAA records: who may issue certificates for a name.

use serde_json::Value;

use super::domain;
use crate::cloudflare::Cloudflare;

/// The names by which a record lets Amazon issue [ACM user guide: CAA].
const AMAZON: [&str; 4] = [
    "amazon.com",
    "amazontrust.com",
    "awstrust.com",
    "amazonaws.com",
];

/// Whether Amazon may issue for a name: the records of the name itself count, or else those of its nearest parent
/// that has any [RFC 8659]. A wildcard asks for `issuewild` first.
pub(super) fn permits_amazon(dns: &Cloudflare, name: &str) -> bool {
    let wildcard = name.starts_with("*.");
    let mut owner = domain::base(name);
    loop {
        let found = issuers(dns, owner, if wildcard { "issuewild" } else { "issue" });
        let found = if found.is_empty() && wildcard {
            issuers(dns, owner, "issue")
        } else {
            found
        };
        if !found.is_empty() {
            return found.iter().any(|issuer| AMAZON.contains(&issuer.as_str()));
        }
        match owner.split_once('.') {
            Some((_, parent)) => owner = parent,
            None => return true,
        }
    }
}

/// The issuers that the records of exactly this name give leave to.
fn issuers(dns: &Cloudflare, owner: &str, tag: &str) -> Vec<String> {
    let active = dns.zones.values().filter(|zone| zone.activated.is_some());
    let records = active.flat_map(|zone| zone.records.values());
    let here = records.filter(|record| record.kind == "CAA" && record.name == owner);
    let parts = here.filter_map(|record| record.data.as_ref());
    let tagged = parts.filter(|data| data.get("tag").and_then(Value::as_str) == Some(tag));
    tagged
        .filter_map(|data| data.get("value").and_then(Value::as_str))
        .map(|value| {
            value
                .split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .to_ascii_lowercase()
        })
        .collect()
}
