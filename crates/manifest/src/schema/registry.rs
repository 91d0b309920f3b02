//! `[registry]`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::ValueSection;
use crate::located::Located;

/// A private registry. User and password are kept as one secret in Secrets Manager that ECS alone reads.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegistrySection {
    /// Host, and port if it is not 443, as images name it; `docker.io` for Docker Hub.
    #[schemars(required, example = &"ghcr.io")]
    pub(crate) server: Option<Located<String>>,

    /// Who pulls.
    #[schemars(required, example = &"acme-bot")]
    pub(crate) username: Option<Located<String>>,

    /// Where the password comes from, never the password itself.
    #[schemars(required, extend("examples" = [{ "env": "GHCR_TOKEN" }]))]
    pub(crate) password: Option<Located<ValueSection>>,
}
