use ashore_engine::kind::{Kind, Live, Readiness};
use ashore_providers::manual::dns_record::{Change, ManualRecord};
use serde_json::{Value, json};

use crate::in_twin::{InTwin, cx, made, seen};

const TARGET: &str = "hello-1.eu-central-1.elb.amazonaws.com";

fn record(name: &str) -> ManualRecord {
    ManualRecord {
        name: name.to_string().into(),
        record_type: "CNAME".into(),
        content: TARGET.to_string().into(),
    }
}

/// What domains with some other provider say.
async fn set(world: &InTwin, records: &[(&str, &str, &str)]) {
    let record = |(name, kind, data): &(&str, &str, &str)| -> Value {
        json!({ "name": name, "type": kind, "data": data })
    };
    let records: Vec<Value> = records.iter().map(record).collect();
    let request = http::Request::put("http://twin/_twin/dns")
        .body(json!({ "records": records }).to_string().into())
        .unwrap();
    let answer = world.twin.respond(request).await.unwrap();
    assert!(answer.status().is_success(), "{answer:?}");
}

#[tokio::test(start_paused = true)]
async fn it_says_what_to_set_until_the_world_sees_it() {
    let world = InTwin::new().await;
    let resolver = world.resolver();
    let (cx, spec) = (cx("r"), record("hello.example.net"));
    let outputs = made(&resolver, &cx, &spec).await;
    let why = |readiness| match readiness {
        Ok(Readiness::Pending { why, .. }) => why,
        other => panic!("{other:?}"),
    };
    let nothing = why(spec.ready(&resolver, &cx, &outputs).await);
    assert_eq!(
        nothing,
        format!(
            "set at your DNS provider: hello.example.net CNAME {TARGET}; resolvers show nothing \
             there"
        )
    );
    assert_eq!(ManualRecord::observe(&resolver, &outputs).await, Ok(None));

    set(
        &world,
        &[("hello.example.net", "CNAME", "elsewhere.example.com.")],
    )
    .await;
    let other = why(spec.ready(&resolver, &cx, &outputs).await);
    assert!(
        other.ends_with("resolvers show elsewhere.example.com"),
        "{other}"
    );
    let there = seen(&resolver, &spec, &outputs).await;
    assert_eq!(spec.changes(Some(&there)), [Change::Request]);

    let target = format!("{}.", TARGET.to_uppercase());
    set(&world, &[("hello.example.net", "CNAME", &target)]).await;
    let ready = spec.ready(&resolver, &cx, &outputs).await.unwrap();
    assert_eq!(ready, Readiness::Ready(outputs.clone()));
    let there = seen(&resolver, &spec, &outputs).await;
    assert_eq!(there.spec, spec);
    assert_eq!(spec.changes(Some(&there)), []);
}

#[tokio::test(start_paused = true)]
async fn where_there_can_be_no_cname_the_same_addresses_will_do() {
    let world = InTwin::new().await;
    let resolver = world.resolver();
    let (cx, spec) = (cx("r"), record("example.net"));
    let outputs = made(&resolver, &cx, &spec).await;
    set(
        &world,
        &[
            (TARGET, "A", "192.0.2.1"),
            (TARGET, "A", "192.0.2.2"),
            ("example.net", "A", "192.0.2.9"),
        ],
    )
    .await;
    let elsewhere = spec.ready(&resolver, &cx, &outputs).await.unwrap();
    assert!(matches!(elsewhere, Readiness::Pending { .. }));
    set(
        &world,
        &[
            (TARGET, "A", "192.0.2.1"),
            ("example.net", "A", "192.0.2.1"),
        ],
    )
    .await;
    let ready = spec.ready(&resolver, &cx, &outputs).await.unwrap();
    assert_eq!(ready, Readiness::Ready(outputs));
}

#[tokio::test(start_paused = true)]
async fn who_answers_for_a_domain_is_told() {
    let world = InTwin::new().await;
    set(
        &world,
        &[
            ("example.net", "NS", "b.ns.example.com."),
            ("example.net", "NS", "A.ns.example.com."),
        ],
    )
    .await;
    let servers = world.resolver().name_servers("example.net").await.unwrap();
    assert_eq!(servers, ["a.ns.example.com", "b.ns.example.com"]);
    let none = world.resolver().name_servers("www.example.net").await;
    assert_eq!(none, Ok(Vec::new()));
}
