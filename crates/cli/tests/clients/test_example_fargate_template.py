"""examples/fargate-template, from nothing to nothing, and what the fifth seed names, as boto3 sees it."""

import json

import pytest
from examples import Example
from test_images import Rig

PUBLIC = {"10.0.16.0/20", "10.0.48.0/20", "10.0.80.0/20"}
PRIVATE = {"10.0.0.0/20", "10.0.32.0/20", "10.0.64.0/20"}
REPOSITORY = "vcard-production-app"
SERVICE = "services.web/service"


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """Up: everything but the service, then CI pushes, then the service."""
    template = Example("fargate-template", tmp_path_factory.mktemp("example"))
    try:
        template.exits(0, "check")
        told = template.exits(0, "up")
        assert "waits for its first image" in told, told
        assert SERVICE not in template.resources()
        push(template, "one")
        template.comes_up()
        yield template
    finally:
        template.sandbox.stop()


def push(template, content):
    Rig.push(template.sandbox, "latest", content, repository=REPOSITORY)


def running(template):
    """The revision that the service runs."""
    ecs = template.client("ecs")
    asked = {"cluster": template.out("cluster", "name"), "services": [template.out(SERVICE, "name")]}
    [service] = ecs.describe_services(**asked)["services"]
    return service["taskDefinition"]


@pytest.fixture(scope="module")
def network(stack):
    """Subnets and their tables, by range."""
    ec2, vpc = stack.client("ec2"), [{"Name": "vpc-id", "Values": [stack.out("network/vpc", "id")]}]
    subnets = {one["SubnetId"]: one for one in ec2.describe_subnets(Filters=vpc)["Subnets"]}
    tables = {}
    for table in ec2.describe_route_tables(Filters=vpc)["RouteTables"]:
        for association in table["Associations"]:
            if subnet := association.get("SubnetId"):
                tables[subnets[subnet]["CidrBlock"]] = table
    return {one["CidrBlock"]: one for one in subnets.values()}, tables


def ways_out(table, kind):
    return [route[kind] for route in table["Routes"] if route.get("DestinationCidrBlock") == "0.0.0.0/0"]


def test_subnets_of_both_sorts_in_every_zone(network):
    subnets, _ = network
    assert set(subnets) == PUBLIC | PRIVATE
    assert len({subnets[cidr]["AvailabilityZone"] for cidr in PUBLIC}) == 3
    assert len({subnets[cidr]["AvailabilityZone"] for cidr in PRIVATE}) == 3


def test_public_subnets_lead_to_the_gateway(network):
    _, tables = network
    assert {ways_out(tables[cidr], "GatewayId")[0][:4] for cidr in PUBLIC} == {"igw-"}


def test_each_private_subnet_leads_to_the_nat_gateway_of_its_zone(stack, network):
    subnets, tables = network
    gateways = stack.client("ec2").describe_nat_gateways()["NatGateways"]
    zone_of = {one["SubnetId"]: one["AvailabilityZone"] for one in subnets.values()}
    stands = {one["NatGatewayId"]: zone_of[one["SubnetId"]] for one in gateways if one["State"] == "available"}
    leads = {cidr: stands[ways_out(tables[cidr], "NatGatewayId")[0]] for cidr in PRIVATE}
    assert leads == {cidr: subnets[cidr]["AvailabilityZone"] for cidr in PRIVATE}
    assert len(stack.client("ec2").describe_addresses()["Addresses"]) == 3


def test_the_world_reaches_the_balancer_and_the_balancer_the_tasks(stack):
    rules = stack.client("ec2").describe_security_group_rules()["SecurityGroupRules"]
    front, tasks = (stack.out(f"{part}/security_group", "id") for part in ("ingress", "services.web"))
    into = [rule for rule in rules if not rule["IsEgress"]]
    assert {rule["FromPort"] for rule in into if rule["GroupId"] == front} == {80, 443}
    [only] = [rule for rule in into if rule["GroupId"] == tasks]
    assert (only["FromPort"], only["ToPort"], only["ReferencedGroupInfo"]["GroupId"]) == (3000, 3000, front)


def test_the_network_is_logged_for_thirty_days(stack):
    [log] = stack.client("ec2").describe_flow_logs()["FlowLogs"]
    assert (log["TrafficType"], log["ResourceId"]) == ("ALL", stack.out("network/vpc", "id"))
    groups = stack.client("logs").describe_log_groups(logGroupNamePrefix=log["LogGroupName"])["logGroups"]
    assert [group["retentionInDays"] for group in groups] == [30]


def test_the_repository_keeps_ten_images_and_moves_its_tags(stack):
    ecr = stack.client("ecr")
    [repository] = ecr.describe_repositories()["repositories"]
    assert (repository["repositoryName"], repository["imageTagMutability"]) == (REPOSITORY, "MUTABLE")
    text = ecr.get_lifecycle_policy(repositoryName=REPOSITORY)["lifecyclePolicyText"]
    last = max(json.loads(text)["rules"], key=lambda rule: rule["rulePriority"])
    assert (last["selection"]["countNumber"], last["selection"]["tagStatus"]) == (10, "any")


def test_tasks_are_small_and_private_and_run_what_was_pushed(stack):
    ecs = stack.client("ecs")
    asked = {"cluster": stack.out("cluster", "name"), "services": [stack.out(SERVICE, "name")]}
    [service] = ecs.describe_services(**asked)["services"]
    vpc = service["networkConfiguration"]["awsvpcConfiguration"]
    private = {one["SubnetId"] for one in stack.client("ec2").describe_subnets()["Subnets"] if one["CidrBlock"] in PRIVATE}
    assert (set(vpc["subnets"]), vpc["assignPublicIp"]) == (private, "DISABLED")
    rollout = service["deploymentConfiguration"]
    assert (rollout["minimumHealthyPercent"], rollout["maximumPercent"]) == (50, 200)
    task = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    assert (task["cpu"], task["memory"]) == ("256", "512")
    [container] = task["containerDefinitions"]
    assert "@sha256:" in container["image"] and f"/{REPOSITORY}@" in container["image"]
    assert {"name": "NODE_ENV", "value": "production"} in container["environment"]


def test_the_health_check_is_as_said(stack):
    elb = stack.client("elbv2")
    arn = stack.out("services.web/target_group", "arn")
    [group] = elb.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"]
    assert (group["HealthCheckPath"], group["Matcher"]["HttpCode"], group["TargetType"]) == ("/health", "200", "ip")
    assert (group["HealthCheckIntervalSeconds"], group["HealthCheckTimeoutSeconds"]) == (30, 3)
    assert (group["HealthyThresholdCount"], group["UnhealthyThresholdCount"]) == (3, 2)


def test_http_is_sent_to_https_for_good(stack):
    elb = stack.client("elbv2")
    listeners = elb.describe_listeners(LoadBalancerArn=stack.out("ingress/load_balancer", "arn"))["Listeners"]
    by_port = {listener["Port"]: listener for listener in listeners}
    redirect = by_port[80]["DefaultActions"][0]["RedirectConfig"]
    assert (redirect["Protocol"], redirect["Port"], redirect["StatusCode"]) == ("HTTPS", "443", "HTTP_301")
    assert by_port[443]["SslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-2")


def test_one_to_four_tasks_by_processor_and_memory(stack):
    scaling = stack.client("application-autoscaling")
    [target] = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 4)
    policies = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    tracked = [policy["TargetTrackingScalingPolicyConfiguration"] for policy in policies]
    metric = lambda one: one["PredefinedMetricSpecification"]["PredefinedMetricType"]
    assert {metric(one): one["TargetValue"] for one in tracked} == {
        "ECSServiceAverageCPUUtilization": 60.0, "ECSServiceAverageMemoryUtilization": 80.0,
    }


def test_the_code_may_use_its_own_table_and_nothing_else(stack):
    iam, name = stack.client("iam"), stack.out("services.web/task_role", "name")
    assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []
    [policy] = iam.list_role_policies(RoleName=name)["PolicyNames"]
    document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
    [statement] = document["Statement"]
    assert statement["Resource"] in (["arn:aws:dynamodb:eu-central-1:*:table/vcards"], "arn:aws:dynamodb:eu-central-1:*:table/vcards")
    assert not any("*" in action for action in statement["Action"])


def test_what_the_scaler_counts_is_left_alone(stack):
    ecs = stack.client("ecs")
    ecs.update_service(cluster=stack.out("cluster", "name"), service=stack.out(SERVICE, "name"), desiredCount=3)
    stack.is_settled()


def test_what_ci_pushes_is_a_new_release(stack):
    before = running(stack)
    push(stack, "two")
    stack.exits(2, "plan", "--detailed-exitcode")
    stack.exits(0, "up")
    stack.is_settled()
    assert running(stack) != before


def test_a_change_and_then_nothing_is_left(stack):
    stack.changes(("memory = 80", "memory = 70"), ("cpu = 0.25", "cpu = 0.5"), ('memory = "512MiB"', 'memory = "1GiB"'))
    stack.goes_down()
