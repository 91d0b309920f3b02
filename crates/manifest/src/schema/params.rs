//! `[params]`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Number;
use crate::defaults;
use crate::located::Located;

/// A value that is given when the command is run. What it may be is checked before anything else; that of a secret one
/// too, and it is shown nowhere.
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

    /// What it is: `text`, `number` or `truth` (`true` or `false`). Default `text`.
    #[serde(rename = "type")]
    #[schemars(extend("default" = "text"))]
    #[expect(
        dead_code,
        reason = "read before everything else, from the document itself"
    )]
    pub(crate) of: Option<Located<ParamType>>,

    /// A regular expression that all of the value fits.
    #[schemars(example = &"[a-z][a-z0-9-]*")]
    #[expect(dead_code, reason = "as `of`")]
    pub(crate) pattern: Option<Located<String>>,

    /// The values that it can have, if they are few.
    #[schemars(extend("examples" = [["small", "large"]]))]
    #[expect(dead_code, reason = "as `of`")]
    pub(crate) allowed: Option<Located<Vec<Located<String>>>>,

    /// The smallest number that it can be.
    #[schemars(example = 1)]
    #[expect(dead_code, reason = "as `of`")]
    pub(crate) min: Option<Located<Number>>,

    /// The largest number that it can be.
    #[schemars(example = 10)]
    #[expect(dead_code, reason = "as `of`")]
    pub(crate) max: Option<Located<Number>>,

    /// How many characters it has at least.
    #[schemars(example = 8)]
    #[expect(dead_code, reason = "as `of`")]
    pub(crate) min_length: Option<Located<u32>>,

    /// How many characters it has at most.
    #[schemars(example = 64)]
    #[expect(dead_code, reason = "as `of`")]
    pub(crate) max_length: Option<Located<u32>>,

    /// What to tell whoever gives another value. Default: the rule that it breaks.
    #[schemars(example = &"a tag of a release, such as 1.42.0")]
    #[expect(dead_code, reason = "as `of`")]
    pub(crate) message: Option<Located<String>>,
}

/// What a param is.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ParamType {
    /// Any text.
    Text,
    /// A number, whole or not.
    Number,
    /// `true` or `false`.
    Truth,
}
