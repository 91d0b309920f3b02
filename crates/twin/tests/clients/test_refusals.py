"""Requests that AWS refuses, several hundred, with the code that AWS gives: the rows of `refusals.jsonl`.

A row is a call, its parameters and the code. `{vpc}` and the like are things of the `World` below, `{no_vpc}` one that is
not there, `{a*65}` a letter so many times, `{"times": 51, "item": ..}` so many alike with `{i}` counted up. A row with
`usual` holds what the rows of that call have in common; `null` takes a member of it away. The codes are those of the
services' API references and models [botocore], and of the users' reports that the twin's sources name beside the rules.
Whatever is refused changes nothing, so all rows share one world and come in any order.
"""

import json
import pathlib
import re

import pytest
from test_ecs import TRUST

FILE = pathlib.Path(__file__).with_suffix("").with_name("refusals.jsonl")
LINES = [json.loads(line) for line in FILE.read_text().splitlines()]
USUAL = {line["usual"]: line["ask"] for line in LINES if "usual" in line}
REFUSALS = [line for line in LINES if "probe" in line]
POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}'


class World(dict):
    """Some of everything, by the words that the rows have for it."""

    def __init__(self, twin):
        self.clients = {}
        self.twin = twin
        self.network(self.client("ec2"))
        self.balancing(self.client("elbv2"))
        self.containers(self.client("iam"), self.client("ecs"))
        self["cert"] = self.client("acm").request_certificate(
            DomainName="www.example.com", ValidationMethod="DNS"
        )["CertificateArn"]
        logs = self.client("logs")
        logs.create_log_group(logGroupName="/g")
        logs.create_log_stream(logGroupName="/g", logStreamName="s")
        self.client("secretsmanager").create_secret(Name="sec", SecretString="x")
        self.client("ssm").put_parameter(Name="/a/b", Value="v", Type="String")
        zone = self.client("route53").create_hosted_zone(Name="zone.example", CallerReference="r")
        self["zone"] = zone["HostedZone"]["Id"].split("/")[-1]
        record = {"Name": "www.zone.example", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "203.0.113.1"}]}
        self.client("route53").change_resource_record_sets(
            HostedZoneId=self["zone"], ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
        )

    def client(self, service):
        return self.clients.setdefault(service, self.twin.client(service))

    def network(self, ec2):
        for number, vpc in enumerate(("vpc", "vpc2")):
            self[vpc] = ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"]
        for gateway in ("igw", "igw2"):
            self[gateway] = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=self["igw"], VpcId=self["vpc"])
        subnets = {"s1": "10.0.1.0/24 a", "s2": "10.0.2.0/24 b", "small": "10.0.3.0/28 c", "o1": "10.1.1.0/24 a"}
        for name, (cidr, zone) in ((name, text.split()) for name, text in subnets.items()):
            place = {"CidrBlock": cidr, "AvailabilityZone": f"eu-central-1{zone}"}
            vpc = self["vpc2" if name == "o1" else "vpc"]
            self[name] = ec2.create_subnet(VpcId=vpc, **place)["Subnet"]["SubnetId"]
        for name, vpc in (("rtb", "vpc"), ("rtb2", "vpc"), ("rtbo", "vpc2")):
            self[name] = ec2.create_route_table(VpcId=self[vpc])["RouteTable"]["RouteTableId"]
        ec2.associate_route_table(RouteTableId=self["rtb"], SubnetId=self["s1"])
        main = [{"Name": "vpc-id", "Values": [self["vpc"]]}, {"Name": "association.main", "Values": ["true"]}]
        (table,) = ec2.describe_route_tables(Filters=main)["RouteTables"]
        self["main"] = table["RouteTableId"]
        self["mainassoc"] = table["Associations"][0]["RouteTableAssociationId"]
        groups = {"sg": ("web", "vpc"), "sg2": ("app", "vpc"), "sgo": ("other", "vpc2")}
        groups |= {f"many{n}": (f"m{n}", "vpc") for n in range(17)}
        for word, (name, vpc) in groups.items():
            made = ec2.create_security_group(GroupName=name, Description=name, VpcId=self[vpc])
            self[word] = made["GroupId"]
        ask = {"SubnetId": self["s1"], "PrivateIpAddress": "10.0.1.50", "ClientToken": "tok"}
        ec2.create_network_interface(**ask)

    def balancing(self, elb):
        ask = {"Name": "web", "Subnets": [self["s1"], self["s2"]], "SecurityGroups": [self["sg"]]}
        self["lb"] = elb.create_load_balancer(**ask)["LoadBalancers"][0]["LoadBalancerArn"]
        for name in ("tg", "tgi", "tgfree", "tgo"):
            ask = {"Protocol": "HTTP", "Port": 80, "VpcId": self["vpc2" if name == "tgo" else "vpc"]}
            ask |= {} if name == "tgi" else {"TargetType": "ip"}
            self[name] = elb.create_target_group(Name=name, **ask)["TargetGroups"][0]["TargetGroupArn"]
        forward = [{"Type": "forward", "TargetGroupArn": self["tg"]}]
        ask = {"LoadBalancerArn": self["lb"], "Port": 80, "Protocol": "HTTP", "DefaultActions": forward}
        self["li"] = elb.create_listener(**ask)["Listeners"][0]["ListenerArn"]
        host = [{"Field": "host-header", "Values": ["a.example.com"]}]
        ask = {"ListenerArn": self["li"], "Priority": 10, "Conditions": host, "Actions": forward}
        self["rule"] = elb.create_rule(**ask)["Rules"][0]["RuleArn"]

    def containers(self, iam, ecs):
        self["role"] = iam.create_role(RoleName="exec", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        iam.put_role_policy(RoleName="exec", PolicyName="in", PolicyDocument=POLICY)
        self["pol"] = iam.create_policy(PolicyName="pol", PolicyDocument=POLICY)["Policy"]["Arn"]
        iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
        ecs.create_cluster(clusterName="c", capacityProviders=["FARGATE"])
        task = USUAL["ecs.register_task_definition"]
        self["td"] = ecs.register_task_definition(**task)["taskDefinition"]["taskDefinitionArn"]
        balancer = {"targetGroupArn": self["tg"], "containerName": "web", "containerPort": 80}
        service = self.filled({**USUAL["ecs.create_service"], "serviceName": "s"})
        ecs.create_service(**service, loadBalancers=[balancer])

    def filled(self, value, count=""):
        """A row's parameters with its words replaced."""
        if isinstance(value, str):
            return re.sub(r"\{(\w+|.\*\d+)\}", lambda word: self.word(word[1], count), value)
        if isinstance(value, list):
            return [self.filled(each, count) for each in value]
        if isinstance(value, dict) and set(value) == {"times", "item"}:
            return [self.filled(value["item"], str(n)) for n in range(value["times"])]
        if isinstance(value, dict) and set(value) == {"tags"} and isinstance(value["tags"], int):
            return {f"k{n}": "x" for n in range(value["tags"])}
        if isinstance(value, dict):
            return {key: self.filled(each, count) for key, each in value.items() if each is not None}
        return value

    def word(self, word, count):
        if "*" in word:
            letter, times = word[0], word[2:]
            return letter * int(times)
        if word == "i":
            return count
        if word.startswith("no_"):
            return self[word[3:]][:-4] + "0000"
        return self.get(word, "{" + word + "}")


@pytest.fixture(scope="module")
def world(twin):
    twin.reset()
    return World(twin)


@pytest.mark.parametrize("row", REFUSALS, ids=[f"{row['call']} {row['probe']}" for row in REFUSALS])
def test_refused(world, refused, row):
    service, operation = row["call"].split(".")
    ask = world.filled({**USUAL.get(row["call"], {}), **row["ask"]})
    assert refused(getattr(world.client(service), operation), **ask) == row["code"]
