use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Foreign, Found, Live, Observed};
use aws_sdk_ecr::types::{
    EncryptionConfiguration, EncryptionType, ImageScanningConfiguration, ImageTagMutability,
    ImageTagMutabilityExclusionFilter, ImageTagMutabilityExclusionFilterType, Tag,
};
use serde_json::Value;

use super::{Change, Mutability, Outputs, Removal, Repository};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::tags::{PREFIX, Tags, bears, generation, marked, of_stack};

const CREATE: &str = "ecr:CreateRepository";
const DESCRIBE: &str = "ecr:DescribeRepositories";
const DELETE: &str = "ecr:DeleteRepository";

impl Live for Repository {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(there) = described(aws, &self.name).await? else {
            return Ok(Found::Absent);
        };
        let arn = required(DESCRIBE, there.repository_arn.clone())?;
        let (tags, images) = futures_util::join!(tags(aws, &arn), holds_images(aws, &self.name));
        let (Some(tags), Some(images)) = (tags?, images?) else {
            return Ok(Found::Absent);
        };
        let key = there.encryption_configuration.as_ref();
        if ours(&tags, cx) && key.and_then(|it| it.kms_key()) != self.kms_key.as_deref() {
            return Ok(Found::Foreign(Foreign {
                who: format!(
                    "our own repository `{}`, encrypted with another key,",
                    self.name
                ),
                advice: "a key cannot be changed; push its images elsewhere and delete it, or \
                         take the key back"
                    .to_string(),
            }));
        }
        if ours(&tags, cx) {
            return Ok(Found::Ours(outputs(&there, images)?));
        }
        Ok(ours_or_foreign(
            outputs(&there, images)?,
            &tags,
            &cx.mark,
            &format!("the repository `{}`", self.name),
            "delete it if nobody needs its images, or give the app another name",
        ))
    }

    async fn observe(aws: &Aws, known: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let name = known.name.as_str();
        let (there, tags, lifecycle, policy, images) = futures_util::join!(
            described(aws, name),
            tags(aws, &known.arn),
            lifecycle(aws, name),
            policy(aws, name),
            holds_images(aws, name),
        );
        let (Some(there), Some(tags), Some(images)) = (there?, tags?, images?) else {
            return Ok(None);
        };
        if !marked(&tags) {
            return Ok(None); // ours was deleted, and somebody made another
        }
        let outputs = outputs(&there, images)?;
        let scanning = there.image_scanning_configuration;
        let spec = Repository {
            name: outputs.name.clone(),
            mutability: Mutability {
                immutable: matches!(
                    there.image_tag_mutability,
                    Some(
                        ImageTagMutability::Immutable | ImageTagMutability::ImmutableWithExclusion
                    )
                ),
                except: there
                    .image_tag_mutability_exclusion_filters
                    .unwrap_or_default()
                    .into_iter()
                    .map(|filter| filter.filter)
                    .collect(),
            },
            scan_on_push: scanning.is_some_and(|scanning| scanning.scan_on_push),
            kms_key: there.encryption_configuration.and_then(|it| it.kms_key),
            lifecycle: lifecycle?,
            policy: policy?,
            removal: removal_of(&tags),
            tags: Tags::observed(tags),
        };
        Ok(Some(Observed { spec, outputs }))
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &Context,
        change: &Change,
        known: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        if *change == Change::Create {
            return create(self, aws, cx).await;
        }
        let known = required("ecr:answer", known)?;
        let name = &known.name;
        match change {
            Change::Create => {}
            Change::Mutability => {
                let put = aws.ecr.put_image_tag_mutability().repository_name(name);
                let put = put.image_tag_mutability(setting(&self.mutability));
                let put = put
                    .set_image_tag_mutability_exclusion_filters(filters(&self.mutability)?)
                    .send()
                    .await;
                put.map_err(|e| not_visible_yet(failure("ecr:PutImageTagMutability", e)))?;
            }
            Change::Scanning => {
                let put = aws.ecr.put_image_scanning_configuration();
                let put = put
                    .repository_name(name)
                    .image_scanning_configuration(scanning(self.scan_on_push))
                    .send()
                    .await;
                put.map_err(|e| not_visible_yet(failure("ecr:PutImageScanningConfiguration", e)))?;
            }
            Change::Lifecycle => {
                let put = aws.ecr.put_lifecycle_policy().repository_name(name);
                let text = self.lifecycle.as_ref().map(Value::to_string);
                let put = put.set_lifecycle_policy_text(text).send().await;
                put.map_err(|e| not_visible_yet(failure("ecr:PutLifecyclePolicy", e)))?;
            }
            Change::ExpireNone => {
                let delete = aws.ecr.delete_lifecycle_policy().repository_name(name);
                let deleted = delete.send().await;
                deleted
                    .map(drop)
                    .map_err(|e| failure("ecr:DeleteLifecyclePolicy", e))
                    .or_else(was_gone)?;
            }
            Change::Policy => {
                let set = aws.ecr.set_repository_policy().repository_name(name);
                let text = self.policy.as_ref().map(Value::to_string);
                let set = set.set_policy_text(text).send().await;
                set.map_err(|e| not_visible_yet(failure("ecr:SetRepositoryPolicy", e)))?;
            }
            Change::NoPolicy => {
                let delete = aws.ecr.delete_repository_policy().repository_name(name);
                let deleted = delete.send().await;
                deleted
                    .map(drop)
                    .map_err(|e| failure("ecr:DeleteRepositoryPolicy", e))
                    .or_else(was_gone)?;
            }
            Change::Tag => {
                let tags = sdk_tags(self.tags.marked(&cx.mark), self.removal)?;
                let tag = aws.ecr.tag_resource().resource_arn(&known.arn);
                let tagged = tag.set_tags(Some(tags)).send().await;
                tagged.map_err(|e| not_visible_yet(failure("ecr:TagResource", e)))?;
            }
            Change::Untag(keys) => {
                let untag = aws.ecr.untag_resource().resource_arn(&known.arn);
                let untagged = untag.set_tag_keys(Some(keys.clone())).send().await;
                untagged.map_err(|e| not_visible_yet(failure("ecr:UntagResource", e)))?;
            }
            Change::Delete { images } => delete(aws, name, *images).await?,
        }
        Ok(known.clone())
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let mut repositories = aws
            .ecr
            .describe_repositories()
            .into_paginator()
            .items()
            .send();
        let mut ours = Vec::new();
        while let Some(there) = repositories.next().await {
            let there = there.map_err(|e| failure(DESCRIBE, e))?;
            let arn = required(DESCRIBE, there.repository_arn.clone())?;
            let tags = tags(aws, &arn).await?.unwrap_or_default();
            if of_stack(&tags, stack) {
                let name = required(DESCRIBE, there.repository_name.clone())?;
                let images = holds_images(aws, &name).await?;
                ours.push(outputs(&there, images.unwrap_or_default())?);
            }
        }
        Ok(ours)
    }
}

/// Whether it is this one of ours, of whatever generation: one that was retained is used again, and no two can bear the
/// name.
fn ours(tags: &BTreeMap<String, String>, cx: &Context) -> bool {
    let mut mark = cx.mark.clone();
    if let Some(generation) = generation(tags) {
        mark.instance.generation = generation;
    }
    bears(tags, &mark)
}

async fn create(spec: &Repository, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
    let encryption = EncryptionConfiguration::builder();
    let encryption = match &spec.kms_key {
        None => encryption.encryption_type(EncryptionType::Aes256),
        Some(key) => encryption.encryption_type(EncryptionType::Kms).kms_key(key),
    };
    let encryption = encryption
        .build()
        .map_err(|error| Failure::internal(CREATE, &error))?;
    let created = aws
        .ecr
        .create_repository()
        .repository_name(&spec.name)
        .image_tag_mutability(setting(&spec.mutability))
        .set_image_tag_mutability_exclusion_filters(filters(&spec.mutability)?)
        .image_scanning_configuration(scanning(spec.scan_on_push))
        .encryption_configuration(encryption)
        .set_tags(Some(sdk_tags(spec.tags.marked(&cx.mark), spec.removal)?))
        .send()
        .await;
    let created = created.map_err(|e| failure(CREATE, e))?;
    outputs(&required(CREATE, created.repository)?, false)
}

/// Images are deleted with it only if they were seen before: the plan has said so then.
async fn delete(aws: &Aws, name: &str, images: bool) -> Result<(), Failure> {
    let delete = aws.ecr.delete_repository().repository_name(name);
    match delete
        .force(images)
        .send()
        .await
        .map_err(|e| failure(DELETE, e))
    {
        Err(refused) if refused.code == "RepositoryNotEmptyException" => Err(refused.with_advice(
            "somebody has pushed an image since it was looked at; run the same command again: \
             what becomes of images is as `removal` says",
        )),
        other => other.map(drop),
    }
}

async fn described(
    aws: &Aws,
    name: &str,
) -> Result<Option<aws_sdk_ecr::types::Repository>, Failure> {
    let described = aws.ecr.describe_repositories().repository_names(name);
    match described.send().await.map_err(|e| failure(DESCRIBE, e)) {
        Ok(described) => Ok(described
            .repositories
            .unwrap_or_default()
            .into_iter()
            .next()),
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

fn outputs(there: &aws_sdk_ecr::types::Repository, images: bool) -> Result<Outputs, Failure> {
    Ok(Outputs {
        name: required(DESCRIBE, there.repository_name.clone())?,
        arn: required(DESCRIBE, there.repository_arn.clone())?,
        uri: required(DESCRIBE, there.repository_uri.clone())?,
        holds_images: images,
    })
}

/// None if there is no such repository.
async fn tags(aws: &Aws, arn: &str) -> Result<Option<BTreeMap<String, String>>, Failure> {
    const OPERATION: &str = "ecr:ListTagsForResource";
    let listed = aws.ecr.list_tags_for_resource().resource_arn(arn);
    match listed.send().await.map_err(|e| failure(OPERATION, e)) {
        Ok(listed) => {
            let tags = listed.tags.unwrap_or_default().into_iter();
            Ok(Some(tags.map(|tag| (tag.key, tag.value)).collect()))
        }
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

/// None if there is no such repository.
async fn holds_images(aws: &Aws, name: &str) -> Result<Option<bool>, Failure> {
    let list = aws.ecr.list_images().repository_name(name).max_results(1);
    match list.send().await.map_err(|e| failure("ecr:ListImages", e)) {
        Ok(listed) => Ok(Some(!listed.image_ids.unwrap_or_default().is_empty())),
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

async fn lifecycle(aws: &Aws, name: &str) -> Result<Option<Value>, Failure> {
    const OPERATION: &str = "ecr:GetLifecyclePolicy";
    let get = aws.ecr.get_lifecycle_policy().repository_name(name);
    match get.send().await.map_err(|e| failure(OPERATION, e)) {
        Ok(got) => Ok(Some(document(got.lifecycle_policy_text))),
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

async fn policy(aws: &Aws, name: &str) -> Result<Option<Value>, Failure> {
    const OPERATION: &str = "ecr:GetRepositoryPolicy";
    let get = aws.ecr.get_repository_policy().repository_name(name);
    match get.send().await.map_err(|e| failure(OPERATION, e)) {
        Ok(got) => Ok(Some(document(got.policy_text))),
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

/// The document of a text; what is none stands as the text, which is no policy that anybody wants.
fn document(text: Option<String>) -> Value {
    let text = text.unwrap_or_default();
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

fn setting(mutability: &Mutability) -> ImageTagMutability {
    match (mutability.immutable, mutability.except.is_empty()) {
        (true, true) => ImageTagMutability::Immutable,
        (true, false) => ImageTagMutability::ImmutableWithExclusion,
        (false, true) => ImageTagMutability::Mutable,
        (false, false) => ImageTagMutability::MutableWithExclusion,
    }
}

fn filters(
    mutability: &Mutability,
) -> Result<Option<Vec<ImageTagMutabilityExclusionFilter>>, Failure> {
    let filters = mutability.except.iter().map(|pattern| {
        ImageTagMutabilityExclusionFilter::builder()
            .filter_type(ImageTagMutabilityExclusionFilterType::Wildcard)
            .filter(pattern)
            .build()
            .map_err(|error| Failure::internal(CREATE, &error))
    });
    let filters = filters.collect::<Result<Vec<_>, _>>()?;
    Ok((!filters.is_empty()).then_some(filters))
}

fn scanning(on_push: bool) -> ImageScanningConfiguration {
    ImageScanningConfiguration::builder()
        .scan_on_push(on_push)
        .build()
}

/// That there is none is what is wanted.
fn was_gone(error: Failure) -> Result<(), Failure> {
    match error.class {
        Class::Gone => Ok(()),
        _ => Err(error),
    }
}

/// In which tag it stands what becomes of it: nothing else in the cloud says so.
fn removal_key() -> String {
    format!("{PREFIX}removal")
}

/// What that tag says. Without it, nothing is lost.
fn removal_of(tags: &BTreeMap<String, String>) -> Removal {
    match tags.get(&removal_key()).map(String::as_str) {
        Some("delete") => Removal::Delete,
        _ => Removal::Retain,
    }
}

fn sdk_tags(mut tags: BTreeMap<String, String>, removal: Removal) -> Result<Vec<Tag>, Failure> {
    let removal = match removal {
        Removal::Retain => "retain",
        Removal::Delete => "delete",
    };
    tags.insert(removal_key(), removal.to_string());
    let tags = tags.into_iter().map(|(key, value)| {
        let tag = Tag::builder().key(key).value(value).build();
        tag.map_err(|error| Failure::internal("ecr:TagResource", &error))
    });
    tags.collect()
}
