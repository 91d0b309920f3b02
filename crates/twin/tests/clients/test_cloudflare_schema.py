"""The twin's Cloudflare against Cloudflare's own OpenAPI schemas: every endpoint, what it takes and what it answers.

The exchanges of `test_cloudflare.py` are checked as well, in their own tests.
"""

import contract
import pytest

COM = "c0de0000000000000000000000000001"
RECORDS = f"/zones/{COM}/dns_records"


@pytest.fixture
def check(twin):
    """Sends a request and holds it and its answer to the schemas."""
    contract.require()

    def check(method, path, body=None, status=200):
        got, envelope = twin.cloudflare(method, path, body)
        assert got == status, envelope
        assert contract.check(method, path, body, got, envelope) == []
        return envelope["result"]

    return check


RECORD = {
    "A": {"content": "203.0.113.7", "comment": "x"},
    "AAAA": {"content": "2001:db8::1", "proxied": True},
    "CNAME": {"content": "_y2.acm-validations.aws."},
    "TXT": {"content": "hello"},
    "NS": {"content": "ns1.example.net"},
    "MX": {"content": "mail.example.net", "priority": 10},
    "CAA": {"data": {"flags": 0, "tag": "issue", "value": "amazon.com"}},
}


def test_every_endpoint_is_described_or_known_not_to_be(twin):
    contract.require()
    for operation in twin.control("GET", "version")["operations"]["cloudflare"]:
        described = contract.template_of(*operation.split(" ")) is not None
        assert described != (operation in contract.UNDESCRIBED), operation


@pytest.mark.parametrize("kind", RECORD)
def test_records_of_every_type(check, kind):
    body = {"type": kind, "name": f"{kind}.example.com", "ttl": 300, **RECORD[kind]}
    made = check("POST", RECORDS, body)
    path = f"{RECORDS}/{made['id']}"
    check("GET", path)
    check("PATCH", path, {"ttl": 600})
    check("PUT", path, body)
    check("GET", f"{RECORDS}?name={kind}.example.com")
    check("DELETE", path)


@pytest.mark.parametrize("path", ["/zones", f"/zones/{COM}", f"/zones/{COM}/dns_settings"])
def test_zones(check, path):
    check("GET", path)


def test_dns_settings(check):
    check("PATCH", f"/zones/{COM}/dns_settings", {"flatten_all_cnames": True})
    check("PATCH", f"/zones/{COM}/dns_settings", {"flatten_all_cnames": False, "foundation_dns": False})


def test_token(check):
    check("GET", "/user/tokens/verify")


def test_batch(check):
    post = {"type": "A", "name": "n", "content": "203.0.113.7", "ttl": 1}
    [made] = check("POST", f"{RECORDS}/batch", {"posts": [post]})["posts"]
    put = {"id": made["id"], **post}
    check("POST", f"{RECORDS}/batch", {"patches": [{"id": made["id"], "ttl": 60}], "puts": [put]})
    check("POST", f"{RECORDS}/batch", {"deletes": [{"id": made["id"]}]})


@pytest.mark.parametrize("body", [{"content": "x"}, {"tags": ["a:b"]}, {"comment": "x" * 101}])
def test_refusals(check, body):
    record = {"type": "A", "name": "www", "content": "203.0.113.7", "ttl": 1, **body}
    check("POST", RECORDS, record, status=400)


# Bodies that the schemas refuse: the twin must not take them either.
WRONG = [
    {"type": "B"}, {"content": "300.1.1.1"}, {"content": None}, {"ttl": 5}, {"ttl": "300"},
    {"proxied": "yes"}, {"comment": 7}, {"contnet": "x"}, {"type": None}, {"name": None},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_the_schema_refuses_the_twin_refuses(twin, wrong):
    contract.require()
    record = {"type": "A", "name": "wrong", "content": "203.0.113.7", "ttl": 1, **wrong}
    record = {key: value for key, value in record.items() if value is not None}
    assert contract.problems("request", record, "/zones/{zone_id}/dns_records", "POST")
    status, _ = twin.cloudflare("POST", RECORDS, record)
    assert status != 200
