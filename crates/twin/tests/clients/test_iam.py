"""IAM: what it takes, what it refuses, in which order things can be deleted."""

import json

import pytest

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
ALLOW = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}],
    }
)
EXECUTION = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
ACCOUNT = "arn:aws:iam::123456789012"


def statement(**changes):
    """A permissions policy whose one statement differs from a good one; None takes a member away."""
    good = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **changes}
    return {"Version": "2012-10-17", "Statement": [{k: v for k, v in good.items() if v is not None}]}


def trusting(principal, **changes):
    good = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **changes}
    return {"Version": "2012-10-17", "Statement": [{k: v for k, v in good.items() if v is not None}]}


@pytest.fixture
def iam(twin):
    twin.reset()
    return twin.client("iam", region="us-east-1")


@pytest.fixture
def role(iam):
    return iam.create_role(RoleName="web", AssumeRolePolicyDocument=TRUST)["Role"]


@pytest.fixture
def policy(iam):
    return iam.create_policy(PolicyName="read", PolicyDocument=ALLOW)["Policy"]["Arn"]


# --- roles


def test_a_role_has_what_it_was_given(iam):
    iam.create_role(
        RoleName="web",
        Path="/app/",
        AssumeRolePolicyDocument=TRUST,
        Description="runs web",
        MaxSessionDuration=7200,
        Tags=[{"Key": "app", "Value": "shop"}],
    )
    role = iam.get_role(RoleName="web")["Role"]
    assert role["Arn"] == f"{ACCOUNT}:role/app/web"
    assert role["RoleId"].startswith("AROA") and len(role["RoleId"]) == 21
    assert role["AssumeRolePolicyDocument"] == json.loads(TRUST)
    assert (role["Description"], role["MaxSessionDuration"]) == ("runs web", 7200)
    assert role["Tags"] == [{"Key": "app", "Value": "shop"}]


def test_documents_are_percent_encoded_on_the_wire(twin, iam, role):
    raw = []
    iam.meta.events.register("after-call.iam", lambda http_response, **_: raw.append(http_response))
    iam.get_role(RoleName="web")
    assert b"%7B%22Version%22%3A%20%222012-10-17%22" in raw[0].content


def test_a_second_role_of_the_name_is_refused_whatever_its_case(iam, role, refused):
    for name in ["web", "WEB"]:
        code = refused(iam.create_role, RoleName=name, AssumeRolePolicyDocument=TRUST)
        assert code == "EntityAlreadyExists"


def test_get_role_missing(iam, refused):
    assert refused(iam.get_role, RoleName="none") == "NoSuchEntity"


@pytest.mark.parametrize("name", ["a b", "a/b", "a" * 65, "ümlaut"])
def test_role_names_have_a_charset_and_64_characters(iam, refused, name):
    code = refused(iam.create_role, RoleName=name, AssumeRolePolicyDocument=TRUST)
    assert code == "ValidationError"


@pytest.mark.parametrize("path", ["app/", "/app"])
def test_paths_begin_and_end_with_a_slash(iam, refused, path):
    code = refused(iam.create_role, RoleName="web", Path=path, AssumeRolePolicyDocument=TRUST)
    assert code == "ValidationError"


def test_the_path_of_service_linked_roles_is_reserved(iam, refused):
    path = "/aws-service-role/ecs.amazonaws.com/"
    code = refused(
        iam.create_role, RoleName="AWSServiceRoleForECS", Path=path, AssumeRolePolicyDocument=TRUST
    )
    assert code == "InvalidInput"


def test_sessions_last_twelve_hours_at_most(iam, role, refused):
    assert refused(iam.update_role, RoleName="web", MaxSessionDuration=43201) == "ValidationError"


def test_listings_page_and_leave_out_tags(iam):
    for n in range(5):
        tags = [{"Key": "n", "Value": str(n)}]
        iam.create_role(RoleName=f"r{n}", AssumeRolePolicyDocument=TRUST, Tags=tags)
    first = iam.list_roles(MaxItems=2)
    assert first["IsTruncated"] and len(first["Roles"]) == 2 and "Tags" not in first["Roles"][0]
    pages = iam.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": 2})
    assert [r["RoleName"] for page in pages for r in page["Roles"]] == [f"r{n}" for n in range(5)]


def test_list_roles_by_path(iam, role):
    iam.create_role(RoleName="in", Path="/app/x/", AssumeRolePolicyDocument=TRUST)
    assert [r["RoleName"] for r in iam.list_roles(PathPrefix="/app/")["Roles"]] == ["in"]


def test_update_role_keeps_what_is_not_said(iam, role):
    iam.update_role(RoleName="web", Description="new")
    iam.update_role(RoleName="web", MaxSessionDuration=3700)
    got = iam.get_role(RoleName="web")["Role"]
    assert (got["Description"], got["MaxSessionDuration"]) == ("new", 3700)


def test_update_role_description(iam, role):
    got = iam.update_role_description(RoleName="web", Description="said")["Role"]
    assert got["Description"] == "said"


def test_update_assume_role_policy(iam, role):
    document = trusting({"Service": "ec2.amazonaws.com"})
    iam.update_assume_role_policy(RoleName="web", PolicyDocument=json.dumps(document))
    assert iam.get_role(RoleName="web")["Role"]["AssumeRolePolicyDocument"] == document


@pytest.mark.parametrize(
    "call, more",
    [
        ("delete_role", {}),
        ("update_role", {}),
        ("update_role_description", {"Description": "x"}),
        ("update_assume_role_policy", {"PolicyDocument": TRUST}),
        ("tag_role", {"Tags": []}),
        ("untag_role", {"TagKeys": []}),
        ("list_role_tags", {}),
        ("put_role_policy", {"PolicyName": "p", "PolicyDocument": ALLOW}),
        ("get_role_policy", {"PolicyName": "p"}),
        ("delete_role_policy", {"PolicyName": "p"}),
        ("list_role_policies", {}),
        ("attach_role_policy", {"PolicyArn": EXECUTION}),
        ("detach_role_policy", {"PolicyArn": EXECUTION}),
        ("list_attached_role_policies", {}),
        ("list_instance_profiles_for_role", {}),
        ("delete_service_linked_role", {}),
        ("put_role_permissions_boundary", {"PermissionsBoundary": EXECUTION}),
        ("delete_role_permissions_boundary", {}),
    ],
)
def test_no_call_on_a_role_that_is_not_there(iam, refused, call, more):
    assert refused(getattr(iam, call), RoleName="none", **more) == "NoSuchEntity"


def test_delete_role_with_inline_policy(iam, role, refused):
    iam.put_role_policy(RoleName="web", PolicyName="p", PolicyDocument=ALLOW)
    assert refused(iam.delete_role, RoleName="web") == "DeleteConflict"
    iam.delete_role_policy(RoleName="web", PolicyName="p")
    iam.delete_role(RoleName="web")


def test_delete_role_with_attached_policy(iam, role, refused):
    iam.attach_role_policy(RoleName="web", PolicyArn=EXECUTION)
    assert refused(iam.delete_role, RoleName="web") == "DeleteConflict"
    iam.detach_role_policy(RoleName="web", PolicyArn=EXECUTION)
    iam.delete_role(RoleName="web")


def test_delete_role_in_an_instance_profile(iam, role, refused):
    iam.create_instance_profile(InstanceProfileName="box")
    iam.add_role_to_instance_profile(InstanceProfileName="box", RoleName="web")
    assert refused(iam.delete_role, RoleName="web") == "DeleteConflict"


def test_a_role_made_again_has_another_id(iam, role):
    iam.delete_role(RoleName="web")
    again = iam.create_role(RoleName="web", AssumeRolePolicyDocument=TRUST)["Role"]
    assert again["RoleId"] != role["RoleId"] and again["Arn"] == role["Arn"]


def test_an_account_has_a_thousand_roles(iam, refused):
    for n in range(1000):
        iam.create_role(RoleName=f"r{n}", AssumeRolePolicyDocument=TRUST)
    code = refused(iam.create_role, RoleName="more", AssumeRolePolicyDocument=TRUST)
    assert code == "LimitExceeded"
    iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")


# --- tags


def test_role_tags_are_merged_and_taken_away(iam, role):
    iam.tag_role(RoleName="web", Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "1"}])
    iam.tag_role(RoleName="web", Tags=[{"Key": "a", "Value": "2"}])
    iam.untag_role(RoleName="web", TagKeys=["b"])
    assert iam.list_role_tags(RoleName="web")["Tags"] == [{"Key": "a", "Value": "2"}]


@pytest.mark.parametrize(
    "tags, code",
    [
        ([("aws:x", "1")], "InvalidInput"),
        ([("a", "1"), ("A", "2")], "InvalidInput"),
        ([(f"k{n}", "") for n in range(51)], "LimitExceeded"),
    ],
)
def test_tags_that_cannot_be(iam, role, refused, tags, code):
    tags = [{"Key": key, "Value": value} for key, value in tags]
    assert refused(iam.tag_role, RoleName="web", Tags=tags) == code


# --- policy documents


@pytest.mark.parametrize(
    "document",
    [
        "{",
        "[]",
        {"Statement": statement()["Statement"]},
        {"Version": "2012-10-17"},
        {"Version": "2012-10-17", "Statement": []},
        {"Version": "2020-01-01", "Statement": statement()["Statement"]},
        {"Version": "2012-10-17", "Statements": statement()["Statement"]},
        statement(Effect=None),
        statement(Effect="allow"),
        statement(Action=None),
        statement(Action=[]),
        statement(Action="GetObject"),
        statement(Resource=None),
        statement(Resource="bucket"),
        statement(Principal="*"),
        statement(Condition=["x"]),
        statement(NotAction="s3:*"),
        statement(Actions="s3:*"),
    ],
)
def test_malformed_inline_policy(iam, role, refused, document):
    text = document if isinstance(document, str) else json.dumps(document)
    code = refused(iam.put_role_policy, RoleName="web", PolicyName="p", PolicyDocument=text)
    assert code == "MalformedPolicyDocument"
    assert refused(iam.create_policy, PolicyName="p", PolicyDocument=text) == code
    assert iam.list_role_policies(RoleName="web")["PolicyNames"] == []


@pytest.mark.parametrize(
    "document",
    [
        "not json",
        {"Version": "2012-10-17"},
        trusting({"Service": "ecs-tasks.amazonaws.com"}, Effect=None),
        trusting({"Service": "ecs-tasks.amazonaws.com"}, Action=None),
        trusting({"Service": "ecs-tasks.amazonaws.com"}, Action="s3:GetObject"),
        trusting({"Service": "ecs-tasks.amazonaws.com"}, Resource="*"),
        trusting(None),
        trusting("ecs-tasks.amazonaws.com"),
        trusting({}),
        trusting({"Service": []}),
        trusting({"Service": "ecs-tasks"}),
        trusting({"Service": "https://ecs-tasks.amazonaws.com"}),
        trusting({"Services": "ecs-tasks.amazonaws.com"}),
        trusting({"AWS": "arn:aws:iam::1:root"}),
        trusting({"AWS": f"{ACCOUNT}:role/none"}),
        trusting({"AWS": "me"}),
    ],
)
def test_malformed_trust_policy(iam, role, refused, document):
    text = document if isinstance(document, str) else json.dumps(document)
    code = refused(iam.create_role, RoleName="new", AssumeRolePolicyDocument=text)
    assert code == "MalformedPolicyDocument"
    assert refused(iam.update_assume_role_policy, RoleName="web", PolicyDocument=text) == code


@pytest.mark.parametrize(
    "principal",
    [
        {"Service": ["ecs-tasks.amazonaws.com", "ec2.amazonaws.com"]},
        {"AWS": "123456789012"},
        {"AWS": f"{ACCOUNT}:root"},
        {"AWS": f"{ACCOUNT}:role/web"},
        {"AWS": "arn:aws:iam::210987654321:role/theirs"},
        {"Federated": f"{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"},
        "*",
    ],
)
def test_trust_policies_that_are_fine(iam, role, principal):
    iam.create_role(RoleName="new", AssumeRolePolicyDocument=json.dumps(trusting(principal)))


def test_statement_ids_are_unique(iam, role, refused):
    twice = statement(Sid="a")
    twice["Statement"] *= 2
    text = json.dumps(twice)
    code = refused(iam.put_role_policy, RoleName="web", PolicyName="p", PolicyDocument=text)
    assert code == "MalformedPolicyDocument"


# --- inline policies


def test_inline_policies_are_put_in_place_and_read_back(iam, role):
    for _ in range(2):
        iam.put_role_policy(RoleName="web", PolicyName="p", PolicyDocument=ALLOW)
    assert iam.list_role_policies(RoleName="web")["PolicyNames"] == ["p"]
    got = iam.get_role_policy(RoleName="web", PolicyName="p")
    assert got["PolicyDocument"] == json.loads(ALLOW)


def test_inline_policy_missing(iam, role, refused):
    for call in [iam.get_role_policy, iam.delete_role_policy]:
        assert refused(call, RoleName="web", PolicyName="p") == "NoSuchEntity"


def test_inline_policies_of_a_role_have_10240_characters_together(iam, role, refused):
    long = json.dumps(statement(Resource=[f"arn:aws:s3:::{n:06000}" for n in range(1)]))
    iam.put_role_policy(RoleName="web", PolicyName="a", PolicyDocument=long)
    code = refused(iam.put_role_policy, RoleName="web", PolicyName="b", PolicyDocument=long)
    assert code == "LimitExceeded"
    iam.put_role_policy(RoleName="web", PolicyName="a", PolicyDocument=long)


# --- managed policies


def test_attach_role_policy_aws_managed_ecs_exec(iam, role):
    for _ in range(2):
        iam.attach_role_policy(RoleName="web", PolicyArn=EXECUTION)
    attached = iam.list_attached_role_policies(RoleName="web")["AttachedPolicies"]
    assert attached == [{"PolicyName": "AmazonECSTaskExecutionRolePolicy", "PolicyArn": EXECUTION}]


def test_the_text_of_the_execution_policy(iam):
    version = iam.get_policy(PolicyArn=EXECUTION)["Policy"]["DefaultVersionId"]
    got = iam.get_policy_version(PolicyArn=EXECUTION, VersionId=version)["PolicyVersion"]
    assert "ecr:GetAuthorizationToken" in got["Document"]["Statement"][0]["Action"]


def test_attach_role_policy_missing_aws_policy(iam, role, refused):
    arn = "arn:aws:iam::aws:policy/AmazonECSTaskExecutionRolePolicy"
    assert refused(iam.attach_role_policy, RoleName="web", PolicyArn=arn) == "NoSuchEntity"


def test_policies_are_attached_by_arn_not_by_name(iam, role, policy, refused):
    code = refused(iam.attach_role_policy, RoleName="web", PolicyArn="read-policy-of-the-app")
    assert code == "InvalidInput"


def test_policies_of_service_linked_roles_cannot_be_attached(iam, role, refused):
    arn = "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy"
    assert refused(iam.attach_role_policy, RoleName="web", PolicyArn=arn) == "PolicyNotAttachable"


def test_detach_what_is_not_attached(iam, role, policy, refused):
    assert refused(iam.detach_role_policy, RoleName="web", PolicyArn=policy) == "NoSuchEntity"


def test_a_role_bears_ten_policies(iam, role, refused):
    arns = [
        iam.create_policy(PolicyName=f"p{n}", PolicyDocument=ALLOW)["Policy"]["Arn"]
        for n in range(11)
    ]
    for arn in arns[:10]:
        iam.attach_role_policy(RoleName="web", PolicyArn=arn)
    assert refused(iam.attach_role_policy, RoleName="web", PolicyArn=arns[10]) == "LimitExceeded"


def test_a_policy_counts_its_attachments(iam, role, policy):
    iam.attach_role_policy(RoleName="web", PolicyArn=policy)
    assert iam.get_policy(PolicyArn=policy)["Policy"]["AttachmentCount"] == 1
    roles = iam.list_entities_for_policy(PolicyArn=policy)["PolicyRoles"]
    assert [r["RoleName"] for r in roles] == ["web"]


def test_duplicate_policy(iam, policy, refused):
    code = refused(iam.create_policy, PolicyName="read", Path="/x/", PolicyDocument=ALLOW)
    assert code == "EntityAlreadyExists"


@pytest.mark.parametrize(
    "call, more",
    [
        ("get_policy", {}),
        ("delete_policy", {}),
        ("create_policy_version", {"PolicyDocument": ALLOW}),
        ("get_policy_version", {"VersionId": "v1"}),
        ("delete_policy_version", {"VersionId": "v1"}),
        ("set_default_policy_version", {"VersionId": "v1"}),
        ("list_policy_versions", {}),
        ("list_entities_for_policy", {}),
        ("tag_policy", {"Tags": []}),
        ("untag_policy", {"TagKeys": []}),
        ("list_policy_tags", {}),
    ],
)
def test_no_call_on_a_policy_that_is_not_there(iam, refused, call, more):
    arn = f"{ACCOUNT}:policy/none"
    assert refused(getattr(iam, call), PolicyArn=arn, **more) == "NoSuchEntity"


def test_delete_policy_attached(iam, role, policy, refused):
    iam.attach_role_policy(RoleName="web", PolicyArn=policy)
    assert refused(iam.delete_policy, PolicyArn=policy) == "DeleteConflict"
    iam.detach_role_policy(RoleName="web", PolicyArn=policy)
    iam.delete_policy(PolicyArn=policy)


def test_delete_policy_with_more_than_one_version(iam, policy, refused):
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=ALLOW, SetAsDefault=True)
    assert refused(iam.delete_policy, PolicyArn=policy) == "DeleteConflict"
    iam.delete_policy_version(PolicyArn=policy, VersionId="v1")
    iam.delete_policy(PolicyArn=policy)


def test_a_policy_has_five_versions_whose_numbers_are_not_used_again(iam, policy, refused):
    for _ in range(4):
        iam.create_policy_version(PolicyArn=policy, PolicyDocument=ALLOW)
    full = refused(iam.create_policy_version, PolicyArn=policy, PolicyDocument=ALLOW)
    assert full == "LimitExceeded"
    assert refused(iam.delete_policy_version, PolicyArn=policy, VersionId="v1") == "DeleteConflict"
    iam.delete_policy_version(PolicyArn=policy, VersionId="v5")
    version = iam.create_policy_version(PolicyArn=policy, PolicyDocument=ALLOW)["PolicyVersion"]
    assert version["VersionId"] == "v6" and not version["IsDefaultVersion"]
    assert len(iam.list_policy_versions(PolicyArn=policy)["Versions"]) == 5


def test_set_default_policy_version(iam, policy):
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=ALLOW)
    iam.set_default_policy_version(PolicyArn=policy, VersionId="v2")
    assert iam.get_policy(PolicyArn=policy)["Policy"]["DefaultVersionId"] == "v2"


def test_aws_policies_cannot_be_changed(iam, refused):
    assert refused(iam.delete_policy, PolicyArn=EXECUTION) == "AccessDenied"


def test_list_policies_by_scope(iam, role, policy):
    names = lambda **scope: [p["PolicyName"] for p in iam.list_policies(**scope)["Policies"]]
    assert names(Scope="Local") == ["read"]
    assert "AmazonECSTaskExecutionRolePolicy" in names(Scope="AWS", PathPrefix="/service-role/")
    assert names(OnlyAttached=True) == []


def test_a_boundary_holds_its_policy(iam, role, policy, refused):
    iam.put_role_permissions_boundary(RoleName="web", PermissionsBoundary=policy)
    boundary = iam.get_role(RoleName="web")["Role"]["PermissionsBoundary"]
    assert boundary["PermissionsBoundaryArn"] == policy
    assert refused(iam.delete_policy, PolicyArn=policy) == "DeleteConflict"
    iam.delete_role_permissions_boundary(RoleName="web")
    iam.delete_policy(PolicyArn=policy)


def test_a_managed_policy_has_6144_characters(iam, refused):
    long = json.dumps(statement(Resource=f"arn:aws:s3:::{7:07000}"))
    assert refused(iam.create_policy, PolicyName="p", PolicyDocument=long) == "LimitExceeded"


# --- service-linked roles


@pytest.mark.parametrize(
    "service, name",
    [
        ("ecs.amazonaws.com", "AWSServiceRoleForECS"),
        ("elasticloadbalancing.amazonaws.com", "AWSServiceRoleForElasticLoadBalancing"),
        (
            "ecs.application-autoscaling.amazonaws.com",
            "AWSServiceRoleForApplicationAutoScaling_ECSService",
        ),
    ],
)
def test_slr_is_named(iam, service, name):
    role = iam.create_service_linked_role(AWSServiceName=service)["Role"]
    assert role["RoleName"] == name
    assert role["Arn"] == f"{ACCOUNT}:role/aws-service-role/{service}/{name}"


def test_duplicate_slr(iam):
    iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
    with pytest.raises(iam.exceptions.InvalidInputException, match="has been taken in this account"):
        iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")


@pytest.mark.parametrize("more", [{"AWSServiceName": "none.amazonaws.com"}, {"CustomSuffix": "x"}])
def test_slr_of_no_service_or_with_a_suffix(iam, refused, more):
    asked = {"AWSServiceName": "ecs.amazonaws.com", **more}
    assert refused(iam.create_service_linked_role, **asked) == "InvalidInput"


@pytest.mark.parametrize(
    "call, more",
    [
        ("delete_role", {}),
        ("update_role", {"MaxSessionDuration": 7200}),
        ("update_assume_role_policy", {"PolicyDocument": TRUST}),
        ("put_role_policy", {"PolicyName": "p", "PolicyDocument": ALLOW}),
        ("attach_role_policy", {"PolicyArn": EXECUTION}),
    ],
)
def test_slr_is_unmodifiable(iam, refused, call, more):
    iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
    code = refused(getattr(iam, call), RoleName="AWSServiceRoleForECS", **more)
    assert code == "UnmodifiableEntity"


def test_slr_can_be_tagged_and_described(iam):
    name = iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")["Role"]["RoleName"]
    iam.tag_role(RoleName=name, Tags=[{"Key": "a", "Value": "b"}])
    iam.update_role(RoleName=name, Description="ours")
    role = iam.get_role(RoleName=name)["Role"]
    assert (role["Tags"], role["Description"]) == ([{"Key": "a", "Value": "b"}], "ours")


def test_delete_slr(iam, refused):
    iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
    task = iam.delete_service_linked_role(RoleName="AWSServiceRoleForECS")["DeletionTaskId"]
    assert task.startswith("task/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS/")
    status = iam.get_service_linked_role_deletion_status(DeletionTaskId=task)
    assert status["Status"] == "SUCCEEDED"
    assert refused(iam.get_role, RoleName="AWSServiceRoleForECS") == "NoSuchEntity"


def test_slr_stays_while_a_cluster_does(twin, iam):
    iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
    ecs = twin.client("ecs")
    cluster = ecs.create_cluster(clusterName="shop")["cluster"]["clusterArn"]
    task = iam.delete_service_linked_role(RoleName="AWSServiceRoleForECS")["DeletionTaskId"]
    status = iam.get_service_linked_role_deletion_status(DeletionTaskId=task)
    assert status["Status"] == "FAILED"
    assert status["Reason"]["RoleUsageList"] == [{"Region": "eu-central-1", "Resources": [cluster]}]
    assert iam.get_role(RoleName="AWSServiceRoleForECS")
    ecs.delete_cluster(cluster="shop")
    task = iam.delete_service_linked_role(RoleName="AWSServiceRoleForECS")["DeletionTaskId"]
    status = iam.get_service_linked_role_deletion_status(DeletionTaskId=task)
    assert status["Status"] == "SUCCEEDED"


def test_deletion_status_of_no_task(iam, refused):
    task = "task/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS/1"
    call = iam.get_service_linked_role_deletion_status
    assert refused(call, DeletionTaskId=task) == "NoSuchEntity"


# --- instance profiles


def test_an_instance_profile_holds_one_role(iam, role, refused):
    iam.create_instance_profile(InstanceProfileName="box", Path="/app/")
    iam.add_role_to_instance_profile(InstanceProfileName="box", RoleName="web")
    code = refused(iam.add_role_to_instance_profile, InstanceProfileName="box", RoleName="web")
    assert code == "LimitExceeded"
    got = iam.get_instance_profile(InstanceProfileName="box")["InstanceProfile"]
    assert got["Arn"] == f"{ACCOUNT}:instance-profile/app/box"
    assert [r["RoleName"] for r in got["Roles"]] == ["web"]
    listed = iam.list_instance_profiles_for_role(RoleName="web")["InstanceProfiles"]
    assert [p["InstanceProfileName"] for p in listed] == ["box"]


def test_delete_instance_profile_with_role(iam, role, refused):
    iam.create_instance_profile(InstanceProfileName="box")
    iam.add_role_to_instance_profile(InstanceProfileName="box", RoleName="web")
    code = refused(iam.delete_instance_profile, InstanceProfileName="box")
    assert code == "DeleteConflict"
    iam.remove_role_from_instance_profile(InstanceProfileName="box", RoleName="web")
    iam.delete_instance_profile(InstanceProfileName="box")
    assert refused(iam.get_instance_profile, InstanceProfileName="box") == "NoSuchEntity"


def test_duplicate_instance_profile(iam, refused):
    iam.create_instance_profile(InstanceProfileName="box")
    code = refused(iam.create_instance_profile, InstanceProfileName="box")
    assert code == "EntityAlreadyExists"


@pytest.mark.parametrize(
    "call, more",
    [
        ("delete_instance_profile", {}),
        ("add_role_to_instance_profile", {"RoleName": "web"}),
        ("remove_role_from_instance_profile", {"RoleName": "web"}),
        ("tag_instance_profile", {"Tags": []}),
        ("untag_instance_profile", {"TagKeys": []}),
        ("list_instance_profile_tags", {}),
    ],
)
def test_no_call_on_a_profile_that_is_not_there(iam, role, refused, call, more):
    assert refused(getattr(iam, call), InstanceProfileName="none", **more) == "NoSuchEntity"


def test_remove_role_that_is_not_in_the_profile(iam, role, refused):
    iam.create_instance_profile(InstanceProfileName="box")
    call = iam.remove_role_from_instance_profile
    assert refused(call, InstanceProfileName="box", RoleName="web") == "NoSuchEntity"


# --- the rest


def test_iam_is_one_for_all_regions(twin, iam, role):
    assert twin.client("iam", region="eu-central-1").get_role(RoleName="web")


def test_no_account_alias(iam):
    assert iam.list_account_aliases()["AccountAliases"] == []


def test_max_items_has_bounds(iam, refused):
    assert refused(iam.list_account_aliases, MaxItems=1001) == "ValidationError"
