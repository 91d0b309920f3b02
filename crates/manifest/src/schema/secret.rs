//! Where secret values live, or come from. There is never one in the manifest.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::located::Located;

/// Where a secret value comes from when the command is run. Exactly one key.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub(crate) struct ValueSection {
    /// The environment variable that has it.
    #[schemars(example = &"GHCR_TOKEN")]
    pub(crate) env: Option<Located<String>>,

    /// The name of one of `[params]` with `secret = true`.
    #[schemars(example = &"registry-password")]
    pub(crate) param: Option<Located<String>>,

    /// `true`: it is asked for on the terminal.
    #[schemars(example = true)]
    pub(crate) prompt: Option<Located<bool>>,
}

/// Where the value of a secret environment variable lives. Exactly one key, and `key` besides `secret`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 2))]
pub(crate) struct SecretSection {
    /// Name or ARN of a secret in Secrets Manager that somebody else keeps.
    #[schemars(example = &"shop/stripe")]
    pub(crate) secret: Option<Located<String>>,

    /// One member of a secret that is a JSON object. Default: all of the secret's text.
    #[schemars(example = &"api_key")]
    pub(crate) key: Option<Located<String>>,

    /// Name or ARN of a parameter in Systems Manager's parameter store.
    #[schemars(example = &"/shop/smtp-password")]
    pub(crate) ssm: Option<Located<String>>,

    /// Make a random text of so many letters and digits, once, and keep it in Secrets Manager.
    #[schemars(range(min = 8, max = 4096), example = 64)]
    pub(crate) generate: Option<Located<u32>>,

    /// The environment variable, of whoever runs Ashore, that has the value. It is kept in Secrets Manager.
    #[schemars(example = &"STRIPE_KEY")]
    pub(crate) env: Option<Located<String>>,

    /// The name of one of `[params]` with `secret = true`. The value is kept in Secrets Manager.
    #[schemars(example = &"stripe-key")]
    pub(crate) param: Option<Located<String>>,
}
