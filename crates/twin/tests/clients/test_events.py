"""EventBridge: rules of the default bus, and what their targets get."""

import json

import pytest
from test_ecs import Stack

ARN = "arn:aws:events:eu-central-1:123456789012:rule/stopped"
STOPPED = json.dumps({
    "source": ["aws.ecs"], "detail-type": ["ECS Task State Change"],
    "detail": {"lastStatus": ["STOPPED"], "clusterArn": ["arn:aws:ecs:eu-central-1:123456789012:cluster/shop"]},
})
QUEUE = "arn:aws:sqs:eu-central-1:123456789012:q"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:t"
GROUP = "arn:aws:logs:eu-central-1:123456789012:log-group:/events/tasks"


@pytest.fixture
def events(twin):
    twin.reset()
    return twin.client("events")


def policy(*actions, principal="events.amazonaws.com", **more):
    statement = {"Effect": "Allow", "Principal": {"Service": principal}, "Action": list(actions), "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def queue(twin, text=policy("sqs:SendMessage"), name="q"):
    sqs = twin.client("sqs")
    url = sqs.create_queue(QueueName=name, Attributes={"Policy": text} if text else {})["QueueUrl"]
    return lambda: [one["Body"] for one in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=43200).get("Messages", [])]


def rule(events, name="stopped", **more):
    return events.put_rule(Name=name, **({"EventPattern": STOPPED} | more))["RuleArn"]


def target(events, arn, name="stopped", **more):
    answer = events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn, **more}])
    assert answer["FailedEntryCount"] == 0


def stop_a_task(twin):
    stack = Stack(twin)
    stack.register()
    stack.create()
    twin.advance(120)
    (task,) = stack.tasks()
    stack.ecs.stop_task(cluster="shop", task=task["taskArn"])
    stack.update(desiredCount=0)
    twin.advance(120)
    return task["taskArn"]


# Rules


def test_put_rule(events):
    assert rule(events, Description="d", Tags=[{"Key": "app", "Value": "shop"}]) == ARN
    shown = events.describe_rule(Name="stopped")
    assert (shown["Arn"], shown["State"], shown["EventBusName"], shown["CreatedBy"]) == (ARN, "ENABLED", "default", "123456789012")
    assert events.list_tags_for_resource(ResourceARN=ARN)["Tags"] == [{"Key": "app", "Value": "shop"}]


def test_an_update_replaces_all_but_tags_and_targets(events):
    rule(events, Description="d", Tags=[{"Key": "a", "Value": "1"}])
    target(events, QUEUE)
    rule(events, Tags=[{"Key": "b", "Value": "2"}])
    assert "Description" not in events.describe_rule(Name="stopped")
    assert events.list_tags_for_resource(ResourceARN=ARN)["Tags"] == [{"Key": "a", "Value": "1"}]
    assert len(events.list_targets_by_rule(Rule="stopped")["Targets"]) == 1


@pytest.mark.parametrize("wrong, code", [
    ({"EventPattern": None}, "ValidationException"),
    ({"EventPattern": "{"}, "InvalidEventPatternException"),
    ({"EventPattern": "{}"}, "InvalidEventPatternException"),
    ({"EventPattern": '{"source": "aws.ecs"}'}, "InvalidEventPatternException"),
    ({"EventPattern": '{"source": [{"likes": "x"}]}'}, "InvalidEventPatternException"),
    ({"EventPattern": '{"source": [{"cidr": "10.0.0.0/8"}]}'}, "NotImplemented"),
    ({"ScheduleExpression": "at(2026-11-22T10:00:00)"}, "ValidationException"),
    ({"ScheduleExpression": "rate(1 minutes)"}, "ValidationException"),
    ({"ScheduleExpression": "rate(5 minute)"}, "ValidationException"),
    ({"ScheduleExpression": "cron(0 3 * * *)"}, "ValidationException"),
    ({"Name": "a b"}, "ValidationException"),
    ({"EventBusName": "other"}, "ResourceNotFoundException"),
    ({"State": "ASLEEP"}, "ValidationException"),
    ({"Tags": [{"Key": "aws:x", "Value": "y"}]}, "ValidationException"),
])
def test_put_rule_refuses(events, refused, wrong, code):
    asked = {key: value for key, value in {"Name": "r", "EventPattern": STOPPED, **wrong}.items() if value is not None}
    assert refused(events.put_rule, **asked) == code
    assert events.list_rules()["Rules"] == []


def test_missing_rule(events, refused):
    missing = "ResourceNotFoundException"
    for call in (events.describe_rule, events.enable_rule, events.disable_rule):
        assert refused(call, Name="none") == missing
    assert refused(events.list_targets_by_rule, Rule="none") == missing
    assert refused(events.remove_targets, Rule="none", Ids=["1"]) == missing
    assert refused(events.put_targets, Rule="none", Targets=[{"Id": "1", "Arn": QUEUE}]) == missing
    assert refused(events.list_tags_for_resource, ResourceARN=ARN) == missing
    events.delete_rule(Name="none")


def test_list_rules_page(events, refused):
    for name in "abc":
        rule(events, name)
    first = events.list_rules(Limit=2)
    assert [one["Name"] for one in events.list_rules(Limit=2, NextToken=first["NextToken"])["Rules"]] == ["c"]
    assert [one["Name"] for one in events.list_rules(NamePrefix="b")["Rules"]] == ["b"]
    assert refused(events.list_rules, NextToken="x") == "ValidationException"


def test_delete_rule_with_targets(events, refused):
    rule(events)
    target(events, QUEUE)
    assert refused(events.delete_rule, Name="stopped") == "ValidationException"
    events.remove_targets(Rule="stopped", Ids=["1"])
    events.delete_rule(Name="stopped")
    assert events.list_rules()["Rules"] == []


def test_tags(twin, events):
    rule(events)
    events.tag_resource(ResourceARN=ARN, Tags=[{"Key": "a", "Value": "1"}])
    tagging = twin.client("resourcegroupstaggingapi")
    found = tagging.get_resources(TagFilters=[{"Key": "a"}])["ResourceTagMappingList"]
    assert [one["ResourceARN"] for one in found] == [ARN]
    events.untag_resource(ResourceARN=ARN, TagKeys=["a"])
    assert events.list_tags_for_resource(ResourceARN=ARN)["Tags"] == []


def test_default_bus(events, refused):
    assert events.describe_event_bus()["Name"] == "default"
    assert refused(events.describe_event_bus, Name="other") == "ResourceNotFoundException"


# Targets


@pytest.mark.parametrize("wrong, code", [
    ({"Arn": "q"}, "ValidationException"),
    ({"Arn": "arn:aws:sqs:us-east-1:123456789012:q"}, "ValidationException"),
    ({"Arn": "arn:aws:lambda:eu-central-1:123456789012:function:f"}, "NotImplemented"),
    ({"Arn": "arn:aws:ecs:eu-central-1:123456789012:cluster/shop"}, "ValidationException"),
    ({"Arn": "arn:aws:ecs:eu-central-1:123456789012:cluster/shop", "RoleArn": "arn:aws:iam::123456789012:role/r"}, "ValidationException"),
    ({"Input": "{"}, "ValidationException"),
    ({"Input": "{}", "InputPath": "$.detail"}, "ValidationException"),
    ({"InputPath": "detail"}, "ValidationException"),
    ({"InputTransformer": {"InputPathsMap": {"a": "b"}, "InputTemplate": "<a>"}}, "ValidationException"),
    ({"RetryPolicy": {"MaximumRetryAttempts": 186}}, "ValidationException"),
    ({"SqsParameters": {"MessageGroupId": "g"}}, "NotImplemented"),
    ({"Id": "a b"}, "ValidationException"),
    ({"EcsParameters": {"TaskDefinitionArn": "x"}}, "ValidationException"),
])
def test_put_targets_refuses(events, refused, wrong, code):
    rule(events)
    asked = {"Id": "1", "Arn": QUEUE, **wrong}
    assert refused(events.put_targets, Rule="stopped", Targets=[asked]) == code
    assert events.list_targets_by_rule(Rule="stopped")["Targets"] == []


def test_five_targets(events, refused):
    rule(events)
    targets = [{"Id": str(n), "Arn": QUEUE} for n in range(6)]
    assert refused(events.put_targets, Rule="stopped", Targets=targets) == "LimitExceededException"
    events.put_targets(Rule="stopped", Targets=targets[:5])
    events.put_targets(Rule="stopped", Targets=targets[:5])


def test_list_targets_by_rule(events):
    rule(events)
    full = {
        "Id": "1", "Arn": QUEUE, "InputTransformer": {"InputPathsMap": {"a": "$.source"}, "InputTemplate": '"<a>"'},
        "DeadLetterConfig": {"Arn": QUEUE}, "RetryPolicy": {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 60},
    }
    events.put_targets(Rule="stopped", Targets=[full])
    assert events.list_targets_by_rule(Rule="stopped")["Targets"] == [full]


# What they get


def test_stopped_tasks_reach_a_queue(twin, events):
    rule(events)
    target(events, QUEUE)
    received = queue(twin)
    task = stop_a_task(twin)
    told = [json.loads(body) for body in received()]
    (event,) = [one for one in told if one["resources"] == [task]]
    assert (event["source"], event["detail-type"], event["region"]) == ("aws.ecs", "ECS Task State Change", "eu-central-1")
    assert (event["detail"]["lastStatus"], event["detail"]["stopCode"]) == ("STOPPED", "UserInitiated")
    assert event["detail"]["createdAt"].startswith("2026-11-2")


def test_every_state_of_a_task(twin, events):
    rule(events, EventPattern=json.dumps({"source": ["aws.ecs"]}))
    target(events, QUEUE, InputPath="$.detail.lastStatus")
    received = queue(twin)
    stop_a_task(twin)
    seen = [json.loads(body) for body in received()]
    assert seen[:4] == ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"] and "STOPPED" in seen + [json.loads(b) for b in received()]


def test_stopped_tasks_reach_a_log_group(twin, events):
    rule(events)
    target(events, GROUP)
    logs = twin.client("logs")
    logs.create_log_group(logGroupName="/events/tasks")
    logs.put_resource_policy(policyName="events", policyDocument=policy("logs:CreateLogStream", "logs:PutLogEvents"))
    task = stop_a_task(twin)
    told = [json.loads(one["message"]) for one in logs.filter_log_events(logGroupName="/events/tasks")["events"]]
    assert task in [one["resources"][0] for one in told]


def test_stopped_tasks_reach_a_topic(twin, events):
    rule(events)
    target(events, TOPIC, InputTransformer={
        "InputPathsMap": {"why": "$.detail.stopCode"}, "InputTemplate": '"a task stopped: <why>"',
    })
    sns = twin.client("sns")
    sns.create_topic(Name="t", Attributes={"Policy": policy("sns:Publish")})
    received = queue(twin, policy("sqs:SendMessage", principal="sns.amazonaws.com"))
    sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=QUEUE)
    stop_a_task(twin)
    assert '"a task stopped: UserInitiated"' in [json.loads(body)["Message"] for body in received()]


def test_policies_are_asked(twin, events):
    rule(events)
    targets = [{"Id": "q", "Arn": QUEUE}, {"Id": "t", "Arn": TOPIC}, {"Id": "l", "Arn": GROUP}]
    events.put_targets(Rule="stopped", Targets=targets)
    received = queue(twin, policy("sqs:SendMessage", principal="sns.amazonaws.com"))
    sns, logs = twin.client("sns"), twin.client("logs")
    # A topic's own policy lets CloudWatch, but not EventBridge.
    sns.create_topic(Name="t")
    sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=QUEUE)
    logs.create_log_group(logGroupName="/events/tasks")
    stop_a_task(twin)
    assert received() == []
    assert logs.filter_log_events(logGroupName="/events/tasks")["events"] == []


def test_a_policy_may_name_the_rule(twin, events):
    rule(events)
    target(events, QUEUE)
    received = queue(twin, policy("sqs:SendMessage", Condition={"ArnEquals": {"aws:SourceArn": ARN}}))
    stop_a_task(twin)
    assert received()


def test_dead_letters(twin, events):
    rule(events)
    target(events, QUEUE, DeadLetterConfig={"Arn": QUEUE + "d"})
    queue(twin, None)
    dead = queue(twin, policy("sqs:SendMessage"), "qd")
    stop_a_task(twin)
    assert dead()


def test_a_disabled_rule_is_deaf(twin, events):
    rule(events)
    target(events, QUEUE)
    received = queue(twin)
    events.disable_rule(Name="stopped")
    assert events.describe_rule(Name="stopped")["State"] == "DISABLED"
    stop_a_task(twin)
    assert received() == []
    events.enable_rule(Name="stopped")
    assert events.describe_rule(Name="stopped")["State"] == "ENABLED"


def test_alarms_are_told(twin, events):
    rule(events, EventPattern=json.dumps({"source": ["aws.cloudwatch"], "detail": {"state": {"value": ["ALARM"]}}}))
    target(events, QUEUE)
    received = queue(twin)
    cloudwatch = twin.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="a", Namespace="n", MetricName="m", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    cloudwatch.set_alarm_state(AlarmName="a", StateValue="ALARM", StateReason="x")
    assert [json.loads(body)["detail"]["alarmName"] for body in received()] == ["a"]


def test_a_rule_with_a_schedule(twin, events):
    events.put_rule(Name="stopped", ScheduleExpression="rate(5 minutes)")
    target(events, QUEUE, Input='{"hello": "world"}')
    received = queue(twin)
    twin.advance(16 * 60)
    assert received() == ['{"hello": "world"}'] * 3
    events.disable_rule(Name="stopped")
    twin.advance(3600)
    assert received() == []


def test_a_rule_starts_a_task(twin, events):
    stack = Stack(twin)
    definition = stack.register()
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "events.amazonaws.com"}}]}
    role = stack.iam.create_role(RoleName="events", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["ecs:RunTask", "iam:PassRole"], "Resource": "*"}]}
    stack.iam.put_role_policy(RoleName="events", PolicyName="run", PolicyDocument=json.dumps(allow))
    vpc = {"Subnets": stack.subnets, "SecurityGroups": [stack.group], "AssignPublicIp": "ENABLED"}
    events.put_rule(Name="stopped", ScheduleExpression="rate(1 hour)")
    target(events, "arn:aws:ecs:eu-central-1:123456789012:cluster/shop", RoleArn=role, EcsParameters={
        "TaskDefinitionArn": definition, "LaunchType": "FARGATE", "NetworkConfiguration": {"awsvpcConfiguration": vpc},
    })
    twin.advance(3700)
    (task,) = stack.tasks()
    assert (task["startedBy"], task["lastStatus"]) == ("events-rule/stopped", "RUNNING")


# Log groups' policies


def test_resource_policies(twin, refused):
    twin.reset()
    logs = twin.client("logs")
    document = policy("logs:PutLogEvents")
    logs.put_resource_policy(policyName="a", policyDocument=document)
    (found,) = logs.describe_resource_policies()["resourcePolicies"]
    assert (found["policyName"], found["policyDocument"]) == ("a", document)
    logs.delete_resource_policy(policyName="a")
    assert refused(logs.delete_resource_policy, policyName="a") == "ResourceNotFoundException"
    assert refused(logs.put_resource_policy, policyName="b", policyDocument="{") == "InvalidParameterException"
