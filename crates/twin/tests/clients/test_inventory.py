"""GetResources lists what is tagged, over every service (emulators.md 4, tagging: no emulator lists all kinds)."""

import pytest

KEYS = {"Key": "app", "Value": "hello"}
SMALL = {"key": "app", "value": "hello"}


@pytest.fixture(scope="module")
def made(twin):
    """One tagged resource of every kind, by kind."""
    ec2, elb, ecs = twin.client("ec2"), twin.client("elbv2"), twin.client("ecs")
    spec = lambda kind: {"TagSpecifications": [{"ResourceType": kind, "Tags": [KEYS]}]}
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", **spec("vpc"))["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24", **spec("subnet"))
    gateway = ec2.create_internet_gateway(**spec("internet-gateway"))
    group = ec2.create_security_group(
        GroupName="g", Description="d", VpcId=vpc, **spec("security-group")
    )
    target = elb.create_target_group(
        Name="t", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip", Tags=[KEYS]
    )
    certificate = twin.client("acm").request_certificate(
        DomainName="a.example.com", ValidationMethod="DNS", Tags=[KEYS]
    )
    cluster = ecs.create_cluster(clusterName="c", tags=[SMALL])
    twin.client("logs").create_log_group(logGroupName="l", tags={"app": "hello"})
    secret = twin.client("secretsmanager").create_secret(Name="s", Tags=[KEYS])
    twin.client("ssm").put_parameter(Name="/p", Value="v", Type="String", Tags=[KEYS])
    image = twin.client("ecr").create_repository(repositoryName="app", tags=[KEYS])["repository"]
    key = twin.client("kms").create_key(Tags=[{"TagKey": "app", "TagValue": "hello"}])["KeyMetadata"]
    s3, place = twin.client("s3"), {"LocationConstraint": "eu-central-1", "Tags": [KEYS]}
    s3.create_bucket(Bucket="bucket-of-app", CreateBucketConfiguration=place)
    twin.client("cloudwatch").put_metric_alarm(
        AlarmName="a", Namespace="n", MetricName="m", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1,
        ComparisonOperator="GreaterThanThreshold", Tags=[KEYS],
    )
    rule = twin.client("events").put_rule(Name="r", ScheduleExpression="rate(1 day)", Tags=[KEYS])
    schedules = twin.client("scheduler").create_schedule_group(Name="g", Tags=[KEYS])
    topic = twin.client("sns").create_topic(Name="t", Tags=[KEYS])
    twin.client("sqs").create_queue(QueueName="q", tags={"app": "hello"})
    own = lambda kind, name: f"arn:aws:ec2:eu-central-1:123456789012:{kind}/{name}"
    return {
        "ec2:vpc": own("vpc", vpc),
        "ec2:subnet": own("subnet", subnet["Subnet"]["SubnetId"]),
        "ec2:internet-gateway": own("internet-gateway", gateway["InternetGateway"]["InternetGatewayId"]),
        "ec2:security-group": own("security-group", group["GroupId"]),
        "elasticloadbalancing:targetgroup": target["TargetGroups"][0]["TargetGroupArn"],
        "acm:certificate": certificate["CertificateArn"],
        "ecs:cluster": cluster["cluster"]["clusterArn"],
        "logs:log-group": "arn:aws:logs:eu-central-1:123456789012:log-group:l",
        "secretsmanager:secret": secret["ARN"],
        "ssm:parameter": "arn:aws:ssm:eu-central-1:123456789012:parameter/p",
        "ecr:repository": image["repositoryArn"],
        "kms:key": key["Arn"],
        "s3": "arn:aws:s3:::bucket-of-app",
        "cloudwatch:alarm": "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:a",
        "events:rule": rule["RuleArn"],
        "scheduler:schedule-group": schedules["ScheduleGroupArn"],
        "sns": topic["TopicArn"],
        "sqs": "arn:aws:sqs:eu-central-1:123456789012:q",
    }


def listed(twin, **query):
    pages = twin.client("resourcegroupstaggingapi").get_paginator("get_resources").paginate(**query)
    return [one["ResourceARN"] for page in pages for one in page["ResourceTagMappingList"]]


def test_everything_tagged_is_listed(twin, made):
    found = listed(twin, TagFilters=[{"Key": "app", "Values": ["hello"]}])
    assert sorted(found) == sorted(made.values())


@pytest.mark.parametrize("kind", [
    "ec2:vpc", "ec2:subnet", "ec2:internet-gateway", "ec2:security-group",
    "elasticloadbalancing:targetgroup", "acm:certificate", "ecs:cluster", "logs:log-group",
    "secretsmanager:secret", "ssm:parameter", "ecr:repository", "kms:key", "s3",
    "cloudwatch:alarm", "events:rule", "scheduler:schedule-group", "sns", "sqs",
])
def test_by_type(twin, made, kind):
    found = listed(twin, ResourceTypeFilters=[kind], TagFilters=[{"Key": "app"}])
    assert found == [made[kind]]


def test_tag_and_untag_everything(twin, made):
    tagging = twin.client("resourcegroupstaggingapi")
    arns = sorted(made.values())
    assert not tagging.tag_resources(ResourceARNList=arns, Tags={"more": "1"})["FailedResourcesMap"]
    assert sorted(listed(twin, TagFilters=[{"Key": "more"}])) == arns
    assert not tagging.untag_resources(ResourceARNList=arns, TagKeys=["more"])["FailedResourcesMap"]
    assert listed(twin, TagFilters=[{"Key": "more"}]) == []
