use std::collections::BTreeMap;
use std::time::Duration;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::input::Input;
use ashore_engine::kind::{Context, Found, Gone, Live, Observed, Readiness};
use aws_sdk_ecs::types::{CapacityProviderStrategyItem, ClusterField};

use super::{Change, ClusterCapacity, Outputs};
use crate::aws::live::Aws;
use crate::aws::live::ecs::tag_map;
use crate::aws::live::failure::{failure, known, not_visible_yet, required};
use crate::aws::tags::marked;

const PUT: &str = "ecs:PutClusterCapacityProviders";
const DESCRIBE: &str = "ecs:DescribeClusters";
/// Clusters in one DescribeClusters [ECS API].
const NAMES_MAX: usize = 100;
/// Between two looks at attachments, which ECS makes within seconds.
const ATTACHING: Duration = Duration::from_secs(2);

impl Live for ClusterCapacity {
    type Client = Aws;

    /// Nothing about an attachment bears a mark. Where the cluster is ours, so is what it has.
    async fn find(&self, aws: &Aws, _: &Context) -> Result<Found<Outputs>, Failure> {
        let (Some(cluster), Some(wanted)) = (self.cluster.known(), super::names(&self.providers))
        else {
            return Ok(Found::Absent);
        };
        let there = described(aws, cluster).await?;
        let there = there.filter(|it| wanted.iter().all(|name| it.providers.contains(name)));
        Ok(there.map_or(Found::Absent, |there| {
            Found::Ours(Outputs {
                cluster: there.arn,
                providers: wanted.into_iter().collect(),
            })
        }))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let there = described(aws, &outputs.cluster).await?;
        let Some(there) = there.filter(|it| marked(&it.tags)) else {
            return Ok(None);
        };
        let attached = outputs.providers.iter();
        let attached: Vec<_> = attached
            .filter(|name| there.providers.contains(name))
            .cloned()
            .map(Input::Known)
            .collect();
        if attached.is_empty() {
            return Ok(None);
        }
        Ok(Some(Observed {
            spec: ClusterCapacity {
                cluster: Input::Known(there.arn.clone()),
                providers: attached,
            },
            outputs: Outputs {
                cluster: there.arn,
                providers: outputs.providers.clone(),
            },
        }))
    }

    async fn send(
        &self,
        aws: &Aws,
        _: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        match change {
            Change::Attach => {
                let cluster = known(PUT, &self.cluster)?;
                let mine: Result<Vec<_>, _> =
                    self.providers.iter().map(|it| known(PUT, it)).collect();
                let mine: Vec<String> = mine?.into_iter().cloned().collect();
                let there = required(PUT, described(aws, cluster).await?);
                let there = there.map_err(|_| unseen(cluster))?;
                let mut all = there.providers.clone();
                all.extend(
                    mine.iter()
                        .filter(|it| !there.providers.contains(it))
                        .cloned(),
                );
                put(aws, &there, all).await.map_err(not_visible_yet)?;
                Ok(Outputs {
                    cluster: there.arn,
                    providers: mine,
                })
            }
            Change::Detach => {
                let outputs = required(PUT, outputs)?;
                let Some(there) = described(aws, &outputs.cluster).await? else {
                    return Ok(outputs.clone()); // it went with its cluster
                };
                let left = there.providers.iter();
                let left = left.filter(|name| !outputs.providers.contains(name));
                put(aws, &there, left.cloned().collect()).await?;
                Ok(outputs.clone())
            }
        }
    }

    /// Over an Auto Scaling group a provider comes with a scaling plan and a lifecycle hook, which
    /// ECS makes first [ECS API: Cluster, attachments].
    async fn ready(
        &self,
        aws: &Aws,
        _: &Context,
        outputs: &Outputs,
    ) -> Result<Readiness<Outputs>, Failure> {
        let Some(there) = described(aws, &outputs.cluster).await? else {
            return Err(unseen(&outputs.cluster));
        };
        Ok(match there.status.as_str() {
            "UPDATE_IN_PROGRESS" => Readiness::Pending {
                outputs: outputs.clone(),
                why: "ECS attaches the capacity providers to the cluster".to_string(),
                look_after: ATTACHING,
            },
            "UPDATE_FAILED" => Readiness::Failed(
                Failure::new(
                    Class::Invalid,
                    "attach capacity providers",
                    "UPDATE_FAILED",
                    "ECS could not attach the capacity providers to the cluster",
                )
                .with_evidence(there.attachments)
                .with_advice("run the same command again: it attaches them once more"),
            ),
            _ => Readiness::Ready(outputs.clone()),
        })
    }

    async fn gone(aws: &Aws, outputs: &Outputs) -> Result<Gone, Failure> {
        let there = described(aws, &outputs.cluster).await?;
        let held = there.is_some_and(|it| {
            let attached = outputs
                .providers
                .iter()
                .any(|name| it.providers.contains(name));
            attached || it.status == "UPDATE_IN_PROGRESS"
        });
        Ok(match held {
            true => Gone::Held {
                by: "ECS, which takes the capacity providers off the cluster".to_string(),
                look_after: ATTACHING,
            },
            false => Gone::Gone,
        })
    }

    /// Nothing of it is there without its cluster, which bears the mark and is listed.
    async fn list(_: &Aws, _: &StackName) -> Result<Vec<Outputs>, Failure> {
        Ok(Vec::new())
    }
}

/// It replaces all providers of the cluster: these are all that it is to have. A default strategy
/// that names one that goes would be refused.
async fn put(aws: &Aws, there: &Described, providers: Vec<String>) -> Result<(), Failure> {
    let default = there.default.iter();
    let default = default.filter(|it| providers.contains(&it.capacity_provider));
    let sent = aws
        .ecs
        .put_cluster_capacity_providers()
        .cluster(&there.arn)
        .set_default_capacity_provider_strategy(Some(default.cloned().collect()))
        .set_capacity_providers(Some(providers))
        .send()
        .await;
    sent.map_err(|e| failure(PUT, e))?;
    Ok(())
}

fn unseen(cluster: &str) -> Failure {
    let message = format!("the cluster {cluster} cannot be read yet");
    Failure::new(Class::Eventual, DESCRIBE, "NotVisible", message)
}

#[derive(Clone)]
struct Described {
    arn: String,
    providers: Vec<String>,
    default: Vec<CapacityProviderStrategyItem>,
    status: String,
    attachments: Vec<String>,
    tags: BTreeMap<String, String>,
}

async fn described(aws: &Aws, cluster: &str) -> Result<Option<Described>, Failure> {
    let clusters = aws.batch("cluster-capacity", NAMES_MAX, |aws, names| async move {
        describe(&aws, names).await
    });
    clusters.get(cluster).await
}

/// By name and by ARN, whichever was asked for.
async fn describe(
    aws: &Aws,
    clusters: Vec<String>,
) -> Result<BTreeMap<String, Described>, Failure> {
    let describe = aws.ecs.describe_clusters();
    let describe = describe
        .set_clusters(Some(clusters.clone()))
        .include(ClusterField::Attachments)
        .include(ClusterField::Tags);
    let answer = describe.send().await.map_err(|e| failure(DESCRIBE, e))?;
    let mut found = BTreeMap::new();
    for cluster in answer.clusters.unwrap_or_default() {
        if cluster.status.as_deref() == Some("INACTIVE") {
            continue;
        }
        let name = required(DESCRIBE, cluster.cluster_name)?;
        let arn = required(DESCRIBE, cluster.cluster_arn)?;
        let attachments = cluster.attachments.unwrap_or_default();
        let described = Described {
            arn: arn.clone(),
            providers: cluster.capacity_providers.unwrap_or_default(),
            default: cluster
                .default_capacity_provider_strategy
                .unwrap_or_default(),
            status: cluster.attachments_status.unwrap_or_default(),
            attachments: attachments
                .into_iter()
                .map(|it| {
                    let (kind, status) = (it.r#type, it.status);
                    let (kind, status) = (kind.unwrap_or_default(), status.unwrap_or_default());
                    format!("attachment {kind}: {status}")
                })
                .collect(),
            tags: tag_map(cluster.tags),
        };
        let key = match clusters.contains(&arn) {
            true => arn,
            false => name,
        };
        found.insert(key, described);
    }
    Ok(found)
}
