//! Policies: stickiness by cookie, negotiation of TLS, and the PROXY header.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::balancer::{self, LoadBalancer};
use super::listener::{self, Listener};
use super::misconfigured;
use crate::elbv2;
use crate::elbv2::constraint::{self, invalid};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// A policy.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct Policy {
    /// What it is made of.
    pub kind: String,
    /// Names and values.
    pub attributes: Vec<(String, String)>,
}

const APP_COOKIE: &str = "AppCookieStickinessPolicyType";
const LB_COOKIE: &str = "LBCookieStickinessPolicyType";
const NEGOTIATION: &str = "SSLNegotiationPolicyType";
const PROXY: &str = "ProxyProtocolPolicyType";
const REFERENCE: &str = "Reference-Security-Policy";

/// The security policies that can be referred to [Classic Load Balancers guide: predefined SSL policies].
const PREDEFINED: [&str; 7] = [
    "ELBSecurityPolicy-2016-08",
    "ELBSecurityPolicy-TLS-1-2-2017-01",
    "ELBSecurityPolicy-TLS-1-1-2017-01",
    "ELBSecurityPolicy-2015-05",
    "ELBSecurityPolicy-2015-03",
    "ELBSecurityPolicy-2015-02",
    "ELBSecurityPolicy-2014-10",
];

pub(super) fn create_app_cookie_stickiness_policy(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("LoadBalancerName")?;
    let policy = input.required("PolicyName")?;
    let cookie = input.required("CookieName")?;
    input.finish()?;
    if cookie.is_empty() || cookie.starts_with("AWSELB") {
        return Err(misconfigured(format!(
            "The cookie name '{cookie}' is not allowed"
        )));
    }
    let kind = APP_COOKIE.to_owned();
    let attributes = vec![("CookieName".to_owned(), cookie)];
    insert(call, &name, policy, Policy { kind, attributes })
}

pub(super) fn create_lb_cookie_stickiness_policy(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("LoadBalancerName")?;
    let policy = input.required("PolicyName")?;
    let period = constraint::number(&mut input, "CookieExpirationPeriod", 0..=i64::MAX)?;
    input.finish()?;
    let kind = LB_COOKIE.to_owned();
    let period = period.filter(|period| *period > 0);
    let value = period.map(|period| ("CookieExpirationPeriod".to_owned(), period.to_string()));
    let attributes = value.into_iter().collect();
    insert(call, &name, policy, Policy { kind, attributes })
}

/// Of the types that there are, the twin has those that need no list of ciphers or keys.
pub(super) fn create_load_balancer_policy(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("LoadBalancerName")?;
    let policy = input.required("PolicyName")?;
    let kind = input.required("PolicyTypeName")?;
    let mut attributes = Vec::new();
    for mut item in input.objects("PolicyAttributes")? {
        attributes.push((
            item.required("AttributeName")?,
            item.required("AttributeValue")?,
        ));
        item.finish()?;
    }
    input.finish()?;
    let only = match attributes.as_slice() {
        [(name, value)] => Some((name.as_str(), value.as_str())),
        _ => None,
    };
    match (kind.as_str(), only) {
        (NEGOTIATION, Some((REFERENCE, value))) if PREDEFINED.contains(&value) => {}
        (NEGOTIATION, Some((REFERENCE, value))) => {
            return Err(misconfigured(format!(
                "There is no policy with name {value} to refer to"
            )));
        }
        (NEGOTIATION, _) => {
            return Err(Refusal::not_implemented(
                "SSL negotiation policies other than by Reference-Security-Policy",
            ));
        }
        (PROXY, Some(("ProxyProtocol", "true" | "false"))) => {}
        (PROXY, _) => {
            return Err(misconfigured(
                "A policy of this type needs the attribute ProxyProtocol",
            ));
        }
        ("BackendServerAuthenticationPolicyType" | "PublicKeyPolicyType", _) => {
            return Err(Refusal::not_implemented(format_args!("policies of {kind}")));
        }
        (APP_COOKIE | LB_COOKIE, _) => {
            return Err(Refusal::not_implemented(
                "stickiness policies other than by their own operations",
            ));
        }
        _ => {
            let message = format!("There is no policy type named '{kind}'");
            return Err(Refusal::new("PolicyTypeNotFound", message));
        }
    }
    insert(call, &name, policy, Policy { kind, attributes })
}

/// Policies per balancer [Classic Load Balancers guide: quotas].
const QUOTA: usize = 100;

fn insert(call: &mut Call<'_>, name: &str, policy: String, wanted: Policy) -> Answer {
    let found = balancer::named(&mut call.here().elb, name)?;
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if policy.is_empty() || !policy.chars().all(fits) {
        return Err(invalid(format!(
            "Policy name '{policy}' can only contain alphanumeric characters and dashes"
        )));
    }
    if found.policies.contains_key(&policy) {
        return Err(Refusal::new(
            "DuplicatePolicyName",
            format!("A policy with the name '{policy}' already exists"),
        ));
    }
    if found.policies.len() >= QUOTA {
        let message = format!("The maximum number of policies is '{QUOTA}'");
        return Err(Refusal::new("TooManyPolicies", message));
    }
    found.policies.insert(policy, wanted);
    Ok(json!({}))
}

/// One that a listener or instance port has cannot go. One that is not there is a success.
pub(super) fn delete_load_balancer_policy(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("LoadBalancerName")?;
    let policy = input.required("PolicyName")?;
    input.finish()?;
    let found = balancer::named(&mut call.here().elb, &name)?;
    let mut used = found.listeners.values().map(|it| &it.policies);
    if used.any(|own| own.contains(&policy))
        || found.backend.values().any(|own| own.contains(&policy))
    {
        return Err(misconfigured(format!(
            "The policy '{policy}' is enabled for a listener"
        )));
    }
    found.policies.remove(&policy);
    Ok(json!({}))
}

pub(super) fn set_load_balancer_policies_of_listener(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("LoadBalancerName")?;
    let port = listener::port(&mut input)?;
    let wanted = input.texts("PolicyNames")?;
    input.finish()?;
    let held = balancer::named(&mut call.here().elb, &name)?.clone();
    let found = listener::at(call, &name, port)?;
    let mut sticky = 0;
    for policy in &wanted {
        let kind = known(&held, policy)?.kind.as_str();
        let suits = match kind {
            APP_COOKIE | LB_COOKIE => found.is_web(),
            NEGOTIATION => found.is_secure(),
            _ => false,
        };
        sticky += usize::from(matches!(kind, APP_COOKIE | LB_COOKIE));
        if !suits || sticky > 1 {
            return Err(misconfigured(format!(
                "The policy '{policy}' cannot be enabled for the listener on port {port}"
            )));
        }
    }
    found.policies = wanted;
    Ok(json!({}))
}

pub(super) fn set_load_balancer_policies_for_backend_server(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("LoadBalancerName")?;
    let port = constraint::number(&mut input, "InstancePort", 1..=65_535)?;
    let port: Option<u16> = port.and_then(|port| port.try_into().ok());
    let port = port.ok_or_else(|| input.missing("InstancePort"))?;
    let wanted = input.texts("PolicyNames")?;
    input.finish()?;
    let found = balancer::named(&mut call.here().elb, &name)?;
    if found.listeners.values().all(|it| it.instance_port != port) {
        return Err(misconfigured(format!(
            "There is no listener with instance port {port}"
        )));
    }
    for policy in &wanted {
        if known(found, policy)?.kind != PROXY {
            return Err(misconfigured(format!(
                "The policy '{policy}' cannot be enabled for instances"
            )));
        }
    }
    found.backend.insert(port, wanted);
    found.backend.retain(|_, names| !names.is_empty());
    Ok(json!({}))
}

/// Those of a balancer. What AWS has as samples is not modelled.
pub(super) fn describe_load_balancer_policies(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.text("LoadBalancerName")?;
    let wanted = input.texts("PolicyNames")?;
    input.finish()?;
    let Some(name) = name else {
        return Err(Refusal::not_implemented("sample policies"));
    };
    let found = balancer::named(&mut call.here().elb, &name)?;
    for policy in &wanted {
        known(found, policy)?;
    }
    let all = found.policies.iter();
    let asked = all.filter(|(name, _)| wanted.is_empty() || wanted.contains(name));
    let rows = asked.map(|(name, policy)| {
        let attributes = policy.attributes.iter();
        let attributes = attributes
            .map(|(name, value)| json!({ "AttributeName": name, "AttributeValue": value }));
        json!({
            "PolicyName": name,
            "PolicyTypeName": policy.kind,
            "PolicyAttributeDescriptions": Vec::from_iter(attributes),
        })
    });
    Ok(json!({ "PolicyDescriptions": Vec::from_iter(rows) }))
}

fn known<'a>(balancer: &'a LoadBalancer, policy: &str) -> Result<&'a Policy, Refusal> {
    let missing = || {
        let message = format!(
            "There is no policy with name {policy} for load balancer {}",
            balancer.name
        );
        Refusal::new("PolicyNotFound", message)
    };
    balancer.policies.get(policy).ok_or_else(missing)
}

/// The policy that secure listeners begin with, if there are any.
pub(super) fn first(ports: &BTreeMap<u16, Listener>) -> BTreeMap<String, Policy> {
    let mut policies = BTreeMap::new();
    if ports.values().any(Listener::is_secure) {
        let name = elbv2::DEFAULT_POLICY.to_owned();
        let policy = Policy {
            kind: NEGOTIATION.to_owned(),
            attributes: vec![(REFERENCE.to_owned(), name.clone())],
        };
        policies.insert(name, policy);
    }
    policies
}

/// By what they are made of, as balancers are described.
pub(super) fn values(policies: &BTreeMap<String, Policy>) -> Value {
    let of = |kind: &str| {
        let all = policies.iter();
        let all = all.filter(|(_, policy)| policy.kind == kind);
        all.map(|(name, policy)| {
            let value = policy.attributes.first().map(|(_, value)| value.clone());
            (name.clone(), value)
        })
        .collect::<Vec<_>>()
    };
    let app = of(APP_COOKIE).into_iter();
    let app = app.map(|(name, cookie)| json!({ "PolicyName": name, "CookieName": cookie }));
    let own = of(LB_COOKIE).into_iter();
    let own =
        own.map(|(name, period)| json!({ "PolicyName": name, "CookieExpirationPeriod": period }));
    let others = [of(NEGOTIATION), of(PROXY)].concat().into_iter();
    json!({
        "AppCookieStickinessPolicies": Vec::from_iter(app),
        "LBCookieStickinessPolicies": Vec::from_iter(own),
        "OtherPolicies": Vec::from_iter(others.map(|(name, _)| name)),
    })
}
