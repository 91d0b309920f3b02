//! The JSON Schema that editors read.

use std::path::Path;

use ashore_manifest::{LoadOptions, json_schema, load};
use serde_json::Value;

/// `UPDATE_EXPECT=1 cargo test -p ashore-manifest` writes it anew.
#[test]
fn the_committed_schema_is_current() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/ashore.schema.json");
    let now = format!("{:#}\n", json_schema());
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &now).expect("can write the schema");
    }
    let committed = std::fs::read_to_string(&path).expect("docs/reference/ashore.schema.json");
    assert!(
        committed == now,
        "docs/reference/ashore.schema.json is stale: run with UPDATE_EXPECT=1"
    );
}

#[test]
fn editors_accept_what_loads_and_underline_what_does_not() {
    let validator = jsonschema::validator_for(&json_schema()).expect("the schema is one");
    let accepts = |text: &str| {
        let document: Value = toml::from_str(text).expect("TOML");
        validator.is_valid(&document)
    };
    assert!(accepts(include_str!(
        "../../../../examples/hello/ashore.toml"
    )));
    assert!(accepts(include_str!("rich.toml")));
    let service = |line: &str| {
        format!(
            "app = \"a\"\nregion = \"eu-west-1\"\n[services.web]\nimage = \"nginx:1\"\n{line}\n"
        )
    };
    assert!(accepts(&service("")));
    assert!(accepts(&service(
        "cpu = 0.5\nmemory = \"1GiB\"\nhealth = { path = \"/up\" }"
    )));
    for line in [
        "[environments.staging.services.web]\ncount = 2",
        "[environments.staging]\naccount = \"123456789012\"\ndns.take_over = true",
        "sidecars = { a = { image = \"a:1\" } }",
    ] {
        assert!(accepts(&service(line)), "{line}");
    }
    for line in [
        "prot = 80",
        "port = 0",
        "port = \"80\"",
        "arch = \"mips\"",
        "health = { pth = \"/\" }",
        "sidecars = { a = {} }",
        "secrets = { A = { secret = \"a\", ssm = \"/a\", generate = 8 } }",
        "secrets = { A = {} }",
        "permissions = [{ actions = [\"s3:Get*\"] }]",
        "[environments.staging]\napp = \"b\"",
        "[environments.staging]\naccounts = \"b\"",
        "[environments.staging.services.web]\nprot = 80",
        "[environments.staging.services.web]\npermissions = [{ actions = [\"s3:Get*\"] }]",
    ] {
        assert!(!accepts(&service(line)), "{line}");
    }
    assert!(
        !accepts("app = \"a\"\nregion = \"eu-west-1\"\n"),
        "services are required"
    );
}

#[test]
fn writing_down_the_defaults_changes_nothing() {
    let schema = json_schema();
    let defaults = |section: &str| {
        let properties = schema
            .pointer(&format!("{section}/properties"))
            .and_then(Value::as_object);
        let written = properties
            .expect("a section")
            .iter()
            .filter_map(|(key, property)| Some(format!("{key} = {}\n", property.get("default")?)));
        written.collect::<String>()
    };
    let silent = "app = \"hello\"\nregion = \"eu-central-1\"\n\
                  [dns]\nprovider = \"cloudflare\"\nzone = \"example.com\"\n\
                  [services.web]\nimage = \"nginx:1.29\"\nport = 80\nhostname = \"hello.example.com\"\n";
    let (above, below) = silent
        .split_once("[services.web]\n")
        .expect("it has a service");
    let explicit = format!(
        "{}{above}{}[network]\n{}[services.web]\n{below}{}[services.web.health]\n{}",
        defaults(""),
        defaults("/$defs/DnsSection"),
        defaults("/$defs/NetworkSection"),
        defaults("/$defs/ServiceSection"),
        defaults("/$defs/HealthSection"),
    );
    let loaded = |text: &str| load(text, &LoadOptions::default()).expect(text);
    assert_eq!(loaded(silent), loaded(&explicit));
    assert!(
        explicit.lines().count() > 25,
        "the schema has lost its defaults:\n{explicit}"
    );
}

#[test]
fn every_key_is_described() {
    fn walk(path: &str, schema: &Value) {
        for (key, below) in schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let path = format!("{path}/{key}");
            assert!(
                below.get("description").is_some(),
                "{path} has no description"
            );
        }
    }
    let schema = json_schema();
    walk("", &schema);
    let definitions = schema
        .get("$defs")
        .and_then(Value::as_object)
        .expect("definitions");
    for (name, definition) in definitions {
        walk(name, definition);
    }
}
