"""Terraform's scaling, queues, alarms, rules and schedules: applied, nothing left to plan, changed, destroyed."""

from terraform import Terraform

NETWORK = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "public" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.0.0/24"
  availability_zone = "eu-central-1a"
}
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  container_definitions    = jsonencode([{ name = "web", image = "nginx:1.29" }])
}
"""

SCALING = NETWORK + """
variable "most" { default = 4 }
resource "aws_ecs_service" "web" {
  name            = "web"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  desired_count   = 1
  launch_type     = "FARGATE"
  network_configuration { subnets = [aws_subnet.public.id] }
  lifecycle { ignore_changes = [desired_count] }
}
resource "aws_appautoscaling_target" "web" {
  service_namespace  = "ecs"
  resource_id        = "service/${aws_ecs_cluster.main.name}/${aws_ecs_service.web.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = 1
  max_capacity       = var.most
  tags               = { app = "hello" }
}
resource "aws_appautoscaling_policy" "tracking" {
  for_each           = { CPU = 80, Memory = 60 }
  name               = lower(each.key)
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.web.service_namespace
  resource_id        = aws_appautoscaling_target.web.resource_id
  scalable_dimension = aws_appautoscaling_target.web.scalable_dimension
  target_tracking_scaling_policy_configuration {
    target_value      = each.value
    scale_in_cooldown = 120
    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverage${each.key}Utilization"
    }
  }
}
resource "aws_appautoscaling_policy" "backlog" {
  name               = "backlog"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.web.service_namespace
  resource_id        = aws_appautoscaling_target.web.resource_id
  scalable_dimension = aws_appautoscaling_target.web.scalable_dimension
  target_tracking_scaling_policy_configuration {
    target_value = 10
    customized_metric_specification {
      metrics {
        id          = "m1"
        return_data = false
        metric_stat {
          stat = "Sum"
          metric {
            namespace   = "AWS/SQS"
            metric_name = "ApproximateNumberOfMessagesVisible"
            dimensions {
              name  = "QueueName"
              value = "jobs"
            }
          }
        }
      }
      metrics {
        id          = "e1"
        expression  = "m1 / 2"
        label       = "half"
        return_data = true
      }
    }
  }
}
resource "aws_appautoscaling_policy" "steps" {
  name               = "steps"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.web.service_namespace
  resource_id        = aws_appautoscaling_target.web.resource_id
  scalable_dimension = aws_appautoscaling_target.web.scalable_dimension
  step_scaling_policy_configuration {
    adjustment_type         = "ChangeInCapacity"
    cooldown                = 60
    metric_aggregation_type = "Maximum"
    step_adjustment {
      metric_interval_lower_bound = 0
      scaling_adjustment          = 1
    }
  }
}
resource "aws_appautoscaling_scheduled_action" "night" {
  name               = "night"
  service_namespace  = aws_appautoscaling_target.web.service_namespace
  resource_id        = aws_appautoscaling_target.web.resource_id
  scalable_dimension = aws_appautoscaling_target.web.scalable_dimension
  schedule           = "cron(0 20 * * ? *)"
  timezone           = "Europe/Berlin"
  scalable_target_action {
    min_capacity = 1
    max_capacity = 1
  }
}
"""


def change(terraform, before, after):
    """Changes the text, applies it, and finds nothing more to do."""
    file = terraform.folder / "main.tf"
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))
    assert not terraform.plans_nothing()
    terraform.apply()
    assert terraform.plans_nothing()


def nothing_was_unknown(twin):
    refused = {(entry["operation"], entry["outcome"]) for entry in twin.log()}
    assert not [one for one in refused if one[1] == "NotImplemented"], refused


def test_scaling(start, tmp_path):
    twin = start(speed=100)
    terraform = Terraform(twin, tmp_path, SCALING)
    terraform.apply()
    assert terraform.plans_nothing()
    assert len(twin.client("cloudwatch").describe_alarms()["MetricAlarms"]) == 6
    change(terraform, "default = 4", "default = 6")
    change(terraform, "CPU = 80", "CPU = 70")
    change(terraform, "cron(0 20 * * ? *)", "cron(0 21 * * ? *)")
    (target,) = twin.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert target["MaxCapacity"] == 6
    terraform.destroy()
    assert twin.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
    assert twin.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"] == []
    nothing_was_unknown(twin)


QUEUES = """
resource "aws_sqs_queue" "dead" {
  name                      = "jobs-dead"
  message_retention_seconds = 1209600
  redrive_allow_policy      = jsonencode({ redrivePermission = "allowAll" })
}
resource "aws_sqs_queue" "jobs" {
  name                       = "jobs"
  visibility_timeout_seconds = 60
  sqs_managed_sse_enabled    = true
  redrive_policy             = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 5 })
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "sns.amazonaws.com" }, Action = "sqs:SendMessage", Resource = "*" }]
  })
  tags                       = { app = "hello" }
}
"""


# The provider waits in its own time, 25 seconds after each change of a queue: no other test here has one.
def test_queues(start, tmp_path):
    twin = start(speed=100)
    terraform = Terraform(twin, tmp_path, QUEUES)
    terraform.apply()
    assert terraform.plans_nothing()
    change(terraform, "visibility_timeout_seconds = 60", "visibility_timeout_seconds = 90")
    terraform.destroy()
    assert "QueueUrls" not in twin.client("sqs").list_queues()
    nothing_was_unknown(twin)


ALARMS = """
resource "aws_sns_topic" "ops" {
  name = "ops"
  tags = { app = "hello" }
}
resource "aws_sns_topic_subscription" "inbox" {
  topic_arn = aws_sns_topic.ops.arn
  protocol  = "sqs"
  endpoint  = "arn:aws:sqs:eu-central-1:123456789012:inbox"
}
resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "errors"
  alarm_description   = "too many errors"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.ops.arn]
  tags                = { app = "hello" }
  metric_query {
    id          = "rate"
    expression  = "100 * errors / FILL(requests, 1)"
    label       = "per cent"
    return_data = true
  }
  metric_query {
    id = "errors"
    metric {
      namespace   = "AWS/ApplicationELB"
      metric_name = "HTTPCode_Target_5XX_Count"
      period      = 60
      stat        = "Sum"
      dimensions  = { LoadBalancer = "app/web/1" }
    }
  }
  metric_query {
    id = "requests"
    metric {
      namespace   = "AWS/ApplicationELB"
      metric_name = "RequestCount"
      period      = 60
      stat        = "Sum"
      dimensions  = { LoadBalancer = "app/web/1" }
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "slow" {
  alarm_name          = "slow"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "TargetResponseTime"
  extended_statistic  = "p99"
  period              = 60
  comparison_operator = "GreaterThanOrEqualToThreshold"
  evaluation_periods  = 5
  threshold           = 0.5
  dimensions          = { LoadBalancer = "app/web/1" }
  ok_actions          = [aws_sns_topic.ops.arn]
}
resource "aws_cloudwatch_dashboard" "web" {
  dashboard_name = "web"
  dashboard_body = jsonencode({
    widgets = [{
      type = "metric", x = 0, y = 0, width = 12, height = 6
      properties = { region = "eu-central-1", title = "CPU", metrics = [["AWS/ECS", "CPUUtilization", "ClusterName", "main"]] }
    }]
  })
}
"""


def test_alarms(start, tmp_path):
    twin = start(speed=100)
    terraform = Terraform(twin, tmp_path, ALARMS)
    terraform.apply()
    assert terraform.plans_nothing()
    change(terraform, "threshold           = 1\n", "threshold           = 2\n")
    change(terraform, 'title = "CPU"', 'title = "Processor"')
    terraform.destroy()
    cloudwatch = twin.client("cloudwatch")
    assert (cloudwatch.describe_alarms()["MetricAlarms"], cloudwatch.list_dashboards()["DashboardEntries"]) == ([], [])
    assert twin.client("sns").list_topics()["Topics"] == []
    nothing_was_unknown(twin)


RULE = """
resource "aws_cloudwatch_log_group" "tasks" { name = "/events/tasks" }
resource "aws_cloudwatch_log_resource_policy" "events" {
  policy_name = "events"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = ["events.amazonaws.com", "delivery.logs.amazonaws.com"] }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "${aws_cloudwatch_log_group.tasks.arn}:*"
    }]
  })
}
resource "aws_cloudwatch_event_rule" "stopped" {
  name        = "stopped"
  description = "tasks that stopped"
  event_pattern = jsonencode({
    source      = ["aws.ecs"]
    detail-type = ["ECS Task State Change"]
    detail      = { lastStatus = ["STOPPED"] }
  })
  tags = { app = "hello" }
}
resource "aws_cloudwatch_event_target" "log" {
  rule = aws_cloudwatch_event_rule.stopped.name
  arn  = aws_cloudwatch_log_group.tasks.arn
}
"""


def test_rule(start, tmp_path):
    twin = start(speed=100)
    terraform = Terraform(twin, tmp_path, RULE)
    terraform.apply()
    assert terraform.plans_nothing()
    change(terraform, "tasks that stopped", "tasks that ended")
    terraform.destroy()
    assert twin.client("events").list_rules()["Rules"] == []
    assert twin.client("logs").describe_resource_policies()["resourcePolicies"] == []
    nothing_was_unknown(twin)


SCHEDULE = NETWORK + """
resource "aws_iam_role" "runner" {
  name = "runner"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "scheduler.amazonaws.com" } }]
  })
}
resource "aws_scheduler_schedule_group" "jobs" {
  name = "jobs"
  tags = { app = "hello" }
}
resource "aws_scheduler_schedule" "nightly" {
  name                         = "nightly"
  group_name                   = aws_scheduler_schedule_group.jobs.name
  schedule_expression          = "cron(0 3 * * ? *)"
  schedule_expression_timezone = "Europe/Berlin"
  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 15
  }
  target {
    arn      = aws_ecs_cluster.main.arn
    role_arn = aws_iam_role.runner.arn
    input    = jsonencode({ containerOverrides = [{ name = "web", command = ["migrate"] }] })
    dead_letter_config { arn = "arn:aws:sqs:eu-central-1:123456789012:dead" }
    retry_policy { maximum_retry_attempts = 3 }
    ecs_parameters {
      task_definition_arn = aws_ecs_task_definition.web.arn
      launch_type         = "FARGATE"
      network_configuration {
        subnets          = [aws_subnet.public.id]
        assign_public_ip = true
      }
    }
  }
}
"""


def test_schedule(start, tmp_path):
    twin = start(speed=100)
    terraform = Terraform(twin, tmp_path, SCHEDULE)
    terraform.apply()
    assert terraform.plans_nothing()
    change(terraform, "cron(0 3 * * ? *)", "cron(0 4 * * ? *)")
    terraform.destroy()
    scheduler = twin.client("scheduler")
    assert scheduler.list_schedules()["Schedules"] == []
    assert [one["Name"] for one in scheduler.list_schedule_groups()["ScheduleGroups"]] == ["default"]
    nothing_was_unknown(twin)
