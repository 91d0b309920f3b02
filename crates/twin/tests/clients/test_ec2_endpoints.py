"""VPC endpoints, prefix lists. Tests named `row_…` stand for the rows of the emulator comparison's EC2 part."""

import json

import pytest
from test_ec2 import by, ec2, group, message, subnet, table, tagged, vpc  # noqa: F401

HERE = "com.amazonaws.eu-central-1"
POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}]}'


def create(ec2, **ask):
    return ec2.create_vpc_endpoint(**ask)["VpcEndpoint"]["VpcEndpointId"]


def one(ec2, endpoint):
    return ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"][0]


@pytest.fixture
def names(ec2, vpc):
    """A VPC with the attributes that private names need."""
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    return vpc


@pytest.fixture
def s3(ec2, vpc, table):
    return create(ec2, VpcId=vpc, ServiceName=f"{HERE}.s3", RouteTableIds=[table])


@pytest.fixture
def ask(names, subnet, group):
    return {
        "VpcId": names, "ServiceName": f"{HERE}.ecr.dkr", "VpcEndpointType": "Interface", "SubnetIds": [subnet],
        "SecurityGroupIds": [group], "PrivateDnsEnabled": True,
    }


@pytest.fixture
def ecr(twin, ec2, ask):
    made = create(ec2, **ask)
    twin.advance(60)
    return made


def list_id(ec2, name):
    found = ec2.describe_prefix_lists(Filters=by(prefix_list_name=name))["PrefixLists"]
    return found[0]["PrefixListId"]


def test_row_create_vpc_endpoint_gateway_s3(ec2, vpc, table):
    tags = tagged("vpc-endpoint", app="hello")
    ask = {"VpcId": vpc, "ServiceName": f"{HERE}.s3", "RouteTableIds": [table], "TagSpecifications": tags}
    made = ec2.create_vpc_endpoint(**ask)["VpcEndpoint"]
    assert (made["State"], made["VpcEndpointType"], made["RouteTableIds"]) == ("available", "Gateway", [table])
    assert json.loads(made["PolicyDocument"])["Statement"][0]["Action"] == "*"
    assert made["Tags"] == [{"Key": "app", "Value": "hello"}] and made["NetworkInterfaceIds"] == []
    assert not made["PrivateDnsEnabled"]


def routes(ec2, table):
    return ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]


def test_a_gateway_endpoint_is_a_route_to_a_prefix_list(ec2, s3, table):
    route = routes(ec2, table)[1]
    assert route["DestinationPrefixListId"] == list_id(ec2, f"{HERE}.s3")
    assert (route["GatewayId"], route["State"]) == (s3, "active")


def test_a_gateway_endpoint_takes_its_routes_along(ec2, s3, table, refused):
    assert ec2.delete_vpc_endpoints(VpcEndpointIds=[s3])["Unsuccessful"] == []
    assert len(routes(ec2, table)) == 1
    assert refused(ec2.describe_vpc_endpoints, VpcEndpointIds=[s3]) == "InvalidVpcEndpointId.NotFound"


def test_a_table_has_one_route_to_a_service(ec2, s3, vpc, table, refused):
    ask = {"VpcId": vpc, "ServiceName": f"{HERE}.s3", "RouteTableIds": [table]}
    assert refused(ec2.create_vpc_endpoint, **ask) == "RouteAlreadyExists"
    create(ec2, **ask | {"ServiceName": f"{HERE}.dynamodb"})


def test_a_deleted_table_is_none_of_the_endpoint(ec2, s3, table):
    ec2.delete_route_table(RouteTableId=table)
    assert one(ec2, s3)["RouteTableIds"] == []


def test_a_vpc_with_an_endpoint_stays(ec2, s3, vpc, table, refused):
    ec2.delete_route_table(RouteTableId=table)
    assert refused(ec2.delete_vpc, VpcId=vpc) == "DependencyViolation"
    ec2.delete_vpc_endpoints(VpcEndpointIds=[s3])
    ec2.delete_vpc(VpcId=vpc)


def test_row_create_vpc_endpoint_interface_ecr(ec2, ask, subnet, group):
    made = ec2.create_vpc_endpoint(**ask)["VpcEndpoint"]
    assert (made["State"], made["VpcEndpointType"], made["SubnetIds"]) == ("pending", "Interface", [subnet])
    assert [each["GroupId"] for each in made["Groups"]] == [group]
    own = made["DnsEntries"]
    assert own[0]["DnsName"].endswith(".dkr.ecr.eu-central-1.vpce.amazonaws.com")
    assert own[-1]["DnsName"] == "*.dkr.ecr.eu-central-1.amazonaws.com" and len(own) == 3


def test_row_vpce_pending_to_available(twin, ec2, ask):
    endpoint = create(ec2, **ask)
    twin.advance(59)
    assert one(ec2, endpoint)["State"] == "pending"
    twin.advance(1)
    assert one(ec2, endpoint)["State"] == "available"


def test_an_interface_endpoint_has_interfaces_that_linger(twin, ec2, ecr, subnet, group, refused):
    (interface,) = ec2.describe_network_interfaces(Filters=by(interface_type="vpc_endpoint"))["NetworkInterfaces"]
    assert interface["Description"] == f"VPC Endpoint Interface {ecr}"
    assert one(ec2, ecr)["NetworkInterfaceIds"] == [interface["NetworkInterfaceId"]]
    assert refused(ec2.delete_network_interface, NetworkInterfaceId=interface["NetworkInterfaceId"]) == "InvalidParameterValue"
    ec2.delete_vpc_endpoints(VpcEndpointIds=[ecr])
    assert one(ec2, ecr)["State"] == "deleting"
    assert refused(ec2.delete_subnet, SubnetId=subnet) == "DependencyViolation"
    assert refused(ec2.delete_security_group, GroupId=group) == "DependencyViolation"
    twin.advance(60)
    assert refused(ec2.describe_vpc_endpoints, VpcEndpointIds=[ecr]) == "InvalidVpcEndpointId.NotFound"
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_security_group(GroupId=group)


def test_without_groups_it_has_the_default_one(ec2, ask):
    made = ec2.create_vpc_endpoint(**ask | {"SecurityGroupIds": []})["VpcEndpoint"]
    assert [each["GroupName"] for each in made["Groups"]] == ["default"]


def test_tokens(ec2, ask, refused):
    first = ec2.create_vpc_endpoint(**ask, ClientToken="t")
    again = ec2.create_vpc_endpoint(**ask, ClientToken="t")
    assert first["VpcEndpoint"]["VpcEndpointId"] == again["VpcEndpoint"]["VpcEndpointId"]
    other = ask | {"PrivateDnsEnabled": False}
    assert refused(ec2.create_vpc_endpoint, **other, ClientToken="t") == "IdempotentParameterMismatch"


def test_private_names_need_the_dns_of_the_vpc(ec2, ask, names):
    ec2.modify_vpc_attribute(VpcId=names, EnableDnsHostnames={"Value": False})
    said = "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for"
    assert message(ec2.create_vpc_endpoint, **ask) == f"InvalidParameter: {said} {names}"
    create(ec2, **ask | {"PrivateDnsEnabled": False})


def test_private_names_are_had_once(ec2, ecr, ask, names):
    said = (
        "InvalidParameter: private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
        f"*.dkr.ecr.eu-central-1.amazonaws.com in the VPC {names}"
    )
    assert message(ec2.create_vpc_endpoint, **ask) == said
    create(ec2, **ask | {"PrivateDnsEnabled": False})


def test_private_names_and_private_zones_exclude_each_other(twin, ec2, ask, names, refused):
    r53 = twin.client("route53")
    zone = {"Name": "logs.eu-central-1.amazonaws.com", "VPC": {"VPCRegion": "eu-central-1", "VPCId": names}}
    r53.create_hosted_zone(**zone, CallerReference="1")
    logs = ask | {"ServiceName": f"{HERE}.logs"}
    assert refused(ec2.create_vpc_endpoint, **logs) == "InvalidParameter"
    create(ec2, **ask | {"ServiceName": f"{HERE}.sqs"})
    zone["Name"] = "sqs.eu-central-1.amazonaws.com"
    assert refused(r53.create_hosted_zone, **zone, CallerReference="2") == "ConflictingDomainExists"


@pytest.mark.parametrize("other, code", [
    ({"VpcId": "vpc-0123456789abcdef0"}, "InvalidVpcId.NotFound"),
    ({"ServiceName": f"{HERE}.nope"}, "InvalidServiceName"),
    ({"ServiceName": "com.amazonaws.us-east-1.ecr.dkr"}, "InvalidServiceName"),
    ({"ServiceName": f"{HERE}.dynamodb"}, "InvalidParameter"),
    ({"ServiceName": f"{HERE}.s3"}, "NotImplemented"),
    ({"VpcEndpointType": "GatewayLoadBalancer"}, "NotImplemented"),
    ({"IpAddressType": "ipv6"}, "NotImplemented"),
    ({"DnsOptions": {"DnsRecordIpType": "dualstack"}}, "NotImplemented"),
    ({"RouteTableIds": ["rtb-0123456789abcdef0"]}, "InvalidParameter"),
    ({"SubnetIds": ["subnet-0123456789abcdef0"]}, "InvalidSubnetId.NotFound"),
    ({"SubnetIds": ["x"]}, "InvalidSubnetId.Malformed"),
    ({"SecurityGroupIds": ["sg-0123456789abcdef0"]}, "InvalidGroup.NotFound"),
    ({"PolicyDocument": "{"}, "InvalidPolicyDocument"),
    ({"PolicyDocument": "{}"}, "InvalidPolicyDocument"),
    ({"DryRun": True}, "DryRunOperation"),
])
def test_create_interface_refuses(ec2, ask, refused, other, code):
    assert refused(ec2.create_vpc_endpoint, **ask | other) == code
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == []


@pytest.mark.parametrize("other, code", [
    ({"ServiceName": f"{HERE}.ecr.api"}, "InvalidParameter"),
    ({"RouteTableIds": ["rtb-0123456789abcdef0"]}, "InvalidRouteTableId.NotFound"),
    ({"RouteTableIds": ["x"]}, "InvalidRouteTableId.Malformed"),
    ({"SubnetIds": ["subnet-0123456789abcdef0"]}, "InvalidParameter"),
    ({"SecurityGroupIds": ["sg-0123456789abcdef0"]}, "InvalidParameter"),
    ({"PrivateDnsEnabled": True}, "InvalidParameter"),
])
def test_create_gateway_refuses(ec2, vpc, refused, other, code):
    assert refused(ec2.create_vpc_endpoint, **{"VpcId": vpc, "ServiceName": f"{HERE}.s3"} | other) == code


def test_one_subnet_a_zone(ec2, names, ask, subnet, refused):
    place = {"VpcId": names, "CidrBlock": "10.0.2.0/24", "AvailabilityZone": "eu-central-1a"}
    second = ec2.create_subnet(**place)["Subnet"]["SubnetId"]
    assert refused(ec2.create_vpc_endpoint, **ask | {"SubnetIds": [subnet, second]}) == "DuplicateSubnetsInSameZone"


def test_subnets_groups_and_tables_of_another_vpc(ec2, ask, vpc, table, refused):
    other = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=other, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="o", Description="o", VpcId=other)["GroupId"]
    assert refused(ec2.create_vpc_endpoint, **ask | {"SubnetIds": [subnet]}) == "InvalidParameter"
    assert refused(ec2.create_vpc_endpoint, **ask | {"SecurityGroupIds": [group]}) == "InvalidParameter"
    gateway = {"VpcId": other, "ServiceName": f"{HERE}.s3", "RouteTableIds": [table]}
    assert refused(ec2.create_vpc_endpoint, **gateway) == "InvalidParameter"


def test_policy_can_be_changed_and_reset(ec2, s3):
    ec2.modify_vpc_endpoint(VpcEndpointId=s3, PolicyDocument=POLICY)
    assert one(ec2, s3)["PolicyDocument"] == POLICY
    ec2.modify_vpc_endpoint(VpcEndpointId=s3, ResetPolicy=True)
    assert json.loads(one(ec2, s3)["PolicyDocument"])["Statement"][0]["Action"] == "*"


def test_tables_come_and_go(ec2, s3, vpc, table, refused):
    other = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.modify_vpc_endpoint(VpcEndpointId=s3, AddRouteTableIds=[other], RemoveRouteTableIds=[table])
    assert one(ec2, s3)["RouteTableIds"] == [other] and len(routes(ec2, table)) == 1
    assert refused(ec2.modify_vpc_endpoint, VpcEndpointId=s3, RemoveRouteTableIds=[table]) == "InvalidParameter"


def test_subnets_and_groups_come_and_go(ec2, ecr, vpc, subnet, group):
    place = {"VpcId": vpc, "CidrBlock": "10.0.2.0/24", "AvailabilityZone": "eu-central-1b"}
    second = ec2.create_subnet(**place)["Subnet"]["SubnetId"]
    new = ec2.create_security_group(GroupName="n", Description="n", VpcId=vpc)["GroupId"]
    groups = {"AddSecurityGroupIds": [new], "RemoveSecurityGroupIds": [group]}
    ec2.modify_vpc_endpoint(VpcEndpointId=ecr, AddSubnetIds=[second], **groups)
    interfaces = ec2.describe_network_interfaces(Filters=by(group_id=new))["NetworkInterfaces"]
    assert sorted(each["SubnetId"] for each in interfaces) == sorted([subnet, second])
    ec2.delete_security_group(GroupId=group)
    ec2.modify_vpc_endpoint(VpcEndpointId=ecr, RemoveSubnetIds=[subnet])
    assert one(ec2, ecr)["SubnetIds"] == [second]
    ec2.delete_subnet(SubnetId=subnet)


def test_private_names_can_be_switched(ec2, ecr, names, refused):
    ec2.modify_vpc_endpoint(VpcEndpointId=ecr, PrivateDnsEnabled=False)
    assert len(one(ec2, ecr)["DnsEntries"]) == 2
    ec2.modify_vpc_attribute(VpcId=names, EnableDnsHostnames={"Value": False})
    assert refused(ec2.modify_vpc_endpoint, VpcEndpointId=ecr, PrivateDnsEnabled=True) == "InvalidParameter"


@pytest.mark.parametrize("other, code", [
    ({"VpcEndpointId": "vpce-0123456789abcdef0"}, "InvalidVpcEndpointId.NotFound"),
    ({"VpcEndpointId": "x"}, "InvalidVpcEndpointId.Malformed"),
    ({"ResetPolicy": True, "PolicyDocument": POLICY}, "InvalidParameterCombination"),
    ({"PolicyDocument": "x"}, "InvalidPolicyDocument"),
    ({"AddRouteTableIds": ["rtb-0123456789abcdef0"]}, "InvalidParameter"),
    ({"AddSubnetIds": ["subnet-0123456789abcdef0"]}, "InvalidSubnetId.NotFound"),
    ({"RemoveSubnetIds": ["subnet-0123456789abcdef0"]}, "InvalidParameter"),
    ({"AddSecurityGroupIds": ["sg-0123456789abcdef0"]}, "InvalidGroup.NotFound"),
    ({"IpAddressType": "dualstack"}, "NotImplemented"),
])
def test_modify_refuses(ec2, ecr, refused, other, code):
    assert refused(ec2.modify_vpc_endpoint, **{"VpcEndpointId": ecr} | other) == code


def test_the_last_group_stays(ec2, ecr, group, refused):
    assert refused(ec2.modify_vpc_endpoint, VpcEndpointId=ecr, RemoveSecurityGroupIds=[group]) == "InvalidParameter"


def test_what_is_pending_cannot_be_modified(ec2, ask, refused):
    endpoint = create(ec2, **ask)
    assert refused(ec2.modify_vpc_endpoint, VpcEndpointId=endpoint, PrivateDnsEnabled=False) == "IncorrectState"


def test_delete_tells_of_those_that_are_not_there(ec2, s3):
    gone = "vpce-0123456789abcdef0"
    (failed,) = ec2.delete_vpc_endpoints(VpcEndpointIds=[gone, s3])["Unsuccessful"]
    assert (failed["ResourceId"], failed["Error"]["Code"]) == (gone, "InvalidVpcEndpoint.NotFound")
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == []


def test_delete_refuses(ec2, refused):
    assert refused(ec2.delete_vpc_endpoints, VpcEndpointIds=["x"]) == "InvalidVpcEndpointId.Malformed"
    assert refused(ec2.delete_vpc_endpoints, VpcEndpointIds=[]) == "MissingParameter"


def test_described_by_filters(ec2, s3, ecr, vpc):
    ids = lambda **filters: [
        each["VpcEndpointId"] for each in ec2.describe_vpc_endpoints(Filters=by(**filters))["VpcEndpoints"]
    ]
    assert ids(vpc_endpoint_type="Gateway") == [s3] and ids(service_name=f"{HERE}.ecr.dkr") == [ecr]
    assert sorted(ids(vpc_id=vpc, vpc_endpoint_state="available")) == sorted([s3, ecr])


def test_tags(ec2, s3):
    ec2.create_tags(Resources=[s3], Tags=[{"Key": "a", "Value": "1"}])
    assert one(ec2, s3)["Tags"] == [{"Key": "a", "Value": "1"}]
    assert ec2.describe_vpc_endpoints(Filters=by(**{"tag:a": "1"}))["VpcEndpoints"]


def test_services(ec2, refused):
    found = ec2.describe_vpc_endpoint_services(ServiceNames=[f"{HERE}.ecr.api"])
    assert found["ServiceNames"] == [f"{HERE}.ecr.api"]
    (detail,) = found["ServiceDetails"]
    assert detail["ServiceType"] == [{"ServiceType": "Interface"}] and detail["Owner"] == "amazon"
    assert detail["PrivateDnsName"] == "api.ecr.eu-central-1.amazonaws.com"
    assert detail["AvailabilityZones"] == ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
    gateways = ec2.describe_vpc_endpoint_services(Filters=by(service_type="Gateway"))["ServiceNames"]
    assert gateways == [f"{HERE}.dynamodb", f"{HERE}.s3"]
    assert refused(ec2.describe_vpc_endpoint_services, ServiceNames=["x"]) == "InvalidServiceName"


def test_services_in_pages(ec2):
    pages = ec2.get_paginator("describe_vpc_endpoint_services").paginate(PaginationConfig={"PageSize": 5})
    names = [name for page in pages for name in page["ServiceNames"]]
    assert len(names) == len(set(names)) > 20


def test_row_prefix_lists(ec2, refused):
    names = [each["PrefixListName"] for each in ec2.describe_prefix_lists()["PrefixLists"]]
    assert f"{HERE}.s3" in names and f"{HERE}.dynamodb" in names
    cloudfront = "com.amazonaws.global.cloudfront.origin-facing"
    (managed,) = ec2.describe_managed_prefix_lists(Filters=by(prefix_list_name=cloudfront))["PrefixLists"]
    assert managed["OwnerId"] == "AWS" and managed["AddressFamily"] == "IPv4"
    assert managed["PrefixListId"] == list_id(ec2, cloudfront)
    assert ec2.get_managed_prefix_list_entries(PrefixListId=managed["PrefixListId"])["Entries"]


def test_prefix_lists_that_are_not_there(ec2, refused):
    gone = "pl-01234567"
    assert refused(ec2.describe_prefix_lists, PrefixListIds=[gone]) == "InvalidPrefixListID.NotFound"
    assert refused(ec2.describe_managed_prefix_lists, PrefixListIds=[gone]) == "InvalidPrefixListID.NotFound"
    assert refused(ec2.get_managed_prefix_list_entries, PrefixListId=gone) == "InvalidPrefixListID.NotFound"
    assert refused(ec2.get_managed_prefix_list_entries, PrefixListId="x") == "InvalidPrefixListID.Malformed"


def test_rules_can_name_a_prefix_list(ec2, group):
    s3 = list_id(ec2, f"{HERE}.s3")
    lists = [{"PrefixListId": s3, "Description": "images"}]
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": lists}
    made = ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[permission])["SecurityGroupRules"]
    assert made[0]["PrefixListId"] == s3
    (found,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    assert [each for each in found["IpPermissionsEgress"] if each["PrefixListIds"] == lists]
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[permission])
