//! Placing tasks on container instances: which one, or why none.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::container_instance::{ContainerInstance, Status};
use super::provider::Over;
use super::resources::{self, Need};
use super::shape::{self, Shape, may};
use super::{Ecs, managed_scaling, refuse, scheduler, seat};
use crate::input::Input;
use crate::refusal::Refusal;
use crate::world::World;

/// How tasks of a service or run are to be placed.
#[derive(Serialize, Deserialize, Debug, Clone, Default, PartialEq)]
pub(super) struct Placing {
    pub(super) strategy: Vec<Strategy>,
    /// Each task on an instance of its own.
    pub(super) distinct: bool,
    /// One task on every instance.
    #[serde(default)]
    pub(super) daemon: bool,
}

/// [ECS API: PlacementStrategy]
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub(super) struct Strategy {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    field: Option<String>,
}

const STRATEGY: Shape = Shape::List(&[
    may("type", Shape::OneOf(&["random", "spread", "binpack"])),
    may("field", Shape::Text),
]);

const CONSTRAINT: Shape = Shape::List(&[
    may("type", Shape::OneOf(&["distinctInstance", "memberOf"])),
    may("expression", Shape::Text),
]);

const ZONE: &str = "attribute:ecs.availability-zone";

impl Placing {
    /// Reads what a request says over what is there.
    pub(super) fn read(&mut self, input: &mut Input) -> Result<(), Refusal> {
        if let Some(raw) = input.raw("placementStrategy") {
            let checked = shape::check(raw, &STRATEGY, "placementStrategy")?;
            let mut read: Vec<Strategy> = serde_json::from_value(checked).map_err(|error| {
                refuse::parameter(format!("Invalid placementStrategy: {error}"))
            })?;
            // [ECS API: CreateService placementStrategy]
            if read.len() > 5 {
                return Err(refuse::parameter(
                    "A service has at most 5 placement strategies.",
                ));
            }
            read.iter_mut().try_for_each(Strategy::check)?;
            self.strategy = read;
        }
        if let Some(raw) = input.raw("placementConstraints") {
            let checked = shape::check(raw, &CONSTRAINT, "placementConstraints")?;
            self.distinct = false;
            for constraint in checked.as_array().into_iter().flatten() {
                if constraint["type"] == "memberOf" {
                    return Err(Refusal::not_implemented(
                        "placement constraints of type memberOf",
                    ));
                }
                if !constraint["expression"].is_null() {
                    return Err(refuse::parameter(
                        "The distinctInstance constraint takes no expression.",
                    ));
                }
                self.distinct = true;
            }
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.strategy.is_empty() && !self.distinct
    }

    pub(super) fn constraints(&self) -> Value {
        match self.distinct {
            true => json!([{ "type": "distinctInstance" }]),
            false => json!([]),
        }
    }
}

impl Strategy {
    /// The fields that each sort takes; `host` means the instance [ECS API: PlacementStrategy field].
    fn check(&mut self) -> Result<(), Refusal> {
        let field = self.field.clone().unwrap_or_default();
        let field = field
            .strip_prefix("attribute:")
            .map_or(field.to_lowercase(), |_| field.clone());
        let known = match self.kind.as_str() {
            "random" => field.is_empty(),
            "binpack" => matches!(field.as_str(), "cpu" | "memory"),
            _ => matches!(field.as_str(), "instanceid" | "host" | ZONE),
        };
        if !known {
            return Err(
                match self.kind == "spread" && field.starts_with("attribute:") {
                    true => Refusal::not_implemented(format_args!("placement by {field}")),
                    false => refuse::parameter(format!(
                        "The field '{field}' is not valid for a placement strategy of type {}.",
                        self.kind
                    )),
                },
            );
        }
        if field == "instanceid" || field == "host" {
            self.field = Some("instanceId".to_owned());
        } else if self.kind == "binpack" {
            self.field = Some(field.to_uppercase());
        }
        Ok(())
    }
}

/// What is to be placed, and where it may be.
pub(super) struct Ask<'a> {
    pub(super) cluster: &'a str,
    /// On instances of this provider only.
    pub(super) provider: Option<&'a str>,
    pub(super) need: &'a Need,
    /// `x86_64` or `arm64`, if the task definition says.
    pub(super) architecture: Option<&'a str>,
    pub(super) placing: &'a Placing,
    pub(super) group: &'a str,
    /// The zones of its subnets, if it has an interface of its own.
    pub(super) zones: Option<Vec<String>>,
}

/// Why there is no place.
#[derive(Debug, Clone)]
pub(super) struct NoRoom {
    /// RunTask's word; empty where there is no instance at all.
    pub(super) word: &'static str,
    /// The scheduler's sentence, from `Reason:` or `The closest …` on.
    pub(super) sentence: String,
    /// The instance that came closest.
    pub(super) arn: Option<String>,
}

/// The instance for a task.
pub(super) fn choose(ecs: &Ecs, ask: &Ask<'_>) -> Result<String, NoRoom> {
    let of_provider = |it: &&ContainerInstance| match ask.provider {
        None => true,
        Some(name) => it.provider.as_deref() == Some(name),
    };
    let here = ecs
        .instances
        .values()
        .filter(|it| it.cluster == ask.cluster && it.is_active());
    let here: Vec<&ContainerInstance> = here.filter(of_provider).collect();
    if here.is_empty() {
        let of = if ask.provider.is_some() {
            "capacity provider"
        } else {
            "cluster"
        };
        return Err(NoRoom {
            word: "",
            sentence: format!("Reason: No Container Instances were found in your {of}."),
            arn: None,
        });
    }
    let mut fitting = Vec::new();
    let mut closest: Option<(u8, &ContainerInstance, resources::Misfit)> = None;
    for instance in here {
        let (rank, misfit) = match misfit(ecs, instance, ask) {
            None => {
                fitting.push(instance);
                continue;
            }
            Some(misfit) if misfit.0 == "ATTRIBUTE" => (1, misfit),
            Some(misfit) => (0, misfit),
        };
        if closest.as_ref().is_none_or(|(best, ..)| rank < *best) {
            closest = Some((rank, instance, misfit));
        }
    }
    fitting.sort_by_key(|it| rank(ecs, it, ask));
    match (fitting.first(), closest) {
        (Some(chosen), _) => Ok(chosen.id.clone()),
        (None, Some((_, instance, (word, sentence)))) => Err(NoRoom {
            word,
            sentence: format!(
                "The closest matching container-instance {} {sentence}.",
                instance.id
            ),
            arn: Some(instance.arn.clone()),
        }),
        (None, None) => Err(NoRoom {
            word: "AGENT",
            sentence: "Reason: No Container Instances were found in your cluster.".to_owned(),
            arn: None,
        }),
    }
}

fn misfit(ecs: &Ecs, instance: &ContainerInstance, ask: &Ask<'_>) -> Option<resources::Misfit> {
    let missing = ("ATTRIBUTE", "is missing an attribute required by your task");
    if ask
        .architecture
        .is_some_and(|it| it != instance.architecture)
    {
        return Some(missing);
    }
    if ask
        .zones
        .as_ref()
        .is_some_and(|zones| !zones.contains(&instance.zone))
    {
        return Some(missing);
    }
    let mut mine = resources::on(ecs, &instance.id).filter(|it| it.group == ask.group);
    if (ask.placing.distinct || ask.placing.daemon) && mine.any(|it| !it.is_stopping()) {
        return Some(("MEMBER_OF", "does not satisfy a placement constraint"));
    }
    resources::left(ecs, instance).misfit(ask.need)
}

/// The lower the better. Without a strategy tasks are spread over zones, then over instances
/// [ECS developer guide: task placement strategies].
fn rank(ecs: &Ecs, instance: &ContainerInstance, ask: &Ask<'_>) -> Vec<u64> {
    let mine = || {
        let tasks = ecs.tasks.values();
        tasks.filter(|it| it.group == ask.group && !it.is_stopping() && it.instance.is_some())
    };
    let in_zone = || {
        let there = mine().filter_map(|it| ecs.instances.get(it.instance.as_deref()?));
        there.filter(|it| it.zone == instance.zone).count() as u64
    };
    let here = || {
        mine()
            .filter(|it| it.instance.as_ref() == Some(&instance.id))
            .count() as u64
    };
    let left = resources::left(ecs, instance);
    if ask.placing.strategy.is_empty() {
        return vec![in_zone(), here()];
    }
    let rank = |strategy: &Strategy| match (strategy.kind.as_str(), strategy.field.as_deref()) {
        ("spread", Some(ZONE)) => in_zone(),
        ("spread", _) => here(),
        ("binpack", Some("CPU")) => left.cpu.into(),
        ("binpack", _) => left.memory.into(),
        _ => 0,
    };
    ask.placing.strategy.iter().map(rank).collect()
}

/// Whether tasks of this provider may wait for capacity instead of being refused: it scales by itself.
pub(super) fn scales(ecs: &Ecs, provider: Option<&str>) -> bool {
    let found = provider.and_then(|name| ecs.provider(name));
    found.is_some_and(|it| match &it.over {
        Over::Group(group) => group.scales(),
        Over::Managed(_) => true,
    })
}

/// There is more room in a cluster, or there may be: tasks that wait are placed, and services look again.
pub(super) fn room(world: &mut World, region: &str, cluster: &str) {
    let now = world.now;
    let ecs = &world.region(region).ecs;
    let mut waiting: Vec<(crate::clock::Millis, String)> = ecs
        .tasks
        .values()
        .filter(|it| it.cluster == cluster && it.is_waiting())
        .map(|it| (it.times.created, it.id.clone()))
        .collect();
    waiting.sort();
    for (_, id) in waiting {
        seat::try_seat(world, region, &id);
    }
    let services = world.region(region).ecs.services.iter();
    let concerned = services
        .filter(|(_, it)| it.cluster == cluster && !it.is_inactive() && !it.launch.is_fargate());
    let keys: Vec<String> = concerned.map(|(key, _)| key.clone()).collect();
    for key in keys {
        scheduler::wake(world, region, &key, now);
    }
}

/// A task has stopped, or has been given up: what it had is free.
pub(super) fn left(world: &mut World, region: &str, cluster: &str, instance: Option<&str>) {
    if let Some(instance) = instance {
        super::drain::look(world, region, instance);
    }
    room(world, region, cluster);
    managed_scaling::look(world, region);
}

/// How many instances a daemon service has to be on.
pub(super) fn daemons(ecs: &Ecs, cluster: &str) -> u32 {
    let here = ecs.instances.values();
    here.filter(|it| it.cluster == cluster && it.status == Status::Active)
        .count() as u32
}
