"""DNS over HTTPS, JSON: what a resolver answers from Cloudflare, Route 53 and the rest of the world."""

import json
import urllib.parse

import pytest

COM = "c0de0000000000000000000000000001"
PENDING = "c0de0000000000000000000000000002"
ORG = "Z0SANDBOXEXAMPLEORG"
A, NS, CNAME, SOA, MX, TXT, AAAA, CAA = 1, 2, 5, 6, 15, 16, 28, 257


class World:
    def __init__(self, twin):
        self.twin = twin
        self.r53 = twin.client("route53")

    def query(self, name, kind=None, **more):
        words = {"name": name, **({"type": kind} if kind else {}), **more}
        path = "/dns-query?" + urllib.parse.urlencode(words)
        status, headers, text = self.twin.request("GET", path, headers={"Accept": "application/dns-json"})
        assert headers["Content-Type"] == "application/dns-json"
        return status, json.loads(text)

    def ask(self, name, kind=None):
        """Status and answers as (name, type, data)."""
        status, body = self.query(name, kind)
        assert status == 200
        answers = [(one["name"], one["type"], one["data"]) for one in body.get("Answer", [])]
        return body["Status"], answers

    def data(self, name, kind="A"):
        return [data for _, _, data in self.ask(name, kind)[1]]

    def cloudflare(self, kind, name, content=None, **more):
        body = {"type": kind, "name": name, "ttl": 300, **({"content": content} if content else {}), **more}
        status, envelope = self.twin.cloudflare("POST", f"/zones/{COM}/dns_records", body)
        assert status == 200, envelope
        return envelope["result"]["id"]

    def zone(self, name):
        made = self.r53.create_hosted_zone(Name=name, CallerReference=str(len(self.twin.log())))
        return made["HostedZone"]["Id"].removeprefix("/hostedzone/")

    def route53(self, kind, name, *values, zone=ORG, action="UPSERT"):
        to = {"TTL": 60, "ResourceRecords": [{"Value": value} for value in values]}
        self.change(action, {"Name": name, "Type": kind, **to}, zone)

    def alias(self, kind, name, target, target_zone, zone=ORG):
        to = {"DNSName": target, "HostedZoneId": target_zone, "EvaluateTargetHealth": False}
        self.change("UPSERT", {"Name": name, "Type": kind, "AliasTarget": to}, zone)

    def change(self, action, record, zone):
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        self.r53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)

    def elsewhere(self, *records):
        rows = [{"name": name, "type": kind, "data": data} for name, kind, data in records]
        self.twin.control("PUT", "dns", {"records": rows})

    def balancer(self):
        ec2, elb = self.twin.client("ec2"), self.twin.client("elbv2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        made = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"eu-central-1{z}")
            for n, z in enumerate("ab")
        ]
        subnets = [one["Subnet"]["SubnetId"] for one in made]
        made = elb.create_load_balancer(Name="web", Subnets=subnets)["LoadBalancers"][0]
        answer = {"MessageBody": "hello", "StatusCode": "200", "ContentType": "text/plain"}
        elb.create_listener(
            LoadBalancerArn=made["LoadBalancerArn"], Protocol="HTTP", Port=80,
            DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": answer}],
        )
        return made["DNSName"], made["CanonicalHostedZoneId"]

    def get(self, url):
        return self.twin.control("GET", "ask?" + urllib.parse.urlencode({"url": url}))


@pytest.fixture
def dns(twin):
    twin.reset()
    twin.timing({"route53_change": 0, "balancer": 0})
    return World(twin)


# --- the form of questions and answers


def test_an_answer_in_full(dns):
    dns.cloudflare("A", "www", "203.0.113.7")
    assert dns.query("www.example.com") == (200, {
        "Status": 0, "TC": False, "RD": True, "RA": True, "AD": False, "CD": False,
        "Question": [{"name": "www.example.com", "type": 1}],
        "Answer": [{"name": "www.example.com", "type": 1, "TTL": 300, "data": "203.0.113.7"}],
    })


def test_a_type_by_name_or_number_and_a_dot_at_the_end(dns):
    dns.cloudflare("AAAA", "www", "2001:db8::1")
    for kind in ["AAAA", "aaaa", "28"]:
        assert dns.data("www.example.com.", kind) == ["2001:db8::1"]


def test_no_such_name(dns):
    _, body = dns.query("nothing.example.com", "A")
    assert body["Status"] == 3 and "Answer" not in body
    assert (body["Authority"][0]["name"], body["Authority"][0]["type"]) == ("example.com", SOA)
    assert dns.ask("nothing.invalid") == (3, [])


def test_a_name_without_the_type(dns):
    dns.cloudflare("A", "a.b", "203.0.113.7")
    for name, kind in [("a.b.example.com", "AAAA"), ("b.example.com", "A"), ("example.com", "A")]:
        _, body = dns.query(name, kind)
        assert body["Status"] == 0 and "Answer" not in body
        assert body["Authority"][0]["type"] == SOA


@pytest.mark.parametrize("query, status", [
    ({"name": ""}, 400), ({"name": "a..b"}, 400), ({"name": "a b"}, 400), ({"name": "x" * 64}, 400),
    ({"name": "example.com", "kind": "WHAT"}, 400), ({"name": "example.com", "what": "x"}, 400),
    ({"name": "example.com", "do": "1", "cd": "0"}, 200), ({"name": "example.com", "kind": "65280"}, 200),
])
def test_questions_that_cannot_be(dns, query, status):
    assert dns.query(**query)[0] == status


def test_a_question_without_a_name_or_with_another_method(twin):
    assert twin.request("GET", "/dns-query")[0] == 400
    assert twin.request("POST", "/dns-query?name=a.test", b"x")[0] == 405


def test_questions_are_not_in_the_log(twin, dns):
    dns.query("example.com")
    assert twin.log() == []


# --- Cloudflare


def test_cloudflare_types(dns):
    dns.cloudflare("TXT", "t", 'say "x"')
    dns.cloudflare("MX", "m", "mail.example.net", priority=10)
    dns.cloudflare("CAA", "c", data={"flags": 0, "tag": "issue", "value": "amazon.com"})
    assert dns.data("t.example.com", "TXT") == ['"say \\"x\\""']
    assert dns.data("m.example.com", "MX") == ["10 mail.example.net."]
    assert dns.data("c.example.com", "CAA") == ['0 issue "amazon.com"']
    assert dns.data("example.com", "NS") == ["ada.ns.cloudflare.com.", "rob.ns.cloudflare.com."]
    assert dns.data("example.com", "SOA")[0].startswith("ada.ns.cloudflare.com. ")


def test_a_cname_is_followed(dns):
    dns.cloudflare("CNAME", "www", "web.example.org")
    dns.route53("A", "web.example.org", "192.0.2.1")
    assert dns.ask("www.example.com", "A") == (0, [
        ("www.example.com", CNAME, "web.example.org."), ("web.example.org", A, "192.0.2.1"),
    ])
    assert dns.ask("www.example.com", "CNAME") == (0, [("www.example.com", CNAME, "web.example.org.")])


def test_a_cname_to_nowhere(dns):
    dns.cloudflare("CNAME", "www", "gone.example.org")
    assert dns.ask("www.example.com") == (3, [("www.example.com", CNAME, "gone.example.org.")])


def test_cnames_in_a_circle(dns):
    dns.cloudflare("CNAME", "a", "b.example.com")
    dns.cloudflare("CNAME", "b", "a.example.com")
    assert dns.ask("a.example.com")[0] == 2


def test_a_proxied_name_has_the_addresses_of_the_edge_until_the_zone_is_paused(twin, dns):
    dns.cloudflare("CNAME", "www", "lb.example.net", proxied=True)
    assert dns.data("www.example.com") == ["104.16.0.1"]
    assert dns.ask("www.example.com", "CNAME") == (0, [])
    twin.cloudflare("PATCH", f"/zones/{COM}", {"paused": True})
    assert dns.data("www.example.com", "CNAME") == ["lb.example.net."]


def test_a_cname_at_the_apex_is_flattened(twin, dns):
    dns.cloudflare("CNAME", "@", "web.example.org")
    dns.route53("A", "web.example.org", "192.0.2.1")
    assert dns.ask("example.com") == (0, [("example.com", A, "192.0.2.1")])
    dns.cloudflare("CNAME", "www", "web.example.org")
    twin.cloudflare("PATCH", f"/zones/{COM}/dns_settings", {"flatten_all_cnames": True})
    assert dns.ask("www.example.com") == (0, [("www.example.com", A, "192.0.2.1")])


def test_a_pending_zone_does_not_answer(twin, dns):
    dns.r53.delete_hosted_zone(Id=ORG)
    record = {"type": "A", "name": "www", "content": "203.0.113.7", "ttl": 1}
    twin.cloudflare("POST", f"/zones/{PENDING}/dns_records", record)
    assert dns.ask("www.example.org") == (3, [])
    twin.cloudflare("PUT", f"/zones/{PENDING}/activation_check")
    assert dns.data("www.example.org") == ["203.0.113.7"]


# --- Route 53


def test_route53_types(dns):
    values = {"TXT": '"a" "b"', "MX": "10 mail.test", "CNAME": "lb.test", "AAAA": "2001:db8::1"}
    wire = {"MX": "10 mail.test.", "CNAME": "lb.test."}
    for kind, value in values.items():
        dns.route53(kind, f"{kind}.example.org", value)
        assert dns.data(f"{kind}.example.org", kind) == [wire.get(kind, value)]
    assert len(dns.data("example.org", "NS")) == 4


def test_an_alias_answers_under_its_own_name(dns):
    name, zone = dns.balancer()
    dns.alias("A", "example.org", f"dualstack.{name}", zone)
    found = dns.ask("example.org")[1]
    assert [(name, kind) for name, kind, _ in found] == [("example.org", A)] * 2
    assert sorted(dns.data("example.org")) == sorted(dns.data(name))
    dns.alias("A", "www.example.org", "example.org", ORG)
    assert dns.data("www.example.org") == dns.data("example.org")


def test_name_servers_answer_as_before_until_the_change_is_in_sync(twin, dns):
    dns.route53("A", "www.example.org", "192.0.2.1")
    twin.timing({"route53_change": 30_000})
    dns.route53("A", "www.example.org", "192.0.2.2")
    assert dns.data("www.example.org") == ["192.0.2.1"]
    twin.advance(30)
    assert dns.data("www.example.org") == ["192.0.2.2"]


def test_a_new_zone_answers_when_it_is_in_sync(twin, dns):
    twin.timing({"route53_change": 30_000})
    dns.zone("acme.test")
    assert dns.ask("acme.test", "SOA")[0] == 3
    twin.advance(30)
    assert len(dns.data("acme.test", "SOA")) == 1


def test_private_zones_answer_nobody(twin, dns):
    vpc = twin.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    vpc = {"VPCRegion": "eu-central-1", "VPCId": vpc}
    dns.r53.create_hosted_zone(Name="in.test", CallerReference="p", VPC=vpc)
    assert dns.ask("in.test", "SOA")[0] == 3


@pytest.mark.parametrize("name, found", [
    ("x.example.org", ["192.0.2.9"]), ("y.x.example.org", ["192.0.2.9"]), ("www.example.org", ["192.0.2.1"]),
    ("x.www.example.org", []), ("deep.example.org", []), ("example.org", []),
])
def test_wildcards(dns, name, found):
    dns.route53("A", "*.example.org", "192.0.2.9")
    dns.route53("A", "www.example.org", "192.0.2.1")
    dns.route53("A", "a.deep.example.org", "192.0.2.1")
    assert dns.data(name) == found


# --- who answers


def test_of_two_zones_of_one_name_the_first_answers(dns):
    first, second = dns.zone("acme.test"), dns.zone("acme.test")
    dns.route53("A", "www.acme.test", "192.0.2.1", zone=first)
    dns.route53("A", "www.acme.test", "192.0.2.2", zone=second)
    assert dns.data("www.acme.test") == ["192.0.2.1"]
    servers = dns.r53.get_hosted_zone(Id=second)["DelegationSet"]["NameServers"]
    dns.elsewhere(*[("acme.test", "NS", server + ".") for server in servers])
    assert dns.data("www.acme.test") == ["192.0.2.2"]


def test_a_zone_below_another_answers_when_it_is_delegated_to(dns):
    zone = dns.zone("dev.example.com")
    dns.route53("A", "www.dev.example.com", "192.0.2.1", zone=zone)
    assert dns.ask("www.dev.example.com")[0] == 3
    for server in dns.r53.get_hosted_zone(Id=zone)["DelegationSet"]["NameServers"]:
        dns.cloudflare("NS", "dev", server)
    assert dns.data("www.dev.example.com") == ["192.0.2.1"]
    assert len(dns.data("dev.example.com", "NS")) == 4


def test_a_delegation_to_servers_that_are_not_here(dns):
    dns.cloudflare("NS", "dev", "ns1.elsewhere.test")
    assert dns.ask("www.dev.example.com")[0] == 2
    assert dns.data("dev.example.com", "NS") == ["ns1.elsewhere.test."]


def test_the_registrar_names_other_servers(dns):
    dns.cloudflare("A", "www", "203.0.113.7")
    dns.elsewhere(("example.com", "NS", "ns1.elsewhere.test."))
    assert dns.ask("www.example.com")[0] == 3
    assert dns.data("example.com", "NS") == ["ns1.elsewhere.test."]


# --- the rest of the world


def test_records_of_the_rest_of_the_world(dns):
    dns.elsewhere(("WWW.acme.net.", "A", "198.51.100.1"), ("api.acme.net", "CNAME", "www.example.org."))
    dns.route53("A", "www.example.org", "192.0.2.1")
    assert dns.data("www.acme.net") == ["198.51.100.1"]
    assert dns.data("api.acme.net") == ["www.example.org.", "192.0.2.1"]
    assert dns.ask("www.acme.net", "AAAA") == (0, []) and dns.ask("acme.net") == (0, [])
    dns.elsewhere()
    assert dns.ask("www.acme.net")[0] == 3


def test_records_that_cannot_be_set(twin):
    for body in [{"records": [{"name": "a.test"}]}, {"record": []}, []]:
        assert twin.request("PUT", "/_twin/dns", body)[0] == 400


def test_a_balancer_has_addresses_while_it_is_there(twin, dns):
    name, _ = dns.balancer()
    assert len(dns.data(name)) == 2 and dns.ask(name, "AAAA") == (0, [])
    elb = twin.client("elbv2")
    elb.delete_load_balancer(LoadBalancerArn=elb.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"])
    assert dns.ask(name)[0] == 3


# --- those who ask


def test_a_url_is_found_through_every_kind_of_dns(dns):
    name, zone = dns.balancer()
    dns.cloudflare("CNAME", "www", name)
    dns.alias("A", "www.example.org", name, zone)
    dns.route53("CNAME", "c.example.org", "www.example.com")
    dns.elsewhere(("www.acme.net", "CNAME", "c.example.org"))
    for host in [name, "www.example.com", "www.example.org", "c.example.org", "www.acme.net"]:
        assert dns.get(f"http://{host}/") == {"status": 200, "body": "hello"}
    assert dns.get("http://gone.example.org/")["status"] == 0


@pytest.mark.parametrize("domain", ["a.example.com", "a.example.org", "a.acme.net"])
def test_acm_finds_its_records_wherever_they_are(twin, dns, domain):
    acm = twin.client("acm")
    arn = acm.request_certificate(DomainName=domain, ValidationMethod="DNS")["CertificateArn"]
    twin.advance(5)
    [option] = acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"]
    record = option["ResourceRecord"]
    twin.advance(600)
    status = lambda: acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"]
    assert status() == "PENDING_VALIDATION"
    if domain.endswith(".com"):
        dns.cloudflare("CNAME", record["Name"], record["Value"])
    elif domain.endswith(".org"):
        dns.route53("CNAME", record["Name"], record["Value"])
    else:
        dns.elsewhere((record["Name"], "CNAME", record["Value"]))
    twin.advance(120)
    assert status() == "ISSUED"


def test_acm_heeds_caa_records_in_route53(twin, dns):
    acm = twin.client("acm")
    dns.route53("CAA", "example.org", '0 issue "letsencrypt.org"')
    arn = acm.request_certificate(DomainName="a.example.org", ValidationMethod="DNS")["CertificateArn"]
    twin.advance(5)
    [option] = acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"]
    dns.route53("CNAME", option["ResourceRecord"]["Name"], option["ResourceRecord"]["Value"])
    twin.advance(120)
    found = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert (found["Status"], found["FailureReason"]) == ("FAILED", "CAA_ERROR")
