//! `[services.NAME.health]`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::defaults;
use crate::located::Located;

/// How the load balancer finds out whether a task is well, and ECS whether a container is.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HealthSection {
    /// Path that it asks for. Default `/`: the one path that nearly everything answers.
    #[schemars(extend("default" = defaults::HEALTH_PATH))]
    pub(crate) path: Option<Located<String>>,

    /// What the load balancer speaks when it asks. Default: HTTP, and for a service that speaks something else no more
    /// than a connection (`tcp`).
    #[schemars(extend("default" = "http"))]
    pub(crate) protocol: Option<Located<HealthProtocol>>,

    /// The port that it asks at. Default: the service's own. A service of `udp` needs one, since nobody asks by datagram.
    #[schemars(range(min = 1, max = 65535), example = 8081)]
    pub(crate) port: Option<Located<u16>>,

    /// Answers that mean well: codes and ranges from 200 to 499, with commas. Default `200-399`, because a
    /// redirect to a login or to HTTPS is an answer too.
    #[schemars(extend("default" = defaults::HEALTH_MATCHER))]
    pub(crate) matcher: Option<Located<String>>,

    /// Time between two questions, `5s` to `300s`. Default `10s`: with the API's own 30 s every rollout
    /// would wait a minute longer.
    #[schemars(extend("default" = defaults::HEALTH_INTERVAL.to_string()))]
    pub(crate) interval: Option<Located<String>>,

    /// Time to answer, `2s` to `120s`, shorter than `interval`. Default `5s`, or a second less than a
    /// shorter `interval`.
    #[schemars(extend("default" = defaults::HEALTH_TIMEOUT.to_string()))]
    pub(crate) timeout: Option<Located<String>>,

    /// Time after its start in which a task that is not well yet is left alone. Default `60s`: with the
    /// API's own 0 a container that takes its time to start is killed again and again.
    #[schemars(extend("default" = defaults::HEALTH_GRACE.to_string()))]
    pub(crate) grace: Option<Located<String>>,

    /// Good answers in a row until a task gets traffic. Default 2, the least there is, since each one
    /// more makes every rollout an `interval` longer.
    #[schemars(range(min = 2, max = 10), extend("default" = defaults::HEALTHY_THRESHOLD))]
    pub(crate) healthy_threshold: Option<Located<u32>>,

    /// Bad answers in a row until a task is replaced. Default 3: two can be one slow moment.
    #[schemars(range(min = 2, max = 10), extend("default" = defaults::UNHEALTHY_THRESHOLD))]
    pub(crate) unhealthy_threshold: Option<Located<u32>>,

    /// How ECS finds out, inside the container, whether it is well. Default: not at all, the load balancer's word
    /// counts.
    pub(crate) container: Option<Located<ContainerHealthSection>>,
}

/// What a load balancer speaks when it asks whether a task is well.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum HealthProtocol {
    /// HTTP.
    Http,
    /// HTTP over TLS; whatever certificate the container has will do.
    Https,
    /// Only a connection. Not for a service that speaks HTTP.
    Tcp,
}

/// How ECS finds out, inside a container, whether it is well.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContainerHealthSection {
    /// What is run in the container; it is well if that ends with 0. A first word `CMD-SHELL` means that the rest is one
    /// line for its shell.
    #[schemars(required, extend("examples" = [["CMD-SHELL", "curl -f http://localhost/ || exit 1"]]))]
    pub(crate) command: Option<Located<Vec<Located<String>>>>,

    /// Time between two runs, `5s` to `300s`. Default `30s`, as ECS has it.
    #[schemars(extend("default" = defaults::CONTAINER_INTERVAL.to_string()))]
    pub(crate) interval: Option<Located<String>>,

    /// Time that a run has, `2s` to `60s`. Default `5s`, as ECS has it.
    #[schemars(extend("default" = defaults::CONTAINER_TIMEOUT.to_string()))]
    pub(crate) timeout: Option<Located<String>>,

    /// Bad runs in a row until the container counts as not well. Default 3, as ECS has it.
    #[schemars(range(min = 1, max = 10), extend("default" = defaults::CONTAINER_RETRIES))]
    pub(crate) retries: Option<Located<u32>>,

    /// Time after the start in which bad runs do not count, `0s` to `300s`. Default: none, as ECS has it.
    #[schemars(example = &"30s")]
    pub(crate) start_period: Option<Located<String>>,
}
