//! Zones.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::page::{self, Page};
use super::record::Record;
use super::token::{Grant, authorise, authorise_zone, reaches};
use super::{domain, refuse};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;

/// A zone on the Free plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Zone {
    /// 32 hex digits.
    pub id: String,
    /// The domain.
    pub name: String,
    /// Whether the registrar points to Cloudflare yet.
    pub status: ZoneStatus,
    /// When it was added.
    pub created: Millis,
    /// When it became active.
    pub activated: Option<Millis>,
    /// How Cloudflare talks to origins.
    pub ssl: Ssl,
    /// Whether Cloudflare answers as plain DNS and proxies nothing.
    #[serde(default)]
    pub paused: bool,
    /// Whether every CNAME is answered with the addresses of its target.
    #[serde(default)]
    pub flatten_all_cnames: bool,
    /// Its records, by id.
    pub records: BTreeMap<String, Record>,
}

/// Whether a zone is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZoneStatus {
    /// The registrar still names other name servers: records can be edited, nobody asks for them.
    Pending,
    /// It answers.
    Active,
}

/// The SSL/TLS mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ssl {
    /// No TLS.
    Off,
    /// TLS to the visitor, none to the origin: loops with an origin that redirects to HTTPS.
    Flexible,
    /// TLS to the origin, any certificate.
    Full,
    /// TLS to the origin, valid certificate.
    Strict,
}

/// The account that owns all zones.
pub(super) const ACCOUNT: &str = "ac0000000000000000000000000000a1";

const ACCOUNT_NAME: &str = "sandbox";

/// The name servers of all zones.
pub(super) const NAME_SERVERS: [&str; 2] = ["ada.ns.cloudflare.com", "rob.ns.cloudflare.com"];

/// The id of the one that answers.
pub(super) const EXAMPLE_COM: &str = "c0de0000000000000000000000000001";

/// The zones of a new world: `example.com`, which answers, and `example.org`, which does not yet.
pub(super) fn initial() -> impl Iterator<Item = (String, Zone)> {
    let since = Millis(1_700_000_000_000);
    let rows = [
        (EXAMPLE_COM, "example.com", Some(since)),
        ("c0de0000000000000000000000000002", "example.org", None),
    ];
    rows.into_iter().map(move |(id, name, activated)| {
        (
            id.to_owned(),
            Zone::new(id.to_owned(), name.to_owned(), since, activated),
        )
    })
}

/// `GET /zones`
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    authorise(call, Grant::Read)?;
    let mut input = std::mem::take(&mut call.input);
    let name = input.text("name")?;
    let status = input.text("status")?;
    let account = input.text("account.id")?;
    let account_name = input.text("account.name")?;
    let kind = input.text("type")?;
    let any = match input.text("match")?.as_deref() {
        None | Some("all") => false,
        Some("any") => true,
        Some(other) => {
            return Err(refuse::parameter(format!(
                "match must be any or all, got {other}"
            )));
        }
    };
    let order = input.text("order")?;
    let descending = page::descending(&mut input)?;
    let page = Page::read(&mut input, 20, 5..=50)?;
    input.finish()?;

    let known = ["initializing", "pending", "active", "moved"];
    if let Some(other) = status.as_deref().filter(|status| !known.contains(status)) {
        return Err(refuse::parameter(format!("unknown status {other}")));
    }
    let kinds = ["full", "partial", "secondary", "internal"];
    if let Some(other) = kind.as_deref().filter(|kind| !kinds.contains(kind)) {
        return Err(refuse::parameter(format!("unknown type {other}")));
    }
    let wanted = |zone: &Zone| {
        let mut tests = Vec::new();
        tests.extend(name.as_deref().map(|name| name_matches(&zone.name, name)));
        tests.extend(status.as_deref().map(|status| json!(zone.status) == status));
        tests.extend(account.as_deref().map(|account| account == ACCOUNT));
        tests.extend(account_name.as_deref().map(|name| name == ACCOUNT_NAME));
        tests.extend(kind.as_deref().map(|kind| kind == "full"));
        if any && !tests.is_empty() {
            tests.contains(&true)
        } else {
            !tests.contains(&false)
        }
    };
    let mut zones: Vec<&Zone> = call
        .world
        .cloudflare
        .zones
        .values()
        .filter(|zone| reaches(call, &zone.id) && wanted(zone))
        .collect();
    match order.as_deref() {
        None | Some("name" | "account.id" | "account.name") => zones.sort_by_key(|zone| &zone.name),
        Some("status") => zones.sort_by_key(|zone| zone.status),
        Some(other) => return Err(refuse::parameter(format!("cannot order zones by {other}"))),
    }
    if descending {
        zones.reverse();
    }
    page.answer(zones.into_iter().map(Zone::answer).collect())
}

/// `GET /zones/{zone_id}`
pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let zone_id = input.required("{zone_id}")?;
    authorise_zone(call, Grant::Read, &zone_id)?;
    input.finish()?;
    Ok(json!({ "result": find(call.world, &zone_id)?.answer() }))
}

/// `POST /zones`: a new zone is pending until its name servers are in use.
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    authorise(call, Grant::EditZones)?;
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("name")?;
    if let Some(mut account) = input.object("account")? {
        account.accept("id", &[json!(ACCOUNT)])?;
        account.accept("name", &[json!(ACCOUNT_NAME)])?;
        account.finish()?;
    }
    input.accept("type", &[json!("full")])?;
    input.accept("jump_start", &[json!(false)])?;
    input.finish()?;
    let name = domain::normal(&name).filter(|name| name.contains('.') && !name.contains('_'));
    let Some(name) = name else {
        return Err(Refusal::new(
            "1049",
            "The zone name provided is not a registered domain",
        ));
    };
    if call
        .world
        .cloudflare
        .zones
        .values()
        .any(|zone| zone.name == name)
    {
        return Err(Refusal::new("1061", format!("{name} already exists")));
    }
    let id = call.world.ids.hex("", 32);
    let zone = Zone::new(id.clone(), name, call.now(), None);
    let answer = zone.answer();
    call.world.cloudflare.zones.insert(id, zone);
    Ok(json!({ "result": answer }))
}

/// `PUT /zones/{zone_id}/activation_check`: looks at the registrar now. In the twin it has been told.
pub(super) fn check_activation(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let zone_id = input.required("{zone_id}")?;
    authorise_zone(call, Grant::EditZones, &zone_id)?;
    input.finish()?;
    let now = call.now();
    let zone = find_mut(call.world, &zone_id)?;
    if zone.status == ZoneStatus::Pending {
        zone.status = ZoneStatus::Active;
        zone.activated = Some(now);
    }
    Ok(json!({ "result": { "id": zone_id } }))
}

/// `PATCH /zones/{zone_id}`: pauses a zone, or lets it go on.
pub(super) fn edit(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let zone_id = input.required("{zone_id}")?;
    authorise_zone(call, Grant::EditZones, &zone_id)?;
    let paused = input.raw("paused");
    input.finish()?;
    let Some(paused) = paused.as_ref().and_then(Value::as_bool) else {
        return Err(refuse::parameter("paused must be a boolean"));
    };
    let zone = find_mut(call.world, &zone_id)?;
    zone.paused = paused;
    Ok(json!({ "result": zone.answer() }))
}

/// `DELETE /zones/{zone_id}`
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let zone_id = input.required("{zone_id}")?;
    authorise_zone(call, Grant::EditZones, &zone_id)?;
    input.finish()?;
    call.world.cloudflare.zones.remove(&zone_id);
    Ok(json!({ "result": { "id": zone_id } }))
}

/// The zone of that id.
pub(super) fn find<'a>(world: &'a World, zone_id: &str) -> Result<&'a Zone, Refusal> {
    world
        .cloudflare
        .zones
        .get(zone_id)
        .ok_or_else(refuse::authentication)
}

/// The same, to change it.
pub(super) fn find_mut<'a>(world: &'a mut World, zone_id: &str) -> Result<&'a mut Zone, Refusal> {
    world
        .cloudflare
        .zones
        .get_mut(zone_id)
        .ok_or_else(refuse::authentication)
}

/// Whether a text can be the id of anything: 32 hex digits.
pub(super) fn is_identifier(text: &str) -> bool {
    text.len() == 32
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

impl Zone {
    fn new(id: String, name: String, created: Millis, activated: Option<Millis>) -> Zone {
        let status = if activated.is_some() {
            ZoneStatus::Active
        } else {
            ZoneStatus::Pending
        };
        Zone {
            id,
            name,
            status,
            created,
            activated,
            ssl: Ssl::Full,
            paused: false,
            flatten_all_cnames: false,
            records: BTreeMap::new(),
        }
    }

    fn answer(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "status": self.status,
            "paused": self.paused,
            "type": "full",
            "development_mode": 0,
            "name_servers": NAME_SERVERS,
            "original_name_servers": null,
            "original_registrar": null,
            "original_dnshost": null,
            "created_on": self.created.iso8601(),
            "modified_on": self.activated.unwrap_or(self.created).iso8601(),
            "activated_on": self.activated.map(Millis::iso8601),
            "account": { "id": ACCOUNT, "name": ACCOUNT_NAME },
            "owner": { "id": ACCOUNT, "type": "user" },
            "permissions": ["#dns_records:read", "#dns_records:edit", "#zone:read"],
            "plan": {
                "id": "0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
                "name": "Free Website",
                "legacy_id": "free",
                "price": 0,
                "currency": "USD",
                "is_subscribed": false,
            },
            "meta": {
                "step": 2,
                "custom_certificate_quota": 0,
                "page_rule_quota": 3,
                "phishing_detected": false,
            },
        })
    }
}

/// `name` with its operators: `example.com`, `contains:.org`, … [Cloudflare API: List Zones]
fn name_matches(name: &str, asked: &str) -> bool {
    let asked = asked.to_lowercase();
    match asked.split_once(':') {
        None => name == asked,
        Some(("equal", text)) => name == text,
        Some(("not_equal", text)) => name != text,
        Some(("starts_with", text)) => name.starts_with(text),
        Some(("ends_with", text)) => name.ends_with(text),
        Some(("contains", text)) => name.contains(text),
        Some(_) => false,
    }
}
