//! What is not ours is named, refused and left alone.

use serde_json::{Value, json};

use crate::rig::{HELLO, Rig};

#[track_caller]
pub(crate) fn refused(rig: &Rig, names: &str) {
    let before = rig.log().len();
    let up = rig.ashore(&["up"]).exits(7);
    assert!(up.stderr.contains("E0201"), "{}", up.stderr);
    assert!(up.stderr.contains(names), "{names}:\n{}", up.stderr);
    assert_eq!(
        rig.changes(before),
        Vec::<String>::new(),
        "nothing was changed"
    );
}

pub(crate) fn zone(rig: &Rig) -> String {
    let zones = rig.cloudflare("GET", "/zones?name=example.com", None);
    zones["result"][0]["id"]
        .as_str()
        .expect("the zone")
        .to_string()
}

pub(crate) fn records(rig: &Rig, zone: &str) -> Vec<Value> {
    let path = format!("/zones/{zone}/dns_records?name.exact=hello.example.com");
    rig.cloudflare("GET", &path, None)["result"]
        .as_array()
        .cloned()
        .unwrap_or_default()
}

/// Seed: B23.
#[test]
fn a_foreign_cluster_is_refused_and_named() {
    let rig = Rig::new(HELLO);
    let target = "AmazonEC2ContainerServiceV20141113.CreateCluster";
    rig.aws(
        "ecs",
        target,
        &json!({ "clusterName": "hello-production-cluster" }),
    );
    refused(&rig, "hello-production-cluster");
}

#[test]
fn a_foreign_log_group_is_refused_and_named() {
    let rig = Rig::new(HELLO);
    let group = json!({ "logGroupName": "/ashore/hello-production/web" });
    rig.aws("logs", "Logs_20140328.CreateLogGroup", &group);
    refused(&rig, "/ashore/hello-production/web");
}

#[test]
fn a_foreign_role_is_refused_named_and_untouched() {
    // The hash is of account, region and stack: the same wherever this runs.
    for name in [
        "hello-production-web-execution-5dde06",
        "hello-production-web-task-5dde06",
    ] {
        let rig = Rig::new(HELLO);
        let trust = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" },
            "Action": "sts:AssumeRole",
        }]});
        let role = [
            ("RoleName", name),
            ("AssumeRolePolicyDocument", &trust.to_string()),
            ("Description", "somebody else's"),
        ];
        rig.query("iam", "CreateRole", &role);
        let before = rig.world()["iam"].clone();
        assert!(before.to_string().contains(name));
        refused(&rig, name);
        assert_eq!(rig.world()["iam"], before);
    }
}

#[test]
fn a_foreign_balancer_is_refused_named_and_untouched() {
    let rig = Rig::new(HELLO);
    let vpc = network(&rig);
    let subnet = |range: &str, zone: &str| {
        let parameters = [
            ("VpcId", vpc.as_str()),
            ("CidrBlock", range),
            ("AvailabilityZone", zone),
        ];
        let made = rig.query("ec2", "CreateSubnet", &parameters);
        told(&made, "subnetId")
    };
    let subnets = [
        subnet("10.77.0.0/20", "eu-central-1a"),
        subnet("10.77.16.0/20", "eu-central-1b"),
    ];
    let balancer = [
        ("Name", "hello-production-balancer"),
        ("Scheme", "internal"),
        ("Subnets.member.1", &subnets[0]),
        ("Subnets.member.2", &subnets[1]),
    ];
    rig.query("elasticloadbalancing", "CreateLoadBalancer", &balancer);
    rig.pass(600); // it comes to rest, and all that differs from now on is our doing
    let before = balancers(&rig);
    refused(&rig, "hello-production-balancer");
    assert_eq!(balancers(&rig), before);
}

#[test]
fn a_foreign_target_group_is_refused_named_and_untouched() {
    let rig = Rig::new(HELLO);
    let group = [
        ("Name", "hello-production-web"),
        ("Protocol", "HTTP"),
        ("Port", "8080"),
        ("TargetType", "ip"),
        ("VpcId", &network(&rig)),
    ];
    rig.query("elasticloadbalancing", "CreateTargetGroup", &group);
    let before = balancers(&rig);
    refused(&rig, "hello-production-web");
    assert_eq!(balancers(&rig), before);
}

#[test]
fn service_linked_roles_that_are_there_are_used_and_stay() {
    let rig = Rig::new(HELLO);
    for service in ["ecs.amazonaws.com", "elasticloadbalancing.amazonaws.com"] {
        let role = [("AWSServiceName", service)];
        rig.query("iam", "CreateServiceLinkedRole", &role);
    }
    let before = rig.world()["iam"]["roles"].clone();
    assert_eq!(before.as_object().map(serde_json::Map::len), Some(2));
    let from = rig.log().len();
    rig.ashore(&["up"]).exits(0);
    rig.ashore(&["plan", "--detailed-exitcode"]).exits(0);
    rig.ashore(&["down", "--yes"]).exits(0);
    let touched: Vec<String> = rig
        .changes(from)
        .into_iter()
        .filter(|change| change.contains("ServiceLinkedRole"))
        .collect();
    assert_eq!(touched, Vec::<String>::new());
    assert_eq!(rig.world()["iam"]["roles"], before);
}

/// Somebody else's network.
pub(crate) fn network(rig: &Rig) -> String {
    let made = rig.query("ec2", "CreateVpc", &[("CidrBlock", "10.77.0.0/16")]);
    told(&made, "vpcId")
}

/// The first of these elements.
#[track_caller]
pub(crate) fn told(xml: &str, element: &str) -> String {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    let rest = xml.split_once(&open).map(|(_, rest)| rest);
    let text = rest.and_then(|rest| Some(rest.split_once(&close)?.0));
    text.unwrap_or_else(|| panic!("no {element} in {xml}"))
        .to_string()
}

fn balancers(rig: &Rig) -> Value {
    let mut all = rig.world()["regions"]["eu-central-1"]["elbv2"].clone();
    assert!(all.to_string().contains("hello-production"), "{all:#}");
    // What was there before us lies in these; the rest counts.
    all.as_object_mut()
        .expect("an object")
        .retain(|name, _| ["balancers", "target_groups", "listeners", "rules"].contains(&&**name));
    all
}

/// Seed: B21.
#[test]
fn a_foreign_dns_record_is_refused_named_and_untouched() {
    let rig = Rig::new(HELLO);
    let zone = zone(&rig);
    let record =
        json!({ "type": "A", "name": "hello.example.com", "content": "192.0.2.7", "ttl": 300 });
    rig.cloudflare("POST", &format!("/zones/{zone}/dns_records"), Some(record));
    let before = records(&rig, &zone);
    refused(&rig, "192.0.2.7");
    assert_eq!(records(&rig, &zone), before);
}

#[test]
fn what_somebody_made_in_the_place_of_ours_is_theirs() {
    let rig = Rig::new(HELLO);
    rig.ashore(&["up"]).exits(0);
    let group = json!({ "logGroupName": "/ashore/hello-production/web" });
    rig.aws("logs", "Logs_20140328.DeleteLogGroup", &group);
    rig.aws("logs", "Logs_20140328.CreateLogGroup", &group);
    // Ours is made again under another name; theirs is neither changed nor deleted.
    let before = rig.log().len();
    rig.ashore(&["up"]).exits(0);
    let logs = |request: &String| request.starts_with("logs:");
    let sent: Vec<String> = rig.changes(before).into_iter().filter(logs).collect();
    assert_eq!(sent, ["logs:CreateLogGroup", "logs:PutRetentionPolicy"]);
    rig.ashore(&["down", "--yes"]).exits(0);
    let left = rig.aws("logs", "Logs_20140328.DescribeLogGroups", &json!({}));
    let names: Vec<_> = left["logGroups"]
        .as_array()
        .expect("a list")
        .iter()
        .collect();
    assert_eq!(names.len(), 1, "{left}");
    assert_eq!(names[0]["logGroupName"], "/ashore/hello-production/web");
}

#[test]
fn two_stacks_whose_names_read_the_same_are_told_apart() {
    let rig = Rig::new(&HELLO.replace("\"hello\"", "\"shop\""));
    rig.ashore(&["up", "--env", "eu-prod"]).exits(0);
    rig.write(
        &HELLO
            .replace("\"hello\"", "\"shop-eu\"")
            .replace("hello.example", "eu.example"),
    );
    // Both are written `shop-eu-prod`, and so would their folders be: from another checkout.
    let state = rig.path(".ashore");
    std::fs::rename(&state, rig.path("elsewhere")).expect("the folder is ours");
    let before = rig.log().len();
    let up = rig.ashore(&["up", "--env", "prod"]).exits(7);
    assert!(up.stderr.contains("E0201"), "{}", up.stderr);
    assert_eq!(rig.changes(before), Vec::<String>::new());
}
