use super::*;

fn profile(role: &str) -> InstanceProfile {
    InstanceProfile {
        name: "hello-instances".into(),
        role: role.to_string().into(),
        tags: Tags::default(),
    }
}

fn observed(role: Option<&str>) -> Observed<InstanceProfile> {
    Observed {
        spec: profile(role.unwrap_or_default()),
        outputs: Outputs {
            name: "hello-instances".into(),
            arn: "arn:aws:iam::1:instance-profile/hello-instances".into(),
            role: role.map(str::to_string),
        },
    }
}

#[test]
fn a_role_that_was_taken_out_is_put_back_and_another_one_is_another_profile() {
    let wanted = profile("hello");
    assert_eq!(wanted.changes(Some(&observed(Some("hello")))), []);
    assert_eq!(wanted.changes(Some(&observed(None))), [Change::Add]);
    assert_eq!(wanted.replaced_by(&observed(None)), None);
    assert_eq!(
        wanted.replaced_by(&observed(Some("other"))),
        Some(Replacement::because(["role"]))
    );
}

#[test]
fn it_is_emptied_before_it_goes() {
    let remove = Change::Remove("hello".into());
    assert_eq!(
        InstanceProfile::removal(&observed(Some("hello"))),
        [remove, Change::Delete]
    );
    assert_eq!(InstanceProfile::removal(&observed(None)), [Change::Delete]);
}
