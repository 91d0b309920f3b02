//! What a manifest means in load balancers, rules and target groups.

use std::collections::BTreeMap;

use ashore_engine::graph::Graph;
use ashore_manifest::lower::{LowerError, Subnet, lower};
use serde_json::{Value, json};

use crate::lowered::{HEAD, WEB, addresses, after, graph, loaded, spec, surroundings};

const DNS: &str = "dns = { provider = \"cloudflare\", zone = \"example.com\" }\n";

fn service(name: &str, lines: &str) -> String {
    format!("[services.{name}]\nimage = \"{name}:1\"\n{lines}\n")
}

/// Which rule is tried when, by address.
fn priorities(graph: &Graph) -> BTreeMap<String, u64> {
    let rules = addresses(graph, "aws.elb.listener_rule").into_iter();
    rules
        .map(|rule| {
            let priority = spec(graph, &rule)["priority"].as_u64().unwrap_or(0);
            (rule, priority)
        })
        .collect()
}

/// Seed: S2-10.
#[test]
fn services_share_a_name_by_their_paths_and_the_more_specific_one_comes_first() {
    let web = service("web", "port = 80\nhostname = \"example.com\"");
    let api = service(
        "api",
        "port = 81\nhostname = \"example.com\"\npath = [\"/api\", \"/img/*.png\"]",
    );
    let deep = service(
        "deep",
        "port = 82\nhostname = \"example.com\"\npath = \"/api/deep\"",
    );
    let graph_of = |services: &[&String]| {
        let services: String = services.iter().map(|it| it.as_str()).collect();
        graph(&format!("{HEAD}{DNS}{services}"))
    };
    let all = graph_of(&[&web, &api, &deep]);
    let order = priorities(&all);
    let of = |rule: &str| order[&format!("services.{rule}")];
    assert!(of("deep/listener_rule[/api/deep]") < of("api/listener_rule[/api]"));
    assert!(of("api/listener_rule[/img/*.png]") < of("api/listener_rule[/api]"));
    assert!(of("api/listener_rule[/api]") < of("web/listener_rule"));
    assert_eq!(
        spec(&all, "services.api/listener_rule[/api]")["paths"],
        json!(["/api", "/api/*"])
    );
    assert_eq!(
        spec(&all, "services.web/listener_rule")["hosts"],
        json!(["example.com"])
    );
    // One record, of the service that gets the rest, once all of them answer.
    assert_eq!(
        addresses(&all, "cloudflare.dns.record"),
        ["ingress/validation_record", "services.web/record"]
    );
    assert_eq!(
        after(&all, "services.web/record"),
        [
            "services.api/service",
            "services.deep/service",
            "services.web/service",
            "ingress/http_listener"
        ]
    );
    assert_eq!(addresses(&all, "aws.elb.load_balancer").len(), 1);

    let before = priorities(&graph_of(&[&web, &api]));
    let kept = before.iter().all(|(rule, place)| order[rule] == *place);
    assert!(kept, "another service moves none: {before:?} {order:?}");
    let alone = graph_of(&[&api]);
    assert_eq!(
        addresses(&alone, "cloudflare.dns.record"),
        ["ingress/record[example.com]", "ingress/validation_record"],
        "nobody gets the rest"
    );
}

#[test]
fn without_a_hostname_paths_are_told_apart_over_plain_http() {
    let graph = graph(&format!(
        "{HEAD}{WEB}port = 80\n{}",
        service("api", "port = 81\npath = \"/api\"")
    ));
    let rule = spec(&graph, "services.api/listener_rule[/api]");
    assert_eq!(rule["hosts"], json!([]));
    assert_eq!(
        rule["listener"],
        json!({ "$ref": { "address": "ingress/http_listener", "output": "arn", "when": "named" } })
    );
    let default = &spec(&graph, "ingress/http_listener")["default_action"];
    assert!(default.get("forward").is_some(), "{default}");
    let alone = crate::lowered::graph(&format!("{HEAD}{WEB}port = 80\npath = \"/api\"\n"));
    let default = &spec(&alone, "ingress/http_listener")["default_action"];
    assert_eq!(default["respond"]["status"], 404);
}

#[test]
fn a_path_leaves_room_for_three_names_in_a_rule() {
    let names = ["a", "b", "c", "d"].map(|name| format!("{name}.example.com"));
    let graph = graph(&format!(
        "{HEAD}dns = {{ provider = \"manual\" }}\n{WEB}port = 80\npath = \"/api\"\nhostname = {:?}\naliases = {:?}\n",
        names[0],
        &names[1..]
    ));
    let rules = [
        "services.web/listener_rule[/api]",
        "services.web/listener_rule[/api 2]",
    ];
    let rules = rules.map(|rule| &spec(&graph, rule)["hosts"]);
    assert_eq!(rules, [&json!(names[..3]), &json!(names[3..])]);
}

/// Seed: S2-11.
#[test]
fn one_service_is_behind_a_public_and_an_internal_load_balancer() {
    let text = format!(
        "{HEAD}dns = {{ provider = \"route53\" }}\n[network]\nlayout = \"private-nat\"\nnat = \"single\"\ncidr = \"10.1.0.0/16\"\n\
         {WEB}port = 8080\nhostname = \"example.com\"\nprivate_hostname = \"api.example.com\"\n\
         balancer = [\"public\", \"internal\"]\n"
    );
    let graph = graph(&text);
    let public = spec(&graph, "ingress/load_balancer");
    let internal = spec(&graph, "balancers.internal/load_balancer");
    assert_eq!(public["scheme"], "internet-facing");
    assert_eq!(internal["scheme"], "internal");
    let subnets = |balancer: &Value| balancer["subnets"][0]["$ref"]["address"].clone();
    assert_eq!(subnets(public), "network/subnet[a]");
    assert_eq!(subnets(internal), "network/private_subnet[a]");
    let open = |group: &str| spec(&graph, group)["ingress"].clone();
    let from = |rules: &Value| rules[0]["source"].clone();
    assert_eq!(
        from(&open("ingress/security_group")),
        json!({ "cidr4": "0.0.0.0/0" })
    );
    assert_eq!(
        from(&open("balancers.internal/security_group")),
        json!({ "cidr4": "10.1.0.0/16" })
    );

    let running = spec(&graph, "services.web/service");
    let group = |attachment: &Value| attachment["target_group"]["$ref"]["address"].clone();
    assert_eq!(
        group(&running["load_balancer"]),
        "services.web/target_group"
    );
    assert_eq!(
        group(&running["more_load_balancers"][0]),
        "services.web/target_group[internal]"
    );
    let groups = addresses(&graph, "aws.elb.target_group");
    let names: Vec<_> = groups.iter().map(|it| &spec(&graph, it)["name"]).collect();
    assert_eq!(
        names,
        ["shop-production-web", "shop-production-web--internal"]
    );

    // Seed: S3-17. Only the two balancers reach the port.
    let tasks = open("services.web/security_group");
    let sources: Vec<_> = tasks
        .as_array()
        .expect("rules")
        .iter()
        .map(from_group)
        .collect();
    assert_eq!(
        sources,
        [
            "ingress/security_group",
            "balancers.internal/security_group"
        ]
    );

    let leads = |record: &str| {
        spec(&graph, record)["target"]["alias"]["dns_name"]["$ref"]["address"].clone()
    };
    assert_eq!(leads("services.web/record"), "ingress/load_balancer");
    assert_eq!(
        leads("services.web/record[api.example.com]"),
        "balancers.internal/load_balancer"
    );
}

fn from_group(rule: &Value) -> &str {
    rule["source"]["group"]["$ref"]["address"]
        .as_str()
        .unwrap_or("nobody")
}

#[test]
fn where_there_are_no_private_subnets_an_internal_balancer_stands_in_public_ones() {
    let graph = graph(&format!("{HEAD}{WEB}port = 80\nbalancer = \"internal\"\n"));
    let balancer = spec(&graph, "balancers.internal/load_balancer");
    assert_eq!(
        balancer["subnets"][0]["$ref"]["address"],
        "network/subnet[a]"
    );
    assert_eq!(addresses(&graph, "aws.elb.load_balancer").len(), 1);
    assert_eq!(
        after(&graph, "balancers.internal/load_balancer").len(),
        1,
        "no gateway"
    );
}

#[test]
fn in_somebody_elses_network_an_internal_balancer_wants_two_private_zones() {
    let text = format!(
        "{HEAD}[existing]\nvpc = \"vpc-1\"\nsubnets = [\"subnet-a\", \"subnet-b\", \"subnet-c\"]\n\
         {WEB}port = 80\nbalancer = \"internal\"\n"
    );
    let mut there = surroundings();
    let private = |id: &str, zone: &str| Subnet {
        id: id.to_owned(),
        zone: zone.to_owned(),
        public: false,
    };
    there
        .existing
        .subnets
        .push(private("subnet-c", "eu-central-1a"));
    there
        .existing
        .subnets
        .push(private("subnet-d", "eu-central-1a"));
    let refused = lower(&loaded(&text), &there).expect_err("one zone");
    assert_eq!(refused, LowerError::PrivateZones(1));
    there
        .existing
        .subnets
        .push(private("subnet-e", "eu-central-1b"));
    let graph = lower(&loaded(&text), &there).expect("two zones");
    let balancer = spec(&graph, "balancers.internal/load_balancer");
    assert_eq!(balancer["subnets"], json!(["subnet-c", "subnet-e"]));
    let open = &spec(&graph, "balancers.internal/security_group")["ingress"];
    assert_eq!(open[0]["source"], json!({ "cidr4": "10.0.0.0/16" }));
}

/// Seed: S4-12, S4-13.
#[test]
fn a_balancer_has_the_settings_of_its_section() {
    let graph = graph(&format!(
        "{HEAD}{DNS}[balancers.public]\nidle_timeout = \"2m\"\nprotect = true\ndrop_invalid_headers = false\n\
         tls = \"strict\"\nallow = [\"192.0.2.0/24\"]\naccess_logs = {{ bucket = \"acme-logs\", prefix = \"shop\" }}\n\
         waf = \"arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/shop/1\"\n\
         {WEB}port = 80\nhostname = \"example.com\"\nsticky = true\n\
         [services.web.health]\npath = \"/healthz\"\nprotocol = \"https\"\nport = 8443\nmatcher = \"200\"\n\
         interval = \"30s\"\ntimeout = \"3s\"\nhealthy_threshold = 3\nunhealthy_threshold = 2\n"
    ));
    assert_eq!(
        spec(&graph, "ingress/load_balancer")["attributes"],
        json!({
            "access_logs.s3.bucket": "acme-logs",
            "access_logs.s3.enabled": "true",
            "access_logs.s3.prefix": "shop",
            "deletion_protection.enabled": "true",
            "idle_timeout.timeout_seconds": "120",
            "routing.http.drop_invalid_header_fields.enabled": "false",
        })
    );
    let https = spec(&graph, "ingress/https_listener");
    assert_eq!(
        https["tls_policy"],
        "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09"
    );
    let http = &spec(&graph, "ingress/http_listener")["default_action"]["redirect"];
    assert_eq!(
        http,
        &json!({ "protocol": "HTTPS", "port": "443", "status": "HTTP_301" })
    );
    assert!(spec(&graph, "ingress/web_acl")["web_acl"].is_string());
    let open = &spec(&graph, "ingress/security_group")["ingress"];
    assert_eq!(open[0]["source"], json!({ "cidr4": "192.0.2.0/24" }));
    let group = spec(&graph, "services.web/target_group");
    assert_eq!(
        group["health"],
        json!({
            "path": "/healthz", "port": "8443", "protocol": "HTTPS", "matcher": "200",
            "interval_seconds": 30, "timeout_seconds": 3, "healthy_threshold": 3,
            "unhealthy_threshold": 2,
        })
    );
    assert_eq!(group["attributes"]["stickiness.enabled"], "true");
    let tasks = spec(&graph, "services.web/security_group")["ingress"].clone();
    let ports: Vec<_> = tasks
        .as_array()
        .expect("rules")
        .iter()
        .map(|it| &it["to_port"])
        .collect();
    assert_eq!(ports, [80, 8443], "requests, and asking whether it is well");
}

#[test]
fn connections_and_datagrams_come_by_a_network_balancer() {
    let graph = graph(&format!(
        "{HEAD}{DNS}[balancers.network]\ncross_zone = true\n{}{}{}",
        service("db", "port = 5432\nprotocol = \"tcp\"\nsticky = true"),
        service(
            "mqtt",
            "port = 1883\nlisten = 8883\nprotocol = \"tls\"\nhostname = \"example.com\""
        ),
        service(
            "dns",
            "port = 53\nprotocol = \"udp\"\nhealth = { port = 8080, protocol = \"http\" }"
        ),
    ));
    let balancer = spec(&graph, "balancers.network/load_balancer");
    assert_eq!(balancer["layer"], "network");
    assert_eq!(balancer["scheme"], "internet-facing");
    assert_eq!(
        balancer["attributes"],
        json!({ "load_balancing.cross_zone.enabled": "true" })
    );
    let seen = |service: &str| {
        let listener = spec(&graph, &format!("services.{service}/listener"));
        let group = spec(&graph, &format!("services.{service}/target_group"));
        [
            &listener["port"],
            &listener["protocol"],
            &group["protocol"],
            &group["health"]["protocol"],
        ]
        .map(|it| it.to_string().replace('"', ""))
        .join(" ")
    };
    assert_eq!(seen("db"), "5432 TCP TCP TCP");
    assert_eq!(seen("mqtt"), "8883 TLS TCP TCP");
    assert_eq!(seen("dns"), "53 UDP UDP HTTP");
    let tls = spec(&graph, "services.mqtt/listener");
    assert_eq!(tls["certificate"]["$ref"]["address"], "ingress/certificate");
    let group = spec(&graph, "services.db/target_group");
    assert_eq!(group["attributes"]["stickiness.enabled"], "true");
    assert_eq!(
        [&group["health"]["path"], &group["health"]["matcher"]],
        ["", ""]
    );
    let open = spec(&graph, "balancers.network/security_group")["ingress"].clone();
    let open: Vec<_> = open.as_array().expect("rules").iter().map(port).collect();
    assert_eq!(open, ["tcp 5432", "udp 53", "tcp 8883"]);
    let tasks = spec(&graph, "services.dns/security_group")["ingress"].clone();
    let tasks: Vec<_> = tasks.as_array().expect("rules").iter().map(port).collect();
    assert_eq!(tasks, ["udp 53", "tcp 8080"]);
    let container = &spec(&graph, "services.dns/task_definition")["containers"][0];
    assert_eq!(
        [&container["ports"], &container["udp_ports"]],
        [&json!([]), &json!([53])]
    );
    assert_eq!(addresses(&graph, "aws.elb.listener_rule"), [""; 0]);
    assert_eq!(
        spec(&graph, "services.mqtt/record")["content"]["$ref"]["address"],
        "balancers.network/load_balancer"
    );
}

fn port(rule: &Value) -> String {
    format!(
        "{} {}",
        rule["protocol"].as_str().unwrap_or(""),
        rule["to_port"]
    )
}

/// Seed: S4-17.
#[test]
fn a_login_comes_before_the_service_and_its_secret_is_nowhere_in_the_graph() {
    let login = "[services.web.login]\nissuer = \"https://id.example.com\"\n\
                 authorization_endpoint = \"https://id.example.com/authorize\"\n\
                 token_endpoint = \"https://id.example.com/token\"\n\
                 userinfo_endpoint = \"https://id.example.com/userinfo\"\nclient_id = \"shop\"\nsession = \"8h\"\n";
    let text = |secret: &str| {
        format!(
            "{HEAD}{DNS}{WEB}port = 80\nhostname = \"example.com\"\n{login}client_secret = {secret}\n"
        )
    };
    let given = graph(&text("{ env = \"OIDC_SECRET\" }"));
    let secret = spec(&given, "services.web/login_secret");
    assert_eq!(secret["name"], "shop-production/logins/web");
    assert_eq!(
        secret["content"],
        json!({ "given": { "source": "env:OIDC_SECRET" } })
    );
    let rule = spec(&given, "services.web/listener_rule");
    assert_eq!(
        rule["login"]["client_secret"]["secret"]["$ref"]["address"],
        "services.web/login_secret"
    );
    assert_eq!(rule["login"]["session_timeout_seconds"], 28_800);
    assert_eq!(rule["login"]["scope"], "openid");
    assert_eq!(
        after(&given, "services.web/listener_rule"),
        ["services.web/login_secret"]
    );

    let theirs = graph(&text("{ secret = \"shop/stripe\", key = \"oidc\" }"));
    let secret = &spec(&theirs, "services.web/listener_rule")["login"]["client_secret"];
    assert_eq!(secret["key"], "oidc");
    assert!(
        secret["secret"]
            .as_str()
            .is_some_and(|arn| arn.ends_with("shop/stripe-a1B2c3"))
    );
    assert_eq!(addresses(&theirs, "aws.secretsmanager.secret"), [""; 0]);
}
