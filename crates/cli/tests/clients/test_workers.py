"""Workers, jobs, services that find each other, and what is told of them: from nothing to nothing."""

import json
import time

import audit
import pytest
from inventory import everything, everything_else
from sandbox import Sandbox

MANIFEST = """
app = "shop"
region = "eu-central-1"

[services.web]
image = "nginx:1.29"
port = 80
uses = ["api", "store"]
scale = { min = 1, max = 4, cpu = 60, schedule = [{ cron = "0 8 1 1 *", min = 2, max = 8 }] }

[services.api]
image = "nginx:1.29"
discovery = { port = 8080 }
uses = ["orders"]

[services.store]
image = "nginx:1.29"
discovery = { port = 5000, by = "dns", protocol = "tcp" }

[workers.pack]
image = "nginx:1.29"
command = ["pack"]
uses = ["orders", "api"]
scale = { max = 4, queue_depth = { queue = "orders", per_task = 10 } }

[queues.orders]
[queues.failed]

[jobs.report]
image = "busybox:1.37"
command = ["report"]
schedule = "rate(5 minutes)"
uses = ["store"]
dead_letter = "failed"

[observability]
log_retention = "365d"
insights = "enabled"
dashboard = true
tracing = "xray"

[observability.alarms]
notify = ["ops@example.com"]
"""


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "ashore.toml").write_text(MANIFEST)
    sandbox = Sandbox(tmp_path)
    # A job comes to an end by itself.
    ends = {"exit": {"code": 0, "after_ms": 5000}}
    sandbox.twin("PUT", "script", {"rules": [{"image": "busybox*", "behaviour": ends}]})
    yield sandbox
    sandbox.stop()


def done(ran, code=0):
    exited, out, err = ran
    assert exited == code, out + err
    return out + err


def settled(sandbox):
    done(sandbox.ashore("plan", "--detailed-exitcode"))


def becomes(look, wanted, seconds=60):
    """What is there by and by."""
    until = time.monotonic() + seconds
    while (there := look()) != wanted and time.monotonic() < until:
        time.sleep(0.5)
    assert there == wanted


def rewrite(sandbox, *pairs):
    path = sandbox.folder / "ashore.toml"
    text = path.read_text()
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text)


def running(sandbox, name):
    ecs = sandbox.client("ecs")
    [service] = ecs.describe_services(cluster="shop-production-cluster", services=[f"shop-production-{name}"])["services"]
    return service


def definition(sandbox, name):
    ecs = sandbox.client("ecs")
    revision = ecs.describe_task_definition(taskDefinition=f"shop-production-{name}")
    return revision["taskDefinition"]


def environment(sandbox, name):
    container = definition(sandbox, name)["containerDefinitions"][0]
    return {pair["name"]: pair["value"] for pair in container["environment"]}


def test_workers_jobs_and_what_is_told_of_them_come_up_change_and_go(shop):
    """S1-16, S1-17, S2-17"""
    done(shop.ashore("check"))
    done(shop.ashore("plan", "--detailed-exitcode"), 2)
    done(shop.ashore("up"))
    settled(shop)
    assert audit.findings(shop) == []
    scaled_by_what_waits(shop)
    started_by_the_clock(shop)
    told_of(shop)

    rewrite(
        shop,
        ('schedule = "rate(5 minutes)"', 'schedule = "0 3 * * *"\ntimezone = "Europe/Berlin"\nenabled = false'),
        ("per_task = 10", "per_task = 20"),
        ('log_retention = "365d"', 'log_retention = "30d"'),
        ('tracing = "xray"\n', ""),
        ('notify = ["ops@example.com"]', 'notify = ["ops@example.com"]\ncpu = 70'),
    )
    done(shop.ashore("plan", "--detailed-exitcode"), 2)
    done(shop.ashore("up"))
    settled(shop)
    scheduler = shop.client("scheduler")
    [job] = scheduler.list_schedules()["Schedules"]
    job = scheduler.get_schedule(GroupName=job["GroupName"], Name=job["Name"])
    assert job["ScheduleExpression"] == "cron(0 3 * * ? *)" and job["State"] == "DISABLED"
    assert job["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert len(definition(shop, "pack")["containerDefinitions"]) == 1
    groups = shop.client("logs").describe_log_groups()["logGroups"]
    assert {group["retentionInDays"] for group in groups} == {30}
    [alarm] = shop.client("cloudwatch").describe_alarms(AlarmNames=["shop-production-web-cpu"])["MetricAlarms"]
    assert alarm["Threshold"] == 70

    done(shop.ashore("down", "--yes"))
    there = {**everything(shop), **everything_else(shop)}
    assert {kind for kind, found in there.items() if found} == set()


def scaled_by_what_waits(sandbox):
    """A worker is a service that nobody reaches, and there are more of it as more waits."""
    worker = running(sandbox, "pack")
    assert worker["loadBalancers"] == [] and worker["runningCount"] == 1
    [group] = worker["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"]
    rules = sandbox.client("ec2").describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
    assert [rule for rule in rules["SecurityGroupRules"] if not rule["IsEgress"]] == []
    scaling, sqs = sandbox.client("application-autoscaling"), sandbox.client("sqs")
    resource = "service/shop-production-cluster/shop-production-pack"
    [policy] = scaling.describe_scaling_policies(ServiceNamespace="ecs", ResourceId=resource)["ScalingPolicies"]
    tracking = policy["TargetTrackingScalingPolicyConfiguration"]
    metrics = json.dumps(tracking["CustomizedMetricSpecification"])
    assert tracking["TargetValue"] == 10 and "shop-production-orders" in metrics
    # As many samples as tasks: one.
    load = {"ClusterName": "shop-production-cluster", "ServiceName": "shop-production-pack"}
    metric = {"namespace": "AWS/ECS", "name": "CPUUtilization", "region": "eu-central-1"}
    sandbox.twin("PUT", "metric", {**metric, "dimensions": load, "value": 20})
    queue = environment(sandbox, "pack")["ORDERS_QUEUE_URL"]
    for _ in range(40):
        sqs.send_message(QueueUrl=queue, MessageBody="pack it")
    becomes(lambda: running(sandbox, "pack")["desiredCount"], 4)
    sqs.purge_queue(QueueUrl=queue)
    [action] = scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"]
    assert action["ScalableTargetAction"] == {"MinCapacity": 2, "MaxCapacity": 8}


def started_by_the_clock(sandbox):
    """The Scheduler starts a task as a role that can do nothing else, and says where one did not start."""
    scheduler, ecs = sandbox.client("scheduler"), sandbox.client("ecs")
    [job] = scheduler.list_schedules()["Schedules"]
    target = scheduler.get_schedule(GroupName=job["GroupName"], Name=job["Name"])["Target"]
    assert target["DeadLetterConfig"]["Arn"].endswith(":shop-production-failed")
    role = target["RoleArn"].rsplit("/")[-1]
    policy = sandbox.client("iam").get_role_policy(RoleName=role, PolicyName="start")["PolicyDocument"]
    assert [statement["Action"] for statement in policy["Statement"]] == [
        ["ecs:RunTask"], ["iam:PassRole"], ["sqs:SendMessage"],
    ]

    def started():
        family = {"cluster": "shop-production-cluster", "family": "shop-production-report"}
        states = ("RUNNING", "STOPPED")
        return any(ecs.list_tasks(**family, desiredStatus=state)["taskArns"] for state in states)

    becomes(started, True)


def told_of(sandbox):
    """Alarms, events and a dashboard; a collector beside what runs for long."""
    cloudwatch, sns = sandbox.client("cloudwatch"), sandbox.client("sns")
    [topic] = sns.list_topics()["Topics"]
    [told] = sns.list_subscriptions_by_topic(TopicArn=topic["TopicArn"])["Subscriptions"]
    assert (told["Protocol"], told["Endpoint"]) == ("email", "ops@example.com")
    alarms = cloudwatch.describe_alarms()["MetricAlarms"]
    ours = [alarm for alarm in alarms if alarm["AlarmName"].startswith("shop-production-")]
    assert len(ours) == 2 * 4 + 2 and {tuple(alarm["AlarmActions"]) for alarm in ours} == {(topic["TopicArn"],)}
    [cluster] = sandbox.client("ecs").describe_clusters(
        clusters=["shop-production-cluster"], include=["SETTINGS"]
    )["clusters"]
    assert {"name": "containerInsights", "value": "enabled"} in cluster["settings"]
    [dashboard] = cloudwatch.list_dashboards()["DashboardEntries"]
    body = json.loads(cloudwatch.get_dashboard(DashboardName=dashboard["DashboardName"])["DashboardBody"])
    titles = [widget["properties"]["title"] for widget in body["widgets"]]
    assert "services.web: requests and errors a minute" in titles and len(titles) == 4 + 3
    for name in ("web", "pack"):
        collector = definition(sandbox, name)["containerDefinitions"][-1]
        assert collector["name"] == "otel" and not collector["essential"]
        assert environment(sandbox, name)["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://127.0.0.1:4317"
    assert len(definition(sandbox, "report")["containerDefinitions"]) == 1
    groups = sandbox.client("logs").describe_log_groups()["logGroups"]
    assert {group["retentionInDays"] for group in groups} == {365}
    events = sandbox.client("events")
    names = {rule["Name"] for rule in events.list_rules()["Rules"]}
    assert names >= {"shop-production-ecs-tasks", "shop-production-ecs-deployments"}


def instances(sandbox, name):
    """How many tasks are registered under a name."""
    cloud_map = sandbox.client("servicediscovery")
    services = cloud_map.list_services()["Services"]
    [service] = [service for service in services if service["Name"] == name]
    return len(cloud_map.list_instances(ServiceId=service["Id"])["Instances"])


def test_services_find_each_other_by_service_connect_and_by_dns(shop):
    done(shop.ashore("up"))
    cloud_map = shop.client("servicediscovery")
    namespaces = {namespace["Name"]: namespace for namespace in cloud_map.list_namespaces()["Namespaces"]}
    assert {name: it["Type"] for name, it in namespaces.items()} == {
        "shop-production-services": "HTTP", "shop-production.internal": "DNS_PRIVATE",
    }
    becomes(lambda: (instances(shop, "api"), instances(shop, "store")), (1, 1))
    there = cloud_map.list_services(Filters=[{"Name": "NAMESPACE_ID", "Values": [
        namespaces["shop-production.internal"]["Id"]
    ]}])["Services"]
    assert [(it["Name"], it["DnsConfig"]["DnsRecords"]) for it in there] == [("store", [{"Type": "A", "TTL": 10}])]

    seen = environment(shop, "web")
    assert seen["API_URL"] == "http://api:8080" and seen["STORE_HOST"] == "store.shop-production.internal"
    assert seen["STORE_PORT"] == "5000" and "STORE_URL" not in seen
    [primary] = running(shop, "web")["deployments"]
    connect = primary["serviceConnectConfiguration"]
    assert connect["enabled"] and connect["namespace"] == namespaces["shop-production-services"]["Arn"]
    [port] = definition(shop, "api")["containerDefinitions"][0]["portMappings"]
    assert (port["name"], port["appProtocol"], port["containerPort"]) == ("api", "http", 8080)
    [group] = running(shop, "store")["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"]
    ec2 = shop.client("ec2")
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    rules = [rule for rule in rules if not rule["IsEgress"]]
    assert len(rules) == 2 and {rule["FromPort"] for rule in rules} == {5000}, "web and the job"

    # Who found it by its proxy finds it by DNS from now on; a name of its own for the zone.
    rewrite(
        shop,
        ("discovery = { port = 8080 }", 'discovery = { port = 8080, by = "dns" }'),
        ('region = "eu-central-1"\n', 'region = "eu-central-1"\ndiscovery = { domain = "shop.internal" }\n'),
    )
    done(shop.ashore("plan", "--detailed-exitcode"), 2)
    done(shop.ashore("up", "--yes"))
    settled(shop)
    assert [it["Name"] for it in cloud_map.list_namespaces()["Namespaces"]] == ["shop.internal"]
    assert environment(shop, "web")["API_URL"] == "http://api.shop.internal:8080"
    becomes(lambda: (instances(shop, "api"), instances(shop, "store")), (1, 1))

    done(shop.ashore("down", "--yes"))
    there = {**everything(shop), **everything_else(shop)}
    assert {kind for kind, found in there.items() if found} == set()
