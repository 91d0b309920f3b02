//! Names, paths and ARNs as IAM's shapes allow them [IAM service model: roleNameType, pathType, arnType].

use super::refuse;
use crate::refusal::Refusal;

/// Checks a name of at most `longest` characters out of `[\w+=,.@-]`.
pub(super) fn check_name(member: &str, name: &str, longest: usize) -> Result<(), Refusal> {
    if name.is_empty() {
        return Err(constraint(
            member,
            name,
            "Member must have length greater than or equal to 1",
        ));
    }
    if name.chars().count() > longest {
        let limit = format!("Member must have length less than or equal to {longest}");
        return Err(constraint(member, name, &limit));
    }
    if !name.chars().all(is_name_character) {
        return Err(refuse::validation(format!(
            "The specified value for {member} is invalid. It must contain only alphanumeric \
             characters and/or the following: +=,.@_-"
        )));
    }
    Ok(())
}

/// Checks a path: `/`, or `/…/` of printable ASCII.
pub(super) fn check_path(path: &str) -> Result<(), Refusal> {
    let printable = path.chars().all(|c| ('!'..='~').contains(&c));
    let form = path == "/" || (path.len() > 2 && path.starts_with('/') && path.ends_with('/'));
    if form && printable && path.len() <= 512 {
        return Ok(());
    }
    Err(refuse::validation(
        "The specified value for path is invalid. It must begin and end with / and contain only \
         alphanumeric characters and/or / characters.",
    ))
}

/// Checks a path prefix, which unlike a path need not end with `/`.
pub(super) fn check_path_prefix(prefix: &str) -> Result<(), Refusal> {
    if prefix.starts_with('/') && prefix.chars().all(|c| ('!'..='\u{7f}').contains(&c)) {
        return Ok(());
    }
    Err(refuse::validation(
        "The specified value for pathPrefix is invalid. It must begin with / and contain only \
         alphanumeric characters and/or / characters.",
    ))
}

/// Checks that a text is the ARN of a managed policy, and not just its name (failures.md 1, row 5).
pub(super) fn check_policy_arn(arn: &str) -> Result<(), Refusal> {
    if arn.len() < 20 {
        return Err(constraint(
            "policyArn",
            arn,
            "Member must have length greater than or equal to 20",
        ));
    }
    if !arn.starts_with("arn:aws:iam::") || !arn.contains(":policy/") {
        return Err(refuse::invalid_input(format!("ARN {arn} is not valid.")));
    }
    Ok(())
}

fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)
}

fn constraint(member: &str, value: &str, rule: &str) -> Refusal {
    refuse::validation(format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: \
         {rule}"
    ))
}
