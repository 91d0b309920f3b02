"""Rows of what holds data: a database with its subnets, and files that tasks share."""

from alter import DEFINITION, EXECUTION, SERVICE, SUBNET_A, TAG, Row, here

MANIFEST = """
app = "data"
region = "eu-central-1"
tags = { team = "a" }

[databases.db]
storage = { size = "20GiB", max = "100GiB" }

[volumes.uploads]

[services.web]
image = "nginx:1.29"
uses = ["db"]
volumes = { "/var/uploads" = "uploads" }
"""

DATABASE, GROUP, PARAMETERS = (f"databases.db/{part}" for part in ("instance", "subnet_group", "parameter_group"))
FILES, POINT = "volumes.uploads/file_system", "volumes.uploads/access_point"
MOUNT_A, MOUNT_B = "volumes.uploads/mount_target[a]", "volumes.uploads/mount_target[b]"
VARIABLES = [
    "DATABASE_HOST", "DATABASE_NAME", "DATABASE_PORT", "DATABASE_URL", "DATABASE_USER",
    "PGDATABASE", "PGHOST", "PGPORT", "PGSSLMODE", "PGUSER",
]
SECRET_VARIABLES = ["DATABASE_PASSWORD", "PGPASSWORD"]
THEIRS = "sg-0f00d0f00d0f00d0f"
REMOVAL = {"Key": "ashore:removal", "Value": "delete"}
NAME = {"Key": "Name", "Value": "theirs"}
# A zone has one mount target of a file system at a time.
IN_TURN = {"options": ("--allow-interruption",)}


def row(address, field, alter, **more):
    return Row(address, field, alter, stack="data", **more)


def world(address, field, path, to, **more):
    return here(address, field, path, to, stack="data", **more)


def kept(field, *path, to, **more):
    """What RDS changes within minutes, or never: as if it had."""
    return world(DATABASE, field, ("rds", "instances", "{name}", *path), to, **more)


def modified(field, **members):
    """What RDS changes at once."""

    def alter(stack):
        name = stack.out(DATABASE, "name")
        stack.rds.modify_db_instance(DBInstanceIdentifier=name, ApplyImmediately=True, **members)

    return row(DATABASE, field, alter)


def group(field, description="Subnets of databases.db", more=None):
    """The group gets another description, or a subnet more."""

    def alter(stack):
        subnets = stack.spec(GROUP)["subnets"] + ([more(stack)] if more else [])
        stack.rds.modify_db_subnet_group(
            DBSubnetGroupName=stack.out(GROUP, "name"), DBSubnetGroupDescription=description, SubnetIds=subnets
        )

    return row(GROUP, field, alter)


def parameter(field, value, name="rds.force_ssl"):
    """A parameter of the group gets another value; or one more is set."""

    def alter(stack):
        said = {"ParameterName": name, "ParameterValue": value, "ApplyMethod": "immediate"}
        stack.rds.modify_db_parameter_group(DBParameterGroupName=stack.out(PARAMETERS, "name"), Parameters=[said])

    return row(PARAMETERS, field, alter)


def parameters(field, to):
    return world(PARAMETERS, field, ("rds", "parameter_groups", "{name}", field), to)


def their_subnet(stack):
    made = stack.ec2.create_subnet(
        VpcId=stack.out("network/vpc", "id"), CidrBlock="10.0.96.0/20", AvailabilityZone="eu-central-1c"
    )
    return made["Subnet"]["SubnetId"]


def their_group(stack):
    made = stack.ec2.create_security_group(
        GroupName="theirs", Description="theirs", VpcId=stack.out("network/vpc", "id")
    )
    return made["GroupId"]


def of_rds(address, field, tag):
    def alter(stack):
        stack.rds.add_tags_to_resource(ResourceName=stack.out(address, "arn"), Tags=[tag])

    return row(address, field, alter)


def of_efs(address, field, tag):
    def alter(stack):
        stack.efs.tag_resource(ResourceId=stack.out(address, "id"), Tags=[tag])

    return row(address, field, alter)


def files(field, call, **members):
    def alter(stack):
        getattr(stack.efs, call)(FileSystemId=stack.out(FILES, "id"), **members)

    return row(FILES, field, alter)


def their_groups(stack):
    stack.efs.modify_mount_target_security_groups(
        MountTargetId=stack.out(MOUNT_A, "id"), SecurityGroups=[their_group(stack)]
    )


def mount(field, member, to, **more):
    return world(MOUNT_B, field, ("efs", "mount_targets", "{id}", member), to, **more)


def point(field, *path, to):
    return world(POINT, field, ("efs", "access_points", "{id}", *path), to)


def revision(field, *path, to):
    there = ("ecs", "families", "{family}", "revisions", "{revision}", "document")
    return world(DEFINITION, field, there + path, to)


def mounted(field, *path, to):
    return revision(f"volumes.0.{field}", "volumes", "0", *path, to=to)


def told(member, value, names):
    """What the container is told of the database, a variable each; AWS has them as they were registered, by name."""
    return [
        revision(
            f"containers.0.{member}.{name}", "containerDefinitions", "0", member, str(number), value, to="theirs"
        )
        for number, name in enumerate(names)
    ]


ROWS = [
    # aws.rds.subnet_group
    group("description", description="theirs"),
    group("subnets.2", more=their_subnet),
    of_rds(GROUP, "tags.team", TAG),
    # aws.rds.parameter_group
    parameters("family", "postgres17"),
    parameters("description", "theirs"),
    parameter("parameters.rds.force_ssl", "0"),
    parameter("parameters.work_mem", "65536", name="work_mem"),
    of_rds(PARAMETERS, "tags.team", TAG),
    # aws.rds.instance
    kept("version", "settings", "version", to="17.9"),
    kept("class", "settings", "class", to="db.t4g.small"),
    kept("storage.kind", "settings", "storage_type", to="gp2"),
    kept("storage.gib", "settings", "storage", to=10),
    modified("storage.max_gib", MaxAllocatedStorage=500),
    kept("multi_az", "settings", "multi_az", to=True),
    kept("database", "database", to="theirs"),
    kept("user", "user", to="theirs"),
    # Those who use it are told of the secret and the URL that it will have.
    kept("managed_password", "secret", to=None, also=(DEFINITION, EXECUTION, SERVICE)),
    kept("port", "settings", "port", to=5433, also=(DEFINITION, SERVICE)),
    kept("subnet_group", "subnet_group", to="theirs"),
    kept("parameter_group", "settings", "parameter_group", to="default.postgres18"),
    kept("security_groups.0", "settings", "security_groups", to=[THEIRS]),
    kept("public", "settings", "public", to=True),
    kept("encrypted", "encrypted", to=False),
    kept("backup_days", "settings", "retention", to=3),
    modified("backup_window", PreferredBackupWindow="04:00-04:30"),
    modified("maintenance_window", PreferredMaintenanceWindow="tue:04:00-tue:05:00"),
    modified("minor_upgrades", AutoMinorVersionUpgrade=False),
    modified("tagged_snapshots", CopyTagsToSnapshot=False),
    kept("certificate_authority", "settings", "authority", to="rds-ca-rsa4096-g1"),
    modified("deletion_protection", DeletionProtection=False),
    of_rds(DATABASE, "removal", REMOVAL),
    of_rds(DATABASE, "tags.team", TAG),
    # aws.efs.file_system
    world(FILES, "encrypted", ("efs", "file_systems", "{id}", "encrypted"), False),
    files("throughput", "update_file_system", ThroughputMode="bursting"),
    files("archive_days", "put_lifecycle_configuration", LifecyclePolicies=[]),
    files("backup", "put_backup_policy", BackupPolicy={"Status": "DISABLED"}),
    of_efs(FILES, "removal", REMOVAL),
    of_efs(FILES, "tags.team", TAG),
    of_efs(FILES, "tags.Name", NAME),
    # aws.efs.mount_target
    mount("file_system", "file_system", "fs-0f00d0f00d0f00d0f"),
    mount("subnet", "subnet", lambda stack: stack.out(SUBNET_A, "id"), **IN_TURN),
    row(MOUNT_A, "security_groups.0", their_groups),
    # aws.efs.access_point
    point("file_system", "file_system", to="fs-0f00d0f00d0f00d0f"),
    point("path", "path", to="/theirs"),
    point("uid", "user", "Uid", to=0),
    point("gid", "user", "Gid", to=0),
    of_efs(POINT, "tags.team", TAG),
    of_efs(POINT, "tags.Name", NAME),
    # aws.ecs.task_definition
    mounted("name", "name", to="theirs"),
    mounted("file_system", "efsVolumeConfiguration", "fileSystemId", to="fs-0f00d0f00d0f00d0f"),
    mounted(
        "access_point", "efsVolumeConfiguration", "authorizationConfig", "accessPointId", to="fsap-0f00d0f00d0f00d0f"
    ),
    revision(
        "containers.0.mounts./var/uploads",
        "containerDefinitions", "0", "mountPoints", "0", "containerPath", to="/theirs",
    ),
    *told("environment", "value", VARIABLES),
    *told("secrets", "valueFrom", SECRET_VARIABLES),
]

# What no row alters, and why.
UNALTERED = {
    ("aws.rds.subnet_group", "name"): "groups are asked for by it: under another name it is missing",
    ("aws.rds.parameter_group", "name"): "groups are asked for by it: under another name it is missing",
    ("aws.rds.instance", "name"): "databases are asked for by it: under another name it is missing",
}
