//! Which zone a hostname is in.

use ashore_engine::failure::{Class, Failure};
use serde::Deserialize;

use super::client::Cloudflare;
use crate::dns;

const LIST: &str = "cloudflare:GET /zones";
/// The most that one page holds [Cloudflare API: List Zones].
const PAGE: u32 = 50;

/// A zone.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Zone {
    /// Its id.
    pub id: String,
    /// Its domain.
    pub name: String,
    /// `active`, or why not: `pending`, `initializing`, `moved`.
    pub status: String,
    /// `full`, `partial`, `secondary` or `internal`.
    #[serde(rename = "type", default)]
    pub setup: String,
    /// The name servers that the registrar has to name.
    #[serde(default)]
    pub name_servers: Vec<String>,
    /// Whose it is.
    #[serde(default)]
    pub account: Option<Account>,
}

/// The account that a zone belongs to.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Account {
    /// Its id.
    pub id: String,
}

impl Cloudflare {
    /// The zone that a hostname is in: of those that resolvers ask, the longest that its name
    /// ends with. One read where the token sees no more than 50 zones.
    ///
    /// # Errors
    /// `NoSuchZone` if the token sees none that fits; `ZoneNotActive` if resolvers ask none of
    /// those that do.
    pub async fn zone(&self, hostname: &str) -> Result<Zone, Failure> {
        let hostname = dns::name(hostname);
        let (seen, pages) = self.ask_page::<Zone>(LIST, "/zones", &[], PAGE, 1).await?;
        let mut fitting = fitting(&seen, &hostname);
        if pages > 1 {
            fitting.clear();
            for name in dns::zones_of(&hostname) {
                let filter = [("name", name)];
                let named: Vec<Zone> = self.ask_all(LIST, "/zones", &filter, PAGE).await?;
                fitting.extend(self::fitting(&named, &hostname));
                if fitting.iter().any(Zone::is_asked) {
                    break;
                }
            }
        }
        if let Some(zone) = fitting.iter().find(|zone| zone.is_asked()) {
            return Ok(zone.clone());
        }
        Err(match fitting.as_slice() {
            [] => missing(&hostname, &seen, pages > 1),
            inactive => not_active(inactive),
        })
    }
}

impl Zone {
    /// Whether resolvers ask it, and its records can be edited: a secondary zone has those of
    /// another provider [Cloudflare docs: zone setups].
    fn is_asked(&self) -> bool {
        self.status == "active" && self.setup != "secondary"
    }

    fn in_words(&self) -> String {
        let what = match self.setup.as_str() {
            "secondary" => "a copy of another provider's",
            _ => self.status.as_str(),
        };
        format!("{} ({}) is {what}", self.name, self.id)
    }
}

/// The zones that the name is in, the longest first. Internal ones answer only within networks.
fn fitting(zones: &[Zone], hostname: &str) -> Vec<Zone> {
    let holds = |zone: &&Zone| {
        let above = hostname.strip_suffix(&zone.name);
        above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
    };
    let public = zones.iter().filter(|zone| zone.setup != "internal");
    let mut fitting: Vec<Zone> = public.filter(holds).cloned().collect();
    fitting.sort_by_key(|zone| std::cmp::Reverse(zone.name.len()));
    fitting
}

/// None of these is asked, the longest of them first.
fn not_active(zones: &[Zone]) -> Failure {
    let name = zones.first().map_or("", |zone| zone.name.as_str());
    let failure = Failure::new(
        Class::Invalid,
        LIST,
        "ZoneNotActive",
        format!("the zone {name} is not active: nobody asks for what its records say"),
    )
    .with_evidence(zones.iter().map(Zone::in_words));
    let servers = zones.iter().find(|zone| !zone.name_servers.is_empty());
    match servers {
        Some(zone) => failure.with_advice(format!(
            "name these name servers at the registrar of {}, and wait until Cloudflare says that \
             the zone is active: {}",
            zone.name,
            zone.name_servers.join(", ")
        )),
        None => failure.with_advice(
            "see in Cloudflare's dashboard what the zone waits for, or name another zone",
        ),
    }
}

fn missing(hostname: &str, seen: &[Zone], more: bool) -> Failure {
    let names: Vec<&str> = seen.iter().map(|zone| zone.name.as_str()).collect();
    let seen = match names.as_slice() {
        [] => "it sees none at all".to_string(),
        names => format!(
            "it sees {}{}",
            names.join(", "),
            if more { ", …" } else { "" }
        ),
    };
    Failure::new(
        Class::Invalid,
        LIST,
        "NoSuchZone",
        format!("CLOUDFLARE_API_TOKEN sees no zone that {hostname} is in"),
    )
    .with_evidence([seen])
    .with_advice(
        "add the domain to Cloudflare, or give the token the permissions Zone / Zone / Read and \
         Zone / DNS / Edit for its zone",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str, status: &str) -> Zone {
        Zone {
            id: format!("{name}-{status}"),
            name: name.into(),
            status: status.into(),
            setup: "full".into(),
            name_servers: Vec::new(),
            account: None,
        }
    }

    #[test]
    fn the_longest_active_zone_wins() {
        let internal = Zone {
            setup: "internal".into(),
            ..zone("a.eu.example.com", "active")
        };
        let secondary = Zone {
            setup: "secondary".into(),
            ..zone("copy.example.com", "active")
        };
        let zones = [
            internal,
            secondary,
            zone("new.example.com", "pending"),
            zone("example.com", "pending"),
            zone("example.com", "active"),
            zone("eu.example.com", "active"),
            zone("ample.com", "active"),
        ];
        for (hostname, id) in [
            ("example.com", Some("example.com-active")),
            ("a.example.com", Some("example.com-active")),
            ("a.eu.example.com", Some("eu.example.com-active")),
            ("b.a.eu.example.com", Some("eu.example.com-active")),
            ("a.copy.example.com", Some("example.com-active")),
            ("a.new.example.com", Some("example.com-active")),
            ("aeu.example.com", Some("example.com-active")),
            ("example.org", None),
        ] {
            let fitting = fitting(&zones, hostname).into_iter();
            let found = fitting.filter(Zone::is_asked).map(|zone| zone.id).next();
            assert_eq!(found.as_deref(), id, "{hostname}");
        }
    }

    #[test]
    fn zones_that_nobody_asks_are_named() {
        let mut moved = zone("example.com", "moved");
        moved.name_servers = vec!["a.ns.cloudflare.com".into()];
        let failure = not_active(&[zone("eu.example.com", "pending"), moved]);
        assert_eq!(
            failure.evidence,
            [
                "eu.example.com (eu.example.com-pending) is pending",
                "example.com (example.com-moved) is moved"
            ]
        );
        assert!(failure.advice[0].contains("a.ns.cloudflare.com"));
    }
}
