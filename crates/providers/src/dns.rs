//! What is true of the DNS whoever serves a zone: how names and addresses are spelt, and what
//! resolvers remember.

use std::net::IpAddr;
use std::time::Duration;

use ashore_engine::kind::Lingering;

/// One spelling for each name: lower case, no final dot.
pub(crate) fn name(text: &str) -> String {
    text.trim_end_matches('.').to_ascii_lowercase()
}

/// One spelling for each address: its short form. What is none stays as it is.
pub(crate) fn address(text: &str) -> String {
    let address = text.parse::<IpAddr>();
    address.map_or_else(|_| text.to_string(), |address| address.to_string())
}

/// The names that a zone of this hostname can have, the longest first: `a.b.example.com`,
/// `b.example.com`, `example.com`.
#[cfg(feature = "live")]
pub(crate) fn zones_of(hostname: &str) -> impl Iterator<Item = &str> {
    let dots = hostname.match_indices('.');
    let above = dots.filter_map(|(dot, _)| hostname.get(dot + 1..));
    let all = std::iter::once(hostname).chain(above);
    all.filter(|name| name.contains('.'))
}

/// Who still comes to where a record led that is gone. A name with an underscore at its beginning
/// is no host's, and leads nobody anywhere: it proves something, or says something [RFC 8552 1.1].
pub(crate) fn lingers(name: &str, record_type: &str, ttl: Duration) -> Option<Lingering> {
    let leads = matches!(record_type, "A" | "AAAA" | "CNAME") && !name.starts_with('_');
    leads.then(|| Lingering {
        who: format!("resolvers, which remember {name} for {} s", ttl.as_secs()),
        time: ttl,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_the_same_is_spelt_the_same() {
        assert_eq!(name("LB.Example.com."), "lb.example.com");
        for (one, other) in [
            ("2001:DB8:0:0::1", "2001:db8::1"),
            ("192.0.2.1", "192.0.2.1"),
            ("none", "none"),
        ] {
            assert_eq!(address(one), other);
        }
    }

    #[cfg(feature = "live")]
    #[test]
    fn a_top_level_domain_is_no_zone_of_a_hostname() {
        let zones: Vec<_> = zones_of("a.b.example.com").collect();
        assert_eq!(zones, ["a.b.example.com", "b.example.com", "example.com"]);
    }
}
