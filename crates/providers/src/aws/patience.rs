//! How long waits may take, kind by kind: the one table (`failures.md` 1.1).

use std::time::Duration;

use ashore_engine::kind::Patience;

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

/// What EC2 makes at once and shows everywhere a little later. Terraform raised its window for
/// this from 2 to 5 minutes.
pub const EC2: Patience = Patience {
    absence: Duration::from_secs(10),
    eventual: minutes(5),
    dependency: minutes(20),
    gone: minutes(20),
    ..Patience::DEFAULT
};

/// A NAT gateway takes some minutes to come and to go.
pub const NAT_GATEWAY: Patience = Patience {
    ready: minutes(10),
    gone: minutes(15),
    ..EC2
};

/// The interfaces of an endpoint take a minute or two to come, and some more to go.
pub const VPC_ENDPOINT: Patience = Patience {
    ready: minutes(10),
    gone: minutes(15),
    ..EC2
};

/// IAM spreads a new role within seconds, and promises no time for it.
pub const IAM: Patience = Patience {
    absence: Duration::from_secs(10),
    eventual: minutes(3),
    dependency: minutes(3),
    ..Patience::DEFAULT
};

/// A certificate waits for its record to be seen from outside. Then AWS takes up to half an hour;
/// 75 minutes is beyond any report of success. Deleting waits for balancers to let go.
pub const CERTIFICATE: Patience = Patience {
    ready: minutes(75),
    dependency: minutes(20),
    ..Patience::DEFAULT
};

/// A balancer takes minutes to come, and its network interfaces minutes to go.
pub const LOAD_BALANCER: Patience = Patience {
    ready: minutes(10),
    gone: minutes(15),
    ..Patience::DEFAULT
};

/// A target group is in use until its listener's and rule's deletion has spread; a listener
/// refuses a certificate that was issued a moment ago.
pub const TARGETS: Patience = Patience {
    eventual: minutes(5),
    dependency: minutes(5),
    ..Patience::DEFAULT
};

/// A rollout takes as long as the slowest task; the service's own deadline is computed from its
/// spec, this one is the wall behind it. Draining takes the longer of deregistration and stop.
pub const SERVICE: Patience = Patience {
    eventual: minutes(5),
    dependency: minutes(15),
    ready: minutes(60),
    gone: minutes(30),
    ..Patience::DEFAULT
};

/// A cluster refuses to go while a task is still stopping.
pub const CLUSTER: Patience = Patience {
    dependency: minutes(15),
    ..Patience::DEFAULT
};

/// A service that was just made is not everywhere known to Application Auto Scaling yet, nor is its
/// service-linked role.
pub const SCALING: Patience = Patience {
    eventual: minutes(5),
    ..Patience::DEFAULT
};

/// A schedule is refused as long as its role is not everywhere; a group goes with all that is in it.
pub const SCHEDULES: Patience = Patience {
    eventual: minutes(3),
    dependency: minutes(5),
    gone: minutes(10),
    ..Patience::DEFAULT
};

/// A change reaches all name servers of Route 53 within a minute or so; Terraform waits for half
/// an hour.
pub const ROUTE53: Patience = Patience {
    ready: minutes(10),
    ..Patience::DEFAULT
};

/// A person has to read, log in somewhere and type; then resolvers have to forget.
pub const MANUAL: Patience = Patience {
    ready: minutes(60),
    ..Patience::DEFAULT
};
