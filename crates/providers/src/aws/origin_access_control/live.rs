use ashore_engine::address::{Mark, StackName};
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Foreign, Found, Live, Observed};
use aws_sdk_cloudfront::types::{
    OriginAccessControlConfig, OriginAccessControlOriginTypes, OriginAccessControlSigningBehaviors,
    OriginAccessControlSigningProtocols, OriginAccessControlSummary,
};

use super::{Change, OriginAccessControl, Outputs};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, required};

const CREATE: &str = "cloudfront:CreateOriginAccessControl";
const UPDATE: &str = "cloudfront:UpdateOriginAccessControl";
const DELETE: &str = "cloudfront:DeleteOriginAccessControl";
const GET: &str = "cloudfront:GetOriginAccessControl";
const LIST: &str = "cloudfront:ListOriginAccessControls";

impl Live for OriginAccessControl {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let all = summaries(aws).await?;
        let Some(named) = all.into_iter().find(|it| it.name == self.name) else {
            return Ok(Found::Absent);
        };
        if named.description == description(&cx.mark) {
            return Ok(Found::Ours(Outputs { id: named.id }));
        }
        Ok(Found::Foreign(Foreign {
            who: format!(
                "the origin access control `{}`, which says of itself {:?},",
                self.name, named.description
            ),
            advice: "delete it if no distribution needs it, or give the app another name".into(),
        }))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let there = read(aws, &outputs.id).await?;
        Ok(there.map(|(config, _)| Observed {
            spec: OriginAccessControl {
                name: config.name,
                signing: config.signing_behavior.as_str().to_string(),
            },
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
            Change::Create => {
                let create = aws.cloudfront.create_origin_access_control();
                let config = self.config(CREATE, description(&cx.mark))?;
                let sent = create.origin_access_control_config(config).send().await;
                let created = sent.map_err(|e| failure(CREATE, e))?;
                let id = created.origin_access_control.map(|it| it.id);
                Ok(Outputs {
                    id: required(CREATE, id)?,
                })
            }
            Change::Update => {
                let outputs = required(UPDATE, outputs)?;
                let (there, version) = required(UPDATE, read(aws, &outputs.id).await?)?;
                let config = self.config(UPDATE, there.description.unwrap_or_default())?;
                let update = aws.cloudfront.update_origin_access_control();
                let update = update.id(&outputs.id).set_if_match(version);
                let sent = update.origin_access_control_config(config).send().await;
                sent.map_err(|e| failure(UPDATE, e))?;
                Ok(outputs.clone())
            }
            Change::Delete => {
                let outputs = required(DELETE, outputs)?;
                let Some((_, version)) = read(aws, &outputs.id).await? else {
                    return Ok(outputs.clone());
                };
                let delete = aws.cloudfront.delete_origin_access_control();
                let sent = delete.id(&outputs.id).set_if_match(version).send().await;
                sent.map_err(|e| failure(DELETE, e))?;
                Ok(outputs.clone())
            }
        }
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let begins = format!("{} ", of_stack(stack));
        let all = summaries(aws).await?.into_iter();
        let ours = all.filter(|it| it.description.starts_with(&begins));
        Ok(ours.map(|it| Outputs { id: it.id }).collect())
    }
}

impl OriginAccessControl {
    fn config(
        &self,
        operation: &'static str,
        description: String,
    ) -> Result<OriginAccessControlConfig, Failure> {
        let signing = OriginAccessControlSigningBehaviors::from(self.signing.as_str());
        OriginAccessControlConfig::builder()
            .name(&self.name)
            .description(description)
            .signing_protocol(OriginAccessControlSigningProtocols::Sigv4)
            .signing_behavior(signing)
            .origin_access_control_origin_type(OriginAccessControlOriginTypes::S3)
            .build()
            .map_err(|error| Failure::internal(operation, &error))
    }
}

fn of_stack(stack: &StackName) -> String {
    format!("ashore {}", stack.key())
}

/// The mark, in words: at most 256 characters [CloudFront API: OriginAccessControlConfig].
fn description(mark: &Mark) -> String {
    let instance = &mark.instance;
    let stack = of_stack(&mark.stack);
    let address = instance.address.as_str();
    format!("{stack} {address} {}", instance.generation)
}

/// It and its version; none if there is no such thing.
async fn read(
    aws: &Aws,
    id: &str,
) -> Result<Option<(OriginAccessControlConfig, Option<String>)>, Failure> {
    let got = aws.cloudfront.get_origin_access_control().id(id).send();
    match got.await.map_err(|e| failure(GET, e)) {
        Ok(got) => {
            let control = required(GET, got.origin_access_control)?;
            let config = required(GET, control.origin_access_control_config)?;
            Ok(Some((config, got.e_tag)))
        }
        Err(missing) if missing.class == Class::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

async fn summaries(aws: &Aws) -> Result<Vec<OriginAccessControlSummary>, Failure> {
    let list = aws.cloudfront.list_origin_access_controls();
    let pages = list.into_paginator().send().collect::<Result<Vec<_>, _>>();
    let pages = pages.await.map_err(|e| failure(LIST, e))?;
    let lists = pages
        .into_iter()
        .filter_map(|it| it.origin_access_control_list);
    Ok(lists.flat_map(|list| list.items).flatten().collect())
}
