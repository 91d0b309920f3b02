"""Terraform keeps a bucket and the distribution before it."""

from terraform import Terraform

ASSETS = """
variable "age" {
  type    = number
  default = 3000
}

resource "aws_s3_bucket" "assets" {
  bucket = "shop-assets"
  tags   = { app = "shop" }
}
resource "aws_s3_bucket_versioning" "assets" {
  bucket = aws_s3_bucket.assets.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket_cors_configuration" "assets" {
  bucket = aws_s3_bucket.assets.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
    allowed_headers = ["*"]
    max_age_seconds = var.age
  }
}
resource "aws_s3_bucket_server_side_encryption_configuration" "assets" {
  bucket = aws_s3_bucket.assets.id
  rule {
    apply_server_side_encryption_by_default { sse_algorithm = "AES256" }
    bucket_key_enabled = true
  }
}
resource "aws_s3_bucket_public_access_block" "assets" {
  bucket                  = aws_s3_bucket.assets.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
resource "aws_s3_bucket_ownership_controls" "assets" {
  bucket = aws_s3_bucket.assets.id
  rule { object_ownership = "BucketOwnerEnforced" }
}
resource "aws_s3_bucket_lifecycle_configuration" "assets" {
  bucket = aws_s3_bucket.assets.id
  rule {
    id     = "old"
    status = "Enabled"
    filter { prefix = "tmp/" }
    noncurrent_version_expiration { noncurrent_days = 30 }
    abort_incomplete_multipart_upload { days_after_initiation = 7 }
  }
}
resource "aws_s3_object" "index" {
  bucket        = aws_s3_bucket.assets.id
  key           = "index.html"
  content       = "<p>${var.age}</p>"
  content_type  = "text/html"
  cache_control = "max-age=60"
}
resource "aws_cloudfront_origin_access_control" "assets" {
  name                              = "assets"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}
data "aws_cloudfront_cache_policy" "optimized" { name = "Managed-CachingOptimized" }
resource "aws_cloudfront_distribution" "assets" {
  enabled             = true
  # The destruction waits for it, by the half minutes of Terraform's own clock.
  wait_for_deployment = false
  comment             = "age ${var.age}"
  default_root_object = "index.html"
  http_version        = "http2and3"
  is_ipv6_enabled     = true
  origin {
    origin_id                = "s3"
    domain_name              = aws_s3_bucket.assets.bucket_regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.assets.id
  }
  default_cache_behavior {
    target_origin_id       = "s3"
    viewer_protocol_policy = "redirect-to-https"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    compress               = true
    cache_policy_id        = data.aws_cloudfront_cache_policy.optimized.id
  }
  custom_error_response {
    error_code         = 404
    response_code      = 200
    response_page_path = "/index.html"
  }
  restrictions {
    geo_restriction { restriction_type = "none" }
  }
  viewer_certificate { cloudfront_default_certificate = true }
  tags = { app = "shop" }
}
resource "aws_s3_bucket_policy" "assets" {
  bucket = aws_s3_bucket.assets.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Sid       = "cdn"
    Effect    = "Allow"
    Principal = { Service = "cloudfront.amazonaws.com" }
    Action    = "s3:GetObject"
    Resource  = "${aws_s3_bucket.assets.arn}/*"
    Condition = { StringEquals = { "AWS:SourceArn" = aws_cloudfront_distribution.assets.arn } }
  }] })
}
"""


def test_a_bucket_behind_a_distribution(start, tmp_path):
    twin = start(speed=60)
    terraform = Terraform(twin, tmp_path, ASSETS)
    s3, cdn = twin.client("s3"), twin.client("cloudfront")
    terraform.apply()
    assert terraform.plans_nothing()
    assert s3.get_object(Bucket="shop-assets", Key="index.html")["Body"].read() == b"<p>3000</p>"
    (row,) = cdn.list_distributions()["DistributionList"]["Items"]
    assert row["Comment"] == "age 3000"
    change = ("-var", "age=60")
    terraform.run("apply", "-auto-approve", *change)
    assert terraform.run("plan", "-detailed-exitcode", *change).returncode == 0
    assert s3.get_bucket_cors(Bucket="shop-assets")["CORSRules"][0]["MaxAgeSeconds"] == 60
    (row,) = cdn.list_distributions()["DistributionList"]["Items"]
    assert row["Comment"] == "age 60"
    # What is left in a bucket keeps it, unless it was to be emptied.
    for one in s3.list_object_versions(Bucket="shop-assets").get("Versions", []):
        if not one["IsLatest"]:
            s3.delete_object(Bucket="shop-assets", Key=one["Key"], VersionId=one["VersionId"])
    terraform.destroy()
    assert s3.list_buckets()["Buckets"] == [] and cdn.list_distributions()["DistributionList"]["Quantity"] == 0
    assert cdn.list_origin_access_controls()["OriginAccessControlList"]["Quantity"] == 0
