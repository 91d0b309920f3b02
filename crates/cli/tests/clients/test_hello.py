"""What the main job makes and leaves, listed kind by kind by a client that is not ours."""

from inventory import everything, records


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
