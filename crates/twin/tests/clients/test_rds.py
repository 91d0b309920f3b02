"""RDS for PostgreSQL: groups, instances and snapshots, their states and what holds whom (emulators.md 4, rds)."""

import json
import re

import pytest

FULL = {
    "DBInstanceClass": "db.t4g.medium", "Engine": "postgres", "EngineVersion": "18", "AllocatedStorage": 20,
    "MasterUsername": "shop", "ManageMasterUserPassword": True, "StorageEncrypted": True, "MultiAZ": True,
    "BackupRetentionPeriod": 7, "PreferredBackupWindow": "02:00-03:00", "CopyTagsToSnapshot": True,
    "PreferredMaintenanceWindow": "sun:04:00-sun:05:00", "DeletionProtection": False,
    "EngineLifecycleSupport": "open-source-rds-extended-support-disabled", "DBSubnetGroupName": "data",
    "EnableCloudwatchLogsExports": ["postgresql", "upgrade"], "EnablePerformanceInsights": True,
    "Tags": [{"Key": "app", "Value": "shop"}],
}


class Cloud:
    """A VPC with three subnets in two zones, and the clients."""

    def __init__(self, twin):
        self.twin = twin
        self.rds, self.ec2 = twin.client("rds"), twin.client("ec2")
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [self.subnet(n, zone) for n, zone in enumerate("aab")]
        group = self.ec2.create_security_group(GroupName="db", Description="d", VpcId=self.vpc)
        self.sg = group["GroupId"]

    def subnet(self, n, zone, vpc=None):
        place = {"CidrBlock": f"10.0.{n}.0/24", "AvailabilityZone": f"eu-central-1{zone}"}
        return self.ec2.create_subnet(VpcId=vpc or self.vpc, **place)["Subnet"]["SubnetId"]

    def group(self, name="data", subnets=None, **more):
        ask = {"DBSubnetGroupName": name, "DBSubnetGroupDescription": "d", "SubnetIds": subnets or self.subnets}
        return self.rds.create_db_subnet_group(**ask, **more)["DBSubnetGroup"]

    def make(self, name="db", wait=True, **more):
        ask = {**FULL, "DBInstanceIdentifier": name, "VpcSecurityGroupIds": [self.sg], **more}
        made = self.rds.create_db_instance(**{key: value for key, value in ask.items() if value is not None})
        if wait:
            self.twin.advance(400)
        return made["DBInstance"]

    def see(self, name="db"):
        return self.rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]

    def interfaces(self):
        held = [{"Name": "description", "Values": ["RDSNetworkInterface"]}]
        return self.ec2.describe_network_interfaces(Filters=held)["NetworkInterfaces"]


@pytest.fixture
def cloud(twin):
    twin.reset()
    return Cloud(twin)


@pytest.fixture
def db(cloud):
    cloud.group()
    cloud.make()
    return cloud


# ---- subnet groups

def test_create_db_subnet_group(cloud):
    made = cloud.group("Data", Tags=[{"Key": "a", "Value": "b"}])
    assert made["DBSubnetGroupName"] == "data" and made["VpcId"] == cloud.vpc
    assert made["DBSubnetGroupArn"] == "arn:aws:rds:eu-central-1:123456789012:subgrp:data"
    zones = {one["SubnetIdentifier"]: one["SubnetAvailabilityZone"]["Name"] for one in made["Subnets"]}
    assert list(zones.values()) == ["eu-central-1a", "eu-central-1a", "eu-central-1b"]
    assert cloud.rds.list_tags_for_resource(ResourceName=made["DBSubnetGroupArn"])["TagList"] == [
        {"Key": "a", "Value": "b"}
    ]


def test_subnet_group_single_az(cloud, refused):
    ask = {"DBSubnetGroupName": "g", "DBSubnetGroupDescription": "d"}
    code = refused(cloud.rds.create_db_subnet_group, SubnetIds=cloud.subnets[:2], **ask)
    assert code == "DBSubnetGroupDoesNotCoverEnoughAZs"


def test_duplicate_subnet_group(cloud, refused):
    cloud.group()
    ask = {"DBSubnetGroupName": "DATA", "DBSubnetGroupDescription": "d", "SubnetIds": cloud.subnets}
    assert refused(cloud.rds.create_db_subnet_group, **ask) == "DBSubnetGroupAlreadyExists"


def test_subnet_group_refuses(cloud, refused):
    make = lambda **more: refused(
        cloud.rds.create_db_subnet_group,
        **{"DBSubnetGroupName": "g", "DBSubnetGroupDescription": "d", "SubnetIds": cloud.subnets, **more},
    )
    other = cloud.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    assert make(SubnetIds=["subnet-00000000000000000"]) == "InvalidSubnet"
    assert make(SubnetIds=[cloud.subnets[0], cloud.subnet(9, "b", other)]) == "InvalidSubnet"
    assert make(SubnetIds=[]) == "InvalidParameterValue"
    assert make(DBSubnetGroupName="default") == "InvalidParameterValue"
    assert make(DBSubnetGroupName="a/b") == "InvalidParameterValue"
    assert cloud.rds.describe_db_subnet_groups()["DBSubnetGroups"] == []


def test_modify_db_subnet_group(cloud, refused):
    cloud.group()
    modify = cloud.rds.modify_db_subnet_group
    seen = modify(DBSubnetGroupName="data", DBSubnetGroupDescription="new", SubnetIds=cloud.subnets[1:])
    assert seen["DBSubnetGroup"]["DBSubnetGroupDescription"] == "new" and len(seen["DBSubnetGroup"]["Subnets"]) == 2
    ask = {"DBSubnetGroupName": "data"}
    assert refused(modify, SubnetIds=cloud.subnets[:2], **ask) == "DBSubnetGroupDoesNotCoverEnoughAZs"
    assert refused(modify, DBSubnetGroupName="no", SubnetIds=cloud.subnets) == "DBSubnetGroupNotFoundFault"


def test_a_subnet_that_an_instance_stands_in_stays_in_its_group(db, refused):
    held = {one["SubnetId"] for one in db.interfaces()}
    (free,) = set(db.subnets) - held
    other = [*(held - {sorted(held)[0]}), free]
    third = db.subnet(7, "c")
    assert refused(db.rds.modify_db_subnet_group, DBSubnetGroupName="data", SubnetIds=[*other, third]) == "SubnetAlreadyInUse"


def test_describe_and_delete_db_subnet_group(cloud, refused):
    cloud.group("a"), cloud.group("b")
    names = [one["DBSubnetGroupName"] for one in cloud.rds.describe_db_subnet_groups()["DBSubnetGroups"]]
    assert names == ["a", "b"]
    cloud.rds.delete_db_subnet_group(DBSubnetGroupName="a")
    assert refused(cloud.rds.delete_db_subnet_group, DBSubnetGroupName="a") == "DBSubnetGroupNotFoundFault"
    assert refused(cloud.rds.describe_db_subnet_groups, DBSubnetGroupName="a") == "DBSubnetGroupNotFoundFault"


def test_delete_db_subnet_group_in_use(db, refused):
    delete = db.rds.delete_db_subnet_group
    assert refused(delete, DBSubnetGroupName="data") == "InvalidDBSubnetGroupStateFault"
    db.rds.delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    assert refused(delete, DBSubnetGroupName="data") == "InvalidDBSubnetGroupStateFault"
    db.twin.advance(130)
    delete(DBSubnetGroupName="data")


def test_listings_page(cloud, refused):
    for n in range(25):
        cloud.group(f"g{n:02}")
    pages = list(cloud.rds.get_paginator("describe_db_subnet_groups").paginate(PaginationConfig={"PageSize": 20}))
    assert [len(page["DBSubnetGroups"]) for page in pages] == [20, 5]
    describe = cloud.rds.describe_db_subnet_groups
    assert refused(describe, MaxRecords=19) == refused(describe, Marker="x") == "InvalidParameterValue"


# ---- parameter groups

def parameters(cloud, name="pg", **which):
    pages = cloud.rds.get_paginator("describe_db_parameters").paginate(DBParameterGroupName=name, **which)
    return {one["ParameterName"]: one for page in pages for one in page["Parameters"]}


@pytest.fixture
def pg(cloud):
    cloud.rds.create_db_parameter_group(
        DBParameterGroupName="pg", DBParameterGroupFamily="postgres18", Description="d"
    )
    return cloud


def change(name, value, method="immediate"):
    return {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}


def modify(cloud, *changes, name="pg"):
    return cloud.rds.modify_db_parameter_group(DBParameterGroupName=name, Parameters=list(changes))


def test_create_db_parameter_group(pg, refused):
    (seen,) = pg.rds.describe_db_parameter_groups(DBParameterGroupName="pg")["DBParameterGroups"]
    assert seen["DBParameterGroupFamily"] == "postgres18"
    assert seen["DBParameterGroupArn"] == "arn:aws:rds:eu-central-1:123456789012:pg:pg"
    ask = {"DBParameterGroupName": "pg", "DBParameterGroupFamily": "postgres18", "Description": "d"}
    make = pg.rds.create_db_parameter_group
    assert refused(make, **ask) == "DBParameterGroupAlreadyExists"
    assert refused(make, **{**ask, "DBParameterGroupName": "1x"}) == "InvalidParameterValue"
    assert refused(make, **{**ask, "DBParameterGroupName": "x", "DBParameterGroupFamily": "postgres9"}) == "InvalidParameterValue"


def test_modify_db_parameter_group(pg):
    modify(pg, change("log_min_duration_statement", "500"), change("max_connections", "100", "pending-reboot"))
    seen = parameters(pg, Source="user")
    assert seen["max_connections"]["ParameterValue"] == "100" and seen["max_connections"]["ApplyType"] == "static"
    assert seen["log_min_duration_statement"]["ApplyMethod"] == "immediate" and len(seen) == 2
    assert parameters(pg)["rds.force_ssl"]["ParameterValue"] == "1"


def test_force_ssl_is_off_before_15(cloud):
    assert parameters(cloud, "default.postgres14")["rds.force_ssl"]["ParameterValue"] == "0"


@pytest.mark.parametrize("wrong, code", [
    (change("nothing", "1"), "InvalidParameterValue"),
    (change("max_connections", "100"), "InvalidParameterCombination"),
    (change("max_connections", "5", "pending-reboot"), "InvalidParameterValue"),
    (change("rds.force_ssl", "on"), "InvalidParameterValue"),
    (change("rds.superuser_variables", "x"), "InvalidParameterValue"),
    (change("work_mem", "64", "sometime"), "InvalidParameterValue"),
    ({"ParameterName": "work_mem", "ApplyMethod": "immediate"}, "InvalidParameterValue"),
])
def test_modify_db_parameter_group_refuses(pg, refused, wrong, code):
    ask = {"DBParameterGroupName": "pg", "Parameters": [wrong]}
    assert refused(pg.rds.modify_db_parameter_group, **ask) == code
    assert parameters(pg, Source="user") == {}


def test_twenty_parameters_at_once(pg, refused):
    many = [change("work_mem", "64")] * 21
    assert refused(pg.rds.modify_db_parameter_group, DBParameterGroupName="pg", Parameters=many) == "InvalidParameterValue"


def test_default_parameter_groups_are_nobodys(cloud, refused):
    name = {"DBParameterGroupName": "default.postgres18"}
    assert cloud.rds.describe_db_parameter_groups(**name)["DBParameterGroups"]
    ask = {**name, "Parameters": [change("work_mem", "64")]}
    assert refused(cloud.rds.modify_db_parameter_group, **ask) == "InvalidParameterValue"
    assert refused(cloud.rds.delete_db_parameter_group, **name) == "InvalidDBParameterGroupState"


def test_reset_db_parameter_group(pg, refused):
    modify(pg, change("work_mem", "64"), change("log_statement", "ddl"))
    reset = pg.rds.reset_db_parameter_group
    reset(DBParameterGroupName="pg", Parameters=[{"ParameterName": "work_mem", "ApplyMethod": "immediate"}])
    assert set(parameters(pg, Source="user")) == {"log_statement"}
    assert refused(reset, DBParameterGroupName="pg") == "InvalidParameterCombination"
    reset(DBParameterGroupName="pg", ResetAllParameters=True)
    assert parameters(pg, Source="user") == {}


def test_missing_parameter_group(cloud, refused):
    name = {"DBParameterGroupName": "no"}
    for call in (cloud.rds.describe_db_parameters, cloud.rds.describe_db_parameter_groups, cloud.rds.delete_db_parameter_group):
        assert refused(call, **name) == "DBParameterGroupNotFound"


def test_parameter_group_in_use(pg, refused):
    pg.group()
    pg.make(DBParameterGroupName="pg")
    assert refused(pg.rds.delete_db_parameter_group, DBParameterGroupName="pg") == "InvalidDBParameterGroupState"
    pg.rds.delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    pg.twin.advance(130)
    pg.rds.delete_db_parameter_group(DBParameterGroupName="pg")


def test_static_parameters_wait_for_a_reboot(pg):
    pg.group()
    pg.make(DBParameterGroupName="pg")
    status = lambda: pg.see()["DBParameterGroups"][0]["ParameterApplyStatus"]
    modify(pg, change("work_mem", "64"))
    assert status() == "in-sync"
    modify(pg, change("max_connections", "100", "pending-reboot"))
    assert status() == "pending-reboot"
    pg.rds.reboot_db_instance(DBInstanceIdentifier="db")
    assert pg.see()["DBInstanceStatus"] == "rebooting"
    pg.twin.advance(31)
    assert (pg.see()["DBInstanceStatus"], status()) == ("available", "in-sync")


# ---- what is on offer

def test_describe_db_engine_versions(cloud, refused):
    describe = cloud.rds.describe_db_engine_versions
    default = lambda **which: [one["EngineVersion"] for one in describe(Engine="postgres", DefaultOnly=True, **which)["DBEngineVersions"]]
    assert default() == ["18.3"] and default(EngineVersion="16") == ["16.13"]
    majors = {one["MajorEngineVersion"] for one in describe(Engine="postgres")["DBEngineVersions"]}
    assert majors == {"14", "15", "16", "17", "18"}
    (seen,) = describe(Engine="postgres", EngineVersion="17.8")["DBEngineVersions"]
    targets = {one["EngineVersion"]: one["IsMajorVersionUpgrade"] for one in seen["ValidUpgradeTarget"]}
    assert targets == {"17.9": False, "18.1": True, "18.2": True, "18.3": True}
    assert seen["DBParameterGroupFamily"] == "postgres17" and "postgresql" in seen["ExportableLogTypes"]
    assert describe(Engine="postgres", EngineVersion="9.4.5")["DBEngineVersions"] == []
    assert refused(describe, Engine="nothing") == "InvalidParameterValue"


def test_orderable_db_instance_options(cloud, refused):
    describe = cloud.rds.describe_orderable_db_instance_options
    ask = {"Engine": "postgres", "EngineVersion": "18.3", "DBInstanceClass": "db.t4g.micro"}
    rows = describe(**ask)["OrderableDBInstanceOptions"]
    assert [row["StorageType"] for row in rows] == ["gp2", "gp3", "io1", "io2"]
    assert len(rows[0]["AvailabilityZones"]) == 3 and rows[1]["MinStorageSize"] == 20
    assert describe(**{**ask, "DBInstanceClass": "db.t2.small"})["OrderableDBInstanceOptions"] == []
    assert refused(describe, Engine="postgres", MaxRecords=5) == "InvalidParameterValue"


# ---- instances

def test_create_db_instance_postgres(cloud):
    cloud.group()
    made = cloud.make(wait=False)
    assert made["DBInstanceStatus"] == "creating" and "Endpoint" not in made
    assert made["MasterUserSecret"]["SecretStatus"] == "creating"
    cloud.twin.advance(400)
    seen = cloud.see()
    assert seen["DBInstanceArn"] == "arn:aws:rds:eu-central-1:123456789012:db:db"
    assert (seen["Engine"], seen["EngineVersion"], seen["StorageType"], seen["Iops"]) == ("postgres", "18.3", "gp3", 3000)
    assert seen["MultiAZ"] and seen["AvailabilityZone"] != seen["SecondaryAvailabilityZone"]
    assert seen["StorageEncrypted"] and seen["KmsKeyId"].startswith("arn:aws:kms:eu-central-1:123456789012:key/")
    assert seen["DBSubnetGroup"]["DBSubnetGroupName"] == "data"
    assert seen["VpcSecurityGroups"] == [{"VpcSecurityGroupId": cloud.sg, "Status": "active"}]
    assert seen["DBParameterGroups"] == [
        {"DBParameterGroupName": "default.postgres18", "ParameterApplyStatus": "in-sync"}
    ]
    assert seen["EnabledCloudwatchLogsExports"] == ["postgresql", "upgrade"]
    assert seen["PerformanceInsightsEnabled"] and seen["PerformanceInsightsRetentionPeriod"] == 7
    assert seen["EngineLifecycleSupport"] == "open-source-rds-extended-support-disabled"
    assert seen["CACertificateIdentifier"] == "rds-ca-rsa2048-g1" and seen["AutoMinorVersionUpgrade"]
    assert seen["TagList"] == [{"Key": "app", "Value": "shop"}] and seen["PendingModifiedValues"] == {}
    assert not seen["PubliclyAccessible"] and seen["MonitoringInterval"] == 0


def test_rds_creating_available(cloud):
    cloud.group()
    cloud.make(wait=False)
    seen = []
    for _ in range(40):
        status = cloud.see()["DBInstanceStatus"]
        if status not in seen[-1:]:
            seen.append(status)
        cloud.twin.advance(10)
    assert seen == ["creating", "backing-up", "available"]


def test_without_backups_it_is_available_at_once(cloud):
    cloud.group()
    cloud.make(wait=False, BackupRetentionPeriod=0)
    cloud.twin.advance(301)
    seen = cloud.see()
    assert seen["DBInstanceStatus"] == "available" and "LatestRestorableTime" not in seen


def test_endpoint_address(db):
    end = db.see()["Endpoint"]
    assert re.fullmatch(r"db\.c[0-9a-f]{11}\.eu-central-1\.rds\.amazonaws\.com", end["Address"])
    assert end["Port"] == 5432 and end["HostedZoneId"] == "Z1RLNUO7B9Q6NB"


def test_duplicate_db(db, refused):
    assert refused(db.rds.create_db_instance, DBInstanceIdentifier="DB", **FULL) == "DBInstanceAlreadyExists"


def test_describe_db_instances_missing(cloud, refused):
    assert refused(cloud.rds.describe_db_instances, DBInstanceIdentifier="no") == "DBInstanceNotFound"


def test_describe_db_instances_by_filter(db, refused):
    db.make("other")
    names = lambda *filters: [
        one["DBInstanceIdentifier"]
        for one in db.rds.describe_db_instances(Filters=[{"Name": n, "Values": v} for n, v in filters])["DBInstances"]
    ]
    arn = db.see()["DBInstanceArn"]
    assert names(("db-instance-id", [arn])) == ["db"] and names(("engine", ["postgres"])) == ["db", "other"]
    assert refused(db.rds.describe_db_instances, Filters=[{"Name": "x", "Values": ["y"]}]) == "InvalidParameterValue"


def test_short_master_password(cloud, refused):
    cloud.group()
    ask = {**FULL, "DBInstanceIdentifier": "db", "ManageMasterUserPassword": False}
    for word in ("short", "has space 1", "slash/slash", "at@at@at@"):
        assert refused(cloud.rds.create_db_instance, MasterUserPassword=word, **ask) == "InvalidParameterValue"
    cloud.rds.create_db_instance(MasterUserPassword="long-enough", **ask)


@pytest.mark.parametrize("wrong, code", [
    ({"DBInstanceIdentifier": "1db"}, "InvalidParameterValue"),
    ({"DBInstanceIdentifier": "a--b"}, "InvalidParameterValue"),
    ({"DBInstanceIdentifier": "a" * 64}, "InvalidParameterValue"),
    ({"DBInstanceClass": "db.t2.small"}, "InvalidParameterCombination"),
    ({"DBInstanceClass": "t4g.small"}, "InvalidParameterValue"),
    ({"Engine": "access"}, "InvalidParameterValue"),
    ({"Engine": "mysql"}, "NotImplemented"),
    ({"EngineVersion": "9.4.5"}, "InvalidParameterCombination"),
    ({"AllocatedStorage": 19}, "InvalidParameterValue"),
    ({"AllocatedStorage": None}, "InvalidParameterCombination"),
    ({"Iops": 4000}, "InvalidParameterValue"),
    ({"StorageType": "gp3", "Iops": 4000}, "InvalidParameterCombination"),
    ({"StorageType": "gp9"}, "InvalidParameterValue"),
    ({"MaxAllocatedStorage": 19}, "InvalidParameterCombination"),
    ({"MaxAllocatedStorage": 21}, "InvalidParameterCombination"),
    ({"BackupRetentionPeriod": 36}, "InvalidParameterValue"),
    ({"PreferredBackupWindow": "02:00-02:10"}, "InvalidParameterValue"),
    ({"PreferredMaintenanceWindow": "sun:02:30-sun:03:30"}, "InvalidParameterValue"),
    ({"Port": 22}, "InvalidParameterValue"),
    ({"CACertificateIdentifier": "rds-ca-2019"}, "CertificateNotFound"),
    ({"DBSubnetGroupName": "no"}, "DBSubnetGroupNotFoundFault"),
    ({"DBSubnetGroupName": None}, "InvalidSubnet"),
    ({"DBParameterGroupName": "no"}, "DBParameterGroupNotFound"),
    ({"DBParameterGroupName": "default.postgres14"}, "InvalidParameterCombination"),
    ({"VpcSecurityGroupIds": ["sg-00000000000000000"]}, "InvalidParameterValue"),
    ({"AvailabilityZone": "eu-central-1a"}, "InvalidParameterCombination"),
    ({"AvailabilityZone": "eu-central-1c", "MultiAZ": False}, "InvalidVPCNetworkStateFault"),
    ({"MasterUserPassword": "long-enough"}, "InvalidParameterCombination"),
    ({"ManageMasterUserPassword": False}, "InvalidParameterValue"),
    ({"MasterUsername": "admin"}, "InvalidParameterValue"),
    ({"MasterUsername": "no-hyphen"}, "InvalidParameterValue"),
    ({"MasterUsername": None}, "InvalidParameterValue"),
    ({"DBName": "1st"}, "InvalidParameterValue"),
    ({"EnableCloudwatchLogsExports": ["audit"]}, "InvalidParameterCombination"),
    ({"MonitoringInterval": 60}, "InvalidParameterCombination"),
    ({"MonitoringInterval": 7}, "InvalidParameterValue"),
    ({"MonitoringInterval": 60, "MonitoringRoleArn": "arn:aws:iam::123456789012:role/no"}, "InvalidParameterValue"),
    ({"MonitoringRoleArn": "arn:aws:iam::123456789012:role/no"}, "InvalidParameterCombination"),
    ({"PerformanceInsightsRetentionPeriod": 8}, "InvalidParameterValue"),
    ({"DatabaseInsightsMode": "advanced"}, "InvalidParameterCombination"),
    ({"EngineLifecycleSupport": "never"}, "InvalidParameterValue"),
    ({"PubliclyAccessible": True}, "InvalidVPCNetworkStateFault"),
    ({"KmsKeyId": "alias/mine"}, "NotImplemented"),
    ({"CharacterSetName": "UTF8"}, "NotImplemented"),
])
def test_create_db_instance_refuses(cloud, refused, wrong, code):
    cloud.group()
    ask = {**FULL, "DBInstanceIdentifier": "db", "VpcSecurityGroupIds": [cloud.sg], **wrong}
    ask = {key: value for key, value in ask.items() if value is not None}
    assert refused(cloud.rds.create_db_instance, **ask) == code
    assert cloud.rds.describe_db_instances()["DBInstances"] == [] and cloud.interfaces() == []


def test_a_security_group_of_another_vpc(cloud, refused):
    cloud.group()
    vpc = cloud.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    other = cloud.ec2.create_security_group(GroupName="x", Description="d", VpcId=vpc)["GroupId"]
    ask = {**FULL, "DBInstanceIdentifier": "db", "VpcSecurityGroupIds": [other]}
    assert refused(cloud.rds.create_db_instance, **ask) == "InvalidParameterCombination"


def test_a_public_instance_needs_names_and_a_gateway(cloud, refused):
    cloud.group()
    cloud.ec2.modify_vpc_attribute(VpcId=cloud.vpc, EnableDnsHostnames={"Value": True})
    ask = {**FULL, "DBInstanceIdentifier": "db", "PubliclyAccessible": True}
    assert refused(cloud.rds.create_db_instance, **ask) == "InvalidVPCNetworkStateFault"
    gateway = cloud.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    cloud.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=cloud.vpc)
    cloud.rds.create_db_instance(**ask)
    assert all("Association" in one for one in cloud.interfaces())
    assert refused(cloud.ec2.detach_internet_gateway, InternetGatewayId=gateway, VpcId=cloud.vpc) == "DependencyViolation"


def test_the_default_vpc_has_a_default_subnet_group(cloud):
    cloud.ec2.create_default_vpc()
    cloud.make(DBSubnetGroupName=None, VpcSecurityGroupIds=[])
    assert cloud.see()["DBSubnetGroup"]["DBSubnetGroupName"] == "default"


def test_the_first_instance_makes_the_service_linked_role(cloud):
    iam = cloud.twin.client("iam")
    cloud.group()
    cloud.make(wait=False)
    role = iam.get_role(RoleName="AWSServiceRoleForRDS")["Role"]
    assert role["Path"] == "/aws-service-role/rds.amazonaws.com/"
    task = iam.delete_service_linked_role(RoleName="AWSServiceRoleForRDS")["DeletionTaskId"]
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "FAILED"


def test_interfaces_hold_subnets_and_groups(db, refused):
    held = db.interfaces()
    assert len(held) == 2 and {one["RequesterId"] for one in held} == {"amazon-rds"}
    assert refused(db.ec2.delete_security_group, GroupId=db.sg) == "DependencyViolation"
    assert refused(db.ec2.delete_subnet, SubnetId=held[0]["SubnetId"]) == "DependencyViolation"
    db.rds.delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    db.twin.advance(130)
    assert refused(db.ec2.delete_security_group, GroupId=db.sg) == "DependencyViolation"
    db.twin.advance(61)
    db.ec2.delete_security_group(GroupId=db.sg)


def test_exported_logs_have_groups(db):
    groups = db.twin.client("logs").describe_log_groups(logGroupNamePrefix="/aws/rds/")["logGroups"]
    assert [one["logGroupName"] for one in groups] == ["/aws/rds/instance/db/postgresql", "/aws/rds/instance/db/upgrade"]


# ---- the managed master password

def test_the_managed_password_is_a_secret_of_rds(db, refused):
    manager = db.twin.client("secretsmanager")
    arn = db.see()["MasterUserSecret"]["SecretArn"]
    assert re.search(r":secret:rds!db-[0-9a-f-]{36}-[A-Za-z]{6}$", arn)
    value = json.loads(manager.get_secret_value(SecretId=arn)["SecretString"])
    assert value["username"] == "shop" and len(value["password"]) >= 20
    seen = manager.describe_secret(SecretId=arn)
    assert seen["OwningService"] == "rds" and seen["RotationRules"] == {"AutomaticallyAfterDays": 7}
    assert {"Key": "aws:rds:primaryDBInstanceArn", "Value": db.see()["DBInstanceArn"]} in seen["Tags"]
    owned = [{"Key": "owning-service", "Values": ["rds"]}]
    assert len(manager.list_secrets(Filters=owned)["SecretList"]) == 1


def test_nobody_else_can_touch_it(db, refused):
    manager = db.twin.client("secretsmanager")
    arn = db.see()["MasterUserSecret"]["SecretArn"]
    assert refused(manager.delete_secret, SecretId=arn, ForceDeleteWithoutRecovery=True) == "InvalidRequestException"
    assert refused(manager.delete_secret, SecretId=arn) == "InvalidRequestException"
    assert refused(manager.put_secret_value, SecretId=arn, SecretString="x") == "InvalidRequestException"
    assert refused(manager.update_secret, SecretId=arn, SecretString="x") == "InvalidRequestException"
    db.rds.delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    db.twin.advance(130)
    assert refused(manager.describe_secret, SecretId=arn) == "ResourceNotFoundException"


def test_rotate_and_give_up_the_managed_password(db, refused):
    manager, modify = db.twin.client("secretsmanager"), db.rds.modify_db_instance
    arn, name = db.see()["MasterUserSecret"]["SecretArn"], {"DBInstanceIdentifier": "db"}
    get = lambda: manager.get_secret_value(SecretId=arn)["SecretString"]
    before = get()
    assert refused(modify, RotateMasterUserPassword=True, **name) == "InvalidParameterCombination"
    modify(RotateMasterUserPassword=True, ApplyImmediately=True, **name)
    assert db.see()["DBInstanceStatus"] == "resetting-master-credentials" and get() != before
    db.twin.advance(31)
    assert refused(modify, MasterUserPassword="another-one", **name) == "InvalidParameterCombination"
    assert refused(modify, ManageMasterUserPassword=False, **name) == "InvalidParameterCombination"
    modify(ManageMasterUserPassword=False, MasterUserPassword="another-one", **name)
    db.twin.advance(31)
    assert "MasterUserSecret" not in db.see()
    assert refused(manager.describe_secret, SecretId=arn) == "ResourceNotFoundException"
    modify(ManageMasterUserPassword=True, **name)
    assert db.see()["MasterUserSecret"]["SecretArn"] != arn


# ---- changes

def changed(db, wait=True, **more):
    made = db.rds.modify_db_instance(DBInstanceIdentifier="db", **more)["DBInstance"]
    if wait:
        db.twin.advance(200)
    return made


def test_modify_db_instance(db):
    made = changed(db, wait=False, DBInstanceClass="db.m7g.large", ApplyImmediately=True)
    assert made["DBInstanceStatus"] == "modifying" and made["DBInstanceClass"] == "db.t4g.medium"
    assert made["PendingModifiedValues"] == {"DBInstanceClass": "db.m7g.large"}
    db.twin.advance(121)
    seen = db.see()
    assert (seen["DBInstanceStatus"], seen["DBInstanceClass"]) == ("available", "db.m7g.large")
    assert seen["PendingModifiedValues"] == {}


def test_changes_wait_for_the_maintenance_window(start):
    # Time begins on 2026-11-21, a Saturday, at ten; the window is on Sundays at four.
    db = Cloud(start())
    db.group()
    db.make()
    made = changed(db, MultiAZ=False, AllocatedStorage=30, DeletionProtection=True)
    assert made["DeletionProtection"] and made["DBInstanceStatus"] == "available"
    assert db.see()["PendingModifiedValues"] == {"AllocatedStorage": 30, "MultiAZ": False}
    db.twin.advance(17 * 3600)
    assert db.see()["MultiAZ"]
    db.twin.advance(3600 + 600)
    seen = db.see()
    assert not seen["MultiAZ"] and seen["AllocatedStorage"] == 30 and seen["PendingModifiedValues"] == {}


def test_apply_immediately_takes_along_what_waits(db):
    changed(db, DBInstanceClass="db.m7g.large")
    changed(db, MultiAZ=False, ApplyImmediately=True)
    seen = db.see()
    assert seen["DBInstanceClass"] == "db.m7g.large" and not seen["MultiAZ"]


def test_a_standby_has_an_interface_of_its_own(db):
    changed(db, MultiAZ=False, ApplyImmediately=True)
    db.twin.advance(61)
    assert len(db.interfaces()) == 1 and "SecondaryAvailabilityZone" not in db.see()
    changed(db, MultiAZ=True, ApplyImmediately=True)
    assert len(db.interfaces()) == 2 and db.see()["SecondaryAvailabilityZone"]


def test_security_groups_change_at_once(db):
    other = db.ec2.create_security_group(GroupName="o", Description="d", VpcId=db.vpc)["GroupId"]
    changed(db, VpcSecurityGroupIds=[other])
    assert {group["GroupId"] for one in db.interfaces() for group in one["Groups"]} == {other}
    db.ec2.delete_security_group(GroupId=db.sg)


def test_storage_grows_by_a_tenth_and_then_rests(db, refused):
    changed(db, AllocatedStorage=21, ApplyImmediately=True)
    seen = db.see()
    assert (seen["AllocatedStorage"], seen["DBInstanceStatus"]) == (22, "storage-optimization")
    ask = {"DBInstanceIdentifier": "db", "AllocatedStorage": 40, "ApplyImmediately": True}
    assert refused(db.rds.modify_db_instance, **ask) == "InvalidParameterCombination"
    assert refused(db.rds.modify_db_instance, **{**ask, "AllocatedStorage": 20}) == "InvalidParameterCombination"
    db.twin.advance(6 * 3600)
    changed(db, AllocatedStorage=400, ApplyImmediately=True)
    seen = db.see()
    assert (seen["AllocatedStorage"], seen["Iops"], seen["StorageThroughput"]) == (400, 12000, 500)


def test_upgrades(cloud, refused):
    cloud.group()
    cloud.make(EngineVersion="16.8")
    ask = {"DBInstanceIdentifier": "db", "ApplyImmediately": True}
    modify = cloud.rds.modify_db_instance
    assert refused(modify, EngineVersion="15.17", **ask) == "InvalidParameterCombination"
    assert refused(modify, EngineVersion="18.3", **ask) == "InvalidParameterCombination"
    assert refused(modify, EngineVersion="16.99", **ask) == "InvalidParameterCombination"
    changed(cloud, EngineVersion="16.13", ApplyImmediately=True)
    assert cloud.see()["EngineVersion"] == "16.13"
    made = changed(cloud, EngineVersion="18.3", AllowMajorVersionUpgrade=True, ApplyImmediately=True)
    assert made["DBInstanceStatus"] == "upgrading"
    assert cloud.see()["DBParameterGroups"][0]["DBParameterGroupName"] == "default.postgres18"


def test_a_major_upgrade_needs_a_group_of_its_family(cloud, refused):
    cloud.group()
    for family in ("postgres17", "postgres18"):
        cloud.rds.create_db_parameter_group(DBParameterGroupName=family, DBParameterGroupFamily=family, Description="d")
    cloud.make(EngineVersion="17", DBParameterGroupName="postgres17")
    ask = {"EngineVersion": "18.3", "AllowMajorVersionUpgrade": True, "ApplyImmediately": True}
    assert refused(cloud.rds.modify_db_instance, DBInstanceIdentifier="db", **ask) == "InvalidParameterCombination"
    changed(cloud, DBParameterGroupName="postgres18", **ask)
    assert cloud.see()["EngineVersion"] == "18.3"


def test_another_parameter_group_waits_for_a_reboot(pg):
    pg.group()
    pg.make()
    changed(pg, DBParameterGroupName="pg")
    assert pg.see()["DBParameterGroups"] == [{"DBParameterGroupName": "pg", "ParameterApplyStatus": "pending-reboot"}]


def test_smaller_changes_have_their_states(db):
    status = lambda **more: changed(db, ApplyImmediately=True, **more)["DBInstanceStatus"]
    logs = {"CloudwatchLogsExportConfiguration": {"DisableLogTypes": ["upgrade"]}}
    assert status(**logs) == "configuring-log-exports"
    assert db.see()["EnabledCloudwatchLogsExports"] == ["postgresql"]
    assert status(EnableIAMDatabaseAuthentication=True) == "configuring-iam-database-auth"
    assert db.see()["IAMDatabaseAuthenticationEnabled"]
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "monitoring.rds.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = db.twin.client("iam").create_role(RoleName="m", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", **trust}))
    arn = role["Role"]["Arn"]
    assert status(MonitoringInterval=60, MonitoringRoleArn=arn) == "configuring-enhanced-monitoring"
    assert db.see()["EnhancedMonitoringResourceArn"].endswith(db.see()["DbiResourceId"])
    assert status(MonitoringInterval=0) == "configuring-enhanced-monitoring"
    assert status(EnablePerformanceInsights=False) == "modifying"
    assert not db.see()["PerformanceInsightsEnabled"]
    assert status(CopyTagsToSnapshot=False) == "available"
    assert status(BackupRetentionPeriod=0) == "modifying"


def test_a_busy_instance_cannot_be_modified(db, refused):
    changed(db, wait=False, DBInstanceClass="db.m7g.large", ApplyImmediately=True)
    name = {"DBInstanceIdentifier": "db"}
    assert refused(db.rds.modify_db_instance, MultiAZ=False, **name) == "InvalidDBInstanceState"
    assert refused(db.rds.reboot_db_instance, **name) == "InvalidDBInstanceState"
    assert refused(db.rds.stop_db_instance, **name) == "InvalidDBInstanceState"


def test_modify_missing(cloud, refused):
    assert refused(cloud.rds.modify_db_instance, DBInstanceIdentifier="no") == "DBInstanceNotFound"


def test_failover(db, refused):
    before = db.see()["AvailabilityZone"]
    db.rds.reboot_db_instance(DBInstanceIdentifier="db", ForceFailover=True)
    db.twin.advance(31)
    assert db.see()["AvailabilityZone"] != before
    changed(db, MultiAZ=False, ApplyImmediately=True)
    ask = {"DBInstanceIdentifier": "db", "ForceFailover": True}
    assert refused(db.rds.reboot_db_instance, **ask) == "InvalidParameterCombination"


def test_stop_and_start(db, refused):
    name = {"DBInstanceIdentifier": "db"}
    assert refused(db.rds.start_db_instance, **name) == "InvalidDBInstanceState"
    db.rds.stop_db_instance(**name)
    assert db.see()["DBInstanceStatus"] == "stopping"
    db.twin.advance(121)
    assert db.see()["DBInstanceStatus"] == "stopped"
    assert refused(db.rds.modify_db_instance, MultiAZ=False, **name) == "InvalidDBInstanceState"
    db.rds.start_db_instance(**name)
    assert db.see()["DBInstanceStatus"] == "starting"
    db.twin.advance(121)
    assert db.see()["DBInstanceStatus"] == "available"


def test_a_stopped_instance_starts_after_a_week(db):
    db.rds.stop_db_instance(DBInstanceIdentifier="db")
    db.twin.advance(121 + 7 * 86400)
    assert db.see()["DBInstanceStatus"] in ("starting", "available")


# ---- the end

def test_delete_db_instance_no_snapshot_id(db, refused):
    delete = db.rds.delete_db_instance
    assert refused(delete, DBInstanceIdentifier="db") == "InvalidParameterCombination"
    both = {"SkipFinalSnapshot": True, "FinalDBSnapshotIdentifier": "last"}
    assert refused(delete, DBInstanceIdentifier="db", **both) == "InvalidParameterCombination"
    assert refused(delete, DBInstanceIdentifier="no", SkipFinalSnapshot=True) == "DBInstanceNotFound"


def test_delete_db_instance_deletion_protection(db, refused):
    changed(db, DeletionProtection=True)
    ask = {"DBInstanceIdentifier": "db", "SkipFinalSnapshot": True}
    assert refused(db.rds.delete_db_instance, **ask) == "InvalidParameterCombination"
    changed(db, DeletionProtection=False)
    db.rds.delete_db_instance(**ask)


def test_delete_db_instance_final_snapshot(db, refused):
    ask = {"DBInstanceIdentifier": "db", "FinalDBSnapshotIdentifier": "last"}
    assert db.rds.delete_db_instance(**ask)["DBInstance"]["DBInstanceStatus"] == "deleting"
    assert refused(db.rds.delete_db_instance, **ask) == "InvalidDBInstanceState"
    see = lambda: db.rds.describe_db_snapshots(DBSnapshotIdentifier="last")["DBSnapshots"][0]
    assert see()["Status"] == "creating"
    db.twin.advance(61)
    assert see()["Status"] == "available" and db.see()["DBInstanceStatus"] == "deleting"
    db.twin.advance(121)
    assert refused(db.rds.describe_db_instances, DBInstanceIdentifier="db") == "DBInstanceNotFound"
    seen = see()
    assert seen["Encrypted"] and seen["TagList"] == [{"Key": "app", "Value": "shop"}] and seen["SnapshotType"] == "manual"


def test_a_final_snapshot_needs_a_free_name_and_an_instance_that_is_there(cloud, refused):
    cloud.group()
    cloud.make(wait=False)
    ask = {"DBInstanceIdentifier": "db", "FinalDBSnapshotIdentifier": "last"}
    assert refused(cloud.rds.delete_db_instance, **ask) == "InvalidDBInstanceState"
    cloud.twin.advance(400)
    cloud.rds.create_db_snapshot(DBSnapshotIdentifier="last", DBInstanceIdentifier="db")
    cloud.twin.advance(61)
    assert refused(cloud.rds.delete_db_instance, **ask) == "DBSnapshotAlreadyExists"
    assert cloud.see()["DBInstanceStatus"] == "available"


def test_an_instance_that_is_being_created_can_go_without_a_snapshot(cloud):
    cloud.group()
    cloud.make(wait=False)
    cloud.rds.delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    cloud.twin.advance(500)
    assert cloud.rds.describe_db_instances()["DBInstances"] == []


# ---- snapshots

def test_create_db_snapshot(db, refused):
    ask = {"DBSnapshotIdentifier": "s", "DBInstanceIdentifier": "db", "Tags": [{"Key": "k", "Value": "v"}]}
    made = db.rds.create_db_snapshot(**ask)["DBSnapshot"]
    assert made["Status"] == "creating" and db.see()["DBInstanceStatus"] == "backing-up"
    assert refused(db.rds.delete_db_snapshot, DBSnapshotIdentifier="s") == "InvalidDBSnapshotState"
    assert refused(db.rds.create_db_snapshot, **ask) == "DBSnapshotAlreadyExists"
    assert refused(db.rds.create_db_snapshot, DBSnapshotIdentifier="t", DBInstanceIdentifier="db") == "InvalidDBInstanceState"
    db.twin.advance(61)
    (seen,) = db.rds.describe_db_snapshots(DBSnapshotIdentifier="s")["DBSnapshots"]
    assert seen["Status"] == "available" and seen["PercentProgress"] == 100
    assert {one["Key"] for one in seen["TagList"]} == {"app", "k"}
    assert refused(db.rds.create_db_snapshot, DBSnapshotIdentifier="u", DBInstanceIdentifier="no") == "DBInstanceNotFound"


def test_delete_db_snapshot(db, refused):
    db.rds.create_db_snapshot(DBSnapshotIdentifier="s", DBInstanceIdentifier="db")
    db.twin.advance(61)
    db.rds.delete_db_snapshot(DBSnapshotIdentifier="s")
    assert refused(db.rds.delete_db_snapshot, DBSnapshotIdentifier="s") == "DBSnapshotNotFound"
    assert refused(db.rds.describe_db_snapshots, DBSnapshotIdentifier="s") == "DBSnapshotNotFound"


def test_automated_backups_go_with_their_instance(db, refused):
    (seen,) = db.rds.describe_db_snapshots(SnapshotType="automated")["DBSnapshots"]
    assert re.fullmatch(r"rds:db-202[67]-\d\d-\d\d-\d\d-\d\d", seen["DBSnapshotIdentifier"])
    assert refused(db.rds.delete_db_snapshot, DBSnapshotIdentifier=seen["DBSnapshotIdentifier"]) == "InvalidDBSnapshotState"
    db.rds.delete_db_instance(DBInstanceIdentifier="db", SkipFinalSnapshot=True)
    db.twin.advance(130)
    assert db.rds.describe_db_snapshots()["DBSnapshots"] == []


def test_restore_db_instance_from_db_snapshot(db, refused):
    db.rds.create_db_snapshot(DBSnapshotIdentifier="s", DBInstanceIdentifier="db")
    restore = db.rds.restore_db_instance_from_db_snapshot
    ask = {"DBInstanceIdentifier": "back", "DBSnapshotIdentifier": "s", "DBSubnetGroupName": "data"}
    assert refused(restore, **ask) == "InvalidDBSnapshotState"
    db.twin.advance(61)
    assert refused(restore, **{**ask, "DBSnapshotIdentifier": "no"}) == "DBSnapshotNotFound"
    assert refused(restore, **{**ask, "DBInstanceIdentifier": "db"}) == "DBInstanceAlreadyExists"
    restore(VpcSecurityGroupIds=[db.sg], ManageMasterUserPassword=True, **ask)
    assert db.see("back")["DBInstanceStatus"] == "creating"
    db.twin.advance(400)
    seen = db.see("back")
    assert seen["DBInstanceStatus"] == "available" and seen["MasterUsername"] == "shop" and seen["StorageEncrypted"]
    assert seen["DBInstanceClass"] == "db.t4g.medium" and not seen["MultiAZ"]


# ---- the rest

def test_describe_events(db, refused):
    events = lambda **which: [one["Message"] for one in db.rds.describe_events(**which)["Events"]]
    mine = {"SourceIdentifier": "db", "SourceType": "db-instance"}
    assert events(**mine) == ["DB instance creation started", "DB instance created", "Finished DB Instance backup"]
    assert events(EventCategories=["backup"], **mine) == ["Finished DB Instance backup"]
    db.twin.advance(7200)
    assert events(**mine) == [] and len(events(Duration=180, **mine)) == 3
    assert refused(db.rds.describe_events, SourceIdentifier="db") == "InvalidParameterCombination"


def test_tags(db, refused):
    arn = db.see()["DBInstanceArn"]
    db.rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "a", "Value": "1"}])
    db.rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["app"])
    assert db.rds.list_tags_for_resource(ResourceName=arn)["TagList"] == [{"Key": "a", "Value": "1"}]
    no = arn.replace(":db:db", ":db:no")
    assert refused(db.rds.list_tags_for_resource, ResourceName=no) == "DBInstanceNotFound"
    assert refused(db.rds.add_tags_to_resource, ResourceName=no, Tags=[]) == "DBInstanceNotFound"
    assert refused(db.rds.remove_tags_from_resource, ResourceName="arn:aws:rds:x", TagKeys=["a"]) == "InvalidParameterValue"


def test_resource_groups_tagging(db):
    tagging = db.twin.client("resourcegroupstaggingapi")
    rows = tagging.get_resources(ResourceTypeFilters=["rds:db"])["ResourceTagMappingList"]
    arn = db.see()["DBInstanceArn"]
    assert [row["ResourceARN"] for row in rows] == [arn]
    assert tagging.tag_resources(ResourceARNList=[arn], Tags={"b": "2"})["FailedResourcesMap"] == {}
    assert tagging.untag_resources(ResourceARNList=[arn], TagKeys=["app"])["FailedResourcesMap"] == {}
    assert db.see()["TagList"] == [{"Key": "b", "Value": "2"}]


def test_regions_are_apart(db):
    assert db.twin.client("rds", region="eu-west-1").describe_db_instances()["DBInstances"] == []


def test_a_restart_in_mid_creation(start, tmp_path):
    first = Cloud(start(state=tmp_path))
    first.group()
    first.make(wait=False)
    first.twin.kill()
    twin = start(state=tmp_path)
    twin.advance(400)
    (seen,) = twin.client("rds").describe_db_instances()["DBInstances"]
    assert seen["DBInstanceStatus"] == "available" and seen["MasterUserSecret"]["SecretStatus"] == "active"
