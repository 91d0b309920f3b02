"""Rows of the emulator comparison that the services' own tests do not stand for; `test_emulator_rows.py` is the index."""

import pytest
from test_ecs import Stack
from test_elbv2 import elb, listener, balancer, net  # noqa: F401: fixtures


@pytest.fixture
def ec2(twin):
    twin.reset()
    return twin.client("ec2")


@pytest.fixture
def vpc(ec2):
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "app", "Value": "shop"}]}]
    asked = {"CidrBlock": "10.0.0.0/16", "AmazonProvidedIpv6CidrBlock": True, "TagSpecifications": tags}
    return ec2.create_vpc(**asked)["Vpc"]["VpcId"]


@pytest.fixture
def stack(twin):
    twin.reset()
    stack = Stack(twin)
    stack.register()
    stack.create(tags=[{"key": "app", "value": "shop"}])
    stack.wait(stack.completed)
    return stack


def described(ec2, vpc):
    return ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]


def test_row_vpc_ipv6_and_tags(ec2, vpc):
    found = described(ec2, vpc)
    assert found["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"].endswith("/56")
    assert found["Tags"] == [{"Key": "app", "Value": "shop"}]


def test_row_vpcs_in_pages(twin, ec2, vpc):
    for number in range(1, 5):
        ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")
    twin.timing({"stale_read": 0})
    pages = ec2.get_paginator("describe_vpcs").paginate(PaginationConfig={"PageSize": 5})
    assert [len(page["Vpcs"]) for page in pages] == [5]
    first = ec2.describe_vpcs(MaxResults=5)
    assert "NextToken" not in first


def test_row_subnets_of_two_sorts(ec2, vpc):
    block = described(ec2, vpc)["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
    for number, zone in enumerate("abab"):
        made = ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"eu-central-1{zone}",
            Ipv6CidrBlock=block.replace("00::/56", f"0{number}::/64"),
        )["Subnet"]
        public = {"SubnetId": made["SubnetId"], "MapPublicIpOnLaunch": {"Value": number < 2}}
        ec2.modify_subnet_attribute(**public)
        ec2.modify_subnet_attribute(SubnetId=made["SubnetId"], AssignIpv6AddressOnCreation={"Value": True})
    found = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    assert sorted(each["MapPublicIpOnLaunch"] for each in found) == [False, False, True, True]
    assert all(each["AssignIpv6AddressOnCreation"] for each in found)


def test_row_route_to_every_ipv6(ec2, vpc):
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationIpv6CidrBlock="::/0", GatewayId=gateway)
    routes = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    (route,) = [each for each in routes if each.get("DestinationIpv6CidrBlock") == "::/0"]
    assert (route["GatewayId"], route["State"], route["Origin"]) == (gateway, "active", "CreateRoute")


def test_row_egress_rule_and_rules_of_a_group(ec2, vpc):
    group = ec2.create_security_group(GroupName="db", Description="db", VpcId=vpc)["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[rule])
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    assert sorted((each["IsEgress"], each["FromPort"]) for each in rules) == [(True, -1), (True, -1), (True, 5432)]


def test_row_describe_services_tags(stack):
    ask = {"cluster": "shop", "services": ["web"]}
    (service,) = stack.ecs.describe_services(**ask, include=["TAGS"])["services"]
    assert service["tags"] == [{"key": "app", "value": "shop"}]
    (service,) = stack.ecs.describe_services(**ask)["services"]
    assert "tags" not in service


def test_row_list_tasks_of_service(stack):
    arns = stack.ecs.list_tasks(cluster="shop", serviceName="web")["taskArns"]
    assert arns and all(":task/shop/" in arn for arn in arns)


def test_row_list_service_deployments(stack):
    (deployment,) = stack.ecs.list_service_deployments(cluster="shop", service="web")["serviceDeployments"]
    assert deployment["status"] == "SUCCESSFUL"


def test_row_delete_listener(elb, listener, refused):  # noqa: F811
    elb.delete_listener(ListenerArn=listener)
    assert refused(elb.describe_listeners, ListenerArns=[listener]) == "ListenerNotFound"


def test_an_interface_with_an_address_of_its_own(ec2, vpc, refused):
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.9.0/24")["Subnet"]["SubnetId"]
    ask = {"SubnetId": subnet, "PrivateIpAddress": "10.0.9.50", "ClientToken": "once"}
    made = [ec2.create_network_interface(**ask)["NetworkInterface"] for _ in range(2)]
    assert {each["PrivateIpAddress"] for each in made} == {"10.0.9.50"}
    assert len({each["NetworkInterfaceId"] for each in made}) == 1
    taken = {"SubnetId": subnet, "PrivateIpAddress": "10.0.9.50"}
    assert refused(ec2.create_network_interface, **taken) == "InvalidIPAddress.InUse"
