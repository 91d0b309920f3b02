//! What a manifest refers to by name and a container needs by ARN: other people's secrets and
//! parameters. No value of theirs is read.

use std::collections::BTreeMap;

use ashore_engine::failure::{Class, Failure};
use aws_config::Region;
use aws_sdk_ssm::types::{ParameterStringFilter, ParameterType};

use super::Aws;
use super::failure::{failure, required};

const SECRET: &str = "secretsmanager:DescribeSecret";
const PARAMETERS: &str = "ssm:GetParameters";
const KEYS: &str = "ssm:DescribeParameters";

/// Names in one request [SSM API: GetParameters].
const PARAMETERS_MAX: usize = 10;
/// The keys that AWS holds for the two services: who may read the secret may use them.
const AWS_KEYS: [&str; 2] = ["alias/aws/secretsmanager", "alias/aws/ssm"];

/// A secret or parameter of somebody else.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reference {
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
    pub async fn secret(&self, which: &str) -> Result<Reference, Failure> {
        let secrets = match region_of(which).filter(|region| *region != self.region) {
            Some(elsewhere) => {
                let config = self.secrets.config().to_builder();
                let region = Region::new(elsewhere.to_string());
                &aws_sdk_secretsmanager::Client::from_conf(config.region(region).build())
            }
            None => &self.secrets,
        };
        let described = secrets.describe_secret().secret_id(which).send().await;
        let described = described.map_err(|e| failure(SECRET, e));
        let described = described.map_err(|error| match error.class {
            Class::Gone => absent(self, SECRET, &format!("secret `{which}`")),
            _ => error,
        })?;
        if described.deleted_date.is_some() {
            let message = format!("the secret `{which}` is scheduled for deletion");
            let advice = format!("`aws secretsmanager restore-secret --secret-id {which}`");
            let failure = Failure::new(Class::Invalid, SECRET, "Deleted", message);
            return Err(failure.with_advice(advice));
        }
        Ok(Reference {
            arn: required(SECRET, described.arn)?,
            kms_key: described.kms_key_id.and_then(|key| key_arn(self, &key)),
        })
    }

    /// The parameter of that name or ARN. Those that are asked for together are read together.
    ///
    /// # Errors
    /// If there is none, or if nobody tells us.
    pub async fn parameter(&self, which: &str) -> Result<Reference, Failure> {
        let batch = self.batch("parameter", PARAMETERS_MAX, |aws, names| async move {
            parameters(&aws, names).await
        });
        let found = batch.get(which).await?;
        found.ok_or_else(|| absent(self, PARAMETERS, &format!("parameter `{which}`")))
    }
}

/// `GetParameters` without decryption: of secure ones it hands out what nobody can read. Which
/// key that takes is said elsewhere.
async fn parameters(aws: &Aws, names: Vec<String>) -> Result<BTreeMap<String, Reference>, Failure> {
    let get = aws.ssm.get_parameters().set_names(Some(names.clone()));
    let got = get.with_decryption(false).send().await;
    let got = got.map_err(|e| failure(PARAMETERS, e))?;
    let mut found = BTreeMap::new();
    let mut secure = Vec::new();
    for parameter in got.parameters.unwrap_or_default() {
        let name = required(PARAMETERS, parameter.name)?;
        let arn = required(PARAMETERS, parameter.arn)?;
        if parameter.r#type == Some(ParameterType::SecureString) {
            secure.push(name.clone());
        }
        found.insert(name, arn);
    }
    let keys = keys(aws, secure).await?;
    let asked = names.into_iter().filter_map(|which| {
        let mut all = found.iter();
        let (name, arn) = all.find(|(name, arn)| **name == which || **arn == which)?;
        let reference = Reference {
            arn: arn.clone(),
            kms_key: keys.get(name).and_then(|key| key_arn(aws, key)),
        };
        Some((which, reference))
    });
    Ok(asked.collect())
}

/// What each of these secure parameters is encrypted with.
async fn keys(aws: &Aws, names: Vec<String>) -> Result<BTreeMap<String, String>, Failure> {
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let named = ParameterStringFilter::builder().key("Name");
    let named = named.option("Equals").set_values(Some(names)).build();
    let named = named.map_err(|error| Failure::internal(KEYS, &error))?;
    let describe = aws.ssm.describe_parameters().parameter_filters(named);
    let mut pages = describe.into_paginator().send();
    let mut keys = BTreeMap::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|e| failure(KEYS, e))?;
        let described = page.parameters.unwrap_or_default().into_iter();
        keys.extend(described.filter_map(|one| Some((one.name?, one.key_id?))));
    }
    Ok(keys)
}

/// A key as a policy names it.
fn key_arn(aws: &Aws, key: &str) -> Option<String> {
    let name = key.rsplit_once(":alias/").map_or(key, |(_, name)| name);
    if AWS_KEYS.iter().any(|own| own.ends_with(name)) && key.contains("alias/") {
        return None;
    }
    Some(match key {
        arn if arn.starts_with("arn:") => arn.to_string(),
        alias if alias.starts_with("alias/") => aws.arn("kms", alias),
        id => aws.arn("kms", &format!("key/{id}")),
    })
}

fn region_of(which: &str) -> Option<&str> {
    which.strip_prefix("arn:")?.split(':').nth(2)
}

fn absent(aws: &Aws, operation: &str, what: &str) -> Failure {
    let message = format!(
        "there is no {what} in {} of account {}",
        aws.region, aws.account
    );
    Failure::new(Class::Invalid, operation, "NotThere", message)
        .with_advice("make it, or correct its name in the manifest")
}
