//! Keys and values that the design names and this version does not have yet.
//!
//! They get an error of their own, so that nobody hunts for a typing mistake in a word that is right.
//! Whoever builds one takes its line out of here.

/// Does the design have this key? `*` stands for a name of the user's.
pub(crate) fn is_planned_key(path: &[&str]) -> bool {
    let path = in_file(path);
    KEYS.iter().any(|planned| matches(planned, path))
}

/// Does the design have this value for the key?
pub(crate) fn is_planned_value(path: &[&str], value: &str) -> bool {
    let path = in_file(path);
    VALUES
        .iter()
        .any(|(planned, values)| matches(planned, path) && values.contains(&value))
}

/// The first `${…}` in a text that will mean something one day. Others, such as `${HOME}` in a shell
/// command, are the container's own.
pub(crate) fn planned_interpolation(text: &str) -> Option<&str> {
    let start = text.find("${image:")?;
    let rest = &text[start..];
    Some(rest.find('}').map_or(rest, |end| &rest[..=end]))
}

/// The path that a key of an environment's overlay has once it is merged into the file.
fn in_file<'p>(path: &'p [&'p str]) -> &'p [&'p str] {
    match path {
        ["environments", _, rest @ ..] => rest,
        path => path,
    }
}

/// Is this path one that the pattern describes?
pub(crate) fn matches(planned: &str, path: &[&str]) -> bool {
    let mut parts = planned.split('.');
    path.iter()
        .all(|key| parts.next().is_some_and(|part| part == "*" || part == *key))
        && parts.next().is_none()
}

const KEYS: [&str; 13] = [
    "cluster",
    "jobs",
    "observability",
    "release",
    "workers",
    "dns.token",
    "services.*.image.same_as",
    "services.*.deploy.alarms",
    "services.*.deploy.bake",
    "services.*.deploy.canary",
    "services.*.deploy.circuit_breaker.threshold",
    "services.*.deploy.linear",
    "services.*.scale.queue_depth",
];

const VALUES: [(&str, &[&str]); 1] = [(
    "services.*.deploy.strategy",
    &["blue-green", "canary", "linear"],
)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_interpolations_are_planned() {
        assert_eq!(
            planned_interpolation("${image:web}-b"),
            Some("${image:web}")
        );
        assert_eq!(planned_interpolation("${image:X"), Some("${image:X"));
        assert_eq!(planned_interpolation("echo ${HOME} $env"), None);
    }
}
