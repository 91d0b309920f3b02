//! What the tasks of a service run on.

/// What the tasks of a service run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capacity {
    /// Fargate, on demand.
    Fargate,
    /// Fargate in shares. At least one of the two is there and has a weight; at most one has a base.
    Mixed {
        /// On demand.
        fargate: Option<Share>,
        /// On spare capacity.
        spot: Option<Share>,
    },
    /// The instances of `[ec2]`.
    Instances {
        /// How tasks are connected.
        network: InstanceNetwork,
        /// One task on each instance, whatever the service says of a number?
        daemon: bool,
    },
}

/// A share of the tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// So many before any others are given out.
    pub base: u32,
    /// So many parts of the others.
    pub weight: u32,
}

/// How tasks on instances are connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceNetwork {
    /// Each by an interface of its own.
    Own,
    /// All by their instance's.
    Shared,
}

impl Capacity {
    /// Does it run on the instances of `[ec2]`?
    pub fn is_on_instances(self) -> bool {
        matches!(self, Self::Instances { .. })
    }

    /// Does it share the network of its instance?
    pub fn shares_network(self) -> bool {
        matches!(
            self,
            Self::Instances {
                network: InstanceNetwork::Shared,
                ..
            }
        )
    }

    /// Does one task of it run on each instance?
    pub fn is_daemon(self) -> bool {
        matches!(self, Self::Instances { daemon: true, .. })
    }
}
