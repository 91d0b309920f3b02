//! The names that viewers know a distribution by, and the certificate that proves them.

use serde_json::Value;

use super::{check, refuse};
use crate::acm;
use crate::refusal::Refusal;
use crate::world::World;

/// [CloudFront guide: requirements for using SSL/TLS certificates, alternate domain names]
pub(super) fn check(world: &World, config: &Value, own: Option<&str>) -> Result<(), Refusal> {
    let aliases = check::items(&config["Aliases"], "CNAME");
    let aliases: Vec<&str> = aliases.iter().filter_map(Value::as_str).collect();
    for (at, alias) in aliases.iter().enumerate() {
        let good = |c: char| c.is_ascii_alphanumeric() || "-.*_".contains(c);
        if !alias.contains('.') || !alias.chars().all(good) || alias.contains("..") {
            return Err(refuse::argument(
                "The parameter CNAME contains one or more parameters that are not valid.",
            ));
        }
        if aliases[..at].contains(alias) {
            return Err(refuse::argument(
                "The parameter CNAME contains duplicate values.",
            ));
        }
        if is_taken(world, alias, own) {
            let message = "One or more of the CNAMEs you provided are already associated with a different resource.";
            return Err(Refusal::new("CNAMEAlreadyExists", message).status(409));
        }
    }
    certificate(world, &config["ViewerCertificate"], &aliases)
}

fn is_taken(world: &World, alias: &str, own: Option<&str>) -> bool {
    let mut others = world.cloudfront.distributions.values();
    others.any(|it| {
        let same = |other: &&str| other.eq_ignore_ascii_case(alias);
        Some(it.id.as_str()) != own && it.aliases().iter().any(same)
    })
}

fn certificate(world: &World, given: &Value, aliases: &[&str]) -> Result<(), Refusal> {
    let text = |name: &str| given[name].as_str().filter(|it| !it.is_empty());
    let refuse = |message: &str| Err(Refusal::new("InvalidViewerCertificate", message));
    if text("IAMCertificateId").is_some() {
        return Err(Refusal::not_implemented("certificates of IAM"));
    }
    let Some(arn) = text("ACMCertificateArn") else {
        return match aliases.is_empty() {
            true => Ok(()),
            false => refuse(
                "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a trusted certificate that validates your authorization to use the domain name.",
            ),
        };
    };
    if given["CloudFrontDefaultCertificate"] == true {
        return Err(refuse::argument(
            "The parameter ViewerCertificate must specify exactly one certificate.",
        ));
    }
    match text("SSLSupportMethod") {
        None => {
            return Err(refuse::argument(
                "The parameter SSLSupportMethod is required.",
            ));
        }
        Some("sni-only") => {}
        Some(other) => {
            return Err(Refusal::not_implemented(format_args!(
                "SSLSupportMethod={other}"
            )));
        }
    }
    // It has to be in us-east-1, whatever the region of everything else.
    let here = arn.starts_with("arn:aws:acm:us-east-1:");
    let found = acm::certificate(world, "us-east-1", arn).filter(|_| here);
    let Some(found) = found.filter(|it| it.is_issued()) else {
        return refuse(
            "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid certificate chain.",
        );
    };
    match aliases.iter().all(|alias| found.covers(alias)) {
        true => Ok(()),
        false => refuse(
            "The certificate that is attached to your distribution doesn't cover the alternate domain name (CNAME) that you're trying to add.",
        ),
    }
}
