//! `[secrets]`, and where a secret value comes from.

use std::collections::BTreeMap;

use super::Rules;
use super::arn::is_arn;
use super::env::check_name;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::did_you_mean::did_you_mean;
use crate::located::Located;
use crate::model::{Reference, Refusal, Secret, SecretOwner, SecretSource, ValueFrom};
use crate::schema::{ClientSecretSection, Named, SecretSection, ValueSection};
use crate::structure::dotted;

/// The secrets of one section. None if something in it is wrong.
pub(super) fn secrets(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: Option<Named<Located<SecretSection>>>,
    owner: SecretOwner,
) -> Option<BTreeMap<String, Secret>> {
    let mut good = Some(BTreeMap::new());
    for (name, section) in written.unwrap_or_default() {
        let path = [path, &[name.as_str()]].concat();
        let named = check_name(cx, &path, &name);
        match source(cx, &path, &section) {
            Some(source) if named => {
                let source = Located::new(source, section.span());
                if let Some(good) = &mut good {
                    good.insert(name.into_inner(), Secret { source, owner });
                }
            }
            _ => good = None,
        }
    }
    good
}

/// A name is a variable or a secret: ECS refuses a container that has it as both [ECS API:
/// RegisterTaskDefinition, "The secret name must be unique"].
pub(super) fn check_apart<S>(
    cx: &mut Rules<'_>,
    path: &[&str],
    env: Option<&Named<Located<String>>>,
    secrets: Option<&Named<S>>,
) {
    let (Some(env), Some(secrets)) = (env, secrets) else {
        return;
    };
    for name in secrets.keys() {
        let Some((variable, _)) = env.get_key_value(name) else {
            continue;
        };
        let place = dotted(&[path, &["secrets", name.as_str()]].concat());
        cx.push(
            Diagnostic::new(
                Code::SecretAndEnv,
                name.span(),
                format!("`{place}` is a variable in `env` too"),
            )
            .label("it can be one of the two")
            .related(variable.span(), "the variable"),
        );
    }
}

/// Where the value of the registry's password comes from.
pub(super) fn value_from(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &Located<ValueSection>,
) -> Option<Located<ValueFrom>> {
    let written = [
        section.env.as_ref().map(|_| "env"),
        section.param.as_ref().map(|_| "param"),
        section.prompt.as_ref().map(|_| "prompt"),
    ];
    let choices = "{ env = \"NAME\" }, { param = \"NAME\" } or { prompt = true }";
    only_one(cx, path, section, &written, choices)?;
    let value = if let Some(prompt) = &section.prompt {
        if !*prompt.get() {
            let message = format!(
                "`{}` cannot be false",
                dotted(&[path, &["prompt"]].concat())
            );
            cx.push(
                Diagnostic::new(Code::SecretSource, prompt.span(), message)
                    .help(format!("write one of {choices}")),
            );
            return None;
        }
        ValueFrom::Prompt
    } else {
        given(cx, path, section.env.as_ref(), section.param.as_ref())?
    };
    Some(Located::new(value, section.span()))
}

/// Where the secret of a login comes from: it is somebody else's to make, so it cannot be made up.
pub(super) fn client_secret(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &Located<ClientSecretSection>,
) -> Option<Located<SecretSource>> {
    let written = [
        section.secret.as_ref().map(|_| "secret"),
        section.env.as_ref().map(|_| "env"),
        section.param.as_ref().map(|_| "param"),
    ];
    let choices = "{ secret = \"NAME\" }, { env = \"NAME\" } or { param = \"NAME\" }";
    only_one(cx, path, section, &written, choices)?;
    let same = SecretSection {
        secret: section.secret.clone(),
        key: section.key.clone(),
        env: section.env.clone(),
        param: section.param.clone(),
        ..SecretSection::default()
    };
    let same = Located::new(same, section.span());
    Some(Located::new(source(cx, path, &same)?, section.span()))
}

fn source(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &Located<SecretSection>,
) -> Option<SecretSource> {
    let written = [
        section.secret.as_ref().map(|_| "secret"),
        section.ssm.as_ref().map(|_| "ssm"),
        section.generate.as_ref().map(|_| "generate"),
        section.env.as_ref().map(|_| "env"),
        section.param.as_ref().map(|_| "param"),
    ];
    let choices = "{ secret = \"NAME\" }, { ssm = \"/NAME\" }, { generate = 64 }, { env = \"NAME\" } or { param = \"NAME\" }";
    only_one(cx, path, section, &written, choices)?;
    let at = |key| [path, &[key]].concat();
    let mut key = None;
    if let Some(written) = &section.key {
        if section.secret.is_none() {
            let message = format!("`{}` has no effect without `secret`", dotted(&at("key")));
            cx.push(
                Diagnostic::new(Code::NoEffect, written.span(), message)
                    .help("a key is a member of a secret that is a JSON object"),
            );
            return None;
        }
        key = Some(
            cx.parse(Code::BadSecretName, &at("key"), Some(written), parse_key)?
                .into_inner(),
        );
    }
    if let Some(length) = &section.generate {
        return Some(SecretSource::Generated {
            length: *length.get(),
        });
    }
    let reference = if section.secret.is_some() {
        let name = cx.parse(
            Code::BadSecretName,
            &at("secret"),
            section.secret.as_ref(),
            parse_secret,
        )?;
        Reference::Secret(name.into_inner())
    } else if section.ssm.is_some() {
        let name = cx.parse(
            Code::BadSecretName,
            &at("ssm"),
            section.ssm.as_ref(),
            parse_parameter,
        )?;
        Reference::Parameter(name.into_inner())
    } else {
        return given(cx, path, section.env.as_ref(), section.param.as_ref())
            .map(SecretSource::Given);
    };
    Some(SecretSource::Existing { reference, key })
}

/// Exactly one of the keys. What was wrong by itself has been told.
fn only_one<T>(
    cx: &mut Rules<'_>,
    path: &[&str],
    section: &Located<T>,
    written: &[Option<&str>],
    choices: &str,
) -> Option<()> {
    let there: Vec<_> = written.iter().flatten().collect();
    match there.as_slice() {
        [_] => return Some(()),
        [] if cx.is_spoiled_below(path) => return None,
        _ => {}
    }
    let place = dotted(path);
    let message = match there.as_slice() {
        [] => format!("`{place}` does not say where its value comes from"),
        [first, second, ..] => format!("`{place}` has both `{first}` and `{second}`"),
        [_] => return Some(()),
    };
    cx.push(
        Diagnostic::new(Code::SecretSource, section.span(), message)
            .label("a value comes from one place")
            .help(format!("write one of {choices}")),
    );
    None
}

fn given(
    cx: &mut Rules<'_>,
    path: &[&str],
    env: Option<&Located<String>>,
    param: Option<&Located<String>>,
) -> Option<ValueFrom> {
    if let Some(env) = env {
        let path = [path, &["env"]].concat();
        return check_name(cx, &path, env).then(|| ValueFrom::Env(env.get().clone()));
    }
    let param = param?;
    match cx.params.get(param.as_str()) {
        Some(true) => Some(ValueFrom::Param(param.get().clone())),
        Some(false) => {
            let message = format!("the param `{}` is not a secret", param.as_str());
            cx.push(
                Diagnostic::new(Code::SecretParam, param.span(), message)
                    .label("its value may be printed and written down")
                    .help(format!(
                        "write `secret = true` in [params.{}]",
                        param.as_str()
                    )),
            );
            None
        }
        None if cx.is_spoiled(&["params", param.as_str()]) => None,
        None => {
            let message = format!("there is no param `{}`", param.as_str());
            let diagnostic = Diagnostic::new(Code::UnknownVariable, param.span(), message);
            let known = cx.params.keys().map(String::as_str);
            let diagnostic = match did_you_mean(param, known) {
                Some(near) => diagnostic.label(format!("did you mean `{near}`?")),
                None => diagnostic.help(format!(
                    "write a section for it: [params.{}] with `secret = true`",
                    param.as_str()
                )),
            };
            cx.push(diagnostic);
            None
        }
    }
}

/// [Secrets Manager API: CreateSecret.Name] up to 512 characters, letters, digits and `/_+=.@-`.
fn parse_secret(text: &str) -> Result<String, Refusal> {
    if text.starts_with("arn:") {
        return parse_arn(text, "secretsmanager", "secret:");
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c);
    if text.is_empty() || text.len() > 512 || !text.chars().all(fits) {
        return Err(Refusal::new(
            "a secret's name has 1 to 512 letters, digits and `/_+=.@-`",
        ));
    }
    Ok(text.to_owned())
}

/// [SSM API: PutParameter.Name] letters, digits and `_.-`, with `/` between levels and then at the start too.
fn parse_parameter(text: &str) -> Result<String, Refusal> {
    if text.starts_with("arn:") {
        return parse_arn(text, "ssm", "parameter/");
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || "_.-/".contains(c);
    if text.is_empty() || text.len() > 1011 || !text.chars().all(fits) {
        return Err(Refusal::new(
            "a parameter's name has 1 to 1011 letters, digits and `_.-/`",
        ));
    }
    if text.contains('/') && !text.starts_with('/') {
        return Err(Refusal::new("a name with levels starts with a slash")
            .help(format!("write \"/{text}\"")));
    }
    Ok(text.to_owned())
}

fn parse_arn(text: &str, service: &str, resource: &str) -> Result<String, Refusal> {
    if is_arn(text, service, resource) {
        return Ok(text.to_owned());
    }
    Err(Refusal::new("not the ARN of one").help(format!(
        "an ARN starts like arn:aws:{service}:eu-central-1:123456789012:{resource}"
    )))
}

/// It stands between colons of an ARN [ECS developer guide: pass Secrets Manager secrets].
fn parse_key(text: &str) -> Result<String, Refusal> {
    if text.is_empty() || text.contains(':') {
        return Err(Refusal::new(
            "a member's name is not empty and has no colon in it",
        ));
    }
    Ok(text.to_owned())
}
