"""The audit of examples sees what is bad: a manifest and a hand that make everything wrong."""

import json

import audit
from examples import Example

BAD = """
app = "bad"
region = "eu-central-1"
dns = { provider = "cloudflare", zone = "example.com" }

[services.web]
image = "nginx:1.29"
port = 80
hostname = "bad.example.com"

[[services.web.permissions]]
actions = ["s3:*"]
resources = ["*"]

[[services.web.permissions]]
actions = ["dynamodb:GetItem"]
resources = ["*"]
"""


def test_a_bad_manifest_and_a_bad_hand_are_found(tmp_path):
    bad = Example("hello", tmp_path)
    try:
        (bad.folder / "ashore.toml").write_text(BAD)
        bad.exits(0, "up")
        by_manifest = audit.findings(bad.sandbox)
        assert [sentence.split(" may do ")[1] for sentence in by_manifest] == [
            "s3:*", "s3:* on everything", "dynamodb:GetItem on everything",
        ]
        by_hand(bad)
        found = audit.findings(bad.sandbox)[len(by_manifest):]
        words = [
            "the world reaches ports 5432", "can be made public", "is public", "without TLS", "template", "queue",
            "database plain is not encrypted", "database plain has a public address", "the world reaches database plain",
            "file system fs-",
        ]
        assert [word for word in words if not any(word in sentence for sentence in found)] == []
        # S3 lets nobody take the encryption of a bucket away any more; one of before 2023 may have none.
        absent = {"status": 404, "code": "ServerSideEncryptionConfigurationNotFoundError"}
        fault = {"service": "s3", "operation": "GetBucketEncryption", "action": {"refuse": absent}}
        bad.sandbox.twin("POST", "faults", fault)
        assert "bucket open-to-all is not encrypted" in audit.findings(bad.sandbox)
    finally:
        bad.sandbox.stop()


def by_hand(bad):
    """What no manifest can say."""
    ec2, s3 = bad.client("ec2"), bad.client("s3")
    tasks = bad.out("services.web/security_group", "id")
    ec2.authorize_security_group_ingress(
        GroupId=tasks, IpProtocol="tcp", FromPort=5432, ToPort=5432, CidrIp="0.0.0.0/0"
    )
    database(bad, tasks)
    bad.client("efs").create_file_system(CreationToken="plain", Encrypted=False)
    s3.create_bucket(Bucket="open-to-all", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.delete_public_access_block(Bucket="open-to-all")
    statement = {
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::open-to-all/*",
    }
    s3.put_bucket_policy(Bucket="open-to-all", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    ec2.create_launch_template(LaunchTemplateName="plain", LaunchTemplateData={"InstanceType": "t3.small"})
    bad.client("sqs").create_queue(QueueName="plain", Attributes={"SqsManagedSseEnabled": "false"})


def database(bad, group):
    """Among the tasks, in subnets that lead to the world."""
    rds = bad.client("rds")
    subnets = [bad.out(f"network/subnet[{zone}]", "id") for zone in "ab"]
    rds.create_db_subnet_group(DBSubnetGroupName="plain", DBSubnetGroupDescription="plain", SubnetIds=subnets)
    rds.create_db_instance(
        DBInstanceIdentifier="plain", Engine="postgres", DBInstanceClass="db.t4g.micro", AllocatedStorage=20,
        MasterUsername="postgres", ManageMasterUserPassword=True, DBSubnetGroupName="plain",
        VpcSecurityGroupIds=[group], StorageEncrypted=False, PubliclyAccessible=True,
    )
