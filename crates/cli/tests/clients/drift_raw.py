"""Rows of definitions that are sent as they are written."""

import json

from alter import Row, here

MANIFEST = """
app = "raw"
region = "eu-central-1"
tags = { team = "a" }

[services.nginx]
task_definition = "task.json"
service_definition = "service.json"
port = 80
"""
TASK = {
    "family": "nginx",
    "requiresCompatibilities": ["FARGATE"],
    "networkMode": "awsvpc",
    "cpu": "256",
    "memory": "512",
    "executionRoleArn": "@@EXECUTION_ROLE_ARN@@",
    "containerDefinitions": [
        {"name": "nginx", "image": "nginx:alpine", "portMappings": [{"containerPort": 80, "protocol": "tcp"}]}
    ],
}
RUNNING = {
    "serviceName": "nginx",
    "taskDefinition": "@@TASKDEFINITION_ARN@@",
    "launchType": "FARGATE",
    "loadBalancers": [
        {"targetGroupArn": "@@TARGET_GROUP_ARN@@", "containerName": "nginx", "containerPort": 80}
    ],
    "desiredCount": 1,
    "deploymentConfiguration": {"maximumPercent": 100, "minimumHealthyPercent": 0},
}
FILES = {"task.json": json.dumps(TASK), "service.json": json.dumps(RUNNING)}

SERVICE, DEFINITION = "services.nginx/raw_service", "services.nginx/raw_task_definition"


def service(field, **members):
    def alter(stack):
        stack.ecs.update_service(cluster=stack.out("cluster", "name"), service="nginx", **members)

    return Row(SERVICE, field, alter, stack="raw")


def revision(field, path, to):
    path = ("ecs", "families", "nginx", "revisions", "1", "document") + path
    return here(DEFINITION, field, path, to, stack="raw")


ROWS = [
    # aws.ecs.raw_service
    service("definition.desiredCount", desiredCount=3),
    service(
        "definition.deploymentConfiguration.maximumPercent",
        deploymentConfiguration={"maximumPercent": 150, "minimumHealthyPercent": 0},
    ),
    Row(
        SERVICE, "tags.team", stack="raw",
        alter=lambda stack: stack.ecs.tag_resource(
            resourceArn=stack.out(SERVICE, "arn"), tags=[{"key": "team", "value": "theirs"}]
        ),
    ),
    # aws.ecs.raw_task_definition
    revision("definition.memory", ("memory",), "1024"),
    revision("definition.containerDefinitions.0.image", ("containerDefinitions", "0", "image"), "theirs"),
    Row(
        DEFINITION, "tags.team", stack="raw",
        alter=lambda stack: stack.ecs.tag_resource(
            resourceArn=stack.out(DEFINITION, "arn"), tags=[{"key": "team", "value": "theirs"}]
        ),
    ),
]

UNALTERED = {
    ("aws.ecs.raw_service", "name"): "services are asked for by it: under another name it is missing",
    ("aws.ecs.raw_service", "cluster"): "services are asked for in it: in another one it is missing",
    ("aws.ecs.raw_task_definition", "family"): "revisions are asked for in it: in another one it is missing",
}
