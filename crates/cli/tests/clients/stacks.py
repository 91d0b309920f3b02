"""Two stacks that are up, and their twin's world, to be altered and put back as it was."""

import json
import urllib.request

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

STACKS = {"hello": HELLO, "plain": PLAIN}


class Stack:
    """A stack that is up in a sandbox of its own, which stops and goes on from any world."""

    def __init__(self, folder, manifest):
        (folder / "ashore.toml").write_text(manifest)
        self.world = folder / "world" / "world.json"
        self.sandbox = Sandbox(folder, "--state", str(self.world.parent))
        try:
            code, _, err = self.sandbox.ashore("up")
        finally:
            self.sandbox.stop()
        assert code == 0, err
        [state] = (folder / ".ashore").glob("*/state.json")
        self.resources = json.loads(state.read_text())["state"]["resources"]
        self.saved = self.world.read_text()
        self.sandbox.start(self.port())
        for service in ("acm", "ec2", "ecs", "elbv2", "iam", "logs"):
            setattr(self, service, self.sandbox.client(service))

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
