//! `[params]`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::defaults;
use crate::located::Located;

/// A value that is given when the command is run.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ParamSection {
    /// Its value where none is given. Without a default it must be given.
    #[schemars(example = &"1.42.0")]
    #[expect(
        dead_code,
        reason = "read before everything else, from the document itself"
    )]
    pub(crate) default: Option<Located<String>>,

    /// What it is for, for whoever has to give it.
    #[expect(dead_code, reason = "for people and editors")]
    pub(crate) description: Option<Located<String>>,

    /// Is the value a secret? Then it cannot stand in a text, only be the source of a secret:
    /// `{ param = "NAME" }`. Default false: most are versions, names and sizes.
    #[schemars(extend("default" = defaults::PARAM_SECRET))]
    pub(crate) secret: Option<Located<bool>>,
}
