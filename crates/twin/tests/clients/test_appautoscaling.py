"""Application Auto Scaling of ECS services (emulators.md 4, scaling)."""

import datetime
import json

import pytest
from test_ecs import Stack

RESOURCE = "service/shop/web"
TARGET = {"ServiceNamespace": "ecs", "ResourceId": RESOURCE, "ScalableDimension": "ecs:service:DesiredCount"}
CPU = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
MEMORY = {"PredefinedMetricType": "ECSServiceAverageMemoryUtilization"}
SERVICE = {"ClusterName": "shop", "ServiceName": "web"}
STEPS = {
    "AdjustmentType": "ChangeInCapacity",
    "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 2}],
    "Cooldown": 60,
}


@pytest.fixture
def stack(twin):
    twin.reset()
    stack = Stack(twin)
    stack.register()
    stack.create(desiredCount=2)
    twin.advance(120)
    return stack


@pytest.fixture
def scaling(twin, stack):
    return twin.client("application-autoscaling")


def register(scaling, least=1, most=4, **more):
    return scaling.register_scalable_target(**TARGET, MinCapacity=least, MaxCapacity=most, **more)["ScalableTargetARN"]


def track(scaling, metric=CPU, target=50.0, name="cpu", **more):
    config = {"TargetValue": target, **more}
    kind = "CustomizedMetricSpecification" if "PredefinedMetricType" not in metric else "PredefinedMetricSpecification"
    return scaling.put_scaling_policy(
        **TARGET, PolicyName=name, PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={**config, kind: metric},
    )


def step(scaling, name="step", **config):
    return scaling.put_scaling_policy(
        **TARGET, PolicyName=name, PolicyType="StepScaling", StepScalingPolicyConfiguration={**STEPS, **config}
    )["PolicyARN"]


def desired(stack):
    return stack.service()["desiredCount"]


def alarms(twin):
    return twin.client("cloudwatch").describe_alarms()["MetricAlarms"]


def causes(scaling):
    activities = scaling.describe_scaling_activities(ServiceNamespace="ecs")["ScalingActivities"]
    return [(one["Cause"], one["StatusCode"]) for one in activities]


# Targets


def test_register_scalable_target(twin, scaling):
    arn = register(scaling)
    assert arn.startswith("arn:aws:application-autoscaling:eu-central-1:123456789012:scalable-target/")
    assert register(scaling) == arn
    names = [role["RoleName"] for role in twin.client("iam").list_roles()["Roles"]]
    assert "AWSServiceRoleForApplicationAutoScaling_ECSService" in names


def test_describe_scalable_targets(scaling):
    register(scaling)
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[RESOURCE])["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 4)
    assert target["RoleARN"].endswith("AWSServiceRoleForApplicationAutoScaling_ECSService")
    assert set(target["SuspendedState"].values()) == {False}
    asked = {"ServiceNamespace": "ecs", "ResourceIds": ["service/shop/other"]}
    assert scaling.describe_scalable_targets(**asked)["ScalableTargets"] == []


def test_an_update_keeps_what_it_does_not_name(scaling):
    register(scaling)
    scaling.register_scalable_target(**TARGET, MaxCapacity=9)
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 9)


@pytest.mark.parametrize("wrong, code", [
    ({"ResourceId": "service/shop/none"}, "ValidationException"),
    ({"ResourceId": "shop/web"}, "ValidationException"),
    ({"ScalableDimension": "rds:cluster:ReadReplicaCount"}, "ValidationException"),
    ({"ServiceNamespace": "dynamodb"}, "NotImplemented"),
    ({"MinCapacity": 5, "MaxCapacity": 4}, "ValidationException"),
    ({"MinCapacity": -1, "MaxCapacity": 4}, "ValidationException"),
    ({"MinCapacity": 1}, "ValidationException"),
    ({"MinCapacity": 1, "MaxCapacity": 2, "Tags": {"aws:x": "y"}}, "ValidationException"),
])
def test_register_refuses(scaling, refused, wrong, code):
    asked = {**TARGET, **wrong}
    if not {"MinCapacity", "MaxCapacity"} & set(wrong):
        asked |= {"MinCapacity": 1, "MaxCapacity": 4}
    assert refused(scaling.register_scalable_target, **asked) == code
    assert scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"] == []


def test_capacity_is_brought_within_the_bounds(twin, stack, scaling):
    register(scaling, 3, 4)
    assert desired(stack) == 3
    twin.advance(200)
    assert causes(scaling) == [("minimum capacity was set to 3", "Successful")]
    register(scaling, 1, 1)
    assert desired(stack) == 1
    assert causes(scaling)[0] == ("maximum capacity was set to 1", "InProgress")


def test_deregister_scalable_target(twin, scaling):
    register(scaling)
    track(scaling)
    scaling.put_scheduled_action(
        **TARGET, ScheduledActionName="n", Schedule="rate(1 day)", ScalableTargetAction={"MinCapacity": 1}
    )
    scaling.deregister_scalable_target(**TARGET)
    assert scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"] == []
    assert scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"] == []
    assert scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"] == []
    assert alarms(twin) == []


def test_deregister_again(scaling, refused):
    register(scaling)
    scaling.deregister_scalable_target(**TARGET)
    assert refused(scaling.deregister_scalable_target, **TARGET) == "ObjectNotFoundException"


def test_tags(twin, scaling, refused):
    arn = register(scaling, Tags={"app": "shop"})
    scaling.tag_resource(ResourceARN=arn, Tags={"env": "prod"})
    scaling.untag_resource(ResourceARN=arn, TagKeys=["app"])
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"env": "prod"}
    tagging = twin.client("resourcegroupstaggingapi")
    found = tagging.get_resources(TagFilters=[{"Key": "env"}])["ResourceTagMappingList"]
    assert [one["ResourceARN"] for one in found] == [arn]
    assert refused(scaling.list_tags_for_resource, ResourceARN=arn[:-2] + "zz") == "ResourceNotFoundException"


def test_lists_page(stack, scaling):
    for name in "ab":
        stack.create(serviceName=name)
        scaling.register_scalable_target(**{**TARGET, "ResourceId": f"service/shop/{name}"}, MinCapacity=0, MaxCapacity=1)
    first = scaling.describe_scalable_targets(ServiceNamespace="ecs", MaxResults=1)
    second = scaling.describe_scalable_targets(ServiceNamespace="ecs", MaxResults=1, NextToken=first["NextToken"])
    seen = [one["ResourceId"] for page in (first, second) for one in page["ScalableTargets"]]
    assert seen == ["service/shop/a", "service/shop/b"] and "NextToken" not in second


def test_page_token_refused(scaling, refused):
    asked = {"ServiceNamespace": "ecs", "NextToken": "x"}
    assert refused(scaling.describe_scalable_targets, **asked) == "InvalidNextTokenException"


# Policies


def test_put_scaling_policy_target_tracking(scaling):
    register(scaling)
    arn = track(scaling, ScaleInCooldown=60)["PolicyARN"]
    assert arn.startswith("arn:aws:autoscaling:eu-central-1:123456789012:scalingPolicy:")
    assert arn.endswith(":resource/ecs/service/shop/web:policyName/cpu")
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="ecs", PolicyNames=["cpu"])["ScalingPolicies"]
    config = policy["TargetTrackingScalingPolicyConfiguration"]
    assert (config["TargetValue"], config["ScaleInCooldown"]) == (50.0, 60)
    assert config["PredefinedMetricSpecification"] == CPU
    assert track(scaling, target=60.0)["PolicyARN"] == arn


def test_policy_creates_two_alarms(twin, scaling):
    register(scaling)
    named = {one["AlarmName"] for one in track(scaling)["Alarms"]}
    found = alarms(twin)
    assert {one["AlarmName"] for one in found} == named and len(named) == 2
    assert all(name.startswith("TargetTracking-service/shop/web-Alarm") for name in named)
    high, low = sorted(found, key=lambda one: one["EvaluationPeriods"])
    assert (high["Threshold"], high["ComparisonOperator"], high["EvaluationPeriods"]) == (50.0, "GreaterThanThreshold", 3)
    assert (low["Threshold"], low["ComparisonOperator"], low["EvaluationPeriods"]) == (45.0, "LessThanThreshold", 15)
    assert high["StateValue"] == "INSUFFICIENT_DATA"


def test_delete_scaling_policy(twin, scaling):
    register(scaling)
    track(scaling)
    scaling.delete_scaling_policy(**TARGET, PolicyName="cpu")
    assert alarms(twin) == []


def test_delete_scaling_policy_missing(scaling, refused):
    register(scaling)
    assert refused(scaling.delete_scaling_policy, **TARGET, PolicyName="x") == "ObjectNotFoundException"


def test_policy_without_target(scaling):
    with pytest.raises(scaling.exceptions.ObjectNotFoundException) as caught:
        track(scaling)
    assert "No scalable target registered for service namespace: ecs" in str(caught.value)


@pytest.mark.parametrize("config, code", [
    ({"TargetValue": 50.0}, "ValidationException"),
    ({"TargetValue": 50.0, "PredefinedMetricSpecification": {"PredefinedMetricType": "Mood"}}, "ValidationException"),
    ({"TargetValue": 50.0, "PredefinedMetricSpecification": {"PredefinedMetricType": "RDSReaderAverageCPUUtilization"}}, "ValidationException"),
    ({"TargetValue": 50.0, "PredefinedMetricSpecification": {**CPU, "ResourceLabel": "app/a/1/targetgroup/b/2"}}, "ValidationException"),
    ({"TargetValue": 50.0, "PredefinedMetricSpecification": {"PredefinedMetricType": "ALBRequestCountPerTarget"}}, "ValidationException"),
    ({"TargetValue": 50.0, "PredefinedMetricSpecification": {"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": "web"}}, "ValidationException"),
    ({"TargetValue": 50.0, "PredefinedMetricSpecification": CPU, "CustomizedMetricSpecification": {"MetricName": "m", "Namespace": "n", "Statistic": "Sum"}}, "ValidationException"),
    ({"TargetValue": 50.0, "CustomizedMetricSpecification": {"MetricName": "m", "Namespace": "n"}}, "ValidationException"),
    ({"TargetValue": 50.0, "PredefinedMetricSpecification": CPU, "ScaleInCooldown": -1}, "ValidationException"),
    ({"TargetValue": 50.0, "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilizationHighResolution"}}, "NotImplemented"),
])
def test_tracking_refuses(twin, scaling, refused, config, code):
    register(scaling)
    asked = {**TARGET, "PolicyName": "p", "PolicyType": "TargetTrackingScaling"}
    assert refused(scaling.put_scaling_policy, **asked, TargetTrackingScalingPolicyConfiguration=config) == code
    assert alarms(twin) == []


@pytest.mark.parametrize("config, code", [
    ({"AdjustmentType": None}, "ValidationException"),
    ({"AdjustmentType": "Double"}, "ValidationException"),
    ({"StepAdjustments": []}, "ValidationException"),
    ({"StepAdjustments": [{"MetricIntervalLowerBound": 5, "MetricIntervalUpperBound": 1, "ScalingAdjustment": 1}]}, "ValidationException"),
    ({"StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}] * 2}, "ValidationException"),
    ({"StepAdjustments": [{"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 5, "ScalingAdjustment": 1}, {"MetricIntervalLowerBound": 6, "ScalingAdjustment": 2}]}, "ValidationException"),
    ({"MinAdjustmentMagnitude": 2}, "ValidationException"),
])
def test_steps_refuse(scaling, refused, config, code):
    register(scaling)
    config = {key: value for key, value in {**STEPS, **config}.items() if value is not None}
    asked = {**TARGET, "PolicyName": "p", "PolicyType": "StepScaling", "StepScalingPolicyConfiguration": config}
    assert refused(scaling.put_scaling_policy, **asked) == code


def test_the_configuration_must_be_of_the_policy_s_type(scaling, refused):
    register(scaling)
    asked = {**TARGET, "PolicyName": "p", "PolicyType": "TargetTrackingScaling", "StepScalingPolicyConfiguration": STEPS}
    assert refused(scaling.put_scaling_policy, **asked) == "ValidationException"
    asked |= {"PolicyType": "PredictiveScaling"}
    assert refused(scaling.put_scaling_policy, **asked) == "NotImplemented"


# What it does


def test_too_much_cpu_scales_out(twin, stack, scaling):
    register(scaling)
    track(scaling)
    twin.metric("AWS/ECS", "CPUUtilization", 90, **SERVICE)
    twin.advance(120)
    assert desired(stack) == 2
    twin.advance(120)
    assert desired(stack) == 4
    ((cause, status),) = causes(scaling)
    assert cause.startswith("monitor alarm TargetTracking-service/shop/web-AlarmHigh-") and status == "InProgress"
    assert cause.endswith("in state ALARM triggered policy cpu")
    twin.advance(200)
    assert causes(scaling)[0][1] == "Successful" and stack.service()["runningCount"] == 4


def test_never_beyond_the_maximum(twin, stack, scaling):
    register(scaling, most=3)
    track(scaling)
    twin.metric("AWS/ECS", "CPUUtilization", 100, **SERVICE)
    twin.advance(3600)
    assert desired(stack) == 3


def test_a_larger_scale_out_does_not_wait_for_the_cooldown(twin, stack, scaling):
    register(scaling, most=10)
    track(scaling, ScaleOutCooldown=600)
    twin.metric("AWS/ECS", "CPUUtilization", 70, **SERVICE)
    twin.advance(250)
    assert desired(stack) == 3
    twin.advance(120)
    assert desired(stack) == 3
    twin.metric("AWS/ECS", "CPUUtilization", 100, **SERVICE)
    twin.advance(180)
    assert desired(stack) == 4


def test_too_little_scales_in_after_a_quarter_of_an_hour(twin, stack, scaling):
    register(scaling)
    track(scaling)
    twin.metric("AWS/ECS", "CPUUtilization", 10, **SERVICE)
    twin.advance(14 * 60)
    assert desired(stack) == 2
    twin.advance(3 * 60)
    assert desired(stack) == 1


def test_scaling_in_takes_all_policies(twin, stack, scaling):
    register(scaling)
    track(scaling)
    track(scaling, MEMORY, name="memory")
    twin.metric("AWS/ECS", "CPUUtilization", 10, **SERVICE)
    twin.metric("AWS/ECS", "MemoryUtilization", 49, **SERVICE)
    twin.advance(3600)
    assert desired(stack) == 2
    twin.metric("AWS/ECS", "MemoryUtilization", 20, **SERVICE)
    twin.advance(1200)
    assert desired(stack) == 1


def test_scaling_in_can_be_switched_off(twin, stack, scaling):
    register(scaling)
    assert len(track(scaling, DisableScaleIn=True)["Alarms"]) == 1
    twin.metric("AWS/ECS", "CPUUtilization", 1, **SERVICE)
    twin.advance(3600)
    assert desired(stack) == 2


def test_suspended(twin, stack, scaling):
    register(scaling, SuspendedState={"DynamicScalingOutSuspended": True})
    track(scaling)
    twin.metric("AWS/ECS", "CPUUtilization", 90, **SERVICE)
    twin.advance(600)
    assert desired(stack) == 2


def test_steps_follow_an_alarm_of_one_s_own(twin, stack, scaling):
    register(scaling, most=9)
    arn = step(scaling)
    cloudwatch = twin.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="queue", Namespace="shop", MetricName="waiting", Statistic="Average", Period=60, EvaluationPeriods=1,
        Threshold=10, ComparisonOperator="GreaterThanThreshold", AlarmActions=[arn],
    )
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    assert [one["AlarmName"] for one in policy["Alarms"]] == ["queue"]
    cloudwatch.put_metric_data(Namespace="shop", MetricData=[{"MetricName": "waiting", "Value": 30}])
    twin.advance(60)
    assert desired(stack) == 4
    assert causes(scaling)[0][0] == "monitor alarm queue in state ALARM triggered policy step"


def test_set_alarm_state_scales_only_with_data(twin, stack, scaling):
    register(scaling, most=9)
    arn = step(scaling)
    cloudwatch = twin.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="queue", Namespace="shop", MetricName="waiting", Statistic="Average", Period=60, EvaluationPeriods=1,
        Threshold=10, ComparisonOperator="GreaterThanThreshold", AlarmActions=[arn],
    )
    cloudwatch.set_alarm_state(AlarmName="queue", StateValue="ALARM", StateReason="test")
    assert desired(stack) == 2
    cloudwatch.set_alarm_state(AlarmName="queue", StateValue="OK", StateReason="test")
    data = json.dumps({"recentDatapoints": [20.0]})
    cloudwatch.set_alarm_state(AlarmName="queue", StateValue="ALARM", StateReason="test", StateReasonData=data)
    assert desired(stack) == 4


def test_backlog_per_task(twin, stack, scaling):
    sqs = twin.client("sqs")
    queue = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    stack.ecs.update_cluster_settings(cluster="shop", settings=[{"name": "containerInsights", "value": "enabled"}])
    stack.update(forceNewDeployment=True)
    twin.advance(300)
    stat = lambda namespace, name, **dimensions: {
        "Stat": "Average",
        "Metric": {
            "Namespace": namespace, "MetricName": name,
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        },
    }
    register(scaling, most=9)
    track(scaling, {"Metrics": [
        {"Id": "m1", "MetricStat": stat("AWS/SQS", "ApproximateNumberOfMessagesVisible", QueueName="jobs"), "ReturnData": False},
        {"Id": "m2", "MetricStat": stat("ECS/ContainerInsights", "RunningTaskCount", **SERVICE), "ReturnData": False},
        {"Id": "e1", "Expression": "m1 / m2", "ReturnData": True},
    ]}, target=5.0, name="backlog")
    for number in range(30):
        sqs.send_message(QueueUrl=queue, MessageBody=str(number))
    twin.advance(240)
    assert desired(stack) == 6


def test_requests_per_target(twin, scaling, stack, refused):
    balancers = stack.balance()
    stack.create(serviceName="front", loadBalancers=balancers)
    resource = {**TARGET, "ResourceId": "service/shop/front"}
    scaling.register_scalable_target(**resource, MinCapacity=1, MaxCapacity=4)
    register(scaling)
    group = stack.target_group.split(":")[-1]
    (balancer,) = stack.elb.describe_load_balancers()["LoadBalancers"]
    balancer = balancer["LoadBalancerArn"].split(":loadbalancer/")[1]
    config = {"TargetValue": 100.0, "PredefinedMetricSpecification": {
        "PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": f"{balancer}/{group}",
    }}
    asked = {"PolicyName": "p", "PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": config}
    scaling.put_scaling_policy(**resource, **asked)
    twin.metric("AWS/ApplicationELB", "RequestCountPerTarget", 300, LoadBalancer=balancer, TargetGroup=group)
    twin.advance(240)
    (front,) = stack.ecs.describe_services(cluster="shop", services=["front"])["services"]
    assert front["desiredCount"] == 3
    # A group that the service is not behind, and a balancer that is not the group's.
    assert refused(scaling.put_scaling_policy, **TARGET, **asked) == "ValidationException"
    config["PredefinedMetricSpecification"]["ResourceLabel"] = f"app/other/1/{group}"
    assert refused(scaling.put_scaling_policy, **resource, **asked) == "ValidationException"


def test_the_service_s_definition_does_not_know(twin, stack, scaling):
    register(scaling, 3, 4)
    stack.update(forceNewDeployment=True)
    assert desired(stack) == 3
    stack.update(desiredCount=1)
    assert desired(stack) == 1


# Scheduled actions


def test_put_scheduled_action(twin, stack, scaling):
    register(scaling)
    at = twin.now() + datetime.timedelta(hours=1)
    action = {"ScheduledActionName": "morning", "Schedule": f"cron({at.minute} {at.hour} * * ? *)"}
    scaling.put_scheduled_action(**TARGET, **action, ScalableTargetAction={"MinCapacity": 3, "MaxCapacity": 8})
    (found,) = scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"]
    assert found["ScheduledActionARN"].endswith(":scheduledActionName/morning")
    assert (found["Schedule"], found["ScalableTargetAction"]) == (action["Schedule"], {"MinCapacity": 3, "MaxCapacity": 8})
    twin.advance(3600)
    assert desired(stack) == 3
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (3, 8)


def test_scheduled_actions_know_time_zones(twin, stack, scaling):
    register(scaling)
    # In winter it is an hour later in Berlin.
    at = twin.now() + datetime.timedelta(minutes=90)
    scaling.put_scheduled_action(
        **TARGET, ScheduledActionName="n", Schedule=f"cron({at.minute} {at.hour} * * ? *)", Timezone="Europe/Berlin",
        ScalableTargetAction={"MinCapacity": 4},
    )
    twin.advance(31 * 60)
    assert desired(stack) == 4


def test_scheduled_actions_begin_and_end(twin, stack, scaling):
    register(scaling)
    end = twin.now() + datetime.timedelta(minutes=30)
    scaling.put_scheduled_action(
        **TARGET, ScheduledActionName="n", Schedule="rate(1 hour)", EndTime=end, ScalableTargetAction={"MinCapacity": 4}
    )
    twin.advance(7200)
    assert desired(stack) == 2


def test_delete_scheduled_action(scaling, refused):
    register(scaling)
    scaling.put_scheduled_action(
        **TARGET, ScheduledActionName="n", Schedule="rate(1 day)", ScalableTargetAction={"MinCapacity": 1}
    )
    scaling.delete_scheduled_action(**TARGET, ScheduledActionName="n")
    assert refused(scaling.delete_scheduled_action, **TARGET, ScheduledActionName="n") == "ObjectNotFoundException"


@pytest.mark.parametrize("wrong", [
    {"Schedule": "every day"},
    {"Schedule": "cron(0 8 * * *)"},
    {"Timezone": "Europe/Atlantis"},
    {"ScalableTargetAction": {}},
    {"ScalableTargetAction": {"MinCapacity": 3, "MaxCapacity": 1}},
    {"ScheduledActionName": "a/b"},
    {"Schedule": None},
])
def test_scheduled_actions_refuse(scaling, refused, wrong):
    register(scaling)
    asked = {"ScheduledActionName": "n", "Schedule": "rate(1 day)", "ScalableTargetAction": {"MinCapacity": 1}, **wrong}
    asked = {key: value for key, value in asked.items() if value is not None}
    assert refused(scaling.put_scheduled_action, **TARGET, **asked) == "ValidationException"


def test_scheduled_action_without_target(scaling, refused):
    asked = {"ScheduledActionName": "n", "Schedule": "rate(1 day)", "ScalableTargetAction": {"MinCapacity": 1}}
    assert refused(scaling.put_scheduled_action, **TARGET, **asked) == "ObjectNotFoundException"
