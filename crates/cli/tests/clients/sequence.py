"""The main job from the first `up` to the last `down`, and what boto3 sees on the way."""

import json

from inventory import everything, records

SERVICE = "services.web/service"
OLD_IMAGE, NEW_IMAGE = "nginx:1.29", "nginx:1.30"


def run(cloud, wait, mend):
    """What is seen, by where it is seen. `mend` takes away what an emulator keeps from `down`."""
    seen = {}
    up = ("up", f"--wait={wait}")
    before = everything(cloud)

    code, out, err = cloud.ashore(*up)
    assert code == 0, err
    seen["up: prints"] = out.strip()
    for kind, objects in beside(before, everything(cloud)).items():
        seen[f"up: {kind}"] = len(objects)
    seen["up: records"] = sorted(record["type"] for record in records(cloud))
    seen |= {f"up: {what}": sight for what, sight in ingress(cloud).items()}
    seen |= {f"up: {what}": sight for what, sight in service(cloud).items()}

    seen["plan: differences"] = differences(plan(cloud))

    manifest = cloud.folder / "ashore.toml"
    manifest.write_text(manifest.read_text().replace(OLD_IMAGE, NEW_IMAGE))
    planned = plan(cloud)
    seen["new image: steps"] = {step["step"]: step["action"] for step in planned["steps"]}
    code, out, err = cloud.ashore(*up)
    assert code == 0, err
    seen["new image: prints"] = out.strip()
    seen |= {f"new image: {what}": sight for what, sight in service(cloud).items()}
    seen["new image: differences"] = differences(plan(cloud))

    for when, command in ("down", None), ("down, once mended", mend):
        if command:
            command(cloud)
        code, out, err = cloud.ashore("down", "--yes", "--json")
        documents = [json.loads(line) for line in out.splitlines()]
        seen[f"{when}: exit"] = code
        seen[f"{when}: errors"] = [one["code"] for one in documents if one["type"] == "error"]
        seen[f"{when}: state"] = in_state(cloud)
        left = beside(before, everything(cloud))
        seen[f"{when}: left"] = {kind: len(objects) for kind, objects in left.items() if objects}
        seen[f"{when}: records"] = records(cloud)
    return seen


def beside(before, now):
    """An account is not empty when we come: it has a default VPC, and so have the emulators."""
    return {kind: [one for one in found if one not in before[kind]] for kind, found in now.items()}


def plan(cloud):
    code, out, err = cloud.ashore("plan", "--json")
    assert code == 0, err
    documents = [json.loads(line) for line in out.splitlines()]
    [document] = [one for one in documents if one["type"] == "plan"]
    return document


def differences(planned):
    return {
        step["step"]: {one["at"]: (one["observed"], one["desired"]) for one in step["differences"]}
        for step in planned["steps"]
    }


def in_state(cloud):
    states = (cloud.folder / ".ashore").glob("*/state.json")
    return sorted(address for state in states for address in json.loads(state.read_text())["state"]["resources"])


def ingress(cloud):
    ec2, elb, iam = cloud.client("ec2"), cloud.client("elbv2"), cloud.client("iam")
    [balancer] = elb.describe_load_balancers()["LoadBalancers"]
    listeners = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    [http] = [listener for listener in listeners if listener["Protocol"] == "HTTP"]
    ours = ec2.describe_vpcs(Filters=[{"Name": "tag:ashore:stack", "Values": ["hello/production"]}])
    linked = iam.list_roles(PathPrefix="/aws-service-role/")["Roles"]
    return {
        "balancer's state": balancer["State"]["Code"],
        "balancer's zones": sorted(zone["ZoneName"] for zone in balancer["AvailabilityZones"]),
        "balancer's network is ours": balancer["VpcId"] in [vpc["VpcId"] for vpc in ours["Vpcs"]],
        "redirect": http["DefaultActions"][0]["RedirectConfig"],
        "service-linked roles": sorted(role["RoleName"] for role in linked),
    }


def service(cloud):
    ecs, elb = cloud.client("ecs"), cloud.client("elbv2")
    [cluster] = ecs.list_clusters()["clusterArns"]
    names = ecs.list_services(cluster=cluster)["serviceArns"]
    [found] = ecs.describe_services(cluster=cluster, services=names)["services"]
    [primary] = [one for one in found["deployments"] if one["status"] == "PRIMARY"]
    definition = ecs.describe_task_definition(taskDefinition=found["taskDefinition"])["taskDefinition"]
    [group] = elb.describe_target_groups()["TargetGroups"]
    health = elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])
    return {
        "image": [container["image"] for container in definition["containerDefinitions"]],
        "desired tasks": found["desiredCount"],
        "running tasks": found["runningCount"],
        "rollout": primary["rolloutState"],
        "rollout is of the service's revision": primary["taskDefinition"] == found["taskDefinition"],
        "circuit breaker": found.get("deploymentConfiguration", {}).get("deploymentCircuitBreaker"),
        "grace": found.get("healthCheckGracePeriodSeconds"),
        "targets": [one["TargetHealth"]["State"] for one in health["TargetHealthDescriptions"]],
    }
