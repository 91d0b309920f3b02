//! The shapes of the toy kinds: everything that makes real resources hard to handle, as data.
//!
//! Cloud and kinds read one table. A kind promises what its shape says; the cloud enforces it.

use std::time::Duration;

/// What becomes of a resource once nobody wants it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parts {
    /// It goes.
    Goes,
    /// It goes if the user names it.
    Asks,
    /// It stays.
    Stays,
}

/// How the resources of one kind behave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape {
    /// The kind's name.
    pub name: &'static str,
    /// Whether two of them cannot have one name.
    pub unique: bool,
    /// Whether its name stays the same over generations: two lives cannot be there at once.
    pub one_name: bool,
    /// Whether what it uses is attached by requests of its own.
    pub attaches: bool,
    /// Whether what it uses can be changed in place.
    pub rewires: bool,
    /// Whether its size is set by a request of its own after the create.
    pub sized_apart: bool,
    /// Whether a change of size makes it anew.
    pub fixed: bool,
    /// Whether it must be brought to size 0 before it can be deleted.
    pub drains: bool,
    /// Whether what it uses cannot be deleted as long as it is there.
    pub holds: bool,
    /// Whether what it uses has to be ready when it is used.
    pub wants_ready: bool,
    /// Whether it becomes ready only once somebody has published its proof.
    pub proves: bool,
    /// Whether a create may take the place of somebody else's of the same name.
    pub displaces: bool,
    /// Whether it is nobody's and everybody's.
    pub shared: bool,
    /// How many retired generations stay.
    pub keeps: usize,
    /// How many seconds after its create the reads see it, and after a change the change.
    pub seen_after: u64,
    /// How many seconds it takes to become ready.
    pub ready_after: u64,
    /// How many seconds it takes to go; it holds what it uses until then.
    pub gone_after: u64,
    /// For how many seconds others still come by way of it once it is gone.
    pub lingers: u64,
    /// What becomes of it once nobody wants it.
    pub parts: Parts,
}

const PLAIN: Shape = Shape {
    name: "",
    unique: false,
    one_name: false,
    attaches: false,
    rewires: false,
    sized_apart: false,
    fixed: false,
    drains: false,
    holds: true,
    wants_ready: false,
    proves: false,
    displaces: false,
    shared: false,
    keeps: 0,
    seen_after: 0,
    ready_after: 0,
    gone_after: 0,
    lingers: 0,
    parts: Parts::Goes,
};

/// Found by its mark only; an attribute set apart; seen late (a VPC).
pub const NETWORK: Shape = Shape {
    name: "toy.network",
    sized_apart: true,
    seen_after: 1,
    ..PLAIN
};

/// Made, then attached; detached, then deleted (an internet gateway).
pub const GATEWAY: Shape = Shape {
    name: "toy.gateway",
    attaches: true,
    rewires: true,
    seen_after: 1,
    ..PLAIN
};

/// Names its proof late and is ready once the proof is published (a certificate).
pub const CERTIFICATE: Shape = Shape {
    name: "toy.certificate",
    proves: true,
    fixed: true,
    ready_after: 4,
    ..PLAIN
};

/// Takes the place of somebody else's and puts it back in the end; remembered for a while (a DNS
/// record).
pub const RECORD: Shape = Shape {
    name: "toy.record",
    unique: true,
    one_name: true,
    rewires: true,
    displaces: true,
    holds: false,
    lingers: 60,
    ..PLAIN
};

/// Cannot be there twice at once: the old one goes first (a listener on a port).
pub const LISTENER: Shape = Shape {
    name: "toy.listener",
    unique: true,
    one_name: true,
    wants_ready: true,
    seen_after: 1,
    ..PLAIN
};

/// Bound to what it uses for life (a listener rule).
pub const RULE: Shape = Shape {
    name: "toy.rule",
    ..PLAIN
};

/// Slow to come, slow to go, drained before, changed in place (an ECS service).
pub const SERVICE: Shape = Shape {
    name: "toy.service",
    unique: true,
    rewires: true,
    drains: true,
    wants_ready: true,
    ready_after: 40,
    gone_after: 30,
    ..PLAIN
};

/// Never changed; every change is a new one, and the old ones accumulate (a task definition).
pub const REVISION: Shape = Shape {
    name: "toy.revision",
    fixed: true,
    holds: false,
    keeps: 2,
    ..PLAIN
};

/// Adopted where it is there; never changed, never deleted (a service-linked role).
pub const ROLE: Shape = Shape {
    name: "toy.role",
    unique: true,
    one_name: true,
    shared: true,
    holds: false,
    ..PLAIN
};

/// Of a name that somebody else may have; emptied, then deleted (a bucket).
pub const BUCKET: Shape = Shape {
    name: "toy.bucket",
    unique: true,
    one_name: true,
    sized_apart: true,
    drains: true,
    seen_after: 1,
    gone_after: 2,
    ..PLAIN
};

/// Holds data, and goes only if it is named (a protected database).
pub const DATABASE: Shape = Shape {
    name: "toy.database",
    unique: true,
    rewires: true,
    parts: Parts::Asks,
    ..PLAIN
};

/// Holds data, and stays (files that are retained).
pub const ARCHIVE: Shape = Shape {
    name: "toy.archive",
    unique: true,
    one_name: true,
    rewires: true,
    parts: Parts::Stays,
    ..PLAIN
};

/// All of them.
pub const ALL: [Shape; 12] = [
    NETWORK,
    GATEWAY,
    CERTIFICATE,
    RECORD,
    LISTENER,
    RULE,
    SERVICE,
    REVISION,
    ROLE,
    BUCKET,
    DATABASE,
    ARCHIVE,
];

impl Shape {
    /// The shape of the kind of that name.
    pub fn of(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|shape| shape.name == name)
    }

    /// Whether another object could bear the name that a create would use.
    pub const fn looks_before(&self) -> bool {
        self.unique
    }

    /// When reads see what was written.
    pub const fn seen_after(&self) -> Duration {
        Duration::from_secs(self.seen_after)
    }
}
