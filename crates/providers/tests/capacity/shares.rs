//! Services on shares of capacity providers, on instances, and on each instance.

use std::collections::BTreeMap;

use ashore_engine::input::Input;
use ashore_engine::kind::Wait;
use ashore_providers::aws::cluster_capacity::ClusterCapacity;
use ashore_providers::aws::iam_role::Role;
use ashore_providers::aws::service::{Capacity, FARGATE, FARGATE_SPOT, Service, Share};
use ashore_providers::aws::task_definition::{Container, HostPort, TaskDefinition};
use serde_json::json;

use crate::ground::{Fleet, Ground, tags};
use crate::stage::Stage;

const WEB: &str = "services.web/service";

pub(crate) fn share(provider: &str, base: u32, weight: u32) -> Share {
    Share {
        provider: provider.to_string().into(),
        base,
        weight,
    }
}

pub(crate) async fn definition(
    stage: &Stage,
    runs_on: &str,
    network_mode: &str,
    host_ports: &[HostPort],
) -> String {
    let role = Role {
        name: format!("hello-{runs_on}-{network_mode}"),
        trust: json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }]}),
        managed_policies: [].into(),
        inline_policies: BTreeMap::new(),
        tags: tags("a"),
    };
    let role = stage.create(&role.name.clone(), &role).await;
    let definition = TaskDefinition {
        family: format!("hello-{runs_on}-{network_mode}"),
        runs_on: runs_on.into(),
        network_mode: network_mode.into(),
        cpu: 256,
        memory: 512,
        architecture: "X86_64".into(),
        execution_role: role.arn.into(),
        task_role: None,
        ephemeral_storage_gib: None,
        containers: vec![Container {
            name: "web".into(),
            image: "nginx:1".into(),
            essential: true,
            command: Vec::new(),
            entry_point: Vec::new(),
            environment: BTreeMap::new(),
            ports: vec![80],
            udp_ports: Vec::new(),
            named_ports: BTreeMap::new(),
            log: None,
            stop_timeout_seconds: None,
            secrets: BTreeMap::new(),
            repository_credentials: None,
            cpu: None,
            memory_mib: None,
            health: None,
            depends_on: BTreeMap::new(),
            mounts: BTreeMap::new(),
            host_ports: host_ports.to_vec(),
        }],
        volumes: Vec::new(),
        tags: tags("a"),
    };
    let made = stage.create(&definition.family.clone(), &definition).await;
    stage.converged(&definition, &made).await;
    made.arn
}

pub(crate) fn service(ground: &Ground, definition: &str, capacity: Capacity) -> Service {
    Service {
        name: "hello-default-web".into(),
        cluster: ground.cluster.arn.clone().into(),
        task_definition: definition.to_string().into(),
        capacity,
        desired_count: 4,
        scaled: false,
        subnets: ground.subnets.clone(),
        security_groups: vec![ground.group.clone().into()],
        assign_public_ip: true,
        load_balancer: None,
        more_load_balancers: Vec::new(),
        registry: None,
        connect: None,
        classic_balancer: None,
        grace_period_seconds: None,
        minimum_healthy_percent: 100,
        maximum_percent: 200,
        circuit_breaker: true,
        rollback: true,
        execute_command: false,
        tags: tags("a"),
    }
}

#[tokio::test]
async fn tasks_are_shared_out_between_fargate_and_spot() {
    let stage = Stage::new().await;
    let ground = Ground::new(&stage).await;
    let both = ClusterCapacity {
        cluster: ground.cluster.arn.clone().into(),
        providers: [FARGATE, FARGATE_SPOT]
            .map(|name| Input::Known(name.to_string()))
            .to_vec(),
    };
    stage.create("cluster/capacity[fargate]", &both).await;
    let definition = definition(&stage, "FARGATE", "awsvpc", &[]).await;
    let plain = service(&ground, &definition, Capacity::Fargate);
    let made = stage.create(WEB, &plain).await;
    let ready = stage.wait(WEB, &plain, &made, Wait::Healthy).await;
    ready.answer.expect("it runs");
    stage.converged(&plain, &made).await;

    let mixed = Capacity::Providers(vec![share(FARGATE, 1, 1), share(FARGATE_SPOT, 0, 3)]);
    let mixed = service(&ground, &definition, mixed);
    let outputs = stage.change(WEB, &plain, &mixed, &made).await;
    let ready = stage.wait(WEB, &mixed, &outputs, Wait::Rollout).await;
    ready.answer.expect("it has moved");
    stage.converged(&mixed, &outputs).await;
    stage.remove(WEB, &mixed, &outputs).await;
}

#[tokio::test]
async fn instances_come_with_tasks_that_share_their_network_and_go_with_them() {
    let stage = Stage::new().await;
    let ground = Ground::new(&stage).await;
    let template = stage
        .create("ec2/launch_template", &ground.template())
        .await;
    let group = ground.group(&template.id);
    let fleet = Fleet::new(&stage, &ground, &group).await;
    let definition = definition(&stage, "EC2", "bridge", &[]).await;
    let shares = vec![share(&fleet.provider.name, 0, 1)];
    let mut spec = service(&ground, &definition, Capacity::Providers(shares));
    (spec.subnets, spec.security_groups) = (Vec::new(), Vec::new());
    spec.assign_public_ip = false;
    let made = stage.create(WEB, &spec).await;
    let ready = stage.wait(WEB, &spec, &made, Wait::Healthy).await;
    let outputs = ready.answer.expect("it runs");
    stage.converged(&spec, &outputs).await;
    let there =
        stage.observed::<ashore_providers::aws::auto_scaling_group::AutoScalingGroup>(&fleet.group);
    let instances = there.await.expect("it is there").outputs.instances;
    assert!(
        (1..4).contains(&instances),
        "several tasks on each of {instances}"
    );

    stage.remove(WEB, &spec, &outputs).await;
    let attachment = ground.attachment(&fleet.provider.name);
    stage
        .remove("cluster/capacity[ec2]", &attachment, &fleet.attachment)
        .await;
}

#[tokio::test]
async fn a_daemon_runs_on_each_instance_and_moves_on_with_its_definition() {
    let stage = Stage::new().await;
    let ground = Ground::new(&stage).await;
    let template = stage
        .create("ec2/launch_template", &ground.template())
        .await;
    let mut group = ground.group(&template.id);
    group.min = 2;
    let made = stage.create("ec2/group", &group).await;
    let ready = stage.wait("ec2/group", &group, &made, Wait::Healthy).await;
    ready.answer.expect("they come");
    stage.twin.advance(std::time::Duration::from_secs(180));
    let definition = definition(&stage, "EC2", "bridge", &[]).await;
    let mut spec = service(&ground, &definition, Capacity::Daemon);
    (spec.subnets, spec.security_groups) = (Vec::new(), Vec::new());
    spec.assign_public_ip = false;
    (spec.minimum_healthy_percent, spec.maximum_percent) = (0, 100);
    let made = stage.create(WEB, &spec).await;
    let ready = stage.wait(WEB, &spec, &made, Wait::Healthy).await;
    let outputs = ready.answer.expect("it runs");
    stage.converged(&spec, &outputs).await;
    stage.remove(WEB, &spec, &outputs).await;
}

#[tokio::test]
async fn tasks_without_instances_say_why_there_are_none() {
    let stage = Stage::new().await;
    let ground = Ground::new(&stage).await;
    let template = stage
        .create("ec2/launch_template", &ground.template())
        .await;
    let group = ground.group(&template.id);
    let fleet = Fleet::new(&stage, &ground, &group).await;
    // An agent whose role is gone cannot join.
    let role = crate::ground::role();
    let there = stage
        .observed::<Role>(&ashore_providers::aws::iam_role::Outputs {
            name: role.name.clone(),
            arn: "arn:aws:iam::123456789012:role/hello-default-instances".into(),
        })
        .await
        .expect("it is there");
    let mut powerless = role.clone();
    powerless.inline_policies.clear();
    stage
        .change("ec2/role", &role, &powerless, &there.outputs)
        .await;
    let definition = definition(&stage, "EC2", "bridge", &[]).await;
    let shares = vec![share(&fleet.provider.name, 0, 1)];
    let mut spec = service(&ground, &definition, Capacity::Providers(shares));
    (spec.subnets, spec.security_groups) = (Vec::new(), Vec::new());
    spec.assign_public_ip = false;
    let made = stage.create(WEB, &spec).await;
    let waited = stage.wait(WEB, &spec, &made, Wait::Healthy).await;
    assert!(waited.answer.is_err());
    let whys = waited.whys.join("\n");
    assert!(whys.contains("have not joined the cluster"), "{whys}");
}
