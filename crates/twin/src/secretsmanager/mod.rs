//! AWS Secrets Manager: secrets, their versions and the stages that point at them, and the window in which a deleted
//! secret can be had back.
//!
//! A name is taken until its secret is gone for good, which happens by itself when the recovery window ends. Rotation,
//! replicas, resource policies and keys other than the AWS managed one are not modelled.

mod create;
mod delete;
mod describe;
mod list;
mod name;
mod owned;
mod password;
mod put;
mod read;
mod refuse;
mod secret;
mod stage;
mod tag;
mod update;
mod value;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::operation::{Operation, read, write};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

pub(crate) use owned::{Owned, disown, own, renew_owned};
pub(crate) use read::resolve;
use secret::Secret;

/// The secrets of one region.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Secrets {
    /// By name.
    secrets: BTreeMap<String, Secret>,
}

/// What happens in Secrets Manager by itself.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[allow(missing_docs)]
pub enum Happening {
    /// The time of a deleted secret is over, unless it was restored.
    Purge { arn: String },
}

pub(crate) const OPERATIONS: &[Operation] = &[
    write("CreateSecret", create::create),
    write("DeleteSecret", delete::delete),
    read("DescribeSecret", describe::describe),
    read("GetRandomPassword", password::generate),
    read("GetResourcePolicy", describe::policy),
    read("GetSecretValue", read::get),
    read("ListSecretVersionIds", describe::versions),
    read("ListSecrets", list::list),
    write("PutSecretValue", put::put),
    write("RestoreSecret", delete::restore),
    write("TagResource", tag::tag),
    write("UntagResource", tag::untag),
    write("UpdateSecret", update::update),
    write("UpdateSecretVersionStage", stage::update),
];

pub(crate) fn happen(world: &mut World, region: &str, what: Happening) {
    let Happening::Purge { arn } = what;
    delete::purge(world, region, &arn);
}

/// The tagged secrets, for Resource Groups Tagging; those too that wait for their deletion.
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    let Some(region) = world.regions.get(region) else {
        return Vec::new();
    };
    let secrets = region.secretsmanager.secrets.values();
    secrets
        .filter(|secret| secret.is_there())
        .map(|secret| (secret.arn.clone(), &secret.tags))
        .collect()
}

impl Secrets {
    /// The secret of that name, ARN, or ARN without its six random characters
    /// [Secrets Manager API: GetSecretValue SecretId].
    fn find(&self, id: &str) -> Result<&Secret, Refusal> {
        name::check_id(id)?;
        let named = if id.starts_with("arn:") {
            let mut all = self.secrets.values();
            all.find(|secret| secret.arn == id || secret.partial_arn() == id)
        } else {
            self.secrets.get(id)
        };
        named
            .filter(|secret| secret.is_there())
            .ok_or_else(refuse::not_found)
    }

    /// The same, to change it.
    fn find_mut(&mut self, id: &str) -> Result<&mut Secret, Refusal> {
        let name = self.find(id)?.name.clone();
        self.secrets.get_mut(&name).ok_or_else(refuse::not_found)
    }

    /// The same, refused while it waits for its deletion.
    fn find_live_mut(&mut self, id: &str) -> Result<&mut Secret, Refusal> {
        let secret = self.find_mut(id)?;
        secret.must_live()?;
        Ok(secret)
    }
}
