//! Names that have an identity: stacks, addresses, instances, runs, and the marks made from them.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The stable name of a resource in its stack, `<manifest path>/<part>[key]`:
/// `services.web/target_group`, `network/subnet[a]`.
#[derive(
    Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Address(String);

impl Address {
    /// Takes the name as it is; addresses are made by code, not typed by users.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The manifest object that the resource belongs to: `services.web` of `services.web/rule`.
    pub fn object(&self) -> &str {
        self.0
            .split_once('/')
            .map_or(self.0.as_str(), |(object, _)| object)
    }

    /// What the resource is within its manifest object: `rule` of `services.web/rule`.
    pub fn part(&self) -> &str {
        self.0
            .split_once('/')
            .map_or(self.0.as_str(), |(_, part)| part)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Address {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

/// One life of a resource: its address and its generation, which a replacement counts up from 1.
///
/// Written `address#2`, and plainly `address` for the first generation.
#[derive(
    Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(into = "String", try_from = "String")]
pub struct Instance {
    /// Which resource.
    pub address: Address,
    /// Which life of it, from 1.
    pub generation: u32,
}

impl Instance {
    /// The given life of the given resource.
    pub fn new(address: Address, generation: u32) -> Self {
        Self {
            address,
            generation,
        }
    }
}

impl fmt::Display for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.generation {
            1 => write!(f, "{}", self.address),
            generation => write!(f, "{}#{generation}", self.address),
        }
    }
}

impl From<Instance> for String {
    fn from(instance: Instance) -> Self {
        instance.to_string()
    }
}

impl TryFrom<String> for Instance {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.rsplit_once('#') {
            None => Ok(Self::new(Address::new(text), 1)),
            Some((address, generation)) => match generation.parse() {
                Ok(generation) if generation > 1 => Ok(Self::new(address.into(), generation)),
                _ => Err(format!("`{text}` is not an address with a generation")),
            },
        }
    }
}

/// An app in an environment: one state, one lock.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct StackName {
    /// The manifest's `app`.
    pub app: String,
    /// The environment, `default` where the manifest names none.
    pub environment: String,
}

impl StackName {
    /// What no other stack has: `app/environment`. In the display form `shop` in `eu-prod` and
    /// `shop-eu` in `prod` are one word.
    pub fn key(&self) -> String {
        format!("{}/{}", self.app, self.environment)
    }
}

impl fmt::Display for StackName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.app, self.environment)
    }
}

/// Names one run for ever: its start time and some bits that tell two runs of one moment apart.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(String);

impl RunId {
    /// Takes the id as it is. Callers make it from a clock and from entropy that they own.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What we know our own by: written as tags where a cloud has tags, derived into tokens elsewhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// The stack that owns the resource.
    pub stack: StackName,
    /// Which resource and which life of it.
    pub instance: Instance,
    /// The run that acts. It goes into tokens only: a token that outlives an undone create would
    /// bring the deleted object back to mind on the next one.
    pub run: RunId,
}

impl Mark {
    /// The idempotency token of one request: 32 characters of `[a-z2-7]`, the one shape that
    /// every API in scope takes (`failures.md` 0.3). Same mark and purpose, same token, also
    /// after a crash.
    pub fn token(&self, purpose: &str) -> String {
        let mut hasher = blake3::Hasher::new();
        for part in [
            self.stack.app.as_str(),
            &self.stack.environment,
            self.instance.address.as_str(),
            &self.instance.generation.to_string(),
            &self.run.0,
            purpose,
        ] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let digest = hasher.finalize();
        data_encoding::BASE32_NOPAD
            .encode(&digest.as_bytes()[..20])
            .to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(generation: u32) -> Mark {
        Mark {
            stack: StackName {
                app: "hello".into(),
                environment: "default".into(),
            },
            instance: Instance::new("network/net".into(), generation),
            run: RunId::new("r1"),
        }
    }

    #[test]
    fn a_token_has_32_characters_of_the_one_alphabet() {
        let token = mark(1).token("create");
        assert_eq!(token.len(), 32);
        assert!(
            token
                .chars()
                .all(|c| c.is_ascii_lowercase() || ('2'..='7').contains(&c))
        );
    }

    #[test]
    fn a_token_differs_by_generation_and_purpose_only_where_they_differ() {
        assert_eq!(mark(1).token("create"), mark(1).token("create"));
        assert_ne!(mark(1).token("create"), mark(2).token("create"));
        assert_ne!(mark(1).token("create"), mark(1).token("attach"));
    }

    #[test]
    fn an_instance_reads_back_as_it_was_written() {
        for generation in [1, 2, 17] {
            let instance = Instance::new("a/b[c]".into(), generation);
            assert_eq!(Instance::try_from(instance.to_string()), Ok(instance));
        }
        assert!(Instance::try_from("a#1".to_string()).is_err());
        assert!(Instance::try_from("a#x".to_string()).is_err());
    }
}
