"""Terraform keeps repositories and keys."""

from terraform import Terraform

ECR = """
variable "keep" {
  type    = number
  default = 10
}

resource "aws_kms_key" "images" {
  description             = "images"
  deletion_window_in_days = 7
  tags                    = { app = "shop" }
}
resource "aws_kms_alias" "images" {
  name          = "alias/images"
  target_key_id = aws_kms_key.images.key_id
}
resource "aws_ecr_repository" "web" {
  name                 = "shop/web"
  image_tag_mutability = var.keep > 10 ? "MUTABLE" : "IMMUTABLE"
  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.images.arn
  }
  image_scanning_configuration { scan_on_push = true }
  tags = { app = "shop", keep = var.keep }
}
resource "aws_ecr_lifecycle_policy" "web" {
  repository = aws_ecr_repository.web.name
  policy = jsonencode({ rules = [{
    rulePriority = 1
    description  = "keep the last ones"
    selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = var.keep }
    action       = { type = "expire" }
  }] })
}
resource "aws_ecr_repository_policy" "web" {
  repository = aws_ecr_repository.web.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Sid = "pull", Effect = "Allow", Principal = { AWS = "arn:aws:iam::210987654321:root" }
    Action = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
  }] })
}
resource "aws_ecr_registry_scanning_configuration" "all" {
  scan_type = "BASIC"
  rule {
    scan_frequency = "SCAN_ON_PUSH"
    repository_filter {
      filter      = "*"
      filter_type = "WILDCARD"
    }
  }
}
data "aws_ecr_authorization_token" "token" {}
"""


def test_repositories(twin, tmp_path):
    terraform = Terraform(twin, tmp_path, ECR)
    ecr = twin.client("ecr")
    terraform.apply()
    assert terraform.plans_nothing()
    (made,) = ecr.describe_repositories()["repositories"]
    assert made["imageTagMutability"] == "IMMUTABLE"
    terraform.run("apply", "-auto-approve", "-var", "keep=20")
    assert '"countNumber":20' in ecr.get_lifecycle_policy(repositoryName="shop/web")["lifecyclePolicyText"]
    assert ecr.describe_repositories()["repositories"][0]["imageTagMutability"] == "MUTABLE"
    assert terraform.run("plan", "-detailed-exitcode", "-var", "keep=20").returncode == 0
    terraform.destroy()
    assert ecr.describe_repositories()["repositories"] == []
    kms = twin.client("kms")
    states = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] for key in kms.list_keys()["Keys"]]
    assert states == ["PendingDeletion"]
