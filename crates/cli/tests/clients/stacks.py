"""Stacks that are up, and their twin's world, to be altered and put back as it was."""

import json
import re
import subprocess
import urllib.request

import drift_assets
import drift_balancers
import drift_capacity
import drift_classic
import drift_data
import drift_images
import drift_private
import drift_raw
import drift_workers
import fake_docker
from sandbox import Sandbox

# Hello, with a word on everything that the example leaves empty and a manifest can say.
HELLO = """
app = "hello"
region = "eu-central-1"
tags = { team = "a" }
dns = { provider = "cloudflare", zone = "example.com" }

[services.web]
image = "nginx:1.29"
port = 80
hostname = "hello.example.com"
entrypoint = ["/docker-entrypoint.sh"]
command = ["nginx"]
ephemeral_storage = "30GiB"
"""

# Without a hostname the listener forwards by itself, which it does in no stack that has one.
PLAIN = """
app = "plain"
region = "eu-central-1"

[services.web]
image = "nginx:1.29"
port = 80
"""

# Secrets, a registry of one's own, a zone at Route 53, both kinds of addresses, a second container.
SHOP = """
app = "shop"
region = "eu-central-1"
tags = { team = "a" }
dns = { provider = "route53", zone = "example.org" }
network = { ipv6 = true }
secrets = { SESSION_KEY = { generate = 64 } }
registry = { server = "ghcr.io", username = "acme", password = { env = "REGISTRY_PASSWORD" } }

[services.web]
image = "ghcr.io/acme/web:1"
port = 80
hostname = "shop.example.org"
depends_on = { otel = "start" }
health = { container = { command = ["CMD-SHELL", "true"], start_period = "15s" } }

[services.web.sidecars.otel]
image = "public.ecr.aws/aws-observability/aws-otel-collector:v0.43.3"
essential = false
memory = "128MiB"
"""

# A domain whose records its owner sets.
BY_HAND = """
app = "hand"
region = "eu-central-1"
dns = { provider = "manual" }

[services.web]
image = "nginx:1.29"
port = 80
hostname = "hand.example.net"
"""

STACKS = {
    "hello": HELLO, "plain": PLAIN, "shop": SHOP, "by hand": BY_HAND, "balanced": drift_balancers.manifest,
    "private": drift_private.MANIFEST, "images": drift_images.MANIFEST, "raw": drift_raw.MANIFEST,
    "data": drift_data.MANIFEST, "assets": drift_assets.MANIFEST, "workers": drift_workers.MANIFEST,
    "classic": drift_classic.manifest,
    **drift_capacity.STACKS,
}
# What lies beside the manifest.
FILES = {"assets": drift_assets.FILES, "images": drift_images.FILES, "raw": drift_raw.FILES}


class Stack:
    """A stack that is up in a sandbox of its own, which stops and goes on from any world."""

    def __init__(self, folder, manifest, files=None):
        self.world = folder / "world" / "world.json"
        self.sandbox = Sandbox(folder, "--state", str(self.world.parent))
        self.sandbox.own["REGISTRY_PASSWORD"] = "theirs to know"
        self.sandbox.own["OIDC_SECRET"] = "theirs to know"
        self.sandbox.own["PATH"] = fake_docker.install(folder / "bin", folder / "calls.jsonl")
        # One that names what somebody else has is written when that is there.
        manifest = manifest(self.sandbox) if callable(manifest) else manifest
        for name, text in {"ashore.toml": manifest, **(files or {})}.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
        # What somebody has set at a DNS provider of their own.
        self.by_hand = []
        try:
            self.up()
        finally:
            self.sandbox.stop()
        [state] = (folder / ".ashore").glob("*/state.json")
        self.resources = json.loads(state.read_text())["state"]["resources"]
        self.saved = self.world.read_text()
        self.sandbox.start(self.port())
        for service in (
            "acm", "cloudwatch", "ec2", "ecr", "ecs", "efs", "elb", "elbv2", "events", "iam", "logs", "rds", "route53",
            "s3", "scheduler", "secretsmanager", "servicediscovery", "sns", "sqs", "wafv2",
        ):
            setattr(self, service, self.sandbox.client(service))
        self.groups = self.sandbox.client("autoscaling")
        self.scaling = self.sandbox.client("application-autoscaling")
        # What has no region is in the first one.
        self.cloudfront = self.sandbox.client("cloudfront", "us-east-1")

    def up(self):
        """Where it says what to set, somebody does."""
        told = ""
        with self.sandbox.start_ashore("up") as running:
            for line in running.stderr:
                told += line
                if asked := re.search(r"set at your DNS provider: (\S+) (\S+) ([^\s;]+)", line):
                    record = dict(zip(("name", "type", "data"), asked.groups()))
                    if record not in self.by_hand:
                        self.by_hand.append(record)
                        self.sandbox.twin("PUT", "dns", {"records": self.by_hand})
        assert running.returncode == 0, told

    def port(self):
        """The state pins the endpoint: the sandbox has to come back where it was."""
        return self.sandbox.address.rpartition(":")[2]

    def restart(self, edit=None):
        """The world as `up` has left it, but for an edit."""
        self.sandbox.stop()
        world = json.loads(self.saved)
        if edit:
            edit(world["world"])
        self.world.write_text(json.dumps(world))
        self.sandbox.start(self.port())

    def plan(self, *options):
        code, out, err = self.sandbox.ashore("plan", "--json", *options)
        assert code == 0, f"{out}\n{err}"
        documents = [json.loads(line) for line in out.splitlines()]
        [plan] = [document for document in documents if document["type"] == "plan"]
        return plan

    def dependents(self, address):
        """Whatever needs it, and whatever needs that."""
        found = {address}
        while more := {
            name
            for name, record in self.resources.items()
            if name not in found and found.intersection(record["needs"])
        }:
            found |= more
        return found - {address}

    def out(self, address, name):
        return self.resources[address]["outputs"][name]

    def spec(self, address):
        return self.resources[address]["spec"]

    def cloudflare(self, method, path, body):
        request = urllib.request.Request(
            self.sandbox.address + "/client/v4" + path,
            data=json.dumps(body).encode(),
            headers={"Authorization": "Bearer sandbox-token", "Content-Type": "application/json"},
            method=method,
        )
        return json.load(urllib.request.urlopen(request))["result"]
