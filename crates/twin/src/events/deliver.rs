//! Handing an event to a rule's targets. What a target's policy or role does not let is lost, or goes to its
//! dead-letter queue; EventBridge tells nobody.

use serde_json::Value;

use super::input;
use super::target::Target;
use crate::ecs_target::{self, Errand};
use crate::iam;
use crate::world::World;
use crate::{logs, sns, sqs};

/// The principal that targets' policies and roles speak of.
const PRINCIPAL: &str = "events.amazonaws.com";

pub(super) fn deliver(world: &mut World, region: &str, rule: &str, event: &Value) {
    let Some(rule) = world.region(region).events.rules.get(rule) else {
        return;
    };
    let (name, arn) = (rule.name.clone(), rule.arn.clone());
    let targets: Vec<Target> = rule.targets.values().cloned().collect();
    for target in targets {
        let text = input::of(&target.input, event);
        let done = hand_over(world, region, &name, &arn, &target, text.clone());
        if let (false, Some(queue)) = (done, &target.dead_letter) {
            sqs::deliver(world, region, queue, PRINCIPAL, &arn, text);
        }
    }
}

fn hand_over(
    world: &mut World,
    region: &str,
    rule: &str,
    source: &str,
    target: &Target,
    text: String,
) -> bool {
    let arn = &target.arn;
    match arn.split(':').nth(2).unwrap_or_default() {
        "logs" => {
            let group = arn.splitn(7, ':').nth(6).unwrap_or_default();
            let group = group.trim_end_matches(":*");
            logs::append_as(world, region, group, PRINCIPAL, source, text)
        }
        "sns" => {
            let notice = sns::Notice {
                subject: None,
                message: text,
            };
            sns::publish_as(world, region, arn, PRINCIPAL, source, notice)
        }
        "sqs" => sqs::deliver(world, region, arn, PRINCIPAL, source, text),
        "ecs" => {
            let (Some(role), Some(parameters)) = (&target.role, &target.ecs) else {
                return false;
            };
            if !iam::assumable_by(world, role, PRINCIPAL) {
                return false;
            }
            // The event itself is no override; only what the target was given to say is.
            let given = !matches!(target.input, super::target::What::Whole);
            let errand = Errand {
                role,
                cluster: arn,
                parameters,
                overrides: given.then_some(text.as_str()),
                started_by: format!("events-rule/{rule}"),
            };
            ecs_target::run(world, region, &errand).is_ok()
        }
        _ => false,
    }
}
