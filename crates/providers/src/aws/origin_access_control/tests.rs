use super::*;

fn control(name: &str, signing: &str) -> OriginAccessControl {
    OriginAccessControl {
        name: name.into(),
        signing: signing.into(),
    }
}

#[test]
fn every_difference_has_its_request() {
    let there = Observed {
        spec: control("shop-static", "always"),
        outputs: Outputs { id: "E1".into() },
    };
    let wanted = control("shop-static", "always");
    assert_eq!(wanted.changes(None), [Change::Create]);
    assert_eq!(wanted.changes(Some(&there)), []);
    let other = control("shop-static", "never");
    assert_eq!(other.changes(Some(&there)), [Change::Update]);
    let renamed = control("shop-other", "always").replaced_by(&there);
    assert_eq!(renamed, Some(Replacement::because(["name"])));
}
