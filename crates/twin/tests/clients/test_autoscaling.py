"""Auto Scaling groups and their instances."""

import pytest
from capacity import Capacity

TAG = {"Key": "team", "Value": "blue", "PropagateAtLaunch": True}


@pytest.fixture
def stack(twin):
    twin.reset()
    twin.script()
    return Capacity(twin)


@pytest.fixture
def group(stack):
    stack.create_group()
    stack.wait(lambda: stack.states() == ["InService", "InService"])
    return stack


def code_and_message(call, **ask):
    with pytest.raises(call.__self__.exceptions.ClientError) as caught:
        call(**ask)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


# Create, update, delete


def test_row_create_auto_scaling_group(stack):
    stack.create_group(Tags=[TAG], HealthCheckGracePeriod=60, CapacityRebalance=True, NewInstancesProtectedFromScaleIn=True)
    group = stack.auto_scaling_group()
    assert (group["MinSize"], group["MaxSize"], group["DesiredCapacity"]) == (0, 4, 2)
    assert group["AvailabilityZones"] == ["eu-central-1a", "eu-central-1b"]
    assert group["LaunchTemplate"] == {
        "LaunchTemplateId": stack.template, "LaunchTemplateName": "web", "Version": "$Latest",
    }
    assert (group["HealthCheckType"], group["DefaultCooldown"], group["TerminationPolicies"]) == ("EC2", 300, ["Default"])
    assert group["Tags"] == [{**TAG, "ResourceId": "web", "ResourceType": "auto-scaling-group"}]
    role = stack.iam.get_role(RoleName="AWSServiceRoleForAutoScaling")["Role"]
    assert group["ServiceLinkedRoleARN"] == role["Arn"]


def test_row_asg_instance_in_service(stack):
    stack.create_group()
    stack.twin.advance(1)
    assert stack.states() == ["Pending", "Pending"]
    assert [each["State"]["Name"] for each in stack.instances()] == ["pending", "pending"]
    stack.twin.advance(30)
    assert stack.states() == ["InService", "InService"]
    assert {each["Placement"]["AvailabilityZone"] for each in stack.instances()} == {"eu-central-1a", "eu-central-1b"}
    assert {each["StatusCode"] for each in stack.activities()} == {"Successful"}
    assert "increasing the capacity from 0 to 1" in stack.activities()[-1]["Cause"]


def test_instances_are_as_the_template_says(stack):
    stack.create_group(Tags=[TAG], DesiredCapacity=1)
    stack.wait(lambda: stack.states() == ["InService"])
    (instance,) = stack.instances("running")
    tags = {tag["Key"]: tag["Value"] for tag in instance["Tags"]}
    assert tags["app"] == "shop" and tags["team"] == "blue"
    assert tags["aws:autoscaling:groupName"] == "web"
    assert tags["aws:ec2launchtemplate:version"] == "1"
    assert instance["MetadataOptions"]["HttpTokens"] == "required"
    assert instance["IamInstanceProfile"]["Arn"].endswith(":instance-profile/ecs")
    assert [each["GroupId"] for each in instance["SecurityGroups"]] == [stack.group]
    (mapping,) = instance["BlockDeviceMappings"]
    (volume,) = stack.ec2.describe_volumes(VolumeIds=[mapping["Ebs"]["VolumeId"]])["Volumes"]
    assert (volume["Encrypted"], volume["VolumeType"], volume["Size"], volume["State"]) == (True, "gp3", 30, "in-use")
    (interface,) = stack.ec2.describe_network_interfaces(
        Filters=[{"Name": "attachment.instance-id", "Values": [instance["InstanceId"]]}]
    )["NetworkInterfaces"]
    assert interface["PrivateIpAddress"] == instance["PrivateIpAddress"]
    (status,) = stack.ec2.describe_instance_status(InstanceIds=[instance["InstanceId"]])["InstanceStatuses"]
    assert status["InstanceStatus"]["Status"] == "initializing"
    stack.twin.advance(200)
    (status,) = stack.ec2.describe_instance_status(InstanceIds=[instance["InstanceId"]])["InstanceStatuses"]
    assert (status["InstanceStatus"]["Status"], status["SystemStatus"]["Status"]) == ("ok", "ok")


def test_row_duplicate_asg(group, refused):
    assert refused(group.asg.create_auto_scaling_group, **group.settings()) == "AlreadyExists"


def test_row_update_auto_scaling_group(group):
    group.asg.update_auto_scaling_group(AutoScalingGroupName="web", MinSize=1, MaxSize=3, DesiredCapacity=3)
    group.wait(lambda: group.states() == ["InService"] * 3)
    group.asg.update_auto_scaling_group(AutoScalingGroupName="web", MaxSize=2)
    assert group.auto_scaling_group()["DesiredCapacity"] == 2
    group.wait(lambda: group.states() == ["InService"] * 2)
    group.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=1)
    group.wait(lambda: group.states() == ["InService"])


def test_row_update_asg_missing(stack, refused):
    assert refused(stack.asg.update_auto_scaling_group, AutoScalingGroupName="none", MinSize=1) == "ValidationError"


def test_row_delete_asg_with_instances(group, refused):
    assert refused(group.asg.delete_auto_scaling_group, AutoScalingGroupName="web") == "ResourceInUse"
    group.asg.update_auto_scaling_group(AutoScalingGroupName="web", MinSize=0, MaxSize=0, DesiredCapacity=0)
    group.twin.advance(1)
    assert group.states() == ["Terminating", "Terminating"]
    assert refused(group.asg.delete_auto_scaling_group, AutoScalingGroupName="web") == "ScalingActivityInProgress"
    group.wait(lambda: group.states() == [])
    group.asg.delete_auto_scaling_group(AutoScalingGroupName="web")
    assert group.auto_scaling_group() is None


def test_row_delete_asg_force(group, refused):
    group.asg.delete_auto_scaling_group(AutoScalingGroupName="web", ForceDelete=True)
    assert group.auto_scaling_group()["Status"] == "Delete in progress"
    assert refused(group.asg.set_desired_capacity, AutoScalingGroupName="web", DesiredCapacity=1) == "ScalingActivityInProgress"
    assert refused(group.asg.create_auto_scaling_group, **group.settings()) == "AlreadyExists"
    group.wait(lambda: group.auto_scaling_group() is None)
    assert group.instances("running", "pending", "shutting-down") == []
    assert group.ec2.describe_volumes()["Volumes"] == []
    assert group.ec2.describe_network_interfaces()["NetworkInterfaces"] == []


def test_what_instances_use_cannot_go(group, refused):
    assert refused(group.ec2.delete_security_group, GroupId=group.group) == "DependencyViolation"
    assert refused(group.ec2.delete_subnet, SubnetId=group.subnets[0]) == "DependencyViolation"
    group.asg.delete_auto_scaling_group(AutoScalingGroupName="web", ForceDelete=True)
    group.wait(lambda: group.auto_scaling_group() is None)
    group.ec2.delete_security_group(GroupId=group.group)
    group.ec2.delete_subnet(SubnetId=group.subnets[0])


def test_the_linked_role_is_needed_as_long_as_there_is_a_group(group):
    def status():
        task = group.iam.delete_service_linked_role(RoleName="AWSServiceRoleForAutoScaling")["DeletionTaskId"]
        return group.iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"]

    assert status() == "FAILED"
    group.asg.delete_auto_scaling_group(AutoScalingGroupName="web", ForceDelete=True)
    group.wait(lambda: group.auto_scaling_group() is None)
    assert status() == "SUCCEEDED"


@pytest.mark.parametrize("change, message", [
    ({"LaunchTemplate": None}, "Valid requests must contain either LaunchTemplate"),
    ({"VPCZoneIdentifier": None}, "At least one Availability Zone or VPC Subnet is required."),
    ({"VPCZoneIdentifier": "subnet-0123456789abcdef0"}, "The subnet ID 'subnet-0123456789abcdef0' does not exist"),
    ({"AvailabilityZones": ["eu-central-1c"]}, "do not match"),
    ({"MinSize": 3, "MaxSize": 2}, "Max bound, 2, must be greater than or equal to min bound, 3"),
    ({"DesiredCapacity": 9}, "Desired capacity:9 must be between the specified min size:0 and max size:4"),
    ({"HealthCheckType": "ICMP"}, "Invalid health check type"),
    ({"TerminationPolicies": ["Loudest"]}, "Invalid termination policy"),
    ({"TargetGroupARNs": ["arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/no/0"]}, "Target Groups may not be valid"),
    ({"LaunchTemplate": {"LaunchTemplateId": "lt-0123456789abcdef0"}}, "You must use a valid fully-formed launch template."),
    ({"LaunchTemplate": {"LaunchTemplateName": "web", "Version": "9"}}, "Could not find the specified version 9"),
    ({"Tags": [{"Key": "aws:x", "Value": "1"}]}, "reserved"),
    ({"MaxInstanceLifetime": 60}, "MaxInstanceLifetime"),
    ({"InstanceMaintenancePolicy": {"MinHealthyPercentage": 90, "MaxHealthyPercentage": 201}}, "MaxHealthyPercentage"),
])
def test_groups_that_cannot_be(stack, change, message):
    ask = {key: value for key, value in {**stack.settings(), **change}.items() if value is not None}
    code, said = code_and_message(stack.asg.create_auto_scaling_group, **ask)
    assert code == "ValidationError" and message in said
    assert stack.auto_scaling_group() is None


@pytest.mark.parametrize("data, message", [
    ({"ImageId": "ami-0123456789abcdef0"}, "The image id '[ami-0123456789abcdef0]' does not exist"),
    ({"InstanceType": "t3.huge"}, "Invalid value 't3.huge' for InstanceType."),
    ({"InstanceType": "t4g.small"}, "does not match the architecture"),
    ({"IamInstanceProfile": {"Name": "none"}}, "Invalid IAM Instance Profile name"),
    ({"SecurityGroupIds": ["sg-0123456789abcdef0"]}, "does not exist"),
    ({"KeyName": "none"}, "The key pair 'none' does not exist"),
    ({"BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 8}}]}, "expect size >= 30GB"),
])
def test_templates_that_nothing_could_be_launched_from(stack, data, message):
    template = stack.create_template("other", **data)
    ask = stack.settings(LaunchTemplate={"LaunchTemplateId": template})
    code, said = code_and_message(stack.asg.create_auto_scaling_group, **ask)
    assert code == "ValidationError" and message in said


def test_a_new_profile_is_not_known_at_once(stack):
    stack.twin.timing({"iam_propagation": 10_000})
    stack.iam.create_instance_profile(InstanceProfileName="new")
    template = stack.create_template("other", IamInstanceProfile={"Name": "new"})
    ask = stack.settings(LaunchTemplate={"LaunchTemplateId": template})
    _, said = code_and_message(stack.asg.create_auto_scaling_group, **ask)
    assert "Invalid IAM Instance Profile name" in said
    stack.twin.advance(10)
    stack.asg.create_auto_scaling_group(**ask)
    stack.twin.timing("default")


# Activities


def test_an_image_profile_or_key_that_went_missing_is_told_in_activities(stack):
    stack.iam.create_instance_profile(InstanceProfileName="other")
    template = stack.create_template("other", IamInstanceProfile={"Name": "other"})
    stack.create_group(LaunchTemplate={"LaunchTemplateId": template}, DesiredCapacity=0)
    stack.iam.delete_instance_profile(InstanceProfileName="other")
    stack.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=1)
    stack.twin.advance(1)
    (activity,) = stack.activities()
    assert activity["StatusCode"] == "Failed"
    assert activity["StatusMessage"].endswith("Invalid IAM Instance Profile name. Launching EC2 instance failed.")
    stack.iam.create_instance_profile(InstanceProfileName="other")
    stack.wait(lambda: stack.states() == ["InService"])
    assert stack.activities()[0]["StatusCode"] == "Successful"


def test_no_capacity_in_one_zone_and_then_in_none(stack):
    full = lambda zone: {"image": f"instance:{zone}/t3.small", "behaviour": {"pull_error": "full"}}
    stack.twin.script(full("eu-central-1a"))
    stack.create_group()
    stack.wait(lambda: stack.states() == ["InService", "InService"])
    assert {each["Placement"]["AvailabilityZone"] for each in stack.instances()} == {"eu-central-1b"}
    stack.twin.script(full("*"))
    stack.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=3)
    stack.twin.advance(1)
    message = stack.activities()[0]["StatusMessage"]
    assert message.startswith("We currently do not have sufficient t3.small capacity")
    stack.twin.script()
    stack.wait(lambda: stack.states() == ["InService"] * 3)


def test_the_quota_of_vcpus(stack):
    template = stack.create_template("other", InstanceType="c5.8xlarge")
    stack.create_group(LaunchTemplate={"LaunchTemplateId": template}, DesiredCapacity=3)
    stack.wait(lambda: stack.states() == ["InService", "InService"])
    assert "more vCPU capacity than your current vCPU limit of 64" in stack.activities()[0]["StatusMessage"]


# Instances


def test_a_terminated_instance_is_replaced(group):
    first = group.auto_scaling_group()["Instances"][0]["InstanceId"]
    (change,) = group.ec2.terminate_instances(InstanceIds=[first])["TerminatingInstances"]
    assert (change["PreviousState"]["Name"], change["CurrentState"]["Name"]) == ("running", "shutting-down")
    group.wait(lambda: first not in [each["InstanceId"] for each in group.auto_scaling_group()["Instances"]])
    group.wait(lambda: group.states() == ["InService", "InService"])
    assert any("EC2 health check" in each["Cause"] for each in group.activities())
    assert group.instances("terminated")[0]["InstanceId"] == first


def test_protected_instances_stay(group, refused):
    ids = [each["InstanceId"] for each in group.auto_scaling_group()["Instances"]]
    protect = {"AutoScalingGroupName": "web", "ProtectedFromScaleIn": True}
    group.asg.set_instance_protection(InstanceIds=ids, **protect)
    group.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=0)
    group.twin.advance(60)
    assert group.states() == ["InService", "InService"]
    assert "protected from scale-in" in group.activities()[0]["StatusMessage"]
    group.asg.set_instance_protection(InstanceIds=ids, **{**protect, "ProtectedFromScaleIn": False})
    group.wait(lambda: group.states() == [])
    assert refused(group.asg.set_instance_protection, InstanceIds=ids, **protect) == "ValidationError"


def test_terminate_one_instance_of_a_group(group, refused):
    first, second = [each["InstanceId"] for each in group.auto_scaling_group()["Instances"]]
    call = group.asg.terminate_instance_in_auto_scaling_group
    activity = call(InstanceId=first, ShouldDecrementDesiredCapacity=True)["Activity"]
    assert activity["StatusCode"] == "InProgress"
    assert group.auto_scaling_group()["DesiredCapacity"] == 1
    group.wait(lambda: group.states() == ["InService"])
    (left,) = group.asg.describe_auto_scaling_instances(InstanceIds=[second])["AutoScalingInstances"]
    assert (left["AutoScalingGroupName"], left["LifecycleState"]) == ("web", "InService")
    assert refused(call, InstanceId=first, ShouldDecrementDesiredCapacity=True) == "ValidationError"
    group.asg.update_auto_scaling_group(AutoScalingGroupName="web", MinSize=1)
    assert refused(call, InstanceId=second, ShouldDecrementDesiredCapacity=True) == "ValidationError"


def test_target_groups_of_a_group(stack, refused):
    target_group = stack.balance()
    stack.create_group(TargetGroupARNs=[target_group], DesiredCapacity=1)
    stack.wait(lambda: stack.states() == ["InService"])
    ((instance, port, _),) = stack.health(target_group)
    assert (instance, port) == (stack.instances("running")[0]["InstanceId"], 80)
    ask = {"AutoScalingGroupName": "web"}
    (found,) = stack.asg.describe_load_balancer_target_groups(**ask)["LoadBalancerTargetGroups"]
    assert found["LoadBalancerTargetGroupARN"] == target_group
    (found,) = stack.asg.describe_traffic_sources(**ask)["TrafficSources"]
    assert found["Identifier"] == target_group
    stack.asg.set_desired_capacity(**ask, DesiredCapacity=0)
    stack.twin.advance(5)
    assert stack.activities()[0]["StatusCode"] == "WaitingForELBConnectionDraining"
    assert [state for _, _, state in stack.health(target_group)] == ["draining"]
    stack.wait(lambda: stack.states() == [])
    stack.asg.detach_load_balancer_target_groups(**ask, TargetGroupARNs=[target_group])
    detach = stack.asg.detach_load_balancer_target_groups
    assert refused(detach, **ask, TargetGroupARNs=[target_group]) == "ValidationError"
    sources = {"TrafficSources": [{"Identifier": target_group, "Type": "elbv2"}]}
    stack.asg.attach_traffic_sources(**ask, **sources)
    stack.asg.detach_traffic_sources(**ask, **sources)
    stack.asg.attach_load_balancer_target_groups(**ask, TargetGroupARNs=[target_group])


def test_balancer_health_checks_replace_instances(stack):
    target_group = stack.balance()
    stack.create_group(
        TargetGroupARNs=[target_group], DesiredCapacity=1, HealthCheckType="ELB", HealthCheckGracePeriod=60
    )
    stack.wait(lambda: stack.states() == ["InService"])
    first = stack.instances("running")[0]["InstanceId"]
    stack.wait(lambda: any("ELB system health check" in each["Cause"] for each in stack.activities()))
    stack.wait(lambda: first in [each["InstanceId"] for each in stack.instances("terminated")])


# Tags


def test_tags(group, refused):
    tag = {"ResourceId": "web", "ResourceType": "auto-scaling-group", **TAG}
    group.asg.create_or_update_tags(Tags=[tag])
    assert group.asg.describe_tags()["Tags"] == [tag]
    group.asg.create_or_update_tags(Tags=[{**tag, "Value": "red"}])
    by_value = [{"Name": "value", "Values": ["red"]}]
    assert len(group.asg.describe_tags(Filters=by_value)["Tags"]) == 1
    by_tag = [{"Name": "tag:team", "Values": ["red"]}]
    assert len(group.asg.describe_auto_scaling_groups(Filters=by_tag)["AutoScalingGroups"]) == 1
    group.asg.delete_tags(Tags=[{"ResourceId": "web", "ResourceType": "auto-scaling-group", "Key": "team"}])
    assert group.asg.describe_tags()["Tags"] == []
    assert refused(group.asg.create_or_update_tags, Tags=[{**tag, "ResourceId": "none"}]) == "ValidationError"
    assert refused(group.asg.create_or_update_tags, Tags=[{**tag, "ResourceType": "x"}]) == "ValidationError"
    assert refused(group.asg.delete_tags, Tags=[{**tag, "ResourceId": "none"}]) == "ValidationError"
    assert refused(group.asg.describe_tags, Filters=[{"Name": "colour", "Values": ["x"]}]) == "ValidationError"


def test_lists_page(stack, refused):
    for number in range(3):
        stack.create_group(AutoScalingGroupName=f"g{number}", DesiredCapacity=0)
    pages = stack.asg.get_paginator("describe_auto_scaling_groups").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["AutoScalingGroups"]) for page in pages] == [2, 1]
    assert refused(stack.asg.describe_auto_scaling_groups, NextToken="x") == "InvalidNextToken"
    assert refused(stack.asg.describe_scaling_activities, AutoScalingGroupName="none") == "ValidationError"


# Instance refresh


def refresh(stack):
    return stack.asg.describe_instance_refreshes(AutoScalingGroupName="web")["InstanceRefreshes"][0]


def versions(stack):
    live = [each for each in stack.auto_scaling_group()["Instances"] if each["LifecycleState"] == "InService"]
    return sorted(each["LaunchTemplate"]["Version"] for each in live)


def new_version(stack):
    stack.ec2.create_launch_template_version(
        LaunchTemplateId=stack.template, SourceVersion="1", LaunchTemplateData={"InstanceType": "t3.medium"}
    )


def test_an_instance_refresh_replaces_one_after_the_other(group, refused):
    new_version(group)
    group.asg.start_instance_refresh(AutoScalingGroupName="web", Preferences={"InstanceWarmup": 30})
    assert refused(group.asg.start_instance_refresh, AutoScalingGroupName="web") == "InstanceRefreshInProgress"
    least = 2
    while refresh(group)["Status"] != "Successful":
        group.twin.advance(5)
        least = min(least, len(versions(group)))
    assert least == 1
    assert versions(group) == ["2", "2"]
    assert refresh(group)["PercentageComplete"] == 100


def test_an_instance_refresh_that_launches_first(group):
    new_version(group)
    group.asg.start_instance_refresh(
        AutoScalingGroupName="web", Preferences={"MinHealthyPercentage": 100, "MaxHealthyPercentage": 150}
    )
    least = 2
    for _ in range(200):
        group.twin.advance(5)
        least = min(least, len(versions(group)))
        if refresh(group)["Status"] == "Successful":
            break
    assert (least, versions(group)) == (2, ["2", "2"])
    group.twin.advance(120)
    assert len(group.auto_scaling_group()["Instances"]) == 2


def test_a_refresh_skips_what_matches_and_can_be_cancelled(group, refused):
    group.asg.start_instance_refresh(AutoScalingGroupName="web", Preferences={"SkipMatching": True})
    group.twin.advance(1)
    assert refresh(group)["Status"] == "Successful"
    assert refused(group.asg.cancel_instance_refresh, AutoScalingGroupName="web") == "ActiveInstanceRefreshNotFound"
    group.asg.start_instance_refresh(AutoScalingGroupName="web")
    group.twin.advance(1)
    group.asg.cancel_instance_refresh(AutoScalingGroupName="web")
    group.wait(lambda: refresh(group)["Status"] == "Cancelled")
    group.wait(lambda: group.states() == ["InService", "InService"])
    assert refused(group.asg.describe_instance_refreshes, AutoScalingGroupName="none") == "ValidationError"


def test_protected_instances_hold_a_refresh_up_unless_it_may(group):
    ids = [each["InstanceId"] for each in group.auto_scaling_group()["Instances"]]
    group.asg.set_instance_protection(AutoScalingGroupName="web", InstanceIds=ids, ProtectedFromScaleIn=True)
    group.asg.start_instance_refresh(AutoScalingGroupName="web")
    group.twin.advance(60)
    assert refresh(group)["Status"] == "InProgress" and "protected" in refresh(group)["StatusReason"]
    group.twin.advance(3600)
    assert refresh(group)["Status"] == "Failed"
    group.asg.start_instance_refresh(AutoScalingGroupName="web", Preferences={"ScaleInProtectedInstances": "Refresh"})
    group.wait(lambda: refresh(group)["Status"] == "Successful")


# Mixed instances


def policy(stack, *kinds):
    overrides = [{"InstanceType": kind} for kind in kinds]
    template = {"LaunchTemplateId": stack.template, "Version": "1"}
    return {
        "LaunchTemplate": {"LaunchTemplateSpecification": template, "Overrides": overrides},
        "InstancesDistribution": {
            "OnDemandAllocationStrategy": "prioritized", "OnDemandPercentageAboveBaseCapacity": 100,
        },
    }


def test_row_mixed_instances_policy(stack, refused):
    settings = stack.settings(DesiredCapacity=1, MixedInstancesPolicy=policy(stack, "t3.medium", "t3.small"))
    both = refused(stack.asg.create_auto_scaling_group, **settings)
    assert both == "ValidationError"
    del settings["LaunchTemplate"]
    stack.asg.create_auto_scaling_group(**settings)
    stack.wait(lambda: stack.states() == ["InService"])
    group = stack.auto_scaling_group()
    assert "LaunchTemplate" not in group
    launched = group["MixedInstancesPolicy"]["LaunchTemplate"]
    assert [each["InstanceType"] for each in launched["Overrides"]] == ["t3.medium", "t3.small"]
    assert launched["LaunchTemplateSpecification"]["LaunchTemplateId"] == stack.template
    assert group["Instances"][0]["InstanceType"] == "t3.medium"
    # A template alone takes the policy's place.
    alone = {"LaunchTemplateId": stack.template, "Version": "1"}
    stack.asg.update_auto_scaling_group(AutoScalingGroupName="web", LaunchTemplate=alone)
    assert "MixedInstancesPolicy" not in stack.auto_scaling_group()
    twice = policy(stack, "t3.small", "t3.small")
    ask = {"AutoScalingGroupName": "web", "MixedInstancesPolicy": twice}
    assert refused(stack.asg.update_auto_scaling_group, **ask) == "ValidationError"
