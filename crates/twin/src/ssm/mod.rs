//! AWS Systems Manager, of which the twin has the Parameter Store: parameters with their versions and tags, and of the
//! public parameters those of the ECS-optimised machine images.

mod delete;
mod describe;
mod filter;
mod get;
mod history;
mod name;
mod parameter;
mod path;
mod public;
mod put;
mod refuse;
mod tag;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::operation::{Operation, read, write};
use crate::tags::Tags;
use crate::world::World;

pub(crate) use get::{arn, resolve};
use parameter::Parameter;
pub(crate) use public::images;

/// The parameters of one region.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Parameters {
    /// By name.
    parameters: BTreeMap<String, Parameter>,
}

pub(crate) const OPERATIONS: &[Operation] = &[
    write("AddTagsToResource", tag::add),
    write("DeleteParameter", delete::one),
    write("DeleteParameters", delete::several),
    read("DescribeParameters", describe::describe),
    read("GetParameter", get::one),
    read("GetParameterHistory", history::get),
    read("GetParameters", get::several),
    read("GetParametersByPath", path::get),
    read("ListTagsForResource", tag::list),
    write("PutParameter", put::put),
    write("RemoveTagsFromResource", tag::remove),
];

/// The tagged parameters, for Resource Groups Tagging.
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    let Some(region) = world.regions.get(region) else {
        return Vec::new();
    };
    let parameters = region.ssm.parameters.values();
    parameters
        .map(|parameter| (parameter.arn.clone(), &parameter.tags))
        .collect()
}

impl Parameters {
    /// The parameter of that name or ARN. ARNs do not tell `/x` from `x`.
    fn find(&self, name: &str) -> Option<&Parameter> {
        if name.starts_with("arn:") {
            return self.parameters.values().find(|it| it.arn == name);
        }
        self.parameters.get(name)
    }

    /// The same, to change it.
    fn find_mut(&mut self, name: &str) -> Option<&mut Parameter> {
        let name = self.find(name)?.name.clone();
        self.parameters.get_mut(&name)
    }
}
