"""Target groups and the health of targets as boto3 sees them. Servers behind addresses are scripted."""

import pytest
from test_elbv2 import (  # noqa: F401 (fixtures)
    NO_BALANCER, NO_GROUP, ask, attributes, balanced, balancer, elb, fixed, forward, grouped, listening, net,
    ruled, target_group,
)

WEB = "10.0.1.10"


@pytest.fixture
def serving(net):  # noqa: F811
    """A group that an active balancer forwards to, checked every ten seconds."""
    group = grouped(
        net, HealthCheckIntervalSeconds=10, HealthyThresholdCount=3, UnhealthyThresholdCount=2,
    )["TargetGroupArn"]
    listening(net.elb, balanced(net)["LoadBalancerArn"], forward(group))
    net.twin.advance(151)
    return group


def server(net, address=WEB, port=80, **behaviour):  # noqa: F811
    net.twin.script({"image": f"address:{address}:{port}", "behaviour": behaviour})


def register(net, group, id=WEB, **more):  # noqa: F811
    net.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": id, **more}])


def deregister(net, group, id=WEB, **more):  # noqa: F811
    net.elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": id, **more}])


def health(net, group, **more):  # noqa: F811
    found = net.elb.describe_target_health(TargetGroupArn=group, **more)["TargetHealthDescriptions"]
    return [(one["TargetHealth"]["State"], one["TargetHealth"].get("Reason")) for one in found]


def description(net, group):  # noqa: F811
    (found,) = net.elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    return found["TargetHealth"].get("Description")


# Target groups


def test_row_create_target_group_ip(net):  # noqa: F811
    found = grouped(net)
    assert (found["Protocol"], found["Port"], found["TargetType"], found["VpcId"]) == ("HTTP", 80, "ip", net.vpc)
    assert (found["HealthCheckPath"], found["HealthCheckPort"], found["Matcher"]) == ("/", "traffic-port", {"HttpCode": "200"})
    assert (found["HealthCheckIntervalSeconds"], found["HealthyThresholdCount"], found["UnhealthyThresholdCount"]) == (30, 5, 2)
    assert (found["ProtocolVersion"], found["IpAddressType"], found["LoadBalancerArns"]) == ("HTTP1", "ipv4", [])


def test_the_same_group_twice_is_idempotent(net, target_group):  # noqa: F811
    assert grouped(net)["TargetGroupArn"] == target_group


def test_row_duplicate_target_group_name(net, refused, target_group):  # noqa: F811
    asked = {"Name": "web", "Protocol": "HTTP", "Port": 81, "VpcId": net.vpc, "TargetType": "ip"}
    assert refused(net.elb.create_target_group, **asked) == "DuplicateTargetGroupName"


@pytest.mark.parametrize(
    "change, code",
    [
        ({"Name": "x" * 33}, "ValidationError"),
        ({"Name": "a_b"}, "ValidationError"),
        ({"Name": "-a"}, "ValidationError"),
        ({"Port": 70000}, "ValidationError"),
        ({"Protocol": "FTP"}, "ValidationError"),
        ({"VpcId": "vpc-0123456789abcdef0"}, "ValidationError"),
        ({"HealthCheckIntervalSeconds": 301}, "ValidationError"),
        ({"HealthCheckTimeoutSeconds": 121}, "ValidationError"),
        ({"HealthCheckTimeoutSeconds": 30, "HealthCheckIntervalSeconds": 10}, "ValidationError"),
        ({"HealthyThresholdCount": 11}, "ValidationError"),
        ({"UnhealthyThresholdCount": 11}, "ValidationError"),
        ({"HealthCheckPath": "health"}, "ValidationError"),
        ({"HealthCheckPort": "http"}, "ValidationError"),
        ({"Matcher": {"HttpCode": "200-500"}}, "ValidationError"),
        ({"Matcher": {"HttpCode": "ok"}}, "ValidationError"),
        ({"Matcher": {"GrpcCode": "0"}}, "ValidationError"),
        ({"HealthCheckProtocol": "TCP"}, "InvalidConfigurationRequest"),
        ({"TargetType": "lambda"}, "NotImplemented"),
        ({"HealthCheckEnabled": False}, "NotImplemented"),
    ],
)
def test_impossible_groups_are_refused(net, refused, change, code):  # noqa: F811
    asked = {"Name": "x", "Protocol": "HTTP", "Port": 80, "VpcId": net.vpc, "TargetType": "ip", **change}
    assert refused(net.elb.create_target_group, **asked) == code


@pytest.mark.parametrize("missing", ["Protocol", "Port", "VpcId"])
def test_what_a_group_needs(net, refused, missing):  # noqa: F811
    asked = {"Name": "x", "Protocol": "HTTP", "Port": 80, "VpcId": net.vpc, "TargetType": "ip"}
    del asked[missing]
    assert refused(net.elb.create_target_group, **asked) == "ValidationError"


def test_row_modify_target_group(net, target_group):  # noqa: F811
    asked = {"HealthCheckPath": "/health", "Matcher": {"HttpCode": "200-399"}, "HealthyThresholdCount": 2}
    found = net.elb.modify_target_group(TargetGroupArn=target_group, **asked)["TargetGroups"][0]
    assert {key: found[key] for key in asked} == asked


@pytest.mark.parametrize("which", [{"Names": ["none"]}, {"TargetGroupArns": [NO_GROUP]}])
def test_row_describe_target_groups_missing(elb, refused, which):  # noqa: F811
    assert refused(elb.describe_target_groups, **which) == "TargetGroupNotFound"


def test_groups_of_a_balancer(net, serving):  # noqa: F811
    grouped(net, "other")
    (arn,) = [one["LoadBalancerArn"] for one in net.elb.describe_load_balancers()["LoadBalancers"]]
    (found,) = net.elb.describe_target_groups(LoadBalancerArn=arn)["TargetGroups"]
    assert (found["TargetGroupArn"], found["LoadBalancerArns"]) == (serving, [arn])


def test_groups_of_a_missing_balancer_are_refused(elb, refused):  # noqa: F811
    assert refused(elb.describe_target_groups, LoadBalancerArn=NO_BALANCER) == "LoadBalancerNotFound"


def test_row_delete_target_group_in_use(net, refused, serving):  # noqa: F811
    assert refused(net.elb.delete_target_group, TargetGroupArn=serving) == "ResourceInUse"


def test_a_group_that_only_a_rule_names_is_in_use(net, refused, balancer, target_group):  # noqa: F811
    rule = ruled(net.elb, listening(net.elb, balancer)["ListenerArn"], action=forward(target_group))["RuleArn"]
    assert refused(net.elb.delete_target_group, TargetGroupArn=target_group) == "ResourceInUse"
    net.elb.delete_rule(RuleArn=rule)
    net.elb.delete_target_group(TargetGroupArn=target_group)


def test_a_group_can_be_deleted(net, refused, target_group):  # noqa: F811
    net.elb.delete_target_group(TargetGroupArn=target_group)
    assert refused(net.elb.describe_target_groups, TargetGroupArns=[target_group]) == "TargetGroupNotFound"


def test_a_group_serves_one_balancer(net, refused, serving):  # noqa: F811
    other = balanced(net, "other")["LoadBalancerArn"]
    asked = {"LoadBalancerArn": other, "Protocol": "HTTP", "Port": 80, "DefaultActions": [forward(serving)]}
    assert refused(net.elb.create_listener, **asked) == "TargetGroupAssociationLimit"


def test_a_tcp_group_does_not_suit_an_application_balancer(net, refused, balancer):  # noqa: F811
    group = grouped(net, "tcp", Protocol="TCP")["TargetGroupArn"]
    asked = {"LoadBalancerArn": balancer, "Protocol": "HTTP", "Port": 80, "DefaultActions": [forward(group)]}
    assert refused(net.elb.create_listener, **asked) == "IncompatibleProtocols"


def test_weights_come_back_as_they_went(net, balancer):  # noqa: F811
    weights = [{"TargetGroupArn": grouped(net, name)["TargetGroupArn"], "Weight": weight} for name, weight in (("a", 90), ("b", 10))]
    action = {"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}
    found = listening(net.elb, balancer, action)["DefaultActions"][0]
    assert found["ForwardConfig"]["TargetGroups"] == weights and "TargetGroupArn" not in found


def test_attributes_of_a_group(net, target_group):  # noqa: F811
    read = lambda: attributes(net.elb.describe_target_group_attributes(TargetGroupArn=target_group))
    assert read()["deregistration_delay.timeout_seconds"] == "300"
    assert (read()["stickiness.enabled"], read()["stickiness.type"]) == ("false", "lb_cookie")
    delay(net, target_group, 10)
    assert read()["deregistration_delay.timeout_seconds"] == "10"


def delay(net, group, seconds):  # noqa: F811
    wanted = [{"Key": "deregistration_delay.timeout_seconds", "Value": str(seconds)}]
    net.elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=wanted)


def test_impossible_attributes_of_a_group(net, refused, target_group):  # noqa: F811
    wanted = [{"Key": "deregistration_delay.timeout_seconds", "Value": "3601"}]
    asked = {"TargetGroupArn": target_group, "Attributes": wanted}
    assert refused(net.elb.modify_target_group_attributes, **asked) == "InvalidConfigurationRequest"


@pytest.mark.parametrize("operation", ["modify_target_group", "describe_target_group_attributes", "describe_target_health"])
def test_a_missing_group_is_refused(elb, refused, operation):  # noqa: F811
    assert refused(getattr(elb, operation), TargetGroupArn=NO_GROUP) == "TargetGroupNotFound"


# Health


def test_row_initial_to_healthy(net, serving):  # noqa: F811
    server(net)
    register(net, serving)
    assert health(net, serving) == [("initial", "Elb.InitialHealthChecking")]
    net.twin.advance(29)
    assert health(net, serving) == [("initial", "Elb.InitialHealthChecking")]
    net.twin.advance(2)
    assert health(net, serving) == [("healthy", None)]


def test_a_wrong_code_is_unhealthy(net, serving):  # noqa: F811
    server(net, http_status=404)
    register(net, serving)
    net.twin.advance(21)
    assert health(net, serving) == [("unhealthy", "Target.ResponseCodeMismatch")]
    assert description(net, serving) == "Health checks failed with these codes: [404]"


def test_an_address_where_nobody_is_times_out(net, serving):  # noqa: F811
    register(net, serving)
    net.twin.advance(21)
    assert health(net, serving) == [("unhealthy", "Target.Timeout")]
    assert description(net, serving) == "Request timed out"


def test_a_server_that_does_not_listen_fails(net, serving):  # noqa: F811
    server(net, listens=False)
    register(net, serving)
    net.twin.advance(21)
    assert health(net, serving) == [("unhealthy", "Target.FailedHealthChecks")]


def test_a_target_falls_ill_and_recovers(net, serving):  # noqa: F811
    server(net)
    register(net, serving)
    net.twin.advance(31)
    server(net, http_status=500)
    net.twin.advance(19)
    assert health(net, serving)[0][0] == "healthy"
    net.twin.advance(2)
    assert health(net, serving)[0][0] == "unhealthy"
    server(net)
    net.twin.advance(31)
    assert health(net, serving)[0][0] == "healthy"


def test_a_matcher_that_takes_the_code_heals(net, serving):  # noqa: F811
    server(net, http_status=302)
    register(net, serving)
    net.twin.advance(21)
    net.elb.modify_target_group(TargetGroupArn=serving, Matcher={"HttpCode": "200-399"})
    net.twin.advance(31)
    assert health(net, serving) == [("healthy", None)]


def test_a_group_without_balancer_has_unused_targets(net, target_group):  # noqa: F811
    register(net, target_group)
    assert health(net, target_group) == [("unused", "Target.NotInUse")]


def test_targets_wait_for_their_balancer(net, balancer, target_group):  # noqa: F811
    listening(net.elb, balancer, forward(target_group))
    register(net, target_group)
    assert health(net, target_group) == [("initial", "Elb.RegistrationInProgress")]


def test_a_target_that_is_not_registered(net, serving):  # noqa: F811
    assert health(net, serving, Targets=[{"Id": "10.0.1.99"}]) == [("unused", "Target.NotRegistered")]


def test_the_zone_of_a_target_is_found(net, serving):  # noqa: F811
    register(net, serving)
    (found,) = net.elb.describe_target_health(TargetGroupArn=serving)["TargetHealthDescriptions"]
    assert found["Target"] == {"Id": WEB, "Port": 80, "AvailabilityZone": "eu-central-1a"}
    assert found["HealthCheckPort"] == "80"


@pytest.mark.parametrize(
    "target, code",
    [
        ({"Id": "8.8.8.8"}, "InvalidTarget"),
        ({"Id": "10.0.99.1"}, "InvalidTarget"),
        ({"Id": "192.168.0.1"}, "InvalidTarget"),
        ({"Id": "i-0123456789abcdef0"}, "ValidationError"),
        ({"Id": WEB, "Port": 70000}, "ValidationError"),
    ],
)
def test_impossible_targets_are_refused(net, refused, serving, target, code):  # noqa: F811
    assert refused(net.elb.register_targets, TargetGroupArn=serving, Targets=[target]) == code


def test_a_private_address_outside_the_vpc_needs_all_zones(net, serving):  # noqa: F811
    register(net, serving, "192.168.0.1", AvailabilityZone="all")


def test_row_deregister_drains(net, serving):  # noqa: F811
    server(net)
    register(net, serving)
    net.twin.advance(31)
    deregister(net, serving)
    assert health(net, serving) == [("draining", "Target.DeregistrationInProgress")]
    net.twin.advance(299)
    assert health(net, serving)[0][0] == "draining"
    net.twin.advance(2)
    assert health(net, serving) == []


def test_a_delay_of_zero_drains_nothing(net, serving):  # noqa: F811
    delay(net, serving, 0)
    register(net, serving)
    deregister(net, serving)
    assert health(net, serving) == []


def test_targets_of_a_missing_group_are_refused(elb, refused):  # noqa: F811
    asked = {"TargetGroupArn": NO_GROUP, "Targets": [{"Id": WEB}]}
    assert refused(elb.register_targets, **asked) == "TargetGroupNotFound"
    assert refused(elb.deregister_targets, **asked) == "TargetGroupNotFound"


def test_deregistering_what_is_not_registered_succeeds(net, serving):  # noqa: F811
    deregister(net, serving)


def test_registering_again_ends_the_drain(net, serving):  # noqa: F811
    server(net)
    register(net, serving)
    deregister(net, serving)
    register(net, serving)
    net.twin.advance(400)
    assert health(net, serving) == [("healthy", None)]


# What a client gets


def asked(net):  # noqa: F811
    name = net.elb.describe_load_balancers()["LoadBalancers"][0]["DNSName"]
    return ask(net, f"http://{name}/")["status"]


def test_without_targets_it_is_503(net, serving):  # noqa: F811
    assert asked(net) == 503


def test_a_healthy_target_answers(net, serving):  # noqa: F811
    server(net)
    register(net, serving)
    assert asked(net) == 503
    net.twin.advance(31)
    assert asked(net) == 200


def test_with_unhealthy_targets_only_the_balancer_fails_open(net, serving):  # noqa: F811
    server(net, http_status=500)
    register(net, serving)
    net.twin.advance(21)
    assert asked(net) == 500


@pytest.mark.parametrize("listens, status", [(False, 502), (None, 504)])
def test_what_a_dead_target_looks_like(net, serving, listens, status):  # noqa: F811
    if listens is not None:
        server(net, listens=listens)
    register(net, serving)
    net.twin.advance(21)
    assert asked(net) == status
