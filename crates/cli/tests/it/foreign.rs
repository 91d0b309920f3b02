//! What is not ours is named, refused and left alone.

use serde_json::{Value, json};

use crate::rig::{HELLO, Rig};

fn refused(rig: &Rig, names: &str) {
    let before = rig.log().len();
    let up = rig.ashore(&["up"]).exits(7);
    assert!(up.stderr.contains("E0201"), "{}", up.stderr);
    assert!(up.stderr.contains(names), "{names}:\n{}", up.stderr);
    assert_eq!(
        rig.changes(before),
        Vec::<String>::new(),
        "nothing was changed"
    );
}

fn zone(rig: &Rig) -> String {
    let zones = rig.cloudflare("GET", "/zones?name=example.com", None);
    zones["result"][0]["id"]
        .as_str()
        .expect("the zone")
        .to_string()
}

fn records(rig: &Rig, zone: &str) -> Vec<Value> {
    let path = format!("/zones/{zone}/dns_records?name.exact=hello.example.com");
    rig.cloudflare("GET", &path, None)["result"]
        .as_array()
        .cloned()
        .unwrap_or_default()
}

#[test]
fn a_foreign_cluster_is_refused_and_named() {
    let rig = Rig::new(HELLO);
    let target = "AmazonEC2ContainerServiceV20141113.CreateCluster";
    rig.aws(
        "ecs",
        target,
        &json!({ "clusterName": "hello-production-cluster" }),
    );
    refused(&rig, "hello-production-cluster");
}

#[test]
fn a_foreign_log_group_is_refused_and_named() {
    let rig = Rig::new(HELLO);
    let group = json!({ "logGroupName": "/ashore/hello-production/web" });
    rig.aws("logs", "Logs_20140328.CreateLogGroup", &group);
    refused(&rig, "/ashore/hello-production/web");
}

#[test]
fn a_foreign_dns_record_is_refused_named_and_untouched() {
    let rig = Rig::new(HELLO);
    let zone = zone(&rig);
    let record =
        json!({ "type": "A", "name": "hello.example.com", "content": "192.0.2.7", "ttl": 300 });
    rig.cloudflare("POST", &format!("/zones/{zone}/dns_records"), Some(record));
    let before = records(&rig, &zone);
    refused(&rig, "192.0.2.7");
    assert_eq!(records(&rig, &zone), before);
}

#[test]
fn a_record_that_is_taken_over_is_put_back_by_down() {
    let rig = Rig::new(&HELLO.replace(
        "hostname = \"hello.example.com\"",
        "hostname = \"hello.example.com\"\ntake_over = true",
    ));
    let zone = zone(&rig);
    for (kind, content) in [("A", "192.0.2.7"), ("AAAA", "2001:db8::7")] {
        let record = json!({
            "type": kind, "name": "hello.example.com", "content": content, "ttl": 300,
            "comment": "somebody else's",
        });
        rig.cloudflare("POST", &format!("/zones/{zone}/dns_records"), Some(record));
    }
    let writable = |records: Vec<Value>| {
        let pick = |record: &Value| {
            ["type", "name", "content", "ttl", "proxied", "comment"]
                .map(|field| record[field].clone())
        };
        let mut records: Vec<_> = records.iter().map(pick).collect();
        records.sort_by_key(|record| format!("{record:?}"));
        records
    };
    let before = writable(records(&rig, &zone));
    rig.ashore(&["up"]).exits(0);
    let during = records(&rig, &zone);
    assert_eq!(during.len(), 1, "{during:?}");
    assert_eq!(during[0]["type"], "CNAME");
    rig.ashore(&["down", "--yes"]).exits(0);
    assert_eq!(writable(records(&rig, &zone)), before);
}
