"""STS, as boto3 and the AWS CLI see it."""

import json
import os
import subprocess
import sys

import pytest


def test_caller_identity(twin):
    identity = twin.client("sts").get_caller_identity()
    assert identity["Account"] == "123456789012"
    assert identity["Arn"].startswith("arn:aws:iam::123456789012:")
    assert identity["UserId"]


def test_aws_cli(twin):
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "AKIATWIN", "AWS_SECRET_ACCESS_KEY": "secret"}
    command = [os.path.join(os.path.dirname(sys.executable), "aws"), "sts", "get-caller-identity"]
    command += ["--region", "eu-central-1", "--endpoint-url", twin.url, "--output", "json"]
    output = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout
    assert json.loads(output)["Account"] == "123456789012"


@pytest.mark.parametrize(
    "service, operation, key, code",
    [
        ("sts", "get_caller_identity", "EXPIRED1", "ExpiredToken"),
        ("sts", "get_caller_identity", "INVALID1", "InvalidClientTokenId"),
        ("logs", "describe_log_groups", "EXPIRED1", "ExpiredTokenException"),
        ("logs", "describe_log_groups", "INVALID1", "UnrecognizedClientException"),
        ("ec2", "describe_vpcs", "EXPIRED1", "RequestExpired"),
        ("ec2", "describe_vpcs", "INVALID1", "AuthFailure"),
    ],
)
def test_refused_credentials(twin, refused, service, operation, key, code):
    assert refused(getattr(twin.client(service, key=key), operation)) == code


ACCOUNT = "arn:aws:iam::123456789012:"


def trust(principal, **more):
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def role(twin, name, policy):
    return twin.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=policy)["Role"]["Arn"]


def assume(twin, arn, **more):
    return twin.client("sts").assume_role(RoleArn=arn, RoleSessionName="me", **more)


def test_assume_role(twin):
    arn = role(twin, "deployer", trust({"AWS": ACCOUNT + "root"}))
    answer = assume(twin, arn)
    session = "arn:aws:sts::123456789012:assumed-role/deployer/me"
    assert answer["AssumedRoleUser"]["Arn"] == session
    key = answer["Credentials"]["AccessKeyId"]
    identity = twin.client("sts", key=key).get_caller_identity()
    assert identity["Arn"] == session
    assert identity["UserId"] == answer["AssumedRoleUser"]["AssumedRoleId"]


def test_a_session_ends(twin, refused):
    arn = role(twin, "short", trust({"AWS": "123456789012"}))
    key = assume(twin, arn, DurationSeconds=900)["Credentials"]["AccessKeyId"]
    twin.advance(899)
    twin.client("logs", key=key).describe_log_groups()
    twin.advance(1)
    assert refused(twin.client("logs", key=key).describe_log_groups) == "ExpiredTokenException"
    assert refused(twin.client("sts", key=key).get_caller_identity) == "ExpiredToken"


@pytest.mark.parametrize(
    "name, policy, more, code",
    [
        ("absent", None, {}, "AccessDenied"),
        ("service", trust({"Service": "ecs-tasks.amazonaws.com"}), {}, "AccessDenied"),
        ("other", trust({"AWS": "arn:aws:iam::210987654321:root"}), {}, "AccessDenied"),
        ("long", trust({"AWS": "*"}), {"DurationSeconds": 7200}, "ValidationError"),
        ("bounded", trust({"AWS": "*"}, Condition={"Bool": {"a": "b"}}), {}, "NotImplemented"),
        ("tagged", trust({"AWS": "*"}), {"Tags": [{"Key": "a", "Value": "b"}]}, "NotImplemented"),
    ],
)
def test_refused_roles(twin, refused, name, policy, more, code):
    arn = role(twin, name, policy) if policy else f"{ACCOUNT}role/{name}"
    assert refused(twin.client("sts").assume_role, RoleArn=arn, RoleSessionName="me", **more) == code
