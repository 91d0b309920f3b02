//! Certificates of listeners: which may be used, the list beside the default one.

use serde_json::json;

use super::constraint::{self, invalid};
use super::listener::{self, Tls};
use super::{balancer, limits, policies};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::{acm, page};

pub(super) fn add_listener_certificates(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ListenerArn")?;
    let certificate = only_one(&mut input)?;
    input.finish()?;
    listener::named(&mut call.here().elbv2, &arn)?;
    usable(call, &certificate)?;
    let found = listener::named(&mut call.here().elbv2, &arn)?;
    let Some(tls) = &mut found.tls else {
        return Err(needs_tls(&found.protocol));
    };
    // Adding one a second time changes nothing [ELBv2 API: AddListenerCertificates].
    if !tls.more.contains(&certificate) {
        limits::room_for_one_more(
            "certificates-per-application-load-balancer",
            tls.more.len(),
            "TooManyCertificates",
        )?;
        tls.more.push(certificate.clone());
    }
    Ok(json!({"Certificates": [{"CertificateArn": certificate, "IsDefault": false}]}))
}

pub(super) fn remove_listener_certificates(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ListenerArn")?;
    let certificate = only_one(&mut input)?;
    input.finish()?;
    let found = listener::named(&mut call.here().elbv2, &arn)?;
    let balancer = found.balancer.clone();
    let Some(tls) = &mut found.tls else {
        return Err(needs_tls(&found.protocol));
    };
    let listed = tls.more.contains(&certificate);
    if !listed && tls.certificate == certificate {
        return Err(Refusal::new(
            "OperationNotPermitted",
            "Default certificate cannot be removed",
        ));
    }
    tls.more.retain(|known| *known != certificate);
    if listed && tls.certificate != certificate {
        balancer::release_certificates(call, &balancer, vec![certificate]);
    }
    Ok(json!({}))
}

pub(super) fn describe_listener_certificates(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("ListenerArn")?;
    let size = constraint::number(&mut input, "PageSize", 1..=400)?;
    let marker = input.text("Marker")?;
    input.finish()?;
    let found = listener::named(&mut call.here().elbv2, &arn)?;
    let mut certificates = Vec::new();
    if let Some(tls) = &found.tls {
        certificates.push(json!({"CertificateArn": tls.certificate, "IsDefault": true}));
        let listed = tls
            .more
            .iter()
            .map(|arn| json!({"CertificateArn": arn, "IsDefault": false}));
        certificates.extend(listed);
    }
    let (certificates, next) = page::page(certificates, size, marker)?;
    Ok(json!({"Certificates": certificates, "NextMarker": next}))
}

/// The certificates that a request names.
pub(super) fn read(input: &mut Input) -> Result<Vec<String>, Refusal> {
    let mut arns = Vec::new();
    for mut certificate in input.objects("Certificates")? {
        arns.push(certificate.required("CertificateArn")?);
        if certificate.has("IsDefault") {
            return Err(invalid("IsDefault cannot be specified for a certificate"));
        }
        certificate.finish()?;
    }
    Ok(arns)
}

/// How a listener of this protocol will end TLS: what is wanted over what it has.
pub(super) fn tls(
    call: &mut Call<'_>,
    protocol: &str,
    policy: Option<String>,
    certificate: Option<String>,
    old: Option<Tls>,
) -> Result<Option<Tls>, Refusal> {
    if !matches!(protocol, "HTTPS" | "TLS") {
        if certificate.is_some() {
            return Err(invalid(format!(
                "A certificate cannot be specified for {protocol} listeners"
            )));
        }
        if policy.is_some() {
            return Err(invalid(format!(
                "An SSL policy cannot be specified for {protocol} listeners"
            )));
        }
        return Ok(None);
    }
    if let Some(arn) = &certificate {
        usable(call, arn)?;
    }
    let (old_policy, old_certificate, more) = match old {
        Some(tls) => (Some(tls.policy), Some(tls.certificate), tls.more),
        None => (None, None, Vec::new()),
    };
    let missing = || {
        invalid(format!(
            "A certificate must be specified for {protocol} listeners"
        ))
    };
    Ok(Some(Tls {
        policy: policy
            .or(old_policy)
            .unwrap_or_else(|| policies::DEFAULT.to_owned()),
        certificate: certificate.or(old_certificate).ok_or_else(missing)?,
        more,
    }))
}

/// Only issued certificates of the region can be used. AWS words an unissued one as if its key were at fault
/// [terraform-provider-aws #41789, #26245].
fn usable(call: &Call<'_>, arn: &str) -> Result<(), Refusal> {
    let Some(certificate) = acm::certificate(call.world, &call.region, arn) else {
        return Err(Refusal::new(
            "CertificateNotFound",
            format!("Certificate '{arn}' not found"),
        ));
    };
    if certificate.is_issued() {
        return Ok(());
    }
    Err(Refusal::new(
        "UnsupportedCertificate",
        format!(
            "The certificate '{arn}' must have a fully-qualified domain name, a supported signature, \
             and a supported key size."
        ),
    ))
}

fn only_one(input: &mut Input) -> Result<String, Refusal> {
    let mut arns = read(input)?;
    match arns.pop() {
        Some(arn) if arns.is_empty() => Ok(arn),
        Some(_) => Err(invalid("You can specify one certificate per call")),
        None => Err(invalid("A certificate must be specified")),
    }
}

fn needs_tls(protocol: &str) -> Refusal {
    invalid(format!(
        "Certificates are not supported for {protocol} listeners"
    ))
}
