//! What leads out of private subnets: addresses, NAT gateways, endpoints.

use ashore_engine::failure::Class;
use ashore_engine::kind::Live;
use ashore_engine::kind::Readiness;
use ashore_providers::aws::elastic_ip::{self, ElasticIp};
use ashore_providers::aws::nat_gateway::{self, NatGateway, Place};
use ashore_providers::aws::tags::Tags;
use ashore_providers::aws::vpc::Vpc;
use ashore_providers::aws::vpc_endpoint::{self, Difference, VpcEndpoint, Way};
use aws_sdk_ec2::Client;

use crate::in_twin::{InTwin, REGION, cx, made, pass};
use crate::internet_gateway::gateway;
use crate::life::Life;
use crate::subnet::subnet;
use crate::vpc::{network, retagged};

const DELETING: &str = "AWS, which is still deleting it";

fn address() -> ElasticIp {
    ElasticIp {
        tags: Tags::default().named("nat-a"),
    }
}

fn in_zone(subnet: &str, address: &str) -> NatGateway {
    NatGateway {
        place: Place::Zone {
            subnet: subnet.to_string().into(),
            address: address.to_string().into(),
        },
        tags: Tags::default().named("nat-a"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_nat_gateway_and_its_address_from_nothing_to_nothing() {
    let world = InTwin::new().await;
    let (vpc, ec2) = network(&world).await;
    let internet = Life::begin(&world, "internet", gateway(&vpc.outputs.id)).await;
    let public = Life::begin(&world, "subnet", subnet(&vpc.outputs.id, 0)).await;
    let mut address = Life::begin(&world, "address", address()).await;
    let id = address.outputs.id.clone();
    let renamed = retagged(&mut address, &ec2, &id).await;
    assert_eq!(renamed, [elastic_ip::Change::Tag]);

    let spec = in_zone(&public.outputs.id, &id);
    let mut nat = Life::begin(&world, "nat", spec).await;
    let id = nat.outputs.id.clone();
    let renamed = retagged(&mut nat, &ec2, &id).await;
    assert_eq!(renamed, [nat_gateway::Change::Tag]);

    let refusal = address.refusal().await;
    assert_eq!(refusal.class, Class::Dependency, "{refusal:?}");
    let held_by = nat.ends_held_by().await;
    assert!(held_by.iter().all(|by| by == DELETING), "{held_by:?}");
    assert!(!held_by.is_empty());
    address.end().await;
    public.end().await;
    internet.end().await;
    vpc.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_nat_gateway_of_the_region_needs_neither_subnet_nor_address() {
    let world = InTwin::new().await;
    let (vpc, _) = network(&world).await;
    let internet = Life::begin(&world, "internet", gateway(&vpc.outputs.id)).await;
    let spec = NatGateway {
        place: Place::Region {
            vpc: vpc.outputs.id.clone().into(),
        },
        tags: Tags::default(),
    };
    let nat = Life::begin(&world, "nat", spec).await;
    assert_ne!(nat.ends_held_by().await, Vec::<String>::new());
    internet.end().await;
    vpc.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_nat_gateway_in_a_network_without_internet_fails_and_says_so() {
    let world = InTwin::new().await;
    let (vpc, _) = network(&world).await;
    let public = Life::begin(&world, "subnet", subnet(&vpc.outputs.id, 0)).await;
    let address = Life::begin(&world, "address", address()).await;
    let spec = in_zone(&public.outputs.id, &address.outputs.id);
    let outputs = made(&world.aws, &cx("nat"), &spec).await;
    let failure = loop {
        match spec.ready(&world.aws, &cx("nat"), &outputs).await.unwrap() {
            Readiness::Pending { look_after, .. } => pass(look_after).await,
            Readiness::Failed(failure) => break failure,
            Readiness::Ready(_) => panic!("it leads nowhere"),
        }
    };
    assert_eq!(failure.code, "Gateway.NotAttached");
}

async fn table(ec2: &Client, vpc: &str) -> String {
    let made = ec2.create_route_table().vpc_id(vpc).send().await.unwrap();
    made.route_table.unwrap().route_table_id.unwrap()
}

fn s3(vpc: &Life<'_, Vpc>, tables: &[&String]) -> VpcEndpoint {
    VpcEndpoint {
        vpc: vpc.outputs.id.clone().into(),
        service: format!("com.amazonaws.{REGION}.s3"),
        way: Way::Gateway {
            route_tables: tables.iter().map(|id| (*id).clone().into()).collect(),
        },
        tags: Tags::default().named("s3"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_by_routes_follows_its_tables() {
    let world = InTwin::new().await;
    let (vpc, ec2) = network(&world).await;
    let tables = [
        table(&ec2, &vpc.outputs.id).await,
        table(&ec2, &vpc.outputs.id).await,
    ];
    let mut endpoint = Life::begin(&world, "s3", s3(&vpc, &[&tables[0]])).await;
    let id = endpoint.outputs.id.clone();
    let renamed = retagged(&mut endpoint, &ec2, &id).await;
    assert_eq!(renamed, [vpc_endpoint::Change::Tag]);
    let both = endpoint.becomes(s3(&vpc, &[&tables[1], &tables[0]])).await;
    assert_eq!(
        both,
        [vpc_endpoint::Change::Modify(Difference {
            add: vec![0],
            ..Difference::default()
        })]
    );
    let modify = ec2.modify_vpc_endpoint().vpc_endpoint_id(&id);
    let modify = modify.remove_route_table_ids(&tables[0]);
    modify.send().await.unwrap();
    assert_eq!(endpoint.is_put_right().await.len(), 1);
    endpoint.ends_held_by().await;
    for table in tables {
        let delete = ec2.delete_route_table().route_table_id(table);
        delete.send().await.unwrap();
    }
    vpc.end().await;
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_by_interfaces_follows_its_subnets_and_groups() {
    let world = InTwin::new().await;
    let (vpc, ec2) = network(&world).await;
    let private = Life::begin(&world, "subnet", subnet(&vpc.outputs.id, 0)).await;
    let group = |name: &'static str| {
        let create = ec2.create_security_group().group_name(name);
        let create = create.description(name).vpc_id(&vpc.outputs.id);
        async { create.send().await.unwrap().group_id.unwrap() }
    };
    let groups = [group("one").await, group("other").await];
    let by = |group: &String| VpcEndpoint {
        service: format!("com.amazonaws.{REGION}.ecr.api"),
        way: Way::Interface {
            subnets: vec![private.outputs.id.clone().into()],
            security_groups: vec![group.clone().into()],
        },
        ..s3(&vpc, &[])
    };
    let mut endpoint = Life::begin(&world, "ecr", by(&groups[0])).await;
    let changes = endpoint.becomes(by(&groups[1])).await;
    assert_eq!(
        changes,
        [vpc_endpoint::Change::Modify(Difference {
            add_groups: vec![0],
            remove_groups: vec![groups[0].clone()],
            ..Difference::default()
        })]
    );
    let held_by = endpoint.ends_held_by().await;
    assert!(held_by.iter().all(|by| by == DELETING), "{held_by:?}");
    private.end().await;
    for group in groups {
        let delete = ec2.delete_security_group().group_id(group);
        delete.send().await.unwrap();
    }
    vpc.end().await;
}
