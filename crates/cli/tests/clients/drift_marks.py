"""Somebody takes away a tag by which we know our own.

What has an id of its own is ours without any. What is known by a name that somebody else could have
used since is ours as long as it says whose it is: there another mark is taken.
"""

from alter import (
    BALANCER,
    CERTIFICATE,
    CLUSTER,
    DEFINITION,
    GATEWAY,
    HTTP,
    LOGS,
    ROLE,
    RULE,
    Row,
    SERVICE,
    SUBNET_A,
    TABLE,
    TARGETS,
    TASKS,
    VPC,
)
from drift_assets import MARKS as OF_ASSETS
from drift_capacity import MARKS as OF_CAPACITY
from drift_classic import MARKS as OF_CLASSIC

WHOSE, WHICH = "ashore:stack", "ashore:address"
OF_RDS = [f"databases.db/{part}" for part in ("instance", "subnet_group", "parameter_group")]


def ec2(address):
    return Row(
        address,
        f"tags.{WHOSE}",
        lambda stack: stack.ec2.delete_tags(
            Resources=[stack.out(address, "id")], Tags=[{"Key": WHOSE}]
        ),
    )


def elb(address):
    return Row(
        address,
        f"tags.{WHOSE}",
        lambda stack: stack.elbv2.remove_tags(
            ResourceArns=[stack.out(address, "arn")], TagKeys=[WHOSE]
        ),
    )


def ecs(address, mark):
    return Row(
        address,
        f"tags.{mark}",
        lambda stack: stack.ecs.untag_resource(
            resourceArn=stack.out(address, "arn"), tagKeys=[mark]
        ),
    )


def rds(address):
    return Row(
        address,
        f"tags.{WHICH}",
        lambda stack: stack.rds.remove_tags_from_resource(
            ResourceName=stack.out(address, "arn"), TagKeys=[WHICH]
        ),
        stack="data",
    )


def efs(address):
    return Row(
        address,
        f"tags.{WHOSE}",
        lambda stack: stack.efs.untag_resource(ResourceId=stack.out(address, "id"), TagKeys=[WHOSE]),
        stack="data",
    )


ROWS = [
    *(ec2(address) for address in (VPC, SUBNET_A, GATEWAY, TABLE, TASKS)),
    *(elb(address) for address in (BALANCER, HTTP, RULE, TARGETS)),
    ecs(DEFINITION, WHOSE),
    ecs(CLUSTER, WHICH),
    ecs(SERVICE, WHICH),
    Row(
        CERTIFICATE,
        f"tags.{WHOSE}",
        lambda stack: stack.acm.remove_tags_from_certificate(
            CertificateArn=stack.out(CERTIFICATE, "arn"), Tags=[{"Key": WHOSE}]
        ),
    ),
    Row(
        ROLE,
        f"tags.{WHICH}",
        lambda stack: stack.iam.untag_role(RoleName=stack.out(ROLE, "name"), TagKeys=[WHICH]),
    ),
    Row(
        LOGS,
        f"tags.{WHICH}",
        lambda stack: stack.logs.untag_resource(
            resourceArn=stack.out(LOGS, "arn"), tagKeys=[WHICH]
        ),
    ),
    Row(
        "secrets/secret[SESSION_KEY]",
        f"tags.{WHOSE}",
        lambda stack: stack.secretsmanager.untag_resource(
            SecretId=stack.out("secrets/secret[SESSION_KEY]", "arn"), TagKeys=[WHOSE]
        ),
        stack="shop",
    ),
    *(rds(address) for address in OF_RDS),
    *(efs(address) for address in ("volumes.uploads/file_system", "volumes.uploads/access_point")),
    *OF_ASSETS,
    *OF_CAPACITY,
    *OF_CLASSIC,
]
