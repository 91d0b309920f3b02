//! What a plan says, row by row.

use ashore_engine::kind::Kinds;
use ashore_engine::plan::{Options, Phase, Plan, plan};
use ashore_engine::survey::survey;
use ashore_testkit::fault::Meddling;
use ashore_testkit::kinds::kinds;
use ashore_testkit::manifest::{Piece, graph};
use ashore_testkit::shape;

use crate::bench::{Bench, LONG};

const ALLOWED: Options = Options {
    allow_interruption: true,
};
const FORBIDDEN: Options = Options {
    allow_interruption: false,
};

/// One line a step: what, where, when, why, what it may break, and what it waits for.
fn lines(plan: &Plan) -> Vec<String> {
    let line = |(instance, step): (&ashore_engine::address::Instance, &_)| {
        let step: &ashore_engine::plan::Step = step;
        let reasons: Vec<String> = step
            .reasons
            .iter()
            .map(|reason| {
                let value = serde_json::to_value(reason).unwrap_or_default();
                match value["of"].as_str() {
                    Some(of) => format!("{}({of})", value["reason"].as_str().unwrap_or_default()),
                    None => value["reason"].as_str().unwrap_or_default().to_string(),
                }
            })
            .collect();
        let waits: Vec<String> = step.all_needs().map(|need| need.step.to_string()).collect();
        let requests: Vec<&str> = step
            .requests
            .iter()
            .map(|request| request.operation.trim_start_matches("toy:"))
            .collect();
        let late = if step.phase == Phase::Collect {
            " later"
        } else {
            ""
        };
        let mut line = format!("{:?}{late} {instance}", step.action);
        for (label, of) in [
            ("because", reasons.join(" ")),
            ("sends", requests.join(" ")),
            ("waits for", waits.join(" ")),
        ] {
            if !of.is_empty() {
                line += &format!(", {label} {of}");
            }
        }
        line
    };
    plan.steps.iter().map(line).collect()
}

fn check(before: &[Piece], wanted: &[Piece], meddled: Option<(&str, Meddling)>, expected: &[&str]) {
    let mut bench = Bench::new();
    bench.settle(before);
    if let Some((name, what)) = meddled {
        bench.cloud.meddle(name, what);
    }
    let plan = bench
        .plan(wanted, ALLOWED)
        .expect("these pieces can be planned");
    assert_eq!(lines(&plan), expected);
}

fn net() -> Piece {
    Piece::new(shape::NETWORK, "net")
}

fn gate() -> Piece {
    Piece::new(shape::GATEWAY, "gate").uses(["net"])
}

fn port() -> Piece {
    Piece::new(shape::LISTENER, "port").uses(["net"])
}

fn rule() -> Piece {
    Piece::new(shape::RULE, "rule").uses(["port"])
}

#[test]
fn what_is_not_there_is_made_request_by_request() {
    check(
        &[],
        &[net(), gate()],
        None,
        &[
            "Create gate/toy.gateway, because new, sends Create Attach, waits for net/toy.network",
            "Create net/toy.network, because new, sends Create Resize",
        ],
    );
}

#[test]
fn what_is_as_wanted_is_left_alone() {
    check(&[net(), gate()], &[net(), gate()], None, &[]);
}

#[test]
fn a_changed_member_is_named() {
    check(
        &[net()],
        &[net().size(3).tag(1)],
        None,
        &["Update net/toy.network, because changed(size) changed(tags), sends Resize Tag"],
    );
}

#[test]
fn what_others_changed_is_changed_back_and_their_tags_stay() {
    check(
        &[net()],
        &[net()],
        Some(("net", Meddling::Resizes(9))),
        &["Update net/toy.network, because changed(size), sends Resize"],
    );
    check(&[net()], &[net()], Some(("net", Meddling::Tags)), &[]);
}

#[test]
fn what_others_deleted_is_made_again() {
    check(
        &[net()],
        &[net()],
        Some(("net", Meddling::Deletes)),
        &[
            "Delete later net/toy.network, because vanished",
            "Create net/toy.network#2, because vanished, sends Create Resize",
        ],
    );
}

#[test]
fn a_replacement_is_made_before_the_old_one_goes_and_takes_its_users_along() {
    check(
        &[net(), gate()],
        &[net().form(1), gate()],
        None,
        &[
            "Update gate/toy.gateway, because upstream(net/toy.network), sends Attach, \
             waits for net/toy.network#2",
            "Delete later net/toy.network, because retired, sends Delete",
            "Create net/toy.network#2, because forced(form), sends Create Resize",
        ],
    );
}

#[test]
fn what_cannot_coexist_goes_first_with_its_users() {
    check(
        &[net(), port(), rule()],
        &[net(), port().form(1), rule()],
        None,
        &[
            "Delete port/toy.listener, because retired, sends Delete, waits for rule/toy.rule",
            "Create port/toy.listener#2, because forced(form), sends Create, \
             waits for port/toy.listener",
            "Delete rule/toy.rule, because retired, sends Delete",
            "Create rule/toy.rule#2, because upstream(port/toy.listener), sends Create, \
             waits for port/toy.listener#2 rule/toy.rule",
        ],
    );
}

#[test]
fn what_goes_anyway_goes_early_where_it_uses_what_goes_early() {
    check(
        &[net(), port(), rule()],
        &[net(), port().form(1)],
        None,
        &[
            "Delete port/toy.listener, because retired, sends Delete, waits for rule/toy.rule",
            "Create port/toy.listener#2, because forced(form), sends Create, \
             waits for port/toy.listener",
            "Delete rule/toy.rule, because unwanted, sends Delete",
        ],
    );
}

#[test]
fn deletes_wait_for_the_deletes_of_what_used_them() {
    check(
        &[net(), gate()],
        &[],
        None,
        &[
            "Delete later gate/toy.gateway, because unwanted, sends Detach Delete",
            "Delete later net/toy.network, because unwanted, sends Delete, \
             waits for gate/toy.gateway",
        ],
    );
}

#[test]
fn old_revisions_stay_until_there_are_too_many() {
    let task = |form| Piece::new(shape::REVISION, "task").form(form);
    let mut bench = Bench::new();
    for form in 0..3 {
        bench.settle(&[task(form)]);
    }
    assert_eq!(bench.state.resources.len(), 3);
    let plan = bench
        .plan(&[task(3)], ALLOWED)
        .expect("these pieces can be planned");
    let expected = [
        "Delete later task/toy.revision, because retired, sends Delete",
        "Create task/toy.revision#4, because forced(form), sends Create",
    ];
    assert_eq!(lines(&plan), expected);
}

#[test]
fn an_interruption_needs_leave() {
    let mut bench = Bench::new();
    bench.settle(&[net(), port()]);
    let errors = bench
        .plan(&[net(), port().form(1)], FORBIDDEN)
        .expect_err("it interrupts");
    let told: Vec<String> = errors
        .iter()
        .map(|error| format!("{} {error}", error.code()))
        .collect();
    let expected = "E0202 port/toy.listener: changing form takes it away before it is made anew";
    assert_eq!(told, [expected]);
}

#[test]
fn what_goes_first_must_not_be_used_by_what_stays() {
    let web = || Piece::new(shape::SERVICE, "web").uses(["port"]);
    let mut bench = Bench::new();
    bench.settle(&[net(), port(), web()]);
    let errors = bench
        .plan(&[net(), port().form(1), web()], ALLOWED)
        .expect_err("it is held");
    let told: Vec<String> = errors
        .iter()
        .map(|error| format!("{} {error}", error.code()))
        .collect();
    let expected = "E0205 port/toy.listener: it is taken away before it is made anew, \
                    and web/toy.service uses it";
    assert_eq!(told, [expected]);
}

fn database() -> Piece {
    Piece::new(shape::DATABASE, "db").uses(["net"])
}

fn archive() -> Piece {
    Piece::new(shape::ARCHIVE, "old").uses(["net"])
}

#[test]
fn what_holds_data_says_why_it_has_to_be_named() {
    let mut bench = Bench::new();
    bench.settle(&[net(), database()]);
    let asked = |wanted: &[Piece]| {
        let plan = bench.plan(wanted, ALLOWED).expect("these can be planned");
        let asks = plan.steps.into_iter();
        let asks = asks.filter_map(|(instance, step)| Some((instance.to_string(), step.asks?)));
        asks.collect::<Vec<_>>()
    };
    let why = "it holds data".to_string();
    assert_eq!(
        asked(&[net()]),
        [("db/toy.database".to_string(), why.clone())]
    );
    // Its old life goes, if it is made anew.
    assert_eq!(
        asked(&[net(), database().form(1)]),
        [("db/toy.database".to_string(), why)]
    );
    assert_eq!(asked(&[net(), database().size(2)]), []);
    bench.cloud.meddle("db", Meddling::Deletes);
    assert_eq!(asked(&[net()]), [], "there is nothing left to ask for");
}

#[test]
fn what_stays_is_kept_with_all_that_it_uses_and_is_taken_up_again() {
    let mut bench = Bench::new();
    bench.settle(&[net(), gate(), archive()]);
    let kept = |plan: &Plan| {
        let stays = plan.stays.iter();
        let stays: Vec<_> = stays
            .map(|(instance, why)| format!("{instance}: {why}"))
            .collect();
        assert!(
            plan.stays
                .keys()
                .all(|instance| plan.kept.contains_key(instance))
        );
        stays
    };
    let staying = [
        "net/toy.network: old/toy.archive uses it",
        "old/toy.archive: it is retained",
    ];
    let plan = bench.plan(&[], ALLOWED).expect("these can be planned");
    assert_eq!(kept(&plan), staying);
    let gone = "Delete later gate/toy.gateway, because unwanted, sends Detach Delete";
    assert_eq!(lines(&plan), [gone]);
    bench.settle(&[]);
    let plan = bench.plan(&[], ALLOWED).expect("these can be planned");
    assert_eq!(
        (lines(&plan), kept(&plan)),
        (vec![], staying.map(String::from).to_vec())
    );
    let plan = bench
        .plan(&[net(), archive()], ALLOWED)
        .expect("these can be planned");
    assert_eq!((lines(&plan), kept(&plan)), (vec![], vec![]));
}

#[test]
fn what_would_stay_and_has_to_go_first_is_asked_for() {
    let mut bench = Bench::new();
    bench.settle(&[net(), archive()]);
    let plan = bench
        .plan(&[net(), archive().form(1)], ALLOWED)
        .expect("these can be planned");
    let asks: Vec<_> = plan
        .steps
        .values()
        .filter_map(|step| step.asks.as_deref())
        .collect();
    assert_eq!(asks, ["it is retained"]);
    assert!(plan.stays.is_empty());
}

#[test]
fn somebody_elses_object_is_an_error_that_names_it() {
    let bench = Bench::new();
    bench.cloud.foreign(shape::BUCKET.name, "store", 4);
    let store = Piece::new(shape::BUCKET, "store");
    let errors = bench
        .plan(&[store], ALLOWED)
        .expect_err("the name is taken");
    let told: Vec<String> = errors
        .iter()
        .map(|error| format!("{} {error}", error.code()))
        .collect();
    let expected = "E0201 store/toy.bucket: toy.bucket store (foreign) is there already \
                    and does not belong to this stack";
    assert_eq!(told, [expected]);
}

#[test]
fn what_is_displaced_stands_in_the_plan_and_what_is_shared_is_adopted() {
    let bench = Bench::new();
    bench.cloud.foreign(shape::RECORD.name, "dns", 4);
    bench.cloud.foreign(shape::ROLE.name, "role", 4);
    let wanted = [
        Piece::new(shape::RECORD, "dns"),
        Piece::new(shape::ROLE, "role"),
    ];
    let plan = bench
        .plan(&wanted, ALLOWED)
        .expect("these pieces can be planned");
    assert_eq!(
        lines(&plan),
        ["Create dns/toy.record, because new, sends Create"]
    );
    let displaced: Vec<&String> = plan
        .steps
        .values()
        .flat_map(|step| &step.displaces)
        .collect();
    assert_eq!(displaced, ["toy.record dns (foreign)"]);
    assert_eq!(plan.kept.len(), 1);
}

#[test]
fn a_circle_is_told_link_by_link() {
    let pieces = [
        Piece::new(shape::NETWORK, "net").uses(["net2"]),
        Piece::new(shape::NETWORK, "net2").uses(["net"]),
    ];
    let errors = Bench::new()
        .plan(&pieces, ALLOWED)
        .expect_err("it is a circle");
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    let expected = "resources need each other in a circle: \
                    net/toy.network -> net2/toy.network -> net/toy.network";
    assert_eq!(told, [expected]);
}

#[test]
fn a_kind_that_nobody_knows_is_an_error_that_names_it() {
    let mut bench = Bench::new();
    bench.settle(&[net()]);
    let nothing = graph(&[]);
    let seen = survey(&bench.clock, &nothing, &bench.state, &bench.providers);
    let seen = bench.clock.run(LONG, seen).expect("reads end");
    let seen = seen.expect("reads succeed");
    let errors = plan(&nothing, &bench.state, &seen, &Kinds::new(), ALLOWED);
    let errors = errors.expect_err("nobody knows how it is deleted");
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(errors[0].code(), "E0203");
    assert!(told[0].contains("toy.network"), "{told:?}");
}

#[test]
fn the_gravest_impact_is_that_of_the_plan() {
    let mut bench = Bench::new();
    bench.settle(&[net(), port()]);
    let told = |pieces: &[Piece]| {
        let plan = bench
            .plan(pieces, ALLOWED)
            .expect("these pieces can be planned");
        serde_json::to_string(&plan.impact()).unwrap_or_default()
    };
    assert_eq!(told(&[net(), port()]), r#"{"level":"none"}"#);
    let brief = r#"{"level":"brief","why":"it is resized"}"#;
    assert_eq!(told(&[net().size(2), port()]), brief);
    let outage = r#"{"level":"outage","why":"it is deleted before it is made anew"}"#;
    assert_eq!(told(&[net().size(2), port().form(1)]), outage);
}

#[test]
fn what_stands_at_the_new_name_of_a_resource_stands_in_the_plan() {
    let dns = |called| Piece::new(shape::RECORD, "dns").called(called);
    let mut bench = Bench::new();
    bench.settle(&[dns("old")]);
    bench.cloud.foreign(shape::RECORD.name, "new", 4);
    // It is no interruption: both names are there for a while.
    let plan = bench.plan(&[dns("new")], FORBIDDEN);
    let plan = plan.expect("these pieces can be planned");
    let expected = [
        "Delete later dns/toy.record, because retired, sends Delete",
        "Create dns/toy.record#2, because forced(name), sends Create",
    ];
    assert_eq!(lines(&plan), expected);
    let displaced = plan.steps.values().flat_map(|step| &step.displaces);
    assert_eq!(displaced.collect::<Vec<_>>(), ["toy.record new (foreign)"]);
}

#[test]
fn somebody_elses_object_at_the_new_name_of_a_resource_is_an_error_that_names_it() {
    let store = |called| Piece::new(shape::BUCKET, "store").called(called);
    let mut bench = Bench::new();
    bench.settle(&[store("old")]);
    bench.cloud.foreign(shape::BUCKET.name, "new", 4);
    let errors = bench.plan(&[store("new")], ALLOWED);
    let errors = errors.expect_err("the name is taken");
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    let expected = "store/toy.bucket: toy.bucket new (foreign) is there already \
                    and does not belong to this stack";
    assert_eq!(told, [expected]);
}

#[test]
fn what_could_not_be_looked_for_is_looked_for_by_its_step() {
    let dns = |called| Piece::new(shape::RECORD, "dns").called(called);
    let mut bench = Bench::new();
    bench.settle(&[dns("old")]);
    let graph = graph(&[dns("new")]);
    let seen = survey(&bench.clock, &graph, &bench.state, &bench.providers);
    let seen = bench.clock.run(LONG, seen).expect("reads end");
    let mut seen = seen.expect("reads succeed");
    for looked in [true, false] {
        let planned = plan(&graph, &bench.state, &seen, &kinds(), ALLOWED);
        let planned = planned.expect("these pieces can be planned");
        let looks = planned.steps.values().any(|step| step.looks);
        assert_eq!(looks, !looked);
        seen.found.clear(); // as for a name that nobody knew
    }
}
