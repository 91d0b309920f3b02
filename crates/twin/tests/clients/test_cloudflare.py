"""Cloudflare v4: zones, DNS records, and every refusal that a client has to tell apart."""

import json

import contract
import pytest

COM = "c0de0000000000000000000000000001"
ORG = "c0de0000000000000000000000000002"
NOBODY = "f" * 32
RECORDS = f"/zones/{COM}/dns_records"


def a(name="www", content="203.0.113.7", **more):
    return {"type": "A", "name": name, "content": content, "ttl": 300, **more}


def cname(name="www", content="lb.example.net", **more):
    return {"type": "CNAME", "name": name, "content": content, "ttl": 300, **more}


def txt(name="www", content="hello", **more):
    return {"type": "TXT", "name": name, "content": content, "ttl": 300, **more}


@pytest.fixture
def cf(twin):
    """`cf(method, path, body)` gives the result, or the status and the error. Whatever the twin takes and answers must
    fit Cloudflare's schemas, where these are at hand."""
    twin.reset()
    twin.exchanges.clear()

    def cf(method, path, body=None, token="sandbox-token"):
        status, envelope = twin.cloudflare(method, path, body, token)
        if envelope["success"]:
            assert (status, envelope["errors"]) == (200, [])
            return envelope["result"]
        assert envelope["result"] is None
        return status, envelope["errors"][0]

    yield cf
    if not contract.lacking():
        # Two hundred records at once take the schemas' twenty-way choice too long.
        small = [one for one in twin.exchanges if len(json.dumps(one)) < 20_000]
        assert [problem for one in small for problem in contract.check(*one)] == []


@pytest.fixture
def code(cf):
    """The code of a refusal, and that of its cause if it has one."""

    def code(*request, **more):
        status, error = cf(*request, **more)
        chain = [cause["code"] for cause in error.get("error_chain", [])]
        return (status, error["code"], *chain)

    return code


@pytest.fixture
def names(cf):
    """The names and contents that a listing gives."""

    def names(query=""):
        return [(r["name"], r["content"]) for r in cf("GET", f"{RECORDS}?{query}")]

    return names


# --- tokens


@pytest.mark.parametrize("token", ["sandbox-token", "sandbox-token-dns", "sandbox-token-read"])
def test_an_active_token(cf, token):
    assert cf("GET", "/user/tokens/verify", token=token)["status"] == "active"


@pytest.mark.parametrize("status", ["disabled", "expired"])
def test_a_token_that_is_not_active(cf, code, status):
    token = f"sandbox-token-{status}"
    assert cf("GET", "/user/tokens/verify", token=token)["status"] == status
    assert code("GET", "/zones", token=token) == (403, 9109)


def test_a_token_that_has_an_end_tells_it(twin, cf, code):
    own = {"token": "sandbox-token-expiring"}
    told = cf("GET", "/user/tokens/verify", **own)
    assert told["status"] == "active" and told["expires_on"].endswith("Z")
    assert "expires_on" not in cf("GET", "/user/tokens/verify")
    twin.advance(3 * 24 * 3600)
    assert cf("GET", "/user/tokens/verify", **own)["status"] == "expired"
    assert code("GET", "/zones", **own) == (403, 9109)


def test_a_token_of_the_account_is_none_of_the_user(cf, code):
    account = cf("GET", f"/zones/{COM}")["account"]["id"]
    verify = f"/accounts/{account}/tokens/verify"
    assert cf("GET", verify, token="sandbox-token-account")["status"] == "active"
    assert code("GET", "/user/tokens/verify", token="sandbox-token-account") == (401, 1000)
    assert code("GET", verify) == (401, 1000)
    assert code("GET", f"/accounts/{NOBODY}/tokens/verify") == (403, 10000)
    assert code("GET", "/accounts/mine/tokens/verify") == (400, 7003)
    assert cf("POST", RECORDS, a(), token="sandbox-token-account")["id"]


def test_a_token_of_one_zone_sees_no_other(cf, code):
    own = {"token": "sandbox-token-com"}
    assert [zone["id"] for zone in cf("GET", "/zones", **own)] == [COM]
    assert cf("POST", RECORDS, a(), **own)["id"]
    assert code("GET", f"/zones/{ORG}", **own) == (403, 10000)
    assert code("POST", f"/zones/{ORG}/dns_records", a(), **own) == (403, 10000)


@pytest.mark.parametrize("method, path, body, lowest", [
    ("GET", "/zones", None, "read"), ("GET", f"/zones/{COM}", None, "read"),
    ("GET", RECORDS, None, "read"), ("GET", f"/zones/{COM}/dns_settings", None, "read"),
    ("GET", f"/zones/{COM}/settings/ssl", None, "read"),
    ("POST", RECORDS, a(), "dns"), ("PUT", f"{RECORDS}/{NOBODY}", a(), "dns"),
    ("PATCH", f"{RECORDS}/{NOBODY}", {"ttl": 60}, "dns"), ("DELETE", f"{RECORDS}/{NOBODY}", None, "dns"),
    ("POST", f"{RECORDS}/batch", {"posts": [a()]}, "dns"),
    ("PATCH", f"/zones/{COM}/dns_settings", {"flatten_all_cnames": False}, "dns"),
    ("POST", "/zones", {"name": "b.com"}, "all"), ("PATCH", f"/zones/{COM}", {"paused": True}, "all"),
    ("DELETE", f"/zones/{ORG}", None, "all"), ("PUT", f"/zones/{ORG}/activation_check", None, "all"),
    ("PATCH", f"/zones/{COM}/settings/ssl", {"value": "full"}, "all"),
])
def test_every_operation_asks_for_its_right(twin, cf, method, path, body, lowest):
    names = {"read": "sandbox-token-read", "dns": "sandbox-token-dns", "all": "sandbox-token"}
    order = list(names)
    for right in order:
        status, _ = twin.cloudflare(method, path, body, names[right])
        assert (status != 403) == (order.index(right) >= order.index(lowest)), right


@pytest.mark.parametrize(
    "token, path, refusal",
    [
        (None, "/zones", (400, 9106)),
        ("not a token", "/zones", (400, 6003, 6111)),
        ("unknown-token", "/user/tokens/verify", (401, 1000)),
        ("unknown-token", "/zones", (403, 9109)),
        ("INVALID-token", "/zones", (403, 10000)),
        ("sandbox-token", f"/zones/{NOBODY}/dns_records", (403, 10000)),
        ("sandbox-token", "/zones/example.com/dns_records", (400, 7003)),
        ("sandbox-token", f"{RECORDS}/www", (400, 7003)),
    ],
)
def test_refused_credentials_and_identifiers(code, token, path, refusal):
    assert code("GET", path, token=token) == refusal


def test_basic_authorization_is_malformed(twin):
    status, _, text = twin.request("GET", "/client/v4/zones", headers={"Authorization": "Basic x"})
    assert (status, json.loads(text)["errors"][0]["code"]) == (400, 6003)


def test_a_key_of_the_older_kind_is_malformed(twin):
    headers = {"X-Auth-Email": "a@example.com", "X-Auth-Key": "x"}
    status, _, text = twin.request("GET", "/client/v4/zones", headers=headers)
    [error] = json.loads(text)["errors"]
    assert (status, error["code"], error["error_chain"][0]["code"]) == (400, 6003, 6103)


def test_a_reading_token_cannot_write(cf, code):
    assert cf("GET", RECORDS, token="sandbox-token-read") == []
    assert code("POST", RECORDS, a(), token="sandbox-token-read") == (403, 10000)


def test_a_dns_token_cannot_add_zones(cf, code):
    assert cf("POST", RECORDS, a(), token="sandbox-token-dns")
    assert code("POST", "/zones", {"name": "b.com"}, token="sandbox-token-dns") == (403, 10000)


def test_no_token_stands_in_log_or_in_answers(twin, cf):
    cf("POST", RECORDS, a())
    assert "sandbox-token" not in json.dumps(twin.log())


# --- zones


def test_a_zone_by_name(cf):
    [zone] = cf("GET", "/zones?name=example.com")
    assert (zone["id"], zone["status"], zone["plan"]["legacy_id"]) == (COM, "active", "free")
    assert cf("GET", f"/zones/{COM}") == zone


@pytest.mark.parametrize(
    "query, found",
    [
        ("name=www.example.com", []),
        ("name=EXAMPLE.com", ["example.com"]),
        ("name=example.org&status=active", []),
        ("name=example.org&status=pending", ["example.org"]),
        ("name=contains:example&direction=desc", ["example.org", "example.com"]),
        ("name=ends_with:.org", ["example.org"]),
        ("name=example.com&status=pending&match=any", ["example.com", "example.org"]),
        ("per_page=5&page=2", []),
        ("type=full", ["example.com", "example.org"]),
        ("type=partial", []),
        ("account.name=sandbox", ["example.com", "example.org"]),
        ("account.id=" + NOBODY, []),
    ],
)
def test_zone_filters(cf, query, found):
    assert [zone["name"] for zone in cf("GET", f"/zones?{query}")] == found


@pytest.mark.parametrize("query", ["per_page=51", "page=0", "status=gone", "type=odd", "match=some", "order=x"])
def test_zone_filters_that_cannot_be(code, query):
    assert code("GET", f"/zones?{query}") == (400, 1004)


def test_a_zone_is_paused_and_goes_on(cf, code):
    assert cf("GET", f"/zones/{COM}")["paused"] is False
    assert cf("PATCH", f"/zones/{COM}", {"paused": True})["paused"] is True
    [zone] = cf("GET", "/zones?name=example.com&status=active")
    assert zone["paused"] is True
    assert code("PATCH", f"/zones/{COM}", {"paused": "no"}) == (400, 1004)
    assert code("PATCH", f"/zones/{NOBODY}", {"paused": True}) == (403, 10000)


def test_all_cnames_flattened(cf, code):
    path = f"/zones/{COM}/dns_settings"
    assert cf("PATCH", path, {"flatten_all_cnames": True})["flatten_all_cnames"] is True
    assert cf("GET", path)["flatten_all_cnames"] is True
    assert code("PATCH", path, {"flatten_all_cnames": "x"}) == (400, 1004)
    assert code("PATCH", path, {"foundation_dns": True}) == (501, "NotImplemented")


def test_zones_page_by_page(twin, cf):
    for n in range(6):
        cf("POST", "/zones", {"name": f"z{n}.com"})
    _, body = twin.cloudflare("GET", "/zones?per_page=5&page=2&order=name")
    info = {"page": 2, "per_page": 5, "count": 3, "total_count": 8, "total_pages": 2}
    assert body["result_info"] == info
    assert [zone["name"] for zone in body["result"]] == ["z3.com", "z4.com", "z5.com"]


def test_a_zone_that_is_not_there(code):
    assert code("GET", f"/zones/{NOBODY}") == (403, 10000)


def test_a_new_zone_is_pending_until_checked(cf):
    zone = cf("POST", "/zones", {"name": "New.example", "type": "full"})
    assert (zone["name"], zone["status"], zone["activated_on"]) == ("new.example", "pending", None)
    cf("PUT", f"/zones/{zone['id']}/activation_check")
    assert cf("GET", f"/zones/{zone['id']}")["status"] == "active"
    cf("DELETE", f"/zones/{zone['id']}")
    assert cf("GET", "/zones?name=new.example") == []


@pytest.mark.parametrize("name, refusal", [("example.com", 1061), ("com", 1049), ("a b.com", 1049)])
def test_zones_that_cannot_be(code, name, refusal):
    assert code("POST", "/zones", {"name": name}) == (400, refusal)


@pytest.mark.parametrize("path", ["/settings/ssl", "/dns_settings", "/activation_check", ""])
def test_settings_of_no_zone(code, path):
    method = "PUT" if "check" in path else "GET"
    assert code(method, f"/zones/{NOBODY}{path}") == (403, 10000)


def test_ssl_mode(cf, code):
    assert cf("GET", f"/zones/{COM}/settings/ssl")["value"] == "full"
    cf("PATCH", f"/zones/{COM}/settings/ssl", {"value": "flexible"})
    assert cf("GET", f"/zones/{COM}/settings/ssl")["value"] == "flexible"
    assert code("PATCH", f"/zones/{COM}/settings/ssl", {"value": "on"}) == (400, 1004)


# --- records


def test_a_record_as_it_is_made_and_read(cf):
    made = cf("POST", RECORDS, a(comment="ashore:v1 app=shop"))
    assert made["name"] == "www.example.com"
    assert (made["ttl"], made["proxied"], made["proxiable"]) == (300, False, True)
    assert made["comment"] == "ashore:v1 app=shop" and len(made["id"]) == 32
    assert cf("GET", f"{RECORDS}/{made['id']}") == made


@pytest.mark.parametrize(
    "name, stored",
    [
        ("www", "www.example.com"),
        ("WWW.Example.COM.", "www.example.com"),
        ("@", "example.com"),
        ("example.com", "example.com"),
        ("*", "*.example.com"),
        ("_acme.www", "_acme.www.example.com"),
        ("www.elsewhere.net", "www.elsewhere.net.example.com"),
        ("notexample.com", "notexample.com.example.com"),
        ("bücher", "xn--bcher-kva.example.com"),
    ],
)
def test_names_are_normalised(cf, name, stored):
    assert cf("POST", RECORDS, a(name))["name"] == stored


@pytest.mark.parametrize("name", ["", "a b", "a..b", "-a", "x" * 64, "a.*", "a/b"])
def test_names_that_cannot_be(code, name):
    assert code("POST", RECORDS, a(name)) == (400, 9000)


def test_a_target_loses_its_trailing_dot(cf):
    acm = cname("_x1.www", "_y2.ACM-validations.aws.")
    assert cf("POST", RECORDS, acm)["content"] == "_y2.acm-validations.aws"


@pytest.mark.parametrize(
    "record, refusal",
    [
        (a(content="lb.example.net"), (400, 9005)),
        (a(content="300.1.1.1"), (400, 9005)),
        (a(content=""), (400, 9005)),
        ({**a(), "type": "AAAA"}, (400, 9006)),
        (cname(content="not a name"), (400, 9007)),
        (cname(content="www.example.com."), (400, 9039)),
        ({**cname(), "type": "MX"}, (400, 1004, 9101)),
        (txt(content=""), (400, 1004, 9101)),
        (txt(content="x" * 4097), (400, 9015)),
        ({**a(), "type": "B"}, (400, 1004, 9020)),
        ({"name": "www", "content": "203.0.113.7"}, (400, 1004, 9020)),
        (a(ttl=30), (400, 1004, 9021)),
        (a(ttl=86401), (400, 1004, 9021)),
        (a(ttl="300"), (400, 1004, 9021)),
        (a(tags=["app:shop"]), (400, 1004, 9300)),
        (a(comment="x" * 101), (400, 9313)),
        (a(content="10.0.0.1", proxied=True), (400, 9003)),
        (txt(proxied=True), (400, 9004)),
        ({"type": "CAA", "name": "@", "data": {"flags": 0, "tag": "issue"}}, (400, 1004, 9101)),
        ({**a(), "id": "x"}, (501, "NotImplemented")),
        ({**a(), "contnet": "x"}, (501, "NotImplemented")),
        ({**a(), "type": "SRV"}, (501, "NotImplemented")),
    ],
)
def test_records_that_cannot_be(code, names, record, refusal):
    assert code("POST", RECORDS, record) == refusal
    assert names() == []


def test_the_reason_stands_in_the_chain(cf):
    _, error = cf("POST", RECORDS, a(tags=["app:shop"]))
    assert error["message"] == "DNS Validation Error"
    reason = error["error_chain"][0]["message"]
    assert reason == "DNS record has 1 tags, exceeding the quota of 0."


def test_a_body_that_is_no_json(twin):
    headers = {"Authorization": "Bearer sandbox-token"}
    status, _, text = twin.request("POST", f"/client/v4{RECORDS}", b"{", headers)
    assert (status, json.loads(text)["success"]) == (400, False)


def test_proxied_records_have_an_automatic_ttl(cf):
    assert cf("POST", RECORDS, cname(proxied=True, ttl=300))["ttl"] == 1
    assert cf("POST", RECORDS, a("b", ttl=1))["ttl"] == 1


def test_other_types(cf):
    caa = {"type": "CAA", "name": "@", "ttl": 1}
    caa["data"] = {"flags": 0, "tag": "issue", "value": "amazon.com"}
    assert cf("POST", RECORDS, caa)["content"] == '0 issue "amazon.com"'
    mx = {"type": "MX", "name": "@", "ttl": 1, "content": "mail.example.net.", "priority": 10}
    made = cf("POST", RECORDS, mx)
    assert (made["content"], made["priority"]) == ("mail.example.net", 10)
    six = {"type": "AAAA", "name": "www", "ttl": 1, "content": "2001:DB8:0::1"}
    assert cf("POST", RECORDS, six)["content"] == "2001:db8::1"


def test_a_comment_of_100_characters_passes(cf):
    assert len(cf("POST", RECORDS, a(comment="x" * 100))["comment"]) == 100


# --- what cannot stand together


@pytest.mark.parametrize(
    "first, second, refusal",
    [
        (a(), cname(), (400, 81053)),
        (cname(), a(), (400, 81054)),
        (cname(), cname(content="other.example.net"), (400, 81053)),
        (cname(), cname(), (400, 81053)),
        (a(), a(), (400, 81058)),
        (a(), a("WWW.example.com.", ttl=1, comment="mine"), (400, 81058)),
        (txt(), txt(content='"hello"'), (400, 81058)),
        ({**cname(), "type": "NS"}, a(), (400, 81056)),
        (a(), {**cname(), "type": "NS"}, (400, 81055)),
        (txt(content="x" * 4096), txt(content="y" * 4097), (400, 9015)),
    ],
)
def test_conflicts(cf, code, first, second, refusal):
    cf("POST", RECORDS, first)
    assert code("POST", RECORDS, second) == refusal


@pytest.mark.parametrize(
    "first, second",
    [
        (a(), a(content="203.0.113.8")),
        (a(), {**a(), "type": "AAAA", "content": "2001:db8::1"}),
        (cname(), txt()),
        (txt(), txt(content="Hello")),
        (a(), cname("api")),
    ],
)
def test_what_stands_together(cf, first, second):
    cf("POST", RECORDS, first)
    assert cf("POST", RECORDS, second)["id"]


def test_one_name_and_type_hold_8192_characters(cf, code):
    for letter in "ab":
        cf("POST", RECORDS, txt(content=letter * 4096))
    assert code("POST", RECORDS, txt(content="c")) == (400, 83011)


def test_a_zone_holds_200_records(cf, code):
    posts = [a(f"n{n}") for n in range(200)]
    cf("POST", f"{RECORDS}/batch", {"posts": posts})
    assert code("POST", RECORDS, a("more")) == (400, 81045)


# --- changing


def test_patch_keeps_what_is_not_said(cf):
    made = cf("POST", RECORDS, a(comment="theirs", proxied=True))
    got = cf("PATCH", f"{RECORDS}/{made['id']}", {"content": "203.0.113.9"})
    assert (got["content"], got["comment"], got["proxied"]) == ("203.0.113.9", "theirs", True)
    assert (got["id"], got["created_on"]) == (made["id"], made["created_on"])


def test_put_takes_away_what_is_not_said(cf):
    made = cf("POST", RECORDS, a(comment="theirs", proxied=True))
    got = cf("PUT", f"{RECORDS}/{made['id']}", a(content="203.0.113.9"))
    assert (got["content"], got.get("comment"), got["proxied"]) == ("203.0.113.9", None, False)


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_comment_is_taken_away_by_null_or_nothing(twin, cf, nothing):
    made = cf("POST", RECORDS, a(comment="x"))
    got = cf("PATCH", f"{RECORDS}/{made['id']}", {"comment": nothing})
    assert got.get("comment") is None
    if nothing is None:
        # The schemas know no null here; Cloudflare takes it (cloudflare/cloudflare-go #1158).
        twin.exchanges.pop()


def test_changes_keep_the_rules(cf, code):
    made = cf("POST", RECORDS, a())
    cf("POST", RECORDS, cname("api"))
    assert code("PATCH", f"{RECORDS}/{made['id']}", {"name": "api"}) == (400, 81054)
    assert code("PATCH", f"{RECORDS}/{made['id']}", {"content": "x"}) == (400, 9005)
    assert code("PUT", f"{RECORDS}/{made['id']}", {"name": "www"}) == (400, 1004, 9020)
    assert cf("GET", f"{RECORDS}/{made['id']}") == made


def test_a_type_is_not_changed_in_place(cf, code):
    made = cf("POST", RECORDS, a())
    assert code("PUT", f"{RECORDS}/{made['id']}", cname()) == (501, "NotImplemented")


@pytest.mark.parametrize(
    "method, body", [("GET", None), ("PUT", a()), ("PATCH", {"ttl": 60}), ("DELETE", None)]
)
def test_a_record_that_is_not_there(code, method, body):
    assert code(method, f"{RECORDS}/{NOBODY}", body) == (404, 81044)


def test_delete_once_and_again(cf, code):
    made = cf("POST", RECORDS, a())
    assert cf("DELETE", f"{RECORDS}/{made['id']}") == {"id": made["id"]}
    assert code("DELETE", f"{RECORDS}/{made['id']}") == (404, 81044)


def test_a_record_of_another_zone_is_not_there(cf, code):
    made = cf("POST", RECORDS, a())
    path = f"/zones/{ORG}/dns_records/{made['id']}"
    assert code("DELETE", path) == (404, 81044)


# --- batches


def test_a_batch_deletes_first_so_that_a_cname_can_take_over(cf, names):
    old = cf("POST", RECORDS, a())
    batch = {"posts": [cname()], "deletes": [{"id": old["id"]}]}
    done = cf("POST", f"{RECORDS}/batch", batch)
    assert done["deletes"] == [old] and done["puts"] == [] and done["patches"] == []
    assert names() == [("www.example.com", "lb.example.net")]


def test_a_batch_patches_before_it_posts(cf, names):
    old = cf("POST", RECORDS, cname())
    batch = {"posts": [cname()], "patches": [{"id": old["id"], "name": "old"}]}
    cf("POST", f"{RECORDS}/batch", batch)
    assert [name for name, _ in names()] == ["old.example.com", "www.example.com"]


def test_a_batch_is_all_or_nothing(cf, code, names):
    old = cf("POST", RECORDS, a())
    batch = {"deletes": [{"id": old["id"]}], "posts": [cname(), cname("api", content="a b")]}
    assert code("POST", f"{RECORDS}/batch", batch) == (400, 9007)
    assert names() == [("www.example.com", "203.0.113.7")]
    batch = {"posts": [cname("api")], "deletes": [{"id": NOBODY}]}
    assert code("POST", f"{RECORDS}/batch", batch) == (404, 81044)


def test_a_batch_puts(cf):
    old = cf("POST", RECORDS, a(comment="x"))
    put = {"id": old["id"], **a(content="203.0.113.9")}
    [new] = cf("POST", f"{RECORDS}/batch", {"puts": [put]})["puts"]
    assert (new["id"], new.get("comment")) == (old["id"], None)


@pytest.mark.parametrize("count", [0, 201])
def test_a_batch_has_200_operations_on_the_free_plan(code, count):
    posts = [a(f"n{n}") for n in range(count)]
    assert code("POST", f"{RECORDS}/batch", {"posts": posts}) == (400, 1004)


def test_a_batch_with_a_read_only_field(code):
    batch = {"posts": [a(created_on="x")]}
    assert code("POST", f"{RECORDS}/batch", batch) == (501, "NotImplemented")


# --- listing


@pytest.fixture
def four(cf):
    cf("POST", RECORDS, a("a", comment="Ashore:v1 app=shop"))
    cf("POST", RECORDS, a("b", content="203.0.113.8", comment="theirs", ttl=60))
    cf("POST", RECORDS, cname("c", proxied=True))
    cf("POST", RECORDS, txt("a"))


@pytest.mark.parametrize(
    "query, found",
    [
        ("", "a b c a"),
        ("order=name", "a a b c"),
        ("order=name&direction=desc", "c b a a"),
        ("order=ttl", "c b a a"),
        ("order=proxied&direction=desc", "c b a a"),
        ("name=a.example.com", "a a"),
        ("name.exact=A.example.com", "a a"),
        ("name.exact=a.example.com.", ""),
        ("name.startswith=b", "b"),
        ("name.contains=example&type=TXT", "a"),
        ("type=CNAME", "c"),
        ("content=203.0.113.8", "b"),
        ("content.exact=lb.example.net", "c"),
        ("content.startswith=203", "a b"),
        ("proxied=true", "c"),
        ("comment=THEIRS", "b"),
        ("comment.exact=theirs", "b"),
        ("comment.startswith=ashore:v1", "a"),
        ("comment.contains=shop", "a"),
        ("comment.endswith=irs", "b"),
        ("comment.present", "a b"),
        ("comment.absent=", "c a"),
        ("tag.present=x", ""),
        ("tag.absent=x&type=A", "a b"),
        ("search=shop", "a"),
        ("type=A&name=b.example.com", "b"),
        ("type=TXT&name=b.example.com&match=any", "b a"),
        ("per_page=2", "a b"),
        ("per_page=2&page=2", "c a"),
        ("per_page=2&page=3", ""),
    ],
)
def test_filters(names, four, query, found):
    assert " ".join(name[0] for name, _ in names(query)) == found


def test_result_info(twin, four):
    _, body = twin.cloudflare("GET", f"{RECORDS}?per_page=3")
    info = {"page": 1, "per_page": 3, "count": 3, "total_count": 4, "total_pages": 2}
    assert body["result_info"] == info


@pytest.mark.parametrize(
    "query", ["per_page=0", "per_page=5000001", "page=0", "match=x", "order=x", "direction=up"]
)
def test_listings_that_cannot_be(code, query):
    assert code("GET", f"{RECORDS}?{query}") == (400, 1004)


def test_a_filter_that_the_twin_does_not_know(code):
    assert code("GET", f"{RECORDS}?shadowing_name=x") == (501, "NotImplemented")


def test_what_was_just_made_may_not_be_listed_yet(twin, cf, names):
    twin.timing({"stale_read": 2000})
    made = cf("POST", RECORDS, a())
    assert names() == [] and cf("GET", f"{RECORDS}/{made['id']}") == made
    twin.advance(3)
    assert len(names()) == 1


# --- limits and faults


def ask(twin):
    headers = {"Authorization": "Bearer sandbox-token"}
    return twin.request("GET", f"/client/v4{RECORDS}", headers=headers)


def test_every_answer_says_what_is_left(twin, cf):
    _, headers, _ = ask(twin)
    assert headers["Ratelimit"] == '"default";r=1199;t=300'
    assert headers["Ratelimit-Policy"] == '"default";q=1200;w=300'
    assert headers["Retry-After"] is None


def test_over_1200_requests_everything_is_blocked_for_five_minutes(twin, cf):
    for _ in range(1200):
        ask(twin)
    status, headers, text = ask(twin)
    assert (status, headers["Retry-After"]) == (429, "300")
    assert json.loads(text)["errors"][0]["code"] == 971
    assert cf("GET", "/zones", token="sandbox-token-read")
    twin.advance(299)
    assert ask(twin)[0] == 429
    twin.advance(1)
    assert ask(twin)[0] == 200


def test_a_new_window_begins_after_five_minutes(twin, cf):
    ask(twin)
    twin.advance(300)
    assert ask(twin)[1]["Ratelimit"] == '"default";r=1199;t=300'


def test_the_limit_can_be_switched_off(twin, cf):
    twin.timing({"cloudflare_window": 0})
    assert ask(twin)[1]["Ratelimit"] is None


def test_a_429_by_fault_says_when_to_come_back(twin, cf):
    refusal = {"refuse": {"status": 429, "code": "971", "message": "slow down"}}
    twin.fault(refusal, service="cloudflare", side="before")
    status, headers, _ = ask(twin)
    assert (status, headers["Retry-After"]) == (429, "1")


@pytest.mark.parametrize("status, number, message", [
    (400, 81057, "The record already exists."), (403, 9109, "Unauthorized to access requested resource"),
    (400, 7000, "No route for that URI"), (429, 10429, "Rate limited"),
])
def test_older_and_rarer_codes_by_fault(twin, cf, code, status, number, message):
    refusal = {"refuse": {"status": status, "code": str(number), "message": message}}
    twin.fault(refusal, service="cloudflare", operation="POST /zones/{zone_id}/dns_records")
    assert code("POST", RECORDS, a()) == (status, number)
    assert cf("POST", RECORDS, a())["id"]


@pytest.mark.parametrize("status", [502, 520, 522, 530])
@pytest.mark.parametrize("side, made", [("before", 0), ("after", 1)])
def test_an_html_page_by_fault(twin, cf, status, side, made):
    twin.fault({"page": status}, service="cloudflare", side=side)
    headers = {"Authorization": "Bearer sandbox-token", "Content-Type": "application/json"}
    got, headers, text = twin.request("POST", f"/client/v4{RECORDS}", a(), headers)
    assert (got, headers["Content-Type"]) == (status, "text/html; charset=UTF-8")
    assert text.startswith("<!DOCTYPE html>")
    assert len(cf("GET", RECORDS)) == made


def test_html_instead_of_json_by_fault(twin, cf):
    twin.fault("garbage", service="cloudflare", side="before")
    assert "<html>" in ask(twin)[2]


def test_a_create_whose_answer_was_lost_shows_as_a_conflict(twin, cf, code):
    twin.fault("drop", service="cloudflare", side="after")
    with pytest.raises(Exception):
        twin.cloudflare("POST", RECORDS, a())
    assert code("POST", RECORDS, a()) == (400, 81058)
