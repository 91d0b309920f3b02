"""A classic load balancer before the instances of a service, from nothing to nothing, as boto3 sees it.

Seed: S3-14, S3-22, S2-9.
"""

import json
import urllib.parse
import urllib.request

import audit
import pytest
from drift_classic import bucket
from inventory import everything, everything_else, records
from seed import Seed

MANIFEST = """
app = "django"
region = "eu-central-1"
dns = { provider = "route53", zone = "example.org" }

[network]
layout = "private-nat"
nat = "single"
azs = 2

[ec2]
instance_types = ["t3.small"]
max = 4

[balancers.old]
type = "classic"
idle_timeout = "2m"
access_logs = { bucket = "acme-logs", prefix = "django" }

[services.web]
image = "web:1"
port = 8000
hostname = "www.example.org"
balancer = "old"
count = 2
cpu = 0.5
memory = "700MiB"
capacity = { ec2 = { network = "bridge" } }

[services.web.health]
path = "/health-check"
interval = "30s"
timeout = "5s"
healthy_threshold = 2
unhealthy_threshold = 5
"""

URL = "https://www.example.org/"


@pytest.fixture
def start(tmp_path):
    """Starts a sandbox with a manifest, in which somebody has a bucket for logs."""
    started = []

    def start(manifest):
        started.append(Seed(tmp_path, manifest))
        bucket(started[-1].sandbox, "acme-logs")
        return started[-1]

    yield start
    for seed in started:
        seed.sandbox.stop()


def balancer(seed):
    [found] = seed.sandbox.client("elb").describe_load_balancers()["LoadBalancerDescriptions"]
    return found


def attributes(seed):
    asked = {"LoadBalancerName": balancer(seed)["LoadBalancerName"]}
    return seed.sandbox.client("elb").describe_load_balancer_attributes(**asked)["LoadBalancerAttributes"]


def states(seed):
    """What the balancer thinks of its instances, by id."""
    asked = {"LoadBalancerName": balancer(seed)["LoadBalancerName"]}
    found = seed.sandbox.client("elb").describe_instance_health(**asked)["InstanceStates"]
    return {one["InstanceId"]: one["State"] for one in found}


def services(seed):
    cluster = seed.out("cluster", "name")
    arns = seed.ecs.list_services(cluster=cluster)["serviceArns"]
    return seed.ecs.describe_services(cluster=cluster, services=arns)["services"]


def tasks(seed):
    """The image of each task, by the instance that it runs on."""
    cluster = seed.out("cluster", "name")
    arns = seed.ecs.list_tasks(cluster=cluster)["taskArns"]
    running = seed.ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]
    hosts = seed.ecs.describe_container_instances(
        cluster=cluster, containerInstances=[one["containerInstanceArn"] for one in running]
    )["containerInstances"]
    hosts = {one["containerInstanceArn"]: one["ec2InstanceId"] for one in hosts}
    assert len({one["containerInstanceArn"] for one in running}) == len(running)
    for one in running:
        [bound] = one["containers"][0]["networkBindings"]
        assert bound["hostPort"] == bound["containerPort"]
    return {hosts[one["containerInstanceArn"]]: one["containers"][0]["image"] for one in running}


def visit(seed, url):
    """What somebody gets who comes to that URL."""
    asked = f"{seed.sandbox.address}/_twin/ask?{urllib.parse.urlencode({'url': url})}"
    return json.load(urllib.request.urlopen(asked))


def let_in(seed, group):
    """Ports and sources of whom the group lets in."""
    found = set()
    for rule in seed.rules(group, egress=False):
        source = rule.get("CidrIpv4") or rule["ReferencedGroupInfo"]["GroupId"]
        found.add((rule["FromPort"], rule["ToPort"], source))
    return found


def test_https_to_the_port_of_the_instances(start):
    seed = start(MANIFEST)
    seed.exits(0, "check")
    seed.exits(2, "plan", "--detailed-exitcode")
    told, _ = seed.up()
    assert "https://www.example.org" in told
    seed.exits(0, "plan", "--detailed-exitcode")

    # The listener, with a certificate, and TLS 1.2 at the least.
    there = balancer(seed)
    [listener] = there["ListenerDescriptions"]
    assert listener["Listener"] == {
        "Protocol": "HTTPS",
        "LoadBalancerPort": 443,
        "InstanceProtocol": "HTTP",
        "InstancePort": 8000,
        "SSLCertificateId": seed.out("ingress/certificate", "arn"),
    }
    [policy] = seed.sandbox.client("elb").describe_load_balancer_policies(
        LoadBalancerName=there["LoadBalancerName"], PolicyNames=listener["PolicyNames"]
    )["PolicyDescriptions"]
    [refers] = policy["PolicyAttributeDescriptions"]
    assert refers["AttributeValue"] == "ELBSecurityPolicy-TLS-1-2-2017-01"
    assert there["HealthCheck"] == {
        "Target": "HTTP:8000/health-check",
        "Interval": 30,
        "Timeout": 5,
        "HealthyThreshold": 2,
        "UnhealthyThreshold": 5,
    }
    assert (there["Scheme"], len(there["Subnets"])) == ("internet-facing", 2)
    has = attributes(seed)
    assert has["CrossZoneLoadBalancing"]["Enabled"] and has["ConnectionDraining"]["Enabled"]
    assert has["ConnectionSettings"]["IdleTimeout"] == 120
    assert (has["AccessLog"]["S3BucketName"], has["AccessLog"]["S3BucketPrefix"]) == ("acme-logs", "django")
    assert seed.elbv2.describe_load_balancers()["LoadBalancers"] == []

    # 443 from anywhere to it, from it to the one port of the instances, and nothing else.
    front = seed.out("balancers.old/security_group", "id")
    assert let_in(seed, "balancers.old/security_group") == {(443, 443, "0.0.0.0/0")}
    assert let_in(seed, "ec2/security_group") == {(8000, 8000, front)}

    # Two tasks, each on an instance of its own, which the balancer sends to.
    name = there["LoadBalancerName"]
    behind = [{"loadBalancerName": name, "containerName": "web", "containerPort": 8000}]
    assert [one["loadBalancers"] for one in services(seed)] == [behind]
    assert tasks(seed) == dict.fromkeys(states(seed), "web:1")
    assert list(states(seed).values()) == ["InService"] * 2
    assert visit(seed, URL)["status"] == 200
    assert "no listener" in visit(seed, "http://www.example.org/")["error"]
    # Somebody else's bucket is none of ours.
    assert [one for one in audit.findings(seed.sandbox) if "acme-logs" not in one] == []

    # A release, and settings, in place.
    seed.write(MANIFEST.replace("web:1", "web:2").replace("2m", "3m").replace("/health-check", "/up"))
    seed.exits(2, "plan", "--detailed-exitcode")
    seed.up()
    seed.exits(0, "plan", "--detailed-exitcode")
    assert set(tasks(seed).values()) == {"web:2"}
    assert balancer(seed)["DNSName"] == there["DNSName"]
    assert balancer(seed)["HealthCheck"]["Target"] == "HTTP:8000/up"
    assert attributes(seed)["ConnectionSettings"]["IdleTimeout"] == 180
    assert visit(seed, URL)["status"] == 200

    # Another scheme is another balancer, and the service is made anew behind it.
    inside = '[balancers.old]\nscheme = "internal"'
    seed.write(MANIFEST.replace("web:1", "web:2").replace("[balancers.old]", inside))
    seed.up("--yes")
    seed.exits(0, "plan", "--detailed-exitcode")
    assert balancer(seed)["Scheme"] == "internal"
    [service] = services(seed)
    assert [one["loadBalancerName"] for one in service["loadBalancers"]] == [balancer(seed)["LoadBalancerName"]]
    gone(seed)


def gone(seed):
    seed.exits(0, "down", "--yes")
    there = {**everything(seed.sandbox), **everything_else(seed.sandbox)}
    assert {kind for kind, found in there.items() if found} == {"buckets"}
    assert records(seed.sandbox) == []


PLAIN = """
app = "plain"
region = "eu-central-1"

[ec2]
instance_types = ["t3.small"]
max = 1

[balancers.old]
type = "classic"

[services.web]
image = "web:1"
port = 8000
balancer = "old"
cpu = 0.5
memory = "700MiB"
capacity = { ec2 = { network = "bridge" } }
deploy = { strategy = "stop-then-start" }
"""


def test_one_instance_and_tasks_that_are_unwell(start):
    """The old task stops before the new one starts; and what the balancer says is what `up` says."""
    seed = start(PLAIN)
    told, _ = seed.up()
    url = f"http://{balancer(seed)['DNSName']}"
    assert url in told
    assert visit(seed, f"{url}/")["status"] == 200
    seed.write(PLAIN.replace("web:1", "web:2"))
    seed.up()
    seed.exits(0, "plan", "--detailed-exitcode")
    assert list(tasks(seed).values()) == ["web:2"]
    assert visit(seed, f"{url}/")["status"] == 200

    # 204 is not 200.
    behaviour = {"image": "web:3", "behaviour": {"http_status": 204}}
    seed.sandbox.twin("PUT", "script", {"rules": [behaviour]})
    seed.write(PLAIN.replace("web:1", "web:3"))
    _, err = seed.exits(3, "up")
    assert "Instance has failed at least the UnhealthyThreshold number of health checks" in err
    assert "wants `200 OK`" in err
    # It is as it was.
    seed.write(PLAIN.replace("web:1", "web:2"))
    seed.exits(0, "plan", "--detailed-exitcode")
    assert visit(seed, f"{url}/")["status"] == 200
    gone(seed)
