"""Logging in by OpenID Connect, many rules, and logs into buckets, as boto3 sees them."""

import json

import pytest
from test_elbv2 import (  # noqa: F401 (fixtures)
    ask, attributes, balanced, balancer, elb, fixed, forward, grouped, host, https, issued, listener, listening, net,
    path, redirect, ruled,
)
from test_elbv2_network import networked

IDP = {
    "Issuer": "https://idp.example.com", "AuthorizationEndpoint": "https://idp.example.com/authorize",
    "TokenEndpoint": "https://idp.example.com/token", "UserInfoEndpoint": "https://idp.example.com/userinfo",
    "ClientId": "shop", "ClientSecret": "canary-of-the-client",
}


def login(order=1, **more):
    config = {name: value for name, value in {**IDP, **more}.items() if value is not None}
    return {"Type": "authenticate-oidc", "Order": order, "AuthenticateOidcConfig": config}


def then(order=2):
    return {**fixed("200"), "Order": order}


@pytest.fixture
def secure(net, balancer):  # noqa: F811
    """A listener with a certificate."""
    return https(net.elb, balancer, issued(net, "www.example.com"))["ListenerArn"]


@pytest.fixture
def guarded(net, secure):  # noqa: F811
    """A rule that asks for a login."""
    return made(net, secure, login(), then())["RuleArn"]


def made(net, listener, *actions, priority=10):  # noqa: F811
    asked = {"ListenerArn": listener, "Priority": priority, "Conditions": [path("/admin")], "Actions": list(actions)}
    return net.elb.create_rule(**asked)["Rules"][0]


# Logging in


def test_a_login_before_the_answer(net, secure):  # noqa: F811
    first, last = made(net, secure, then(), login())["Actions"]
    assert (first["Type"], last["Type"]) == ("authenticate-oidc", "fixed-response")
    config = first["AuthenticateOidcConfig"]
    assert (config["SessionCookieName"], config["Scope"]) == ("AWSELBAuthSessionCookie", "openid")
    assert (config["SessionTimeout"], config["OnUnauthenticatedRequest"]) == (604800, "authenticate")
    assert config["ClientId"] == "shop"


def test_extra_parameters(net, secure):  # noqa: F811
    extra = {"prompt": "login", "display": "page"}
    found = made(net, secure, login(AuthenticationRequestExtraParams=extra), then())["Actions"][0]
    assert found["AuthenticateOidcConfig"]["AuthenticationRequestExtraParams"] == extra


def test_the_secret_is_never_told(net, secure, guarded):  # noqa: F811
    told = json.dumps(net.elb.describe_rules(ListenerArn=secure)["Rules"]) + json.dumps(net.twin.log())
    assert "canary" not in told and "ClientSecret" not in told


def test_a_change_can_keep_the_secret(net, guarded):  # noqa: F811
    keep = login(ClientSecret=None, UseExistingClientSecret=True, Scope="openid email")
    (rule,) = net.elb.modify_rule(RuleArn=guarded, Actions=[keep, then()])["Rules"]
    assert rule["Actions"][0]["AuthenticateOidcConfig"]["Scope"] == "openid email"


def test_strangers_are_sent_to_log_in(net, secure, guarded):  # noqa: F811
    found = net.elb.describe_load_balancers()["LoadBalancers"][0]
    zone = net.twin.cloudflare("GET", "/zones?name=example.com")[1]["result"][0]["id"]
    record = {"type": "CNAME", "name": "www.example.com", "content": found["DNSName"], "proxied": False}
    assert net.twin.cloudflare("POST", f"/zones/{zone}/dns_records", record)[0] == 200
    net.twin.advance(151)
    told = ask(net, "https://www.example.com/admin")
    assert (told["status"], told["location"]) == (302, IDP["AuthorizationEndpoint"])
    for word, status in (("deny", 401), ("allow", 200)):
        net.elb.modify_rule(RuleArn=guarded, Actions=[login(OnUnauthenticatedRequest=word), then()])
        assert ask(net, "https://www.example.com/admin")["status"] == status


@pytest.mark.parametrize(
    "actions, code",
    [
        ([login()], "InvalidLoadBalancerAction"),
        ([login(2), then(1)], "InvalidLoadBalancerAction"),
        ([login(1), then(1)], "ValidationError"),
        ([{**login(), "Order": 1}, fixed("200")], "ValidationError"),
        ([login(1), login(2), then(3)], "TooManyActions"),
        ([login(1), then(2), then(3)], "TooManyActions"),
        ([login(ClientSecret=None), then()], "ValidationError"),
        ([login(ClientSecret=None, UseExistingClientSecret=True), then()], "ValidationError"),
        ([login(UseExistingClientSecret=True), then()], "ValidationError"),
        ([login(Issuer="http://idp.example.com"), then()], "ValidationError"),
        ([login(TokenEndpoint="idp"), then()], "ValidationError"),
        ([login(SessionTimeout=604801), then()], "ValidationError"),
        ([login(OnUnauthenticatedRequest="shrug"), then()], "ValidationError"),
        ([login(AuthenticationRequestExtraParams={f"k{n}": "v" for n in range(11)}), then()], "ValidationError"),
        ([{"Type": "authenticate-oidc", "Order": 1}, then()], "ValidationError"),
        ([{**login(), "TargetGroupArn": "arn:x"}, then()], "ValidationError"),
    ],
)
def test_logins_that_cannot_be(net, secure, refused, actions, code):  # noqa: F811
    asked = {"ListenerArn": secure, "Priority": 10, "Conditions": [path("/admin")], "Actions": actions}
    assert refused(net.elb.create_rule, **asked) == code


def test_no_login_in_the_clear(net, listener, refused):  # noqa: F811
    asked = {"ListenerArn": listener, "Priority": 10, "Conditions": [path("/admin")], "Actions": [login(), then()]}
    assert refused(net.elb.create_rule, **asked) == "InvalidLoadBalancerAction"


def test_a_default_action_can_ask_for_a_login(net, secure, refused):  # noqa: F811
    (found,) = net.elb.modify_listener(ListenerArn=secure, DefaultActions=[login(), then()])["Listeners"]
    assert [one["Type"] for one in found["DefaultActions"]] == ["authenticate-oidc", "fixed-response"]
    plain = {"ListenerArn": secure, "Protocol": "HTTP", "Port": 8443}
    assert refused(net.elb.modify_listener, **plain) == "InvalidLoadBalancerAction"


def test_other_logins_are_not_modelled(net, secure, refused):  # noqa: F811
    cognito = {"Type": "authenticate-cognito", "Order": 1}
    cognito["AuthenticateCognitoConfig"] = {"UserPoolArn": "a", "UserPoolClientId": "b", "UserPoolDomain": "c"}
    asked = {"ListenerArn": secure, "Priority": 10, "Conditions": [path("/admin")], "Actions": [cognito, then()]}
    assert refused(net.elb.create_rule, **asked) == "NotImplemented"


# Many rules


def test_a_balancer_has_a_hundred_rules(net, balancer, listener, refused):  # noqa: F811
    other = listening(net.elb, balancer, Port=81)["ListenerArn"]
    for number in range(100):
        ruled(net.elb, (listener, other)[number % 2], number + 1, conditions=[host(f"h{number}.example.com")])
    asked = {"ListenerArn": listener, "Priority": 999, "Conditions": [path("/x")], "Actions": [fixed()]}
    assert refused(net.elb.create_rule, **asked) == "TooManyRules"
    pages = net.elb.get_paginator("describe_rules").paginate(ListenerArn=listener, PageSize=20)
    assert [len(page["Rules"]) for page in pages] == [20, 20, 11]


def test_priorities_change_places(net, listener):  # noqa: F811
    one, two = (ruled(net.elb, listener, n)["RuleArn"] for n in (1, 2))
    wanted = [{"RuleArn": one, "Priority": 2}, {"RuleArn": two, "Priority": 1}]
    net.elb.set_rule_priorities(RulePriorities=wanted)
    found = net.elb.describe_rules(ListenerArn=listener)["Rules"]
    assert [(rule["RuleArn"], rule["Priority"]) for rule in found[:2]] == [(two, "1"), (one, "2")]


def test_clients_stay_with_their_group(net, listener):  # noqa: F811
    groups = [grouped(net, name)["TargetGroupArn"] for name in ("a", "b")]
    sticky = {"Enabled": True, "DurationSeconds": 600}
    tuples = [{"TargetGroupArn": arn, "Weight": 1} for arn in groups]
    action = {"Type": "forward", "ForwardConfig": {"TargetGroups": tuples, "TargetGroupStickinessConfig": sticky}}
    (found,) = ruled(net.elb, listener, action=action)["Actions"]
    assert found["ForwardConfig"]["TargetGroupStickinessConfig"] == sticky


# Logs

ALB, NLB = "logdelivery.elasticloadbalancing.amazonaws.com", "delivery.logs.amazonaws.com"


def bucket(net, principal=None, resource="arn:aws:s3:::logs-of-web/*", region="eu-central-1", **more):  # noqa: F811
    statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:PutObject", "Resource": resource, **more}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]}) if principal else ""
    s3 = net.twin.client("s3", region=region)
    if not s3.list_buckets()["Buckets"]:
        s3.create_bucket(Bucket="logs-of-web", CreateBucketConfiguration={"LocationConstraint": region})
    if policy:
        s3.put_bucket_policy(Bucket="logs-of-web", Policy=policy)


def logging(arn, log="access_logs", **values):
    values = {"enabled": "true", "bucket": "logs-of-web", **values}
    return {
        "LoadBalancerArn": arn,
        "Attributes": [{"Key": f"{log}.s3.{key}", "Value": value} for key, value in values.items()],
    }


@pytest.mark.parametrize("log", ["access_logs", "connection_logs", "health_check_logs"])
def test_logs_into_a_bucket(net, balancer, log):  # noqa: F811
    bucket(net, {"Service": ALB}, "arn:aws:s3:::logs-of-web/web/AWSLogs/123456789012/*")
    found = attributes(net.elb.modify_load_balancer_attributes(**logging(balancer, log, prefix="web")))
    assert (found[f"{log}.s3.enabled"], found[f"{log}.s3.bucket"], found[f"{log}.s3.prefix"]) == ("true", "logs-of-web", "web")


def test_logs_by_the_account_of_older_regions(net, balancer):  # noqa: F811
    bucket(net, {"AWS": "arn:aws:iam::054676820928:root"})
    net.elb.modify_load_balancer_attributes(**logging(balancer))


def test_logs_of_a_network_balancer(net, refused):  # noqa: F811
    arn = networked(net)["LoadBalancerArn"]
    bucket(net, {"Service": ALB})
    assert refused(net.elb.modify_load_balancer_attributes, **logging(arn)) == "InvalidConfigurationRequest"
    bucket(net, {"Service": NLB})
    net.elb.modify_load_balancer_attributes(**logging(arn))


@pytest.mark.parametrize(
    "policy, values, sentence",
    [
        (None, {"bucket": "none"}, "does not exist"),
        (None, {"bucket": ""}, "must be specified"),
        ({"principal": None}, {}, "Access Denied for bucket: logs-of-web. Please check S3bucket permission"),
        ({"principal": {"Service": "ec2.amazonaws.com"}}, {}, "Access Denied"),
        ({"principal": {"Service": ALB}, "Effect": "Deny"}, {}, "Access Denied"),
        ({"principal": {"Service": ALB}, "Action": "s3:GetObject"}, {}, "Access Denied"),
        ({"principal": {"Service": ALB}, "resource": "arn:aws:s3:::logs-of-web/AWSLogs/123456789012/*"}, {"prefix": "web"}, "Access"),
        ({"principal": {"Service": ALB}, "region": "eu-west-1"}, {}, "same region"),
        ({"principal": {"Service": ALB}}, {"prefix": "/web"}, "prefix"),
    ],
)
def test_logs_that_cannot_be_written(net, balancer, policy, values, sentence):  # noqa: F811
    bucket(net, **(policy or {}))
    with pytest.raises(net.elb.exceptions.InvalidConfigurationRequestException, match=sentence):
        net.elb.modify_load_balancer_attributes(**logging(balancer, **values))
    found = attributes(net.elb.describe_load_balancer_attributes(LoadBalancerArn=balancer))
    assert (found["access_logs.s3.enabled"], found["access_logs.s3.bucket"]) == ("false", "")
