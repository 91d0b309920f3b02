"""The registry's HTTP API, and tasks whose images come from it."""

import json

import pytest
import registry
from registry import digest, image, push, put

HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"


@pytest.fixture
def ecr(twin):
    twin.reset()
    client = twin.client("ecr")
    client.create_repository(repositoryName="shop/web")
    return client


def code(text):
    return json.loads(text)["errors"][0]["code"]


def test_without_a_token_nobody_gets_in(twin, ecr):
    status, headers, _ = twin.request("GET", "/v2/")
    assert status == 401 and headers["WWW-Authenticate"].startswith("Basic realm=")
    assert twin.request("GET", "/v2/", None, {"Authorization": "Basic QVdTOng="})[0] == 401


def test_a_token_opens_the_registry_for_twelve_hours(twin, ecr):
    headers = registry.password(ecr)
    assert twin.request("GET", "/v2/", None, headers)[0] == 200
    twin.advance(12 * 3600)
    status, _, text = twin.request("GET", "/v2/", None, headers)
    assert (status, code(text)) == (403, "DENIED")


def test_what_is_pushed_can_be_pulled(twin, ecr):
    headers = registry.password(ecr)
    made = push(twin, headers, "shop/web", "one", "1")
    blobs, manifest = image("one")
    for reference in ("1", made):
        status, answer, text = twin.request("GET", f"/v2/shop/web/manifests/{reference}", None, headers)
        assert (status, text, answer["Docker-Content-Digest"]) == (200, manifest, made)
        assert answer["Content-Type"] == registry.IMAGE
    status, answer, text = twin.request("HEAD", f"/v2/shop/web/blobs/{digest(blobs[0])}", None, headers)
    assert (status, text, answer["Content-Length"]) == (200, "", str(len(blobs[0])))
    (found,) = ecr.describe_images(repositoryName="shop/web")["imageDetails"]
    assert (found["imageDigest"], found["imageTags"]) == (made, ["1"])
    status, _, text = twin.request("GET", "/v2/shop/web/tags/list", None, headers)
    assert json.loads(text) == {"name": "shop/web", "tags": ["1"]}


def test_the_same_push_again_changes_nothing(twin, ecr):
    headers = registry.password(ecr)
    assert push(twin, headers, "shop/web", "one", "1") == push(twin, headers, "shop/web", "one", "1")


def test_an_immutable_tag_cannot_be_pushed_again(twin, ecr):
    ecr.put_image_tag_mutability(repositoryName="shop/web", imageTagMutability="IMMUTABLE")
    headers = registry.password(ecr)
    push(twin, headers, "shop/web", "one", "1")
    send = {**headers, "Content-Type": registry.IMAGE}
    status, _, text = twin.request("PUT", "/v2/shop/web/manifests/1", image("one")[1].encode(), send)
    assert (status, code(text)) == (400, "TAG_INVALID")


@pytest.mark.parametrize("method, path, body, expected", [
    ("GET", "none/manifests/1", None, (404, "NAME_UNKNOWN")),
    ("POST", "none/blobs/uploads/", b"", (404, "NAME_UNKNOWN")),
    ("GET", "shop/web/manifests/1", None, (404, "MANIFEST_UNKNOWN")),
    ("GET", "shop/web/blobs/" + digest(b"x"), None, (404, "BLOB_UNKNOWN")),
    ("PATCH", "shop/web/blobs/uploads/none", b"x", (404, "BLOB_UPLOAD_UNKNOWN")),
    ("PUT", "shop/web/manifests/1", b"{}", (400, "MANIFEST_INVALID")),
    ("DELETE", "shop/web/manifests/1", None, (405, "UNSUPPORTED")),
    ("PUT", "shop/web/manifests/1", image("never")[1].encode(), (404, "MANIFEST_BLOB_UNKNOWN")),
])
def test_refusals(twin, ecr, method, path, body, expected):
    headers = {**registry.password(ecr), "Content-Type": registry.IMAGE}
    status, _, text = twin.request(method, f"/v2/{path}", body, headers)
    assert (status, code(text)) == expected


def test_a_layer_that_is_not_what_it_says(twin, ecr):
    headers = registry.password(ecr)
    _, answer, _ = twin.request("POST", "/v2/shop/web/blobs/uploads/", b"", headers)
    path = f"{answer['Location']}?digest={digest(b'other')}"
    status, _, text = twin.request("PUT", path, b"this", headers)
    assert (status, code(text)) == (400, "DIGEST_INVALID")


# Tasks.


TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole",
}]})
EXECUTION = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"


@pytest.fixture
def run(twin, ecr):
    """Runs one task of an image until something is known of it, and gives why it stopped."""
    iam, ecs, ec2 = twin.client("iam"), twin.client("ecs"), twin.client("ec2")
    role = iam.create_role(RoleName="exec", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    iam.attach_role_policy(RoleName="exec", PolicyArn=EXECUTION)
    iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
    ecs.create_cluster(clusterName="c")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]

    def run(image, architecture="X86_64"):
        ecs.register_task_definition(
            family="web", cpu="256", memory="512", networkMode="awsvpc", executionRoleArn=role,
            requiresCompatibilities=["FARGATE"], runtimePlatform={"cpuArchitecture": architecture},
            containerDefinitions=[{"name": "web", "image": image}],
        )
        (task,) = ecs.run_task(
            cluster="c", taskDefinition="web", launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet]}},
        )["tasks"]
        twin.advance(300)
        (task,) = ecs.describe_tasks(cluster="c", tasks=[task["taskArn"]])["tasks"]
        return task.get("stoppedReason") or task["lastStatus"]

    return run


def test_a_task_finds_its_image(ecr, run):
    made = put(ecr, "shop/web", "one", "1")
    assert run(f"{HOST}/shop/web:1") == "RUNNING"
    assert run(f"{HOST}/shop/web@{made}") == "RUNNING"


def test_a_task_without_its_image_cannot_start(ecr, run):
    image = f"{HOST}/shop/web:1"
    assert run(image).startswith("CannotPullContainerError: ")
    assert f"failed to resolve ref {image}: {image}: not found" in run(image)
    assert "not found" in run(f"{HOST}/none:1")


def test_images_of_elsewhere_are_taken_as_there(run):
    assert run("nginx:1.29") == "RUNNING"
    assert run("210987654321.dkr.ecr.eu-central-1.amazonaws.com/x:1") == "RUNNING"


def test_a_role_that_may_not_pull(twin, ecr, run):
    put(ecr, "shop/web", "one", "1")
    iam = twin.client("iam")
    iam.detach_role_policy(RoleName="exec", PolicyArn=EXECUTION)
    why = run(f"{HOST}/shop/web:1")
    assert why.startswith("ResourceInitializationError: ") and "ecr:GetAuthorizationToken" in why
    statement = {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"}
    login = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName="exec", PolicyName="login", PolicyDocument=login)
    assert "403 Forbidden" in run(f"{HOST}/shop/web:1")


def test_a_list_without_the_platform(ecr, run):
    put(ecr, "shop/web", "one")
    several = registry.index(("linux/amd64", image("one")[1]))
    ecr.put_image(repositoryName="shop/web", imageManifest=several, imageTag="1")
    assert run(f"{HOST}/shop/web:1") == "RUNNING"
    assert "descriptor matching platform 'linux/arm64'" in run(f"{HOST}/shop/web:1", "ARM64")


