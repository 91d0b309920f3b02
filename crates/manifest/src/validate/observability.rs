//! `[observability]`: logs, metrics, alarms and traces.

use std::collections::BTreeMap;

use super::Rules;
use super::arn::is_arn;
use super::service::log_retention;
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::{Located, Span};
use crate::model::{Alarms, Insights, LogRetention, Notify, Observability, Refusal};
use crate::schema::{self, AlarmsSection, LogRemoval, ObservabilitySection};

/// The longest endpoint [SNS API: Subscribe] is far above this; an address has 254 characters (RFC 5321).
const ADDRESS_MAX: usize = 254;

/// What was said, or what is meant by saying nothing. None if something in it is wrong.
pub(super) fn observability(
    cx: &mut Rules<'_>,
    section: Option<&ObservabilitySection>,
) -> Option<Observability> {
    let empty = ObservabilitySection::default();
    let section = section.unwrap_or(&empty);
    let at = |key| ["observability", key];
    let retention = log_retention(
        cx,
        &at("log_retention"),
        section.log_retention.as_ref(),
        LogRetention::Days(defaults::LOG_RETENTION),
    );
    let log_key = match &section.log_key {
        None => (!cx.is_spoiled(&at("log_key"))).then_some(None),
        written => cx
            .parse(Code::BadKey, &at("log_key"), written.as_ref(), parse_key)
            .map(|arn| Some(arn.into_inner())),
    };
    let alarms = match &section.alarms {
        None => (!cx.is_spoiled(&at("alarms"))).then_some(None),
        Some(alarms_section) => alarms(cx, alarms_section).map(Some),
    };
    if ["log_removal", "insights", "dashboard", "tracing"]
        .iter()
        .any(|key| cx.is_spoiled(&at(key)))
    {
        return None;
    }
    Some(Observability {
        log_retention: retention?,
        log_key: log_key?,
        retain_logs: matches!(
            section.log_removal.as_ref().map(Located::get),
            Some(LogRemoval::Retain)
        ),
        insights: match section.insights.as_ref().map(Located::get) {
            None | Some(schema::Insights::Off) => Insights::Off,
            Some(schema::Insights::Enabled) => Insights::Enabled,
            Some(schema::Insights::Enhanced) => Insights::Enhanced,
        },
        alarms: alarms?,
        dashboard: section
            .dashboard
            .as_ref()
            .map_or(defaults::DASHBOARD, |it| *it.get()),
        xray: section.tracing.is_some(),
    })
}

/// On somebody else's cluster nothing is changed.
pub(super) fn check_insights(
    cx: &mut Rules<'_>,
    section: Option<&ObservabilitySection>,
    cluster: &Located<String>,
) {
    if let Some(insights) = section.and_then(|section| section.insights.as_ref()) {
        let message = "`observability.insights` has no effect on a cluster of somebody else's";
        cx.push(
            Diagnostic::new(Code::NoEffect, insights.span(), message)
                .related(cluster.span(), "this cluster")
                .help("take the key out"),
        );
    }
}

fn alarms(cx: &mut Rules<'_>, section: &AlarmsSection) -> Option<Alarms> {
    let at = |key| ["observability", "alarms", key];
    let written = section.notify.as_ref()?;
    if written.is_empty() {
        cx.push(
            Diagnostic::new(
                Code::BadNotify,
                written.span(),
                "`observability.alarms.notify` names nobody",
            )
            .help("write for example notify = [\"ops@example.com\"]"),
        );
        return None;
    }
    let mut seen: BTreeMap<Notify, Span> = BTreeMap::new();
    let mut sound = true;
    for one in written.iter() {
        let parsed = cx.parse(Code::BadNotify, &at("notify"), Some(one), parse_notify);
        let Some(parsed) = parsed else {
            sound = false;
            continue;
        };
        if let Some(first) = seen.get(parsed.get()) {
            let message = format!("{:?} is told twice", one.as_str());
            cx.push(
                Diagnostic::new(Code::BadNotify, one.span(), message)
                    .related(first.clone(), "the first time"),
            );
            sound = false;
        } else {
            seen.insert(parsed.into_inner(), one.span());
        }
    }
    let keys = ["notify", "cpu", "memory", "errors", "unhealthy"];
    if !sound || keys.iter().any(|key| cx.is_spoiled(&at(key))) {
        return None;
    }
    let or =
        |written: &Option<Located<u32>>, default| written.as_ref().map_or(default, |it| *it.get());
    Some(Alarms {
        notify: seen.into_keys().collect(),
        cpu: or(&section.cpu, defaults::ALARM_CPU),
        memory: or(&section.memory, defaults::ALARM_MEMORY),
        errors: or(&section.errors, defaults::ALARM_ERRORS),
        unhealthy: or(&section.unhealthy, defaults::ALARM_UNHEALTHY),
    })
}

fn parse_notify(text: &str) -> Result<Notify, Refusal> {
    let refused = |why: &str| {
        Err(Refusal::new(why)
            .help("write for example \"ops@example.com\" or \"https://example.com/alarms\""))
    };
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return refused("neither an address nor a URL has spaces");
    }
    if text.contains(['#', '[', ']']) {
        return refused("nobody is told at a part of a page");
    }
    if let Some(rest) = text.strip_prefix("https://") {
        return match rest.split('/').next() {
            Some(host) if host.contains('.') => Ok(Notify::Https(text.to_owned())),
            _ => refused("a URL without a host"),
        };
    }
    match text.split_once('@') {
        Some((user, host))
            if !user.is_empty() && host.contains('.') && text.len() <= ADDRESS_MAX =>
        {
            Ok(Notify::Email(text.to_owned()))
        }
        _ if text.starts_with("http://") => refused("not encrypted: others could read along"),
        _ => refused("neither an e-mail address nor an https:// URL"),
    }
}

fn parse_key(text: &str) -> Result<String, Refusal> {
    if is_arn(text, "kms", "key/") {
        return Ok(text.to_owned());
    }
    Err(Refusal::new("not the ARN of a key")
        .help("an alias is not enough: CloudWatch Logs wants the ARN of the key itself"))
}
