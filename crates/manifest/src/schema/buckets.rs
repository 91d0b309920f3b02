//! `[buckets.NAME]`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::defaults;
use crate::located::Located;

/// A private bucket for what the app itself writes and reads. Nobody can make it public.
///
/// A service that `uses` it may list it, and read, write and delete what is in it. Its container gets the name of the
/// bucket as `NAME_BUCKET`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BucketSection {
    /// Does it keep what is overwritten or deleted? Default true.
    #[schemars(extend("default" = defaults::VERSIONING))]
    pub(crate) versioning: Option<Located<bool>>,

    /// For how long it keeps that, in whole days. Default: for ever.
    #[schemars(example = &"90d")]
    pub(crate) old_versions: Option<Located<String>>,

    /// Which pages of other sites may ask for what is in it. Default none.
    pub(crate) cors: Option<CorsSection>,

    /// What becomes of it, with all that is in it, when the section or the stack goes. Default `retain`.
    #[schemars(extend("default" = "retain"))]
    pub(crate) removal: Option<Located<BucketRemoval>>,
}

/// Which pages of other sites may ask a bucket for something.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CorsSection {
    /// Where the pages come from: scheme and host, with one `*` at most.
    #[schemars(required, extend("minItems" = 1, "examples" = [["https://*.example.com"]]))]
    pub(crate) origins: Option<Located<Vec<Located<String>>>>,

    /// What they may do: `GET`, `HEAD`, `PUT`, `POST`, `DELETE`. Default `GET` and `HEAD`: reading.
    #[schemars(extend("examples" = [["GET", "HEAD", "PUT", "POST"]]))]
    pub(crate) methods: Option<Located<Vec<Located<String>>>>,

    /// Headers that they may send. Default all.
    #[schemars(extend("examples" = [["Content-Type"]]))]
    pub(crate) headers: Option<Located<Vec<Located<String>>>>,

    /// For how long a browser need not ask again, up to `1d`. Default `1h`.
    #[schemars(extend("default" = "1h"))]
    pub(crate) max_age: Option<Located<String>>,
}

/// What becomes of a bucket that nobody wants any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum BucketRemoval {
    /// It stays, and the next `up` takes it up again.
    Retain,
    /// It is emptied, of all versions, and deleted.
    Delete,
}
