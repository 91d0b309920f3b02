"""ECS on EC2 instances: capacity providers, container instances, placement, managed scaling, draining, daemons."""

import pytest
from capacity import Capacity, trust

NO_ROOM = "was unable to place a task because no container instance met all of its requirements."


@pytest.fixture
def stack(twin):
    twin.reset()
    twin.script()
    return Capacity(twin)


@pytest.fixture
def hosts(stack):
    """Two instances in the cluster, no capacity provider."""
    stack.create_group()
    stack.wait(lambda: len(stack.container_instances()) == 2)
    return stack


@pytest.fixture
def scaled(stack):
    """A cluster whose capacity follows its tasks, from nothing."""
    stack.create_group(DesiredCapacity=0)
    stack.create_provider()
    stack.attach("web")
    return stack


def running(stack, count):
    return lambda: stack.service()["runningCount"] == count and stack.service()["pendingCount"] == 0


def steady(stack, count):
    return lambda: running(stack, count)() and "has reached a steady state." in stack.events()[0]


def resource(instance, name, which="remainingResources"):
    return next(each for each in instance[which] if each["name"] == name)


# Capacity providers


def test_row_create_capacity_provider_asg(stack):
    stack.create_group(DesiredCapacity=0)
    arn = stack.auto_scaling_group()["AutoScalingGroupARN"]
    made = stack.ecs.create_capacity_provider(
        name="web", autoScalingGroupProvider={"autoScalingGroupArn": arn}, tags=[{"key": "app", "value": "shop"}]
    )["capacityProvider"]
    assert made["autoScalingGroupProvider"] == {
        "autoScalingGroupArn": arn,
        "managedScaling": {
            "status": "DISABLED", "targetCapacity": 100, "minimumScalingStepSize": 1,
            "maximumScalingStepSize": 10000, "instanceWarmupPeriod": 300,
        },
        "managedTerminationProtection": "DISABLED",
        "managedDraining": "ENABLED",
    }
    (found,) = stack.ecs.describe_capacity_providers(capacityProviders=["web"], include=["TAGS"])["capacityProviders"]
    assert (found["status"], found["tags"]) == ("ACTIVE", [{"key": "app", "value": "shop"}])
    assert "AmazonECSManaged" in [tag["Key"] for tag in stack.auto_scaling_group()["Tags"]]
    names = [each["name"] for each in stack.ecs.describe_capacity_providers()["capacityProviders"]]
    assert names == ["FARGATE", "FARGATE_SPOT", "web"]


def test_update_capacity_provider(scaled):
    change = {"managedScaling": {"targetCapacity": 50}, "managedDraining": "DISABLED"}
    made = scaled.ecs.update_capacity_provider(name="web", autoScalingGroupProvider=change)["capacityProvider"]
    assert made["updateStatus"] == "UPDATE_IN_PROGRESS"
    scaled.twin.advance(5)
    (found,) = scaled.ecs.describe_capacity_providers(capacityProviders=["web"])["capacityProviders"]
    assert found["updateStatus"] == "UPDATE_COMPLETE"
    provider = found["autoScalingGroupProvider"]
    assert (provider["managedScaling"]["targetCapacity"], provider["managedScaling"]["status"]) == (50, "ENABLED")
    assert provider["managedDraining"] == "DISABLED"


def test_row_delete_capacity_provider(scaled, refused):
    delete = lambda: scaled.ecs.delete_capacity_provider(capacityProvider="web")["capacityProvider"]
    look = lambda: scaled.ecs.describe_capacity_providers(capacityProviders=["web"])["capacityProviders"][0]
    assert delete()["updateStatus"] == "DELETE_IN_PROGRESS"
    scaled.twin.advance(5)
    assert (look()["status"], look()["updateStatus"]) == ("ACTIVE", "DELETE_FAILED")
    assert "associated with cluster: shop" in look()["updateStatusReason"]
    scaled.attach()
    delete()
    scaled.twin.advance(5)
    assert (look()["status"], look()["updateStatus"]) == ("INACTIVE", "DELETE_COMPLETE")
    assert refused(scaled.ecs.delete_capacity_provider, capacityProvider="web") == "ClientException"
    scaled.create_provider()


@pytest.mark.parametrize("name, change, message", [
    ("fargate-web", {}, "The specified capacity provider name is invalid."),
    ("web", {}, "already exists"),
    ("other", {}, "already being used by another capacity provider"),
    ("other", {"autoScalingGroupArn": "arn:aws:autoscaling:eu-central-1:123456789012:autoScalingGroup:x"}, "group ARN is invalid"),
    ("other", {"managedScaling": {"targetCapacity": 101}}, "managed scaling configuration"),
])
def test_providers_that_cannot_be(scaled, name, change, message):
    arn = scaled.auto_scaling_group()["AutoScalingGroupARN"]
    with pytest.raises(scaled.ecs.exceptions.ClientException) as caught:
        scaled.ecs.create_capacity_provider(
            name=name, autoScalingGroupProvider={"autoScalingGroupArn": arn, **change}
        )
    assert message in caught.value.response["Error"]["Message"]


def test_termination_protection_needs_scaling_and_a_group_that_protects(stack, refused):
    stack.create_group(DesiredCapacity=0)
    arn = stack.auto_scaling_group()["AutoScalingGroupARN"]
    ask = {"autoScalingGroupArn": arn, "managedTerminationProtection": "ENABLED"}
    create = stack.ecs.create_capacity_provider
    assert refused(create, name="web", autoScalingGroupProvider=ask) == "ClientException"
    ask["managedScaling"] = {"status": "ENABLED"}
    assert refused(create, name="web", autoScalingGroupProvider=ask) == "ClientException"
    stack.asg.update_auto_scaling_group(AutoScalingGroupName="web", NewInstancesProtectedFromScaleIn=True)
    create(name="web", autoScalingGroupProvider=ask)


def test_strategies_of_a_cluster(scaled, refused):
    put = scaled.ecs.put_cluster_capacity_providers
    mixed = [{"capacityProvider": "web", "weight": 1}, {"capacityProvider": "FARGATE", "weight": 1}]
    ask = {"cluster": "shop", "capacityProviders": ["web", "FARGATE"], "defaultCapacityProviderStrategy": mixed}
    assert refused(put, **ask) == "InvalidParameterException"
    assert refused(put, **{**ask, "capacityProviders": ["none"]}) == "InvalidParameterException"
    ask["defaultCapacityProviderStrategy"] = mixed[:1]
    cluster = put(**ask)["cluster"]
    assert cluster["capacityProviders"] == ["web", "FARGATE"]
    scaled.twin.advance(5)
    scaled.register()
    scaled.create_service(desiredCount=0)
    assert scaled.service()["capacityProviderStrategy"] == [{"capacityProvider": "web", "weight": 1, "base": 0}]
    ask |= {"capacityProviders": ["FARGATE"], "defaultCapacityProviderStrategy": []}
    assert refused(put, **ask) == "ResourceInUseException"


def test_a_cluster_is_busy_while_providers_are_attached(stack, refused):
    stack.create_group(DesiredCapacity=0)
    stack.create_provider()
    ask = {"cluster": "shop", "capacityProviders": ["web"], "defaultCapacityProviderStrategy": []}
    cluster = stack.ecs.put_cluster_capacity_providers(**ask)["cluster"]
    assert cluster["attachmentsStatus"] == "UPDATE_IN_PROGRESS"
    assert refused(stack.ecs.put_cluster_capacity_providers, **ask) == "UpdateInProgressException"
    stack.twin.advance(5)
    (cluster,) = stack.ecs.describe_clusters(clusters=["shop"], include=["ATTACHMENTS"])["clusters"]
    assert cluster["attachmentsStatus"] == "UPDATE_COMPLETE"
    assert [each["type"] for each in cluster["attachments"]] == ["as_policy", "managed_draining"]


# Container instances


def test_instances_join_the_cluster_of_their_user_data(hosts):
    first = hosts.container_instances()[0]
    assert (first["status"], first["agentConnected"]) == ("ACTIVE", True)
    assert resource(first, "CPU", "registeredResources")["integerValue"] == 2048
    assert "22" in resource(first, "PORTS")["stringSetValue"]
    attributes = {each["name"]: each.get("value") for each in first["attributes"]}
    assert attributes["ecs.instance-type"] == "t3.small"
    (cluster,) = hosts.ecs.describe_clusters(clusters=["shop"])["clusters"]
    assert cluster["registeredContainerInstancesCount"] == 2


def test_instances_whose_role_may_not_register_stay_out(stack):
    stack.iam.detach_role_policy(
        RoleName="ecs", PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
    )
    stack.create_group(DesiredCapacity=1)
    stack.wait(lambda: stack.states() == ["InService"])
    stack.twin.advance(120)
    assert stack.container_instances() == []
    stack.iam.attach_role_policy(
        RoleName="ecs", PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
    )
    stack.wait(lambda: len(stack.container_instances()) == 1)


def test_a_cluster_with_instances_cannot_go(hosts, refused):
    assert refused(hosts.ecs.delete_cluster, cluster="shop") == "ClusterContainsContainerInstancesException"
    hosts.asg.delete_auto_scaling_group(AutoScalingGroupName="web", ForceDelete=True)
    hosts.wait(lambda: hosts.auto_scaling_group() is None)
    hosts.ecs.delete_cluster(cluster="shop")


def test_container_instances_that_are_refused(hosts, refused):
    none = "0" * 32
    found = hosts.ecs.describe_container_instances(cluster="shop", containerInstances=[none])
    assert found["failures"][0]["reason"] == "MISSING"
    assert refused(hosts.ecs.list_container_instances, cluster="none") == "ClusterNotFoundException"
    ask = {"cluster": "shop", "containerInstance": none}
    assert refused(hosts.ecs.deregister_container_instance, **ask) == "InvalidParameterException"
    ask = {"cluster": "shop", "containerInstances": [none], "status": "DEREGISTERING"}
    assert refused(hosts.ecs.update_container_instances_state, **ask) == "InvalidParameterException"


def test_deregister(hosts, refused):
    hosts.register()
    hosts.create_service(desiredCount=2)
    hosts.wait(running(hosts, 2))
    first = hosts.container_instances()[0]["containerInstanceArn"]
    ask = {"cluster": "shop", "containerInstance": first}
    assert refused(hosts.ecs.deregister_container_instance, **ask) == "InvalidParameterException"
    gone = hosts.ecs.deregister_container_instance(**ask, force=True)["containerInstance"]
    assert gone["status"] == "INACTIVE"
    hosts.wait(running(hosts, 2))
    assert len(hosts.container_instances()) == 1


# Placement


def test_several_tasks_on_one_instance_with_ports_of_their_own(hosts):
    hosts.register()
    hosts.create_service(desiredCount=4)
    hosts.wait(running(hosts, 4))
    tasks = hosts.tasks()
    assert {task["launchType"] for task in tasks} == {"EC2"}
    bound = [(task["containerInstanceArn"], task["containers"][0]["networkBindings"][0]) for task in tasks]
    assert len({(arn, each["hostPort"]) for arn, each in bound}) == 4
    assert all(each["containerPort"] == 80 and each["hostPort"] >= 32768 for _, each in bound)
    per_host = [each["runningTasksCount"] for each in hosts.container_instances()]
    assert per_host == [2, 2]
    assert resource(hosts.container_instances()[0], "CPU")["integerValue"] == 2048 - 2 * 256
    assert "platformVersion" not in tasks[0]


@pytest.mark.parametrize("container, sentence", [
    ({"memory": 4000}, "has insufficient memory available."),
    ({"cpu": 4096}, "has insufficient CPU units available."),
    ({"definition": {"runtimePlatform": {"cpuArchitecture": "ARM64"}}}, "is missing an attribute required by your task."),
])
def test_no_instance_has_room(hosts, container, sentence):
    hosts.register(**container)
    hosts.create_service(desiredCount=1)
    hosts.twin.advance(60)
    (event,) = hosts.events()
    assert event.startswith(f"(service web) {NO_ROOM} The closest matching container-instance")
    assert sentence in event
    assert event.endswith("For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.")
    assert hosts.tasks() == []


def test_a_port_that_is_taken(hosts):
    hosts.register(portMappings=[{"containerPort": 80, "hostPort": 8080}])
    hosts.create_service(desiredCount=3)
    hosts.wait(running(hosts, 2))
    assert "is already using a port required by your task." in " ".join(hosts.events())
    hosts.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=3)
    hosts.wait(running(hosts, 3))


def test_no_instances_at_all(stack, refused):
    stack.register()
    stack.create_service(desiredCount=1, launchType="EC2")
    stack.twin.advance(5)
    assert f"{NO_ROOM} Reason: No Container Instances were found in your cluster." in stack.events()[0]
    run = {"cluster": "shop", "taskDefinition": "web"}
    assert refused(stack.ecs.run_task, **run) == "InvalidParameterException"


def test_run_task_says_what_is_lacking(hosts):
    hosts.register(memory=4000)
    (failure,) = hosts.ecs.run_task(cluster="shop", taskDefinition="web")["failures"]
    assert failure["reason"] == "RESOURCE:MEMORY" and ":container-instance/shop/" in failure["arn"]
    hosts.register()
    (task,) = hosts.ecs.run_task(cluster="shop", taskDefinition="web")["tasks"]
    assert task["launchType"] == "EC2"
    hosts.wait(lambda: hosts.tasks()[0]["lastStatus"] == "RUNNING")
    first = hosts.tasks()[0]["containerInstanceArn"]
    assert len(hosts.tasks(containerInstance=first)) == 1


@pytest.mark.parametrize("strategy, per_host", [
    ([{"type": "binpack", "field": "memory"}], [0, 2]),
    ([{"type": "spread", "field": "instanceId"}], [1, 1]),
    ([{"type": "spread", "field": "attribute:ecs.availability-zone"}, {"type": "binpack", "field": "cpu"}], [1, 1]),
])
def test_placement_strategies(hosts, strategy, per_host):
    hosts.register()
    made = hosts.create_service(placementStrategy=strategy)
    assert [each["type"] for each in made["placementStrategy"]] == [each["type"] for each in strategy]
    hosts.wait(running(hosts, 2))
    assert sorted(each["runningTasksCount"] for each in hosts.container_instances()) == per_host


def test_each_task_on_an_instance_of_its_own(hosts):
    hosts.register()
    hosts.create_service(desiredCount=3, placementConstraints=[{"type": "distinctInstance"}])
    hosts.wait(running(hosts, 2))
    assert "does not satisfy a placement constraint" in " ".join(hosts.events())


def test_placements_that_are_refused(hosts, refused):
    hosts.register()
    ask = {"cluster": "shop", "serviceName": "web", "taskDefinition": "web", "desiredCount": 1}
    create = hosts.ecs.create_service
    assert refused(create, **ask, placementStrategy=[{"type": "binpack", "field": "disk"}]) == "InvalidParameterException"
    constraint = [{"type": "memberOf", "expression": "attribute:ecs.instance-type =~ t3.*"}]
    assert refused(create, **ask, placementConstraints=constraint) == "NotImplemented"


def test_interfaces_of_tasks_on_instances(hosts):
    hosts.register(networkMode="awsvpc")
    network = {"awsvpcConfiguration": {"subnets": hosts.subnets, "securityGroups": [hosts.group]}}
    hosts.create_service(desiredCount=5, networkConfiguration=network)
    # A t3.small has three interfaces, one of which is its own.
    hosts.wait(running(hosts, 4))
    assert "does not have enough available network interfaces" in " ".join(hosts.events())
    details = {each["name"]: each["value"] for each in hosts.tasks()[0]["attachments"][0]["details"]}
    (interface,) = hosts.ec2.describe_network_interfaces(
        NetworkInterfaceIds=[details["networkInterfaceId"]]
    )["NetworkInterfaces"]
    instances = [each["InstanceId"] for each in hosts.instances("running")]
    assert interface["Attachment"]["InstanceId"] in instances


def test_tasks_on_instances_have_no_public_addresses(hosts, refused):
    hosts.register(networkMode="awsvpc")
    network = {"awsvpcConfiguration": {"subnets": hosts.subnets, "assignPublicIp": "ENABLED"}}
    ask = {"cluster": "shop", "serviceName": "web", "taskDefinition": "web", "desiredCount": 1}
    assert refused(hosts.ecs.create_service, **ask, networkConfiguration=network) == "InvalidParameterException"


# Balancers


def test_host_ports_are_registered_in_instance_target_groups(hosts):
    target_group = hosts.balance()
    hosts.register()
    balancer = {"targetGroupArn": target_group, "containerName": "web", "containerPort": 80}
    hosts.create_service(desiredCount=3, loadBalancers=[balancer])
    hosts.wait(lambda: [state for _, _, state in hosts.health(target_group)] == ["healthy"] * 3)
    of_tasks = {each["containers"][0]["networkBindings"][0]["hostPort"] for each in hosts.tasks()}
    hosts_of = {each["ec2InstanceId"] for each in hosts.container_instances()}
    targets = hosts.health(target_group)
    assert {port for _, port, _ in targets} <= of_tasks and {id for id, _, _ in targets} == hosts_of
    hosts.ecs.update_service(cluster="shop", service="web", desiredCount=1)
    hosts.wait(lambda: len(hosts.health(target_group)) == 1)


def test_target_groups_of_the_wrong_type(hosts, refused):
    target_group = hosts.balance("ip")
    hosts.register()
    balancer = {"targetGroupArn": target_group, "containerName": "web", "containerPort": 80}
    ask = {"cluster": "shop", "serviceName": "web", "taskDefinition": "web", "desiredCount": 1}
    assert refused(hosts.ecs.create_service, **ask, loadBalancers=[balancer]) == "InvalidParameterException"


# Managed scaling


def test_tasks_wait_for_capacity_and_get_it(scaled):
    scaled.register(memory=900)
    scaled.create_service(desiredCount=4)
    scaled.twin.advance(10)
    assert {task["lastStatus"] for task in scaled.tasks()} == {"PROVISIONING"}
    assert {task["capacityProviderName"] for task in scaled.tasks()} == {"web"}
    assert scaled.auto_scaling_group()["DesiredCapacity"] == 0
    scaled.twin.advance(60)
    assert scaled.auto_scaling_group()["DesiredCapacity"] == 2
    scaled.wait(steady(scaled, 4))
    assert {each["capacityProviderName"] for each in scaled.container_instances()} == {"web"}


def test_capacity_that_nothing_uses_goes(scaled):
    scaled.register(memory=900)
    scaled.create_service(desiredCount=4)
    scaled.wait(running(scaled, 4))
    scaled.ecs.update_service(cluster="shop", service="web", desiredCount=0)
    scaled.twin.advance(600)
    assert len(scaled.states()) == 2
    scaled.wait(lambda: scaled.states() == [])
    assert scaled.container_instances() == []


def test_a_target_capacity_below_a_hundred_keeps_spare_instances(scaled):
    scaled.ecs.update_capacity_provider(
        name="web", autoScalingGroupProvider={"managedScaling": {"targetCapacity": 50}}
    )
    scaled.register()
    scaled.create_service(desiredCount=1)
    scaled.wait(lambda: scaled.auto_scaling_group()["DesiredCapacity"] == 2)


def test_a_group_that_is_full_leaves_tasks_waiting(scaled):
    scaled.asg.update_auto_scaling_group(AutoScalingGroupName="web", MaxSize=1)
    scaled.register(memory=900)
    scaled.create_service(desiredCount=4)
    scaled.wait(lambda: scaled.service()["runningCount"] == 2)
    scaled.twin.advance(600)
    assert (scaled.service()["pendingCount"], scaled.states()) == (2, ["InService"])


def test_busy_instances_are_protected_from_scale_in(stack):
    stack.create_group(DesiredCapacity=0, NewInstancesProtectedFromScaleIn=True)
    stack.create_provider(managedTerminationProtection="ENABLED")
    stack.attach("web")
    stack.register(memory=900)
    stack.create_service(desiredCount=4)
    stack.wait(running(stack, 4))
    stack.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=1)
    stack.twin.advance(30)
    assert stack.service()["runningCount"] == 4 and len(stack.states()) == 2
    stack.ecs.update_service(cluster="shop", service="web", desiredCount=0)
    stack.wait(lambda: stack.states() == [], seconds=3000)


def test_without_managed_scaling_the_scheduler_complains(stack):
    stack.create_group(DesiredCapacity=0)
    stack.create_provider(managedScaling={"status": "DISABLED"})
    stack.attach("web")
    stack.register()
    stack.create_service(desiredCount=1)
    stack.twin.advance(5)
    assert "No Container Instances were found in your capacity provider." in stack.events()[0]


# Draining


def test_draining_moves_tasks_before_the_instance_is_empty(hosts):
    hosts.register()
    hosts.create_service(desiredCount=2)
    hosts.wait(steady(hosts, 2))
    first = hosts.container_instances()[0]["containerInstanceArn"]
    ask = {"cluster": "shop", "containerInstances": [first]}
    (shown,) = hosts.ecs.update_container_instances_state(**ask, status="DRAINING")["containerInstances"]
    assert shown["status"] == "DRAINING"
    fewest = 2
    for _ in range(40):
        hosts.twin.advance(5)
        fewest = min(fewest, hosts.service()["runningCount"])
    assert fewest == 2 and running(hosts, 2)()
    assert {task["containerInstanceArn"] for task in hosts.tasks()} != {first}
    assert hosts.tasks(containerInstance=first) == []
    (shown,) = hosts.ecs.update_container_instances_state(**ask, status="ACTIVE")["containerInstances"]
    assert (shown["status"], shown["runningTasksCount"]) == ("ACTIVE", 0)


def test_managed_draining_holds_the_end_of_an_instance(scaled):
    scaled.asg.update_auto_scaling_group(AutoScalingGroupName="web", MinSize=2)
    scaled.wait(lambda: len(scaled.container_instances()) == 2)
    scaled.register()
    scaled.create_service(desiredCount=2)
    scaled.wait(steady(scaled, 2))
    first = scaled.container_instances()[0]
    scaled.asg.terminate_instance_in_auto_scaling_group(
        InstanceId=first["ec2InstanceId"], ShouldDecrementDesiredCapacity=False
    )
    scaled.twin.advance(1)
    assert "Terminating:Wait" in scaled.states()
    assert [each["status"] for each in scaled.container_instances(status="DRAINING")] == ["DRAINING"]
    scaled.wait(lambda: first["ec2InstanceId"] in [each["InstanceId"] for each in scaled.instances("terminated")])
    assert running(scaled, 2)()
    scaled.wait(lambda: len(scaled.container_instances()) == 2)


def test_an_instance_refresh_with_managed_draining_loses_no_task(scaled):
    scaled.asg.update_auto_scaling_group(AutoScalingGroupName="web", MinSize=2)
    scaled.wait(lambda: len(scaled.container_instances()) == 2)
    target_group = scaled.balance()
    scaled.register()
    balancer = {"targetGroupArn": target_group, "containerName": "web", "containerPort": 80}
    scaled.create_service(desiredCount=2, loadBalancers=[balancer])
    scaled.wait(lambda: [state for _, _, state in scaled.health(target_group)] == ["healthy"] * 2)
    scaled.ec2.create_launch_template_version(
        LaunchTemplateId=scaled.template, SourceVersion="1", LaunchTemplateData={"InstanceType": "t3.medium"}
    )
    scaled.asg.start_instance_refresh(AutoScalingGroupName="web", Preferences={"InstanceWarmup": 0})
    fewest, status = 2, ""
    for _ in range(400):
        scaled.twin.advance(5)
        fewest = min(fewest, [state for _, _, state in scaled.health(target_group)].count("healthy"))
        status = scaled.asg.describe_instance_refreshes(AutoScalingGroupName="web")["InstanceRefreshes"][0]["Status"]
        if status == "Successful":
            break
    assert (status, fewest) == ("Successful", 2)
    scaled.wait(lambda: {each["InstanceType"] for each in scaled.instances("running")} == {"t3.medium"})


def test_the_tasks_of_a_host_that_is_gone_end_with_it(hosts):
    hosts.register()
    hosts.create_service(desiredCount=2)
    hosts.wait(running(hosts, 2))
    first = hosts.container_instances()[0]
    hosts.ec2.terminate_instances(InstanceIds=[first["ec2InstanceId"]])
    hosts.twin.advance(10)
    stopped = hosts.tasks(desiredStatus="STOPPED")
    assert stopped[0]["stoppedReason"] == f"Host EC2 (instance {first['ec2InstanceId']}) terminated."
    hosts.wait(running(hosts, 2))


# Daemons


def test_a_daemon_runs_once_on_every_instance(hosts):
    hosts.register(portMappings=[{"containerPort": 80, "hostPort": 8080}])
    hosts.create_service(desiredCount=None, schedulingStrategy="DAEMON")
    hosts.wait(running(hosts, 2))
    service = hosts.service()
    assert (service["schedulingStrategy"], service["desiredCount"]) == ("DAEMON", 2)
    assert service["deploymentConfiguration"]["maximumPercent"] == 100
    hosts.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=3)
    hosts.wait(running(hosts, 3))
    hosts.asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=1)
    hosts.wait(running(hosts, 1))
    assert hosts.ecs.list_services(cluster="shop", schedulingStrategy="REPLICA")["serviceArns"] == []


def test_a_new_revision_of_a_daemon(hosts):
    hosts.register(portMappings=[{"containerPort": 80, "hostPort": 8080}])
    hosts.create_service(desiredCount=None, schedulingStrategy="DAEMON")
    hosts.wait(running(hosts, 2))
    arn = hosts.register(portMappings=[{"containerPort": 80, "hostPort": 8080}], image="shop/web:2")
    hosts.ecs.update_service(cluster="shop", service="web", taskDefinition=arn)
    hosts.wait(lambda: hosts.service()["deployments"][0]["rolloutState"] == "COMPLETED")
    assert {task["taskDefinitionArn"] for task in hosts.tasks()} == {arn}


def test_daemons_do_not_hold_capacity(scaled):
    scaled.asg.update_auto_scaling_group(AutoScalingGroupName="web", DesiredCapacity=1)
    scaled.register(portMappings=[])
    scaled.create_service(desiredCount=None, schedulingStrategy="DAEMON", serviceName="web")
    scaled.wait(running(scaled, 1))
    scaled.wait(lambda: scaled.states() == [], seconds=2000)


def test_daemons_that_are_refused(hosts, refused):
    hosts.register()
    ask = {"cluster": "shop", "serviceName": "web", "taskDefinition": "web", "schedulingStrategy": "DAEMON"}
    create = hosts.ecs.create_service
    assert refused(create, **ask, desiredCount=1) == "InvalidParameterException"
    strategy = [{"type": "spread", "field": "host"}]
    assert refused(create, **ask, placementStrategy=strategy) == "InvalidParameterException"
    hosts.create_service(desiredCount=None, schedulingStrategy="DAEMON")
    update = {"cluster": "shop", "service": "web", "desiredCount": 1}
    assert refused(hosts.ecs.update_service, **update) == "InvalidParameterException"


# Managed Instances


def managed(stack, **more):
    role = stack.iam.create_role(RoleName="infra", AssumeRolePolicyDocument=trust("ecs.amazonaws.com"))["Role"]["Arn"]
    profile = stack.iam.get_instance_profile(InstanceProfileName="ecs")["InstanceProfile"]["Arn"]
    return {
        "infrastructureRoleArn": role,
        "instanceLaunchTemplate": {
            "ec2InstanceProfileArn": profile,
            "networkConfiguration": {"subnets": stack.subnets, "securityGroups": [stack.group]},
            "instanceRequirements": {"vCpuCount": {"min": 1, "max": 4}, "memoryMiB": {"min": 2048, "max": 16384}},
        },
        **more,
    }


def test_managed_instances_come_and_go_with_tasks(stack, refused):
    made = stack.ecs.create_capacity_provider(
        name="mi", cluster="shop", managedInstancesProvider=managed(stack)
    )["capacityProvider"]
    assert (made["type"], made["cluster"].rsplit("/")[-1]) == ("MANAGED_INSTANCES", "shop")
    (cluster,) = stack.ecs.describe_clusters(clusters=["shop"])["clusters"]
    assert cluster["capacityProviders"] == ["mi"]
    assert refused(stack.ecs.delete_cluster, cluster="shop") == "ClusterContainsCapacityProviderException"
    network = {"awsvpcConfiguration": {"subnets": stack.subnets, "securityGroups": [stack.group]}}
    stack.ecs.register_task_definition(
        family="web", networkMode="awsvpc", requiresCompatibilities=["MANAGED_INSTANCES"], cpu="512", memory="1024",
        containerDefinitions=[{"name": "web", "image": "shop/web:1", "portMappings": [{"containerPort": 80}]}],
    )
    strategy = [{"capacityProvider": "mi", "weight": 1}]
    stack.create_service(capacityProviderStrategy=strategy, networkConfiguration=network)
    stack.wait(running(stack, 2))
    assert {task["launchType"] for task in stack.tasks()} == {"MANAGED_INSTANCES"}
    assert {each["capacityProviderName"] for each in stack.container_instances()} == {"mi"}
    stack.ecs.delete_service(cluster="shop", service="web", force=True)
    stack.wait(lambda: stack.instances("running") == [])
    stack.ecs.delete_capacity_provider(capacityProvider="mi", cluster="shop")
    stack.twin.advance(5)
    stack.ecs.delete_cluster(cluster="shop")


def test_managed_instances_that_are_refused(stack, refused):
    good = managed(stack)
    create = stack.ecs.create_capacity_provider
    assert refused(create, name="mi", managedInstancesProvider=good) == "InvalidParameterException"
    ask = {"name": "mi", "cluster": "shop"}
    role = {**good, "infrastructureRoleArn": "arn:aws:iam::123456789012:role/ecs"}
    assert refused(create, **ask, managedInstancesProvider=role) == "ClientException"
    template = good["instanceLaunchTemplate"]
    few = {"vCpuCount": {"min": 1000}, "memoryMiB": {"min": 1}}
    none = {**good, "instanceLaunchTemplate": {**template, "instanceRequirements": few}}
    assert refused(create, **ask, managedInstancesProvider=none) == "ClientException"
    assert refused(create, **ask) == "ClientException"
    spot = {**good, "instanceLaunchTemplate": {**template, "capacityOptionType": "SPOT"}}
    assert refused(create, **ask, managedInstancesProvider=spot) == "InvalidParameterException"
