//! `aws.ecs.raw_service`: a service that a user wrote in ECS's own JSON. It is created as it was
//! written; an update sends the members that differ and no others.

#[cfg(feature = "live")]
mod live;

use std::collections::BTreeSet;

use ashore_engine::input::{Input, Output};
use ashore_engine::kind::{Impact, Kind, Observed, Patience, Replacement, Request};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

#[cfg(feature = "live")]
pub(in crate::aws) use live::stack_services;

use crate::aws::tags::Tags;
use crate::aws::{definition, names, patience, service};

/// The longest name [ECS API: CreateService].
const NAME_MAX: usize = 255;

/// Members that `UpdateService` does not have [ECS API: UpdateService].
const FIXED: [&str; 3] = ["launchType", "schedulingStrategy", "deploymentController"];

/// Members of which another value makes another deployment [ECS API: UpdateService].
const DEPLOYING: [&str; 9] = [
    "taskDefinition",
    "networkConfiguration",
    "loadBalancers",
    "serviceRegistries",
    "capacityProviderStrategy",
    "platformVersion",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "enableExecuteCommand",
];

/// A service.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RawService {
    /// Its name, unique in the cluster. Cannot be changed.
    pub name: String,
    /// Name or ARN of the cluster. Cannot be changed.
    pub cluster: Input<String>,
    /// Members of `CreateService`, but for name, cluster, token and tags. References stand where
    /// texts are wanted.
    pub definition: Value,
    /// The user's tags.
    pub tags: Tags,
}

/// What AWS tells of a service.
pub type Outputs = service::Outputs;

impl RawService {
    /// Its ARN.
    pub const ARN: Output<Self, String> = Output::new("arn");
    /// Its name.
    pub const NAME_: Output<Self, String> = Output::new("name");
}

/// One request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `CreateService`, with a token.
    Create,
    /// `UpdateService`, with these members and no others; with none, the same deployment again.
    Update {
        /// What differs.
        members: Vec<String>,
        /// How many tasks there are to be, if that differs.
        count: Option<u64>,
        /// So many of the tasks serve at least while it takes effect, in percent.
        least: u64,
    },
    /// `TagResource`.
    Tag,
    /// `UntagResource`.
    Untag(Vec<String>),
    /// `DeleteService` with `force`, which stops the tasks too.
    Delete,
}

impl RawService {
    fn member(&self, name: &str) -> Option<&Value> {
        self.definition.get(name).filter(|value| !value.is_null())
    }

    /// So many tasks serve at least during a rollout, in percent; 100 where nothing is said.
    fn least(&self) -> u64 {
        let least = self
            .definition
            .pointer("/deploymentConfiguration/minimumHealthyPercent");
        least.and_then(Value::as_u64).unwrap_or(100)
    }

    /// What an update says of a member. What is not given any more goes back to what ECS has
    /// without it; where it cannot, it stays.
    #[cfg_attr(
        not(feature = "live"),
        allow(dead_code, reason = "sent by the effect half")
    )]
    fn said(&self, member: &str) -> Option<Value> {
        self.member(member).cloned().or_else(|| unsaid(member))
    }

    fn differing(&self, observed: &Observed<Self>) -> Vec<String> {
        let there = &observed.spec;
        let names = |definition: &Value| {
            let members = definition.as_object().map(Map::keys).into_iter().flatten();
            members.cloned().collect::<Vec<_>>()
        };
        let all: BTreeSet<String> = names(&self.definition)
            .into_iter()
            .chain(names(&there.definition))
            .filter(|name| !FIXED.contains(&name.as_str()))
            .collect();
        let differs = |name: &String| match (self.member(name), there.member(name)) {
            (None, Some(there)) => unsaid(name).is_some_and(|unsaid| unsaid != *there),
            (wanted, there) => wanted != there,
        };
        all.into_iter().filter(differs).collect()
    }
}

/// What a member is where nothing was said of it [ECS API: UpdateService].
fn unsaid(member: &str) -> Option<Value> {
    Some(match member {
        "loadBalancers"
        | "serviceRegistries"
        | "placementConstraints"
        | "placementStrategy"
        | "volumeConfigurations"
        | "vpcLatticeConfigurations" => json!([]),
        "healthCheckGracePeriodSeconds" => json!(0),
        "enableExecuteCommand" | "enableECSManagedTags" => json!(false),
        "propagateTags" => json!("NONE"),
        "platformVersion" => json!("LATEST"),
        "serviceConnectConfiguration" => json!({ "enabled": false }),
        "deploymentConfiguration" => json!({
            "maximumPercent": 200,
            "minimumHealthyPercent": 100,
            "deploymentCircuitBreaker": { "enable": false, "rollback": false },
        }),
        _ => return None,
    })
}

impl Kind for RawService {
    const NAME: &'static str = "aws.ecs.raw_service";
    const PATIENCE: Patience = patience::SERVICE;
    const LOOKS_BEFORE: bool = true; // on a cluster of somebody else's, others have names too
    type Outputs = Outputs;
    type Change = Change;

    fn changes(&self, observed: Option<&Observed<Self>>) -> Vec<Change> {
        let Some(observed) = observed else {
            return vec![Change::Create];
        };
        let members = self.differing(observed);
        let deploys = |name: &String| DEPLOYING.contains(&name.as_str());
        let again = observed.outputs.given_up && !members.iter().any(deploys);
        let count = members.iter().any(|name| name == "desiredCount");
        let count = self.member("desiredCount").filter(|_| count);
        let update = (again || !members.is_empty()).then(|| Change::Update {
            count: count.and_then(Value::as_u64),
            least: self.least(),
            members,
        });
        let tags = self
            .tags
            .requests(&observed.spec.tags, Change::Tag, Change::Untag);
        update.into_iter().chain(tags).collect()
    }

    fn removal(_: &Observed<Self>) -> Vec<Change> {
        vec![Change::Delete]
    }

    fn replaced_by(&self, observed: &Observed<Self>) -> Option<Replacement> {
        let there = &observed.spec;
        let fixed = FIXED.iter().any(|name| {
            let wanted = self.member(name);
            wanted.is_some() && wanted != there.member(name)
        });
        let fields = [
            ("name", self.name != there.name),
            (
                "cluster",
                !service::same_cluster(&self.cluster, &there.cluster),
            ),
            ("definition", fixed),
        ];
        let differ = fields.into_iter().filter(|(_, differs)| *differs);
        Replacement::because(differ.map(|(field, _)| field)).or_none()
    }

    fn request(change: &Change) -> Request {
        match change {
            Change::Create => Request::new("ecs:CreateService"),
            Change::Update {
                members,
                count,
                least,
            } => Request::new("ecs:UpdateService").impact(impact(members, *count, *least)),
            Change::Tag => Request::new("ecs:TagResource"),
            Change::Untag(_) => Request::new("ecs:UntagResource"),
            Change::Delete => Request::new("ecs:DeleteService")
                .impact(Impact::Outage("its tasks are stopped".into())),
        }
        .on("service/*/{name}")
    }

    fn owned(mut self, by: &[&Self]) -> Self {
        let given: Vec<&Value> = by.iter().map(|spec| &spec.definition).collect();
        self.definition = definition::owned(&self.definition, &given);
        for spec in by {
            if service::same_cluster(&self.cluster, &spec.cluster) {
                self.cluster = spec.cluster.clone();
            }
        }
        self.tags = self.tags.owned(by.iter().map(|spec| &spec.tags));
        self
    }

    fn at_generation(&mut self, generation: u32) {
        self.name = names::generation(&self.name, generation, NAME_MAX);
    }
}

fn impact(members: &[String], count: Option<u64>, least: u64) -> Impact {
    if count == Some(0) {
        return Impact::Outage("no task is left running".into());
    }
    let deploys = members.is_empty()
        || members
            .iter()
            .any(|name| DEPLOYING.contains(&name.as_str()));
    if deploys && least == 0 {
        return Impact::Brief("old tasks are stopped before new ones start".into());
    }
    if deploys && least < 100 {
        return Impact::Brief(format!(
            "while tasks are replaced, {least} % of them serve at the least"
        ));
    }
    Impact::None
}

#[cfg(test)]
mod tests;
