"""Terraform's EC2 capacity for ECS: template, profile, group, capacity provider, a service in bridge mode."""

import json

import pytest
from terraform import Terraform

RESOURCES = """
variable "zones" { default = ["a", "b"] }
variable "type" { default = "t3.small" }

data "aws_ssm_parameter" "image" {
  name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet("10.0.0.0/16", 8, count.index)
  availability_zone = "eu-central-1${var.zones[count.index]}"
}
resource "aws_security_group" "ecs" {
  name   = "ecs"
  vpc_id = aws_vpc.main.id
}
resource "aws_key_pair" "me" {
  key_name   = "me"
  public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtaqLOHzcXTNjCDYpZr1HFH1RWq1gJqMBQsDcLMsZ6H me"
}
resource "aws_iam_role" "ecs" {
  name = "ecs"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}
resource "aws_iam_role_policy_attachment" "ecs" {
  role       = aws_iam_role.ecs.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
}
resource "aws_iam_instance_profile" "ecs" {
  name = "ecs"
  role = aws_iam_role.ecs.name
  tags = { app = "hello" }
}
resource "aws_launch_template" "web" {
  name                   = "web"
  image_id               = data.aws_ssm_parameter.image.value
  instance_type          = var.type
  key_name               = aws_key_pair.me.key_name
  vpc_security_group_ids = [aws_security_group.ecs.id]
  update_default_version = true
  user_data              = base64encode("#!/bin/bash\\necho ECS_CLUSTER=shop >> /etc/ecs/ecs.config\\n")
  iam_instance_profile { name = aws_iam_instance_profile.ecs.name }
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size = 30
      volume_type = "gp3"
      encrypted   = true
    }
  }
  monitoring { enabled = true }
  tag_specifications {
    resource_type = "instance"
    tags          = { Name = "web" }
  }
  tags = { app = "hello" }
}
resource "aws_autoscaling_group" "web" {
  name                  = "web"
  min_size              = 1
  max_size              = 4
  vpc_zone_identifier   = aws_subnet.main[*].id
  protect_from_scale_in = true
  capacity_rebalance    = true
  force_delete          = true
  launch_template {
    id      = aws_launch_template.web.id
    version = aws_launch_template.web.latest_version
  }
  instance_refresh {
    strategy = "Rolling"
    preferences {
      min_healthy_percentage       = 50
      instance_warmup              = 1
      scale_in_protected_instances = "Refresh"
    }
  }
  tag {
    key                 = "AmazonECSManaged"
    value               = ""
    propagate_at_launch = true
  }
  lifecycle { ignore_changes = [desired_capacity] }
  depends_on = [aws_iam_role_policy_attachment.ecs]
}
resource "aws_ecs_cluster" "shop" { name = "shop" }
resource "aws_ecs_capacity_provider" "web" {
  name = "web"
  auto_scaling_group_provider {
    auto_scaling_group_arn         = aws_autoscaling_group.web.arn
    managed_termination_protection = "ENABLED"
    managed_draining               = "ENABLED"
    managed_scaling {
      status          = "ENABLED"
      target_capacity = 100
    }
  }
  tags = { app = "hello" }
}
resource "aws_ecs_cluster_capacity_providers" "shop" {
  cluster_name       = aws_ecs_cluster.shop.name
  capacity_providers = [aws_ecs_capacity_provider.web.name]
  default_capacity_provider_strategy {
    capacity_provider = aws_ecs_capacity_provider.web.name
    weight            = 1
  }
}
resource "aws_lb" "web" {
  name     = "web"
  internal = true
  subnets  = aws_subnet.main[*].id
}
resource "aws_lb_target_group" "web" {
  name                 = "web"
  port                 = 80
  protocol             = "HTTP"
  target_type          = "instance"
  vpc_id               = aws_vpc.main.id
  deregistration_delay = 5
  health_check {
    interval          = 5
    timeout           = 2
    healthy_threshold = 2
  }
}
resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.web.arn
  port              = 80
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  network_mode             = "bridge"
  requires_compatibilities = ["EC2"]
  container_definitions = jsonencode([{
    name         = "web"
    image        = "shop/web:1"
    cpu          = 256
    memory       = 512
    essential    = true
    portMappings = [{ containerPort = 80, hostPort = 0, protocol = "tcp" }]
  }])
}
resource "aws_ecs_service" "web" {
  name            = "web"
  cluster         = aws_ecs_cluster.shop.id
  task_definition = aws_ecs_task_definition.web.arn
  desired_count   = 2
  capacity_provider_strategy {
    capacity_provider = aws_ecs_capacity_provider.web.name
    weight            = 1
  }
  ordered_placement_strategy {
    type  = "spread"
    field = "attribute:ecs.availability-zone"
  }
  ordered_placement_strategy {
    type  = "binpack"
    field = "memory"
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = 80
  }
  depends_on = [aws_lb_listener.web, aws_ecs_cluster_capacity_providers.shop]
}
"""


@pytest.fixture
def twin(start):
    twin = start(speed=100)
    twin.timing({"balancer": 0, "scale_out": 5000, "interface_release": 2000})
    return twin


def test_capacity(twin, tmp_path, eventually):
    terraform = Terraform(twin, tmp_path, RESOURCES)
    terraform.apply()
    assert terraform.plans_nothing()
    ecs, asg, ec2 = twin.client("ecs"), twin.client("autoscaling"), twin.client("ec2")
    service = lambda: ecs.describe_services(cluster="shop", services=["web"])["services"][0]
    eventually(lambda: service()["runningCount"] == 2, seconds=30)
    health = lambda: twin.client("elbv2").describe_target_health(
        TargetGroupArn=service()["loadBalancers"][0]["targetGroupArn"]
    )["TargetHealthDescriptions"]
    eventually(lambda: [each["TargetHealth"]["State"] for each in health()] == ["healthy"] * 2, seconds=30)

    (tmp_path / "terraform.tfvars.json").write_text(json.dumps({"type": "t3.medium"}))
    terraform.apply()
    assert terraform.plans_nothing()
    kinds = lambda: {
        each["InstanceType"]
        for one in ec2.describe_instances(Filters=[{"Name": "instance-state-name", "Values": ["running"]}])["Reservations"]
        for each in one["Instances"]
    }
    eventually(lambda: kinds() == {"t3.medium"}, seconds=60)

    terraform.destroy()
    assert asg.describe_auto_scaling_groups()["AutoScalingGroups"] == []
    assert ec2.describe_launch_templates()["LaunchTemplates"] == []
    assert ec2.describe_key_pairs()["KeyPairs"] == []
    assert ec2.describe_volumes()["Volumes"] == []
    assert twin.client("iam").list_instance_profiles()["InstanceProfiles"] == []
    own = [each["name"] for each in ecs.describe_capacity_providers()["capacityProviders"]]
    assert own == ["FARGATE", "FARGATE_SPOT"]
    assert ecs.list_clusters()["clusterArns"] == []
