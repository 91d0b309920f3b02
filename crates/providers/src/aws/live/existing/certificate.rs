//! Somebody else's certificate.

use ashore_engine::failure::{Class, Failure};

use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, required};

const DESCRIBE: &str = "acm:DescribeCertificate";

/// A certificate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Certificate {
    /// Its ARN.
    pub arn: String,
    /// `ISSUED`, if it can be used.
    pub status: String,
    /// The names that it is for.
    pub names: Vec<String>,
}

pub(super) async fn read(aws: &Aws, arn: &str) -> Result<Option<Certificate>, Failure> {
    let describe = aws.acm.describe_certificate().certificate_arn(arn);
    let described = match describe.send().await.map_err(|e| failure(DESCRIBE, e)) {
        Ok(described) => described.certificate,
        Err(error) if error.class == Class::Gone => return Ok(None),
        Err(error) => return Err(error),
    };
    let certificate = described.map(|certificate| {
        let names = certificate.subject_alternative_names.unwrap_or_default();
        let status = certificate.status.map(|status| status.as_str().to_string());
        Ok(Certificate {
            arn: required(DESCRIBE, certificate.certificate_arn)?,
            status: required(DESCRIBE, status)?,
            names: match names.as_slice() {
                [] => certificate.domain_name.into_iter().collect(),
                _ => names,
            },
        })
    });
    certificate.transpose()
}

impl Certificate {
    /// Whether it is good for that name. A `*` stands for one label, and only for the first [RFC
    /// 6125 6.4.3].
    pub fn covers(&self, hostname: &str) -> bool {
        let rest = hostname.split_once('.').map(|(_, rest)| rest);
        self.names.iter().any(|name| match name.strip_prefix("*.") {
            Some(parent) => rest.is_some_and(|rest| rest.eq_ignore_ascii_case(parent)),
            None => name.eq_ignore_ascii_case(hostname),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_label() {
        let certificate = Certificate {
            arn: "arn".into(),
            status: "ISSUED".into(),
            names: vec!["example.com".into(), "*.example.com".into()],
        };
        for (hostname, covered) in [
            ("example.com", true),
            ("Shop.example.com", true),
            ("a.shop.example.com", false),
            ("example.org", false),
        ] {
            assert_eq!(certificate.covers(hostname), covered, "{hostname}");
        }
    }
}
