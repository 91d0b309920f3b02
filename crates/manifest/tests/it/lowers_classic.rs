//! Classic load balancers, in resources.
//!
//! Seed: S3-14.

use serde_json::{Value, json};

use crate::lowered::{HEAD, addresses, after, graph, spec};

const EC2: &str = "[ec2]\ninstance_types = [\"t3.small\"]\nmax = 3\n";
const DNS: &str = "dns = { provider = \"route53\", zone = \"example.com\" }\n";

fn manifest(top: &str, balancer: &str, service: &str) -> String {
    format!(
        "{HEAD}{top}{EC2}[balancers.old]\ntype = \"classic\"\n{balancer}\n\
         [services.web]\nimage = \"ghcr.io/acme/web:1\"\nbalancer = \"old\"\n\
         capacity = {{ ec2 = {{ network = \"bridge\" }} }}\ncpu = 0.5\nmemory = \"700MiB\"\n{service}\n"
    )
}

const OLD: &str = "balancers.old/classic_balancer";

#[test]
fn https_ends_at_it_and_goes_on_to_the_port_of_the_instances() {
    let balancer =
        "idle_timeout = \"2m\"\naccess_logs = { bucket = \"acme-logs\", prefix = \"shop\" }";
    let service = "port = 8080\nhostname = \"www.example.com\"\n\
                   health = { path = \"/health-check\", interval = \"30s\", timeout = \"5s\", \
                   healthy_threshold = 2, unhealthy_threshold = 5 }";
    let graph = graph(&manifest(DNS, balancer, service));
    let old = spec(&graph, OLD);
    assert_eq!(old["name"], "shop-production-classic-old");
    assert_eq!(old["scheme"], "internet-facing");
    let listener = &old["listeners"][0];
    assert_eq!(old["listeners"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&listener["port"], &listener["protocol"]),
        (&json!(443), &json!("HTTPS"))
    );
    assert_eq!(
        (&listener["instance_port"], &listener["instance_protocol"]),
        (&json!(8080), &json!("HTTP"))
    );
    assert_eq!(listener["tls_policy"], "ELBSecurityPolicy-TLS-1-2-2017-01");
    assert!(listener["certificate"]["$ref"].is_object(), "{listener:#}");
    assert_eq!(
        old["health"],
        json!({
            "target": "HTTP:8080/health-check",
            "interval_seconds": 30,
            "timeout_seconds": 5,
            "healthy_threshold": 2,
            "unhealthy_threshold": 5,
        })
    );
    assert_eq!(old["cross_zone"], true);
    assert_eq!(old["idle_timeout_seconds"], 120);
    assert_eq!(
        old["access_logs"],
        json!({ "bucket": "acme-logs", "prefix": "shop" })
    );
    assert!(old["draining"]["seconds"].is_u64());

    let service = spec(&graph, "services.web/service");
    let attached = &service["classic_balancer"];
    assert_eq!(attached["balancer"]["$ref"]["address"], OLD);
    assert_eq!(
        (&attached["container"], &attached["port"]),
        (&json!("web"), &json!(8080))
    );
    assert_eq!(service["load_balancer"], Value::Null);
    assert_eq!(service["circuit_breaker"], false);
    let definition = spec(&graph, "services.web/task_definition");
    assert_eq!(
        definition["containers"][0]["host_ports"],
        json!([{ "port": 8080, "on_host": 8080 }])
    );
    for none in [
        "aws.elb.load_balancer",
        "aws.elb.listener",
        "aws.elb.listener_rule",
        "aws.elb.target_group",
    ] {
        assert_eq!(addresses(&graph, none), [""; 0], "{none}");
    }
    // The name leads to it, once the tasks serve.
    let record = spec(&graph, "services.web/record");
    assert_eq!(
        record["target"]["alias"]["dns_name"]["$ref"]["address"],
        OLD
    );
    assert_eq!(record["target"]["alias"]["zone_id"]["$ref"]["address"], OLD);
    assert!(after(&graph, "services.web/record").contains(&"services.web/service".to_string()));
}

/// 443 from anywhere, and from it to the one port of the instances.
#[test]
fn only_its_own_port_is_open_and_only_to_it_those_of_the_instances() {
    let service = "port = 8080\nhostname = \"www.example.com\"";
    let graph = graph(&manifest(DNS, "", service));
    let front = &spec(&graph, "balancers.old/security_group")["ingress"];
    assert_eq!(front.as_array().map(Vec::len), Some(1), "{front:#}");
    assert_eq!(front[0]["from_port"], 443);
    assert_eq!(front[0]["source"], json!({ "cidr4": "0.0.0.0/0" }));
    let ports = &spec(&graph, "ec2/security_group")["ingress"];
    assert_eq!(ports.as_array().map(Vec::len), Some(1), "{ports:#}");
    assert_eq!(
        (&ports[0]["from_port"], &ports[0]["to_port"]),
        (&json!(8080), &json!(8080))
    );
    let from = &ports[0]["source"]["group"]["$ref"]["address"];
    assert_eq!(from, "balancers.old/security_group");
}

#[test]
fn http_tcp_and_tls_have_the_listeners_that_they_need() {
    let rows = [
        ("port = 8080", json!([80, "HTTP", "HTTP"]), "HTTP:8080/"),
        (
            "port = 5432\nprotocol = \"tcp\"\nlisten = 5433",
            json!([5433, "TCP", "TCP"]),
            "TCP:5432",
        ),
        (
            "port = 1883\nprotocol = \"tls\"\nlisten = 8883\nhostname = \"www.example.com\"",
            json!([8883, "SSL", "TCP"]),
            "TCP:1883",
        ),
    ];
    for (service, speaks, target) in rows {
        let graph = graph(&manifest(DNS, "scheme = \"internal\"", service));
        let old = spec(&graph, OLD);
        let listener = &old["listeners"][0];
        let found = [
            &listener["port"],
            &listener["protocol"],
            &listener["instance_protocol"],
        ];
        assert_eq!(json!(found), speaks);
        assert_eq!(old["health"]["target"], target);
        assert_eq!(old["scheme"], "internal");
        let secure = listener.get("certificate").is_some();
        assert_eq!(secure, speaks[1] == "SSL");
        let front = &spec(&graph, "balancers.old/security_group")["ingress"];
        assert_eq!(front[0]["from_port"], speaks[0]);
    }
}

#[test]
fn the_words_that_differ_from_its_defaults_are_said() {
    let balancer = "cross_zone = false\ntls = \"compatible\"\nallow = [\"192.0.2.0/24\"]";
    let service = "port = 8080\nhostname = \"www.example.com\"";
    let graph = graph(&manifest(DNS, balancer, service));
    let old = spec(&graph, OLD);
    assert_eq!(old["cross_zone"], false);
    assert_eq!(old["idle_timeout_seconds"], 60);
    assert_eq!(old.get("access_logs"), None);
    assert_eq!(
        old["listeners"][0]["tls_policy"],
        "ELBSecurityPolicy-2016-08"
    );
    let front = &spec(&graph, "balancers.old/security_group")["ingress"];
    assert_eq!(front[0]["source"], json!({ "cidr4": "192.0.2.0/24" }));
}
