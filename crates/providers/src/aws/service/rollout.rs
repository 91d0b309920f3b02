//! Waiting for a rollout, and telling why it fails.

use std::time::Duration;

use ashore_engine::failure::{Class, Failure};
use ashore_engine::kind::{Context, Readiness, Wait};

use super::advice::{Case, advice};
use super::deployment::{Snapshot, Stand, deadline, enough};
use super::described::{described, outputs_of, snapshot};
use super::hosts::{self, Trouble};
use super::stopped::{Stopped, newest_of, repeated};
use super::stopped_tasks::{self, Targets};
use super::{Outputs, Service};
use crate::aws::live::{Aws, pace};

/// Between two looks.
const INTERVAL: Duration = Duration::from_secs(5);
/// Until then nothing is asked of the instances that tasks wait for: the first may just be coming.
const BOOTING: Duration = Duration::from_secs(90);

/// Looks once.
pub(in crate::aws) async fn ready(
    spec: &Service,
    aws: &Aws,
    cx: &Context,
    outputs: &Outputs,
) -> Result<Readiness<Outputs>, Failure> {
    if cx.wait == Wait::None {
        return Ok(Readiness::Ready(outputs.clone()));
    }
    let Some(service) = described(aws, &outputs.cluster, &outputs.name).await? else {
        return Err(Failure::new(
            Class::Eventual,
            "ecs:DescribeServices",
            "NotVisible",
            "the service was accepted and cannot be read yet",
        ));
    };
    let outputs = outputs_of("ecs:DescribeServices", &service)?;
    let watch = Watch {
        spec,
        aws,
        cx,
        outputs,
        seen: snapshot(service),
    };
    watch.judge().await
}

struct Watch<'a> {
    spec: &'a Service,
    aws: &'a Aws,
    cx: &'a Context,
    outputs: Outputs,
    seen: Snapshot,
}

type Judged = Result<Readiness<Outputs>, Failure>;

impl Watch<'_> {
    async fn judge(self) -> Judged {
        let waited = self.cx.waited;
        match self.seen.stand(self.spec, waited) {
            Stand::Complete => Ok(Readiness::Ready(self.outputs)),
            Stand::Running if self.cx.wait == Wait::Rollout && self.seen.still_rolls() => {
                let why = format!("the old tasks are still stopping: {}", self.seen.why());
                self.not_yet(why, &[], None).await
            }
            Stand::Running => self.serving().await,
            Stand::Starting => self.starting(None).await,
            Stand::Unseen => {
                let why = "ECS does not show the new revision yet".to_string();
                self.not_yet(why, &[], None).await
            }
            Stand::TurningAway => {
                let why = format!("it failed and ECS goes back: {}", self.seen.why());
                self.turning_away(why).await
            }
            Stand::GivenUp => {
                let reason = self.reason();
                self.fail("RolloutFailed", reason, None).await
            }
            Stand::Elsewhere => self.elsewhere().await,
            Stand::Away => {
                let status = self.seen.status.clone();
                let message = format!("the service is {status}: somebody deleted it meanwhile");
                self.fail("ServiceDeleted", message, None).await
            }
        }
    }

    /// All run; those behind a balancer serve when it finds them healthy.
    async fn serving(self) -> Judged {
        let Some(primary) = self.seen.primary() else {
            return self.starting(None).await;
        };
        let targets = stopped_tasks::targets(self.aws, self.spec, &self.outputs, primary, {
            self.seen.deployments.len() == 1
        });
        match targets.await? {
            Some(targets) if !targets.serve() => self.starting(Some(targets)).await,
            _ => Ok(Readiness::Ready(self.outputs)),
        }
    }

    /// Not all run and serve yet. What has stopped meanwhile may say that they never will.
    async fn starting(self, targets: Option<Targets>) -> Judged {
        let why = match &targets {
            Some(targets) => format!("{}, {}", targets.why(), self.seen.why()),
            None => self.seen.why(),
        };
        let why = match self.hosts().await? {
            Some(Trouble::Never(failure)) => return Ok(Readiness::Failed(failure)),
            Some(Trouble::Perhaps(lines)) => format!("{why} · {}", lines.join(" · ")),
            None => why,
        };
        let goes_back = self.seen.goes_back(self.spec);
        if let Some(message) = self.seen.cannot_launch(self.cx.waited) {
            let message = message.to_string();
            return self.fail("CannotLaunch", message, targets).await;
        }
        if !self.seen.troubled(self.cx.waited) {
            return self.not_yet(why, &[], targets).await;
        }
        let stopped = stopped_tasks::stopped(self.aws, &self.outputs).await?;
        let id = self.seen.primary().map_or("", |primary| &primary.id);
        let Some((newest, times)) = repeated(&stopped, id, self.cx.waited) else {
            return self.not_yet(why, &stopped, targets).await;
        };
        if times >= enough(self.spec, goes_back) {
            let message = format!("{times} tasks failed alike: {}", newest.reason);
            return self.failed("TasksFail", message, &stopped, targets).await;
        }
        let why = format!("a task failed ({}), {why}", newest.reason);
        self.not_yet(why, &stopped, targets).await
    }

    /// What is wrong with the instances that tasks wait for.
    async fn hosts(&self) -> Result<Option<Trouble>, Failure> {
        let waits = self.spec.capacity.is_on_instances() && self.cx.waited >= BOOTING;
        match waits {
            true => hosts::trouble(self.spec, self.aws, &self.outputs).await,
            false => Ok(None),
        }
    }

    /// ECS has to be at rest before anybody undoes what it is undoing itself.
    async fn turning_away(self, why: String) -> Judged {
        if self.cx.waited >= 2 * deadline(self.spec, self.cx.wait) {
            let message = format!("ECS does not come to rest: {}", self.seen.why());
            return self.fail("TimedOut", message, None).await;
        }
        Ok(self.pending(why))
    }

    async fn elsewhere(self) -> Judged {
        let Some(primary) = self.seen.primary() else {
            return self.starting(None).await;
        };
        let back = format!("rolling back to deployment {}", primary.id);
        let ecs = self.seen.events.iter().any(|it| it.message.contains(&back));
        let runs = &primary.task_definition;
        let runs = runs.rsplit('/').next().unwrap_or(runs);
        let (code, message) = if ecs {
            (
                "RolledBack",
                format!("ECS gave the rollout up and rolled back to {runs}"),
            )
        } else {
            (
                "Superseded",
                format!("another revision serves than the one rolled out: {runs}"),
            )
        };
        self.fail(code, message, None).await
    }

    /// ECS's own words for a deployment that it gave up.
    fn reason(&self) -> String {
        let reason = self.seen.primary().map(|primary| primary.reason.clone());
        reason
            .filter(|reason| !reason.is_empty())
            .unwrap_or_else(|| "ECS gave the rollout up".to_string())
    }

    fn pending(self, why: String) -> Readiness<Outputs> {
        Readiness::Pending {
            outputs: self.outputs,
            why,
            look_after: pace::look_after(self.cx.waited, INTERVAL),
        }
    }

    async fn not_yet(self, why: String, stopped: &[Stopped], targets: Option<Targets>) -> Judged {
        let deadline = deadline(self.spec, self.cx.wait);
        if self.cx.waited < deadline {
            return Ok(self.pending(why));
        }
        let minutes = deadline.as_secs() / 60;
        let message = format!("not there after {minutes} min: {why}");
        match stopped.is_empty() {
            true => self.fail("TimedOut", message, targets).await,
            false => self.failed("TimedOut", message, stopped, targets).await,
        }
    }

    /// It never will. Reads what it died of while that can be had.
    async fn fail(self, code: &str, message: String, targets: Option<Targets>) -> Judged {
        // What cannot be read must not hide what is known.
        let stopped = stopped_tasks::stopped(self.aws, &self.outputs).await;
        let stopped = stopped.unwrap_or_default();
        self.failed(code, message, &stopped, targets).await
    }

    async fn failed(
        self,
        code: &str,
        message: String,
        stopped: &[Stopped],
        targets: Option<Targets>,
    ) -> Judged {
        let definition = self.spec.task_definition.known();
        let dead = definition.and_then(|definition| newest_of(stopped, definition));
        let mut said = dead.map(Stopped::lines).unwrap_or_default();
        said.extend(targets.iter().flat_map(Targets::lines));
        said.extend(self.seen.telling().map(|event| format!("event: {event}")));
        let last = match definition {
            Some(definition) => {
                stopped_tasks::last_words(self.aws, self.spec, definition, dead).await
            }
            None => stopped_tasks::LastWords::default(),
        };
        let case = Case {
            said: &said,
            log: &last.lines,
            exit: dead.and_then(Stopped::culprit).and_then(|it| it.exit),
            architecture: last.architecture.as_deref(),
            port: self.spec.registered().map(|(_, _, port)| port).next(),
        };
        let advice = advice(&case);
        let mut failure = Failure::new(
            Class::Invalid,
            format!("wait for the rollout of `{}`", self.outputs.name),
            code,
            message,
        )
        .with_evidence(said.clone())
        .with_evidence(last.evidence());
        failure.advice = advice;
        Ok(Readiness::Failed(failure))
    }
}
