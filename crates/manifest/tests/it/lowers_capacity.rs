//! What services run on, in resources.

use serde_json::{Value, json};

use crate::lowered::{HEAD, addresses, after, graph, spec};

const EC2: &str = "[ec2]\ninstance_types = [\"t3.small\"]\nmax = 3\n";

fn web(lines: &str) -> String {
    format!("[services.web]\nimage = \"ghcr.io/acme/web:1\"\n{lines}\n")
}

#[test]
fn a_mix_names_both_providers_in_their_shares_and_the_cluster_has_them() {
    let capacity =
        "capacity = { fargate = { base = 1, weight = 1 }, fargate_spot = { weight = 3 } }";
    let graph = graph(&format!("{HEAD}{}", web(capacity)));
    let service = spec(&graph, "services.web/service");
    assert_eq!(
        service["capacity"],
        json!({ "providers": [
            { "provider": "FARGATE", "base": 1, "weight": 1 },
            { "provider": "FARGATE_SPOT", "base": 0, "weight": 3 },
        ] })
    );
    let attached = spec(&graph, "cluster/capacity[fargate]");
    assert_eq!(attached["providers"], json!(["FARGATE", "FARGATE_SPOT"]));
    let earlier = after(&graph, "services.web/service");
    assert!(
        earlier.contains(&"cluster/capacity[fargate]".to_string()),
        "{earlier:?}"
    );
}

#[test]
fn without_a_word_nothing_of_it_is_there() {
    let graph = graph(&format!("{HEAD}{}", web("")));
    assert_eq!(spec(&graph, "services.web/service").get("capacity"), None);
    assert_eq!(addresses(&graph, "aws.ecs.cluster_capacity"), [""; 0]);
}

#[test]
fn tasks_on_instances_share_them_and_only_the_balancer_reaches_their_ports() {
    let network = "port = 8080\ncapacity = { ec2 = { network = \"bridge\" } }\n\
                   cpu = 0.5\nmemory = \"700MiB\"";
    let graph = graph(&format!("{HEAD}{EC2}{}", web(network)));
    let service = spec(&graph, "services.web/service");
    let provider = &service["capacity"]["providers"][0]["provider"];
    assert_eq!(provider["$ref"]["address"], "ec2/capacity_provider");
    assert_eq!(service["subnets"], json!([]));
    let definition = spec(&graph, "services.web/task_definition");
    assert_eq!(definition["runs_on"], "EC2");
    assert_eq!(definition["network_mode"], "bridge");
    assert_eq!(
        (&definition["cpu"], &definition["memory"]),
        (&json!(512), &json!(700))
    );
    let targets = spec(&graph, "services.web/target_group");
    assert_eq!(targets["target_type"], "instance");
    let ingress = &spec(&graph, "ec2/security_group")["ingress"];
    assert_eq!(ingress.as_array().map(Vec::len), Some(1), "{ingress:#}");
    assert_eq!(ingress[0]["from_port"], 32_768);
    let from = &ingress[0]["source"]["group"]["$ref"]["address"];
    assert_eq!(from, "ingress/security_group");
    let of_tasks = addresses(&graph, "aws.ec2.security_group");
    assert!(
        !of_tasks.contains(&"services.web/security_group".to_string()),
        "{of_tasks:?}"
    );
}

#[test]
fn instances_are_launched_as_they_should_be() {
    let more = "ssh_key = \"ssh-ed25519 AAAAC3Nz anna@laptop\"\nuser_data = \"echo hello\"\n\
                disk = \"50GiB\"\n";
    let network =
        "[network]\nlayout = \"private-nat\"\nnat = \"single\"\ncidr = \"172.24.0.0/16\"\n";
    let capacity = "capacity = { ec2 = {} }";
    let graph = graph(&format!("{HEAD}{network}{EC2}{more}{}", web(capacity)));
    let template = spec(&graph, "ec2/launch_template");
    assert_eq!(template["image"], "ami-0123456789abcdef0");
    assert_eq!(template["metadata_hops"], 1);
    assert_eq!(template["public_address"], false);
    assert_eq!(template["disk_gib"], 50);
    assert_eq!(template["script"], "echo hello");
    assert_eq!(template["cluster"]["$ref"]["address"], "cluster");
    assert_eq!(
        spec(&graph, "ec2/key_pair")["public_key"],
        "ssh-ed25519 AAAAC3Nz"
    );
    let ingress = &spec(&graph, "ec2/security_group")["ingress"];
    assert_eq!(ingress[0]["source"], json!({ "cidr4": "172.24.0.0/16" }));
    let group = spec(&graph, "ec2/group");
    assert_eq!((&group["min"], &group["max"]), (&json!(0), &json!(3)));
    let subnets: Vec<&Value> = group["subnets"].as_array().into_iter().flatten().collect();
    assert!(subnets.iter().all(|it| {
        let address = it["$ref"]["address"].as_str().unwrap_or_default();
        address.starts_with("network/private_subnet")
    }));
    // The agent's rights are on this cluster.
    let role = spec(&graph, "ec2/role");
    let statements = role["inline_policies"]["agent"]["Statement"].as_array();
    let wide = |it: &&Value| it["Resource"] == "*";
    let wide: Vec<&Value> = statements.into_iter().flatten().filter(wide).collect();
    assert_eq!(wide.len(), 1);
    assert_eq!(wide[0]["Action"], json!(["ecs:DiscoverPollEndpoint"]));
}

#[test]
fn what_tasks_on_instances_use_lets_their_instances_in() {
    let data = "[databases.db]\nengine = \"postgres\"\n[volumes.files]\n";
    let shared = "capacity = { ec2 = { network = \"bridge\" } }\nuses = [\"db\"]\n\
                  volumes = { \"/files\" = \"files\" }\ncpu = 0.5\nmemory = \"700MiB\"";
    let graph = graph(&format!("{HEAD}{EC2}{data}{}", web(shared)));
    for group in [
        "databases.db/security_group",
        "volumes.files/security_group",
    ] {
        let ingress = &spec(&graph, group)["ingress"];
        assert_eq!(ingress.as_array().map(Vec::len), Some(1), "{ingress:#}");
        let from = &ingress[0]["source"]["group"]["$ref"]["address"];
        assert_eq!(from, "ec2/security_group", "{group}");
    }
}

#[test]
fn each_balancer_of_tasks_on_instances_reaches_their_ports() {
    let both = "port = 8080\nbalancer = [\"public\", \"internal\"]\n\
                capacity = { ec2 = { network = \"bridge\" } }\ncpu = 0.5\nmemory = \"700MiB\"";
    let stream = "[services.db]\nimage = \"ghcr.io/acme/db:1\"\nport = 5432\nprotocol = \"tcp\"\n\
                  capacity = { ec2 = { network = \"bridge\" } }\ncpu = 0.5\nmemory = \"700MiB\"\n";
    let graph = graph(&format!("{HEAD}{EC2}{}{stream}", web(both)));
    let groups = addresses(&graph, "aws.elb.target_group");
    assert_eq!(groups.len(), 3, "{groups:?}");
    for group in groups {
        assert_eq!(spec(&graph, &group)["target_type"], "instance", "{group}");
    }
    let ingress = &spec(&graph, "ec2/security_group")["ingress"];
    let rules = ingress.as_array().expect("a list");
    let from = rules
        .iter()
        .map(|it| &it["source"]["group"]["$ref"]["address"]);
    let mut from: Vec<_> = from.filter_map(Value::as_str).collect();
    from.sort_unstable();
    assert_eq!(
        from,
        [
            "balancers.internal/security_group",
            "balancers.network/security_group",
            "ingress/security_group",
        ]
    );
}

#[test]
fn where_nothing_leads_out_the_agent_has_endpoints_and_instances_wait_for_them() {
    let network = "[network]\nlayout = \"private-endpoints\"\n";
    let text = web("capacity = { ec2 = {} }").replace(
        "ghcr.io/acme/web:1",
        "123456789012.dkr.ecr.eu-central-1.amazonaws.com/web:1",
    );
    let graph = graph(&format!("{HEAD}{network}{EC2}{text}"));
    let endpoints = addresses(&graph, "aws.ec2.vpc_endpoint");
    let earlier = after(&graph, "ec2/group");
    for service in ["ecs", "ecs-agent", "ecs-telemetry"] {
        let endpoint = format!("network/endpoint[{service}]");
        assert!(endpoints.contains(&endpoint), "{endpoints:?}");
        assert!(earlier.contains(&endpoint), "{earlier:?}");
    }
}

#[test]
fn a_daemon_has_no_number_and_stops_before_it_starts() {
    let daemon = "capacity = { ec2 = { network = \"bridge\" } }\ndaemon = true";
    let graph = graph(&format!("{HEAD}{EC2}{}", web(daemon)));
    let service = spec(&graph, "services.web/service");
    assert_eq!(service["capacity"], "daemon");
    assert_eq!(service["minimum_healthy_percent"], 0);
    assert_eq!(service["maximum_percent"], 100);
}

#[test]
fn managed_instances_are_the_clusters_from_the_start() {
    let network = "[network]\nlayout = \"private-nat\"\nnat = \"single\"\n";
    let ec2 = "[ec2]\ninstance_types = [\"m7g.large\", \"m7g.xlarge\"]\nmanaged = true\n";
    let capacity = "arch = \"arm64\"\ncapacity = { ec2 = {} }";
    let graph = graph(&format!("{HEAD}{network}{ec2}{}", web(capacity)));
    let over = &spec(&graph, "ec2/capacity_provider")["over"]["managed"];
    assert_eq!(over["instance_types"], json!(["m7g.large", "m7g.xlarge"]));
    assert_eq!(over["disk_gib"], 80);
    assert_eq!(over["cluster"]["$ref"]["address"], "cluster");
    let definition = spec(&graph, "services.web/task_definition");
    assert_eq!(definition["runs_on"], "MANAGED_INSTANCES");
    assert_eq!(addresses(&graph, "aws.ecs.cluster_capacity"), [""; 0]);
    assert_eq!(addresses(&graph, "aws.autoscaling.group"), [""; 0]);
}

#[test]
fn an_app_whose_name_ecs_keeps_to_itself_has_a_provider_too() {
    let text = "app = \"ecs-poc\"\nregion = \"eu-central-1\"\n";
    let capacity = "capacity = { ec2 = { network = \"bridge\" } }";
    let manifest = crate::lowered::loaded(&format!("{text}{EC2}{}", web(capacity)));
    let mut surroundings = crate::lowered::surroundings();
    surroundings.names.stack.app = "ecs-poc".to_owned();
    let graph = ashore_manifest::lower::lower(&manifest, &surroundings).expect("it is lowered");
    let name = spec(&graph, "ec2/capacity_provider")["name"].as_str();
    assert_eq!(name, Some("on-ecs-poc-production-instances"));
}
