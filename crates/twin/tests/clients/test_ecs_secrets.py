"""Tasks are given their secrets before they start, as their execution role, or do not start."""

import json

import pytest
from test_ecs import TRUST, Stack

BEGINNING = "ResourceInitializationError: unable to pull secrets or registry auth: "
ACCOUNT = "123456789012"


class Given(Stack):
    """A stack with a secret and a parameter, and a role that may read what a test says."""

    def __init__(self, twin):
        super().__init__(twin)
        self.manager, self.ssm = twin.client("secretsmanager"), twin.client("ssm")
        document = {"key": "hush", "number": 7}
        made = self.manager.create_secret(Name="shop/db", SecretString=json.dumps(document))
        self.secret, self.version = made["ARN"], made["VersionId"]
        self.ssm.put_parameter(Name="/shop/x", Value="hush", Type="SecureString")
        self.parameter = f"arn:aws:ssm:eu-central-1:{ACCOUNT}:parameter/shop/x"

    def allow(self, actions="*", resources="*", effect="Allow", name="p", **more):
        statement = {"Effect": effect, "Action": actions, "Resource": resources, **more}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.iam.put_role_policy(RoleName="execution", PolicyName=name, PolicyDocument=policy)

    def start(self, *values, container=None, **fields):
        """Runs a task with these `valueFrom`s; gives it as it is a while later."""
        secrets = [{"name": f"S{n}", "valueFrom": value} for n, value in enumerate(values)]
        self.register(container={"secrets": secrets, **(container or {})}, **fields)
        return self.run()

    def run(self, **fields):
        answer = self.ecs.run_task(
            cluster="shop", taskDefinition="web", launchType="FARGATE",
            networkConfiguration=self.network, **fields,
        )
        assert answer["failures"] == []
        self.twin.advance(60)
        arn = answer["tasks"][0]["taskArn"]
        return self.ecs.describe_tasks(cluster="shop", tasks=[arn])["tasks"][0]

    def failed(self, *values, **more):
        """The same, of a task that does not start: what comes after the beginning of its reason."""
        return reason(self.start(*values, **more))


def reason(task):
    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "TaskFailedToStart")
    assert task["stoppedReason"].startswith(BEGINNING)
    assert "pullStartedAt" not in task and "startedAt" not in task
    return task["stoppedReason"][len(BEGINNING):]


@pytest.fixture
def stack(twin):
    twin.reset()
    return Given(twin)


def test_registering_keeps_secrets_and_credentials(stack):
    container = {
        "secrets": [{"name": "A", "valueFrom": stack.secret}, {"name": "B", "valueFrom": "/shop/x"}],
        "repositoryCredentials": {"credentialsParameter": stack.secret},
    }
    stack.register(container=container)
    seen = stack.ecs.describe_task_definition(taskDefinition="web")["taskDefinition"]
    web = seen["containerDefinitions"][0]
    assert {key: web[key] for key in container} == container
    attributes = {one["name"] for one in seen["requiresAttributes"]}
    assert "ecs.capability.secrets.asm.environment-variables" in attributes
    assert "ecs.capability.secrets.ssm.environment-variables" in attributes
    assert "ecs.capability.private-registry-authentication.secretsmanager" in attributes


@pytest.mark.parametrize("container, has_role", [
    ({"secrets": [{"name": "A", "valueFrom": "/x"}]}, False),
    ({"secrets": [{"name": "A", "valueFrom": "/x"}], "environment": [{"name": "A", "value": "1"}]}, True),
    ({"secrets": [{"name": "A", "valueFrom": "/x"}, {"name": "A", "valueFrom": "/y"}]}, True),
    ({"secrets": [{"name": "A", "valueFrom": "a b"}]}, True),
    ({"secrets": [{"name": "A", "valueFrom": "arn:aws:s3:::bucket/key"}]}, True),
])
def test_registering_refuses(stack, refused, container, has_role):
    web = {"name": "web", "image": "shop/web:1", **container}
    request = {
        "family": "web", "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc",
        "cpu": "256", "memory": "512", "containerDefinitions": [web],
    }
    if has_role:
        request["executionRoleArn"] = stack.role
    assert refused(stack.ecs.register_task_definition, **request) == "ClientException"


def test_a_task_starts_with_its_secrets(stack):
    stack.allow("secretsmanager:GetSecretValue", stack.secret)
    stack.allow("ssm:GetParameters", stack.parameter, name="q")
    values = [
        stack.secret, stack.secret + ":key::", stack.secret + ":number::",
        f"{stack.secret}::AWSCURRENT:", f"{stack.secret}:key::{stack.version}",
        "/shop/x", stack.parameter,
    ]
    assert stack.start(*values)["lastStatus"] == "RUNNING"


def test_an_arn_without_its_random_characters(stack):
    stack.allow("secretsmanager:GetSecretValue", stack.secret)
    assert stack.start(stack.secret[:-7])["lastStatus"] == "RUNNING"


def test_missing_secret(stack):
    stack.allow()
    why = stack.failed(stack.secret[:-6] + "zzzzzz")
    assert "unable to retrieve secret from asm" in why
    assert "ResourceNotFoundException: Secrets Manager can't find the specified secret." in why


def test_secret_scheduled_for_deletion(stack):
    stack.allow()
    stack.manager.delete_secret(SecretId="shop/db")
    assert "InvalidRequestException" in stack.failed(stack.secret)


def test_missing_stage(stack):
    stack.allow()
    assert "staging label: AWSPREVIOUS" in stack.failed(f"{stack.secret}::AWSPREVIOUS:")


def test_missing_json_key(stack):
    stack.allow()
    why = stack.failed(stack.secret + ":none::")
    assert why.endswith("retrieved secret from Secrets Manager did not contain json key none")


def test_a_key_of_what_is_no_json(stack):
    stack.allow()
    arn = stack.manager.create_secret(Name="plain", SecretString="word")["ARN"]
    assert "word" not in stack.failed(arn + ":key::")


def test_missing_parameter(stack):
    stack.allow()
    assert "invalid ssm parameters: /shop/none" in stack.failed("/shop/x", "/shop/none")


def test_a_role_without_policies(stack):
    why = stack.failed(stack.secret)
    assert "is not authorized to perform: secretsmanager:GetSecretValue on resource: " + stack.secret in why
    assert why.endswith("because no identity-based policy allows the secretsmanager:GetSecretValue action")
    assert ":assumed-role/execution/" in why


def test_a_role_that_may_not_read_parameters(stack):
    stack.allow("secretsmanager:*")
    why = stack.failed("/shop/x")
    assert f"is not authorized to perform: ssm:GetParameters on resource: {stack.parameter}" in why


@pytest.mark.parametrize("actions, resources", [
    ("secretsmanager:DescribeSecret", "*"),
    ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:other-*"),
    ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/db"),
])
def test_a_policy_about_something_else(stack, actions, resources):
    stack.allow(actions, resources)
    assert "AccessDeniedException" in stack.failed(stack.secret)


def test_an_explicit_deny(stack):
    stack.allow()
    stack.allow("secretsmanager:*", "*", effect="Deny", name="q")
    assert "with an explicit deny in an identity-based policy" in stack.failed(stack.secret)


@pytest.mark.parametrize("condition, starts", [
    ({"StringEquals": {"aws:RequestedRegion": "eu-central-1"}}, True),
    ({"StringEquals": {"aws:RequestedRegion": "us-east-1"}}, False),
    ({"StringEquals": {"secretsmanager:ResourceTag/app": "shop"}}, True),
    ({"StringEquals": {"aws:ResourceTag/app": "blog"}}, False),
    ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
])
def test_conditions(stack, condition, starts):
    stack.manager.tag_resource(SecretId="shop/db", Tags=[{"Key": "app", "Value": "shop"}])
    stack.allow("secretsmanager:GetSecretValue", "*", Condition=condition)
    assert (stack.start(stack.secret)["lastStatus"] == "RUNNING") is starts


def test_a_customer_managed_policy(stack):
    policy = lambda action: json.dumps({
        "Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": "*"},
    })
    arn = stack.iam.create_policy(PolicyName="p", PolicyDocument=policy("secretsmanager:Get*"))["Policy"]["Arn"]
    stack.iam.attach_role_policy(RoleName="execution", PolicyArn=arn)
    assert stack.start(stack.secret)["lastStatus"] == "RUNNING"
    stack.iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy("s3:*"), SetAsDefault=True)
    assert "AccessDeniedException" in reason(stack.run())


@pytest.mark.parametrize("name, starts", [
    ("service-role/AmazonECSTaskExecutionRolePolicy", False),
    ("SecretsManagerReadWrite", True),
    ("AdministratorAccess", True),
])
def test_an_aws_managed_policy(stack, name, starts):
    stack.iam.attach_role_policy(RoleName="execution", PolicyArn=f"arn:aws:iam::aws:policy/{name}")
    assert (stack.start(stack.secret)["lastStatus"] == "RUNNING") is starts


def test_a_permissions_boundary(stack):
    stack.allow()
    stack.iam.put_role_permissions_boundary(
        RoleName="execution", PermissionsBoundary="arn:aws:iam::aws:policy/AmazonSSMReadOnlyAccess"
    )
    assert "AccessDeniedException" in stack.failed(stack.secret)
    assert stack.start("/shop/x")["lastStatus"] == "RUNNING"


def test_registry_credentials(stack):
    stack.allow("secretsmanager:GetSecretValue", stack.secret)
    word = json.dumps({"username": "u", "password": "hush"})
    stack.manager.put_secret_value(SecretId="shop/db", SecretString=word)
    credentials = {"repositoryCredentials": {"credentialsParameter": stack.secret}}
    assert stack.start(container=credentials)["lastStatus"] == "RUNNING"


def test_registry_credentials_that_are_none(stack):
    stack.allow()
    credentials = {"repositoryCredentials": {"credentialsParameter": stack.secret}}
    assert "hush" not in stack.failed(container=credentials)


def test_registry_credentials_without_permission(stack):
    credentials = {"repositoryCredentials": {"credentialsParameter": "shop/db"}}
    assert "secretsmanager:GetSecretValue" in stack.failed(container=credentials)


def test_registry_credentials_without_an_execution_role(stack):
    web = {
        "name": "web", "image": "shop/web:1",
        "repositoryCredentials": {"credentialsParameter": stack.secret},
    }
    stack.ecs.register_task_definition(
        family="web", requiresCompatibilities=["FARGATE"], networkMode="awsvpc",
        cpu="256", memory="512", containerDefinitions=[web],
    )
    assert "execution role" in reason(stack.run())


def test_secrets_of_a_log_driver(stack):
    logging = {"logDriver": "splunk", "secretOptions": [{"name": "splunk-token", "valueFrom": "/shop/none"}]}
    stack.allow()
    assert "/shop/none" in stack.failed(container={"logConfiguration": logging})


def test_a_role_for_one_run(stack):
    other = stack.iam.create_role(RoleName="other", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    stack.allow()
    assert stack.start(stack.secret)["lastStatus"] == "RUNNING"
    assert ":assumed-role/other/" in reason(stack.run(overrides={"executionRoleArn": other}))


def test_a_service_whose_secret_is_gone_fails(stack):
    stack.allow()
    stack.register(container={"secrets": [{"name": "A", "valueFrom": "/shop/none"}]})
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": False}}
    stack.create(deploymentConfiguration=breaker)
    stack.twin.advance(900)
    assert stack.primary()["rolloutState"] == "FAILED"


def test_values_are_in_no_answer_of_ecs(twin, stack):
    stack.allow()
    task = stack.start(stack.secret, "/shop/x")
    definition = stack.ecs.describe_task_definition(taskDefinition="web")["taskDefinition"]
    assert "hush" not in json.dumps([task, definition, twin.log()], default=str)
