//! Kinds that are there as soon as they are named: roles, log groups, clusters, task definitions.

use std::collections::BTreeMap;

use ashore_engine::failure::Class;
use ashore_engine::kind::{Found, Kind, Observed};
use ashore_providers::aws::cluster::Cluster;
use ashore_providers::aws::iam_role::{Change, Role};
use ashore_providers::aws::log_group::LogGroup;
use ashore_providers::aws::service_linked_role::ServiceLinkedRole;
use ashore_providers::aws::tags::Tags;
use ashore_providers::aws::task_definition::{
    Container, ContainerHealth, Log, NamedPort, TaskDefinition,
};
use serde_json::{Value, json};

use crate::stage::{REGION, Stage};

pub(crate) fn tags(value: &str) -> Tags {
    Tags([("team".to_string(), value.to_string())].into())
}

pub(crate) fn cluster() -> Cluster {
    Cluster {
        name: "hello-default".into(),
        container_insights: "disabled".into(),
        tags: tags("a"),
    }
}

pub(crate) fn logs() -> LogGroup {
    LogGroup {
        name: "/ashore/hello-default".into(),
        retention_days: 30,
        key: None,
        retain: false,
        tags: tags("a"),
    }
}

pub(crate) fn role() -> Role {
    Role {
        name: "hello-default-execution".into(),
        trust: json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }]}),
        managed_policies: [
            "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy".to_string(),
        ]
        .into(),
        inline_policies: BTreeMap::new(),
        tags: tags("a"),
    }
}

fn policy(action: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": action, "Resource": "*"},
    ]})
}

pub(crate) fn definition(role: &str, image: &str) -> TaskDefinition {
    TaskDefinition {
        family: "hello-default-web".into(),
        runs_on: "FARGATE".into(),
        network_mode: "awsvpc".into(),
        cpu: 256,
        memory: 512,
        architecture: "X86_64".into(),
        execution_role: role.to_string().into(),
        task_role: None,
        ephemeral_storage_gib: None,
        containers: vec![Container {
            name: "web".into(),
            image: image.into(),
            essential: true,
            command: Vec::new(),
            entry_point: Vec::new(),
            environment: [("B", "2"), ("A", "1")]
                .map(|(k, v)| (k.to_string(), v.to_string().into()))
                .into(),
            ports: vec![8080, 80],
            udp_ports: vec![53],
            named_ports: [(
                "web".to_string(),
                NamedPort {
                    port: 80,
                    protocol: Some("http".into()),
                },
            )]
            .into(),
            log: Some(Log {
                group: logs().name.into(),
                region: REGION.into(),
                prefix: "web".into(),
            }),
            stop_timeout_seconds: Some(20),
            secrets: BTreeMap::new(),
            repository_credentials: None,
            cpu: None,
            memory_mib: None,
            health: None,
            depends_on: BTreeMap::new(),
            mounts: BTreeMap::new(),
            host_ports: Vec::new(),
        }],
        volumes: Vec::new(),
        tags: tags("a"),
    }
}

#[tokio::test]
async fn a_cluster_lives() {
    let stage = Stage::new().await;
    let insights = Cluster {
        container_insights: "enhanced".into(),
        ..cluster()
    };
    let tagged = Cluster {
        tags: Tags([("cost".to_string(), "x".to_string())].into()),
        ..insights.clone()
    };
    let then = [insights, tagged];
    stage.life("cluster/cluster", &cluster(), &then).await;
}

#[tokio::test]
async fn a_log_group_lives() {
    let stage = Stage::new().await;
    let shorter = LogGroup {
        retention_days: 7,
        ..logs()
    };
    let for_ever = LogGroup {
        retention_days: 0,
        tags: Tags::default(),
        ..logs()
    };
    let longer_name = LogGroup {
        name: format!("{}-too", logs().name),
        ..logs()
    };
    stage.create("other", &longer_name).await;
    let outputs = stage.create("logs", &logs()).await;
    stage.converged(&logs(), &outputs).await;
    stage.remove("logs", &logs(), &outputs).await;
    let stage = Stage::new().await;
    stage.life("logs", &logs(), &[shorter, for_ever]).await;
}

#[tokio::test]
async fn a_role_lives() {
    let stage = Stage::new().await;
    let mut inline = role();
    inline
        .inline_policies
        .insert("uses".into(), policy("s3:GetObject"));
    let mut other = inline.clone();
    other
        .inline_policies
        .insert("uses".into(), policy("s3:PutObject"));
    other.managed_policies.clear();
    let mut trust = other.clone();
    trust.trust["Statement"][0]["Condition"] =
        json!({"StringEquals": {"aws:SourceAccount": "123456789012"}});
    trust.inline_policies.clear();
    trust.tags = tags("b");
    stage
        .life("roles/execution", &role(), &[inline, other, trust])
        .await;
}

/// Seed: B20.
#[tokio::test]
async fn a_role_is_bare_before_it_goes_whoever_filled_it() {
    let stage = Stage::new().await;
    let outputs = stage.create("roles/execution", &role()).await;
    let iam = aws_sdk_iam::Client::new(&stage.config);
    let put = iam.put_role_policy().role_name(&outputs.name);
    let put = put
        .policy_name("theirs")
        .policy_document(policy("s3:*").to_string());
    put.send().await.expect("somebody else may too");
    stage.remove("roles/execution", &role(), &outputs).await;
}

/// Seed: B20.
#[tokio::test]
async fn a_profile_that_holds_a_role_is_named_and_one_of_somebody_elses_not_waited_for() {
    let stage = Stage::new().await;
    let address = "roles/execution";
    let role = role();
    let outputs = stage.create(address, &role).await;
    let iam = aws_sdk_iam::Client::new(&stage.config);
    let tag = |key: &str, value: &str| {
        let tag = aws_sdk_iam::types::Tag::builder().key(key).value(value);
        Some(vec![tag.build().expect("both are there")])
    };
    let stack = stage.cx(address).mark.stack.key();
    for (name, tags, class) in [
        ("ours", tag("ashore:stack", &stack), Class::Dependency),
        ("theirs", None, Class::Invalid),
    ] {
        let create = iam.create_instance_profile().instance_profile_name(name);
        create.set_tags(tags).send().await.expect("it is made");
        let add = iam.add_role_to_instance_profile();
        let add = add.instance_profile_name(name).role_name(&outputs.name);
        add.send().await.expect("it holds the role");
        let delete = vec![Change::Delete];
        let refused = stage.send(address, &role, delete, Some(outputs.clone()));
        let refused = refused.await.expect_err("it is held");
        assert_eq!(refused.class, class, "{refused}");
        assert_eq!(refused.evidence, [format!("in instance profile {name}")]);
        assert_eq!(refused.advice.is_empty(), class == Class::Dependency);
        let remove = iam.remove_role_from_instance_profile();
        let remove = remove.instance_profile_name(name).role_name(&outputs.name);
        remove.send().await.expect("it lets go");
    }
    stage.remove(address, &role, &outputs).await;
}

/// Seed: B31.
#[tokio::test]
async fn the_linked_role_is_made_once_and_then_everybodys() {
    let stage = Stage::new().await;
    let spec = ServiceLinkedRole {
        service: "ecs.amazonaws.com".into(),
    };
    assert_eq!(stage.found("roles/ecs", &spec).await, Found::Absent);
    let outputs = stage.create("roles/ecs", &spec).await;
    assert_eq!(
        stage.found("roles/ecs", &spec).await,
        Found::Shared(outputs.clone())
    );
    stage.converged(&spec, &outputs).await;
    let again = stage
        .send("roles/ecs", &spec, spec.changes(None), None)
        .await;
    let taken = again.expect_err("it is there");
    assert_eq!(taken.class, ashore_engine::failure::Class::Exists);
}

/// Seed: B18.
#[tokio::test]
async fn a_task_definition_lives_by_its_revisions() {
    let stage = Stage::new().await;
    let role = stage.create("roles/execution", &role()).await;
    let first = definition(&role.arn, "nginx:1.29");
    let mut tagged = first.clone();
    tagged.tags = tags("b");
    stage.life("web/definition", &first, &[tagged]).await;

    let second = definition(&role.arn, "nginx:1.30");
    let outputs = stage.create("web/definition", &first).await;
    let there: Observed<TaskDefinition> = stage.observed(&outputs).await.expect("there");
    assert!(second.replaced_by(&there).is_some());
    assert_eq!(second.changes(Some(&there)), []);
    // The newest revision bears the same mark and says something else: not what was lost.
    assert_eq!(stage.found("web/definition", &second).await, Found::Absent);
}

/// A container with everything that it can have, and one that waits for it.
///
/// Seed: B48.
#[tokio::test]
async fn every_member_of_a_container_is_registered_and_observed() {
    let stage = Stage::new().await;
    let role = stage.create("roles/execution", &role()).await;
    let arn = |service: &str, resource: &str| {
        format!(
            "arn:aws:{service}:{REGION}:{}:{resource}",
            stage.aws.account
        )
    };
    let secret = arn("secretsmanager", "secret:shop/stripe-AbCdEf");
    let mut spec = definition(&role.arn, "nginx:1.29");
    spec.cpu = 512;
    spec.memory = 1024;
    let mut beside = spec.containers[0].clone();
    beside.name = "proxy".into();
    beside.ports = Vec::new();
    beside.named_ports.clear();
    beside.essential = false;
    beside.depends_on = [("web".to_string(), "HEALTHY".to_string())].into();
    let container = &mut spec.containers[0];
    container.secrets = [
        ("STRIPE_KEY", format!("{secret}:key::")),
        ("URL", arn("ssm", "parameter/shop/url")),
    ]
    .map(|(name, from)| (name.to_string(), from.into()))
    .into();
    container.repository_credentials = Some(secret.into());
    container.cpu = Some(128);
    container.memory_mib = Some(512);
    container.health = Some(ContainerHealth {
        command: vec!["CMD-SHELL".into(), "curl -f http://localhost/".into()],
        interval_seconds: 10,
        timeout_seconds: 4,
        retries: 2,
        start_period_seconds: Some(15),
    });
    spec.containers.push(beside);
    stage.life("web/definition", &spec, &[]).await;

    let said = |health: &ContainerHealth| {
        let mut spec = spec.clone();
        spec.containers[0].health = Some(health.clone());
        spec
    };
    let least = ContainerHealth {
        command: vec!["CMD".into(), "true".into()],
        interval_seconds: 30,
        timeout_seconds: 5,
        retries: 3,
        start_period_seconds: None,
    };
    let outputs = stage.create("web/definition", &said(&least)).await;
    stage.converged(&said(&least), &outputs).await;
}

#[tokio::test]
async fn a_deregistered_revision_is_made_anew() {
    let stage = Stage::new().await;
    let role = stage.create("roles/execution", &role()).await;
    let spec = definition(&role.arn, "nginx:1.29");
    let outputs = stage.create("web/definition", &spec).await;
    let ecs = aws_sdk_ecs::Client::new(&stage.config);
    let deregister = ecs.deregister_task_definition();
    let deregistered = deregister.task_definition(&outputs.arn).send().await;
    deregistered.expect("anybody may");
    let there: Observed<TaskDefinition> = stage.observed(&outputs).await.expect("there");
    assert!(spec.replaced_by(&there).is_some());
    stage.remove("web/definition", &spec, &outputs).await;
}
