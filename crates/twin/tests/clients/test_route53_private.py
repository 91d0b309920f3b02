"""Private hosted zones and their VPCs."""

import pytest
from test_ec2 import ec2, vpc  # noqa: F401


@pytest.fixture
def r53(twin, ec2):
    return twin.client("route53")


def named(vpc, region="eu-central-1"):
    return {"VPCRegion": region, "VPCId": vpc}


@pytest.fixture
def zone(r53, vpc):
    made = r53.create_hosted_zone(Name="myorg.local", CallerReference="z", VPC=named(vpc))
    return made["HostedZone"]["Id"].split("/")[-1]


@pytest.fixture
def other(ec2):
    return ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]


def vpcs(r53, zone):
    return [each["VPCId"] for each in r53.get_hosted_zone(Id=zone)["VPCs"]]


def test_a_second_vpc(twin, r53, zone, vpc, other):
    info = r53.associate_vpc_with_hosted_zone(HostedZoneId=zone, VPC=named(other), Comment="c")["ChangeInfo"]
    assert (info["Status"], info["Comment"]) == ("PENDING", "c")
    assert vpcs(r53, zone) == [vpc, other]
    twin.advance(30)
    assert r53.get_change(Id=info["Id"])["ChangeInfo"]["Status"] == "INSYNC"
    r53.disassociate_vpc_from_hosted_zone(HostedZoneId=zone, VPC=named(vpc))
    assert vpcs(r53, zone) == [other]


def test_a_vpc_of_another_region(twin, r53, zone):
    there = twin.client("ec2", region="us-east-1").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    r53.associate_vpc_with_hosted_zone(HostedZoneId=zone, VPC=named(there, "us-east-1"))
    (found,) = r53.list_hosted_zones_by_vpc(VPCId=there, VPCRegion="us-east-1")["HostedZoneSummaries"]
    assert found["HostedZoneId"] == zone


@pytest.mark.parametrize("id, code", [("vpc-0123456789abcdef0", "InvalidVPCId"), ("x", "InvalidVPCId")])
def test_a_vpc_that_is_not_there(r53, zone, refused, id, code):
    assert refused(r53.associate_vpc_with_hosted_zone, HostedZoneId=zone, VPC=named(id)) == code


def test_one_zone_of_a_name_in_a_vpc(r53, zone, vpc, other, refused):
    second = r53.create_hosted_zone(Name="myorg.local", CallerReference="2", VPC=named(other))["HostedZone"]["Id"]
    ask = {"HostedZoneId": second, "VPC": named(vpc)}
    assert refused(r53.associate_vpc_with_hosted_zone, **ask) == "ConflictingDomainExists"
    again = {"HostedZoneId": zone, "VPC": named(vpc)}
    assert refused(r53.associate_vpc_with_hosted_zone, **again) == "ConflictingDomainExists"


def test_a_public_zone_has_no_vpcs(r53, vpc, refused):
    public = r53.create_hosted_zone(Name="acme.test", CallerReference="p")["HostedZone"]["Id"]
    ask = {"HostedZoneId": public, "VPC": named(vpc)}
    assert refused(r53.associate_vpc_with_hosted_zone, **ask) == "PublicZoneVPCAssociation"


def test_the_last_vpc_stays(r53, zone, vpc, other, refused):
    ask = {"HostedZoneId": zone, "VPC": named(vpc)}
    assert refused(r53.disassociate_vpc_from_hosted_zone, **ask) == "LastVPCAssociation"
    ask["VPC"] = named(other)
    assert refused(r53.disassociate_vpc_from_hosted_zone, **ask) == "VPCAssociationNotFound"


def test_a_zone_that_is_not_there(r53, vpc, refused):
    ask = {"HostedZoneId": "Z0", "VPC": named(vpc)}
    assert refused(r53.associate_vpc_with_hosted_zone, **ask) == "NoSuchHostedZone"
    assert refused(r53.disassociate_vpc_from_hosted_zone, **ask) == "NoSuchHostedZone"


def test_zones_of_a_vpc_in_pages(r53, zone, vpc, refused):
    for number in range(4):
        r53.create_hosted_zone(Name=f"{number}.local", CallerReference=str(number), VPC=named(vpc))
    ask = {"VPCId": vpc, "VPCRegion": "eu-central-1", "MaxItems": "2"}
    names, token = [], {}
    while True:
        page = r53.list_hosted_zones_by_vpc(**ask, **token)
        names += [each["Name"] for each in page["HostedZoneSummaries"]]
        assert page["HostedZoneSummaries"][0]["Owner"] == {"OwningAccount": "123456789012"}
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert sorted(names) == ["0.local.", "1.local.", "2.local.", "3.local.", "myorg.local."]
    assert refused(r53.list_hosted_zones_by_vpc, **ask, NextToken="x") == "InvalidPaginationToken"
    ask["VPCId"] = "vpc-0"
    assert refused(r53.list_hosted_zones_by_vpc, **ask) == "InvalidInput"


def test_records_keep_a_private_zone(r53, zone, refused):
    record = {"Name": "db.myorg.local", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.0.1.9"}]}
    batch = lambda action: {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
    r53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch("CREATE"))
    assert refused(r53.delete_hosted_zone, Id=zone) == "HostedZoneNotEmpty"
    r53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch("DELETE"))
    r53.delete_hosted_zone(Id=zone)


def test_a_zone_outlives_its_vpc(ec2, r53, zone, vpc, other):
    r53.associate_vpc_with_hosted_zone(HostedZoneId=zone, VPC=named(other))
    ec2.delete_vpc(VpcId=vpc)
    r53.disassociate_vpc_from_hosted_zone(HostedZoneId=zone, VPC=named(vpc))
    assert vpcs(r53, zone) == [other]
