use ashore_engine::input::When;

use super::*;
use Direction::{Egress, Ingress};

fn tcp(port: i32, source: Source) -> Rule {
    Rule {
        protocol: "tcp".into(),
        from_port: port,
        to_port: port,
        source,
        description: "from the load balancer".into(),
    }
}

fn from(range: &str) -> Source {
    Source::Cidr4(range.into())
}

fn group(ingress: Vec<Rule>) -> SecurityGroup {
    SecurityGroup {
        name: "hello-default-web".into(),
        description: "Tasks of web".into(),
        vpc: "vpc-1".to_string().into(),
        ingress,
        egress: vec![Rule::all_out()],
        tags: Tags::default().named("web"),
    }
}

fn observed(spec: SecurityGroup) -> Observed<SecurityGroup> {
    Observed {
        outputs: Outputs { id: "sg-1".into() },
        spec,
    }
}

#[test]
fn the_rule_that_aws_adds_by_itself_is_not_asked_for() {
    let changes = group(vec![tcp(80, from("0.0.0.0/0"))]).changes(None);
    assert_eq!(
        changes,
        [Change::Create, Change::Authorize(Ingress, vec![0])]
    );
    assert_eq!(group(vec![]).changes(None), [Change::Create]);
}

#[test]
fn and_is_taken_away_where_less_may_leave() {
    let mut wanted = group(vec![]);
    wanted.egress = vec![tcp(443, from("0.0.0.0/0"))];
    let expect = [
        Change::Create,
        Change::Authorize(Egress, vec![0]),
        Change::RevokeAllOut,
    ];
    assert_eq!(wanted.changes(None), expect);
    wanted.egress[0] = Rule {
        description: "all of it".into(),
        ..Rule::all_out()
    };
    let expect = [Change::Create, Change::Describe(Egress, vec![0])];
    assert_eq!(wanted.changes(None), expect);
}

#[test]
fn all_missing_rules_go_in_at_once_before_all_surplus_ones_go_out() {
    let there = observed(group(vec![
        tcp(1, from("10.0.0.0/8")),
        tcp(2, from("10.0.0.0/8")),
        tcp(3, from("10.0.0.0/8")),
    ]));
    let wanted = group(vec![
        tcp(5, from("10.0.0.0/8")),
        tcp(2, from("10.0.0.0/8")),
        tcp(4, from("10.0.0.0/8")),
    ]);
    let surplus = [1, 3].map(|port| tcp(port, from("10.0.0.0/8")));
    let expect = [
        Change::Authorize(Ingress, vec![0, 2]),
        Change::Revoke(Ingress, surplus.into()),
    ];
    assert_eq!(wanted.changes(Some(&there)), expect);
}

#[test]
fn rules_are_sets_in_whatever_spelling() {
    let there = observed(group(vec![
        tcp(80, from("10.0.0.0/8")),
        tcp(81, Source::Cidr6("2001:db8::/32".into())),
    ]));
    let spelled = Rule {
        protocol: "6".into(),
        ..tcp(80, from("10.1.2.3/8"))
    };
    let v6 = tcp(81, Source::Cidr6("2001:0DB8::/32".into()));
    let mut wanted = group(vec![v6.clone(), spelled, v6]);
    wanted.egress[0].from_port = 0;
    assert_eq!(wanted.changes(Some(&there)), []);
}

#[test]
fn a_rule_that_is_for_something_else_is_described_anew() {
    let mut wanted = group(vec![tcp(80, from("10.0.0.0/8"))]);
    let there = observed(wanted.clone());
    wanted.ingress[0].description = "health checks".into();
    let changes = wanted.changes(Some(&there));
    assert_eq!(changes, [Change::Describe(Ingress, vec![0])]);
}

#[test]
fn the_rule_for_a_group_that_is_to_be_made_waits_for_it_and_the_group_does_not() {
    let balancer = SecurityGroup::ID.of(&"ingress/security_group".into(), When::Named);
    let wanted = group(vec![tcp(80, Source::Group(balancer))]);
    let old = tcp(80, Source::Group("sg-old".to_string().into()));
    let changes = wanted.changes(Some(&observed(group(vec![old.clone()]))));
    let expect = [
        Change::Authorize(Ingress, vec![0]),
        Change::Revoke(Ingress, vec![old]),
    ];
    assert_eq!(changes, expect);
    let uses = |change| SecurityGroup::request(change).uses;
    assert_eq!(uses(&Change::Create), Some(&["vpc"][..]));
    assert_eq!(uses(&changes[0]), Some(&["ingress"][..]));
}

#[test]
fn what_aws_adds_for_ipv6_is_left_alone_where_everything_may_leave() {
    let mut seen = group(vec![]);
    seen.egress = vec![Rule::all_out_v6(), Rule::all_out()];
    let all = group(vec![]);
    assert_eq!(seen.clone().owned(&[&all]).egress, [Rule::all_out()]);
    let mut less = group(vec![]);
    less.egress = vec![tcp(443, from("0.0.0.0/0"))];
    assert_eq!(seen.clone().owned(&[&less]).egress.len(), 2);
    let both = seen.clone();
    assert_eq!(seen.owned(&[&both]).egress.len(), 2);
}

#[test]
fn what_is_observed_has_the_order_of_the_spec() {
    let [a, b, c] = [1, 2, 3].map(|port| tcp(port, from("10.0.0.0/8")));
    let seen = group(vec![a.clone(), b.clone(), c.clone()]);
    let wanted = group(vec![c.clone(), a.clone()]);
    assert_eq!(seen.owned(&[&wanted]).ingress, [c, a, b]);
}

#[test]
fn its_name_its_description_and_its_network_are_for_life() {
    let there = observed(group(vec![]));
    let replaced = |alter: fn(&mut SecurityGroup)| {
        let mut wanted = group(vec![]);
        alter(&mut wanted);
        let replacement = wanted.replaced_by(&there)?;
        replacement.coexists.then_some(replacement.fields)
    };
    for (field, alter) in [
        ("name", (|it| it.name.push('x')) as fn(&mut SecurityGroup)),
        ("description", |it| it.description.push('x')),
        ("vpc", |it| it.vpc = "vpc-2".to_string().into()),
    ] {
        assert_eq!(replaced(alter), Some(vec![field.to_string()]));
    }
    let mut second = group(vec![]);
    second.at_generation(2);
    assert_eq!(second.name, "hello-default-web-g2");
}
