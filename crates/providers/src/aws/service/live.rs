use std::time::Duration;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Found, Gone, Live, Observed, Readiness};

use super::described::{NAMES_MAX, describe, described, observed, outputs_of};
use super::{Change, Outputs, Service, is_raw, requests, rollout, stopped_tasks};
use crate::aws::live::Aws;
use crate::aws::live::ecs::{tag, tag_map, untag};
use crate::aws::live::failure::{failure, required};
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::tags::{marked, of_stack};

/// Between two looks at a service that drains.
const DRAINING: Duration = Duration::from_secs(5);

impl Live for Service {
    type Client = Aws;

    /// One that drains is on its way out, and its name is free when it is.
    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(cluster) = self.cluster.known() else {
            return Ok(Found::Absent); // where there is no cluster yet, there is no service
        };
        let service = described(aws, cluster, &self.name).await?;
        let Some(service) = service.filter(is_active) else {
            return Ok(Found::Absent);
        };
        Ok(ours_or_foreign(
            outputs_of("ecs:DescribeServices", &service)?,
            &tag_map(service.tags),
            &cx.mark,
            &format!("the service `{}`", self.name),
            "delete it if nobody needs it, or give the service another name",
        ))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let service = described(aws, &outputs.cluster, &outputs.name).await?;
        // One without marks somebody made after ours was deleted.
        let ours = |it: &aws_sdk_ecs::types::Service| marked(&tag_map(it.tags.clone()));
        let service = service.filter(|it| is_active(it) && ours(it));
        service.map(observed).transpose()
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        if *change == Change::Create {
            return requests::create(self, aws, cx).await;
        }
        let outputs = required("ecs:Service", outputs)?;
        match change {
            Change::Create => {}
            Change::Update { fields, .. } => {
                return requests::update(self, aws, fields, outputs).await;
            }
            Change::Tag => tag(aws, &outputs.arn, self.tags.marked(&cx.mark)).await?,
            Change::Untag(keys) => untag(aws, &outputs.arn, keys).await?,
            Change::Delete => delete(aws, outputs).await?,
        }
        Ok(outputs.clone())
    }

    async fn ready(
        &self,
        aws: &Aws,
        cx: &Context,
        outputs: &Outputs,
    ) -> Result<Readiness<Outputs>, Failure> {
        rollout::ready(self, aws, cx, outputs).await
    }

    /// It is gone when its tasks are: their network interfaces hold groups, subnets and the
    /// gateway. ECS calls it INACTIVE while the last of them are still stopping [ECS API:
    /// DeleteService].
    async fn gone(aws: &Aws, outputs: &Outputs) -> Result<Gone, Failure> {
        let service = described(aws, &outputs.cluster, &outputs.name).await?;
        if let Some(service) = service.filter(|it| it.status.as_deref() != Some("INACTIVE")) {
            let left = service.running_count + service.pending_count;
            return Ok(held(usize::try_from(left).unwrap_or(0)));
        }
        Ok(match stopped_tasks::stopping(aws, outputs).await? {
            0 => Gone::Gone,
            left => held(left),
        })
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let mut clusters = aws.ecs.list_clusters().into_paginator().items().send();
        let mut ours = Vec::new();
        while let Some(cluster) = clusters.next().await {
            let cluster = cluster.map_err(|e| failure("ecs:ListClusters", e))?;
            for arns in services(aws, &cluster).await?.chunks(NAMES_MAX) {
                for service in describe(aws, &cluster, arns.to_vec()).await? {
                    let outputs = outputs_of("ecs:DescribeServices", &service)?;
                    let tags = tag_map(service.tags);
                    let ours_is = of_stack(&tags, stack) && !is_raw(&tags);
                    ours.extend(ours_is.then_some(outputs));
                }
            }
        }
        Ok(ours)
    }
}

/// `DeleteService`, which stops its tasks too.
pub(in crate::aws) async fn delete(aws: &Aws, outputs: &Outputs) -> Result<(), Failure> {
    let delete = aws.ecs.delete_service().cluster(&outputs.cluster);
    let delete = delete.service(&outputs.name).force(true);
    let deleted = delete.send().await;
    deleted.map_err(|e| failure("ecs:DeleteService", e))?;
    Ok(())
}

fn is_active(service: &aws_sdk_ecs::types::Service) -> bool {
    service.status.as_deref() == Some("ACTIVE")
}

fn held(left: usize) -> Gone {
    let tasks = if left == 1 { "task" } else { "tasks" };
    Gone::Held {
        by: match left {
            // Those that are on their way out count no more.
            0 => "its last tasks, still stopping".to_string(),
            left => format!("{left} {tasks} still stopping"),
        },
        look_after: DRAINING,
    }
}

/// ARNs of the services in a cluster.
pub(in crate::aws) async fn services(aws: &Aws, cluster: &str) -> Result<Vec<String>, Failure> {
    let list = aws.ecs.list_services().cluster(cluster);
    let listed: Result<_, _> = list.into_paginator().items().send().collect().await;
    match listed.map_err(|e| failure("ecs:ListServices", e)) {
        Err(error) if error.class == Class::Gone => Ok(Vec::new()), // the cluster went meanwhile
        listed => listed,
    }
}
