//! The laws, each a function that says how it was broken.

use std::collections::{BTreeMap, BTreeSet};

use ashore_engine::address::Instance;
use ashore_engine::failure::Class;
use ashore_engine::journal::{read, replay};
use ashore_engine::kind::Kinds;
use ashore_engine::plan::{Action, Phase, Plan, Step, check};
use ashore_engine::run::{Entry, Outcome, Run, UndoStage};
use ashore_engine::state::{Ownership, State};

use super::Breach;
use super::session::Session;
use crate::cloud::{Cloud, Object, Request};

/// What was there when a run began.
pub(super) struct Before {
    picture: BTreeMap<String, String>,
    log: usize,
    resources: BTreeMap<Instance, ashore_engine::state::Record>,
}

impl Before {
    pub(super) fn of(cloud: &Cloud, state: &State) -> Self {
        Self {
            picture: cloud.picture(),
            log: cloud.log().len(),
            resources: state.resources.clone(),
        }
    }
}

fn law(holds: bool, broken: impl FnOnce() -> String) -> Result<(), Breach> {
    if holds { Ok(()) } else { Err(Breach(broken())) }
}

/// No request before its entry is durable, nothing doubled, nothing foreign touched.
pub(super) fn no_breach(cloud: &Cloud) -> Result<(), Breach> {
    let breaches = cloud.breaches();
    law(breaches.is_empty(), || breaches.join("; "))
}

/// The same graph, state and observations give the same plan, byte for byte.
pub(super) fn same_plan(one: Option<&Plan>, other: Option<&Plan>) -> Result<(), Breach> {
    let text = |plan: Option<&Plan>| serde_json::to_string(&plan).unwrap_or_default();
    law(text(one) == text(other), || {
        "two plans of one input differ".into()
    })
}

/// Every plan passes an independent look.
pub(super) fn sound(plan: &Plan, state: &State, kinds: &Kinds) -> Result<(), Breach> {
    let flaws = check::check(plan, state, kinds);
    law(flaws.is_empty(), || {
        let flaws: Vec<String> = flaws.iter().map(ToString::to_string).collect();
        format!("the plan has flaws: {}", flaws.join("; "))
    })
}

/// Replaying the journal gives the run that wrote it.
pub(super) fn replays(bytes: &[u8], run: &Run) -> Result<(), Breach> {
    let reading = read(bytes).map_err(|error| Breach(error.to_string()))?;
    let replayed = replay(&reading.entries).map_err(|error| Breach(error.to_string()))?;
    law(replayed.as_ref() == Some(run), || {
        "the journal tells of another run".into()
    })?;
    law(
        replayed.is_some_and(|replayed| replayed.next() == run.next()),
        || "the replayed run goes on in another way".into(),
    )
}

/// What holds after every run that has ended.
pub(super) fn after_run(
    session: &Session,
    run: &Run,
    outcome: Outcome,
    entries: &[Entry],
) -> Result<(), Breach> {
    no_breach(&session.cloud)?;
    in_order(run, entries)?;
    never_back_after_commit(entries)?;
    no_ghosts(session, run, outcome)?;
    if session.calm {
        law(outcome == Outcome::Converged, || {
            format!("nothing went wrong, and the run ended {outcome:?}")
        })?;
        as_planned(session, run)?;
    }
    if outcome == Outcome::RolledBack {
        back_where_it_was(session, run)?;
    }
    if outcome == Outcome::Stuck {
        nothing_pulled_away(session, run)?;
    }
    Ok(())
}

/// Every step comes after those that it is said to come after.
fn in_order(run: &Run, entries: &[Entry]) -> Result<(), Breach> {
    let mut done = BTreeSet::new();
    let mut undoing = false;
    for entry in entries {
        match entry {
            Entry::Done { step, .. } => {
                done.insert(step);
            }
            Entry::Undoing => undoing = true,
            Entry::Sending { step, .. } if !undoing => {
                for need in &run.plan().steps[step].after {
                    law(done.contains(&need.step), || {
                        format!("{step} starts before {} is done", need.step)
                    })?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn never_back_after_commit(entries: &[Entry]) -> Result<(), Breach> {
    let committed = entries.iter().position(|entry| *entry == Entry::Committed);
    let back = |entry: &Entry| {
        matches!(
            entry,
            Entry::Undoing | Entry::UndoPlanned { .. } | Entry::Undone { .. }
        )
    };
    let after = &entries[committed.unwrap_or(entries.len())..];
    law(!after.iter().any(back), || {
        "something is undone after the commit point".into()
    })
}

/// What the state says is ours is there, and what is there and ours is in the state.
fn no_ghosts(session: &Session, run: &Run, outcome: Outcome) -> Result<(), Breach> {
    let objects = session.cloud.objects();
    let ours: BTreeMap<String, &str> = objects
        .iter()
        .filter(|object| object.going.is_none())
        .filter_map(|object| {
            let owner = object.owner.as_ref()?;
            let instance = Instance::new(owner.address.as_str().into(), owner.generation);
            Some((instance.to_string(), object.id.as_str()))
        })
        .collect();
    let known: BTreeMap<String, &str> = session
        .state
        .resources
        .iter()
        .filter(|(_, record)| record.ownership == Ownership::Ours)
        .map(|(instance, record)| {
            let id = record.outputs.get("id").and_then(serde_json::Value::as_str);
            (instance.to_string(), id.unwrap_or("nothing"))
        })
        .collect();
    let lost = |instance: &&String| {
        let name = instance.split('/').next().unwrap_or_default();
        session.lost.contains(name)
    };
    for instance in known
        .keys()
        .chain(ours.keys())
        .filter(|instance| !lost(instance))
    {
        // Its end was not seen; the next plan looks again.
        let vanished = run.plan().steps.iter().any(|(step, planned)| {
            let none = planned.pre_image.is_none() && planned.action == Action::Delete;
            none && step.to_string() == *instance
        });
        let unseen = vanished || matches!(outcome, Outcome::LeftBehind | Outcome::Stuck);
        if unseen && !ours.contains_key(instance) {
            continue;
        }
        law(known.get(instance) == ours.get(instance), || {
            format!(
                "{instance} is {:?} in the state and {:?} in the cloud after {outcome:?}",
                known.get(instance),
                ours.get(instance)
            )
        })?;
    }
    Ok(())
}

/// What the cloud received is what the plan listed, request for request.
fn as_planned(session: &Session, run: &Run) -> Result<(), Breach> {
    let Some(before) = &session.before else {
        return Ok(());
    };
    let log = session.cloud.log();
    for (instance, step) in &run.plan().steps {
        let sent: Vec<&str> = log[before.log..]
            .iter()
            .filter(|received| received.step == *instance)
            // What is too new to be used is asked for again.
            .filter(|received| received.outcome != Some(Err(Class::Eventual)))
            .map(|received| operation(&received.request))
            .collect();
        let listed: Vec<&str> = step
            .requests
            .iter()
            .map(|request| request.operation.as_str())
            .collect();
        law(sent == listed, || {
            let of = |received: &&crate::cloud::Received| received.step == *instance;
            let received: Vec<_> = log[before.log..].iter().filter(of).collect();
            format!("{instance}: planned {listed:?}, sent {received:#?}")
        })?;
    }
    let steps = &run.plan().steps;
    let more = log[before.log..]
        .iter()
        .find(|received| !steps.contains_key(&received.step));
    law(more.is_none(), || format!("not planned: {more:?}"))
}

fn operation(request: &Request) -> &'static str {
    match request {
        Request::Create { .. } => "toy:Create",
        Request::Attach { .. } => "toy:Attach",
        Request::Detach { .. } => "toy:Detach",
        Request::Resize { .. } => "toy:Resize",
        Request::Tag { value: Some(_), .. } => "toy:Tag",
        Request::Tag { value: None, .. } => "toy:Untag",
        Request::Delete { .. } => "toy:Delete",
    }
}

/// What could not be put back still has what it was built on.
fn nothing_pulled_away(session: &Session, run: &Run) -> Result<(), Breach> {
    if !session.lost.is_empty() {
        return Ok(()); // others have pulled something away
    }
    let objects = session.cloud.objects();
    let there = |id: &str| {
        let there = |object: &&Object| object.id == id && object.going.is_none();
        objects.iter().find(there)
    };
    for (instance, progress) in run.steps() {
        let undo = progress.undo.as_ref().map(|undo| undo.stage);
        let stays = run.plan().steps[instance].action != Action::Delete;
        let outputs = progress.outputs.as_ref();
        let id = outputs.and_then(|outputs| outputs.get("id")?.as_str());
        let Some(object) = id.and_then(there) else {
            continue;
        };
        if undo != Some(UndoStage::Failed) || !stays {
            continue;
        }
        for used in object.fields.uses.values() {
            let told = used.strip_suffix(".toy").or(used.strip_prefix("proof-of-"));
            law(there(told.unwrap_or(used)).is_some(), || {
                format!("{instance} could not be put back, and {used}, which it uses, is gone")
            })?;
        }
    }
    Ok(())
}

/// Everything is as it was before the run, but for what others have changed meanwhile.
fn back_where_it_was(session: &Session, run: &Run) -> Result<(), Breach> {
    let Some(before) = &session.before else {
        return Ok(());
    };
    if session
        .meddled
        .iter()
        .any(|name| session.lost.contains(name))
    {
        return Ok(()); // what used the lost one may have been lost with it
    }
    // A revision can never be changed: it goes on telling of what was there before it was made again.
    let mut steps = run.plan().steps.values();
    let early = |step: &Step| step.action == Action::Delete && step.phase == Phase::Converge;
    let remakes = steps.any(early);
    let others = |title: &String| {
        let meddled = |name: &String| title.contains(&format!(" {name}/"));
        session.meddled.iter().any(meddled)
            || title.starts_with("toy.role")
            || (remakes && title.starts_with("toy.revision"))
    };
    same(
        &before.picture,
        &session.cloud.picture(),
        others,
        "after the rollback",
    )?;
    let needs = |resources: &BTreeMap<Instance, ashore_engine::state::Record>| {
        let ours = resources
            .iter()
            .filter(|(_, record)| record.ownership == Ownership::Ours);
        ours.map(|(instance, record)| (instance.clone(), record.needs.clone()))
            .collect::<BTreeMap<_, _>>()
    };
    let (was, is) = (needs(&before.resources), needs(&session.state.resources));
    law(
        is.iter()
            .all(|(instance, needs)| was.get(instance).is_none_or(|was| was == needs)),
        || format!("the needs in the state are {is:?} after the rollback, and were {was:?}"),
    )
}

/// Planning again after a run that has converged plans nothing.
pub(super) fn nothing_left_to_do(plan: &Plan) -> Result<(), Breach> {
    let steps: Vec<String> = plan
        .steps
        .iter()
        .map(|(instance, step)| format!("{:?} {instance} {:?}", step.action, step.reasons))
        .collect();
    law(steps.is_empty(), || {
        format!("planning again plans {}", steps.join(", "))
    })
}

/// After everything was taken down, the cloud is as it was before anything was made.
pub(super) fn as_before(before: &BTreeMap<String, String>, cloud: &Cloud) -> Result<(), Breach> {
    let objects = cloud.objects();
    let lingers = objects.iter().find(|object| object.going.is_some());
    law(lingers.is_none(), || {
        format!("{lingers:?} is still on its way out in the end")
    })?;
    same(
        before,
        &cloud.picture(),
        |title| title.starts_with("toy.role"),
        "in the end",
    )
}

fn same(
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
    ignored: impl Fn(&String) -> bool,
    when: &str,
) -> Result<(), Breach> {
    let titles: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for title in titles.into_iter().filter(|title| !ignored(title)) {
        law(before.get(title) == after.get(title), || {
            format!(
                "{title} was {:?} and is {:?} {when}",
                before.get(title),
                after.get(title)
            )
        })?;
    }
    Ok(())
}
