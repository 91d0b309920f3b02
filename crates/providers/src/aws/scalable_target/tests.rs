use super::*;

const SERVICE: &str = "arn:aws:ecs:eu-central-1:123456789012:service/shop-prod/web";

fn target(min: u32, max: u32) -> ScalableTarget {
    ScalableTarget {
        service: SERVICE.to_string().into(),
        min,
        max,
        scheduled: Vec::new(),
        tags: Tags::default(),
    }
}

#[test]
fn a_service_is_known_to_the_scaler_by_the_end_of_its_arn() {
    assert_eq!(resource(SERVICE), "service/shop-prod/web");
}

#[test]
fn other_bounds_are_one_request() {
    let observed = Observed {
        spec: target(1, 4),
        outputs: Outputs {
            resource: resource(SERVICE).into(),
            arn: "arn".into(),
        },
    };
    assert_eq!(target(1, 4).changes(Some(&observed)), []);
    for wanted in [target(2, 4), target(1, 5)] {
        assert_eq!(wanted.changes(Some(&observed)), [Change::Bounds]);
        assert_eq!(wanted.replaced_by(&observed), None);
    }
}

#[test]
fn bounds_that_an_action_has_set_are_left_alone() {
    let night = Bounds {
        min: Some(2),
        max: Some(8),
    };
    let wanted = ScalableTarget {
        scheduled: vec![night],
        ..target(1, 4)
    };
    for (there, changes) in [
        (target(1, 4), vec![]),
        (target(2, 8), vec![]),
        (target(3, 8), vec![Change::Bounds]),
        (target(2, 9), vec![Change::Bounds]),
    ] {
        let observed = Observed {
            spec: there.clone().owned(&[&wanted]),
            outputs: Outputs {
                resource: resource(SERVICE).into(),
                arn: "arn".into(),
            },
        };
        assert_eq!(wanted.changes(Some(&observed)), changes, "{there:?}");
    }
}
