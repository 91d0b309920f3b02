use std::time::Duration;

use ashore_engine::address::StackName;
use ashore_engine::failure::Failure;
use ashore_engine::kind::{Context, Found, Gone, Live, Observed, Readiness};

use super::described::{
    DESCRIBE, described, is_ending, is_open, newest_refresh, observed, outputs_of, read, tag_map,
};
use super::{AutoScalingGroup, Change, Outputs, requests, waiting};
use crate::aws::live::Aws;
use crate::aws::live::failure::required;
use crate::aws::live::foreign::ours_or_foreign;
use crate::aws::tags::{marked, of_stack};

/// Between two looks at instances that end.
const ENDING: Duration = Duration::from_secs(5);

impl Live for AutoScalingGroup {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let group = described(aws, &self.name).await?;
        let Some(group) = group.filter(|it| !is_ending(it)) else {
            return Ok(Found::Absent);
        };
        Ok(ours_or_foreign(
            outputs_of(&group, false)?,
            &tag_map(&group),
            &cx.mark,
            &format!("the Auto Scaling group `{}`", self.name),
            "delete it if nobody needs it, or give the app another name",
        ))
    }

    async fn observe(aws: &Aws, outputs: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let group = described(aws, &outputs.name).await?;
        let group = group.filter(|it| !is_ending(it) && marked(&tag_map(it)));
        let Some(group) = group else {
            return Ok(None);
        };
        let refresh = match super::described::live(&group).is_empty() {
            true => None, // there is nothing to replace
            false => newest_refresh(aws, &outputs.name).await?,
        };
        observed(&group, refresh.as_ref().is_some_and(is_open)).map(Some)
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &Context,
        change: &Change,
        outputs: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        if *change == Change::Create {
            requests::create(self, aws, cx).await?;
            // The answer says nothing, and the ARN has a part that AWS chooses.
            let made = described(aws, &self.name).await?;
            return outputs_of(&required(DESCRIBE, made)?, false);
        }
        let outputs = required("autoscaling:Group", outputs)?;
        let name = &outputs.name;
        match change {
            Change::Create => {}
            Change::Update(fields) => requests::update(self, aws, fields).await?,
            Change::Cancel => requests::cancel(aws, name).await?,
            Change::Refresh => requests::refresh(aws, name).await?,
            Change::Tag => requests::tag(aws, name, self.tags.marked(&cx.mark)).await?,
            Change::Untag(keys) => requests::untag(aws, name, keys).await?,
            Change::Delete => requests::delete(aws, name).await?,
        }
        Ok(outputs.clone())
    }

    async fn ready(
        &self,
        aws: &Aws,
        cx: &Context,
        outputs: &Outputs,
    ) -> Result<Readiness<Outputs>, Failure> {
        waiting::ready(self, aws, cx, outputs).await
    }

    async fn gone(aws: &Aws, outputs: &Outputs) -> Result<Gone, Failure> {
        let Some(group) = described(aws, &outputs.name).await? else {
            return Ok(Gone::Gone);
        };
        let left = group.instances.unwrap_or_default();
        let ids: Vec<String> = left.into_iter().filter_map(|it| it.instance_id).collect();
        Ok(Gone::Held {
            by: match ids.is_empty() {
                true => "Auto Scaling, which deletes the group".to_string(),
                false => format!("instances that are ending: {}", ids.join(", ")),
            },
            look_after: ENDING,
        })
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let all = read(aws, Vec::new()).await?.into_iter();
        let ours = all.filter(|it| of_stack(&tag_map(it), stack) && !is_ending(it));
        ours.map(|it| outputs_of(&it, false)).collect()
    }
}
