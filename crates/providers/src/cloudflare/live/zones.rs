//! Which zone a hostname is in.

use ashore_engine::failure::{Class, Failure};
use serde::Deserialize;

use super::client::Cloudflare;

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
    /// The name servers that the registrar has to name.
    #[serde(default)]
    pub name_servers: Vec<String>,
}

impl Cloudflare {
    /// The zone that a hostname is in: the longest that its name ends with. One read where the
    /// token sees no more than 50 zones.
    ///
    /// # Errors
    /// `NoSuchZone` if the token sees none that fits; `ZoneNotActive` if nobody asks it yet.
    pub async fn zone(&self, hostname: &str) -> Result<Zone, Failure> {
        let hostname = hostname.trim_end_matches('.').to_ascii_lowercase();
        let (seen, pages) = self.ask_page::<Zone>(LIST, "/zones", &[], PAGE, 1).await?;
        let found = if pages <= 1 {
            longest(&seen, &hostname)
        } else {
            self.zone_by_name(&hostname).await?
        };
        match found {
            Some(zone) if zone.status == "active" => Ok(zone),
            Some(zone) => Err(not_active(&zone)),
            None => Err(missing(&hostname, &seen, pages > 1)),
        }
    }

    async fn zone_by_name(&self, hostname: &str) -> Result<Option<Zone>, Failure> {
        for name in suffixes(hostname) {
            let named: Vec<Zone> = self
                .ask_all(LIST, "/zones", &[("name", name)], PAGE)
                .await?;
            if let Some(zone) = longest(&named, hostname) {
                return Ok(Some(zone));
            }
        }
        Ok(None)
    }
}

/// The longest zone that the name is in; of two accounts' zones of one name, the active one.
fn longest(zones: &[Zone], hostname: &str) -> Option<Zone> {
    let holds = |zone: &&Zone| {
        let above = hostname.strip_suffix(&zone.name);
        above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
    };
    let fitting = zones.iter().filter(holds);
    fitting
        .max_by_key(|zone| (zone.name.len(), zone.status == "active"))
        .cloned()
}

/// `a.b.example.com`, `b.example.com`, `example.com`.
fn suffixes(hostname: &str) -> impl Iterator<Item = &str> {
    let above = |name: &&str| name.find('.').map(|dot| dot + 1);
    let mut at = Some(hostname);
    std::iter::from_fn(move || {
        let name = at?;
        at = above(&name).and_then(|from| name.get(from..));
        Some(name)
    })
    .filter(|name| name.contains('.'))
}

fn not_active(zone: &Zone) -> Failure {
    Failure::new(
        Class::Invalid,
        LIST,
        "ZoneNotActive",
        format!(
            "the zone {} is {}: its records can be edited, and nobody asks for them",
            zone.name, zone.status
        ),
    )
    .with_advice(format!(
        "name these name servers at the registrar of {}, and wait until Cloudflare says that the \
         zone is active: {}",
        zone.name,
        zone.name_servers.join(", ")
    ))
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
            name_servers: Vec::new(),
        }
    }

    #[test]
    fn the_longest_zone_wins_and_the_active_one_of_two() {
        let zones = [
            zone("example.com", "pending"),
            zone("example.com", "active"),
            zone("eu.example.com", "active"),
            zone("ample.com", "active"),
        ];
        for (hostname, id) in [
            ("example.com", Some("example.com-active")),
            ("a.example.com", Some("example.com-active")),
            ("a.eu.example.com", Some("eu.example.com-active")),
            ("aeu.example.com", Some("example.com-active")),
            ("example.org", None),
        ] {
            let found = longest(&zones, hostname).map(|zone| zone.id);
            assert_eq!(found.as_deref(), id, "{hostname}");
        }
    }

    #[test]
    fn a_top_level_domain_is_never_asked_for() {
        let asked: Vec<_> = suffixes("a.b.example.com").collect();
        assert_eq!(asked, ["a.b.example.com", "b.example.com", "example.com"]);
    }
}
