//! A service whose two definitions are files in ECS's own JSON: what the files leave to Ashore is made and filled in.

use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::graph::Handle;
use ashore_engine::input::{Input, When};
use ashore_providers::aws::iam_role::Role;
use ashore_providers::aws::log_group::LogGroup;
use ashore_providers::aws::raw_service::RawService;
use ashore_providers::aws::raw_task_definition::RawTaskDefinition;
use ashore_providers::aws::tags::Tags;
use ashore_providers::aws::target_group::TargetGroup;
use serde_json::{Value, json};

use super::capacity::Capacities;
use super::ingress::Ways;
use super::network::Network;
use super::secrets::Reads;
use super::task::{EXECUTION_POLICY, own_policies};
use super::{LowerError, Lowering, of_service};
use crate::model::{LogRetention, Raw, RawNetwork, Service};

/// What stands in place of placeholders: texts that are known, and references.
type Fills = BTreeMap<&'static str, Value>;

impl Lowering<'_> {
    pub(super) fn raw_service(
        &mut self,
        service: &Service,
        raw: &Raw,
        network: &Network,
        ways: &BTreeMap<String, Ways>,
        cluster: &Input<String>,
        capacity: &Capacities,
    ) -> Result<Handle<RawService>, LowerError> {
        let (definition, reader) = self.raw_task(service, raw)?;
        let behind = self.behind(service, network, ways)?;
        let theirs = &self.manifest.existing.target_group;
        let group = match (behind.first(), theirs) {
            (Some(behind), _) => Some(json!(behind.group.get(TargetGroup::ARN))),
            (None, Some(theirs)) => Some(json!(theirs.get())),
            (None, None) => None,
        };
        let mut fills = self.known_fills();
        fills.insert("TASKDEFINITION_ARN", {
            json!(definition.get(RawTaskDefinition::ARN))
        });
        fills.extend(group.map(|group| ("TARGET_GROUP_ARN", group)));
        fills.insert("CLUSTER_ARN", json!(cluster));
        let mut document = filled(&raw.service, &fills);
        if raw.network == RawNetwork::Ours {
            let groups = self.task_groups(service, network, ways);
            document["networkConfiguration"] = awsvpc(&raw.service, network, &groups);
        }
        let name = service.name.as_str();
        let named = raw.cluster.clone().map(Input::Known);
        let running = self.graph.add(
            of_service(name, "raw_service"),
            &RawService {
                name: raw.name.clone().unwrap_or_else(|| self.name(name, 255)),
                cluster: named.unwrap_or_else(|| cluster.clone()),
                definition: document,
                tags: self.with_tags(&raw.service_tags),
            },
        );
        capacity.before(&mut self.graph, &running.any(), service);
        if raw.network == RawNetwork::Ours {
            self.after_ways_out(&running.any(), network);
        }
        if let Some(reader) = &reader {
            let why = "tasks read their secrets by this role as they start";
            self.graph.after(&running, reader, When::Ready, why);
        }
        self.after_balancers(&running.any(), &behind);
        Ok(running)
    }

    /// The task definition, and the role that reads secrets for it if that is ours.
    fn raw_task(
        &mut self,
        service: &Service,
        raw: &Raw,
    ) -> Result<(Handle<RawTaskDefinition>, Option<Handle<Role>>), LowerError> {
        let name = service.name.as_str();
        let mut fills = self.known_fills();
        if raw.log_group {
            let logs = self.graph.add(
                of_service(name, "log_group"),
                &LogGroup {
                    name: format!("/ashore/{}/{name}", self.surroundings.names.stack),
                    retention_days: match service.log_retention {
                        LogRetention::Days(days) => days.0,
                        LogRetention::Forever => 0,
                    },
                    tags: self.tags(),
                },
            );
            fills.insert("LOG_GROUP", json!(logs.get(LogGroup::NAME_)));
        }
        let mut reader = None;
        if raw.execution_role {
            let mut reads = Reads::default();
            for reference in &raw.reads {
                self.existing_secret(reference, None, &mut reads)?;
            }
            let policies = reads.policies();
            let any = !policies.is_empty();
            let managed = BTreeSet::from([EXECUTION_POLICY.to_string()]);
            let role = self.role(service, "execution", managed, policies)?;
            fills.insert("EXECUTION_ROLE_ARN", json!(role.get(Role::ARN)));
            reader = any.then_some(role);
        }
        if raw.task_role {
            let policies = own_policies(service, Vec::new());
            let role = self.role(service, "task", BTreeSet::new(), policies)?;
            fills.insert("TASK_ROLE_ARN", json!(role.get(Role::ARN)));
        }
        let definition = self.graph.add(
            of_service(name, "raw_task_definition"),
            &RawTaskDefinition {
                family: raw.family.clone().unwrap_or_else(|| self.name(name, 255)),
                definition: filled(&raw.task, &fills),
                tags: self.with_tags(&raw.task_tags),
            },
        );
        Ok((definition, reader))
    }

    fn known_fills(&self) -> Fills {
        let region = json!(self.surroundings.names.region);
        Fills::from([("REGION", region)])
    }

    /// The app's tags and those of a definition, which win.
    fn with_tags(&self, tags: &BTreeMap<String, String>) -> Tags {
        let mut all = self.tags();
        all.0.extend(tags.clone());
        all
    }
}

/// The definition with every placeholder filled in.
fn filled(definition: &Value, fills: &Fills) -> Value {
    match definition {
        Value::String(text) => fills
            .iter()
            .find(|(name, _)| *text == format!("@@{name}@@"))
            .map_or_else(
                || Value::String(within(text, fills)),
                |(_, fill)| fill.clone(),
            ),
        Value::Array(items) => items.iter().map(|item| filled(item, fills)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), filled(value, fills)))
            .collect(),
        other => other.clone(),
    }
}

/// What is known already can stand within a text.
fn within(text: &str, fills: &Fills) -> String {
    fills
        .iter()
        .fold(text.to_owned(), |text, (name, fill)| match fill.as_str() {
            Some(fill) => text.replace(&format!("@@{name}@@"), fill),
            None => text,
        })
}

/// Does it name one of Fargate's capacity providers?
pub(super) fn shares_fargate(definition: &Value) -> bool {
    let providers = definition["capacityProviderStrategy"].as_array();
    let mut providers = providers.into_iter().flatten();
    providers.any(|it| {
        let name = it["capacityProvider"].as_str();
        name.is_some_and(|name| name.starts_with("FARGATE"))
    })
}

/// The app's network for tasks that have one of their own. Addresses from the internet are for Fargate to give [ECS API:
/// AwsVpcConfiguration.assignPublicIp].
fn awsvpc(definition: &Value, network: &Network, groups: &[Input<String>]) -> Value {
    let fargate = definition["launchType"] == "FARGATE" || shares_fargate(definition);
    let mut configuration = json!({
        "subnets": network.task_subnets,
        "securityGroups": groups,
    });
    if fargate {
        let public = network.public_tasks;
        configuration["assignPublicIp"] = json!(if public { "ENABLED" } else { "DISABLED" });
    }
    json!({ "awsvpcConfiguration": configuration })
}
