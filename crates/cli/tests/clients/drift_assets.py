"""Rows of files behind CloudFront, of buckets and of queues."""

import json

from alter import TAG, Row

MANIFEST = """
app = "files"
region = "eu-central-1"
tags = { team = "a" }
dns = { provider = "cloudflare", zone = "example.com" }

[services.web]
image = "nginx:1.29"
uses = ["static", "orders"]

[assets.static]
dir = "public"
path = "/static/*"
hostname = "cdn.example.com"
index = "index.html"
cache = "1h"
query_strings = true
cors = { origins = ["https://*.example.com"], methods = ["GET", "PUT"], headers = ["X-Own"], max_age = "1h" }

[assets.plain]
dir = "public"

[queues.orders]
dead_letter_after = 5
"""
# What lies beside the manifest.
FILES = {"public/LICENSE": "ours"}

BUCKET, POLICY, KEYS = "assets.static/bucket", "assets.static/bucket_policy", "assets.static/files"
DISTRIBUTION, CONTROL = "assets.static/distribution", "assets.static/origin_access_control"
PLAIN, QUEUE, DEAD = "assets.plain/distribution", "queues.orders/queue", "queues.orders/dead_letter_queue"
CERTIFICATE = "assets.static/certificate"


def row(address, field, alter, **more):
    return Row(address, field, alter, stack="assets", **more)


# Buckets


def bucket(field, call, **members):
    return row(BUCKET, field, lambda stack: getattr(stack.s3, call)(Bucket=stack.out(BUCKET, "name"), **members))


def cors(field, **members):
    """The rule, but for one of its members."""

    def alter(stack):
        name = stack.out(BUCKET, "name")
        [rule] = stack.s3.get_bucket_cors(Bucket=name)["CORSRules"]
        stack.s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": [{**rule, **members}]})

    return row(BUCKET, f"cors.0.{field}", alter)


def lifecycle(field, member, days):
    def alter(stack):
        name = stack.out(BUCKET, "name")
        [rule] = stack.s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
        rule[member] = days
        stack.s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})

    return row(BUCKET, f"lifecycle.{field}", alter)


def tagged(key, value):
    """All tags of a bucket are put at once."""

    def alter(stack):
        name = stack.out(BUCKET, "name")
        tags = {tag["Key"]: tag["Value"] for tag in stack.s3.get_bucket_tagging(Bucket=name)["TagSet"]}
        tags[key] = value
        put = [{"Key": key, "Value": value} for key, value in tags.items() if value is not None]
        stack.s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": put})

    return alter


def let_all_in(stack):
    """The document stays ours, and says something else."""
    name = stack.out(POLICY, "bucket")
    document = json.loads(stack.s3.get_bucket_policy(Bucket=name)["Policy"])
    document["Statement"] = [one for one in document["Statement"] if one["Effect"] == "Allow"]
    stack.s3.put_bucket_policy(Bucket=name, Policy=json.dumps(document))


def file(field, body=b"ours", **members):
    """The file is put by somebody else, in another way."""
    headers = {"ContentType": "application/octet-stream", "CacheControl": "public, max-age=3600", **members}

    def alter(stack):
        name = stack.out(BUCKET, "name")
        stack.s3.put_object(Bucket=name, Key="static/LICENSE", Body=body, **headers)

    return row(KEYS, f"files.static/LICENSE.{field}", alter)


# CloudFront


def distribution(field, change, address=DISTRIBUTION):
    def alter(stack):
        cloudfront, id = stack.cloudfront, stack.out(address, "id")
        there = cloudfront.get_distribution_config(Id=id)
        config = there["DistributionConfig"]
        change(stack, config)
        cloudfront.update_distribution(Id=id, IfMatch=there["ETag"], DistributionConfig=config)

    return row(address, field, alter)


def says(**members):
    return lambda stack, config: config.update(members)


def behaviour(**members):
    return lambda stack, config: config["DefaultCacheBehavior"].update(members)


def forwards(**members):
    return lambda stack, config: config["DefaultCacheBehavior"]["ForwardedValues"].update(members)


def shows(**members):
    return lambda stack, config: config["ViewerCertificate"].update(members)


def from_elsewhere(stack, config):
    config["Origins"]["Items"][0]["DomainName"] = "theirs.s3.eu-central-1.amazonaws.com"


def their_control(stack, config):
    theirs = {
        "Name": "theirs", "SigningProtocol": "sigv4", "SigningBehavior": "always", "OriginAccessControlOriginType": "s3",
    }
    made = stack.cloudfront.create_origin_access_control(OriginAccessControlConfig=theirs)
    config["Origins"]["Items"][0]["OriginAccessControlId"] = made["OriginAccessControl"]["Id"]


def their_certificate(stack, config):
    """For the same name: the record that is there validates it too."""
    acm = stack.sandbox.client("acm", "us-east-1")
    arn = acm.request_certificate(DomainName="cdn.example.com", ValidationMethod="DNS")["CertificateArn"]
    waited = {"Delay": 0.1, "MaxAttempts": 100}
    acm.get_waiter("certificate_validated").wait(CertificateArn=arn, WaiterConfig=waited)
    config["ViewerCertificate"] = {
        "ACMCertificateArn": arn, "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021",
    }


def tag_distribution(stack):
    stack.cloudfront.tag_resource(Resource=stack.out(DISTRIBUTION, "arn"), Tags={"Items": [TAG]})


def control(field, **members):
    def alter(stack):
        cloudfront, id = stack.cloudfront, stack.out(CONTROL, "id")
        there = cloudfront.get_origin_access_control(Id=id)
        config = {**there["OriginAccessControl"]["OriginAccessControlConfig"], **members}
        cloudfront.update_origin_access_control(Id=id, IfMatch=there["ETag"], OriginAccessControlConfig=config)

    return row(CONTROL, field, alter)


# Queues


def queue(field, **attributes):
    def alter(stack):
        stack.sqs.set_queue_attributes(QueueUrl=stack.out(QUEUE, "url"), Attributes=attributes)

    return row(QUEUE, field, alter)


def redrive(field, queue=lambda stack: stack.out(DEAD, "arn"), after=5):
    def alter(stack):
        policy = json.dumps({"deadLetterTargetArn": queue(stack), "maxReceiveCount": after})
        stack.sqs.set_queue_attributes(QueueUrl=stack.out(QUEUE, "url"), Attributes={"RedrivePolicy": policy})

    return row(QUEUE, f"dead_letter.{field}", alter)


def their_queue(stack):
    url = stack.sqs.create_queue(QueueName="theirs")["QueueUrl"]
    asked = stack.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return asked["Attributes"]["QueueArn"]


def tag_queue(stack):
    stack.sqs.tag_queue(QueueUrl=stack.out(QUEUE, "url"), Tags={"team": "theirs"})


PREFERRED = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
KMS = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}

ROWS = [
    # aws.s3.bucket
    bucket("versioning", "put_bucket_versioning", VersioningConfiguration={"Status": "Suspended"}),
    cors("origins.0", AllowedOrigins=["*"]),
    cors("methods.1", AllowedMethods=["GET"]),
    cors("headers.0", AllowedHeaders=["*"]),
    cors("max_age_seconds", MaxAgeSeconds=1),
    lifecycle("old_versions_days", "NoncurrentVersionExpiration", {"NoncurrentDays": 1}),
    lifecycle("unfinished_uploads_days", "AbortIncompleteMultipartUpload", {"DaysAfterInitiation": 1}),
    bucket("private", "delete_public_access_block"),
    bucket("owner_enforced", "put_bucket_ownership_controls", OwnershipControls=PREFERRED),
    bucket("encryption", "put_bucket_encryption", ServerSideEncryptionConfiguration=KMS),
    row(BUCKET, "removal", tagged("ashore:removal", "delete")),
    row(BUCKET, "tags.team", tagged("team", "theirs")),
    # aws.s3.bucket_policy
    row(POLICY, "policy", let_all_in),
    # aws.s3.files
    file("md5", body=b"hers"),
    file("size", body=b"theirs"),
    file("content_type", ContentType="text/plain"),
    file("cache_control", CacheControl="no-cache"),
    # aws.cloudfront.origin_access_control
    control("name", Name="theirs"),
    control("signing", SigningBehavior="never"),
    # aws.cloudfront.distribution
    distribution("comment", says(Comment="theirs")),
    distribution("origin.domain_name", from_elsewhere),
    distribution("origin.access_control", their_control),
    distribution("aliases", says(Aliases={"Quantity": 0})),
    distribution("certificate.arn", their_certificate),
    distribution("certificate.tls", shows(MinimumProtocolVersion="TLSv1.2_2019")),
    distribution("root", says(DefaultRootObject="")),
    distribution("caching.forwarded.query_strings", forwards(QueryString=False)),
    distribution("caching.forwarded.headers.0", forwards(Headers={"Quantity": 1, "Items": ["Origin"]})),
    # AWS's own policy that keeps nothing.
    distribution("caching.policy", behaviour(CachePolicyId="4135ea2d-6df8-44a3-9df3-4b5a84be39ad"), PLAIN),
    distribution("viewers", behaviour(ViewerProtocolPolicy="allow-all")),
    distribution("compress", behaviour(Compress=False)),
    distribution("http_version", says(HttpVersion="http2")),
    distribution("ipv6", says(IsIPV6Enabled=False)),
    distribution("price_class", says(PriceClass="PriceClass_100")),
    distribution("enabled", says(Enabled=False)),
    row(DISTRIBUTION, "tags.team", tag_distribution),
    # aws.sqs.queue
    queue("visibility_timeout_seconds", VisibilityTimeout="31"),
    queue("retention_seconds", MessageRetentionPeriod="60"),
    redrive("queue", queue=their_queue),
    redrive("after", after=6),
    queue("encrypted", SqsManagedSseEnabled="false"),
    queue("tls_only", Policy=""),
    row(QUEUE, "tags.team", tag_queue),
]

# By which we know our own: what is known by its name is ours as long as it says whose it is.
MARKS = [
    row(BUCKET, "tags.ashore:address", tagged("ashore:address", None)),
    row(
        QUEUE, "tags.ashore:address",
        lambda stack: stack.sqs.untag_queue(QueueUrl=stack.out(QUEUE, "url"), TagKeys=["ashore:address"]),
    ),
    row(
        DISTRIBUTION, "tags.ashore:stack",
        lambda stack: stack.cloudfront.untag_resource(
            Resource=stack.out(DISTRIBUTION, "arn"), TagKeys={"Items": ["ashore:stack"]}
        ),
    ),
]

# What no row alters, and why.
UNALTERED = {
    ("aws.acm.certificate", "region"): "cannot be changed: its ARN holds it",
    ("aws.s3.bucket", "name"): "buckets are asked for by it: under another name it is missing",
    ("aws.s3.bucket_policy", "bucket"): "policies are asked for in it: in another it is missing",
    ("aws.s3.files", "bucket"): "files are asked for in it: in another they are missing",
    ("aws.s3.files", "prefix"): "files are asked for by it: under another they are missing",
    ("aws.s3.files", "distribution"): "only says who is told of changes, which no bucket knows",
    ("aws.s3.files", "prune"): "only says what becomes of files that have vanished, which no bucket knows",
    ("aws.s3.files", "removal"): "the bucket's, which has a row of its own",
    ("aws.sqs.queue", "name"): "queues are asked for by it: under another name it is missing",
}
