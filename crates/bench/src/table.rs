//! How long the cloud takes in the bench: one fixed table, so that figures of different days can
//! be compared.
//!
//! **Every row is an assumption.** AWS publishes none of these times; the figures are what is
//! commonly reported. They are not read from the twin's defaults: those may change, this table
//! only together with its history of results.

use ashore_twin::Timing;

/// One assumed time.
pub(crate) struct Row {
    /// What takes it.
    pub(crate) what: &'static str,
    /// How long, in milliseconds.
    pub(crate) millis: u64,
}

/// A call, from the request that leaves to the answer that arrives. Assumed.
pub(crate) const CALL_MILLIS: u64 = 150;

const BALANCER: Row = Row {
    what: "load balancer, from provisioning to active",
    millis: 150_000,
};
const CERTIFICATE_RECORD: Row = Row {
    what: "certificate, from the request to its validation record being named",
    millis: 3_000,
};
const CERTIFICATE: Row = Row {
    what: "certificate, from its record to issued",
    millis: 60_000,
};
const TASK_PULL: Row = Row {
    what: "task, pulling its image",
    millis: 25_000,
};
const TASK_START: Row = Row {
    what: "task, from pulled to running (with the pull: 35 s)",
    millis: 10_000,
};
const TARGET: Row = Row {
    what: "target, from registered to its first health check",
    millis: 1_000,
};
const INTERFACE: Row = Row {
    what: "network interface, from its owner's end to released",
    millis: 60_000,
};

const NAT_GATEWAY: Row = Row {
    what: "NAT gateway, from pending to available",
    millis: 90_000,
};
const ROUTE53: Row = Row {
    what: "Route 53, from a change to every name server",
    millis: 30_000,
};
const DATABASE: Row = Row {
    what: "database, from creating to available",
    millis: 300_000,
};
const INSTANCE_START: Row = Row {
    what: "instance, from launched to running",
    millis: 20_000,
};
const INSTANCE_BOOT: Row = Row {
    what: "instance, from running to its agent in the cluster",
    millis: 40_000,
};

/// The table, for people and for the results file.
pub(crate) const ROWS: [Row; 12] = [
    BALANCER,
    CERTIFICATE_RECORD,
    CERTIFICATE,
    TASK_PULL,
    TASK_START,
    TARGET,
    INTERFACE,
    NAT_GATEWAY,
    ROUTE53,
    DATABASE,
    INSTANCE_START,
    INSTANCE_BOOT,
];

/// The table as the twin takes it.
pub(crate) fn timing() -> Timing {
    Timing {
        balancer: BALANCER.millis,
        certificate_record: CERTIFICATE_RECORD.millis,
        certificate_issue: CERTIFICATE.millis,
        task_pull: TASK_PULL.millis,
        task_start: TASK_START.millis,
        target_registration: TARGET.millis,
        interface_release: INTERFACE.millis,
        nat_gateway: NAT_GATEWAY.millis,
        route53_change: ROUTE53.millis,
        database: DATABASE.millis,
        instance_start: INSTANCE_START.millis,
        instance_boot: INSTANCE_BOOT.millis,
        // No chain here waits for anything else.
        ..Timing::default()
    }
}
