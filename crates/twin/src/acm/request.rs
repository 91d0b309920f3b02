//! RequestCertificate.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::certificate::{Certificate, Status};
use super::{Happening, domain, validation};
use crate::agenda;
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::servicequotas;
use crate::tags::Tags;

/// An idempotency token, and the certificate that it stands for.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub struct Token {
    /// The certificate's ARN.
    pub certificate: String,
    /// When it was first sent.
    pub at: Millis,
}

/// Tokens are forgotten after an hour [ACM API: RequestCertificate IdempotencyToken].
const TOKEN_LIFE: Duration = Duration::from_secs(3600);

/// Every algorithm that certificates can have, also those that are only imported [ACM service model: KeyAlgorithm].
const ALGORITHMS: [&str; 7] = [
    "RSA_1024",
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "EC_prime256v1",
    "EC_secp384r1",
    "EC_secp521r1",
];

/// A word that is none of those that the service model lists.
fn outside(member: &str, value: &str) -> Refusal {
    Refusal::new(
        "ValidationException",
        format!(
            "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must satisfy enum value set"
        ),
    )
}

/// Certificates per region [ACM quotas].
const CERTIFICATES: &str = "L-F141DD1D";

pub(super) fn request_certificate(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let first = input.required("DomainName")?;
    let more = input.texts("SubjectAlternativeNames")?;
    // Without a method AWS mails the owners of the domain, which leads nowhere here.
    if !input.has("ValidationMethod") {
        return Err(Refusal::not_implemented(
            "RequestCertificate without ValidationMethod (EMAIL)",
        ));
    }
    let method = input.text("ValidationMethod")?.unwrap_or_default();
    if !matches!(method.as_str(), "DNS" | "EMAIL" | "HTTP") {
        return Err(outside("validationMethod", &method));
    }
    if method != "DNS" {
        return Err(Refusal::not_implemented(format!(
            "ValidationMethod=\"{method}\""
        )));
    }
    let token = input.text("IdempotencyToken")?;
    let key_algorithm = input
        .text("KeyAlgorithm")?
        .unwrap_or_else(|| "RSA_2048".to_owned());
    for mut option in input.objects("DomainValidationOptions")? {
        option.required("DomainName")?;
        option.required("ValidationDomain")?;
        option.finish()?;
    }
    let mut unlogged = false;
    if let Some(mut options) = input.object("Options")? {
        let member = "CertificateTransparencyLoggingPreference";
        match options.text(member)?.as_deref() {
            None | Some("ENABLED") => {}
            Some("DISABLED") => unlogged = true,
            Some(other) => return Err(outside("certificateTransparencyLoggingPreference", other)),
        }
        options.accept("Export", &[json!("DISABLED")])?;
        options.finish()?;
    }
    let tags = Tags::from_list(input.objects("Tags")?, "Key", "Value")?;
    input.finish()?;
    if !ALGORITHMS.contains(&key_algorithm.as_str()) {
        return Err(outside("keyAlgorithm", &key_algorithm));
    }
    if !["RSA_2048", "EC_prime256v1", "EC_secp384r1"].contains(&key_algorithm.as_str()) {
        let message =
            format!("The key algorithm {key_algorithm} is not supported for certificate requests");
        return Err(Refusal::new("InvalidParameterException", message));
    }
    let names = domain::check(std::iter::once(first).chain(more).collect())?;
    if let Some(token) = &token {
        check_token(token)?;
    }

    let now = call.now();
    let here = &mut call.here().acm;
    here.tokens.retain(|_, token| now < token.at + TOKEN_LIFE);
    if let Some(known) = token.as_ref().and_then(|token| here.tokens.get(token)) {
        return again(
            here.certificates.get(&known.certificate),
            &names,
            &key_algorithm,
        );
    }
    let held = here.certificates.len();
    let limit = servicequotas::limit(call.world, &call.region, CERTIFICATES);
    if held >= limit {
        let message = format!("You have reached your limit of {limit} certificates");
        return Err(Refusal::new("LimitExceededException", message));
    }
    let id = call.world.ids.uuid();
    let serial = call.world.ids.hex("", 32);
    let arn = call.arn("acm", &format!("certificate/{id}"));
    let certificate = Certificate {
        arn: arn.clone(),
        names,
        key_algorithm,
        created: now,
        named: now + Duration::from_millis(call.world.timing.certificate_record),
        status: Status::Pending { seen: None },
        serial: pairs(&serial),
        tags,
        unlogged,
    };
    let named = certificate.named;
    let here = &mut call.here().acm;
    here.certificates.insert(arn.clone(), certificate);
    if let Some(token) = token {
        here.tokens.insert(
            token,
            Token {
                certificate: arn.clone(),
                at: now,
            },
        );
    }
    // The record may be there already, from an earlier certificate of the name.
    let what = Happening::Look {
        certificate: arn.clone(),
    };
    call.world
        .agenda
        .add(named, &call.region, agenda::Happening::Acm(what));
    validation::look(call.world, &call.region, &arn);
    Ok(json!({"CertificateArn": arn}))
}

/// The same token is the same request, and gets the same ARN. ACM's documentation does not say what it does when the
/// rest differs; no client should count on either, so the twin refuses.
fn again(known: Option<&Certificate>, names: &[String], key_algorithm: &str) -> Answer {
    match known {
        Some(known) if known.names == names && known.key_algorithm == key_algorithm => {
            Ok(json!({"CertificateArn": known.arn}))
        }
        _ => Err(Refusal::new(
            "InvalidParameterException",
            "The idempotency token was used before with other parameters",
        )),
    }
}

fn check_token(token: &str) -> Result<(), Refusal> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if (1..=32).contains(&token.len()) && token.chars().all(word) {
        return Ok(());
    }
    Err(Refusal::new(
        "ValidationException",
        format!(
            "1 validation error detected: Value '{token}' at 'idempotencyToken' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: \\w+ and have a length of 1 to 32"
        ),
    ))
}

/// `0a:1b:…`, as serial numbers are written.
fn pairs(hex: &str) -> String {
    let digits: Vec<char> = hex.chars().collect();
    digits
        .chunks(2)
        .map(|pair| pair.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join(":")
}
