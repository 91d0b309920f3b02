//! Examples of what tasks run on: instances, and the providers by which clusters have them.

use std::collections::BTreeSet;

use ashore_providers::aws::auto_scaling_group::{self, AutoScalingGroup};
use ashore_providers::aws::capacity_provider::{self, CapacityProvider, Managed, Over};
use ashore_providers::aws::cluster_capacity::{self, ClusterCapacity};
use ashore_providers::aws::instance_profile::{self, InstanceProfile};
use ashore_providers::aws::key_pair::{self, KeyPair};
use ashore_providers::aws::launch_template::{self, LaunchTemplate};
use ashore_providers::aws::tags::Tags;

use crate::example::Example;

pub(crate) fn examples() -> Vec<Example> {
    vec![
        auto_scaling_group(),
        capacity_provider(),
        cluster_capacity(),
        instance_profile(),
        key_pair(),
        launch_template(),
    ]
}

fn auto_scaling_group() -> Example {
    let spec = AutoScalingGroup {
        name: "hello-default-instances".into(),
        launch_template: "lt-1".to_string().into(),
        instance_types: vec!["t3.small".into(), "t3a.small".into()],
        min: 1,
        max: 3,
        subnets: vec!["subnet-2".to_string().into(), "subnet-1".to_string().into()],
        grace_seconds: 300,
        protects_new: true,
        tags: Tags::default().named("hello"),
    };
    let outputs = auto_scaling_group::Outputs {
        name: "hello-default-instances".into(),
        arn: "arn:aws:autoscaling:eu-central-1:1:autoScalingGroup:1:autoScalingGroupName/hello"
            .into(),
        instances: 2,
        outdated: 0,
        refreshing: false,
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut AutoScalingGroup| it.name.push('x'))
        .altered("launch_template", |it: &mut AutoScalingGroup| {
            it.launch_template = "lt-2".to_string().into();
        })
        .altered("instance_types", |it: &mut AutoScalingGroup| {
            it.instance_types.reverse();
        })
        .altered("min", |it: &mut AutoScalingGroup| it.min = 2)
        .altered("max", |it: &mut AutoScalingGroup| it.max = 2)
        .altered("subnets", |it: &mut AutoScalingGroup| {
            it.subnets.truncate(1);
        })
        .altered("grace_seconds", |it: &mut AutoScalingGroup| {
            it.grace_seconds = 60;
        })
        .altered("protects_new", |it: &mut AutoScalingGroup| {
            it.protects_new = false;
        })
        .altered("tags", |it: &mut AutoScalingGroup| {
            it.tags = Tags::default();
        })
}

fn capacity_provider() -> Example {
    let spec = CapacityProvider {
        name: "hello-default-instances".into(),
        over: Over::Managed(Managed {
            cluster: "arn:aws:ecs:eu-central-1:1:cluster/hello"
                .to_string()
                .into(),
            role: "arn:aws:iam::1:role/hello".to_string().into(),
            profile: "arn:aws:iam::1:instance-profile/hello".to_string().into(),
            subnets: vec!["subnet-1".to_string().into()],
            security_groups: vec!["sg-1".to_string().into()],
            disk_gib: 80,
            instance_types: BTreeSet::from(["m7g.large".to_string()]),
        }),
        tags: Tags::default().named("hello"),
    };
    let outputs = capacity_provider::Outputs {
        name: "hello-default-instances".into(),
        arn: "arn:aws:ecs:eu-central-1:1:capacity-provider/hello-default-instances".into(),
        cluster: Some("arn:aws:ecs:eu-central-1:1:cluster/hello".into()),
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut CapacityProvider| it.name.push('x'))
        .altered("over", |it: &mut CapacityProvider| {
            if let Over::Managed(managed) = &mut it.over {
                managed.disk_gib = 100;
            }
        })
        .altered("tags", |it: &mut CapacityProvider| {
            it.tags = Tags::default();
        })
}

fn cluster_capacity() -> Example {
    let spec = ClusterCapacity {
        cluster: "arn:aws:ecs:eu-central-1:1:cluster/hello"
            .to_string()
            .into(),
        providers: vec!["hello-default-instances".to_string().into()],
    };
    let outputs = cluster_capacity::Outputs {
        cluster: "arn:aws:ecs:eu-central-1:1:cluster/hello".into(),
        providers: vec!["hello-default-instances".into()],
    };
    Example::of(&spec, &outputs)
        .altered("cluster", |it: &mut ClusterCapacity| {
            it.cluster = "arn:aws:ecs:eu-central-1:1:cluster/other"
                .to_string()
                .into();
        })
        .altered("providers", |it: &mut ClusterCapacity| {
            it.providers = vec!["other".to_string().into()];
        })
}

fn instance_profile() -> Example {
    let spec = InstanceProfile {
        name: "hello-default-instances-1".into(),
        role: "hello-default-instances-1".to_string().into(),
        tags: Tags::default().named("hello"),
    };
    let outputs = instance_profile::Outputs {
        name: "hello-default-instances-1".into(),
        arn: "arn:aws:iam::1:instance-profile/hello-default-instances-1".into(),
        role: Some("hello-default-instances-1".into()),
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut InstanceProfile| it.name.push('x'))
        .altered("role", |it: &mut InstanceProfile| {
            it.role = "other".to_string().into();
        })
        .altered("tags", |it: &mut InstanceProfile| {
            it.tags = Tags::default();
        })
}

fn key_pair() -> Example {
    let spec = KeyPair {
        name: "hello-default-instances".into(),
        public_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA".into(),
        tags: Tags::default().named("hello"),
    };
    let outputs = key_pair::Outputs {
        id: "key-1".into(),
        name: "hello-default-instances".into(),
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut KeyPair| it.name.push('x'))
        .altered("public_key", |it: &mut KeyPair| it.public_key.push('B'))
        .altered("tags", |it: &mut KeyPair| it.tags = Tags::default())
}

fn launch_template() -> Example {
    let spec = LaunchTemplate {
        name: "hello-default-instances".into(),
        image: "ami-1".into(),
        instance_type: "t3.small".into(),
        profile: "arn:aws:iam::1:instance-profile/hello".to_string().into(),
        security_groups: vec!["sg-1".to_string().into()],
        public_address: false,
        key_pair: Some("hello-default-instances".to_string().into()),
        metadata_hops: 1,
        disk_gib: 30,
        cluster: "hello-default-cluster".to_string().into(),
        script: "echo hello".into(),
        tags: Tags::default().named("hello"),
    };
    let outputs = launch_template::Outputs {
        id: "lt-1".into(),
        name: "hello-default-instances".into(),
    };
    Example::of(&spec, &outputs)
        .altered("name", |it: &mut LaunchTemplate| it.name.push('x'))
        .altered("image", |it: &mut LaunchTemplate| it.image.push('2'))
        .altered("instance_type", |it: &mut LaunchTemplate| {
            it.instance_type = "t3.medium".into();
        })
        .altered("profile", |it: &mut LaunchTemplate| {
            it.profile = "arn:aws:iam::1:instance-profile/other".to_string().into();
        })
        .altered("security_groups", |it: &mut LaunchTemplate| {
            it.security_groups = vec!["sg-2".to_string().into()];
        })
        .altered("public_address", |it: &mut LaunchTemplate| {
            it.public_address = true;
        })
        .altered("key_pair", |it: &mut LaunchTemplate| it.key_pair = None)
        .altered("metadata_hops", |it: &mut LaunchTemplate| {
            it.metadata_hops = 2;
        })
        .altered("disk_gib", |it: &mut LaunchTemplate| it.disk_gib = 50)
        .altered("cluster", |it: &mut LaunchTemplate| {
            it.cluster = "other".to_string().into();
        })
        .altered("script", |it: &mut LaunchTemplate| it.script.push('!'))
        .altered("tags", |it: &mut LaunchTemplate| it.tags = Tags::default())
}
