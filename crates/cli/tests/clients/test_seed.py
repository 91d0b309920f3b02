"""What the first deployer should have made, row by row (docs/reference/seeds.md).

A number in a docstring is that of a mistake of its, which this test would see again.
"""

import json

import pytest
from seed import PASSWORD, Seed, document
from test_hello import records


@pytest.fixture(scope="module")
def anzu(tmp_path_factory):
    seed = Seed(tmp_path_factory.mktemp("anzu"))
    try:
        assert seed.up()[0].strip() == "https://anzu.example.com"
        yield seed
    finally:
        seed.sandbox.stop()


def test_the_network_has_a_gateway_and_a_name(anzu):
    [vpc] = anzu.ec2.describe_vpcs()["Vpcs"]
    assert vpc["CidrBlock"] == "10.0.0.0/16"
    assert {"Key": "Name", "Value": "anzu-production-vpc"} in vpc["Tags"]
    [gateway] = anzu.ec2.describe_internet_gateways()["InternetGateways"]
    assert [attached["VpcId"] for attached in gateway["Attachments"]] == [vpc["VpcId"]]


def test_every_zone_has_a_public_subnet(anzu):
    subnets = anzu.ec2.describe_subnets()["Subnets"]
    assert {subnet["CidrBlock"] for subnet in subnets} == {f"10.0.{n}.0/24" for n in (1, 2, 3)}
    assert len({subnet["AvailabilityZone"] for subnet in subnets}) == 3
    assert all(subnet["Tags"] for subnet in subnets)


def test_only_what_has_ipv6_is_routed_by_it(anzu):
    """B37, B38: the table is one of ours, by its id; and nothing leads to addresses that nobody has."""
    [table] = anzu.ec2.describe_route_tables(RouteTableIds=[anzu.out("network/route_table", "id")])["RouteTables"]
    routes = {
        route.get("DestinationCidrBlock", route.get("DestinationIpv6CidrBlock")): route["GatewayId"]
        for route in table["Routes"]
    }
    assert routes == {"10.0.0.0/16": "local", "0.0.0.0/0": anzu.out("network/internet_gateway", "id")}
    assert len(table["Associations"]) == 3
    ranges = [rule.get("CidrIpv6") for rule in anzu.rules("ingress/security_group", egress=False)]
    assert ranges == [None, None]


def test_the_world_reaches_the_balancer_on_two_ports(anzu):
    rules = anzu.rules("ingress/security_group", egress=False)
    assert {(rule["FromPort"], rule["ToPort"], rule["CidrIpv4"]) for rule in rules} == {
        (80, 80, "0.0.0.0/0"),
        (443, 443, "0.0.0.0/0"),
    }


def test_only_the_balancer_reaches_the_tasks_and_on_their_port_only(anzu):
    """B42"""
    [rule] = anzu.rules("services.web/security_group", egress=False)
    assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 8080, 8080)
    assert rule["ReferencedGroupInfo"]["GroupId"] == anzu.out("ingress/security_group", "id")
    assert "CidrIpv4" not in rule
    [out] = anzu.rules("services.web/security_group", egress=True)
    assert (out["IpProtocol"], out["CidrIpv4"]) == ("-1", "0.0.0.0/0")


def test_the_balancer_stands_in_every_subnet(anzu):
    [balancer] = anzu.elbv2.describe_load_balancers()["LoadBalancers"]
    assert (balancer["Scheme"], balancer["IpAddressType"]) == ("internet-facing", "ipv4")
    assert len(balancer["AvailabilityZones"]) == 3


def test_http_is_sent_to_the_port_of_https(anzu):
    """B32"""
    [action] = anzu.listeners()[80]["DefaultActions"]
    redirect = action["RedirectConfig"]
    assert (redirect["Protocol"], redirect["Port"]) == ("HTTPS", "443")
    assert redirect["StatusCode"] == "HTTP_301"
    assert (redirect["Host"], redirect["Path"], redirect["Query"]) == ("#{host}", "/#{path}", "#{query}")


def test_https_takes_no_old_tls_and_answers_for_nobody_else(anzu):
    """B43"""
    https = anzu.listeners()[443]
    policy = https["SslPolicy"]
    assert policy.startswith("ELBSecurityPolicy-TLS13-1-2-"), policy
    assert [it["CertificateArn"] for it in https["Certificates"]] == [anzu.out("ingress/certificate", "arn")]
    [action] = https["DefaultActions"]
    answer = action["FixedResponseConfig"]
    assert (answer["StatusCode"], answer["ContentType"]) == ("404", "application/json")
    assert json.loads(answer["MessageBody"]) == {"message": "Not Found"}


def test_the_hostname_leads_to_the_target_group(anzu):
    rules = anzu.elbv2.describe_rules(ListenerArn=anzu.listeners()[443]["ListenerArn"])["Rules"]
    [rule] = [rule for rule in rules if not rule["IsDefault"]]
    [condition] = rule["Conditions"]
    assert (condition["Field"], condition["Values"]) == ("host-header", ["anzu.example.com"])
    assert rule["Actions"][0]["TargetGroupArn"] == anzu.out("services.web/target_group", "arn")


def test_targets_are_checked_and_drained_as_the_manifest_says(anzu):
    """B50: what was fixed there has a value of its own here, and draining takes 30 s."""
    [group] = anzu.elbv2.describe_target_groups()["TargetGroups"]
    assert (group["TargetType"], group["Protocol"], group["ProtocolVersion"]) == ("ip", "HTTP", "HTTP1")
    assert (group["HealthCheckPath"], group["HealthyThresholdCount"]) == ("/healthz", 2)
    assert group["Matcher"]["HttpCode"] == "200-399"
    attributes = anzu.elbv2.describe_target_group_attributes(TargetGroupArn=group["TargetGroupArn"])
    values = {it["Key"]: it["Value"] for it in attributes["Attributes"]}
    assert values["deregistration_delay.timeout_seconds"] == "30"


def test_the_certificate_is_issued_by_its_record(anzu):
    """B2: its record bears a name of ACM's own, below the hostname."""
    [summary] = anzu.acm.list_certificates()["CertificateSummaryList"]
    assert (summary["DomainName"], summary["Status"]) == ("anzu.example.com", "ISSUED")
    certificate = anzu.acm.describe_certificate(CertificateArn=summary["CertificateArn"])["Certificate"]
    [option] = certificate["DomainValidationOptions"]
    record = option["ResourceRecord"]
    assert record["Name"] != "anzu.example.com."
    written = {it["name"]: it["content"] for it in records(anzu.sandbox)}
    assert written[record["Name"].rstrip(".")] == record["Value"].rstrip(".")


def test_the_hostname_is_a_record_that_says_whose_it_is(anzu):
    """B54: its mark, its proxy and its value are written as they are read."""
    [record] = [it for it in records(anzu.sandbox) if it["name"] == "anzu.example.com"]
    [balancer] = anzu.elbv2.describe_load_balancers()["LoadBalancers"]
    assert (record["type"], record["ttl"], record["proxied"]) == ("CNAME", 60, False)
    assert record["content"] == balancer["DNSName"]
    assert "anzu-production services.web/record" in record["comment"]
    assert anzu.exits(0, "plan", "--detailed-exitcode")


def test_the_service_runs_as_many_tasks_as_are_asked_for(anzu):
    """B33, B49: and they have longer to start than two checks take."""
    service = anzu.service()
    assert (service["desiredCount"], service["runningCount"]) == (2, 2)
    configuration = service["deploymentConfiguration"]
    assert (configuration["minimumHealthyPercent"], configuration["maximumPercent"]) == (100, 200)
    breaker = configuration["deploymentCircuitBreaker"]
    assert breaker["enable"] and breaker["rollback"]
    network = service["networkConfiguration"]["awsvpcConfiguration"]
    assert network["assignPublicIp"] == "ENABLED" and len(network["subnets"]) == 3
    assert [it["containerPort"] for it in service["loadBalancers"]] == [8080]
    [group] = anzu.elbv2.describe_target_groups()["TargetGroups"]
    until_healthy = group["HealthCheckIntervalSeconds"] * group["HealthyThresholdCount"]
    assert service["healthCheckGracePeriodSeconds"] >= 2 * until_healthy


def test_the_container_is_what_the_manifest_says(anzu):
    revision = anzu.revision()
    assert (revision["cpu"], revision["memory"], revision["networkMode"]) == ("1024", "2048", "awsvpc")
    assert revision["requiresCompatibilities"] == ["FARGATE"]
    [container] = revision["containerDefinitions"]
    assert container["image"] == "ghcr.io/acme/web:1"
    assert (container["entryPoint"], container["command"]) == (["/bin/anzu"], ["serve"])
    assert [port["containerPort"] for port in container["portMappings"]] == [8080]


def test_the_variables_have_one_order_and_one_port(anzu):
    """B47"""
    [container] = anzu.revision()["containerDefinitions"]
    pairs = [(it["name"], it["value"]) for it in container["environment"]]
    assert pairs == [("ALPHA", "a"), ("MIDDLE", "m"), ("PORT", "8080"), ("ZETA", "z")]


def test_what_a_container_says_is_kept(anzu):
    """B48: logs, a time to stop in, and a processor."""
    revision = anzu.revision()
    [container] = revision["containerDefinitions"]
    log = container["logConfiguration"]
    [group] = anzu.logs.describe_log_groups()["logGroups"]
    assert log["logDriver"] == "awslogs"
    assert log["options"]["awslogs-group"] == group["logGroupName"]
    assert container["stopTimeout"] == 30
    assert revision["runtimePlatform"]["cpuArchitecture"] == "X86_64"


def test_roles_are_named_by_name_and_used_by_arn(anzu):
    """B26, B28"""
    revision = anzu.revision()
    for part in ("execution", "task"):
        role = anzu.iam.get_role(RoleName=anzu.out(f"services.web/{part}_role", "name"))["Role"]
        assert revision[f"{part}RoleArn" if part == "task" else "executionRoleArn"] == role["Arn"]
    assert revision["executionRoleArn"] != revision["taskRoleArn"]
    attached = anzu.iam.list_attached_role_policies(
        RoleName=anzu.out("services.web/execution_role", "name")
    )["AttachedPolicies"]
    assert [it["PolicyName"] for it in attached] == ["AmazonECSTaskExecutionRolePolicy"]


def test_the_execution_role_reads_that_secret_and_no_other(anzu):
    """B14, B25: in a policy of the role's own, which goes with it and is JSON."""
    role = anzu.out("services.web/execution_role", "name")
    [name] = anzu.iam.list_role_policies(RoleName=role)["PolicyNames"]
    policy = document(anzu.iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
    [statement] = policy["Statement"]
    assert statement["Resource"] == [anzu.out("registry/secret", "arn")]
    assert statement["Action"] == ["secretsmanager:GetSecretValue"]
    assert anzu.iam.list_policies(Scope="Local")["Policies"] == []


def test_the_secret_is_json_whatever_the_password(anzu):
    """B41"""
    [container] = anzu.revision()["containerDefinitions"]
    secret = container["repositoryCredentials"]["credentialsParameter"]
    value = anzu.secretsmanager.get_secret_value(SecretId=secret)["SecretString"]
    assert json.loads(value) == {"username": "acme", "password": PASSWORD}


def test_everything_says_whose_it_is(anzu):
    """B53: whatever the state knows bears a mark in the cloud, of the stack and of its address."""
    listed = anzu.sandbox.client("resourcegroupstaggingapi").get_resources()["ResourceTagMappingList"]
    marks = [{tag["Key"]: tag["Value"] for tag in it["Tags"]} for it in listed]
    for part in ("execution", "task"):
        name = anzu.out(f"services.web/{part}_role", "name")
        marks.append({tag["Key"]: tag["Value"] for tag in anzu.iam.list_role_tags(RoleName=name)["Tags"]})
    assert {mark["ashore:stack"] for mark in marks} == {"anzu/production"}
    own = [
        address
        for address, record in anzu.resources().items()
        if record["ownership"] != "shared" and record["kind"].startswith("aws.")
    ]
    # A tag's value has no brackets.
    assert {address.replace("[", ":").rstrip("]") for address in own} == {mark["ashore:address"] for mark in marks}


def test_the_state_has_all_that_deleting_takes(anzu):
    """B23: and says of each whether it is ours at all."""
    resources = anzu.resources()
    assert {record["ownership"] for record in resources.values()} == {"ours", "shared"}
    assert all(record["kind"] and record["spec"] and record["outputs"] for record in resources.values())
    assert resources["cluster"]["outputs"]["arn"].endswith("cluster/anzu-production-cluster")
    assert resources["services.web/record"]["outputs"]["zone_id"]
    shared = {address for address, record in resources.items() if record["ownership"] == "shared"}
    assert shared == {"account/service_linked_role[ecs]", "account/service_linked_role[elasticloadbalancing]"}


def test_service_linked_roles_are_aws_s_own(anzu):
    """B31"""
    roles = anzu.iam.list_roles(PathPrefix="/aws-service-role/")["Roles"]
    assert {role["RoleName"] for role in roles} == {
        "AWSServiceRoleForECS",
        "AWSServiceRoleForElasticLoadBalancing",
    }
    assert "iam:CreateServiceLinkedRole" in anzu.changes()
