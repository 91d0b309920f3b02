"""Objects: put, read, listed, copied, uploaded in parts, and on what condition (emulators.md 4, s3)."""

import base64
import concurrent.futures
import hashlib
import zlib

import pytest
from test_s3 import HERE, signed

PART = 5 << 20


@pytest.fixture
def s3(twin):
    twin.reset()
    client = twin.client("s3")
    client.create_bucket(Bucket="shop", **HERE)
    return client


@pytest.fixture
def put(s3):
    return lambda key, body=b"x", **more: s3.put_object(Bucket="shop", Key=key, Body=body, **more)


def body(s3, key, **more):
    return s3.get_object(Bucket="shop", Key=key, **more)["Body"].read()


def test_an_object_comes_back_as_it_was_put(s3, put):
    made = put("a b/ä+.html", b"<p>", ContentType="text/html", CacheControl="max-age=60", Metadata={"by": "me"},
               ContentDisposition="inline", ContentEncoding="identity", ContentLanguage="de", StorageClass="STANDARD_IA")
    assert made["ETag"] == '"' + hashlib.md5(b"<p>").hexdigest() + '"'
    found = s3.get_object(Bucket="shop", Key="a b/ä+.html")
    assert found["Body"].read() == b"<p>" and found["ContentType"] == "text/html"
    assert found["CacheControl"] == "max-age=60" and found["Metadata"] == {"by": "me"}
    assert found["StorageClass"] == "STANDARD_IA" and found["ServerSideEncryption"] == "AES256"
    head = s3.head_object(Bucket="shop", Key="a b/ä+.html")
    assert head["ContentLength"] == 3 and head["ETag"] == made["ETag"]
    assert (head["ContentEncoding"], head["ContentLanguage"]) == ("identity", "de")


def test_an_object_without_a_type_is_bytes(s3, put):
    put("a")
    assert s3.head_object(Bucket="shop", Key="a")["ContentType"] == "binary/octet-stream"


def test_row_get_object_missing(s3, refused):
    assert refused(s3.get_object, Bucket="shop", Key="no") == "NoSuchKey"
    assert refused(s3.head_object, Bucket="shop", Key="no") == "404"


@pytest.mark.parametrize("change, code", [
    ({"Key": "k" * 1025}, "KeyTooLongError"), ({"StorageClass": "COLD"}, "InvalidStorageClass"),
    ({"Metadata": {"a": "x" * 2049}}, "MetadataTooLarge"), ({"ServerSideEncryption": "rot13"}, "InvalidArgument"),
    ({"SSEKMSKeyId": "x"}, "InvalidArgument"), ({"ContentMD5": "eA=="}, "InvalidDigest"),
    ({"ContentMD5": base64.b64encode(hashlib.md5(b"y").digest()).decode()}, "BadDigest"),
    ({"ChecksumCRC32": "AAAAAA=="}, "BadDigest"), ({"Bucket": "not-there"}, "NoSuchBucket"),
    ({"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/none"}, "KMS.NotFoundException"),
    ({"Tagging": "&".join(f"k{n}=v" for n in range(11))}, "BadRequest"),
])
def test_objects_that_cannot_be(s3, refused, change, code):
    assert refused(s3.put_object, **{"Bucket": "shop", "Key": "a", "Body": b"x", **change}) == code


def test_ranges(s3, put, refused):
    put("a", b"0123456789")
    for asked, found, where in [("bytes=2-4", b"234", "bytes 2-4/10"), ("bytes=7-", b"789", "bytes 7-9/10"),
                                ("bytes=-3", b"789", "bytes 7-9/10"), ("bytes=5-99", b"56789", "bytes 5-9/10")]:
        answer = s3.get_object(Bucket="shop", Key="a", Range=asked)
        assert (answer["Body"].read(), answer["ContentRange"]) == (found, where)
    assert refused(s3.get_object, Bucket="shop", Key="a", Range="bytes=10-") == "InvalidRange"


# Conditions.


def test_row_if_none_match(s3, put, refused):
    put("lock", b"1", IfNoneMatch="*")
    assert refused(s3.put_object, Bucket="shop", Key="lock", Body=b"2", IfNoneMatch="*") == "PreconditionFailed"
    assert body(s3, "lock") == b"1"
    s3.delete_object(Bucket="shop", Key="lock")
    put("lock", b"2", IfNoneMatch="*")
    assert refused(s3.put_object, Bucket="shop", Key="lock", Body=b"3", IfNoneMatch='"x"') == "NotImplemented"


def test_row_if_match(s3, put, refused):
    first = put("state", b"1")["ETag"]
    second = put("state", b"2", IfMatch=first)["ETag"]
    ask = {"Bucket": "shop", "Key": "state", "Body": b"3"}
    assert refused(s3.put_object, **ask, IfMatch=first) == "PreconditionFailed"
    assert refused(s3.get_object, Bucket="shop", Key="state", IfMatch=first) == "PreconditionFailed"
    assert refused(s3.delete_object, Bucket="shop", Key="state", IfMatch=first) == "PreconditionFailed"
    s3.delete_object(Bucket="shop", Key="state", IfMatch=second)


def test_row_put_object_if_match_missing_key(s3, refused):
    assert refused(s3.put_object, Bucket="shop", Key="no", Body=b"1", IfMatch='"x"') == "NoSuchKey"


def test_row_racing_writers_one_wins(twin, s3):
    def write(n):
        try:
            twin.client("s3").put_object(Bucket="shop", Key="lock", Body=b"%d" % n, IfNoneMatch="*")
            return True
        except s3.exceptions.ClientError:
            return False

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(write, range(16))) == 1


def test_what_is_known_already_is_not_sent_again(s3, put, refused):
    etag = put("a")["ETag"]
    assert refused(s3.get_object, Bucket="shop", Key="a", IfNoneMatch=etag) == "304"
    modified = s3.head_object(Bucket="shop", Key="a")["LastModified"]
    assert refused(s3.head_object, Bucket="shop", Key="a", IfModifiedSince=modified) == "304"
    s3.get_object(Bucket="shop", Key="a", IfUnmodifiedSince=modified)


def test_a_conflict_can_be_played(twin, s3, refused):
    refuse = {"refuse": {"status": 409, "code": "ConditionalRequestConflict", "message": "again"}}
    twin.fault(refuse, service="s3", operation="PutObject")
    ask = {"Bucket": "shop", "Key": "a", "Body": b"1", "IfNoneMatch": "*"}
    assert refused(s3.put_object, **ask) == "ConditionalRequestConflict"
    s3.put_object(**ask)


# Checksums.


def test_checksums_are_kept_and_given(s3, put):
    put("a", b"hello", ChecksumAlgorithm="SHA256")
    found = s3.head_object(Bucket="shop", Key="a", ChecksumMode="ENABLED")
    assert found["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(b"hello").digest()).decode()
    assert found["ChecksumType"] == "FULL_OBJECT"
    assert "ChecksumSHA256" not in s3.head_object(Bucket="shop", Key="a")


def chunked(twin, data, trailer, **headers):
    sent = b"%x\r\n%s\r\n0\r\nx-amz-checksum-crc32:%s\r\n\r\n" % (len(data), data, trailer)
    return twin.request("PUT", "/shop/a", sent, {
        **signed("eu-central-1"), "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "content-encoding": "aws-chunked", "x-amz-trailer": "x-amz-checksum-crc32",
        "x-amz-decoded-content-length": str(len(data)), **headers,
    })


def test_chunks_with_a_trailing_checksum(twin, s3):
    """As SDKs send bodies by default where the connection is safe."""
    crc = base64.b64encode(zlib.crc32(b"hello").to_bytes(4, "big"))
    status, headers, _ = chunked(twin, b"hello", crc)
    assert status == 200 and headers["x-amz-checksum-crc32"] == crc.decode()
    found = s3.get_object(Bucket="shop", Key="a", ChecksumMode="ENABLED")
    assert found["Body"].read() == b"hello" and "ContentEncoding" not in found
    assert found["ChecksumCRC32"] == crc.decode()


def test_chunks_that_are_not_what_they_say(twin, s3):
    status, _, text = chunked(twin, b"hello", b"AAAAAA==")
    assert status == 400 and "<Code>BadDigest</Code>" in text
    crc = base64.b64encode(zlib.crc32(b"hello").to_bytes(4, "big"))
    assert "<Code>IncompleteBody</Code>" in chunked(twin, b"hello", crc, **{"x-amz-decoded-content-length": "6"})[2]
    assert "<Code>MalformedTrailerError</Code>" in chunked(twin, b"hello", crc, **{"x-amz-trailer": ""})[2]


def test_a_body_that_was_changed_on_its_way(twin, s3):
    headers = {**signed("eu-central-1"), "x-amz-content-sha256": hashlib.sha256(b"other").hexdigest()}
    assert "<Code>XAmzContentSHA256Mismatch</Code>" in twin.request("PUT", "/shop/a", b"this", headers)[2]


# Versions.


def test_row_list_object_versions(s3, put, refused):
    s3.put_bucket_versioning(Bucket="shop", VersioningConfiguration={"Status": "Enabled"})
    first, second = put("a", b"1")["VersionId"], put("a", b"2")["VersionId"]
    marker = s3.delete_object(Bucket="shop", Key="a")
    assert marker["DeleteMarker"] and refused(s3.get_object, Bucket="shop", Key="a") == "NoSuchKey"
    assert body(s3, "a", VersionId=first) == b"1"
    found = s3.list_object_versions(Bucket="shop")
    assert [one["VersionId"] for one in found["Versions"]] == [second, first]
    assert [(one["VersionId"], one["IsLatest"]) for one in found["DeleteMarkers"]] == [(marker["VersionId"], True)]
    s3.delete_object(Bucket="shop", Key="a", VersionId=marker["VersionId"])
    assert body(s3, "a") == b"2"
    s3.delete_object(Bucket="shop", Key="a", VersionId=second)
    assert body(s3, "a") == b"1"
    assert refused(s3.get_object, Bucket="shop", Key="a", VersionId=second) == "NoSuchVersion"


def test_a_suspended_bucket_has_one_version_without_an_id(s3, put):
    put("a", b"0")
    s3.put_bucket_versioning(Bucket="shop", VersioningConfiguration={"Status": "Enabled"})
    kept = put("a", b"1")["VersionId"]
    s3.put_bucket_versioning(Bucket="shop", VersioningConfiguration={"Status": "Suspended"})
    put("a", b"2")
    assert [one["VersionId"] for one in s3.list_object_versions(Bucket="shop")["Versions"]] == ["null", kept]


def test_versions_in_pages(s3, put):
    s3.put_bucket_versioning(Bucket="shop", VersioningConfiguration={"Status": "Enabled"})
    made = [put(key, b"x")["VersionId"] for key in "aabbc"]
    pages = list(s3.get_paginator("list_object_versions").paginate(Bucket="shop", PaginationConfig={"PageSize": 2}))
    seen = [one["VersionId"] for page in pages for one in page["Versions"]]
    assert sorted(seen) == sorted(made) and len(pages) == 3


# Lists, copies, deletions.


def test_listing_in_pages(s3, put):
    for n in range(7):
        put(f"k{n}")
    pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket="shop", PaginationConfig={"PageSize": 3}))
    assert [[one["Key"] for one in page["Contents"]] for page in pages] == [["k0", "k1", "k2"], ["k3", "k4", "k5"], ["k6"]]
    old = list(s3.get_paginator("list_objects").paginate(Bucket="shop", PaginationConfig={"PageSize": 3}))
    assert [len(page["Contents"]) for page in old] == [3, 3, 1]


def test_prefixes_and_delimiters(s3, put):
    for key in ("a/1", "a/2", "b/1", "c", "ü/x"):
        put(key)
    found = s3.list_objects_v2(Bucket="shop", Delimiter="/")
    assert [one["Prefix"] for one in found["CommonPrefixes"]] == ["a/", "b/", "ü/"]
    assert [one["Key"] for one in found["Contents"]] == ["c"] and found["KeyCount"] == 4
    assert [one["Key"] for one in s3.list_objects_v2(Bucket="shop", Prefix="a/")["Contents"]] == ["a/1", "a/2"]
    assert [one["Key"] for one in s3.list_objects_v2(Bucket="shop", StartAfter="b")["Contents"]][:2] == ["b/1", "c"]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="shop", Delimiter="/", PaginationConfig={"PageSize": 1})
    assert [len(page.get("CommonPrefixes", [])) + len(page.get("Contents", [])) for page in pages] == [1, 1, 1, 1]


def test_listings_that_cannot_be(twin, s3, refused):
    assert refused(s3.list_objects_v2, Bucket="shop", ContinuationToken="x") == "InvalidArgument"
    headers = signed("eu-central-1")
    assert "<Code>InvalidArgument</Code>" in twin.request("GET", "/shop?max-keys=x", None, headers)[2]


def test_copies(s3, put, refused):
    put("a", b"1", ContentType="text/plain", Metadata={"by": "me"}, Tagging="k=v")
    etag = s3.head_object(Bucket="shop", Key="a")["ETag"]
    source = {"Bucket": "shop", "Key": "a"}
    s3.copy_object(Bucket="shop", Key="b", CopySource=source)
    found = s3.head_object(Bucket="shop", Key="b")
    assert (found["ContentType"], found["Metadata"], found["ETag"]) == ("text/plain", {"by": "me"}, etag)
    assert s3.get_object_tagging(Bucket="shop", Key="b")["TagSet"] == [{"Key": "k", "Value": "v"}]
    s3.copy_object(Bucket="shop", Key="a", CopySource=source, MetadataDirective="REPLACE", CacheControl="no-cache")
    found = s3.head_object(Bucket="shop", Key="a")
    assert (found["CacheControl"], found["Metadata"]) == ("no-cache", {})
    assert refused(s3.copy_object, Bucket="shop", Key="a", CopySource=source) == "InvalidRequest"
    assert refused(s3.copy_object, Bucket="shop", Key="c", CopySource={**source, "Key": "no"}) == "NoSuchKey"
    stale = {"Bucket": "shop", "Key": "c", "CopySource": source, "CopySourceIfMatch": '"x"'}
    assert refused(s3.copy_object, **stale) == "PreconditionFailed"


def test_deleting_many(s3, put, refused):
    for key in "abc":
        put(key)
    asked = {"Objects": [{"Key": "a"}, {"Key": "no"}, {"Key": "b", "ETag": '"x"'}]}
    found = s3.delete_objects(Bucket="shop", Delete=asked)
    assert [one["Key"] for one in found["Deleted"]] == ["a", "no"]
    assert [(one["Key"], one["Code"]) for one in found["Errors"]] == [("b", "PreconditionFailed")]
    quiet = s3.delete_objects(Bucket="shop", Delete={"Objects": [{"Key": "b"}], "Quiet": True})
    assert "Deleted" not in quiet
    many = {"Objects": [{"Key": str(n)} for n in range(1001)]}
    assert refused(s3.delete_objects, Bucket="shop", Delete=many) == "MalformedXML"


def test_tags_of_objects(s3, put, refused):
    put("a", Tagging="x=1&y=2")
    assert s3.head_object(Bucket="shop", Key="a")["TagCount"] == 2
    tags = [{"Key": "z", "Value": "3"}]
    s3.put_object_tagging(Bucket="shop", Key="a", Tagging={"TagSet": tags})
    assert s3.get_object_tagging(Bucket="shop", Key="a")["TagSet"] == tags
    s3.delete_object_tagging(Bucket="shop", Key="a")
    assert s3.get_object_tagging(Bucket="shop", Key="a")["TagSet"] == []
    assert refused(s3.put_object_tagging, Bucket="shop", Key="no", Tagging={"TagSet": tags}) == "NoSuchKey"
    assert s3.get_object_acl(Bucket="shop", Key="a")["Grants"][0]["Permission"] == "FULL_CONTROL"


# Uploads in parts.


@pytest.fixture
def upload(s3):
    """Begins an upload and gives it as parameters."""
    def upload(**more):
        made = s3.create_multipart_upload(Bucket="shop", Key="big", **more)
        return {"Bucket": "shop", "Key": "big", "UploadId": made["UploadId"]}
    return upload


def feed(s3, ask, *bodies, **more):
    parts = []
    for number, data in enumerate(bodies, 1):
        made = s3.upload_part(**ask, PartNumber=number, Body=data, **more)
        parts.append({"PartNumber": number, "ETag": made["ETag"]})
    return parts


def test_parts_become_an_object(s3, upload):
    ask = upload(ContentType="video/mp4", Metadata={"by": "me"})
    parts = feed(s3, ask, b"a" * PART, b"b")
    assert [one["PartNumber"] for one in s3.list_parts(**ask)["Parts"]] == [1, 2]
    assert [one["UploadId"] for one in s3.list_multipart_uploads(Bucket="shop")["Uploads"]] == [ask["UploadId"]]
    made = s3.complete_multipart_upload(**ask, MultipartUpload={"Parts": parts})
    digests = b"".join(hashlib.md5(data).digest() for data in (b"a" * PART, b"b"))
    assert made["ETag"] == f'"{hashlib.md5(digests).hexdigest()}-2"'
    found = s3.get_object(Bucket="shop", Key="big")
    assert found["Body"].read() == b"a" * PART + b"b" and found["ContentType"] == "video/mp4"
    assert "Uploads" not in s3.list_multipart_uploads(Bucket="shop")


def test_checksums_of_parts(s3, upload):
    ask = upload(ChecksumAlgorithm="CRC32")
    datas = (b"a" * PART, b"b")
    parts = []
    for number, data in enumerate(datas, 1):
        made = s3.upload_part(**ask, PartNumber=number, Body=data, ChecksumAlgorithm="CRC32")
        parts.append({"PartNumber": number, "ETag": made["ETag"], "ChecksumCRC32": made["ChecksumCRC32"]})
    made = s3.complete_multipart_upload(**ask, MultipartUpload={"Parts": parts})
    raw = b"".join(zlib.crc32(data).to_bytes(4, "big") for data in datas)
    assert made["ChecksumCRC32"] == base64.b64encode(zlib.crc32(raw).to_bytes(4, "big")).decode() + "-2"
    assert made["ChecksumType"] == "COMPOSITE"


def test_uploads_that_cannot_be_completed(s3, upload, refused):
    ask = upload()
    parts = feed(s3, ask, b"small", b"b")
    complete = lambda parts: refused(s3.complete_multipart_upload, **ask, MultipartUpload={"Parts": parts})
    assert complete(parts) == "EntityTooSmall"
    assert complete(parts[::-1]) == "InvalidPartOrder"
    assert complete([{"PartNumber": 9, "ETag": '"x"'}]) == "InvalidPart"
    assert complete([]) == "MalformedXML"
    assert refused(s3.upload_part, **ask, PartNumber=10001, Body=b"") == "InvalidArgument"
    s3.abort_multipart_upload(**ask)
    assert refused(s3.abort_multipart_upload, **ask) == "NoSuchUpload"
    assert refused(s3.upload_part, **ask, PartNumber=1, Body=b"") == "NoSuchUpload"


def test_an_upload_is_completed_on_a_condition(s3, put, upload, refused):
    ask = upload()
    parts = {"Parts": feed(s3, ask, b"1")}
    put("big", b"0")
    assert refused(s3.complete_multipart_upload, **ask, MultipartUpload=parts, IfNoneMatch="*") == "PreconditionFailed"
    s3.delete_object(Bucket="shop", Key="big")
    s3.complete_multipart_upload(**ask, MultipartUpload=parts, IfNoneMatch="*")
    assert body(s3, "big") == b"1"


def test_a_large_file_goes_up_and_down(s3, tmp_path):
    """boto3's own transfers: parts side by side, and ranges."""
    file = tmp_path / "large"
    file.write_bytes(bytes(range(256)) * (9 << 12))
    s3.upload_file(str(file), "shop", "large", ExtraArgs={"ContentType": "text/plain"})
    s3.download_file("shop", "large", str(tmp_path / "again"))
    assert (tmp_path / "again").read_bytes() == file.read_bytes()
