"""Rows of what starts tasks by the clock, scales them, and tells somebody."""

import json

from alter import Row

WEB = "services.web"
TARGET, CPU = f"{WEB}/scalable_target", f"{WEB}/scaling_policy[cpu]"
TIME = f"{WEB}/scheduled_action[1]"
BACKLOG = "workers.work/scaling_policy[backlog]"
GROUP, SCHEDULE = "jobs/schedule_group", "jobs.report/schedule"
TOPIC = "observability/topic"
ALARM, ERRORS = f"{WEB}/alarm[cpu]", f"{WEB}/alarm[errors]"
EVENTS = "observability/event_rule[tasks]"
LOGS = f"{WEB}/log_group"

MANIFEST = """
app = "work"
region = "eu-central-1"
tags = { team = "a" }

[services.web]
image = "nginx:1.29"
port = 80
scale = { min = 1, max = 4, cpu = 60, schedule = [{ cron = "0 8 1 1 *", min = 2, max = 8 }] }

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
[observability.alarms]
notify = ["ops@example.com"]
"""


def row(address, field, alter, **more):
    return Row(address, field, alter, stack="work", **more)


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
}
