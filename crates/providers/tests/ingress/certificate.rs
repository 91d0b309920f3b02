use ashore_engine::failure::Class;
use ashore_engine::kind::{Found, Kind, Live, Readiness};
use ashore_providers::aws::certificate::{Certificate, Change, Outputs, ValidationRecord};
use ashore_providers::aws::tags::Tags;
use ashore_providers::cloudflare::dns_record::DnsRecord;
use serde_json::json;

use crate::in_twin::{InTwin, ZONE, converged, cx, made, of_stack, ready, removed, seen, send};
use crate::network::network;

fn certificate(domain: &str) -> Certificate {
    Certificate {
        domain: domain.into(),
        names: Vec::new(),
        region: None,
        tags: Tags([("team".to_string(), "a".to_string())].into()),
    }
}

/// Waits until ACM has named the validation record.
async fn named(world: &InTwin, spec: &Certificate, outputs: Outputs) -> Outputs {
    let mut outputs = outputs;
    while !spec
        .validated()
        .iter()
        .all(|it| outputs.validation.contains_key(it))
    {
        match spec.ready(&world.aws, &cx("c"), &outputs).await.unwrap() {
            Readiness::Pending {
                outputs: so_far,
                look_after,
                ..
            } => {
                outputs = so_far;
                crate::in_twin::pass(look_after).await;
            }
            other => panic!("{other:?}"),
        }
    }
    outputs
}

fn validation(outputs: &Outputs) -> DnsRecord {
    let record = outputs.validation.values().next().unwrap();
    record_of(record)
}

fn record_of(record: &ValidationRecord) -> DnsRecord {
    DnsRecord {
        zone_id: ZONE.into(),
        name: record.name.clone().into(),
        record_type: "CNAME".into(),
        content: record.value.clone().into(),
        ttl: 60,
        proxied: false,
        take_over: false,
        comment: String::new(),
    }
}

#[tokio::test(start_paused = true)]
async fn it_names_its_record_then_is_issued_and_goes_again() {
    let world = InTwin::new().await;
    let (aws, spec) = (&world.aws, certificate("hello.example.com"));
    let outputs = made(aws, &cx("c"), &spec).await;
    assert!(outputs.validation.is_empty());
    let outputs = named(&world, &spec, outputs).await;

    let record = validation(&outputs);
    let made_record = made(&world.cloudflare, &cx("r"), &record).await;
    // ACM spells names with a final dot, Cloudflare without.
    let there = seen(&world.cloudflare, &record, &made_record).await;
    assert_eq!(there.spec, record);
    assert_eq!(record.changes(Some(&there)), []);

    let (outputs, words) = ready(aws, &cx("c"), &spec, outputs).await;
    assert!(words[0].contains("PENDING_VALIDATION of hello.example.com"));
    // 60 s, every 5 s, and more often at first.
    assert!((12..50).contains(&words.len()), "{}", words.len());
    assert_eq!(seen(aws, &spec, &outputs).await.spec, spec);
    let found = spec.find(aws, &cx("c")).await.unwrap();
    assert!(matches!(found, Found::Ours(ours) if ours.arn == outputs.arn));
    assert_eq!(spec.find(aws, &cx("other")).await, Ok(Found::Absent));
    let stack = cx("c").mark.stack;
    assert_eq!(Certificate::list(aws, &stack).await.unwrap().len(), 1);

    let mut other = spec.clone();
    other.tags.0.insert("team".into(), "b".into());
    let sent = converged(aws, &cx("c"), &other, &outputs).await;
    assert_eq!(sent, [Change::Tag]);
    let keys = vec!["team".to_string()];
    let sent = send(
        aws,
        &cx("c"),
        &spec,
        vec![Change::Untag(keys)],
        Some(outputs.clone()),
    )
    .await;
    sent.unwrap();
    assert_eq!(
        converged(aws, &cx("c"), &spec, &outputs).await,
        [Change::Tag]
    );

    removed::<Certificate>(aws, &cx("c"), &outputs).await;
    removed::<DnsRecord>(&world.cloudflare, &cx("r"), &made_record).await;
}

/// Seed: B46.
#[tokio::test(start_paused = true)]
async fn a_lost_request_is_not_made_twice() {
    let world = InTwin::new().await;
    let spec = certificate("hello.example.com");
    let one = made(&world.aws, &cx("c"), &spec).await;
    let again = send(&world.aws, &cx("c"), &spec, vec![Change::Request], None).await;
    assert_eq!(again.unwrap().unwrap().arn, one.arn);
}

#[tokio::test(start_paused = true)]
async fn two_certificates_of_one_name_share_their_record() {
    let world = InTwin::new().await;
    let spec = certificate("hello.example.com");
    let one = made(&world.aws, &cx("c"), &spec).await;
    let one = named(&world, &spec, one).await;
    let record = validation(&one);
    let first = made(&world.cloudflare, &cx("r"), &record).await;
    let other = of_stack("other", "r");
    let found = record.find(&world.cloudflare, &other).await.unwrap();
    assert!(matches!(found, Found::Shared(shared) if shared.id == first.id));
}

/// Seed: B4.
#[tokio::test(start_paused = true)]
async fn a_refusal_by_caa_says_what_to_do() {
    let world = InTwin::new().await;
    let data = json!({ "flags": 0, "tag": "issue", "value": "letsencrypt.org" });
    let caa = json!({ "type": "CAA", "name": "example.com", "data": data, "ttl": 1 });
    let path = format!("/zones/{ZONE}/dns_records");
    world.by_hand("POST", &path, caa).await;
    let spec = certificate("hello.example.com");
    let mut outputs = made(&world.aws, &cx("c"), &spec).await;
    outputs = named(&world, &spec, outputs).await;
    made(&world.cloudflare, &cx("r"), &validation(&outputs)).await;
    let failure = loop {
        match spec.ready(&world.aws, &cx("c"), &outputs).await.unwrap() {
            Readiness::Pending { look_after, .. } => crate::in_twin::pass(look_after).await,
            Readiness::Failed(failure) => break failure,
            Readiness::Ready(_) => panic!("issued against CAA"),
        }
    };
    assert_eq!(failure.code, "CAA_ERROR");
    assert!(failure.advice[0].contains("amazon.com"));
    let there = seen(&world.aws, &spec, &outputs).await;
    assert_eq!(spec.replaced_by(&there).unwrap().fields, ["status"]);
}

#[tokio::test(start_paused = true)]
async fn who_holds_a_certificate_is_told_and_only_our_own_is_waited_for() {
    let world = InTwin::new().await;
    let spec = certificate("hello.example.com");
    let outputs = made(&world.aws, &cx("c"), &spec).await;
    let outputs = named(&world, &spec, outputs).await;
    made(&world.cloudflare, &cx("r"), &validation(&outputs)).await;
    let (outputs, _) = ready(&world.aws, &cx("c"), &spec, outputs).await;

    let balancer = https_by_hand(&world, &outputs.arn).await;
    let cx = cx("c");
    let delete = || {
        let outputs = Some(outputs.clone());
        send(&world.aws, &cx, &spec, vec![Change::Delete], outputs)
    };
    let refused = delete().await.unwrap_err();
    assert_eq!(refused.class, Class::Invalid);
    assert!(refused.evidence[0].contains(&balancer), "{refused:?}");
    assert!(refused.advice[0].contains(&balancer));

    let elb = aws_sdk_elasticloadbalancingv2::Client::new(&world.sdk);
    let tag = aws_sdk_elasticloadbalancingv2::types::Tag::builder();
    let ours = tag.key("ashore:stack").value("hello/default").build();
    let add = elb.add_tags().resource_arns(&balancer).tags(ours);
    add.send().await.unwrap();
    assert_eq!(delete().await.unwrap_err().class, Class::Dependency);

    // Gone, and for a while ACM does not know it.
    let gone = elb.delete_load_balancer().load_balancer_arn(&balancer);
    gone.send().await.unwrap();
    let refused = delete().await.unwrap_err();
    assert_eq!(refused.class, Class::Dependency);
    assert!(refused.evidence[0].contains(&balancer));
    crate::in_twin::pass(std::time::Duration::from_secs(60)).await;
    delete().await.unwrap();
}

/// A balancer of somebody else with a listener that uses the certificate.
pub(crate) async fn https_by_hand(world: &InTwin, certificate: &str) -> String {
    use aws_sdk_elasticloadbalancingv2::types::{
        Action, ActionTypeEnum, Certificate, FixedResponseActionConfig, ProtocolEnum,
    };
    let network = network(world).await;
    let elb = aws_sdk_elasticloadbalancingv2::Client::new(&world.sdk);
    let create = elb.create_load_balancer().name("theirs");
    let created = create
        .set_subnets(Some(network.subnets))
        .send()
        .await
        .unwrap();
    let balancer = created.load_balancers()[0]
        .load_balancer_arn()
        .unwrap()
        .to_string();
    let response = FixedResponseActionConfig::builder()
        .status_code("404")
        .build();
    let action = Action::builder()
        .r#type(ActionTypeEnum::FixedResponse)
        .fixed_response_config(response);
    let listen = elb
        .create_listener()
        .load_balancer_arn(&balancer)
        .port(443)
        .protocol(ProtocolEnum::Https)
        .certificates(Certificate::builder().certificate_arn(certificate).build())
        .default_actions(action.build());
    listen.send().await.unwrap();
    balancer
}

#[tokio::test(start_paused = true)]
async fn a_listener_waits_for_a_certificate_that_cannot_be_used_yet() {
    use ashore_providers::aws::listener::{Action, Change, Listener};
    let world = InTwin::new().await;
    let spec = certificate("hello.example.com");
    let pending = made(&world.aws, &cx("c"), &spec).await;
    let issued = certificate("x.example.com");
    let other = made(&world.aws, &cx("o"), &issued).await;
    let other = named(&world, &issued, other).await;
    made(&world.cloudflare, &cx("r"), &validation(&other)).await;
    let (other, _) = ready(&world.aws, &cx("o"), &issued, other).await;
    let balancer = https_by_hand(&world, &other.arn).await;
    let listener = |certificate: &str| Listener {
        load_balancer: balancer.clone().into(),
        port: 444,
        protocol: "HTTPS".into(),
        certificate: Some(certificate.to_string().into()),
        tls_policy: Some("ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09".into()),
        default_action: Action::Respond {
            status: 404,
            content_type: "text/plain".into(),
            body: String::new(),
        },
        tags: Tags::default(),
    };
    let missing = "arn:aws:acm:eu-central-1:123456789012:certificate/none";
    for arn in [pending.arn.as_str(), missing] {
        let sent = send(
            &world.aws,
            &cx("l"),
            &listener(arn),
            vec![Change::Create],
            None,
        )
        .await;
        assert_eq!(sent.unwrap_err().class, Class::Eventual, "{arn}");
    }
    let spec = listener(&other.arn);
    let made = made(&world.aws, &cx("l"), &spec).await;
    assert_eq!(seen(&world.aws, &spec, &made).await.spec, spec);
}

/// Seed: B46.
#[tokio::test(start_paused = true)]
async fn every_name_has_its_record_and_a_wildcard_that_of_its_domain() {
    let world = InTwin::new().await;
    let spec = Certificate {
        names: vec!["www.example.com".into(), "*.hello.example.com".into()],
        ..certificate("hello.example.com")
    };
    let outputs = made(&world.aws, &cx("c"), &spec).await;
    let outputs = named(&world, &spec, outputs).await;
    let names: Vec<&String> = outputs.validation.keys().collect();
    assert_eq!(names, ["hello.example.com", "www.example.com"]);
    for (number, record) in outputs.validation.values().enumerate() {
        let cx = cx(&format!("record[{number}]"));
        made(&world.cloudflare, &cx, &record_of(record)).await;
    }
    let (outputs, words) = ready(&world.aws, &cx("c"), &spec, outputs).await;
    assert!(words[0].contains("www.example.com"), "{}", words[0]);
    let there = seen(&world.aws, &spec, &outputs).await;
    assert_eq!(spec.replaced_by(&there), None);
    assert_eq!(there.outputs.validation, outputs.validation);
}
