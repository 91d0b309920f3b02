//! Listeners: create, describe, modify, delete.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::action::{self, Action};
use super::address_type::IPV4;
use super::attributes::Attributes;
use super::balancer::{self, Kind, LoadBalancer};
use super::constraint::{self, invalid, misconfigured};
use super::{Elbv2, action_check, certificates, limits, look, policies, tagging};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::page;
use crate::refusal::Refusal;
use crate::tags::Tags;

/// A listener.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub struct Listener {
    /// `arn:…:listener/app/{balancer}/{id}/{id}`.
    pub arn: String,
    /// Its balancer's ARN.
    pub balancer: String,
    /// Where clients connect to.
    pub port: u16,
    /// `HTTP`, `HTTPS`, `TCP` …
    pub protocol: String,
    /// For HTTPS and TLS.
    pub tls: Option<Tls>,
    /// For TLS: which protocols of applications are offered.
    #[serde(default)]
    pub alpn: Option<String>,
    /// The actions of its default rule.
    pub actions: Vec<Action>,
    /// Attributes that differ from the default.
    pub attributes: Attributes,
    /// Its tags.
    pub tags: Tags,
}

/// How a listener ends TLS.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct Tls {
    /// The security policy's name.
    pub policy: String,
    /// The default certificate.
    pub certificate: String,
    /// The others, chosen by SNI.
    pub more: Vec<String>,
}

const PROTOCOLS: [&str; 6] = ["HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP"];

/// What create and modify requests have in common.
struct Wanted {
    port: Option<u16>,
    protocol: Option<String>,
    policy: Option<String>,
    certificate: Option<String>,
    alpn: Option<String>,
    actions: Vec<Action>,
}

/// [ELBv2 API: CreateListener AlpnPolicy; NLB user guide: ALPN policies]
const ALPN_POLICIES: [&str; 5] = [
    "HTTP1Only",
    "HTTP2Only",
    "HTTP2Optional",
    "HTTP2Preferred",
    "None",
];

pub(super) fn create_listener(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let balancer = input.required("LoadBalancerArn")?;
    let wanted = read(&mut input)?;
    let tags = tagging::read(&mut input)?;
    input.finish()?;
    let balancer = balancer::named(&mut call.here().elbv2, &balancer)?.clone();
    let port = wanted
        .port
        .ok_or_else(|| invalid("A listener port must be specified"))?;
    let protocol = wanted
        .protocol
        .ok_or_else(|| invalid("A listener protocol must be specified"))?;
    let tls = certificates::tls(call, &protocol, wanted.policy, wanted.certificate, None)?;
    check_protocol(&balancer, &protocol)?;
    check_alpn(&protocol, wanted.alpn.as_deref())?;
    let mut actions = wanted.actions;
    action_check::check(&call.here().elbv2, &balancer, &protocol, &actions)?;
    action_check::keep_secrets(&mut actions, &[])?;

    let listeners = call
        .here()
        .elbv2
        .listeners
        .values()
        .filter(|l| l.balancer == balancer.arn);
    if let Some(existing) = listeners.clone().find(|listener| listener.port == port) {
        let same = existing.protocol == protocol && existing.actions == actions;
        if same && existing.same_tls(tls.as_ref()) && existing.alpn == wanted.alpn {
            return Ok(json!({"Listeners": [existing.value()]}));
        }
        return Err(duplicate(&balancer.arn));
    }
    let quota = format!("listeners-per-{}-load-balancer", balancer.kind.word());
    limits::room_for_one_more(&quota, listeners.count(), "TooManyListeners")?;

    let id = call.world.ids.hex("", 16);
    let listener = Listener {
        arn: format!(
            "{}/{id}",
            balancer.arn.replace(":loadbalancer/", ":listener/")
        ),
        balancer: balancer.arn,
        port,
        protocol,
        tls,
        alpn: wanted.alpn,
        actions,
        attributes: Attributes::new(),
        tags,
    };
    let answer = listener.value();
    let here = &mut call.here().elbv2;
    here.listeners.insert(listener.arn.clone(), listener);
    here.associate();
    look(call.world, &call.region);
    Ok(json!({"Listeners": [answer]}))
}

pub(super) fn describe_listeners(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let balancer = input.text("LoadBalancerArn")?;
    let arns = input.texts("ListenerArns")?;
    let size = constraint::number(&mut input, "PageSize", 1..=400)?;
    let marker = input.text("Marker")?;
    input.finish()?;
    if balancer.is_some() != arns.is_empty() {
        return Err(invalid(
            "You must specify either listener ARNs or a load balancer ARN",
        ));
    }
    let here = &mut call.here().elbv2;
    if let Some(arn) = &balancer {
        balancer::named(here, arn)?;
    }
    if !arns.iter().all(|arn| here.listeners.contains_key(arn)) {
        return Err(Refusal::new(
            "ListenerNotFound",
            "One or more listeners not found",
        ));
    }
    let wanted = here.listeners.values().filter(|listener| match &balancer {
        Some(arn) => listener.balancer == *arn,
        None => arns.contains(&listener.arn),
    });
    let (listeners, next) = page::page(wanted.map(Listener::value).collect(), size, marker)?;
    Ok(json!({"Listeners": listeners, "NextMarker": next}))
}

pub(super) fn modify_listener(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ListenerArn")?;
    let wanted = read(&mut input)?;
    input.finish()?;
    let old = named(&mut call.here().elbv2, &arn)?.clone();
    let balancer = balancer::named(&mut call.here().elbv2, &old.balancer)?.clone();
    let mut new = old.clone();
    new.port = wanted.port.unwrap_or(old.port);
    new.protocol = wanted.protocol.unwrap_or(old.protocol.clone());
    new.tls = certificates::tls(
        call,
        &new.protocol,
        wanted.policy,
        wanted.certificate,
        old.tls.clone(),
    )?;
    check_protocol(&balancer, &new.protocol)?;
    check_alpn(&new.protocol, wanted.alpn.as_deref())?;
    new.alpn = wanted.alpn.or(new.alpn).filter(|_| new.protocol == "TLS");
    if !wanted.actions.is_empty() {
        new.actions = wanted.actions;
        action_check::keep_secrets(&mut new.actions, &old.actions)?;
    }
    let here = &mut call.here().elbv2;
    action_check::check(here, &balancer, &new.protocol, &new.actions)?;
    let others = here
        .listeners
        .values()
        .filter(|l| l.balancer == balancer.arn && l.arn != arn);
    if others.clone().any(|listener| listener.port == new.port) {
        return Err(duplicate(&balancer.arn));
    }

    let answer = new.value();
    let dropped = old
        .certificates()
        .filter(|certificate| !new.uses(certificate));
    let dropped: Vec<String> = dropped.map(str::to_owned).collect();
    here.listeners.insert(arn, new);
    here.associate();
    balancer::release_certificates(call, &balancer.arn, dropped);
    look(call.world, &call.region);
    Ok(json!({"Listeners": [answer]}))
}

pub(super) fn delete_listener(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ListenerArn")?;
    input.finish()?;
    let here = &mut call.here().elbv2;
    let old = named(here, &arn)?.clone();
    here.listeners.remove(&arn);
    here.rules.retain(|_, rule| rule.listener != arn);
    here.associate();
    let certificates = old.certificates().map(str::to_owned).collect();
    balancer::release_certificates(call, &old.balancer, certificates);
    look(call.world, &call.region);
    Ok(json!({}))
}

/// The listener with this ARN.
pub(super) fn named<'a>(here: &'a mut Elbv2, arn: &str) -> Result<&'a mut Listener, Refusal> {
    if !arn.contains(":listener/") {
        return Err(invalid(format!("'{arn}' is not a valid listener ARN")));
    }
    let missing = || Refusal::new("ListenerNotFound", format!("Listener '{arn}' not found"));
    here.listeners.get_mut(arn).ok_or_else(missing)
}

fn read(input: &mut Input) -> Result<Wanted, Refusal> {
    let port = constraint::number(input, "Port", 1..=65_535)?;
    let protocol = constraint::one_of(input, "Protocol", &PROTOCOLS)?;
    let policy = input.text("SslPolicy")?;
    let certificates = certificates::read(input)?;
    let mut alpn = input.texts("AlpnPolicy")?;
    let actions = action::read(input, "DefaultActions")?;
    if let Some(mut mutual) = input.object("MutualAuthentication")? {
        mutual.accept("Mode", &[json!("off")])?;
        mutual.finish()?;
    }
    if let Some(policy) = &policy {
        policies::known(policy)?;
    }
    if certificates.len() > 1 {
        return Err(invalid(
            "Up to one certificate can be specified; add others with AddListenerCertificates",
        ));
    }
    if alpn.len() > 1 {
        return Err(invalid("Up to one ALPN policy can be specified"));
    }
    if let Some(unknown) = alpn
        .iter()
        .find(|name| !ALPN_POLICIES.contains(&name.as_str()))
    {
        return Err(Refusal::new(
            "ALPNPolicyNotFound",
            format!("ALPN policy '{unknown}' is not supported"),
        ));
    }
    Ok(Wanted {
        alpn: alpn.pop(),
        port: port.and_then(|port| port.try_into().ok()),
        protocol,
        policy,
        certificate: certificates.into_iter().next(),
        actions,
    })
}

fn check_protocol(balancer: &LoadBalancer, protocol: &str) -> Result<(), Refusal> {
    let supported: &[&str] = match balancer.kind {
        Kind::Application => &["HTTPS", "HTTP"],
        Kind::Network => &["TCP", "TLS", "UDP", "TCP_UDP"],
    };
    if protocol.contains("UDP") && balancer.address_type != IPV4 {
        // [ELBv2 API: CreateListener Protocol]
        return Err(misconfigured(format!(
            "Listener protocol '{protocol}' is not supported for load balancers with IP address type '{}'",
            balancer.address_type
        )));
    }
    if supported.contains(&protocol) {
        return Ok(());
    }
    Err(invalid(format!(
        "Listener protocol '{protocol}' must be one of '{}'",
        supported.join(", ")
    )))
}

/// Worded as for security policies [USEPA/webcms #526].
fn check_alpn(protocol: &str, wanted: Option<&str>) -> Result<(), Refusal> {
    match wanted {
        Some(_) if protocol != "TLS" => Err(invalid(format!(
            "An ALPN policy cannot be specified for {protocol} listeners"
        ))),
        _ => Ok(()),
    }
}

fn duplicate(balancer: &str) -> Refusal {
    let message =
        format!("A listener already exists on this port for this load balancer '{balancer}'");
    Refusal::new("DuplicateListener", message)
}

impl Listener {
    /// All its certificates, the default one first.
    pub(super) fn certificates(&self) -> impl Iterator<Item = &str> {
        self.tls
            .iter()
            .flat_map(|tls| std::iter::once(&tls.certificate).chain(&tls.more))
            .map(String::as_str)
    }

    /// Whether it uses a certificate.
    pub(super) fn uses(&self, certificate: &str) -> bool {
        self.certificates().any(|own| own == certificate)
    }

    /// Certificates that were added later are no setting of the create call.
    fn same_tls(&self, wanted: Option<&Tls>) -> bool {
        let settings = |tls: &Tls| (tls.policy.clone(), tls.certificate.clone());
        self.tls.as_ref().map(settings) == wanted.map(settings)
    }

    fn value(&self) -> Value {
        let tls = self.tls.as_ref();
        let https = self.protocol == "HTTPS";
        json!({
            "ListenerArn": self.arn,
            "LoadBalancerArn": self.balancer,
            "Port": self.port,
            "Protocol": self.protocol,
            "Certificates": tls.map(|tls| json!([{"CertificateArn": tls.certificate}])),
            "SslPolicy": tls.map(|tls| &tls.policy),
            "AlpnPolicy": self.alpn.as_ref().map(|name| json!([name])),
            "DefaultActions": action::values(&self.actions),
            "MutualAuthentication": https.then(|| json!({"Mode": "off"})),
        })
    }
}
