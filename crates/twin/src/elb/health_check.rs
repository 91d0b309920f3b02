//! How instances are checked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::balancer;
use super::listener::Listener;
use crate::elbv2::constraint::{self, invalid};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// How instances are checked [ELB API: HealthCheck].
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct HealthCheck {
    /// `TCP`, `SSL`, `HTTP` or `HTTPS`.
    pub protocol: String,
    /// Of the instance.
    pub port: u16,
    /// For HTTP and HTTPS.
    pub path: Option<String>,
    /// Seconds between two checks.
    pub interval: u64,
    /// Seconds after which a check has failed.
    pub timeout: u64,
    /// So many bad checks put an instance out of service.
    pub unhealthy: u64,
    /// So many good checks put it into service.
    pub healthy: u64,
}

pub(super) fn configure_health_check(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("LoadBalancerName")?;
    let Some(mut given) = input.object("HealthCheck")? else {
        return Err(input.missing("HealthCheck"));
    };
    let wanted = read(&mut given)?;
    given.finish()?;
    input.finish()?;
    let found = balancer::named(&mut call.here().elb, &name)?;
    found.health_check = wanted;
    let value = found.health_check.value();
    super::look(call.world, &call.region);
    Ok(json!({ "HealthCheck": value }))
}

fn read(given: &mut Input) -> Result<HealthCheck, Refusal> {
    let target = given.required("Target")?;
    let mut number = |name: &str, bounds| {
        let value = constraint::number(given, name, bounds)?;
        let value = value.and_then(|value| u64::try_from(value).ok());
        value.ok_or_else(|| given.missing(name))
    };
    let interval = number("Interval", 5..=300)?;
    let timeout = number("Timeout", 2..=60)?;
    let unhealthy = number("UnhealthyThreshold", 2..=10)?;
    let healthy = number("HealthyThreshold", 2..=10)?;
    if timeout >= interval {
        return Err(invalid("HealthCheck timeout must be less than interval"));
    }
    let (protocol, port, path) = parse(&target)
        .ok_or_else(|| invalid(format!("HealthCheck Target '{target}' is not valid")))?;
    Ok(HealthCheck {
        protocol,
        port,
        path,
        interval,
        timeout,
        unhealthy,
        healthy,
    })
}

/// `TCP:5000`, `HTTP:80/health`. HTTP needs a path, the others have none.
fn parse(target: &str) -> Option<(String, u16, Option<String>)> {
    let (protocol, rest) = target.split_once(':')?;
    let protocol = protocol.to_ascii_uppercase();
    let web = match protocol.as_str() {
        "HTTP" | "HTTPS" => true,
        "TCP" | "SSL" => false,
        _ => return None,
    };
    let (port, path) = match rest.find('/') {
        Some(at) => (&rest[..at], Some(rest[at..].to_owned())),
        None => (rest, None),
    };
    let port = port.parse().ok().filter(|port| *port > 0)?;
    (path.is_some() == web && target.len() <= 1024).then_some((protocol, port, path))
}

impl HealthCheck {
    /// What a new balancer begins with: a connection to the first listener's instance port [Classic Load Balancers
    /// guide: health checks].
    pub(super) fn first(ports: &BTreeMap<u16, Listener>) -> HealthCheck {
        HealthCheck {
            protocol: "TCP".to_owned(),
            port: ports.values().next().map_or(80, |it| it.instance_port),
            path: None,
            interval: 30,
            timeout: 5,
            unhealthy: 2,
            healthy: 10,
        }
    }

    /// Whether an answer with this status is good: only `200 OK` is.
    pub(super) fn accepts(&self, status: u16) -> bool {
        self.path.is_none() || status == 200
    }

    pub(super) fn value(&self) -> Value {
        let path = self.path.as_deref().unwrap_or_default();
        json!({
            "Target": format!("{}:{}{path}", self.protocol, self.port),
            "Interval": self.interval,
            "Timeout": self.timeout,
            "UnhealthyThreshold": self.unhealthy,
            "HealthyThreshold": self.healthy,
        })
    }
}
