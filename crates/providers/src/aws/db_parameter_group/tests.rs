use super::*;

fn group(parameters: &[(&str, &str)]) -> DbParameterGroup {
    let parameters = parameters.iter();
    DbParameterGroup {
        name: "hello-default-db".into(),
        family: "postgres18".into(),
        description: "Parameters of databases.db".into(),
        parameters: parameters
            .map(|(name, value)| ((*name).to_string(), (*value).to_string()))
            .collect(),
        tags: Tags::default(),
    }
}

fn observed(spec: DbParameterGroup) -> Observed<DbParameterGroup> {
    let outputs = Outputs {
        name: spec.name.clone(),
        arn: "arn:aws:rds:eu-central-1:1:pg:hello-default-db".into(),
    };
    Observed { spec, outputs }
}

#[test]
fn what_is_new_is_set_and_what_somebody_else_has_set_is_put_back() {
    let wanted = group(&[("rds.force_ssl", "1")]);
    let set = Change::Set(vec!["rds.force_ssl".into()]);
    assert_eq!(wanted.changes(None), [Change::Create, set.clone()]);
    let there = observed(group(&[("rds.force_ssl", "0"), ("work_mem", "64")]));
    let reset = Change::Reset(vec!["work_mem".into()]);
    assert_eq!(wanted.changes(Some(&there)), [set, reset]);
    assert_eq!(wanted.changes(Some(&observed(wanted.clone()))), []);
}

#[test]
fn more_than_a_request_takes_goes_in_several() {
    let names: Vec<String> = (10..35).map(|number| format!("p{number}")).collect();
    let all: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
    let sizes = group(&all).changes(None).into_iter();
    let sizes = sizes.filter_map(|change| match change {
        Change::Set(names) => Some(names.len()),
        _ => None,
    });
    assert_eq!(sizes.collect::<Vec<_>>(), [20, 5]);
}

#[test]
fn another_major_version_is_another_group() {
    let there = observed(group(&[]));
    let mut wanted = group(&[]);
    wanted.family = "postgres19".into();
    let replaced = wanted.replaced_by(&there);
    assert_eq!(
        replaced.map(|it| it.fields),
        Some(vec!["family".to_string()])
    );
}
