"""Rows of a classic load balancer, and of the service on instances behind it."""

import json

from alter import TAG, Row, here

BALANCER = "balancers.old/classic_balancer"
SERVICE, DEFINITION = "services.web/service", "services.web/task_definition"
MANIFEST = """
app = "classic"
region = "eu-central-1"
tags = { team = "a" }
dns = { provider = "cloudflare", zone = "example.com" }

[ec2]
instance_types = ["t3.small"]
min = 1
max = 3

[balancers.old]
type = "classic"
idle_timeout = "2m"
access_logs = { bucket = "acme-logs", prefix = "shop" }

[services.web]
image = "nginx:1.29"
port = 8080
hostname = "classic.example.com"
balancer = "old"
cpu = 0.25
memory = "200MiB"
capacity = { ec2 = { network = "bridge" } }
"""


def bucket(sandbox, name):
    """Somebody's bucket, which balancers may log into."""
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{name}/*",
    }
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [allow]}))


def manifest(sandbox):
    """The manifest for an account in which somebody has a bucket for logs."""
    bucket(sandbox, "acme-logs")
    return MANIFEST


def row(address, field, alter, **more):
    return Row(address, field, alter, stack="classic", **more)


def world(address, field, path, to):
    return here(address, field, path, to, stack="classic")


def called(field, call, **members):
    """A call about the balancer."""

    def alter(stack):
        given = {key: value(stack) if callable(value) else value for key, value in members.items()}
        getattr(stack.elb, call)(LoadBalancerName=stack.out(BALANCER, "name"), **given)

    return row(BALANCER, field, alter)


def listener(field, **members):
    """The one listener is made another one, in its place."""

    def alter(stack):
        name, [there] = stack.out(BALANCER, "name"), stack.spec(BALANCER)["listeners"]
        said = {
            "LoadBalancerPort": there["port"],
            "Protocol": there["protocol"],
            "InstancePort": there["instance_port"],
            "InstanceProtocol": there["instance_protocol"],
            "SSLCertificateId": there["certificate"],
        }
        stack.elb.delete_load_balancer_listeners(LoadBalancerName=name, LoadBalancerPorts=[there["port"]])
        stack.elb.create_load_balancer_listeners(LoadBalancerName=name, Listeners=[{**said, **members}])

    return row(BALANCER, f"listeners.0.{field}", alter)


def health(field, **members):
    def check(stack):
        there = stack.spec(BALANCER)["health"]
        names = {
            "Target": "target",
            "Interval": "interval_seconds",
            "Timeout": "timeout_seconds",
            "HealthyThreshold": "healthy_threshold",
            "UnhealthyThreshold": "unhealthy_threshold",
        }
        return {**{name: there[own] for name, own in names.items()}, **members}

    return called(f"health.{field}", "configure_health_check", HealthCheck=check)


def attribute(field, **members):
    return called(field, "modify_load_balancer_attributes", LoadBalancerAttributes=members)


def their_certificate(stack):
    """For the same name: the record that is there validates it too."""
    made = stack.acm.request_certificate(DomainName="classic.example.com", ValidationMethod="DNS")
    arn = made["CertificateArn"]
    pace = {"Delay": 0.1, "MaxAttempts": 100}
    stack.acm.get_waiter("certificate_validated").wait(CertificateArn=arn, WaiterConfig=pace)
    return arn


def certified(stack):
    name, arn = stack.out(BALANCER, "name"), their_certificate(stack)
    stack.elb.set_load_balancer_listener_ssl_certificate(
        LoadBalancerName=name, LoadBalancerPort=443, SSLCertificateId=arn
    )


def their_group(stack):
    made = stack.ec2.create_security_group(
        GroupName="theirs", Description="theirs", VpcId=stack.out("network/vpc", "id")
    )
    return [made["GroupId"]]


def logs_elsewhere(stack):
    bucket(stack.sandbox, "their-logs")
    log = {"Enabled": True, "S3BucketName": "their-logs", "S3BucketPrefix": "shop"}
    stack.elb.modify_load_balancer_attributes(
        LoadBalancerName=stack.out(BALANCER, "name"), LoadBalancerAttributes={"AccessLog": log}
    )


def registered(field, alter):
    """The service is registered otherwise."""
    return row(SERVICE, f"classic_balancer.{field}", alter)


def behind(stack, **more):
    said = {"loadBalancerName": stack.out(BALANCER, "name"), "containerName": "web", "containerPort": 8080}
    cluster, name = stack.out(SERVICE, "cluster"), stack.out(SERVICE, "name")
    balancer, given = {**said, **more.pop("balancer", {})}, more
    stack.ecs.update_service(cluster=cluster, service=name, loadBalancers=[balancer], **given)


def their_balancer(stack):
    """It leads to the same instances."""
    stack.elb.create_load_balancer(
        LoadBalancerName="theirs",
        Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 8080}],
        Subnets=stack.spec(BALANCER)["subnets"],
    )
    behind(stack, balancer={"loadBalancerName": "theirs"})


def their_revision(stack):
    """A container more, at another port."""
    ports = {"web": 8080, "theirs": 8081}
    made = stack.ecs.register_task_definition(
        family="theirs",
        networkMode="bridge",
        requiresCompatibilities=["EC2"],
        executionRoleArn=stack.out("services.web/execution_role", "arn"),
        containerDefinitions=[
            {"name": name, "image": "nginx:1.29", "memory": 64, "portMappings": [{"containerPort": port, "hostPort": port}]}
            for name, port in ports.items()
        ],
    )
    return made["taskDefinition"]["taskDefinitionArn"]


def elsewhere(stack):
    balancer = {"containerName": "theirs", "containerPort": 8081}
    behind(stack, taskDefinition=their_revision(stack), balancer=balancer)


def mapped(field, member, to):
    """A revision never changes, whoever asks: its contents are edited."""
    there = ("ecs", "families", "{family}", "revisions", "{revision}", "document")
    at = ("containerDefinitions", "0", "portMappings", "0", member)
    return world(DEFINITION, f"containers.0.{field}", there + at, to)


ROWS = [
    # aws.elb.classic_balancer
    world(BALANCER, "scheme", ("elb", "balancers", "{name}", "internet_facing"), False),
    called("subnets.1", "detach_load_balancer_from_subnets", Subnets=lambda stack: stack.spec(BALANCER)["subnets"][1:]),
    called("security_groups.0", "apply_security_groups_to_load_balancer", SecurityGroups=their_group),
    listener("port", LoadBalancerPort=8443),
    listener("protocol", Protocol="SSL", InstanceProtocol="TCP"),
    listener("instance_port", InstancePort=8081),
    listener("instance_protocol", InstanceProtocol="HTTPS"),
    row(BALANCER, "listeners.0.certificate", certified),
    called(
        "listeners.0.tls_policy", "set_load_balancer_policies_of_listener",
        LoadBalancerPort=443, PolicyNames=["ELBSecurityPolicy-2016-08"],
    ),
    health("target", Target="TCP:8080"),
    health("interval_seconds", Interval=99),
    health("timeout_seconds", Timeout=4),
    health("healthy_threshold", HealthyThreshold=9),
    health("unhealthy_threshold", UnhealthyThreshold=9),
    attribute("cross_zone", CrossZoneLoadBalancing={"Enabled": False}),
    attribute("idle_timeout_seconds", ConnectionSettings={"IdleTimeout": 60}),
    attribute("draining.seconds", ConnectionDraining={"Enabled": True, "Timeout": 99}),
    attribute("draining", ConnectionDraining={"Enabled": False}),
    row(BALANCER, "access_logs.bucket", logs_elsewhere),
    attribute("access_logs.prefix", AccessLog={"Enabled": True, "S3BucketPrefix": "theirs"}),
    attribute("access_logs", AccessLog={"Enabled": False}),
    row(
        BALANCER, "tags.team",
        lambda stack: stack.elb.add_tags(LoadBalancerNames=[stack.out(BALANCER, "name")], Tags=[TAG]),
    ),
    # aws.ecs.service
    registered("balancer", their_balancer),
    registered("container", elsewhere),
    registered("port", elsewhere),
    # aws.ecs.task_definition
    mapped("host_ports.0.on_host", "hostPort", 8081),
    mapped("host_ports.0.port", "containerPort", 8081),
    mapped("host_ports", "hostPort", 0),
]

# Marks by which we know our own.
MARKS = [
    row(
        BALANCER, "tags.ashore:stack",
        lambda stack: stack.elb.remove_tags(
            LoadBalancerNames=[stack.out(BALANCER, "name")], Tags=[{"Key": "ashore:stack"}]
        ),
    )
]

# What no row alters, and why.
UNALTERED = {
    ("aws.elb.classic_balancer", "name"): "balancers are asked for by it: under another name it is missing",
}
