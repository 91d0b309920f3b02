use super::*;

fn record() -> DnsRecord {
    DnsRecord {
        zone_id: "zone".into(),
        name: "Hello.example.com".to_string().into(),
        record_type: "CNAME".into(),
        content: "lb.elb.amazonaws.com.".to_string().into(),
        ttl: 60,
        proxied: false,
        take_over: false,
        comment: "by  the team".into(),
    }
}

/// As Cloudflare spells it.
fn observed(change: impl FnOnce(&mut Observed<DnsRecord>)) -> Observed<DnsRecord> {
    let mut observed = Observed {
        spec: DnsRecord {
            name: "hello.example.com".to_string().into(),
            content: "lb.elb.amazonaws.com".to_string().into(),
            comment: "by the team".into(),
            ..record()
        },
        outputs: Outputs {
            id: Some("1".into()),
            zone_id: "zone".into(),
            displaced: Vec::new(),
            unmarked: false,
        },
    };
    change(&mut observed);
    observed
}

fn displaced() -> Record {
    let written = serde_json::json!({
        "id": "2", "type": "A", "name": "hello.example.com", "content": "192.0.2.1", "ttl": 300,
    });
    serde_json::from_value(written).unwrap()
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
    let seconds = |change: fn(&mut DnsRecord)| {
        let mut record = record();
        change(&mut record);
        record.lingers().map(|lingering| lingering.time.as_secs())
    };
    assert_eq!(seconds(|_| {}), Some(60));
    assert_eq!(seconds(|it| it.ttl = 1), Some(300));
    // Only Cloudflare was led there; nobody was; nor anywhere.
    assert_eq!(seconds(|it| it.proxied = true), None);
    assert_eq!(
        seconds(|it| it.name = "_a.example.com".to_string().into()),
        None
    );
    assert_eq!(seconds(|it| it.record_type = "TXT".into()), None);
}

#[test]
fn each_field_has_its_request() {
    let rows: [(_, &[Change]); 7] = [
        (observed(|_| {}), &[]),
        (observed(|o| o.spec.take_over = true), &[]),
        (
            observed(|o| o.spec.content = "other.example.com".to_string().into()),
            &[Change::Update],
        ),
        (observed(|o| o.spec.ttl = 300), &[Change::Update]),
        (observed(|o| o.spec.proxied = true), &[Change::Update]),
        (observed(|o| o.spec.comment = "x".into()), &[Change::Update]),
        (observed(|o| o.outputs.unmarked = true), &[Change::Update]),
    ];
    for (observed, changes) in rows {
        assert_eq!(record().changes(Some(&observed)), changes);
        assert_eq!(record().replaced_by(&observed), None);
    }
}

#[test]
fn what_is_proxied_has_no_ttl_of_its_own() {
    let mut wanted = record();
    (wanted.proxied, wanted.ttl) = (true, 300);
    let there = observed(|o| (o.spec.proxied, o.spec.ttl) = (true, 1));
    assert_eq!(wanted.changes(Some(&there)), []);
}

#[test]
fn what_makes_a_new_record_and_whether_both_can_be_there() {
    let mut address = record();
    address.record_type = "A".into();
    let mut elsewhere = record();
    elsewhere.name = "other.example.com".to_string().into();
    let mut zone = record();
    zone.zone_id = "other".into();
    for (wanted, field, coexists) in [
        (address, "record_type", false),
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
    assert_eq!(DnsRecord::removal(&plain), [Change::Delete]);
    let took = observed(|o| o.outputs.displaced.push(displaced()));
    assert_eq!(DnsRecord::removal(&took), [Change::Restore]);
}

/// Seed: B54.
#[test]
fn what_means_the_same_as_we_have_written_is_what_we_have_written() {
    let owned = observed(|_| {}).spec.owned(&[&record()]);
    assert_eq!(owned, record());
    let other = observed(|o| o.spec.ttl = 300).spec.owned(&[&record()]);
    assert_eq!(other.ttl, 300);
}

#[test]
fn only_what_it_has_is_written_when_it_comes_back() {
    let body = displaced().written();
    let names: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(names, ["content", "name", "proxied", "ttl", "type"]);
}
