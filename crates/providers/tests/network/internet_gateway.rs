use ashore_engine::failure::Class;
use ashore_providers::aws::internet_gateway::{Change, InternetGateway};
use ashore_providers::aws::tags::Tags;
use aws_sdk_ec2::Client;

use crate::in_twin::{InTwin, REGION};
use crate::life::Life;
use crate::vpc::{network, retagged};

pub(crate) fn gateway(vpc: &str) -> InternetGateway {
    InternetGateway {
        vpc: vpc.to_string().into(),
        tags: Tags::default().named("internet"),
    }
}

async fn detach(ec2: &Client, id: &str, vpc: &str) {
    let request = ec2.detach_internet_gateway().internet_gateway_id(id);
    request.vpc_id(vpc).send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_gateway_from_nothing_to_nothing() {
    let world = InTwin::new().await;
    let (vpc, ec2) = network(&world).await;
    let spec = gateway(&vpc.outputs.id);
    let mut life = Life::begin(&world, "network/internet_gateway", spec).await;
    let id = life.outputs.id.clone();
    assert_eq!(life.outputs.attached.as_deref(), Some(id.as_str()));
    assert_eq!(retagged(&mut life, &ec2, &id).await, [Change::Tag]);

    detach(&ec2, &id, &vpc.outputs.id).await;
    assert_eq!(life.seen().await.outputs.attached, None);
    assert_eq!(life.is_put_right().await, [Change::Attach]);

    let other = ec2.create_vpc().cidr_block("10.1.0.0/16").send().await;
    let other = other.unwrap().vpc.unwrap().vpc_id.unwrap();
    detach(&ec2, &id, &vpc.outputs.id).await;
    let request = ec2.attach_internet_gateway().internet_gateway_id(&id);
    request.vpc_id(&other).send().await.unwrap();
    assert_eq!(life.replaced_by().await, ["vpc"]);
    life.end().await;
    vpc.end().await;
}

#[tokio::test(start_paused = true)]
async fn whose_public_address_keeps_the_gateway_is_told() {
    let world = InTwin::new().await;
    let (vpc, ec2) = network(&world).await;
    let spec = gateway(&vpc.outputs.id);
    let life = Life::begin(&world, "network/internet_gateway", spec).await;
    let request = ec2.create_subnet().vpc_id(&vpc.outputs.id);
    let subnet = request.cidr_block("10.0.0.0/24").send().await.unwrap();
    let subnet = subnet.subnet.unwrap().subnet_id.unwrap();
    let mut interfaces = Vec::new();
    for what in ["public", "private"] {
        let request = ec2.create_network_interface().description(what);
        let made = request.subnet_id(&subnet).send().await.unwrap();
        interfaces.extend(made.network_interface.unwrap().network_interface_id);
    }
    world.twin.world(|world| {
        let all = &mut world.region(REGION).ec2.interfaces;
        let public = all.get_mut(&interfaces[0]).unwrap();
        public.public_ip = Some("198.18.0.1".parse().unwrap());
    });
    let refusal = life.refusal().await;
    assert_eq!(refusal.class, Class::Dependency);
    let public = &interfaces[0];
    let holder = format!("network interface {public} \"public\" in {subnet} with 198.18.0.1");
    assert_eq!(refusal.evidence, [holder]);
}
