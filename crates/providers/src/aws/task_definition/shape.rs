//! From our task definition to AWS's, and back without what AWS fills in.

use std::collections::BTreeMap;

use ashore_engine::failure::Failure;
use ashore_engine::input::Input;
use aws_sdk_ecs::operation::register_task_definition::builders::RegisterTaskDefinitionFluentBuilder;
use aws_sdk_ecs::types::{
    ApplicationProtocol, Compatibility, ContainerCondition, ContainerDefinition,
    ContainerDependency, CpuArchitecture, EphemeralStorage, HealthCheck, KeyValuePair,
    LogConfiguration, LogDriver, NetworkMode, OsFamily, PortMapping, RepositoryCredentials,
    RuntimePlatform, Secret, TransportProtocol, Volume as SdkVolume,
};

use super::{Container, ContainerHealth, HostPort, Log, NamedPort, TaskDefinition, volumes};
use crate::aws::live::Aws;
use crate::aws::live::failure::{known, required};
use crate::aws::tags::Tags;

pub(super) const REGISTER: &str = "ecs:RegisterTaskDefinition";
pub(super) const DESCRIBE: &str = "ecs:DescribeTaskDefinition";

const GROUP: &str = "awslogs-group";
const REGION: &str = "awslogs-region";
const PREFIX: &str = "awslogs-stream-prefix";

/// The request, tags left out.
pub(super) fn register(
    spec: &TaskDefinition,
    aws: &Aws,
) -> Result<RegisterTaskDefinitionFluentBuilder, Failure> {
    let platform = RuntimePlatform::builder()
        .cpu_architecture(CpuArchitecture::from(spec.architecture.as_str()))
        .operating_system_family(OsFamily::Linux)
        .build();
    let storage = spec
        .ephemeral_storage_gib
        .map(|gib| EphemeralStorage::builder().size_in_gib(int(gib)).build());
    let task_role = spec.task_role.as_ref();
    let task_role = task_role.map(|role| known(REGISTER, role)).transpose()?;
    let containers: Result<Vec<_>, Failure> = spec.containers.iter().map(to_aws).collect();
    Ok(aws
        .ecs
        .register_task_definition()
        .family(&spec.family)
        .requires_compatibilities(Compatibility::from(spec.runs_on.as_str()))
        .network_mode(NetworkMode::from(spec.network_mode.as_str()))
        .cpu(spec.cpu.to_string())
        .memory(spec.memory.to_string())
        .runtime_platform(platform)
        .execution_role_arn(known(REGISTER, &spec.execution_role)?)
        .set_task_role_arn(task_role.cloned())
        .set_ephemeral_storage(storage)
        .set_volumes(volumes_to_aws(spec)?)
        .set_container_definitions(Some(containers?)))
}

fn volumes_to_aws(spec: &TaskDefinition) -> Result<Option<Vec<SdkVolume>>, Failure> {
    let volumes = spec.volumes.iter().map(volumes::to_aws);
    let volumes: Vec<_> = volumes.collect::<Result<_, _>>()?;
    Ok((!volumes.is_empty()).then_some(volumes))
}

fn to_aws(container: &Container) -> Result<ContainerDefinition, Failure> {
    let ports = ports_to_aws(container);
    let variable = |(name, value): (&String, &Input<String>)| {
        let pair = KeyValuePair::builder().name(name);
        Ok(pair.value(known(REGISTER, value)?).build())
    };
    let environment = container.environment.iter().map(variable);
    let environment = environment.collect::<Result<Vec<_>, Failure>>()?;
    let some = |words: &Vec<String>| (!words.is_empty()).then(|| words.clone());
    let log = container.log.as_ref().map(log_to_aws).transpose()?;
    let timeout = container.stop_timeout_seconds;
    Ok(ContainerDefinition::builder()
        .name(&container.name)
        .image(&container.image)
        .essential(container.essential)
        .set_command(some(&container.command))
        .set_entry_point(some(&container.entry_point))
        .set_environment(Some(environment))
        .set_port_mappings(Some(ports))
        .set_log_configuration(log)
        .set_stop_timeout(timeout.map(int))
        .set_secrets(secrets_to_aws(container)?)
        .set_repository_credentials(credentials_to_aws(container)?)
        .set_cpu(container.cpu.map(int))
        .set_memory(container.memory_mib.map(int))
        .set_health_check(container.health.as_ref().map(health_to_aws).transpose()?)
        .set_depends_on(dependencies_to_aws(container)?)
        .set_mount_points(volumes::mounts_to_aws(container))
        .build())
}

fn ports_to_aws(container: &Container) -> Vec<PortMapping> {
    let port = |port: &u16, protocol: TransportProtocol| {
        PortMapping::builder()
            .container_port(i32::from(*port))
            .protocol(protocol)
    };
    let tcp = container.ports.iter().map(|number| {
        let mut fixed = container.host_ports.iter();
        let fixed = fixed.find(|host| host.port == *number);
        let mapping = port(number, TransportProtocol::Tcp);
        let mapping = mapping.set_host_port(fixed.map(|host| i32::from(host.on_host)));
        let mut named = container.named_ports.iter();
        match named.find(|(_, named)| named.port == *number) {
            None => mapping.build(),
            Some((name, named)) => {
                let protocol = named.protocol.as_deref().map(ApplicationProtocol::from);
                mapping.name(name).set_app_protocol(protocol).build()
            }
        }
    });
    let udp = container.udp_ports.iter();
    let udp = udp.map(|it| port(it, TransportProtocol::Udp).build());
    tcp.chain(udp).collect()
}

fn log_to_aws(log: &Log) -> Result<LogConfiguration, Failure> {
    LogConfiguration::builder()
        .log_driver(LogDriver::Awslogs)
        .options(GROUP, known(REGISTER, &log.group)?)
        .options(REGION, &log.region)
        .options(PREFIX, &log.prefix)
        .build()
        .map_err(|error| Failure::internal(REGISTER, &error))
}

fn secrets_to_aws(container: &Container) -> Result<Option<Vec<Secret>>, Failure> {
    let secret = |(name, from): (&String, &Input<String>)| {
        let secret = Secret::builder().name(name);
        let secret = secret.value_from(known(REGISTER, from)?).build();
        secret.map_err(|error| Failure::internal(REGISTER, &error))
    };
    let secrets: Vec<_> = container
        .secrets
        .iter()
        .map(secret)
        .collect::<Result<_, _>>()?;
    Ok((!secrets.is_empty()).then_some(secrets))
}

fn credentials_to_aws(container: &Container) -> Result<Option<RepositoryCredentials>, Failure> {
    let credentials = |secret| {
        let credentials = RepositoryCredentials::builder();
        let credentials = credentials.credentials_parameter(known(REGISTER, secret)?);
        let credentials = credentials.build();
        credentials.map_err(|error| Failure::internal(REGISTER, &error))
    };
    let secret = container.repository_credentials.as_ref();
    secret.map(credentials).transpose()
}

fn health_to_aws(health: &ContainerHealth) -> Result<HealthCheck, Failure> {
    HealthCheck::builder()
        .set_command(Some(health.command.clone()))
        .interval(int(health.interval_seconds))
        .timeout(int(health.timeout_seconds))
        .retries(int(health.retries))
        .set_start_period(health.start_period_seconds.map(int))
        .build()
        .map_err(|error| Failure::internal(REGISTER, &error))
}

fn dependencies_to_aws(container: &Container) -> Result<Option<Vec<ContainerDependency>>, Failure> {
    let dependency = |(name, condition): (&String, &String)| {
        let dependency = ContainerDependency::builder().container_name(name);
        let dependency = dependency.condition(ContainerCondition::from(condition.as_str()));
        let dependency = dependency.build();
        dependency.map_err(|error| Failure::internal(REGISTER, &error))
    };
    let all = container.depends_on.iter().map(dependency);
    let all: Vec<_> = all.collect::<Result<_, _>>()?;
    Ok((!all.is_empty()).then_some(all))
}

fn int(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

/// A revision as it was registered. Empty lists, `cpu: 0` of a container, host ports where each task
/// has an interface of its own, and what more AWS fills in are not ours and are left out.
pub(super) fn from_aws(
    definition: aws_sdk_ecs::types::TaskDefinition,
    tags: BTreeMap<String, String>,
) -> Result<TaskDefinition, Failure> {
    let number = |text: Option<String>| text.and_then(|text| text.parse().ok());
    let containers = definition.container_definitions.unwrap_or_default();
    let asked = definition.requires_compatibilities.unwrap_or_default();
    let shared = definition.network_mode.as_ref();
    let shared = shared.is_none_or(|mode| *mode == NetworkMode::Bridge);
    let containers = containers.into_iter().map(|it| container(it, shared));
    let containers: Result<Vec<_>, Failure> = containers.collect();
    let volumes = definition.volumes.unwrap_or_default().into_iter();
    let architecture = definition
        .runtime_platform
        .and_then(|platform| platform.cpu_architecture)
        .unwrap_or(CpuArchitecture::X8664);
    Ok(TaskDefinition {
        family: required(DESCRIBE, definition.family)?,
        runs_on: asked
            .iter()
            .map(Compatibility::as_str)
            .collect::<Vec<_>>()
            .join(","),
        // Without a word it is bridge [ECS API: RegisterTaskDefinition, networkMode].
        network_mode: definition
            .network_mode
            .map_or_else(|| "bridge".to_string(), |mode| mode.as_str().to_string()),
        cpu: number(definition.cpu).unwrap_or(0),
        memory: number(definition.memory).unwrap_or(0),
        architecture: architecture.as_str().to_string(),
        execution_role: Input::Known(definition.execution_role_arn.unwrap_or_default()),
        task_role: definition.task_role_arn.map(Input::Known),
        ephemeral_storage_gib: definition
            .ephemeral_storage
            .and_then(|storage| u32::try_from(storage.size_in_gib).ok()),
        containers: containers?,
        volumes: volumes.filter_map(volumes::from_aws).collect(),
        tags: Tags::observed(tags),
    })
}

fn container(container: ContainerDefinition, shared: bool) -> Result<Container, Failure> {
    let variable =
        |pair: KeyValuePair| Some((pair.name?, Input::Known(pair.value.unwrap_or_default())));
    let mounts = volumes::mounts_from_aws(&container);
    let environment = container.environment.unwrap_or_default();
    let ports = container.port_mappings.unwrap_or_default();
    let is_udp = |mapping: &PortMapping| mapping.protocol == Some(TransportProtocol::Udp);
    let port = |mapping: &PortMapping| u16::try_from(mapping.container_port?).ok();
    let named = |mapping: &PortMapping| {
        let protocol = mapping.app_protocol.as_ref();
        let named = NamedPort {
            port: port(mapping)?,
            protocol: protocol.map(|it| it.as_str().to_string()),
        };
        Some((mapping.name.clone()?, named))
    };
    let (udp, tcp): (Vec<_>, Vec<_>) = ports.into_iter().partition(is_udp);
    // 0 is one that is found when the task starts [ECS API: PortMapping, hostPort].
    let on_host = |mapping: &PortMapping| {
        let on_host = u16::try_from(mapping.host_port?).ok();
        let port = port(mapping)?;
        let on_host = on_host.filter(|it| *it > 0)?;
        Some(HostPort { port, on_host })
    };
    Ok(Container {
        mounts,
        host_ports: match shared {
            true => tcp.iter().filter_map(on_host).collect(),
            false => Vec::new(),
        },
        name: required(DESCRIBE, container.name)?,
        image: required(DESCRIBE, container.image)?,
        essential: container.essential.unwrap_or(true),
        command: container.command.unwrap_or_default(),
        entry_point: container.entry_point.unwrap_or_default(),
        environment: environment.into_iter().filter_map(variable).collect(),
        ports: tcp.iter().filter_map(port).collect(),
        udp_ports: udp.iter().filter_map(port).collect(),
        named_ports: tcp.iter().filter_map(named).collect(),
        log: container.log_configuration.and_then(log),
        stop_timeout_seconds: container
            .stop_timeout
            .and_then(|seconds| u32::try_from(seconds).ok()),
        secrets: container.secrets.map(secrets).unwrap_or_default(),
        repository_credentials: container
            .repository_credentials
            .map(|credentials| Input::Known(credentials.credentials_parameter)),
        // 0 is what AWS says where nothing was said.
        cpu: u32::try_from(container.cpu).ok().filter(|cpu| *cpu > 0),
        memory_mib: container.memory.and_then(|mib| u32::try_from(mib).ok()),
        health: container.health_check.map(health),
        depends_on: container.depends_on.map(dependencies).unwrap_or_default(),
    })
}

fn log(configuration: LogConfiguration) -> Option<Log> {
    if configuration.log_driver != LogDriver::Awslogs {
        return None;
    }
    let mut options = configuration.options?;
    Some(Log {
        group: Input::Known(options.remove(GROUP)?),
        region: options.remove(REGION)?,
        prefix: options.remove(PREFIX).unwrap_or_default(),
    })
}

fn secrets(given: Vec<Secret>) -> BTreeMap<String, Input<String>> {
    let secret = |secret: Secret| (secret.name, Input::Known(secret.value_from));
    given.into_iter().map(secret).collect()
}

/// What AWS uses where nothing was said is what we would have said.
fn health(check: HealthCheck) -> ContainerHealth {
    let number = |value: Option<i32>| value.and_then(|value| u32::try_from(value).ok());
    ContainerHealth {
        command: check.command,
        interval_seconds: number(check.interval).unwrap_or(30),
        timeout_seconds: number(check.timeout).unwrap_or(5),
        retries: number(check.retries).unwrap_or(3),
        start_period_seconds: number(check.start_period).filter(|seconds| *seconds > 0),
    }
}

fn dependencies(given: Vec<ContainerDependency>) -> BTreeMap<String, String> {
    let dependency =
        |one: ContainerDependency| (one.container_name, one.condition.as_str().to_string());
    given.into_iter().map(dependency).collect()
}
