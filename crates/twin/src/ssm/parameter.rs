//! A parameter and its versions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::refuse;
use crate::clock::Millis;
use crate::hidden::Hidden;
use crate::refusal::Refusal;
use crate::tags::Tags;

/// Versions that are kept; the oldest goes when one more comes [SSM API: ParameterMaxVersionLimitExceeded, of which
/// labels, that the twin does not have, are the only cause].
const VERSIONS: usize = 100;
/// The key of SecureString parameters that name none.
const KEY: &str = "alias/aws/ssm";

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) kind: String,
    pub(super) tier: String,
    pub(super) tags: Tags,
    /// By number, never empty; numbers are not used twice.
    pub(super) versions: BTreeMap<u64, Version>,
}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Version {
    pub(super) value: Hidden,
    pub(super) description: Option<String>,
    pub(super) modified: Millis,
    pub(super) by: String,
    pub(super) tier: String,
}

impl Parameter {
    pub(super) fn is_secure(&self) -> bool {
        self.kind == "SecureString"
    }

    pub(super) fn last(&self) -> u64 {
        self.versions
            .keys()
            .next_back()
            .copied()
            .unwrap_or_default()
    }

    pub(super) fn add(&mut self, version: Version) -> u64 {
        let number = self.last() + 1;
        self.tier = version.tier.clone();
        self.versions.insert(number, version);
        while self.versions.len() > VERSIONS {
            self.versions.pop_first();
        }
        number
    }

    /// The newest version, or the one after the colon.
    pub(super) fn version(&self, selector: Option<&str>) -> Result<(u64, &Version), Refusal> {
        let number = match selector {
            None => Some(self.last()),
            Some(selector) => selector.parse().ok(),
        };
        let found = number.and_then(|number| Some((number, self.versions.get(&number)?)));
        found.ok_or_else(|| {
            let selector = selector.unwrap_or_default();
            Refusal::new(
                "ParameterVersionNotFound",
                format!(
                    "Systems Manager could not find version {selector} of {}. Verify the version and try again.",
                    self.name
                ),
            )
        })
    }

    /// As GetParameter shows it. Without decryption a SecureString is ciphertext, which nobody can read either.
    pub(super) fn view(&self, selector: Option<&str>, decrypt: bool) -> Result<Value, Refusal> {
        let (number, version) = self.version(selector)?;
        Ok(json!({
            "Name": self.name,
            "ARN": self.arn,
            "Type": self.kind,
            "Value": self.shown(number, version, decrypt),
            "Version": number,
            "Selector": selector.map(|selector| format!(":{selector}")),
            "LastModifiedDate": version.modified.epoch_seconds(),
            "DataType": "text",
        }))
    }

    pub(super) fn shown(&self, number: u64, version: &Version, decrypt: bool) -> String {
        if self.is_secure() && !decrypt {
            // Of the value it tells that there is one.
            let seed = format!("{}:{number}", self.arn);
            return format!("AQICAHh{:016x}{:08x}==", scatter(&seed), seed.len());
        }
        version.value.0.clone()
    }

    /// As DescribeParameters shows it: everything but the value.
    pub(super) fn metadata(&self, number: u64, version: &Version) -> Value {
        json!({
            "Name": self.name,
            "Type": self.kind,
            "KeyId": self.is_secure().then_some(KEY),
            "LastModifiedDate": version.modified.epoch_seconds(),
            "LastModifiedUser": version.by,
            "Description": version.description,
            "Version": number,
            "Tier": version.tier,
            "Policies": [],
            "DataType": "text",
        })
    }

    /// The key that a filter compares with.
    pub(super) fn key(&self) -> Option<&'static str> {
        self.is_secure().then_some(KEY)
    }
}

/// The same number for the same text in every run (FNV-1a).
pub(super) fn scatter(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// One of the types [SSM API: PutParameter Type].
pub(super) fn check_kind(kind: &str) -> Result<(), Refusal> {
    if ["String", "StringList", "SecureString"].contains(&kind) {
        return Ok(());
    }
    Err(refuse::validation(format!(
        "1 validation error detected: Value '{kind}' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [SecureString, StringList, String]"
    )))
}
