use ashore_engine::kind::{Live, Readiness};
use ashore_providers::aws::certificate::Certificate;
use ashore_providers::aws::listener::{Action, Listener};
use ashore_providers::aws::listener_rule::{
    Change, ClientSecret, ListenerRule, Login, Outputs, Unauthenticated,
};
use ashore_providers::aws::live::Aws;
use ashore_providers::aws::load_balancer::Layer;
use ashore_providers::aws::secret::vault::{Held, Vault};
use ashore_providers::aws::secret::{Content, Recovery, Secret};
use ashore_providers::aws::tags::Tags;
use ashore_providers::cloudflare::dns_record::DnsRecord;

use crate::in_twin::{InTwin, ZONE, converged, cx, made, pass, pending, ready, seen};
use crate::network::network;
use crate::{active, asks, balancer, group};

const NAME: &str = "hello-default/logins/web";
const FIRST: &str = "canary-first-0815";
const SECOND: &str = "canary-second-4711";

/// The same account, with that value at hand.
fn given(aws: &Aws, value: &str) -> Aws {
    let held = Held::Given {
        source: "env:OIDC".into(),
        value: value.to_string().into(),
    };
    aws.clone()
        .with_vault(Vault::from_iter([(NAME.to_string(), held)]))
}

fn secret() -> Secret {
    Secret {
        name: NAME.into(),
        description: "the client secret".into(),
        content: Content::Given {
            source: "env:OIDC".into(),
        },
        recovery: Recovery::None,
        scheduled_for_deletion: false,
        tags: Tags::default(),
    }
}

/// An issued certificate.
async fn certificate(world: &InTwin) -> String {
    let spec = Certificate {
        domain: "hello.example.com".into(),
        names: Vec::new(),
        region: None,
        tags: Tags::default(),
    };
    let mut outputs = made(&world.aws, &cx("c"), &spec).await;
    while outputs.validation.is_empty() {
        match spec.ready(&world.aws, &cx("c"), &outputs).await.unwrap() {
            Readiness::Pending {
                outputs: so_far,
                look_after,
                ..
            } => {
                outputs = so_far;
                pass(look_after).await;
            }
            other => panic!("{other:?}"),
        }
    }
    let record = outputs.validation.values().next().unwrap();
    let record = DnsRecord {
        zone_id: ZONE.into(),
        name: record.name.clone().into(),
        record_type: "CNAME".into(),
        content: record.value.clone().into(),
        ttl: 60,
        proxied: false,
        take_over: false,
        comment: String::new(),
    };
    made(&world.cloudflare, &cx("r"), &record).await;
    ready(&world.aws, &cx("c"), &spec, outputs).await.0.arn
}

/// A rule behind a login, with its secret kept.
struct Stage {
    world: InTwin,
    kept: ashore_providers::aws::secret::Outputs,
    spec: ListenerRule,
    rule: Outputs,
}

async fn stage() -> Stage {
    let world = InTwin::new().await;
    let network = network(&world).await;
    let aws = given(&world.aws, FIRST);
    let balancer = active(&world, &balancer(&network, Layer::Application)).await;
    let group = made(&aws, &cx("group"), &group(&network, "HTTP", asks())).await;
    let listener = Listener {
        load_balancer: balancer.arn.into(),
        port: 443,
        protocol: "HTTPS".into(),
        certificate: Some(certificate(&world).await.into()),
        tls_policy: Some("ELBSecurityPolicy-TLS13-1-2-2021-06".into()),
        default_action: Action::Forward {
            target_group: group.arn.clone().into(),
        },
        tags: Tags::default(),
    };
    let listener = made(&aws, &cx("listener"), &listener).await;
    let kept = made(&aws, &cx("secret"), &secret()).await;
    let url = |path: &str| format!("https://id.example.com{path}");
    let spec = ListenerRule {
        listener: listener.arn.into(),
        priority: 10,
        hosts: vec!["hello.example.com".into()],
        paths: Vec::new(),
        target_group: group.arn.into(),
        login: Some(Login {
            issuer: url(""),
            authorization_endpoint: url("/authorize"),
            token_endpoint: url("/token"),
            userinfo_endpoint: url("/userinfo"),
            client_id: "hello".into(),
            client_secret: ClientSecret {
                secret: kept.arn.clone().into(),
                key: None,
                version: None,
            },
            scope: "openid".into(),
            session_timeout_seconds: 3600,
            unauthenticated: Unauthenticated::Authenticate,
        }),
        tags: Tags::default(),
    };
    let rule = made(&aws, &cx("rule"), &spec).await;
    Stage {
        world,
        kept,
        spec,
        rule,
    }
}

/// How often the world holds a value: in Secrets Manager, and in the rule.
fn held(world: &InTwin, value: &str) -> usize {
    let all = world
        .twin
        .world(|world| serde_json::to_string(world).unwrap());
    all.matches(value).count()
}

#[tokio::test(start_paused = true)]
async fn a_login_is_seen_but_for_its_secret_which_is_in_nothing_of_ours() {
    let stage = stage().await;
    let aws = given(&stage.world.aws, FIRST);
    assert_eq!(seen(&aws, &stage.spec, &stage.rule).await.spec, stage.spec);
    let all = format!("{:?} {:?}", stage.spec, stage.rule);
    assert!(!all.contains("canary"), "{all}");
    assert_eq!(held(&stage.world, FIRST), 2, "the balancer has it");

    type Alter = fn(&mut Login);
    let changes: [Alter; 5] = [
        |it| it.issuer.push_str("/x"),
        |it| it.client_id.push('x'),
        |it| it.scope.push_str(" email"),
        |it| it.session_timeout_seconds = 60,
        |it| it.unauthenticated = Unauthenticated::Deny,
    ];
    let mut spec = stage.spec.clone();
    for change in changes {
        change(spec.login.as_mut().unwrap());
        let sent = converged(&aws, &cx("rule"), &spec, &stage.rule).await;
        assert_eq!(sent, [Change::Modify]);
    }
}

#[tokio::test(start_paused = true)]
async fn another_secret_is_due_before_it_is_put_and_sent_after() {
    let stage = stage().await;
    let aws = given(&stage.world.aws, SECOND);
    let due = pending(&aws, &stage.spec, &stage.rule).await;
    assert_eq!(due, [Change::Modify], "the value at hand is another one");

    let sent = converged(&aws, &cx("secret"), &secret(), &stage.kept).await;
    assert_eq!(sent.len(), 1);
    let before = seen(&aws, &stage.spec, &stage.rule).await;
    let sent = stage
        .spec
        .send(&aws, &cx("rule"), &Change::Modify, Some(&stage.rule))
        .await;
    let rule = sent.unwrap();
    assert_eq!(held(&stage.world, SECOND), 2);
    assert_eq!(
        pending(&aws, &stage.spec, &rule).await,
        [],
        "it is sent once"
    );

    // Going back is sending the version that was there before.
    let there = seen(&aws, &before.spec, &rule).await;
    let back = ashore_engine::kind::Kind::changes(&before.spec, Some(&there));
    assert_eq!(back, [Change::Modify]);
    let version = before
        .spec
        .login
        .as_ref()
        .unwrap()
        .client_secret
        .version
        .clone();
    assert!(version.is_some_and(|version| !version.is_empty()));
    let sent = before
        .spec
        .send(&aws, &cx("rule"), &Change::Modify, Some(&rule))
        .await;
    sent.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_was_found_again_is_written_again() {
    let stage = stage().await;
    let aws = given(&stage.world.aws, FIRST);
    let found = stage.spec.find(&aws, &cx("rule")).await.unwrap();
    let ashore_engine::kind::Found::Ours(found) = found else {
        panic!("{found:?}");
    };
    assert_eq!(found.client_secret, None);
    let due = pending(&aws, &stage.spec, &found).await;
    assert_eq!(due, [Change::Modify], "nobody knows which secret it has");
}
