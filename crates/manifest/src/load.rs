//! From text to model: parse, compare with the schema, merge one environment in, put values in place of
//! variables, give everything its meaning.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use crate::codes::Code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::files::Files;
use crate::interpolate::{Values, interpolate};
use crate::json_schema::json_schema;
use crate::model::Manifest;
use crate::overlay::merge_environment;
use crate::params::{Param, params};
use crate::schema::File;
use crate::structure::Findings;
use crate::validate::validate;
use crate::variables::Variables;

/// What the world says besides the manifest: the command line, the environment, the repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// The environment to load it for. Default [`DEFAULT_ENVIRONMENT`].
    pub environment: Option<String>,
    /// A region in place of the manifest's.
    pub region: Option<String>,
    /// What `${env:NAME}` stands for: the environment variables of whoever runs this.
    pub env: Variables,
    /// What `${git:sha}` stands for: the commit that is checked out, if there is one.
    pub git_sha: Option<String>,
    /// Values for `[params]`. Those of secret ones are not needed here.
    pub params: Variables,
    /// The files that the manifest names: those of [`Files::named`].
    pub files: Files,
}

/// The environment of a user who never thought of environments: what they deploy is what they use.
pub const DEFAULT_ENVIRONMENT: &str = "production";

/// Reads a manifest. Either everything in it is right, or every mistake is told, in the order of the text;
/// warnings are told along with the mistakes, or in [`Manifest::warnings`] if there are none.
pub fn load(text: &str, options: &LoadOptions) -> Result<Manifest, Vec<Diagnostic>> {
    let mut document = DeTable::parse_recoverable(text);
    if !document.1.is_empty() {
        return Err(in_order(document.1.iter().map(malformed).collect()));
    }
    if let Some(unsupported) = unsupported_version(document.0.get_ref()) {
        return Err(vec![unsupported]);
    }

    let schema = json_schema();
    let table = document.0.get_mut();
    let mut findings = Findings::written(table, &schema);
    let environment = options.environment.as_deref();
    findings.merge_spoiled(environment.unwrap_or(DEFAULT_ENVIRONMENT));
    merge_environment(table, environment, &mut findings.diagnostics);
    let params = fill_in(table, text, options, &mut findings);
    findings.merged(table, &schema);

    let Findings {
        mut diagnostics,
        spoiled,
        ..
    } = findings;
    let manifest = match File::deserialize(toml::Deserializer::from(document.0)) {
        Ok(file) => {
            let values = Values {
                env: &options.env,
                git_sha: options.git_sha.as_deref(),
                params: Some(&params),
            };
            validate(file, options, &values, &spoiled, &mut diagnostics)
        }
        // The schema comes from these types and what does not fit it is gone, so only a gap between the
        // two can lead here. It is then still the user's file that cannot be read.
        Err(error) => {
            diagnostics.push(Diagnostic {
                code: Code::WrongType,
                ..malformed(&error)
            });
            None
        }
    };

    let diagnostics = in_order(diagnostics);
    match manifest {
        Some(manifest)
            if diagnostics
                .iter()
                .all(|found| found.severity == Severity::Warning) =>
        {
            Ok(Manifest {
                warnings: diagnostics,
                ..manifest
            })
        }
        _ => Err(diagnostics),
    }
}

/// Puts values in place of variables, in the params first.
fn fill_in(
    document: &mut DeTable<'_>,
    text: &str,
    options: &LoadOptions,
    findings: &mut Findings,
) -> BTreeMap<String, Param> {
    let Findings {
        diagnostics,
        spoiled,
        ..
    } = findings;
    let mut values = Values {
        env: &options.env,
        git_sha: options.git_sha.as_deref(),
        params: None,
    };
    let params = {
        let section = document.get_mut("params").map(|value| value.get_mut());
        if let Some(DeValue::Table(section)) = section {
            interpolate(&["params"], section, text, &values, spoiled, diagnostics);
        }
        params(document, &options.params, spoiled, diagnostics)
    };
    // They have their values, and these are not looked at again.
    let section = document.remove_entry("params");
    values.params = Some(&params);
    interpolate(&[], document, text, &values, spoiled, diagnostics);
    if let Some((key, section)) = section {
        document.insert(key, section);
    }
    params
}

fn malformed(error: &toml::de::Error) -> Diagnostic {
    Diagnostic::new(
        Code::MalformedToml,
        error.span().unwrap_or(0..0),
        error.message().trim_end(),
    )
}

/// Another format may have other rules, so this is looked at before any of them.
fn unsupported_version(document: &DeTable<'_>) -> Option<Diagnostic> {
    let value = document.get("version")?;
    let written = value.get_ref().as_integer()?;
    let version = i64::from_str_radix(written.as_str(), written.radix()).ok();
    if version.is_some_and(|version| version <= crate::defaults::VERSION) {
        return None; // A version below 1 is out of range, and the schema says so.
    }
    let message = format!(
        "manifest version {} is not known to this version of Ashore",
        written.as_str()
    );
    Some(
        Diagnostic::new(Code::UnsupportedVersion, value.span(), message)
            .label("this version reads format 1")
            .help("use a newer version of Ashore; `version` is the format of this file, not of your app"),
    )
}

fn in_order(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by(|a, b| {
        (&a.file, a.span.start, a.span.end, a.code, &a.message).cmp(&(
            &b.file,
            b.span.start,
            b.span.end,
            b.code,
            &b.message,
        ))
    });
    diagnostics
}
