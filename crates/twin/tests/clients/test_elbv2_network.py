"""Network load balancers as boto3 sees them: listeners, addresses, target groups and their attributes."""

import pytest
from instances import end, launch, serving
from test_elbv2 import (  # noqa: F401 (fixtures)
    NO_BALANCER, ask, attributes, balanced, elb, fixed, forward, grouped, https, issued, listening, net, path,
)
from test_elbv2_targets import health, register, server


@pytest.fixture
def nlb(net):  # noqa: F811
    return networked(net)["LoadBalancerArn"]


def networked(net, name="net", **more):  # noqa: F811
    asked = {"Name": name, "Type": "network", "Subnets": net.subnets, **more}
    if "SubnetMappings" in asked:
        del asked["Subnets"]
    return net.elb.create_load_balancer(**asked)["LoadBalancers"][0]


def tcp(net, name="tcp", **more):  # noqa: F811
    return grouped(net, name, **{"Protocol": "TCP", **more})


def tcp_listener(net, nlb, group, **more):  # noqa: F811
    return listening(net.elb, nlb, forward(group), **{"Protocol": "TCP", **more})


# Balancers


def test_one_zone_is_enough(net):  # noqa: F811
    found = networked(net, Subnets=net.subnets[:1])
    assert (found["Type"], len(found["AvailabilityZones"])) == ("network", 1)
    assert found["DNSName"].endswith(".elb.eu-central-1.amazonaws.com")
    assert found["CanonicalHostedZoneId"] == "Z3F0SRJ5LGBH90"


def test_interfaces_say_what_they_are(net, nlb):  # noqa: F811
    filters = [{"Name": "description", "Values": ["ELB net/net/*"]}]
    found = net.ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]
    assert [one["InterfaceType"] for one in found] == ["network_load_balancer"] * 2


def test_interfaces_outlive_the_balancer(net, nlb, refused):  # noqa: F811
    net.elb.delete_load_balancer(LoadBalancerArn=nlb)
    assert refused(net.ec2.delete_subnet, SubnetId=net.subnets[0]) == "DependencyViolation"
    net.twin.advance(61)
    net.ec2.delete_subnet(SubnetId=net.subnets[0])


def test_without_groups_there_will_never_be_any(net, nlb, refused):  # noqa: F811
    asked = {"LoadBalancerArn": nlb, "SecurityGroups": [net.group]}
    assert refused(net.elb.set_security_groups, **asked) == "InvalidConfigurationRequest"


def test_groups_named_at_first_can_be_changed(net):  # noqa: F811
    found = networked(net, SecurityGroups=[net.group])
    word = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
    assert (found["SecurityGroups"], found[word]) == ([net.group], "on")
    other = net.ec2.create_security_group(GroupName="o", Description="o", VpcId=net.vpc)["GroupId"]
    changed = net.elb.set_security_groups(
        LoadBalancerArn=found["LoadBalancerArn"], SecurityGroups=[other], **{word: "off"}
    )
    assert (changed["SecurityGroupIds"], changed[word]) == ([other], "off")
    assert net.elb.describe_load_balancers()["LoadBalancers"][0][word] == "off"


def test_an_application_balancer_enforces_nothing(net, refused):  # noqa: F811
    asked = {"LoadBalancerArn": balanced(net)["LoadBalancerArn"], "SecurityGroups": [net.group]}
    asked["EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] = "off"
    assert refused(net.elb.set_security_groups, **asked) == "InvalidConfigurationRequest"


# Addresses


def test_a_private_address_of_its_owners_choice(net):  # noqa: F811
    mapping = {"SubnetId": net.subnets[0], "PrivateIPv4Address": "10.0.1.77"}
    found = networked(net, Scheme="internal", SubnetMappings=[mapping])
    (zone,) = found["AvailabilityZones"]
    assert zone["LoadBalancerAddresses"] == [{"PrivateIPv4Address": "10.0.1.77"}]
    filters = [{"Name": "private-ip-address", "Values": ["10.0.1.77"]}]
    assert len(net.ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]) == 1
    assert networked(net, Scheme="internal", SubnetMappings=[mapping])["LoadBalancerArn"] == found["LoadBalancerArn"]


def test_the_same_name_with_another_address(net, refused):  # noqa: F811
    mapping = {"SubnetId": net.subnets[0], "PrivateIPv4Address": "10.0.1.77"}
    networked(net, Scheme="internal", SubnetMappings=[mapping])
    asked = {"Name": "net", "Type": "network", "Scheme": "internal"}
    asked["SubnetMappings"] = [{**mapping, "PrivateIPv4Address": "10.0.1.78"}]
    assert refused(net.elb.create_load_balancer, **asked) == "DuplicateLoadBalancerName"


def test_an_elastic_address(net):  # noqa: F811
    address = net.ec2.allocate_address(Domain="vpc")
    ip, allocation = address["PublicIp"], address["AllocationId"]
    found = networked(net, SubnetMappings=[{"SubnetId": net.subnets[0], "AllocationId": allocation}])
    (zone,) = found["AvailabilityZones"]
    assert zone["LoadBalancerAddresses"] == [{"IpAddress": ip, "AllocationId": allocation}]
    (interface,) = net.ec2.describe_network_interfaces(
        Filters=[{"Name": "association.public-ip", "Values": [ip]}]
    )["NetworkInterfaces"]
    assert interface["Description"].startswith("ELB net/net/")
    net.elb.delete_load_balancer(LoadBalancerArn=found["LoadBalancerArn"])
    net.twin.advance(61)
    net.ec2.release_address(AllocationId=allocation)


def test_an_elastic_address_serves_one(net, refused):  # noqa: F811
    mapping = {"SubnetId": net.subnets[0], "AllocationId": net.ec2.allocate_address()["AllocationId"]}
    networked(net, SubnetMappings=[mapping])
    assert refused(net.elb.create_load_balancer, Name="b", Type="network", SubnetMappings=[mapping]) == "ResourceInUse"


@pytest.mark.parametrize(
    "kind, scheme, mapping, code",
    [
        ("network", "internet-facing", {"AllocationId": "eipalloc-0000000000000000"}, "AllocationIdNotFound"),
        ("network", "internal", {"AllocationId": "eipalloc-0000000000000000"}, "InvalidConfigurationRequest"),
        ("network", "internet-facing", {"PrivateIPv4Address": "10.0.1.9"}, "InvalidConfigurationRequest"),
        ("network", "internal", {"PrivateIPv4Address": "10.0.9.9"}, "InvalidConfigurationRequest"),
        ("network", "internal", {"PrivateIPv4Address": "10.0.1"}, "ValidationError"),
        ("network", "internal", {"PrivateIPv4Address": "10.0.1.2"}, "InvalidSubnet"),
        ("network", "internal", {"PrivateIPv4Address": "10.0.1.9", "AllocationId": "eipalloc-0"}, "ValidationError"),
        ("network", "internal", {"IPv6Address": "2001:db8::1"}, "NotImplemented"),
        ("application", "internal", {"PrivateIPv4Address": "10.0.1.9"}, "InvalidConfigurationRequest"),
        ("application", "internet-facing", {"AllocationId": "eipalloc-0"}, "InvalidConfigurationRequest"),
    ],
)
def test_addresses_that_cannot_be(net, refused, kind, scheme, mapping, code):  # noqa: F811
    mappings = [{"SubnetId": net.subnets[0], **mapping}, {"SubnetId": net.subnets[1]}]
    asked = {"Name": "x", "Type": kind, "Scheme": scheme, "SubnetMappings": mappings}
    assert refused(net.elb.create_load_balancer, **asked) == code


def test_subnets_come_and_go(net, nlb):  # noqa: F811
    third = net.subnet("c", 3)
    added = net.elb.set_subnets(LoadBalancerArn=nlb, Subnets=[*net.subnets, third])
    assert {zone["SubnetId"] for zone in added["AvailabilityZones"]} == {*net.subnets, third}
    left = net.elb.set_subnets(LoadBalancerArn=nlb, Subnets=[third])
    assert [zone["SubnetId"] for zone in left["AvailabilityZones"]] == [third]


def test_addresses_of_a_subnet_stay(net, refused):  # noqa: F811
    mapping = {"SubnetId": net.subnets[0], "PrivateIPv4Address": "10.0.1.77"}
    arn = networked(net, Scheme="internal", SubnetMappings=[mapping])["LoadBalancerArn"]
    net.elb.set_subnets(LoadBalancerArn=arn, Subnets=net.subnets)
    other = [{"SubnetId": net.subnets[0], "PrivateIPv4Address": "10.0.1.78"}]
    asked = {"LoadBalancerArn": arn, "SubnetMappings": other}
    assert refused(net.elb.set_subnets, **asked) == "InvalidConfigurationRequest"


# Attributes


def test_attributes_of_a_network_balancer(net, nlb):  # noqa: F811
    found = attributes(net.elb.describe_load_balancer_attributes(LoadBalancerArn=nlb))
    assert found["load_balancing.cross_zone.enabled"] == "false"
    assert found["dns_record.client_routing_policy"] == "any_availability_zone"
    assert found["secondary_ips.auto_assigned.per_subnet"] == "0"
    assert not any(key.startswith(("routing.", "idle_timeout", "connection_logs")) for key in found)


def test_an_internal_balancer_keeps_gateways_out(net):  # noqa: F811
    arn = networked(net, Scheme="internal")["LoadBalancerArn"]
    found = attributes(net.elb.describe_load_balancer_attributes(LoadBalancerArn=arn))
    assert found["ipv6.deny_all_igw_traffic"] == "true"


def modify(net, nlb, key, value):  # noqa: F811
    return net.elb.modify_load_balancer_attributes(LoadBalancerArn=nlb, Attributes=[{"Key": key, "Value": value}])


def test_cross_zone_can_be_switched_on(net, nlb):  # noqa: F811
    found = attributes(modify(net, nlb, "load_balancing.cross_zone.enabled", "true"))
    assert found["load_balancing.cross_zone.enabled"] == "true"


def test_secondary_addresses_only_grow(net, nlb, refused):  # noqa: F811
    modify(net, nlb, "secondary_ips.auto_assigned.per_subnet", "3")
    less = [{"Key": "secondary_ips.auto_assigned.per_subnet", "Value": "2"}]
    asked = {"LoadBalancerArn": nlb, "Attributes": less}
    assert refused(net.elb.modify_load_balancer_attributes, **asked) == "InvalidConfigurationRequest"


@pytest.mark.parametrize(
    "key, value, code",
    [
        ("idle_timeout.timeout_seconds", "60", "ValidationError"),
        ("routing.http2.enabled", "true", "ValidationError"),
        ("dns_record.client_routing_policy", "somewhere", "InvalidConfigurationRequest"),
        ("secondary_ips.auto_assigned.per_subnet", "8", "InvalidConfigurationRequest"),
    ],
)
def test_attributes_it_cannot_have(net, nlb, refused, key, value, code):  # noqa: F811
    asked = {"LoadBalancerArn": nlb, "Attributes": [{"Key": key, "Value": value}]}
    assert refused(net.elb.modify_load_balancer_attributes, **asked) == code


def test_deletion_protection(net, nlb, refused):  # noqa: F811
    modify(net, nlb, "deletion_protection.enabled", "true")
    assert refused(net.elb.delete_load_balancer, LoadBalancerArn=nlb) == "OperationNotPermitted"


# Listeners


@pytest.mark.parametrize(
    "listener, group",
    [("TCP", "TCP"), ("TCP", "TCP_UDP"), ("UDP", "UDP"), ("UDP", "TCP_UDP"), ("TCP_UDP", "TCP_UDP")],
)
def test_protocols_that_suit(net, nlb, listener, group):  # noqa: F811
    made = tcp_listener(net, nlb, tcp(net, Protocol=group)["TargetGroupArn"], Protocol=listener)
    assert made["Protocol"] == listener


@pytest.mark.parametrize(
    "listener, group", [("TCP", "UDP"), ("TCP", "TLS"), ("TCP", "HTTP"), ("UDP", "TCP"), ("TCP_UDP", "TCP")]
)
def test_protocols_that_do_not(net, nlb, refused, listener, group):  # noqa: F811
    arn = tcp(net, Protocol=group)["TargetGroupArn"]
    asked = {"LoadBalancerArn": nlb, "Protocol": listener, "Port": 80, "DefaultActions": [forward(arn)]}
    assert refused(net.elb.create_listener, **asked) == "IncompatibleProtocols"


def test_it_speaks_no_http(net, nlb, refused):  # noqa: F811
    asked = {"LoadBalancerArn": nlb, "Protocol": "HTTP", "Port": 80}
    asked["DefaultActions"] = [forward(tcp(net)["TargetGroupArn"])]
    assert refused(net.elb.create_listener, **asked) == "ValidationError"


def test_it_only_forwards(net, nlb, refused):  # noqa: F811
    asked = {"LoadBalancerArn": nlb, "Protocol": "TCP", "Port": 80, "DefaultActions": [fixed()]}
    assert refused(net.elb.create_listener, **asked) == "InvalidLoadBalancerAction"


def test_a_port_has_one_listener_whatever_it_speaks(net, nlb, refused):  # noqa: F811
    tcp_listener(net, nlb, tcp(net)["TargetGroupArn"])
    udp = tcp(net, "udp", Protocol="UDP")["TargetGroupArn"]
    asked = {"LoadBalancerArn": nlb, "Protocol": "UDP", "Port": 80, "DefaultActions": [forward(udp)]}
    assert refused(net.elb.create_listener, **asked) == "DuplicateListener"


def test_two_weighted_groups(net, nlb):  # noqa: F811
    groups = [tcp(net, name)["TargetGroupArn"] for name in ("blue", "green")]
    tuples = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in zip(groups, (90, 10))]
    action = {"Type": "forward", "ForwardConfig": {"TargetGroups": tuples}}
    made = listening(net.elb, nlb, action, Protocol="TCP")
    assert made["DefaultActions"][0]["ForwardConfig"]["TargetGroups"] == tuples


@pytest.mark.parametrize("group", ["TCP", "TLS"])
def test_tls_with_a_policy_and_alpn(net, nlb, group):  # noqa: F811
    arn = tcp(net, Protocol=group)["TargetGroupArn"]
    more = {"Protocol": "TLS", "Port": 443, "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06"}
    certificate = issued(net, "www.example.com")
    more["Certificates"] = [{"CertificateArn": certificate}]
    made = listening(net.elb, nlb, forward(arn), AlpnPolicy=["HTTP2Preferred"], **more)
    assert (made["AlpnPolicy"], made["SslPolicy"]) == (["HTTP2Preferred"], more["SslPolicy"])
    (changed,) = net.elb.modify_listener(ListenerArn=made["ListenerArn"], AlpnPolicy=["None"])["Listeners"]
    assert changed["AlpnPolicy"] == ["None"]
    plain = {"ListenerArn": made["ListenerArn"], "Protocol": "TCP"}
    if group == "TCP":
        (plain,) = net.elb.modify_listener(**plain)["Listeners"]
        assert "SslPolicy" not in plain and plain.get("AlpnPolicy", []) == []


def test_tls_needs_a_certificate(net, nlb, refused):  # noqa: F811
    asked = {"LoadBalancerArn": nlb, "Protocol": "TLS", "Port": 443}
    asked["DefaultActions"] = [forward(tcp(net)["TargetGroupArn"])]
    assert refused(net.elb.create_listener, **asked) == "ValidationError"


@pytest.mark.parametrize(
    "more, code",
    [
        ({"AlpnPolicy": ["HTTP2Preferred"]}, "ValidationError"),
        ({"AlpnPolicy": ["HTTP3"]}, "ALPNPolicyNotFound"),
        ({"AlpnPolicy": ["None", "HTTP1Only"]}, "ValidationError"),
        ({"SslPolicy": "ELBSecurityPolicy-2016-08"}, "ValidationError"),
        ({"Protocol": "TLS", "SslPolicy": "x"}, "SSLPolicyNotFound"),
        ({"Protocol": "QUIC"}, "ValidationError"),
    ],
)
def test_listeners_that_cannot_be(net, nlb, refused, more, code):  # noqa: F811
    asked = {"LoadBalancerArn": nlb, "Protocol": "TCP", "Port": 443, **more}
    asked["DefaultActions"] = [forward(tcp(net)["TargetGroupArn"])]
    assert refused(net.elb.create_listener, **asked) == code


def test_its_certificate_is_in_use(net, nlb, refused):  # noqa: F811
    certificate = issued(net, "www.example.com")
    more = {"Protocol": "TLS", "Port": 443, "Certificates": [{"CertificateArn": certificate}]}
    listening(net.elb, nlb, forward(tcp(net)["TargetGroupArn"]), **more)
    acm = net.twin.client("acm")
    assert refused(acm.delete_certificate, CertificateArn=certificate) == "ResourceInUseException"
    assert acm.describe_certificate(CertificateArn=certificate)["Certificate"]["InUseBy"] == [nlb]


def test_attributes_of_listeners(net, nlb, refused):  # noqa: F811
    arn = tcp_listener(net, nlb, tcp(net)["TargetGroupArn"])["ListenerArn"]
    wanted = [{"Key": "tcp.idle_timeout.seconds", "Value": "600"}]
    found = net.elb.modify_listener_attributes(ListenerArn=arn, Attributes=wanted)["Attributes"]
    assert found == wanted
    udp = tcp_listener(net, nlb, tcp(net, "u", Protocol="UDP")["TargetGroupArn"], Protocol="UDP", Port=53)
    asked = {"ListenerArn": udp["ListenerArn"], "Attributes": wanted}
    assert refused(net.elb.modify_listener_attributes, **asked) == "InvalidConfigurationRequest"


def test_rules_are_not_modelled(net, nlb, refused):  # noqa: F811
    group = tcp(net)["TargetGroupArn"]
    asked = {"ListenerArn": tcp_listener(net, nlb, group)["ListenerArn"], "Priority": 1}
    asked |= {"Conditions": [path("/a")], "Actions": [forward(group)]}
    assert refused(net.elb.create_rule, **asked) == "NotImplemented"


def test_no_datagrams_with_ipv6(net, refused):  # noqa: F811
    net.ec2.associate_vpc_cidr_block(VpcId=net.vpc, AmazonProvidedIpv6CidrBlock=True)
    net.twin.advance(5)
    (vpc,) = net.ec2.describe_vpcs(VpcIds=[net.vpc])["Vpcs"]
    block = vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"].replace("/56", "/64")
    net.ec2.associate_subnet_cidr_block(SubnetId=net.subnets[0], Ipv6CidrBlock=block)
    net.twin.advance(5)
    arn = networked(net, Subnets=net.subnets[:1], IpAddressType="dualstack")["LoadBalancerArn"]
    group = tcp(net, Protocol="UDP")["TargetGroupArn"]
    asked = {"LoadBalancerArn": arn, "Protocol": "UDP", "Port": 53, "DefaultActions": [forward(group)]}
    assert refused(net.elb.create_listener, **asked) == "InvalidConfigurationRequest"


# Target groups


def test_health_checks_of_a_tcp_group(net):  # noqa: F811
    found = tcp(net)
    assert (found["HealthCheckProtocol"], found["HealthCheckTimeoutSeconds"]) == ("TCP", 10)
    assert "HealthCheckPath" not in found and "Matcher" not in found


def test_checks_by_http(net):  # noqa: F811
    found = tcp(net, HealthCheckProtocol="HTTP", HealthCheckPath="/health")
    assert (found["HealthCheckPath"], found["Matcher"]) == ("/health", {"HttpCode": "200-399"})
    arn = found["TargetGroupArn"]
    (changed,) = net.elb.modify_target_group(TargetGroupArn=arn, HealthCheckProtocol="TCP")["TargetGroups"]
    assert "HealthCheckPath" not in changed


def test_attributes_of_groups(net):  # noqa: F811
    of = lambda **more: attributes(
        net.elb.describe_target_group_attributes(TargetGroupArn=tcp(net, more.pop("n"), **more)["TargetGroupArn"])
    )
    ip, instance = of(n="ip"), of(n="instance", TargetType="instance")
    udp = of(n="udp", Protocol="UDP")
    keep, end = "preserve_client_ip.enabled", "deregistration_delay.connection_termination.enabled"
    assert (ip[keep], instance[keep], udp[keep]) == ("false", "true", "true")
    assert (ip[end], udp[end]) == ("false", "true")
    assert ip["stickiness.type"] == "source_ip" and "slow_start.duration_seconds" not in ip


def test_attributes_can_be_set(net):  # noqa: F811
    arn = tcp(net)["TargetGroupArn"]
    wanted = {"preserve_client_ip.enabled": "true", "proxy_protocol_v2.enabled": "true", "stickiness.enabled": "true"}
    asked = [{"Key": key, "Value": value} for key, value in wanted.items()]
    found = attributes(net.elb.modify_target_group_attributes(TargetGroupArn=arn, Attributes=asked))
    assert {key: found[key] for key in wanted} == wanted


UNHEALTHY = "target_health_state.unhealthy."


@pytest.mark.parametrize(
    "protocol, key, value",
    [
        ("UDP", "preserve_client_ip.enabled", "false"),
        ("TCP_UDP", "preserve_client_ip.enabled", "false"),
        ("UDP", UNHEALTHY + "connection_termination.enabled", "true"),
        ("TLS", "stickiness.enabled", "true"),
        ("TCP", "stickiness.type", "lb_cookie"),
        ("TCP", "slow_start.duration_seconds", "30"),
        ("TCP", UNHEALTHY + "draining_interval_seconds", "60"),
    ],
)
def test_attributes_a_group_cannot_have(net, refused, protocol, key, value):  # noqa: F811
    arn = tcp(net, Protocol=protocol)["TargetGroupArn"]
    asked = {"TargetGroupArn": arn, "Attributes": [{"Key": key, "Value": value}]}
    assert refused(net.elb.modify_target_group_attributes, **asked) == "InvalidConfigurationRequest"


# Targets


def test_a_target_that_accepts_connections_is_healthy(net, nlb):  # noqa: F811
    group = tcp(net, HealthCheckIntervalSeconds=10, HealthyThresholdCount=2)["TargetGroupArn"]
    tcp_listener(net, nlb, group)
    net.twin.advance(151)
    server(net, http_status=500)
    register(net, group)
    net.twin.advance(21)
    assert health(net, group) == [("healthy", None)]
    name = net.elb.describe_load_balancers()["LoadBalancers"][0]["DNSName"]
    assert ask(net, f"http://{name}/")["status"] == 500


def test_an_instance_by_its_id(net):  # noqa: F811
    (id,) = launch(net)
    serving(net, id)
    group = grouped(net, TargetType="instance", HealthCheckIntervalSeconds=10)["TargetGroupArn"]
    listening(net.elb, balanced(net)["LoadBalancerArn"], forward(group))
    net.twin.advance(151)
    register(net, group, id)
    register(net, group, id, Port=32768)
    net.twin.advance(51)
    assert health(net, group) == [("healthy", None), ("unhealthy", "Target.FailedHealthChecks")]


def test_an_instance_that_is_gone_is_no_target(net):  # noqa: F811
    (id,) = launch(net)
    group = grouped(net, TargetType="instance")["TargetGroupArn"]
    register(net, group, id)
    end(net)
    assert health(net, group) == []


def test_an_instance_that_ended_cannot_be_registered(net, refused):  # noqa: F811
    (id,) = launch(net)
    end(net)
    group = grouped(net, TargetType="instance")["TargetGroupArn"]
    assert refused(net.elb.register_targets, TargetGroupArn=group, Targets=[{"Id": id}]) == "InvalidTarget"


def test_an_instance_has_its_zone_from_its_subnet(net, refused):  # noqa: F811
    (id,) = launch(net)
    group = grouped(net, TargetType="instance")["TargetGroupArn"]
    asked = {"TargetGroupArn": group, "Targets": [{"Id": id, "AvailabilityZone": "eu-central-1a"}]}
    assert refused(net.elb.register_targets, **asked) == "ValidationError"


def test_an_instance_of_another_network(net, refused):  # noqa: F811
    other = net.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    place = {"CidrBlock": "10.9.0.0/24", "AvailabilityZone": "eu-central-1a"}
    (id,) = launch(net, subnet=net.ec2.create_subnet(VpcId=other, **place)["Subnet"]["SubnetId"])
    group = grouped(net, TargetType="instance")["TargetGroupArn"]
    assert refused(net.elb.register_targets, TargetGroupArn=group, Targets=[{"Id": id}]) == "InvalidTarget"


# An application balancer behind it


@pytest.fixture
def behind(net):  # noqa: F811
    """An application balancer with a listener on port 80."""
    found = balanced(net, Scheme="internal")
    listening(net.elb, found["LoadBalancerArn"], fixed("200"))
    return found["LoadBalancerArn"]


def alb(net, name="alb", **more):  # noqa: F811
    return tcp(net, name, **{"TargetType": "alb", **more})


def test_a_balancer_as_target(net, nlb, behind):  # noqa: F811
    found = alb(net, HealthCheckIntervalSeconds=10)
    assert (found["HealthCheckProtocol"], found["HealthCheckPath"]) == ("HTTP", "/")
    tcp_listener(net, nlb, found["TargetGroupArn"])
    register(net, found["TargetGroupArn"], behind)
    net.twin.advance(151)
    net.twin.advance(51)
    assert health(net, found["TargetGroupArn"]) == [("healthy", None)]


def test_a_balancer_that_is_a_target_stays(net, behind, refused):  # noqa: F811
    group = alb(net)["TargetGroupArn"]
    register(net, group, behind)
    assert refused(net.elb.delete_load_balancer, LoadBalancerArn=behind) == "ResourceInUse"
    net.elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": behind}])
    net.elb.delete_load_balancer(LoadBalancerArn=behind)


@pytest.mark.parametrize("more", [{"Protocol": "UDP"}, {"Protocol": "HTTP"}, {"HealthCheckProtocol": "TCP"}])
def test_groups_for_balancers_that_cannot_be(net, refused, more):  # noqa: F811
    asked = {"Name": "x", "TargetType": "alb", "Protocol": "TCP", "Port": 80, "VpcId": net.vpc, **more}
    assert refused(net.elb.create_target_group, **asked) == "InvalidConfigurationRequest"


def test_balancers_that_are_no_targets(net, nlb, behind, refused):  # noqa: F811
    asked = lambda group, id, **more: {"TargetGroupArn": group["TargetGroupArn"], "Targets": [{"Id": id, **more}]}
    group = alb(net)
    assert refused(net.elb.register_targets, **asked(group, nlb)) == "ValidationError"
    assert refused(net.elb.register_targets, **asked(group, NO_BALANCER)) == "InvalidTarget"
    assert refused(net.elb.register_targets, **asked(group, behind, Port=81)) == "InvalidTarget"
    assert refused(net.elb.register_targets, **asked(alb(net, "b", Port=81), behind)) == "InvalidTarget"
    register(net, group["TargetGroupArn"], behind)
    second = balanced(net, "second")["LoadBalancerArn"]
    listening(net.elb, second, fixed())
    assert refused(net.elb.register_targets, **asked(group, second)) == "TooManyTargets"
