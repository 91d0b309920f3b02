//! `[jobs.NAME]`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Architecture, BuildSection, Condition, ImageSection, Named, Number, PermissionSection,
    SecretSection, ServiceSection, SidecarSection,
};
use crate::defaults;
use crate::located::Located;

/// A task that is started by the clock and ends by itself.
///
/// EventBridge Scheduler starts it. Nothing in AWS ends a task that takes too long: let the command do that, for
/// example with `timeout 30m`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobSection {
    /// The container image, as `docker pull` takes it, or an image of one of `[repositories]`:
    /// `{ repository = "app", tag = "latest" }`. Either this or `build`.
    #[schemars(example = &"nginx:1.29")]
    pub(crate) image: Option<Located<ImageSection>>,

    /// What the image is built from, in place of `image`: a folder with a Dockerfile, or a table.
    #[schemars(example = &".")]
    pub(crate) build: Option<Located<BuildSection>>,

    /// When it is started: `cron(0 3 * * ? *)` and `rate(15 minutes)` as EventBridge Scheduler has them, or the five
    /// fields of a crontab, `0 3 * * *`.
    #[schemars(required, example = &"0 3 * * *")]
    pub(crate) schedule: Option<Located<String>>,

    /// Whose clock the schedule goes by, by the name that the time zone database has for it. Default `UTC`.
    #[schemars(extend("default" = defaults::TIMEZONE), example = &"Europe/Berlin")]
    pub(crate) timezone: Option<Located<String>>,

    /// Is it started at all? Default true; `false` keeps everything but the start.
    #[schemars(extend("default" = defaults::JOB_ENABLED))]
    pub(crate) enabled: Option<Located<bool>>,

    /// How often the start is tried again, within an hour, where ECS does not take the task. A task that was started
    /// and fails is not started again: only the command knows whether that would do harm. Default 3.
    #[schemars(range(max = 185), extend("default" = defaults::JOB_RETRIES))]
    pub(crate) retries: Option<Located<u32>>,

    /// The queue that is told of each start that did not succeed, retries and all: one of `[queues]`, or the ARN of one
    /// that somebody else owns.
    #[schemars(example = &"failed-jobs")]
    pub(crate) dead_letter: Option<Located<String>>,

    /// Arguments to the entrypoint, in place of the image's own.
    #[schemars(extend("examples" = [["./shop", "report"]]))]
    pub(crate) command: Option<Located<Vec<Located<String>>>>,

    /// The program to run, in place of the image's own.
    #[schemars(extend("examples" = [["/usr/bin/tini", "--"]]))]
    pub(crate) entrypoint: Option<Located<Vec<Located<String>>>>,

    /// Environment variables. They win over those of the top-level `env`.
    pub(crate) env: Option<Named<Located<String>>>,

    /// Secret environment variables: each names the place where its value lives. They win over the top-level
    /// `env` and `secrets`.
    pub(crate) secrets: Option<Named<Located<SecretSection>>>,

    /// CPU of the task: up to 16 in vCPU (`0.25`), from 128 in units (`256`). Default 0.25, or the least that is sold
    /// with the `memory` asked for.
    #[schemars(extend("default" = 0.25), example = 0.5)]
    pub(crate) cpu: Option<Located<Number>>,

    /// Memory of the task, with its unit. Default: the least that is sold with the `cpu`.
    #[schemars(extend("default" = "512MiB"), example = &"1GiB")]
    pub(crate) memory: Option<Located<String>>,

    /// Processor that the image is built for. Default `x86_64`, as for services.
    #[schemars(extend("default" = "x86_64"))]
    pub(crate) arch: Option<Located<Architecture>>,

    /// Time between the polite signal to stop and the kill, `2s` to `120s`. Default `30s`, as ECS has it.
    #[schemars(extend("default" = defaults::STOP_TIMEOUT.to_string()))]
    pub(crate) stop_timeout: Option<Located<String>>,

    /// How long logs are kept, such as `30d`, or `forever`. Default: what `observability.log_retention` says.
    #[schemars(extend("default" = defaults::LOG_RETENTION.to_string()))]
    pub(crate) log_retention: Option<Located<String>>,

    /// Disk of the task, `20GiB` to `200GiB`. Default `20GiB`, which is included in the price.
    #[schemars(extend("default" = defaults::EPHEMERAL_STORAGE.to_string()))]
    pub(crate) ephemeral_storage: Option<Located<String>>,

    /// What the job's own code may do in AWS. Default: nothing at all.
    #[schemars(extend("examples" = [[{ "actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::acme-uploads/*"] }]]))]
    pub(crate) permissions: Option<Vec<Located<PermissionSection>>>,

    /// What the job uses of the rest of the manifest, by name, as services do.
    #[schemars(extend("examples" = [["db", "orders"]]))]
    pub(crate) uses: Option<Located<Vec<Located<String>>>>,

    /// The volumes in the job's own container, by their paths.
    #[schemars(extend("examples" = [{ "/var/uploads": "uploads" }]))]
    pub(crate) volumes: Option<Named<Located<String>>>,

    /// Containers beside the job's own, in the same task, by name. The task ends when the job's own container does.
    pub(crate) sidecars: Option<Named<SidecarSection>>,

    /// Which sidecars must be how far before the job's own container starts.
    pub(crate) depends_on: Option<Named<Located<Condition>>>,
}

impl JobSection {
    /// What it runs, as a service would say it.
    pub(crate) fn task(self) -> ServiceSection {
        ServiceSection {
            image: self.image,
            build: self.build,
            command: self.command,
            entrypoint: self.entrypoint,
            env: self.env,
            secrets: self.secrets,
            cpu: self.cpu,
            memory: self.memory,
            arch: self.arch,
            stop_timeout: self.stop_timeout,
            log_retention: self.log_retention,
            ephemeral_storage: self.ephemeral_storage,
            permissions: self.permissions,
            uses: self.uses,
            volumes: self.volumes,
            sidecars: self.sidecars,
            depends_on: self.depends_on,
            ..ServiceSection::default()
        }
    }
}
