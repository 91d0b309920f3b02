"""ACM as boto3 sees it. Time stands still unless a test advances it."""

import pytest

ZONE = "example.com"


@pytest.fixture
def acm(twin):
    twin.reset()
    twin.timing("default")
    return twin.client("acm")


@pytest.fixture
def arn(acm):
    return request(acm, "www.example.com")


@pytest.fixture
def zone(acm, twin):
    """The id of the Cloudflare zone that every twin starts with."""
    _, body = twin.cloudflare("GET", f"/zones?name={ZONE}")
    return body["result"][0]["id"]


def request(acm, *names, **more):
    names = {"DomainName": names[0], "SubjectAlternativeNames": list(names[1:])}
    if not names["SubjectAlternativeNames"]:
        del names["SubjectAlternativeNames"]
    return acm.request_certificate(ValidationMethod="DNS", **names, **more)["CertificateArn"]


def describe(acm, arn):
    return acm.describe_certificate(CertificateArn=arn)["Certificate"]


def records(acm, twin, arn):
    twin.advance(5)
    return [one["ResourceRecord"] for one in describe(acm, arn)["DomainValidationOptions"]]


def write(twin, zone, record, **more):
    body = {"type": "CNAME", "name": record["Name"].rstrip("."), "content": record["Value"].rstrip("."), "ttl": 60}
    status, answer = twin.cloudflare("POST", f"/zones/{zone}/dns_records", {**body, "proxied": False, **more})
    assert status == 200, answer
    return answer["result"]["id"]


def issue(acm, twin, zone, arn):
    for record in records(acm, twin, arn):
        write(twin, zone, record)
    twin.advance(120)
    return describe(acm, arn)


# Requests


def test_a_new_certificate_is_pending(acm, arn):
    assert describe(acm, arn)["Status"] == "PENDING_VALIDATION"


def test_the_arn_names_region_and_account(arn):
    assert arn.startswith("arn:aws:acm:eu-central-1:123456789012:certificate/")


def test_the_common_name_is_among_the_names(acm):
    found = describe(acm, request(acm, "a.example.com", "b.example.com"))
    assert found["SubjectAlternativeNames"] == ["a.example.com", "b.example.com"]


def test_row_idempotency_token_same_arn(acm):
    assert request(acm, "a.example.com", IdempotencyToken="t") == request(acm, "a.example.com", IdempotencyToken="t")


def test_another_token_is_another_certificate(acm):
    assert request(acm, "a.example.com", IdempotencyToken="t") != request(acm, "a.example.com", IdempotencyToken="u")


def test_no_token_is_always_another_certificate(acm):
    assert request(acm, "a.example.com") != request(acm, "a.example.com")


def test_a_token_lasts_an_hour(acm, twin):
    first = request(acm, "a.example.com", IdempotencyToken="t")
    twin.advance(3601)
    assert request(acm, "a.example.com", IdempotencyToken="t") != first


def test_a_token_for_another_name_is_refused(acm, refused):
    request(acm, "a.example.com", IdempotencyToken="t")
    again = {"DomainName": "b.example.com", "ValidationMethod": "DNS", "IdempotencyToken": "t"}
    assert refused(acm.request_certificate, **again) == "InvalidParameterException"


@pytest.mark.parametrize("token", ["a-b", "x" * 33])
def test_impossible_tokens_are_refused(acm, refused, token):
    asked = {"DomainName": "a.example.com", "ValidationMethod": "DNS", "IdempotencyToken": token}
    assert refused(acm.request_certificate, **asked) == "ValidationException"


@pytest.mark.parametrize("name", ["com", "-a.example.com", "a-.example.com", "a..com", "a.*.com", "a_b.example.com", "x" * 64 + ".com"])
def test_impossible_names_are_refused(acm, refused, name):
    assert refused(acm.request_certificate, DomainName=name, ValidationMethod="DNS") == "ValidationException"


def test_a_long_first_name_is_refused(acm, refused):
    name = "a" * 60 + ".example.com"
    asked = {"DomainName": name, "ValidationMethod": "DNS"}
    assert refused(acm.request_certificate, **asked) == "InvalidDomainValidationOptionsException"


def test_a_long_name_may_be_a_further_one(acm):
    assert request(acm, "example.com", "a" * 60 + ".example.com")


def test_eleven_names_are_too_many(acm, refused):
    names = [f"n{n}.example.com" for n in range(11)]
    asked = {"DomainName": names[0], "SubjectAlternativeNames": names[1:], "ValidationMethod": "DNS"}
    assert refused(acm.request_certificate, **asked) == "LimitExceededException"


def test_an_imported_key_algorithm_cannot_be_requested(acm, refused):
    asked = {"DomainName": "a.example.com", "ValidationMethod": "DNS", "KeyAlgorithm": "RSA_4096"}
    assert refused(acm.request_certificate, **asked) == "InvalidParameterException"


def test_validation_by_mail_is_not_implemented(acm, refused):
    assert refused(acm.request_certificate, DomainName="a.example.com", ValidationMethod="EMAIL") == "NotImplemented"


# Validation records


def test_row_describe_certificate_resource_record(acm, twin, arn):
    (record,) = records(acm, twin, arn)
    assert record["Type"] == "CNAME"
    assert record["Name"].startswith("_") and record["Name"].endswith(".www.example.com.")
    assert record["Value"].endswith(".acm-validations.aws.")


def test_the_record_is_named_only_after_a_moment(acm, arn):
    assert "ResourceRecord" not in describe(acm, arn)["DomainValidationOptions"][0]


def test_certificates_of_one_name_share_the_record(acm, twin, arn):
    assert records(acm, twin, arn) == records(acm, twin, request(acm, "www.example.com"))


def test_a_wildcard_and_its_parent_share_the_record(acm, twin):
    parent, wildcard = records(acm, twin, request(acm, "example.com", "*.example.com"))
    assert parent == wildcard


def test_other_names_have_other_records(acm, twin):
    a, b = records(acm, twin, request(acm, "a.example.com", "b.example.com"))
    assert a != b


# Issue


def test_row_pending_validation_to_issued(acm, twin, zone, arn):
    assert issue(acm, twin, zone, arn)["Status"] == "ISSUED"


def test_it_is_not_issued_at_once(acm, twin, zone, arn):
    write(twin, zone, records(acm, twin, arn)[0])
    twin.advance(30)
    assert describe(acm, arn)["Status"] == "PENDING_VALIDATION"


def test_it_is_not_issued_without_a_record(acm, twin, arn):
    twin.advance(3600)
    assert describe(acm, arn)["Status"] == "PENDING_VALIDATION"


def test_every_name_needs_its_record(acm, twin, zone):
    arn = request(acm, "a.example.com", "b.example.com")
    write(twin, zone, records(acm, twin, arn)[0])
    twin.advance(600)
    assert describe(acm, arn)["Status"] == "PENDING_VALIDATION"


def test_a_wrong_value_does_not_count(acm, twin, zone, arn):
    record = records(acm, twin, arn)[0]
    write(twin, zone, {**record, "Value": "_0.acm-validations.aws."})
    twin.advance(600)
    assert describe(acm, arn)["Status"] == "PENDING_VALIDATION"


def test_a_proxied_record_does_not_count(acm, twin, zone, arn):
    write(twin, zone, records(acm, twin, arn)[0], proxied=True, ttl=1)
    twin.advance(600)
    assert describe(acm, arn)["Status"] == "PENDING_VALIDATION"


def test_a_record_that_was_there_before_is_enough(acm, twin, zone, arn):
    issue(acm, twin, zone, arn)
    second = request(acm, "www.example.com")
    twin.advance(70)
    assert describe(acm, second)["Status"] == "ISSUED"


def test_an_issued_certificate_lives_for_198_days(acm, twin, zone, arn):
    found = issue(acm, twin, zone, arn)
    assert (found["NotAfter"] - found["NotBefore"]).days == 198


def test_an_issued_certificate_says_what_clients_read(acm, twin, zone, arn):
    found = issue(acm, twin, zone, arn)
    assert found["DomainValidationOptions"][0]["ValidationStatus"] == "SUCCESS"
    assert (found["Type"], found["KeyAlgorithm"], found["InUseBy"]) == ("AMAZON_ISSUED", "RSA-2048", [])
    assert found["RenewalEligibility"] == "INELIGIBLE" and found["IssuedAt"]


def test_with_zero_timing_it_is_issued_as_soon_as_the_record_is_there(acm, twin, zone):
    twin.timing("zero")
    arn = request(acm, "z.example.com")
    write(twin, zone, describe(acm, arn)["DomainValidationOptions"][0]["ResourceRecord"])
    assert describe(acm, arn)["Status"] == "ISSUED"


def caa(twin, zone, name, issuer):
    data = {"flags": 0, "tag": "issue", "value": issuer}
    status, answer = twin.cloudflare("POST", f"/zones/{zone}/dns_records", {"type": "CAA", "name": name, "data": data})
    assert status == 200, answer


def test_a_caa_record_for_others_fails_it(acm, twin, zone, arn):
    caa(twin, zone, ZONE, "letsencrypt.org")
    found = issue(acm, twin, zone, arn)
    assert (found["Status"], found["FailureReason"]) == ("FAILED", "CAA_ERROR")


def test_a_caa_record_for_amazon_does_no_harm(acm, twin, zone, arn):
    caa(twin, zone, ZONE, "amazon.com")
    assert issue(acm, twin, zone, arn)["Status"] == "ISSUED"


def test_after_72_hours_it_has_timed_out(acm, twin, arn):
    twin.advance(72 * 3600 + 60)
    assert describe(acm, arn)["Status"] == "VALIDATION_TIMED_OUT"


# Listing


def test_row_list_certificates(acm, arn):
    (found,) = acm.list_certificates()["CertificateSummaryList"]
    assert (found["CertificateArn"], found["DomainName"]) == (arn, "www.example.com")


def test_only_rsa_2048_is_listed_unless_asked(acm):
    arn = request(acm, "a.example.com", KeyAlgorithm="EC_prime256v1")
    assert acm.list_certificates()["CertificateSummaryList"] == []
    listed = acm.list_certificates(Includes={"keyTypes": ["EC_prime256v1"]})["CertificateSummaryList"]
    assert [one["CertificateArn"] for one in listed] == [arn]


def test_listing_filters_by_status(acm, arn):
    assert acm.list_certificates(CertificateStatuses=["ISSUED"])["CertificateSummaryList"] == []


def test_listing_has_pages(acm):
    arns = {request(acm, f"p{n}.example.com") for n in range(3)}
    pages = acm.get_paginator("list_certificates").paginate(PaginationConfig={"PageSize": 2})
    assert {one["CertificateArn"] for page in pages for one in page["CertificateSummaryList"]} == arns


def test_sorting_needs_both_words(acm, refused):
    assert refused(acm.list_certificates, SortBy="CREATED_AT") == "ValidationException"


# Deletion and ARNs


def test_row_describe_certificate_missing(acm, refused, arn):
    acm.delete_certificate(CertificateArn=arn)
    assert refused(acm.describe_certificate, CertificateArn=arn) == "ResourceNotFoundException"


def test_deleting_a_missing_one_is_refused(acm, refused, arn):
    acm.delete_certificate(CertificateArn=arn)
    assert refused(acm.delete_certificate, CertificateArn=arn) == "ResourceNotFoundException"


@pytest.mark.parametrize("wrong", ["arn:aws:iam::123456789012:server-certificate/x", "arn:aws:acm:eu-central-1:1:certificate/x"])
@pytest.mark.parametrize("operation", ["describe_certificate", "delete_certificate", "get_certificate", "list_tags_for_certificate"])
def test_what_is_no_certificate_arn_is_refused(acm, refused, operation, wrong):
    assert refused(getattr(acm, operation), CertificateArn=wrong) == "InvalidArnException"


def test_another_region_does_not_know_it(acm, twin, refused, arn):
    assert refused(twin.client("acm", "us-east-1").describe_certificate, CertificateArn=arn) == "ResourceNotFoundException"


def test_a_pending_certificate_cannot_be_had(acm, refused, arn):
    assert refused(acm.get_certificate, CertificateArn=arn) == "RequestInProgressException"


def test_an_issued_certificate_can_be_had(acm, twin, zone, arn):
    issue(acm, twin, zone, arn)
    assert "BEGIN CERTIFICATE" in acm.get_certificate(CertificateArn=arn)["Certificate"]


# Tags


def tags(acm, arn):
    return {tag["Key"]: tag["Value"] for tag in acm.list_tags_for_certificate(CertificateArn=arn)["Tags"]}


def test_tags_come_with_the_request(acm):
    arn = request(acm, "a.example.com", Tags=[{"Key": "a", "Value": "1"}])
    assert tags(acm, arn) == {"a": "1"}


def test_tags_are_added_over_old_ones(acm):
    arn = request(acm, "a.example.com", Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    acm.add_tags_to_certificate(CertificateArn=arn, Tags=[{"Key": "a", "Value": "3"}])
    assert tags(acm, arn) == {"a": "3", "b": "2"}


def test_a_tag_is_removed_by_key_or_by_key_and_value(acm):
    arn = request(acm, "a.example.com", Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    acm.remove_tags_from_certificate(CertificateArn=arn, Tags=[{"Key": "a"}, {"Key": "b", "Value": "other"}])
    assert tags(acm, arn) == {"b": "2"}


def test_fifty_one_tags_are_too_many(acm, refused, arn):
    many = [{"Key": f"k{n}", "Value": "v"} for n in range(50)]
    acm.add_tags_to_certificate(CertificateArn=arn, Tags=many)
    one_more = [{"Key": "one more", "Value": "v"}]
    assert refused(acm.add_tags_to_certificate, CertificateArn=arn, Tags=one_more) == "TooManyTagsException"


def test_aws_tags_are_refused(acm, refused, arn):
    wrong = [{"Key": "aws:x", "Value": "v"}]
    assert refused(acm.add_tags_to_certificate, CertificateArn=arn, Tags=wrong) == "InvalidTagException"


@pytest.mark.parametrize("operation", ["add_tags_to_certificate", "remove_tags_from_certificate"])
def test_tags_of_a_missing_certificate_are_refused(acm, refused, arn, operation):
    acm.delete_certificate(CertificateArn=arn)
    asked = {"CertificateArn": arn, "Tags": [{"Key": "a", "Value": "b"}]}
    assert refused(getattr(acm, operation), **asked) == "ResourceNotFoundException"
