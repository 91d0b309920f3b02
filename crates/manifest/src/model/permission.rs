//! What a service's own code may do in AWS.

use std::collections::BTreeMap;

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
