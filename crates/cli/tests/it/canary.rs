//! Values that must show nowhere, and the search for them in every form that a leak could have.

/// A secret value and the distinctive words in it: at least one in each of its lines.
pub(crate) struct Canary {
    pub(crate) value: String,
    words: Vec<&'static str>,
}

impl Canary {
    pub(crate) fn new(value: &str, words: &[&'static str]) -> Self {
        for line in value.lines() {
            assert!(words.iter().any(|word| line.contains(word)), "{line}");
        }
        Self {
            value: value.to_string(),
            words: words.to_vec(),
        }
    }

    /// The form in which it shows in `text`, if it does.
    pub(crate) fn shows_in(&self, text: &[u8]) -> Option<String> {
        let mut forms = self.words.iter().flat_map(|word| forms(word));
        forms.find(|form| {
            let form = form.as_bytes();
            text.windows(form.len()).any(|window| window == form)
        })
    }
}

/// A word as it is, which is how JSON, a URL and `{:?}` have it too, since it is of letters and
/// digits; in hex; percent-encoded throughout; as a list of bytes; in base64 at each of the three
/// places where it can begin in a longer text.
fn forms(word: &str) -> Vec<String> {
    assert!(
        word.len() >= 12
            && word
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    );
    let each = |form: fn(u8) -> String, between: &str| {
        let parts: Vec<String> = word.bytes().map(form).collect();
        parts.join(between)
    };
    let mut forms = vec![
        word.to_string(),
        each(|byte| format!("{byte:02x}"), ""),
        each(|byte| format!("{byte:02X}"), ""),
        each(|byte| format!("%{byte:02X}"), ""),
        each(|byte| format!("%{byte:02x}"), ""),
        each(|byte| byte.to_string(), ", "),
        each(|byte| byte.to_string(), ","),
    ];
    for begin in 0..3 {
        let standard = base64(word.as_bytes(), begin);
        forms.push(standard.replace('+', "-").replace('/', "_"));
        forms.push(standard);
    }
    forms
}

/// What stands for these bytes and for nothing else where `begin` bytes come before them.
fn base64(bytes: &[u8], begin: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    // Up to a whole group, past what others have a part in.
    let own = &bytes[(3 - begin) % 3..];
    let groups = own.chunks_exact(3).flat_map(|group| {
        let bits = group
            .iter()
            .fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        [18, 12, 6, 0].map(|shift| char::from(ALPHABET[bits >> shift & 63]))
    });
    groups.collect()
}

#[test]
fn a_canary_is_found_in_every_form() {
    let canary = Canary::new(
        "a \"b\" Canary-x7Kq-0042\\\nCanary-z9Wp-0043",
        &["Canary-x7Kq-0042", "Canary-z9Wp-0043"],
    );
    for leak in [
        "password: Canary-z9Wp-0043!",
        "{\"password\":\"a \\\"b\\\" Canary-x7Kq-0042\\\\\\n",
        "a%20%22b%22%20Canary-x7Kq-0042%5C%0A",
        // `printf 'Canary-x7Kq-0042' | base64`, with nothing, one and two bytes before it
        "Q2FuYXJ5LXg3S3EtMDA0Mg==",
        "eENhbmFyeS14N0txLTAwNDI=",
        "eHhDYW5hcnkteDdLcS0wMDQy",
        "43616e6172792d78374b712d30303432",
        "[67, 97, 110, 97, 114, 121, 45, 120, 55, 75, 113, 45, 48, 48, 52, 50]",
    ] {
        assert!(canary.shows_in(leak.as_bytes()).is_some(), "{leak}");
    }
    assert_eq!(canary.shows_in(b"Canary, x7Kq and 0042"), None);
}
