"""Elastic IP addresses. Tests named `row_…` stand for the rows of the emulator comparison's EC2 part."""

import pytest
from test_ec2 import by, ec2, gateway, message, subnet, tagged, vpc  # noqa: F401


@pytest.fixture
def address(ec2):
    return ec2.allocate_address(Domain="vpc")["AllocationId"]


@pytest.fixture
def interface(ec2, subnet):
    return ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]


def shown(ec2, address):
    return ec2.describe_addresses(AllocationIds=[address])["Addresses"][0]


def test_row_allocate_address(ec2):
    made = ec2.allocate_address(Domain="vpc", TagSpecifications=tagged("elastic-ip", app="hello"))
    assert made["AllocationId"].startswith("eipalloc-") and made["Domain"] == "vpc"
    found = shown(ec2, made["AllocationId"])
    assert found["PublicIp"] == made["PublicIp"] and found["Tags"] == [{"Key": "app", "Value": "hello"}]
    assert "AssociationId" not in found and found["NetworkBorderGroup"] == "eu-central-1"


def test_no_two_addresses_are_the_same(ec2):
    assert len({ec2.allocate_address()["PublicIp"] for _ in range(5)}) == 5


def test_quota(ec2):
    for _ in range(5):
        ec2.allocate_address()
    assert message(ec2.allocate_address) == "AddressLimitExceeded: The maximum number of addresses has been reached."


def test_addresses_of_other_pools_are_not_modelled(ec2, refused):
    assert refused(ec2.allocate_address, Address="198.18.0.9") == "NotImplemented"
    assert refused(ec2.allocate_address, PublicIpv4Pool="ipv4pool-ec2-1") == "NotImplemented"
    assert refused(ec2.allocate_address, DryRun=True) == "DryRunOperation"


def test_described_by_filters_and_by_address(ec2, address):
    other = ec2.allocate_address(TagSpecifications=tagged("elastic-ip", app="x"))
    by_tag = ec2.describe_addresses(Filters=by(**{"tag:app": "x"}))["Addresses"]
    by_ip = ec2.describe_addresses(PublicIps=[other["PublicIp"]])["Addresses"]
    assert [one["AllocationId"] for one in by_tag] == [other["AllocationId"]] == [one["AllocationId"] for one in by_ip]
    assert len(ec2.describe_addresses()["Addresses"]) == 2


@pytest.mark.parametrize("ask, code", [
    ({"AllocationIds": ["eipalloc-0123456789abcdef0"]}, "InvalidAllocationID.NotFound"),
    ({"AllocationIds": ["x"]}, "InvalidAllocationID.NotFound"),
    ({"PublicIps": ["192.0.2.1"]}, "InvalidAddress.NotFound"),
    ({"PublicIps": ["x"]}, "InvalidAddress.Malformed"),
    ({"Filters": [{"Name": "nope", "Values": ["x"]}]}, "InvalidParameterValue"),
])
def test_describe_refuses(ec2, refused, ask, code):
    assert refused(ec2.describe_addresses, **ask) == code


def test_no_address_has_a_reverse_name(ec2, address, refused):
    ask = {"AllocationIds": [address], "Attribute": "domain-name"}
    assert ec2.describe_addresses_attribute(**ask)["Addresses"] == []
    ask["AllocationIds"] = ["eipalloc-0123456789abcdef0"]
    assert refused(ec2.describe_addresses_attribute, **ask) == "InvalidAllocationID.NotFound"


def test_a_released_address_is_gone(ec2, address, refused):
    ec2.release_address(AllocationId=address, NetworkBorderGroup="eu-central-1")
    assert refused(ec2.release_address, AllocationId=address) == "InvalidAllocationID.NotFound"
    assert ec2.describe_addresses()["Addresses"] == []


@pytest.mark.parametrize("ask, code", [
    ({"AllocationId": "eipalloc-0123456789abcdef0"}, "InvalidAllocationID.NotFound"),
    ({"PublicIp": "198.18.0.1"}, "InvalidParameterValue"),
    ({}, "MissingParameter"),
])
def test_row_release_address_not_found(ec2, address, refused, ask, code):
    assert refused(ec2.release_address, **ask) == code


def test_release_in_the_wrong_border_group(ec2, address, refused):
    ask = {"AllocationId": address, "NetworkBorderGroup": "us-east-1"}
    assert refused(ec2.release_address, **ask) == "InvalidAddress.NotFound"


def test_an_interface_has_the_address_until_it_is_taken_away(ec2, vpc, gateway, interface, address, refused):
    association = ec2.associate_address(AllocationId=address, NetworkInterfaceId=interface)["AssociationId"]
    found = shown(ec2, address)
    assert (found["AssociationId"], found["NetworkInterfaceId"]) == (association, interface)
    assert found["PrivateIpAddress"] == "10.0.1.4"
    (own,) = ec2.describe_network_interfaces(NetworkInterfaceIds=[interface])["NetworkInterfaces"]
    assert own["Association"]["PublicIp"] == found["PublicIp"] and own["Association"]["AllocationId"] == address
    assert own["Association"]["IpOwnerId"] == "123456789012"
    assert refused(ec2.release_address, AllocationId=address) == "InvalidIPAddress.InUse"
    assert refused(ec2.detach_internet_gateway, InternetGatewayId=gateway, VpcId=vpc) == "DependencyViolation"
    ec2.disassociate_address(AssociationId=association)
    assert refused(ec2.disassociate_address, AssociationId=association) == "InvalidAssociationID.NotFound"
    ec2.release_address(AllocationId=address)
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)


def test_the_same_association_again(ec2, gateway, interface, address):
    ask = {"AllocationId": address, "NetworkInterfaceId": interface}
    first = ec2.associate_address(**ask)["AssociationId"]
    assert ec2.associate_address(**ask)["AssociationId"] == first


def test_an_address_moves_unless_it_must_not(ec2, gateway, subnet, interface, address, refused):
    other = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    ec2.associate_address(AllocationId=address, NetworkInterfaceId=interface)
    ask = {"AllocationId": address, "NetworkInterfaceId": other}
    assert refused(ec2.associate_address, **ask, AllowReassociation=False) == "Resource.AlreadyAssociated"
    ec2.associate_address(**ask)
    assert shown(ec2, address)["NetworkInterfaceId"] == other
    (old,) = ec2.describe_network_interfaces(NetworkInterfaceIds=[interface])["NetworkInterfaces"]
    assert "Association" not in old


def test_a_deleted_interface_leaves_its_address(ec2, gateway, interface, address):
    ec2.associate_address(AllocationId=address, NetworkInterfaceId=interface)
    ec2.delete_network_interface(NetworkInterfaceId=interface)
    assert "AssociationId" not in shown(ec2, address)


def test_no_address_without_a_gateway(ec2, interface, address, refused):
    ask = {"AllocationId": address, "NetworkInterfaceId": interface}
    assert refused(ec2.associate_address, **ask) == "Gateway.NotAttached"
    assert refused(ec2.associate_address, **ask, PrivateIpAddress="10.0.1.99") == "InvalidParameterValue"


@pytest.mark.parametrize("ask, code", [
    ({"AllocationId": "eipalloc-0123456789abcdef0"}, "InvalidAllocationID.NotFound"),
    ({"NetworkInterfaceId": "eni-0123456789abcdef0"}, "InvalidNetworkInterfaceID.NotFound"),
    ({"AllocationId": None}, "MissingParameter"),
    ({"InstanceId": "i-0123456789abcdef0"}, "NotImplemented"),
])
def test_associate_refuses(ec2, gateway, interface, address, refused, ask, code):
    ask = {"AllocationId": address, "NetworkInterfaceId": interface} | ask
    ask = {name: value for name, value in ask.items() if value}
    assert refused(ec2.associate_address, **ask) == code


def test_tags(ec2, address):
    ec2.create_tags(Resources=[address], Tags=[{"Key": "a", "Value": "1"}])
    assert shown(ec2, address)["Tags"] == [{"Key": "a", "Value": "1"}]
    found = ec2.describe_tags(Filters=by(resource_type="elastic-ip"))["Tags"]
    assert [(tag["ResourceId"], tag["Key"]) for tag in found] == [(address, "a")]
    ec2.delete_tags(Resources=[address])
    assert shown(ec2, address)["Tags"] == []


def test_regions_are_apart(twin, ec2, address):
    assert twin.client("ec2", region="us-east-1").describe_addresses()["Addresses"] == []
