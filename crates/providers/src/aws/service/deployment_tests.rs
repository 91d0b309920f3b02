use super::super::ClassicAttachment;
use super::super::tests::service;
use super::*;

fn deployment(revision: u32, running: u32, rollout: Rollout) -> Deployment {
    Deployment {
        id: format!("ecs-svc/{revision}"),
        primary: true,
        task_definition: format!("arn:td:{revision}"),
        network: Some((
            ["subnet-a".to_string(), "subnet-b".to_string()].into(),
            ["sg-a".to_string()].into(),
            true,
        )),
        shares: Vec::new(),
        desired: 2,
        running,
        failed: 0,
        rollout: Some(rollout),
        reason: String::new(),
    }
}

fn other(revision: u32, running: u32, rollout: Rollout) -> Deployment {
    Deployment {
        primary: false,
        ..deployment(revision, running, rollout)
    }
}

fn snapshot(deployments: Vec<Deployment>) -> Snapshot {
    Snapshot {
        status: "ACTIVE".into(),
        deployments,
        balancers: vec![("arn:tg".into(), "web".into(), 80)],
        events: Vec::new(),
    }
}

const LONG: Duration = Duration::from_secs(60);

/// The wanted revision is the second.
#[test]
fn what_serves_is_compared_with_what_is_wanted() {
    use Rollout::{Completed, Failed, InProgress};
    let rows = [
        (vec![deployment(2, 0, InProgress)], Stand::Starting),
        (vec![deployment(2, 2, InProgress)], Stand::Running),
        (vec![deployment(2, 2, Completed)], Stand::Complete),
        (
            vec![deployment(2, 2, Completed), other(1, 1, Completed)],
            Stand::Running,
        ),
        (vec![deployment(2, 1, Completed)], Stand::Starting),
        (vec![deployment(2, 0, Failed)], Stand::GivenUp),
        (
            vec![deployment(2, 0, Failed), other(1, 2, Completed)],
            Stand::TurningAway,
        ),
        (
            vec![deployment(2, 0, Failed), other(1, 2, InProgress)],
            Stand::GivenUp,
        ),
        (
            vec![deployment(1, 2, InProgress), other(2, 0, Failed)],
            Stand::TurningAway,
        ),
        (vec![deployment(1, 2, Completed)], Stand::Elsewhere),
        (
            vec![deployment(1, 2, Completed), other(2, 0, Failed)],
            Stand::Elsewhere,
        ),
        (vec![], Stand::Unseen),
    ];
    for (deployments, stand) in rows {
        let snapshot = snapshot(deployments);
        assert_eq!(snapshot.stand(&service(), LONG), stand, "{snapshot:?}");
    }
}

#[test]
fn just_after_a_request_an_old_answer_is_no_rollback() {
    let before = snapshot(vec![deployment(1, 2, Rollout::Completed)]);
    assert_eq!(before.stand(&service(), Duration::ZERO), Stand::Unseen);
    let mut fewer = deployment(2, 1, Rollout::Completed);
    fewer.desired = 1;
    let before = snapshot(vec![fewer]);
    assert_eq!(before.stand(&service(), Duration::ZERO), Stand::Unseen);
    assert_eq!(before.stand(&service(), LONG), Stand::Complete);
}

#[test]
fn the_same_revision_with_another_network_or_balancer_is_not_what_is_wanted() {
    let mut back = deployment(2, 2, Rollout::Completed);
    back.network = Some((["subnet-old".to_string()].into(), BTreeSet::new(), true));
    assert_eq!(
        snapshot(vec![back]).stand(&service(), LONG),
        Stand::Elsewhere
    );
    let mut back = snapshot(vec![deployment(2, 2, Rollout::Completed)]);
    back.balancers[0].0 = "arn:old".into();
    assert_eq!(back.stand(&service(), LONG), Stand::Elsewhere);
}

/// Only the balancer can say then whether its tasks serve.
#[test]
fn behind_a_classic_balancer_ecs_says_nothing_of_a_rollout() {
    let wanted = Service {
        load_balancer: None,
        classic_balancer: Some(ClassicAttachment {
            balancer: "old".to_string().into(),
            container: "web".into(),
            port: 80,
        }),
        ..service()
    };
    let silent = |running| Deployment {
        rollout: None,
        ..deployment(2, running, Rollout::InProgress)
    };
    let seen = |deployments| {
        let mut seen = snapshot(deployments);
        seen.balancers[0].0 = "old".into();
        seen
    };
    let alone = seen(vec![silent(2)]);
    assert_eq!(alone.stand(&wanted, LONG), Stand::Running);
    assert!(!alone.still_rolls());
    assert_eq!(seen(vec![silent(1)]).stand(&wanted, LONG), Stand::Starting);
    let before = Deployment {
        rollout: None,
        ..other(1, 1, Rollout::Completed)
    };
    let both = seen(vec![silent(2), before]);
    assert_eq!(both.stand(&wanted, LONG), Stand::Running);
    assert!(both.still_rolls());
    assert_eq!(alone.stand(&service(), LONG), Stand::Elsewhere);
}

#[test]
fn a_service_that_drains_is_away() {
    let mut away = snapshot(vec![deployment(2, 2, Rollout::Completed)]);
    away.status = "DRAINING".into();
    assert_eq!(away.stand(&service(), LONG), Stand::Away);
}

#[test]
fn the_deadline_grows_with_the_batches_and_the_grace() {
    let minutes = |service: &Service, wait| deadline(service, wait).as_secs() / 60;
    let mut spec = service();
    assert_eq!(minutes(&spec, Wait::Healthy), 10);
    assert_eq!(minutes(&spec, Wait::Rollout), 20);
    spec.grace_period_seconds = Some(120);
    assert_eq!(minutes(&spec, Wait::Healthy), 12);
    spec.desired_count = 10;
    spec.maximum_percent = 150;
    assert_eq!(minutes(&spec, Wait::Healthy), 19);
    spec.desired_count = 500;
    spec.maximum_percent = 101;
    assert_eq!(minutes(&spec, Wait::Healthy), 55);
}

#[test]
fn ecs_is_given_the_time_to_go_back_by_itself() {
    let mut spec = service();
    assert_eq!(enough(&spec, false), 3);
    assert_eq!(enough(&spec, true), 6);
    spec.desired_count = 100;
    assert_eq!(enough(&spec, true), 53);
    let mut snapshot = snapshot(vec![
        deployment(2, 0, Rollout::InProgress),
        other(1, 2, Rollout::Completed),
    ]);
    assert!(snapshot.goes_back(&spec));
    spec.circuit_breaker = false;
    assert!(!snapshot.goes_back(&spec));
    (spec.circuit_breaker, spec.rollback) = (true, false);
    assert!(!snapshot.goes_back(&spec));
    spec.rollback = true;
    snapshot.deployments[1].rollout = Some(Rollout::InProgress);
    assert!(!snapshot.goes_back(&spec));
}

#[test]
fn launches_that_fail_three_times_alike_are_enough_after_a_minute() {
    let mut snapshot = snapshot(vec![deployment(2, 0, Rollout::InProgress)]);
    let event = |at, message: &str| Event {
        at,
        message: message.into(),
    };
    let failed = "(service web) failed to launch a task with (error ECS was unable to assume it).";
    snapshot.events = vec![event(40, "else"), event(30, failed), event(20, failed)];
    assert_eq!(snapshot.cannot_launch(LONG), None);
    snapshot.events.push(event(10, failed));
    assert_eq!(snapshot.cannot_launch(LONG), Some(failed));
    assert_eq!(snapshot.cannot_launch(Duration::from_secs(30)), None);
    snapshot.events[3].at = -100;
    assert_eq!(snapshot.cannot_launch(LONG), None);
}
