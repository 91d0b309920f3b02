//! What a manifest means in resources.

use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::graph::Graph;
use ashore_manifest::lower::{
    Existing, Holds, LoadBalancer, LowerError, Secret, Subnet, Surroundings, Vpc, kept, lower,
};
use ashore_manifest::model::{Reference, ValueFrom};
use ashore_manifest::{LoadOptions, Manifest, load};
use ashore_providers::aws::names::Names;
use serde_json::{Value, json};

use crate::render::render;

const HEAD: &str = "app = \"shop\"\nregion = \"eu-central-1\"\n";
const CLOUDFLARE: &str = "dns = { provider = \"cloudflare\", zone = \"example.com\" }\n";
const WEB: &str = "[services.web]\nimage = \"ghcr.io/acme/web:1\"\n";

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
            ["services.web/service"]
        );
    }
}

#[test]
fn an_execution_role_reads_exactly_what_its_containers_do() {
    let text = format!(
        "{HEAD}[registry]\nserver = \"ghcr.io\"\nusername = \"bot\"\npassword = {{ env = \"TOKEN\" }}\n\
         [secrets]\nSTRIPE = {{ secret = \"shop/stripe\", key = \"api\" }}\nSESSION = {{ generate = 64 }}\n\
         {WEB}secrets = {{ SMTP = {{ ssm = \"/smtp\" }}, SESSION = {{ env = \"S\" }} }}\n\
         [services.web.sidecars.otel]\nimage = \"otel:1\"\nsecrets = {{ KEY = {{ generate = 16 }} }}\n"
    );
    let graph = graph(&text);
    let arn =
        |address: &str| json!({ "$ref": { "address": address, "output": "arn", "when": "named" } });
    let stripe = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/stripe-a1B2c3";
    let containers = &spec(&graph, "services.web/task_definition")["containers"];
    assert_eq!(
        containers[0]["secrets"],
        json!({
            "SESSION": arn("services.web/secret[SESSION]"),
            "SMTP": "arn:aws:ssm:eu-central-1:123456789012:parameter/smtp",
            "STRIPE": format!("{stripe}:api::"),
        })
    );
    assert_eq!(
        containers[0]["repository_credentials"],
        arn("registry/secret")
    );
    assert_eq!(
        containers[1].get("repository_credentials"),
        None,
        "another registry's image"
    );
    let policy = &spec(&graph, "services.web/execution_role")["inline_policies"]["secrets"];
    let said: Vec<_> = policy["Statement"]
        .as_array()
        .expect("statements")
        .iter()
        .map(|it| {
            (
                it["Action"][0].as_str().unwrap_or_default(),
                it["Resource"].clone(),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            (
                "secretsmanager:GetSecretValue",
                json!([
                    arn("services.web/secret[SESSION]"),
                    stripe,
                    arn("registry/secret"),
                    arn("services.web/sidecar_secret[otel.KEY]"),
                ])
            ),
            (
                "ssm:GetParameters",
                json!(["arn:aws:ssm:eu-central-1:123456789012:parameter/smtp"])
            ),
            (
                "kms:Decrypt",
                json!(["arn:aws:kms:eu-central-1:123456789012:key/k"])
            ),
        ]
    );
    let waits = after(&graph, "services.web/service");
    assert!(
        waits.contains(&"services.web/execution_role".to_owned()),
        "{waits:?}"
    );
}

#[test]
fn what_is_kept_is_told_with_where_it_comes_from() {
    let text = format!(
        "{HEAD}[registry]\nserver = \"ghcr.io\"\nusername = \"bot\"\npassword = {{ prompt = true }}\n\
         [params.key]\nsecret = true\n[secrets]\nA = {{ param = \"key\" }}\nB = {{ generate = 32 }}\nC = {{ ssm = \"/c\" }}\n{WEB}"
    );
    let all = kept(&loaded(&text), "shop-production");
    let told: Vec<_> = all
        .iter()
        .map(|(address, kept)| format!("{address} {} {}", kept.name, kept.holds.source()))
        .collect();
    assert_eq!(
        told,
        [
            "registry/secret shop-production/registry registry user bot, password from prompt",
            "secrets/secret[A] shop-production/secrets/A param:key",
            "secrets/secret[B] shop-production/secrets/B 32 letters and digits",
        ]
    );
    let from = Holds::Given(ValueFrom::Param("key".to_owned()));
    assert_eq!(all["secrets/secret[A]"].holds, from);
    let graph = graph(&text);
    let recovery = |address| &spec(&graph, address)["recovery"];
    assert_eq!(recovery("secrets/secret[A]"), &json!("none"));
    assert_eq!(recovery("secrets/secret[B]"), &json!({ "days": 30 }));
}

#[test]
fn a_registry_that_nobody_pulls_from_keeps_nothing() {
    let text = format!(
        "{HEAD}[registry]\nserver = \"ghrc.io\"\nusername = \"bot\"\npassword = {{ env = \"T\" }}\n{WEB}"
    );
    assert_eq!(
        addresses(&graph(&text), "aws.secretsmanager.secret"),
        [""; 0]
    );
}

#[test]
fn the_task_role_is_what_the_service_says() {
    let graph = graph(&format!(
        "{HEAD}{WEB}exec = true\npermissions = [{{ actions = [\"s3:Get*\"], resources = [\"arn:aws:s3:::b/*\"], \
         conditions = {{ StringEquals = {{ \"aws:RequestedRegion\" = \"eu-central-1\" }} }} }}]\n"
    ));
    let policies = &spec(&graph, "services.web/task_role")["inline_policies"];
    assert_eq!(
        policies["permissions"]["Statement"],
        json!([{
            "Effect": "Allow",
            "Action": ["s3:Get*"],
            "Resource": ["arn:aws:s3:::b/*"],
            "Condition": { "StringEquals": { "aws:RequestedRegion": ["eu-central-1"] } },
        }])
    );
    assert_eq!(
        policies["exec"]["Statement"][0]["Action"]
            .as_array()
            .map(Vec::len),
        Some(4)
    );
    assert_eq!(
        spec(&graph, "services.web/service")["execute_command"],
        true
    );
}

#[test]
fn a_strategy_is_two_percents_and_a_word() {
    for (deploy, least, most, rollback) in [
        ("", 100, 200, true),
        ("deploy = { strategy = \"stop-then-start\" }", 0, 100, true),
        ("deploy = { minimum_healthy = 50 }", 50, 200, true),
        (
            "deploy = { circuit_breaker = { rollback = false } }",
            100,
            200,
            false,
        ),
    ] {
        let service = spec(
            &graph(&format!("{HEAD}{WEB}{deploy}\n")),
            "services.web/service",
        )
        .clone();
        assert_eq!(service["minimum_healthy_percent"], least, "{deploy}");
        assert_eq!(service["maximum_percent"], most, "{deploy}");
        assert_eq!(service["rollback"], rollback, "{deploy}");
        assert_eq!(service["circuit_breaker"], true, "{deploy}");
    }
}

#[test]
fn containers_of_a_task_know_of_each_other() {
    let graph = graph(&format!(
        "{HEAD}{WEB}depends_on = {{ otel = \"healthy\" }}\n[services.web.sidecars.otel]\nimage = \"otel:1\"\nessential = false\n\
         cpu = 64\nmemory = \"128MiB\"\nports = [4317]\nhealth = {{ command = [\"/healthy\"], start_period = \"10s\" }}\n"
    ));
    let containers = &spec(&graph, "services.web/task_definition")["containers"];
    assert_eq!(containers[0]["depends_on"], json!({ "otel": "HEALTHY" }));
    let otel = &containers[1];
    assert_eq!(
        (&otel["cpu"], &otel["memory_mib"]),
        (&json!(64), &json!(128))
    );
    assert_eq!(otel["health"]["command"], json!(["CMD", "/healthy"]));
    assert_eq!(otel["health"]["start_period_seconds"], 10);
    assert_eq!(otel["log"]["prefix"], "otel");
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

fn surroundings() -> Surroundings {
    let names = ["example.com", "www.example.com", "api.example.com"];
    let subnet = |id: &str, zone: &str, public| Subnet {
        id: id.to_owned(),
        zone: zone.to_owned(),
        public,
    };
    let arn = |of: &str| format!("arn:aws:{of}");
    Surroundings {
        names: Names {
            stack: StackName {
                app: "shop".to_owned(),
                environment: "production".to_owned(),
            },
            account: "123456789012".to_owned(),
            region: "eu-central-1".to_owned(),
        },
        zones: ["a", "b", "c"]
            .map(|zone| format!("eu-central-1{zone}"))
            .to_vec(),
        dns_zones: names
            .map(|name| (name.to_owned(), "Z-example.com".to_owned()))
            .into(),
        existing: Existing {
            vpc: Some(Vpc {
                id: "vpc-1".to_owned(),
                cidr: "10.0.0.0/16".to_owned(),
            }),
            subnets: vec![
                subnet("subnet-a", "eu-central-1a", true),
                subnet("subnet-b", "eu-central-1b", true),
            ],
            security_groups: Vec::new(),
            cluster: Some("arn:cluster".to_owned()),
            load_balancer: Some(LoadBalancer {
                arn: "arn:balancer".to_owned(),
                dns_name: "shared.elb.example".to_owned(),
                zone_id: "Z-elb".to_owned(),
                ipv6: false,
                security_groups: vec!["sg-balancer".to_owned()],
            }),
            listener: Some("arn:listener".to_owned()),
            certificate: Some("arn:certificate".to_owned()),
        },
        secrets: BTreeMap::from([
            (
                Reference::Secret("shop/stripe".to_owned()),
                Secret {
                    arn: arn("secretsmanager:eu-central-1:123456789012:secret:shop/stripe-a1B2c3"),
                    kms_key: None,
                },
            ),
            (
                Reference::Parameter("/smtp".to_owned()),
                Secret {
                    arn: arn("ssm:eu-central-1:123456789012:parameter/smtp"),
                    kms_key: Some(arn("kms:eu-central-1:123456789012:key/k")),
                },
            ),
            (
                Reference::Parameter("/c".to_owned()),
                Secret {
                    arn: arn("ssm:eu-central-1:123456789012:parameter/c"),
                    kms_key: None,
                },
            ),
        ]),
    }
}

fn loaded(text: &str) -> Manifest {
    load(text, &LoadOptions::default()).unwrap_or_else(|said| panic!("{}", render(text, &said)))
}

/// The graph, in surroundings that have what the manifest names.
fn graph(text: &str) -> Graph {
    let manifest = loaded(text);
    let mut surroundings = surroundings();
    let groups = &manifest.existing.security_groups;
    surroundings.existing.security_groups = groups.iter().map(|it| it.get().clone()).collect();
    if manifest.existing.subnets.len() > 2 {
        surroundings.existing.subnets.push(Subnet {
            id: "subnet-c".to_owned(),
            zone: "eu-central-1a".to_owned(),
            public: false,
        });
    }
    lower(&manifest, &surroundings).unwrap_or_else(|error| panic!("{error}"))
}

fn spec<'g>(graph: &'g Graph, address: &str) -> &'g Value {
    let node = graph.node(&address.into());
    &node.unwrap_or_else(|| panic!("{address} is there")).spec.0
}

fn addresses(graph: &Graph, kind: &str) -> Vec<String> {
    let of_kind = graph.nodes().filter(|(_, node)| node.kind == kind);
    of_kind.map(|(address, _)| address.to_string()).collect()
}

fn after(graph: &Graph, address: &str) -> Vec<String> {
    let node = graph.node(&address.into()).expect("it is there");
    node.after.iter().map(|it| it.address.to_string()).collect()
}
