//! The bytes that clients leave: objects of buckets, layers of images.
//!
//! They lie outside of `world.json`, a file each, so that saving the world costs what has changed and not what is kept.

use std::collections::BTreeMap;

use bytes::Bytes;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// All bytes that are kept, by their SHA-256, with the number of those who keep them.
#[derive(Default, Serialize, Deserialize, Debug)]
pub struct Blobs(BTreeMap<String, Held>);

#[derive(Serialize, Deserialize)]
struct Held {
    users: u64,
    #[serde(skip)]
    bytes: Bytes,
}

/// Some bytes that are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blob {
    /// In hexadecimal digits.
    pub(crate) sha256: String,
    /// How many bytes.
    pub(crate) size: u64,
}

impl Blobs {
    /// Keeps these bytes until they are released as often as they were kept.
    pub(crate) fn keep(&mut self, bytes: Bytes) -> Blob {
        let blob = Blob {
            sha256: sha256(&bytes),
            size: bytes.len() as u64,
        };
        let held = self.0.entry(blob.sha256.clone());
        held.or_insert(Held { users: 0, bytes }).users += 1;
        blob
    }

    /// Keeps for one more user what is kept already.
    pub(crate) fn share(&mut self, blob: &Blob) -> Blob {
        if let Some(held) = self.0.get_mut(&blob.sha256) {
            held.users += 1;
        }
        blob.clone()
    }

    pub(crate) fn release(&mut self, blob: &Blob) {
        if let Some(held) = self.0.get_mut(&blob.sha256) {
            held.users -= 1;
            if held.users == 0 {
                self.0.remove(&blob.sha256);
            }
        }
    }

    pub(crate) fn read(&self, blob: &Blob) -> Bytes {
        let held = self.0.get(&blob.sha256);
        held.map(|held| held.bytes.clone()).unwrap_or_default()
    }

    /// Everything, by its SHA-256: for the store.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&str, &Bytes)> {
        let all = self.0.iter();
        all.map(|(sha256, held)| (sha256.as_str(), &held.bytes))
    }

    pub(crate) fn has(&self, sha256: &str) -> bool {
        self.0.contains_key(sha256)
    }

    /// Puts the bytes back that a saved world does not hold.
    pub(crate) fn restore(
        &mut self,
        read: impl Fn(&str) -> std::io::Result<Vec<u8>>,
    ) -> std::io::Result<()> {
        for (sha256, held) in &mut self.0 {
            held.bytes = Bytes::from(read(sha256)?);
        }
        Ok(())
    }
}

/// In hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

impl std::fmt::Debug for Held {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} bytes, {} users", self.bytes.len(), self.users)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_stay_as_long_as_somebody_keeps_them() {
        let mut blobs = Blobs::default();
        let one = blobs.keep(Bytes::from_static(b"a"));
        let two = blobs.keep(Bytes::from_static(b"a"));
        assert_eq!(one, two);
        blobs.release(&one);
        assert_eq!(blobs.read(&two), "a");
        blobs.release(&two);
        assert!(!blobs.has(&two.sha256));
    }
}
