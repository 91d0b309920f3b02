//! The zones of the hostnames, and whether the world asks them.

use std::collections::BTreeMap;

use ashore_engine::failure::Failure;
use ashore_manifest::model::DnsProvider;
use ashore_providers::cloudflare::live;
use ashore_providers::manual::live::SERVFAIL;

use super::read;
use crate::cloud::{Cloud, Ways};
use crate::document::{Finding, Subject};
use crate::project::Project;

const DNS: Subject = Subject::Dns;

/// A zone, whoever keeps it.
#[derive(Clone, Debug)]
struct Zone {
    id: String,
    name: String,
    /// Whom the world has to be told to ask.
    servers: Vec<String>,
    cloudflare: Option<live::Zone>,
}

/// What was found; and of the zones that Cloudflare keeps, the first.
pub(super) async fn examine(
    project: &Project,
    ways: &Ways,
    cloud: Option<&Cloud>,
) -> (Vec<Finding>, Option<live::Zone>) {
    let Some(dns) = &project.manifest.dns else {
        return (Vec::new(), None);
    };
    if dns.provider == DnsProvider::Manual {
        return (Vec::new(), None); // `up` says what to set, and waits for it
    }
    let mut findings = Vec::new();
    let mut zones: BTreeMap<String, (Zone, Vec<String>)> = BTreeMap::new();
    let mut asked: BTreeMap<String, String> = BTreeMap::new();
    for name in project.manifest.all_names() {
        let name = name.to_string();
        let zone = dns.zone.as_ref().map_or(name.clone(), ToString::to_string);
        if let Some(known) = asked.get(&zone).and_then(|id| zones.get_mut(id)) {
            known.1.push(name);
            continue;
        }
        match of(ways, cloud, dns.provider, &zone).await {
            Some(Ok(found)) => {
                asked.insert(zone, found.id.clone());
                let (_, names) = zones
                    .entry(found.id.clone())
                    .or_insert_with(|| (found, Vec::new()));
                names.push(name);
            }
            Some(Err(failure)) => findings.push(Finding::unread(DNS, &zone, &failure)),
            None => findings.push(unasked(dns.provider, &zone)),
        }
    }
    for (zone, names) in zones.values() {
        let found = format!("holds {} ({})", names.join(", "), zone.id);
        findings.push(Finding::ok(DNS, &zone.name, found));
        findings.push(delegated(ways, zone).await);
    }
    let mut kept = zones.into_values().filter_map(|(zone, _)| zone.cloudflare);
    (findings, kept.next())
}

/// The zone that the name is in; nothing where nobody can be asked.
async fn of(
    ways: &Ways,
    cloud: Option<&Cloud>,
    provider: DnsProvider,
    name: &str,
) -> Option<Result<Zone, Failure>> {
    match provider {
        DnsProvider::Cloudflare => {
            let cloudflare = ways.cloudflare.as_ref()?;
            let zone = read(ways, "the DNS zone", || cloudflare.zone(name)).await;
            Some(zone.map(|zone| Zone {
                id: zone.id.clone(),
                name: zone.name.clone(),
                servers: zone.name_servers.clone(),
                cloudflare: Some(zone),
            }))
        }
        DnsProvider::Route53 => {
            let aws = &cloud?.aws;
            let zone = match read(ways, "the DNS zone", || aws.hosted_zone(name)).await {
                Ok(zone) => zone,
                Err(failure) => return Some(Err(failure)),
            };
            let servers = read(ways, "its name servers", || aws.name_servers(&zone)).await;
            Some(servers.map(|servers| Zone {
                id: zone.id,
                name: zone.name,
                servers,
                cloudflare: None,
            }))
        }
        DnsProvider::Manual => None,
    }
}

fn unasked(provider: DnsProvider, zone: &str) -> Finding {
    match provider {
        DnsProvider::Cloudflare => Finding::unknown(DNS, zone, "not looked at: there is no token")
            .next("see what is said of the token"),
        _ => Finding::without_credentials(DNS, zone),
    }
}

async fn delegated(ways: &Ways, zone: &Zone) -> Finding {
    let what = "delegation";
    match read(ways, what, || ways.resolver.name_servers(&zone.name)).await {
        Ok(seen) => delegation(&zone.name, &zone.servers, &seen),
        // Somebody is asked who does not know the zone, or nobody is there.
        Err(failure) if failure.code == SERVFAIL => {
            let found = format!(
                "the name servers that the world asks for {} do not answer",
                zone.name
            );
            Finding::failure(DNS, what, "E0417", found).next(point(&zone.name, &zone.servers))
        }
        Err(failure) => Finding::unread(DNS, what, &failure),
    }
}

/// Whom the world asks for a zone, against whom it should.
fn delegation(zone: &str, servers: &[String], seen: &[String]) -> Finding {
    let what = "delegation";
    let spelt = |all: &[String]| -> Vec<String> {
        let mut all: Vec<String> = all
            .iter()
            .map(|name| name.trim_end_matches('.').to_ascii_lowercase())
            .collect();
        all.sort();
        all
    };
    let (servers, seen) = (spelt(servers), spelt(seen));
    if servers.is_empty() {
        let found = "the provider does not say which name servers the zone has";
        return Finding::unknown(DNS, what, found).next("see the provider's dashboard");
    }
    if seen.is_empty() {
        let found = format!("the world knows no name servers of {zone}");
        return Finding::failure(DNS, what, "E0417", found).next(point(zone, &servers));
    }
    let others: Vec<&str> = seen
        .iter()
        .filter(|name| !servers.contains(name))
        .map(String::as_str)
        .collect();
    if others.len() == seen.len() {
        let found = format!(
            "the world asks {} for {zone}, not the zone's own",
            seen.join(", ")
        );
        return Finding::failure(DNS, what, "E0417", found).next(point(zone, &servers));
    }
    if !others.is_empty() {
        let found = format!(
            "the world asks {} for {zone} too, which are not the zone's",
            others.join(", ")
        );
        return Finding::warning(DNS, what, found).next(point(zone, &servers));
    }
    Finding::ok(DNS, what, format!("the world asks {}", seen.join(", ")))
}

fn point(zone: &str, servers: &[String]) -> String {
    format!(
        "name these, and no others, at the registrar of {zone} or in the zone above it: {}; it may \
         take two days until everybody knows",
        servers.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Verdict;

    #[test]
    fn the_world_must_ask_the_zones_own_servers() {
        let rows: [(&[&str], &[&str], Verdict); 6] = [
            (&["a.x", "b.x"], &["B.x.", "a.x"], Verdict::Ok),
            (&["a.x", "b.x"], &["a.x"], Verdict::Ok),
            (&["a.x", "b.x"], &["a.x", "c.x"], Verdict::Warning),
            (&["a.x", "b.x"], &["c.x"], Verdict::Failure),
            (&["a.x", "b.x"], &[], Verdict::Failure),
            (&[], &["c.x"], Verdict::Unknown),
        ];
        for (servers, seen, verdict) in rows {
            let all =
                |names: &[&str]| -> Vec<String> { names.iter().map(ToString::to_string).collect() };
            let found = delegation("example.com", &all(servers), &all(seen));
            assert_eq!(found.verdict, verdict, "{servers:?} {seen:?}");
            assert_eq!(found.next.is_empty(), verdict == Verdict::Ok);
        }
    }
}
