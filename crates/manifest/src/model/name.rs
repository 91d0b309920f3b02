//! Names of apps, environments and services.

use std::borrow::Borrow;
use std::fmt;

use super::Refusal;

/// A name that can be part of an AWS resource's name: `[a-z][a-z0-9-]{0,20}`, no hyphen at its end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// The most characters that a name has, because a load balancer's name has 32 in all
    /// [ELBv2 API: CreateLoadBalancer].
    pub const LONGEST: usize = 21;

    /// The name, if it is one.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let why = if text.is_empty() {
            "empty"
        } else if !text.starts_with(|c: char| c.is_ascii_lowercase()) {
            "does not start with a lower-case letter"
        } else if !text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        {
            "only lower-case letters, digits and hyphens"
        } else if text.len() > Self::LONGEST {
            "longer than 21 characters"
        } else if text.ends_with('-') {
            "ends with a hyphen"
        } else if is_numbered(text) {
            "ends like `-g2`, which tells the lives of one resource apart"
        } else {
            return Ok(Self(text.to_owned()));
        };
        let refusal = Refusal::new(why);
        Err(match nearest(text) {
            Some(name) => refusal.help(format!("write for example {:?}", name.as_str())),
            None => refusal,
        })
    }

    /// An app's name also starts names, and some beginnings belong to AWS: load balancers refuse
    /// `internal-` [ELBv2 API: CreateLoadBalancer], security groups `sg-` [EC2 API: CreateSecurityGroup].
    pub fn parse_app(text: &str) -> Result<Self, Refusal> {
        for reserved in ["internal", "sg"] {
            if text
                .strip_prefix(reserved)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
            {
                return Err(Refusal::new(format!(
                    "AWS refuses names that start with `{reserved}-`"
                )));
            }
        }
        Self::parse(text)
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Would the name be that of a later life of another resource?
fn is_numbered(text: &str) -> bool {
    let numbered = text.rsplit_once("-g");
    numbered.is_some_and(|(_, life)| !life.is_empty() && life.bytes().all(|b| b.is_ascii_digit()))
}

/// The name that somebody who wrote this may have wanted.
fn nearest(text: &str) -> Option<Name> {
    let folded: String = text
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let start = folded.find(|c: char| c.is_ascii_lowercase())?;
    let cut: String = folded[start..].chars().take(Name::LONGEST).collect();
    let plain = if is_numbered(&cut) {
        cut.rsplit_once("-g")
            .map_or(cut.as_str(), |(plain, _)| plain)
    } else {
        &cut
    };
    Some(Name(plain.trim_end_matches('-').to_owned()))
}

// A map of names can be asked with a string: the order of names is that of their text.
impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
