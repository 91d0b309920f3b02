//! A record as Cloudflare has it, with every field that can be written.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A record as Cloudflare has it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Record {
    /// Its id. One that is put back gets a new one.
    pub id: String,
    /// `A`, `CNAME`, …
    #[serde(rename = "type")]
    pub record_type: String,
    /// The full name, lower case, no final dot.
    pub name: String,
    /// Where it points. Records of parts have those in `data`.
    #[serde(default)]
    pub content: String,
    /// Seconds; 1 is automatic.
    pub ttl: u32,
    /// Whether Cloudflare stands before it.
    #[serde(default)]
    pub proxied: bool,
    /// A note, or a mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Tags, which only paid plans have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// `flatten_cname`, `ipv4_only`, `ipv6_only`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub settings: Map<String, Value>,
    /// Whether Cloudflare's private network routes to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_routing: Option<bool>,
}

impl Record {
    /// The request that makes it again. Only what it has is in it: the free plan refuses tags,
    /// even none of them on some types.
    pub fn written(&self) -> Value {
        let mut body = json!({
            "type": self.record_type,
            "name": self.name,
            "content": self.content,
            "ttl": self.ttl,
            "proxied": self.proxied,
        });
        if let Some(comment) = &self.comment {
            body["comment"] = json!(comment);
        }
        if !self.tags.is_empty() {
            body["tags"] = json!(self.tags);
        }
        if !self.settings.is_empty() {
            body["settings"] = json!(self.settings);
        }
        if let Some(private) = self.private_routing {
            body["private_routing"] = json!(private);
        }
        body
    }
}

/// For a person: what it says, and what its comment says.
impl std::fmt::Display for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let proxied = if self.proxied { ", proxied" } else { "" };
        write!(
            f,
            "{} {} -> {}{proxied}",
            self.record_type, self.name, self.content
        )?;
        match &self.comment {
            Some(comment) => write!(f, " (comment: {comment})"),
            None => write!(f, " (no comment)"),
        }
    }
}
