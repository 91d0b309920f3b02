use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_cloudwatch::operation::get_dashboard::GetDashboardOutput;

use super::{Change, Dashboard, Outputs, body};
use crate::aws::alarm::{sdk_tags, tags};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::tags::{Tags, marked, of_stack};

const PUT: &str = "cloudwatch:PutDashboard";
const GET: &str = "cloudwatch:GetDashboard";
const LIST: &str = "cloudwatch:ListDashboards";
const DELETE: &str = "cloudwatch:DeleteDashboards";
const TAG: &str = "cloudwatch:TagResource";
const UNTAG: &str = "cloudwatch:UntagResource";

impl Live for Dashboard {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some((outputs, tags, _)) = described(aws, &self.name).await? else {
            return Ok(Found::Absent);
        };
        Ok(ours_or_foreign(
            outputs,
            &tags,
            &cx.mark,
            &format!("the dashboard `{}`", self.name),
            "delete it if nobody needs it, or give the app another name",
        ))
    }

    async fn observe(aws: &Aws, known: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let Some((outputs, tags, there)) = described(aws, &known.name).await? else {
            return Ok(None);
        };
        if !marked(&tags) {
            return Ok(None); // ours was deleted, and somebody made another
        }
        let body = there.dashboard_body.unwrap_or_default();
        Ok(Some(Observed {
            spec: Dashboard {
                name: outputs.name.clone(),
                graphs: body::graphs(aws, &body),
                tags: Tags::observed(tags),
            },
            outputs,
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
            Change::Put => {
                // Tags count only when it is made [CloudWatch API: PutDashboard].
                let tags = outputs
                    .is_none()
                    .then(|| sdk_tags(self.tags.marked(&cx.mark)));
                let put = aws.cloudwatch.put_dashboard().dashboard_name(&self.name);
                let put = put.dashboard_body(body::of(aws, &self.graphs)?.to_string());
                put.set_tags(tags)
                    .send()
                    .await
                    .map_err(|e| failure(PUT, e))?;
                return Ok(Outputs {
                    name: self.name.clone(),
                    arn: arn(aws, &self.name),
                });
            }
            Change::Tag => {
                let tag = aws.cloudwatch.tag_resource();
                let tag = tag.resource_arn(&required(TAG, outputs)?.arn);
                let tag = tag.set_tags(Some(sdk_tags(self.tags.marked(&cx.mark))));
                let sent = tag.send().await;
                sent.map_err(|e| not_visible_yet(failure(TAG, e)))?;
            }
            Change::Untag(keys) => {
                let untag = aws.cloudwatch.untag_resource();
                let untag = untag.resource_arn(&required(UNTAG, outputs)?.arn);
                let untag = untag.set_tag_keys(Some(keys.clone()));
                untag.send().await.map_err(|e| failure(UNTAG, e))?;
            }
            Change::Delete => {
                let name = &required(DELETE, outputs)?.name;
                let delete = aws.cloudwatch.delete_dashboards().dashboard_names(name);
                delete.send().await.map_err(|e| failure(DELETE, e))?;
            }
        }
        required("cloudwatch:answer", outputs).cloned()
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let mut pages = aws.cloudwatch.list_dashboards().into_paginator().send();
        let mut ours = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|e| failure(LIST, e))?;
            for entry in page.dashboard_entries.unwrap_or_default() {
                let outputs = Outputs {
                    name: required(LIST, entry.dashboard_name)?,
                    arn: required(LIST, entry.dashboard_arn)?,
                };
                let tags = tags(aws, &outputs.arn).await?.unwrap_or_default();
                ours.extend(of_stack(&tags, stack).then_some(outputs));
            }
        }
        Ok(ours)
    }
}

/// It is in no region.
fn arn(aws: &Aws, name: &str) -> String {
    let here = aws.arn("cloudwatch", &format!("dashboard/{name}"));
    here.replacen(&format!(":{}:", aws.region), "::", 1)
}

async fn described(
    aws: &Aws,
    name: &str,
) -> Result<Option<(Outputs, BTreeMap<String, String>, GetDashboardOutput)>, Failure> {
    let got = aws.cloudwatch.get_dashboard().dashboard_name(name).send();
    let got = match got.await.map_err(|e| failure(GET, e)) {
        Ok(got) => got,
        Err(error) if error.class == Class::Gone => return Ok(None),
        Err(error) => return Err(error),
    };
    let outputs = Outputs {
        name: name.to_string(),
        arn: arn(aws, name),
    };
    let tags = tags(aws, &outputs.arn).await?;
    Ok(tags.map(|tags| (outputs, tags, got)))
}
