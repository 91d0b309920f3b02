use ashore_engine::failure::Class;
use ashore_twin::{Action, Fault, Side};
use serde_json::json;

use crate::in_twin::{InTwin, ZONE};

#[tokio::test(start_paused = true)]
async fn a_hostname_is_in_the_longest_zone_and_one_read_tells() {
    let world = InTwin::new().await;
    let from = world.so_far();
    let zone = world.cloudflare.zone("a.b.Example.com.").await.unwrap();
    assert_eq!(
        (zone.id.as_str(), zone.name.as_str()),
        (ZONE, "example.com")
    );
    assert_eq!(world.asked(from), ["cloudflare:GET /zones"]);
}

#[tokio::test(start_paused = true)]
async fn a_zone_is_found_among_hundreds() {
    let world = InTwin::new().await;
    for number in 0..120 {
        let name = format!("z{number:03}.net");
        world
            .by_hand("POST", "/zones", json!({ "name": name }))
            .await;
    }
    let zone = world.cloudflare.zone("a.b.example.com").await.unwrap();
    assert_eq!(zone.id, ZONE);
}

#[tokio::test(start_paused = true)]
async fn a_missing_and_an_inactive_zone_are_told_apart() {
    let world = InTwin::new().await;
    let missing = world
        .cloudflare
        .zone("hello.example.net")
        .await
        .unwrap_err();
    assert_eq!(
        (missing.class, missing.code.as_str()),
        (Class::Invalid, "NoSuchZone")
    );
    assert_eq!(missing.evidence, ["it sees example.com, example.org"]);
    let pending = world
        .cloudflare
        .zone("hello.example.org")
        .await
        .unwrap_err();
    assert_eq!(
        (pending.class, pending.code.as_str()),
        (Class::Invalid, "ZoneNotActive")
    );
    assert!(
        pending.advice[0].contains("ada.ns.cloudflare.com"),
        "{pending:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_that_does_not_count_is_told_from_one_that_does_not_suffice() {
    let world = InTwin::new().await;
    for token in [
        "sandbox-token-expired",
        "sandbox-token-disabled",
        "nobody",
        "no token",
    ] {
        let refused = world
            .cloudflare(token)
            .zone("example.com")
            .await
            .unwrap_err();
        assert_eq!(refused.class, Class::Auth, "{token}: {refused:?}");
        assert!(!format!("{refused:?}").contains(token), "{refused:?}");
    }
    let unprintable = world.cloudflare("a\nb").zone("example.com").await;
    assert_eq!(unprintable.unwrap_err().code, "MalformedToken");
    assert!(!format!("{:?}", world.cloudflare("secret")).contains("secret"));
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_is_an_unknown_outcome() {
    let world = InTwin::new().await;
    for action in [Action::Drop, Action::Garbage] {
        world.twin.fault(Fault {
            service: Some("cloudflare".into()),
            operation: None,
            mutating_nth: None,
            nth: 1,
            times: 1,
            side: Side::After,
            action,
        });
        let lost = world.cloudflare.zone("example.com").await.unwrap_err();
        assert_eq!(lost.class, Class::Unknown, "{lost:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_rate_limit_says_when_to_come_back() {
    let world = InTwin::new().await;
    let blocked = loop {
        if let Err(blocked) = world.cloudflare.zone("example.com").await {
            break blocked;
        }
    };
    assert_eq!(blocked.class, Class::Throttled);
    let after = blocked.retry_after.unwrap();
    crate::in_twin::pass(after).await;
    world.cloudflare.zone("example.com").await.unwrap();
}
