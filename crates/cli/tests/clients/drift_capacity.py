"""Rows of what services run on: instances and their capacity provider, mixes of Fargate, instances that are ECS's own."""

import base64

from alter import POLICY, TAG, TARGETS, TRUST, Row, here, revision

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJq5lJYV9mWv7xHkYw3Yv6g5o1cX7b7dQm1hX2u9m8Lz"
# Bridge and a daemon on instances of an Auto Scaling group, and a mix of Fargate beside them.
MANIFEST = f"""
app = "ec2"
region = "eu-central-1"
tags = {{ team = "a" }}

[ec2]
instance_types = ["t3.small", "t3.medium"]
min = 1
max = 3
ssh_key = "{KEY}"
ssh_from = ["10.20.0.0/16"]
user_data = "dnf install -y htop"

[services.web]
image = "nginx:1.29"
port = 80
cpu = 0.25
memory = "200MiB"
capacity = {{ ec2 = {{ network = "bridge" }} }}

[services.agent]
image = "nginx:1.29"
cpu = 0.125
memory = "64MiB"
daemon = true
capacity = {{ ec2 = {{ network = "bridge" }} }}

[services.mixed]
image = "nginx:1.29"
capacity = {{ fargate = {{ base = 1, weight = 1 }}, fargate_spot = {{ weight = 3 }} }}
"""
OWN_BY_ECS = """
app = "managed"
region = "eu-central-1"
tags = { team = "a" }
network = { layout = "private-nat", nat = "single" }

[ec2]
instance_types = ["m7g.large", "m7g.xlarge"]
managed = true

[services.web]
image = "nginx:1.29"
arch = "arm64"
capacity = { ec2 = {} }
"""
STACKS = {"ec2": MANIFEST, "managed": OWN_BY_ECS}

PAIR, PROFILE, TEMPLATE = "ec2/key_pair", "ec2/instance_profile", "ec2/launch_template"
GROUP, PROVIDER, OF_CLUSTER = "ec2/group", "ec2/capacity_provider", "cluster/capacity[fargate]"
MIXED = "services.mixed/service"
THEIR_KEY = KEY.replace("Lz", "Mz")


def row(address, field, alter, **more):
    return Row(address, field, alter, stack="ec2", **more)


def world(address, field, path, to, **more):
    return here(address, field, path, to, stack="ec2", **more)


def ec2_tag(address):
    return row(
        address, "tags.team", lambda stack: stack.ec2.create_tags(Resources=[stack.out(address, "id")], Tags=[TAG])
    )


# Launch templates: what has been made never changes, so that its contents are edited.


def content(field, path, to):
    return world(TEMPLATE, field, ("ec2", "launch_templates", "{id}", "versions", "1", "data") + path, to)


def boots(cluster, script):
    lines = ["#!/bin/bash", "cat >> /etc/ecs/ecs.config <<'SETTINGS'", f"ECS_CLUSTER={cluster}"]
    text = "\n".join([*lines, "ECS_AWSVPC_BLOCK_IMDS=true", "SETTINGS", script, ""])
    return base64.b64encode(text.encode()).decode()


# Auto Scaling groups


def group(field, **members):
    def alter(stack):
        name = stack.out(GROUP, "name")
        given = {key: value(stack) if callable(value) else value for key, value in members.items()}
        stack.groups.update_auto_scaling_group(AutoScalingGroupName=name, **given)

    return row(GROUP, field, alter)


def policy(stack, template=None, types=("t3.small", "t3.medium")):
    used = {"LaunchTemplateId": template or stack.out(TEMPLATE, "id"), "Version": "1"}
    overrides = [{"InstanceType": kind} for kind in types]
    return {"LaunchTemplate": {"LaunchTemplateSpecification": used, "Overrides": overrides}}


def their_template(stack):
    image = stack.spec(TEMPLATE)["image"]
    made = stack.ec2.create_launch_template(
        LaunchTemplateName="theirs", LaunchTemplateData={"ImageId": image, "InstanceType": "t3.small"}
    )
    return made["LaunchTemplate"]["LaunchTemplateId"]


def tag_group(stack):
    tag = {**TAG, "ResourceId": stack.out(GROUP, "name"), "ResourceType": "auto-scaling-group"}
    stack.groups.create_or_update_tags(Tags=[{**tag, "PropagateAtLaunch": True}])


def rename_group(stack):
    tag = {"Key": "Name", "ResourceId": stack.out(GROUP, "name"), "ResourceType": "auto-scaling-group"}
    stack.groups.delete_tags(Tags=[tag])


# Instance profiles


def their_role(stack):
    name = stack.out(PROFILE, "name")
    stack.iam.create_role(RoleName="theirs", AssumeRolePolicyDocument=TRUST)
    stack.iam.put_role_policy(RoleName="theirs", PolicyName="theirs", PolicyDocument=POLICY)
    stack.iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=stack.out("ec2/role", "name"))
    stack.iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName="theirs")


# Capacity providers


def provider(field, **members):
    def alter(stack):
        stack.ecs.update_capacity_provider(name=stack.out(PROVIDER, "name"), autoScalingGroupProvider=members)

    return row(PROVIDER, f"over.group.{field}", alter)


def tag_provider(stack):
    tag = {"key": "team", "value": "theirs"}
    stack.ecs.tag_resource(resourceArn=stack.out(PROVIDER, "arn"), tags=[tag])


def managed(field, change):
    """The provider as it is, but for what is changed in it."""

    def alter(stack):
        asked = {"capacityProviders": [stack.out(PROVIDER, "name")], "cluster": stack.out("cluster", "name")}
        [there] = stack.ecs.describe_capacity_providers(**asked)["capacityProviders"]
        there = there["managedInstancesProvider"]
        template = there["instanceLaunchTemplate"]
        del template["capacityOptionType"]  # updates do not take it
        change(stack, there, template)
        stack.ecs.update_capacity_provider(
            name=stack.out(PROVIDER, "name"), cluster=stack.out("cluster", "name"), managedInstancesProvider=there
        )

    return Row(PROVIDER, f"over.managed.{field}", alter, stack="managed")


def their_infrastructure(stack, there, _):
    trust = TRUST.replace("ec2.amazonaws.com", "ecs.amazonaws.com")
    made = stack.iam.create_role(RoleName="theirs", AssumeRolePolicyDocument=trust)
    stack.iam.attach_role_policy(
        RoleName="theirs",
        PolicyArn="arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForManagedInstances",
    )
    there["infrastructureRoleArn"] = made["Role"]["Arn"]


def their_profile(stack, _, template):
    made = stack.iam.create_instance_profile(InstanceProfileName="theirs")
    stack.iam.add_role_to_instance_profile(InstanceProfileName="theirs", RoleName=stack.out("ec2/role", "name"))
    template["ec2InstanceProfileArn"] = made["InstanceProfile"]["Arn"]


def fewer_subnets(stack, _, template):
    del template["networkConfiguration"]["subnets"][1:]


def their_groups(stack, _, template):
    made = stack.ec2.create_security_group(
        GroupName="theirs", Description="theirs", VpcId=stack.out("network/vpc", "id")
    )
    template["networkConfiguration"]["securityGroups"] = [made["GroupId"]]


def larger_disk(stack, _, template):
    template["storageConfiguration"]["storageSizeGiB"] = 120


def other_types(stack, _, template):
    template["instanceRequirements"]["allowedInstanceTypes"] = ["m7g.large"]


# What services say of it


def shares(field, *given):
    """Another strategy of the service that is mixed; a deployment goes with it."""

    def alter(stack):
        keys = ("capacityProvider", "base", "weight")
        stack.ecs.update_service(
            cluster=stack.out(MIXED, "cluster"),
            service=stack.out(MIXED, "name"),
            capacityProviderStrategy=[dict(zip(keys, share)) for share in given],
            forceNewDeployment=True,
        )

    return row(MIXED, f"capacity.providers.{field}", alter)


ROWS = [
    # aws.ec2.key_pair
    world(PAIR, "name", ("ec2", "key_pairs", "{id}", "name"), "theirs"),
    world(PAIR, "public_key", ("ec2", "key_pairs", "{id}", "public"), THEIR_KEY),
    ec2_tag(PAIR),
    # aws.iam.instance_profile
    row(PROFILE, "role", their_role),
    row(
        PROFILE,
        "tags.team",
        lambda stack: stack.iam.tag_instance_profile(InstanceProfileName=stack.out(PROFILE, "name"), Tags=[TAG]),
    ),
    # aws.ec2.launch_template
    content("image", ("imageId",), "ami-0f00d0f00d0f00d0f"),
    content("instance_type", ("instanceType",), "t3.large"),
    content("profile", ("iamInstanceProfile", "arn"), "arn:aws:iam::123456789012:instance-profile/theirs"),
    content("security_groups.0", ("networkInterfaceSet", "0", "groupSet"), ["sg-0f00d0f00d0f00d0f"]),
    content("public_address", ("networkInterfaceSet", "0", "associatePublicIpAddress"), False),
    content("key_pair", ("keyName",), "theirs"),
    content("metadata_hops", ("metadataOptions", "httpPutResponseHopLimit"), 2),
    content("metadata_hops", ("metadataOptions", "httpTokens"), "optional"),
    content("disk_gib", ("blockDeviceMappingSet", "0", "ebs", "volumeSize"), 100),
    content("cluster", ("userData",), boots("theirs", "dnf install -y htop")),
    content("script", ("userData",), boots("ec2-production-cluster", "theirs")),
    ec2_tag(TEMPLATE),
    # aws.autoscaling.group
    group("launch_template", MixedInstancesPolicy=lambda stack: policy(stack, their_template(stack))),
    group("instance_types.1", MixedInstancesPolicy=lambda stack: policy(stack, types=("t3.small",))),
    group("min", MinSize=0),
    group("max", MaxSize=9),
    group("subnets.1", VPCZoneIdentifier=lambda stack: stack.spec(GROUP)["subnets"][0]),
    group("grace_seconds", HealthCheckGracePeriod=5),
    group("grace_seconds", HealthCheckType="ELB"),
    group("protects_new", NewInstancesProtectedFromScaleIn=False),
    row(GROUP, "tags.team", tag_group),
    row(GROUP, "tags.Name", rename_group),
    # aws.ecs.capacity_provider
    world(
        PROVIDER, "over.group.group", ("ecs", "providers", "{name}", "over", "Group", "autoScalingGroupArn"),
        lambda stack: stack.out(GROUP, "arn")[:-1] + "_",
    ),
    provider("target_percent", managedScaling={"status": "ENABLED", "targetCapacity": 50}),
    provider("warmup_seconds", managedScaling={"status": "ENABLED", "instanceWarmupPeriod": 10}),
    provider("target_percent", managedScaling={"status": "DISABLED"}, managedTerminationProtection="DISABLED"),
    provider("protects", managedTerminationProtection="DISABLED"),
    provider("drains", managedDraining="DISABLED"),
    row(PROVIDER, "tags.team", tag_provider),
    managed("role", their_infrastructure),
    managed("profile", their_profile),
    managed("subnets.1", fewer_subnets),
    managed("security_groups.0", their_groups),
    managed("disk_gib", larger_disk),
    managed("instance_types.1", other_types),
    # aws.ecs.cluster_capacity
    world(
        OF_CLUSTER, "providers.1", ("ecs", "clusters", "ec2-production-cluster", "providers"),
        lambda stack: ["FARGATE", stack.out(PROVIDER, "name")],
    ),
    # aws.ecs.service
    shares("0.base", ("FARGATE", 2, 1), ("FARGATE_SPOT", 0, 3)),
    shares("1.weight", ("FARGATE", 1, 1), ("FARGATE_SPOT", 0, 1)),
    shares("0.provider", ("FARGATE_SPOT", 1, 1)),
    # aws.ecs.task_definition
    revision("runs_on", ("requiresCompatibilities",), ["EC2"]),
    revision("network_mode", ("networkMode",), "bridge"),
    # aws.elb.target_group
    here(TARGETS, "target_type", ("elbv2", "target_groups", "{arn}", "target_type"), "instance"),
]

# Marks by which we know our own.
MARKS = [
    *(
        row(
            address, "tags.ashore:stack",
            lambda stack, address=address: stack.ec2.delete_tags(
                Resources=[stack.out(address, "id")], Tags=[{"Key": "ashore:stack"}]
            ),
        )
        for address in (PAIR, TEMPLATE)
    ),
    row(
        PROFILE, "tags.ashore:address",
        lambda stack: stack.iam.untag_instance_profile(
            InstanceProfileName=stack.out(PROFILE, "name"), TagKeys=["ashore:address"]
        ),
    ),
    row(
        PROVIDER, "tags.ashore:address",
        lambda stack: stack.ecs.untag_resource(
            resourceArn=stack.out(PROVIDER, "arn"), tagKeys=["ashore:address"]
        ),
    ),
]

# What no row alters, and why.
UNALTERED = {
    ("aws.iam.instance_profile", "name"): "profiles are asked for by it: under another name it is missing",
    ("aws.ec2.launch_template", "name"): "templates are asked for by it: under another name it is missing",
    ("aws.autoscaling.group", "name"): "groups are asked for by it: under another name it is missing",
    ("aws.ecs.capacity_provider", "name"): "providers are asked for by it: under another name it is missing",
    ("aws.ecs.capacity_provider", "over.managed.cluster"): "cannot be changed: a provider is its cluster's from the start",
    ("aws.ecs.cluster_capacity", "cluster"): "asked for in it: in another cluster it is missing",
}
