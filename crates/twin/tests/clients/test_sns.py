"""SNS: topics, and subscriptions of queues and people."""

import json

import pytest

TOPIC = "arn:aws:sns:eu-central-1:123456789012:t"
QUEUE = "arn:aws:sqs:eu-central-1:123456789012:q"
TAG = [{"Key": "app", "Value": "shop"}]


@pytest.fixture
def sns(twin):
    twin.reset()
    return twin.client("sns")


def policy(**statement):
    return json.dumps({"Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", **statement}]})


def queue(twin, text):
    sqs = twin.client("sqs")
    url = sqs.create_queue(QueueName="q", Attributes={"Policy": text} if text else {})["QueueUrl"]
    return lambda: [one["Body"] for one in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=43200).get("Messages", [])]


def test_create_topic(sns):
    assert sns.create_topic(Name="t", Tags=TAG)["TopicArn"] == TOPIC
    assert sns.create_topic(Name="t", Tags=TAG)["TopicArn"] == TOPIC
    shown = sns.get_topic_attributes(TopicArn=TOPIC)["Attributes"]
    assert (shown["TopicArn"], shown["Owner"], shown["SubscriptionsConfirmed"]) == (TOPIC, "123456789012", "0")
    assert json.loads(shown["Policy"])["Statement"][0]["Condition"] == {"StringEquals": {"AWS:SourceOwner": "123456789012"}}
    assert sns.list_topics()["Topics"] == [{"TopicArn": TOPIC}]


@pytest.mark.parametrize("asked, code", [
    ({"Name": "a b"}, "InvalidParameter"),
    ({"Name": ""}, "InvalidParameter"),
    ({"Name": "t.fifo"}, "InvalidParameter"),
    ({"Name": "t.fifo", "Attributes": {"FifoTopic": "true"}}, "NotImplemented"),
    ({"Name": "u", "Attributes": {"Colour": "red"}}, "InvalidParameter"),
    ({"Name": "u", "Attributes": {"Policy": "{"}}, "InvalidParameter"),
    ({"Name": "u", "Attributes": {"DisplayName": "x" * 101}}, "InvalidParameter"),
    ({"Name": "u", "Attributes": {"SignatureVersion": "3"}}, "InvalidParameter"),
    ({"Name": "t", "Attributes": {"DisplayName": "other"}}, "InvalidParameter"),
    ({"Name": "t", "Tags": TAG}, "InvalidParameter"),
])
def test_create_topic_refuses(sns, refused, asked, code):
    sns.create_topic(Name="t")
    assert refused(sns.create_topic, **asked) == code


def test_set_topic_attributes(sns, refused):
    sns.create_topic(Name="t")
    sns.set_topic_attributes(TopicArn=TOPIC, AttributeName="DisplayName", AttributeValue="Shop")
    assert sns.get_topic_attributes(TopicArn=TOPIC)["Attributes"]["DisplayName"] == "Shop"
    asked = {"TopicArn": TOPIC, "AttributeName": "Colour", "AttributeValue": "red"}
    assert refused(sns.set_topic_attributes, **asked) == "InvalidParameter"


def test_missing_topic(sns, refused):
    assert refused(sns.get_topic_attributes, TopicArn=TOPIC) == "NotFound"
    assert refused(sns.publish, TopicArn=TOPIC, Message="x") == "NotFound"
    assert refused(sns.subscribe, TopicArn=TOPIC, Protocol="sqs", Endpoint=QUEUE) == "NotFound"
    assert refused(sns.list_subscriptions_by_topic, TopicArn=TOPIC) == "NotFound"
    assert refused(sns.get_topic_attributes, TopicArn="t") == "InvalidParameter"


def test_delete_topic(sns):
    sns.create_topic(Name="t")
    sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=QUEUE)
    sns.delete_topic(TopicArn=TOPIC)
    sns.delete_topic(TopicArn=TOPIC)
    assert (sns.list_topics()["Topics"], sns.list_subscriptions()["Subscriptions"]) == ([], [])


def test_tags(twin, sns, refused):
    sns.create_topic(Name="t")
    sns.tag_resource(ResourceArn=TOPIC, Tags=TAG)
    assert sns.list_tags_for_resource(ResourceArn=TOPIC)["Tags"] == TAG
    twin.client("resourcegroupstaggingapi").untag_resources(ResourceARNList=[TOPIC], TagKeys=["app"])
    assert sns.list_tags_for_resource(ResourceArn=TOPIC)["Tags"] == []
    assert refused(sns.tag_resource, ResourceArn=TOPIC + "x", Tags=TAG) == "ResourceNotFound"


def test_a_queue_gets_what_is_published(twin, sns):
    sns.create_topic(Name="t")
    received = queue(twin, policy(Principal={"Service": "sns.amazonaws.com"}, Condition={"ArnEquals": {"aws:SourceArn": TOPIC}}))
    arn = sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=QUEUE)["SubscriptionArn"]
    assert arn == sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=QUEUE)["SubscriptionArn"]
    identity = sns.publish(TopicArn=TOPIC, Message="hello", Subject="s")["MessageId"]
    (body,) = received()
    told = json.loads(body)
    assert (told["Message"], told["Subject"], told["MessageId"], told["TopicArn"]) == ("hello", "s", identity, TOPIC)
    sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName="RawMessageDelivery", AttributeValue="true")
    sns.publish(TopicArn=TOPIC, Message="raw")
    assert received() == ["raw"]
    sns.unsubscribe(SubscriptionArn=arn)
    sns.publish(TopicArn=TOPIC, Message="x")
    assert received() == []


@pytest.mark.parametrize("text", [
    None, policy(Principal={"Service": "events.amazonaws.com"}),
    policy(Principal={"Service": "sns.amazonaws.com"}, Condition={"ArnEquals": {"aws:SourceArn": TOPIC + "x"}}),
])
def test_a_queue_s_policy_is_asked(twin, sns, text):
    sns.create_topic(Name="t")
    received = queue(twin, text)
    sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=QUEUE)
    sns.publish(TopicArn=TOPIC, Message="x")
    assert received() == []


def test_people_must_confirm(sns, refused):
    sns.create_topic(Name="t")
    mail = {"TopicArn": TOPIC, "Protocol": "email", "Endpoint": "ops@example.com"}
    assert sns.subscribe(**mail)["SubscriptionArn"] == "pending confirmation"
    arn = sns.subscribe(**mail, ReturnSubscriptionArn=True)["SubscriptionArn"]
    shown = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert (shown["PendingConfirmation"], shown["Endpoint"]) == ("true", "ops@example.com")
    (listed,) = sns.list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"]
    assert listed["SubscriptionArn"] == "PendingConfirmation"
    assert sns.get_topic_attributes(TopicArn=TOPIC)["Attributes"]["SubscriptionsPending"] == "1"
    assert refused(sns.unsubscribe, SubscriptionArn=arn) == "InvalidParameter"


@pytest.mark.parametrize("asked, code", [
    ({"Protocol": "pigeon", "Endpoint": "x"}, "InvalidParameter"),
    ({"Protocol": "sqs", "Endpoint": "q"}, "InvalidParameter"),
    ({"Protocol": "email", "Endpoint": "ops"}, "InvalidParameter"),
    ({"Protocol": "https", "Endpoint": "http://x"}, "InvalidParameter"),
    ({"Protocol": "lambda", "Endpoint": "arn:aws:lambda:eu-central-1:123456789012:function:f"}, "NotImplemented"),
    ({"Protocol": "sqs", "Endpoint": QUEUE, "Attributes": {"Colour": "red"}}, "InvalidParameter"),
    ({"Protocol": "sqs", "Endpoint": QUEUE, "Attributes": {"RawMessageDelivery": "yes"}}, "InvalidParameter"),
    ({"Protocol": "sqs", "Endpoint": QUEUE, "Attributes": {"FilterPolicy": '{"a": ["b"]}'}}, "NotImplemented"),
])
def test_subscribe_refuses(sns, refused, asked, code):
    sns.create_topic(Name="t")
    assert refused(sns.subscribe, TopicArn=TOPIC, **asked) == code
    assert sns.list_subscriptions()["Subscriptions"] == []


def test_missing_subscription(sns, refused):
    arn = TOPIC + ":00000000-0000-4000-8000-000000000000"
    assert refused(sns.get_subscription_attributes, SubscriptionArn=arn) == "NotFound"
    asked = {"SubscriptionArn": arn, "AttributeName": "RawMessageDelivery", "AttributeValue": "true"}
    assert refused(sns.set_subscription_attributes, **asked) == "NotFound"
    sns.unsubscribe(SubscriptionArn=arn)


@pytest.mark.parametrize("asked", [{"Message": ""}, {"Message": "x" * 262145}, {"Message": "x", "Subject": "y" * 101}])
def test_publish_refuses(sns, refused, asked):
    sns.create_topic(Name="t")
    assert refused(sns.publish, TopicArn=TOPIC, **asked) == "InvalidParameter"
