//! What the shop would use and is somebody else's: named, refused, untouched.

use serde_json::{Value, json};

use crate::foreign::refused;
use crate::rig::Rig;
use crate::shop::{ZONE, of_others, secret_value, shop};

#[test]
fn a_foreign_secret_is_refused_named_and_untouched() {
    for name in [
        "shop-production/registry",
        "shop-production/secrets/SESSION_KEY",
    ] {
        let rig = shop();
        let secret = theirs(&rig, name);
        refused(&rig, name);
        assert_eq!(secrets(&rig)[name], secret);
        assert_eq!(secret_value(&rig, name), "theirs");
    }
}

#[test]
fn a_foreign_secret_that_waits_for_its_deletion_is_not_restored() {
    let rig = shop();
    let name = "shop-production/secrets/SESSION_KEY";
    theirs(&rig, name);
    let deleted = json!({ "SecretId": name, "RecoveryWindowInDays": 7 });
    rig.aws("secretsmanager", "secretsmanager.DeleteSecret", &deleted);
    let before = secrets(&rig);
    assert!(!before[name]["deletion"].is_null(), "{before:#}");
    refused(&rig, name);
    assert_eq!(secrets(&rig), before);
}

#[test]
fn a_foreign_record_is_refused_named_and_untouched() {
    for (name, kind, value) in [
        ("shop.example.org", "A", "192.0.2.7"),
        ("www.shop.example.org", "CNAME", "elsewhere.example.com"),
        ("api.shop.example.org", "AAAA", "2001:db8::7"),
    ] {
        let rig = shop();
        rig.record_set(ZONE, "CREATE", name, kind, value);
        let before = of_others(&rig);
        refused(&rig, name);
        assert_eq!(of_others(&rig), before);
    }
}

#[test]
fn a_foreign_role_is_refused_named_and_untouched() {
    // The hash is of account, region and stack: the same wherever this runs.
    for name in [
        "shop-production-api-execution-47dc03",
        "shop-production-worker-task-47dc03",
    ] {
        let rig = shop();
        let trust = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" },
            "Action": "sts:AssumeRole",
        }]});
        let role = [
            ("RoleName", name),
            ("AssumeRolePolicyDocument", &trust.to_string()),
        ];
        rig.query("iam", "CreateRole", &role);
        let before = rig.world()["iam"].clone();
        refused(&rig, name);
        assert_eq!(rig.world()["iam"], before);
    }
}

#[test]
fn a_secret_or_parameter_that_is_not_there_is_named_before_anything_is_made() {
    for (service, target, body, name) in [
        (
            "secretsmanager",
            "secretsmanager.DeleteSecret",
            json!({ "SecretId": "shop/stripe", "ForceDeleteWithoutRecovery": true }),
            "shop/stripe",
        ),
        (
            "ssm",
            "AmazonSSM.DeleteParameter",
            json!({ "Name": "/shop/smtp-password" }),
            "/shop/smtp-password",
        ),
    ] {
        let rig = shop();
        rig.aws(service, target, &body);
        let before = rig.log().len();
        let up = rig.ashore(&["up"]);
        assert_ne!(up.code, Some(0), "{}", up.stderr);
        assert!(up.stderr.contains(name), "{name}:\n{}", up.stderr);
        assert_eq!(rig.changes(before), Vec::<String>::new());
    }
}

/// A secret of somebody else's, as the twin keeps it.
fn theirs(rig: &Rig, name: &str) -> Value {
    let secret = json!({
        "Name": name, "SecretString": "theirs", "Tags": [{ "Key": "team", "Value": "theirs" }],
        "ClientRequestToken": "5ca1ab1e-0000-4000-8000-000000000002",
    });
    rig.aws("secretsmanager", "secretsmanager.CreateSecret", &secret);
    let secret = secrets(rig)[name].clone();
    assert!(secret.is_object(), "{name} is there");
    secret
}

fn secrets(rig: &Rig) -> Value {
    rig.world()["regions"]["eu-central-1"]["secretsmanager"]["secrets"].clone()
}
