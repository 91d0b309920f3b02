//! `CreateNatGateway`

use std::net::Ipv4Addr;

use serde_json::json;

use super::{KIND, NatAddress, NatGateway, Regional, State, Step, later, regional};
use crate::ec2::address::Address;
use crate::ec2::address_association::associate;
use crate::ec2::interfaces::{self, NewInterface};
use crate::ec2::request::{Token, finish, made_before, remember, tags_on_create};
use crate::ec2::resource::{View, view};
use crate::ec2::subnet::Subnet;
use crate::ec2::vpc::Vpc;
use crate::ec2::zones::{self, Zone};
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;

/// `CreateNatGateway`: the same client token gives the same gateway, also where that has failed [EC2 API:
/// CreateNatGateway; emulators.md 4: idempotency CreateNatGateway ClientToken].
pub(in crate::ec2) fn create_nat_gateway(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let asked = Asked::read(&mut input)?;
    let token = Token::read(&mut input, "CreateNatGateway")?;
    let tags = tags_on_create(&mut input, &KIND)?;
    finish(input)?;
    let request = format!("{asked:?} {tags:?}");
    let now = call.now();
    let made = made_before(&call.here().ec2, now, token.as_ref(), &request)?;
    let id = match made.filter(|id| call.here().ec2.nat_gateways.contains_key(id)) {
        Some(id) => id,
        None => {
            let id = match asked {
                Asked::Zonal(zonal) => zonal.make(call, tags)?,
                Asked::Regional { vpc, zones } => make_regional(call, vpc, &zones, tags)?,
            };
            remember(&mut call.here().ec2, now, token.as_ref(), &request, &id);
            id
        }
    };
    let shown = view(call).find_made::<NatGateway>(&id);
    Ok(json!({ "natGateway": shown, "clientToken": token.map(|token| token.text) }))
}

/// What a request asks for.
#[derive(Debug)]
enum Asked {
    Zonal(Zonal),
    Regional { vpc: String, zones: Vec<InZone> },
}

#[derive(Debug)]
struct Zonal {
    subnet: String,
    /// None: a private gateway.
    allocation: Option<String>,
    private_ip: Option<Ipv4Addr>,
}

/// What a regional gateway is to have in a zone.
#[derive(Debug)]
struct InZone {
    name: Option<String>,
    id: Option<String>,
    allocations: Vec<String>,
}

impl Asked {
    fn read(input: &mut Input) -> Result<Asked, Refusal> {
        let is_regional = choice(input, "AvailabilityMode", ["zonal", "regional"])?;
        let is_private = choice(input, "ConnectivityType", ["public", "private"])?;
        let subnet = input.text("SubnetId")?;
        let vpc = input.text("VpcId")?;
        let allocation = input.text("AllocationId")?;
        let private_ip = input.text("PrivateIpAddress")?;
        let mut zones = Vec::new();
        for mut zone in input.objects("AvailabilityZoneAddress")? {
            zones.push(InZone {
                name: zone.text("AvailabilityZone")?,
                id: zone.text("AvailabilityZoneId")?,
                allocations: zone.texts("AllocationId")?,
            });
            zone.finish()?;
        }
        if is_regional {
            apart("SubnetId", subnet.is_some(), "regional")?;
            apart("AllocationId", allocation.is_some(), "regional")?;
            apart("PrivateIpAddress", private_ip.is_some(), "regional")?;
            apart("ConnectivityType=private", is_private, "regional")?;
            let vpc = vpc.ok_or_else(|| input.missing("VpcId"))?;
            return Ok(Asked::Regional { vpc, zones });
        }
        apart("VpcId", vpc.is_some(), "zonal")?;
        apart("AvailabilityZoneAddress", !zones.is_empty(), "zonal")?;
        let subnet = subnet.ok_or_else(|| input.missing("SubnetId"))?;
        if is_private {
            apart("AllocationId", allocation.is_some(), "private")?;
        } else if allocation.is_none() {
            return Err(input.missing("AllocationId"));
        }
        let private_ip = match private_ip {
            Some(text) => Some(text.parse().map_err(|_| interfaces::no_address(&text))?),
            None => None,
        };
        Ok(Asked::Zonal(Zonal {
            subnet,
            allocation,
            private_ip,
        }))
    }
}

/// Whether the second of two words stands there; the first is the default.
fn choice(input: &mut Input, name: &str, words: [&str; 2]) -> Result<bool, Refusal> {
    match input.text(name)?.as_deref() {
        None => Ok(false),
        Some(word) if word == words[0] => Ok(false),
        Some(word) if word == words[1] => Ok(true),
        Some(other) => {
            let message = format!("Value ({other}) for parameter {name} is invalid.");
            Err(Refusal::new("InvalidParameterValue", message))
        }
    }
}

/// Refuses what one sort of gateway does not have [EC2 API: CreateNatGateway; the wording is assumed].
fn apart(parameter: &str, is_there: bool, sort: &str) -> Result<(), Refusal> {
    if !is_there {
        return Ok(());
    }
    let message = format!("The parameter {parameter} cannot be used with a {sort} NAT gateway");
    Err(Refusal::new("InvalidParameterCombination", message))
}

impl Zonal {
    /// Makes it. What can be told from ids is refused, the rest shows later [EC2 API: NatGateway, FailureCode;
    /// emulators.md 4: CreateNatGateway bad alloc].
    fn make(self, call: &mut Call<'_>, tags: Tags) -> Result<String, Refusal> {
        let view = view(call);
        let subnet = view.find::<Subnet>(&self.subnet)?;
        let allocation = self.allocation.as_deref();
        let address = allocation.map(|id| view.find::<Address>(id)).transpose()?;
        within_quota(&view, subnet)?;
        if let Some(private_ip) = self.private_ip {
            view.ec2.check_address(&self.subnet, subnet, private_ip)?;
        }
        let vpc = subnet.vpc.clone();
        let is_full = view.ec2.free_addresses(&self.subnet, subnet) == 0;
        let failure = address
            .and_then(|address| unfit(&view, &vpc, allocation.unwrap_or_default(), address))
            .or(is_full.then(|| {
                failed(
                    "InsufficientFreeAddressesInSubnet",
                    "Subnet has insufficient free addresses to create this NAT gateway".to_owned(),
                )
            }));
        let id = call.world.ids.hex("nat-", 17);
        let mut own = NatAddress {
            allocation: self.allocation.clone(),
            association: None,
            interface: None,
            private_ip: None,
            public_ip: None,
            zone: None,
        };
        if failure.is_none() {
            let new = NewInterface {
                subnet: self.subnet.clone(),
                groups: Vec::new(),
                description: format!("Interface for NAT Gateway {id}"),
                requester: "amazon-aws".to_owned(),
                public_ip: false,
            };
            let (world, region) = (&mut *call.world, call.region.as_str());
            let interface =
                interfaces::create_as(world, region, "nat_gateway", new, self.private_ip)?;
            // [terraform #9625]
            interfaces::set_groups(world, region, &interface, Vec::new());
            if let Some(allocation) = &self.allocation {
                own.association = Some(associate(
                    world,
                    region,
                    allocation,
                    Some(interface.as_str()),
                ));
            }
            let made = world.region(region).ec2.interfaces.get(&interface);
            own.private_ip = made.map(|it| it.private_ip);
            own.public_ip = made.and_then(|it| it.public_ip);
            own.interface = Some(interface);
        }
        let gateway = NatGateway {
            vpc,
            subnet: Some(self.subnet),
            is_public: self.allocation.is_some(),
            regional: None,
            state: State::Pending,
            addresses: vec![own],
            failure,
            deleted: None,
            tags,
            created: call.now(),
        };
        put(call, &id, gateway);
        Ok(id)
    }
}

fn make_regional(
    call: &mut Call<'_>,
    vpc: String,
    asked: &[InZone],
    tags: Tags,
) -> Result<String, Refusal> {
    let view = view(call);
    view.find::<Vpc>(&vpc)?;
    let mut chosen: Vec<(Zone, String)> = Vec::new();
    let mut failure = no_gateway(&view, &vpc);
    for each in asked {
        if each.name.is_none() && each.id.is_none() {
            let message =
                "The request must contain the parameter AvailabilityZone or AvailabilityZoneId";
            return Err(Refusal::new("MissingParameter", message));
        }
        let zone = zones::choose(&view, each.name.clone(), each.id.clone())?;
        if each.allocations.is_empty() {
            let message = "The request must contain the parameter AllocationIds";
            return Err(Refusal::new("MissingParameter", message));
        }
        for id in &each.allocations {
            let address = view.find::<Address>(id)?;
            let twice = chosen.iter().any(|(_, other)| other == id);
            failure = failure
                .or_else(|| unfit(&view, &vpc, id, address))
                .or(twice.then(|| already_associated(id)));
            chosen.push((zone.clone(), id.clone()));
        }
    }
    let id = call.world.ids.hex("nat-", 17);
    let (world, region) = (&mut *call.world, call.region.as_str());
    let mut addresses = Vec::new();
    for (zone, allocation) in chosen {
        addresses.push(match &failure {
            None => regional::address(world, region, zone.name, zone.id, allocation),
            Some(_) => regional::unassociated(zone.name, zone.id, allocation),
        });
    }
    let route_table = match failure {
        None => Some(regional::make_route_table(world, region, &vpc, &id)),
        Some(_) => None,
    };
    let gateway = NatGateway {
        vpc,
        subnet: None,
        is_public: true,
        regional: Some(Regional {
            is_automatic: asked.is_empty(),
            route_table,
        }),
        state: State::Pending,
        addresses,
        failure,
        deleted: None,
        tags,
        created: call.now(),
    };
    put(call, &id, gateway);
    Ok(id)
}

fn put(call: &mut Call<'_>, id: &str, gateway: NatGateway) {
    let timing = &call.world.timing;
    let after = match gateway.failure {
        Some(_) => timing.nat_gateway_failure,
        None => timing.nat_gateway,
    };
    let gateways = &mut call.here().ec2.nat_gateways;
    gateways.insert(id.to_owned(), gateway);
    later(call.world, &call.region, id, Step::Settles, after);
}

/// "NAT gateways only count toward your quota in the pending, active, and deleting states" [Amazon VPC quotas].
fn within_quota(view: &View<'_>, subnet: &Subnet) -> Result<(), Refusal> {
    let zone_of = |gateway: &NatGateway| {
        let subnet = view.ec2.subnets.get(gateway.subnet.as_ref()?)?;
        Some(&subnet.zone)
    };
    let gateways = view.ec2.nat_gateways.values();
    let here = gateways.filter(|it| it.is_there() && zone_of(it) == Some(&subnet.zone));
    let quota = view.ec2.quotas.nat_gateways_per_zone;
    if here.count() < quota {
        return Ok(());
    }
    let message =
        format!("Performing this operation would exceed the limit of {quota} NAT gateways");
    Err(Refusal::new("NatGatewayLimitExceeded", message))
}

/// Why a gateway with this address will fail [EC2 API: NatGateway, FailureMessage; terraform #13836].
fn unfit(view: &View<'_>, vpc: &str, id: &str, address: &Address) -> Option<(String, String)> {
    let taken = address.held.is_some() || address.managed_by.is_some();
    no_gateway(view, vpc).or(taken.then(|| already_associated(id)))
}

fn no_gateway(view: &View<'_>, vpc: &str) -> Option<(String, String)> {
    let message = || format!("Network {vpc} has no Internet gateway attached");
    let lacks = view.ec2.gateway_of(vpc).is_none();
    lacks.then(|| failed("Gateway.NotAttached", message()))
}

fn already_associated(id: &str) -> (String, String) {
    let message = format!("Elastic IP address {id} is already associated");
    failed("Resource.AlreadyAssociated", message)
}

fn failed(code: &str, message: String) -> (String, String) {
    (code.to_owned(), message)
}
