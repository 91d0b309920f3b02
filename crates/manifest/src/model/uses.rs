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

impl Used {
    /// The variables that tell where it is; of a database its section says which.
    pub(crate) fn variables(&self) -> Vec<String> {
        match self {
            Used::Assets(name) => vec![variable(name, "BUCKET"), variable(name, "DOMAIN")],
            Used::Bucket(name) => vec![variable(name, "BUCKET")],
            Used::Database(_) => Vec::new(),
            Used::Queue(name) => vec![variable(name, "QUEUE_URL")],
        }
    }
}

/// A variable about a thing of that name: `my-files` and `BUCKET` are `MY_FILES_BUCKET`.
pub(crate) fn variable(name: &Name, what: &str) -> String {
    let name = name.as_str().replace('-', "_").to_ascii_uppercase();
    format!("{name}_{what}")
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
