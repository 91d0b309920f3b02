//! Objects: the versions of a key, and what travels with their bytes.

use std::collections::BTreeMap;

use bytes::Bytes;
use data_encoding::HEXLOWER;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::bucket::{Bucket, Versioning};
use super::checksum::{Algorithm, Checksum};
use super::refuse;
use crate::blobs::{Blob, Blobs};
use crate::clock::Millis;
use crate::input::Input;
use crate::kms;
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// One version of a key.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct Version {
    /// `null` where the bucket has no versions.
    pub(super) id: String,
    pub(super) modified: Millis,
    /// None: a delete marker.
    pub(super) content: Option<Content>,
}

#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct Content {
    pub(super) blob: Blob,
    /// In its quotes.
    pub(super) etag: String,
    pub(super) about: About,
    pub(super) checksum: Option<Checksum>,
    /// How many parts it was uploaded in, if it was.
    pub(super) parts: Option<usize>,
}

/// What is said of an object when it is put.
#[derive(Serialize, Deserialize, Debug, Clone, Default)]
pub(super) struct About {
    /// `content-type`, `cache-control` and the like.
    pub(super) headers: BTreeMap<String, String>,
    /// Without `x-amz-meta-`.
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) class: Option<String>,
    pub(super) tags: Tags,
    /// The algorithm, and the key's ARN.
    pub(super) encryption: (String, Option<String>),
}

const HEADERS: [&str; 6] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
];

/// The storage classes that an object can be put into [S3 API: StorageClass].
const CLASSES: [&str; 7] = [
    "STANDARD",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "GLACIER_IR",
    "DEEP_ARCHIVE",
];

/// Metadata of a user, names and values [S3 guide: user-defined metadata].
const METADATA: usize = 2 << 10;

impl About {
    /// Reads what is said of an object that is put into this bucket.
    pub(super) fn read(
        world: &World,
        bucket: &Bucket,
        input: &mut Input,
    ) -> Result<About, Refusal> {
        let mut about = About::default();
        for name in HEADERS {
            if let Some(value) = input.text(name)? {
                about.headers.insert(name.to_owned(), value);
            }
        }
        for name in input.names() {
            if let Some(word) = name.strip_prefix("x-amz-meta-") {
                let value = input.text(&name)?.unwrap_or_default();
                about.metadata.insert(word.to_owned(), value);
            }
        }
        let size = |(name, value): (&String, &String)| name.len() + value.len();
        if about.metadata.iter().map(size).sum::<usize>() > METADATA {
            let message = "Your metadata headers exceed the maximum allowed metadata size";
            return Err(Refusal::new("MetadataTooLarge", message));
        }
        about.class = input.text("x-amz-storage-class")?;
        if let Some(class) = about.class.as_deref().filter(|it| !CLASSES.contains(it)) {
            let message = "The storage class you specified is not valid";
            return Err(Refusal::new("InvalidStorageClass", message)
                .because("StorageClassRequested", class));
        }
        about.class = about.class.filter(|class| class != "STANDARD");
        if let Some(query) = input.text("x-amz-tagging")? {
            let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
            about.tags = object_tags(pairs.collect())?;
        }
        read_acl(bucket, input)?;
        about.encryption = encryption(world, bucket, input)?;
        Ok(about)
    }
}

/// The tags of an object, ten at most [S3 guide: object tagging].
pub(super) fn object_tags(map: BTreeMap<String, String>) -> Result<Tags, Refusal> {
    if map.len() > 10 {
        let message = "Object tags cannot be greater than 10";
        return Err(Refusal::new("BadRequest", message));
    }
    Tags::from_map(map, "InvalidTag", "InvalidTag")
}

/// Where the bucket's owner owns everything there are no ACLs [S3 guide: object ownership].
fn read_acl(bucket: &Bucket, input: &mut Input) -> Result<(), Refusal> {
    let acl = input.text("x-amz-acl")?;
    let ownership = bucket.settings.get("ownershipControls");
    let enforced =
        ownership.is_some_and(|it| it["Rule"][0]["ObjectOwnership"] == "BucketOwnerEnforced");
    match acl.as_deref() {
        None | Some("bucket-owner-full-control") => Ok(()),
        Some("private") if !enforced => Ok(()),
        Some(_) if enforced => Err(Refusal::new(
            "AccessControlListNotSupported",
            "The bucket does not allow ACLs",
        )),
        Some(other) => Err(Refusal::not_implemented(format_args!("x-amz-acl={other}"))),
    }
}

/// What is asked for, else the bucket's default.
fn encryption(
    world: &World,
    bucket: &Bucket,
    input: &mut Input,
) -> Result<(String, Option<String>), Refusal> {
    let asked = input.text("x-amz-server-side-encryption")?;
    let key = input.text("x-amz-server-side-encryption-aws-kms-key-id")?;
    input.accept(
        "x-amz-server-side-encryption-bucket-key-enabled",
        &[json!(true), json!(false)],
    )?;
    let setting = bucket.settings.get("encryption");
    let default = setting.map(|it| &it["Rule"][0]["ApplyServerSideEncryptionByDefault"]);
    let word = |name: &str| default.and_then(|it| it[name].as_str()).map(str::to_owned);
    let (algorithm, key) = match (asked, key) {
        (None, Some(key)) => {
            let message = "Server Side Encryption with KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms";
            return Err(refuse::argument(
                "x-amz-server-side-encryption-aws-kms-key-id",
                &key,
                message,
            ));
        }
        (None, None) => (
            word("SSEAlgorithm").unwrap_or_else(|| "AES256".to_owned()),
            word("KMSMasterKeyID"),
        ),
        (Some(asked), key) => (asked, key),
    };
    match algorithm.as_str() {
        "AES256" if key.is_none() => Ok((algorithm, None)),
        "aws:kms" | "aws:kms:dsse" => {
            let key = key.unwrap_or_else(|| "alias/aws/s3".to_owned());
            let arn = kms::usable(world, &bucket.region, &key).map_err(|refusal| {
                Refusal::new(format!("KMS.{}", refusal.code), refusal.message)
            })?;
            Ok((algorithm, Some(arn)))
        }
        other => {
            let message = "The encryption method specified is not supported";
            Err(refuse::argument(
                "x-amz-server-side-encryption",
                other,
                message,
            ))
        }
    }
}

/// The checksum that came with the bytes, else the one that S3 makes itself.
pub(super) fn read_checksum(input: &mut Input, bytes: &Bytes) -> Result<Checksum, Refusal> {
    let mut found = None;
    for algorithm in [
        Algorithm::Crc32,
        Algorithm::Crc32c,
        Algorithm::Crc64Nvme,
        Algorithm::Sha256,
    ] {
        if input.text(&algorithm.header())?.is_some() && found.replace(algorithm).is_some() {
            let message = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.";
            return Err(refuse::request(message));
        }
    }
    let algorithm = found.unwrap_or(Algorithm::Crc64Nvme);
    Ok(Checksum {
        algorithm,
        value: algorithm.of(bytes),
        composite: false,
    })
}

pub(super) fn etag(bytes: &[u8]) -> String {
    format!("\"{}\"", HEXLOWER.encode(&Md5::digest(bytes)))
}

impl Content {
    /// The headers of an answer that gives it.
    pub(super) fn headers(&self, with_checksum: bool) -> Map<String, Value> {
        let mut headers = Map::new();
        let mut put = |name: &str, value: Value| drop(headers.insert(name.to_owned(), value));
        put("content-type", json!("binary/octet-stream"));
        for (name, value) in &self.about.headers {
            put(name, json!(value));
        }
        for (name, value) in &self.about.metadata {
            put(&format!("x-amz-meta-{name}"), json!(value));
        }
        put("etag", json!(self.etag));
        put("accept-ranges", json!("bytes"));
        put("x-amz-storage-class", json!(self.about.class));
        self.about.show_encryption(&mut put);
        if !self.about.tags.is_empty() {
            put(
                "x-amz-tagging-count",
                json!(self.about.tags.len().to_string()),
            );
        }
        if let Some(checksum) = self.checksum.as_ref().filter(|_| with_checksum) {
            put(&checksum.algorithm.header(), json!(checksum.value));
            put("x-amz-checksum-type", json!(checksum.kind()));
        }
        headers
    }
}

impl About {
    pub(super) fn show_encryption(&self, put: &mut impl FnMut(&str, Value)) {
        let (algorithm, key) = &self.encryption;
        put("x-amz-server-side-encryption", json!(algorithm));
        put("x-amz-server-side-encryption-aws-kms-key-id", json!(key));
    }
}

impl Version {
    pub(super) fn release(&self, blobs: &mut Blobs) {
        if let Some(content) = &self.content {
            blobs.release(&content.blob);
        }
    }

    /// `null` is not shown where there never were versions.
    pub(super) fn shown_id(&self, bucket: &Bucket) -> Option<&str> {
        (bucket.versioning != Versioning::Never).then_some(self.id.as_str())
    }
}

impl Bucket {
    /// The object that a key leads to, unless it is deleted.
    pub(super) fn current(&self, key: &str) -> Option<(&Version, &Content)> {
        let version = self.objects.get(key)?.last()?;
        Some((version, version.content.as_ref()?))
    }

    /// Adds a version on top, and gives the one that it took the place of.
    pub(super) fn add(&mut self, key: &str, version: Version) -> Option<Version> {
        let versions = self.objects.entry(key.to_owned()).or_default();
        let replaced = versions.iter().position(|it| it.id == version.id);
        let replaced = replaced.map(|at| versions.remove(at));
        versions.push(version);
        replaced
    }
}
