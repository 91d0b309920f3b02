use super::*;

fn certificate() -> Certificate {
    Certificate {
        domain: "hello.example.com".into(),
        names: vec!["*.hello.example.com".into()],
        region: None,
        tags: Tags([("team".into(), "a".into())].into()),
    }
}

fn observed(change: impl FnOnce(&mut Observed<Certificate>)) -> Observed<Certificate> {
    let mut observed = Observed {
        spec: certificate(),
        outputs: Outputs {
            arn: "arn:aws:acm:eu-central-1:123456789012:certificate/1".into(),
            validation: BTreeMap::new(),
            dead: None,
        },
    };
    change(&mut observed);
    observed
}

#[test]
fn from_nothing_it_is_requested_and_nothing_else() {
    assert_eq!(certificate().changes(None), [Change::Request]);
}

#[test]
fn only_tags_change_in_place() {
    let same = observed(|_| {});
    assert_eq!(certificate().changes(Some(&same)), []);
    assert_eq!(certificate().replaced_by(&same), None);
    let other = observed(|o| o.spec.tags.0 = [("old".into(), "x".into())].into());
    let changes = [Change::Tag, Change::Untag(vec!["old".into()])];
    assert_eq!(certificate().changes(Some(&other)), changes);
}

#[test]
fn what_makes_a_new_certificate() {
    let rows = [
        (
            "domain",
            observed(|o| o.spec.domain = "x.example.com".into()),
        ),
        ("names", observed(|o| o.spec.names.clear())),
        (
            "status",
            observed(|o| o.outputs.dead = Some("EXPIRED".into())),
        ),
    ];
    for (field, observed) in rows {
        let replacement = certificate().replaced_by(&observed).unwrap();
        assert!(replacement.fields.contains(&field.to_string()), "{field}");
        assert!(replacement.coexists);
    }
}

#[test]
fn the_order_of_names_means_nothing() {
    let mut wanted = certificate();
    wanted.names = vec!["b.example.com".into(), "a.example.com".into()];
    let names = vec!["a.example.com".into(), "b.example.com".into()];
    assert_eq!(
        wanted.replaced_by(&observed(|o| o.spec.names = names)),
        None
    );
}

#[test]
fn a_wildcard_shares_the_record_of_its_domain() {
    let mut wanted = certificate();
    wanted.names.push("WWW.example.com".into());
    let validated: Vec<String> = wanted.validated().into_iter().collect();
    assert_eq!(validated, ["hello.example.com", "www.example.com"]);
    let paths = ["*.hello.example.com", "hello.example.com."]
        .map(|name| Certificate::validation_name(name).field().to_string());
    assert_eq!(paths[0], "validation/hello.example.com/name");
    assert_eq!(paths[0], paths[1]);
}

/// Seed: B2.
#[test]
fn the_record_of_a_name_is_found_where_its_output_says() {
    let mut there = observed(|_| {}).outputs;
    let record = ValidationRecord {
        name: "_1.www.example.com.".into(),
        value: "_2.acm-validations.aws.".into(),
    };
    there.validation.insert("www.example.com".into(), record);
    let told = ashore_engine::document::Document::of(&there);
    let value = Certificate::validation_value("www.example.com");
    let value = told.get(value.field()).and_then(|value| value.as_str());
    assert_eq!(value, Some("_2.acm-validations.aws."));
    assert_eq!(
        told.get(Certificate::validation_name("example.com").field()),
        None
    );
}
