//! Lifecycle policies: what ECR refuses in them, and which images they mark [ECR guide: lifecycle policy properties].

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::image::Image;
use super::refuse;
use super::repository::Repository;
use crate::clock::Millis;
use crate::refusal::Refusal;
use crate::script::matches;

const DAY: u64 = 86_400;

/// One rule. Those of a policy stand in order of their priority.
#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Rule {
    priority: u64,
    selection: Selection,
    expires: Expires,
}

/// Which images a rule is about.
#[derive(Serialize, Deserialize, Debug, PartialEq)]
enum Selection {
    Any,
    Untagged,
    /// Each pattern has to fit one of the image's tags.
    Tagged(BTreeSet<String>),
}

#[derive(Serialize, Deserialize, Debug)]
enum Expires {
    /// All but the youngest so many.
    MoreThan(u64),
    /// Those that were pushed so many days ago.
    AfterDays(u64),
}

/// Reads a policy, in order of the rules' priorities.
pub(super) fn read(text: &str) -> Result<Vec<Rule>, Refusal> {
    // [botocore: ecr LifecyclePolicyText]
    if !(100..=30_720).contains(&text.len()) {
        return Err(refuse::parameter(
            "LifecyclePolicyText",
            "Member must have length between 100 and 30720",
        ));
    }
    let mut rules = parse(text)?;
    rules.sort_by_key(|rule| rule.priority);
    if rules
        .windows(2)
        .any(|two| two[0].priority == two[1].priority)
    {
        return Err(failure("rulePriority must be unique"));
    }
    let count = |wanted: &Selection| {
        rules
            .iter()
            .filter(|rule| rule.selection == *wanted)
            .count()
    };
    if count(&Selection::Untagged) > 1 {
        return Err(failure("only one rule can select untagged images"));
    }
    let any = rules.iter().position(|it| it.selection == Selection::Any);
    if any.is_some_and(|at| at + 1 < rules.len()) {
        return Err(failure(
            "a rule with tagStatus 'any' must have the highest value for rulePriority",
        ));
    }
    let mut seen = Vec::new();
    for rule in &rules {
        if matches!(rule.selection, Selection::Tagged(_)) && seen.contains(&&rule.selection) {
            return Err(failure(
                "the set of rules must contain a unique set of tag prefixes and patterns",
            ));
        }
        seen.push(&rule.selection);
    }
    Ok(rules)
}

fn parse(text: &str) -> Result<Vec<Rule>, Refusal> {
    let document: Value = serde_json::from_str(text)
        .map_err(|_| failure("Could not map policyString into LifecyclePolicy."))?;
    let document = members(&document, &["rules"])?;
    let rules = document.get("rules").and_then(Value::as_array);
    let rules =
        rules.ok_or_else(|| failure("object has missing required properties ([\"rules\"])"))?;
    if !(1..=50).contains(&rules.len()) {
        return Err(failure("a policy has 1 to 50 rules"));
    }
    rules.iter().map(rule).collect()
}

fn rule(value: &Value) -> Result<Rule, Refusal> {
    let fields = members(
        value,
        &["rulePriority", "description", "selection", "action"],
    )?;
    let lacking = |name: &str| {
        failure(format_args!(
            "object has missing required properties ([\"{name}\"])"
        ))
    };
    let priority = fields.get("rulePriority").and_then(Value::as_u64);
    let priority = priority
        .filter(|it| *it > 0)
        .ok_or_else(|| lacking("rulePriority"))?;
    if fields.get("description").is_some_and(|it| !it.is_string()) {
        return Err(failure("description must be a string"));
    }
    let action = fields.get("action").ok_or_else(|| lacking("action"))?;
    let action = members(action, &["type", "targetStorageClass"])?;
    match action.get("type").and_then(Value::as_str) {
        Some("expire") if !action.contains_key("targetStorageClass") => {}
        Some("transition") => return Err(archived()),
        _ => return Err(no_schema()),
    }
    let selection = fields
        .get("selection")
        .ok_or_else(|| lacking("selection"))?;
    let selection = members(
        selection,
        &[
            "tagStatus",
            "tagPrefixList",
            "tagPatternList",
            "countType",
            "countUnit",
            "countNumber",
            "storageClass",
        ],
    )?;
    if selection.contains_key("storageClass") {
        return Err(archived());
    }
    Ok(Rule {
        priority,
        expires: expires(selection)?,
        selection: tags(selection)?,
    })
}

fn tags(fields: &Map<String, Value>) -> Result<Selection, Refusal> {
    let list = |name: &str| match fields.get(name) {
        None => Ok(None),
        Some(Value::Array(items)) if !items.is_empty() => {
            let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
            let texts: Option<Vec<String>> = texts.collect();
            texts.map(Some).ok_or_else(no_schema)
        }
        Some(_) => Err(no_schema()),
    };
    let (prefixes, patterns) = (list("tagPrefixList")?, list("tagPatternList")?);
    match fields.get("tagStatus").and_then(Value::as_str) {
        Some("any") if prefixes.is_none() && patterns.is_none() => Ok(Selection::Any),
        Some("untagged") if prefixes.is_none() && patterns.is_none() => Ok(Selection::Untagged),
        Some("any" | "untagged") => Err(failure(
            "tagPrefixList and tagPatternList can only be used with tagStatus 'tagged'",
        )),
        Some("tagged") => match (prefixes, patterns) {
            (Some(prefixes), None) => {
                let prefixes = prefixes.into_iter().map(|prefix| format!("{prefix}*"));
                Ok(Selection::Tagged(prefixes.collect()))
            }
            (None, Some(patterns)) => {
                if patterns.iter().any(|it| it.matches('*').count() > 4) {
                    return Err(failure("a tag pattern has at most 4 wildcards"));
                }
                Ok(Selection::Tagged(patterns.into_iter().collect()))
            }
            _ => Err(failure(
                "exactly one of tagPrefixList and tagPatternList must be used with tagStatus 'tagged'",
            )),
        },
        _ => Err(no_schema()),
    }
}

fn expires(fields: &Map<String, Value>) -> Result<Expires, Refusal> {
    let number = fields.get("countNumber").and_then(Value::as_u64);
    let number = number.filter(|it| *it > 0).ok_or_else(no_schema)?;
    let unit = fields.get("countUnit").map(Value::as_str);
    match (fields.get("countType").and_then(Value::as_str), unit) {
        (Some("imageCountMoreThan"), None) => Ok(Expires::MoreThan(number)),
        (Some("sinceImagePushed"), Some(Some("days"))) => Ok(Expires::AfterDays(number)),
        (Some("sinceImagePulled" | "sinceImageTransitioned"), Some(Some("days"))) => {
            Err(archived())
        }
        _ => Err(no_schema()),
    }
}

/// The images that the policy marks at this time, by digest. One that a rule selects is out of the reach of all rules
/// after it, marked or not; what a list names stays as long as the list does [ECR guide: how lifecycle policies work].
pub(super) fn marked(repository: &Repository, rules: &[Rule], now: Millis) -> Vec<String> {
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    let mut marked = Vec::new();
    for rule in rules {
        let mut selected: Vec<&Image> = repository
            .images
            .values()
            .filter(|image| rule.selects(image))
            .collect();
        selected.sort_by_key(|image| std::cmp::Reverse((image.pushed, image.ordinal)));
        for (place, image) in (0..).zip(&selected) {
            let over = match rule.expires {
                Expires::MoreThan(count) => place >= count,
                Expires::AfterDays(days) => image.pushed + age(days) <= now,
            };
            if over && !taken.contains(image.digest.as_str()) {
                marked.push(image.digest.clone());
            }
        }
        taken.extend(selected.iter().map(|image| image.digest.as_str()));
    }
    let mut lists: BTreeMap<String, usize> = BTreeMap::new();
    for image in repository.images.values() {
        for (child, _) in image.read().map(|it| it.children).unwrap_or_default() {
            *lists.entry(child).or_default() += 1;
        }
    }
    marked.retain(|digest| !lists.contains_key(digest));
    marked
}

/// When the policy marks the next image, if nothing else changes.
pub(super) fn next(repository: &Repository, rules: &[Rule], now: Millis) -> Option<Millis> {
    if !marked(repository, rules, now).is_empty() {
        return Some(now);
    }
    let mut times = BTreeSet::new();
    for rule in rules {
        if let Expires::AfterDays(days) = rule.expires {
            let pushed = repository.images.values().map(|image| image.pushed);
            times.extend(pushed.map(|pushed| pushed + age(days)));
        }
    }
    let mut times = times.into_iter().filter(|time| *time > now);
    times.find(|time| !marked(repository, rules, *time).is_empty())
}

impl Rule {
    fn selects(&self, image: &Image) -> bool {
        match &self.selection {
            Selection::Any => true,
            Selection::Untagged => image.tags.is_empty(),
            Selection::Tagged(patterns) => patterns
                .iter()
                .all(|pattern| image.tags.iter().any(|tag| matches(pattern, tag))),
        }
    }
}

fn age(days: u64) -> Duration {
    Duration::from_secs(days.saturating_mul(DAY))
}

/// The members of an object that has no others.
fn members<'a>(value: &'a Value, known: &[&str]) -> Result<&'a Map<String, Value>, Refusal> {
    let fields = value.as_object().ok_or_else(no_schema)?;
    match fields.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(failure(format_args!(
            "object instance has properties which are not allowed by the schema: [\"{name}\"]"
        ))),
        None => Ok(fields),
    }
}

/// [cloudposse/terraform-aws-ecr #158]
fn no_schema() -> Refusal {
    failure("instance failed to match exactly one schema (matched 0 out of 2)")
}

fn archived() -> Refusal {
    Refusal::not_implemented("lifecycle rules about archived or pulled images")
}

fn failure(why: impl std::fmt::Display) -> Refusal {
    refuse::parameter(
        "LifecyclePolicyText",
        format_args!("Lifecycle policy validation failure: {why}"),
    )
}
