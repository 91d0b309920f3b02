//! What the service scheduler wants next: a pure function of what it sees.

/// What it sees of a service.
#[derive(Debug)]
pub(super) struct View {
    pub(super) desired: u32,
    /// Per cent of the desired count that must serve, and that may be started.
    pub(super) minimum_percent: u32,
    pub(super) maximum_percent: u32,
    /// The PRIMARY deployment has failed and starts nothing any more.
    pub(super) halted: bool,
    /// Tasks whose desired status is RUNNING, oldest first.
    pub(super) tasks: Vec<Seen>,
}

#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) id: String,
    /// Of the PRIMARY deployment.
    pub(super) primary: bool,
    pub(super) phase: Phase,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Phase {
    Starting,
    /// Running, and nobody knows yet how well.
    Waiting,
    Serving,
    /// Found ill, for this reason.
    Sick(String),
}

/// What it wants.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// To be stopped as ill.
    pub(super) sick: Vec<(String, String)>,
    /// To be stopped as one too many.
    pub(super) surplus: Vec<String>,
    pub(super) start: u32,
}

/// The rules of rolling deployments [ECS API: DeploymentConfiguration]: never fewer than the minimum serve on account
/// of the scheduler, never more than the maximum are started.
pub(super) fn decide(view: &View) -> Wanted {
    let desired = view.desired;
    let (lower, upper) = bounds(view);
    let sick: Vec<(String, String)> = view
        .tasks
        .iter()
        .filter_map(|task| match &task.phase {
            Phase::Sick(why) => Some((task.id.clone(), why.clone())),
            _ => None,
        })
        .collect();
    let fit = || {
        view.tasks
            .iter()
            .filter(|task| !matches!(task.phase, Phase::Sick(_)))
    };
    let serving = |task: &&Seen| task.phase == Phase::Serving;
    let mut surplus: Vec<String> = Vec::new();
    if view.halted {
        // The old tasks go on serving; what the failed deployment has not brought up it gives up.
        let unproven = fit().filter(|task| task.primary && !serving(task));
        surplus.extend(unproven.map(|task| task.id.clone()));
        return Wanted {
            sick,
            surplus,
            start: 0,
        };
    }

    // Too many new ones: those go first that serve least, then the youngest.
    let mut new: Vec<&Seen> = fit().filter(|task| task.primary).collect();
    new.sort_by_key(|task| !serving(task));
    let excess = new.split_off(new.len().min(desired as usize));
    surplus.extend(excess.into_iter().map(|task| task.id.clone()));

    let served = fit().filter(serving).count() as u32;
    let new_serving = new.iter().filter(|task| serving(task)).count() as u32;
    let missing = desired.saturating_sub(new.len() as u32);

    // Old ones that do not serve are of no use.
    let idle = fit().filter(|task| !task.primary && !serving(task));
    surplus.extend(idle.map(|task| task.id.clone()));
    // Old ones that do are stopped as new ones take over, or earlier where there is no room for the new.
    let old: Vec<&Seen> = fit()
        .filter(|task| !task.primary && serving(task))
        .collect();
    let room = upper.saturating_sub(new.len() as u32 + old.len() as u32);
    let replaced = (old.len() as u32).saturating_sub(desired.saturating_sub(new_serving));
    let in_the_way = missing.saturating_sub(room);
    let excess_serving = served.saturating_sub(lower);
    let stop = replaced
        .max(in_the_way)
        .min(excess_serving)
        .min(old.len() as u32);
    surplus.extend(old.iter().take(stop as usize).map(|task| task.id.clone()));

    let room = upper.saturating_sub(new.len() as u32 + old.len() as u32 - stop);
    Wanted {
        sick,
        surplus,
        start: missing.min(room),
    }
}

/// The minimum is rounded up, the maximum down.
fn bounds(view: &View) -> (u32, u32) {
    let of = |percent: u32| u64::from(view.desired) * u64::from(percent);
    let lower = of(view.minimum_percent).div_ceil(100);
    let upper = of(view.maximum_percent) / 100;
    (
        lower.min(u64::from(u32::MAX)) as u32,
        upper.min(u64::from(u32::MAX)) as u32,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `N`ew or `o`ld: s(tarting), w(aiting), S(erving), x (sick).
    fn view(desired: u32, percents: (u32, u32), tasks: &str) -> View {
        let task = |(index, word): (usize, &str)| Seen {
            id: format!("{index}"),
            primary: word.starts_with('N'),
            phase: match &word[1..] {
                "s" => Phase::Starting,
                "w" => Phase::Waiting,
                "S" => Phase::Serving,
                _ => Phase::Sick("ill".to_owned()),
            },
        };
        let tasks = tasks.split_whitespace().enumerate().map(task).collect();
        let (minimum_percent, maximum_percent) = percents;
        View {
            desired,
            minimum_percent,
            maximum_percent,
            halted: false,
            tasks,
        }
    }

    #[test]
    fn rolling() {
        let rows = [
            ("a first deployment starts all", 2, (100, 200), "", 0, 2),
            ("nothing to do", 2, (100, 200), "NS NS", 0, 0),
            ("new ones beside the old", 2, (100, 200), "oS oS", 0, 2),
            (
                "old ones stay until new ones serve",
                2,
                (100, 200),
                "oS oS Nw Nw",
                0,
                0,
            ),
            ("one serves, one goes", 2, (100, 200), "oS oS NS Nw", 1, 0),
            ("all serve, the old go", 2, (100, 200), "oS oS NS NS", 2, 0),
            (
                "no room: old ones go first",
                4,
                (50, 100),
                "oS oS oS oS",
                2,
                2,
            ),
            ("a single task gives way", 1, (0, 100), "oS", 1, 1),
            ("room for one at a time", 2, (100, 150), "oS oS", 0, 1),
            ("scale in", 1, (100, 200), "NS NS Ns", 2, 0),
            ("to nothing", 0, (100, 200), "NS NS oS", 3, 0),
            ("the ill are replaced", 2, (100, 200), "NS Nx", 0, 1),
            (
                "old ones that do not serve go",
                1,
                (100, 200),
                "os oS",
                1,
                1,
            ),
        ];
        for (claim, desired, percents, tasks, stop, start) in rows {
            let wanted = decide(&view(desired, percents, tasks));
            assert_eq!(
                (wanted.surplus.len(), wanted.start),
                (stop, start),
                "{claim}: {wanted:?}"
            );
        }
    }

    #[test]
    fn a_failed_deployment_leaves_the_old_alone() {
        let halted = View {
            halted: true,
            ..view(2, (100, 200), "oS oS Nw Ns")
        };
        assert_eq!(decide(&halted).surplus, ["2", "3"]);
        assert_eq!(decide(&halted).start, 0);
    }
}
