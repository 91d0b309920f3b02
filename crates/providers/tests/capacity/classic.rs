//! A service behind a classic load balancer, on instances.
//!
//! Seed: S3-14.

use ashore_engine::kind::Wait;
use ashore_providers::aws::classic_balancer::{ClassicBalancer, HealthCheck, Listener};
use ashore_providers::aws::service::{Capacity, ClassicAttachment, Service};
use ashore_providers::aws::task_definition::{self, HostPort, TaskDefinition};
use ashore_twin::Behaviour;

use crate::ground::{Fleet, Ground, tags};
use crate::shares::{definition, service, share};
use crate::stage::Stage;

const WEB: &str = "services.web/service";
const FIXED: HostPort = HostPort {
    port: 80,
    on_host: 80,
};

fn balancer(ground: &Ground) -> ClassicBalancer {
    ClassicBalancer {
        name: "hello-default-classic".into(),
        scheme: "internet-facing".into(),
        subnets: ground.subnets.clone(),
        security_groups: vec![ground.group.clone().into()],
        listeners: vec![Listener {
            port: 80,
            protocol: "HTTP".into(),
            instance_port: 80,
            instance_protocol: "HTTP".into(),
            certificate: None,
            tls_policy: None,
        }],
        health: HealthCheck {
            target: "HTTP:80/".into(),
            interval_seconds: 30,
            timeout_seconds: 5,
            healthy_threshold: 3,
            unhealthy_threshold: 2,
        },
        cross_zone: true,
        idle_timeout_seconds: 60,
        draining: None,
        access_logs: None,
        tags: tags("a"),
    }
}

/// Two tasks behind the balancer of that name.
fn behind(ground: &Ground, definition: &str, provider: &str, balancer: &str) -> Service {
    let shares = Capacity::Providers(vec![share(provider, 0, 1)]);
    Service {
        desired_count: 2,
        subnets: Vec::new(),
        security_groups: Vec::new(),
        assign_public_ip: false,
        classic_balancer: Some(ClassicAttachment {
            balancer: balancer.to_string().into(),
            container: "web".into(),
            port: 80,
        }),
        grace_period_seconds: Some(60),
        circuit_breaker: false,
        ..service(ground, definition, shares)
    }
}

#[tokio::test]
async fn a_service_is_ready_when_the_balancer_finds_its_instances_well() {
    let stage = Stage::new().await;
    let ground = Ground::new(&stage).await;
    let template = stage
        .create("ec2/launch_template", &ground.template())
        .await;
    let fleet = Fleet::new(&stage, &ground, &ground.group(&template.id)).await;
    let old = stage
        .create("balancers.old/classic_balancer", &balancer(&ground))
        .await;
    let first = definition(&stage, "EC2", "bridge", &[FIXED]).await;
    let spec = behind(&ground, &first, &fleet.provider.name, &old.name);
    let made = stage.create(WEB, &spec).await;
    let ready = stage.wait(WEB, &spec, &made, Wait::Healthy).await;
    let outputs = ready.answer.expect("it serves");
    // It waited for three checks, and for nothing else at the end.
    let last = ready.whys.last().expect("it had to wait");
    assert!(last.starts_with("0/2 targets healthy (i-"), "{last}");
    assert!(last.contains("registration is still in progress"), "{last}");
    stage.converged(&spec, &outputs).await;

    // Another release, and the old tasks go: ECS says nothing of it, and it is over nevertheless.
    let there = task_definition::Outputs {
        arn: first,
        family: "hello-EC2-bridge".into(),
        revision: 1,
        active: true,
    };
    let there = stage.observed::<TaskDefinition>(&there).await;
    let mut second = there.expect("it is there").spec;
    assert_eq!(second.containers[0].host_ports, [FIXED]);
    second.containers[0].image = "nginx:2".into();
    let second = stage.create("services.web/task_definition", &second).await;
    let mut roomy = spec.clone();
    roomy.task_definition = second.arn.into();
    roomy.minimum_healthy_percent = 50;
    let outputs = stage.change(WEB, &spec, &roomy, &outputs).await;
    let ready = stage.wait(WEB, &roomy, &outputs, Wait::Rollout).await;
    let outputs = ready.answer.expect("it has moved");
    stage.converged(&roomy, &outputs).await;
    stage.remove(WEB, &roomy, &outputs).await;
}

#[tokio::test]
async fn tasks_that_do_not_answer_200_are_told_with_what_the_balancer_says() {
    let stage = Stage::new().await;
    let unwell = Behaviour {
        http_status: 204,
        ..Behaviour::default()
    };
    stage.script("nginx:1", unwell);
    let ground = Ground::new(&stage).await;
    let template = stage
        .create("ec2/launch_template", &ground.template())
        .await;
    let fleet = Fleet::new(&stage, &ground, &ground.group(&template.id)).await;
    let old = stage
        .create("balancers.old/classic_balancer", &balancer(&ground))
        .await;
    let definition = definition(&stage, "EC2", "bridge", &[FIXED]).await;
    let spec = behind(&ground, &definition, &fleet.provider.name, &old.name);
    let made = stage.create(WEB, &spec).await;
    let waited = stage.wait(WEB, &spec, &made, Wait::Healthy).await;
    let failure = waited.answer.expect_err("204 is not 200");
    let said = format!("{failure} {:?} {:?}", failure.evidence, failure.advice);
    assert!(said.contains("ELB health checks"), "{said}");
    stage.remove(WEB, &spec, &made).await;
}
