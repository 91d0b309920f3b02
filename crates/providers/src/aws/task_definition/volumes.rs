//! Volumes of a task on EFS: to AWS and back.

use std::collections::BTreeMap;

use ashore_engine::failure::Failure;
use aws_sdk_ecs::types::{
    ContainerDefinition, EfsAuthorizationConfig, EfsAuthorizationConfigIam, EfsTransitEncryption,
    EfsVolumeConfiguration, MountPoint, Volume as SdkVolume,
};

use super::shape::REGISTER;
use super::{Container, Volume};
use crate::aws::live::failure::known;

/// Encrypted on the way, and by the task's own role.
pub(super) fn to_aws(volume: &Volume) -> Result<SdkVolume, Failure> {
    let by = EfsAuthorizationConfig::builder()
        .access_point_id(known(REGISTER, &volume.access_point)?)
        .iam(EfsAuthorizationConfigIam::Enabled)
        .build();
    let on = EfsVolumeConfiguration::builder()
        .file_system_id(known(REGISTER, &volume.file_system)?)
        .transit_encryption(EfsTransitEncryption::Enabled)
        .authorization_config(by)
        .build();
    let on = on.map_err(|error| Failure::internal(REGISTER, &error))?;
    let volume = SdkVolume::builder().name(&volume.name);
    Ok(volume.efs_volume_configuration(on).build())
}

/// None of what is not on EFS: no revision of ours has any.
pub(super) fn from_aws(volume: SdkVolume) -> Option<Volume> {
    let on = volume.efs_volume_configuration?;
    let by = on.authorization_config.as_ref();
    let access_point = by.and_then(|it| it.access_point_id.clone());
    Some(Volume {
        name: volume.name.unwrap_or_default(),
        file_system: on.file_system_id.into(),
        access_point: access_point.unwrap_or_default().into(),
    })
}

pub(super) fn mounts_to_aws(container: &Container) -> Option<Vec<MountPoint>> {
    let mount = |(path, volume): (&String, &String)| {
        MountPoint::builder()
            .container_path(path)
            .source_volume(volume)
            .read_only(false)
            .build()
    };
    let mounts: Vec<_> = container.mounts.iter().map(mount).collect();
    (!mounts.is_empty()).then_some(mounts)
}

pub(super) fn mounts_from_aws(container: &ContainerDefinition) -> BTreeMap<String, String> {
    let mounts = container.mount_points().iter();
    let mount = |it: &MountPoint| Some((it.container_path.clone()?, it.source_volume.clone()?));
    mounts.filter_map(mount).collect()
}
