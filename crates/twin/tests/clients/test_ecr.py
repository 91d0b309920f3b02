"""Repositories and their images (emulators.md 4, ecr)."""

import base64
import json

import pytest
import registry
from registry import digest, image, put

KEEP = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 2}


def policy(*selections, **more):
    rules = [
        {"rulePriority": n, "description": "of a test", "selection": it, "action": {"type": "expire"}, **more}
        for n, it in enumerate(selections, 1)
    ]
    return json.dumps({"rules": rules}, indent=4)


@pytest.fixture
def ecr(twin):
    twin.reset()
    return twin.client("ecr")


@pytest.fixture
def web(ecr):
    ecr.create_repository(repositoryName="shop/web")
    return "shop/web"


def digests(ecr, repository):
    return {one["imageDigest"] for one in ecr.describe_images(repositoryName=repository)["imageDetails"]}


def test_row_create_repository(ecr):
    made = ecr.create_repository(
        repositoryName="shop/web", imageTagMutability="IMMUTABLE",
        imageScanningConfiguration={"scanOnPush": True}, tags=[{"Key": "app", "Value": "shop"}],
    )["repository"]
    assert made["repositoryArn"] == "arn:aws:ecr:eu-central-1:123456789012:repository/shop/web"
    assert made["repositoryUri"] == "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/web"
    assert made["encryptionConfiguration"] == {"encryptionType": "AES256"}
    assert ecr.describe_repositories(repositoryNames=["shop/web"])["repositories"] == [made]
    tags = ecr.list_tags_for_resource(resourceArn=made["repositoryArn"])["tags"]
    assert tags == [{"Key": "app", "Value": "shop"}]


def test_row_duplicate_repo(ecr, web, refused):
    assert refused(ecr.create_repository, repositoryName=web) == "RepositoryAlreadyExistsException"


def test_row_describe_repositories_missing(ecr, refused):
    assert refused(ecr.describe_repositories, repositoryNames=["no"]) == "RepositoryNotFoundException"


def test_repositories_of_another_account_are_not_there(ecr, web, refused):
    ask = {"registryId": "999999999999", "repositoryNames": [web]}
    assert refused(ecr.describe_repositories, **ask) == "RepositoryNotFoundException"


def test_repositories_in_pages(ecr):
    for n in range(5):
        ecr.create_repository(repositoryName=f"app-{n}")
    pages = ecr.get_paginator("describe_repositories").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["repositories"]) for page in pages] == [2, 2, 1]


@pytest.mark.parametrize("name", ["Web", "a--", "-a", "a//b", "a..b", "a" * 257, "a_-b"])
def test_names_that_cannot_be(ecr, refused, name):
    assert refused(ecr.create_repository, repositoryName=name) == "InvalidParameterException"


@pytest.mark.parametrize("name", ["web", "a--b", "a__b", "a.b/c-d/e_f", "42"])
def test_names_that_can_be(ecr, name):
    ecr.create_repository(repositoryName=name)


def test_regions_stand_side_by_side(twin, ecr, web):
    assert twin.client("ecr", region="us-east-1").describe_repositories()["repositories"] == []


def test_a_key_encrypts_a_repository(twin, ecr, refused):
    kms = twin.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    made = ecr.create_repository(
        repositoryName="app-a", encryptionConfiguration={"encryptionType": "KMS", "kmsKey": key}
    )["repository"]
    assert made["encryptionConfiguration"] == {"encryptionType": "KMS", "kmsKey": key}
    own = ecr.create_repository(repositoryName="app-b", encryptionConfiguration={"encryptionType": "KMS"})
    managed = kms.describe_key(KeyId="alias/aws/ecr")["KeyMetadata"]
    assert own["repository"]["encryptionConfiguration"]["kmsKey"] == managed["Arn"]
    assert managed["KeyManager"] == "AWS"
    ask = {"encryptionType": "KMS", "kmsKey": "alias/none"}
    assert refused(ecr.create_repository, repositoryName="app-c", encryptionConfiguration=ask) == "KmsException"


def test_row_delete_repository_non_empty(ecr, web, refused):
    put(ecr, web, "one", "1")
    assert refused(ecr.delete_repository, repositoryName=web) == "RepositoryNotEmptyException"


def test_row_delete_repository_force(ecr, web, refused):
    put(ecr, web, "one", "1")
    assert ecr.delete_repository(repositoryName=web, force=True)["repository"]["repositoryName"] == web
    assert refused(ecr.delete_repository, repositoryName=web) == "RepositoryNotFoundException"


def test_tags(ecr, refused):
    arn = ecr.create_repository(repositoryName="app-a")["repository"]["repositoryArn"]
    ecr.tag_resource(resourceArn=arn, tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    ecr.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert ecr.list_tags_for_resource(resourceArn=arn)["tags"] == [{"Key": "b", "Value": "2"}]
    assert refused(ecr.tag_resource, resourceArn=arn + "x", tags=[]) == "RepositoryNotFoundException"
    reserved = [{"Key": "aws:x", "Value": ""}]
    assert refused(ecr.tag_resource, resourceArn=arn, tags=reserved) == "InvalidTagParameterException"
    many = [{"Key": f"k{n}", "Value": ""} for n in range(51)]
    assert refused(ecr.tag_resource, resourceArn=arn, tags=many) == "TooManyTagsException"


# Images.


def test_row_put_image(ecr, web):
    made = put(ecr, web, "one", "1", "latest")
    (found,) = ecr.describe_images(repositoryName=web)["imageDetails"]
    assert (found["imageDigest"], found["imageTags"]) == (made, ["1", "latest"])
    blobs, manifest = image("one")
    assert found["imageSizeInBytes"] == sum(len(blob) for blob in blobs)
    (got,) = ecr.batch_get_image(repositoryName=web, imageIds=[{"imageTag": "1"}])["images"]
    assert got["imageManifest"] == manifest and got["imageId"] == {"imageDigest": made, "imageTag": "1"}


def test_a_tag_moves_to_the_new_image(ecr, web):
    first, second = put(ecr, web, "one", "latest"), put(ecr, web, "two", "latest")
    found = ecr.list_images(repositoryName=web)["imageIds"]
    wanted = [{"imageDigest": first}, {"imageDigest": second, "imageTag": "latest"}]
    assert sorted(found, key=str) == sorted(wanted, key=str)
    untagged = ecr.list_images(repositoryName=web, filter={"tagStatus": "UNTAGGED"})["imageIds"]
    assert untagged == [{"imageDigest": first}]


def test_what_an_image_names_has_to_be_there(ecr, web, refused):
    _, manifest = image("one")
    ask = {"repositoryName": web, "imageManifest": manifest}
    assert refused(ecr.put_image, **ask, imageTag="1") == "LayersNotFoundException"
    several = registry.index(("linux/amd64", manifest))
    assert refused(ecr.put_image, repositoryName=web, imageManifest=several) == "ReferencedImagesNotFoundException"


def test_the_same_image_again(ecr, web, refused):
    put(ecr, web, "one", "1")
    ask = {"repositoryName": web, "imageManifest": image("one")[1]}
    assert refused(ecr.put_image, **ask, imageTag="1") == "ImageAlreadyExistsException"
    assert refused(ecr.put_image, **ask) == "ImageAlreadyExistsException"
    ecr.put_image(**ask, imageTag="2")


def test_a_digest_that_is_another(ecr, web, refused):
    put(ecr, web, "one", "1")
    ask = {"repositoryName": web, "imageManifest": image("one")[1], "imageDigest": digest(b"other")}
    assert refused(ecr.put_image, **ask, imageTag="2") == "ImageDigestDoesNotMatchException"


@pytest.mark.parametrize("manifest", ["x", "{}", json.dumps({"schemaVersion": 2, "mediaType": "text/plain"})])
def test_what_is_no_manifest(ecr, web, refused, manifest):
    assert refused(ecr.put_image, repositoryName=web, imageManifest=manifest) == "InvalidParameterException"


def test_immutable_tags_stay(ecr, refused):
    ecr.create_repository(repositoryName="app-a", imageTagMutability="IMMUTABLE")
    put(ecr, "app-a", "one", "1")
    put(ecr, "app-a", "two", "2")
    ask = {"repositoryName": "app-a", "imageManifest": image("two")[1], "imageTag": "1"}
    assert refused(ecr.put_image, **ask) == "ImageTagAlreadyExistsException"
    ecr.put_image_tag_mutability(repositoryName="app-a", imageTagMutability="MUTABLE")
    ecr.put_image(**ask)


def test_immutable_with_exclusion(ecr, refused):
    latest = [{"filterType": "WILDCARD", "filter": "latest*"}]
    setting = {"imageTagMutability": "IMMUTABLE_WITH_EXCLUSION", "imageTagMutabilityExclusionFilters": latest}
    made = ecr.create_repository(repositoryName="app-a", **setting)["repository"]
    assert made["imageTagMutabilityExclusionFilters"] == latest
    put(ecr, "app-a", "one", "1", "latest")
    put(ecr, "app-a", "two", "latest")
    ask = {"repositoryName": "app-a", "imageManifest": image("two")[1], "imageTag": "1"}
    assert refused(ecr.put_image, **ask) == "ImageTagAlreadyExistsException"


@pytest.mark.parametrize("setting", [
    {"imageTagMutability": "SOMETIMES"},
    {"imageTagMutability": "IMMUTABLE_WITH_EXCLUSION"},
    {"imageTagMutability": "IMMUTABLE", "imageTagMutabilityExclusionFilters": [{"filterType": "WILDCARD", "filter": "a"}]},
    {"imageTagMutability": "MUTABLE_WITH_EXCLUSION",
     "imageTagMutabilityExclusionFilters": [{"filterType": "WILDCARD", "filter": "a*b*c*"}]},
])
def test_mutability_that_cannot_be(ecr, refused, setting):
    assert refused(ecr.create_repository, repositoryName="app-a", **setting) == "InvalidParameterException"


def test_row_describe_images_missing_tag(ecr, web, refused):
    ask = {"repositoryName": web, "imageIds": [{"imageTag": "nope"}]}
    assert refused(ecr.describe_images, **ask) == "ImageNotFoundException"


def test_failures_of_a_batch(ecr, web):
    made = put(ecr, web, "one", "1")
    ids = [
        {"imageTag": "no"}, {}, {"imageDigest": "sha256:x"}, {"imageDigest": made, "imageTag": "2"},
        {"imageDigest": made},
    ]
    answer = ecr.batch_get_image(repositoryName=web, imageIds=ids)
    codes = [failure["failureCode"] for failure in answer["failures"]]
    assert codes == ["ImageNotFound", "MissingDigestAndTag", "InvalidImageDigest", "ImageTagDoesNotMatchDigest"]
    assert len(answer["images"]) == 1


def test_delete_by_tag_and_by_digest(ecr, web):
    made = put(ecr, web, "one", "1", "2")
    gone = ecr.batch_delete_image(repositoryName=web, imageIds=[{"imageTag": "1"}])["imageIds"]
    assert gone == [{"imageDigest": made, "imageTag": "1"}] and digests(ecr, web) == {made}
    ecr.batch_delete_image(repositoryName=web, imageIds=[{"imageDigest": made}])
    assert digests(ecr, web) == set()
    blobs, _ = image("one")
    (layer,) = ecr.batch_check_layer_availability(
        repositoryName=web, layerDigests=[digest(blobs[1])]
    )["layers"]
    assert layer["layerAvailability"] == "UNAVAILABLE"


def test_what_a_list_names_stays(ecr, web):
    child = put(ecr, web, "one")
    several = registry.index(("linux/amd64", image("one")[1]))
    ecr.put_image(repositoryName=web, imageManifest=several, imageTag="1")
    (failure,) = ecr.batch_delete_image(repositoryName=web, imageIds=[{"imageDigest": child}])["failures"]
    assert failure["failureCode"] == "ImageReferencedByManifestList"


def test_layers_by_the_api(ecr, web, refused):
    blob = b"x" * 100
    assert registry.upload(ecr, web, blob)["layerDigest"] == digest(blob)
    started = ecr.initiate_layer_upload(repositoryName=web)["uploadId"]
    ask = {"repositoryName": web, "uploadId": started}
    done = {**ask, "layerDigests": [digest(blob)]}
    assert refused(ecr.complete_layer_upload, **done) == "EmptyUploadException"
    part = {**ask, "partFirstByte": 0, "partLastByte": 99, "layerPartBlob": blob}
    ecr.upload_layer_part(**part)
    assert refused(ecr.upload_layer_part, **part) == "InvalidLayerPartException"
    assert refused(ecr.complete_layer_upload, **ask, layerDigests=[digest(b"y")]) == "InvalidLayerException"
    assert refused(ecr.complete_layer_upload, **done) == "LayerAlreadyExistsException"
    assert refused(ecr.upload_layer_part, **part) == "UploadNotFoundException"


# Policies.


def test_row_put_lifecycle_policy_and_get(ecr, web, refused):
    text = policy(KEEP)
    assert refused(ecr.get_lifecycle_policy, repositoryName=web) == "LifecyclePolicyNotFoundException"
    ecr.put_lifecycle_policy(repositoryName=web, lifecyclePolicyText=text)
    assert ecr.get_lifecycle_policy(repositoryName=web)["lifecyclePolicyText"] == text
    ecr.delete_lifecycle_policy(repositoryName=web)
    assert refused(ecr.delete_lifecycle_policy, repositoryName=web) == "LifecyclePolicyNotFoundException"


TAGGED = {"tagStatus": "tagged", "countType": "imageCountMoreThan", "countNumber": 1}


@pytest.mark.parametrize("text", [
    "x" * 100,
    json.dumps({"rules": []}) + " " * 100,
    policy({**KEEP, "countUnit": "days"}),
    policy({**KEEP, "countNumber": 0}),
    policy({**KEEP, "countNumber": "2"}),
    policy({**KEEP, "tagPrefixList": ["a"]}),
    policy({**KEEP, "other": 1}),
    policy(KEEP, KEEP),
    policy(KEEP, {**TAGGED, "tagPrefixList": ["a"]}),
    policy(TAGGED),
    policy({**TAGGED, "tagPrefixList": []}),
    policy({**TAGGED, "tagPrefixList": ["a"], "tagPatternList": ["a*"]}),
    policy({**TAGGED, "tagPatternList": ["a*b*c*d*e*"]}),
    policy({**TAGGED, "tagPrefixList": ["a"]}, {**TAGGED, "tagPrefixList": ["a"]}),
    policy({**KEEP, "tagStatus": "untagged"}, {**KEEP, "tagStatus": "untagged"}),
    policy({"tagStatus": "any", "countType": "sinceImagePushed", "countNumber": 1}),
    policy({"tagStatus": "any", "countType": "often", "countNumber": 1}),
    policy(KEEP, action={"type": "archive"}),
    policy(KEEP, rulePriority=0),
    policy(KEEP, more=1),
    policy(KEEP, action={"type": "expire", "targetStorageClass": None}),
])
def test_lifecycle_policies_that_cannot_be(ecr, web, refused, text):
    assert refused(ecr.put_lifecycle_policy, repositoryName=web, lifecyclePolicyText=text) == "InvalidParameterException"


def test_only_the_last_ones_stay(twin, ecr, web):
    ecr.put_lifecycle_policy(repositoryName=web, lifecyclePolicyText=policy(KEEP))
    made = []
    for n in range(4):
        made.append(put(ecr, web, f"image {n}", str(n)))
        twin.advance(60)
    assert digests(ecr, web) == set(made)
    twin.advance(24 * 3600)
    assert digests(ecr, web) == set(made[2:])
    assert ecr.get_lifecycle_policy(repositoryName=web)["lastEvaluatedAt"]


def test_a_policy_that_comes_later_counts_too(twin, ecr, web):
    made = [put(ecr, web, f"image {n}", str(n)) for n in range(4)]
    ecr.put_lifecycle_policy(repositoryName=web, lifecyclePolicyText=policy(KEEP))
    twin.advance(24 * 3600)
    assert digests(ecr, web) == set(made[2:])


def test_untagged_images_go_after_their_days(twin, ecr, web):
    days = {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 7}
    ecr.put_lifecycle_policy(repositoryName=web, lifecyclePolicyText=policy(days))
    old, new = put(ecr, web, "one", "latest"), put(ecr, web, "two", "latest")
    twin.advance(6 * 86400)
    assert digests(ecr, web) == {old, new}
    twin.advance(2 * 86400)
    assert digests(ecr, web) == {new}


def test_what_a_rule_selects_is_out_of_reach_of_later_ones(twin, ecr, web):
    release = {**TAGGED, "tagPrefixList": ["v"], "countNumber": 5}
    ecr.put_lifecycle_policy(repositoryName=web, lifecyclePolicyText=policy(release, {**KEEP, "countNumber": 1}))
    kept = put(ecr, web, "one", "v1")
    put(ecr, web, "two", "b2")
    newest = put(ecr, web, "three", "b3")
    twin.advance(24 * 3600)
    assert digests(ecr, web) == {kept, newest}


PULL = {"Version": "2012-10-17", "Statement": [{
    "Sid": "pull", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::210987654321:root"},
    "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
}]}


def test_row_set_repository_policy(ecr, web, refused):
    assert refused(ecr.get_repository_policy, repositoryName=web) == "RepositoryPolicyNotFoundException"
    ecr.set_repository_policy(repositoryName=web, policyText=json.dumps(PULL))
    assert json.loads(ecr.get_repository_policy(repositoryName=web)["policyText"]) == PULL
    ecr.delete_repository_policy(repositoryName=web)
    assert refused(ecr.delete_repository_policy, repositoryName=web) == "RepositoryPolicyNotFoundException"


@pytest.mark.parametrize("change", [
    {"Principal": {"AWS": "arn:aws:iam::123456789012:role/none"}}, {"Principal": None}, {"Effect": "Maybe"},
    {"Action": "s3:GetObject"}, {"Action": None}, {"Other": 1}, {"Principal": {"Service": "none.amazonaws.com"}},
])
def test_repository_policies_that_cannot_be(ecr, web, refused, change):
    statement = {key: value for key, value in {**PULL["Statement"][0], **change}.items() if value is not None}
    text = json.dumps({**PULL, "Statement": [statement]})
    assert refused(ecr.set_repository_policy, repositoryName=web, policyText=text) == "InvalidParameterException"


def test_scanning(ecr, web, refused):
    ecr.put_image_scanning_configuration(repositoryName=web, imageScanningConfiguration={"scanOnPush": True})
    (found,) = ecr.describe_repositories()["repositories"]
    assert found["imageScanningConfiguration"] == {"scanOnPush": True}
    rules = [{"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}]
    ecr.put_registry_scanning_configuration(scanType="BASIC", rules=rules)
    assert ecr.get_registry_scanning_configuration()["scanningConfiguration"]["rules"] == rules
    rules[0]["scanFrequency"] = "CONTINUOUS_SCAN"
    assert refused(ecr.put_registry_scanning_configuration, scanType="BASIC", rules=rules) == "InvalidParameterException"


def test_row_get_authorization_token(ecr, refused):
    (data,) = ecr.get_authorization_token()["authorizationData"]
    assert base64.b64decode(data["authorizationToken"]).startswith(b"AWS:")
    assert data["proxyEndpoint"] == "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com"
    assert refused(ecr.get_authorization_token, registryIds=["1" * 12] * 11) == "InvalidParameterException"


def test_images_outlive_the_process(start, tmp_path):
    first = start(state=tmp_path)
    ecr = first.client("ecr")
    ecr.create_repository(repositoryName="app-a")
    made = put(ecr, "app-a", "one", "1")
    headers = registry.password(ecr)
    first.kill()
    second = start(state=tmp_path)
    blobs, _ = image("one")
    status, _, text = second.request("GET", f"/v2/app-a/blobs/{digest(blobs[1])}", None, headers)
    assert (status, text) == (200, blobs[1].decode())
    second.client("ecr").batch_delete_image(repositoryName="app-a", imageIds=[{"imageDigest": made}])
    assert list((tmp_path / "blobs").iterdir()) == []
