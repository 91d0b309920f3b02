"""The servers' wall clock: it stamps every answer, and refuses signatures of another time."""

import email.utils
import time

import pytest


def dated(twin, path="/client/v4/zones"):
    _, headers, _ = twin.request("GET", path, headers={"Authorization": "Bearer sandbox-token"})
    [date] = headers.get_all("Date")
    return email.utils.parsedate_to_datetime(date).timestamp() - time.time()


def skew(twin, seconds):
    twin.control("PUT", "skew", {"seconds": seconds})


def test_every_answer_bears_the_time(start):
    twin = start()
    assert abs(dated(twin)) < 5
    skew(twin, 3600)
    assert abs(dated(twin) - 3600) < 5


@pytest.mark.parametrize("service, operation, code", [
    ("sts", "get_caller_identity", "SignatureDoesNotMatch"),
    ("iam", "list_roles", "SignatureDoesNotMatch"),
    ("ec2", "describe_vpcs", "RequestExpired"),
    ("ecs", "list_clusters", "InvalidSignatureException"),
])
@pytest.mark.parametrize("seconds", [-400, 400])
def test_a_signature_of_another_time_is_refused(start, refused, service, operation, code, seconds):
    twin = start()
    skew(twin, seconds // 2)
    getattr(twin.client(service), operation)()
    skew(twin, seconds)
    assert refused(getattr(twin.client(service), operation)) == code
