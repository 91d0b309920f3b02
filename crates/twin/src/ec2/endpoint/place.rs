//! Where an endpoint stands, and what is refused of that: subnets, security groups, route tables, private names.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Sort, service};
use crate::ec2::interfaces::{self, NewInterface};
use crate::ec2::resource::{Kind, Resource, View};
use crate::ec2::route::Target;
use crate::ec2::route_table::{self, RouteTable};
use crate::ec2::security_group::SecurityGroup;
use crate::ec2::subnet::{self, Subnet};
use crate::ec2::{Ec2, prefix_list};
use crate::operation::Call;
use crate::refusal::Refusal;
use crate::route53;

/// The calls about endpoints spell these codes with a small d [terraform-aws-vpc #722, terraform-provider-aws].
const SUBNET: Kind = Kind {
    not_found: "InvalidSubnetId.NotFound",
    malformed: "InvalidSubnetId.Malformed",
    ..subnet::KIND
};
const ROUTE_TABLE: Kind = Kind {
    not_found: "InvalidRouteTableId.NotFound",
    malformed: "InvalidRouteTableId.Malformed",
    ..route_table::KIND
};

/// Refuses what cannot be, in the code of most of these calls.
pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidParameter", message)
}

/// Refuses parameters that endpoints of this sort do not have (the wording is assumed).
pub(super) fn apart(sort: Sort, parameters: &[(&str, bool)]) -> Result<(), Refusal> {
    match parameters.iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((name, _)) => Err(invalid(format!(
            "{name} is not applicable to VPC endpoints of type {sort:?}."
        ))),
    }
}

/// Checks subnets: each there, in the VPC, with room, one a zone [terraform-aws-vpc #451]. `own` are those that the
/// endpoint has and keeps.
pub(super) fn check_subnets(
    view: &View<'_>,
    vpc: &str,
    own: &[&String],
    new: &[String],
) -> Result<(), Refusal> {
    let zone_of = |id: &String| view.ec2.subnets.get(id).map(|subnet| &subnet.zone);
    let mut zones: Vec<&String> = own.iter().filter_map(|id| zone_of(id)).collect();
    for id in new {
        let subnet: &Subnet = find(view, &SUBNET, id)?;
        if subnet.vpc != vpc {
            return Err(invalid(format!(
                "Subnet {id} does not belong to VPC {vpc}."
            )));
        }
        if zones.contains(&&subnet.zone) {
            return Err(Refusal::new(
                "DuplicateSubnetsInSameZone",
                format!(
                    "Found another VPC endpoint subnet in the availability zone of {id}. VPC endpoint subnets should be in different availability zones supported by the VPC endpoint service."
                ),
            ));
        }
        zones.push(&subnet.zone);
        if view.ec2.free_addresses(id, subnet) == 0 {
            let message = format!(
                "The specified subnet '{id}' does not have enough free addresses to satisfy the request."
            );
            return Err(Refusal::new("InsufficientFreeAddressesInSubnet", message));
        }
    }
    Ok(())
}

/// Checks security groups: each there, and in the VPC.
pub(super) fn check_groups(view: &View<'_>, vpc: &str, groups: &[String]) -> Result<(), Refusal> {
    for id in groups {
        if view.find::<SecurityGroup>(id)?.vpc != vpc {
            return Err(invalid(format!(
                "Security group {id} does not belong to VPC {vpc}."
            )));
        }
    }
    Ok(())
}

/// Checks route tables: each there, in the VPC, without a route to the service [awslabs; terraform-provider-aws].
pub(super) fn check_tables(
    view: &View<'_>,
    vpc: &str,
    service: &str,
    tables: &[String],
) -> Result<(), Refusal> {
    let list = prefix_list::of_service(view.region, service).unwrap_or_default();
    for id in tables {
        let table: &RouteTable = find(view, &ROUTE_TABLE, id)?;
        if table.vpc != vpc {
            return Err(invalid(format!(
                "Route table {id} does not belong to VPC {vpc}."
            )));
        }
        if table.routes.contains_key(&list) {
            let message = format!(
                "route table {id} already has a route with destination-prefix-list-id {list}"
            );
            return Err(Refusal::new("RouteAlreadyExists", message));
        }
    }
    Ok(())
}

/// Checks that the service's own name can lead to an endpoint in this VPC [EC2 API: PrivateDnsEnabled;
/// terraform-provider-aws #17535].
pub(super) fn check_private_dns(
    call: &mut Call<'_>,
    vpc: &str,
    service: &service::Service,
) -> Result<(), Refusal> {
    let region = call.region.clone();
    let here = &call.here().ec2;
    if here
        .vpcs
        .get(vpc)
        .is_none_or(|it| !it.dns_support || !it.dns_hostnames)
    {
        return Err(invalid(format!(
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for {vpc}"
        )));
    }
    for name in service.names(&region) {
        let taken = super::private_dns_of(call.world, &region, vpc, &name).is_some()
            || route53::private_zone_of(call.world, &region, vpc, &name).is_some();
        if taken {
            return Err(invalid(format!(
                "private-dns-enabled cannot be set because there is already a conflicting DNS domain for {name} in the VPC {vpc}"
            )));
        }
    }
    Ok(())
}

/// Refuses what is no policy [EC2 API: InvalidPolicyDocument].
pub(super) fn check_policy(text: &str) -> Result<(), Refusal> {
    let policy = serde_json::from_str::<Value>(text).ok();
    let statement = policy.as_ref().and_then(|policy| policy.get("Statement"));
    if statement.is_some_and(|it| it.is_array() || it.is_object()) {
        return Ok(());
    }
    let message = "The specified policy document is not a valid JSON policy document.";
    Err(Refusal::new("InvalidPolicyDocument", message))
}

/// Makes an endpoint's interfaces in subnets that were checked. Gives them by subnet.
pub(super) fn occupy(
    call: &mut Call<'_>,
    id: &str,
    subnets: &[String],
    groups: &[String],
) -> Result<BTreeMap<String, String>, Refusal> {
    let mut made = BTreeMap::new();
    for subnet in subnets {
        let new = NewInterface {
            subnet: subnet.clone(),
            groups: groups.to_vec(),
            description: format!("VPC Endpoint Interface {id}"),
            requester: "amazon-aws".to_owned(),
            public_ip: false,
        };
        match interfaces::create_as(call.world, &call.region, "vpc_endpoint", new, None) {
            Ok(interface) => drop(made.insert(subnet.clone(), interface)),
            Err(refusal) => {
                let ec2 = &mut call.here().ec2;
                made.values().for_each(|it| ec2.remove_interface(it));
                return Err(refusal);
            }
        }
    }
    Ok(made)
}

impl Ec2 {
    /// Lets route tables lead to an endpoint.
    pub(super) fn route_to(
        &mut self,
        region: &str,
        endpoint: &str,
        service: &str,
        tables: &[String],
    ) {
        let Some(list) = prefix_list::of_service(region, service) else {
            return;
        };
        for table in tables {
            if let Some(table) = self.route_tables.get_mut(table) {
                let target = Target::Endpoint(endpoint.to_owned());
                table.routes.insert(list.clone(), target);
            }
        }
    }
}

fn find<'a, R: Resource>(view: &View<'a>, kind: &Kind, id: &str) -> Result<&'a R, Refusal> {
    kind.check(id)?;
    view.find(id).map_err(|_| kind.not_found(id))
}
