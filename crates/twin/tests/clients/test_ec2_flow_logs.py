"""Flow logs as boto3 sees them."""

import json

import pytest
from test_ec2 import by, ec2, message, subnet, tagged, vpc  # noqa: F401

BUCKET = "arn:aws:s3:::flow-logs"


def trust(service):
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def iam(twin, ec2):
    return twin.client("iam")


@pytest.fixture
def role(iam):
    made = iam.create_role(RoleName="flow", AssumeRolePolicyDocument=trust("vpc-flow-logs.amazonaws.com"))
    allow = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_role_policy(RoleName="flow", PolicyName="p", PolicyDocument=policy)
    return made["Role"]["Arn"]


@pytest.fixture
def ask(vpc, role):
    return {
        "ResourceIds": [vpc], "ResourceType": "VPC", "TrafficType": "ALL", "LogGroupName": "/flow",
        "DeliverLogsPermissionArn": role,
    }


def one(ec2, **query):
    (found,) = ec2.describe_flow_logs(**query)["FlowLogs"]
    return found


def test_to_a_log_group(ec2, ask, vpc, role):
    made = ec2.create_flow_logs(**ask, TagSpecifications=tagged("vpc-flow-log", app="hello"))
    found = one(ec2, FlowLogIds=made["FlowLogIds"])
    assert made["Unsuccessful"] == [] and found["ResourceId"] == vpc and found["FlowLogStatus"] == "ACTIVE"
    assert (found["LogDestinationType"], found["LogGroupName"]) == ("cloud-watch-logs", "/flow")
    assert found["LogDestination"] == "arn:aws:logs:eu-central-1:123456789012:log-group:/flow"
    assert found["DeliverLogsPermissionArn"] == role and found["DeliverLogsStatus"] == "SUCCESS"
    assert found["MaxAggregationInterval"] == 600 and found["LogFormat"].startswith("${version} ${account-id}")
    assert found["Tags"] == [{"Key": "app", "Value": "hello"}]


@pytest.fixture
def bucket(twin, ec2):
    place = {"LocationConstraint": "eu-central-1"}
    twin.client("s3").create_bucket(Bucket="flow-logs", CreateBucketConfiguration=place)


def test_to_a_bucket(ec2, vpc, bucket):
    options = {"FileFormat": "parquet", "HiveCompatiblePartitions": False, "PerHourPartition": True}
    ec2.create_flow_logs(
        ResourceIds=[vpc], ResourceType="VPC", TrafficType="REJECT", LogDestinationType="s3",
        LogDestination=BUCKET + "/vpc", DestinationOptions=options, MaxAggregationInterval=60,
        LogFormat="${vpc-id} ${srcaddr} ${ecs-task-id}",
    )
    found = one(ec2)
    assert (found["LogDestinationType"], found["LogDestination"]) == ("s3", BUCKET + "/vpc")
    assert found["DestinationOptions"] == options and "LogGroupName" not in found
    assert found["MaxAggregationInterval"] == 60 and found["LogFormat"] == "${vpc-id} ${srcaddr} ${ecs-task-id}"


def test_to_a_bucket_that_is_not_there(ec2, vpc, subnet):
    """The request succeeds, and makes nothing; neither does it use its token up."""
    ask = {"TrafficType": "ALL", "LogDestinationType": "s3", "LogDestination": BUCKET + "/vpc", "ClientToken": "t"}
    made = ec2.create_flow_logs(**ask, ResourceType="VPC", ResourceIds=[vpc])
    denied = "Access Denied for LogDestination: flow-logs. Please check LogDestination permission"
    assert made["FlowLogIds"] == [] and made["ClientToken"] == "t"
    assert made["Unsuccessful"] == [{"ResourceId": vpc, "Error": {"Code": "400", "Message": denied}}]
    made = ec2.create_flow_logs(**ask, ResourceType="Subnet", ResourceIds=[subnet])
    assert [each["ResourceId"] for each in made["Unsuccessful"]] == [subnet]
    assert ec2.describe_flow_logs()["FlowLogs"] == []


def test_one_for_each_resource(ec2, ask, vpc, subnet):
    interface = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    for kind, id in (("VPC", vpc), ("Subnet", subnet), ("NetworkInterface", interface)):
        ec2.create_flow_logs(**ask | {"ResourceType": kind, "ResourceIds": [id]})
        assert one(ec2, Filters=by(resource_id=id))["ResourceId"] == id


def test_a_role_that_may_not_write(ec2, ask, iam):
    ec2.create_flow_logs(**ask)
    iam.delete_role_policy(RoleName="flow", PolicyName="p")
    found = one(ec2, Filters=by(deliver_log_status="FAILED"))
    assert found["DeliverLogsErrorMessage"] == "Access error"


def test_tokens(ec2, ask, refused):
    first = ec2.create_flow_logs(**ask, ClientToken="t")
    assert ec2.create_flow_logs(**ask, ClientToken="t")["FlowLogIds"] == first["FlowLogIds"]
    other = ask | {"TrafficType": "REJECT"}
    assert refused(ec2.create_flow_logs, **other, ClientToken="t") == "IdempotentParameterMismatch"


def test_the_same_destination_twice(ec2, ask, refused):
    ec2.create_flow_logs(**ask)
    assert refused(ec2.create_flow_logs, **ask) == "FlowLogAlreadyExists"
    ec2.create_flow_logs(**ask | {"LogGroupName": "/other"})


@pytest.mark.parametrize("other, code", [
    ({"ResourceIds": ["vpc-0123456789abcdef0"]}, "InvalidVpcID.NotFound"),
    ({"ResourceType": "Subnet", "ResourceIds": ["subnet-0123456789abcdef0"]}, "InvalidSubnetID.NotFound"),
    ({"ResourceType": "RegionalNatGateway", "ResourceIds": ["nat-0123456789abcdef0"]}, "NatGatewayNotFound"),
    ({"ResourceType": "TransitGateway"}, "NotImplemented"),
    ({"TrafficType": "SOME"}, "InvalidParameterValue"),
    ({"TrafficType": None}, "MissingParameter"),
    ({"DeliverLogsPermissionArn": None}, "InvalidParameter"),
    ({"DeliverLogsPermissionArn": "arn:aws:iam::123456789012:role/none"}, "InvalidParameter"),
    ({"LogGroupName": None}, "InvalidParameter"),
    ({"LogDestination": "arn:aws:logs:eu-central-1:123456789012:log-group:/flow"}, "InvalidParameter"),
    ({"LogGroupName": None, "LogDestination": BUCKET}, "InvalidParameter"),
    ({"LogDestinationType": "s3"}, "InvalidParameter"),
    ({"LogDestinationType": "s3", "LogGroupName": None, "LogDestination": BUCKET}, "InvalidParameter"),
    ({"LogDestinationType": "kinesis-data-firehose"}, "NotImplemented"),
    ({"MaxAggregationInterval": 120}, "InvalidParameter"),
    ({"LogFormat": "${version}  ${bytes}"}, "InvalidParameter"),
    ({"LogFormat": "${nope}"}, "InvalidParameter"),
    ({"DestinationOptions": {"FileFormat": "parquet"}}, "InvalidParameter"),
    ({"DryRun": True}, "DryRunOperation"),
])
def test_create_refuses(ec2, ask, refused, other, code):
    ask = {name: value for name, value in (ask | other).items() if value is not None}
    assert refused(ec2.create_flow_logs, **ask) == code
    assert ec2.describe_flow_logs()["FlowLogs"] == []


@pytest.mark.parametrize("destination", ["flow-logs", "arn:aws:s3:::", BUCKET + "/AWSLogs/x"])
def test_what_is_no_bucket(ec2, vpc, refused, destination):
    ask = {"ResourceIds": [vpc], "ResourceType": "VPC", "TrafficType": "ALL", "LogDestinationType": "s3"}
    assert refused(ec2.create_flow_logs, **ask, LogDestination=destination) == "InvalidParameter"


def test_a_role_for_somebody_else(ec2, ask, iam):
    role = iam.create_role(RoleName="other", AssumeRolePolicyDocument=trust("ecs-tasks.amazonaws.com"))["Role"]["Arn"]
    said = message(ec2.create_flow_logs, **ask | {"DeliverLogsPermissionArn": role})
    assert said == f"InvalidParameter: Unable to assume given IAM role {role}"


def test_deleted_all_or_none(ec2, ask, refused):
    (made,) = ec2.create_flow_logs(**ask)["FlowLogIds"]
    gone = "fl-0123456789abcdef0"
    assert refused(ec2.delete_flow_logs, FlowLogIds=[made, gone]) == "InvalidFlowLogId.NotFound"
    assert one(ec2)["FlowLogId"] == made
    assert ec2.delete_flow_logs(FlowLogIds=[made])["Unsuccessful"] == []
    assert ec2.describe_flow_logs()["FlowLogs"] == []
    assert refused(ec2.describe_flow_logs, FlowLogIds=[made]) == "InvalidFlowLogId.NotFound"
    assert refused(ec2.delete_flow_logs, FlowLogIds=["x"]) == "InvalidFlowLogId.Malformed"
    assert refused(ec2.delete_flow_logs, FlowLogIds=[]) == "MissingParameter"


def test_it_goes_with_what_it_watches(ec2, ask, vpc):
    ec2.create_flow_logs(**ask)
    ec2.delete_vpc(VpcId=vpc)
    assert ec2.describe_flow_logs()["FlowLogs"] == []


def test_tags(ec2, ask):
    (made,) = ec2.create_flow_logs(**ask)["FlowLogIds"]
    ec2.create_tags(Resources=[made], Tags=[{"Key": "a", "Value": "1"}])
    assert one(ec2, Filters=by(**{"tag:a": "1"}))["FlowLogId"] == made
