//! `[services.NAME.deploy]`: how new tasks take the place of old ones.

use super::Rules;
use crate::codes::Code;
use crate::defaults;
use crate::diagnostic::Diagnostic;
use crate::located::{Located, Span};
use crate::model::Deploy;
use crate::schema::{DeploySection, Strategy};
use crate::structure::dotted;

/// How tasks are replaced. None if something in it is wrong.
pub(super) fn deploy(
    cx: &mut Rules<'_>,
    service: &[&str],
    section: &DeploySection,
    count: u32,
) -> Option<Deploy> {
    let at = |key| [service, &["deploy", key]].concat();
    if ["strategy", "minimum_healthy", "maximum"]
        .iter()
        .any(|key| cx.is_spoiled(&at(key)))
    {
        return None;
    }
    let rollback = section
        .circuit_breaker
        .as_ref()
        .and_then(|breaker| breaker.rollback.as_ref())
        .map_or(defaults::ROLLBACK, |rollback| *rollback.get());
    let bounds = [
        ("minimum_healthy", section.minimum_healthy.as_ref()),
        ("maximum", section.maximum.as_ref()),
    ];
    if let Some(strategy) = &section.strategy
        && *strategy.get() == Strategy::StopThenStart
    {
        let mut alone = true;
        for (key, written) in bounds {
            let Some(written) = written else { continue };
            let message = format!("`{}` has no effect with stop-then-start", dotted(&at(key)));
            cx.push(
                Diagnostic::new(Code::NoEffect, written.span(), message)
                    .related(strategy.span(), "all old tasks stop first")
                    .help("take the key out, or use the strategy \"rolling\""),
            );
            alone = false;
        }
        return alone.then_some(Deploy {
            minimum_healthy: 0,
            maximum: 100,
            rollback,
        });
    }
    let or = |written: Option<&Located<u32>>, default| written.map_or(default, |n| *n.get());
    let deploy = Deploy {
        minimum_healthy: or(section.minimum_healthy.as_ref(), defaults::MINIMUM_HEALTHY),
        maximum: or(section.maximum.as_ref(), defaults::MAXIMUM),
        rollback,
    };
    let last = bounds.iter().rev().find_map(|(_, written)| *written);
    match last {
        Some(last) if is_stuck(&deploy, count) => {
            tell_stuck(cx, service, &deploy, count, last.span());
            None
        }
        _ => Some(deploy),
    }
}

/// Can ECS neither start a task nor stop one? The least is rounded up, the most down [ECS API:
/// DeploymentConfiguration].
fn is_stuck(deploy: &Deploy, count: u32) -> bool {
    let (least, most) = counts(deploy, count);
    count > 0 && most <= u64::from(count) && least >= u64::from(count)
}

fn counts(deploy: &Deploy, count: u32) -> (u64, u64) {
    let percent = |percent: u32| u64::from(count) * u64::from(percent);
    (
        percent(deploy.minimum_healthy).div_ceil(100),
        percent(deploy.maximum) / 100,
    )
}

fn tell_stuck(cx: &mut Rules<'_>, service: &[&str], deploy: &Deploy, count: u32, span: Span) {
    let (least, most) = counts(deploy, count);
    let tasks = if count == 1 { "task" } else { "tasks" };
    let message = format!(
        "`{}` could never replace a task",
        dotted(&[service, &["deploy"]].concat())
    );
    // The first percent with which one more task fits.
    let enough = (u64::from(count) + 1) * 100;
    let enough = enough.div_ceil(u64::from(count));
    cx.push(
        Diagnostic::new(Code::DeployStuck, span, message)
            .label(format!(
                "of {count} {tasks}, at least {least} and at most {most} would run"
            ))
            .help(format!(
                "write maximum = {enough} or more, or a smaller minimum_healthy"
            )),
    );
}
