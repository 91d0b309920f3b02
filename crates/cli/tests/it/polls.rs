//! How often waits look: each as often as its pace allows and no more, counted from the twin's log.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::rig::{HELLO, Rig, operation};

/// The pace of every wait [providers, `aws/live/pace.rs`]: after half of the time waited so far,
/// and in these bounds, in seconds.
const AT_LEAST: f64 = 0.5;
const AT_MOST: f64 = 5.0;
/// Of a certificate whose validation record has no name yet [providers, `aws/certificate`].
const UNTIL_NAMED: f64 = 1.0;

/// One after the other, for a wait of so many seconds: the first at once, the last when it is over.
fn looks(wait: f64, at_most: f64) -> usize {
    let (mut at, mut looks) = (0.0_f64, 1);
    while at < wait {
        at += (at / 2.0).clamp(AT_LEAST, at_most);
        looks += 1;
    }
    looks
}

#[test]
fn a_wait_of_up_looks_as_often_as_its_pace_allows() {
    let rig = Rig::new(HELLO);
    rig.ashore(&["up"]).exits(0);
    let timing = rig.world()["timing"].clone();
    let takes = |what: &str| timing[what].as_f64().expect("a time") / 1000.0;
    let log = rig.log();
    let first = log.iter().position(|entry| entry["mutating"] == true);
    let log = &log[first.expect("changes")..];
    let at = |wanted: &str| {
        let entry = log.iter().find(|entry| operation(entry) == wanted);
        seconds(entry.unwrap_or_else(|| panic!("no {wanted}")))
    };

    let requested = at("acm:RequestCertificate");
    let record = at("cloudflare:POST /zones/{zone_id}/dns_records");
    let named = takes("certificate_record");
    let issued = record - requested + takes("certificate_issue");
    let certificate = looks(named, UNTIL_NAMED) + looks(issued - named, AT_MOST);
    let balancer = looks(takes("balancer"), AT_MOST);
    // A service is there when its tasks run and its targets are healthy. How long that takes is the
    // twin's scheduler's business, which also looks now and then: from its creation to the record
    // that is made when it serves.
    let created = at("ecs:CreateService");
    let served = log.iter().rfind(|entry| entry["mutating"] == true);
    let service = looks(seconds(served.expect("the record")) - created, AT_MOST);

    let allowed = BTreeMap::from([
        ("acm:DescribeCertificate", certificate),
        ("elasticloadbalancing:DescribeLoadBalancers", balancer),
        ("ecs:DescribeServices", service),
        ("elasticloadbalancing:DescribeTargetHealth", service),
        // What has stopped, where targets keep one waiting.
        ("ecs:ListTasks", service),
    ]);
    let polls = polls(log);
    for ((operation, resource), times) in &polls {
        let Some(most) = allowed.get(operation.as_str()) else {
            panic!("{operation} of {resource} is no wait of `up`: {times:?}");
        };
        let count = times.len();
        assert!(
            count <= *most,
            "{operation} of {resource}: {count} looks, {most} allowed: {times:?}"
        );
        for pair in times.windows(2) {
            let apart = pair[1] - pair[0];
            assert!(apart >= AT_LEAST, "{operation}: {apart} s apart: {times:?}");
        }
    }
    for operation in [
        "acm:DescribeCertificate",
        "elasticloadbalancing:DescribeLoadBalancers",
        "ecs:DescribeServices",
        "elasticloadbalancing:DescribeTargetHealth",
    ] {
        let of = |(key, _): &(&(String, String), _)| key.0 == operation;
        let resources = polls.iter().filter(of).count();
        assert_eq!(resources, 1, "{operation}: {polls:?}");
    }
}

/// Resolvers remember the record for a minute, and whoever asks them is served until then.
#[test]
fn what_a_name_led_to_goes_only_when_resolvers_have_forgotten_the_name() {
    const TTL: f64 = 60.0;
    let rig = Rig::new(HELLO);
    rig.ashore(&["up"]).exits(0);
    let before = rig.log().len();
    rig.ashore(&["down", "--yes"]).exits(0);
    let log = &rig.log()[before..];
    let records = log.iter().filter(|entry| {
        operation(entry) == "cloudflare:DELETE /zones/{zone_id}/dns_records/{dns_record_id}"
    });
    // The one for the hostname; nobody comes by way of the one that validates the certificate.
    let first = records.map(seconds).next().expect("its record is deleted");
    for way in [
        "ecs:DeleteService",
        "elasticloadbalancing:DeleteRule",
        "elasticloadbalancing:DeleteListener",
        "elasticloadbalancing:DeleteLoadBalancer",
    ] {
        let taken = log.iter().filter(|entry| operation(entry) == way);
        let taken: Vec<f64> = taken.map(seconds).collect();
        assert!(!taken.is_empty(), "no {way}");
        for at in taken {
            assert!(at >= first + TTL, "{way} {} s after the record", at - first);
        }
    }
}

/// When each resource was read, by operation, in seconds. `up` of hello has one balancer and one
/// service, which their reads name in lists that the log does not show.
fn polls(log: &[Value]) -> BTreeMap<(String, String), Vec<f64>> {
    let mut polls: BTreeMap<_, Vec<f64>> = BTreeMap::new();
    for entry in log.iter().filter(|entry| entry["mutating"] != true) {
        let resource = entry["resource"].as_str().unwrap_or("the only one");
        let key = (operation(entry), resource.to_string());
        polls.entry(key).or_default().push(seconds(entry));
    }
    polls
}

fn seconds(entry: &Value) -> f64 {
    entry["time"].as_f64().expect("a time") / 1000.0
}
