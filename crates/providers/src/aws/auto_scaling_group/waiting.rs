//! How far a group is: instances that come, instances that are replaced, and why they do not.

use std::time::Duration;

use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Readiness};
use aws_sdk_autoscaling::types::{Activity, InstanceRefreshStatus};

use super::described::{described, is_open, live, newest_refresh, outdated, outputs_of, serving};
use super::{AutoScalingGroup, Outputs};
use crate::aws::live::failure::failure;
use crate::aws::live::{Aws, pace};

const ACTIVITIES: &str = "autoscaling:DescribeScalingActivities";
/// Between two looks at instances.
const INTERVAL: Duration = Duration::from_secs(5);
/// For so long after a request a read may show what was there before it.
const STALE: Duration = Duration::from_secs(15);
/// So many launches that fail alike are enough: what will not clear by itself fails at once, again
/// and again.
const ALIKE: usize = 3;

pub(super) async fn ready(
    spec: &AutoScalingGroup,
    aws: &Aws,
    cx: &Context,
    outputs: &Outputs,
) -> Result<Readiness<Outputs>, Failure> {
    let Some(group) = described(aws, &outputs.name).await? else {
        return Err(Failure::new(
            Class::Eventual,
            super::described::DESCRIBE,
            "NotVisible",
            "the group was accepted and cannot be read yet",
        ));
    };
    let outdated = outdated(&group);
    // It goes on after the last old instance has left the count: new ones warm up, tasks still move.
    let refresh = match live(&group).is_empty() {
        true => None,
        false => newest_refresh(aws, &outputs.name).await?,
    };
    let refreshing = refresh.as_ref().is_some_and(is_open);
    let outputs = outputs_of(&group, refreshing)?;
    let serving = u32::try_from(serving(&group).len()).unwrap_or(u32::MAX);
    let why = match &refresh {
        Some(refresh) if refreshing => {
            let percent = refresh.percentage_complete.unwrap_or(0);
            let reason = refresh.status_reason.as_ref().map(|it| format!(" · {it}"));
            format!(
                "instances are replaced: {percent} %, {outdated} to go{}",
                reason.unwrap_or_default()
            )
        }
        // The one that was just started may not be seen yet, and an earlier one says nothing of it.
        _ if outdated > 0 && cx.waited < STALE => {
            format!("{outdated} instances are to be replaced")
        }
        Some(refresh)
            if outdated > 0 && refresh.status != Some(InstanceRefreshStatus::Successful) =>
        {
            let reason = refresh.status_reason.clone().unwrap_or_default();
            return Ok(Readiness::Failed(
                Failure::new(
                    Class::Invalid,
                    format!("replace the instances of `{}`", outputs.name),
                    refresh.status.as_ref().map_or("Ended", |it| it.as_str()),
                    format!("{outdated} instances were not replaced: {reason}"),
                )
                .with_evidence(
                    failed_launches(aws, &outputs.name)
                        .await
                        .unwrap_or_default(),
                ),
            ));
        }
        _ if serving < spec.min => format!("{serving}/{} instances in service", spec.min),
        _ => return Ok(Readiness::Ready(outputs)),
    };
    let failed = failed_launches(aws, &outputs.name).await?;
    if let Some(reason) = repeated(&failed) {
        return Ok(Readiness::Failed(cannot_launch(&outputs.name, reason)));
    }
    let last = failed.first().map(|it| format!(" · {it}"));
    Ok(Readiness::Pending {
        outputs,
        why: format!("{why}{}", last.unwrap_or_default()),
        look_after: pace::look_after(cx.waited, INTERVAL),
    })
}

/// Why launches failed since the last one that did not, newest first.
pub(crate) async fn failed_launches(aws: &Aws, name: &str) -> Result<Vec<String>, Failure> {
    let describe = aws.groups.describe_scaling_activities();
    let describe = describe.auto_scaling_group_name(name).max_records(20);
    let answer = describe.send().await.map_err(|e| failure(ACTIVITIES, e))?;
    let activities = answer.activities.unwrap_or_default().into_iter();
    let launches = activities.filter(|it| {
        let what = it.description.as_deref().unwrap_or_default();
        what.starts_with("Launching")
    });
    let code = |it: &Activity| it.status_code.as_ref().map(|it| it.as_str().to_string());
    let failed = launches.take_while(|it| code(it).as_deref() == Some("Failed"));
    Ok(failed.filter_map(|it| it.status_message).collect())
}

/// The words of a failure that has come again and again.
pub(crate) fn repeated(failed: &[String]) -> Option<&str> {
    let newest = failed.first()?;
    let times = failed.iter().take_while(|it| *it == newest).count();
    (times >= ALIKE).then_some(newest.as_str())
}

/// What is said of instances that cannot be had.
pub(crate) fn cannot_launch(name: &str, reason: &str) -> Failure {
    let (class, advice) = if reason.contains("vCPU") || reason.contains("limit") {
        (
            Class::Quota,
            "ask for a higher quota (`aws service-quotas request-service-quota-increase \
             --service-code ec2`), or choose smaller `ec2.instance_types`",
        )
    } else if reason.contains("capacity") || reason.contains("not supported in your requested") {
        (
            Class::Capacity,
            "name further `ec2.instance_types`: the first that AWS has is taken",
        )
    } else {
        (
            Class::Invalid,
            "look at `[ec2]` in the manifest: image, instance types and disk must go together",
        )
    };
    let what = format!("launch instances of `{name}`");
    let message = format!("no instance can be launched: {reason}");
    Failure::new(class, what, "CannotLaunch", message).with_advice(advice)
}
