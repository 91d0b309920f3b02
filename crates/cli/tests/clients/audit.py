"""What nobody should find in an account: a look at everything that is there, through the APIs of AWS.

Each finding is a sentence. `findings` looks at one region of a sandbox; the examples have none, and a stack that is
made badly on purpose has them all (test_audit.py).
"""

import json
import urllib.parse

# Actions that AWS lets be allowed on `*` only [service authorization reference: no resource types].
UNNARROWED = {
    "cloudwatch:PutMetricData", "ecr:GetAuthorizationToken", "ecs:DiscoverPollEndpoint", "ecs:RegisterTaskDefinition",
    "logs:DescribeLogGroups", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel", "xray:GetSamplingRules",
    "xray:GetSamplingStatisticSummaries", "xray:GetSamplingTargets", "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
WORLD = {"0.0.0.0/0", "::/0"}


def findings(sandbox):
    looks = (statements, groups, buckets, volumes, databases, file_systems, queues)
    return [sentence for look in looks for sentence in look(sandbox)]


def pages(client, operation, key):
    return [item for page in client.get_paginator(operation).paginate() for item in page[key]]


def many(value):
    return value if isinstance(value, list) else [value]


def read(document):
    return document if isinstance(document, dict) else json.loads(urllib.parse.unquote(document))


# Identities


def policies(sandbox):
    """Every policy that somebody wrote: name of its bearer, document."""
    iam = sandbox.client("iam")
    for role in pages(iam, "list_roles", "Roles"):
        name = role["RoleName"]
        if role["Path"].startswith("/aws-service-role/"):
            continue
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            yield f"role {name}", read(iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"])
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
        yield f"policy {policy['PolicyName']}", read(version["PolicyVersion"]["Document"])


def statements(sandbox):
    for bearer, document in policies(sandbox):
        for statement in many(document["Statement"]):
            if statement["Effect"] != "Allow":
                continue
            if "NotAction" in statement or "NotResource" in statement:
                yield f"{bearer} may do all but something"
                continue
            actions, resources = many(statement["Action"]), many(statement["Resource"])
            for action in actions:
                if "*" in action:
                    yield f"{bearer} may do {action}"
            narrowed = "Condition" in statement or "*" not in resources
            for action in actions:
                if not narrowed and action not in UNNARROWED:
                    yield f"{bearer} may do {action} on everything"


# Network


def groups(sandbox):
    """The world reaches balancers, and nothing else."""
    ec2 = sandbox.client("ec2")
    balancers = set()
    for balancer in pages(sandbox.client("elbv2"), "describe_load_balancers", "LoadBalancers"):
        if balancer["Scheme"] == "internet-facing":
            balancers.update(balancer.get("SecurityGroups", []))
    for balancer in pages(sandbox.client("elb"), "describe_load_balancers", "LoadBalancerDescriptions"):
        if balancer["Scheme"] == "internet-facing":
            balancers.update(balancer["SecurityGroups"])
    for rule in pages(ec2, "describe_security_group_rules", "SecurityGroupRules"):
        source = rule.get("CidrIpv4") or rule.get("CidrIpv6")
        if not rule["IsEgress"] and source in WORLD and rule["GroupId"] not in balancers:
            yield f"the world reaches ports {rule['FromPort']} to {rule['ToPort']} of {rule['GroupId']}"


# Data


def buckets(sandbox):
    s3 = sandbox.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        name = bucket["Name"]
        try:
            block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
        except s3.exceptions.ClientError:
            block = {}
        if not (block and all(block.values())):
            yield f"bucket {name} can be made public"
        try:
            policy = s3.get_bucket_policy(Bucket=name)["Policy"]
        except s3.exceptions.ClientError:
            policy = '{"Statement": []}'
        said = read(policy)["Statement"]
        if not any(is_tls_only(statement) for statement in said):
            yield f"bucket {name} is reached without TLS"
        for statement in said:
            anybody = statement["Principal"] in ("*", {"AWS": "*"})
            if statement["Effect"] == "Allow" and anybody and "Condition" not in statement:
                yield f"bucket {name} is public"
        try:
            s3.get_bucket_encryption(Bucket=name)
        except s3.exceptions.ClientError:
            yield f"bucket {name} is not encrypted"


def is_tls_only(statement):
    plain = statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
    everybody = statement["Principal"] in ("*", {"AWS": "*"}) and "s3:*" in many(statement["Action"])
    return statement["Effect"] == "Deny" and plain and everybody


def volumes(sandbox):
    ec2 = sandbox.client("ec2")
    for volume in pages(ec2, "describe_volumes", "Volumes"):
        if not volume["Encrypted"]:
            yield f"volume {volume['VolumeId']} is not encrypted"
    for template in pages(ec2, "describe_launch_templates", "LaunchTemplates"):
        asked = {"LaunchTemplateId": template["LaunchTemplateId"], "Versions": ["$Default"]}
        (version,) = ec2.describe_launch_template_versions(**asked)["LaunchTemplateVersions"]
        data, name = version["LaunchTemplateData"], template["LaunchTemplateName"]
        disks = data.get("BlockDeviceMappings", [])
        if not disks or not all(disk["Ebs"].get("Encrypted") for disk in disks):
            yield f"volumes of template {name} are not encrypted"
        if data.get("MetadataOptions", {}).get("HttpTokens") != "required":
            yield f"instances of template {name} show their role to whoever asks without a token"


def databases(sandbox):
    """Encrypted, without an address in the world, and reached by nobody there: whoever else has their groups."""
    rules = pages(sandbox.client("ec2"), "describe_security_group_rules", "SecurityGroupRules")
    sources = lambda rule: {rule.get("CidrIpv4"), rule.get("CidrIpv6")}
    open_groups = {rule["GroupId"] for rule in rules if not rule["IsEgress"] and sources(rule) & WORLD}
    for database in pages(sandbox.client("rds"), "describe_db_instances", "DBInstances"):
        name = database["DBInstanceIdentifier"]
        if not database["StorageEncrypted"]:
            yield f"database {name} is not encrypted"
        if database["PubliclyAccessible"]:
            yield f"database {name} has a public address"
        if open_groups & {group["VpcSecurityGroupId"] for group in database["VpcSecurityGroups"]}:
            yield f"the world reaches database {name}"


def file_systems(sandbox):
    for system in pages(sandbox.client("efs"), "describe_file_systems", "FileSystems"):
        if not system["Encrypted"]:
            yield f"file system {system['FileSystemId']} is not encrypted"


def queues(sandbox):
    sqs = sandbox.client("sqs")
    for url in sqs.list_queues().get("QueueUrls", []):
        asked = ["SqsManagedSseEnabled", "KmsMasterKeyId"]
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=asked).get("Attributes", {})
        if attributes.get("SqsManagedSseEnabled") != "true" and not attributes.get("KmsMasterKeyId"):
            yield f"queue {url} is not encrypted"
