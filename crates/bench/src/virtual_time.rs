//! One `up` of `examples/hello` from nothing, on tokio's paused clock: the real SDK, the real
//! kinds, the engine's own loop, and a twin in this process behind a wire that takes its time.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ashore_engine::address::{RunId, StackName};
use ashore_engine::clock::TokioClock;
use ashore_engine::drive::{Ended, Stop, World, drive};
use ashore_engine::event::Event;
use ashore_engine::journal::Journal as _;
use ashore_engine::kind::{Patience, Wait};
use ashore_engine::plan::{Options, plan};
use ashore_engine::retry::patiently;
use ashore_engine::run::{Entry, Outcome, Run, Then};
use ashore_engine::state::folder::Folder;
use ashore_engine::survey::survey;
use ashore_manifest::lower::{Existing, Surroundings, lower};
use ashore_manifest::model::Architecture;
use ashore_manifest::{LoadOptions, load};
use ashore_providers::aws::live::in_process::Service;
use ashore_providers::aws::live::{Aws, config};
use ashore_providers::aws::names::Names;
use ashore_providers::cloudflare::live::{API, Cloudflare, Transport};
use ashore_twin::{Millis, Timing, Twin};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::time::Instant;

use crate::table::CALL_MILLIS;

/// The manifest of the main job, as it stands in the repository.
pub(crate) const HELLO: &str = include_str!("../../../examples/hello/ashore.toml");

/// What was measured.
#[derive(Debug)]
pub(crate) struct Measured {
    /// From the first call to the end of the run.
    pub(crate) wall: Duration,
    /// Every call and every event, in order of time.
    pub(crate) timeline: Vec<Moment>,
    /// Calls altogether.
    pub(crate) calls: usize,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    /// Since the beginning.
    pub(crate) at: Duration,
    /// What, in a line.
    pub(crate) what: String,
}

type Timeline = Arc<Mutex<Vec<Moment>>>;

/// The twin at the end of a wire: half of a call's time passes on the way there, half on the way
/// back.
struct Wire {
    twin: Arc<Twin>,
    began: Instant,
    timeline: Timeline,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("wire")
    }
}

impl Service for Wire {
    #[expect(
        clippy::disallowed_methods,
        reason = "the wire's own time, on the paused clock"
    )]
    fn answer(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Option<http::Response<Bytes>>> {
        let twin = Arc::clone(&self.twin);
        let (began, timeline) = (self.began, Arc::clone(&self.timeline));
        async move {
            let half = Duration::from_millis(CALL_MILLIS / 2);
            let sent = began.elapsed();
            tokio::time::sleep(half).await;
            let response = twin.respond(request).await;
            if let Some(entry) = twin.log().last() {
                note(&timeline, sent, called(entry));
            }
            tokio::time::sleep(half).await;
            response
        }
        .boxed()
    }
}

fn called(entry: &ashore_twin::Entry) -> String {
    let resource = entry.resource.as_deref().unwrap_or_default();
    let outcome = match entry.outcome.as_str() {
        "ok" => "",
        refused => refused,
    };
    format!(
        "  call {}:{} {resource} {outcome}",
        entry.service, entry.operation
    )
    .trim_end()
    .to_string()
}

fn note(timeline: &Timeline, at: Duration, what: String) {
    let mut moments = timeline.lock().unwrap_or_else(PoisonError::into_inner);
    moments.push(Moment { at, what });
}

/// Brings `hello` up in a cloud that takes so long, on a paused clock.
pub(crate) fn up(timing: Timing, wait: Wait) -> Result<Measured, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .map_err(|error| format!("there is no runtime: {error}"))?;
    runtime.block_on(measure(timing, wait))
}

async fn measure(timing: Timing, wait: Wait) -> Result<Measured, String> {
    let began = Instant::now();
    let timeline = Timeline::default();
    let twin_clock = ashore_twin::TokioClock::new(Millis::START, 1.0);
    let twin = Arc::new(Twin::new(Arc::new(twin_clock)));
    twin.world(|world| world.timing = timing);
    let wire = Arc::new(Wire {
        twin: Arc::clone(&twin),
        began,
        timeline: Arc::clone(&timeline),
    });
    bring_up(began, wire, &timeline, wait).await?;
    let wall = began.elapsed();
    let mut moments = std::mem::take(&mut *timeline.lock().unwrap_or_else(PoisonError::into_inner));
    moments.sort_by_key(|moment| moment.at);
    Ok(Measured {
        wall,
        timeline: moments,
        calls: twin.log().len(),
    })
}

/// What `ashore up` does, in its order: who are we, what is around, what is there, plan, act.
async fn bring_up(
    began: Instant,
    wire: Arc<Wire>,
    timeline: &Timeline,
    wait: Wait,
) -> Result<(), String> {
    let manifest =
        load(HELLO, &LoadOptions::default()).map_err(|wrong| format!("hello: {wrong:?}"))?;
    let stack = StackName {
        app: manifest.app.as_str().to_string(),
        environment: manifest.environment.as_str().to_string(),
    };
    let home = tempfile::tempdir().map_err(|error| error.to_string())?;
    let lease = Folder::new(home.path(), stack.clone()).lock("bench");
    let lease = lease.map_err(|error| error.to_string())?;
    let state = lease.load().map_err(|error| error.to_string())?.state;

    let sdk = config::in_process(manifest.region.as_str(), wire.clone());
    let transport = Transport::InProcess(wire);
    let cloudflare = Cloudflare::new(transport, API, "sandbox-token".to_string().into());
    let clock = TokioClock::new(jiff::Timestamp::UNIX_EPOCH, 1.0);
    let patience = &Patience::DEFAULT;
    let aws = patiently(&clock, patience, "who we are", || Aws::connect(&sdk));
    let aws = aws.await.map_err(text)?;
    let mut providers = ashore_providers::aws::providers(&aws);
    providers.extend(ashore_providers::cloudflare::providers(&cloudflare));

    let dns = manifest.dns.as_ref().ok_or("hello has no zone")?;
    let zone = dns.zone.as_ref().ok_or("hello names no zone")?;
    let zone_name = zone.to_string();
    // Both at a time, as the command line does.
    let (mut zones, dns_zone) = futures_util::try_join!(
        patiently(&clock, patience, "zones", || aws.zones()),
        patiently(&clock, patience, "the DNS zone", || cloudflare
            .zone(&zone_name)),
    )
    .map_err(text)?;
    let network = manifest.network.as_ref();
    zones.truncate(network.map_or(0, |network| network.subnets.len()));
    let machine_image = match &manifest.ec2 {
        Some(ec2) if ec2.newest_image().is_some() => {
            let arm = ec2.arch == Architecture::Arm64;
            let look = || aws.machine_image(arm);
            let found = patiently(&clock, patience, "the machine image", look).await;
            Some(found.map_err(text)?)
        }
        _ => None,
    };
    let surroundings = Surroundings {
        names: Names {
            stack,
            account: aws.account.clone(),
            region: aws.region.clone(),
        },
        zones,
        dns_zones: manifest
            .all_names()
            .map(|name| (name.to_string(), dns_zone.id.clone()))
            .collect(),
        machine_image,
        existing: Existing::default(),
        assets: BTreeMap::new(),
        secrets: BTreeMap::new(),
        images: BTreeMap::new(),
    };
    let graph = lower(&manifest, &surroundings).map_err(|error| error.to_string())?;
    note(timeline, began.elapsed(), "survey".to_string());
    let seen = survey(&clock, &graph, &state, &providers).await;
    let seen = seen.map_err(|errors| format!("the survey failed: {errors:?}"))?;
    let kinds = ashore_providers::kinds();
    let options = Options {
        allow_interruption: false,
    };
    let plan = plan(&graph, &state, &seen, &kinds, options)
        .map_err(|errors| format!("there is no plan: {errors:?}"))?;
    note(timeline, began.elapsed(), "planned".to_string());

    let id = RunId::new("bench");
    let mut run = Run::new(id.clone(), plan.clone());
    let mut journal = lease.begin().map_err(|error| error.to_string())?;
    let begun = Entry::Begun {
        run: id,
        plan: Box::new(plan),
        at: jiff::Timestamp::UNIX_EPOCH,
    };
    let appended = journal.append(std::slice::from_ref(&begun));
    appended.map_err(|error| error.to_string())?;
    run.record(&begun).map_err(|error| error.to_string())?;
    let mut report = |event: &Event| {
        if let Some(what) = told(event) {
            note(timeline, began.elapsed(), what);
        }
    };
    let mut world = World {
        providers: &providers,
        journal: &mut journal,
        clock: &clock,
        report: &mut report,
        stop: &Stop::default(),
        wait,
        on_failure: Then::Keep,
    };
    let ended = drive(&mut run, &mut world).await;
    match ended.map_err(|error| error.to_string())? {
        Ended::Over(Outcome::Converged) => Ok(()),
        other => Err(format!("hello did not come up: {other:?}")),
    }
}

fn text(failure: ashore_engine::failure::Failure) -> String {
    failure.to_string()
}

/// An event in a line; none for those that say nothing about time.
fn told(event: &Event) -> Option<String> {
    Some(match event {
        Event::Sending {
            step, operation, ..
        } => format!("send {step} {operation}"),
        Event::Answered { step, operation } => format!("answered {step} {operation}"),
        Event::Retrying {
            step,
            failure,
            after,
        } => format!("RETRY {step} after {after:?}: {failure}"),
        Event::Waiting { step, why, .. } => format!("wait {step}: {why}"),
        Event::Done { step, elapsed, .. } => format!("done {step} ({elapsed:?})"),
        Event::Failed { step, failure, .. } => format!("FAILED {step}: {failure}"),
        Event::Committed => "committed".to_string(),
        Event::Ended { .. } => "ended".to_string(),
        _ => return None,
    })
}
