//! The launch template of a group: read, resolved, and checked as Auto Scaling does before it takes one.

use super::group::{Chosen, Group};
use super::{mixed, refuse};
use crate::ec2::{self, InstanceType, Template};
use crate::input::Input;
use crate::refusal::Refusal;
use crate::world::World;

/// A launch template as a request names it.
#[derive(Debug, Clone)]
pub(super) struct Given {
    id: Option<String>,
    name: Option<String>,
    version: Option<String>,
    /// By a mixed instances policy.
    pub(super) types: Vec<String>,
}

/// Takes `LaunchTemplate` or `MixedInstancesPolicy`.
pub(super) fn read(input: &mut Input) -> Result<Option<Given>, Refusal> {
    let mixed = mixed::read(input)?;
    let alone = input.object("LaunchTemplate")?;
    match (alone, mixed) {
        (Some(_), Some(_)) => Err(refuse::validation(
            "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.",
        )),
        (Some(given), None) => read_specification(given).map(Some),
        (None, mixed) => Ok(mixed),
    }
}

/// A template by id or name, and its version.
pub(super) fn read_specification(mut given: Input) -> Result<Given, Refusal> {
    let id = given.text("LaunchTemplateId")?;
    let name = given.text("LaunchTemplateName")?;
    let version = given.text("Version")?;
    given.finish()?;
    if id.is_some() == name.is_some() {
        return Err(refuse::validation(
            "Valid requests must contain either launchTemplateId or LaunchTemplateName",
        ));
    }
    Ok(Given {
        id,
        name,
        version,
        types: Vec::new(),
    })
}

/// The template that is meant, as the group keeps it. It must be there, and an instance could be launched from it.
pub(super) fn choose(
    world: &mut World,
    region: &str,
    given: &Given,
    subnet: &str,
) -> Result<Chosen, Refusal> {
    // Without a version the default one is used [Auto Scaling API: LaunchTemplateSpecification].
    let version = given
        .version
        .clone()
        .unwrap_or_else(|| "$Default".to_owned());
    let (id, name) = (given.id.as_deref(), given.name.as_deref());
    let found = ec2::template(world, region, id, name, &version).map_err(refuse::template)?;
    ec2::check_launch(world, region, &found.data, subnet).map_err(refuse::template)?;
    Ok(Chosen {
        id: found.id,
        name: found.name,
        version,
        types: given.types.clone(),
    })
}

/// The version that a group's template means now.
pub(super) fn resolve(
    world: &mut World,
    region: &str,
    chosen: &Chosen,
) -> Result<Template, Refusal> {
    ec2::template(world, region, Some(&chosen.id), None, &chosen.version)
}

/// The type that a group's next instance would have.
pub(crate) fn instance_type(
    world: &mut World,
    region: &str,
    group: &Group,
) -> Option<InstanceType> {
    if let Some(first) = group.template.types.first() {
        return ec2::instance_type(first).ok();
    }
    let template = resolve(world, region, &group.template).ok()?;
    ec2::instance_type(template.data.get("instanceType")?.as_str()?).ok()
}
