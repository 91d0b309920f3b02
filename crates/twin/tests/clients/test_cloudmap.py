"""Cloud Map: namespaces, services and instances, their operations, and ECS services that use them (emulators.md 4)."""

import pytest
from botocore.exceptions import ClientError
from test_ecs import Stack


class Map:
    def __init__(self, twin):
        self.twin = twin
        self.map, self.ec2 = twin.client("servicediscovery"), twin.client("ec2")
        self.exceptions = self.map.exceptions
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]

    def operation(self, asked):
        return self.map.get_operation(OperationId=asked["OperationId"])["Operation"]

    def done(self, asked, seconds=31):
        """Waits, and gives what the operation was about."""
        self.twin.advance(seconds)
        seen = self.operation(asked)
        assert seen["Status"] == "SUCCESS", seen
        return seen["Targets"]

    def private(self, name="shop.local", **more):
        ask = {"Name": name, "Vpc": self.vpc, **more}
        return self.done(self.map.create_private_dns_namespace(**ask))["NAMESPACE"]

    def http(self, name="shop", **more):
        return self.done(self.map.create_http_namespace(Name=name, **more))["NAMESPACE"]

    def service(self, namespace, name="web", kinds=("A",), **more):
        records = [{"Type": kind, "TTL": 10} for kind in kinds]
        ask = {"DnsConfig": {"DnsRecords": records}} if kinds else {}
        made = self.map.create_service(Name=name, NamespaceId=namespace, **{**ask, **more})
        return made["Service"]

    def register(self, service, instance="i", **attributes):
        attributes = attributes or {"AWS_INSTANCE_IPV4": "10.0.0.9"}
        ask = {"ServiceId": service, "InstanceId": instance, "Attributes": attributes}
        return self.done(self.map.register_instance(**ask), 3)


@pytest.fixture
def cloud(twin):
    twin.reset()
    return Map(twin)


# ---- namespaces

def test_create_private_dns_namespace(cloud, refused):
    asked = cloud.map.create_private_dns_namespace(Name="shop.local", Vpc=cloud.vpc, Tags=[{"Key": "a", "Value": "b"}])
    seen = cloud.operation(asked)
    assert seen["Type"] == "CREATE_NAMESPACE" and seen["Status"] == "PENDING"
    namespace = seen["Targets"]["NAMESPACE"]
    assert refused(cloud.map.get_namespace, Id=namespace) == "NamespaceNotFound"
    assert cloud.map.list_namespaces()["Namespaces"] == []
    assert cloud.done(asked) == {"NAMESPACE": namespace}
    got = cloud.map.get_namespace(Id=namespace)["Namespace"]
    assert got["Type"] == "DNS_PRIVATE" and got["ServiceCount"] == 0
    assert got["Arn"] == f"arn:aws:servicediscovery:eu-central-1:123456789012:namespace/{namespace}"
    assert got["Properties"]["HttpProperties"] == {"HttpName": "shop.local"}
    assert cloud.map.list_tags_for_resource(ResourceARN=got["Arn"])["Tags"] == [{"Key": "a", "Value": "b"}]
    assert cloud.map.get_namespace(Id=got["Arn"])["Namespace"]["Id"] == namespace


def test_namespace_makes_private_hosted_zone(cloud, refused):
    namespace = cloud.private()
    properties = cloud.map.get_namespace(Id=namespace)["Namespace"]["Properties"]["DnsProperties"]
    route53 = cloud.twin.client("route53")
    zone = route53.get_hosted_zone(Id=properties["HostedZoneId"])
    assert zone["HostedZone"]["Name"] == "shop.local." and zone["HostedZone"]["Config"]["PrivateZone"]
    assert zone["VPCs"] == [{"VPCRegion": "eu-central-1", "VPCId": cloud.vpc}]
    assert refused(route53.delete_hosted_zone, Id=properties["HostedZoneId"]) == "AccessDenied"
    record = {"Name": "x.shop.local", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.0.0.1"}]}
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    ask = {"HostedZoneId": properties["HostedZoneId"], "ChangeBatch": batch}
    assert refused(route53.change_resource_record_sets, **ask) == "AccessDenied"
    cloud.done(cloud.map.delete_namespace(Id=namespace))
    assert refused(route53.get_hosted_zone, Id=properties["HostedZoneId"]) == "NoSuchHostedZone"
    assert refused(cloud.map.get_namespace, Id=namespace) == "NamespaceNotFound"


def test_an_operation_can_fail(cloud):
    for vpc in ("vpc-00000000000000000", cloud.vpc):
        if vpc == cloud.vpc:
            route53 = cloud.twin.client("route53")
            place = {"VPCRegion": "eu-central-1", "VPCId": vpc}
            route53.create_hosted_zone(Name="shop.local", CallerReference="r", VPC=place)
        asked = cloud.map.create_private_dns_namespace(Name="shop.local", Vpc=vpc)
        cloud.twin.advance(31)
        seen = cloud.operation(asked)
        assert (seen["Status"], seen["ErrorCode"]) == ("FAIL", "CANNOT_CREATE_HOSTED_ZONE")
    assert "ConflictingDomainExists" in seen["ErrorMessage"]
    assert cloud.map.list_namespaces()["Namespaces"] == []


def test_namespace_names(cloud, refused):
    cloud.private()
    cloud.http()
    make = cloud.map.create_private_dns_namespace
    assert refused(make, Name="shop.local", Vpc=cloud.vpc) == "NamespaceAlreadyExists"
    assert refused(cloud.map.create_http_namespace, Name="shop") == "NamespaceAlreadyExists"
    assert refused(cloud.map.create_http_namespace, Name="a b") == "InvalidInput"
    other = cloud.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    cloud.done(make(Name="shop.local", Vpc=other))


def test_the_same_request_twice_names_the_operation(cloud):
    ask = {"Name": "shop", "CreatorRequestId": "token"}
    first = cloud.map.create_http_namespace(**ask)["OperationId"]
    with pytest.raises(ClientError) as caught:
        cloud.map.create_http_namespace(**ask)
    assert caught.value.response["Error"]["Code"] == "DuplicateRequest"
    assert caught.value.response["DuplicateOperationId"] == first
    assert cloud.twin.log()[-1]["token"] == "token"


def test_list_namespaces(cloud, refused):
    private, http = cloud.private(), cloud.http()
    see = lambda **which: [one["Id"] for one in cloud.map.list_namespaces(**which)["Namespaces"]]
    assert set(see()) == {private, http}
    assert see(Filters=[{"Name": "TYPE", "Values": ["HTTP"], "Condition": "EQ"}]) == [http]
    assert see(Filters=[{"Name": "NAME", "Values": ["shop.local"]}]) == [private]
    first = cloud.map.list_namespaces(MaxResults=1)
    assert len(first["Namespaces"]) == 1 and see(NextToken=first["NextToken"])
    assert refused(cloud.map.list_namespaces, NextToken="x") == "InvalidInput"
    assert refused(cloud.map.list_namespaces, MaxResults=101) == "InvalidInput"


def test_update_namespaces(cloud, refused):
    private, http = cloud.private(), cloud.http()
    cloud.done(cloud.map.update_http_namespace(Id=http, Namespace={"Description": "new"}))
    assert cloud.map.get_namespace(Id=http)["Namespace"]["Description"] == "new"
    soa = {"DnsProperties": {"SOA": {"TTL": 60}}}
    cloud.done(cloud.map.update_private_dns_namespace(Id=private, Namespace={"Properties": soa}))
    assert cloud.map.get_namespace(Id=private)["Namespace"]["Properties"]["DnsProperties"]["SOA"] == {"TTL": 60}
    assert refused(cloud.map.update_http_namespace, Id=private, Namespace={"Description": "x"}) == "InvalidInput"
    assert refused(cloud.map.update_private_dns_namespace, Id=http, Namespace={}) == "InvalidInput"
    assert refused(cloud.map.update_http_namespace, Id="ns-no", Namespace={"Description": "x"}) == "NamespaceNotFound"


def test_get_namespace_missing(cloud, refused):
    assert refused(cloud.map.get_namespace, Id="ns-no") == "NamespaceNotFound"


def test_delete_namespace_with_service(cloud, refused):
    namespace = cloud.private()
    service = cloud.service(namespace)
    assert refused(cloud.map.delete_namespace, Id=namespace) == "ResourceInUse"
    cloud.map.delete_service(Id=service["Id"])
    asked = cloud.map.delete_namespace(Id=namespace)
    assert refused(cloud.map.delete_namespace, Id=namespace) == "DuplicateRequest"
    cloud.done(asked)
    assert refused(cloud.map.delete_namespace, Id=namespace) == "NamespaceNotFound"


def test_operations(cloud, refused):
    cloud.private()
    cloud.http()
    all_of = lambda **which: cloud.map.list_operations(**which)["Operations"]
    assert [one["Status"] for one in all_of()] == ["SUCCESS"] * 2
    assert all_of(Filters=[{"Name": "STATUS", "Values": ["PENDING"]}]) == []
    assert refused(cloud.map.get_operation, OperationId="no") == "OperationNotFound"
    assert refused(cloud.map.list_operations, Filters=[{"Name": "STATUS", "Values": ["A", "B"]}]) == "InvalidInput"


# ---- services

def test_create_service(cloud):
    namespace = cloud.private()
    made = cloud.service(namespace, HealthCheckCustomConfig={"FailureThreshold": 1}, Description="d")
    assert made["Type"] == "DNS_HTTP" and made["InstanceCount"] == 0 and made["NamespaceId"] == namespace
    assert made["DnsConfig"]["RoutingPolicy"] == "MULTIVALUE"
    assert made["DnsConfig"]["DnsRecords"] == [{"Type": "A", "TTL": 10}]
    assert made["HealthCheckCustomConfig"] == {"FailureThreshold": 1}
    assert cloud.map.get_service(Id=made["Arn"])["Service"] == made
    assert cloud.map.get_namespace(Id=namespace)["Namespace"]["ServiceCount"] == 1


def test_duplicate_service_sd(cloud, refused):
    namespace = cloud.private()
    cloud.service(namespace)
    assert refused(cloud.map.create_service, Name="WEB", NamespaceId=namespace, Type="HTTP") == "ServiceAlreadyExists"


def test_create_service_refuses(cloud, refused):
    private, http = cloud.private(), cloud.http()
    def make(namespace, *kinds, routing="MULTIVALUE", **more):
        dns = {"DnsRecords": [{"Type": kind, "TTL": 10} for kind in kinds], "RoutingPolicy": routing}
        ask = {"DnsConfig": dns} if kinds else {}
        return refused(cloud.map.create_service, **{"Name": "x", "NamespaceId": namespace, **ask, **more})
    assert make("ns-no", "A") == "NamespaceNotFound"
    assert make(http, "A") == make(private) == "InvalidInput"
    assert make(private, "A", "CNAME") == make(private, "CNAME") == make(private, "A", "A") == "InvalidInput"
    assert make(private, "A", Name="-x") == make(private, "A", Type="HTTP") == "InvalidInput"
    assert refused(cloud.map.create_service, Name="x") == "InvalidInput"
    assert make(private, "A", HealthCheckConfig={"Type": "TCP"}) == "NotImplemented"
    cloud.service(private, "c", ("CNAME",), DnsConfig={"RoutingPolicy": "WEIGHTED", "DnsRecords": [{"Type": "CNAME", "TTL": 1}]})


def test_list_services(cloud):
    one, two = cloud.private(), cloud.http()
    cloud.service(one), cloud.service(two, kinds=())
    see = lambda **which: [it["Name"] for it in cloud.map.list_services(**which)["Services"]]
    assert len(see()) == 2
    assert see(Filters=[{"Name": "NAMESPACE_ID", "Values": [two]}]) == ["web"]
    assert len(see(MaxResults=1)) == 1


def test_update_service_sd(cloud, refused):
    service = cloud.service(cloud.private(), kinds=("A", "AAAA"))["Id"]
    wish = lambda *kinds: {"Description": "new", "DnsConfig": {"DnsRecords": [{"Type": kind, "TTL": 99} for kind in kinds]}}
    asked = cloud.map.update_service(Id=service, Service=wish("A"))
    assert refused(cloud.map.update_service, Id=service, Service=wish("A")) == "DuplicateRequest"
    cloud.done(asked, 3)
    seen = cloud.map.get_service(Id=service)["Service"]
    assert seen["Description"] == "new" and seen["DnsConfig"]["DnsRecords"] == [{"Type": "A", "TTL": 99}]
    assert refused(cloud.map.update_service, Id=service, Service=wish("SRV")) == "InvalidInput"
    assert refused(cloud.map.update_service, Id="srv-no", Service=wish("A")) == "ServiceNotFound"


def test_delete_service_with_instances(cloud, refused):
    service = cloud.service(cloud.private())["Id"]
    cloud.register(service)
    assert refused(cloud.map.delete_service, Id=service) == "ResourceInUse"
    cloud.done(cloud.map.deregister_instance(ServiceId=service, InstanceId="i"), 3)
    cloud.map.delete_service(Id=service)
    assert refused(cloud.map.delete_service, Id=service) == refused(cloud.map.get_service, Id=service) == "ServiceNotFound"


# ---- instances

def test_register_instance(cloud, refused):
    service = cloud.service(cloud.private())["Id"]
    asked = cloud.map.register_instance(ServiceId=service, InstanceId="i", Attributes={"AWS_INSTANCE_IPV4": "10.0.0.9"})
    assert cloud.map.list_instances(ServiceId=service)["Instances"] == []
    again = {"ServiceId": service, "InstanceId": "i", "Attributes": {"AWS_INSTANCE_IPV4": "10.0.0.9"}}
    assert refused(cloud.map.register_instance, **again) == "DuplicateRequest"
    assert cloud.done(asked, 3) == {"INSTANCE": "i", "SERVICE": service}
    got = cloud.map.get_instance(ServiceId=service, InstanceId="i")["Instance"]
    assert got["Attributes"] == {"AWS_INSTANCE_IPV4": "10.0.0.9"}
    assert cloud.map.get_service(Id=service)["Service"]["InstanceCount"] == 1


@pytest.mark.parametrize("kinds, attributes", [
    (("A",), {"AWS_INSTANCE_PORT": "80"}),
    (("A",), {"AWS_INSTANCE_IPV4": "10.0.0"}),
    (("SRV",), {"AWS_INSTANCE_IPV4": "10.0.0.1"}),
    (("SRV", "A"), {"AWS_INSTANCE_PORT": "80"}),
    (("AAAA",), {"AWS_INSTANCE_IPV4": "10.0.0.1"}),
    (("A",), {"AWS_INSTANCE_IPV4": "10.0.0.1", "AWS_INSTANCE_PORT": "99999"}),
])
def test_register_instance_refuses(cloud, refused, kinds, attributes):
    service = cloud.service(cloud.private(), kinds=kinds)["Id"]
    ask = {"ServiceId": service, "InstanceId": "i", "Attributes": attributes}
    assert refused(cloud.map.register_instance, **ask) == "InvalidInput"


def test_missing_instances(cloud, refused):
    service = cloud.service(cloud.private())["Id"]
    for call in (cloud.map.deregister_instance, cloud.map.get_instance):
        assert refused(call, ServiceId=service, InstanceId="no") == "InstanceNotFound"
        assert refused(call, ServiceId="srv-no", InstanceId="no") == "ServiceNotFound"
    assert refused(cloud.map.list_instances, ServiceId="srv-no") == "ServiceNotFound"


def test_discover_instances(cloud, refused):
    service = cloud.service(cloud.http(), kinds=())["Id"]
    cloud.register(service, "a", color="red")
    cloud.register(service, "b", color="blue")
    discover = lambda **which: [
        one["InstanceId"]
        for one in cloud.map.discover_instances(NamespaceName="shop", ServiceName="web", **which)["Instances"]
    ]
    assert discover() == ["a", "b"] and discover(QueryParameters={"color": "red"}) == ["a"]
    assert discover(OptionalParameters={"color": "green"}) == ["a", "b"]
    call = cloud.map.discover_instances
    assert refused(call, NamespaceName="no", ServiceName="web") == "NamespaceNotFound"
    assert refused(call, NamespaceName="shop", ServiceName="no") == "ServiceNotFound"


def test_custom_health(cloud, refused):
    service = cloud.service(cloud.http(), kinds=(), HealthCheckCustomConfig={"FailureThreshold": 1})["Id"]
    cloud.register(service, "a")
    status = lambda: cloud.map.get_instances_health_status(ServiceId=service)["Status"]
    assert status() == {"a": "HEALTHY"}
    cloud.map.update_instance_custom_health_status(ServiceId=service, InstanceId="a", Status="UNHEALTHY")
    assert status() == {"a": "UNHEALTHY"}
    ask = {"NamespaceName": "shop", "ServiceName": "web"}
    assert cloud.map.discover_instances(**ask)["Instances"] == []
    assert len(cloud.map.discover_instances(HealthStatus="HEALTHY_OR_ELSE_ALL", **ask)["Instances"]) == 1
    update = cloud.map.update_instance_custom_health_status
    assert refused(update, ServiceId=service, InstanceId="no", Status="HEALTHY") == "InstanceNotFound"
    assert refused(cloud.map.get_instances_health_status, ServiceId=service, Instances=["no"]) == "InstanceNotFound"
    plain = cloud.service(cloud.private())["Id"]
    cloud.register(plain, "b")
    assert refused(update, ServiceId=plain, InstanceId="b", Status="HEALTHY") == "CustomHealthNotFound"


def test_tags(cloud, refused):
    arn = cloud.service(cloud.private())["Arn"]
    cloud.map.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    cloud.map.untag_resource(ResourceARN=arn, TagKeys=["a"])
    assert cloud.map.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    tagging = cloud.twin.client("resourcegroupstaggingapi")
    (row,) = tagging.get_resources(ResourceTypeFilters=["servicediscovery:service"])["ResourceTagMappingList"]
    assert row["ResourceARN"] == arn
    for call, more in ((cloud.map.list_tags_for_resource, {}), (cloud.map.untag_resource, {"TagKeys": []}), (cloud.map.tag_resource, {"Tags": []})):
        assert refused(call, ResourceARN=arn + "x", **more) == "ResourceNotFoundException"


# ---- ECS services in a registry

class Shop(Stack):
    def __init__(self, twin):
        super().__init__(twin)
        self.cloud = Map(twin)

    def named(self, **mapping):
        return {"portMappings": [{"containerPort": 80, "name": "http", **mapping}]}


@pytest.fixture
def shop(twin):
    twin.reset()
    return Shop(twin)


def ask(shop, **more):
    return {
        "cluster": "shop", "serviceName": "web", "taskDefinition": "web", "desiredCount": 2, "launchType": "FARGATE",
        "networkConfiguration": shop.network, **more,
    }


def test_tasks_are_registered_while_they_run(shop, refused):
    service = shop.cloud.service(shop.cloud.private(), HealthCheckCustomConfig={"FailureThreshold": 1})
    shop.register()
    made = shop.ecs.create_service(**ask(shop, serviceRegistries=[{"registryArn": service["Arn"]}]))["service"]
    assert made["serviceRegistries"] == [{"registryArn": service["Arn"]}]
    shop.twin.advance(60)
    seen = shop.cloud.map.list_instances(ServiceId=service["Id"])["Instances"]
    tasks = shop.ecs.list_tasks(cluster="shop")["taskArns"]
    assert {one["Id"] for one in seen} == {arn.split("/")[-1] for arn in tasks}
    assert {one["Attributes"]["ECS_SERVICE_NAME"] for one in seen} == {"web"}
    assert all(one["Attributes"]["AWS_INSTANCE_IPV4"].startswith("10.0.") for one in seen)
    assert refused(shop.cloud.map.delete_service, Id=service["Id"]) == "ResourceInUse"
    shop.ecs.delete_service(cluster="shop", service="web", force=True)
    shop.twin.advance(60)
    shop.cloud.map.delete_service(Id=service["Id"])


def test_instances_can_outlive_their_service(shop, refused):
    shop.twin.timing({"cloud_map": 60000})
    service = shop.cloud.service(shop.cloud.private())
    shop.register()
    shop.ecs.create_service(**ask(shop, serviceRegistries=[{"registryArn": service["Arn"]}]))
    shop.twin.advance(60)
    shop.ecs.delete_service(cluster="shop", service="web", force=True)
    shop.twin.advance(40)
    (seen,) = shop.ecs.describe_services(cluster="shop", services=["web"])["services"]
    assert seen["status"] == "INACTIVE"
    assert refused(shop.cloud.map.delete_service, Id=service["Id"]) == "ResourceInUse"
    shop.twin.advance(60)
    shop.cloud.map.delete_service(Id=service["Id"])


def test_registries_that_cannot_be(shop, refused):
    namespace = shop.cloud.private()
    a, srv = shop.cloud.service(namespace)["Arn"], shop.cloud.service(namespace, "srv", ("SRV",))["Arn"]
    shop.register()
    make = lambda *registries: refused(shop.ecs.create_service, **ask(shop, serviceRegistries=list(registries)))
    no = a.replace("srv-", "srv-no")
    for wrong in (
        [{"registryArn": no}], [{"registryArn": a}, {"registryArn": srv}], [{}], [{"registryArn": srv}],
        [{"registryArn": srv, "port": 80, "containerName": "web", "containerPort": 80}],
        [{"registryArn": srv, "containerName": "no", "containerPort": 80}],
        [{"registryArn": srv, "containerName": "web", "containerPort": 81}],
        [{"registryArn": srv, "containerName": "web"}],
    ):
        assert make(*wrong) == "InvalidParameterException"
    shop.ecs.create_service(**ask(shop, serviceRegistries=[{"registryArn": srv, "port": 80}]))
    shop.twin.advance(60)
    (one, _) = shop.cloud.map.list_instances(ServiceId=srv.split("/")[-1])["Instances"]
    assert one["Attributes"]["AWS_INSTANCE_PORT"] == "80"


def test_another_registry_is_a_new_deployment(shop):
    namespace = shop.cloud.private()
    one, two = shop.cloud.service(namespace)["Arn"], shop.cloud.service(namespace, "two")["Arn"]
    shop.register()
    shop.ecs.create_service(**ask(shop, serviceRegistries=[{"registryArn": one}]))
    shop.twin.advance(60)
    made = shop.ecs.update_service(cluster="shop", service="web", serviceRegistries=[{"registryArn": two}])["service"]
    assert len(made["deployments"]) == 2
    shop.twin.advance(120)
    count = lambda arn: len(shop.cloud.map.list_instances(ServiceId=arn.split("/")[-1])["Instances"])
    assert (count(one), count(two)) == (0, 2)


# ---- Service Connect

def connect(**more):
    services = [{"portName": "http", "clientAliases": [{"port": 8080, "dnsName": "web"}]}]
    return {"enabled": True, "namespace": "shop", "services": services, **more}


def test_service_connect(shop, refused):
    shop.cloud.http()
    shop.register(container=shop.named(appProtocol="http"))
    made = shop.ecs.create_service(**ask(shop, serviceConnectConfiguration=connect()))["service"]
    (deployment,) = made["deployments"]
    assert deployment["serviceConnectConfiguration"]["services"][0]["portName"] == "http"
    (resource,) = deployment["serviceConnectResources"]
    assert resource["discoveryName"] == "http"
    shop.twin.advance(60)
    found = shop.cloud.map.discover_instances(NamespaceName="shop", ServiceName="http")["Instances"]
    assert len(found) == 2 and found[0]["Attributes"]["AWS_INSTANCE_PORT"] == "80"
    (namespace,) = shop.cloud.map.list_namespaces()["Namespaces"]
    assert refused(shop.cloud.map.delete_namespace, Id=namespace["Id"]) == "ResourceInUse"
    shop.ecs.delete_service(cluster="shop", service="web", force=True)
    shop.twin.advance(60)
    assert shop.cloud.map.list_services()["Services"] == []
    shop.cloud.map.delete_namespace(Id=namespace["Id"])


@pytest.mark.parametrize("wrong, code", [
    ({"namespace": "no"}, "NamespaceNotFoundException"),
    ({"namespace": None}, "InvalidParameterException"),
    ({"services": [{"portName": "no", "clientAliases": [{"port": 80}]}]}, "InvalidParameterException"),
    ({"services": [{"portName": "http"}]}, "InvalidParameterException"),
    ({"services": [{"portName": "http", "clientAliases": [{"port": 80}, {"port": 81}]}]}, "InvalidParameterException"),
    ({"services": [{"portName": "http", "clientAliases": [{"port": 0}]}]}, "InvalidParameterException"),
    ({"services": [{"portName": "http", "clientAliases": [{"port": 80, "dnsName": "Web!"}]}]}, "InvalidParameterException"),
    ({"services": [{"portName": "http", "discoveryName": "-x", "clientAliases": [{"port": 80}]}]}, "InvalidParameterException"),
    ({"services": [{"portName": "http", "clientAliases": [{"port": 80}]}] * 2}, "InvalidParameterException"),
    ({"accessLogConfiguration": {"format": "JSON"}}, "InvalidParameterException"),
    ({"services": [{"portName": "http", "tls": {}}]}, "NotImplemented"),
])
def test_service_connect_refuses(shop, refused, wrong, code):
    shop.cloud.http()
    shop.register(container=shop.named())
    wish = {key: value for key, value in connect(**wrong).items() if value is not None}
    if "tls" in str(wish):
        wish["services"][0]["tls"] = {"issuerCertificateAuthority": {"awsPcaAuthorityArn": "a"}}
    assert refused(shop.ecs.create_service, **ask(shop, serviceConnectConfiguration=wish)) == code
    assert shop.cloud.map.list_services()["Services"] == []


def test_names_in_a_namespace_are_used_once(shop, refused):
    shop.cloud.http()
    shop.register(container=shop.named())
    shop.ecs.create_service(**ask(shop, serviceConnectConfiguration=connect()))
    other = ask(shop, serviceName="other", serviceConnectConfiguration=connect())
    assert refused(shop.ecs.create_service, **other) == "InvalidParameterException"
    client = {"enabled": True, "namespace": "shop"}
    shop.ecs.create_service(**ask(shop, serviceName="client", serviceConnectConfiguration=client))


def test_port_mapping_names(shop, refused):
    register = lambda *names: shop.register(container={
        "portMappings": [{"containerPort": 80 + n, "name": name} for n, name in enumerate(names)]
    })
    shop.exceptions = shop.ecs.exceptions
    for names in (("Http",), ("-x",), ("a" * 65,), ("x", "x")):
        with pytest.raises(ClientError) as caught:
            register(*names)
        assert caught.value.response["Error"]["Code"] == "ClientException"
    register("http", "admin_1")


def test_service_connect_can_be_switched_off(shop):
    shop.cloud.http()
    shop.register(container=shop.named())
    shop.ecs.create_service(**ask(shop, serviceConnectConfiguration=connect()))
    shop.twin.advance(60)
    same = shop.ecs.update_service(cluster="shop", service="web", desiredCount=1)["service"]
    assert len(same["deployments"]) == 1
    off = {"enabled": False}
    made = shop.ecs.update_service(cluster="shop", service="web", serviceConnectConfiguration=off)["service"]
    assert "serviceConnectConfiguration" not in made["deployments"][0]
    shop.twin.advance(120)
    assert shop.cloud.map.list_services()["Services"] == []


def test_the_cluster_has_a_default_namespace(shop, refused):
    shop.register(container=shop.named())
    made = shop.ecs.create_cluster(clusterName="c", serviceConnectDefaults={"namespace": "inner"})["cluster"]
    (namespace,) = shop.cloud.map.list_namespaces()["Namespaces"]
    assert made["serviceConnectDefaults"] == {"namespace": namespace["Arn"]} and namespace["Type"] == "HTTP"
    wish = {key: value for key, value in connect().items() if key != "namespace"}
    service = shop.ecs.create_service(**ask(shop, cluster="c", serviceConnectConfiguration=wish))["service"]
    assert service["deployments"][0]["serviceConnectConfiguration"]["namespace"] == namespace["Arn"]
    no = namespace["Arn"] + "x"
    ask_for = {"cluster": "c", "serviceConnectDefaults": {"namespace": no}}
    assert refused(shop.ecs.update_cluster, **ask_for) == "NamespaceNotFoundException"
    made = shop.ecs.update_cluster(cluster="c", serviceConnectDefaults={"namespace": ""})["cluster"]
    assert "serviceConnectDefaults" not in made


@pytest.mark.parametrize("value", ["enhanced", "enabled", "disabled"])
def test_container_insights(shop, refused, value):
    settings = [{"name": "containerInsights", "value": value}]
    made = shop.ecs.create_cluster(clusterName="c", settings=settings)["cluster"]
    assert made["settings"] == settings
    for wrong in ("on", "Enabled", ""):
        ask = {"cluster": "c", "settings": [{"name": "containerInsights", "value": wrong}]}
        assert refused(shop.ecs.update_cluster_settings, **ask) == "InvalidParameterException"
    assert refused(shop.ecs.update_cluster_settings, cluster="c", settings=[{"name": "x", "value": "enabled"}])


# ---- a twin that goes on

def test_a_restart_in_mid_operation(start, tmp_path):
    first = start(state=tmp_path)
    asked = Map(first).map.create_http_namespace(Name="shop")
    first.kill()
    twin = start(state=tmp_path)
    twin.advance(31)
    seen = twin.client("servicediscovery").get_operation(OperationId=asked["OperationId"])["Operation"]
    assert seen["Status"] == "SUCCESS"
