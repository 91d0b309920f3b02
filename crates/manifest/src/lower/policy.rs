//! Policies that stand in a role itself: their text, and how much of it a role can have.

use std::collections::BTreeMap;

use ashore_engine::document::Document;
use ashore_engine::input::{Ref, resolve};
use serde_json::{Value, json};

use super::secrets::kept;
use super::{LowerError, Lowering};
use crate::model::{ROLE_POLICIES_MAX, Service, characters};

/// A policy document of these statements.
pub(super) fn policy(statements: Vec<Value>) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

impl Lowering<'_> {
    /// That a role has room for these policies. AWS would say so only once everything before the role is made.
    pub(super) fn check_policies(
        &self,
        service: &Service,
        part: &'static str,
        policies: &BTreeMap<String, Value>,
    ) -> Result<(), LowerError> {
        let names = &self.surroundings.names;
        let kept = kept(self.manifest, &names.stack.to_string());
        // What is not known yet is the ARN of a secret of ours, which ends in six characters of chance.
        let arn = |reference: &Ref| {
            let secret = kept.get(reference.address.as_str())?;
            let (region, account, name) = (&names.region, &names.account, &secret.name);
            Some(json!(format!(
                "arn:aws:secretsmanager:{region}:{account}:secret:{name}-??????"
            )))
        };
        let length = |policy: &Value| characters(&resolve(&Document(policy.clone()), &arn).0);
        let all: usize = policies.values().map(length).sum();
        if all <= ROLE_POLICIES_MAX {
            return Ok(());
        }
        Err(LowerError::Policies {
            service: service.path(),
            part,
            characters: all,
        })
    }
}
