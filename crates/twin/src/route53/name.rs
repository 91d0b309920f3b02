//! Domain names as Route 53 spells them: lower case, final dot, and every byte that is no letter, digit, `-` or `_` as
//! an octal escape, so that a wildcard becomes `\052.example.com.` [Route 53 guide: domain name format].

/// The one spelling of a name, or what is wrong with it in Route 53's words.
pub(super) fn normal(text: &str) -> Result<String, String> {
    let problem = |code: &str, why: &str| {
        Err(format!(
            "FATAL problem: {code} ({why}) encountered with '{text}'"
        ))
    };
    let bare = text.strip_suffix('.').unwrap_or(text);
    if bare.is_empty() {
        return problem("DomainNameEmpty", "Domain name is empty");
    }
    let mut out = String::new();
    let mut octets = 1;
    for label in labels(bare) {
        if label.is_empty() {
            return problem("DomainLabelEmpty", "Domain label is empty");
        }
        if label.len() > 63 {
            return problem("DomainLabelTooLong", "Domain label is too long");
        }
        octets += label.len() + 1;
        for byte in label {
            match byte.to_ascii_lowercase() {
                plain @ (b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_') => out.push(char::from(plain)),
                other => out.push_str(&format!("\\{other:03o}")),
            }
        }
        out.push('.');
    }
    if octets > 255 {
        return problem("DomainNameTooLong", "Domain name is too long");
    }
    Ok(out)
}

/// What names are ordered by: the labels from the last to the first [Route 53 API: ListResourceRecordSets].
pub(super) fn reversed(name: &str) -> String {
    let labels: Vec<&str> = name.trim_end_matches('.').rsplit('.').collect();
    let mut out = labels.join(".");
    out.push('.');
    out
}

/// Whether a name is the zone's or lies below it. Both are normal.
pub(super) fn lies_in(name: &str, zone: &str) -> bool {
    name == zone
        || name
            .strip_suffix(zone)
            .is_some_and(|rest| rest.ends_with('.'))
}

/// As the rest of the twin spells names: no final dot, `*` for a wildcard.
pub(super) fn plain(name: &str) -> String {
    name.trim_end_matches('.').replace("\\052", "*")
}

/// The labels' bytes. `\052` is an octet, a backslash before anything else that thing itself.
fn labels(text: &str) -> Vec<Vec<u8>> {
    let mut labels = vec![Vec::new()];
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        let octet = match byte {
            b'.' => {
                labels.push(Vec::new());
                continue;
            }
            b'\\' => {
                let mut code = None;
                while let Some(digit @ b'0'..=b'7') = bytes.peek().copied()
                    && code.is_none_or(|(_, digits)| digits < 3)
                {
                    let (value, digits) = code.unwrap_or((0u32, 0));
                    code = Some((value * 8 + u32::from(digit - b'0'), digits + 1));
                    bytes.next();
                }
                match code {
                    Some((value, _)) => u8::try_from(value).unwrap_or(b'?'),
                    None => bytes.next().unwrap_or(b'\\'),
                }
            }
            other => other,
        };
        if let Some(label) = labels.last_mut() {
            label.push(octet);
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling() {
        for (text, expected) in [
            ("WWW.Example.COM", "www.example.com."),
            ("www.example.com.", "www.example.com."),
            ("*.example.com", "\\052.example.com."),
            ("\\052.example.com", "\\052.example.com."),
            ("_acme.a-b.example.com", "_acme.a-b.example.com."),
            ("a@b.example.com", "a\\100b.example.com."),
            ("\\101.example.com", "a.example.com."),
        ] {
            assert_eq!(normal(text).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn names_that_cannot_be() {
        for (text, code) in [
            ("", "DomainNameEmpty"),
            (".", "DomainNameEmpty"),
            ("a..b", "DomainLabelEmpty"),
            (&"x".repeat(64), "DomainLabelTooLong"),
            (&"abcdefg.".repeat(33), "DomainNameTooLong"),
        ] {
            let refused = normal(text).expect_err(text);
            assert!(refused.contains(code), "{refused}");
        }
    }

    #[test]
    fn the_dot_counts_in_the_order_of_names() {
        let mut names = ["b.a.", "-b.a.", "a.", "c.b.a."];
        names.sort_by_key(|name| reversed(name));
        assert_eq!(names, ["a.", "-b.a.", "b.a.", "c.b.a."]);
    }
}
