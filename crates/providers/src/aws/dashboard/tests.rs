use super::*;

fn dashboard() -> Dashboard {
    Dashboard {
        name: "shop-default".into(),
        graphs: vec![Graph {
            title: "services.web: cpu and memory".into(),
            lines: vec![Watch::Cpu {
                service: "arn:service".to_string().into(),
            }],
        }],
        tags: Tags([("team".to_string(), "a".to_string())].into()),
    }
}

#[test]
fn another_graph_is_put_and_another_name_is_another_dashboard() {
    let observed = Observed {
        spec: dashboard(),
        outputs: Outputs {
            name: "shop-default".into(),
            arn: "arn".into(),
        },
    };
    let titled = |title: &str| {
        let mut wanted = dashboard();
        wanted.graphs[0].title = title.into();
        wanted
    };
    let bare = Dashboard {
        tags: Tags::default(),
        ..dashboard()
    };
    for (wanted, changes) in [
        (dashboard(), vec![]),
        (titled("cpu"), vec![Change::Put]),
        (bare, vec![Change::Untag(vec!["team".into()])]),
    ] {
        assert_eq!(wanted.changes(Some(&observed)), changes, "{wanted:?}");
        assert_eq!(wanted.replaced_by(&observed), None);
    }
    let other = Dashboard {
        name: "shop-default-g2".into(),
        ..dashboard()
    };
    let replacement = other.replaced_by(&observed).expect("another name");
    assert_eq!(replacement.fields, ["name"]);
}
