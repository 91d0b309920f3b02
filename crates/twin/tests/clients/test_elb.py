"""Classic load balancers as boto3 sees them."""

import json
import types

import pytest
from instances import end, launch
from instances import serving as serve
from test_elbv2 import ask, issued, net  # noqa: F401 (fixtures)
from test_elbv2_login import bucket

HTTP = {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstanceProtocol": "HTTP", "InstancePort": 8080}
TCP = {"Protocol": "TCP", "LoadBalancerPort": 22, "InstancePort": 22}
TAG = {"Key": "app", "Value": "hello"}
NOBODY = "i-0123456789abcdef0"


@pytest.fixture
def lb(net):  # noqa: F811
    """A network, the client, and a balancer called `web`."""
    elb = net.twin.client("elb")
    classic(elb, net)
    return types.SimpleNamespace(net=net, elb=elb, ec2=net.ec2, twin=net.twin)


@pytest.fixture
def elb(net):  # noqa: F811
    return net.twin.client("elb")


def classic(elb, net, name="web", listeners=(HTTP,), **more):  # noqa: F811
    asked = {"LoadBalancerName": name, "Listeners": list(listeners), "Subnets": net.subnets, **more}
    return elb.create_load_balancer(**{"SecurityGroups": [net.group], **asked})["DNSName"]


def described(elb, name="web"):
    (found,) = elb.describe_load_balancers(LoadBalancerNames=[name])["LoadBalancerDescriptions"]
    return found


def interfaces(net, name="web"):  # noqa: F811
    filters = [{"Name": "description", "Values": [f"ELB {name}"]}]
    return net.ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]


@pytest.fixture
def one(lb):
    """An instance that serves."""
    (id,) = launch(lb.net)
    serving(lb, id)
    return id


def serving(lb, *ids, **behaviour):
    serve(lb.net, *ids, port=8080, **behaviour)


def register(lb, *ids):
    asked = [{"InstanceId": id} for id in ids]
    return lb.elb.register_instances_with_load_balancer(LoadBalancerName="web", Instances=asked)["Instances"]


def states(lb, **more):
    found = lb.elb.describe_instance_health(LoadBalancerName="web", **more)["InstanceStates"]
    return [(one["State"], one["ReasonCode"]) for one in found]


# Load balancers


def test_row_create_load_balancer_classic(elb, net):  # noqa: F811
    name = classic(elb, net)
    assert name.startswith("web-") and name.endswith(".eu-central-1.elb.amazonaws.com")


def test_row_describe_load_balancers_classic(lb):
    found = described(lb.elb)
    assert found["ListenerDescriptions"] == [{"Listener": HTTP, "PolicyNames": []}]
    assert found["HealthCheck"] == {
        "Target": "TCP:8080", "Interval": 30, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 10,
    }
    assert (set(found["Subnets"]), found["VPCId"]) == (set(lb.net.subnets), lb.net.vpc)
    assert found["AvailabilityZones"] == ["eu-central-1a", "eu-central-1b"]
    assert found["SourceSecurityGroup"] == {"OwnerAlias": "123456789012", "GroupName": "web"}
    assert (found["CanonicalHostedZoneNameID"], found["Scheme"]) == ("Z215JYRZR1TBD5", "internet-facing")
    assert (found["Instances"], found["SecurityGroups"]) == ([], [lb.net.group])


def test_row_delete_load_balancer_classic(lb, refused):
    for _ in range(2):
        lb.elb.delete_load_balancer(LoadBalancerName="web")
    assert refused(lb.elb.describe_load_balancers, LoadBalancerNames=["web"]) == "LoadBalancerNotFound"


def test_the_two_apis_do_not_see_each_others_balancers(lb):
    assert lb.net.elb.describe_load_balancers()["LoadBalancers"] == []


def test_interfaces_outlive_the_balancer(lb, refused):
    assert len(interfaces(lb.net)) == 2 and all(one["Association"]["PublicIp"] for one in interfaces(lb.net))
    lb.elb.delete_load_balancer(LoadBalancerName="web")
    assert refused(lb.ec2.delete_security_group, GroupId=lb.net.group) == "DependencyViolation"
    lb.twin.advance(61)
    assert interfaces(lb.net) == []
    lb.ec2.delete_security_group(GroupId=lb.net.group)


def test_an_internal_one(elb, net):  # noqa: F811
    assert classic(elb, net, Scheme="internal").startswith("internal-web-")
    assert not any("Association" in one for one in interfaces(net))
    assert described(elb)["Scheme"] == "internal"


def test_the_same_again(lb, elb, net, refused):  # noqa: F811
    assert classic(elb, net) == described(elb)["DNSName"]
    asked = {"LoadBalancerName": "web", "Listeners": [TCP], "Subnets": net.subnets, "SecurityGroups": [net.group]}
    assert refused(elb.create_load_balancer, **asked) == "DuplicateLoadBalancerName"


def test_without_groups_it_has_the_default_one(elb, net):  # noqa: F811
    classic(elb, net, SecurityGroups=[])
    assert described(elb)["SourceSecurityGroup"]["GroupName"] == "default"


@pytest.mark.parametrize(
    "more, code",
    [
        ({"LoadBalancerName": "a" * 33}, "ValidationError"),
        ({"LoadBalancerName": "a_b"}, "ValidationError"),
        ({"Listeners": []}, "ValidationError"),
        ({"Listeners": [{**HTTP, "Protocol": "GOPHER"}]}, "UnsupportedProtocol"),
        ({"Listeners": [{**HTTP, "InstanceProtocol": "TCP"}]}, "InvalidConfigurationRequest"),
        ({"Listeners": [{**HTTP, "LoadBalancerPort": 70000}]}, "ValidationError"),
        ({"Listeners": [{**HTTP, "InstancePort": 70000}]}, "ValidationError"),
        ({"Listeners": [{**HTTP, "Protocol": "HTTPS"}]}, "ValidationError"),
        ({"Listeners": [{**HTTP, "SSLCertificateId": "arn:x"}]}, "ValidationError"),
        ({"Listeners": [HTTP, {**HTTP, "InstancePort": 81}]}, "DuplicateListener"),
        ({"Listeners": [{**HTTP, "Protocol": "HTTPS", "SSLCertificateId": "arn:x"}]}, "CertificateNotFound"),
        ({"Subnets": []}, "ValidationError"),
        ({"AvailabilityZones": ["eu-central-1a"]}, "ValidationError"),
        ({"AvailabilityZones": ["eu-central-1a"], "Subnets": []}, "NotImplemented"),
        ({"Subnets": ["subnet-0123456789abcdef0"]}, "SubnetNotFound"),
        ({"SecurityGroups": ["sg-0123456789abcdef0"]}, "InvalidSecurityGroup"),
        ({"Scheme": "sideways"}, "InvalidScheme"),
        ({"Tags": [TAG, TAG]}, "DuplicateTagKeys"),
        ({"Tags": [{"Key": f"k{n}"} for n in range(11)]}, "TooManyTags"),
    ],
)
def test_balancers_that_cannot_be(elb, net, refused, more, code):  # noqa: F811
    asked = {"LoadBalancerName": "x", "Listeners": [HTTP], "Subnets": net.subnets, **more}
    assert refused(elb.create_load_balancer, **asked) == code
    assert elb.describe_load_balancers()["LoadBalancerDescriptions"] == []


def test_it_needs_a_way_to_the_internet(elb, net, refused):  # noqa: F811
    net.ec2.detach_internet_gateway(InternetGatewayId=net.gateway, VpcId=net.vpc)
    asked = {"LoadBalancerName": "x", "Listeners": [HTTP], "Subnets": net.subnets}
    assert refused(elb.create_load_balancer, **asked) == "InvalidSubnet"
    classic(elb, net, Scheme="internal")


def test_twenty_are_the_most(elb, net, refused):  # noqa: F811
    subnets = [net.subnet("a", 8)]
    for number in range(20):
        classic(elb, net, f"n{number}", Subnets=subnets, Scheme="internal")
    asked = {"LoadBalancerName": "more", "Listeners": [HTTP], "Subnets": subnets, "Scheme": "internal"}
    assert refused(elb.create_load_balancer, **asked) == "TooManyLoadBalancers"
    pages = elb.get_paginator("describe_load_balancers").paginate(PageSize=15)
    assert [len(page["LoadBalancerDescriptions"]) for page in pages] == [15, 5]
    limits = {one["Name"]: one["Max"] for one in elb.describe_account_limits()["Limits"]}
    assert limits["classic-load-balancers"] == "20"


def test_pages_have_a_size(elb, refused):
    assert refused(elb.describe_load_balancers, PageSize=401) == "ValidationError"
    assert refused(elb.describe_account_limits, PageSize=401) == "ValidationError"


# Where it stands


def test_subnets_come_and_go(lb, refused):
    third = lb.net.subnet("c", 3)
    on = {"LoadBalancerName": "web"}
    added = lb.elb.attach_load_balancer_to_subnets(**on, Subnets=[third])["Subnets"]
    assert set(added) == {*lb.net.subnets, third} and len(interfaces(lb.net)) == 3
    left = lb.elb.detach_load_balancer_from_subnets(**on, Subnets=[third, lb.net.subnets[0]])["Subnets"]
    assert left == [lb.net.subnets[1]]
    assert refused(lb.ec2.delete_subnet, SubnetId=third) == "DependencyViolation"
    lb.twin.advance(61)
    lb.ec2.delete_subnet(SubnetId=third)


def test_subnets_it_cannot_stand_in(lb, refused):
    on = {"LoadBalancerName": "web"}
    attach, detach = lb.elb.attach_load_balancer_to_subnets, lb.elb.detach_load_balancer_from_subnets
    assert refused(attach, **on, Subnets=[lb.net.subnet("a", 3)]) == "InvalidConfigurationRequest"
    assert refused(attach, **on, Subnets=["subnet-0123456789abcdef0"]) == "SubnetNotFound"
    assert refused(detach, **on, Subnets=lb.net.subnets) == "InvalidConfigurationRequest"
    assert refused(detach, **on, Subnets=[lb.net.subnet("c", 4)]) == "InvalidConfigurationRequest"
    assert refused(detach, LoadBalancerName="none", Subnets=lb.net.subnets) == "LoadBalancerNotFound"


def test_groups_can_be_changed(lb, refused):
    other = lb.ec2.create_security_group(GroupName="o", Description="o", VpcId=lb.net.vpc)["GroupId"]
    apply = lb.elb.apply_security_groups_to_load_balancer
    assert apply(LoadBalancerName="web", SecurityGroups=[other])["SecurityGroups"] == [other]
    assert interfaces(lb.net)[0]["Groups"][0]["GroupId"] == other
    asked = {"LoadBalancerName": "web", "SecurityGroups": ["sg-0123456789abcdef0"]}
    assert refused(apply, **asked) == "InvalidSecurityGroup"
    assert refused(apply, LoadBalancerName="none", SecurityGroups=[other]) == "LoadBalancerNotFound"


# Listeners


def ports(elb):
    found = described(elb)["ListenerDescriptions"]
    return {one["Listener"]["LoadBalancerPort"]: one["Listener"] for one in found}


def test_listeners_come_and_go(lb, refused):
    on = {"LoadBalancerName": "web"}
    for _ in range(2):
        lb.elb.create_load_balancer_listeners(**on, Listeners=[TCP])
    assert ports(lb.elb)[22]["InstanceProtocol"] == "TCP"
    other = {**on, "Listeners": [{**TCP, "InstancePort": 2222}]}
    assert refused(lb.elb.create_load_balancer_listeners, **other) == "DuplicateListener"
    for _ in range(2):
        lb.elb.delete_load_balancer_listeners(**on, LoadBalancerPorts=[22])
    assert list(ports(lb.elb)) == [80]


def test_listeners_of_no_balancer(elb, refused):
    on = {"LoadBalancerName": "none"}
    assert refused(elb.create_load_balancer_listeners, **on, Listeners=[TCP]) == "LoadBalancerNotFound"
    assert refused(elb.delete_load_balancer_listeners, **on, LoadBalancerPorts=[1]) == "LoadBalancerNotFound"


def test_https_with_a_certificate(lb, refused):
    one, two = issued(lb.net, "www.example.com"), issued(lb.net, "api.example.com")
    listener = {"Protocol": "HTTPS", "LoadBalancerPort": 443, "InstancePort": 8080, "SSLCertificateId": one}
    lb.elb.create_load_balancer_listeners(LoadBalancerName="web", Listeners=[listener])
    (found,) = [it for it in described(lb.elb)["ListenerDescriptions"] if it["Listener"]["Protocol"] == "HTTPS"]
    assert found["PolicyNames"] == ["ELBSecurityPolicy-2016-08"]
    assert described(lb.elb)["Policies"]["OtherPolicies"] == ["ELBSecurityPolicy-2016-08"]
    acm = lb.twin.client("acm")
    assert refused(acm.delete_certificate, CertificateArn=one) == "ResourceInUseException"
    change = {"LoadBalancerName": "web", "SSLCertificateId": two}
    lb.elb.set_load_balancer_listener_ssl_certificate(**change, LoadBalancerPort=443)
    assert ports(lb.elb)[443]["SSLCertificateId"] == two
    assert refused(acm.delete_certificate, CertificateArn=one) == "ResourceInUseException"
    lb.twin.advance(21)
    acm.delete_certificate(CertificateArn=one)
    assert refused(acm.delete_certificate, CertificateArn=two) == "ResourceInUseException"
    set_one = lb.elb.set_load_balancer_listener_ssl_certificate
    assert refused(set_one, **change, LoadBalancerPort=444) == "ListenerNotFound"
    assert refused(set_one, **change, LoadBalancerPort=80) == "InvalidConfigurationRequest"
    gone = {**change, "SSLCertificateId": one, "LoadBalancerPort": 443}
    assert refused(set_one, **gone) == "CertificateNotFound"


# Health


def check(**more):
    return {"Target": "HTTP:8080/health", "Interval": 10, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 3, **more}


def test_health_check(lb):
    found = lb.elb.configure_health_check(LoadBalancerName="web", HealthCheck=check())["HealthCheck"]
    assert found == check() == described(lb.elb)["HealthCheck"]


@pytest.mark.parametrize(
    "more",
    [
        {"Timeout": 10}, {"Interval": 301}, {"HealthyThreshold": 11}, {"UnhealthyThreshold": 11}, {"Target": "HTTP:80"},
        {"Target": "TCP:80/x"}, {"Target": "UDP:80"}, {"Target": "TCP:0"}, {"Target": "TCP"}, {"Timeout": 61, "Interval": 90},
    ],
)
def test_health_checks_that_cannot_be(lb, refused, more):
    asked = {"LoadBalancerName": "web", "HealthCheck": check(**more)}
    assert refused(lb.elb.configure_health_check, **asked) == "ValidationError"


def test_health_check_of_no_balancer(elb, refused):
    asked = {"LoadBalancerName": "none", "HealthCheck": check()}
    assert refused(elb.configure_health_check, **asked) == "LoadBalancerNotFound"


def test_an_instance_comes_into_service(lb, one):
    lb.elb.configure_health_check(LoadBalancerName="web", HealthCheck=check())
    assert register(lb, one) == [{"InstanceId": one}]
    assert states(lb) == [("OutOfService", "ELB")]
    lb.twin.advance(29)
    assert states(lb) == [("OutOfService", "ELB")]
    lb.twin.advance(2)
    assert states(lb) == [("InService", "N/A")]
    assert ask(lb.net, f"http://{described(lb.elb)['DNSName']}/")["status"] == 200


def test_an_instance_that_is_ill_goes_out_of_service(lb, one):
    lb.elb.configure_health_check(LoadBalancerName="web", HealthCheck=check())
    register(lb, one)
    lb.twin.advance(31)
    serving(lb, one, http_status=302)
    lb.twin.advance(21)
    assert states(lb) == [("OutOfService", "Instance")]
    assert ask(lb.net, f"http://{described(lb.elb)['DNSName']}/")["status"] == 503


def test_a_connection_is_enough_for_tcp(lb, one):
    serving(lb, one, http_status=500)
    register(lb, one)
    lb.twin.advance(301)
    assert states(lb) == [("InService", "N/A")]


def test_instances_leave(lb):
    stays, leaves = launch(lb.net, 2)
    assert len(register(lb, stays, leaves)) == 2
    asked = {"LoadBalancerName": "web", "Instances": [{"InstanceId": leaves}]}
    for _ in range(2):
        left = lb.elb.deregister_instances_from_load_balancer(**asked)["Instances"]
        assert left == [{"InstanceId": stays}]
    assert states(lb, Instances=[{"InstanceId": leaves}]) == [("OutOfService", "Instance")]


def test_terminated_instances_are_forgotten(lb, one):
    register(lb, one)
    end(lb.net)
    assert states(lb) == [] and described(lb.elb)["Instances"] == []


def test_instances_that_are_not_there(lb, refused):
    asked = {"LoadBalancerName": "web", "Instances": [{"InstanceId": NOBODY}]}
    none = {**asked, "LoadBalancerName": "none"}
    for call in (
        lb.elb.register_instances_with_load_balancer, lb.elb.deregister_instances_from_load_balancer,
        lb.elb.describe_instance_health,
    ):
        assert refused(call, **asked) == "InvalidInstance"
        assert refused(call, **none) == "LoadBalancerNotFound"


def test_instances_of_another_network(lb, refused):
    other = lb.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    place = {"CidrBlock": "10.9.0.0/24", "AvailabilityZone": "eu-central-1a"}
    subnet = lb.ec2.create_subnet(VpcId=other, **place)["Subnet"]["SubnetId"]
    (there,) = launch(lb.net, subnet=subnet)
    asked = {"LoadBalancerName": "web", "Instances": [{"InstanceId": there}]}
    assert refused(lb.elb.register_instances_with_load_balancer, **asked) == "InvalidInstance"


# Attributes


def changed(lb, **attributes):
    asked = {"LoadBalancerName": "web", "LoadBalancerAttributes": attributes}
    return lb.elb.modify_load_balancer_attributes(**asked)["LoadBalancerAttributes"]


def test_attributes_have_defaults(lb):
    found = lb.elb.describe_load_balancer_attributes(LoadBalancerName="web")["LoadBalancerAttributes"]
    assert found["CrossZoneLoadBalancing"] == {"Enabled": False}
    assert found["ConnectionDraining"] == {"Enabled": False, "Timeout": 300}
    assert (found["ConnectionSettings"], found["AccessLog"]["Enabled"]) == ({"IdleTimeout": 60}, False)
    assert found["AdditionalAttributes"] == [{"Key": "elb.http.desyncmitigationmode", "Value": "defensive"}]


def test_attributes_can_be_set_one_by_one(lb):
    changed(lb, CrossZoneLoadBalancing={"Enabled": True})
    found = changed(lb, ConnectionSettings={"IdleTimeout": 120}, ConnectionDraining={"Enabled": True})
    assert found["CrossZoneLoadBalancing"] == {"Enabled": True}
    assert found["ConnectionSettings"] == {"IdleTimeout": 120}
    assert found["ConnectionDraining"] == {"Enabled": True, "Timeout": 300}


@pytest.mark.parametrize(
    "attributes, code",
    [
        ({"ConnectionSettings": {"IdleTimeout": 3601}}, "ValidationError"),
        ({"ConnectionDraining": {"Enabled": True, "Timeout": 3601}}, "ValidationError"),
        ({"AccessLog": {"Enabled": True}}, "InvalidConfigurationRequest"),
        ({"AccessLog": {"Enabled": True, "S3BucketName": "none"}}, "InvalidConfigurationRequest"),
        ({"AccessLog": {"Enabled": False, "EmitInterval": 7}}, "ValidationError"),
        ({"AdditionalAttributes": [{"Key": "x", "Value": "y"}]}, "LoadBalancerAttributeNotFound"),
        ({"AdditionalAttributes": [{"Key": "elb.http.desyncmitigationmode", "Value": "y"}]}, "InvalidConfigurationRequest"),
    ],
)
def test_attributes_it_cannot_have(lb, refused, attributes, code):
    asked = {"LoadBalancerName": "web", "LoadBalancerAttributes": attributes}
    assert refused(lb.elb.modify_load_balancer_attributes, **asked) == code


def test_attributes_of_no_balancer(elb, refused):
    asked = {"LoadBalancerName": "none"}
    assert refused(elb.describe_load_balancer_attributes, **asked) == "LoadBalancerNotFound"
    asked["LoadBalancerAttributes"] = {"ConnectionSettings": {"IdleTimeout": 60}}
    assert refused(elb.modify_load_balancer_attributes, **asked) == "LoadBalancerNotFound"


def test_logs_into_a_bucket(lb):
    bucket(lb.net, {"AWS": "arn:aws:iam::054676820928:root"})
    wanted = {"Enabled": True, "S3BucketName": "logs-of-web", "EmitInterval": 5, "S3BucketPrefix": "web"}
    assert changed(lb, AccessLog=wanted)["AccessLog"] == wanted


# Policies


def sticky(lb, name="sticky"):
    lb.elb.create_lb_cookie_stickiness_policy(LoadBalancerName="web", PolicyName=name, CookieExpirationPeriod=60)


def enable(lb, *names, port=80):
    asked = {"LoadBalancerName": "web", "LoadBalancerPort": port, "PolicyNames": list(names)}
    lb.elb.set_load_balancer_policies_of_listener(**asked)


def test_stickiness(lb, refused):
    sticky(lb)
    lb.elb.create_app_cookie_stickiness_policy(LoadBalancerName="web", PolicyName="app", CookieName="session")
    enable(lb, "sticky")
    found = described(lb.elb)
    assert found["ListenerDescriptions"][0]["PolicyNames"] == ["sticky"]
    assert found["Policies"]["LBCookieStickinessPolicies"] == [{"PolicyName": "sticky", "CookieExpirationPeriod": 60}]
    assert found["Policies"]["AppCookieStickinessPolicies"] == [{"PolicyName": "app", "CookieName": "session"}]
    asked = {"LoadBalancerName": "web", "PolicyName": "sticky"}
    assert refused(lb.elb.delete_load_balancer_policy, **asked) == "InvalidConfigurationRequest"
    enable(lb)
    lb.elb.delete_load_balancer_policy(**asked)
    assert described(lb.elb)["Policies"]["LBCookieStickinessPolicies"] == []


def test_policies_as_such(lb):
    attribute = {"AttributeName": "ProxyProtocol", "AttributeValue": "true"}
    asked = {"LoadBalancerName": "web", "PolicyName": "proxy", "PolicyTypeName": "ProxyProtocolPolicyType"}
    lb.elb.create_load_balancer_policy(**asked, PolicyAttributes=[attribute])
    port = {"LoadBalancerName": "web", "InstancePort": 8080}
    lb.elb.set_load_balancer_policies_for_backend_server(**port, PolicyNames=["proxy"])
    found = described(lb.elb)
    assert found["BackendServerDescriptions"] == [{"InstancePort": 8080, "PolicyNames": ["proxy"]}]
    assert found["Policies"]["OtherPolicies"] == ["proxy"]
    (found,) = lb.elb.describe_load_balancer_policies(LoadBalancerName="web", PolicyNames=["proxy"])["PolicyDescriptions"]
    assert found["PolicyAttributeDescriptions"] == [attribute]


@pytest.mark.parametrize(
    "kind, name, value, code",
    [
        ("SSLNegotiationPolicyType", "Reference-Security-Policy", "x", "InvalidConfigurationRequest"),
        ("SSLNegotiationPolicyType", "Protocol-TLSv1.2", "true", "NotImplemented"),
        ("ProxyProtocolPolicyType", "ProxyProtocol", "maybe", "InvalidConfigurationRequest"),
        ("PublicKeyPolicyType", "PublicKey", "x", "NotImplemented"),
        ("NoSuchPolicyType", "x", "y", "PolicyTypeNotFound"),
    ],
)
def test_policies_that_cannot_be(lb, refused, kind, name, value, code):
    asked = {"LoadBalancerName": "web", "PolicyName": "p", "PolicyTypeName": kind}
    asked["PolicyAttributes"] = [{"AttributeName": name, "AttributeValue": value}]
    assert refused(lb.elb.create_load_balancer_policy, **asked) == code


def test_policies_that_are_refused(lb, refused):
    sticky(lb)
    on = {"LoadBalancerName": "web", "PolicyName": "sticky"}
    assert refused(lb.elb.create_lb_cookie_stickiness_policy, **on) == "DuplicatePolicyName"
    bad = {**on, "PolicyName": "a b"}
    assert refused(lb.elb.create_lb_cookie_stickiness_policy, **bad) == "ValidationError"
    cookie = {**on, "PolicyName": "c", "CookieName": "AWSELB"}
    assert refused(lb.elb.create_app_cookie_stickiness_policy, **cookie) == "InvalidConfigurationRequest"
    asked = {"LoadBalancerName": "web", "LoadBalancerPort": 80, "PolicyNames": ["none"]}
    assert refused(lb.elb.set_load_balancer_policies_of_listener, **asked) == "PolicyNotFound"
    asked = {"LoadBalancerName": "web", "LoadBalancerPort": 81, "PolicyNames": ["sticky"]}
    assert refused(lb.elb.set_load_balancer_policies_of_listener, **asked) == "ListenerNotFound"
    lb.elb.create_load_balancer_listeners(LoadBalancerName="web", Listeners=[TCP])
    asked["LoadBalancerPort"] = 22
    assert refused(lb.elb.set_load_balancer_policies_of_listener, **asked) == "InvalidConfigurationRequest"
    asked = {"LoadBalancerName": "web", "InstancePort": 8080, "PolicyNames": ["sticky"]}
    assert refused(lb.elb.set_load_balancer_policies_for_backend_server, **asked) == "InvalidConfigurationRequest"
    asked = {"LoadBalancerName": "web", "PolicyNames": ["none"]}
    assert refused(lb.elb.describe_load_balancer_policies, **asked) == "PolicyNotFound"
    none = {"LoadBalancerName": "none", "PolicyName": "x"}
    assert refused(lb.elb.delete_load_balancer_policy, **none) == "LoadBalancerNotFound"


# Tags


def test_tags(lb, refused):
    on = {"LoadBalancerNames": ["web"]}
    lb.elb.add_tags(**on, Tags=[TAG, {"Key": "more", "Value": "1"}])
    lb.elb.remove_tags(**on, Tags=[{"Key": "more"}])
    (found,) = lb.elb.describe_tags(**on)["TagDescriptions"]
    assert found == {"LoadBalancerName": "web", "Tags": [TAG]}
    none = {"LoadBalancerNames": ["none"]}
    assert refused(lb.elb.add_tags, **none, Tags=[TAG]) == "LoadBalancerNotFound"
    assert refused(lb.elb.remove_tags, **none, Tags=[{"Key": "a"}]) == "LoadBalancerNotFound"
    assert refused(lb.elb.describe_tags, **none) == "LoadBalancerNotFound"
    many = [{"Key": f"k{n}", "Value": ""} for n in range(10)]
    assert refused(lb.elb.add_tags, **on, Tags=many) == "TooManyTags"


def test_tags_of_everything(lb):
    tagging = lb.twin.client("resourcegroupstaggingapi")
    arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/web"
    assert not tagging.tag_resources(ResourceARNList=[arn], Tags={"app": "hello"})["FailedResourcesMap"]
    found = tagging.get_resources(TagFilters=[{"Key": "app"}])["ResourceTagMappingList"]
    assert [one["ResourceARN"] for one in found] == [arn]
    assert not tagging.untag_resources(ResourceARNList=[arn], TagKeys=["app"])["FailedResourcesMap"]


# Names


def test_its_name_resolves(lb):
    name = described(lb.elb)["DNSName"]
    headers = {"Accept": "application/dns-json"}
    status, _, text = lb.twin.request("GET", f"/dns-query?name={name}&type=A", headers=headers)
    assert status == 200 and len(json.loads(text)["Answer"]) == 2


def test_an_alias_can_point_to_it(lb):
    route53 = lb.twin.client("route53")
    zone = route53.create_hosted_zone(Name="zone.example", CallerReference="r")["HostedZone"]["Id"]
    target = {"HostedZoneId": "Z215JYRZR1TBD5", "DNSName": described(lb.elb)["DNSName"], "EvaluateTargetHealth": True}
    record = {"Name": "www.zone.example", "Type": "A", "AliasTarget": target}
    change = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=change)
