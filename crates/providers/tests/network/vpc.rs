use ashore_engine::kind::Live;
use ashore_providers::aws::live::Aws;
use ashore_providers::aws::tags::Tags;
use ashore_providers::aws::vpc::{Change, Vpc};
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{AttributeBooleanValue, Tag};

use crate::in_twin::{InTwin, REGION};
use crate::life::Life;

pub(crate) const RANGE: &str = "10.0.0.0/16";

pub(crate) fn vpc() -> Vpc {
    Vpc {
        cidr: RANGE.into(),
        dns_hostnames: true,
        ipv6: false,
        tags: Tags::default().named("hello"),
    }
}

/// A network, and somebody else's client.
pub(crate) async fn network(world: &InTwin) -> (Life<'_, Vpc>, Client) {
    let life = Life::begin(world, "network/vpc", vpc()).await;
    (life, Client::new(&world.sdk))
}

/// Somebody renames it and tags it: the name is put back, and what is theirs stays.
pub(crate) async fn retagged<K>(life: &mut Life<'_, K>, ec2: &Client, id: &str) -> Vec<K::Change>
where
    K: Live<Client = Aws>,
{
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
    let request = ec2.create_tags().resources(id);
    let request = request.tags(tag("Name", "renamed")).tags(tag("cost", "42"));
    request.send().await.unwrap();
    let changes = life.is_put_right().await;
    let request = ec2.describe_tags().filters(
        aws_sdk_ec2::types::Filter::builder()
            .name("resource-id")
            .values(id)
            .build(),
    );
    let tags = request.send().await.unwrap();
    assert!(tags.tags().iter().any(|tag| tag.key() == Some("cost")));
    changes
}

#[tokio::test(start_paused = true)]
async fn a_network_from_nothing_to_nothing() {
    let world = InTwin::new().await;
    let (mut life, ec2) = network(&world).await;
    let id = life.outputs.id.clone();
    assert_eq!(retagged(&mut life, &ec2, &id).await, [Change::Tag]);
    let off = AttributeBooleanValue::builder().value(false).build();
    let request = ec2.modify_vpc_attribute().vpc_id(&id);
    request.enable_dns_hostnames(off).send().await.unwrap();
    assert_eq!(life.is_put_right().await, [Change::DnsHostnames]);
    world.twin.world(|world| {
        let vpcs = &mut world.region(REGION).ec2.vpcs;
        vpcs.get_mut(&id).unwrap().cidr = "10.1.0.0/16".parse().unwrap();
    });
    assert_eq!(life.replaced_by().await, ["cidr"]);
    life.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_network_with_ipv6_names_its_range_when_it_is_ready() {
    let world = InTwin::new().await;
    let spec = Vpc {
        ipv6: true,
        ..vpc()
    };
    let mut life = Life::begin(&world, "network/vpc", spec.clone()).await;
    assert!(
        life.outputs
            .ipv6_cidr
            .as_ref()
            .is_some_and(|it| it.ends_with("/56"))
    );
    assert_eq!(life.becomes(vpc()).await, [Change::DisassociateIpv6]);
    // AWS goes on showing what it had: that is not what it has.
    assert_eq!(life.seen().await.outputs.ipv6_cidr, None);
    assert_eq!(life.becomes(spec).await, [Change::AssociateIpv6]);
    life.end().await;
}
