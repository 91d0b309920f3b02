"""Resource Groups Tagging: what bears which tag."""

import json

import pytest

ALLOW = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
    }
)
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


@pytest.fixture(scope="module")
def arns(twin):
    """Three policies, a profile and a role, tagged."""
    iam = twin.client("iam", region="us-east-1")
    tags = lambda **pairs: [{"Key": key, "Value": value} for key, value in pairs.items()]
    made = {}
    for name, pairs in [("a", {"app": "shop"}), ("b", {"app": "shop", "env": "prod"}), ("c", {})]:
        policy = iam.create_policy(PolicyName=name, PolicyDocument=ALLOW, Tags=tags(**pairs))
        made[name] = policy["Policy"]["Arn"]
    profile = iam.create_instance_profile(InstanceProfileName="box", Tags=tags(app="blog"))
    made["box"] = profile["InstanceProfile"]["Arn"]
    role = iam.create_role(RoleName="web", AssumeRolePolicyDocument=TRUST, Tags=tags(app="shop"))
    made["web"] = role["Role"]["Arn"]
    return made


@pytest.fixture
def tagging(twin, arns):
    return twin.client("resourcegroupstaggingapi", region="us-east-1")


@pytest.fixture
def found(tagging, arns):
    def found(**asked):
        rows = tagging.get_resources(**asked)["ResourceTagMappingList"]
        names = {arn: name for name, arn in arns.items()}
        return sorted(names[row["ResourceARN"]] for row in rows)

    return found


def test_get_resources_lists_what_bears_tags_but_never_roles(found):
    assert found() == ["a", "b", "box"]


def test_filters_are_all_to_hold_and_values_are_alternatives(found):
    shop = {"Key": "app", "Values": ["shop"]}
    assert found(TagFilters=[shop]) == ["a", "b"]
    assert found(TagFilters=[shop, {"Key": "env"}]) == ["b"]
    assert found(TagFilters=[{"Key": "app", "Values": ["shop", "blog"]}]) == ["a", "b", "box"]
    assert found(TagFilters=[{"Key": "app", "Values": ["SHOP"]}]) == []


def test_resource_types_are_the_words_of_the_arn(found):
    assert found(ResourceTypeFilters=["iam:policy"]) == ["a", "b"]
    assert found(ResourceTypeFilters=["iam"]) == ["a", "b", "box"]
    assert found(ResourceTypeFilters=["ec2:vpc"]) == []


def test_by_arn_what_is_not_there_is_left_out(found, arns):
    asked = [arns["a"], arns["c"], "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-1"]
    assert found(ResourceARNList=asked) == ["a"]


@pytest.mark.parametrize("more", [{"TagFilters": [{"Key": "app"}]}, {"ResourcesPerPage": 5}])
def test_by_arn_excludes_every_other_filter(tagging, arns, refused, more):
    code = refused(tagging.get_resources, ResourceARNList=[arns["a"]], **more)
    assert code == "InvalidParameterException"


def test_pages_end_with_an_empty_token(tagging):
    first = tagging.get_resources(ResourcesPerPage=2)
    assert len(first["ResourceTagMappingList"]) == 2 and first["PaginationToken"]
    rest = tagging.get_resources(ResourcesPerPage=2, PaginationToken=first["PaginationToken"])
    assert len(rest["ResourceTagMappingList"]) == 1 and rest["PaginationToken"] == ""


def test_a_token_that_is_none(tagging, refused):
    code = refused(tagging.get_resources, PaginationToken="x")
    assert code == "InvalidParameterException"


def test_get_resources_sees_its_region_only(twin, arns):
    tagging = twin.client("resourcegroupstaggingapi", region="eu-central-1")
    assert tagging.get_resources()["ResourceTagMappingList"] == []


def test_tag_keys_and_values(tagging):
    assert tagging.get_tag_keys()["TagKeys"] == ["app", "env"]
    assert tagging.get_tag_values(Key="app")["TagValues"] == ["blog", "shop"]


def test_get_tag_keys_and_values_with_a_token_that_is_none(tagging, refused):
    assert refused(tagging.get_tag_keys, PaginationToken="x") == "InvalidParameterException"
    code = refused(tagging.get_tag_values, Key="app", PaginationToken="x")
    assert code == "InvalidParameterException"


def test_tag_resources_goes_through_the_owning_service(twin, tagging, arns):
    iam = twin.client("iam", region="us-east-1")
    both = [arns["c"], arns["web"]]
    assert tagging.tag_resources(ResourceARNList=both, Tags={"x": "1"})["FailedResourcesMap"] == {}
    assert {"Key": "x", "Value": "1"} in iam.list_role_tags(RoleName="web")["Tags"]
    assert iam.list_policy_tags(PolicyArn=arns["c"])["Tags"] == [{"Key": "x", "Value": "1"}]
    tagging.untag_resources(ResourceARNList=both, TagKeys=["x"])
    assert iam.list_policy_tags(PolicyArn=arns["c"])["Tags"] == []


def test_tag_resources_reports_what_failed_and_does_the_rest(twin, tagging, arns):
    none = "arn:aws:iam::123456789012:policy/none"
    failed = tagging.tag_resources(ResourceARNList=[none, arns["c"]], Tags={"y": "1"})
    assert list(failed["FailedResourcesMap"]) == [none]
    assert failed["FailedResourcesMap"][none]["ErrorCode"] == "InvalidParameterException"
    iam = twin.client("iam", region="us-east-1")
    assert iam.list_policy_tags(PolicyArn=arns["c"])["Tags"] == [{"Key": "y", "Value": "1"}]
    tagging.untag_resources(ResourceARNList=[arns["c"]], TagKeys=["y"])


def test_tag_resources_log_group(twin):
    logs = twin.client("logs")
    logs.create_log_group(logGroupName="/ecs/web")
    tagging = twin.client("resourcegroupstaggingapi")
    arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/ecs/web"
    assert not tagging.tag_resources(ResourceARNList=[arn], Tags={"app": "shop"})[
        "FailedResourcesMap"
    ]
    rows = tagging.get_resources(ResourceTypeFilters=["logs:log-group"])["ResourceTagMappingList"]
    assert rows == [{"ResourceARN": arn, "Tags": [{"Key": "app", "Value": "shop"}]}]


@pytest.fixture
def everywhere(twin):
    """The ARN of one resource of every service with regions."""
    account = "eu-central-1:123456789012"
    vpc = twin.client("ec2").create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    group = twin.client("elbv2").create_target_group(
        Name="t", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip"
    )["TargetGroups"][0]["TargetGroupArn"]
    certificate = twin.client("acm").request_certificate(
        DomainName="www.example.com", ValidationMethod="DNS"
    )["CertificateArn"]
    cluster = twin.client("ecs").create_cluster(clusterName="shop")["cluster"]["clusterArn"]
    twin.client("logs").create_log_group(logGroupName="/ecs/all")
    return {
        "ec2:vpc": f"arn:aws:ec2:{account}:vpc/{vpc}",
        "elasticloadbalancing:targetgroup": group,
        "acm:certificate": certificate,
        "ecs:cluster": cluster,
        "logs:log-group": f"arn:aws:logs:{account}:log-group:/ecs/all",
    }


def test_every_service_is_tagged_listed_and_untagged(twin, everywhere):
    tagging = twin.client("resourcegroupstaggingapi")
    listed = lambda **asked: {
        row["ResourceARN"]
        for row in tagging.get_resources(TagFilters=[{"Key": "all"}], **asked)[
            "ResourceTagMappingList"
        ]
    }
    arns = list(everywhere.values())
    assert listed() == set()
    assert tagging.tag_resources(ResourceARNList=arns, Tags={"all": "1"})["FailedResourcesMap"] == {}
    assert listed() == set(arns)
    for kind, arn in everywhere.items():
        assert listed(ResourceTypeFilters=[kind]) == {arn}
    assert tagging.untag_resources(ResourceARNList=arns, TagKeys=["all"])["FailedResourcesMap"] == {}
    assert listed() == set()


def test_untag_resources_without_keys(tagging, arns, refused):
    import botocore.exceptions

    with pytest.raises(botocore.exceptions.ParamValidationError):
        tagging.untag_resources(ResourceARNList=[arns["a"]], TagKeys=[])
    code = refused(tagging.untag_resources, ResourceARNList=["none"], TagKeys=["x"])
    assert code == "InvalidParameterException"
