//! The XML documents that S3 takes.

use serde_json::Value;

use super::refuse;
use crate::refusal::Refusal;
use crate::wire::shape::Shape::{Flag, Record, Text, Whole, Words};
use crate::wire::shape::{self, Shape, many, may, must};

/// Reads a document, or refuses it as S3 does: without saying what is wrong with it.
pub(super) fn read(body: &[u8], root: &str, shape: &Shape) -> Result<Value, Refusal> {
    shape::read(body, root, shape).map_err(|_| refuse::malformed())
}

pub(super) const OWNERSHIPS: &[&str] = &[
    "BucketOwnerPreferred",
    "ObjectWriter",
    "BucketOwnerEnforced",
];

const TAG: Shape = Record(&[must("Key", &Text), must("Value", &Text)]);
const TAG_SET: Shape = Record(&[many("Tag", &TAG)]);

pub(super) const CREATE_BUCKET: Shape =
    Record(&[may("LocationConstraint", &Text), may("Tags", &TAG_SET)]);

pub(super) const TAGGING: Shape = Record(&[must("TagSet", &TAG_SET)]);

pub(super) const VERSIONING: Shape = Record(&[
    may("Status", &Words(&["Enabled", "Suspended"])),
    may("MfaDelete", &Words(&["Enabled", "Disabled"])),
]);

pub(super) const CORS: Shape = Record(&[many(
    "CORSRule",
    &Record(&[
        may("ID", &Text),
        many("AllowedHeader", &Text),
        many("AllowedMethod", &Text),
        many("AllowedOrigin", &Text),
        many("ExposeHeader", &Text),
        may("MaxAgeSeconds", &Whole),
    ]),
)]);

const DEFAULT_ENCRYPTION: Shape = Record(&[
    must(
        "SSEAlgorithm",
        &Words(&["AES256", "aws:kms", "aws:kms:dsse"]),
    ),
    may("KMSMasterKeyID", &Text),
]);

pub(super) const ENCRYPTION: Shape = Record(&[many(
    "Rule",
    &Record(&[
        may("ApplyServerSideEncryptionByDefault", &DEFAULT_ENCRYPTION),
        may("BucketKeyEnabled", &Flag),
        may(
            "BlockedEncryptionTypes",
            &Record(&[many("EncryptionType", &Words(&["NONE", "SSE-C"]))]),
        ),
    ]),
)]);

pub(super) const PUBLIC_ACCESS_BLOCK: Shape = Record(&[
    may("BlockPublicAcls", &Flag),
    may("IgnorePublicAcls", &Flag),
    may("BlockPublicPolicy", &Flag),
    may("RestrictPublicBuckets", &Flag),
]);

pub(super) const OWNERSHIP: Shape = Record(&[many(
    "Rule",
    &Record(&[must("ObjectOwnership", &Words(OWNERSHIPS))]),
)]);

const CLASSES: Shape = Words(&[
    "GLACIER",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "DEEP_ARCHIVE",
    "GLACIER_IR",
]);

const FILTER: Shape = Record(&[
    may("Prefix", &Text),
    may("Tag", &TAG),
    may("ObjectSizeGreaterThan", &Whole),
    may("ObjectSizeLessThan", &Whole),
    may(
        "And",
        &Record(&[
            may("Prefix", &Text),
            many("Tag", &TAG),
            may("ObjectSizeGreaterThan", &Whole),
            may("ObjectSizeLessThan", &Whole),
        ]),
    ),
]);

pub(super) const LIFECYCLE: Shape = Record(&[many(
    "Rule",
    &Record(&[
        may("ID", &Text),
        may("Prefix", &Text),
        may("Filter", &FILTER),
        must("Status", &Words(&["Enabled", "Disabled"])),
        may(
            "Expiration",
            &Record(&[
                may("Date", &Text),
                may("Days", &Whole),
                may("ExpiredObjectDeleteMarker", &Flag),
            ]),
        ),
        many(
            "Transition",
            &Record(&[
                may("Date", &Text),
                may("Days", &Whole),
                must("StorageClass", &CLASSES),
            ]),
        ),
        many(
            "NoncurrentVersionTransition",
            &Record(&[
                may("NoncurrentDays", &Whole),
                must("StorageClass", &CLASSES),
                may("NewerNoncurrentVersions", &Whole),
            ]),
        ),
        may(
            "NoncurrentVersionExpiration",
            &Record(&[
                may("NoncurrentDays", &Whole),
                may("NewerNoncurrentVersions", &Whole),
            ]),
        ),
        may(
            "AbortIncompleteMultipartUpload",
            &Record(&[may("DaysAfterInitiation", &Whole)]),
        ),
    ]),
)]);

pub(super) const DELETE: Shape = Record(&[
    many(
        "Object",
        &Record(&[
            must("Key", &Text),
            may("VersionId", &Text),
            may("ETag", &Text),
        ]),
    ),
    may("Quiet", &Flag),
]);

pub(super) const COMPLETE: Shape = Record(&[many(
    "Part",
    &Record(&[
        must("ETag", &Text),
        must("PartNumber", &Whole),
        may("ChecksumCRC32", &Text),
        may("ChecksumCRC32C", &Text),
        may("ChecksumCRC64NVME", &Text),
        may("ChecksumSHA256", &Text),
    ]),
)]);
