"""What the first deployer was asked for (examples/anzu-fargate), and the stack that comes of it."""

import json
import pathlib
import urllib.parse

from sandbox import Sandbox

# A password that breaks JSON which is put together from pieces of text.
PASSWORD = 'a"b\\c\n{}'

ANZU = (pathlib.Path(__file__).resolve().parents[4] / "examples/anzu-fargate/ashore.toml").read_text()


class Seed:
    """A sandbox with that manifest, or one like it."""

    def __init__(self, folder, manifest=ANZU, **options):
        self.folder = folder
        self.write(manifest)
        self.sandbox = Sandbox(folder, **options)
        self.sandbox.environment["REGISTRY_PASSWORD"] = PASSWORD
        for service in ("acm", "ec2", "ecs", "elbv2", "iam", "logs", "secretsmanager"):
            setattr(self, service, self.sandbox.client(service))

    def write(self, manifest):
        (self.folder / "ashore.toml").write_text(manifest)

    def up(self, *words):
        return self.exits(0, "up", *words)

    def down(self):
        return self.exits(0, "down", "--yes")

    def exits(self, code, *words):
        """Runs it; fails, with what it said, unless it exits so. What it said otherwise."""
        ran, out, err = self.sandbox.ashore(*words)
        assert ran == code, f"{ran}\n{out}\n{err}"
        return out, err

    def refuse(self, service, operation):
        """The next of these requests."""
        refusal = {"status": 403, "code": "AccessDenied", "message": "somebody took the right away"}
        fault = {"service": service, "operation": operation, "action": {"refuse": refusal}}
        self.sandbox.twin("POST", "faults", fault)

    def changes(self):
        """Every request so far that has changed something."""
        entries = self.sandbox.twin("GET", "log")
        applied = [entry for entry in entries if entry["mutating"] and entry["applied"]]
        return [f"{entry['service']}:{entry['operation']}" for entry in applied]

    def resources(self):
        """What the state knows, by address."""
        [state] = (self.folder / ".ashore").glob("*/state.json")
        return json.loads(state.read_text())["state"]["resources"]

    def out(self, address, name):
        return self.resources()[address]["outputs"][name]

    def service(self):
        cluster, name = self.out("cluster", "name"), self.out("services.web/service", "name")
        [service] = self.ecs.describe_services(cluster=cluster, services=[name])["services"]
        return service

    def revision(self):
        """The task definition that the service runs."""
        return self.ecs.describe_task_definition(taskDefinition=self.service()["taskDefinition"])[
            "taskDefinition"
        ]

    def listeners(self):
        """By port."""
        balancer = self.out("ingress/load_balancer", "arn")
        listeners = self.elbv2.describe_listeners(LoadBalancerArn=balancer)["Listeners"]
        return {listener["Port"]: listener for listener in listeners}

    def rules(self, group, egress):
        """A security group's rules of one direction."""
        rules = self.ec2.describe_security_group_rules(
            Filters=[{"Name": "group-id", "Values": [self.out(group, "id")]}]
        )["SecurityGroupRules"]
        return [rule for rule in rules if rule["IsEgress"] == egress]


def document(policy):
    """A policy, as boto3 hands it out or as it is written in a URL."""
    return json.loads(urllib.parse.unquote(policy)) if isinstance(policy, str) else policy
