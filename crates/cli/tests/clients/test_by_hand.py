"""Clients that nobody here wrote, on the sandbox: the AWS CLI and boto3 make the same stack by hand.

They are pointed at it by nothing but what `ashore sandbox` prints for that.
"""

import functools
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import boto3
import by_hand
import pytest
from botocore import xform_name

AWS = pathlib.Path(sys.executable).with_name("aws")


class Served:
    """`ashore sandbox --port P --speed N`, as somebody starts it who reads what it prints."""

    def __init__(self, folder, speed):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [os.environ["ASHORE"], "sandbox", "--port", str(self.port), "--speed", str(speed)]
        self.process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.printed = {}
        for line in self.process.stdout:
            name, value = re.fullmatch(r"export ([A-Z_]+)=(\S+)\n", line).groups()
            self.printed[name] = value
            if name == "ASHORE_CLOCK_SPEED":
                break

    def visit(self, url):
        """What somebody gets who comes to that URL."""
        asked = f"{self.printed['ASHORE_OUTSIDE_URL']}?{urllib.parse.urlencode({'url': url})}"
        return json.load(urllib.request.urlopen(asked))

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Client:
    """Calls, by the names that the API has for them, and waits."""

    def __init__(self, printed, folder):
        self.printed, self.folder = printed, folder

    def until(self, look):
        end = time.monotonic() + 60
        while not (seen := look()):
            assert time.monotonic() < end, "it did not become so"
            time.sleep(0.05)
        return seen


class Cli(Client):
    def run(self, *words):
        surroundings = {"HOME": str(self.folder), "PATH": os.defpath, "AWS_PAGER": ""}
        ran = subprocess.run(
            [str(AWS), *words, "--output", "json"],
            env={**surroundings, **self.printed},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert ran.returncode == 0, f"{words}: {ran.stderr}"
        return json.loads(ran.stdout) if ran.stdout.strip() else {}

    def call(self, service, operation, /, **members):
        words = [service, xform_name(operation, "-")]
        return self.run(*words, "--cli-input-json", json.dumps(members))

    def wait(self, service, waiter, /, **members):
        words = [service, "wait", waiter.replace("_", "-")]
        for name, value in members.items():
            values = value if isinstance(value, list) else [value]
            words += [f"--{xform_name(name, '-')}", *values]
        self.run(*words)


class Boto3(Client):
    @functools.cache
    def client(self, service):
        """Of nothing but what was printed, whatever else this process knows."""
        return boto3.client(
            service,
            aws_access_key_id=self.printed["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.printed["AWS_SECRET_ACCESS_KEY"],
            region_name=self.printed["AWS_DEFAULT_REGION"],
            endpoint_url=self.printed["AWS_ENDPOINT_URL"],
        )

    def call(self, service, operation, /, **members):
        return getattr(self.client(service), xform_name(operation))(**members)

    def wait(self, service, waiter, /, **members):
        pace = {"Delay": 0.1, "MaxAttempts": 600}
        self.client(service).get_waiter(waiter).wait(**members, WaiterConfig=pace)


@pytest.mark.parametrize("client", [Cli, Boto3], ids=["aws cli", "boto3"])
def test_the_same_stack_is_made_by_hand(client, tmp_path):
    served = Served(tmp_path, speed=600)
    try:
        client = client(served.printed, tmp_path)
        made = by_hand.build(client)
        answer = served.visit(f"https://{by_hand.HOST}/healthz")
        assert answer["status"] == 200, answer
        plain = served.visit(f"http://{by_hand.HOST}/")
        assert plain["status"] == 301, plain
        by_hand.release(client, made, "web:2")
        tasks = client.call("ecs", "ListTasks", cluster="by-hand")["taskArns"]
        tasks = client.call("ecs", "DescribeTasks", cluster="by-hand", tasks=tasks)["tasks"]
        assert [task["containers"][0]["image"] for task in tasks] == ["web:2", "web:2"]
        by_hand.take_down(client, made)
        for service, operation, members in [
            ("ec2", "DescribeSubnets", "Subnets"),
            ("ec2", "DescribeSecurityGroups", "SecurityGroups"),
            ("ec2", "DescribeInternetGateways", "InternetGateways"),
            ("elbv2", "DescribeLoadBalancers", "LoadBalancers"),
            ("elbv2", "DescribeTargetGroups", "TargetGroups"),
            ("acm", "ListCertificates", "CertificateSummaryList"),
            ("ecs", "ListClusters", "clusterArns"),
            ("logs", "DescribeLogGroups", "logGroups"),
        ]:
            assert client.call(service, operation)[members] == []
    finally:
        served.stop()


def test_it_is_served_on_the_loopback_alone(tmp_path):
    served = Served(tmp_path, speed=1)
    try:
        assert served.printed["AWS_ENDPOINT_URL"] == f"http://127.0.0.1:{served.port}"
        assert served.printed["ASHORE_CLOCK_SPEED"] == "1"
        listening = pathlib.Path("/proc/net/tcp")
        if listening.exists():
            ends = [line.split()[1] for line in listening.read_text().splitlines()[1:]]
            ours = {end for end in ends if end.endswith(f":{served.port:04X}")}
            assert {end.split(":")[0] for end in ours} == {"0100007F"}
    finally:
        served.stop()
