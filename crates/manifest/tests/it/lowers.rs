//! What a manifest means in network, ingress and DNS.

use std::collections::BTreeMap;

use ashore_manifest::lower::{Existing, LowerError, lower};
use ashore_manifest::model::Reference;
use serde_json::json;

use crate::lowered::{HEAD, WEB, addresses, after, graph, loaded, spec, surroundings};

const CLOUDFLARE: &str = "dns = { provider = \"cloudflare\", zone = \"example.com\" }\n";

#[test]
fn two_services_share_one_certificate_and_have_a_rule_each() {
    let graph = graph(&format!(
        "{HEAD}{CLOUDFLARE}{WEB}port = 80\nhostname = \"example.com\"\naliases = [\"www.example.com\"]\n\
         [services.api]\nimage = \"api:1\"\nport = 81\nhostname = \"api.example.com\"\n"
    ));
    let certificate = spec(&graph, "ingress/certificate");
    assert_eq!(certificate["domain"], "api.example.com");
    assert_eq!(
        certificate["names"],
        json!(["example.com", "www.example.com"])
    );
    assert_eq!(
        addresses(&graph, "cloudflare.dns.record"),
        [
            "ingress/validation_record",
            "ingress/validation_record[example.com]",
            "ingress/validation_record[www.example.com]",
            "services.api/record",
            "services.web/record",
            "services.web/record[www.example.com]",
        ]
    );
    let rules = ["services.api/listener_rule", "services.web/listener_rule"];
    let rules = rules.map(|rule| spec(&graph, rule));
    assert_eq!(rules[1]["hosts"], json!(["example.com", "www.example.com"]));
    assert_ne!(rules[0]["priority"], rules[1]["priority"]);
}

#[test]
fn a_rule_is_for_five_names_and_the_next_one_for_the_rest() {
    let names = ["a", "b", "c", "d", "e", "f", "g"].map(|name| format!("{name}.example.com"));
    let graph = graph(&format!(
        "{HEAD}dns = {{ provider = \"manual\" }}\n{WEB}port = 80\nhostname = {:?}\naliases = {:?}\n",
        names[0],
        &names[1..]
    ));
    let rules = [
        "services.web/listener_rule",
        "services.web/listener_rule[2]",
    ];
    let rules = rules.map(|rule| spec(&graph, rule));
    assert_eq!(rules[0]["hosts"], json!(names[..5]));
    assert_eq!(rules[1]["hosts"], json!(names[5..]));
    assert_ne!(rules[0]["priority"], rules[1]["priority"]);
}

/// Seed: B24.
#[test]
fn dns_is_written_by_whoever_serves_the_zone() {
    for (provider, kind, record) in [
        (
            "route53",
            "aws.route53.record",
            json!({ "record_type": "A", "zone_id": "Z-example.com", "name": "example.com" }),
        ),
        (
            "manual",
            "manual.dns.record",
            json!({ "record_type": "CNAME", "name": "example.com" }),
        ),
    ] {
        let graph = graph(&format!(
            "{HEAD}dns = {{ provider = \"{provider}\" }}\n{WEB}port = 80\nhostname = \"example.com\"\n"
        ));
        let all = addresses(&graph, kind);
        assert_eq!(all, ["ingress/validation_record", "services.web/record"]);
        let written = spec(&graph, "services.web/record");
        for (member, value) in record.as_object().expect("members") {
            assert_eq!(&written[member], value, "{provider} {member}");
        }
        assert_eq!(
            after(&graph, "services.web/record"),
            ["services.web/service", "ingress/http_listener"]
        );
    }
}

/// Seed: B38.
#[test]
fn dual_stack_reaches_from_the_vpc_to_the_record() {
    let graph = graph(&format!(
        "{HEAD}dns = {{ provider = \"route53\" }}\nnetwork = {{ ipv6 = true }}\n{WEB}port = 80\nhostname = \"example.com\"\n"
    ));
    assert_eq!(spec(&graph, "network/vpc")["ipv6"], true);
    assert_eq!(spec(&graph, "network/subnet[b]")["ipv6"]["index"], 1);
    assert_eq!(
        spec(&graph, "network/route_table")["routes"][1]["destination"],
        "::/0"
    );
    assert_eq!(
        spec(&graph, "ingress/load_balancer")["ip_address_type"],
        "dualstack"
    );
    let rules = spec(&graph, "ingress/security_group")["ingress"]
        .as_array()
        .map(Vec::len);
    assert_eq!(rules, Some(4));
    assert_eq!(
        spec(&graph, "services.web/record")["target"]["alias"]["ipv6"],
        true
    );
}

#[test]
fn what_exists_is_used_and_not_made() {
    let everything = "[existing]\nvpc = \"vpc-1\"\nsubnets = [\"subnet-a\", \"subnet-b\", \"subnet-c\"]\n\
                      security_groups = [\"sg-1\"]\ncluster = \"shared\"\nload_balancer = \"shared\"\n\
                      listener = \"arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shared/1/2\"\n";
    let service = format!("{WEB}port = 80\nhostname = \"example.com\"\n");
    let full = graph(&format!("{HEAD}{CLOUDFLARE}{everything}{service}"));
    let kinds: Vec<_> = full.nodes().map(|(_, node)| node.kind.as_str()).collect();
    for made in [
        "aws.ec2.vpc",
        "aws.ec2.subnet",
        "aws.ec2.security_group",
        "aws.ecs.cluster",
        "aws.elb.load_balancer",
        "aws.elb.listener",
        "aws.acm.certificate",
    ] {
        assert!(!kinds.contains(&made), "{made} is there");
    }
    let running = spec(&full, "services.web/service");
    assert_eq!(running["cluster"], "arn:cluster");
    assert_eq!(running["security_groups"], json!(["sg-1"]));
    assert_eq!(running["subnets"], json!(["subnet-c"]), "the private one");
    assert_eq!(running["assign_public_ip"], false);
    let rule = spec(&full, "services.web/listener_rule");
    assert_eq!(rule["listener"], "arn:listener");
    let priority = rule["priority"].as_u64().unwrap_or_default();
    assert!((10_000..50_000).contains(&priority), "{priority}");
    assert_eq!(
        spec(&full, "services.web/record")["content"],
        "shared.elb.example"
    );

    let network = "[existing]\nvpc = \"vpc-1\"\nsubnets = [\"subnet-a\", \"subnet-b\"]\n\
                   certificate = \"arn:aws:acm:eu-central-1:123456789012:certificate/x\"\n";
    let partly = graph(&format!("{HEAD}{CLOUDFLARE}{network}{service}"));
    let balancer = spec(&partly, "ingress/load_balancer");
    assert_eq!(balancer["subnets"], json!(["subnet-a", "subnet-b"]));
    assert_eq!(
        spec(&partly, "ingress/https_listener")["certificate"],
        "arn:certificate"
    );
    assert_eq!(addresses(&partly, "aws.acm.certificate"), [""; 0]);
    let group = spec(&partly, "services.web/security_group");
    assert_eq!(group["vpc"], "vpc-1");
}

/// Seed: B35.
#[test]
fn what_was_not_looked_up_is_an_error_with_its_name() {
    let mut nothing = surroundings();
    nothing.existing = Existing::default();
    nothing.secrets = BTreeMap::new();
    nothing.dns_zones = BTreeMap::new();
    nothing.zones.truncate(1);
    let reference = Reference::Parameter("/smtp".to_owned());
    let network = "network = { azs = 2 }\n";
    for (text, expected) in [
        (
            format!("{HEAD}{network}{WEB}"),
            LowerError::Zones {
                wanted: 2,
                there: 1,
                region: "eu-central-1".to_owned(),
            },
        ),
        (
            format!("{HEAD}[existing]\nvpc = \"vpc-1\"\nsubnets = [\"subnet-1\"]\n{WEB}"),
            LowerError::Unread("existing.vpc"),
        ),
    ] {
        assert_eq!(lower(&loaded(&text), &nothing).expect_err(&text), expected);
    }
    nothing.zones = surroundings().zones;
    for (text, expected) in [
        (
            format!("{HEAD}[existing]\ncluster = \"shared\"\n{WEB}"),
            LowerError::Unread("existing.cluster"),
        ),
        (
            format!("{HEAD}{WEB}secrets = {{ A = {{ ssm = \"/smtp\" }} }}\n"),
            LowerError::Secret(reference),
        ),
        (
            format!("{HEAD}{CLOUDFLARE}{WEB}port = 80\nhostname = \"a.example.com\"\n"),
            LowerError::Zone("a.example.com".to_owned()),
        ),
    ] {
        assert_eq!(lower(&loaded(&text), &nothing).expect_err(&text), expected);
    }
}
