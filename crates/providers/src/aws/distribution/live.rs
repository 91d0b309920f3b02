use std::collections::BTreeMap;
use std::time::Duration;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed, Readiness};
use aws_sdk_cloudfront::types::{
    Distribution as SdkDistribution, DistributionConfigWithTags, DistributionSummary, Tag, TagKeys,
    Tags as SdkTags,
};

use super::described::spec;
use super::{Change, Distribution, Outputs};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, not_visible_yet, required};
use crate::aws::live::pace;
use crate::aws::tags::{bears, of_stack};

const CREATE: &str = "cloudfront:CreateDistribution";
const UPDATE: &str = "cloudfront:UpdateDistribution";
const DELETE: &str = "cloudfront:DeleteDistribution";
const TAG: &str = "cloudfront:TagResource";
const UNTAG: &str = "cloudfront:UntagResource";
const GET: &str = "cloudfront:GetDistribution";
const LIST: &str = "cloudfront:ListDistributions";
const LIST_TAGS: &str = "cloudfront:ListTagsForResource";
/// What a distribution is once the edge knows it.
const DEPLOYED: &str = "Deployed";
/// It takes minutes.
const LOOK_AFTER: Duration = Duration::from_secs(15);

impl Live for Distribution {
    type Client = Aws;

    /// By its comment and then its tags: there is no way to ask for either.
    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        for summary in summaries(aws).await? {
            if summary.comment != self.comment {
                continue;
            }
            let tags = tags(aws, &summary.arn).await?.unwrap_or_default();
            if bears(&tags, &cx.mark) {
                return Ok(Found::Ours(told(summary)));
            }
        }
        Ok(Found::Absent)
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let (there, tags) = futures_util::join!(read(aws, &outputs.id), tags(aws, &outputs.arn));
        let (Some((there, _)), Some(tags)) = (there?, tags?) else {
            return Ok(None);
        };
        let config = required(GET, there.distribution_config)?;
        Ok(Some(Observed {
            spec: spec(GET, config, tags)?,
            outputs: outputs.clone(),
        }))
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        match change {
            Change::Create => self.create(aws, cx).await,
            Change::Update => {
                let outputs = required(UPDATE, outputs)?;
                let there = read(aws, &outputs.id).await?;
                self.update(aws, outputs, there).await
            }
            Change::Disable => {
                let outputs = required(UPDATE, outputs)?;
                let Some((there, version)) = read(aws, &outputs.id).await? else {
                    return Ok(outputs.clone());
                };
                let mut config = required(GET, there.distribution_config)?;
                config.enabled = false;
                let update = aws.cloudfront.update_distribution().id(&outputs.id);
                let update = update.set_if_match(version).distribution_config(config);
                update.send().await.map_err(|e| failure(UPDATE, e))?;
                Ok(outputs.clone())
            }
            Change::Tag => {
                let outputs = required(TAG, outputs)?;
                let tags = sdk_tags(TAG, self.tags.marked(&cx.mark))?;
                let tag = aws.cloudfront.tag_resource().resource(&outputs.arn);
                let sent = tag.tags(tags).send().await;
                sent.map_err(|e| not_visible_yet(failure(TAG, e)))?;
                Ok(outputs.clone())
            }
            Change::Untag(keys) => {
                let outputs = required(UNTAG, outputs)?;
                let keys = TagKeys::builder().set_items(Some(keys.clone())).build();
                let untag = aws.cloudfront.untag_resource().resource(&outputs.arn);
                let sent = untag.tag_keys(keys).send().await;
                sent.map_err(|e| not_visible_yet(failure(UNTAG, e)))?;
                Ok(outputs.clone())
            }
            Change::Delete => {
                let outputs = required(DELETE, outputs)?;
                delete(aws, outputs).await?;
                Ok(outputs.clone())
            }
        }
    }

    async fn ready(
        &self,
        aws: &Aws,
        cx: &Context,
        outputs: &Outputs,
    ) -> Result<Readiness<Outputs>, Failure> {
        let why = match read(aws, &outputs.id).await? {
            Some((there, _)) if there.status == DEPLOYED => {
                return Ok(Readiness::Ready(outputs.clone()));
            }
            Some((there, _)) => format!("{}: on its way to the edge", there.status),
            None => "not visible yet".to_string(),
        };
        Ok(Readiness::Pending {
            outputs: outputs.clone(),
            why,
            look_after: pace::look_after(cx.waited, LOOK_AFTER),
        })
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let mut ours = Vec::new();
        for summary in summaries(aws).await? {
            let tags = tags(aws, &summary.arn).await?.unwrap_or_default();
            if of_stack(&tags, stack) {
                ours.push(told(summary));
            }
        }
        Ok(ours)
    }
}

impl Distribution {
    /// Its reference is the mark of this one send: used once more it is refused, which proves that
    /// the first one worked [CloudFront API: CallerReference].
    async fn create(&self, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
        let config = self.fresh(CREATE, cx.mark.token("create"))?;
        let tags = sdk_tags(CREATE, self.tags.marked(&cx.mark))?;
        let config = DistributionConfigWithTags::builder()
            .distribution_config(config)
            .tags(tags)
            .build();
        let create = aws.cloudfront.create_distribution_with_tags();
        let sent = create.distribution_config_with_tags(config).send().await;
        let created = sent.map_err(|e| failure(CREATE, e))?;
        let there = required(CREATE, created.distribution)?;
        Ok(Outputs {
            id: there.id,
            arn: there.arn,
            domain_name: there.domain_name,
        })
    }

    /// On top of what is there, and refused if somebody else was faster: then it is read again.
    async fn update(
        &self,
        aws: &Aws,
        outputs: &Outputs,
        there: Option<(SdkDistribution, Option<String>)>,
    ) -> Result<Outputs, Failure> {
        let (there, version) = required(UPDATE, there)?;
        let there = required(GET, there.distribution_config)?;
        let config = self.over(UPDATE, there)?;
        let update = aws.cloudfront.update_distribution().id(&outputs.id);
        let update = update.set_if_match(version).distribution_config(config);
        let sent = update.send().await;
        sent.map_err(|e| not_visible_yet(failure(UPDATE, e)))?;
        Ok(outputs.clone())
    }
}

/// One that the edge does not know to be disabled yet is refused; looking is cheaper than that.
async fn delete(aws: &Aws, outputs: &Outputs) -> Result<(), Failure> {
    let Some((there, version)) = read(aws, &outputs.id).await? else {
        return Ok(());
    };
    if there.status != DEPLOYED {
        let why = "the edge does not know yet that it is disabled";
        return Err(Failure::new(Class::Dependency, DELETE, "InProgress", why));
    }
    let delete = aws.cloudfront.delete_distribution().id(&outputs.id);
    let sent = delete.set_if_match(version).send().await;
    sent.map_err(|e| failure(DELETE, e))?;
    Ok(())
}

/// It and its version; none if there is no such thing.
async fn read(aws: &Aws, id: &str) -> Result<Option<(SdkDistribution, Option<String>)>, Failure> {
    let got = aws.cloudfront.get_distribution().id(id).send().await;
    match got.map_err(|e| failure(GET, e)) {
        Ok(got) => Ok(Some((required(GET, got.distribution)?, got.e_tag))),
        Err(missing) if missing.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

fn told(summary: DistributionSummary) -> Outputs {
    Outputs {
        id: summary.id,
        arn: summary.arn,
        domain_name: summary.domain_name,
    }
}

async fn summaries(aws: &Aws) -> Result<Vec<DistributionSummary>, Failure> {
    let list = aws.cloudfront.list_distributions().into_paginator();
    let pages = list.send().collect::<Result<Vec<_>, _>>().await;
    let pages = pages.map_err(|e| failure(LIST, e))?;
    let lists = pages.into_iter().filter_map(|page| page.distribution_list);
    Ok(lists.flat_map(|list| list.items).flatten().collect())
}

/// All tags; none if there is no such distribution.
pub(crate) async fn tags(
    aws: &Aws,
    arn: &str,
) -> Result<Option<BTreeMap<String, String>>, Failure> {
    let list = aws.cloudfront.list_tags_for_resource().resource(arn);
    match list.send().await.map_err(|e| failure(LIST_TAGS, e)) {
        Ok(listed) => {
            let tags = listed.tags.and_then(|tags| tags.items);
            let tags = tags.unwrap_or_default().into_iter();
            let pair = |tag: Tag| (tag.key, tag.value.unwrap_or_default());
            Ok(Some(tags.map(pair).collect()))
        }
        Err(missing) if missing.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

fn sdk_tags(operation: &'static str, tags: BTreeMap<String, String>) -> Result<SdkTags, Failure> {
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    let tags: Result<Vec<Tag>, _> = tags.into_iter().map(tag).collect();
    let tags = tags.map_err(|error| Failure::internal(operation, &error))?;
    Ok(SdkTags::builder().set_items(Some(tags)).build())
}
