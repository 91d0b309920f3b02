//! Records that are taken over come back: after `down`, after a failure, after a kill.

#![expect(
    clippy::disallowed_methods,
    reason = "another process is waited for, in the machine's time"
)]

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::foreign::{records, zone};
use crate::hello::leftovers;
use crate::rig::{HELLO, Rig};

/// A rig whose hostname somebody else's A and AAAA records hold, and a manifest that takes them.
struct Taken {
    rig: Rig,
    zone: String,
    before: Vec<Value>,
}

impl Taken {
    fn new(image: &str) -> Self {
        Self::of(&HELLO.replace("nginx:1.29", image))
    }

    fn with(more: &str) -> Self {
        Self::of(&format!("{HELLO}{more}"))
    }

    fn of(manifest: &str) -> Self {
        let rig = Rig::new(&manifest.replace(
            "hostname = \"hello.example.com\"",
            "hostname = \"hello.example.com\"\ntake_over = true",
        ));
        let zone = zone(&rig);
        for (kind, content, ttl) in [("A", "192.0.2.7", 300), ("AAAA", "2001:db8::7", 1800)] {
            let record = json!({
                "type": kind, "name": "hello.example.com", "content": content, "ttl": ttl,
                "comment": "somebody else's",
            });
            rig.cloudflare("POST", &format!("/zones/{zone}/dns_records"), Some(record));
        }
        let mut taken = Self {
            rig,
            zone,
            before: Vec::new(),
        };
        taken.before = taken.written();
        assert_eq!(taken.before.len(), 2);
        taken
    }

    /// The records as they were written: all but what Cloudflare itself gives each that it makes.
    fn written(&self) -> Vec<Value> {
        let mut records = records(&self.rig, &self.zone);
        for record in &mut records {
            let fields = record.as_object_mut().expect("a record");
            fields.retain(|name, _| {
                let given = ["id", "created_on", "modified_on", "comment_modified_on"];
                !given.contains(&name.as_str())
            });
        }
        records.sort_by_key(Value::to_string);
        records
    }

    fn ours(&self) -> bool {
        let records = records(&self.rig, &self.zone);
        records.len() == 1 && records[0]["type"] == "CNAME"
    }

    /// How often all that stands at the name was exchanged for something else.
    fn exchanges(&self) -> usize {
        let changes = self.rig.changes(0);
        let exchange = |change: &&String| change.ends_with("/dns_records/batch");
        changes.iter().filter(exchange).count()
    }

    #[track_caller]
    fn are_back(&self) {
        assert_eq!(self.written(), self.before);
    }
}

/// Seed: B21, B22.
#[test]
fn a_record_that_is_taken_over_is_put_back_by_down() {
    let taken = Taken::new("nginx:1.29");
    taken.rig.ashore(&["up"]).exits(0);
    assert!(taken.ours());
    taken.rig.ashore(&["down", "--yes"]).exits(0);
    taken.are_back();
}

/// Seed: B24.
#[test]
fn a_container_that_crashes_leaves_the_records_where_they_are() {
    let taken = Taken::new("broken:1");
    taken.rig.script(json!({ "rules": [{
        "image": "broken:1", "behaviour": { "exit": { "code": 1, "after_ms": 2000 } },
    }]}));
    let untouched = records(&taken.rig, &taken.zone);
    taken.rig.ashore(&["up"]).exits(3);
    assert_eq!(records(&taken.rig, &taken.zone), untouched, "ids and all");
}

#[test]
fn a_take_over_that_is_refused_leaves_the_records_where_they_are() {
    let taken = Taken::new("nginx:1.29");
    let untouched = records(&taken.rig, &taken.zone);
    taken.rig.fault(json!({
        "service": "cloudflare", "operation": take_over().0,
        "action": { "refuse": { "status": 403, "code": "10000", "message": "no" } },
    }));
    fails(&taken);
    assert_eq!(records(&taken.rig, &taken.zone), untouched, "ids and all");
}

#[test]
fn a_run_that_fails_after_the_take_over_puts_the_records_back() {
    let taken = Taken::with("\n[services.batch]\nimage = \"broken:1\"\n");
    taken.rig.script(json!({ "rules": [{
        "image": "broken:1", "behaviour": { "exit": { "code": 1, "after_ms": 2000 } },
    }]}));
    // It needs no balancer and would be the first to fail: its creation is on its way until the
    // other service serves.
    taken.rig.fault(json!({
        "service": "ecs", "operation": "CreateService", "action": { "delay_ms": 3000 },
    }));
    fails(&taken);
    assert_eq!(taken.exchanges(), 2, "there and back");
    taken.are_back();
}

#[test]
fn a_take_over_of_unknown_outcome_that_cannot_be_looked_at_can_be_undone() {
    let (operation, looks) = take_over();
    let taken = Taken::new("nginx:1.29");
    // It is done, the answer is lost, and the look that would have told of it is refused.
    taken.rig.fault(json!({
        "service": "cloudflare", "operation": operation, "side": "after", "action": "garbage",
    }));
    taken.rig.fault(json!({
        "service": "cloudflare", "operation": LOOK, "nth": looks + 1,
        "action": { "refuse": { "status": 403, "code": "10000", "message": "no" } },
    }));
    let up = taken.rig.ashore(&["up"]).exits(6);
    assert!(up.stderr.contains("up --undo"), "{}", up.stderr);
    assert!(taken.ours());
    taken.rig.ashore(&["up", "--undo"]).exits(0);
    assert_eq!(taken.exchanges(), 2, "there and back");
    assert_eq!(leftovers(&taken.rig.world()), Vec::<String>::new());
    taken.are_back();
}

/// All faults strike, `up` fails, and nothing of it is left.
#[track_caller]
fn fails(taken: &Taken) {
    let up = taken.rig.ashore(&["up"]).exits(3);
    assert_eq!(taken.rig.faults_to_come(), 0, "{}", up.stderr);
    assert_eq!(leftovers(&taken.rig.world()), Vec::<String>::new());
}

#[test]
fn a_run_that_is_killed_at_the_take_over_can_be_undone_finished_or_taken_down() {
    let (operation, _) = take_over();
    for side in ["before", "after"] {
        for verb in [&["up", "--undo"][..], &["down", "--yes"], &["up"]] {
            let taken = Taken::new("nginx:1.29");
            taken.rig.fault(json!({
                "service": "cloudflare", "operation": operation, "side": side, "action": "hang",
            }));
            let mut process = taken.rig.start(&["up"]);
            let deadline = Instant::now() + Duration::from_secs(120);
            while taken.rig.faults_to_come() > 0 {
                assert!(Instant::now() < deadline, "{side}: it never struck");
                thread::sleep(Duration::from_millis(5));
            }
            process.kill().expect("it is running");
            process.wait().expect("it is dead");
            assert_eq!(taken.ours(), side == "after");
            let ran = taken.rig.ashore(verb);
            let about = format!("{side} {verb:?}\n{}\n{}", ran.stdout, ran.stderr);
            assert_eq!(ran.code, Some(0), "{about}");
            if *verb == ["up"] {
                assert!(taken.ours(), "{about}");
                taken.rig.ashore(&["down", "--yes"]).exits(0);
            }
            assert_eq!(taken.written(), taken.before, "{about}");
        }
    }
}

const LOOK: &str = "GET /zones/{zone_id}/dns_records";

/// The request that takes the records over, as the twin's log names it: the last change of `up`.
/// And how often `up` has looked at records until then.
fn take_over() -> (String, usize) {
    let taken = Taken::new("nginx:1.29");
    let from = taken.rig.log().len();
    taken.rig.ashore(&["up"]).exits(0);
    let log = taken.rig.log();
    let log = &log[from..];
    let last = log.iter().rposition(|entry| entry["mutating"] == true);
    let last = last.expect("changes");
    assert_eq!(log[last]["service"], "cloudflare");
    let name = log[last]["operation"].as_str().expect("a name");
    let looks = |entry: &&Value| entry["operation"] == LOOK;
    (name.to_string(), log[..last].iter().filter(looks).count())
}
