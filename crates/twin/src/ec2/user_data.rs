//! User data: what an instance is told at its first boot. The twin reads one thing in it: the name of the ECS cluster.

/// The bytes that base64 stands for, line breaks aside; none if it is not base64.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let plain: &[u8] = match digits.as_slice() {
        [rest @ .., b'=', b'='] | [rest @ .., b'='] => rest,
        whole => whole,
    };
    if !digits.len().is_multiple_of(4) || plain.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(plain.len() * 3 / 4);
    for chunk in plain.chunks(4) {
        let mut bits = 0_u32;
        for digit in chunk {
            bits = bits << 6 | value(*digit)?;
        }
        bits <<= 6 * (4 - chunk.len());
        let [_, a, b, c] = bits.to_be_bytes();
        bytes.extend(&[a, b, c][..chunk.len() - 1]);
    }
    Some(bytes)
}

fn value(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(value.into())
}

/// The cluster that the ECS agent would join: the last `ECS_CLUSTER=name` in the user data, `default` without one
/// [ECS developer guide: container agent configuration].
pub(crate) fn cluster(text: Option<&str>) -> String {
    let decoded = text.and_then(decode).unwrap_or_default();
    let script = String::from_utf8_lossy(&decoded).into_owned();
    let named = script
        .rsplit("ECS_CLUSTER=")
        .next()
        .filter(|_| script.contains("ECS_CLUSTER="));
    let named = named.map(|rest| {
        let rest = rest.trim_start_matches(['"', '\'']);
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        rest.chars().take_while(|c| is_name(*c)).collect::<String>()
    });
    named
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "default".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64() {
        for (text, bytes) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
        ] {
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        for text in ["Z", "Zg", "Zg=", "Z===", "Zm9*", "#!/bin/bash"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    #[test]
    fn clusters() {
        // "#!/bin/bash\necho ECS_CLUSTER=shop >> /etc/ecs/ecs.config\n"
        let script = "IyEvYmluL2Jhc2gKZWNobyBFQ1NfQ0xVU1RFUj1zaG9wID4+IC9ldGMvZWNzL2Vjcy5jb25maWcK";
        assert_eq!(cluster(Some(script)), "shop");
        assert_eq!(cluster(Some("Zm9v")), "default");
        assert_eq!(cluster(None), "default");
    }
}
