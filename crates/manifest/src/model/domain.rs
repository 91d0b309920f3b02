//! Domain names: zones and hostnames.

use std::fmt;

use super::Refusal;

/// A domain name in lower case, without a final dot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DomainName(String);

impl DomainName {
    /// The most characters of a certificate's first name [ACM API: RequestCertificate]. Longer names can
    /// only come second, and ours has no other.
    pub const LONGEST: usize = 64;

    /// The name, if it is one. Letters are folded to lower case, since DNS does not tell them apart.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let name = text.to_ascii_lowercase();
        if name.is_empty() {
            return Err(Refusal::new("empty"));
        }
        if let Some((_, rest)) = name.split_once("://") {
            let host = rest.split(['/', ':']).next().unwrap_or_default();
            return Err(only_the_name("a URL, not a name", host));
        }
        if let Some((host, _)) = name.split_once(['/', ':']) {
            return Err(only_the_name("a name has no port and no path", host));
        }
        if let Some(host) = name.strip_suffix('.') {
            return Err(only_the_name("ends with a dot", host));
        }
        if !name.is_ascii() {
            return Err(
                Refusal::new("letters outside ASCII").help("write the name in its `xn--` form")
            );
        }
        if name.starts_with("*.") {
            return Err(
                Refusal::new("wildcards are not supported").help("write one name for each service")
            );
        }
        if name.len() > Self::LONGEST {
            return Err(Refusal::new(
                "longer than 64 characters, the most that a certificate has",
            ));
        }
        if !name.contains('.') {
            return Err(Refusal::new(
                "only one label, so nobody outside can reach it",
            ));
        }
        for label in name.split('.') {
            let inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
            let why = if label.is_empty() {
                "two dots in a row".to_owned()
            } else if label.len() > 63 {
                "a label longer than 63 characters".to_owned()
            } else if let Some(odd) = label.chars().find(|c| !inner(*c)) {
                format!("{odd:?} cannot stand in a name")
            } else if label.starts_with('-') || label.ends_with('-') {
                format!("`{label}` starts or ends with a hyphen")
            } else {
                continue;
            };
            return Err(Refusal::new(why));
        }
        // [ELBv2 API: HostHeaderConditionConfig] "only alphabetical characters after the final `.`".
        if name
            .rsplit('.')
            .next()
            .is_some_and(|last| !last.bytes().all(|b| b.is_ascii_alphabetic()))
        {
            return Err(Refusal::new(
                "a load balancer wants letters after the last dot",
            ));
        }
        Ok(Self(name))
    }

    /// Is this the zone itself or a name below it?
    pub fn is_in(&self, zone: &DomainName) -> bool {
        self.labels_below(zone).is_some()
    }

    /// How many labels stand before the zone: none for the zone itself.
    pub fn labels_below(&self, zone: &DomainName) -> Option<usize> {
        match self.0.strip_suffix(zone.as_str())? {
            "" => Some(0),
            below => Some(below.strip_suffix('.')?.split('.').count()),
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn only_the_name(why: &str, host: &str) -> Refusal {
    let refusal = Refusal::new(why);
    match DomainName::parse(host) {
        Ok(name) => refusal.help(format!("write \"{name}\"")),
        Err(_) => refusal,
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
