"""Whatever is there, kind by kind, as clients that are not ours list it."""

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
