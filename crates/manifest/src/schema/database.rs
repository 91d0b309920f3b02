//! `[databases.NAME]`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::defaults;
use crate::located::Located;

/// A PostgreSQL database that AWS runs (RDS). It stands in subnets of its own, which no route leads out of, is encrypted,
/// and only tasks of services that name it in `uses` reach it.
///
/// Its master password is made and kept by RDS in a secret of RDS's own; Ashore never reads it. ECS gives it to the
/// containers as they start, under `DATABASE_PASSWORD` and, for libpq, `PGPASSWORD`. The URL in `inject` therefore has
/// no password in it: ECS can put a secret into a variable, not into the middle of one, and to put the URL together
/// here would take reading the password and keeping it somewhere. Drivers that go by libpq's variables (libpq itself
/// and so psycopg and Django, pgx, node-postgres, sqlx) find it in `PGPASSWORD`; for all others put it together where
/// the program starts: `postgres://$DATABASE_USER:$DATABASE_PASSWORD@$DATABASE_HOST:$DATABASE_PORT/$DATABASE_NAME`.
/// RDS changes the password every seven days, and running tasks keep the one that they started with for new
/// connections: restart them in between, or lengthen the rotation of that secret in Secrets Manager.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DatabaseSection {
    /// What kind of database. Default `postgres`, the only one there is.
    #[schemars(extend("default" = "postgres"))]
    #[expect(dead_code, reason = "there is one, and its type refuses all others")]
    pub(crate) engine: Option<Located<Engine>>,

    /// The major version, in which AWS chooses the minor and later brings newer ones in the `maintenance` window; or a
    /// minor that it has at the least. It can go up in place, and never back. Default `18`, the newest with years of
    /// support before it.
    #[schemars(extend("default" = defaults::DATABASE_VERSION), example = &"18")]
    pub(crate) version: Option<Located<String>>,

    /// How big a machine it runs on. Default `db.t4g.micro`, the cheapest, about 12 USD a month.
    #[schemars(extend("default" = defaults::DATABASE_CLASS), example = &"db.t4g.small")]
    pub(crate) class: Option<Located<String>>,

    /// What it stores its data on.
    pub(crate) storage: Option<StorageSection>,

    /// Does a second one stand by in another zone, and take over within a minute or two? Default false: it doubles the
    /// price. Write true for production.
    #[schemars(extend("default" = defaults::DATABASE_MULTI_AZ))]
    pub(crate) multi_az: Option<Located<bool>>,

    /// Backups, from which it can be restored to any second.
    pub(crate) backups: Option<BackupsSection>,

    /// When AWS may patch it, in UTC. Default: half an hour of the region's night from Saturday to Sunday.
    #[schemars(example = &"sun:02:00-sun:02:30")]
    pub(crate) maintenance: Option<Located<String>>,

    /// Name of the database that it begins with. Default: the section's name, hyphens as underscores; with the app's before
    /// it if PostgreSQL or RDS has that word for itself, as `shop_db`. Another name is another, empty database server.
    #[schemars(example = &"shop")]
    pub(crate) name: Option<Located<String>>,

    /// The master user. Default `postgres`. Another one is another, empty database server.
    #[schemars(extend("default" = defaults::DATABASE_USER))]
    pub(crate) user: Option<Located<String>>,

    /// Does AWS refuse to delete it? Then `down`, and an `up` that would take it away, want it named:
    /// `--allow-destroy databases.NAME`. Default true.
    #[schemars(extend("default" = defaults::DATABASE_PROTECT))]
    pub(crate) protect: Option<Located<bool>>,

    /// What becomes of its data when it is taken out of the manifest, or the stack is taken down. Default `snapshot`:
    /// nothing is lost, and nothing goes on costing but the snapshot.
    #[schemars(extend("default" = "snapshot"))]
    pub(crate) removal: Option<Located<DatabaseRemoval>>,

    /// The variable in which those who use it get its URL, without the password. Host, port, name, user and password
    /// stand in variables of the same beginning: `DATABASE_HOST`, `DATABASE_PORT`, `DATABASE_NAME`, `DATABASE_USER` and
    /// `DATABASE_PASSWORD`. Of the first database in a service's `uses`, libpq's own variables are there too: `PGHOST`,
    /// `PGPORT`, `PGDATABASE`, `PGUSER`, `PGPASSWORD` and `PGSSLMODE`. Default `DATABASE_URL`, which most frameworks
    /// look for.
    #[schemars(extend("default" = defaults::DATABASE_INJECT))]
    pub(crate) inject: Option<Located<String>>,
}

/// What kind of database.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Engine {
    /// PostgreSQL.
    Postgres,
}

/// What a database stores its data on. It grows and never shrinks.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StorageSection {
    /// How much there is to begin with, at least 20GiB. A smaller one than there is has no effect. Default `20GiB`, the
    /// least.
    #[schemars(extend("default" = defaults::DATABASE_STORAGE.to_string()))]
    pub(crate) size: Option<Located<String>>,

    /// So far it grows by itself when it is nearly full; as much as `size` and it does not grow. Default `100GiB`, or twice
    /// the size: a database that is full stands still, and what is not used costs nothing.
    #[schemars(example = &"100GiB")]
    pub(crate) max: Option<Located<String>>,

    /// What sort of disk. Default `gp3`: as AWS has it, and faster than `gp2` at the same price.
    #[serde(rename = "type")]
    #[schemars(extend("default" = "gp3"))]
    pub(crate) kind: Option<Located<StorageType>>,
}

/// What sort of disk.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StorageType {
    /// General purpose, third generation.
    Gp3,
    /// General purpose, second generation: its speed comes with its size.
    Gp2,
}

/// Backups of a database.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BackupsSection {
    /// How long they are kept, up to `35d`; `0d` takes none. Default `7d`.
    #[schemars(extend("default" = "7d"))]
    pub(crate) retain: Option<Located<String>>,

    /// When the daily one is taken, in UTC. Default: half an hour of the region's night.
    #[schemars(example = &"01:00-01:30")]
    pub(crate) window: Option<Located<String>>,
}

/// What becomes of a database's data.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DatabaseRemoval {
    /// A last snapshot is taken, and then it goes.
    Snapshot,
    /// It stays, known to the state, and so does the network that it stands in; a later `up` takes it up again.
    Retain,
    /// It goes, and its backups with it.
    Delete,
}
