"""Keys and aliases, as far as other services name them."""

import json

import pytest


@pytest.fixture
def kms(twin):
    twin.reset()
    return twin.client("kms")


@pytest.fixture
def key(kms):
    return kms.create_key(Description="d", Tags=[{"TagKey": "a", "TagValue": "1"}])["KeyMetadata"]


def test_a_key_is_found_by_all_its_names(kms, key):
    kms.create_alias(AliasName="alias/db", TargetKeyId=key["KeyId"])
    arn = key["Arn"]
    names = [key["KeyId"], arn, "alias/db", arn.replace(f"key/{key['KeyId']}", "alias/db")]
    assert {kms.describe_key(KeyId=name)["KeyMetadata"]["Arn"] for name in names} == {arn}


@pytest.mark.parametrize("name, code", [
    ("alias/none", "NotFoundException"), ("00000000-0000-0000-0000-000000000000", "NotFoundException"),
    ("x", "NotFoundException"), ("arn:aws:kms:us-east-1:123456789012:key/x", "InvalidArnException"),
])
def test_keys_that_are_not_there(kms, refused, name, code):
    assert refused(kms.describe_key, KeyId=name) == code


def test_keys_of_aws(kms, refused):
    found = kms.describe_key(KeyId="alias/aws/rds")["KeyMetadata"]
    assert found["KeyManager"] == "AWS" and kms.describe_key(KeyId=found["Arn"])["KeyMetadata"] == found
    assert refused(kms.schedule_key_deletion, KeyId=found["KeyId"]) == "AccessDeniedException"
    assert refused(kms.describe_key, KeyId="alias/aws/none") == "NotFoundException"


def test_a_deleted_key_waits(twin, kms, key, refused):
    ask = {"KeyId": key["KeyId"]}
    assert refused(kms.schedule_key_deletion, **ask, PendingWindowInDays=6) == "ValidationException"
    kms.schedule_key_deletion(**ask, PendingWindowInDays=7)
    assert kms.describe_key(**ask)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert refused(kms.schedule_key_deletion, **ask) == "KMSInvalidStateException"
    kms.cancel_key_deletion(**ask)
    assert refused(kms.cancel_key_deletion, **ask) == "KMSInvalidStateException"
    kms.schedule_key_deletion(**ask, PendingWindowInDays=7)
    twin.advance(7 * 86400)
    assert refused(kms.describe_key, **ask) == "NotFoundException"


def test_aliases(kms, key, refused):
    ask = {"AliasName": "alias/db", "TargetKeyId": key["KeyId"]}
    kms.create_alias(**ask)
    assert refused(kms.create_alias, **ask) == "AlreadyExistsException"
    assert refused(kms.create_alias, AliasName="db", TargetKeyId=key["KeyId"]) == "ValidationException"
    assert refused(kms.create_alias, AliasName="alias/aws/x", TargetKeyId=key["KeyId"]) == "NotAuthorizedException"
    assert refused(kms.update_alias, AliasName="alias/no", TargetKeyId=key["KeyId"]) == "NotFoundException"
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.update_alias(AliasName="alias/db", TargetKeyId=other)
    assert [one["AliasName"] for one in kms.list_aliases(KeyId=other)["Aliases"]] == ["alias/db"]
    kms.delete_alias(AliasName="alias/db")
    assert refused(kms.delete_alias, AliasName="alias/db") == "NotFoundException"


def test_tags_description_policy_and_rotation(kms, key, refused):
    ask = {"KeyId": key["KeyId"]}
    kms.tag_resource(**ask, Tags=[{"TagKey": "b", "TagValue": "2"}])
    kms.untag_resource(**ask, TagKeys=["a"])
    assert kms.list_resource_tags(**ask)["Tags"] == [{"TagKey": "b", "TagValue": "2"}]
    kms.update_key_description(**ask, Description="other")
    assert kms.describe_key(**ask)["KeyMetadata"]["Description"] == "other"
    policy = kms.get_key_policy(**ask)["Policy"]
    kms.put_key_policy(**ask, Policy=policy)
    assert refused(kms.put_key_policy, **ask, Policy="{}") == "MalformedPolicyDocumentException"
    kms.enable_key_rotation(**ask)
    assert kms.get_key_rotation_status(**ask)["KeyRotationEnabled"]
    kms.disable_key_rotation(**ask)
    assert not kms.get_key_rotation_status(**ask)["KeyRotationEnabled"]
    assert refused(kms.enable_key_rotation, KeyId="alias/aws/s3") == "InvalidArnException"
    assert [one["KeyId"] for one in kms.list_keys()["Keys"]] == [key["KeyId"]]
    assert json.loads(policy)["Statement"]


def test_keys_are_listed_by_their_tags(twin, key):
    (found,) = twin.client("resourcegroupstaggingapi").get_resources()["ResourceTagMappingList"]
    assert found["ResourceARN"] == key["Arn"]
