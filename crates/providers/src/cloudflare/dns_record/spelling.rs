//! One spelling for each name and each content: as Cloudflare answers (`ux.md` 3.6).

use crate::dns::address;
pub(super) use crate::dns::name;

/// Names without a final dot, addresses in their short form, text without the quotes of its one
/// string.
pub(super) fn content(record_type: &str, text: &str) -> String {
    match record_type {
        "CNAME" | "NS" | "MX" | "PTR" => name(text),
        "A" | "AAAA" => address(text),
        "TXT" => {
            let bare = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
            bare.filter(|bare| !bare.contains('"'))
                .unwrap_or(text)
                .to_string()
        }
        _ => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_the_same_is_spelt_the_same() {
        for (record_type, one, other) in [
            ("CNAME", "LB.Example.com.", "lb.example.com"),
            ("A", "192.0.2.1", "192.0.2.1"),
            ("AAAA", "2001:DB8:0:0::1", "2001:db8::1"),
            ("TXT", "\"v=spf1 -all\"", "v=spf1 -all"),
        ] {
            assert_eq!(content(record_type, one), content(record_type, other));
        }
        assert_ne!(content("TXT", "A"), content("TXT", "a"));
        assert_ne!(content("TXT", "\"a\" \"b\""), content("TXT", "a\" \"b"));
        assert_eq!(name("A.Example.com."), "a.example.com");
    }
}
