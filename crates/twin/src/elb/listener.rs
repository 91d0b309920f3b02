//! Listeners: from a port of the balancer to a port of its instances.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{balancer, misconfigured, policy};
use crate::acm;
use crate::elbv2;
use crate::elbv2::constraint::{self, invalid};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// A listener.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct Listener {
    /// `HTTP`, `HTTPS`, `TCP` or `SSL`.
    pub protocol: String,
    /// Where clients connect to.
    pub port: u16,
    /// What instances are spoken to in.
    pub instance_protocol: String,
    /// Where instances listen.
    pub instance_port: u16,
    /// For HTTPS and SSL.
    pub certificate: Option<String>,
    /// Names of its policies.
    pub policies: Vec<String>,
}

/// A listener as a request describes it.
pub(super) struct Wanted {
    protocol: String,
    port: i64,
    instance_protocol: Option<String>,
    instance_port: i64,
    certificate: Option<String>,
}

/// One that is there already with the same properties is a success [ELB API: CreateLoadBalancerListeners].
pub(super) fn create_load_balancer_listeners(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("LoadBalancerName")?;
    let wanted = read(&mut input)?;
    input.finish()?;
    let mut ports = balancer::named(&mut call.here().elb, &name)?
        .listeners
        .clone();
    for wanted in wanted {
        let listener = check(call, wanted)?;
        add(&mut ports, listener)?;
    }
    balancer::within("classic-listeners", ports.len(), "TooManyListeners")?;
    let found = balancer::named(&mut call.here().elb, &name)?;
    for (name, policy) in policy::first(&ports) {
        found.policies.entry(name).or_insert(policy);
    }
    found.listeners = ports;
    Ok(json!({}))
}

/// A port without a listener is a success.
pub(super) fn delete_load_balancer_listeners(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("LoadBalancerName")?;
    let ports = input.texts("LoadBalancerPorts")?;
    input.finish()?;
    let found = balancer::named(&mut call.here().elb, &name)?;
    if ports.is_empty() {
        return Err(invalid("At least one port must be specified"));
    }
    let arn = found.arn.clone();
    let mut certificates = Vec::new();
    for port in ports {
        let port: u16 = port
            .parse()
            .map_err(|_| invalid(format!("Load balancer port '{port}' is not valid")))?;
        let gone = found.listeners.remove(&port);
        certificates.extend(gone.and_then(|gone| gone.certificate));
    }
    certificates.retain(|arn| found.certificates().all(|own| own != arn));
    elbv2::release_certificates(call, &arn, certificates);
    Ok(json!({}))
}

pub(super) fn set_load_balancer_listener_ssl_certificate(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("LoadBalancerName")?;
    let port = port(&mut input)?;
    let certificate = input.required("SSLCertificateId")?;
    input.finish()?;
    at(call, &name, port)?;
    usable(call, &certificate)?;
    let listener = at(call, &name, port)?;
    if !listener.is_secure() {
        return Err(misconfigured(format!(
            "The listener on port {port} does not use a secure protocol"
        )));
    }
    let before = listener.certificate.replace(certificate.clone());
    let found = balancer::named(&mut call.here().elb, &name)?;
    let arn = found.arn.clone();
    let dropped = before.filter(|old| found.certificates().all(|own| own != old));
    elbv2::release_certificates(call, &arn, dropped.into_iter().collect());
    Ok(json!({}))
}

/// The listener on this port.
pub(super) fn at<'a>(
    call: &'a mut Call<'_>,
    name: &str,
    port: u16,
) -> Result<&'a mut Listener, Refusal> {
    let found = balancer::named(&mut call.here().elb, name)?;
    let missing = || {
        let message = format!("There is no listener on port {port} of load balancer '{name}'");
        Refusal::new("ListenerNotFound", message)
    };
    found.listeners.get_mut(&port).ok_or_else(missing)
}

/// `LoadBalancerPort`.
pub(super) fn port(input: &mut Input) -> Result<u16, Refusal> {
    let port = constraint::number(input, "LoadBalancerPort", 1..=65_535)?;
    let port = port.and_then(|port| port.try_into().ok());
    port.ok_or_else(|| input.missing("LoadBalancerPort"))
}

pub(super) fn read(input: &mut Input) -> Result<Vec<Wanted>, Refusal> {
    let mut wanted = Vec::new();
    for mut item in input.objects("Listeners")? {
        let protocol = item.required("Protocol")?;
        let port = constraint::number(&mut item, "LoadBalancerPort", 1..=65_535)?;
        let instance_protocol = item.text("InstanceProtocol")?;
        let instance_port = constraint::number(&mut item, "InstancePort", 1..=65_535)?;
        let certificate = item.text("SSLCertificateId")?;
        let read = Wanted {
            protocol,
            port: port.ok_or_else(|| item.missing("LoadBalancerPort"))?,
            instance_protocol,
            instance_port: instance_port.ok_or_else(|| item.missing("InstancePort"))?,
            certificate: certificate.filter(|arn| !arn.is_empty()),
        };
        item.finish()?;
        wanted.push(read);
    }
    if wanted.is_empty() {
        return Err(invalid("At least one listener must be specified"));
    }
    Ok(wanted)
}

/// The listener that is wanted, if it can be [ELB API: Listener].
pub(super) fn check(call: &Call<'_>, wanted: Wanted) -> Result<Listener, Refusal> {
    let known = |text: &str| {
        let word = text.to_ascii_uppercase();
        match ["HTTP", "HTTPS", "TCP", "SSL"].contains(&word.as_str()) {
            true => Ok(word),
            false => Err(Refusal::new(
                "UnsupportedProtocol",
                format!(
                    "The protocol '{text}' is not supported: it must be one of HTTP, HTTPS, TCP, SSL"
                ),
            )),
        }
    };
    let web = |protocol: &str| matches!(protocol, "HTTP" | "HTTPS");
    let protocol = known(&wanted.protocol)?;
    let plain = if web(&protocol) { "HTTP" } else { "TCP" };
    let instance_protocol = known(wanted.instance_protocol.as_deref().unwrap_or(plain))?;
    if web(&protocol) != web(&instance_protocol) {
        return Err(misconfigured(format!(
            "The protocols of listener and instance must be of the same layer: '{protocol}' and '{instance_protocol}'"
        )));
    }
    let secure = matches!(protocol.as_str(), "HTTPS" | "SSL");
    match &wanted.certificate {
        None if secure => {
            return Err(invalid(
                "Secure Listeners need to specify a SSLCertificateId",
            ));
        }
        Some(_) if !secure => {
            return Err(invalid(format!(
                "A certificate cannot be specified for {protocol} listeners"
            )));
        }
        Some(arn) => usable(call, arn)?,
        None => {}
    }
    let number = |port: i64| port.try_into().unwrap_or(u16::MAX);
    Ok(Listener {
        protocol,
        port: number(wanted.port),
        instance_protocol,
        instance_port: number(wanted.instance_port),
        certificate: wanted.certificate,
        // What a secure listener begins with [Classic Load Balancers guide: security policies].
        policies: secure
            .then(|| elbv2::DEFAULT_POLICY.to_owned())
            .into_iter()
            .collect(),
    })
}

/// Puts a listener beside the others: a port has one, and all on an instance port are secure there or none is.
pub(super) fn add(ports: &mut BTreeMap<u16, Listener>, new: Listener) -> Result<(), Refusal> {
    if let Some(held) = ports.get(&new.port) {
        if held.is_like(&new) {
            return Ok(());
        }
        return Err(Refusal::new(
            "DuplicateListener",
            format!(
                "A listener already exists with port {}, but with a different InstancePort, Protocol, or SSLCertificateId",
                new.port
            ),
        ));
    }
    let secure =
        |listener: &Listener| matches!(listener.instance_protocol.as_str(), "HTTPS" | "SSL");
    let mut others = ports.values();
    if others.any(|it| it.instance_port == new.instance_port && secure(it) != secure(&new)) {
        return Err(misconfigured(format!(
            "The listeners of instance port {} must all have secure instance protocols, or none of them",
            new.instance_port
        )));
    }
    ports.insert(new.port, new);
    Ok(())
}

/// Certificates of IAM are not modelled, so that only those of ACM can be found.
fn usable(call: &Call<'_>, arn: &str) -> Result<(), Refusal> {
    let found = acm::certificate(call.world, &call.region, arn);
    if found.is_some_and(|found| found.is_issued()) {
        return Ok(());
    }
    let message = format!("Server Certificate not found for the key: {arn}");
    Err(Refusal::new("CertificateNotFound", message))
}

impl Listener {
    /// Whether it ends TLS.
    pub(super) fn is_secure(&self) -> bool {
        matches!(self.protocol.as_str(), "HTTPS" | "SSL")
    }

    /// Whether it speaks HTTP, plain or not.
    pub(super) fn is_web(&self) -> bool {
        matches!(self.protocol.as_str(), "HTTPS" | "HTTP")
    }

    /// Policies were set later.
    fn is_like(&self, other: &Listener) -> bool {
        let properties = |it: &Listener| {
            (
                it.protocol.clone(),
                it.instance_protocol.clone(),
                it.instance_port,
                it.certificate.clone(),
            )
        };
        properties(self) == properties(other)
    }

    pub(super) fn value(&self) -> Value {
        json!({
            "Listener": {
                "Protocol": self.protocol,
                "LoadBalancerPort": self.port,
                "InstanceProtocol": self.instance_protocol,
                "InstancePort": self.instance_port,
                "SSLCertificateId": self.certificate,
            },
            "PolicyNames": self.policies,
        })
    }
}
