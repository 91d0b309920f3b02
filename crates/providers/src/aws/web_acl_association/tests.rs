use super::*;

fn observed(web_acl: &str) -> Observed<WebAclAssociation> {
    Observed {
        spec: association(web_acl),
        outputs: Outputs {
            resource: "arn:balancer".into(),
        },
    }
}

fn association(web_acl: &str) -> WebAclAssociation {
    WebAclAssociation {
        resource: "arn:balancer".to_string().into(),
        web_acl: web_acl.into(),
    }
}

#[test]
fn another_web_acl_takes_the_place_of_the_first_with_one_request() {
    let wanted = association("arn:a");
    assert_eq!(wanted.changes(None), [Change::Associate]);
    assert_eq!(wanted.changes(Some(&observed("arn:a"))), []);
    assert_eq!(
        wanted.changes(Some(&observed("arn:b"))),
        [Change::Associate]
    );
    assert_eq!(
        WebAclAssociation::removal(&observed("arn:a")),
        [Change::Disassociate]
    );
}

#[test]
fn one_that_somebody_took_off_is_put_back_in_its_place() {
    let none = observed("");
    assert_eq!(
        association("arn:a").changes(Some(&none)),
        [Change::Associate]
    );
    assert!(association("arn:a").replaced_by(&none).is_none());
    assert_eq!(WebAclAssociation::removal(&none), []);
}

#[test]
fn another_balancer_is_another_association() {
    let mut there = observed("arn:a");
    there.spec.resource = "arn:other".to_string().into();
    let replacement = association("arn:a").replaced_by(&there).unwrap();
    assert_eq!(replacement.fields, ["resource"]);
}
