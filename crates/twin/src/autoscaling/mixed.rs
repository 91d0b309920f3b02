//! MixedInstancesPolicy, in the small form of it that is On-Demand: a launch template, and the types that may take the
//! place of its own, tried in their order.

use serde_json::{Value, json};

use super::group::Chosen;
use super::refuse;
use super::template::{self, Given};
use crate::ec2;
use crate::input::Input;
use crate::refusal::Refusal;

/// Types of one policy [Auto Scaling API: LaunchTemplate Overrides, "a maximum of 40 instance types"].
const TYPES: usize = 40;

/// Takes `MixedInstancesPolicy`: the template, with the types.
pub(super) fn read(input: &mut Input) -> Result<Option<Given>, Refusal> {
    let Some(mut policy) = input.object("MixedInstancesPolicy")? else {
        return Ok(None);
    };
    let mut launched = policy
        .object("LaunchTemplate")?
        .ok_or_else(|| policy.missing("LaunchTemplate"))?;
    let specification = launched
        .object("LaunchTemplateSpecification")?
        .ok_or_else(|| launched.missing("LaunchTemplateSpecification"))?;
    let mut given = template::read_specification(specification)?;
    for mut item in launched.objects("Overrides")? {
        let kind = item.required("InstanceType")?;
        item.accept("WeightedCapacity", &[])?;
        item.finish()?;
        // The sentence is AWS's.
        if given.types.contains(&kind) {
            return Err(refuse::validation(format!(
                "Duplicate instance type {kind} in the overrides."
            )));
        }
        ec2::instance_type(&kind)?;
        given.types.push(kind);
    }
    launched.finish()?;
    if given.types.len() > TYPES {
        return Err(refuse::validation(format!(
            "There can be at most {TYPES} overrides."
        )));
    }
    if let Some(mut distribution) = policy.object("InstancesDistribution")? {
        // In the order of the list; by price is not modelled.
        distribution.accept("OnDemandAllocationStrategy", &[json!("prioritized")])?;
        distribution.accept("OnDemandBaseCapacity", &[json!(0)])?;
        distribution.accept("OnDemandPercentageAboveBaseCapacity", &[json!(100)])?;
        distribution.accept("SpotAllocationStrategy", &[json!("lowest-price")])?;
        distribution.finish()?;
    }
    policy.finish()?;
    if given.types.is_empty() {
        return Err(Refusal::not_implemented(
            "a MixedInstancesPolicy without Overrides",
        ));
    }
    Ok(Some(given))
}

/// As Describe answers show it.
pub(super) fn show(chosen: &Chosen) -> Value {
    let kind = |kind: &String| json!({ "InstanceType": kind });
    json!({
        "LaunchTemplate": {
            "LaunchTemplateSpecification": chosen.show(),
            "Overrides": chosen.types.iter().map(kind).collect::<Vec<_>>(),
        },
        "InstancesDistribution": {
            "OnDemandAllocationStrategy": "prioritized",
            "OnDemandBaseCapacity": 0,
            "OnDemandPercentageAboveBaseCapacity": 100,
            "SpotAllocationStrategy": "lowest-price",
        },
    })
}
