"""EFS: file systems, mount targets, access points, and tasks that mount them."""

import json

import pytest
from test_ecs import TRUST


class Cloud:
    """A VPC with three subnets in two zones, a file system, and the clients."""

    def __init__(self, twin):
        self.twin = twin
        self.efs, self.ec2 = twin.client("efs"), twin.client("ec2")
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [self.subnet(n, zone) for n, zone in enumerate("aab")]
        self.sg = self.group("nfs")
        rule = {"IpProtocol": "tcp", "FromPort": 2049, "ToPort": 2049, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
        self.ec2.authorize_security_group_ingress(GroupId=self.sg, IpPermissions=[rule])

    def group(self, name, vpc=None):
        return self.ec2.create_security_group(GroupName=name, Description="d", VpcId=vpc or self.vpc)["GroupId"]

    def subnet(self, n, zone, vpc=None):
        place = {"CidrBlock": f"10.0.{n}.0/24", "AvailabilityZone": f"eu-central-1{zone}"}
        return self.ec2.create_subnet(VpcId=vpc or self.vpc, **place)["Subnet"]["SubnetId"]

    def system(self, token="one", wait=True, **more):
        made = self.efs.create_file_system(CreationToken=token, **{"Encrypted": True, **more})
        if wait:
            self.twin.advance(6)
        return made["FileSystemId"]

    def target(self, system, subnet, wait=True, **more):
        made = self.efs.create_mount_target(FileSystemId=system, SubnetId=subnet, SecurityGroups=[self.sg], **more)
        if wait:
            self.twin.advance(61)
        return made["MountTargetId"]

    def point(self, system, token="p", path="/data", **more):
        root = {"Path": path, "CreationInfo": {"OwnerUid": 1000, "OwnerGid": 1000, "Permissions": "755"}}
        ask = {"PosixUser": {"Uid": 1000, "Gid": 1000}, "RootDirectory": root, **more}
        made = self.efs.create_access_point(ClientToken=token, FileSystemId=system, **ask)
        self.twin.advance(6)
        return made["AccessPointId"]


@pytest.fixture
def cloud(twin):
    twin.reset()
    return Cloud(twin)


# ---- file systems

def test_create_file_system(cloud):
    made = cloud.efs.create_file_system(
        CreationToken="t", Encrypted=True, ThroughputMode="elastic", Tags=[{"Key": "Name", "Value": "shop"}]
    )
    assert made["LifeCycleState"] == "creating" and made["Name"] == "shop" and made["OwnerId"] == "123456789012"
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    cloud.twin.advance(6)
    (seen,) = cloud.efs.describe_file_systems(FileSystemId=made["FileSystemArn"])["FileSystems"]
    assert seen["LifeCycleState"] == "available" and seen["Encrypted"] and seen["ThroughputMode"] == "elastic"
    assert seen["KmsKeyId"].startswith("arn:aws:kms:eu-central-1:123456789012:key/")
    assert seen["PerformanceMode"] == "generalPurpose" and seen["NumberOfMountTargets"] == 0
    assert seen["SizeInBytes"]["Value"] == 6144 and seen["FileSystemProtection"]["ReplicationOverwriteProtection"] == "ENABLED"


def test_a_creation_token_is_used_once(cloud, refused):
    made = cloud.system("t")
    with pytest.raises(cloud.efs.exceptions.FileSystemAlreadyExists) as caught:
        cloud.efs.create_file_system(CreationToken="t")
    assert made in str(caught.value)
    (seen,) = cloud.efs.describe_file_systems(CreationToken="t")["FileSystems"]
    assert seen["FileSystemId"] == made and cloud.twin.log()[-1]["outcome"] == "ok"


@pytest.mark.parametrize("wrong, code", [
    ({"ThroughputMode": "provisioned"}, "BadRequest"),
    ({"ProvisionedThroughputInMibps": 10}, "BadRequest"),
    ({"ThroughputMode": "provisioned", "ProvisionedThroughputInMibps": 5000}, "ThroughputLimitExceeded"),
    ({"ThroughputMode": "elastic", "PerformanceMode": "maxIO"}, "BadRequest"),
    ({"AvailabilityZoneName": "eu-central-1x"}, "UnsupportedAvailabilityZone"),
    ({"KmsKeyId": "alias/aws/elasticfilesystem", "Encrypted": False}, "BadRequest"),
    ({"KmsKeyId": "alias/mine"}, "NotImplemented"),
    ({"Tags": [{"Key": "aws:x", "Value": "y"}]}, "BadRequest"),
    ({"ThroughputMode": "fast"}, "BadRequest"),
])
def test_create_file_system_refuses(cloud, refused, wrong, code):
    assert refused(cloud.efs.create_file_system, **{"CreationToken": "t", "Encrypted": True, **wrong}) == code
    assert cloud.efs.describe_file_systems()["FileSystems"] == []


def test_describe_file_systems_pages(cloud, refused):
    for n in range(3):
        cloud.system(f"t{n}", wait=False)
    first = cloud.efs.describe_file_systems(MaxItems=2)
    assert len(first["FileSystems"]) == 2
    assert len(cloud.efs.describe_file_systems(Marker=first["NextMarker"])["FileSystems"]) == 1
    assert refused(cloud.efs.describe_file_systems, Marker="x") == "BadRequest"
    assert refused(cloud.efs.describe_file_systems, FileSystemId="fs-00000000") == "FileSystemNotFound"


def test_update_file_system(cloud, refused):
    fs = cloud.system()
    ask = {"FileSystemId": fs, "ThroughputMode": "provisioned"}
    assert refused(cloud.efs.update_file_system, **ask) == "BadRequest"
    made = cloud.efs.update_file_system(ProvisionedThroughputInMibps=20, **ask)
    assert made["LifeCycleState"] == "updating" and made["ProvisionedThroughputInMibps"] == 20
    assert refused(cloud.efs.update_file_system, ProvisionedThroughputInMibps=30, **ask) == "IncorrectFileSystemLifeCycleState"
    cloud.twin.advance(6)
    cloud.efs.update_file_system(ProvisionedThroughputInMibps=30, **ask)
    cloud.twin.advance(6)
    assert refused(cloud.efs.update_file_system, ProvisionedThroughputInMibps=10, **ask) == "TooManyRequests"
    assert refused(cloud.efs.update_file_system, FileSystemId=fs, ThroughputMode="elastic") == "TooManyRequests"
    cloud.twin.advance(86400)
    cloud.efs.update_file_system(FileSystemId=fs, ThroughputMode="elastic")


def test_file_system_protection(cloud, refused):
    fs = cloud.system()
    update = cloud.efs.update_file_system_protection
    assert update(FileSystemId=fs, ReplicationOverwriteProtection="DISABLED")["ReplicationOverwriteProtection"] == "DISABLED"
    assert refused(update, FileSystemId="fs-00000000") == "FileSystemNotFound"


def test_lifecycle(cloud, refused):
    fs = cloud.system(ThroughputMode="elastic")
    put = cloud.efs.put_lifecycle_configuration
    policies = [{"TransitionToIA": "AFTER_30_DAYS"}, {"TransitionToPrimaryStorageClass": "AFTER_1_ACCESS"}]
    assert put(FileSystemId=fs, LifecyclePolicies=policies)["LifecyclePolicies"] == policies
    assert cloud.efs.describe_lifecycle_configuration(FileSystemId=fs)["LifecyclePolicies"] == policies
    cold = lambda ia, archive: [{"TransitionToIA": ia}, {"TransitionToArchive": archive}]
    put(FileSystemId=fs, LifecyclePolicies=cold("AFTER_30_DAYS", "AFTER_90_DAYS"))
    for wrong in (cold("AFTER_90_DAYS", "AFTER_30_DAYS"), [{}], [policies[0]] * 2, [{"TransitionToIA": "AFTER_2_DAYS"}]):
        assert refused(put, FileSystemId=fs, LifecyclePolicies=wrong) == "BadRequest"
    slow = cloud.system("slow")
    assert refused(put, FileSystemId=slow, LifecyclePolicies=cold("AFTER_30_DAYS", "AFTER_90_DAYS")) == "BadRequest"
    assert refused(cloud.efs.describe_lifecycle_configuration, FileSystemId="fs-00000000") == "FileSystemNotFound"


def test_backup_policy(cloud, refused):
    fs = cloud.system()
    see = lambda: cloud.efs.describe_backup_policy(FileSystemId=fs)["BackupPolicy"]["Status"]
    assert refused(cloud.efs.describe_backup_policy, FileSystemId=fs) == "PolicyNotFound"
    put = lambda status: cloud.efs.put_backup_policy(FileSystemId=fs, BackupPolicy={"Status": status})
    assert put("ENABLED")["BackupPolicy"]["Status"] == "ENABLING"
    cloud.twin.advance(6)
    assert see() == "ENABLED"
    put("DISABLED")
    cloud.twin.advance(6)
    assert see() == "DISABLED"
    assert refused(cloud.efs.put_backup_policy, FileSystemId=fs, BackupPolicy={"Status": "ENABLING"}) == "BadRequest"


def test_file_system_policy(cloud, refused):
    fs = cloud.system()
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "elasticfilesystem:ClientMount",
    }]})
    assert refused(cloud.efs.describe_file_system_policy, FileSystemId=fs) == "PolicyNotFound"
    cloud.efs.put_file_system_policy(FileSystemId=fs, Policy=policy)
    assert cloud.efs.describe_file_system_policy(FileSystemId=fs)["Policy"] == policy
    for wrong in ("{", "{}", policy.replace("elasticfilesystem:", "s3:"), policy.replace("Principal", "NoPrincipal")):
        assert refused(cloud.efs.put_file_system_policy, FileSystemId=fs, Policy=wrong) == "InvalidPolicyException"
    cloud.efs.delete_file_system_policy(FileSystemId=fs)
    assert refused(cloud.efs.describe_file_system_policy, FileSystemId=fs) == "PolicyNotFound"


def test_delete_file_system(cloud, refused):
    fs = cloud.system()
    target = cloud.target(fs, cloud.subnets[0])
    point = cloud.point(fs)
    assert refused(cloud.efs.delete_file_system, FileSystemId=fs) == "FileSystemInUse"
    cloud.efs.delete_mount_target(MountTargetId=target)
    assert refused(cloud.efs.delete_file_system, FileSystemId=fs) == "FileSystemInUse"
    cloud.twin.advance(61)
    cloud.efs.delete_file_system(FileSystemId=fs)
    assert cloud.efs.describe_file_systems(FileSystemId=fs)["FileSystems"][0]["LifeCycleState"] == "deleting"
    cloud.twin.advance(6)
    assert refused(cloud.efs.delete_file_system, FileSystemId=fs) == "FileSystemNotFound"
    assert refused(cloud.efs.describe_access_points, AccessPointId=point) == "AccessPointNotFound"


# ---- mount targets

def test_create_mount_target(cloud, refused):
    fs = cloud.system()
    made = cloud.efs.create_mount_target(FileSystemId=fs, SubnetId=cloud.subnets[0], SecurityGroups=[cloud.sg])
    assert made["LifeCycleState"] == "creating" and made["IpAddress"].startswith("10.0.0.")
    assert made["AvailabilityZoneName"] == "eu-central-1a" and made["VpcId"] == cloud.vpc
    cloud.twin.advance(61)
    (seen,) = cloud.efs.describe_mount_targets(FileSystemId=fs)["MountTargets"]
    assert seen["LifeCycleState"] == "available" and seen["MountTargetId"] == made["MountTargetId"]
    interface = made["NetworkInterfaceId"]
    (held,) = cloud.ec2.describe_network_interfaces(NetworkInterfaceIds=[interface])["NetworkInterfaces"]
    assert held["Description"] == f"EFS mount target for {fs} ({made['MountTargetId']})"
    assert refused(cloud.ec2.delete_subnet, SubnetId=cloud.subnets[0]) == "DependencyViolation"
    assert refused(cloud.ec2.delete_security_group, GroupId=cloud.sg) == "DependencyViolation"
    assert cloud.efs.describe_file_systems(FileSystemId=fs)["FileSystems"][0]["NumberOfMountTargets"] == 1


def test_create_mount_target_refuses(cloud, refused):
    fs = cloud.system()
    cloud.target(fs, cloud.subnets[0])
    make = lambda **more: refused(cloud.efs.create_mount_target, **{"FileSystemId": fs, "SubnetId": cloud.subnets[2], **more})
    assert make(SubnetId=cloud.subnets[1]) == "MountTargetConflict"
    vpc = cloud.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    assert make(SubnetId=cloud.subnet(9, "b", vpc)) == "MountTargetConflict"
    assert make(SubnetId="subnet-00000000000000000") == "SubnetNotFound"
    assert make(FileSystemId="fs-00000000") == "FileSystemNotFound"
    assert make(SecurityGroups=["sg-00000000000000000"]) == "SecurityGroupNotFound"
    assert make(SecurityGroups=[cloud.group("other", vpc)]) == "SecurityGroupNotFound"
    assert make(SecurityGroups=[cloud.group(f"g{n}") for n in range(6)]) == "SecurityGroupLimitExceeded"
    new = cloud.system("new", wait=False)
    assert make(FileSystemId=new) == "IncorrectFileSystemLifeCycleState"


def test_a_file_system_in_one_zone_is_mounted_there(cloud, refused):
    fs = cloud.system(AvailabilityZoneName="eu-central-1b")
    ask = {"FileSystemId": fs, "SubnetId": cloud.subnets[0]}
    assert refused(cloud.efs.create_mount_target, **ask) == "AvailabilityZonesMismatch"
    cloud.target(fs, cloud.subnets[2])


def test_describe_mount_targets(cloud, refused):
    fs = cloud.system()
    ids = {cloud.target(fs, subnet) for subnet in cloud.subnets[1:]}
    point = cloud.point(fs)
    see = lambda **which: {one["MountTargetId"] for one in cloud.efs.describe_mount_targets(**which)["MountTargets"]}
    assert see(FileSystemId=fs) == see(AccessPointId=point) == ids
    assert see(MountTargetId=min(ids)) == {min(ids)}
    describe = cloud.efs.describe_mount_targets
    assert refused(describe) == refused(describe, FileSystemId=fs, AccessPointId=point) == "BadRequest"
    assert refused(describe, MountTargetId="fsmt-00000000") == "MountTargetNotFound"


def test_delete_mount_target(cloud, refused):
    fs = cloud.system()
    target = cloud.target(fs, cloud.subnets[0])
    cloud.efs.delete_mount_target(MountTargetId=target)
    assert cloud.efs.describe_mount_targets(FileSystemId=fs)["MountTargets"][0]["LifeCycleState"] == "deleting"
    cloud.twin.advance(61)
    assert refused(cloud.efs.delete_mount_target, MountTargetId=target) == "MountTargetNotFound"
    cloud.ec2.delete_security_group(GroupId=cloud.sg)


def test_security_groups_of_a_mount_target(cloud, refused):
    fs = cloud.system()
    target = cloud.target(fs, cloud.subnets[0], wait=False)
    other = cloud.group("other")
    ask = {"MountTargetId": target, "SecurityGroups": [other]}
    assert refused(cloud.efs.modify_mount_target_security_groups, **ask) == "IncorrectMountTargetState"
    cloud.twin.advance(61)
    cloud.efs.modify_mount_target_security_groups(**ask)
    assert cloud.efs.describe_mount_target_security_groups(MountTargetId=target)["SecurityGroups"] == [other]
    describe = cloud.efs.describe_mount_target_security_groups
    assert refused(describe, MountTargetId="fsmt-00000000") == "MountTargetNotFound"


# ---- access points

def test_create_access_point(cloud, refused):
    fs = cloud.system()
    point = cloud.point(fs, Tags=[{"Key": "Name", "Value": "data"}])
    (seen,) = cloud.efs.describe_access_points(AccessPointId=point)["AccessPoints"]
    assert seen["LifeCycleState"] == "available" and seen["Name"] == "data" and seen["FileSystemId"] == fs
    assert seen["PosixUser"] == {"Uid": 1000, "Gid": 1000}
    assert seen["RootDirectory"]["CreationInfo"] == {"OwnerUid": 1000, "OwnerGid": 1000, "Permissions": "755"}
    assert refused(cloud.efs.create_access_point, ClientToken="p", FileSystemId=fs) == "AccessPointAlreadyExists"
    bare = cloud.efs.create_access_point(ClientToken="q", FileSystemId=fs)
    assert bare["RootDirectory"] == {"Path": "/"} and bare["LifeCycleState"] == "creating"
    assert len(cloud.efs.describe_access_points(FileSystemId=fs, MaxResults=1)["AccessPoints"]) == 1


@pytest.mark.parametrize("wrong", [
    {"RootDirectory": {"Path": "data"}},
    {"RootDirectory": {"Path": "/a/b/c/d/e"}},
    {"RootDirectory": {"Path": "/d", "CreationInfo": {"OwnerUid": 1, "OwnerGid": 1, "Permissions": "999"}}},
    {"PosixUser": {"Uid": 2**33, "Gid": 0}},
])
def test_create_access_point_refuses(cloud, refused, wrong):
    ask = {"ClientToken": "x", "FileSystemId": cloud.system(), **wrong}
    assert refused(cloud.efs.create_access_point, **ask) == "BadRequest"


def test_delete_access_point(cloud, refused):
    point = cloud.point(cloud.system())
    cloud.efs.delete_access_point(AccessPointId=point)
    cloud.twin.advance(6)
    assert refused(cloud.efs.delete_access_point, AccessPointId=point) == "AccessPointNotFound"
    assert refused(cloud.efs.describe_access_points, AccessPointId=point) == "AccessPointNotFound"


# ---- tags

def test_tags(cloud, refused):
    fs = cloud.system()
    for resource in (fs, cloud.point(fs)):
        cloud.efs.tag_resource(ResourceId=resource, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
        cloud.efs.untag_resource(ResourceId=resource, TagKeys=["a"])
        assert cloud.efs.list_tags_for_resource(ResourceId=resource)["Tags"] == [{"Key": "b", "Value": "2"}]
        cloud.efs.untag_resource(ResourceId=resource, TagKeys=["b", "c"])
    assert refused(cloud.efs.list_tags_for_resource, ResourceId="fs-00000000") == "FileSystemNotFound"
    assert refused(cloud.efs.tag_resource, ResourceId="fsap-00000000", Tags=[]) == "AccessPointNotFound"
    assert refused(cloud.efs.untag_resource, ResourceId="x", TagKeys=["a"]) == "BadRequest"


def test_resource_groups_tagging(cloud):
    fs = cloud.system(Tags=[{"Key": "app", "Value": "shop"}])
    tagging = cloud.twin.client("resourcegroupstaggingapi")
    (row,) = tagging.get_resources(ResourceTypeFilters=["elasticfilesystem"])["ResourceTagMappingList"]
    arn = row["ResourceARN"]
    assert arn == f"arn:aws:elasticfilesystem:eu-central-1:123456789012:file-system/{fs}"
    tagging.tag_resources(ResourceARNList=[arn], Tags={"b": "2"})
    tagging.untag_resources(ResourceARNList=[arn], TagKeys=["app"])
    assert cloud.efs.list_tags_for_resource(ResourceId=fs)["Tags"] == [{"Key": "b", "Value": "2"}]


# ---- tasks that mount

def volume(system, **more):
    return {"name": "data", "efsVolumeConfiguration": {"fileSystemId": system, **more}}


def register(cloud, *volumes):
    iam = cloud.twin.client("iam")
    try:
        iam.create_role(RoleName="t", AssumeRolePolicyDocument=TRUST)
    except iam.exceptions.EntityAlreadyExistsException:
        pass
    container = {
        "name": "web", "image": "nginx", "mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}],
    }
    return dict(
        family="f", networkMode="awsvpc", cpu="256", memory="512", requiresCompatibilities=["FARGATE"],
        containerDefinitions=[container], volumes=list(volumes),
    )


def reason(cloud, system, **more):
    """Why a task that mounts it stopped; none if it runs."""
    ecs = cloud.twin.client("ecs")
    ecs.create_cluster()
    cloud.twin.client("ecs").register_task_definition(**register(cloud, volume(system, **more)))
    network = {"awsvpcConfiguration": {"subnets": [cloud.subnets[0]], "securityGroups": [cloud.sg]}}
    task = ecs.run_task(taskDefinition="f", launchType="FARGATE", networkConfiguration=network)["tasks"][0]
    cloud.twin.advance(60)
    (seen,) = ecs.describe_tasks(tasks=[task["taskArn"]])["tasks"]
    assert seen["lastStatus"] == ("STOPPED" if "stoppedReason" in seen else "RUNNING")
    return seen.get("stoppedReason")


def test_a_task_mounts_a_file_system(cloud):
    fs = cloud.system()
    cloud.target(fs, cloud.subnets[0])
    assert reason(cloud, fs) is None


def test_a_task_mounts_an_access_point(cloud):
    fs = cloud.system()
    cloud.target(fs, cloud.subnets[0])
    point = cloud.point(fs)
    access = {"transitEncryption": "ENABLED", "authorizationConfig": {"accessPointId": point}}
    assert "No such file or directory" in reason(cloud, fs, rootDirectory="/data")
    assert reason(cloud, fs, **access) is None
    assert reason(cloud, fs, rootDirectory="/data") is None


def test_a_task_without_a_mount_target_in_its_zone(cloud):
    fs = cloud.system()
    cloud.target(fs, cloud.subnets[2])
    why = reason(cloud, fs)
    assert why.startswith("ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: ")
    assert f'Failed to resolve "{fs}.efs.eu-central-1.amazonaws.com" - check that your file system ID is correct' in why


def test_a_task_that_nfs_does_not_let_in(cloud):
    fs = cloud.system()
    target = cloud.target(fs, cloud.subnets[0])
    closed = cloud.group("closed")
    cloud.efs.modify_mount_target_security_groups(MountTargetId=target, SecurityGroups=[closed])
    assert "Connection timed out" in reason(cloud, fs)


def test_names_of_file_systems_need_dns_in_the_vpc(cloud):
    fs = cloud.system()
    cloud.target(fs, cloud.subnets[0])
    cloud.ec2.modify_vpc_attribute(VpcId=cloud.vpc, EnableDnsSupport={"Value": False})
    assert "Failed to resolve" in reason(cloud, fs)


@pytest.mark.parametrize("wrong", [
    {"authorizationConfig": {"accessPointId": "fsap-00000000"}},
    {"authorizationConfig": {"iam": "ENABLED"}},
    {"authorizationConfig": {"iam": "ENABLED"}, "transitEncryption": "ENABLED"},
    {"authorizationConfig": {"accessPointId": "fsap-00000000"}, "transitEncryption": "ENABLED", "rootDirectory": "/x"},
    {"transitEncryptionPort": 2999},
    {"rootDirectory": "x"},
    {"fileSystemId": "mine"},
])
def test_volumes_that_cannot_be(cloud, refused, wrong):
    ecs = cloud.twin.client("ecs")
    bad = volume("fs-00000000")
    bad["efsVolumeConfiguration"].update(wrong)
    assert refused(ecs.register_task_definition, **register(cloud, bad)) == "ClientException"


def test_one_kind_of_volume_and_names_once(cloud, refused):
    ecs = cloud.twin.client("ecs")
    good = volume("fs-00000000")
    assert refused(ecs.register_task_definition, **register(cloud, good, good)) == "ClientException"
    both = {**good, "host": {"sourcePath": "/x"}}
    assert refused(ecs.register_task_definition, **register(cloud, both)) == "ClientException"


def test_platform_1_3_0_has_no_efs(cloud, refused):
    ecs = cloud.twin.client("ecs")
    ecs.create_cluster()
    ecs.register_task_definition(**register(cloud, volume("fs-00000000")))
    network = {"awsvpcConfiguration": {"subnets": [cloud.subnets[0]]}}
    ask = {"serviceName": "s", "taskDefinition": "f", "desiredCount": 1, "launchType": "FARGATE"}
    code = refused(ecs.create_service, platformVersion="1.3.0", networkConfiguration=network, **ask)
    assert code == "PlatformTaskDefinitionIncompatibilityException"
