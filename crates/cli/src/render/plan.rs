//! A plan: what, why, and what it may break.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ashore_engine::address::Instance;
use ashore_engine::document::{Difference, Document as Spec};
use ashore_engine::event;
use ashore_engine::kind::{Impact, Kind};
use ashore_engine::plan::{Action, Plan, Reason, Step};
use ashore_providers::aws::files::Files;
use serde_json::Value;

use super::count;
use crate::document::{self, Document};

/// The plan, for people: by manifest object, a line each, members only where they change.
pub(crate) fn text(plan: &Plan) -> String {
    if plan.is_empty() {
        let nothing = format!(
            "{}: nothing to do, {} as wanted",
            plan.stack,
            count(plan.kept.len() - plan.stays.len(), "resource")
        );
        return match kept(plan) {
            None => nothing,
            Some(kept) => format!("{nothing}\n{kept}"),
        };
    }
    let mut objects: BTreeMap<&str, Vec<(&Instance, &Step)>> = BTreeMap::new();
    for (instance, step) in &plan.steps {
        objects
            .entry(instance.address.object())
            .or_default()
            .push((instance, step));
    }
    let mut text = format!("{}\n", plan.stack);
    for (object, steps) in objects {
        let _ = writeln!(text, "\n  {object}");
        for (instance, step) in steps {
            line(&mut text, plan, instance, step);
        }
    }
    if let Some(kept) = kept(plan) {
        let _ = writeln!(text, "\n{kept}");
    }
    let _ = write!(text, "\n{}", summary(plan));
    text
}

/// What stays ours though nobody wants it, a line each; what is there for its sake is counted.
pub(crate) fn kept(plan: &Plan) -> Option<String> {
    if plan.stays.is_empty() {
        return None;
    }
    let mut lines = Vec::new();
    let mut used = 0;
    for (instance, why) in &plan.stays {
        match why.ends_with(" uses it") {
            true => used += 1,
            false => lines.push(format!("  = {} stays: {why}", instance.address)),
        }
    }
    if used > 0 {
        lines.push(format!(
            "  = {} with it, because it uses them",
            count(used, "resource")
        ));
    }
    Some(lines.join("\n"))
}

fn line(text: &mut String, plan: &Plan, instance: &Instance, step: &Step) {
    let part = match instance.address.part() {
        part if instance.generation > 1 => format!("{part}#{}", instance.generation),
        part => part.to_string(),
    };
    let (glyph, verb) = verb(plan, instance, step);
    let why = step
        .reasons
        .iter()
        .map(reason)
        .collect::<Vec<_>>()
        .join(", ");
    let _ = writeln!(text, "    {glyph} {part:<26} {verb:<8} {why}");
    for what in &step.displaces {
        let _ = writeln!(
            text,
            "        takes the place of {what}; put back by an undo or `down`"
        );
    }
    if let Some(files) = files(step) {
        let _ = writeln!(text, "        {files}");
    } else if step.action != Action::Delete && !step.differences.is_empty() {
        for difference in &step.differences {
            let _ = writeln!(text, "        {}", changed(difference));
        }
    }
    if let Some(why) = &step.asks {
        let object = instance.address.object();
        let _ = writeln!(text, "        ! wants --allow-destroy {object}: {why}");
    }
    if let Some(impact) = impact(&step.impact) {
        let _ = writeln!(text, "        ! {impact}");
    }
}

fn verb(plan: &Plan, instance: &Instance, step: &Step) -> (char, &'static str) {
    match step.action {
        Action::Create if instance.generation > 1 && replaces(plan, instance) => ('±', "replace"),
        Action::Create => ('+', "create"),
        Action::Update => ('~', "update"),
        Action::Delete if stays(step) => ('=', "leave"),
        Action::Delete => ('-', "delete"),
    }
}

/// A folder's files in one line: each of them would be many.
fn files(step: &Step) -> Option<String> {
    let members = |of: Option<&Spec>| match of?.get("files") {
        Some(Value::Object(files)) => Some(files.clone()),
        _ => None,
    };
    if step.kind != Files::NAME || step.action == Action::Delete {
        return None;
    }
    let wanted = members(Some(&step.spec))?;
    let there = members(step.pre_image.as_ref()).unwrap_or_default();
    let new = wanted
        .keys()
        .filter(|key| !there.contains_key(*key))
        .count();
    let changed = wanted
        .iter()
        .filter(|(key, file)| there.get(*key).is_some_and(|before| before != *file))
        .count();
    let prunes = step.spec.get("prune") == Some(&Value::Bool(true));
    let vanished = there
        .keys()
        .filter(|key| !wanted.contains_key(*key))
        .count();
    let what = [
        (new, "new"),
        (changed, "changed"),
        (if prunes { vanished } else { 0 }, "to delete"),
    ];
    let what = what.iter().filter(|(count, _)| *count > 0);
    let what: Vec<String> = what
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let what = match what.is_empty() {
        true => "none changed".to_string(),
        false => what.join(", "),
    };
    Some(format!("{}, {what}", count(wanted.len(), "file")))
}

/// Whether it is not wanted any more, and stays in the cloud as it is: it is ours no longer.
pub(crate) fn stays(step: &Step) -> bool {
    let vanished = step.reasons.contains(&Reason::Vanished);
    // A folder's files that are all gone already take no request, and stay nowhere.
    let goes = step.spec.get("removal").and_then(Value::as_str) == Some("delete");
    step.action == Action::Delete && step.requests.is_empty() && !vanished && !goes
}

/// The steps of what stays.
pub(crate) fn staying(plan: &Plan) -> impl Iterator<Item = (&Instance, &Step)> {
    plan.steps.iter().filter(|(_, step)| stays(step))
}

/// Whether an earlier life of the resource goes, or is retired, as this one comes.
fn replaces(plan: &Plan, instance: &Instance) -> bool {
    let earlier = |other: &Instance| {
        other.address == instance.address && other.generation < instance.generation
    };
    plan.steps.keys().any(earlier) || plan.kept.keys().any(earlier)
}

fn reason(reason: &Reason) -> String {
    match reason {
        Reason::New => "new".to_string(),
        Reason::Vanished => "is not there any more".to_string(),
        Reason::Changed(field) => format!("{field} differs"),
        Reason::Forced(field) => format!("{field} cannot be changed in place"),
        Reason::Upstream(address) => format!("{address} is made anew"),
        Reason::Unsettled => "an earlier run did not see it through".to_string(),
        Reason::Unwanted => "not in the manifest".to_string(),
        Reason::Retired => "a newer one has taken its place".to_string(),
    }
}

fn changed(difference: &Difference) -> String {
    let value = |value: &Option<Value>| match value {
        None => "(none)".to_string(),
        Some(Value::Object(members)) if members.contains_key("$ref") => {
            "(known after it is made)".to_string()
        }
        Some(value) => shortened(value.to_string()),
    };
    format!(
        "{}: {} -> {}",
        difference.at,
        value(&difference.observed),
        value(&difference.desired)
    )
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn impact(impact: &Impact) -> Option<String> {
    match impact {
        Impact::None => None,
        Impact::Brief(why) => Some(format!("brief: {why}")),
        Impact::Outage(why) => Some(format!("outage: {why}")),
        Impact::DataLoss(why) => Some(format!("data is lost: {why}")),
    }
}

struct Counts {
    create: usize,
    replace: usize,
    update: usize,
    delete: usize,
}

fn counts(plan: &Plan) -> Counts {
    let mut counts = Counts {
        create: 0,
        replace: 0,
        update: 0,
        delete: 0,
    };
    for (instance, step) in &plan.steps {
        match verb(plan, instance, step).0 {
            '+' => counts.create += 1,
            '±' => counts.replace += 1,
            '~' => counts.update += 1,
            '-' => counts.delete += 1,
            _ => {} // stays in the cloud
        }
    }
    counts
}

fn summary(plan: &Plan) -> String {
    let Counts {
        create,
        replace,
        update,
        delete,
    } = counts(plan);
    let requests: usize = plan.steps.values().map(|step| step.requests.len()).sum();
    format!(
        "{create} to create, {replace} to replace, {update} to update, {delete} to delete, {} \
         unchanged; {}",
        plan.kept.len(),
        count(requests, "request"),
    )
}

/// The plan, for programs.
pub(crate) fn document(plan: &Plan) -> Document {
    let Counts {
        create,
        replace,
        update,
        delete,
    } = counts(plan);
    let steps = plan.steps.iter();
    Document::Plan(document::Plan {
        version: event::VERSION,
        stack: plan.stack.to_string(),
        changes: !plan.is_empty(),
        summary: document::Summary {
            create,
            replace,
            update,
            delete,
            unchanged: plan.kept.len(),
        },
        impact: plan.impact(),
        steps: steps
            .map(|(instance, step)| self::step(instance, step))
            .collect(),
        stays: plan
            .stays
            .iter()
            .map(|(instance, why)| (instance.address.to_string(), why.clone()))
            .collect(),
    })
}

fn step(instance: &Instance, step: &Step) -> document::Step {
    document::Step {
        step: instance.clone(),
        address: instance.address.clone(),
        generation: instance.generation,
        kind: step.kind.clone(),
        action: step.action,
        phase: step.phase,
        reasons: step.reasons.clone(),
        impact: step.impact.clone(),
        differences: step.differences.clone(),
        displaces: step.displaces.clone(),
        asks: step.asks.clone(),
        requests: step
            .requests
            .iter()
            .map(|request| request.operation.clone())
            .collect(),
        after: step.all_needs().map(|need| need.step.to_string()).collect(),
    }
}
