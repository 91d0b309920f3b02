//! The health check settings of a target group: defaults, limits, and which answers count as healthy.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::constraint::{self, invalid, misconfigured};
use crate::input::Input;
use crate::refusal::Refusal;

/// How the balancer checks a target.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct HealthCheck {
    /// `HTTP`, `HTTPS` or `TCP`.
    pub protocol: String,
    /// A number, or `traffic-port`.
    pub port: String,
    /// For HTTP and HTTPS.
    pub path: Option<String>,
    /// Seconds between two checks.
    pub interval: u64,
    /// Seconds after which a check has failed.
    pub timeout: u64,
    /// This many good checks make an unhealthy target healthy.
    pub healthy: u64,
    /// This many bad checks make a healthy target unhealthy.
    pub unhealthy: u64,
    /// For HTTP and HTTPS: the codes that are good.
    pub matcher: Option<Matcher>,
}

/// Codes that count as healthy: single ones and ranges, as written.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub enum Matcher {
    /// HTTP codes.
    Http(String),
    /// gRPC codes.
    Grpc(String),
}

/// What a request says about health checks; what it leaves out stays as it is.
#[derive(Default)]
pub(super) struct Wanted {
    protocol: Option<String>,
    port: Option<String>,
    path: Option<String>,
    interval: Option<i64>,
    timeout: Option<i64>,
    healthy: Option<i64>,
    unhealthy: Option<i64>,
    matcher: Option<Matcher>,
}

pub(super) fn read(input: &mut Input) -> Result<Wanted, Refusal> {
    input.accept("HealthCheckEnabled", &[json!(true)])?;
    let wanted = Wanted {
        protocol: constraint::one_of(input, "HealthCheckProtocol", &["HTTP", "HTTPS", "TCP"])?,
        port: input.text("HealthCheckPort")?,
        path: input.text("HealthCheckPath")?,
        interval: constraint::number(input, "HealthCheckIntervalSeconds", 5..=300)?,
        timeout: constraint::number(input, "HealthCheckTimeoutSeconds", 2..=120)?,
        healthy: constraint::number(input, "HealthyThresholdCount", 2..=10)?,
        unhealthy: constraint::number(input, "UnhealthyThresholdCount", 2..=10)?,
        matcher: read_matcher(input)?,
    };
    let is_port = |port: &str| port == "traffic-port" || port.parse::<u16>().is_ok_and(|n| n > 0);
    if let Some(port) = wanted.port.as_deref().filter(|port| !is_port(port)) {
        return Err(invalid(format!(
            "Health check port '{port}' must be 'traffic-port' or a number between '1' and '65535'"
        )));
    }
    let is_path = |path: &str| path.starts_with('/') && path.len() <= 1024;
    if let Some(path) = wanted.path.as_deref().filter(|path| !is_path(path)) {
        return Err(invalid(format!(
            "Health check path '{path}' must begin with a '/' character and have at most 1024 characters"
        )));
    }
    Ok(wanted)
}

fn read_matcher(input: &mut Input) -> Result<Option<Matcher>, Refusal> {
    let Some(mut matcher) = input.object("Matcher")? else {
        return Ok(None);
    };
    let (http, grpc) = (matcher.text("HttpCode")?, matcher.text("GrpcCode")?);
    matcher.finish()?;
    match (http, grpc) {
        (Some(codes), None) => Ok(Some(Matcher::Http(codes))),
        (None, Some(codes)) => Ok(Some(Matcher::Grpc(codes))),
        _ => Err(invalid(
            "Exactly one of HttpCode and GrpcCode must be specified in a matcher",
        )),
    }
}

impl Wanted {
    /// The settings of a new group of this protocol: what AWS adds to what was asked [ELBv2 API: CreateTargetGroup].
    pub(super) fn over_defaults(
        self,
        protocol: &str,
        version: Option<&str>,
        target_type: &str,
    ) -> Result<HealthCheck, Refusal> {
        let http = matches!(protocol, "HTTP" | "HTTPS");
        let usual = if http || target_type == "alb" {
            "HTTP"
        } else {
            "TCP"
        };
        let own = self.protocol.as_deref().unwrap_or(usual);
        let checks_http = own != "TCP";
        let grpc = version == Some("GRPC");
        let path = if grpc { "/AWS.ALB/healthcheck" } else { "/" };
        let codes = if http { "200" } else { "200-399" };
        let defaults = HealthCheck {
            protocol: own.to_owned(),
            port: "traffic-port".to_owned(),
            path: checks_http.then(|| path.to_owned()),
            interval: 30,
            timeout: match (http, own) {
                // HTTP checks of TCP groups wait for 6 s, everything else but HTTP groups for 10 s.
                (true, _) if protocol == "HTTP" => 5,
                (false, "HTTP") => 6,
                _ if protocol == "HTTPS" => 5,
                _ => 10,
            },
            healthy: 5,
            unhealthy: 2,
            matcher: checks_http.then(|| match grpc {
                true => Matcher::Grpc("12".to_owned()),
                false => Matcher::Http(codes.to_owned()),
            }),
        };
        self.over(defaults, protocol, target_type)
    }

    /// These settings changed as wanted, if the result is consistent.
    pub(super) fn over(
        self,
        mut check: HealthCheck,
        group: &str,
        target_type: &str,
    ) -> Result<HealthCheck, Refusal> {
        let number =
            |wanted: Option<i64>, held: u64| wanted.and_then(|n| n.try_into().ok()).unwrap_or(held);
        let http = matches!(group, "HTTP" | "HTTPS");
        let before = std::mem::take(&mut check.protocol);
        check.protocol = self.protocol.unwrap_or_else(|| before.clone());
        if target_type == "alb" && check.protocol == "TCP" {
            return Err(misconfigured(
                "Health check protocol 'TCP' is not supported for target groups with target type 'alb'",
            ));
        }
        if http && check.protocol == "TCP" {
            return Err(misconfigured(format!(
                "Health check protocol 'TCP' is not supported for target groups with protocol '{group}'"
            )));
        }
        if check.protocol == "TCP" && (self.path.is_some() || self.matcher.is_some()) {
            return Err(misconfigured(
                "Health check path and matcher are not supported for TCP health checks",
            ));
        }
        // A group whose checks become other ones gets what such checks begin with.
        if before == "TCP" && check.protocol != "TCP" {
            check.path = Some("/".to_owned());
            check.matcher = Some(Matcher::Http("200-399".to_owned()));
        }
        if check.protocol == "TCP" {
            (check.path, check.matcher) = (None, None);
        }
        check.port = self.port.unwrap_or(check.port);
        check.path = self.path.or(check.path);
        check.interval = number(self.interval, check.interval);
        check.timeout = number(self.timeout, check.timeout);
        check.healthy = number(self.healthy, check.healthy);
        check.unhealthy = number(self.unhealthy, check.unhealthy);
        // Checks of network balancers had ten seconds for both for years [NLB user guide: health checks].
        let most = check.interval - u64::from(http);
        if check.timeout > most {
            return Err(invalid(format!(
                "Health check timeout '{}' must be smaller than the interval '{}'",
                check.timeout, check.interval
            )));
        }
        if let Some(matcher) = self.matcher {
            let grpc = matches!(check.matcher, Some(Matcher::Grpc(_)));
            if grpc != matches!(matcher, Matcher::Grpc(_)) {
                return Err(invalid(
                    "The matcher does not suit the protocol version of the target group",
                ));
            }
            matcher.check(if http { 499 } else { 599 })?;
            check.matcher = Some(matcher);
        }
        Ok(check)
    }
}

impl HealthCheck {
    /// Whether an answer with this status is good.
    pub(super) fn accepts(&self, status: u16) -> bool {
        match &self.matcher {
            Some(Matcher::Http(codes)) => {
                ranges(codes).iter().flatten().any(|r| r.contains(&status))
            }
            // What a twin's task answers has no gRPC status: 200 stands for success.
            Some(Matcher::Grpc(_)) => status == 200,
            None => true,
        }
    }

    pub(super) fn describe(&self, value: &mut Value) {
        value["HealthCheckProtocol"] = json!(self.protocol);
        value["HealthCheckPort"] = json!(self.port);
        value["HealthCheckEnabled"] = json!(true);
        value["HealthCheckIntervalSeconds"] = json!(self.interval);
        value["HealthCheckTimeoutSeconds"] = json!(self.timeout);
        value["HealthyThresholdCount"] = json!(self.healthy);
        value["UnhealthyThresholdCount"] = json!(self.unhealthy);
        value["HealthCheckPath"] = json!(self.path);
        value["Matcher"] = match &self.matcher {
            Some(Matcher::Http(codes)) => json!({"HttpCode": codes}),
            Some(Matcher::Grpc(codes)) => json!({"GrpcCode": codes}),
            None => Value::Null,
        };
    }
}

impl Matcher {
    fn check(&self, highest: u16) -> Result<(), Refusal> {
        let (codes, low, high, noun) = match self {
            Matcher::Http(codes) => (codes, 200, highest, "HTTP"),
            Matcher::Grpc(codes) => (codes, 0, 99, "gRPC"),
        };
        let fits = |r: &std::ops::RangeInclusive<u16>| {
            low <= *r.start() && *r.end() <= high && !r.is_empty()
        };
        if ranges(codes)
            .iter()
            .all(|range| range.as_ref().is_some_and(fits))
        {
            return Ok(());
        }
        Err(invalid(format!(
            "Health check matcher {noun} code '{codes}' must be within '{low}-{high}', as values and ranges"
        )))
    }
}

/// `200,202` and `200-299`; `None` for what is neither.
fn ranges(codes: &str) -> Vec<Option<std::ops::RangeInclusive<u16>>> {
    let range = |part: &str| {
        let (low, high) = part.split_once('-').unwrap_or((part, part));
        Some(low.trim().parse().ok()?..=high.trim().parse().ok()?)
    };
    codes.split(',').map(range).collect()
}
