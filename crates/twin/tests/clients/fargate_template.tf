# As the seed has it, with what its repository adds (S4-18), but for its weak points (S4-19): the tasks are reached
# from the balancer alone, images have a tag, TLS is today's. The first image is somebody else's, since the registry
# is as new as the rest.
variable "name" { default = "seed" }
variable "environment" { default = "test" }
variable "cidr" { default = "10.0.0.0/16" }
variable "private_subnets" { default = ["10.0.0.0/20", "10.0.32.0/20", "10.0.64.0/20"] }
variable "public_subnets" { default = ["10.0.16.0/20", "10.0.48.0/20", "10.0.80.0/20"] }
variable "availability_zones" { default = ["eu-central-1a", "eu-central-1b", "eu-central-1c"] }
variable "certificate" {}
variable "secrets" { default = { token = "first" } }

# Changed by the test.
variable "tag" { default = "" }
variable "health_check_path" { default = "/health" }
variable "container_port" { default = 8080 }
variable "retention" { default = 30 }
variable "owner" { default = "a" }
variable "tls_policy" { default = "ELBSecurityPolicy-TLS13-1-2-2021-06" }
variable "keep" { default = 10 }
variable "least" { default = 1 }
variable "cpu" { default = 60 }
variable "actions" { default = ["dynamodb:GetItem", "dynamodb:PutItem"] }

locals {
  tags  = { owner = var.owner }
  image = var.tag == "" ? "acme/app:1" : "${aws_ecr_repository.main.repository_url}:${var.tag}"
}

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
resource "aws_subnet" "private" {
  count             = length(var.private_subnets)
  vpc_id            = aws_vpc.main.id
  cidr_block        = element(var.private_subnets, count.index)
  availability_zone = element(var.availability_zones, count.index)
  tags              = local.tags
}
resource "aws_eip" "nat" {
  count  = length(var.private_subnets)
  domain = "vpc"
  tags   = local.tags
}
resource "aws_nat_gateway" "main" {
  count         = length(var.private_subnets)
  allocation_id = element(aws_eip.nat[*].id, count.index)
  subnet_id     = element(aws_subnet.public[*].id, count.index)
  tags          = local.tags
  depends_on    = [aws_internet_gateway.main]
}
resource "aws_route_table" "private" {
  count  = length(var.private_subnets)
  vpc_id = aws_vpc.main.id
  tags   = local.tags
}
resource "aws_route" "private" {
  count                  = length(compact(var.private_subnets))
  route_table_id         = element(aws_route_table.private[*].id, count.index)
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = element(aws_nat_gateway.main[*].id, count.index)
}
resource "aws_route_table_association" "private" {
  count          = length(var.private_subnets)
  subnet_id      = element(aws_subnet.private[*].id, count.index)
  route_table_id = element(aws_route_table.private[*].id, count.index)
}
data "aws_iam_policy_document" "flow_trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["vpc-flow-logs.amazonaws.com"]
    }
  }
}
resource "aws_iam_role" "flow" {
  name               = "${var.name}-vpc-flow-logs-role"
  assume_role_policy = data.aws_iam_policy_document.flow_trust.json
}
resource "aws_iam_role_policy" "flow" {
  name = "${var.name}-vpc-flow-logs-policy"
  role = aws_iam_role.flow.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
      Resource = "${aws_cloudwatch_log_group.flow.arn}:*"
    }]
  })
}
resource "aws_cloudwatch_log_group" "flow" { name = "${var.name}-cloudwatch-log-group" }
resource "aws_flow_log" "main" {
  iam_role_arn    = aws_iam_role.flow.arn
  log_destination = aws_cloudwatch_log_group.flow.arn
  traffic_type    = "ALL"
  vpc_id          = aws_vpc.main.id
  tags            = local.tags
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
resource "aws_secretsmanager_secret" "main" {
  for_each                = var.secrets
  name                    = "${var.name}-${each.key}-${var.environment}"
  recovery_window_in_days = 0
  tags                    = local.tags
}
resource "aws_secretsmanager_secret_version" "main" {
  for_each      = var.secrets
  secret_id     = aws_secretsmanager_secret.main[each.key].id
  secret_string = each.value
}
resource "aws_iam_role_policy" "secrets" {
  name = "${var.name}-task-policy-secrets"
  role = aws_iam_role.execution.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "secretsmanager:GetSecretValue"
      Resource = values(aws_secretsmanager_secret.main)[*].arn
    }]
  })
}
resource "aws_ecr_repository" "main" {
  name                 = "${var.name}-${var.environment}"
  image_tag_mutability = "MUTABLE"
  force_delete         = true
  tags                 = local.tags
}
resource "aws_ecr_lifecycle_policy" "main" {
  repository = aws_ecr_repository.main.name
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "keep last ${var.keep} images"
      action       = { type = "expire" }
      selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = var.keep }
    }]
  })
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
    image       = local.image
    essential   = true
    environment = [{ name = "PORT", value = tostring(var.container_port) }]
    secrets     = [for key, secret in aws_secretsmanager_secret.main : { name = upper(key), valueFrom = secret.arn }]
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
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  network_configuration {
    security_groups  = [aws_security_group.tasks.id]
    subnets          = aws_subnet.private[*].id
    assign_public_ip = false
  }
  load_balancer {
    target_group_arn = aws_alb_target_group.main.arn
    container_name   = "${var.name}-container-${var.environment}"
    container_port   = var.container_port
  }
  # Nothing that it names leads to them, and its tasks do not come up before.
  depends_on = [
    aws_alb_listener.http,
    aws_alb_listener.https,
    aws_iam_role_policy.secrets,
    aws_iam_role_policy_attachment.execution,
    aws_route.private,
    aws_route_table_association.private,
    aws_secretsmanager_secret_version.main,
  ]
  # CI and scaling own them (S4-11).
  lifecycle { ignore_changes = [task_definition, desired_count] }
}
resource "aws_appautoscaling_target" "ecs_target" {
  max_capacity       = 4
  min_capacity       = var.least
  resource_id        = "service/${aws_ecs_cluster.main.name}/${aws_ecs_service.main.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  service_namespace  = "ecs"
}
resource "aws_appautoscaling_policy" "ecs_policy" {
  for_each           = { memory = ["Memory", 80], cpu = ["CPU", var.cpu] }
  name               = "${each.key}-autoscaling"
  policy_type        = "TargetTrackingScaling"
  resource_id        = aws_appautoscaling_target.ecs_target.resource_id
  scalable_dimension = aws_appautoscaling_target.ecs_target.scalable_dimension
  service_namespace  = aws_appautoscaling_target.ecs_target.service_namespace
  target_tracking_scaling_policy_configuration {
    target_value       = each.value[1]
    scale_in_cooldown  = 300
    scale_out_cooldown = 300
    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverage${each.value[0]}Utilization"
    }
  }
}
