//! What callers of EC2 alone cannot bring about: interfaces of other services, and quotas.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::interfaces::{NewInterface, create, release, set_groups};
use super::{OPERATIONS, tagged, vpc_has_gateway};
use crate::clock::Millis;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::service::services;
use crate::world::World;

const HERE: &str = "eu-central-1";

fn ask(world: &mut World, operation: &str, parameters: Value) -> Answer {
    let service = services()
        .iter()
        .find(|service| service.name == "ec2")
        .expect("EC2 is there");
    let fields = parameters.as_object().cloned().unwrap_or_else(Map::new);
    let run = OPERATIONS
        .iter()
        .find(|known| known.name == operation)
        .expect("it can do that")
        .run;
    run(&mut Call {
        world,
        region: HERE.to_owned(),
        operation,
        input: Input::new(service, fields),
        principal: String::new(),
        body: bytes::Bytes::new(),
    })
}

fn made(world: &mut World, operation: &str, parameters: Value, path: &str) -> String {
    let answer = ask(world, operation, parameters).expect("it is made");
    answer
        .pointer(path)
        .and_then(Value::as_str)
        .expect("it has an id")
        .to_owned()
}

fn code(answer: Answer) -> String {
    answer.err().map_or("ok".to_owned(), |refusal| refusal.code)
}

/// A VPC with a gateway, a subnet, a group, and a balancer's public interface.
struct Network {
    world: World,
    vpc: String,
    gateway: String,
    subnet: String,
    group: String,
    interface: String,
}

fn network() -> Network {
    let mut world = World::new(Millis::START);
    let w = &mut world;
    let vpc = made(
        w,
        "CreateVpc",
        json!({ "CidrBlock": "10.0.0.0/16" }),
        "/vpc/vpcId",
    );
    let path = "/internetGateway/internetGatewayId";
    let gateway = made(w, "CreateInternetGateway", json!({}), path);
    ask(
        w,
        "AttachInternetGateway",
        json!({ "InternetGatewayId": gateway, "VpcId": vpc }),
    )
    .expect("it is attached");
    let subnet = json!({ "VpcId": vpc, "CidrBlock": "10.0.0.0/28" });
    let subnet = made(w, "CreateSubnet", subnet, "/subnet/subnetId");
    let group = json!({ "VpcId": vpc, "GroupName": "lb", "GroupDescription": "lb" });
    let group = made(w, "CreateSecurityGroup", group, "/groupId");
    let new = NewInterface {
        subnet: subnet.clone(),
        groups: vec![group.clone()],
        description: "ELB app/web/50dc6c495c0c9188".to_owned(),
        requester: "amazon-elb".to_owned(),
        public_ip: true,
    };
    let interface = create(w, HERE, new).expect("it is made");
    Network {
        world,
        vpc,
        gateway,
        subnet,
        group,
        interface,
    }
}

#[test]
fn a_balancers_interface_holds_subnet_group_and_gateway_until_it_vanishes() {
    let Network {
        mut world,
        vpc,
        gateway,
        subnet,
        group,
        interface,
    } = network();
    let w = &mut world;
    let deletes = [
        ("DeleteSubnet", json!({ "SubnetId": subnet })),
        ("DeleteSecurityGroup", json!({ "GroupId": group })),
        (
            "DetachInternetGateway",
            json!({ "InternetGatewayId": gateway, "VpcId": vpc }),
        ),
        ("DeleteVpc", json!({ "VpcId": vpc })),
    ];
    for (operation, parameters) in &deletes {
        assert_eq!(
            code(ask(w, operation, parameters.clone())),
            "DependencyViolation",
            "{operation}"
        );
    }
    release(w, HERE, &interface, Duration::from_secs(60));
    w.settle(Millis(Millis::START.0 + 59_999));
    assert_eq!(
        code(ask(w, deletes[0].0, deletes[0].1.clone())),
        "DependencyViolation"
    );
    w.settle(Millis(Millis::START.0 + 60_000));
    for (operation, parameters) in deletes {
        assert_eq!(code(ask(w, operation, parameters)), "ok", "{operation}");
    }
    assert!(!vpc_has_gateway(w, HERE, &vpc));
}

#[test]
fn a_detach_says_what_is_in_the_way() {
    let Network {
        mut world,
        vpc,
        gateway,
        ..
    } = network();
    let parameters = json!({ "InternetGatewayId": gateway, "VpcId": vpc });
    let refusal = ask(&mut world, "DetachInternetGateway", parameters).expect_err("it is mapped");
    assert_eq!(
        refusal.message,
        format!(
            "Network {vpc} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway."
        )
    );
}

#[test]
fn an_interface_of_a_service_shows_whose_it_is() {
    let Network {
        mut world,
        interface,
        ..
    } = network();
    let filter = json!({ "Filter": [{ "Name": "description", "Value": ["ELB app/web/*"] }] });
    let answer = ask(&mut world, "DescribeNetworkInterfaces", filter).expect("it is shown");
    let shown = &answer["networkInterfaceSet"][0];
    assert_eq!(shown["networkInterfaceId"], json!(interface));
    assert_eq!(shown["requesterManaged"], json!(true));
    assert_eq!(shown["attachment"]["instanceOwnerId"], json!("amazon-elb"));
    assert_eq!(shown["privateIpAddress"], json!("10.0.0.4"));
    assert_eq!(shown["association"]["publicIp"], json!("198.18.0.1"));
}

#[test]
fn callers_cannot_delete_an_interface_in_use() {
    let Network {
        mut world,
        interface,
        ..
    } = network();
    let named = json!({ "NetworkInterfaceId": interface });
    assert_eq!(
        code(ask(&mut world, "DeleteNetworkInterface", named)),
        "InvalidParameterValue"
    );
}

#[test]
fn a_group_is_free_once_the_balancer_has_others() {
    let Network {
        mut world,
        group,
        interface,
        ..
    } = network();
    set_groups(&mut world, HERE, &interface, Vec::new());
    assert_eq!(
        code(ask(
            &mut world,
            "DeleteSecurityGroup",
            json!({ "GroupId": group })
        )),
        "ok"
    );
}

#[test]
fn quotas_can_be_set() {
    let Network {
        mut world,
        vpc,
        gateway,
        ..
    } = network();
    let w = &mut world;
    let quotas = &mut w.region(HERE).ec2.quotas;
    (
        quotas.vpcs,
        quotas.subnets_per_vpc,
        quotas.internet_gateways,
    ) = (1, 1, 1);
    (
        quotas.route_tables_per_vpc,
        quotas.groups,
        quotas.interfaces,
    ) = (2, 2, 1);
    (quotas.routes_per_table, quotas.groups_per_interface) = (1, 0);
    let table = made(
        w,
        "CreateRouteTable",
        json!({ "VpcId": vpc }),
        "/routeTable/routeTableId",
    );
    let route = |to: &str| json!({ "RouteTableId": table, "DestinationCidrBlock": to, "GatewayId": gateway });
    assert_eq!(code(ask(w, "CreateRoute", route("0.0.0.0/0"))), "ok");
    let group = json!({ "VpcId": vpc, "GroupName": "a", "GroupDescription": "a" });
    for (operation, parameters, expect) in [
        (
            "CreateVpc",
            json!({ "CidrBlock": "10.1.0.0/16" }),
            "VpcLimitExceeded",
        ),
        (
            "CreateSubnet",
            json!({ "VpcId": vpc, "CidrBlock": "10.0.9.0/24" }),
            "SubnetLimitExceeded",
        ),
        (
            "CreateInternetGateway",
            json!({}),
            "InternetGatewayLimitExceeded",
        ),
        (
            "CreateRouteTable",
            json!({ "VpcId": vpc }),
            "RouteTableLimitExceeded",
        ),
        ("CreateRoute", route("10.9.0.0/16"), "RouteLimitExceeded"),
        ("CreateSecurityGroup", group, "SecurityGroupLimitExceeded"),
    ] {
        assert_eq!(code(ask(w, operation, parameters)), expect, "{operation}");
    }
}

#[test]
fn everything_taggable_is_listed_by_arn() {
    let Network {
        world,
        subnet,
        group,
        ..
    } = network();
    let arns: Vec<String> = tagged(&world, HERE)
        .into_iter()
        .map(|(arn, _)| arn)
        .collect();
    let of = |resource: &str| format!("arn:aws:ec2:{HERE}:123456789012:{resource}");
    assert!(arns.contains(&of(&format!("subnet/{subnet}"))));
    assert!(arns.contains(&of(&format!("security-group/{group}"))));
    // The VPC, its main table and ACL, two groups with four rules, gateway, subnet, interface.
    assert_eq!(arns.len(), 11, "{arns:?}");
}
