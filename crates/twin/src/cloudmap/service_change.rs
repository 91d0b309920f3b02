//! UpdateService: description and TTLs, after a while.

use serde::{Deserialize, Serialize};

use super::operation::{self, What};
use super::service::{self, Dns};
use super::{lists, refuse};
use crate::operation::{Answer, Call};
use crate::world::World;

/// What an update says.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub(super) struct Change {
    description: Option<String>,
    dns: Option<Dns>,
}

/// Records can get another TTL, and can be left out; what kinds there are does not change
/// [Cloud Map API: UpdateService].
pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let given = input.required("Id")?;
    let Some(mut wish) = input.object("Service")? else {
        return Err(input.missing("Service"));
    };
    let description = lists::text(&mut wish, "Description", 1024)?;
    let mut dns = None;
    if let Some(mut config) = wish.object("DnsConfig")? {
        dns = Some(service::read_dns(&mut config)?);
        config.finish()?;
    }
    wish.accept("HealthCheckConfig", &[])?;
    wish.finish()?;
    input.finish()?;
    let service = service::find(call.world, &call.region, &given)?;
    let id = service.id.clone();
    if let Some(wanted) = &dns {
        let Some(had) = &service.dns else {
            return Err(refuse::input("The service has no DNS records."));
        };
        let kept = |kind: &String| had.records.iter().any(|(known, _)| known == kind);
        if !wanted.records.iter().all(|(kind, _)| kept(kind)) {
            return Err(refuse::input(
                "The types of a service's DNS records can't be changed.",
            ));
        }
    }
    let map = &call.here().cloudmap;
    if let Some(running) = map.under_way(|it| it.targets("SERVICE", &id)) {
        return Err(refuse::duplicate(running));
    }
    let change = Change { description, dns };
    operation::submit(call, What::UpdateService { change }, &[("SERVICE", &id)])
}

pub(super) fn finish(world: &mut World, region: &str, id: &str, change: Change) {
    if let Some(service) = world.region(region).cloudmap.services.get_mut(id) {
        if change.description.is_some() {
            service.description = change.description;
        }
        if let (Some(dns), Some(wanted)) = (&mut service.dns, change.dns) {
            dns.records = wanted.records;
        }
    }
}
