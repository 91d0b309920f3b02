use ashore_engine::input::When;

use super::*;
use crate::aws::internet_gateway::InternetGateway;
use crate::aws::subnet::Subnet;

fn route(destination: &str, gateway: &str) -> Route {
    Route {
        destination: destination.into(),
        gateway: gateway.to_string().into(),
    }
}

fn table(subnets: &[&str]) -> RouteTable {
    RouteTable {
        vpc: "vpc-1".to_string().into(),
        routes: vec![route("0.0.0.0/0", "igw-1")],
        subnets: subnets.iter().map(|id| (*id).to_string().into()).collect(),
        tags: Tags::default().named("public"),
    }
}

fn observed(spec: RouteTable) -> Observed<RouteTable> {
    let known = spec.subnets.iter().filter_map(Input::known);
    let associations = known.map(|id| (id.clone(), format!("with-{id}"))).collect();
    Observed {
        outputs: Outputs {
            id: "rtb-1".into(),
            associations,
        },
        spec,
    }
}

fn leave(subnet: &str) -> Change {
    disassociate(format!("with-{subnet}"))
}

#[test]
fn from_nothing_routes_come_before_the_subnets_that_use_them() {
    let changes = table(&["a", "b"]).changes(None);
    let expect = [
        Change::Create,
        Change::Route { index: 0 },
        Change::Associate { index: 0 },
        Change::Associate { index: 1 },
    ];
    assert_eq!(changes, expect);
}

#[test]
fn differences_lead_to_requests() {
    let there = || observed(table(&["a", "b"]));
    let changes = |alter: fn(&mut RouteTable)| {
        let mut wanted = table(&["b", "a"]);
        alter(&mut wanted);
        wanted.changes(Some(&there()))
    };
    assert_eq!(changes(|_| ()), []);
    assert_eq!(
        changes(|it| it.routes = vec![route("0.0.0.0/0", "igw-2")]),
        [Change::ReplaceRoute { index: 0 }]
    );
    assert_eq!(
        changes(|it| it.routes.push(route("::/0", "igw-1"))),
        [Change::Route { index: 1 }]
    );
    let destination = "0.0.0.0/0".to_string();
    assert_eq!(
        changes(|it| it.routes.clear()),
        [Change::DeleteRoute { destination }]
    );
    assert_eq!(changes(|it| it.subnets.truncate(1)), [leave("a")]);
    assert_eq!(
        changes(|it| it.tags = Tags::default()),
        [Change::Untag(vec!["Name".into()])]
    );
}

#[test]
fn what_is_to_be_made_is_associated_before_the_old_is_let_go() {
    let mut wanted = table(&["a"]);
    wanted.subnets[0] = Subnet::ID.of(&"network/subnet[a]".into(), When::Named);
    wanted.routes[0].gateway = InternetGateway::ATTACHED.of(&"igw".into(), When::Named);
    let changes = wanted.changes(Some(&observed(table(&["a"]))));
    let expect = [
        Change::ReplaceRoute { index: 0 },
        Change::Associate { index: 0 },
        leave("a"),
    ];
    assert_eq!(changes, expect);
}

#[test]
fn what_others_added_is_theirs_and_the_rest_is_in_our_order() {
    let mut seen = table(&["a", "b", "theirs"]);
    seen.routes = vec![
        route("10.1.0.0/16", "pcx-1"),
        route("0.0.0.0/0", "igw-changed"),
        route("pl-1", "vpce-1"),
    ];
    let wanted = table(&["b"]);
    let written = table(&["a", "b"]);
    let owned = seen.owned(&[&wanted, &written]);
    assert_eq!(owned.routes, [route("0.0.0.0/0", "igw-changed")]);
    assert_eq!(owned.subnets, table(&["b", "a"]).subnets);
}

#[test]
fn nothing_is_associated_when_it_is_deleted() {
    let removal = RouteTable::removal(&observed(table(&["a", "b"])));
    assert_eq!(removal, [leave("a"), leave("b"), Change::Delete]);
}

#[test]
fn another_network_gets_another_table() {
    let mut wanted = table(&["a"]);
    wanted.vpc = "vpc-2".to_string().into();
    let replacement = wanted.replaced_by(&observed(table(&["a"])));
    assert!(replacement.is_some_and(|it| it.fields == ["vpc"] && it.coexists));
}
