//! `capacity` of a service.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::defaults;
use crate::located::Located;

/// What the tasks of a service run on: Fargate, spare Fargate, a mix of both, or EC2 instances of your own.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CapacitySection {
    /// On Fargate, on demand.
    #[schemars(extend("examples" = [{ "base": 1, "weight": 1 }]))]
    pub(crate) fargate: Option<Located<ShareSection>>,

    /// On spare Fargate capacity, about two thirds cheaper. AWS may want it back, and then stops a task at two
    /// minutes' notice.
    #[schemars(extend("examples" = [{ "weight": 3 }]))]
    pub(crate) fargate_spot: Option<Located<ShareSection>>,

    /// On the EC2 instances of `[ec2]`. It cannot be mixed with Fargate in one service.
    #[schemars(extend("examples" = [{ "network": "bridge" }]))]
    pub(crate) ec2: Option<Located<InstancesSection>>,
}

/// A share of the tasks.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShareSection {
    /// So many tasks run there before any others are given out. Default 0. One of the two can have a base.
    #[schemars(range(max = 100_000), extend("default" = defaults::SHARE_BASE))]
    pub(crate) base: Option<Located<u32>>,

    /// Of the tasks beyond the base so many parts run there. Default 1.
    #[schemars(range(max = 1000), extend("default" = defaults::SHARE_WEIGHT))]
    pub(crate) weight: Option<Located<u32>>,
}

/// Tasks on EC2 instances.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InstancesSection {
    /// How a task is connected. Default `awsvpc`, which is what Fargate does too: nothing about the service changes
    /// when it moves.
    #[schemars(extend("default" = "awsvpc"))]
    pub(crate) network: Option<Located<InstanceNetwork>>,
}

/// How a task on an instance is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum InstanceNetwork {
    /// Each task has a network interface and security groups of its own. An instance has few of them: a t3.small has
    /// room for two such tasks.
    Awsvpc,
    /// Tasks share their instance's network, and each port of each gets one that is free there: as many tasks on an
    /// instance as its cpu and memory take.
    Bridge,
}
