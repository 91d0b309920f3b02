use super::*;

fn in_zone(subnet: &str, address: &str) -> NatGateway {
    NatGateway {
        place: Place::Zone {
            subnet: subnet.to_string().into(),
            address: address.to_string().into(),
        },
        tags: Tags::default(),
    }
}

fn in_region() -> NatGateway {
    NatGateway {
        place: Place::Region {
            vpc: "vpc-1".to_string().into(),
        },
        tags: Tags::default(),
    }
}

#[test]
fn a_gateway_elsewhere_is_another_one_and_waits_for_an_address_that_both_want() {
    let there = in_zone("subnet-1", "eipalloc-1");
    for (wanted, coexists) in [
        (in_zone("subnet-1", "eipalloc-1"), None),
        (in_zone("subnet-2", "eipalloc-1"), Some(false)),
        (in_zone("subnet-1", "eipalloc-2"), Some(true)),
        (in_region(), Some(true)),
    ] {
        let observed = Observed {
            spec: there.clone(),
            outputs: Outputs { id: "nat-1".into() },
        };
        let replaced = wanted.replaced_by(&observed);
        assert_eq!(replaced.map(|it| it.coexists), coexists, "{wanted:?}");
    }
}

#[test]
fn it_is_made_by_one_request() {
    assert_eq!(in_region().changes(None), [Change::Create]);
}
