//! `DeleteNatGateway`, and what it leaves behind.

use serde_json::json;

use super::{NatGateway, State, Step, later};
use crate::ec2::request::finish;
use crate::ec2::resource::view;
use crate::operation::{Answer, Call};
use crate::world::World;

/// `DeleteNatGateway`: takes a while, does not release the Elastic IP address, and leaves routes as black holes
/// [EC2 API: DeleteNatGateway]. Asked for again it changes nothing (assumed).
pub(in crate::ec2) fn delete_nat_gateway(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("NatGatewayId")?;
    finish(input)?;
    let state = view(call).find::<NatGateway>(&id)?.state;
    let (now, timing) = (call.now(), call.world.timing.clone());
    if let Some(gateway) = call.here().ec2.nat_gateways.get_mut(&id) {
        gateway.deleted.get_or_insert(now);
        match state {
            // It has nothing that would have to be undone.
            State::Failed => gateway.state = State::Deleted,
            State::Pending if gateway.failure.is_some() => gateway.state = State::Deleted,
            State::Pending | State::Available => gateway.state = State::Deleting,
            State::Deleting | State::Deleted => {}
        }
        match (state, gateway.state) {
            (State::Pending, State::Deleted) => {
                let after = timing.nat_gateway_shown;
                later(call.world, &call.region, &id, Step::Vanishes, after);
            }
            (State::Pending | State::Available, _) => {
                let after = timing.nat_gateway_delete;
                later(call.world, &call.region, &id, Step::Ends, after);
            }
            _ => {}
        }
    }
    Ok(json!({ "natGatewayId": id }))
}

/// Ends a deletion: interface and route table go, addresses are free again, those that AWS made are released.
pub(super) fn end(world: &mut World, region: &str, id: &str) {
    let ec2 = &mut world.region(region).ec2;
    let Some(gateway) = ec2.nat_gateways.get_mut(id) else {
        return;
    };
    gateway.state = State::Deleted;
    let addresses = gateway.addresses.clone();
    let table = gateway
        .regional
        .as_mut()
        .and_then(|it| it.route_table.take());
    for address in addresses {
        if let Some(interface) = address.interface {
            ec2.remove_interface(&interface);
        }
        if let Some(allocation) = address.allocation {
            ec2.let_go(&allocation);
        }
    }
    if let Some(table) = table {
        ec2.route_tables.remove(&table);
    }
    let shown = world.timing.nat_gateway_shown;
    later(world, region, id, Step::Vanishes, shown);
}
