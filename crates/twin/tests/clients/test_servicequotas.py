"""Service Quotas: what there may be, told by the same table that refuses."""

import pytest

CODES = {
    "acm": ["L-F141DD1D"],
    "elasticloadbalancing": ["L-53DA6B97", "L-E9E9831D", "L-B22855CB", "L-7EED9B64"],
    "fargate": ["L-3032A538"],
    "vpc": ["L-F678F1CE", "L-407747CB", "L-A4707A72", "L-589F43AA", "L-93826ACB", "L-E79EC296", "L-0EA8095F"],
}


@pytest.fixture
def fresh(twin):
    twin.reset()
    return twin


@pytest.fixture
def quotas(fresh):
    return fresh.client("service-quotas")


def value(quotas, service, code):
    return quotas.get_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]["Value"]


def apply(twin, region="eu-central-1", **codes):
    twin.control("PUT", "quotas", {region: {code.replace("_", "-"): value for code, value in codes.items()}})


def test_a_quota_in_full(quotas):
    quota = quotas.get_service_quota(ServiceCode="vpc", QuotaCode="L-F678F1CE")["Quota"]
    assert quota == {
        "ServiceCode": "vpc", "ServiceName": "Amazon Virtual Private Cloud (Amazon VPC)",
        "QuotaArn": "arn:aws:servicequotas:eu-central-1:123456789012:vpc/L-F678F1CE",
        "QuotaCode": "L-F678F1CE", "QuotaName": "VPCs per Region", "Value": 5.0, "Unit": "None",
        "Adjustable": True, "GlobalQuota": False, "QuotaAppliedAtLevel": "ACCOUNT",
    }


@pytest.mark.parametrize("service, code", [(s, c) for s, codes in CODES.items() for c in codes])
def test_what_is_applied_is_the_default_at_first(quotas, service, code):
    default = quotas.get_aws_default_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]
    assert value(quotas, service, code) == default["Value"]
    assert default["QuotaArn"] == f"arn:aws:servicequotas:eu-central-1::{service}/{code}"


def test_of_some_only_the_default_is_known(fresh, quotas, refused):
    which = {"ServiceCode": "ecs", "QuotaCode": "L-21C621EB"}
    assert refused(quotas.get_service_quota, **which) == "NoSuchResourceException"
    assert quotas.list_service_quotas(ServiceCode="ecs")["Quotas"] == []
    assert quotas.get_aws_default_service_quota(**which)["Quota"]["Value"] == 10000
    apply(fresh, L_21C621EB=20000)
    assert value(quotas, "ecs", "L-21C621EB") == 20000
    assert [one["QuotaCode"] for one in quotas.list_service_quotas(ServiceCode="ecs")["Quotas"]] == ["L-21C621EB"]


def test_quotas_of_the_account_are_told_in_one_region(fresh, quotas, refused):
    which = {"ServiceCode": "iam", "QuotaCode": "L-FE177D64"}
    assert refused(quotas.get_service_quota, **which) == "NoSuchResourceException"
    quota = fresh.client("service-quotas", region="us-east-1").get_service_quota(**which)["Quota"]
    assert (quota["Value"], quota["GlobalQuota"]) == (1000, True)
    assert quota["QuotaArn"] == "arn:aws:servicequotas::123456789012:iam/L-FE177D64"


@pytest.mark.parametrize("operation", ["list_service_quotas", "list_aws_default_service_quotas"])
def test_pages(quotas, operation):
    pages = quotas.get_paginator(operation).paginate(ServiceCode="vpc", PaginationConfig={"PageSize": 2})
    pages = [[one["QuotaCode"] for one in page["Quotas"]] for page in pages]
    assert max(map(len, pages)) == 2
    assert set(CODES["vpc"]) <= {code for page in pages for code in page}


def test_services(quotas):
    names = {one["ServiceCode"] for one in quotas.list_services()["Services"]}
    assert {*CODES, "ecs", "iam"} <= names


@pytest.mark.parametrize("asked, code", [
    ({"ServiceCode": "vpc", "QuotaCode": "L-00000000"}, "NoSuchResourceException"),
    ({"ServiceCode": "nothing", "QuotaCode": "L-F678F1CE"}, "NoSuchResourceException"),
    ({"ServiceCode": "ec2", "QuotaCode": "L-F678F1CE"}, "NoSuchResourceException"),
    ({"ServiceCode": "acm", "QuotaCode": "L-F678F1CE"}, "NoSuchResourceException"),
    ({"ServiceCode": "vpc", "QuotaCode": "1_2"}, "ValidationException"),
    ({"ServiceCode": "vpc", "QuotaCode": "L-F678F1CE", "ContextId": "*"}, "NotImplemented"),
])
def test_what_there_is_not(quotas, refused, asked, code):
    assert refused(quotas.get_service_quota, **asked) == code


def test_refused_lists(quotas, refused):
    assert refused(quotas.list_service_quotas, ServiceCode="nothing") == "NoSuchResourceException"
    token = {"ServiceCode": "vpc", "NextToken": "AAAA"}
    assert refused(quotas.list_service_quotas, **token) == "InvalidPaginationTokenException"


def test_what_is_told_is_what_is_enforced(fresh, quotas, refused):
    ec2, elb, acm = fresh.client("ec2"), fresh.client("elbv2"), fresh.client("acm")
    apply(fresh, L_F678F1CE=1, L_E79EC296=2, L_407747CB=1, L_A4707A72=0, L_B22855CB=1, L_F141DD1D=1)
    assert value(quotas, "vpc", "L-F678F1CE") == 1
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    assert refused(ec2.create_vpc, CidrBlock="10.1.0.0/16") == "VpcLimitExceeded"
    group = {"VpcId": vpc, "Description": "d"}
    ec2.create_security_group(GroupName="a", **group)
    assert refused(ec2.create_security_group, GroupName="b", **group) == "SecurityGroupLimitExceeded"
    ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")
    assert refused(ec2.create_subnet, VpcId=vpc, CidrBlock="10.0.1.0/24") == "SubnetLimitExceeded"
    assert refused(ec2.create_internet_gateway) == "InternetGatewayLimitExceeded"
    target = {"Protocol": "HTTP", "Port": 80, "VpcId": vpc, "TargetType": "ip"}
    elb.create_target_group(Name="a", **target)
    assert refused(elb.create_target_group, Name="b", **target) == "TooManyTargetGroups"
    certificate = {"ValidationMethod": "DNS"}
    acm.request_certificate(DomainName="a.example.com", **certificate)
    assert refused(acm.request_certificate, DomainName="b.example.com", **certificate) == "LimitExceededException"
    limits = {one["Name"]: one["Max"] for one in elb.describe_account_limits()["Limits"]}
    assert limits["target-groups"] == "1"
    # In another region nobody asked.
    assert fresh.client("ec2", region="eu-west-1").create_vpc(CidrBlock="10.0.0.0/16")


def test_roles_of_the_account(fresh, refused):
    iam = fresh.client("iam")
    trust = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", ' \
            '"Principal": {"Service": "ecs-tasks.amazonaws.com"}}]}'
    apply(fresh, L_FE177D64=1)
    iam.create_role(RoleName="a", AssumeRolePolicyDocument=trust)
    assert refused(iam.create_role, RoleName="b", AssumeRolePolicyDocument=trust) == "LimitExceeded"
    iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
    summary = iam.get_account_summary()["SummaryMap"]
    assert (summary["Roles"], summary["RolesQuota"]) == (1, 1)
    assert (summary["Policies"], summary["PoliciesQuota"]) == (0, 1500)
    assert all(isinstance(value, int) for value in summary.values())


def test_an_unknown_code_cannot_be_set(fresh):
    status, _, text = fresh.request("PUT", "/_twin/quotas", {"eu-central-1": {"L-1": 1}})
    assert status == 400 and "L-1" in text
