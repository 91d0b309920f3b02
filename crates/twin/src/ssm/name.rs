//! What a parameter may be called, and how a version of it is asked for.

use super::refuse;
use crate::refusal::Refusal;

/// Levels of a name [SSM API: HierarchyLevelLimitExceededException].
const LEVELS: usize = 15;
/// Characters of an ARN's resource part, which the name is [SSM API: PutParameter Name].
const LENGTH: usize = 1011;

/// Refuses what PutParameter refuses [SSM API: PutParameter Name].
pub(super) fn check(name: &str) -> Result<(), Refusal> {
    let lower = name.to_ascii_lowercase();
    if lower.starts_with("/aws/") || lower == "/aws" {
        return Err(Refusal::new(
            "AccessDeniedException",
            format!("No access to reserved parameter name: {name}."),
        ));
    }
    let bare = lower.strip_prefix('/').unwrap_or(&lower);
    if bare.starts_with("aws") || bare.starts_with("ssm") {
        return Err(refuse::validation(
            "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).",
        ));
    }
    if name.contains('/') && !name.starts_with('/') {
        return Err(refuse::validation(
            "Parameter name must be a fully qualified name.",
        ));
    }
    if name.len() > LENGTH {
        return Err(refuse::validation(format!(
            "Parameter name must not exceed {LENGTH} characters."
        )));
    }
    let good = |c: char| c.is_ascii_alphanumeric() || ".-_/".contains(c);
    let parts: Vec<&str> = name.strip_prefix('/').unwrap_or(name).split('/').collect();
    if !name.chars().all(good) || parts.iter().any(|part| part.is_empty()) {
        return Err(refuse::validation(
            "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_",
        ));
    }
    if parts.len() > LEVELS {
        return Err(Refusal::new(
            "HierarchyLevelLimitExceededException",
            format!("A hierarchy can have a maximum of {LEVELS} levels."),
        ));
    }
    Ok(())
}

/// A name or ARN and the version or label after its colon [SSM API: GetParameter Name].
pub(super) fn split(given: &str) -> (&str, Option<&str>) {
    let from = match given.starts_with("arn:") {
        true => given.find(":parameter/").map_or(given.len(), |at| at + 1),
        false => 0,
    };
    match given[from..].find(':') {
        Some(at) => (&given[..from + at], Some(&given[from + at + 1..])),
        None => (given, None),
    }
}

/// `parameter/a/b` of `/a/b`, `parameter/a` of `a`.
pub(super) fn resource(name: &str) -> String {
    format!("parameter/{}", name.strip_prefix('/').unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn versions() {
        let rows = [
            ("/a/b", "/a/b", None),
            ("/a/b:3", "/a/b", Some("3")),
            ("a:label", "a", Some("label")),
            (
                "arn:aws:ssm:r:1:parameter/a",
                "arn:aws:ssm:r:1:parameter/a",
                None,
            ),
            (
                "arn:aws:ssm:r:1:parameter/a:2",
                "arn:aws:ssm:r:1:parameter/a",
                Some("2"),
            ),
            ("arn:aws:sqs:r:1:q", "arn:aws:sqs:r:1:q", None),
        ];
        for (given, name, version) in rows {
            assert_eq!(split(given), (name, version), "{given}");
        }
    }
}
