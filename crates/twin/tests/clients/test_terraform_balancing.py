"""Terraform's network, internal and classic load balancers: applied, nothing left to plan, changed, destroyed."""

import pytest
from terraform import Terraform
from test_terraform_elbv2 import validate

NETWORK = """
variable "zones" { default = ["a", "b"] }

resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "main" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet("10.0.0.0/16", 8, count.index)
  availability_zone = "eu-central-1${var.zones[count.index]}"
  depends_on        = [aws_internet_gateway.main]
}
resource "aws_security_group" "main" {
  name   = "main"
  vpc_id = aws_vpc.main.id
}
"""
CERTIFICATE = """
resource "aws_acm_certificate" "main" {
  domain_name       = "www.example.com"
  validation_method = "DNS"
}
"""

NLB = """
resource "aws_lb" "net" {
  name                             = "net"
  load_balancer_type               = "network"
  security_groups                  = [aws_security_group.main.id]
  enable_cross_zone_load_balancing = %(cross)s
  tags                             = { app = "hello" }
  dynamic "subnet_mapping" {
    for_each = aws_subnet.main[*].id
    content { subnet_id = subnet_mapping.value }
  }
}
resource "aws_lb_target_group" "tcp" {
  name                 = "tcp"
  port                 = 5432
  protocol             = "TCP"
  target_type          = "ip"
  vpc_id               = aws_vpc.main.id
  deregistration_delay = 30
  preserve_client_ip   = true
  health_check {
    protocol = "TCP"
    interval = %(interval)s
  }
}
resource "aws_lb_target_group" "tls" {
  name        = "tls"
  port        = 8443
  protocol    = "TCP"
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
  health_check {
    protocol = "HTTP"
    path     = "/health"
  }
}
resource "aws_lb_target_group" "dns" {
  name        = "dns"
  port        = 53
  protocol    = "UDP"
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
}
resource "aws_lb_target_group_attachment" "tcp" {
  target_group_arn = aws_lb_target_group.tcp.arn
  target_id        = "10.0.0.77"
  port             = 5433
}
resource "aws_lb_listener" "tcp" {
  load_balancer_arn        = aws_lb.net.arn
  port                     = 5432
  protocol                 = "TCP"
  tcp_idle_timeout_seconds = 600
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.tcp.arn
  }
}
resource "aws_lb_listener" "dns" {
  load_balancer_arn = aws_lb.net.arn
  port              = 53
  protocol          = "UDP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.dns.arn
  }
}
"""
TLS = """
resource "aws_lb_listener" "tls" {
  load_balancer_arn = aws_lb.net.arn
  port              = 443
  protocol          = "TLS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  alpn_policy       = "HTTP2Preferred"
  certificate_arn   = aws_acm_certificate.main.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.tls.arn
  }
}
"""

ALB = """
resource "aws_lb" "inside" {
  name            = "inside"
  internal        = true
  security_groups = [aws_security_group.main.id]
  subnets         = aws_subnet.main[*].id
  idle_timeout    = 30
}
resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.inside.arn
  port              = 80
  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = "404"
    }
  }
}
resource "aws_lb_target_group" "app" {
  count       = 3
  name        = "app-${count.index}"
  port        = 80
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
}
resource "aws_lb_listener_rule" "app" {
  count        = %(rules)s
  listener_arn = aws_lb_listener.http.arn
  priority     = 100 + count.index
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.app[count.index %% 3].arn
  }
  condition {
    host_header { values = ["h${count.index}.example.com"] }
  }
  condition {
    path_pattern { values = ["/api/${count.index}/*"] }
  }
}
resource "aws_wafv2_web_acl" "main" {
  name        = "main"
  description = "%(description)s"
  scope       = "REGIONAL"
  tags        = { app = "hello" }
  default_action {
    allow {}
  }
  visibility_config {
    cloudwatch_metrics_enabled = false
    metric_name                = "main"
    sampled_requests_enabled   = false
  }
}
resource "aws_wafv2_web_acl_association" "main" {
  resource_arn = aws_lb.inside.arn
  web_acl_arn  = aws_wafv2_web_acl.main.arn
}
"""
OIDC = """
resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.inside.arn
  port              = 443
  protocol          = "HTTPS"
  certificate_arn   = aws_acm_certificate.main.arn
  default_action {
    type = "authenticate-oidc"
    authenticate_oidc {
      issuer                              = "https://idp.example.com"
      authorization_endpoint              = "https://idp.example.com/authorize"
      token_endpoint                      = "https://idp.example.com/token"
      user_info_endpoint                  = "https://idp.example.com/userinfo"
      client_id                           = "shop"
      client_secret                       = "canary"
      scope                               = "%(scope)s"
      authentication_request_extra_params = { prompt = "login" }
    }
  }
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.app[0].arn
  }
}
resource "aws_lb_listener_rule" "open" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 1
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.app[1].arn
  }
  condition {
    path_pattern { values = ["/public/*"] }
  }
}
"""

CLASSIC = """
resource "aws_elb" "old" {
  name                      = "old"
  subnets                   = aws_subnet.main[*].id
  security_groups           = [aws_security_group.main.id]
  idle_timeout              = %(idle)s
  connection_draining       = true
  tags                      = { app = "%(app)s" }
  listener {
    lb_port           = 80
    lb_protocol       = "http"
    instance_port     = %(port)s
    instance_protocol = "http"
  }
  listener {
    lb_port           = 2222
    lb_protocol       = "tcp"
    instance_port     = 22
    instance_protocol = "tcp"
  }
  health_check {
    target              = "HTTP:8080/health"
    interval            = 30
    timeout             = 3
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}
resource "aws_lb_cookie_stickiness_policy" "old" {
  name                     = "sticky"
  load_balancer            = aws_elb.old.id
  lb_port                  = 80
  cookie_expiration_period = 600
}
"""


@pytest.fixture
def twin(start):
    twin = start(speed=200)
    twin.timing({"balancer": 0, "web_acl": 0})
    return twin


def nothing_is_left(twin):
    ec2, elb = twin.client("ec2"), twin.client("elbv2")
    assert elb.describe_load_balancers()["LoadBalancers"] == []
    assert elb.describe_target_groups()["TargetGroups"] == []
    assert twin.client("elb").describe_load_balancers()["LoadBalancerDescriptions"] == []
    assert twin.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"] == []
    assert [one for one in ec2.describe_vpcs()["Vpcs"] if not one["IsDefault"]] == []


def test_a_network_balancer(twin, tmp_path, eventually):
    before, after = {"cross": "false", "interval": 20}, {"cross": "true", "interval": 30}
    terraform = Terraform(twin, tmp_path, NETWORK + CERTIFICATE + NLB % before)
    terraform.apply()
    assert terraform.plans_nothing()
    eventually(validate(twin))
    (tmp_path / "main.tf").write_text(NETWORK + CERTIFICATE + NLB % after + TLS)
    terraform.apply()
    assert terraform.plans_nothing()
    elb = twin.client("elbv2")
    arn = elb.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
    found = elb.describe_listeners(LoadBalancerArn=arn)["Listeners"]
    assert {one["Protocol"]: one["Port"] for one in found} == {"TCP": 5432, "UDP": 53, "TLS": 443}
    terraform.destroy()
    nothing_is_left(twin)


def test_an_internal_balancer_with_rules_login_and_waf(twin, tmp_path, eventually):
    before, after = {"rules": 12, "description": "one"}, {"rules": 9, "description": "two"}
    terraform = Terraform(twin, tmp_path, NETWORK + CERTIFICATE + ALB % before)
    terraform.apply()
    assert terraform.plans_nothing()
    eventually(validate(twin))
    for scope in ("openid", "openid email"):
        text = NETWORK + CERTIFICATE + ALB % after + OIDC % {"scope": scope}
        (tmp_path / "main.tf").write_text(text)
        terraform.apply()
        assert terraform.plans_nothing()
    arn = twin.client("elbv2").describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
    assert twin.client("wafv2").get_web_acl_for_resource(ResourceArn=arn)["WebACL"]["Name"] == "main"
    terraform.destroy()
    nothing_is_left(twin)


def test_a_classic_balancer(twin, tmp_path):
    # The port stays: Terraform makes the listener anew for another one, and the cookie's policy is off it then.
    before, after = {"idle": 60, "app": "hello", "port": 8080}, {"idle": 120, "app": "bye", "port": 8080}
    terraform = Terraform(twin, tmp_path, NETWORK + CLASSIC % before)
    terraform.apply()
    assert terraform.plans_nothing()
    (tmp_path / "main.tf").write_text(NETWORK + CLASSIC % after)
    terraform.apply()
    assert terraform.plans_nothing()
    (found,) = twin.client("elb").describe_load_balancers()["LoadBalancerDescriptions"]
    ports = {one["Listener"]["LoadBalancerPort"]: one["Listener"]["InstancePort"] for one in found["ListenerDescriptions"]}
    assert ports == {80: 8080, 2222: 22}
    terraform.destroy()
    nothing_is_left(twin)
