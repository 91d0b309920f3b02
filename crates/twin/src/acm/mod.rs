//! AWS Certificate Manager: public certificates that are validated through DNS.
//!
//! A certificate names its validation records a moment after the request, and is issued some time after they resolve.
//! Records are the same for every certificate of a name, so that they can be shared and must not be deleted lightly.

mod caa;
mod certificate;
mod delete;
mod domain;
mod request;
mod tagging;
mod validation;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::operation::{Operation, read, write};
use crate::refusal::Refusal;
use crate::world::World;
use crate::{cloudfront, elbv2};

pub(crate) use certificate::Certificate;
use request::Token;
pub(crate) use tagging::tagged;

/// The state of ACM in one region.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Acm {
    /// Certificates by their ARN.
    pub certificates: BTreeMap<String, Certificate>,
    /// Idempotency tokens of the last hour.
    pub tokens: BTreeMap<String, Token>,
}

/// What happens in ACM by itself.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[allow(missing_docs)]
pub enum Happening {
    /// ACM looks for the validation records of a certificate.
    Look { certificate: String },
    /// The same, out of turn: the records have been there for long enough.
    Issue { certificate: String },
}

pub(crate) const OPERATIONS: &[Operation] = &[
    write("AddTagsToCertificate", tagging::add_tags_to_certificate),
    write("DeleteCertificate", delete::delete_certificate),
    read("DescribeCertificate", certificate::describe_certificate),
    read("GetCertificate", certificate::get_certificate),
    read("ListCertificates", certificate::list_certificates),
    read("ListTagsForCertificate", tagging::list_tags_for_certificate),
    write(
        "RemoveTagsFromCertificate",
        tagging::remove_tags_from_certificate,
    ),
    write("RequestCertificate", request::request_certificate),
];

pub(crate) fn happen(world: &mut World, region: &str, what: Happening) {
    match what {
        Happening::Look { certificate } => {
            validation::look(world, region, &certificate);
            validation::look_later(world, region, &certificate);
        }
        Happening::Issue { certificate } => validation::look(world, region, &certificate),
    }
}

/// The certificate with this ARN, for other services.
pub(crate) fn certificate<'a>(
    world: &'a World,
    region: &str,
    arn: &str,
) -> Option<&'a Certificate> {
    world.regions.get(region)?.acm.certificates.get(arn)
}

/// The certificate that a request names [ACM API: InvalidArnException, ResourceNotFoundException].
/// Who uses a certificate, by ARN: load balancers, and distributions of one in us-east-1.
fn users(world: &World, region: &str, arn: &str) -> Vec<String> {
    let mut users = elbv2::uses_certificate(world, region, arn);
    users.extend(cloudfront::uses_certificate(world, arn));
    users
}

fn named<'a>(acm: &'a mut Acm, arn: &str) -> Result<&'a mut Certificate, Refusal> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let well_formed = matches!(
        parts.as_slice(),
        ["arn", _, "acm", _, account, resource]
            if account.len() == 12 && resource.strip_prefix("certificate/").is_some_and(|id| !id.is_empty())
    );
    if !well_formed {
        return Err(Refusal::new(
            "InvalidArnException",
            format!("Invalid ARN: {arn}"),
        ));
    }
    let missing = || {
        let account = parts.get(4).copied().unwrap_or_default();
        let message = format!("Certificate with arn {arn} not found in account {account}");
        Refusal::new("ResourceNotFoundException", message)
    };
    acm.certificates.get_mut(arn).ok_or_else(missing)
}
