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


def everything_else(sandbox):
    """Every object of every further kind that an example uses, by kind."""
    ec2, rds, efs = sandbox.client("ec2"), sandbox.client("rds"), sandbox.client("efs")
    front, scaling = sandbox.client("cloudfront"), sandbox.client("application-autoscaling")
    cloud_map, s3, ecs = sandbox.client("servicediscovery"), sandbox.client("s3"), sandbox.client("ecs")
    iam, alarms, events = sandbox.client("iam"), sandbox.client("cloudwatch"), sandbox.client("events")
    ended = {"shutting-down", "terminated"}
    instances = [one for page in ec2.describe_instances()["Reservations"] for one in page["Instances"]]
    gateways = ec2.describe_nat_gateways()["NatGateways"]
    providers = ecs.describe_capacity_providers()["capacityProviders"]
    zones = sandbox.client("route53").list_hosted_zones()["HostedZones"]
    parameters = rds.describe_db_parameter_groups()["DBParameterGroups"]
    parameters = [one for one in parameters if not one["DBParameterGroupName"].startswith("default.")]
    snapshots = rds.describe_db_snapshots()["DBSnapshots"]
    return {
        "addresses": ec2.describe_addresses()["Addresses"],
        "NAT gateways": [one for one in gateways if one["State"] not in ("deleting", "deleted")],
        "endpoints": ec2.describe_vpc_endpoints()["VpcEndpoints"],
        "egress-only gateways": ec2.describe_egress_only_internet_gateways()["EgressOnlyInternetGateways"],
        "flow logs": ec2.describe_flow_logs()["FlowLogs"],
        "launch templates": ec2.describe_launch_templates()["LaunchTemplates"],
        "key pairs": ec2.describe_key_pairs()["KeyPairs"],
        "instances": [one for one in instances if one["State"]["Name"] not in ended],
        "volumes": ec2.describe_volumes()["Volumes"],
        "scaling groups": sandbox.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"],
        "capacity providers": [one for one in providers if not one["name"].startswith("FARGATE")],
        "scalable targets": scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"],
        "classic balancers": sandbox.client("elb").describe_load_balancers()["LoadBalancerDescriptions"],
        "repositories": sandbox.client("ecr").describe_repositories()["repositories"],
        "buckets": s3.list_buckets()["Buckets"],
        "distributions": front.list_distributions()["DistributionList"].get("Items", []),
        "origin access controls": front.list_origin_access_controls()["OriginAccessControlList"].get("Items", []),
        # Wherever the stack is, those of its distributions are in the first region.
        "certificates at the edge": sandbox.client("acm", "us-east-1").list_certificates()["CertificateSummaryList"],
        "queues": sandbox.client("sqs").list_queues().get("QueueUrls", []),
        "topics": sandbox.client("sns").list_topics()["Topics"],
        "alarms": alarms.describe_alarms()["MetricAlarms"],
        "dashboards": alarms.list_dashboards()["DashboardEntries"],
        "rules": events.list_rules()["Rules"],
        "schedules": sandbox.client("scheduler").list_schedules()["Schedules"],
        "databases": rds.describe_db_instances()["DBInstances"],
        "snapshots": [one for one in snapshots if one["SnapshotType"] == "manual"],
        "database subnet groups": rds.describe_db_subnet_groups()["DBSubnetGroups"],
        "database parameter groups": parameters,
        "file systems": efs.describe_file_systems()["FileSystems"],
        "namespaces": cloud_map.list_namespaces()["Namespaces"],
        "private zones": [one for one in zones if one["Config"]["PrivateZone"]],
        "instance profiles": iam.list_instance_profiles()["InstanceProfiles"],
        "policies": iam.list_policies(Scope="Local")["Policies"],
        "secrets": sandbox.client("secretsmanager").list_secrets()["SecretList"],
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
