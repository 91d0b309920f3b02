//! Amazon EC2: networks.

use serde::{Deserialize, Serialize};

use crate::operation::Operation;
use crate::world::World;

/// The state of EC2 in one region.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Ec2 {}

/// What happens in EC2 by itself.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub enum Happening {}

pub(crate) const OPERATIONS: &[Operation] = &[];

pub(crate) fn happen(_world: &mut World, _region: &str, what: Happening) {
    match what {}
}
