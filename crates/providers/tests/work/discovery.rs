//! Namespaces of Cloud Map, and the services in them.

use ashore_engine::failure::Class;
use ashore_engine::kind::{Found, Kind, Live, Observed, Wait};
use ashore_providers::aws::discovery_service::DiscoveryService;
use ashore_providers::aws::namespace::{Change, Namespace};
use ashore_providers::aws::tags::Tags;

use crate::stage::{Stage, stack};
use crate::tags;

const ADDRESS: &str = "discovery/namespace";
const DNS: &str = "discovery/dns_namespace";

fn http() -> Namespace {
    Namespace {
        name: "hello-default-services".into(),
        vpc: None,
        tags: tags("a"),
    }
}

async fn private(stage: &Stage) -> Namespace {
    let ec2 = aws_sdk_ec2::Client::new(&stage.config);
    let made = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await;
    let vpc = made.expect("made").vpc.and_then(|vpc| vpc.vpc_id);
    Namespace {
        name: "hello-default.internal".into(),
        vpc: Some(vpc.expect("an id").into()),
        tags: tags("a"),
    }
}

#[tokio::test]
async fn a_namespace_without_a_zone_lives() {
    let stage = Stage::new().await;
    let tagged = Namespace {
        tags: tags("b"),
        ..http()
    };
    let bare = Namespace {
        tags: Tags::default(),
        ..http()
    };
    stage.life(ADDRESS, &http(), &[tagged, bare]).await;
}

#[tokio::test]
async fn a_namespace_with_a_zone_lives() {
    let stage = Stage::new().await;
    let first = private(&stage).await;
    let tagged = Namespace {
        tags: tags("b"),
        ..first.clone()
    };
    stage.life(DNS, &first, &[tagged]).await;
}

/// The answer was lost: what is under way is what was asked for.
#[tokio::test]
async fn the_same_request_once_more_makes_no_second_one() {
    let stage = Stage::new().await;
    let spec = private(&stage).await;
    let first = stage.send(DNS, &spec, spec.changes(None), None).await;
    let again = stage.send(DNS, &spec, spec.changes(None), None).await;
    assert_eq!(first.expect("answered"), again.expect("answered"));
}

#[tokio::test]
async fn somebody_elses_namespace_is_told_and_left_alone() {
    let stage = Stage::new().await;
    let theirs = stage.create("somebody/else", &http()).await;
    stage
        .wait("somebody/else", &http(), &theirs, Wait::Healthy)
        .await;
    let found = stage.found(ADDRESS, &http()).await;
    assert!(matches!(found, Found::Foreign(_)), "{found:?}");
    let again = stage
        .send(ADDRESS, &http(), http().changes(None), None)
        .await;
    assert_eq!(again.expect_err("the name is taken").class, Class::Exists);
}

#[tokio::test]
async fn a_service_lives_in_its_namespace_which_it_holds() {
    let stage = Stage::new().await;
    let namespace = private(&stage).await;
    let within = stage.create(DNS, &namespace).await;
    let within = stage.wait(DNS, &namespace, &within, Wait::Healthy).await;
    let within = within.answer.expect("it is ready");
    let spec = DiscoveryService {
        name: "api".into(),
        namespace: within.id.clone().into(),
        ttl_seconds: 10,
        tags: tags("a"),
    };
    let address = "services.api/discovery_service";
    let tagged = DiscoveryService {
        tags: tags("b"),
        ..spec.clone()
    };
    let bare = DiscoveryService {
        tags: Tags::default(),
        ..spec.clone()
    };
    stage.life(address, &spec, &[tagged, bare]).await;
    let outputs = stage.create(address, &spec).await;
    let listed = DiscoveryService::list(&stage.aws, &stack()).await;
    assert_eq!(listed.expect("listed"), std::slice::from_ref(&outputs));
    // It is changed by and by.
    let slower = DiscoveryService {
        ttl_seconds: 60,
        ..spec.clone()
    };
    let there = stage.observed(&outputs).await.expect("there");
    let changes = slower.changes(Some(&there));
    let changed = stage.send(address, &slower, changes, Some(outputs.clone()));
    let changed = changed.await.expect("answered");
    let ready = stage.wait(address, &slower, &changed, Wait::Healthy).await;
    assert!(!ready.whys.is_empty(), "it is pending first");
    stage.converged(&slower, &ready.answer.expect("done")).await;
    let held = stage.send(DNS, &namespace, vec![Change::Delete], Some(within.clone()));
    assert_eq!(
        held.await.expect_err("it is in use").class,
        Class::Dependency
    );
    stage.remove(address, &slower, &outputs).await;
    stage.remove(DNS, &namespace, &within).await;
    let there: Option<Observed<Namespace>> = stage.observed(&within).await;
    assert!(there.is_none());
}
