//! What `build`, images of `[repositories]` and the repositories themselves mean in resources.

use ashore_engine::graph::Graph;
use ashore_manifest::lower::{FoundImage, LowerError, lower};
use ashore_manifest::model::Name;
use serde_json::{Value, json};

use crate::lowered::{HEAD, addresses, after, loaded, spec, surroundings};

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// The graph, where the image of these services is there.
fn graph(text: &str, there: &[&str], built: bool) -> Result<Graph, LowerError> {
    let mut surroundings = surroundings();
    for service in there {
        let found = FoundImage {
            digest: DIGEST.to_owned(),
            built_tag: built.then(|| "ashore-build-aa".to_owned()),
        };
        let name = Name::parse(service).expect("a name");
        surroundings.images.insert(name, found);
    }
    lower(&loaded(text), &surroundings)
}

fn statements(graph: &Graph, role: &str) -> Vec<Value> {
    let policies = spec(graph, role)["inline_policies"]
        .as_object()
        .expect("policies");
    let statements = policies
        .values()
        .filter_map(|it| it["Statement"].as_array());
    statements.flatten().cloned().collect()
}

#[test]
fn what_is_built_runs_by_its_digest() {
    let text = format!("{HEAD}[services.web]\nbuild = \".\"\nport = 80\n");
    let graph = graph(&text, &["web"], true).expect("a graph");
    let repository = spec(&graph, "services.web/repository");
    assert_eq!(repository["name"], "shop-production-build/web");
    assert_eq!(repository["removal"], "delete");
    assert_eq!(repository["mutability"]["immutable"], true);
    let image = spec(&graph, "services.web/image");
    assert_eq!(image["digest"], DIGEST);
    assert_eq!(image["live_tag"], "ashore-live-web-0123456789abcdef");
    let definition = spec(&graph, "services.web/task_definition");
    assert_eq!(
        definition["containers"][0]["image"],
        format!(
            "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop-production-build/web@{DIGEST}"
        )
    );
    assert!(after(&graph, "services.web/service").contains(&"services.web/image".to_owned()));
}

/// S3-21. AWS's own policy for execution roles allows every pull in the account.
#[test]
fn an_execution_role_pulls_from_that_repository_alone() {
    let text = format!(
        "{HEAD}[repositories.app]\n[services.web]\nimage = {{ repository = \"app\", tag = \"1.2\" }}\n\
         [services.web.sidecars.agent]\nimage = \"210987654321.dkr.ecr.eu-west-1.amazonaws.com/agent:1\"\n"
    );
    let graph = graph(&text, &["web"], false).expect("a graph");
    let role = "services.web/execution_role";
    assert_eq!(spec(&graph, role)["managed_policies"], json!([]));
    let statements = statements(&graph, role);
    for statement in &statements {
        let all = statement["Resource"] == "*";
        assert_eq!(
            all,
            statement["Action"] == json!(["ecr:GetAuthorizationToken"])
        );
    }
    let pulls = statements
        .iter()
        .find(|it| it["Action"][1] == "ecr:BatchGetImage");
    assert_eq!(
        pulls.expect("it pulls")["Resource"],
        json!([
            "arn:aws:ecr:eu-central-1:123456789012:repository/shop-production-app",
            "arn:aws:ecr:eu-west-1:210987654321:repository/agent",
        ])
    );
    let logs = statements
        .iter()
        .find(|it| it["Action"][0] == "logs:CreateLogStream");
    assert_eq!(
        logs.expect("it writes logs")["Resource"],
        "arn:aws:logs:eu-central-1:123456789012:log-group:/ashore/shop-production/web:*"
    );
}

/// S3-24.
#[test]
fn all_but_the_service_is_there_before_its_first_image() {
    let text = format!(
        "{HEAD}dns = {{ provider = \"manual\" }}\n[repositories.app]\n[services.web]\n\
         image = {{ repository = \"app\" }}\nport = 80\nhostname = \"example.com\"\n\
         scale = {{ max = 4, cpu = 60 }}\n[services.other]\nimage = \"nginx:1\"\n"
    );
    let waits = graph(&text, &[], false).expect("a graph");
    assert_eq!(
        addresses(&waits, "aws.ecs.service"),
        ["services.other/service"]
    );
    let definitions = addresses(&waits, "aws.ecs.task_definition");
    assert_eq!(definitions, ["services.other/task_definition"]);
    assert_eq!(
        addresses(&waits, "aws.elb.target_group"),
        ["services.web/target_group"]
    );
    assert_eq!(
        addresses(&waits, "aws.ecr.repository"),
        ["repositories.app/repository"]
    );
    let whole = graph(&text, &["web"], false).expect("a graph");
    assert_eq!(addresses(&whole, "aws.ecs.service").len(), 2);
    let all: Vec<_> = whole.nodes().map(|(address, _)| address.clone()).collect();
    let mut before = waits.nodes().map(|(address, _)| address);
    assert!(
        before.all(|address| all.contains(address)),
        "nothing goes when it comes"
    );
}

/// S3-24, S2-10.
#[test]
fn a_name_leads_to_the_services_behind_it_that_run_and_stays_while_others_wait() {
    let text = format!(
        "{HEAD}dns = {{ provider = \"manual\" }}\n[repositories.app]\n[services.web]\n\
         image = {{ repository = \"app\" }}\nport = 80\nhostname = \"example.com\"\n\
         [services.api]\nimage = \"api:1\"\nport = 81\nhostname = \"example.com\"\npath = \"/api\"\n"
    );
    let waits = graph(&text, &[], false).expect("a graph");
    let record = "services.web/record";
    assert_eq!(
        after(&waits, record),
        ["services.api/service", "ingress/http_listener"]
    );
    let whole = graph(&text, &["web"], false).expect("a graph");
    assert_eq!(
        after(&whole, record),
        [
            "services.api/service",
            "services.web/service",
            "ingress/http_listener"
        ]
    );
    assert_eq!(spec(&waits, record), spec(&whole, record));
}

/// S3-5, S4-7.
#[test]
fn a_repository_says_who_may_push_and_how_much_is_kept() {
    let text = format!(
        "{HEAD}[repositories.app]\nkeep = 20\npush = [\"account\"]\npull = [\"210987654321\", \"account\"]\n\
         [services.web]\nimage = \"nginx:1\"\n"
    );
    let graph = graph(&text, &[], false).expect("a graph");
    let repository = spec(&graph, "repositories.app/repository");
    assert_eq!(repository["name"], "shop-production-app");
    assert_eq!(repository["removal"], "retain");
    let rules = &repository["lifecycle"]["rules"];
    assert_eq!(rules[1]["selection"]["countNumber"], 20);
    let statements = repository["policy"]["Statement"]
        .as_array()
        .expect("statements");
    let principals: Vec<_> = statements
        .iter()
        .map(|it| &it["Principal"]["AWS"])
        .collect();
    assert_eq!(
        principals,
        [
            &json!(["arn:aws:iam::210987654321:root"]),
            &json!(["arn:aws:iam::123456789012:root"]),
        ]
    );
    assert!(statements.iter().all(|it| it["Action"] != "*"));
}

#[test]
fn a_build_that_nobody_has_made_is_a_mistake_of_ours() {
    let text = format!("{HEAD}[services.web]\nbuild = \".\"\n");
    let error = graph(&text, &[], false).expect_err("there is no image");
    assert_eq!(error, LowerError::Unread("build"));
}
