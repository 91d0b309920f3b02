use super::*;

fn balancer() -> LoadBalancer {
    LoadBalancer {
        name: "hello-default".into(),
        layer: Layer::Application,
        scheme: "internet-facing".into(),
        subnets: vec!["subnet-a".to_string().into(), "subnet-b".to_string().into()],
        security_groups: vec!["sg-1".to_string().into()],
        ip_address_type: IpAddressType::Ipv4,
        attributes: [(PROTECTION.into(), "true".into())].into(),
        tags: Tags::default(),
    }
}

fn observed(change: impl FnOnce(&mut LoadBalancer)) -> Observed<LoadBalancer> {
    let mut spec = balancer();
    change(&mut spec);
    let outputs = Outputs {
        arn: "arn".into(),
        dns_name: "dns".into(),
        zone_id: "zone".into(),
        protected: false,
    };
    Observed { spec, outputs }
}

fn protection(value: &str) -> Change {
    Change::Attributes([(PROTECTION.into(), value.into())].into())
}

#[test]
fn from_nothing_it_is_made_and_given_what_is_not_the_default() {
    let mut wanted = balancer();
    assert_eq!(wanted.changes(None), [Change::Create, protection("true")]);
    wanted.attributes = [(PROTECTION.into(), "false".into())].into();
    assert_eq!(wanted.changes(None), [Change::Create]);
}

#[test]
fn each_field_has_its_request() {
    let rows = [
        (observed(|_| {}), vec![]),
        (observed(|o| o.subnets.reverse()), vec![]),
        (observed(|o| drop(o.subnets.pop())), vec![Change::Subnets]),
        (
            observed(|o| o.security_groups.clear()),
            vec![Change::SecurityGroups],
        ),
        (
            observed(|o| o.ip_address_type = IpAddressType::Dualstack),
            vec![Change::IpAddressType],
        ),
        (
            observed(|o| {
                o.attributes.insert(PROTECTION.into(), "false".into());
            }),
            vec![protection("true")],
        ),
        (
            observed(|o| o.tags.0 = [("old".into(), "x".into())].into()),
            vec![Change::Untag(vec!["old".into()])],
        ),
    ];
    for (observed, changes) in rows {
        assert_eq!(balancer().changes(Some(&observed)), changes);
        assert_eq!(balancer().replaced_by(&observed), None);
    }
}

#[test]
fn a_subnet_that_is_not_known_yet_is_a_new_one() {
    let mut wanted = balancer();
    let subnet = crate::aws::vpc::Vpc::ID; // any output
    wanted.subnets[0] = subnet.of(
        &"network/subnet[a]".into(),
        ashore_engine::input::When::Named,
    );
    assert_eq!(wanted.changes(Some(&observed(|_| {}))), [Change::Subnets]);
}

#[test]
fn name_and_scheme_make_a_new_one() {
    for (field, observed) in [
        ("name", observed(|o| o.name = "x".into())),
        ("scheme", observed(|o| o.scheme = "internal".into())),
    ] {
        let replacement = balancer().replaced_by(&observed).unwrap();
        assert_eq!(replacement.fields, [field]);
    }
}

#[test]
fn only_our_own_protection_is_taken_off() {
    let theirs = observed(|_| {});
    assert_eq!(LoadBalancer::removal(&theirs), [Change::Delete]);
    let mut ours = observed(|_| {});
    ours.outputs.protected = true;
    let removal = [Change::Unprotect, Change::Delete];
    assert_eq!(LoadBalancer::removal(&ours), removal);
}

#[test]
fn a_state_from_before_dual_stack_is_read_as_ipv4() {
    let document = serde_json::to_value(balancer()).unwrap();
    assert!(document.get("ip_address_type").is_none());
    let read: LoadBalancer = serde_json::from_value(document).unwrap();
    assert_eq!(read, balancer());
    let dual = serde_json::to_value(IpAddressType::Dualstack).unwrap();
    assert_eq!(dual, "dualstack");
}

#[cfg(feature = "live")]
#[test]
fn types_of_addresses_are_written_as_elb_spells_them() {
    for each in IpAddressType::ALL {
        assert_eq!(serde_json::to_value(each).unwrap(), each.name());
        assert_eq!(IpAddressType::of(each.name()), each);
    }
    assert_ne!(IpAddressType::of("something new"), IpAddressType::Ipv4);
}
