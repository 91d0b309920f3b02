"""Two definitions in JSON (the third seed), deployed, changed and taken away by the real binary."""

import json
import pathlib
import shutil
import subprocess

import jsonschema
import pytest
from sandbox import Sandbox
from test_hello import everything

EXAMPLE = pathlib.Path(__file__).resolve().parents[4] / "examples" / "task-and-service"


class Raw:
    """A copy of the example in a sandbox."""

    def __init__(self, folder):
        self.folder = folder
        for file in ("ashore.toml", "task-definition.json", "service-definition.json"):
            shutil.copy(EXAMPLE / file, folder / file)
        self.sandbox = Sandbox(folder)
        self.version("nginx:alpine")
        for service in ("ec2", "ecs", "elbv2", "iam", "logs", "ssm"):
            setattr(self, service, self.sandbox.client(service))
        # Somebody has put it there before.
        self.ssm.put_parameter(Name="/nginx/password", Value="hunter2", Type="SecureString")

    def version(self, image):
        self.sandbox.own["CONTAINER_VERSION"] = image

    def edit(self, file, change):
        """Changes what is in a file of JSON."""
        document = json.loads((self.folder / file).read_text())
        change(document)
        (self.folder / file).write_text(json.dumps(document, indent=2))

    def exits(self, code, *words):
        ran, out, err = self.sandbox.ashore(*words)
        assert ran == code, f"{ran}\n{out}\n{err}"
        return out, err

    def applied(self):
        """Every request so far that has changed something."""
        entries = self.sandbox.twin("GET", "log")
        return [f"{it['service']}:{it['operation']}" for it in entries if it["mutating"] and it["applied"]]

    def after(self, *words):
        """What a command changes."""
        so_far = len(self.applied())
        self.exits(0, *words)
        return self.applied()[so_far:]

    def service(self, cluster=None):
        cluster = cluster or self.ecs.list_clusters()["clusterArns"][0]
        [service] = self.ecs.describe_services(cluster=cluster, services=["nginx"], include=["TAGS"])["services"]
        return service

    def definition(self):
        arn = self.service()["taskDefinition"]
        return self.ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]


@pytest.fixture
def raw(tmp_path):
    raw = Raw(tmp_path)
    yield raw
    raw.sandbox.stop()


def test_definitions_in_json_live_from_check_to_down(raw):
    """S2-1, S2-3, S2-4, S2-5, S2-6, S2-7, S2-8, S2-10, S2-11, S2-13, S2-14"""
    raw.exits(0, "check")
    raw.exits(0, "plan")
    first = raw.after("up")
    assert first.count("ecs:RegisterTaskDefinition") == first.count("ecs:CreateService") == 1
    service, definition = raw.service(), raw.definition()
    assert service["serviceName"] == "nginx" and service["desiredCount"] == 1
    assert service["deploymentConfiguration"]["maximumPercent"] == 100
    assert service["deploymentConfiguration"]["minimumHealthyPercent"] == 0
    [balancer] = service["loadBalancers"]
    [group] = raw.elbv2.describe_target_groups()["TargetGroups"]
    assert balancer["targetGroupArn"] == group["TargetGroupArn"]
    # S2-10, S2-11: an internal balancer, and what is below /api on it.
    [inside] = raw.elbv2.describe_load_balancers()["LoadBalancers"]
    assert inside["Scheme"] == "internal"
    [listener] = raw.elbv2.describe_listeners(LoadBalancerArn=inside["LoadBalancerArn"])["Listeners"]
    rules = raw.elbv2.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
    [rule] = [it for it in rules if not it["IsDefault"]]
    [condition] = rule["Conditions"]
    assert condition["PathPatternConfig"]["Values"] == ["/api", "/api/*"]
    assert rule["Actions"][0]["TargetGroupArn"] == group["TargetGroupArn"]
    assert listener["DefaultActions"][0]["FixedResponseConfig"]["StatusCode"] == "404"
    assert (definition["family"], definition["revision"]) == ("nginx", 1)
    [container] = definition["containerDefinitions"]
    assert container["image"] == "nginx:alpine" and container["memory"] == 128
    assert container["dockerLabels"] == {"team": "checkout"}
    assert container["ulimits"] == [{"name": "nofile", "softLimit": 4096, "hardLimit": 8192}]
    assert container["secrets"] == [{"name": "PASSWORD", "valueFrom": "/nginx/password"}]
    reader = definition["executionRoleArn"].rsplit("/", 1)[1]
    [reads] = raw.iam.get_role_policy(RoleName=reader, PolicyName="secrets")["PolicyDocument"]["Statement"]
    assert reads["Action"] == ["ssm:GetParameters"]
    assert [it.rpartition(":")[2] for it in reads["Resource"]] == ["parameter/nginx/password"]
    role = definition["taskRoleArn"].rsplit("/", 1)[1]
    policy = raw.iam.get_role_policy(RoleName=role, PolicyName="permissions")["PolicyDocument"]
    assert policy["Statement"][0]["Resource"] == ["arn:aws:ssm:eu-central-1:*:parameter/nginx/*"]
    [logs] = raw.logs.describe_log_groups()["logGroups"]
    assert logs["retentionInDays"] == 14

    # Nothing to do.
    assert raw.after("up") == []

    # A new version is a new revision, and the service moves to it: nothing else is sent.
    raw.version("nginx:1.29")
    assert raw.after("up") == ["ecs:RegisterTaskDefinition", "ecs:UpdateService"]
    assert raw.definition()["revision"] == 2
    entries = [it for it in raw.sandbox.twin("GET", "log") if it["operation"] == "UpdateService"]
    assert entries
    assert raw.after("up") == []

    # Another count is an update of that alone.
    raw.edit("service-definition.json", lambda it: it.update(desiredCount=2))
    assert raw.after("up") == ["ecs:UpdateService"]
    assert raw.service()["desiredCount"] == 2

    # A member that is taken out again makes a difference too.
    raw.edit("task-definition.json", lambda it: it["containerDefinitions"][0].pop("dockerLabels"))
    assert raw.after("up") == ["ecs:RegisterTaskDefinition", "ecs:UpdateService"]
    assert not raw.definition()["containerDefinitions"][0].get("dockerLabels")

    raw.exits(0, "down", "--yes")
    left = {kind: objects for kind, objects in everything(raw.sandbox).items() if objects}
    assert left == {}
    assert raw.ssm.get_parameter(Name="/nginx/password")["Parameter"], "it is theirs"


def test_what_somebody_changes_by_hand_is_put_back(raw):
    raw.exits(0, "up")
    cluster = raw.service()["clusterArn"]
    for change in (
        {"desiredCount": 3},
        {"deploymentConfiguration": {"maximumPercent": 150, "minimumHealthyPercent": 50}},
        {"loadBalancers": []},
    ):
        raw.ecs.update_service(cluster=cluster, service="nginx", **change)
        assert raw.after("up") == ["ecs:UpdateService"], change
        assert raw.after("up") == [], change
    # What the file does not say is not Ashore's.
    raw.ecs.update_service(cluster=cluster, service="nginx", propagateTags="SERVICE")
    assert raw.after("up") == []
    service = raw.service()
    raw.ecs.untag_resource(resourceArn=service["serviceArn"], tagKeys=["ashore:address"])
    assert raw.after("up") == ["ecs:TagResource"]


def test_on_a_cluster_and_a_target_group_of_somebody_elses(raw):
    """S2-4, S2-5: neither network nor cluster nor balancer is made."""
    vpc = raw.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    gateway = raw.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    raw.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    zones = ["eu-central-1a", "eu-central-1b"]
    subnets = [
        raw.ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.1.{at}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for at, zone in enumerate(zones)
    ]
    [table] = raw.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    raw.ec2.create_route(
        RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway
    )
    group = raw.elbv2.create_target_group(
        Name="api", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip"
    )["TargetGroups"][0]["TargetGroupArn"]
    security = raw.ec2.create_security_group(GroupName="api", Description="api", VpcId=vpc)["GroupId"]
    raw.ec2.authorize_security_group_ingress(GroupId=security, IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp="10.1.0.0/16")
    # Path routing on an internal balancer of theirs (S2-10, S2-11).
    balancer = raw.elbv2.create_load_balancer(
        Name="inside", Scheme="internal", Subnets=subnets, SecurityGroups=[security]
    )["LoadBalancers"][0]
    listener = raw.elbv2.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Port=80,
        Protocol="HTTP",
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
    )["Listeners"][0]["ListenerArn"]
    raw.elbv2.create_rule(
        ListenerArn=listener,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/api", "/api/*"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    raw.iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
    raw.ecs.create_cluster(clusterName="test")
    manifest = (raw.folder / "ashore.toml").read_text()
    manifest = manifest.replace("port = 80\n", "").replace('balancer = "internal"\npath = "/api"\n', "")
    manifest = manifest.replace('health = { path = "/", interval = "10s" }\n', "")
    manifest = manifest.replace("[services.nginx]", f'existing = {{ target_group = "{group}" }}\n\n[services.nginx]', 1)
    (raw.folder / "ashore.toml").write_text(manifest)

    def elsewhere(service):
        service["cluster"] = "test"
        service["networkConfiguration"] = {
            "awsvpcConfiguration": {"subnets": subnets, "securityGroups": [security], "assignPublicIp": "ENABLED"}
        }

    raw.edit("service-definition.json", elsewhere)
    made = raw.after("up")
    assert not any(it.startswith(("ec2:", "elasticloadbalancing:")) for it in made), made
    assert "ecs:CreateCluster" not in made
    assert raw.service("test")["loadBalancers"][0]["targetGroupArn"] == group
    arn = raw.service("test")["taskDefinition"]
    definition = raw.ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
    role = definition["executionRoleArn"].rsplit("/", 1)[1]
    policy = raw.iam.get_role_policy(RoleName=role, PolicyName="secrets")["PolicyDocument"]
    [statement] = policy["Statement"]
    assert statement["Action"] == ["ssm:GetParameters"]
    assert statement["Resource"][0].endswith(":parameter/nginx/password")
    state = (next((raw.folder / ".ashore").glob("*/state.json"))).read_text()
    assert "hunter2" not in state
    assert raw.after("up") == []
    raw.exits(0, "down", "--yes")
    assert raw.ecs.list_services(cluster="test")["serviceArns"] == []
    assert raw.ecs.list_task_definitions(status="ACTIVE")["taskDefinitionArns"] == []
    assert raw.elbv2.describe_target_groups()["TargetGroups"], "it is theirs"
    assert raw.ecs.list_clusters()["clusterArns"], "it is theirs"


def test_a_service_of_somebody_elses_of_that_name_is_left_alone(raw):
    raw.iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
    raw.ecs.create_cluster(clusterName="test")
    vpc = raw.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnet = raw.ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.0.0/24")["Subnet"]["SubnetId"]
    raw.ecs.register_task_definition(
        family="theirs",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": "a", "image": "a:1"}],
    )
    network = {"awsvpcConfiguration": {"subnets": [subnet]}}
    raw.ecs.create_service(
        cluster="test",
        serviceName="nginx",
        taskDefinition="theirs",
        desiredCount=0,
        launchType="FARGATE",
        networkConfiguration=network,
    )
    raw.edit("service-definition.json", lambda it: it.update(cluster="test"))
    so_far = len(raw.applied())
    _, out, err = raw.sandbox.ashore("up")
    assert "the service `nginx`" in out + err
    assert raw.applied()[so_far:] == []


def test_every_mistake_in_either_file_is_told_at_once_with_its_place(raw):
    """S2-15: with AWS's own page on the member."""
    raw.edit("task-definition.json", lambda it: it.update(famly="x"))
    raw.edit("service-definition.json", lambda it: it.update(desiredCount="1", role="/ecs/lb"))
    ran, out, err = raw.sandbox.ashore("check")
    assert ran != 0
    for said in (
        "task-definition.json",
        "unknown member `famly`",
        "did you mean `family`?",
        "service-definition.json",
        "`desiredCount` is text, and not a whole number",
        "`role` is not for a file to say",
    ):
        assert said in out + err, said
    ran, out, err = raw.sandbox.ashore("check", "--json")
    [error] = [it for it in map(json.loads, out.splitlines()) if it["type"] == "error"]
    told = {it["message"]: it for it in error["diagnostics"]}
    count = told["`desiredCount` is text, and not a whole number"]
    page = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html"
    assert (count["file"], count["helps"]) == (
        "service-definition.json",
        [f"{page}#ECS-CreateService-request-desiredCount"],
    )


def test_the_schemas_are_json_schemas_of_the_files(raw):
    """S2-15"""
    for of in ("task-definition", "service-definition"):
        told = subprocess.run([raw.sandbox.binary, "schema", of], capture_output=True, check=True)
        validator = jsonschema.Draft202012Validator(json.loads(told.stdout))
        validator.validate(json.loads((EXAMPLE / f"{of}.json").read_text()))
        assert not validator.is_valid({"frobnicate": 1})

