//! AWS IAM.

use serde::{Deserialize, Serialize};

use crate::operation::Operation;

/// The state of IAM.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Iam {}

pub(crate) const OPERATIONS: &[Operation] = &[];
