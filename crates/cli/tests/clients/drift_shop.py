"""Rows of what only a shop has: secrets, a zone at Route 53, IPv6, a sidecar; and records set by hand."""

import ipaddress

from alter import (
    BALANCER,
    DEFINITION,
    EXECUTION,
    FRONT,
    POLICY,
    RECORD,
    Row,
    SUBNET_A,
    SUBNET_B,
    TAG,
    VPC,
    contained,
    here,
    role,
)

PROOF = "ingress/validation_record"
PULLED, MADE = "registry/secret", "secrets/secret[SESSION_KEY]"


def shop(row, **more):
    return row._replace(stack="shop", **more)


def secret(address, field, call, **members):
    """By the secret's own service."""

    def alter(stack):
        getattr(stack.secretsmanager, call)(SecretId=stack.out(address, "arn"), **members)

    return shop(Row(address, field, alter))


def record_set(stack, address, record_type):
    """A record set as Route 53 has it."""
    sets = stack.route53.list_resource_record_sets(HostedZoneId=stack.out(address, "zone_id"))
    name = stack.out(address, "name") + "."
    [found] = [
        one for one in sets["ResourceRecordSets"] if (one["Name"], one["Type"]) == (name, record_type)
    ]
    return found


def batch(stack, address, *acts):
    changes = [{"Action": action, "ResourceRecordSet": one} for action, one in acts]
    stack.route53.change_resource_record_sets(
        HostedZoneId=stack.out(address, "zone_id"), ChangeBatch={"Changes": changes}
    )


def alias(field, **members):
    """The hostname's alias is made to lead elsewhere, or to answer otherwise."""

    def alter(stack):
        there = record_set(stack, RECORD, "A")
        for name, value in members.items():
            there["AliasTarget"][name] = value(stack) if callable(value) else value
        batch(stack, RECORD, ("UPSERT", there))

    return shop(Row(RECORD, f"target.alias.{field}", alter))


def their_name(stack):
    """A name of their own in the zone, for an alias to lead to."""
    name = "theirs.example.org."
    address = {"Name": name, "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    batch(stack, RECORD, ("CREATE", address))
    return name


def without_ipv6(stack):
    batch(stack, RECORD, ("DELETE", record_set(stack, RECORD, "AAAA")))


def without_owner(stack):
    sets = stack.route53.list_resource_record_sets(HostedZoneId=stack.out(RECORD, "zone_id"))
    owner = f"ashore-owner.{stack.out(RECORD, 'name')}."
    [owner] = [one for one in sets["ResourceRecordSets"] if one["Name"] == owner]
    batch(stack, RECORD, ("DELETE", owner))


def proof(field, **members):
    """The record that validates the certificate is altered."""
    return shop(
        Row(
            PROOF,
            f"target.values.{field}",
            lambda stack: batch(stack, PROOF, ("UPSERT", {**record_set(stack, PROOF, "CNAME"), **members})),
        )
    )


def other_range(within, index):
    """That /64, of the VPC's /56 or of another one."""

    def chosen(stack):
        network = ipaddress.ip_network(stack.out(VPC, "ipv6_cidr"))
        first = network.network_address + (0 if within else network.num_addresses)
        return f"{first + (index << 64)}/64"

    return chosen


def world_over_ipv6(stack):
    """The last of the balancer's rules, for HTTPS over IPv6, is made narrower."""
    rules = stack.ec2.describe_security_group_rules(
        Filters=[{"Name": "group-id", "Values": [stack.out(FRONT, "id")]}]
    )["SecurityGroupRules"]
    [rule] = [rule for rule in rules if "CidrIpv6" in rule and rule["FromPort"] == 443]
    narrower = {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "CidrIpv6": "2001:db8::/32",
        "Description": rule["Description"],
    }
    stack.ec2.modify_security_group_rules(
        GroupId=stack.out(FRONT, "id"),
        SecurityGroupRules=[
            {"SecurityGroupRuleId": rule["SecurityGroupRuleId"], "SecurityGroupRule": narrower}
        ],
    )


def set_elsewhere(stack):
    """At the user's own DNS provider the name is made to lead elsewhere."""
    records = [
        {**record, "data": "theirs.example.com."} if record["name"] == "hand.example.net" else record
        for record in stack.by_hand
    ]
    stack.sandbox.twin("PUT", "dns", {"records": records})


ROWS = [
    # aws.secretsmanager.secret
    secret(PULLED, "description", "update_secret", Description="theirs"),
    secret(PULLED, "content", "put_secret_value", SecretString="theirs"),
    secret(
        MADE, "recovery.days", "tag_resource", Tags=[{"Key": "ashore:recovery-days", "Value": "7"}]
    ),
    secret(MADE, "scheduled_for_deletion", "delete_secret", RecoveryWindowInDays=7),
    secret(MADE, "tags.team", "tag_resource", Tags=[TAG]),
    # aws.route53.record
    alias("dns_name", HostedZoneId=lambda stack: stack.out(RECORD, "zone_id"), DNSName=their_name),
    alias("zone_id", HostedZoneId=lambda stack: stack.out(RECORD, "zone_id"), DNSName=their_name),
    alias("evaluate_target_health", EvaluateTargetHealth=True),
    shop(Row(RECORD, "target.alias.ipv6", without_ipv6)),
    shop(Row(RECORD, "unmarked", without_owner)),
    proof("ttl", TTL=300),
    proof("values.0", ResourceRecords=[{"Value": "theirs.example.com"}]),
    # manual.dns.record
    Row(RECORD, "content", set_elsewhere, stack="by hand"),
    # aws.ec2.vpc
    # Its subnets wait for their parts of the range that it will get.
    shop(
        here(VPC, "ipv6", ("ec2", "vpcs", "{id}", "cidr_v6"), None, also=(SUBNET_A, SUBNET_B))
    ),
    # aws.ec2.subnet
    shop(
        here(
            SUBNET_A, "ipv6.index", ("ec2", "subnets", "{id}", "cidr_v6"), other_range(True, 200)
        )
    ),
    shop(
        here(SUBNET_A, "ipv6.within", ("ec2", "subnets", "{id}", "cidr_v6"), other_range(False, 0))
    ),
    # aws.ec2.security_group
    shop(Row(FRONT, "ingress.3.source.cidr6", world_over_ipv6)),
    # aws.elb.load_balancer
    shop(
        Row(
            BALANCER,
            "ip_address_type",
            lambda stack: stack.elbv2.set_ip_address_type(
                LoadBalancerArn=stack.out(BALANCER, "arn"), IpAddressType="ipv4"
            ),
        )
    ),
    # aws.iam.role
    shop(
        role(
            EXECUTION,
            "inline_policies.secrets.Statement.0.Action",
            "put_role_policy",
            PolicyName="secrets",
            PolicyDocument=POLICY,
        )
    ),
    # aws.ecs.task_definition
    shop(contained("secrets.SESSION_KEY", ("secrets", "0", "valueFrom"), "theirs")),
    shop(
        contained(
            "repository_credentials", ("repositoryCredentials", "credentialsParameter"), "theirs"
        )
    ),
    shop(contained("cpu", ("cpu",), 128)),
    shop(contained("memory_mib", ("memory",), 256)),
    shop(contained("health.command.1", ("healthCheck", "command"), ["CMD-SHELL", "theirs"])),
    shop(contained("health.interval_seconds", ("healthCheck", "interval"), 60)),
    shop(contained("health.timeout_seconds", ("healthCheck", "timeout"), 9)),
    shop(contained("health.retries", ("healthCheck", "retries"), 9)),
    shop(contained("health.start_period_seconds", ("healthCheck", "startPeriod"), 99)),
    shop(contained("depends_on.otel", ("dependsOn", "0", "condition"), "HEALTHY")),
]

# What no row alters, and why.
UNALTERED = {
    ("aws.secretsmanager.secret", "name"): "its ARN holds it: under another name it is another one",
    ("aws.route53.record", "zone_id"): "records are asked for in it: in another one it is missing",
    ("aws.route53.record", "name"): "records are asked for by it: under another name it is missing",
    ("aws.route53.record", "record_type"): "and by that: of another type it is missing",
    ("aws.route53.record", "take_over"): "says what we may do, not what is there",
    ("manual.dns.record", "name"): "resolvers are asked for it: under another name there is nothing",
    ("manual.dns.record", "record_type"): "and for that: of another type there is nothing",
}
