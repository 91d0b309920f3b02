//! What it means in resources that services find each other.

use serde_json::json;

use crate::lowered::{HEAD, WEB, addresses, after, graph, spec};

const API: &str = "[services.api]\nimage = \"ghcr.io/acme/api:1\"\n";

fn output(address: &str, output: &str, when: &str) -> serde_json::Value {
    json!({ "$ref": { "address": address, "output": output, "when": when } })
}

#[test]
fn a_service_of_service_connect_has_a_named_port_and_its_users_a_proxy() {
    let graph = graph(&format!(
        "{HEAD}{WEB}uses = [\"api\"]\n{API}discovery = {{ port = 8080 }}\n"
    ));
    let namespace = spec(&graph, "discovery/namespace");
    assert_eq!(namespace["name"], "shop-production-services");
    assert_eq!(namespace["vpc"], json!(null), "nothing is asked by DNS");
    let arn = output("discovery/namespace", "arn", "ready");
    assert_eq!(
        spec(&graph, "services.api/service")["connect"],
        json!({ "namespace": arn, "offers": { "api": { "name": "api", "port": 8080 } } })
    );
    assert_eq!(
        spec(&graph, "services.web/service")["connect"],
        json!({ "namespace": arn, "offers": {} })
    );
    let container = &spec(&graph, "services.api/task_definition")["containers"][0];
    assert_eq!(container["ports"], json!([8080]));
    assert_eq!(
        container["named_ports"],
        json!({ "api": { "port": 8080, "protocol": "http" } })
    );
    let environment = &spec(&graph, "services.web/task_definition")["containers"][0]["environment"];
    assert_eq!(environment["API_URL"], "http://api:8080");
    assert_eq!(environment["API_HOST"], "api");
    assert_eq!(environment["API_PORT"], "8080");
    assert!(
        after(&graph, "services.web/service").contains(&"services.api/service".to_owned()),
        "a proxy knows what is there when it starts"
    );
}

#[test]
fn only_those_who_say_that_they_use_it_reach_it() {
    let graph = graph(&format!(
        "{HEAD}{WEB}uses = [\"api\"]\n{API}discovery = {{ port = 8080 }}\n[services.other]\nimage = \"x:1\"\n"
    ));
    let rules = &spec(&graph, "services.api/security_group")["ingress"];
    assert_eq!(rules.as_array().map(Vec::len), Some(1));
    assert_eq!(rules[0]["from_port"], 8080);
    assert_eq!(
        rules[0]["source"],
        json!({ "group": output("services.web/security_group", "id", "named") })
    );
    assert!(
        !spec(&graph, "services.other/service")
            .to_string()
            .contains("connect")
    );
}

#[test]
fn a_service_that_is_found_by_dns_is_registered_in_the_networks_own_domain() {
    let job = "[jobs.report]\nimage = \"x:1\"\nschedule = \"0 3 * * *\"\nuses = [\"api\"]\n";
    let discovery = "discovery = { port = 5000, by = \"dns\", protocol = \"tcp\" }\n";
    let text = format!("{HEAD}{API}{discovery}{job}");
    let graph = graph(&text);
    let namespace = spec(&graph, "discovery/dns_namespace");
    assert_eq!(namespace["name"], "shop-production.internal");
    assert_eq!(namespace["vpc"], output("network/vpc", "id", "named"));
    let registry = spec(&graph, "services.api/discovery_service");
    assert_eq!(registry["name"], "api");
    assert_eq!(
        registry["namespace"],
        output("discovery/dns_namespace", "id", "ready")
    );
    assert_eq!(
        spec(&graph, "services.api/service")["registry"],
        output("services.api/discovery_service", "arn", "named")
    );
    let environment = &spec(&graph, "jobs.report/task_definition")["containers"][0]["environment"];
    assert_eq!(environment["API_HOST"], "api.shop-production.internal");
    assert_eq!(
        environment["API_URL"],
        json!(null),
        "nobody said that it speaks HTTP"
    );
    let source = &spec(&graph, "services.api/security_group")["ingress"][0]["source"];
    assert_eq!(
        *source,
        json!({ "group": output("jobs.report/security_group", "id", "named") })
    );
    assert_eq!(
        addresses(&graph, "aws.servicediscovery.namespace"),
        ["discovery/dns_namespace"]
    );
}

#[test]
fn the_domain_can_be_said() {
    let graph = graph(&format!(
        "{HEAD}discovery = {{ domain = \"shop.internal\" }}\n{WEB}uses = [\"api\"]\n{API}port = 80\n\
         discovery = {{ by = \"dns\" }}\n"
    ));
    assert_eq!(
        spec(&graph, "discovery/dns_namespace")["name"],
        "shop.internal"
    );
    let environment = &spec(&graph, "services.web/task_definition")["containers"][0]["environment"];
    assert_eq!(environment["API_URL"], "http://api.shop.internal:80");
}
