//! Bodies of requests to S3: in chunks with trailers, as SDKs send them by default, or plain; and what must be true of
//! them.

use bytes::{Bytes, BytesMut};
use data_encoding::{BASE64, HEXLOWER};
use http::{HeaderMap, Request};
use md5::{Digest, Md5};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use crate::refusal::Refusal;
use crate::s3::Algorithm;

/// The body, and the headers that came after it [S3 API: Signature calculations, trailing headers].
pub(super) fn read(request: &Request<Bytes>) -> Result<(Bytes, Map<String, Value>), Refusal> {
    let headers = request.headers();
    let chunked =
        text(headers, "x-amz-content-sha256").is_some_and(|it| it.starts_with("STREAMING-"));
    if !chunked {
        return Ok((request.body().clone(), Map::new()));
    }
    let (body, trailers) = unchunked(request.body()).ok_or_else(|| {
        let message =
            "You did not provide the number of bytes specified by the Content-Length HTTP header.";
        Refusal::new("IncompleteBody", message)
    })?;
    let length = text(headers, "x-amz-decoded-content-length");
    let Some(length) = length.and_then(|length| length.parse::<usize>().ok()) else {
        let message = "You must provide the Content-Length HTTP header.";
        return Err(Refusal::new("MissingContentLength", message).status(411));
    };
    if body.len() != length {
        let message =
            "You did not provide the number of bytes specified by the Content-Length HTTP header.";
        return Err(Refusal::new("IncompleteBody", message));
    }
    let announced = text(headers, "x-amz-trailer").unwrap_or_default();
    let mut fields = Map::new();
    for (name, value) in trailers {
        if name == "x-amz-trailer-signature" {
            continue;
        }
        if !announced
            .split(',')
            .any(|it| it.trim().eq_ignore_ascii_case(&name))
        {
            let message = format!("The trailer {name} was not announced in x-amz-trailer.");
            return Err(Refusal::new("MalformedTrailerError", message));
        }
        fields.insert(name, json!(value));
    }
    Ok((body, fields))
}

/// Refuses a body that is not what its headers say.
pub(super) fn check(
    headers: &HeaderMap,
    fields: &Map<String, Value>,
    body: &Bytes,
) -> Result<(), Refusal> {
    if let Some(given) = text(headers, "content-md5") {
        let digest = BASE64.decode(given.as_bytes()).ok();
        let Some(digest) = digest.filter(|digest| digest.len() == 16) else {
            let message = "The Content-MD5 you specified was invalid.";
            return Err(Refusal::new("InvalidDigest", message));
        };
        if digest != Md5::digest(body).to_vec() {
            let message = "The Content-MD5 you specified did not match what we received.";
            return Err(Refusal::new("BadDigest", message));
        }
    }
    let signed = text(headers, "x-amz-content-sha256").unwrap_or("UNSIGNED-PAYLOAD");
    let literal = signed.starts_with("STREAMING-") || signed == "UNSIGNED-PAYLOAD";
    if !literal && signed != HEXLOWER.encode(&Sha256::digest(body)) {
        let message =
            "The provided 'x-amz-content-sha256' header does not match what was computed.";
        return Err(Refusal::new("XAmzContentSHA256Mismatch", message));
    }
    for (name, value) in fields {
        let Some(word) = name.strip_prefix("x-amz-checksum-") else {
            continue;
        };
        let (Some(algorithm), Some(value)) = (Algorithm::named(word), value.as_str()) else {
            continue;
        };
        // Of a whole upload it is compared when that is completed.
        if value.contains('-')
            || fields.contains_key("uploadId") && !fields.contains_key("partNumber")
        {
            continue;
        }
        if value != algorithm.of(body) {
            let message = format!(
                "The {} you specified did not match the calculated checksum.",
                algorithm.name()
            );
            return Err(Refusal::new("BadDigest", message));
        }
    }
    Ok(())
}

type Trailers = Vec<(String, String)>;

/// `5;chunk-signature=…\r\nhello\r\n0\r\nx-amz-checksum-crc32:…\r\n\r\n`
fn unchunked(mut rest: &[u8]) -> Option<(Bytes, Trailers)> {
    let mut body = BytesMut::new();
    loop {
        let (line, after) = line(rest)?;
        let size = line.split(|byte| *byte == b';').next()?;
        let size = usize::from_str_radix(std::str::from_utf8(size).ok()?, 16).ok()?;
        rest = after;
        if size == 0 {
            break;
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size..)?.strip_prefix(b"\r\n")?;
    }
    let mut trailers = Vec::new();
    while let Some((one, after)) = line(rest) {
        rest = after;
        let text = std::str::from_utf8(one).ok()?.trim();
        if text.is_empty() {
            continue;
        }
        let (name, value) = text.split_once(':')?;
        trailers.push((name.trim().to_lowercase(), value.trim().to_owned()));
    }
    Some((body.freeze(), trailers))
}

fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.windows(2).position(|two| two == b"\r\n")?;
    Some((bytes.get(..end)?, bytes.get(end + 2..)?))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_become_a_body_and_its_trailers() {
        let sent =
            b"5;chunk-signature=ab\r\nhello\r\n1\r\n!\r\n0\r\nx-amz-checksum-crc32:AA==\r\n\r\n";
        let (body, trailers) = unchunked(sent).expect("chunks");
        assert_eq!(body, "hello!");
        assert_eq!(
            trailers,
            [("x-amz-checksum-crc32".to_owned(), "AA==".to_owned())]
        );
        assert!(unchunked(b"5\r\nhel").is_none());
    }
}
