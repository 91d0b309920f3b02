//! The members of a task definition, as botocore's model of RegisterTaskDefinition names them; and the few of them that
//! the twin acts on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::shape::{Member, Shape, may, must};
use super::volumes::Volume;

/// What of a task definition decides how its tasks behave.
#[derive(Serialize, Deserialize, Debug, Clone, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Spec {
    pub(super) task_role_arn: Option<String>,
    pub(super) execution_role_arn: Option<String>,
    pub(super) network_mode: Option<String>,
    pub(super) container_definitions: Vec<Container>,
    pub(super) requires_compatibilities: Vec<String>,
    pub(super) cpu: Option<String>,
    pub(super) memory: Option<String>,
    pub(super) runtime_platform: Option<Platform>,
    pub(super) volumes: Vec<Volume>,
}

/// What its images are built for.
#[derive(Serialize, Deserialize, Debug, Clone, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Platform {
    cpu_architecture: Option<String>,
}

impl Platform {
    /// As instances call it: `x86_64` or `arm64`.
    pub(super) fn architecture(&self) -> Option<String> {
        self.cpu_architecture.as_ref().map(|it| it.to_lowercase())
    }
}

/// The same of one container.
#[derive(Serialize, Deserialize, Debug, Clone, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Container {
    pub(super) name: String,
    pub(super) image: String,
    pub(super) cpu: u32,
    pub(super) memory: Option<u32>,
    pub(super) memory_reservation: Option<u32>,
    pub(super) essential: Option<bool>,
    pub(super) privileged: bool,
    pub(super) links: Vec<String>,
    pub(super) port_mappings: Vec<PortMapping>,
    pub(super) depends_on: Vec<Dependency>,
    pub(super) environment: Vec<Named>,
    pub(super) secrets: Vec<Secret>,
    pub(super) repository_credentials: Option<RepositoryCredentials>,
    pub(super) log_configuration: Option<LogConfiguration>,
    pub(super) health_check: Option<HealthCheck>,
    pub(super) restart_policy: Option<RestartPolicy>,
}

#[derive(Serialize, Deserialize, Debug, Clone, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PortMapping {
    pub(super) container_port: u16,
    pub(super) host_port: Option<u16>,
    pub(super) protocol: Option<String>,
    pub(super) name: Option<String>,
}

#[derive(Serialize, Deserialize, Debug, Clone)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dependency {
    pub(super) container_name: String,
    pub(super) condition: String,
}

#[derive(Serialize, Deserialize, Debug, Clone)]
#[serde(rename_all = "camelCase")]
pub(super) struct Secret {
    pub(super) name: String,
    /// The ARN of a secret, with what of it is meant, or a parameter's name or ARN.
    #[serde(default)]
    pub(super) value_from: String,
}

/// An environment variable, of which only the name counts.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[serde(rename_all = "camelCase")]
pub(super) struct Named {
    pub(super) name: Option<String>,
}

#[derive(Serialize, Deserialize, Debug, Clone)]
#[serde(rename_all = "camelCase")]
pub(super) struct RepositoryCredentials {
    /// The ARN or name of a secret.
    pub(super) credentials_parameter: String,
}

#[derive(Serialize, Deserialize, Debug, Clone)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogConfiguration {
    pub(super) log_driver: String,
    #[serde(default)]
    pub(super) options: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) secret_options: Vec<Secret>,
}

/// Defaults and limits [ECS API: HealthCheck].
#[derive(Serialize, Deserialize, Debug, Clone)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct HealthCheck {
    pub(super) interval: u64,
    pub(super) timeout: u64,
    pub(super) retries: u64,
    pub(super) start_period: u64,
}

impl Default for HealthCheck {
    fn default() -> HealthCheck {
        HealthCheck {
            interval: 30,
            timeout: 5,
            retries: 3,
            start_period: 0,
        }
    }
}

#[derive(Serialize, Deserialize, Debug, Clone)]
#[serde(rename_all = "camelCase")]
pub(super) struct RestartPolicy {
    pub(super) enabled: bool,
    #[serde(default)]
    pub(super) ignored_exit_codes: Vec<i32>,
    pub(super) restart_attempt_period: Option<u64>,
}

impl Container {
    /// A container is essential unless it says otherwise [ECS API: ContainerDefinition].
    pub(super) fn is_essential(&self) -> bool {
        self.essential.unwrap_or(true)
    }

    /// The option of the awslogs driver, if the container logs with that.
    pub(super) fn awslogs(&self, option: &str) -> Option<&str> {
        let configuration = self.log_configuration.as_ref()?;
        let value = configuration.options.get(option).map(String::as_str);
        value.filter(|_| configuration.log_driver == "awslogs")
    }

    pub(super) fn ports(&self) -> Vec<u16> {
        self.port_mappings
            .iter()
            .map(|mapping| mapping.container_port)
            .collect()
    }
}

/// The members of a task definition, beside `family` and `tags`.
pub(super) const DEFINITION: &[Member] = &[
    may("taskRoleArn", Shape::Text),
    may("executionRoleArn", Shape::Text),
    may(
        "networkMode",
        Shape::OneOf(&["bridge", "host", "awsvpc", "none"]),
    ),
    must("containerDefinitions", Shape::List(CONTAINER)),
    may("volumes", Shape::List(VOLUME)),
    may("placementConstraints", Shape::List(CONSTRAINT)),
    may("requiresCompatibilities", Shape::Texts),
    may("cpu", Shape::Text),
    may("memory", Shape::Text),
    may("pidMode", Shape::OneOf(&["host", "task"])),
    may("ipcMode", Shape::OneOf(&["host", "task", "none"])),
    may(
        "ephemeralStorage",
        Shape::Struct(&[must("sizeInGiB", Shape::Whole)]),
    ),
    may("runtimePlatform", Shape::Struct(PLATFORM)),
    may("enableFaultInjection", Shape::Flag),
];

const PLATFORM: &[Member] = &[
    may("cpuArchitecture", Shape::OneOf(&["X86_64", "ARM64"])),
    may("operatingSystemFamily", Shape::OneOf(&["LINUX"])),
];

const CONSTRAINT: &[Member] = &[
    may("type", Shape::OneOf(&["memberOf"])),
    may("expression", Shape::Text),
];

const CONTAINER: &[Member] = &[
    may("name", Shape::Text),
    may("image", Shape::Text),
    may(
        "repositoryCredentials",
        Shape::Struct(&[must("credentialsParameter", Shape::Text)]),
    ),
    may("cpu", Shape::Whole),
    may("memory", Shape::Whole),
    may("memoryReservation", Shape::Whole),
    may("links", Shape::Texts),
    may("portMappings", Shape::List(PORT)),
    may("essential", Shape::Flag),
    may("restartPolicy", Shape::Struct(RESTART)),
    may("entryPoint", Shape::Texts),
    may("command", Shape::Texts),
    may("environment", Shape::List(PAIR)),
    may("environmentFiles", Shape::List(ENVIRONMENT_FILE)),
    may("mountPoints", Shape::List(MOUNT)),
    may("volumesFrom", Shape::List(VOLUME_FROM)),
    may("linuxParameters", Shape::Struct(LINUX)),
    may("secrets", Shape::List(SECRET)),
    may("dependsOn", Shape::List(DEPENDENCY)),
    may("startTimeout", Shape::Whole),
    may("stopTimeout", Shape::Whole),
    may("versionConsistency", Shape::OneOf(&["enabled", "disabled"])),
    may("hostname", Shape::Text),
    may("user", Shape::Text),
    may("workingDirectory", Shape::Text),
    may("disableNetworking", Shape::Flag),
    may("privileged", Shape::Flag),
    may("readonlyRootFilesystem", Shape::Flag),
    may("dnsServers", Shape::Texts),
    may("dnsSearchDomains", Shape::Texts),
    may("extraHosts", Shape::List(EXTRA_HOST)),
    may("dockerSecurityOptions", Shape::Texts),
    may("interactive", Shape::Flag),
    may("pseudoTerminal", Shape::Flag),
    may("dockerLabels", Shape::Map),
    may("ulimits", Shape::List(ULIMIT)),
    may("logConfiguration", Shape::Struct(LOGGING)),
    may("healthCheck", Shape::Struct(HEALTH)),
    may("systemControls", Shape::List(SYSTEM_CONTROL)),
    may("resourceRequirements", Shape::List(RESOURCE)),
    may("firelensConfiguration", Shape::Struct(FIRELENS)),
    may("credentialSpecs", Shape::Texts),
];

const PORT: &[Member] = &[
    may("containerPort", Shape::Whole),
    may("hostPort", Shape::Whole),
    may("protocol", Shape::OneOf(&["tcp", "udp"])),
    may("name", Shape::Text),
    may("appProtocol", Shape::OneOf(&["http", "http2", "grpc"])),
];

const RESTART: &[Member] = &[
    must("enabled", Shape::Flag),
    may("ignoredExitCodes", Shape::Wholes),
    may("restartAttemptPeriod", Shape::Whole),
];

pub(super) const PAIR: &[Member] = &[may("name", Shape::Text), may("value", Shape::Text)];

pub(super) const ENVIRONMENT_FILE: &[Member] = &[
    must("value", Shape::Text),
    must("type", Shape::OneOf(&["s3"])),
];

const SYSTEM_CONTROL: &[Member] = &[may("namespace", Shape::Text), may("value", Shape::Text)];

const MOUNT: &[Member] = &[
    may("sourceVolume", Shape::Text),
    may("containerPath", Shape::Text),
    may("readOnly", Shape::Flag),
];

const VOLUME_FROM: &[Member] = &[
    may("sourceContainer", Shape::Text),
    may("readOnly", Shape::Flag),
];

const SECRET: &[Member] = &[must("name", Shape::Text), must("valueFrom", Shape::Text)];

const DEPENDENCY: &[Member] = &[
    must("containerName", Shape::Text),
    must(
        "condition",
        Shape::OneOf(&["START", "COMPLETE", "SUCCESS", "HEALTHY"]),
    ),
];

const EXTRA_HOST: &[Member] = &[
    must("hostname", Shape::Text),
    must("ipAddress", Shape::Text),
];

const ULIMIT: &[Member] = &[
    must("name", Shape::Text),
    must("softLimit", Shape::Whole),
    must("hardLimit", Shape::Whole),
];

pub(super) const LOGGING: &[Member] = &[
    must(
        "logDriver",
        Shape::OneOf(&[
            "json-file",
            "syslog",
            "journald",
            "gelf",
            "fluentd",
            "awslogs",
            "splunk",
            "awsfirelens",
        ]),
    ),
    may("options", Shape::Map),
    may("secretOptions", Shape::List(SECRET)),
];

const HEALTH: &[Member] = &[
    must("command", Shape::Texts),
    may("interval", Shape::Whole),
    may("timeout", Shape::Whole),
    may("retries", Shape::Whole),
    may("startPeriod", Shape::Whole),
];

const RESOURCE: &[Member] = &[
    must("value", Shape::Text),
    must(
        "type",
        Shape::OneOf(&["GPU", "InferenceAccelerator", "NeuronDevice"]),
    ),
];

const FIRELENS: &[Member] = &[
    must("type", Shape::OneOf(&["fluentd", "fluentbit"])),
    may("options", Shape::Map),
];

const LINUX: &[Member] = &[
    may(
        "capabilities",
        Shape::Struct(&[may("add", Shape::Texts), may("drop", Shape::Texts)]),
    ),
    may("initProcessEnabled", Shape::Flag),
    may("sharedMemorySize", Shape::Whole),
    may("tmpfs", Shape::List(TMPFS)),
    may("maxSwap", Shape::Whole),
    may("swappiness", Shape::Whole),
];

const TMPFS: &[Member] = &[
    must("containerPath", Shape::Text),
    must("size", Shape::Whole),
    may("mountOptions", Shape::Texts),
];

const VOLUME: &[Member] = &[
    may("name", Shape::Text),
    may("host", Shape::Struct(&[may("sourcePath", Shape::Text)])),
    may("efsVolumeConfiguration", Shape::Struct(EFS)),
    may("configuredAtLaunch", Shape::Flag),
];

const EFS: &[Member] = &[
    must("fileSystemId", Shape::Text),
    may("rootDirectory", Shape::Text),
    may("transitEncryption", Shape::OneOf(&["ENABLED", "DISABLED"])),
    may("transitEncryptionPort", Shape::Whole),
    may("authorizationConfig", Shape::Struct(EFS_AUTHORIZATION)),
];

const EFS_AUTHORIZATION: &[Member] = &[
    may("accessPointId", Shape::Text),
    may("iam", Shape::OneOf(&["ENABLED", "DISABLED"])),
];
