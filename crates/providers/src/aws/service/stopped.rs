//! What tasks have died of. Pure.

use std::time::Duration;

/// A task that has stopped, or is about to.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Stopped {
    /// Its id, the last part of its ARN.
    pub(super) id: String,
    /// The revision's ARN.
    pub(super) task_definition: String,
    /// The deployment that started it.
    pub(super) started_by: String,
    /// `EssentialContainerExited` and the like.
    pub(super) code: String,
    /// ECS's words.
    pub(super) reason: String,
    /// When it was told to stop, in seconds.
    pub(super) at: i64,
    /// Its containers.
    pub(super) containers: Vec<StoppedContainer>,
}

/// A container of it.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct StoppedContainer {
    /// Its name.
    pub(super) name: String,
    /// Its exit code, if it ever ran.
    pub(super) exit: Option<i32>,
    /// ECS's words.
    pub(super) reason: Option<String>,
}

impl Stopped {
    /// Whether it died by a fault of its own; tasks that ECS stops because there are too many, or
    /// because their host goes, did not [ECS API: Task, stopCode].
    pub(super) fn failed(&self) -> bool {
        match self.code.as_str() {
            "TaskFailedToStart" | "EssentialContainerExited" => true,
            "ServiceSchedulerInitiated" => self.reason.contains("health check"),
            _ => false,
        }
    }

    /// The container that it died of: the one that ended by itself, or the one that ECS has
    /// something to say about. 143 is SIGTERM, with which ECS takes the others down.
    pub(super) fn culprit(&self) -> Option<&StoppedContainer> {
        let ended = |it: &&StoppedContainer| it.exit.is_some_and(|exit| exit != 0 && exit != 143);
        let said = |it: &&StoppedContainer| it.reason.is_some();
        let exited = |it: &&StoppedContainer| it.exit == Some(0);
        let all = || self.containers.iter();
        let died = self.code == "EssentialContainerExited";
        all()
            .find(ended)
            .or_else(|| all().find(said))
            .or_else(|| all().find(exited).filter(|_| died))
    }

    /// What two tasks have in common that died of the same: code, the kind of reason, exit code.
    fn cause(&self) -> (&str, &str, Option<i32>) {
        let kind = self.reason.split([':', '(', '[']).next();
        let exit = self.culprit().and_then(|culprit| culprit.exit);
        (&self.code, kind.unwrap_or_default().trim(), exit)
    }

    /// One line per fact.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "task {} stopped: {}: {}",
            self.id, self.code, self.reason
        )];
        for container in &self.containers {
            let exit = container.exit.map(|exit| format!("exit code {exit}"));
            let facts: Vec<String> = exit.into_iter().chain(container.reason.clone()).collect();
            if !facts.is_empty() {
                let (name, facts) = (&container.name, facts.join(", "));
                lines.push(format!("container {name}: {facts}"));
            }
        }
        lines
    }
}

/// The newest failed task of a deployment, and how many have died of the same since we wait.
///
/// A task that died long before us may have died of something that was mended since: only those
/// count that stopped within `waited` of the newest one. There is no other clock to compare with
/// than the cloud's own.
pub(super) fn repeated<'a>(
    stopped: &'a [Stopped],
    deployment: &str,
    waited: Duration,
) -> Option<(&'a Stopped, usize)> {
    let failed = || {
        let mine = stopped.iter().filter(|it| it.started_by == deployment);
        mine.filter(|it| it.failed())
    };
    let newest = failed().max_by_key(|it| it.at)?;
    let waited = i64::try_from(waited.as_secs()).unwrap_or(i64::MAX);
    let since = newest.at.saturating_sub(waited);
    let alike = failed().filter(|it| it.at >= since && it.cause() == newest.cause());
    Some((newest, alike.count()))
}

/// The newest failed task of a revision, whichever deployment started it.
pub(super) fn newest_of<'a>(stopped: &'a [Stopped], task_definition: &str) -> Option<&'a Stopped> {
    let mine = stopped
        .iter()
        .filter(|it| it.task_definition == task_definition && it.failed());
    mine.max_by_key(|it| it.at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exited(at: i64, exit: i32) -> Stopped {
        Stopped {
            id: format!("t{at}"),
            task_definition: "arn:td:2".into(),
            started_by: "ecs-svc/2".into(),
            code: "EssentialContainerExited".into(),
            reason: "Essential container in task exited".into(),
            at,
            containers: vec![
                StoppedContainer {
                    name: "proxy".into(),
                    exit: Some(143),
                    reason: None,
                },
                StoppedContainer {
                    name: "web".into(),
                    exit: Some(exit),
                    reason: None,
                },
            ],
        }
    }

    fn scheduler(reason: &str) -> Stopped {
        Stopped {
            code: "ServiceSchedulerInitiated".into(),
            reason: reason.into(),
            ..exited(1, 143)
        }
    }

    #[test]
    fn only_those_that_died_alike_are_counted() {
        let stopped = [exited(10, 1), exited(20, 1), exited(30, 137), exited(40, 1)];
        let (newest, count) = repeated(&stopped, "ecs-svc/2", Duration::from_secs(90)).unwrap();
        assert_eq!((newest.at, count), (40, 3));
        assert_eq!(repeated(&stopped, "ecs-svc/3", Duration::MAX), None);
    }

    #[test]
    fn what_died_before_we_waited_does_not_count() {
        let stopped = [exited(10, 1), exited(200, 1), exited(210, 1)];
        let counted = |waited| repeated(&stopped, "ecs-svc/2", Duration::from_secs(waited));
        assert_eq!(counted(0).map(|it| it.1), Some(1));
        assert_eq!(counted(60).map(|it| it.1), Some(2));
        assert_eq!(counted(600).map(|it| it.1), Some(3));
    }

    #[test]
    fn a_task_that_was_not_needed_any_more_did_not_fail() {
        let scaled = "Scaling activity initiated by (deployment ecs-svc/1)";
        assert!(!scheduler(scaled).failed());
        assert!(scheduler("Task failed ELB health checks in (target-group arn)").failed());
        assert!(scheduler("Task failed container health checks").failed());
        assert!(exited(1, 0).failed());
    }

    #[test]
    fn the_culprit_is_the_one_that_ended_by_itself() {
        let name = |task: &Stopped| task.culprit().map(|it| it.name.clone());
        assert_eq!(name(&exited(1, 1)), Some("web".into()));
        assert_eq!(name(&exited(1, 0)), Some("web".into()));
        assert_eq!(name(&scheduler("Task failed ELB health checks")), None);
    }

    #[test]
    fn facts_stand_one_to_a_line() {
        assert_eq!(
            exited(1, 1).lines(),
            [
                "task t1 stopped: EssentialContainerExited: Essential container in task exited",
                "container proxy: exit code 143",
                "container web: exit code 1",
            ]
        );
    }
}
