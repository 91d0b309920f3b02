"""Terraform keeps a database, a file system, and services that find each other."""

from terraform import Terraform

NETWORK = """
resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}
resource "aws_subnet" "data" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet("10.0.0.0/16", 8, count.index)
  availability_zone = "eu-central-1${["a", "b"][count.index]}"
}
resource "aws_security_group" "data" {
  name   = "data"
  vpc_id = aws_vpc.main.id
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""

DATABASE = NETWORK + """
variable "class" { default = "db.t4g.micro" }

resource "aws_db_subnet_group" "db" {
  name       = "shop"
  subnet_ids = aws_subnet.data[*].id
}
resource "aws_db_parameter_group" "db" {
  name   = "shop"
  family = "postgres18"
  parameter {
    name  = "log_min_duration_statement"
    value = var.class == "db.t4g.micro" ? "500" : "1000"
  }
  parameter {
    name         = "max_connections"
    value        = "100"
    apply_method = "pending-reboot"
  }
}
resource "aws_db_instance" "db" {
  identifier                  = "shop"
  engine                      = "postgres"
  engine_version              = "18"
  instance_class              = var.class
  allocated_storage           = 20
  max_allocated_storage       = 100
  storage_encrypted           = true
  db_name                     = "shop"
  username                    = "shop"
  manage_master_user_password = true
  multi_az                    = true
  db_subnet_group_name        = aws_db_subnet_group.db.name
  parameter_group_name        = aws_db_parameter_group.db.name
  vpc_security_group_ids      = [aws_security_group.data.id]
  backup_retention_period     = 7
  backup_window               = "02:00-03:00"
  maintenance_window          = "sun:04:00-sun:05:00"
  copy_tags_to_snapshot       = true
  engine_lifecycle_support    = "open-source-rds-extended-support-disabled"
  final_snapshot_identifier   = "shop-final"
  apply_immediately           = true
  tags                        = { app = "shop" }
}
"""


def test_a_database(start, tmp_path):
    twin = start(speed=200)
    terraform = Terraform(twin, tmp_path, DATABASE)
    rds = twin.client("rds")
    terraform.apply()
    (db,) = rds.describe_db_instances()["DBInstances"]
    assert db["DBInstanceStatus"] == "available" and db["MultiAZ"] and db["MasterUserSecret"]["SecretStatus"] == "active"
    assert terraform.plans_nothing()
    bigger = ("-var", "class=db.t4g.small")
    terraform.run("apply", "-auto-approve", *bigger)
    (db,) = rds.describe_db_instances()["DBInstances"]
    assert db["DBInstanceClass"] == "db.t4g.small"
    assert terraform.run("plan", "-detailed-exitcode", *bigger, codes=(0, 2)).returncode == 0
    terraform.destroy()
    assert rds.describe_db_instances()["DBInstances"] == [] and rds.describe_db_subnet_groups()["DBSubnetGroups"] == []
    (left,) = rds.describe_db_snapshots()["DBSnapshots"]
    assert left["DBSnapshotIdentifier"] == "shop-final" and left["Status"] == "available"
    assert twin.client("secretsmanager").list_secrets()["SecretList"] == []
    assert twin.client("ec2").describe_vpcs()["Vpcs"] == []


FILES = NETWORK + """
variable "mode" { default = "bursting" }

resource "aws_efs_file_system" "data" {
  creation_token  = "shop"
  encrypted       = true
  throughput_mode = var.mode
  lifecycle_policy { transition_to_ia = "AFTER_30_DAYS" }
  tags = { Name = "shop", mode = var.mode }
}
resource "aws_efs_backup_policy" "data" {
  file_system_id = aws_efs_file_system.data.id
  backup_policy { status = "ENABLED" }
}
resource "aws_efs_file_system_policy" "data" {
  file_system_id = aws_efs_file_system.data.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = "elasticfilesystem:ClientMount"
      Resource  = aws_efs_file_system.data.arn
      Condition = { Bool = { "elasticfilesystem:AccessedViaMountTarget" = "true" } }
    }]
  })
}
resource "aws_efs_mount_target" "data" {
  count           = 2
  file_system_id  = aws_efs_file_system.data.id
  subnet_id       = aws_subnet.data[count.index].id
  security_groups = [aws_security_group.data.id]
}
resource "aws_efs_access_point" "data" {
  file_system_id = aws_efs_file_system.data.id
  posix_user {
    uid = 1000
    gid = 1000
  }
  root_directory {
    path = "/data"
    creation_info {
      owner_uid   = 1000
      owner_gid   = 1000
      permissions = "755"
    }
  }
}
"""


def test_a_file_system(start, tmp_path):
    twin = start(speed=100)
    terraform = Terraform(twin, tmp_path, FILES)
    efs = twin.client("efs")
    terraform.apply()
    (system,) = efs.describe_file_systems()["FileSystems"]
    assert system["NumberOfMountTargets"] == 2 and system["Name"] == "shop"
    assert terraform.plans_nothing()
    elastic = ("-var", "mode=elastic")
    terraform.run("apply", "-auto-approve", *elastic)
    (system,) = efs.describe_file_systems()["FileSystems"]
    assert system["ThroughputMode"] == "elastic"
    assert terraform.run("plan", "-detailed-exitcode", *elastic, codes=(0, 2)).returncode == 0
    terraform.destroy()
    assert efs.describe_file_systems()["FileSystems"] == [] and efs.describe_access_points()["AccessPoints"] == []
    assert twin.client("ec2").describe_vpcs()["Vpcs"] == []


DISCOVERY = NETWORK + """
variable "text" { default = "one" }

resource "aws_service_discovery_private_dns_namespace" "shop" {
  name        = "shop.local"
  description = var.text
  vpc         = aws_vpc.main.id
  tags        = { app = "shop" }
}
resource "aws_service_discovery_http_namespace" "shop" {
  name = "shop"
}
resource "aws_service_discovery_service" "web" {
  name        = "web"
  description = var.text
  dns_config {
    namespace_id = aws_service_discovery_private_dns_namespace.shop.id
    dns_records {
      type = "A"
      ttl  = var.text == "one" ? 10 : 20
    }
    routing_policy = "MULTIVALUE"
  }
}
resource "aws_ecs_cluster" "shop" {
  name = "shop"
  setting {
    name  = "containerInsights"
    value = "enhanced"
  }
  service_connect_defaults { namespace = aws_service_discovery_http_namespace.shop.arn }
}
resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  container_definitions = jsonencode([{
    name         = "web"
    image        = "nginx"
    essential    = true
    portMappings = [{ containerPort = 80, name = "http", appProtocol = "http" }]
  }])
}
resource "aws_ecs_service" "web" {
  name            = "web"
  cluster         = aws_ecs_cluster.shop.id
  task_definition = aws_ecs_task_definition.web.arn
  desired_count   = 1
  launch_type     = "FARGATE"
  network_configuration {
    subnets         = aws_subnet.data[*].id
    security_groups = [aws_security_group.data.id]
  }
  service_registries { registry_arn = aws_service_discovery_service.web.arn }
  service_connect_configuration {
    enabled   = true
    namespace = aws_service_discovery_http_namespace.shop.arn
    service {
      port_name      = "http"
      discovery_name = "web"
      client_alias {
        port     = var.text == "one" ? 80 : 8080
        dns_name = "web"
      }
    }
  }
  wait_for_steady_state = true
}
"""


def test_services_that_find_each_other(start, tmp_path):
    twin = start(speed=100)
    terraform = Terraform(twin, tmp_path, DISCOVERY)
    cloud_map = twin.client("servicediscovery")
    terraform.apply()
    find = lambda namespace: cloud_map.discover_instances(NamespaceName=namespace, ServiceName="web")["Instances"]
    assert len(find("shop.local")) == len(find("shop")) == 1
    assert terraform.plans_nothing()
    two = ("-var", "text=two")
    terraform.run("apply", "-auto-approve", *two)
    service = next(it for it in cloud_map.list_services()["Services"] if it["Type"] == "DNS_HTTP")
    assert service["DnsConfig"]["DnsRecords"] == [{"Type": "A", "TTL": 20}]
    assert terraform.run("plan", "-detailed-exitcode", *two, codes=(0, 2)).returncode == 0
    terraform.destroy()
    assert cloud_map.list_namespaces()["Namespaces"] == [] and cloud_map.list_services()["Services"] == []
    assert twin.client("ec2").describe_vpcs()["Vpcs"] == []
