use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::input::Input;
use ashore_engine::kind::{Context, Foreign, Found, Live, Observed};
use aws_sdk_ecr::types::{ImageDetail, ImageIdentifier};

use super::push::put;
use super::{Change, Image, LIVE, Outputs};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, known, required};
use crate::aws::repository::Repository;

const DESCRIBE: &str = "ecr:DescribeImages";
const RELEASE: &str = "ecr:BatchDeleteImage";

impl Live for Image {
    type Client = Aws;

    /// By its tag: it is in a repository that is ours, and nobody else makes tags that begin so.
    async fn find(&self, aws: &Aws, _: &Context) -> Result<Found<Outputs>, Failure> {
        let repository = known(DESCRIBE, &self.repository)?;
        let Some(there) = described(aws, repository, &self.live_tag).await? else {
            return Ok(Found::Absent);
        };
        let digest = required(DESCRIBE, there.image_digest.clone())?;
        if digest != self.digest {
            return Ok(Found::Foreign(Foreign {
                who: format!("the tag `{}` of the image {digest}", self.live_tag),
                advice: format!(
                    "take it away (`aws ecr batch-delete-image --repository-name {repository} \
                     --image-ids imageTag={}`)",
                    self.live_tag
                ),
            }));
        }
        Ok(Found::Ours(Outputs {
            repository: repository.clone(),
            digest,
            live_tag: self.live_tag.clone(),
            built_tag: self.built_tag.clone().filter(|tag| has(&there, tag)),
        }))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let found = described(aws, &outputs.repository, &outputs.live_tag).await?;
        let Some(there) = found else {
            return Ok(None);
        };
        let outputs = Outputs {
            digest: required(DESCRIBE, there.image_digest.clone())?,
            built_tag: outputs.built_tag.clone().filter(|tag| has(&there, tag)),
            ..outputs.clone()
        };
        let spec = Image {
            repository: Input::Known(outputs.repository.clone()),
            digest: outputs.digest.clone(),
            live_tag: outputs.live_tag.clone(),
            built_tag: outputs.built_tag.clone(),
        };
        Ok(Some(Observed { spec, outputs }))
    }

    async fn send(
        &self,
        aws: &Aws,
        _: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        match change {
            Change::Put => {
                let repository = known("ecr:PutImage", &self.repository)?;
                put(aws, repository, &self.digest, &self.live_tag).await?;
                Ok(Outputs {
                    repository: repository.clone(),
                    digest: self.digest.clone(),
                    live_tag: self.live_tag.clone(),
                    built_tag: None,
                })
            }
            Change::Name => {
                let mut outputs = required("ecr:PutImage", outputs)?.clone();
                let tag = required("ecr:PutImage", self.built_tag.as_ref())?;
                put(aws, &outputs.repository, &outputs.digest, tag).await?;
                outputs.built_tag = Some(tag.clone());
                Ok(outputs)
            }
            Change::Release => {
                let outputs = required(RELEASE, outputs)?;
                release(aws, outputs).await?;
                Ok(outputs.clone())
            }
        }
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        const OPERATION: &str = "ecr:ListImages";
        let mut ours = Vec::new();
        for repository in Repository::list(aws, stack).await? {
            let list = aws.ecr.list_images().repository_name(&repository.name);
            let mut images = list.into_paginator().items().send();
            while let Some(image) = images.next().await {
                let image = image.map_err(|e| failure(OPERATION, e))?;
                let live = image.image_tag.filter(|tag| tag.starts_with(LIVE));
                if let (Some(live_tag), Some(digest)) = (live, image.image_digest) {
                    ours.push(Outputs {
                        repository: repository.name.clone(),
                        digest,
                        live_tag,
                        built_tag: None,
                    });
                }
            }
        }
        Ok(ours)
    }
}

/// None if there is no image of that tag.
async fn described(aws: &Aws, repository: &str, tag: &str) -> Result<Option<ImageDetail>, Failure> {
    let describe = aws.ecr.describe_images().repository_name(repository);
    let id = ImageIdentifier::builder().image_tag(tag).build();
    match describe
        .image_ids(id)
        .send()
        .await
        .map_err(|e| failure(DESCRIBE, e))
    {
        Ok(described) => Ok(described
            .image_details
            .unwrap_or_default()
            .into_iter()
            .next()),
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

fn has(image: &ImageDetail, tag: &str) -> bool {
    let mut tags = image.image_tags.iter().flatten();
    tags.any(|has| has == tag)
}

/// It answers 200 also for what it did not do, and says so per image.
async fn release(aws: &Aws, outputs: &Outputs) -> Result<(), Failure> {
    let delete = aws.ecr.batch_delete_image();
    let id = ImageIdentifier::builder()
        .image_tag(&outputs.live_tag)
        .build();
    let deleted = delete.repository_name(&outputs.repository).image_ids(id);
    let deleted = deleted.send().await.map_err(|e| failure(RELEASE, e))?;
    let Some(refused) = deleted.failures.unwrap_or_default().into_iter().next() else {
        return Ok(());
    };
    let code = refused.failure_code.map(|code| code.as_str().to_owned());
    let code = code.unwrap_or_default();
    let class = match code.as_str() {
        "ImageNotFound" => Class::Gone,
        _ => Class::Invalid,
    };
    let why = refused.failure_reason.unwrap_or_default();
    Err(Failure::new(class, RELEASE, code, why))
}
