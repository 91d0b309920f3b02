use std::collections::BTreeMap;

use ashore_engine::address::StackName;
use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Foreign, Found, Live, Observed};
use aws_sdk_elasticloadbalancingv2::types::{
    Action, ActionTypeEnum, HostHeaderConditionConfig, PathPatternConditionConfig,
    Rule as Described, RuleCondition, RulePriorityPair,
};

use super::oidc::{self, Actions};
use super::{Change, ListenerRule, Outputs};
use crate::aws::listener;
use crate::aws::live::Aws;
use crate::aws::live::ec2::not_visible_yet;
use crate::aws::live::elb;
use crate::aws::live::failure::{failure, required};
use crate::aws::tags::{Tags, bears};

const CREATE: &str = "elasticloadbalancing:CreateRule";
const DESCRIBE: &str = "elasticloadbalancing:DescribeRules";
const MODIFY: &str = "elasticloadbalancing:ModifyRule";
const PRIORITY: &str = "elasticloadbalancing:SetRulePriorities";
const DELETE: &str = "elasticloadbalancing:DeleteRule";

impl Live for ListenerRule {
    type Client = Aws;

    async fn find(&self, aws: &Aws, cx: &Context) -> Result<Found<Outputs>, Failure> {
        let Some(listener) = self.listener.known() else {
            return Ok(Found::Absent); // nor is there a listener yet that it could be on
        };
        let all = of_listener(aws, listener).await?;
        let priority = self.priority.to_string();
        let taken = all
            .iter()
            .find(|rule| rule.priority.as_deref() == Some(&priority));
        let taken = taken.and_then(|rule| rule.rule_arn.clone());
        let arns = all.into_iter().filter_map(|rule| rule.rule_arn);
        let tags = elb::tags_of(aws, arns.collect()).await?;
        if let Some((arn, _)) = tags.iter().find(|(_, tags)| bears(tags, &cx.mark)) {
            return Ok(Found::Ours(outputs(arn.clone())));
        }
        let Some(arn) = taken else {
            return Ok(Found::Absent);
        };
        let none = BTreeMap::new();
        let whose = elb::whose(tags.get(&arn).unwrap_or(&none), &cx.mark);
        Ok(Found::Foreign(Foreign {
            who: format!("a rule of priority {priority} ({arn}), {whose}"),
            advice: "give that rule another priority, or delete it".into(),
        }))
    }

    async fn observe(aws: &Aws, known: &Outputs) -> Result<Option<Observed<Self>>, Failure> {
        let (there, tags) =
            futures_util::join!(described(aws, &known.arn), elb::tags(aws, &known.arn));
        let (Some(there), Some(tags)) = (there?, tags?) else {
            return Ok(None);
        };
        let mut foreign = Vec::new();
        let priority = there.priority.and_then(|priority| priority.parse().ok());
        let conditions = there.conditions.unwrap_or_default();
        let actions = there.actions.unwrap_or_default();
        let login = match actions.iter().find_map(Action::authenticate_oidc_config) {
            Some(config) => {
                let secret = oidc::client_secret(aws, known.client_secret.as_ref()).await?;
                Some(oidc::read(config, secret, &mut foreign))
            }
            None => None,
        };
        let spec = ListenerRule {
            listener: listener_of(&known.arn).into(),
            priority: required(DESCRIBE, priority)?,
            hosts: values(&conditions, "host-header"),
            paths: values(&conditions, "path-pattern"),
            target_group: target(&actions, &mut foreign).into(),
            login,
            tags: Tags::observed(tags),
        };
        foreign.extend(conditions.iter().filter_map(strange));
        if there
            .transforms
            .is_some_and(|rewrites| !rewrites.is_empty())
        {
            foreign.push("a rewrite of the request".to_string());
        }
        let outputs = Outputs {
            foreign,
            client_secret: known.client_secret.clone(),
            ..outputs(known.arn.clone())
        };
        Ok(Some(Observed { spec, outputs }))
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &Context,
        change: &Change,
        known: Option<&Outputs>,
    ) -> Result<Outputs, Failure> {
        match change {
            Change::Create => {
                let actions = self.actions(aws, CREATE).await?;
                let create = aws
                    .elb
                    .create_rule()
                    .listener_arn(elb::known(CREATE, &self.listener)?)
                    .priority(i32::try_from(self.priority).unwrap_or(i32::MAX))
                    .set_conditions(Some(self.conditions()))
                    .set_actions(Some(actions.actions.clone()))
                    .set_tags(Some(elb::sdk_tags(self.tags.marked(&cx.mark))));
                let sent = create.send().await;
                let refused = |e| actions.hidden(not_visible_yet(failure(CREATE, e)));
                let created = sent.map_err(refused)?;
                let rule = created.rules.unwrap_or_default().into_iter().next();
                let arn = rule.and_then(|rule| rule.rule_arn);
                Ok(Outputs {
                    client_secret: actions.sent,
                    ..outputs(required(CREATE, arn)?)
                })
            }
            Change::Modify => {
                let known = required(MODIFY, known)?;
                let actions = self.actions(aws, MODIFY).await?;
                let modify = aws
                    .elb
                    .modify_rule()
                    .rule_arn(&known.arn)
                    .set_conditions(Some(self.conditions()))
                    .set_actions(Some(actions.actions.clone()));
                // Only where there is something to take out: older partitions do not know it.
                let rewritten = known.foreign.iter().any(|what| what.contains("rewrite"));
                let modify = modify.set_reset_transforms(rewritten.then_some(true));
                let sent = modify.send().await;
                sent.map_err(|e| actions.hidden(not_visible_yet(failure(MODIFY, e))))?;
                Ok(Outputs {
                    client_secret: actions.sent,
                    ..outputs(known.arn.clone())
                })
            }
            Change::Priority => {
                let known = required(PRIORITY, known)?;
                let pair = RulePriorityPair::builder()
                    .rule_arn(&known.arn)
                    .priority(i32::try_from(self.priority).unwrap_or(i32::MAX));
                let set = aws.elb.set_rule_priorities();
                let sent = set.rule_priorities(pair.build()).send().await;
                sent.map_err(|e| not_visible_yet(failure(PRIORITY, e)))?;
                Ok(known.clone())
            }
            Change::Tag => elb::tag(aws, self.tags.marked(&cx.mark), known, |o| &o.arn).await,
            Change::Untag(keys) => elb::untag(aws, keys, known, |o| &o.arn).await,
            Change::Delete => {
                let known = required(DELETE, known)?;
                let delete = aws.elb.delete_rule().rule_arn(&known.arn);
                delete.send().await.map_err(|e| failure(DELETE, e))?;
                Ok(known.clone())
            }
        }
    }

    async fn list(aws: &Aws, stack: &StackName) -> Result<Vec<Outputs>, Failure> {
        let mut arns = Vec::new();
        for listener in listener::all(aws).await? {
            let rules = of_listener(aws, &listener).await?.into_iter();
            arns.extend(rules.filter_map(|rule| rule.rule_arn));
        }
        let ours = elb::of_stack(aws, arns, stack).await?;
        Ok(ours.into_iter().map(outputs).collect())
    }
}

impl ListenerRule {
    async fn actions(&self, aws: &Aws, operation: &'static str) -> Result<Actions, Failure> {
        let group = elb::known(operation, &self.target_group)?;
        Actions::of(aws, operation, group, self.login.as_ref()).await
    }

    fn conditions(&self) -> Vec<RuleCondition> {
        let hosts = (!self.hosts.is_empty()).then(|| {
            let values = HostHeaderConditionConfig::builder();
            RuleCondition::builder()
                .field("host-header")
                .host_header_config(values.set_values(Some(self.hosts.clone())).build())
                .build()
        });
        let wanted = self.paths();
        let paths = (!wanted.is_empty()).then(|| {
            let values = PathPatternConditionConfig::builder();
            RuleCondition::builder()
                .field("path-pattern")
                .path_pattern_config(values.set_values(Some(wanted)).build())
                .build()
        });
        hosts.into_iter().chain(paths).collect()
    }
}

fn outputs(arn: String) -> Outputs {
    Outputs {
        arn,
        foreign: Vec::new(),
        client_secret: None,
    }
}

/// A rule's ARN is its listener's with an id more [ELBv2 API: Rule]. Describe does not name it.
fn listener_of(rule: &str) -> String {
    let listener = rule.replacen(":listener-rule/", ":listener/", 1);
    match listener.rsplit_once('/') {
        Some((listener, _)) => listener.to_string(),
        None => listener,
    }
}

fn values(conditions: &[RuleCondition], field: &str) -> Vec<String> {
    let of = conditions.iter().filter(|c| c.field() == Some(field));
    of.flat_map(|condition| {
        let configured = match field {
            "host-header" => condition.host_header_config().map(|c| c.values()),
            _ => condition.path_pattern_config().map(|c| c.values()),
        };
        match configured {
            Some(values) if !values.is_empty() => values.to_vec(),
            _ => condition.values().to_vec(),
        }
    })
    .collect()
}

/// A condition that no spec can ask for, in words.
fn strange(condition: &RuleCondition) -> Option<String> {
    let field = condition.field().unwrap_or("of no field");
    let known = matches!(field, "host-header" | "path-pattern");
    (!known).then(|| format!("a condition on {field}"))
}

/// The one target group; what else there is goes to `foreign`.
fn target(actions: &[Action], foreign: &mut Vec<String>) -> String {
    let mut groups = Vec::new();
    for action in actions {
        match action.r#type() {
            Some(ActionTypeEnum::Forward) => groups.extend(elb::forwards_to(action)),
            Some(ActionTypeEnum::AuthenticateOidc) => {}
            Some(other) => foreign.push(format!("an action {}", other.as_str())),
            None => foreign.push("an action of no type".to_string()),
        }
    }
    let mut groups = groups.into_iter();
    let first = groups.next().unwrap_or_default();
    foreign.extend(groups.map(|group| format!("the target group {group}")));
    first
}

/// The rules of a listener without its default one; none of a listener that is not there.
async fn of_listener(aws: &Aws, listener: &str) -> Result<Vec<Described>, Failure> {
    let pages = aws.elb.describe_rules().listener_arn(listener);
    let read: Result<Vec<Described>, _> = pages.into_paginator().items().send().collect().await;
    match read.map_err(|e| failure(DESCRIBE, e)) {
        Err(missing) if missing.class == Class::Gone => Ok(Vec::new()),
        Err(failure) => Err(failure),
        Ok(rules) => Ok(rules
            .into_iter()
            .filter(|rule| rule.is_default != Some(true))
            .collect()),
    }
}

async fn described(aws: &Aws, arn: &str) -> Result<Option<Described>, Failure> {
    elb::one(aws, "listener-rule", arn, read, |rule| {
        rule.rule_arn.as_deref()
    })
    .await
}

async fn read(aws: Aws, arns: Vec<String>) -> Result<Vec<Described>, Failure> {
    let describe = aws.elb.describe_rules().set_rule_arns(Some(arns));
    let answer = describe.send().await.map_err(|e| failure(DESCRIBE, e))?;
    Ok(answer.rules.unwrap_or_default())
}
