"""Terraform applies, plans nothing, and destroys."""

from terraform import Terraform

LOG_GROUP = """
resource "aws_cloudwatch_log_group" "web" {
  name              = "/tf/web"
  retention_in_days = 14
  tags              = { app = "hello" }
}
data "aws_caller_identity" "me" {}
output "me" { value = data.aws_caller_identity.me.arn }
"""


def test_log_group(twin, tmp_path):
    terraform = Terraform(twin, tmp_path, LOG_GROUP)
    terraform.apply()
    (group,) = twin.client("logs").describe_log_groups()["logGroups"]
    assert (group["logGroupName"], group["retentionInDays"]) == ("/tf/web", 14)
    assert terraform.plans_nothing()
    terraform.destroy()
    assert twin.client("logs").describe_log_groups()["logGroups"] == []
    assert {entry["outcome"] for entry in twin.log()} == {"ok"}

STACK = """
variable "zones" { default = ["a", "b"] }

resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
  tags                 = { app = "hello" }
}
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "public" {
  count                   = 2
  vpc_id                  = aws_vpc.main.id
  cidr_block              = cidrsubnet("10.0.0.0/16", 8, count.index)
  availability_zone       = "eu-central-1${var.zones[count.index]}"
  map_public_ip_on_launch = true
}
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}
resource "aws_route_table_association" "public" {
  count          = 2
  subnet_id      = aws_subnet.public[count.index].id
  route_table_id = aws_route_table.public.id
}
resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_lb" "web" {
  name            = "web"
  security_groups = [aws_security_group.web.id]
  subnets         = aws_subnet.public[*].id
  depends_on      = [aws_internet_gateway.main]
}
resource "aws_lb_target_group" "web" {
  name        = "web"
  port        = 80
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
}
resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.web.arn
  port              = 80
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_iam_role" "execution" {
  name = "execution"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}
resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}
resource "aws_cloudwatch_log_group" "web" { name = "/tf/web" }
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.execution.arn
  container_definitions = jsonencode([{
    name         = "web"
    image        = "nginx:1.29"
    portMappings = [{ containerPort = 80 }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.web.name
        awslogs-region        = "eu-central-1"
        awslogs-stream-prefix = "web"
      }
    }
  }])
}
resource "aws_ecs_service" "web" {
  name                  = "web"
  cluster               = aws_ecs_cluster.main.id
  task_definition       = aws_ecs_task_definition.web.arn
  desired_count         = 2
  launch_type           = "FARGATE"
  wait_for_steady_state = true
  network_configuration {
    subnets          = aws_subnet.public[*].id
    security_groups  = [aws_security_group.web.id]
    assign_public_ip = true
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = 80
  }
  depends_on = [aws_lb_listener.web, aws_iam_role_policy_attachment.execution]
}
"""


def test_whole_stack(start, tmp_path):
    twin = start(speed=100)
    terraform = Terraform(twin, tmp_path, STACK)
    terraform.apply()
    service = {"cluster": "main", "services": ["web"]}
    (running,) = twin.client("ecs").describe_services(**service)["services"]
    assert running["runningCount"] == 2
    assert terraform.plans_nothing()
    terraform.destroy()
    assert not [vpc for vpc in twin.client("ec2").describe_vpcs()["Vpcs"] if not vpc["IsDefault"]]
    refused = {entry["outcome"] for entry in twin.log()}
    assert "NotImplemented" not in refused, refused
