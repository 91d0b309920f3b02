//! What a service means in tasks, their roles and their secrets.

use ashore_manifest::lower::{Holds, LowerError, kept, lower};
use ashore_manifest::model::ValueFrom;
use serde_json::json;

use crate::lowered::{HEAD, WEB, addresses, after, graph, loaded, spec, surroundings};

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

/// So many that the one policy which names them all is longer than a role may have.
#[test]
fn more_secrets_than_a_role_has_room_for_are_refused() {
    let secrets = |count: usize| {
        let secret = |number: usize| format!("SECRET_{number:03} = {{ generate = 16 }}\n");
        let all: String = (0..count).map(secret).collect();
        format!("{HEAD}{WEB}[services.web.secrets]\n{all}")
    };
    assert!(lower(&loaded(&secrets(90)), &surroundings()).is_ok());
    let refused = lower(&loaded(&secrets(100)), &surroundings()).expect_err("too many");
    let LowerError::Policies {
        service,
        part,
        characters,
    } = refused
    else {
        panic!("{refused}");
    };
    assert_eq!((service.as_str(), part), ("services.web", "execution"));
    // `"arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-production/services/web/SECRET_000-??????"`,
    // with its comma, and what stands around all of them.
    assert!((10_400..10_800).contains(&characters), "{characters}");
}

#[test]
fn services_that_scale_share_the_role_of_the_scaler() {
    let scale = "scale = { max = 4, cpu = 60 }\n";
    let graph = graph(&format!(
        "{HEAD}{WEB}{scale}[services.api]\nimage = \"api:1\"\n{scale}"
    ));
    let targets = addresses(&graph, "aws.application_autoscaling.scalable_target");
    assert_eq!(
        targets,
        [
            "services.api/scalable_target",
            "services.web/scalable_target"
        ]
    );
    let role = "account/service_linked_role[application-autoscaling]";
    for target in &targets {
        assert!(
            after(&graph, target).contains(&role.to_string()),
            "{target}"
        );
    }
}
