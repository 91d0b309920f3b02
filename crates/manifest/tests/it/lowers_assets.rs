//! What buckets, files and queues mean in resources, and what who uses them gets.

use serde_json::{Value, json};

use crate::lowered::{HEAD, WEB, addresses, graph, spec};

const CLOUDFLARE: &str = "dns = { provider = \"cloudflare\", zone = \"example.com\" }\n";

fn policy<'s>(role: &'s Value, name: &str) -> &'s Value {
    &role["inline_policies"][name]["Statement"]
}

#[test]
fn files_lie_in_a_private_bucket_that_one_distribution_reads() {
    let graph = graph(&format!(
        "{HEAD}{WEB}[assets.static]\ndir = \"public\"\npath = \"/static/*\"\ncache = \"1y, immutable\"\n\
         cors = {{ origins = [\"https://*.example.com\"], methods = [\"GET\", \"HEAD\", \"PUT\", \"POST\"] }}\n\
         query_strings = true\n"
    ));
    let bucket = spec(&graph, "assets.static/bucket");
    let name = bucket["name"].as_str().expect("a name");
    assert!(name.starts_with("shop-production-static-"), "{name}");
    assert_eq!(bucket["removal"], "retain");
    assert_eq!(bucket["versioning"], true);
    assert_eq!(bucket["lifecycle"]["old_versions_days"], 30);
    let rule = &bucket["cors"][0];
    assert_eq!(rule["methods"], json!(["GET", "HEAD", "PUT", "POST"]));
    let distribution = spec(&graph, "assets.static/distribution");
    assert_eq!(distribution["viewers"], "redirect-to-https");
    assert_eq!(distribution["certificate"], Value::Null);
    let forwarded = &distribution["caching"]["forwarded"];
    assert_eq!(forwarded["query_strings"], true);
    assert_eq!(forwarded["headers"][2], "Origin");
    let policy = spec(&graph, "assets.static/bucket_policy");
    let reader = &policy["policy"]["Statement"][1];
    assert_eq!(reader["Principal"]["Service"], "cloudfront.amazonaws.com");
    let of = &reader["Condition"]["StringEquals"]["AWS:SourceArn"]["$ref"];
    assert_eq!(of["address"], "assets.static/distribution");
    let files = spec(&graph, "assets.static/files");
    let file = &files["files"]["static/site.css"];
    assert_eq!(file["cache_control"], "public, max-age=31536000, immutable");
    assert_eq!(files["prune"], false);
}

#[test]
fn a_name_of_files_has_a_certificate_where_cloudfront_looks_for_it() {
    let text = format!(
        "{CLOUDFLARE}{WEB}[assets.static]\ndir = \"public\"\nhostname = \"cdn.example.com\"\n"
    );
    let elsewhere = graph(&format!("{HEAD}{text}"));
    let certificate = spec(&elsewhere, "assets.static/certificate");
    assert_eq!(certificate["domain"], "cdn.example.com");
    assert_eq!(certificate["region"], "us-east-1");
    let distribution = spec(&elsewhere, "assets.static/distribution");
    assert_eq!(distribution["aliases"], json!(["cdn.example.com"]));
    assert_eq!(distribution["certificate"]["tls"], "TLSv1.2_2021");
    let records = addresses(&elsewhere, "cloudflare.dns.record");
    let both = ["assets.static/record", "assets.static/validation_record"];
    assert_eq!(records, both);
}

/// Seed: S3-20, S3-23.
#[test]
fn who_uses_a_thing_may_use_it_and_is_told_where_it_is() {
    let graph = graph(&format!(
        "{HEAD}{WEB}uses = [\"static\", \"uploads\", \"orders\"]\n[assets.static]\ndir = \"public\"\n\
         [buckets.uploads]\n[queues.orders]\ndead_letter_after = 5\n"
    ));
    let role = spec(&graph, "services.web/task_role");
    let statements = policy(role, "uses").as_array().expect("statements");
    assert_eq!(statements.len(), 5);
    let on = |statement: &Value| {
        let of = &statement["Resource"]["$ref"];
        format!("{} {}", of["address"], of["output"]).replace('"', "")
    };
    let on: Vec<String> = statements.iter().map(on).collect();
    assert_eq!(
        on,
        [
            "assets.static/bucket arn",
            "assets.static/bucket objects",
            "buckets.uploads/bucket arn",
            "buckets.uploads/bucket objects",
            "queues.orders/queue arn",
        ]
    );
    let definition = spec(&graph, "services.web/task_definition");
    let variables = definition["containers"][0]["environment"].as_object();
    let names: Vec<&String> = variables.expect("variables").keys().collect();
    let told = [
        "ORDERS_QUEUE_URL",
        "STATIC_BUCKET",
        "STATIC_DOMAIN",
        "UPLOADS_BUCKET",
    ];
    assert_eq!(names, told);
}

#[test]
fn a_queue_has_its_dead_letters_elsewhere() {
    let graph = graph(&format!(
        "{HEAD}{WEB}[queues.orders]\nvisibility_timeout = \"5m\"\ndead_letter_after = 5\n[queues.mail]\n"
    ));
    let all = addresses(&graph, "aws.sqs.queue");
    let three = [
        "queues.mail/queue",
        "queues.orders/dead_letter_queue",
        "queues.orders/queue",
    ];
    assert_eq!(all, three);
    let queue = spec(&graph, "queues.orders/queue");
    assert_eq!(queue["visibility_timeout_seconds"], 300);
    assert_eq!(queue["dead_letter"]["after"], 5);
    assert_eq!(queue["name"], "shop-production-orders");
    let dead = spec(&graph, "queues.orders/dead_letter_queue");
    assert_eq!(dead["retention_seconds"], 14 * 86_400);
    assert_eq!(
        spec(&graph, "queues.mail/queue")["dead_letter"],
        Value::Null
    );
}

#[test]
fn where_no_way_leads_to_the_internet_one_leads_to_the_queues_of_who_uses_them() {
    let image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/web:1";
    let there = |uses: &str| {
        let graph = graph(&format!(
            "{HEAD}[network]\nlayout = \"private-endpoints\"\n[queues.orders]\n\
             [services.web]\nimage = \"{image}\"\n{uses}"
        ));
        addresses(&graph, "aws.ec2.vpc_endpoint").contains(&"network/endpoint[sqs]".to_owned())
    };
    assert!(there("uses = [\"orders\"]\n"));
    assert!(!there(""));
}
