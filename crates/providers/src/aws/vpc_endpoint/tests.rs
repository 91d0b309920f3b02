use super::*;

fn inputs(ids: &[&str]) -> Vec<Input<String>> {
    ids.iter().map(|id| (*id).to_string().into()).collect()
}

fn gateway(route_tables: &[&str]) -> VpcEndpoint {
    VpcEndpoint {
        vpc: "vpc-1".to_string().into(),
        service: "com.amazonaws.eu-central-1.s3".into(),
        way: Way::Gateway {
            route_tables: inputs(route_tables),
        },
        tags: Tags::default(),
    }
}

fn interface(subnets: &[&str], security_groups: &[&str]) -> VpcEndpoint {
    VpcEndpoint {
        way: Way::Interface {
            subnets: inputs(subnets),
            security_groups: inputs(security_groups),
        },
        ..gateway(&[])
    }
}

fn observed(spec: VpcEndpoint) -> Observed<VpcEndpoint> {
    let outputs = Outputs {
        id: "vpce-1".into(),
    };
    Observed { spec, outputs }
}

#[test]
fn what_comes_and_goes_is_one_request() {
    let there = observed(interface(&["subnet-1", "subnet-2"], &["sg-1"]));
    let wanted = interface(&["subnet-2", "subnet-3"], &["sg-2"]);
    let changes = wanted.changes(Some(&there));
    assert_eq!(
        changes,
        [Change::Modify(Difference {
            add: vec![1],
            remove: vec!["subnet-1".into()],
            add_groups: vec![0],
            remove_groups: vec!["sg-1".into()],
        })]
    );
    assert_eq!(there.spec.changes(Some(&observed(there.spec.clone()))), []);
}

#[test]
fn the_order_of_tables_means_nothing() {
    let wanted = gateway(&["rtb-2", "rtb-1"]);
    let there = gateway(&["rtb-1", "rtb-2"]).owned(&[&wanted, &wanted]);
    assert_eq!(wanted.changes(Some(&observed(there))), []);
}

#[test]
fn another_way_to_the_same_service_waits_for_the_first_to_go() {
    let there = observed(gateway(&["rtb-1"]));
    let replaced = interface(&["subnet-1"], &["sg-1"]).replaced_by(&there);
    assert_eq!(replaced, Some(Replacement::because(["way"]).in_its_place()));
    let elsewhere = VpcEndpoint {
        vpc: "vpc-2".to_string().into(),
        ..gateway(&["rtb-9"])
    };
    let replaced = elsewhere.replaced_by(&there);
    assert_eq!(replaced, Some(Replacement::because(["vpc"])));
}
