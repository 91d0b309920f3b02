//! The managed master password: a secret in the account's Secrets Manager that RDS makes, rotates and takes away
//! [RDS user guide: password management with Secrets Manager].

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{instance, refuse};
use crate::input::Input;
use crate::refusal::Refusal;
use crate::secretsmanager::{self, Owned};
use crate::tags::Tags;
use crate::world::World;

/// The secret of one instance.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(super) struct Managed {
    pub(super) arn: String,
    /// `active`; `creating` until the instance is available.
    active: bool,
    /// The id of the key `aws/secretsmanager`.
    key: String,
}

/// What a request says of the master password.
pub(super) struct Wish {
    pub(super) given: Option<String>,
    pub(super) managed: Option<bool>,
    pub(super) rotate: bool,
}

impl Wish {
    pub(super) fn read(input: &mut Input) -> Result<Wish, Refusal> {
        // The twin has no KMS: the AWS managed key is the only one.
        input.accept(
            "MasterUserSecretKmsKeyId",
            &[json!("alias/aws/secretsmanager")],
        )?;
        Ok(Wish {
            given: input.text("MasterUserPassword")?,
            managed: input.boolean("ManageMasterUserPassword")?,
            rotate: input.boolean("RotateMasterUserPassword")?.unwrap_or(false),
        })
    }

    /// One or the other [RDS API: CreateDBInstance ManageMasterUserPassword].
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if self.given.is_some() && self.managed == Some(true) {
            return Err(refuse::combination(
                "You can't specify MasterUserPassword when ManageMasterUserPassword is enabled.",
            ));
        }
        self.given.as_deref().map_or(Ok(()), super::check::password)
    }
}

/// Makes the secret of an instance that is named by its ARN and user.
pub(super) fn manage(world: &mut World, region: &str, instance_arn: &str, user: &str) -> Managed {
    let name = format!("rds!db-{}", world.ids.uuid());
    let key = world.ids.uuid();
    let tags = [
        ("aws:rds:primaryDBInstanceArn", instance_arn),
        ("aws:secretsmanager:owningService", "rds"),
    ];
    let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let text = invented(world, user);
    let owned = Owned {
        owner: "rds",
        name,
        description: format!("Secret associated with primary RDS DB instance: {instance_arn}"),
        tags: Tags(tags.into()),
        rotation_days: 7,
    };
    Managed {
        arn: secretsmanager::own(world, region, owned, text),
        active: false,
        key,
    }
}

/// A new value; the one before is AWSPREVIOUS.
pub(super) fn rotate(world: &mut World, region: &str, name: &str) {
    let Some(instance) = instance::get(world, region, name) else {
        return;
    };
    let (user, secret) = (instance.user.clone(), instance.secret.clone());
    let text = invented(world, &user);
    if let Some(secret) = secret {
        secretsmanager::renew_owned(world, region, &secret.arn, text);
    }
}

fn invented(world: &mut World, user: &str) -> String {
    json!({ "username": user, "password": world.ids.letters(28) }).to_string()
}

/// The password can be used.
pub(super) fn active(world: &mut World, region: &str, name: &str) {
    let instance = instance::get(world, region, name);
    if let Some(secret) = instance.and_then(|instance| instance.secret.as_mut()) {
        secret.active = true;
    }
}

/// The secret goes with its instance, at once and for good.
pub(super) fn take_away(world: &mut World, region: &str, secret: &Managed) {
    secretsmanager::disown(world, region, &secret.arn);
}

impl Managed {
    pub(super) fn view(&self, world: &World, region: &str) -> Value {
        json!({
            "SecretArn": self.arn,
            "SecretStatus": if self.active { "active" } else { "creating" },
            "KmsKeyId": format!("arn:aws:kms:{region}:{}:key/{}", world.account, self.key),
        })
    }
}
