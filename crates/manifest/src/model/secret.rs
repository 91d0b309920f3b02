//! Secret values: where they live, or come from. None is ever in a model.

use std::fmt;

use crate::located::Located;

/// A secret environment variable of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Where its value lives, or comes from.
    pub source: Located<SecretSource>,
    /// Whose section it stands in. Two sections never share a secret that is made.
    pub owner: SecretOwner,
}

/// Whose section a secret stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretOwner {
    /// The top of the file: all services share it.
    App,
    /// A service, or one of its sidecars.
    Container,
}

/// Where a secret value lives, or comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// Somebody else keeps it.
    Existing {
        /// What they keep it as.
        reference: Reference,
        /// One member of a secret that is a JSON object.
        key: Option<String>,
    },
    /// A random text, made once and kept in Secrets Manager.
    Generated {
        /// How many letters and digits.
        length: u32,
    },
    /// It is given when the command is run, and kept in Secrets Manager.
    Given(ValueFrom),
}

/// What somebody else keeps a secret value as: the name or the ARN, as it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// A secret in Secrets Manager.
    Secret(String),
    /// A parameter in Systems Manager's parameter store.
    Parameter(String),
}

/// Where a secret value comes from when the command is run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueFrom {
    /// The environment variable of this name.
    Env(String),
    /// The param of this name.
    Param(String),
    /// Somebody at the terminal.
    Prompt,
}

impl fmt::Display for ValueFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ValueFrom::Env(name) => write!(f, "env:{name}"),
            ValueFrom::Param(name) => write!(f, "param:{name}"),
            ValueFrom::Prompt => f.write_str("prompt"),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reference::Secret(written) => write!(f, "secret {written:?}"),
            Reference::Parameter(written) => write!(f, "parameter {written:?}"),
        }
    }
}
