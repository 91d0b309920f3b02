"""Cloudflare's own OpenAPI schemas, which lie outside of the project, as a judge over requests and answers.

The DNS subset is read from `../shared/data/` seen from the checkout, or from the folder that ASHORE_DATA names.
"""

import functools
import json
import os
import pathlib
import re
import urllib.parse
import warnings

import pytest

try:
    import jsonschema
except ImportError:
    jsonschema = None

ROOT = pathlib.Path(__file__).resolve().parents[4]
DATA = pathlib.Path(os.environ.get("ASHORE_DATA", ROOT.parent / "shared" / "data"))
FILE = DATA / "cloudflare-dns-openapi.patched.json"
FAILURE = {"$ref": "#/components/schemas/dns-records_api-response-common-failure"}

# What the subset does not describe, so that nothing is checked of it: newer than the subset, or not about DNS.
UNDESCRIBED = {
    "GET /accounts/{account_id}/tokens/verify", "POST /zones", "PATCH /zones/{zone_id}",
    "DELETE /zones/{zone_id}", "PUT /zones/{zone_id}/activation_check",
    "GET /zones/{zone_id}/settings/ssl", "PATCH /zones/{zone_id}/settings/ssl",
}
UNDESCRIBED_TYPES = {"MX"}
NEWER_PARAMETERS = re.compile(r"(name|content)\.(exact|contains|startswith|endswith)|include_shadow_metadata|type")


def lacking():
    """Why nothing can be checked, if so."""
    if not FILE.exists():
        return f"Cloudflare's schemas are not at {FILE}: the twin was NOT checked against them"
    if jsonschema is None:
        return "the Python package jsonschema is not installed: the twin was NOT checked against Cloudflare's schemas"
    return None


def require():
    """Skips the test where nothing can be checked, loudly; with ASHORE_REQUIRE_ALL set it fails."""
    reason = lacking()
    if reason and os.environ.get("ASHORE_REQUIRE_ALL"):
        pytest.fail(reason)
    if reason:
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


@functools.cache
def spec():
    return json.loads(FILE.read_text())


@functools.cache
def validator(template, method, part):
    """The validator of an endpoint's requests, answers or refusals; none where there is no such schema."""
    endpoint = spec()["paths"][template][method.lower()]
    if part == "request":
        holder = endpoint.get("requestBody")
    else:
        holder = endpoint["responses"]["200"]
    if part == "refusal":
        schema = FAILURE
    elif holder is None:
        return None
    else:
        schema = nullable(holder["content"]["application/json"]["schema"])
    components = nullable(spec()["components"])
    return jsonschema.Draft202012Validator(
        {**schema, "components": components}, format_checker=jsonschema.FormatChecker()
    )


def template_of(method, path):
    """The endpoint's path as the schemas spell it; none where they do not have it."""
    parts = path.split("?")[0].strip("/").split("/")
    for template, endpoint in spec()["paths"].items():
        wanted = template.strip("/").split("/")
        fits = len(wanted) == len(parts) and all(w == p or w.startswith("{") for w, p in zip(wanted, parts))
        if fits and method.lower() in endpoint:
            return template
    return None


def problems(part, value, template, method):
    judge = validator(template, method, part)
    if judge is None:
        return []
    return [f"{part} {list(e.absolute_path)}: {e.message[:300]}" for e in judge.iter_errors(value)]


def check(method, path, body, status, envelope):
    """What Cloudflare's schemas have against this request, if the twin took it, and against its answer."""
    template = template_of(method, path)
    if template is None or status >= 500:
        return []
    if status != 200:
        return problems("refusal", envelope, template, method)
    found = problems("answer", envelope, template, method)
    if body is not None and body.get("type") not in UNDESCRIBED_TYPES:
        found += problems("request", body, template, method)
    known = {one.get("name") for one in spec()["paths"][template][method.lower()].get("parameters", [])}
    for name, _ in urllib.parse.parse_qsl(urllib.parse.urlsplit(path).query, keep_blank_values=True):
        if name not in known and not NEWER_PARAMETERS.fullmatch(name):
            found.append(f"request: unknown parameter {name}")
    return found
