"""Instances, launched by an Auto Scaling group as everything of ECS is."""

IMAGE = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"


def launch(net, number=1, name="instances", subnet=None):
    """Ids of that many running instances in a subnet, or in the first one."""
    image = net.twin.client("ssm").get_parameter(Name=IMAGE)["Parameter"]["Value"]
    data = {"ImageId": image, "InstanceType": "t3.small"}
    net.ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data)
    groups = net.twin.client("autoscaling")
    groups.create_auto_scaling_group(
        AutoScalingGroupName=name, LaunchTemplate={"LaunchTemplateName": name}, MinSize=0, MaxSize=number,
        DesiredCapacity=number, VPCZoneIdentifier=subnet or net.subnets[0],
    )
    net.twin.advance(300)
    (group,) = groups.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    assert {one["LifecycleState"] for one in group["Instances"]} == {"InService"}
    return [one["InstanceId"] for one in group["Instances"]]


def end(net, name="instances"):
    """Terminates what `launch` made, and waits until it is."""
    net.twin.client("autoscaling").delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)
    net.twin.advance(600)


def serving(net, *ids, port=80, **behaviour):
    """Something listens on a port of these instances."""
    net.twin.script(*({"image": f"address:{id}:{port}", "behaviour": behaviour} for id in ids))
