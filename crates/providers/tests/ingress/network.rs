//! What balancers stand in.

use crate::in_twin::InTwin;

/// A network with three subnets, a gateway and a security group.
pub(crate) struct Network {
    pub(crate) vpc: String,
    pub(crate) subnets: Vec<String>,
    pub(crate) group: String,
}

/// Makes one by hand.
pub(crate) async fn network(world: &InTwin) -> Network {
    let ec2 = aws_sdk_ec2::Client::new(&world.sdk);
    let made = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await;
    let vpc = made.unwrap().vpc.unwrap().vpc_id.unwrap();
    let gateway = ec2.create_internet_gateway().send().await.unwrap();
    let gateway = gateway.internet_gateway.unwrap().internet_gateway_id;
    let attach = ec2.attach_internet_gateway().vpc_id(&vpc);
    let attach = attach.set_internet_gateway_id(gateway);
    attach.send().await.unwrap();
    let mut subnets = Vec::new();
    for (number, zone) in ["a", "b", "c"].iter().enumerate() {
        let made = ec2
            .create_subnet()
            .vpc_id(&vpc)
            .cidr_block(format!("10.0.{number}.0/24"))
            .availability_zone(format!("eu-central-1{zone}"))
            .send()
            .await;
        subnets.extend(made.unwrap().subnet.unwrap().subnet_id);
    }
    let made = ec2
        .create_security_group()
        .vpc_id(&vpc)
        .group_name("balancer")
        .description("of the balancer")
        .send()
        .await;
    let group = made.unwrap().group_id.unwrap();
    Network {
        vpc,
        subnets,
        group,
    }
}
