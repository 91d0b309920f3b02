use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType};
use secrecy::{ExposeSecret, SecretString};

use super::described::{CURRENT, current_of, described, sdk_tags, spec, tag_map};
use super::random::letters_and_digits;
use super::vault::Held;
use super::{
    Change, Content, Outputs, RECOVERY_DAYS_MAX, RECOVERY_DAYS_MIN, Recovery, Secret, Version,
};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::tags::{of_stack, stack_mark};

const CREATE: &str = "secretsmanager:CreateSecret";
const PUT: &str = "secretsmanager:PutSecretValue";
const DELETE: &str = "secretsmanager:DeleteSecret";

// Ready and gone at once: a name that is being freed is met by the next create, and what is
// scheduled for deletion is gone for everybody but the one who restores it.
impl Live for Secret {
    type Client = Aws;

    /// Also one that is scheduled for deletion: its name is taken for days, and if it is ours it
    /// is used again.
    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(there) = described(aws, &self.name).await? else {
            return Ok(Found::Absent);
        };
        let (what, advice) = match there.scheduled_for_deletion {
            true => (
                format!("the secret `{}`, scheduled for deletion,", self.name),
                "delete it at once if nobody will miss it (`aws secretsmanager delete-secret \
                 --force-delete-without-recovery`), or give the app another name",
            ),
            false => (
                format!("the secret `{}`", self.name),
                "delete it if nobody needs it, or give the app another name",
            ),
        };
        Ok(ours_or_foreign(
            there.outputs,
            &there.tags,
            &cx.mark,
            &what,
            advice,
        ))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let Some(there) = described(aws, &outputs.arn).await? else {
            return Ok(None);
        };
        let outputs = there.outputs.clone();
        let spec = spec(aws, there).await?;
        Ok(Some(Observed { spec, outputs }))
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        if *change == Change::Create {
            return create(self, aws, cx).await;
        }
        let mut outputs = required("secretsmanager:answer", outputs)?.clone();
        let arn = &outputs.arn;
        match change {
            Change::Create => {}
            Change::Restore => {
                let restored = aws.secrets.restore_secret().secret_id(arn).send().await;
                restored.map_err(|e| failure("secretsmanager:RestoreSecret", e))?;
            }
            Change::Put => outputs.version = Some(put(self, aws, cx, &outputs).await?),
            Change::Stage { to, from } => {
                let stage = aws.secrets.update_secret_version_stage().secret_id(arn);
                let stage = stage.version_stage(CURRENT).move_to_version_id(to);
                let staged = stage.set_remove_from_version_id(from.clone()).send().await;
                staged.map_err(|e| failure("secretsmanager:UpdateSecretVersionStage", e))?;
                outputs.version = Some(to.clone());
            }
            Change::Describe => {
                let update = aws.secrets.update_secret().secret_id(arn);
                let updated = update.description(&self.description).send().await;
                updated.map_err(|e| not_visible_yet(failure("secretsmanager:UpdateSecret", e)))?;
            }
            Change::Tag => {
                let tags = sdk_tags(self.tags.marked(&cx.mark), self.recovery);
                let tag = aws.secrets.tag_resource().secret_id(arn);
                let tagged = tag.set_tags(Some(tags)).send().await;
                tagged.map_err(|e| not_visible_yet(failure("secretsmanager:TagResource", e)))?;
            }
            Change::Untag(keys) => {
                let untag = aws.secrets.untag_resource().secret_id(arn);
                let untagged = untag.set_tag_keys(Some(keys.clone())).send().await;
                untagged
                    .map_err(|e| not_visible_yet(failure("secretsmanager:UntagResource", e)))?;
            }
            Change::Schedule => delete(aws, arn, Recovery::Days(RECOVERY_DAYS_MIN)).await?,
            Change::Delete(recovery) => delete(aws, arn, *recovery).await?,
        }
        Ok(outputs)
    }

    /// Without those that are scheduled for deletion: they are gone, unless somebody wants them
    /// back.
    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        const OPERATION: &str = "secretsmanager:ListSecrets";
        let (key, value) = stack_mark(stack);
        let filter = |name: FilterNameStringType, value: String| {
            Filter::builder().key(name).values(value).build()
        };
        // Both filters fit by the beginning of a word [Secrets Manager API: Filter].
        let list = aws.secrets.list_secrets();
        let list = list.filters(filter(FilterNameStringType::TagKey, key.to_string()));
        let list = list.filters(filter(FilterNameStringType::TagValue, value));
        let mut pages = list.into_paginator().send();
        let mut ours = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|e| failure(OPERATION, e))?;
            for secret in page.secret_list.unwrap_or_default() {
                if secret.deleted_date.is_some() || !of_stack(&tag_map(secret.tags), stack) {
                    continue;
                }
                ours.push(Outputs {
                    arn: required(OPERATION, secret.arn)?,
                    name: required(OPERATION, secret.name)?,
                    version: secret.secret_versions_to_stages.and_then(current_of),
                });
            }
        }
        Ok(ours)
    }
}

/// `CreateSecret`. A name is not free while a deletion without recovery is on its way, which
/// nobody can see; one that is only scheduled can be seen, and is looked for.
async fn create(spec: &Secret, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
    let (value, version) = value(spec, aws, CREATE)?;
    let create = aws.secrets.create_secret().name(&spec.name);
    let create = create
        .client_request_token(version.id(&cx.mark.token("create")))
        .set_description((!spec.description.is_empty()).then(|| spec.description.clone()))
        .secret_string(value.expose_secret())
        .set_tags(Some(sdk_tags(spec.tags.marked(&cx.mark), spec.recovery)));
    let created = match create.send().await.map_err(|e| failure(CREATE, e)) {
        Ok(created) => created,
        Err(mut refused) if refused.message.contains("scheduled for deletion") => {
            refused.class = match described(aws, &spec.name).await? {
                Some(_) => Class::Exists,
                None => Class::Eventual,
            };
            return Err(refused);
        }
        Err(refused) => return Err(refused),
    };
    Ok(Outputs {
        arn: required(CREATE, created.arn)?,
        name: required(CREATE, created.name)?,
        version: created.version_id,
    })
}

/// `PutSecretValue`. Its token is of the version that it takes the place of: once that has
/// happened, another value is another version.
async fn put(spec: &Secret, aws: &Aws, cx: &Context, outputs: &Outputs) -> Result<String, Failure> {
    let (value, version) = value(spec, aws, PUT)?;
    let before = outputs.version.as_deref().unwrap_or_default();
    let id = version.id(&cx.mark.token(&format!("put after {before}")));
    let put = aws.secrets.put_secret_value().secret_id(&outputs.arn);
    let put = put.client_request_token(&id);
    let sent = put.secret_string(value.expose_secret()).send().await;
    match sent.map_err(|e| not_visible_yet(failure(PUT, e))) {
        Ok(sent) => Ok(sent.version_id.unwrap_or(id)),
        // The same request was applied before, with another value made up.
        Err(error) if error.class == Class::Exists && version != Version::Given => Ok(id),
        Err(error) => Err(error),
    }
}

/// `DeleteSecret`. With a recovery it is gone for everybody at once, and can be restored.
async fn delete(aws: &Aws, arn: &str, recovery: Recovery) -> Result<(), Failure> {
    let delete = aws.secrets.delete_secret().secret_id(arn);
    let delete = match recovery {
        Recovery::None => delete.force_delete_without_recovery(true),
        Recovery::Days(days) => {
            let days = days.clamp(RECOVERY_DAYS_MIN, RECOVERY_DAYS_MAX);
            delete.recovery_window_in_days(i64::from(days))
        }
    };
    delete.send().await.map_err(|e| failure(DELETE, e))?;
    Ok(())
}

/// What the secret is to hold: given, or made up here and now.
fn value(
    spec: &Secret,
    aws: &Aws,
    operation: &'static str,
) -> Result<(SecretString, Version), Failure> {
    match (&spec.content, aws.vault.get(&spec.name)) {
        (Content::Given { .. }, Some(Held::Given { value, .. })) => {
            Ok((value.clone(), Version::Given))
        }
        (Content::Generated { length }, _) => {
            let length = *length;
            Ok((
                letters_and_digits(length, operation)?,
                Version::Generated { length },
            ))
        }
        (Content::Given { source }, _) => Err(without_value(operation, source)),
        (Content::Version { id }, _) => Err(without_value(operation, id)),
    }
}

fn without_value(operation: &'static str, source: &str) -> Failure {
    let message = format!("the value ({source}) is not at hand");
    Failure::new(Class::Invalid, operation, "NoValue", message).with_advice(
        "run the command with the manifest and the variables that the value comes from",
    )
}
