"""What services run on: mixes of Fargate, and instances that are ECS's own, as boto3 sees them."""

import pytest
from inventory import everything, everything_else
from sandbox import Sandbox

MIXED = """
app = "mixed"
region = "eu-central-1"

[services.web]
image = "nginx:1.29"
count = 4
capacity = { fargate = { base = 1, weight = 1 }, fargate_spot = { weight = 2 } }
"""

MANAGED = """
app = "managed"
region = "eu-central-1"
network = { layout = "private-nat", nat = "single" }

[ec2]
instance_types = ["m7g.large", "m7g.xlarge"]
managed = true

[services.web]
image = "nginx:1.29"
port = 80
count = 2
arch = "arm64"
capacity = { ec2 = {} }
"""


@pytest.fixture
def up(tmp_path):
    """Writes a manifest, brings it up, and gives the sandbox and a word for running more."""
    sandbox = Sandbox(tmp_path)

    def run(code, *words):
        ended, out, err = sandbox.ashore(*words)
        assert ended == code, f"{words}\n{out}\n{err}"

    def written(manifest):
        (tmp_path / "ashore.toml").write_text(manifest)
        run(0, "up")
        run(0, "plan", "--detailed-exitcode")
        return sandbox, run

    yield written
    sandbox.stop()


def tasks(sandbox):
    ecs = sandbox.client("ecs")
    [cluster] = ecs.list_clusters()["clusterArns"]
    return ecs.describe_tasks(cluster=cluster, tasks=ecs.list_tasks(cluster=cluster)["taskArns"])["tasks"]


def nothing_is_left(sandbox):
    there = {**everything(sandbox), **everything_else(sandbox)}
    assert {kind for kind, found in there.items() if found} == set()


def test_fargate_and_spot_share_the_tasks(up):
    sandbox, run = up(MIXED)
    shares = sorted(one["capacityProviderName"] for one in tasks(sandbox))
    assert shares == ["FARGATE", "FARGATE", "FARGATE_SPOT", "FARGATE_SPOT"]
    # All on spare capacity.
    manifest = sandbox.folder / "ashore.toml"
    manifest.write_text(MIXED.replace("fargate = { base = 1, weight = 1 }, ", ""))
    run(0, "up")
    run(0, "plan", "--detailed-exitcode")
    assert {one["capacityProviderName"] for one in tasks(sandbox)} == {"FARGATE_SPOT"}
    run(0, "down", "--yes")
    nothing_is_left(sandbox)


def test_managed_instances_are_ecs_s_own(up):
    sandbox, run = up(MANAGED)
    ecs, ec2 = sandbox.client("ecs"), sandbox.client("ec2")
    [cluster] = ecs.list_clusters()["clusterArns"]
    [provider] = [
        one
        for one in ecs.describe_capacity_providers(cluster=cluster)["capacityProviders"]
        if "managedInstancesProvider" in one
    ]
    managed = provider["managedInstancesProvider"]
    wanted = managed["instanceLaunchTemplate"]
    assert wanted["instanceRequirements"]["allowedInstanceTypes"] == ["m7g.large", "m7g.xlarge"]
    assert wanted["storageConfiguration"]["storageSizeGiB"] == 80
    running = tasks(sandbox)
    assert len(running) == 2 and {one["capacityProviderName"] for one in running} == {provider["name"]}
    assert {one["lastStatus"] for one in running} == {"RUNNING"}
    # Each has an address of its own, which the balancer sends requests to.
    elb = sandbox.client("elbv2")
    [group] = elb.describe_target_groups()["TargetGroups"]
    health = elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]
    assert group["TargetType"] == "ip" and len(health) == 2
    states = [one["State"]["Name"] for page in ec2.describe_instances()["Reservations"] for one in page["Instances"]]
    assert "running" in states
    assert sandbox.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"] == []
    run(0, "down", "--yes")
    nothing_is_left(sandbox)
