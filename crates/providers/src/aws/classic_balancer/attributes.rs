//! The parts of a classic load balancer.

use ashore_engine::input::Input;
use serde::{Deserialize, Serialize};

/// A port that clients connect to, and the port of instances that it leads to.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Listener {
    /// Where clients connect to.
    pub port: u16,
    /// `HTTP`, `HTTPS`, `TCP` or `SSL`.
    pub protocol: String,
    /// Where instances listen.
    pub instance_port: u16,
    /// What they are spoken to in.
    pub instance_protocol: String,
    /// For HTTPS and SSL: an issued certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Input<String>>,
    /// For HTTPS and SSL: which versions and ciphers of TLS it takes, by the name of one of AWS's
    /// security policies. What a listener begins with still takes TLS 1.0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_policy: Option<String>,
}

impl Listener {
    /// Whether only the certificates and the TLS can differ: nothing else can be changed in place.
    pub(super) fn speaks_as(&self, other: &Self) -> bool {
        let certified = self.certificate.is_some() == other.certificate.is_some();
        certified
            && (&self.protocol, &self.instance_protocol)
                == (&other.protocol, &other.instance_protocol)
            && (self.port, self.instance_port) == (other.port, other.instance_port)
    }
}

/// How an instance is told to be healthy.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HealthCheck {
    /// What is asked for: `HTTP:80/health`, `TCP:5432`. Only `200 OK` is well.
    pub target: String,
    /// Seconds between two checks, 5 to 300.
    pub interval_seconds: u32,
    /// Seconds after which a check has failed, less than the interval.
    pub timeout_seconds: u32,
    /// Good checks in a row that put an instance into service, 2 to 10.
    pub healthy_threshold: u32,
    /// Bad checks in a row that take it out, 2 to 10.
    pub unhealthy_threshold: u32,
}

/// Where requests are logged, each hour unless somebody has said otherwise.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AccessLogs {
    /// Somebody's bucket, which Elastic Load Balancing may write into.
    pub bucket: String,
    /// The folder in it; empty for none.
    pub prefix: String,
}

/// For how long an instance that leaves finishes what it has begun.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Draining {
    /// 1 to 3600.
    pub seconds: u32,
}
