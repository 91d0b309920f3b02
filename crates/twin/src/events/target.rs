//! Targets of rules.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::rule::{named, read_name, validation};
use super::{bus, read_target};
use crate::bounds;
use crate::operation::{Answer, Call};
use crate::page::page;
use crate::refusal::Refusal;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Target {
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) role: Option<String>,
    pub(super) input: What,
    /// `EcsParameters`.
    pub(super) ecs: Option<Value>,
    pub(super) dead_letter: Option<String>,
    /// `RetryPolicy`, as it was given.
    pub(super) retry: Option<Value>,
}

/// What a target gets of an event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum What {
    Whole,
    Constant(String),
    Path(String),
    Template {
        paths: Map<String, Value>,
        template: String,
    },
}

/// Per request, and of one rule [EventBridge API: PutTargets].
const REQUEST: usize = 10;
const LIMIT: usize = 5;

pub(super) fn put(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let rule = read_name(&mut input, "Rule")?;
    bus::read_bus(&mut input, &call.region, &call.world.account)?;
    if !input.has("Targets") {
        return Err(input.missing("Targets"));
    }
    let mut targets = Vec::new();
    for target in input.objects("Targets")? {
        targets.push(read_target::read(
            target,
            &call.region,
            &call.world.account,
        )?);
    }
    if targets.is_empty() || targets.len() > 100 {
        let must = "Member must have length between 1 and 100";
        return Err(bounds::refuse(&input, "[]", "Targets", must));
    }
    input.finish()?;
    let rule = named(call, &rule)?;
    if targets.len() > REQUEST {
        return Err(validation(format!(
            "{} targets exceed the limit of {REQUEST} of one request.",
            targets.len()
        )));
    }
    let new = targets
        .iter()
        .filter(|it| !rule.targets.contains_key(&it.id));
    if rule.targets.len() + new.count() > LIMIT {
        return Err(Refusal::new(
            "LimitExceededException",
            "The requested resource exceeds the maximum number allowed.",
        ));
    }
    for target in targets {
        rule.targets.insert(target.id.clone(), target);
    }
    Ok(json!({ "FailedEntryCount": 0, "FailedEntries": [] }))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let rule = read_name(&mut input, "Rule")?;
    bus::read_bus(&mut input, &call.region, &call.world.account)?;
    let limit = bounds::whole(&mut input, "Limit", 1, 100)?.unwrap_or(100);
    let token = bounds::sized(&mut input, "NextToken", 1, 2048)?;
    input.finish()?;
    let targets = named(call, &rule)?.targets.values();
    let (rows, next) = page(targets.map(Target::view).collect(), Some(limit), token)?;
    Ok(json!({ "Targets": rows, "NextToken": next }))
}

/// Ids that are not there are passed over.
pub(super) fn remove(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let rule = read_name(&mut input, "Rule")?;
    bus::read_bus(&mut input, &call.region, &call.world.account)?;
    if !input.has("Ids") {
        return Err(input.missing("Ids"));
    }
    let ids = bounds::texts(&mut input, "Ids", 100)?;
    input.boolean("Force")?;
    input.finish()?;
    let rule = named(call, &rule)?;
    rule.targets.retain(|id, _| !ids.contains(id));
    Ok(json!({ "FailedEntryCount": 0, "FailedEntries": [] }))
}

impl Target {
    fn view(&self) -> Value {
        let mut view = json!({
            "Id": self.id,
            "Arn": self.arn,
            "RoleArn": self.role,
            "EcsParameters": self.ecs,
            "RetryPolicy": self.retry,
        });
        if let Some(arn) = &self.dead_letter {
            view["DeadLetterConfig"] = json!({ "Arn": arn });
        }
        match &self.input {
            What::Whole => {}
            What::Constant(text) => view["Input"] = json!(text),
            What::Path(path) => view["InputPath"] = json!(path),
            What::Template { paths, template } => {
                let paths = Some(paths).filter(|paths| !paths.is_empty());
                view["InputTransformer"] =
                    json!({ "InputPathsMap": paths, "InputTemplate": template });
            }
        }
        view
    }
}
