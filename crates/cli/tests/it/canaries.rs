//! Secrets stay secret: no value that Ashore is given shows in what it says, in what it keeps, in
//! what other processes can see of it, or in the requests as a cloud logs them.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use crate::canary::Canary;
use crate::hello::leftovers;
use crate::kills::dies;
use crate::mine::{MANIFEST, Mine, walk};
use crate::rig::Rig;
use crate::shop::secret_value;

#[test]
fn a_life_from_check_to_down_tells_nobody() {
    let mut mine = Mine::new(MANIFEST);
    mine.runs(&["check"], 0);
    mine.runs(&["plan"], 0);
    mine.runs(&["plan", "--json"], 0);
    mine.runs(&["plan", "--out", "saved-plan.json"], 0);
    mine.runs(&["up", "--plan", "saved-plan.json"], 0);
    mine.has_arrived();
    mine.runs(&["plan", "--detailed-exitcode"], 0);
    mine.runs(&["status"], 0);
    mine.runs(&["status", "--json"], 0);
    // Another value, which the plan compares with the one that is there.
    mine.give("STRIPE_KEY", "Canary-next-1234 \"\\", &["Canary-next-1234"]);
    mine.runs(&["plan", "--json", "--detailed-exitcode"], 2);
    mine.runs(&["up", "--json"], 0);
    mine.has_arrived();
    mine.runs(&["down", "--dry-run", "--json"], 0);
    mine.runs(&["down", "--yes"], 0);
    assert_eq!(leftovers(&mine.rig.world()), Vec::<String>::new());
}

#[test]
fn a_run_that_fails_and_is_undone_tells_nobody() {
    let mut mine = Mine::new(MANIFEST);
    mine.runs(&["up"], 0);
    // The value moves, the release does not come up, the value moves back.
    mine.give("GHCR_TOKEN", "Canary-late-5678 \\\"", &["Canary-late-5678"]);
    mine.rig
        .write(&MANIFEST.replace("acme/web:1", "acme/web:2"));
    mine.rig.script(json!({ "rules": [{
        "image": "ghcr.io/acme/web:2",
        "behaviour": { "exit": { "code": 1, "after_ms": 2000 }, "log": ["no"] },
    }]}));
    mine.runs(&["up"], 3);
    let (_, late) = mine.canaries.pop().expect("it was given");
    mine.has_arrived(); // what was there before
    mine.hides_too(&late);
    mine.runs(&["down", "--yes"], 0);
    assert_eq!(leftovers(&mine.rig.world()), Vec::<String>::new());
}

#[test]
fn a_secret_that_cannot_be_written_is_not_told_in_the_reason() {
    for (operation, action, codes) in [
        (
            "CreateSecret",
            json!({ "refuse": { "status": 400, "code": "AccessDeniedException", "message": "no" } }),
            [3, 3],
        ),
        ("CreateSecret", json!("garbage"), [3, 3]),
        // It is only read once it is there.
        ("GetSecretValue", json!("drop"), [0, 1]),
    ] {
        let mine = Mine::new(MANIFEST);
        mine.rig.fault(json!({
            "service": "secretsmanager", "operation": operation, "times": 0, "action": action,
        }));
        for (args, code) in [&["up"][..], &["up", "--json"]].into_iter().zip(codes) {
            mine.runs(args, code);
        }
    }
}

#[test]
fn a_value_that_is_refused_is_not_told_in_the_reason() {
    let mut mine = Mine::new(MANIFEST);
    // More than a secret holds [Secrets Manager quotas: 65,536 bytes].
    let long = format!("Canary-long-0001{}", "x".repeat(70_000));
    mine.give("SIGNING_KEY", &long, &["Canary-long-0001"]);
    mine.runs(&["up"], 3);
    assert_eq!(leftovers(&mine.rig.world()), Vec::<String>::new());
}

#[test]
fn a_token_that_is_refused_is_not_told_in_the_reason() {
    let mut mine = Mine::new(MANIFEST);
    let token = "Canary-none-2222-abcdefgh";
    mine.give("CLOUDFLARE_API_TOKEN", token, &["Canary-none-2222"]);
    for args in [&["plan"][..], &["up", "--json"]] {
        mine.runs(args, 4);
    }
}

#[test]
fn a_killed_run_leaves_no_value_behind() {
    for nth in 1..=6 {
        let mine = Mine::new(MANIFEST);
        dies(&mine.rig, &["up"], nth, "after");
        mine.kept_nowhere(&format!("kill {nth}"));
        mine.runs(&["up"], 0);
        mine.has_arrived();
    }
}

#[test]
fn a_param_that_is_a_secret_is_kept_nowhere() {
    let manifest = format!("{MANIFEST}\n[params]\nstripe = {{ secret = true }}\n");
    let manifest = manifest.replace("env = \"STRIPE_KEY\"", "param = \"stripe\"");
    let mut mine = Mine::new(&manifest);
    let value = "Canary-parm-3333=\"x\"";
    // Whoever writes it on a command line shows it there; that is all.
    let word = Canary::new(value, &["Canary-parm-3333"]);
    let param = format!("stripe={value}");
    let given = ["--param", param.as_str()];
    let mut said = Vec::new();
    for args in [
        &["plan", "--json"][..],
        &["plan", "--out", "plan.json"],
        &["up", "--plan", "plan.json"],
        &["status"],
    ] {
        let ran = mine.rig.ashore(&[args, &given].concat()).exits(0);
        said.push(ran.stdout + &ran.stderr);
    }
    assert_eq!(word.shows_in(said.concat().as_bytes()), None);
    mine.canaries.push(("--param", word));
    mine.kept_nowhere("--param");
    let held = secret_value(&mine.rig, "hello-production/services/web/STRIPE_KEY");
    assert_eq!(held, value);
}

#[test]
fn in_the_sandbox_nothing_but_its_cloud_has_the_value_and_that_for_its_owner_only() {
    let rig = Rig::new(
        r#"
app = "hello"
region = "eu-central-1"

[services.worker]
image = "nginx:1.29"
secrets = { STRIPE_KEY = { env = "STRIPE_KEY" } }
"#,
    );
    let word = Canary::new("Canary-sand-4444", &["Canary-sand-4444"]);
    let up = |args: &[&str]| {
        let mut command = rig.command(args);
        let output = command.env("STRIPE_KEY", &word.value).output();
        output.expect("the binary runs")
    };
    let ran = up(&["up", "--sandbox", "--json"]);
    assert!(ran.status.success(), "{ran:?}");
    assert_eq!(word.shows_in(&[ran.stdout, ran.stderr].concat()), None);
    let mut files = Vec::new();
    walk(&rig.path(".ashore"), &mut files);
    let has = |file: &&PathBuf| {
        let text = fs::read(file).expect("it is there");
        word.shows_in(&text).is_some()
    };
    let having: Vec<_> = files.iter().filter(has).collect();
    assert_eq!(
        having,
        [&rig.path(".ashore").join("sandbox/world/world.json")]
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(having[0])
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }
}
