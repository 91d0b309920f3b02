//! Where contents lie on this machine, for as long as the process lives.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Paths of files, by the MD5 of what is in them.
#[derive(Default, Debug)]
pub struct Shelf(RefCell<BTreeMap<String, PathBuf>>);

impl Shelf {
    /// That content lies there.
    pub fn put(&self, md5: &str, path: PathBuf) {
        self.0.borrow_mut().insert(md5.to_string(), path);
    }

    /// Where it lies, if anywhere.
    pub(super) fn get(&self, md5: &str) -> Option<PathBuf> {
        self.0.borrow().get(md5).cloned()
    }
}
