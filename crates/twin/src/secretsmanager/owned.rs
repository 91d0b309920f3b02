//! Secrets that another service of AWS makes, rotates and takes away: the account may read and tag them, no more
//! [Secrets Manager guide: secrets managed by other AWS services].

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::refuse;
use super::secret::{CURRENT, Secret};
use super::value::{Sent, Value};
use crate::clock::Millis;
use crate::hidden::Hidden;
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// What a service says of a secret of its own.
pub(crate) struct Owned {
    /// The service's name in ARNs.
    pub(crate) owner: &'static str,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) tags: Tags,
    /// How often the service renews it.
    pub(crate) rotation_days: u32,
}

/// Who manages a secret, and how often it is renewed.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(super) struct Owner {
    pub(super) service: String,
    rotation_days: u32,
    rotated: Millis,
}

/// Makes a secret for a service, and gives its ARN.
pub(crate) fn own(world: &mut World, region: &str, owned: Owned, text: String) -> String {
    let now = world.now;
    let random = world.ids.letters(6);
    let token = world.ids.uuid();
    let name = owned.name;
    let arn = format!(
        "arn:aws:secretsmanager:{region}:{}:secret:{name}-{random}",
        world.account
    );
    let secrets = &mut world.region(region).secretsmanager.secrets;
    let ordinal = secrets.values().map(|it| it.ordinal + 1).max();
    let mut secret = Secret {
        name: name.clone(),
        arn: arn.clone(),
        description: Some(owned.description),
        created: now,
        ordinal: ordinal.unwrap_or_default(),
        changed: now,
        deletion: None,
        tags: owned.tags,
        owner: Some(Owner {
            service: owned.owner.to_owned(),
            rotation_days: owned.rotation_days,
            rotated: now,
        }),
        versions: BTreeMap::new(),
    };
    keep(&mut secret, token, text, now);
    secrets.insert(name, secret);
    arn
}

/// Gives a service's secret a new value.
pub(crate) fn renew_owned(world: &mut World, region: &str, arn: &str, text: String) {
    let now = world.now;
    let token = world.ids.uuid();
    let mut secrets = world.region(region).secretsmanager.secrets.values_mut();
    if let Some(secret) = secrets.find(|it| it.arn == arn && it.owner.is_some()) {
        keep(secret, token, text, now);
        if let Some(owner) = &mut secret.owner {
            owner.rotated = now;
        }
    }
}

/// Takes a service's secret away, at once and for good.
pub(crate) fn disown(world: &mut World, region: &str, arn: &str) {
    let secrets = &mut world.region(region).secretsmanager.secrets;
    secrets.retain(|_, it| !(it.arn == arn && it.owner.is_some()));
}

fn keep(secret: &mut Secret, token: String, text: String, now: Millis) {
    let sent = Sent {
        value: Value::Text(Hidden(text)),
        token,
    };
    // The token is new, so that it cannot stand for another value.
    drop(secret.add(sent, &[CURRENT.to_owned()], now));
}

impl Secret {
    /// Refuses what only the service that manages the secret may do. Code and sentence are assumed: none of the
    /// reports that could be found quotes them.
    pub(super) fn must_be_ours(&self, what: &str) -> Result<(), Refusal> {
        match &self.owner {
            Some(owner) => Err(refuse::request(format!(
                "You can't {what} secret {} because it is managed by another service: {}.",
                self.name, owner.service
            ))),
            None => Ok(()),
        }
    }

    /// The members that only managed secrets have.
    pub(super) fn show_owner(&self, view: &mut Json) {
        let Some(owner) = &self.owner else {
            return;
        };
        let next = owner.rotated + Duration::from_secs(u64::from(owner.rotation_days) * 86_400);
        view["OwningService"] = json!(owner.service);
        view["RotationEnabled"] = json!(true);
        view["RotationRules"] = json!({ "AutomaticallyAfterDays": owner.rotation_days });
        view["LastRotatedDate"] = json!(owner.rotated.epoch_seconds());
        view["NextRotationDate"] = json!(next.epoch_seconds());
    }
}
