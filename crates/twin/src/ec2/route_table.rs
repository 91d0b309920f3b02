//! Route tables.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Ec2;
use super::describe::describe;
use super::request::{Token, finish, made_before, remember, tags_on_create, within};
use super::resource::{Kind, Resource, View, in_use, view};
use super::route::Target;
use super::vpc::Vpc;
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::tags::Tags;
use crate::world::World;

/// A route table.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub struct RouteTable {
    /// Its VPC.
    pub vpc: String,
    /// The routes that were made, by destination. Those within the VPC are there always and not listed here.
    pub routes: BTreeMap<String, Target>,
    /// The id of the association that makes it the main one of its VPC.
    pub main: Option<String>,
    /// The subnets that use it, by the id of the association.
    pub associations: BTreeMap<String, String>,
    /// The regional NAT gateway that came with it, and the id of the association.
    #[serde(default)]
    pub edge: Option<(String, String)>,
    /// Its tags.
    pub tags: Tags,
    created: Millis,
}

/// Ids of route tables.
pub(super) const KIND: Kind = Kind {
    prefix: "rtb-",
    resource_type: "route-table",
    noun: "routeTable ID",
    not_found: "InvalidRouteTableID.NotFound",
    malformed: "InvalidRouteTableId.Malformed",
};

/// `CreateRouteTable`: the same client token gives the same table [EC2 API: CreateRouteTable, idempotency].
pub(super) fn create_route_table(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let vpc = input.required("VpcId")?;
    let token = Token::read(&mut input, "CreateRouteTable")?;
    let tags = tags_on_create(&mut input, &KIND)?;
    finish(input)?;
    let request = format!("{vpc} {tags:?}");
    let now = call.now();
    let view_before = view(call);
    let made = made_before(view_before.ec2, view_before.now, token.as_ref(), &request)?;
    // A table that was deleted since is made again: the token then stands for a new one (assumed).
    let made = made.filter(|id| view_before.ec2.route_tables.contains_key(id));
    let id = match made {
        Some(id) => id,
        None => {
            view_before.find::<Vpc>(&vpc)?;
            let have = view_before
                .ec2
                .route_tables
                .values()
                .filter(|table| table.vpc == vpc);
            let quota = view_before.ec2.quotas.route_tables_per_vpc;
            within(
                have.count(),
                quota,
                "RouteTableLimitExceeded",
                "route tables",
            )?;
            let id = make(call.world, &call.region, &vpc, tags);
            remember(&mut call.here().ec2, now, token.as_ref(), &request, &id);
            id
        }
    };
    let shown = view(call).find_made::<RouteTable>(&id);
    Ok(json!({ "routeTable": shown, "clientToken": token.map(|token| token.text) }))
}

/// `DescribeRouteTables`
pub(super) fn describe_route_tables(call: &mut Call<'_>) -> Answer {
    describe::<RouteTable>(call, "RouteTableId", "routeTableSet")
}

/// `DeleteRouteTable`: neither the main one nor one that a subnet uses [EC2 API: DeleteRouteTable].
pub(super) fn delete_route_table(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let id = input.required("RouteTableId")?;
    finish(input)?;
    let table = view(call).find::<RouteTable>(&id)?;
    if table.is_main() || !table.associations.is_empty() || table.edge.is_some() {
        return Err(in_use("routeTable", &id));
    }
    call.here().ec2.route_tables.remove(&id);
    Ok(json!({ "return": true }))
}

/// Makes the main route table of a new VPC.
pub(super) fn make_main(world: &mut World, region: &str, vpc: &str) {
    let id = make(world, region, vpc, Tags::default());
    let association = world.ids.hex("rtbassoc-", 17);
    if let Some(table) = world.region(region).ec2.route_tables.get_mut(&id) {
        table.main = Some(association);
    }
}

/// Makes the route table of a regional NAT gateway, with a route to the internet.
pub(super) fn make_for(
    world: &mut World,
    region: &str,
    vpc: &str,
    nat: &str,
    gateway: Option<String>,
) -> String {
    let id = make(world, region, vpc, Tags::default());
    let association = world.ids.hex("rtbassoc-", 17);
    if let Some(table) = world.region(region).ec2.route_tables.get_mut(&id) {
        table.edge = Some((nat.to_owned(), association));
        let out = gateway.map(|gateway| ("0.0.0.0/0".to_owned(), Target::Gateway(gateway)));
        table.routes.extend(out);
    }
    id
}

fn make(world: &mut World, region: &str, vpc: &str, tags: Tags) -> String {
    let id = world.ids.hex("rtb-", 17);
    let table = RouteTable {
        vpc: vpc.to_owned(),
        routes: BTreeMap::new(),
        main: None,
        associations: BTreeMap::new(),
        edge: None,
        tags,
        created: world.now,
    };
    world
        .region(region)
        .ec2
        .route_tables
        .insert(id.clone(), table);
    id
}

impl RouteTable {
    /// Whether subnets that name no table use this one.
    pub(super) fn is_main(&self) -> bool {
        self.main.is_some()
    }

    fn show_associations(&self, id: &str) -> Vec<Value> {
        let show = |association: &String, main: bool, subnet: Option<&String>| {
            json!({
                "routeTableAssociationId": association,
                "routeTableId": id,
                "main": main,
                "subnetId": subnet,
                "associationState": { "state": "associated" },
            })
        };
        let main = self
            .main
            .iter()
            .map(|association| show(association, true, None));
        let explicit = self
            .associations
            .iter()
            .map(|(id, subnet)| show(id, false, Some(subnet)));
        let edge = self.edge.iter().map(|(nat, association)| {
            let mut shown = show(association, false, None);
            shown["gatewayId"] = json!(nat);
            shown
        });
        main.chain(explicit).chain(edge).collect()
    }

    fn show_routes(&self, view: &View<'_>) -> Vec<Value> {
        let vpc = view.ec2.vpcs.get(&self.vpc);
        let v4 = vpc.map(|vpc| vpc.cidr.to_string());
        let v6 = vpc.and_then(|vpc| vpc.cidr_v6).map(|net| net.to_string());
        let local = [v4, v6].into_iter().flatten().map(|destination| {
            let key = destination_key(&destination);
            json!({ key: destination, "gatewayId": "local", "origin": "CreateRouteTable", "state": "active" })
        });
        let made = self.routes.iter().map(|(destination, target)| {
            let active = target.works(view.ec2, &self.vpc);
            let mut shown = json!({
                destination_key(destination): destination,
                "origin": "CreateRoute",
                "state": if active { "active" } else { "blackhole" },
            });
            let (member, id) = target.shown();
            shown[member] = json!(id);
            shown
        });
        local.chain(made).collect()
    }
}

fn destination_key(destination: &str) -> &'static str {
    if destination.starts_with("pl-") {
        "destinationPrefixListId"
    } else if destination.contains(':') {
        "destinationIpv6CidrBlock"
    } else {
        "destinationCidrBlock"
    }
}

impl Resource for RouteTable {
    const KIND: &'static Kind = &KIND;
    const FILTERS: &'static [(&'static str, &'static str)] = &[
        ("association.gateway-id", "associationSet.gatewayId"),
        ("association.main", "associationSet.main"),
        (
            "association.route-table-association-id",
            "associationSet.routeTableAssociationId",
        ),
        ("association.route-table-id", "associationSet.routeTableId"),
        ("association.subnet-id", "associationSet.subnetId"),
        ("owner-id", "ownerId"),
        ("route-table-id", "routeTableId"),
        (
            "route.destination-cidr-block",
            "routeSet.destinationCidrBlock",
        ),
        (
            "route.destination-ipv6-cidr-block",
            "routeSet.destinationIpv6CidrBlock",
        ),
        (
            "route.destination-prefix-list-id",
            "routeSet.destinationPrefixListId",
        ),
        (
            "route.egress-only-internet-gateway-id",
            "routeSet.egressOnlyInternetGatewayId",
        ),
        ("route.gateway-id", "routeSet.gatewayId"),
        ("route.nat-gateway-id", "routeSet.natGatewayId"),
        ("route.origin", "routeSet.origin"),
        ("route.state", "routeSet.state"),
        ("vpc-id", "vpcId"),
    ];

    fn all(ec2: &Ec2) -> &BTreeMap<String, RouteTable> {
        &ec2.route_tables
    }

    fn created(&self) -> Millis {
        self.created
    }

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn show(&self, id: &str, view: &View<'_>) -> Value {
        json!({
            "routeTableId": id,
            "vpcId": self.vpc,
            "ownerId": view.account,
            "routeSet": self.show_routes(view),
            "associationSet": self.show_associations(id),
            "propagatingVgwSet": [],
            "tagSet": self.tags.to_list("key", "value"),
        })
    }
}
