//! Somebody else's secret, which a container needs by its ARN. Its value is not read.

use ashore_engine::failure::{Class, Failure};
use aws_config::Region;

use super::absent;
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, required};

const DESCRIBE: &str = "secretsmanager:DescribeSecret";

/// The keys that AWS holds for the two services: who may read the secret may use them.
const AWS_KEYS: [&str; 2] = ["alias/aws/secretsmanager", "alias/aws/ssm"];

/// A secret, or a parameter that may be one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Secret {
    /// Its whole ARN.
    pub arn: String,
    /// The ARN of the key that it is encrypted with, if that is not AWS's own: who reads it must
    /// be allowed to decrypt with it.
    pub kms_key: Option<String>,
}

impl Aws {
    /// The secret of that name or ARN.
    ///
    /// # Errors
    /// If there is none, if its days are numbered, or if nobody tells us.
    pub async fn secret(&self, which: &str) -> Result<Secret, Failure> {
        let secrets = match region_of(which).filter(|region| *region != self.region) {
            Some(elsewhere) => {
                let config = self.secrets.config().to_builder();
                let region = Region::new(elsewhere.to_string());
                &aws_sdk_secretsmanager::Client::from_conf(config.region(region).build())
            }
            None => &self.secrets,
        };
        let described = secrets.describe_secret().secret_id(which).send().await;
        let described = described.map_err(|e| failure(DESCRIBE, e));
        let described = described.map_err(|error| match error.class {
            Class::Gone => absent(self, DESCRIBE, &format!("secret `{which}`")),
            _ => error,
        })?;
        if described.deleted_date.is_some() {
            let message = format!("the secret `{which}` is scheduled for deletion");
            let advice = format!("`aws secretsmanager restore-secret --secret-id {which}`");
            let failure = Failure::new(Class::Invalid, DESCRIBE, "Deleted", message);
            return Err(failure.with_advice(advice));
        }
        Ok(Secret {
            arn: required(DESCRIBE, described.arn)?,
            kms_key: described.kms_key_id.and_then(|key| key_arn(self, &key)),
        })
    }
}

/// A key as a policy names it; none for AWS's own.
pub(super) fn key_arn(aws: &Aws, key: &str) -> Option<String> {
    if is_of_aws(key) {
        return None;
    }
    Some(match key {
        arn if arn.starts_with("arn:") => arn.to_string(),
        alias if alias.starts_with("alias/") => aws.arn("kms", alias),
        id => aws.arn("kms", &format!("key/{id}")),
    })
}

fn is_of_aws(key: &str) -> bool {
    let name = key.rsplit(':').next().unwrap_or(key);
    AWS_KEYS.contains(&name)
}

fn region_of(which: &str) -> Option<&str> {
    which.strip_prefix("arn:")?.split(':').nth(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_aws_is_known_by_its_alias() {
        for (key, of_aws) in [
            ("alias/aws/ssm", true),
            ("arn:aws:kms:eu-central-1:1:alias/aws/secretsmanager", true),
            ("alias/ssm", false),
            ("arn:aws:kms:eu-central-1:1:alias/ssm", false),
            ("arn:aws:kms:eu-central-1:1:key/1234", false),
        ] {
            assert_eq!(is_of_aws(key), of_aws, "{key}");
        }
    }

    #[test]
    fn only_an_arn_says_its_region() {
        let arn = "arn:aws:secretsmanager:us-east-1:1:secret:shop-AbCdEf";
        assert_eq!(region_of(arn), Some("us-east-1"));
        assert_eq!(region_of("shop/stripe"), None);
    }
}
