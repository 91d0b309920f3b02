"""Egress-only internet gateways, and what is read beside them. Tests named `row_…` stand for the rows of the emulator
comparison's EC2 part."""

import pytest
from test_ec2 import ec2, subnet, table, tagged, vpc  # noqa: F401


@pytest.fixture
def egress(ec2, vpc):
    made = ec2.create_egress_only_internet_gateway(VpcId=vpc)
    return made["EgressOnlyInternetGateway"]["EgressOnlyInternetGatewayId"]


def everything(ec2):
    return ec2.describe_egress_only_internet_gateways()["EgressOnlyInternetGateways"]


def test_row_egress_only_igw_create(ec2, vpc):
    tags = tagged("egress-only-internet-gateway", app="hello")
    made = ec2.create_egress_only_internet_gateway(VpcId=vpc, TagSpecifications=tags)["EgressOnlyInternetGateway"]
    assert made["Attachments"] == [{"State": "attached", "VpcId": vpc}]
    assert made["Tags"] == [{"Key": "app", "Value": "hello"}]
    assert everything(ec2) == [made]


def test_tokens(ec2, vpc, refused):
    ask = {"VpcId": vpc, "ClientToken": "t"}
    first = ec2.create_egress_only_internet_gateway(**ask)["EgressOnlyInternetGateway"]
    assert ec2.create_egress_only_internet_gateway(**ask)["EgressOnlyInternetGateway"] == first
    other = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    refusal = refused(ec2.create_egress_only_internet_gateway, VpcId=other, ClientToken="t")
    assert refusal == "IdempotentParameterMismatch"


def test_row_egress_only_igw_delete(ec2, egress, refused):
    assert ec2.delete_egress_only_internet_gateway(EgressOnlyInternetGatewayId=egress)["ReturnCode"]
    assert everything(ec2) == []
    ask = {"EgressOnlyInternetGatewayId": egress}
    assert refused(ec2.delete_egress_only_internet_gateway, **ask) == "InvalidGatewayID.NotFound"
    refusal = refused(ec2.describe_egress_only_internet_gateways, EgressOnlyInternetGatewayIds=[egress])
    assert refusal == "InvalidGatewayID.NotFound"


def test_create_refuses(ec2, refused):
    gone = "vpc-0123456789abcdef0"
    assert refused(ec2.create_egress_only_internet_gateway, VpcId=gone) == "InvalidVpcID.NotFound"
    assert refused(ec2.create_egress_only_internet_gateway, VpcId="x") == "InvalidVpcID.Malformed"


def test_a_vpc_with_one_stays(ec2, egress, vpc, refused):
    assert refused(ec2.delete_vpc, VpcId=vpc) == "DependencyViolation"
    ec2.delete_egress_only_internet_gateway(EgressOnlyInternetGatewayId=egress)
    ec2.delete_vpc(VpcId=vpc)


def test_a_route_for_ipv6(ec2, egress, table):
    ask = {"RouteTableId": table, "DestinationIpv6CidrBlock": "::/0"}
    ec2.create_route(**ask, EgressOnlyInternetGatewayId=egress)
    route = lambda: ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"][1]
    assert (route()["EgressOnlyInternetGatewayId"], route()["State"]) == (egress, "active")
    ec2.delete_egress_only_internet_gateway(EgressOnlyInternetGatewayId=egress)
    assert route()["State"] == "blackhole"


@pytest.mark.parametrize("ask, code", [
    ({"EgressOnlyInternetGatewayId": "eigw-0123456789abcdef0"}, "InvalidGatewayID.NotFound"),
    ({"DestinationIpv6CidrBlock": None, "DestinationCidrBlock": "0.0.0.0/0"}, "InvalidParameterValue"),
])
def test_route_refuses(ec2, egress, table, refused, ask, code):
    ask = {"RouteTableId": table, "DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": egress} | ask
    assert refused(ec2.create_route, **{name: value for name, value in ask.items() if value}) == code


def test_a_gateway_of_another_vpc(ec2, egress, refused):
    other = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    table = ec2.create_route_table(VpcId=other)["RouteTable"]["RouteTableId"]
    ask = {"RouteTableId": table, "DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": egress}
    assert refused(ec2.create_route, **ask) == "InvalidParameterValue"


def test_dhcp_options_of_a_vpc(ec2, vpc, refused):
    (found,) = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]
    (options,) = ec2.describe_dhcp_options(DhcpOptionsIds=[found["DhcpOptionsId"]])["DhcpOptions"]
    said = {each["Key"]: each["Values"][0]["Value"] for each in options["DhcpConfigurations"]}
    assert said == {"domain-name": "eu-central-1.compute.internal", "domain-name-servers": "AmazonProvidedDNS"}
    gone = "dopt-0123456789abcdef0"
    assert refused(ec2.describe_dhcp_options, DhcpOptionsIds=[gone]) == "InvalidDhcpOptionID.NotFound"
