//! ListObjectsV2, and ListObjects before it.

use serde_json::{Value, json};

use super::bucket::{self, Bucket};
use super::object::{Content, Version};
use super::{enter, refuse};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::wire::ROOT;

/// What a listing is asked for.
pub(super) struct Asked {
    pub(super) prefix: Option<String>,
    pub(super) delimiter: Option<String>,
    pub(super) limit: usize,
    /// Keys are written as in a URL.
    pub(super) encoded: bool,
}

impl Asked {
    pub(super) fn read(input: &mut Input) -> Result<Asked, Refusal> {
        let limit = input.text("max-keys")?;
        let limit = match &limit {
            None => 1000,
            Some(text) => text.parse::<i32>().map_err(|_| {
                let message = "Provided max-keys not an integer or within integer range";
                refuse::argument("max-keys", text, message)
            })?,
        };
        if limit < 0 {
            let message = "Argument maxKeys must be an integer between 0 and 2147483647";
            return Err(refuse::argument("maxKeys", &limit.to_string(), message));
        }
        let encoding = input.text("encoding-type")?;
        if let Some(other) = encoding.as_deref().filter(|it| *it != "url") {
            let message = "Invalid Encoding Method specified in Request";
            return Err(refuse::argument("encoding-type", other, message));
        }
        let some = |text: Option<String>| text.filter(|text| !text.is_empty());
        Ok(Asked {
            prefix: some(input.text("prefix")?),
            delimiter: some(input.text("delimiter")?),
            limit: usize::try_from(limit).unwrap_or_default().min(1000),
            encoded: encoding.is_some(),
        })
    }

    pub(super) fn takes(&self, key: &str) -> bool {
        self.prefix
            .as_ref()
            .is_none_or(|prefix| key.starts_with(prefix))
    }

    /// The common prefix that stands for a key, if one does.
    pub(super) fn group(&self, key: &str) -> Option<String> {
        let delimiter = self.delimiter.as_ref()?;
        let start = self.prefix.as_ref().map_or(0, String::len);
        let end = key.get(start..)?.find(delimiter.as_str())?;
        key.get(..start + end + delimiter.len()).map(str::to_owned)
    }

    /// A key as it is shown.
    pub(super) fn spell(&self, text: &str) -> String {
        if !self.encoded {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.*/".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
        out
    }

    /// The members that every listing repeats.
    pub(super) fn echo(&self, root: &str, bucket: &str) -> Value {
        let spelt = |text: &Option<String>| text.as_ref().map(|text| self.spell(text));
        json!({
            ROOT: root,
            "Name": bucket,
            "Prefix": spelt(&self.prefix).unwrap_or_default(),
            "Delimiter": spelt(&self.delimiter),
            "MaxKeys": self.limit,
            "EncodingType": self.encoded.then_some("url"),
        })
    }
}

/// `ListObjectsV2`
pub(super) fn list_objects_v2(call: &mut Call<'_>) -> Answer {
    let (mut input, name) = enter::enter(call)?;
    input.accept("list-type", &[json!(2)])?;
    let asked = Asked::read(&mut input)?;
    let token = input.text("continuation-token")?;
    let after = input.text("start-after")?;
    let with_owner = input.boolean("fetch-owner")?.unwrap_or(false);
    input.raw("content-type");
    input.finish()?;
    let from = match &token {
        Some(token) => Some(decode(token)?),
        None => after.clone(),
    };
    let owner = with_owner.then(|| bucket::owner(&call.account()));
    let found = enter::find(call.world, &name)?;
    let page = page(found, &asked, from.as_deref(), owner.as_deref());
    let mut answer = asked.echo("ListBucketResult", &name);
    answer["KeyCount"] = json!(page.contents.len() + page.prefixes.len());
    answer["StartAfter"] = json!(after.map(|after| asked.spell(&after)));
    answer["ContinuationToken"] = json!(token);
    answer["NextContinuationToken"] = json!(page.next.as_deref().map(encode));
    answer["IsTruncated"] = json!(page.next.is_some());
    answer["Contents"] = json!(page.contents);
    answer["CommonPrefixes"] = json!(page.prefixes);
    Ok(answer)
}

/// `ListObjects`
pub(super) fn list_objects(call: &mut Call<'_>) -> Answer {
    let (mut input, name) = enter::enter(call)?;
    let asked = Asked::read(&mut input)?;
    let marker = input.text("marker")?;
    input.raw("content-type");
    input.finish()?;
    let owner = bucket::owner(&call.account());
    let found = enter::find(call.world, &name)?;
    let page = page(found, &asked, marker.as_deref(), Some(&owner));
    let mut answer = asked.echo("ListBucketResult", &name);
    answer["Marker"] = json!(asked.spell(&marker.unwrap_or_default()));
    // Without a delimiter the last key says where to go on [S3 API: ListObjects NextMarker].
    let next = page.next.as_ref().filter(|_| asked.delimiter.is_some());
    answer["NextMarker"] = json!(next.map(|next| asked.spell(next)));
    answer["IsTruncated"] = json!(page.next.is_some());
    answer["Contents"] = json!(page.contents);
    answer["CommonPrefixes"] = json!(page.prefixes);
    Ok(answer)
}

struct Page {
    contents: Vec<Value>,
    prefixes: Vec<Value>,
    /// The last key or prefix of this page, if there is more.
    next: Option<String>,
}

fn page(bucket: &Bucket, asked: &Asked, from: Option<&str>, owner: Option<&str>) -> Page {
    let mut page = Page {
        contents: Vec::new(),
        prefixes: Vec::new(),
        next: None,
    };
    let mut last: Option<String> = None;
    for key in bucket.objects.keys().filter(|key| asked.takes(key)) {
        let Some((version, content)) = bucket.current(key) else {
            continue;
        };
        let group = asked.group(key);
        let place = group.as_deref().unwrap_or(key);
        // A prefix that a page ended with stands for all of its keys.
        let passed = from.is_some_and(|from| place <= from || key.as_str() <= from);
        if passed || (group.is_some() && last == group) {
            continue;
        }
        if page.contents.len() + page.prefixes.len() >= asked.limit {
            page.next = last.filter(|_| asked.limit > 0);
            return page;
        }
        match &group {
            Some(prefix) => page.prefixes.push(json!({ "Prefix": asked.spell(prefix) })),
            None => page.contents.push(row(asked, key, version, content, owner)),
        }
        last = Some(place.to_owned());
    }
    page
}

fn row(
    asked: &Asked,
    key: &str,
    version: &Version,
    content: &Content,
    owner: Option<&str>,
) -> Value {
    let checksum = content.checksum.as_ref();
    json!({
        "Key": asked.spell(key),
        "LastModified": version.modified.iso8601(),
        "ETag": content.etag,
        "Size": content.blob.size,
        "StorageClass": content.about.class.as_deref().unwrap_or("STANDARD"),
        "ChecksumAlgorithm": checksum.map(|it| it.algorithm.name()),
        "ChecksumType": checksum.map(|it| it.kind()),
        "Owner": owner.map(|id| json!({ "ID": id })),
    })
}

/// A token is opaque to clients.
fn encode(key: &str) -> String {
    data_encoding::BASE64URL.encode(format!("1{key}").as_bytes())
}

fn decode(token: &str) -> Result<String, Refusal> {
    let bytes = data_encoding::BASE64URL.decode(token.as_bytes()).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let key = text.and_then(|text| text.strip_prefix('1').map(str::to_owned));
    key.ok_or_else(|| {
        let message = "The continuation token provided is incorrect";
        refuse::argument("continuation-token", token, message)
    })
}
