use std::collections::BTreeMap;

use ashore_engine::input::When;

use super::*;
use crate::aws::vpc::Vpc;

fn subnet() -> Subnet {
    Subnet {
        vpc: "vpc-1".to_string().into(),
        cidr: "10.0.0.0/20".into(),
        zone: "eu-central-1a".into(),
        ipv6: None,
        tags: Tags(BTreeMap::from([("Name".into(), "public-a".into())])),
    }
}

fn observed(spec: Subnet) -> Observed<Subnet> {
    Observed {
        spec,
        outputs: Outputs {
            id: "subnet-1".into(),
            ipv6_association: None,
        },
    }
}

fn replaced(alter: impl FnOnce(&mut Subnet)) -> Option<(Vec<String>, bool)> {
    let mut wanted = subnet();
    alter(&mut wanted);
    let replacement = wanted.replaced_by(&observed(subnet()))?;
    Some((replacement.fields, replacement.coexists))
}

#[test]
fn only_tags_change_in_place() {
    let mut wanted = subnet().tags;
    wanted.0 = BTreeMap::from([("team".into(), "a".into())]);
    let wanted = Subnet {
        tags: wanted,
        ..subnet()
    };
    let changes = wanted.changes(Some(&observed(subnet())));
    assert_eq!(changes, [Change::Tag, Change::Untag(vec!["Name".into()])]);
    assert_eq!(wanted.replaced_by(&observed(subnet())), None);
}

#[test]
fn a_range_that_overlaps_the_old_one_in_the_same_network_cannot_coexist() {
    let cidr = |cidr: &'static str| replaced(move |subnet| subnet.cidr = cidr.into());
    let fields = |field: &str| vec![field.to_string()];
    assert_eq!(cidr("10.0.0.0/19"), Some((fields("cidr"), false)));
    assert_eq!(cidr("10.0.8.0/24"), Some((fields("cidr"), false)));
    assert_eq!(cidr("10.0.16.0/20"), Some((fields("cidr"), true)));
    let zone = replaced(|subnet| subnet.zone = "eu-central-1b".into());
    assert_eq!(zone, Some((fields("zone"), false)));
}

#[test]
fn in_another_network_the_same_range_is_free() {
    let known = replaced(|subnet| subnet.vpc = "vpc-2".to_string().into());
    assert_eq!(known, Some((vec!["vpc".into()], true)));
    let to_be_made = Vpc::ID.of(&"network/vpc".into(), When::Named);
    let unknown = replaced(|subnet| subnet.vpc = to_be_made);
    assert_eq!(unknown, Some((vec!["vpc".into()], true)));
}

#[test]
fn the_range_of_a_subnet_is_a_part_of_its_networks() {
    let rows = [
        (0, "2001:db8:12:3400::/64"),
        (1, "2001:db8:12:3401::/64"),
        (255, "2001:db8:12:34ff::/64"),
    ];
    for (index, range) in rows {
        assert_eq!(
            Ipv6::range("2001:db8:12:3400::/56", index).as_deref(),
            Some(range)
        );
        let within = "2001:db8:12:3400::/56".to_string().into();
        assert_eq!(Ipv6::of(range), Some(Ipv6 { within, index }));
    }
    assert_eq!(Ipv6::range("2001:db8::/48", 0), None);
    assert_eq!(Ipv6::range("10.0.0.0/16", 0), None);
    assert_eq!(Ipv6::of("2001:db8::/56"), None);
}

#[test]
fn an_ipv6_range_comes_goes_and_gives_way_to_another_in_place() {
    let with = |index: Option<u8>| Subnet {
        ipv6: index.map(|index| Ipv6 {
            within: "2001:db8:12:3400::/56".to_string().into(),
            index,
        }),
        ..subnet()
    };
    use Change::{AssociateIpv6 as On, DisassociateIpv6 as Off};
    let rows: [(_, _, &[Change]); 4] = [
        (Some(1), None, &[On]),
        (None, Some(1), &[Off]),
        (Some(1), Some(1), &[]),
        (Some(2), Some(1), &[Off, On]),
    ];
    for (wanted, there, changes) in rows {
        let there = observed(with(there));
        assert_eq!(with(wanted).changes(Some(&there)), changes);
        assert_eq!(with(wanted).replaced_by(&there), None);
    }
}
