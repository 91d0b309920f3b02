//! Smithy RPC v2 CBOR: the path names the operation, CBOR (RFC 8949) both ways.
//!
//! Timestamps come as tag 1 and become seconds; an answer's timestamps ([`super::timestamp`]) leave as tag 1.

use bytes::Bytes;
use http::Request;
use serde_json::{Map, Number, Value};

use super::times;
use crate::refusal::Refusal;

/// `/service/{target}/operation/{operation}` [Smithy RPC v2 CBOR protocol].
pub(super) fn decode(
    request: &Request<Bytes>,
    target: &str,
) -> Result<(String, Map<String, Value>), Refusal> {
    let path = request.uri().path();
    let named = path
        .strip_prefix("/service/")
        .and_then(|rest| rest.split_once("/operation/"));
    let operation = match named {
        Some((service, operation)) if service == target => operation.to_owned(),
        _ => {
            let message = format!("the path must be /service/{target}/operation/<operation>");
            return Err(Refusal::new("UnknownOperationException", message).status(404));
        }
    };
    if request.body().is_empty() {
        return Ok((operation, Map::new()));
    }
    let mut reader = Reader {
        left: request.body(),
        depth: 0,
    };
    match reader.item() {
        Ok(Some(Value::Object(fields))) if reader.left.is_empty() => Ok((operation, fields)),
        Ok(_) => Err(malformed("the body must be one CBOR map")),
        Err(why) => Err(malformed(why)),
    }
}

pub(super) fn answer(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    if !value.is_null() {
        write(&mut out, value);
    }
    out
}

pub(super) fn refusal(refusal: &Refusal, shape: &str) -> Vec<u8> {
    answer(&serde_json::json!({ "__type": shape, "message": refusal.message }))
}

fn malformed(why: &str) -> Refusal {
    Refusal::new("SerializationException", why)
}

/// Nested deeper than this is no request of any service.
const DEPTH: usize = 32;

struct Reader<'a> {
    left: &'a [u8],
    depth: usize,
}

impl Reader<'_> {
    /// The next item; none is the end of a list or map of unknown length.
    fn item(&mut self) -> Result<Option<Value>, &'static str> {
        let head = self.byte()?;
        let (major, info) = (head >> 5, head & 0x1f);
        if major == 7 {
            return self.simple(info);
        }
        let endless = info == 31;
        let length = if endless { 0 } else { self.length(info)? };
        if endless && !(3..=5).contains(&major) {
            return Err("a length is missing");
        }
        Ok(Some(match major {
            0 => Value::from(length),
            1 => Value::from(-1 - i64::try_from(length).map_err(|_| "a number is too small")?),
            3 if endless => self.chunks()?,
            3 => Value::String(self.text(length)?),
            4 => self.inside(|reader| reader.list(length, endless))?,
            5 => self.inside(|reader| reader.map(length, endless))?,
            6 => self.tagged(length)?,
            _ => return Err("byte strings are not expected here"),
        }))
    }

    fn inside(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Value, &'static str>,
    ) -> Result<Value, &'static str> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("nested too deeply");
        }
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn list(&mut self, length: u64, endless: bool) -> Result<Value, &'static str> {
        let mut items = Vec::new();
        while endless || (items.len() as u64) < length {
            match self.item()? {
                Some(item) => items.push(item),
                None if endless => break,
                None => return Err("a list ends too early"),
            }
        }
        Ok(Value::Array(items))
    }

    fn map(&mut self, length: u64, endless: bool) -> Result<Value, &'static str> {
        let mut fields = Map::new();
        let mut count = 0;
        while endless || count < length {
            let key = match self.item()? {
                Some(Value::String(key)) => key,
                None if endless => break,
                _ => return Err("a key must be text"),
            };
            let value = self.item()?.ok_or("a value is missing")?;
            if fields.insert(key, value).is_some() {
                return Err("a key is given twice");
            }
            count += 1;
        }
        Ok(Value::Object(fields))
    }

    /// Tag 1 is a time in seconds; there is no other in these protocols.
    fn tagged(&mut self, tag: u64) -> Result<Value, &'static str> {
        match self.inside(|reader| reader.item()?.ok_or("a tag without value"))? {
            Value::Number(number) if tag == 1 => Ok(Value::Number(number)),
            _ => Err("an unknown tag"),
        }
    }

    fn chunks(&mut self) -> Result<Value, &'static str> {
        let mut text = String::new();
        while let Some(chunk) = self
            .inside(|reader| Ok(reader.item()?.unwrap_or(Value::Null)))?
            .as_str()
        {
            text.push_str(chunk);
        }
        Ok(Value::String(text))
    }

    fn text(&mut self, length: u64) -> Result<String, &'static str> {
        let length = usize::try_from(length).map_err(|_| "a text is too long")?;
        let bytes = self.take(length)?;
        let text = std::str::from_utf8(bytes).map_err(|_| "a text is not UTF-8")?;
        Ok(text.to_owned())
    }

    fn simple(&mut self, info: u8) -> Result<Option<Value>, &'static str> {
        let float = |number: f64| Number::from_f64(number).map(Value::Number);
        Ok(Some(match info {
            20 => Value::Bool(false),
            21 => Value::Bool(true),
            22 | 23 => Value::Null,
            25 => float(half(self.array()?)).ok_or("not a number")?,
            26 => float(f64::from(f32::from_be_bytes(self.array()?))).ok_or("not a number")?,
            27 => float(f64::from_be_bytes(self.array()?)).ok_or("not a number")?,
            31 => return Ok(None),
            _ => return Err("an unknown simple value"),
        }))
    }

    fn length(&mut self, info: u8) -> Result<u64, &'static str> {
        Ok(match info {
            0..=23 => u64::from(info),
            24 => u64::from(self.byte()?),
            25 => u64::from(u16::from_be_bytes(self.array()?)),
            26 => u64::from(u32::from_be_bytes(self.array()?)),
            27 => u64::from_be_bytes(self.array()?),
            _ => return Err("a length that cannot be"),
        })
    }

    fn byte(&mut self) -> Result<u8, &'static str> {
        Ok(self.array::<1>()?[0])
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], &'static str> {
        self.take(N)?
            .try_into()
            .map_err(|_| "the body ends too early")
    }

    fn take(&mut self, count: usize) -> Result<&[u8], &'static str> {
        if count > self.left.len() {
            return Err("the body ends too early");
        }
        let (taken, left) = self.left.split_at(count);
        self.left = left;
        Ok(taken)
    }
}

/// IEEE 754 half precision [RFC 8949, appendix D].
fn half(bytes: [u8; 2]) -> f64 {
    let bits = u16::from_be_bytes(bytes);
    let (exponent, mantissa) = ((bits >> 10) & 0x1f, f64::from(bits & 0x3ff));
    let size = match exponent {
        0 => mantissa * 2f64.powi(-24),
        31 => f64::INFINITY,
        _ => (mantissa + 1024.0) * 2f64.powi(i32::from(exponent) - 25),
    };
    if bits & 0x8000 == 0 { size } else { -size }
}

fn write(out: &mut Vec<u8>, value: &Value) {
    if let Some(seconds) = times::seconds(value) {
        out.push(0xc1);
        return write(out, &seconds);
    }
    match value {
        Value::Null => out.push(0xf6),
        Value::Bool(flag) => out.push(if *flag { 0xf5 } else { 0xf4 }),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => head(out, 0, number),
            (None, Some(number)) => head(out, 1, number.unsigned_abs() - 1),
            (None, None) => {
                out.push(0xfb);
                out.extend(number.as_f64().unwrap_or_default().to_be_bytes());
            }
        },
        Value::String(text) => {
            head(out, 3, text.len() as u64);
            out.extend(text.as_bytes());
        }
        Value::Array(items) => {
            head(out, 4, items.len() as u64);
            items.iter().for_each(|item| write(out, item));
        }
        Value::Object(fields) => {
            // AWS has no null members.
            let fields = || fields.iter().filter(|(_, value)| !value.is_null());
            head(out, 5, fields().count() as u64);
            for (name, value) in fields() {
                head(out, 3, name.len() as u64);
                out.extend(name.as_bytes());
                write(out, value);
            }
        }
    }
}

fn head(out: &mut Vec<u8>, major: u8, length: u64) {
    let major = major << 5;
    match length {
        0..=23 => out.push(major | length as u8),
        24..=0xff => out.extend([major | 24, length as u8]),
        0x100..=0xffff => {
            out.push(major | 25);
            out.extend((length as u16).to_be_bytes());
        }
        0x1_0000..=0xffff_ffff => {
            out.push(major | 26);
            out.extend((length as u32).to_be_bytes());
        }
        _ => {
            out.push(major | 27);
            out.extend(length.to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Millis;
    use serde_json::json;

    fn read(bytes: &[u8]) -> Result<Option<Value>, &'static str> {
        Reader {
            left: bytes,
            depth: 0,
        }
        .item()
    }

    #[test]
    fn what_is_written_is_read() {
        let value = json!({
            "a": [1, 23, 24, 256, 65536, 4_294_967_296_u64, -1, -500, 1.5, true, false],
            "b": { "c": "text", "d": "x".repeat(300) },
        });
        assert_eq!(read(&answer(&value)), Ok(Some(value)));
    }

    #[test]
    fn other_writers_items_are_read() {
        // [RFC 8949, appendix A]
        let rows: &[(&[u8], Value)] = &[
            (&[0xf9, 0x3e, 0x00], json!(1.5)),
            (&[0xf9, 0xc4, 0x00], json!(-4.0)),
            (&[0xfa, 0x47, 0xc3, 0x50, 0x00], json!(100_000.0)),
            (&[0x9f, 0x01, 0x02, 0xff], json!([1, 2])),
            (&[0xbf, 0x61, 0x61, 0x01, 0xff], json!({ "a": 1 })),
            (&[0x7f, 0x61, 0x61, 0x61, 0x62, 0xff], json!("ab")),
            (&[0xc1, 0x1a, 0x51, 0x4b, 0x67, 0xb0], json!(1_363_896_240)),
            (&[0xf6], Value::Null),
        ];
        for (bytes, value) in rows {
            assert_eq!(read(bytes), Ok(Some(value.clone())), "{bytes:x?}");
        }
    }

    #[test]
    fn broken_items_are_refused() {
        let deep = [0x81; 64];
        let rows: &[&[u8]] = &[
            &[],
            &[0x61],
            &[0x82, 0x01],
            &[0xa1, 0x01, 0x01],
            &[0xc2, 0x01],
            &[0x41, 0x00],
            &[0xa2, 0x61, 0x61, 0x01, 0x61, 0x61, 0x01],
            &deep,
        ];
        for bytes in rows {
            assert!(read(bytes).is_err(), "{bytes:x?}");
        }
    }

    #[test]
    fn times_are_tagged() {
        assert_eq!(
            answer(&super::super::timestamp(Millis(5_000))),
            [0xc1, 0x05]
        );
        assert_eq!(answer(&json!({ "a": null })), [0xa0]);
        assert_eq!(answer(&Value::Null), [] as [u8; 0]);
    }
}
