//! `permissions` of a service.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Named, OneOrMany};
use crate::located::Located;

/// Something that a service's own code may do in AWS: one statement of its task role.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PermissionSection {
    /// Actions, with wildcards where you like, but never all actions of all services.
    #[schemars(required, extend("examples" = [["s3:GetObject"]]))]
    pub(crate) actions: Option<Located<Vec<Located<String>>>>,

    /// ARNs of what it may be done to, or `*`.
    #[schemars(required, extend("examples" = [["arn:aws:s3:::acme-uploads/*"]]))]
    pub(crate) resources: Option<Located<Vec<Located<String>>>>,

    /// Under which conditions, as in an IAM policy: operator, key, values.
    pub(crate) conditions: Option<Named<Named<OneOrMany>>>,
}
