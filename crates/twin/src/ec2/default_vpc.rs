//! The default VPC. Regions of the twin begin without one, as many organisations' accounts do.

use ipnet::Ipv4Net;
use serde_json::json;

use super::request::{finish, within};
use super::resource::view;
use super::route::Target;
use super::subnet::{self, NewSubnet};
use super::vpc::{self, NewVpc, Vpc};
use super::{internet_gateway, zones};
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;

/// `CreateDefaultVpc`: 172.31.0.0/16, a public /20 in each zone, an internet gateway and a route to it
/// [EC2 API: CreateDefaultVpc].
pub(super) fn create_default_vpc(call: &mut Call<'_>) -> Answer {
    let input = std::mem::take(&mut call.input);
    finish(input)?;
    let ec2 = &call.here().ec2;
    if ec2.default_vpc().is_some() {
        let message = "A Default VPC already exists for this account in this region.";
        return Err(Refusal::new("DefaultVpcAlreadyExists", message));
    }
    within(ec2.vpcs.len(), ec2.quotas.vpcs, "VpcLimitExceeded", "VPCs")?;
    let (quota, have) = (ec2.quotas.internet_gateways, ec2.gateways.len());
    within(
        have,
        quota,
        "InternetGatewayLimitExceeded",
        "internet gateways",
    )?;

    let cidr = Ipv4Net::new_assert([172, 31, 0, 0].into(), 16);
    let new = NewVpc {
        cidr,
        v6: false,
        is_default: true,
        tags: Tags::default(),
    };
    let id = vpc::make(call.world, &call.region, new);
    let blocks = cidr.subnets(20).into_iter().flatten();
    for (zone, cidr) in zones::ordinary(&call.region).into_iter().zip(blocks) {
        let new = NewSubnet {
            vpc: id.clone(),
            zone,
            cidr,
            cidr_v6: None,
            is_default: true,
        };
        subnet::make(call.world, &call.region, new, Tags::default());
    }
    let gateway = internet_gateway::make(call.world, &call.region, Some(&id), Tags::default());
    let main = call
        .here()
        .ec2
        .route_tables
        .values_mut()
        .find(|table| table.vpc == id);
    if let Some(main) = main {
        let anywhere = "0.0.0.0/0".to_owned();
        main.routes.insert(anywhere, Target::Gateway(gateway));
    }
    Ok(json!({ "vpc": view(call).find_made::<Vpc>(&id) }))
}
