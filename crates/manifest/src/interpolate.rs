//! `${env:NAME}`, `${git:sha}` and `${param:NAME}` in texts become what they stand for.
//!
//! There is no expression language: a variable is replaced by its value, and that is not looked at again.
//! `${HOME}` and the like are the container's own and stay; `$${` is a plain `${`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use toml::de::{DeTable, DeValue};

use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::did_you_mean::did_you_mean;
use crate::located::Span;
use crate::params::Param;
use crate::structure::dotted;
use crate::variables::Variables;

/// What variables stand for.
#[derive(Debug)]
pub(crate) struct Values<'v> {
    /// The environment of whoever runs Ashore.
    pub(crate) env: &'v Variables,
    /// The commit that is checked out.
    pub(crate) git_sha: Option<&'v str>,
    /// None where params cannot stand: in the params themselves.
    pub(crate) params: Option<&'v BTreeMap<String, Param>>,
}

/// Replaces the variables in every text of the table. What cannot be replaced is reported, taken out and
/// noted as spoiled.
pub(crate) fn interpolate(
    path: &[&str],
    table: &mut DeTable<'_>,
    source: &str,
    values: &Values<'_>,
    spoiled: &mut BTreeSet<String>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut wrong = Vec::new();
    for (key, value) in table.iter_mut() {
        let word: &str = key.get_ref();
        let path = [path, &[word]].concat();
        let span = value.span();
        let fits = match value.get_mut() {
            DeValue::Table(below) => {
                interpolate(&path, below, source, values, spoiled, diagnostics);
                true
            }
            DeValue::Array(items) => {
                let mut fits = true;
                for item in items.iter_mut() {
                    let span = item.span();
                    fits &= match item.get_mut() {
                        DeValue::Table(below) => {
                            interpolate(&path, below, source, values, spoiled, diagnostics);
                            true
                        }
                        DeValue::String(text) => replace(text, span, source, values, diagnostics),
                        _ => true,
                    };
                }
                fits
            }
            DeValue::String(text) => replace(text, span, source, values, diagnostics),
            _ => true,
        };
        if !fits {
            spoiled.insert(dotted(&path));
            wrong.push(word.to_owned());
        }
    }
    for key in wrong {
        table.remove(key.as_str());
    }
}

/// Could this text mean something else once its variables are known?
pub(crate) fn has_variable(text: &str) -> bool {
    KINDS
        .iter()
        .any(|kind| text.contains(&format!("${{{kind}:")))
}

const KINDS: [&str; 3] = ["env", "git", "param"];

/// Says whether every variable in the text was replaced.
pub(crate) fn replace(
    text: &mut Cow<'_, str>,
    span: Span,
    source: &str,
    values: &Values<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> bool {
    if !text.contains("${") {
        return true;
    }
    let mut replaced = String::with_capacity(text.len());
    let mut fits = true;
    let mut rest: &str = text;
    while let Some(start) = rest.find("${") {
        let before = &rest[..start];
        if let Some(plain) = before.strip_suffix('$') {
            replaced.push_str(plain);
            replaced.push_str("${");
            rest = &rest[start + 2..];
            continue;
        }
        replaced.push_str(before);
        let variable = &rest[start..];
        let end = variable.find('}').map_or(variable.len(), |end| end + 1);
        let (variable, after) = variable.split_at(end);
        rest = after;
        match value(variable, values) {
            Ok(value) => replaced.push_str(&value),
            Err(None) => fits = false,
            Err(Some(diagnostic)) => {
                fits = false;
                diagnostics.push(Diagnostic {
                    span: within(source, &span, variable),
                    ..*diagnostic
                });
            }
        }
    }
    replaced.push_str(rest);
    *text = Cow::Owned(replaced);
    fits
}

/// Where the variable stands, if the text was written without escapes before it; else the whole text.
fn within(source: &str, span: &Span, variable: &str) -> Span {
    let found = source
        .get(span.clone())
        .and_then(|written| written.find(variable));
    match found {
        Some(at) => span.start + at..span.start + at + variable.len(),
        None => span.clone(),
    }
}

/// What one `${…}` stands for. `Err(None)` for what has been reported already.
fn value<'v>(
    variable: &'v str,
    values: &Values<'v>,
) -> Result<Cow<'v, str>, Option<Box<Diagnostic>>> {
    let unknown = |message: String| Diagnostic::new(Code::UnknownVariable, 0..0, message);
    let Some((kind, name)) = kind_and_name(variable) else {
        return Ok(Cow::Borrowed(variable)); // The container's own.
    };
    let Some(name) = name.strip_suffix('}') else {
        return Err(Some(Box::new(
            unknown(format!("`{variable}` is not closed")).help("write a `}` after the name"),
        )));
    };
    let diagnostic = match kind {
        "env" => match values.env.get(name) {
            Some(value) => return Ok(Cow::Borrowed(value)),
            None => unknown(format!("the environment variable `{name}` is not set"))
                .help(format!("set it, for example: export {name}=VALUE")),
        },
        "git" if name == "sha" => match values.git_sha {
            Some(sha) => return Ok(Cow::Borrowed(sha)),
            None => unknown("there is no git commit to take `${git:sha}` from".to_owned())
                .help("run this in a git repository that has a commit"),
        },
        "git" => unknown(format!("git has no `{name}` here")).help("there is `${git:sha}`"),
        "param" => {
            let Some(params) = values.params else {
                return Err(Some(Box::new(
                    unknown(format!("`{variable}` cannot stand in a param"))
                        .help("`${env:NAME}` and `${git:sha}` can"),
                )));
            };
            match params.get(name) {
                Some(Param::Plain(value)) => return Ok(Cow::Borrowed(value)),
                Some(Param::Reported) => return Err(None),
                Some(Param::Secret) => Diagnostic::new(
                    Code::SecretParam,
                    0..0,
                    format!("the param `{name}` is a secret and cannot stand in a text"),
                )
                .label("it would be readable in the state, in plans and in the task definition")
                .help(format!(
                    "make it a secret variable: [secrets] NAME = {{ param = {name:?} }}"
                )),
                None => {
                    let diagnostic = unknown(format!("there is no param `{name}`"));
                    match did_you_mean(name, params.keys().map(String::as_str)) {
                        Some(near) => diagnostic.label(format!("did you mean `{near}`?")),
                        None => diagnostic.help(format!("write a section for it: [params.{name}]")),
                    }
                }
            }
        }
        other => {
            let diagnostic = unknown(format!("`{variable}` is not a variable of a manifest"));
            let diagnostic = match did_you_mean(other, KINDS) {
                Some(near) => diagnostic.label(format!("did you mean `${{{near}:{name}}}`?")),
                None => {
                    diagnostic.help("there are `${env:NAME}`, `${git:sha}` and `${param:NAME}`")
                }
            };
            diagnostic.help(format!("for the text itself, write `${variable}`"))
        }
    };
    Err(Some(Box::new(diagnostic)))
}

/// `${kind:Name`: a word, a colon and the start of a name. A shell's `${x:-y}` and `${x:0:2}` are not that.
fn kind_and_name(variable: &str) -> Option<(&str, &str)> {
    let (kind, name) = variable.strip_prefix("${")?.split_once(':')?;
    let word = !kind.is_empty() && kind.bytes().all(|b| b.is_ascii_lowercase());
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (word && (named || KINDS.contains(&kind))).then_some((kind, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_what_is_not_ours() {
        let env = Variables::from_iter([("NAME", "x"), ("NESTED", "${env:NAME}")]);
        let params = BTreeMap::from([("tag".to_string(), Param::Plain("1.2".into()))]);
        let values = Values {
            env: &env,
            git_sha: Some("abc123"),
            params: Some(&params),
        };
        for (text, expected) in [
            ("plain", Some("plain")),
            ("${env:NAME}", Some("x")),
            (
                "a${env:NAME}b${git:sha}c${param:tag}",
                Some("axbabc123c1.2"),
            ),
            ("$${env:NAME} $${x", Some("${env:NAME} ${x")),
            ("${env:NESTED}", Some("${env:NAME}")),
            (
                "echo ${HOME} $env ${x:-y} ${x:0:2} $",
                Some("echo ${HOME} $env ${x:-y} ${x:0:2} $"),
            ),
            ("${env:MISSING}", None),
            ("${env:NAME", None),
            ("${env:}", None),
            ("${params:tag}", None),
            ("${git:branch}", None),
        ] {
            let mut written = Cow::Borrowed(text);
            let mut diagnostics = Vec::new();
            let fits = replace(&mut written, 0..0, "", &values, &mut diagnostics);
            assert_eq!(fits.then_some(&*written), expected, "{text}");
            assert_eq!(diagnostics.is_empty(), expected.is_some(), "{text}");
        }
    }
}
