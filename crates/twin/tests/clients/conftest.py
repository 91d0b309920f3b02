"""A fresh twin per test module, and the clients that talk to it."""

import datetime
import json
import os
import pathlib
import subprocess
import time
import urllib.error
import urllib.request

import boto3
import botocore.config
import pytest

CRATE = pathlib.Path(__file__).resolve().parents[2]


def binary():
    """The example `serve`, built once; TWIN_SERVE names one that is built already."""
    if "TWIN_SERVE" in os.environ:
        return os.environ["TWIN_SERVE"]
    build = ["cargo", "build", "--quiet", "--example", "serve", "--message-format=json"]
    lines = subprocess.run(build, cwd=CRATE, check=True, stdout=subprocess.PIPE, text=True).stdout
    built = [json.loads(line) for line in lines.splitlines()]
    return next(one["executable"] for one in built if one.get("executable"))


class Twin:
    """A served twin. Its clock stands still unless `speed` says otherwise."""

    def __init__(self, executable, state=None, speed=0, port=0):
        command = [executable, "--speed", str(speed), "--port", str(port)]
        if state:
            command += ["--state", str(state)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.exchanges = []
        self.url = self.process.stdout.readline().strip()
        assert self.url, "the twin did not start"

    def client(self, service, region="eu-central-1", key="AKIATWIN", retries=0, read_timeout=10):
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id=key,
            aws_secret_access_key="secret",
            config=botocore.config.Config(
                retries={"total_max_attempts": retries + 1}, read_timeout=read_timeout,
                inject_host_prefix=False,  # there is one host for everything
            ),
        )

    def request(self, method, path, body=None, headers=None):
        """Any request: the status, the headers and the body as text."""
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.status, response.headers, response.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers, refused.read().decode()

    def cloudflare(self, method, path, body=None, token="sandbox-token"):
        """A Cloudflare request: the status and the envelope."""
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        status, _, text = self.request(method, "/client/v4" + path, body, headers)
        envelope = json.loads(text)
        self.exchanges.append((method, path, body, status, envelope))
        return status, envelope

    def control(self, method, path, body=None):
        status, _, text = self.request(method, "/_twin/" + path, body)
        assert status == 200, text
        return json.loads(text)

    def log(self):
        return self.control("GET", "log")

    def state(self):
        return self.control("GET", "state")

    def reset(self):
        self.control("POST", "reset")

    def advance(self, seconds):
        self.control("POST", "advance", {"seconds": seconds})

    def script(self, *rules):
        self.control("PUT", "script", {"rules": list(rules)})

    def now(self):
        """The twin's time, which a reset does not turn back."""
        return datetime.datetime.fromtimestamp(self.control("GET", "version")["now"] / 1000, datetime.UTC)

    def metric(self, namespace, name, value, region="eu-central-1", **dimensions):
        """What a service of AWS publishes every minute from now on; None ends it."""
        told = {"namespace": namespace, "name": name, "dimensions": dimensions, "region": region, "value": value}
        self.control("PUT", "metric", told)

    def timing(self, timing):
        """`"zero"`, `"default"`, or some of the fields."""
        self.control("PUT", "timing", timing)

    def fault(self, action, **which):
        self.control("POST", "faults", {"action": action, **which})

    def throttle(self, **limits):
        self.control("PUT", "throttle", limits)

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="session")
def serve():
    return binary()


@pytest.fixture(scope="module")
def twin(serve):
    twin = Twin(serve)
    yield twin
    twin.kill()


@pytest.fixture
def start(serve):
    """Starts twins of the test's own."""
    twins = []

    def start(**options):
        twins.append(Twin(serve, **options))
        return twins[-1]

    yield start
    for twin in twins:
        twin.kill()


@pytest.fixture
def refused():
    """Calls and gives the code of the refusal: `refused(client.delete_vpc, VpcId="vpc-0")`."""

    def refused(call, **parameters):
        with pytest.raises(call.__self__.exceptions.ClientError) as caught:
            call(**parameters)
        return caught.value.response["Error"]["Code"]

    return refused


@pytest.fixture
def eventually():
    """Looks again until it is true, in real time."""

    def eventually(look, seconds=5):
        end = time.monotonic() + seconds
        while not look():
            assert time.monotonic() < end, "it did not become true"
            time.sleep(0.02)

    return eventually
