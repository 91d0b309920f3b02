//! `ModifyVpcEndpoint`

use serde_json::json;

use super::place::{
    self, apart, check_groups, check_policy, check_private_dns, check_subnets, check_tables,
    invalid,
};
use super::{Endpoint, Sort, State, create, service};
use crate::ec2::interfaces;
use crate::ec2::request::finish;
use crate::ec2::resource::view;
use crate::ec2::route::Target;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// What comes and what goes.
struct Exchange {
    add: Vec<String>,
    remove: Vec<String>,
}

/// `ModifyVpcEndpoint`: everything at once or nothing.
pub(in crate::ec2) fn modify_vpc_endpoint(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("VpcEndpointId")?;
    let reset = input.boolean("ResetPolicy")?.unwrap_or(false);
    let policy = input
        .text("PolicyDocument")?
        .filter(|text| !text.is_empty());
    let tables = exchange(&mut input, "RouteTableId")?;
    let subnets = exchange(&mut input, "SubnetId")?;
    let groups = exchange(&mut input, "SecurityGroupId")?;
    let private_dns = input.boolean("PrivateDnsEnabled")?;
    let before = view(call);
    let sort = before
        .ec2
        .endpoints
        .get(&id)
        .map_or(Sort::Interface, |it| it.sort);
    create::addressing(&mut input, sort)?;
    finish(input)?;
    let endpoint = view(call).find::<Endpoint>(&id)?.clone();
    if endpoint.state != State::Available {
        let message = format!("The VPC endpoint {id} is not in state available.");
        return Err(Refusal::new("IncorrectState", message)); // the code is assumed
    }
    if reset && policy.is_some() {
        let message = "The parameter ResetPolicy cannot be used with the parameter PolicyDocument";
        return Err(Refusal::new("InvalidParameterCombination", message));
    }
    match endpoint.sort {
        Sort::Gateway => apart(
            endpoint.sort,
            &[
                ("SubnetIds", subnets.is_some()),
                ("SecurityGroupIds", groups.is_some()),
                ("PrivateDnsEnabled", private_dns == Some(true)),
            ],
        )?,
        Sort::Interface => apart(endpoint.sort, &[("RouteTableIds", tables.is_some())])?,
    }
    policy.as_deref().map_or(Ok(()), check_policy)?;
    let view_before = view(call);
    let has: Vec<String> = view_before.ec2.tables_to(&id).cloned().collect();
    let tables = checked(tables, &has, "route tables")?;
    let subnets = checked(subnets, endpoint.interfaces.keys(), "subnets")?;
    let groups = checked(groups, &endpoint.groups, "security groups")?;
    check_tables(&view_before, &endpoint.vpc, &endpoint.service, &tables.add)?;
    let kept = endpoint
        .interfaces
        .keys()
        .filter(|it| !subnets.remove.contains(it));
    let kept: Vec<&String> = kept.collect();
    check_subnets(&view_before, &endpoint.vpc, &kept, &subnets.add)?;
    check_groups(&view_before, &endpoint.vpc, &groups.add)?;
    let mut after = endpoint.clone();
    after.groups.retain(|it| !groups.remove.contains(it));
    after.groups.extend(groups.add);
    if endpoint.sort == Sort::Interface && after.groups.is_empty() {
        return Err(invalid(
            "A VPC endpoint must have at least one security group.",
        ));
    }
    if private_dns == Some(true) && !endpoint.private_dns {
        let service = service::named(&call.region, &endpoint.service, endpoint.sort)?;
        check_private_dns(call, &endpoint.vpc, service)?;
    }
    after.private_dns = private_dns.unwrap_or(endpoint.private_dns);
    after.policy = policy.or(endpoint.policy.filter(|_| !reset));
    let made = place::occupy(call, &id, &subnets.add, &after.groups)?;
    for subnet in &subnets.remove {
        if let Some(interface) = after.interfaces.remove(subnet) {
            call.here().ec2.remove_interface(&interface);
        }
    }
    for interface in after.interfaces.values() {
        interfaces::set_groups(call.world, &call.region, interface, after.groups.clone());
    }
    after.interfaces.extend(made);
    let region = call.region.clone();
    let ec2 = &mut call.here().ec2;
    for table in &tables.remove {
        if let Some(table) = ec2.route_tables.get_mut(table) {
            table
                .routes
                .retain(|_, target| *target != Target::Endpoint(id.clone()));
        }
    }
    ec2.route_to(&region, &id, &after.service, &tables.add);
    ec2.endpoints.insert(id, after);
    Ok(json!({ "return": true }))
}

/// None where neither list is given.
fn exchange(input: &mut Input, what: &str) -> Result<Option<Exchange>, Refusal> {
    let add = input.texts(&format!("Add{what}"))?;
    let remove = input.texts(&format!("Remove{what}"))?;
    let some = !add.is_empty() || !remove.is_empty();
    Ok(some.then_some(Exchange { add, remove }))
}

/// Refuses to remove what is not there; what is there already needs no adding.
fn checked<'a>(
    asked: Option<Exchange>,
    has: impl IntoIterator<Item = &'a String>,
    what: &str,
) -> Result<Exchange, Refusal> {
    let has: Vec<&String> = has.into_iter().collect();
    let Some(mut asked) = asked else {
        let (add, remove) = (Vec::new(), Vec::new());
        return Ok(Exchange { add, remove });
    };
    if let Some(other) = asked.remove.iter().find(|id| !has.contains(id)) {
        return Err(invalid(format!(
            "{other} is not one of the {what} of the VPC endpoint."
        )));
    }
    asked
        .add
        .retain(|id| !has.contains(&id) || asked.remove.contains(id));
    Ok(asked)
}
