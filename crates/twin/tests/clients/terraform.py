"""Terraform with its AWS provider as a client of the twin."""

import glob
import json
import os
import pathlib
import shutil
import subprocess

import pytest

PROVIDER = "registry.terraform.io/hashicorp/aws/5.100.0/*/terraform-provider-aws_v5.100.0_x5"
# Where Terraform itself looks for a mirror, and one level below /opt, where system images put it.
MIRRORS = ["~/.terraform.d/plugins", "/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins", "/opt/*"]
SERVICES = [
    "acm", "appautoscaling", "autoscaling", "cloudfront", "cloudwatch", "ec2", "ecr", "ecs", "efs", "elb",
    "elbv2", "eventbridge", "iam", "kms", "logs", "rds", "route53", "s3", "scheduler", "secretsmanager",
    "servicediscovery", "sns", "sqs", "ssm", "sts", "wafv2",
]


def mirror():
    """The folder that holds the provider. Without it, or without Terraform, the test is skipped, loudly; with
    ASHORE_REQUIRE_ALL set it fails."""
    named = os.environ.get("ASHORE_TERRAFORM_MIRROR")
    for place in [named] if named else MIRRORS:
        found = glob.glob(os.path.join(os.path.expanduser(place), PROVIDER))
        if found and shutil.which("terraform"):
            return pathlib.Path(found[0]).parents[5]
    lacking = "terraform or its AWS provider 5.100.0 is not installed"
    if os.environ.get("ASHORE_REQUIRE_ALL"):
        pytest.fail(lacking)
    pytest.skip("SKIPPED ON THIS MACHINE: " + lacking)


class Terraform:
    """A configuration in a folder of its own, against one twin."""

    def __init__(self, twin, folder, resources):
        self.folder = folder
        (folder / "rc").write_text(
            f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror()}"\n  }}\n}}\n'
        )
        provider = {
            "region": "eu-central-1",
            "access_key": "AKIATWIN",
            "secret_key": "secret",
            "endpoints": [{service: twin.url for service in SERVICES}],
        }
        required = {"aws": {"source": "hashicorp/aws", "version": "5.100.0"}}
        head = {"terraform": {"required_providers": required}, "provider": {"aws": provider}}
        (folder / "head.tf.json").write_text(json.dumps(head))
        (folder / "main.tf").write_text(resources)
        self.run("init")

    def run(self, *words, codes=(0,)):
        rc = str(self.folder / "rc")
        environment = {**os.environ, "TF_CLI_CONFIG_FILE": rc, "CHECKPOINT_DISABLE": "1"}
        done = subprocess.run(
            ["terraform", *words, "-no-color", "-input=false"], cwd=self.folder, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900,
        )
        assert done.returncode in codes, done.stdout
        return done

    def apply(self):
        return self.run("apply", "-auto-approve")

    def plans_nothing(self):
        ran = self.run("plan", "-detailed-exitcode", codes=(0, 2))
        print(ran.stdout)  # shown where a test fails
        return ran.returncode == 0

    def destroy(self):
        return self.run("destroy", "-auto-approve")
