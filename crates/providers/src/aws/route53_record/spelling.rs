//! One spelling for each name and each target: as Route 53 answers, without its final dots.

use std::collections::BTreeSet;

use super::Target;
use crate::dns;

/// Lower case, no final dot, and no escapes for what needs none.
pub(super) fn name(text: &str) -> String {
    // Route 53 answers with `\052` for the asterisk of a wildcard [Route 53 guide: domain name
    // format].
    dns::name(&text.replace("\\052", "*"))
}

/// One value of a record: names without a final dot, addresses in their short form, texts in
/// quotes.
pub(super) fn value(record_type: &str, text: &str) -> String {
    match record_type {
        "CNAME" | "NS" | "PTR" => name(text),
        "A" | "AAAA" => dns::address(text),
        "TXT" if !text.starts_with('"') => quoted(text),
        _ => text.to_string(),
    }
}

/// A text as a TXT record has it: in strings of at most 255 characters [RFC 1035 3.3].
pub(super) fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{text}\"")
}

/// The name of a thing of AWS's that an alias points to. The console writes `dualstack.` before
/// that of a balancer, where it means the same.
pub(super) fn alias(text: &str) -> String {
    let bare = name(text);
    bare.strip_prefix("dualstack.")
        .map_or(bare.clone(), str::to_string)
}

/// What a target means, in words that are the same for the same. None while it is not known.
pub(super) fn target(record_type: &str, target: &Target) -> Option<BTreeSet<String>> {
    match target {
        Target::Alias {
            dns_name,
            zone_id,
            ipv6,
            evaluate_target_health,
        } => {
            let (dns_name, zone_id) = (alias(dns_name.known()?), zone_id.known()?);
            let what = format!("alias {dns_name} {zone_id} {ipv6} {evaluate_target_health}");
            Some(BTreeSet::from([what]))
        }
        Target::Values { ttl, values } => {
            let value = |text: &String| value(record_type, text);
            let values = values.iter().map(|text| text.known().map(value));
            let ttl = Some(format!("ttl {ttl}"));
            values.chain([ttl]).collect()
        }
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
            ("TXT", "v=spf1 -all", "\"v=spf1 -all\""),
        ] {
            assert_eq!(value(record_type, one), value(record_type, other));
        }
        assert_eq!(name("\\052.Example.com."), "*.example.com");
        assert_eq!(alias("dualstack.LB.amazonaws.com."), "lb.amazonaws.com");
        assert_eq!(quoted("say \"a\\b\""), r#""say \"a\\b\"""#);
    }
}
