"""examples/ec2-cluster, from nothing to nothing, and what the second seed names, as boto3 sees it."""

import base64
import json

import pytest
from examples import Example
from test_images import Rig

REGION = "eu-west-2"
PUBLIC = {"172.24.0.0/20": "eu-west-2a", "172.24.16.0/20": "eu-west-2b"}
PRIVATE = {"172.24.128.0/20": "eu-west-2a", "172.24.144.0/20": "eu-west-2b"}
CLUSTER, SERVICE, AGENT = "ecs-poc-production-cluster", "services.web/service", "services.agent/service"
REPOSITORY = "ecs-poc-production-hello"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJq5lJYV9mWv7xHkYw3Yv6g5o1cX7b7dQm1hX2u9m8Lz"


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """Up: instances and the agent on them, then CI pushes, then the service."""
    cluster = Example("ec2-cluster", tmp_path_factory.mktemp("example"), region=REGION)
    try:
        cluster.exits(0, "check")
        told = cluster.exits(0, "up")
        assert "waits for its first image" in told, told
        assert SERVICE not in cluster.resources() and AGENT in cluster.resources()
        Rig.push(cluster.sandbox, "latest", "one", architecture="arm64", repository=REPOSITORY)
        cluster.comes_up()
        yield cluster
    finally:
        cluster.sandbox.stop()


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


def group(stack):
    [found] = stack.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    return found


def template(stack):
    """What instances are launched with."""
    used = group(stack)["MixedInstancesPolicy"]["LaunchTemplate"]["LaunchTemplateSpecification"]
    asked = {"LaunchTemplateId": used["LaunchTemplateId"], "Versions": [used["Version"]]}
    [version] = stack.client("ec2").describe_launch_template_versions(**asked)["LaunchTemplateVersions"]
    return version["LaunchTemplateData"]


def tasks(stack, service):
    ecs, asked = stack.client("ecs"), {"cluster": CLUSTER}
    arns = ecs.list_tasks(**asked, serviceName=stack.out(service, "name"))["taskArns"]
    return ecs.describe_tasks(**asked, tasks=arns)["tasks"] if arns else []


def instances(stack):
    """The EC2 ids of what has joined the cluster, by ARN."""
    ecs, asked = stack.client("ecs"), {"cluster": CLUSTER}
    arns = ecs.list_container_instances(**asked)["containerInstanceArns"]
    found = ecs.describe_container_instances(**asked, containerInstances=arns)["containerInstances"]
    return {one["containerInstanceArn"]: one["ec2InstanceId"] for one in found}


def test_the_network_is_in_both_zones_of_london(stack, network):
    subnets, _ = network
    [vpc] = stack.client("ec2").describe_vpcs(VpcIds=[stack.out("network/vpc", "id")])["Vpcs"]
    assert vpc["CidrBlock"] == "172.24.0.0/16"
    assert {cidr: one["AvailabilityZone"] for cidr, one in subnets.items()} == {**PUBLIC, **PRIVATE}


def test_both_sorts_of_subnets_lead_to_the_internet(stack, network):
    subnets, tables = network
    assert {ways_out(tables[cidr], "GatewayId")[0][:4] for cidr in PUBLIC} == {"igw-"}
    [gateway] = [
        one for one in stack.client("ec2").describe_nat_gateways()["NatGateways"] if one["State"] == "available"
    ]
    assert {ways_out(tables[cidr], "NatGatewayId")[0] for cidr in PRIVATE} == {gateway["NatGatewayId"]}
    assert gateway["SubnetId"] in {subnets[cidr]["SubnetId"] for cidr in PUBLIC}
    [address] = stack.client("ec2").describe_addresses()["Addresses"]
    assert gateway["NatGatewayAddresses"][0]["AllocationId"] == address["AllocationId"]


def test_names_of_myorg_local_are_known_inside_only(stack):
    route53 = stack.client("route53")
    [zone] = [one for one in route53.list_hosted_zones()["HostedZones"] if one["Config"]["PrivateZone"]]
    assert zone["Name"] == "myorg.local."
    [place] = route53.get_hosted_zone(Id=zone["Id"])["VPCs"]
    assert (place["VPCRegion"], place["VPCId"]) == (REGION, stack.out("network/vpc", "id"))


def test_one_to_three_instances_stand_in_the_private_subnets(stack, network):
    subnets, _ = network
    there = group(stack)
    assert (there["MinSize"], there["MaxSize"]) == (1, 3)
    assert set(there["VPCZoneIdentifier"].split(",")) == {subnets[cidr]["SubnetId"] for cidr in PRIVATE}
    assert (there["HealthCheckType"], there["HealthCheckGracePeriod"]) == ("EC2", 300)
    assert there["NewInstancesProtectedFromScaleIn"] is True
    overrides = there["MixedInstancesPolicy"]["LaunchTemplate"]["Overrides"]
    assert [one["InstanceType"] for one in overrides] == ["t4g.small", "t4g.medium"]
    assert {tag["Key"] for tag in there["Tags"] if tag["PropagateAtLaunch"]} >= {"project", "Name", "ashore:stack"}
    running = stack.client("ec2").describe_instances(InstanceIds=list(instances(stack).values()))["Reservations"]
    assert [one.get("PublicIpAddress") for found in running for one in found["Instances"]] == [None] * len(running)


def test_instances_are_the_newest_image_with_a_guarded_role_and_an_encrypted_disk(stack):
    data = template(stack)
    name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id"
    assert data["ImageId"] == stack.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    metadata = data["MetadataOptions"]
    assert (metadata["HttpTokens"], metadata["HttpPutResponseHopLimit"]) == ("required", 1)
    [disk] = data["BlockDeviceMappings"]
    assert (disk["Ebs"]["Encrypted"], disk["Ebs"]["VolumeType"], disk["Ebs"]["VolumeSize"]) == (True, "gp3", 30)
    assert data["NetworkInterfaces"][0]["AssociatePublicIpAddress"] is False
    assert "KeyName" not in data
    text = base64.b64decode(data["UserData"]).decode()
    assert f"ECS_CLUSTER={CLUSTER}\n" in text and "dnf install -y htop\n" in text


def test_the_instance_role_is_the_agents_and_on_this_cluster_alone(stack):
    iam = stack.client("iam")
    [profile] = iam.list_instance_profiles()["InstanceProfiles"]
    [role] = profile["Roles"]
    assert template(stack)["IamInstanceProfile"]["Arn"] == profile["Arn"]
    [trusted] = role["AssumeRolePolicyDocument"]["Statement"]
    assert trusted["Principal"] == {"Service": "ec2.amazonaws.com"}
    assert iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"] == []
    [name] = iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
    statements = iam.get_role_policy(RoleName=role["RoleName"], PolicyName=name)["PolicyDocument"]["Statement"]
    wide = [one["Action"] for one in statements if one["Resource"] == "*"]
    assert wide == [["ecs:DiscoverPollEndpoint"]]
    narrow = [arn for one in statements if one["Resource"] != "*" for arn in one["Resource"]]
    assert all(f"/{CLUSTER}" in arn for arn in narrow), narrow


def test_ecs_says_how_many_instances_there_are_and_empties_them_first(stack):
    ecs = stack.client("ecs")
    [cluster] = ecs.describe_clusters(clusters=[CLUSTER])["clusters"]
    [provider] = ecs.describe_capacity_providers(capacityProviders=cluster["capacityProviders"])["capacityProviders"]
    over = provider["autoScalingGroupProvider"]
    assert over["autoScalingGroupArn"] == group(stack)["AutoScalingGroupARN"]
    assert (over["managedScaling"]["status"], over["managedScaling"]["targetCapacity"]) == ("ENABLED", 100)
    assert (over["managedTerminationProtection"], over["managedDraining"]) == ("ENABLED", "ENABLED")


def test_several_containers_share_an_instance_each_on_a_port_of_its_own(stack):
    web = tasks(stack, SERVICE)
    assert len(web) == 4 and {one["launchType"] for one in web} == {"EC2"}
    hosts = [one["containerInstanceArn"] for one in web]
    assert len(set(hosts)) < len(hosts)
    ports = {(one["containerInstanceArn"], one["containers"][0]["networkBindings"][0]["hostPort"]) for one in web}
    assert len(ports) == 4 and all(port >= 32768 for _, port in ports)


def test_the_agent_runs_once_on_each_instance(stack):
    assert sorted(one["containerInstanceArn"] for one in tasks(stack, AGENT)) == sorted(instances(stack))
    asked = {"cluster": CLUSTER, "services": [stack.out(AGENT, "name")]}
    [service] = stack.client("ecs").describe_services(**asked)["services"]
    assert service["schedulingStrategy"] == "DAEMON"


def test_requests_come_by_https_to_every_task_and_no_other_way(stack):
    elb, ec2 = stack.client("elbv2"), stack.client("ec2")
    listeners = elb.describe_listeners(LoadBalancerArn=stack.out("ingress/load_balancer", "arn"))["Listeners"]
    by_port = {one["Port"]: one for one in listeners}
    assert by_port[80]["DefaultActions"][0]["RedirectConfig"]["Port"] == "443"
    assert by_port[443]["Certificates"] and by_port[443]["SslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-2")
    rules = elb.describe_rules(ListenerArn=by_port[443]["ListenerArn"])["Rules"]
    [rule] = [one for one in rules if one["Priority"] != "default"]
    assert rule["Conditions"][0]["HostHeaderConfig"]["Values"] == ["poc.example.com"]
    [targets] = elb.describe_target_groups()["TargetGroups"]
    assert rule["Actions"][0]["TargetGroupArn"] == targets["TargetGroupArn"]
    assert (targets["TargetType"], targets["HealthCheckPort"], targets["HealthCheckPath"]) == (
        "instance", "traffic-port", "/",
    )
    health = elb.describe_target_health(TargetGroupArn=targets["TargetGroupArn"])["TargetHealthDescriptions"]
    ids = instances(stack)
    serving = {(one["Target"]["Id"], one["Target"]["Port"]) for one in health}
    running = tasks(stack, SERVICE)
    port = lambda one: one["containers"][0]["networkBindings"][0]["hostPort"]
    assert serving == {(ids[one["containerInstanceArn"]], port(one)) for one in running}
    assert {one["TargetHealth"]["State"] for one in health} == {"healthy"}
    into = [one for one in ec2.describe_security_group_rules()["SecurityGroupRules"] if not one["IsEgress"]]
    front, behind = stack.out("ingress/security_group", "id"), stack.out("ec2/security_group", "id")
    assert {one["FromPort"] for one in into if one["GroupId"] == front} == {80, 443}
    [only] = [one for one in into if one["GroupId"] == behind]
    assert (only["FromPort"], only["ReferencedGroupInfo"]["GroupId"]) == (32768, front)


def test_four_to_twelve_tasks_by_processor(stack):
    scaling = stack.client("application-autoscaling")
    [target] = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (4, 12)
    [policy] = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    tracked = policy["TargetTrackingScalingPolicyConfiguration"]
    assert tracked["PredefinedMetricSpecification"]["PredefinedMetricType"] == "ECSServiceAverageCPUUtilization"
    assert tracked["TargetValue"] == 60.0


def test_the_repository_keeps_ten_images_and_what_was_pushed_runs(stack):
    ecr = stack.client("ecr")
    text = ecr.get_lifecycle_policy(repositoryName=REPOSITORY)["lifecyclePolicyText"]
    last = max(json.loads(text)["rules"], key=lambda rule: rule["rulePriority"])
    assert (last["selection"]["countNumber"], last["selection"]["tagStatus"]) == (10, "any")
    [pushed] = ecr.describe_images(repositoryName=REPOSITORY, imageIds=[{"imageTag": "latest"}])["imageDetails"]
    images = {one["containers"][0]["image"] for one in tasks(stack, SERVICE)}
    assert {image.partition("@")[2] for image in images} == {pushed["imageDigest"]}


def test_another_first_boot_replaces_every_instance(stack):
    old = set(instances(stack).values())
    stack.changes(
        ("dnf install -y htop", "dnf install -y htop jq"),
        ("min = 1\nmax = 3", f'min = 1\nmax = 3\nssh_key = "{KEY} somebody@laptop"'),
    )
    now = {one["InstanceId"] for one in group(stack)["Instances"]}
    assert now and old.isdisjoint(now)
    assert len(stack.client("ec2").describe_launch_templates()["LaunchTemplates"]) == 1
    [pair] = stack.client("ec2").describe_key_pairs()["KeyPairs"]
    assert template(stack)["KeyName"] == pair["KeyName"]
    ssh = [
        one
        for one in stack.client("ec2").describe_security_group_rules()["SecurityGroupRules"]
        if not one["IsEgress"] and one["FromPort"] == 22
    ]
    assert [one["CidrIpv4"] for one in ssh] == ["172.24.0.0/16"]
    assert len(tasks(stack, SERVICE)) == 4


def test_at_the_end_nothing_is_left(stack):
    stack.goes_down()
