//! Secrets as Secrets Manager describes them, and what it says of their values.

use std::collections::BTreeMap;

use ashore_engine::failure::{Class, Failure};
use aws_sdk_secretsmanager::types::Tag;
use secrecy::SecretString;

use super::vault::Held;
use super::{Content, Outputs, RECOVERY_DAYS_MIN, Recovery, Secret, Version};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, required};
use crate::aws::tags::{PREFIX, Tags};

const DESCRIBE: &str = "secretsmanager:DescribeSecret";
const GET: &str = "secretsmanager:GetSecretValue";
/// The label of the version that is read where none is named.
pub(super) const CURRENT: &str = "AWSCURRENT";

/// A secret without its value.
pub(super) struct Described {
    pub(super) outputs: Outputs,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) scheduled_for_deletion: bool,
    description: String,
}

/// By name or ARN; none if there is no such secret.
pub(super) async fn described(aws: &Aws, which: &str) -> Result<Option<Described>, Failure> {
    let described = aws.secrets.describe_secret().secret_id(which).send().await;
    let described = match described.map_err(|e| failure(DESCRIBE, e)) {
        Ok(described) => described,
        Err(error) if error.class == Class::Gone => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(Some(Described {
        outputs: Outputs {
            arn: required(DESCRIBE, described.arn)?,
            name: required(DESCRIBE, described.name)?,
            version: described.version_ids_to_stages.and_then(current_of),
        },
        tags: tag_map(described.tags),
        scheduled_for_deletion: described.deleted_date.is_some(),
        description: described.description.unwrap_or_default(),
    }))
}

/// The id of the version that is current.
pub(super) fn current_of(
    stages: impl IntoIterator<Item = (String, Vec<String>)>,
) -> Option<String> {
    let mut versions = stages.into_iter();
    let current = versions.find(|(_, stages)| stages.iter().any(|stage| stage == CURRENT));
    current.map(|(id, _)| id)
}

/// Every managed field.
pub(super) async fn spec(aws: &Aws, there: Described) -> Result<Secret, Failure> {
    Ok(Secret {
        name: there.outputs.name.clone(),
        content: content(aws, &there).await?,
        description: there.description,
        recovery: recovery_of(&there.tags),
        scheduled_for_deletion: there.scheduled_for_deletion,
        tags: Tags::observed(there.tags),
    })
}

/// Where the current value comes from. It is read only to be compared with one that the user
/// has given; else the version's id tells.
async fn content(aws: &Aws, there: &Described) -> Result<Content, Failure> {
    let id = there.outputs.version.clone().unwrap_or_default();
    let made = Version::of(&id);
    Ok(match (aws.vault.get(&there.outputs.name), made) {
        // What is scheduled for deletion cannot be read [Secrets Manager API: GetSecretValue].
        (Some(Held::Given { .. }), _) if there.scheduled_for_deletion => Content::Version { id },
        (Some(held @ Held::Given { source, .. }), _) => {
            match value(aws, &there.outputs.arn).await? {
                Some(value) if held.is(&value) => Content::Given {
                    source: source.clone(),
                },
                _ => Content::Version { id },
            }
        }
        (Some(Held::Generated { length }), Version::Generated { length: has })
            if *length != has =>
        {
            Content::Version { id }
        }
        (Some(Held::Generated { .. }), Version::Given) => Content::Version { id },
        (_, Version::Generated { length }) => Content::Generated { length },
        (None, Version::Given) => Content::Given {
            source: "an earlier run".into(),
        },
        (_, Version::Foreign) => Content::Version { id },
    })
}

/// Whether that version is the current one, and the value that the user gives is not another one,
/// which would take its place.
pub(crate) async fn stays_at(aws: &Aws, which: &str, version: &str) -> Result<bool, Failure> {
    let Some(there) = described(aws, which).await? else {
        return Ok(false);
    };
    if there.outputs.version.as_deref() != Some(version) || there.scheduled_for_deletion {
        return Ok(false);
    }
    Ok(match aws.vault.get(&there.outputs.name) {
        Some(held @ Held::Given { .. }) => value(aws, which).await?.is_some_and(|it| held.is(&it)),
        _ => true,
    })
}

/// The current value, if it is text.
async fn value(aws: &Aws, arn: &str) -> Result<Option<SecretString>, Failure> {
    let got = aws.secrets.get_secret_value().secret_id(arn).send().await;
    match got.map_err(|e| failure(GET, e)) {
        Ok(got) => Ok(got.secret_string.map(SecretString::from)),
        // A secret without a value, or one that went meanwhile.
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) if error.class == Class::Denied => Err(error.with_advice(
            "without it nobody can tell whether the value that you give is the one that is there; \
             a policy for this secret alone is enough",
        )),
        Err(error) => Err(error),
    }
}

/// In which tag it stands how a secret is to be deleted: nothing else in the cloud says so before
/// it is.
fn recovery_key() -> String {
    format!("{PREFIX}recovery-days")
}

/// What that tag says. Without it nobody knows where else the value is.
fn recovery_of(tags: &BTreeMap<String, String>) -> Recovery {
    let days = tags.get(&recovery_key()).map(|days| days.parse());
    match days {
        Some(Ok(0)) => Recovery::None,
        Some(Ok(days)) => Recovery::Days(days),
        _ => Recovery::Days(RECOVERY_DAYS_MIN),
    }
}

/// Tags as the SDK has them, with the one for the recovery.
pub(super) fn sdk_tags(mut tags: BTreeMap<String, String>, recovery: Recovery) -> Vec<Tag> {
    let days = match recovery {
        Recovery::None => 0,
        Recovery::Days(days) => days,
    };
    tags.insert(recovery_key(), days.to_string());
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    tags.into_iter().map(tag).collect()
}

/// Tags as maps have them.
pub(super) fn tag_map(tags: Option<Vec<Tag>>) -> BTreeMap<String, String> {
    let pair = |tag: Tag| Some((tag.key?, tag.value.unwrap_or_default()));
    tags.unwrap_or_default()
        .into_iter()
        .filter_map(pair)
        .collect()
}
