"""Rows of private networks, and of services that scale."""

from alter import OTHER_VPC, Row, here

MANIFEST = """
app = "private"
region = "eu-central-1"
tags = { team = "a" }
network = { layout = "private-nat", flow_logs = "30d", private_zone = "myorg.local" }

[services.web]
image = "nginx:1.29"
port = 80
scale = { min = 1, max = 4, cpu = 60, memory = 80, requests_per_target = 500 }
"""

ADDRESS, NAT = "network/elastic_ip[a]", "network/nat_gateway[a]"
FLOW_LOG, ZONE = "network/flow_log", "network/private_zone"
ENDPOINT, TABLE = "network/s3_endpoint", "network/private_route_table[a]"
TARGET = "services.web/scalable_target"
CPU, REQUESTS = "services.web/scaling_policy[cpu]", "services.web/scaling_policy[requests]"
OF_SERVICE = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"}


def row(address, field, alter, **more):
    return Row(address, field, alter, stack="private", **more)


def world(address, field, path, to, **more):
    return here(address, field, path, to, stack="private", **more)


# A gateway stands where it was made, and its address is one gateway's at a time.
IN_TURN = {"options": ("--allow-interruption",)}


def tags(address):
    """The user's tag, and the name that consoles show."""

    def to(key):
        tag = {"Key": key, "Value": "theirs"}
        alter = lambda stack: stack.ec2.create_tags(Resources=[stack.out(address, "id")], Tags=[tag])
        return row(address, f"tags.{key}", alter)

    return to("team"), to("Name")


def tables(stack):
    endpoint, table = stack.out(ENDPOINT, "id"), stack.out(TABLE, "id")
    stack.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, RemoveRouteTableIds=[table])


def tag_zone(stack):
    tag = {"Key": "team", "Value": "theirs"}
    stack.route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=stack.out(ZONE, "id"), AddTags=[tag])


def lead_elsewhere(stack):
    """Another network sees the zone, and ours does not any more."""
    other = stack.ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    place = {"VPCRegion": "eu-central-1", "VPCId": other}
    zone, ours = stack.out(ZONE, "id"), {"VPCRegion": "eu-central-1", "VPCId": stack.out("network/vpc", "id")}
    stack.route53.associate_vpc_with_hosted_zone(HostedZoneId=zone, VPC=place)
    stack.route53.disassociate_vpc_from_hosted_zone(HostedZoneId=zone, VPC=ours)


def bounds(field, **members):
    def alter(stack):
        resource = stack.out(TARGET, "resource")
        stack.scaling.register_scalable_target(**OF_SERVICE, ResourceId=resource, **members)

    return row(TARGET, field, alter)


def tag_target(stack):
    stack.scaling.tag_resource(ResourceARN=stack.out(TARGET, "arn"), Tags={"team": "theirs"})


def policy(address, field, change):
    def alter(stack):
        name, resource = stack.out(address, "name"), stack.out(address, "resource")
        [there] = stack.scaling.describe_scaling_policies(
            ServiceNamespace="ecs", ResourceId=resource, PolicyNames=[name]
        )["ScalingPolicies"]
        tracking = there["TargetTrackingScalingPolicyConfiguration"]
        change(tracking)
        stack.scaling.put_scaling_policy(
            **OF_SERVICE, PolicyName=name, ResourceId=resource, PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=tracking,
        )

    return row(address, field, alter)


def memory(tracking):
    tracking["PredefinedMetricSpecification"]["PredefinedMetricType"] = "ECSServiceAverageMemoryUtilization"


def says(**members):
    return lambda tracking: tracking.update(members)


def label(old, new):
    """Somebody names another balancer or another group, which only the world's own memory can."""

    def change(stack, world):
        scaling = world["regions"]["eu-central-1"]["appautoscaling"]

        def replaced(value):
            if isinstance(value, dict):
                return {key: replaced(item) for key, item in value.items()}
            if isinstance(value, list):
                return [replaced(item) for item in value]
            return value.replace(old, new) if isinstance(value, str) and "targetgroup/" in value else value

        world["regions"]["eu-central-1"]["appautoscaling"] = replaced(scaling)

    return change


ROWS = [
    # aws.ec2.elastic_ip
    *tags(ADDRESS),
    # aws.ec2.nat_gateway
    *tags(NAT),
    world(
        NAT, "place.zone.address", ("ec2", "nat_gateways", "{id}", "addresses", "0", "allocation"),
        "eipalloc-0f00d0f00d0f00d0f", **IN_TURN,
    ),
    # aws.ec2.vpc_endpoint
    *tags(ENDPOINT),
    world(ENDPOINT, "vpc", ("ec2", "endpoints", "{id}", "vpc"), OTHER_VPC),
    world(ENDPOINT, "service", ("ec2", "endpoints", "{id}", "service"), "com.amazonaws.eu-central-1.dynamodb"),
    row(ENDPOINT, "way.gateway.route_tables.0", tables),
    # aws.ec2.flow_log
    *tags(FLOW_LOG),
    world(FLOW_LOG, "traffic", ("ec2", "flow_logs", "{id}", "traffic"), "REJECT", **IN_TURN),
    world(FLOW_LOG, "interval_seconds", ("ec2", "flow_logs", "{id}", "interval"), 60, **IN_TURN),
    world(FLOW_LOG, "vpc", ("ec2", "flow_logs", "{id}", "resource"), OTHER_VPC),
    world(FLOW_LOG, "group", ("ec2", "flow_logs", "{id}", "destination", "Logs", "group"), "theirs"),
    world(
        FLOW_LOG, "role", ("ec2", "flow_logs", "{id}", "destination", "Logs", "role"),
        "arn:aws:iam::123456789012:role/theirs", **IN_TURN,
    ),
    # aws.route53.private_zone
    row(ZONE, "tags.team", tag_zone),
    row(ZONE, "vpcs", lead_elsewhere),
    # aws.application_autoscaling.scalable_target
    bounds("min", MinCapacity=2),
    bounds("max", MaxCapacity=9),
    row(TARGET, "tags.team", tag_target),
    # aws.application_autoscaling.scaling_policy
    policy(CPU, "target_thousandths", says(TargetValue=61.5)),
    policy(CPU, "scale_in_cooldown_seconds", says(ScaleInCooldown=1)),
    policy(CPU, "scale_out_cooldown_seconds", says(ScaleOutCooldown=1)),
    policy(CPU, "metric", memory),
    row(REQUESTS, "metric.requests.load_balancer", label("app/private-production-balancer/", "app/theirs/"), edits=True),
    row(
        REQUESTS, "metric.requests.target_group",
        label("targetgroup/private-production-web/", "targetgroup/theirs/"), edits=True,
    ),
]

# What no row alters, and why.
UNALTERED = {
    ("aws.route53.private_zone", "domain"): "cannot be changed: the zone's id holds it",
    ("aws.route53.private_zone", "region"): "says where its networks are, which `vpcs` names",
    ("aws.ec2.nat_gateway", "place.zone.subnet"): "a gateway cannot be moved; one that had been would be refused (E0205)",
    ("aws.ecs.service", "scaled"): "says who counts its tasks, of which the service knows nothing",
    ("aws.application_autoscaling.scalable_target", "service"): "targets are asked for by it: another's is missing",
    ("aws.application_autoscaling.scaling_policy", "name"): "policies are asked for by it: another's is missing",
    ("aws.application_autoscaling.scaling_policy", "resource"): "policies are asked for in it: in another it is missing",
}
