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
