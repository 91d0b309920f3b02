//! Logs that a balancer writes into a bucket: it checks that it may before it agrees to.

use serde_json::Value;

use super::attributes::Attributes;
use super::balancer::{Kind, LoadBalancer};
use super::constraint::misconfigured;
use crate::refusal::Refusal;
use crate::s3;
use crate::world::World;

const LOGS: [&str; 3] = ["access_logs", "connection_logs", "health_check_logs"];

/// Refuses logs without a bucket, or into one that the balancer may not write into. What was agreed before, and does
/// not change, is not looked at again.
pub(super) fn check(
    world: &World,
    region: &str,
    before: &Attributes,
    wanted: &LoadBalancer,
) -> Result<(), Refusal> {
    for log in LOGS {
        let of = |attributes: &Attributes, part: &str| {
            let value = attributes.get(&format!("{log}.s3.{part}"));
            value.cloned().unwrap_or_default()
        };
        let parts = ["enabled", "bucket", "prefix"];
        let now = parts.map(|part| of(&wanted.attributes, part));
        if now[0] != "true" || now == parts.map(|part| of(before, part)) {
            continue;
        }
        let [_, bucket, prefix] = now;
        if bucket.is_empty() {
            return Err(misconfigured(format!(
                "The value of '{log}.s3.bucket' must be specified if '{log}.s3.enabled' is 'true'"
            )));
        }
        if prefix.starts_with('/') || prefix.ends_with('/') || prefix.contains("AWSLogs") {
            return Err(misconfigured(format!(
                "The value of '{log}.s3.prefix' must not begin or end with '/', and must not contain 'AWSLogs'"
            )));
        }
        may_write(world, region, wanted.kind, &bucket, &prefix)?;
    }
    Ok(())
}

/// The bucket exists in the balancer's region, and its policy lets Elastic Load Balancing put objects below
/// `{prefix}/AWSLogs/{account}/` [ELB user guide: access logs; the sentences are those of users' reports,
/// aws-load-balancer-controller #1956].
pub(crate) fn may_write(
    world: &World,
    region: &str,
    kind: Kind,
    bucket: &str,
    prefix: &str,
) -> Result<(), Refusal> {
    let Some((home, policy)) = s3::bucket(world, bucket) else {
        return Err(misconfigured(format!(
            "S3Bucket: {bucket} does not exist or is not accessible"
        )));
    };
    if home != region {
        return Err(misconfigured(format!(
            "S3Bucket: {bucket} is not located in the same region with the load balancer"
        )));
    }
    let slash = if prefix.is_empty() { "" } else { "/" };
    let folder = format!(
        "arn:aws:s3:::{bucket}/{prefix}{slash}AWSLogs/{}/",
        world.account
    );
    if grants(policy.unwrap_or_default(), kind, &folder) {
        return Ok(());
    }
    Err(misconfigured(format!(
        "Access Denied for bucket: {bucket}. Please check S3bucket permission"
    )))
}

/// Whether some statement lets the service that writes the logs put objects into the folder. Application balancers
/// write as a service principal of their own, in older regions also as an account of Elastic Load Balancing; network
/// balancers write through log delivery [ELB and NLB user guides: access logs].
fn grants(policy: &str, kind: Kind, folder: &str) -> bool {
    let document: Value = serde_json::from_str(policy).unwrap_or_default();
    let writers: &[&str] = match kind {
        Kind::Application => &["logdelivery.elasticloadbalancing.amazonaws.com"],
        Kind::Network => &["delivery.logs.amazonaws.com"],
    };
    many(&document["Statement"]).iter().any(|statement| {
        let principal = &statement["Principal"];
        let services = many(&principal["Service"]);
        let as_service = services
            .iter()
            .any(|it| it.as_str().is_some_and(|name| writers.contains(&name)));
        let accounts = many(&principal["AWS"]);
        let as_account = kind == Kind::Application
            && accounts
                .iter()
                .any(|it| it.as_str().is_some_and(is_balancing));
        let puts = |it: &&Value| matches!(it.as_str(), Some("s3:PutObject" | "s3:*" | "*"));
        let covers = |it: &&Value| {
            let pattern = it.as_str().unwrap_or_default();
            pattern
                .strip_suffix('*')
                .is_some_and(|start| folder.starts_with(start))
        };
        statement["Effect"] == "Allow"
            && (as_service || as_account || principal == "*")
            && many(&statement["Action"]).iter().any(|it| puts(&it))
            && many(&statement["Resource"]).iter().any(|it| covers(&it))
    })
}

/// Elastic Load Balancing's accounts in the regions that are older than its service principal [ELB user guide: access
/// logs]; those that the twin's users have reason to name.
fn is_balancing(principal: &str) -> bool {
    const ACCOUNTS: [&str; 14] = [
        "127311923021", // us-east-1
        "033677994240", // us-east-2
        "027434742980", // us-west-1
        "797873946194", // us-west-2
        "985666609251", // ca-central-1
        "054676820928", // eu-central-1
        "156460612806", // eu-west-1
        "652711504416", // eu-west-2
        "009996457667", // eu-west-3
        "897822967062", // eu-north-1
        "582318560864", // ap-northeast-1
        "114774131450", // ap-southeast-1
        "783225319266", // ap-southeast-2
        "507241528517", // sa-east-1
    ];
    ACCOUNTS.iter().any(|account| principal.contains(account))
}

fn many(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    }
}
