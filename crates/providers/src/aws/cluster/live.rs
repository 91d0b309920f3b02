use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Live, Observed};
use aws_sdk_ecs::types::{ClusterField, ClusterSetting, ClusterSettingName};

use super::{Change, Cluster, Outputs};
use crate::aws::live::Aws;
use crate::aws::live::ecs::{sdk_tags, tag, tag_map, untag};
use crate::aws::live::failure::{failure, not_visible_yet, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::tags::{Tags, bears, marked, of_stack};

/// Clusters in one DescribeClusters [ECS API].
const NAMES_MAX: usize = 100;

// Ready at once: without capacity providers it is ACTIVE at once [ECS API: Cluster, status].
impl Live for Cluster {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(cluster) = described(aws, &self.name).await? else {
            return Ok(Found::Absent);
        };
        Ok(ours_or_foreign(
            cluster.outputs,
            &cluster.tags,
            &cx.mark,
            &format!("the cluster `{}`", self.name),
            "to run in it, name it under [existing]; else give the app another name",
        ))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let cluster = described(aws, &outputs.name).await?;
        // One without marks somebody made after ours was deleted.
        let Some(cluster) = cluster.filter(|cluster| marked(&cluster.tags)) else {
            return Ok(None);
        };
        Ok(Some(Observed {
            spec: Cluster {
                name: cluster.outputs.name.clone(),
                container_insights: cluster.insights,
                tags: Tags::observed(cluster.tags),
            },
            outputs: cluster.outputs,
        }))
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        let there = |operation| required(operation, outputs);
        match change {
            Change::Create => return create(self, aws, cx).await,
            Change::Settings => {
                let name = &there("ecs:UpdateClusterSettings")?.name;
                let update = aws.ecs.update_cluster_settings().cluster(name);
                let updated = update.settings(insights(self)).send().await;
                updated.map_err(|e| not_visible_yet(failure("ecs:UpdateClusterSettings", e)))?;
            }
            Change::Tag => {
                let tags = self.tags.marked(&cx.mark);
                tag(aws, &there("ecs:TagResource")?.arn, tags).await?;
            }
            Change::Untag(keys) => untag(aws, &there("ecs:UntagResource")?.arn, keys).await?,
            Change::Delete => {
                let arn = &there("ecs:DeleteCluster")?.arn;
                let deleted = aws.ecs.delete_cluster().cluster(arn).send().await;
                deleted.map_err(|e| failure("ecs:DeleteCluster", e))?;
            }
        }
        there("ecs:answer").cloned()
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let arns: Vec<String> = aws
            .ecs
            .list_clusters()
            .into_paginator()
            .items()
            .send()
            .collect::<Result<_, _>>()
            .await
            .map_err(|e| failure("ecs:ListClusters", e))?;
        let mut ours = Vec::new();
        for arns in arns.chunks(NAMES_MAX) {
            let clusters = describe(aws, arns.to_vec()).await?;
            let of_ours = |cluster: &Described| of_stack(&cluster.tags, stack);
            let found = clusters.into_values().filter(of_ours);
            ours.extend(found.map(|cluster| cluster.outputs));
        }
        Ok(ours)
    }
}

async fn create(spec: &Cluster, aws: &Aws, cx: &Context) -> Result<Outputs, Failure> {
    const OPERATION: &str = "ecs:CreateCluster";
    let create = aws.ecs.create_cluster().cluster_name(&spec.name);
    let tags = sdk_tags(spec.tags.marked(&cx.mark));
    let create = create.settings(insights(spec)).set_tags(Some(tags));
    let created = create.send().await.map_err(|e| failure(OPERATION, e))?;
    let cluster = required(OPERATION, created.cluster)?;
    // It answers with a cluster that somebody else made since we looked: then a look tells whose.
    if !bears(&tag_map(cluster.tags), &cx.mark) {
        return Err(Failure::new(
            Class::Exists,
            OPERATION,
            "NotOurs",
            "the cluster that was answered does not bear our mark",
        ));
    }
    Ok(Outputs {
        name: required(OPERATION, cluster.cluster_name)?,
        arn: required(OPERATION, cluster.cluster_arn)?,
    })
}

fn insights(spec: &Cluster) -> ClusterSetting {
    ClusterSetting::builder()
        .name(ClusterSettingName::ContainerInsights)
        .value(&spec.container_insights)
        .build()
}

#[derive(Clone)]
struct Described {
    outputs: Outputs,
    insights: String,
    tags: BTreeMap<String, String>,
}

async fn described(aws: &Aws, name: &str) -> Result<Option<Described>, Failure> {
    let clusters = aws.batch("cluster", NAMES_MAX, |aws, names| async move {
        describe(&aws, names).await
    });
    clusters.get(name).await
}

/// By name. A deleted cluster can be seen as INACTIVE; it counts as absent, and its name is free
/// [ECS API: DeleteCluster].
async fn describe(
    aws: &Aws,
    clusters: Vec<String>,
) -> Result<BTreeMap<String, Described>, Failure> {
    const OPERATION: &str = "ecs:DescribeClusters";
    let describe = aws.ecs.describe_clusters().set_clusters(Some(clusters));
    let describe = describe
        .include(ClusterField::Tags)
        .include(ClusterField::Settings);
    let described = describe.send().await.map_err(|e| failure(OPERATION, e))?;
    let failures = described.failures.unwrap_or_default();
    let missing = |failure: &aws_sdk_ecs::types::Failure| failure.reason() == Some("MISSING");
    if let Some(refused) = failures.into_iter().find(|failure| !missing(failure)) {
        let code = refused.reason.unwrap_or_default();
        let detail = refused.detail.unwrap_or_default();
        return Err(Failure::new(Class::Denied, OPERATION, code, detail));
    }
    let mut found = BTreeMap::new();
    for cluster in described.clusters.unwrap_or_default() {
        if cluster.status.as_deref() == Some("INACTIVE") {
            continue;
        }
        let name = required(OPERATION, cluster.cluster_name)?;
        let setting = cluster
            .settings
            .unwrap_or_default()
            .into_iter()
            .find(|setting| setting.name == Some(ClusterSettingName::ContainerInsights));
        let described = Described {
            outputs: Outputs {
                name: name.clone(),
                arn: required(OPERATION, cluster.cluster_arn)?,
            },
            insights: setting
                .and_then(|setting| setting.value)
                .unwrap_or_else(|| "disabled".to_string()),
            tags: tag_map(cluster.tags),
        };
        found.insert(name, described);
    }
    Ok(found)
}
