"""The main job against emulators of AWS that nobody here wrote, and what they lack.

AWS says what is to be seen where; a table for each emulator says where something else is seen
there, and for want of what. Both are held to: a test fails when the binary gets worse, and when
an emulator gets better.
"""

from typing import NamedTuple

import pytest
import sequence
from conftest import EXAMPLE
from emulator import EMULATORS, Emulated, connects
from sandbox import Sandbox

BREAKER = {
    "enable": True,
    "rollback": True,
    "resetOnHealthyTask": True,
    "thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 50},
}
REDIRECT = {
    "Protocol": "HTTPS",
    "Port": "443",
    "Host": "#{host}",
    "Path": "/#{path}",
    "Query": "#{query}",
    "StatusCode": "HTTP_301",
}
NOTHING_LEFT = {"exit": 0, "errors": [], "state": [], "left": {}, "records": []}


def after(when, sights):
    return {f"{when}: {what}": sight for what, sight in sights.items()}


def served(image):
    """What boto3 sees of a service that is as wanted."""
    return {
        "image": [image],
        "prints": "https://hello.example.com",
        "desired tasks": 1,
        "running tasks": 1,
        "rollout": "COMPLETED",
        "rollout is of the service's revision": True,
        "circuit breaker": BREAKER,
        "grace": 60,
        "targets": ["healthy"],
    }


# The twin, which is our word on what AWS does, shows the same.
AWS = {
    **after("up", served(sequence.OLD_IMAGE)),
    "up: vpcs": 1,
    "up: subnets": 2,
    "up: gateways": 1,
    "up: route tables": 2,  # with the network's main one
    "up: security groups": 3,  # with the network's default one
    "up: network interfaces": 3,  # the balancer's in each zone, and the task's
    "up: balancers": 1,
    "up: listeners": 2,
    "up: target groups": 1,
    "up: certificates": 1,
    "up: clusters": 1,
    "up: services": 1,
    "up: tasks": 1,
    "up: task definitions": 1,
    "up: roles": 2,
    "up: log groups": 1,
    "up: records": ["CNAME", "CNAME"],
    "up: balancer's state": "active",
    "up: balancer's zones": ["eu-central-1a", "eu-central-1b"],
    "up: balancer's network is ours": True,
    "up: redirect": REDIRECT,
    "up: service-linked roles": ["AWSServiceRoleForECS", "AWSServiceRoleForElasticLoadBalancing"],
    "plan: differences": {},
    "new image: steps": {sequence.SERVICE: "update", "services.web/task_definition#2": "create"},
    **after("new image", served(sequence.NEW_IMAGE)),
    "new image: differences": {},
    **after("down", NOTHING_LEFT),
    **after("down, once mended", NOTHING_LEFT),
}


class Lack(NamedTuple):
    """What an emulator does not do as AWS does, and what is seen of that, where."""

    what: str
    shows: dict


MOTO = [
    Lack(
        "ECS: a service starts no tasks, so its deployment stays under way",
        {
            "up: tasks": 0,
            "up: running tasks": 0,
            "up: rollout": "IN_PROGRESS",
            "up: targets": [],
            "new image: running tasks": 0,
            "new image: rollout": "IN_PROGRESS",
            "new image: targets": [],
        },
    ),
    Lack("ECS, ELBv2: neither a task nor a balancer has network interfaces", {"up: network interfaces": 0}),
    Lack(
        "ECS: CreateService drops deploymentConfiguration and healthCheckGracePeriodSeconds",
        {
            "up: circuit breaker": None,
            "up: grace": None,
            "plan: differences": {
                sequence.SERVICE: {
                    "circuit_breaker": (False, True),
                    "grace_period_seconds": (None, 60),
                    "rollback": (False, True),
                }
            },
        },
    ),
    Lack(
        "ECS: UpdateService keeps both, but does not fill in the breaker's defaults",
        {"new image: circuit breaker": {"enable": True, "rollback": True}},
    ),
    Lack(
        "ECS: UpdateService begins no deployment; the first one stays PRIMARY",
        {"new image: rollout is of the service's revision": False},
    ),
    Lack(
        "ELBv2: a redirect's host, path and query have no defaults",
        {"up: redirect": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}},
    ),
    Lack(
        "IAM: CreateServiceLinkedRole writes the service's name as the host name has it",
        {"up: service-linked roles": ["AWSServiceRoleForecs", "AWSServiceRoleForelasticloadbalancing"]},
    ),
    Lack(
        "ACM: InUseBy names the listener, not the balancer, and still does when both are gone",
        {"down: exit": 6, "down: errors": ["E0311"], "down: state": ["ingress/certificate"]},
    ),
    Lack(
        "ECS: ListClusters and ListServices name what is INACTIVE (and ACM's certificate is left, as above)",
        {
            "down: left": {"certificates": 1, "clusters": 1, "services": 1},
            "down, once mended: left": {"clusters": 1, "services": 1},
        },
    ),
]

MINISTACK = [
    Lack("ECS: the tasks of a service are not registered as targets", {"up: targets": [], "new image: targets": []}),
    Lack("ECS, ELBv2: neither a task nor a balancer has network interfaces", {"up: network interfaces": 0}),
    Lack(
        "ECS: the circuit breaker's defaults are not filled in",
        {
            "up: circuit breaker": {"enable": True, "rollback": True},
            "new image: circuit breaker": {"enable": True, "rollback": True},
        },
    ),
    Lack(
        "ELBv2: a balancer is in the default VPC and in the first zone, whatever its subnets are in",
        {
            "up: balancer's network is ours": False,
            "up: balancer's zones": ["eu-central-1a", "eu-central-1a"],
        },
    ),
    Lack(
        "IAM: CreateServiceLinkedRole capitalises the host name's first letter alone",
        {"up: service-linked roles": ["AWSServiceRoleForEcs", "AWSServiceRoleForElasticloadbalancing"]},
    ),
    Lack(
        "EC2: DescribeSecurityGroups does not know the filters ip-permission.group-id and"
        " egress.ip-permission.group-id, and ignores them: every group seems to refer to ours",
        {
            "down: exit": 6,
            "down: errors": ["E0311"],
            "down: state": ["ingress/security_group", "network/vpc", "services.web/security_group"],
            "down: left": {"vpcs": 1, "route tables": 1, "security groups": 3},
        },
    ),
]

LACKS = {"twin": [], "moto": MOTO, "ministack": MINISTACK}


def delete_certificates(cloud):
    acm = cloud.client("acm")
    for certificate in acm.list_certificates()["CertificateSummaryList"]:
        acm.delete_certificate(CertificateArn=certificate["CertificateArn"])


def delete_groups(cloud):
    ec2 = cloud.client("ec2")
    ours = [{"Name": "tag:ashore:stack", "Values": ["hello/production"]}]
    for group in ec2.describe_security_groups(Filters=ours)["SecurityGroups"]:
        ec2.delete_security_group(GroupId=group["GroupId"])


# What somebody does by hand when an emulator keeps `down` from its end.
MEND = {"twin": lambda cloud: None, "moto": delete_certificates, "ministack": delete_groups}


class Done(NamedTuple):
    name: str
    seen: dict
    reachable_elsewhere: bool


@pytest.fixture(scope="module", params=LACKS)
def done(request, tmp_path_factory):
    """The whole job, done once against each."""
    name = request.param
    folder = tmp_path_factory.mktemp(name)
    (folder / "ashore.toml").write_text(EXAMPLE.read_text())
    cloud = Emulated(folder, name) if name in EMULATORS else Sandbox(folder)
    wait = EMULATORS[name].wait if name in EMULATORS else "rollout"
    try:
        port = int(cloud.environment["AWS_ENDPOINT_URL"].rpartition(":")[2])
        # What listens on every interface answers at every address of the loopback too.
        elsewhere = connects("127.0.0.2", port)
        return Done(name, sequence.run(cloud, wait, MEND[name]), elsewhere)
    finally:
        cloud.stop()


@pytest.mark.parametrize("name", LACKS)
def test_every_lack_is_one(name):
    """A row is about something that AWS shows, shows it otherwise, and is the only one on it."""
    rows = [(where, sight) for lack in LACKS[name] for where, sight in lack.shows.items()]
    assert [where for where, sight in rows if sight == AWS[where]] == []
    assert len(dict(rows)) == len(rows)


@pytest.mark.parametrize("where", AWS)
def test_it_is_as_on_aws_but_for_what_is_lacking(done, where):
    lacks = {place: lack for lack in LACKS[done.name] for place in lack.shows}
    expected, why = AWS[where], "as AWS does"
    if where in lacks:
        expected, why = lacks[where].shows[where], lacks[where].what
    assert done.seen[where] == expected, f"{done.name} no longer shows it: {why}"


def test_everything_that_is_seen_is_said(done):
    assert set(done.seen) == set(AWS)


def test_it_listens_on_the_loopback_alone(done):
    assert not done.reachable_elsewhere
