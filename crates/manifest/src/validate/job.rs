//! `[jobs.NAME]`: a task that is started by the clock.

use super::Rules;
use super::queues::reference;
use super::service::{Shared, service};
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::Located;
use crate::model::{Job, Schedule, Section, parse_timezone};
use crate::schema::JobSection;
use crate::structure::dotted;

/// The job. None if something in it is wrong.
pub(super) fn job(
    cx: &mut Rules<'_>,
    key: Located<String>,
    section: JobSection,
    shared: &Shared<'_>,
) -> Option<Job> {
    let path: &[&str] = &["jobs", key.as_str()];
    let at = |key| [path, &[key]].concat();
    let schedule = cx.parse(
        Code::BadSchedule,
        &at("schedule"),
        section.schedule.as_ref(),
        Schedule::parse,
    );
    let utc = Located::new(defaults::TIMEZONE.to_owned(), key.span());
    let timezone = cx.parse_or(
        Code::BadTimezone,
        &at("timezone"),
        section.timezone.as_ref(),
        utc,
        parse_timezone,
    );
    if let (Some(schedule), Some(zone)) = (&schedule, &section.timezone)
        && !schedule.is_cron()
    {
        let message = format!("`{}` has no effect", dotted(&at("timezone")));
        cx.push(
            Diagnostic::new(Code::NoEffect, zone.span(), message)
                .label("a rate goes by no clock")
                .related(schedule.span(), "the rate")
                .help("take the key out"),
        );
    }
    let dead_letter = match &section.dead_letter {
        None => (!cx.is_spoiled(&at("dead_letter"))).then_some(None),
        written => reference(cx, &at("dead_letter"), written.as_ref()).map(Some),
    };
    let enabled = section.enabled.as_ref().map(|it| *it.get());
    let retries = section.retries.as_ref().map(|it| *it.get());
    let task = service(cx, Section::Jobs, key.clone(), section.task(), shared);
    Some(Job {
        task: task?,
        schedule: schedule?.into_inner(),
        timezone: timezone?.into_inner(),
        enabled: enabled.unwrap_or(defaults::JOB_ENABLED),
        retries: retries.unwrap_or(defaults::JOB_RETRIES),
        dead_letter: dead_letter?,
    })
}
