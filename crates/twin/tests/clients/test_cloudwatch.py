"""CloudWatch in the three protocols that its clients speak (emulators.md 4, cloudwatch)."""

import datetime
import gzip
import json
import pathlib
import urllib.error
import urllib.request

import boto3
import botocore
import botocore.config
import botocore.session
import pytest

# boto3 and the AWS CLI speak JSON, the Rust SDK speaks CBOR, Terraform's provider still speaks query.
PROTOCOLS = ["json", "smithy-rpc-v2-cbor", "query"]
HOUR = datetime.timedelta(hours=1)
ALARM = {
    "AlarmName": "busy", "Namespace": "shop", "MetricName": "load", "Statistic": "Average", "Period": 60,
    "EvaluationPeriods": 1, "Threshold": 10.0, "ComparisonOperator": "GreaterThanThreshold",
}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """The service's own model, once for each protocol."""
    folder = pathlib.Path(botocore.__file__).parent / "data/cloudwatch/2010-08-01"
    (file,) = folder.glob("service-2.json*")
    text = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    found = {}
    for protocol in PROTOCOLS:
        model = json.loads(text)
        model["metadata"] |= {"protocol": protocol, "protocols": [protocol]}
        found[protocol] = tmp_path_factory.mktemp(protocol)
        place = found[protocol] / "cloudwatch/2010-08-01"
        place.mkdir(parents=True)
        (place / "service-2.json").write_text(json.dumps(model))
        for other in folder.glob("*"):
            if not other.name.startswith("service-2"):
                (place / other.name).write_bytes(other.read_bytes())
    return found


@pytest.fixture(params=PROTOCOLS)
def any_protocol(request, twin, models):
    twin.reset()
    session = botocore.session.Session()
    session.get_component("data_loader").search_paths.insert(0, str(models[request.param]))
    client = boto3.Session(botocore_session=session).client(
        "cloudwatch", region_name="eu-central-1", endpoint_url=twin.url, aws_access_key_id="AKIATWIN",
        aws_secret_access_key="secret", config=botocore.config.Config(retries={"total_max_attempts": 1}),
    )
    assert client.meta.service_model.resolved_protocol == request.param
    return client


@pytest.fixture
def cloudwatch(twin):
    twin.reset()
    return twin.client("cloudwatch")


def put(cloudwatch, value, name="load", **more):
    cloudwatch.put_metric_data(Namespace="shop", MetricData=[{"MetricName": name, "Value": value, **more}])


def state(cloudwatch, name="busy"):
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return alarm["StateValue"]


# Every protocol


def test_put_metric_alarm(twin, any_protocol):
    any_protocol.put_metric_alarm(
        **ALARM, AlarmDescription="d", TreatMissingData="notBreaching", DatapointsToAlarm=1,
        Dimensions=[{"Name": "env", "Value": "prod"}], Tags=[{"Key": "app", "Value": "shop"}],
    )
    (alarm,) = any_protocol.describe_alarms()["MetricAlarms"]
    assert alarm["AlarmArn"] == "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:busy"
    assert {key: alarm[key] for key in ALARM} == ALARM
    assert alarm["Dimensions"] == [{"Name": "env", "Value": "prod"}]
    assert alarm["AlarmConfigurationUpdatedTimestamp"] == twin.now()
    assert any_protocol.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"] == [{"Key": "app", "Value": "shop"}]


def test_describe_alarms(any_protocol):
    any_protocol.put_metric_alarm(**ALARM)
    (alarm,) = any_protocol.describe_alarms(AlarmNames=["busy"], AlarmTypes=["MetricAlarm"])["MetricAlarms"]
    assert (alarm["StateValue"], alarm["StateReason"]) == ("INSUFFICIENT_DATA", "Unchecked: Initial alarm creation")
    assert any_protocol.describe_alarms(AlarmNamePrefix="x")["MetricAlarms"] == []


def test_put_metric_data_get_metric_data(twin, any_protocol):
    now = twin.now().replace(minute=0, second=0, microsecond=0)
    at = now - datetime.timedelta(minutes=5)
    for value in (1.5, 2.5):
        any_protocol.put_metric_data(
            Namespace="shop", MetricData=[{"MetricName": "load", "Value": value, "Timestamp": at, "Unit": "Count"}]
        )
    query = {"Id": "m1", "MetricStat": {"Metric": {"Namespace": "shop", "MetricName": "load"}, "Period": 60, "Stat": "Sum"}}
    double = {"Id": "e1", "Expression": "m1 * 2"}
    asked = {"StartTime": now - HOUR, "EndTime": now}
    results = any_protocol.get_metric_data(MetricDataQueries=[query, double], **asked)["MetricDataResults"]
    assert [(one["Id"], one["Timestamps"], one["Values"]) for one in results] == [("m1", [at], [4.0]), ("e1", [at], [8.0])]
    points = any_protocol.get_metric_statistics(
        Namespace="shop", MetricName="load", Period=300, Statistics=["Average", "Maximum"], **asked
    )["Datapoints"]
    assert [(one["Timestamp"], one["Average"], one["Maximum"]) for one in points] == [(at, 2.0, 2.5)]


def test_put_dashboard(twin, any_protocol):
    body = json.dumps({"widgets": [{"type": "text", "x": 0, "y": 0, "width": 6, "height": 6, "properties": {"markdown": "# hi"}}]})
    assert any_protocol.put_dashboard(DashboardName="shop", DashboardBody=body)["DashboardValidationMessages"] == []
    found = any_protocol.get_dashboard(DashboardName="shop")
    assert json.loads(found["DashboardBody"]) == json.loads(body)
    assert found["DashboardArn"] == "arn:aws:cloudwatch::123456789012:dashboard/shop"
    (entry,) = any_protocol.list_dashboards()["DashboardEntries"]
    assert (entry["DashboardName"], entry["Size"], entry["LastModified"]) == ("shop", len(body), twin.now())
    any_protocol.delete_dashboards(DashboardNames=["shop"])
    assert any_protocol.list_dashboards()["DashboardEntries"] == []


def test_delete_alarms(any_protocol):
    any_protocol.put_metric_alarm(**ALARM)
    any_protocol.delete_alarms(AlarmNames=["busy"])
    assert any_protocol.describe_alarms()["MetricAlarms"] == []


def test_refusals_have_the_query_protocol_s_codes(any_protocol, refused):
    assert refused(any_protocol.delete_alarms, AlarmNames=["none"]) == "ResourceNotFound"
    assert refused(any_protocol.get_dashboard, DashboardName="none") == "ResourceNotFound"
    assert refused(any_protocol.put_dashboard, DashboardName="x", DashboardBody="{") == "InvalidParameterInput"
    assert refused(any_protocol.put_metric_data, Namespace="AWS/ECS", MetricData=[{"MetricName": "x", "Value": 1}]) == "InvalidParameterValue"
    assert refused(any_protocol.put_metric_alarm, **{**ALARM, "Period": 7}) == "ValidationError"


def test_modelled_exceptions(cloudwatch):
    with pytest.raises(cloudwatch.exceptions.ResourceNotFound):
        cloudwatch.delete_alarms(AlarmNames=["none"])


# Alarms


@pytest.mark.parametrize("wrong, code", [
    ({"Period": 7}, "ValidationError"),
    ({"Period": None}, "ValidationError"),
    ({"MetricName": None}, "ValidationError"),
    ({"Namespace": None}, "ValidationError"),
    ({"Statistic": "Mean"}, "ValidationError"),
    ({"Statistic": None}, "ValidationError"),
    ({"ExtendedStatistic": "p99"}, "InvalidParameterCombination"),
    ({"Statistic": None, "ExtendedStatistic": "p101"}, "ValidationError"),
    ({"Statistic": None, "ExtendedStatistic": "tm90"}, "NotImplemented"),
    ({"ComparisonOperator": "Greater"}, "ValidationError"),
    ({"ComparisonOperator": "GreaterThanUpperThreshold"}, "NotImplemented"),
    ({"Threshold": None}, "ValidationError"),
    ({"DatapointsToAlarm": 2}, "ValidationError"),
    ({"EvaluationPeriods": 1441}, "ValidationError"),
    ({"TreatMissingData": "sometimes"}, "ValidationError"),
    ({"EvaluateLowSampleCountPercentile": "sometimes"}, "ValidationError"),
    ({"AlarmActions": ["mail"]}, "ValidationError"),
    ({"AlarmActions": ["arn:aws:sns:us-east-1:123456789012:t"]}, "ValidationError"),
    ({"AlarmActions": ["arn:aws:automate:eu-central-1:ec2:recover"]}, "NotImplemented"),
    ({"AlarmActions": ["arn:aws:sns:eu-central-1:123456789012:t"] * 6}, "ValidationError"),
    ({"Unit": "Apples"}, "ValidationError"),
    ({"Dimensions": [{"Name": "a", "Value": "b"}] * 2}, "ValidationError"),
    ({"Tags": [{"Key": "aws:x", "Value": "y"}]}, "InvalidParameterValue"),
])
def test_put_metric_alarm_refuses(cloudwatch, refused, wrong, code):
    asked = {key: value for key, value in {**ALARM, **wrong}.items() if value is not None}
    assert refused(cloudwatch.put_metric_alarm, **asked) == code
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []


def math(*queries):
    stat = lambda name: {"Metric": {"Namespace": "shop", "MetricName": name}, "Period": 60, "Stat": "Sum"}
    read = [{"Id": name, "MetricStat": stat(name), "ReturnData": False} for name in ("errors", "requests")]
    watched = {key: ALARM[key] for key in ("AlarmName", "EvaluationPeriods", "Threshold", "ComparisonOperator")}
    return {**watched, "Metrics": [*read, *queries]}


def test_alarm_over_an_expression(twin, cloudwatch):
    rate = {"Id": "rate", "Expression": "100 * errors / requests", "Label": "errors in per cent", "ReturnData": True}
    cloudwatch.put_metric_alarm(**math(rate))
    (alarm,) = cloudwatch.describe_alarms()["MetricAlarms"]
    assert alarm["Metrics"][2] == rate and "MetricName" not in alarm
    put(cloudwatch, 50, "requests")
    put(cloudwatch, 4, "errors")
    twin.advance(60)
    assert state(cloudwatch) == "OK"
    put(cloudwatch, 50, "requests")
    put(cloudwatch, 6, "errors")
    twin.advance(60)
    assert state(cloudwatch) == "ALARM"


@pytest.mark.parametrize("query, code", [
    ({"Id": "e", "Expression": "errors / nothing"}, "ValidationError"),
    ({"Id": "e", "Expression": "errors +"}, "ValidationError"),
    ({"Id": "e", "Expression": "e + 1"}, "ValidationError"),
    ({"Id": "E", "Expression": "errors"}, "ValidationError"),
    ({"Id": "errors", "Expression": "requests"}, "ValidationError"),
    ({"Id": "e"}, "ValidationError"),
    ({"Id": "e", "Expression": "errors", "ReturnData": False}, "ValidationError"),
    ({"Id": "e", "Expression": "SEARCH('x', 'Sum', 60)"}, "NotImplemented"),
])
def test_expressions_refused(cloudwatch, refused, query, code):
    assert refused(cloudwatch.put_metric_alarm, **math({"ReturnData": True, **query})) == code


def test_metrics_and_a_metric_exclude_each_other(cloudwatch, refused):
    asked = math({"Id": "e", "Expression": "errors", "ReturnData": True})
    assert refused(cloudwatch.put_metric_alarm, **asked, Statistic="Sum") == "ValidationError"


def test_an_alarm_comes_and_goes(twin, cloudwatch):
    cloudwatch.put_metric_alarm(**ALARM)
    twin.advance(3600)
    assert state(cloudwatch) == "INSUFFICIENT_DATA"
    put(cloudwatch, 20)
    twin.advance(60)
    (alarm,) = cloudwatch.describe_alarms(StateValue="ALARM")["MetricAlarms"]
    assert alarm["StateReason"].startswith("Threshold Crossed: 1 out of the last 1 datapoints")
    assert json.loads(alarm["StateReasonData"])["recentDatapoints"] == [20.0]
    put(cloudwatch, 5)
    twin.advance(60)
    assert state(cloudwatch) == "OK"
    twin.advance(600)
    assert state(cloudwatch) == "INSUFFICIENT_DATA"


@pytest.mark.parametrize("treatment, after", [
    ("missing", "INSUFFICIENT_DATA"), ("ignore", "ALARM"), ("breaching", "ALARM"), ("notBreaching", "OK"),
])
def test_missing_data(twin, cloudwatch, treatment, after):
    cloudwatch.put_metric_alarm(**ALARM, TreatMissingData=treatment)
    put(cloudwatch, 20)
    twin.advance(60)
    assert state(cloudwatch) == "ALARM"
    twin.advance(600)
    assert state(cloudwatch) == after


def test_some_of_several_periods(twin, cloudwatch):
    cloudwatch.put_metric_alarm(**{**ALARM, "EvaluationPeriods": 3, "DatapointsToAlarm": 2})
    seen = []
    for value in (20, 5, 20, 5, 5):
        put(cloudwatch, value)
        twin.advance(60)
        seen.append(state(cloudwatch))
    assert seen == ["INSUFFICIENT_DATA", "OK", "ALARM", "OK", "OK"]


def test_an_update_keeps_state_and_tags(twin, cloudwatch):
    cloudwatch.put_metric_alarm(**ALARM, Tags=[{"Key": "a", "Value": "1"}])
    put(cloudwatch, 20)
    twin.advance(60)
    cloudwatch.put_metric_alarm(**{**ALARM, "Threshold": 30.0}, Tags=[{"Key": "b", "Value": "2"}])
    assert state(cloudwatch) == "ALARM"
    arn = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:busy"
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "a", "Value": "1"}]
    twin.advance(60)
    assert state(cloudwatch) != "ALARM"


def test_set_alarm_state(twin, cloudwatch, refused):
    cloudwatch.put_metric_alarm(**ALARM)
    cloudwatch.set_alarm_state(AlarmName="busy", StateValue="ALARM", StateReason="a test")
    assert state(cloudwatch) == "ALARM"
    twin.advance(60)
    assert state(cloudwatch) == "INSUFFICIENT_DATA"
    asked = {"AlarmName": "busy", "StateValue": "ALARM", "StateReason": "x"}
    assert refused(cloudwatch.set_alarm_state, **{**asked, "AlarmName": "none"}) == "ResourceNotFound"
    assert refused(cloudwatch.set_alarm_state, **{**asked, "StateValue": "RED"}) == "ValidationError"
    assert refused(cloudwatch.set_alarm_state, **asked, StateReasonData="{") == "InvalidFormat"


def queue_of(twin, topic):
    """A queue that is subscribed to the topic."""
    sqs, sns = twin.client("sqs"), twin.client("sns")
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "*"}
    queue = sqs.create_queue(QueueName="q", Attributes={"Policy": json.dumps({"Statement": [statement]})})["QueueUrl"]
    arn = "arn:aws:sqs:eu-central-1:123456789012:q"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return lambda: [json.loads(one["Body"]) for one in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=43200).get("Messages", [])]


def test_alarms_notify_a_topic(twin, cloudwatch):
    topic = twin.client("sns").create_topic(Name="t")["TopicArn"]
    received = queue_of(twin, topic)
    cloudwatch.put_metric_alarm(**ALARM, AlarmActions=[topic], OKActions=[topic])
    put(cloudwatch, 20)
    twin.advance(60)
    (notice,) = received()
    told = json.loads(notice["Message"])
    assert (told["AlarmName"], told["OldStateValue"], told["NewStateValue"]) == ("busy", "INSUFFICIENT_DATA", "ALARM")
    twin.advance(60)
    assert received() == []
    put(cloudwatch, 5)
    twin.advance(60)
    assert [json.loads(one["Message"])["NewStateValue"] for one in received()] == ["OK"]


def test_actions_can_be_switched_off(twin, cloudwatch):
    topic = twin.client("sns").create_topic(Name="t")["TopicArn"]
    received = queue_of(twin, topic)
    cloudwatch.put_metric_alarm(**ALARM, AlarmActions=[topic])
    cloudwatch.disable_alarm_actions(AlarmNames=["busy"])
    put(cloudwatch, 20)
    twin.advance(60)
    assert received() == []
    cloudwatch.enable_alarm_actions(AlarmNames=["busy"])
    (alarm,) = cloudwatch.describe_alarms()["MetricAlarms"]
    assert alarm["ActionsEnabled"] is True


def test_a_topic_s_policy_is_asked(twin, cloudwatch):
    nobody = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish", "Resource": "*"}]}
    topic = twin.client("sns").create_topic(Name="t", Attributes={"Policy": json.dumps(nobody)})["TopicArn"]
    received = queue_of(twin, topic)
    cloudwatch.put_metric_alarm(**ALARM, AlarmActions=[topic])
    cloudwatch.set_alarm_state(AlarmName="busy", StateValue="ALARM", StateReason="x")
    assert received() == []


def test_deleting_some_that_are_there(cloudwatch):
    cloudwatch.put_metric_alarm(**ALARM)
    cloudwatch.delete_alarms(AlarmNames=["none", "busy"])
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []


def test_alarms_page(cloudwatch, refused):
    for name in "abc":
        cloudwatch.put_metric_alarm(**{**ALARM, "AlarmName": name})
    pages = cloudwatch.get_paginator("describe_alarms").paginate(PaginationConfig={"PageSize": 2})
    assert [[one["AlarmName"] for one in page["MetricAlarms"]] for page in pages] == [["a", "b"], ["c"]]
    assert refused(cloudwatch.describe_alarms, NextToken="x") == "InvalidNextToken"
    assert refused(cloudwatch.describe_alarms, AlarmNames=["a"], AlarmNamePrefix="a") == "InvalidParameterCombination"


def test_alarms_of_a_metric(cloudwatch, refused):
    cloudwatch.put_metric_alarm(**ALARM)
    (alarm,) = cloudwatch.describe_alarms_for_metric(Namespace="shop", MetricName="load")["MetricAlarms"]
    assert alarm["AlarmName"] == "busy"
    assert cloudwatch.describe_alarms_for_metric(Namespace="shop", MetricName="x")["MetricAlarms"] == []
    assert refused(cloudwatch.describe_alarms_for_metric, Namespace="shop", MetricName="x", Statistic="y") == "ValidationError"


def test_tags(twin, cloudwatch, refused):
    cloudwatch.put_metric_alarm(**ALARM)
    arn = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:busy"
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["a"])
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    twin.client("resourcegroupstaggingapi").tag_resources(ResourceARNList=[arn], Tags={"c": "3"})
    assert len(cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]) == 2
    assert refused(cloudwatch.tag_resource, ResourceARN=arn + "x", Tags=[]) == "ResourceNotFoundException"


# Metrics


@pytest.mark.parametrize("datum, code", [
    ({"MetricName": "m"}, "MissingParameter"),
    ({"MetricName": "m", "Value": 1, "Values": [1]}, "InvalidParameterCombination"),
    ({"MetricName": "m", "Values": [1, 2], "Counts": [1]}, "InvalidParameterValue"),
    ({"MetricName": "m", "Values": [float(n) for n in range(151)]}, "InvalidParameterValue"),
    ({"MetricName": "m", "Value": 1, "Timestamp": -15 * 24 * HOUR}, "InvalidParameterValue"),
    ({"MetricName": "m", "Value": 1, "Timestamp": 3 * HOUR}, "InvalidParameterValue"),
    ({"MetricName": "m", "Value": 1e109}, "InvalidParameterValue"),
    ({"MetricName": "m", "Value": 1, "Unit": "Apples"}, "ValidationError"),
    ({"MetricName": "m", "Value": 1, "StorageResolution": 5}, "NotImplemented"),
])
def test_put_metric_data_refuses(twin, cloudwatch, refused, datum, code):
    if "Timestamp" in datum:
        datum = {**datum, "Timestamp": twin.now() + datum["Timestamp"]}
    assert refused(cloudwatch.put_metric_data, Namespace="shop", MetricData=[datum]) == code


def test_list_metrics(twin, cloudwatch, refused):
    put(cloudwatch, 1, Dimensions=[{"Name": "env", "Value": "prod"}])
    put(cloudwatch, 1, "other")
    twin.metric("AWS/ECS", "CPUUtilization", 5, ClusterName="c")
    found = lambda **query: [one["MetricName"] for one in cloudwatch.list_metrics(**query)["Metrics"]]
    assert sorted(found()) == ["CPUUtilization", "load", "other"]
    assert found(Namespace="shop", Dimensions=[{"Name": "env"}]) == ["load"]
    assert found(Dimensions=[{"Name": "env", "Value": "test"}]) == []
    assert found(Namespace="AWS/ECS") == ["CPUUtilization"]
    assert refused(cloudwatch.list_metrics, RecentlyActive="PT4H") == "ValidationError"


def statistics(twin, cloudwatch, stat):
    query = {"Id": "m", "MetricStat": {"Metric": {"Namespace": "shop", "MetricName": "load"}, "Period": 300, "Stat": stat}}
    asked = {"StartTime": twin.now() - HOUR, "EndTime": twin.now() + HOUR}
    (result,) = cloudwatch.get_metric_data(MetricDataQueries=[query], **asked)["MetricDataResults"]
    return result["Values"]


@pytest.mark.parametrize("stat, values", [
    ("SampleCount", [10.0]), ("Sum", [55.0]), ("Average", [5.5]), ("Minimum", [1.0]), ("Maximum", [10.0]),
    ("p50", [5.0]), ("p90", [9.0]),
])
def test_statistics(twin, cloudwatch, stat, values):
    numbers = [float(n) for n in range(1, 11)]
    cloudwatch.put_metric_data(Namespace="shop", MetricData=[{"MetricName": "load", "Values": numbers}])
    assert statistics(twin, cloudwatch, stat) == values


def test_sets_of_statistics(twin, cloudwatch):
    values = {"SampleCount": 4, "Sum": 10, "Minimum": 1, "Maximum": 4}
    cloudwatch.put_metric_data(Namespace="shop", MetricData=[{"MetricName": "load", "StatisticValues": values}])
    assert statistics(twin, cloudwatch, "Average") == [2.5]
    assert statistics(twin, cloudwatch, "p50") == []


@pytest.mark.parametrize("wrong, code", [
    ({"Hours": 0}, "ValidationError"),
    ({"MetricDataQueries": [{"Id": "a", "Expression": "b"}]}, "ValidationError"),
    ({"NextToken": "x"}, "InvalidNextToken"),
])
def test_get_metric_data_refuses(twin, cloudwatch, refused, wrong, code):
    now, hours = twin.now(), wrong.get("Hours", 1)
    asked = {"StartTime": now, "EndTime": now + hours * HOUR, "MetricDataQueries": [], **wrong}
    asked.pop("Hours", None)
    assert refused(cloudwatch.get_metric_data, **asked) == code


def test_get_metric_statistics_refuses(twin, cloudwatch, refused):
    now = twin.now()
    asked = {"Namespace": "n", "MetricName": "m", "Period": 60, "StartTime": now, "EndTime": now + 24 * HOUR}
    assert refused(cloudwatch.get_metric_statistics, **asked) == "MissingParameter"
    long = {**asked, "EndTime": now + 48 * HOUR, "Statistics": ["Sum"]}
    assert refused(cloudwatch.get_metric_statistics, **long) == "InvalidParameterCombination"


# Dashboards


def widget(**fields):
    return json.dumps({"widgets": [{"type": "text", "properties": {"markdown": "x"}, **fields}]})


@pytest.mark.parametrize("body", [
    "", "[]", "{}", '{"widgets": {}}', '{"widgets": [1]}', widget(type="pie"), widget(properties=None), widget(width=25),
    widget(height=0), widget(x=1), widget(properties={}), widget(type="metric"), widget(type="log"), widget(type="alarm"),
    widget(type="metric", properties={"metrics": {}, "region": "eu-central-1"}),
])
def test_dashboard_bodies_refused(cloudwatch, refused, body):
    assert refused(cloudwatch.put_dashboard, DashboardName="d", DashboardBody=body) == "InvalidParameterInput"
    assert cloudwatch.list_dashboards()["DashboardEntries"] == []


def test_dashboard_names_refused(cloudwatch, refused):
    assert refused(cloudwatch.put_dashboard, DashboardName="a b", DashboardBody=widget()) == "InvalidParameterInput"


def test_dashboard_warnings(cloudwatch):
    body = json.dumps({"widgets": [], "colour": "red"})
    (warning,) = cloudwatch.put_dashboard(DashboardName="d", DashboardBody=body)["DashboardValidationMessages"]
    assert warning["DataPath"] == "/colour"


def test_dashboards_have_no_region(twin, cloudwatch):
    cloudwatch.put_dashboard(DashboardName="d", DashboardBody=widget())
    assert twin.client("cloudwatch", region="eu-west-1").get_dashboard(DashboardName="d")["DashboardName"] == "d"


def test_delete_dashboards_missing(cloudwatch, refused):
    assert refused(cloudwatch.delete_dashboards, DashboardNames=["none"]) == "ResourceNotFound"


# The wire


def test_cbor_refused(twin):
    scope = "AKIATWIN/20261121/eu-central-1/monitoring/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        "smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor",
    }
    path = "/service/GraniteServiceVersion20100801/operation/DescribeAlarms"
    def ask(path, body):
        request = urllib.request.Request(twin.url + path, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request) as response:
                return response.status, dict(response.headers)
        except urllib.error.HTTPError as refused:
            return refused.code, dict(refused.headers)

    status, answered = ask(path, b"\xa0")
    assert status == 200 and answered["smithy-protocol"] == "rpc-v2-cbor"
    assert ask(path, b"\xa1\x01\x01")[0] == 400
    assert ask(path, b"\xff\xff")[0] == 400
    assert ask("/service/Other/operation/DescribeAlarms", b"\xa0")[0] == 404
    status, answered = ask(path.replace("DescribeAlarms", "Fly"), b"\xa0")
    assert status == 501 and answered["x-amzn-query-error"].startswith("NotImplemented")
