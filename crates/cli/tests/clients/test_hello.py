"""What the main job makes and leaves, listed kind by kind by a client that is not ours."""

import json
import urllib.request


def everything(sandbox):
    """Every object of every kind that hello uses, by kind."""
    ec2, ecs, elb = sandbox.client("ec2"), sandbox.client("ecs"), sandbox.client("elbv2")
    iam, acm, logs = sandbox.client("iam"), sandbox.client("acm"), sandbox.client("logs")
    balancers = elb.describe_load_balancers()["LoadBalancers"]
    listeners = [
        listener
        for balancer in balancers
        for listener in elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    ]
    clusters = ecs.list_clusters()["clusterArns"]
    return {
        "vpcs": ec2.describe_vpcs()["Vpcs"],
        "subnets": ec2.describe_subnets()["Subnets"],
        "gateways": ec2.describe_internet_gateways()["InternetGateways"],
        "route tables": ec2.describe_route_tables()["RouteTables"],
        "security groups": ec2.describe_security_groups()["SecurityGroups"],
        "network interfaces": ec2.describe_network_interfaces()["NetworkInterfaces"],
        "balancers": balancers,
        "listeners": listeners,
        "target groups": elb.describe_target_groups()["TargetGroups"],
        "certificates": acm.list_certificates()["CertificateSummaryList"],
        "clusters": clusters,
        "services": [arn for cluster in clusters for arn in ecs.list_services(cluster=cluster)["serviceArns"]],
        "tasks": [arn for cluster in clusters for arn in ecs.list_tasks(cluster=cluster)["taskArns"]],
        "task definitions": ecs.list_task_definitions()["taskDefinitionArns"],
        "roles": [role for role in iam.list_roles()["Roles"] if not role["Path"].startswith("/aws-service-role/")],
        "log groups": logs.describe_log_groups()["logGroups"],
    }


def records(sandbox):
    request = urllib.request.Request(
        sandbox.address + "/client/v4/zones?name=example.com",
        headers={"Authorization": "Bearer sandbox-token"},
    )
    zone = json.load(urllib.request.urlopen(request))["result"][0]["id"]
    request = urllib.request.Request(
        f"{sandbox.address}/client/v4/zones/{zone}/dns_records",
        headers={"Authorization": "Bearer sandbox-token"},
    )
    return json.load(urllib.request.urlopen(request))["result"]


def test_up_makes_what_the_manifest_says(sandbox):
    """B7"""
    code, out, err = sandbox.ashore("up")
    assert code == 0, err
    assert out.strip() == "https://hello.example.com"
    made = everything(sandbox)
    assert len(made["vpcs"]) == 1 and len(made["subnets"]) == 2
    assert {listener["Port"] for listener in made["listeners"]} == {80, 443}
    assert len(made["services"]) == 1 and len(made["tasks"]) == 1
    assert made["log groups"][0]["retentionInDays"] == 30
    assert {record["type"] for record in records(sandbox)} == {"CNAME"}
    assert len(records(sandbox)) == 2
    balancer = made["balancers"][0]
    assert balancer["State"]["Code"] == "active"
    health = sandbox.client("elbv2").describe_target_health(
        TargetGroupArn=made["target groups"][0]["TargetGroupArn"]
    )["TargetHealthDescriptions"]
    assert [target["TargetHealth"]["State"] for target in health] == ["healthy"]


def test_down_leaves_nothing_of_any_kind(sandbox):
    before = everything(sandbox), records(sandbox)
    assert sandbox.ashore("up")[0] == 0
    code, _, err = sandbox.ashore("down", "--yes")
    assert code == 0, err
    left = {kind: objects for kind, objects in everything(sandbox).items() if objects}
    assert left == {}
    assert ({kind: [] for kind in before[0]}, []) == (before[0], records(sandbox))
    # AWS keeps these, and so do we: its own roles, and the memory of a cluster.
    roles = sandbox.client("iam").list_roles(PathPrefix="/aws-service-role/")["Roles"]
    assert {role["RoleName"] for role in roles} == {
        "AWSServiceRoleForECS",
        "AWSServiceRoleForElasticLoadBalancing",
    }
    cluster = sandbox.client("ecs").describe_clusters(clusters=["hello-production-cluster"])
    assert [one["status"] for one in cluster["clusters"]] == ["INACTIVE"]
    assert sandbox.ashore("down")[0] == 0
