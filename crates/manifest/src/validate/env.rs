//! `[env]` and `[services.NAME.env]`: environment variables.

use std::collections::BTreeMap;

use super::Rules;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::located::Located;
use crate::structure::dotted;

/// The variables as they are. None if one is wrong.
pub(super) fn env(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: Option<BTreeMap<Located<String>, Located<String>>>,
) -> Option<BTreeMap<String, String>> {
    let mut good = Some(BTreeMap::new());
    for (name, value) in written.unwrap_or_default() {
        let place = dotted(&[path, &[name.as_str()]].concat());
        if !check_name(cx, &[path, &[name.as_str()]].concat(), &name) {
            good = None;
        }
        if value.contains('\0') {
            cx.push(
                Diagnostic::new(
                    Code::EnvValue,
                    value.span(),
                    format!("the value of `{place}` has a NUL in it"),
                )
                .label("everything from there on would be lost"),
            );
            good = None;
        }
        if let Some(good) = &mut good {
            good.insert(name.into_inner(), value.into_inner());
        }
    }
    good
}

/// Says whether the name is one of a variable, and reports it otherwise.
pub(super) fn check_name(cx: &mut Rules<'_>, path: &[&str], name: &Located<String>) -> bool {
    if is_name(name) {
        return true;
    }
    let message = format!("`{}` cannot be a variable's name", dotted(path));
    cx.push(
        Diagnostic::new(Code::EnvName, name.span(), message)
            .label("letters, digits, `_`, `.` and `-`, and no digit first"),
    );
    false
}

/// Dots and hyphens are outside POSIX, but programs of the JVM world read their settings by such names.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}
