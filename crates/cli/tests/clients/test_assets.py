"""Files behind CloudFront, a bucket and a queue: up, changed, down; a client that is not ours looks."""

import json

import pytest
from sandbox import Sandbox

MANIFEST = """
app = "shop"
region = "eu-central-1"
dns = { provider = "cloudflare", zone = "example.com" }

[services.web]
image = "nginx:1.29"
uses = ["static", "uploads", "orders"]

[assets.static]
dir = "public"
path = "/static/*"
hostname = "cdn.example.com"
cache = "1y, immutable"
query_strings = true
cors = { origins = ["https://*.example.com"], methods = ["GET", "HEAD", "PUT", "POST"] }

[buckets.uploads]
removal = "delete"

[queues.orders]
visibility_timeout = "5m"
dead_letter_after = 5
"""


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "ashore.toml").write_text(MANIFEST)
    for number in range(12):
        write(tmp_path, f"css/{number}.css", f"/* {number} */")
    sandbox = Sandbox(tmp_path)
    yield sandbox
    sandbox.stop()


def write(folder, name, text):
    path = folder / "public" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def done(ran):
    code, out, err = ran
    assert code == 0, out + err
    return out + err


def bucket_of(sandbox, part):
    names = [bucket["Name"] for bucket in sandbox.client("s3").list_buckets()["Buckets"]]
    [name] = [name for name in names if name.startswith(f"shop-production-{part}-")]
    return name


def uploads(sandbox):
    """How often a file was put."""
    return [call for call in sandbox.twin("GET", "log") if call["operation"] == "PutObject"]


def policy_of(s3, bucket):
    return json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]


def test_files_a_bucket_and_a_queue_come_up_change_and_go(shop):
    """S3-4, S3-11, S3-12, S3-20, S3-23"""
    done(shop.ashore("check"))
    plan = done(shop.ashore("plan"))
    assert "12 files, 12 new" in plan
    up = done(shop.ashore("up"))
    s3, cloudfront = shop.client("s3"), shop.client("cloudfront", "us-east-1")
    bucket = bucket_of(shop, "static")
    [distribution] = cloudfront.list_distributions()["DistributionList"]["Items"]
    # S3-1: outputs are printed.
    assert bucket in up and distribution["DomainName"] in up

    # S3-11: versioned, private, closed to whoever comes without TLS; pages of the domain may ask.
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    [rule] = s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
    assert rule["AllowedOrigins"] == ["https://*.example.com"]
    assert set(rule["AllowedMethods"]) == {"GET", "HEAD", "PUT", "POST"}
    [encryption] = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    tls, reader = policy_of(s3, bucket)
    assert tls["Effect"] == "Deny" and tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert reader["Action"] == "s3:GetObject" and reader["Resource"] == f"arn:aws:s3:::{bucket}/*"
    assert reader["Condition"] == {"StringEquals": {"AWS:SourceArn": distribution["ARN"]}}

    # S3-12: the distribution over it.
    config = cloudfront.get_distribution_config(Id=distribution["Id"])["DistributionConfig"]
    behaviour = config["DefaultCacheBehavior"]
    assert behaviour["ViewerProtocolPolicy"] == "redirect-to-https"
    assert behaviour["ForwardedValues"]["QueryString"] is True
    assert config["Aliases"]["Items"] == ["cdn.example.com"]
    certificate = config["ViewerCertificate"]
    assert certificate["ACMCertificateArn"].startswith("arn:aws:acm:us-east-1:")
    assert certificate["MinimumProtocolVersion"] == "TLSv1.2_2021"
    [origin] = config["Origins"]["Items"]
    assert origin["DomainName"] == f"{bucket}.s3.eu-central-1.amazonaws.com"
    control = cloudfront.get_origin_access_control(Id=origin["OriginAccessControlId"])
    control = control["OriginAccessControl"]["OriginAccessControlConfig"]
    assert (control["SigningBehavior"], control["OriginAccessControlOriginType"]) == ("always", "s3")

    # The files, with what they are.
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert sorted(keys) == sorted(f"static/css/{number}.css" for number in range(12))
    head = s3.head_object(Bucket=bucket, Key="static/css/3.css")
    assert head["ContentType"] == "text/css; charset=utf-8"
    assert head["CacheControl"] == "public, max-age=31536000, immutable"

    # The queue.
    sqs = shop.client("sqs")
    url = sqs.get_queue_url(QueueName="shop-production-orders")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    redrive = json.loads(attributes["RedrivePolicy"])
    assert redrive["maxReceiveCount"] == 5 and redrive["deadLetterTargetArn"].endswith("-orders-dead")
    assert attributes["VisibilityTimeout"] == "300" and attributes["SqsManagedSseEnabled"] == "true"

    # S3-20 and S3-23: who uses them may, and knows where they are.
    ecs, iam = shop.client("ecs"), shop.client("iam")
    [definition] = ecs.list_task_definitions()["taskDefinitionArns"]
    definition = ecs.describe_task_definition(taskDefinition=definition)["taskDefinition"]
    environment = {one["name"]: one["value"] for one in definition["containerDefinitions"][0]["environment"]}
    assert environment["STATIC_BUCKET"] == bucket
    assert environment["STATIC_DOMAIN"] == "cdn.example.com"
    assert environment["ORDERS_QUEUE_URL"] == url
    assert environment["UPLOADS_BUCKET"] == bucket_of(shop, "uploads")
    role = definition["taskRoleArn"].rsplit("/", 1)[1]
    statements = iam.get_role_policy(RoleName=role, PolicyName="uses")["PolicyDocument"]["Statement"]
    allowed = {(action, one["Resource"]) for one in statements for action in one["Action"]}
    assert ("s3:ListBucket", f"arn:aws:s3:::{bucket}") in allowed
    assert ("s3:PutObject", f"arn:aws:s3:::{bucket}/*") in allowed
    assert ("sqs:ReceiveMessage", attributes["QueueArn"]) in allowed
    assert not any("*" in action or resource == "*" for action, resource in allowed)

    # Nothing to do; then three files change, and one vanishes.
    assert "nothing to do" in done(shop.ashore("plan"))
    put = len(uploads(shop))
    for number in range(3):
        write(shop.folder, f"css/{number}.css", "/* another */")
    (shop.folder / "public" / "css" / "11.css").unlink()
    assert "11 files, 3 changed" in done(shop.ashore("plan"))
    done(shop.ashore("up"))
    assert len(uploads(shop)) == put + 3
    [invalidation] = cloudfront.list_invalidations(DistributionId=distribution["Id"])["InvalidationList"]["Items"]
    told = cloudfront.get_invalidation(DistributionId=distribution["Id"], Id=invalidation["Id"])
    paths = told["Invalidation"]["InvalidationBatch"]["Paths"]["Items"]
    assert sorted(paths) == [f"/static/css/{number}.css" for number in range(3)]
    assert s3.head_object(Bucket=bucket, Key="static/css/11.css")
    assert "nothing to do" in done(shop.ashore("plan"))

    # Down: what is to be deleted has to be named; what is to stay stays, with what is in it.
    s3.put_object(Bucket=bucket_of(shop, "uploads"), Key="a", Body=b"a")
    code, _, err = shop.ashore("down", "--yes")
    assert code != 0 and "--allow-destroy buckets.uploads" in err
    done(shop.ashore("down", "--yes", "--allow-destroy", "buckets.uploads"))
    assert [one["Name"] for one in s3.list_buckets()["Buckets"]] == [bucket]
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 12
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    assert cloudfront.list_distributions()["DistributionList"]["Quantity"] == 0
    assert cloudfront.list_origin_access_controls()["OriginAccessControlList"]["Quantity"] == 0
    assert sqs.list_queues().get("QueueUrls", []) == []
    assert shop.client("acm", "us-east-1").list_certificates()["CertificateSummaryList"] == []

    # And is taken up again.
    done(shop.ashore("up"))
    assert bucket_of(shop, "static") == bucket


def test_what_somebody_else_changes_is_put_back(shop):
    """Each member of each kind, as the drift tests have it."""
    done(shop.ashore("up"))
    s3, cloudfront, sqs = shop.client("s3"), shop.client("cloudfront", "us-east-1"), shop.client("sqs")
    bucket = bucket_of(shop, "static")
    url = sqs.get_queue_url(QueueName="shop-production-orders")["QueueUrl"]
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    s3.delete_public_access_block(Bucket=bucket)
    s3.delete_bucket_cors(Bucket=bucket)
    s3.delete_bucket_lifecycle(Bucket=bucket)
    s3.delete_bucket_policy(Bucket=bucket)
    s3.delete_object(Bucket=bucket, Key="static/css/5.css")
    s3.put_object(Bucket=bucket, Key="static/css/6.css", Body=b"/* 6 */")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": "", "VisibilityTimeout": "30"})
    [distribution] = cloudfront.list_distributions()["DistributionList"]["Items"]
    there = cloudfront.get_distribution_config(Id=distribution["Id"])
    there["DistributionConfig"]["DefaultCacheBehavior"]["ViewerProtocolPolicy"] = "allow-all"
    there["DistributionConfig"]["DefaultRootObject"] = "index.html"
    cloudfront.update_distribution(
        Id=distribution["Id"], IfMatch=there["ETag"], DistributionConfig=there["DistributionConfig"]
    )
    plan = done(shop.ashore("plan"))
    for word in ["versioning", "private", "cors", "lifecycle", "viewers", "root", "visibility_timeout"]:
        assert word in plan, plan
    assert "12 files, 1 new, 1 changed" in plan
    done(shop.ashore("up"))
    assert "nothing to do" in done(shop.ashore("plan"))
    assert len(policy_of(s3, bucket)) == 2


def test_a_folder_that_is_not_there_is_told_before_anything_is_made(shop):
    for path in sorted((shop.folder / "public").rglob("*.css")):
        path.unlink()
    code, _, err = shop.ashore("plan")
    assert code == 1 and "E0619" in err
    (shop.folder / "public" / "css").rmdir()
    (shop.folder / "public").rmdir()
    code, _, err = shop.ashore("plan")
    assert code == 1 and "E0618" in err
