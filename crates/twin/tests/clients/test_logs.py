"""CloudWatch Logs."""

import pytest

START = 1795255200000  # the twin's first moment, in milliseconds


@pytest.fixture
def logs(twin):
    twin.reset()
    return twin.client("logs")


@pytest.fixture
def stream(twin, logs):
    logs.create_log_group(logGroupName="/ashore/web")
    logs.create_log_stream(logGroupName="/ashore/web", logStreamName="web/1")
    return {"logGroupName": "/ashore/web", "logStreamName": "web/1"}


def now(twin):
    return twin.control("GET", "version")["now"]


def put(logs, stream, *events):
    events = [{"timestamp": time, "message": message} for time, message in events]
    return logs.put_log_events(**stream, logEvents=events)


def messages(answer):
    return [event["message"] for event in answer["events"]]


def test_create_and_describe(twin, logs):
    logs.create_log_group(logGroupName="/ashore/web", tags={"app": "hello"})
    (group,) = logs.describe_log_groups(logGroupNamePrefix="/ashore")["logGroups"]
    arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/ashore/web"
    assert (group["logGroupArn"], group["arn"]) == (arn, arn + ":*")
    assert group["logGroupClass"] == "STANDARD" and "retentionInDays" not in group
    assert group["creationTime"] == now(twin)
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"app": "hello"}


def test_duplicate_log_group(logs, refused):
    logs.create_log_group(logGroupName="g")
    code = refused(logs.create_log_group, logGroupName="g")
    assert code == "ResourceAlreadyExistsException"


@pytest.mark.parametrize("name", ["a b", "aws/x", "ü", "x" * 513])
def test_impossible_name(logs, refused, name):
    assert refused(logs.create_log_group, logGroupName=name) == "InvalidParameterException"


def test_unknown_class(logs, refused):
    code = refused(logs.create_log_group, logGroupName="g", logGroupClass="GOLD")
    assert code == "InvalidParameterException"


def test_an_encryption_key_is_one_that_is_there(twin, logs, refused):
    assert refused(logs.create_log_group, logGroupName="g", kmsKeyId="k") == "InvalidParameterException"
    assert logs.describe_log_groups()["logGroups"] == []
    key = twin.client("kms").create_key()["KeyMetadata"]["Arn"]
    logs.create_log_group(logGroupName="g", kmsKeyId=key)
    [group] = logs.describe_log_groups()["logGroups"]
    assert group["kmsKeyId"] == key


def test_delete(logs, stream, refused):
    logs.delete_log_group(logGroupName="/ashore/web")
    assert logs.describe_log_groups()["logGroups"] == []
    code = refused(logs.delete_log_group, logGroupName="/ashore/web")
    assert code == "ResourceNotFoundException"


def test_retention(logs, stream):
    retention = lambda: logs.describe_log_groups()["logGroups"][0].get("retentionInDays")
    logs.put_retention_policy(logGroupName="/ashore/web", retentionInDays=14)
    assert retention() == 14
    logs.delete_retention_policy(logGroupName="/ashore/web")
    assert retention() is None


def test_put_retention_policy_17_days(logs, stream, refused):
    code = refused(logs.put_retention_policy, logGroupName="/ashore/web", retentionInDays=17)
    assert code == "InvalidParameterException"


@pytest.mark.parametrize(
    "operation, parameters",
    [
        ("put_retention_policy", {"logGroupName": "none", "retentionInDays": 7}),
        ("delete_retention_policy", {"logGroupName": "none"}),
        ("create_log_stream", {"logGroupName": "none", "logStreamName": "s"}),
        ("describe_log_streams", {"logGroupName": "none"}),
        ("get_log_events", {"logGroupName": "none", "logStreamName": "s"}),
        ("get_log_events", {"logGroupName": "/ashore/web", "logStreamName": "none"}),
        ("filter_log_events", {"logGroupName": "none"}),
        ("filter_log_events", {"logGroupName": "/ashore/web", "logStreamNames": ["none"]}),
        ("list_tags_for_resource", {"resourceArn": "arn:aws:logs:eu-central-1:123456789012:log-group:none"}),
        ("tag_resource", {"resourceArn": "arn:aws:logs:eu-central-1:1:log-group:/ashore/web", "tags": {"a": "b"}}),
        ("untag_resource", {"resourceArn": "arn:aws:logs:eu-central-1:123456789012:log-group:none", "tagKeys": ["a"]}),
        ("put_log_events", {"logGroupName": "/ashore/web", "logStreamName": "none",
                            "logEvents": [{"timestamp": START, "message": "m"}]}),
    ],
)
def test_missing(logs, stream, refused, operation, parameters):
    assert refused(getattr(logs, operation), **parameters) == "ResourceNotFoundException"


def test_tags(logs, stream, refused):
    arn = logs.describe_log_groups()["logGroups"][0]["logGroupArn"]
    logs.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
    logs.tag_resource(resourceArn=arn, tags={"b": "3"})
    logs.untag_resource(resourceArn=arn, tagKeys=["a", "zzz"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "3"}
    many = {f"k{n}": "" for n in range(50)}
    assert refused(logs.tag_resource, resourceArn=arn, tags=many) == "TooManyTagsException"
    code = refused(logs.tag_resource, resourceArn=arn, tags={"aws:x": "1"})
    assert code == "InvalidParameterException"
    code = refused(logs.tag_resource, resourceArn=arn + ":*", tags={"x": "1"})
    assert code == "InvalidParameterException"


def test_duplicate_stream(logs, stream, refused):
    assert refused(logs.create_log_stream, **stream) == "ResourceAlreadyExistsException"


def test_impossible_stream_name(logs, stream, refused):
    code = refused(logs.create_log_stream, logGroupName="/ashore/web", logStreamName="a:b")
    assert code == "InvalidParameterException"


def test_describe_streams_by_time(twin, logs, stream):
    logs.create_log_stream(logGroupName="/ashore/web", logStreamName="web/2")
    put(logs, stream, (now(twin), "x"))
    answer = logs.describe_log_streams(
        logGroupName="/ashore/web", orderBy="LastEventTime", descending=True, limit=1
    )
    assert answer["logStreams"][0]["logStreamName"] == "web/1"
    assert answer["logStreams"][0]["lastEventTimestamp"] == now(twin)


def test_describe_streams_by_time_and_prefix(logs, stream, refused):
    code = refused(
        logs.describe_log_streams,
        logGroupName="/ashore/web", orderBy="LastEventTime", logStreamNamePrefix="w",
    )
    assert code == "InvalidParameterException"


def test_get_events_from_head_and_tail(twin, logs, stream):
    at = now(twin)
    put(logs, stream, *[(at + n, f"line {n}") for n in range(5)])
    assert messages(logs.get_log_events(**stream, limit=2)) == ["line 3", "line 4"]
    head = logs.get_log_events(**stream, limit=2, startFromHead=True)
    assert messages(head) == ["line 0", "line 1"]
    rest = logs.get_log_events(**stream, startFromHead=True, nextToken=head["nextForwardToken"])
    assert messages(rest) == ["line 2", "line 3", "line 4"]
    token = rest["nextForwardToken"]
    end = logs.get_log_events(**stream, startFromHead=True, nextToken=token)
    assert (end["events"], end["nextForwardToken"]) == ([], token)
    put(logs, stream, (at + 9, "line 9"))
    more = logs.get_log_events(**stream, startFromHead=True, nextToken=token)
    assert messages(more) == ["line 9"]
    back = logs.get_log_events(**stream, nextToken=rest["nextBackwardToken"])
    assert messages(back) == ["line 0", "line 1"]


def test_get_events_time_range(twin, logs, stream):
    at = now(twin)
    put(logs, stream, (at, "a"), (at + 1, "b"), (at + 2, "c"))
    assert messages(logs.get_log_events(**stream, startTime=at + 1, endTime=at + 2)) == ["b"]
    within = {"startTime": at + 1, "endTime": at + 2}
    assert messages(logs.filter_log_events(logGroupName="/ashore/web", **within)) == ["b", "c"]


def test_get_events_bad_token(logs, stream, refused):
    assert refused(logs.get_log_events, **stream, nextToken="x") == "InvalidParameterException"


def test_events_out_of_order(twin, logs, stream, refused):
    at = now(twin)
    events = [{"timestamp": at + 1, "message": "b"}, {"timestamp": at, "message": "a"}]
    code = refused(logs.put_log_events, **stream, logEvents=events)
    assert code == "InvalidParameterException"


def test_events_too_new_and_too_old(twin, logs, stream):
    at, hour = now(twin), 3600 * 1000
    answer = put(logs, stream, (at - 15 * 24 * hour, "old"))
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
    answer = put(logs, stream, (at, "now"), (at + 3 * hour, "new"))
    assert answer["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 1}
    assert messages(logs.get_log_events(**stream)) == ["now"]


@pytest.mark.parametrize(
    "pattern, found",
    [
        ("", ["INFO up", "ERROR down", "ERROR disk full"]),
        ("ERROR", ["ERROR down", "ERROR disk full"]),
        ("ERROR full", ["ERROR disk full"]),
        ('"disk full"', ["ERROR disk full"]),
        ("ERROR -disk", ["ERROR down"]),
        ("?up ?full", ["INFO up", "ERROR disk full"]),
    ],
)
def test_filter_pattern(twin, logs, stream, pattern, found):
    at = now(twin)
    put(logs, stream, (at, "INFO up"), (at + 1, "ERROR down"), (at + 2, "ERROR disk full"))
    answer = logs.filter_log_events(logGroupName="/ashore/web", filterPattern=pattern)
    assert messages(answer) == found


def test_filter_interleaves_streams(twin, logs, stream):
    other = {**stream, "logStreamName": "web/2"}
    logs.create_log_stream(**other)
    at = now(twin)
    put(logs, stream, (at, "a"), (at + 2, "c"))
    put(logs, other, (at + 1, "b"))
    answer = logs.filter_log_events(logGroupName="/ashore/web", limit=2)
    assert messages(answer) == ["a", "b"]
    rest = logs.filter_log_events(logGroupName="/ashore/web", nextToken=answer["nextToken"])
    assert messages(rest) == ["c"]
    only = logs.filter_log_events(logGroupName="/ashore/web", logStreamNamePrefix="web/2")
    assert messages(only) == ["b"]


def test_filter_pattern_for_json_is_not_implemented(logs, stream, refused):
    code = refused(logs.filter_log_events, logGroupName="/ashore/web", filterPattern="{ $.a = 1 }")
    assert code == "NotImplemented"


def test_pages_of_groups(logs):
    for n in range(7):
        logs.create_log_group(logGroupName=f"g{n}")
    pages = list(logs.get_paginator("describe_log_groups").paginate(PaginationConfig={"PageSize": 3}))
    names = [[group["logGroupName"] for group in page["logGroups"]] for page in pages]
    assert names == [["g0", "g1", "g2"], ["g3", "g4", "g5"], ["g6"]]


def test_bad_page_token(logs, refused):
    code = refused(logs.describe_log_groups, nextToken="nonsense")
    assert code == "InvalidParameterException"


def test_limit_out_of_bounds(logs, refused):
    assert refused(logs.describe_log_groups, limit=51) == "InvalidParameterException"


def test_prefix_and_pattern(logs, refused):
    code = refused(logs.describe_log_groups, logGroupNamePrefix="a", logGroupNamePattern="b")
    assert code == "InvalidParameterException"


def key_of(logs, name):
    (group,) = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return group.get("kmsKeyId")


def test_a_group_is_encrypted_with_a_key_that_is_there(twin, logs):
    arn = twin.client("kms").create_key()["KeyMetadata"]["Arn"]
    logs.create_log_group(logGroupName="/made/with", kmsKeyId=arn)
    assert key_of(logs, "/made/with") == arn
    logs.create_log_group(logGroupName="/made/without")
    assert key_of(logs, "/made/without") is None
    logs.associate_kms_key(logGroupName="/made/without", kmsKeyId=arn)
    assert key_of(logs, "/made/without") == arn
    logs.disassociate_kms_key(logGroupName="/made/without")
    assert key_of(logs, "/made/without") is None


@pytest.mark.parametrize("key", ["alias/logs", "arn:aws:kms:eu-central-1:123456789012:key/none"])
def test_a_key_that_is_not_there_is_refused(logs, key):
    logs.create_log_group(logGroupName="/made/without")
    with pytest.raises(logs.exceptions.InvalidParameterException):
        logs.associate_kms_key(logGroupName="/made/without", kmsKeyId=key)
    with pytest.raises(logs.exceptions.InvalidParameterException):
        logs.create_log_group(logGroupName="/made/with", kmsKeyId=key)
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.disassociate_kms_key(logGroupName="/none")
