use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::input::Input;
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_route53::types::{HostedZone, HostedZoneConfig, Tag, TagResourceType, Vpc, VpcRegion};

use super::{Change, Outputs, PrivateZone};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, known, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::tags::{Tags, of_stack};
use crate::dns;

const CREATE: &str = "route53:CreateHostedZone";
const ASSOCIATE: &str = "route53:AssociateVPCWithHostedZone";
const DISASSOCIATE: &str = "route53:DisassociateVPCFromHostedZone";
const TAG: &str = "route53:ChangeTagsForResource";
const DELETE: &str = "route53:DeleteHostedZone";
const GET: &str = "route53:GetHostedZone";
const LIST: &str = "route53:ListHostedZones";
const LIST_BY_VPC: &str = "route53:ListHostedZonesByVPC";
const LIST_TAGS: &str = "route53:ListTagsForResources";

/// Zones of one request [Route 53 API: ListTagsForResources].
const ZONES_MAX: usize = 10;

impl Live for PrivateZone {
    type Client = Aws;

    /// A network has one zone of a name. One that was made a moment ago and has no tags yet is known
    /// by the reference that it was made with.
    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(vpc) = self.vpcs.first().and_then(Input::known) else {
            return Ok(Found::Absent); // where there is no network yet, there is no zone in it
        };
        let Some(id) = self.in_vpc(aws, vpc).await? else {
            return Ok(Found::Absent);
        };
        let outputs = Outputs { id };
        let Some((zone, _)) = described(aws, &outputs.id).await? else {
            return Ok(Found::Absent);
        };
        if zone.caller_reference == cx.mark.token("create") {
            return Ok(Found::Ours(outputs));
        }
        let tags = tags(aws, &outputs.id).await?;
        Ok(ours_or_foreign(
            outputs,
            &tags,
            &cx.mark,
            &format!("the private zone `{}` in {vpc}", self.domain),
            "delete it if nobody needs it, or name another `network.private_zone`",
        ))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let Some((zone, vpcs)) = described(aws, &outputs.id).await? else {
            return Ok(None);
        };
        let region = vpcs.iter().find_map(|vpc| vpc.vpc_region.clone());
        let ids = vpcs.into_iter().filter_map(|vpc| vpc.vpc_id);
        Ok(Some(Observed {
            outputs: outputs.clone(),
            spec: PrivateZone {
                domain: dns::name(&zone.name),
                vpcs: ids.map(Input::Known).collect(),
                region: region.map_or(String::new(), |it| it.as_str().to_string()),
                tags: Tags::observed(tags(aws, &outputs.id).await?),
            },
        }))
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        if *change == Change::Create {
            return self.create(aws, cx).await;
        }
        let outputs = required(TAG, outputs)?;
        match change {
            Change::Create => {}
            Change::Associate(at) => {
                let vpc = known(ASSOCIATE, required(ASSOCIATE, self.vpcs.get(*at))?)?;
                let associate = aws.route53.associate_vpc_with_hosted_zone();
                let associate = associate.hosted_zone_id(&outputs.id).vpc(self.vpc(vpc));
                associate.send().await.map_err(|e| failure(ASSOCIATE, e))?;
            }
            Change::Disassociate(vpc) => {
                let leave = aws.route53.disassociate_vpc_from_hosted_zone();
                let leave = leave.hosted_zone_id(&outputs.id).vpc(self.vpc(vpc));
                leave.send().await.map_err(|e| failure(DISASSOCIATE, e))?;
            }
            Change::Tag(keys) => {
                let mut all = self.tags.marked(&cx.mark);
                all.retain(|key, _| keys.contains(key));
                let tag = |(key, value)| Tag::builder().key(key).value(value).build();
                let set = aws.route53.change_tags_for_resource();
                let set = set
                    .resource_type(TagResourceType::Hostedzone)
                    .resource_id(&outputs.id)
                    .set_add_tags(Some(all.into_iter().map(tag).collect()));
                set.send().await.map_err(|e| failure(TAG, e))?;
            }
            Change::Untag(keys) => {
                let unset = aws.route53.change_tags_for_resource();
                let unset = unset
                    .resource_type(TagResourceType::Hostedzone)
                    .resource_id(&outputs.id)
                    .set_remove_tag_keys(Some(keys.clone()));
                unset.send().await.map_err(|e| failure(TAG, e))?;
            }
            Change::Delete => {
                let delete = aws.route53.delete_hosted_zone().id(&outputs.id);
                delete.send().await.map_err(|e| failure(DELETE, e))?;
            }
        }
        Ok(outputs.clone())
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let zones = aws.route53.list_hosted_zones().into_paginator().items();
        let zones: Vec<HostedZone> = zones
            .send()
            .collect::<Result<_, _>>()
            .await
            .map_err(|e| failure(LIST, e))?;
        let private = |zone: &HostedZone| zone.config.as_ref().is_some_and(|it| it.private_zone);
        let ids: Vec<String> = zones.iter().filter(|it| private(it)).map(id_of).collect();
        let mut ours = Vec::new();
        for id in ids {
            let tags = tags(aws, &id).await?;
            ours.extend(of_stack(&tags, stack).then_some(Outputs { id }));
        }
        Ok(ours)
    }
}

impl PrivateZone {
    fn vpc(&self, id: &str) -> Vpc {
        Vpc::builder()
            .vpc_region(VpcRegion::from(self.region.as_str()))
            .vpc_id(id)
            .build()
    }

    async fn create(&self, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
        let vpc = known(CREATE, required(CREATE, self.vpcs.first())?)?;
        let config = HostedZoneConfig::builder().private_zone(true).build();
        let create = aws
            .route53
            .create_hosted_zone()
            .name(&self.domain)
            .caller_reference(cx.mark.token("create"))
            .hosted_zone_config(config)
            .vpc(self.vpc(vpc));
        let created = create.send().await.map_err(|e| failure(CREATE, e))?;
        let zone = required(CREATE, created.hosted_zone)?;
        Ok(Outputs { id: id_of(&zone) })
    }

    /// The zone of this name that answers in a VPC.
    async fn in_vpc(&self, aws: &Aws, vpc: &str) -> Result<Option<String>, Failure> {
        let mut token = None;
        loop {
            let list = aws.route53.list_hosted_zones_by_vpc().vpc_id(vpc);
            let list = list.vpc_region(VpcRegion::from(self.region.as_str()));
            let listed = list.set_next_token(token).send().await;
            let listed = listed.map_err(|e| failure(LIST_BY_VPC, e))?;
            let mut zones = listed.hosted_zone_summaries.into_iter();
            let found = zones.find(|zone| dns::name(&zone.name) == self.domain);
            token = listed.next_token;
            if found.is_some() || token.is_none() {
                return Ok(found.map(|zone| zone.hosted_zone_id));
            }
        }
    }
}

/// Answers have `/hostedzone/Z…`, requests want `Z…`.
fn id_of(zone: &HostedZone) -> String {
    let id = zone.id.rsplit('/').next();
    id.unwrap_or(&zone.id).to_string()
}

async fn described(aws: &Aws, id: &str) -> Result<Option<(HostedZone, Vec<Vpc>)>, Failure> {
    let got = aws.route53.get_hosted_zone().id(id).send().await;
    match got.map_err(|e| failure(GET, e)) {
        Ok(got) => {
            let zone = required(GET, got.hosted_zone)?;
            Ok(Some((zone, got.vpcs.unwrap_or_default())))
        }
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

async fn tags(aws: &Aws, id: &str) -> Result<BTreeMap<String, String>, Failure> {
    let batch = aws.batch("zone-tags", ZONES_MAX, |aws: Aws, ids| async move {
        let list = aws.route53.list_tags_for_resources();
        let list = list.resource_type(TagResourceType::Hostedzone);
        let listed = list.set_resource_ids(Some(ids)).send().await;
        let listed = listed.map_err(|e| failure(LIST_TAGS, e))?;
        let sets = listed.resource_tag_sets.into_iter();
        let of_zone = |set: aws_sdk_route53::types::ResourceTagSet| {
            let pair = |tag: Tag| Some((tag.key?, tag.value.unwrap_or_default()));
            let tags = set.tags.unwrap_or_default().into_iter();
            let tags: BTreeMap<_, _> = tags.filter_map(pair).collect();
            Some((set.resource_id?, tags))
        };
        Ok(sets.filter_map(of_zone).collect())
    });
    Ok(batch.get(id).await?.unwrap_or_default())
}
