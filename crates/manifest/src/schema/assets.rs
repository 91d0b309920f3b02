//! `[assets.NAME]`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{BucketRemoval, CorsSection};
use crate::defaults;
use crate::located::Located;

/// A folder of files, in a private bucket behind CloudFront.
///
/// A service that `uses` it may list the bucket, and read, write and delete what is in it. Its container gets the
/// name of the bucket as `NAME_BUCKET`, and the name that the files are reached by as `NAME_DOMAIN`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssetsSection {
    /// The folder, from where the manifest lies. All that is in it goes up, and later only what has changed.
    #[schemars(required, example = &"public/")]
    pub(crate) dir: Option<Located<String>>,

    /// The path that the files are reached by, with `*` for their names. Default `/*`.
    #[schemars(extend("default" = defaults::ASSET_PATH), example = &"/static/*")]
    pub(crate) path: Option<Located<String>>,

    /// The name that the files are reached by, inside the zone of `[dns]`. Default: the one that CloudFront gives.
    #[schemars(example = &"cdn.example.com")]
    pub(crate) hostname: Option<Located<String>>,

    /// The file that is given for the path itself. Default none.
    #[schemars(example = &"index.html")]
    pub(crate) index: Option<Located<String>>,

    /// For how long whoever has got a file may keep it: `10m`, `1h`, `30d`, `1y`, or `none`; and `immutable` if a file
    /// of another content always has another name, or `private` if only a browser may keep it. Default `1h`: the edge
    /// is told of changes, and browsers cannot be.
    #[schemars(extend("default" = defaults::CACHE), example = &"1y, immutable")]
    pub(crate) cache: Option<Located<String>>,

    /// Which pages of other sites may ask for the files. Default none.
    pub(crate) cors: Option<CorsSection>,

    /// Is a file with another query another file? Default false: what is in a bucket does not depend on it.
    #[schemars(extend("default" = defaults::QUERY_STRINGS))]
    pub(crate) query_strings: Option<Located<bool>>,

    /// Does the bucket keep what is overwritten or deleted? Default true: an undo takes files from there.
    #[schemars(extend("default" = defaults::VERSIONING))]
    pub(crate) versioning: Option<Located<bool>>,

    /// For how long it keeps that, in whole days. Default `30d`.
    #[schemars(extend("default" = "30d"))]
    pub(crate) old_versions: Option<Located<String>>,

    /// Are files deleted from the bucket that have vanished from the folder? Default false: pages that somebody has
    /// open may still ask for them. Only files that were uploaded from the folder are.
    #[schemars(extend("default" = defaults::PRUNE))]
    pub(crate) prune: Option<Located<bool>>,

    /// What becomes of the bucket, with all that is in it, when the section or the stack goes. Default `retain`.
    #[schemars(extend("default" = "retain"))]
    pub(crate) removal: Option<Located<BucketRemoval>>,
}
