//! Files that tasks share.

use super::{Name, Removal};
use crate::located::Located;

/// A file system, with every value known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// Its name; its place is the section's.
    pub name: Located<Name>,
    /// How much can be read and written at a time, as EFS has it.
    pub throughput: &'static str,
    /// After so many days unread files get cheaper.
    pub archive_days: Option<u32>,
    /// Is it backed up?
    pub backup: bool,
    /// Who everybody is in it.
    pub user: u32,
    /// The directory in it that is mounted.
    pub path: String,
    /// What becomes of the files.
    pub removal: Removal,
}
