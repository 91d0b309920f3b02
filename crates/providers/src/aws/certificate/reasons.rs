//! Why a certificate is not issued, and why it cannot be deleted: what ACM says, and what a
//! person can do about it.

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use aws_sdk_acm::types::{CertificateDetail, CertificateStatus, DomainStatus};

use crate::aws::distribution;
use crate::aws::live::Aws;
use crate::aws::live::elb;
use crate::aws::tags::stack_mark;

/// Whether a certificate of this status will never be of use again [ACM API:
/// CertificateDetail Status].
pub(super) fn is_dead(status: &CertificateStatus) -> bool {
    !matches!(
        status,
        CertificateStatus::PendingValidation | CertificateStatus::Issued
    )
}

/// A certificate that will never be issued.
pub(super) fn not_issued(detail: &CertificateDetail) -> Failure {
    let domain = detail.domain_name().unwrap_or("the domain");
    let status = detail.status().map_or("", |status| status.as_str());
    let reason = detail.failure_reason().map(|reason| reason.as_str());
    let failure = Failure::new(
        Class::Invalid,
        "wait until issued",
        reason.unwrap_or(status),
        match reason {
            Some(reason) => format!("ACM does not issue a certificate for {domain}: {reason}"),
            None => format!("the certificate for {domain} is {status}"),
        },
    );
    let names = detail.domain_validation_options().iter();
    let refused = names
        .filter(|name| name.validation_status() == Some(&DomainStatus::Failed))
        .map(|name| format!("{} failed validation", name.domain_name()));
    let failure = failure.with_evidence(refused);
    match (reason, status) {
        (Some("CAA_ERROR"), _) => failure.with_advice(format!(
            "a CAA record of {domain} or of a domain above it names other authorities only: allow \
             amazon.com, amazontrust.com, awstrust.com or amazonaws.com in it, or take it away"
        )),
        (Some("DOMAIN_NOT_ALLOWED"), _) => failure.with_advice(
            "the domain is on a list of unsafe domains: https://transparencyreport.google.com",
        ),
        (Some("ADDITIONAL_VERIFICATION_REQUIRED"), _) => failure
            .with_advice("AWS wants to know more about this domain: open a case with AWS Support"),
        (Some("INVALID_PUBLIC_DOMAIN"), _) => failure.with_advice(
            "only names below a public suffix can have a public certificate: check the hostname",
        ),
        (Some("DOMAIN_VALIDATION_DENIED"), _) => {
            failure.with_advice("validation was denied: check who may issue certificates for it")
        }
        (_, "VALIDATION_TIMED_OUT") => failure.with_advice(format!(
            "ACM has not seen the validation record within 72 hours: check that the name servers \
             of {domain} at its registrar are those of the zone that holds the record \
             (`dig NS {domain}`)"
        )),
        _ => failure,
    }
}

/// Why it is still pending, with every name that is not validated yet.
pub(super) fn pending(detail: &CertificateDetail) -> String {
    let waiting: Vec<&str> = detail
        .domain_validation_options()
        .iter()
        .filter(|name| name.validation_status() != Some(&DomainStatus::Success))
        .map(|name| name.domain_name())
        .collect();
    match waiting.as_slice() {
        [] => "PENDING_VALIDATION".to_string(),
        waiting => format!("PENDING_VALIDATION of {}", waiting.join(", ")),
    }
}

/// A refused deletion, with who is in the way. What this stack owns, and what is gone already,
/// lets go by itself; anything else never does, and waiting for it is of no use
/// [terraform-provider-aws #21035, #39839].
pub(super) async fn held(
    aws: &Aws,
    stack: &StackName,
    refused: Failure,
    users: Vec<String>,
) -> Failure {
    let mut ours = Vec::new();
    let mut foreign = Vec::new();
    for user in users {
        match belongs(aws, stack, &user).await {
            Ok(true) => ours.push(user),
            Ok(false) => foreign.push(user),
            // Who it is cannot be found out: then the refusal is all that is known.
            Err(unknown) => {
                let user = format!("in use by {user}");
                return refused.with_evidence([user, unknown.to_string()]);
            }
        }
    }
    if foreign.is_empty() {
        return refused.with_evidence(ours.iter().map(|arn| format!("in use by {arn}")));
    }
    Failure {
        class: Class::Invalid,
        ..refused
    }
    .with_evidence(foreign.iter().map(|arn| format!("in use by {arn}")))
    .with_advice(format!(
        "{} uses this certificate and does not belong to {stack}: give it another certificate, \
         then run the same command again",
        foreign.join(", ")
    ))
}

/// Whether the user of a certificate is the stack's own, or on its way out. ACM also names
/// balancers of AWS's own accounts (sst #5462), which belong to a balancer of ours.
async fn belongs(aws: &Aws, stack: &StackName, user: &str) -> Result<bool, Failure> {
    let parts: Vec<&str> = user.splitn(6, ':').collect();
    let [_, _, service, region, account, resource] = parts.as_slice() else {
        return Ok(false);
    };
    if *account != aws.account {
        return Ok(true);
    }
    let (key, value) = stack_mark(stack);
    if *service == "cloudfront" {
        return Ok(match distribution::tags(aws, user).await? {
            Some(tags) => tags.get(key) == Some(&value),
            None => true,
        });
    }
    let is_balancer = *service == "elasticloadbalancing" && resource.starts_with("loadbalancer/");
    if !is_balancer || *region != aws.region {
        return Ok(false);
    }
    Ok(match elb::tags(aws, user).await? {
        Some(tags) => tags.get(key) == Some(&value),
        None => true,
    })
}
