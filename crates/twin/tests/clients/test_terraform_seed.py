"""The fifth seed's template with public subnets, whole: applied, nothing left to plan, changed, destroyed (S4).

Its NAT gateways, registry and scaling come with the services that they need.
"""

import json

from terraform import Terraform

# As the seed has it, but for public tasks, and for what it calls its own weak points (S4-19): the tasks are
# reached from the balancer alone, images have a tag, TLS is today's.
TEMPLATE = """
variable "name" { default = "seed" }
variable "environment" { default = "test" }
variable "cidr" { default = "10.0.0.0/16" }
variable "public_subnets" { default = ["10.0.0.0/20", "10.0.32.0/20", "10.0.64.0/20"] }
variable "availability_zones" { default = ["eu-central-1a", "eu-central-1b", "eu-central-1c"] }
variable "certificate" {}

# Changed by the test.
variable "image" { default = "acme/app:1" }
variable "health_check_path" { default = "/health" }
variable "container_port" { default = 8080 }
variable "retention" { default = 30 }
variable "owner" { default = "a" }
variable "tls_policy" { default = "ELBSecurityPolicy-TLS13-1-2-2021-06" }
variable "actions" { default = ["dynamodb:GetItem", "dynamodb:PutItem"] }

locals { tags = { owner = var.owner } }

resource "aws_vpc" "main" {
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = merge(local.tags, { Name = "${var.name}-vpc-${var.environment}" })
}
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
  tags   = local.tags
}
resource "aws_subnet" "public" {
  count                   = length(var.public_subnets)
  vpc_id                  = aws_vpc.main.id
  cidr_block              = element(var.public_subnets, count.index)
  availability_zone       = element(var.availability_zones, count.index)
  map_public_ip_on_launch = true
  tags                    = local.tags
}
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
  tags   = local.tags
}
resource "aws_route" "public" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}
resource "aws_route_table_association" "public" {
  count          = length(var.public_subnets)
  subnet_id      = element(aws_subnet.public[*].id, count.index)
  route_table_id = aws_route_table.public.id
}
resource "aws_security_group" "alb" {
  name   = "${var.name}-sg-alb-${var.environment}"
  vpc_id = aws_vpc.main.id
  tags   = local.tags
  dynamic "ingress" {
    for_each = [80, 443]
    content {
      protocol         = "tcp"
      from_port        = ingress.value
      to_port          = ingress.value
      cidr_blocks      = ["0.0.0.0/0"]
      ipv6_cidr_blocks = ["::/0"]
    }
  }
  egress {
    protocol         = "-1"
    from_port        = 0
    to_port          = 0
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }
}
resource "aws_security_group" "tasks" {
  name   = "${var.name}-sg-task-${var.environment}"
  vpc_id = aws_vpc.main.id
  tags   = local.tags
  ingress {
    protocol        = "tcp"
    from_port       = var.container_port
    to_port         = var.container_port
    security_groups = [aws_security_group.alb.id]
  }
  egress {
    protocol         = "-1"
    from_port        = 0
    to_port          = 0
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }
}
resource "aws_lb" "main" {
  name                       = "${var.name}-alb-${var.environment}"
  internal                   = false
  load_balancer_type         = "application"
  security_groups            = [aws_security_group.alb.id]
  subnets                    = aws_subnet.public[*].id
  enable_deletion_protection = false
  tags                       = local.tags
  depends_on                 = [aws_internet_gateway.main]
}
resource "aws_alb_target_group" "main" {
  name        = "${var.name}-tg-${var.environment}"
  port        = 80
  protocol    = "HTTP"
  vpc_id      = aws_vpc.main.id
  target_type = "ip"
  tags        = local.tags
  health_check {
    healthy_threshold   = "3"
    interval            = "30"
    protocol            = "HTTP"
    matcher             = "200"
    timeout             = "3"
    path                = var.health_check_path
    unhealthy_threshold = "2"
  }
}
resource "aws_alb_listener" "http" {
  load_balancer_arn = aws_lb.main.id
  port              = 80
  protocol          = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      port        = 443
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}
resource "aws_alb_listener" "https" {
  load_balancer_arn = aws_lb.main.id
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = var.tls_policy
  certificate_arn   = var.certificate
  default_action {
    target_group_arn = aws_alb_target_group.main.id
    type             = "forward"
  }
}
resource "aws_cloudwatch_log_group" "main" {
  name              = "/ecs/${var.name}-task-${var.environment}"
  retention_in_days = var.retention
  tags              = local.tags
}
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}
resource "aws_iam_role" "task" {
  name               = "${var.name}-ecsTaskRole"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
resource "aws_iam_role" "execution" {
  name               = "${var.name}-ecsTaskExecutionRole"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
resource "aws_iam_policy" "dynamodb" {
  name        = "${var.name}-task-policy-dynamodb"
  description = "Policy that allows access to DynamoDB"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = var.actions
      Resource = "arn:aws:dynamodb:eu-central-1:123456789012:table/seed"
    }]
  })
}
resource "aws_iam_role_policy_attachment" "task" {
  role       = aws_iam_role.task.name
  policy_arn = aws_iam_policy.dynamodb.arn
}
resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}
resource "aws_ecs_cluster" "main" {
  name = "${var.name}-cluster-${var.environment}"
  tags = local.tags
}
resource "aws_ecs_task_definition" "main" {
  family                   = "${var.name}-task-${var.environment}"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  tags                     = local.tags
  container_definitions = jsonencode([{
    name        = "${var.name}-container-${var.environment}"
    image       = var.image
    essential   = true
    environment = [{ name = "PORT", value = tostring(var.container_port) }]
    portMappings = [{
      protocol      = "tcp"
      containerPort = var.container_port
      hostPort      = var.container_port
    }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.main.name
        awslogs-stream-prefix = "ecs"
        awslogs-region        = "eu-central-1"
      }
    }
  }])
}
resource "aws_ecs_service" "main" {
  name                               = "${var.name}-service-${var.environment}"
  cluster                            = aws_ecs_cluster.main.id
  task_definition                    = aws_ecs_task_definition.main.arn
  desired_count                      = 2
  deployment_minimum_healthy_percent = 50
  deployment_maximum_percent         = 200
  health_check_grace_period_seconds  = 60
  launch_type                        = "FARGATE"
  scheduling_strategy                = "REPLICA"
  wait_for_steady_state              = true
  tags                               = local.tags
  network_configuration {
    security_groups  = [aws_security_group.tasks.id]
    subnets          = aws_subnet.public[*].id
    assign_public_ip = true
  }
  load_balancer {
    target_group_arn = aws_alb_target_group.main.arn
    container_name   = "${var.name}-container-${var.environment}"
    container_port   = var.container_port
  }
  depends_on = [aws_alb_listener.http, aws_alb_listener.https, aws_iam_role_policy_attachment.execution]
  # CI and scaling own them (S4-11).
  lifecycle { ignore_changes = [task_definition, desired_count] }
}
"""

CHANGES = {
    "image": "acme/app:2",
    "health_check_path": "/healthz",
    "retention": 90,
    "owner": "b",
    "tls_policy": "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    "actions": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
}


def issued(twin, eventually):
    """A certificate, which the seed takes as it is (S4-13)."""
    acm = twin.client("acm")
    arn = acm.request_certificate(DomainName="seed.example.com", ValidationMethod="DNS")["CertificateArn"]
    detail = lambda: acm.describe_certificate(CertificateArn=arn)["Certificate"]
    record = lambda: detail()["DomainValidationOptions"][0].get("ResourceRecord")
    eventually(record)
    zone = twin.cloudflare("GET", "/zones?name=example.com")[1]["result"][0]["id"]
    proof = {name.lower(): value.rstrip(".") for name, value in record().items()}
    body = {"type": proof["type"], "name": proof["name"], "content": proof["value"], "proxied": False}
    assert twin.cloudflare("POST", f"/zones/{zone}/dns_records", body)[0] == 200
    eventually(lambda: detail()["Status"] == "ISSUED")
    return arn


def test_the_template_with_public_subnets(start, tmp_path, eventually):
    twin = start(speed=200)
    variables = {"certificate": issued(twin, eventually)}
    terraform = Terraform(twin, tmp_path, TEMPLATE)
    given = lambda: (tmp_path / "terraform.tfvars.json").write_text(json.dumps(variables))
    ecs, elb, logs = twin.client("ecs"), twin.client("elbv2"), twin.client("logs")
    place = {"cluster": "seed-cluster-test"}
    service = lambda: ecs.describe_services(**place, services=["seed-service-test"])["services"][0]

    listeners = lambda: elb.describe_listeners(
        LoadBalancerArn=elb.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
    )["Listeners"]

    given()
    terraform.apply()
    assert (service()["runningCount"], service()["desiredCount"]) == (2, 2)
    [targets] = elb.describe_target_groups()["TargetGroups"]
    health = lambda: [
        target["TargetHealth"]["State"]
        for target in elb.describe_target_health(TargetGroupArn=targets["TargetGroupArn"])[
            "TargetHealthDescriptions"
        ]
    ]
    eventually(lambda: health() == ["healthy", "healthy"])
    assert terraform.plans_nothing()

    variables.update(CHANGES)
    given()
    assert not terraform.plans_nothing()
    before = service()["taskDefinition"]
    terraform.apply()
    assert terraform.plans_nothing()
    assert service()["taskDefinition"] == before
    [group] = logs.describe_log_groups()["logGroups"]
    assert group["retentionInDays"] == 90
    [targets] = elb.describe_target_groups()["TargetGroups"]
    assert targets["HealthCheckPath"] == "/healthz"
    [policy] = {listener["SslPolicy"] for listener in listeners() if listener["Port"] == 443}
    assert policy == CHANGES["tls_policy"]

    # What the seed's CI does: the newest revision, whoever has registered it (S4-15); and scaling, S4-14.
    newest = ecs.list_task_definitions(familyPrefix="seed-task-test", sort="DESC")["taskDefinitionArns"][0]
    assert newest != before
    ecs.update_service(**place, service="seed-service-test", taskDefinition=newest, desiredCount=3)
    eventually(lambda: service()["runningCount"] == 3 and len(service()["deployments"]) == 1, seconds=30)
    assert terraform.plans_nothing()

    terraform.destroy()
    assert not [vpc for vpc in twin.client("ec2").describe_vpcs()["Vpcs"] if not vpc["IsDefault"]]
    assert elb.describe_load_balancers()["LoadBalancers"] == []
    assert ecs.list_clusters()["clusterArns"] == [] and logs.describe_log_groups()["logGroups"] == []
    own = [role["RoleName"] for role in twin.client("iam").list_roles(PathPrefix="/")["Roles"]]
    assert not [name for name in own if name.startswith("seed-")]
    assert "NotImplemented" not in {entry["outcome"] for entry in twin.log()}
