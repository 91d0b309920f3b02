"""Route 53: zones, record sets, batches, changes under way, and every refusal. Rows of emulators.md 4 by their name."""

import pytest

ORG = "Z0SANDBOXEXAMPLEORG"


@pytest.fixture
def r53(twin):
    twin.reset()
    return twin.client("route53")


@pytest.fixture
def zone(r53):
    made = r53.create_hosted_zone(Name="Acme.test", CallerReference="one")
    return made["HostedZone"]["Id"].removeprefix("/hostedzone/")


def rrset(name="www.acme.test", kind="A", *values, ttl=300):
    records = [{"Value": value} for value in values or ["192.0.2.1"]]
    return {"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": records}


def alias(name, target, target_zone, kind="A"):
    to = {"DNSName": target, "HostedZoneId": target_zone, "EvaluateTargetHealth": False}
    return {"Name": name, "Type": kind, "AliasTarget": to}


@pytest.fixture
def change(r53, zone):
    """`change(("CREATE", rrset()), …)` in one batch; gives the change's id."""

    def change(*changes, zone=zone):
        batch = [{"Action": action, "ResourceRecordSet": one} for action, one in changes]
        made = r53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": batch})
        return made["ChangeInfo"]["Id"]

    return change


@pytest.fixture
def error(r53):
    """The code and message of a refusal."""

    def error(call, *words, **parameters):
        with pytest.raises(r53.exceptions.ClientError) as caught:
            call(*words, **parameters)
        found = caught.value.response["Error"]
        return found["Code"], found["Message"]

    return error


@pytest.fixture
def sets(r53, zone):
    def sets(**query):
        found = r53.list_resource_record_sets(HostedZoneId=zone, **query)["ResourceRecordSets"]
        return [(one["Name"], one["Type"]) for one in found]

    return sets


@pytest.fixture
def balancer(twin, r53):
    """The DNS name and zone id of a load balancer."""
    ec2, elb = twin.client("ec2"), twin.client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"eu-central-1{z}")
        for n, z in enumerate("ab")
    ]
    ids = [subnet["Subnet"]["SubnetId"] for subnet in subnets]
    made = elb.create_load_balancer(Name="web", Subnets=ids)["LoadBalancers"][0]
    return made["DNSName"], made["CanonicalHostedZoneId"]


# --- rows of emulators.md


def test_create_hosted_zone(r53):
    made = r53.create_hosted_zone(
        Name="Acme.test", CallerReference="one", HostedZoneConfig={"Comment": "hello"}
    )
    zone = made["HostedZone"]
    assert zone["Id"].startswith("/hostedzone/Z") and zone["Name"] == "acme.test."
    assert zone["Config"] == {"Comment": "hello", "PrivateZone": False}
    assert zone["ResourceRecordSetCount"] == 2
    assert made["ChangeInfo"]["Status"] == "PENDING"
    assert len(set(made["DelegationSet"]["NameServers"])) == 4
    assert made["Location"].endswith(zone["Id"].split("/")[-1])
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201


def test_change_resource_record_sets_create(r53, zone, change, sets):
    change(("CREATE", rrset()))
    assert sets(StartRecordName="www.acme.test") == [("www.acme.test.", "A")]
    [found] = r53.list_resource_record_sets(HostedZoneId=zone, StartRecordName="www.acme.test")[
        "ResourceRecordSets"
    ]
    assert (found["TTL"], found["ResourceRecords"]) == (300, [{"Value": "192.0.2.1"}])


def test_alias_a_to_alb(r53, zone, change, balancer):
    name, its_zone = balancer
    change(("CREATE", alias("acme.test", f"dualstack.{name}", its_zone)))
    found = r53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"][0]
    assert found["AliasTarget"] == {
        "HostedZoneId": its_zone, "DNSName": f"dualstack.{name}.", "EvaluateTargetHealth": False,
    }
    assert "TTL" not in found


def test_list_resource_record_sets_ns_soa(r53, zone):
    ns, soa = r53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    assert (ns["Type"], ns["TTL"], len(ns["ResourceRecords"])) == ("NS", 172800, 4)
    assert (soa["Type"], soa["TTL"]) == ("SOA", 900)
    assert soa["ResourceRecords"][0]["Value"].endswith(" 1 7200 900 1209600 86400")


def test_create_existing_record(change, error):
    change(("CREATE", rrset()))
    assert error(change, ("CREATE", rrset())) == (
        "InvalidChangeBatch",
        "[Tried to create resource record set [name='www.acme.test.', type='A'] but it already exists]",
    )


def test_get_hosted_zone_missing(r53, error):
    code, message = error(r53.get_hosted_zone, Id="Z0MISSING")
    assert (code, message) == ("NoSuchHostedZone", "No hosted zone found with ID: Z0MISSING")


def check_config(**more):
    return {"Type": "HTTPS", "FullyQualifiedDomainName": "acme.test", "ResourcePath": "/up", **more}


def test_create_health_check(r53, error):
    made = r53.create_health_check(CallerReference="h", HealthCheckConfig=check_config())["HealthCheck"]
    assert made["HealthCheckConfig"]["Port"] == 443
    again = r53.create_health_check(CallerReference="h", HealthCheckConfig=check_config())
    assert again["HealthCheck"] == made
    assert r53.get_health_check(HealthCheckId=made["Id"])["HealthCheck"] == made
    assert r53.list_health_checks()["HealthChecks"] == [made]
    other = check_config(Port=8443)
    code, _ = error(r53.create_health_check, CallerReference="h", HealthCheckConfig=other)
    assert code == "HealthCheckAlreadyExists"
    r53.delete_health_check(HealthCheckId=made["Id"])
    for call in [r53.get_health_check, r53.delete_health_check]:
        assert error(call, HealthCheckId=made["Id"])[0] == "NoSuchHealthCheck"


@pytest.mark.parametrize(
    "config", [{"Type": "NO"}, {"Type": "TCP", "IPAddress": "192.0.2.1"}, {"Type": "HTTP"},
               check_config(RequestInterval=20)]
)
def test_health_checks_that_cannot_be(r53, error, config):
    code, _ = error(r53.create_health_check, CallerReference="h", HealthCheckConfig=config)
    assert code == "InvalidInput"


def test_health_checks_page_by_page(r53, error):
    for n in range(3):
        r53.create_health_check(CallerReference=str(n), HealthCheckConfig=check_config())
    pages = r53.get_paginator("list_health_checks").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["HealthChecks"]) for page in pages] == [2, 1]
    assert error(r53.list_health_checks, MaxItems="x")[0] == "InvalidInput"


def test_get_change_pending_insync(twin, r53, change):
    made = change(("CREATE", rrset()))
    status = lambda: r53.get_change(Id=made)["ChangeInfo"]["Status"]
    assert status() == "PENDING"
    twin.advance(29)
    assert status() == "PENDING"
    twin.advance(1)
    assert status() == "INSYNC"


def test_delete_with_wrong_value(change, error):
    change(("CREATE", rrset()))
    wanted = (
        "InvalidChangeBatch",
        "[Tried to delete resource record set [name='www.acme.test.', type='A'] but the values "
        "provided do not match the current values]",
    )
    assert error(change, ("DELETE", rrset("www.acme.test", "A", "192.0.2.2"))) == wanted
    assert error(change, ("DELETE", rrset(ttl=60))) == wanted


def test_same_caller_reference(r53, zone, error):
    code, _ = error(r53.create_hosted_zone, Name="other.test", CallerReference="one")
    assert code == "HostedZoneAlreadyExists"


def test_delete_hosted_zone_with_records(r53, zone, change, error):
    change(("CREATE", rrset()))
    assert error(r53.delete_hosted_zone, Id=zone)[0] == "HostedZoneNotEmpty"
    change(("DELETE", rrset()))
    assert r53.delete_hosted_zone(Id=zone)["ChangeInfo"]["Status"] == "PENDING"
    assert error(r53.delete_hosted_zone, Id=zone)[0] == "NoSuchHostedZone"


# --- zones


def test_a_new_world_has_one_zone(r53):
    [zone] = r53.list_hosted_zones()["HostedZones"]
    assert (zone["Id"], zone["Name"]) == (f"/hostedzone/{ORG}", "example.org.")


@pytest.mark.parametrize("name", ["a..b", ".", "x" * 64 + ".test"])
def test_names_of_zones_that_cannot_be(r53, error, name):
    assert error(r53.create_hosted_zone, Name=name, CallerReference="r")[0] == "InvalidDomainName"


def test_two_zones_of_one_name_have_other_servers(r53):
    servers = [
        r53.create_hosted_zone(Name="a.test", CallerReference=r)["DelegationSet"]["NameServers"]
        for r in "xy"
    ]
    assert servers[0] != servers[1]


def test_a_zone_with_a_delegation_set_is_not_modelled(r53, error):
    made = {"Name": "a.test", "CallerReference": "x", "DelegationSetId": "N1"}
    assert error(r53.create_hosted_zone, **made)[0] == "NotImplemented"


def test_private_zones(twin, r53, error):
    vpc = twin.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    vpc = {"VPCRegion": "eu-central-1", "VPCId": vpc}
    made = r53.create_hosted_zone(Name="in.test", CallerReference="p", VPC=vpc)
    assert made["HostedZone"]["Config"]["PrivateZone"] and made["VPC"] == vpc
    assert r53.get_hosted_zone(Id=made["HostedZone"]["Id"])["VPCs"] == [vpc]
    listed = r53.list_hosted_zones(HostedZoneType="PrivateHostedZone")["HostedZones"]
    assert [zone["Name"] for zone in listed] == ["in.test."]
    again = {"Name": "in.test", "CallerReference": "q"}
    assert error(r53.create_hosted_zone, **again, VPC=vpc)[0] == "ConflictingDomainExists"
    nowhere = {"VPCRegion": "eu-central-1", "VPCId": "vpc-0"}
    assert error(r53.create_hosted_zone, **again, VPC=nowhere)[0] == "InvalidVPCId"
    private = {"PrivateZone": True}
    assert error(r53.create_hosted_zone, **again, HostedZoneConfig=private)[0] == "InvalidInput"


def test_zones_page_by_page(r53, error):
    for n in range(3):
        r53.create_hosted_zone(Name=f"z{n}.test", CallerReference=str(n))
    pages = list(r53.get_paginator("list_hosted_zones").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["HostedZones"]) for page in pages] == [2, 2]
    assert r53.get_hosted_zone_count()["HostedZoneCount"] == 4
    for wrong in [{"Marker": "Znone"}, {"MaxItems": "0"}, {"HostedZoneType": "x"}]:
        assert error(r53.list_hosted_zones, **wrong)[0] == "InvalidInput"


def test_zones_by_name_begin_at_a_name_and_go_on(r53, error):
    for name in ["b.test", "a.test", "x.a.test", "test2"]:
        r53.create_hosted_zone(Name=name, CallerReference=name)
    by_name = lambda **q: [z["Name"] for z in r53.list_hosted_zones_by_name(**q)["HostedZones"]]
    assert by_name() == ["example.org.", "a.test.", "x.a.test.", "b.test.", "test2."]
    assert by_name(DNSName="x.a.test")[:2] == ["x.a.test.", "b.test."]
    first = r53.list_hosted_zones_by_name(DNSName="a.test", MaxItems="1")
    assert first["IsTruncated"] and first["NextDNSName"] == "x.a.test."
    rest = by_name(DNSName=first["NextDNSName"], HostedZoneId=first["NextHostedZoneId"])
    assert rest[0] == "x.a.test."
    assert error(r53.list_hosted_zones_by_name, HostedZoneId="Z1")[0] == "InvalidInput"
    assert error(r53.list_hosted_zones_by_name, DNSName="a..b")[0] == "InvalidDomainName"


def test_the_comment_of_a_zone(r53, zone, error):
    assert r53.update_hosted_zone_comment(Id=zone, Comment="x")["HostedZone"]["Config"]["Comment"] == "x"
    assert "Comment" not in r53.update_hosted_zone_comment(Id=zone)["HostedZone"]["Config"]
    assert error(r53.update_hosted_zone_comment, Id="Znone")[0] == "NoSuchHostedZone"
    assert error(r53.update_hosted_zone_comment, Id=zone, Comment="x" * 257)[0] == "InvalidInput"


def test_no_zone_signs(r53, zone, error):
    assert r53.get_dnssec(HostedZoneId=zone)["Status"]["ServeSignature"] == "NOT_SIGNING"
    assert error(r53.get_dnssec, HostedZoneId="Znone")[0] == "NoSuchHostedZone"


# --- batches


def test_a_batch_is_all_or_nothing(change, sets, error):
    code, message = error(change, ("CREATE", rrset()), ("DELETE", rrset("api.acme.test")))
    assert (code, message) == (
        "InvalidChangeBatch",
        "[Tried to delete resource record set [name='api.acme.test.', type='A'] but it was not found]",
    )
    assert sets() == [("acme.test.", "NS"), ("acme.test.", "SOA")]


def test_every_reason_is_told(change, error):
    _, message = error(change, ("DELETE", rrset()), ("DELETE", rrset("api.acme.test")))
    assert message.count("but it was not found") == 2 and ", Tried" in message


def test_upsert_makes_and_changes(r53, zone, change):
    change(("UPSERT", rrset()))
    change(("UPSERT", rrset("www.acme.test", "A", "192.0.2.2", "192.0.2.3", ttl=60)))
    found = r53.list_resource_record_sets(HostedZoneId=zone, StartRecordName="www.acme.test")
    [found] = found["ResourceRecordSets"]
    assert (found["TTL"], len(found["ResourceRecords"])) == (60, 2)


def test_delete_and_create_in_one_batch_change_the_type(change, sets):
    change(("CREATE", rrset()))
    change(("DELETE", rrset()), ("CREATE", rrset("www.acme.test", "CNAME", "a.test")))
    assert sets(StartRecordName="www.acme.test") == [("www.acme.test.", "CNAME")]


def test_changes_are_made_in_their_order(change, error):
    change(("CREATE", rrset()))
    wrong = [("CREATE", rrset("www.acme.test", "CNAME", "a.test")), ("DELETE", rrset())]
    assert "conflicts with other records" in error(change, *wrong)[1]


def test_a_set_can_be_deleted_and_made_again_in_one_batch(change, sets):
    change(("CREATE", rrset()))
    change(("DELETE", rrset()), ("CREATE", rrset("www.acme.test", "A", "192.0.2.9")))
    assert sets(StartRecordName="www.acme.test") == [("www.acme.test.", "A")]


@pytest.mark.parametrize("actions", ["CREATE CREATE", "UPSERT UPSERT", "CREATE DELETE", "UPSERT DELETE"])
def test_two_changes_of_one_set(change, error, actions):
    code, message = error(change, *[(action, rrset()) for action in actions.split()])
    assert code == "InvalidChangeBatch"
    wanted = "The request contains an invalid set of changes for a resource record set 'A www.acme.test.'"
    assert wanted in message


def test_a_delete_needs_the_values_in_any_order(change, sets):
    change(("CREATE", rrset("m.acme.test", "A", "192.0.2.1", "192.0.2.2")))
    change(("DELETE", rrset("m.acme.test", "A", "192.0.2.2", "192.0.2.1")))
    change(("CREATE", rrset("c.acme.test", "CNAME", "Lb.test")))
    change(("DELETE", rrset("C.acme.test.", "CNAME", "lb.test.")))
    assert len(sets()) == 2


@pytest.mark.parametrize("kind, reason", [
    ("NS", "A HostedZone must contain at least one NS record for the zone itself."),
    ("SOA", "A HostedZone must contain exactly one SOA record."),
])
def test_ns_and_soa_of_the_zone_stay(r53, zone, change, error, kind, reason):
    found = r53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    [own] = [one for one in found if one["Type"] == kind]
    assert error(change, ("DELETE", own)) == ("InvalidChangeBatch", f"[{reason}]")
    change(("UPSERT", {**own, "TTL": 60}))


def test_a_second_soa(change, error):
    soa = rrset("sub.acme.test", "SOA", "ns.a. b.a. 1 7200 900 1209600 86400")
    assert "exactly one SOA" in error(change, ("CREATE", soa))[1]


def test_cname_at_the_apex(change, error):
    _, message = error(change, ("CREATE", rrset("acme.test", "CNAME", "lb.test")))
    assert message == (
        "[RRSet of type CNAME with DNS name acme.test. is not permitted at apex in zone acme.test.]"
    )


def test_a_cname_stands_alone(change, error):
    change(("CREATE", rrset()), ("CREATE", rrset("c.acme.test", "CNAME", "lb.test")))
    assert error(change, ("CREATE", rrset("www.acme.test", "CNAME", "lb.test")))[1] == (
        "[RRSet of type CNAME with DNS name www.acme.test. is not permitted as it conflicts with "
        "other records with the same DNS name in zone acme.test.]"
    )
    assert error(change, ("UPSERT", rrset("c.acme.test", "TXT", '"x"')))[1] == (
        "[RRSet of type TXT with DNS name c.acme.test. is not permitted because a conflicting RRSet "
        "of type  CNAME with the same DNS name already exists in zone acme.test.]"
    )


def test_a_name_outside_of_the_zone(change, error):
    _, message = error(change, ("CREATE", rrset("www.other.test")))
    assert message == "[RRSet with DNS name www.other.test. is not permitted in zone acme.test.]"


@pytest.mark.parametrize("kind, value, problem", [
    ("A", "lb.test", "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"),
    ("A", "192.0.2.1, 192.0.2.2", "ARRDATANotSingleField (Value contains spaces)"),
    ("AAAA", "192.0.2.1", "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)"),
    ("CNAME", "a..test", "DomainLabelEmpty (Domain label is empty)"),
    ("TXT", "hello", "InvalidCharacterString (Value should be enclosed in quotation marks)"),
    ("TXT", '"a""b"', "InvalidCharacterString (Value should be enclosed in quotation marks)"),
    ("TXT", '"open', "InvalidCharacterString (Value should be enclosed in quotation marks)"),
    ("TXT", '"' + "x" * 256 + '"', "CharacterStringTooLong (Value is too long)"),
    ("MX", "mail.test", "MXRRDATANotTwoFields (Value must have two fields)"),
    ("MX", "ten mail.test", "MXRRDATAIllegalNumber (Value is not a number)"),
    ("SRV", "1 1 a.test", "SRVRRDATANotFourFields (Value must have four fields)"),
    ("CAA", "0 issue", "CAARRDATANotThreeFields (CAA record must have three fields)"),
    ("CAA", "0 issue amazon.com", "InvalidCharacterString (Value should be enclosed in quotation marks)"),
])
def test_values_that_cannot_be(change, error, kind, value, problem):
    code, message = error(change, ("CREATE", rrset("v.acme.test", kind, value)))
    assert code == "InvalidChangeBatch"
    assert message == f"[Invalid Resource Record: 'FATAL problem: {problem} encountered with '{value}'']"


@pytest.mark.parametrize("kind, values", [
    ("AAAA", ["2001:db8::1"]), ("MX", ["10 mail.test."]), ("SRV", ["1 10 443 a.test."]),
    ("CAA", ['0 issue "amazon.com"', '0 issuewild ";"']), ("TXT", ['"a" "b"', '"say \\"x\\""']),
    ("NS", ["ns1.test.", "ns2.test."]), ("PTR", ["a.test"]), ("SPF", ['"v=spf1"']),
])
def test_values_of_every_type(r53, zone, change, kind, values):
    change(("CREATE", rrset("v.acme.test", kind, *values)))
    found = r53.list_resource_record_sets(HostedZoneId=zone, StartRecordName="v.acme.test")
    records = found["ResourceRecordSets"][0]["ResourceRecords"]
    assert [record["Value"] for record in records] == values


def test_duplicate_values(change, error):
    _, message = error(change, ("CREATE", rrset("www.acme.test", "A", "192.0.2.1", "192.0.2.1")))
    assert message == "[Duplicate Resource Record: '192.0.2.1']"


def test_types_that_are_not_modelled(change, error):
    https = rrset("www.acme.test", "HTTPS", "1 . alpn=h2")
    assert error(change, ("CREATE", https))[0] == "NotImplemented"
    weighted = {**rrset(), "Weight": 1, "SetIdentifier": "a"}
    assert error(change, ("CREATE", weighted))[0] == "NotImplemented"


@pytest.mark.parametrize("record, message", [
    ({**rrset(), "AliasTarget": alias("", "a.test", "Z1")["AliasTarget"]}, "but found more than one"),
    ({"Name": "www.acme.test", "Type": "A"}, "but found none"),
    ({"Name": "www.acme.test", "Type": "A", "ResourceRecords": [{"Value": "192.0.2.1"}]}, "Missing field 'TTL'"),
    (rrset("www.acme.test", "B"), "cvc-enumeration-valid"),
    (rrset(ttl=2147483648), "Invalid TTL"),
])
def test_record_sets_that_cannot_be(change, error, record, message):
    code, told = error(change, ("CREATE", record))
    assert code == "InvalidInput" and message in told


def test_batches_that_cannot_be(r53, zone, change, error):
    assert error(change, ("REPLACE", rrset()))[0] == "InvalidInput"
    assert error(change, ("CREATE", rrset()), zone="Znone")[0] == "NoSuchHostedZone"
    many = [("CREATE", rrset(f"n{n}.acme.test")) for n in range(1001)]
    assert "Number of records limit of 1000 exceeded." in error(change, *many)[1]
    long = [("UPSERT", rrset(f"n{n}.acme.test", "TXT", '"' + "x" * 254 + '"')) for n in range(63)]
    assert "Number of characters limit of 32000 exceeded." in error(change, *long)[1]


@pytest.mark.parametrize("name, problem", [
    ("a..acme.test", "FATAL problem: DomainLabelEmpty (Domain label is empty)"),
    ("x" * 64 + ".acme.test", "FATAL problem: DomainLabelTooLong (Domain label is too long)"),
])
def test_names_that_cannot_be(change, error, name, problem):
    code, message = error(change, ("CREATE", rrset(name)))
    assert (code, message) == ("InvalidChangeBatch", f"[{problem} encountered with '{name}']")


# --- aliases


def test_alias_to_the_wrong_zone(change, error, balancer):
    name, _ = balancer
    told = f"Tried to create an alias that targets {name.lower()}., type A in zone Z35SXDOTRQ7X7K, but"
    _, message = error(change, ("CREATE", alias("acme.test", name, "Z35SXDOTRQ7X7K")))
    assert message == (
        f"[{told} the alias target name does not lie within the target zone, "
        f"{told} that target was not found]"
    )


def test_alias_to_a_balancer_that_is_not_there(change, error):
    gone = alias("acme.test", "gone-1.eu-central-1.elb.amazonaws.com", "Z215JYRZR1TBD5")
    _, message = error(change, ("CREATE", gone))
    assert message.count("but") == 1 and "that target was not found" in message


def test_alias_to_another_name_of_the_zone(zone, change, error):
    to = alias("acme.test", "www.acme.test", zone)
    assert "that target was not found" in error(change, ("CREATE", to))[1]
    change(("CREATE", rrset()), ("CREATE", to))
    assert "that target was not found" in error(change, ("CREATE", {**to, "Type": "AAAA"}))[1]
    circle = alias("w.acme.test", "w.acme.test", zone)
    assert "that target was not found" in error(change, ("CREATE", circle))[1]
    outside = alias("o.acme.test", "www.other.test", zone)
    assert "does not lie within" in error(change, ("CREATE", outside))[1]


def test_alias_to_a_distribution_that_is_not_there(change, error):
    to = alias("acme.test", "d1.cloudfront.net", "Z2FDTNDATAQYW2")
    assert "that target was not found" in error(change, ("CREATE", to))[1]


def test_an_alias_outlives_its_target_and_can_be_deleted(twin, change, balancer, error):
    name, its_zone = balancer
    own = alias("acme.test", name, its_zone)
    change(("CREATE", own))
    elb = twin.client("elbv2")
    elb.delete_load_balancer(LoadBalancerArn=elb.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"])
    other = {**own, "AliasTarget": {**own["AliasTarget"], "EvaluateTargetHealth": True}}
    assert "do not match" in error(change, ("DELETE", other))[1]
    change(("DELETE", own))


# --- listing


@pytest.fixture
def many(change):
    names = ["b", "a", "z.a", "*", "_x.a", "A-B", "a@b"]
    change(*[("CREATE", rrset(f"{name}.acme.test")) for name in names])


def test_order_is_that_of_the_reversed_labels(many, sets):
    own = [name for name, kind in sets() if kind == "A"]
    wanted = ["\\052", "a", "_x.a", "z.a", "a-b", "a\\100b", "b"]
    assert sorted(own) == sorted(f"{name}.acme.test." for name in wanted)
    key = lambda name: ".".join(reversed(name.rstrip(".").split("."))) + "."
    assert own == sorted(own, key=key)


def test_a_listing_starts_where_it_is_told_to(many, sets):
    assert sets(StartRecordName="B.acme.test.") == [("b.acme.test.", "A")]
    assert sets(StartRecordName="*.acme.test")[0] == ("\\052.acme.test.", "A")
    assert sets(StartRecordName="acme.test", StartRecordType="SOA")[0] == ("acme.test.", "SOA")
    assert sets(StartRecordName="b.acme.test", StartRecordType="AAAA") == []


def test_pages_join_to_the_whole(r53, zone, many, sets):
    pages = r53.get_paginator("list_resource_record_sets").paginate(
        HostedZoneId=zone, PaginationConfig={"PageSize": 2}
    )
    pages = [page["ResourceRecordSets"] for page in pages]
    assert [len(page) for page in pages] == [2, 2, 2, 2, 1]
    assert [(one["Name"], one["Type"]) for page in pages for one in page] == sets()


def test_listings_that_cannot_be(r53, zone, error):
    call = lambda **query: error(r53.list_resource_record_sets, **{"HostedZoneId": zone, **query})[0]
    assert call(StartRecordType="A") == "InvalidInput"
    assert call(MaxItems="x") == "InvalidInput"
    assert call(StartRecordName="a..b") == "InvalidInput"
    assert call(HostedZoneId="Znone") == "NoSuchHostedZone"


def test_wildcards_are_escaped_and_lower_case(change, sets):
    change(("CREATE", rrset("*.DEV.acme.test")))
    change(("UPSERT", rrset("\\052.dev.acme.test.", "A", "192.0.2.7")))
    assert sets(StartRecordName="dev.acme.test") == [("\\052.dev.acme.test.", "A")]


# --- changes and tags


def test_a_change_that_was_never_made(r53, error):
    assert error(r53.get_change, Id="C0NONE")[0] == "NoSuchChange"
    assert error(r53.get_change, Id="a b")[0] == "InvalidInput"


def test_the_comment_of_a_change(r53, zone):
    batch = {"Comment": "why", "Changes": [{"Action": "CREATE", "ResourceRecordSet": rrset()}]}
    made = r53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)["ChangeInfo"]
    assert r53.get_change(Id=made["Id"])["ChangeInfo"]["Comment"] == "why"


def test_tags(r53, zone, error):
    own = {"ResourceType": "hostedzone", "ResourceId": zone}
    tags = lambda: r53.list_tags_for_resource(**own)["ResourceTagSet"]["Tags"]
    assert tags() == []
    r53.change_tags_for_resource(**own, AddTags=[{"Key": "a", "Value": "1"}, {"Key": "b"}])
    r53.change_tags_for_resource(**own, AddTags=[{"Key": "a", "Value": "2"}], RemoveTagKeys=["b"])
    assert tags() == [{"Key": "a", "Value": "2"}]
    [both] = r53.list_tags_for_resources(ResourceType="hostedzone", ResourceIds=[zone])["ResourceTagSets"]
    assert both["Tags"] == tags()
    nowhere = {**own, "ResourceId": "Znone"}
    assert error(r53.list_tags_for_resource, **nowhere)[0] == "NoSuchHostedZone"
    assert error(r53.change_tags_for_resource, **nowhere, RemoveTagKeys=["a"])[0] == "NoSuchHostedZone"
    assert error(r53.change_tags_for_resource, **own)[0] == "InvalidInput"
    aws = [{"Key": "aws:x", "Value": "1"}]
    assert error(r53.change_tags_for_resource, **own, AddTags=aws)[0] == "InvalidInput"
    wrong = {"ResourceType": "zone", "ResourceId": zone}
    assert error(r53.list_tags_for_resource, **wrong)[0] == "InvalidInput"
    check = {"ResourceType": "healthcheck", "ResourceIds": ["x"]}
    assert error(r53.list_tags_for_resources, **check)[0] == "NoSuchHealthCheck"


def test_tagged_zones_are_listed_in_us_east_1(twin, r53, zone):
    own = {"ResourceType": "hostedzone", "ResourceId": zone}
    r53.change_tags_for_resource(**own, AddTags=[{"Key": "app", "Value": "x"}])
    arn = f"arn:aws:route53:::hostedzone/{zone}"
    listed = lambda region: [
        one["ResourceARN"]
        for one in twin.client("resourcegroupstaggingapi", region=region).get_resources()[
            "ResourceTagMappingList"
        ]
    ]
    assert listed("us-east-1") == [arn] and listed("eu-central-1") == []
    tagging = twin.client("resourcegroupstaggingapi", region="us-east-1")
    tagging.tag_resources(ResourceARNList=[arn], Tags={"more": "1"})
    tagging.untag_resources(ResourceARNList=[arn], TagKeys=["app"])
    assert r53.list_tags_for_resource(**own)["ResourceTagSet"]["Tags"] == [{"Key": "more", "Value": "1"}]


# --- the wire


def test_one_service_for_all_regions(twin, r53, zone):
    other = twin.client("route53", region="us-west-2")
    assert other.get_hosted_zone(Id=zone)["HostedZone"]["Name"] == "acme.test."


@pytest.mark.parametrize("key, code", [("EXPIRED1", "ExpiredToken"), ("INVALID1", "InvalidClientTokenId")])
def test_refused_credentials(twin, error, key, code):
    assert error(twin.client("route53", key=key).list_hosted_zones)[0] == code


def test_throttling(twin, r53, error):
    twin.throttle(route53={"rate": 1, "burst": 1})
    r53.list_hosted_zones()
    assert error(r53.list_hosted_zones)[0] == "Throttling"
    twin.throttle()


@pytest.mark.parametrize("body, code", [
    (b"<ChangeBatch/>", "MalformedInput"), (b"<", "MalformedInput"), (b"{}", "MalformedInput"),
    (b"<ChangeResourceRecordSetsRequest><A/></ChangeResourceRecordSetsRequest>", "InvalidInput"),
])
def test_bodies_that_cannot_be(twin, zone, body, code):
    scope = "AWS4-HMAC-SHA256 Credential=AKIATWIN/20261121/us-east-1/route53/aws4_request"
    path = f"/2013-04-01/hostedzone/{zone}/rrset/"
    status, _, text = twin.request("POST", path, body, {"Authorization": scope})
    assert (status, f"<Code>{code}</Code>" in text) == (400, True), text


def test_an_operation_that_is_not_modelled(r53, error):
    assert error(r53.list_reusable_delegation_sets)[0] == "NotImplemented"


def test_the_log_names_operation_and_zone(twin, r53, zone, change):
    change(("CREATE", rrset()))
    entry = twin.log()[-1]
    assert (entry["operation"], entry["resource"]) == ("ChangeResourceRecordSets", zone)
    assert entry["mutating"] and entry["outcome"] == "ok"


def test_a_batch_whose_answer_was_lost_was_made(twin, r53, zone, change, sets):
    twin.fault("drop", service="route53", operation="ChangeResourceRecordSets", side="after")
    with pytest.raises(Exception):
        change(("CREATE", rrset()))
    assert ("www.acme.test.", "A") in sets()


def test_zones_and_changes_outlive_the_twin(start, tmp_path):
    first = start(state=tmp_path)
    made = first.client("route53").create_hosted_zone(Name="acme.test", CallerReference="one")
    first.kill()
    r53 = start(state=tmp_path).client("route53")
    assert r53.get_hosted_zone(Id=made["HostedZone"]["Id"])["HostedZone"] == made["HostedZone"]
    assert r53.get_change(Id=made["ChangeInfo"]["Id"])["ChangeInfo"]["Status"] == "PENDING"
