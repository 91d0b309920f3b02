//! Buckets, and folders of files in them.

use ashore_providers::aws::bucket::{CorsRule, Removal};

use super::{DomainName, Name};
use crate::located::Located;

/// A folder of files behind CloudFront.
#[derive(Clone, Debug, PartialEq)]
pub struct Assets {
    /// Its name; its place is the section's.
    pub name: Located<Name>,
    /// The folder, from where the manifest lies.
    pub dir: Located<String>,
    /// What the keys of its files begin with: nothing, or something that ends with a slash.
    pub prefix: String,
    /// The name that they are reached by, if not CloudFront's own.
    pub hostname: Option<AssetsHostname>,
    /// The key that is given for `/`.
    pub root: Option<String>,
    /// The `Cache-Control` of every file.
    pub cache_control: String,
    /// Is a file with another query another file?
    pub query_strings: bool,
    /// Are files deleted that have vanished from the folder?
    pub prune: bool,
    /// What the bucket is like.
    pub bucket: BucketSettings,
}

/// A name that files are reached by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetsHostname {
    /// In the zone of [`super::Dns`].
    pub name: Located<DomainName>,
    /// May a record that we did not make be taken over?
    pub take_over: bool,
}

/// A private bucket.
#[derive(Clone, Debug, PartialEq)]
pub struct Bucket {
    /// Its name; its place is the section's.
    pub name: Located<Name>,
    /// What it is like.
    pub settings: BucketSettings,
}

/// What a bucket is like.
#[derive(Clone, Debug, PartialEq)]
pub struct BucketSettings {
    /// Does it keep what is overwritten or deleted?
    pub versioning: bool,
    /// For so many days; none: for ever.
    pub old_versions_days: Option<u32>,
    /// Which pages of other sites may ask for what is in it.
    pub cors: Vec<CorsRule>,
    /// What becomes of it.
    pub removal: Removal,
}
