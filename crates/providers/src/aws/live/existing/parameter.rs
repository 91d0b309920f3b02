//! Somebody else's parameter, which a container needs by its ARN. No secret of it is read.

use std::collections::BTreeMap;

use ashore_engine::failure::Failure;
use aws_sdk_ssm::types::{ParameterStringFilter, ParameterType};

use super::absent;
use super::secret::{Secret, key_arn};
use crate::aws::live::Aws;
use crate::aws::live::failure::{failure, required};

const GET: &str = "ssm:GetParameters";
const DESCRIBE: &str = "ssm:DescribeParameters";

/// Names in one request [SSM API: GetParameters].
const NAMES_MAX: usize = 10;

impl Aws {
    /// The parameter of that name or ARN. Those that are asked for together are read together.
    ///
    /// # Errors
    /// If there is none, or if nobody tells us.
    pub async fn parameter(&self, which: &str) -> Result<Secret, Failure> {
        let batch = self.batch("parameter", NAMES_MAX, |aws, names| async move {
            parameters(&aws, names).await
        });
        let found = batch.get(which).await?;
        found.ok_or_else(|| absent(self, GET, &format!("parameter `{which}`")))
    }
}

/// `GetParameters` without decryption: of secure ones it hands out what nobody can read. Which
/// key that takes is said elsewhere.
async fn parameters(aws: &Aws, names: Vec<String>) -> Result<BTreeMap<String, Secret>, Failure> {
    let get = aws.ssm.get_parameters().set_names(Some(names.clone()));
    let got = get.with_decryption(false).send().await;
    let got = got.map_err(|e| failure(GET, e))?;
    let mut found = BTreeMap::new();
    let mut secure = Vec::new();
    for parameter in got.parameters.unwrap_or_default() {
        let name = required(GET, parameter.name)?;
        let arn = required(GET, parameter.arn)?;
        if parameter.r#type == Some(ParameterType::SecureString) {
            secure.push(name.clone());
        }
        found.insert(name, arn);
    }
    let keys = keys(aws, secure).await?;
    let asked = names.into_iter().filter_map(|which| {
        let mut all = found.iter();
        let (name, arn) = all.find(|(name, arn)| **name == which || **arn == which)?;
        let secret = Secret {
            arn: arn.clone(),
            kms_key: keys.get(name).and_then(|key| key_arn(aws, key)),
        };
        Some((which, secret))
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
    let named = named.map_err(|error| Failure::internal(DESCRIBE, &error))?;
    let describe = aws.ssm.describe_parameters().parameter_filters(named);
    let mut pages = describe.into_paginator().send();
    let mut keys = BTreeMap::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|e| failure(DESCRIBE, e))?;
        let described = page.parameters.unwrap_or_default().into_iter();
        keys.extend(described.filter_map(|one| Some((one.name?, one.key_id?))));
    }
    Ok(keys)
}
