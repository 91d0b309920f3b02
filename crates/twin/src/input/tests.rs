//! What the strict reader takes and refuses.

use serde_json::json;

use super::*;
use crate::service::services;

fn input(service: &str, fields: Value) -> Input {
    let service = services()
        .iter()
        .find(|one| one.name == service)
        .expect("a service");
    let Value::Object(fields) = fields else {
        panic!("an object")
    };
    Input::new(service, fields)
}

#[test]
fn what_is_not_taken_is_refused_by_name() {
    let mut input = input("ecs", json!({ "cluster": "a", "color": { "x": 1 } }));
    assert_eq!(input.required("cluster").as_deref(), Ok("a"));
    let refusal = input.finish().expect_err("left over");
    assert_eq!(
        (refusal.status, refusal.code.as_str()),
        (501, "NotImplemented")
    );
    assert!(
        refusal.message.contains("parameter color"),
        "{}",
        refusal.message
    );
}

#[test]
fn what_is_not_taken_in_a_structure_is_refused_by_path() {
    let mut input = input(
        "ec2",
        json!({ "Filter": [{ "Name": "a" }, { "Color": "red" }] }),
    );
    let mut filters = input.objects("Filter").expect("structures");
    let refusal = filters.remove(1).finish().expect_err("left over");
    assert!(
        refusal.message.contains("parameter Filter.2.Color"),
        "{}",
        refusal.message
    );
}

#[test]
fn structures_that_were_not_finished_stay_open() {
    let mut input = input("ecs", json!({ "a": { "b": { "c": "d" } } }));
    let open = input.open();
    let mut a = input.object("a").expect("a structure").expect("present");
    let mut b = a.object("b").expect("a structure").expect("present");
    assert_eq!(b.text("c").expect("a string").as_deref(), Some("d"));
    a.finish().expect("nothing left");
    input.finish().expect("nothing left");
    assert_eq!(*open.borrow(), ["a.b"]);
    b.finish().expect("nothing left");
    assert!(open.borrow().is_empty());
}

#[test]
fn scalars_by_protocol() {
    for (service, value, number, boolean) in [
        ("ec2", json!("5"), Some(5), None),
        ("ec2", json!("true"), None, Some(true)),
        ("ec2", json!("True"), None, None),
        ("ecs", json!(5), Some(5), None),
        ("ecs", json!("5"), None, None),
        ("ecs", json!(5.5), None, None),
        ("ecs", json!(true), None, Some(true)),
        ("ecs", json!("true"), None, None),
    ] {
        let read = || input(service, json!({ "x": value }));
        assert_eq!(
            read().number("x").ok().flatten(),
            number,
            "{service} {value}"
        );
        assert_eq!(
            read().boolean("x").ok().flatten(),
            boolean,
            "{service} {value}"
        );
    }
}

#[test]
fn a_missing_parameter_has_the_service_s_own_code() {
    for (service, code) in [
        ("ec2", "MissingParameter"),
        ("elasticloadbalancing", "ValidationError"),
        ("ecs", "InvalidParameterException"),
        ("acm", "ValidationException"),
    ] {
        let refusal = input(service, json!({}))
            .required("x")
            .expect_err("missing");
        assert_eq!(refusal.code, code);
    }
}

#[test]
fn null_is_absent() {
    let mut input = input("ecs", json!({ "x": null, "y": null }));
    assert_eq!(input.text("x"), Ok(None));
    assert_eq!(input.finish(), Ok(()));
}

#[test]
fn an_empty_list_in_a_form_is_an_empty_string() {
    assert_eq!(input("iam", json!({ "x": "" })).texts("x"), Ok(vec![]));
    assert!(input("ecs", json!({ "x": "" })).texts("x").is_err());
}

#[test]
fn accepted_values_only() {
    let accept =
        |value: Value| input("ec2", json!({ "DryRun": value })).accept("DryRun", &[json!(false)]);
    assert_eq!(accept(json!("false")), Ok(()));
    assert_eq!(accept(json!(null)), Ok(()));
    assert_eq!(
        accept(json!("true")).map_err(|refusal| refusal.status),
        Err(501)
    );
}
