//! Instances: launched, replaced, and why they do not come.

use ashore_engine::failure::Class;
use ashore_engine::kind::{Kind, Observed, Wait};
use ashore_providers::aws::auto_scaling_group::{Change, Field};
use ashore_providers::aws::launch_template::LaunchTemplate;

use crate::ground::Ground;
use crate::stage::Stage;

const GROUP: &str = "ec2/group";

#[tokio::test]
async fn a_group_is_ready_when_its_least_instances_are_in_service() {
    let stage = Stage::new().await;
    let ground = Ground::new(&stage).await;
    let template = stage
        .create("ec2/launch_template", &ground.template())
        .await;
    let mut group = ground.group(&template.id);
    group.min = 2;
    let made = stage.create(GROUP, &group).await;
    let waited = stage.wait(GROUP, &group, &made, Wait::Healthy).await;
    let outputs = waited.answer.expect("they come");
    assert!(
        waited.whys[0].contains("0/2 instances in service"),
        "{:?}",
        waited.whys
    );
    assert_eq!((outputs.instances, outputs.outdated), (2, 0));
    let removed = stage.remove(GROUP, &group, &outputs).await;
    assert!(
        removed.whys[0].contains("instances that are ending: i-"),
        "{:?}",
        removed.whys
    );
}

#[tokio::test]
async fn another_template_replaces_every_instance_and_an_undo_goes_back() {
    let stage = Stage::new().await;
    let ground = Ground::new(&stage).await;
    let first = stage
        .create("ec2/launch_template", &ground.template())
        .await;
    let second = LaunchTemplate {
        name: "hello-default-instances-g2".into(),
        script: "echo again".into(),
        ..ground.template()
    };
    let second = stage.create("ec2/another_template", &second).await;
    let mut group = ground.group(&first.id);
    group.min = 2;
    let made = stage.create(GROUP, &group).await;
    let ready = stage.wait(GROUP, &group, &made, Wait::Healthy).await;
    ready.answer.expect("they come");

    let mut newer = group.clone();
    newer.launch_template = second.id.clone().into();
    for (from, to) in [(&group, &newer), (&newer, &group)] {
        let observed = stage.observed(&made).await.expect("it is there");
        let observed = Observed {
            spec: ashore_engine::kind::Kind::owned(observed.spec, &[to, from]),
            outputs: observed.outputs,
        };
        let changes = to.changes(Some(&observed));
        assert_eq!(
            changes,
            [Change::Update(vec![Field::Template]), Change::Refresh]
        );
        let sent = stage.send(GROUP, to, changes, Some(made.clone())).await;
        sent.expect("it is accepted");
        let waited = stage.wait(GROUP, to, &made, Wait::Healthy).await;
        let outputs = waited.answer.expect("they are replaced");
        assert_eq!(outputs.outdated, 0);
        assert!(
            waited.whys[0].contains("instances are replaced"),
            "{:?}",
            waited.whys
        );
        stage.converged(to, &outputs).await;
    }
}

#[tokio::test]
async fn a_refresh_that_leads_elsewhere_is_called_off_first() {
    let stage = Stage::new().await;
    let ground = Ground::new(&stage).await;
    let first = stage
        .create("ec2/launch_template", &ground.template())
        .await;
    let second = LaunchTemplate {
        name: "hello-default-instances-g2".into(),
        ..ground.template()
    };
    let second = stage.create("ec2/another_template", &second).await;
    let mut group = ground.group(&first.id);
    group.min = 2;
    let made = stage.create(GROUP, &group).await;
    let ready = stage.wait(GROUP, &group, &made, Wait::Healthy).await;
    ready.answer.expect("they come");
    let mut newer = group.clone();
    newer.launch_template = second.id.clone().into();
    let changes = vec![Change::Update(vec![Field::Template]), Change::Refresh];
    let sent = stage.send(GROUP, &newer, changes, Some(made.clone())).await;
    sent.expect("it is accepted");
    stage.twin.advance(std::time::Duration::from_secs(20));

    let observed = stage.observed(&made).await.expect("it is there");
    let changes = group.changes(Some(&observed));
    assert_eq!(changes.first(), Some(&Change::Cancel), "{changes:?}");
    let sent = stage.send(GROUP, &group, changes, Some(made.clone())).await;
    sent.expect("it is accepted, once the other one has ended");
    let waited = stage.wait(GROUP, &group, &made, Wait::Healthy).await;
    assert_eq!(waited.answer.expect("they are back").outdated, 0);
}

#[tokio::test]
async fn instances_that_cannot_be_launched_say_why() {
    let stage = Stage::new().await;
    let ground = Ground::new(&stage).await;
    let template = LaunchTemplate {
        image: "ami-00000000000000000".into(),
        ..ground.template()
    };
    let made = stage.create("ec2/launch_template", &template).await;
    let mut group = ground.group(&made.id);
    group.min = 1;
    // Auto Scaling looks at the template before it takes it.
    let refused = stage.send(GROUP, &group, group.changes(None), None).await;
    let refused = refused.expect_err("there is no such image");
    assert!(
        refused.message.contains("ami-00000000000000000"),
        "{refused}"
    );
    assert_eq!(refused.class, Class::Invalid, "{refused}");
}
