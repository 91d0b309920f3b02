//! Instance refreshes: all instances of a group are replaced, a few at a time.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::group::{self, Chosen};
use super::template;
use super::{look, refuse, shape};
use crate::clock::Millis;
use crate::input::Input;
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::refusal::Refusal;

/// One refresh.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct Refresh {
    pub(super) id: String,
    pub(super) group: String,
    pub(super) status: Status,
    pub(super) reason: Option<String>,
    pub(super) started: Millis,
    pub(super) ended: Option<Millis>,
    pub(super) preferences: Preferences,
    /// What the group uses once the refresh has succeeded.
    pub(super) wanted: Option<Chosen>,
    /// The instances that are to be replaced, and how many there were at first.
    pub(super) left: Vec<String>,
    pub(super) total: usize,
}

/// [Auto Scaling API: InstanceRefresh Status]
#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Pending,
    InProgress,
    Cancelling,
    Successful,
    Failed,
    Cancelled,
}

#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct Preferences {
    pub(super) least: u32,
    pub(super) most: u32,
    pub(super) warmup: u32,
    pub(super) skip_matching: bool,
    /// `Refresh`, `Ignore` or `Wait`.
    pub(super) protected: String,
}

impl Status {
    pub(super) fn is_open(self) -> bool {
        matches!(
            self,
            Status::Pending | Status::InProgress | Status::Cancelling
        )
    }
}

impl Refresh {
    fn show(&self) -> Value {
        let percent = match self.total {
            0 => 100,
            total => 100 * (total - self.left.len().min(total)) / total,
        };
        let wanted = self
            .wanted
            .as_ref()
            .map(|it| json!({ "LaunchTemplate": it.show() }));
        json!({
            "InstanceRefreshId": self.id,
            "AutoScalingGroupName": self.group,
            "Status": format!("{:?}", self.status),
            "StatusReason": self.reason,
            "StartTime": self.started.iso8601(),
            "EndTime": self.ended.map(Millis::iso8601),
            "PercentageComplete": percent,
            "InstancesToUpdate": self.left.len(),
            "Preferences": {
                "MinHealthyPercentage": self.preferences.least,
                "MaxHealthyPercentage": self.preferences.most,
                "InstanceWarmup": self.preferences.warmup,
                "SkipMatching": self.preferences.skip_matching,
                "AutoRollback": false,
                "ScaleInProtectedInstances": self.preferences.protected,
                "StandbyInstances": "Wait",
            },
            "DesiredConfiguration": wanted,
            "Strategy": "Rolling",
        })
    }
}

/// `StartInstanceRefresh`
pub(super) fn start(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("AutoScalingGroupName")?;
    input.accept("Strategy", &[json!("Rolling")])?;
    let given = match input.object("DesiredConfiguration")? {
        Some(mut wanted) => {
            let given = template::read(&mut wanted)?;
            wanted.finish()?;
            given
        }
        None => None,
    };
    let preferences = input.object("Preferences")?;
    let (now, region) = (call.now(), call.region.clone());
    let group = group::active(call, &name)?.clone();
    let preferences = read_preferences(preferences, &group)?;
    input.finish()?;
    let mut open = call.here().autoscaling.refreshes.iter();
    if open.any(|it| it.group == name && it.status.is_open()) {
        return Err(Refusal::new(
            "InstanceRefreshInProgress",
            "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.",
        ));
    }
    let wanted = match &given {
        Some(given) => Some(template::choose(
            call.world,
            &region,
            given,
            &group.subnets[0],
        )?),
        None => None,
    };
    let target = wanted.as_ref().unwrap_or(&group.template);
    let target = template::resolve(call.world, &region, target).map_err(refuse::template)?;
    let matches = |it: &Chosen| it.id == target.id && it.version == target.number.to_string();
    let members = group
        .live()
        .filter(|it| !preferences.skip_matching || !matches(&it.template));
    let left: Vec<String> = members.map(|it| it.id.clone()).collect();
    let refresh = Refresh {
        id: call.world.ids.uuid(),
        group: name.clone(),
        status: Status::Pending,
        reason: None,
        started: now,
        ended: None,
        preferences,
        wanted: wanted.clone(),
        total: left.len(),
        left,
    };
    let id = refresh.id.clone();
    if let Some(wanted) = wanted {
        // New instances come from it from now on.
        group::active(call, &name)?.template = wanted;
    }
    call.here().autoscaling.refreshes.push(refresh);
    look::wake(call.world, &region, &name, now);
    Ok(json!({ "InstanceRefreshId": id }))
}

/// Defaults [Auto Scaling API: RefreshPreferences]: 90 and 100 per cent, or the group's maintenance policy; its grace
/// period or default warmup; protected instances are waited for.
fn read_preferences(given: Option<Input>, group: &group::Group) -> Result<Preferences, Refusal> {
    let (least, most) = group.maintenance.unwrap_or((90, 100));
    let mut preferences = Preferences {
        least,
        most,
        warmup: group.warmup.unwrap_or(group.grace),
        skip_matching: false,
        protected: "Wait".to_owned(),
    };
    let Some(mut given) = given else {
        return Ok(preferences);
    };
    let least = shape::number(&mut given, "MinHealthyPercentage", 0..=100)?;
    let most = shape::number(&mut given, "MaxHealthyPercentage", 100..=200)?;
    if most.is_some() && least.is_none() {
        return Err(refuse::validation(
            "You must specify MinHealthyPercentage if you specify MaxHealthyPercentage.",
        ));
    }
    preferences.least = least.unwrap_or(preferences.least);
    preferences.most = most.unwrap_or(if least.is_some() {
        100
    } else {
        preferences.most
    });
    if preferences.most - preferences.least.min(preferences.most) > 100 {
        return Err(refuse::validation(
            "The difference between MinHealthyPercentage and MaxHealthyPercentage cannot be greater than 100.",
        ));
    }
    if let Some(seconds) = shape::number(&mut given, "InstanceWarmup", 0..=86_400)? {
        preferences.warmup = seconds;
    }
    preferences.skip_matching = given.boolean("SkipMatching")?.unwrap_or(false);
    if let Some(word) = given.text("ScaleInProtectedInstances")? {
        if !matches!(word.as_str(), "Refresh" | "Ignore" | "Wait") {
            return Err(refuse::validation(format!(
                "Invalid ScaleInProtectedInstances: {word}"
            )));
        }
        preferences.protected = word;
    }
    // Nothing is ever in standby here.
    given.accept(
        "StandbyInstances",
        &[json!("Wait"), json!("Ignore"), json!("Terminate")],
    )?;
    given.accept("AutoRollback", &[json!(false)])?;
    given.accept("CheckpointDelay", &[])?;
    given.accept("CheckpointPercentages", &[json!("")])?;
    given.accept("BakeTime", &[json!(0)])?;
    given.finish()?;
    Ok(preferences)
}

/// `CancelInstanceRefresh`: what has been begun is ended.
pub(super) fn cancel(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("AutoScalingGroupName")?;
    input.accept("WaitForTransitioningInstances", &[json!(true)])?;
    input.finish()?;
    group::named(call, &name)?;
    let (now, region) = (call.now(), call.region.clone());
    let mut all = call.here().autoscaling.refreshes.iter_mut();
    let open = all.find(|it| it.group == name && it.status.is_open());
    let Some(refresh) = open.filter(|it| it.status != Status::Cancelling) else {
        return Err(Refusal::new(
            "ActiveInstanceRefreshNotFound",
            format!(
                "No in progress or pending Instance Refresh found for Auto Scaling group {name}"
            ),
        ));
    };
    refresh.status = Status::Cancelling;
    refresh.reason = Some("Cancelled due to user request.".to_owned());
    let id = refresh.id.clone();
    look::wake(call.world, &region, &name, now);
    Ok(json!({ "InstanceRefreshId": id }))
}

/// `DescribeInstanceRefreshes`: newest first.
pub(super) fn describe(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let name = input.required("AutoScalingGroupName")?;
    let ids = input.texts("InstanceRefreshIds")?;
    let (limit, token) = shape::page_of(&mut input)?;
    input.finish()?;
    group::named(call, &name)?;
    let mine = call
        .here()
        .autoscaling
        .refreshes
        .iter()
        .rev()
        .filter(|it| it.group == name);
    let shown = mine
        .filter(|it| ids.is_empty() || ids.contains(&it.id))
        .map(Refresh::show)
        .collect();
    let (shown, next) = page(shown, limit, token)?;
    Ok(json!({ "InstanceRefreshes": shown, "NextToken": next }))
}
