use super::*;

fn record() -> ManualRecord {
    ManualRecord {
        name: "Hello.example.com".to_string().into(),
        record_type: "CNAME".into(),
        content: "lb.elb.amazonaws.com.".to_string().into(),
    }
}

/// As resolvers spell it.
fn observed(change: impl FnOnce(&mut ManualRecord)) -> Observed<ManualRecord> {
    let mut spec = ManualRecord {
        name: "hello.example.com.".to_string().into(),
        content: "LB.elb.amazonaws.com".to_string().into(),
        ..record()
    };
    change(&mut spec);
    let outputs = Outputs {
        name: "hello.example.com".into(),
        record_type: "CNAME".into(),
        content: "lb.elb.amazonaws.com".into(),
    };
    Observed { spec, outputs }
}

#[test]
fn what_is_set_already_is_not_asked_for() {
    assert_eq!(record().changes(None), [Change::Request]);
    assert_eq!(record().changes(Some(&observed(|_| {}))), []);
    assert_eq!(record().replaced_by(&observed(|_| {})), None);
    let elsewhere = observed(|o| o.content = "x.example.com".to_string().into());
    assert_eq!(record().changes(Some(&elsewhere)), [Change::Request]);
}

#[test]
fn another_name_is_another_record() {
    let other = observed(|o| o.name = "bye.example.com".to_string().into());
    let replacement = record().replaced_by(&other).unwrap();
    assert_eq!(replacement.fields, ["name"]);
    assert!(replacement.coexists);
}

#[test]
fn what_resolvers_spell_their_way_is_what_we_have_written() {
    assert_eq!(observed(|_| {}).spec.owned(&[&record()]), record());
}
