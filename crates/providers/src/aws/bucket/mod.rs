//! `aws.s3.bucket`: a private bucket, and all that is set on it but its policy.
//!
//! The policy is a kind of its own: it names the distribution that reads from the bucket, which
//! names the bucket.

#[cfg(feature = "live")]
mod empty;
#[cfg(feature = "live")]
mod live;
#[cfg(feature = "live")]
mod settings;
#[cfg(test)]
mod tests;

use ashore_engine::input::Output;
use ashore_engine::kind::{Impact, Kind, Observed, Parting, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};

use crate::aws::tags::Tags;
use crate::aws::{names, patience};

pub use crate::aws::removal::Removal;

#[cfg(feature = "live")]
pub(crate) use settings::tags;

/// The longest name [S3 guide: bucket naming rules].
pub const NAME_MAX: usize = 63;

/// A bucket.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Bucket {
    /// Its name, which nobody else in the world has. Cannot be changed.
    pub name: String,
    /// Whether an object that is overwritten or deleted can be had back.
    pub versioning: bool,
    /// Which pages of other sites may ask for what is in it.
    pub cors: Vec<CorsRule>,
    /// What goes by itself.
    pub lifecycle: Lifecycle,
    /// Whether nobody can make it or anything in it public. A new bucket is private.
    pub private: bool,
    /// Whether access lists mean nothing, and all in it is the account's. So it is in a new one.
    pub owner_enforced: bool,
    /// How objects are encrypted: `AES256`, with keys of S3's own, as in a new one.
    pub encryption: String,
    /// What becomes of it when nobody wants it any more.
    pub removal: Removal,
    /// The user's tags.
    pub tags: Tags,
}

/// One rule for pages of other sites.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CorsRule {
    /// Where the pages come from, `https://*.example.com`.
    pub origins: Vec<String>,
    /// `GET`, `HEAD`, `PUT`, `POST`, `DELETE`.
    pub methods: Vec<String>,
    /// Headers that they may send.
    pub headers: Vec<String>,
    /// For so long a browser need not ask again.
    pub max_age_seconds: Option<u32>,
}

/// What goes by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Lifecycle {
    /// Versions that are not the current one, after so many days; never, if none.
    pub old_versions_days: Option<u32>,
    /// The parts of an upload that nobody has finished, after so many days; never, if none.
    pub unfinished_uploads_days: Option<u32>,
}

/// What AWS tells of a bucket.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The ARN of everything in it, for policies.
    pub objects: String,
    /// The name that requests to it go to, in its own region.
    pub domain_name: String,
}

impl Bucket {
    /// Its name.
    pub const NAME_: Output<Self, String> = Output::new("name");
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
    /// The ARN of everything in it.
    pub const OBJECTS: Output<Self, String> = Output::new("objects");
    /// The name that requests to it go to.
    pub const DOMAIN_NAME: Output<Self, String> = Output::new("domain_name");
}

/// One request; emptying takes as many as there are thousands of versions.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateBucket`, with tags. Everything public is blocked in a new one, and all is encrypted
    /// [S3 guide: default settings since April 2023].
    Create,
    /// `PutBucketVersioning`. Versions cannot be done without again, only suspended.
    Versioning,
    /// `PutBucketCors`.
    Cors,
    /// `DeleteBucketCors`.
    NoCors,
    /// `PutBucketLifecycleConfiguration`.
    Lifecycle,
    /// `DeleteBucketLifecycle`.
    NoLifecycle,
    /// `PutPublicAccessBlock`.
    Block,
    /// `DeletePublicAccessBlock`: only to put back what was there before.
    Unblock,
    /// `PutBucketOwnershipControls`.
    Ownership,
    /// `PutBucketEncryption`.
    Encryption,
    /// `PutBucketTagging`, without these. All tags are put at once.
    Tag(Vec<String>),
    /// `DeleteObjects`, until no version of anything is there.
    Empty,
    /// `DeleteBucket`. Refused while anything is in it.
    Delete,
}

impl Bucket {
    fn lifecycle(&self) -> Change {
        match self.lifecycle == Lifecycle::default() {
            true => Change::NoLifecycle,
            false => Change::Lifecycle,
        }
    }

    fn cors(&self) -> Change {
        match self.cors.is_empty() {
            true => Change::NoCors,
            false => Change::Cors,
        }
    }
}

impl Kind for Bucket {
    const NAME: &'static str = "aws.s3.bucket";
    const PATIENCE: Patience = patience::BUCKET;
    const LOOKS_BEFORE: bool = true;
    const TELLS: &'static [(&'static str, &'static str)] = &[("bucket", "name")];
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let new;
        let (there, mut changes) = match observed {
            Some(observed) => (&observed.spec, Vec::new()),
            None => {
                new = self.as_new();
                (&new, vec![Change::Create])
            }
        };
        let differing = [
            (self.private != there.private).then_some(match self.private {
                true => Change::Block,
                false => Change::Unblock,
            }),
            (self.owner_enforced != there.owner_enforced).then_some(Change::Ownership),
            (self.encryption != there.encryption).then_some(Change::Encryption),
            (self.versioning != there.versioning).then_some(Change::Versioning),
            (self.cors != there.cors).then(|| self.cors()),
            (self.lifecycle != there.lifecycle).then(|| self.lifecycle()),
        ];
        changes.extend(differing.into_iter().flatten());
        let tags = self.tags.changes(&there.tags);
        if tags.is_some() || self.removal != there.removal {
            let unset = tags.map(|tags| tags.unset).unwrap_or_default();
            changes.push(Change::Tag(unset));
        }
        changes
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Empty, Change::Delete]
    }

    fn parting(observed: &Observed<Self>) -> Parting {
        match observed.spec.removal {
            Removal::Retain | Removal::Snapshot => {
                Parting::Stays("its `removal` is \"retain\"".into())
            }
            Removal::Delete => Parting::Asks("everything in it goes, with all its versions".into()),
        }
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        Replacement::because((self.name != observed.spec.name).then_some("name")).or_none()
    }

    fn request(change: &Change) -> Request {
        let request = |operation| Request::new(operation).on("{name}");
        match change {
            Change::Create => request("s3:CreateBucket"),
            Change::Versioning => request("s3:PutBucketVersioning"),
            Change::Cors => request("s3:PutBucketCORS"),
            Change::NoCors => request("s3:PutBucketCORS"),
            Change::Lifecycle | Change::NoLifecycle => request("s3:PutLifecycleConfiguration"),
            Change::Block | Change::Unblock => request("s3:PutBucketPublicAccessBlock"),
            Change::Ownership => request("s3:PutBucketOwnershipControls"),
            Change::Encryption => request("s3:PutEncryptionConfiguration"),
            Change::Tag(_) => request("s3:PutBucketTagging"),
            Change::Empty => request("s3:DeleteObjectVersion").impact(Impact::DataLoss(
                "everything in the bucket is deleted, with all its versions".into(),
            )),
            Change::Delete => request("s3:DeleteBucket"),
        }
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }
}

impl Bucket {
    /// As it is when it was just made.
    fn as_new(&self) -> Self {
        Self {
            versioning: false,
            cors: Vec::new(),
            lifecycle: Lifecycle::default(),
            private: true,
            owner_enforced: true,
            encryption: "AES256".to_string(),
            ..self.clone()
        }
    }
}
