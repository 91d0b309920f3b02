//! Routes: where a route table sends what.

use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Ec2;
use super::egress_only_gateway::EgressOnlyGateway;
use super::interfaces::Interface;
use super::request::{block, block_v6, finish};
use super::resource::{Resource, View, view};
use super::route_table::RouteTable;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// Where a route leads to.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// An internet gateway.
    Gateway(String),
    /// A network interface.
    Interface(String),
    /// A NAT gateway.
    Nat(String),
    /// An egress-only internet gateway.
    EgressOnly(String),
    /// A gateway endpoint, whose destination is a prefix list.
    Endpoint(String),
}

/// `CreateRoute`: has no token; the destination tells whether it is there already [EC2 API: CreateRoute;
/// emulators.md 4: duplicate route].
pub(super) fn create_route(call: &mut Call<'_>) -> Answer {
    let (id, destination, target) = read(call)?;
    let view = view(call);
    let table = view.find::<RouteTable>(&id)?;
    leads_out(&view, table, &destination)?;
    check(&view, &id, table, &target)?;
    carries(&target, &destination)?;
    if table.routes.contains_key(&destination) {
        let message = format!("The route identified by {destination} already exists.");
        return Err(Refusal::new("RouteAlreadyExists", message));
    }
    // Those of gateway endpoints do not count [VPC guide: gateway endpoints].
    let same_family = |other: &&String| {
        other.contains(':') == destination.contains(':') && !other.starts_with("pl-")
    };
    if table.routes.keys().filter(same_family).count() >= view.ec2.quotas.routes_per_table {
        let message = format!("The maximum number of routes in route table {id} has been reached.");
        return Err(Refusal::new("RouteLimitExceeded", message));
    }
    put(call, &id, destination, target)
}

/// `ReplaceRoute`
pub(super) fn replace_route(call: &mut Call<'_>) -> Answer {
    let (id, destination, target) = read(call)?;
    let view = view(call);
    let table = view.find::<RouteTable>(&id)?;
    leads_out(&view, table, &destination)?;
    check(&view, &id, table, &target)?;
    carries(&target, &destination)?;
    if !table.routes.contains_key(&destination) {
        let message = format!(
            "There is no route defined for '{destination}' in the route table. Use CreateRoute instead."
        );
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    put(call, &id, destination, target)
}

/// `DeleteRoute`
pub(super) fn delete_route(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("RouteTableId")?;
    let destination = destination(&mut input)?;
    finish(input)?;
    let view = view(call);
    let table = view.find::<RouteTable>(&id)?;
    if is_local(&view, table, &destination) {
        let message = format!("cannot remove local route {destination} in route table {id}");
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    if !table.routes.contains_key(&destination) {
        let message =
            format!("no route with destination-cidr-block {destination} in route table {id}");
        return Err(Refusal::new("InvalidRoute.NotFound", message));
    }
    if let Some(table) = call.here().ec2.route_tables.get_mut(&id) {
        table.routes.remove(&destination);
    }
    Ok(json!({ "return": true }))
}

fn put(call: &mut Call<'_>, id: &str, destination: String, target: Target) -> Answer {
    if let Some(table) = call.here().ec2.route_tables.get_mut(id) {
        table.routes.insert(destination, target);
    }
    Ok(json!({ "return": true }))
}

fn read(call: &mut Call<'_>) -> Result<(String, String, Target), Refusal> {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("RouteTableId")?;
    let destination = destination(&mut input)?;
    let gateway = input.text("GatewayId")?.map(Target::Gateway);
    let interface = input.text("NetworkInterfaceId")?.map(Target::Interface);
    let nat = input.text("NatGatewayId")?.map(Target::Nat);
    let egress = input.text("EgressOnlyInternetGatewayId")?;
    let egress = egress.map(Target::EgressOnly);
    finish(input)?;
    let mut targets = gateway
        .into_iter()
        .chain(interface)
        .chain(nat)
        .chain(egress);
    match (targets.next(), targets.next()) {
        (Some(target), None) => Ok((id, destination, target)),
        (None, _) => {
            let message = "The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, vpcPeeringConnectionId, egressOnlyInternetGatewayId, transitGatewayId, localGatewayId, carrierGatewayId, vpcEndpointId, instanceId";
            Err(Refusal::new("MissingParameter", message))
        }
        (Some(_), Some(_)) => {
            let message = "Only one target may be specified for a route";
            Err(Refusal::new("InvalidParameterCombination", message))
        }
    }
}

fn destination(input: &mut Input) -> Result<String, Refusal> {
    if input.has("DestinationPrefixListId") {
        // Those of gateway endpoints are the endpoints' own.
        return Err(Refusal::not_implemented("routes to prefix lists"));
    }
    let v4 = input.text("DestinationCidrBlock")?;
    let v6 = input.text("DestinationIpv6CidrBlock")?;
    match (v4, v6) {
        (Some(v4), None) => Ok(block(&v4, "destinationCidrBlock")?.to_string()),
        (None, Some(v6)) => Ok(block_v6(&v6, "destinationIpv6CidrBlock")?.to_string()),
        (None, None) => {
            let message = "The request must contain exactly one of destinationCidrBlock, destinationIpv6CidrBlock, destinationPrefixListId";
            Err(Refusal::new("MissingParameter", message))
        }
        (Some(_), Some(_)) => {
            let message = "Only one destination may be specified for a route";
            Err(Refusal::new("InvalidParameterCombination", message))
        }
    }
}

/// Within the VPC only interfaces can be targets, for middleboxes; the twin does not have such routes
/// [VPC guide: route table concepts].
fn leads_out(view: &View<'_>, table: &RouteTable, destination: &str) -> Result<(), Refusal> {
    let Some(vpc) = view.ec2.vpcs.get(&table.vpc) else {
        return Ok(());
    };
    let within = match (
        destination.parse::<Ipv4Net>(),
        destination.parse::<Ipv6Net>(),
    ) {
        (Ok(v4), _) => vpc.cidr.contains(&v4),
        (_, Ok(v6)) => vpc.cidr_v6.is_some_and(|own| own.contains(&v6)),
        _ => false,
    };
    if !within {
        return Ok(());
    }
    let message = format!(
        "The destination CIDR block {destination} is equal to or more specific than one of this VPC's CIDR blocks. This route can target only an interface or an instance."
    );
    Err(Refusal::new("InvalidParameterValue", message))
}

fn is_local(view: &View<'_>, table: &RouteTable, destination: &str) -> bool {
    view.ec2.vpcs.get(&table.vpc).is_some_and(|vpc| {
        vpc.cidr.to_string() == destination
            || vpc
                .cidr_v6
                .is_some_and(|own| own.to_string() == destination)
    })
}

/// The target must be there, and in the table's VPC.
fn check(view: &View<'_>, id: &str, table: &RouteTable, target: &Target) -> Result<(), Refusal> {
    let other = |what: &str, target: &str| {
        let message = format!("route table {id} and {what} {target} belong to different networks");
        Refusal::new("InvalidParameterValue", message)
    };
    match target {
        Target::Gateway(gateway) => match view.ec2.gateways.get(gateway) {
            None => {
                let message = format!("The gateway ID '{gateway}' does not exist");
                Err(Refusal::new("InvalidGatewayID.NotFound", message))
            }
            Some(found) if found.vpc.as_ref() != Some(&table.vpc) => {
                Err(other("network gateway", gateway))
            }
            Some(_) => Ok(()),
        },
        Target::Interface(interface) => {
            Interface::KIND.check(interface)?;
            let found = view.find::<Interface>(interface)?;
            if found.vpc == table.vpc {
                Ok(())
            } else {
                Err(other("interface", interface))
            }
        }
        Target::Nat(nat) => match view.ec2.nat_gateways.get(nat) {
            // [boto3 #779]
            None => Err(no_nat(nat)),
            Some(found) if !found.is_there() => Err(no_nat(nat)),
            Some(found) if found.vpc != table.vpc => Err(other("NAT gateway", nat)),
            Some(_) => Ok(()),
        },
        Target::EgressOnly(gateway) => match view.find::<EgressOnlyGateway>(gateway)?.vpc {
            ref vpc if *vpc == table.vpc => Ok(()),
            _ => Err(other("egress-only internet gateway", gateway)),
        },
        // Only endpoints themselves make such routes.
        Target::Endpoint(_) => Ok(()),
    }
}

fn no_nat(id: &str) -> Refusal {
    let message = format!("The natGateway ID '{id}' does not exist");
    Refusal::new("InvalidNatGatewayID.NotFound", message)
}

/// NAT gateways are for IPv4 and, from 64:ff9b::/96 on, NAT64; egress-only gateways for IPv6 [EC2 API: CreateRoute; VPC
/// guide: DNS64 and NAT64; the wording is assumed].
fn carries(target: &Target, destination: &str) -> Result<(), Refusal> {
    let is_v6 = destination.contains(':');
    let wrong = match target {
        Target::Nat(_) => is_v6 && destination != "64:ff9b::/96",
        Target::EgressOnly(_) => !is_v6,
        _ => false,
    };
    if !wrong {
        return Ok(());
    }
    let (kind, family) = match target {
        Target::Nat(_) => ("a NAT gateway", "IPv4"),
        _ => ("an egress-only internet gateway", "IPv6"),
    };
    let message =
        format!("{kind} can only be the target of {family} traffic, not of {destination}");
    Err(Refusal::new("InvalidParameterValue", message))
}

impl Target {
    /// Whether traffic arrives there; else the route is a black hole.
    pub(super) fn works(&self, ec2: &Ec2, vpc: &str) -> bool {
        match self {
            Target::Gateway(id) => ec2.gateway_of(vpc) == Some(id),
            Target::Interface(id) => ec2.interfaces.get(id).is_some_and(Interface::is_attached),
            Target::Nat(id) => ec2.nat_gateways.get(id).is_some_and(|nat| nat.is_there()),
            Target::EgressOnly(id) => ec2.egress_gateways.contains_key(id),
            Target::Endpoint(id) => ec2.endpoints.contains_key(id),
        }
    }

    /// The member of an answer that names it, and its id.
    pub(super) fn shown(&self) -> (&'static str, &String) {
        match self {
            Target::Gateway(id) | Target::Endpoint(id) => ("gatewayId", id),
            Target::Interface(id) => ("networkInterfaceId", id),
            Target::Nat(id) => ("natGatewayId", id),
            Target::EgressOnly(id) => ("egressOnlyInternetGatewayId", id),
        }
    }
}
