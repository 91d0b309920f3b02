"""Secrets Manager: versions and their stages, the recovery window, idempotency tokens (emulators.md 4)."""

import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

TOKENS = ["a" * 32, "b" * 32, "c" * 32]


@pytest.fixture
def manager(twin):
    twin.reset()
    return twin.client("secretsmanager")


def test_create_secret(manager):
    made = manager.create_secret(Name="shop/db", SecretString="s", Description="d")
    pattern = r"arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/db-[A-Za-z]{6}"
    assert re.fullmatch(pattern, made["ARN"])
    assert made["Name"] == "shop/db" and len(made["VersionId"]) == 36
    seen = manager.describe_secret(SecretId="shop/db")
    assert seen["Description"] == "d"
    assert seen["VersionIdsToStages"] == {made["VersionId"]: ["AWSCURRENT"]}


def test_a_secret_without_a_value_has_no_version(manager, refused):
    assert "VersionId" not in manager.create_secret(Name="s")
    assert "VersionIdsToStages" not in manager.describe_secret(SecretId="s")
    assert refused(manager.get_secret_value, SecretId="s") == "ResourceNotFoundException"


def test_duplicate_secret(manager, refused):
    manager.create_secret(Name="s", SecretString="1")
    assert refused(manager.create_secret, Name="s", SecretString="1") == "ResourceExistsException"


def test_idempotent_create_secret_same_token(manager):
    ask = {"Name": "s", "SecretString": "1", "ClientRequestToken": TOKENS[0]}
    first, again = manager.create_secret(**ask), manager.create_secret(**ask)
    assert first["ARN"] == again["ARN"] and again["VersionId"] == TOKENS[0]
    assert len(manager.list_secrets()["SecretList"]) == 1


def test_same_token_with_another_value(manager, refused):
    manager.create_secret(Name="s", SecretString="1", ClientRequestToken=TOKENS[0])
    other = {"SecretString": "2", "ClientRequestToken": TOKENS[0]}
    assert refused(manager.create_secret, Name="s", **other) == "ResourceExistsException"
    assert refused(manager.put_secret_value, SecretId="s", **other) == "ResourceExistsException"
    assert refused(manager.update_secret, SecretId="s", **other) == "ResourceExistsException"
    assert manager.get_secret_value(SecretId="s")["SecretString"] == "1"


def test_the_log_knows_the_token(twin, manager):
    manager.create_secret(Name="s", SecretString="1", ClientRequestToken=TOKENS[0])
    assert twin.log()[-1]["token"] == TOKENS[0]


def test_create_secret_while_scheduled_for_deletion(manager, refused):
    manager.create_secret(Name="s", SecretString="1", ClientRequestToken=TOKENS[0])
    manager.delete_secret(SecretId="s")
    again = {"Name": "s", "SecretString": "1", "ClientRequestToken": TOKENS[0]}
    assert refused(manager.create_secret, **again) == "InvalidRequestException"


@pytest.mark.parametrize("wrong, code", [
    ({"Name": "a b"}, "ValidationException"),
    ({"Name": "s", "SecretString": "x", "SecretBinary": b"x"}, "InvalidParameterException"),
    ({"Name": "s", "SecretString": "x" * 65537}, "ValidationException"),
    ({"Name": "s", "SecretBinary": b"x" * 65537}, "ValidationException"),
    ({"Name": "s", "KmsKeyId": "alias/mine"}, "NotImplemented"),
    ({"Name": "s", "Tags": [{"Key": "aws:x", "Value": "y"}]}, "InvalidParameterException"),
    ({"Name": "s", "Tags": [{"Key": str(n), "Value": "y"} for n in range(51)]}, "InvalidParameterException"),
])
def test_create_secret_refuses(manager, refused, wrong, code):
    assert refused(manager.create_secret, **wrong) == code
    assert manager.list_secrets()["SecretList"] == []


def test_64_kib_fit(manager):
    manager.create_secret(Name="s", SecretString="x" * 65536)
    manager.create_secret(Name="b", SecretBinary=b"\0" * 65536)


def test_binary_values(manager):
    manager.create_secret(Name="s", SecretBinary=b"\0\1\2\xff")
    seen = manager.get_secret_value(SecretId="s")
    assert seen["SecretBinary"] == b"\0\1\2\xff" and "SecretString" not in seen


def test_put_secret_value_get_secret_value(manager):
    first = manager.create_secret(Name="s", SecretString="1")["VersionId"]
    second = manager.put_secret_value(SecretId="s", SecretString="2")
    assert second["VersionStages"] == ["AWSCURRENT"]
    get = lambda **which: manager.get_secret_value(SecretId="s", **which)["SecretString"]
    assert get() == "2"
    assert get(VersionStage="AWSPREVIOUS") == "1"
    assert get(VersionId=first) == "1"
    assert get(VersionId=second["VersionId"], VersionStage="AWSCURRENT") == "2"


def test_a_third_value_deprecates_the_first(manager):
    first = manager.create_secret(Name="s", SecretString="1")["VersionId"]
    manager.put_secret_value(SecretId="s", SecretString="2")
    manager.put_secret_value(SecretId="s", SecretString="3")
    ids = lambda **which: [
        one["VersionId"] for one in manager.list_secret_version_ids(SecretId="s", **which)["Versions"]
    ]
    assert len(ids()) == 2 and first not in ids()
    assert len(ids(IncludeDeprecated=True)) == 3 and first in ids(IncludeDeprecated=True)
    assert manager.get_secret_value(SecretId="s", VersionId=first)["SecretString"] == "1"


def test_put_secret_value_again_changes_nothing(manager):
    manager.create_secret(Name="s", SecretString="1")
    put = {"SecretId": "s", "SecretString": "2", "ClientRequestToken": TOKENS[1]}
    assert manager.put_secret_value(**put)["VersionId"] == TOKENS[1]
    assert manager.put_secret_value(**put)["VersionStages"] == ["AWSCURRENT"]
    assert manager.get_secret_value(SecretId="s", VersionStage="AWSPREVIOUS")["SecretString"] == "1"


def test_put_secret_value_under_a_stage_of_its_own(manager):
    manager.create_secret(Name="s", SecretString="1")
    manager.put_secret_value(SecretId="s", SecretString="2", VersionStages=["mine"])
    assert manager.get_secret_value(SecretId="s")["SecretString"] == "1"
    assert manager.get_secret_value(SecretId="s", VersionStage="mine")["SecretString"] == "2"


def test_the_first_version_is_current_anyway(manager):
    manager.create_secret(Name="s")
    put = manager.put_secret_value(SecretId="s", SecretString="1", VersionStages=["mine"])
    assert put["VersionStages"] == ["AWSCURRENT", "mine"]


@pytest.mark.parametrize("wrong, code", [
    ({"SecretId": "missing", "SecretString": "x"}, "ResourceNotFoundException"),
    ({"SecretId": "s"}, "InvalidRequestException"),
    ({"SecretId": "s", "SecretString": "x", "VersionStages": [str(n) for n in range(21)]}, "ValidationException"),
])
def test_put_secret_value_refuses(manager, refused, wrong, code):
    manager.create_secret(Name="s", SecretString="1")
    assert refused(manager.put_secret_value, **wrong) == code


def test_get_secret_value_missing(manager, refused):
    assert refused(manager.get_secret_value, SecretId="missing") == "ResourceNotFoundException"


@pytest.mark.parametrize("wrong, code", [
    ({"VersionStage": "none"}, "ResourceNotFoundException"),
    ({"VersionId": TOKENS[2]}, "ResourceNotFoundException"),
    ({"VersionId": TOKENS[0], "VersionStage": "AWSPREVIOUS"}, "InvalidRequestException"),
])
def test_get_secret_value_refuses(manager, refused, wrong, code):
    manager.create_secret(Name="s", SecretString="1", ClientRequestToken=TOKENS[0])
    assert refused(manager.get_secret_value, SecretId="s", **wrong) == code


def test_by_arn_whole_and_partial(manager, refused):
    arn = manager.create_secret(Name="s", SecretString="1")["ARN"]
    assert manager.get_secret_value(SecretId=arn)["Name"] == "s"
    assert manager.get_secret_value(SecretId=arn[:-7])["Name"] == "s"
    assert refused(manager.get_secret_value, SecretId=arn[:-1]) == "ResourceNotFoundException"


def test_another_region_has_another_secret(twin, manager, refused):
    manager.create_secret(Name="s", SecretString="1")
    there = twin.client("secretsmanager", "us-east-1")
    assert refused(there.describe_secret, SecretId="s") == "ResourceNotFoundException"
    assert there.create_secret(Name="s")["ARN"].startswith("arn:aws:secretsmanager:us-east-1:")


def test_update_secret(manager):
    first = manager.create_secret(Name="s", SecretString="1", Description="d")["VersionId"]
    assert "VersionId" not in manager.update_secret(SecretId="s", Description="e")
    assert manager.describe_secret(SecretId="s")["Description"] == "e"
    second = manager.update_secret(SecretId="s", SecretString="2")["VersionId"]
    stages = manager.describe_secret(SecretId="s")["VersionIdsToStages"]
    assert stages == {first: ["AWSPREVIOUS"], second: ["AWSCURRENT"]}


def test_update_secret_missing(manager, refused):
    assert refused(manager.update_secret, SecretId="s", Description="d") == "ResourceNotFoundException"


@pytest.fixture
def two(manager):
    """A secret with a previous and a current version."""
    manager.create_secret(Name="s", SecretString="1", ClientRequestToken=TOKENS[0])
    manager.put_secret_value(SecretId="s", SecretString="2", ClientRequestToken=TOKENS[1])
    return manager


def test_update_secret_version_stage_rolls_back(two):
    two.update_secret_version_stage(
        SecretId="s", VersionStage="AWSCURRENT", RemoveFromVersionId=TOKENS[1], MoveToVersionId=TOKENS[0]
    )
    stages = two.describe_secret(SecretId="s")["VersionIdsToStages"]
    assert stages == {TOKENS[0]: ["AWSCURRENT"], TOKENS[1]: ["AWSPREVIOUS"]}
    assert two.get_secret_value(SecretId="s")["SecretString"] == "1"


def test_update_secret_version_stage_adds_and_removes(two):
    two.update_secret_version_stage(SecretId="s", VersionStage="mine", MoveToVersionId=TOKENS[0])
    assert two.get_secret_value(SecretId="s", VersionStage="mine")["SecretString"] == "1"
    two.update_secret_version_stage(SecretId="s", VersionStage="mine", RemoveFromVersionId=TOKENS[0])
    assert two.describe_secret(SecretId="s")["VersionIdsToStages"][TOKENS[0]] == ["AWSPREVIOUS"]


@pytest.mark.parametrize("wrong, code", [
    ({"MoveToVersionId": TOKENS[0]}, "InvalidParameterException"),
    ({"MoveToVersionId": TOKENS[1], "RemoveFromVersionId": TOKENS[0]}, "InvalidParameterException"),
    ({"RemoveFromVersionId": TOKENS[1]}, "InvalidParameterException"),
    ({"MoveToVersionId": TOKENS[2], "RemoveFromVersionId": TOKENS[1]}, "ResourceNotFoundException"),
])
def test_update_secret_version_stage_refuses(two, refused, wrong, code):
    ask = {"SecretId": "s", "VersionStage": "AWSCURRENT", **wrong}
    assert refused(two.update_secret_version_stage, **ask) == code


def test_list_secret_version_ids_pages(two):
    first = two.list_secret_version_ids(SecretId="s", MaxResults=1)
    second = two.list_secret_version_ids(SecretId="s", MaxResults=1, NextToken=first["NextToken"])
    assert [one["VersionId"] for page in [first, second] for one in page["Versions"]] == TOKENS[:2]
    assert "NextToken" not in second


def test_list_secret_version_ids_refuses(two, refused):
    ask = two.list_secret_version_ids
    assert refused(ask, SecretId="missing") == "ResourceNotFoundException"
    assert refused(ask, SecretId="s", NextToken="x") == "InvalidNextTokenException"


@pytest.fixture
def three(manager):
    manager.create_secret(Name="shop/db", Description="The database", Tags=[{"Key": "app", "Value": "shop"}])
    manager.create_secret(Name="shop/key", Tags=[{"Key": "App", "Value": "Shop"}])
    manager.create_secret(Name="blog/db", Description="Another database")
    return manager


@pytest.mark.parametrize("key, values, found", [
    ("name", ["shop/"], ["shop/db", "shop/key"]),
    ("name", ["Shop"], []),
    ("name", ["shop/db", "blog"], ["shop/db", "blog/db"]),
    ("name", ["!shop"], ["blog/db"]),
    ("description", ["the"], ["shop/db"]),
    ("tag-key", ["app"], ["shop/db"]),
    ("tag-value", ["S"], ["shop/key"]),
    ("all", ["DATABASE"], ["shop/db", "blog/db"]),
    ("owning-service", ["rds"], []),
])
def test_list_secrets_filters(three, key, values, found):
    listed = three.list_secrets(Filters=[{"Key": key, "Values": values}])["SecretList"]
    assert [one["Name"] for one in listed] == found


def test_all_filters_must_fit(three):
    filters = [{"Key": "name", "Values": ["shop"]}, {"Key": "description", "Values": ["the"]}]
    assert [one["Name"] for one in three.list_secrets(Filters=filters)["SecretList"]] == ["shop/db"]


def test_list_secrets_pages_and_sorts(three):
    pages = three.get_paginator("list_secrets").paginate(
        SortBy="name", SortOrder="desc", PaginationConfig={"PageSize": 2}
    )
    names = [[one["Name"] for one in page["SecretList"]] for page in pages]
    assert names == [["shop/key", "shop/db"], ["blog/db"]]


def test_list_secrets_leaves_out_the_deleted(three):
    three.delete_secret(SecretId="blog/db")
    assert len(three.list_secrets()["SecretList"]) == 2
    assert len(three.list_secrets(IncludePlannedDeletion=True)["SecretList"]) == 3


def test_list_secrets_refuses(three, refused):
    assert refused(three.list_secrets, NextToken="x") == "InvalidNextTokenException"
    assert refused(three.list_secrets, Filters=[{"Key": "colour", "Values": ["red"]}]) == "ValidationException"


def test_delete_secret_scheduled(manager):
    made = manager.create_secret(Name="s", SecretString="1")
    gone = manager.delete_secret(SecretId="s", RecoveryWindowInDays=7)
    seen = manager.describe_secret(SecretId=made["ARN"])
    assert seen["DeletedDate"] == gone["DeletionDate"]
    assert (gone["DeletionDate"] - seen["CreatedDate"]).days == 7


def test_thirty_days_unless_said_otherwise(manager):
    manager.create_secret(Name="s")
    created = manager.describe_secret(SecretId="s")["CreatedDate"]
    assert (manager.delete_secret(SecretId="s")["DeletionDate"] - created).days == 30


def test_get_secret_value_scheduled(manager, refused):
    manager.create_secret(Name="s", SecretString="1")
    manager.delete_secret(SecretId="s")
    assert refused(manager.get_secret_value, SecretId="s") == "InvalidRequestException"


@pytest.mark.parametrize("operation, parameters", [
    ("put_secret_value", {"SecretString": "2"}),
    ("update_secret", {"Description": "d"}),
    ("update_secret_version_stage", {"VersionStage": "x", "MoveToVersionId": TOKENS[0]}),
    ("tag_resource", {"Tags": [{"Key": "k", "Value": "v"}]}),
    ("untag_resource", {"TagKeys": ["k"]}),
    ("get_resource_policy", {}),
    ("delete_secret", {}),
])
def test_scheduled_secrets_refuse(manager, refused, operation, parameters):
    manager.create_secret(Name="s", SecretString="1", ClientRequestToken=TOKENS[0])
    manager.delete_secret(SecretId="s")
    assert refused(getattr(manager, operation), SecretId="s", **parameters) == "InvalidRequestException"


def test_scheduled_secrets_still_show_their_versions(manager):
    manager.create_secret(Name="s", SecretString="1")
    manager.delete_secret(SecretId="s")
    assert len(manager.list_secret_version_ids(SecretId="s")["Versions"]) == 1


def test_restore_secret(manager):
    manager.create_secret(Name="s", SecretString="1")
    manager.delete_secret(SecretId="s")
    assert manager.restore_secret(SecretId="s")["Name"] == "s"
    assert manager.get_secret_value(SecretId="s")["SecretString"] == "1"
    assert "DeletedDate" not in manager.describe_secret(SecretId="s")


def test_restore_secret_missing(manager, refused):
    assert refused(manager.restore_secret, SecretId="s") == "ResourceNotFoundException"


def test_gone_when_the_window_ends(twin, manager, refused):
    first = manager.create_secret(Name="s", SecretString="1")["ARN"]
    manager.delete_secret(SecretId="s", RecoveryWindowInDays=7)
    twin.advance(7 * 86400 - 1)
    assert manager.describe_secret(SecretId="s")
    twin.advance(1)
    assert refused(manager.describe_secret, SecretId="s") == "ResourceNotFoundException"
    assert manager.create_secret(Name="s", SecretString="2")["ARN"] != first


def test_a_restored_secret_outlives_its_window(twin, manager):
    manager.create_secret(Name="s", SecretString="1")
    manager.delete_secret(SecretId="s", RecoveryWindowInDays=7)
    manager.restore_secret(SecretId="s")
    twin.advance(86400)
    manager.delete_secret(SecretId="s", RecoveryWindowInDays=7)
    twin.advance(6 * 86400)
    assert manager.describe_secret(SecretId="s")


def test_force_delete(twin, manager, refused):
    manager.create_secret(Name="s", SecretString="1")
    manager.delete_secret(SecretId="s", ForceDeleteWithoutRecovery=True)
    assert refused(manager.describe_secret, SecretId="s") == "ResourceNotFoundException"
    assert refused(manager.restore_secret, SecretId="s") == "ResourceNotFoundException"
    # The deletion is asynchronous: the name is free a moment later.
    assert refused(manager.create_secret, Name="s") == "InvalidRequestException"
    twin.advance(2)
    assert manager.create_secret(Name="s")


def test_force_delete_of_a_scheduled_secret(twin, manager):
    manager.create_secret(Name="s", SecretString="1")
    manager.delete_secret(SecretId="s")
    manager.delete_secret(SecretId="s", ForceDeleteWithoutRecovery=True)
    twin.advance(2)
    assert manager.create_secret(Name="s")


def test_force_delete_at_once(twin, manager):
    twin.timing({"secret_purge": 0})
    manager.create_secret(Name="s")
    manager.delete_secret(SecretId="s", ForceDeleteWithoutRecovery=True)
    assert manager.create_secret(Name="s")


def test_force_delete_of_nothing(manager):
    assert manager.delete_secret(SecretId="missing", ForceDeleteWithoutRecovery=True)["Name"] == "missing"


@pytest.mark.parametrize("wrong, code", [
    ({"SecretId": "missing"}, "ResourceNotFoundException"),
    ({"SecretId": "s", "RecoveryWindowInDays": 6}, "InvalidParameterException"),
    ({"SecretId": "s", "RecoveryWindowInDays": 31}, "InvalidParameterException"),
    ({"SecretId": "s", "RecoveryWindowInDays": 7, "ForceDeleteWithoutRecovery": True}, "InvalidParameterException"),
])
def test_delete_secret_refuses(manager, refused, wrong, code):
    manager.create_secret(Name="s")
    assert refused(manager.delete_secret, **wrong) == code


def test_tags(manager):
    manager.create_secret(Name="s", Tags=[{"Key": "a", "Value": "1"}])
    manager.tag_resource(SecretId="s", Tags=[{"Key": "b", "Value": "2"}])
    manager.untag_resource(SecretId="s", TagKeys=["a", "none"])
    assert manager.describe_secret(SecretId="s")["Tags"] == [{"Key": "b", "Value": "2"}]


def test_tags_refuse(manager, refused):
    tags = [{"Key": "k", "Value": "v"}]
    assert refused(manager.tag_resource, SecretId="s", Tags=tags) == "ResourceNotFoundException"
    assert refused(manager.untag_resource, SecretId="s", TagKeys=["k"]) == "ResourceNotFoundException"
    manager.create_secret(Name="s")
    many = [{"Key": str(n), "Value": "v"} for n in range(51)]
    assert refused(manager.tag_resource, SecretId="s", Tags=many) == "InvalidParameterException"


def test_resource_groups_tagging_lists_and_tags_secrets(twin, manager):
    arn = manager.create_secret(Name="s", Tags=[{"Key": "app", "Value": "shop"}])["ARN"]
    tagging = twin.client("resourcegroupstaggingapi")
    tagging.tag_resources(ResourceARNList=[arn], Tags={"more": "1"})
    tagging.untag_resources(ResourceARNList=[arn], TagKeys=["app"])
    found = tagging.get_resources(ResourceTypeFilters=["secretsmanager:secret"])["ResourceTagMappingList"]
    assert found == [{"ResourceARN": arn, "Tags": [{"Key": "more", "Value": "1"}]}]


def test_get_resource_policy(manager, refused):
    made = manager.create_secret(Name="s")
    seen = manager.get_resource_policy(SecretId="s")
    assert seen["ARN"] == made["ARN"] and "ResourcePolicy" not in seen
    assert refused(manager.get_resource_policy, SecretId="none") == "ResourceNotFoundException"


def test_describe_secret_missing(manager, refused):
    assert refused(manager.describe_secret, SecretId="s") == "ResourceNotFoundException"


def test_get_random_password(manager):
    made = manager.get_random_password()["RandomPassword"]
    assert len(made) == 32
    for kind in ["[a-z]", "[A-Z]", "[0-9]", "[^a-zA-Z0-9]"]:
        assert re.search(kind, made)
    assert manager.get_random_password()["RandomPassword"] != made
    word = manager.get_random_password(PasswordLength=200, ExcludePunctuation=True, ExcludeCharacters="abc")
    assert re.fullmatch("[d-zA-Z0-9]{200}", word["RandomPassword"])


def test_get_random_password_refuses(manager, refused):
    ask = manager.get_random_password
    assert refused(ask, PasswordLength=4097) == "InvalidParameterException"
    assert refused(ask, PasswordLength=3) == "InvalidParameterException"
    all_of_it = {f"Exclude{kind}": True for kind in ["Numbers", "Punctuation", "Uppercase", "Lowercase"]}
    assert refused(ask, **all_of_it) == "InvalidParameterException"


def test_values_are_not_in_the_log(twin, manager, refused):
    manager.create_secret(Name="s", SecretString="canary-1")
    manager.put_secret_value(SecretId="s", SecretString="canary-2")
    manager.update_secret(SecretId="s", SecretString="canary-3")
    manager.get_secret_value(SecretId="s")
    refused(manager.put_secret_value, SecretId="none", SecretString="canary-4")
    assert "canary" not in json.dumps(twin.log())


def test_secrets_outlive_the_twin(start, tmp_path):
    twin = start(state=tmp_path)
    twin.client("secretsmanager").create_secret(Name="s", SecretString="canary")
    twin.client("secretsmanager").delete_secret(SecretId="s")
    twin.kill()
    again = start(state=tmp_path).client("secretsmanager")
    again.restore_secret(SecretId="s")
    assert again.get_secret_value(SecretId="s")["SecretString"] == "canary"
    assert "canary" not in (tmp_path / "requests.jsonl").read_text()


def test_the_aws_cli(twin, manager):
    def aws(*words):
        environment = {**os.environ, "AWS_ACCESS_KEY_ID": "AKIATWIN", "AWS_SECRET_ACCESS_KEY": "secret"}
        program = pathlib.Path(sys.executable).parent / "aws"
        command = [program, "--endpoint-url", twin.url, "--region", "eu-central-1", "secretsmanager", *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    arn = aws("create-secret", "--name", "cli", "--secret-string", "word")["ARN"]
    assert aws("get-secret-value", "--secret-id", arn)["SecretString"] == "word"
    assert aws("delete-secret", "--secret-id", "cli", "--force-delete-without-recovery")["Name"] == "cli"
