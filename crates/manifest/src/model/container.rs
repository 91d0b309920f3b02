//! What the containers of a task have in common, and those beside the service's own.

use std::collections::BTreeMap;

use super::{ImageReference, Name, Seconds, Secret};
use crate::located::Located;

/// A container beside the service's own, in the same task.
#[derive(Clone, Debug, PartialEq)]
pub struct Sidecar {
    /// Its name; its place is the section's.
    pub name: Located<Name>,
    /// What to run.
    pub image: Located<ImageReference>,
    /// Does the task end when it ends?
    pub essential: bool,
    /// Its share of the task's CPU units.
    pub cpu: Option<u32>,
    /// The most memory that it may use, in MiB.
    pub memory: Option<u32>,
    /// Arguments in place of the image's own; empty for the image's own.
    pub command: Vec<String>,
    /// Program in place of the image's own; empty for the image's own.
    pub entrypoint: Vec<String>,
    /// Its variables.
    pub env: BTreeMap<String, String>,
    /// Its secret variables; none of their names is in `env`.
    pub secrets: BTreeMap<String, Secret>,
    /// Ports that it listens on; no two containers of a task share one.
    pub ports: Vec<u16>,
    /// Which containers of the task must be how far before it starts.
    pub depends_on: BTreeMap<Name, Condition>,
    /// Its own health check.
    pub health: Option<ContainerHealth>,
}

/// How ECS finds out, inside a container, whether it is well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerHealth {
    /// As the API takes it: the first word is `CMD` or `CMD-SHELL`.
    pub command: Vec<String>,
    /// Time between two runs.
    pub interval: Seconds,
    /// Time that a run has.
    pub timeout: Seconds,
    /// Bad runs in a row until the container counts as not well.
    pub retries: u32,
    /// Time after the start in which bad runs do not count.
    pub start_period: Option<Seconds>,
}

/// How far another container must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It has started.
    Start,
    /// It has ended.
    Complete,
    /// It has ended well.
    Success,
    /// Its own health check says that it is well.
    Healthy,
}

/// The container that collects traces, where traces are collected.
pub(crate) const COLLECTOR: &str = "otel";

/// What it listens on: OTLP by gRPC and by HTTP [OpenTelemetry protocol specification].
pub(crate) const COLLECTOR_PORTS: [u16; 2] = [4317, 4318];
