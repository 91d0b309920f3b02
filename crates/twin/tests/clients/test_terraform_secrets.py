"""Terraform keeps secrets and parameters."""

from terraform import Terraform

SECRETS = """
variable "value" { default = "one" }

resource "aws_secretsmanager_secret" "db" {
  name                    = "shop/db"
  description             = "The database"
  recovery_window_in_days = 7
  tags                    = { app = "shop" }
}
resource "aws_secretsmanager_secret_version" "db" {
  secret_id     = aws_secretsmanager_secret.db.id
  secret_string = var.value
}
resource "aws_ssm_parameter" "x" {
  name        = "/shop/x"
  description = "The x"
  type        = "SecureString"
  value       = var.value
  tags        = { app = "shop" }
}
data "aws_ssm_parameter" "image" {
  name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
}
data "aws_secretsmanager_random_password" "word" { password_length = 20 }
"""


def test_secrets_and_parameters(twin, tmp_path):
    terraform = Terraform(twin, tmp_path, SECRETS)
    manager, ssm = twin.client("secretsmanager"), twin.client("ssm")
    terraform.apply()
    assert manager.get_secret_value(SecretId="shop/db")["SecretString"] == "one"
    assert ssm.get_parameter(Name="/shop/x", WithDecryption=True)["Parameter"]["Value"] == "one"
    assert terraform.plans_nothing()
    terraform.run("apply", "-auto-approve", "-var", "value=two")
    assert manager.get_secret_value(SecretId="shop/db")["SecretString"] == "two"
    assert ssm.get_parameter(Name="/shop/x")["Parameter"]["Version"] == 2
    terraform.destroy()
    assert manager.list_secrets()["SecretList"] == [] and ssm.describe_parameters()["Parameters"] == []
    assert manager.describe_secret(SecretId="shop/db")["DeletedDate"]
