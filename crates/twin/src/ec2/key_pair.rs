//! Key pairs: the public halves of keys that callers imported. AWS's own CreateKeyPair, which hands out the private
//! half, is not modelled.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::describe::Query;
use super::request::{finish, tags_on_create, within};
use super::resource::{Kind, Resource, View, view};
use super::{Ec2, user_data};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;

/// A key pair.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct KeyPair {
    /// Unique in the region.
    pub name: String,
    /// In OpenSSH's form.
    public: String,
    fingerprint: String,
    pub(super) tags: Tags,
    created: Millis,
}

/// Ids of key pairs.
pub(super) const KIND: Kind = Kind {
    prefix: "key-",
    resource_type: "key-pair",
    noun: "key pair ID",
    not_found: "InvalidKeyPair.NotFound",
    malformed: "InvalidKeyPairId.Malformed",
};

/// Key pairs per region [EC2 endpoints and quotas].
const QUOTA: usize = 5000;

/// `ImportKeyPair`
pub(super) fn import(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("KeyName")?;
    let material = input.required("PublicKeyMaterial")?;
    let tags = tags_on_create(&mut input, &KIND)?;
    finish(input)?;
    if name.is_empty() || name.chars().count() > 255 || !name.is_ascii() {
        return Err(Refusal::new(
            "InvalidParameterValue",
            format!(
                "Value ({name}) for parameter KeyName is invalid. Up to 255 ASCII characters are allowed."
            ),
        ));
    }
    let public = user_data::decode(&material).and_then(|bytes| String::from_utf8(bytes).ok());
    let public = public.filter(|text| is_public_key(text)).ok_or_else(|| {
        Refusal::new(
            "InvalidKey.Format",
            "Key is not in valid OpenSSH public key format",
        )
    })?;
    let ec2 = &call.here().ec2;
    if ec2.key_pairs.values().any(|it| it.name == name) {
        return Err(Refusal::new(
            "InvalidKeyPair.Duplicate",
            format!("The keypair already exists: {name}"),
        ));
    }
    within(
        ec2.key_pairs.len(),
        QUOTA,
        "KeyPairLimitExceeded",
        "key pairs",
    )?;
    let pair = KeyPair {
        fingerprint: fingerprint(&public),
        name,
        public,
        tags,
        created: call.now(),
    };
    let id = call.world.ids.hex("key-", 17);
    let mut shown = json!({
        "keyPairId": id,
        "keyName": pair.name,
        "keyFingerprint": pair.fingerprint,
    });
    if !pair.tags.is_empty() {
        shown["tagSet"] = pair.tags.to_list("key", "value");
    }
    call.here().ec2.key_pairs.insert(id, pair);
    Ok(shown)
}

/// `DescribeKeyPairs`
pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let names = input.texts("KeyName")?;
    let public = input.boolean("IncludePublicKey")?.unwrap_or(false);
    let query = Query::read::<KeyPair>(&mut input, "KeyPairId")?;
    finish(input)?;
    let view = view(call);
    for name in &names {
        if !view.each::<KeyPair>().any(|(_, it)| it.name == *name) {
            return Err(Refusal::new(
                KIND.not_found,
                format!("The key pair '{name}' does not exist"),
            ));
        }
    }
    let mut answer = query.answer::<KeyPair>(&view, "keySet", |it| {
        names.is_empty() || names.contains(&it.name)
    })?;
    for pair in answer["keySet"].as_array_mut().into_iter().flatten() {
        if let (false, Some(members)) = (public, pair.as_object_mut()) {
            members.remove("publicKey");
        }
    }
    Ok(answer)
}

/// `DeleteKeyPair`: one that is not there is a success [EC2 API: DeleteKeyPair].
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let (name, id) = (input.text("KeyName")?, input.text("KeyPairId")?);
    finish(input)?;
    if name.is_none() && id.is_none() {
        return Err(Refusal::new(
            "MissingParameter",
            "Either KeyName or KeyPairId must be specified",
        ));
    }
    if let Some(id) = &id {
        KIND.check(id)?;
    }
    let pairs = &mut call.here().ec2.key_pairs;
    let meant = |(known, pair): &(&String, &KeyPair)| {
        name.as_ref().is_none_or(|name| pair.name == *name)
            && id.as_ref().is_none_or(|id| id == *known)
    };
    let found = pairs.iter().find(meant).map(|(id, _)| id.clone());
    if let Some(found) = &found {
        pairs.remove(found);
    }
    Ok(json!({ "return": true, "keyPairId": found }))
}

/// RSA and ED25519 can be imported [EC2 API: ImportKeyPair].
fn is_public_key(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let kind = words.next().unwrap_or_default();
    let key = words.next().and_then(user_data::decode).unwrap_or_default();
    matches!(kind, "ssh-rsa" | "ssh-ed25519") && key.get(4..4 + kind.len()) == Some(kind.as_bytes())
}

/// It has the form of a fingerprint and differs from key to key; it is not the key's MD5.
fn fingerprint(public: &str) -> String {
    let mut state = [0xcbf2_9ce4_8422_2325_u64, 0x9e37_79b9_7f4a_7c15];
    for byte in public.bytes() {
        for half in &mut state {
            *half = (*half ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    let bytes = state.iter().flat_map(|half| half.to_be_bytes());
    let pairs: Vec<String> = bytes.map(|byte| format!("{byte:02x}")).collect();
    pairs.join(":")
}

impl Resource for KeyPair {
    const KIND: &'static Kind = &KIND;
    const FILTERS: &'static [(&'static str, &'static str)] = &[
        ("key-pair-id", "keyPairId"),
        ("fingerprint", "keyFingerprint"),
        ("key-name", "keyName"),
    ];

    fn all(ec2: &Ec2) -> &BTreeMap<String, KeyPair> {
        &ec2.key_pairs
    }

    fn created(&self) -> Millis {
        self.created
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn show(&self, id: &str, _: &View<'_>) -> Value {
        let kind = if self.public.starts_with("ssh-rsa") {
            "rsa"
        } else {
            "ed25519"
        };
        json!({
            "keyPairId": id,
            "keyName": self.name,
            "keyType": kind,
            "keyFingerprint": self.fingerprint,
            "publicKey": self.public,
            "createTime": self.created.iso8601(),
            "tagSet": self.tags.to_list("key", "value"),
        })
    }
}
