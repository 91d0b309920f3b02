//! A database that AWS runs.

pub use ashore_providers::aws::removal::Removal;

use super::{GibiBytes, Name};
use crate::located::Located;

/// A PostgreSQL database, with every value known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// Its name; its place is the section's.
    pub name: Located<Name>,
    /// A major, or a minor to have at the least.
    pub version: String,
    /// `db.t4g.micro` and so on.
    pub class: String,
    /// Type of its storage, as RDS has it.
    pub storage_type: &'static str,
    /// Its size at the least.
    pub storage: GibiBytes,
    /// So far it grows.
    pub storage_max: Option<GibiBytes>,
    /// Does a second one stand by?
    pub multi_az: bool,
    /// Days that backups are kept.
    pub backup_days: u32,
    /// When the daily backup is taken; none for the region's night.
    pub backup_window: Option<String>,
    /// When AWS may change it; none for the region's night.
    pub maintenance_window: Option<String>,
    /// The database that it begins with.
    pub database: String,
    /// The master user.
    pub user: String,
    /// Does AWS refuse to delete it?
    pub protect: bool,
    /// What becomes of its data.
    pub removal: Removal,
    /// The variable with its URL.
    pub inject: String,
}

impl Database {
    /// The name of a variable that goes with the URL's: `DATABASE_HOST` with `DATABASE_URL`.
    pub fn variable(&self, part: &str) -> String {
        let stem = self.inject.strip_suffix("_URL").unwrap_or(&self.inject);
        format!("{stem}_{part}")
    }
}
