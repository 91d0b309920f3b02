"""Terraform's network of the larger kind: private subnets behind NAT gateways, endpoints, a flow log, a private zone."""

from terraform import Terraform

NETWORK = """
variable "zones" { default = ["a", "b"] }
variable "private" { default = "app" }

resource "aws_vpc" "main" {
  cidr_block                       = "172.24.0.0/16"
  enable_dns_hostnames             = true
  assign_generated_ipv6_cidr_block = true
  tags                             = { app = "hello" }
}
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_egress_only_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
  tags   = { app = "hello" }
}
resource "aws_subnet" "public" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet("172.24.0.0/16", 8, count.index)
  ipv6_cidr_block   = cidrsubnet(aws_vpc.main.ipv6_cidr_block, 8, count.index)
  availability_zone = "eu-central-1${var.zones[count.index]}"
}
resource "aws_subnet" "private" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet("172.24.0.0/16", 8, 10 + count.index)
  availability_zone = "eu-central-1${var.zones[count.index]}"
  tags              = { Name = var.private }
}
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}
resource "aws_route_table_association" "public" {
  count          = 2
  subnet_id      = aws_subnet.public[count.index].id
  route_table_id = aws_route_table.public.id
}
resource "aws_eip" "nat" {
  count      = 2
  domain     = "vpc"
  tags       = { app = "hello" }
  depends_on = [aws_internet_gateway.main]
}
resource "aws_nat_gateway" "main" {
  count         = 2
  allocation_id = aws_eip.nat[count.index].id
  subnet_id     = aws_subnet.public[count.index].id
  tags          = { app = "hello" }
  depends_on    = [aws_internet_gateway.main]
}
resource "aws_route_table" "private" {
  count  = 2
  vpc_id = aws_vpc.main.id
}
resource "aws_route" "nat" {
  count                  = 2
  route_table_id         = aws_route_table.private[count.index].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.main[count.index].id
}
resource "aws_route" "egress" {
  count                       = 2
  route_table_id              = aws_route_table.private[count.index].id
  destination_ipv6_cidr_block = "::/0"
  egress_only_gateway_id      = aws_egress_only_internet_gateway.main.id
}
resource "aws_route_table_association" "private" {
  count          = 2
  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = aws_route_table.private[count.index].id
}
data "aws_vpc_endpoint_service" "ecr" { service = "ecr.dkr" }
data "aws_prefix_list" "s3" { name = "com.amazonaws.eu-central-1.s3" }
data "aws_ec2_managed_prefix_list" "s3" { name = "com.amazonaws.eu-central-1.s3" }
resource "aws_security_group" "endpoints" {
  name   = "endpoints"
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = [aws_vpc.main.cidr_block]
  }
  egress {
    from_port       = 443
    to_port         = 443
    protocol        = "tcp"
    prefix_list_ids = [data.aws_ec2_managed_prefix_list.s3.id]
  }
}
resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.main.id
  service_name    = "com.amazonaws.eu-central-1.s3"
  route_table_ids = POLICY_TABLES
  tags            = { app = "hello" }
}
resource "aws_vpc_endpoint" "ecr" {
  vpc_id              = aws_vpc.main.id
  service_name        = data.aws_vpc_endpoint_service.ecr.service_name
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = aws_subnet.private[*].id
  security_group_ids  = [aws_security_group.endpoints.id]
}
resource "aws_cloudwatch_log_group" "flow" { name = "/flow" }
resource "aws_iam_role" "flow" {
  name = "flow"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "vpc-flow-logs.amazonaws.com" }
    }]
  })
}
resource "aws_iam_role_policy" "flow" {
  role = aws_iam_role.flow.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.flow.arn}:*"
    }]
  })
}
resource "aws_flow_log" "main" {
  vpc_id          = aws_vpc.main.id
  traffic_type    = "ALL"
  iam_role_arn    = aws_iam_role.flow.arn
  log_destination = aws_cloudwatch_log_group.flow.arn
}
resource "aws_s3_bucket" "flow" { bucket = "flow-logs" }
resource "aws_flow_log" "bucket" {
  subnet_id            = aws_subnet.private[0].id
  traffic_type         = "REJECT"
  log_destination_type = "s3"
  log_destination      = "${aws_s3_bucket.flow.arn}/subnet"
}
resource "aws_route53_zone" "private" {
  name = "myorg.local"
  vpc { vpc_id = aws_vpc.main.id }
}
resource "aws_route53_record" "db" {
  zone_id = aws_route53_zone.private.zone_id
  name    = "db"
  type    = "A"
  ttl     = 60
  records = ["172.24.10.9"]
}
output "range" { value = data.aws_prefix_list.s3.cidr_blocks }
"""


def left(ec2):
    """What there still is; deleted NAT gateways are shown for an hour."""
    return [
        ec2.describe_addresses()["Addresses"],
        [each for each in ec2.describe_nat_gateways()["NatGateways"] if each["State"] != "deleted"],
        ec2.describe_vpc_endpoints()["VpcEndpoints"],
        ec2.describe_flow_logs()["FlowLogs"],
        ec2.describe_egress_only_internet_gateways()["EgressOnlyInternetGateways"],
        ec2.describe_network_interfaces()["NetworkInterfaces"],
        ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"],
    ]


def test_network(start, tmp_path):
    twin = start(speed=100)
    tables = "aws_route_table.private[*].id"
    terraform = Terraform(twin, tmp_path, NETWORK.replace("POLICY_TABLES", tables))
    terraform.apply()
    ec2, r53 = twin.client("ec2"), twin.client("route53")
    assert [each["State"] for each in ec2.describe_nat_gateways()["NatGateways"]] == ["available"] * 2
    assert {each["State"] for each in ec2.describe_vpc_endpoints()["VpcEndpoints"]} == {"available"}
    assert {each["DeliverLogsStatus"] for each in ec2.describe_flow_logs()["FlowLogs"]} == {"SUCCESS"}
    assert terraform.plans_nothing()

    changed = NETWORK.replace("POLICY_TABLES", "concat(aws_route_table.private[*].id, [aws_route_table.public.id])")
    changed = changed.replace("subnet_ids          = aws_subnet.private[*].id", "subnet_ids = [aws_subnet.private[0].id]")
    (tmp_path / "main.tf").write_text(changed.replace('default = "app"', 'default = "other"'))
    terraform.apply()
    gateway, interface = sorted(ec2.describe_vpc_endpoints()["VpcEndpoints"], key=lambda each: each["VpcEndpointType"])
    assert len(gateway["RouteTableIds"]) == 3 and len(interface["SubnetIds"]) == 1
    assert terraform.plans_nothing()

    terraform.destroy()
    assert left(ec2) == [[]] * 7
    assert [each["Name"] for each in r53.list_hosted_zones()["HostedZones"]] == ["example.org."]
    assert "NotImplemented" not in {entry["outcome"] for entry in twin.log()}


ONE_NAT = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.0.0/24"
}
resource "aws_eip" "main" { domain = "vpc" }
resource "aws_nat_gateway" "public" {
  allocation_id = aws_eip.main.id
  subnet_id     = aws_subnet.main.id
}
resource "aws_nat_gateway" "private" {
  connectivity_type = "private"
  private_ip        = "10.0.0.50"
  subnet_id         = aws_subnet.main.id
}
"""


def test_a_nat_before_its_gateway_fails(start, tmp_path):
    """Without `depends_on` nothing makes Terraform attach the gateway first: what users meet on AWS."""
    twin = start(speed=100)
    terraform = Terraform(twin, tmp_path, ONE_NAT)
    said = terraform.run("apply", "-auto-approve", codes=(1,)).stdout
    assert "Gateway.NotAttached" in said or "has no Internet gateway attached" in said
    terraform.destroy()
    assert left(twin.client("ec2")) == [[]] * 7
