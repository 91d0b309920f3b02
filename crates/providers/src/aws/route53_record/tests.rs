use super::*;

fn alias(dns_name: &str) -> Target {
    Target::Alias {
        dns_name: dns_name.to_string().into(),
        zone_id: "Z215JYRZR1TBD5".to_string().into(),
        ipv6: false,
        evaluate_target_health: false,
    }
}

fn record() -> Route53Record {
    Route53Record {
        zone_id: "Z1".into(),
        name: "Hello.example.com".to_string().into(),
        record_type: "A".into(),
        target: alias("LB.elb.amazonaws.com."),
        take_over: false,
    }
}

/// As Route 53 spells it.
fn observed(change: impl FnOnce(&mut Observed<Route53Record>)) -> Observed<Route53Record> {
    let mut observed = Observed {
        spec: Route53Record {
            name: "hello.example.com".to_string().into(),
            target: alias("dualstack.lb.elb.amazonaws.com"),
            ..record()
        },
        outputs: Outputs {
            zone_id: "Z1".into(),
            name: "hello.example.com".into(),
            record_type: "A".into(),
            made: true,
            owner: Some("ashore:v1 id=1.2 hello".into()),
            change: None,
            displaced: Vec::new(),
            unmarked: false,
        },
    };
    change(&mut observed);
    observed
}

#[test]
fn from_nothing_it_is_made_or_takes_over() {
    let mut wanted = record();
    assert_eq!(wanted.changes(None), [Change::Create]);
    wanted.take_over = true;
    assert_eq!(wanted.changes(None), [Change::TakeOver]);
}

#[test]
fn who_was_led_somewhere_remembers_it_for_the_time_to_live() {
    let seconds = |record: &Route53Record| record.lingers().map(|it| it.time.as_secs());
    assert_eq!(seconds(&record()), Some(60));
    let values = Target::Values {
        ttl: 300,
        values: vec!["lb.example.com".to_string().into()],
    };
    let mut cname = Route53Record {
        record_type: "CNAME".into(),
        target: values,
        ..record()
    };
    assert_eq!(seconds(&cname), Some(300));
    cname.name = "_a.example.com".to_string().into();
    assert_eq!(seconds(&cname), None);
}

#[test]
fn each_field_has_its_request() {
    let pointing = |target: Target| observed(|o| o.spec.target = target);
    let values = |ttl, value: &str| Target::Values {
        ttl,
        values: vec![value.to_string().into()],
    };
    let Target::Alias {
        dns_name, zone_id, ..
    } = alias("lb.elb.amazonaws.com")
    else {
        panic!("an alias")
    };
    let with = |ipv6, evaluate_target_health| Target::Alias {
        dns_name: dns_name.clone(),
        zone_id: zone_id.clone(),
        ipv6,
        evaluate_target_health,
    };
    let rows: [(_, &[Change]); 7] = [
        (observed(|_| {}), &[]),
        (observed(|o| o.spec.take_over = true), &[]),
        (pointing(alias("other.amazonaws.com")), &[Change::Update]),
        (pointing(values(60, "192.0.2.1")), &[Change::Update]),
        (pointing(with(true, false)), &[Change::Update]),
        (pointing(with(false, true)), &[Change::Update]),
        (observed(|o| o.outputs.unmarked = true), &[Change::Update]),
    ];
    for (observed, changes) in rows {
        assert_eq!(record().changes(Some(&observed)), changes);
        assert_eq!(record().replaced_by(&observed), None);
    }
}

#[test]
fn values_are_a_set_and_their_ttl_counts() {
    let cname = |ttl, value: &str| Route53Record {
        record_type: "CNAME".into(),
        target: Target::Values {
            ttl,
            values: vec![value.to_string().into()],
        },
        ..record()
    };
    let there = observed(|o| o.spec = cname(60, "_2.acm-validations.aws"));
    let same = cname(60, "_2.ACM-validations.aws.");
    assert_eq!(same.changes(Some(&there)), []);
    let shorter = cname(30, "_2.acm-validations.aws");
    assert_eq!(shorter.changes(Some(&there)), [Change::Update]);
}

#[test]
fn what_makes_a_new_record_and_whether_both_can_be_there() {
    let mut cname = record();
    cname.record_type = "CNAME".into();
    let mut elsewhere = record();
    elsewhere.name = "other.example.com".to_string().into();
    let mut zone = record();
    zone.zone_id = "Z2".into();
    for (wanted, field, coexists) in [
        (cname, "record_type", false),
        (elsewhere, "name", true),
        (zone, "zone_id", true),
    ] {
        let replacement = wanted.replaced_by(&observed(|_| {})).unwrap();
        assert_eq!(replacement.fields, [field]);
        assert_eq!(replacement.coexists, coexists, "{field}");
    }
}

#[test]
fn what_was_displaced_comes_back() {
    let plain = observed(|_| {});
    assert_eq!(Route53Record::removal(&plain), [Change::Delete]);
    let took = observed(|o| o.outputs.displaced.push(RecordSet::default()));
    assert_eq!(Route53Record::removal(&took), [Change::Restore]);
}

#[test]
fn what_means_the_same_as_we_have_written_is_what_we_have_written() {
    let owned = observed(|_| {}).spec.owned(&[&record()]);
    assert_eq!(owned, record());
    let other = observed(|o| o.spec.target = alias("other.amazonaws.com"));
    assert_ne!(other.spec.owned(&[&record()]).target, record().target);
}

#[test]
fn a_displaced_record_set_is_kept_whole() {
    let weighted = RecordSet {
        name: "hello.example.com".into(),
        record_type: "A".into(),
        ttl: Some(300),
        values: vec!["192.0.2.1".into(), "192.0.2.2".into()],
        set_identifier: Some("blue".into()),
        weight: Some(0),
        health_check_id: Some("check".into()),
        ..RecordSet::default()
    };
    let written = serde_json::to_value(&weighted).unwrap();
    let members: Vec<&String> = written.as_object().unwrap().keys().collect();
    assert_eq!(members.len(), 7, "{members:?}");
    let read: RecordSet = serde_json::from_value(written).unwrap();
    assert_eq!(read, weighted);
    assert_eq!(
        weighted.to_string(),
        "A hello.example.com -> 192.0.2.1 192.0.2.2 (blue)"
    );
}
