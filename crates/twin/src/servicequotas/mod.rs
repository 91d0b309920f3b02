//! Service Quotas: what an account may have of what, and whether that was raised.
//!
//! What other services refuse for want of a quota they look up here, or the row leads to where they keep it: what is
//! told is what is enforced.

mod catalogue;
mod get;
mod list;
mod show;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::operation::{Operation, read};
use crate::refusal::Refusal;
use crate::world::World;

use catalogue::{ROWS, Row};

/// The quotas of one region that are not as they are by default.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Applied {
    /// By code.
    values: BTreeMap<String, f64>,
}

pub(crate) const OPERATIONS: &[Operation] = &[
    read("GetAWSDefaultServiceQuota", get::default),
    read("GetServiceQuota", get::applied),
    read("ListAWSDefaultServiceQuotas", list::defaults),
    read("ListServiceQuotas", list::applied),
    read("ListServices", list::services),
];

/// Quotas that a test sets, by code.
pub(crate) type Wanted = BTreeMap<String, f64>;

/// Applies quotas in a region, as if AWS had been asked for them.
pub(crate) fn apply(world: &mut World, region: &str, wanted: Wanted) -> Result<(), String> {
    let row = |code: &String| ROWS.iter().find(|row| row.code == code.as_str());
    if let Some(unknown) = wanted.keys().find(|code| row(code).is_none()) {
        return Err(format!("no quota {unknown}"));
    }
    for (code, value) in wanted {
        let Some(row) = row(&code) else { continue };
        if let Some(kept) = row.kept {
            *kept(&mut world.region(region).ec2.quotas) = whole(value);
        }
        let applied = &mut world.region(row.region(region)).servicequotas;
        applied.values.insert(code, value);
    }
    Ok(())
}

/// How many there may be of what the code counts.
pub(crate) fn limit(world: &World, region: &str, code: &str) -> usize {
    let row = ROWS.iter().find(|row| row.code == code);
    row.map_or(usize::MAX, |row| whole(row.value(world, region)))
}

fn whole(value: f64) -> usize {
    value.max(0.0) as usize
}

impl Row {
    /// Where it is kept: quotas of the whole account are those of us-east-1 [Service Quotas guide: global quotas].
    fn region<'a>(&self, asked: &'a str) -> &'a str {
        if self.global { "us-east-1" } else { asked }
    }

    /// What counts now.
    fn value(&self, world: &World, region: &str) -> f64 {
        let region = world.regions.get(self.region(region));
        if let (Some(kept), Some(region)) = (self.kept, region) {
            return *kept(&mut region.ec2.quotas.clone()) as f64;
        }
        self.set(region).unwrap_or(self.default)
    }

    fn set(&self, region: Option<&crate::world::Region>) -> Option<f64> {
        region?.servicequotas.values.get(self.code).copied()
    }

    /// Whether there is an applied value to tell. Of some quotas there is none until somebody asked for more
    /// [Service Quotas API: GetServiceQuota]; AWS does not say which, and here it is those of ECS.
    fn is_applied(&self, world: &World, region: &str) -> bool {
        let region = world.regions.get(self.region(region));
        self.service != "ecs" || self.set(region).is_some()
    }
}

fn no_such(message: &str) -> Refusal {
    Refusal::new("NoSuchResourceException", message)
}
