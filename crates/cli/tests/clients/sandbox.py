"""`ashore sandbox`, and the real binary against it. ASHORE names the binary."""

import functools
import json
import os
import subprocess
import urllib.request

import boto3
import jsonschema


@functools.cache
def schema(binary):
    text = subprocess.run([binary, "schema", "output"], capture_output=True, check=True).stdout
    return jsonschema.Draft202012Validator(json.loads(text))


def as_published(binary, stdout):
    """Every line of --json is a document of the schema that `ashore schema output` publishes."""
    for line in stdout.splitlines():
        schema(binary).validate(json.loads(line))


class Sandbox:
    """`ashore sandbox` in a process of its own."""

    def __init__(self, folder, *options, speed="300", region="eu-central-1"):
        self.binary = os.environ["ASHORE"]
        self.folder = folder
        self.region = region
        self.options = ("--speed", speed, *options)
        # Variables of whoever uses it.
        self.own = {}
        self.start("0")

    def start(self, port):
        command = [self.binary, "sandbox", "--port", port, "--json", *self.options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        told = json.loads(self.process.stdout.readline())
        self.address = told["address"]
        self.environment = told["environment"]

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def surroundings(self):
        """The variables of somebody who has nothing but this sandbox."""
        surroundings = {"HOME": str(self.folder), "AWS_EC2_METADATA_DISABLED": "true"}
        return {**surroundings, **self.environment, **self.own}

    def start_ashore(self, *words):
        """Starts the binary; what it tells a person can be read as it comes."""
        command = [self.binary, *words, "-f", str(self.folder / "ashore.toml")]
        return subprocess.Popen(
            command,
            env=self.surroundings(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ashore(self, *words):
        """Runs the binary: exit code, stdout, stderr."""
        ran = subprocess.run(
            [self.binary, *words, "-f", str(self.folder / "ashore.toml")],
            env=self.surroundings(),
            capture_output=True,
            text=True,
            timeout=120,
        )
        if "--json" in words:
            as_published(self.binary, ran.stdout)
        return ran.returncode, ran.stdout, ran.stderr

    def twin(self, method, path, body=None):
        """A request to the twin's own endpoints: its log, its faults, its world."""
        request = urllib.request.Request(
            f"{self.address}/_twin/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        text = urllib.request.urlopen(request).read()
        return json.loads(text) if text else None

    def client(self, service, region=None):
        return boto3.client(
            service,
            region_name=region or self.region,
            endpoint_url=self.environment["AWS_ENDPOINT_URL"],
            aws_access_key_id="AKIALOOKER",
            aws_secret_access_key="secret",
        )
