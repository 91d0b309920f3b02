//! Which Route 53 zone a hostname is in.

use ashore_engine::failure::{Class, Failure};
use aws_sdk_route53::types::HostedZone as Described;

use super::Aws;
use super::failure::failure;
use crate::dns;

const LIST: &str = "route53:ListHostedZones";
const LIST_BY_NAME: &str = "route53:ListHostedZonesByName";
const GET: &str = "route53:GetHostedZone";

/// A public zone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostedZone {
    /// Its id, `Z…`.
    pub id: String,
    /// Its domain: lower case, no final dot.
    pub name: String,
}

impl Aws {
    /// The zone that a hostname is in: the longest public one that its name ends with. One read
    /// where the account has no more than 100 zones.
    ///
    /// # Errors
    /// `NoSuchZone` if there is none that fits; `SeveralZones` if there are several of that name,
    /// of which only one is asked by resolvers.
    pub async fn hosted_zone(&self, hostname: &str) -> Result<HostedZone, Failure> {
        let hostname = dns::name(hostname);
        let first = self.route53.list_hosted_zones().send().await;
        let first = first.map_err(|e| failure(LIST, e))?;
        let seen: Vec<HostedZone> = first.hosted_zones().iter().filter_map(public).collect();
        let fitting = match first.is_truncated() {
            false => longest(&seen, &hostname),
            true => self.zones_by_name(&hostname).await?,
        };
        match fitting.as_slice() {
            [zone] => Ok(zone.clone()),
            [] => Err(missing(&hostname, &seen, first.is_truncated())),
            several => Err(ambiguous(several)),
        }
    }

    /// The zone of that id, `Z…`.
    ///
    /// # Errors
    /// If there is none, or if it answers only within networks.
    pub async fn hosted_zone_by_id(&self, id: &str) -> Result<HostedZone, Failure> {
        let got = self.route53.get_hosted_zone().id(id).send().await;
        let got = got.map_err(|e| failure(GET, e))?.hosted_zone;
        got.as_ref().and_then(public).ok_or_else(|| {
            let message = format!("{id} is a private zone: it answers only within networks");
            Failure::new(Class::Invalid, GET, "PrivateZone", message)
                .with_advice("name a public zone")
        })
    }

    /// The name servers that the registrar of a zone's domain has to name, in order.
    ///
    /// # Errors
    /// If there is no such zone.
    pub async fn name_servers(&self, zone: &HostedZone) -> Result<Vec<String>, Failure> {
        let got = self.route53.get_hosted_zone().id(&zone.id).send().await;
        let got = got.map_err(|e| failure(GET, e))?.delegation_set;
        let servers = got.into_iter().flat_map(|set| set.name_servers);
        let mut servers: Vec<String> = servers.map(|name| dns::name(&name)).collect();
        servers.sort();
        Ok(servers)
    }

    /// All public zones of the account.
    pub(crate) async fn hosted_zones(&self) -> Result<Vec<HostedZone>, Failure> {
        let pages = self.route53.list_hosted_zones().into_paginator();
        let all: Result<Vec<_>, _> = pages.items().send().collect().await;
        let all: Vec<Described> = all.map_err(|e| failure(LIST, e))?;
        Ok(all.iter().filter_map(public).collect())
    }

    /// The public zones of the longest name that the hostname ends with.
    async fn zones_by_name(&self, hostname: &str) -> Result<Vec<HostedZone>, Failure> {
        for name in dns::zones_of(hostname) {
            let named = self.zones_named(name).await?;
            if !named.is_empty() {
                return Ok(named);
            }
        }
        Ok(Vec::new())
    }

    /// Zones are listed in order of their names, from that name on [Route 53 API:
    /// ListHostedZonesByName].
    async fn zones_named(&self, name: &str) -> Result<Vec<HostedZone>, Failure> {
        let mut named = Vec::new();
        let mut from: Option<String> = None;
        loop {
            let list = self.route53.list_hosted_zones_by_name().dns_name(name);
            let page = list.set_hosted_zone_id(from.take()).send().await;
            let page = page.map_err(|e| failure(LIST_BY_NAME, e))?;
            let public = page.hosted_zones().iter().filter_map(public);
            named.extend(public.filter(|zone| zone.name == name));
            let more = page.next_dns_name().map(|next| next.trim_end_matches('.'));
            if !page.is_truncated() || more != Some(name) {
                return Ok(named);
            }
            from = page.next_hosted_zone_id().map(str::to_string);
        }
    }
}

/// The zone, unless it is private: resolvers of the world do not ask those.
fn public(zone: &Described) -> Option<HostedZone> {
    let private = zone.config().is_some_and(|config| config.private_zone());
    (!private).then(|| HostedZone {
        id: zone.id().trim_start_matches("/hostedzone/").to_string(),
        name: dns::name(zone.name()),
    })
}

/// All zones of the longest name that the hostname is in.
fn longest(zones: &[HostedZone], hostname: &str) -> Vec<HostedZone> {
    let name = dns::zones_of(hostname).find(|name| zones.iter().any(|zone| zone.name == *name));
    let named = |zone: &&HostedZone| Some(zone.name.as_str()) == name;
    zones.iter().filter(named).cloned().collect()
}

fn missing(hostname: &str, seen: &[HostedZone], more: bool) -> Failure {
    let names: Vec<&str> = seen.iter().map(|zone| zone.name.as_str()).collect();
    let seen = match names.as_slice() {
        [] => "the account has no public zone".to_string(),
        names => format!(
            "the account has {}{}",
            names.join(", "),
            if more { ", …" } else { "" }
        ),
    };
    Failure::new(
        Class::Invalid,
        LIST,
        "NoSuchZone",
        format!("no public Route 53 zone of this account holds {hostname}"),
    )
    .with_evidence([seen])
    .with_advice(
        "create the zone and name its name servers at the registrar; or say where the domain's \
         DNS is: `provider = \"cloudflare\"` or `\"manual\"`",
    )
}

fn ambiguous(zones: &[HostedZone]) -> Failure {
    let name = zones.first().map_or("", |zone| zone.name.as_str());
    let ids: Vec<&str> = zones.iter().map(|zone| zone.id.as_str()).collect();
    Failure::new(
        Class::Invalid,
        LIST,
        "SeveralZones",
        format!(
            "the account has {} public zones {name}, and resolvers ask one of them at most",
            zones.len()
        ),
    )
    .with_evidence(ids.iter().map(|id| format!("{name} is {id}")))
    .with_advice(format!(
        "see which of them has the name servers that `dig NS {name}` shows, and put its id into \
         the manifest: `zone = \"{}\"`; or delete the others",
        ids.first().unwrap_or(&"Z…")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(id: &str, name: &str, private: bool) -> Described {
        let config = aws_sdk_route53::types::HostedZoneConfig::builder().private_zone(private);
        let zone = Described::builder()
            .id(format!("/hostedzone/{id}"))
            .name(name)
            .caller_reference("by hand")
            .config(config.build());
        zone.build().unwrap()
    }

    #[test]
    fn the_longest_public_zone_wins() {
        let zones = [
            zone("Z1", "example.com.", false),
            zone("Z2", "eu.example.com.", false),
            zone("Z3", "a.eu.example.com.", true),
            zone("Z4", "two.org.", false),
            zone("Z5", "two.org.", false),
        ];
        let zones: Vec<HostedZone> = zones.iter().filter_map(public).collect();
        let rows: [(&str, &[&str]); 6] = [
            ("example.com", &["Z1"]),
            ("a.example.com", &["Z1"]),
            ("b.a.eu.example.com", &["Z2"]),
            ("aeu.example.com", &["Z1"]),
            ("a.two.org", &["Z4", "Z5"]),
            ("example.org", &[]),
        ];
        for (hostname, ids) in rows {
            let found = longest(&zones, hostname);
            let found: Vec<&str> = found.iter().map(|zone| zone.id.as_str()).collect();
            assert_eq!(found, ids, "{hostname}");
        }
    }

    #[test]
    fn several_zones_of_one_name_are_told_by_their_ids() {
        let zones = ["Z4", "Z5"].map(|id| HostedZone {
            id: id.into(),
            name: "two.org".into(),
        });
        let failure = ambiguous(&zones);
        assert_eq!(failure.evidence, ["two.org is Z4", "two.org is Z5"]);
    }
}
