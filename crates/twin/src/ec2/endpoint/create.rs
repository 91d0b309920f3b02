//! `CreateVpcEndpoint`

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::place::{
    apart, check_groups, check_policy, check_private_dns, check_subnets, check_tables,
};
use super::{Endpoint, KIND, Sort, State, later, place, service};
use crate::ec2::request::{Token, finish, made_before, remember, tags_on_create, within};
use crate::ec2::resource::{Kind, view};
use crate::ec2::vpc;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;

/// Spelt as in the other calls about endpoints.
const VPC: Kind = Kind {
    not_found: "InvalidVpcId.NotFound",
    malformed: "InvalidVpcId.Malformed",
    ..vpc::KIND
};

#[derive(Debug)]
struct Asked {
    vpc: String,
    service: String,
    sort: Sort,
    policy: Option<String>,
    tables: Vec<String>,
    subnets: Vec<String>,
    groups: Vec<String>,
    private_dns: Option<bool>,
}

/// `CreateVpcEndpoint`: gateway endpoints are available at once, interface endpoints after a while [emulators.md 4: VPCE
/// pending->available]. The same client token gives the same endpoint.
pub(in crate::ec2) fn create_vpc_endpoint(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let asked = read(&mut input)?;
    let token = Token::read(&mut input, "CreateVpcEndpoint")?;
    let tags = tags_on_create(&mut input, &KIND)?;
    finish(input)?;
    let request = format!("{asked:?} {tags:?}");
    let now = call.now();
    let made = made_before(&call.here().ec2, now, token.as_ref(), &request)?;
    let id = match made.filter(|id| call.here().ec2.endpoints.contains_key(id)) {
        Some(id) => id,
        None => {
            let mut endpoint = make(call, &asked)?;
            endpoint.tags = tags;
            let id = call.world.ids.hex("vpce-", 17);
            endpoint.interfaces = place::occupy(call, &id, &asked.subnets, &endpoint.groups)?;
            let region = call.region.clone();
            let ec2 = &mut call.here().ec2;
            ec2.endpoints.insert(id.clone(), endpoint);
            ec2.route_to(&region, &id, &asked.service, &asked.tables);
            remember(ec2, now, token.as_ref(), &request, &id);
            if asked.sort == Sort::Interface {
                later(call.world, &region, &id, false);
            }
            id
        }
    };
    let shown = view(call).find_made::<Endpoint>(&id);
    Ok(json!({ "vpcEndpoint": shown, "clientToken": token.map(|token| token.text) }))
}

fn read(input: &mut Input) -> Result<Asked, Refusal> {
    let vpc = input.required("VpcId")?;
    let service = input.required("ServiceName")?;
    let sort = match input.text("VpcEndpointType")?.as_deref() {
        None | Some("Gateway") => Sort::Gateway,
        Some("Interface") => Sort::Interface,
        Some(other) => {
            return Err(Refusal::not_implemented(format_args!(
                "VPC endpoints of type {other}"
            )));
        }
    };
    let asked = Asked {
        vpc,
        service,
        sort,
        policy: input
            .text("PolicyDocument")?
            .filter(|text| !text.is_empty()),
        tables: input.texts("RouteTableId")?,
        subnets: input.texts("SubnetId")?,
        groups: input.texts("SecurityGroupId")?,
        private_dns: input.boolean("PrivateDnsEnabled")?,
    };
    addressing(input, sort)?;
    match sort {
        Sort::Gateway => apart(
            sort,
            &[
                ("SubnetIds", !asked.subnets.is_empty()),
                ("SecurityGroupIds", !asked.groups.is_empty()),
                ("PrivateDnsEnabled", asked.private_dns == Some(true)),
            ],
        )?,
        Sort::Interface => apart(sort, &[("RouteTableIds", !asked.tables.is_empty())])?,
    }
    Ok(asked)
}

/// Takes what is modelled for IPv4 only.
pub(super) fn addressing(input: &mut Input, sort: Sort) -> Result<(), Refusal> {
    input.accept("IpAddressType", &[json!("ipv4")])?;
    if let Some(mut options) = input.object("DnsOptions")? {
        let records: Value = match sort {
            Sort::Gateway => json!("service-defined"),
            Sort::Interface => json!("ipv4"),
        };
        options.accept("DnsRecordIpType", &[records])?;
        options.accept("PrivateDnsOnlyForInboundResolverEndpoint", &[json!(false)])?;
        options.finish()?;
    }
    Ok(())
}

/// Checks everything and makes an endpoint without interfaces, not yet in the store.
fn make(call: &mut Call<'_>, asked: &Asked) -> Result<Endpoint, Refusal> {
    let view_before = view(call);
    VPC.check(&asked.vpc)?;
    let found = view_before.find::<vpc::Vpc>(&asked.vpc);
    found.map_err(|_| VPC.not_found(&asked.vpc))?;
    let service = service::named(view_before.region, &asked.service, asked.sort)?;
    if let Some(policy) = &asked.policy {
        check_policy(policy)?;
    }
    check_subnets(&view_before, &asked.vpc, &[], &asked.subnets)?;
    check_groups(&view_before, &asked.vpc, &asked.groups)?;
    check_tables(&view_before, &asked.vpc, &asked.service, &asked.tables)?;
    let ec2 = view_before.ec2;
    let same = ec2.endpoints.values().filter(|it| it.sort == asked.sort);
    match asked.sort {
        Sort::Gateway => {
            let quota = ec2.quotas.gateway_endpoints;
            within(
                same.count(),
                quota,
                "VpcEndpointLimitExceeded",
                "VPC endpoints",
            )?;
        }
        Sort::Interface => {
            let here = same.filter(|it| it.vpc == asked.vpc).count();
            let quota = ec2.quotas.interface_endpoints_per_vpc;
            within(here, quota, "VpcEndpointLimitExceeded", "VPC endpoints")?;
        }
    }
    let mut groups = asked.groups.clone();
    groups.dedup();
    if groups.is_empty() && asked.sort == Sort::Interface {
        groups.extend(ec2.default_group(&asked.vpc).cloned());
    }
    // The console and the API turn it on unless told otherwise [EC2 API: PrivateDnsEnabled, "Default: true"].
    let private_dns = asked.private_dns.unwrap_or(asked.sort == Sort::Interface);
    if private_dns {
        check_private_dns(call, &asked.vpc, service)?;
    }
    Ok(Endpoint {
        vpc: asked.vpc.clone(),
        service: asked.service.clone(),
        sort: asked.sort,
        state: match asked.sort {
            Sort::Gateway => State::Available,
            Sort::Interface => State::Pending,
        },
        policy: asked.policy.clone(),
        interfaces: BTreeMap::new(),
        groups,
        private_dns,
        label: call.world.ids.hex("", 8),
        tags: Default::default(),
        created: call.now(),
    })
}
