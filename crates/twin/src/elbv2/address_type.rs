//! Which addresses a load balancer has: IPv4, or both.

use serde_json::json;

use super::balancer::{self, Kind};
use super::constraint::{self, misconfigured};
use crate::ec2;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;

/// The type of balancers that ask for none.
pub(super) const IPV4: &str = "ipv4";
/// The type of balancers whose IPv4 addresses are private.
pub(super) const WITHOUT_PUBLIC_IPV4: &str = "dualstack-without-public-ipv4";

const TYPES: [&str; 3] = [IPV4, "dualstack", WITHOUT_PUBLIC_IPV4];

pub(super) fn set_ip_address_type(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("LoadBalancerArn")?;
    let Some(wanted) = read(&mut input)? else {
        return Err(input.missing("IpAddressType"));
    };
    input.finish()?;
    let found = balancer::named(&mut call.here().elbv2, &arn)?.clone();
    let subnets = found.zones.iter().map(|zone| &zone.subnet);
    check(call.world, &call.region, found.face(), subnets, &wanted)?;
    if (wanted == WITHOUT_PUBLIC_IPV4) != (found.address_type == WITHOUT_PUBLIC_IPV4) {
        let what = format!("changing {} to {wanted}", found.address_type);
        return Err(Refusal::not_implemented(what));
    }
    balancer::named(&mut call.here().elbv2, &arn)?
        .address_type
        .clone_from(&wanted);
    Ok(json!({"IpAddressType": wanted}))
}

pub(super) fn read(input: &mut Input) -> Result<Option<String>, Refusal> {
    constraint::one_of(input, "IpAddressType", &TYPES)
}

/// Every subnet of a balancer with IPv6 addresses has an IPv6 block, and only an application balancer that faces the
/// internet can do without public IPv4 addresses [ELBv2 API: SetIpAddressType].
pub(super) fn check<'a>(
    world: &World,
    region: &str,
    (kind, internet_facing): (Kind, bool),
    mut subnets: impl Iterator<Item = &'a String>,
    wanted: &str,
) -> Result<(), Refusal> {
    if wanted == WITHOUT_PUBLIC_IPV4 && !(internet_facing && kind == Kind::Application) {
        return Err(misconfigured(format!(
            "IP address type '{WITHOUT_PUBLIC_IPV4}' is only supported by internet-facing application load balancers"
        )));
    }
    let has_v6 =
        |id: &String| ec2::subnet(world, region, id).is_some_and(|it| it.cidr_v6.is_some());
    if wanted != IPV4 && !subnets.all(has_v6) {
        return Err(Refusal::new(
            // [aws-load-balancer-controller #4865]
            "ValidationError",
            "You must specify subnets with an associated IPv6 CIDR block.",
        ));
    }
    Ok(())
}
