"""The stack that `ashore up` makes, made by hand: one call after the other, by whichever client.

It is the public-subnet variant of what the fifth seed's template describes (S4): network, groups,
balancer with both listeners, cluster, task definition, service, roles, logs; with its certificate
and its name.
"""

import json

DOMAIN, HOST = "example.org", "by-hand.example.org"
ANYWHERE = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
        }
    ],
}
EXECUTION = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"


def build(client):
    """Everything, in an order in which nothing is refused. What it takes to change it and to take it away."""
    made = {}
    made |= network(client)
    made |= groups(client, made)
    made |= role(client)
    made |= certificate(client)
    made |= balancer(client, made)
    made |= service(client, made)
    points(client, made, "CREATE")
    return made


def network(client):
    vpc = client.call("ec2", "CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    client.call("ec2", "ModifyVpcAttribute", VpcId=vpc, EnableDnsHostnames={"Value": True})
    gateway = client.call("ec2", "CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    client.call("ec2", "AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    table = client.call("ec2", "CreateRouteTable", VpcId=vpc)["RouteTable"]["RouteTableId"]
    client.call(
        "ec2",
        "CreateRoute",
        RouteTableId=table,
        DestinationCidrBlock="0.0.0.0/0",
        GatewayId=gateway,
    )
    zones = client.call("ec2", "DescribeAvailabilityZones")["AvailabilityZones"]
    subnets, associations = [], []
    for number, zone in enumerate(zones[:2]):
        made = client.call(
            "ec2",
            "CreateSubnet",
            VpcId=vpc,
            CidrBlock=f"10.0.{number}.0/24",
            AvailabilityZone=zone["ZoneName"],
        )
        subnets.append(made["Subnet"]["SubnetId"])
        client.call(
            "ec2",
            "ModifySubnetAttribute",
            SubnetId=subnets[-1],
            MapPublicIpOnLaunch={"Value": True},
        )
        made = client.call(
            "ec2", "AssociateRouteTable", RouteTableId=table, SubnetId=subnets[-1]
        )
        associations.append(made["AssociationId"])
    return {
        "vpc": vpc,
        "gateway": gateway,
        "table": table,
        "subnets": subnets,
        "associations": associations,
    }


def groups(client, made):
    def group(name, permissions):
        group = client.call(
            "ec2",
            "CreateSecurityGroup",
            GroupName=name,
            Description=f"by hand: {name}",
            VpcId=made["vpc"],
        )["GroupId"]
        client.call(
            "ec2", "AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=permissions
        )
        return group

    tcp = lambda port: {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
    front = group("alb", [{**tcp(80), **ANYWHERE}, {**tcp(443), **ANYWHERE}])
    tasks = group("task", [{**tcp(8080), "UserIdGroupPairs": [{"GroupId": front}]}])
    return {"front": front, "tasks": tasks}


def role(client):
    client.call("logs", "CreateLogGroup", logGroupName="/by-hand/web")
    client.call("logs", "PutRetentionPolicy", logGroupName="/by-hand/web", retentionInDays=14)
    made = client.call(
        "iam",
        "CreateRole",
        RoleName="by-hand-execution",
        AssumeRolePolicyDocument=json.dumps(TRUST),
    )
    client.call(
        "iam", "AttachRolePolicy", RoleName="by-hand-execution", PolicyArn=EXECUTION
    )
    return {"role": made["Role"]["Arn"]}


def certificate(client):
    arn = client.call("acm", "RequestCertificate", DomainName=HOST, ValidationMethod="DNS")[
        "CertificateArn"
    ]

    def named():
        detail = client.call("acm", "DescribeCertificate", CertificateArn=arn)["Certificate"]
        return detail["DomainValidationOptions"][0].get("ResourceRecord")

    record = client.until(named)
    [zone] = [
        zone["Id"]
        for zone in client.call("route53", "ListHostedZones")["HostedZones"]
        if zone["Name"] == f"{DOMAIN}."
    ]
    proof = {
        "Name": record["Name"],
        "Type": record["Type"],
        "TTL": 60,
        "ResourceRecords": [{"Value": record["Value"]}],
    }
    change(client, zone, "CREATE", proof)
    client.wait("acm", "certificate_validated", CertificateArn=arn)
    return {"certificate": arn, "zone": zone, "proof": proof}


def change(client, zone, action, record):
    """Until all name servers have it."""
    asked = client.call(
        "route53",
        "ChangeResourceRecordSets",
        HostedZoneId=zone,
        ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": record}]},
    )["ChangeInfo"]["Id"]
    status = lambda: client.call("route53", "GetChange", Id=asked)["ChangeInfo"]["Status"]
    client.until(lambda: status() == "INSYNC")


def balancer(client, made):
    [balancer] = client.call(
        "elbv2",
        "CreateLoadBalancer",
        Name="by-hand",
        Subnets=made["subnets"],
        SecurityGroups=[made["front"]],
    )["LoadBalancers"]
    [targets] = client.call(
        "elbv2",
        "CreateTargetGroup",
        Name="by-hand",
        Protocol="HTTP",
        Port=8080,
        VpcId=made["vpc"],
        TargetType="ip",
        HealthCheckPath="/healthz",
        HealthCheckIntervalSeconds=30,
        HealthCheckTimeoutSeconds=3,
        HealthyThresholdCount=3,
        UnhealthyThresholdCount=2,
        Matcher={"HttpCode": "200"},
    )["TargetGroups"]
    to_https = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    client.call(
        "elbv2",
        "CreateListener",
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "redirect", "RedirectConfig": to_https}],
    )
    client.call(
        "elbv2",
        "CreateListener",
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTPS",
        Port=443,
        SslPolicy="ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
        Certificates=[{"CertificateArn": made["certificate"]}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets["TargetGroupArn"]}],
    )
    client.wait(
        "elbv2", "load_balancer_available", LoadBalancerArns=[balancer["LoadBalancerArn"]]
    )
    return {
        "balancer": balancer["LoadBalancerArn"],
        "targets": targets["TargetGroupArn"],
        "alias": {
            "Name": HOST,
            "Type": "A",
            "AliasTarget": {
                "HostedZoneId": balancer["CanonicalHostedZoneId"],
                "DNSName": balancer["DNSName"],
                "EvaluateTargetHealth": False,
            },
        },
    }


def points(client, made, action):
    change(client, made["zone"], action, made["alias"])


def revision(client, made, image):
    log = {
        "awslogs-group": "/by-hand/web",
        "awslogs-region": "eu-central-1",
        "awslogs-stream-prefix": "web",
    }
    registered = client.call(
        "ecs",
        "RegisterTaskDefinition",
        family="by-hand",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        executionRoleArn=made["role"],
        containerDefinitions=[
            {
                "name": "web",
                "image": image,
                "portMappings": [{"containerPort": 8080, "protocol": "tcp"}],
                "environment": [{"name": "PORT", "value": "8080"}],
                "logConfiguration": {"logDriver": "awslogs", "options": log},
            }
        ],
    )
    return registered["taskDefinition"]["taskDefinitionArn"]


def service(client, made):
    client.call("ecs", "CreateCluster", clusterName="by-hand")
    client.call(
        "ecs",
        "CreateService",
        cluster="by-hand",
        serviceName="web",
        taskDefinition=revision(client, made, "web:1"),
        desiredCount=2,
        launchType="FARGATE",
        schedulingStrategy="REPLICA",
        deploymentConfiguration={"minimumHealthyPercent": 50, "maximumPercent": 200},
        healthCheckGracePeriodSeconds=60,
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": made["subnets"],
                "securityGroups": [made["tasks"]],
                "assignPublicIp": "ENABLED",
            }
        },
        loadBalancers=[
            {"targetGroupArn": made["targets"], "containerName": "web", "containerPort": 8080}
        ],
    )
    client.wait("ecs", "services_stable", cluster="by-hand", services=["web"])
    # Stable is said of running tasks: whether they answer, the balancer finds out later.
    client.wait("elbv2", "target_in_service", TargetGroupArn=made["targets"])
    return {}


def release(client, made, image):
    """Another image behind the same service."""
    client.call(
        "ecs",
        "UpdateService",
        cluster="by-hand",
        service="web",
        taskDefinition=revision(client, made, image),
    )
    client.wait("ecs", "services_stable", cluster="by-hand", services=["web"])


def take_down(client, made):
    """All of it goes again; what AWS takes its time for is waited for."""
    points(client, made, "DELETE")
    client.call("ecs", "UpdateService", cluster="by-hand", service="web", desiredCount=0)
    client.call("ecs", "DeleteService", cluster="by-hand", service="web")
    client.wait("ecs", "services_inactive", cluster="by-hand", services=["web"])
    for definition in client.call("ecs", "ListTaskDefinitions", familyPrefix="by-hand")[
        "taskDefinitionArns"
    ]:
        client.call("ecs", "DeregisterTaskDefinition", taskDefinition=definition)
    client.call("elbv2", "DeleteLoadBalancer", LoadBalancerArn=made["balancer"])
    client.wait("elbv2", "load_balancers_deleted", LoadBalancerArns=[made["balancer"]])
    client.call("elbv2", "DeleteTargetGroup", TargetGroupArn=made["targets"])
    client.until(
        lambda: not client.call("ec2", "DescribeNetworkInterfaces")["NetworkInterfaces"]
    )
    client.call("ecs", "DeleteCluster", cluster="by-hand")
    client.call("acm", "DeleteCertificate", CertificateArn=made["certificate"])
    change(client, made["zone"], "DELETE", made["proof"])
    client.call(
        "iam", "DetachRolePolicy", RoleName="by-hand-execution", PolicyArn=EXECUTION
    )
    client.call("iam", "DeleteRole", RoleName="by-hand-execution")
    client.call("logs", "DeleteLogGroup", logGroupName="/by-hand/web")
    for group in (made["tasks"], made["front"]):
        client.call("ec2", "DeleteSecurityGroup", GroupId=group)
    for association in made["associations"]:
        client.call("ec2", "DisassociateRouteTable", AssociationId=association)
    client.call("ec2", "DeleteRouteTable", RouteTableId=made["table"])
    for subnet in made["subnets"]:
        client.call("ec2", "DeleteSubnet", SubnetId=subnet)
    client.call(
        "ec2", "DetachInternetGateway", InternetGatewayId=made["gateway"], VpcId=made["vpc"]
    )
    client.call("ec2", "DeleteInternetGateway", InternetGatewayId=made["gateway"])
    client.call("ec2", "DeleteVpc", VpcId=made["vpc"])
