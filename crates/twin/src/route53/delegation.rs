//! The name servers of a zone, and the two record sets that every zone has.

use super::record_set::{RecordSet, Target};

/// Four servers, one in each of the four domains, that follow from the zone's id.
pub(super) fn name_servers(id: &str) -> Vec<String> {
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let domains = ["com", "net", "org", "co.uk"];
    let server = |(index, domain): (u64, &str)| {
        let bits = hash >> (index * 15);
        let (number, group) = (index * 512 + bits % 512, (bits >> 9) % 64);
        format!("ns-{number}.awsdns-{group:02}.{domain}")
    };
    (0..).zip(domains).map(server).collect()
}

/// The NS and SOA records that a new zone has [Route 53 guide: NS and SOA records].
pub(super) fn records(zone: &str, servers: &[String]) -> impl Iterator<Item = RecordSet> {
    let first = servers.first().cloned().unwrap_or_default();
    let soa = format!("{first}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400");
    let servers = servers.iter().map(|server| format!("{server}.")).collect();
    let rows = [("NS", 172_800, servers), ("SOA", 900, vec![soa])];
    let zone = zone.to_owned();
    rows.into_iter().map(move |(kind, ttl, values)| RecordSet {
        name: zone.clone(),
        kind: kind.to_owned(),
        target: Target::Values { ttl, values },
    })
}

/// Whether a record set is one of those that a zone cannot be without.
pub(super) fn is_required(set: &RecordSet, zone: &str) -> bool {
    set.name == zone && matches!(set.kind.as_str(), "NS" | "SOA")
}

/// What stands in the way of the zone being without them.
pub(super) fn missing<'a>(
    zone: &str,
    sets: impl Iterator<Item = &'a RecordSet> + Clone,
) -> Option<String> {
    let has = |kind: &str| sets.clone().any(|set| set.name == zone && set.kind == kind);
    if !has("SOA") || sets.clone().filter(|set| set.kind == "SOA").count() > 1 {
        return Some("A HostedZone must contain exactly one SOA record.".to_owned());
    }
    if !has("NS") {
        let message = "A HostedZone must contain at least one NS record for the zone itself.";
        return Some(message.to_owned());
    }
    None
}
