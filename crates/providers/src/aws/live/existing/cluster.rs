//! Somebody else's cluster.

use ashore_engine::failure::Failure;

use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, required};

const DESCRIBE: &str = "ecs:DescribeClusters";

/// A cluster.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cluster {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// `ACTIVE` if services can be made in it.
    pub status: String,
}

pub(super) async fn read(aws: &Aws, which: &str) -> Result<Option<Cluster>, Failure> {
    let described = aws.ecs.describe_clusters().clusters(which).send().await;
    let described = described.map_err(|e| failure(DESCRIBE, e))?;
    let first = described.clusters.unwrap_or_default().into_iter().next();
    let cluster = first.map(|cluster| {
        Ok(Cluster {
            arn: required(DESCRIBE, cluster.cluster_arn)?,
            name: required(DESCRIBE, cluster.cluster_name)?,
            status: cluster.status.unwrap_or_default(),
        })
    });
    cluster.transpose()
}
