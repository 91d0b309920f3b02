use ashore_engine::failure::Class;
use ashore_engine::kind::{Kind, Live};
use ashore_providers::aws::internet_gateway::InternetGateway;
use ashore_providers::aws::route_table::{Change, Outputs, Route, RouteTable};
use ashore_providers::aws::subnet::Subnet;
use ashore_providers::aws::tags::Tags;
use ashore_providers::aws::vpc::Vpc;
use aws_sdk_ec2::Client;

use crate::in_twin::{InTwin, REGION, cx, made, seen};
use crate::internet_gateway::gateway;
use crate::life::Life;
use crate::subnet::subnet;
use crate::vpc::{network, retagged};

const EVERYWHERE: &str = "0.0.0.0/0";

struct Around<'a> {
    vpc: Life<'a, Vpc>,
    gateway: Life<'a, InternetGateway>,
    subnets: Vec<String>,
    ec2: Client,
}

async fn around(world: &InTwin) -> Around<'_> {
    let (vpc, ec2) = network(world).await;
    let spec = gateway(&vpc.outputs.id);
    let gateway = Life::begin(world, "network/internet_gateway", spec).await;
    let mut subnets = Vec::new();
    for number in 0..3 {
        let spec: Subnet = subnet(&vpc.outputs.id, number);
        let cx = cx(&format!("network/subnet[{number}]"));
        subnets.push(made(&world.aws, &cx, &spec).await.id);
    }
    // Ids are not in the order of their making: the spec's order has to be kept, too.
    subnets.sort();
    subnets.reverse();
    Around {
        vpc,
        gateway,
        subnets,
        ec2,
    }
}

fn table(around: &Around<'_>, subnets: &[usize]) -> RouteTable {
    let subnets = subnets.iter().map(|index| around.subnets[*index].clone());
    RouteTable {
        vpc: around.vpc.outputs.id.clone().into(),
        routes: vec![Route {
            destination: EVERYWHERE.into(),
            gateway: around.gateway.outputs.id.clone().into(),
        }],
        subnets: subnets.map(Into::into).collect(),
        tags: Tags::default().named("public"),
    }
}

/// Seed: B37.
#[tokio::test(start_paused = true)]
async fn a_route_table_from_nothing_to_nothing() {
    let world = InTwin::new().await;
    let around = around(&world).await;
    let ec2 = &around.ec2;
    let spec = table(&around, &[0, 1, 2]);
    let mut life = Life::begin(&world, "network/route_table", spec).await;
    let id = life.outputs.id.clone();
    assert_eq!(retagged(&mut life, ec2, &id).await, [Change::Tag]);

    let request = ec2.delete_route().route_table_id(&id);
    let request = request.destination_cidr_block(EVERYWHERE);
    request.send().await.unwrap();
    assert_eq!(life.is_put_right().await, [Change::Route { index: 0 }]);

    let request = ec2.create_network_interface();
    let made = request.subnet_id(&around.subnets[0]).send().await.unwrap();
    let interface = made.network_interface.unwrap().network_interface_id;
    let request = ec2.replace_route().route_table_id(&id);
    let request = request.destination_cidr_block(EVERYWHERE);
    let request = request.set_network_interface_id(interface.clone());
    request.send().await.unwrap();
    let put_right = life.is_put_right().await;
    assert_eq!(put_right, [Change::ReplaceRoute { index: 0 }]);

    let association = &life.outputs.associations[&around.subnets[1]];
    let request = ec2.disassociate_route_table().association_id(association);
    request.send().await.unwrap();
    assert_eq!(life.is_put_right().await, [Change::Associate { index: 1 }]);

    world.twin.world(|world| {
        let tables = &mut world.region(REGION).ec2.route_tables;
        tables.get_mut(&id).unwrap().vpc = "vpc-0123456789abcdef0".into();
    });
    assert_eq!(life.replaced_by().await, ["vpc"]);
    life.end().await;
}

#[tokio::test(start_paused = true)]
async fn what_others_route_and_associate_stays_and_does_not_hinder_the_end() {
    let world = InTwin::new().await;
    let around = around(&world).await;
    let ec2 = &around.ec2;
    let spec = table(&around, &[0, 1]);
    let mut life = Life::begin(&world, "network/route_table", spec).await;
    let id = life.outputs.id.clone();
    let request = ec2.create_route().route_table_id(&id);
    let request = request.destination_cidr_block("192.168.0.0/16");
    let request = request.gateway_id(&around.gateway.outputs.id);
    request.send().await.unwrap();
    let request = ec2.associate_route_table().route_table_id(&id);
    let request = request.subnet_id(&around.subnets[2]);
    request.send().await.unwrap();

    let mut fewer = table(&around, &[1]);
    fewer.routes.clear();
    let association = life.outputs.associations[&around.subnets[0]].clone();
    let expect = [
        Change::Disassociate { association },
        Change::DeleteRoute {
            destination: EVERYWHERE.into(),
        },
    ];
    assert_eq!(life.becomes(fewer).await, expect);
    let seen = life.seen().await;
    assert!(seen.outputs.associations.contains_key(&around.subnets[2]));
    let there = RouteTable::observe(&world.aws, &life.outputs).await;
    let routes = there.unwrap().unwrap().spec.routes;
    assert_eq!(routes.len(), 1, "{routes:?}");
    assert_eq!(routes[0].destination, "192.168.0.0/16");
    life.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_subnet_that_uses_another_table_is_told_with_that_table() {
    let world = InTwin::new().await;
    let around = around(&world).await;
    let request = around.ec2.create_route_table();
    let made = request.vpc_id(&around.vpc.outputs.id).send().await.unwrap();
    let other = made.route_table.unwrap().route_table_id.unwrap();
    let request = around.ec2.associate_route_table().route_table_id(&other);
    let request = request.subnet_id(&around.subnets[0]);
    request.send().await.unwrap();
    let spec = table(&around, &[0]);
    let cx = cx("network/route_table");
    let mut outputs: Option<Outputs> = None;
    let mut refused = None;
    for change in spec.changes(None) {
        match spec.send(&world.aws, &cx, &change, outputs.as_ref()).await {
            Ok(known) => outputs = Some(known),
            Err(failure) => refused = Some(failure),
        }
    }
    let refused = refused.unwrap();
    assert_eq!(refused.class, Class::Exists);
    let told = format!("{} uses {other}", around.subnets[0]);
    assert_eq!(refused.evidence, [told]);
    let seen = seen(&world.aws, &spec, &outputs.unwrap()).await;
    let left = spec.changes(Some(&seen));
    assert_eq!(left, [Change::Associate { index: 0 }]);
}
