//! AWS Security Token Service.

use serde::{Deserialize, Serialize};

use crate::operation::Operation;

/// The sessions that AssumeRole handed out.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Sts {}

pub(crate) const OPERATIONS: &[Operation] = &[];
