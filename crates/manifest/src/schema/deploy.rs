//! `[services.NAME.deploy]`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::defaults;
use crate::located::Located;

/// How new tasks take the place of old ones.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeploySection {
    /// Default `rolling`, which serves all the time.
    #[schemars(extend("default" = "rolling"))]
    pub(crate) strategy: Option<Located<Strategy>>,

    /// How many of `count` run at least while tasks are replaced, in percent. Default 100 for `rolling`: there is
    /// no moment with less than you asked for.
    #[schemars(range(max = 100), example = 50)]
    pub(crate) minimum_healthy: Option<Located<u32>>,

    /// How many of `count` run at most while tasks are replaced, in percent. Default 200 for `rolling`: all
    /// new tasks start at once, which is the fastest.
    #[schemars(range(min = 100, max = 200), example = 150)]
    pub(crate) maximum: Option<Located<u32>>,

    /// What happens when new tasks do not come up. ECS gives up after some attempts in any case.
    pub(crate) circuit_breaker: Option<CircuitBreakerSection>,
}

/// What happens when new tasks do not come up.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CircuitBreakerSection {
    /// Should ECS go back to the last release that came up? Default true: tasks that cannot start serve
    /// nobody.
    #[schemars(extend("default" = defaults::ROLLBACK))]
    pub(crate) rollback: Option<Located<bool>>,
}

/// A way to replace tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Strategy {
    /// New tasks start and are well before old ones stop.
    Rolling,
    /// Old tasks stop before new ones start, for what must never run twice. Nobody is served in between.
    StopThenStart,
}
