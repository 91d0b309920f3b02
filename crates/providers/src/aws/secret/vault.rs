//! The values, for as long as the process lives. They are in no spec, no output and no error, and
//! nothing prints them.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// The values of a stack's secrets, by the physical name that a secret has in its first life.
#[derive(Clone, Default)]
pub struct Vault(BTreeMap<String, Held>);

/// What a secret is to hold.
#[derive(Clone)]
pub enum Held {
    /// What the user gave.
    Given {
        /// From where, in words.
        source: String,
        /// The whole text.
        value: SecretString,
    },
    /// What we are to make up.
    Generated {
        /// How many letters and digits.
        length: u32,
    },
}

impl Vault {
    /// Puts in what the secret of that name is to hold.
    pub fn put(&mut self, name: &str, held: Held) {
        self.0.insert(first_life(name), held);
    }

    /// What the secret of that name, in whatever life, is to hold.
    pub(crate) fn get(&self, name: &str) -> Option<&Held> {
        self.0.get(&first_life(name))
    }
}

impl FromIterator<(String, Held)> for Vault {
    fn from_iter<I: IntoIterator<Item = (String, Held)>>(all: I) -> Self {
        let mut vault = Self::default();
        for (name, held) in all {
            vault.put(&name, held);
        }
        vault
    }
}

impl Held {
    /// Whether it is that text.
    pub(super) fn is(&self, text: &SecretString) -> bool {
        matches!(self, Self::Given { value, .. } if value.expose_secret() == text.expose_secret())
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(&self.0).finish()
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given { source, .. } => write!(f, "given: {source}"),
            Self::Generated { length } => write!(f, "generated: {length} characters"),
        }
    }
}

/// The name without the number of a later life. No name of a secret that a manifest gives ends so:
/// they are names of variables.
fn first_life(name: &str) -> String {
    let numbered = name.rsplit_once("-g");
    let base = numbered.filter(|(_, life)| life.bytes().all(|b| b.is_ascii_digit()));
    base.map_or(name, |(base, _)| base).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_in_every_life_and_printed_in_none() {
        let held = Held::Given {
            source: "env:TOKEN".into(),
            value: "canary-4711".to_string().into(),
        };
        let vault = Vault::from_iter([("hello-default-registry".to_string(), held)]);
        let second = vault.get("hello-default-registry-g2").expect("it is there");
        assert!(second.is(&"canary-4711".to_string().into()));
        assert!(!second.is(&"canary".to_string().into()));
        let printed = format!("{vault:?} {second:#?}");
        assert!(printed.contains("env:TOKEN") && !printed.contains("canary"));
    }
}
