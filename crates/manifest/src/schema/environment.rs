//! `[environments.NAME]`, once what differs has been merged into the rest of the file.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::located::Located;

/// One environment: what differs in it, and whom it may touch.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnvironmentSection {
    /// The AWS account of this environment, 12 digits. With credentials of any other account every command
    /// refuses to work. Default: the account that the stack was first deployed to.
    #[schemars(example = &"123456789012")]
    pub(crate) account: Option<Located<String>>,

    /// ARN of a role to take on for everything that is done in AWS. Default: the credentials as they are.
    #[schemars(example = &"arn:aws:iam::123456789012:role/deploy")]
    pub(crate) role: Option<Located<String>>,

    /// What it takes to delete or replace something. Default: a yes.
    pub(crate) confirm: Option<Located<Confirm>>,
}

/// How an environment is protected against a slip of the hand.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Confirm {
    /// The name of the app must be typed.
    TypeName,
}
