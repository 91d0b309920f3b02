//! `[services.NAME.scale]`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::defaults;
use crate::located::Located;

/// How the number of tasks follows the load. Where several metrics are given, each wants its number of tasks, and the
/// largest counts.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScaleSection {
    /// So many tasks at least, and to begin with. Default 1.
    #[schemars(range(min = 1, max = 5000), extend("default" = defaults::COUNT))]
    pub(crate) min: Option<Located<u32>>,

    /// So many tasks at most. It has no default: it is what bounds the bill.
    #[schemars(required, range(min = 1, max = 5000), example = 4)]
    pub(crate) max: Option<Located<u32>>,

    /// Keep the tasks this busy on average, in percent of their cpu.
    #[schemars(range(min = 1, max = 100), example = 60)]
    pub(crate) cpu: Option<Located<u32>>,

    /// Keep the tasks this full on average, in percent of their memory.
    #[schemars(range(min = 1, max = 100), example = 80)]
    pub(crate) memory: Option<Located<u32>>,

    /// Keep so many requests a minute coming to each task from the load balancer.
    #[schemars(range(min = 1, max = 1_000_000), example = 800)]
    pub(crate) requests_per_target: Option<Located<u32>>,

    /// Keep so many messages of a queue waiting for each task.
    pub(crate) queue_depth: Option<Located<QueueDepthSection>>,

    /// Other bounds from some time on, until the next such time. Write one for each change: what is set in the morning
    /// stays in the evening.
    #[schemars(extend("examples" = [[{ "cron": "0 8 * * 1-5", "min": 4 }, { "cron": "0 20 * * *", "min": 1 }]]))]
    pub(crate) schedule: Option<Vec<Located<ScaleScheduleSection>>>,

    /// For so long after tasks were added no more are, up to `1h`. Default `60s`: a task that has just started carries
    /// its part within that time.
    #[schemars(extend("default" = defaults::SCALE_OUT_COOLDOWN.to_string()))]
    pub(crate) out_cooldown: Option<Located<String>>,

    /// For so long after tasks were taken away no more are, up to `1h`. Default `5m`, as AWS has it: load comes back.
    #[schemars(extend("default" = defaults::SCALE_IN_COOLDOWN.to_string()))]
    pub(crate) in_cooldown: Option<Located<String>>,
}

/// Other bounds, from some time on.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScaleScheduleSection {
    /// When: `cron(0 8 ? * MON-FRI *)` as AWS has it, or the five fields of a crontab, `0 8 * * 1-5`.
    #[schemars(required, example = &"0 8 * * 1-5")]
    pub(crate) cron: Option<Located<String>>,

    /// So many tasks at least from then on. Default: as many as before.
    #[schemars(range(min = 1, max = 5000), example = 4)]
    pub(crate) min: Option<Located<u32>>,

    /// So many tasks at most from then on. Default: as many as before.
    #[schemars(range(min = 1, max = 5000), example = 20)]
    pub(crate) max: Option<Located<u32>>,

    /// Whose clock it goes by, by the name that the time zone database has for it. Default `UTC`.
    #[schemars(extend("default" = defaults::TIMEZONE), example = &"Europe/Berlin")]
    pub(crate) timezone: Option<Located<String>>,
}

/// How many messages of a queue may wait for each task.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QueueDepthSection {
    /// The queue: one of `[queues]`, or the ARN of one that somebody else owns.
    #[schemars(required, example = &"orders")]
    pub(crate) queue: Option<Located<String>>,

    /// So many messages for each task: how many it works through in the time that one may wait.
    #[schemars(required, range(min = 1, max = 1_000_000), example = 100)]
    pub(crate) per_task: Option<Located<u32>>,
}
