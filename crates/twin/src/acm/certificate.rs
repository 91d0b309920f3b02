//! Certificates: what they are, and how they are described and listed.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{domain, named, validation};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::page;
use crate::refusal::Refusal;
use crate::tags::Tags;

/// A public certificate.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub struct Certificate {
    /// `arn:…:certificate/{uuid}`.
    pub arn: String,
    /// All names, the common name first.
    pub names: Vec<String>,
    /// As asked for: `RSA_2048`, `EC_prime256v1`, `EC_secp384r1`.
    pub key_algorithm: String,
    /// When it was asked for.
    pub created: Millis,
    /// From when on its validation records are named.
    pub named: Millis,
    /// How far it is.
    pub status: Status,
    /// Its serial number.
    pub serial: String,
    /// Its tags.
    pub tags: Tags,
    /// Whether its owner wants it kept out of the certificate transparency logs.
    #[serde(default)]
    pub unlogged: bool,
}

/// How far a certificate is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[allow(missing_docs)]
pub enum Status {
    /// Waits for its records, all of which ACM first saw at `seen`.
    Pending { seen: Option<Millis> },
    /// Can be used.
    Issued { at: Millis },
    /// Will never be issued.
    Failed { reason: String },
    /// The records did not come in time.
    TimedOut,
}

/// A public certificate of ACM lives for 198 days [ux.md 4.1].
const LIFE: Duration = Duration::from_secs(198 * 24 * 3600);

const ALGORITHMS: [&str; 7] = [
    "RSA_1024",
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "EC_prime256v1",
    "EC_secp384r1",
    "EC_secp521r1",
];
const STATUSES: [&str; 7] = [
    "PENDING_VALIDATION",
    "ISSUED",
    "INACTIVE",
    "EXPIRED",
    "VALIDATION_TIMED_OUT",
    "REVOKED",
    "FAILED",
];

pub(super) fn describe_certificate(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("CertificateArn")?;
    input.finish()?;
    validation::look_at_all(call.world, &call.region);
    let used = super::users(call.world, &call.region, &arn);
    let (account, now) = (call.account(), call.now());
    let found = named(&mut call.here().acm, &arn)?;
    Ok(json!({"Certificate": found.value(&account, now, used)}))
}

pub(super) fn get_certificate(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("CertificateArn")?;
    input.finish()?;
    validation::look_at_all(call.world, &call.region);
    let found = named(&mut call.here().acm, &arn)?;
    match found.status {
        // Nobody checks signatures of the twin: the body is well-formed PEM around the certificate's own ARN.
        Status::Issued { .. } => {
            let pem = |text: &str| {
                format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
            };
            let body: String = found
                .serial
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .collect();
            Ok(json!({"Certificate": pem(&body), "CertificateChain": pem("QW1hem9u")}))
        }
        _ => Err(Refusal::new(
            "RequestInProgressException",
            format!("The certificate request for {arn} is in progress"),
        )),
    }
}

/// Lists RSA_2048 certificates only, unless key types are named [ACM API: ListCertificates].
pub(super) fn list_certificates(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let statuses = input.texts("CertificateStatuses")?;
    let mut key_types = vec!["RSA_2048".to_owned()];
    if let Some(mut includes) = input.object("Includes")? {
        let wanted = includes.texts("keyTypes")?;
        includes.accept("managedBy", &[])?;
        includes.accept("exportOption", &[json!("DISABLED")])?;
        includes.accept("keyUsage", &[json!([])])?;
        includes.accept("extendedKeyUsage", &[json!([])])?;
        includes.finish()?;
        if !wanted.is_empty() {
            key_types = wanted;
        }
    }
    let limit = input.number("MaxItems")?;
    let token = input.text("NextToken")?;
    let sort = (input.text("SortBy")?, input.text("SortOrder")?);
    input.finish()?;
    if sort.0.is_some() != sort.1.is_some() {
        return Err(refuse(
            "If you specify SortBy, you must also specify SortOrder",
        ));
    }
    if limit.is_some_and(|limit| !(1..=1000).contains(&limit)) {
        return Err(refuse("MaxItems must be between 1 and 1000"));
    }
    if let Some(unknown) = statuses
        .iter()
        .find(|status| !STATUSES.contains(&status.as_str()))
    {
        return Err(refuse(&format!("'{unknown}' is no certificate status")));
    }
    if let Some(unknown) = key_types
        .iter()
        .find(|kind| !ALGORITHMS.contains(&kind.as_str()))
    {
        return Err(refuse(&format!("'{unknown}' is no key algorithm")));
    }
    validation::look_at_all(call.world, &call.region);
    let region = call.region.clone();
    let Some(here) = call.world.regions.get(&region) else {
        return Ok(json!({"CertificateSummaryList": []}));
    };
    let mut wanted: Vec<&Certificate> = here
        .acm
        .certificates
        .values()
        .filter(|found| {
            statuses.is_empty() || statuses.iter().any(|status| status == found.status.word())
        })
        .filter(|found| key_types.contains(&found.key_algorithm))
        .collect();
    wanted.sort_by_key(|found| found.created);
    if sort.1.as_deref() == Some("DESCENDING") {
        wanted.reverse();
    }
    let summaries = wanted
        .into_iter()
        .map(|found| found.summary(!super::users(call.world, &region, &found.arn).is_empty()));
    let (summaries, next) = page::page(summaries.collect(), limit, token)?;
    Ok(json!({"CertificateSummaryList": summaries, "NextToken": next}))
}

fn refuse(message: &str) -> Refusal {
    Refusal::new("ValidationException", message)
}

impl Certificate {
    /// Whether listeners can use it.
    pub fn is_issued(&self) -> bool {
        matches!(self.status, Status::Issued { .. })
    }

    /// Whether it is good for a host.
    pub fn covers(&self, host: &str) -> bool {
        self.names.iter().any(|name| domain::covers(name, host))
    }

    fn value(&self, account: &str, now: Millis, used: Vec<String>) -> Value {
        let validations: Vec<Value> = self
            .names
            .iter()
            .map(|name| self.validation(account, now, name))
            .collect();
        let issued = match self.status {
            Status::Issued { at } => Some(at),
            _ => None,
        };
        let reason = match &self.status {
            Status::Failed { reason } => Some(reason),
            _ => None,
        };
        let eligible = issued.is_some() && !used.is_empty();
        let usages = |names: &[&str]| {
            names
                .iter()
                .map(|name| json!({"Name": name}))
                .collect::<Vec<_>>()
        };
        json!({
            "CertificateArn": self.arn,
            "DomainName": self.names.first(),
            "SubjectAlternativeNames": self.names,
            "DomainValidationOptions": validations,
            "Serial": issued.map(|_| &self.serial),
            "Subject": format!("CN={}", self.names.first().map_or("", String::as_str)),
            "Issuer": "Amazon",
            "CreatedAt": self.created.epoch_seconds(),
            "IssuedAt": issued.map(Millis::epoch_seconds),
            "Status": self.status.word(),
            "NotBefore": issued.map(Millis::epoch_seconds),
            "NotAfter": issued.map(|at| (at + LIFE).epoch_seconds()),
            // Answers spell algorithms with hyphens, requests with underscores [AWS CLI: acm describe-certificate].
            "KeyAlgorithm": self.key_algorithm.replace('_', "-"),
            "SignatureAlgorithm": if self.key_algorithm.starts_with("EC") { "SHA256WITHECDSA" } else { "SHA256WITHRSA" },
            "InUseBy": used,
            "FailureReason": reason,
            "Type": "AMAZON_ISSUED",
            "KeyUsages": if issued.is_some() { usages(&["DIGITAL_SIGNATURE", "KEY_ENCIPHERMENT"]) } else { Vec::new() },
            "ExtendedKeyUsages": if issued.is_some() {
                vec![json!({"Name": "TLS_WEB_SERVER_AUTHENTICATION", "OID": "1.3.6.1.5.5.7.3.1"})]
            } else {
                Vec::new()
            },
            "RenewalEligibility": if eligible { "ELIGIBLE" } else { "INELIGIBLE" },
            "Options": {"CertificateTransparencyLoggingPreference": if self.unlogged { "DISABLED" } else { "ENABLED" }, "Export": "DISABLED"},
        })
    }

    /// One name and the record that shows its ownership, once ACM names that.
    fn validation(&self, account: &str, now: Millis, name: &str) -> Value {
        let record = (now >= self.named).then(|| {
            let (name, value) = validation::record(account, name);
            json!({"Name": name, "Type": "CNAME", "Value": value})
        });
        let status = match self.status {
            Status::Pending { .. } => "PENDING_VALIDATION",
            Status::Issued { .. } => "SUCCESS",
            Status::Failed { .. } | Status::TimedOut => "FAILED",
        };
        json!({
            "DomainName": name,
            "ValidationDomain": name,
            "ValidationStatus": status,
            "ResourceRecord": record,
            "ValidationMethod": "DNS",
        })
    }

    fn summary(&self, in_use: bool) -> Value {
        let issued = match self.status {
            Status::Issued { at } => Some(at),
            _ => None,
        };
        json!({
            "CertificateArn": self.arn,
            "DomainName": self.names.first(),
            "SubjectAlternativeNameSummaries": self.names,
            "HasAdditionalSubjectAlternativeNames": false,
            "Status": self.status.word(),
            "Type": "AMAZON_ISSUED",
            "KeyAlgorithm": self.key_algorithm.replace('_', "-"),
            "KeyUsages": if issued.is_some() { vec!["DIGITAL_SIGNATURE", "KEY_ENCIPHERMENT"] } else { Vec::new() },
            "ExtendedKeyUsages": if issued.is_some() { vec!["TLS_WEB_SERVER_AUTHENTICATION"] } else { Vec::new() },
            "InUse": in_use,
            "RenewalEligibility": if issued.is_some() && in_use { "ELIGIBLE" } else { "INELIGIBLE" },
            "CreatedAt": self.created.epoch_seconds(),
            "IssuedAt": issued.map(Millis::epoch_seconds),
            "NotBefore": issued.map(Millis::epoch_seconds),
            "NotAfter": issued.map(|at| (at + LIFE).epoch_seconds()),
        })
    }
}

impl Status {
    fn word(&self) -> &'static str {
        match self {
            Status::Pending { .. } => "PENDING_VALIDATION",
            Status::Issued { .. } => "ISSUED",
            Status::Failed { .. } => "FAILED",
            Status::TimedOut => "VALIDATION_TIMED_OUT",
        }
    }
}
