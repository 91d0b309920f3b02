//! From our capacity provider to AWS's, and back without what AWS fills in.

use ashore_engine::failure::Failure;
use ashore_engine::input::Input;
use aws_sdk_ecs::types::{
    AutoScalingGroupProvider, AutoScalingGroupProviderUpdate, BurstablePerformance,
    CapacityProvider as Described, CreateManagedInstancesProviderConfiguration,
    InstanceLaunchTemplate, InstanceLaunchTemplateUpdate, InstanceRequirementsRequest,
    ManagedDraining, ManagedInstancesNetworkConfiguration, ManagedInstancesProvider,
    ManagedInstancesStorageConfiguration, ManagedScaling, ManagedScalingStatus,
    ManagedTerminationProtection, MemoryMiBRequest, PropagateMiTags,
    UpdateManagedInstancesProviderConfiguration, VCpuCountRangeRequest,
};

use super::{Group, Managed, Over};
use crate::aws::live::failure::known;

pub(super) const CREATE: &str = "ecs:CreateCapacityProvider";
pub(super) const UPDATE: &str = "ecs:UpdateCapacityProvider";

impl Group {
    pub(super) fn to_create(&self) -> Result<AutoScalingGroupProvider, Failure> {
        AutoScalingGroupProvider::builder()
            .auto_scaling_group_arn(known(CREATE, &self.group)?)
            .managed_scaling(self.scaling())
            .managed_termination_protection(self.protection())
            .managed_draining(self.draining())
            .build()
            .map_err(|error| Failure::internal(CREATE, &error))
    }

    pub(super) fn to_update(&self) -> AutoScalingGroupProviderUpdate {
        AutoScalingGroupProviderUpdate::builder()
            .managed_scaling(self.scaling())
            .managed_termination_protection(self.protection())
            .managed_draining(self.draining())
            .build()
    }

    fn scaling(&self) -> ManagedScaling {
        ManagedScaling::builder()
            .status(ManagedScalingStatus::Enabled)
            .target_capacity(int(self.target_percent))
            .instance_warmup_period(int(self.warmup_seconds))
            .build()
    }

    fn protection(&self) -> ManagedTerminationProtection {
        match self.protects {
            true => ManagedTerminationProtection::Enabled,
            false => ManagedTerminationProtection::Disabled,
        }
    }

    fn draining(&self) -> ManagedDraining {
        match self.drains {
            true => ManagedDraining::Enabled,
            false => ManagedDraining::Disabled,
        }
    }
}

impl Managed {
    pub(super) fn to_create(&self) -> Result<CreateManagedInstancesProviderConfiguration, Failure> {
        let internal = |error| Failure::internal(CREATE, &error);
        let template = InstanceLaunchTemplate::builder()
            .ec2_instance_profile_arn(known(CREATE, &self.profile)?)
            .network_configuration(self.network(CREATE)?)
            .storage_configuration(self.disk())
            .instance_requirements(self.requirements(CREATE)?)
            .build()
            .map_err(internal)?;
        CreateManagedInstancesProviderConfiguration::builder()
            .infrastructure_role_arn(known(CREATE, &self.role)?)
            .instance_launch_template(template)
            .propagate_tags(PropagateMiTags::CapacityProvider)
            .build()
            .map_err(|error| Failure::internal(CREATE, &error))
    }

    pub(super) fn to_update(&self) -> Result<UpdateManagedInstancesProviderConfiguration, Failure> {
        let template = InstanceLaunchTemplateUpdate::builder()
            .ec2_instance_profile_arn(known(UPDATE, &self.profile)?)
            .network_configuration(self.network(UPDATE)?)
            .storage_configuration(self.disk())
            .instance_requirements(self.requirements(UPDATE)?)
            .build();
        UpdateManagedInstancesProviderConfiguration::builder()
            .infrastructure_role_arn(known(UPDATE, &self.role)?)
            .instance_launch_template(template)
            .propagate_tags(PropagateMiTags::CapacityProvider)
            .build()
            .map_err(|error| Failure::internal(UPDATE, &error))
    }

    fn network(
        &self,
        operation: &'static str,
    ) -> Result<ManagedInstancesNetworkConfiguration, Failure> {
        let values = |inputs: &[Input<String>]| -> Result<Vec<String>, Failure> {
            let value = |input| known(operation, input).cloned();
            inputs.iter().map(value).collect()
        };
        Ok(ManagedInstancesNetworkConfiguration::builder()
            .set_subnets(Some(values(&self.subnets)?))
            .set_security_groups(Some(values(&self.security_groups)?))
            .build())
    }

    fn disk(&self) -> ManagedInstancesStorageConfiguration {
        ManagedInstancesStorageConfiguration::builder()
            .storage_size_gib(int(self.disk_gib))
            .build()
    }

    /// AWS wants bounds of vCPUs and memory whatever else is said; the types are what counts. It
    /// leaves burstable ones out unless asked for them [EC2 API: InstanceRequirements].
    fn requirements(
        &self,
        operation: &'static str,
    ) -> Result<InstanceRequirementsRequest, Failure> {
        let vcpus = VCpuCountRangeRequest::builder().min(1).build();
        let memory = MemoryMiBRequest::builder().min(1).build();
        let types = self.instance_types.iter().cloned().collect();
        Ok(InstanceRequirementsRequest::builder()
            .v_cpu_count(vcpus.map_err(|error| Failure::internal(operation, &error))?)
            .memory_mib(memory.map_err(|error| Failure::internal(operation, &error))?)
            .burstable_performance(BurstablePerformance::Included)
            .set_allowed_instance_types(Some(types))
            .build())
    }
}

/// None if it is neither over a group nor managed, as FARGATE.
pub(super) fn read(provider: &Described) -> Option<Over> {
    match (
        &provider.auto_scaling_group_provider,
        &provider.managed_instances_provider,
    ) {
        (Some(group), _) => Some(Over::Group(read_group(group))),
        (None, Some(managed)) => Some(Over::Managed(read_managed(
            managed,
            provider.cluster.clone().unwrap_or_default(),
        ))),
        (None, None) => None,
    }
}

fn read_group(group: &AutoScalingGroupProvider) -> Group {
    let scaling = group.managed_scaling.as_ref();
    // Where scaling is off, no percentage is what we want.
    let scaling = scaling.filter(|it| it.status == Some(ManagedScalingStatus::Enabled));
    let number = |value: Option<i32>| value.and_then(|it| u32::try_from(it).ok()).unwrap_or(0);
    Group {
        group: Input::Known(group.auto_scaling_group_arn.clone()),
        target_percent: number(scaling.and_then(|it| it.target_capacity)),
        warmup_seconds: number(scaling.and_then(|it| it.instance_warmup_period)),
        protects: group.managed_termination_protection
            == Some(ManagedTerminationProtection::Enabled),
        drains: group.managed_draining == Some(ManagedDraining::Enabled),
    }
}

fn read_managed(managed: &ManagedInstancesProvider, cluster: String) -> Managed {
    let template = managed.instance_launch_template.as_ref();
    let network = template.and_then(|it| it.network_configuration.as_ref());
    let storage = template.and_then(|it| it.storage_configuration.as_ref());
    let requirements = template.and_then(|it| it.instance_requirements.as_ref());
    let inputs = |values: Option<Vec<String>>| {
        let values = values.unwrap_or_default().into_iter();
        values.map(Input::Known).collect()
    };
    let types = requirements.and_then(|it| it.allowed_instance_types.clone());
    Managed {
        cluster: Input::Known(cluster),
        role: Input::Known(managed.infrastructure_role_arn.clone().unwrap_or_default()),
        profile: Input::Known(
            template.map_or_else(String::new, |it| it.ec2_instance_profile_arn.clone()),
        ),
        subnets: inputs(network.and_then(|it| it.subnets.clone())),
        security_groups: inputs(network.and_then(|it| it.security_groups.clone())),
        disk_gib: storage
            .and_then(|it| u32::try_from(it.storage_size_gib?).ok())
            .unwrap_or(0),
        instance_types: types.unwrap_or_default().into_iter().collect(),
    }
}

fn int(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}
