//! No value shows in anything that is written or printed.

use ashore_engine::document::Document;
use ashore_engine::kind::{Kind, Live, Observed};
use ashore_providers::aws::secret::{Change, Secret};
use ashore_twin::{Action, Fault, Side};

use crate::stage::Stage;
use crate::{ADDRESS, GENERATED, NAME, generated, secret};

const CANARY: &str = "canary-4711-\"\\";

#[tokio::test]
async fn no_value_shows_in_documents_or_failures() {
    let stage = Stage::new().await.given(CANARY);
    let mut seen: Vec<String> = Vec::new();
    let mut told: Vec<String> = Vec::new();
    for (spec, name) in [(secret(), NAME), (generated(64), GENERATED)] {
        let outputs = stage.create(ADDRESS, &spec).await;
        seen.push(stage.value(name).await);
        let there: Observed<Secret> = stage.observed(&outputs).await.expect("there");
        told.push(format!("{there:?} {outputs:#?} {spec:?}"));
        told.push(format!("{:?}", Document::of(&there.spec)));
        told.push(format!("{:?}", Document::of(&outputs)));
        for change in [Change::Create, Change::Put] {
            told.push(format!("{change:?} {:?}", Secret::request(&change)));
            told.push(format!("{:?}", Document::of(&change)));
        }
        for action in [
            Action::Drop,
            Action::Garbage,
            Action::Refuse {
                status: 400,
                code: "EncryptionFailure".into(),
                message: "no key".into(),
            },
        ] {
            stage.twin.fault(Fault {
                service: Some("secretsmanager".into()),
                operation: None,
                mutating_nth: None,
                nth: 1,
                times: 4,
                side: Side::Before,
                action,
            });
            let cx = stage.cx(ADDRESS);
            for change in [Change::Create, Change::Put] {
                let sent = spec.send(&stage.aws, &cx, &change, Some(&outputs)).await;
                told.push(format!("{:#?}", sent.expect_err("struck")));
            }
            let observed = Secret::observe(&stage.aws, &outputs).await;
            told.push(format!("{:#?}", observed.expect_err("struck")));
            let found = spec.find(&stage.aws, &cx).await;
            told.push(format!("{:#?}", found.expect_err("struck")));
        }
    }
    let told = told.join("\n");
    assert_eq!(seen[0], CANARY);
    assert_eq!(seen[1].len(), 64);
    let spelt = [CANARY, "canary-4711", &seen[1], &seen[1][8..24]];
    for value in spelt {
        assert!(!told.contains(value), "a value shows");
    }
}
