"""Load balancers, listeners, rules and their tags as boto3 sees them. Time stands still unless a test advances it."""

import types
import urllib.parse

import pytest

NOT_THERE = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:{}/0123456789abcdef"
NO_BALANCER = NOT_THERE.format("loadbalancer/app/none")
NO_LISTENER = NOT_THERE.format("listener/app/none/0123456789abcdef")
NO_RULE = NOT_THERE.format("listener-rule/app/none/0123456789abcdef/0123456789abcdef")
NO_GROUP = NOT_THERE.format("targetgroup/none")


@pytest.fixture
def net(twin):
    """A VPC with two zones and a gateway, and the clients."""
    twin.reset()
    twin.timing("default")
    ec2, elb = twin.client("ec2"), twin.client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)

    def subnet(zone, third, vpc=vpc):
        cidr, zone = f"10.0.{third}.0/24", f"eu-central-1{zone}"
        return ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone)["Subnet"]["SubnetId"]

    group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    return types.SimpleNamespace(
        twin=twin, ec2=ec2, elb=elb, vpc=vpc, gateway=gateway, subnet=subnet, group=group,
        subnets=[subnet("a", 1), subnet("b", 2)],
    )


@pytest.fixture
def elb(net):
    return net.elb


@pytest.fixture
def balancer(net):
    return balanced(net)["LoadBalancerArn"]


@pytest.fixture
def target_group(net):
    return grouped(net)["TargetGroupArn"]


@pytest.fixture
def listener(elb, balancer):
    return listening(elb, balancer)["ListenerArn"]


def balanced(net, name="web", **more):
    asked = {"Name": name, "Subnets": net.subnets, "SecurityGroups": [net.group], **more}
    return net.elb.create_load_balancer(**asked)["LoadBalancers"][0]


def grouped(net, name="web", **more):
    asked = {"Name": name, "Protocol": "HTTP", "Port": 80, "VpcId": net.vpc, "TargetType": "ip", **more}
    return net.elb.create_target_group(**asked)["TargetGroups"][0]


def fixed(status="404"):
    return {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": status}}


def forward(group):
    return {"Type": "forward", "TargetGroupArn": group}


def redirect(**more):
    return {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", **more}}


def path(*values):
    return {"Field": "path-pattern", "PathPatternConfig": {"Values": list(values)}}


def host(*values):
    return {"Field": "host-header", "HostHeaderConfig": {"Values": list(values)}}


def listening(elb, balancer, action=None, **more):
    asked = {"LoadBalancerArn": balancer, "Protocol": "HTTP", "Port": 80, "DefaultActions": [action or fixed()], **more}
    return elb.create_listener(**asked)["Listeners"][0]


def ruled(elb, listener, priority=10, action=None, conditions=None, **more):
    asked = {"Priority": priority, "Conditions": conditions or [path("/a")], "Actions": [action or fixed()], **more}
    return elb.create_rule(ListenerArn=listener, **asked)["Rules"][0]


def issued(net, *names):
    """A certificate that has been issued."""
    net.twin.timing({"certificate_record": 0, "certificate_issue": 0})
    acm = net.twin.client("acm")
    more = {"SubjectAlternativeNames": list(names[1:])} if names[1:] else {}
    arn = acm.request_certificate(DomainName=names[0], ValidationMethod="DNS", **more)["CertificateArn"]
    zone = net.twin.cloudflare("GET", "/zones?name=example.com")[1]["result"][0]["id"]
    for option in acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"]:
        record = option["ResourceRecord"]
        body = {"type": "CNAME", "name": record["Name"].rstrip("."), "content": record["Value"].rstrip("."), "proxied": False}
        assert net.twin.cloudflare("POST", f"/zones/{zone}/dns_records", body)[0] == 200
    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED"
    return arn


def https(elb, balancer, certificate, **more):
    return listening(elb, balancer, Protocol="HTTPS", Port=443, Certificates=[{"CertificateArn": certificate}], **more)


def interfaces(net):
    filters = [{"Name": "description", "Values": ["ELB app/web/*"]}]
    return net.ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]


def ask(net, url):
    return net.twin.control("GET", "ask?" + urllib.parse.urlencode({"url": url}))


# Load balancers


def test_row_create_load_balancer(net):
    found = balanced(net)
    assert found["DNSName"].startswith("web-") and found["DNSName"].endswith(".eu-central-1.elb.amazonaws.com")
    assert found["CanonicalHostedZoneId"] == "Z215JYRZR1TBD5"
    assert {zone["SubnetId"] for zone in found["AvailabilityZones"]} == set(net.subnets)
    assert (found["Scheme"], found["Type"], found["IpAddressType"]) == ("internet-facing", "application", "ipv4")


def test_row_alb_provisioning_to_active(net, balancer):
    state = lambda: net.elb.describe_load_balancers()["LoadBalancers"][0]["State"]["Code"]
    assert state() == "provisioning"
    net.twin.advance(151)
    assert state() == "active"


def test_row_alb_interfaces_visible_in_ec2(net, balancer):
    found = interfaces(net)
    assert {one["SubnetId"] for one in found} == set(net.subnets)
    assert all(one["Description"] == "ELB " + balancer.split(":loadbalancer/")[1] for one in found)
    assert all(one["Association"]["PublicIp"] for one in found)


def test_interfaces_of_an_internal_balancer_are_private(net):
    balanced(net, Scheme="internal")
    assert not any("Association" in one for one in interfaces(net))


def test_an_internal_balancer_says_so_in_its_name(net):
    assert balanced(net, Scheme="internal")["DNSName"].startswith("internal-web-")


def test_row_same_balancer_twice_is_idempotent(net, balancer):
    assert balanced(net)["LoadBalancerArn"] == balancer
    assert len(interfaces(net)) == 2


def test_row_duplicate_name_with_other_settings(net, refused, balancer):
    asked = {"Name": "web", "Subnets": net.subnets, "SecurityGroups": [net.group], "Scheme": "internal"}
    assert refused(net.elb.create_load_balancer, **asked) == "DuplicateLoadBalancerName"


def test_row_one_zone_only(net, refused):
    assert refused(net.elb.create_load_balancer, Name="x", Subnets=net.subnets[:1]) == "ValidationError"


def test_two_subnets_of_one_zone(net, refused):
    asked = {"Name": "x", "Subnets": [net.subnets[0], net.subnet("a", 3)]}
    assert refused(net.elb.create_load_balancer, **asked) == "InvalidConfigurationRequest"


def test_row_unknown_subnet(net, refused):
    asked = {"Name": "x", "Subnets": [net.subnets[0], "subnet-0123456789abcdef0"]}
    assert refused(net.elb.create_load_balancer, **asked) == "SubnetNotFound"


def test_unknown_security_group(net, refused):
    asked = {"Name": "x", "Subnets": net.subnets, "SecurityGroups": ["sg-0123456789abcdef0"]}
    assert refused(net.elb.create_load_balancer, **asked) == "InvalidSecurityGroup"


def test_no_security_group_is_the_default_one(net):
    found = net.elb.create_load_balancer(Name="x", Subnets=net.subnets)["LoadBalancers"][0]
    (group,) = net.ec2.describe_security_groups(GroupIds=found["SecurityGroups"])["SecurityGroups"]
    assert group["GroupName"] == "default"


def test_internet_facing_needs_a_gateway(net, refused):
    net.ec2.detach_internet_gateway(InternetGatewayId=net.gateway, VpcId=net.vpc)
    assert refused(net.elb.create_load_balancer, Name="x", Subnets=net.subnets) == "InvalidSubnet"


def test_internal_needs_no_gateway(net):
    net.ec2.detach_internet_gateway(InternetGatewayId=net.gateway, VpcId=net.vpc)
    assert balanced(net, Scheme="internal")


@pytest.mark.parametrize("name", ["x" * 33, "a_b", "-a", "a-", "internal-a", "a.b"])
def test_impossible_names_are_refused(net, refused, name):
    assert refused(net.elb.create_load_balancer, Name=name, Subnets=net.subnets) == "ValidationError"


def test_a_refused_balancer_leaves_nothing(net, refused):
    refused(net.elb.create_load_balancer, Name="web", Subnets=[net.subnets[0], "subnet-0123456789abcdef0"])
    assert interfaces(net) == [] and net.elb.describe_load_balancers()["LoadBalancers"] == []


def test_gateway_balancers_are_not_implemented(net, refused):
    assert refused(net.elb.create_load_balancer, Name="x", Type="gateway", Subnets=net.subnets) == "NotImplemented"


def test_unknown_parameters_are_refused(net, refused):
    asked = {"Name": "x", "Subnets": net.subnets, "CustomerOwnedIpv4Pool": "ipv4pool-coip-1"}
    assert refused(net.elb.create_load_balancer, **asked) == "NotImplemented"


def test_row_create_network_balancer(net):
    found = net.elb.create_load_balancer(Name="n", Type="network", Subnets=net.subnets[:1])["LoadBalancers"][0]
    assert (found["Type"], found.get("SecurityGroups", [])) == ("network", [])


def test_a_full_subnet_has_no_room(net, refused):
    small = net.ec2.create_subnet(VpcId=net.vpc, CidrBlock="10.0.9.0/28", AvailabilityZone="eu-central-1a")
    small = small["Subnet"]["SubnetId"]
    for _ in range(4):
        net.ec2.create_network_interface(SubnetId=small)
    assert refused(net.elb.create_load_balancer, Name="x", Subnets=[small, net.subnets[1]]) == "InvalidSubnet"


def test_fifty_one_balancers_are_too_many(net, refused):
    subnets = [net.subnet("a", 8), net.subnet("b", 9)]
    for n in range(50):
        net.elb.create_load_balancer(Name=f"n{n}", Subnets=subnets, Scheme="internal")
    assert refused(net.elb.create_load_balancer, Name="more", Subnets=subnets) == "TooManyLoadBalancers"


@pytest.mark.parametrize("which", [{"Names": ["none"]}, {"LoadBalancerArns": [NO_BALANCER]}])
def test_row_describe_load_balancers_missing(elb, refused, which):
    assert refused(elb.describe_load_balancers, **which) == "LoadBalancerNotFound"


@pytest.mark.parametrize(
    "operation, more",
    [
        ("describe_capacity_reservation", {}),
        ("describe_load_balancer_attributes", {}),
        ("set_ip_address_type", {"IpAddressType": "ipv4"}),
        ("set_security_groups", {"SecurityGroups": ["sg-0123456789abcdef0"]}),
        ("set_subnets", {"Subnets": ["subnet-0123456789abcdef0"]}),
    ],
)
def test_a_missing_balancer_is_refused(elb, refused, operation, more):
    assert refused(getattr(elb, operation), LoadBalancerArn=NO_BALANCER, **more) == "LoadBalancerNotFound"


@pytest.mark.parametrize("operation", ["describe_load_balancers", "describe_account_limits"])
def test_pages_have_a_largest_size(elb, refused, operation):
    assert refused(getattr(elb, operation), PageSize=401) == "ValidationError"


def test_balancers_come_in_pages(net):
    for name in "abc":
        balanced(net, name)
    pages = list(net.elb.get_paginator("describe_load_balancers").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["LoadBalancers"]) for page in pages] == [2, 1]


def test_no_capacity_is_reserved(elb, balancer):
    assert elb.describe_capacity_reservation(LoadBalancerArn=balancer)["CapacityReservationState"] == []


# Deletion


def test_a_deleted_balancer_is_gone(elb, refused, balancer):
    elb.delete_load_balancer(LoadBalancerArn=balancer)
    assert refused(elb.describe_load_balancers, LoadBalancerArns=[balancer]) == "LoadBalancerNotFound"


def test_deleting_a_missing_balancer_succeeds(elb):
    elb.delete_load_balancer(LoadBalancerArn=NO_BALANCER)


def test_row_deletion_protection(elb, refused, balancer):
    protect(elb, balancer, "true")
    assert refused(elb.delete_load_balancer, LoadBalancerArn=balancer) == "OperationNotPermitted"
    protect(elb, balancer, "false")
    elb.delete_load_balancer(LoadBalancerArn=balancer)


def protect(elb, balancer, value):
    attributes = [{"Key": "deletion_protection.enabled", "Value": value}]
    elb.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=attributes)


def test_listeners_and_rules_go_with_their_balancer(elb, refused, balancer, listener):
    rule = ruled(elb, listener)["RuleArn"]
    elb.delete_load_balancer(LoadBalancerArn=balancer)
    assert refused(elb.describe_listeners, ListenerArns=[listener]) == "ListenerNotFound"
    assert refused(elb.describe_rules, RuleArns=[rule]) == "RuleNotFound"


def test_interfaces_linger_after_their_balancer(net, balancer):
    net.elb.delete_load_balancer(LoadBalancerArn=balancer)
    assert len(interfaces(net)) == 2
    net.twin.advance(61)
    assert interfaces(net) == []


def test_row_delete_security_group_used_by_alb(net, refused, balancer):
    assert refused(net.ec2.delete_security_group, GroupId=net.group) == "DependencyViolation"
    net.elb.delete_load_balancer(LoadBalancerArn=balancer)
    assert refused(net.ec2.delete_security_group, GroupId=net.group) == "DependencyViolation"
    net.twin.advance(61)
    net.ec2.delete_security_group(GroupId=net.group)


def test_row_delete_subnet_used_by_alb(net, refused, balancer):
    assert refused(net.ec2.delete_subnet, SubnetId=net.subnets[0]) == "DependencyViolation"


def test_the_gateway_cannot_go_while_a_balancer_faces_the_internet(net, refused, balancer):
    asked = {"InternetGatewayId": net.gateway, "VpcId": net.vpc}
    assert refused(net.ec2.detach_internet_gateway, **asked) == "DependencyViolation"


# Placement


def test_subnets_can_be_set(net, balancer):
    more = [*net.subnets, net.subnet("c", 3)]
    zones = net.elb.set_subnets(LoadBalancerArn=balancer, Subnets=more)["AvailabilityZones"]
    assert {zone["SubnetId"] for zone in zones} == set(more)
    assert len(interfaces(net)) == 3


def test_a_subnet_that_was_left_keeps_its_interface_for_a_while(net, balancer):
    net.elb.set_subnets(LoadBalancerArn=balancer, Subnets=[net.subnets[0], net.subnet("c", 3)])
    assert len(interfaces(net)) == 3
    net.twin.advance(61)
    assert len(interfaces(net)) == 2


def test_subnets_of_one_zone_cannot_be_set(net, refused, balancer):
    asked = {"LoadBalancerArn": balancer, "Subnets": net.subnets[:1]}
    assert refused(net.elb.set_subnets, **asked) == "ValidationError"


def test_security_groups_can_be_set(net, balancer):
    other = net.ec2.create_security_group(GroupName="other", Description="o", VpcId=net.vpc)["GroupId"]
    found = net.elb.set_security_groups(LoadBalancerArn=balancer, SecurityGroups=[other])
    assert found["SecurityGroupIds"] == [other]
    assert all([group["GroupId"] for group in one["Groups"]] == [other] for one in interfaces(net))


def test_unknown_security_groups_cannot_be_set(elb, refused, balancer):
    asked = {"LoadBalancerArn": balancer, "SecurityGroups": ["sg-0123456789abcdef0"]}
    assert refused(elb.set_security_groups, **asked) == "InvalidSecurityGroup"


def test_dualstack_needs_ipv6_subnets(elb, refused, balancer):
    elb.set_ip_address_type(LoadBalancerArn=balancer, IpAddressType="ipv4")
    assert refused(elb.set_ip_address_type, LoadBalancerArn=balancer, IpAddressType="dualstack") == "ValidationError"


def test_dualstack_with_ipv6_subnets(net):
    vpc = net.ec2.create_vpc(CidrBlock="10.1.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
    block = vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
    subnets = [
        net.ec2.create_subnet(
            VpcId=vpc["VpcId"], CidrBlock=f"10.1.{n}.0/24", AvailabilityZone=f"eu-central-1{zone}",
            Ipv6CidrBlock=block.replace("00::/56", f"0{n}::/64"),
        )["Subnet"]["SubnetId"]
        for n, zone in enumerate("ab")
    ]
    found = net.elb.create_load_balancer(Name="six", Subnets=subnets, Scheme="internal", IpAddressType="dualstack")
    assert found["LoadBalancers"][0]["IpAddressType"] == "dualstack"


# Attributes


def attributes(answer):
    return {one["Key"]: one["Value"] for one in answer["Attributes"]}


def test_attributes_have_defaults(elb, balancer):
    found = attributes(elb.describe_load_balancer_attributes(LoadBalancerArn=balancer))
    assert found["idle_timeout.timeout_seconds"] == "60"
    assert found["deletion_protection.enabled"] == "false"
    assert found["routing.http2.enabled"] == "true"
    assert found["access_logs.s3.bucket"] == ""


def test_attributes_can_be_set(elb, balancer):
    wanted = [{"Key": "idle_timeout.timeout_seconds", "Value": "120"}]
    elb.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=wanted)
    found = attributes(elb.describe_load_balancer_attributes(LoadBalancerArn=balancer))
    assert found["idle_timeout.timeout_seconds"] == "120"


@pytest.mark.parametrize(
    "key, value, code",
    [
        ("no.such.key", "1", "InvalidConfigurationRequest"),
        ("idle_timeout.timeout_seconds", "4001", "InvalidConfigurationRequest"),
        ("idle_timeout.timeout_seconds", "x", "InvalidConfigurationRequest"),
        ("routing.http2.enabled", "yes", "InvalidConfigurationRequest"),
        ("access_logs.s3.enabled", "true", "InvalidConfigurationRequest"),
        ("dns_record.client_routing_policy", "any_availability_zone", "ValidationError"),
    ],
)
def test_impossible_attributes_are_refused(elb, refused, balancer, key, value, code):
    asked = {"LoadBalancerArn": balancer, "Attributes": [{"Key": key, "Value": value}]}
    assert refused(elb.modify_load_balancer_attributes, **asked) == code


def test_listener_attributes(elb, listener):
    key = "routing.http.response.server.enabled"
    assert attributes(elb.describe_listener_attributes(ListenerArn=listener))[key] == "true"
    elb.modify_listener_attributes(ListenerArn=listener, Attributes=[{"Key": key, "Value": "false"}])
    assert attributes(elb.describe_listener_attributes(ListenerArn=listener))[key] == "false"


def test_listener_attributes_of_tls_need_tls(elb, refused, listener):
    wanted = [{"Key": "routing.http.request.x_amzn_tls_version.header_name", "Value": "X-Tls"}]
    asked = {"ListenerArn": listener, "Attributes": wanted}
    assert refused(elb.modify_listener_attributes, **asked) == "InvalidConfigurationRequest"


# Listeners


def test_row_create_listener_http_redirect(elb, balancer):
    action = redirect(Protocol="HTTPS", Port="443")
    found = listening(elb, balancer, action)["DefaultActions"][0]["RedirectConfig"]
    assert found == {
        "Protocol": "HTTPS", "Port": "443", "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}",
        "StatusCode": "HTTP_301",
    }


def test_the_same_listener_twice_is_idempotent(elb, balancer, listener):
    assert listening(elb, balancer)["ListenerArn"] == listener


def test_row_duplicate_listener_port(elb, refused, balancer, listener):
    asked = {"LoadBalancerArn": balancer, "Protocol": "HTTP", "Port": 80, "DefaultActions": [fixed("500")]}
    assert refused(elb.create_listener, **asked) == "DuplicateListener"


def test_a_listener_arn_follows_its_balancer(balancer, listener):
    assert listener.startswith(balancer.replace(":loadbalancer/", ":listener/") + "/")


@pytest.mark.parametrize(
    "change, code",
    [
        ({"LoadBalancerArn": NO_BALANCER}, "LoadBalancerNotFound"),
        ({"Port": 70000}, "ValidationError"),
        ({"Protocol": "TCP"}, "ValidationError"),
        ({"Protocol": "GOPHER"}, "ValidationError"),
        ({"DefaultActions": []}, "ValidationError"),
        ({"DefaultActions": [fixed(), fixed()]}, "TooManyActions"),
        ({"DefaultActions": [forward(NO_GROUP)]}, "TargetGroupNotFound"),
        ({"DefaultActions": [fixed("301")]}, "ValidationError"),
        ({"DefaultActions": [{"Type": "fixed-response"}]}, "ValidationError"),
        ({"DefaultActions": [{**fixed(), "TargetGroupArn": NO_GROUP}]}, "ValidationError"),
        ({"DefaultActions": [redirect()]}, "InvalidLoadBalancerAction"),
        ({"DefaultActions": [redirect(Port="http")]}, "ValidationError"),
        ({"DefaultActions": [redirect(Path="x")]}, "ValidationError"),
        ({"DefaultActions": [{"Type": "sing"}]}, "ValidationError"),
        ({"SslPolicy": "ELBSecurityPolicy-2016-08"}, "ValidationError"),
        ({"Protocol": "HTTPS", "SslPolicy": "none"}, "SSLPolicyNotFound"),
    ],
)
def test_impossible_listeners_are_refused(elb, refused, balancer, change, code):
    asked = {"LoadBalancerArn": balancer, "Protocol": "HTTP", "Port": 80, "DefaultActions": [fixed()], **change}
    assert refused(elb.create_listener, **asked) == code


def test_row_https_listener_no_cert(elb, refused, balancer):
    asked = {"LoadBalancerArn": balancer, "Protocol": "HTTPS", "Port": 443, "DefaultActions": [fixed()]}
    assert refused(elb.create_listener, **asked) == "ValidationError"


def test_row_https_listener_unknown_cert(elb, refused, balancer):
    certificate = "arn:aws:acm:eu-central-1:123456789012:certificate/0123"
    asked = {"LoadBalancerArn": balancer, "Protocol": "HTTPS", "Port": 443, "DefaultActions": [fixed()]}
    asked["Certificates"] = [{"CertificateArn": certificate}]
    assert refused(elb.create_listener, **asked) == "CertificateNotFound"


def test_row_https_listener_pending_cert(net, refused, balancer):
    acm = net.twin.client("acm")
    certificate = acm.request_certificate(DomainName="a.example.com", ValidationMethod="DNS")["CertificateArn"]
    asked = {"LoadBalancerArn": balancer, "Protocol": "HTTPS", "Port": 443, "DefaultActions": [fixed()]}
    asked["Certificates"] = [{"CertificateArn": certificate}]
    assert refused(net.elb.create_listener, **asked) == "UnsupportedCertificate"


def test_row_create_listener_https_cert(net, balancer):
    certificate = issued(net, "www.example.com")
    found = https(net.elb, balancer, certificate)
    assert found["Certificates"] == [{"CertificateArn": certificate}]
    assert found["SslPolicy"] == "ELBSecurityPolicy-2016-08"


def test_no_redirect_from_https_to_http(net, refused, balancer):
    certificate = issued(net, "www.example.com")
    asked = {"LoadBalancerArn": balancer, "Protocol": "HTTPS", "Port": 443, "DefaultActions": [redirect(Protocol="HTTP")]}
    asked["Certificates"] = [{"CertificateArn": certificate}]
    assert refused(net.elb.create_listener, **asked) == "InvalidLoadBalancerAction"


def test_row_modify_listener(elb, listener):
    found = elb.modify_listener(ListenerArn=listener, Port=81, DefaultActions=[fixed("503")])["Listeners"][0]
    assert found["Port"] == 81 and found["DefaultActions"][0]["FixedResponseConfig"]["StatusCode"] == "503"


def test_a_listener_cannot_move_to_a_port_in_use(elb, refused, balancer, listener):
    listening(elb, balancer, Port=81)
    assert refused(elb.modify_listener, ListenerArn=listener, Port=81) == "DuplicateListener"


def test_row_describe_listeners_missing_balancer(elb, refused):
    assert refused(elb.describe_listeners, LoadBalancerArn=NO_BALANCER) == "LoadBalancerNotFound"


def test_describe_listeners_needs_balancer_or_listeners(elb, refused):
    assert refused(elb.describe_listeners) == "ValidationError"


@pytest.mark.parametrize("operation", ["delete_listener", "modify_listener", "describe_listener_attributes", "describe_listener_certificates"])
def test_a_missing_listener_is_refused(elb, refused, operation):
    assert refused(getattr(elb, operation), ListenerArn=NO_LISTENER) == "ListenerNotFound"


def test_fifty_one_listeners_are_too_many(elb, refused, balancer):
    for n in range(50):
        listening(elb, balancer, Port=1000 + n)
    asked = {"LoadBalancerArn": balancer, "Protocol": "HTTP", "Port": 80, "DefaultActions": [fixed()]}
    assert refused(elb.create_listener, **asked) == "TooManyListeners"


# Certificates of listeners


@pytest.fixture
def secure(net, balancer):
    certificate = issued(net, "www.example.com")
    return types.SimpleNamespace(arn=https(net.elb, balancer, certificate)["ListenerArn"], certificate=certificate)


def test_a_certificate_knows_who_uses_it(net, balancer, secure):
    found = net.twin.client("acm").describe_certificate(CertificateArn=secure.certificate)["Certificate"]
    assert found["InUseBy"] == [balancer] and found["RenewalEligibility"] == "ELIGIBLE"


def test_row_delete_certificate_in_use(net, refused, secure):
    delete = net.twin.client("acm").delete_certificate
    assert refused(delete, CertificateArn=secure.certificate) == "ResourceInUseException"


def test_a_certificate_stays_in_use_for_a_while(net, refused, balancer, secure):
    delete = net.twin.client("acm").delete_certificate
    net.elb.delete_load_balancer(LoadBalancerArn=balancer)
    assert refused(delete, CertificateArn=secure.certificate) == "ResourceInUseException"
    net.twin.advance(21)
    delete(CertificateArn=secure.certificate)


def test_certificates_can_be_added_and_removed(net, secure):
    more = issued(net, "more.example.com")
    listed = lambda: [
        (one["CertificateArn"], one["IsDefault"])
        for one in net.elb.describe_listener_certificates(ListenerArn=secure.arn)["Certificates"]
    ]
    net.elb.add_listener_certificates(ListenerArn=secure.arn, Certificates=[{"CertificateArn": more}])
    net.elb.add_listener_certificates(ListenerArn=secure.arn, Certificates=[{"CertificateArn": more}])
    assert listed() == [(secure.certificate, True), (more, False)]
    net.elb.remove_listener_certificates(ListenerArn=secure.arn, Certificates=[{"CertificateArn": more}])
    assert listed() == [(secure.certificate, True)]


def test_the_default_certificate_cannot_be_removed(elb, refused, secure):
    asked = {"ListenerArn": secure.arn, "Certificates": [{"CertificateArn": secure.certificate}]}
    assert refused(elb.remove_listener_certificates, **asked) == "OperationNotPermitted"


def test_unknown_certificates_cannot_be_added(elb, refused, secure):
    unknown = [{"CertificateArn": secure.certificate + "0"}]
    assert refused(elb.add_listener_certificates, ListenerArn=secure.arn, Certificates=unknown) == "CertificateNotFound"


# Rules


def test_row_create_rule(elb, listener):
    found = ruled(elb, listener, 7, conditions=[path("/img/*"), host("*.example.com")])
    assert (found["Priority"], found["IsDefault"]) == ("7", False)
    assert found["Conditions"][0]["PathPatternConfig"] == {"Values": ["/img/*"]}
    assert found["Conditions"][1]["HostHeaderConfig"] == {"Values": ["*.example.com"]}


def test_row_describe_rules_default_rule(elb, listener):
    rules = elb.describe_rules(ListenerArn=listener)["Rules"]
    assert [(rule["Priority"], rule["IsDefault"]) for rule in rules] == [("default", True)]


def test_rules_come_in_order_with_the_default_last(elb, listener):
    ruled(elb, listener, 20), ruled(elb, listener, 3)
    rules = elb.describe_rules(ListenerArn=listener)["Rules"]
    assert [rule["Priority"] for rule in rules] == ["3", "20", "default"]


def test_row_duplicate_rule_priority(elb, refused, listener):
    ruled(elb, listener, 10)
    asked = {"ListenerArn": listener, "Priority": 10, "Conditions": [path("/a")], "Actions": [fixed()]}
    assert refused(elb.create_rule, **asked) == "PriorityInUse"


@pytest.mark.parametrize(
    "conditions",
    [
        [],
        [{"Field": "colour", "Values": ["red"]}],
        [path()],
        [path("/ü")],
        [path("x" * 129)],
        [path("/a"), path("/b")],
        [path("/1", "/2", "/3"), host("a.de", "b.de", "c.de")],
        [path("/*/*/*/*/*/*")],
        [host("localhost")],
        [host("10.0.0.1")],
        [{"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["get"]}}],
        [{"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.1"]}}],
        [{"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "Host", "Values": ["a"]}}],
    ],
)
def test_impossible_conditions_are_refused(elb, refused, listener, conditions):
    asked = {"ListenerArn": listener, "Priority": 1, "Conditions": conditions, "Actions": [fixed()]}
    assert refused(elb.create_rule, **asked) == "ValidationError"


@pytest.mark.parametrize(
    "condition",
    [
        {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-A", "Values": ["*b*"]}},
        {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "v", "Value": "1"}, {"Value": "x"}]}},
        {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET", "M-SEARCH"]}},
        {"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8", "2001:db8::/32"]}},
    ],
)
def test_conditions_come_back_as_they_went(elb, listener, condition):
    assert ruled(elb, listener, conditions=[condition])["Conditions"] == [condition]


def test_impossible_priorities_are_refused(elb, refused, listener):
    asked = {"ListenerArn": listener, "Priority": 50001, "Conditions": [path("/a")], "Actions": [fixed()]}
    assert refused(elb.create_rule, **asked) == "ValidationError"


def test_a_rule_of_a_missing_listener_is_refused(elb, refused):
    asked = {"ListenerArn": NO_LISTENER, "Priority": 1, "Conditions": [path("/a")], "Actions": [fixed()]}
    assert refused(elb.create_rule, **asked) == "ListenerNotFound"


def test_row_modify_rule(elb, listener):
    rule = ruled(elb, listener)["RuleArn"]
    found = elb.modify_rule(RuleArn=rule, Actions=[fixed("500")])["Rules"][0]
    assert found["Actions"][0]["FixedResponseConfig"]["StatusCode"] == "500"
    assert found["Conditions"][0]["Values"] == ["/a"]


def test_modify_rule_needs_something_to_modify(elb, refused, listener):
    rule = ruled(elb, listener)["RuleArn"]
    assert refused(elb.modify_rule, RuleArn=rule) == "ValidationError"


def test_row_set_rule_priorities(elb, listener):
    a, b = ruled(elb, listener, 1)["RuleArn"], ruled(elb, listener, 2)["RuleArn"]
    swapped = [{"RuleArn": a, "Priority": 2}, {"RuleArn": b, "Priority": 1}]
    elb.set_rule_priorities(RulePriorities=swapped)
    order = [rule["RuleArn"] for rule in elb.describe_rules(ListenerArn=listener)["Rules"]]
    assert order[:2] == [b, a]


def test_set_rule_priorities_refuses_conflicts(elb, refused, listener):
    a, _ = ruled(elb, listener, 1)["RuleArn"], ruled(elb, listener, 2)
    assert refused(elb.set_rule_priorities, RulePriorities=[{"RuleArn": a, "Priority": 2}]) == "PriorityInUse"


def test_a_rule_can_be_deleted(elb, refused, listener):
    rule = ruled(elb, listener)["RuleArn"]
    elb.delete_rule(RuleArn=rule)
    assert refused(elb.delete_rule, RuleArn=rule) == "RuleNotFound"


def test_the_default_rule_cannot_be_deleted(elb, refused, listener):
    (rule,) = elb.describe_rules(ListenerArn=listener)["Rules"]
    assert refused(elb.delete_rule, RuleArn=rule["RuleArn"]) == "OperationNotPermitted"


def test_a_missing_rule_is_refused(elb, refused):
    assert refused(elb.modify_rule, RuleArn=NO_RULE, Actions=[fixed()]) == "RuleNotFound"


# Tags


def tags(elb, arn):
    (found,) = elb.describe_tags(ResourceArns=[arn])["TagDescriptions"]
    return {tag["Key"]: tag["Value"] for tag in found["Tags"]}


def test_row_describe_tags(net):
    own = [{"Key": "a", "Value": "1"}]
    balancer = balanced(net, Tags=own)["LoadBalancerArn"]
    group = grouped(net, Tags=own)["TargetGroupArn"]
    listener = listening(net.elb, balancer, Tags=own)["ListenerArn"]
    rule = ruled(net.elb, listener, Tags=own)["RuleArn"]
    assert [tags(net.elb, arn) for arn in (balancer, group, listener, rule)] == [{"a": "1"}] * 4


def test_tags_are_added_and_removed(elb, balancer):
    elb.add_tags(ResourceArns=[balancer], Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    elb.remove_tags(ResourceArns=[balancer], TagKeys=["a"])
    assert tags(elb, balancer) == {"b": "2"}


def test_a_key_twice_is_refused(elb, refused, balancer):
    twice = [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
    assert refused(elb.add_tags, ResourceArns=[balancer], Tags=twice) == "DuplicateTagKeys"


def test_fifty_one_tags_are_too_many(elb, refused, balancer):
    many = [{"Key": f"k{n}", "Value": "v"} for n in range(51)]
    assert refused(elb.add_tags, ResourceArns=[balancer], Tags=many) == "TooManyTags"


def test_tags_of_more_than_twenty_resources_are_refused(elb, refused, balancer):
    assert refused(elb.describe_tags, ResourceArns=[balancer] * 21) == "ValidationError"


@pytest.mark.parametrize(
    "arn, code",
    [
        (NO_BALANCER, "LoadBalancerNotFound"),
        (NO_LISTENER, "ListenerNotFound"),
        (NO_RULE, "RuleNotFound"),
        (NO_GROUP, "TargetGroupNotFound"),
        ("arn:aws:s3:::x", "ValidationError"),
    ],
)
def test_tags_of_missing_resources_are_refused(elb, refused, arn, code):
    assert refused(elb.describe_tags, ResourceArns=[arn]) == code
    assert refused(elb.remove_tags, ResourceArns=[arn], TagKeys=["a"]) == code


# Policies and limits


@pytest.mark.parametrize("name", ["ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09", "ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-2016-08"])
def test_tls_policies_are_known(elb, name):
    (found,) = elb.describe_ssl_policies(Names=[name])["SslPolicies"]
    assert found["Name"] == name and "TLSv1.2" in found["SslProtocols"]


def test_unknown_tls_policies_are_refused(elb, refused):
    assert refused(elb.describe_ssl_policies, Names=["none"]) == "SSLPolicyNotFound"


def test_limits_are_listed(elb):
    limits = {one["Name"]: one["Max"] for one in elb.describe_account_limits()["Limits"]}
    assert limits["application-load-balancers"] == "50"


# What a client gets


def test_nobody_answers_before_the_balancer_is_active(net, balancer, listener):
    name = net.elb.describe_load_balancers()["LoadBalancers"][0]["DNSName"]
    assert ask(net, f"http://{name}/")["status"] == 0
    net.twin.advance(151)
    assert ask(net, f"http://{name}/")["status"] == 404


def test_rules_are_tried_in_order(net):
    found = balanced(net)
    listener = listening(net.elb, found["LoadBalancerArn"])["ListenerArn"]
    ruled(net.elb, listener, 2, fixed("500"), [path("/a*")])
    ruled(net.elb, listener, 1, fixed("200"), [path("/a?c")])
    net.twin.advance(151)
    asked = {at: ask(net, f"http://{found['DNSName']}{at}")["status"] for at in ["/", "/abc", "/abbc"]}
    assert asked == {"/": 404, "/abc": 200, "/abbc": 500}


def test_a_redirect_names_the_place(net):
    found = balanced(net)
    listening(net.elb, found["LoadBalancerArn"], redirect(Protocol="HTTPS", Port="443"))
    net.twin.advance(151)
    answer = ask(net, f"http://{found['DNSName']}/x?y=1")
    assert answer == {"status": 301, "location": f"https://{found['DNSName']}:443/x?y=1"}


def test_https_needs_a_certificate_for_the_host(net):
    found = balanced(net)
    https(net.elb, found["LoadBalancerArn"], issued(net, "www.example.com"))
    net.twin.advance(151)
    zone = net.twin.cloudflare("GET", "/zones?name=example.com")[1]["result"][0]["id"]
    for name in ("www", "other"):
        body = {"type": "CNAME", "name": f"{name}.example.com", "content": found["DNSName"], "proxied": False}
        assert net.twin.cloudflare("POST", f"/zones/{zone}/dns_records", body)[0] == 200
    assert ask(net, "https://www.example.com/")["status"] == 404
    assert ask(net, "https://other.example.com/")["status"] == 0
