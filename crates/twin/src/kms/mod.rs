//! AWS KMS in the smallest form that other services need: keys that can be named, and their aliases. Nothing is
//! encrypted. Keys are symmetric, of one region, and AWS's own.

mod alias;
mod key;
mod policy;
mod rotation;
mod tag;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::operation::{Operation, read, write};
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

use alias::Alias;
use key::Key;

/// The keys of one region.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Keys {
    /// By id.
    keys: BTreeMap<String, Key>,
    /// By name, with `alias/` before it.
    aliases: BTreeMap<String, Alias>,
}

/// What happens in KMS by itself.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[allow(missing_docs)]
pub enum Happening {
    /// The waiting period of a key is over, unless its deletion was cancelled.
    Delete { id: String },
}

pub(crate) const OPERATIONS: &[Operation] = &[
    write("CancelKeyDeletion", key::cancel_key_deletion),
    write("CreateAlias", alias::create_alias),
    write("CreateKey", key::create_key),
    write("DeleteAlias", alias::delete_alias),
    read("DescribeKey", key::describe_key),
    write("DisableKeyRotation", rotation::disable_key_rotation),
    write("EnableKeyRotation", rotation::enable_key_rotation),
    read("GetKeyPolicy", policy::get_key_policy),
    read("GetKeyRotationStatus", rotation::get_key_rotation_status),
    read("ListAliases", alias::list_aliases),
    read("ListKeys", key::list_keys),
    read("ListResourceTags", tag::list_resource_tags),
    write("PutKeyPolicy", policy::put_key_policy),
    write("ScheduleKeyDeletion", key::schedule_key_deletion),
    write("TagResource", tag::tag_resource),
    write("UntagResource", tag::untag_resource),
    write("UpdateAlias", alias::update_alias),
    write("UpdateKeyDescription", key::update_key_description),
];

pub(crate) fn happen(world: &mut World, region: &str, what: Happening) {
    let Happening::Delete { id } = what;
    key::delete(world, region, &id);
}

/// The ARN of the key of that id, ARN or alias, if something can be encrypted with it.
pub(crate) fn usable(world: &World, region: &str, named: &str) -> Result<String, Refusal> {
    let arn = key::resolve(world, region, named)?;
    if let Some(key) = key::own(world, region, &arn) {
        key.must_be_enabled()?;
    }
    Ok(arn)
}

/// The customers' keys with their tags, for Resource Groups Tagging.
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    let Some(region) = world.regions.get(region) else {
        return Vec::new();
    };
    let keys = region.kms.keys.values();
    keys.map(|key| (key.arn.clone(), &key.tags)).collect()
}
