//! `[volumes.NAME]`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::defaults;
use crate::located::Located;

/// Files that tasks share and that outlive them: a file system of EFS, encrypted where it lies and on the way. Only tasks
/// of services that mount it reach it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VolumeSection {
    /// How much can be read and written at a time. Default `elastic`: as much as is wanted, paid by what is moved; it is
    /// what AWS has by default in its console.
    #[schemars(extend("default" = "elastic"))]
    pub(crate) throughput: Option<Located<Throughput>>,

    /// After so long without being read a file goes to storage at a twentieth of the price, until it is read again: `1d`,
    /// `7d`, `14d`, `30d`, `60d`, `90d`, `180d`, `270d`, `365d` or `never`. Default `30d`.
    #[schemars(extend("default" = "30d"))]
    pub(crate) archive_after: Option<Located<String>>,

    /// Does AWS Backup keep a copy of each day for 35 days? Default true: files are data.
    #[schemars(extend("default" = defaults::VOLUME_BACKUP))]
    pub(crate) backup: Option<Located<bool>>,

    /// Everybody who mounts it is the user of this number in it, whoever the container runs as, and so may read and write
    /// all of it. Default 1000. Another one begins with an empty directory of its own only if `path` is another too.
    #[schemars(range(max = 65535), extend("default" = defaults::VOLUME_USER))]
    pub(crate) user: Option<Located<u32>>,

    /// The directory in the file system that is mounted. Default `/data`; it is made when it is first mounted.
    #[schemars(extend("default" = defaults::VOLUME_PATH))]
    pub(crate) path: Option<Located<String>>,

    /// What becomes of it when it is taken out of the manifest, or the stack is taken down. Default `retain`: there is no
    /// snapshot that could take its place.
    #[schemars(extend("default" = "retain"))]
    pub(crate) removal: Option<Located<VolumeRemoval>>,
}

/// How much can be read and written at a time.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Throughput {
    /// As much as is wanted, paid by what is moved.
    Elastic,
    /// In proportion to what is stored, and nothing more to pay.
    Bursting,
}

/// What becomes of the files.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum VolumeRemoval {
    /// They stay, known to the state; a later `up` takes them up again.
    Retain,
    /// They go. `--allow-destroy volumes.NAME` says so once more.
    Delete,
}
