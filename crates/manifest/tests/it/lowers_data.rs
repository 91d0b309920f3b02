//! What databases mean, and what those who use them get.

use serde_json::json;

use crate::lowered::{HEAD, WEB, addresses, after, graph, spec};

const DATABASE: &str = "[databases.db]\n";

#[test]
fn a_database_stands_where_no_route_leads_out_and_its_users_alone_reach_it() {
    let graph = graph(&format!(
        "{HEAD}{DATABASE}{WEB}uses = [\"db\"]\n[services.other]\nimage = \"other:1\"\n"
    ));
    let group = spec(&graph, "databases.db/subnet_group");
    let subnets = group["subnets"].as_array().expect("subnets");
    let named: Vec<_> = subnets.iter().map(|it| &it["$ref"]["address"]).collect();
    assert_eq!(named, ["network/data_subnet[a]", "network/data_subnet[b]"]);
    assert_eq!(
        spec(&graph, "network/data_subnet[a]")["cidr"],
        "10.0.192.0/20"
    );
    for table in addresses(&graph, "aws.ec2.route_table") {
        let text = spec(&graph, &table).to_string();
        assert!(!text.contains("data_subnet"), "{table} leads out of them");
    }
    let rules = &spec(&graph, "databases.db/security_group")["ingress"];
    let rules = rules.as_array().expect("rules");
    assert_eq!(rules.len(), 1, "{rules:?}");
    assert_eq!(rules[0]["from_port"], 5432);
    assert_eq!(rules[0]["to_port"], 5432);
    let from = &rules[0]["source"]["group"]["$ref"]["address"];
    assert_eq!(from, "services.web/security_group");
    let instance = spec(&graph, "databases.db/instance");
    for (member, value) in [
        ("public", json!(false)),
        ("encrypted", json!(true)),
        ("deletion_protection", json!(true)),
        ("managed_password", json!(true)),
        ("removal", json!("snapshot")),
        ("backup_days", json!(7)),
        ("name", json!("shop-production-db")),
    ] {
        assert_eq!(instance[member], value, "{member}");
    }
    let parameters = spec(&graph, "databases.db/parameter_group");
    assert_eq!(parameters["family"], "postgres18");
    assert_eq!(parameters["parameters"], json!({ "rds.force_ssl": "1" }));
    let role = "account/service_linked_role[rds]";
    assert_eq!(after(&graph, "databases.db/instance"), [role]);
}

/// Seed: S3-23.
#[test]
fn a_user_gets_the_address_in_variables_and_the_password_from_the_secret_of_rds() {
    let graph = graph(&format!(
        "{HEAD}{DATABASE}{WEB}uses = [\"db\"]\nenv = {{ PGHOST = \"mine\" }}\n"
    ));
    let task = spec(&graph, "services.web/task_definition");
    let container = &task["containers"][0];
    let environment = &container["environment"];
    let from = |output: &str| json!({ "$ref": { "address": "databases.db/instance", "output": output, "when": "ready" } });
    for (name, value) in [
        ("DATABASE_URL", from("url")),
        ("DATABASE_HOST", from("endpoint")),
        ("DATABASE_PORT", json!("5432")),
        ("DATABASE_NAME", json!("shop_db")),
        ("DATABASE_USER", json!("postgres")),
        ("PGHOST", json!("mine")),
        ("PGSSLMODE", json!("require")),
    ] {
        assert_eq!(environment[name], value, "{name}");
    }
    for name in ["DATABASE_PASSWORD", "PGPASSWORD"] {
        assert_eq!(container["secrets"][name], from("password_from"), "{name}");
        assert!(environment.get(name).is_none(), "{name}");
    }
    let role = spec(&graph, "services.web/execution_role");
    let statement = &role["inline_policies"]["secrets"]["Statement"][0];
    assert_eq!(
        statement["Action"],
        json!(["secretsmanager:GetSecretValue"])
    );
    assert_eq!(statement["Resource"], json!([from("secret")]));
}

#[test]
fn who_does_not_use_it_gets_nothing_of_it() {
    let graph = graph(&format!("{HEAD}{DATABASE}{WEB}"));
    let rules = &spec(&graph, "databases.db/security_group")["ingress"];
    assert_eq!(rules, &json!([]));
    let task = spec(&graph, "services.web/task_definition").to_string();
    assert!(!task.contains("databases.db"), "{task}");
}

#[test]
fn of_two_databases_each_has_its_variables_and_libpq_knows_the_first() {
    let graph = graph(&format!(
        "{HEAD}{DATABASE}[databases.reports]\ninject = \"REPORTS\"\n{WEB}uses = [\"reports\", \"db\"]\n"
    ));
    let task = spec(&graph, "services.web/task_definition");
    let environment = &task["containers"][0]["environment"];
    let address = |name: &str| &environment[name]["$ref"]["address"];
    assert_eq!(address("DATABASE_URL"), "databases.db/instance");
    assert_eq!(address("REPORTS"), "databases.reports/instance");
    assert_eq!(address("REPORTS_HOST"), "databases.reports/instance");
    assert_eq!(address("PGHOST"), "databases.reports/instance");
    assert_eq!(environment["PGDATABASE"], "reports");
}

#[test]
fn on_somebody_elses_network_a_database_stands_where_tasks_do() {
    let existing = "[existing]\nvpc = \"vpc-1\"\nsubnets = [\"subnet-a\", \"subnet-b\"]\n";
    let graph = graph(&format!("{HEAD}{existing}{DATABASE}{WEB}uses = [\"db\"]\n"));
    let group = spec(&graph, "databases.db/subnet_group");
    assert_eq!(group["subnets"], json!(["subnet-a", "subnet-b"]));
    assert_eq!(addresses(&graph, "aws.ec2.subnet"), [""; 0]);
}

#[test]
fn where_no_way_leads_to_the_internet_one_leads_to_the_secret_of_rds() {
    let endpoints = "[network]\nlayout = \"private-endpoints\"\n";
    let image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/web:1";
    let web = format!("[services.web]\nimage = \"{image}\"\n");
    let there = |uses: &str| {
        let graph = graph(&format!("{HEAD}{endpoints}{DATABASE}{web}{uses}"));
        addresses(&graph, "aws.ec2.vpc_endpoint")
            .contains(&"network/endpoint[secretsmanager]".to_owned())
    };
    assert!(there("uses = [\"db\"]\n"));
    assert!(!there(""));
}

#[test]
fn a_volume_is_reached_in_each_zone_by_those_who_mount_it_alone() {
    let graph = graph(&format!(
        "{HEAD}[volumes.uploads]\n{WEB}volumes = {{ \"/var/uploads\" = \"uploads\" }}\n\
         [services.other]\nimage = \"other:1\"\n"
    ));
    let targets = addresses(&graph, "aws.efs.mount_target");
    assert_eq!(
        targets,
        [
            "volumes.uploads/mount_target[a]",
            "volumes.uploads/mount_target[b]"
        ]
    );
    for target in &targets {
        assert!(after(&graph, "services.web/service").contains(target));
        assert!(!after(&graph, "services.other/service").contains(target));
    }
    let rules = &spec(&graph, "volumes.uploads/security_group")["ingress"];
    let rules = rules.as_array().expect("rules");
    assert_eq!(rules.len(), 1, "{rules:?}");
    assert_eq!(rules[0]["from_port"], 2049);
    let from = &rules[0]["source"]["group"]["$ref"]["address"];
    assert_eq!(from, "services.web/security_group");
    let task = spec(&graph, "services.web/task_definition");
    let mounts = &task["containers"][0]["mounts"];
    assert_eq!(mounts, &json!({ "/var/uploads": "uploads" }));
    assert_eq!(task["volumes"][0]["name"], "uploads");
    let role = spec(&graph, "services.web/task_role");
    let statement = &role["inline_policies"]["uses"]["Statement"][0];
    let actions = [
        "elasticfilesystem:ClientMount",
        "elasticfilesystem:ClientWrite",
    ];
    assert_eq!(statement["Action"], json!(actions));
    let system = &statement["Resource"]["$ref"];
    assert_eq!(system["address"], "volumes.uploads/file_system");
    let other = spec(&graph, "services.other/task_role").to_string();
    assert!(!other.contains("elasticfilesystem"), "{other}");
}

#[test]
fn services_that_scale_share_the_role_of_the_scaler() {
    let scale = "scale = { max = 4, cpu = 60 }\n";
    let graph = graph(&format!(
        "{HEAD}{WEB}{scale}[services.api]\nimage = \"api:1\"\n{scale}"
    ));
    let roles = addresses(&graph, "aws.iam.service_linked_role");
    let scaler = "account/service_linked_role[application-autoscaling]";
    assert!(roles.contains(&scaler.to_owned()), "{roles:?}");
}
