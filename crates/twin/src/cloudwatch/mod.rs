//! Amazon CloudWatch: metrics, alarms that watch them and act, dashboards.
//!
//! Metrics come in by PutMetricData, or are levels that AWS's own services publish every minute (`level`): the twin's
//! queues and services have theirs, and a test can set any other by `PUT /_twin/metric`. An alarm is looked at every
//! minute for as long as there is anything to see (`evaluate`).

mod action;
mod alarm;
mod chart;
mod dashboard;
mod data;
mod describe;
mod evaluate;
mod math;
mod metric;
mod put_alarm;
mod query;
mod tagging;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::operation::{Operation, read, write};
use crate::wire::Shapes;
use crate::world::World;

pub(crate) use alarm::{Alarm, State, Watch};
pub(crate) use data::{GREATEST, count, is_known, level, set_level};
pub(crate) use evaluate::latest;
pub(crate) use metric::Metric;
pub(crate) use query::{Query, Source, read_queries};
pub(crate) use tagging::tagged;

/// The metrics, alarms and dashboards of one region.
#[derive(Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct CloudWatch {
    alarms: BTreeMap<String, Alarm>,
    dashboards: BTreeMap<String, dashboard::Dashboard>,
    /// By [`Metric::key`].
    metrics: BTreeMap<String, metric::Series>,
}

/// What happens in CloudWatch by itself.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[allow(missing_docs)]
pub enum Happening {
    /// The alarm is looked at.
    Look { alarm: String },
}

pub(crate) const OPERATIONS: &[Operation] = &[
    write("DeleteAlarms", alarm::delete),
    write("DeleteDashboards", dashboard::delete),
    read("DescribeAlarms", describe::describe),
    read("DescribeAlarmsForMetric", describe::for_metric),
    write("DisableAlarmActions", alarm::disable_actions),
    write("EnableAlarmActions", alarm::enable_actions),
    read("GetDashboard", dashboard::get),
    read("GetMetricData", chart::get_data),
    read("GetMetricStatistics", chart::get_statistics),
    read("ListDashboards", dashboard::list),
    read("ListMetrics", data::list),
    read("ListTagsForResource", tagging::list),
    write("PutDashboard", dashboard::put),
    write("PutMetricAlarm", put_alarm::put),
    write("PutMetricData", data::put),
    write("SetAlarmState", alarm::set_state),
    write("TagResource", tagging::tag),
    write("UntagResource", tagging::untag),
];

/// What the model calls the codes of the query protocol [CloudWatch model: awsQueryError].
pub(crate) const SHAPES: Shapes = &[
    ("ConcurrentModification", "ConcurrentModificationException"),
    ("InvalidFormat", "InvalidFormatFault"),
    (
        "InvalidParameterCombination",
        "InvalidParameterCombinationException",
    ),
    ("InvalidParameterInput", "DashboardInvalidInputError"),
    ("InvalidParameterValue", "InvalidParameterValueException"),
    ("LimitExceeded", "LimitExceededFault"),
    ("MissingParameter", "MissingRequiredParameterException"),
];

pub(crate) fn happen(world: &mut World, region: &str, what: Happening) {
    match what {
        Happening::Look { alarm } => evaluate::look(world, region, &alarm),
    }
}

impl CloudWatch {
    /// The alarm of that name.
    pub(crate) fn alarm(&self, name: &str) -> Option<&Alarm> {
        self.alarms.get(name)
    }

    /// Every alarm.
    pub(crate) fn alarms(&self) -> impl Iterator<Item = &Alarm> {
        self.alarms.values()
    }
}

/// Makes an alarm, or alters it, as services do that keep alarms of their own.
pub(crate) fn keep_alarm(world: &mut World, region: &str, alarm: Alarm) {
    put_alarm::keep(world, region, alarm);
}

/// Takes away an alarm that a service kept; one that is gone already is no matter.
pub(crate) fn drop_alarm(world: &mut World, region: &str, name: &str) {
    world.region(region).cloudwatch.alarms.remove(name);
}
