//! How S3's operations are addressed [service model: `http`]: method, bucket or key, and a word in the query.

use serde_json::{Map, Value};

/// One address.
pub(super) struct Route {
    method: &'static str,
    place: Place,
    /// The word in the query that tells it apart; empty where none does.
    pub(super) marker: &'static str,
    pub(super) operation: &'static str,
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Place {
    Account,
    Bucket,
    Key,
}
use Place::{Account, Bucket, Key};

const fn route(
    method: &'static str,
    place: Place,
    marker: &'static str,
    operation: &'static str,
) -> Route {
    Route {
        method,
        place,
        marker,
        operation,
    }
}

/// Those with a word come first.
const ROUTES: &[Route] = &[
    route(
        "GET",
        Bucket,
        "accelerate",
        "GetBucketAccelerateConfiguration",
    ),
    route("GET", Bucket, "acl", "GetBucketAcl"),
    route("GET", Bucket, "cors", "GetBucketCors"),
    route("GET", Bucket, "encryption", "GetBucketEncryption"),
    route(
        "GET",
        Bucket,
        "lifecycle",
        "GetBucketLifecycleConfiguration",
    ),
    route("GET", Bucket, "location", "GetBucketLocation"),
    route("GET", Bucket, "logging", "GetBucketLogging"),
    route(
        "GET",
        Bucket,
        "notification",
        "GetBucketNotificationConfiguration",
    ),
    route("GET", Bucket, "object-lock", "GetObjectLockConfiguration"),
    route(
        "GET",
        Bucket,
        "ownershipControls",
        "GetBucketOwnershipControls",
    ),
    route("GET", Bucket, "policy", "GetBucketPolicy"),
    route("GET", Bucket, "policyStatus", "GetBucketPolicyStatus"),
    route("GET", Bucket, "publicAccessBlock", "GetPublicAccessBlock"),
    route("GET", Bucket, "replication", "GetBucketReplication"),
    route("GET", Bucket, "requestPayment", "GetBucketRequestPayment"),
    route("GET", Bucket, "tagging", "GetBucketTagging"),
    route("GET", Bucket, "uploads", "ListMultipartUploads"),
    route("GET", Bucket, "versioning", "GetBucketVersioning"),
    route("GET", Bucket, "versions", "ListObjectVersions"),
    route("GET", Bucket, "website", "GetBucketWebsite"),
    route("PUT", Bucket, "cors", "PutBucketCors"),
    route("PUT", Bucket, "encryption", "PutBucketEncryption"),
    route(
        "PUT",
        Bucket,
        "lifecycle",
        "PutBucketLifecycleConfiguration",
    ),
    route(
        "PUT",
        Bucket,
        "ownershipControls",
        "PutBucketOwnershipControls",
    ),
    route("PUT", Bucket, "policy", "PutBucketPolicy"),
    route("PUT", Bucket, "publicAccessBlock", "PutPublicAccessBlock"),
    route("PUT", Bucket, "tagging", "PutBucketTagging"),
    route("PUT", Bucket, "versioning", "PutBucketVersioning"),
    route("DELETE", Bucket, "cors", "DeleteBucketCors"),
    route("DELETE", Bucket, "encryption", "DeleteBucketEncryption"),
    route("DELETE", Bucket, "lifecycle", "DeleteBucketLifecycle"),
    route(
        "DELETE",
        Bucket,
        "ownershipControls",
        "DeleteBucketOwnershipControls",
    ),
    route("DELETE", Bucket, "policy", "DeleteBucketPolicy"),
    route(
        "DELETE",
        Bucket,
        "publicAccessBlock",
        "DeletePublicAccessBlock",
    ),
    route("DELETE", Bucket, "tagging", "DeleteBucketTagging"),
    route("POST", Bucket, "delete", "DeleteObjects"),
    route("GET", Key, "acl", "GetObjectAcl"),
    route("GET", Key, "tagging", "GetObjectTagging"),
    route("PUT", Key, "tagging", "PutObjectTagging"),
    route("DELETE", Key, "tagging", "DeleteObjectTagging"),
    route("POST", Key, "uploads", "CreateMultipartUpload"),
];

/// Those whose word has a value, which stays a parameter, and those without a word.
const PLAIN: &[Route] = &[
    route("GET", Account, "", "ListBuckets"),
    route("GET", Bucket, "list-type", "ListObjectsV2"),
    route("GET", Bucket, "", "ListObjects"),
    route("HEAD", Bucket, "", "HeadBucket"),
    route("PUT", Bucket, "", "CreateBucket"),
    route("DELETE", Bucket, "", "DeleteBucket"),
    route("GET", Key, "uploadId", "ListParts"),
    route("GET", Key, "", "GetObject"),
    route("HEAD", Key, "", "HeadObject"),
    route("PUT", Key, "uploadId", "UploadPart"),
    route("PUT", Key, "", "PutObject"),
    route("DELETE", Key, "uploadId", "AbortMultipartUpload"),
    route("DELETE", Key, "", "DeleteObject"),
    route("POST", Key, "uploadId", "CompleteMultipartUpload"),
];

/// Words in a query that would be an operation of their own. One that is not above is not implemented, and is not to
/// be taken for a parameter of another.
const OTHERS: &[&str] = &[
    "abac",
    "analytics",
    "attributes",
    "encryption",
    "intelligent-tiering",
    "inventory",
    "legal-hold",
    "metadataTable",
    "metrics",
    "renameObject",
    "restore",
    "retention",
    "select",
    "session",
    "torrent",
    "accelerate",
    "acl",
    "logging",
    "notification",
    "object-lock",
    "replication",
    "requestPayment",
    "website",
];

/// The copies of whole objects have an address of their own: a header.
const COPY: Route = route("PUT", Key, "", "CopyObject");

pub(super) fn find(
    method: &str,
    bucket: bool,
    key: bool,
    copies: bool,
    query: &Map<String, Value>,
) -> Option<&'static Route> {
    let place = match (bucket, key) {
        (_, true) => Key,
        (true, false) => Bucket,
        _ => Account,
    };
    let fits = |route: &&Route| route.method == method && route.place == place;
    let mut with_word = ROUTES.iter().filter(fits);
    if let Some(route) = with_word.find(|route| query.contains_key(route.marker)) {
        return Some(route);
    }
    if OTHERS.iter().any(|word| query.contains_key(*word)) {
        return None;
    }
    if copies && place == Key && method == "PUT" {
        return (!query.contains_key("uploadId")).then_some(&COPY);
    }
    let mut plain = PLAIN.iter().filter(fits);
    plain.find(|route| route.marker.is_empty() || query.contains_key(route.marker))
}
