//! `[services.NAME.sidecars.NAME]`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{ContainerHealthSection, Named, Number, SecretSection};
use crate::defaults;
use crate::located::Located;

/// A container beside the service's own, in the same task. It has none of the top-level `env` and `secrets`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SidecarSection {
    /// The container image, as `docker pull` takes it.
    #[schemars(required, example = &"public.ecr.aws/aws-observability/aws-otel-collector:v0.43.3")]
    pub(crate) image: Option<Located<String>>,

    /// Does the task end when it ends? Default true, as ECS has it: half a task is rarely of use.
    #[schemars(extend("default" = defaults::ESSENTIAL))]
    pub(crate) essential: Option<Located<bool>>,

    /// Its share of the task's `cpu`: up to 16 in vCPU (`0.125`), above in units (`64`). Default: no share of its
    /// own, it takes what the others leave.
    #[schemars(example = 64)]
    pub(crate) cpu: Option<Located<Number>>,

    /// The most of the task's `memory` that it may use. Default: no limit but the task's.
    #[schemars(example = &"128MiB")]
    pub(crate) memory: Option<Located<String>>,

    /// Arguments to the entrypoint, in place of the image's own.
    #[schemars(extend("examples" = [["--config=/etc/ecs/otel.yaml"]]))]
    pub(crate) command: Option<Located<Vec<Located<String>>>>,

    /// The program to run, in place of the image's own.
    #[schemars(extend("examples" = [["/usr/bin/tini", "--"]]))]
    pub(crate) entrypoint: Option<Located<Vec<Located<String>>>>,

    /// Environment variables.
    pub(crate) env: Option<Named<Located<String>>>,

    /// Secret environment variables: each names the place where its value lives.
    pub(crate) secrets: Option<Named<Located<SecretSection>>>,

    /// Ports that it listens on. All containers of a task share them. The load balancer does not reach these.
    #[schemars(extend("examples" = [[4317]]))]
    pub(crate) ports: Option<Located<Vec<Located<u16>>>>,

    /// Which containers of the task must be how far before this one starts.
    pub(crate) depends_on: Option<Named<Located<Condition>>>,

    /// How ECS finds out, inside the container, whether it is well.
    pub(crate) health: Option<Located<ContainerHealthSection>>,
}

/// How far another container must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Condition {
    /// It has started.
    Start,
    /// It has ended. Only for containers that are not essential.
    Complete,
    /// It has ended well. Only for containers that are not essential.
    Success,
    /// Its own health check says that it is well.
    Healthy,
}
