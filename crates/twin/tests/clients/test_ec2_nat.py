"""NAT gateways. Tests named `row_…` stand for the rows of the emulator comparison's EC2 part."""

import pytest
from test_ec2 import by, ec2, gateway, message, subnet, table, tagged, vpc  # noqa: F401
from test_ec2_addresses import address, shown  # noqa: F401


def state(ec2, nat):
    return ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]


def create(ec2, **ask):
    return ec2.create_nat_gateway(**ask)["NatGateway"]["NatGatewayId"]


@pytest.fixture
def nat(twin, ec2, gateway, subnet, address):
    made = create(ec2, SubnetId=subnet, AllocationId=address)
    twin.advance(90)
    return made


@pytest.fixture
def regional(twin, ec2, gateway, vpc, subnet):
    made = create(ec2, AvailabilityMode="regional", VpcId=vpc)
    twin.advance(90)
    return made


def delete(twin, ec2, nat):
    ec2.delete_nat_gateway(NatGatewayId=nat)
    twin.advance(60)


def test_row_create_nat_gateway(ec2, gateway, subnet, vpc, address):
    tags = tagged("natgateway", app="hello")
    made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address, TagSpecifications=tags)["NatGateway"]
    assert (made["State"], made["SubnetId"], made["VpcId"]) == ("pending", subnet, vpc)
    assert (made["ConnectivityType"], made["AvailabilityMode"]) == ("public", "zonal")
    (own,) = made["NatGatewayAddresses"]
    assert own["AllocationId"] == address and own["Status"] == "associating" and "PublicIp" not in own
    assert made["Tags"] == [{"Key": "app", "Value": "hello"}]


def test_row_nat_pending_to_available(twin, ec2, gateway, subnet, address):
    nat = create(ec2, SubnetId=subnet, AllocationId=address)
    twin.advance(89)
    assert state(ec2, nat)["State"] == "pending"
    twin.advance(1)
    now = state(ec2, nat)
    (own,) = now["NatGatewayAddresses"]
    assert now["State"] == "available" and own["Status"] == "succeeded" and own["IsPrimary"]
    assert own["PublicIp"] == shown(ec2, address)["PublicIp"] and own["PrivateIp"] == "10.0.1.4"


def test_row_idempotency_client_token(ec2, gateway, subnet, address, refused):
    ask = {"SubnetId": subnet, "AllocationId": address, "ClientToken": "t"}
    first = ec2.create_nat_gateway(**ask)
    again = ec2.create_nat_gateway(**ask)
    assert again["NatGateway"]["NatGatewayId"] == first["NatGateway"]["NatGatewayId"]
    assert again["ClientToken"] == "t" and len(ec2.describe_nat_gateways()["NatGateways"]) == 1
    other = ec2.allocate_address()["AllocationId"]
    assert refused(ec2.create_nat_gateway, **ask | {"AllocationId": other}) == "IdempotentParameterMismatch"
    assert refused(ec2.create_nat_gateway, **ask | {"ClientToken": "t" * 65}) == "InvalidParameterValue"


def test_row_describe_addresses_shows_nat_association(ec2, nat, address):
    (own,) = state(ec2, nat)["NatGatewayAddresses"]
    found = shown(ec2, address)
    assert found["AssociationId"] == own["AssociationId"]
    assert found["NetworkInterfaceId"] == own["NetworkInterfaceId"]
    assert found["PrivateIpAddress"] == own["PrivateIp"]


def test_row_nat_interface(ec2, nat, subnet):
    (own,) = ec2.describe_network_interfaces(Filters=by(interface_type="nat_gateway"))["NetworkInterfaces"]
    assert own["Description"] == f"Interface for NAT Gateway {nat}" and own["SubnetId"] == subnet
    assert own["RequesterManaged"] and own["Groups"] == [] and own["Status"] == "in-use"
    assert not own["SourceDestCheck"]


def test_a_nat_interface_is_not_its_users(ec2, nat, address, refused):
    (own,) = state(ec2, nat)["NatGatewayAddresses"]
    assert refused(ec2.delete_network_interface, NetworkInterfaceId=own["NetworkInterfaceId"]) == "InvalidParameterValue"
    assert refused(ec2.disassociate_address, AssociationId=own["AssociationId"]) == "AuthFailure"
    ask = {"AllocationId": address, "NetworkInterfaceId": own["NetworkInterfaceId"]}
    assert refused(ec2.associate_address, **ask) == "AuthFailure"


def test_row_release_address_used_by_nat(twin, ec2, nat, address, refused):
    assert refused(ec2.release_address, AllocationId=address) == "InvalidIPAddress.InUse"
    ec2.delete_nat_gateway(NatGatewayId=nat)
    assert refused(ec2.release_address, AllocationId=address) == "InvalidIPAddress.InUse"
    twin.advance(60)
    ec2.release_address(AllocationId=address)


def test_row_delete_subnet_with_nat(twin, ec2, nat, subnet, refused):
    assert refused(ec2.delete_subnet, SubnetId=subnet) == "DependencyViolation"
    ec2.delete_nat_gateway(NatGatewayId=nat)
    assert refused(ec2.delete_subnet, SubnetId=subnet) == "DependencyViolation"
    twin.advance(60)
    ec2.delete_subnet(SubnetId=subnet)


def test_no_detach_before_the_nat_is_gone(twin, ec2, nat, gateway, vpc, refused):
    ask = {"InternetGatewayId": gateway, "VpcId": vpc}
    assert refused(ec2.detach_internet_gateway, **ask) == "DependencyViolation"
    delete(twin, ec2, nat)
    ec2.detach_internet_gateway(**ask)


def test_row_deleting_to_deleted(twin, ec2, nat, address):
    assert ec2.delete_nat_gateway(NatGatewayId=nat)["NatGatewayId"] == nat
    now = state(ec2, nat)
    assert now["State"] == "deleting" and now["DeleteTime"]
    twin.advance(60)
    assert state(ec2, nat)["State"] == "deleted"
    assert "AssociationId" not in shown(ec2, address)
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []


def test_a_deleted_nat_is_shown_for_an_hour(twin, ec2, nat, refused):
    delete(twin, ec2, nat)
    twin.advance(3599)
    assert state(ec2, nat)["State"] == "deleted"
    twin.advance(1)
    assert refused(ec2.describe_nat_gateways, NatGatewayIds=[nat]) == "NatGatewayNotFound"


def test_deleting_again_changes_nothing(twin, ec2, nat):
    delete(twin, ec2, nat)
    assert ec2.delete_nat_gateway(NatGatewayId=nat)["NatGatewayId"] == nat
    assert state(ec2, nat)["State"] == "deleted"


def test_a_pending_nat_can_be_deleted(twin, ec2, gateway, subnet, address):
    nat = create(ec2, SubnetId=subnet, AllocationId=address)
    delete(twin, ec2, nat)
    twin.advance(60)
    assert state(ec2, nat)["State"] == "deleted"
    assert "AssociationId" not in shown(ec2, address)


@pytest.mark.parametrize("nat, code", [
    ("nat-0123456789abcdef0", "NatGatewayNotFound"), ("x", "NatGatewayMalformed"),
])
def test_row_describe_and_delete_nat_gateways_not_found(ec2, refused, nat, code):
    assert refused(ec2.describe_nat_gateways, NatGatewayIds=[nat]) == code
    assert refused(ec2.delete_nat_gateway, NatGatewayId=nat) == code


def test_described_by_filters_and_in_pages(ec2, nat, vpc, subnet):
    for filters in (by(vpc_id=vpc), by(subnet_id=subnet), by(state=["pending", "available"]), by(nat_gateway_id=nat)):
        found = ec2.describe_nat_gateways(Filters=filters)["NatGateways"]
        assert [one["NatGatewayId"] for one in found] == [nat]
    assert ec2.describe_nat_gateways(Filters=by(state="deleted"))["NatGateways"] == []
    assert len(ec2.describe_nat_gateways(MaxResults=5)["NatGateways"]) == 1


def test_row_create_nat_gateway_bad_alloc(ec2, gateway, subnet, refused):
    ask = {"SubnetId": subnet, "AllocationId": "eipalloc-0123456789abcdef0"}
    assert refused(ec2.create_nat_gateway, **ask) == "InvalidAllocationID.NotFound"


@pytest.mark.parametrize("ask, code", [
    ({"SubnetId": "subnet-0123456789abcdef0"}, "InvalidSubnetID.NotFound"),
    ({"SubnetId": None}, "MissingParameter"),
    ({"AllocationId": None}, "MissingParameter"),
    ({"ConnectivityType": "private"}, "InvalidParameterCombination"),
    ({"ConnectivityType": "secret"}, "InvalidParameterValue"),
    ({"AvailabilityMode": "global"}, "InvalidParameterValue"),
    ({"AvailabilityMode": "regional"}, "InvalidParameterCombination"),
    ({"VpcId": "vpc-0123456789abcdef0"}, "InvalidParameterCombination"),
    ({"PrivateIpAddress": "10.0.2.1"}, "InvalidParameterValue"),
    ({"PrivateIpAddress": "x"}, "InvalidParameterValue"),
    ({"SecondaryPrivateIpAddressCount": 1}, "NotImplemented"),
    ({"DryRun": True}, "DryRunOperation"),
])
def test_create_refuses(ec2, gateway, subnet, address, refused, ask, code):
    ask = {"SubnetId": subnet, "AllocationId": address} | ask
    ask = {name: value for name, value in ask.items() if value is not None}
    assert refused(ec2.create_nat_gateway, **ask) == code
    assert ec2.describe_nat_gateways()["NatGateways"] == []


def failed(twin, ec2, nat):
    assert state(ec2, nat)["State"] == "pending"
    twin.advance(15)
    now = state(ec2, nat)
    assert now["State"] == "failed"
    return now["FailureCode"], now["FailureMessage"]


def test_no_gateway_in_the_vpc(twin, ec2, vpc, subnet, address):
    nat = create(ec2, SubnetId=subnet, AllocationId=address)
    assert failed(twin, ec2, nat) == ("Gateway.NotAttached", f"Network {vpc} has no Internet gateway attached")
    assert "AssociationId" not in shown(ec2, address)
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []


def test_an_address_that_another_nat_has(twin, ec2, nat, subnet, address):
    second = create(ec2, SubnetId=subnet, AllocationId=address)
    assert failed(twin, ec2, second)[0] == "Resource.AlreadyAssociated"


def test_a_full_subnet(twin, ec2, gateway, vpc, address):
    full = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.9.0/28")["Subnet"]["SubnetId"]
    for _ in range(11):
        ec2.create_network_interface(SubnetId=full)
    nat = create(ec2, SubnetId=full, AllocationId=address)
    assert failed(twin, ec2, nat)[0] == "InsufficientFreeAddressesInSubnet"


def test_the_token_of_a_failed_nat_gives_it_again(twin, ec2, subnet, address):
    ask = {"SubnetId": subnet, "AllocationId": address, "ClientToken": "t"}
    nat = create(ec2, **ask)
    failed(twin, ec2, nat)
    assert create(ec2, **ask) == nat


def test_a_failed_nat_can_be_deleted_and_vanishes(twin, ec2, subnet, address, refused):
    nat = create(ec2, SubnetId=subnet, AllocationId=address)
    failed(twin, ec2, nat)
    ec2.delete_nat_gateway(NatGatewayId=nat)
    assert state(ec2, nat)["State"] == "deleted"
    twin.advance(3600)
    assert refused(ec2.describe_nat_gateways, NatGatewayIds=[nat]) == "NatGatewayNotFound"


def test_a_private_nat_needs_neither_address_nor_gateway(twin, ec2, subnet):
    ask = {"SubnetId": subnet, "ConnectivityType": "private", "PrivateIpAddress": "10.0.1.77"}
    nat = create(ec2, **ask)
    twin.advance(90)
    now = state(ec2, nat)
    (own,) = now["NatGatewayAddresses"]
    assert (now["State"], now["ConnectivityType"]) == ("available", "private")
    assert own["PrivateIp"] == "10.0.1.77" and "PublicIp" not in own and "AllocationId" not in own


def test_quota_of_a_zone(twin, ec2, subnet, vpc):
    ask = {"SubnetId": subnet, "ConnectivityType": "private"}
    first = create(ec2, **ask)
    for _ in range(4):
        create(ec2, **ask)
    said = "NatGatewayLimitExceeded: Performing this operation would exceed the limit of 5 NAT gateways"
    assert message(ec2.create_nat_gateway, **ask) == said
    place = {"VpcId": vpc, "CidrBlock": "10.0.7.0/24", "AvailabilityZone": "eu-central-1b"}
    elsewhere = ec2.create_subnet(**place)["Subnet"]["SubnetId"]
    create(ec2, SubnetId=elsewhere, ConnectivityType="private")
    delete(twin, ec2, first)
    create(ec2, **ask)


def test_row_create_route_nat(twin, ec2, nat, table, refused):
    ask = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": nat}
    ec2.create_route(**ask)
    routes = lambda: ec2.describe_route_tables(Filters=by(**{"route.nat-gateway-id": nat}))["RouteTables"][0]["Routes"]
    assert (routes()[1]["NatGatewayId"], routes()[1]["State"]) == (nat, "active")
    delete(twin, ec2, nat)
    assert routes()[1]["State"] == "blackhole"
    assert refused(ec2.replace_route, **ask) == "InvalidNatGatewayID.NotFound"
    ec2.delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")


@pytest.mark.parametrize("ask, code", [
    ({"NatGatewayId": "nat-0123456789abcdef0"}, "InvalidNatGatewayID.NotFound"),
    ({"DestinationCidrBlock": None, "DestinationIpv6CidrBlock": "::/0"}, "InvalidParameterValue"),
    ({"GatewayId": "igw-0123456789abcdef0"}, "InvalidParameterCombination"),
])
def test_route_to_a_nat_refuses(ec2, nat, table, refused, ask, code):
    ask = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": nat} | ask
    ask = {name: value for name, value in ask.items() if value}
    assert refused(ec2.create_route, **ask) == code


def test_nat64(ec2, nat, table):
    ec2.create_route(RouteTableId=table, DestinationIpv6CidrBlock="64:ff9b::/96", NatGatewayId=nat)


def test_a_nat_of_another_vpc(ec2, nat, refused):
    other = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    table = ec2.create_route_table(VpcId=other)["RouteTable"]["RouteTableId"]
    ask = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": nat}
    assert refused(ec2.create_route, **ask) == "InvalidParameterValue"


def test_a_regional_nat_has_an_address_in_every_zone_with_subnets(twin, ec2, regional, vpc):
    now = state(ec2, regional)
    assert (now["State"], now["AvailabilityMode"], now["AutoProvisionZones"]) == ("available", "regional", "enabled")
    assert now["VpcId"] == vpc and "SubnetId" not in now
    (own,) = now["NatGatewayAddresses"]
    assert (own["AvailabilityZone"], own["AvailabilityZoneId"]) == ("eu-central-1a", "euc1-az2")
    (allocated,) = ec2.describe_addresses()["Addresses"]
    assert allocated["AllocationId"] == own["AllocationId"] and allocated["ServiceManaged"] == "rnat"
    place = {"VpcId": vpc, "CidrBlock": "10.0.7.0/24", "AvailabilityZone": "eu-central-1b"}
    second = ec2.create_subnet(**place)["Subnet"]["SubnetId"]
    twin.advance(900)
    zones = lambda: [one["AvailabilityZone"] for one in state(ec2, regional)["NatGatewayAddresses"]]
    assert zones() == ["eu-central-1a", "eu-central-1b"]
    ec2.delete_subnet(SubnetId=second)
    twin.advance(900)
    assert zones() == ["eu-central-1a"] and len(ec2.describe_addresses()["Addresses"]) == 1


def test_a_regional_nat_has_a_route_table(ec2, regional, gateway, refused):
    table = state(ec2, regional)["RouteTableId"]
    (found,) = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    assert found["Associations"][0]["GatewayId"] == regional
    assert found["Routes"][1]["GatewayId"] == gateway
    assert refused(ec2.delete_route_table, RouteTableId=table) == "DependencyViolation"


def test_what_a_regional_nat_needs_stays_and_what_it_made_goes(twin, ec2, regional, vpc, subnet, gateway, refused):
    (own,) = state(ec2, regional)["NatGatewayAddresses"]
    assert refused(ec2.release_address, AllocationId=own["AllocationId"]) == "AuthFailure"
    assert refused(ec2.detach_internet_gateway, InternetGatewayId=gateway, VpcId=vpc) == "DependencyViolation"
    ec2.delete_subnet(SubnetId=subnet)
    assert refused(ec2.delete_vpc, VpcId=vpc) == "DependencyViolation"
    delete(twin, ec2, regional)
    assert ec2.describe_addresses()["Addresses"] == []
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.delete_vpc(VpcId=vpc)


def test_a_regional_nat_with_addresses_of_its_users(twin, ec2, gateway, vpc, subnet, address):
    zones = [{"AvailabilityZone": "eu-central-1a", "AllocationIds": [address]}]
    nat = create(ec2, AvailabilityMode="regional", VpcId=vpc, AvailabilityZoneAddresses=zones)
    twin.advance(90)
    now = state(ec2, nat)
    assert now["AutoProvisionZones"] == "disabled"
    assert [one["AllocationId"] for one in now["NatGatewayAddresses"]] == [address]
    delete(twin, ec2, nat)
    assert "AssociationId" not in shown(ec2, address)


def test_a_regional_nat_without_a_gateway_fails(twin, ec2, vpc, subnet):
    nat = create(ec2, AvailabilityMode="regional", VpcId=vpc)
    assert failed(twin, ec2, nat)[0] == "Gateway.NotAttached"


@pytest.mark.parametrize("ask, code", [
    ({"VpcId": None}, "MissingParameter"),
    ({"VpcId": "vpc-0123456789abcdef0"}, "InvalidVpcID.NotFound"),
    ({"ConnectivityType": "private"}, "InvalidParameterCombination"),
    ({"AvailabilityZoneAddresses": [{"AvailabilityZone": "x", "AllocationIds": ["eipalloc-1"]}]}, "InvalidParameterValue"),
    ({"AvailabilityZoneAddresses": [{"AvailabilityZone": "eu-central-1a"}]}, "MissingParameter"),
    ({"AvailabilityZoneAddresses": [{"AvailabilityZone": "eu-central-1a", "AllocationIds": ["eipalloc-1"]}]},
     "InvalidAllocationID.NotFound"),
])
def test_create_regional_refuses(ec2, gateway, vpc, refused, ask, code):
    ask = {"AvailabilityMode": "regional", "VpcId": vpc} | ask
    assert refused(ec2.create_nat_gateway, **{name: value for name, value in ask.items() if value}) == code


def test_tags_can_be_found_as_long_as_it_is_there(twin, ec2, nat):
    ec2.create_tags(Resources=[nat], Tags=[{"Key": "a", "Value": "1"}])
    tagging = twin.client("resourcegroupstaggingapi")
    ask = {"ResourceTypeFilters": ["ec2:natgateway"], "TagFilters": [{"Key": "a"}]}
    (found,) = tagging.get_resources(**ask)["ResourceTagMappingList"]
    assert found["ResourceARN"] == f"arn:aws:ec2:eu-central-1:123456789012:natgateway/{nat}"
    delete(twin, ec2, nat)
    assert tagging.get_resources(**ask)["ResourceTagMappingList"] == []


def test_waiters(twin, ec2, gateway, subnet, address):
    twin.timing("zero")
    nat = create(ec2, SubnetId=subnet, AllocationId=address)
    ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[nat], WaiterConfig={"Delay": 1, "MaxAttempts": 2})
    ec2.delete_nat_gateway(NatGatewayId=nat)
    ec2.get_waiter("nat_gateway_deleted").wait(NatGatewayIds=[nat], WaiterConfig={"Delay": 1, "MaxAttempts": 2})
    ec2.release_address(AllocationId=address)


def test_a_restart_does_not_stop_it(start, tmp_path):
    first = start(state=tmp_path)
    ec2 = first.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    nat = create(ec2, SubnetId=subnet, ConnectivityType="private")
    first.kill()
    second = start(state=tmp_path)
    second.advance(90)
    assert state(second.client("ec2"), nat)["State"] == "available"
