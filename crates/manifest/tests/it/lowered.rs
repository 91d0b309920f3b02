//! A manifest's graph, in surroundings that have what it names.

use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::graph::Graph;
use ashore_manifest::lower::{
    Existing, LoadBalancer, LocalFile, Secret, Subnet, Surroundings, Vpc, lower,
};
use ashore_manifest::model::Reference;
use ashore_manifest::{LoadOptions, Manifest, load};
use ashore_providers::aws::names::Names;
use serde_json::Value;

use crate::render::render;

pub(crate) const HEAD: &str = "app = \"shop\"\nregion = \"eu-central-1\"\n";
pub(crate) const WEB: &str = "[services.web]\nimage = \"ghcr.io/acme/web:1\"\n";

pub(crate) fn surroundings() -> Surroundings {
    let names = [
        "example.com",
        "www.example.com",
        "api.example.com",
        "cdn.example.com",
    ];
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
        machine_image: Some("ami-0123456789abcdef0".to_owned()),
        assets: BTreeMap::from([(
            "static".to_owned(),
            BTreeMap::from([(
                "site.css".to_owned(),
                LocalFile {
                    md5: "0cc175b9c0f1b6a831c399e269772661".to_owned(),
                    size: 1,
                    content_type: "text/css; charset=utf-8".to_owned(),
                },
            )]),
        )]),
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
        images: BTreeMap::new(),
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

pub(crate) fn loaded(text: &str) -> Manifest {
    load(text, &LoadOptions::default()).unwrap_or_else(|said| panic!("{}", render(text, &said)))
}

/// The graph, in surroundings that have what the manifest names.
pub(crate) fn graph(text: &str) -> Graph {
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

pub(crate) fn spec<'g>(graph: &'g Graph, address: &str) -> &'g Value {
    let node = graph.node(&address.into());
    &node.unwrap_or_else(|| panic!("{address} is there")).spec.0
}

pub(crate) fn addresses(graph: &Graph, kind: &str) -> Vec<String> {
    let of_kind = graph.nodes().filter(|(_, node)| node.kind == kind);
    of_kind.map(|(address, _)| address.to_string()).collect()
}

pub(crate) fn after(graph: &Graph, address: &str) -> Vec<String> {
    let node = graph.node(&address.into()).expect("it is there");
    node.after.iter().map(|it| it.address.to_string()).collect()
}
