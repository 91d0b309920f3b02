//! Record types and their numbers [IANA: DNS parameters].

const TYPES: &[(&str, u16)] = &[
    ("A", 1),
    ("NS", 2),
    ("CNAME", 5),
    ("SOA", 6),
    ("PTR", 12),
    ("MX", 15),
    ("TXT", 16),
    ("AAAA", 28),
    ("SRV", 33),
    ("DS", 43),
    ("DNSKEY", 48),
    ("HTTPS", 65),
    ("SPF", 99),
    ("CAA", 257),
];

/// The number of a type.
pub(super) fn number(kind: &str) -> u16 {
    let row = TYPES.iter().find(|(name, _)| *name == kind);
    row.map_or(0, |(_, number)| *number)
}

/// The type that a question names, by name or number: the name where it has one, and the number.
pub(super) fn asked(text: &str) -> Option<(String, u16)> {
    if let Ok(number) = text.parse::<u16>() {
        let row = TYPES.iter().find(|(_, of)| *of == number);
        return Some((row.map_or(text, |(name, _)| name).to_owned(), number));
    }
    let name = text.to_ascii_uppercase();
    let row = TYPES.iter().find(|(of, _)| *of == name)?;
    Some((name, row.1))
}
