"""`examples/ec2-cluster` from end to end: instances in private subnets, several containers on each."""

import json
import pathlib

import boto3
import pytest
from sandbox import Sandbox

EXAMPLE = pathlib.Path(__file__).resolve().parents[4] / "examples" / "ec2-cluster" / "ashore.toml"
REGION = "eu-west-2"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJq5lJYV9mWv7xHkYw3Yv6g5o1cX7b7dQm1hX2u9m8Lz"


class Cluster:
    """The example in a sandbox of its own, and words for looking at what it left."""

    def __init__(self, folder):
        self.file = folder / "ashore.toml"
        self.file.write_text(EXAMPLE.read_text())
        self.sandbox = Sandbox(folder)
        for service in ("ec2", "ecs", "autoscaling", "elbv2", "iam", "ssm"):
            setattr(self, service, self.client(service))

    def client(self, service):
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.sandbox.environment["AWS_ENDPOINT_URL"],
            aws_access_key_id="AKIALOOKER",
            aws_secret_access_key="secret",
        )

    def exits(self, code, *words):
        ran, out, err = self.sandbox.ashore(*words)
        assert ran == code, f"{ran}\n{out}\n{err}"
        return out

    def edit(self, old, new):
        text = self.file.read_text()
        assert old in text
        self.file.write_text(text.replace(old, new, 1))

    def plan(self):
        lines = self.exits(0, "plan", "--json").splitlines()
        return next(it for it in map(json.loads, lines) if it["type"] == "plan")

    @property
    def group(self):
        [group] = self.autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
        return group

    def template(self):
        group = self.group
        used = group["MixedInstancesPolicy"]["LaunchTemplate"]["LaunchTemplateSpecification"]
        [version] = self.ec2.describe_launch_template_versions(
            LaunchTemplateId=used["LaunchTemplateId"], Versions=[used["Version"]]
        )["LaunchTemplateVersions"]
        return version["LaunchTemplateData"]

    def tasks(self, service):
        [cluster] = self.ecs.list_clusters()["clusterArns"]
        arns = self.ecs.list_tasks(cluster=cluster, serviceName=f"ecs-poc-production-{service}")["taskArns"]
        return self.ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []

    def instances(self):
        [cluster] = self.ecs.list_clusters()["clusterArns"]
        arns = self.ecs.list_container_instances(cluster=cluster)["containerInstanceArns"]
        found = self.ecs.describe_container_instances(cluster=cluster, containerInstances=arns)
        return found["containerInstances"]


@pytest.fixture
def cluster(tmp_path):
    cluster = Cluster(tmp_path)
    yield cluster
    cluster.sandbox.stop()


def test_the_cluster_comes_up_changes_and_goes(cluster):
    cluster.exits(0, "check")
    cluster.exits(0, "plan")
    assert cluster.exits(0, "up").strip() == "https://poc.example.com"
    the_seed_is_there(cluster)
    assert cluster.plan()["changes"] is False

    # Another first boot: another template, and every instance is replaced, before the old template goes.
    old = {it["ec2InstanceId"] for it in cluster.instances()}
    cluster.edit("dnf install -y htop", "dnf install -y htop jq")
    cluster.edit("min = 1\n", f'min = 1\nssh_key = "{KEY} somebody@laptop"\n')
    cluster.exits(0, "up")
    assert old.isdisjoint({it["InstanceId"] for it in cluster.group["Instances"]})
    assert len(cluster.ec2.describe_launch_templates()["LaunchTemplates"]) == 1
    [pair] = cluster.ec2.describe_key_pairs()["KeyPairs"]
    assert cluster.template()["KeyName"] == pair["KeyName"]
    assert len(cluster.tasks("web")) >= 4
    assert cluster.plan()["changes"] is False

    cluster.exits(0, "down", "--yes")
    nothing_is_left(cluster)


def the_seed_is_there(cluster):
    [vpc] = [it for it in cluster.ec2.describe_vpcs()["Vpcs"] if not it["IsDefault"]]
    assert vpc["CidrBlock"] == "172.24.0.0/16"
    mine = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    subnets = cluster.ec2.describe_subnets(Filters=mine)["Subnets"]
    places = {(it["CidrBlock"], it["AvailabilityZone"]) for it in subnets}
    assert places == {
        ("172.24.0.0/20", "eu-west-2a"),
        ("172.24.16.0/20", "eu-west-2b"),
        ("172.24.128.0/20", "eu-west-2a"),
        ("172.24.144.0/20", "eu-west-2b"),
    }
    private = {it["SubnetId"] for it in subnets if it["CidrBlock"].startswith("172.24.1") and it["CidrBlock"] != "172.24.16.0/20"}
    nat = {"Name": "state", "Values": ["available"]}
    assert len(cluster.ec2.describe_nat_gateways(Filter=[nat])["NatGateways"]) == 1

    group = cluster.group
    assert (group["MinSize"], group["MaxSize"]) == (1, 3)
    assert set(group["VPCZoneIdentifier"].split(",")) == private
    assert (group["HealthCheckType"], group["HealthCheckGracePeriod"]) == ("EC2", 300)
    assert group["NewInstancesProtectedFromScaleIn"] is True
    kinds = [it["InstanceType"] for it in group["MixedInstancesPolicy"]["LaunchTemplate"]["Overrides"]]
    assert kinds == ["t4g.small", "t4g.medium"]
    assert {tag["Key"] for tag in group["Tags"] if tag["PropagateAtLaunch"]} >= {"project", "Name", "ashore:stack"}

    data = cluster.template()
    name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id"
    assert data["ImageId"] == cluster.ssm.get_parameter(Name=name)["Parameter"]["Value"]
    assert data["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}
    [disk] = data["BlockDeviceMappings"]
    assert (disk["Ebs"]["Encrypted"], disk["Ebs"]["VolumeType"], disk["Ebs"]["VolumeSize"]) == (True, "gp3", 30)
    assert data["NetworkInterfaces"][0]["AssociatePublicIpAddress"] is False

    [provider] = [
        it for it in cluster.ecs.describe_capacity_providers()["capacityProviders"] if it["name"].endswith("instances")
    ]
    over = provider["autoScalingGroupProvider"]
    assert over["managedScaling"]["status"] == "ENABLED"
    assert (over["managedTerminationProtection"], over["managedDraining"]) == ("ENABLED", "ENABLED")

    web = cluster.tasks("web")
    assert len(web) == 4 and {it["launchType"] for it in web} == {"EC2"}
    hosts = [it["containerInstanceArn"] for it in web]
    assert len(set(hosts)) < len(hosts), "several containers on an instance"
    ports = [(it["containerInstanceArn"], it["containers"][0]["networkBindings"][0]["hostPort"]) for it in web]
    assert len(set(ports)) == 4 and all(port >= 32768 for _, port in ports)
    assert len(cluster.tasks("agent")) == len(cluster.instances())

    groups = cluster.ec2.describe_security_groups(Filters=mine)["SecurityGroups"]
    [of_instances] = [it for it in groups if it["GroupName"].endswith("-instances")]
    [rule] = of_instances["IpPermissions"]
    assert rule["IpRanges"] == [] and len(rule["UserIdGroupPairs"]) == 1
    no_port_of_tasks_is_open(groups)
    [health] = [
        cluster.elbv2.describe_target_health(TargetGroupArn=it["TargetGroupArn"])["TargetHealthDescriptions"]
        for it in cluster.elbv2.describe_target_groups()["TargetGroups"]
    ]
    assert {it["TargetHealth"]["State"] for it in health} == {"healthy"} and len(health) == 4


def no_port_of_tasks_is_open(groups):
    for group in groups:
        for rule in group["IpPermissions"]:
            if any(it["CidrIp"] == "0.0.0.0/0" for it in rule["IpRanges"]):
                assert rule["FromPort"] in (80, 443), group["GroupName"]


def nothing_is_left(cluster):
    assert cluster.autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"] == []
    assert cluster.ec2.describe_launch_templates()["LaunchTemplates"] == []
    assert cluster.ec2.describe_key_pairs()["KeyPairs"] == []
    assert cluster.iam.list_instance_profiles()["InstanceProfiles"] == []
    names = [it["name"] for it in cluster.ecs.describe_capacity_providers()["capacityProviders"]]
    assert names == ["FARGATE", "FARGATE_SPOT"]
    reservations = cluster.ec2.describe_instances()["Reservations"]
    states = {it["State"]["Name"] for one in reservations for it in one["Instances"]}
    assert states <= {"terminated"}
    assert cluster.ecs.list_clusters()["clusterArns"] == []
    assert [it for it in cluster.ec2.describe_vpcs()["Vpcs"] if not it["IsDefault"]] == []
    assert cluster.ec2.describe_volumes()["Volumes"] == []


def test_fargate_and_spot_share_the_tasks(tmp_path):
    (tmp_path / "ashore.toml").write_text(
        """
app = "mixed"
region = "eu-central-1"

[services.web]
image = "nginx:1.29"
count = 4
capacity = { fargate = { base = 1, weight = 1 }, fargate_spot = { weight = 2 } }
"""
    )
    sandbox = Sandbox(tmp_path)
    try:
        run = lambda *words: sandbox.ashore(*words)
        code, _, err = run("up")
        assert code == 0, err
        ecs = sandbox.client("ecs")
        [cluster] = ecs.list_clusters()["clusterArns"]
        tasks = ecs.describe_tasks(cluster=cluster, tasks=ecs.list_tasks(cluster=cluster)["taskArns"])["tasks"]
        assert sorted(it["capacityProviderName"] for it in tasks) == ["FARGATE", "FARGATE", "FARGATE_SPOT", "FARGATE_SPOT"]
        assert run("plan", "--detailed-exitcode")[0] == 0
        # All on spare capacity.
        text = (tmp_path / "ashore.toml").read_text()
        (tmp_path / "ashore.toml").write_text(text.replace("fargate = { base = 1, weight = 1 }, ", ""))
        code, _, err = run("up")
        assert code == 0, err
        [service] = ecs.describe_services(cluster=cluster, services=["mixed-production-web"])["services"]
        assert [it["capacityProvider"] for it in service["capacityProviderStrategy"]] == ["FARGATE_SPOT"]
        code, _, err = run("down", "--yes")
        assert code == 0, err
        assert ecs.list_clusters()["clusterArns"] == []
    finally:
        sandbox.stop()
