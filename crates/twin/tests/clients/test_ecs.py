"""ECS: clusters, task definitions, services, tasks and the scheduler behind them."""

import json

import pytest
from botocore.exceptions import ClientError

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
GOOD, BAD = "shop/web:1", "shop/web:bad"


class Stack:
    """A network, a balancer, a role, a cluster, a log group; and short words for what tests do with them."""

    def __init__(self, twin):
        self.twin = twin
        self.ecs, self.ec2 = twin.client("ecs"), twin.client("ec2")
        self.elb, self.iam = twin.client("elbv2"), twin.client("iam")
        self.logs = twin.client("logs")
        self.exceptions = self.ecs.exceptions  # so that `refused` takes this class's methods too
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=self.vpc)
        self.subnets = [
            self.ec2.create_subnet(
                VpcId=self.vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"eu-central-1{zone}"
            )["Subnet"]["SubnetId"]
            for n, zone in enumerate("ab")
        ]
        group = self.ec2.create_security_group(GroupName="web", Description="web", VpcId=self.vpc)
        self.group = group["GroupId"]
        self.network = {
            "awsvpcConfiguration": {
                "subnets": self.subnets,
                "securityGroups": [self.group],
                "assignPublicIp": "ENABLED",
            }
        }
        role = self.iam.create_role(RoleName="execution", AssumeRolePolicyDocument=TRUST)
        self.role = role["Role"]["Arn"]
        self.logs.create_log_group(logGroupName="/shop/web")
        self.ecs.create_cluster(clusterName="shop")

    def balance(self):
        made = self.elb.create_load_balancer(Name="shop", Subnets=self.subnets)["LoadBalancers"][0]
        self.target_group = self.elb.create_target_group(
            Name="web",
            Protocol="HTTP",
            Port=80,
            VpcId=self.vpc,
            TargetType="ip",
            HealthCheckIntervalSeconds=10,
            HealthyThresholdCount=2,
            UnhealthyThresholdCount=2,
        )["TargetGroups"][0]["TargetGroupArn"]
        self.elb.modify_target_group_attributes(
            TargetGroupArn=self.target_group,
            Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "30"}],
        )
        self.elb.create_listener(
            LoadBalancerArn=made["LoadBalancerArn"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": self.target_group}],
        )
        self.twin.advance(200)
        return [
            {"targetGroupArn": self.target_group, "containerName": "web", "containerPort": 80}
        ]

    def register(self, image=GOOD, container=None, **fields):
        web = {
            "name": "web",
            "image": image,
            "portMappings": [{"containerPort": 80}],
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": "/shop/web",
                    "awslogs-region": "eu-central-1",
                    "awslogs-stream-prefix": "web",
                },
            },
            **(container or {}),
        }
        definition = {
            "family": "web",
            "requiresCompatibilities": ["FARGATE"],
            "networkMode": "awsvpc",
            "cpu": "256",
            "memory": "512",
            "executionRoleArn": self.role,
            "containerDefinitions": [web],
            **fields,
        }
        answer = self.ecs.register_task_definition(**definition)
        return answer["taskDefinition"]["taskDefinitionArn"]

    def create(self, **fields):
        request = {
            "cluster": "shop",
            "serviceName": "web",
            "taskDefinition": "web",
            "desiredCount": 1,
            "launchType": "FARGATE",
            "networkConfiguration": self.network,
            **fields,
        }
        return self.ecs.create_service(**{k: v for k, v in request.items() if v is not None})[
            "service"
        ]

    def update(self, **fields):
        return self.ecs.update_service(cluster="shop", service="web", **fields)["service"]

    def service(self, include=()):
        answer = self.ecs.describe_services(cluster="shop", services=["web"], include=list(include))
        return answer["services"][0]

    def primary(self):
        return self.service()["deployments"][0]

    def tasks(self, status="RUNNING"):
        arns = self.ecs.list_tasks(cluster="shop", desiredStatus=status)["taskArns"]
        if not arns:
            return []
        return self.ecs.describe_tasks(cluster="shop", tasks=arns)["tasks"]

    def messages(self):
        return [event["message"] for event in self.service()["events"]]

    def wait(self, done, seconds=3600, step=1):
        """Lets time pass until it is so; gives the seconds."""
        for passed in range(0, seconds, step):
            if done():
                return passed
            self.twin.advance(step)
        raise AssertionError(f"not within {seconds} s: {json.dumps(self.service(), default=str)}")

    def completed(self):
        return self.primary()["rolloutState"] == "COMPLETED"


BREAKER = {
    "deploymentCircuitBreaker": {"enable": True, "rollback": True},
    "maximumPercent": 200,
    "minimumHealthyPercent": 100,
}


@pytest.fixture
def stack(twin):
    twin.reset()
    twin.script()
    return Stack(twin)


@pytest.fixture
def says():
    """Calls and gives code and message of the refusal."""

    def says(call, **parameters):
        with pytest.raises(ClientError) as caught:
            call(**parameters)
        error = caught.value.response["Error"]
        return error["Code"], error["Message"]

    return says


def crash(image, code=1, after=0, log=("starting", "boom")):
    exit = {"code": code, "after_ms": int(after * 1000)}
    return {"image": image, "behaviour": {"exit": exit, "log": list(log)}}


def ill(image, status=500):
    return {"image": image, "behaviour": {"http_status": status}}


# clusters


def test_create_cluster_idempotent_same_name(stack):
    first = stack.ecs.create_cluster(clusterName="shop", tags=[{"key": "a", "value": "b"}])
    assert first["cluster"]["status"] == "ACTIVE"
    assert first["cluster"]["tags"] == [], "a second create changes nothing"
    assert len(stack.ecs.list_clusters()["clusterArns"]) == 1


def test_create_cluster_with_fargate_providers(stack):
    cluster = stack.ecs.create_cluster(
        clusterName="spot",
        capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
        settings=[{"name": "containerInsights", "value": "enabled"}],
    )["cluster"]
    assert cluster["capacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    assert cluster["settings"] == [{"name": "containerInsights", "value": "enabled"}]


def test_the_first_cluster_of_an_account_makes_the_linked_role(twin, says):
    twin.reset()
    ecs, iam = twin.client("ecs"), twin.client("iam")
    code, message = says(ecs.create_cluster, clusterName="a", capacityProviders=["FARGATE"])
    assert code == "InvalidParameterException"
    assert message.startswith("Unable to assume the service linked role.")
    assert iam.get_role(RoleName="AWSServiceRoleForECS")["Role"]["Path"].endswith("ecs.amazonaws.com/")
    ecs.create_cluster(clusterName="a", capacityProviders=["FARGATE"])


def test_describe_clusters_missing(stack):
    answer = stack.ecs.describe_clusters(clusters=["shop", "nope"])
    assert [it["clusterName"] for it in answer["clusters"]] == ["shop"]
    assert answer["failures"][0]["reason"] == "MISSING"
    assert answer["clusters"][0]["settings"] == [], "only what include asks for"


def test_a_deleted_cluster_stays_visible_as_inactive_and_comes_back(stack, says):
    assert stack.ecs.delete_cluster(cluster="shop")["cluster"]["status"] == "INACTIVE"
    assert stack.ecs.describe_clusters(clusters=["shop"])["clusters"][0]["status"] == "INACTIVE"
    assert stack.ecs.list_clusters()["clusterArns"] == []
    assert says(stack.ecs.delete_cluster, cluster="shop") == (
        "ClusterNotFoundException",
        "The referenced cluster was inactive.",
    )
    assert stack.ecs.create_cluster(clusterName="shop")["cluster"]["status"] == "ACTIVE"


def test_delete_cluster_with_service(stack, refused):
    stack.register()
    stack.create()
    assert refused(stack.ecs.delete_cluster, cluster="shop") == "ClusterContainsServicesException"
    stack.twin.advance(5)
    stack.ecs.delete_service(cluster="shop", service="web", force=True)
    stack.twin.advance(1)
    assert refused(stack.ecs.delete_cluster, cluster="shop") == "ClusterContainsTasksException"
    stack.wait(lambda: stack.service()["status"] == "INACTIVE")
    stack.ecs.delete_cluster(cluster="shop")


def test_update_cluster_settings(stack):
    enhanced = [{"name": "containerInsights", "value": "enhanced"}]
    assert stack.ecs.update_cluster(cluster="shop", settings=enhanced)["cluster"]["settings"] == enhanced
    off = [{"name": "containerInsights", "value": "disabled"}]
    stack.ecs.update_cluster_settings(cluster="shop", settings=off)
    (cluster,) = stack.ecs.describe_clusters(clusters=["shop"], include=["SETTINGS"])["clusters"]
    assert cluster["settings"] == off


def test_update_of_a_missing_cluster(stack, refused):
    assert refused(stack.ecs.update_cluster, cluster="nope") == "ClusterNotFoundException"


def test_put_cluster_capacity_providers(stack, refused):
    strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}]
    put = stack.ecs.put_cluster_capacity_providers
    cluster = put(
        cluster="shop", capacityProviders=["FARGATE_SPOT"], defaultCapacityProviderStrategy=strategy
    )["cluster"]
    assert cluster["defaultCapacityProviderStrategy"] == strategy
    other = [{"capacityProvider": "FARGATE", "weight": 1}]
    assert (
        refused(
            put,
            cluster="shop",
            capacityProviders=["FARGATE_SPOT"],
            defaultCapacityProviderStrategy=other,
        )
        == "InvalidParameterException"
    )


def test_a_provider_in_use_cannot_be_removed(stack, refused):
    put = stack.ecs.put_cluster_capacity_providers
    put(cluster="shop", capacityProviders=["FARGATE_SPOT"], defaultCapacityProviderStrategy=[])
    stack.register()
    strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    service = stack.create(launchType=None, capacityProviderStrategy=strategy)
    assert "launchType" not in service
    stack.wait(stack.completed)
    assert stack.tasks()[0]["capacityProviderName"] == "FARGATE_SPOT"
    code = refused(put, cluster="shop", capacityProviders=[], defaultCapacityProviderStrategy=[])
    assert code == "ResourceInUseException"


def test_describe_capacity_providers_fargate(stack):
    answer = stack.ecs.describe_capacity_providers()
    assert [it["name"] for it in answer["capacityProviders"]] == ["FARGATE", "FARGATE_SPOT"]
    (failure,) = stack.ecs.describe_capacity_providers(capacityProviders=["mine"])["failures"]
    assert failure["reason"] == "MISSING"


# task definitions


def test_register_task_definition_fills_in_defaults(stack):
    stack.register(container={"healthCheck": {"command": ["CMD-SHELL", "true"]}})
    definition = stack.ecs.describe_task_definition(taskDefinition="web")["taskDefinition"]
    (web,) = definition["containerDefinitions"]
    assert web["essential"] is True and web["cpu"] == 0 and web["environment"] == []
    assert web["portMappings"] == [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}]
    assert web["healthCheck"]["interval"] == 30 and web["healthCheck"]["retries"] == 3
    assert definition["status"] == "ACTIVE" and definition["compatibilities"] == ["EC2", "FARGATE"]


def test_every_registration_is_a_new_revision(stack):
    arns = [stack.register() for _ in range(3)]
    assert [arn.rsplit(":", 1)[1] for arn in arns] == ["1", "2", "3"]
    assert stack.ecs.list_task_definitions(familyPrefix="web")["taskDefinitionArns"] == arns
    found = stack.ecs.describe_task_definition(taskDefinition="web:2")["taskDefinition"]
    assert found["taskDefinitionArn"] == arns[1]


def test_describe_task_definition_tags(stack):
    stack.register(tags=[{"key": "app", "value": "shop"}])
    describe = stack.ecs.describe_task_definition
    assert describe(taskDefinition="web", include=["TAGS"])["tags"] == [
        {"key": "app", "value": "shop"}
    ]
    assert "tags" not in describe(taskDefinition="web")


def test_describe_task_definition_missing(stack, says):
    assert says(stack.ecs.describe_task_definition, taskDefinition="nope") == (
        "ClientException",
        "Unable to describe task definition.",
    )


SIZES = [("256", "4096"), ("512", "512"), ("1024", "1000"), ("8192", "18432"), ("32768", "65536")]


@pytest.mark.parametrize("cpu, memory", SIZES)
def test_bad_fargate_cpu_memory(stack, says, cpu, memory):
    code, message = says(stack.register, cpu=cpu, memory=memory)
    assert code == "ClientException"
    assert message.startswith(f"No Fargate configuration exists for given values: {cpu} CPU")


REFUSED = [
    ({"networkMode": "bridge"}, "Fargate only supports network mode"),
    ({"executionRoleArn": None}, "execution role ARN to support log driver awslogs"),
    ({"executionRoleArn": "arn:aws:iam::123456789012:role/nope"}, "Role is not valid"),
    ({"memory": None}, "Fargate requires that 'memory' be defined at the task level."),
    ({"containerDefinitions": []}, "Container list cannot be empty."),
    ({"container": {"image": ""}}, "Container.image should not be null or empty."),
    ({"container": {"essential": False}}, "must be marked as essential"),
    (
        {"container": {"portMappings": [{"containerPort": 80, "hostPort": 8080}]}},
        "the host ports and container ports in port mappings must match",
    ),
    (
        {"container": {"dependsOn": [{"containerName": "db", "condition": "START"}]}},
        "does not exist",
    ),
]


@pytest.mark.parametrize("fields, words", REFUSED, ids=[words for _, words in REFUSED])
def test_register_refuses(stack, says, fields, words):
    def register(**fields):
        send = stack.ecs.register_task_definition
        stack.ecs.register_task_definition = lambda **all: send(
            **{key: value for key, value in all.items() if value is not None}
        )
        return stack.register(**fields)

    code, message = says(register, **fields)
    assert code == "ClientException" and words in message


def test_deregister_and_delete(stack, says):
    arn = stack.register()
    (failure,) = stack.ecs.delete_task_definitions(taskDefinitions=[arn])["failures"]
    assert "still in ACTIVE status" in failure["reason"]
    answer = stack.ecs.deregister_task_definition(taskDefinition=arn)
    assert answer["taskDefinition"]["status"] == "INACTIVE"
    assert says(stack.create)[1] == "TaskDefinition not found."
    assert says(stack.create, taskDefinition=arn)[1] == "TaskDefinition is inactive"
    (deleted,) = stack.ecs.delete_task_definitions(taskDefinitions=[arn])["taskDefinitions"]
    assert deleted["status"] == "DELETE_IN_PROGRESS"
    stack.twin.advance(120)
    assert says(stack.ecs.describe_task_definition, taskDefinition=arn)[0] == "ClientException"
    assert stack.register().endswith(":2"), "numbers are never used again"


def test_a_deleted_revision_stays_while_a_service_uses_it(stack):
    arn = stack.register()
    stack.create()
    stack.wait(stack.completed)
    stack.ecs.deregister_task_definition(taskDefinition=arn)
    stack.ecs.delete_task_definitions(taskDefinitions=[arn])
    stack.twin.advance(600)
    found = stack.ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
    assert found["status"] == "DELETE_IN_PROGRESS"
    stack.ecs.delete_service(cluster="shop", service="web", force=True)
    stack.twin.advance(600)
    assert stack.ecs.list_task_definitions(status="DELETE_IN_PROGRESS")["taskDefinitionArns"] == []


def test_deregister_missing(stack, refused):
    assert refused(stack.ecs.deregister_task_definition, taskDefinition="web:9") == "ClientException"


def test_families(stack):
    stack.register()
    stack.register(family="worker")
    assert stack.ecs.list_task_definition_families()["families"] == ["web", "worker"]
    assert stack.ecs.list_task_definition_families(familyPrefix="wo")["families"] == ["worker"]


# services: what is refused


def test_create_service_missing_cluster(stack, refused):
    stack.register()
    assert refused(stack.create, cluster="nope") == "ClusterNotFoundException"


def test_create_service_missing_td(stack, says):
    assert says(stack.create) == ("ClientException", "TaskDefinition not found.")


def test_create_service_awsvpc_without_network(stack, says):
    stack.register()
    assert says(stack.create, networkConfiguration=None) == (
        "InvalidParameterException",
        "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
    )


def test_create_service_missing_tg(stack, refused):
    stack.register()
    balancer = stack.balance()[0]
    missing = {**balancer, "targetGroupArn": balancer["targetGroupArn"][:-4] + "beef"}
    assert refused(stack.create, loadBalancers=[missing]) == "InvalidParameterException"


def test_create_service_target_group_without_balancer(stack, says):
    stack.register()
    lonely = stack.elb.create_target_group(
        Name="lonely", Protocol="HTTP", Port=80, VpcId=stack.vpc, TargetType="ip"
    )["TargetGroups"][0]["TargetGroupArn"]
    balancer = {"targetGroupArn": lonely, "containerName": "web", "containerPort": 80}
    code, message = says(stack.create, loadBalancers=[balancer])
    assert code == "InvalidParameterException"
    assert message.endswith("does not have an associated load balancer.")


@pytest.mark.parametrize(
    "change, words",
    [
        ({"containerName": "api"}, "The container api does not exist in the task definition."),
        ({"containerPort": 81}, "The container web did not have a container port 81 defined."),
    ],
)
def test_create_service_wrong_container(stack, says, change, words):
    stack.register()
    balancer = {**stack.balance()[0], **change}
    assert says(stack.create, loadBalancers=[balancer]) == ("InvalidParameterException", words)


def test_create_service_missing_subnet_and_group(stack, says):
    stack.register()
    for field, value in [("subnets", ["subnet-00000000000000000"]), ("securityGroups", ["sg-00000000000000000"])]:
        network = {"awsvpcConfiguration": {**stack.network["awsvpcConfiguration"], field: value}}
        code, message = says(stack.create, networkConfiguration=network)
        assert code == "InvalidParameterException" and "does not exist" in message


def test_grace_period_needs_a_balancer(stack, says):
    stack.register()
    message = says(stack.create, healthCheckGracePeriodSeconds=30)[1]
    assert message.startswith("Health check grace period is only valid for services")


def test_duplicate_service(stack, says):
    stack.register()
    stack.create()
    assert says(stack.create) == (
        "InvalidParameterException",
        "Creation of service was not idempotent.",
    )


def test_a_client_token_makes_create_repeatable(stack, refused):
    stack.register()
    first = stack.create(clientToken="a")
    assert stack.create(clientToken="a")["serviceArn"] == first["serviceArn"]
    assert refused(stack.create, clientToken="a", desiredCount=2) == "InvalidParameterException"


def test_create_while_draining(stack, says):
    stack.register()
    stack.create()
    stack.wait(stack.completed)
    stack.ecs.delete_service(cluster="shop", service="web", force=True)
    assert says(stack.create)[1] == "Unable to Start a service that is still Draining."
    stack.wait(lambda: stack.service()["status"] == "INACTIVE")
    assert stack.create()["status"] == "ACTIVE"


def test_an_unknown_parameter_is_refused(stack, refused):
    stack.register()
    lattice = [{"roleArn": "arn:aws:iam::123456789012:role/x", "targetGroupArn": "arn:x", "portName": "http"}]
    assert refused(stack.create, vpcLatticeConfigurations=lattice) == "NotImplemented"


def test_task_definition_must_support_fargate(stack, says):
    stack.register(requiresCompatibilities=["EC2"])
    assert says(stack.create)[1] == "Task definition does not support launch_type FARGATE."


def test_update_service_missing(stack, refused):
    assert refused(stack.update, desiredCount=1) == "ServiceNotFoundException"


def test_update_service_to_an_inactive_definition(stack, refused):
    stack.register()
    second = stack.register()
    stack.create(taskDefinition="web:1")
    stack.ecs.deregister_task_definition(taskDefinition=second)
    assert refused(stack.update, taskDefinition=second) == "ClientException"


def test_update_of_a_deleted_service(stack, refused):
    stack.register()
    stack.create()
    stack.ecs.delete_service(cluster="shop", service="web", force=True)
    assert refused(stack.update, desiredCount=1) == "ServiceNotActiveException"


def test_delete_service_scaled_above_zero(stack, says):
    stack.register()
    stack.create()
    assert says(stack.ecs.delete_service, cluster="shop", service="web") == (
        "InvalidParameterException",
        "The service cannot be stopped while it is scaled above 0.",
    )


def test_describe_services_missing(stack):
    answer = stack.ecs.describe_services(cluster="shop", services=["nope"])
    assert answer["services"] == [] and answer["failures"][0]["reason"] == "MISSING"


# services: what happens


def test_create_service_answers_what_clients_read(stack):
    stack.register()
    service = stack.create(
        loadBalancers=stack.balance(),
        deploymentConfiguration=BREAKER,
        tags=[{"key": "a", "value": "b"}],
        healthCheckGracePeriodSeconds=30,
    )
    assert service["deploymentConfiguration"]["deploymentCircuitBreaker"]["enable"] is True
    assert service["platformVersion"] == "LATEST" and service["availabilityZoneRebalancing"] == "ENABLED"
    assert service["deploymentController"] == {"type": "ECS"}
    assert service["tags"] == [{"key": "a", "value": "b"}]
    assert "tags" not in stack.service() and "tags" in stack.service(include=["TAGS"])
    (deployment,) = service["deployments"]
    assert deployment["status"] == "PRIMARY" and deployment["rolloutState"] == "IN_PROGRESS"
    assert deployment["rolloutStateReason"] == f"ECS deployment {deployment['id']} in progress."


def test_running_count_reaches_desired_and_rollout_completes(stack):
    stack.register()
    stack.create(desiredCount=2)
    assert stack.service()["runningCount"] == 0
    seconds = stack.wait(stack.completed)
    assert 30 <= seconds <= 60
    service = stack.service()
    assert (service["runningCount"], service["pendingCount"]) == (2, 0)
    (deployment,) = service["deployments"]
    assert deployment["rolloutStateReason"] == f"ECS deployment {deployment['id']} completed."


def test_service_events_newest_first(stack):
    stack.register()
    stack.create(desiredCount=2, loadBalancers=stack.balance())
    stack.wait(stack.completed)
    newest, completed, *_, oldest = stack.messages()
    assert newest == "(service web) has reached a steady state."
    assert completed.endswith("deployment completed.")
    assert oldest.startswith("(service web) has started 2 tasks: (task ")
    assert any("registered 1 targets in (target-group" in message for message in stack.messages())


def test_steady_services_say_nothing_more(stack):
    stack.register()
    stack.create()
    stack.wait(stack.completed)
    before = len(stack.messages())
    stack.twin.advance(86400)
    assert len(stack.messages()) == before


def test_describe_tasks_eni_attachment(stack):
    stack.register()
    stack.create()
    stack.wait(stack.completed)
    (task,) = stack.tasks()
    (attachment,) = task["attachments"]
    details = {it["name"]: it["value"] for it in attachment["details"]}
    assert attachment["status"] == "ATTACHED"
    (interface,) = stack.ec2.describe_network_interfaces(
        NetworkInterfaceIds=[details["networkInterfaceId"]]
    )["NetworkInterfaces"]
    assert interface["PrivateIpAddress"] == details["privateIPv4Address"]
    assert interface["Description"].endswith("attachment/" + attachment["id"])
    assert "PublicIp" in interface["Association"]
    (container,) = task["containers"]
    assert container["networkInterfaces"][0]["privateIpv4Address"] == details["privateIPv4Address"]


def test_task_states_in_order(stack):
    stack.register()
    stack.create()
    seen = []

    def look():
        status = [task["lastStatus"] for task in stack.tasks()]
        if status and status[0] not in seen:
            seen.extend(status)
        return seen[-1:] == ["RUNNING"]

    stack.wait(look)
    assert seen == ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"]


def test_ecs_targets_registered_in_tg(stack):
    stack.register()
    stack.create(desiredCount=2, loadBalancers=stack.balance())
    stack.wait(stack.completed)
    health = stack.elb.describe_target_health(TargetGroupArn=stack.target_group)
    targets = health["TargetHealthDescriptions"]
    assert [it["TargetHealth"]["State"] for it in targets] == ["healthy", "healthy"]
    ips = {task["containers"][0]["networkInterfaces"][0]["privateIpv4Address"] for task in stack.tasks()}
    assert {it["Target"]["Id"] for it in targets} == ips


def test_task_log_stream_appears(stack):
    stack.register()
    stack.create()
    stack.wait(stack.completed)
    task = stack.tasks()[0]["taskArn"].rsplit("/", 1)[1]
    events = stack.logs.get_log_events(logGroupName="/shop/web", logStreamName=f"web/web/{task}")
    assert [event["message"] for event in events["events"]] == ["starting", "listening"]


def test_update_service_deployments_roll(stack):
    stack.register()
    stack.create(desiredCount=2, loadBalancers=stack.balance())
    stack.wait(stack.completed)
    second = stack.register()
    service = stack.update(taskDefinition="web")
    assert [it["status"] for it in service["deployments"]] == ["PRIMARY", "ACTIVE"]
    assert service["taskDefinition"] == second
    serving = []

    def look():
        service = stack.service()
        serving.append(service["runningCount"])
        return service["deployments"][0]["rolloutState"] == "COMPLETED"

    stack.wait(look)
    assert min(serving) == 2 and max(serving) == 4, "100 % to 200 %"
    (deployment,) = stack.service()["deployments"]
    assert deployment["taskDefinition"] == second and deployment["runningCount"] == 2
    assert {task["taskDefinitionArn"] for task in stack.tasks()} == {second}
    assert any("has begun draining connections on 1 tasks." in it for it in stack.messages())


def test_minimum_healthy_percent_lets_old_tasks_go_first(stack):
    stack.register()
    half = {"minimumHealthyPercent": 50, "maximumPercent": 100}
    stack.create(desiredCount=2, deploymentConfiguration=half)
    stack.wait(stack.completed)
    stack.update(forceNewDeployment=True)
    counts = []

    def look():
        counts.append(len(stack.tasks()))
        return stack.completed()

    stack.wait(look)
    assert max(counts) == 2


def test_scale_to_three(stack):
    stack.register()
    stack.create()
    stack.wait(stack.completed)
    service = stack.update(desiredCount=3)
    assert len(service["deployments"]) == 1, "no new deployment"
    stack.wait(lambda: stack.service()["runningCount"] == 3)
    stack.update(desiredCount=1)
    stack.wait(lambda: stack.service()["runningCount"] == 1)
    stopped = stack.tasks("STOPPED")
    assert {it["stopCode"] for it in stopped} == {"ServiceSchedulerInitiated"}
    assert stopped[0]["stoppedReason"].startswith("Scaling activity initiated by (deployment ecs-svc/")


def test_what_does_not_trigger_a_deployment(stack):
    stack.register(taskRoleArn=stack.role)
    stack.create()
    stack.wait(stack.completed)
    service = stack.update(enableExecuteCommand=True, deploymentConfiguration=BREAKER)
    assert len(service["deployments"]) == 1 and service["enableExecuteCommand"] is True
    assert len(stack.update(taskDefinition="web")["deployments"]) == 1, "the same definition"
    assert len(stack.update(forceNewDeployment=True)["deployments"]) == 2


def test_a_failed_pull_says_so(stack):
    stack.twin.script({"image": BAD, "behaviour": {"pull_error": "pull image manifest has been retried 1 time(s): not found"}})
    stack.register(image=BAD)
    stack.create()
    stack.wait(lambda: stack.tasks("STOPPED"))
    task = stack.tasks("STOPPED")[0]
    assert task["stopCode"] == "TaskFailedToStart"
    assert task["stoppedReason"].startswith("CannotPullContainerError: pull image manifest")
    assert task["containers"][0]["reason"] == task["stoppedReason"]
    assert "exitCode" not in task["containers"][0]


def test_a_missing_log_group_fails_the_task(stack):
    stack.register()
    stack.logs.delete_log_group(logGroupName="/shop/web")
    stack.create()
    stack.wait(lambda: stack.tasks("STOPPED"))
    reason = stack.tasks("STOPPED")[0]["stoppedReason"]
    assert reason.startswith("ResourceInitializationError: failed to validate logger args")
    assert "The specified log group does not exist." in reason


def test_awslogs_create_group_makes_the_group(stack):
    options = {
        "awslogs-group": "/shop/new",
        "awslogs-create-group": "true",
        "awslogs-region": "eu-central-1",
        "awslogs-stream-prefix": "web",
    }
    stack.register(container={"logConfiguration": {"logDriver": "awslogs", "options": options}})
    stack.create()
    stack.wait(stack.completed)
    (stream,) = stack.logs.describe_log_streams(logGroupName="/shop/new")["logStreams"]
    assert stream["logStreamName"].startswith("web/web/")


def test_a_role_that_cannot_be_assumed(stack):
    stack.register()
    stack.iam.delete_role(RoleName="execution")
    stack.create()
    stack.twin.advance(2)
    assert stack.messages()[-1].startswith(
        "(service web) failed to launch a task with (error ECS was unable to assume the role"
    )
    assert stack.tasks() == [] and stack.primary()["failedTasks"] == 1


def test_a_crash_shows_exit_code_and_last_words(stack):
    stack.twin.script(crash(BAD, code=3))
    stack.register(image=BAD)
    stack.create()
    stack.wait(lambda: stack.tasks("STOPPED"))
    task = stack.tasks("STOPPED")[0]
    assert task["stopCode"] == "EssentialContainerExited"
    assert task["stoppedReason"] == "Essential container in task exited"
    assert task["containers"][0]["exitCode"] == 3
    stream = "web/web/" + task["taskArn"].rsplit("/", 1)[1]
    events = stack.logs.get_log_events(logGroupName="/shop/web", logStreamName=stream)["events"]
    assert [event["message"] for event in events] == ["starting", "boom"]


def test_circuit_breaker_first_deployment_has_nothing_to_go_back_to(stack):
    stack.twin.script(crash(BAD))
    stack.register(image=BAD)
    stack.create(deploymentConfiguration=BREAKER)
    stack.wait(lambda: stack.primary()["rolloutState"] == "FAILED")
    primary = stack.primary()
    assert primary["failedTasks"] == 3
    assert primary["rolloutStateReason"] == "ECS deployment circuit breaker: tasks failed to start."
    assert any("deployment failed: tasks failed to start." in it for it in stack.messages())
    stack.twin.advance(3600)
    assert stack.service()["runningCount"] == 0 and stack.primary()["rolloutState"] == "FAILED"
    (rollout,) = stack.ecs.list_service_deployments(cluster="shop", service="web")["serviceDeployments"]
    assert rollout["status"] == "ROLLBACK_FAILED"
    assert rollout["statusReason"] == "No rollback candidate was found to run the rollback."


def test_circuit_breaker_rolls_back_while_the_old_tasks_serve(stack):
    first = stack.register()
    stack.create(desiredCount=2, loadBalancers=stack.balance(), deploymentConfiguration=BREAKER)
    stack.wait(stack.completed)
    good = stack.primary()["id"]
    stack.twin.script(crash(BAD, after=8))
    stack.register(image=BAD)
    stack.update(taskDefinition="web")
    seen, serving = [], []

    def look():
        service = stack.service()
        primary = service["deployments"][0]
        line = (primary["taskDefinition"].rsplit(":", 1)[1], primary["rolloutState"])
        if line not in seen:
            seen.append(line)
        healthy = stack.elb.describe_target_health(TargetGroupArn=stack.target_group)
        states = [it["TargetHealth"]["State"] for it in healthy["TargetHealthDescriptions"]]
        serving.append(states.count("healthy"))
        return line == ("1", "COMPLETED")

    stack.wait(look)
    assert seen == [("2", "IN_PROGRESS"), ("1", "IN_PROGRESS"), ("1", "COMPLETED")]
    assert min(serving) == 2
    service = stack.service()
    assert service["taskDefinition"] == first and service["deployments"][0]["id"] == good
    messages = stack.messages()
    assert f"(service web) rolling back to deployment {good}." in messages
    newest, older = stack.ecs.list_service_deployments(cluster="shop", service="web")["serviceDeployments"]
    assert (newest["status"], older["status"]) == ("ROLLBACK_SUCCESSFUL", "SUCCESSFUL")
    (rollout,) = stack.ecs.describe_service_deployments(
        serviceDeploymentArns=[newest["serviceDeploymentArn"]]
    )["serviceDeployments"]
    assert rollout["deploymentCircuitBreaker"]["status"] == "TRIGGERED"
    assert rollout["rollback"]["reason"].endswith("because the circuit breaker threshold was exceeded.")
    (revision,) = stack.ecs.describe_service_revisions(
        serviceRevisionArns=[rollout["rollback"]["serviceRevisionArn"]]
    )["serviceRevisions"]
    assert revision["taskDefinition"] == first


def test_without_rollback_a_failed_deployment_stays_and_the_old_tasks_serve(stack):
    stack.register()
    no_rollback = {"deploymentCircuitBreaker": {"enable": True, "rollback": False}}
    stack.create(deploymentConfiguration=no_rollback)
    stack.wait(stack.completed)
    stack.twin.script(crash(BAD))
    stack.register(image=BAD)
    stack.update(taskDefinition="web")
    stack.wait(lambda: stack.primary()["rolloutState"] == "FAILED")
    stack.twin.advance(3600)
    primary, old = stack.service()["deployments"]
    assert (primary["status"], primary["runningCount"]) == ("PRIMARY", 0)
    assert (old["status"], old["runningCount"]) == ("ACTIVE", 1)


def test_circuit_breaker_counts(stack):
    count = {"type": "COUNT", "value": 1}
    breaker = {"enable": True, "rollback": False, "thresholdConfiguration": count}
    stack.twin.script(crash(BAD))
    stack.register(image=BAD)
    stack.create(deploymentConfiguration={"deploymentCircuitBreaker": breaker})
    stack.wait(lambda: stack.primary()["rolloutState"] == "FAILED")
    assert stack.primary()["failedTasks"] == 1


def test_without_breaker_it_tries_for_ever_ever_more_slowly(stack):
    stack.twin.script(crash(BAD))
    stack.register(image=BAD)
    stack.create()
    stack.twin.advance(86400)
    primary = stack.primary()
    assert primary["rolloutState"] == "IN_PROGRESS" and 20 < primary["failedTasks"] < 200


def test_unhealthy_targets_kill_the_task_after_the_grace_period(stack):
    stack.twin.script(ill(BAD))
    stack.register(image=BAD)
    stack.create(loadBalancers=stack.balance(), healthCheckGracePeriodSeconds=120)
    started = stack.wait(lambda: stack.service()["runningCount"] == 1)
    killed = stack.wait(lambda: stack.tasks("STOPPED"))
    assert 115 <= killed <= 125, (started, killed)
    task = stack.tasks("STOPPED")[0]
    assert task["stoppedReason"] == f"Task failed ELB health checks in (target-group {stack.target_group})"
    assert task["stopCode"] == "ServiceSchedulerInitiated" and task["lastStatus"] == "DEACTIVATING"
    assert any("is unhealthy in (target-group" in message for message in stack.messages())


def test_a_steady_service_replaces_a_task_that_falls_ill(stack):
    stack.register()
    stack.create(loadBalancers=stack.balance())
    stack.wait(stack.completed)
    (before,) = stack.tasks()
    stack.twin.script(ill(GOOD))
    stack.wait(lambda: stack.tasks("STOPPED"))
    assert stack.tasks("STOPPED")[0]["taskArn"] == before["taskArn"]
    assert stack.primary()["rolloutState"] == "COMPLETED", "its deployment stays done"
    stack.twin.script()
    stack.wait(lambda: stack.messages()[0].endswith("has reached a steady state."))


def test_a_replaced_deployment_is_superseded(stack):
    stack.register()
    stack.create()
    stack.wait(stack.completed)
    stack.update(forceNewDeployment=True)
    stack.twin.advance(20)
    service = stack.update(forceNewDeployment=True)
    assert [it["status"] for it in service["deployments"]] == ["PRIMARY", "ACTIVE", "ACTIVE"]
    stack.wait(stack.completed)
    rollouts = stack.ecs.list_service_deployments(cluster="shop", service="web")
    statuses = [it["status"] for it in rollouts["serviceDeployments"]]
    assert statuses == ["SUCCESSFUL", "STOPPED", "SUCCESSFUL"]


def test_the_linked_role_stays_while_a_cluster_is_there(stack):
    stack.register()
    task = stack.iam.delete_service_linked_role(RoleName="AWSServiceRoleForECS")["DeletionTaskId"]
    stack.twin.advance(60)
    status = stack.iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"]
    assert status == "FAILED"
    stack.create()


def test_a_rollout_survives_a_restart_of_the_twin(start, tmp_path):
    stack = Stack(start(state=tmp_path))
    stack.register()
    stack.create(desiredCount=2)
    stack.twin.advance(12)
    stack.twin.kill()
    stack.twin = start(state=tmp_path)
    stack.ecs = stack.twin.client("ecs")
    stack.wait(stack.completed)
    assert stack.service()["runningCount"] == 2


def test_everything_at_once(stack):
    stack.twin.timing("zero")
    try:
        stack.register()
        stack.create(desiredCount=2)
        stack.twin.advance(0.01)
        assert stack.completed()
        stack.twin.script(crash(BAD))
        stack.register(image=BAD)
        stack.update(taskDefinition="web", deploymentConfiguration=BREAKER)
        stack.wait(lambda: stack.service()["taskDefinition"].endswith(":1") and stack.completed())
    finally:
        stack.twin.timing("default")


def test_container_health_checks(stack):
    check = {"healthCheck": {"command": ["CMD", "true"], "interval": 10, "retries": 2}}
    stack.register(container=check)
    stack.create()
    stack.wait(stack.completed)
    assert stack.tasks()[0]["healthStatus"] == "HEALTHY"
    stack.twin.script(ill(BAD))
    stack.register(image=BAD, container=check)
    stack.update(taskDefinition="web")
    stack.wait(lambda: stack.tasks("STOPPED"))
    assert stack.tasks("STOPPED")[0]["stoppedReason"] == "Task failed container health checks"


def test_early_success(stack):
    early = {"enable": True, "healthyPercent": 100, "sourceServiceRevisionCleanup": "DEFERRED"}
    stack.register()
    stack.create(loadBalancers=stack.balance(), deploymentConfiguration={"earlySuccessCriteria": early})
    stack.wait(stack.completed)
    stack.update(forceNewDeployment=True)
    stack.wait(stack.completed)
    assert len(stack.service()["deployments"]) == 2, "done before the old tasks are gone"


def test_stop_service_deployment_rolls_back(stack, refused):
    first = stack.register()
    stack.create()
    stack.wait(stack.completed)
    stack.register()
    stack.update(taskDefinition="web")
    stack.twin.advance(5)
    current = stack.service()["currentServiceDeployment"]
    stack.ecs.stop_service_deployment(serviceDeploymentArn=current)
    assert refused(stack.ecs.stop_service_deployment, serviceDeploymentArn=current) == "ConflictException"
    stack.wait(lambda: stack.service()["taskDefinition"] == first and stack.completed())
    (newest, _) = stack.ecs.list_service_deployments(cluster="shop", service="web")["serviceDeployments"]
    assert newest["status"] == "ROLLBACK_SUCCESSFUL"
    code = refused(stack.ecs.stop_service_deployment, serviceDeploymentArn=current + "0")
    assert code == "ServiceDeploymentNotFoundException"


def test_a_deleted_service_drains_then_is_inactive_and_its_interfaces_linger(stack, refused):
    stack.register()
    stack.create(loadBalancers=stack.balance())
    stack.wait(stack.completed)
    stack.update(desiredCount=0)
    answer = stack.ecs.delete_service(cluster="shop", service="web")["service"]
    assert answer["status"] == "DRAINING"
    assert stack.ecs.list_services(cluster="shop")["serviceArns"] == []
    drained = stack.wait(lambda: stack.service()["status"] == "INACTIVE")
    assert 30 <= drained <= 60, "the deregistration delay"
    delete = stack.ec2.delete_security_group
    assert refused(delete, GroupId=stack.group) == "DependencyViolation"
    stack.twin.advance(61)
    delete(GroupId=stack.group)


def test_list_services_pages(stack):
    stack.register()
    for n in range(12):
        stack.create(serviceName=f"web-{n:02}", desiredCount=0)
    pages = stack.ecs.get_paginator("list_services").paginate(cluster="shop")
    assert [len(page["serviceArns"]) for page in pages] == [10, 2]


def test_waiters_of_boto3(stack):
    stack.register()
    stack.create()
    stack.wait(stack.completed)
    stack.ecs.get_waiter("services_stable").wait(cluster="shop", services=["web"])
    stack.ecs.delete_service(cluster="shop", service="web", force=True)
    stack.wait(lambda: stack.service()["status"] == "INACTIVE")
    stack.ecs.get_waiter("services_inactive").wait(cluster="shop", services=["web"])


def test_ec2_launch_type_finds_no_instances(stack):
    stack.register(requiresCompatibilities=["EC2"])
    network = {"awsvpcConfiguration": {"subnets": stack.subnets, "securityGroups": [stack.group]}}
    stack.create(launchType="EC2", networkConfiguration=network)
    stack.twin.advance(60)
    assert "no container instance met all of its requirements" in stack.messages()[0]


# tasks


def run(stack, **fields):
    request = {
        "cluster": "shop",
        "taskDefinition": "web",
        "launchType": "FARGATE",
        "networkConfiguration": stack.network,
        **fields,
    }
    return stack.ecs.run_task(**request)["tasks"]


def one(stack, arn):
    return stack.ecs.describe_tasks(cluster="shop", tasks=[arn])["tasks"][0]


def test_one_off_task_reaches_stopped_exit_code(stack):
    stack.twin.script(crash(GOOD, code=0, after=10))
    stack.register()
    (task,) = run(stack, startedBy="migration")
    assert task["lastStatus"] == "PROVISIONING" and task["group"] == "family:web"
    arn = task["taskArn"]
    stack.wait(lambda: one(stack, arn)["lastStatus"] == "RUNNING")
    assert stack.ecs.list_tasks(cluster="shop", startedBy="migration")["taskArns"] == [arn]
    stack.wait(lambda: one(stack, arn)["lastStatus"] == "STOPPED")
    task = one(stack, arn)
    assert task["containers"][0]["exitCode"] == 0 and task["stoppedAt"] > task["startedAt"]
    assert task["attachments"][0]["status"] == "DELETED"
    stack.ecs.get_waiter("tasks_stopped").wait(cluster="shop", tasks=[arn])
    stack.twin.advance(3599)
    assert one(stack, arn)
    stack.twin.advance(2)
    assert stack.ecs.describe_tasks(cluster="shop", tasks=[arn])["failures"][0]["reason"] == "MISSING"


def test_run_task_tokens(stack, refused):
    stack.register()
    first = run(stack, clientToken="t")
    assert run(stack, clientToken="t")[0]["taskArn"] == first[0]["taskArn"]
    with pytest.raises(stack.ecs.exceptions.ConflictException):
        run(stack, clientToken="t", count=2)


def test_run_task_with_a_bad_role(stack):
    stack.register()
    stack.iam.delete_role(RoleName="execution")
    with pytest.raises(stack.ecs.exceptions.ClientException, match="unable to assume the role"):
        run(stack)


def test_run_task_overrides_name_a_container(stack):
    stack.register()
    with pytest.raises(stack.ecs.exceptions.InvalidParameterException, match="api"):
        run(stack, overrides={"containerOverrides": [{"name": "api", "command": ["true"]}]})
    (task,) = run(stack, overrides={"containerOverrides": [{"name": "web", "command": ["true"]}]})
    assert task["overrides"]["containerOverrides"][0]["command"] == ["true"]


def test_stop_task(stack, refused):
    stack.register()
    stack.create()
    stack.wait(stack.completed)
    (task,) = stack.tasks()
    answer = stack.ecs.stop_task(cluster="shop", task=task["taskArn"], reason="because")["task"]
    assert (answer["desiredStatus"], answer["stopCode"]) == ("STOPPED", "UserInitiated")
    assert answer["stoppedReason"] == "because"
    stack.wait(lambda: stack.service()["runningCount"] == 1)
    assert stack.tasks()[0]["taskArn"] != task["taskArn"], "it is replaced"
    assert refused(stack.ecs.stop_task, cluster="shop", task="0" * 32) == "InvalidParameterException"


def test_init_containers(stack):
    stack.twin.script(crash("shop/init", code=0, after=30))
    done = {"containerName": "init", "condition": "SUCCESS"}
    init = {"name": "init", "image": "shop/init", "essential": False}
    web = {"name": "web", "image": GOOD, "dependsOn": [done]}
    stack.register(containerDefinitions=[init, web])
    (task,) = run(stack)
    seconds = stack.wait(lambda: one(stack, task["taskArn"])["lastStatus"] == "RUNNING")
    assert seconds >= 60
    containers = {it["name"]: it for it in one(stack, task["taskArn"])["containers"]}
    assert containers["init"]["exitCode"] == 0 and containers["web"]["lastStatus"] == "RUNNING"


def test_execute_command(stack, says):
    stack.register(taskRoleArn=stack.role)
    (plain,) = run(stack)
    (open_,) = run(stack, enableExecuteCommand=True)
    stack.twin.advance(60)
    call = {"cluster": "shop", "command": "/bin/sh", "interactive": True}
    code, message = says(stack.ecs.execute_command, task=plain["taskArn"], **call)
    assert code == "InvalidParameterException" and "was not enabled" in message
    answer = stack.ecs.execute_command(task=open_["taskArn"], **call)
    assert answer["containerName"] == "web" and answer["session"]["streamUrl"].startswith("wss://")


# tags and settings


def test_tag_resource_list_tags(stack, refused):
    arn = stack.register()
    stack.ecs.tag_resource(resourceArn=arn, tags=[{"key": "k", "value": "v"}])
    assert stack.ecs.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "k", "value": "v"}]
    stack.ecs.untag_resource(resourceArn=arn, tagKeys=["k"])
    assert stack.ecs.list_tags_for_resource(resourceArn=arn)["tags"] == []
    missing = arn.rsplit("/", 2)[0].replace(":task-definition", ":cluster/nope")
    code = refused(stack.ecs.tag_resource, resourceArn=missing, tags=[{"key": "k", "value": "v"}])
    assert code == "ClusterNotFoundException"


def test_propagated_tags(stack):
    stack.register()
    stack.create(propagateTags="SERVICE", enableECSManagedTags=True, tags=[{"key": "a", "value": "b"}])
    stack.wait(stack.completed)
    arn = stack.tasks()[0]["taskArn"]
    (task,) = stack.ecs.describe_tasks(cluster="shop", tasks=[arn], include=["TAGS"])["tasks"]
    tags = {it["key"]: it["value"] for it in task["tags"]}
    assert tags == {"a": "b", "aws:ecs:clusterName": "shop", "aws:ecs:serviceName": "web"}


def test_put_account_setting(stack, refused):
    put = stack.ecs.put_account_setting
    assert put(name="containerInsights", value="enhanced")["setting"]["value"] == "enhanced"
    listed = stack.ecs.list_account_settings(name="containerInsights", effectiveSettings=True)
    assert listed["settings"][0]["value"] == "enhanced"
    assert refused(put, name="nope", value="x") == "InvalidParameterException"


def test_same_calls_same_world(start):
    def history():
        twin = start()
        stack = Stack(twin)
        stack.register()
        stack.create(desiredCount=2)
        stack.wait(stack.completed)
        return stack.messages(), [task["taskArn"] for task in stack.tasks()]

    assert history() == history()
