use std::time::Duration;

use ashore_engine::failure::Class;
use ashore_engine::kind::{Found, Kind, Live, Readiness};
use ashore_providers::aws::certificate::Certificate;
use ashore_providers::aws::route53_record::{Change, Outputs, Route53Record, Target};
use ashore_providers::aws::tags::Tags;
use ashore_twin::{Action, Fault, Side};
use aws_sdk_route53::Client;
use aws_sdk_route53::types::{
    AliasTarget, Change as SdkChange, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet,
    RrType,
};

use crate::in_twin::{
    InTwin, converged, cx, made, of_stack, pass, pending, ready, removed, seen, send,
};

/// The public zone of a new twin.
const ZONE: &str = "Z0SANDBOXEXAMPLEORG";
const NAME: &str = "hello.example.org";
const OWNER: &str = "ashore-owner.hello.example.org";

fn cname(value: &str) -> Route53Record {
    Route53Record {
        zone_id: ZONE.into(),
        name: NAME.to_string().into(),
        record_type: "CNAME".into(),
        target: values(60, &[value]),
        take_over: false,
    }
}

fn address() -> Route53Record {
    Route53Record {
        record_type: "A".into(),
        target: values(60, &["192.0.2.7"]),
        ..cname("")
    }
}

fn values(ttl: u32, values: &[&str]) -> Target {
    Target::Values {
        ttl,
        values: values.iter().map(|it| (*it).to_string().into()).collect(),
    }
}

fn set(name: &str, record_type: &str, values: &[&str]) -> ResourceRecordSet {
    let value = |value: &&str| ResourceRecord::builder().value(*value).build().unwrap();
    ResourceRecordSet::builder()
        .name(name)
        .r#type(RrType::from(record_type))
        .ttl(300)
        .set_resource_records(Some(values.iter().map(value).collect()))
        .build()
        .unwrap()
}

async fn by_hand(world: &InTwin, action: ChangeAction, set: ResourceRecordSet) {
    let change = SdkChange::builder().action(action).resource_record_set(set);
    let batch = ChangeBatch::builder().changes(change.build().unwrap());
    let request = Client::new(&world.sdk).change_resource_record_sets();
    let request = request.hosted_zone_id(ZONE);
    let request = request.change_batch(batch.build().unwrap());
    request.send().await.unwrap();
}

/// Everything but what every zone has.
async fn all(world: &InTwin) -> Vec<ResourceRecordSet> {
    let list = Client::new(&world.sdk).list_resource_record_sets();
    let answer = list.hosted_zone_id(ZONE).send().await.unwrap();
    let sets = answer.resource_record_sets.into_iter();
    sets.filter(|set| !matches!(set.r#type(), RrType::Ns | RrType::Soa))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn it_is_made_with_its_owner_changed_and_deleted_with_it() {
    let world = InTwin::new().await;
    let (aws, cx) = (&world.aws, cx("r"));
    let mut spec = cname("LB.example.com.");
    let from = world.so_far();
    let outputs = made(aws, &cx, &spec).await;
    let change = "route53:ChangeResourceRecordSets";
    let sent = world.asked(from);
    assert_eq!(sent.iter().filter(|asked| *asked == change).count(), 1);
    let names: Vec<String> = all(&world)
        .await
        .iter()
        .map(|it| it.name().into())
        .collect();
    assert_eq!(names, [format!("{NAME}."), format!("{OWNER}.")]);

    let (outputs, words) = ready(aws, &cx, &spec, outputs).await;
    assert!(words[0].contains("PENDING"), "{words:?}");
    assert_eq!(seen(aws, &spec, &outputs).await.spec, spec);
    let from = world.so_far();
    assert_eq!(pending(aws, &spec, &outputs).await, []);
    assert_eq!(world.asked(from), ["route53:ListResourceRecordSets"]);
    let found = spec.find(aws, &cx).await.unwrap();
    assert!(matches!(found, Found::Ours(ours) if ours.owner == outputs.owner));
    let listed = Route53Record::list(aws, &cx.mark.stack).await.unwrap();
    assert_eq!(listed.len(), 1);

    spec.target = values(300, &["lb-2.example.net"]);
    assert_eq!(converged(aws, &cx, &spec, &outputs).await, [Change::Update]);
    removed::<Route53Record>(aws, &cx, &outputs).await;
    assert_eq!(all(&world).await, []);
    assert_eq!(spec.find(aws, &cx).await, Ok(Found::Absent));
}

#[tokio::test(start_paused = true)]
async fn a_lost_create_is_found_and_not_made_twice() {
    let world = InTwin::new().await;
    let (aws, cx) = (&world.aws, cx("r"));
    let outputs = made(aws, &cx, &address()).await;
    let again = send(aws, &cx, &address(), vec![Change::Create], None).await;
    assert_eq!(again.unwrap_err().class, Class::Exists);
    let found = address().find(aws, &cx).await.unwrap();
    assert!(matches!(found, Found::Ours(ours) if ours.owner == outputs.owner));
}

#[tokio::test(start_paused = true)]
async fn an_owner_record_that_somebody_takes_away_is_written_again() {
    let world = InTwin::new().await;
    let (aws, cx) = (&world.aws, cx("r"));
    let outputs = made(aws, &cx, &address()).await;
    let sets = all(&world).await;
    let owner = sets.into_iter().find(|set| set.r#type() == &RrType::Txt);
    by_hand(&world, ChangeAction::Delete, owner.unwrap()).await;
    assert_eq!(pending(aws, &address(), &outputs).await, [Change::Update]);
    converged(aws, &cx, &address(), &outputs).await;
    let found = address().find(aws, &cx).await.unwrap();
    assert!(matches!(found, Found::Ours(_)));
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_has_at_the_name_is_told_and_not_touched() {
    let world = InTwin::new().await;
    by_hand(&world, ChangeAction::Create, set(NAME, "A", &["192.0.2.1"])).await;
    let found = cname("lb.example.com").find(&world.aws, &cx("r")).await;
    let Found::Foreign(foreign) = found.unwrap() else {
        panic!("not foreign");
    };
    assert_eq!(foreign.who, "A hello.example.org -> 192.0.2.1");
    assert!(foreign.advice.contains("take_over = true"));
    let before = all(&world).await;
    let sent = vec![Change::Create];
    let refused = send(&world.aws, &cx("r"), &cname("x.example"), sent, None).await;
    assert_eq!(refused.unwrap_err().class, Class::Exists);
    assert_eq!(all(&world).await, before);

    let other = of_stack("other", "r");
    let elsewhere = Route53Record {
        name: "two.example.org".to_string().into(),
        ..address()
    };
    made(&world.aws, &other, &elsewhere).await;
    let Found::Foreign(foreign) = elsewhere.find(&world.aws, &cx("r")).await.unwrap() else {
        panic!("not foreign");
    };
    assert!(foreign.who.contains("other-default"), "{}", foreign.who);
}

#[tokio::test(start_paused = true)]
async fn a_delegated_name_cannot_be_taken_over() {
    let world = InTwin::new().await;
    let delegation = set(NAME, "NS", &["ns1.example.net.", "ns2.example.net."]);
    by_hand(&world, ChangeAction::Create, delegation).await;
    let spec = Route53Record {
        take_over: true,
        ..address()
    };
    let Found::Foreign(foreign) = spec.find(&world.aws, &cx("r")).await.unwrap() else {
        panic!("not foreign");
    };
    assert!(foreign.advice.contains("delegated"), "{}", foreign.advice);
}

#[tokio::test(start_paused = true)]
async fn what_is_displaced_comes_back_with_all_its_values() {
    let world = InTwin::new().await;
    let (aws, cx) = (&world.aws, cx("r"));
    for theirs in [
        set(NAME, "A", &["192.0.2.1", "192.0.2.2"]),
        set(NAME, "AAAA", &["2001:db8::1"]),
        set(NAME, "TXT", &["\"stays\""]),
    ] {
        by_hand(&world, ChangeAction::Create, theirs).await;
    }
    let before = all(&world).await;
    let spec = Route53Record {
        take_over: true,
        ..address()
    };
    let Found::Displaces { what, .. } = spec.find(aws, &cx).await.unwrap() else {
        panic!("displaces nothing");
    };
    assert_eq!(what[0], "A hello.example.org -> 192.0.2.1 192.0.2.2");
    assert_eq!(what.len(), 2);
    let outputs = made(aws, &cx, &spec).await;
    assert_eq!(outputs.displaced.len(), 2);
    assert_eq!(all(&world).await.len(), 3); // ours, its owner, and the text
    assert_eq!(pending(aws, &spec, &outputs).await, []);
    let there = seen(aws, &spec, &outputs).await;
    assert_eq!(Route53Record::removal(&there), [Change::Restore]);
    removed_to(&world, &outputs).await;
    assert_eq!(all(&world).await, before);
}

/// Takes it away, where something else stands there afterwards.
async fn removed_to(world: &InTwin, outputs: &Outputs) {
    let cx = cx("r");
    let spec = address();
    let sent = vec![Change::Restore];
    let sent = send(&world.aws, &cx, &spec, sent, Some(outputs.clone())).await;
    sent.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_changed_since_the_plan_is_not_displaced() {
    let world = InTwin::new().await;
    let (aws, cx) = (&world.aws, cx("r"));
    by_hand(&world, ChangeAction::Create, set(NAME, "A", &["192.0.2.1"])).await;
    let spec = Route53Record {
        take_over: true,
        ..address()
    };
    let Found::Displaces { outputs, .. } = spec.find(aws, &cx).await.unwrap() else {
        panic!("displaces nothing");
    };
    by_hand(&world, ChangeAction::Upsert, set(NAME, "A", &["192.0.2.9"])).await;
    let sent = send(aws, &cx, &spec, vec![Change::TakeOver], Some(outputs)).await;
    let refused = sent.unwrap_err();
    assert_eq!((refused.class, &*refused.code), (Class::Exists, "Changed"));
    assert_eq!(refused.evidence, ["A hello.example.org -> 192.0.2.9"]);
}

#[tokio::test(start_paused = true)]
async fn another_stack_that_has_taken_the_name_over_keeps_it() {
    let world = InTwin::new().await;
    let (aws, ours) = (&world.aws, cx("r"));
    let outputs = made(aws, &ours, &address()).await;
    let spec = Route53Record {
        take_over: true,
        target: values(60, &["192.0.2.8"]),
        ..address()
    };
    let theirs = made(aws, &of_stack("other", "r"), &spec).await;
    assert_eq!(Route53Record::observe(aws, &outputs).await, Ok(None));
    let before = all(&world).await;
    let sent = send(aws, &ours, &address(), vec![Change::Delete], Some(outputs)).await;
    sent.unwrap();
    assert_eq!(all(&world).await, before);
    assert_eq!(theirs.displaced.len(), 2); // the record and its owner
}

#[tokio::test(start_paused = true)]
async fn an_alias_for_both_families_is_one_record_to_us() {
    let world = InTwin::new().await;
    let (aws, cx) = (&world.aws, cx("r"));
    // Another record of the zone: Route 53 knows of what its aliases lead to.
    for (record_type, value) in [("A", "192.0.2.1"), ("AAAA", "2001:db8::1")] {
        let target = set("lb.example.org", record_type, &[value]);
        by_hand(&world, ChangeAction::Create, target).await;
    }
    let before = all(&world).await;
    let alias = |ipv6| Route53Record {
        target: Target::Alias {
            dns_name: "LB.example.org".to_string().into(),
            zone_id: ZONE.to_string().into(),
            ipv6,
            evaluate_target_health: false,
        },
        ..address()
    };
    let outputs = made(aws, &cx, &alias(true)).await;
    assert_eq!(seen(aws, &alias(true), &outputs).await.spec, alias(true));
    assert_eq!(all(&world).await.len(), 5);
    let sent = converged(aws, &cx, &alias(false), &outputs).await;
    assert_eq!(sent, [Change::Update]);
    assert_eq!(all(&world).await.len(), 4);
    converged(aws, &cx, &alias(true), &outputs).await;

    // Somebody has the alias answer only while it is healthy.
    let target = AliasTarget::builder()
        .dns_name("lb.example.org.")
        .hosted_zone_id(ZONE)
        .evaluate_target_health(true);
    let theirs = ResourceRecordSet::builder().name(NAME).r#type(RrType::A);
    let theirs = theirs.alias_target(target.build().unwrap()).build();
    by_hand(&world, ChangeAction::Upsert, theirs.unwrap()).await;
    let sent = converged(aws, &cx, &alias(true), &outputs).await;
    assert_eq!(sent, [Change::Update]);
    removed::<Route53Record>(aws, &cx, &outputs).await;
    assert_eq!(all(&world).await, before);
}

#[tokio::test(start_paused = true)]
async fn an_alias_of_what_route_53_does_not_know_yet_is_tried_again() {
    let world = InTwin::new().await;
    let spec = Route53Record {
        target: Target::Alias {
            dns_name: "hello-1.eu-central-1.elb.amazonaws.com".to_string().into(),
            zone_id: "Z215JYRZR1TBD5".to_string().into(),
            ipv6: false,
            evaluate_target_health: false,
        },
        ..address()
    };
    let sent = vec![Change::Create];
    let refused = send(&world.aws, &cx("r"), &spec, sent, None).await;
    assert_eq!(refused.unwrap_err().class, Class::Eventual);
}

#[tokio::test(start_paused = true)]
async fn a_validation_record_that_is_there_is_shared() {
    let world = InTwin::new().await;
    let name = "_1.hello.example.org";
    let theirs = set(name, "CNAME", &["_2.acm-validations.aws."]);
    by_hand(&world, ChangeAction::Create, theirs).await;
    let spec = Route53Record {
        name: name.to_string().into(),
        ..cname("_2.ACM-validations.aws.")
    };
    let found = spec.find(&world.aws, &cx("r")).await.unwrap();
    assert!(matches!(found, Found::Shared(_)), "{found:?}");
    let other = Route53Record {
        target: values(60, &["_3.acm-validations.aws."]),
        ..spec
    };
    let found = other.find(&world.aws, &cx("r")).await.unwrap();
    assert!(matches!(found, Found::Foreign(_)), "{found:?}");
}

#[tokio::test(start_paused = true)]
async fn a_name_is_read_in_zones_of_many_pages() {
    let world = InTwin::new().await;
    let outputs = made(&world.aws, &cx("r"), &address()).await;
    for number in 0..310 {
        let name = format!("a{number:03}.example.org");
        by_hand(
            &world,
            ChangeAction::Create,
            set(&name, "A", &["192.0.2.1"]),
        )
        .await;
        pass(Duration::from_secs(1)).await; // five requests a second
    }
    assert_eq!(pending(&world.aws, &address(), &outputs).await, []);
    let stack = cx("r").mark.stack;
    let listed = Route53Record::list(&world.aws, &stack).await.unwrap();
    assert_eq!(listed.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_hostname_is_in_the_longest_public_zone() {
    let world = InTwin::new().await;
    let client = Client::new(&world.sdk);
    let zone = world.aws.hosted_zone("a.b.Example.org.").await.unwrap();
    assert_eq!(
        (zone.id.as_str(), zone.name.as_str()),
        (ZONE, "example.org")
    );
    // The registrar names its servers, and the world sees them.
    let servers = world.aws.name_servers(&zone).await.unwrap();
    assert_eq!(servers.len(), 4);
    let seen = world.resolver().name_servers("example.org").await.unwrap();
    assert_eq!(seen, servers);
    let missing = world
        .aws
        .hosted_zone("hello.example.net")
        .await
        .unwrap_err();
    assert_eq!(missing.code, "NoSuchZone");
    assert_eq!(missing.evidence, ["the account has example.org"]);
    for reference in ["1", "2"] {
        let create = client.create_hosted_zone().name("b.example.org");
        create.caller_reference(reference).send().await.unwrap();
    }
    let several = world.aws.hosted_zone("a.b.example.org").await.unwrap_err();
    assert_eq!(
        (&*several.code, several.evidence.len()),
        ("SeveralZones", 2)
    );
    let by_id = world.aws.hosted_zone_by_id(ZONE).await.unwrap();
    assert_eq!(by_id.name, "example.org");
}

#[tokio::test(start_paused = true)]
async fn a_zone_is_found_among_hundreds() {
    let world = InTwin::new().await;
    let client = Client::new(&world.sdk);
    for number in 0..110 {
        let create = client
            .create_hosted_zone()
            .name(format!("z{number:03}.net"));
        let create = create.caller_reference(number.to_string());
        create.send().await.unwrap();
        pass(Duration::from_secs(1)).await; // five requests a second
    }
    let zone = world.aws.hosted_zone("a.b.z105.net").await.unwrap();
    assert_eq!(zone.name, "z105.net");
    let missing = world.aws.hosted_zone("a.example.net").await.unwrap_err();
    assert_eq!(missing.code, "NoSuchZone");
}

#[tokio::test(start_paused = true)]
async fn another_change_that_is_under_way_is_waited_for() {
    let world = InTwin::new().await;
    for (status, code) in [(400, "PriorRequestNotComplete"), (400, "Throttling")] {
        world.twin.fault(Fault {
            service: Some("route53".into()),
            operation: Some("ChangeResourceRecordSets".into()),
            mutating_nth: None,
            nth: 1,
            times: 1,
            side: Side::Before,
            action: Action::Refuse {
                status,
                code: code.into(),
                message: "Rate exceeded".into(),
            },
        });
        let sent = vec![Change::Create];
        let refused = send(&world.aws, &cx("r"), &address(), sent, None).await;
        assert_eq!(refused.unwrap_err().class, Class::Throttled, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_certificate_is_issued_by_its_record() {
    let world = InTwin::new().await;
    let aws = &world.aws;
    let spec = Certificate {
        domain: NAME.into(),
        names: Vec::new(),
        region: None,
        tags: Tags::default(),
    };
    let mut outputs = made(aws, &cx("c"), &spec).await;
    while outputs.validation.is_empty() {
        pass(Duration::from_secs(1)).await;
        let Readiness::Pending { outputs: told, .. } =
            spec.ready(aws, &cx("c"), &outputs).await.unwrap()
        else {
            panic!("not pending");
        };
        outputs = told;
    }
    let told = &outputs.validation[NAME];
    let record = Route53Record {
        name: told.name.clone().into(),
        target: values(60, &[&told.value]),
        ..cname("")
    };
    let there = made(aws, &cx("r"), &record).await;
    assert_eq!(pending(aws, &record, &there).await, []);
    ready(aws, &cx("c"), &spec, outputs).await;
}
