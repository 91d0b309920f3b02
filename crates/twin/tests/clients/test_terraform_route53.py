"""Terraform's hosted zones and records: applied, nothing left to plan, destroyed.

The provider itself waits half a minute for each step of changes, so that this takes three minutes.
"""

from terraform import Terraform

ZONE = """
resource "aws_route53_zone" "main" {
  name    = "acme.test"
  comment = "by terraform"
  tags    = { app = "hello" }
}
resource "aws_route53_record" "www" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "www"
  type    = "A"
  ttl     = 60
  records = ["192.0.2.1"]
}
resource "aws_route53_record" "wildcard" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "*.dev.acme.test"
  type    = "CNAME"
  ttl     = 60
  records = ["www.acme.test"]
}
resource "aws_route53_record" "text" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "acme.test"
  type    = "TXT"
  ttl     = 300
  records = ["v=spf1 -all", "second"]
}
resource "aws_route53_record" "apex" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "acme.test"
  type    = "A"
  alias {
    name                   = aws_route53_record.www.fqdn
    zone_id                = aws_route53_zone.main.zone_id
    evaluate_target_health = false
  }
}
resource "aws_acm_certificate" "web" {
  domain_name       = "www.acme.test"
  validation_method = "DNS"
}
resource "aws_route53_record" "validation" {
  for_each = {
    for one in aws_acm_certificate.web.domain_validation_options : one.domain_name => one
  }
  zone_id = aws_route53_zone.main.zone_id
  name    = each.value.resource_record_name
  type    = each.value.resource_record_type
  records = [each.value.resource_record_value]
  ttl     = 60
}
resource "aws_acm_certificate_validation" "web" {
  certificate_arn         = aws_acm_certificate.web.arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]
}
data "aws_route53_zone" "found" {
  name       = "acme.test"
  depends_on = [aws_route53_zone.main]
}
"""


def test_zone_and_records(start, tmp_path):
    twin = start(speed=100)
    terraform = Terraform(twin, tmp_path, ZONE)
    terraform.apply()
    r53 = twin.client("route53")
    [zone] = [one for one in r53.list_hosted_zones()["HostedZones"] if one["Name"] == "acme.test."]
    assert zone["ResourceRecordSetCount"] == 7
    assert terraform.plans_nothing()
    terraform.destroy()
    assert [one["Name"] for one in r53.list_hosted_zones()["HostedZones"]] == ["example.org."]
    assert "NotImplemented" not in {entry["outcome"] for entry in twin.log()}
