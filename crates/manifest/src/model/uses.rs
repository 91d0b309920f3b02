//! What a service uses of the rest of the manifest.

use std::fmt;

use super::Name;

/// Something of the manifest that a service's code uses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Used {
    /// A folder of files.
    Assets(Name),
    /// A bucket.
    Bucket(Name),
    /// A database.
    Database(Name),
    /// A queue.
    Queue(Name),
}

impl fmt::Display for Used {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Used::Assets(name) => write!(f, "assets.{name}"),
            Used::Bucket(name) => write!(f, "buckets.{name}"),
            Used::Database(name) => write!(f, "databases.{name}"),
            Used::Queue(name) => write!(f, "queues.{name}"),
        }
    }
}
