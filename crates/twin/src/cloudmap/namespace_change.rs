//! DeleteNamespace, UpdateHttpNamespace, UpdatePrivateDnsNamespace.

use serde::{Deserialize, Serialize};

use super::operation::{self, What};
use super::{lists, namespace, refuse};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::route53;
use crate::world::World;

/// What an update says.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(super) struct Change {
    description: Option<String>,
    soa_ttl: Option<i64>,
}

/// Refused as long as it has services [Cloud Map API: DeleteNamespace].
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("Id")?;
    input.finish()?;
    let id = namespace::find(call.world, &call.region, &given)?
        .id
        .clone();
    let map = &call.here().cloudmap;
    if map.services.values().any(|it| it.namespace == id) {
        return Err(refuse::in_use(
            "Namespace has associated services; delete the services before deleting the namespace",
        ));
    }
    refuse_busy(call, &id)?;
    operation::submit(call, What::DeleteNamespace, &[("NAMESPACE", &id)])
}

/// The zone goes with the namespace, unless somebody put services into it meanwhile.
pub(super) fn finish_delete(world: &mut World, region: &str, id: &str) -> Result<(), Refusal> {
    let map = &mut world.region(region).cloudmap;
    if map.services.values().any(|it| it.namespace == id) {
        return Err(refuse::in_use("Namespace has associated services"));
    }
    let namespace = map.namespaces.remove(id);
    if let Some(zone) = namespace.and_then(|it| it.zone) {
        route53::drop_zone(world, &zone);
    }
    Ok(())
}

pub(super) fn update_http(call: &mut Call<'_>) -> Answer {
    update(call, "HTTP")
}

pub(super) fn update_private(call: &mut Call<'_>) -> Answer {
    update(call, "DNS_PRIVATE")
}

fn update(call: &mut Call<'_>, kind: &str) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("Id")?;
    lists::text(&mut input, "UpdaterRequestId", 64)?;
    let Some(mut wish) = input.object("Namespace")? else {
        return Err(input.missing("Namespace"));
    };
    let description = lists::text(&mut wish, "Description", 1024)?;
    let soa_ttl = match kind {
        "HTTP" => None,
        _ => namespace::read_soa(wish.object("Properties")?)?,
    };
    wish.finish()?;
    input.finish()?;
    let found = namespace::find(call.world, &call.region, &given)?;
    if found.kind() != kind {
        return Err(refuse::input(format!(
            "The namespace is of type {}.",
            found.kind()
        )));
    }
    let id = found.id.clone();
    refuse_busy(call, &id)?;
    let change = Change {
        description,
        soa_ttl,
    };
    operation::submit(
        call,
        What::UpdateNamespace { change },
        &[("NAMESPACE", &id)],
    )
}

pub(super) fn finish_update(world: &mut World, region: &str, id: &str, change: Change) {
    if let Some(namespace) = world.region(region).cloudmap.namespaces.get_mut(id) {
        if change.description.is_some() {
            namespace.description = change.description;
        }
        namespace.soa_ttl = change.soa_ttl.unwrap_or(namespace.soa_ttl);
    }
}

fn refuse_busy(call: &mut Call<'_>, id: &str) -> Result<(), Refusal> {
    let map = &call.here().cloudmap;
    match map.under_way(|it| it.targets("NAMESPACE", id)) {
        Some(running) => Err(refuse::duplicate(running)),
        None => Ok(()),
    }
}
