//! One spelling for each name and each content.

use crate::dns::address;
pub(super) use crate::dns::name;

/// Names as [`name`] has them, addresses in their short form, text without the quotes of its
/// strings.
pub(super) fn content(record_type: &str, text: &str) -> String {
    match record_type {
        "A" | "AAAA" => address(text),
        "TXT" => {
            let bare = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
            // Several strings are one text [RFC 7208 3.3].
            bare.map_or(text.to_string(), |bare| bare.replace("\" \"", ""))
        }
        _ => name(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_the_same_is_spelt_the_same() {
        for (record_type, one, other) in [
            ("CNAME", "LB.Example.com.", "lb.example.com"),
            ("AAAA", "2001:DB8:0:0::1", "2001:db8::1"),
            ("TXT", "\"v=spf1 \" \"-all\"", "v=spf1 -all"),
        ] {
            assert_eq!(content(record_type, one), content(record_type, other));
        }
        assert_ne!(content("TXT", "A"), content("TXT", "a"));
    }
}
