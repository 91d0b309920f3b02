"""What tests of EC2 capacity start from: a network, a profile, a launch template, a cluster."""

import base64
import json

from test_ecs import TRUST

EC2_TRUST = TRUST.replace("ecs-tasks.amazonaws.com", "ec2.amazonaws.com")
POLICY = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
IMAGE = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"


class Capacity:
    """A stack with short words for what tests do with it."""

    def __init__(self, twin):
        self.twin = twin
        self.ec2, self.asg = twin.client("ec2"), twin.client("autoscaling")
        self.ecs, self.iam = twin.client("ecs"), twin.client("iam")
        self.elb = twin.client("elbv2")
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [
            self.ec2.create_subnet(
                VpcId=self.vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"eu-central-1{zone}"
            )["Subnet"]["SubnetId"]
            for n, zone in enumerate("ab")
        ]
        group = self.ec2.create_security_group(GroupName="ecs", Description="ecs", VpcId=self.vpc)
        self.group = group["GroupId"]
        self.iam.create_role(RoleName="ecs", AssumeRolePolicyDocument=EC2_TRUST)
        self.iam.attach_role_policy(RoleName="ecs", PolicyArn=POLICY)
        self.iam.create_instance_profile(InstanceProfileName="ecs")
        self.iam.add_role_to_instance_profile(InstanceProfileName="ecs", RoleName="ecs")
        self.image = twin.client("ssm").get_parameter(Name=IMAGE)["Parameter"]["Value"]
        self.ecs.create_cluster(clusterName="shop")
        self.template = self.create_template("web")

    def data(self, **more):
        script = b"#!/bin/bash\necho ECS_CLUSTER=shop >> /etc/ecs/ecs.config\n"
        return {
            "ImageId": self.image,
            "InstanceType": "t3.small",
            "IamInstanceProfile": {"Name": "ecs"},
            "SecurityGroupIds": [self.group],
            "UserData": base64.b64encode(script).decode(),
            "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
            "BlockDeviceMappings": [
                {"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True, "VolumeType": "gp3", "VolumeSize": 30}}
            ],
            "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "app", "Value": "shop"}]}],
            **more,
        }

    def create_template(self, name, **more):
        made = self.ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=self.data(**more))
        return made["LaunchTemplate"]["LaunchTemplateId"]

    def settings(self, **more):
        return {
            "AutoScalingGroupName": "web",
            "LaunchTemplate": {"LaunchTemplateId": self.template, "Version": "$Latest"},
            "MinSize": 0,
            "MaxSize": 4,
            "DesiredCapacity": 2,
            "VPCZoneIdentifier": ",".join(self.subnets),
            **more,
        }

    def create_group(self, **more):
        self.asg.create_auto_scaling_group(**self.settings(**more))

    def auto_scaling_group(self, name="web"):
        found = self.asg.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
        return found[0] if found else None

    def states(self):
        group = self.auto_scaling_group()
        return sorted(each["LifecycleState"] for each in group["Instances"]) if group else None

    def instances(self, *states):
        filters = [{"Name": "instance-state-name", "Values": list(states)}] if states else []
        found = self.ec2.describe_instances(Filters=filters)["Reservations"]
        return [each for reservation in found for each in reservation["Instances"]]

    def activities(self):
        return self.asg.describe_scaling_activities(AutoScalingGroupName="web")["Activities"]

    # ECS

    def create_provider(self, name="web", **more):
        arn = self.auto_scaling_group()["AutoScalingGroupARN"]
        provider = {
            "autoScalingGroupArn": arn,
            "managedScaling": {"status": "ENABLED", "targetCapacity": 100},
            **more,
        }
        self.ecs.create_capacity_provider(name=name, autoScalingGroupProvider=provider)

    def attach(self, *names):
        strategy = [{"capacityProvider": names[0], "weight": 1}] if names else []
        self.ecs.put_cluster_capacity_providers(
            cluster="shop", capacityProviders=list(names), defaultCapacityProviderStrategy=strategy
        )
        self.twin.advance(5)

    def register(self, **container):
        container = {
            "name": "web", "image": "shop/web:1", "cpu": 256, "memory": 512,
            "portMappings": [{"containerPort": 80}], **container,
        }
        mode = container.pop("networkMode", "bridge")
        more = container.pop("definition", {})
        made = self.ecs.register_task_definition(
            family="web", networkMode=mode, requiresCompatibilities=["EC2"],
            containerDefinitions=[container], **more,
        )
        return made["taskDefinition"]["taskDefinitionArn"]

    def create_service(self, **more):
        ask = {"cluster": "shop", "serviceName": "web", "taskDefinition": "web", "desiredCount": 2, **more}
        return self.ecs.create_service(**{key: value for key, value in ask.items() if value is not None})["service"]

    def service(self, name="web"):
        return self.ecs.describe_services(cluster="shop", services=[name])["services"][0]

    def tasks(self, **which):
        arns = self.ecs.list_tasks(cluster="shop", **which)["taskArns"]
        return self.ecs.describe_tasks(cluster="shop", tasks=arns)["tasks"] if arns else []

    def container_instances(self, **which):
        arns = self.ecs.list_container_instances(cluster="shop", **which)["containerInstanceArns"]
        if not arns:
            return []
        return self.ecs.describe_container_instances(cluster="shop", containerInstances=arns)["containerInstances"]

    def events(self):
        return [event["message"] for event in self.service()["events"]]

    def wait(self, look, seconds=1200, step=5):
        for _ in range(seconds // step):
            if look():
                return
            self.twin.advance(step)
        assert look(), "it did not become true"

    def balance(self, target_type="instance"):
        made = self.elb.create_load_balancer(Name="shop", Subnets=self.subnets, Scheme="internal")["LoadBalancers"][0]
        target_group = self.elb.create_target_group(
            Name="web", Protocol="HTTP", Port=80, VpcId=self.vpc, TargetType=target_type,
            HealthCheckIntervalSeconds=10, HealthyThresholdCount=2, UnhealthyThresholdCount=2,
        )["TargetGroups"][0]["TargetGroupArn"]
        self.elb.modify_target_group_attributes(
            TargetGroupArn=target_group,
            Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "30"}],
        )
        self.elb.create_listener(
            LoadBalancerArn=made["LoadBalancerArn"], Protocol="HTTP", Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": target_group}],
        )
        self.twin.advance(200)
        return target_group

    def health(self, target_group):
        found = self.elb.describe_target_health(TargetGroupArn=target_group)["TargetHealthDescriptions"]
        return [(each["Target"]["Id"], each["Target"]["Port"], each["TargetHealth"]["State"]) for each in found]


def trust(service):
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
