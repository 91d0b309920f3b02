//! What a service uses of the rest of the manifest.

use std::fmt;

use super::Name;

/// Something of the manifest that a service's code uses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Used {
    /// A database.
    Database(Name),
}

impl fmt::Display for Used {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Used::Database(name) => write!(f, "databases.{name}"),
        }
    }
}
