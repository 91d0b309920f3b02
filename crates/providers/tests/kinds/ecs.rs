//! Examples of what runs containers: cluster, task definition, service, and their logs.

use std::collections::BTreeMap;

use ashore_providers::aws::cluster::{self, Cluster};
use ashore_providers::aws::log_group::{self, LogGroup};
use ashore_providers::aws::service::{
    self, Attachment, Capacity, ClassicAttachment, Connect, FARGATE, FARGATE_SPOT, Offer, Service,
    Share,
};
use ashore_providers::aws::tags::Tags;
use ashore_providers::aws::task_definition::{
    self, Container, HostPort, Log, TaskDefinition, Volume,
};

use crate::example::Example;

pub(crate) fn examples() -> Vec<Example> {
    vec![cluster(), log_group(), task_definition(), service()]
}

fn cluster() -> Example {
    let spec = Cluster {
        name: "hello-default".into(),
        container_insights: "disabled".into(),
        tags: Tags::default().named("hello"),
    };
    let outputs = cluster::Outputs {
        name: "hello-default".into(),
        arn: "arn:aws:ecs:eu-central-1:1:cluster/hello-default".into(),
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut Cluster| it.name.push('x'))
        .altered("container_insights", |it: &mut Cluster| {
            it.container_insights = "enabled".into();
        })
        .altered("tags", |it: &mut Cluster| it.tags = Tags::default())
}

fn log_group() -> Example {
    let spec = LogGroup {
        name: "/ashore/hello-default/web".into(),
        retention_days: 30,
        key: Some("arn:aws:kms:eu-central-1:1:key/1".into()),
        retain: false,
        tags: Tags::default().named("hello"),
    };
    let outputs = log_group::Outputs {
        name: "/ashore/hello-default/web".into(),
        arn: "arn:aws:logs:eu-central-1:1:log-group:/ashore/hello-default/web".into(),
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut LogGroup| it.name.push('x'))
        .altered("retention_days", |it: &mut LogGroup| it.retention_days = 0)
        .altered("key", |it: &mut LogGroup| it.key = None)
        .altered("tags", |it: &mut LogGroup| it.tags = Tags::default())
}

fn task_definition() -> Example {
    let spec = TaskDefinition {
        family: "hello-default-web".into(),
        runs_on: "EC2".into(),
        network_mode: "bridge".into(),
        cpu: 256,
        memory: 512,
        architecture: "X86_64".into(),
        execution_role: "arn:aws:iam::1:role/execution".to_string().into(),
        task_role: Some("arn:aws:iam::1:role/task".to_string().into()),
        ephemeral_storage_gib: Some(30),
        containers: vec![Container {
            name: "web".into(),
            image: "nginx:1.29".into(),
            essential: true,
            command: Vec::new(),
            entry_point: Vec::new(),
            environment: BTreeMap::from([("PORT".into(), "80".to_string().into())]),
            ports: vec![80],
            udp_ports: vec![53],
            named_ports: BTreeMap::new(),
            log: Some(Log {
                group: "/ashore/hello-default/web".to_string().into(),
                region: "eu-central-1".into(),
                prefix: "web".into(),
            }),
            stop_timeout_seconds: Some(30),
            secrets: BTreeMap::new(),
            repository_credentials: None,
            cpu: None,
            memory_mib: None,
            health: None,
            depends_on: BTreeMap::new(),
            mounts: BTreeMap::from([("/var/uploads".into(), "uploads".into())]),
            host_ports: vec![HostPort {
                port: 80,
                on_host: 80,
            }],
        }],
        volumes: vec![Volume {
            name: "uploads".into(),
            file_system: "fs-0123456789abcdef0".to_string().into(),
            access_point: "fsap-0123456789abcdef0".to_string().into(),
        }],
        tags: Tags::default().named("hello"),
    };
    let outputs = task_definition::Outputs {
        arn: "arn:aws:ecs:eu-central-1:1:task-definition/hello-default-web:1".into(),
        family: "hello-default-web".into(),
        revision: 1,
        active: true,
    };
    Example::of(&spec, &outputs)
        .altered("family", |it: &mut TaskDefinition| it.family.push('x'))
        .altered("runs_on", |it: &mut TaskDefinition| {
            it.runs_on = "FARGATE".into();
        })
        .altered("network_mode", |it: &mut TaskDefinition| {
            it.network_mode = "awsvpc".into();
        })
        .altered("cpu", |it: &mut TaskDefinition| it.cpu = 512)
        .altered("memory", |it: &mut TaskDefinition| it.memory = 1024)
        .altered("volumes", |it: &mut TaskDefinition| it.volumes.clear())
        .altered("architecture", |it: &mut TaskDefinition| {
            it.architecture = "ARM64".into();
        })
        .altered("execution_role", |it: &mut TaskDefinition| {
            it.execution_role = "arn:aws:iam::1:role/other".to_string().into();
        })
        .altered("task_role", |it: &mut TaskDefinition| it.task_role = None)
        .altered("ephemeral_storage_gib", |it: &mut TaskDefinition| {
            it.ephemeral_storage_gib = None;
        })
        .altered("containers", |it: &mut TaskDefinition| {
            it.containers[0].image = "nginx:1.30".into();
        })
        .altered("tags", |it: &mut TaskDefinition| it.tags = Tags::default())
}

fn share(provider: &str, base: u32, weight: u32) -> Share {
    Share {
        provider: provider.to_string().into(),
        base,
        weight,
    }
}

fn service() -> Example {
    let spec = Service {
        name: "web".into(),
        cluster: "hello-default".to_string().into(),
        task_definition: "arn:aws:ecs:eu-central-1:1:task-definition/hello-default-web:1"
            .to_string()
            .into(),
        capacity: Capacity::Providers(vec![share(FARGATE, 1, 1), share(FARGATE_SPOT, 0, 3)]),
        desired_count: 2,
        scaled: false,
        subnets: vec!["subnet-2".to_string().into(), "subnet-1".to_string().into()],
        security_groups: vec!["sg-1".to_string().into()],
        assign_public_ip: true,
        load_balancer: Some(Attachment {
            target_group: "arn:aws:tg:1".to_string().into(),
            container: "web".into(),
            port: 80,
        }),
        more_load_balancers: vec![Attachment {
            target_group: "arn:aws:tg:3".to_string().into(),
            container: "web".into(),
            port: 80,
        }],
        registry: Some("arn:aws:servicediscovery:1".to_string().into()),
        connect: Some(Connect {
            namespace: "arn:aws:servicediscovery:2".to_string().into(),
            offers: BTreeMap::new(),
        }),
        classic_balancer: Some(ClassicAttachment {
            balancer: "hello-default-classic".to_string().into(),
            container: "web".into(),
            port: 80,
        }),
        grace_period_seconds: Some(60),
        minimum_healthy_percent: 100,
        maximum_percent: 200,
        circuit_breaker: true,
        rollback: true,
        execute_command: false,
        tags: Tags::default().named("hello"),
    };
    let outputs = service::Outputs {
        arn: "arn:aws:ecs:eu-central-1:1:service/hello-default/web".into(),
        name: "web".into(),
        cluster: "hello-default".into(),
        given_up: false,
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut Service| it.name.push('x'))
        .altered("cluster", |it: &mut Service| {
            it.cluster = "other".to_string().into();
        })
        .altered("task_definition", |it: &mut Service| {
            it.task_definition = "arn:aws:ecs:2".to_string().into();
        })
        .altered("capacity", |it: &mut Service| {
            it.capacity = Capacity::Providers(vec![share(FARGATE_SPOT, 0, 1)]);
        })
        .altered("desired_count", |it: &mut Service| it.desired_count = 3)
        .altered("subnets", |it: &mut Service| it.subnets.truncate(1))
        .altered("security_groups", |it: &mut Service| {
            it.security_groups[0] = "sg-2".to_string().into();
        })
        .altered("assign_public_ip", |it: &mut Service| {
            it.assign_public_ip = false;
        })
        .altered("registry", |it: &mut Service| it.registry = None)
        .altered("connect", |it: &mut Service| {
            let offer = Offer {
                name: "web".into(),
                port: 80,
            };
            let connect = it.connect.as_mut().expect("there is one");
            connect.offers.insert("web".into(), offer);
        })
        .altered("more_load_balancers", |it: &mut Service| {
            it.more_load_balancers.clear();
        })
        .altered("classic_balancer", |it: &mut Service| {
            it.classic_balancer = None;
        })
        .altered("load_balancer", |it: &mut Service| {
            it.load_balancer.as_mut().expect("there is one").port = 8080;
        })
        .altered("grace_period_seconds", |it: &mut Service| {
            it.grace_period_seconds = None;
        })
        .altered("minimum_healthy_percent", |it: &mut Service| {
            it.minimum_healthy_percent = 50;
        })
        .altered("maximum_percent", |it: &mut Service| {
            it.maximum_percent = 150;
        })
        .altered("circuit_breaker", |it: &mut Service| {
            it.circuit_breaker = false;
        })
        .altered("rollback", |it: &mut Service| it.rollback = false)
        .altered("execute_command", |it: &mut Service| {
            it.execute_command = true;
        })
        .altered("tags", |it: &mut Service| it.tags = Tags::default())
}
