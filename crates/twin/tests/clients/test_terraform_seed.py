"""The fifth seed's template, whole: applied, nothing left to plan, changed, scaled, destroyed (S4)."""

import json
import pathlib

import registry
from terraform import Terraform
from test_terraform_network import left as left_of_the_network

TEMPLATE = (pathlib.Path(__file__).parent / "fargate_template.tf").read_text()

CHANGES = {
    "tag": "1",
    "health_check_path": "/healthz",
    "retention": 90,
    "owner": "b",
    "tls_policy": "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    "actions": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
    "keep": 20,
    "least": 3,
    "cpu": 50,
    "secrets": {"token": "second", "key": "third"},
}


def issued(twin, eventually):
    """A certificate, which the seed takes as it is (S4-13)."""
    acm = twin.client("acm")
    arn = acm.request_certificate(DomainName="seed.example.com", ValidationMethod="DNS")["CertificateArn"]
    detail = lambda: acm.describe_certificate(CertificateArn=arn)["Certificate"]
    record = lambda: detail()["DomainValidationOptions"][0].get("ResourceRecord")
    eventually(record)
    zone = twin.cloudflare("GET", "/zones?name=example.com")[1]["result"][0]["id"]
    proof = {name.lower(): value.rstrip(".") for name, value in record().items()}
    body = {"type": proof["type"], "name": proof["name"], "content": proof["value"], "proxied": False}
    assert twin.cloudflare("POST", f"/zones/{zone}/dns_records", body)[0] == 200
    eventually(lambda: detail()["Status"] == "ISSUED")
    return arn


def ways_out(ec2):
    """The private subnets, each with its zone and that of the NAT gateway by which its traffic leaves."""
    subnets = {each["SubnetId"]: each for each in ec2.describe_subnets()["Subnets"]}
    gateways = {each["NatGatewayId"]: each["SubnetId"] for each in ec2.describe_nat_gateways()["NatGateways"]}
    zone = lambda subnet: subnets[subnet]["AvailabilityZone"]
    return {
        association["SubnetId"]: (zone(association["SubnetId"]), zone(gateways[route["NatGatewayId"]]))
        for table in ec2.describe_route_tables()["RouteTables"]
        for route in table["Routes"] if "NatGatewayId" in route
        for association in table["Associations"]
    }


def left(twin):
    """All that the template names, as far as it is still there."""
    ec2, elb, ecs, iam = (twin.client(name) for name in ("ec2", "elbv2", "ecs", "iam"))
    scaling, tags = twin.client("application-autoscaling"), twin.client("resourcegroupstaggingapi")
    own = lambda rows, name: [row[name] for row in rows if row[name].startswith("seed-")]
    tagged = tags.get_resources(TagFilters=[{"Key": "owner"}])["ResourceTagMappingList"]
    return left_of_the_network(ec2) + [
        elb.describe_load_balancers()["LoadBalancers"],
        elb.describe_target_groups()["TargetGroups"],
        ecs.list_clusters()["clusterArns"],
        ecs.list_task_definitions()["taskDefinitionArns"],
        twin.client("ecr").describe_repositories()["repositories"],
        twin.client("logs").describe_log_groups()["logGroups"],
        twin.client("secretsmanager").list_secrets(IncludePlannedDeletion=True)["SecretList"],
        scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"],
        scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"],
        twin.client("cloudwatch").describe_alarms()["MetricAlarms"],
        own(iam.list_roles()["Roles"], "RoleName"),
        own(iam.list_policies(Scope="Local")["Policies"], "PolicyName"),
        # Revisions are deregistered, not deleted: they keep their tags.
        [each for each in tagged if ":task-definition/" not in each["ResourceARN"]],
    ]


def test_the_template(start, tmp_path, eventually):
    twin = start(speed=200)
    variables = {"certificate": issued(twin, eventually)}
    terraform = Terraform(twin, tmp_path, TEMPLATE)
    given = lambda: (tmp_path / "terraform.tfvars.json").write_text(json.dumps(variables))
    ecs, elb, logs, ec2, ecr = (twin.client(name) for name in ("ecs", "elbv2", "logs", "ec2", "ecr"))
    scaling = twin.client("application-autoscaling")
    place = {"cluster": "seed-cluster-test"}
    service = lambda: ecs.describe_services(**place, services=["seed-service-test"])["services"][0]
    settled = lambda count: service()["runningCount"] == count and len(service()["deployments"]) == 1
    tasks = lambda: ecs.describe_tasks(**place, tasks=ecs.list_tasks(**place)["taskArns"])["tasks"]
    listeners = lambda: elb.describe_listeners(
        LoadBalancerArn=elb.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
    )["Listeners"]
    policies = lambda: {
        policy["PolicyName"]: policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"]
        for policy in scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    }

    given()
    terraform.apply()
    assert (service()["runningCount"], service()["desiredCount"]) == (2, 2)
    [targets] = elb.describe_target_groups()["TargetGroups"]
    health = lambda: [
        target["TargetHealth"]["State"]
        for target in elb.describe_target_health(TargetGroupArn=targets["TargetGroupArn"])[
            "TargetHealthDescriptions"
        ]
    ]
    eventually(lambda: health() == ["healthy", "healthy"])
    ways = ways_out(ec2)
    assert sorted(ways.values()) == [(f"eu-central-1{zone}", f"eu-central-1{zone}") for zone in "abc"]
    details = [detail for task in tasks() for detail in task["attachments"][0]["details"]]
    assert {detail["value"] for detail in details if detail["name"] == "subnetId"} <= set(ways)
    assert policies() == {"memory-autoscaling": 80, "cpu-autoscaling": 60}
    assert terraform.plans_nothing()

    registry.push(twin, registry.password(ecr), "seed-test", "app", "1")
    variables.update(CHANGES)
    given()
    assert not terraform.plans_nothing()
    before = service()["taskDefinition"]
    terraform.apply()
    assert terraform.plans_nothing()
    assert service()["taskDefinition"] == before
    groups = {group["logGroupName"]: group for group in logs.describe_log_groups()["logGroups"]}
    assert groups["/ecs/seed-task-test"]["retentionInDays"] == 90
    [targets] = elb.describe_target_groups()["TargetGroups"]
    assert targets["HealthCheckPath"] == "/healthz"
    [policy] = {listener["SslPolicy"] for listener in listeners() if listener["Port"] == 443}
    assert policy == CHANGES["tls_policy"]
    assert '"countNumber":20' in ecr.get_lifecycle_policy(repositoryName="seed-test")["lifecyclePolicyText"]
    assert policies() == {"memory-autoscaling": 80, "cpu-autoscaling": 50}
    # Two tasks are fewer than the least that there may be now.
    eventually(lambda: settled(3), seconds=30)

    # What the seed's CI does: the newest revision, whoever has registered it (S4-15).
    newest = ecs.list_task_definitions(familyPrefix="seed-task-test", sort="DESC")["taskDefinitionArns"][0]
    assert newest != before
    ecs.update_service(**place, service="seed-service-test", taskDefinition=newest)
    eventually(lambda: settled(3), seconds=30)
    registered = f"{ecr.describe_repositories()['repositories'][0]['repositoryUri']}:1"
    assert [[one["image"] for one in task["containers"]] for task in tasks()] == [[registered]] * 3
    # Busy processors are the policy's to answer, up to the most that there may be (S4-14).
    busy = {"ClusterName": "seed-cluster-test", "ServiceName": "seed-service-test"}
    twin.metric("AWS/ECS", "CPUUtilization", 90, **busy)
    eventually(lambda: settled(4), seconds=30)
    assert terraform.plans_nothing()

    terraform.destroy()
    assert left(twin) == [[]] * 20
    assert "NotImplemented" not in {entry["outcome"] for entry in twin.log()}
