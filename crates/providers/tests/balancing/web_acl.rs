use ashore_engine::kind::{Found, Kind, Live};
use ashore_providers::aws::load_balancer::Layer;
use ashore_providers::aws::web_acl_association::{Change, WebAclAssociation};
use aws_sdk_wafv2::types::{AllowAction, DefaultAction, Scope, VisibilityConfig};

use crate::in_twin::{InTwin, converged, cx, made, seen, send};
use crate::network::network;
use crate::{active, balancer};

/// Somebody else's web ACL, some minutes old.
async fn web_acl(world: &InTwin, name: &str) -> String {
    let visibility = VisibilityConfig::builder()
        .sampled_requests_enabled(false)
        .cloud_watch_metrics_enabled(false)
        .metric_name(name)
        .build()
        .unwrap();
    let allow = AllowAction::builder().build();
    let waf = aws_sdk_wafv2::Client::new(&world.sdk);
    let create = waf.create_web_acl().name(name).scope(Scope::Regional);
    let create = create.default_action(DefaultAction::builder().allow(allow).build());
    let made = create.visibility_config(visibility).send().await.unwrap();
    made.summary.unwrap().arn.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_web_acl_comes_before_a_balancer_and_goes_again() {
    let world = InTwin::new().await;
    let network = network(&world).await;
    let aws = &world.aws;
    let (first, second) = (web_acl(&world, "a").await, web_acl(&world, "b").await);
    let balancer = active(&world, &balancer(&network, Layer::Application)).await;
    let spec = |web_acl: &str| WebAclAssociation {
        resource: balancer.arn.clone().into(),
        web_acl: web_acl.into(),
    };
    let wanted = spec(&first);
    let there = made(aws, &cx("waf"), &wanted).await;
    assert_eq!(seen(aws, &wanted, &there).await.spec, wanted);
    let found = wanted.find(aws, &cx("waf")).await.unwrap();
    assert_eq!(found, Found::Ours(there.clone()));
    let stack = cx("waf").mark.stack;
    assert_eq!(
        WebAclAssociation::list(aws, &stack).await.unwrap(),
        std::slice::from_ref(&there)
    );

    let other = spec(&second);
    let found = other.find(aws, &cx("waf")).await.unwrap();
    assert!(
        matches!(&found, Found::Foreign(whose) if whose.who.contains(&first)),
        "{found:?}"
    );
    let sent = converged(aws, &cx("waf"), &other, &there).await;
    assert_eq!(sent, [Change::Associate]);

    // A look cannot tell who takes it off, so it stays the same association.
    let off = async || {
        let removal = WebAclAssociation::removal(&seen(aws, &other, &there).await);
        assert_eq!(removal, [Change::Disassociate]);
        let sent = send(aws, &cx("waf"), &other, removal, Some(there.clone())).await;
        sent.unwrap();
        let seen = seen(aws, &other, &there).await;
        assert_eq!(seen.spec.web_acl, "");
        assert_eq!(WebAclAssociation::removal(&seen), []);
    };
    off().await;
    let sent = converged(aws, &cx("waf"), &other, &there).await;
    assert_eq!(sent, [Change::Associate]);
    off().await;
    let again = spec(&second).find(aws, &cx("waf")).await;
    assert_eq!(again, Ok(Found::Absent));
}

#[tokio::test(start_paused = true)]
async fn a_web_acl_that_is_not_there_is_told() {
    let world = InTwin::new().await;
    let network = network(&world).await;
    let balancer = active(&world, &balancer(&network, Layer::Application)).await;
    let wanted = WebAclAssociation {
        resource: balancer.arn.into(),
        web_acl: "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/x/1".into(),
    };
    let sent = wanted
        .send(&world.aws, &cx("waf"), &Change::Associate, None)
        .await;
    let refused = sent.unwrap_err();
    assert!(refused.advice.join(" ").contains("webacl/x"));
}
