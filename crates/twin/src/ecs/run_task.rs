//! RunTask: tasks that nobody replaces.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::container::{ENVIRONMENT_FILE, PAIR, Spec};
use super::launch::{self, Failed, Launch as Start};
use super::network::Network;
use super::placement::Placing;
use super::service::Launch;
use super::shape::{self, Member, Shape, may, must};
use super::task::{Owner, Task};
use super::{capacity, create_service, fargate, names, refuse, roles, task_definition};
use crate::clock::Millis;
use crate::operation::{Answer, Call};
use crate::refusal::Refusal;
use crate::tags::Tags;

/// What a token started, so that a repeated request starts nothing more [ECS API: RunTask clientToken, 24 hours].
#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Run {
    at: Millis,
    request: Value,
    tasks: Vec<String>,
}

const TOKEN_LIFE: u64 = 24 * 3_600_000;

const OVERRIDES: &[Member] = &[
    may("containerOverrides", Shape::List(CONTAINER)),
    may("inferenceAcceleratorOverrides", Shape::List(&[])),
    may("cpu", Shape::Text),
    may("memory", Shape::Text),
    may("executionRoleArn", Shape::Text),
    may("taskRoleArn", Shape::Text),
    may(
        "ephemeralStorage",
        Shape::Struct(&[must("sizeInGiB", Shape::Whole)]),
    ),
];

const CONTAINER: &[Member] = &[
    may("name", Shape::Text),
    may("command", Shape::Texts),
    may("environment", Shape::List(PAIR)),
    may("environmentFiles", Shape::List(ENVIRONMENT_FILE)),
    may("cpu", Shape::Whole),
    may("memory", Shape::Whole),
    may("memoryReservation", Shape::Whole),
];

pub(super) fn run(call: &mut Call<'_>) -> Answer {
    let mut input = std::mem::take(&mut call.input);
    let request = input.whole();
    let cluster = input.text("cluster")?;
    let given = input.required("taskDefinition")?;
    let count = create_service::read_count(&mut input, "count")?.unwrap_or(1);
    let launch_type = input.text("launchType")?;
    let strategy = capacity::read_strategy(input.raw("capacityProviderStrategy"))?;
    let platform = input.text("platformVersion")?;
    let network = Network::read(input.raw("networkConfiguration"))?;
    let overrides = input.raw("overrides").filter(|raw| !raw.is_null());
    let group = input.text("group")?;
    let started_by = input.text("startedBy")?;
    let token = input.text("clientToken")?;
    let managed = input.boolean("enableECSManagedTags")?.unwrap_or(false);
    let execute_command = input.boolean("enableExecuteCommand")?.unwrap_or(false);
    let propagate = input.text("propagateTags")?;
    let mut tags = Tags::from_list(input.objects("tags")?, "key", "value")?;
    let _ = input.text("referenceId")?;
    let mut placing = Placing::default();
    placing.read(&mut input)?;
    input.accept("volumeConfigurations", &[json!([])])?;
    input.finish()?;

    let cluster = names::active_cluster(call, cluster)?;
    if let Some(answer) = repeated(call, token.as_deref(), &request)? {
        return Ok(answer);
    }
    if !(1..=10).contains(&count) {
        return Err(refuse::parameter("The count must be between 1 and 10."));
    }
    // [ECS API: RunTask startedBy]
    if started_by.as_ref().is_some_and(|it| it.len() > 128) {
        return Err(refuse::parameter(
            "startedBy must not exceed 128 characters.",
        ));
    }
    let definition = task_definition::usable(call, &given)?;
    let launch = create_service::choose_launch(call, &cluster, launch_type, strategy)?;
    create_service::read_platform(&launch, platform)?;
    let region = call.region.clone();
    create_service::check_fit(
        call.world,
        &region,
        &definition,
        &launch,
        network.as_ref(),
        &[],
    )?;
    let overrides = read_overrides(call, &definition, overrides)?;
    if execute_command && overrides["taskRoleArn"].is_null() {
        create_service::check_exec(call.world, &region, &definition)?;
    }
    if network.is_some() && !roles::linked(call.world) {
        return Err(refuse::no_linked_role());
    }
    if launch.is_fargate() && !placing.is_empty() {
        return Err(refuse::parameter(
            "Placement strategies and constraints are not supported with FARGATE launch type.",
        ));
    }
    let family = names::definition_of(&definition)
        .map(|it| it.0.to_owned())
        .unwrap_or_default();
    if propagate.as_deref() == Some("TASK_DEFINITION")
        && let Some(definition) = call.here().ecs.definition(&definition)
    {
        let mut all = definition.tags.clone();
        all.0.extend(tags.0);
        tags = all;
    }
    if managed {
        tags.insert("aws:ecs:clusterName".to_owned(), cluster.clone());
    }
    let (mut ids, mut failures) = (Vec::new(), Vec::new());
    let mut spread: Vec<u32> = Vec::new();
    for _ in 0..count {
        let (launch_type, provider) = match &launch {
            Launch::Type(name) => (name.clone(), None),
            Launch::Strategy(items) => {
                spread.resize(items.len(), 0);
                let provider = capacity::choose(items, &spread)
                    .unwrap_or_default()
                    .to_owned();
                for (item, have) in items.iter().zip(&mut spread) {
                    *have += u32::from(item.capacity_provider == provider);
                }
                let word = capacity::launch_type(&call.here().ecs, &provider);
                (word.to_owned(), Some(provider))
            }
        };
        let start = Start {
            cluster: cluster.clone(),
            definition: definition.clone(),
            owner: Owner::Caller,
            group: group.clone().unwrap_or_else(|| format!("family:{family}")),
            started_by: started_by.clone(),
            launch_type,
            provider,
            network: network.clone(),
            balancers: Vec::new(),
            overrides: overrides.clone(),
            tags: tags.clone(),
            execute_command,
            placing: placing.clone(),
        };
        match launch::launch(call.world, &region, start) {
            Ok(id) => ids.push(id),
            Err(Failed::Placement(none)) if none.word.is_empty() => {
                let sentence = none.sentence.trim_start_matches("Reason: ");
                return Err(refuse::parameter(sentence));
            }
            Err(Failed::Placement(none)) => {
                failures.push(json!({ "arn": none.arn, "reason": none.word }));
            }
            Err(Failed::Launch(why)) if why.starts_with("ECS was unable to assume") => {
                return Err(refuse::client(why));
            }
            Err(Failed::Launch(why)) => failures.push(json!({ "reason": why })),
        }
    }
    let now = call.now();
    if let Some(token) = token {
        let run = Run {
            at: now,
            request,
            tasks: ids.clone(),
        };
        call.here().ecs.runs.insert(token, run);
    }
    let tasks = views(call, &ids);
    Ok(json!({ "tasks": tasks, "failures": failures }))
}

/// A task of another size must be one that Fargate has too.
fn check_size(overrides: &Value, spec: &Spec) -> Result<(), Refusal> {
    let given = |name: &str| overrides[name].as_str();
    let of_fargate = spec
        .requires_compatibilities
        .iter()
        .any(|it| it == "FARGATE");
    if !of_fargate || (given("cpu").is_none() && given("memory").is_none()) {
        return Ok(());
    }
    let cpu = given("cpu")
        .or(spec.cpu.as_deref())
        .and_then(fargate::cpu_units);
    let memory = given("memory").or(spec.memory.as_deref());
    match (cpu, memory.and_then(fargate::mebibytes)) {
        (Some(cpu), Some(memory)) if fargate::exists(cpu, memory) => Ok(()),
        _ => Err(refuse::parameter(
            "No Fargate configuration exists for given values of cpu and memory.",
        )),
    }
}

fn repeated(
    call: &mut Call<'_>,
    token: Option<&str>,
    request: &Value,
) -> Result<Option<Value>, Refusal> {
    let now = call.now();
    let runs = &mut call.here().ecs.runs;
    runs.retain(|_, run| run.at.0 + TOKEN_LIFE > now.0);
    let Some(run) = token.and_then(|token| runs.get(token)) else {
        return Ok(None);
    };
    if run.request != *request {
        return Err(Refusal::new(
            "ConflictException",
            "The request conflicts with an earlier one that had the same clientToken.",
        ));
    }
    let ids = run.tasks.clone();
    let tasks = views(call, &ids);
    Ok(Some(json!({ "tasks": tasks, "failures": [] })))
}

fn views(call: &mut Call<'_>, ids: &[String]) -> Vec<Value> {
    let tasks = &call.here().ecs.tasks;
    ids.iter()
        .filter_map(|id| tasks.get(id))
        .map(|task: &Task| task.view(true))
        .collect()
}

fn read_overrides(
    call: &mut Call<'_>,
    definition: &str,
    raw: Option<Value>,
) -> Result<Value, Refusal> {
    let raw = raw.unwrap_or_else(|| json!({}));
    let mut checked = shape::check(raw, &Shape::Struct(OVERRIDES), "overrides")?;
    let definition = call.here().ecs.definition(definition);
    for container in checked["containerOverrides"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let name = container["name"].as_str().unwrap_or_default();
        if definition.is_none_or(|definition| definition.container(name).is_none()) {
            return Err(refuse::parameter(format!(
                "Override for container named {name} is not a container in the TaskDefinition."
            )));
        }
    }
    if let Some(definition) = definition {
        check_size(&checked, &definition.spec)?;
    }
    if let Some(members) = checked.as_object_mut() {
        for list in ["containerOverrides", "inferenceAcceleratorOverrides"] {
            members.entry(list).or_insert_with(|| json!([]));
        }
    }
    Ok(checked)
}
