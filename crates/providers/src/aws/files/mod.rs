//! `aws.s3.files`: a folder's files, as they lie in a bucket, and what the edge is told of changes.
//!
//! The spec says what each file is, never where it lies: its content is on the client's shelf, by
//! its MD5, for as long as the process lives. S3 calls an object that was put in one piece, and
//! encrypted with S3's own keys, by the same sum [S3 API: Object, ETag].

#[cfg(feature = "live")]
mod live;
#[cfg(feature = "live")]
mod read;
#[cfg(feature = "live")]
pub mod shelf;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::bucket::Removal;
use crate::aws::patience;

/// So many files at once, and so much of them: they are read into memory.
const AT_ONCE: usize = 16;
const BYTES_AT_ONCE: u64 = 64 << 20;
/// The largest that is put in one piece [S3 guide: uploading objects].
pub const LARGEST: u64 = 5 << 30;
/// Keys in one request [S3 API: DeleteObjects].
const KEYS_MAX: usize = 1000;
/// So many paths a month cost nothing [CloudFront pricing]; beyond them one with a wildcard, which
/// counts as one, stands for all.
const PATHS_MAX: usize = 1000;

/// The files.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Files {
    /// The name of the bucket. Cannot be changed.
    pub bucket: Input<String>,
    /// What all keys begin with. Cannot be changed.
    pub prefix: String,
    /// By key.
    pub files: BTreeMap<String, File>,
    /// The id of the distribution that is told which paths have changed.
    pub distribution: Option<Input<String>>,
    /// Whether files of ours that are in the folder no more are deleted.
    pub prune: bool,
    /// What becomes of them when nobody wants any of them: as of their bucket.
    pub removal: Removal,
}

/// One file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct File {
    /// The MD5 of its content, 32 hexadecimal digits.
    pub md5: String,
    /// How many bytes it has.
    pub size: u64,
    /// What it is.
    pub content_type: String,
    /// How long it may be kept by whoever has got it, and by whom.
    pub cache_control: String,
}

/// What is known of the files.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// The bucket that they are in.
    pub bucket: String,
    /// What their keys begin with.
    pub prefix: String,
    /// What has changed and the edge has not been told yet: also if a run ends in between.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub stale: BTreeSet<String>,
}

impl Files {
    /// The bucket that they are in.
    pub const BUCKET: Output<Self, String> = Output::new("bucket");
}

/// One request; of files some at once, each of them safe to repeat.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `PutObject` of each of these, which are not there.
    Put(Vec<String>),
    /// `PutObject` of each of these, which differ.
    Replace(Vec<String>),
    /// `DeleteObjects`.
    Delete(Vec<String>),
    /// `CreateInvalidation` of these paths.
    Invalidate(Vec<String>),
}

impl Kind for Files {
    const NAME: &'static str = "aws.s3.files";
    const PATIENCE: Patience = patience::FILES;
    type Outputs = Outputs;
    type Change = Change;

    /// What is new comes before what is replaced, which may refer to it; what goes, goes then; and
    /// the edge is told in the end.
    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let nothing = BTreeMap::new();
        let there = observed.map_or(&nothing, |observed| &observed.spec.files);
        let differing = self
            .files
            .iter()
            .filter(|(key, file)| there.get(*key) != Some(*file));
        let (replaced, new): (Vec<_>, Vec<_>) =
            differing.partition(|(key, _)| there.contains_key(*key));
        let vanished = there.keys().filter(|key| !self.files.contains_key(*key));
        let vanished: Vec<String> = vanished.filter(|_| self.prune).cloned().collect();

        let mut changes: Vec<Change> = batches(&new).map(Change::Put).collect();
        changes.extend(batches(&replaced).map(Change::Replace));
        changes.extend(deletions(vanished.iter().cloned()));
        if self.distribution.is_some() {
            let before = observed.map(|it| it.outputs.stale.clone());
            let mut stale: BTreeSet<String> = before.unwrap_or_default();
            stale.extend(replaced.iter().map(|(key, _)| (*key).clone()));
            stale.extend(vanished);
            changes.extend(self.invalidation(&stale));
        }
        changes
    }

    /// In a bucket that stays they stay: nobody knows which of them were there before. An undo
    /// empties the bucket too if it has made it.
    fn removal(observed: &Observed<Self>) -> Vec<Change> {
        let keys = observed.spec.files.keys().cloned();
        match observed.spec.removal {
            Removal::Retain | Removal::Snapshot => Vec::new(),
            Removal::Delete => deletions(keys).collect(),
        }
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = &observed.spec;
        let fields = [
            ("bucket", self.bucket != there.bucket),
            ("prefix", self.prefix != there.prefix),
        ];
        let fields = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(fields.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        const USES: &[&str] = &["bucket"];
        match change {
            // Only the last request needs the distribution.
            Change::Put(_) | Change::Replace(_) => {
                Request::new("s3:PutObject").on("{bucket}/*").uses(USES)
            }
            Change::Delete(_) => Request::new("s3:DeleteObject")
                .on("{bucket}/*")
                .uses(USES)
                .impact(Impact::Brief(
                    "whoever still asks for one of these files gets none".into(),
                )),
            Change::Invalidate(_) => {
                Request::new("cloudfront:CreateInvalidation").on("distribution/*")
            }
        }
    }

    /// What else is in the bucket is somebody else's. Who is told of changes, and what becomes of
    /// files that have vanished, is for the manifest to say: the bucket knows neither.
    fn owned(mut self, by: &[&Self]) -> Self {
        self.files
            .retain(|key, _| by.iter().any(|spec| spec.files.contains_key(key)));
        if let Some(wanted) = by.first() {
            self.distribution.clone_from(&wanted.distribution);
            self.prune = wanted.prune;
        }
        self
    }

    fn can_be_found(&self) -> bool {
        self.bucket.known().is_some()
    }
}

impl Files {
    fn invalidation(&self, stale: &BTreeSet<String>) -> Option<Change> {
        if stale.is_empty() {
            return None;
        }
        Some(Change::Invalidate(match stale.len() > PATHS_MAX {
            true => vec![format!("/{}*", encoded(&self.prefix))],
            false => stale
                .iter()
                .map(|key| format!("/{}", encoded(key)))
                .collect(),
        }))
    }
}

fn batches(files: &[(&String, &File)]) -> impl Iterator<Item = Vec<String>> {
    let mut batches: Vec<Vec<String>> = Vec::new();
    let mut bytes = 0;
    for (key, file) in files {
        bytes += file.size;
        match batches.last_mut() {
            Some(batch) if batch.len() < AT_ONCE && bytes <= BYTES_AT_ONCE => {
                batch.push((*key).clone());
            }
            _ => {
                batches.push(vec![(*key).clone()]);
                bytes = file.size;
            }
        }
    }
    batches.into_iter()
}

fn deletions(keys: impl Iterator<Item = String>) -> impl Iterator<Item = Change> {
    let keys: Vec<String> = keys.collect();
    let chunks: Vec<Vec<String>> = keys.chunks(KEYS_MAX).map(<[String]>::to_vec).collect();
    chunks.into_iter().map(Change::Delete)
}

/// A key as it stands in a URL's path (RFC 3986, 2.3).
fn encoded(key: &str) -> String {
    let mut path = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                path.push(char::from(byte));
            }
            other => path.push_str(&format!("%{other:02X}")),
        }
    }
    path
}
