"""Every field that a kind manages, and how somebody else alters it.

By a call, wherever the cloud has one for it. Where it has none (a subnet's range, a revision's
contents) the sandbox's world is edited: what the call would answer is then not what was written.
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
        place = world["regions"]["eu-central-1"]
        *way, last = (part.format(**stack.resources[address]["outputs"]) for part in path)
        for part in way:
            place = place[int(part) if isinstance(place, list) else part]
        last = int(last) if isinstance(place, list) else last
        place[last] = to(stack) if callable(to) else to

    return Row(address, field, alter, edits=True, **more)


VPC, GATEWAY, TABLE = "network/vpc", "network/internet_gateway", "network/route_table"
SUBNET_A, SUBNET_B = "network/subnet[a]", "network/subnet[b]"
BALANCER, FRONT = "ingress/load_balancer", "ingress/security_group"
HTTP, HTTPS, RULE = "ingress/http_listener", "ingress/https_listener", "services.web/listener_rule"
TARGETS, TASKS = "services.web/target_group", "services.web/security_group"
CERTIFICATE, RECORD = "services.web/certificate", "services.web/record"
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
        network = {"subnets": spec["subnets"], "securityGroups": spec["security_groups"], "assignPublicIp": "ENABLED"}
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
    return edit(DEFINITION, field, there + path, to)


def contained(field, path, to):
    return revision(f"containers.0.{field}", ("containerDefinitions", "0") + path, to)


def dns(field, **members):
    def alter(stack):
        zone, record = stack.out(RECORD, "zone_id"), stack.out(RECORD, "id")
        stack.cloudflare("PATCH", f"/zones/{zone}/dns_records/{record}", members)

    return Row(RECORD, field, alter)


def dns_edit(field, member, to, **more):
    """Cloudflare takes another name and another type in a PATCH."""
    row = dns(field, **{member: to})
    return row._replace(**more)


def iam_edit(field, member, to):
    def alter(stack, world):
        world["iam"]["roles"][stack.out(ROLE, "name").lower()][member] = to

    return Row(ROLE, field, alter, edits=True)


def role(address, field, call, **members):
    def alter(stack):
        getattr(stack.iam, call)(RoleName=stack.out(address, "name"), **members)

    return Row(address, field, alter)


ROWS = [
    # aws.ec2.vpc
    edit(VPC, "cidr", ("ec2", "vpcs", "{id}", "cidr"), "10.0.0.0/15"),
    Row(
        VPC,
        "dns_hostnames",
        lambda stack: stack.ec2.modify_vpc_attribute(
            VpcId=stack.out(VPC, "id"), EnableDnsHostnames={"Value": False}
        ),
    ),
    ec2_tag(VPC),
    name_tag(VPC),
    # aws.ec2.subnet
    edit(SUBNET_A, "vpc", ("ec2", "subnets", "{id}", "vpc"), OTHER_VPC),
    edit(SUBNET_A, "cidr", ("ec2", "subnets", "{id}", "cidr"), "10.0.64.0/20"),
    edit(
        SUBNET_A,
        "zone",
        ("ec2", "subnets", "{id}", "zone"),
        "eu-central-1c",
        options=("--allow-interruption",),
    ),
    ec2_tag(SUBNET_A),
    name_tag(SUBNET_B),
    # aws.ec2.internet_gateway
    edit(GATEWAY, "vpc", ("ec2", "gateways", "{id}", "vpc"), OTHER_VPC),
    edit(GATEWAY, "vpc", ("ec2", "gateways", "{id}", "vpc"), None),
    ec2_tag(GATEWAY),
    name_tag(GATEWAY),
    # aws.ec2.route_table
    edit(TABLE, "vpc", ("ec2", "route_tables", "{id}", "vpc"), OTHER_VPC),
    Row(
        TABLE,
        "routes.0",
        lambda stack: stack.ec2.delete_route(
            RouteTableId=stack.out(TABLE, "id"), DestinationCidrBlock="0.0.0.0/0"
        ),
    ),
    Row(
        TABLE,
        "routes.0.gateway",
        lambda stack: stack.ec2.replace_route(
            RouteTableId=stack.out(TABLE, "id"),
            DestinationCidrBlock="0.0.0.0/0",
            NetworkInterfaceId=stack.ec2.describe_network_interfaces()["NetworkInterfaces"][0][
                "NetworkInterfaceId"
            ],
        ),
    ),
    Row(
        TABLE,
        "subnets.1",
        lambda stack: stack.ec2.disassociate_route_table(
            AssociationId=stack.out(TABLE, "associations")[stack.out(SUBNET_B, "id")]
        ),
    ),
    ec2_tag(TABLE),
    name_tag(TABLE),
    # aws.ec2.security_group
    edit(TASKS, "name", ("ec2", "groups", "{id}", "name"), "theirs"),
    edit(TASKS, "description", ("ec2", "groups", "{id}", "description"), "theirs"),
    edit(TASKS, "vpc", ("ec2", "groups", "{id}", "vpc"), OTHER_VPC),
    Row(
        TASKS,
        "ingress.1",
        lambda stack: stack.ec2.authorize_security_group_ingress(
            GroupId=stack.out(TASKS, "id"), IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0"
        ),
    ),
    Row(
        TASKS,
        "ingress.0",
        lambda stack: stack.ec2.revoke_security_group_ingress(
            GroupId=stack.out(TASKS, "id"),
            SecurityGroupRuleIds=[rule_of(stack, TASKS, False)["SecurityGroupRuleId"]],
        ),
    ),
    flow(TASKS, "ingress.0.from_port", FromPort=79),
    flow(TASKS, "ingress.0.to_port", ToPort=81),
    flow(TASKS, "ingress.0.protocol", IpProtocol="udp"),
    flow(TASKS, "ingress.0.source.group", ReferencedGroupId=their_group),
    # The rule that is left comes first, so the one for 80 differs in place of the one for 443.
    flow(FRONT, "ingress.1.source.cidr4", port=443, CidrIpv4="10.0.0.0/8"),
    described(TASKS, "ingress.0.description", "ingress"),
    Row(
        TASKS,
        "egress.1",
        lambda stack: stack.ec2.authorize_security_group_egress(
            GroupId=stack.out(TASKS, "id"),
            IpPermissions=[
                {"IpProtocol": "tcp", "FromPort": 25, "ToPort": 25, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
            ],
        ),
    ),
    flow(TASKS, "egress.0.from_port", egress=True, IpProtocol="tcp", FromPort=443, ToPort=443),
    flow(TASKS, "egress.0.to_port", egress=True, IpProtocol="tcp", FromPort=443, ToPort=443),
    flow(TASKS, "egress.0.protocol", egress=True, IpProtocol="tcp", FromPort=443, ToPort=443),
    flow(TASKS, "egress.0.source.cidr4", egress=True, CidrIpv4="10.0.0.0/8"),
    described(TASKS, "egress.0.description", "egress"),
    ec2_tag(TASKS),
    name_tag(FRONT),
    # aws.elb.load_balancer
    edit(BALANCER, "name", ("elbv2", "balancers", "{arn}", "name"), "theirs"),
    edit(BALANCER, "scheme", ("elbv2", "balancers", "{arn}", "internet_facing"), False),
    Row(
        BALANCER,
        "subnets.2",
        lambda stack: stack.elbv2.set_subnets(
            LoadBalancerArn=stack.out(BALANCER, "arn"),
            Subnets=stack.spec(BALANCER)["subnets"] + [their_subnet(stack)],
        ),
    ),
    Row(
        BALANCER,
        "security_groups.0",
        lambda stack: stack.elbv2.set_security_groups(
            LoadBalancerArn=stack.out(BALANCER, "arn"), SecurityGroups=[their_group(stack)]
        ),
    ),
    balancer_attribute("routing.http.drop_invalid_header_fields.enabled", "false"),
    elb_tag(BALANCER),
    # aws.elb.listener
    edit(
        HTTP,
        "load_balancer",
        ("elbv2", "listeners", "{arn}", "balancer"),
        lambda stack: stack.out(BALANCER, "arn")[:-1] + "_",
    ),
    listener(HTTP, "port", {"Port": 8080}),
    listener(
        HTTP,
        "protocol",
        lambda stack: {
            "Protocol": "HTTPS",
            "Certificates": [{"CertificateArn": stack.out(CERTIFICATE, "arn")}],
        },
    ),
    listener(
        HTTPS, "certificate", lambda stack: {"Certificates": [{"CertificateArn": their_certificate(stack)}]}
    ),
    listener(HTTPS, "tls_policy", {"SslPolicy": "ELBSecurityPolicy-2016-08"}),
    answers("status", StatusCode="503"),
    answers("content_type", ContentType="text/html"),
    answers("body", MessageBody="theirs"),
    redirects("protocol", Protocol="HTTP"),
    redirects("port", Port="8443"),
    redirects("status", StatusCode="HTTP_302"),
    listener(
        HTTP,
        "default_action.forward.target_group",
        lambda stack: {"DefaultActions": [{"Type": "forward", "TargetGroupArn": their_targets(stack)}]},
        stack="plain",
    ),
    listener(
        HTTP,
        "default_action.other",
        {
            "DefaultActions": [
                {
                    "Type": "redirect",
                    "RedirectConfig": {
                        "Protocol": "HTTPS",
                        "Port": "443",
                        "Host": "theirs.example.com",
                        "StatusCode": "HTTP_301",
                    },
                }
            ]
        },
    ),
    elb_tag(HTTPS),
    # aws.elb.listener_rule
    Row(
        RULE,
        "priority",
        lambda stack: stack.elbv2.set_rule_priorities(
            RulePriorities=[{"RuleArn": stack.out(RULE, "arn"), "Priority": 7}]
        ),
    ),
    rule(
        "hosts.0",
        lambda stack: {"Conditions": [{"Field": "host-header", "Values": ["theirs.example.com"]}]},
    ),
    rule(
        "paths.0",
        lambda stack: {
            "Conditions": [
                {"Field": "host-header", "Values": ["hello.example.com"]},
                {"Field": "path-pattern", "Values": ["/theirs"]},
            ]
        },
    ),
    rule(
        "target_group",
        lambda stack: {"Actions": [{"Type": "forward", "TargetGroupArn": their_targets(stack)}]},
    ),
    elb_tag(RULE),
    # aws.elb.target_group
    edit(TARGETS, "name", ("elbv2", "target_groups", "{arn}", "name"), "theirs"),
    edit(TARGETS, "vpc", ("elbv2", "target_groups", "{arn}", "vpc"), OTHER_VPC),
    edit(TARGETS, "port", ("elbv2", "target_groups", "{arn}", "port"), 8080),
    edit(TARGETS, "protocol", ("elbv2", "target_groups", "{arn}", "protocol"), "HTTPS"),
    health("path", HealthCheckPath="/theirs"),
    health("matcher", Matcher={"HttpCode": "200"}),
    health("interval_seconds", HealthCheckIntervalSeconds=60),
    health("timeout_seconds", HealthCheckTimeoutSeconds=9),
    health("healthy_threshold", HealthyThresholdCount=9),
    health("unhealthy_threshold", UnhealthyThresholdCount=9),
    targets_attribute("deregistration_delay.timeout_seconds", "300"),
    elb_tag(TARGETS),
    # aws.acm.certificate
    edit(CERTIFICATE, "domain", ("acm", "certificates", "{arn}", "names"), ["theirs.example.com"]),
    edit(
        CERTIFICATE,
        "names.0",
        ("acm", "certificates", "{arn}", "names"),
        ["hello.example.com", "theirs.example.com"],
    ),
    tags(
        CERTIFICATE,
        "acm",
        lambda acm, out: acm.add_tags_to_certificate(CertificateArn=out(CERTIFICATE, "arn"), Tags=[TAG]),
    ),
    # aws.ecs.cluster
    edit(CLUSTER, "name", ("ecs", "clusters", "{name}", "name"), "theirs"),
    Row(
        CLUSTER,
        "container_insights",
        lambda stack: stack.ecs.update_cluster_settings(
            cluster=stack.out(CLUSTER, "name"), settings=[{"name": "containerInsights", "value": "enhanced"}]
        ),
    ),
    ecs_tag(CLUSTER),
    # aws.ecs.service
    service("task_definition", lambda stack: {"taskDefinition": their_revision(stack)}),
    service("desired_count", lambda stack: {"desiredCount": 3}),
    network("subnets.1", subnets=lambda stack, there: there[:1]),
    network("security_groups.0", securityGroups=lambda stack, there: [their_group(stack)]),
    network("assign_public_ip", assignPublicIp=lambda stack, there: "DISABLED"),
    balanced("target_group", targetGroupArn=their_balanced_targets),
    balanced("container", containers=("web", "theirs"), containerName="theirs", containerPort=81),
    balanced("port", containers=("theirs", "web"), containerPort=81),
    service("grace_period_seconds", lambda stack: {"healthCheckGracePeriodSeconds": 5}),
    deployment("minimum_healthy_percent", {"minimumHealthyPercent": 50}),
    deployment("maximum_percent", {"maximumPercent": 150}),
    deployment("circuit_breaker", {"deploymentCircuitBreaker": {"enable": False, "rollback": False}}),
    ecs_tag(SERVICE),
    # aws.ecs.task_definition
    revision("family", ("family",), "theirs"),
    revision("cpu", ("cpu",), "512"),
    revision("memory", ("memory",), "1024"),
    revision("architecture", ("runtimePlatform", "cpuArchitecture"), "ARM64"),
    revision("execution_role", ("executionRoleArn",), "arn:aws:iam::123456789012:role/theirs"),
    revision("task_role", ("taskRoleArn",), "arn:aws:iam::123456789012:role/theirs"),
    revision("ephemeral_storage_gib", ("ephemeralStorage", "sizeInGiB"), 100),
    contained("name", ("name",), "theirs"),
    contained("image", ("image",), "nginx:1.30"),
    contained("essential", ("essential",), False),
    contained("command.0", ("command",), ["theirs"]),
    contained("entry_point.0", ("entryPoint",), ["theirs"]),
    contained("environment.PORT", ("environment", "0", "value"), "81"),
    contained("ports.0", ("portMappings", "0", "containerPort"), 81),
    contained("log.group", ("logConfiguration", "options", "awslogs-group"), "theirs"),
    contained("log.region", ("logConfiguration", "options", "awslogs-region"), "eu-west-1"),
    contained("log.prefix", ("logConfiguration", "options", "awslogs-stream-prefix"), "theirs"),
    contained("stop_timeout_seconds", ("stopTimeout",), 5),
    ecs_tag(DEFINITION),
    # aws.iam.role
    iam_edit("name", "name", "theirs"),
    role(ROLE, "trust.Statement.0.Principal.Service", "update_assume_role_policy", PolicyDocument=TRUST),
    role(
        ROLE,
        "managed_policies.0",
        "attach_role_policy",
        PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
    ),
    role(
        EXECUTION,
        "managed_policies.0",
        "detach_role_policy",
        PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
    ),
    role(ROLE, "inline_policies.theirs", "put_role_policy", PolicyName="theirs", PolicyDocument=POLICY),
    role(ROLE, "tags.team", "tag_role", Tags=[TAG]),
    # aws.logs.log_group
    Row(
        LOGS,
        "retention_days",
        lambda stack: stack.logs.put_retention_policy(
            logGroupName=stack.out(LOGS, "name"), retentionInDays=1
        ),
    ),
    Row(
        LOGS,
        "tags.team",
        lambda stack: stack.logs.tag_resource(
            resourceArn=stack.out(LOGS, "arn"), tags={"team": "theirs"}
        ),
    ),
    # cloudflare.dns.record
    dns("content", content="theirs.example.com"),
    dns("ttl", ttl=300),
    dns("proxied", proxied=True),
    dns("comment", comment="theirs"),
    dns("name", name="theirs.example.com"),
    dns_edit("record_type", "type", "TXT", options=("--allow-interruption",)),
]

# What no row alters, and why.
UNALTERED = {
    ("aws.elb.listener_rule", "listener"): "a rule's ARN holds it: another listener's is another rule",
    ("aws.ecs.service", "name"): "services are asked for by it: under another name it is missing",
    ("aws.ecs.service", "cluster"): "services are asked for in it: in another one it is missing",
    ("aws.logs.log_group", "name"): "groups are asked for by it: under another name it is missing",
    ("aws.iam.service_linked_role", "service"): "the account's, not a stack's: found, and never changed",
    ("cloudflare.dns.record", "zone_id"): "records are asked for in it: in another one it is missing",
    ("cloudflare.dns.record", "take_over"): "says what we may do, not what is there",
}
