//! Somebody else's listener and certificate.

use ashore_engine::failure::Class;
use ashore_providers::aws::live::existing::{Named, Purpose};
use aws_sdk_acm::types::ValidationMethod;
use serde_json::json;

use crate::certificate::https_by_hand;
use crate::in_twin::{InTwin, ZONE, pass};

/// A certificate of somebody else, not issued yet.
async fn requested(world: &InTwin, name: &str) -> String {
    let acm = aws_sdk_acm::Client::new(&world.sdk);
    let request = acm.request_certificate().domain_name(name);
    let request = request.validation_method(ValidationMethod::Dns);
    let requested = request.send().await.unwrap();
    requested.certificate_arn.unwrap()
}

async fn issued(world: &InTwin, name: &str) -> String {
    let arn = requested(world, name).await;
    let acm = aws_sdk_acm::Client::new(&world.sdk);
    pass(std::time::Duration::from_secs(60)).await;
    let described = acm.describe_certificate().certificate_arn(&arn);
    let described = described.send().await.unwrap().certificate.unwrap();
    let record = described.domain_validation_options()[0].resource_record();
    let record = record.unwrap();
    let body = json!({
        "type": "CNAME", "name": record.name(), "content": record.value(), "ttl": 60,
        "proxied": false,
    });
    let records = format!("/zones/{ZONE}/dns_records");
    world.by_hand("POST", &records, body).await;
    pass(std::time::Duration::from_secs(3600)).await;
    arn
}

fn hostnames(names: &[&str]) -> Purpose {
    Purpose {
        hostnames: names.iter().map(|name| (*name).to_string()).collect(),
        makes_balancer: false,
    }
}

#[tokio::test(start_paused = true)]
async fn a_listener_is_asked_which_hostnames_it_has_certificates_for() {
    let world = InTwin::new().await;
    let arn = issued(&world, "*.example.com").await;
    let balancer = https_by_hand(&world, &arn).await;
    let elb = aws_sdk_elasticloadbalancingv2::Client::new(&world.sdk);
    let described = elb.describe_listeners().load_balancer_arn(&balancer);
    let listeners = described.send().await.unwrap().listeners.unwrap();
    let named = Named {
        load_balancer: Some(balancer),
        listener: listeners[0].listener_arn.clone(),
        ..Named::default()
    };
    let shop = hostnames(&["shop.example.com"]);
    let read = world.aws.existing(&named, &shop).await.unwrap();
    assert_eq!(read.listener_certificates.unwrap()[0].arn, arn);
    assert_eq!(read.listener, read.load_balancer.unwrap().listeners.pop());
    let other = hostnames(&["shop.example.com", "example.com"]);
    let refused = world.aws.existing(&named, &other).await.unwrap_err();
    assert_eq!(
        refused.message,
        "the listener has certificates for *.example.com, none for `example.com`"
    );
}

#[tokio::test(start_paused = true)]
async fn a_certificate_must_be_issued_and_for_the_hostname() {
    let world = InTwin::new().await;
    let named = |arn: String| Named {
        certificate: Some(arn),
        ..Named::default()
    };
    let pending = requested(&world, "shop.example.com").await;
    let shop = hostnames(&["shop.example.com"]);
    let refused = world.aws.existing(&named(pending), &shop).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.class, Class::Invalid);
    assert!(
        refused.message.ends_with("is PENDING_VALIDATION"),
        "{refused}"
    );
    let other = named(issued(&world, "other.example.com").await);
    let refused = world.aws.existing(&other, &shop).await.unwrap_err();
    assert_eq!(
        refused.message,
        "the certificate is for other.example.com, not for `shop.example.com`"
    );
    let fits = hostnames(&["other.example.com"]);
    let read = world.aws.existing(&other, &fits).await.unwrap();
    assert_eq!(read.certificate.unwrap().status, "ISSUED");
}
