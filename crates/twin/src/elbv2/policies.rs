//! TLS security policies by name, with the protocol versions that each allows.

use super::constraint;
use crate::operation::{Answer, Call};
use crate::page;
use crate::refusal::Refusal;
use serde_json::{Value, json};

/// What AWS takes when a listener names no policy, to this day [ux.md 4.1].
pub(crate) const DEFAULT: &str = "ELBSecurityPolicy-2016-08";

const TLS_1_3: &[&str] = &["TLSv1.3"];
const TLS_1_2: &[&str] = &["TLSv1.2"];
const FROM_1_2: &[&str] = &["TLSv1.2", "TLSv1.3"];
const FROM_1_1: &[&str] = &["TLSv1.1", "TLSv1.2", "TLSv1.3"];
const FROM_1_0: &[&str] = &["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];
const OLD_1_1: &[&str] = &["TLSv1.1", "TLSv1.2"];
const OLD: &[&str] = &["TLSv1", "TLSv1.1", "TLSv1.2"];

/// Policies of application load balancers [ELB user guide: security policies; ux.md 4.1].
const POLICIES: &[(&str, &[&str])] = &[
    ("ELBSecurityPolicy-TLS13-1-3-2021-06", TLS_1_3),
    ("ELBSecurityPolicy-TLS13-1-3-PQ-2025-09", TLS_1_3),
    ("ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04", TLS_1_3),
    ("ELBSecurityPolicy-TLS13-1-3-FIPS-PQ-2025-09", TLS_1_3),
    ("ELBSecurityPolicy-TLS13-1-2-2021-06", FROM_1_2),
    ("ELBSecurityPolicy-TLS13-1-2-PQ-2025-09", FROM_1_2),
    ("ELBSecurityPolicy-TLS13-1-2-Res-2021-06", FROM_1_2),
    ("ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09", FROM_1_2),
    ("ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06", FROM_1_2),
    ("ELBSecurityPolicy-TLS13-1-2-Ext1-PQ-2025-09", FROM_1_2),
    ("ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06", FROM_1_2),
    ("ELBSecurityPolicy-TLS13-1-2-Ext2-PQ-2025-09", FROM_1_2),
    ("ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04", FROM_1_2),
    ("ELBSecurityPolicy-TLS13-1-2-FIPS-PQ-2025-09", FROM_1_2),
    ("ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04", FROM_1_2),
    ("ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09", FROM_1_2),
    ("ELBSecurityPolicy-TLS13-1-1-2021-06", FROM_1_1),
    ("ELBSecurityPolicy-TLS13-1-0-2021-06", FROM_1_0),
    ("ELBSecurityPolicy-TLS13-1-0-PQ-2025-09", FROM_1_0),
    ("ELBSecurityPolicy-TLS-1-2-Ext-2018-06", TLS_1_2),
    ("ELBSecurityPolicy-TLS-1-2-2017-01", TLS_1_2),
    ("ELBSecurityPolicy-TLS-1-1-2017-01", OLD_1_1),
    ("ELBSecurityPolicy-2016-08", OLD),
    ("ELBSecurityPolicy-FS-2018-06", OLD),
    ("ELBSecurityPolicy-FS-1-1-2019-08", OLD_1_1),
    ("ELBSecurityPolicy-FS-1-2-2019-08", TLS_1_2),
    ("ELBSecurityPolicy-FS-1-2-Res-2019-08", TLS_1_2),
    ("ELBSecurityPolicy-FS-1-2-Res-2020-10", TLS_1_2),
];

/// Ciphers that a policy with this newest and oldest protocol version surely has. The full lists change nothing
/// that a client of the control plane does, so the twin names only these.
const CIPHERS_1_3: &[&str] = &[
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
];
const CIPHERS_1_2: &[&str] = &[
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
];

/// Refuses a policy that does not exist.
pub(crate) fn known(name: &str) -> Result<(), Refusal> {
    if POLICIES.iter().any(|(known, _)| *known == name) {
        return Ok(());
    }
    Err(Refusal::new(
        "SSLPolicyNotFound",
        format!("SSL policy '{name}' not found"),
    ))
}

pub(super) fn describe_ssl_policies(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let names = input.texts("Names")?;
    let kind = constraint::one_of(
        &mut input,
        "LoadBalancerType",
        &["application", "network", "gateway"],
    )?;
    let size = constraint::number(&mut input, "PageSize", 1..=400)?;
    let marker = input.text("Marker")?;
    input.finish()?;
    if kind.as_deref() == Some("gateway") {
        return Err(Refusal::not_implemented("LoadBalancerType=gateway"));
    }
    names.iter().try_for_each(|name| known(name))?;

    let wanted = POLICIES
        .iter()
        .filter(|(name, _)| names.is_empty() || names.iter().any(|n| n == name));
    let (policies, next) = page::page(wanted.map(policy).collect(), size, marker)?;
    Ok(json!({"SslPolicies": policies, "NextMarker": next}))
}

fn policy((name, protocols): &(&str, &[&str])) -> Value {
    let mut ciphers: Vec<&str> = Vec::new();
    if protocols.contains(&"TLSv1.3") {
        ciphers.extend(CIPHERS_1_3);
    }
    if protocols.contains(&"TLSv1.2") {
        ciphers.extend(CIPHERS_1_2);
    }
    let ciphers: Vec<Value> = (1..)
        .zip(ciphers)
        .map(|(priority, name)| json!({"Name": name, "Priority": priority}))
        .collect();
    json!({
        "Name": name,
        "SslProtocols": protocols,
        "Ciphers": ciphers,
        "SupportedLoadBalancerTypes": ["application", "network"],
    })
}
