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

/// A repository is there at once; deleting one with many images takes a while.
pub const REPOSITORY: Patience = Patience {
    attempt: minutes(5),
    gone: minutes(5),
    ..Patience::DEFAULT
};

/// Gigabytes of layers go over a home's line with the request that puts an image.
pub const IMAGE: Patience = Patience {
    attempt: minutes(60),
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

/// Capacity providers are attached and detached within seconds; one is let go of when the last task
/// on it has stopped, and one of ECS's own instances ends them first.
pub const CAPACITY: Patience = Patience {
    eventual: minutes(5),
    dependency: minutes(15),
    ready: minutes(10),
    gone: minutes(20),
    ..Patience::DEFAULT
};

/// Instances take minutes to come, and as long to go as their tasks take to stop. Replacing them
/// takes that for each, several at once.
pub const INSTANCES: Patience = Patience {
    eventual: minutes(5),
    dependency: minutes(20),
    ready: minutes(60),
    gone: minutes(20),
    ..Patience::DEFAULT
};

/// A service that was just made is not everywhere known to Application Auto Scaling yet, nor is its
/// service-linked role.
pub const SCALING: Patience = Patience {
    eventual: minutes(5),
    ..Patience::DEFAULT
};

/// A new bucket is not everywhere for up to two minutes; the name of a deleted one is not free for
/// longer. Emptying one takes as long as there are versions in it.
pub const BUCKET: Patience = Patience {
    attempt: minutes(30),
    absence: Duration::from_secs(10),
    eventual: minutes(3),
    ..Patience::DEFAULT
};

/// Some files at once, over somebody's line at home.
pub const FILES: Patience = Patience {
    attempt: minutes(30),
    ..BUCKET
};

/// A change reaches the edge within minutes; Terraform waits for an hour and a half. A certificate
/// that was issued a moment ago is not known there yet.
pub const DISTRIBUTION: Patience = Patience {
    absence: Duration::from_secs(10),
    eventual: minutes(3),
    dependency: minutes(90),
    ready: minutes(90),
    ..Patience::DEFAULT
};

/// The name of a deleted queue is not free for a minute.
pub const QUEUE: Patience = Patience {
    eventual: minutes(3),
    gone: minutes(3),
    ..Patience::DEFAULT
};

/// A change reaches all name servers of Route 53 within a minute or so; Terraform waits for half
/// an hour.
pub const ROUTE53: Patience = Patience {
    ready: minutes(10),
    ..Patience::DEFAULT
};

/// A database takes from five minutes to an hour to come, to change and to go (`failures.md` 1.1), and as long as it is
/// at that it takes no other request.
pub const DATABASE: Patience = Patience {
    dependency: minutes(80),
    ready: minutes(80),
    gone: minutes(60),
    ..Patience::DEFAULT
};

/// A file system is there in seconds, its mount targets in a minute or two, and they go as slowly.
pub const FILE_SYSTEM: Patience = Patience {
    dependency: minutes(20),
    ready: minutes(30),
    gone: minutes(20),
    ..Patience::DEFAULT
};

/// What a database uses is held until it is gone.
pub const DATABASE_GROUP: Patience = Patience {
    eventual: minutes(5),
    dependency: minutes(20),
    ..Patience::DEFAULT
};

/// A person has to read, log in somewhere and type; then resolvers have to forget.
pub const MANUAL: Patience = Patience {
    ready: minutes(60),
    ..Patience::DEFAULT
};
