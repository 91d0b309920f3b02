use ashore_engine::input::When;

use super::*;
use crate::aws::vpc::Vpc;

fn gateway(vpc: &str) -> InternetGateway {
    InternetGateway {
        vpc: vpc.to_string().into(),
        tags: Tags::default().named("internet"),
    }
}

fn observed(vpc: &str) -> Observed<InternetGateway> {
    let id = "igw-1".to_string();
    Observed {
        spec: gateway(vpc),
        outputs: Outputs {
            attached: (!vpc.is_empty()).then(|| id.clone()),
            id,
        },
    }
}

#[test]
fn it_is_made_before_there_is_a_network_and_attached_when_there_is() {
    let changes = gateway("vpc-1").changes(None);
    assert_eq!(changes, [Change::Create, Change::Attach]);
    let uses: Vec<_> = changes
        .iter()
        .map(|change| InternetGateway::request(change).uses)
        .collect();
    assert_eq!(uses, [Some(&[][..]), Some(&["vpc"][..])]);
}

#[test]
fn attachments_lead_to_requests() {
    let detach = || Change::Detach("vpc-1".into());
    for (wanted, there, expect) in [
        ("vpc-1", "vpc-1", vec![]),
        ("vpc-1", "", vec![Change::Attach]),
        ("", "vpc-1", vec![detach()]),
        ("", "", vec![]),
    ] {
        let changes = gateway(wanted).changes(Some(&observed(there)));
        assert_eq!(changes, expect, "{wanted:?} where {there:?} is");
        assert_eq!(gateway(wanted).replaced_by(&observed(there)), None);
    }
}

#[test]
fn another_network_gets_another_gateway() {
    let known = gateway("vpc-2").replaced_by(&observed("vpc-1"));
    assert_eq!(known.map(|it| it.fields), Some(vec!["vpc".into()]));
    let to_be_made = InternetGateway {
        vpc: Vpc::ID.of(&"network/vpc".into(), When::Named),
        ..gateway("")
    };
    let unknown = to_be_made.replaced_by(&observed("vpc-1"));
    assert!(unknown.is_some_and(|it| it.coexists));
}

/// Seed: B12.
#[test]
fn what_is_not_attached_needs_no_detaching() {
    let removal = |vpc| InternetGateway::removal(&observed(vpc));
    let detach = Change::Detach("vpc-1".into());
    assert_eq!(removal("vpc-1"), [detach, Change::Delete]);
    assert_eq!(removal(""), [Change::Delete]);
}
