//! The values of the stack's secrets: from the environment, from `--param`, or from somebody at
//! the terminal. They are handed to the provider and kept nowhere else.

use ashore_manifest::lower::{Holds, kept};
use ashore_manifest::model::ValueFrom;
use ashore_providers::aws::secret::vault::{Held, Vault};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::environment::Environment;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::project::Project;

/// Fetches every value that the manifest names. All that are missing are told at once.
pub(crate) fn fill(project: &Project, environment: &Environment) -> Result<Vault, CommandError> {
    let mut missing = Vec::new();
    let mut vault = Vault::default();
    for (address, kept) in kept(&project.manifest, &project.stack.to_string()) {
        let value = |from: &ValueFrom| value(from, &address, project, environment);
        match held(&kept.holds, value) {
            Ok(held) => vault.put(&kept.name, held),
            Err(why) => missing.push(why),
        }
    }
    if missing.is_empty() {
        return Ok(vault);
    }
    let mut error = CommandError::new("E0414", "a secret has no value")
        .advice("set the variable, or pass the param; the value is written to Secrets Manager only")
        .exit(Exit::Auth);
    error.causes = missing;
    Err(error)
}

fn held(
    holds: &Holds,
    value: impl Fn(&ValueFrom) -> Result<SecretString, String>,
) -> Result<Held, String> {
    let value = match holds {
        Holds::Generated(length) => return Ok(Held::Generated { length: *length }),
        Holds::Given(from) => value(from)?,
        Holds::Credentials { username, password } => {
            let password = value(password)?;
            let credentials = json!({ "username": username, "password": password.expose_secret() });
            credentials.to_string().into()
        }
    };
    Ok(Held::Given {
        source: holds.source(),
        value,
    })
}

fn value(
    from: &ValueFrom,
    address: &str,
    project: &Project,
    environment: &Environment,
) -> Result<SecretString, String> {
    let found = match from {
        ValueFrom::Env(name) => environment.variables.get(name),
        ValueFrom::Param(name) => project.params.get(name),
        ValueFrom::Prompt => return prompted(address, environment),
    };
    match found {
        Some(value) if !value.is_empty() => Ok(SecretString::from(value.to_string())),
        _ => Err(format!("{address}: {from} is not set")),
    }
}

fn prompted(address: &str, environment: &Environment) -> Result<SecretString, String> {
    if !environment.interactive {
        return Err(format!("{address}: nobody can be asked for it here"));
    }
    rpassword::prompt_password(format!("{address}: "))
        .map(SecretString::from)
        .map_err(|error| format!("{address}: {error}"))
}
