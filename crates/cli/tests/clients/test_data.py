"""A database: made, used, changed, guarded, and what is left of it. S3-8, S3-9, S3-10, S3-23, S3-28."""

import json
import pathlib

import pytest
from inventory import everything_else
from sandbox import Sandbox

FAILED, REFUSED = 3, 7

SHOP = """
app = "shop"
region = "eu-central-1"

[databases.db]
{database}

[services.web]
image = "nginx:1.29"
uses = ["db"]
"""


@pytest.fixture
def shop(tmp_path):
    sandbox = Sandbox(tmp_path)
    write(sandbox, "")
    yield sandbox
    sandbox.stop()


def write(sandbox, database):
    (sandbox.folder / "ashore.toml").write_text(SHOP.format(database=database))


def run(sandbox, *words):
    code, out, err = sandbox.ashore(*words)
    assert code == 0, f"{words}\n{out}\n{err}"
    return out


def documents(out):
    return {one["type"]: one for one in map(json.loads, out.splitlines()) if "type" in one}


def instances(sandbox):
    return sandbox.client("rds").describe_db_instances()["DBInstances"]


def snapshots(sandbox):
    found = sandbox.client("rds").describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    return [one["DBSnapshotIdentifier"] for one in found]


def no_changes(sandbox):
    code, out, err = sandbox.ashore("plan", "--detailed-exitcode")
    assert code == 0, out + err


def files_of(folder):
    return [file for file in pathlib.Path(folder).rglob("*") if file.is_file()]


def test_a_database_is_private_encrypted_and_reached_by_its_users_alone(shop):
    run(shop, "check")
    out = run(shop, "up", "--json")
    (one,) = instances(shop)
    assert one["DBInstanceIdentifier"] == "shop-production-db"
    assert one["EngineVersion"].startswith("18.") and one["StorageType"] == "gp3"
    assert one["StorageEncrypted"] and not one["PubliclyAccessible"] and one["DeletionProtection"]
    assert one["BackupRetentionPeriod"] == 7 and one["CopyTagsToSnapshot"]
    assert one["EngineLifecycleSupport"] == "open-source-rds-extended-support-disabled"
    (parameters,) = one["DBParameterGroups"]
    assert parameters == {"DBParameterGroupName": "shop-production-db", "ParameterApplyStatus": "in-sync"}
    (tls,) = shop.client("rds").describe_db_parameters(
        DBParameterGroupName="shop-production-db", Source="user"
    )["Parameters"]
    assert (tls["ParameterName"], tls["ParameterValue"]) == ("rds.force_ssl", "1")
    endpoint = one["Endpoint"]["Address"]
    assert documents(out)["result"]["outputs"]["databases.db.endpoint"] == endpoint
    told = documents(run(shop, "status", "--json"))["status"]["outputs"]
    assert told["databases.db.endpoint"] == endpoint
    no_changes(shop)

    ec2 = shop.client("ec2")
    (group,) = [group["VpcSecurityGroupId"] for group in one["VpcSecurityGroups"]]
    (reached,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    (rule,) = reached["IpPermissions"]
    assert (rule["FromPort"], rule["ToPort"], rule["IpRanges"]) == (5432, 5432, [])
    (pair,) = rule["UserIdGroupPairs"]
    (tasks,) = ec2.describe_security_groups(GroupIds=[pair["GroupId"]])["SecurityGroups"]
    assert tasks["GroupName"] == "shop-production-web-tasks"
    subnets = {subnet["SubnetIdentifier"] for subnet in one["DBSubnetGroup"]["Subnets"]}
    for table in ec2.describe_route_tables()["RouteTables"]:
        of_data = {it.get("SubnetId") for it in table["Associations"]} & subnets
        assert not of_data, "nothing leads out of a database's subnet"


def test_the_password_goes_from_the_secret_of_rds_to_the_container_and_nowhere_else(shop):
    out = run(shop, "up", "--json")
    (one,) = instances(shop)
    secret = one["MasterUserSecret"]["SecretArn"]
    held = shop.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    password = json.loads(held)["password"]
    assert password not in out
    for file in files_of(shop.folder / ".ashore"):
        assert password not in file.read_text(errors="replace"), file

    ecs = shop.client("ecs")
    (arn,) = ecs.list_task_definitions()["taskDefinitionArns"]
    definition = ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
    (container,) = definition["containerDefinitions"]
    environment = {pair["name"]: pair["value"] for pair in container["environment"]}
    host = one["Endpoint"]["Address"]
    assert environment["DATABASE_URL"] == f"postgres://postgres@{host}:5432/shop_db?sslmode=require"
    assert environment["PGHOST"] == environment["DATABASE_HOST"] == host
    secrets = {pair["name"]: pair["valueFrom"] for pair in container["secrets"]}
    assert secrets == dict.fromkeys(["DATABASE_PASSWORD", "PGPASSWORD"], f"{secret}:password::")
    (task,) = ecs.list_tasks(cluster="shop-production-cluster")["taskArns"]
    (running,) = ecs.describe_tasks(cluster="shop-production-cluster", tasks=[task])["tasks"]
    assert running["lastStatus"] == "RUNNING"
    iam = shop.client("iam")
    role = definition["executionRoleArn"].rsplit("/")[-1]
    policy = iam.get_role_policy(RoleName=role, PolicyName="secrets")["PolicyDocument"]
    (statement,) = policy["Statement"]
    assert statement["Action"] == ["secretsmanager:GetSecretValue"]
    assert statement["Resource"] == [secret]


def test_it_changes_in_place_and_what_others_change_is_seen(shop):
    run(shop, "up")
    (before,) = instances(shop)
    write(shop, 'class = "db.t4g.small"\nmulti_az = true\nstorage = { size = "30GiB" }\nprotect = false')
    out = run(shop, "plan")
    assert "outage: the database is away while its class changes" in out
    run(shop, "up", "--yes")
    (after,) = instances(shop)
    assert after["DbiResourceId"] == before["DbiResourceId"]
    assert (after["DBInstanceClass"], after["MultiAZ"], after["AllocatedStorage"]) == ("db.t4g.small", True, 30)
    assert not after["DeletionProtection"]
    no_changes(shop)
    for altered in [
        {"DBParameterGroupName": "default.postgres18"},
        {"BackupRetentionPeriod": 3},
        {"DeletionProtection": True},
        {"AutoMinorVersionUpgrade": False},
        {"CopyTagsToSnapshot": False},
        {"PreferredMaintenanceWindow": "tue:04:00-tue:05:00"},
        {"MaxAllocatedStorage": 500},
    ]:
        rds = shop.client("rds")
        name = "shop-production-db"
        rds.modify_db_instance(DBInstanceIdentifier=name, ApplyImmediately=True, **altered)
        rds.get_waiter("db_instance_available").wait(
            DBInstanceIdentifier=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
        )
        code, out, err = shop.ashore("plan", "--detailed-exitcode")
        assert code == 2, f"{altered}\n{out}{err}"
        run(shop, "up", "--yes")
        no_changes(shop)


def test_it_goes_only_when_it_is_named_and_leaves_a_snapshot(shop):
    run(shop, "up")
    code, _, err = shop.ashore("down", "--yes")
    assert code == REFUSED, err
    assert "--allow-destroy databases.db" in err and "protected against deletion" in err
    assert len(instances(shop)) == 1
    run(shop, "down", "--yes", "--allow-destroy", "databases.db")
    assert instances(shop) == []
    (snapshot,) = snapshots(shop)
    assert snapshot.startswith("shop-production-db-final-")
    assert shop.client("ec2").describe_vpcs()["Vpcs"] == []
    left = everything_else(shop)
    assert {kind for kind, found in left.items() if found} == {"snapshots"}
    # Another life of the same name has a snapshot of its own.
    write(shop, "protect = false")
    run(shop, "up")
    run(shop, "down", "--yes")
    assert len(snapshots(shop)) == 2


def test_what_is_retained_stays_and_is_taken_up_again(shop):
    write(shop, 'removal = "retain"')
    run(shop, "up")
    (before,) = instances(shop)
    out = run(shop, "down", "--yes")
    assert "databases.db/instance stays" in out
    (kept,) = instances(shop)
    assert kept["DBInstanceStatus"] == "available"
    assert shop.client("ecs").list_clusters()["clusterArns"] == []
    assert "databases.db/instance stays" in run(shop, "down", "--yes")
    run(shop, "up")
    (after,) = instances(shop)
    assert after["DbiResourceId"] == before["DbiResourceId"]
    no_changes(shop)


def test_a_run_that_is_undone_leaves_neither_database_nor_snapshot(shop):
    refusal = {"status": 403, "code": "AccessDeniedException", "message": "somebody took the right away"}
    fault = {"service": "ecs", "operation": "CreateService", "action": {"refuse": refusal}}
    shop.twin("POST", "faults", fault)
    code, out, err = shop.ashore("up")
    assert code != 0, out
    assert (instances(shop), snapshots(shop)) == ([], []), err
    assert shop.client("ec2").describe_vpcs()["Vpcs"] == []


def test_a_major_version_goes_up_in_place_with_parameters_of_its_own(shop):
    write(shop, 'version = "17"')
    run(shop, "up")
    (before,) = instances(shop)
    assert before["EngineVersion"].startswith("17.")
    write(shop, 'version = "18"')
    out = run(shop, "plan")
    assert "outage: the database is away while its version changes, which cannot be undone" in out
    run(shop, "up", "--yes")
    (after,) = instances(shop)
    assert after["DbiResourceId"] == before["DbiResourceId"] and after["EngineVersion"].startswith("18.")
    groups = shop.client("rds").describe_db_parameter_groups()["DBParameterGroups"]
    (ours,) = [one for one in groups if not one["DBParameterGroupName"].startswith("default.")]
    assert ours["DBParameterGroupFamily"] == "postgres18"
    (used,) = after["DBParameterGroups"]
    assert used == {"DBParameterGroupName": ours["DBParameterGroupName"], "ParameterApplyStatus": "in-sync"}
    no_changes(shop)
    # And never back: that is another database, which has to be named.
    write(shop, 'version = "17"')
    code, _, err = shop.ashore("up", "--yes")
    assert code == REFUSED and "--allow-destroy databases.db" in err, err


def test_a_command_that_is_killed_while_the_database_comes_goes_on(shop):
    with shop.start_ashore("up") as running:
        for line in running.stderr:
            if "rds:CreateDBInstance" in line:
                break
        running.kill()
    run(shop, "up")
    (one,) = instances(shop)
    assert one["DBInstanceStatus"] in ("available", "backing-up")
    no_changes(shop)
    asked = [entry["operation"] for entry in shop.twin("GET", "log") if entry["service"] == "rds"]
    assert asked.count("CreateDBInstance") <= 2, "the second one finds the first"


def test_a_database_of_somebody_elses_is_left_alone(shop):
    rds, name = shop.client("rds"), "shop-production-db"
    shop.client("ec2").create_default_vpc()
    rds.create_db_instance(
        DBInstanceIdentifier=name, Engine="postgres", DBInstanceClass="db.t4g.micro", AllocatedStorage=20,
        MasterUsername="theirs", ManageMasterUserPassword=True,
    )
    code, _, err = shop.ashore("up")
    assert code != 0 and "E0201" in err and name in err, err
    assert instances(shop)[0]["MasterUsername"] == "theirs"
    assert shop.client("ecs").list_clusters()["clusterArns"] == []


def test_what_is_taken_out_of_the_manifest_goes_only_when_it_is_named(shop):
    run(shop, "up")
    manifest = shop.folder / "ashore.toml"
    without = SHOP.format(database="").replace("[databases.db]\n", "").replace('uses = ["db"]\n', "")
    manifest.write_text(without)
    code, _, err = shop.ashore("up", "--yes")
    assert code == REFUSED and "--allow-destroy databases.db" in err, err
    assert len(instances(shop)) == 1
    run(shop, "up", "--yes", "--allow-destroy", "databases.db")
    assert instances(shop) == [] and len(snapshots(shop)) == 1
    assert len(shop.client("ecs").list_tasks(cluster="shop-production-cluster")["taskArns"]) == 1
    no_changes(shop)


FILES = """
app = "shop"
region = "eu-central-1"

[volumes.uploads]
{volume}

[services.web]
image = "nginx:1.29"
volumes = {{ "/var/uploads" = "uploads" }}
"""


def file_systems(sandbox):
    return sandbox.client("efs").describe_file_systems()["FileSystems"]


def test_files_are_mounted_kept_and_taken_up_again(shop):
    manifest = shop.folder / "ashore.toml"
    manifest.write_text(FILES.format(volume=""))
    run(shop, "up")
    (before,) = file_systems(shop)
    assert before["Encrypted"] and before["ThroughputMode"] == "elastic"
    efs, ecs = shop.client("efs"), shop.client("ecs")
    assert len(efs.describe_mount_targets(FileSystemId=before["FileSystemId"])["MountTargets"]) == 2
    (arn,) = ecs.list_task_definitions()["taskDefinitionArns"]
    definition = ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
    (volume,) = definition["volumes"]
    on = volume["efsVolumeConfiguration"]
    assert on["fileSystemId"] == before["FileSystemId"] and on["transitEncryption"] == "ENABLED"
    assert on["authorizationConfig"]["iam"] == "ENABLED"
    (mount,) = definition["containerDefinitions"][0]["mountPoints"]
    assert mount["containerPath"] == "/var/uploads"
    no_changes(shop)
    manifest.write_text(FILES.format(volume='archive_after = "never"\nbackup = false\nthroughput = "bursting"'))
    run(shop, "up")
    assert file_systems(shop)[0]["ThroughputMode"] == "bursting"
    no_changes(shop)
    assert "volumes.uploads/file_system stays" in run(shop, "down", "--yes")
    assert shop.client("ec2").describe_vpcs()["Vpcs"] == []
    run(shop, "up")
    (after,) = file_systems(shop)
    assert after["FileSystemId"] == before["FileSystemId"]
    no_changes(shop)
    # Back to elastic AWS goes once a day, and says so at once.
    manifest.write_text(FILES.format(volume='removal = "delete"'))
    code, _, err = shop.ashore("up")
    assert code == FAILED and "once in 24 hours" in err and "again in" not in err, err
    manifest.write_text(FILES.format(volume='removal = "delete"\nthroughput = "bursting"'))
    run(shop, "up")
    code, _, err = shop.ashore("down", "--yes")
    assert code == REFUSED and "--allow-destroy volumes.uploads" in err
    run(shop, "down", "--yes", "--allow-destroy", "volumes.uploads")
    assert file_systems(shop) == []
