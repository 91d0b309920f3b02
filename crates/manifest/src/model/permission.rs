//! What a service's own code may do in AWS.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Characters of all policies in one role together [IAM user guide: quotas, "role policy size"]. AWS raises it for
/// nobody.
pub(crate) const ROLE_POLICIES_MAX: usize = 10_240;

/// One statement of the task role's policy; it always allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// Actions, at least one; never all of all services.
    pub actions: Vec<String>,
    /// ARNs or `*`, at least one.
    pub resources: Vec<String>,
    /// Operator, key, values.
    pub conditions: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

impl Permission {
    /// As it stands in a policy.
    pub(crate) fn statement(&self) -> Value {
        let mut statement = json!({
            "Effect": "Allow",
            "Action": self.actions,
            "Resource": self.resources,
        });
        if !self.conditions.is_empty() {
            statement["Condition"] = json!(self.conditions);
        }
        statement
    }
}

/// How long a policy is, or a part of one: IAM does not count white space.
pub(crate) fn characters(policy: &Value) -> usize {
    let text = policy.to_string();
    text.chars().filter(|c| !c.is_whitespace()).count()
}
