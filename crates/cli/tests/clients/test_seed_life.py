"""What the first deployer should have done over time: changes, failures, endings (docs/reference/seeds.md).

A number in a docstring is that of a mistake of its, which this test would see again.
"""

import json
import re
import signal
import subprocess

import pytest
from seed import ANZU, Seed
from stacks import PLAIN
from test_hello import everything, records


@pytest.fixture
def start(tmp_path):
    """Starts sandboxes, each in a folder of its own."""
    started = []

    def start(manifest=ANZU, **options):
        folder = tmp_path / str(len(started))
        folder.mkdir()
        started.append(Seed(folder, manifest, **options))
        return started[-1]

    yield start
    for seed in started:
        seed.sandbox.stop()


def nothing_is_left(seed):
    left = {kind: objects for kind, objects in everything(seed.sandbox).items() if objects}
    assert left == {}
    assert seed.secretsmanager.list_secrets()["SecretList"] == []
    assert seed.iam.list_policies(Scope="Local")["Policies"] == []
    assert records(seed.sandbox) == []


REFUSED = [
    ("iam", "PutRolePolicy"),  # B8, B9: the secret is there by then
    ("ec2", "AssociateRouteTable"),  # B11: what follows the subnets
    ("ec2", "ModifyVpcAttribute"),  # B11: and what follows the network
    ("ec2", "AttachInternetGateway"),  # B12
    ("ec2", "AuthorizeSecurityGroupIngress"),  # B39
    ("ecs", "CreateService"),  # B14: by then everything is there
]


@pytest.mark.parametrize("service, operation", REFUSED)
def test_what_was_made_before_a_refusal_goes_again(start, service, operation):
    """B8, B9, B11, B12, B14, B39"""
    seed = start()
    seed.refuse(service, operation)
    _, err = seed.exits(3, "up")
    assert operation in err and "somebody took the right away" in err
    assert seed.sandbox.twin("GET", "faults") == []
    nothing_is_left(seed)


def test_a_revision_that_no_service_came_to_run_goes_again(start):
    """B10"""
    seed = start()
    seed.up()
    before = seed.revision()
    seed.write(ANZU.replace("web:1", "web:2"))
    seed.refuse("ecs", "UpdateService")
    seed.exits(3, "up")
    assert seed.revision() == before
    assert seed.ecs.list_task_definitions()["taskDefinitionArns"] == [before["taskDefinitionArn"]]


def test_an_update_is_a_revision_of_the_same_family_and_nothing_else(start):
    """B27, B29, B30, B34, B51"""
    seed = start()
    seed.up()
    before, so_far = seed.revision(), len(seed.changes())
    seed.up()
    assert seed.changes()[so_far:] == []
    seed.write(ANZU.replace("web:1", "web:2"))
    seed.up()
    assert seed.changes()[so_far:] == ["ecs:RegisterTaskDefinition", "ecs:UpdateService"]
    after = seed.revision()
    assert (after["family"], after["revision"]) == (before["family"], before["revision"] + 1)
    for same in ("executionRoleArn", "taskRoleArn"):
        assert after[same] == before[same]
    assert after["containerDefinitions"][0]["image"] == "ghcr.io/acme/web:2"
    assert seed.service()["desiredCount"] == 2


def test_a_port_of_the_users_own_is_the_only_one(start):
    """B47"""
    seed = start(ANZU.replace('MIDDLE = "m"', 'PORT = "9090"'))
    seed.up()
    [container] = seed.revision()["containerDefinitions"]
    assert [it["value"] for it in container["environment"] if it["name"] == "PORT"] == ["9090"]


def test_a_service_whose_count_nobody_says_runs_one_task_and_goes_on_to(start):
    """B34"""
    seed = start(PLAIN)
    seed.up()
    assert seed.service()["desiredCount"] == 1
    seed.write(PLAIN.replace("nginx:1.29", "nginx:1.30"))
    seed.up()
    assert seed.service()["desiredCount"] == 1


def test_another_password_is_another_version_of_the_same_secret(start):
    """B29"""
    seed = start()
    seed.up()
    secret, so_far = seed.out("registry/secret", "arn"), len(seed.changes())
    seed.sandbox.environment["REGISTRY_PASSWORD"] = "another"
    seed.up()
    sent = seed.changes()[so_far:]
    assert sent[0] == "secretsmanager:PutSecretValue"
    assert not any("Create" in change for change in sent), sent
    value = json.loads(seed.secretsmanager.get_secret_value(SecretId=secret)["SecretString"])
    assert value == {"username": "acme", "password": "another"}


def test_down_leaves_nothing_not_even_a_secret_or_a_revision(start):
    """B14, B18, B19"""
    seed = start()
    seed.up()
    seed.down()
    nothing_is_left(seed)
    assert seed.secretsmanager.list_secrets(IncludePlannedDeletion=True)["SecretList"] == []
    assert seed.ecs.list_task_definitions(status="INACTIVE")["taskDefinitionArns"] == []
    assert seed.resources() == {}


def test_a_value_that_nobody_else_has_is_kept_and_the_secret_says_for_how_long(start):
    """B19"""
    seed = start(PLAIN + "[services.web.secrets]\nKEY = { generate = 32 }\n")
    seed.up()
    _, err = seed.down()
    assert "until it is restored" in err
    [secret] = seed.secretsmanager.list_secrets(IncludePlannedDeletion=True)["SecretList"]
    assert secret["DeletedDate"]
    assert {"Key": "ashore:recovery-days", "Value": "30"} in secret["Tags"]


def test_the_name_goes_first_and_tasks_end_before_what_they_are_reached_by(start):
    seed = start()
    seed.up()
    so_far = len(seed.changes())
    seed.down()
    sent = seed.changes()[so_far:]
    place = sent.index
    record = next(n for n, change in enumerate(sent) if change.startswith("cloudflare:DELETE"))
    assert record < place("ecs:DeleteService")
    for later in ("DeleteRule", "DeleteTargetGroup", "DeleteLoadBalancer"):
        assert place("ecs:DeleteService") < place(f"elasticloadbalancing:{later}")


def test_all_that_cannot_be_deleted_is_told_and_the_next_down_goes_on(start):
    """B15, B16"""
    seed = start()
    seed.up()
    rights = [("elasticloadbalancing", "DeleteTargetGroup"), ("logs", "DeleteLogGroup"), ("iam", "DeleteRole")]
    for service, operation in rights:
        seed.refuse(service, operation)
    _, err = seed.exits(6, "down", "--yes")
    for _, operation in rights:
        assert f"{operation}: AccessDenied: somebody took the right away" in err
    # The rest is gone, and what is left is known by all that deleting it takes.
    left = set(seed.resources())
    assert {"services.web/target_group", "services.web/log_group"} < left
    assert not {"cluster", "services.web/service", "ingress/load_balancer"} & left
    seed.down()
    nothing_is_left(seed)


def test_what_cannot_be_put_back_is_told_and_the_rest_is_put_back(start):
    """B15"""
    seed = start()
    seed.refuse("ecs", "CreateService")
    rights = [("elasticloadbalancing", "DeleteTargetGroup"), ("logs", "DeleteLogGroup")]
    for service, operation in rights:
        seed.refuse(service, operation)
    _, err = seed.exits(6, "up")
    for _, operation in [("ecs", "CreateService"), *rights]:
        assert f"{operation}: AccessDenied: somebody took the right away" in err
    left = {kind for kind, objects in everything(seed.sandbox).items() if objects}
    assert left == {"vpcs", "route tables", "security groups", "target groups", "log groups"}
    seed.down()
    nothing_is_left(seed)


def test_what_somebody_else_has_deleted_does_not_hinder_down(start):
    """B16"""
    seed = start(PLAIN)
    seed.up()
    seed.logs.delete_log_group(logGroupName=seed.out("services.web/log_group", "name"))
    cluster, service = seed.out("cluster", "name"), seed.out("services.web/service", "name")
    seed.ecs.delete_service(cluster=cluster, service=service, force=True)
    seed.down()
    nothing_is_left(seed)


def test_a_role_that_somebody_has_put_elsewhere_is_told_and_goes_when_it_is_free(start):
    """B20"""
    seed = start(PLAIN)
    seed.up()
    held = {"InstanceProfileName": "theirs", "RoleName": seed.out("services.web/task_role", "name")}
    seed.iam.create_instance_profile(InstanceProfileName="theirs")
    seed.iam.add_role_to_instance_profile(**held)
    _, err = seed.exits(6, "down", "--yes")
    assert "services.web/task_role" in err and "must remove roles from instance profile" in err
    assert "in instance profile theirs" in err and "take the role out of theirs" in err
    seed.iam.remove_role_from_instance_profile(**held)
    seed.down()
    nothing_is_left(seed)


def test_what_was_interrupted_is_put_back_by_another_process(start):
    """B3, B17"""
    seed = start(PLAIN)
    surroundings = {"HOME": str(seed.folder), "AWS_EC2_METADATA_DISABLED": "true", **seed.sandbox.environment}
    command = [seed.sandbox.binary, "up", "-f", str(seed.folder / "ashore.toml")]
    process = subprocess.Popen(command, env=surroundings, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if "ec2:CreateVpc" in line:
            break
    process.send_signal(signal.SIGINT)
    said = process.stderr.read()
    assert process.wait() == 130
    assert "E0320" in said and "nothing is lost" in said
    seed.exits(0, "up", "--undo")
    nothing_is_left(seed)


def test_a_wait_that_nobody_ends_is_given_up_and_says_for_what(start):
    """B1, B3: here for a record that somebody was to set, of whom nobody heard again."""
    manual = PLAIN.replace("[services.web]", 'dns = { provider = "manual" }\n[services.web]')
    seed = start(manual + 'hostname = "plain.example.org"\n', speed="3000")
    _, err = seed.exits(3, "up")
    # Either wait is longer than the other on a machine that has much to do.
    waits = "set at your DNS provider|PENDING_VALIDATION of plain.example.org"
    assert re.search(rf"not ready after \d+ s: ({waits})", err), err
    # What somebody is to do is said as soon as it is known, and not again.
    asked = [line for line in err.splitlines() if line.startswith("! ")]
    assert len(asked) == 1 and "set at your DNS provider: _" in asked[0], err
    nothing_is_left(seed)


def test_two_environments_live_in_one_account(start):
    """B50, B52: nothing of one bears a name of the other's, and neither's names are drawn by lot."""
    seed = start(PLAIN)
    seed.up()
    seed.up("--env", "staging")
    clusters = [arn.rpartition("/")[2] for arn in seed.ecs.list_clusters()["clusterArns"]]
    assert clusters == ["plain-production-cluster", "plain-staging-cluster"]
    seed.exits(0, "down", "--yes", "--env", "staging")
    seed.exits(0, "plan", "--detailed-exitcode")


def test_credentials_come_from_wherever_the_aws_cli_has_them(start):
    """B44"""
    seed = start(PLAIN)
    environment = seed.sandbox.environment
    key, secret = environment.pop("AWS_ACCESS_KEY_ID"), environment.pop("AWS_SECRET_ACCESS_KEY")
    _, err = seed.exits(4, "plan")
    assert "AWS_PROFILE" in err and "aws sso login" in err
    keys = [f"aws_access_key_id = {key}", f"aws_secret_access_key = {secret}"]
    lines = ["[work]", *keys, "aws_session_token = token"]
    (seed.folder / "credentials").write_text("\n".join(lines))
    environment["AWS_SHARED_CREDENTIALS_FILE"] = str(seed.folder / "credentials")
    seed.exits(0, "plan", "--profile", "work")
    environment["AWS_PROFILE"] = "work"
    seed.exits(0, "plan")
    account = {"AWS": "arn:aws:iam::123456789012:root"}
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": account}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = seed.iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=trust)["Role"]
    seed.write(PLAIN + f'[environments.production]\nrole = "{role["Arn"]}"\n')
    seed.exits(0, "plan")
    assert "AssumeRole" in {entry["operation"] for entry in seed.sandbox.twin("GET", "log")}


def test_nobody_is_asked_for_a_token_of_a_provider_that_is_not_used(start):
    """B55"""
    seed = start(PLAIN)
    del seed.sandbox.environment["CLOUDFLARE_API_TOKEN"]
    seed.up()
    seed.write(ANZU)
    _, err = seed.exits(4, "up")
    assert "E0411" in err and "CLOUDFLARE_API_TOKEN" in err


def test_every_step_is_told_with_its_fields(start):
    """B55: by the one stream of events that there is."""
    seed = start(PLAIN)
    out, _ = seed.up("--json")
    documents = [json.loads(line) for line in out.splitlines()]
    done = {document["step"] for document in documents if document["type"] == "done"}
    assert done == set(seed.resources())
    sent = [document["operation"] for document in documents if document["type"] == "sending"]
    assert sorted(sent) == sorted(seed.changes())


def test_a_new_manifest_has_a_region_which_can_be_another(start, tmp_path):
    seed = start(PLAIN)
    for words, region in ([], "eu-central-1"), (["--region", "us-west-2"], "us-west-2"):
        (seed.folder / "ashore.toml").unlink()
        seed.exits(0, "init", *words)
        assert f'region = "{region}"' in (seed.folder / "ashore.toml").read_text()
