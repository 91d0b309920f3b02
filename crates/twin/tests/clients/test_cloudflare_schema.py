"""The twin's Cloudflare answers against Cloudflare's own OpenAPI schemas, which lie outside of the project.

The DNS subset is read from `../shared/data/` seen from the checkout, or from the folder that ASHORE_DATA names.
"""

import json
import os
import pathlib
import warnings

import pytest

try:
    import jsonschema
except ImportError:
    jsonschema = None

ROOT = pathlib.Path(__file__).resolve().parents[4]
DATA = pathlib.Path(os.environ.get("ASHORE_DATA", ROOT.parent / "shared" / "data"))
FILE = DATA / "cloudflare-dns-openapi.patched.json"
COM = "c0de0000000000000000000000000001"
RECORDS = f"/zones/{COM}/dns_records"
NEEDED = f"Cloudflare's schemas are not at {FILE}: its answers were NOT checked against them"


def missing(reason):
    if os.environ.get("ASHORE_REQUIRE_ALL"):
        pytest.fail(reason)
    warnings.warn(reason)
    pytest.skip(reason)


def nullable(schema):
    """OpenAPI 3.0's `nullable` in JSON Schema's words."""
    if isinstance(schema, list):
        return [nullable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: nullable(value) for key, value in schema.items()}
    if schema.pop("nullable", False) is True:
        return {"anyOf": [schema, {"type": "null"}]}
    return schema


@pytest.fixture(scope="module")
def spec():
    if not FILE.exists():
        missing(NEEDED)
    return json.loads(FILE.read_text())


@pytest.fixture
def check(twin, spec):
    """Sends a request whose answer must be 200 and fit the schema of its path."""
    if jsonschema is None:
        missing("the Python package jsonschema is not installed: Cloudflare's answers were NOT checked")
    components = nullable(spec["components"])

    def check(method, path, body=None, template=None, status=200):
        template = template or path.split("?")[0].replace(COM, "{zone_id}")
        responses = spec["paths"][template][method.lower()]["responses"]
        got, envelope = twin.cloudflare(method, path, body)
        assert got == status, envelope
        if status == 200:
            schema = nullable(responses["200"]["content"]["application/json"]["schema"])
        else:
            schema = {"$ref": "#/components/schemas/dns-records_api-response-common-failure"}
        validator = jsonschema.Draft202012Validator(
            {**schema, "components": components}, format_checker=jsonschema.FormatChecker()
        )
        errors = [f"{list(e.absolute_path)}: {e.message[:300]}" for e in validator.iter_errors(envelope)]
        assert errors == []
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


@pytest.mark.parametrize("kind", RECORD)
def test_records_of_every_type(check, kind):
    one = RECORDS + "/{dns_record_id}"
    one = one.replace(COM, "{zone_id}")
    body = {"type": kind, "name": f"{kind}.example.com", "ttl": 300, **RECORD[kind]}
    made = check("POST", RECORDS, body)
    path = f"{RECORDS}/{made['id']}"
    check("GET", path, template=one)
    check("PATCH", path, {"ttl": 600}, template=one)
    check("PUT", path, body, template=one)
    check("GET", f"{RECORDS}?name={kind}.example.com")
    check("DELETE", path, template=one)


@pytest.mark.parametrize("path", ["/zones", f"/zones/{COM}", f"/zones/{COM}/dns_settings"])
def test_zones(check, path):
    check("GET", path)


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
