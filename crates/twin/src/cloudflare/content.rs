//! What a record of each type may say, and Cloudflare's spelling of it.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::{Value, json};

use super::{domain, refuse};
use crate::input::Input;
use crate::refusal::Refusal;

/// What a request gave, over what was there.
pub(super) struct Given<'a> {
    pub(super) kind: &'a str,
    pub(super) name: &'a str,
    pub(super) zone: &'a str,
    pub(super) content: Option<String>,
    pub(super) data: Option<Caa>,
    pub(super) priority: Option<i64>,
}

/// What the record will say.
pub(super) struct Content {
    pub(super) text: String,
    pub(super) data: Option<Value>,
    pub(super) priority: Option<i64>,
}

/// The parts of a CAA record.
pub(super) struct Caa {
    flags: i64,
    tag: String,
    value: String,
}

/// Checks and normalises, by type.
pub(super) fn check(given: Given<'_>) -> Result<Content, Refusal> {
    let only = |text: String| Content {
        text,
        data: None,
        priority: None,
    };
    if given.kind != "CAA" && given.data.is_some() {
        return Err(Refusal::not_implemented(format!(
            "data of a record of type {}",
            given.kind
        )));
    }
    if given.kind != "MX" && given.priority.is_some() {
        return Err(Refusal::not_implemented(format!(
            "priority of a record of type {}",
            given.kind
        )));
    }
    let text = given.content.unwrap_or_default();
    match given.kind {
        "A" => {
            let address: Ipv4Addr = text.parse().map_err(|_| {
                refuse::content("9005", "Content for A record must be a valid IPv4 address.")
            })?;
            Ok(only(address.to_string()))
        }
        "AAAA" => {
            let address: Ipv6Addr = text.parse().map_err(|_| {
                refuse::content(
                    "9006",
                    "Content for AAAA record must be a valid IPv6 address.",
                )
            })?;
            Ok(only(address.to_string()))
        }
        "CNAME" => {
            let target = host(&text, given.zone)
                .ok_or_else(|| refuse::content("9007", "Content for CNAME record is invalid."))?;
            if target == given.name {
                return Err(refuse::content(
                    "9039",
                    "CNAME content cannot reference itself.",
                ));
            }
            Ok(only(target))
        }
        "NS" => {
            let server = host(&text, given.zone)
                .ok_or_else(|| refuse::content("9010", "Content for NS record is invalid."))?;
            Ok(only(server))
        }
        "MX" => {
            let server = host(&text, given.zone)
                .ok_or_else(|| refuse::content("9009", "Content for MX record is invalid."))?;
            match given.priority {
                Some(priority) if (0..=65_535).contains(&priority) => Ok(Content {
                    text: server,
                    data: None,
                    priority: Some(priority),
                }),
                _ => Err(refuse::validation(
                    "9101",
                    "priority is a required data field.",
                )),
            }
        }
        "TXT" => {
            if text.is_empty() {
                return Err(refuse::validation(
                    "9101",
                    "content is a required data field.",
                ));
            }
            if text.len() > 4096 {
                return Err(refuse::content(
                    "9015",
                    "Record content exceeds the allowed length of 4096 wire format bytes.",
                ));
            }
            Ok(only(text))
        }
        "CAA" => {
            let data = given
                .data
                .ok_or_else(|| refuse::validation("9101", "value is a required data field."))?;
            let Caa { flags, tag, value } = data;
            let text = format!("{flags} {tag} \"{value}\"");
            let data = json!({ "flags": flags, "tag": tag, "value": value });
            Ok(Content {
                text,
                data: Some(data),
                priority: None,
            })
        }
        "CERT" | "DNSKEY" | "DS" | "HTTPS" | "LOC" | "NAPTR" | "OPENPGPKEY" | "PTR" | "SMIMEA"
        | "SRV" | "SSHFP" | "SVCB" | "TLSA" | "URI" => Err(Refusal::not_implemented(format!(
            "records of type {}",
            given.kind
        ))),
        _ => Err(refuse::validation("9020", "Invalid DNS record type")),
    }
}

/// TXT content is the same with and without the quotes of its one string [Cloudflare docs: TXT].
pub(super) fn same(kind: &str, one: &str, other: &str) -> bool {
    let bare = |text: &str| {
        let inner = text
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'));
        inner.unwrap_or(text).to_owned()
    };
    one == other || (kind == "TXT" && bare(one) == bare(other))
}

impl Caa {
    /// Takes `data`, if it is there.
    pub(super) fn read(input: &mut Input) -> Result<Option<Caa>, Refusal> {
        let Some(mut data) = input.object("data")? else {
            return Ok(None);
        };
        let flags = data.number("flags")?;
        let tag = data.text("tag")?;
        let value = data.text("value")?;
        data.finish()?;
        let missing =
            |name| refuse::validation("9101", format!("{name} is a required data field."));
        let flags = flags.filter(|flags| (0..=255).contains(flags));
        let tag = tag.filter(|tag| ["issue", "issuewild", "iodef"].contains(&tag.as_str()));
        Ok(Some(Caa {
            flags: flags.ok_or_else(|| missing("flags"))?,
            tag: tag.ok_or_else(|| missing("tag"))?,
            value: value.ok_or_else(|| missing("value"))?,
        }))
    }

    /// The parts that a record holds.
    pub(super) fn stored(data: &Value) -> Option<Caa> {
        Some(Caa {
            flags: data["flags"].as_i64()?,
            tag: data["tag"].as_str()?.to_owned(),
            value: data["value"].as_str()?.to_owned(),
        })
    }
}

/// A host name without its trailing dot, as Cloudflare gives it back though ACM hands it out with one (ux.md 3.6).
fn host(text: &str, zone: &str) -> Option<String> {
    if text == "@" {
        return Some(zone.to_owned());
    }
    domain::normal(text).filter(|name| !name.starts_with('*'))
}
