"""Requests and answers on the wire, also such as no SDK would send."""

import json

import pytest

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def signed(service, region="eu-central-1", **headers):
    scope = f"AKIATWIN/20261121/{region}/{service}/aws4_request"
    authorization = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    return {"Authorization": authorization, **headers}


def test_no_signature(twin):
    status, _, body = twin.request("POST", "/", b"Action=GetCallerIdentity", FORM)
    assert status == 403 and "<Code>MissingAuthenticationToken</Code>" in body


def test_unknown_service(twin):
    status, _, body = twin.request("POST", "/", b"Action=X", signed("neptune", **FORM))
    assert status == 501 and "<Code>NotImplemented</Code>" in body


@pytest.mark.parametrize(
    "service, body, code",
    [
        ("sts", b"", "MissingAction"),
        ("sts", b"Action=GetCallerIdentity", "MissingParameter"),
        ("sts", b"Action=GetCallerIdentity&Version=2010-05-08", "NotImplemented"),
        ("sts", b"Action=GetCallerIdentity&Version=2011-06-15&Color=red", "NotImplemented"),
        ("sts", b"Action=X&Version=2011-06-15&A=1&A=2", "MalformedQueryString"),
        ("ec2", b"Action=Fly&Version=2016-11-15", "NotImplemented"),
        ("elasticloadbalancing", b"Action=Fly&Version=2012-06-01", "NotImplemented"),
    ],
)
def test_refused_forms(twin, service, body, code):
    status, _, answer = twin.request("POST", "/", body, signed(service, **FORM))
    assert status >= 400 and f"<Code>{code}</Code>" in answer


@pytest.mark.parametrize(
    "target, body, code",
    [
        ("Logs_20140328.DescribeLogGroups", b"[]", "SerializationException"),
        ("Logs_20140328.DescribeLogGroups", b"{", "SerializationException"),
        ("Logs_20140328.DescribeLogGroups", b'{"limit": "x"}', "SerializationException"),
        ("Logs_20140328.DescribeLogGroups", b'{"limit": "5"}', "SerializationException"),
        ("Logs_20140328.Fly", b"{}", "NotImplemented"),
        ("Other_20140328.DescribeLogGroups", b"{}", "UnknownOperationException"),
    ],
)
def test_refused_json(twin, target, body, code):
    headers = signed("logs", **{"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"})
    status, _, answer = twin.request("POST", "/", body, headers)
    assert status >= 400 and json.loads(answer)["__type"] == code


def test_json_answer(twin):
    headers = signed("logs", **{"X-Amz-Target": "Logs_20140328.DescribeLogGroups"})
    status, headers, body = twin.request("POST", "/", b"{}", headers)
    assert (status, json.loads(body)) == (200, {"logGroups": []})
    assert headers["Content-Type"] == "application/x-amz-json-1.1"
    assert headers["x-amzn-requestid"]


@pytest.mark.parametrize("service", ["ec2", "elbv2", "iam", "logs"])
def test_errors_carry_code_message_and_request_id(twin, service):
    client = twin.client(service, key="INVALID1")
    call = {"logs": "describe_log_groups", "ec2": "describe_vpcs", "iam": "list_roles"}
    with pytest.raises(client.exceptions.ClientError) as caught:
        getattr(client, call.get(service, "describe_load_balancers"))()
    response = caught.value.response
    assert response["Error"]["Code"] and response["Error"]["Message"]
    assert response["ResponseMetadata"]["RequestId"]


def test_request_ids_differ(twin):
    sts = twin.client("sts")
    ids = {sts.get_caller_identity()["ResponseMetadata"]["RequestId"] for _ in range(3)}
    assert len(ids) == 3


def test_regions_are_apart(twin):
    twin.client("logs", region="eu-west-1").create_log_group(logGroupName="here")
    groups = lambda region: twin.client("logs", region=region).describe_log_groups()["logGroups"]
    assert [group["logGroupName"] for group in groups("eu-west-1")] == ["here"]
    assert groups("eu-north-1") == []


def test_cloudflare_without_token(twin):
    status, body = twin.cloudflare("GET", "/zones", token=None)
    assert status in (400, 501) and body["success"] is False and body["errors"]


def test_cloudflare_unknown_path(twin):
    status, body = twin.cloudflare("GET", "/accounts/1/flags")
    assert (status, body["success"], body["result"]) == (501, False, None)


def test_bound_to_loopback_only(twin):
    assert twin.url.startswith("http://127.0.0.1:")
