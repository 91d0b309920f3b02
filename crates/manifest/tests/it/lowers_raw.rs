//! Services whose definitions are files in ECS's own JSON, as resources.

use ashore_engine::graph::Graph;
use ashore_manifest::lower::lower;
use ashore_manifest::{Files, LoadOptions, load};
use serde_json::{Value, json};

use crate::lowered::{HEAD, addresses, after, spec, surroundings};
use crate::render::render_files;

const RAW: &str =
    "[services.nginx]\ntask_definition = \"task.json\"\nservice_definition = \"service.json\"\n";

fn files(task: &Value, service: &Value) -> Files {
    let file = |name: &str, text: &Value| (name.to_owned(), Ok(text.to_string()));
    [file("task.json", task), file("service.json", service)]
        .into_iter()
        .collect()
}

fn graph(text: &str, task: &Value, service: &Value) -> Graph {
    let options = LoadOptions {
        files: files(task, service),
        env: [("CONTAINER_VERSION", "nginx:alpine")]
            .into_iter()
            .collect(),
        ..LoadOptions::default()
    };
    let manifest = load(text, &options)
        .unwrap_or_else(|said| panic!("{}", render_files(text, &options.files, &said)));
    lower(&manifest, &surroundings()).unwrap_or_else(|error| panic!("{error}"))
}

fn task() -> Value {
    json!({
        "family": "nginx",
        "containerDefinitions": [{
            "name": "nginx",
            "image": "${env:CONTAINER_VERSION}",
            "memory": 128,
            "portMappings": [{ "containerPort": 80, "protocol": "tcp" }],
        }],
    })
}

fn service() -> Value {
    json!({
        "cluster": "test",
        "serviceName": "nginx",
        "taskDefinition": "@@TASKDEFINITION_ARN@@",
        "loadBalancers": [{
            "targetGroupArn": "@@TARGET_GROUP_ARN@@",
            "containerName": "nginx",
            "containerPort": 80,
        }],
        "desiredCount": 1,
        "deploymentConfiguration": { "maximumPercent": 100, "minimumHealthyPercent": 0 },
    })
}

/// Seed: S2-3, S2-4, S2-5.
#[test]
fn the_seeds_files_need_a_cluster_and_a_group_and_nothing_else() {
    let group =
        "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/api/73e2d6bc24d8a067";
    let text = format!("{HEAD}existing = {{ target_group = \"{group}\" }}\n{RAW}");
    let graph = graph(&text, &task(), &service());
    let all: Vec<_> = graph
        .nodes()
        .map(|(address, _)| address.to_string())
        .collect();
    assert_eq!(
        all,
        [
            "services.nginx/raw_service",
            "services.nginx/raw_task_definition"
        ]
    );
    let running = spec(&graph, "services.nginx/raw_service");
    assert_eq!(running["name"], "nginx");
    assert_eq!(running["cluster"], "test");
    let definition = &running["definition"];
    assert_eq!(definition["loadBalancers"][0]["targetGroupArn"], group);
    assert_eq!(
        definition["taskDefinition"]["$ref"]["address"],
        "services.nginx/raw_task_definition"
    );
    assert_eq!(definition.get("cluster"), None);
    let revision = spec(&graph, "services.nginx/raw_task_definition");
    assert_eq!(revision["family"], "nginx");
    let container = &revision["definition"]["containerDefinitions"][0];
    assert_eq!(container["image"], "nginx:alpine");
}

/// Seed: S2-11.
#[test]
fn a_target_group_of_somebody_elses_stands_beside_the_one_that_is_made() {
    let mut task = task();
    task["networkMode"] = json!("awsvpc");
    let mut service = service();
    let theirs =
        json!({ "targetGroupArn": "arn:theirs", "containerName": "nginx", "containerPort": 80 });
    if let Some(groups) = service["loadBalancers"].as_array_mut() {
        groups.push(theirs.clone());
    }
    let text = format!("{HEAD}{RAW}port = 80\nbalancer = \"internal\"\npath = \"/api\"\n");
    let graph = graph(&text, &task, &service);
    let groups = &spec(&graph, "services.nginx/raw_service")["definition"]["loadBalancers"];
    assert_eq!(
        groups[0]["targetGroupArn"]["$ref"]["address"],
        "services.nginx/target_group[internal]"
    );
    assert_eq!(groups[1], theirs);
    assert!(
        after(&graph, "services.nginx/raw_service")
            .contains(&"services.nginx/listener_rule[internal /api]".to_owned())
    );
    assert_eq!(
        spec(&graph, "balancers.internal/load_balancer")["scheme"],
        "internal"
    );
}

/// Seed: S2-14.
#[test]
fn what_the_files_leave_to_ashore_is_made() {
    let mut task = task();
    task["networkMode"] = json!("awsvpc");
    task["executionRoleArn"] = json!("@@EXECUTION_ROLE_ARN@@");
    task["taskRoleArn"] = json!("@@TASK_ROLE_ARN@@");
    task["containerDefinitions"][0]["secrets"] = json!([{ "name": "A", "valueFrom": "/smtp" }]);
    task["containerDefinitions"][0]["logConfiguration"] = json!({
        "logDriver": "awslogs",
        "options": { "awslogs-group": "@@LOG_GROUP@@", "awslogs-region": "@@REGION@@" },
    });
    let mut service = service();
    service
        .as_object_mut()
        .expect("an object")
        .remove("cluster");
    service["launchType"] = json!("FARGATE");
    let permissions = "permissions = [{ actions = [\"ssm:GetParameter\"], resources = [\"arn:aws:ssm:eu-central-1:123456789012:parameter/nginx/*\"] }]";
    let text = format!("{HEAD}{RAW}port = 80\n{permissions}\n");
    let graph = graph(&text, &task, &service);
    let running = spec(&graph, "services.nginx/raw_service");
    assert_eq!(running["cluster"]["$ref"]["address"], "cluster");
    let definition = &running["definition"];
    let group = &definition["loadBalancers"][0]["targetGroupArn"]["$ref"];
    assert!(
        group["address"]
            .as_str()
            .is_some_and(|it| it.contains("target_group")),
        "{group}"
    );
    let network = &definition["networkConfiguration"]["awsvpcConfiguration"];
    assert_eq!(network["assignPublicIp"], "ENABLED");
    assert_eq!(network["subnets"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        network["securityGroups"][0]["$ref"]["address"],
        "services.nginx/security_group"
    );
    let revision = &spec(&graph, "services.nginx/raw_task_definition")["definition"];
    let options = &revision["containerDefinitions"][0]["logConfiguration"]["options"];
    assert_eq!(options["awslogs-region"], "eu-central-1");
    assert_eq!(
        options["awslogs-group"]["$ref"]["address"],
        "services.nginx/log_group"
    );
    let reader = spec(&graph, "services.nginx/execution_role");
    let statements = &reader["inline_policies"]["secrets"]["Statement"];
    assert_eq!(statements[0]["Action"], json!(["ssm:GetParameters"]));
    assert_eq!(
        statements[0]["Resource"],
        json!(["arn:aws:ssm:eu-central-1:123456789012:parameter/smtp"])
    );
    let own = spec(&graph, "services.nginx/task_role");
    let statement = &own["inline_policies"]["permissions"]["Statement"][0];
    assert_eq!(statement["Action"], json!(["ssm:GetParameter"]));
    let comes_after = after(&graph, "services.nginx/raw_service");
    assert!(
        comes_after.contains(&"services.nginx/execution_role".to_owned()),
        "{comes_after:?}"
    );
    assert_eq!(addresses(&graph, "aws.ecs.service"), [""; 0]);
}

#[test]
fn endpoints_are_those_that_the_tasks_need() {
    let image = "image = \"123456789012.dkr.ecr.eu-central-1.amazonaws.com/web:1\"\n";
    let head =
        format!("{HEAD}network = {{ layout = \"private-endpoints\", flow_logs = \"30d\" }}\n");
    let plain = crate::lowered::graph(&format!("{head}[services.web]\n{image}"));
    let endpoints = |graph: &Graph| addresses(graph, "aws.ec2.vpc_endpoint");
    assert_eq!(
        endpoints(&plain),
        [
            "network/endpoint[ecr.api]",
            "network/endpoint[ecr.dkr]",
            "network/endpoint[logs]",
            "network/s3_endpoint",
        ]
    );
    let all = crate::lowered::graph(&format!(
        "{head}[services.web]\n{image}exec = true\nsecrets = {{ A = {{ ssm = \"/smtp\" }}, B = {{ generate = 32 }} }}\n"
    ));
    for service in ["secretsmanager", "ssm", "ssmmessages"] {
        let address = format!("network/endpoint[{service}]");
        assert!(endpoints(&all).contains(&address), "{address}");
        let spec = spec(&all, &address);
        assert_eq!(
            spec["service"],
            format!("com.amazonaws.eu-central-1.{service}")
        );
    }
    let group = spec(&all, "network/endpoint_security_group");
    let rule = &group["ingress"][0];
    assert_eq!(
        (&rule["from_port"], &rule["to_port"]),
        (&json!(443), &json!(443))
    );
    assert_eq!(rule["source"], json!({ "cidr4": "10.0.0.0/16" }));
    let running = spec(&all, "services.web/service");
    assert_eq!(running["assign_public_ip"], false);
    assert_eq!(addresses(&all, "aws.ec2.nat_gateway"), [""; 0]);
    let routes = &spec(&all, "network/private_route_table[a]")["routes"];
    assert_eq!(routes, &json!([]));
    assert!(after(&all, "services.web/service").contains(&"network/endpoint[logs]".to_owned()));
    let role = spec(&all, "network/flow_log_role");
    let statement = &role["inline_policies"]["write"]["Statement"][0];
    assert_eq!(
        statement["Resource"],
        "arn:aws:logs:eu-central-1:123456789012:log-group:/ashore/shop-production/flow-logs:*"
    );
    assert_eq!(spec(&all, "network/flow_log_group")["retention_days"], 30);
}

#[test]
fn a_service_that_names_providers_of_fargate_comes_when_our_cluster_has_them() {
    let mut service = service();
    service["cluster"] = json!("@@CLUSTER_ARN@@");
    service["capacityProviderStrategy"] =
        json!([{ "capacityProvider": "FARGATE_SPOT", "weight": 1 }]);
    let mut task = task();
    for (member, value) in [
        ("networkMode", "awsvpc"),
        ("cpu", "256"),
        ("memory", "512"),
        ("executionRoleArn", "@@EXECUTION_ROLE_ARN@@"),
    ] {
        task[member] = json!(value);
    }
    task["requiresCompatibilities"] = json!(["FARGATE"]);
    let graph = graph(&format!("{HEAD}{RAW}port = 80\n"), &task, &service);
    assert_eq!(
        addresses(&graph, "aws.ecs.cluster_capacity"),
        ["cluster/capacity[fargate]"]
    );
    let earlier = after(&graph, "services.nginx/raw_service");
    assert!(
        earlier.contains(&"cluster/capacity[fargate]".to_string()),
        "{earlier:?}"
    );
}
