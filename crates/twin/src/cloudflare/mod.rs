//! Cloudflare v4: zones and DNS records.

use serde::{Deserialize, Serialize};

use crate::operation::Operation;

/// The state of Cloudflare.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Cloudflare {}

pub(crate) const OPERATIONS: &[Operation] = &[];
