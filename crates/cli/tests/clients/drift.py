"""Every field that a kind manages, altered by somebody else: a row for each, or a reason."""

from alter import (
    BALANCER,
    CERTIFICATE,
    CLUSTER,
    DEFINITION,
    EXECUTION,
    FRONT,
    GATEWAY,
    HTTP,
    HTTPS,
    LOGS,
    OTHER_VPC,
    POLICY,
    RECORD,
    ROLE,
    RULE,
    Row,
    SERVICE,
    SUBNET_A,
    SUBNET_B,
    TABLE,
    TAG,
    TARGETS,
    TASKS,
    TRUST,
    VPC,
    answers,
    balanced,
    balancer_attribute,
    both,
    contained,
    deployment,
    described,
    dns,
    ec2_tag,
    ecs_tag,
    edit,
    elb_tag,
    flow,
    health,
    here,
    listener,
    name_tag,
    network,
    redirects,
    revision,
    role,
    rule,
    rule_of,
    service,
    tags,
    targets_attribute,
    their_balanced_targets,
    their_certificate,
    their_group,
    their_revision,
    their_subnet,
    their_targets,
    weightless,
)
from drift_assets import ROWS as OF_ASSETS
from drift_assets import UNALTERED as UNALTERED_OF_ASSETS
from drift_balancers import ROWS as OF_BALANCERS
from drift_balancers import UNALTERED as UNALTERED_OF_BALANCERS
from drift_capacity import ROWS as OF_CAPACITY
from drift_capacity import UNALTERED as UNALTERED_OF_CAPACITY
from drift_classic import ROWS as OF_CLASSIC
from drift_classic import UNALTERED as UNALTERED_OF_CLASSIC
from drift_data import ROWS as OF_DATA
from drift_data import UNALTERED as UNALTERED_OF_DATA
from drift_images import ROWS as OF_IMAGES
from drift_images import UNALTERED as UNALTERED_OF_IMAGES
from drift_marks import ROWS as MARKS
from drift_private import ROWS as OF_PRIVATE
from drift_private import UNALTERED as UNALTERED_OF_PRIVATE
from drift_raw import ROWS as OF_RAW
from drift_raw import UNALTERED as UNALTERED_OF_RAW
from drift_shop import ROWS as OF_SHOP
from drift_shop import UNALTERED as UNALTERED_OF_SHOP
from drift_workers import ROWS as OF_WORKERS
from drift_workers import UNALTERED as UNALTERED_OF_WORKERS

ROWS = [
    # aws.ec2.vpc
    here(VPC, "cidr", ("ec2", "vpcs", "{id}", "cidr"), "10.0.0.0/15"),
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
    here(SUBNET_A, "vpc", ("ec2", "subnets", "{id}", "vpc"), OTHER_VPC),
    here(SUBNET_A, "cidr", ("ec2", "subnets", "{id}", "cidr"), "10.0.64.0/20"),
    # In the same range it would leave no place for the one that is wanted.
    both(
        here(SUBNET_A, "zone", ("ec2", "subnets", "{id}", "zone"), "eu-central-1c"),
        here(SUBNET_A, "cidr", ("ec2", "subnets", "{id}", "cidr"), "10.0.64.0/20"),
    ),
    ec2_tag(SUBNET_A),
    name_tag(SUBNET_B),
    # aws.ec2.internet_gateway
    here(GATEWAY, "vpc", ("ec2", "gateways", "{id}", "vpc"), OTHER_VPC),
    # Its routes wait for it to be attached again.
    here(GATEWAY, "vpc", ("ec2", "gateways", "{id}", "vpc"), None, also=(TABLE,)),
    ec2_tag(GATEWAY),
    name_tag(GATEWAY),
    # aws.ec2.route_table
    here(TABLE, "vpc", ("ec2", "route_tables", "{id}", "vpc"), OTHER_VPC),
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
    here(TASKS, "name", ("ec2", "groups", "{id}", "name"), "theirs"),
    here(TASKS, "description", ("ec2", "groups", "{id}", "description"), "theirs"),
    here(TASKS, "vpc", ("ec2", "groups", "{id}", "vpc"), OTHER_VPC),
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
    here(BALANCER, "name", ("elbv2", "balancers", "{arn}", "name"), "theirs"),
    here(BALANCER, "scheme", ("elbv2", "balancers", "{arn}", "internet_facing"), False),
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
    here(
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
    # It stays where it is, and gets nothing any more.
    listener(
        HTTP,
        "default_action.other",
        lambda stack: {"DefaultActions": [weightless(stack)]},
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
    # What no spec has a word for.
    rule(
        "foreign",
        lambda stack: {
            "Conditions": [
                {"Field": "host-header", "Values": ["hello.example.com"]},
                {"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8"]}},
            ]
        },
    ),
    rule("target_group", lambda stack: {"Actions": [weightless(stack)]}),
    elb_tag(RULE),
    # aws.elb.target_group
    here(TARGETS, "name", ("elbv2", "target_groups", "{arn}", "name"), "theirs"),
    here(TARGETS, "vpc", ("elbv2", "target_groups", "{arn}", "vpc"), OTHER_VPC),
    here(TARGETS, "port", ("elbv2", "target_groups", "{arn}", "port"), 8080),
    here(TARGETS, "protocol", ("elbv2", "target_groups", "{arn}", "protocol"), "HTTPS"),
    health("path", HealthCheckPath="/theirs"),
    health("port", HealthCheckPort="81"),
    health("protocol", HealthCheckProtocol="HTTPS"),
    health("matcher", Matcher={"HttpCode": "200"}),
    health("interval_seconds", HealthCheckIntervalSeconds=60),
    health("timeout_seconds", HealthCheckTimeoutSeconds=9),
    health("healthy_threshold", HealthyThresholdCount=9),
    health("unhealthy_threshold", UnhealthyThresholdCount=9),
    targets_attribute("deregistration_delay.timeout_seconds", "300"),
    elb_tag(TARGETS),
    # aws.acm.certificate
    here(CERTIFICATE, "domain", ("acm", "certificates", "{arn}", "names"), ["theirs.example.com"]),
    here(
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
    here(
        CERTIFICATE,
        "status",
        ("acm", "certificates", "{arn}", "status"),
        {"Failed": {"reason": "CAA_ERROR"}},
    ),
    # aws.ecs.cluster
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
    service(
        "more_load_balancers",
        lambda stack: {
            "loadBalancers": [
                {"targetGroupArn": arn, "containerName": "web", "containerPort": 80}
                for arn in (stack.out(TARGETS, "arn"), their_balanced_targets(stack))
            ]
        },
    ),
    service("grace_period_seconds", lambda stack: {"healthCheckGracePeriodSeconds": 5}),
    deployment("minimum_healthy_percent", {"minimumHealthyPercent": 50}),
    deployment("maximum_percent", {"maximumPercent": 150}),
    deployment("circuit_breaker", {"deploymentCircuitBreaker": {"enable": False, "rollback": True}}),
    deployment("rollback", {"deploymentCircuitBreaker": {"enable": True, "rollback": False}}),
    service("execute_command", lambda stack: {"enableExecuteCommand": True}),
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
    Row(
        DEFINITION,
        "active",
        lambda stack: stack.ecs.deregister_task_definition(taskDefinition=stack.out(DEFINITION, "arn")),
    ),
    ecs_tag(DEFINITION),
    # aws.iam.role
    edit(ROLE, "name", ("iam", "roles", "{name}", "name"), "theirs"),
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
    dns("unmarked", comment=""),
    dns("name", name="theirs.example.com"),
    # An alias leaves no place beside it.
    edit(
        RECORD,
        "record_type",
        ("cloudflare", "zones", "{zone_id}", "records", "{id}", "kind"),
        "A",
        options=("--allow-interruption",),
    ),
    *MARKS,
    *OF_ASSETS,
    *OF_BALANCERS,
    *OF_CAPACITY,
    *OF_CLASSIC,
    *OF_DATA,
    *OF_IMAGES,
    *OF_PRIVATE,
    *OF_RAW,
    *OF_SHOP,
    *OF_WORKERS,
]

# What no row alters, and why.
UNALTERED = {
    ("aws.elb.listener_rule", "listener"): "a rule's ARN holds it: another listener's is another rule",
    ("aws.ec2.route_table", "routes.destination"): "each route is for one: the lack of ours is `routes.0`",
    ("aws.ecs.cluster", "name"): "clusters are asked for by it: under another name it is missing",
    ("aws.ecs.service", "name"): "services are asked for by it: under another name it is missing",
    ("aws.ecs.service", "cluster"): "services are asked for in it: in another one it is missing",
    ("aws.logs.log_group", "name"): "groups are asked for by it: under another name it is missing",
    ("aws.iam.service_linked_role", "service"): "the account's, not a stack's: found, and never changed",
    ("cloudflare.dns.record", "zone_id"): "records are asked for in it: in another one it is missing",
    ("cloudflare.dns.record", "take_over"): "says what we may do, not what is there",
    **UNALTERED_OF_ASSETS,
    **UNALTERED_OF_BALANCERS,
    **UNALTERED_OF_CAPACITY,
    **UNALTERED_OF_CLASSIC,
    **UNALTERED_OF_DATA,
    **UNALTERED_OF_IMAGES,
    **UNALTERED_OF_PRIVATE,
    **UNALTERED_OF_RAW,
    **UNALTERED_OF_SHOP,
    **UNALTERED_OF_WORKERS,
}
