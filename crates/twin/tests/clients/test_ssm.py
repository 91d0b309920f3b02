"""The Parameter Store: versions, paths, filters, public parameters (emulators.md 4)."""

import json

import pytest


@pytest.fixture
def ssm(twin):
    twin.reset()
    return twin.client("ssm")


def put(ssm, name, value="v", kind="String", **more):
    return ssm.put_parameter(Name=name, Value=value, Type=kind, **more)


def names(answer):
    return [one["Name"] for one in answer["Parameters"]]


def test_put_parameter(ssm):
    assert put(ssm, "/shop/x") | {"ResponseMetadata": 0} == {
        "Version": 1, "Tier": "Standard", "ResponseMetadata": 0,
    }
    seen = ssm.get_parameter(Name="/shop/x")["Parameter"]
    assert (seen["Type"], seen["Value"], seen["Version"], seen["DataType"]) == ("String", "v", 1, "text")
    assert seen["ARN"] == "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/x"


def test_duplicate_parameter(ssm, refused):
    put(ssm, "x")
    assert refused(ssm.put_parameter, Name="x", Value="w", Type="String") == "ParameterAlreadyExists"


def test_overwrite_makes_a_version(ssm):
    put(ssm, "x", "1", Description="d")
    assert ssm.put_parameter(Name="x", Value="2", Overwrite=True)["Version"] == 2
    assert ssm.get_parameter(Name="x")["Parameter"]["Value"] == "2"
    assert ssm.get_parameter(Name="x:1")["Parameter"]["Value"] == "1"
    assert ssm.get_parameter(Name="x:1")["Parameter"]["Selector"] == ":1"
    assert ssm.describe_parameters()["Parameters"][0]["Description"] == "d"


def test_put_parameter_secure_string(ssm):
    put(ssm, "x", "hush", "SecureString")
    assert "hush" not in ssm.get_parameter(Name="x")["Parameter"]["Value"]


def test_get_parameter_decrypt(ssm):
    put(ssm, "x", "hush", "SecureString")
    assert ssm.get_parameter(Name="x", WithDecryption=True)["Parameter"]["Value"] == "hush"


@pytest.mark.parametrize("wrong, code", [
    ({"Name": "/aws/x"}, "AccessDeniedException"),
    ({"Name": "awsome"}, "ValidationException"),
    ({"Name": "/ssm/x"}, "ValidationException"),
    ({"Name": "shop/x"}, "ValidationException"),
    ({"Name": "/shop//x"}, "ValidationException"),
    ({"Name": "a b"}, "ValidationException"),
    ({"Name": "/" + "/".join("abcdefghijklmnop")}, "HierarchyLevelLimitExceededException"),
    ({"Type": None}, "ValidationException"),
    ({"Type": "Number"}, "ValidationException"),
    ({"Value": ""}, "ValidationException"),
    ({"Value": "{{x}}"}, "ValidationException"),
    ({"Value": "x" * 4097}, "ValidationException"),
    ({"Value": "x" * 8193, "Tier": "Advanced"}, "ValidationException"),
    ({"Type": "StringList", "Value": "a,,b"}, "ValidationException"),
    ({"Tags": [{"Key": "k", "Value": "v"}], "Overwrite": True}, "ValidationException"),
    ({"AllowedPattern": "^a"}, "NotImplemented"),
    ({"KeyId": "alias/mine"}, "ValidationException"),
    ({"KeyId": "alias/mine", "Type": "SecureString"}, "NotImplemented"),
    ({"DataType": "number"}, "ValidationException"),
])
def test_put_parameter_refuses(ssm, refused, wrong, code):
    ask = {"Name": "x", "Value": "v", "Type": "String", **wrong}
    assert refused(ssm.put_parameter, **{k: v for k, v in ask.items() if v is not None}) == code
    assert ssm.describe_parameters()["Parameters"] == []


def test_the_type_stays(ssm, refused):
    put(ssm, "x")
    ask = {"Name": "x", "Value": "v", "Type": "SecureString", "Overwrite": True}
    assert refused(ssm.put_parameter, **ask) == "HierarchyTypeMismatchException"


def test_tiers(ssm, refused):
    assert put(ssm, "x", "v" * 4097, Tier="Intelligent-Tiering")["Tier"] == "Advanced"
    ask = {"Name": "x", "Value": "v", "Tier": "Standard", "Overwrite": True}
    assert refused(ssm.put_parameter, **ask) == "ValidationException"
    assert ssm.put_parameter(Name="x", Value="v", Overwrite=True)["Tier"] == "Advanced"


def test_a_hundred_versions_are_kept(ssm, refused):
    put(ssm, "x", "1")
    for number in range(2, 103):
        ssm.put_parameter(Name="x", Value=str(number), Overwrite=True)
    assert refused(ssm.get_parameter, Name="x:2") == "ParameterVersionNotFound"
    assert ssm.get_parameter(Name="x:3")["Parameter"]["Value"] == "3"
    assert ssm.get_parameter(Name="x")["Parameter"]["Version"] == 102


def test_get_parameter_missing(ssm, refused):
    assert refused(ssm.get_parameter, Name="/none") == "ParameterNotFound"


def test_get_parameter_missing_version(ssm, refused):
    put(ssm, "x")
    assert refused(ssm.get_parameter, Name="x:2") == "ParameterVersionNotFound"
    assert refused(ssm.get_parameter, Name="x:label") == "ParameterVersionNotFound"


def test_by_arn(ssm, refused):
    put(ssm, "/a/b", "1")
    arn = "arn:aws:ssm:eu-central-1:123456789012:parameter/a/b"
    assert ssm.get_parameter(Name=arn)["Parameter"]["Name"] == "/a/b"
    assert ssm.get_parameter(Name=arn + ":1")["Parameter"]["Value"] == "1"
    assert refused(ssm.get_parameter, Name=arn.replace("central", "west")) == "ParameterNotFound"


def test_get_parameters(ssm):
    put(ssm, "a", "1")
    put(ssm, "b", "2", "SecureString")
    seen = ssm.get_parameters(Names=["b", "a:1", "c", "a:9"], WithDecryption=True)
    assert [one["Value"] for one in seen["Parameters"]] == ["2", "1"]
    assert seen["InvalidParameters"] == ["c", "a:9"]


def test_get_parameters_refuses_more_than_ten(ssm, refused):
    assert refused(ssm.get_parameters, Names=list("abcdefghijk")) == "ValidationException"


@pytest.fixture
def shop(ssm):
    for name, kind in [("/shop/a", "String"), ("/shop/b", "SecureString"), ("/shop/c/d", "String"), ("/blog/a", "String")]:
        put(ssm, name, name, kind, Tags=[{"Key": "in", "Value": name.split("/")[1]}])
    return ssm


@pytest.mark.parametrize("ask, found", [
    ({"Path": "/shop"}, ["/shop/a", "/shop/b"]),
    ({"Path": "/shop/"}, ["/shop/a", "/shop/b"]),
    ({"Path": "/shop", "Recursive": True}, ["/shop/a", "/shop/b", "/shop/c/d"]),
    ({"Path": "/sho", "Recursive": True}, []),
    ({"Path": "/", "Recursive": True}, ["/blog/a", "/shop/a", "/shop/b", "/shop/c/d"]),
    ({"Path": "/shop", "ParameterFilters": [{"Key": "Type", "Values": ["SecureString"]}]}, ["/shop/b"]),
])
def test_get_parameters_by_path(shop, ask, found):
    assert names(shop.get_parameters_by_path(**ask)) == found


def test_get_parameters_by_path_pages(ssm):
    for number in range(12):
        put(ssm, f"/p/{number:02}")
    first = ssm.get_parameters_by_path(Path="/p")
    assert len(first["Parameters"]) == 10
    rest = ssm.get_parameters_by_path(Path="/p", NextToken=first["NextToken"])
    assert names(rest) == ["/p/10", "/p/11"] and "NextToken" not in rest


def test_get_parameters_by_path_decrypts(shop):
    ask = {"Path": "/shop", "ParameterFilters": [{"Key": "Type", "Values": ["SecureString"]}]}
    value = lambda **more: shop.get_parameters_by_path(**ask, **more)["Parameters"][0]["Value"]
    assert value(WithDecryption=True) == "/shop/b" != value()


@pytest.mark.parametrize("wrong, code", [
    ({"Path": "shop"}, "ValidationException"),
    ({"Path": "/shop", "MaxResults": 11}, "ValidationException"),
    ({"Path": "/shop", "NextToken": "x"}, "InvalidNextToken"),
    ({"Path": "/shop", "ParameterFilters": [{"Key": "Name", "Values": ["x"]}]}, "InvalidFilterKey"),
    ({"Path": "/shop", "ParameterFilters": [{"Key": "Type"}]}, "InvalidFilterValue"),
    ({"Path": "/aws/service/ecs"}, "NotImplemented"),
])
def test_get_parameters_by_path_refuses(shop, refused, wrong, code):
    assert refused(shop.get_parameters_by_path, **wrong) == code


@pytest.mark.parametrize("filters, found", [
    ([{"Key": "Name", "Values": ["/shop/a", "/blog/a"]}], ["/blog/a", "/shop/a"]),
    ([{"Key": "Name", "Option": "BeginsWith", "Values": ["/shop"]}], ["/shop/a", "/shop/b", "/shop/c/d"]),
    ([{"Key": "Name", "Option": "Contains", "Values": ["c/"]}], ["/shop/c/d"]),
    ([{"Key": "Path", "Values": ["/shop"]}], ["/shop/a", "/shop/b"]),
    ([{"Key": "Path", "Option": "Recursive", "Values": ["/shop"]}], ["/shop/a", "/shop/b", "/shop/c/d"]),
    ([{"Key": "Type", "Values": ["SecureString"]}], ["/shop/b"]),
    ([{"Key": "KeyId", "Values": ["alias/aws/ssm"]}], ["/shop/b"]),
    ([{"Key": "tag:in", "Values": ["blog"]}], ["/blog/a"]),
    ([{"Key": "Tier", "Values": ["Advanced"]}], []),
    ([{"Key": "Type", "Values": ["String"]}, {"Key": "tag:in", "Values": ["shop"]}], ["/shop/a", "/shop/c/d"]),
])
def test_describe_parameters(shop, filters, found):
    assert names(shop.describe_parameters(ParameterFilters=filters)) == found


def test_describe_parameters_by_the_older_filters(shop):
    assert names(shop.describe_parameters(Filters=[{"Key": "Name", "Values": ["/blog"]}])) == ["/blog/a"]


def test_describe_parameters_shows_no_value(shop):
    seen = shop.describe_parameters(ParameterFilters=[{"Key": "Name", "Values": ["/shop/b"]}])["Parameters"][0]
    assert seen["KeyId"] == "alias/aws/ssm" and seen["ARN"].endswith(":parameter/shop/b")
    assert seen["LastModifiedUser"].startswith("arn:aws:iam::") and "Value" not in seen


def test_describe_parameters_pages(shop):
    pages = shop.get_paginator("describe_parameters").paginate(PaginationConfig={"PageSize": 3})
    assert [len(page["Parameters"]) for page in pages] == [3, 1]


@pytest.mark.parametrize("wrong, code", [
    ({"ParameterFilters": [{"Key": "Label", "Values": ["x"]}]}, "InvalidFilterKey"),
    ({"ParameterFilters": [{"Key": "Type", "Option": "Contains", "Values": ["x"]}]}, "InvalidFilterOption"),
    ({"ParameterFilters": [{"Key": "Name"}]}, "InvalidFilterValue"),
    ({"MaxResults": 51}, "ValidationException"),
    ({"NextToken": "x"}, "InvalidNextToken"),
    ({"Shared": True}, "NotImplemented"),
])
def test_describe_parameters_refuses(ssm, refused, wrong, code):
    assert refused(ssm.describe_parameters, **wrong) == code


def test_get_parameter_history(ssm, refused):
    put(ssm, "x", "1")
    ssm.put_parameter(Name="x", Value="2", Overwrite=True)
    history = ssm.get_parameter_history(Name="x")["Parameters"]
    assert [(one["Version"], one["Value"]) for one in history] == [(1, "1"), (2, "2")]
    assert refused(ssm.get_parameter_history, Name="none") == "ParameterNotFound"


def test_delete_parameter(ssm, refused):
    put(ssm, "x")
    ssm.delete_parameter(Name="x")
    assert refused(ssm.get_parameter, Name="x") == "ParameterNotFound"
    assert put(ssm, "x")["Version"] == 1


def test_delete_parameter_missing(ssm, refused):
    assert refused(ssm.delete_parameter, Name="x") == "ParameterNotFound"


def test_delete_parameters(shop, refused):
    done = shop.delete_parameters(Names=["/shop/a", "/none", "/blog/a"])
    assert done["DeletedParameters"] == ["/shop/a", "/blog/a"]
    assert done["InvalidParameters"] == ["/none"]
    assert names(shop.describe_parameters()) == ["/shop/b", "/shop/c/d"]
    assert refused(shop.delete_parameters, Names=list("abcdefghijk")) == "ValidationException"


def test_tags(ssm):
    put(ssm, "x", Tags=[{"Key": "a", "Value": "1"}])
    which = {"ResourceType": "Parameter", "ResourceId": "x"}
    ssm.add_tags_to_resource(**which, Tags=[{"Key": "b", "Value": "2"}])
    ssm.remove_tags_from_resource(**which, TagKeys=["a", "none"])
    assert ssm.list_tags_for_resource(**which)["TagList"] == [{"Key": "b", "Value": "2"}]


@pytest.mark.parametrize("operation, more", [
    ("add_tags_to_resource", {"Tags": [{"Key": "a", "Value": "1"}]}),
    ("remove_tags_from_resource", {"TagKeys": ["a"]}),
    ("list_tags_for_resource", {}),
])
def test_tags_refuse(ssm, refused, operation, more):
    call = getattr(ssm, operation)
    assert refused(call, ResourceType="Parameter", ResourceId="none", **more) == "InvalidResourceId"
    assert refused(call, ResourceType="Parameters", ResourceId="x", **more) == "InvalidResourceType"
    assert refused(call, ResourceType="Document", ResourceId="x", **more) == "NotImplemented"


def test_too_many_tags(ssm, refused):
    put(ssm, "x")
    tags = [{"Key": str(n), "Value": "v"} for n in range(51)]
    ask = {"ResourceType": "Parameter", "ResourceId": "x", "Tags": tags}
    assert refused(ssm.add_tags_to_resource, **ask) == "TooManyTagsError"


def test_resource_groups_tagging_lists_and_tags_parameters(twin, ssm):
    put(ssm, "/shop/x", Tags=[{"Key": "app", "Value": "shop"}])
    arn = "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/x"
    tagging = twin.client("resourcegroupstaggingapi")
    tagging.tag_resources(ResourceARNList=[arn], Tags={"more": "1"})
    tagging.untag_resources(ResourceARNList=[arn], TagKeys=["app"])
    found = tagging.get_resources(ResourceTypeFilters=["ssm:parameter"])["ResourceTagMappingList"]
    assert found == [{"ResourceARN": arn, "Tags": [{"Key": "more", "Value": "1"}]}]


IMAGES = "/aws/service/ecs/optimized-ami/"


def test_get_parameter_aws_service_ecs_optimized_ami_al2(ssm):
    seen = ssm.get_parameter(Name=IMAGES + "amazon-linux-2/recommended/image_id")["Parameter"]
    assert seen["Value"].startswith("ami-") and len(seen["Value"]) == 21
    assert seen["ARN"].startswith("arn:aws:ssm:eu-central-1::parameter/aws/service/")


def test_get_parameter_aws_service_ecs_optimized_ami_al2023(ssm):
    value = lambda path: ssm.get_parameter(Name=IMAGES + path)["Parameter"]["Value"]
    ids = {value(f"amazon-linux-2023/{kind}recommended/image_id") for kind in ["", "arm64/", "gpu/"]}
    assert len(ids) == 3 and all(one.startswith("ami-") for one in ids)


def test_get_parameter_optimized_ami_recommended_json(ssm):
    name = IMAGES + "amazon-linux-2023/recommended"
    document = json.loads(ssm.get_parameter(Name=name)["Parameter"]["Value"])
    assert document["image_id"] == ssm.get_parameter(Name=name + "/image_id")["Parameter"]["Value"]
    assert document["os"] == "Amazon Linux 2023" and document["schema_version"] == 1
    assert document["ecs_agent_version"]


def test_public_parameters_among_others(ssm):
    put(ssm, "x")
    name = IMAGES + "amazon-linux-2023/recommended/image_id"
    assert names(ssm.get_parameters(Names=["x", name])) == ["x", name]


@pytest.mark.parametrize("name, code", [
    (IMAGES + "amazon-linux-2023/recommended/colour", "ParameterNotFound"),
    (IMAGES + "windows/recommended", "NotImplemented"),
    ("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64", "NotImplemented"),
])
def test_other_public_parameters_are_not_modelled(ssm, refused, name, code):
    assert refused(ssm.get_parameter, Name=name) == code


def test_values_are_not_in_the_log(twin, ssm, refused):
    put(ssm, "x", "canary-1", "SecureString")
    ssm.get_parameter(Name="x", WithDecryption=True)
    refused(ssm.put_parameter, Name="x", Value="canary-2", Type="String")
    assert "canary" not in json.dumps(twin.log())
