//! Rules of listeners: create, describe, modify, delete, set priorities.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::action::{self, Action};
use super::balancer::{Kind, LoadBalancer};
use super::condition::{self, Condition};
use super::constraint::{self, invalid};
use super::listener::{self, Listener};
use super::{Elbv2, action_check, limits, look, tagging};
use crate::operation::{Answer, Call};
use crate::page;
use crate::refusal::Refusal;
use crate::tags::Tags;

/// A rule that is not a listener's default one.
#[derive(Clone, Serialize, Deserialize, Debug)]
pub struct Rule {
    /// `arn:…:listener-rule/app/{balancer}/{id}/{listener id}/{id}`.
    pub arn: String,
    /// Its listener's ARN.
    pub listener: String,
    /// The lowest is tried first.
    pub priority: i64,
    /// All must match.
    pub conditions: Vec<Condition>,
    /// What is done then.
    pub actions: Vec<Action>,
    /// Its tags.
    pub tags: Tags,
}

pub(super) fn create_rule(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let listener = input.required("ListenerArn")?;
    let Some(priority) = constraint::number(&mut input, "Priority", 1..=50_000)? else {
        return Err(input.missing("Priority"));
    };
    let conditions = condition::read(&mut input)?;
    let mut actions = action::read(&mut input, "Actions")?;
    let tags = tagging::read(&mut input)?;
    input.finish()?;
    let here = &mut call.here().elbv2;
    let listener = listener::named(here, &listener)?.clone();
    if conditions.is_empty() {
        return Err(invalid("At least one condition must be specified"));
    }
    let balancer = application(here, &listener)?;
    action_check::check(here, balancer, &listener.protocol, &actions)?;
    action_check::keep_secrets(&mut actions, &[])?;
    // A rule has no name, and creating one is not idempotent: its priority is all that tells it from a second one.
    if here
        .rules
        .values()
        .any(|rule| rule.listener == listener.arn && rule.priority == priority)
    {
        return Err(in_use(priority));
    }
    let held = here.rules.values().filter(|rule| {
        here.listeners
            .get(&rule.listener)
            .is_some_and(|other| other.balancer == listener.balancer)
    });
    let (quota, held) = ("rules-per-application-load-balancer", held.count());
    limits::room_here(call.world, &call.region, quota, held, "TooManyRules")?;

    let id = call.world.ids.hex("", 16);
    let arn = format!(
        "{}/{id}",
        listener.arn.replace(":listener/", ":listener-rule/")
    );
    let rule = Rule {
        arn: arn.clone(),
        listener: listener.arn,
        priority,
        conditions,
        actions,
        tags,
    };
    let answer = rule.value();
    let here = &mut call.here().elbv2;
    here.rules.insert(arn, rule);
    here.associate();
    look(call.world, &call.region);
    Ok(json!({"Rules": [answer]}))
}

pub(super) fn describe_rules(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let listener = input.text("ListenerArn")?;
    let arns = input.texts("RuleArns")?;
    let size = constraint::number(&mut input, "PageSize", 1..=400)?;
    let marker = input.text("Marker")?;
    input.finish()?;
    if listener.is_some() != arns.is_empty() {
        return Err(invalid(
            "You must specify either listener rule ARNs or a listener ARN",
        ));
    }
    let here = &mut call.here().elbv2;
    let mut rules = Vec::new();
    if let Some(arn) = &listener {
        let listener = listener::named(here, arn)?;
        let default = default_rule(listener);
        let mut own: Vec<&Rule> = here
            .rules
            .values()
            .filter(|rule| rule.listener == *arn)
            .collect();
        own.sort_by_key(|rule| rule.priority);
        rules.extend(own.into_iter().map(Rule::value));
        rules.push(default);
    }
    for arn in &arns {
        let default = here
            .listeners
            .values()
            .find(|listener| default_arn(listener) == *arn);
        let found = here
            .rules
            .get(arn)
            .map(Rule::value)
            .or_else(|| default.map(default_rule));
        let missing = || Refusal::new("RuleNotFound", "One or more rules not found");
        rules.push(found.ok_or_else(missing)?);
    }
    let (rules, next) = page::page(rules, size, marker)?;
    Ok(json!({"Rules": rules, "NextMarker": next}))
}

pub(super) fn modify_rule(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("RuleArn")?;
    let conditions = condition::read(&mut input)?;
    let mut actions = action::read(&mut input, "Actions")?;
    input.finish()?;
    if conditions.is_empty() && actions.is_empty() {
        return Err(invalid("Either conditions or actions must be specified"));
    }
    let here = &mut call.here().elbv2;
    let mut rule = named(here, &arn, "modified")?.clone();
    if !conditions.is_empty() {
        rule.conditions = conditions;
    }
    if !actions.is_empty() {
        let listener = listener::named(here, &rule.listener)?.clone();
        let balancer = application(here, &listener)?;
        action_check::check(here, balancer, &listener.protocol, &actions)?;
        action_check::keep_secrets(&mut actions, &rule.actions)?;
        rule.actions = actions;
    }
    let answer = rule.value();
    here.rules.insert(arn, rule);
    here.associate();
    look(call.world, &call.region);
    Ok(json!({"Rules": [answer]}))
}

pub(super) fn delete_rule(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let arn = input.required("RuleArn")?;
    input.finish()?;
    let here = &mut call.here().elbv2;
    named(here, &arn, "deleted")?;
    here.rules.remove(&arn);
    here.associate();
    look(call.world, &call.region);
    Ok(json!({}))
}

/// Sets several priorities at once: only the order that results must be free of conflicts.
pub(super) fn set_rule_priorities(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let mut wanted: Vec<(String, i64)> = Vec::new();
    for mut pair in input.objects("RulePriorities")? {
        let arn = pair.required("RuleArn")?;
        let priority = constraint::number(&mut pair, "Priority", 1..=50_000)?;
        let priority = priority.ok_or_else(|| invalid("A priority must be specified"))?;
        pair.finish()?;
        if wanted.iter().any(|(known, _)| *known == arn) {
            return Err(invalid(format!("Rule '{arn}' was provided multiple times")));
        }
        if wanted.iter().any(|(_, known)| *known == priority) {
            return Err(invalid(format!(
                "Priority '{priority}' was provided multiple times"
            )));
        }
        wanted.push((arn, priority));
    }
    input.finish()?;
    if wanted.is_empty() {
        return Err(invalid("At least one rule priority must be specified"));
    }
    let here = &mut call.here().elbv2;
    for (arn, priority) in &wanted {
        let listener = named(here, arn, "reordered")?.listener.clone();
        let kept = |rule: &&Rule| wanted.iter().all(|(moved, _)| *moved != rule.arn);
        let mut others = here
            .rules
            .values()
            .filter(|rule| rule.listener == listener)
            .filter(kept);
        if others.any(|rule| rule.priority == *priority) {
            return Err(in_use(*priority));
        }
    }
    for (arn, priority) in &wanted {
        named(here, arn, "reordered")?.priority = *priority;
    }
    let rules = wanted
        .iter()
        .filter_map(|(arn, _)| here.rules.get(arn))
        .map(Rule::value);
    Ok(json!({"Rules": rules.collect::<Vec<_>>()}))
}

/// The rule with this ARN. A listener's default rule cannot be `done` anything to.
fn named<'a>(here: &'a mut Elbv2, arn: &str, done: &str) -> Result<&'a mut Rule, Refusal> {
    if !arn.contains(":listener-rule/") {
        return Err(invalid(format!("'{arn}' is not a valid listener rule ARN")));
    }
    if here
        .listeners
        .values()
        .any(|listener| default_arn(listener) == arn)
    {
        let message = format!("Default rule '{arn}' cannot be {done}");
        return Err(Refusal::new("OperationNotPermitted", message));
    }
    let missing = || Refusal::new("RuleNotFound", format!("Rule '{arn}' not found"));
    here.rules.get_mut(arn).ok_or_else(missing)
}

fn application<'a>(here: &'a Elbv2, listener: &Listener) -> Result<&'a LoadBalancer, Refusal> {
    match here.balancers.get(&listener.balancer) {
        Some(balancer) if balancer.kind == Kind::Application => Ok(balancer),
        Some(_) => Err(Refusal::not_implemented("rules of network load balancers")),
        None => Err(Refusal::new(
            "LoadBalancerNotFound",
            "The load balancer does not exist",
        )),
    }
}

fn in_use(priority: i64) -> Refusal {
    Refusal::new(
        "PriorityInUse",
        format!("Priority '{priority}' is currently in use"),
    )
}

/// Every listener has one rule that cannot be deleted. Its ARN follows from the listener's.
fn default_arn(listener: &Listener) -> String {
    let id = listener.arn.rsplit('/').next().unwrap_or_default();
    let own: String = id.chars().rev().collect();
    format!(
        "{}/{own}",
        listener.arn.replace(":listener/", ":listener-rule/")
    )
}

fn default_rule(listener: &Listener) -> Value {
    json!({
        "RuleArn": default_arn(listener),
        "Priority": "default",
        "Conditions": [],
        "Actions": action::values(&listener.actions),
        "IsDefault": true,
    })
}

impl Rule {
    fn value(&self) -> Value {
        json!({
            "RuleArn": self.arn,
            "Priority": self.priority.to_string(),
            "Conditions": self.conditions.iter().map(Condition::value).collect::<Vec<_>>(),
            "Actions": action::values(&self.actions),
            "IsDefault": false,
        })
    }
}
