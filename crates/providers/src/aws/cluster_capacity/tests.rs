use super::*;

fn spec(providers: &[&str]) -> ClusterCapacity {
    let name = |name: &&str| Input::Known(name.to_string());
    ClusterCapacity {
        cluster: "arn:aws:ecs:eu-central-1:1:cluster/hello"
            .to_string()
            .into(),
        providers: providers.iter().map(name).collect(),
    }
}

fn observed(attached: &[&str], ours: &[&str]) -> Observed<ClusterCapacity> {
    Observed {
        spec: spec(attached),
        outputs: Outputs {
            cluster: "arn:aws:ecs:eu-central-1:1:cluster/hello".into(),
            providers: ours.iter().map(ToString::to_string).collect(),
        },
    }
}

#[test]
fn what_somebody_took_off_the_cluster_is_put_back() {
    let wanted = spec(&["FARGATE", "FARGATE_SPOT"]);
    let all = ["FARGATE", "FARGATE_SPOT"];
    assert_eq!(wanted.changes(Some(&observed(&all, &all))), []);
    let one = observed(&["FARGATE"], &all);
    assert_eq!(wanted.changes(Some(&one)), [Change::Attach]);
    assert_eq!(wanted.replaced_by(&one), None);
}

#[test]
fn other_providers_are_another_resource() {
    let there = observed(&["old"], &["old"]);
    let because = Some(Replacement::because(["providers"]));
    assert_eq!(spec(&["new"]).replaced_by(&there), because);
}
