//! `examples/shop`, from end to end: three services, Route 53, a private registry and secrets.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::hello::{does_what_it_plans, leftovers, requests, tally};
use crate::rig::{Rig, SPEED};

/// The example, with the two secrets that its reader is to write in.
pub(crate) fn manifest() -> String {
    let text = include_str!("../../../../examples/shop/ashore.toml");
    let mut all = text.to_string();
    for line in [
        "STRIPE_KEY = { secret = \"shop/stripe\", key = \"api\" }",
        "SMTP_PASSWORD = { ssm = \"/shop/smtp-password\" }",
    ] {
        let proposed = format!("# {line}");
        assert!(text.contains(&proposed), "the example proposes {line}");
        all = all.replace(&proposed, line);
    }
    all
}

/// The registry's password.
pub(crate) const TOKEN: &str = "ghp-of-acme-bot";

/// The zone of a new sandbox.
pub(crate) const ZONE: &str = "Z0SANDBOXEXAMPLEORG";

/// A fresh twin in which somebody keeps a secret and a parameter, and records of their own in the
/// zone.
pub(crate) fn shop() -> Rig {
    shop_at(SPEED)
}

pub(crate) fn shop_at(speed: &'static str) -> Rig {
    let mut rig = Rig::at(speed, &manifest());
    rig.export("GHCR_TOKEN", TOKEN);
    let stripe = json!({
        "Name": "shop/stripe", "SecretString": "{\"api\": \"sk_test_1\"}",
        "ClientRequestToken": "5ca1ab1e-0000-4000-8000-000000000001",
    });
    let made = rig.aws("secretsmanager", "secretsmanager.CreateSecret", &stripe);
    assert_eq!(made["Name"], "shop/stripe", "{made}");
    let password = json!({ "Name": "/shop/smtp-password", "Value": "x", "Type": "SecureString" });
    let put = rig.aws("ssm", "AmazonSSM.PutParameter", &password);
    assert_eq!(put["Version"], 1, "{put}");
    rig.record_set(ZONE, "CREATE", "mail.example.org", "A", "192.0.2.25");
    rig
}

/// Everything that others have here, and that stays as it is whatever we do.
pub(crate) fn of_others(rig: &Rig) -> Value {
    let world = rig.world();
    let region = &world["regions"]["eu-central-1"];
    let names = |all: &Value, ours: fn(&str) -> bool| -> Vec<Value> {
        let all = all.as_object().into_iter().flatten();
        all.filter(|(name, _)| !ours(name))
            .map(|(_, it)| it.clone())
            .collect()
    };
    json!({
        "secrets": names(&region["secretsmanager"]["secrets"], |name| name.starts_with("shop-production/")),
        "parameters": region["ssm"]["parameters"],
        "records": world["route53"]["zones"][ZONE]["record_sets"],
        "zones": world["route53"]["zones"].as_object().map(serde_json::Map::len),
    })
}

/// What is left of the stack: all but generated secrets, which can be had back for a while, and
/// Route 53's own history of changes.
pub(crate) fn left(rig: &Rig) -> Vec<String> {
    let world = rig.world();
    let scheduled = |path: &String| {
        let secrets = &world["regions"]["eu-central-1"]["secretsmanager"]["secrets"];
        let mut secrets = secrets.as_object().into_iter().flatten();
        secrets.any(|(name, secret)| {
            path.ends_with(&format!("/secretsmanager/secrets/{name}"))
                && !secret["deletion"].is_null()
        })
    };
    let left = leftovers(&world).into_iter();
    left.filter(|path| !scheduled(path) && !path.starts_with("/route53/changes/"))
        .collect()
}

#[test]
fn the_shop_comes_up_as_planned_and_down_leaves_what_is_others() {
    let rig = shop();
    let before = of_others(&rig);
    assert_eq!(
        before["secrets"].as_array().map(Vec::len),
        Some(1),
        "{before:#}"
    );
    assert_eq!(
        before["parameters"].as_object().map(serde_json::Map::len),
        Some(1),
        "{before:#}"
    );
    let up = does_what_it_plans(&rig, &["plan"], &["up"]);
    let urls = up.document("result")["urls"].clone();
    assert_eq!(
        urls,
        json!(["https://api.shop.example.org", "https://shop.example.org"])
    );
    for url in [
        "https://shop.example.org/",
        "https://www.shop.example.org/",
        "https://api.shop.example.org/",
    ] {
        let visit = rig.visit(url);
        assert_eq!(visit["status"], 200, "{url}: {visit}");
    }
    tasks_have_what_they_read(&rig);

    let again = ["plan", "--json", "--detailed-exitcode"];
    let plan = rig.ashore(&again).exits(0).document("plan");
    assert_eq!(plan["changes"], false, "{plan:#}");

    does_what_it_plans(&rig, &["down", "--dry-run"], &["down", "--yes"]);
    assert_eq!(left(&rig), Vec::<String>::new());
    assert_eq!(of_others(&rig), before);
    let log = rig.log().len();
    rig.ashore(&["down"]).exits(0);
    assert_eq!(rig.log().len(), log, "a second down asks nobody");
}

/// The containers are told where their secrets are, and never what they are.
fn tasks_have_what_they_read(rig: &Rig) {
    let target = "AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition";
    let family = json!({ "taskDefinition": "shop-production-web" });
    let told = rig.aws("ecs", target, &family);
    let containers = told["taskDefinition"]["containerDefinitions"].as_array();
    let containers = containers.expect("containers");
    let named = |name: &str| {
        let found = containers.iter().find(|it| it["name"] == name);
        found.unwrap_or_else(|| panic!("no {name} in {told:#}"))
    };
    let web = named("web");
    let from: Vec<_> = web["secrets"]
        .as_array()
        .expect("secrets")
        .iter()
        .map(|it| (it["name"].as_str(), it["valueFrom"].as_str().unwrap_or("")))
        .collect();
    let arn = |name: Option<&str>| from.iter().find(|(it, _)| *it == name).map(|it| it.1);
    let session = arn(Some("SESSION_KEY")).expect("it is there");
    assert!(
        session.contains(":secret:shop-production/secrets/SESSION_KEY-"),
        "{session}"
    );
    let stripe = arn(Some("STRIPE_KEY")).expect("it is there");
    assert!(
        stripe.contains(":secret:shop/stripe-") && stripe.ends_with(":api::"),
        "{stripe}"
    );
    let smtp = arn(Some("SMTP_PASSWORD")).expect("it is there");
    assert!(smtp.ends_with(":parameter/shop/smtp-password"), "{smtp}");
    let registry = web["repositoryCredentials"]["credentialsParameter"].as_str();
    assert!(
        registry.is_some_and(|arn| arn.contains(":secret:shop-production/registry-")),
        "{web:#}"
    );
    assert_eq!(web["healthCheck"]["startPeriod"], 15, "{web:#}");
    assert_eq!(web["dependsOn"][0]["containerName"], "otel", "{web:#}");
    let otel = named("otel");
    assert_eq!(otel["essential"], false);
    assert!(
        otel["repositoryCredentials"].is_null(),
        "another registry: {otel:#}"
    );
    // As a task gets them.
    let credentials = secret_value(rig, "shop-production/registry");
    let credentials: Value = serde_json::from_str(&credentials).expect("JSON, as ECS wants it");
    assert_eq!(
        credentials,
        json!({ "username": "acme-bot", "password": TOKEN })
    );
    let generated = secret_value(rig, "shop-production/secrets/SESSION_KEY");
    assert_eq!(generated.len(), 64);
    assert!(
        generated.bytes().collect::<BTreeSet<_>>().len() > 16,
        "random"
    );
}

/// What a secret holds now, as somebody with the rights reads it.
pub(crate) fn secret_value(rig: &Rig, name: &str) -> String {
    let target = "secretsmanager.GetSecretValue";
    let told = rig.aws("secretsmanager", target, &json!({ "SecretId": name }));
    let value = told["SecretString"].as_str();
    value
        .unwrap_or_else(|| panic!("{name}: {told}"))
        .to_string()
}

#[test]
fn another_build_is_a_task_definition_and_an_update_for_each_service() {
    let rig = shop();
    rig.ashore(&["up"]).exits(0);
    let next = ["--param", "tag=1.43.0"];
    let plan = [&["plan", "--json", "--detailed-exitcode"][..], &next].concat();
    let mut planned = requests(&rig.ashore(&plan).exits(2).document("plan"));
    planned.sort();
    let three = |request: &str| vec![request.to_string(); 3];
    let expected = [
        three("ecs:RegisterTaskDefinition"),
        three("ecs:UpdateService"),
    ]
    .concat();
    assert_eq!(planned, expected);
    let generated = secret_value(&rig, "shop-production/secrets/SESSION_KEY");
    does_what_it_plans(
        &rig,
        &[&["plan"][..], &next].concat(),
        &[&["up"][..], &next].concat(),
    );
    assert_eq!(
        secret_value(&rig, "shop-production/secrets/SESSION_KEY"),
        generated
    );
    rig.ashore(&[&["plan", "--detailed-exitcode"][..], &next].concat())
        .exits(0);
}

#[test]
fn another_registry_password_is_one_new_version_of_its_secret() {
    let mut rig = shop();
    rig.ashore(&["up"]).exits(0);
    rig.export("GHCR_TOKEN", "ghp-rotated");
    let plan = rig.ashore(&["plan", "--json"]).exits(0).document("plan");
    assert_eq!(
        requests(&plan),
        ["secretsmanager:PutSecretValue"],
        "{plan:#}"
    );
    does_what_it_plans(&rig, &["plan"], &["up"]);
    assert!(secret_value(&rig, "shop-production/registry").contains("ghp-rotated"));
    rig.ashore(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn a_generated_secret_that_went_with_down_comes_back_with_the_next_up() {
    let rig = shop();
    rig.ashore(&["up"]).exits(0);
    let generated = secret_value(&rig, "shop-production/secrets/SESSION_KEY");
    rig.ashore(&["down", "--yes"]).exits(0);
    does_what_it_plans(&rig, &["plan"], &["up"]);
    assert_eq!(
        secret_value(&rig, "shop-production/secrets/SESSION_KEY"),
        generated
    );
}

#[test]
fn staging_is_a_stack_of_its_own_beside_production() {
    let rig = shop();
    rig.ashore(&["up"]).exits(0);
    let production = rig.world()["iam"]["roles"].clone();
    let up = rig.ashore(&["up", "--env", "staging", "--json"]).exits(0);
    let urls = up.document("result")["urls"].clone();
    assert_eq!(
        urls,
        json!([
            "https://api.shop.staging.example.org",
            "https://shop.staging.example.org"
        ])
    );
    rig.ashore(&["plan", "--detailed-exitcode"]).exits(0);
    rig.ashore(&["plan", "--env", "staging", "--detailed-exitcode"])
        .exits(0);
    rig.ashore(&["down", "--env", "staging", "--yes"]).exits(0);
    assert_eq!(rig.world()["iam"]["roles"], production);
    assert_eq!(rig.visit("https://shop.example.org/")["status"], 200);
    rig.ashore(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn the_calls_of_the_shop_stay_within_their_budget() {
    let rig = shop();
    let from = rig.log().len();
    rig.ashore(&["up"]).exits(0);
    let up = tally(&rig.log()[from..]);
    assert!(up.mutating <= UP.0 && up.reads <= UP.1, "{up:?}");

    let from = rig.log().len();
    rig.ashore(&["plan"]).exits(0);
    let plan = tally(&rig.log()[from..]);
    assert!(plan.mutating == 0 && plan.all_reads <= PLAN, "{plan:?}");

    let from = rig.log().len();
    rig.ashore(&["down", "--yes"]).exits(0);
    let down = tally(&rig.log()[from..]);
    assert!(down.mutating <= DOWN.0 && down.reads <= DOWN.1, "{down:?}");
}

/// Requests of the shop: those that change something, and reads before the first of them. Those of
/// `up` are the plan's 65; those of `down` are 54, and twice something may still be held.
const UP: (usize, usize) = (65, 24);
const PLAN: usize = 57;
const DOWN: (usize, usize) = (56, 53);
