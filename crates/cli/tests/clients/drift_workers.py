"""Rows of what starts tasks by the clock, scales them, finds them, and tells somebody."""

import json

from alter import Row, here

WEB = "services.web"
TARGET, CPU = f"{WEB}/scalable_target", f"{WEB}/scaling_policy[cpu]"
TIME = f"{WEB}/scheduled_action[1]"
BACKLOG = "workers.work/scaling_policy[backlog]"
GROUP, SCHEDULE = "jobs/schedule_group", "jobs.report/schedule"
TOPIC = "observability/topic"
ALARM, ERRORS = f"{WEB}/alarm[cpu]", f"{WEB}/alarm[errors]"
EVENTS = "observability/event_rule[tasks]"
LOGS = f"{WEB}/log_group"
DASHBOARD = "observability/dashboard"
NAMESPACE, DNS_NAMESPACE = "discovery/namespace", "discovery/dns_namespace"
API, API_TASK, STORE = "services.api/service", "services.api/task_definition", "services.store/service"
REGISTRY = "services.store/discovery_service"

MANIFEST = """
app = "work"
region = "eu-central-1"
tags = { team = "a" }

[services.web]
image = "nginx:1.29"
port = 80
uses = ["api", "store"]
scale = { min = 1, max = 4, cpu = 60, schedule = [{ cron = "0 8 1 1 *", min = 2, max = 8 }] }

[services.api]
image = "nginx:1.29"
discovery = { port = 8080 }

[services.store]
image = "nginx:1.29"
discovery = { port = 5000, by = "dns", protocol = "tcp" }

[workers.work]
image = "nginx:1.29"
scale = { max = 4, queue_depth = { queue = "arn:aws:sqs:eu-central-1:123456789012:orders", per_task = 10 } }

[jobs.report]
image = "nginx:1.29"
schedule = "0 3 1 1 *"
timezone = "Europe/Berlin"
dead_letter = "arn:aws:sqs:eu-central-1:123456789012:failed"

[observability]
log_removal = "retain"
dashboard = true
[observability.alarms]
notify = ["ops@example.com"]
"""


def row(address, field, alter, **more):
    return Row(address, field, alter, stack="workers", **more)


def tag(client, address, by="ResourceArn", many=True):
    """Another value of the user's tag."""
    tags = [{"Key": "team", "Value": "theirs"}] if many else {"team": "theirs"}

    def alter(stack):
        arn = {by: stack.out(address, "arn")}
        getattr(stack, client).tag_resource(**arn, Tags=tags)

    return row(address, "tags.team", alter)


OF_TARGET = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"}


def bounds(field, **members):
    def alter(stack):
        stack.scaling.register_scalable_target(
            **OF_TARGET, ResourceId=stack.out(TARGET, "resource"), **members
        )

    return row(TARGET, field, alter)


def policy(address, field, change):
    def alter(stack):
        name, resource = stack.out(address, "name"), stack.out(address, "resource")
        [there] = stack.scaling.describe_scaling_policies(
            ServiceNamespace="ecs", ResourceId=resource, PolicyNames=[name]
        )["ScalingPolicies"]
        tracking = there["TargetTrackingScalingPolicyConfiguration"]
        change(tracking)
        stack.scaling.put_scaling_policy(
            **OF_TARGET,
            PolicyName=name,
            ResourceId=resource,
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=tracking,
        )

    return row(address, field, alter)


def memory(tracking):
    metric = tracking["PredefinedMetricSpecification"]
    metric["PredefinedMetricType"] = "ECSServiceAverageMemoryUtilization"


def other_queue(tracking):
    [waiting, *_] = tracking["CustomizedMetricSpecification"]["Metrics"]
    [dimension] = waiting["MetricStat"]["Metric"]["Dimensions"]
    dimension["Value"] = "theirs"


def action(field, **members):
    def alter(stack):
        stack.scaling.put_scheduled_action(
            **OF_TARGET,
            ScheduledActionName=stack.out(TIME, "name"),
            ResourceId=stack.out(TIME, "resource"),
            **members,
        )

    return row(TIME, field, alter)


def schedule(field, change):
    def alter(stack):
        there = stack.scheduler.get_schedule(
            GroupName=stack.out(SCHEDULE, "group"), Name=stack.out(SCHEDULE, "name")
        )
        keep = (
            "Name GroupName ScheduleExpression ScheduleExpressionTimezone FlexibleTimeWindow State Target"
        )
        there = {name: there[name] for name in keep.split()}
        change(there)
        stack.scheduler.update_schedule(**there)

    return row(SCHEDULE, field, alter)


def says(**members):
    return lambda there: there.update(members)


def target(**members):
    return lambda there: there["Target"].update(members)


def starts(**members):
    return lambda there: there["Target"]["EcsParameters"].update(members)


def vpc(**members):
    def change(there):
        network = there["Target"]["EcsParameters"]["NetworkConfiguration"]
        network["awsvpcConfiguration"].update(members)

    return change


def retries(**members):
    return lambda there: there["Target"]["RetryPolicy"].update(members)


def alarm(address, field, **members):
    def alter(stack):
        [there] = stack.cloudwatch.describe_alarms(AlarmNames=[stack.out(address, "name")])["MetricAlarms"]
        keep = (
            "AlarmName AlarmDescription ActionsEnabled OKActions AlarmActions MetricName Namespace Statistic "
            "Dimensions Period EvaluationPeriods Threshold ComparisonOperator TreatMissingData"
        )
        there = {name: there[name] for name in keep.split()}
        stack.cloudwatch.put_metric_alarm(**there | members)

    return row(address, field, alter)


def of(kind, **names):
    return [{"Name": name, "Value": value} for name, value in names.items()]


THEIRS = "arn:aws:sns:eu-central-1:123456789012:theirs"
ROLE = "arn:aws:iam::123456789012:role/theirs"


def a_role(stack):
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "scheduler.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    made = stack.iam.create_role(RoleName="theirs", AssumeRolePolicyDocument=json.dumps(trust))
    return made["Role"]["Arn"]


def by_another_role(stack):
    arn = a_role(stack)
    schedule("role", target(RoleArn=arn)).alter(stack)


def open_to_all(stack):
    arn = stack.out(TOPIC, "arn")
    anybody = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sns:Publish", "Resource": arn}
    stack.sns.set_topic_attributes(
        TopicArn=arn,
        AttributeName="Policy",
        AttributeValue=json.dumps({"Version": "2012-10-17", "Statement": [anybody]}),
    )


def rule(field, **members):
    def alter(stack):
        name = stack.out(EVENTS, "name")
        there = stack.events.describe_rule(Name=name)
        there = {key: there[key] for key in ("Name", "EventPattern", "Description", "State")}
        stack.events.put_rule(**there | members)

    return row(EVENTS, field, alter)


def to_another_topic(stack):
    stack.events.put_targets(
        Rule=stack.out(EVENTS, "name"), Targets=[{"Id": "topic", "Arn": THEIRS}]
    )


def drawn(field, change):
    def alter(stack):
        name = stack.out(DASHBOARD, "name")
        body = json.loads(stack.cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"])
        change(body["widgets"])
        stack.cloudwatch.put_dashboard(DashboardName=name, DashboardBody=json.dumps(body))

    return row(DASHBOARD, f"graphs.{field}", alter)


def titled(widgets):
    widgets[0]["properties"]["title"] = "theirs"


def line(which, place, to):
    """The first line of a graph, with another dimension."""

    def change(widgets):
        [widget] = [widget for widget in widgets if widget["properties"]["title"].endswith(which)]
        widget["properties"]["metrics"][0][place] = to

    return change


def service(address, field, **members):
    def alter(stack):
        said = {name: to(stack) if callable(to) else to for name, to in members.items()}
        stack.ecs.update_service(
            cluster=stack.out(address, "cluster"), service=stack.out(address, "name"), **said
        )

    return row(address, field, alter)


def connected(field, name="api", port=8080, namespace=NAMESPACE):
    """What a service offers by Service Connect."""
    alias = {"dnsName": name, "port": port}
    offer = {"portName": "api", "discoveryName": name, "clientAliases": [alias]}
    said = lambda stack: {"enabled": True, "namespace": stack.out(namespace, "arn"), "services": [offer]}
    return service(API, f"connect.{field}", serviceConnectConfiguration=said)


def mapped(field, member, to):
    path = ("containerDefinitions", "0", "portMappings", "0", member)
    there = ("ecs", "families", "{family}", "revisions", "{revision}", "document")
    return here(API_TASK, f"containers.0.named_ports.api.{field}", there + path, to, stack="workers")


def mapping(field, **more):
    return here(NAMESPACE, field, ("cloudmap", "namespaces", "{id}", field), "theirs", stack="workers", **more)


def answers_elsewhere(stack, world):
    """The zone tells in which network it answers."""
    namespace = world["regions"]["eu-central-1"]["cloudmap"]["namespaces"][stack.out(DNS_NAMESPACE, "id")]
    [there] = world["route53"]["zones"][namespace["zone"]]["vpcs"]
    there[1] = "vpc-0123456789abcdef0"


def registry(field, member, to, **more):
    return here(REGISTRY, field, ("cloudmap", "services", "{id}", *member), to, stack="workers", **more)


OTHER = {"source": ["aws.ec2"]}

ROWS = [
    # aws.application_autoscaling.scalable_target
    bounds("min", MinCapacity=3),
    bounds("max", MaxCapacity=9),
    tag("scaling", TARGET, by="ResourceARN", many=False),
    # aws.application_autoscaling.scaling_policy
    policy(CPU, "target_thousandths", lambda it: it.update(TargetValue=70)),
    policy(CPU, "scale_out_cooldown_seconds", lambda it: it.update(ScaleOutCooldown=1)),
    policy(CPU, "scale_in_cooldown_seconds", lambda it: it.update(ScaleInCooldown=1)),
    policy(CPU, "metric", memory),
    policy(BACKLOG, "metric.backlog.queue", other_queue),
    # aws.application_autoscaling.scheduled_action
    action("expression", Schedule="cron(0 9 1 1 ? *)"),
    action("timezone", Timezone="Europe/Berlin"),
    action("min", ScalableTargetAction={"MinCapacity": 3, "MaxCapacity": 8}),
    action("max", ScalableTargetAction={"MinCapacity": 2, "MaxCapacity": 9}),
    # aws.scheduler.schedule_group
    tag("scheduler", GROUP),
    # aws.scheduler.schedule
    schedule("expression", says(ScheduleExpression="cron(0 4 1 1 ? *)")),
    schedule("timezone", says(ScheduleExpressionTimezone="UTC")),
    schedule("enabled", says(State="DISABLED")),
    schedule("cluster", target(Arn="arn:aws:ecs:eu-central-1:123456789012:cluster/theirs")),
    schedule("dead_letter", target(DeadLetterConfig={"Arn": "arn:aws:sqs:eu-central-1:123456789012:theirs"})),
    schedule(
        "task_definition",
        starts(TaskDefinitionArn="arn:aws:ecs:eu-central-1:123456789012:task-definition/theirs:1"),
    ),
    schedule("subnets.0", vpc(Subnets=["subnet-0123456789abcdef0"])),
    schedule("security_groups.0", vpc(SecurityGroups=["sg-0123456789abcdef0"])),
    schedule("assign_public_ip", vpc(AssignPublicIp="DISABLED")),
    schedule("retries", retries(MaximumRetryAttempts=0)),
    schedule("retry_seconds", retries(MaximumEventAgeInSeconds=60)),
    row(SCHEDULE, "role", by_another_role),
    # aws.sns.topic
    row(TOPIC, "publishers.0", open_to_all),
    tag("sns", TOPIC),
    # aws.cloudwatch.alarm
    alarm(ALARM, "description", AlarmDescription="theirs"),
    alarm(ALARM, "threshold", Threshold=1),
    alarm(ALARM, "minutes", EvaluationPeriods=1),
    alarm(ALARM, "topic", AlarmActions=[THEIRS], OKActions=[THEIRS]),
    alarm(ALARM, "watch.cpu.service", Dimensions=of("ecs", ClusterName="theirs", ServiceName="theirs")),
    alarm(
        ERRORS,
        "watch.errors.load_balancer",
        Dimensions=of("elb", LoadBalancer="app/theirs/1", TargetGroup="targetgroup/theirs/1"),
    ),
    alarm(
        ERRORS,
        "watch.errors.target_group",
        Dimensions=of("elb", LoadBalancer="app/theirs/1", TargetGroup="targetgroup/theirs/1"),
    ),
    tag("cloudwatch", ALARM, by="ResourceARN"),
    # aws.events.rule
    rule("description", Description="theirs"),
    rule("pattern", EventPattern=json.dumps(OTHER)),
    row(EVENTS, "topic", to_another_topic),
    tag("events", EVENTS, by="ResourceARN"),
    # aws.cloudwatch.dashboard
    drawn("0.title", titled),
    drawn("6.lines.0.cpu.service", lambda widgets: line("cpu and memory, in percent", 3, "theirs")(widgets[-1:])),
    drawn("3.lines.0.requests.load_balancer", line("requests and errors a minute", 3, "app/theirs/1")),
    drawn("3.lines.0.requests.target_group", line("requests and errors a minute", 5, "targetgroup/theirs/1")),
    tag("cloudwatch", DASHBOARD, by="ResourceARN"),
    # aws.servicediscovery.namespace
    mapping("name"),
    row(DNS_NAMESPACE, "vpc", answers_elsewhere, edits=True),
    tag("servicediscovery", NAMESPACE, by="ResourceARN"),
    # aws.servicediscovery.service
    registry("name", ("name",), "theirs"),
    registry("namespace", ("namespace",), lambda stack: stack.out(NAMESPACE, "id")),
    registry("ttl_seconds", ("dns", "records"), [["A", 99]]),
    tag("servicediscovery", REGISTRY, by="ResourceARN"),
    # aws.ecs.service
    service(STORE, "registry", serviceRegistries=[]),
    connected("namespace", namespace=DNS_NAMESPACE),
    connected("offers.api.name", name="theirs"),
    connected("offers.api.port", port=9999),
    # aws.ecs.task_definition
    mapped("protocol", "appProtocol", "grpc"),
    # aws.logs.log_group
    row(
        LOGS,
        "retain",
        lambda stack: stack.logs.tag_resource(
            resourceArn=stack.out(LOGS, "arn"), tags={"ashore:removal": "delete"}
        ),
    ),
]

ASKED = "they are asked for by it: under another name it is missing"

# What no row alters, and why.
UNALTERED = {
    ("aws.application_autoscaling.scalable_target", "service"): "it is asked for by it",
    ("aws.application_autoscaling.scalable_target", "scheduled.min"): "says what actions do, not what is there",
    ("aws.application_autoscaling.scalable_target", "scheduled.max"): "says what actions do, not what is there",
    ("aws.application_autoscaling.scaling_policy", "name"): ASKED,
    ("aws.application_autoscaling.scaling_policy", "resource"): ASKED,
    ("aws.application_autoscaling.scheduled_action", "name"): ASKED,
    ("aws.application_autoscaling.scheduled_action", "resource"): ASKED,
    ("aws.scheduler.schedule_group", "name"): ASKED,
    ("aws.scheduler.schedule", "name"): ASKED,
    ("aws.scheduler.schedule", "group"): ASKED,
    ("aws.sns.topic", "name"): ASKED,
    ("aws.sns.subscription", "topic"): ASKED,
    ("aws.sns.subscription", "protocol"): ASKED,
    ("aws.sns.subscription", "endpoint"): ASKED,
    ("aws.cloudwatch.alarm", "name"): ASKED,
    ("aws.cloudwatch.alarm", "watch.memory.service"): "as `watch.cpu.service`",
    ("aws.cloudwatch.alarm", "watch.unhealthy.load_balancer"): "as `watch.errors.load_balancer`",
    ("aws.cloudwatch.alarm", "watch.unhealthy.target_group"): "as `watch.errors.target_group`",
    ("aws.events.rule", "name"): ASKED,
    ("aws.cloudwatch.dashboard", "name"): ASKED,
    ("aws.cloudwatch.dashboard", "graphs.lines.memory.service"): "as `cpu.service`",
    ("aws.cloudwatch.dashboard", "graphs.lines.errors.load_balancer"): "as `requests.load_balancer`",
    ("aws.cloudwatch.dashboard", "graphs.lines.errors.target_group"): "as `requests.target_group`",
    ("aws.cloudwatch.dashboard", "graphs.lines.latency.load_balancer"): "as `requests.load_balancer`",
    ("aws.cloudwatch.dashboard", "graphs.lines.latency.target_group"): "as `requests.target_group`",
    ("aws.cloudwatch.dashboard", "graphs.lines.unhealthy.load_balancer"): "as `requests.load_balancer`",
    ("aws.cloudwatch.dashboard", "graphs.lines.unhealthy.target_group"): "as `requests.target_group`",
    ("aws.ecs.task_definition", "containers.named_ports.*.port"): "as `ports`, in which it stands too",
}
