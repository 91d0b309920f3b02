//! Each kind on its own: made, found, changed, taken away.

use ashore_engine::kind::{Found, Kind, Wait};
use ashore_providers::aws::key_pair::KeyPair;
use ashore_providers::aws::launch_template::LaunchTemplate;

use crate::ground::{Fleet, Ground, profile, provider, role, tags};
use crate::stage::Stage;

#[tokio::test]
async fn a_key_pair_lives() {
    let stage = Stage::new().await;
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJq5lJYV9mWv7xHkYw3Yv6g5o1cX7b7dQm1hX2u9m8Lz";
    let pair = KeyPair {
        name: "hello-default-instances".into(),
        public_key: key.into(),
        tags: tags("a"),
    };
    let tagged = KeyPair {
        tags: tags("b"),
        ..pair.clone()
    };
    stage.life("ec2/key_pair", &pair, &[tagged]).await;
}

#[tokio::test]
async fn an_instance_profile_lives_and_lets_go_of_its_role() {
    let stage = Stage::new().await;
    let made = stage.create("ec2/role", &role()).await;
    let mut tagged = profile(&made.name);
    tagged.tags = tags("b");
    let then = [tagged];
    stage
        .life("ec2/instance_profile", &profile(&made.name), &then)
        .await;
    stage.remove("ec2/role", &role(), &made).await;
}

#[tokio::test]
async fn a_launch_template_lives() {
    let stage = Stage::new().await;
    let ground = Ground::new(&stage).await;
    let template = ground.template();
    let tagged = LaunchTemplate {
        tags: tags("b"),
        ..template.clone()
    };
    stage
        .life("ec2/launch_template", &template, &[tagged])
        .await;
    let private = LaunchTemplate {
        public_address: false,
        script: String::new(),
        ..ground.template()
    };
    stage.life("ec2/another_template", &private, &[]).await;
}

#[tokio::test]
async fn a_group_its_provider_and_its_place_in_the_cluster_live() {
    let stage = Stage::new().await;
    let ground = Ground::new(&stage).await;
    let template = stage
        .create("ec2/launch_template", &ground.template())
        .await;
    let wanted = ground.group(&template.id);
    assert_eq!(stage.found("ec2/group", &wanted).await, Found::Absent);
    let fleet = Fleet::new(&stage, &ground, &wanted).await;
    stage.converged(&wanted, &fleet.group).await;
    let found = stage.found("ec2/group", &wanted).await;
    assert_eq!(found, Found::Ours(fleet.group.clone()));
    let foreign = stage.found("somebody/else", &wanted).await;
    assert!(matches!(foreign, Found::Foreign(_)), "{foreign:?}");

    let mut grown = wanted.clone();
    (grown.max, grown.grace_seconds, grown.tags) = (6, 200, tags("b"));
    stage
        .change("ec2/group", &wanted, &grown, &fleet.group)
        .await;

    let first = provider(&fleet.group.arn);
    stage.converged(&first, &fleet.provider).await;
    let foreign = stage.found("somebody/else", &first).await;
    assert!(matches!(foreign, Found::Foreign(_)), "{foreign:?}");
    let mut roomy = first.clone();
    if let ashore_providers::aws::capacity_provider::Over::Group(group) = &mut roomy.over {
        group.target_percent = 80;
    }
    let address = "ec2/capacity_provider";
    stage.change(address, &first, &roomy, &fleet.provider).await;
    let settled = stage
        .wait(address, &roomy, &fleet.provider, Wait::Healthy)
        .await;
    settled.answer.expect("it is updated");

    let attachment = ground.attachment(&fleet.provider.name);
    stage.converged(&attachment, &fleet.attachment).await;
    let gone = stage.remove("cluster/capacity[ec2]", &attachment, &fleet.attachment);
    assert!(gone.await.time.as_secs() < 60);
    stage.remove(address, &roomy, &fleet.provider).await;
    stage.remove("ec2/group", &grown, &fleet.group).await;
}

#[tokio::test]
async fn what_stands_beside_ours_on_a_cluster_stays() {
    let stage = Stage::new().await;
    let ground = Ground::new(&stage).await;
    let template = stage
        .create("ec2/launch_template", &ground.template())
        .await;
    let fargate = ground.attachment("FARGATE");
    let outputs = stage.create("cluster/capacity[fargate]", &fargate).await;
    let fleet = Fleet::new(&stage, &ground, &ground.group(&template.id)).await;
    stage.converged(&fargate, &outputs).await;
    let own = ground.attachment(&fleet.provider.name);
    stage.converged(&own, &fleet.attachment).await;
    stage
        .remove("cluster/capacity[fargate]", &fargate, &outputs)
        .await;
    stage.converged(&own, &fleet.attachment).await;
}

#[tokio::test]
async fn a_provider_that_a_cluster_still_has_is_not_gone_and_says_so() {
    let stage = Stage::new().await;
    let ground = Ground::new(&stage).await;
    let template = stage
        .create("ec2/launch_template", &ground.template())
        .await;
    let fleet = Fleet::new(&stage, &ground, &ground.group(&template.id)).await;
    let spec = provider(&fleet.group.arn);
    let observed = stage.observed(&fleet.provider).await.expect("it is there");
    let removal = ashore_providers::aws::capacity_provider::CapacityProvider::removal(&observed);
    let sent = stage.send(
        "ec2/capacity_provider",
        &spec,
        removal,
        Some(fleet.provider.clone()),
    );
    sent.await.expect("it is accepted");
    stage.twin.advance(std::time::Duration::from_secs(10));
    type Provider = ashore_providers::aws::capacity_provider::CapacityProvider;
    let gone = <Provider as ashore_engine::kind::Live>::gone(&stage.aws, &fleet.provider).await;
    let refused = gone.expect_err("a cluster still has it");
    assert!(
        refused.message.contains("associated with cluster"),
        "{refused}"
    );
}
