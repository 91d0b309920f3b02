"""Web ACLs and the load balancers they protect, as boto3 sees them."""

import types

import pytest
from test_elbv2 import NO_BALANCER, balanced, net  # noqa: F401 (fixtures)
from test_elbv2_network import networked

SETTINGS = {
    "Scope": "REGIONAL", "DefaultAction": {"Allow": {}},
    "VisibilityConfig": {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": False, "MetricName": "web"},
}
TAG = {"Key": "app", "Value": "hello"}


@pytest.fixture
def waf(net):  # noqa: F811
    """The client, and a balancer that is active."""
    arn = balanced(net)["LoadBalancerArn"]
    net.twin.advance(151)
    return types.SimpleNamespace(net=net, client=net.twin.client("wafv2"), balancer=arn)


def acl(waf, name="web", wait=True, **more):
    made = waf.client.create_web_acl(Name=name, **{**SETTINGS, **more})["Summary"]
    waf.net.twin.advance(6 if wait else 0)
    return made


def named(made, **more):
    return {"Name": made["Name"], "Scope": "REGIONAL", "Id": made["Id"], **more}


def protect(waf, made, resource=None):
    waf.client.associate_web_acl(WebACLArn=made["ARN"], ResourceArn=resource or waf.balancer)


def protecting(waf):
    return waf.client.get_web_acl_for_resource(ResourceArn=waf.balancer).get("WebACL", {}).get("ARN")


# Web ACLs


def test_create_and_get(waf):
    made = acl(waf, Description="what for", Tags=[TAG])
    assert made["ARN"] == f"arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/web/{made['Id']}"
    found = waf.client.get_web_acl(**named(made))
    assert found["LockToken"] == made["LockToken"]
    found = found["WebACL"]
    assert (found["DefaultAction"], found["Rules"], found["Capacity"]) == ({"Allow": {}}, [], 0)
    assert (found["Description"], found["VisibilityConfig"]) == ("what for", SETTINGS["VisibilityConfig"])
    assert waf.client.get_web_acl(ARN=made["ARN"])["WebACL"] == found


def test_a_second_one_of_the_name(waf, refused):
    acl(waf)
    assert refused(waf.client.create_web_acl, Name="web", **SETTINGS) == "WAFDuplicateItemException"


@pytest.mark.parametrize(
    "more, code",
    [
        ({"Name": "a b"}, "WAFInvalidParameterException"),
        ({"Scope": "CLOUDFRONT"}, "WAFInvalidParameterException"),
        ({"Scope": "PLANET"}, "WAFInvalidParameterException"),
        ({"DefaultAction": {}}, "WAFInvalidParameterException"),
        ({"DefaultAction": {"Allow": {}, "Block": {}}}, "WAFInvalidParameterException"),
        ({"VisibilityConfig": {**SETTINGS["VisibilityConfig"], "MetricName": "a b"}}, "WAFInvalidParameterException"),
        ({"Tags": [TAG, TAG]}, "WAFInvalidParameterException"),
        ({"CustomResponseBodies": {"a": {"ContentType": "TEXT_PLAIN", "Content": "x"}}}, "NotImplemented"),
    ],
)
def test_web_acls_that_cannot_be(waf, refused, more, code):
    assert refused(waf.client.create_web_acl, **{"Name": "web", **SETTINGS, **more}) == code


def test_cloudfront_has_them_in_virginia(waf):
    virginia = waf.net.twin.client("wafv2", region="us-east-1")
    made = virginia.create_web_acl(Name="web", **{**SETTINGS, "Scope": "CLOUDFRONT"})["Summary"]
    assert ":global/webacl/web/" in made["ARN"]
    assert virginia.list_web_acls(Scope="REGIONAL")["WebACLs"] == []


def test_list_in_pages(waf):
    for name in ("a", "b", "c"):
        acl(waf, name)
    first = waf.client.list_web_acls(Scope="REGIONAL", Limit=2)
    second = waf.client.list_web_acls(Scope="REGIONAL", Limit=2, NextMarker=first["NextMarker"])
    assert {one["Name"] for one in first["WebACLs"] + second["WebACLs"]} == {"a", "b", "c"}


def test_list_refuses_a_limit_it_cannot_have(waf, refused):
    assert refused(waf.client.list_web_acls, Scope="REGIONAL", Limit=101) == "WAFInvalidParameterException"


def test_update_needs_the_last_lock(waf, refused):
    made = acl(waf)
    more = {**SETTINGS, "DefaultAction": {"Block": {}}}
    asked = named(made, **{key: value for key, value in more.items() if key != "Scope"})
    lock = waf.client.update_web_acl(**asked, LockToken=made["LockToken"])["NextLockToken"]
    assert waf.client.get_web_acl(**named(made))["WebACL"]["DefaultAction"] == {"Block": {}}
    assert refused(waf.client.update_web_acl, **asked, LockToken=made["LockToken"]) == "WAFOptimisticLockException"
    waf.client.update_web_acl(**asked, LockToken=lock)


def test_delete(waf, refused):
    made = acl(waf)
    other = {**named(made), "LockToken": made["Id"]}
    assert refused(waf.client.delete_web_acl, **other) == "WAFOptimisticLockException"
    waf.client.delete_web_acl(**named(made), LockToken=made["LockToken"])
    assert refused(waf.client.get_web_acl, **named(made)) == "WAFNonexistentItemException"
    gone = {**named(made), "LockToken": made["LockToken"]}
    assert refused(waf.client.delete_web_acl, **gone) == "WAFNonexistentItemException"


# Associations


def test_associate(waf):
    made = acl(waf)
    assert protecting(waf) is None
    protect(waf, made)
    assert protecting(waf) == made["ARN"]
    assert waf.client.list_resources_for_web_acl(WebACLArn=made["ARN"])["ResourceArns"] == [waf.balancer]
    other = {"WebACLArn": made["ARN"], "ResourceType": "API_GATEWAY"}
    assert waf.client.list_resources_for_web_acl(**other)["ResourceArns"] == []


def test_another_one_takes_its_place(waf):
    one, two = acl(waf, "one"), acl(waf, "two")
    protect(waf, one)
    protect(waf, two)
    assert protecting(waf) == two["ARN"]


def test_disassociate(waf):
    protect(waf, acl(waf))
    for _ in range(2):
        waf.client.disassociate_web_acl(ResourceArn=waf.balancer)
    assert protecting(waf) is None


def test_one_that_protects_something_stays(waf, refused):
    made = acl(waf)
    protect(waf, made)
    asked = named(made, LockToken=made["LockToken"])
    assert refused(waf.client.delete_web_acl, **asked) == "WAFAssociatedItemException"
    waf.net.elb.delete_load_balancer(LoadBalancerArn=waf.balancer)
    waf.client.delete_web_acl(**asked)


def test_a_new_one_is_not_there_yet(waf, refused):
    made = acl(waf, wait=False)
    asked = {"WebACLArn": made["ARN"], "ResourceArn": waf.balancer}
    assert refused(waf.client.associate_web_acl, **asked) == "WAFUnavailableEntityException"
    waf.net.twin.advance(5)
    waf.client.associate_web_acl(**asked)


def test_a_balancer_that_is_not_active_yet(waf, refused):
    made = acl(waf)
    asked = {"WebACLArn": made["ARN"], "ResourceArn": balanced(waf.net, "young")["LoadBalancerArn"]}
    assert refused(waf.client.associate_web_acl, **asked) == "WAFUnavailableEntityException"


def test_what_cannot_be_protected(waf, refused):
    made = acl(waf)
    code = lambda resource, arn=made["ARN"]: refused(waf.client.associate_web_acl, WebACLArn=arn, ResourceArn=resource)
    assert code(networked(waf.net)["LoadBalancerArn"]) == "WAFInvalidParameterException"
    assert code(NO_BALANCER) == "WAFNonexistentItemException"
    assert code(waf.balancer, made["ARN"][:-4] + "0000") == "WAFNonexistentItemException"


def test_resources_that_are_not_there(waf, refused):
    assert refused(waf.client.disassociate_web_acl, ResourceArn=NO_BALANCER) == "WAFNonexistentItemException"
    assert refused(waf.client.get_web_acl_for_resource, ResourceArn=NO_BALANCER) == "WAFNonexistentItemException"
    arn = acl(waf)["ARN"][:-4] + "0000"
    assert refused(waf.client.list_resources_for_web_acl, WebACLArn=arn) == "WAFNonexistentItemException"


# Tags


def test_tags(waf, refused):
    arn = acl(waf, Tags=[TAG])["ARN"]
    tags = lambda: waf.client.list_tags_for_resource(ResourceARN=arn)["TagInfoForResource"]["TagList"]
    waf.client.tag_resource(ResourceARN=arn, Tags=[{"Key": "more", "Value": "1"}])
    waf.client.untag_resource(ResourceARN=arn, TagKeys=["app"])
    assert tags() == [{"Key": "more", "Value": "1"}]
    gone = arn[:-4] + "0000"
    assert refused(waf.client.tag_resource, ResourceARN=gone, Tags=[TAG]) == "WAFNonexistentItemException"
    assert refused(waf.client.untag_resource, ResourceARN=gone, TagKeys=["a"]) == "WAFNonexistentItemException"
    assert refused(waf.client.list_tags_for_resource, ResourceARN=gone) == "WAFNonexistentItemException"
    many = [{"Key": f"k{n}", "Value": ""} for n in range(50)]
    assert refused(waf.client.tag_resource, ResourceARN=arn, Tags=many) == "WAFLimitsExceededException"


def test_tags_of_everything(waf):
    tagging = waf.net.twin.client("resourcegroupstaggingapi")
    arn = acl(waf, Tags=[TAG])["ARN"]
    assert not tagging.tag_resources(ResourceARNList=[arn], Tags={"more": "1"})["FailedResourcesMap"]
    (found,) = tagging.get_resources(ResourceTypeFilters=["wafv2:regional"])["ResourceTagMappingList"]
    assert (found["ResourceARN"], len(found["Tags"])) == (arn, 2)
    assert not tagging.untag_resources(ResourceARNList=[arn], TagKeys=["more"])["FailedResourcesMap"]
