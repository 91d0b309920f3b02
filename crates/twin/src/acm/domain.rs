//! Which names a public certificate can be for.

use crate::refusal::Refusal;

/// Checks the names of a request and puts them into small letters. The first one becomes the common name.
pub(super) fn check(names: Vec<String>) -> Result<Vec<String>, Refusal> {
    let mut checked: Vec<String> = Vec::new();
    for name in names {
        if !is_domain(&name) {
            return Err(Refusal::new(
                "ValidationException",
                format!(
                    "1 validation error detected: Value '{name}' at 'domainName' failed to satisfy constraint: \
                     Member must satisfy regular expression pattern: {PATTERN}"
                ),
            ));
        }
        let name = name.to_ascii_lowercase();
        if !checked.contains(&name) {
            checked.push(name);
        }
    }
    // A common name has 64 octets at most [ACM API: RequestCertificate DomainName].
    if checked.first().is_some_and(|name| name.len() > 64) {
        return Err(Refusal::new(
            "InvalidDomainValidationOptionsException",
            "The first domain name can be no longer than 64 characters",
        ));
    }
    if checked.len() > NAMES {
        return Err(Refusal::new(
            "LimitExceededException",
            format!("The maximum number of domain names in a certificate is {NAMES}"),
        ));
    }
    Ok(checked)
}

/// Names per certificate until a higher quota is granted [ACM API: RequestCertificate SubjectAlternativeNames].
const NAMES: usize = 10;

/// As the service model has it [ACM API: DomainNameString].
const PATTERN: &str =
    r"(\*\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])";

fn is_domain(name: &str) -> bool {
    let labels: Vec<&str> = name.strip_prefix("*.").unwrap_or(name).split('.').collect();
    let label = |label: &&str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let top = labels.last().is_some_and(|top| top.len() > 1);
    name.len() <= 253 && labels.len() > 1 && top && labels.iter().all(label)
}

/// The name under which ownership of a name is shown: a wildcard and its parent share it.
pub(super) fn base(name: &str) -> &str {
    name.strip_prefix("*.").unwrap_or(name)
}

/// Whether a certificate for `name` is good for `host`: a wildcard stands for exactly one label.
pub(super) fn covers(name: &str, host: &str) -> bool {
    match name.strip_prefix("*.") {
        Some(parent) => host
            .split_once('.')
            .is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(parent)),
        None => name.eq_ignore_ascii_case(host),
    }
}
