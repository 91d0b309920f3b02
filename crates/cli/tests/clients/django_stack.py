"""What examples/django-stack has brought up, as boto3 sees it."""

from test_images import Rig

REPOSITORY = "django-production-app"
SERVICE = "services.web/service"


def push(django, tag, content):
    return Rig.push(django.sandbox, tag, content, repository=REPOSITORY)


def service(django):
    asked = {"cluster": django.out("cluster", "name"), "services": [django.out(SERVICE, "name")]}
    [service] = django.client("ecs").describe_services(**asked)["services"]
    return service


def revision(django):
    """The task definition that the service runs, and its container."""
    arn = service(django)["taskDefinition"]
    task = django.client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]
    [container] = task["containerDefinitions"]
    return task, container


def tasks(django):
    ecs, asked = django.client("ecs"), {"cluster": django.out("cluster", "name")}
    arns = ecs.list_tasks(**asked, serviceName=django.out(SERVICE, "name"))["taskArns"]
    return ecs.describe_tasks(**asked, tasks=arns)["tasks"]


def host_port(task):
    """Where it is reached on its instance."""
    [container] = task["containers"]
    [binding] = container["networkBindings"]
    return binding["hostPort"]


def container_instances(django):
    """The EC2 ids of what has joined the cluster, by ARN."""
    ecs, asked = django.client("ecs"), {"cluster": django.out("cluster", "name")}
    arns = ecs.list_container_instances(**asked)["containerInstanceArns"]
    found = ecs.describe_container_instances(**asked, containerInstances=arns)["containerInstances"]
    return {one["containerInstanceArn"]: one["ec2InstanceId"] for one in found}


def let_in(django, group):
    """Who comes in there, and on which ports."""
    ec2 = django.client("ec2")
    asked = [{"Name": "group-id", "Values": [django.out(group, "id")]}]
    rules = ec2.describe_security_group_rules(Filters=asked)["SecurityGroupRules"]
    source = lambda rule: rule.get("CidrIpv4") or rule["ReferencedGroupInfo"]["GroupId"]
    inwards = [rule for rule in rules if not rule["IsEgress"]]
    return {(rule["IpProtocol"], rule["FromPort"], rule["ToPort"], source(rule)) for rule in inwards}


def allowed(django, role, policy):
    """Each action of a role's policy, and what it may be done to."""
    iam, name = django.client("iam"), django.out(role, "name")
    document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
    as_list = lambda value: value if isinstance(value, list) else [value]
    return {
        (action, resource)
        for statement in document["Statement"]
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }


def database(django):
    [database] = django.client("rds").describe_db_instances()["DBInstances"]
    return database


def secret_key(django):
    """The one that the container is given."""
    _, container = revision(django)
    [arn] = [pair["valueFrom"] for pair in container["secrets"] if pair["name"] == "SECRET_KEY"]
    return secret_value(django, arn)


def secret_value(django, arn):
    return django.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
