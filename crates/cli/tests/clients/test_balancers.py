"""Load balancers of every sort, from the manifest to what boto3 finds, and back to nothing.

Seed: S2-9, S2-10, S2-11, S3-17, S4-5, S4-12, S4-13, S4-17.
"""

import json

import pytest
from inventory import everything, records
from seed import Seed

FIRST, SECOND = "client-secret-of-monday", "client-secret-of-tuesday"

SHOP = """
app = "shop"
region = "eu-central-1"
dns = { provider = "cloudflare", zone = "example.com" }

[network]
layout = "private-nat"
nat = "single"

[balancers.public]
idle_timeout = "2m"
protect = true
access_logs = { bucket = "acme-logs", prefix = "shop" }
tls = "strict"
waf = "WEB_ACL"

[services.web]
image = "web:1"
port = 8080
hostname = "shop.example.com"

[services.web.health]
path = "/healthz"
matcher = "200"
interval = "30s"
timeout = "3s"
healthy_threshold = 3
unhealthy_threshold = 2

[services.api]
image = "api:1"
port = 9090
hostname = "shop.example.com"
path = ["/api", "/img/*.png"]

[services.admin]
image = "admin:1"
port = 9091
hostname = "admin.example.com"
private_hostname = "admin.internal.example.com"
balancer = ["public", "internal"]

[services.admin.login]
issuer = "https://id.example.com"
authorization_endpoint = "https://id.example.com/authorize"
token_endpoint = "https://id.example.com/token"
userinfo_endpoint = "https://id.example.com/userinfo"
client_id = "shop"
client_secret = { env = "OIDC_SECRET" }
session = "8h"
"""

STREAMS = """
app = "streams"
region = "eu-central-1"
dns = { provider = "cloudflare", zone = "example.com" }

[balancers.network]
cross_zone = true

[services.db]
image = "postgres:18"
port = 5432
protocol = "tcp"
sticky = true

[services.mqtt]
image = "mosquitto:2"
port = 1883
listen = 8883
protocol = "tls"
hostname = "mqtt.example.com"

[services.names]
image = "coredns:1"
port = 53
protocol = "udp"
health = { protocol = "http", port = 8080, path = "/health" }

[services.names.sidecars.probe]
image = "probe:1"
ports = [8080]
"""


@pytest.fixture
def start(tmp_path):
    """Starts a sandbox with a manifest."""
    started = []

    def start(manifest):
        started.append(Seed(tmp_path, manifest))
        return started[-1]

    yield start
    for seed in started:
        seed.sandbox.stop()


def bucket(seed):
    """Somebody's bucket for logs, which balancers may write into."""
    s3 = seed.sandbox.client("s3")
    s3.create_bucket(Bucket="acme-logs", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::acme-logs/shop/AWSLogs/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [allow]}
    s3.put_bucket_policy(Bucket="acme-logs", Policy=json.dumps(policy))


def web_acl(seed, name):
    """Somebody's web ACL."""
    quiet = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": name}
    made = seed.sandbox.client("wafv2").create_web_acl(
        Name=name, Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=quiet
    )
    return made["Summary"]["ARN"]


def balancers(seed):
    found = seed.elbv2.describe_load_balancers()["LoadBalancers"]
    return {it["LoadBalancerName"]: it for it in found}


def listeners(seed, balancer):
    found = seed.elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    return {it["Port"]: it for it in found}


def rules(seed, listener):
    """The rules in the order in which they are tried, without the last."""
    found = seed.elbv2.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
    return sorted((it for it in found if not it["IsDefault"]), key=lambda it: int(it["Priority"]))


def values(rule, field):
    of = [it for it in rule["Conditions"] if it["Field"] == field]
    return of[0]["HostHeaderConfig" if field == "host-header" else "PathPatternConfig"]["Values"] if of else []


def target_groups(seed):
    found = seed.elbv2.describe_target_groups()["TargetGroups"]
    return {it["TargetGroupName"]: it for it in found}


def attributes(seed, balancer):
    arn = balancer["LoadBalancerArn"]
    found = seed.elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    return {it["Key"]: it["Value"] for it in found}


def let_in(seed, group):
    """Who may connect where, by the group's name."""
    groups = seed.ec2.describe_security_groups()["SecurityGroups"]
    names = {it["GroupId"]: it["GroupName"] for it in groups}
    found = next(it for it in groups if it["GroupName"] == group)
    let = set()
    for rule in found["IpPermissions"]:
        whence = [it["CidrIp"] for it in rule["IpRanges"]]
        whence += [names[it["GroupId"]] for it in rule["UserIdGroupPairs"]]
        let |= {(rule["IpProtocol"], rule["FromPort"], it) for it in whence}
    return let


def settled(seed):
    """A second plan plans nothing."""
    seed.exits(0, "plan", "--detailed-exitcode")


def gone(seed):
    seed.exits(0, "down", "--yes")
    left = {kind: objects for kind, objects in everything(seed.sandbox).items() if objects}
    assert left == {}
    assert records(seed.sandbox) == []
    assert seed.secretsmanager.list_secrets()["SecretList"] == []


def nowhere(seed, secret):
    """Not in the state, the journal, or whatever else lies in the folder."""
    files = [path for path in seed.folder.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if secret.encode() in path.read_bytes()] == []


def test_a_shop_behind_public_and_internal_balancers(start):
    seed = start(SHOP)
    seed.sandbox.own["OIDC_SECRET"] = FIRST
    bucket(seed)
    first, second = web_acl(seed, "first"), web_acl(seed, "second")
    seed.write(SHOP.replace("WEB_ACL", first))
    seed.exits(0, "check")
    seed.exits(0, "plan")
    out, err = seed.exits(0, "up")
    assert FIRST not in out + err
    assert "https://shop.example.com" in out and "internal" not in out
    settled(seed)
    nowhere(seed, FIRST)

    # S2-11: one internet-facing, one internal, in public and private subnets.
    there = {it["Scheme"]: it for it in balancers(seed).values()}
    assert set(there) == {"internet-facing", "internal"}
    public, internal = there["internet-facing"], there["internal"]
    assert public["LoadBalancerName"] == "shop-production-balancer"
    zones = seed.ec2.describe_subnets()["Subnets"]
    names = {it["SubnetId"]: next(t["Value"] for t in it["Tags"] if t["Key"] == "Name") for it in zones}
    stands = [{names[zone["SubnetId"]].split("-")[2] for zone in it["AvailabilityZones"]} for it in (public, internal)]
    assert stands == [{"public"}, {"private"}]

    # S4-12: settings.
    has = attributes(seed, public)
    assert has["idle_timeout.timeout_seconds"] == "120"
    assert has["deletion_protection.enabled"] == "true"
    assert (has["access_logs.s3.bucket"], has["access_logs.s3.prefix"]) == ("acme-logs", "shop")
    assert has["routing.http.drop_invalid_header_fields.enabled"] == "true"
    waf = seed.sandbox.client("wafv2")

    def protected():
        return waf.get_web_acl_for_resource(ResourceArn=public["LoadBalancerArn"])["WebACL"]["ARN"]

    assert protected() == first
    check = target_groups(seed)["shop-production-web"]
    assert (check["TargetType"], check["HealthCheckPath"], check["Matcher"]["HttpCode"]) == ("ip", "/healthz", "200")
    assert (check["HealthyThresholdCount"], check["UnhealthyThresholdCount"]) == (3, 2)
    assert (check["HealthCheckIntervalSeconds"], check["HealthCheckTimeoutSeconds"]) == (30, 3)

    # S4-13: 80 sends on to 443, which has the certificate and today's policy.
    ports = listeners(seed, public)
    (on,) = ports[80]["DefaultActions"]
    assert (on["RedirectConfig"]["Port"], on["RedirectConfig"]["StatusCode"]) == ("443", "HTTP_301")
    assert ports[443]["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09"

    # S2-10: one name, several services, the more specific path first.
    groups = {it["TargetGroupArn"]: name for name, it in target_groups(seed).items()}
    told = [
        (values(rule, "host-header"), values(rule, "path-pattern"), groups[rule["Actions"][-1]["TargetGroupArn"]])
        for rule in rules(seed, ports[443])
    ]
    shop = [(paths, group) for hosts, paths, group in told if hosts == ["shop.example.com"]]
    assert shop == [
        (["/img/*.png"], "shop-production-api"),
        (["/api", "/api/*"], "shop-production-api"),
        ([], "shop-production-web"),
    ]

    # S4-17: behind a login, on both balancers, each with a target group of its own.
    for balancer, group in ((public, "shop-production-admin"), (internal, "shop-production-admin--internal")):
        (rule,) = [
            it for it in rules(seed, listeners(seed, balancer)[443]) if "admin.example.com" in values(it, "host-header")
        ]
        login, forward = rule["Actions"]
        assert login["AuthenticateOidcConfig"]["SessionTimeout"] == 28800
        assert login["AuthenticateOidcConfig"]["TokenEndpoint"] == "https://id.example.com/token"
        assert groups[forward["TargetGroupArn"]] == group
    cluster = "shop-production-cluster"
    (admin,) = seed.ecs.describe_services(cluster=cluster, services=["shop-production-admin"])["services"]
    assert len(admin["loadBalancers"]) == 2
    healthy = seed.elbv2.describe_target_health(
        TargetGroupArn=target_groups(seed)["shop-production-admin--internal"]["TargetGroupArn"]
    )["TargetHealthDescriptions"]
    assert [it["TargetHealth"]["State"] for it in healthy] == ["healthy"]

    # S4-5, S3-17: who may connect to what.
    anywhere = "0.0.0.0/0"
    assert let_in(seed, "shop-production-balancer") == {("tcp", 80, anywhere), ("tcp", 443, anywhere)}
    within = "10.0.0.0/16"
    assert let_in(seed, "shop-production-balancer-internal") == {("tcp", 80, within), ("tcp", 443, within)}
    assert let_in(seed, "shop-production-web-tasks") == {("tcp", 8080, "shop-production-balancer")}
    assert let_in(seed, "shop-production-admin-tasks") == {
        ("tcp", 9091, "shop-production-balancer"),
        ("tcp", 9091, "shop-production-balancer-internal"),
    }
    leads = {it["name"]: it["content"] for it in records(seed.sandbox) if not it["name"].startswith("_")}
    assert leads == {
        "shop.example.com": public["DNSName"],
        "admin.example.com": public["DNSName"],
        "admin.internal.example.com": internal["DNSName"],
    }

    # A change of each, and none of what stays.
    before = {rule["RuleArn"]: rule["Priority"] for rule in rules(seed, ports[443])}
    changed = SHOP.replace("WEB_ACL", second).replace('"2m"', '"3m"').replace('session = "8h"', 'session = "9h"')
    more = '\n[services.docs]\nimage = "docs:1"\nport = 80\nhostname = "shop.example.com"\npath = "/docs"\n'
    seed.write(changed + more)
    seed.sandbox.own["OIDC_SECRET"] = SECOND
    out, err = seed.exits(0, "up")
    assert FIRST not in out + err and SECOND not in out + err
    settled(seed)
    nowhere(seed, SECOND)
    after = {rule["RuleArn"]: rule["Priority"] for rule in rules(seed, ports[443])}
    assert len(after) == len(before) + 1
    assert before.items() <= after.items(), "another service moves no rule"
    assert protected() == second
    assert attributes(seed, public)["idle_timeout.timeout_seconds"] == "180"
    world = json.dumps(seed.sandbox.twin("GET", "state"))
    assert world.count(SECOND) == 3, "in Secrets Manager, and in two rules"

    # What somebody else changes is seen and put back.
    rule = next(it for it in rules(seed, ports[443]) if "admin.example.com" in values(it, "host-header"))
    seed.elbv2.modify_rule(RuleArn=rule["RuleArn"], Actions=[dict(rule["Actions"][-1], Order=1)])
    waf.disassociate_web_acl(ResourceArn=public["LoadBalancerArn"])
    seed.exits(2, "plan", "--detailed-exitcode")
    seed.exits(0, "up")
    settled(seed)
    assert protected() == second
    assert len(rules(seed, ports[443])[-1]["Actions"]) >= 1
    gone(seed)
    assert waf.list_web_acls(Scope="REGIONAL")["WebACLs"], "theirs stay"


def test_connections_and_datagrams(start):
    seed = start(STREAMS)
    seed.exits(0, "check")
    seed.exits(0, "up")
    settled(seed)
    (balancer,) = balancers(seed).values()
    assert (balancer["Type"], balancer["Scheme"]) == ("network", "internet-facing")
    assert attributes(seed, balancer)["load_balancing.cross_zone.enabled"] == "true"
    ports = listeners(seed, balancer)
    assert {port: it["Protocol"] for port, it in ports.items()} == {5432: "TCP", 8883: "TLS", 53: "UDP"}
    assert ports[8883]["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
    assert len(ports[8883]["Certificates"]) == 1
    groups = target_groups(seed)
    assert {name.split("-")[-1]: it["Protocol"] for name, it in groups.items()} == {
        "db": "TCP",
        "mqtt": "TCP",
        "names": "UDP",
    }
    checks = {name.split("-")[-1]: (it["HealthCheckProtocol"], it["HealthCheckPort"]) for name, it in groups.items()}
    assert checks == {"db": ("TCP", "traffic-port"), "mqtt": ("TCP", "traffic-port"), "names": ("HTTP", "8080")}
    db = groups["streams-production-db"]["TargetGroupArn"]
    sticky = seed.elbv2.describe_target_group_attributes(TargetGroupArn=db)
    sticky = {it["Key"]: it["Value"] for it in sticky["Attributes"]}
    assert (sticky["stickiness.enabled"], sticky["stickiness.type"]) == ("true", "source_ip")
    for group in groups.values():
        health = seed.elbv2.describe_target_health(TargetGroupArn=group["TargetGroupArn"])
        states = [it["TargetHealth"]["State"] for it in health["TargetHealthDescriptions"]]
        assert states == ["healthy"], group["TargetGroupName"]
    anywhere = "0.0.0.0/0"
    own = "streams-production-balancer-network"
    assert let_in(seed, own) == {("tcp", 5432, anywhere), ("tcp", 8883, anywhere), ("udp", 53, anywhere)}
    assert let_in(seed, "streams-production-names-tasks") == {("udp", 53, own), ("tcp", 8080, own)}
    assert let_in(seed, "streams-production-db-tasks") == {("tcp", 5432, own)}
    leads = {it["name"]: it["content"] for it in records(seed.sandbox) if not it["name"].startswith("_")}
    assert leads == {"mqtt.example.com": balancer["DNSName"]}

    seed.write(STREAMS.replace("listen = 8883", "listen = 8884").replace("cross_zone = true", "cross_zone = false"))
    seed.exits(0, "up", "--yes")
    settled(seed)
    assert set(listeners(seed, balancer)) == {5432, 8884, 53}
    assert attributes(seed, balancer)["load_balancing.cross_zone.enabled"] == "false"
    gone(seed)
