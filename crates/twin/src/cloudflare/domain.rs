//! Domain names: one spelling for each.

/// Lower case, punycode, no trailing dot; none where it cannot be a name at all. Underscores are allowed (ACM's
/// validation names have them), and a `*` as the whole first label.
pub(super) fn normal(name: &str) -> Option<String> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let ascii = if name.is_ascii() {
        name.to_ascii_lowercase()
    } else {
        idna::domain_to_ascii(name).ok()?
    };
    let labels: Vec<&str> = ascii.split('.').collect();
    let good = labels
        .iter()
        .enumerate()
        .all(|(at, label)| (*label == "*" && at == 0 && labels.len() > 1) || is_label(label));
    (good && ascii.len() <= 253).then_some(ascii)
}

/// The full name of a record in a zone: `@`, `www` and `www.example.com.` all become names of the zone.
pub(super) fn in_zone(name: &str, zone: &str) -> Option<String> {
    match name {
        "@" => return Some(zone.to_owned()),
        "*" => return Some(format!("*.{zone}")),
        _ => {}
    }
    let name = normal(name)?;
    if name == zone
        || name
            .strip_suffix(zone)
            .is_some_and(|rest| rest.ends_with('.'))
    {
        return Some(name);
    }
    // Whatever does not end in the zone is relative to it, also `www.elsewhere.net`.
    Some(format!("{name}.{zone}")).filter(|name| name.len() <= 253)
}

fn is_label(label: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (1..=63).contains(&label.len())
        && label.bytes().all(inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
}
