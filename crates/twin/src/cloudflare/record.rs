//! DNS records, and the fields that a request may give them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::zone::Zone;
use super::{content, domain, refuse};
use crate::clock::Millis;
use crate::input::Input;
use crate::refusal::Refusal;

/// A DNS record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// 32 hex digits.
    pub id: String,
    /// `A`, `CNAME`, …
    pub kind: String,
    /// The full name, lower case, no trailing dot.
    pub name: String,
    /// What it says, as Cloudflare spells it: no trailing dot on names.
    pub content: String,
    /// The parts of a CAA record's content.
    pub data: Option<Value>,
    /// Of an MX record.
    pub priority: Option<i64>,
    /// Seconds; 1 is automatic, which proxied records always are.
    pub ttl: i64,
    /// Whether Cloudflare stands before the origin, and answers with its own addresses.
    pub proxied: bool,
    /// A note for people, 100 characters on the Free plan.
    pub comment: Option<String>,
    /// When it was created.
    pub created: Millis,
    /// When it was last written.
    pub modified: Millis,
}

/// What a request says about a record. Absent members keep what there is (PATCH) or get their default (POST, PUT).
pub(super) struct Fields {
    kind: Option<String>,
    name: Option<String>,
    content: Option<String>,
    data: Option<content::Caa>,
    priority: Option<i64>,
    ttl: Option<i64>,
    proxied: Option<bool>,
    comment: Option<String>,
}

/// Characters of a comment on the Free plan (ux.md 3.5).
const COMMENT_LENGTH: usize = 100;

impl Fields {
    /// Takes a record's writable members. What else stands in the body is refused by `finish`.
    pub(super) fn read(input: &mut Input) -> Result<Fields, Refusal> {
        // A comment of null takes the comment away, which an absent one does not.
        let emptied = input.names().contains(&"comment".to_owned()) && !input.has("comment");
        let fields = Fields {
            kind: input.text("type")?,
            name: input.text("name")?,
            content: input.text("content")?,
            data: content::Caa::read(input)?,
            priority: input.number("priority")?,
            ttl: read_ttl(input)?,
            proxied: read_proxied(input)?,
            comment: input.text("comment")?.or_else(|| emptied.then(String::new)),
        };
        input.accept("private_routing", &[json!(false)])?;
        let tags = input.texts("tags")?;
        if let Some(mut settings) = input.object("settings")? {
            for name in ["flatten_cname", "ipv4_only", "ipv6_only"] {
                settings.accept(name, &[json!(false)])?;
            }
            settings.finish()?;
        }
        if !tags.is_empty() {
            let message = format!(
                "DNS record has {} tags, exceeding the quota of 0.",
                tags.len()
            );
            return Err(refuse::validation("9300", message));
        }
        Ok(fields)
    }

    /// Refuses fields without a type, which PUT asks for as POST does.
    pub(super) fn require_kind(&self) -> Result<(), Refusal> {
        match self.kind {
            Some(_) => Ok(()),
            None => Err(refuse::validation("9020", "Invalid DNS record type")),
        }
    }

    /// The record that these fields make of `base`, checked by itself; not against its neighbours.
    pub(super) fn onto(self, base: Record, zone: &Zone, now: Millis) -> Result<Record, Refusal> {
        let kind = match self.kind {
            Some(kind) if base.kind.is_empty() || kind == base.kind => kind,
            Some(kind) => {
                let change = format!("changing a record's type from {} to {kind}", base.kind);
                return Err(Refusal::not_implemented(change));
            }
            None if base.kind.is_empty() => {
                return Err(refuse::validation("9020", "Invalid DNS record type"));
            }
            None => base.kind.clone(),
        };
        let name = match self.name {
            Some(name) => domain::in_zone(&name, &zone.name),
            None => Some(base.name.clone()).filter(|name| !name.is_empty()),
        };
        let name = name.ok_or_else(|| refuse::content("9000", "DNS name is invalid."))?;
        let given = content::Given {
            kind: &kind,
            name: &name,
            zone: &zone.name,
            content: self
                .content
                .or(Some(base.content).filter(|text| !text.is_empty())),
            data: self
                .data
                .or_else(|| base.data.as_ref().and_then(content::Caa::stored)),
            priority: self.priority.or(base.priority),
        };
        let content::Content {
            text,
            data,
            priority,
        } = content::check(given)?;
        let proxied = self.proxied.unwrap_or(base.proxied);
        check_proxied(proxied, &kind, &text)?;
        let record = Record {
            id: base.id,
            kind,
            name,
            content: text,
            data,
            priority,
            // A proxied record's TTL is automatic, whatever is asked for (ux.md 3.3).
            ttl: if proxied {
                1
            } else {
                self.ttl.unwrap_or(base.ttl)
            },
            proxied,
            comment: self
                .comment
                .or(base.comment)
                .filter(|comment| !comment.is_empty()),
            created: base.created,
            modified: now,
        };
        record.check_comment()?;
        Ok(record)
    }
}

impl Record {
    /// A record that says nothing yet: what POST and PUT start from.
    pub(super) fn blank(id: String, kind: String, created: Millis) -> Record {
        Record {
            id,
            kind,
            name: String::new(),
            content: String::new(),
            data: None,
            priority: None,
            ttl: 1,
            proxied: false,
            comment: None,
            created,
            modified: created,
        }
    }

    /// As the API shows it. Members that a record does not have are left out.
    pub(super) fn answer(&self) -> Value {
        let mut answer = json!({
            "id": self.id,
            "name": self.name,
            "type": self.kind,
            "content": self.content,
            "proxiable": is_proxiable(&self.kind, &self.content),
            "proxied": self.proxied,
            "ttl": self.ttl,
            "settings": {},
            "meta": {},
            "tags": [],
            "created_on": self.created.iso8601(),
            "modified_on": self.modified.iso8601(),
        });
        if let Some(comment) = &self.comment {
            answer["comment"] = json!(comment);
        }
        if let Some(data) = &self.data {
            answer["data"] = data.clone();
        }
        if let Some(priority) = self.priority {
            answer["priority"] = json!(priority);
        }
        answer
    }

    fn check_comment(&self) -> Result<(), Refusal> {
        let Some(comment) = &self.comment else {
            return Ok(());
        };
        if comment.chars().count() > COMMENT_LENGTH {
            return Err(refuse::content(
                "9313",
                format!(
                    "DNS record comment exceeds the maximum length of {COMMENT_LENGTH} characters."
                ),
            ));
        }
        if comment.contains(['\n', '\r']) {
            return Err(refuse::validation(
                "9312",
                "DNS record comment contains a line break.",
            ));
        }
        Ok(())
    }
}

/// A number, not a numeric string: Cloudflare tells them apart (cloudflare/python-cloudflare #63).
fn read_ttl(input: &mut Input) -> Result<Option<i64>, Refusal> {
    let Some(value) = input.raw("ttl") else {
        return Ok(None);
    };
    match value.as_i64() {
        Some(ttl) if ttl == 1 || (60..=86_400).contains(&ttl) => Ok(Some(ttl)),
        _ => Err(refuse::validation(
            "9021",
            "TTL must be between 60 and 86400 seconds, or 1 for Automatic.",
        )),
    }
}

fn read_proxied(input: &mut Input) -> Result<Option<bool>, Refusal> {
    let Some(value) = input.raw("proxied") else {
        return Ok(None);
    };
    match value.as_bool() {
        Some(proxied) => Ok(Some(proxied)),
        None => Err(refuse::parameter("proxied must be a boolean")),
    }
}

fn check_proxied(proxied: bool, kind: &str, content: &str) -> Result<(), Refusal> {
    if !proxied || is_proxiable(kind, content) {
        return Ok(());
    }
    if matches!(kind, "A" | "AAAA") {
        let message = format!("Target {content} is not allowed for a proxied record.");
        return Err(refuse::content("9003", message));
    }
    Err(refuse::content(
        "9004",
        "This record type cannot be proxied.",
    ))
}

/// Addresses that nobody outside can reach cannot be proxied.
fn is_proxiable(kind: &str, content: &str) -> bool {
    use std::net::{Ipv4Addr, Ipv6Addr};
    match kind {
        "CNAME" => true,
        "A" => content.parse::<Ipv4Addr>().is_ok_and(|address| {
            !(address.is_private() || address.is_loopback() || address.is_link_local())
        }),
        "AAAA" => content.parse::<Ipv6Addr>().is_ok_and(|address| {
            !(address.is_unique_local() || address.is_loopback() || address.is_unicast_link_local())
        }),
        _ => false,
    }
}
