//! Logs, metrics, alarms and traces.

use super::LogRetention;

/// Logs, metrics, alarms and traces of everything that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observability {
    /// How long logs are kept where nothing else is said.
    pub log_retention: LogRetention,
    /// ARN of the key that logs are encrypted with, if it is not CloudWatch Logs' own.
    pub log_key: Option<String>,
    /// Do logs stay when nothing writes them any more?
    pub retain_logs: bool,
    /// Metrics of every task.
    pub insights: Insights,
    /// Who is told of what.
    pub alarms: Option<Alarms>,
    /// Is there a dashboard?
    pub dashboard: bool,
    /// Do traces go to X-Ray?
    pub xray: bool,
}

/// Metrics of every task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insights {
    /// None.
    Off,
    /// Of clusters and services.
    Enabled,
    /// Of tasks and containers too.
    Enhanced,
}

/// Who is told of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarms {
    /// Who, at least one.
    pub notify: Vec<Notify>,
    /// Percent of a service's cpu.
    pub cpu: u32,
    /// Percent of a service's memory.
    pub memory: u32,
    /// Errors a minute.
    pub errors: u32,
    /// Tasks that are not well.
    pub unhealthy: u32,
}

/// Who is told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Notify {
    /// An address.
    Email(String),
    /// A URL.
    Https(String),
}
