"""examples/django-stack, from nothing to what is to stay, and what the fourth seed names, as boto3 sees it."""

import base64
import json

import pytest
from django_stack import (
    REPOSITORY,
    SERVICE,
    allowed,
    container_instances,
    database,
    host_port,
    let_in,
    push,
    revision,
    secret_key,
    secret_value,
    service,
    tasks,
)
from examples import Example

PUBLIC = {"10.0.2.0/24": "eu-west-1a", "10.0.3.0/24": "eu-west-1b"}
PRIVATE = {"10.0.10.0/24": "eu-west-1a", "10.0.11.0/24": "eu-west-1b"}
HOSTNAME = "hello.example.org"
REFUSED, UNDONE = 7, 3
WORLD = "0.0.0.0/0"


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """Up: everything but the service (S3-24), then CI pushes, then the service."""
    django = Example("django-stack", tmp_path_factory.mktemp("example"), region="eu-west-1")
    try:
        django.exits(0, "check")
        django.exits(2, "plan", "--detailed-exitcode")
        told = django.exits(0, "up")
        # S3-5: where to push to is told.
        waits_for = f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/{REPOSITORY}:latest"
        assert "waits for its first image" in told and waits_for in told, told
        assert SERVICE not in django.resources()
        push(django, "latest", "one")
        django.comes_up()
        yield django
    finally:
        django.sandbox.stop()


# S3-6, S3-7: the network.


@pytest.fixture(scope="module")
def network(stack):
    """Subnets by range, and the tables that lead out of them."""
    ec2, vpc = stack.client("ec2"), [{"Name": "vpc-id", "Values": [stack.out("network/vpc", "id")]}]
    subnets = {one["SubnetId"]: one for one in ec2.describe_subnets(Filters=vpc)["Subnets"]}
    ways_out = {}
    for table in ec2.describe_route_tables(Filters=vpc)["RouteTables"]:
        [way_out] = [route for route in table["Routes"] if route.get("DestinationCidrBlock") == WORLD] or [None]
        for association in table["Associations"]:
            if subnet := association.get("SubnetId"):
                ways_out[subnets[subnet]["CidrBlock"]] = way_out
    return {one["CidrBlock"]: one for one in subnets.values()}, ways_out


def test_the_ranges_and_zones_of_the_seed(stack, network):
    subnets, _ = network
    [vpc] = stack.client("ec2").describe_vpcs(VpcIds=[stack.out("network/vpc", "id")])["Vpcs"]
    assert vpc["CidrBlock"] == "10.0.0.0/16"
    zones = {cidr: one["AvailabilityZone"] for cidr, one in subnets.items()}
    assert PUBLIC.items() | PRIVATE.items() <= zones.items()
    assert not any(one["MapPublicIpOnLaunch"] for one in subnets.values())


def test_public_subnets_lead_to_the_internet_and_private_ones_to_the_one_nat_gateway(stack, network):
    subnets, ways_out = network
    ec2 = stack.client("ec2")
    [internet] = ec2.describe_internet_gateways()["InternetGateways"]
    [nat] = ec2.describe_nat_gateways()["NatGateways"]
    [elastic] = ec2.describe_addresses()["Addresses"]
    assert (nat["State"], nat["SubnetId"]) == ("available", subnets["10.0.2.0/24"]["SubnetId"])
    assert [one["AllocationId"] for one in nat["NatGatewayAddresses"]] == [elastic["AllocationId"]]
    assert {ways_out[cidr]["GatewayId"] for cidr in PUBLIC} == {internet["InternetGatewayId"]}
    assert {ways_out[cidr]["NatGatewayId"] for cidr in PRIVATE} == {nat["NatGatewayId"]}


# S3-5, S3-21: the repository.


def test_the_account_pushes_and_ten_images_stay(stack):
    ecr = stack.client("ecr")
    [repository] = ecr.describe_repositories()["repositories"]
    assert repository["repositoryName"] == REPOSITORY
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}
    [statement] = json.loads(ecr.get_repository_policy(repositoryName=REPOSITORY)["policyText"])["Statement"]
    assert statement["Principal"] == {"AWS": ["arn:aws:iam::123456789012:root"]}
    assert {action.removeprefix("ecr:") for action in statement["Action"]} == {
        "GetDownloadUrlForLayer", "BatchGetImage", "BatchCheckLayerAvailability", "PutImage", "InitiateLayerUpload",
        "UploadLayerPart", "CompleteLayerUpload",
    }
    rules = json.loads(ecr.get_lifecycle_policy(repositoryName=REPOSITORY)["lifecyclePolicyText"])["rules"]
    last = max(rules, key=lambda rule: rule["rulePriority"])
    assert (last["selection"]["countNumber"], last["selection"]["tagStatus"]) == (10, "any")


# S3-9, S3-10: the database.


def test_postgresql_in_two_zones_with_a_week_of_backups(stack):
    one = database(stack)
    assert (one["DBInstanceIdentifier"], one["Engine"]) == ("django-production-db", "postgres")
    assert one["EngineVersion"].split(".")[0] == "18"
    assert (one["DBInstanceClass"], one["AllocatedStorage"], one["StorageType"]) == ("db.t4g.small", 20, "gp3")
    assert (one["DBName"], one["MasterUsername"]) == ("app", "app")
    assert one["MultiAZ"] and one["StorageEncrypted"] and one["DeletionProtection"] and one["CopyTagsToSnapshot"]
    assert one["BackupRetentionPeriod"] == 7 and not one["PubliclyAccessible"]
    assert one["MasterUserSecret"]["SecretStatus"] == "active"


def test_the_database_is_reached_by_the_instances_alone(stack, network):
    subnets, ways_out = network
    one = database(stack)
    [group] = one["VpcSecurityGroups"]
    assert group["VpcSecurityGroupId"] == stack.out("databases.db/security_group", "id")
    instances = stack.out("ec2/security_group", "id")
    assert let_in(stack, "databases.db/security_group") == {("tcp", 5432, 5432, instances)}
    stands = {subnet["SubnetIdentifier"] for subnet in one["DBSubnetGroup"]["Subnets"]}
    cidrs = {cidr for cidr, subnet in subnets.items() if subnet["SubnetId"] in stands}
    assert len({subnets[cidr]["AvailabilityZone"] for cidr in cidrs}) == 2
    assert cidrs.isdisjoint(ways_out), "nothing leads out of a database's subnet"


# S3-11, S3-12: bucket and distribution.


@pytest.fixture(scope="module")
def bucket(stack):
    [bucket] = stack.client("s3").list_buckets()["Buckets"]
    return bucket["Name"]


def test_the_bucket_keeps_versions_and_is_asked_by_the_pages_of_the_domain(stack, bucket):
    s3 = stack.client("s3")
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    [rule] = s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
    assert rule["AllowedOrigins"] == ["https://*.example.org"]
    assert set(rule["AllowedMethods"]) == {"POST", "PUT", "HEAD", "GET"} and rule["AllowedHeaders"] == ["*"]
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    [encryption] = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"


def test_the_files_are_there_as_what_they_are(stack, bucket):
    s3 = stack.client("s3")
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    heads = {key: s3.head_object(Bucket=bucket, Key=key) for key in keys}
    assert {key: head["ContentType"].split(";")[0] for key, head in heads.items()} == {
        "static/css/hello.css": "text/css", "static/img/hello.svg": "image/svg+xml",
    }
    assert {head["CacheControl"] for head in heads.values()} == {"public, max-age=3600"}


def test_only_the_distribution_reads_the_bucket_and_only_over_tls(stack, bucket):
    front = stack.client("cloudfront")
    [distribution] = front.list_distributions()["DistributionList"]["Items"]
    config = front.get_distribution_config(Id=distribution["Id"])["DistributionConfig"]
    [origin] = config["Origins"]["Items"]
    behaviour = config["DefaultCacheBehavior"]
    assert (config["Enabled"], behaviour["TargetOriginId"]) == (True, origin["Id"])
    assert behaviour["ViewerProtocolPolicy"] == "redirect-to-https"
    assert behaviour["ForwardedValues"]["QueryString"] is False
    assert origin["DomainName"] == f"{bucket}.s3.eu-west-1.amazonaws.com"
    control = front.get_origin_access_control(Id=origin["OriginAccessControlId"])["OriginAccessControl"]
    control = control["OriginAccessControlConfig"]
    assert (control["SigningBehavior"], control["SigningProtocol"]) == ("always", "sigv4")
    assert control["OriginAccessControlOriginType"] == "s3"
    tls, reader = json.loads(stack.client("s3").get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    assert (tls["Effect"], tls["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert (reader["Effect"], reader["Principal"]) == ("Allow", {"Service": "cloudfront.amazonaws.com"})
    assert (reader["Action"], reader["Resource"]) == ("s3:GetObject", f"arn:aws:s3:::{bucket}/*")
    assert reader["Condition"] == {"StringEquals": {"AWS:SourceArn": distribution["ARN"]}}


# S3-14, S3-17: the balancer, and who is reached by whom.


def test_the_balancer_ends_tls_and_sends_http_there(stack, network):
    subnets, _ = network
    elb = stack.client("elbv2")
    [balancer] = elb.describe_load_balancers()["LoadBalancers"]
    assert (balancer["Scheme"], balancer["Type"]) == ("internet-facing", "application")
    stands = {zone["SubnetId"] for zone in balancer["AvailabilityZones"]}
    assert stands == {subnets[cidr]["SubnetId"] for cidr in PUBLIC}
    listeners = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    listeners = {one["Port"]: one for one in listeners}
    assert {port: one["Protocol"] for port, one in listeners.items()} == {80: "HTTP", 443: "HTTPS"}
    [action] = listeners[80]["DefaultActions"]
    assert (action["RedirectConfig"]["Protocol"], action["RedirectConfig"]["StatusCode"]) == ("HTTPS", "HTTP_301")
    assert listeners[443]["SslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-2")
    [certificate] = stack.client("acm").list_certificates()["CertificateSummaryList"]
    assert (certificate["DomainName"], certificate["Status"]) == (HOSTNAME, "ISSUED")
    assert [one["CertificateArn"] for one in listeners[443]["Certificates"]] == [certificate["CertificateArn"]]
    rules = elb.describe_rules(ListenerArn=listeners[443]["ListenerArn"])["Rules"]
    [rule] = [rule for rule in rules if not rule["IsDefault"]]
    [condition] = rule["Conditions"]
    assert (condition["Field"], condition["Values"]) == ("host-header", [HOSTNAME])
    assert rule["Actions"][-1]["TargetGroupArn"] == stack.out("services.web/target_group", "arn")


def test_the_health_check_is_as_said_and_two_tasks_are_well(stack):
    elb, arn = stack.client("elbv2"), stack.out("services.web/target_group", "arn")
    [group] = elb.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"]
    assert (group["TargetType"], group["HealthCheckPort"]) == ("instance", "traffic-port")
    asked = (group["HealthCheckProtocol"], group["HealthCheckPath"], group["Matcher"]["HttpCode"])
    assert asked == ("HTTP", "/health-check", "200")
    assert (group["HealthCheckIntervalSeconds"], group["HealthCheckTimeoutSeconds"]) == (100, 10)
    assert (group["HealthyThresholdCount"], group["UnhealthyThresholdCount"]) == (2, 2)
    targets = elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    assert {one["TargetHealth"]["State"] for one in targets} == {"healthy"}
    joined = container_instances(stack)
    bound = {(joined[one["containerInstanceArn"]], host_port(one)) for one in tasks(stack)}
    assert {(one["Target"]["Id"], one["Target"]["Port"]) for one in targets} == bound and len(bound) == 2


def test_the_world_reaches_the_balancer_and_only_the_balancer_the_instances(stack):
    balancer = stack.out("ingress/security_group", "id")
    assert let_in(stack, "ingress/security_group") == {("tcp", 80, 80, WORLD), ("tcp", 443, 443, WORLD)}
    assert let_in(stack, "ec2/security_group") == {("tcp", 32768, 61000, balancer)}


def test_the_name_leads_to_the_balancer(stack):
    names = stack.client("route53")
    zone = stack.out("services.web/record", "zone_id")
    [balancer] = stack.client("elbv2").describe_load_balancers()["LoadBalancers"]
    sets = names.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    [alias] = [one["AliasTarget"] for one in sets if one["Name"] == f"{HOSTNAME}." and one["Type"] == "A"]
    assert alias["HostedZoneId"] == balancer["CanonicalHostedZoneId"]
    assert balancer["DNSName"].lower() in alias["DNSName"].lower()


# S3-15, S3-16, S3-18: the instances.


def test_two_to_three_instances_stand_in_the_private_subnets_one_in_each_zone(stack, network):
    subnets, _ = network
    [group] = stack.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    assert (group["MinSize"], group["MaxSize"]) == (2, 3)
    assert set(group["VPCZoneIdentifier"].split(",")) == {subnets[cidr]["SubnetId"] for cidr in PRIVATE}
    assert (group["HealthCheckType"], group["HealthCheckGracePeriod"]) == ("EC2", 300)
    launched = {one["InstanceId"]: one for one in group["Instances"]}
    assert set(launched) == set(container_instances(stack).values())
    assert {one["InstanceType"] for one in launched.values()} == {"t3.small"}
    assert sorted(one["AvailabilityZone"] for one in launched.values()) == sorted(PRIVATE.values())
    there = stack.client("ec2").describe_instances(InstanceIds=list(launched))["Reservations"]
    assert not any(one.get("PublicIpAddress") for page in there for one in page["Instances"])


def test_instances_join_the_cluster_and_are_the_newest_image(stack):
    [group] = stack.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    used = group["MixedInstancesPolicy"]["LaunchTemplate"]["LaunchTemplateSpecification"]
    asked = {"LaunchTemplateId": used["LaunchTemplateId"], "Versions": [used["Version"]]}
    [version] = stack.client("ec2").describe_launch_template_versions(**asked)["LaunchTemplateVersions"]
    data = version["LaunchTemplateData"]
    name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
    assert data["ImageId"] == stack.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    assert data["MetadataOptions"]["HttpTokens"] == "required"
    assert f"ECS_CLUSTER={stack.out('cluster', 'name')}\n" in base64.b64decode(data["UserData"]).decode()
    [profile] = stack.client("iam").list_instance_profiles()["InstanceProfiles"]
    assert data["IamInstanceProfile"]["Arn"] == profile["Arn"]
    [trusted] = profile["Roles"][0]["AssumeRolePolicyDocument"]["Statement"]
    assert trusted["Principal"] == {"Service": "ec2.amazonaws.com"}


def test_instances_do_what_the_agent_does_and_not_what_tasks_do(stack):
    iam, name = stack.client("iam"), stack.out("ec2/role", "name")
    assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []
    [policy] = iam.list_role_policies(RoleName=name)["PolicyNames"]
    may = allowed(stack, "ec2/role", policy)
    assert {action for action, resource in may if resource == "*"} == {"ecs:DiscoverPollEndpoint"}
    assert {action.partition(":")[0] for action, _ in may} == {"ecs"} and not any("*" in action for action, _ in may)
    cluster = stack.out("cluster", "name")
    assert all(f"/{cluster}" in resource for _, resource in may if resource != "*")


# S3-19 to S3-25: what runs there.


def test_two_small_tasks_run_on_the_instances(stack):
    running = service(stack)
    assert (running["desiredCount"], running["runningCount"]) == (2, 2)
    assert {one["launchType"] for one in tasks(stack)} == {"EC2"}
    assert {one["containerInstanceArn"] for one in tasks(stack)} == set(container_instances(stack)), "one in each zone"
    task, container = revision(stack)
    assert (task["networkMode"], task["requiresCompatibilities"]) == ("bridge", ["EC2"])
    assert (task["cpu"], task["memory"], container["essential"]) == ("512", "700", True)
    assert f"/{REPOSITORY}@sha256:" in container["image"]
    [port] = container["portMappings"]
    assert (port["containerPort"], port["hostPort"]) == (8000, 0)


def test_logs_are_kept_for_a_year(stack):
    _, container = revision(stack)
    assert container["logConfiguration"]["logDriver"] == "awslogs"
    options = container["logConfiguration"]["options"]
    [group] = stack.client("logs").describe_log_groups(logGroupNamePrefix="/ashore/")["logGroups"]
    assert (options["awslogs-group"], options["awslogs-region"]) == (group["logGroupName"], "eu-west-1")
    assert group["retentionInDays"] == 365


def test_the_container_learns_where_everything_is(stack, bucket):
    _, container = revision(stack)
    [distribution] = stack.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    one = database(stack)
    host = one["Endpoint"]["Address"]
    assert {pair["name"]: pair["value"] for pair in container["environment"]} == {
        "DOMAIN_NAME": "example.org", "PORT": "8000",
        "STATIC_BUCKET": bucket, "STATIC_DOMAIN": distribution["DomainName"],
        "DATABASE_URL": f"postgres://app@{host}:5432/app?sslmode=require",
        "DATABASE_HOST": host, "DATABASE_PORT": "5432", "DATABASE_NAME": "app", "DATABASE_USER": "app",
        "PGHOST": host, "PGPORT": "5432", "PGDATABASE": "app", "PGUSER": "app", "PGSSLMODE": "require",
    }
    password = f"{one['MasterUserSecret']['SecretArn']}:password::"
    secrets = {pair["name"]: pair["valueFrom"] for pair in container["secrets"]}
    assert secrets.pop("SECRET_KEY").startswith("arn:aws:secretsmanager:eu-west-1:")
    assert secrets == {"DATABASE_PASSWORD": password, "PGPASSWORD": password}
    assert len(secret_key(stack)) == 50


def test_no_secret_is_kept_beside_the_manifest(stack):
    held = json.loads(secret_value(stack, database(stack)["MasterUserSecret"]["SecretArn"]))
    files = [file for file in stack.folder.rglob("*") if file.is_file() and "sandbox" not in file.parts]
    texts = [file.read_text(errors="replace") for file in files]
    assert any("services.web/service" in text for text in texts), "the state is among them"
    assert not any(secret in text for text in texts for secret in (held["password"], secret_key(stack)))


def test_the_code_may_use_the_bucket_and_nothing_else(stack, bucket):
    """S3-20"""
    iam, name = stack.client("iam"), stack.out("services.web/task_role", "name")
    assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == ["uses"]
    objects = ("AbortMultipartUpload", "DeleteObject", "GetObject", "ListMultipartUploadParts", "PutObject")
    lists = ("GetBucketLocation", "ListBucket", "ListBucketMultipartUploads")
    on_bucket = {(f"s3:{action}", f"arn:aws:s3:::{bucket}") for action in lists}
    on_objects = {(f"s3:{action}", f"arn:aws:s3:::{bucket}/*") for action in objects}
    assert allowed(stack, "services.web/task_role", "uses") == on_bucket | on_objects


def test_what_starts_the_tasks_pulls_this_image_writes_these_logs_and_reads_these_secrets(stack):
    """S3-21"""
    _, container = revision(stack)
    role = "services.web/execution_role"
    repository = f"arn:aws:ecr:eu-west-1:123456789012:repository/{REPOSITORY}"
    pull = ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")
    pull = {(f"ecr:{action}", repository) for action in pull}
    assert allowed(stack, role, "pull") == {("ecr:GetAuthorizationToken", "*")} | pull
    logs = "arn:aws:logs:eu-west-1:123456789012:log-group:/ashore/django-production/web:*"
    assert allowed(stack, role, "logs") == {("logs:CreateLogStream", logs), ("logs:PutLogEvents", logs)}
    read = {pair["valueFrom"].removesuffix(":password::") for pair in container["secrets"]}
    assert allowed(stack, role, "secrets") == {("secretsmanager:GetSecretValue", arn) for arn in read}


# S3-1: what one wants to know.


def test_the_outputs_of_the_seed_are_told(stack, bucket):
    [distribution] = stack.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    told = stack.exits(0, "status", "--json")
    [status] = [one for one in map(json.loads, told.splitlines()) if one["type"] == "status"]
    assert status["urls"] == [f"https://{HOSTNAME}"]
    assert status["outputs"].items() >= {
        "assets.static.bucket": bucket,
        "assets.static.domain": distribution["DomainName"],
        "databases.db.endpoint": database(stack)["Endpoint"]["Address"],
        "repositories.app.uri": f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/{REPOSITORY}",
    }.items()


# S3-2, S3-8, S3-27: what changes.


@pytest.mark.parametrize("given, told", [
    ("database-class=db.m7g.large", "must be one of db.t4g.small, db.t4g.medium"),
    ("database-storage=5", "GiB, from 20 to 1024"),
    ("domain=not a domain", "is not allowed"),
])
def test_what_a_param_may_not_be_is_refused_before_anything_is_touched(stack, given, told):
    assert told in stack.exits(1, "check", "--param", given)


def test_a_revision_that_fails_leaves_the_one_before_it_and_then_it_is_rolled_out(stack):
    before = revision(stack)[1]["image"]
    digest = push(stack, "2", "two")
    refusal = {"status": 403, "code": "AccessDeniedException", "message": "somebody took the right away"}
    fault = {"service": "ecs", "operation": "UpdateService", "action": {"refuse": refusal}}
    stack.sandbox.twin("POST", "faults", fault)
    stack.exits(UNDONE, "up", "--param", "revision=2")
    assert revision(stack)[1]["image"] == before
    stack.is_settled()
    stack.exits(0, "up", "--param", "revision=2")
    assert revision(stack)[1]["image"].endswith(digest)
    stack.exits(0, "up")
    assert revision(stack)[1]["image"] == before


def test_another_file_is_another_upload_and_nothing_else(stack, bucket):
    (stack.folder / "static" / "css" / "hello.css").write_text("h1 { color: black }\n")
    assert "2 files, 1 changed" in stack.exits(2, "plan", "--detailed-exitcode")
    since = len(stack.sandbox.twin("GET", "log"))
    stack.exits(0, "up")
    calls = [call for call in stack.sandbox.twin("GET", "log")[since:] if call["mutating"]]
    assert [call["operation"] for call in calls] == ["PutObject", "CreateInvalidation"]
    stack.is_settled()
    body = stack.client("s3").get_object(Bucket=bucket, Key="static/css/hello.css")["Body"].read()
    assert body == b"h1 { color: black }\n"


def test_a_change_and_then_what_is_to_stay_stays(stack, bucket):
    stack.changes(
        ("count = 2", "count = 3"), ('retain = "7d"', 'retain = "14d"'), ('interval = "100s"', 'interval = "30s"')
    )
    assert (service(stack)["runningCount"], database(stack)["BackupRetentionPeriod"]) == (3, 14)
    key, s3 = secret_key(stack), stack.client("s3")
    s3.put_object(Bucket=bucket, Key="media/a.jpg", Body=b"a")
    assert "--allow-destroy databases.db" in stack.exits(REFUSED, "down", "--yes")
    stack.goes_down("--allow-destroy", "databases.db", keeps={"repositories", "buckets", "snapshots", "log groups"})
    [logs] = stack.client("logs").describe_log_groups()["logGroups"]
    assert (logs["logGroupName"], logs["retentionInDays"]) == ("/ashore/django-production/web", 365)
    [snapshot] = stack.client("rds").describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    assert snapshot["DBSnapshotIdentifier"].startswith("django-production-db-final-")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 3
    assert len(stack.client("ecr").describe_images(repositoryName=REPOSITORY)["imageDetails"]) == 2

    # And what has stayed is taken up again: no image is waited for, and sessions of before are good still.
    stack.comes_up()
    assert [one["Name"] for one in s3.list_buckets()["Buckets"]] == [bucket]
    assert secret_key(stack) == key
