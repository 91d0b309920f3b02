"""Terraform's load balancers and certificates: applied, nothing left to plan, destroyed."""

import pytest
from terraform import Terraform

RESOURCES = """
variable "zones" { default = ["a", "b"] }

resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "public" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet("10.0.0.0/16", 8, count.index)
  availability_zone = "eu-central-1${var.zones[count.index]}"
}
resource "aws_acm_certificate" "web" {
  domain_name               = "www.example.com"
  subject_alternative_names = ["*.example.com"]
  validation_method         = "DNS"
  tags                      = { app = "hello" }
}
resource "aws_lb" "web" {
  name                       = "web"
  internal                   = true
  subnets                    = aws_subnet.public[*].id
  idle_timeout               = 120
  drop_invalid_header_fields = true
  tags                       = { app = "hello" }
}
resource "aws_lb_target_group" "web" {
  count                = 2
  name                 = "web-${count.index}"
  port                 = 8080
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = aws_vpc.main.id
  deregistration_delay = 30
  tags                 = { app = "hello" }
  health_check {
    path                = "/health"
    matcher             = "200-399"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
  stickiness {
    type            = "lb_cookie"
    cookie_duration = 600
    enabled         = true
  }
}
resource "aws_lb_target_group_attachment" "web" {
  target_group_arn = aws_lb_target_group.web[0].arn
  target_id        = "10.0.0.77"
}
resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.web.arn
  port              = 80
  default_action {
    type = "redirect"
    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}
resource "aws_lb_listener" "other" {
  load_balancer_arn = aws_lb.web.arn
  port              = 8080
  tags              = { app = "hello" }
  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      message_body = "nobody is here"
      status_code  = "404"
    }
  }
}
resource "aws_lb_listener_rule" "paths" {
  listener_arn = aws_lb_listener.other.arn
  priority     = 10
  action {
    type = "forward"
    forward {
      target_group {
        arn    = aws_lb_target_group.web[0].arn
        weight = 90
      }
      target_group {
        arn    = aws_lb_target_group.web[1].arn
        weight = 10
      }
    }
  }
  condition {
    path_pattern { values = ["/api/*"] }
  }
  condition {
    host_header { values = ["www.example.com"] }
  }
}
resource "aws_lb_listener_rule" "headers" {
  listener_arn = aws_lb_listener.other.arn
  priority     = 20
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web[0].arn
  }
  condition {
    http_header {
      http_header_name = "X-Canary"
      values           = ["1"]
    }
  }
  condition {
    query_string {
      key   = "v"
      value = "2"
    }
  }
  condition {
    source_ip { values = ["10.0.0.0/8"] }
  }
}
"""

SECURE = """
resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.web.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
  certificate_arn   = aws_acm_certificate.web.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web[0].arn
  }
}
"""


@pytest.fixture
def twin(start):
    twin = start(speed=200)
    twin.timing({"balancer": 0})
    return twin


def validate(twin):
    """Writes the certificate's records, which Terraform has no provider for here."""
    acm = twin.client("acm")
    (found,) = acm.list_certificates()["CertificateSummaryList"]
    options = acm.describe_certificate(CertificateArn=found["CertificateArn"])["Certificate"]["DomainValidationOptions"]
    zone = twin.cloudflare("GET", "/zones?name=example.com")[1]["result"][0]["id"]
    for name, value in {(one["ResourceRecord"]["Name"], one["ResourceRecord"]["Value"]) for one in options}:
        body = {"type": "CNAME", "name": name.rstrip("."), "content": value.rstrip("."), "proxied": False}
        assert twin.cloudflare("POST", f"/zones/{zone}/dns_records", body)[0] == 200
    status = lambda: acm.list_certificates()["CertificateSummaryList"][0]["Status"]
    return lambda: status() == "ISSUED"


def test_balancers_and_certificates(twin, tmp_path, eventually):
    terraform = Terraform(twin, tmp_path, RESOURCES)
    terraform.apply()
    assert terraform.plans_nothing()
    eventually(validate(twin))
    (tmp_path / "secure.tf").write_text(SECURE)
    terraform.apply()
    assert terraform.plans_nothing()
    terraform.destroy()
    assert twin.client("elbv2").describe_load_balancers()["LoadBalancers"] == []
    assert twin.client("acm").list_certificates()["CertificateSummaryList"] == []
