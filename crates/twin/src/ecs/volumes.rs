//! Volumes of a task definition that lie on EFS: what cannot be registered, and mounting them before a task starts.

use serde::{Deserialize, Serialize};

use super::container::Spec;
use super::refuse;
use crate::efs::{self, Mount};
use crate::refusal::Refusal;
use crate::world::World;

/// A volume. Those that lie on the host hold nothing that the twin acts on.
#[derive(Serialize, Deserialize, Debug, Clone, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Volume {
    name: Option<String>,
    host: Option<serde_json::Value>,
    efs_volume_configuration: Option<OnEfs>,
}

#[derive(Serialize, Deserialize, Debug, Clone, Default)]
#[serde(default, rename_all = "camelCase")]
struct OnEfs {
    file_system_id: String,
    root_directory: Option<String>,
    transit_encryption: Option<String>,
    transit_encryption_port: Option<i64>,
    authorization_config: Option<Authorization>,
}

#[derive(Serialize, Deserialize, Debug, Clone, Default)]
#[serde(default, rename_all = "camelCase")]
struct Authorization {
    access_point_id: Option<String>,
    iam: Option<String>,
}

/// How the reason of such a stop begins (copilot-cli #5419).
const BEGINNING: &str = "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: ";

/// Refuses what RegisterTaskDefinition refuses [ECS API: EFSVolumeConfiguration, EFSAuthorizationConfig]. Whether the
/// file system is there is seen when a task starts.
pub(super) fn check(spec: &Spec) -> Result<(), Refusal> {
    for (index, volume) in spec.volumes.iter().enumerate() {
        let name = volume.name.as_deref().unwrap_or_default();
        if name.is_empty() {
            return Err(refuse::client("Volume name must not be null or empty."));
        }
        if spec.volumes[..index]
            .iter()
            .any(|other| other.name == volume.name)
        {
            return Err(refuse::client(format!(
                "Volume name '{name}' must be unique within a task definition."
            )));
        }
        let Some(efs) = &volume.efs_volume_configuration else {
            continue;
        };
        if volume.host.is_some() {
            return Err(refuse::client(
                "When the volume parameter is specified, only one volume configuration type should be used.",
            ));
        }
        check_efs(spec, name, efs)?;
    }
    Ok(())
}

fn check_efs(spec: &Spec, name: &str, efs: &OnEfs) -> Result<(), Refusal> {
    let invalid = |why: &str| {
        Err(refuse::client(format!(
            "Invalid efsVolumeConfiguration for volume '{name}': {why}"
        )))
    };
    let digits = efs.file_system_id.strip_prefix("fs-").unwrap_or_default();
    let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !(8..=40).contains(&digits.len()) || !hex {
        return invalid("fileSystemId is not the id of a file system.");
    }
    let encrypted = efs.transit_encryption.as_deref() == Some("ENABLED");
    let authorization = efs.authorization_config.clone().unwrap_or_default();
    let iam = authorization.iam.as_deref() == Some("ENABLED");
    if !encrypted && authorization.access_point_id.is_some() {
        return invalid("transit encryption must be enabled when an access point is used.");
    }
    if !encrypted && iam {
        return invalid("transit encryption must be enabled when IAM authorization is used.");
    }
    if !encrypted && efs.transit_encryption_port.is_some() {
        return invalid("transitEncryptionPort needs transit encryption.");
    }
    if efs
        .transit_encryption_port
        .is_some_and(|port| !(1..=65_535).contains(&port))
    {
        return invalid("transitEncryptionPort must be between 1 and 65535.");
    }
    if iam && spec.task_role_arn.is_none() {
        return invalid("IAM authorization needs a taskRoleArn.");
    }
    let root = efs.root_directory.as_deref().unwrap_or("/");
    if authorization.access_point_id.is_some() && root != "/" {
        return invalid("rootDirectory must be omitted or set to / when an access point is used.");
    }
    if !root.starts_with('/') {
        return invalid("rootDirectory must begin with /.");
    }
    Ok(())
}

/// Fargate mounts EFS from platform version 1.4.0 on [ECS developer guide: Fargate platform versions].
pub(super) fn check_platform(spec: &Spec, platform: &str) -> Result<(), Refusal> {
    let on_efs = spec
        .volumes
        .iter()
        .any(|it| it.efs_volume_configuration.is_some());
    if on_efs && platform == "1.3.0" {
        return Err(Refusal::new(
            "PlatformTaskDefinitionIncompatibilityException",
            "One or more of the requested capabilities are not supported.",
        ));
    }
    Ok(())
}

/// Mounts the volumes of a task over its interface, or says why it cannot start.
pub(super) fn unmountable(world: &mut World, region: &str, id: &str) -> Option<String> {
    let ecs = &world.regions.get(region)?.ecs;
    let task = ecs.tasks.get(id)?;
    let attachment = task.attachment.as_ref()?;
    let volumes = &ecs.definition(&task.definition)?.spec.volumes;
    let wanted = |efs: &OnEfs| Mount {
        file_system: efs.file_system_id.clone(),
        access_point: efs
            .authorization_config
            .as_ref()
            .and_then(|it| it.access_point_id.clone()),
        directory: efs.root_directory.clone().unwrap_or_else(|| "/".to_owned()),
        interface: attachment.interface.clone(),
        zone: attachment.zone.clone(),
    };
    let on_efs = volumes
        .iter()
        .filter_map(|it| it.efs_volume_configuration.as_ref());
    let mounts: Vec<Mount> = on_efs.map(wanted).collect();
    let failed = mounts
        .iter()
        .find_map(|mount| efs::mount(world, region, mount).err())?;
    Some(format!("{BEGINNING}{failed}"))
}
