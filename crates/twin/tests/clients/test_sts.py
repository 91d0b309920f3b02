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


def test_assume_role_is_not_implemented(twin, refused):
    assume = twin.client("sts").assume_role
    role = "arn:aws:iam::123456789012:role/other"
    assert refused(assume, RoleArn=role, RoleSessionName="one") == "NotImplemented"
