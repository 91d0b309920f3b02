//! Resource Groups Tagging: what bears which tag, over all services.

use crate::operation::Operation;

pub(crate) const OPERATIONS: &[Operation] = &[];
