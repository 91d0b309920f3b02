"""Services behind several balancers, and behind a classic one."""

import pytest
from test_ecs import BREAKER, stack  # noqa: F401 (fixture)

CLASSIC = [{"loadBalancerName": "old", "containerName": "web", "containerPort": 80}]


def group(stack, name, protocol="HTTP", **more):  # noqa: F811
    asked = {"Name": name, "Protocol": protocol, "Port": 80, "VpcId": stack.vpc, "TargetType": "ip", **more}
    made = stack.elb.create_target_group(**asked, HealthCheckIntervalSeconds=10, HealthyThresholdCount=2)
    return made["TargetGroups"][0]["TargetGroupArn"]


def balance(stack, name, kind="application", scheme="internal", protocol="HTTP"):  # noqa: F811
    asked = {"Name": name, "Type": kind, "Scheme": scheme, "Subnets": stack.subnets}
    arn = stack.elb.create_load_balancer(**asked)["LoadBalancers"][0]["LoadBalancerArn"]
    target = group(stack, name, protocol)
    forward = [{"Type": "forward", "TargetGroupArn": target}]
    stack.elb.create_listener(LoadBalancerArn=arn, Protocol=protocol, Port=80, DefaultActions=forward)
    return {"targetGroupArn": target, "containerName": "web", "containerPort": 80}


def targets(stack, one):  # noqa: F811
    found = stack.elb.describe_target_health(TargetGroupArn=one["targetGroupArn"])["TargetHealthDescriptions"]
    return [(it["Target"]["Id"], it["TargetHealth"]["State"]) for it in found]


@pytest.fixture
def both(stack):  # noqa: F811
    """One balancer that faces the internet, one that does not, and a network balancer."""
    made = [
        balance(stack, "outside", scheme="internet-facing"), balance(stack, "inside"),
        balance(stack, "net", kind="network", protocol="TCP"),
    ]
    stack.twin.advance(200)
    stack.register()
    return made


def test_a_task_is_a_target_of_every_balancer(stack, both):  # noqa: F811
    stack.create(loadBalancers=both)
    stack.wait(stack.completed)
    found = [targets(stack, one) for one in both]
    assert found[0] == found[1] == found[2] and found[0][0][1] == "healthy"


def test_a_balancer_can_be_added_and_taken_away(stack, both):  # noqa: F811
    stack.create(loadBalancers=both[:1])
    stack.wait(stack.completed)
    stack.update(loadBalancers=both[1:])
    stack.wait(stack.completed)
    assert [one["targetGroupArn"] for one in stack.service()["loadBalancers"]] == [
        one["targetGroupArn"] for one in both[1:]
    ]
    stack.wait(lambda: targets(stack, both[0]) == [])
    assert all(targets(stack, one)[0][1] == "healthy" for one in both[1:])


def test_six_groups_are_too_many(stack, both, refused):  # noqa: F811
    asked = {"cluster": "shop", "serviceName": "web", "taskDefinition": "web", "desiredCount": 1, "launchType": "FARGATE"}
    asked |= {"networkConfiguration": stack.network, "loadBalancers": both * 2}
    assert refused(stack.ecs.create_service, **asked) == "InvalidParameterException"


# Classic load balancers


@pytest.fixture
def classic(stack):  # noqa: F811
    """A classic balancer, and a task definition for instances."""
    listener = {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}
    elb = stack.twin.client("elb")
    elb.create_load_balancer(LoadBalancerName="old", Listeners=[listener], Subnets=stack.subnets)
    ports = {"portMappings": [{"containerPort": 80, "hostPort": 80}], "memory": 128}
    stack.register(container=ports, networkMode="bridge", requiresCompatibilities=["EC2"], family="old")
    stack.register()
    return stack


def asked(stack, **more):  # noqa: F811
    asked = {"cluster": "shop", "serviceName": "web", "taskDefinition": "old", "desiredCount": 1, "launchType": "EC2"}
    return {**asked, "loadBalancers": CLASSIC, **more}


def test_a_service_for_instances(classic):
    made = classic.ecs.create_service(**asked(classic))["service"]
    assert made["loadBalancers"] == CLASSIC
    assert made["availabilityZoneRebalancing"] == "DISABLED"
    assert "targetGroupArn" not in classic.service()["loadBalancers"][0]
    # Nothing is said of a rollout behind one [ECS API: Deployment rolloutState].
    [deployment] = made["deployments"]
    assert not {"rolloutState", "rolloutStateReason"} & set(deployment)


NET = {"awsvpcConfiguration": {"subnets": [], "assignPublicIp": "DISABLED"}}


@pytest.mark.parametrize(
    "more",
    [
        {"loadBalancers": [{**CLASSIC[0], "loadBalancerName": "none"}]},
        {"loadBalancers": CLASSIC * 2},
        {"loadBalancers": [{**CLASSIC[0], "targetGroupArn": "arn:x"}]},
        {"loadBalancers": [{**CLASSIC[0], "containerName": "other"}]},
        {"loadBalancers": [{**CLASSIC[0], "containerPort": 81}]},
        {"loadBalancers": [{"containerName": "web", "containerPort": 80}]},
        {"deploymentConfiguration": BREAKER},
        {"availabilityZoneRebalancing": "ENABLED"},
        {"taskDefinition": "web", "networkConfiguration": NET},
        {"taskDefinition": "web", "networkConfiguration": NET, "launchType": "FARGATE"},
    ],
)
def test_services_that_a_classic_balancer_refuses(classic, refused, more):
    ask = asked(classic, **more)
    if "networkConfiguration" in ask:
        ask["networkConfiguration"] = {"awsvpcConfiguration": {"subnets": classic.subnets}}
    assert refused(classic.ecs.create_service, **ask) == "InvalidParameterException"


def test_the_sentence_about_fargate(classic):
    ask = asked(classic, taskDefinition="web", launchType="FARGATE", networkConfiguration=classic.network)
    with pytest.raises(classic.ecs.exceptions.InvalidParameterException, match="Classic Load Balancers"):
        classic.ecs.create_service(**ask)


def test_a_circuit_breaker_cannot_come_later(classic, refused):
    classic.ecs.create_service(**asked(classic))
    ask = {"cluster": "shop", "service": "web", "deploymentConfiguration": BREAKER}
    assert refused(classic.ecs.update_service, **ask) == "InvalidParameterException"
