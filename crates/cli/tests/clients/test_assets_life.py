"""Files behind CloudFront, buckets and queues: commands that end in the middle, and what is somebody else's."""

import time

import pytest
from inventory import everything, everything_else
from test_assets import MANIFEST, bucket_of, done, shop, write  # noqa: F401

# All of it may go.
FLEETING = MANIFEST.replace("query_strings = true", 'query_strings = true\nremoval = "delete"')
ALL = ("--yes", "--allow-destroy", "assets.static", "--allow-destroy", "buckets.uploads")
CALLS = [
    ("s3", "CreateBucket"), ("s3", "PutBucketPolicy"), ("s3", "PutObject"), ("sqs", "CreateQueue"),
    ("cloudfront", "CreateOriginAccessControl"), ("cloudfront", "CreateDistributionWithTags"),
]


@pytest.fixture
def fleeting(shop):  # noqa: F811
    (shop.folder / "ashore.toml").write_text(FLEETING)
    return shop


def left(sandbox):
    there = {**everything(sandbox), **everything_else(sandbox)}
    return {kind: objects for kind, objects in there.items() if objects}


def killed(sandbox, service, operation, side):
    """`up` ends when this request was sent, before it has an answer."""
    fault = {"service": service, "operation": operation, "side": side, "action": "hang"}
    sandbox.twin("POST", "faults", fault)
    up = sandbox.start_ashore("up")
    deadline = time.monotonic() + 30
    while sandbox.twin("GET", "faults") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert sandbox.twin("GET", "faults") == []
    up.kill()
    up.wait()
    up.stderr.close()


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[1])
def test_killed_in_the_middle_the_next_up_goes_on(fleeting, call, side):
    killed(fleeting, *call, side)
    done(fleeting.ashore("up"))
    assert "nothing to do" in done(fleeting.ashore("plan"))
    assert len(fleeting.client("s3").list_buckets()["Buckets"]) == 2
    distributions = fleeting.client("cloudfront", "us-east-1").list_distributions()["DistributionList"]
    assert distributions["Quantity"] == 1
    done(fleeting.ashore("down", *ALL))
    assert left(fleeting) == {}


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[1])
def test_killed_in_the_middle_all_is_undone(shop, call):  # noqa: F811
    """A bucket that would stay goes too: the run has made it, and nobody has put anything into it yet."""
    killed(shop, *call, "after")
    done(shop.ashore("up", "--undo"))
    assert left(shop) == {}


def test_what_was_there_before_stays_when_a_run_is_put_back(shop):  # noqa: F811
    done(shop.ashore("up"))
    done(shop.ashore("down", "--yes", "--allow-destroy", "buckets.uploads"))
    s3, bucket = shop.client("s3"), bucket_of(shop, "static")
    s3.put_object(Bucket=bucket, Key="theirs", Body=b"x")
    write(shop.folder, "css/0.css", "/* another */")
    refusal = {"status": 403, "code": "AccessDenied", "message": "somebody took the right away"}
    fault = {"service": "ecs", "operation": "CreateService", "action": {"refuse": refusal}}
    shop.twin("POST", "faults", fault)
    code, _, err = shop.ashore("up")
    assert code != 0 and "AccessDenied" in err
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert sorted(keys) == sorted([f"static/css/{number}.css" for number in range(12)] + ["theirs"])
    # What the run has put over one of them is there too, and what it was before is a version of it.
    versions = s3.list_object_versions(Bucket=bucket, Prefix="static/css/0.css")["Versions"]
    bodies = [s3.get_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"]) for one in versions]
    assert b"/* 0 */" in [body["Body"].read() for body in bodies]
    assert set(left(shop)) == {"buckets"}


def test_what_is_somebody_elses_is_left_alone(fleeting):
    done(fleeting.ashore("up"))
    s3, sqs = fleeting.client("s3"), fleeting.client("sqs")
    bucket = bucket_of(fleeting, "static")
    done(fleeting.ashore("down", *ALL))
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket=bucket, Key="static/css/0.css", Body=b"theirs")
    sqs.create_queue(QueueName="shop-production-orders")
    code, _, err = fleeting.ashore("up")
    assert code != 0 and "E0201" in err and bucket in err and "shop-production-orders" in err, err
    assert set(left(fleeting)) == {"buckets", "queues"}
    assert s3.get_object(Bucket=bucket, Key="static/css/0.css")["Body"].read() == b"theirs"


def test_another_path_leaves_the_files_of_others(fleeting):
    """What lay below the old path goes, and neither what is new nor what is theirs."""
    manifest = fleeting.folder / "ashore.toml"
    manifest.write_text(FLEETING.replace('"/static/*"', '"/*"'))
    done(fleeting.ashore("up"))
    s3, bucket = fleeting.client("s3"), bucket_of(fleeting, "static")
    s3.put_object(Bucket=bucket, Key="theirs", Body=b"x")
    manifest.write_text(FLEETING)
    done(fleeting.ashore("up", "--yes"))
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert sorted(keys) == sorted([f"static/css/{number}.css" for number in range(12)] + ["theirs"])
    assert "nothing to do" in done(fleeting.ashore("plan"))
