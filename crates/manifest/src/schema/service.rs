//! `[services.NAME]`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Condition;
use super::{
    DeploySection, HealthSection, Named, Number, PermissionSection, ScaleSection, SecretSection,
    SidecarSection,
};
use crate::defaults;
use crate::located::Located;

/// A long-running container, or as many copies of it as you like.
///
/// With a `hostname` it is served over HTTPS. With a `port` alone it is served over plain HTTP at the
/// load balancer's own name. With neither it runs without a load balancer.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceSection {
    /// The container image, as `docker pull` takes it.
    #[schemars(required, example = &"nginx:1.29")]
    pub(crate) image: Option<Located<String>>,

    /// The port that the container listens on.
    #[schemars(range(min = 1, max = 65535), example = 80)]
    pub(crate) port: Option<Located<u16>>,

    /// The name that the service is reached by, inside the zone of `[dns]`.
    #[schemars(example = &"hello.example.com")]
    pub(crate) hostname: Option<Located<String>>,

    /// Further names that the service is reached by, in the same certificate.
    #[schemars(extend("examples" = [["www.example.com"]]))]
    pub(crate) aliases: Option<Located<Vec<Located<String>>>>,

    /// Send visitors through the DNS provider's proxy (at Cloudflare the orange cloud). Default false:
    /// what you see is then what AWS serves, and certificates need nothing from the provider.
    #[schemars(extend("default" = defaults::PROXIED))]
    pub(crate) proxied: Option<Located<bool>>,

    /// As `dns.take_over`, for this service's names alone. Default: what `dns.take_over` says.
    pub(crate) take_over: Option<Located<bool>>,

    /// Arguments to the entrypoint, in place of the image's own.
    #[schemars(extend("examples" = [["./shop", "serve"]]))]
    pub(crate) command: Option<Located<Vec<Located<String>>>>,

    /// The program to run, in place of the image's own.
    #[schemars(extend("examples" = [["/usr/bin/tini", "--"]]))]
    pub(crate) entrypoint: Option<Located<Vec<Located<String>>>>,

    /// Environment variables. They win over those of the top-level `env`.
    pub(crate) env: Option<Named<Located<String>>>,

    /// Secret environment variables: each names the place where its value lives. They win over the top-level
    /// `env` and `secrets`.
    pub(crate) secrets: Option<Named<Located<SecretSection>>>,

    /// CPU of one task: up to 16 in vCPU (`0.25`), from 128 in units (`256`). Default 0.25, or the least
    /// that is sold with the `memory` asked for: the cheapest size, enough for most first deployments.
    #[schemars(extend("default" = 0.25), example = 0.5)]
    pub(crate) cpu: Option<Located<Number>>,

    /// Memory of one task, with its unit. Default: the least that is sold with the `cpu`, which is 512MiB
    /// for the default one.
    #[schemars(extend("default" = "512MiB"), example = &"1GiB")]
    pub(crate) memory: Option<Located<String>>,

    /// Processor that the image is built for. Default `x86_64`: nearly every public image has it. An
    /// image for `arm64` costs about a fifth less to run.
    #[schemars(extend("default" = "x86_64"))]
    pub(crate) arch: Option<Located<Architecture>>,

    /// How many tasks run. Default 1: nothing costs twice unless you say so; write 2 to survive the loss
    /// of a zone.
    #[schemars(range(max = 5000), extend("default" = defaults::COUNT))]
    pub(crate) count: Option<Located<u32>>,

    /// How many tasks run at a time, by how much there is to do. Then `count` has no meaning, and an `up` leaves the
    /// number of tasks alone.
    pub(crate) scale: Option<Located<ScaleSection>>,

    /// How the load balancer finds out whether a task is well, and ECS whether a container is.
    pub(crate) health: Option<Located<HealthSection>>,

    /// Time between the polite signal to stop and the kill, `2s` to `120s`. Default `30s`, as ECS has it.
    #[schemars(extend("default" = defaults::STOP_TIMEOUT.to_string()))]
    pub(crate) stop_timeout: Option<Located<String>>,

    /// How long logs are kept, such as `30d`, or `forever`. Default: what `observability.log_retention` says, or `30d`.
    #[schemars(extend("default" = defaults::LOG_RETENTION.to_string()))]
    pub(crate) log_retention: Option<Located<String>>,

    /// Disk of one task, `20GiB` to `200GiB`. Default `20GiB`, which is included in the price.
    #[schemars(extend("default" = defaults::EPHEMERAL_STORAGE.to_string()))]
    pub(crate) ephemeral_storage: Option<Located<String>>,

    /// Can commands be run in its containers with `ashore exec`? Default false: who can do that can read
    /// everything that the service can.
    #[schemars(extend("default" = defaults::EXEC))]
    pub(crate) exec: Option<Located<bool>>,

    /// How new tasks take the place of old ones.
    pub(crate) deploy: Option<DeploySection>,

    /// What the service's own code may do in AWS. Default: nothing at all.
    #[schemars(extend("examples" = [[{ "actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::acme-uploads/*"] }]]))]
    pub(crate) permissions: Option<Vec<Located<PermissionSection>>>,

    /// Containers beside the service's own, in the same task, by name.
    pub(crate) sidecars: Option<Named<SidecarSection>>,

    /// Which sidecars must be how far before the service's own container starts.
    pub(crate) depends_on: Option<Named<Located<Condition>>>,
}

/// Processor architecture, by the name that ECS has for it.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub(crate) enum Architecture {
    /// Intel and AMD, also called amd64.
    #[serde(rename = "x86_64")]
    X86_64,
    /// AWS Graviton, also called aarch64.
    #[serde(rename = "arm64")]
    Arm64,
}
