use super::*;

fn certificate() -> Certificate {
    Certificate {
        domain: "hello.example.com".into(),
        names: vec!["*.hello.example.com".into()],
        tags: Tags([("team".into(), "a".into())].into()),
    }
}

fn observed(change: impl FnOnce(&mut Observed<Certificate>)) -> Observed<Certificate> {
    let mut observed = Observed {
        spec: certificate(),
        outputs: Outputs {
            arn: "arn:aws:acm:eu-central-1:123456789012:certificate/1".into(),
            validation_name: None,
            validation_value: None,
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
