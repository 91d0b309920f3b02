"""Buckets and their settings (emulators.md 4, s3)."""

import json

import pytest

HERE = {"CreateBucketConfiguration": {"LocationConstraint": "eu-central-1"}}


@pytest.fixture
def s3(twin):
    twin.reset()
    return twin.client("s3")


@pytest.fixture
def bucket(s3):
    s3.create_bucket(Bucket="shop-assets", **HERE)
    return "shop-assets"


def codes(*calls):
    found = []
    for call, ask in calls:
        with pytest.raises(call.__self__.exceptions.ClientError) as caught:
            call(**ask)
        found.append(caught.value.response["Error"]["Code"])
    return found


def test_row_create_bucket(s3, bucket):
    assert [one["Name"] for one in s3.list_buckets()["Buckets"]] == [bucket]
    assert s3.head_bucket(Bucket=bucket)["BucketRegion"] == "eu-central-1"
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] == "eu-central-1"


@pytest.mark.parametrize("name", [
    "Shop", "a", "ab", "a_b", "-ab", "ab-", "a..b", "10.0.0.1", "xn--a", "abc-s3alias", "x" * 64,
])
def test_names_that_cannot_be(twin, s3, name):
    # boto3 itself refuses some of them.
    body = b"<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>"
    status, _, text = twin.request("PUT", f"/{name}", body, signed("eu-central-1"))
    assert status == 400 and "<Code>InvalidBucketName</Code>" in text


def signed(region, service="s3"):
    scope = f"AKIATWIN/20261121/{region}/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"}


def test_a_name_of_somebody_else(s3, refused):
    assert refused(s3.create_bucket, Bucket="my-bucket", **HERE) == "BucketAlreadyExists"
    assert refused(s3.head_bucket, Bucket="my-bucket") == "403"
    assert refused(s3.list_objects_v2, Bucket="foreign-1") == "AccessDenied"


def test_a_name_of_ones_own(twin, s3, bucket, refused):
    assert refused(s3.create_bucket, Bucket=bucket, **HERE) == "BucketAlreadyOwnedByYou"
    east = twin.client("s3", region="us-east-1")
    east.create_bucket(Bucket="in-the-east")
    east.create_bucket(Bucket="in-the-east")


@pytest.mark.parametrize("region, location, code", [
    ("eu-central-1", None, "IllegalLocationConstraintException"),
    ("eu-central-1", "eu-west-1", "IllegalLocationConstraintException"),
    ("us-east-1", "us-east-1", "InvalidLocationConstraint"),
    ("us-east-1", "mars-1", "InvalidLocationConstraint"),
])
def test_places_that_cannot_be(twin, s3, refused, region, location, code):
    ask = {"CreateBucketConfiguration": {"LocationConstraint": location}} if location else {}
    assert refused(twin.client("s3", region=region).create_bucket, Bucket="in-a-place", **ask) == code


def test_the_global_endpoint_makes_buckets_everywhere(twin, s3):
    twin.client("s3", region="us-east-1").create_bucket(
        Bucket="in-europe", CreateBucketConfiguration={"LocationConstraint": "EU"}
    )
    west = twin.client("s3", region="eu-west-1")
    assert west.get_bucket_location(Bucket="in-europe")["LocationConstraint"] == "eu-west-1"
    assert twin.client("s3", region="us-east-1").list_buckets()["Buckets"]


def raw(twin, region, method="GET", path="/shop-assets?list-type=2"):
    return twin.request(method, path, None, signed(region))


def test_another_region_says_where_to_go(twin, bucket):
    status, headers, text = raw(twin, "eu-west-1")
    assert (status, headers["x-amz-bucket-region"]) == (301, "eu-central-1")
    assert "<Code>PermanentRedirect</Code>" in text and "<Endpoint>shop-assets.s3.eu-central-1" in text
    status, headers, text = raw(twin, "us-east-1")
    assert (status, headers["x-amz-bucket-region"]) == (400, "eu-central-1")
    assert "<Code>AuthorizationHeaderMalformed</Code>" in text and "<Region>eu-central-1</Region>" in text
    status, headers, text = raw(twin, "eu-west-1", "HEAD", "/shop-assets")
    assert (status, headers["x-amz-bucket-region"], text) == (301, "eu-central-1", "")


def test_boto3_finds_the_way(twin, bucket):
    found = twin.client("s3", region="us-west-2").list_objects_v2(Bucket=bucket)
    assert found["KeyCount"] == 0


def test_nobody_is_told_the_region_and_no_more(twin, bucket):
    status, headers, _ = twin.request("HEAD", "/shop-assets")
    assert (status, headers["x-amz-bucket-region"]) == (403, "eu-central-1")
    assert twin.request("GET", "/shop-assets?list-type=2")[0] == 403
    assert twin.request("GET", "/none-at-all/x")[0] == 404


def test_virtual_hosts(twin, bucket):
    """As SDKs have it where the endpoint is no address but a name."""
    port = twin.url.rsplit(":", 1)[1]
    host = {"Host": f"{bucket}.s3.eu-central-1.amazonaws.com", **signed("eu-central-1")}
    status, _, _ = twin.request("PUT", "/dir/a.txt", b"hello", host)
    assert status == 200
    local = {"Host": f"{bucket}.localhost:{port}", **signed("eu-central-1")}
    assert twin.request("GET", "/dir/a.txt", None, local)[2] == "hello"
    assert twin.client("s3").get_object(Bucket=bucket, Key="dir/a.txt")["Body"].read() == b"hello"


def test_row_head_bucket_missing(s3, refused):
    assert refused(s3.head_bucket, Bucket="none-at-all") == "404"
    assert refused(s3.list_objects_v2, Bucket="none-at-all") == "NoSuchBucket"


def test_row_delete_bucket_non_empty(s3, bucket, refused):
    s3.put_object(Bucket=bucket, Key="a", Body=b"")
    assert refused(s3.delete_bucket, Bucket=bucket) == "BucketNotEmpty"
    s3.delete_object(Bucket=bucket, Key="a")
    s3.delete_bucket(Bucket=bucket)
    assert refused(s3.delete_bucket, Bucket=bucket) == "NoSuchBucket"


def test_versions_keep_a_bucket(s3, bucket, refused):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket, Key="a", Body=b"")
    s3.delete_object(Bucket=bucket, Key="a")
    assert refused(s3.delete_bucket, Bucket=bucket) == "BucketNotEmpty"
    found = s3.list_object_versions(Bucket=bucket)
    objects = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found["Versions"] + found["DeleteMarkers"]]
    s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
    s3.delete_bucket(Bucket=bucket)


def test_a_deleted_name_rests_for_a_moment(twin, s3, bucket, refused):
    s3.delete_bucket(Bucket=bucket)
    assert refused(s3.create_bucket, Bucket=bucket, **HERE) == "OperationAborted"
    twin.advance(5)
    s3.create_bucket(Bucket=bucket, **HERE)


def test_buckets_in_pages(s3):
    for n in range(5):
        s3.create_bucket(Bucket=f"bucket-{n}", **HERE)
    pages = s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["Buckets"]) for page in pages] == [2, 2, 1]


def test_the_owner_that_is_expected(s3, bucket, refused):
    s3.head_bucket(Bucket=bucket, ExpectedBucketOwner="123456789012")
    assert refused(s3.head_bucket, Bucket=bucket, ExpectedBucketOwner="210987654321") == "403"


# Settings.


def test_a_new_bucket_is_private_and_encrypted(s3, bucket):
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert all(block.values()) and len(block) == 4
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    (rule,) = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert rule["ObjectOwnership"] == "BucketOwnerEnforced"
    (grant,) = s3.get_bucket_acl(Bucket=bucket)["Grants"]
    assert grant["Permission"] == "FULL_CONTROL" and grant["Grantee"]["Type"] == "CanonicalUser"


def test_what_a_bucket_does_not_have(s3, bucket):
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=bucket)
    assert "Status" not in s3.get_bucket_accelerate_configuration(Bucket=bucket)
    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "BucketOwner"
    s3.get_bucket_notification_configuration(Bucket=bucket)
    reads = {
        "get_bucket_cors": "NoSuchCORSConfiguration", "get_bucket_policy": "NoSuchBucketPolicy",
        "get_bucket_policy_status": "NoSuchBucketPolicy", "get_bucket_tagging": "NoSuchTagSet",
        "get_bucket_lifecycle_configuration": "NoSuchLifecycleConfiguration",
        "get_bucket_replication": "ReplicationConfigurationNotFoundError",
        "get_bucket_website": "NoSuchWebsiteConfiguration",
        "get_object_lock_configuration": "ObjectLockConfigurationNotFoundError",
    }
    for read, code in reads.items():
        assert codes((getattr(s3, read), {"Bucket": bucket})) == [code]


def test_row_put_bucket_versioning(s3, bucket):
    for status in ("Enabled", "Suspended"):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == status


CORS = {"ID": "web", "AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["https://*.example.com", "*"],
        "AllowedHeaders": ["*"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 3000}


def test_row_put_bucket_cors_get(s3, bucket, refused):
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [CORS]})
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == [CORS]
    s3.delete_bucket_cors(Bucket=bucket)
    assert refused(s3.get_bucket_cors, Bucket=bucket) == "NoSuchCORSConfiguration"


@pytest.mark.parametrize("change, code", [
    ({"AllowedMethods": ["PATCH"]}, "InvalidRequest"), ({"AllowedOrigins": ["*.*.com"]}, "InvalidRequest"),
    ({"AllowedMethods": []}, "MalformedXML"),
])
def test_cors_that_cannot_be(s3, bucket, refused, change, code):
    ask = {"Bucket": bucket, "CORSConfiguration": {"CORSRules": [{**CORS, **change}]}}
    assert refused(s3.put_bucket_cors, **ask) == code


def test_row_put_bucket_encryption(twin, s3, bucket, refused):
    key = twin.client("kms").create_key()["KeyMetadata"]["Arn"]
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    put = lambda rule: {"Bucket": bucket, "ServerSideEncryptionConfiguration": {"Rules": [rule]}}
    s3.put_bucket_encryption(**put({**rule, "BucketKeyEnabled": True}))
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    found = s3.head_object(Bucket=bucket, Key="a")
    assert (found["ServerSideEncryption"], found["SSEKMSKeyId"]) == ("aws:kms", key)
    wrong = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256", "KMSMasterKeyID": key}}
    assert refused(s3.put_bucket_encryption, **put(wrong)) == "InvalidArgument"
    wrong = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "ROT13"}}
    assert refused(s3.put_bucket_encryption, **put(wrong)) == "MalformedXML"
    s3.delete_bucket_encryption(Bucket=bucket)
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"


def test_row_public_access_block(s3, bucket, refused):
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert block["BlockPublicAcls"] and not block["BlockPublicPolicy"]
    s3.delete_public_access_block(Bucket=bucket)
    assert refused(s3.get_public_access_block, Bucket=bucket) == "NoSuchPublicAccessBlockConfiguration"


def test_ownership_controls(s3, bucket, refused):
    rules = [{"ObjectOwnership": "BucketOwnerPreferred"}]
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": rules})
    assert s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"] == rules
    s3.delete_bucket_ownership_controls(Bucket=bucket)
    assert refused(s3.get_bucket_ownership_controls, Bucket=bucket) == "OwnershipControlsNotFoundError"


LIFECYCLE = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 30},
             "NoncurrentVersionExpiration": {"NoncurrentDays": 7}}


def test_row_put_bucket_lifecycle(s3, bucket, refused):
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [LIFECYCLE]})
    found = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert found["Rules"] == [LIFECYCLE]
    assert found["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"
    s3.delete_bucket_lifecycle(Bucket=bucket)
    assert refused(s3.get_bucket_lifecycle_configuration, Bucket=bucket) == "NoSuchLifecycleConfiguration"


@pytest.mark.parametrize("change, code", [
    ({"Status": "Maybe"}, "MalformedXML"), ({"Expiration": {"Days": 0}}, "InvalidArgument"),
    ({"Filter": None}, "MalformedXML"), ({"Expiration": None, "NoncurrentVersionExpiration": None}, "InvalidRequest"),
    ({"Expiration": {"Days": 1, "ExpiredObjectDeleteMarker": True}}, "MalformedXML"),
    ({"ID": "x" * 256}, "InvalidArgument"),
    ({"Transitions": [{"Days": 1, "StorageClass": "STANDARD_IA"}]}, "InvalidArgument"),
    ({"Transitions": [{"Days": 1, "StorageClass": "COLD"}]}, "MalformedXML"),
])
def test_lifecycle_rules_that_cannot_be(s3, bucket, refused, change, code):
    rule = {key: value for key, value in {**LIFECYCLE, **change}.items() if value is not None}
    ask = {"Bucket": bucket, "LifecycleConfiguration": {"Rules": [rule]}}
    assert refused(s3.put_bucket_lifecycle_configuration, **ask) == code


def test_row_put_bucket_tagging(twin, s3, bucket, refused):
    tags = [{"Key": "app", "Value": "shop"}]
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tags
    (found,) = twin.client("resourcegroupstaggingapi").get_resources()["ResourceTagMappingList"]
    assert found == {"ResourceARN": f"arn:aws:s3:::{bucket}", "Tags": tags}
    reserved = {"TagSet": [{"Key": "aws:x", "Value": ""}]}
    assert refused(s3.put_bucket_tagging, Bucket=bucket, Tagging=reserved) == "InvalidTag"
    twice = {"TagSet": tags * 2}
    assert refused(s3.put_bucket_tagging, Bucket=bucket, Tagging=twice) == "InvalidTag"
    s3.delete_bucket_tagging(Bucket=bucket)
    assert refused(s3.get_bucket_tagging, Bucket=bucket) == "NoSuchTagSet"


def test_tags_by_resource_groups(twin, s3, bucket):
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "a", "Value": "1"}]})
    groups = twin.client("resourcegroupstaggingapi")
    arn = f"arn:aws:s3:::{bucket}"
    assert groups.tag_resources(ResourceARNList=[arn], Tags={"b": "2"})["FailedResourcesMap"] == {}
    assert groups.untag_resources(ResourceARNList=[arn], TagKeys=["a"])["FailedResourcesMap"] == {}
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "b", "Value": "2"}]


READ = {"Sid": "cdn", "Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::shop-assets/*",
        "Condition": {"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/E1"}}}


def policy(**change):
    statement = {key: value for key, value in {**READ, **change}.items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_row_put_bucket_policy(s3, bucket, refused):
    s3.put_bucket_policy(Bucket=bucket, Policy=policy())
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == policy()
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is False
    s3.delete_bucket_policy(Bucket=bucket)
    assert refused(s3.get_bucket_policy, Bucket=bucket) == "NoSuchBucketPolicy"


@pytest.mark.parametrize("text", [
    "x", "{}", policy(Effect="Maybe"), policy(Action="ec2:RunInstances"), policy(Resource="arn:aws:s3:::other/*"),
    policy(Principal=None), policy(Principal={"AWS": "arn:aws:iam::123456789012:role/none"}),
    policy(Principal={"Service": "none.amazonaws.com"}), policy(Resource=None), policy(Other=1),
])
def test_policies_that_cannot_be(s3, bucket, refused, text):
    assert refused(s3.put_bucket_policy, Bucket=bucket, Policy=text) == "MalformedPolicy"


def test_a_public_policy_is_blocked(twin, s3, bucket, refused):
    public = policy(Principal="*", Condition=None)
    assert refused(s3.put_bucket_policy, Bucket=bucket, Policy=public) == "AccessDenied"
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=public)
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is True
    s3.put_object(Bucket=bucket, Key="a.txt", Body=b"hello")
    assert twin.request("GET", f"/{bucket}/a.txt")[2] == "hello"


def test_what_is_not_modelled_is_refused(twin, s3, bucket, refused):
    ask = {"Bucket": bucket, "BucketLoggingStatus": {"LoggingEnabled": {"TargetBucket": "b", "TargetPrefix": ""}}}
    assert refused(s3.put_bucket_logging, **ask) == "NotImplemented"
    assert refused(s3.put_object, Bucket=bucket, Key="a", ACL="public-read") == "AccessControlListNotSupported"
    headers = {**signed("eu-central-1"), "x-amz-unheard-of": "1"}
    assert twin.request("PUT", f"/{bucket}/a", b"", headers)[0] == 501


def test_credentials_that_are_no_good(twin, s3, refused):
    assert refused(twin.client("s3", key="INVALIDKEY").list_buckets) == "InvalidAccessKeyId"
    assert refused(twin.client("s3", key="EXPIREDKEY").list_buckets) == "ExpiredToken"


def test_buckets_outlive_the_process(start, tmp_path):
    first = start(state=tmp_path)
    first.client("s3").create_bucket(Bucket="kept", **HERE)
    first.client("s3").put_object(Bucket="kept", Key="a", Body=b"hello")
    first.kill()
    second = start(state=tmp_path).client("s3")
    assert second.get_object(Bucket="kept", Key="a")["Body"].read() == b"hello"
    second.delete_object(Bucket="kept", Key="a")
    assert list((tmp_path / "blobs").iterdir()) == []
