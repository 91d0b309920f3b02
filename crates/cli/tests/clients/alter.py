"""How somebody else alters what is ours.

By a call, wherever the cloud has one for it. Where it has none (a subnet's range, a revision's
contents) the sandbox's world is edited: it then answers what nobody has written.
"""

from typing import Callable, NamedTuple


class Row(NamedTuple):
    """One field of one resource."""

    address: str
    # As the plan names it; numbers are places in lists.
    field: str
    # By a call: takes the stack. By an edit: takes the stack and the world.
    alter: Callable
    edits: bool = False
    stack: str = "hello"
    # For what cannot be there twice at once.
    options: tuple = ()
    # What the plan touches besides, where that is not a matter of references alone.
    also: tuple = ()

    def __str__(self):
        return f"{self.address} {self.field}"


def edit(address, field, path, to, **more):
    """A member of the world, by a path in which outputs of the resource may stand."""

    def alter(stack, world):
        *way, last = (part.format(**stack.resources[address]["outputs"]) for part in path)
        for part in way:
            world = world[int(part) if isinstance(world, list) else part]
        world[last] = to(stack) if callable(to) else to

    return Row(address, field, alter, edits=True, **more)


def here(address, field, path, to, **more):
    """The same, of what belongs to a region."""
    return edit(address, field, ("regions", "eu-central-1") + path, to, **more)


def both(one, other):
    """Two edits at once, where the first alone could not be."""

    def alter(stack, world):
        one.alter(stack, world)
        other.alter(stack, world)

    return one._replace(alter=alter)


VPC, GATEWAY, TABLE = "network/vpc", "network/internet_gateway", "network/route_table"
SUBNET_A, SUBNET_B = "network/subnet[a]", "network/subnet[b]"
BALANCER, FRONT = "ingress/load_balancer", "ingress/security_group"
HTTP, HTTPS, RULE = "ingress/http_listener", "ingress/https_listener", "services.web/listener_rule"
TARGETS, TASKS = "services.web/target_group", "services.web/security_group"
CERTIFICATE, RECORD = "ingress/certificate", "services.web/record"
CLUSTER, SERVICE, LOGS = "cluster", "services.web/service", "services.web/log_group"
DEFINITION, ROLE = "services.web/task_definition", "services.web/task_role"
EXECUTION = "services.web/execution_role"

OTHER_VPC = "vpc-0f00d0f00d0f00d0f"
TAG = {"Key": "team", "Value": "theirs"}
POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",'
    ' "Principal": {"Service": "ec2.amazonaws.com"}}]}'
)


# What somebody makes by hand, for our things to lead to.


def their_subnet(stack):
    made = stack.ec2.create_subnet(
        VpcId=stack.out(VPC, "id"), CidrBlock="10.0.32.0/20", AvailabilityZone="eu-central-1c"
    )
    return made["Subnet"]["SubnetId"]


def their_group(stack):
    made = stack.ec2.create_security_group(
        GroupName="theirs", Description="theirs", VpcId=stack.out(VPC, "id")
    )
    return made["GroupId"]


def their_targets(stack):
    made = stack.elbv2.create_target_group(
        Name="theirs", Protocol="HTTP", Port=80, VpcId=stack.out(VPC, "id"), TargetType="ip"
    )
    return made["TargetGroups"][0]["TargetGroupArn"]


def their_balanced_targets(stack):
    targets = their_targets(stack)
    stack.elbv2.create_rule(
        ListenerArn=stack.out(HTTP, "arn"),
        Priority=7,
        Conditions=[{"Field": "path-pattern", "Values": ["/theirs"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": targets}],
    )
    return targets


def their_certificate(stack):
    """For the same name: the record that is there validates it too."""
    made = stack.acm.request_certificate(DomainName="hello.example.com", ValidationMethod="DNS")
    arn = made["CertificateArn"]
    stack.acm.get_waiter("certificate_validated").wait(
        CertificateArn=arn, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100}
    )
    return arn


def their_revision(stack, containers=("web",)):
    made = stack.ecs.register_task_definition(
        family="hello-production-web",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        executionRoleArn=stack.out(EXECUTION, "arn"),
        containerDefinitions=[
            {
                "name": name,
                "image": "nginx:1.29",
                "portMappings": [{"containerPort": 80 + number, "protocol": "tcp"}],
            }
            for number, name in enumerate(containers)
        ],
    )
    return made["taskDefinition"]["taskDefinitionArn"]


# How each service alters what is ours.


def tags(address, service, call):
    """`team` gets another value."""
    return Row(address, "tags.team", lambda stack: call(getattr(stack, service), stack.out))


def ec2_tag(address):
    return tags(address, "ec2", lambda ec2, out: ec2.create_tags(Resources=[out(address, "id")], Tags=[TAG]))


def elb_tag(address):
    return tags(
        address, "elbv2", lambda elb, out: elb.add_tags(ResourceArns=[out(address, "arn")], Tags=[TAG])
    )


def ecs_tag(address):
    pair = {"key": "team", "value": "theirs"}
    return tags(
        address, "ecs", lambda ecs, out: ecs.tag_resource(resourceArn=out(address, "arn"), tags=[pair])
    )


def name_tag(address):
    """What consoles show as the name is taken away."""

    def alter(stack):
        stack.ec2.delete_tags(Resources=[stack.out(address, "id")], Tags=[{"Key": "Name"}])

    return Row(address, "tags.Name", alter)


def rule_of(stack, group, egress, port=None):
    rules = stack.ec2.describe_security_group_rules(
        Filters=[{"Name": "group-id", "Values": [stack.out(group, "id")]}]
    )["SecurityGroupRules"]
    [rule] = [
        rule
        for rule in rules
        if rule["IsEgress"] == egress and (port is None or rule["FromPort"] == port)
    ]
    return rule


def flow(group, field, egress=False, port=None, **members):
    """A rule of a security group is made another one, in its place."""

    def alter(stack):
        there = rule_of(stack, group, egress, port)
        request = {
            "IpProtocol": there["IpProtocol"],
            "FromPort": there["FromPort"],
            "ToPort": there["ToPort"],
            "Description": there.get("Description", ""),
        }
        if "CidrIpv4" in there:
            request["CidrIpv4"] = there["CidrIpv4"]
        else:
            request["ReferencedGroupId"] = there["ReferencedGroupInfo"]["GroupId"]
        for name, value in members.items():
            request[name] = value(stack) if callable(value) else value
        stack.ec2.modify_security_group_rules(
            GroupId=stack.out(group, "id"),
            SecurityGroupRules=[
                {"SecurityGroupRuleId": there["SecurityGroupRuleId"], "SecurityGroupRule": request}
            ],
        )

    return Row(group, field, alter)


def described(group, field, direction):
    def alter(stack):
        there = rule_of(stack, group, direction == "egress")
        there = {"SecurityGroupRuleId": there["SecurityGroupRuleId"], "Description": "theirs"}
        call = getattr(stack.ec2, f"update_security_group_rule_descriptions_{direction}")
        call(GroupId=stack.out(group, "id"), SecurityGroupRuleDescriptions=[there])

    return Row(group, field, alter)


def balancer_attribute(key, value):
    def alter(stack):
        stack.elbv2.modify_load_balancer_attributes(
            LoadBalancerArn=stack.out(BALANCER, "arn"), Attributes=[{"Key": key, "Value": value}]
        )

    return Row(BALANCER, f"attributes.{key}", alter)


def targets_attribute(key, value):
    def alter(stack):
        stack.elbv2.modify_target_group_attributes(
            TargetGroupArn=stack.out(TARGETS, "arn"), Attributes=[{"Key": key, "Value": value}]
        )

    return Row(TARGETS, f"attributes.{key}", alter)


def health(field, **members):
    def alter(stack):
        stack.elbv2.modify_target_group(TargetGroupArn=stack.out(TARGETS, "arn"), **members)

    return Row(TARGETS, f"health.{field}", alter)


def listener(address, field, members, stack="hello"):
    def alter(stack):
        given = members(stack) if callable(members) else members
        stack.elbv2.modify_listener(ListenerArn=stack.out(address, "arn"), **given)

    return Row(address, field, alter, stack=stack)


def answers(field, **members):
    said = {"StatusCode": "404", "ContentType": "application/json", "MessageBody": '{"message": "Not Found"}'}
    action = {"Type": "fixed-response", "FixedResponseConfig": {**said, **members}}
    return listener(HTTPS, f"default_action.respond.{field}", {"DefaultActions": [action]})


def redirects(field, **members):
    said = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    action = {"Type": "redirect", "RedirectConfig": {**said, **members}}
    return listener(HTTP, f"default_action.redirect.{field}", {"DefaultActions": [action]})


def weightless(stack):
    targets = {"TargetGroupArn": stack.out(TARGETS, "arn"), "Weight": 0}
    return {"Type": "forward", "ForwardConfig": {"TargetGroups": [targets]}}


def rule(field, members):
    def alter(stack):
        stack.elbv2.modify_rule(RuleArn=stack.out(RULE, "arn"), **members(stack))

    return Row(RULE, field, alter)


def service(field, members):
    def alter(stack):
        stack.ecs.update_service(
            cluster=stack.out(CLUSTER, "name"),
            service=stack.out(SERVICE, "name"),
            **members(stack),
        )

    return Row(SERVICE, field, alter)


def network(field, **members):
    def given(stack):
        spec = stack.spec(SERVICE)
        network = {
            "subnets": spec["subnets"],
            "securityGroups": spec["security_groups"],
            "assignPublicIp": "ENABLED",
        }
        for name, change in members.items():
            network[name] = change(stack, network[name])
        return {"networkConfiguration": {"awsvpcConfiguration": network}}

    return service(field, given)


def balanced(field, containers=("web",), **members):
    def given(stack):
        said = {
            "targetGroupArn": stack.out(TARGETS, "arn"),
            "containerName": "web",
            "containerPort": 80,
        }
        for name, value in members.items():
            said[name] = value(stack) if callable(value) else value
        given = {"loadBalancers": [said]}
        if containers != ("web",):
            given["taskDefinition"] = their_revision(stack, containers)
        return given

    return service(f"load_balancer.{field}", given)


def deployment(field, members):
    return service(field, lambda stack: {"deploymentConfiguration": members})


def revision(field, path, to):
    """A revision never changes, whoever asks: its contents are edited."""
    there = ("ecs", "families", "{family}", "revisions", "{revision}", "document")
    return here(DEFINITION, field, there + path, to)


def contained(field, path, to):
    return revision(f"containers.0.{field}", ("containerDefinitions", "0") + path, to)


def dns(field, **members):
    def alter(stack):
        zone, record = stack.out(RECORD, "zone_id"), stack.out(RECORD, "id")
        stack.cloudflare("PATCH", f"/zones/{zone}/dns_records/{record}", members)

    return Row(RECORD, field, alter)


def role(address, field, call, **members):
    def alter(stack):
        getattr(stack.iam, call)(RoleName=stack.out(address, "name"), **members)

    return Row(address, field, alter)
