//! AWS Cloud Map: namespaces, services, instances, and the operations by which most of it changes after a while.
//!
//! A private DNS namespace owns a private hosted zone of Route 53, which nobody else may change. ECS registers its tasks
//! here, and keeps the services of Service Connect. Public DNS namespaces are not modelled.

mod discover;
mod instance;
mod lists;
mod namespace;
mod namespace_change;
mod operation;
mod refuse;
mod service;
mod service_change;
mod tagging;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::operation::{Operation, read, write};
use crate::tags::Tags;
use crate::world::World;

pub(crate) use instance::{deregister, register};
use namespace::Namespace;
pub(crate) use namespace::{find_namespace, make_http};
use operation::Running;
use service::Service;
pub(crate) use service::{drop_managed, make_managed, records};

/// The state of Cloud Map in one region. Everything by its id.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct CloudMap {
    namespaces: BTreeMap<String, Namespace>,
    services: BTreeMap<String, Service>,
    operations: BTreeMap<String, Running>,
    /// Numbers operations in the order in which they were submitted.
    serial: u64,
}

/// What happens in Cloud Map by itself.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[allow(missing_docs)]
pub enum Happening {
    /// An operation is done.
    Done { operation: String },
    /// An instance goes that another service took away.
    Left { service: String, instance: String },
}

pub(crate) const OPERATIONS: &[Operation] = &[
    write("CreateHttpNamespace", namespace::create_http),
    write("CreatePrivateDnsNamespace", namespace::create_private),
    write("CreateService", service::create),
    write("DeleteNamespace", namespace_change::delete),
    write("DeleteService", service::delete),
    write("DeregisterInstance", instance::deregister_instance),
    read("DiscoverInstances", discover::discover),
    read("GetInstance", instance::get),
    read("GetInstancesHealthStatus", discover::health),
    read("GetNamespace", namespace::get),
    read("GetOperation", operation::get),
    read("GetService", service::get),
    read("ListInstances", instance::list),
    read("ListNamespaces", namespace::list),
    read("ListOperations", operation::list),
    read("ListServices", service::list),
    read("ListTagsForResource", tagging::list),
    write("RegisterInstance", instance::register_instance),
    write("TagResource", tagging::tag),
    write("UntagResource", tagging::untag),
    write("UpdateHttpNamespace", namespace_change::update_http),
    write("UpdateInstanceCustomHealthStatus", discover::update_health),
    write(
        "UpdatePrivateDnsNamespace",
        namespace_change::update_private,
    ),
    write("UpdateService", service_change::update),
];

pub(crate) fn happen(world: &mut World, region: &str, what: Happening) {
    match what {
        Happening::Done { operation } => operation::done(world, region, &operation),
        Happening::Left { service, instance } => {
            instance::remove(world, region, &service, &instance);
        }
    }
}

/// Namespaces and services with their tags, for Resource Groups Tagging.
pub(crate) fn tagged<'a>(world: &'a World, region: &str) -> Vec<(String, &'a Tags)> {
    let Some(here) = world.regions.get(region).map(|here| &here.cloudmap) else {
        return Vec::new();
    };
    let namespaces = here.namespaces.values().filter(|it| it.ready);
    let namespaces = namespaces.map(|it| (it.arn.clone(), &it.tags));
    let services = here.services.values().map(|it| (it.arn.clone(), &it.tags));
    namespaces.chain(services).collect()
}

/// The namespace that owns a hosted zone: nobody else may change that.
pub(crate) fn namespace_of_zone(world: &World, zone: &str) -> Option<String> {
    let mut all = world
        .regions
        .values()
        .flat_map(|it| it.cloudmap.namespaces.values());
    let found = all.find(|it| it.zone.as_deref() == Some(zone));
    found.map(|namespace| namespace.arn.clone())
}
