//! What becomes of data once nobody wants what holds it. AWS has no place for it but a tag: what is read there is
//! what holds, whoever takes the thing away.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::tags::PREFIX;

/// What becomes of data once nobody wants what holds it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Removal {
    /// A last snapshot is taken, and then it goes.
    Snapshot,
    /// It stays where it is.
    Retain,
    /// It goes, and all that is in it.
    Delete,
}

impl Removal {
    /// The word that stands in the tag.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Snapshot => "snapshot",
            Self::Retain => "retain",
            Self::Delete => "delete",
        }
    }

    /// These tags, and the one that says so.
    pub fn tag(self, mut tags: BTreeMap<String, String>) -> BTreeMap<String, String> {
        tags.insert(key(), self.as_str().to_string());
        tags
    }

    /// What the tags say. Where somebody has taken the tag away, the data stays.
    pub fn of(tags: &BTreeMap<String, String>) -> Self {
        match tags.get(&key()).map(String::as_str) {
            Some("snapshot") => Self::Snapshot,
            Some("delete") => Self::Delete,
            _ => Self::Retain,
        }
    }
}

fn key() -> String {
    format!("{PREFIX}removal")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_is_lost_loses_nothing() {
        for removal in [Removal::Snapshot, Removal::Retain, Removal::Delete] {
            assert_eq!(Removal::of(&removal.tag(BTreeMap::new())), removal);
        }
        assert_eq!(Removal::of(&BTreeMap::new()), Removal::Retain);
    }
}
