//! Keys and values that the design names and this version does not have yet.
//!
//! They get an error of their own, so that nobody hunts for a typing mistake in a word that is right.
//! Whoever builds one takes its line out of here.

/// Does the design have this key? `*` stands for a name of the user's.
pub(crate) fn is_planned_key(path: &[&str]) -> bool {
    KEYS.iter().any(|planned| matches(planned, path))
}

/// Does the design have this value for the key?
pub(crate) fn is_planned_value(path: &[&str], value: &str) -> bool {
    VALUES
        .iter()
        .any(|(planned, values)| matches(planned, path) && values.contains(&value))
}

/// Does the design have a table here? An image can be taken from another service.
pub(crate) fn is_planned_table(path: &[&str]) -> bool {
    matches(TABLE, path)
}

/// The first `${…}` in a text that will mean something one day. Others, such as `${HOME}` in a shell
/// command, are the container's own.
pub(crate) fn planned_interpolation(text: &str) -> Option<&str> {
    let start = ["${env:", "${git:", "${image:"]
        .iter()
        .filter_map(|opening| text.find(opening))
        .min()?;
    let rest = &text[start..];
    Some(rest.find('}').map_or(rest, |end| &rest[..=end]))
}

fn matches(planned: &str, path: &[&str]) -> bool {
    let mut parts = planned.split('.');
    path.iter()
        .all(|key| parts.next().is_some_and(|part| part == "*" || part == *key))
        && parts.next().is_none()
}

const KEYS: [&str; 24] = [
    "assets",
    "cluster",
    "databases",
    "ec2",
    "environments",
    "existing",
    "jobs",
    "observability",
    "queues",
    "registry",
    "release",
    "secrets",
    "workers",
    "dns.token",
    "network.nat",
    "network.vpc",
    "services.*.aliases",
    "services.*.build",
    "services.*.capacity",
    "services.*.deploy",
    "services.*.exec",
    "services.*.scale",
    "services.*.sidecars",
    "services.*.uses",
];

const TABLE: &str = "services.*.image";

const VALUES: [(&str, &[&str]); 2] = [
    ("dns.provider", &["route53", "manual"]),
    (
        "network.layout",
        &["private-nat", "private-endpoints", "existing"],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_interpolations_are_planned() {
        assert_eq!(planned_interpolation("a:${git:sha}-b"), Some("${git:sha}"));
        assert_eq!(planned_interpolation("${env:X"), Some("${env:X"));
        assert_eq!(planned_interpolation("echo ${HOME} $env"), None);
    }
}
