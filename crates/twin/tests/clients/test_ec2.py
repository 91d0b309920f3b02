"""EC2 as boto3 sees it. Tests named `row_…` stand for the rows of the emulator comparison's EC2 part."""

import xml.etree.ElementTree

import pytest


@pytest.fixture
def ec2(twin):
    twin.reset()
    client = twin.client("ec2")
    client.meta.events.register("before-parse.ec2", only_known_members)
    return client


def only_known_members(operation_model, response_dict, **_):
    """boto3 passes over members that it does not know; a misspelt one must fail here."""
    if response_dict["status_code"] == 200:
        root = xml.etree.ElementTree.fromstring(response_dict["body"])
        check_members(operation_model.name, root, operation_model.output_shape)


def check_members(path, element, shape):
    if shape is None or shape.type_name == "list":
        for item in element if shape else []:
            check_members(path, item, shape.member)
    elif shape.type_name == "structure":
        known = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for child in element:
            name = child.tag.split("}")[-1]
            # Older answers have `return` where today's model has no output.
            if name not in ("requestId", "return"):
                assert name in known, f"{path}.{name} is not in the model"
                check_members(f"{path}.{name}", child, known[name])


@pytest.fixture
def vpc(ec2):
    return ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]


@pytest.fixture
def subnet(ec2, vpc):
    return ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]


@pytest.fixture
def gateway(ec2, vpc):
    id = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=id, VpcId=vpc)
    return id


@pytest.fixture
def table(ec2, vpc):
    return ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]


@pytest.fixture
def group(ec2, vpc):
    return ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]


def by(**filters):
    """Filters: `by(vpc_id="vpc-1")`, `by(**{"tag:a": ["x", "y"]})`."""
    many = lambda value: value if isinstance(value, list) else [value]
    return [{"Name": name.replace("_", "-"), "Values": many(value)} for name, value in filters.items()]


def tagged(kind, **tags):
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]


def http(**more):
    return [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, **(more or {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]})}]


def message(call, **parameters):
    with pytest.raises(call.__self__.exceptions.ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


# Zones and regions


def zones(client, **parameters):
    return [zone["ZoneName"] for zone in client.describe_availability_zones(**parameters)["AvailabilityZones"]]


def test_frankfurt_has_three_zones(ec2):
    assert zones(ec2) == ["eu-central-1a", "eu-central-1b", "eu-central-1c"]


def test_some_regions_have_two_zones(twin):
    assert len(zones(twin.client("ec2", region="us-west-1"))) == 2


def test_local_zones_are_hidden_until_opted_in(twin, ec2):
    virginia = twin.client("ec2", region="us-east-1")
    assert len(zones(virginia)) == 6
    virginia.modify_availability_zone_group(GroupName="us-east-1-bos-1", OptInStatus="opted-in")
    assert "us-east-1-bos-1a" in zones(virginia)
    assert len(zones(virginia, Filters=by(zone_type="availability-zone"))) == 6
    assert zones(virginia, Filters=by(opt_in_status="opted-in")) == ["us-east-1-bos-1a"]


def test_all_zones_shows_local_and_wavelength_zones(twin, ec2):
    virginia = twin.client("ec2", region="us-east-1")
    found = virginia.describe_availability_zones(AllAvailabilityZones=True)["AvailabilityZones"]
    kinds = {zone["ZoneType"]: zone["OptInStatus"] for zone in found}
    assert kinds == {
        "availability-zone": "opt-in-not-required",
        "local-zone": "not-opted-in",
        "wavelength-zone": "not-opted-in",
    }


def test_unknown_zones_are_refused(ec2, refused):
    assert refused(ec2.describe_availability_zones, ZoneNames=["eu-central-1z"]) == "InvalidParameterValue"
    assert refused(
        ec2.modify_availability_zone_group, GroupName="eu-central-1", OptInStatus="opted-in"
    ) == "InvalidParameterValue"


def test_regions(ec2, refused):
    names = [region["RegionName"] for region in ec2.describe_regions()["Regions"]]
    assert "eu-central-1" in names and "me-south-1" not in names
    assert refused(ec2.describe_regions, RegionNames=["mars-1"]) == "InvalidParameterValue"


def test_account_attributes(ec2, refused):
    found = ec2.describe_account_attributes(AttributeNames=["default-vpc"])["AccountAttributes"]
    assert found[0]["AttributeValues"] == [{"AttributeValue": "none"}]
    assert refused(ec2.describe_account_attributes, AttributeNames=["mood"]) == "InvalidParameterValue"


# VPCs


def test_row_create_vpc_8(ec2):
    assert message(ec2.create_vpc, CidrBlock="10.0.0.0/8") == "InvalidVpc.Range: The CIDR '10.0.0.0/8' is invalid."


@pytest.mark.parametrize(
    "parameters, code",
    [
        ({"CidrBlock": "10.0.0.0/29"}, "InvalidVpc.Range"),
        ({"CidrBlock": "ten"}, "InvalidParameterValue"),
        ({}, "MissingParameter"),
        ({"CidrBlock": "10.0.0.0/16", "InstanceTenancy": "dedicated"}, "NotImplemented"),
    ],
)
def test_create_vpc_refuses(ec2, refused, parameters, code):
    assert refused(ec2.create_vpc, **parameters) == code


def test_blocks_are_made_canonical(ec2):
    assert ec2.create_vpc(CidrBlock="10.0.0.18/16")["Vpc"]["CidrBlock"] == "10.0.0.0/16"


def test_a_vpc_is_pending_then_available(ec2):
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]
    assert vpc["State"] == "pending"
    assert ec2.describe_vpcs(VpcIds=[vpc["VpcId"]])["Vpcs"][0]["State"] == "available"


def test_a_vpc_comes_with_group_table_and_acl(ec2, vpc):
    (group,) = ec2.describe_security_groups(Filters=by(vpc_id=vpc))["SecurityGroups"]
    assert group["GroupName"] == "default"
    assert group["IpPermissions"][0]["UserIdGroupPairs"][0]["GroupId"] == group["GroupId"]
    assert group["IpPermissionsEgress"][0]["IpRanges"] == [{"CidrIp": "0.0.0.0/0"}]
    (table,) = ec2.describe_route_tables(Filters=by(vpc_id=vpc, **{"association.main": "true"}))["RouteTables"]
    assert [(route["GatewayId"], route["State"]) for route in table["Routes"]] == [("local", "active")]
    (acl,) = ec2.describe_network_acls(Filters=by(vpc_id=vpc, default="true"))["NetworkAcls"]
    assert len(acl["Entries"]) == 4


def test_amazon_gives_ipv6_blocks(ec2):
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
    block = vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
    assert block.endswith("::/56")
    subnet = block.replace("::/56", "::/64")
    made = ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock="10.0.0.0/24", Ipv6CidrBlock=subnet)["Subnet"]
    assert made["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"] == subnet


def v6_state(described):
    return [each["Ipv6CidrBlockState"]["State"] for each in described["Ipv6CidrBlockAssociationSet"]]


def test_a_vpc_gets_an_ipv6_block_and_loses_it(twin, ec2, vpc, refused):
    answer = ec2.associate_vpc_cidr_block(VpcId=vpc, AmazonProvidedIpv6CidrBlock=True)
    made = answer["Ipv6CidrBlockAssociation"]
    assert made["Ipv6CidrBlockState"]["State"] == "associating"
    twin.advance(2)
    (described,) = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]
    assert v6_state(described) == ["associated"]
    again = dict(VpcId=vpc, AmazonProvidedIpv6CidrBlock=True)
    assert refused(ec2.associate_vpc_cidr_block, **again) == "NotImplemented"
    assert refused(ec2.associate_vpc_cidr_block, VpcId=vpc) == "MissingParameter"
    gone = ec2.disassociate_vpc_cidr_block(AssociationId=made["AssociationId"])
    assert gone["Ipv6CidrBlockAssociation"]["Ipv6CidrBlockState"]["State"] == "disassociating"
    # AWS goes on showing it [terraform #12895].
    (described,) = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]
    assert v6_state(described) == ["disassociated"]
    wrong = dict(AssociationId=made["AssociationId"])
    assert refused(ec2.disassociate_vpc_cidr_block, **wrong) == "InvalidVpcCidrBlockAssociationID.NotFound"


def test_a_subnet_gets_an_ipv6_block_and_loses_it(twin, ec2, vpc, subnet, refused):
    made = ec2.associate_vpc_cidr_block(VpcId=vpc, AmazonProvidedIpv6CidrBlock=True)
    made = made["Ipv6CidrBlockAssociation"]
    block = made["Ipv6CidrBlock"].replace("::/56", "::/64")
    outside = dict(SubnetId=subnet, Ipv6CidrBlock="2001:db8::/64")
    assert refused(ec2.associate_subnet_cidr_block, **outside) == "InvalidSubnet.Range"
    answer = ec2.associate_subnet_cidr_block(SubnetId=subnet, Ipv6CidrBlock=block)
    association = answer["Ipv6CidrBlockAssociation"]["AssociationId"]
    assert answer["Ipv6CidrBlockAssociation"]["Ipv6CidrBlockState"]["State"] == "associating"
    twin.advance(2)
    (described,) = ec2.describe_subnets(SubnetIds=[subnet])["Subnets"]
    assert v6_state(described) == ["associated"]
    other = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.2.0/24")["Subnet"]["SubnetId"]
    taken = dict(SubnetId=other, Ipv6CidrBlock=block)
    assert refused(ec2.associate_subnet_cidr_block, **taken) == "InvalidSubnet.Conflict"
    in_use = dict(AssociationId=made["AssociationId"])
    assert refused(ec2.disassociate_vpc_cidr_block, **in_use) == "InvalidCidrBlock.InUse"
    ec2.modify_subnet_attribute(SubnetId=subnet, AssignIpv6AddressOnCreation={"Value": True})
    assigns = dict(AssociationId=association)
    assert refused(ec2.disassociate_subnet_cidr_block, **assigns) == "InvalidCidrBlock.InUse"
    ec2.modify_subnet_attribute(SubnetId=subnet, AssignIpv6AddressOnCreation={"Value": False})
    ec2.disassociate_subnet_cidr_block(AssociationId=association)
    assert refused(ec2.disassociate_subnet_cidr_block, **assigns) == "InvalidSubnetCidrBlockAssociationID.NotFound"
    ec2.disassociate_vpc_cidr_block(AssociationId=made["AssociationId"])


def test_the_sixth_vpc_is_over_the_quota(ec2):
    for number in range(5):
        ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")
    refusal = message(ec2.create_vpc, CidrBlock="10.9.0.0/16")
    assert refusal == "VpcLimitExceeded: The maximum number of VPCs has been reached."


def test_regions_are_apart(twin, ec2, vpc):
    assert twin.client("ec2", region="us-east-1").describe_vpcs()["Vpcs"] == []


def test_row_describe_vpcs_not_found(ec2):
    refusal = message(ec2.describe_vpcs, VpcIds=["vpc-0123456789abcdef0"])
    assert refusal == "InvalidVpcID.NotFound: The vpc ID 'vpc-0123456789abcdef0' does not exist"


@pytest.mark.parametrize(
    "operation, parameters, code",
    [
        ("describe_vpcs", {"VpcIds": ["net-1"]}, "InvalidVpcID.Malformed"),
        ("describe_subnets", {"SubnetIds": ["net-1"]}, "InvalidSubnetID.Malformed"),
        ("describe_security_groups", {"GroupIds": ["web"]}, "InvalidGroupId.Malformed"),
        ("describe_route_tables", {"RouteTableIds": ["x"]}, "InvalidRouteTableId.Malformed"),
        ("describe_route_tables", {"RouteTableIds": ["rtb-1"]}, "InvalidRouteTableID.NotFound"),
        ("describe_internet_gateways", {"InternetGatewayIds": ["x"]}, "InvalidInternetGatewayId.Malformed"),
        ("describe_internet_gateways", {"InternetGatewayIds": ["igw-1"]}, "InvalidInternetGatewayID.NotFound"),
        ("describe_network_interfaces", {"NetworkInterfaceIds": ["x"]}, "InvalidNetworkInterfaceId.Malformed"),
        ("describe_network_interfaces", {"NetworkInterfaceIds": ["eni-1"]}, "InvalidNetworkInterfaceID.NotFound"),
        ("describe_network_acls", {"NetworkAclIds": ["acl-1"]}, "InvalidNetworkAclID.NotFound"),
        ("describe_security_group_rules", {"SecurityGroupRuleIds": ["sgr-1"]}, "InvalidSecurityGroupRuleId.NotFound"),
        ("describe_vpc_attribute", {"VpcId": "vpc-1", "Attribute": "enableDnsSupport"}, "InvalidVpcID.NotFound"),
    ],
)
def test_wrong_ids(ec2, refused, operation, parameters, code):
    assert refused(getattr(ec2, operation), **parameters) == code


def test_malformed_ids_are_explained(ec2):
    refusal = message(ec2.describe_vpcs, VpcIds=["net-1"])
    assert refusal == 'InvalidVpcID.Malformed: Invalid id: "net-1" (expecting "vpc-...")'


def test_vpc_attributes(ec2, vpc, refused):
    def attribute(name):
        found = ec2.describe_vpc_attribute(VpcId=vpc, Attribute=name)
        return found[name[0].upper() + name[1:]]["Value"]

    assert attribute("enableDnsSupport") is True
    assert attribute("enableDnsHostnames") is False
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    assert attribute("enableDnsHostnames") is True
    both = {"EnableDnsHostnames": {"Value": True}, "EnableDnsSupport": {"Value": True}}
    assert refused(ec2.modify_vpc_attribute, VpcId=vpc, **both) == "InvalidParameterCombination"


def test_delete_vpc_takes_along_what_came_with_it(ec2, vpc):
    ec2.delete_vpc(VpcId=vpc)
    assert ec2.describe_security_groups()["SecurityGroups"] == []
    assert ec2.describe_route_tables()["RouteTables"] == []
    assert ec2.describe_network_acls()["NetworkAcls"] == []


def test_row_delete_vpc_again(ec2, vpc, refused):
    ec2.delete_vpc(VpcId=vpc)
    assert refused(ec2.delete_vpc, VpcId=vpc) == "InvalidVpcID.NotFound"


def test_row_delete_vpc_with_subnet(ec2, vpc, subnet):
    refusal = message(ec2.delete_vpc, VpcId=vpc)
    assert refusal == f"DependencyViolation: The vpc '{vpc}' has dependencies and cannot be deleted."


@pytest.mark.parametrize("holder", ["gateway", "table", "group"])
def test_delete_vpc_is_refused_while_it_has(ec2, vpc, refused, holder, request):
    request.getfixturevalue(holder)
    assert refused(ec2.delete_vpc, VpcId=vpc) == "DependencyViolation"


def test_default_vpc(ec2, refused):
    vpc = ec2.create_default_vpc()["Vpc"]
    assert (vpc["IsDefault"], vpc["CidrBlock"]) == (True, "172.31.0.0/16")
    subnets = ec2.describe_subnets(Filters=by(default_for_az="true"))["Subnets"]
    assert [subnet["MapPublicIpOnLaunch"] for subnet in subnets] == [True] * 3
    assert refused(ec2.create_default_vpc) == "DefaultVpcAlreadyExists"
    assert ec2.create_security_group(GroupName="a", Description="a")["GroupId"].startswith("sg-")


# Subnets


def test_a_subnet(ec2, vpc, subnet):
    (found,) = ec2.describe_subnets(SubnetIds=[subnet])["Subnets"]
    assert found["AvailableIpAddressCount"] == 251
    assert found["AvailabilityZone"] == "eu-central-1a"
    assert found["SubnetArn"] == f"arn:aws:ec2:eu-central-1:123456789012:subnet/{subnet}"
    assert found["MapPublicIpOnLaunch"] is False


def test_row_create_subnet_overlap(ec2, vpc, subnet):
    refusal = message(ec2.create_subnet, VpcId=vpc, CidrBlock="10.0.1.128/25")
    assert refusal == "InvalidSubnet.Conflict: The CIDR '10.0.1.128/25' conflicts with another subnet"


def test_row_create_subnet_outside_vpc(ec2, vpc, refused):
    assert refused(ec2.create_subnet, VpcId=vpc, CidrBlock="10.1.0.0/24") == "InvalidSubnet.Range"
    assert refused(ec2.create_subnet, VpcId=vpc, CidrBlock="10.0.0.0/29") == "InvalidSubnet.Range"


def test_row_create_subnet_bad_az(ec2, vpc):
    refusal = message(ec2.create_subnet, VpcId=vpc, CidrBlock="10.0.1.0/24", AvailabilityZone="us-east-1a")
    assert refusal == (
        "InvalidParameterValue: Value (us-east-1a) for parameter availabilityZone is invalid. Subnets can currently "
        "only be created in the following availability zones: eu-central-1a, eu-central-1b, eu-central-1c."
    )


def test_row_describe_subnets_not_found(ec2):
    refusal = message(ec2.describe_subnets, SubnetIds=["subnet-1"])
    assert refusal == "InvalidSubnetID.NotFound: The subnet ID 'subnet-1' does not exist"


def test_subnet_attributes_one_at_a_time(ec2, subnet, refused):
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    assert ec2.describe_subnets()["Subnets"][0]["MapPublicIpOnLaunch"] is True
    both = {"MapPublicIpOnLaunch": {"Value": True}, "EnableDns64": {"Value": True}}
    assert refused(ec2.modify_subnet_attribute, SubnetId=subnet, **both) == "InvalidParameterCombination"
    v6 = {"AssignIpv6AddressOnCreation": {"Value": True}}
    assert refused(ec2.modify_subnet_attribute, SubnetId=subnet, **v6) == "InvalidParameterValue"


def test_row_delete_subnet_with_eni(ec2, subnet):
    ec2.create_network_interface(SubnetId=subnet)
    refusal = message(ec2.delete_subnet, SubnetId=subnet)
    assert refusal == f"DependencyViolation: The subnet '{subnet}' has dependencies and cannot be deleted."


def test_delete_subnet_leaves_its_route_table(ec2, subnet, table, refused):
    ec2.associate_route_table(SubnetId=subnet, RouteTableId=table)
    ec2.delete_subnet(SubnetId=subnet)
    assert ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Associations"] == []
    assert refused(ec2.delete_subnet, SubnetId=subnet) == "InvalidSubnetID.NotFound"


# Internet gateways


def test_an_attached_gateway_is_available(ec2, vpc, gateway):
    (found,) = ec2.describe_internet_gateways(Filters=by(**{"attachment.vpc-id": vpc}))["InternetGateways"]
    assert found["Attachments"] == [{"State": "available", "VpcId": vpc}]


def test_row_second_igw_on_vpc(ec2, vpc, gateway, refused):
    second = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    assert refused(ec2.attach_internet_gateway, InternetGatewayId=second, VpcId=vpc) == "InvalidParameterValue"


def test_a_gateway_is_attached_once(ec2, vpc, gateway):
    refusal = message(ec2.attach_internet_gateway, InternetGatewayId=gateway, VpcId=vpc)
    assert refusal == f"Resource.AlreadyAssociated: resource {gateway} is already attached to network {vpc}"


def test_row_delete_igw_attached(ec2, gateway):
    assert message(ec2.delete_internet_gateway, InternetGatewayId=gateway) == (
        f"DependencyViolation: The internetGateway '{gateway}' has dependencies and cannot be deleted."
    )


def test_detach_and_delete(ec2, vpc, gateway, refused):
    named = {"InternetGatewayId": gateway, "VpcId": vpc}
    ec2.detach_internet_gateway(**named)
    assert message(ec2.detach_internet_gateway, **named) == (
        f"Gateway.NotAttached: resource {gateway} is not attached to network {vpc}"
    )
    ec2.delete_internet_gateway(InternetGatewayId=gateway)
    assert refused(ec2.delete_internet_gateway, InternetGatewayId=gateway) == "InvalidInternetGatewayID.NotFound"


def test_gateways_have_a_quota(ec2, refused):
    for _ in range(5):
        ec2.create_internet_gateway()
    assert refused(ec2.create_internet_gateway) == "InternetGatewayLimitExceeded"


# Route tables


def routes(ec2, table):
    (found,) = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    return {route["DestinationCidrBlock"]: route["State"] for route in found["Routes"]}


def test_the_same_token_gives_the_same_table(ec2, vpc, refused):
    token = "a" * 32
    first = ec2.create_route_table(VpcId=vpc, ClientToken=token)
    second = ec2.create_route_table(VpcId=vpc, ClientToken=token)
    assert second["RouteTable"]["RouteTableId"] == first["RouteTable"]["RouteTableId"]
    assert second["ClientToken"] == token
    other = {"VpcId": vpc, "ClientToken": token, "TagSpecifications": tagged("route-table", a="b")}
    assert refused(ec2.create_route_table, **other) == "IdempotentParameterMismatch"


def test_tokens_last_a_day(twin, ec2, vpc):
    tables = lambda: len(ec2.describe_route_tables()["RouteTables"])
    ec2.create_route_table(VpcId=vpc, ClientToken="t")
    twin.advance(24 * 3600)
    ec2.create_route_table(VpcId=vpc, ClientToken="t")
    assert tables() == 3


def test_row_duplicate_route(ec2, gateway, table):
    route = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway}
    assert ec2.create_route(**route)["Return"] is True
    assert message(ec2.create_route, **route) == (
        "RouteAlreadyExists: The route identified by 0.0.0.0/0 already exists."
    )


def test_routes_to_a_detached_gateway_are_black_holes(ec2, vpc, gateway, table):
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    assert routes(ec2, table) == {"10.0.0.0/16": "active", "0.0.0.0/0": "active"}
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    assert routes(ec2, table)["0.0.0.0/0"] == "blackhole"


@pytest.mark.parametrize(
    "route, code",
    [
        ({"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}, "InvalidGatewayID.NotFound"),
        ({"DestinationCidrBlock": "0.0.0.0/0", "NetworkInterfaceId": "eni-1"}, "InvalidNetworkInterfaceID.NotFound"),
        ({"DestinationCidrBlock": "10.0.3.0/24", "GatewayId": "local"}, "InvalidParameterValue"),
        ({"DestinationCidrBlock": "0.0.0.0/0"}, "MissingParameter"),
        ({"GatewayId": "igw-1"}, "MissingParameter"),
        ({"DestinationCidrBlock": "0.0.0.0", "GatewayId": "igw-1"}, "InvalidParameterValue"),
        ({"DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayId": "tgw-1"}, "NotImplemented"),
    ],
)
def test_create_route_refuses(ec2, table, refused, route, code):
    assert refused(ec2.create_route, RouteTableId=table, **route) == code


def test_a_gateway_of_another_network_is_no_target(ec2, table):
    loose = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    route = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": loose}
    assert message(ec2.create_route, **route) == (
        f"InvalidParameterValue: route table {table} and network gateway {loose} belong to different networks"
    )


def test_replace_and_delete_route(ec2, gateway, table, refused):
    route = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0"}
    assert refused(ec2.replace_route, GatewayId=gateway, **route) == "InvalidParameterValue"
    ec2.create_route(GatewayId=gateway, **route)
    ec2.replace_route(GatewayId=gateway, **route)
    ec2.delete_route(**route)
    assert refused(ec2.delete_route, **route) == "InvalidRoute.NotFound"
    local = {"RouteTableId": table, "DestinationCidrBlock": "10.0.0.0/16"}
    assert refused(ec2.delete_route, **local) == "InvalidParameterValue"


def test_row_delete_route_table_associated(ec2, subnet, table):
    association = ec2.associate_route_table(SubnetId=subnet, RouteTableId=table)["AssociationId"]
    assert message(ec2.delete_route_table, RouteTableId=table) == (
        f"DependencyViolation: The routeTable '{table}' has dependencies and cannot be deleted."
    )
    ec2.disassociate_route_table(AssociationId=association)
    ec2.delete_route_table(RouteTableId=table)


def test_a_subnet_has_one_table(ec2, vpc, subnet, table):
    first = ec2.associate_route_table(SubnetId=subnet, RouteTableId=table)
    assert first["AssociationState"] == {"State": "associated"}
    again = ec2.associate_route_table(SubnetId=subnet, RouteTableId=table)
    assert again["AssociationId"] == first["AssociationId"]
    other = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    assert message(ec2.associate_route_table, SubnetId=subnet, RouteTableId=other) == (
        "Resource.AlreadyAssociated: the specified association for route table "
        f"{other} conflicts with an existing association"
    )
    new = ec2.replace_route_table_association(AssociationId=first["AssociationId"], RouteTableId=other)
    assert new["NewAssociationId"] != first["AssociationId"]


def test_the_main_table_can_change_but_not_go(ec2, vpc, table, refused):
    (old,) = ec2.describe_route_tables(Filters=by(**{"association.main": "true"}))["RouteTables"]
    association = old["Associations"][0]["RouteTableAssociationId"]
    assert refused(ec2.disassociate_route_table, AssociationId=association) == "InvalidParameterValue"
    assert refused(ec2.delete_route_table, RouteTableId=old["RouteTableId"]) == "DependencyViolation"
    ec2.replace_route_table_association(AssociationId=association, RouteTableId=table)
    (new,) = ec2.describe_route_tables(Filters=by(**{"association.main": "true"}))["RouteTables"]
    assert new["RouteTableId"] == table
    ec2.delete_route_table(RouteTableId=old["RouteTableId"])


def test_unknown_associations(ec2, table, refused):
    assert refused(ec2.disassociate_route_table, AssociationId="rtbassoc-1") == "InvalidAssociationID.NotFound"
    named = {"AssociationId": "rtbassoc-1", "RouteTableId": table}
    assert refused(ec2.replace_route_table_association, **named) == "InvalidAssociationID.NotFound"


# Security groups


def test_a_new_group_lets_everything_out(ec2, group):
    (found,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    assert found["IpPermissions"] == []
    assert found["IpPermissionsEgress"] == [
        {
            "IpProtocol": "-1",
            "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
            "Ipv6Ranges": [],
            "PrefixListIds": [],
            "UserIdGroupPairs": [],
        }
    ]


def test_row_duplicate_sg_name(ec2, vpc, group):
    refusal = message(ec2.create_security_group, GroupName="web", Description="web", VpcId=vpc)
    assert refusal == f"InvalidGroup.Duplicate: The security group 'web' already exists for VPC '{vpc}'"


@pytest.mark.parametrize(
    "parameters, code",
    [
        ({"GroupName": "sg-web", "Description": "web"}, "InvalidParameterValue"),
        ({"GroupName": "default", "Description": "web"}, "InvalidParameterValue"),
        ({"GroupName": "web", "Description": "für alle"}, "InvalidParameterValue"),
        ({"GroupName": "web", "Description": "w" * 256}, "InvalidParameterValue"),
        ({"GroupName": "web", "Description": "web", "VpcId": "vpc-1"}, "InvalidVpcID.NotFound"),
    ],
)
def test_create_security_group_refuses(ec2, vpc, refused, parameters, code):
    assert refused(ec2.create_security_group, **{"VpcId": vpc, **parameters}) == code


def test_without_a_default_vpc_a_group_needs_a_vpc(ec2, refused):
    assert refused(ec2.create_security_group, GroupName="web", Description="web") == "VPCIdNotSpecified"


def test_row_describe_security_groups_not_found(ec2):
    refusal = message(ec2.describe_security_groups, GroupIds=["sg-1"])
    assert refusal == "InvalidGroup.NotFound: The security group 'sg-1' does not exist"


def test_rules_have_ids_and_tags(ec2, group):
    ranges = {"IpRanges": [{"CidrIp": "10.1.2.3/8", "Description": "us"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
    made = ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=http(**ranges), TagSpecifications=tagged("security-group-rule", a="b")
    )["SecurityGroupRules"]
    assert [(rule.get("CidrIpv4"), rule.get("CidrIpv6")) for rule in made] == [("10.0.0.0/8", None), (None, "::/0")]
    found = ec2.describe_security_group_rules(Filters=by(**{"tag:a": "b"}))["SecurityGroupRules"]
    assert {rule["SecurityGroupRuleId"] for rule in found} == {rule["SecurityGroupRuleId"] for rule in made}
    (permission,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    assert permission["IpRanges"] == [{"CidrIp": "10.0.0.0/8", "Description": "us"}]


def test_row_duplicate_sg_rule(ec2, group):
    rule = {"GroupId": group, "IpPermissions": http()}
    ec2.authorize_security_group_ingress(**rule)
    rule["IpPermissions"][0]["IpRanges"] = [{"CidrIp": "0.0.0.0/0", "Description": "another"}]
    assert message(ec2.authorize_security_group_ingress, **rule) == (
        'InvalidPermission.Duplicate: the specified rule "peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW" '
        "already exists"
    )
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    assert message(ec2.authorize_security_group_egress, GroupId=group, IpPermissions=everything) == (
        'InvalidPermission.Duplicate: the specified rule "peer: 0.0.0.0/0, ALL, ALLOW" already exists'
    )


def test_a_refused_call_adds_no_rule(ec2, group, refused):
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=http())
    two = http(IpRanges=[{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "0.0.0.0/0"}])
    assert refused(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=two) == "InvalidPermission.Duplicate"
    rules = ec2.describe_security_group_rules(Filters=by(group_id=group))["SecurityGroupRules"]
    assert len(rules) == 2


def test_row_sg_rule_unknown_source_sg(ec2, group, refused):
    rule = {"GroupId": group, "IpPermissions": http(UserIdGroupPairs=[{"GroupId": "sg-1"}])}
    assert refused(ec2.authorize_security_group_ingress, **rule) == "InvalidGroup.NotFound"


@pytest.mark.parametrize(
    "permission, code",
    [
        ({"IpProtocol": "tcp", "FromPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, "InvalidParameterValue"),
        ({"IpProtocol": "tcp", "FromPort": 81, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, "InvalidParameterValue"),
        ({"IpProtocol": "tcp", "FromPort": 80, "ToPort": 70000, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, "InvalidParameterValue"),
        ({"IpProtocol": "xyz", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, "InvalidParameterValue"),
        ({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0"}]}, "InvalidParameterValue"),
        ({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}] * 2}, "InvalidParameterValue"),
        ({"IpProtocol": "-1"}, "MissingParameter"),
        ({"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-1"}]}, "InvalidPrefixListID.NotFound"),
    ],
)
def test_authorize_refuses(ec2, group, refused, permission, code):
    assert refused(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[permission]) == code


def test_blocks_of_rules_must_be_blocks(ec2, group):
    permissions = http(IpRanges=[{"CidrIp": "10.0.0.1"}])
    refusal = message(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=permissions)
    assert refusal == "InvalidParameterValue: CIDR block 10.0.0.1 is malformed"


def test_protocol_numbers_become_names(ec2, group):
    flat = {"IpProtocol": "6", "FromPort": 22, "ToPort": 22, "CidrIp": "10.0.0.0/8"}
    (rule,) = ec2.authorize_security_group_ingress(GroupId=group, **flat)["SecurityGroupRules"]
    assert rule["IpProtocol"] == "tcp"


def test_rules_have_a_quota(ec2, group, refused):
    ranges = [{"CidrIp": f"10.{n}.0.0/16"} for n in range(60)]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=http(IpRanges=ranges))
    more = {"GroupId": group, "IpPermissions": http()}
    assert refused(ec2.authorize_security_group_ingress, **more) == "RulesPerSecurityGroupLimitExceeded"
    v6 = http(Ipv6Ranges=[{"CidrIpv6": "::/0"}])
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=v6)


def test_revoke_by_properties_and_by_id(ec2, group, refused):
    rule = {"GroupId": group, "IpPermissions": http()}
    ec2.authorize_security_group_ingress(**rule)
    gone = ec2.revoke_security_group_ingress(**rule)
    assert [each["CidrIpv4"] for each in gone["RevokedSecurityGroupRules"]] == ["0.0.0.0/0"]
    assert refused(ec2.revoke_security_group_ingress, **rule) == "InvalidPermission.NotFound"
    (out,) = ec2.describe_security_group_rules(Filters=by(group_id=group))["SecurityGroupRules"]
    by_id = {"GroupId": group, "SecurityGroupRuleIds": [out["SecurityGroupRuleId"]]}
    assert refused(ec2.revoke_security_group_ingress, **by_id) == "InvalidSecurityGroupRuleId.NotFound"
    ec2.revoke_security_group_egress(**by_id)
    assert refused(ec2.revoke_security_group_egress, **by_id) == "InvalidSecurityGroupRuleId.NotFound"


def test_a_default_vpc_forgives_unknown_permissions(ec2):
    ec2.create_default_vpc()
    group = ec2.create_security_group(GroupName="a", Description="a")["GroupId"]
    answer = ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=http())
    assert [each["FromPort"] for each in answer["UnknownIpPermissions"]] == [80]


def test_modify_rules_keeps_the_id(ec2, group, refused):
    (rule,) = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=http())["SecurityGroupRules"]
    id = rule["SecurityGroupRuleId"]
    change = lambda **rule: {
        "GroupId": group,
        "SecurityGroupRules": [
            {"SecurityGroupRuleId": id, "SecurityGroupRule": {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **rule}}
        ],
    }
    ec2.modify_security_group_rules(**change(CidrIpv4="10.0.0.0/8"))
    (found,) = ec2.describe_security_group_rules(SecurityGroupRuleIds=[id])["SecurityGroupRules"]
    assert (found["FromPort"], found["CidrIpv4"]) == (443, "10.0.0.0/8")
    assert refused(ec2.modify_security_group_rules, **change(CidrIpv6="::/0")) == "InvalidParameterValue"


def test_descriptions_of_rules_can_change(ec2, group, refused):
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=http())
    anew = http(IpRanges=[{"CidrIp": "0.0.0.0/0", "Description": "all"}])
    ec2.update_security_group_rule_descriptions_ingress(GroupId=group, IpPermissions=anew)
    (permission,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    assert permission["IpRanges"][0]["Description"] == "all"
    other = http(IpRanges=[{"CidrIp": "10.0.0.0/8"}])
    unknown = {"GroupId": group, "IpPermissions": other}
    assert refused(ec2.update_security_group_rule_descriptions_ingress, **unknown) == "InvalidPermission.NotFound"
    assert refused(ec2.update_security_group_rule_descriptions_egress, **unknown) == "InvalidPermission.NotFound"


def test_row_delete_sg_default(ec2, vpc):
    (default,) = ec2.describe_security_groups(Filters=by(vpc_id=vpc))["SecurityGroups"]
    id = default["GroupId"]
    assert message(ec2.delete_security_group, GroupId=id) == (
        f'CannotDelete: the specified group: "{id}" name: "default" cannot be deleted by a user'
    )


def test_row_delete_sg_referenced_by_sg(ec2, vpc, group):
    other = ec2.create_security_group(GroupName="app", Description="app", VpcId=vpc)["GroupId"]
    rule = {"GroupId": other, "IpPermissions": http(UserIdGroupPairs=[{"GroupId": group}])}
    ec2.authorize_security_group_ingress(**rule)
    assert message(ec2.delete_security_group, GroupId=group) == (
        f"DependencyViolation: resource {group} has a dependent object"
    )
    found = ec2.describe_security_groups(Filters=by(**{"ip-permission.group-id": group}))["SecurityGroups"]
    assert [each["GroupId"] for each in found] == [other]
    ec2.revoke_security_group_ingress(**rule)
    ec2.delete_security_group(GroupId=group)


def test_a_group_may_refer_to_itself(ec2, group, refused):
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=http(UserIdGroupPairs=[{"GroupId": group}]))
    assert ec2.delete_security_group(GroupId=group)["Return"] is True
    assert refused(ec2.delete_security_group, GroupId=group) == "InvalidGroup.NotFound"
    rules = ec2.describe_security_group_rules(Filters=by(group_id=group))["SecurityGroupRules"]
    assert rules == []


def test_row_delete_sg_used_by_eni(ec2, subnet, group, refused):
    interface = ec2.create_network_interface(SubnetId=subnet, Groups=[group])["NetworkInterface"]
    assert refused(ec2.delete_security_group, GroupId=group) == "DependencyViolation"
    ec2.delete_network_interface(NetworkInterfaceId=interface["NetworkInterfaceId"])
    ec2.delete_security_group(GroupId=group)


# Network interfaces


def test_row_create_network_interface(ec2, vpc, subnet, refused):
    made = [ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"] for _ in range(2)]
    assert [each["PrivateIpAddress"] for each in made] == ["10.0.1.4", "10.0.1.5"]
    assert [each["Groups"][0]["GroupName"] for each in made] == ["default"] * 2
    assert ec2.describe_subnets()["Subnets"][0]["AvailableIpAddressCount"] == 249
    found = ec2.describe_network_interfaces(Filters=by(vpc_id=vpc, status="available"))["NetworkInterfaces"]
    assert len(found) == 2
    assert refused(ec2.create_network_interface, SubnetId="subnet-1") == "InvalidSubnetID.NotFound"
    assert refused(ec2.create_network_interface, SubnetId=subnet, Groups=["sg-1"]) == "InvalidGroup.NotFound"
    assert refused(ec2.delete_network_interface, NetworkInterfaceId="eni-1") == "InvalidNetworkInterfaceID.NotFound"


def test_a_subnet_can_be_full(ec2, vpc, refused):
    small = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.9.0/28")["Subnet"]["SubnetId"]
    for _ in range(11):
        ec2.create_network_interface(SubnetId=small)
    assert refused(ec2.create_network_interface, SubnetId=small) == "InsufficientFreeAddressesInSubnet"


def test_row_detach_igw_mapped_and_delete_sg_used_by_alb(twin, ec2, vpc, gateway, group, refused):
    places = zip(("eu-central-1a", "eu-central-1b"), ("10.0.1.0/24", "10.0.2.0/24"))
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone)["Subnet"]["SubnetId"] for zone, cidr in places
    ]
    elb = twin.client("elbv2")
    balancer = elb.create_load_balancer(Name="web", Subnets=subnets, SecurityGroups=[group])["LoadBalancers"][0]
    interfaces = lambda: ec2.describe_network_interfaces(Filters=by(description="ELB app/web/*"))["NetworkInterfaces"]
    assert sorted(each["SubnetId"] for each in interfaces()) == sorted(subnets)

    def held():
        return {
            refused(ec2.detach_internet_gateway, InternetGatewayId=gateway, VpcId=vpc),
            refused(ec2.delete_security_group, GroupId=group),
            refused(ec2.delete_subnet, SubnetId=subnets[0]),
        }

    assert held() == {"DependencyViolation"}
    elb.delete_load_balancer(LoadBalancerArn=balancer["LoadBalancerArn"])
    assert held() == {"DependencyViolation"}, "interfaces linger after the balancer is gone"
    twin.advance(60)
    assert interfaces() == []
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.delete_security_group(GroupId=group)
    ec2.delete_subnet(SubnetId=subnets[0])


# What all operations share


def test_row_dry_run(ec2, refused):
    assert refused(ec2.create_vpc, CidrBlock="10.0.0.0/16", DryRun=True) == "DryRunOperation"
    assert ec2.describe_vpcs()["Vpcs"] == []


def test_unknown_parameters_are_refused(ec2, refused):
    assert refused(ec2.create_vpc, CidrBlock="10.0.0.0/16", Ipv4IpamPoolId="ipam-pool-1") == "NotImplemented"


def test_pages(ec2, vpc, refused):
    for n in range(12):
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24")
    pages = list(ec2.get_paginator("describe_subnets").paginate(PaginationConfig={"PageSize": 5}))
    assert [len(page["Subnets"]) for page in pages] == [5, 5, 2]
    assert len({each["SubnetId"] for page in pages for each in page["Subnets"]}) == 12
    assert refused(ec2.describe_vpcs, MaxResults=5, VpcIds=[vpc]) == "InvalidParameterCombination"
    assert refused(ec2.describe_subnets, NextToken="x") == "InvalidNextToken"
    assert refused(ec2.describe_tags, MaxResults=4) == "InvalidParameterValue"


@pytest.mark.parametrize(
    "filters, count",
    [
        ({"tag:name": "web"}, 1),
        ({"tag:name": ["web", "app"]}, 2),
        ({"tag:name": "w*"}, 1),
        ({"tag:name": "?pp"}, 1),
        ({"tag-key": "name"}, 2),
        ({"tag-key": "nam?"}, 2),
        ({"tag:name": "WEB"}, 0),
        ({"tag:name": "web", "cidr": "10.1.0.0/16"}, 0),
        ({"cidr": "10.*"}, 3),
        ({"is-default": "false"}, 3),
    ],
)
def test_filters(ec2, filters, count):
    for number, name in enumerate(["web", "app"]):
        ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16", TagSpecifications=tagged("vpc", name=name))
    ec2.create_vpc(CidrBlock="10.2.0.0/16")
    assert len(ec2.describe_vpcs(Filters=by(**filters))["Vpcs"]) == count


def test_unknown_filters_are_refused(ec2):
    assert message(ec2.describe_vpcs, Filters=by(colour="red")) == (
        "InvalidParameterValue: The filter 'colour' is invalid"
    )


def test_tags(ec2, vpc, subnet):
    add = lambda *tags: [{"Key": key, "Value": value} for key, value in tags]
    ec2.create_tags(Resources=[vpc, subnet], Tags=add(("a", "1"), ("b", "2")))
    ec2.create_tags(Resources=[vpc], Tags=add(("a", "3")))
    found = ec2.describe_tags(Filters=by(key="a"))["Tags"]
    assert {(tag["ResourceType"], tag["Value"]) for tag in found} == {("vpc", "3"), ("subnet", "1")}
    ec2.delete_tags(Resources=[vpc], Tags=add(("a", "1")))
    assert len(ec2.describe_tags(Filters=by(resource_id=vpc))["Tags"]) == 2
    ec2.delete_tags(Resources=[vpc], Tags=[{"Key": "a"}])
    assert [tag["Key"] for tag in ec2.describe_tags(Filters=by(resource_id=vpc))["Tags"]] == ["b"]
    ec2.delete_tags(Resources=[vpc])
    assert ec2.describe_tags(Filters=by(resource_id=vpc))["Tags"] == []


@pytest.mark.parametrize(
    "id, key, code",
    [
        ("vpc-1", "a", "InvalidVpcID.NotFound"),
        ("sg-1", "a", "InvalidGroup.NotFound"),
        ("web", "a", "InvalidID"),
        (None, "aws:a", "InvalidParameterValue"),
        (None, "k" * 129, "InvalidParameterValue"),
    ],
)
def test_create_tags_refuses(ec2, vpc, refused, id, key, code):
    assert refused(ec2.create_tags, Resources=[id or vpc], Tags=[{"Key": key, "Value": "x"}]) == code


def test_delete_tags_of_nothing(ec2, refused):
    assert refused(ec2.delete_tags, Resources=["subnet-1"]) == "InvalidSubnetID.NotFound"


def test_fifty_tags_are_enough(ec2, vpc, refused):
    tags = [{"Key": f"k{n}", "Value": "x"} for n in range(51)]
    ec2.create_tags(Resources=[vpc], Tags=tags[:50])
    assert refused(ec2.create_tags, Resources=[vpc], Tags=tags[50:]) == "TagLimitExceeded"


def test_tags_on_create_must_be_of_the_resource(ec2, refused):
    wrong = tagged("subnet", a="b")
    assert refused(ec2.create_vpc, CidrBlock="10.0.0.0/16", TagSpecifications=wrong) == "InvalidParameterValue"


def test_what_is_made_is_kept(start, tmp_path):
    twin = start(state=tmp_path)
    vpc = twin.client("ec2").create_vpc(CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]["VpcId"]
    before = twin.client("ec2").describe_security_groups()["SecurityGroups"]
    twin.kill()
    again = start(state=tmp_path).client("ec2")
    assert again.describe_vpcs()["Vpcs"][0]["VpcId"] == vpc
    assert again.describe_security_groups()["SecurityGroups"] == before


def test_stale_reads(twin, ec2, refused):
    twin.timing({"stale_read": 2000})
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    assert refused(ec2.describe_vpcs, VpcIds=[vpc]) == "InvalidVpcID.NotFound"
    assert refused(ec2.create_subnet, VpcId=vpc, CidrBlock="10.0.0.0/24") == "InvalidVpcID.NotFound"
    assert ec2.describe_vpcs()["Vpcs"] == []
    twin.advance(2)
    assert len(ec2.describe_vpcs()["Vpcs"]) == 1


def test_runs_are_alike(twin, ec2):
    ids = []
    for _ in range(2):
        twin.reset()
        ids.append(ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])
    assert ids[0] == ids[1]
