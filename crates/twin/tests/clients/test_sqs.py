"""SQS: standard queues, their attributes, messages and dead-letter queues."""

import datetime
import json

import pytest

ARN = "arn:aws:sqs:eu-central-1:123456789012:"
URL = "https://sqs.eu-central-1.amazonaws.com/123456789012/"


@pytest.fixture
def sqs(twin):
    twin.reset()
    return twin.client("sqs")


def make(sqs, name="jobs", **attributes):
    return sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]


def attributes(sqs, queue, *names):
    return sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=list(names or ["All"])).get("Attributes", {})


def receive(sqs, queue, **more):
    return sqs.receive_message(QueueUrl=queue, **more).get("Messages", [])


def redrive(target, most=2):
    return json.dumps({"deadLetterTargetArn": ARN + target, "maxReceiveCount": most})


# Queues


def test_create_queue(sqs):
    assert make(sqs) == URL + "jobs"
    assert sqs.get_queue_url(QueueName="jobs")["QueueUrl"] == URL + "jobs"
    shown = attributes(sqs, URL + "jobs")
    assert shown.pop("CreatedTimestamp") == shown.pop("LastModifiedTimestamp")
    assert shown == {
        "QueueArn": ARN + "jobs", "VisibilityTimeout": "30", "DelaySeconds": "0", "MaximumMessageSize": "1048576",
        "MessageRetentionPeriod": "345600", "ReceiveMessageWaitTimeSeconds": "0", "SqsManagedSseEnabled": "true",
        "ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesDelayed": "0",
        "ApproximateNumberOfMessagesNotVisible": "0",
    }


def test_create_again(sqs, refused):
    make(sqs, VisibilityTimeout="60")
    assert make(sqs) == make(sqs, VisibilityTimeout="60") == URL + "jobs"
    again = {"QueueName": "jobs", "Attributes": {"VisibilityTimeout": "61"}}
    assert refused(sqs.create_queue, **again) == "QueueAlreadyExists"
    with pytest.raises(sqs.exceptions.QueueNameExists):
        sqs.create_queue(**again)


def test_sixty_seconds_after_deletion(twin, sqs, refused):
    sqs.delete_queue(QueueUrl=make(sqs))
    twin.advance(59)
    assert refused(sqs.create_queue, QueueName="jobs") == "AWS.SimpleQueueService.QueueDeletedRecently"
    with pytest.raises(sqs.exceptions.QueueDeletedRecently):
        make(sqs)
    twin.advance(1)
    make(sqs)


def test_a_deleted_queue_answers_for_a_while(twin, sqs, refused):
    queue = make(sqs)
    sqs.delete_queue(QueueUrl=queue)
    assert sqs.list_queues().get("QueueUrls") is None
    assert attributes(sqs, queue)
    twin.advance(5)
    assert refused(sqs.get_queue_attributes, QueueUrl=queue) == "AWS.SimpleQueueService.NonExistentQueue"


def test_missing_queue(sqs, refused):
    missing = "AWS.SimpleQueueService.NonExistentQueue"
    assert refused(sqs.get_queue_url, QueueName="none") == missing
    for call in (sqs.delete_queue, sqs.purge_queue, sqs.list_queue_tags, sqs.receive_message, sqs.list_dead_letter_source_queues):
        assert refused(call, QueueUrl=URL + "none") == missing
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="none")


@pytest.mark.parametrize("name", ["", "a b", "a" * 81, "a.b", "a.fifo"])
def test_names_refused(sqs, refused, name):
    assert refused(sqs.create_queue, QueueName=name) == "InvalidParameterValue"


@pytest.mark.parametrize("given, code", [
    ({"VisibilityTimeout": "43201"}, "InvalidAttributeValue"),
    ({"VisibilityTimeout": "soon"}, "InvalidAttributeValue"),
    ({"DelaySeconds": "901"}, "InvalidAttributeValue"),
    ({"MaximumMessageSize": "1023"}, "InvalidAttributeValue"),
    ({"MessageRetentionPeriod": "59"}, "InvalidAttributeValue"),
    ({"ReceiveMessageWaitTimeSeconds": "21"}, "InvalidAttributeValue"),
    ({"KmsDataKeyReusePeriodSeconds": "59"}, "InvalidAttributeValue"),
    ({"Policy": "{"}, "InvalidAttributeValue"),
    ({"SqsManagedSseEnabled": "yes"}, "InvalidAttributeValue"),
    ({"SqsManagedSseEnabled": "true", "KmsMasterKeyId": "alias/aws/sqs"}, "InvalidAttributeValue"),
    ({"Colour": "red"}, "InvalidAttributeName"),
    ({"QueueArn": "x"}, "InvalidAttributeName"),
    ({"FifoQueue": "false"}, "InvalidAttributeName"),
    ({"RedrivePolicy": "{}"}, "InvalidParameterValue"),
    ({"RedrivePolicy": redrive("none")}, "InvalidParameterValue"),
    ({"RedrivePolicy": redrive("dead", 0)}, "InvalidParameterValue"),
    ({"RedrivePolicy": redrive("dead", 1001)}, "InvalidParameterValue"),
    ({"RedrivePolicy": json.dumps({"deadLetterTargetArn": ARN + "dead"})}, "InvalidParameterValue"),
    ({"RedrivePolicy": redrive("closed")}, "InvalidParameterValue"),
    ({"RedriveAllowPolicy": '{"redrivePermission": "some"}'}, "InvalidParameterValue"),
    ({"RedriveAllowPolicy": '{"redrivePermission": "byQueue"}'}, "InvalidParameterValue"),
])
def test_attributes_refused(sqs, refused, given, code):
    make(sqs, "dead")
    make(sqs, "closed", RedriveAllowPolicy='{"redrivePermission": "denyAll"}')
    queue = make(sqs)
    assert refused(sqs.create_queue, QueueName="new", Attributes=given) == code
    assert refused(sqs.set_queue_attributes, QueueUrl=queue, Attributes=given) == code
    assert "RedrivePolicy" not in attributes(sqs, queue)


def test_fifo_queues_are_not_there(sqs, refused):
    asked = {"QueueName": "a.fifo", "Attributes": {"FifoQueue": "true"}}
    assert refused(sqs.create_queue, **asked) == "NotImplemented"


def test_set_queue_attributes(twin, sqs, refused):
    queue = make(sqs)
    twin.advance(10)
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "5", "KmsMasterKeyId": "alias/mine"})
    now = attributes(sqs, queue)
    assert (now["VisibilityTimeout"], now["KmsMasterKeyId"], now["SqsManagedSseEnabled"]) == ("5", "alias/mine", "false")
    assert now["KmsDataKeyReusePeriodSeconds"] == "300"
    assert int(now["LastModifiedTimestamp"]) - int(now["CreatedTimestamp"]) == 10
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"KmsMasterKeyId": ""})
    assert "KmsMasterKeyId" not in attributes(sqs, queue)
    assert refused(sqs.get_queue_attributes, QueueUrl=queue, AttributeNames=["Colour"]) == "InvalidAttributeName"


def test_get_some_attributes(sqs):
    queue = make(sqs)
    assert attributes(sqs, queue, "DelaySeconds", "Policy") == {"DelaySeconds": "0"}
    assert sqs.get_queue_attributes(QueueUrl=queue).get("Attributes") is None


def test_list_queues(sqs, refused):
    for name in ("a1", "a2", "b1"):
        make(sqs, name)
    assert sqs.list_queues(QueueNamePrefix="a")["QueueUrls"] == [URL + "a1", URL + "a2"]
    first = sqs.list_queues(MaxResults=2)
    assert sqs.list_queues(MaxResults=2, NextToken=first["NextToken"])["QueueUrls"] == [URL + "b1"]
    assert refused(sqs.list_queues, NextToken="x") == "InvalidParameterValue"


def test_tags(twin, sqs, refused):
    queue = sqs.create_queue(QueueName="jobs", tags={"app": "shop"})["QueueUrl"]
    sqs.tag_queue(QueueUrl=queue, Tags={"env": "prod"})
    sqs.untag_queue(QueueUrl=queue, TagKeys=["app"])
    assert sqs.list_queue_tags(QueueUrl=queue)["Tags"] == {"env": "prod"}
    tagging = twin.client("resourcegroupstaggingapi")
    assert tagging.tag_resources(ResourceARNList=[ARN + "jobs"], Tags={"x": "y"})["FailedResourcesMap"] == {}
    found = tagging.get_resources(TagFilters=[{"Key": "x"}])["ResourceTagMappingList"]
    assert [one["ResourceARN"] for one in found] == [ARN + "jobs"]
    tagging.untag_resources(ResourceARNList=[ARN + "jobs"], TagKeys=["x", "env"])
    assert sqs.list_queue_tags(QueueUrl=queue).get("Tags") is None
    assert refused(sqs.tag_queue, QueueUrl=queue, Tags={"aws:x": "y"}) == "InvalidParameterValue"


# Messages


def test_send_receive_delete(twin, sqs):
    queue = make(sqs)
    sent = sqs.send_message(QueueUrl=queue, MessageBody="hello")
    assert sent["MD5OfMessageBody"] == "5d41402abc4b2a76b9719d911017c592"
    (message,) = receive(sqs, queue, MessageSystemAttributeNames=["All"])
    assert (message["MessageId"], message["Body"]) == (sent["MessageId"], "hello")
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    assert receive(sqs, queue) == []
    counts = attributes(sqs, queue)
    assert (counts["ApproximateNumberOfMessages"], counts["ApproximateNumberOfMessagesNotVisible"]) == ("0", "1")
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    twin.advance(60)
    assert receive(sqs, queue) == []


def test_a_message_comes_back(twin, sqs):
    queue = make(sqs, VisibilityTimeout="10")
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    receive(sqs, queue)
    twin.advance(9)
    assert receive(sqs, queue) == []
    twin.advance(1)
    assert len(receive(sqs, queue)) == 1


def test_delay(twin, sqs):
    queue = make(sqs)
    sqs.send_message(QueueUrl=queue, MessageBody="x", DelaySeconds=60)
    assert attributes(sqs, queue)["ApproximateNumberOfMessagesDelayed"] == "1"
    assert receive(sqs, queue) == []
    twin.advance(60)
    assert len(receive(sqs, queue)) == 1


def test_retention(twin, sqs):
    queue = make(sqs, MessageRetentionPeriod="60")
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    twin.advance(60)
    assert attributes(sqs, queue)["ApproximateNumberOfMessages"] == "0"


def test_change_message_visibility(twin, sqs, refused):
    queue = make(sqs)
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    (message,) = receive(sqs, queue)
    handle = {"QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"]}
    sqs.change_message_visibility(**handle, VisibilityTimeout=0)
    assert refused(sqs.change_message_visibility, **handle, VisibilityTimeout=5) == "AWS.SimpleQueueService.MessageNotInflight"
    assert len(receive(sqs, queue)) == 1
    assert refused(sqs.change_message_visibility, **handle, VisibilityTimeout=43201) == "InvalidParameterValue"


def test_dead_letters(twin, sqs):
    dead = make(sqs, "dead")
    queue = make(sqs, VisibilityTimeout="1", RedrivePolicy=redrive("dead"))
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    for _ in range(2):
        assert len(receive(sqs, queue)) == 1
        twin.advance(1)
    assert receive(sqs, queue) == []
    (message,) = receive(sqs, dead, MessageSystemAttributeNames=["DeadLetterQueueSourceArn"])
    assert message["Attributes"] == {"DeadLetterQueueSourceArn": ARN + "jobs"}
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [queue]


def test_purge_queue(twin, sqs, refused):
    queue = make(sqs)
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    sqs.purge_queue(QueueUrl=queue)
    assert receive(sqs, queue) == []
    assert refused(sqs.purge_queue, QueueUrl=queue) == "AWS.SimpleQueueService.PurgeQueueInProgress"
    twin.advance(60)
    sqs.purge_queue(QueueUrl=queue)


@pytest.mark.parametrize("message, code", [
    ({"MessageBody": ""}, "MissingParameter"),
    ({"MessageBody": "\ufffe"}, "InvalidMessageContents"),
    ({"MessageBody": "x" * 1025}, "InvalidParameterValue"),
    ({"MessageBody": "x", "DelaySeconds": 901}, "InvalidParameterValue"),
    ({"MessageBody": "x", "MessageGroupId": "g"}, "NotImplemented"),
])
def test_send_refuses(sqs, refused, message, code):
    queue = make(sqs, MaximumMessageSize="1024")
    assert refused(sqs.send_message, QueueUrl=queue, **message) == code


@pytest.mark.parametrize("wrong, code", [
    ({"MaxNumberOfMessages": 11}, "InvalidParameterValue"),
    ({"MaxNumberOfMessages": 0}, "InvalidParameterValue"),
    ({"WaitTimeSeconds": 21}, "InvalidParameterValue"),
    ({"VisibilityTimeout": -1}, "InvalidParameterValue"),
    ({"MessageSystemAttributeNames": ["Colour"]}, "InvalidAttributeName"),
])
def test_receive_refuses(sqs, refused, wrong, code):
    assert refused(sqs.receive_message, QueueUrl=make(sqs), **wrong) == code


def test_a_handle_that_never_was(sqs, refused):
    asked = {"QueueUrl": make(sqs), "ReceiptHandle": "x"}
    assert refused(sqs.delete_message, **asked) == "ReceiptHandleIsInvalid"


def test_depth_is_a_metric(twin, sqs):
    queue = make(sqs)
    for body in "abc":
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    twin.advance(120)
    cloudwatch = twin.client("cloudwatch")
    metric = {"Namespace": "AWS/SQS", "MetricName": "ApproximateNumberOfMessagesVisible"}
    metric["Dimensions"] = [{"Name": "QueueName", "Value": "jobs"}]
    query = {"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Maximum"}}
    asked = {"StartTime": twin.now() - datetime.timedelta(minutes=2), "EndTime": twin.now()}
    (result,) = cloudwatch.get_metric_data(MetricDataQueries=[query], **asked)["MetricDataResults"]
    assert set(result["Values"]) == {3.0}
