use super::*;

fn group(subnets: &[&str]) -> DbSubnetGroup {
    DbSubnetGroup {
        name: "hello-default-db".into(),
        description: "Subnets of databases.db".into(),
        subnets: subnets.iter().map(|it| (*it).to_string().into()).collect(),
        tags: Tags::default(),
    }
}

fn observed(spec: DbSubnetGroup) -> Observed<DbSubnetGroup> {
    let outputs = Outputs {
        name: spec.name.clone(),
        arn: "arn:aws:rds:eu-central-1:1:subgrp:hello-default-db".into(),
    };
    Observed { spec, outputs }
}

#[test]
fn subnets_have_no_order_and_one_more_is_no_other_group() {
    let there = observed(group(&["subnet-a", "subnet-b"]));
    assert_eq!(group(&["subnet-b", "subnet-a"]).changes(Some(&there)), []);
    let more = group(&["subnet-a", "subnet-b", "subnet-c"]);
    assert_eq!(more.changes(Some(&there)), [Change::Modify]);
    assert_eq!(more.replaced_by(&there), None);
}

#[test]
fn no_subnet_in_common_is_another_vpc() {
    let there = observed(group(&["subnet-a", "subnet-b"]));
    let moved = group(&["subnet-x", "subnet-y"]).replaced_by(&there);
    assert_eq!(moved.map(|it| it.fields), Some(vec!["subnets".to_string()]));
}
