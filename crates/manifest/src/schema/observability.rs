//! `[observability]`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::defaults;
use crate::located::Located;

/// Logs, metrics, alarms and traces of everything that runs.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObservabilitySection {
    /// How long logs are kept where nothing else is said, such as `365d`, or `forever`. Default `30d`: CloudWatch Logs
    /// itself would keep and bill them for ever.
    #[schemars(extend("default" = defaults::LOG_RETENTION.to_string()))]
    pub(crate) log_retention: Option<Located<String>>,

    /// ARN of a KMS key that logs are encrypted with. Its policy must let CloudWatch Logs use it. Default: CloudWatch
    /// Logs' own key.
    #[schemars(example = &"arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab")]
    pub(crate) log_key: Option<Located<String>>,

    /// What becomes of logs on `down`, or when what wrote them is taken out. Default `delete`.
    #[schemars(extend("default" = "delete"))]
    pub(crate) log_removal: Option<Located<LogRemoval>>,

    /// Container Insights: metrics of every task, billed by CloudWatch. Default `off`. On a cluster of somebody else's
    /// it is not ours to say.
    #[schemars(extend("default" = "off"))]
    pub(crate) insights: Option<Located<Insights>>,

    /// Who is told when something is not as it should be, and from where on it is not.
    pub(crate) alarms: Option<Located<AlarmsSection>>,

    /// A dashboard in CloudWatch with what services and workers use, and what their load balancers see of them. Default
    /// false: an account has three for nothing, and pays for each further one.
    #[schemars(extend("default" = defaults::DASHBOARD))]
    pub(crate) dashboard: Option<Located<bool>>,

    /// Traces of requests. Default: none.
    pub(crate) tracing: Option<Located<Tracing>>,
}

/// What becomes of logs that nothing writes any more.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogRemoval {
    /// They go.
    Delete,
    /// They stay, for as long as logs are kept. The next `up` finds them again.
    Retain,
}

/// Metrics of every task.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Insights {
    /// None.
    Off,
    /// Of clusters and services.
    Enabled,
    /// Of tasks and containers too.
    Enhanced,
}

/// Where traces go.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Tracing {
    /// To AWS X-Ray, by a collector beside each service and worker: the container `otel`, which takes OTLP on ports 4317
    /// and 4318 of localhost. `OTEL_EXPORTER_OTLP_ENDPOINT` says so to the service's own container.
    Xray,
}

/// Who is told when something is not as it should be. Services and workers each have alarms on their cpu and memory,
/// those behind a load balancer on errors and on unhealthy tasks too; and every task that fails to start, and every
/// rollout that fails, is told.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlarmsSection {
    /// E-mail addresses and `https://` URLs. AWS asks each of them whether they want it.
    #[schemars(required, extend("examples" = [["ops@example.com"]]))]
    pub(crate) notify: Option<Located<Vec<Located<String>>>>,

    /// Told when so many percent of the cpu are in use for five minutes. Default 90.
    #[schemars(range(min = 1, max = 99), extend("default" = defaults::ALARM_CPU))]
    pub(crate) cpu: Option<Located<u32>>,

    /// Told when so many percent of the memory are in use for five minutes. Default 90.
    #[schemars(range(min = 1, max = 99), extend("default" = defaults::ALARM_MEMORY))]
    pub(crate) memory: Option<Located<u32>>,

    /// Told when more answers than these in each of five minutes are errors of the service, 500 to 599. Default 5.
    #[schemars(range(max = 1_000_000), extend("default" = defaults::ALARM_ERRORS))]
    pub(crate) errors: Option<Located<u32>>,

    /// Told when more tasks than these fail their health check for five minutes. Default 0.
    #[schemars(range(max = 5000), extend("default" = defaults::ALARM_UNHEALTHY))]
    pub(crate) unhealthy: Option<Located<u32>>,
}
