"""Faults on demand, and request limits."""

import botocore.exceptions
import pytest


@pytest.fixture
def logs(twin):
    twin.reset()
    return twin.client("logs")


def groups(twin):
    names = twin.client("logs").describe_log_groups()["logGroups"]
    return [group["logGroupName"] for group in names]


def last(twin, operation="CreateLogGroup"):
    return [entry for entry in twin.log() if entry["operation"] == operation][-1]


def test_refuse_before(twin, logs, refused):
    twin.fault({"refuse": {"status": 400, "code": "ThrottlingException", "message": "slow"}},
               operation="CreateLogGroup", side="before")
    assert refused(logs.create_log_group, logGroupName="g") == "ThrottlingException"
    assert groups(twin) == []
    assert last(twin)["applied"] is False and last(twin)["fault"] == "before refuse ThrottlingException"
    logs.create_log_group(logGroupName="g")
    assert groups(twin) == ["g"]


def test_refuse_after(twin, logs, refused):
    twin.fault({"refuse": {"status": 500, "code": "InternalFailure"}},
               operation="CreateLogGroup", side="after")
    assert refused(logs.create_log_group, logGroupName="g") == "InternalFailure"
    assert groups(twin) == ["g"]
    entry = last(twin)
    assert (entry["outcome"], entry["applied"]) == ("ok", True)


def test_drop_before(twin, logs):
    twin.fault("drop", operation="CreateLogGroup", side="before")
    with pytest.raises(botocore.exceptions.ConnectionClosedError):
        logs.create_log_group(logGroupName="g")
    assert groups(twin) == []


def test_drop_after(twin, logs):
    twin.fault("drop", operation="CreateLogGroup", side="after")
    with pytest.raises(botocore.exceptions.ConnectionClosedError):
        logs.create_log_group(logGroupName="g")
    assert groups(twin) == ["g"]


@pytest.mark.parametrize("side, made", [("before", []), ("after", ["g"])])
def test_hang(twin, logs, side, made):
    twin.fault("hang", operation="CreateLogGroup", side=side)
    with pytest.raises(botocore.exceptions.ReadTimeoutError):
        twin.client("logs", read_timeout=0.3).create_log_group(logGroupName="g")
    assert groups(twin) == made
    assert last(twin)["fault"] == f"{side} hang"


def test_late_answer(twin, logs):
    twin.fault({"delay_ms": 600}, operation="CreateLogGroup", side="after")
    with pytest.raises(botocore.exceptions.ReadTimeoutError):
        twin.client("logs", read_timeout=0.2).create_log_group(logGroupName="g")
    assert groups(twin) == ["g"]


def test_request_that_arrives_after_its_sender_gave_up(twin, logs, eventually):
    twin.fault({"delay_ms": 600}, operation="CreateLogGroup", side="before")
    with pytest.raises(botocore.exceptions.ReadTimeoutError):
        twin.client("logs", read_timeout=0.2).create_log_group(logGroupName="g")
    assert groups(twin) == []
    eventually(lambda: groups(twin) == ["g"])


def test_garbage(twin, logs):
    twin.fault("garbage", service="sts")
    with pytest.raises(botocore.parsers.ResponseParserError):
        twin.client("sts").get_caller_identity()


def test_nth_and_times(twin, logs, refused):
    twin.fault({"refuse": {"status": 400, "code": "X"}}, operation="CreateLogGroup", nth=2, times=2)
    logs.create_log_group(logGroupName="a")
    assert refused(logs.create_log_group, logGroupName="b") == "X"
    assert refused(logs.create_log_group, logGroupName="b") == "X"
    logs.create_log_group(logGroupName="b")
    assert groups(twin) == ["a", "b"]


def test_mutating_nth_skips_reads(twin, logs, refused):
    twin.fault({"refuse": {"status": 400, "code": "X"}}, mutating_nth=2)
    logs.create_log_group(logGroupName="a")
    groups(twin)
    assert refused(logs.create_log_group, logGroupName="b") == "X"


def test_for_ever_until_cleared(twin, logs, refused):
    twin.fault({"refuse": {"status": 400, "code": "X"}}, service="logs", times=0)
    for _ in range(3):
        assert refused(logs.describe_log_groups) == "X"
    twin.control("DELETE", "faults")
    logs.describe_log_groups()


def test_sdk_retries_a_throttled_call(twin, logs):
    twin.fault({"refuse": {"status": 400, "code": "ThrottlingException"}}, operation="CreateLogGroup")
    twin.client("logs", retries=2).create_log_group(logGroupName="g")
    assert groups(twin) == ["g"]


def test_throttle(twin, logs, refused):
    twin.throttle(logs={"rate": 1, "burst": 2})
    logs.describe_log_groups()
    logs.describe_log_groups()
    assert refused(logs.describe_log_groups) == "ThrottlingException"
    twin.advance(1)
    logs.describe_log_groups()


def test_unknown_field_of_a_fault(twin):
    status, _, _ = twin.request("POST", "/_twin/faults", {"action": "hang", "color": "red"})
    assert status == 400
