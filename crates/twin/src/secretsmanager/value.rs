//! What a version holds: text or bytes, never both.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::{name, refuse};
use crate::hidden::Hidden;
use crate::input::Input;
use crate::refusal::Refusal;

/// The value of one version.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub(super) enum Value {
    Text(Hidden),
    /// As it is on the wire, in base64.
    Binary(Hidden),
}

/// A value that was sent, and the token that becomes its version's id.
pub(super) struct Sent {
    pub(super) value: Value,
    pub(super) token: String,
}

/// [Secrets Manager quotas: secret value size]
const SIZE: usize = 65_536;

/// Reads `SecretString`, `SecretBinary` and `ClientRequestToken`; none where no value was sent. SDKs make the token up;
/// who speaks HTTP must send one with a value [Secrets Manager API: ClientRequestToken].
pub(super) fn read(input: &mut Input) -> Result<Option<Sent>, Refusal> {
    let text = input.text("SecretString")?;
    let binary = input.text("SecretBinary")?;
    let token = input.text("ClientRequestToken")?;
    token.as_deref().map_or(Ok(()), name::check_token)?;
    let (member, value, size) = match (text, binary) {
        (None, None) => return Ok(None),
        (Some(text), None) => {
            let size = text.len();
            ("secretString", Value::Text(Hidden(text)), size)
        }
        (None, Some(binary)) => {
            let size = decoded_length(&binary)
                .ok_or_else(|| refuse::validation("SecretBinary is not valid base64."))?;
            ("secretBinary", Value::Binary(Hidden(binary)), size)
        }
        (Some(_), Some(_)) => {
            return Err(refuse::parameter(
                "You can't specify both a binary secret value and a string secret value in the same secret.",
            ));
        }
    };
    let (fits, rule) = match size {
        0 => (false, "greater than or equal to 1"),
        _ => (size <= SIZE, "less than or equal to 65536"),
    };
    if !fits {
        return Err(refuse::validation(format!(
            "1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must have length {rule}"
        )));
    }
    let token = token.ok_or_else(|| {
        refuse::request(
            "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
        )
    })?;
    Ok(Some(Sent { value, token }))
}

impl Value {
    /// `SecretString` or `SecretBinary` of an answer.
    pub(super) fn show(&self, answer: &mut Json) {
        match self {
            Value::Text(text) => answer["SecretString"] = json!(text.0),
            Value::Binary(binary) => answer["SecretBinary"] = json!(binary.0),
        }
    }
}

/// How many bytes base64 stands for, if it is base64.
fn decoded_length(text: &str) -> Option<usize> {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    let fits = text.len().is_multiple_of(4) && padding <= 2 && digits.bytes().all(good);
    fits.then_some(digits.len() * 3 / 4)
}

#[cfg(test)]
mod tests {
    use super::decoded_length;

    #[test]
    fn base64() {
        let rows = [
            ("", Some(0)),
            ("AA==", Some(1)),
            ("AAA=", Some(2)),
            ("AAAA", Some(3)),
            ("AAA", None),
            ("A===", None),
            ("A A=", None),
        ];
        for (text, bytes) in rows {
            assert_eq!(decoded_length(text), bytes, "{text}");
        }
    }
}
