//! `[services.NAME.scale]`: how the number of tasks follows the load.

use super::Rules;
use super::balancers::speaks_http;
use super::health::duration;
use super::queues::reference;
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::{Located, Span};
use crate::model::{QueueDepth, Scale, ScaleSchedule, Schedule, parse_timezone};
use crate::schema::{QueueDepthSection, ScaleScheduleSection, ScaleSection, ServiceSection};
use crate::structure::dotted;

/// A day of scaling has no use for a longer rest.
const COOLDOWN: (u32, u32) = (0, 3600);

/// How many tasks run, or to begin with.
pub(super) struct Tasks {
    pub(super) count: Located<u32>,
    pub(super) scale: Option<Scale>,
}

/// The number of tasks, or what it follows. None if something in it is wrong.
pub(super) fn tasks(
    cx: &mut Rules<'_>,
    service: &[&str],
    section: &ServiceSection,
    place: Span,
) -> Option<Tasks> {
    let count = &section.count;
    let Some(written) = &section.scale else {
        let count = count.clone();
        let count = count.unwrap_or_else(|| Located::new(defaults::COUNT, place));
        return Some(Tasks { count, scale: None });
    };
    if let Some(count) = count {
        let message = format!(
            "`{}` has no effect: the number of tasks follows the load",
            dotted(&[service, &["count"]].concat())
        );
        cx.push(
            Diagnostic::new(Code::NoEffect, count.span(), message)
                .related(written.span(), "between `min` and `max` of this")
                .help("take the key out"),
        );
    }
    let scale = scale(cx, service, section, written)?;
    let min = written.min.clone();
    Some(Tasks {
        count: min.unwrap_or_else(|| Located::new(scale.min, written.span())),
        scale: Some(scale),
    })
}

fn scale(
    cx: &mut Rules<'_>,
    service: &[&str],
    section: &ServiceSection,
    written: &Located<ScaleSection>,
) -> Option<Scale> {
    let path = [service, &["scale"]].concat();
    let at = |key| [path.as_slice(), &[key]].concat();
    let value = |number: &Option<Located<u32>>| number.as_ref().map(|number| *number.get());
    let out_cooldown = duration(
        cx,
        &at("out_cooldown"),
        written.out_cooldown.as_ref(),
        COOLDOWN,
        defaults::SCALE_OUT_COOLDOWN,
    );
    let in_cooldown = duration(
        cx,
        &at("in_cooldown"),
        written.in_cooldown.as_ref(),
        COOLDOWN,
        defaults::SCALE_IN_COOLDOWN,
    );
    let queue_depth = match &written.queue_depth {
        None => Some(None),
        Some(depth) => queue_depth(cx, &at("queue_depth"), depth).map(Some),
    };
    let keys = [
        "min",
        "max",
        "cpu",
        "memory",
        "requests_per_target",
        "queue_depth",
        "schedule",
    ];
    if keys.iter().any(|key| cx.is_spoiled(&at(key))) {
        return None;
    }
    let max = written.max.as_ref()?;
    let min = value(&written.min).unwrap_or(defaults::COUNT);
    let mut sound = true;
    if min > *max.get() {
        let message = format!("`{}` is less than `min`", dotted(&at("max")));
        let diagnostic = Diagnostic::new(Code::ScaleBounds, max.span(), message)
            .label(format!("must be {min} or more"));
        cx.push(match &written.min {
            Some(min) => diagnostic.related(min.span(), "so many at least"),
            None => diagnostic,
        });
        sound = false;
    }
    let metrics = [&written.cpu, &written.memory, &written.requests_per_target];
    let by_time = written.schedule.as_ref().is_some_and(|it| !it.is_empty());
    let follows = metrics.iter().any(|metric| metric.is_some());
    if !follows && written.queue_depth.is_none() && !by_time {
        let message = format!("`{}` follows nothing", dotted(&path));
        cx.push(
            Diagnostic::new(Code::ScaleByNothing, written.span(), message)
                .help(
                    "give it `cpu`, `memory`, `requests_per_target`, `queue_depth` or `schedule`, or write \
                     `count` instead",
                ),
        );
        sound = false;
    }
    let counted = section.port.is_some() && speaks_http(section);
    if let (Some(requests), false) = (&written.requests_per_target, counted) {
        let message = format!(
            "`{}` counts requests, and the service gets none",
            dotted(&at("requests_per_target"))
        );
        cx.push(
            Diagnostic::new(Code::ScaleByNothing, requests.span(), message)
                .label("a service without a port has no load balancer, and a network load balancer counts none"),
        );
        sound = false;
    }
    let times = written.schedule.iter().flatten();
    let times: Vec<_> = times
        .enumerate()
        .map(|(index, it)| {
            let index = format!("[{index}]");
            let path = [path.as_slice(), &["schedule", &index]].concat();
            scheduled(cx, &path, it, (min, *max.get()))
        })
        .collect();
    let schedule = times.into_iter().collect::<Option<Vec<_>>>();
    let (out_cooldown, in_cooldown) = (out_cooldown?.into_inner(), in_cooldown?.into_inner());
    sound.then_some(Scale {
        min,
        max: *max.get(),
        cpu: value(&written.cpu),
        memory: value(&written.memory),
        requests_per_target: value(&written.requests_per_target),
        queue_depth: queue_depth?,
        schedule: schedule?,
        out_cooldown,
        in_cooldown,
    })
}

fn queue_depth(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: &Located<QueueDepthSection>,
) -> Option<QueueDepth> {
    let queue = reference(cx, &[path, &["queue"]].concat(), written.queue.as_ref());
    let per_task = written.per_task.as_ref().map(|it| *it.get());
    Some(QueueDepth {
        queue: queue?,
        per_task: per_task?,
    })
}

/// One of the times. `bounds` are those of all times that say no others.
fn scheduled(
    cx: &mut Rules<'_>,
    path: &[&str],
    written: &Located<ScaleScheduleSection>,
    bounds: (u32, u32),
) -> Option<ScaleSchedule> {
    let at = |key| [path, &[key]].concat();
    let cron = cx.parse(
        Code::BadSchedule,
        &at("cron"),
        written.cron.as_ref(),
        Schedule::parse_cron,
    );
    let utc = Located::new(defaults::TIMEZONE.to_owned(), written.span());
    let timezone = cx.parse_or(
        Code::BadTimezone,
        &at("timezone"),
        written.timezone.as_ref(),
        utc,
        parse_timezone,
    );
    if cx.is_spoiled(&at("min")) || cx.is_spoiled(&at("max")) {
        return None;
    }
    let value = |number: &Option<Located<u32>>| number.as_ref().map(|number| *number.get());
    let (min, max) = (value(&written.min), value(&written.max));
    if min.is_none() && max.is_none() {
        let message = format!("`{}` changes nothing", dotted(path));
        cx.push(
            Diagnostic::new(Code::ScheduleOfNothing, written.span(), message)
                .help("give it `min`, `max` or both"),
        );
        return None;
    }
    if min.unwrap_or(bounds.0) > max.unwrap_or(bounds.1) {
        let message = format!("`{}`: more tasks at least than at most", dotted(path));
        cx.push(
            Diagnostic::new(Code::ScaleBounds, written.span(), message).label(format!(
                "at least {} and at most {}",
                min.unwrap_or(bounds.0),
                max.unwrap_or(bounds.1)
            )),
        );
        return None;
    }
    Some(ScaleSchedule {
        cron: cron?.into_inner(),
        timezone: timezone?.into_inner(),
        min,
        max,
    })
}
