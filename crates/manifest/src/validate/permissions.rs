//! `permissions`: what a service's own code may do in AWS.

use super::Rules;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::located::{Located, Span};
use crate::model::{Permission, ROLE_POLICIES_MAX, Refusal, characters};
use crate::schema::PermissionSection;
use crate::structure::dotted;

/// The statements. None if something in one is wrong.
pub(super) fn permissions(
    cx: &mut Rules<'_>,
    service: &[&str],
    written: Option<Vec<Located<PermissionSection>>>,
) -> Option<Vec<Permission>> {
    let path = [service, &["permissions"]].concat();
    if written.is_none() && cx.is_spoiled(&path) {
        return None;
    }
    let written = written.unwrap_or_default();
    let spans: Vec<_> = written.iter().map(Located::span).collect();
    let statements: Vec<_> = written
        .into_iter()
        .enumerate()
        .map(|(index, section)| {
            let index = format!("[{index}]");
            permission(
                cx,
                &[&path[..], &[index.as_str()]].concat(),
                section.into_inner(),
            )
        })
        .collect();
    let statements: Vec<Permission> = statements.into_iter().collect::<Option<_>>()?;
    let mut all = 0;
    for (statement, span) in statements.iter().zip(spans) {
        all += characters(&statement.statement());
        if all > ROLE_POLICIES_MAX {
            cx.push(too_long(&path, span));
            return None;
        }
    }
    Some(statements)
}

fn too_long(path: &[&str], at: Span) -> Diagnostic {
    Diagnostic::new(
        Code::TooManyPermissions,
        at,
        format!("`{}` are more than a role has room for", dotted(path)),
    )
    .label(format!(
        "IAM takes {ROLE_POLICIES_MAX} characters: this is beyond them"
    ))
    .help("put several resources into one with a wildcard, or several actions: \"s3:Get*\"")
}

fn permission(cx: &mut Rules<'_>, path: &[&str], section: PermissionSection) -> Option<Permission> {
    let actions = words(
        cx,
        &[path, &["actions"]].concat(),
        section.actions.as_ref(),
        Code::BadAction,
        parse_action,
    );
    let resources = words(
        cx,
        &[path, &["resources"]].concat(),
        section.resources.as_ref(),
        Code::BadResource,
        parse_resource,
    );
    if cx.is_spoiled_below(path) {
        return None;
    }
    let conditions = section.conditions.unwrap_or_default();
    let conditions = conditions.into_iter().map(|(operator, keys)| {
        let keys = keys.into_iter();
        let keys = keys.map(|(key, values)| (key.into_inner(), values.0));
        (operator.into_inner(), keys.collect())
    });
    Some(Permission {
        actions: actions?,
        resources: resources?,
        conditions: conditions.collect(),
    })
}

fn words(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: Option<&Located<Vec<Located<String>>>>,
    code: Code,
    parse: fn(&str) -> Result<String, Refusal>,
) -> Option<Vec<String>> {
    let written = written?;
    if written.is_empty() {
        let message = format!("`{}` is empty", dotted(path));
        cx.push(Diagnostic::new(code, written.span(), message).label("at least one"));
        return None;
    }
    let parsed: Vec<_> = written
        .iter()
        .map(|word| cx.parse(code, path, Some(word), parse))
        .map(|word| word.map(Located::into_inner))
        .collect();
    parsed.into_iter().collect()
}

/// [IAM user guide: IAM JSON policy elements: Action] `service:Action`, with wildcards in the action.
fn parse_action(text: &str) -> Result<String, Refusal> {
    let example = "write for example \"s3:GetObject\" or \"s3:Get*\"";
    let Some((service, action)) = text.split_once(':') else {
        return Err(Refusal::new(if text == "*" {
            "everything in the account"
        } else {
            "not an action"
        })
        .help(example));
    };
    if service.contains('*') {
        return Err(Refusal::new("actions of every service").help(example));
    }
    let named = !service.is_empty()
        && service
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let acts = !action.is_empty()
        && action
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'*' | b'?'));
    if named && acts {
        return Ok(text.to_owned());
    }
    let lower = service.to_ascii_lowercase();
    let refusal = Refusal::new("not an action");
    Err(
        if acts && lower != service && parse_action(&format!("{lower}:{action}")).is_ok() {
            refusal.help(format!("write \"{lower}:{action}\""))
        } else {
            refusal.help(example)
        },
    )
}

/// [IAM user guide: IAM JSON policy elements: Resource]
fn parse_resource(text: &str) -> Result<String, Refusal> {
    let is_arn = text.starts_with("arn:") && text.splitn(6, ':').count() == 6;
    if text == "*" || is_arn {
        return Ok(text.to_owned());
    }
    let refusal = Refusal::new("not an ARN");
    Err(match text.strip_prefix("s3://") {
        Some(bucket) => refusal.help(format!("write \"arn:aws:s3:::{bucket}\"")),
        None => refusal
            .help("write for example \"arn:aws:s3:::acme-uploads/*\", or \"*\" for everything"),
    })
}
