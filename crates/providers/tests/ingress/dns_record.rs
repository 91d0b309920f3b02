use ashore_engine::failure::Class;
use ashore_engine::kind::{Found, Kind, Live};
use ashore_providers::cloudflare::dns_record::{Change, DnsRecord, Outputs, Record};
use serde_json::{Value, json};

use crate::in_twin::{InTwin, ZONE, converged, cx, made, of_stack, pending, removed, seen, send};

const NAME: &str = "hello.example.com";

fn record() -> DnsRecord {
    DnsRecord {
        zone_id: ZONE.into(),
        name: NAME.to_string().into(),
        record_type: "CNAME".into(),
        content: "Hello-1.eu-central-1.elb.amazonaws.com".to_string().into(),
        ttl: 60,
        proxied: false,
        take_over: false,
        comment: "by the team".into(),
    }
}

fn records() -> String {
    format!("/zones/{ZONE}/dns_records")
}

async fn by_hand(world: &InTwin, record_type: &str, content: &str) -> Value {
    let body = json!({
        "type": record_type, "name": NAME, "content": content, "ttl": 300,
        "comment": "do not touch", "proxied": false,
    });
    world.by_hand("POST", &records(), body).await
}

async fn at_name(world: &InTwin) -> Vec<Record> {
    let found = world.by_hand("GET", &records(), Value::Null).await;
    let all: Vec<Record> = serde_json::from_value(found).unwrap();
    all.into_iter()
        .filter(|record| record.name == NAME)
        .collect()
}

#[tokio::test(start_paused = true)]
async fn it_is_made_found_changed_and_deleted() {
    let world = InTwin::new().await;
    let client = &world.cloudflare;
    let mut spec = record();
    let outputs = made(client, &cx("r"), &spec).await;
    assert_eq!(seen(client, &spec, &outputs).await.spec, spec);
    let found = spec.find(client, &cx("r")).await.unwrap();
    assert_eq!(found, Found::Ours(outputs.clone()));
    let stack = cx("r").mark.stack;
    assert_eq!(
        DnsRecord::list(client, &stack).await,
        Ok(vec![outputs.clone()])
    );

    let changes: [fn(&mut DnsRecord); 4] = [
        |spec| spec.content = "lb-2.example.net.".to_string().into(),
        |spec| spec.ttl = 300,
        |spec| spec.comment = String::new(),
        |spec| spec.proxied = true,
    ];
    for change in changes {
        change(&mut spec);
        let sent = converged(client, &cx("r"), &spec, &outputs).await;
        assert_eq!(sent, [Change::Update]);
    }
    removed::<DnsRecord>(client, &cx("r"), &outputs).await;
    assert_eq!(DnsRecord::list(client, &stack).await, Ok(vec![]));
}

#[tokio::test(start_paused = true)]
async fn a_lost_create_is_found_and_not_made_twice() {
    let world = InTwin::new().await;
    let client = &world.cloudflare;
    let outputs = made(client, &cx("r"), &record()).await;
    let again = send(client, &cx("r"), &record(), vec![Change::Create], None).await;
    assert_eq!(again.unwrap_err().class, Class::Exists);
    let found = record().find(client, &cx("r")).await.unwrap();
    assert_eq!(found, Found::Ours(outputs));
}

#[tokio::test(start_paused = true)]
async fn a_comment_that_somebody_edits_does_not_make_it_somebody_elses() {
    let world = InTwin::new().await;
    let client = &world.cloudflare;
    let outputs = made(client, &cx("r"), &record()).await;
    let path = format!("{}/{}", records(), outputs.id.as_ref().unwrap());
    world
        .by_hand("PATCH", &path, json!({ "comment": "by the team" }))
        .await;
    let found = record().find(client, &cx("r")).await.unwrap();
    assert!(matches!(found, Found::Foreign(_))); // the mark is gone; the state still has the id
    assert_eq!(pending(client, &record(), &outputs).await, [Change::Update]);
    converged(client, &cx("r"), &record(), &outputs).await;
    let found = record().find(client, &cx("r")).await.unwrap();
    assert_eq!(found, Found::Ours(outputs));
}

/// Seed: B22.
#[tokio::test(start_paused = true)]
async fn what_somebody_else_has_at_the_name_is_told_and_not_touched() {
    let world = InTwin::new().await;
    by_hand(&world, "A", "192.0.2.1").await;
    let Found::Foreign(foreign) = record().find(&world.cloudflare, &cx("r")).await.unwrap() else {
        panic!("not foreign");
    };
    assert_eq!(
        foreign.who,
        "A hello.example.com -> 192.0.2.1 (comment: do not touch)"
    );
    assert!(foreign.advice.contains("take_over = true"));
    let refused = send(
        &world.cloudflare,
        &cx("r"),
        &record(),
        vec![Change::Create],
        None,
    )
    .await;
    assert_eq!(refused.unwrap_err().class, Class::Exists);
    assert_eq!(at_name(&world).await.len(), 1);
}

/// Seed: B21.
#[tokio::test(start_paused = true)]
async fn what_is_displaced_comes_back_with_every_field() {
    let world = InTwin::new().await;
    let client = &world.cloudflare;
    by_hand(&world, "A", "192.0.2.1").await;
    by_hand(&world, "AAAA", "2001:db8::1").await;
    let text = json!({ "type": "TXT", "name": NAME, "content": "\"stays\"", "ttl": 1 });
    world.by_hand("POST", &records(), text).await;
    let before = at_name(&world).await;

    let mut spec = record();
    spec.take_over = true;
    let Found::Displaces { what, .. } = spec.find(client, &cx("r")).await.unwrap() else {
        panic!("displaces nothing");
    };
    assert_eq!(what.len(), 2);
    let from = world.so_far();
    let outputs = made(client, &cx("r"), &spec).await;
    assert_eq!(outputs.displaced.len(), 2);
    let batches = |asked: Vec<String>| asked.iter().filter(|a| a.ends_with("/batch")).count();
    assert_eq!(batches(world.asked(from)), 1);
    assert_eq!(seen(client, &spec, &outputs).await.spec, spec);
    assert_eq!(pending(client, &spec, &outputs).await, []);

    removed::<DnsRecord>(client, &cx("r"), &outputs).await;
    let bare = |records: Vec<Record>| -> Vec<Value> {
        let mut bodies: Vec<Value> = records.iter().map(Record::written).collect();
        bodies.sort_by_key(ToString::to_string);
        bodies
    };
    assert_eq!(bare(at_name(&world).await), bare(before));
}

#[tokio::test(start_paused = true)]
async fn a_take_over_displaces_only_what_the_plan_has_named() {
    let world = InTwin::new().await;
    let client = &world.cloudflare;
    let there = by_hand(&world, "A", "192.0.2.1").await;
    let mut spec = record();
    spec.take_over = true;
    let Found::Displaces { outputs, .. } = spec.find(client, &cx("r")).await.unwrap() else {
        panic!("displaces nothing");
    };
    let path = format!("{}/{}", records(), there["id"].as_str().unwrap());
    world
        .by_hand("PATCH", &path, json!({ "content": "192.0.2.2" }))
        .await;
    let sent = send(
        client,
        &cx("r"),
        &spec,
        vec![Change::TakeOver],
        Some(outputs),
    )
    .await;
    assert_eq!(sent.unwrap_err().class, Class::Exists);
    assert_eq!(at_name(&world).await[0].content, "192.0.2.2");
}

#[tokio::test(start_paused = true)]
async fn where_nobody_has_named_anything_a_take_over_displaces_nothing() {
    let world = InTwin::new().await;
    let client = &world.cloudflare;
    by_hand(&world, "A", "192.0.2.1").await;
    let mut spec = record();
    spec.take_over = true;
    let sent = send(client, &cx("r"), &spec, vec![Change::TakeOver], None).await;
    assert_eq!(sent.unwrap_err().code, "Changed");
    assert_eq!(at_name(&world).await[0].content, "192.0.2.1");
}

#[tokio::test(start_paused = true)]
async fn a_former_life_at_the_same_name_is_nobody_elses() {
    let world = InTwin::new().await;
    let client = &world.cloudflare;
    let mut spec = record();
    spec.record_type = "A".into();
    spec.content = "192.0.2.9".to_string().into();
    made(client, &cx("r"), &spec).await;
    let mut next = cx("r");
    next.mark.instance.generation = 2;
    spec.record_type = "AAAA".into();
    spec.content = "2001:db8::9".to_string().into();
    assert_eq!(spec.find(client, &next).await, Ok(Found::Absent));
}

#[tokio::test(start_paused = true)]
async fn a_restoration_does_not_displace_what_came_after_us() {
    let world = InTwin::new().await;
    let client = &world.cloudflare;
    by_hand(&world, "A", "192.0.2.1").await;
    let mut spec = record();
    spec.take_over = true;
    let outputs = made(client, &cx("r"), &spec).await;
    let path = format!("{}/{}", records(), outputs.id.as_ref().unwrap());
    let cx = cx("r");
    let restore = || {
        let outputs = Some(outputs.clone());
        send(client, &cx, &spec, vec![Change::Restore], outputs)
    };

    world.by_hand("DELETE", &path, Value::Null).await;
    by_hand(&world, "CNAME", "elsewhere.example.net").await;
    restore().await.unwrap();
    let there = at_name(&world).await;
    assert_eq!(there.len(), 1);
    assert_eq!(there[0].content, "elsewhere.example.net");

    let path = format!("{}/{}", records(), there[0].id);
    world.by_hand("DELETE", &path, Value::Null).await;
    restore().await.unwrap();
    assert_eq!(at_name(&world).await[0].content, "192.0.2.1");
}

#[tokio::test(start_paused = true)]
async fn an_alias_does_not_become_an_address_beside_itself() {
    let world = InTwin::new().await;
    let client = &world.cloudflare;
    let outputs = made(client, &cx("r"), &record()).await;
    let mut address = record();
    address.record_type = "A".into();
    address.content = "192.0.2.9".to_string().into();
    let there = seen(client, &address, &outputs).await;
    let replacement = address.replaced_by(&there).unwrap();
    assert!(!replacement.coexists);
}

#[tokio::test(start_paused = true)]
async fn many_records_are_read_in_one_listing_and_absence_is_asked_for() {
    let world = InTwin::new().await;
    let client = &world.cloudflare;
    let mut all = Vec::new();
    for number in 0..5 {
        let mut spec = record();
        spec.name = format!("h{number}.example.com").into();
        all.push(made(client, &cx(&format!("r{number}")), &spec).await);
    }
    let path = format!("{}/{}", records(), all[4].id.as_ref().unwrap());
    world.by_hand("DELETE", &path, Value::Null).await;
    let from = world.so_far();
    let read = all
        .iter()
        .map(|outputs| DnsRecord::observe(client, outputs));
    let read = futures_util::future::join_all(read).await;
    let there = read
        .into_iter()
        .filter(|seen| seen.as_ref().unwrap().is_some());
    assert_eq!(there.count(), 4);
    assert_eq!(world.asked(from).len(), 2); // one listing, and one look for what it lacks
}

#[tokio::test(start_paused = true)]
async fn a_token_without_the_right_is_denied_and_never_absent() {
    let world = InTwin::new().await;
    let reader = world.cloudflare("sandbox-token-read");
    let denied = send(&reader, &cx("r"), &record(), vec![Change::Create], None).await;
    let denied = denied.unwrap_err();
    assert_eq!(denied.class, Class::Denied);
    assert!(denied.advice[0].contains("Zone / DNS / Edit"));
    let elsewhere = Outputs {
        id: Some("1".repeat(32)),
        zone_id: "f".repeat(32),
        displaced: Vec::new(),
        unmarked: false,
    };
    let denied = DnsRecord::observe(&reader, &elsewhere).await;
    assert_eq!(denied.unwrap_err().class, Class::Denied);
}

#[tokio::test(start_paused = true)]
async fn what_another_stack_has_is_told_with_its_mark() {
    let world = InTwin::new().await;
    let client = &world.cloudflare;
    made(client, &of_stack("other", "r"), &record()).await;
    let Found::Foreign(foreign) = record().find(client, &cx("r")).await.unwrap() else {
        panic!("not foreign");
    };
    assert!(foreign.who.contains("other-default"), "{foreign:?}");
}
