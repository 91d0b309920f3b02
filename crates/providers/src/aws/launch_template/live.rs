use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::input::Input;
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_ec2::types::{
    Filter, LaunchTemplateBlockDeviceMappingRequest, LaunchTemplateEbsBlockDeviceRequest,
    LaunchTemplateHttpTokensState, LaunchTemplateIamInstanceProfileSpecificationRequest,
    LaunchTemplateInstanceMetadataOptionsRequest,
    LaunchTemplateInstanceNetworkInterfaceSpecificationRequest,
    LaunchTemplateTagSpecificationRequest, RequestLaunchTemplateData, ResourceType,
    ResponseLaunchTemplateData, Tag, VolumeType,
};
use aws_smithy_types::base64;

use super::user_data;
use super::{Change, LaunchTemplate, Outputs, VERSION};
use crate::aws::live::Aws;
use crate::aws::live::ec2::{self, filter, stack_filters, tag_map};
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::tags::Tags;

const CREATE: &str = "ec2:CreateLaunchTemplate";
const DESCRIBE: &str = "ec2:DescribeLaunchTemplates";
const VERSIONS: &str = "ec2:DescribeLaunchTemplateVersions";
const DELETE: &str = "ec2:DeleteLaunchTemplate";

/// The root volume of Amazon Linux.
const ROOT: &str = "/dev/xvda";

impl Live for LaunchTemplate {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let named = vec![filter("launch-template-name", vec![self.name.clone()])];
        let Some(template) = described(aws, named).await?.into_values().next() else {
            return Ok(Found::Absent);
        };
        Ok(ours_or_foreign(
            template.outputs,
            &template.tags,
            &cx.mark,
            &format!("the launch template `{}`", self.name),
            "delete it if nobody needs it, or give the app another name",
        ))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let named = vec![filter("launch-template-name", vec![outputs.name.clone()])];
        let (found, data) = futures_util::join!(described(aws, named), version(aws, &outputs.id));
        let found = found?.remove(&outputs.id);
        let (Some(found), Some(data)) = (found, data?) else {
            return Ok(None);
        };
        Ok(Some(Observed {
            spec: read(&found, data),
            outputs: found.outputs,
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
            Change::Tag => ec2::tag(aws, self.tags.marked(&cx.mark), outputs, |o| &o.id).await,
            Change::Untag(keys) => ec2::untag(aws, keys, outputs, |o| &o.id).await,
            Change::Delete => {
                let outputs = required(DELETE, outputs)?;
                let delete = aws.ec2.delete_launch_template();
                let sent = delete.launch_template_id(&outputs.id).send().await;
                sent.map_err(|e| failure(DELETE, e))?;
                Ok(outputs.clone())
            }
        }
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let all = described(aws, stack_filters(stack)).await?;
        Ok(all.into_values().map(|found| found.outputs).collect())
    }
}

impl LaunchTemplate {
    async fn create(&self, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
        let tags = ec2::tag_specification(ResourceType::LaunchTemplate, &self.tags, &cx.mark);
        let sent = aws
            .ec2
            .create_launch_template()
            .launch_template_name(&self.name)
            .launch_template_data(self.data(cx)?)
            .client_token(cx.mark.token("create"))
            .tag_specifications(tags)
            .send()
            .await;
        let made = sent.map_err(|e| not_visible_yet(failure(CREATE, e)))?;
        let made = required(CREATE, made.launch_template)?;
        Ok(Outputs {
            id: required(CREATE, made.launch_template_id)?,
            name: required(CREATE, made.launch_template_name)?,
        })
    }

    fn data(&self, cx: &Context) -> Result<RequestLaunchTemplateData, Failure> {
        let groups = self.security_groups.iter();
        let groups = groups.map(|group| known(CREATE, group).cloned());
        let interface = LaunchTemplateInstanceNetworkInterfaceSpecificationRequest::builder()
            .device_index(0)
            .associate_public_ip_address(self.public_address)
            .delete_on_termination(true)
            .set_groups(Some(groups.collect::<Result<_, _>>()?))
            .build();
        let profile = LaunchTemplateIamInstanceProfileSpecificationRequest::builder()
            .arn(known(CREATE, &self.profile)?)
            .build();
        let metadata = LaunchTemplateInstanceMetadataOptionsRequest::builder()
            .http_tokens(LaunchTemplateHttpTokensState::Required)
            .http_put_response_hop_limit(int(self.metadata_hops))
            .build();
        let disk = LaunchTemplateEbsBlockDeviceRequest::builder()
            .encrypted(true)
            .delete_on_termination(true)
            .volume_type(VolumeType::Gp3)
            .volume_size(int(self.disk_gib))
            .build();
        let disk = LaunchTemplateBlockDeviceMappingRequest::builder()
            .device_name(ROOT)
            .ebs(disk)
            .build();
        let tag = |(key, value)| Tag::builder().key(key).value(value).build();
        let tags = self.tags.marked(&cx.mark).into_iter().map(tag).collect();
        let of_volumes = LaunchTemplateTagSpecificationRequest::builder()
            .resource_type(ResourceType::Volume)
            .set_tags(Some(tags))
            .build();
        let key_pair = self.key_pair.as_ref();
        let key_pair = key_pair.map(|name| known(CREATE, name)).transpose()?;
        let user_data = user_data::written(known(CREATE, &self.cluster)?, &self.script);
        Ok(RequestLaunchTemplateData::builder()
            .image_id(&self.image)
            .instance_type(self.instance_type.as_str().into())
            .iam_instance_profile(profile)
            .network_interfaces(interface)
            .metadata_options(metadata)
            .block_device_mappings(disk)
            .tag_specifications(of_volumes)
            .set_key_name(key_pair.cloned())
            .user_data(base64::encode(user_data))
            .build())
    }
}

fn int(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

#[derive(Clone)]
struct Described {
    outputs: Outputs,
    tags: BTreeMap<String, String>,
}

async fn described(
    aws: &Aws,
    filters: Vec<Filter>,
) -> Result<BTreeMap<String, Described>, Failure> {
    let describe = aws.ec2.describe_launch_templates();
    let pages = describe.set_filters(Some(filters)).into_paginator().items();
    let mut pages = pages.send();
    let mut found = BTreeMap::new();
    while let Some(template) = pages.next().await {
        let template = template.map_err(|e| failure(DESCRIBE, e))?;
        let id = required(DESCRIBE, template.launch_template_id)?;
        let described = Described {
            outputs: Outputs {
                id: id.clone(),
                name: required(DESCRIBE, template.launch_template_name)?,
            },
            tags: tag_map(template.tags),
        };
        found.insert(id, described);
    }
    Ok(found)
}

/// The content; none if there is no such template or version.
async fn version(aws: &Aws, id: &str) -> Result<Option<ResponseLaunchTemplateData>, Failure> {
    let describe = aws.ec2.describe_launch_template_versions();
    let describe = describe.launch_template_id(id).versions(VERSION);
    match describe.send().await.map_err(|e| failure(VERSIONS, e)) {
        Ok(answer) => {
            let versions = answer.launch_template_versions.unwrap_or_default();
            let data = versions.into_iter().next();
            Ok(data.and_then(|version| version.launch_template_data))
        }
        Err(error) if error.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

fn read(found: &Described, data: ResponseLaunchTemplateData) -> LaunchTemplate {
    let interface = data
        .network_interfaces
        .unwrap_or_default()
        .into_iter()
        .next();
    let disk = data.block_device_mappings.unwrap_or_default().into_iter();
    let disk = disk.filter_map(|mapping| mapping.ebs).next();
    let metadata = data.metadata_options.as_ref();
    let guarded =
        metadata.is_some_and(|it| it.http_tokens == Some(LaunchTemplateHttpTokensState::Required));
    let hops = metadata.and_then(|it| it.http_put_response_hop_limit);
    let text = data.user_data.and_then(|text| base64::decode(text).ok());
    let text = String::from_utf8(text.unwrap_or_default()).unwrap_or_default();
    // A text that is not ours is shown whole, so that it differs.
    let (cluster, script) = user_data::read(&text).unwrap_or_else(|| (String::new(), text));
    let groups = interface.as_ref().and_then(|it| it.groups.clone());
    let number = |value: Option<i32>| value.and_then(|it| u32::try_from(it).ok()).unwrap_or(0);
    LaunchTemplate {
        name: found.outputs.name.clone(),
        image: data.image_id.unwrap_or_default(),
        instance_type: data
            .instance_type
            .map(|it| it.as_str().to_string())
            .unwrap_or_default(),
        profile: Input::Known(
            data.iam_instance_profile
                .and_then(|it| it.arn)
                .unwrap_or_default(),
        ),
        security_groups: groups
            .unwrap_or_default()
            .into_iter()
            .map(Input::Known)
            .collect(),
        public_address: interface.is_some_and(|it| it.associate_public_ip_address == Some(true)),
        key_pair: data.key_name.map(Input::Known),
        // Where any answer is given without a token, no number of hops is what we want.
        metadata_hops: if guarded { number(hops) } else { 0 },
        disk_gib: number(disk.and_then(|it| it.volume_size)),
        cluster: Input::Known(cluster),
        script,
        tags: Tags::observed(found.tags.clone()),
    }
}
