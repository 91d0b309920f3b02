"""EventBridge Scheduler: schedules that start ECS tasks."""

import datetime
import json
import zoneinfo

import pytest
from test_ecs import Stack

HOUR = datetime.timedelta(hours=1)
CLUSTER = "arn:aws:ecs:eu-central-1:123456789012:cluster/shop"
QUEUE = "arn:aws:sqs:eu-central-1:123456789012:q"
OFF = {"Mode": "OFF"}


def document(**statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


TRUST = document(Action="sts:AssumeRole", Principal={"Service": "scheduler.amazonaws.com"})
RUN = document(Action=["ecs:RunTask", "iam:PassRole"], Resource="*")


@pytest.fixture
def stack(twin):
    twin.reset()
    stack = Stack(twin)
    stack.definition = stack.register()
    stack.runner = stack.iam.create_role(RoleName="runner", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    stack.iam.put_role_policy(RoleName="runner", PolicyName="run", PolicyDocument=RUN)
    return stack


@pytest.fixture
def scheduler(twin, stack):
    return twin.client("scheduler")


def target(stack, **more):
    vpc = {"Subnets": stack.subnets, "SecurityGroups": [stack.group], "AssignPublicIp": "ENABLED"}
    ecs = {"TaskDefinitionArn": stack.definition, "LaunchType": "FARGATE", "NetworkConfiguration": {"awsvpcConfiguration": vpc}}
    return {"Arn": CLUSTER, "RoleArn": stack.runner, "EcsParameters": ecs, **more}


def create(scheduler, stack, expression="rate(1 hour)", name="job", of=None, **more):
    asked = {"ScheduleExpression": expression, "FlexibleTimeWindow": OFF, "Target": of or target(stack), **more}
    return scheduler.create_schedule(Name=name, **asked)["ScheduleArn"]


def started(stack):
    return [task["startedBy"] for task in stack.tasks() + stack.tasks("STOPPED")]


def count(twin, metric):
    cloudwatch = twin.client("cloudwatch")
    found = cloudwatch.get_metric_statistics(
        Namespace="AWS/Scheduler", MetricName=metric, Dimensions=[{"Name": "ScheduleGroup", "Value": "default"}],
        StartTime=twin.now() - 24 * HOUR, EndTime=twin.now() + HOUR, Period=3600, Statistics=["Sum"],
    )
    return sum(point["Sum"] for point in found["Datapoints"])


# Schedules


def test_create_schedule(twin, scheduler, stack):
    arn = create(scheduler, stack, Description="d")
    assert arn == "arn:aws:scheduler:eu-central-1:123456789012:schedule/default/job"
    shown = scheduler.get_schedule(Name="job")
    assert (shown["Arn"], shown["GroupName"], shown["State"], shown["ScheduleExpressionTimezone"]) == (arn, "default", "ENABLED", "UTC")
    assert (shown["CreationDate"], shown["ActionAfterCompletion"]) == (twin.now(), "NONE")
    assert shown["Target"]["RetryPolicy"] == {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86400}
    assert shown["Target"]["EcsParameters"]["TaskCount"] == 1


def test_duplicate_schedule(scheduler, stack, refused):
    create(scheduler, stack)
    asked = {"Name": "job", "ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": OFF, "Target": target(stack)}
    assert refused(scheduler.create_schedule, **asked) == "ConflictException"


def test_client_token(scheduler, stack, refused):
    arn = create(scheduler, stack, ClientToken="t")
    assert create(scheduler, stack, ClientToken="t") == arn
    asked = {"Name": "job", "ScheduleExpression": "rate(2 hours)", "FlexibleTimeWindow": OFF, "Target": target(stack)}
    assert refused(scheduler.create_schedule, **asked, ClientToken="t") == "ConflictException"


@pytest.mark.parametrize("wrong, code", [
    ({"ScheduleExpression": "every hour"}, "ValidationException"),
    ({"ScheduleExpression": "cron(0 3 * * * *)"}, "ValidationException"),
    ({"ScheduleExpressionTimezone": "Europe/Atlantis"}, "ValidationException"),
    ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}, "ValidationException"),
    ({"FlexibleTimeWindow": {"Mode": "OFF", "MaximumWindowInMinutes": 5}}, "ValidationException"),
    ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1441}}, "ValidationException"),
    ({"StartDate": -0.1 * HOUR}, "ValidationException"),
    ({"StartDate": 2 * HOUR, "EndDate": HOUR}, "ValidationException"),
    ({"GroupName": "none"}, "ResourceNotFoundException"),
    ({"Name": "a b"}, "ValidationException"),
    ({"State": "ASLEEP"}, "ValidationException"),
    ({"ActionAfterCompletion": "REPEAT"}, "ValidationException"),
    ({"ClientToken": "a b"}, "ValidationException"),
])
def test_create_schedule_refuses(twin, scheduler, stack, refused, wrong, code):
    wrong = {key: twin.now() + value if key.endswith("Date") else value for key, value in wrong.items()}
    asked = {"Name": "job", "ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": OFF, "Target": target(stack), **wrong}
    assert refused(scheduler.create_schedule, **asked) == code
    assert scheduler.list_schedules()["Schedules"] == []


@pytest.mark.parametrize("wrong, code", [
    ({"Arn": "cluster/shop"}, "ValidationException"),
    ({"Arn": CLUSTER.replace("eu-central-1", "us-east-1")}, "ValidationException"),
    ({"Arn": "arn:aws:lambda:eu-central-1:123456789012:function:f", "EcsParameters": None}, "NotImplemented"),
    ({"EcsParameters": None}, "ValidationException"),
    ({"Arn": QUEUE}, "ValidationException"),
    ({"RoleArn": "runner"}, "ValidationException"),
    ({"RoleArn": "arn:aws:iam::123456789012:role/none"}, "ValidationException"),
    ({"RoleArn": "arn:aws:iam::123456789012:role/execution"}, "ValidationException"),
    ({"Input": "x"}, "ValidationException"),
    ({"DeadLetterConfig": {"Arn": "q"}}, "ValidationException"),
    ({"RetryPolicy": {"MaximumEventAgeInSeconds": 86401}}, "ValidationException"),
    ({"SqsParameters": {"MessageGroupId": "g"}}, "NotImplemented"),
    ({"EcsParameters": {"TaskDefinitionArn": "t", "TaskCount": 11}}, "ValidationException"),
    ({"EcsParameters": {"TaskDefinitionArn": "t", "LaunchType": "FARGATE", "CapacityProviderStrategy": [{"capacityProvider": "FARGATE"}]}}, "ValidationException"),
    ({"EcsParameters": {"TaskDefinitionArn": "t", "PlacementStrategy": [{"type": "random"}]}}, "NotImplemented"),
])
def test_targets_refused(scheduler, stack, refused, wrong, code):
    of = {key: value for key, value in target(stack, **wrong).items() if value is not None}
    asked = {"Name": "job", "ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": OFF, "Target": of}
    assert refused(scheduler.create_schedule, **asked) == code


def test_a_role_that_does_not_trust_the_scheduler(scheduler, stack):
    with pytest.raises(scheduler.exceptions.ValidationException) as caught:
        create(scheduler, stack, of=target(stack, RoleArn=stack.role))
    assert "must allow AWS EventBridge Scheduler to assume the role" in str(caught.value)


def test_missing_schedule(scheduler, stack, refused):
    missing = "ResourceNotFoundException"
    assert refused(scheduler.get_schedule, Name="none") == missing
    assert refused(scheduler.delete_schedule, Name="none") == missing
    asked = {"Name": "none", "ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": OFF, "Target": target(stack)}
    assert refused(scheduler.update_schedule, **asked) == missing
    assert refused(scheduler.list_schedules, GroupName="none") == missing


def test_an_update_replaces_everything(twin, scheduler, stack):
    create(scheduler, stack, Description="d", State="DISABLED")
    twin.advance(60)
    scheduler.update_schedule(Name="job", ScheduleExpression="rate(2 hours)", FlexibleTimeWindow=OFF, Target=target(stack))
    shown = scheduler.get_schedule(Name="job")
    assert (shown["State"], shown["ScheduleExpression"]) == ("ENABLED", "rate(2 hours)") and "Description" not in shown
    assert shown["LastModificationDate"] - shown["CreationDate"] == datetime.timedelta(minutes=1)


def test_list_schedules(scheduler, stack, refused):
    for name in ("a1", "a2", "b1"):
        create(scheduler, stack, name=name, State="DISABLED" if name == "b1" else "ENABLED")
    names = lambda **asked: [one["Name"] for one in scheduler.list_schedules(**asked)["Schedules"]]
    assert names(NamePrefix="a") == ["a1", "a2"] and names(State="DISABLED") == ["b1"]
    first = scheduler.list_schedules(MaxResults=2)
    assert names(MaxResults=2, NextToken=first["NextToken"]) == ["b1"]
    assert refused(scheduler.list_schedules, NextToken="x") == "ValidationException"


def test_delete_schedule(twin, scheduler, stack):
    create(scheduler, stack)
    scheduler.delete_schedule(Name="job")
    twin.advance(7200)
    assert started(stack) == []


# What they do


def test_a_schedule_starts_a_task(twin, scheduler, stack):
    create(scheduler, stack)
    twin.advance(3599)
    assert started(stack) == []
    twin.advance(120)
    (task,) = stack.tasks()
    assert (task["lastStatus"], task["startedBy"], task["taskDefinitionArn"]) == ("RUNNING", "chronos-schedule/job", stack.definition)
    twin.advance(3600)
    assert started(stack) == ["chronos-schedule/job"] * 2
    assert count(twin, "InvocationAttemptCount") == 2


def test_the_input_overrides(twin, scheduler, stack):
    overrides = {"containerOverrides": [{"name": "web", "command": ["migrate"]}]}
    create(scheduler, stack, of=target(stack, Input=json.dumps(overrides)))
    twin.advance(3700)
    (task,) = stack.tasks()
    assert task["overrides"]["containerOverrides"] == overrides["containerOverrides"]


def test_once(twin, scheduler, stack):
    once = f"at({twin.now() + HOUR / 2:%Y-%m-%dT%H:%M:%S})"
    create(scheduler, stack, once)
    create(scheduler, stack, once, name="gone", ActionAfterCompletion="DELETE")
    twin.advance(7200)
    assert sorted(started(stack)) == ["chronos-schedule/gone", "chronos-schedule/job"]
    assert [one["Name"] for one in scheduler.list_schedules()["Schedules"]] == ["job"]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"])
def test_time_zones(twin, scheduler, stack, zone):
    at = (twin.now() + HOUR).replace(second=0).astimezone(zoneinfo.ZoneInfo(zone))
    create(scheduler, stack, f"cron({at.minute} {at.hour} * * ? *)", ScheduleExpressionTimezone=zone)
    twin.advance(3600 - 61)
    assert started(stack) == []
    twin.advance(120)
    assert len(started(stack)) == 1


def test_flexible_windows(twin, scheduler, stack):
    create(scheduler, stack, f"at({twin.now() + HOUR:%Y-%m-%dT%H:%M:%S})", FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15})
    twin.advance(3599)
    assert started(stack) == []
    twin.advance(15 * 60 + 1)
    assert len(started(stack)) == 1


def test_start_and_end(twin, scheduler, stack):
    create(scheduler, stack, StartDate=twin.now() + 2 * HOUR, EndDate=twin.now() + 3.5 * HOUR)
    twin.advance(2 * 3600 - 1)
    assert started(stack) == []
    twin.advance(4 * 3600)
    assert count(twin, "InvocationAttemptCount") == 2


def test_disabled(twin, scheduler, stack):
    create(scheduler, stack, State="DISABLED")
    twin.advance(7200)
    assert started(stack) == []


@pytest.mark.parametrize("policy", [
    document(Action="ecs:RunTask", Resource="*"),
    document(Action="iam:PassRole", Resource="*"),
    document(Action=["ecs:RunTask", "iam:PassRole"], Resource="arn:aws:ecs:eu-central-1:123456789012:task-definition/other:*"),
    document(Action=["ecs:RunTask", "iam:PassRole"], Resource="*", Condition={"ArnEquals": {"ecs:cluster": CLUSTER + "x"}}),
])
def test_the_role_must_be_allowed(twin, scheduler, stack, policy):
    stack.iam.put_role_policy(RoleName="runner", PolicyName="run", PolicyDocument=policy)
    create(scheduler, stack)
    twin.advance(3700)
    assert started(stack) == []
    assert (count(twin, "TargetErrorCount"), count(twin, "InvocationDroppedCount")) == (1, 1)


def test_dead_letters(twin, scheduler, stack):
    sqs = twin.client("sqs")
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    stack.iam.put_role_policy(RoleName="runner", PolicyName="run", PolicyDocument=document(Action="sqs:SendMessage", Resource=QUEUE))
    create(scheduler, stack, of=target(stack, Input='{"containerOverrides": []}', DeadLetterConfig={"Arn": QUEUE}))
    twin.advance(3700)
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    assert message["Body"] == '{"containerOverrides": []}'
    assert count(twin, "InvocationsSentToDeadLetterCount") == 1


def test_a_queue_as_target(twin, scheduler, stack):
    sqs = twin.client("sqs")
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    stack.iam.put_role_policy(RoleName="runner", PolicyName="run", PolicyDocument=document(Action="sqs:SendMessage", Resource=QUEUE))
    create(scheduler, stack, of={"Arn": QUEUE, "RoleArn": stack.runner, "Input": "tick"})
    twin.advance(3700)
    assert [one["Body"] for one in sqs.receive_message(QueueUrl=queue)["Messages"]] == ["tick"]


# Groups


def test_schedule_groups(twin, scheduler, stack, refused):
    arn = scheduler.create_schedule_group(Name="g", Tags=[{"Key": "app", "Value": "shop"}])["ScheduleGroupArn"]
    assert arn == "arn:aws:scheduler:eu-central-1:123456789012:schedule-group/g"
    assert [one["Name"] for one in scheduler.list_schedule_groups()["ScheduleGroups"]] == ["default", "g"]
    assert scheduler.get_schedule_group(Name="default")["State"] == "ACTIVE"
    create(scheduler, stack, GroupName="g")
    create(scheduler, stack)
    assert refused(scheduler.create_schedule_group, Name="g") == "ConflictException"
    scheduler.delete_schedule_group(Name="g")
    assert scheduler.get_schedule_group(Name="g")["State"] == "DELETING"
    asked = {"Name": "x", "GroupName": "g", "ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": OFF, "Target": target(stack)}
    assert refused(scheduler.create_schedule, **asked) == "ConflictException"
    twin.advance(10)
    assert refused(scheduler.get_schedule_group, Name="g") == "ResourceNotFoundException"
    assert [one["GroupName"] for one in scheduler.list_schedules()["Schedules"]] == ["default"]


def test_groups_refused(scheduler, refused):
    assert refused(scheduler.delete_schedule_group, Name="default") == "ValidationException"
    assert refused(scheduler.delete_schedule_group, Name="none") == "ResourceNotFoundException"
    assert refused(scheduler.create_schedule_group, Name="default") == "ConflictException"
    assert refused(scheduler.create_schedule_group, Name="a b") == "ValidationException"
    assert refused(scheduler.list_schedule_groups, NextToken="x") == "ValidationException"


def test_tags(twin, scheduler, refused):
    arn = scheduler.create_schedule_group(Name="g")["ScheduleGroupArn"]
    scheduler.tag_resource(ResourceArn=arn, Tags=[{"Key": key, "Value": "1"} for key in "abc"])
    scheduler.untag_resource(ResourceArn=arn, TagKeys=["a"])
    scheduler.untag_resource(ResourceArn=arn, TagKeys=["b", "x"])
    assert scheduler.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "c", "Value": "1"}]
    found = twin.client("resourcegroupstaggingapi").get_resources(TagFilters=[{"Key": "c"}])["ResourceTagMappingList"]
    assert [one["ResourceARN"] for one in found] == [arn]
    assert refused(scheduler.list_tags_for_resource, ResourceArn=arn + "x") == "ResourceNotFoundException"
    schedule = arn.replace("schedule-group/g", "schedule/default/job")
    assert refused(scheduler.list_tags_for_resource, ResourceArn=schedule) == "ValidationException"
