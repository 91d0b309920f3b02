"""Distributions, origin access controls, invalidations (emulators.md 4, cloudfront)."""

import copy

import pytest

OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
BUCKET = "shop-assets.s3.eu-central-1.amazonaws.com"


def config(reference="one", **change):
    return {
        "CallerReference": reference,
        "Comment": "assets",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [
            {"Id": "s3", "DomainName": BUCKET, "S3OriginConfig": {"OriginAccessIdentity": ""}},
        ]},
        "DefaultCacheBehavior": {
            "TargetOriginId": "s3", "ViewerProtocolPolicy": "redirect-to-https", "CachePolicyId": OPTIMIZED,
        },
        **change,
    }


def origin(**change):
    (first,) = config()["Origins"]["Items"]
    return {"Origins": {"Quantity": 1, "Items": [{key: it for key, it in {**first, **change}.items() if it is not None}]}}


def behaviour(**change):
    default = {**config()["DefaultCacheBehavior"], **change}
    return {"DefaultCacheBehavior": {key: it for key, it in default.items() if it is not None}}


@pytest.fixture
def cdn(twin):
    twin.reset()
    return twin.client("cloudfront")


@pytest.fixture
def made(cdn):
    tags = {"Items": [{"Key": "app", "Value": "shop"}]}
    ask = {"DistributionConfig": config(), "Tags": tags}
    return cdn.create_distribution_with_tags(DistributionConfigWithTags=ask)


@pytest.fixture
def control(cdn):
    """Makes an origin access control."""
    def control(name="assets", kind="s3"):
        return cdn.create_origin_access_control(OriginAccessControlConfig={
            "Name": name, "SigningProtocol": "sigv4", "SigningBehavior": "always",
            "OriginAccessControlOriginType": kind,
        })
    return control


@pytest.fixture
def certificate(twin):
    """Issues a certificate in a region."""
    def certificate(region="us-east-1", name="cdn.example.com"):
        acm = twin.client("acm", region=region)
        arn = acm.request_certificate(DomainName=name, ValidationMethod="DNS")["CertificateArn"]
        twin.advance(10)
        record = acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"][0]["ResourceRecord"]
        _, zones = twin.cloudflare("GET", "/zones?name=example.com")
        twin.cloudflare("POST", f"/zones/{zones['result'][0]['id']}/dns_records", {
            "type": "CNAME", "name": record["Name"].rstrip("."), "content": record["Value"].rstrip("."), "ttl": 60,
        })
        twin.advance(600)
        assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED"
        return {"ACMCertificateArn": arn, "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021"}
    return certificate


def aliases(*names):
    return {"Aliases": {"Quantity": len(names), "Items": list(names)}}


def settle(twin, cdn, made):
    twin.advance(300)
    assert cdn.get_distribution(Id=made["Distribution"]["Id"])["Distribution"]["Status"] == "Deployed"


def disable(cdn, distribution):
    found = cdn.get_distribution_config(Id=distribution)
    off = {**found["DistributionConfig"], "Enabled": False}
    return cdn.update_distribution(Id=distribution, IfMatch=found["ETag"], DistributionConfig=off)["ETag"]


def test_row_create_distribution_with_tags(cdn, made):
    found = made["Distribution"]
    assert found["ARN"] == f"arn:aws:cloudfront::123456789012:distribution/{found['Id']}"
    assert found["DomainName"].endswith(".cloudfront.net") and found["Id"] in made["Location"]
    tags = cdn.list_tags_for_resource(Resource=found["ARN"])["Tags"]["Items"]
    assert tags == [{"Key": "app", "Value": "shop"}]
    (row,) = cdn.list_distributions()["DistributionList"]["Items"]
    assert (row["Id"], row["Comment"]) == (found["Id"], "assets")


def test_row_get_distribution_config_goes_round(cdn, made):
    id = made["Distribution"]["Id"]
    found = cdn.get_distribution_config(Id=id)
    assert found["ETag"] == made["ETag"]
    again = cdn.update_distribution(Id=id, IfMatch=found["ETag"], DistributionConfig=found["DistributionConfig"])
    assert again["Distribution"]["DistributionConfig"] == found["DistributionConfig"]
    assert again["ETag"] != found["ETag"]


def test_what_is_left_out_is_filled_in(made):
    found = made["Distribution"]["DistributionConfig"]
    assert found["PriceClass"] == "PriceClass_All" and found["HttpVersion"] == "http2"
    assert found["ViewerCertificate"]["CloudFrontDefaultCertificate"] is True
    assert found["DefaultCacheBehavior"]["AllowedMethods"]["Quantity"] == 2
    assert found["Origins"]["Items"][0]["ConnectionAttempts"] == 3


def test_row_cf_in_progress_to_deployed(twin, cdn, made):
    assert made["Distribution"]["Status"] == "InProgress"
    settle(twin, cdn, made)
    etag = disable(cdn, made["Distribution"]["Id"])
    found = cdn.get_distribution(Id=made["Distribution"]["Id"])
    assert (found["Distribution"]["Status"], found["ETag"]) == ("InProgress", etag)
    settle(twin, cdn, made)


def test_row_delete_distribution_enabled(twin, cdn, made, refused):
    id = made["Distribution"]["Id"]
    settle(twin, cdn, made)
    assert refused(cdn.delete_distribution, Id=id, IfMatch=made["ETag"]) == "DistributionNotDisabled"
    etag = disable(cdn, id)
    assert refused(cdn.delete_distribution, Id=id, IfMatch=etag) == "DistributionNotDisabled"
    settle(twin, cdn, made)
    assert refused(cdn.delete_distribution, Id=id, IfMatch=made["ETag"]) == "PreconditionFailed"
    cdn.delete_distribution(Id=id, IfMatch=etag)
    assert refused(cdn.get_distribution, Id=id) == "NoSuchDistribution"


def test_row_get_distribution_missing(cdn, refused):
    assert refused(cdn.get_distribution, Id="ENONE") == "NoSuchDistribution"
    assert refused(cdn.get_distribution_config, Id="ENONE") == "NoSuchDistribution"
    assert refused(cdn.delete_distribution, Id="ENONE", IfMatch="E") == "NoSuchDistribution"


def test_row_same_caller_reference(cdn, made, refused):
    ask = {"DistributionConfig": config(Comment="other")}
    assert refused(cdn.create_distribution, **ask) == "DistributionAlreadyExists"
    assert refused(cdn.create_distribution, DistributionConfig=config()) == "DistributionAlreadyExists"


def test_row_update_distribution_stale_etag(cdn, made, refused):
    ask = {"Id": made["Distribution"]["Id"], "DistributionConfig": config()}
    assert refused(cdn.update_distribution, **ask, IfMatch="E0") == "PreconditionFailed"
    assert refused(cdn.update_distribution, **ask) == "InvalidIfMatchVersion"
    ask["DistributionConfig"] = config("two")
    assert refused(cdn.update_distribution, **ask, IfMatch=made["ETag"]) == "IllegalUpdate"


@pytest.mark.parametrize("change, code", [
    ({"CallerReference": ""}, "InvalidArgument"),
    ({"Comment": "x" * 129}, "InvalidArgument"),
    ({"DefaultRootObject": "/index.html"}, "InvalidDefaultRootObject"),
    ({"Origins": {"Quantity": 2, "Items": config()["Origins"]["Items"]}}, "InconsistentQuantities"),
    ({"Origins": {"Quantity": 2, "Items": config()["Origins"]["Items"] * 2}}, "InvalidArgument"),
    (origin(DomainName="example.com"), "InvalidArgument"),
    (origin(DomainName="nodots"), "InvalidArgument"),
    (origin(S3OriginConfig=None), "InvalidArgument"),
    (origin(OriginPath="a/"), "InvalidArgument"),
    (origin(ConnectionAttempts=9), "InvalidArgument"),
    (origin(OriginAccessControlId="ENONE"), "InvalidOriginAccessControl"),
    (origin(S3OriginConfig={"OriginAccessIdentity": "origin-access-identity/cloudfront/E1"}), "InvalidOriginAccessIdentity"),
    (behaviour(TargetOriginId="other"), "NoSuchOrigin"),
    (behaviour(CachePolicyId=None), "InvalidArgument"),
    (behaviour(CachePolicyId="00000000-0000-0000-0000-000000000000"), "NoSuchCachePolicy"),
    (behaviour(OriginRequestPolicyId="00000000-0000-0000-0000-000000000000"), "NoSuchOriginRequestPolicy"),
    (behaviour(ResponseHeadersPolicyId="00000000-0000-0000-0000-000000000000"), "NoSuchResponseHeadersPolicy"),
    (behaviour(ViewerProtocolPolicy="sometimes"), "MalformedXML"),
    (behaviour(ForwardedValues={"QueryString": False, "Cookies": {"Forward": "none"}}), "InvalidArgument"),
    (behaviour(CachePolicyId=None, MinTTL=10, DefaultTTL=5,
               ForwardedValues={"QueryString": False, "Cookies": {"Forward": "none"}}), "InvalidTTLOrder"),
    (behaviour(AllowedMethods={"Quantity": 1, "Items": ["POST"]}), "InvalidArgument"),
    (behaviour(FunctionAssociations={"Quantity": 1, "Items": [
        {"FunctionARN": "arn:aws:cloudfront::123456789012:function/f", "EventType": "viewer-request"}]}), "NotImplemented"),
    (aliases("cdn.example.com"), "InvalidViewerCertificate"),
    (aliases("nodots"), "InvalidArgument"),
    ({"CustomErrorResponses": {"Quantity": 1, "Items": [{"ErrorCode": 418}]}}, "InvalidErrorCode"),
    ({"CustomErrorResponses": {"Quantity": 1, "Items": [{"ErrorCode": 404, "ResponsePagePath": "/x"}]}}, "InvalidArgument"),
    ({"Restrictions": {"GeoRestriction": {"RestrictionType": "whitelist", "Quantity": 0}}}, "InvalidGeoRestrictionParameter"),
    ({"WebACLId": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/b"}, "NotImplemented"),
])
def test_distributions_that_cannot_be(cdn, refused, change, code):
    assert refused(cdn.create_distribution, DistributionConfig=config(**change)) == code
    assert cdn.list_distributions()["DistributionList"]["Quantity"] == 0


# Names and certificates.


def test_a_certificate_of_us_east_1(twin, cdn, certificate, refused):
    cert = certificate()
    made = cdn.create_distribution(DistributionConfig=config(**aliases("cdn.example.com"), ViewerCertificate=cert))
    found = made["Distribution"]["DistributionConfig"]["ViewerCertificate"]
    assert (found["Certificate"], found["CertificateSource"]) == (cert["ACMCertificateArn"], "acm")
    acm = twin.client("acm", region="us-east-1")
    assert refused(acm.delete_certificate, CertificateArn=cert["ACMCertificateArn"]) == "ResourceInUseException"
    users = acm.describe_certificate(CertificateArn=cert["ACMCertificateArn"])["Certificate"]["InUseBy"]
    assert users == [made["Distribution"]["ARN"]]


def test_a_certificate_of_elsewhere(cdn, certificate, refused):
    ask = config(**aliases("cdn.example.com"), ViewerCertificate=certificate("eu-central-1"))
    assert refused(cdn.create_distribution, DistributionConfig=ask) == "InvalidViewerCertificate"


def test_a_certificate_of_other_names_or_none_yet(twin, cdn, certificate, refused):
    ask = config(**aliases("www.example.com"), ViewerCertificate=certificate())
    assert refused(cdn.create_distribution, DistributionConfig=ask) == "InvalidViewerCertificate"
    acm = twin.client("acm", region="us-east-1")
    pending = acm.request_certificate(DomainName="www.example.com", ValidationMethod="DNS")["CertificateArn"]
    ask["ViewerCertificate"]["ACMCertificateArn"] = pending
    assert refused(cdn.create_distribution, DistributionConfig=ask) == "InvalidViewerCertificate"


def test_a_name_belongs_to_one_distribution(cdn, certificate, refused):
    ask = {**aliases("cdn.example.com"), "ViewerCertificate": certificate()}
    first = cdn.create_distribution(DistributionConfig=config(**ask))
    assert refused(cdn.create_distribution, DistributionConfig=config("two", **ask)) == "CNAMEAlreadyExists"
    found = cdn.get_distribution_config(Id=first["Distribution"]["Id"])
    cdn.update_distribution(
        Id=first["Distribution"]["Id"], IfMatch=found["ETag"], DistributionConfig=found["DistributionConfig"]
    )


def test_a_record_points_to_a_distribution(twin, cdn, made):
    dns = twin.client("route53")
    zone = dns.create_hosted_zone(Name="zone.example", CallerReference="z")["HostedZone"]["Id"]
    target = {"HostedZoneId": "Z2FDTNDATAQYW2", "DNSName": made["Distribution"]["DomainName"], "EvaluateTargetHealth": False}
    record = {"Name": "cdn.zone.example", "Type": "A", "AliasTarget": target}
    dns.change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    )


# Origin access controls.


def test_row_create_origin_access_control(cdn, control, refused):
    made = control()
    id = made["OriginAccessControl"]["Id"]
    found = cdn.get_origin_access_control(Id=id)
    assert found["ETag"] == made["ETag"] and found["OriginAccessControl"] == made["OriginAccessControl"]
    assert cdn.get_origin_access_control_config(Id=id)["OriginAccessControlConfig"]["Name"] == "assets"
    assert cdn.list_origin_access_controls()["OriginAccessControlList"]["Quantity"] == 1
    with pytest.raises(cdn.exceptions.OriginAccessControlAlreadyExists):
        control()
    assert refused(cdn.get_origin_access_control, Id="ENONE") == "NoSuchOriginAccessControl"


def test_a_control_is_changed_and_deleted_by_its_version(cdn, control, refused):
    made = control()
    id, changed = made["OriginAccessControl"]["Id"], made["OriginAccessControl"]["OriginAccessControlConfig"]
    changed = {**changed, "Description": "d", "SigningBehavior": "never"}
    ask = {"Id": id, "OriginAccessControlConfig": changed}
    assert refused(cdn.update_origin_access_control, **ask) == "InvalidIfMatchVersion"
    etag = cdn.update_origin_access_control(**ask, IfMatch=made["ETag"])["ETag"]
    assert refused(cdn.delete_origin_access_control, Id=id, IfMatch=made["ETag"]) == "PreconditionFailed"
    cdn.delete_origin_access_control(Id=id, IfMatch=etag)
    assert refused(cdn.delete_origin_access_control, Id=id, IfMatch=etag) == "NoSuchOriginAccessControl"


def test_row_delete_oac_in_use(twin, cdn, control, refused):
    made = control()
    id = made["OriginAccessControl"]["Id"]
    distribution = cdn.create_distribution(DistributionConfig=config(**origin(OriginAccessControlId=id)))
    assert refused(cdn.delete_origin_access_control, Id=id, IfMatch=made["ETag"]) == "OriginAccessControlInUse"
    settle(twin, cdn, distribution)
    etag = disable(cdn, distribution["Distribution"]["Id"])
    settle(twin, cdn, distribution)
    cdn.delete_distribution(Id=distribution["Distribution"]["Id"], IfMatch=etag)
    cdn.delete_origin_access_control(Id=id, IfMatch=made["ETag"])


def test_a_control_of_buckets_is_for_buckets(cdn, control, refused):
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    id = control()["OriginAccessControl"]["Id"]
    change = origin(DomainName="example.com", S3OriginConfig=None, CustomOriginConfig=custom, OriginAccessControlId=id)
    ask = {"DistributionConfig": config(**change)}
    assert refused(cdn.create_distribution, **ask) == "InvalidDomainNameForOriginAccessControl"


# Invalidations, policies, tags.


def batch(reference, *paths):
    return {"Paths": {"Quantity": len(paths), "Items": list(paths)}, "CallerReference": reference}


def test_row_create_invalidation(twin, cdn, made, refused):
    ask = {"DistributionId": made["Distribution"]["Id"]}
    first = cdn.create_invalidation(**ask, InvalidationBatch=batch("a", "/*"))["Invalidation"]
    assert first["Status"] == "InProgress"
    again = cdn.create_invalidation(**ask, InvalidationBatch=batch("a", "/*"))["Invalidation"]
    assert again["Id"] == first["Id"]
    assert refused(cdn.create_invalidation, **ask, InvalidationBatch=batch("a", "/x")) == "InvalidationBatchAlreadyExists"
    twin.advance(120)
    assert cdn.get_invalidation(**ask, Id=first["Id"])["Invalidation"]["Status"] == "Completed"
    assert cdn.list_invalidations(**ask)["InvalidationList"]["Quantity"] == 1


@pytest.mark.parametrize("change, code", [
    (batch("a"), "InvalidArgument"), (batch("a", "x"), "InvalidArgument"), (batch("a", "/a*b"), "InvalidArgument"),
    (batch("a", "/a", "/a"), "InvalidArgument"), (batch("", "/a"), "InvalidArgument"),
    ({**batch("a", "/a"), "Paths": {"Quantity": 2, "Items": ["/a"]}}, "InconsistentQuantities"),
    (batch("a", *[f"/{n}*" for n in range(16)]), "TooManyInvalidationsInProgress"),
    (batch("a", *[f"/{n}" for n in range(3001)]), "BatchTooLarge"),
])
def test_invalidations_that_cannot_be(cdn, made, refused, change, code):
    ask = {"DistributionId": made["Distribution"]["Id"], "InvalidationBatch": change}
    assert refused(cdn.create_invalidation, **ask) == code


def test_invalidations_that_are_not_there(cdn, made, refused):
    assert refused(cdn.get_invalidation, DistributionId=made["Distribution"]["Id"], Id="I0") == "NoSuchInvalidation"
    assert refused(cdn.list_invalidations, DistributionId="ENONE") == "NoSuchDistribution"


def test_policies_of_aws(cdn, refused):
    found = cdn.get_cache_policy(Id=OPTIMIZED)["CachePolicy"]["CachePolicyConfig"]
    assert (found["Name"], found["DefaultTTL"]) == ("Managed-CachingOptimized", 86400)
    rows = cdn.list_cache_policies(Type="managed")["CachePolicyList"]["Items"]
    assert OPTIMIZED in [row["CachePolicy"]["Id"] for row in rows]
    assert cdn.list_cache_policies(Type="custom")["CachePolicyList"]["Quantity"] == 0
    for row in cdn.list_origin_request_policies()["OriginRequestPolicyList"]["Items"]:
        id = row["OriginRequestPolicy"]["Id"]
        assert cdn.get_origin_request_policy(Id=id)["OriginRequestPolicy"] == row["OriginRequestPolicy"]
    for row in cdn.list_response_headers_policies()["ResponseHeadersPolicyList"]["Items"]:
        id = row["ResponseHeadersPolicy"]["Id"]
        assert cdn.get_response_headers_policy(Id=id)["ResponseHeadersPolicy"] == row["ResponseHeadersPolicy"]
    none = "00000000-0000-0000-0000-000000000000"
    assert refused(cdn.get_cache_policy, Id=none) == "NoSuchCachePolicy"
    assert refused(cdn.get_origin_request_policy, Id=none) == "NoSuchOriginRequestPolicy"
    assert refused(cdn.get_response_headers_policy, Id=none) == "NoSuchResponseHeadersPolicy"


def test_tags(twin, cdn, made, refused):
    arn = made["Distribution"]["ARN"]
    cdn.tag_resource(Resource=arn, Tags={"Items": [{"Key": "b", "Value": "2"}]})
    cdn.untag_resource(Resource=arn, TagKeys={"Items": ["app"]})
    assert cdn.list_tags_for_resource(Resource=arn)["Tags"]["Items"] == [{"Key": "b", "Value": "2"}]
    assert refused(cdn.list_tags_for_resource, Resource=arn + "X") == "NoSuchResource"
    assert refused(cdn.list_tags_for_resource, Resource="x") == "InvalidArgument"
    twice = {"Items": [{"Key": "b", "Value": "2"}] * 2}
    assert refused(cdn.tag_resource, Resource=arn, Tags=twice) == "InvalidTagging"
    groups = twin.client("resourcegroupstaggingapi", region="us-east-1")
    assert groups.tag_resources(ResourceARNList=[arn], Tags={"c": "3"})["FailedResourcesMap"] == {}
    (found,) = groups.get_resources(ResourceTypeFilters=["cloudfront:distribution"])["ResourceTagMappingList"]
    assert len(found["Tags"]) == 2


def test_distributions_in_pages(cdn):
    for n in range(3):
        cdn.create_distribution(DistributionConfig=copy.deepcopy(config(str(n))))
    pages = cdn.get_paginator("list_distributions").paginate(PaginationConfig={"PageSize": 2})
    assert [page["DistributionList"]["Quantity"] for page in pages] == [2, 1]


def test_distributions_outlive_the_process(start, tmp_path):
    first = start(state=tmp_path)
    made = first.client("cloudfront").create_distribution(DistributionConfig=config())
    first.kill()
    second = start(state=tmp_path)
    settle(second, second.client("cloudfront"), made)
