"""Images: built here, or pushed by somebody else; and what boto3 sees of the repositories."""

import hashlib
import json
import time

import fake_docker
import pytest
from inventory import everything
from sandbox import Sandbox

HEAD = 'app = "hello"\nregion = "eu-central-1"\n'
BUILT = HEAD + '[services.web]\nbuild = "."\nport = 80\n'
STORED = (
    HEAD
    + '[repositories.app]\npush = ["account"]\n[services.web]\nport = 80\n'
    + 'image = { repository = "app", tag = "1.2" }\n'
)
REPOSITORY = "hello-production-app"
HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"


class Rig(Sandbox):
    def __init__(self, folder):
        self.calls = folder / "calls" / "calls.jsonl"
        self.calls.parent.mkdir()
        super().__init__(folder)
        self.own["PATH"] = fake_docker.install(folder / "bin", self.calls)

    def write(self, manifest, content=None):
        (self.folder / "ashore.toml").write_text(manifest)
        if content is not None:
            (self.folder / "content").write_text(content)

    def ends(self, code, *words):
        ended, out, err = self.ashore(*words)
        assert ended == code, out + err
        return out + err

    def built(self, verb="build"):
        """How docker was called."""
        calls = self.calls.read_text().splitlines() if self.calls.exists() else []
        return [call for call in map(json.loads, calls) if call["verb"] == verb]

    def changed(self, since):
        """Every request since then that could have changed something."""
        calls = [call for call in self.twin("GET", "log")[since:] if call["mutating"]]
        return [f"{call['service']}:{call['operation']}" for call in calls]

    def logged(self):
        return len(self.twin("GET", "log"))

    def running(self):
        """The image of each running task's container."""
        ecs = self.client("ecs")
        tasks = ecs.list_tasks(cluster="hello-production-cluster")["taskArns"]
        tasks = ecs.describe_tasks(cluster="hello-production-cluster", tasks=tasks)["tasks"] if tasks else []
        return [task["containers"][0]["image"] for task in tasks if task["lastStatus"] == "RUNNING"]

    def images(self, repository):
        details = self.client("ecr").describe_images(repositoryName=repository)["imageDetails"]
        return {detail["imageDigest"]: set(detail.get("imageTags", [])) for detail in details}

    def push(self, tag, content, architecture="amd64", repository=REPOSITORY):
        """As CI pushes: layers, then a manifest."""
        ecr = self.client("ecr")
        configuration = json.dumps({"os": "linux", "architecture": architecture, "made of": content}).encode()

        def upload(blob):
            digest = "sha256:" + hashlib.sha256(blob).hexdigest()
            asked = ecr.batch_check_layer_availability(repositoryName=repository, layerDigests=[digest])
            if asked["layers"][0]["layerAvailability"] != "AVAILABLE":
                begun = ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
                ecr.upload_layer_part(
                    repositoryName=repository,
                    uploadId=begun,
                    partFirstByte=0,
                    partLastByte=len(blob) - 1,
                    layerPartBlob=blob,
                )
                ecr.complete_layer_upload(repositoryName=repository, uploadId=begun, layerDigests=[digest])
            return {"digest": digest, "size": len(blob)}

        manifest = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **upload(configuration)},
            "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", **upload(content.encode())}],
        }
        put = ecr.put_image(repositoryName=repository, imageTag=tag, imageManifest=json.dumps(manifest))
        return put["image"]["imageId"]["imageDigest"]


@pytest.fixture
def rig(tmp_path):
    rig = Rig(tmp_path)
    yield rig
    rig.stop()


def test_what_is_built_is_pushed_and_run_by_its_digest(rig):
    """The whole life of a service that is built: up, nothing to do, another content, down, nothing left."""
    rig.write(BUILT, "one")
    rig.ends(0, "check")
    since = rig.logged()
    said = rig.ends(0, "plan")
    assert "services.web" in said and rig.changed(since) == []
    rig.ends(0, "up")
    [first] = rig.images("hello-production-build/web")
    assert rig.running() == [f"{HOST}/hello-production-build/web@{first}"]
    call = rig.built()[-1]
    words = call["words"]
    assert words[words.index("--platform") + 1] == "linux/amd64" and words[-1] == f"{rig.folder}/."
    assert call["env"] == {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}

    # The same content is not even packed again, and there is nothing to do.
    saved, since = len(rig.built("save")), rig.logged()
    assert "nothing to do" in rig.ends(0, "plan", "--detailed-exitcode")
    rig.ends(0, "up")
    assert rig.changed(since) == [] and len(rig.built("save")) == saved

    # Another content is another image; the one before stays under its own tag, to go back to.
    rig.write(BUILT, "two")
    assert "task_definition" in rig.ends(2, "plan", "--detailed-exitcode")
    rig.ends(0, "up")
    images = rig.images("hello-production-build/web")
    [second] = set(images) - {first}
    assert rig.running() == [f"{HOST}/hello-production-build/web@{second}"]
    for digest, tags in images.items():
        assert any(tag.startswith(f"ashore-live-web-{digest[7:23]}") for tag in tags), tags
        assert any(tag.startswith("ashore-build-") for tag in tags), tags
    rig.ends(0, "plan", "--detailed-exitcode")

    # Back to the first: it is there, and nothing is uploaded.
    rig.write(BUILT, "one")
    since = rig.logged()
    rig.ends(0, "up")
    assert not [call for call in rig.changed(since) if "Layer" in call]
    assert rig.running() == [f"{HOST}/hello-production-build/web@{first}"]

    rig.ends(0, "down", "--yes")
    assert rig.client("ecr").describe_repositories()["repositories"] == []
    assert {kind: objects for kind, objects in everything(rig).items() if objects} == {}


def test_all_that_a_build_says_reaches_the_builder(rig):
    (rig.folder / "shop").mkdir()
    (rig.folder / "shop" / "content").write_text("x")
    build = '{ context = "shop", dockerfile = "web.Dockerfile", target = "prod", args = { A = "1 2", B = "$x" } }'
    rig.write(HEAD + f'[services.web]\narch = "arm64"\nbuild = {build}\n')
    rig.ends(0, "up")
    words = rig.built()[-1]["words"]
    pairs = list(zip(words[:-1:2], words[1:-1:2]))
    assert pairs[1:] == [
        ("--platform", "linux/arm64"),
        ("--file", str(rig.folder / "shop" / "web.Dockerfile")),
        ("--target", "prod"),
        ("--build-arg", "A=1 2"),
        ("--build-arg", "B=$x"),
    ]


def test_a_lost_answer_or_a_refused_layer_is_no_second_push(rig):
    """What was applied and not answered is found again; what was not is sent again, without what is there already."""
    rig.write(BUILT, "one")
    for operation in ("CreateRepository", "PutImage", "CompleteLayerUpload", "UploadLayerPart"):
        fault = {"service": "ecr", "operation": operation, "side": "after", "action": "drop"}
        rig.twin("POST", "faults", fault)
    rig.ends(0, "up")
    assert rig.twin("GET", "faults") == []
    [digest] = rig.images("hello-production-build/web")
    assert rig.running() == [f"{HOST}/hello-production-build/web@{digest}"]
    rig.ends(0, "plan", "--detailed-exitcode")


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("then", ["up", "undo", "down"])
def test_killed_in_the_middle_of_a_push(rig, side, then):
    """The next command goes on, undoes, or takes everything away: no image is twice there, and none is left."""
    rig.write(BUILT, "one")
    rig.twin("POST", "faults", {"service": "ecr", "operation": "PutImage", "side": side, "action": "hang"})
    up = rig.start_ashore("up")
    deadline = time.monotonic() + 30
    while rig.twin("GET", "faults") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert rig.twin("GET", "faults") == []
    up.kill()
    up.wait()
    up.stderr.close()
    if then == "up":
        rig.ends(0, "up")
        [digest] = rig.images("hello-production-build/web")
        assert rig.running() == [f"{HOST}/hello-production-build/web@{digest}"]
        rig.ends(0, "plan", "--detailed-exitcode")
        rig.ends(0, "down", "--yes")
    else:
        rig.ends(0, *(("up", "--undo") if then == "undo" else ("down", "--yes")))
    assert rig.client("ecr").describe_repositories()["repositories"] == []
    assert {kind: objects for kind, objects in everything(rig).items() if objects} == {}


def test_a_release_that_fails_leaves_the_image_before_it_in_use(rig):
    rig.write(BUILT, "one")
    rig.ends(0, "up")
    [first] = rig.images("hello-production-build/web")
    rig.write(BUILT, "two")
    refusal = {"status": 403, "code": "AccessDeniedException", "message": "somebody took the right away"}
    fault = {"service": "ecs", "operation": "UpdateService", "action": {"refuse": refusal}}
    rig.twin("POST", "faults", fault)
    rig.ends(3, "up")
    assert rig.running() == [f"{HOST}/hello-production-build/web@{first}"]
    live = [tag for tags in rig.images("hello-production-build/web").values() for tag in tags if "live" in tag]
    assert len(live) == 1
    rig.ends(0, "up")
    assert rig.running() != [f"{HOST}/hello-production-build/web@{first}"]
    rig.ends(0, "down", "--yes")
    assert rig.client("ecr").describe_repositories()["repositories"] == []


def test_without_a_builder_nothing_is_touched(rig):
    rig.write(BUILT, "one")
    rig.own["PATH"] = str(rig.folder)
    for command in ("plan", "up"):
        said = rig.ends(1, command)
        assert "E0621" in said and "podman" in said
    # Podman will do.
    (rig.folder / "bin" / "docker").rename(rig.folder / "bin" / "podman")
    rig.own["PATH"] = str(rig.folder / "bin")
    assert "with podman" in rig.ends(0, "plan")
    assert rig.changed(0) == []


def test_a_build_that_fails_is_told_and_nothing_is_touched(rig):
    rig.write(BUILT, "broken")
    said = rig.ends(1, "up")
    assert "E0622" in said and "exit code: 2" in said
    rig.write(HEAD + '[services.web]\nbuild = "nowhere"\n')
    said = rig.ends(1, "up")
    assert "E0622" in said and "nowhere" in said
    assert rig.changed(0) == []


def test_a_service_waits_for_its_first_image(rig):
    """S3-24: everything comes up but the service, which the next `up` after a push makes."""
    rig.write(STORED)
    said = rig.ends(0, "plan")
    wanted = f"{HOST}/{REPOSITORY}:1.2"
    assert "waits for its first image" in said and wanted in said
    said = rig.ends(0, "up")
    assert "waits for its first image" in said and wanted in said
    made = everything(rig)
    assert len(made["balancers"]) == 1 and len(made["target groups"]) == 1
    assert made["services"] == [] and made["tasks"] == []
    rig.ends(0, "plan", "--detailed-exitcode")
    code, out, _ = rig.ashore("plan", "--json")
    waiting = [line for line in map(json.loads, out.splitlines()) if line["type"] == "waiting"]
    assert waiting == [{"type": "waiting", "service": "web", "image": wanted}]

    first = rig.push("1.2", "one")
    said = rig.ends(0, "up")
    assert "waits" not in said
    assert rig.running() == [f"{HOST}/{REPOSITORY}@{first}"]
    rig.ends(0, "plan", "--detailed-exitcode")


def test_a_tag_that_moves_is_a_new_release(rig):
    """S4-15: the manifest stays as it is, and the next `up` rolls out what `latest` is by now."""
    rig.write(STORED.replace(', tag = "1.2"', ""))
    rig.ends(0, "up")
    rig.push("latest", "one")
    rig.ends(0, "up")
    second = rig.push("latest", "two")
    assert "image" in rig.ends(2, "plan", "--detailed-exitcode")
    rig.ends(0, "up")
    assert rig.running() == [f"{HOST}/{REPOSITORY}@{second}"]
    assert len(rig.images(REPOSITORY)) == 2

    # A tag that is not there does not take the running service away.
    rig.write(STORED.replace("1.2", "1.3"))
    since = rig.logged()
    for command in ("plan", "up"):
        said = rig.ends(1, command)
        assert "E0216" in said and "it has latest" in said
    assert rig.changed(since) == [] and len(rig.running()) == 1

    # It holds what others pushed: it stays, and is ours again when the app comes back.
    rig.write(STORED.replace(', tag = "1.2"', ""))
    said = rig.ends(0, "down", "--yes")
    assert f"repositories.app/repository stays, as the manifest says: arn:aws:ecr:eu-central-1:123456789012:repository/{REPOSITORY}" in said
    assert "= repositories.app/repository" in said
    assert set(rig.images(REPOSITORY)) >= {second}
    assert all(not tag.startswith("ashore-live") for tags in rig.images(REPOSITORY).values() for tag in tags)
    rig.ends(0, "up")
    assert rig.running() == [f"{HOST}/{REPOSITORY}@{second}"]
    rig.write(STORED.replace(', tag = "1.2"', "").replace("push =", 'removal = "delete"\npush ='))
    rig.ends(0, "up")
    rig.ends(0, "down", "--yes")
    assert {kind: objects for kind, objects in everything(rig).items() if objects} == {}
    assert rig.client("ecr").describe_repositories()["repositories"] == []


def test_an_image_for_another_processor_is_refused(rig):
    rig.write(STORED)
    rig.ends(0, "up")
    rig.push("1.2", "one", architecture="arm64")
    since = rig.logged()
    said = rig.ends(1, "up")
    assert "E0217" in said and "linux/arm64" in said and "linux/amd64" in said
    assert rig.changed(since) == []
    rig.write(STORED + 'arch = "arm64"\n')
    rig.ends(0, "up")
    assert len(rig.running()) == 1


def test_the_repository_as_boto3_sees_it(rig):
    """S3-5, S3-21, S4-7: ten images are kept, everybody in the account pushes and pulls, and tasks pull from there alone."""
    rig.write(STORED)
    rig.ends(0, "up")
    rig.push("1.2", "one")
    rig.ends(0, "up")
    ecr = rig.client("ecr")
    [repository] = ecr.describe_repositories()["repositories"]
    assert repository["repositoryName"] == REPOSITORY
    assert repository["imageTagMutability"] == "MUTABLE"
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}
    assert repository["encryptionConfiguration"]["encryptionType"] == "AES256"

    policy = json.loads(ecr.get_lifecycle_policy(repositoryName=REPOSITORY)["lifecyclePolicyText"])
    live, last = sorted(policy["rules"], key=lambda rule: rule["rulePriority"])
    assert live["selection"]["tagPrefixList"] == ["ashore-live-"]
    assert last["selection"] == {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10}
    [tags] = rig.images(REPOSITORY).values()
    assert "1.2" in tags and any(tag.startswith("ashore-live-web-") for tag in tags)

    policy = json.loads(ecr.get_repository_policy(repositoryName=REPOSITORY)["policyText"])
    [statement] = policy["Statement"]
    assert statement["Principal"] == {"AWS": ["arn:aws:iam::123456789012:root"]}
    assert set(statement["Action"]) == {
        "ecr:GetDownloadUrlForLayer",
        "ecr:BatchGetImage",
        "ecr:BatchCheckLayerAvailability",
        "ecr:PutImage",
        "ecr:InitiateLayerUpload",
        "ecr:UploadLayerPart",
        "ecr:CompleteLayerUpload",
    }

    ecs, iam = rig.client("ecs"), rig.client("iam")
    [definition] = ecs.list_task_definitions()["taskDefinitionArns"]
    definition = ecs.describe_task_definition(taskDefinition=definition)["taskDefinition"]
    role = definition["executionRoleArn"].rsplit("/", 1)[1]
    assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        for statement in iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]["Statement"]:
            if statement["Resource"] == "*":
                assert statement["Action"] == ["ecr:GetAuthorizationToken"]
            elif name == "pull":
                assert statement["Resource"] == [repository["repositoryArn"]]


def test_what_somebody_alters_is_seen_and_put_back(rig):
    rig.write(STORED)
    rig.ends(0, "up")
    rig.push("1.2", "one")
    rig.ends(0, "up")
    ecr = rig.client("ecr")
    name = {"repositoryName": REPOSITORY}
    arn = ecr.describe_repositories()["repositories"][0]["repositoryArn"]
    [tags] = rig.images(REPOSITORY).values()
    [live] = [tag for tag in tags if tag.startswith("ashore-live-")]
    expire = {"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}}
    expire = json.dumps({"rules": [{**expire, "action": {"type": "expire"}}]})
    hands = [
        lambda: ecr.put_image_tag_mutability(imageTagMutability="IMMUTABLE", **name),
        lambda: ecr.put_image_scanning_configuration(imageScanningConfiguration={"scanOnPush": False}, **name),
        lambda: ecr.put_lifecycle_policy(lifecyclePolicyText=expire, **name),
        lambda: ecr.delete_lifecycle_policy(**name),
        lambda: ecr.delete_repository_policy(**name),
        lambda: ecr.tag_resource(resourceArn=arn, tags=[{"Key": "ashore:removal", "Value": "delete"}]),
        lambda: ecr.untag_resource(resourceArn=arn, tagKeys=["ashore:address"]),
        lambda: ecr.batch_delete_image(imageIds=[{"imageTag": live}], **name),
    ]
    for index, hand in enumerate(hands):
        hand()
        rig.ends(2, "plan", "--detailed-exitcode"), index
        rig.ends(0, "up")
        rig.ends(0, "plan", "--detailed-exitcode")
    assert len(rig.running()) == 1


def test_somebody_elses_repository_is_left_alone(rig):
    rig.client("ecr").create_repository(repositoryName=REPOSITORY)
    rig.write(STORED)
    for command in ("plan", "up"):
        ended, out, err = rig.ashore(command)
        assert ended == 7, out + err
        assert REPOSITORY in out + err
    assert rig.client("ecr").list_tags_for_resource(
        resourceArn=rig.client("ecr").describe_repositories()["repositories"][0]["repositoryArn"]
    )["tags"] == []
