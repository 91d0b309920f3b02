//! Versions of PostgreSQL: a major, or a major and a minor.

/// Is what is there what is wanted? AWS moves minors forward by itself.
pub(super) fn fits(wanted: &str, there: &str) -> bool {
    if wanted == there {
        return true;
    }
    match (parts(wanted), parts(there)) {
        (Some((major, None)), Some((has, _))) => major == has,
        (Some((major, Some(minor))), Some((has, Some(newer)))) => major == has && newer >= minor,
        _ => false,
    }
}

/// Does what is wanted lie before what is there? No database goes back.
pub(super) fn is_below(wanted: &str, there: &str) -> bool {
    match (parts(wanted), parts(there)) {
        (Some((wanted, _)), Some((there, _))) => wanted < there,
        _ => false,
    }
}

/// Is it another major than what is there?
#[cfg(feature = "live")]
pub(super) fn is_major_upgrade(wanted: &str, there: &str) -> bool {
    match (parts(wanted), parts(there)) {
        (Some((wanted, _)), Some((there, _))) => wanted != there,
        _ => false,
    }
}

fn parts(version: &str) -> Option<(u32, Option<u32>)> {
    match version.split_once('.') {
        None => Some((version.parse().ok()?, None)),
        Some((major, minor)) => Some((major.parse().ok()?, Some(minor.parse().ok()?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minors_go_forward_by_themselves() {
        for (wanted, there, fit) in [
            ("18", "18.3", true),
            ("18", "17.9", false),
            ("18.1", "18.3", true),
            ("18.3", "18.1", false),
            ("18.3", "18.3", true),
            ("18", "18", true),
            ("18", "beta", false),
        ] {
            assert_eq!(fits(wanted, there), fit, "{wanted} {there}");
        }
        assert!(is_below("17", "18.1") && !is_below("18", "18.1") && !is_below("19", "18.1"));
    }
}
