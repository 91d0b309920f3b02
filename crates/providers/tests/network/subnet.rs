use ashore_engine::failure::Class;
use ashore_engine::kind::{Found, Live};
use ashore_providers::aws::subnet::{Change, Ipv6, Outputs, Subnet};
use ashore_providers::aws::tags::Tags;

use crate::in_twin::{InTwin, REGION, cx, made};
use crate::life::Life;
use crate::vpc::{network, retagged, vpc};
use ashore_providers::aws::vpc::Vpc;

pub(crate) fn subnet(vpc: &str, number: u8) -> Subnet {
    Subnet {
        vpc: vpc.to_string().into(),
        cidr: format!("10.0.{number}.0/24"),
        zone: "eu-central-1a".into(),
        ipv6: None,
        tags: Tags::default().named(format!("public-{number}")),
    }
}

#[tokio::test(start_paused = true)]
async fn a_subnet_from_nothing_to_nothing() {
    let world = InTwin::new().await;
    let (vpc, ec2) = network(&world).await;
    let spec = subnet(&vpc.outputs.id, 0);
    let mut life = Life::begin(&world, "network/subnet[a]", spec).await;
    let id = life.outputs.id.clone();
    assert_eq!(retagged(&mut life, &ec2, &id).await, [Change::Tag]);
    for field in ["cidr", "zone", "vpc"] {
        let before = world.twin.world(|world| {
            let subnets = &mut world.region(REGION).ec2.subnets;
            let subnet = subnets.get_mut(&id).unwrap();
            let before = subnet.clone();
            match field {
                "cidr" => subnet.cidr = "10.0.9.0/24".parse().unwrap(),
                "zone" => subnet.zone = "eu-central-1b".into(),
                _ => subnet.vpc = "vpc-0123456789abcdef0".into(),
            }
            before
        });
        assert_eq!(life.replaced_by().await, [field]);
        world.twin.world(|world| {
            let subnets = &mut world.region(REGION).ec2.subnets;
            subnets.insert(id.clone(), before);
        });
    }
    life.end().await;
    vpc.end().await;
}

#[tokio::test(start_paused = true)]
async fn who_stands_in_a_subnet_is_named_when_it_cannot_go() {
    let world = InTwin::new().await;
    let (vpc, ec2) = network(&world).await;
    let spec = subnet(&vpc.outputs.id, 0);
    let life = Life::begin(&world, "network/subnet[a]", spec).await;
    let request = ec2.create_network_interface().description("a test");
    let interface = request.subnet_id(&life.outputs.id).send().await.unwrap();
    let id = interface.network_interface.unwrap().network_interface_id;
    let refusal = life.refusal().await;
    assert_eq!(refusal.class, Class::Dependency);
    let subnet = &life.outputs.id;
    let holder = format!("network interface {} \"a test\" in {subnet}", id.unwrap());
    assert_eq!(refusal.evidence, [holder]);
}

#[tokio::test(start_paused = true)]
async fn a_range_that_somebody_has_is_refused_with_their_name() {
    let world = InTwin::new().await;
    let (vpc, ec2) = network(&world).await;
    let request = ec2.create_subnet().vpc_id(&vpc.outputs.id);
    let theirs = request.cidr_block("10.0.0.0/20").send().await.unwrap();
    let theirs = theirs.subnet.unwrap().subnet_id.unwrap();
    let spec = subnet(&vpc.outputs.id, 1);
    let cx = cx("network/subnet[b]");
    let refused = spec.send(&world.aws, &cx, &Change::Create, None).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.class, Class::Exists);
    let told = format!("10.0.1.0/24 overlaps with subnet {theirs} (10.0.0.0/20)");
    assert_eq!(refused.evidence, [told]);
    match spec.find(&world.aws, &cx).await.unwrap() {
        Found::Foreign(foreign) => assert!(foreign.who.contains(&theirs), "{}", foreign.who),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn subnets_that_are_wanted_together_are_one_read() {
    let world = InTwin::new().await;
    let (vpc, _) = network(&world).await;
    let mut made_ones: Vec<Outputs> = Vec::new();
    for number in 0..3 {
        let cx = cx(&format!("network/subnet[{number}]"));
        let spec = subnet(&vpc.outputs.id, number);
        made_ones.push(made(&world.aws, &cx, &spec).await);
    }
    let before = world.so_far();
    let looks = made_ones.iter().map(|it| Subnet::observe(&world.aws, it));
    let seen = futures_util::future::join_all(looks).await;
    assert!(seen.iter().all(|seen| matches!(seen, Ok(Some(_)))));
    assert_eq!(world.asked(before), ["ec2:DescribeSubnets"]);
}

#[tokio::test(start_paused = true)]
async fn a_subnet_has_its_part_of_the_networks_ipv6_range() {
    let world = InTwin::new().await;
    let with_ipv6 = Vpc {
        ipv6: true,
        ..vpc()
    };
    let network = Life::begin(&world, "network/vpc", with_ipv6).await;
    let within = network.outputs.ipv6_cidr.clone().expect("it is ready");
    let plain = subnet(&network.outputs.id, 0);
    let numbered = |index| Subnet {
        ipv6: Some(Ipv6 {
            within: within.clone().into(),
            index,
        }),
        ..plain.clone()
    };
    let mut life = Life::begin(&world, "network/subnet[a]", numbered(7)).await;
    let change = [Change::DisassociateIpv6, Change::AssociateIpv6];
    assert_eq!(life.becomes(numbered(255)).await, change);
    assert_eq!(
        life.becomes(plain.clone()).await,
        [Change::DisassociateIpv6]
    );
    assert_eq!(life.becomes(numbered(0)).await, [Change::AssociateIpv6]);
    life.end().await;
    network.end().await;
}
