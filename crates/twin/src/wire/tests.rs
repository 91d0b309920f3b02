//! Forms become trees, values become XML and JSON.

use serde_json::json;

use super::*;

fn decoded(form: &str) -> Value {
    let form = format!("Action=A&Version=1&{form}");
    query::decode(form.as_bytes(), "1").map_or(Value::Null, |(_, fields)| Value::Object(fields))
}

#[test]
fn forms_become_trees() {
    for (form, tree) in [
        ("", json!({})),
        ("A=1&B=x%20y%2Bz+w", json!({ "A": "1", "B": "x y+z w" })),
        ("Id.1=a&Id.2=b", json!({ "Id": ["a", "b"] })),
        ("Id.10=j&Id.9=i", json!({ "Id": ["i", "j"] })),
        (
            "F.1.Name=n&F.1.Value.1=a&F.1.Value.2=b",
            json!({ "F": [{ "Name": "n", "Value": ["a", "b"] }] }),
        ),
        (
            "T.member.1.Key=k&T.member.1.Value=",
            json!({ "T": [{ "Key": "k", "Value": "" }] }),
        ),
        ("T.member.1=a", json!({ "T": ["a"] })),
        ("V.Value=true", json!({ "V": { "Value": "true" } })),
        ("T=", json!({ "T": "" })),
        ("A=1&A=2", Value::Null),
        ("A=1&A.B=2", Value::Null),
        ("A.B=2&A=1", Value::Null),
    ] {
        assert_eq!(decoded(form), tree, "{form}");
    }
}

#[test]
fn values_become_xml() {
    let value = json!({
        "name": "a<b>&\"c\"\u{1}",
        "yes": true,
        "count": 3,
        "none": null,
        "empty": [],
        "list": [{ "id": "x" }, "y"],
    });
    let mut out = String::new();
    xml::content(&mut out, &value, "item");
    let fields = [
        "<name>a&lt;b&gt;&amp;&quot;c&quot;\u{fffd}</name>",
        "<yes>true</yes>",
        "<count>3</count>",
        "<empty></empty>",
        "<list><item><id>x</id></item><item>y</item></list>",
    ];
    fields
        .iter()
        .for_each(|field| assert!(out.contains(field), "{field} in {out}"));
    assert!(!out.contains("none"), "{out}");
}

#[test]
fn an_operation_without_result_has_no_result_element() {
    let with = query::answer("Op", "ns", &mut json!({ "A": ["x"] }), "id");
    assert!(
        with.contains("<OpResult><A><member>x</member></A></OpResult>"),
        "{with}"
    );
    let without = query::answer("Op", "ns", &mut Value::Null, "id");
    assert!(!without.contains("OpResult"), "{without}");
    assert!(without.contains("<RequestId>id</RequestId>"), "{without}");
}

#[test]
fn ec2_answers_in_its_own_namespace() {
    let out = ec2::answer("Op", "2016-11-15", &json!({ "return": true }), "id");
    let root =
        "<OpResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>id</requestId>";
    assert!(out.contains(root), "{out}");
    assert!(out.ends_with("<return>true</return></OpResponse>"), "{out}");
}

#[test]
fn null_members_are_left_out_of_json() {
    let answer = json::answer(json!({ "a": null, "b": [{ "c": null, "d": 1.5 }] }));
    assert_eq!(answer, r#"{"b":[{"d":1.5}]}"#);
    assert_eq!(json::answer(Value::Null), "{}");
}

#[test]
fn cloudflare_answers_come_in_an_envelope() {
    let answer: Value =
        serde_json::from_str(&rest::answer(json!({ "result": [1] }))).expect("JSON");
    assert_eq!(
        answer,
        json!({ "success": true, "errors": [], "messages": [], "result": [1] })
    );
    let refusal = rest::refusal(&Refusal::new("81053", "taken"));
    let refusal: Value = serde_json::from_str(&refusal).expect("JSON");
    assert_eq!(
        refusal["errors"],
        json!([{ "code": 81053, "message": "taken" }])
    );
}
