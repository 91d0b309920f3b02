"""Instances and their capacity provider: commands that end in the middle, and what is somebody else's."""

import time

import pytest
from alter import TRUST
from drift_capacity import KEY
from inventory import everything, everything_else
from sandbox import Sandbox

MANIFEST = f"""
app = "fleet"
region = "eu-central-1"

[ec2]
instance_types = ["t3.small"]
min = 1
max = 2
ssh_key = "{KEY}"

[services.web]
image = "nginx:1.29"
cpu = 0.25
memory = "200MiB"
capacity = {{ ec2 = {{ network = "bridge" }} }}
"""
# Another template, to which the group is moved.
LARGER = MANIFEST.replace("max = 2", 'max = 2\ndisk = "50GiB"')
NAME = "fleet-production-instances"
FIRST = [
    ("ec2", "ImportKeyPair"), ("iam", "CreateInstanceProfile"), ("iam", "AddRoleToInstanceProfile"),
    ("ec2", "CreateLaunchTemplate"), ("autoscaling", "CreateAutoScalingGroup"), ("ecs", "CreateCapacityProvider"),
    ("ecs", "PutClusterCapacityProviders"),
]
AGAIN = [
    ("ec2", "CreateLaunchTemplate"), ("autoscaling", "UpdateAutoScalingGroup"),
    ("autoscaling", "StartInstanceRefresh"), ("ec2", "DeleteLaunchTemplate"),
]
LAST = [
    ("ecs", "PutClusterCapacityProviders"), ("ecs", "DeleteCapacityProvider"),
    ("autoscaling", "DeleteAutoScalingGroup"), ("ec2", "DeleteLaunchTemplate"),
    ("iam", "RemoveRoleFromInstanceProfile"), ("iam", "DeleteInstanceProfile"),
]


@pytest.fixture
def fleet(tmp_path):
    (tmp_path / "ashore.toml").write_text(MANIFEST)
    fleet = Sandbox(tmp_path)
    yield fleet
    fleet.stop()


def done(ran):
    code, out, err = ran
    assert code == 0, f"{out}\n{err}"
    return out + err


def left(sandbox):
    there = {**everything(sandbox), **everything_else(sandbox)}
    return {kind: objects for kind, objects in there.items() if objects}


def killed(sandbox, service, operation, side, *words):
    """The command ends when this request was sent, before it has an answer."""
    fault = {"service": service, "operation": operation, "side": side, "action": "hang"}
    sandbox.twin("POST", "faults", fault)
    running = sandbox.start_ashore(*words)
    deadline = time.monotonic() + 30
    while sandbox.twin("GET", "faults") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert sandbox.twin("GET", "faults") == []
    running.kill()
    running.wait()
    running.stderr.close()


def disks(sandbox):
    """Of the templates that there are."""
    ec2 = sandbox.client("ec2")
    sizes = []
    for template in ec2.describe_launch_templates()["LaunchTemplates"]:
        asked = {"LaunchTemplateId": template["LaunchTemplateId"], "Versions": ["1"]}
        [version] = ec2.describe_launch_template_versions(**asked)["LaunchTemplateVersions"]
        sizes.append(version["LaunchTemplateData"]["BlockDeviceMappings"][0]["Ebs"]["VolumeSize"])
    return sizes


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("call", FIRST, ids=lambda call: call[1])
def test_killed_in_the_middle_the_next_up_goes_on(fleet, call, side):
    killed(fleet, *call, side, "up")
    done(fleet.ashore("up"))
    assert "nothing to do" in done(fleet.ashore("plan"))
    there = left(fleet)
    for kind in ("key pairs", "instance profiles", "launch templates", "scaling groups", "capacity providers"):
        assert len(there[kind]) == 1, kind
    done(fleet.ashore("down", "--yes"))
    assert left(fleet) == {}


@pytest.mark.parametrize("call", FIRST, ids=lambda call: call[1])
def test_killed_in_the_middle_all_is_undone(fleet, call):
    killed(fleet, *call, "after", "up")
    done(fleet.ashore("up", "--undo"))
    assert left(fleet) == {}


@pytest.mark.parametrize("call", AGAIN, ids=lambda call: call[1])
def test_killed_while_instances_are_replaced_the_next_up_goes_on(fleet, call):
    done(fleet.ashore("up"))
    (fleet.folder / "ashore.toml").write_text(LARGER)
    killed(fleet, *call, "after", "up")
    done(fleet.ashore("up"))
    assert "nothing to do" in done(fleet.ashore("plan"))
    assert disks(fleet) == [50]


def test_killed_while_instances_are_replaced_the_old_template_comes_back(fleet):
    done(fleet.ashore("up"))
    (fleet.folder / "ashore.toml").write_text(LARGER)
    killed(fleet, "autoscaling", "StartInstanceRefresh", "after", "up")
    done(fleet.ashore("up", "--undo"))
    assert disks(fleet) == [30]
    (fleet.folder / "ashore.toml").write_text(MANIFEST)
    assert "nothing to do" in done(fleet.ashore("plan"))


@pytest.mark.parametrize("call", LAST, ids=lambda call: call[1])
def test_killed_in_the_middle_the_next_down_goes_on(fleet, call):
    done(fleet.ashore("up"))
    killed(fleet, *call, "after", "down", "--yes")
    done(fleet.ashore("down", "--yes"))
    assert left(fleet) == {}


def test_what_is_somebody_elses_is_left_alone(fleet):
    """One of each kind has the name that ours would have: each is named, and none is touched."""
    ec2, iam, groups, ecs = (fleet.client(name) for name in ("ec2", "iam", "autoscaling", "ecs"))
    ec2.import_key_pair(KeyName=NAME, PublicKeyMaterial=KEY.encode())
    [image] = fleet.client("ssm").get_parameters(
        Names=["/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"]
    )["Parameters"]
    data = {"ImageId": image["Value"], "InstanceType": "t3.small"}
    template = ec2.create_launch_template(LaunchTemplateName=NAME, LaunchTemplateData=data)["LaunchTemplate"]
    network = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=network, CidrBlock="10.9.0.0/20")["Subnet"]["SubnetId"]
    groups.create_auto_scaling_group(
        AutoScalingGroupName=NAME, MinSize=0, MaxSize=1, VPCZoneIdentifier=subnet,
        LaunchTemplate={"LaunchTemplateId": template["LaunchTemplateId"], "Version": "1"},
    )
    [theirs] = groups.describe_auto_scaling_groups()["AutoScalingGroups"]
    ecs.create_capacity_provider(
        name=NAME, autoScalingGroupProvider={"autoScalingGroupArn": theirs["AutoScalingGroupARN"]}
    )
    iam.create_role(RoleName="theirs", AssumeRolePolicyDocument=TRUST)
    before = left(fleet)
    code, _, err = fleet.ashore("up")
    assert code != 0 and "E0201" in err, err
    for what in ("key pair", "launch template", "Auto Scaling group", "capacity provider"):
        assert f"the {what} `{NAME}`" in err, err
    after = left(fleet)
    assert {kind: len(found) for kind, found in after.items()} == {kind: len(found) for kind, found in before.items()}
