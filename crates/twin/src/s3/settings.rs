//! Settings of a bucket that are one document each: put, read back and deleted alike.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{document, enter, refuse};
use crate::kms;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::wire::shape::Shape;
use crate::wire::{HEADERS, ROOT, STATUS};
use crate::world::World;

/// One setting.
struct Setting {
    /// The word that names it in a query.
    word: &'static str,
    /// What its operations are called after `Put`, `Get` and `Delete`.
    operations: [&'static str; 3],
    root: &'static str,
    shape: &'static Shape,
    /// What is said of a bucket without it: code and sentence.
    absent: (&'static str, &'static str),
    /// Its deletion puts back what a new bucket has; else there is none after it.
    returns: bool,
    /// The status of its deletion.
    check: fn(&World, &str, &mut Value) -> Result<(), Refusal>,
}

const SETTINGS: &[Setting] = &[
    Setting {
        word: "cors",
        operations: ["PutBucketCors", "GetBucketCors", "DeleteBucketCors"],
        root: "CORSConfiguration",
        shape: &document::CORS,
        absent: (
            "NoSuchCORSConfiguration",
            "The CORS configuration does not exist",
        ),
        returns: false,
        check: check_cors,
    },
    Setting {
        word: "encryption",
        operations: [
            "PutBucketEncryption",
            "GetBucketEncryption",
            "DeleteBucketEncryption",
        ],
        root: "ServerSideEncryptionConfiguration",
        shape: &document::ENCRYPTION,
        absent: (
            "ServerSideEncryptionConfigurationNotFoundError",
            "The server side encryption configuration was not found",
        ),
        returns: true,
        check: check_encryption,
    },
    Setting {
        word: "lifecycle",
        operations: [
            "PutBucketLifecycleConfiguration",
            "GetBucketLifecycleConfiguration",
            "DeleteBucketLifecycle",
        ],
        root: "LifecycleConfiguration",
        shape: &document::LIFECYCLE,
        absent: (
            "NoSuchLifecycleConfiguration",
            "The lifecycle configuration does not exist",
        ),
        returns: false,
        check: check_lifecycle,
    },
    Setting {
        word: "ownershipControls",
        operations: [
            "PutBucketOwnershipControls",
            "GetBucketOwnershipControls",
            "DeleteBucketOwnershipControls",
        ],
        root: "OwnershipControls",
        shape: &document::OWNERSHIP,
        absent: (
            "OwnershipControlsNotFoundError",
            "The bucket ownership controls were not found",
        ),
        returns: false,
        check: check_ownership,
    },
    Setting {
        word: "publicAccessBlock",
        operations: [
            "PutPublicAccessBlock",
            "GetPublicAccessBlock",
            "DeletePublicAccessBlock",
        ],
        root: "PublicAccessBlockConfiguration",
        shape: &document::PUBLIC_ACCESS_BLOCK,
        absent: (
            "NoSuchPublicAccessBlockConfiguration",
            "The public access block configuration was not found",
        ),
        returns: false,
        check: check_block,
    },
];

/// What a new bucket has: everything public is blocked, objects are encrypted with S3's own keys [S3 guide: default
/// settings since April 2023].
pub(super) fn initial() -> BTreeMap<String, Value> {
    let block = [
        "BlockPublicAcls",
        "IgnorePublicAcls",
        "BlockPublicPolicy",
        "RestrictPublicBuckets",
    ];
    let block: Value = block
        .iter()
        .map(|name| (*name, true))
        .collect::<BTreeMap<_, _>>()
        .into_iter()
        .map(|(name, on)| (name.to_owned(), json!(on)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    BTreeMap::from([
        ("encryption".to_owned(), encrypted()),
        ("publicAccessBlock".to_owned(), block),
    ])
}

fn encrypted() -> Value {
    json!({ "Rule": [{
        "ApplyServerSideEncryptionByDefault": { "SSEAlgorithm": "AES256" },
        "BucketKeyEnabled": false,
    }] })
}

/// The header that belongs to lifecycle rules, with its default [S3 API: PutBucketLifecycleConfiguration].
const SMALLEST: &str = "x-amz-transition-default-minimum-object-size";

/// `Put…`
pub(super) fn put(call: &mut Call<'_>) -> Answer {
    let (mut input, bucket) = enter::enter(call)?;
    let setting = setting(call, 0)?;
    let lifecycle = setting.word == "lifecycle";
    if lifecycle {
        input.accept(SMALLEST, &[json!("all_storage_classes_128K")])?;
    }
    drop_checksums(&mut input);
    input.finish()?;
    let body = std::mem::take(&mut call.body);
    let mut value = document::read(&body, setting.root, setting.shape)?;
    (setting.check)(call.world, &call.region, &mut value)?;
    let bucket = enter::find_mut(call.world, &bucket)?;
    bucket.settings.insert(setting.word.to_owned(), value);
    let header = lifecycle.then_some("all_storage_classes_128K");
    Ok(json!({ HEADERS: { SMALLEST: header } }))
}

/// `Get…`
pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (input, bucket) = enter::enter(call)?;
    input.finish()?;
    let setting = setting(call, 1)?;
    let bucket = enter::find(call.world, &bucket)?;
    let Some(value) = bucket.settings.get(setting.word) else {
        let (code, message) = setting.absent;
        return Err(Refusal::new(code, message)
            .status(404)
            .because("BucketName", &bucket.name));
    };
    let mut answer = value.clone();
    answer[ROOT] = json!(setting.root);
    if setting.word == "lifecycle" {
        answer[HEADERS] = json!({ SMALLEST: "all_storage_classes_128K" });
    }
    Ok(answer)
}

/// `Delete…`
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (input, bucket) = enter::enter(call)?;
    input.finish()?;
    let setting = setting(call, 2)?;
    let bucket = enter::find_mut(call.world, &bucket)?;
    match setting.returns {
        true => bucket.settings.insert(setting.word.to_owned(), encrypted()),
        false => bucket.settings.remove(setting.word),
    };
    Ok(json!({ STATUS: 204 }))
}

/// Checksums of documents are compared before, and mean nothing after.
pub(super) fn drop_checksums(input: &mut crate::input::Input) {
    for name in input.names() {
        if name.starts_with("x-amz-checksum-") || name == "content-type" {
            input.raw(&name);
        }
    }
}

fn setting(call: &Call<'_>, verb: usize) -> Result<&'static Setting, Refusal> {
    let mut all = SETTINGS.iter();
    let found = all.find(|setting| setting.operations[verb] == call.operation);
    found.ok_or_else(|| Refusal::not_implemented(format_args!("s3 {}", call.operation)))
}

fn check_cors(_: &World, _: &str, value: &mut Value) -> Result<(), Refusal> {
    let rules = list(value, "CORSRule");
    // [S3 API: PutBucketCors]
    if rules.is_empty() || rules.len() > 100 {
        return Err(refuse::malformed());
    }
    for rule in rules {
        let (methods, origins) = (list(rule, "AllowedMethod"), list(rule, "AllowedOrigin"));
        if methods.is_empty() || origins.is_empty() {
            return Err(refuse::malformed());
        }
        for method in methods.iter().filter_map(Value::as_str) {
            if !["GET", "PUT", "POST", "DELETE", "HEAD"].contains(&method) {
                return Err(refuse::request(format!(
                    "Found unsupported HTTP method in CORS config. Unsupported method is {method}"
                )));
            }
        }
        let stars = |text: &str| text.matches('*').count() > 1;
        let mut origins = origins.iter().filter_map(Value::as_str);
        if let Some(origin) = origins.find(|origin| stars(origin)) {
            return Err(refuse::request(format!(
                "AllowedOrigin \"{origin}\" can not have more than one wildcard."
            )));
        }
        let mut headers = list(rule, "AllowedHeader").iter().filter_map(Value::as_str);
        if let Some(header) = headers.find(|header| stars(header)) {
            return Err(refuse::request(format!(
                "AllowedHeader \"{header}\" can not have more than one wildcard."
            )));
        }
    }
    Ok(())
}

fn check_encryption(world: &World, region: &str, value: &mut Value) -> Result<(), Refusal> {
    let Some([rule]) = value["Rule"].as_array_mut().map(Vec::as_mut_slice) else {
        return Err(refuse::malformed());
    };
    let default = &rule["ApplyServerSideEncryptionByDefault"];
    let algorithm = default["SSEAlgorithm"].as_str().unwrap_or_default();
    match (algorithm, default["KMSMasterKeyID"].as_str()) {
        ("", _) => return Err(refuse::malformed()),
        ("AES256", Some(key)) => {
            let message = "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse";
            return Err(refuse::argument("KMSMasterKeyID", key, message));
        }
        // Only an ARN tells whose key it is; it is not looked at before an object is put [S3 guide: SSE-KMS].
        (_, Some(key)) if key.starts_with("arn:") => {
            kms::usable(world, region, key).map_err(|refusal| {
                Refusal::new(format!("KMS.{}", refusal.code), refusal.message)
            })?;
        }
        _ => {}
    }
    if rule["BucketKeyEnabled"].is_null() {
        rule["BucketKeyEnabled"] = json!(false);
    }
    Ok(())
}

fn check_lifecycle(world: &World, _: &str, value: &mut Value) -> Result<(), Refusal> {
    let Some(rules) = value["Rule"].as_array_mut() else {
        return Err(refuse::malformed());
    };
    if rules.len() > 1000 {
        return Err(refuse::malformed());
    }
    const ACTIONS: [&str; 5] = [
        "Expiration",
        "Transition",
        "NoncurrentVersionTransition",
        "NoncurrentVersionExpiration",
        "AbortIncompleteMultipartUpload",
    ];
    let mut seen: Vec<String> = Vec::new();
    for (number, rule) in rules.iter_mut().enumerate() {
        if rule["ID"].as_str().is_none_or(str::is_empty) {
            let id = crate::blobs::sha256(format!("{number} {}", world.now.0).as_bytes());
            rule["ID"] = json!(id.get(..32));
        }
        let id = rule["ID"].as_str().unwrap_or_default().to_owned();
        if id.chars().count() > 255 {
            let message = "ID length should not exceed allowed limit of 255";
            return Err(refuse::argument("ID", &id, message));
        }
        if seen.contains(&id) {
            let message = "Rule ID must be unique. Found same ID for more than one rule";
            return Err(refuse::argument("ID", &id, message));
        }
        seen.push(id);
        let (filter, prefix) = (&rule["Filter"], &rule["Prefix"]);
        if filter.is_null() == prefix.is_null() || filter.as_object().is_some_and(|it| it.len() > 1)
        {
            return Err(refuse::malformed());
        }
        if ACTIONS.iter().all(|action| rule[*action].is_null()) {
            return Err(refuse::request(
                "At least one action needs to be specified in a rule",
            ));
        }
        check_days(rule)?;
    }
    Ok(())
}

/// Days are counted from one, or for transitions from none.
fn check_days(rule: &Value) -> Result<(), Refusal> {
    let expiration = &rule["Expiration"];
    if expiration.as_object().is_some_and(|it| it.len() != 1) {
        return Err(refuse::malformed());
    }
    for (value, action) in [
        (&expiration["Days"], "Expiration"),
        (
            &rule["NoncurrentVersionExpiration"]["NoncurrentDays"],
            "NoncurrentVersionExpiration",
        ),
        (
            &rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"],
            "AbortIncompleteMultipartUpload",
        ),
    ] {
        if value.as_i64().is_some_and(|days| days < 1) {
            let message = format!("'Days' for {action} action must be a positive integer");
            return Err(refuse::argument("Days", &value.to_string(), message));
        }
    }
    for transition in list(rule, "Transition") {
        let days = transition["Days"].as_i64();
        if days.is_some_and(|days| days < 0) || days.is_some() != transition["Date"].is_null() {
            return Err(refuse::malformed());
        }
        let infrequent = ["STANDARD_IA", "ONEZONE_IA"];
        let class = transition["StorageClass"].as_str().unwrap_or_default();
        if infrequent.contains(&class) && days.is_some_and(|days| days < 30) {
            let message = format!(
                "'Days' in Transition action must be greater than or equal to 30 for storageClass '{class}'"
            );
            return Err(refuse::argument(
                "Days",
                &transition["Days"].to_string(),
                message,
            ));
        }
    }
    Ok(())
}

fn check_ownership(_: &World, _: &str, value: &mut Value) -> Result<(), Refusal> {
    match list(value, "Rule").len() {
        1 => Ok(()),
        _ => Err(refuse::malformed()),
    }
}

/// What is not said is off.
fn check_block(_: &World, _: &str, value: &mut Value) -> Result<(), Refusal> {
    for name in [
        "BlockPublicAcls",
        "IgnorePublicAcls",
        "BlockPublicPolicy",
        "RestrictPublicBuckets",
    ] {
        if value[name].is_null() {
            value[name] = json!(false);
        }
    }
    Ok(())
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
}
