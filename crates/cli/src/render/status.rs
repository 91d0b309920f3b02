//! What is there, for people.

use std::fmt::Write as _;

use crate::document::{Condition, Status};

pub(crate) fn text(status: &Status) -> String {
    if status.resources.is_empty() {
        return "nothing is there".to_string();
    }
    let mut text = String::new();
    for resource in &status.resources {
        let condition = match resource.condition {
            Condition::There => "there",
            Condition::Unsettled => "unsettled",
            Condition::Missing => "MISSING",
            Condition::Shared => "shared",
        };
        let _ = writeln!(
            text,
            "{:<40} {condition:<10} {}",
            resource.instance, resource.id
        );
    }
    for url in &status.urls {
        let _ = match &status.unfinished_run {
            None => writeln!(text, "\n{url}"),
            Some(run) => writeln!(
                text,
                "\n{url} is not as the manifest says: run {run} is not finished"
            ),
        };
    }
    for (name, value) in &status.outputs {
        let _ = writeln!(text, "{name} = {value}");
    }
    text.trim_end().to_string()
}
