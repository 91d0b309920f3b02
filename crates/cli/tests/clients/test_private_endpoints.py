"""A network from which no way leads to the internet, with flow logs, from check to down."""

import pytest
from seed import Seed, document
from test_hello import everything

# An image in ECR of another account of the same company.
MANIFEST = """
app = "inside"
region = "eu-central-1"

[network]
layout = "private-endpoints"
cidr = "172.24.0.0/16"
subnets = ["172.24.0.0/20", "172.24.16.0/20"]
private_subnets = ["172.24.128.0/20", "172.24.144.0/20"]
flow_logs = "30d"
private_zone = "myorg.local"

[services.web]
image = "210987654321.dkr.ecr.eu-central-1.amazonaws.com/web:1"
port = 80
secrets = { KEY = { generate = 32 } }
"""


@pytest.fixture
def seed(tmp_path):
    seed = Seed(tmp_path, MANIFEST)
    yield seed
    seed.sandbox.stop()


def test_tasks_that_reach_aws_and_nothing_else(seed):
    """S4-3, S1-10"""
    seed.exits(0, "check")
    seed.exits(0, "plan")
    seed.up()
    endpoints = {
        it["ServiceName"].removeprefix("com.amazonaws.eu-central-1."): it
        for it in seed.ec2.describe_vpc_endpoints()["VpcEndpoints"]
    }
    assert sorted(endpoints) == ["ecr.api", "ecr.dkr", "logs", "s3", "secretsmanager"]
    private = {
        it["SubnetId"]
        for it in seed.ec2.describe_subnets()["Subnets"]
        if it["CidrBlock"] in ("172.24.128.0/20", "172.24.144.0/20")
    }
    for service, endpoint in endpoints.items():
        if service != "s3":
            assert endpoint["VpcEndpointType"] == "Interface" and endpoint["PrivateDnsEnabled"]
            assert set(endpoint["SubnetIds"]) == private
    [rule] = seed.rules("network/endpoint_security_group", egress=False)
    assert (rule["FromPort"], rule["ToPort"], rule["CidrIpv4"]) == (443, 443, "172.24.0.0/16")
    network = seed.service()["networkConfiguration"]["awsvpcConfiguration"]
    assert set(network["subnets"]) == private and network["assignPublicIp"] == "DISABLED"
    for table in seed.ec2.describe_route_tables()["RouteTables"]:
        if {it.get("SubnetId") for it in table["Associations"]} & private:
            assert not any(it.get("DestinationCidrBlock") == "0.0.0.0/0" for it in table["Routes"])
    assert seed.ec2.describe_nat_gateways()["NatGateways"] == []

    [log] = seed.ec2.describe_flow_logs()["FlowLogs"]
    assert (log["TrafficType"], log["DeliverLogsStatus"]) == ("ALL", "SUCCESS")
    [group] = seed.logs.describe_log_groups(logGroupNamePrefix=log["LogGroupName"])["logGroups"]
    assert group["retentionInDays"] == 30
    role = log["DeliverLogsPermissionArn"].rsplit("/", 1)[1]
    policy = document(seed.iam.get_role_policy(RoleName=role, PolicyName="write")["PolicyDocument"])
    assert [it["Resource"] for it in policy["Statement"]] == [f"{group['arn'].removesuffix(':*')}:*"]

    # S1-11
    route53 = seed.sandbox.client("route53")
    [vpc] = {it["VpcId"] for it in endpoints.values()}
    zones = route53.list_hosted_zones_by_vpc(VPCId=vpc, VPCRegion="eu-central-1")["HostedZoneSummaries"]
    assert [it["Name"] for it in zones] == ["myorg.local."]
    [zone] = [it["HostedZoneId"] for it in zones]
    tags = route53.list_tags_for_resource(ResourceType="hostedzone", ResourceId=zone)
    assert {it["Key"] for it in tags["ResourceTagSet"]["Tags"]} >= {"ashore:stack", "ashore:address"}

    so_far = len(seed.changes())
    seed.up()
    assert seed.changes()[so_far:] == []
    seed.write(MANIFEST.replace('"30d"', '"90d"'))
    seed.up()
    assert seed.changes()[so_far:] == ["logs:PutRetentionPolicy"]
    # Somebody takes the flow log away: it is made again.
    seed.ec2.delete_flow_logs(FlowLogIds=[log["FlowLogId"]])
    so_far = len(seed.changes())
    seed.up()
    assert seed.changes()[so_far:] == ["ec2:CreateFlowLogs"]
    seed.write(MANIFEST.replace('flow_logs = "30d"\n', ""))
    seed.exits(0, "up", "--yes")
    assert seed.ec2.describe_flow_logs()["FlowLogs"] == []
    seed.down()
    assert zone not in [it["Id"].split("/")[-1] for it in route53.list_hosted_zones()["HostedZones"]]
    left = {kind: objects for kind, objects in everything(seed.sandbox).items() if objects}
    assert left == {}


def test_an_image_from_elsewhere_is_refused(seed):
    seed.write(MANIFEST.replace("210987654321.dkr.ecr.eu-central-1.amazonaws.com/web:1", "nginx:1.29"))
    ran, out, err = seed.sandbox.ashore("check")
    assert ran != 0 and "E0193" in out + err and "docker.io" in out + err
